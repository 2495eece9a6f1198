"""The whole house with the demo's city, on a clock that is turned: what the year's simulation and
its tests drive. Families and staff use the pages and the letters that people use; SQL only reads,
and turns the clock."""
import email
import email.policy
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2

BUILD = pathlib.Path(os.environ.get("GRUPPSTOD_TEST_BUILD", "build")).resolve()
RELEASE = pathlib.Path(__file__).resolve().parent.parent.parent
STOCKHOLM = ZoneInfo("Europe/Stockholm")
LOOK_S, PATIENCE_S = 0.05, 120
SETTINGS = """
[matching]
form_every = 500ms
plan_time = 2s
expire_every = 300ms
[scheduling]
decide_every = 300ms
meetings_every = 300ms
[notification]
send_every = 200ms
[intake]
form_least = 0
slots_every = 500ms
[bus]
sweep_every = 200ms
"""
# What moves when the house does anything: twice the same, with nothing queued, is a quiet house.
PULSE = """
select (select count(*) from ledger.intake) + (select count(*) from ledger.matching)
     + (select count(*) from ledger.scheduling) + (select count(*) from ledger.notification)
     + (select count(*) from ledger.evaluation) + (select count(*) from ledger.desk)
     + (select count(*) from ledger.later),
    (select count(*) from notification.letter_v where ended_at is null and next_at is not null),
    (select count(*) from matching.offer where state = 'pending' and not meeting
        and expires_at <= common.civil_now()),
    (select concat(count(*), ' ', max(id::text)) from ledger.hop),
    (select concat(count(*), ' ', max(planned_at)) from matching.plan_v)"""


def three_ports():
    """The first of three free ports in a row."""
    for port in range(20000 + os.getpid() % 10000, 40000, 3):
        try:
            for number in range(port, port + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            return port
        except OSError:
            continue
    raise OSError("no three ports in a row are free")


class Town:
    """A house of its own: started, its clock turned, stopped."""

    def __init__(self, **options):
        self.var = tempfile.mkdtemp(prefix="year.")
        self.options = options
        self.port = three_ports()
        self.seen, self.db = set(), None
        self.environment = {**os.environ, "GRUPPSTOD_RELEASE": str(RELEASE), "LC_ALL": "C.UTF-8"}

    def gruppstod(self, *words):
        said = subprocess.run([str(BUILD / "bin/gruppstod"), "--var", self.var, *words],
                              env=self.environment, capture_output=True, text=True, timeout=400,
                              check=False)
        if said.returncode:
            raise RuntimeError(f"gruppstod {' '.join(words)}: {said.returncode} {said.stderr}")
        return said.stdout

    def start(self, first):
        """A new house, whose city is loaded on the day `first` of the civil clock."""
        pathlib.Path(self.var, "conf.d").mkdir()
        pathlib.Path(self.var, "conf.d", "year.ini").write_text(SETTINGS, encoding="utf-8")
        self.gruppstod("up", "--init", "--port", str(self.port))
        self.turn(datetime(first.year, first.month, first.day, 7, tzinfo=STOCKHOLM))
        self.gruppstod("down")
        self.db.close()
        self.db = None
        self.gruppstod("up", "--init", "--demo", "--port", str(self.port))
        self.quiet()

    def stop(self, keep=False):
        if self.db:
            self.db.close()
        self.gruppstod("down")
        if not keep:
            shutil.rmtree(self.var, ignore_errors=True)

    # --- the database, to look and to turn the clock ---

    def connect(self):
        if not self.db:
            rows = json.loads(self.gruppstod("-o", "json", "config", "show"))
            where = next(row["value"] for row in rows if row["key"] == "store.conninfo")
            self.db = psycopg2.connect(f"{where} user=gruppstod_admin")
            self.db.autocommit = True
        return self.db

    def sql(self, query, *values, **named):
        with self.connect().cursor() as cursor:
            cursor.execute(query, named or values or None)
            return cursor.fetchall() if cursor.description else []

    def now(self):
        return self.sql("select common.civil_now()")[0][0].astimezone(STOCKHOLM)

    def turn(self, moment):
        """The civil clock goes forward to that moment; then every rhythm has its turn."""
        self.sql("update common.civil_clock set ahead = %s - common.machine_now(),"
                 " turned_by = 'the simulated year', turned_at = common.machine_now()"
                 " where %s - common.machine_now() > ahead", moment, moment)

    def quiet(self, still_s=0.8):
        """Waits until nothing is queued and nothing has moved for longer than a rhythm takes."""
        last, since, started = None, time.monotonic(), time.monotonic()
        while True:
            pulse = self.sql(PULSE)[0]
            now = time.monotonic()
            if pulse != last:
                last, since = pulse, now
            if sum(pulse[:3]) == 0 and now - since >= still_s:
                return
            if now - started > PATIENCE_S:
                stuck = self.sql("select kind, receiver, reason from ledger.later limit 5")
                raise RuntimeError(f"the house does not come to rest: {pulse} {stuck}")
            time.sleep(LOOK_S)

    # --- families ---

    def ask(self, port, method, path, fields=None, cookie=None):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "Origin": f"http://127.0.0.1:{port}", **({"Cookie": cookie} if cookie else {})}
        link.request(method, path, urllib.parse.urlencode(fields or {}, doseq=True), headers)
        answer = link.getresponse()
        text = answer.read().decode("utf-8", "replace")
        found = {name.lower(): value for name, value in answer.getheaders()}
        link.close()
        return answer.status, found, text

    def refer(self, fields):
        """One more referral by the API: its code."""
        status, _, text = self.ask(self.port, "POST", "/api/v1/referrals", fields)
        if status != 201:
            raise RuntimeError(f"a referral is met with {status}: {text[:300]}")
        return json.loads(text)["code"]

    def mail(self):
        """Letters since the last look: (recipient, subject, text)."""
        for path in sorted(pathlib.Path(self.var, "mail").glob("*.eml")):
            if path.name in self.seen:
                continue
            self.seen.add(path.name)
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            yield letter["To"], letter["Subject"], letter.get_body(("plain",)).get_content()

    def open(self, url):
        """The page behind a letter's link: (its path, status, text)."""
        path = urllib.parse.urlsplit(url).path
        status, headers, text = self.ask(self.port, "GET", path)
        while status in (302, 303):
            path = urllib.parse.urlsplit(headers["location"]).path
            status, headers, text = self.ask(self.port, "GET", path)
        return path, status, text

    def answer(self, path, fields):
        return self.ask(self.port, "POST", path, fields)[0]


