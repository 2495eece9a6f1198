#!/usr/bin/python3
"""The optional fairness term, policy.w_fairness: who gets places that do not suffice for all."""
import copy
import json
import unittest

import gen
import rig
import small

OLD, NEW = "2008-06-01", "2009-08-01"  # since when they wait


def child(name, home, since):
    return {"id": name, "birth": "2001-03-01", "sex": "F", "themes": ["misuse"],
            "languages": ["sv"], "home": home, "slots": ["mon1500"], "max_travel": 60, "needs": [],
            "since": since, "urgency": 0, "same_sex_only": False, "parent": "none", "declined": []}


def one_room(fairness):
    """Eight places, and eight children of each of two districts; those of A have waited longer."""
    leader = {"themes": ["misuse"], "languages": ["sv"], "slots": ["mon1500"], "max_groups": 1,
              "experienced": True, "parents": False, "home": "A", "districts": ["A"],
              "contract_until": "2010-12-31", "avoid": []}
    return {"format": "gruppstod-instance/1", "name": "fair", "plan_date": "2009-09-01",
            "term_end": "2009-12-20", "policy": {"w_fairness": fairness}, "themes": ["misuse"],
            "languages": ["sv"], "slots": ["mon1500"], "districts": ["A", "B"],
            "travel": [[10, 10], [10, 10]],
            "rooms": [{"id": "room", "site": "site", "district": "A", "capacity": 8, "tags": [],
                       "slots": ["mon1500"], "cost": 0}],
            "leaders": [{**leader, "id": "ann"}, {**leader, "id": "bo"}], "groups": [],
            "children": [child(f"a{n}", "A", OLD) for n in range(8)]
            + [child(f"b{n}", "B", NEW) for n in range(8)],
            "together": [], "apart": [], "must_not_meet": [], "closed": []}


def districts(plan):
    children = [each for group in plan["groups"] for each in group["children"]]
    return [sum(each.startswith(letter) for each in children) for letter in "ab"]


class Fairness(unittest.TestCase):
    def test_the_first_of_a_district_is_worth_more_than_the_last(self):
        plain, fair = rig.plan(one_room(0)), rig.plan(one_room(20000))
        self.assertEqual((districts(plain), plain["status"]), ([8, 0], "optimal"))
        few = min(districts(fair))
        self.assertGreaterEqual(few, 3, districts(fair))
        self.assertLess(fair["score"], plain["score"], "the score is the basic one")
        self.assertEqual((fair["bound"], fair["status"]), (plain["bound"], "feasible"))
        self.assertEqual(fair["shares"]["districts"]["B"][0], districts(fair)[1])

    def test_a_little_of_it_does_not_outweigh_the_waiting(self):
        self.assertEqual(districts(rig.plan(one_room(10))), [8, 0])

    def test_none_of_it_changes_no_byte(self):
        instance = small.make(4)
        without = copy.deepcopy(instance)
        without["policy"].pop("w_fairness", None)
        instance["policy"]["w_fairness"] = 0
        wish = ("--iterations", 2000)
        self.assertEqual(rig.plan_bytes(instance, *wish), rig.plan_bytes(without, *wish))

    def test_the_same_bytes_and_the_rules_hold(self):
        for seed in (4, 6, 12):
            instance = small.make(seed)
            instance["policy"]["w_fairness"] = 3000
            first = rig.plan_bytes(instance, "--iterations", 3000)
            self.assertEqual(first, rig.plan_bytes(instance, "--iterations", 3000))
            plan = rig.verified(instance, first if isinstance(first, bytes) else first[1])
            self.assertLessEqual(plan["score"], plan["bound"])

    def test_the_time_is_kept(self):
        instance = gen.make("250", 2)
        instance["policy"]["w_fairness"] = 2000
        plan = rig.plan(instance, "--time", 2)
        self.assertLess(plan["wall_s"], 2.2 * rig.SANITIZED)
        self.assertGreater(len(json.dumps(plan)), 0)


if __name__ == "__main__":
    unittest.main()
