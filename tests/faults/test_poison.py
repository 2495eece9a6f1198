#!/usr/bin/python3
"""Messages that kill their handler: exactly those end with the dead letters, all others are done.

The daemon is tests/faults/crash_stage.c on the real skeleton; it is started again at once, as the
supervisor does after a short wait. Times are printed.
"""
import random
import signal
import time
import unittest

from core_rig import BUILD, SLOW, Daemon, Express, House, new_id, wait_for

PROGRAM = BUILD / "faults/crash_stage"


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
        ids = self.house.say(bodies, kind="crash_step")
        return ids, {ids[i] for i in chosen}

    def live(self, until, seconds):
        """Starts the daemon again and again until the condition holds; the deaths."""
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
        done = lambda: self.house.count("public.crash_row") == 99
        deaths = self.live(done, 60)
        neighbours = time.monotonic() - started
        self.assertLessEqual(deaths, 2)  # in company, and at most once alone before them
        deaths += self.live(lambda: self.dead() == poisons, 60)
        print(f"one among 100: neighbours done after {neighbours:.2f} s,"
              f" buried after {time.monotonic() - started:.2f} s and {deaths} deaths")
        self.check(poisons, 100)
        self.assertLessEqual(deaths, 4)
        self.assertLess(neighbours, 5 * SLOW)
        self.assertIn("died", self.house.sql("select reason from ledger.dead")[0][0])

    def test_two_neighbours(self):
        """Two that kill, one beside the other: neither takes a third along."""
        ids = self.house.say([{"payload": "crash" if i in (4, 5) else "fine",
                               "referral_id": new_id().bytes} for i in range(10)],
                             kind="crash_step")
        self.live(lambda: len(self.dead()) == 2, 60)
        wait_for(lambda: self.house.count("public.crash_row") == 8)
        self.check({ids[4], ids[5]}, 10)

    def test_twenty_among_two_thousand(self):
        """Exactly those that kill are buried; all others are done, and long before."""
        _, poisons = self.crowd(2000, 20, seed=2)
        started = time.monotonic()
        deaths = self.live(lambda: self.house.count("public.crash_row") == 1980, 120)
        neighbours = time.monotonic() - started
        deaths += self.live(lambda: self.house.count("ledger.evaluation") == 0, 120)
        print(f"20 among 2,000: neighbours done after {neighbours:.2f} s,"
              f" all buried after {time.monotonic() - started:.2f} s and {deaths} deaths")
        self.check(poisons, 2000)

    def test_on_the_express(self):
        """What kills on its way over the express is found by the sweep of the next life."""
        daemon = Daemon(self.house, "evaluation", PROGRAM).ready()
        express = Express(daemon.endpoint)
        ids, poisons = self.crowd(50, 1, seed=3)
        express.hint(ids, kind="crash_step")
        daemon.process.wait(10)
        express.close()
        self.house.daemons.remove(daemon)
        self.live(lambda: self.dead() == poisons, 60)
        self.check(poisons, 50)

    def test_newcomers_are_served_between_deaths(self):
        """While a killer is being found, what comes new is not kept waiting for it."""
        _, poisons = self.crowd(20, 3, seed=4)
        newcomers = []

        def done():
            if len(newcomers) < 30:
                newcomers.extend(self.house.say(
                    [{"payload": "new", "referral_id": new_id().bytes}], kind="crash_step"))
            return self.dead() == poisons

        self.live(done, 60)
        self.live(lambda: self.house.count("ledger.evaluation") == 0, 60)
        self.check(poisons, 20 + len(newcomers))


if __name__ == "__main__":
    unittest.main()
