"""The properties of a planner, P1 to P15, as functions of any planner.

A planner is called with an instance (or bytes) and options, and returns (status, stdout, stderr).
Each property raises AssertionError when the planner breaks it; test_properties.py hands them the
product, and for each a planner with a fault that it must see.
"""
import copy
import datetime
import json
import random
import re
import signal
import time

import gen
import rig
import small
import verify

SEEDS = (3, 10, 17, 2, 24, 18)  # of small.py; proved at once, groups open, children stay
SMALL_SEEDS = (1, 2, 23)
EXPLAINED_SEEDS = (1, 2, 15, 3, 17)
MISSING_SEEDS = (4, 11, 22, 25, 30, 33)  # where a group could be, also with a share of parents
ENOUGH = ("--iterations", 200)
PROVED = ("--time", 10 * rig.SANITIZED)  # a limit: all of SEEDS are proved long before


def ensure(truth, *words):
    if not truth:
        raise AssertionError(" ".join(map(str, words)))


def out_of(planner, instance, *options):
    status, out, errors = planner(instance, *(options or ENOUGH))
    ensure(status == 0, "status", status, errors[-300:])
    return out


def solve(planner, instance, *options):
    return json.loads(out_of(planner, instance, *options))


def at_least(after, before, words):
    """`after` is a plan of an instance whose optimum is not below `before`'s."""
    ensure(after["bound"] >= before["score"], words, before["score"], "to", after["bound"])
    if after["status"] == "optimal":
        ensure(after["score"] >= before["score"], words, before["score"], "to", after["score"])


def optimal(plan):
    ensure(plan["status"] == "optimal", "not proved", plan["score"], plan["bound"])
    return plan["score"]


# P1, P2: the plan is right

