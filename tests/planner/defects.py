"""A small world with a valid plan, and every way to spoil it that the rules know.

Each defect changes the instance or the plan so that one rule is broken; the claims (score, bound)
are set right again afterwards, so that nothing but the rule can be complained about.
"""
import copy

import verify


def room(name, site, district, capacity, tags=()):
    return {"id": name, "site": site, "district": district, "capacity": capacity,
            "tags": list(tags), "slots": ["mon1500", "tue1500"], "cost": 10}


def leader(name, **other):
    return {"id": name, "themes": ["misuse"], "languages": ["sv"],
            "slots": ["mon1500", "tue1500"], "max_groups": 2, "experienced": True,
            "parents": True, "home": "A", "districts": ["A", "B"],
            "contract_until": "2010-06-30", "avoid": [], **other}


def child(name, **other):
    return {"id": name, "birth": "2001-01-15", "sex": "F", "themes": ["misuse"],
            "languages": ["sv"], "home": "A", "slots": ["mon1500", "tue1500"], "max_travel": 30,
            "needs": [], "since": "2009-06-01", "urgency": 0, "same_sex_only": False,
            "parent": "none", "declined": [], **other}


def member(name):
    return {"id": name, "birth": "2001-01-15", "sex": "F", "parent": "wants"}


def world():
    return {
        "format": "gruppstod-instance/1", "name": "world", "plan_date": "2009-08-31",
        "term_end": "2009-12-20", "policy": {"max_children": 6, "parent_share": 50},
        "themes": ["misuse", "mental"], "languages": ["sv", "ar"],
        "slots": ["mon1500", "tue1500"], "districts": ["A", "B"], "travel": [[10, 30], [30, 10]],
        "rooms": [room("east", "house", "A", 6, ["wheelchair"]), room("west", "house", "A", 5),
                  room("hall", "school", "B", 6), room("loft", "school", "B", 4)],
        "leaders": [leader("ann"), leader("bo", experienced=False, parents=False), leader("cia"),
                    leader("dan", parents=False), leader("eva", experienced=False),
                    leader("finn"), leader("gun"), leader("hans")],
        "groups": [{
            "id": "running", "theme": "misuse", "language": "sv", "age_from": 7, "age_to": 9,
            "gender": "X", "slot": "mon1500", "room": "hall", "leaders": ["finn", "gun"],
            "max": 6, "parent_group": {"room": "loft", "leader": "hans"},
            "members": [member("m1"), member("m2")]}],
        "children": [child(f"a{i}", parent="must" if i == 1 else "wants") for i in range(1, 6)]
        + [child(f"b{i}", sex="M") for i in range(1, 5)] + [child("d1"), child("d2")]
        + [child("left", parent="wants")],
        "together": [["a2", "a3"], ["d1", "m1"]], "apart": [["a4", "b1"]],
        "must_not_meet": [["a5", "b2"], ["a1", "m2"]], "closed": [["a1", "school", "tue1500"]]}


def valid_plan():
    return {
        "format": "gruppstod-plan/1", "groups": [
            {"id": "first", "theme": "misuse", "language": "sv", "age_from": 8, "age_to": 9,
             "gender": "X", "slot": "mon1500", "room": "east", "leaders": ["ann", "bo"],
             "parent_group": {"room": "west", "leader": "cia"},
             "children": ["a1", "a2", "a3", "a4", "a5"]},
            {"id": "second", "theme": "misuse", "language": "sv", "age_from": 8, "age_to": 8,
             "gender": "M", "slot": "tue1500", "room": "east", "leaders": ["ann", "dan"],
             "parent_group": None, "children": ["b1", "b2", "b3", "b4"]}],
        "additions": [{"group": "running", "children": ["d1", "d2"]}],
        "status": "feasible", "wall_s": 0, "unplaced": [], "seed": 1}


class Pair:
    """An instance and a plan with short ways to their parts."""

    def __init__(self):
        self.instance, self.plan = world(), valid_plan()
        self.first, self.second = self.plan["groups"]
        self.added = self.plan["additions"][0]
        self.running = self.instance["groups"][0]

    def child(self, name):
        return next(one for one in self.instance["children"] if one["id"] == name)

    def leader(self, name):
        return next(one for one in self.instance["leaders"] if one["id"] == name)

    def room(self, name):
        return next(one for one in self.instance["rooms"] if one["id"] == name)

    def claim(self):
        """Says the score that the plan has, if its ids are known, and a bound above it."""
        try:
            checked = verify.Check(self.instance)
            checked.check_plan(self.plan)
            score = checked.score
        except KeyError:
            score = 0
        self.plan.update(score=score, bound=score + 1, gap=1 / (score + 1))

    def newcomers(self, count, **other):
        """Children made for the defect, alike but for what is said."""
        names = [f"new{i}" for i in range(count)]
        self.instance["children"] += [child(name, **other) for name in names]
        return names


