#!/usr/bin/python3
"""The quarantine of every daemon: what may kill is handled by a process of its own, that has
nothing of the daemon but its handlers, and of which nothing is left afterwards.

A test holds the process where it wants to look at it: with a lock on what its handler writes to.
"""
import contextlib
import os
import pathlib
import signal
import unittest
import urllib.error

from core_rig import SLOW, Express, House, referral_received, wait_for
from notification_rig import Rig, sodium

DAEMONS = ("intake", "matching", "scheduling", "notification", "evaluation", "desk")
CALM = {"bus__sweep_every": "60s"}  # sweeps at its start, then no more
QUICK = {"bus__sweep_every": "20ms", "bus__sweep_age": "0s"}


def children(parent):
    """Processes that it started, and those of them nobody has taken leave of."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == parent:
                found.append(int(path.parent.name))
    return found


def runs(pid):
    return os.path.exists(f"/proc/{pid}")


class Quarantine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()
        secret = os.urandom(32)
        for name, key in (("seal.key", secret),
                          ("seal.pub", sodium("crypto_scalarmult_base", 32, secret))):
            path = pathlib.Path(cls.house.var, "keys", name)
            path.write_text(key.hex() + "\n")
            path.chmod(0o400)

    @classmethod
    def tearDownClass(cls):
        cls.house.close()

    def setUp(self):
        self.house.empty()

    def tearDown(self):
        self.house.stop_all()

    @contextlib.contextmanager
    def held(self, table):
        """Nobody writes to it meanwhile."""
        connection = self.house.cluster.connect()
        connection.autocommit = False
        connection.cursor().execute(f"lock table {table} in share mode")
        yield
        connection.rollback()
        connection.close()

    def suspect(self, receiver="evaluation", kind="nobody_knows", bodies=(b"\x80",)):
        """Messages that somebody was handed, and did not handle."""
        self.house.sql("begin")  # else a sweep may come between
        ids = self.house.say(list(bodies), receiver, kind)
        self.house.sql(f"update ledger.{receiver} set tries = 1 where id = any(%s)", ids)
        self.house.sql("commit")
        return ids

    def child(self, daemon):
        """Its quarantine, when that has begun with a message."""
        def waits():
            return self.house.count("ledger.dead") == 0 and self.house.count(
                "pg_stat_activity where wait_event_type = 'Lock'"
                " and application_name like 'gruppstod_%%'")
        wait_for(waits, 10 * SLOW, daemon.log)
        found = children(daemon.process.pid)
        self.assertEqual(len(found), 1, daemon.log())
        return found[0]

    @staticmethod
    def swept(daemon):
        """What waited at its start has been looked at."""
        with contextlib.suppress(urllib.error.HTTPError):
            return daemon.page("/readyz") == "ready\n"

    def test_it_has_nothing_but_the_handlers(self):
        """Of each daemon: no thread, no lease, no endpoint; and it is gone with the suspects."""
        for name in DAEMONS:
            with self.subTest(name):
                self.house.empty()
                daemon = self.house.start(name, **QUICK)
                self.assertEqual(children(daemon.process.pid), [])
                with self.held("ledger.dead"):
                    ids = self.suspect(name)
                    child = self.child(daemon)
                    ids += self.suspect(name)
                    status = pathlib.Path(f"/proc/{child}/status").read_text()
                    self.assertIn("Threads:\t1\n", status)
                    self.assertEqual(self.house.sql("select instance from ledger.lease"), [("1",)])
                    self.assertEqual(sorted(path.name for path in pathlib.Path(
                        self.house.run).glob("*quarantine*")), [])
                    self.assertEqual(children(daemon.process.pid), [child])
                wait_for(lambda: self.house.count("ledger.dead") == 2, 10 * SLOW, daemon.log)
                self.assertEqual({row[0] for row in self.house.sql("select id from ledger.dead")},
                                 set(ids))
                wait_for(lambda: children(daemon.process.pid) == [], 10 * SLOW, daemon.log)
                self.assertGreaterEqual(daemon.metric('quarantine_ends_total{end="done"}'), 1)
                self.assertEqual(daemon.metric('quarantine_ends_total{end="died"}'), 0)
                daemon.stop()

    def test_a_suspect_that_is_good_is_done_once(self):
        daemon = self.house.start("evaluation", **QUICK)
        self.suspect(kind="referral_received", bodies=[referral_received() for _ in range(20)])
        wait_for(lambda: self.house.count("evaluation.referral") == 20, 10 * SLOW, daemon.log)
        wait_for(lambda: children(daemon.process.pid) == [], 10 * SLOW, daemon.log)
        self.assertEqual(self.house.count("ledger.hop where outcome = 'done'"), 20)
        self.assertEqual(self.house.count("ledger.evaluation"), 0)

    def test_what_is_due_again_and_suspected(self):
        daemon = self.house.start("evaluation", **QUICK)
        self.suspect()
        wait_for(lambda: self.house.count("ledger.dead"), 10 * SLOW, daemon.log)
        self.house.sql("insert into ledger.later (id, kind, subject, sender, said_at, version,"
                       " body, tries, receiver, due_at) select id, 'referral_received', subject,"
                       " sender, said_at, version, %s, 1, receiver, clock_timestamp()"
                       " from ledger.dead", b"\x80")
        wait_for(lambda: self.house.count("ledger.hop") == 2, 10 * SLOW, daemon.log)
        wait_for(lambda: self.house.count("ledger.later") == 0)
        wait_for(lambda: daemon.metric('quarantine_ends_total{end="done"}') == 2, 10 * SLOW)

    def test_a_hint_of_a_suspect_is_not_heard(self):
        """It lies there until the quarantine takes it, however often the express tells of it."""
        daemon = self.house.start("evaluation", **CALM)
        wait_for(lambda: self.swept(daemon))
        express = Express(daemon.endpoint)
        suspects = self.suspect(kind="referral_received", bodies=[referral_received()])
        express.hint(suspects * 3)
        express.hint(self.house.say([referral_received()]))
        wait_for(lambda: self.house.count("evaluation.referral") == 1, 10 * SLOW, daemon.log)
        self.assertEqual(self.house.sql("select id, tries from ledger.evaluation"),
                         [(suspects[0], 1)])
        express.close()

    def test_who_stops_takes_it_along(self):
        """Asked or killed: the daemon never leaves it behind."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how.name):
                self.house.empty()
                daemon = self.house.start("evaluation", **QUICK)
                with self.held("ledger.dead"):
                    self.suspect()
                    child = self.child(daemon)
                    self.assertLess(daemon.stop(how), 5 * SLOW)
                    wait_for(lambda pid=child: not runs(pid), 5)
                again = self.house.start("evaluation", **QUICK)
                wait_for(lambda: self.house.count("ledger.dead") == 1, 10 * SLOW, again.log)
                wait_for(lambda pid=again.process.pid: children(pid) == [], 10 * SLOW)
                again.stop()

    def test_while_it_works_the_daemon_hears(self):
        daemon = self.house.start("evaluation", **QUICK)
        express = Express(daemon.endpoint)
        with self.held("ledger.dead"):
            self.suspect()
            self.child(daemon)
            express.hint(self.house.say([referral_received() for _ in range(50)]))
            wait_for(lambda: self.house.count("evaluation.referral") == 50, 10 * SLOW, daemon.log)
        express.close()

    def test_paused_it_rests(self):
        daemon = self.house.start("evaluation", **QUICK)

        def want(wanted):
            self.house.sql("insert into ledger.control (daemon, wanted, by, since) values"
                           " ('evaluation', %s, 'a test', clock_timestamp()) on conflict (daemon)"
                           " do update set wanted = excluded.wanted", wanted)

        with self.held("ledger.dead"):
            self.suspect(bodies=[b"\x80"] * 200)
            self.child(daemon)
            want("pause")
            wait_for(lambda: self.house.sql("select state from ledger.lease") == [("paused",)])
        wait_for(lambda: children(daemon.process.pid) == [], 10 * SLOW, daemon.log)
        self.assertGreater(self.house.count("ledger.evaluation"), 0)
        want("run")
        wait_for(lambda: self.house.count("ledger.dead") == 200, 20 * SLOW, daemon.log)

    def test_it_loses_the_database(self):
        """The message is taken up again by the next one."""
        daemon = self.house.start("evaluation", **QUICK)
        with self.held("ledger.dead"):
            self.suspect()
            child = self.child(daemon)
            self.house.sql("select pg_terminate_backend(pid) from pg_stat_activity"
                           " where wait_event_type = 'Lock'"
                           " and application_name like 'gruppstod_%%'")
            wait_for(lambda: not runs(child), 10 * SLOW, daemon.log)
        wait_for(lambda: daemon.metric('quarantine_ends_total{end="failed"}') == 1)
        wait_for(lambda: self.house.count("ledger.dead") == 1, 20 * SLOW, daemon.log)
        self.assertTrue(daemon.alive())


class Letters(unittest.TestCase):
    def test_a_letter_from_there_goes_out_once(self):
        """The quarantine decides it; the daemon alone has a way out, and takes it."""
        rig = Rig()
        self.addCleanup(rig.close)
        _, offer = rig.offered("lo@example.org")
        rig.sql("update ledger.notification set tries = 1")
        rig.start()
        rig.wait_state(offer, "sent")
        self.assertEqual(len(list(pathlib.Path(rig.mail).glob("*.eml"))), 1)
        self.assertIn("event=quarantine_started", rig.log())
        wait_for(lambda: children(rig.daemon.pid) == [], 10 * SLOW, rig.log)
        rig.stop()


if __name__ == "__main__":
    unittest.main()
