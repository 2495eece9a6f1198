"""Plants each offence in a small clean tree: tests/tidy.py must find it there, and nowhere else."""
import json
import subprocess
import tempfile
from pathlib import Path

HEAD = "/* What this file is for. */\n"
CLEAN = {
    "common/thing.h": HEAD + "#pragma once\n\nint thing_add(int a);\n",
    "common/thing.c": HEAD + '#include "common/thing.h"\n\nint thing_add(int a)\n{\n'
                             "    return a + 1;\n}\n",
    "services/matching/core/place.h": HEAD + "#pragma once\n\nint place_decide(int a);\n",
    "services/matching/core/place.c": HEAD + '#include "services/matching/core/place.h"\n\n'
                                      "int place_decide(int a)\n{\n    return a;\n}\n",
    "services/matching/matching.c": HEAD + '#include "services/matching/core/place.h"\n\n'
        "struct service {\n    int a;\n};\n\nextern const struct service matching_service;\n"
        "int matching_on_group_booked(int a);\n\n"
        "int matching_on_group_booked(int a)\n{\n    return place_decide(a);\n}\n\n"
        "const struct service matching_service = {1};\nconst char *page(void);\n\n"
        'const char *page(void)\n{\n    return "start";\n}\n',
    "services/matching/pages/start.html": "<p>hej</p>\n",
    "schemas/messages/group_booked.json":
        '{"description": "A group has rooms.", "x-to": ["matching"]}\n',
    "tests/golden/group_booked.bin": "",
}


def c(body):
    return HEAD + "int f(int a);\n\nint f(int a)\n{\n" + body + "    return a;\n}\n"


LONG = "".join(f"    a += {i};\n" for i in range(61))
SWITCH = "enum color { COLOR_RED, COLOR_BLUE };\n"

# What is planted: the file, its text (None: the file goes), and a part of the finding it must give.
PLANTS = (
    ("common/a.c", c(LONG), "f has 64 lines"),
    ("common/a.c", c("    a++;\n" * 60) + "\n" * 750, "the wall"),
    ("common/a.c", c("    /* " + "x" * 100 + " */\n"), "columns, the most is"),
    ("common/a.c", c("    a++; \n"), "trailing space"),
    ("common/a.c", c('    char b[9];\n    strcpy(b, "x");\n'), "strcpy is banned"),
    ("common/a.c", c("    a = atoi(0);\n"), "atoi is banned"),
    ("common/a.c", c("    assert(a);\n"), "assert is banned"),
    ("common/a.c", c("    a = (int)time(0);\n"), "belongs in common/clock.c"),
    ("common/a.c", c("    signal(a, handle);\n"), "signal is banned"),
    ("tests/unit/a.c", c("    usleep(1);\n"), "usleep is banned"),
    ("tests/system/a.py", "import time\n\n\ndef main():\n    time.sleep(1)\n", "a test sleeps"),
    ("services/matching/other.c", c('    const char *s = "select a"\n        " from b";\n'),
     "SQL outside"),
    ("services/matching/other.c", c('    const char *s = "update matching.offer set a = 1";\n'),
     "SQL outside"),
    ("schemas/sql/999_a.sql", "select common.civil_now()::date;\n", "a day of the server's zone"),
    ("common/a.c", c("    goto again;\nagain:\n"), "the only label is out"),
    ("common/a.c", HEAD + SWITCH + "int f(enum color a);\n\nint f(enum color a)\n{\n"
     "    switch (a) {\n    case COLOR_RED:\n        return 1;\n    default:\n        return 2;\n"
     "    }\n}\n", "hides the next value"),
    ("common/a.c", HEAD + '#include "thing.h"\n', "an include names its place"),
    ("services/intake/a.c", HEAD + '#include "services/matching/core/place.h"\n',
     "another service's"),
    ("common/thing.h", HEAD + "int thing_add(int a);\n", "without #pragma once"),
    ("common/a.c", "int f(void);\n", "head does not tell"),
    ("common/a.c", c('    const char *s = "desk";\n'), "names a daemon: desk"),
    ("common/a.c", c("    /* FIX" + "ME: later. */\n"), "left over: FIX" + "ME"),
    ("common/a.c", c("    int free_seats = 2;\n"), "two words for one thing: seats"),
    ("common/thing.h", HEAD + "#pragma once\n\nint thing_add(size_t a);\n",
     "does not compile alone"),
    ("services/matching/core/place.c", HEAD + '#include <time.h>\n'
     '#include "services/matching/core/place.h"\n\nint place_decide(int a)\n{\n'
     "    return a + (int)clock();\n}\n", "a decision reaches out: clock"),
    ("services/matching/core/place.c", HEAD + '#include "services/matching/core/place.h"\n\n'
     "int place_decide(int a)\n{\n    static int last;\n\n    last += a;\n    return last;\n}\n",
     "a decision remembers: last"),
    ("common/thing.c", HEAD + '#include "common/thing.h"\n\nint thing_count = 3;\n',
     "an exported variable: thing_count"),
    ("common/domain/lost.c", HEAD, "no target builds"),
    ("common/lost.h", HEAD + "#pragma once\n", "nobody includes"),
    ("services/matching/pages/lost.html", "<p>", "nobody loads"),
    ("schemas/messages/group_booked.json", '{"x-to": ["matching"]}\n', "is not explained"),
    ("schemas/messages/group_booked.json", '{"description": "A.", "x-to": ["matching"', "not JSON"),
    ("tests/golden/group_booked.bin", None, "has no sample"),
    ("services/matching/matching.c", CLEAN["services/matching/matching.c"].replace(
        "matching_on_group_booked", "matching_heard"), "does not handle group_booked"),
    ("schemas/generate.py", "import sys\nsys.exit('--check' in sys.argv)\n",
     "is not what the schemas say"),
)
# What is right and must not be found.
RIGHT = (
    ("common/thing.c", CLEAN["common/thing.c"].replace(
        "    return a + 1", '    /* strcpy, goto again and "select x from y" in words. */\n'
        "    return a + 1")),
    ("common/thing.c", CLEAN["common/thing.c"].replace(
        "    return a + 1", "    /* tidy(banned): this planted line may. */\n"
        "    extern void *alloca(unsigned long);\n    (void)alloca(1);\n    return a + 1")),
    ("services/matching/core/place.c", CLEAN["services/matching/core/place.c"].replace(
        "    return a;", "    static const int steps[] = {1, 2};\n\n    return steps[a & 1];")),
    ("common/thing.c", CLEAN["common/thing.c"].replace(
        "    return a + 1", "    signal(a, SIG_IGN);\n    return a + 1")),
    ("common/thing.c", CLEAN["common/thing.c"].replace(
        "    return a + 1", '    const char *s = "--init";\n    return a + 1')),
    ("tests/system/a.py",
     "import time\n\n\ndef wait_until():\n    while True:\n        time.sleep(0.05)\n"),
    ("common/thing.c", CLEAN["common/thing.c"].replace("    return a + 1;",
     "    switch (a) {\n    case 1:\n        return 2;\n    default:\n        return a + 1;\n"
     "    }")),
)