def swap(group, old, new):
    group[group.index(old)] = new


# Each: the rule broken, words, what is done.
DEFECTS = [
    ("H1", "in two new groups", lambda p: swap(p.second["children"], "b1", "a4")),
    ("H1", "twice in one group", lambda p: swap(p.first["children"], "a4", "a5")),
    ("H1", "in a new group and added", lambda p: p.added["children"].append("b3")),
    ("H2", "too few", lambda p: p.second["children"].remove("b4")),
    ("H2", "more than the policy's most", lambda p: p.second["children"].extend(
        p.newcomers(3, sex="M"))),
    ("H2", "more than the room holds", lambda p: p.room("east").update(capacity=4)),
    ("H2", "fewer than the theme's own least", lambda p: p.instance["policy"].update(
        by_theme={"misuse": {"min_children": 5}})),
    ("H3", "another situation", lambda p: p.child("b1").update(themes=["mental"])),
    ("H4", "another language", lambda p: p.child("b1").update(languages=["ar"])),
    ("H5", "a time when the child cannot", lambda p: p.child("b1").update(slots=["mon1500"])),
    ("H6", "one minute too far", lambda p: p.child("b1").update(max_travel=9)),
    ("H7", "too young by a day", lambda p: p.child("b1").update(birth="2001-09-01")),
    ("H7", "too old by a day", lambda p: p.child("b1").update(birth="2000-08-31")),
    ("H7", "too wide a band", lambda p: p.first.update(age_from=6)),
    ("H7", "a band that ends before it begins", lambda p: p.second.update(age_from=9)),
    ("H7", "an addition outside the declared band", lambda p: p.child("d2").update(
        birth="2003-01-15")),
    ("H8", "a girl among boys", lambda p: p.child("b1").update(sex="F")),
    ("H8", "same sex wanted, mixed group", lambda p: p.child("a4").update(same_sex_only=True)),
    ("H8", "same sex wanted, added to a mixed group", lambda p: p.child("d2").update(
        same_sex_only=True)),
    ("H9", "no room for the need", lambda p: p.child("b1").update(needs=["calm"])),
    ("H9", "added where the need is not met", lambda p: p.child("d2").update(
        needs=["wheelchair"])),
    ("H10", "a parent who must join, no parent group", lambda p: p.child("b1").update(
        parent="must")),
    ("H11", "the same leader twice", lambda p: p.second.update(leaders=["ann", "ann"])),
    ("H11", "one leader", lambda p: p.second.update(leaders=["ann"])),
    ("H11", "three leaders", lambda p: p.second.update(leaders=["ann", "dan", "gun"])),
    ("H11", "not trained", lambda p: p.leader("dan").update(themes=["mental"])),
    ("H11", "does not speak the language", lambda p: p.leader("dan").update(languages=["ar"])),
    ("H11", "not free then", lambda p: p.leader("dan").update(slots=["mon1500"])),
    ("H11", "does not work there", lambda p: p.leader("dan").update(districts=["B"])),
    ("H11", "contract ends a day early", lambda p: p.leader("dan").update(
        contract_until="2009-12-19")),
    ("H11", "nobody experienced", lambda p: p.second.update(leaders=["bo", "eva"])),
    ("H11", "must not meet a child", lambda p: p.leader("dan").update(avoid=["b3"])),
    ("H11", "must not meet a child added", lambda p: p.leader("gun").update(avoid=["d2"])),
    ("H11", "the parents' leader must not meet a child", lambda p: p.leader("cia").update(
        avoid=["a4"])),
    ("H12", "two groups at one time", lambda p: p.first.update(leaders=["finn", "bo"])),
    ("H12", "leads children and parents at once", lambda p: p.first["parent_group"].update(
        leader="ann")),
    ("H12", "more groups than the leader takes", lambda p: p.leader("ann").update(max_groups=1)),
    ("H12", "a running group counts", lambda p: (p.leader("finn").update(max_groups=1),
                                                 p.second.update(leaders=["finn", "dan"]))),
    ("H12", "a running parent group counts", lambda p: (
        p.leader("hans").update(max_groups=1), p.second.update(leaders=["hans", "dan"]))),
    ("H13", "closed then", lambda p: p.room("east").update(slots=["mon1500"])),
    ("H13", "two groups in one room", lambda p: (
        p.second.update(slot="mon1500", leaders=["dan", "eva"]), p.instance.update(
            apart=[], must_not_meet=[]), p.leader("eva").update(experienced=True))),
    ("H13", "a running group's room", lambda p: (
        p.second.update(slot="mon1500", room="hall", leaders=["dan", "eva"]),
        p.instance.update(must_not_meet=[]))),
    ("H13", "a running parent group's room", lambda p: (
        p.second.update(slot="mon1500", room="loft", leaders=["dan", "eva"]),
        p.instance.update(must_not_meet=[]))),
    ("H13", "parents in the children's room", lambda p: p.first["parent_group"].update(
        room="east")),
    ("H14", "parents at another site", lambda p: p.room("west").update(site="barn")),
    ("H14", "more parents than the room holds", lambda p: p.room("west").update(capacity=4)),
    ("H14", "a leader who does not lead parents", lambda p: p.leader("cia").update(
        parents=False)),
    ("H14", "a parents' leader not trained", lambda p: p.leader("cia").update(themes=["mental"])),
    ("H14", "a parents' leader without the language", lambda p: p.leader("cia").update(
        languages=["ar"])),
    ("H14", "one where the theme wants two", lambda p: p.instance["policy"].update(
        by_theme={"misuse": {"parent_leaders": 2}})),
    ("H14", "added past the parents' room", lambda p: (
        p.room("loft").update(capacity=3), p.child("d1").update(parent="wants"),
        p.child("d2").update(parent="wants"))),
    ("H15", "siblings, one left", lambda p: p.first["children"].remove("a2")),
    ("H15", "siblings in two groups", lambda p: p.instance["together"].append(["a4", "b3"])),
    ("H15", "not where the sibling is", lambda p: p.instance["together"].append(["b1", "m1"])),
    ("H16", "apart, yet in one group", lambda p: p.instance["apart"].append(["b3", "b4"])),
    ("H16", "apart from a member", lambda p: p.instance["apart"].append(["m2", "d2"])),
    ("H17", "in one group", lambda p: p.instance["must_not_meet"].append(["b4", "b3"])),
    ("H17", "at one site, in two groups", lambda p: (
        p.second.update(slot="mon1500", room="yard", leaders=["dan", "eva"]),
        p.instance["rooms"].append(room("yard", "house", "A", 6)))),
    ("H17", "with a member", lambda p: p.instance["must_not_meet"].append(["m2", "d2"])),
    ("H17", "at a member's site, in another group", lambda p: p.room("hall").update(
        site="house")),
    ("H18", "declined", lambda p: p.child("d2").update(declined=["running"])),
    ("H19", "no free place", lambda p: p.running.update(max=3)),
    ("H19", "the room is full", lambda p: p.room("hall").update(capacity=3)),
    ("H19", "added to in two parts", lambda p: p.plan.update(additions=[
        {"group": "running", "children": ["d1"]}, {"group": "running", "children": ["d2"]}])),
    ("H19", "an addition to a group that does not run", lambda p: p.added.update(
        group="nosuch")),
    ("H20", "a closed place", lambda p: p.instance["closed"].append(["b1", "house", "tue1500"])),
    ("H20", "a closed place, added", lambda p: p.instance["closed"].append(
        ["d2", "school", "mon1500"])),
    ("parent_share", "too few parent groups", lambda p: p.instance["policy"].update(
        parent_share=51)),
    ("unknown", "a child that nobody knows", lambda p: swap(p.second["children"], "b1", "zoe")),
    ("unknown", "a member as a child", lambda p: swap(p.second["children"], "b1", "m1")),
    ("unknown", "a room that nobody knows", lambda p: p.second.update(room="tent")),
    ("unknown", "a leader whom nobody knows", lambda p: p.second.update(leaders=["ann", "zoe"])),
    ("unknown", "a situation that nobody knows", lambda p: p.second.update(theme="weather")),
    ("twice", "two groups with one id", lambda p: p.second.update(id="first")),
    ("existing", "the id of a running group", lambda p: p.second.update(id="running")),
]
CLAIMS = [
    ("score", "a point too many", lambda plan: plan.update(score=plan["score"] + 1)),
    ("score", "no score", lambda plan: plan.pop("score")),
    ("gap", "no gap", lambda plan: plan.pop("gap")),
    ("gap", "another gap", lambda plan: plan.update(gap=.5)),
    ("bound", "a bound below the score", lambda plan: plan.update(bound=plan["score"] - 1)),
    ("status", "optimal with a gap", lambda plan: plan.update(status="optimal")),
    ("status", "feasible without a gap", lambda plan: plan.update(bound=plan["score"], gap=0)),
    ("status", "a status that nobody knows", lambda plan: plan.update(status="perfect")),
]


def spoilt():
    """(rule, words, instance, plan) of every defect."""
    for rule, words, spoil in DEFECTS:
        pair = Pair()
        spoil(pair)
        pair.claim()
        yield rule, words, pair.instance, pair.plan
    for rule, words, spoil in CLAIMS:
        pair = Pair()
        pair.claim()
        spoil(pair.plan)
        yield rule, words, pair.instance, pair.plan


def valid():
    pair = Pair()
    pair.claim()
    return pair.instance, copy.deepcopy(pair.plan)
