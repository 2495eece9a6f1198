#!/usr/bin/python3
"""Every daemon's skeleton, shown on evaluation: exactly once, whatever comes in or goes away."""
import hashlib
import os
import random
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest
import uuid

import msgpack

from core_rig import (BUILD, SLOW, Express, House, audit_problems, audit_rows, new_id,
                      referral_received, wait_for)

SWEEP_OFF = {"bus__sweep_every": "60s"}
SWEEP_FAST = {"bus__sweep_every": "20ms", "bus__sweep_age": "0s"}


class Core(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()

    @classmethod
    def tearDownClass(cls):
        cls.house.close()

    def setUp(self):
        self.house.empty()

    def tearDown(self):
        self.house.stop_all()

    def start(self, **settings):
        return self.house.start("evaluation", **settings)

    def facts(self):
        return self.house.count("evaluation.referral")

    def handled(self, count, seconds=20):
        wait_for(lambda: self.facts() >= count, seconds * SLOW,
                 lambda: f"{self.facts()} of {count} handled")

    def check_once(self, count):
        """All of them handled, none twice, nothing left, no letter dead."""
        self.assertEqual(self.facts(), count)
        self.assertEqual(self.house.count("ledger.evaluation"), 0)
        self.assertEqual(self.house.count("ledger.dead"), 0)
        self.assertEqual(self.house.count("ledger.hop"), count)
        self.assertEqual(self.house.count("(select id from ledger.hop group by id, receiver"
                                          " having count(*) > 1) as twice"), 0)

    def bodies(self, count):
        return [referral_received() for _ in range(count)]

    # How messages come

    def test_by_the_sweep(self):
        self.start()
        self.house.say(self.bodies(1000))
        self.handled(1000)
        self.check_once(1000)

    def test_what_waited_is_done_at_the_start(self):
        self.house.say(self.bodies(600), age_ms=3600_000)
        self.start(**SWEEP_OFF)
        self.handled(600, 3)
        self.check_once(600)

    def test_by_the_express_within_200_ms(self):
        daemon = self.start(**SWEEP_OFF)
        express = Express(daemon.endpoint)
        times = []
        for turn in range(20):
            ids = self.house.say([referral_received()])
            started = time.monotonic()
            express.hint(ids)
            self.handled(turn + 1, 5)
            times.append(time.monotonic() - started)
        express.close()
        times.sort()
        print(f"express: median {times[10] * 1000:.0f} ms")
        self.assertLess(times[10], 0.2 * SLOW)
        self.check_once(20)

    def test_a_hint_ten_times_is_one_hop(self):
        daemon = self.start(**SWEEP_OFF)
        express = Express(daemon.endpoint)
        ids = self.house.say(self.bodies(50))
        for _ in range(10):
            express.hint(ids)
        self.handled(50)
        wait_for(lambda: daemon.metric('express_messages{end="heard"}') == 500)
        express.close()
        self.check_once(50)

    def test_two_copies_share_the_queue(self):
        first, second = self.start(**SWEEP_FAST), self.start(instance="2", **SWEEP_FAST)
        expresses = [Express(first.endpoint), Express(second.endpoint)]
        for _ in range(20):
            ids = self.house.say(self.bodies(100))
            for express in expresses:
                express.hint(ids)
        self.handled(2000)
        for express in expresses:
            express.close()
        shares = [daemon.metric('messages_total{outcome="done"}') for daemon in (first, second)]
        self.assertEqual(sum(shares), 2000)
        self.assertGreater(min(shares), 0)
        self.check_once(2000)

    def test_what_a_dead_copy_was_handed_is_not_forgotten(self):
        """Old, handed to a copy that is gone for good: the low-water mark does not pass it by."""
        ids = self.house.say(self.bodies(3), age_ms=600_000)
        self.house.sql("update ledger.evaluation set handed_to = '2', tries = 1, handed_until ="
                       " clock_timestamp() + interval '2 s'")
        self.start(bus__sweep_whole_every="100ms")
        self.handled(3, 8)
        self.check_once(len(ids))

    # What is no message

    def test_garbage_on_the_wire_reaches_no_handler(self):
        daemon = self.start(**SWEEP_OFF)
        express = Express(daemon.endpoint)
        chance = random.Random(1)
        for size in (0, 1, 2, 15, 16, 100, 5000, 65000):
            for _ in range(10):
                express.send(chance.randbytes(size), chance.randbytes(20))
                express.send(chance.randbytes(size))
        bombs = [b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xffx",
                 b"\xc6\xff\xff\xff\xff", b"\x81" * 5000, b"\x91" * 60000, b"\x87",
                 msgpack.packb({"id": b"x" * 16}), msgpack.packb([1, 2]), msgpack.packb(None)]
        for bomb in bombs:
            express.send(bomb, b"body")
        express.send(*[b"\x80"] * 3000)  # far more pairs than a slice takes
        express.hint(self.house.say([referral_received()]))
        self.handled(1)
        wait_for(lambda: daemon.metric('express_messages{end="heard"}') == 1)
        self.assertGreater(daemon.metric('express_messages{end="refused"}'), 80)
        express.close()
        self.check_once(1)

    def test_a_frame_too_large_ends_its_connection_only(self):
        daemon = self.start(**SWEEP_OFF)
        giant = Express(daemon.endpoint)
        giant.send(b"x" * 200_000, b"body")
        greeting = b"\xff\0\0\0\0\0\0\0\1\x7f" + b"\3\0NULL" + b"\0" * 48
        wire = self.raw(daemon, greeting, claims=8 << 30)
        good = Express(daemon.endpoint)
        good.hint(self.house.say([referral_received()]))
        self.handled(1)
        giant.close()
        wire.close()
        good.close()

    @staticmethod
    def raw(daemon, greeting, claims=None):
        """Speaks ZMTP by hand: a greeting, and a frame that claims to be so long."""
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(daemon.endpoint.removeprefix("ipc://"))
        wire.sendall(greeting)
        if claims:
            wire.sendall(b"\2" + claims.to_bytes(8, "big") + b"x" * 100)
        return wire

    def test_a_thousand_half_open_connections(self):
        daemon = self.start(**SWEEP_OFF)
        wires = [self.raw(daemon, os.urandom(turn % 60)) for turn in range(1000)]
        express = Express(daemon.endpoint)
        started = time.monotonic()
        express.hint(self.house.say([referral_received()]))
        self.handled(1)
        self.assertLess(time.monotonic() - started, 5 * SLOW)
        for wire in wires:
            wire.close()
        express.close()
        self.assertTrue(daemon.alive())

    def test_forged_ids_do_nothing(self):
        daemon = self.start(**SWEEP_OFF)
        express = Express(daemon.endpoint)
        express.hint([new_id() for _ in range(500)] + [uuid.UUID(int=0), uuid.UUID(int=1)])
        express.hint(self.house.say([referral_received()]))
        self.handled(1)
        express.close()
        self.check_once(1)

    def test_malformed_bodies_are_dead_letters_and_neighbours_are_done(self):
        good = referral_received()
        wrong = [b"", b"\xc1", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\x81" * 60000,
                 b"\x91" * 60000, msgpack.packb([]), msgpack.packb(None), os.urandom(500),
                 msgpack.packb(good) + b"\0", msgpack.packb(good)[:-1],
                 msgpack.packb({**good, "referral_id": None}),
                 msgpack.packb({**good, "referral_id": b"short"}),
                 msgpack.packb({**good, "referral_id": good["referral_id"].hex()}),
                 msgpack.packb({**good, "version": "1"}), msgpack.packb({**good, "version": 1.5}),
                 msgpack.packb({**good, "version": float("nan")}),
                 msgpack.packb({**good, "version": -1}),
                 msgpack.packb({**good, "received_at_ms": 1 << 63}),
                 msgpack.packb({**good, "source": "a_stranger"}),
                 msgpack.packb({**good, "situations": []}),
                 msgpack.packb({**good, "situations": ["mental"] * 40}),
                 msgpack.packb({**good, "district": "\0"}),
                 msgpack.packb({**good, "district": b"\xff\xfe"}),
                 msgpack.packb({**good, "protected": 1})]
        wrong += [msgpack.packb({key: value for key, value in good.items() if key != name})
                  for name in ("referral_id", "version", "source", "district", "situations")]
        self.start(**SWEEP_FAST)
        started = time.monotonic()
        bad = self.house.say(wrong)
        self.house.say(self.bodies(200))
        self.handled(200)
        took = time.monotonic() - started
        wait_for(lambda: self.house.count("ledger.dead") == len(wrong))
        self.assertLess(took, 1 * SLOW)
        dead = dict(self.house.sql("select id, reason from ledger.dead"))
        self.assertEqual(set(dead), set(bad))
        self.assertTrue(all(len(reason) > 8 for reason in dead.values()), dead)
        self.assertEqual(self.facts(), 200)

    def test_an_unknown_kind_is_a_dead_letter(self):
        self.start(**SWEEP_FAST)
        ids = self.house.say([referral_received()], kind="never_heard_of")
        wait_for(lambda: self.house.count("ledger.dead"))
        self.assertEqual(self.house.sql("select id, kind from ledger.dead"),
                         [(ids[0], "never_heard_of")])

    def test_what_the_database_refuses_is_blamed_alone(self):
        """A body that passes its schema and breaks a constraint: put off, its neighbours done."""
        self.house.sql("alter table evaluation.referral add constraint no_skarholmen"
                       " check (district <> 'skarholmen')")
        try:
            daemon = self.start(**SWEEP_FAST)
            bodies = self.bodies(100)
            bodies[50] = referral_received(district="skarholmen")
            ids = self.house.say(bodies)
            self.handled(99)
            wait_for(lambda: self.house.count("ledger.later"))
            row = self.house.sql("select id, failures, reason from ledger.later")[0]
            self.assertEqual(row[:2], (ids[50], 1))
            self.assertIn("no_skarholmen", row[2])
            self.house.sql("update ledger.later set due_at = due_at - interval '1 day'")
            wait_for(lambda: self.house.sql("select failures from ledger.later") == [(2,)])
            self.house.sql("update ledger.later set due_at = due_at - interval '1 day',"
                           " failures = 4")
            wait_for(lambda: self.house.count("ledger.dead"))
            self.assertTrue(daemon.alive())
        finally:
            self.house.sql("alter table evaluation.referral drop constraint no_skarholmen")

    # What goes away

    def load(self, batches, size=100, pause=0.02):
        """Says messages in the background, as long as the database takes them."""
        def run():
            connection = self.house.cluster.connect()
            for _ in range(batches):
                self.house.say(self.bodies(size))
                time.sleep(pause)
            connection.close()
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def test_postgres_stopped_and_started(self):
        daemon = self.start()
        self.house.say(self.bodies(300))
        self.handled(300)
        data = self.house.cluster.data
        self.house.cluster.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "-s", "stop")
        wait_for(lambda: "event=store_away" in daemon.log(), 10)
        self.assertEqual(daemon.page("/livez"), "alive\n")
        self.house.cluster.run("pg_ctl", "-D", data, "-w", "-s", "-l", self.house.var + "/pg/log2",
                               "-o", f"-c listen_addresses= -c unix_socket_directories="
                               f"{self.house.var}/pg", "start")
        started = time.monotonic()
        self.house.connection = self.house.cluster.connect()
        self.house.say(self.bodies(300))
        self.handled(600)
        print(f"work goes on {time.monotonic() - started:.2f} s after PostgreSQL is back")
        self.assertTrue(daemon.alive())
        self.check_once(600)

    def test_its_backend_killed_twenty_times(self):
        daemon = self.start()
        thread = self.load(60)
        for _ in range(20):
            pid = wait_for(lambda: self.house.sql(
                "select pid from pg_stat_activity where application_name ="
                " 'gruppstod_evaluation' limit 1"), 10)[0][0]
            self.house.sql("select pg_terminate_backend(%s)", pid)
            wait_for(lambda: not self.house.count("pg_stat_activity where pid = %s", pid))
        thread.join()
        self.handled(6000)
        self.assertTrue(daemon.alive())
        self.check_once(6000)

    def test_killed_mid_load_nothing_is_lost_or_doubled(self):
        chance = random.Random(2)
        daemon = self.start(**SWEEP_FAST)
        thread = self.load(60)
        for _ in range(10):
            time.sleep(chance.uniform(0, 0.1))  # the moment of the kill is what is random here
            daemon.stop(signal.SIGKILL)
            daemon = self.start(**SWEEP_FAST)
        thread.join()
        self.handled(6000)
        self.check_once(6000)

    def test_frozen_past_its_time_it_changes_nothing_twice(self):
        """Stopped in the middle of its work, overtaken by another copy, and set free again."""
        frozen = self.start(**SWEEP_FAST)
        thread = self.load(20)
        wait_for(lambda: self.facts() > 200)
        frozen.process.send_signal(signal.SIGSTOP)
        thread.join()
        # A slice it holds open would be waited for: the database ends it after 60 s; here at once.
        self.house.sql("select pg_terminate_backend(pid) from pg_stat_activity"
                       " where application_name = 'gruppstod_evaluation'")
        self.start(instance="2", **SWEEP_FAST)
        self.house.sql("update ledger.evaluation set handed_until = handed_until - interval '20 s'")
        self.handled(2000)
        frozen.process.send_signal(signal.SIGCONT)
        self.house.say(self.bodies(100))
        self.handled(2100)
        wait_for(lambda: "event=store_back" in frozen.log())
        self.check_once(2100)

    # What is wanted of it

    def want(self, wanted):
        self.house.sql("insert into ledger.control (daemon, wanted, by, since) values"
                       " ('evaluation', %s, 'a test', clock_timestamp()) on conflict (daemon)"
                       " do update set wanted = excluded.wanted", wanted)

    def state(self):
        return self.house.sql("select state from ledger.lease where daemon = 'evaluation'")

    def test_paused_it_takes_nothing_and_resumed_all(self):
        daemon = self.start(**SWEEP_FAST)
        self.want("pause")
        wait_for(lambda: self.state() == [("paused",)])
        express = Express(daemon.endpoint)
        express.hint(self.house.say(self.bodies(300)))
        heard = 'express_messages{end="heard"}'
        wait_for(lambda: daemon.metric(heard) == 300)
        self.assertEqual(self.facts(), 0)
        self.want("run")
        self.handled(300, 5)
        express.close()
        self.check_once(300)

    def test_started_paused_it_is_ready_and_waits(self):
        self.want("pause")
        self.house.say(self.bodies(10))
        daemon = self.start(**SWEEP_FAST)
        wait_for(lambda: self.state() == [("paused",)])
        self.assertIn("paused", daemon.page("/readyz"))
        self.assertEqual(self.facts(), 0)
        self.want("run")
        self.handled(10, 5)
        self.check_once(10)

    def test_it_stops_within_five_seconds_of_work(self):
        for wait in (0, 0.05, 0.2):
            self.house.empty()
            daemon = self.start(**SWEEP_FAST)
            thread = self.load(5, 1000, 0)
            wait_for(lambda: self.facts() > 100)
            time.sleep(wait)
            took = daemon.stop()
            self.assertLess(took, 5)
            self.assertEqual(self.state(), [])
            thread.join()
            self.start(**SWEEP_FAST)
            self.handled(5000)
            self.check_once(5000)
            self.house.stop_all()

    def test_wrong_settings_end_it_with_78_and_a_missing_service_with_69(self):
        program = [BUILD / "bin/gruppstod-evaluation", "--var", self.house.var]
        for arguments, status in ((["--set=bus.sweep_every=soon"], 78),
                                  (["--set=bus.nonsense=1"], 78), (["--nonsense"], 64),
                                  ([f"--set=store.conninfo=host={self.house.var}/nowhere"], 69)):
            done = subprocess.run([*program, *arguments], stderr=subprocess.PIPE, text=True,
                                  timeout=30, cwd="/")
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertTrue(done.stderr.strip(), "it says why")

    # What it leaves

    def test_the_audit_chain_holds_and_shows_what_is_changed(self):
        daemon = self.start(**SWEEP_FAST)
        self.load(10).join()
        self.handled(1000)
        daemon.stop()
        key = self.house.keys["audit"]
        rows = audit_rows(self.house.connection)
        self.assertGreater(len(rows), 5)
        self.assertEqual(audit_problems(rows, key), [])
        for change in ("detail = detail || ' '", "actor = 'somebody'", "action = 'other'",
                       "at = at + interval '1 ms'",
                       "subject = '01234567-89ab-7def-8123-456789abcdef'",
                       "mac = sha256(mac)", "seq = seq + 1000"):
            self.house.sql("drop table if exists public.tampered; create table public.tampered as"
                           " select * from audit.entry")
            self.house.sql("update public.tampered set " + change + " where (writer, seq) ="
                           " (select writer, seq from public.tampered order by random() limit 1)")
            self.assertTrue(audit_problems(audit_rows(self.house.connection, "public.tampered"),
                                           key), change)
        self.house.sql("delete from public.tampered; insert into public.tampered"
                       " select * from audit.entry where seq <> 3")
        self.assertTrue(audit_problems(audit_rows(self.house.connection, "public.tampered"), key))
        with self.assertRaises(Exception):
            self.house.sql("delete from audit.entry")

    def test_the_slices_seal_vouches_for_its_hops(self):
        """The line of a slice holds a MAC over the ids and outcomes of its hops."""
        daemon = self.start(**SWEEP_OFF)
        express = Express(daemon.endpoint)
        ids = self.house.say([referral_received()])
        express.hint(ids)
        self.handled(1)
        express.close()
        detail = wait_for(lambda: self.house.sql("select detail from audit.entry"))[0][0]
        parts = [b"hops", ids[0].bytes, b"done", None]
        data = b"".join(struct.pack("<Q", len(part)) + part if part is not None else b"\xff" * 8
                        for part in parts)
        mac = hashlib.blake2b(data, key=self.house.keys["audit"], digest_size=32).hexdigest()
        self.assertEqual(detail, f"hops=1 mac={mac}")


if __name__ == "__main__":
    unittest.main()
