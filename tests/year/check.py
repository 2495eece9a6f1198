"""Whether a city's groups kept every rule of the calendar, reckoned from the tables alone.

    /usr/bin/python3 tests/year/check.py CONNINFO

It shares nothing with the house: holidays, overlaps, ways and ages are reckoned anew here. Each
rule prints how many things it looked at and what it found; a rule that looked at nothing says so.
The last line is "N passed, N failed".
"""
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR = timedelta(hours=1)
LIVING = ("booked", "offered", "confirmed", "running", "finished", "evaluated")


def easter(year):
    """Easter Sunday, by the anonymous Gregorian rule (Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    l = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)


def on_or_after(year, month, day, weekday):
    first = date(year, month, day)
    return first + timedelta(days=(weekday - first.weekday()) % 7)


def holidays(year):
    """Days on which Sweden rests (lag 1989:253), and the eves that are kept as such."""
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    moving = [easter(year) + timedelta(days=offset) for offset in (-2, -1, 0, 1, 39, 49)]
    return {*(date(year, month, day) for month, day in fixed), *moving,
            on_or_after(year, 6, 20, 5), on_or_after(year, 6, 19, 4), on_or_after(year, 10, 31, 5)}


class City:
    """What the tables say, as plain rows."""

    def __init__(self, connection, today):
        self.today = today
        self.cursor = connection.cursor()
        self.groups = {row["group_id"]: row for row in self.rows(
            "select g.*, v.minutes, v.themes, v.parents, v.level, p.name as programme, s.district,"
            " t.weekday, t.starts, coalesce(to_jsonb(p) ->> 'format', 'group') as format"
            " from scheduling.groups g join scheduling.programme p using (programme_id)"
            " join scheduling.programme_version v on v.programme_id = g.programme_id"
            "  and v.version = g.programme_version"
            " join scheduling.site s on s.site_id = g.site_id"
            " join scheduling.slot t on t.slot = g.slot")}
        self.meetings = self.rows("select * from scheduling.meeting order by group_id, starts_at")
        self.by_group = defaultdict(list)
        for meeting in self.meetings:
            if meeting["state"] != "cancelled":
                self.by_group[meeting["group_id"]].append(meeting)
        self.leaders = defaultdict(list)
        for row in self.rows("select * from scheduling.group_leader order by post"):
            self.leaders[row["group_id"]].append(row)

    def rows(self, query):
        self.cursor.execute(query)
        names = [column.name for column in self.cursor.description]
        return [dict(zip(names, row)) for row in self.cursor.fetchall()]

    def living(self):
        return [group for group in self.groups.values() if group["state"] in LIVING]

    def alive(self, meeting):
        state = self.groups[meeting["group_id"]]["state"]
        return state in LIVING and meeting["state"] != "cancelled"


def overlaps(spans):
    """Pairs of spans (from, to, what) that touch each other's inside."""
    spans = sorted(spans, key=lambda span: span[0])
    for i, (_, end, what) in enumerate(spans):
        for begin, _, other in spans[i + 1:]:
            if begin >= end:
                break
            yield f"{what} and {other}"


# Each rule gives what it looked at (a count) and what it found wrong (sentences).

def no_room_twice(city):
    uses = defaultdict(list)
    for row in city.rows("select room_id, meeting_id, lower(during) as f, upper(during) as t"
                         " from scheduling.room_booking"):
        uses[row["room_id"]].append((row["f"], row["t"], f"meeting {row['meeting_id']}"))
    return sum(map(len, uses.values())), [
        f"room {room}: {pair}" for room, spans in uses.items() for pair in overlaps(spans)]


def each_meeting_has_its_rooms(city):
    booked = defaultdict(set)
    for row in city.rows("select meeting_id, room_id, lower(during) as f, upper(during) as t"
                         " from scheduling.room_booking where meeting_id is not null"):
        booked[row["meeting_id"]].add((row["f"], row["t"]))
    looked, wrong = 0, []
    for meeting in filter(city.alive, city.meetings):
        group = city.groups[meeting["group_id"]]
        looked += 1
        spans = booked[meeting["meeting_id"]]
        if not any(f <= meeting["starts_at"] and t >= meeting["ends_at"] for f, t in spans):
            wrong.append(f"{group['name']} {meeting['day']}: no room is booked for it")
    return looked, wrong


