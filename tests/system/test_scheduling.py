#!/usr/bin/python3
"""Scheduling on a real cluster: what the database refuses, races, and the daemon's way with groups.

The first part writes as the daemon's role and past it: each forbidden row must be refused by the
constraint that is named. The second runs gruppstod-scheduling and speaks to it through the ledger.
"""
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import psycopg2
import psycopg2.errors
import psycopg2.extras

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "golden"))
from write import pack  # noqa: E402 - another encoder than the house's

BUILD = Path(os.environ.get("GRUPPSTOD_TEST_BUILD", ROOT / "build"))
POSTGRES = Path("/usr/lib/postgresql/15/bin")
EPOCH = date(1970, 1, 1)
HOUR = timedelta(hours=1)


def key(name):
    """The same id for the same name, in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


class Cluster:
    """A private cluster with the migrations that scheduling needs; root hands it to nobody."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gs"))
        self.run = self.folder / "run"
        self.run.mkdir()
        (self.folder / "keys").mkdir(mode=0o700)
        (self.folder / "keys" / "audit.key").touch(mode=0o600)
        (self.folder / "keys" / "audit.key").write_text(secrets.token_hex(32) + "\n")
        (self.folder / "keys" / "audit.key").chmod(0o400)
        self.data = self.folder / "data"
        self.data.mkdir()
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            for folder in (self.data, self.run):
                shutil.chown(folder, "nobody")
        self.command("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N",
                     "-E", "UTF8", "--locale=C.UTF-8")
        self.command("pg_ctl", "-D", self.data, "-w", "-l", self.data / "log", "-o",
                     f"-k {self.run} -c listen_addresses= -c fsync=off", "start")
        self.conninfo = f"host={self.run} dbname=postgres"
        for path in sorted((ROOT / "schemas" / "sql").glob("0*.sql")):
            if path.name[:3] in ("001", "002", "020"):
                with self.connect("postgres") as connection, connection.cursor() as cursor:
                    cursor.execute(path.read_text(encoding="utf-8"))

    @staticmethod
    def command(program, *arguments):
        drop = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run([*drop, POSTGRES / program, *map(str, arguments)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, timeout=60)

    def connect(self, role):
        return psycopg2.connect(f"{self.conninfo} user={role}")

    def stop(self):
        self.command("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


CITY = f"""
insert into scheduling.district (code, name, region, valid_from) values
    ('norr', 'Norr', 'N', '2007-01-01'), ('soder', 'Söder', 'S', '2007-01-01');
insert into scheduling.travel (from_district, to_district, minutes) values
    ('norr', 'norr', 10), ('norr', 'soder', 45), ('soder', 'norr', 45), ('soder', 'soder', 10);
insert into scheduling.slot (slot, weekday, starts) values
    (0, 0, '15:00'), (1, 0, '16:30'), (3, 0, '18:30'), (4, 1, '15:00'), (8, 2, '15:00');
insert into scheduling.term (school_year, season, first_day, last_day)
    select y || '/' || right((y + 1)::text, 2), s, make_date(y + n, f, 8), make_date(y + n, l, 20)
    from generate_series(2025, 2032) y, (values ('autumn', 0, 8, 12), ('spring', 1, 1, 6)) t (s, n, f, l);
insert into scheduling.school_break (school_year, name, first_day, last_day)
    values ('2026/27', 'sportlov', '2027-03-01', '2027-03-05');
insert into scheduling.free_day (day, name) values ('2027-03-29', 'Annandag påsk');
insert into scheduling.programme (programme_id, name, situation, made_up) values
    ('{key('demo')}', 'Demo', 'substance', true);
insert into scheduling.programme_version (programme_id, version, valid_from, minutes, themes, least,
    most, parents, parent_leaders, entry, entry_meeting) values
    ('{key('demo')}', 1, '2007-01-01', 90, array['Ett', 'Två', 'Tre'], 4, 8, 'optional', 1, 'closed', 2);
insert into scheduling.programme_band (programme_id, version, age_from, age_to) values
    ('{key('demo')}', 1, 6, 12);
insert into scheduling.site (site_id, name, district, withheld, discretion) values
    ('{key('huset')}', 'Huset', 'norr', false, 'ordinary'),
    ('{key('gården')}', 'Gården', 'soder', false, 'ordinary');
insert into scheduling.room (room_id, site_id, name, capacity) values
    ('{key('rum 1')}', '{key('huset')}', '1', 8), ('{key('rum 2')}', '{key('huset')}', '2', 8),
    ('{key('rum 3')}', '{key('gården')}', '1', 6);
insert into scheduling.room_slot (room_id, slot) select room_id, slot from scheduling.room, scheduling.slot;
insert into scheduling.leader (leader_id, work_name, employment, home, home_unit, experienced, parents,
    max_groups, contract_from, contract_until)
    select i::uuid, n, 'fixed', 'norr', 'Enheten', x, p, 9, '2020-01-01', '2040-01-01'
    from (values ('{key('Anna')}', 'Anna', true, true), ('{key('Bo')}', 'Bo', false, false),
        ('{key('Cia')}', 'Cia', true, true), ('{key('Dan')}', 'Dan', false, false),
        ('{key('Eva')}', 'Eva', true, false)) l (i, n, x, p);
insert into scheduling.leader_training (leader_id, situation, level, valid_from)
    select leader_id, 'substance', 'basic', '2020-01-01' from scheduling.leader where work_name <> 'Eva';
insert into scheduling.leader_language (leader_id, language) select leader_id, 'sv' from scheduling.leader;
insert into scheduling.leader_district (leader_id, district)
    select leader_id, code from scheduling.leader, scheduling.district;
insert into scheduling.leader_slot (leader_id, slot)
    select leader_id, slot from scheduling.leader, scheduling.slot;
insert into scheduling.group_name (name, ord) values ('Björken', 1), ('Eken', 2);
"""

GROUP = """
insert into scheduling.groups (group_id, name, programme_id, programme_version, situation, language,
    age_from, age_to, slot, site_id, room_id, room_capacity, parent_room_id, least, places, first_day,
    last_day, entry_until, state, booked_at, changed_at)
values (%(group_id)s, %(name)s, %(programme_id)s, 1, %(situation)s, 'sv', 7, 9, 0, %(site_id)s,
    %(room_id)s, %(capacity)s, %(parent_room_id)s, %(least)s, %(places)s, '2027-01-11', '2027-01-25',
    '2027-01-18', %(state)s, common.civil_now(), common.civil_now())"""


def group_row(name, **changes):
    row = {"group_id": key(name), "name": name, "programme_id": key("demo"), "situation": "substance",
           "site_id": key("huset"), "room_id": key("rum 1"), "capacity": 8, "parent_room_id": None,
           "least": 4, "places": 8, "state": "booked"}
    return {**row, **changes}


def stockholm(day, hour, minute=0):
    """A winter hour: one hour ahead of UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.utc) - HOUR


MONDAY = date(2027, 1, 11)


class Base(unittest.TestCase):
    cluster = None

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        with cls.cluster.connect("postgres") as connection, connection.cursor() as cursor:
            cursor.execute(CITY)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()


class Refused(Base):
    """Each test in a transaction that is rolled back."""

    def setUp(self):
        self.connection = self.cluster.connect("postgres")
        self.cursor = self.connection.cursor()

    def tearDown(self):
        self.connection.rollback()
        self.connection.close()

    def group(self, name="Björken", **changes):
        self.cursor.execute(GROUP, group_row(name, **changes))
        self.cursor.execute("insert into scheduling.group_fill (group_id) values (%s)", [key(name)])

    def leader(self, group, name, part="child", post=1, **changes):
        self.cursor.execute("""
            insert into scheduling.group_leader (group_id, part, post, leader_id, situation,
                experienced, parents)
            select %s, %s, %s, leader_id, %s, coalesce(%s, experienced), coalesce(%s, parents)
            from scheduling.leader where work_name = %s""",
            [key(group), part, post, changes.get("situation", "substance"),
             changes.get("experienced"), changes.get("parents"), name])

    def meeting(self, group, number, day, hour=15, day_written=None):
        self.cursor.execute("""
            insert into scheduling.meeting (meeting_id, group_id, meeting_no, day, starts_at, ends_at,
                theme)
            values (%s, %s, %s, %s, %s, %s, 'Ett')""",
            [key(f"{group} {number}"), key(group), number, day_written or day,
             stockholm(day, hour), stockholm(day, hour) + 1.5 * HOUR])
        return key(f"{group} {number}")

    def book_room(self, meeting, room, day, hour, hours=1.5):
        self.cursor.execute("""
            insert into scheduling.room_booking (meeting_id, room_id, during)
            values (%s, %s, tstzrange(%s, %s))""",
            [meeting, key(room), stockholm(day, hour), stockholm(day, hour) + hours * HOUR])

    def book_leader(self, meeting, leader, site, day, hour, minute=0, cursor=None):
        starts = stockholm(day, hour, minute)
        (cursor or self.cursor).execute("""
            insert into scheduling.leader_booking (meeting_id, leader_id, site_id, during)
            values (%s, %s, %s, tstzrange(%s, %s))""",
            [meeting, key(leader), key(site), starts - HOUR, starts + 2.5 * HOUR])

    def take(self, group, place, referral, places=8):
        self.cursor.execute("""
            insert into scheduling.roster (group_id, place_no, places, referral_id, child_id, version,
                taken_at)
            values (%s, %s, %s, %s, %s, 1, common.civil_now())""",
            [key(group), place, places, key(referral), key(f"child of {referral}")])

    def refused(self, constraint, work):
        with self.assertRaises(psycopg2.IntegrityError) as caught:
            work()
        self.assertIn(constraint, caught.exception.diag.constraint_name)

    def test_what_is_allowed_passes(self):
        self.group(parent_room_id=key("rum 2"))
        self.leader("Björken", "Anna")
        self.leader("Björken", "Bo", post=2)
        self.leader("Björken", "Cia", part="parent")
        meeting = self.meeting("Björken", 1, MONDAY)
        self.book_room(meeting, "rum 1", MONDAY, 15)
        self.book_leader(meeting, "Anna", "huset", MONDAY, 15)
        self.take("Björken", 8, "ett")

    def test_a_room_twice(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_room(one, "rum 1", MONDAY, 15)
        self.refused("room_booking_once", lambda: self.book_room(other, "rum 1", MONDAY, 16))

    def test_a_room_again_at_the_minute_it_is_free(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_room(one, "rum 1", MONDAY, 15, hours=1)
        self.book_room(other, "rum 1", MONDAY, 16)

    def test_a_leader_without_the_hours_between(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.refused("leader_booking_once",
                     lambda: self.book_leader(other, "Anna", "huset", MONDAY, 18))

    def test_a_leader_twice_a_day_in_one_house(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.book_leader(other, "Anna", "huset", MONDAY, 18, 30)

    def test_a_leader_who_cannot_travel_in_time(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.refused("leader_booking_travel",
                     lambda: self.book_leader(other, "Anna", "gården", MONDAY, 19, 14))

    def test_a_leader_who_can_just_travel(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.book_leader(other, "Anna", "gården", MONDAY, 19, 15)

    def test_travel_is_seen_backwards_too(self):
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.book_leader(one, "Anna", "huset", MONDAY, 19)
        self.refused("leader_booking_travel",
                     lambda: self.book_leader(other, "Anna", "gården", MONDAY, 15))

    def test_no_leader_untrained(self):
        self.group()
        self.refused("group_leader_trained", lambda: self.leader("Björken", "Eva"))

    def test_the_first_post_is_an_experienced_leaders(self):
        self.group()
        self.refused("group_leader_experienced", lambda: self.leader("Björken", "Bo"))

    def test_nobody_is_experienced_by_writing_so(self):
        self.group()
        self.refused("group_leader_leader_id", lambda: self.leader("Björken", "Bo", experienced=True))

    def test_a_parent_group_has_a_leader_used_to_it(self):
        self.group()
        self.refused("group_leader_of_parents",
                     lambda: self.leader("Björken", "Dan", part="parent"))

    def test_a_leader_on_both_posts(self):
        self.group()
        self.leader("Björken", "Anna")
        self.refused("group_leader_leader_id_group_id", lambda: self.leader("Björken", "Anna", post=2))

    def test_more_places_than_the_room_has(self):
        self.refused("groups_fit_room", lambda: self.group(places=9))

    def test_parents_in_the_childrens_room(self):
        self.refused("groups_parents_elsewhere", lambda: self.group(parent_room_id=key("rum 1")))

    def test_parents_in_another_house(self):
        self.refused("groups_parent_room_id", lambda: self.group(parent_room_id=key("rum 3")))

    def test_a_programme_for_another_situation(self):
        self.refused("groups_programme_id", lambda: self.group(situation="violence"))

    def test_two_groups_of_one_name(self):
        self.group()
        self.refused("groups_municipality_id_name",
                     lambda: self.cursor.execute(GROUP, group_row("Björken", group_id=key("Eken"))))

    def test_a_state_that_does_not_follow(self):
        self.group()
        self.refused("group_change_follows", lambda: self.cursor.execute(
            "update scheduling.groups set state = 'running', version = 2"))

    def test_a_group_does_not_begin_confirmed(self):
        self.refused("group_change_follows", lambda: self.group(state="confirmed"))

    def test_a_cancelled_group_has_a_reason(self):
        self.group()
        self.refused("groups_reason_of_end", lambda: self.cursor.execute(
            "update scheduling.groups set state = 'cancelled', version = 2"))

    def test_no_meeting_on_a_holiday_in_a_break_or_in_summer(self):
        self.group()
        for number, day in enumerate((date(2027, 3, 29), date(2027, 3, 1), date(2027, 7, 5),
                                      date(2026, 12, 28)), 1):
            self.cursor.execute("savepoint one")
            self.refused("meeting_on_school_days",
                         lambda number=number, day=day: self.meeting("Björken", number, day))
            self.cursor.execute("rollback to savepoint one")

    def test_two_meetings_a_day(self):
        self.group()
        self.meeting("Björken", 1, MONDAY)
        self.refused("meeting_once_a_day", lambda: self.meeting("Björken", 2, MONDAY, 18))

    def test_a_meeting_on_another_day_than_it_says(self):
        self.group()
        self.refused("meeting_on_its_day", lambda: self.meeting(
            "Björken", 1, MONDAY, day_written=MONDAY + timedelta(1)))

    def test_the_roster_ends_with_the_places(self):
        self.group()
        self.refused("roster_within_places", lambda: self.take("Björken", 9, "nio"))

    def test_the_roster_does_not_lie_about_the_places(self):
        self.group()
        self.refused("roster_group_id_places", lambda: self.take("Björken", 9, "nio", places=9))

    def test_a_place_twice(self):
        self.group()
        self.take("Björken", 1, "ett")
        self.refused("roster_pkey", lambda: self.take("Björken", 1, "två"))

    def test_a_child_twice(self):
        self.group()
        self.take("Björken", 1, "ett")
        self.refused("roster_once", lambda: self.take("Björken", 2, "ett"))

    def test_terms_do_not_overlap(self):
        self.refused("term_apart", lambda: self.cursor.execute(
            "insert into scheduling.term (school_year, season, first_day, last_day)"
            " values ('2026/28', 'autumn', '2026-12-20', '2027-01-02')"))

    def test_other_daemons_read_views_and_nothing_else(self):
        for role, allowed, forbidden in (
                ("intake", "catalogue_v", "roster_v"), ("matching", "leader_v", "leader"),
                ("matching", "group_v", "roster"), ("notification", "meeting_v", "leader_v"),
                ("desk_list", "roster_v", "roster")):
            with self.cluster.connect(f"gruppstod_{role}") as connection, connection.cursor() as cursor:
                cursor.execute(f"select count(*) from scheduling.{allowed}")
                with self.assertRaises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f"select count(*) from scheduling.{forbidden}")
            connection.close()

    def race(self, first, second, expected):
        """Two transactions at once: the second waits for the first and is then refused."""
        self.group()
        one, other = self.meeting("Björken", 1, MONDAY), self.meeting("Björken", 2, MONDAY + timedelta(7))
        self.connection.commit()
        rivals = [self.cluster.connect("gruppstod_scheduling") for _ in range(2)]
        outcome = []

        def lose():
            try:
                second(rivals[1].cursor(), other)
                rivals[1].commit()
                outcome.append("both were booked")
            except psycopg2.IntegrityError as error:
                outcome.append(error.diag.constraint_name)

        try:
            first(rivals[0].cursor(), one)
            loser = threading.Thread(target=lose)
            loser.start()
            self.wait_until_blocked(rivals[1].info.backend_pid)
            rivals[0].commit()
            loser.join(20)
            self.assertEqual(outcome, [expected])
        finally:
            for rival in rivals:
                rival.close()
            self.cursor.execute("truncate scheduling.groups cascade")
            self.connection.commit()

    def wait_until_blocked(self, pid):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self.cursor.execute("select wait_event_type = 'Lock' from pg_stat_activity where pid = %s", [pid])
            if self.cursor.fetchone()[0]:
                return
            self.connection.rollback()
            time.sleep(0.01)
        self.fail("the second booking did not wait for the first")

    def test_race_for_a_leader_between_two_houses(self):
        self.race(lambda cursor, meeting: self.book_leader(meeting, "Anna", "huset", MONDAY, 15, cursor=cursor),
                  lambda cursor, meeting: self.book_leader(meeting, "Anna", "gården", MONDAY, 18, 40, cursor=cursor),
                  "leader_booking_travel")

    def test_race_for_a_leader_at_one_hour(self):
        self.race(lambda cursor, meeting: self.book_leader(meeting, "Anna", "huset", MONDAY, 15, cursor=cursor),
                  lambda cursor, meeting: self.book_leader(meeting, "Anna", "huset", MONDAY, 16, cursor=cursor),
                  "leader_booking_once")


class Daemon(Base):
    """Speaks to the real daemon through its ledger; each test begins with an empty city calendar."""

    said = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = open(cls.cluster.folder / "log", "w", encoding="utf-8")  # closed with the daemon
        cls.daemon = subprocess.Popen(
            [BUILD / "bin" / "gruppstod-scheduling", "--var", cls.cluster.folder,
             "--set", f"store.conninfo={cls.cluster.conninfo}", "--set", "bus.sweep_age=0s",
             "--set", "bus.sweep_every=20ms", "--set", "scheduling.decide_every=100ms",
             "--set", "scheduling.meetings_every=100ms"], stdout=cls.log, stderr=cls.log)
        cls.connection = cls.cluster.connect("postgres")
        cls.connection.autocommit = True
        cls.cursor = cls.connection.cursor()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.send_signal(signal.SIGTERM)
        code = cls.daemon.wait(10)
        cls.log.close()
        cls.connection.close()
        log = (cls.cluster.folder / "log").read_text(encoding="utf-8")
        super().tearDownClass()
        if code != 0:
            raise AssertionError(f"the daemon ended with {code}:\n{log}")

    def setUp(self):
        self.heard = set()
        self.cursor.execute("update common.civil_clock set ahead = '0'")
        self.cursor.execute("truncate scheduling.groups cascade")
        for queue in ("matching", "notification", "evaluation", "scheduling", "later", "dead"):
            self.cursor.execute(f"delete from ledger.{queue}")
        self.cursor.execute("update scheduling.group_name set uses = 0")

    def ask(self, sql, *values):
        self.cursor.execute(sql, values)
        return self.cursor.fetchone()[0]

    def wait_for(self, what, sql, *values):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self.assertIsNone(self.daemon.poll(), "the daemon is gone")
            answer = self.ask(sql, *values)
            if answer:
                return answer
            time.sleep(0.01)
        self.cursor.execute("select kind, reason from ledger.dead union all select kind, reason from ledger.later")
        return self.fail(f"{what} did not come; aside lie {self.cursor.fetchall()}")

    def say(self, kind, subject, **fields):
        """A message as matching would say it; ids are bytes, days are numbers."""
        body = {name: value.bytes if isinstance(value, uuid.UUID) else value
                for name, value in fields.items()}
        body = {name: [each.bytes for each in value] if isinstance(value, list) else value
                for name, value in body.items()}
        stamp = int(time.time() * 1000)
        Daemon.said += 1  # ids in the order of what is said, as version 7 wants it
        message = uuid.UUID(int=(stamp << 80) | (7 << 76) | (2 << 62) | Daemon.said)
        self.cursor.execute(
            "insert into ledger.scheduling (id, kind, subject, sender, said_at, version, body)"
            " values (%s, %s, %s, 'matching', common.civil_now(), 1, %s)",
            [str(message), kind, str(subject), pack(body)])

    def want(self, name, **changes):
        group = uuid.UUID(key(name))
        fields = {"group_id": group, "programme_id": uuid.UUID(key("demo")), "situation": "substance",
                  "language": "sv", "age_from": 7, "age_to": 9, "slot": 0,
                  "room_id": uuid.UUID(key("rum 1")),
                  "leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Anna"))],
                  "earliest_day": 0, "least": 4, "most": 8}
        fields["earliest_day"] = (self.today() - EPOCH).days
        self.say("group_wanted", group, **{**fields, **changes})
        return group

    def today(self):
        return self.ask("select (common.civil_now() at time zone 'Europe/Stockholm')::date")

    def heard_by(self, daemon, kind, subject, count=1):
        return self.wait_for(f"{kind} to {daemon}",
            f"select count(*) = %s from ledger.{daemon} where kind = %s and subject = %s",
            count, kind, str(subject))

    def refusal(self, name):
        """The reason is a word in the body, which this end need not unpack."""
        self.heard_by("matching", "group_refused", key(name))
        body = bytes(self.ask("select body from ledger.matching where subject = %s", key(name)))
        return next(word for word in ("room_taken", "leader_taken", "no_dates", "unknown_room",
                                      "unknown_leader", "unknown_programme") if word.encode() in body)

    def book(self, name, **changes):
        group = self.want(name, **changes)
        self.heard_by("matching", "group_booked", group)
        return group

    def offer(self, group, place, referral):
        self.say("place_offered", uuid.UUID(key(referral)), offer_id=uuid.UUID(key(f"offer {referral}")),
                 referral_id=uuid.UUID(key(referral)), version=1, child_id=uuid.UUID(key(f"c {referral}")),
                 group_id=group, place_no=place, expires_at_ms=2_000_000_000_000,
                 clearance_id=uuid.UUID(key("clearance")), answers_version=1)

    def take(self, group, place, referral, version=2):
        self.say("place_taken", uuid.UUID(key(referral)), referral_id=uuid.UUID(key(referral)),
                 version=version, child_id=uuid.UUID(key(f"c {referral}")), group_id=group,
                 place_no=place, offer_id=uuid.UUID(key(f"offer {referral}")), taken_at_ms=1_800_000_000_000)

    def release(self, group, place, referral, was_taken, version=3):
        self.say("place_released", uuid.UUID(key(referral)), referral_id=uuid.UUID(key(referral)),
                 version=version, group_id=group, place_no=place, reason="withdrawn", was_taken=was_taken)

    def fill(self, group):
        self.cursor.execute("select offered, taken from scheduling.group_fill where group_id = %s", [str(group)])
        return self.cursor.fetchone()

    def wait_all_handled(self):
        self.wait_for("the end of the queue", "select not exists (select from ledger.scheduling)")

    def turn_to(self, day):
        self.cursor.execute("update common.civil_clock set ahead ="
                            " %s::timestamptz - clock_timestamp()", [f"{day} 12:00+01"])

    def test_a_group_is_booked_with_its_series(self):
        group = self.book("Ett", parent_room_id=uuid.UUID(key("rum 2")),
                          parent_leader_ids=[uuid.UUID(key("Cia"))])
        self.cursor.execute(
            "select count(*), count(distinct day), bool_and(extract(isodow from day) = 1),"
            " bool_and((starts_at at time zone 'Europe/Stockholm')::time = '15:00'), min(day)"
            " from scheduling.meeting where group_id = %s", [str(group)])
        count, days, mondays, at_three, first = self.cursor.fetchone()
        self.assertEqual((count, days, mondays, at_three), (3, 3, True, True))
        self.assertGreaterEqual(first, self.today() + timedelta(28))
        self.assertEqual(self.ask("select count(*) from scheduling.room_booking"), 6)
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 9)
        self.cursor.execute("select name, status, parent_group, places from scheduling.catalogue_v")
        self.assertEqual(self.cursor.fetchall(), [("Björken", "planned", True, 8)])
        self.assertEqual(self.ask("select leaders[1] from scheduling.group_v"), "Anna")

    def test_the_same_wish_twice_is_one_group(self):
        self.book("Ett")
        self.want("Ett")
        self.wait_all_handled()
        self.assertEqual(self.ask("select count(*) from scheduling.groups"), 1)

    def test_who_comes_second_is_refused_with_the_reason(self):
        self.book("Ett")
        self.want("Två", leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        self.assertEqual(self.refusal("Två"), "room_taken")
        self.want("Tre", room_id=uuid.UUID(key("rum 2")), most=8)
        self.assertEqual(self.refusal("Tre"), "leader_taken")
        self.want("Fyra", room_id=uuid.UUID(key("rum 3")), slot=3)
        self.assertEqual(self.refusal("Fyra"), "leader_taken")  # no time to travel
        self.want("Fem", leader_ids=[uuid.UUID(key("Eva")), uuid.UUID(key("Dan"))], slot=4)
        self.assertEqual(self.refusal("Fem"), "unknown_leader")
        self.want("Sex", programme_id=uuid.UUID(key("no programme")))
        self.assertEqual(self.refusal("Sex"), "unknown_programme")
        self.assertEqual(self.ask("select count(*) from scheduling.groups"), 1)

    def test_two_wishes_of_one_slice_for_one_room(self):
        self.connection.autocommit = False
        self.want("Ett")
        self.want("Två", leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        self.connection.commit()
        self.connection.autocommit = True
        self.heard_by("matching", "group_booked", key("Ett"))
        self.assertEqual(self.refusal("Två"), "room_taken")

    def test_enough_children_confirm_the_group_once(self):
        group = self.book("Ett")
        for place in range(1, 6):
            self.offer(group, place, f"barn {place}")
        self.wait_all_handled()
        self.assertEqual((self.fill(group), self.ask("select state from scheduling.groups")),
                         ((5, 0), "offered"))
        for place in range(1, 6):
            self.take(group, place, f"barn {place}")
        self.heard_by("evaluation", "group_confirmed", group)
        self.wait_all_handled()
        for receiver in ("matching", "notification", "evaluation"):
            self.heard_by(receiver, "group_confirmed", group)
        self.assertEqual((self.fill(group), self.ask("select status from scheduling.catalogue_v")),
                         ((0, 5), "open"))

    def test_a_release_that_comes_before_its_taking(self):
        group = self.book("Ett")
        self.offer(group, 1, "Ada")
        self.release(group, 1, "Ada", was_taken=True, version=3)
        self.wait_all_handled()
        self.take(group, 1, "Ada", version=2)
        self.wait_all_handled()
        self.assertEqual(self.fill(group), (0, 0))
        self.assertEqual(self.ask("select count(*) from scheduling.roster"), 0)

    def test_the_next_child_comes_before_the_last_has_left(self):
        group = self.book("Ett")
        self.take(group, 1, "Ada", version=2)
        self.wait_all_handled()
        self.take(group, 1, "Bea", version=2)
        self.wait_for("the wait", "select exists (select from ledger.later where reason is not null)")
        self.release(group, 1, "Ada", was_taken=True, version=3)
        self.wait_for("Bea's place", "select exists (select from scheduling.roster where referral_id = %s)", key("Bea"))
        self.assertEqual(self.ask("select taken from scheduling.group_fill"), 1)

    def test_an_offer_that_is_declined(self):
        group = self.book("Ett")
        self.offer(group, 1, "Ada")
        self.release(group, 1, "Ada", was_taken=False)
        self.wait_all_handled()
        self.assertEqual(self.fill(group), (0, 0))

    def test_a_place_that_the_group_does_not_have(self):
        group = self.book("Ett")
        self.take(group, 9, "Ada")
        self.take(group, 1, "Bea")
        self.wait_for("a dead letter", "select exists (select from ledger.dead where reason like '%%no such place')")
        self.wait_for("Bea's place", "select taken = 1 from scheduling.group_fill")

    def test_too_few_children_when_it_must_be_decided(self):
        group = self.book("Ett")
        self.take(group, 1, "Ada")
        self.wait_all_handled()
        self.turn_to(self.ask("select first_day - 15 from scheduling.groups"))
        self.assertEqual(self.ask("select state from scheduling.groups"), "booked")
        self.turn_to(self.ask("select first_day - 14 from scheduling.groups"))
        for receiver in ("matching", "notification", "evaluation"):
            self.heard_by(receiver, "group_cancelled", group)
        self.assertEqual(self.ask("select count(*) from scheduling.room_booking"), 0)
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 0)
        self.assertEqual(self.ask("select status from scheduling.catalogue_v"), "cancelled")
        self.cursor.execute("update common.civil_clock set ahead = '0'")
        self.book("Två")  # the room and the leaders are free again

    def test_a_groups_life_goes_by(self):
        group = self.book("Ett")
        for place in range(1, 5):
            self.take(group, place, f"barn {place}")
        self.heard_by("matching", "group_confirmed", group)
        self.turn_to(self.ask("select first_day from scheduling.groups"))
        self.assertEqual(self.ask("select count(*) from ledger.evaluation where kind = 'meeting_held'"), 0)
        self.turn_to(self.ask("select first_day + 1 from scheduling.groups"))
        self.heard_by("evaluation", "meeting_held", group)
        self.assertEqual(self.ask("select status from scheduling.catalogue_v"), "running")
        self.turn_to(self.ask("select last_day + 1 from scheduling.groups"))
        self.heard_by("evaluation", "meeting_held", group, count=3)
        self.wait_for("the end", "select state = 'finished' from scheduling.groups")
        self.cursor.execute("select after from scheduling.group_change order by version")
        self.assertEqual([after for after, in self.cursor.fetchall()],
                         ["booked", "confirmed", "running", "finished"])


def main():
    result = unittest.TextTestRunner(verbosity=1).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
