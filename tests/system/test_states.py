#!/usr/bin/python3
"""schemas/GROUPS.md is what `gruppstod states` draws, and the database's table says the same.

Run from anywhere; the last line is "N passed, N failed", the exit status is not 0 on a failure.
"""
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("GRUPPSTOD_TEST_BUILD", ROOT / "build"))
DRAWN = subprocess.run([BUILD / "bin" / "gruppstod", "states"], check=True, text=True,
                       stdout=subprocess.PIPE).stdout


def drawn_ways():
    table = DRAWN.split("## A group", 1)[1].split("## A referral", 1)[0]
    return set(re.findall(r"^\| (\w+) \| (\w+) \|", table, re.M)) - {("from", "to")}


class States(unittest.TestCase):
    def test_the_page_is_current(self):
        page = (ROOT / "schemas" / "GROUPS.md").read_text(encoding="utf-8")
        self.assertEqual(page, DRAWN, "run: gruppstod states > schemas/GROUPS.md")

    def test_the_database_knows_the_same_ways(self):
        steps = set()
        for path in sorted((ROOT / "schemas" / "sql").glob("*.sql")):
            for insert in re.findall(r"insert into scheduling\.group_step[^;]*;",
                                     path.read_text(encoding="utf-8")):
                steps |= set(re.findall(r"\('(\w+)', '(\w+)'\)", insert))
        self.assertEqual(steps, drawn_ways())

    def test_the_picture_has_every_way_of_the_table(self):
        picture = re.findall(r"^    (\[\*\]|\w+) --> (\w+)$", DRAWN, re.M)
        self.assertEqual({(("new" if a == "[*]" else a), b) for a, b in picture}, drawn_ways())


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed != 0)
