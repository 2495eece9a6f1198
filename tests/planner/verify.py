"""A plan checked against the hard rules and scored anew: verify.py INSTANCE PLAN

Shares no code with the solver or with the house's own checker. Status 0: the plan is valid and says
its score right; 1: it is not, the violations are printed; 2: a file is malformed. All arithmetic is
in integers.
"""
import json
import sys
from datetime import date

POLICY = {"min_children": 4, "max_children": 8, "max_band_years": 3, "w_place": 1000, "w_wait": 10,
          "wait_cap_weeks": 52, "w_urgency": 200, "w_primary": 50, "w_travel": 1, "w_band": 20,
          "w_group": 100, "w_parent": 60, "w_parent_group": 150, "parent_share": 0,
          "parent_leaders": 1, "by_theme": {}}


def day_of(text):
    return date.fromisoformat(text)


def age_on(birth, day):
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def parent_joins(person):
    return person.get("parent", "none") != "none"


def parent_leaders(parent_group):
    return parent_group["leaders"] if "leaders" in parent_group else [parent_group["leader"]]


def by_id(things):
    table = {thing["id"]: thing for thing in things}
    assert len(table) == len(things), "an id is there twice"
    return table


def median(values):
    return sorted(values)[len(values) // 2] if values else None


class Check:
    """What a plan uses, group by group; whatever is wrong is a sentence in `errors`."""

    def __init__(self, instance):
        self.instance = instance
        self.policy = {**POLICY, **instance.get("policy", {})}
        self.day, self.term_end = day_of(instance["plan_date"]), day_of(instance["term_end"])
        self.districts = {name: number for number, name in enumerate(instance["districts"])}
        self.rooms, self.leaders = by_id(instance["rooms"]), by_id(instance["leaders"])
        self.children = by_id(instance["children"])
        self.running = {group["id"]: group for group in instance.get("groups", [])}
        self.member_of = {member["id"]: group["id"] for group in self.running.values()
                          for member in group["members"]}
        self.closed = {tuple(triple) for triple in instance.get("closed", [])}
        self.room_use, self.leader_use = {}, {}  # (room or leader, slot) -> group
        self.where, self.present = {}, {}  # child -> group; (site, slot) -> children
        self.errors, self.score = [], 0

    def wrong(self, sentence):
        self.errors.append(sentence)

    def rule(self, theme, name):
        return self.policy["by_theme"].get(theme, {}).get(name, self.policy[name])

    def minutes(self, child, room):
        return self.instance["travel"][self.districts[child["home"]]][
            self.districts[room["district"]]]

    def value(self, child, theme, room, parent_group):
        policy = self.policy
        weeks = max(0, (self.day - day_of(child["since"])).days // 7)
        value = policy["w_place"] + policy["w_wait"] * min(weeks, policy["wait_cap_weeks"])
        value += policy["w_urgency"] * child.get("urgency", 0)
        value -= policy["w_travel"] * self.minutes(child, room)
        if child["themes"][0] == theme:
            value += policy["w_primary"]
        if parent_group and parent_joins(child):
            value += policy["w_parent"]
        return value

    # Rooms and leaders

    def use_room(self, room, slot, group, fixed=False):
        if room not in self.rooms:
            self.wrong(f"{group}: unknown room {room}")
            return
        if not fixed and slot not in self.rooms[room]["slots"]:
            self.wrong(f"{group}: room {room} not available {slot}")
        if (room, slot) in self.room_use:
            self.wrong(f"{group}: room {room} at {slot} double-booked with "
                       f"{self.room_use[room, slot]}")
        self.room_use[room, slot] = group

    def use_leader(self, name, slot, group):
        """The leader's record, or None."""
        if name not in self.leaders:
            self.wrong(f"{group}: unknown leader {name}")
            return None
        if (name, slot) in self.leader_use:
            self.wrong(f"{group}: leader {name} at {slot} double-booked with "
                       f"{self.leader_use[name, slot]}")
        self.leader_use[name, slot] = group
        return self.leaders[name]

    def use_new_leader(self, name, group, district, parents=False):
        identity, slot = group["id"], group["slot"]
        leader = self.use_leader(name, slot, identity)
        if not leader:
            return
        if slot not in leader["slots"]:
            self.wrong(f"{identity}: leader {name} not available {slot}")
        if group["theme"] not in leader["themes"]:
            self.wrong(f"{identity}: leader {name} not trained in {group['theme']}")
        if group["language"] not in leader["languages"]:
            self.wrong(f"{identity}: leader {name} does not speak {group['language']}")
        if district not in leader["districts"]:
            self.wrong(f"{identity}: leader {name} does not work in {district}")
        if day_of(leader["contract_until"]) < self.term_end:
            self.wrong(f"{identity}: contract of {name} ends before the term")
        if parents and not leader.get("parents"):
            self.wrong(f"{identity}: leader {name} may not lead parent groups")

    # Children

    def meet(self, child, group):
        site = self.rooms[group["room"]]["site"]
        self.where[child] = group["id"]
        self.present.setdefault((site, group["slot"]), []).append(child)

    def place(self, name, group):
        """What holds for a child in a new group and for one added to a running group."""
        identity = group["id"]
        if name not in self.children:
            self.wrong(f"{identity}: unknown child {name}")
            return None
        child, room = self.children[name], self.rooms[group["room"]]
        if name in self.where:
            self.wrong(f"{identity}: child {name} already in {self.where[name]}")
        self.meet(name, group)
        self.check_fit(child, group, room)
        self.check_gender(child, group)
        for need in child.get("needs", []):
            if need not in room.get("tags", []):
                self.wrong(f"{identity}: {name} needs {need}, room {room['id']} lacks it")
        parent_group = group.get("parent_group")
        if child.get("parent", "none") == "must" and not parent_group:
            self.wrong(f"{identity}: {name} needs a parallel parent group")
        for leader in group["leaders"] + (parent_leaders(parent_group) if parent_group else []):
            if leader in self.leaders and name in self.leaders[leader].get("avoid", []):
                self.wrong(f"{identity}: leader {leader} must not meet {name}")
        if (name, room["site"], group["slot"]) in self.closed:
            self.wrong(f"{identity}: {name} may not be at {room['site']} {group['slot']}")
        return child

    def check_fit(self, child, group, room):
        identity, name = group["id"], child["id"]
        age = age_on(day_of(child["birth"]), self.day)
        if group["theme"] not in child["themes"]:
            self.wrong(f"{identity}: {name} has not the theme {group['theme']}")
        if group["language"] not in child["languages"]:
            self.wrong(f"{identity}: {name} does not speak {group['language']}")
        if group["slot"] not in child["slots"]:
            self.wrong(f"{identity}: {name} cannot {group['slot']}")
        if self.minutes(child, room) > child["max_travel"]:
            self.wrong(f"{identity}: {name} travels too far")
        if not group["age_from"] <= age <= group["age_to"]:
            self.wrong(f"{identity}: {name} age {age} outside "
                       f"{group['age_from']}-{group['age_to']}")

    def check_gender(self, child, group):
        identity, name, gender = group["id"], child["id"], group.get("gender", "X")
        if gender not in ("X", child["sex"]):
            self.wrong(f"{identity}: {name} sex {child['sex']} in a {gender} group")
        if gender == "X" and child.get("same_sex_only"):
            self.wrong(f"{identity}: {name} asked for a same-sex group")

    # Groups

    def take_running(self, group):
        slot, identity = group["slot"], group["id"]
        self.use_room(group["room"], slot, identity, fixed=True)
        for leader in group["leaders"]:
            self.use_leader(leader, slot, identity)
        parent_group = group.get("parent_group")
        if parent_group:
            self.use_room(parent_group["room"], slot, identity, fixed=True)
            for leader in parent_leaders(parent_group):
                self.use_leader(leader, slot, identity)
        for member in group["members"]:
            self.meet(member["id"], group)

    def check_new(self, group):
        identity, instance = group["id"], self.instance
        if group["room"] not in self.rooms:
            self.wrong(f"{identity}: unknown room")
            return
        room, theme = self.rooms[group["room"]], group["theme"]
        if theme not in instance["themes"] or group["language"] not in instance["languages"] \
                or group["slot"] not in instance["slots"]:
            self.wrong(f"{identity}: unknown theme/language/slot")
        most = min(self.rule(theme, "max_children"), room["capacity"])
        if not self.rule(theme, "min_children") <= len(group["children"]) <= most:
            self.wrong(f"{identity}: {len(group['children'])} children")
        if not 0 <= group["age_to"] - group["age_from"] <= self.rule(theme, "max_band_years") - 1:
            self.wrong(f"{identity}: age band too wide")
        self.use_room(group["room"], group["slot"], identity)
        self.check_leaders(group, room)
        children = [child for child in (self.place(name, group) for name in group["children"])
                    if child]
        parent_group = group.get("parent_group")
        if parent_group:
            self.check_parent_group(group, parent_group, room, children)
        self.score += sum(self.value(child, theme, room, parent_group) for child in children)
        self.score -= self.policy["w_group"] + room.get("cost", 0)
        self.score -= self.policy["w_band"] * (group["age_to"] - group["age_from"])

    def check_leaders(self, group, room):
        if len(group["leaders"]) != 2 or len(set(group["leaders"])) != 2:
            self.wrong(f"{group['id']}: needs two distinct leaders")
        for leader in group["leaders"]:
            self.use_new_leader(leader, group, room["district"])
        if not any(self.leaders.get(leader, {}).get("experienced") for leader in group["leaders"]):
            self.wrong(f"{group['id']}: no experienced leader")

    def check_parent_group(self, group, parent_group, room, children):
        identity, parents_room = group["id"], self.rooms.get(parent_group["room"])
        self.score -= self.policy["w_parent_group"]
        self.use_room(parent_group["room"], group["slot"], identity)
        if parents_room:
            self.score -= parents_room.get("cost", 0)
            if parents_room["site"] != room["site"]:
                self.wrong(f"{identity}: parent room at another site")
            if parents_room["capacity"] < sum(map(parent_joins, children)):
                self.wrong(f"{identity}: parent room too small")
        leaders = parent_leaders(parent_group)
        if len(set(leaders)) != self.rule(group["theme"], "parent_leaders"):
            self.wrong(f"{identity}: wrong number of parent leaders")
        for leader in leaders:
            self.use_new_leader(leader, group, room["district"], parents=True)

    def check_addition(self, addition, seen):
        identity = addition["group"]
        if identity not in self.running:
            self.wrong(f"{identity}: unknown existing group")
            return
        if identity in seen:
            self.wrong(f"{identity}: added to twice")
        seen.add(identity)
        group = self.running[identity]
        room, parent_group = self.rooms[group["room"]], group.get("parent_group")
        children = [child for child in (self.place(name, group) for name in addition["children"])
                    if child]
        for child in children:
            if identity in child.get("declined", []):
                self.wrong(f"{identity}: {child['id']} has declined it")
        most = min(group.get("max", self.rule(group["theme"], "max_children")), room["capacity"])
        if len(group["members"]) + len(addition["children"]) > most:
            self.wrong(f"{identity}: too many children")
        if parent_group and self.rooms[parent_group["room"]]["capacity"] < sum(
                map(parent_joins, children + group["members"])):
            self.wrong(f"{identity}: parent room too small")
        self.score += sum(self.value(child, group["theme"], room, parent_group)
                          for child in children)

    # The whole

    def check_plan(self, plan):
        for group in self.running.values():
            self.take_running(group)
        used = set(self.running)
        for group in plan.get("groups", []):
            if group["id"] in used:
                self.wrong(f"{group['id']}: id used twice")
            used.add(group["id"])
            self.check_new(group)
        seen = set()
        for addition in plan.get("additions", []):
            self.check_addition(addition, seen)
        self.check_parent_share(plan.get("groups", []))
        self.check_leader_totals()
        self.check_together()
        self.check_pairs()
        self.check_claims(plan)

    def check_parent_share(self, groups):
        count = sum(1 for group in groups if group.get("parent_group"))
        if count * 100 < self.policy["parent_share"] * len(groups):
            self.wrong(f"only {count} of {len(groups)} new groups have a parent group")

    def check_leader_totals(self):
        totals = {}
        for leader, _ in self.leader_use:
            totals[leader] = totals.get(leader, 0) + 1
        for leader, total in totals.items():
            most = self.leaders[leader]["max_groups"]
            if total > most:
                self.wrong(f"leader {leader} has {total} groups, max {most}")

    def check_together(self):
        for unit in self.instance.get("together", []):
            groups = {self.where.get(name) for name in unit if name in self.children}
            members = {self.member_of[name] for name in unit if name in self.member_of}
            if len(groups) > 1:
                self.wrong(f"together {unit} split: {groups}")
            elif members and groups not in ({None}, set()) and groups != members:
                self.wrong(f"together {unit}: sibling runs in {members}, placed in {groups}")

    def check_pairs(self):
        for a, b in self.instance.get("apart", []):
            if a in self.where and self.where.get(a) == self.where.get(b):
                self.wrong(f"apart {a},{b} both in {self.where[a]}")
        enemies = {}
        for a, b in self.instance.get("must_not_meet", []):
            enemies.setdefault(a, set()).add(b)
            enemies.setdefault(b, set()).add(a)
        for (site, slot), names in self.present.items():
            for a in names:
                for b in enemies.get(a, ()):
                    if b in names and a < b:
                        self.wrong(f"must not meet: {a},{b} both at {site} {slot}")

    def check_claims(self, plan):
        score, bound, status = self.score, plan.get("bound"), plan.get("status")
        if plan.get("score") != score:
            self.wrong(f"claimed score {plan.get('score')} but it is {score}")
        if status not in ("optimal", "feasible"):
            self.wrong(f"status {status}")
        if bound is None and status == "optimal":
            self.wrong("optimal without a bound")
        if bound is not None and bound < score:
            self.wrong(f"bound {bound} below the score {score}")
        if bound is not None and (status == "optimal") != (bound == score):
            self.wrong(f"status {status} with bound {bound} and score {score}")

    def figures(self, plan):
        """Who got a place, and how long they waited."""
        everybody = self.instance["children"]
        placed = [child for child in everybody if child["id"] in self.where]
        left = [child for child in everybody if child["id"] not in self.where]
        urgent = [child for child in everybody if child.get("urgency", 0) >= 2]
        groups = plan.get("groups", [])
        waits = [(self.day - day_of(child["since"])).days for child in left]
        districts = sorted(share for share, count in self.shares("home").values() if count >= 5)
        return {"score": self.score, "placed": len(placed), "open": len(everybody),
                "share": round(len(placed) / max(1, len(everybody)), 4), "new_groups": len(groups),
                "in_new": sum(len(group["children"]) for group in groups),
                "parent_groups": sum(1 for group in groups if group.get("parent_group")),
                "median_wait_placed": median([(self.day - day_of(child["since"])).days
                                              for child in placed]),
                "median_wait_left": median(waits),
                "long_waiters_left": sum(1 for days in waits if days > 180),
                "urgent_placed": sum(1 for child in urgent if child["id"] in self.where),
                "urgent": len(urgent),
                "district_share_min": round(districts[0], 3) if districts else None,
                "district_share_median": round(median(districts), 3) if districts else None,
                "theme_share": {theme: round(share, 3)
                                for theme, (share, _) in sorted(self.shares("theme").items())}}

    def shares(self, what):
        """District or primary situation -> share placed, number of children."""
        counts = {}
        for child in self.instance["children"]:
            key = child["home"] if what == "home" else child["themes"][0]
            count = counts.setdefault(key, [0, 0])
            count[0] += child["id"] in self.where
            count[1] += 1
        return {key: (placed / total, total) for key, (placed, total) in counts.items()}


def check(instance, plan):
    """The sentences of what is wrong, and the figures."""
    checked = Check(instance)
    checked.check_plan(plan)
    return checked.errors, checked.figures(plan)


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            instance = json.load(file)
        with open(sys.argv[2] if sys.argv[2] != "-" else 0, encoding="utf-8") as file:
            plan = json.load(file)
        errors, figures = check(instance, plan)
    except (OSError, ValueError, KeyError, TypeError, AssertionError, IndexError) as error:
        print(json.dumps({"valid": False, "malformed": repr(error)}))
        return 2
    print(json.dumps({"valid": not errors, "violations": errors[:50], **figures},
                     ensure_ascii=False))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
