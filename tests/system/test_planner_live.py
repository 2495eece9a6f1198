#!/usr/bin/python3
"""The planner at work: the worker on its socket, and matching that feeds it and uses its plans.

All parts are real. Where an answer must come late, this file stands between matching and the worker
and holds the bytes back.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]
import test_matching  # noqa: E402
from scheduling_world import BUILD, EPOCH, ROOT, key  # noqa: E402

PLANNER = ROOT / "tests" / "planner"
PATIENCE = 30  # seconds; others work on this machine too


def until(what, condition):
    """Waits for a condition, and gives back what it found."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come")


def ask(path, request, half=True):
    """One request; the bytes of the answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        try:
            connection.sendall(request)
            if half:
                connection.shutdown(socket.SHUT_WR)
        except BrokenPipeError:
            pass  # it has heard enough, and its answer is there
        return b"".join(iter(lambda: connection.recv(65536), b""))


def made(size, seed):
    """An instance of the generator, the same for the same seed."""
    return json.loads(subprocess.run(
        ["/usr/bin/python3", PLANNER / "gen.py", size, str(seed)], check=True, timeout=PATIENCE,
        stdout=subprocess.PIPE).stdout)


def request_of(instance, time_s=2):
    return json.dumps({"time_s": time_s, "seed": 1, "instance": instance}).encode()


class Worker(unittest.TestCase):
    """gruppstod plan --worker alone."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gp"))
        self.path = self.folder / "planner.sock"
        self.worker = self.start()

    def tearDown(self):
        self.worker.kill()
        self.worker.wait()
        shutil.rmtree(self.folder)

    def start(self):
        worker = subprocess.Popen([BUILD / "bin" / "gruppstod", "plan", "--worker", self.path],
                                  stderr=subprocess.DEVNULL)
        until("the socket", lambda: worker.poll() is not None or self.answers())
        return worker

    def answers(self):
        try:
            ask(self.path, b"")
            return True
        except OSError:
            return False

    def test_a_plan_that_the_other_checker_accepts(self):
        instance = made("120", 3)
        (self.folder / "instance.json").write_text(json.dumps(instance))
        scores = []
        for _ in range(2):  # the second starts from the first
            answer = ask(self.path, request_of(instance))
            (self.folder / "plan.json").write_bytes(answer)
            subprocess.run(["/usr/bin/python3", PLANNER / "verify.py",
                            self.folder / "instance.json", self.folder / "plan.json"],
                           check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
            scores.append(json.loads(answer)["score"])
        self.assertGreater(scores[0], 0)
        self.assertGreaterEqual(scores[1], scores[0])
        plan = json.loads(answer)
        placed = {child for group in plan["groups"] for child in group["children"]}
        left = {each["child"] for each in plan["unplaced"]}
        self.assertEqual(len(placed | left), 120)
        self.assertFalse(placed & left)
        self.assertTrue(all(each["reason"] for each in plan["unplaced"]))

    def test_only_its_owner_may_ask(self):
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_garbage_is_refused_in_words_and_the_next_is_served(self):
        instance = made("district", 1)
        wrong = [b"garbage", b"{}", b"[]", b"\xff\xfe", b"[" * 100000, b'{"instance":7}',
                 b'{"instance":{}}', b'{"time_s":-1,"instance":{}}', b'{"seed":"x","instance":{}}',
                 request_of({**instance, "plan_date": "2009-02-30"}), request_of(instance)[:-9],
                 request_of({**instance, "slots": [f"s{n}" for n in range(65)]})]
        for request in wrong:
            answer = json.loads(ask(self.path, request))
            self.assertEqual(list(answer), ["error"], request[:60])
            self.assertTrue(answer["error"])
        self.assertIn("score", json.loads(ask(self.path, request_of(instance))))
        self.assertIsNone(self.worker.poll())

    def test_too_much_is_refused(self):
        self.assertIn("bytes", json.loads(ask(self.path, b" " * (65 << 20)))["error"])

    def test_a_cut_connection_holds_nobody_up(self):
        request = request_of(made("city", 1), 600)
        for part in (request[:1000], request):  # the second leaves while it is thought about
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(self.path))
                connection.sendall(part)
        self.assertIn("score", json.loads(ask(self.path, request_of(made("district", 2)))))

    def test_sigterm_ends_it_in_the_middle_of_a_plan(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.path))
            connection.sendall(request_of(made("city", 2), 600))
            connection.shutdown(socket.SHUT_WR)
            until("it thinks", self.thinks)
            self.worker.send_signal(signal.SIGTERM)
            self.assertEqual(self.worker.wait(PATIENCE), 0)
        self.assertFalse(self.path.exists())

    def thinks(self):
        """It has used more of the processor than reading takes."""
        fields = Path(f"/proc/{self.worker.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) > os.sysconf("SC_CLK_TCK") / 2

    def test_one_at_a_socket_and_a_dead_ones_socket_is_taken_over(self):
        second = self.start()
        self.assertEqual(second.wait(PATIENCE), 75)
        self.worker.kill()
        self.worker.wait()
        self.assertTrue(self.path.exists())
        self.worker = self.start()
        self.assertIn("score", json.loads(ask(self.path, request_of(made("district", 3)))))


class Between(threading.Thread):
    """Stands between matching and the worker, and holds answers back as long as it is told to."""

    def __init__(self, front, back):
        super().__init__(daemon=True)
        self.back = back
        self.may_go = threading.Event()
        self.asked = []
        self.change = None  # what is made of a plan on its way
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(front))
        self.listener.listen(8)
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                request = b"".join(iter(lambda: connection.recv(65536), b""))
                answer = ask(self.back, request)
                self.asked.append(json.loads(request)["instance"])
                self.may_go.wait()
                if self.change:
                    answer = self.change(answer)
                try:
                    connection.sendall(answer)
                except OSError:
                    pass  # matching has given up

    def close(self):
        self.may_go.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(PATIENCE)