def compile_all(root, build):
    """Objects and compile commands where CMake would have put them; what does not compile waits."""
    entries = []
    for source in sorted(root.glob("*/**/*.c")):
        name = source.relative_to(root).as_posix()
        if name == "common/domain/lost.c" or not name.startswith(("common/", "services/")):
            continue
        target = "common" if name.startswith("common/") else name.split("/")[1] + "_objects"
        place = build / "CMakeFiles" / f"{target}.dir" / f"{name}.o"
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-O1", "-w", f"-I{root}", "-c", "-o", str(place), str(source)],
                       stderr=subprocess.DEVNULL, check=False)
        entries.append({"file": str(source), "command": f"gcc -I{root}"})
    build.mkdir(exist_ok=True)
    (build / "compile_commands.json").write_text(json.dumps(entries))


def findings_with(look, name=None, text=""):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in {**CLEAN, **({name: text} if name else {})}.items():
            if content is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(content)
        compile_all(root, root / "build")
        found, _ = look(root, root / "build")
        return [f"{f.path}:{f.line}: {f.sentence}" for each in found.values() for f in each]


# A plant in a new file of a folder that nothing uses is also dead; that is not what it tests.
ALONE = ("nobody includes this header", "no target builds", "no objects")


def run(look):
    failed = 0
    clean = findings_with(look)
    # thing.h's only user is thing.c, so the clean tree has no dead header.
    if clean:
        failed += 1
        print("FAIL: the clean tree has findings:", *clean, sep="\n    ")
    for name, text, expected in PLANTS:
        found = findings_with(look, name, text)
        if not any(expected in line for line in found):
            failed += 1
            print(f"FAIL: planted in {name}, not found: {expected}", *found, sep="\n    ")
    for name, text in RIGHT:
        found = [line for line in findings_with(look, name, text)
                 if not any(word in line for word in ALONE)]
        if found:
            failed += 1
            print(f"FAIL: right, but found in {name}:", *found, sep="\n    ")
    total = 1 + len(PLANTS) + len(RIGHT)
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0
