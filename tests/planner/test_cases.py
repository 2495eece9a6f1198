#!/usr/bin/python3
"""The cases that were worked out by hand: cases/*.json with their expected.json."""
import json
import unittest
from pathlib import Path

import rig
import verify


def folders():
    """Ours, and the shared folder's own where it is there and says the same name otherwise."""
    yield rig.CASES
    if rig.SHARED:
        yield Path(rig.SHARED, "planner", "cases")


class Cases(unittest.TestCase):
    def test_each(self):
        for folder in folders():
            expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
            names = {path.stem for path in folder.glob("*.json")} - {"expected"}
            self.assertEqual({case["name"] for case in expected}, names)
            for case in expected:
                with self.subTest(case["name"], folder=folder):
                    self.look(folder, case)

    def look(self, folder, case):
        instance = json.loads((folder / f"{case['name']}.json").read_text(encoding="utf-8"))
        plan = rig.plan(instance)
        figures = verify.check(instance, plan)[1]
        self.assertEqual((plan["status"], plan["score"]), ("optimal", case["score"]), case["why"])
        self.assertEqual((figures["placed"], figures["new_groups"]),
                         (case["placed"], case["new_groups"]), case["why"])
        self.assertEqual(rig.check(instance, plan)[0], 0)


if __name__ == "__main__":
    unittest.main()
