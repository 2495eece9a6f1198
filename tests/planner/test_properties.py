#!/usr/bin/python3
"""The product has the properties of properties.py; and each of them sees a planner that has not."""
import itertools
import json
import subprocess
import sys
import unittest

import properties
import rig


answers = {}


def product(instance, *options):
    data = rig.as_bytes(instance)
    answers[data, options] = rig.run(["plan", *options], data)
    return answers[data, options]


def faulty(spoil):
    """The product, but `spoil(plan, instance, options)` changes each plan. What the product was
    asked before, it is not asked again."""
    def planner(instance, *options):
        known = answers.get((rig.as_bytes(instance), options))
        status, out, errors = known or product(instance, *options)
        if status == 0:
            plan = json.loads(out)
            instance = json.loads(rig.as_bytes(instance))
            spoil(plan, instance, options)
            out = json.dumps(plan).encode()
        return status, out, errors
    return planner


def dearer(plan, points):
    plan["score"] -= points
    plan["bound"] -= points


turns = itertools.count()

# What each property must see.
FAULTS = {
    "p1_valid_by_both": [
        lambda plan, i, o: plan.update(score=plan["score"] + 1, bound=plan["bound"] + 1),
        lambda plan, i, o: plan["groups"][0]["children"].pop()],
    "p2_score_and_bound": [
        lambda plan, i, o: plan.update(bound=plan["score"] - 1),
        lambda plan, i, o: plan.update(bound=plan["score"] + 1),
        lambda plan, i, o: plan.update(gap=plan["gap"] + .01)],
    "p3_order_does_not_matter": [
        lambda plan, i, o: plan.update(seed=hash(i["children"][0]["id"])),
        lambda plan, i, o: plan.update(seed=str(i["travel"][0]))],
    "p4_names_do_not_matter": [
        lambda plan, i, o: dearer(plan, i["children"][0]["id"].startswith("dlihc"))],
    "p5_same_seed_same_bytes": [lambda plan, i, o: plan.update(wall_s=next(turns))],
    "p6_more_never_costs": [
        lambda plan, i, o: dearer(plan, 3000 * sum(l["id"].endswith("b") for l in i["leaders"])),
        lambda plan, i, o: dearer(plan, 3000 * sum(r["id"].endswith("b") for r in i["rooms"])),
        lambda plan, i, o: dearer(plan, 200 * sum(c["max_travel"] for c in i["children"])),
        lambda plan, i, o: dearer(plan, 2000 * (not i["together"])),
        lambda plan, i, o: dearer(plan, -50000 * i["policy"].get("min_children", 4))],
    "p7_warm_is_never_worse": [lambda plan, i, o: "--warm" in o and plan.update(score=0)],
    "p8_two_cities_are_a_sum": [
        lambda plan, i, o: dearer(plan, len(i["districts"]) > 3),
        lambda plan, i, o: dearer(plan, -(len(i["districts"]) > 3))],
    "p9_weights_times_k": [lambda plan, i, o: dearer(plan, 1)],
    "p10_promises_are_kept": [
        lambda plan, i, o: plan["groups"].append(
            {"id": i["groups"][0]["id"], "children": []}),
        lambda plan, i, o: [plan["additions"].append(
            {"group": g["id"], "children": [g["members"][0]["id"]]})
            for g in i["groups"] if g["members"]]],
    "p11_explanations_are_true": [
        lambda plan, i, o: [entry.update(missing_children=0, missing_leaders=0, missing_rooms=0)
                            for entry in plan["unplaced"]]],
    "p11_what_is_missing_is_true": [
        lambda plan, i, o: [entry.update(missing_children=0, missing_leaders=0, missing_rooms=0,
                                         missing_parent_leaders=0) for entry in plan["missing"]],
        lambda plan, i, o: [entry.pop("parent_group", None) for entry in plan["missing"]]],
    "p14_four_years_later": [lambda plan, i, o: plan.update(seed=i["plan_date"])],
    "p15_twice_is_at_least_twice": [
        lambda plan, i, o: dearer(plan, plan["bound"] // 2 * (len(i["districts"]) > 3))],
}


def drops_core(data, *options):
    status, out, errors = product(data, *options)
    return (-11, b"", b"") if status == 2 else (status, out, errors)


def says_nothing(data, *options):
    status, out, errors = product(data, *options)
    return status, out, errors if status == 0 else b""


def takes_its_time(instance, *options):
    wish = list(options)
    wish[wish.index("--time") + 1] *= 1.6
    return product(instance, *wish)


def begin_deaf(arguments):
    """Ends with its limit, not with the signal."""
    deaf = ("import signal, subprocess, sys; signal.signal(15, signal.SIG_IGN); "
            "sys.exit(subprocess.call(sys.argv[1:], preexec_fn=lambda: "
            "signal.signal(15, signal.SIG_IGN)))")
    wish = [*map(str, arguments[:-1]), "4"]
    return subprocess.Popen([sys.executable, "-c", deaf, rig.BUILD / "bin/gruppstod", *wish],
                            env=rig.PRODUCT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def ask_online(instance, plan):
    """What the online insert answers for each unit of children without a place."""
    paths = [rig.Path(rig.FOLDER.name, name) for name in ("asked.json", "plan.json")]
    for path, thing in zip(paths, (instance, plan)):
        path.write_bytes(rig.as_bytes(thing))
    done = subprocess.run([rig.BUILD / "bench/planner_insert", *paths], capture_output=True,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()][:-1]


def answers_less(instance, plan):
    return [{**answer, "gain": answer.get("gain") and answer["gain"] - 1}
            for answer in ask_online(instance, plan)]


def answers_nobody(instance, plan):
    return [{"children": answer["children"], "group": None}
            for answer in ask_online(instance, plan)]


class Properties(unittest.TestCase):
    def each(self, planners, name):
        check = getattr(properties, name)
        check(product)
        for number, planner in enumerate(planners):
            with self.subTest(name, fault=number), self.assertRaises(AssertionError):
                check(planner)

    def test_p10_online(self):
        properties.p10_online_answer_is_the_best(product, ask_online)
        for asker in (answers_less, answers_nobody):
            with self.assertRaises(AssertionError):
                properties.p10_online_answer_is_the_best(product, asker)

    def test_p12_time_limit(self):
        self.each([takes_its_time], "p12_time_limit")

    def test_p12_sigterm(self):
        properties.p12_sigterm_gives_the_best(rig.start)
        with self.assertRaises(AssertionError):
            properties.p12_sigterm_gives_the_best(begin_deaf)

    def test_p13(self):
        self.each([drops_core, says_nothing], "p13_never_a_crash")


def add_tests():
    for name, spoilers in FAULTS.items():
        def test(self, name=name, spoilers=spoilers):
            self.each([faulty(spoil) for spoil in spoilers], name)
        setattr(Properties, f"test_{name}", test)


add_tests()

if __name__ == "__main__":
    unittest.main()