class Live(test_matching.Pair):
    """matching, scheduling and the worker; groups are proposed and nobody decides on them."""

    settings = ("offer_margin=0",)
    PROPOSED = ("select count(*) from matching.referral where state = 'proposed'"
                " and referral_id = any(%s::uuid[])")

    def setUp(self):
        super().setUp()
        self.cursor.execute("update scheduling.programme_version set margin = 0")

    @classmethod
    def socket(cls):
        return cls.cluster.run / "planner.sock"

    @classmethod
    def start_planner(cls):
        super().start_planner()
        until("the worker", cls.socket().exists)

    @classmethod
    def stop_planner(cls, how=signal.SIGTERM):
        worker = cls.daemons.pop("planner")
        worker.send_signal(how)
        worker.wait(PATIENCE)

    def wait_proposed(self, ids):
        self.wait_for("proposals", self.PROPOSED, [str(each) for each in ids], wanted=len(ids))

    def groups(self):
        self.cursor.execute("select array_agg(c.referral_id::text) from matching.proposal p"
                            " join matching.proposal_child c using (group_id)"
                            " where p.state = 'proposed' and not c.released group by p.group_id")
        return [set(children) for (children,) in self.cursor.fetchall()]


class Plans(Live):
    def test_only_a_joint_plan_serves_them_all(self):
        """Three can Mondays only, three Tuesdays only, two both: whoever fills the first group
        with all it can get leaves three behind."""
        ids = (self.new_children(3, free_slots=1) + self.new_children(3, free_slots=16)
               + self.new_children(2, free_slots=1 | 16))
        self.wait_proposed(ids)
        self.assertEqual([len(each) for each in self.groups()], [4, 4])
        plan = self.wait_for("the plan", "select row_to_json(p) from matching.plan_v p"
                             " where groups = 2")
        self.assertEqual((plan["score"], plan["dropped"]), (plan["bound"], 0))
        self.assertTrue(plan["optimal"])

    def test_who_is_left_is_told_what_is_missing(self):
        ids = self.new_children(3)  # of fewer households no count is told
        why = self.wait_for("a sentence", "select why from matching.waiting where why like '1 %%'")
        self.assertRegex(why, r"^1 more child aged \d+-\d+ \(substance, sv\)"
                              r" who can \w+days \d\d:\d\d in (norr|soder)$")
        ids += self.new_children(1)  # and it was true
        self.wait_proposed(ids)

    def test_sisters_come_together_where_their_ages_allow_it(self):
        def sisters(*ages):
            children = sorted((uuid.uuid4() for _ in ages), key=str)
            for child in children:
                self.cursor.execute("insert into intake.child (child_id) values (%s)", [str(child)])
            self.cursor.execute("insert into intake.pair (child_a, child_b, kind, said_by, said_at)"
                                " values (%s, %s, 'together', 'test', common.civil_now())",
                                [str(child) for child in children])
            return [self.new_children(1, child=child, age=age)[0]
                    for child, age in zip(children, ages)]
        near, far = sisters(7, 8), sisters(6, 11)
        self.new_children(2, age=7)
        others = self.new_children(3, age=11)
        self.wait_proposed(near + far + others)
        groups = self.groups()
        self.assertTrue(any(set(map(str, near)) <= group for group in groups))
        self.assertFalse(any(set(map(str, far)) <= group for group in groups))

    def test_nothing_is_planned_twice(self):
        self.new_children(3)
        self.wait_for("a plan", "select count(*) > 0 from matching.plan")
        self.wait_for("a reason for each", "select count(*) = 3 from matching.waiting"
                      " where why is not null")
        lease = "select until::text from ledger.lease where daemon = 'matching'"
        before = self.ask("select max(plan_id::text) from matching.plan")
        for _ in range(3):  # between two renewals are many beats of the rhythm
            last = self.ask(lease)
            self.wait_for("another lease", f"select ({lease}) <> %s", last)
        self.assertEqual(self.ask("select max(plan_id::text) from matching.plan"), before)

    def test_the_file_has_no_names_and_only_ids(self):
        back = self.cluster.run / "real.sock"
        self.stop_planner()
        self.daemons["planner"] = subprocess.Popen(
            [BUILD / "bin" / "gruppstod", "plan", "--worker", back], stdout=self.log,
            stderr=self.log)
        until("the worker", back.exists)
        between = Between(self.socket(), back)
        between.may_go.set()
        ids = self.new_children(4)
        self.wait_proposed(ids)
        between.close()
        self.stop_planner()
        self.socket().unlink()
        self.start_planner()
        instance = next(each for each in between.asked if len(each["children"]) == 4)
        self.assertEqual({each["id"] for each in instance["children"]}, set(map(str, ids)))
        for each in instance["children"]:
            self.assertEqual(set(each), {"id", "birth", "since", "sex", "max_travel", "urgency",
                                         "same_sex_only", "parent", "home", "themes", "languages",
                                         "slots", "needs", "declined"})


