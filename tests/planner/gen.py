"""Made-up instances of any size: gen.py SIZE SEED [--leaders N] [--rooms N] [--name NAME]

SIZE is district (50 children), city (800), large (5,000), nation (50,000) or a number of children.
The same size and seed give the same bytes, on any machine. Proportions are made up; the districts'
numbers of children are rough and scaled to 153,000 together.
"""
import argparse
import json
import math
import random
import sys
from collections import namedtuple
from datetime import date, timedelta

District = namedtuple("District", "name weight x y other_language region")

# name, children 0-17, latitude, longitude, share of homes with another language, region
STOCKHOLM = [
    ("Rinkeby-Kista", 11900, 59.403, 17.944, .62, "W"),
    ("Spånga-Tensta", 9500, 59.388, 17.900, .52, "W"),
    ("Hässelby-Vällingby", 14900, 59.367, 17.850, .33, "W"),
    ("Bromma", 15100, 59.340, 17.940, .12, "W"),
    ("Kungsholmen", 8000, 59.332, 18.025, .08, "C"),
    ("Norrmalm", 7700, 59.344, 18.050, .08, "C"),
    ("Östermalm", 8600, 59.338, 18.090, .09, "C"),
    ("Södermalm", 15700, 59.313, 18.070, .09, "C"),
    ("Enskede-Årsta-Vantör", 16300, 59.285, 18.050, .27, "S"),
    ("Skarpnäck", 8700, 59.270, 18.130, .18, "S"),
    ("Farsta", 10000, 59.243, 18.090, .24, "S"),
    ("Älvsjö", 6200, 59.278, 18.005, .14, "S"),
    ("Hägersten-Liljeholmen", 12100, 59.300, 17.990, .15, "S"),
    ("Skärholmen", 8300, 59.277, 17.907, .57, "S"),
]
SOUTH_WEST = ("Skärholmen", "Hägersten-Liljeholmen", "Älvsjö")
THEMES, THEME_WEIGHTS = ["misuse", "mental", "violence", "separated"], [.30, .30, .26, .14]
LANGUAGES = ["sv", "ar", "so", "es", "fi", "fa", "tr"]
OTHERS, OTHER_WEIGHTS = LANGUAGES[1:], [.30, .22, .16, .12, .10, .10]
DAYS, TIMES = ["mon", "tue", "wed", "thu", "fri"], ["1500", "1630", "1800"]
SLOTS = [day + time for day in DAYS for time in TIMES]
AGE_WEIGHTS = {4: .5, 5: .7, 6: .9, 7: 1.2, 8: 1.4, 9: 1.5, 10: 1.5, 11: 1.5, 12: 1.4, 13: 1.2,
               14: 1.1, 15: .9, 16: .7, 17: .5}
SIZES = {"district": (50, 10, 4), "city": (800, 90, 55), "large": (5000, 300, 150),
         "nation": (50000, 3000, 1500)}  # children, leaders, rooms
NATION = SIZES["nation"][1] // 3  # from so many leaders on, some draws look at a sample only
PLAN_DATE, TERM_END = date(2009, 8, 31), date(2009, 12, 20)


def on_map(row):
    name, weight, latitude, longitude, other, region = row
    return District(name, weight, (latitude - 59.3) * 111.2, (longitude - 18.0) * 56.8, other,
                    region)


