#!/usr/bin/python3
"""`gruppstod check-plan` finds every defect that defects.py plants, and calls it by its rule."""
import importlib.util
import json
import re
import subprocess
import unittest
from pathlib import Path

import defects
import gen
import rig
import small
import verify


def shared(name):
    """The shared folder's own version of a tool, as a module; None where the folder is not."""
    path = Path(rig.SHARED or "/nonexistent", "planner", f"{name}.py")
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"shared_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rules_told(text):
    return set(re.findall(r"\bH\d+\b", text))


class Checker(unittest.TestCase):
    def test_a_valid_plan(self):
        instance, plan = defects.valid()
        self.assertEqual(verify.check(instance, plan)[0], [])
        status, told = rig.check(instance, plan)
        self.assertEqual((status, rules_told(told)), (0, set()), told)

    def test_every_defect(self):
        """It is found, called by its rule, and where it breaks one rule no second one is named."""
        for rule, words, instance, plan in defects.spoilt():
            with self.subTest(rule=rule, words=words):
                errors = verify.check(instance, plan)[0]
                if rule != "gap":  # which the independent checker does not look at
                    self.assertTrue(errors)
                status, told = rig.check(instance, plan)
                self.assertEqual(status, 1, told)
                self.assertRegex(told, rf"\b{rule}\b")
                if len(errors) == 1 and rule.startswith("H"):
                    self.assertEqual(rules_told(told), {rule})

    def test_each_rule_has_a_defect(self):
        planted = {rule for rule, _, _ in defects.DEFECTS}
        self.assertEqual({f"H{number}" for number in range(1, 21)} - planted, set())

    def test_a_malformed_plan(self):
        instance, plan = defects.valid()
        for data, words in ((b"{", "line 1"), (b"[]", "object"),
                            (json.dumps({**plan, "groups": {}}).encode(), "groups"),
                            (json.dumps({**plan, "additions": [{"group": 1}]}).encode(),
                             "additions")):
            with self.subTest(words=words):
                status, told = rig.check(instance, data)
                self.assertEqual(status, 2, told)
                self.assertRegex(told.lower(), words)


class SameAsShared(unittest.TestCase):
    """Our copies of the shared tools have another shape; they say the same."""

    def test_checker(self):
        other = shared("verify")
        if not other:
            self.skipTest("there is no shared folder")
        empty = {"groups": [], "additions": [], "score": 0, "bound": None, "status": "feasible"}
        pairs = [(instance, plan) for _, _, instance, plan in defects.spoilt()]
        pairs += [defects.valid()] + [(small.make(seed), empty) for seed in range(20)]
        for instance, plan in pairs:
            self.assertEqual(self.outcome(verify, instance, plan),
                             self.outcome(other, instance, plan))

    @staticmethod
    def outcome(checker, instance, plan):
        try:
            return checker.check(instance, plan)
        except (KeyError, TypeError, AssertionError) as error:
            return type(error)

    def test_generator(self):
        path = Path(rig.SHARED or "/nonexistent", "planner", "gen.py")
        if not path.exists():
            self.skipTest("there is no shared folder")
        for size, seed in (("district", 1), ("120", 2), ("250", 1), ("city", 1)):
            expected, made = (subprocess.run(
                ["/usr/bin/python3", tool, size, str(seed)], capture_output=True,
                check=True).stdout for tool in (path, gen.__file__))
            self.assertTrue(made)
            self.assertEqual(made, expected)


if __name__ == "__main__":
    unittest.main()
