"""A private cluster, the notification daemon, and families whose letters it sends.

What intake and matching would have written is written here by hand, sealed and signed by an own
reckoning of what common/seal.h, common/token.h and common/clearance.h promise.
"""
import ctypes
import glob
import hashlib
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import uuid

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("GRUPPSTOD_TEST_BUILD", ROOT / "build"))
POSTGRES = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
DAY_MS = 24 * 3600 * 1000
SODIUM = ctypes.CDLL("libsodium.so.23")
KEYS = ("clearance", "index", "letters", "token", "audit", "session")


def sodium(function, length, *arguments):
    """Calls a function of libsodium whose first argument is what it writes."""
    out = ctypes.create_string_buffer(length)
    if getattr(SODIUM, function)(out, *arguments) != 0:
        raise RuntimeError(function)
    return out.raw


def encrypt(key, plain, binding):
    nonce = os.urandom(24)
    done = ctypes.c_ulonglong()
    text = sodium("crypto_aead_xchacha20poly1305_ietf_encrypt", len(plain) + 16,
                  ctypes.byref(done), plain, ctypes.c_ulonglong(len(plain)), binding,
                  ctypes.c_ulonglong(len(binding)), None, nonce, key)
    return nonce + text


def seal(public, column, person, plain):
    """(sealed, wrapped key), as common/seal.h says."""
    secret, key = os.urandom(32), os.urandom(32)
    ephemeral = sodium("crypto_scalarmult_base", 32, secret)
    shared = sodium("crypto_box_curve25519xchacha20poly1305_beforenm", 32, public, secret)
    place = column.encode() + b"\0" + person.bytes
    sealed = b"\1" + encrypt(key, plain, b"\1t" + place)
    return sealed, b"\1" + ephemeral + encrypt(shared, key, b"\1k" + place + ephemeral)


def keyed_hash(key, parts, length=32):
    """common/token.h: BLAKE2b with a key over fields that each count with their length."""
    state = hashlib.blake2b(key=key, digest_size=length)
    for part in parts:
        state.update(struct.pack("<Q", len(part)) + part)
    return state.digest()


def pack(fields):
    """A message as msgpack, as far as ours need it."""
    out = bytearray([0x80 | len(fields)])
    for name, value in fields.items():
        out += bytes([0xa0 | len(name)]) if len(name) < 32 else bytes([0xd9, len(name)])
        out += name.encode()
        if isinstance(value, uuid.UUID):
            out += b"\xc4\x10" + value.bytes
        elif isinstance(value, int):
            out += b"\xd3" + struct.pack(">q", value)
        else:
            text = value.encode()
            out += b"\xd9" + bytes([len(text)]) + text
    return bytes(out)


def new_id():
    """A UUID of version 7."""
    number = int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62
    return uuid.UUID(int=number | int.from_bytes(os.urandom(2), "big") >> 4 << 64
                     | int.from_bytes(os.urandom(7), "big"))