class Interposed(Live):
    """This file stands between matching and the worker."""

    def setUp(self):
        super().setUp()
        back = self.cluster.run / "real.sock"
        self.stop_planner()
        self.daemons["planner"] = subprocess.Popen(
            [BUILD / "bin" / "gruppstod", "plan", "--worker", back], stdout=self.log,
            stderr=self.log)
        until("the worker", back.exists)
        self.between = Between(self.socket(), back)

    def tearDown(self):
        self.between.close()
        self.stop_planner()
        self.socket().unlink()
        self.start_planner()
        super().tearDown()

    def children_at_once(self, count, **changes):
        """All in one transaction, so that nothing is asked about some of them."""
        ids = [uuid.uuid4() for _ in range(count)]
        self.say(*(self.received(each, **changes) for each in ids),
                 *(self.cleared(each) for each in ids))
        return ids

    def wait_asked(self, children):
        return until("the question", lambda: next(
            (each for each in self.between.asked if len(each["children"]) == children), None))


class Stale(Interposed):
    """The city moves on while the planner thinks."""

    def test_a_child_that_has_left_is_in_no_group(self):
        self.between.may_go.set()
        ids = self.new_children(3)  # too few; they are in the list when the others come
        self.wait_for("a plan", "select count(*) > 0 from matching.plan")
        self.between.may_go.clear()
        ids += self.children_at_once(4)
        self.wait_states(ids, "waiting")
        self.wait_asked(7)
        self.say(("state_wanted", ids[0], {
            "referral_id": ids[0], "seen_version": self.matching_version(ids[0]),
            "state": "withdrawn", "by": uuid.uuid4()}))
        self.wait_states(ids[:1], "withdrawn")
        self.between.may_go.set()
        self.wait_proposed(ids[1:])
        self.assertEqual(set().union(*self.groups()), set(map(str, ids[1:])))
        self.assertEqual(self.state(ids[0]), "withdrawn")

    def test_a_room_that_was_taken_is_not_taken_twice(self):
        ids = self.children_at_once(4, free_slots=1)
        self.wait_states(ids, "waiting")
        self.wait_asked(4)
        start = (self.today() - EPOCH).days + 56
        self.cursor.execute(
            "insert into matching.proposal (group_id, programme_id, room_id, leader_ids,"
            " created_at, earliest_day, age_from, age_to, slot, least, most, children, score,"
            " state, situation, language, district, site, needs, why)"
            " select gen_random_uuid(), %s, room_id,"
            " array[gen_random_uuid(), gen_random_uuid()], common.civil_now(),"
            " date '1970-01-01' + %s, 7, 9, 0, 4, 8, 4, 1, 'wanted', 'substance', 'sv', 'norr',"
            " 'Huset', '', 'test' from scheduling.room where room_id <> %s",
            [key("demo"), start, key("rum 1")])
        self.between.may_go.set()
        self.wait_proposed(ids)  # in the one room that is left
        self.cursor.execute("select room_id::text, slot from matching.proposal"
                            " where state = 'proposed'")
        self.assertEqual(self.cursor.fetchall(), [(key("rum 1"), 0)])

    def test_leaders_that_were_taken_lead_nothing_more(self):
        ids = self.children_at_once(4, free_slots=1)
        self.wait_states(ids, "waiting")
        self.wait_asked(4)
        self.cursor.execute("create table gone as select * from scheduling.leader_slot")
        self.cursor.execute("delete from scheduling.leader_slot where slot = 0")
        self.between.may_go.set()
        self.wait_for("a plan that did not hold", "select max(dropped) = 1 from matching.plan")
        self.wait_for("the reason", "select count(*) = 4 from matching.waiting"
                      " where reason = 'leaders_missing'")
        self.assertEqual(self.groups(), [])
        self.cursor.execute("insert into scheduling.leader_slot select * from gone"
                            " on conflict do nothing")
        self.cursor.execute("drop table gone")
        self.wait_proposed(ids)


