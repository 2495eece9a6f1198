#!/usr/bin/python3
"""Before the start: from the yes in a letter to the child's own yes, by real pages and letters.

Intake, matching, scheduling, notification, evaluation and the desk are real; families answer by the
links in their letters, a leader and a coordinator by the desk's pages.
"""
import concurrent.futures
import email
import email.policy
import html
import http.client
import pathlib
import re
import subprocess
import sys
import time
import traceback
import urllib.parse
from datetime import date, datetime, timedelta, timezone

from core_rig import SLOW
from desk_rig import City, words
from notification_rig import POSTGRES, new_id, wait_for
from scheduling_world import CITY, key

EPOCH = date(1970, 1, 1)
HOLIDAYS = {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (1, 5), (1, 6), (5, 1), (6, 6)}
SECRETS = ("Jordnötter", "Rullstolsramp", "Mormor Zelma", "Pappa Ragnvald")


class Town(City):
    """The desk's city with groups whose leaders meet each family, and an outlet for letters."""

    def __init__(self):
        super().__init__()
        self.sql(CITY.replace("norr", "bromma").replace("soder", "kista"))
        self.sql("update scheduling.programme_version set meets_before = true")
        self.sql("update scheduling.leader set email = lower(work_name) || '@work.example.org'")
        self.sql("update desk.staff set leader_id = %s where user_name = 'ledare'", key("Anna"))
        self.intake.stop()
        self.intake = self.start(
            "intake", intake__form_least="0", intake__slots_every="100ms",
            intake__clear_green_automatically="yes", intake__spoken_automatically="yes",
            **self.quick)
        self.matching.stop()
        self.matching = self.start("matching", matching__fill_every="50ms",
                                   matching__expire_every="100ms", **self.quick)
        self.scheduling = self.start("scheduling", scheduling__decide_every="1h",
                                     scheduling__conflicts_first="no",
                                     scheduling__before_start_every="50ms", **self.quick)
        self.notification = self.start(
            "notification", notification__send_from_hour="0", notification__send_to_hour="24",
            notification__quiet_periods="no",
            notification__send_every="50ms", notification__base_url="https://stad.example.org",
            **self.quick)
        self.today = self.sql("select common.today()")[
            0][0]
        self.group = self.book_group()

    def book_group(self, room="rum 1", leaders=("Anna", "Bo"), slot=0, days=60):
        group = new_id()
        self.say([{"group_id": group.bytes, "programme_id": key_bytes("demo"),
                   "situation": "substance", "language": "sv", "age_from": 6, "age_to": 12,
                   "slot": slot, "room_id": key_bytes(room),
                   "leader_ids": [key_bytes(name) for name in leaders],
                   "earliest_day": (self.today + timedelta(days) - EPOCH).days,
                   "least": 2, "most": 8}], "scheduling", "group_wanted")
        self.wait(lambda: self.count("matching.open_group where group_id = %s and meets_before",
                                     group))
        return group

    def wait(self, condition):
        return wait_for(condition, 15 * SLOW, lambda: "\n".join(
            [each.log() for each in self.daemons]
            + [str(self.sql("select kind, reason from ledger.dead"))]
            + [str(self.sql("select kind, outcome, reason, way_out from scheduling.act"))]))

    # Letters and pages behind their links

    def letters(self, address):
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 for path in sorted(pathlib.Path(self.var, "mail").glob("*.eml"))]
        return [letter.get_body(("plain",)).get_content() for letter in found
                if letter["To"] == address]

    def link(self, address, path, count=1):
        """The link of that kind in the newest of `count` letters."""
        def tokens():
            found = [re.search(rf"https://stad.example.org/\w+/{path}/(\S{{22}})", letter)
                     for letter in self.letters(address)]
            return [match[1] for match in found if match]
        self.wait(lambda: len(tokens()) >= count)
        return tokens()

    def visit(self, path, fields=None):
        link = http.client.HTTPConnection("127.0.0.1", self.intake.port, timeout=20 * SLOW)
        body = urllib.parse.urlencode(fields) if fields is not None else None
        link.request("POST" if fields is not None else "GET", path, body,
                     {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        answer = link.getresponse()
        text = answer.read().decode()
        status, headers = answer.status, dict(answer.getheaders())
        link.close()
        return status, headers, text

    def family(self, name, **changes):
        """A family that has said yes by its letter: (referral, address)."""
        address = f"{name}@example.org"
        referral = self.refer(guardians__0__email=address, **changes)
        token, = self.link(address, "svar")
        status, _, _ = self.visit(f"/sv/svar/{token}", {"answer": "yes"})
        assert status == 303, status
        self.await_state(referral, "meeting")
        self.wait(lambda: self.count("scheduling.before_start where referral_id = %s", referral))
        return referral, address

    def page(self, token, language="sv"):
        """The page of a choice, once scheduling has answered it."""
        def shown():
            status, headers, text = self.visit(f"/{language}/traff/{token}")
            return None if "Refresh" in headers else (status, text)
        return self.wait(shown)

    def meet(self, referral):
        return self.sql("select state, time_id, outcome, rounds, choice_end, offer_id"
                        " from scheduling.before_start where referral_id = %s", referral)[0]

    def tasks(self, referral, kind="call_family"):
        return self.count("desk.task where referral_id = %s and kind = %s and done_at is null",
                          referral, kind)

    # The leader's desk

    def days(self, count, after=2):
        """Days on which families are met: no holiday ever falls on them."""
        day, found = self.today + timedelta(after), []
        while len(found) < count:
            if day.weekday() in (1, 2) and (day.month, day.day) not in HOLIDAYS:
                found.append(day)
            day += timedelta(1)
        return found

    def act(self, browser, path, fields):
        """An act of the desk, answered: (outcome, reason, way out)."""
        status, headers, text = browser.post(path, fields)
        assert status == 303 and "akt=" in headers["location"], (status, headers, text)
        act = headers["location"].split("akt=")[1]
        self.wait(lambda: self.count("scheduling.act where act_id = %s", act))
        return self.sql("select outcome, reason, way_out from scheduling.act where act_id = %s",
                        act)[0]

    def give(self, browser, times, group=None, **more):
        fields = {"minuter": "60", **more}
        for number, (day, hour) in enumerate(times, 1):
            fields[f"dag{number}"], fields[f"kl{number}"] = day.isoformat(), hour
        return self.act(browser, f"/grupper/{group or self.group}/fore/tider", fields)

    def outcome(self, browser, referral, outcome):
        return self.act(browser, f"/grupper/{self.group}/fore/utfall",
                        {"familj": self.meet(referral)[5], "utfall": outcome})

    def turn(self, day):
        """The civil clock to that day's noon."""
        self.sql("update common.civil_clock set ahead = %s - clock_timestamp()",
                 datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc))

    def turn_back(self):
        self.sql("update common.civil_clock set ahead = '0'")

    def dump(self):
        return subprocess.run(
            [f"{POSTGRES}/pg_dump", "--data-only", "-d", self.cluster.conninfo + " user=admin"],
            check=True, capture_output=True, cwd="/").stdout.decode("utf-8", "replace")


def key_bytes(name):
    import uuid
    return uuid.UUID(key(name)).bytes


def times_of(page):
    return re.findall(r'name="tid" value="([0-9a-f-]{36})"', page)


def test_the_whole_way(city):
    """Yes, times, a race for one of them, the child's own yes, and the place."""
    a, mail_a = city.family("asta")
    b, mail_b = city.family("bo")
    assert city.meet(a)[0] == city.meet(b)[0] == "wanted", "no leader has given times"
    asked = city.wait(lambda: [letter for letter in city.letters("anna@work.example.org")
                               if "/traff/" in letter])
    assert len(asked) == 1, "a leader is asked once, however many families say yes"
    assert city.count("matching.place where referral_id = any(%s) and state = 'held'", [a, b]) == 2
    leader = city.browser("ledare")
    days = city.days(2)
    assert city.give(leader, [(days[0], "15:00"), (days[0], "16:00"), (days[1], "15:00")])[0] \
        == "done"
    token_a, = city.link(mail_a, "traff")
    token_b, = city.link(mail_b, "traff")
    for _ in range(2):
        status, page = city.page(token_a)
        assert status == 200 and len(times_of(page)) == 3, "looking uses nothing up"
    english = city.page(token_a, "en")[1]
    assert "None of the times suits us" in english and 'value="en" selected' in english
    first, second, _ = times_of(page)
    race(city, (token_a, token_b), first)
    winner, loser = ((a, b) if city.meet(a)[0] == "booked" else (b, a))
    lost, won = (token_b, token_a) if winner == a else (token_a, token_b)
    assert city.meet(loser)[4] == "taken"
    page = city.page(lost)[1]
    assert "Den tiden hann någon annan ta" in page and first not in times_of(page)
    assert len(times_of(page)) == 2 and city.visit(f"/sv/traff/{lost}", {"tid": second})[0] == 303
    assert "Er tid är bokad" in city.page(lost)[1]
    # Two of the three times are chosen: both leaders have the hours of these.
    hours = city.sql("select leader_id, count(*), sum(minutes) from scheduling.leader_hours_v"
                     " where kind = 'before_start' group by 1")
    length = city.sql("select extract(epoch from min(ends_at - starts_at)) / 60"
                      " from scheduling.before_start_time")[0][0]
    assert [row[1:] for row in hours] == [(2, 2 * length)] * 2, hours
    assert city.sql("select scheduling.work_minutes(%s, date_trunc('week', %s::timestamp)::date)",
                    hours[0][0], days[0])[0][0] == 2 * length
    _, headers, calendar = city.visit(f"/sv/traff/{won}/kalender.ics")
    assert headers["Content-Type"].startswith("text/calendar")
    assert f"DTSTART:{days[0]:%Y%m%d}T" in calendar and "Träff" in calendar
    for secret in ("Björken", "substance", "Demo"):
        assert secret not in calendar
    city.wait(lambda: any("Tiden är bokad" in letter for letter in city.letters(mail_b)))
    city.turn(days[0] + timedelta(0))
    for child in (a, b):
        assert city.outcome(leader, child, "child_yes") == ("done", None, None)
        city.wait(lambda: city.state(child) in ("accepted", "placed"))
    city.await_state(a, "placed")
    city.await_state(b, "placed")
    assert city.count("scheduling.roster where referral_id = any(%s)", [a, b]) == 2
    city.turn_back()


def race(city, tokens, time_id):
    """Both families press the button at once."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        posts = [pool.submit(city.visit, f"/sv/traff/{token}", {
            "tid": time_id, "tolk_barn": "ar", "tolk_vuxen": "so", "teckensprak": "ja"})
            for token in tokens]
        assert [post.result()[0] for post in posts] == [303, 303]
    for token in tokens:
        city.page(token)
    assert city.count("scheduling.before_start where time_id = %s", time_id) == 1


def test_a_yes_needs_a_meeting(city):
    child, address = city.family("cilla")
    leader = city.browser("ledare")
    day = city.days(1, 20)[0]
    assert city.give(leader, [(day, "15:00")])[0] == "done"
    assert city.outcome(leader, child, "child_yes") == ("refused", "not_now", None)
    token, = city.link(address, "traff")
    time_id = times_of(city.page(token)[1])[-1]
    city.visit(f"/sv/traff/{token}", {"tid": time_id})
    city.page(token)
    assert city.outcome(leader, child, "child_yes") == ("refused", "not_now", f"day={day}")
    page = leader.get(f"/grupper/{city.group}/fore")
    assert "gick inte" in page and "Barnet vill vara med</option>" not in page
    city.turn(day)
    status, page = city.page(token)
    assert "Byt tid" not in page, "on the day itself a person helps"
    city.visit(f"/sv/traff/{token}", {"tid": "ingen"})
    assert "för nära för att ändra" in city.page(token)[1]
    assert city.outcome(leader, child, "not_come")[0] == "done"
    city.wait(lambda: city.tasks(child))
    assert city.state(child) == "meeting" and city.meet(child)[0] == "wanted"
    later = city.days(1, 27)[0]
    assert city.give(leader, [(later, "15:00")])[0] == "done"
    assert len(city.link(address, "traff", 3)) == 3, "told of new times, by a letter of its own"
    assert city.outcome(leader, child, "child_waits")[0] == "done"
    city.await_state(child, "parked")
    assert city.count("matching.place where referral_id = %s", child) == 0
    assert city.visit(f"/sv/traff/{token}")[0] == 200, "the page thanks for the meeting"
    assert city.outcome(leader, child, "child_yes")[1] == "changed_meanwhile"
    city.turn_back()


def test_no_time_fits(city):
    child, address = city.family("dag")
    leader, coordinator = city.browser("ledare"), city.browser("samordnare")
    city.give(leader, [(city.days(1, 25)[0], "17:00")])
    token, = city.link(address, "traff")
    assert city.visit(f"/sv/traff/{token}", {})[0] == 422, "nothing chosen is told at the field"
    city.visit(f"/sv/traff/{token}", {"tid": "ingen"})
    assert "Vi ringer er" in words(city.page(token)[1])
    city.wait(lambda: city.tasks(child))
    assert city.state(child) == "meeting" and city.meet(child)[0] == "none_fits"
    free = city.sql("select time_id from scheduling.before_start_time_v where group_id = %s"
                    " and offer_id is null and starts_at > common.civil_now()"
                    " order by starts_at desc limit 1", city.group)[0][0]
    assert city.act(coordinator, f"/grupper/{city.group}/fore/tid", {
        "vad": "book", "familj": city.meet(child)[5], "tid": free})[0] == "done"
    assert "Er tid är bokad" in city.page(token)[1]
    assert city.act(leader, f"/grupper/{city.group}/fore/tid",
                    {"vad": "take_back", "tid": free})[1] == "changed_meanwhile"


def test_red_in_between(city):
    child, address = city.family("eva")
    coordinator = city.browser("samordnare")
    city.give(city.browser("ledare"), [(city.days(1, 30)[0], "13:00")])
    token, = city.link(address, "traff")
    time_id = times_of(city.page(token)[1])[-1]
    city.visit(f"/sv/traff/{token}", {"tid": time_id})
    assert "Er tid är bokad" in city.page(token)[1]
    version = re.search(r'name="svar" value="(\d+)"', coordinator.get(f"/kort/{child}"))[1]
    coordinator.post(f"/kort/{child}/beslut", {"beslut": "red", "bradska": "3", "svar": version})
    city.await_state(child, "protection_first")
    city.wait(lambda: city.meet(child)[0] == "released")
    assert city.count("matching.place where referral_id = %s", child) == 0
    assert city.count("scheduling.before_start_time_v where time_id = %s and offer_id is null",
                      time_id) == 1, "another family may have the time"
    assert city.visit(f"/sv/traff/{token}")[0] == 404
    assert city.visit(f"/sv/traff/{token}", {"tid": time_id})[0] == 404
    assert city.tasks(child, "protection") == 1


def test_a_leader_who_is_away(city):
    """A time that a leader cannot keep is taken back: the family is called and chooses again."""
    child, address = city.family("hilma")
    leader = city.browser("ledare")
    first, second = city.days(2, 40)
    assert city.give(leader, [(first, "18:00"), (second, "18:00")])[0] == "done"
    token, = city.link(address, "traff")
    lost, kept = city.sql(
        "select array_agg(time_id order by starts_at) from scheduling.before_start_time"
        " where group_id = %s and day = any(%s) and extract(hour from starts_at at time zone"
        " 'Europe/Stockholm') = 18", city.group, [first, second])[0][0]
    city.visit(f"/sv/traff/{token}", {"tid": lost})
    assert "Er tid är bokad" in city.page(token)[1]
    city.sql("insert into scheduling.leader_absence (absence_id, leader_id, first_day, last_day,"
             " reason, said_by, said_at) values (%s, %s, %s, %s, 'ill', %s, common.civil_now())",
             new_id(), key("Bo"), first, first, new_id())
    city.wait(lambda: city.meet(child)[0] == "told" and city.tasks(child))
    assert city.count("scheduling.before_start_time where time_id = %s and taken_back_at is null",
                      lost) == 0
    assert city.count("scheduling.leader_booking where time_id = %s", lost) == 0
    left = times_of(city.page(token)[1])
    assert str(lost) not in left and str(kept) in left, left
    assert city.give(leader, [(first, "18:00")])[1] == "leader_absent"


def test_a_worried_leader(city):
    """Before the child's yes the protection track comes first, and the place is free."""
    child, _ = city.family("hedda")
    leader = city.browser("ledare")
    path = f"/grupper/{city.group}/fore/{city.meet(child)[5]}"
    assert "Jag är orolig" in leader.get(path)
    status, headers, _ = leader.post(f"{path}/orolig")
    assert status == 303 and headers["location"].endswith("sagt=orolig"), headers
    city.await_state(child, "protection_first")
    city.wait(lambda: city.meet(child)[0] == "released" and city.tasks(child, "protection"))
    assert city.count("matching.place where referral_id = %s", child) == 0


def test_interpreters(city):
    """Three fields, three bookings: asked for in the race of the first test."""
    coordinator = city.browser("samordnare")
    assert city.count("desk.task where kind = 'interpreter'") == 2, "one task for each family"
    page = coordinator.get(f"/grupper/{city.group}/fore")
    assert "Tolk för barnet: arabiska" in re.sub(r"\s+", " ", words(page))
    rows = city.sql("select b.offer_id, i.part, i.language, i.state from scheduling.interpreter i"
                    " join scheduling.before_start b using (referral_id, group_id)"
                    " where b.outcome = 'child_yes' order by b.offer_id, i.part limit 3")
    assert [row[1:] for row in rows] == [("child", "ar", "wanted"), ("guardian", "so", "wanted"),
                                         ("sign", None, "wanted")], rows
    for part, state in (("child", "booked"), ("guardian", "declined"), ("sign", "booked")):
        assert city.act(coordinator, f"/grupper/{city.group}/fore/tolk", {
            "familj": rows[0][0], "del": part, "lage": state})[0] == "done"
    assert [row[0] for row in city.sql(
        "select state from scheduling.interpreter_v where offer_id = %s order by part",
        rows[0][0])] == ["booked", "declined", "booked"]


def test_checklist_is_sealed(city):
    child = city.sql("select referral_id from scheduling.before_start"
                     " where outcome = 'child_yes' limit 1")[0][0]
    leader = city.browser("ledare")
    path = f"/grupper/{city.group}/fore/{child}"
    assert path in leader.get(f"/grupper/{city.group}"), "the roster leads to it"
    fields = dict(zip(("allergier", "behov", "hamtar", "far_inte"), SECRETS))
    status, headers, _ = leader.post(f"{path}/lista", {"vet_varfor": "ja", **fields})
    assert status == 303, status
    page = leader.get(path)
    assert not any(secret in page for secret in SECRETS) and "förseglade" in page
    status, _, shown = leader.post(f"{path}/visa")
    assert status == 200 and all(secret in html.unescape(shown) for secret in SECRETS), shown
    for other in ("Missbruk", "substance"):
        assert other not in shown, "never beside a situation"
    assert city.count("desk.checklist_read") == 1 and city.audits("checklist_read", child) == 1
    dump = city.dump()
    assert "checklist_words" in dump
    for secret in SECRETS:
        assert secret not in dump and secret.encode().hex() not in dump
    for where in (f"/grupper/{city.group}", f"/grupper/{city.group}/fore"):
        assert not any(secret in leader.get(where) for secret in SECRETS)
    other = city.browser()
    city.make_staff("annan", "leader")
    city.sql("update desk.staff set leader_id = %s where user_name = 'annan'", key("Dan"))
    other.sign_in("annan")
    assert other.ask("GET", path)[0] == 404 and other.post(f"{path}/visa")[0] == 404


def test_a_leader_waits_for_the_yes(city):
    child, _ = city.family("fia")
    leader = city.browser("ledare")
    path = f"/grupper/{city.group}/fore/{city.meet(child)[5]}"
    leader.post(f"{path}/lista", {"allergier": "Nötter"})
    assert "när barnet har sagt ja" in leader.get(path)
    assert leader.post(f"{path}/visa")[0] == 404
    assert city.browser("samordnare").post(f"{path}/visa")[0] == 200


def test_refusals_name_the_way_out(city):
    """The same constraints as a group's own meetings: the room, the leaders."""
    leader = city.browser("samordnare")
    away = city.days(2, 40)  # a leader is, on one of them
    day = next(day for day in city.days(3, 33) if day not in away)
    assert city.give(leader, [(day, "10:00")])[0] == "done"
    other = city.book_group("rum 2", ("Cia", "Dan"), slot=4)
    room = key("rum 1")
    assert city.give(leader, [(day, "10:30")], other, lokal=room) == \
        ("refused", "room_taken", f"room={key('rum 2')}")
    assert city.give(leader, [(day, "10:30")], other)[0] == "done", "another room, other leaders"
    assert city.give(leader, [(day, "10:30")], lokal=key("rum 2"))[1] == "room_taken"
    assert city.give(leader, [(day, "11:00")])[0] == "done", "one family after another"
    assert city.give(leader, [(city.today - timedelta(1), "10:00")])[1] == "in_the_past"
    monday = city.sql("select first_day from scheduling.groups where group_id = %s",
                      city.group)[0][0]
    assert city.give(leader, [(monday, "10:00")])[1] == "not_now"
    eve = monday - timedelta(days=4)
    city.sql("insert into scheduling.free_day (day, name) values (%s, 'En afton')", eve)
    assert city.give(leader, [(eve, "10:00")])[1] == "public_holiday", "as the city keeps it"
    city.sql("delete from scheduling.free_day where day = %s", eve)
    assert leader.post(f"/grupper/{city.group}/fore/tider", {"minuter": "60"})[1][
        "location"].endswith("sagt=fel")


def test_the_steps_to_a_start(city):
    """Reckoned backwards; what is late is told of once, to whom it belongs."""
    far = city.book_group("rum 3", ("Cia", "Dan"), slot=8, days=75)
    near = city.book_group("rum 2", ("Anna", "Bo"), slot=3, days=28)
    steps = lambda group: city.sql(
        "select step, owner, due_day, compressed, done_at is not null, breached_at is not null"
        " from scheduling.milestone where group_id = %s order by due_day, array_position("
        "array['plan', 'calls', 'times', 'meetings', 'decision'], step::text)", group)
    city.wait(lambda: len(steps(far)) == len(steps(near)) == 5)
    first = city.sql("select first_day from scheduling.groups where group_id = %s", far)[0][0]
    assert [row[0] for row in steps(far)] == ["plan", "calls", "times", "meetings", "decision"]
    assert [row[1] for row in steps(far)][2:4] == ["leaders", "leaders"]
    assert steps(far)[0][2] <= first - timedelta(56) and not any(row[3] for row in steps(far))
    assert all(row[3] for row in steps(near)), "four weeks are too few"
    assert steps(far)[0][4] and not any(row[5] for row in steps(far))
    coordinator = city.browser("samordnare")
    assert "för nära för de vanliga veckorna" in coordinator.get(f"/grupper/{near}/fore")
    child, address = city.family("gun")  # into one of them, and nobody gives a time
    group = city.sql("select group_id from scheduling.before_start where referral_id = %s",
                     child)[0][0]
    due = {row[0]: row[2] for row in steps(group)}["times"]
    told = len(city.letters("cia@work.example.org") + city.letters("anna@work.example.org"))
    city.turn(due + timedelta(1))
    city.wait(lambda: city.count("desk.task where referral_id = %s and kind = 'start_step'"
                                 " and about = 'group'", group))
    city.wait(lambda: len(city.letters("cia@work.example.org")
                          + city.letters("anna@work.example.org")) > told)
    name = city.sql("select name from scheduling.groups where group_id = %s", group)[0][0]
    page = re.sub(r"\s+", " ", words(coordinator.get("/")))
    assert f"{name} Ge tider för möten senast" in page, page
    looks = city.sql("select count(*) from ledger.hop where kind = 'task_wanted' and subject = %s",
                     group)
    city.turn(due + timedelta(2))
    city.wait(lambda: not city.count("scheduling.milestone m join scheduling.groups g using"
                                     " (group_id) where m.done_at is null and breached_at is null"
                                     " and m.due_day < common.today()"
                                     " and g.state in ('booked', 'offered', 'confirmed')"))
    assert city.sql("select count(*) from ledger.hop where kind = 'task_wanted'"
                    " and subject = %s", group)[0][0] - looks[0][0] <= 1, "told once of each"
    city.turn_back()


def test_a_cancelled_group_frees_its_times(city):
    child, address = city.family("ines")
    group = city.sql("select group_id from scheduling.before_start where referral_id = %s",
                     child)[0][0]
    coordinator = city.browser("samordnare")
    assert city.give(coordinator, [(city.days(1, 20)[0], "08:00")], group)[0] == "done"
    token, = city.link(address, "traff")
    time_id = times_of(city.page(token)[1])[-1]
    city.visit(f"/sv/traff/{token}", {"tid": time_id})
    assert "Er tid är bokad" in city.page(token)[1]
    assert city.act(coordinator, f"/grupper/{group}/lage",
                    {"akt": "cancel", "skal": "leaders_missing"})[0] == "done"
    city.wait(lambda: city.state(child) in ("waiting", "offered"))
    assert city.meet(child)[:2] == ("released", None)
    for table in ("room_booking", "leader_booking"):
        assert city.count(f"scheduling.{table} b join scheduling.before_start_time t"
                          " using (time_id) where t.group_id = %s", group) == 0, table
    assert city.visit(f"/sv/traff/{token}")[0] == 404


def main():
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_") and (not wanted or name in wanted)]
    passed = failed = 0
    city = Town()
    try:
        for name, test in tests:
            started = time.monotonic()
            try:
                test(city)
                passed += 1
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
                city.turn_back()
        dead = city.sql("select kind, reason from ledger.dead")
        failed += bool(dead)
        if dead:
            print(f"not ok: dead letters {dead}")
    finally:
        city.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
