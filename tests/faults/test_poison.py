#!/usr/bin/python3
"""Messages that kill their handler: exactly those end with the dead letters, all others are done.

The daemon is tests/faults/crash_stage.c on the real skeleton; it is started again at once, as the
supervisor does after a short wait. Suspects kill the quarantine, not the daemon, which may die a
few times until they are known. Times are printed.
"""
import random
import signal
import time
import unittest

from core_rig import BUILD, SLOW, Daemon, Express, House, new_id, wait_for

PROGRAM = BUILD / "faults/crash_stage"
KIND = "bench_step"


class Poison(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.house.sql("create table public.crash_row (referral_id uuid primary key,"
                      " payload text not null);"
                      " grant usage on schema public to gruppstod_evaluation;"
                      " grant insert on public.crash_row to gruppstod_evaluation")

    @classmethod
    def tearDownClass(cls):
        cls.house.close()

    def setUp(self):
        self.house.empty()
        self.house.sql("truncate public.crash_row")

    def tearDown(self):
        self.house.stop_all()

    def crowd(self, count, poisons, seed):
        """Ids in order, and which of them kill."""
        chosen = set(random.Random(seed).sample(range(count), poisons))
        bodies = [{"payload": "crash" if i in chosen else "fine", "referral_id": new_id().bytes}
                  for i in range(count)]
        ids = self.house.say(bodies, kind=KIND)
        return ids, {ids[i] for i in chosen}

    def live(self, until, seconds):
        """Starts the daemon again and again until the condition holds; how often it died."""
        deaths, end = 0, time.monotonic() + seconds
        while True:
            daemon = Daemon(self.house, "evaluation", PROGRAM)
            while daemon.alive() and not until():
                self.assertLess(time.monotonic(), end, f"{deaths} deaths\n{daemon.log()[-2000:]}")
                time.sleep(0.01)
            if until():
                daemon.kill()
                return deaths
            self.assertEqual(daemon.process.returncode, -signal.SIGABRT, daemon.log())
            self.house.daemons.remove(daemon)
            deaths += 1

    def dead(self):
        return {row[0] for row in self.house.sql("select id from ledger.dead")}

    def check(self, poisons, count):
        self.assertEqual(self.dead(), poisons)
        self.assertEqual(self.house.count("ledger.dead where reason not like '%%died%%'"), 0)
        self.assertEqual(self.house.count("public.crash_row"), count - len(poisons))
        self.assertEqual(self.house.count("ledger.evaluation"), 0)
        self.assertEqual(self.house.count("ledger.hop where outcome = 'done'"),
                         count - len(poisons))
        self.assertEqual(self.house.count("(select id from ledger.hop group by id"
                                          " having count(*) > 1) as twice"), 0)

    def test_one_among_a_slice(self):
        """One that kills: its neighbours are done, it lies with the dead letters, with a reason."""
        _, poisons = self.crowd(100, 1, seed=1)
        started = time.monotonic()
        deaths = self.live(lambda: self.house.count("public.crash_row") == 99, 60)
        neighbours = time.monotonic() - started
        deaths += self.live(lambda: self.dead() == poisons, 60)
        print(f"one among 100: neighbours done after {neighbours:.2f} s,"
              f" buried after {time.monotonic() - started:.2f} s and {deaths} deaths")
        self.check(poisons, 100)
        self.assertLessEqual(deaths, 1)  # in company; alone it takes the quarantine only
        self.assertLess(neighbours, 5 * SLOW)

    def test_two_neighbours(self):
        """Two that kill, one beside the other: neither takes a third along."""
        ids = self.house.say([{"payload": "crash" if i in (4, 5) else "fine",
                               "referral_id": new_id().bytes} for i in range(10)], kind=KIND)
        self.live(lambda: len(self.dead()) == 2, 60)
        wait_for(lambda: self.house.count("public.crash_row") == 8)
        self.check({ids[4], ids[5]}, 10)

    def test_twenty_among_two_thousand(self):
        """Exactly those that kill are buried, all others are done; the daemon dies of the first."""
        _, poisons = self.crowd(2000, 20, seed=2)
        started = time.monotonic()
        deaths = self.live(lambda: self.house.count("ledger.evaluation") == 0, 120)
        print(f"20 among 2,000: done after {time.monotonic() - started:.2f} s and {deaths} deaths")
        self.check(poisons, 2000)
        self.assertLessEqual(deaths, 3)

    def test_twenty_in_a_stream(self):
        """On the express, among good ones that go on: once the killers are suspects, nobody waits
        for them, and the daemon lives."""
        express = Express(f"ipc://{self.house.run}/evaluation.1")
        good, poisons, known = [], set(), []

        def say(*payloads):
            ids = self.house.say([{"payload": payload, "referral_id": new_id().bytes}
                                  for payload in payloads], kind=KIND)
            express.hint(ids, kind=KIND)
            return ids

        def done():
            if len(good) > 50 and not poisons:
                ids = say(*["fine", "crash", "fine"] * 20)
                poisons.update(ids[1::3])
                good.extend(set(ids) - poisons)
            if poisons and self.dead() == poisons:
                return self.house.count("ledger.evaluation") == 0
            good.extend(say("fine"))
            if poisons and not known and self.house.count(
                    "ledger.evaluation where tries > 0 and id = any(%s)", list(poisons)) == 20:
                known.extend(self.house.sql("select clock_timestamp()")[0])
            return False

        started = time.monotonic()
        deaths = self.live(done, 120)
        express.close()
        self.check(poisons, len(good) + 20)
        slowest, count = self.house.sql(
            "select extract(epoch from max(handled_at - said_at))::float, count(*) from ledger.hop"
            " where outcome = 'done' and said_at > %s", known[0])[0]
        print(f"20 in a stream of {len(good)}: buried after {time.monotonic() - started:.2f} s and"
              f" {deaths} deaths; the slowest of {count} beside them took {slowest * 1000:.0f} ms")
        self.assertLessEqual(deaths, 3)
        self.assertGreater(count, 20)
        self.assertLess(slowest, 1 * SLOW)


if __name__ == "__main__":
    unittest.main()
