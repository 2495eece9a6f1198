"""The planning problem as a textbook writes it, for another solver: textbook.py INSTANCE > model.lp

One binary for each child in each room and slot, as plain as the rules are, and nothing taken from
the planner: what it finds is what the planner must find. It is far too slow for a city.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from verify import Check, age_on, check, day_of, parent_joins, parent_leaders

NOTHING, LESS, EQUAL = "none", "<=", "="
NO_BOUND = 1 << 60


class Model:
    """maximise the objective; rows are (terms, sense, right-hand side), terms {variable: factor}"""

    def __init__(self):
        self.objective, self.rows, self.binaries, self.constant = {}, [], [], 0

    def binary(self, *words):
        """A name that says what it stands for; LP files forbid most signs."""
        name = re.sub(r"[^A-Za-z0-9_]", "_", "_".join(map(str, words)))
        self.binaries.append(name)
        return name

    def pay(self, variable, points):
        if points:
            self.objective[variable] = self.objective.get(variable, 0) + points

    def row(self, terms, sense, right):
        """`terms` is a list of (factor, variable); what is there twice adds up."""
        sums = {}
        for factor, variable in terms:
            sums[variable] = sums.get(variable, 0) + factor
        sums = {variable: factor for variable, factor in sums.items() if factor}
        if sums:
            self.rows.append((sums, sense, right))
        else:
            assert 0 <= right if sense == LESS else right == 0, "a row that nothing can keep"

    def text(self):
        def line(terms):
            words = [f"{'+' if factor >= 0 else '-'} {abs(factor)} {variable}"
                     for variable, factor in terms.items()]
            return "\n ".join(words) or "0 nothing"
        rows = "\n".join(f"r{number}: {line(terms)} {sense} {right}"
                         for number, (terms, sense, right) in enumerate(self.rows))
        binaries = "\n".join(self.binaries)
        return (f"Maximize\n score: {line(self.objective)}\nSubject To\n{rows}\n"
                f"none: nothing <= 0\nBinary\n{binaries}\nEnd\n")


class Textbook:
    """Builds the model of an instance. `here` is a room and a slot, where one group may open."""

    def __init__(self, instance):
        self.instance, self.model = instance, Model()
        self.facts = Check(instance)  # its tables and policy; nothing of its checks
        for group in self.facts.running.values():
            self.facts.take_running(group)
        self.ages = {child["id"]: age_on(day_of(child["birth"]), self.facts.day)
                     for child in instance["children"]}
        self.heres = [(room["id"], slot) for room in instance["rooms"] for slot in room["slots"]
                      if (room["id"], slot) not in self.facts.room_use]
        self.in_new, self.in_running = {}, {}  # (child, here) or (child, group) -> variable
        self.opens, self.choice, self.parents, self.leads = {}, {}, {}, {}

    def build(self):
        for here in self.heres:
            self.open_group(here)
        for here in self.heres:
            self.open_parent_group(here)
        for here in self.heres:
            self.pay_group(here)
            self.staff(here)
            self.fill(here)
        self.share_rooms()
        self.share_leaders()
        for group in self.facts.running.values():
            self.add_to(group)
        self.once()
        self.keep_siblings()
        self.keep_apart()
        self.ask_parent_share()
        return self.model

    # What a group is

    def choose(self, here, what, values):
        """Exactly one of the values where the group opens, none where it does not."""
        variables = {value: self.model.binary(what, *here, value) for value in values}
        self.model.row([(1, name) for name in variables.values()] + [(-1, self.opens[here])],
                       EQUAL, 0)
        self.choice[here, what] = variables
        return variables

    def bands(self):
        ages = sorted(set(self.ages.values()))
        widest = max(self.facts.rule(theme, "max_band_years")
                     for theme in self.instance["themes"])
        return [(a, b) for a in ages for b in ages if a <= b < a + widest]

    def open_group(self, here):
        model = self.model
        self.opens[here] = model.binary("open", *here)
        themes = self.choose(here, "theme", self.instance["themes"])
        self.choose(here, "language", self.instance["languages"])
        self.choose(here, "gender", "XFM")
        bands = self.choose(here, "band", [f"{a}.{b}" for a, b in self.bands()])
        for name, band in bands.items():
            a, b = map(int, name.split("."))
            wide = [(-1, themes[theme]) for theme in themes
                    if self.facts.rule(theme, "max_band_years") > b - a]
            model.row([(1, band)] + wide, LESS, 0)
            model.pay(band, -self.facts.policy["w_band"] * (b - a))

    def open_parent_group(self, here):
        """Which other room of the site its parents meet in; at most one."""
        room, slot = here
        site = self.facts.rooms[room]["site"]
        self.parents[here] = {
            other: self.model.binary("parents", *here, other) for other, when in self.heres
            if when == slot and other != room and self.facts.rooms[other]["site"] == site}
        self.model.row([(1, name) for name in self.parents[here].values()]
                       + [(-1, self.opens[here])], LESS, 0)

    def pay_group(self, here):
        policy, rooms = self.facts.policy, self.facts.rooms
        self.model.pay(self.opens[here], -policy["w_group"] - rooms[here[0]].get("cost", 0))
        for other, variable in self.parents[here].items():
            self.model.pay(variable, -policy["w_parent_group"] - rooms[other].get("cost", 0))

    # Leaders

    def may_lead(self, leader, here):
        room, slot = here
        return (slot in leader["slots"] and (leader["id"], slot) not in self.facts.leader_use
                and self.facts.rooms[room]["district"] in leader["districts"]
                and day_of(leader["contract_until"]) >= self.facts.term_end)

    def staff(self, here):
        model, able = self.model, [leader for leader in self.instance["leaders"]
                                   if self.may_lead(leader, here)]
        lead = {leader["id"]: model.binary("lead", *here, leader["id"]) for leader in able}
        lead_parents = {leader["id"]: model.binary("leadparents", *here, leader["id"])
                        for leader in able if leader.get("parents")}
        self.leads[here] = [lead, lead_parents]
        for leader in able:
            for table in self.leads[here]:
                if leader["id"] in table:
                    self.fits(table[leader["id"]], here, leader)
        model.row([(1, name) for name in lead.values()] + [(-2, self.opens[here])], EQUAL, 0)
        model.row([(-1, lead[leader["id"]]) for leader in able if leader["experienced"]]
                  + [(1, self.opens[here])], LESS, 0)
        self.staff_parents(here, lead_parents)

    def fits(self, variable, here, leader):
        for what, values in (("theme", leader["themes"]), ("language", leader["languages"])):
            choice = self.choice[here, what]
            self.model.row([(1, variable)] + [(-1, choice[value]) for value in values
                                              if value in choice], LESS, 0)

    def staff_parents(self, here, lead_parents):
        """As many as the situation asks for, where there is a parent group."""
        model, rooms = self.model, self.parents[here].values()
        both = {}
        for theme, chosen in self.choice[here, "theme"].items():
            both[theme] = model.binary("parentsof", *here, theme)
            model.row([(1, both[theme]), (-1, chosen)], LESS, 0)
        model.row([(1, name) for name in both.values()] + [(-1, name) for name in rooms], EQUAL, 0)
        model.row([(1, name) for name in lead_parents.values()]
                  + [(-self.facts.rule(theme, "parent_leaders"), name)
                     for theme, name in both.items()], EQUAL, 0)

    def share_rooms(self):
        for room, slot in self.heres:
            guests = [table[room] for (_, when), table in self.parents.items()
                      if when == slot and room in table]
            self.model.row([(1, self.opens[room, slot])] + [(1, name) for name in guests], LESS, 1)

    def share_leaders(self):
        busy = {}
        for leader, _ in self.facts.leader_use:
            busy[leader] = busy.get(leader, 0) + 1
        for leader in self.instance["leaders"]:
            mine = [(slot, table[leader["id"]]) for (_, slot), tables in self.leads.items()
                    for table in tables if leader["id"] in table]
            left = max(0, leader["max_groups"] - busy.get(leader["id"], 0))
            self.model.row([(1, name) for _, name in mine], LESS, left)
            for slot in self.instance["slots"]:
                self.model.row([(1, name) for when, name in mine if when == slot], LESS, 1)

    # Children

    def may_join(self, child, room, slot):
        """What does not depend on what the group is."""
        return (slot in child["slots"] and self.facts.minutes(child, room) <= child["max_travel"]
                and set(child.get("needs", [])) <= set(room.get("tags", []))
                and (child["id"], room["site"], slot) not in self.facts.closed
                and not self.has_company(child, room["site"], slot))

    def has_company(self, child, site, slot):
        """Somebody whom the child must not meet is there already, in a group that runs."""
        there = self.facts.present.get((site, slot), [])
        return any(child["id"] in pair and set(pair) & (set(there) - {child["id"]})
                   for pair in self.instance.get("must_not_meet", []))

    def only_group(self, child):
        """The groups where siblings of the child are members."""
        return {self.facts.member_of[name] for unit in self.instance.get("together", [])
                if child["id"] in unit for name in unit if name in self.facts.member_of}

    def worth(self, child, room):
        """Without the situation and the parents."""
        return self.facts.value({**child, "themes": [None]}, NOTHING, room, None)

    def fill(self, here):
        model, facts, (room_id, slot) = self.model, self.facts, here
        room = facts.rooms[room_id]
        inside = []
        for child in self.instance["children"]:
            if self.may_join(child, room, slot) and not self.only_group(child):
                variable = model.binary("in", *here, child["id"])
                self.in_new[child["id"], here] = variable
                inside.append((child, variable))
                model.pay(variable, self.worth(child, room))
                self.suits(child, variable, here)
        count = [(1, variable) for _, variable in inside]
        themes = self.choice[here, "theme"].items()
        model.row([(facts.rule(theme, "min_children"), name) for theme, name in themes]
                  + [(-1, variable) for _, variable in inside], LESS, 0)
        model.row(count + [(-min(facts.rule(theme, "max_children"), room["capacity"]), name)
                           for theme, name in themes], LESS, 0)
        self.seat_parents(here, inside)

    def suits(self, child, variable, here):
        model, choice = self.model, self.choice
        gender = [child["sex"]] if child.get("same_sex_only") else ["X", child["sex"]]
        age = self.ages[child["id"]]
        bands = [name for name in choice[here, "band"]
                 if int(name.split(".")[0]) <= age <= int(name.split(".")[1])]
        for what, values in (("theme", child["themes"]), ("language", child["languages"]),
                             ("gender", gender), ("band", bands)):
            table = choice[here, what]
            model.row([(1, variable)] + [(-1, table[value]) for value in values if value in table],
                      LESS, 0)
        if self.facts.policy["w_primary"]:
            primary = model.binary("primary", *here, child["id"])
            model.row([(1, primary), (-1, variable)], LESS, 0)
            model.row([(1, primary), (-1, choice[here, "theme"][child["themes"][0]])], LESS, 0)
            model.pay(primary, self.facts.policy["w_primary"])
        for leader, name in [item for table in self.leads[here] for item in table.items()]:
            if child["id"] in self.facts.leaders[leader].get("avoid", []):
                model.row([(1, variable), (1, name)], LESS, 1)

    def seat_parents(self, here, inside):
        """Places for the parents who join, and what they are worth."""
        model, rooms = self.model, self.parents[here]
        joining = [(child, variable) for child, variable in inside if parent_joins(child)]
        for child, variable in joining:
            if child["parent"] == "must":
                model.row([(1, variable)] + [(-1, name) for name in rooms.values()], LESS, 0)
            if self.facts.policy["w_parent"]:
                both = model.binary("joins", *here, child["id"])
                model.row([(1, both), (-1, variable)], LESS, 0)
                model.row([(1, both)] + [(-1, name) for name in rooms.values()], LESS, 0)
                model.pay(both, self.facts.policy["w_parent"])
        for other, name in rooms.items():
            slack = len(joining)
            model.row([(1, variable) for _, variable in joining] + [(slack, name)], LESS,
                      self.facts.rooms[other]["capacity"] + slack)

    def add_to(self, group):
        facts, room = self.facts, self.facts.rooms[group["room"]]
        parent_group, inside = group.get("parent_group"), []
        for child in self.instance["children"]:
            if self.may_be_added(child, group, room):
                variable = self.model.binary("add", group["id"], child["id"])
                self.in_running[child["id"], group["id"]] = variable
                inside.append((child, variable))
                self.model.pay(variable, facts.value(child, group["theme"], room, parent_group))
        most = min(group.get("max", facts.rule(group["theme"], "max_children")), room["capacity"])
        self.model.row([(1, variable) for _, variable in inside], LESS,
                       max(0, most - len(group["members"])))
        if parent_group:
            left = facts.rooms[parent_group["room"]]["capacity"] - sum(
                map(parent_joins, group["members"]))
            self.model.row([(1, variable) for child, variable in inside if parent_joins(child)],
                           LESS, max(0, left))

    def may_be_added(self, child, group, room):
        parent_group, gender = group.get("parent_group"), group.get("gender", "X")
        leaders = group["leaders"] + (parent_leaders(parent_group) if parent_group else [])
        return (self.may_join(child, room, group["slot"]) and group["theme"] in child["themes"]
                and group["language"] in child["languages"]
                and group["age_from"] <= self.ages[child["id"]] <= group["age_to"]
                and (gender == child["sex"] or gender == "X" and not child.get("same_sex_only"))
                and (child.get("parent") != "must" or parent_group)
                and group["id"] not in child.get("declined", [])
                and not any(child["id"] in self.facts.leaders[leader].get("avoid", [])
                            for leader in leaders)
                and self.only_group(child) <= {group["id"]})

    # Between children

    def places_of(self, child):
        """What the child could be in -> its variable."""
        return {place: variable for table in (self.in_new, self.in_running)
                for (name, place), variable in table.items() if name == child}

    def once(self):
        for child in self.instance["children"]:
            self.model.row([(1, name) for name in self.places_of(child["id"]).values()], LESS, 1)

    def keep_siblings(self):
        for unit in self.instance.get("together", []):
            places = [self.places_of(name) for name in unit if name in self.facts.children]
            for one, other in zip(places, places[1:]):
                for place in sorted(set(one) | set(other), key=str):
                    terms = [(1, one[place])] if place in one else []
                    terms += [(-1, other[place])] if place in other else []
                    self.model.row(terms, EQUAL, 0)

    def keep_apart(self):
        for pair in self.instance.get("apart", []):
            tables = [self.places_of(name) for name in pair]
            for name, table in zip(reversed(pair), tables):
                home = self.facts.member_of.get(name)
                if home in table:
                    self.model.row([(1, table[home])], LESS, 0)
            for place in set(tables[0]) & set(tables[1]):
                self.model.row([(1, table[place]) for table in tables], LESS, 1)
        for pair in self.instance.get("must_not_meet", []):
            for table in self.by_site_and_slot(pair).values():
                self.model.row([(1, name) for name in table], LESS, 1)

    def by_site_and_slot(self, names):
        met = {}
        for name in names:
            for place, variable in self.places_of(name).items():
                if isinstance(place, str):
                    group = self.facts.running[place]
                    place = (group["room"], group["slot"])
                site = self.facts.rooms[place[0]]["site"]
                met.setdefault((site, place[1]), []).append(variable)
        return met

    def ask_parent_share(self):
        share = self.facts.policy["parent_share"]
        if share:
            self.model.row(
                [(share, name) for name in self.opens.values()]
                + [(-100, name) for table in self.parents.values() for name in table.values()],
                LESS, 0)


    # What the solver made of it

    def plan(self, chosen):
        """The plan that the chosen binaries say, with what verify.py wants to know."""
        def pick(table):
            return [value for value, name in table.items() if name in chosen]
        plan = {"groups": [], "additions": [], "status": "feasible", "bound": None}
        for number, here in enumerate(here for here in self.heres if self.opens[here] in chosen):
            (theme,), (language,), (gender,), (band,) = (
                pick(self.choice[here, what]) for what in ("theme", "language", "gender", "band"))
            low, high = map(int, band.split("."))
            lead, lead_parents = map(pick, self.leads[here])
            parents = pick(self.parents[here])
            plan["groups"].append({
                "id": f"n{number}", "theme": theme, "language": language, "gender": gender,
                "age_from": low, "age_to": high, "room": here[0], "slot": here[1],
                "leaders": lead, "parent_group": parents and {
                    "room": parents[0], "leaders": lead_parents} or None,
                "children": [child for (child, place), name in self.in_new.items()
                             if place == here and name in chosen]})
        for group in self.facts.running:
            children = [child for (child, place), name in self.in_running.items()
                        if place == group and name in chosen]
            plan["additions"] += [{"group": group, "children": children}] if children else []
        return plan


def solve(instance, solver="glpsol", seconds=60):
    """(score of the best plan found, bound on any plan); equal when it was proved.

    The plan behind the score is looked at by verify.py: a model that forgot a rule shows here.
    """
    textbook = Textbook(instance)
    with tempfile.TemporaryDirectory() as folder:
        model, answer = Path(folder, "model.lp"), Path(folder, "answer.txt")
        model.write_text(textbook.build().text(), encoding="ascii")
        run = run_glpsol if solver == "glpsol" else run_cbc
        said, bound = run(model, answer, seconds)
        plan = textbook.plan(read_chosen(answer.read_text()) if said else set())
    # A plan that is not the best may have points that the solver did not claim.
    plan["score"] = check(instance, plan)[1]["score"]
    errors = check(instance, plan)[0]
    assert not errors, f"{solver} made a plan that breaks rules: {errors[:3]}"
    assert said <= plan["score"] <= bound, f"{solver} says {said} to {bound}: {plan['score']}"
    return plan["score"], bound


def read_chosen(text):
    """The binaries that are 1, in either solver's print: number, name, perhaps a star, value."""
    return {name for name, value in re.findall(
        r"^ +\d+ +([A-Za-z]\w*)\s+(?:\*\s+)?([-+.\de]+)\b", text, re.M) if float(value) > .5}