class Maker:
    """One instance. All draws come from one generator: their order is part of the format."""

    def __init__(self, size, seed, leaders, rooms):
        self.random = random.Random(f"{size}/{seed}")
        self.size = size
        usual = SIZES.get(size)
        self.child_count = usual[0] if usual else int(size)
        self.leader_count = leaders or (usual[1] if usual else max(4, self.child_count // 10))
        self.room_count = rooms or (usual[2] if usual else max(3, self.child_count // 18))
        self.districts = self.make_districts()
        self.weights = [district.weight for district in self.districts]
        self.number_of = {d.name: number for number, d in enumerate(self.districts)}
        self.children, self.together, self.apart, self.must_not_meet = [], [], [], []

    def chance(self, share):
        return self.random.random() < share

    def draw(self, values, weights):
        return self.random.choices(values, weights)[0]

    def make_districts(self):
        if self.size == "nation":
            return [on_map(row)._replace(region="R0") for row in STOCKHOLM] + self.make_counties()
        if self.size == "district" or self.child_count <= 120:
            return [on_map(row) for row in STOCKHOLM if row[0] in SOUTH_WEST]
        return [on_map(row) for row in STOCKHOLM]

    def make_counties(self):
        """20 more counties, each 13 municipalities around a centre of its own."""
        gauss, made = self.random.gauss, []
        for county in range(1, 21):
            x, y = (county % 5) * 120 + 150, (county // 5) * 150 + 100
            for municipality in range(13):
                weight = int(1200 * math.exp(gauss(0, .9))) + 800
                made.append(District(
                    f"K{county:02d}-{municipality:02d}", weight, x + gauss(0, 28),
                    y + gauss(0, 28), max(.03, min(.5, gauss(.15, .08))), f"R{county}"))
        return made

    def travel(self):
        def minutes(i, j):
            a, b = self.districts[i], self.districts[j]
            return 10 if i == j else min(600, int(12 + 3.0 * math.hypot(a.x - b.x, a.y - b.y)))
        many = range(len(self.districts))
        return [[minutes(i, j) for j in many] for i in many]

    def pick_district(self):
        return self.random.choices(range(len(self.districts)), self.weights)[0]

    def pick_slots(self, days, share):
        slots = [slot for slot in SLOTS if slot[:3] in days and self.chance(share)]
        return slots or [self.random.choice(SLOTS)]

    def make_rooms(self):
        """Sites of one to three rooms; every district has one before any has two, if they last."""
        rooms, sites, count = [], 0, len(self.districts)
        while len(rooms) < self.room_count:
            if len(rooms) >= count or count > self.room_count:
                district = self.pick_district()
            else:
                district = sites % count
            accessible = self.chance(.6)
            for _ in range(self.draw([1, 2, 3], [.55, .33, .12])):
                if len(rooms) >= self.room_count:
                    break
                rooms.append(self.make_room(len(rooms), f"s{sites:04d}", district, accessible))
            sites += 1
        return rooms

    def make_room(self, number, site, district, accessible):
        days = self.random.sample(DAYS, self.draw([2, 3, 4, 5], [.3, .3, .25, .15]))
        slots = self.pick_slots(days, .75)
        tags = ["wheelchair"] if accessible else []
        tags += ["calm"] if self.chance(.5) else []
        return {"id": f"r{number:04d}", "site": site, "district": self.districts[district].name,
                "capacity": self.draw([6, 8, 10], [.15, .6, .25]), "tags": tags, "slots": slots,
                "cost": self.random.choice([0, 0, 0, 20, 40])}

    def make_leader(self, number, regions):
        home = self.districts[self.pick_district()]
        near = [home.region]
        if len(regions) > 1 and self.size != "nation":
            near += [region for region in regions if region != home.region and self.chance(.35)]
        works = [district.name for district in self.districts if district.region in near]
        languages = ["sv"] + ([self.draw(OTHERS, OTHER_WEIGHTS)] if self.chance(.28) else [])
        days = self.random.sample(DAYS, self.draw([1, 2, 3, 4], [.15, .35, .3, .2]))
        slots = self.pick_slots(days, .8)
        themes = self.random.sample(THEMES, self.draw([1, 2, 3], [.4, .4, .2]))
        return {"id": f"l{number:04d}", "themes": sorted(themes, key=THEMES.index),
                "languages": languages, "slots": slots,
                "max_groups": self.draw([1, 2, 3], [.5, .38, .12]),
                "experienced": self.chance(.55), "parents": self.chance(.35), "home": home.name,
                "districts": works, "contract_until": self.contract_end(), "avoid": []}

    def contract_end(self):
        if not self.chance(.3):
            return "2010-06-30"
        days = self.random.choice([190, 190, 190, 375, -30])
        return (TERM_END + timedelta(days=days)).isoformat()

    def birth(self, age):
        latest = date(PLAN_DATE.year - age, PLAN_DATE.month, 28)
        return (latest - timedelta(days=3 + self.random.randrange(358))).isoformat()

    def make_child(self, name, home=None, since=None, languages=None, themes=None, age=None):
        """What is not given is drawn."""
        home = self.pick_district() if home is None else home
        if age is None:
            age = self.draw(list(AGE_WEIGHTS), list(AGE_WEIGHTS.values()))
        languages = self.child_languages(home) if languages is None else languages
        themes = self.child_themes() if themes is None else themes
        slots = self.child_slots(age)
        if age <= 9:
            most = self.draw([20, 30, 45], [.35, .45, .2])
        else:
            most = self.draw([20, 30, 45, 60], [.15, .35, .35, .15])
        since = since or PLAN_DATE - timedelta(
            days=min(600, int(self.random.expovariate(1 / 110.))))
        birth, sex = self.birth(age), self.random.choice("FM")
        needs = (["wheelchair"] if self.chance(.02) else []) + (
            ["calm"] if self.chance(.04) else [])
        return {"id": name, "birth": birth, "sex": sex, "themes": themes, "languages": languages,
                "home": self.districts[home].name, "slots": slots, "max_travel": most,
                "needs": needs, "since": since.isoformat(),
                "urgency": self.draw([0, 1, 2, 3], [.68, .2, .09, .03]),
                "same_sex_only": self.chance(.03),
                "parent": self.draw(["none", "wants", "must"], [.57, .38, .05]), "declined": []}

    def child_languages(self, home):
        if not self.chance(self.districts[home].other_language):
            return ["sv"]
        other = self.draw(OTHERS, OTHER_WEIGHTS)
        return [other] if self.chance(.16) else ["sv", other]

    def child_themes(self):
        first = self.draw(THEMES, THEME_WEIGHTS)
        if not self.chance(.35):
            return [first]
        rest = [theme for theme in THEMES if theme != first]
        return [first, self.draw(rest, [THEME_WEIGHTS[THEMES.index(theme)] for theme in rest])]

    def child_slots(self, age):
        shares = [.8, .75, .15] if age <= 9 else [.55, .8, .45] if age <= 12 else [.2, .75, .7]
        days = [day for day in DAYS if self.chance(.68)] or [self.random.choice(DAYS)]
        slots = [day + time for day in days for time, share in zip(TIMES, shares)
                 if self.chance(share)]
        return slots or [self.random.choice(days) + "1630"]

    def make_children(self):
        while len(self.children) < self.child_count:
            child = self.make_child(f"c{len(self.children):05d}")
            self.children.append(child)
            if len(self.children) < self.child_count and self.chance(.10):
                self.add_sibling(child)

    def add_sibling(self, child):
        """Referred at the same time; together, apart or neither."""
        years = self.draw([0, 1, 2, 3, 5], [.06, .24, .3, .25, .15])
        age = PLAN_DATE.year - int(child["birth"][:4])
        other_age = max(4, min(17, age + self.random.choice([-years, years])))
        sibling = self.make_child(
            f"c{len(self.children):05d}", self.number_of[child["home"]],
            date.fromisoformat(child["since"]), list(child["languages"]), list(child["themes"]),
            other_age)
        for name in ("max_travel", "parent", "since"):
            sibling[name] = child[name]
        if abs(age - other_age) <= 1 and self.chance(.6):
            sibling["slots"] = list(child["slots"])
            sibling["same_sex_only"] = child["same_sex_only"] = False
            self.together.append([child["id"], sibling["id"]])
        elif self.chance(.3):
            self.apart.append([child["id"], sibling["id"]])
        self.children.append(sibling)

    def part_neighbours(self):
        """Children of one district who lived with violence and must not meet."""
        violence = [child for child in self.children if "violence" in child["themes"]]
        self.random.shuffle(violence)
        by_district = {}
        for child in violence:
            by_district.setdefault(child["home"], []).append(child["id"])
        pairs = {tuple(pair) for pair in self.together}
        for ids in by_district.values():
            for a, b in zip(ids[::2], ids[1::2]):
                if self.chance(.10) and (a, b) not in pairs and (b, a) not in pairs:
                    self.must_not_meet.append([a, b])
        return violence

    def make_groups(self, rooms, leaders):
        """Groups that run already, on about a quarter of the leaders' time, with free places."""
        taken, busy, groups = set(), {}, []
        stay = [leader for leader in leaders if leader["contract_until"] >= TERM_END.isoformat()]
        target, members = max(1, self.leader_count // 9), 0
        for _ in range(target * 30):
            if len(groups) >= target:
                break
            room = self.random.choice(rooms)
            slot = self.random.choice(room["slots"])
            theme = self.draw(THEMES, THEME_WEIGHTS)
            if (room["id"], slot) in taken:
                continue
            pair = self.pick_leaders(stay, busy, room, slot, theme)
            if not pair:
                continue
            taken.add((room["id"], slot))
            for leader in pair:
                busy.setdefault(leader, []).append(slot)
            group = self.make_group(len(groups), room, slot, theme, pair, members)
            members += len(group["members"])
            groups.append(group)
        return groups

    def pick_leaders(self, stay, busy, room, slot, theme):
        many = self.leader_count >= NATION
        free = [leader for leader in (self.random.sample(stay, 600) if many else stay)
                if theme in leader["themes"] and slot in leader["slots"]
                and room["district"] in leader["districts"]
                and slot not in busy.get(leader["id"], [])
                and len(busy.get(leader["id"], [])) < (1 if many else leader["max_groups"])]
        experienced = [leader for leader in free if leader["experienced"]]
        if not experienced or len(free) < 2:
            return None
        first = self.random.choice(experienced)
        second = self.random.choice([leader for leader in free if leader is not first])
        return [first["id"], second["id"]]

    def make_group(self, number, room, slot, theme, pair, first_member):
        age = self.random.randrange(4, 15)
        count = self.random.choice([3, 4, 5, 6, 7, 7])
        most, members = min(8, room["capacity"]), []
        for place in range(min(count, most - 1)):
            child = self.make_child(
                f"m{first_member + place:05d}", self.number_of[room["district"]],
                age=self.random.randrange(age, age + 3))
            members.append({"id": child["id"], "birth": child["birth"], "sex": child["sex"],
                            "parent": "none"})
        return {"id": f"g{number:04d}", "theme": theme, "language": "sv", "age_from": age,
                "age_to": age + 2, "gender": "X", "slot": slot, "room": room["id"],
                "leaders": pair, "max": most, "parent_group": None, "members": members}

    def decline(self, groups):
        by_theme = {}
        for group in groups:
            by_theme.setdefault(group["theme"], []).append(group["id"])
        for child in self.children:
            if self.chance(.05) and by_theme.get(child["themes"][0]):
                child["declined"] = [self.random.choice(by_theme[child["themes"][0]])]

    def make(self, name):
        rooms = self.make_rooms()
        regions = sorted({district.region for district in self.districts})
        leaders = [self.make_leader(number, regions) for number in range(self.leader_count)]
        self.make_children()
        violence = self.part_neighbours()
        for leader in leaders:
            if self.chance(.08):
                leader["avoid"] = [self.random.choice(self.children)["id"]
                                   for _ in range(1 if self.child_count < 1000 else 3)]
        groups = self.make_groups(rooms, leaders)
        self.decline(groups)
        for group in groups[::4]:
            if group["members"] and violence:
                self.must_not_meet.append(
                    [self.random.choice(violence)["id"], group["members"][0]["id"]])
        return {"format": "gruppstod-instance/1", "name": name,
                "plan_date": PLAN_DATE.isoformat(), "term_end": TERM_END.isoformat(),
                "policy": {}, "themes": THEMES, "languages": LANGUAGES, "slots": SLOTS,
                "districts": [district.name for district in self.districts],
                "travel": self.travel(), "rooms": rooms, "leaders": leaders, "groups": groups,
                "children": self.children, "together": self.together, "apart": self.apart,
                "must_not_meet": self.must_not_meet}


def make(size, seed, leaders=None, rooms=None, name=None):
    """The instance as a dictionary whose order of keys is the file's."""
    return Maker(str(size), seed, leaders, rooms).make(name or f"{size}-{seed}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("size")
    parser.add_argument("seed", type=int)
    parser.add_argument("--leaders", type=int)
    parser.add_argument("--rooms", type=int)
    parser.add_argument("--name")
    wish = parser.parse_args()
    json.dump(make(wish.size, wish.seed, wish.leaders, wish.rooms, wish.name), sys.stdout,
              ensure_ascii=False)


if __name__ == "__main__":
    main()