def wait_for(condition, seconds=15, what="it did not happen in time"):
    """Asks again and again; the answer when it is true."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.02)


class Cluster:
    """PostgreSQL with the schemas of the house, in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="gn", dir=os.environ.get("TMPDIR", "/tmp"))
        self.as_user = []
        if os.geteuid() == 0:  # PostgreSQL refuses root
            self.as_user = ["setpriv", "--reuid", "nobody", "--clear-groups"]
            os.chmod(self.folder, 0o755)
            os.mkdir(self.folder + "/pg")
            shutil.chown(self.folder + "/pg", "nobody")
        else:
            os.mkdir(self.folder + "/pg")
        self.data = self.folder + "/pg/data"
        self.run("initdb", "-D", self.data, "-U", "admin", "-A", "trust", "-N", "--no-locale",
                 "-E", "UTF8")
        self.conninfo = f"host={self.folder}/pg dbname=postgres"
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder + "/pg/log", "-o",
                 f"-c listen_addresses= -c unix_socket_directories={self.folder}/pg", "start")
        self.migrate()

    def run(self, program, *arguments):
        subprocess.run([*self.as_user, f"{POSTGRES}/{program}", *arguments], check=True,
                       cwd="/", stdout=subprocess.DEVNULL)

    def connect(self):
        connection = psycopg2.connect(self.conninfo + " user=admin")
        connection.autocommit = True
        return connection

    def migrate(self):
        connection = self.connect()
        cursor = connection.cursor()
        for path in sorted((ROOT / "schemas/sql").glob("*.sql")):
            cursor.execute("begin;" + path.read_text() + ";commit")
            cursor.execute("insert into common.migration (number, name, digest) values"
                           " (%s, %s, 'test') on conflict do nothing",
                           (int(path.name[:3]), path.name))
        connection.close()

    def close(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Rig:
    """A cluster with keys, a daemon that can be stopped, killed and started, and its families."""

    def __init__(self):
        self.cluster = Cluster()
        self.var = self.cluster.folder
        self.mail = self.var + "/mail"
        self.make_keys()
        self.connection = self.cluster.connect()
        self.daemon = self.port = None
        self.lines = []

    def make_keys(self):
        self.keys = {name: os.urandom(32) for name in KEYS}
        secret = os.urandom(32)
        self.public = sodium("crypto_scalarmult_base", 32, secret)
        os.mkdir(self.var + "/keys", 0o700)
        os.mkdir(self.var + "/run", 0o750)
        files = {f"{name}.key": key for name, key in self.keys.items()}
        for name, key in {**files, "seal.key": secret, "seal.pub": self.public}.items():
            path = pathlib.Path(self.var, "keys", name)
            path.write_text(key.hex() + "\n")
            path.chmod(0o400)

    # The daemon

    def start(self, **settings):
        settings = {"send_from_hour": 0, "send_to_hour": 24, "quiet_periods": "no",
                    "send_every": "100ms", "base_url": "https://stad.example.org", **settings}
        arguments = [f"--set=notification.{name}={value}" for name, value in settings.items()]
        arguments += [f"--set=store.conninfo={self.cluster.conninfo}",
                      "--set=bus.sweep_every=50ms", "--set=bus.sweep_age=0s"]
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("GRUPPSTOD_")}
        self.daemon = subprocess.Popen(
            [BUILD / "bin/gruppstod-notification", "--var", self.var, *arguments],
            env=environment, stderr=subprocess.PIPE, text=True, cwd="/")
        self.lines = []
        threading.Thread(target=self.read_log, args=(self.daemon, self.lines),
                         daemon=True).start()
        ready = wait_for(lambda: [line for line in self.lines if "event=ready" in line]
                         or self.daemon.poll() is not None and self.lines, 20, self.log)
        found = re.search(r"event=ready.* port=(\d+)", ready[-1])
        assert found, self.log()
        self.port = int(found[1])

    @staticmethod
    def read_log(daemon, lines):
        for line in daemon.stderr:
            lines.append(line)
        daemon.stderr.close()

    def log(self):
        return "".join(self.lines)

    def stop(self, how=signal.SIGTERM):
        """Ends the daemon; the seconds it took."""
        started = time.monotonic()
        if self.daemon:
            self.daemon.send_signal(how)
            status = self.daemon.wait(20)
            assert status == (0 if how == signal.SIGTERM else -how), self.log()
            self.daemon = None
        return time.monotonic() - started

    def close(self):
        if self.daemon:
            self.daemon.kill()
            self.daemon.wait()
        self.connection.close()
        self.cluster.close()

    # The database

    def sql(self, query, *values):
        cursor = self.connection.cursor()
        cursor.execute(query, [str(value) if isinstance(value, uuid.UUID) else value
                               for value in values])
        return cursor.fetchall() if cursor.description else []

    def one(self, query, *values):
        rows = self.sql(query, *values)
        return rows[0] if rows else None

    def state(self, offer):
        row = self.one("select state from notification.letter where event_id = %s", offer)
        return row and row[0]

    def wait_state(self, offer, *states, seconds=15):
        return wait_for(lambda: self.state(offer) in states and self.state(offer), seconds,
                        lambda: f"{self.state(offer)} instead of {states}\n{self.log()}")

    def said(self, receiver, kind, referral):
        """How many messages of that kind about that referral wait for that daemon."""
        return self.one(f"select count(*) from ledger.{receiver} where kind = %s"
                        " and subject = %s", kind, referral)[0]

    def make_due(self, offer):
        """Its time has come: nobody waits for 15 minutes in a test."""
        self.sql("update notification.letter set next_at = clock_timestamp()"
                 " where event_id = %s and next_at is not null", offer)

    # Families

    def clearance(self, referral, version=1, valid_ms=30 * DAY_MS, key=None, wrong=()):
        """A row of intake.clearance; with `wrong` its MAC is for something else."""
        clearance = new_id()
        valid_until = int(time.time() * 1000) + valid_ms
        fields = {"id": clearance, "referral": referral, "version": version, "rule": 1,
                  "by": "a coordinator", "until": valid_until}
        fields.update(wrong)
        parts = [b"clearance", fields["id"].bytes, fields["referral"].bytes,
                 struct.pack(">q", fields["version"]), struct.pack(">q", fields["rule"]),
                 fields["by"].encode(), struct.pack(">q", fields["until"])]
        self.sql("insert into intake.clearance (clearance_id, referral_id, answers_version,"
                 " rule_version, cleared_by, cleared_at, valid_until, urgency, spoken, mac)"
                 " values (%s, %s, %s, 1, 'a coordinator', timestamptz 'epoch',"
                 " timestamptz 'epoch' + %s * interval '1 millisecond', 0, true, %s)",
                 clearance, referral, version, valid_until,
                 keyed_hash(key or self.keys["clearance"], parts))
        return clearance

    def person(self, referral, email, role="guardian", email_ok=True, days=1, language="sv"):
        person = new_id()
        plain = b"\1name\0Kim Ek\0email\0" + email.encode() + b"\0"
        sealed, wrapped = seal(self.public, "intake.person.sealed", person, plain)
        self.sql("insert into intake.person (referral_id, person_id, role, language, email_ok,"
                 " verified_at, sealed, wrapped_key) values (%s, %s, %s, %s, %s,"
                 " common.civil_now() - %s * interval '1 day', %s, %s)",
                 referral, person, role, language, email_ok, days, sealed, wrapped)
        return person

    def referral(self):
        referral = new_id()
        self.sql("insert into intake.referral (referral_id, child_id, code, receipt, received_at,"
                 " door, source, language, safety, answers, violence, protected, consents,"
                 " complete) values (%s, %s, 'K7QFXM', %s, common.civil_now(), 'professional',"
                 " 'school', 'sv', 'green', 'nnnnn', false, false, 'yyyy', true)",
                 referral, new_id(), os.urandom(4).hex().upper())
        return referral

    def offer(self, referral, group=None, state="pending"):
        offer = new_id()
        self.sql("insert into matching.offer (offer_id, referral_id, child_id, group_id,"
                 " created_at, expires_at, ended_at, place_no, state) values (%s, %s, %s, %s,"
                 " common.civil_now(), common.civil_now() + interval '14 days',"
                 " case when %s <> 'pending' then common.civil_now() end, 1, %s)",
                 offer, referral, new_id(), group or new_id(), state, state)
        return offer

    def say(self, kind, subject, fields):
        self.sql("insert into ledger.notification (id, kind, subject, sender, said_at, version,"
                 " body) values (%s, %s, %s, 'matching', common.civil_now(), 1, %s)",
                 new_id(), kind, subject, pack(fields))

    def say_offered(self, referral, offer, clearance, version=1):
        self.say("place_offered", referral, {
            "offer_id": offer, "referral_id": referral, "version": 1, "child_id": new_id(),
            "group_id": new_id(), "place_no": 1,
            "expires_at_ms": int(time.time() * 1000) + 14 * DAY_MS,
            "clearance_id": clearance, "answers_version": version})

    def family(self, email, **person):
        """A cleared referral with a guardian and a pending offer: (referral, offer)."""
        referral = self.referral()
        self.person(referral, email, **person)
        return referral, self.offer(referral)

    def offered(self, email, **person):
        """The same, and matching has said so."""
        referral, offer = self.family(email, **person)
        self.say_offered(referral, offer, self.clearance(referral))
        return referral, offer


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
