"""One daemon or some, on a private cluster: what the tests of the skeleton share.

Messages are written as rows by hand, hints go over the express from outside, and what the daemon
did is read from the database by an own reckoning of the ledger and of the audit chain.
"""
import hashlib
import os
import pathlib
import re
import signal
import struct
import subprocess
import threading
import time
import urllib.request
import uuid

import msgpack
import psycopg2.extras
import zmq

from notification_rig import BUILD, KEYS, Cluster, new_id, wait_for

psycopg2.extras.register_uuid()
SLOW = 5 if "sanitize" in str(BUILD) else 1  # how much longer a sanitized program may take
NIL = b"\0" * 16


def now_ms():
    return int(time.time() * 1000)


def referral_received(referral=None, **other):
    """A body that evaluation takes."""
    return {"referral_id": (referral or new_id()).bytes, "version": 1, "child_id": new_id().bytes,
            "received_at_ms": now_ms(), "source": "pupil_health", "primary_situation": "mental",
            "situations": ["mental"], "birth_date": 15000, "sex": "unsaid",
            "district": "kista", "languages": ["sv"], "free_slots": 255,
            "max_travel_min": 45, "needs": [], "same_sex_only": False, "parent_wish": "no",
            "safety": "green", "protected": False, **other}


def envelope(message, kind="referral_received", **other):
    """The first frame of a pair on the express."""
    return msgpack.packb({"id": message.bytes, "kind": kind, "version": 1,
                          "subject": NIL[:15] + b"\1", "from": "intake",
                          "said_at_ms": now_ms(), **other})


