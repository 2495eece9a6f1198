#!/usr/bin/python3
"""The school terms, the breaks and the holidays that the house has are those of the city's data."""
import csv
import os
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = os.environ.get("GRUPPSTOD_SHARED")


def table(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return list(csv.DictReader(lines, delimiter=";"))


@unittest.skipUnless(SHARED, "GRUPPSTOD_SHARED is not set: the city's data are not here")
class SchoolDays(unittest.TestCase):
    def test_the_seed_has_the_terms_and_breaks_of_the_data(self):
        ours = table(ROOT / "deploy" / "demo" / "terms.csv")
        theirs = [row for row in table(Path(SHARED, "data", "stockholm_school_terms.csv"))
                  if row["area"] == "Stockholm"]
        self.assertGreaterEqual(len(theirs), 12)
        self.assertEqual(ours, [{name: row[name] for name in ours[0]} for row in theirs])

    def test_the_holidays_that_the_rule_is_held_against_are_those_of_the_data(self):
        ours = table(ROOT / "tests" / "cases" / "se_public_holidays.csv")
        theirs = table(Path(SHARED, "data", "se_public_holidays_2024_2032.csv"))
        self.assertGreater(len(theirs), 100)
        self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()