def p1_valid_by_both(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        plan = solve(planner, instance)
        errors, figures = verify.check(instance, plan)
        ensure(not errors, seed, errors[:3])
        ensure(plan["score"] == figures["score"], seed, "score")
        status, told = rig.check(instance, plan)
        ensure(status == 0, seed, told[-300:])


def p2_score_and_bound(planner):
    for seed in SEEDS:
        plan = solve(planner, small.make(seed))
        ensure(plan["score"] <= plan["bound"], seed, plan["score"], plan["bound"])
        ensure((plan["score"] == plan["bound"]) == (plan["status"] == "optimal"), seed)
        gap = (plan["bound"] - plan["score"]) / plan["bound"] if plan["bound"] else 0
        ensure(abs(plan["gap"] - gap) < 1e-4, seed, "gap", plan["gap"], gap)


# P3, P4, P5, P14: what must not matter

SHUFFLED = ("themes", "languages", "slots", "rooms", "leaders", "groups", "children", "together",
            "apart", "must_not_meet", "closed")


def permuted(instance, seed):
    """Every array in another order, but a child's themes; districts together with travel."""
    shuffle, other = random.Random(seed).shuffle, copy.deepcopy(instance)
    for name in SHUFFLED:
        shuffle(other[name])
    for pairs in ("together", "apart", "must_not_meet"):
        for pair in other[pairs]:
            shuffle(pair)
    for kind in ("rooms", "leaders", "children", "groups"):
        for thing in other[kind]:
            for name, value in thing.items():
                if isinstance(value, list) and not (kind == "children" and name == "themes"):
                    shuffle(value)
    order = list(range(len(instance["districts"])))
    shuffle(order)
    other["districts"] = [instance["districts"][i] for i in order]
    other["travel"] = [[instance["travel"][i][j] for j in order] for i in order]
    items = list(other.items())
    shuffle(items)
    return dict(items)


def p3_order_does_not_matter(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        out = out_of(planner, instance)
        for turn in range(2):
            ensure(out == out_of(planner, permuted(instance, turn)), seed, "another order")


def renamed(instance):
    """Every id of a person, room, site, group, slot and district is another, in another order."""
    text = json.dumps(instance)
    for kind in ("child", "member", "leader", "room", "site", "group"):
        text = re.sub(rf'"{kind}(\d+)"', lambda m, k=kind: f'"{k[::-1]}{999 - int(m.group(1))}"',
                      text)
    for name in instance["districts"] + instance["slots"] + instance["themes"]:
        text = text.replace(f'"{name}"', f'"{name[::-1]}"')
    return json.loads(text)


def p4_names_do_not_matter(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        ensure(optimal(solve(planner, instance, *PROVED))
               == optimal(solve(planner, renamed(instance), *PROVED)), seed, "another score")


def p5_same_seed_same_bytes(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        outs = {out_of(planner, instance, *ENOUGH, "--seed", 7) for _ in range(3)}
        ensure(len(outs) == 1, seed, len(outs), "answers")


def later(instance, days=1461):
    """Every date so many days later: four years, leap day and all."""
    def move(match):
        day = datetime.date.fromisoformat(match.group(1)) + datetime.timedelta(days=days)
        return f'"{day.isoformat()}"'
    return json.loads(re.sub(r'"(\d{4}-\d\d-\d\d)"', move, json.dumps(instance)))


def p14_four_years_later(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        ensure(out_of(planner, instance) == out_of(planner, later(instance)), seed)


# P6: more never costs

def more_leaders(instance):
    instance["leaders"] += [{**leader, "id": f"{leader['id']}b", "avoid": []}
                            for leader in instance["leaders"][:3]]


def more_rooms(instance):
    instance["rooms"] += [{**room, "id": f"{room['id']}b"} for room in instance["rooms"][:2]]


def longer_days(instance):
    for thing in instance["rooms"] + instance["leaders"]:
        thing["slots"] = instance["slots"]


def farther(instance):
    for child in instance["children"]:
        child["max_travel"] += 15


def wider_bands(instance):
    policy = instance["policy"]
    for rules in [policy, *policy.get("by_theme", {}).values()]:
        if rules is policy or "max_band_years" in rules:
            rules["max_band_years"] = rules.get("max_band_years", 3) + 1


def nothing_forbidden(instance):
    for name in ("apart", "must_not_meet", "closed"):
        instance[name] = []
    for leader in instance["leaders"]:
        leader["avoid"] = []
    for child in instance["children"]:
        child.update(declined=[], needs=[], same_sex_only=False)


def siblings_part(instance):
    instance["together"] = []


def one_more_child(instance):
    instance["children"].append({**instance["children"][0], "id": "childz"})


def lower_least(instance):
    change_least(instance, -1)


def change_least(instance, by):
    policy = instance["policy"]
    for rules in [policy, *policy.get("by_theme", {}).values()]:
        if rules is policy or "min_children" in rules:
            rules["min_children"] = max(1, rules.get("min_children", 4) + by)


MORE = (more_leaders, more_rooms, longer_days, farther, wider_bands, nothing_forbidden,
        siblings_part, one_more_child, lower_least)


def p6_more_never_costs(planner):
    for seed in SMALL_SEEDS:
        instance = small.make(seed)
        before = solve(planner, instance, *PROVED)
        for change in MORE:
            at_least(solve(planner, rig.changed(instance, change), *PROVED), before,
                     f"{seed} {change.__name__}")
        harder = solve(planner, rig.changed(instance, lambda i: change_least(i, 1)), *PROVED)
        at_least(before, harder, f"{seed} a raised minimum")


# P7: warm

def write_plan(plan):
    path = rig.Path(rig.FOLDER.name, f"warm{time.monotonic_ns()}.json")
    path.write_text(json.dumps(plan), encoding="utf-8")
    return path


def p7_warm_is_never_worse(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        best = solve(planner, instance)
        for wish in (("--iterations", 1), ("--time", 0.05)):
            warm = solve(planner, instance, *wish, "--warm", write_plan(best))
            ensure(warm["score"] >= best["score"], seed, best["score"], "to", warm["score"])


# P8, P15: sums

def prefixed(instance, prefix):
    """The same city under other names: its districts, rooms, people and groups are its own."""
    text = json.dumps(instance)
    for kind in ("child", "member", "leader", "room", "site", "group"):
        text = re.sub(rf'"({kind}\d+)"', rf'"{prefix}\1"', text)
    for name in instance["districts"]:
        text = text.replace(f'"{name}"', f'"{prefix}{name}"')
    return json.loads(text)


def side_by_side(one, other):
    """Two cities in one file, ten hours apart. They share the policy and the words."""
    count, more = len(one["districts"]), len(other["districts"])
    joined = dict(one)
    for name in ("districts", "rooms", "leaders", "groups", "children", "together", "apart",
                 "must_not_meet", "closed"):
        joined[name] = one[name] + other[name]
    joined["travel"] = [row + [600] * more for row in one["travel"]] + [
        [600] * count + row for row in other["travel"]]
    return copy.deepcopy(joined)


def p8_two_cities_are_a_sum(planner):
    for seed in SMALL_SEEDS:
        one, other = small.make(seed), small.make(seed + 70)  # of one shape: the same slots
        for city in (one, other):
            city["policy"] = {"min_children": 2}  # a share of parent groups would tie them
            city["themes"] = small.THEMES
        other = prefixed(other, "y")
        scores = [optimal(solve(planner, city, *PROVED)) for city in
                  (one, other, side_by_side(one, other))]
        ensure(scores[0] + scores[1] == scores[2], seed, scores)


def p15_twice_is_at_least_twice(planner):
    for seed in SEEDS:
        instance = small.make(seed)
        double = side_by_side(instance, prefixed(instance, "y"))
        count = len(instance["districts"])
        for i in range(count):  # in the same place, not in another city
            for j in range(count):
                for a, b in ((i, j + count), (i + count, j)):
                    double["travel"][a][b] = instance["travel"][i][j]
        for leader in double["leaders"]:
            leader["districts"] = sorted({name for d in leader["districts"] for name in (
                d.lstrip("y"), "y" + d.lstrip("y"))})
        before, after = (solve(planner, one, "--time", 2) for one in (instance, double))
        ensure(after["bound"] >= 2 * before["score"], seed, before["score"], after["bound"])
        if after["status"] == "optimal":
            ensure(after["score"] >= 2 * before["score"], seed, before["score"], after["score"])


# P9: only proportions of weights matter

def p9_weights_times_k(planner):
    weights = [name for name in verify.POLICY if name.startswith("w_") and name != "w_travel"]
    for seed in SEEDS:
        instance = small.make(seed)

        def scale(other):
            policy = {**verify.POLICY, **other["policy"]}
            for name in weights + ["w_travel"]:
                other["policy"][name] = 7 * policy[name]
            for room in other["rooms"]:
                room["cost"] *= 7
        scaled = rig.changed(instance, scale)
        ensure(7 * optimal(solve(planner, instance, *PROVED))
               == optimal(solve(planner, scaled, *PROVED)), seed)


# P10: promises

def p10_promises_are_kept(planner):
    """Nobody who has a place loses it, or hears of another one: groups are only added to."""
    for seed in (s for s in range(60) if small.make(s)["groups"]):
        instance = small.make(seed)
        plan = solve(planner, instance)
        members = {m["id"] for group in instance["groups"] for m in group["members"]}
        running = {group["id"] for group in instance["groups"]}
        ensure(not members & rig.placed(plan), seed, "a member is placed anew")
        ensure(not running & {group["id"] for group in plan["groups"]}, seed, "a group anew")
        ensure({a["group"] for a in plan["additions"]} <= running, seed, "an unknown group")


def loosened(instance, plan, draw):
    """The plan without some of its children, so that groups have places; each keeps its least."""
    plan = copy.deepcopy(plan)
    policy = {**verify.POLICY, **instance["policy"]}
    siblings = {name for unit in instance["together"] for name in unit}
    for group in plan["groups"]:
        least = policy["by_theme"].get(group["theme"], {}).get(
            "min_children", policy["min_children"])
        for child in draw.sample(group["children"], len(group["children"])):
            if len(group["children"]) > max(1, least) and child not in siblings:
                group["children"].remove(child)
    for addition in plan["additions"]:
        addition["children"] = [name for name in addition["children"] if name in siblings]
    plan["additions"] = [addition for addition in plan["additions"] if addition["children"]]
    return claimed(instance, plan)


def claimed(instance, plan):
    """Says the score that the plan has; nothing is known of a bound."""
    score = verify.check(instance, plan)[1]["score"]
    return {**plan, "score": score, "bound": score + 1, "gap": 1 / (score + 1),
            "status": "feasible"}


def added(instance, plan, children, number):
    """The plan with the children in one of its groups, or of the running ones after them."""
    other = copy.deepcopy(plan)
    if number >= len(plan["groups"]):
        name = instance["groups"][number - len(plan["groups"])]["id"]
        found = [addition for addition in other["additions"] if addition["group"] == name]
        if not found:
            found = [{"group": name, "children": []}]
            other["additions"] += found
        found[0]["children"] += children
        return name, claimed(instance, other)
    group, day = other["groups"][number], verify.day_of(instance["plan_date"])
    ages = [verify.age_on(verify.day_of(child["birth"]), day)
            for child in instance["children"] if child["id"] in children]
    group["children"] += children
    group.update(age_from=min([group["age_from"], *ages]), age_to=max([group["age_to"], *ages]))
    return group["id"], claimed(instance, other)


def best_addition(instance, plan, children):
    """By trying every group: {group: points gained}, of those that break no rule."""
    gains = {}
    for number in range(len(plan["groups"]) + len(instance["groups"])):
        name, other = added(instance, plan, children, number)
        if not verify.check(instance, other)[0]:
            gains[name] = other["score"] - plan["score"]
    return gains


def p10_online_answer_is_the_best(planner, asker):
    """`asker` is given an instance and a plan, and returns what tests/bench/planner_insert says."""
    draw, asked, found = random.Random(10), 0, 0
    for seed in SEEDS + (0, 16, 23, 29, 38, 39, 40):
        instance = small.make(seed)
        plan = loosened(instance, solve(planner, instance), draw)
        ensure(not verify.check(instance, plan)[0], seed, "the loosened plan")
        for answer in asker(instance, plan):
            gains = best_addition(instance, plan, answer["children"])
            best = max(gains.values(), default=None)
            ensure(answer.get("gain") == best, seed, answer, "by trial", gains)
            ensure(best is None or gains[answer["group"]] == best, seed, answer, gains)
            asked, found = asked + 1, found + (best is not None)
    ensure(asked > 100 and found > 30, "only", found, "of", asked)


# P11: what is said to be missing is what is missing

def newcomers(instance, option):
    """Children as the explanation asks for them, and nothing better."""
    year = datetime.date.fromisoformat(instance["plan_date"]).year
    home = instance["districts"].index(option["district"])
    for number in range(option.get("missing_children", 0)):
        age = option["age_from"] + number % (option["age_to"] - option["age_from"] + 1)
        sex = option["gender"] if option["gender"] != "X" else "FM"[number % 2]
        yield {"id": f"new{number}", "birth": f"{year - age}-01-15", "sex": sex,
               "themes": [option["theme"]], "languages": [option["language"]],
               "home": option["district"], "slots": [option["slot"]],
               "max_travel": instance["travel"][home][home], "needs": [],
               "since": instance["plan_date"], "urgency": 0, "same_sex_only": False,
               "parent": "none", "declined": []}


def new_leaders(option):
    wanted = [False] * option.get("missing_leaders", 0) + [True] * option.get(
        "missing_parent_leaders", 0)
    for number, parents in enumerate(wanted):
        yield {"id": f"newleader{number}", "themes": [option["theme"]],
               "languages": [option["language"]], "slots": [option["slot"]], "max_groups": 1,
               "experienced": number == 0 and bool(option.get("missing_experienced")),
               "parents": parents, "home": option["district"], "districts": [option["district"]],
               "contract_until": "2099-12-31", "avoid": []}


def new_rooms(option, site, needs):
    for number in range(option.get("missing_rooms", 0)):
        yield {"id": f"newroom{number}", "site": site, "district": option["district"],
               "capacity": 8, "tags": needs, "slots": [option["slot"]], "cost": 0}


def supplied(instance, option):
    """With exactly what is missing. A room for the parents alone may be at any site there."""
    needs = next((child["needs"] for child in instance["children"]
                  if child["id"] == option.get("child")), [])
    sites = ["newsite"]
    if option.get("missing_rooms") == 1 and option.get("parent_group"):
        sites += sorted({room["site"] for room in instance["rooms"]
                         if room["district"] == option["district"]})
    for site in sites:
        other = copy.deepcopy(instance)
        other["children"] += newcomers(instance, option)
        other["leaders"] += new_leaders(option)
        other["rooms"] += new_rooms(option, site, needs)
        yield other


def is_true(planner, instance, before, option):
    for other in supplied(instance, option):
        if solve(planner, other, *PROVED)["score"] > before["score"]:
            return True
    return False


def p11_explanations_are_true(planner):
    looked = 0
    for seed in EXPLAINED_SEEDS:
        instance = small.make(seed)
        before = solve(planner, instance, *PROVED)
        optimal(before)
        options = {}
        for entry in before["unplaced"]:
            ensure(entry["reason"] and entry["kind"], seed, "nothing is said of", entry)
            ensure("child" not in entry["reason"].replace("children", "").replace(
                "more child", ""), "a child is named", entry["reason"])
            key = json.dumps({k: v for k, v in entry.items() if k not in ("child", "reason")})
            if "theme" in entry:
                options.setdefault(key, entry)
        for entry in list(options.values())[:5]:
            ensure(is_true(planner, instance, before, entry), seed, "not true:", entry)
            looked += 1
    ensure(looked >= 10, "only", looked, "explanations to look at")


def p11_what_is_missing_is_true(planner):
    """The list of groups that could be; where a share of parent groups binds, with the parents."""
    looked, with_parents = 0, 0
    for seed in MISSING_SEEDS:
        for share in (0, 100):
            instance = small.make(seed)
            instance["policy"]["parent_share"] = share
            before = solve(planner, instance, *PROVED)
            optimal(before)
            for entry in before["missing"][:2]:
                ensure(is_true(planner, instance, before, entry), seed, share, "not true:", entry)
                ensure(share < 100 or entry.get("parent_group"), seed, "without parents", entry)
                looked += 1
                with_parents += bool(entry.get("parent_group"))
    ensure(looked >= 6 and with_parents >= 3, "only", looked, with_parents)


# P12: time and signals

def p12_time_limit(planner):
    instance = json.dumps(gen.make("250", 2)).encode()
    for seconds in (1, 2):
        started = time.monotonic()
        plan = solve(planner, instance, "--time", seconds)
        took = time.monotonic() - started
        ensure(took <= seconds * 1.1 + .3 * rig.SANITIZED, "a limit of", seconds, "took", took)
        ensure(plan["status"] == "optimal" or took > seconds * .8, "gave up at", took)


def p12_sigterm_gives_the_best(begin):
    """`begin` starts a planner as rig.start does."""
    instance = gen.make("city", 1)
    process = begin(["plan", "--time", 60])
    try:
        process.stdin.write(json.dumps(instance).encode())
        process.stdin.close()
        process.stdin = None
        first = process.stderr.readline()  # it tells of a plan as soon as it has one
        ensure(first, "no progress")
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    ensure(time.monotonic() - asked < 2 * rig.SANITIZED, "slow to end")
    ensure(process.returncode == 0, "status", process.returncode)
    ensure(not verify.check(instance, json.loads(out))[0], "the plan is wrong")


# P13: whatever comes

def spoil(data, draw):
    """Some bytes less, more or other, or a value of the wrong kind."""
    at = draw.randrange(len(data))
    kinds = [lambda: data[:at], lambda: data[:at] + data[at + 1:],
             lambda: data[:at] + bytes([draw.randrange(256)]) + data[at + 1:],
             lambda: data[:at] + data[at:at + 40] + data[at:],
             lambda: re.sub(rb'"[^"]*"', draw.choice([b"null", b"7", b"[]", b'"\xff"', b"-1"]),
                            data[at:], count=1).join([data[:at], b""]),
             lambda: data[:at] + re.sub(rb"\b\d+\b", draw.choice(
                 [b"-1", b"1e9", b"99999999999999999999", b"0", b"2.5"]), data[at:], count=1)]
    return draw.choice(kinds)()


def p13_never_a_crash(planner):
    draw, refused = random.Random(13), 0
    for turn in range(150):
        data = spoil(json.dumps(small.make(turn % 3)).encode(), draw)
        status, out, errors = planner(data, "--iterations", 1)
        ensure(status in (0, 2, 3), "status", status, data[-200:])
        ensure(bool(out) == (status == 0), "a plan and a refusal", status)
        ensure(status == 0 or errors.strip(), "no sentence")
        ensure(len(errors) < 3000 or status == 0, "too much is said")
        refused += status != 0
    ensure(refused > 50, "only", refused, "were refused")