def parents_meet_at_the_same_time(city):
    rooms = defaultdict(dict)
    for row in city.rows("select meeting_id, room_id, during::text as d"
                         " from scheduling.room_booking where meeting_id is not null"):
        rooms[row["meeting_id"]][row["room_id"]] = row["d"]
    leaders = defaultdict(set)
    for row in city.rows("select meeting_id, leader_id from scheduling.leader_booking"
                         " where meeting_id is not null"):
        leaders[row["meeting_id"]].add(row["leader_id"])
    looked, wrong = 0, []
    for meeting in filter(city.alive, city.meetings):
        group = city.groups[meeting["group_id"]]
        if not group["parent_room_id"]:
            continue
        looked += 1
        booked = rooms[meeting["meeting_id"]]
        if len(set(booked.values())) != 1 or len(booked) < 2:
            wrong.append(f"{group['name']} {meeting['day']}: rooms {booked}")
        parents = {row["leader_id"] for row in city.leaders[group["group_id"]]
                   if row["part"] == "parent"}
        if not parents or not leaders[meeting["meeting_id"]] & parents:
            wrong.append(f"{group['name']} {meeting['day']}: nobody leads the parents")
    return looked, wrong


def leaders_have_time(city):
    """An hour before and after each meeting, and the way between two houses on top."""
    ways = {(row["from_district"], row["to_district"]): timedelta(minutes=row["minutes"])
            for row in city.rows("select * from scheduling.travel")}
    days = defaultdict(list)
    for row in city.rows("select b.leader_id, b.meeting_id, b.site_id, s.district, m.starts_at,"
                         " m.ends_at, m.day from scheduling.leader_booking b"
                         " join scheduling.meeting m using (meeting_id)"
                         " join scheduling.site s on s.site_id = b.site_id"):
        days[row["leader_id"], row["day"]].append(row)
    looked, wrong = 0, []
    for (leader, day), rows in days.items():
        looked += len(rows)
        rows.sort(key=lambda row: row["starts_at"])
        for one, other in zip(rows, rows[1:]):
            need = 2 * HOUR + (ways[one["district"], other["district"]]
                               if one["site_id"] != other["site_id"] else timedelta())
            if other["starts_at"] - one["ends_at"] < need:
                between = other["starts_at"] - one["ends_at"]
                wrong.append(f"leader {leader} {day}: {between} < {need}")
    return looked, wrong


def no_meeting_on_a_day_off(city):
    terms = city.rows("select first_day, last_day from scheduling.term")
    breaks = city.rows("select first_day, last_day from scheduling.school_break")
    looked, wrong = 0, []
    for meeting in filter(city.alive, city.meetings):
        day, name = meeting["day"], city.groups[meeting["group_id"]]["name"]
        looked += 1
        if meeting.get("on_free_day"):
            continue
        if day in holidays(day.year) or day.weekday() > 4:
            wrong.append(f"{name} {day}: a holiday or a weekend")
        if any(row["first_day"] <= day <= row["last_day"] for row in breaks):
            wrong.append(f"{name} {day}: in a break")
        if not any(row["first_day"] <= day <= row["last_day"] for row in terms):
            wrong.append(f"{name} {day}: outside the terms")
    return looked, wrong


def no_series_passes_a_summer(city):
    wrong = [f"{group['name']}: {group['first_day']} to {group['last_day']}"
             for group in city.living()
             if any(group["first_day"] <= date(year, 7, 1) <= group["last_day"]
                    for year in range(group["first_day"].year, group["last_day"].year + 1))]
    return len(city.living()), wrong


def themes_in_order(city):
    looked, wrong = 0, []
    for group in city.living():
        found = [meeting["theme"] for meeting in city.by_group[group["group_id"]]]
        looked += 1
        if found != list(group["themes"])[:len(found)] or len(found) != len(group["themes"]):
            wrong.append(f"{group['name']}: {found} instead of {group['themes']}")
    return looked, wrong


def one_meeting_a_day(city):
    wrong = []
    for group_id, meetings in city.by_group.items():
        days = [meeting["day"] for meeting in meetings]
        if len(set(days)) != len(days):
            wrong.append(f"{city.groups[group_id]['name']}: two meetings a day")
    return len(city.by_group), wrong


def the_local_hour_stays(city):
    """A meeting that nobody moved starts at its group's hour, summer time or not."""
    looked, wrong = 0, []
    for meeting in filter(city.alive, city.meetings):
        group = city.groups[meeting["group_id"]]
        local = meeting["starts_at"].astimezone(STOCKHOLM)
        if meeting.get("moved") or meeting.get("sequence"):
            continue
        looked += 1
        if local.time() != group["starts"] or local.date() != meeting["day"] \
                or local.weekday() != group["weekday"]:
            wrong.append(f"{group['name']} {meeting['day']}: {local} instead of {group['starts']}")
        if meeting["ends_at"] - meeting["starts_at"] != timedelta(minutes=group["minutes"]):
            wrong.append(f"{group['name']} {meeting['day']}: {meeting['ends_at']}")
    return looked, wrong