class Desk:
    """A member of the staff at the desk's pages."""

    def __init__(self, town, user):
        self.town, self.user = town, user
        lines = pathlib.Path(town.var, "demo-sign-in.txt").read_text(encoding="utf-8")
        self.password = re.search(rf"^{user}\s+(\S+)", lines, re.M)[1]
        self.cookie, self.token = None, None

    def sign_in(self):
        self.cookie = None
        status, headers, _ = self.town.ask(self.town.port + 1, "POST", "/in", {
            "namn": self.user, "losenord": self.password})
        if status != 303:
            raise RuntimeError(f"{self.user} cannot sign in: {status}")
        self.cookie = headers["set-cookie"].split(";")[0]

    def get(self, path):
        """The page, signed in; its form's token is kept."""
        for _ in range(2):
            if not self.cookie:
                self.sign_in()
            status, _, text = self.town.ask(self.town.port + 1, "GET", path, cookie=self.cookie)
            if status == 200:
                token = re.search(r'name="t" value="(\w+)"', text)
                self.token = token[1] if token else self.token
                return text
            self.cookie = None
        raise RuntimeError(f"the desk's {path} answers {status}")

    def page_of(self, path, fields):
        """A form that is answered with a page: what is shown once."""
        status, _, text = self.town.ask(
            self.town.port + 1, "POST", path, {"t": self.token, **fields}, self.cookie)
        if status != 200:
            raise RuntimeError(f"the desk's {path} meets {fields} with {status}: {text[-300:]}")
        return text

    def post(self, path, fields):
        """(status, where it leads)."""
        status, headers, text = self.town.ask(
            self.town.port + 1, "POST", path, {"t": self.token, **fields}, self.cookie)
        if status != 303:
            raise RuntimeError(f"the desk's {path} meets {fields} with {status}: {text[-300:]}")
        return headers["location"]


def monday_after(day):
    return day + timedelta(days=(7 - day.weekday()) % 7 or 7)
