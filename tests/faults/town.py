"""A whole town for the tests of faults: all daemons under their supervisor on a private state
folder, referrers who post and journal what was acknowledged, families who answer their letters.
"""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("GRUPPSTOD_TEST_BUILD", ROOT / "build"))
DAEMONS = ("intake", "matching", "scheduling", "notification", "evaluation", "desk")
QUEUES = " + ".join(f"(select count(*) from ledger.{name})" for name in (*DAEMONS, "later"))

# Copies of the demo's booked groups, so that there are places for many children.
COPIES = """
set session_replication_role = replica;
create temp table many as select g.*, gen_random_uuid() as new_id, k
    from scheduling.groups g join matching.open_group o using (group_id)
    cross join generate_series(1, %s) k where g.situation <> 'violence' and g.sex is null;
create temp table names as select group_id as old_id, new_id from many;
update many set group_id = new_id, name = left(name, 28) || ' ' || k, state = 'confirmed';
alter table many drop column new_id, drop column k;
insert into scheduling.groups select * from many;
insert into scheduling.group_fill (group_id) select group_id from many;
insert into matching.open_group (group_id, used, first_day, last_day, entry_until, places,
    age_from, age_to, slot, parents_most, parents_taken, confirmed, closed, freed, situation,
    language, sex, district, site, needs)
    select n.new_id, 0, first_day, last_day, entry_until, places, age_from, age_to, slot,
    parents_most, 0, true, false, false, situation, language, sex, district, site, needs
    from names n join matching.open_group o on o.group_id = n.old_id;
set session_replication_role = origin;
drop table many, names
"""


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.05)


def letters(number):
    """A name of its own for each number."""
    text = ""
    while True:
        text += chr(ord("a") + number % 26)
        number //= 26
        if not number:
            return text