def two_leaders_one_experienced(city):
    looked, wrong = 0, []
    for group in city.living():
        posts = [row for row in city.leaders[group["group_id"]] if row["part"] == "child"]
        looked += 1
        want = 1 if group["format"] == "individual" else 2
        if len(posts) != want or not any(row["experienced"] for row in posts):
            wrong.append(f"{group['name']}: {len(posts)} leaders, none experienced or too few")
    return looked, wrong


def each_evening_has_a_pair(city):
    """Substitutes too: never a beginner alone, nor two; whose place nobody fills is seen as one."""
    experienced = {row["leader_id"]: row["experienced"] for row in city.rows(
        "select leader_id, experienced from scheduling.leader")}
    parents = defaultdict(set)
    for group_id, rows in city.leaders.items():
        parents[group_id] = {row["leader_id"] for row in rows if row["part"] == "parent"}
    for row in city.rows("select group_id, filled_by from scheduling.substitution"
                         " where filled_by is not null and part = 'parent'"):
        parents[row["group_id"]].add(row["filled_by"])
    there = defaultdict(set)
    for row in city.rows("select meeting_id, leader_id from scheduling.leader_booking"
                         " where meeting_id is not null"):
        there[row["meeting_id"]].add(row["leader_id"])
    looked, wrong = 0, []
    for meeting in filter(city.alive, city.meetings):
        group = city.groups[meeting["group_id"]]
        pair = there[meeting["meeting_id"]] - parents[meeting["group_id"]]
        looked += 1
        if not any(experienced[leader] for leader in pair) or len(pair) > 2:
            wrong.append(f"{group['name']} {meeting['day']}: {len(pair)} leaders, none experienced")
    return looked, wrong


def nobody_leads_while_away(city):
    """But where nobody else could be found and they met nevertheless, or one is still sought for a
    meeting to come."""
    alone = {row["meeting_id"] for row in city.rows(
        "select meeting_id from scheduling.substitution_meeting join scheduling.substitution"
        " using (substitution_id) join scheduling.meeting using (meeting_id)"
        " where filled_by is null and (starts_at <= settled_at or settled_at is null"
        "  and starts_at > common.civil_now())")}
    away = defaultdict(list)
    for row in city.rows("select leader_id, first_day, last_day from scheduling.leader_absence"
                         " where withdrawn_at is null"):
        away[row["leader_id"]].append((row["first_day"], row["last_day"]))
    looked, wrong = 0, []
    for row in city.rows("select b.leader_id, b.meeting_id, m.day"
                         " from scheduling.leader_booking b"
                         " join scheduling.meeting m using (meeting_id)"):
        looked += 1
        if row["meeting_id"] not in alone and any(first <= row["day"] <= last
                                                  for first, last in away[row["leader_id"]]):
            wrong.append(f"leader {row['leader_id']} {row['day']}: is away")
    return looked, wrong


def hours_are_released(city):
    """Meetings at eight hours and other work, in each week of a leader with a release."""
    hours = defaultdict(int)
    for row in city.rows("select b.leader_id, m.day from scheduling.leader_booking b"
                         " join scheduling.meeting m using (meeting_id)"):
        hours[row["leader_id"], row["day"] - timedelta(days=row["day"].weekday())] += 8 * 60
    for row in city.rows("select leader_id, day, minutes from scheduling.leader_work"
                         " where not cancelled"):
        hours[row["leader_id"], row["day"] - timedelta(days=row["day"].weekday())] += row["minutes"]
    looked, wrong = 0, []
    for row in city.rows("select leader_id, hours_week, first_day, last_day"
                         " from scheduling.leader_release r"
                         " join scheduling.term using (municipality_id, school_year, season)"):
        for (leader, monday), minutes in hours.items():
            if leader != row["leader_id"] or monday > row["last_day"] \
                    or monday + timedelta(days=6) < row["first_day"]:
                continue
            looked += 1
            if minutes > row["hours_week"] * 60:
                wrong.append(f"leader {leader} {monday}: {minutes} of {row['hours_week'] * 60}")
    return looked, wrong


def training_and_contract_hold(city):
    """On each day that a leader leads, a training for the situation holds, as deep as the programme
    asks for, and the contract too."""
    depths = ["basic", "deeper", "specialist"]
    training = defaultdict(list)
    for row in city.rows("select * from scheduling.leader_training"):
        training[row["leader_id"], row["situation"]].append(
            (row["valid_from"], row["valid_until"] or date.max, depths.index(row["level"])))
    contracts = {row["leader_id"]: row for row in city.rows("select * from scheduling.leader")}
    looked, wrong = 0, []
    for row in city.rows("select b.leader_id, m.day, m.group_id from scheduling.leader_booking b"
                         " join scheduling.meeting m using (meeting_id)"):
        group, leader = city.groups[row["group_id"]], contracts[row["leader_id"]]
        looked += 1
        if not any(begin <= row["day"] <= end and depth >= depths.index(group["level"])
                   for begin, end, depth in training[row["leader_id"], group["situation"]]):
            wrong.append(f"{group['name']} {row['day']}: {leader['work_name']} is not trained")
        if not leader["contract_from"] <= row["day"] <= leader["contract_until"]:
            wrong.append(f"{group['name']} {row['day']}: {leader['work_name']} has no contract")
    return looked, wrong