def integer(text):
    """Every plan scores an integer; solvers print floats."""
    value = float(text)
    assert abs(value - round(value)) < 1e-3 * max(1, abs(value)) ** .5, text
    return round(value)


def run_glpsol(model, answer, seconds):
    done = subprocess.run(["glpsol", "--lp", model, "--tmlim", str(int(seconds)), "--cuts",
                           "-o", answer], capture_output=True, text=True, check=True)
    text = answer.read_text()
    score = re.search(r"^Objective: +\S+ = (\S+)", text, re.M).group(1)
    status = re.search(r"^Status: +(.+)$", text, re.M).group(1)
    if status.strip() == "INTEGER OPTIMAL":
        return integer(score), integer(score)
    bounds = re.findall(r"mip = +(?:not found yet|\S+) <= +(\S+)", done.stdout)
    found = score if status.strip() == "INTEGER NON-OPTIMAL" else "0"
    return integer(found), int(float(bounds[-1]) + 1e-6) if bounds else NO_BOUND


def run_cbc(model, answer, seconds):
    done = subprocess.run(["cbc", model, "ratioGap", "0", "allowableGap", "0.5", "sec",
                           str(int(seconds)), "solve", "solution", answer],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return 0, NO_BOUND  # cbc 2.10 aborts on some models
    values = dict(re.findall(r"^(Objective value|Upper bound): +(\S+)", done.stdout, re.M))
    # It minimises the negative.
    score = abs(integer(values.get("Objective value", "0")))
    if "Optimal solution found" in done.stdout:
        return score, score
    bound = values.get("Upper bound")
    return score, int(abs(float(bound)) + 1e-6) if bound else NO_BOUND


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as source:
        print(Textbook(json.load(source)).build().text())
