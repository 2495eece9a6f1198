"""A private cluster with a small city, for the tests of scheduling; made-up throughout."""
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import unittest
import uuid
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "golden"))
from write import pack  # noqa: E402,F401 - another encoder than the house's; for the tests

BUILD = Path(os.environ.get("GRUPPSTOD_TEST_BUILD", ROOT / "build"))
POSTGRES = Path("/usr/lib/postgresql/15/bin")
EPOCH = date(1970, 1, 1)
HOUR = timedelta(hours=1)


def key(name):
    """The same id for the same name, in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


class Cluster:
    """A private cluster with all migrations; root hands it to nobody."""

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
        self.command("createdb", "-h", self.run, "-U", "postgres", "gruppstod")
        self.conninfo = f"host={self.run} dbname=gruppstod"
        for path in sorted((ROOT / "schemas" / "sql").glob("[0-9]*.sql")):
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
    from generate_series(2025, 2032) y,
        (values ('autumn', 0, 8, 12), ('spring', 1, 1, 6)) t (s, n, f, l);
insert into scheduling.school_break (school_year, name, first_day, last_day)
    select y || '/' || right((y + 1)::text, 2), 'sportlov', make_date(y + 1, 3, 1),
        make_date(y + 1, 3, 5) from generate_series(2025, 2032) y;
insert into scheduling.free_day (day, name) values ('2027-03-29', 'Annandag påsk');
insert into scheduling.programme (programme_id, name, situation, made_up) values
    ('{key('demo')}', 'Demo', 'substance', true);
insert into scheduling.programme_version (programme_id, version, valid_from, minutes, themes, least,
    most, parents, parent_leaders, entry, entry_meeting) values
    ('{key('demo')}', 1, '2007-01-01', 90, array['Ett', 'Två', 'Tre'], 4, 8, 'optional', 1,
        'closed', 2);
insert into scheduling.programme_band (programme_id, version, age_from, age_to) values
    ('{key('demo')}', 1, 6, 12);
insert into scheduling.site (site_id, name, district, withheld, discretion) values
    ('{key('huset')}', 'Huset', 'norr', false, 'ordinary'),
    ('{key('gården')}', 'Gården', 'soder', false, 'ordinary');
insert into scheduling.room (room_id, site_id, name, capacity) values
    ('{key('rum 1')}', '{key('huset')}', '1', 8), ('{key('rum 2')}', '{key('huset')}', '2', 8),
    ('{key('rum 3')}', '{key('gården')}', '1', 6);
insert into scheduling.room_slot (room_id, slot)
    select room_id, slot from scheduling.room, scheduling.slot;
insert into scheduling.leader (leader_id, work_name, employment, home, home_unit, experienced,
    parents, max_groups, contract_from, contract_until)
    select i::uuid, n, 'fixed', 'norr', 'Enheten', x, p, 9, '2020-01-01', '2040-01-01'
    from (values ('{key('Anna')}', 'Anna', true, true), ('{key('Bo')}', 'Bo', false, false),
        ('{key('Cia')}', 'Cia', true, true), ('{key('Dan')}', 'Dan', false, false),
        ('{key('Eva')}', 'Eva', true, false)) l (i, n, x, p);
insert into scheduling.leader_training (leader_id, situation, level, valid_from)
    select leader_id, 'substance', 'basic', '2020-01-01' from scheduling.leader
    where work_name <> 'Eva';
insert into scheduling.leader_language (leader_id, language)
    select leader_id, 'sv' from scheduling.leader;
insert into scheduling.leader_district (leader_id, district)
    select leader_id, code from scheduling.leader, scheduling.district;
insert into scheduling.leader_slot (leader_id, slot)
    select leader_id, slot from scheduling.leader, scheduling.slot;
insert into scheduling.group_name (name, ord) values ('Björken', 1), ('Eken', 2);
"""

GROUP = """
insert into scheduling.groups (group_id, name, programme_id, programme_version, situation, language,
    age_from, age_to, slot, site_id, room_id, room_capacity, parent_room_id, least, places,
    first_day, last_day, entry_until, state, booked_at, changed_at)
values (%(group_id)s, %(name)s, %(programme_id)s, 1, %(situation)s, 'sv', 7, 9, 0, %(site_id)s,
    %(room_id)s, %(capacity)s, %(parent_room_id)s, %(least)s, %(places)s, '2027-01-11',
    '2027-01-25', '2027-01-18', %(state)s, common.civil_now(), common.civil_now())"""


def group_row(name, **changes):
    row = {"group_id": key(name), "name": name, "programme_id": key("demo"),
           "situation": "substance", "site_id": key("huset"), "room_id": key("rum 1"),
           "capacity": 8, "parent_room_id": None,
           "least": 4, "places": 8, "state": "booked"}
    return {**row, **changes}


def stockholm(day, hour, minute=0):
    """A winter hour: one hour ahead of UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.utc) - HOUR


MONDAY = date(2027, 1, 11)


def empty(cursor, table):
    """Under the daemons' hands: who stands in each other's way with one of them tries again."""
    while True:
        try:
            cursor.execute(f"truncate {table} cascade")
            return
        except psycopg2.errors.DeadlockDetected:
            pass


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


def main(module):
    """Runs a module's tests and ends as tests/run wants it."""
    result = unittest.TextTestRunner(verbosity=1).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module]))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0
