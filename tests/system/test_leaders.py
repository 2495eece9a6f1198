#!/usr/bin/python3
"""Leaders: whoever is away is replaced by whoever says yes first; what a booking asks of its
leaders is refused with the reason and a way out; hours are counted; an end is told once.

Scheduling, notification, intake and the desk run; coordinators and leaders use pages and letters.
"""
import concurrent.futures
import email
import email.policy
import http.client
import os
import pathlib
import re
import sys
import time
import unittest
import urllib.parse
import uuid
from datetime import date, timedelta

import msgpack

from core_rig import SLOW, House
from desk_rig import Browser, argon2, words
from notification_rig import new_id, sodium, wait_for
from scheduling_world import CITY, EPOCH, key

PASSWORD = "ett långt lösenord"
MORE = f"""
update scheduling.leader set email = lower(work_name) || '@example.org';
insert into scheduling.leader (leader_id, work_name, employment, home, home_unit, experienced,
    parents, max_groups, contract_from, contract_until, email)
    select i::uuid, n, 'hourly', h, 'Enheten', x, false, 9, '2020-01-01', '2040-01-01',
        lower(n) || '@example.org'
    from (values ('{key('Fia')}', 'Fia', 'soder', true),
        ('{key('Hal')}', 'Hal', 'norr', false)) l (i, n, h, x);
insert into scheduling.leader_training (leader_id, situation, level, valid_from)
    select leader_id, 'substance', 'basic', '2020-01-01' from scheduling.leader
    where work_name in ('Fia', 'Hal');
insert into scheduling.leader_language (leader_id, language)
    select leader_id, 'sv' from scheduling.leader on conflict do nothing;
insert into scheduling.leader_district (leader_id, district)
    select leader_id, code from scheduling.leader, scheduling.district on conflict do nothing;
insert into scheduling.leader_slot (leader_id, slot)
    select leader_id, slot from scheduling.leader, scheduling.slot on conflict do nothing;
"""


