#!/usr/bin/python3
"""Each daemon is killed -9 at random moments while referrals come in and families answer: nothing
that was acknowledged is lost, nothing is done twice, no group is over its size."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import psycopg2
import zmq

import oracle
from core_rig import audit_problems, audit_rows
from town import DAEMONS, Families, Referrers, Town, wait_for

REFERRALS = int(os.environ.get("KILL_REFERRALS", "2000"))
KILLS = int(os.environ.get("KILL_KILLS", "20"))  # of each daemon
SEED = int(os.environ.get("KILL_SEED", "1"))

# Reads all, or stops once it has one on the disk and at least one more in its hands.
PULLER = """
import signal, sys, zmq
socket = zmq.Context().socket(zmq.PULL)
socket.connect(sys.argv[1])
file = open(sys.argv[2], "ab", buffering=0)
while True:
    message = socket.recv()
    if sys.argv[3] == "stop":
        socket.poll()
        file.write(message + b"\\n")
        signal.pause()
    file.write(message + b"\\n")
"""


class Killer(threading.Thread):
    """Kills the daemons in a seeded order; keeps when each was back."""

    def __init__(self, town):
        super().__init__()
        self.town, self.chance = town, random.Random(SEED)
        self.kills, self.back, self.slow, self.done = [], [], [], False
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()
        self.start()

    def run(self):
        left, killed = {name: KILLS for name in DAEMONS}, {}
        while any(left.values()):
            time.sleep(self.chance.uniform(0.1, 0.7))  # the moment is what is random here
            name, pid = wait_for(lambda: self.choose(left, killed), 20, "nobody is back")
            os.kill(pid, signal.SIGKILL)
            killed[name] = time.monotonic()
            left[name] -= 1
            self.kills.append((name, pid, killed[name]))
        self.done = True

    def choose(self, left, killed):
        """(name, pid) of one that runs. Most have been up for some seconds, as the supervisor
        makes who dies at once wait longer each time; some die again at once all the same."""
        young = self.chance.random() < 0.15
        able = [(name, pid) for name, pid in sorted(self.town.pids().items())
                if left[name] and (young or time.monotonic() - killed.get(name, 0) > 2.5)]
        most = max((left[name] for name, _ in able), default=0)
        able = [(name, pid) for name, pid in able if left[name] == most]
        return self.chance.choice(able) if able else None

    def watch(self):
        """A daemon is back when another process renews its lease, which it does when it works."""
        connection = self.town.connect()
        cursor, open_kills, seen = connection.cursor(), [], 0
        while not self.done or open_kills:
            open_kills += self.kills[seen:]
            seen = len(self.kills)
            cursor.execute("select daemon, pid from ledger.lease where until > clock_timestamp()")
            living = dict(cursor.fetchall())
            for kill in list(open_kills):
                name, pid, at = kill
                if living.get(name, pid) != pid:
                    self.back.append(time.monotonic() - at)
                    if self.back[-1] > 2:
                        self.slow.append((name, pid, round(self.back[-1], 2)))
                    open_kills.remove(kill)
            time.sleep(0.02)
        connection.close()


class Kill(unittest.TestCase):
    def test_killed_at_random_moments(self):
        town = Town(groups=12)
        try:
            self.storm(town)
        finally:
            town.close()

    def storm(self, town):
        started = time.monotonic()
        rate = REFERRALS / (len(DAEMONS) * KILLS * 0.45)
        referrers = Referrers(town, REFERRALS, per_second=rate)
        families, killer = Families(town, SEED), Killer(town)
        referrers.join()
        killer.join()
        killer.watcher.join()
        loaded = time.monotonic() - started
        town.rest(120)
        families.finish()
        town.rest(60)
        back = sorted(killer.back)
        states = dict(town.sql("select state, count(*) from matching.referral group by 1"))
        print(f"{len(killer.kills)} kills in {loaded:.0f} s; {referrers.acknowledged} acknowledged,"
              f" {referrers.refused} connections lost, answers {referrers.statuses};"
              f" families answered {families.answered}; states {states};"
              f" back after p50 {back[len(back) // 2]:.2f} s, p99"
              f" {back[len(back) * 99 // 100]:.2f} s; at rest after"
              f" {time.monotonic() - started - loaded:.0f} s; slow: {killer.slow}")
        self.assertEqual(len(killer.kills), len(DAEMONS) * KILLS)
        self.assertEqual(referrers.trouble, [])
        self.assertEqual(referrers.acknowledged, REFERRALS)
        self.assertEqual(town.count("intake.referral"), REFERRALS)
        self.assertGreater(states.get("placed", 0), REFERRALS // 10)
        broken = oracle.check(town.connection, oracle.read_journal(referrers.path))
        self.assertEqual(oracle.report(broken), "")
        key = bytes.fromhex(pathlib.Path(town.var, "keys/audit.key").read_text().strip())
        self.assertEqual(audit_problems(audit_rows(town.connection), key), [])

    def test_a_bare_socket_loses(self):
        """The control: PUSH and PULL alone lose what a killed reader held. So would we."""
        folder = tempfile.mkdtemp(prefix="gc", dir=os.environ.get("TMPDIR", "/tmp"))
        got, endpoint = folder + "/got", f"ipc://{folder}/s"
        context = zmq.Context()
        push = context.socket(zmq.PUSH)
        push.setsockopt(zmq.LINGER, 0)
        push.bind(endpoint)
        pathlib.Path(got).touch()

        def read(how):
            return subprocess.Popen([sys.executable, "-c", PULLER, endpoint, got, how])

        def lines():
            return pathlib.Path(got).read_bytes().splitlines()

        sent = 0
        for how in ("stop",) * 5 + ("go on",):
            before, reader = len(lines()), read(how)
            end = time.monotonic() + 20
            try:
                # The first of them may still go to the one that was killed.
                while len(lines()) <= before and time.monotonic() < end:
                    if push.poll(100, zmq.POLLOUT):
                        push.send(b"%d" % sent)
                        sent += 1
                self.assertGreater(len(lines()), before, "it does not read")
            finally:
                reader.kill()
                reader.wait()
        push.close()
        context.term()
        lost = sent - len(lines())
        print(f"control: a bare pair lost {lost} of {sent} in 6 kills")
        self.assertGreaterEqual(lost, 5)


if __name__ == "__main__":
    unittest.main()