class Clash(Interposed):
    """A plan knows nothing of the hour that a leader needs between two groups of a day."""

    settings = ("offer_margin=0", "form_every=5s")

    def test_a_group_without_its_hour_is_asked_for_anew_at_once(self):
        """The first plan gives two groups, 15.00 and 16.30, to the same two leaders."""
        def same_leaders(answer):
            plan = json.loads(answer)
            if len(plan.get("groups", [])) == 2:
                plan["groups"][1]["leaders"] = plan["groups"][0]["leaders"]
                self.between.change = None
            return json.dumps(plan).encode()
        self.between.may_go.set()
        self.between.change = same_leaders
        ids = self.new_children(4, free_slots=1) + self.new_children(4, free_slots=2)
        self.wait_states(ids, "waiting", "proposed")
        self.wait_proposed(ids)
        self.cursor.execute("select planned_at, groups, dropped from matching.plan"
                            " where groups > 0 order by planned_at")
        (first, groups, dropped), (second, *others) = self.cursor.fetchall()
        self.assertEqual((groups, dropped, others), (1, 1, [1, 0]))
        self.assertLess((second - first).total_seconds(), 3, "it did not wait for the rhythm")
        self.cursor.execute("select leader_ids::text[] from matching.proposal"
                            " where state = 'proposed' order by created_at")
        (taken,), (free,) = self.cursor.fetchall()
        self.assertFalse(set(taken) & set(free))
        asked = self.between.asked[-1]
        for leader in asked["leaders"]:
            if leader["id"] in taken:
                self.assertFalse({"mon1500", "mon1630"} & set(leader["slots"]))


