"""Small random instances that have every feature of the format: small.py SEED > instance.json

Where gen.py makes what a city looks like, this makes what a planner gets wrong: few children, much
that forbids, rooms and leaders that are scarce in turn. The seed says the size too. The same seed
gives the same bytes.
"""
import json
import random
import sys
from datetime import date, timedelta

PLAN_DATE, TERM_END = date(2012, 2, 29), date(2012, 6, 10)  # a leap day: ages are easy to get wrong
THEMES = ["misuse", "mental", "violence"]
LANGUAGES = ["sv", "ar"]
DISTRICTS = ["North", "Middle", "South"]
TRAVEL = [[10, 25, 50], [25, 5, 30], [50, 30, 10]]
TAGS = ["calm", "wheelchair"]
# children least and most, rooms, slots, leaders: how hard a textbook model finds it
SHAPES = [(6, 12, 3, 2, 6), (10, 20, 4, 3, 9), (14, 26, 4, 3, 12), (20, 36, 5, 3, 14),
          (30, 50, 5, 4, 16), (50, 80, 5, 3, 16), (80, 120, 5, 3, 16)]


class Maker:
    """One instance; all draws come from one generator in one order."""

    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(f"small/{seed}")
        least, most, self.room_count, slots, self.leader_count = SHAPES[seed % len(SHAPES)]
        self.child_count = self.random.randint(least, most)
        self.slots = ["mon1500", "mon1630", "tue1500", "wed1630"][:slots]
        self.few = self.child_count < 26
        self.themes = THEMES[:self.random.choice([1, 1, 2] if self.few else [1, 2, 2, 3])]
        self.ages = self.random.choice([(6, 9), (7, 12), (4, 17)])
        self.rooms, self.leaders, self.groups, self.children = [], [], [], []
        self.together, self.apart, self.must_not_meet, self.closed = [], [], [], []

    def chance(self, share):
        return self.random.random() < share

    def some(self, values, share):
        """Each with that chance, in order; at least one."""
        return [value for value in values if self.chance(share)] or [self.random.choice(values)]

    def birth(self, age):
        """Full years on the plan's day; on, the day before and after a birthday come often."""
        latest = date(PLAN_DATE.year - age, 2, 28)
        if self.chance(.2):
            return (latest + timedelta(days=self.random.choice([-1, 0, 1, 2]))).isoformat()
        return (latest - timedelta(days=self.random.randrange(360))).isoformat()

    def policy(self):
        policy = {}
        if self.few or self.chance(.4):
            policy["min_children"] = self.random.choice([2, 2, 3] if self.few else [2, 3, 4])
        if self.chance(.3):
            policy["max_children"] = self.random.choice([4, 5, 6])
        if self.chance(.3):
            policy["max_band_years"] = self.random.choice([1, 2, 4])
        if self.chance(.25):
            policy["parent_share"] = self.random.choice([30, 50, 100])
        if self.chance(.25):
            policy["parent_leaders"] = 2
        if self.chance(.2):
            policy.update(w_parent_group=self.random.choice([0, 20]), w_parent=200)
        if self.chance(.15):
            policy["w_place"] = self.random.choice([0, 100, 100000])
        if self.chance(.15):
            policy["w_group"] = self.random.choice([0, 1500, 3000])
        if self.chance(.15):
            policy["wait_cap_weeks"] = 4
        if self.chance(.4):
            policy["by_theme"] = {self.random.choice(self.themes): self.own_rules()}
        return policy

    def own_rules(self):
        rules = {"min_children": self.random.choice([2, 3, 5]),
                 "max_children": self.random.choice([5, 6, 7]),
                 "max_band_years": self.random.choice([2, 3, 5]),
                 "parent_leaders": self.random.choice([1, 2])}
        return {name: rules[name] for name in self.some(list(rules), .5)}

    def make_rooms(self):
        for number in range(self.room_count):
            site = f"site{number // 2 if self.chance(.7) else number}"
            same = [room for room in self.rooms if room["site"] == site]
            district = same[0]["district"] if same else self.random.choice(DISTRICTS)
            self.rooms.append({
                "id": f"room{number}", "site": site, "district": district,
                "capacity": self.random.choice([3, 4, 6, 8]), "tags": self.some(TAGS, .6),
                "slots": self.some(self.slots, .8), "cost": self.random.choice([0, 0, 15, 40])})

    def make_leaders(self):
        for number in range(self.leader_count):
            until = TERM_END + timedelta(days=self.random.choice([-1, 0, 30, 30, 30, 30]))
            self.leaders.append({
                "id": f"leader{number}", "themes": self.some(self.themes, .7),
                "languages": self.some(LANGUAGES, .5) if self.chance(.4) else ["sv"],
                "slots": self.some(self.slots, .8), "max_groups": self.random.choice([1, 1, 2, 3]),
                "experienced": self.chance(.55), "parents": self.chance(.5),
                "home": self.random.choice(DISTRICTS), "districts": self.some(DISTRICTS, .8),
                "contract_until": until.isoformat(), "avoid": []})

    def make_child(self, name):
        return {
            "id": name, "birth": self.birth(self.random.randint(*self.ages)),
            "sex": self.random.choice("FM"),
            "themes": self.random.sample(
                self.themes, self.random.randint(1, min(2, len(self.themes)))),
            "languages": self.random.choice([["sv"], ["sv"], ["sv"], ["ar"], ["sv", "ar"]]),
            "home": self.random.choice(DISTRICTS), "slots": self.some(self.slots, .7),
            "max_travel": self.random.choice([10, 25, 30, 60]),
            "needs": self.random.sample(TAGS, self.random.choice([0] * 8 + [1, 2])),
            "since": (PLAN_DATE - timedelta(days=self.random.choice(
                [-3, 0, 6, 7, 8, 60, 200, 363, 364, 365, 500]))).isoformat(),
            "urgency": self.random.choice([0, 0, 0, 1, 2, 3]), "same_sex_only": self.chance(.06),
            "parent": self.random.choice(["none"] * 6 + ["wants"] * 5 + ["must"]), "declined": []}

    def make_group(self, number, room, slot):
        """A group that runs, if two leaders are free to have been given it."""
        free = [leader for leader in self.leaders if not any(
            leader["id"] in self.leaders_of(group) and group["slot"] == slot
            for group in self.groups) and leader["max_groups"] > sum(
                leader["id"] in self.leaders_of(group) for group in self.groups)]
        if len(free) < 3:
            return
        pair = [leader["id"] for leader in self.random.sample(free, 3)]
        first = self.random.randint(*self.ages)
        ages = (first, first + self.random.randint(0, 2))
        beside = [other for other in self.rooms if other is not room
                  and other["site"] == room["site"] and not self.is_taken(other["id"], slot)]
        parents = {"room": beside[0]["id"], "leader": pair[2]} if beside and self.chance(.6) else \
            None
        if parents and self.chance(.5):
            parents["leaders"] = [parents.pop("leader")]
        group = {"id": f"group{number}", "theme": self.random.choice(self.themes),
                 "language": self.random.choice(["sv", "sv", "ar"]), "age_from": ages[0],
                 "age_to": ages[1], "gender": self.random.choice("XXXFM"), "slot": slot,
                 "room": room["id"], "leaders": pair[:2], "max": self.random.choice([4, 5, 6, 8]),
                 "parent_group": parents, "members": []}
        if self.chance(.3):
            del group["max"]
        for place in range(self.random.randint(0, min(4, room["capacity"] - 1))):
            group["members"].append({
                "id": f"member{number}{place}", "birth": self.birth(self.random.randint(*ages)),
                "sex": self.random.choice("FM"),
                "parent": "wants" if parents and place == 0 else "none"})
        self.groups.append(group)

    @staticmethod
    def leaders_of(group):
        parents = group["parent_group"] or {"leaders": []}
        return group["leaders"] + (parents["leaders"] if "leaders" in parents else
                                   [parents["leader"]])

    def is_taken(self, room, slot):
        return any(group["slot"] == slot and (
            group["room"] == room or (group["parent_group"] or {}).get("room") == room)
            for group in self.groups)

    def make_groups(self):
        for number in range(self.random.choice([0, 1, 1, 2])):
            room = self.random.choice(self.rooms)
            slot = self.random.choice(room["slots"])
            if not self.is_taken(room["id"], slot):
                self.make_group(number, room, slot)

    def pair_up(self):
        """Siblings, some of them in a group already; who is kept apart; who must never meet."""
        ids = [child["id"] for child in self.children]
        members = [member["id"] for group in self.groups for member in group["members"]]
        everybody = ids + members
        self.random.shuffle(ids)
        for _ in range(len(ids) // 8):
            unit = [ids.pop() for _ in range(self.random.choice([2, 2, 2, 3]))]
            self.make_alike(unit)
            self.together.append(unit)
        if members and self.chance(.4):
            self.together.append([self.random.choice(members), ids.pop()])
        units = [set(unit) for unit in self.together]
        for pairs, share in ((self.apart, 10), (self.must_not_meet, 6)):
            for _ in range(self.random.randint(0, len(everybody) // share)):
                a, b = self.random.sample(everybody, 2)
                related = any(a in unit and b in unit for unit in units)
                if not related and not (a in members and b in members):
                    pairs.append([a, b])

    def make_alike(self, unit):
        """Siblings fit one group more often than two strangers, though not always."""
        table = {child["id"]: child for child in self.children}
        first = table[unit[0]]
        for name in unit[1:]:
            for field in ("home", "themes", "languages", "slots"):
                if self.chance(.85):
                    table[name][field] = list(first[field]) if isinstance(
                        first[field], list) else first[field]
            table[name]["birth"] = self.birth(max(self.ages[0], min(
                self.ages[1], PLAN_DATE.year - int(first["birth"][:4])
                - self.random.randint(0, 1))))

    def forbid(self):
        for child in self.children:
            if self.groups and self.chance(.1):
                child["declined"] = [self.random.choice(self.groups)["id"]]
            if self.chance(.08):
                self.closed.append([child["id"], self.random.choice(self.rooms)["site"],
                                    self.random.choice(self.slots)])
        for leader in self.leaders:
            if self.chance(.2):
                leader["avoid"] = [child["id"] for child in self.random.sample(
                    self.children, min(2, len(self.children)))]

    def make(self):
        policy = self.policy()
        self.make_rooms()
        self.make_leaders()
        self.make_groups()
        self.children = [self.make_child(f"child{number:03d}")
                         for number in range(self.child_count)]
        self.pair_up()
        self.forbid()
        return {"format": "gruppstod-instance/1", "name": f"small-{self.seed}",
                "plan_date": PLAN_DATE.isoformat(), "term_end": TERM_END.isoformat(),
                "policy": policy, "themes": self.themes, "languages": LANGUAGES,
                "slots": self.slots, "districts": DISTRICTS, "travel": TRAVEL,
                "rooms": self.rooms, "leaders": self.leaders, "groups": self.groups,
                "children": self.children, "together": self.together, "apart": self.apart,
                "must_not_meet": self.must_not_meet, "closed": self.closed}


def make(seed):
    return Maker(seed).make()


if __name__ == "__main__":
    json.dump(make(int(sys.argv[1])), sys.stdout)