class City(House):
    """A small city with leaders, and the four daemons that leaders meet."""

    def __init__(self):
        super().__init__()
        self.mail = self.var + "/mail"
        secret = os.urandom(32)
        public = sodium("crypto_scalarmult_base", 32, secret)
        for name, value in (("seal.key", secret), ("seal.pub", public)):
            path = pathlib.Path(self.var, "keys", name)
            path.write_text(value.hex() + "\n")
            path.chmod(0o400)
        self.sql(CITY + MORE)
        self.quick = quick = {"bus__sweep_every": "20ms", "bus__sweep_age": "0s"}
        self.scheduling = self.start_scheduling()
        self.start("notification", notification__send_from_hour="0",
                   notification__send_to_hour="24",
                   notification__quiet_periods="no", notification__send_every="50ms", **quick)
        self.intake = self.start("intake", intake__form_least="0", **quick)
        self.desk = self.start("desk", **quick)
        self.staff = {user: self.make_staff(user, role) for user, role in
                      (("samordnare", "coordinator"), ("ledare", "leader"))}

    def start_scheduling(self, asked_first=False):
        """As it comes, offers wait for the leaders; the other tests do not."""
        settings = {} if asked_first else {"scheduling__conflicts_first": "no"}
        return self.start("scheduling", scheduling__substitute_every="100ms",
                          scheduling__leaders_every="100ms", scheduling__forecast_every="200ms",
                          **self.quick, **settings)

    def make_staff(self, user, role):
        staff = new_id()
        self.sql("select desk.make_staff(%s, %s, %s, %s, %s, %s)", staff, user, user.capitalize(),
                 role, argon2(PASSWORD), key("Anna") if role == "leader" else None)
        return staff

    def tell(self, kind, subject, **fields):
        """A message to scheduling, as the desk or matching says it."""
        body = {name: bytes_of(value) for name, value in fields.items()}
        message = uuid.UUID(int=new_id().int)
        self.sql("insert into ledger.scheduling (id, kind, subject, sender, said_at, version, body)"
                 " values (%s, %s, %s, 'desk', common.civil_now(), 1, %s)", message, kind,
                 str(subject), msgpack.packb(body))

    def act(self, kind, subject, **fields):
        """(outcome, reason, way out) of an act."""
        act = new_id()
        self.tell(kind, subject, act_id=act, by=self.staff["samordnare"], **fields)
        return self.answer(act)

    def answer(self, act):
        return wait_for(lambda: self.sql("select outcome, reason, way_out from scheduling.act"
                                         " where act_id = %s", act), 15 * SLOW, self.trouble)[0]

    def trouble(self):
        return str(self.sql("select kind, reason from ledger.dead union all"
                            " select kind, reason from ledger.later")) + \
            "".join(daemon.log()[-1500:] for daemon in self.daemons)

    def book(self, name, **changes):
        """A booked group of Anna and Bo on Mondays at 15; or the sentence of its refusal."""
        group = uuid.UUID(key(name))
        self.want(group, **changes)
        return self.heard(group).get("detail", group)

    def want(self, group, **changes):
        fields = {"group_id": group, "programme_id": uuid.UUID(key("demo")),
                  "situation": "substance", "language": "sv", "age_from": 7, "age_to": 9,
                  "slot": 0, "room_id": uuid.UUID(key("rum 1")),
                  "leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Anna"))],
                  "earliest_day": 0, "least": 4, "most": 8, **changes}
        self.tell("group_wanted", group, **fields)

    def heard(self, group):
        """What matching is told of it."""
        row = wait_for(lambda: self.sql(
            "select body from ledger.matching where subject = %s", group),
            15 * SLOW, self.trouble)[0]
        self.sql("delete from ledger.matching where subject = %s", group)
        return msgpack.unpackb(row[0], strict_map_key=False)

    def meetings(self, group):
        return self.sql("select meeting_id, day from scheduling.meeting where group_id = %s"
                        " and state <> 'cancelled' order by day", group)

    def leaders_on(self, meeting):
        return [row[0] for row in self.sql(
            "select l.work_name from scheduling.leader_booking b join scheduling.leader l"
            " using (leader_id) where b.meeting_id = %s order by 1", meeting)]

    def letters(self, name, words_of=""):
        """The words of the letters to a leader that have these words in them."""
        found = []
        for path in sorted(pathlib.Path(self.mail).glob("*.eml")):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            plain = letter.get_body(("plain",)).get_content() if letter["To"] else ""
            if letter["To"] == f"{name.lower()}@example.org" and words_of in plain:
                found.append(plain)
        return found

    def letter(self, name, words_of):
        return wait_for(lambda: self.letters(name, words_of), 15 * SLOW,
                        lambda: f"no letter to {name}: {words_of}\n{self.trouble()}")[-1]

    def ask_intake(self, method, path, fields=None, origin=None):
        link = http.client.HTTPConnection("127.0.0.1", self.intake.port, timeout=20)
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "Origin": origin or f"http://127.0.0.1:{self.intake.port}"}
        link.request(method, path, urllib.parse.urlencode(fields or {}), headers)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, text

    def clear(self):
        """What a test leaves is gone: groups, absences, conflicts, searches."""
        self.sql("set session_replication_role = replica;"
                 + "".join(f"delete from scheduling.{table};" for table in (
                     "substitute_ask", "substitution_meeting", "substitution", "leader_absence",
                     "leader_conflict", "leader_clear", "booking_held", "leader_release",
                     "leader_work", "leader_booking", "room_booking", "meeting", "group_leader",
                     "roster", "group_fill", "group_change", "groups"))
                 + "delete from ledger.desk; set session_replication_role = origin;"
                 " update scheduling.leader set contract_until = '2040-01-01', active = true;"
                 " update scheduling.group_name set uses = 0")
        for path in pathlib.Path(self.mail).glob("*.eml"):
            path.unlink()


def bytes_of(value):
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, date):
        return (value - EPOCH).days
    return [bytes_of(each) for each in value] if isinstance(value, list) else value