class Share(Live):
    """The municipality demands parent groups."""

    settings = ("offer_margin=0", "parent_share=100")

    def test_no_group_without_its_parents(self):
        self.cursor.execute("update scheduling.leader set parents = false")
        ids = self.new_children(4, free_slots=1)
        try:
            self.wait_for("the reason", "select count(*) = 4 from matching.waiting"
                          " where reason = 'leaders_missing' and detail like %s"
                          " and why like '%%for the parents%%'", "%slot=0%parent_leaders=1%")
            self.assertEqual(self.groups(), [])
        finally:
            self.cursor.execute("update scheduling.leader set parents = experienced")
        self.wait_proposed(ids)
        self.assertEqual(self.ask("select count(*) from matching.proposal where state = 'proposed'"
                                  " and parent_room_id is not null"), 1)


class Two(Interposed):
    """Two copies of matching: one asks the planner, the other is ready."""

    HOLDERS = ("select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1 and"
               " (classid::bigint << 32 | objid::bigint) = hashtextextended('planner', 31)")

    def test_one_asks_and_the_other_goes_on(self):
        self.wait_for("the first to plan", self.HOLDERS, wanted=1)
        first = self.daemons["matching"]
        options = (f"store.conninfo={self.cluster.conninfo}", "bus.sweep_age=0s",
                   "bus.sweep_every=20ms", "matching.plan_time=1s", "matching.form_every=100ms",
                   "matching.offer_margin=0")
        second = subprocess.Popen(
            [BUILD / "bin" / "gruppstod-matching", "--var", self.cluster.folder, "--instance", "2",
             *(part for each in options for part in ("--set", each))],
            stdout=self.log, stderr=self.log)
        self.daemons["second"] = second
        self.wait_for("both", "select count(*) = 2 from ledger.lease where daemon = 'matching'")
        self.between.may_go.set()
        ids = self.children_at_once(4)
        self.wait_proposed(ids)
        self.assertEqual(self.ask(self.HOLDERS), 1)
        asked = [each for each in self.between.asked if len(each["children"]) == 4]
        self.assertEqual(len(asked), 1, "both have asked")
        first.kill()
        first.wait()
        self.daemons["matching"] = self.daemons.pop("second")
        others = self.new_children(4, free_slots=16)
        self.wait_proposed(others)
        self.assertEqual(self.ask(self.HOLDERS), 1)


class Away(Live):
    """Without a planner groups wait; children still find the places that there are."""

    settings = ("offer_margin=0", "approve_groups_automatically=yes",
                "plan_ahead_days=200")
    TROUBLE = "select trouble from matching.planner"

    @classmethod
    def start_planner(cls):
        if cls.started:
            super().start_planner()
        cls.started = True

    started = False  # it is away at the start

    def test_away_at_the_start_and_back(self):
        if "planner" in self.daemons:
            self.stop_planner()
        ids = self.new_children(4)
        self.wait_for("the trouble", self.TROUBLE, wanted="No such file or directory")
        self.assertEqual([self.state(each) for each in ids], ["waiting"] * 4)
        self.start_planner()
        self.wait_states(ids, "offered")
        self.wait_for("no trouble", "select trouble is null from matching.planner")
        self.stop_planner()
        late, = self.new_children(1)  # there is a place in the open group
        self.wait_states([late], "offered")
        others = self.new_children(4, district="soder", max_travel_min=10)
        self.wait_for("the trouble again", "select trouble is not null from matching.planner")
        self.wait_states(others, "waiting")
        self.start_planner()
        self.wait_states(others, "offered")

    def test_killed_in_the_middle_of_a_plan(self):
        if "planner" not in self.daemons:
            self.start_planner()
        until("the worker", self.socket().exists)
        self.daemons["planner"].send_signal(signal.SIGSTOP)
        ids = self.new_children(4)
        until("the question", lambda: Path("/proc/net/unix").read_text(encoding="utf-8").count(
            f"{self.socket()}\n") > 1)
        self.stop_planner(signal.SIGKILL)
        self.wait_for("the trouble", "select trouble is not null from matching.planner")
        self.assertEqual([self.state(each) for each in ids], ["waiting"] * 4)
        self.start_planner()
        self.wait_states(ids, "offered")


if __name__ == "__main__":
    if not (BUILD / "bin" / "gruppstod-matching").exists():
        print("SKIP: build the daemons first")
        sys.exit(0)
    unittest.main()
