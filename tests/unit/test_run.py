#!/usr/bin/python3
"""tests/run on a small tree of planted programs: what fails, dies, lies or lingers is counted."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKEN = ("tests/run", "tests/times.csv", "deploy/machine.sh", "deploy/packages.txt",
         "CMakePresets.json", "common/check.c", "common/check.h")
# What tests/run asks of a build, in a second: the real one looks for a dozen libraries first.
SMALL_BUILD = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES C)
enable_testing()
include_directories(.)
file(GLOB parts common/*.c)
add_library(common STATIC ${parts})
file(GLOB tests tests/unit/test_*.c)
foreach(test IN LISTS tests)
    cmake_path(GET test STEM name)
    add_executable(${name} ${test})
    add_test(NAME ${name} COMMAND ${name})
endforeach()
"""
PASSES = "#!/bin/bash\necho '3 passed, 0 failed'\n"
UNIT = '#include "common/check.h"\n\nint main(void)\n{\n    return %d;\n}\n'


def run_with(files, *arguments):
    """The last lines of tests/run in a tree of `files`: {suite: (passed, failed)}, and all."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in TAKEN:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        for name in ("services", "schemas", "tests/browser"):
            (root / name).mkdir(parents=True, exist_ok=True)
        for name, text in {"CMakeLists.txt": SMALL_BUILD, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        done = subprocess.run(["tests/run", *arguments], cwd=root, text=True, capture_output=True,
                              env={**os.environ, "TEST_LOGS": str(root / "logs")}, check=False)
    lines = re.findall(r"^(\S+) +(?:ok|FAILED) +(\d+) passed +(\d+) failed", done.stdout, re.M)
    return {name: (int(good), int(bad)) for name, good, bad in lines}, done


class Counting(unittest.TestCase):
    def program(self, text, name="tests/system/a.sh"):
        return run_with({name: text}, "system")

    def test_a_program_that_passes(self):
        suites, done = self.program(PASSES)
        self.assertEqual(suites, {"system": (3, 0)}, done.stdout)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.splitlines()[-1], "3 passed, 0 failed")

    def test_programs_that_do_not(self):
        planted = {
            "it says so": ("#!/bin/bash\necho '2 passed, 1 failed'\nexit 1\n", (2, 1)),
            "it dies": ("#!/bin/bash\nkill -9 $$\n", (0, 1)),
            "it lies": ("#!/bin/bash\necho '5 passed, 0 failed'\nexit 3\n", (5, 1)),
            "it says so, but ends with 0": ("#!/bin/bash\necho 'not ok 1'\n", (0, 1)),
            "it skips": ("#!/bin/bash\necho 'ok 1'\necho 'ok 2 # SKIP'\necho 'not ok 3'\n", (1, 1)),
            "it lingers": ("#!/bin/bash\nsetsid tail -f \"$TMPDIR/../../tree/tests/run\" "
                           ">/dev/null 2>&1 &\necho '1 passed, 0 failed'\n", (1, 1)),
            "it raises": ("#!/usr/bin/python3\nraise SystemError\n", (0, 1)),
        }
        for name, (text, expected) in planted.items():
            with self.subTest(name):
                suites, done = self.program(text)
                self.assertEqual(suites, {"system": expected}, done.stdout)
                self.assertEqual(done.returncode, 1)

    def test_a_suite_without_tests_is_no_success(self):
        suites, done = run_with({}, "system", "faults", "unit", "fuzz")
        self.assertEqual(set(suites.values()), {(0, 1)}, done.stdout)

    def test_a_library_beside_the_programs_is_not_run(self):
        suites, _ = run_with({"tests/system/a.sh": PASSES, "tests/system/lib.py": "1 / 0\n"},
                             "system")
        self.assertEqual(suites, {"system": (3, 0)})

    def test_unit_tests_that_die_are_counted(self):
        suites, done = run_with({"tests/unit/test_a.c": UNIT % 0, "tests/unit/test_b.c": UNIT % 1},
                                "unit")
        self.assertEqual(suites["unit"][1], 1, done.stdout)

    def test_a_broken_build_fails_every_suite_that_needs_it(self):
        suites, done = run_with({"common/broken.c": "int f(\n", "tests/system/a.sh": PASSES},
                                "build", "system")
        self.assertEqual(suites, {"build": (0, 1), "system": (0, 1)}, done.stdout)

    def test_an_unknown_suite_is_refused(self):
        _, done = run_with({}, "nosuch")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no suite is called nosuch", done.stderr)

    def test_every_suite_has_its_seconds(self):
        table = [line.split(",")[0] for line in (ROOT / "tests/times.csv").read_text().splitlines()]
        text = (ROOT / "tests/run").read_text()
        suites = [name.replace("_", "-") for name in re.findall(r"^suite_(\w+)\(\)", text, re.M)]
        self.assertEqual(sorted(table[1:]), sorted(suites))


if __name__ == "__main__":
    unittest.main()
