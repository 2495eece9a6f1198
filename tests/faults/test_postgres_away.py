#!/usr/bin/python3
"""PostgreSQL goes away and comes back under a whole town: honest answers meanwhile, the words of a
form kept, and everything goes on by itself."""
import http.client
import random
import time
import unittest
import urllib.parse

import oracle
from town import DAEMONS, Families, Referrers, Town, wait_for

STOPS = 5


class PostgresAway(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(groups=4)

    @classmethod
    def tearDownClass(cls):
        cls.town.close()

    def stop(self):
        self.town.connection.close()
        self.town.postgres("-m", "immediate", "stop")

    def start(self):
        self.town.postgres("-l", self.town.var + "/log/postgresql.log", "start")
        wait_for(self.town.connects, 10, "PostgreSQL is not back")
        self.town.connection = self.town.connect()

    def ask(self, method, path, body=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", self.town.port, timeout=10)
        link.request(method, path, body, headers)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer, text

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **{
            "Content-Type": "application/x-www-form-urlencoded", **headers})

    def test_honest_while_it_is_away(self):
        body = Referrers.body(self.waiting_referrers(), 7)
        before, pids = self.town.count("intake.referral"), self.town.pids()
        self.stop()
        try:
            for _ in range(3):
                answer, _ = self.post("/api/v1/referrals", body, **{"Idempotency-Key": "away-1"})
                self.assertEqual(answer.status, 503)
                self.assertGreater(int(answer.getheader("Retry-After")), 0)
            fields = dict(urllib.parse.parse_qsl(body)) | {
                "child_name": "Barn Bevarad", "referrer.name": "Kurator Ordrik"}
            answer, text = self.post("/sv/anmal", urllib.parse.urlencode(fields))
            self.assertEqual(answer.status, 503)
            self.assertGreater(int(answer.getheader("Retry-After")), 0)
            self.assertIn("Barn Bevarad", text)
            self.assertIn("Kurator Ordrik", text)
            answer, _ = self.ask("GET", "/livez")
            self.assertEqual(answer.status, 200)
            answer, _ = self.ask("GET", "/readyz")
            self.assertEqual(answer.status, 503)
            answer, _ = self.ask("GET", "/sv/akut")  # needs no database, and matters most
            self.assertEqual(answer.status, 200)
        finally:
            self.start()
        back = time.monotonic()

        def accepted():
            answer, _ = self.post("/api/v1/referrals", body, **{"Idempotency-Key": "away-1"})
            return answer.status == 201

        wait_for(accepted, 15, "nothing is accepted again")
        print(f"accepted again {time.monotonic() - back:.2f} s after PostgreSQL was back")
        self.assertEqual(self.town.count("intake.referral"), before + 1)
        self.assertEqual(self.town.pids(), pids, "a daemon died of it")
        wait_for(lambda: self.town.count("ledger.lease where until > clock_timestamp()")
                 == len(DAEMONS), 15, "not all daemons are back")

    def waiting_referrers(self):
        """One who knows the groups and posts nothing."""
        return Referrers(self.town, 0, threads=0)

    def test_stopped_again_and_again_under_load(self):
        chance = random.Random(3)
        referrers = Referrers(self.town, 600, per_second=20, first=1000)
        families = Families(self.town, seed=3)
        first = []
        for _ in range(STOPS):
            time.sleep(chance.uniform(0.5, 2))  # the moment is what is random here
            self.stop()
            before = referrers.acknowledged
            self.start()
            back = time.monotonic()
            wait_for(lambda: referrers.acknowledged > before, 20, "nothing is accepted again")
            first.append(time.monotonic() - back)
        referrers.join()
        self.town.rest()
        families.finish()
        self.town.rest()
        print(f"{STOPS} immediate stops: first success after {max(first):.2f} s at most;"
              f" answers {referrers.statuses}, {referrers.refused} connections lost")
        self.assertEqual(referrers.trouble, [])
        self.assertEqual(referrers.acknowledged, 600)
        journal = oracle.read_journal(referrers.path)
        self.assertEqual(oracle.report(oracle.check(self.town.connection, journal)), "")

    def test_backends_killed_under_load(self):
        before = self.town.count("intake.referral")
        referrers = Referrers(self.town, 300, per_second=40, first=5000)
        for _ in range(20):
            time.sleep(0.2)
            self.town.sql("select pg_terminate_backend(pid) from pg_stat_activity"
                          " where usename like 'gruppstod_%%' and usename <> 'gruppstod_admin'"
                          " order by random() limit 2")
        referrers.join()
        self.town.rest()
        self.assertEqual(referrers.trouble, [])
        self.assertEqual(self.town.count("intake.referral"), before + 300)
        broken = oracle.check(self.town.connection, oracle.read_journal(referrers.path))
        self.assertEqual(oracle.report(broken), "")


if __name__ == "__main__":
    unittest.main()