class Daemon:
    """A process of the house: started and ready, stopped, killed, frozen."""

    def __init__(self, house, name, program=None, instance="1", **settings):
        self.house, self.lines = house, []
        arguments = [f"--set={key.replace('__', '.')}={value}" for key, value in settings.items()]
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [program or BUILD / f"bin/gruppstod-{name}", "--var", house.var, "--instance", instance,
             f"--set=store.conninfo={house.cluster.conninfo}", f"--set=bus.folder={house.run}",
             *arguments],
            env={key: value for key, value in os.environ.items()
                 if not key.startswith("GRUPPSTOD_")},
            stderr=subprocess.PIPE, text=True, errors="replace", cwd="/")
        threading.Thread(target=self._read, daemon=True).start()
        house.daemons.append(self)
        self.endpoint = f"ipc://{house.run}/{name}.{instance}"

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
        self.process.stderr.close()

    def log(self):
        return "".join(self.lines)

    def ready(self):
        """Waits until it says so; itself."""
        wait_for(lambda: any("event=ready" in line for line in list(self.lines))
                 or self.process.poll() is not None, 20 * SLOW, self.log)
        line = [line for line in self.lines if "event=ready" in line]
        assert line, self.log()
        self.port = int(re.search(r"port=(\d+)", line[0])[1])
        return self

    def alive(self):
        return self.process.poll() is None

    def page(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def metric(self, name):
        found = re.search(r"^\S*" + re.escape(name) + r" (\d+)", self.page("/metrics"), re.M)
        assert found, self.page("/metrics")
        return int(found[1])

    def stop(self, how=signal.SIGTERM):
        """Ends it; the seconds that took."""
        started = time.monotonic()
        self.process.send_signal(how)
        status = self.process.wait(20 * SLOW)
        assert status == (0 if how == signal.SIGTERM else -how), f"{status}\n{self.log()}"
        return time.monotonic() - started

    def kill(self):
        if self.alive():
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


class House:
    """A cluster, keys, daemons."""

    def __init__(self):
        self.cluster = Cluster()
        self.var = self.cluster.folder
        self.run = self.var + "/run"
        self.daemons = []
        os.mkdir(self.run, 0o750)
        os.mkdir(self.var + "/keys", 0o700)
        self.keys = {name: os.urandom(32) for name in KEYS}
        for name, key in self.keys.items():
            path = pathlib.Path(self.var, "keys", f"{name}.key")
            path.write_text(key.hex() + "\n")
            path.chmod(0o400)
        self.connection = self.cluster.connect()

    def start(self, name, **settings):
        return Daemon(self, name, **settings).ready()

    def stop_all(self):
        for daemon in self.daemons:
            daemon.kill()
        self.daemons.clear()

    def close(self):
        self.stop_all()
        self.connection.close()
        self.cluster.close()

    def sql(self, query, *values):
        cursor = self.connection.cursor()
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []

    def count(self, query, *values):
        return self.sql("select count(*) from " + query, *values)[0][0]

    def say(self, bodies, receiver="evaluation", kind="referral_received", age_ms=0):
        """Rows of the ledger, as a sender's commit makes them; their ids."""
        rows = []
        for body in bodies:
            message, subject = new_id(), uuid.UUID(bytes=NIL[:15] + b"\1")
            if isinstance(body, dict):
                subject = uuid.UUID(bytes=body.get("referral_id", subject.bytes))
                body = msgpack.packb(body)
            if age_ms:
                message = uuid.UUID(int=(now_ms() - age_ms) << 80 | message.int & (1 << 80) - 1)
            rows.append((message, kind, subject, "intake", 1, body))
        psycopg2.extras.execute_values(
            self.connection.cursor(), f"insert into ledger.{receiver} (id, kind, subject, sender,"
            " said_at, version, body) values %s", rows,
            "(%s, %s, %s, %s, clock_timestamp(), %s, %s)", 1000)
        return [row[0] for row in rows]

    def empty(self):
        """What tests left, also what the house itself may never change."""
        self.sql("set session_replication_role = replica;"
                 " delete from ledger.hop; delete from audit.entry;"
                 " delete from ledger.evaluation; delete from ledger.later;"
                 " delete from ledger.dead; delete from ledger.lease; delete from ledger.control;"
                 " delete from evaluation.referral; delete from evaluation.fact;"
                 " set session_replication_role = origin")


class Express:
    """A DEALER from outside."""

    def __init__(self, endpoint):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)

    def send(self, *frames):
        self.socket.send_multipart(frames)

    def hint(self, messages, **other):
        for start in range(0, len(messages), 100):
            frames = []
            for message in messages[start:start + 100]:
                frames += [envelope(message, **other), b"body"]
            self.send(*frames)

    def close(self):
        self.socket.close()
        self.context.term()


# The audit chain

def audit_mac(key, before, row):
    """service_outbox.c's link_line, reckoned again."""
    writer, seq, at_ms, actor, action, subject, detail, _ = row

    def field(data):
        return struct.pack("<Q", len(data)) + data if data is not None else b"\xff" * 8

    parts = [b"audit", before, writer.bytes, f"{seq} {at_ms}".encode(), actor.encode(),
             action.encode(), subject.bytes if subject else NIL,
             None if detail is None else detail.encode()]
    return hashlib.blake2b(b"".join(field(part) for part in parts), key=key,
                           digest_size=32).digest()


def audit_rows(connection, table="audit.entry"):
    cursor = connection.cursor()
    cursor.execute("select writer, seq, (extract(epoch from at) * 1000)::bigint, actor, action,"
                   f" subject, detail, mac from {table} order by writer, seq")
    return [(*row[:7], bytes(row[7])) for row in cursor.fetchall()]


def audit_problems(rows, key):
    """Each line that does not follow from the one before it."""
    problems, before, last = [], b"\0" * 32, (None, 0)
    for row in rows:
        writer, seq, mac = row[0], row[1], row[7]
        if writer != last[0]:
            before, last = b"\0" * 32, (writer, 0)
        if seq != last[1] + 1:
            problems.append(f"{writer} {seq}: a line is missing before it")
        elif audit_mac(key, before, row) != mac:
            problems.append(f"{writer} {seq}: the MAC is another")
        before, last = mac, (writer, seq)
    return problems