class Town:
    def __init__(self, groups=0, **settings):
        self.folder = tempfile.mkdtemp(prefix="gk", dir=os.environ.get("TMPDIR", "/tmp"))
        self.var = self.folder + "/var"
        self.as_user = []
        os.makedirs(self.var + "/conf.d")
        sections = {"notification": {"send_from_hour": 0, "send_to_hour": 24,
                                     "quiet_periods": "no",
                                     "send_every": "200ms"}, **settings}
        pathlib.Path(self.var, "conf.d/own.ini").write_text("".join(
            f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
            for section, values in sections.items()))
        if os.geteuid() == 0:  # PostgreSQL refuses root
            self.as_user = ["setpriv", "--reuid", "nobody", "--clear-groups"]
            os.chmod(self.folder, 0o755)
            subprocess.run(["chown", "-R", "nobody", self.folder], check=True)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("GRUPPSTOD_")}
        self.environment["GRUPPSTOD_RELEASE"] = str(ROOT)
        self.environment["HOME"] = self.folder
        try:
            self.command("up", "--init", "--demo", "--port", str(self.free_ports()))
            self.allow_root()
            self.connection = self.connect()
            self.port = int(self.sql("select http_port from ledger.lease where daemon = 'intake'")
                            [0][0])
            self.wait_for_groups()
            if groups:
                self.sql(COPIES % groups)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def free_ports():
        """Three in a row; looked for beside the ports that the kernel hands out."""
        chance = random.Random(os.getpid())
        while True:
            port = chance.randrange(20000, 30000)
            try:
                for offset in range(3):
                    with socket.socket() as listener:
                        listener.bind(("127.0.0.1", port + offset))
                return port
            except OSError:
                continue

    def command(self, *words, check=True):
        return subprocess.run([*self.as_user, BUILD / "bin/gruppstod", "--var", self.var, *words],
                              check=check, env=self.environment, cwd="/", text=True,
                              stdout=subprocess.PIPE)

    def allow_root(self):
        if not self.as_user:
            return
        with open(self.var + "/pg/pg_ident.conf", "a", encoding="utf-8") as file:
            file.write("gruppstod root gruppstod_admin\n")
        os.kill(self.postmaster(), signal.SIGHUP)
        wait_for(self.connects, 5, "root is not let in")

    def connects(self):
        try:
            self.connect().close()
            return True
        except psycopg2.OperationalError:
            return False

    def postmaster(self):
        return int(pathlib.Path(self.var, "pg/postmaster.pid").read_text().split("\n", 1)[0])

    def postgres(self, *words):
        """pg_ctl of the private cluster."""
        tool = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"),
                   key=lambda path: int(path.parts[4]))
        subprocess.run([*self.as_user, tool, "-D", self.var + "/pg", "-s", "-w", *words],
                       check=True, cwd="/", stdout=subprocess.DEVNULL)

    def connect(self, database="gruppstod"):
        conninfo = pathlib.Path(self.var, "gruppstod.ini").read_text()
        host = conninfo.split("host=", 1)[1].split()[0]
        connection = psycopg2.connect(host=host, dbname=database, user="gruppstod_admin")
        connection.autocommit = True
        return connection

    def sql(self, query, *values):
        cursor = self.connection.cursor()
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []

    def count(self, query):
        return self.sql("select count(*) from " + query)[0][0]

    def wait_for_groups(self):
        wait_for(lambda: self.count("matching.open_group") and not self.waiting(), 60,
                 "the demo's groups are not booked")

    def waiting(self):
        return self.sql("select " + QUEUES)[0][0]

    def pids(self):
        """{daemon: pid} of the processes on this state folder."""
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            name = words[0].decode().rpartition("/gruppstod-")[2]
            if name in DAEMONS and self.var.encode() in words:
                found[name] = int(path.parent.name)
        return found

    def rest(self, seconds=60):
        """Until nothing is on its way any more, twice in a row."""
        quiet = [0]

        def calm():
            busy = self.waiting() or self.count(
                "notification.letter where state in ('decided', 'rendered', 'claimed', 'offered')")
            quiet[0] = 0 if busy else quiet[0] + 1
            return quiet[0] > 10

        wait_for(calm, seconds, lambda: self.command("queues", check=False).stdout)

    def close(self):
        if getattr(self, "connection", None):
            self.connection.close()
        self.command("down", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Referrers:
    """Threads that post referrals, again with the same key until there is an answer, and write
    each acknowledgement to the disk before they go on."""

    def __init__(self, town, count, threads=8, per_second=None, first=0):
        self.town, self.count, self.first = town, count, first
        self.path = town.folder + "/journal"
        self.file = open(self.path, "a", encoding="utf-8")
        self.lock, self.next, self.acknowledged = threading.Lock(), 0, 0
        self.statuses, self.trouble, self.refused = {}, [], 0
        self.per_second, self.started = per_second, time.monotonic()
        self.groups = town.sql(
            "select distinct situation, district, language, age_from, age_to, slot,"
            " first_day - date '1970-01-01' from matching.open_group where not closed"
            " and situation <> 'violence' and sex is null order by 1, 2, 3, 4, 5, 6")
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def body(self, number):
        group = self.groups[number % len(self.groups)]
        situation, district, language, age_from, age_to, slot, first_day = group
        age = age_from + number // len(self.groups) % (age_to - age_from + 1)
        born = time.gmtime((first_day - age * 365 - age // 4 - 180) * 86400)
        fields = {
            "door": "professional", "source": "social_services", "language": "sv",
            "child_name": "Barn Exempel" + letters(number),
            "birth_date": time.strftime("%Y-%m-%d", born), "sex": "girl", "district": district,
            "situations": situation, "primary_situation": situation, "languages": language,
            "slots": slot, "max_travel_min": 120, "same_sex_only": "no", "parent_wish": "no",
            "referrer.name": "Kurator Exempel", "referrer.unit": "Skola",
            "referrer.email": "kurator@example.org", "referrer.phone": "0701740607",
            "family_knows": "yes", "consent_take_part": "yes", "consent_share": "yes",
            "consent_tell_referrer": "yes", "immediate_danger": "no", "afraid_at_home": "no",
            "violence_last_year": "no", "other_guardian_dangerous": "no",
            "protected_identity": "no"}
        for index, safe in ((0, "yes"), (1, "no")):
            fields.update({f"guardians.{index}.{key}": value for key, value in {
                "name": "Vuxen Exempel", "phone": f"070174060{5 + index}", "language": "sv",
                "relation": ("mother", "father")[index], "email_safe": safe, "phone_safe": "yes",
                "sms_safe": "no", "message_safe": safe}.items()})
        fields["guardians.0.email"] = f"vuxen{number}@example.org"
        return urllib.parse.urlencode(fields)

    def take(self):
        with self.lock:
            if self.next >= self.count:
                return None
            self.next += 1
            return self.first + self.next - 1

    def run(self):
        link = None
        while (number := self.take()) is not None:
            if self.per_second:
                time.sleep(max(0, self.started + (number - self.first) / self.per_second
                               - time.monotonic()))
            link = self.post(link, number)
        if link:
            link.close()

    def post(self, link, number):
        body, key = self.body(number), f"kill-{number}"
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                link = link or http.client.HTTPConnection("127.0.0.1", self.town.port, timeout=10)
                link.request("POST", "/api/v1/referrals", body, {
                    "Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key})
                answer = link.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                if link:
                    link.close()
                link = None
                self.refused += 1
                time.sleep(0.05)
                continue
            with self.lock:
                self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status in (200, 201):
                self.write(key, json.loads(text)["receipt"])
                return link
            if answer.status not in (503, 429):
                self.trouble.append((answer.status, text[:300]))
                return link
            time.sleep(0.1)
        self.trouble.append((0, f"{key}: no answer in 60 s"))
        return link

    def write(self, key, receipt):
        with self.lock:
            self.file.write(json.dumps({"key": key, "receipt": receipt}) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self.acknowledged += 1

    def join(self):
        for thread in self.threads:
            thread.join()
        self.file.close()


class Families(threading.Thread):
    """Answer each offer's letter through its link: most yes, some no, some nothing."""

    def __init__(self, town, seed):
        super().__init__()
        self.town, self.chance = town, random.Random(seed)
        self.key = bytes.fromhex(pathlib.Path(town.var, "keys/letters.key").read_text().strip())
        self.connection = town.connect()
        self.seen, self.answered, self.silent, self.enough = set(), 0, 0, False
        self.trouble = {}
        self.start()

    def token(self, letter):
        """common/token.h: the same for a letter each time."""
        parts = (b"token", b"offer", letter)
        data = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
        digest = hashlib.blake2b(data, key=self.key, digest_size=16).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def run(self):
        while not self.enough:
            try:
                self.look()
            except psycopg2.Error:
                self.connection = wait_for(self.again, 60, "PostgreSQL is away")
            time.sleep(0.1)
        self.connection.close()

    def again(self):
        try:
            return self.town.connect()
        except psycopg2.Error:
            return None

    def look(self):
        cursor = self.connection.cursor()
        cursor.execute("select letter_id::text from notification.letter where purpose = 'offer'"
                       " and state = 'sent'")
        for (letter,) in cursor.fetchall():
            if letter not in self.seen:
                self.seen.add(letter)
                draw = self.chance.random()
                if draw < 0.03:
                    self.silent += 1
                else:
                    self.answer(letter, "answer=yes" if draw < 0.85 else "answer=no&reason=time")

    def answer(self, letter, body):
        path = "/sv/svar/" + self.token(bytes.fromhex(letter.replace("-", "")))
        for _ in range(300):
            try:
                link = http.client.HTTPConnection("127.0.0.1", self.town.port, timeout=10)
                link.request("POST", path, body,
                             {"Content-Type": "application/x-www-form-urlencoded"})
                status = link.getresponse().status
                link.close()
            except (OSError, http.client.HTTPException):
                status = 503
            if status != 503:
                self.answered += status in (200, 303)
                self.trouble[status] = self.trouble.get(status, 0) + 1
                return
            time.sleep(0.1)

    def finish(self):
        """After the last letter of the rest was answered too."""
        self.enough = True
        self.join()