def places_hold(city):
    looked, wrong = 0, []
    taken = defaultdict(list)
    for row in city.rows("select * from scheduling.roster"):
        taken[row["group_id"]].append(row)
    for group_id, rows in taken.items():
        looked += len(rows)
        if len(rows) > city.groups[group_id]["places"]:
            wrong.append(f"{city.groups[group_id]['name']}: {len(rows)} children")
    ends = defaultdict(list)
    for row in city.rows("select r.child_id, r.group_id from scheduling.roster r"):
        if city.groups[row["group_id"]]["state"] in LIVING[:4]:
            if city.groups[row["group_id"]]["format"] != "individual":
                ends[row["child_id"]].append(row["group_id"])
    wrong += [f"child {child} has {len(groups)} places" for child, groups in ends.items()
              if len(groups) > 1]
    return looked, wrong


def age_on(day, born):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def children_fit_their_group(city):
    """Age in full years on the first day, or on what was it before the series was moved: nobody
    loses a place by a birthday in between. Situation, language."""
    looked, wrong = 0, []
    before = {row["group_id"]: row["day"] for row in city.rows(
        "select group_id, min(least(day, timezone('Europe/Stockholm', moved_from)::date)) as day"
        " from scheduling.meeting group by group_id")}
    for row in city.rows("select r.group_id, c.birth_date, c.situations, c.languages"
                         " from scheduling.roster r"
                         " join matching.case c using (referral_id)"):
        group = city.groups[row["group_id"]]
        days = {group["first_day"], before.get(row["group_id"], group["first_day"])}
        ages = {age_on(day, row["birth_date"]) for day in days}
        looked += 1
        if not any(group["age_from"] <= age <= group["age_to"] for age in ages):
            wrong.append(f"{group['name']}: {sorted(ages)} years on {sorted(map(str, days))},"
                         f" ages {group['age_from']}-{group['age_to']}")
        if group["situation"] not in row["situations"].split():
            wrong.append(f"{group['name']}: a child of another situation")
        if group["language"] not in row["languages"].split():
            wrong.append(f"{group['name']}: a child that does not speak {group['language']}")
    return looked, wrong


def nothing_is_lost(city):
    rows = city.rows("select i.receipt, i.referral_id, m.state from intake.referral i"
                     " left join matching.referral m using (referral_id)")
    return len(rows), [f"referral {row['receipt']} never reached matching" for row in rows
                       if not row["state"]] + [
        f"dead letter {row['kind']}: {row['reason']}" for row in city.rows(
            "select kind, reason from ledger.dead where ended is null")]


def clocks_are_kept(city):
    """Who waits counts from the day it could first be offered a place, never later than that."""
    rows = city.rows("select w.referral_id, w.since, r.received_at from matching.waiting w"
                     " join matching.referral r using (referral_id)")
    return len(rows), [f"{row['referral_id']} waits since {row['since']}, before it came"
                       for row in rows if row["since"] < row["received_at"] - timedelta(seconds=1)]


RULES = [no_room_twice, each_meeting_has_its_rooms, parents_meet_at_the_same_time,
         leaders_have_time, no_meeting_on_a_day_off, no_series_passes_a_summer, themes_in_order,
         one_meeting_a_day, the_local_hour_stays, two_leaders_one_experienced,
         each_evening_has_a_pair, nobody_leads_while_away, hours_are_released,
         training_and_contract_hold, places_hold, children_fit_their_group, nothing_is_lost,
         clocks_are_kept]
MAY_BE_EMPTY = {"parents_meet_at_the_same_time", "clocks_are_kept"}


def judged(city):
    for rule in RULES:
        looked, wrong = rule(city)
        if not looked and rule.__name__ not in MAY_BE_EMPTY:
            wrong.append("there was nothing to look at")
        yield rule.__name__.replace("_", " "), looked, wrong


def report(connection, today, *more):
    """Prints each rule, and what else was looked at (name, count, what was wrong); the number of
    those that are broken."""
    failed = passed = 0
    for number, (name, looked, wrong) in enumerate([*judged(City(connection, today)), *more], 1):
        failed, passed = failed + bool(wrong), passed + (not wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {name} ({looked} looked at)")
        for sentence in wrong[:8]:
            print(f"    {sentence}")
    print(f"{passed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    with psycopg2.connect(sys.argv[1]) as link:
        sys.exit(report(link, datetime.now(STOCKHOLM).date()))