class Leaders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City()
        cls.addClassCleanup(cls.city.close)

    def tearDown(self):
        self.city.clear()

    def browser(self, user):
        browser = Browser(self.city.desk.port)
        self.assertEqual(browser.sign_in(user)[0], 303)
        return browser

    def absence(self, name, first, last, **fields):
        leader = uuid.UUID(key(name))
        fields = {"absence_id": new_id(), "reason": "ill", "withdrawn": False, **fields}
        return self.city.act("absence_told", leader, leader_id=leader, first_day=first,
                             last_day=last, **fields)

    def link(self, name, words_of="Kan du hoppa in"):
        return re.search(r"/sv/inhopp/\S{22}", self.city.letter(name, words_of))[0]

    # Substitutes

    def test_who_says_yes_first_comes(self):
        city = self.city
        group = city.book("Björken")
        meeting, day = city.meetings(group)[1]
        anna = self.browser("ledare")  # who reports on the own page
        own = anna.ask("GET", "/mina-timmar")[1]["location"]
        self.assertEqual(own, f"/ledare/{key('Anna')}")
        self.assertIn("Mina timmar", words(anna.get(own)))
        answer = anna.post(f"{own}/franvaro", {"fran": day, "till": day, "varfor": "ill"})
        wait_for(lambda: "Anmäl frånvaro gjort" in " ".join(
            words(anna.get(answer[1]["location"])).split()), 15 * SLOW, city.trouble)
        # Bo is a beginner, so somebody experienced is asked; Cia lives nearer than Fia.
        first = city.letter("Cia", "Kan du hoppa in i Björken")
        self.assertNotIn("tema", first.lower())
        path = self.link("Cia")
        status, page = city.ask_intake("GET", path)
        self.assertEqual(status, 200)
        self.assertIn("En ledare i gruppen Björken kan inte komma.", words(page))
        self.assertNotIn("Anna", page)
        self.assertEqual(city.ask_intake("GET", path)[0], 200, "looking uses nothing up")
        self.assertEqual(city.ask_intake("POST", path, {"svar": "yes"},
                                         "http://evil.example.org")[0], 403)
        self.assertEqual(city.ask_intake("POST", path, {})[0], 422)
        city.sql("update scheduling.substitute_ask set wait_until = asked_at")
        city.letter("Fia", "Kan du hoppa in")  # silence: the next is asked as well
        self.assertEqual(city.ask_intake("POST", path, {"svar": "yes"})[0], 303)
        wait_for(lambda: city.leaders_on(meeting) == ["Bo", "Cia"], 15 * SLOW, city.trouble)
        self.assertIn("Tack, du hoppar in", words(city.ask_intake("GET", path)[1]))
        city.letter("Cia", "Tack! Du hoppar in i Björken")
        self.assertIn("En vikarie är bokad och kommer i stället.", city.letter(
            "Bo", "Den som du leder Björken med kan inte komma"))
        self.assertEqual(city.letters("Anna", "En vikarie är bokad"), [])
        city.letter("Fia", "Det är löst: någon annan leder Björken")
        other = self.link("Fia")
        self.assertIn("Det är löst", words(city.ask_intake("GET", other)[1]))
        city.ask_intake("POST", other, {"svar": "yes"})
        self.assertEqual(city.leaders_on(meeting), ["Bo", "Cia"])
        self.assertEqual(city.leaders_on(city.meetings(group)[0][0]), ["Anna", "Bo"])
        self.assertEqual(city.ask_intake("GET", path[:-22] + "A" * 22)[0], 404)

    def test_two_yes_at_once_are_one(self):
        city = self.city
        group = city.book("Björken")
        meeting, day = city.meetings(group)[0]
        self.absence("Anna", day, day)
        first = self.link("Cia")
        city.sql("update scheduling.substitute_ask set wait_until = asked_at")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda path: city.ask_intake("POST", path, {"svar": "yes"}),
                          (first, self.link("Fia"))))
        wait_for(lambda: city.sql("select count(*) from ledger.scheduling") == [(0,)]
                 and "Anna" not in city.leaders_on(meeting), 15 * SLOW, city.trouble)
        states = [row[0] for row in city.sql("select state from scheduling.substitute_ask"
                                             " order by state desc")]
        self.assertEqual(states[0], "yes")
        self.assertIn(states[1], ("settled", "no"))
        self.assertEqual(len(city.leaders_on(meeting)), 2)

    def test_a_no_asks_the_next_and_nobody_left_is_a_task(self):
        city = self.city
        group = city.book("Björken")
        day = city.meetings(group)[0][1]
        city.sql("update scheduling.leader set active = false"
                 " where work_name in ('Fia', 'Hal')")
        self.absence("Anna", day, day)
        self.assertEqual(city.ask_intake("POST", self.link("Cia"), {"svar": "no"})[0], 303)
        body = wait_for(lambda: city.sql("select body from ledger.desk where subject = %s"
                                         " and kind = 'task_wanted'", group)
                        or city.sql("select note from desk.task where referral_id = %s", group),
                        15 * SLOW, city.trouble)
        self.assertTrue(body)
        self.assertEqual(city.sql("select state from scheduling.substitution"), [("unfilled",)])
        search = city.sql("select substitution_id from scheduling.substitution")[0][0]
        self.assertEqual(  # two beginners are refused on the phone too
            city.act("substitute_named", search, substitution_id=search,
                     leader_id=uuid.UUID(key("Dan")))[:2], ("refused", "pair_inexperienced"))
        browser = self.browser("samordnare")
        page = words(browser.get("/ledare"))
        self.assertIn("ingen kvar att fråga", page)
        self.assertIn("i stället för Anna", " ".join(page.split()))
        city.sql("update scheduling.leader set active = true where work_name = 'Fia'")
        answer = browser.post(f"/vikarie/{search}", {"ledare": key("Fia")})
        wait_for(lambda: "Vikarie på telefon gjort" in " ".join(
            words(browser.get(answer[1]["location"])).split()), 15 * SLOW, city.trouble)
        self.assertEqual(city.leaders_on(city.meetings(group)[0][0]), ["Bo", "Fia"])

    def test_three_meetings_or_more_have_one_substitute(self):
        city = self.city
        group = city.book("Björken")
        days = [day for _, day in city.meetings(group)]
        self.absence("Anna", days[0], days[2])
        self.assertEqual(city.ask_intake("POST", self.link("Cia"), {"svar": "yes"})[0], 303)
        for meeting, _ in city.meetings(group):
            wait_for(lambda one=meeting: city.leaders_on(one) == ["Bo", "Cia"], 15 * SLOW,
                     city.trouble)

    def test_a_conflict_takes_the_leader_out_of_the_group(self):
        city = self.city
        group, child = city.book("Björken"), new_id()
        outcome = city.act("conflict_told", key("Anna"), leader_id=uuid.UUID(key("Anna")),
                           group_id=group, referral_id=child)
        self.assertEqual(outcome, ("done", None, None))
        city.ask_intake("POST", self.link("Cia"), {"svar": "yes"})
        wait_for(lambda: city.sql(
            "select l.work_name from scheduling.group_leader join scheduling.leader l"
            " using (leader_id) where group_id = %s order by post", group)
            == [("Cia",), ("Bo",)], 15 * SLOW, city.trouble)
        self.assertEqual(city.sql("select group_id::text from scheduling.conflict_group_v"), [])
        for meeting, _ in city.meetings(group):
            self.assertEqual(city.leaders_on(meeting), ["Bo", "Cia"])

    def test_offers_wait_until_the_leaders_are_asked(self):
        city = self.city
        city.scheduling.stop()
        asking = city.start_scheduling(asked_first=True)
        try:
            self.asked_first()
        finally:
            asking.stop()
            city.scheduling = city.start_scheduling()

    def asked_first(self):
        city = self.city
        for name, conflict in (("Björken", None), ("Eken", new_id())):
            group = uuid.UUID(key(name))
            city.want(group)
            wait_for(lambda one=group: city.sql("select true from desk.task where referral_id = %s"
                                                " and kind = 'ask_conflicts'", one), 15 * SLOW,
                     city.trouble)
            told = {"group_id": group}
            self.assertEqual(city.act("conflict_told", key("Anna"), **told,
                                      leader_id=uuid.UUID(key("Anna")))[0], "done")
            self.assertEqual(city.sql("select kind from ledger.matching"), [])
            if conflict:
                told["referral_id"] = conflict
            self.assertEqual(city.act("conflict_told", key("Bo"), **told,
                                      leader_id=uuid.UUID(key("Bo")))[0], "done")
            if conflict:
                self.assertEqual(city.heard(group)["reason"], "leader_conflict")
                self.assertEqual(city.sql("select count(*) from scheduling.leader_booking b"
                                          " join scheduling.meeting m using (meeting_id)"
                                          " where m.group_id = %s", group), [(0,)])
            else:
                self.assertEqual(city.heard(group)["group_id"], group.bytes)
                city.clear()

    # The register's pages

    def test_a_coordinator_keeps_the_register(self):
        city, browser = self.city, self.browser("samordnare")
        page = browser.get("/ledare")
        new = re.search(r'action="(/ledare/[0-9a-f-]{36})"', page)[1]
        leader = new.split("/")[2]
        fields = {"namn": "Ivar", "anstallning": "lent", "arbetsgivare": "Församlingen",
                  "enhet": "Elevhälsan", "hemma": "norr", "sprak": "sv en", "erfaren": "no",
                  "grupper": "2", "fran": "2026-01-01", "till": "2039-12-31", "aktiv": "ja",
                  "stadsdel": "norr", "tid": "4"}
        self.assertIn("sagt=fel", browser.post(new, {**fields, "sprak": "qq"})[1]["location"])
        browser.post(new, fields)
        wait_for(lambda: city.sql("select true from scheduling.leader where leader_id = %s",
                                  leader), 15 * SLOW, city.trouble)
        answer = browser.post(f"{new}/utbildning", {"situation": "substance", "niva": "deeper",
                                                    "fran": "2026-01-01", "till": ""})
        wait_for(lambda: "Skriv in utbildning gjort" in " ".join(
            words(browser.get(answer[1]["location"])).split()), 15 * SLOW, city.trouble)
        page = " ".join(words(browser.get(new)).split())
        self.assertIn("Missbruk, fördjupad", page)
        self.assertIn("utlånad av en enhet, Församlingen", page)
        self.assertIn("Ivar", browser.get("/ledare?situation=substance&stadsdel=norr&lediga=8"))
        self.assertNotIn("Ivar", browser.get("/ledare?situation=violence"))
        other = self.browser("ledare")
        self.assertEqual(other.ask("GET", new)[0], 404, "others' pages are not a leader's to see")
        self.assertEqual(other.ask("GET", "/ledare")[0], 403)
        self.assertEqual(other.post(f"{new}/franvaro", {"fran": "2027-01-11", "varfor": "ill",
                                                        "till": "2027-01-11"})[0], 404)

    # What a booking asks of its leaders

    def test_two_beginners_are_refused(self):
        both = [uuid.UUID(key("Bo")), uuid.UUID(key("Dan"))]
        self.assertEqual(self.city.book("Björken", leader_ids=both), "no leader is experienced")

    def test_a_training_that_ends_midway_is_refused(self):
        city = self.city
        group = city.book("Björken")
        last = city.meetings(group)[-1][1]
        training = {"leader_id": uuid.UUID(key("Bo")), "situation": "substance",
                    "level": "basic", "valid_from": date(2020, 1, 1)}
        self.assertEqual(city.act("training_kept", key("Bo"), **training,
                                  valid_until=last - timedelta(1)),
                         ("refused", "leader_booked", f"day={last}"))
        self.assertEqual(city.act("training_kept", key("Bo"), **training, valid_until=last),
                         ("done", None, None))
        self.assertEqual(city.book("Eken", room_id=uuid.UUID(key("rum 2")), slot=4,
                                   earliest_day=last),
                         "a leader is not trained in the situation to the end of the series")
        # A second training goes on where the first ends: then it holds on every day.
        city.act("training_kept", key("Bo"), **{**training, "valid_from": last + timedelta(1)})
        self.assertIsInstance(city.book("Linden", room_id=uuid.UUID(key("rum 2")), slot=4),
                              uuid.UUID)
        city.sql("update scheduling.leader_training set valid_until = null")

    def test_a_contract_is_not_cut_under_a_booking(self):
        city = self.city
        group = city.book("Björken")
        last = city.meetings(group)[-1][1]
        entry = {"leader_id": uuid.UUID(key("Bo")), "work_name": "Bo", "employment": "fixed",
                 "employer": "Kommunen", "home": "norr", "home_unit": "Enheten",
                 "experience": "by_meetings", "parents": False, "max_groups": 9,
                 "contract_from": date(2020, 1, 1), "active": True, "languages": ["sv"],
                 "districts": ["norr", "soder"], "slots": 1 | 2 | 8 | 16 | 256}
        self.assertEqual(
            city.act("leader_kept", key("Bo"), **entry, contract_until=last - timedelta(1)),
            ("refused", "leader_booked", f"day={last}"))
        self.assertEqual(city.act("leader_kept", key("Bo"), **entry, contract_until=last),
                         ("done", None, None))
        self.assertEqual(city.book("Eken", room_id=uuid.UUID(key("rum 2")), slot=4,
                                   earliest_day=last),
                         "a leader's contract does not last the whole series")

    def test_an_absence_and_full_hours_refuse_a_booking(self):
        city = self.city
        group = city.book("Björken")
        days = [day for _, day in city.meetings(group)]
        year = city.sql("select school_year, season from scheduling.term"
                        " where %s between first_day and last_day", days[0])[0]
        release = {"leader_id": uuid.UUID(key("Bo")), "school_year": year[0], "season": year[1]}
        self.assertEqual(city.act("release_kept", key("Bo"), **release, hours_week=4),
                         ("refused", "leader_booked", "hours=8"))
        self.assertEqual(city.act("release_kept", key("Bo"), **release, hours_week=12)[0], "done")
        self.assertEqual(city.book("Eken", room_id=uuid.UUID(key("rum 2")), slot=4,
                                   earliest_day=days[0]),
                         "the manager has not released hours enough for a leader")
        self.assertEqual(city.act("release_kept", key("Bo"), **release, hours_week=16)[0], "done")
        self.assertEqual(self.absence("Bo", days[0] + timedelta(1), days[0] + timedelta(1)),
                         ("done", None, None))
        self.assertEqual(city.book("Eken", room_id=uuid.UUID(key("rum 2")), slot=4,
                                   earliest_day=days[0]),
                         "a leader is away on one of the days")
        ledger = city.sql("select planned_minutes, used_minutes, hours_week"
                          " from scheduling.leader_ledger_v where leader_id = %s"
                          " and school_year = %s and season = %s", key("Bo"), *year)
        self.assertEqual(ledger, [(3 * 8 * 60, 0, 16)])

    # What ends, and what will be missing

    def test_where_leaders_will_be_missing(self):
        city = self.city
        for situation in ("violence", "substance"):
            city.sql("with r as (insert into matching.referral (referral_id, child_id, received_at,"
                     "  changed_at, heard, state, changed_by, clearance_id) select"
                     "  gen_random_uuid(), gen_random_uuid(), clock_timestamp(), clock_timestamp(),"
                     "  1, 'waiting', 'test', gen_random_uuid() from generate_series(1, 5)"
                     "  returning *)"
                     " insert into matching.case (referral_id, child_id, birth_date, free_slots,"
                     "  max_travel_min, same_sex_only, protected, situation, situations, sex,"
                     "  district, languages, needs, parent_wish, source)"
                     " select referral_id, child_id, '2018-01-01', 1, 45, false, false, %s, %s,"
                     "  'girl', 'norr', 'sv', '', 'no', 'parent' from r", situation, situation)
        wait_for(lambda: city.sql("select true from scheduling.forecast_v where waiting = 5"),
                 15 * SLOW, city.trouble)
        rows = {row[0]: row[1:] for row in city.sql(
            "select situation, leaders_now, groups_led, groups_short > 0, short_from is not null"
            " from scheduling.forecast_v where district = 'norr' and waiting = 5")}
        self.assertEqual(rows["violence"], (0, 0, True, True))
        self.assertEqual(rows["substance"][1:], (2, False, False))
        page = " ".join(words(self.browser("samordnare").get("/ledare")).split())
        self.assertRegex(page, r"Våld Norr 5 5 0 0 0 av \d")

    def test_an_end_is_told_once(self):
        city = self.city
        city.sql("update scheduling.leader set contract_until ="
                 " common.today() + 50 where work_name = 'Eva'")
        city.letter("Eva", "Din utbildning eller ditt avtal hos oss gäller till och med")
        wait_for(lambda: city.sql("select 1 from desk.task where referral_id = %s"
                                  " and kind = 'contract_ends'", key("Eva")), 15 * SLOW,
                 city.trouble)
        started = city.sql("select count(*) from scheduling.forecast")  # some rounds go by
        wait_for(lambda: city.sql("select max(made_at) > (select min(warned_at) + interval '1 s'"
                                  " from scheduling.leader_warning) from scheduling.forecast")
                 [0][0], 15 * SLOW, lambda: str(started))
        self.assertEqual(len(city.letters("Eva")), 1)
        self.assertEqual(city.sql("select count(*) from scheduling.leader_warning"
                                  " where leader_id = %s", key("Eva")), [(1,)])


def main():
    result = unittest.TextTestRunner(verbosity=1).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Leaders))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
