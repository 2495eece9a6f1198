#!/usr/bin/python3
"""Matching on a real cluster, with scheduling beside it: from a cleared referral to a placed child.

Intake and the desk are played by this file, which speaks to matching through its ledger; groups are
wanted by matching and booked by the real scheduling.
"""
import itertools
import signal
import subprocess
import sys
import time
import unittest
import uuid
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]
from scheduling_world import BUILD, CITY, EPOCH, ROOT, Cluster, empty, key  # noqa: E402
from write import pack  # noqa: E402 - another encoder than the house's

# More of the city than scheduling's own tests need: leaders and rooms enough for some groups.
MORE = f"""
insert into scheduling.room (room_id, site_id, name, capacity) values
    ('{key('rum 4')}', '{key('gården')}', '2', 8), ('{key('rum 5')}', '{key('huset')}', '3', 8);
insert into scheduling.room_slot (room_id, slot)
    select room_id, slot from scheduling.room, scheduling.slot on conflict do nothing;
insert into scheduling.leader (leader_id, work_name, employment, home, home_unit, experienced,
    parents, max_groups, contract_from, contract_until)
    select md5('more' || n)::uuid, 'Ledare ' || n, 'fixed', 'norr', 'Enheten', n % 2 = 0,
        n % 3 = 0, 9, '2020-01-01', '2040-01-01' from generate_series(1, 12) n;
insert into scheduling.leader_training (leader_id, situation, level, valid_from)
    select leader_id, 'substance', 'basic', '2020-01-01' from scheduling.leader
    on conflict do nothing;
insert into scheduling.leader_language (leader_id, language)
    select leader_id, 'sv' from scheduling.leader on conflict do nothing;
insert into scheduling.leader_district (leader_id, district)
    select leader_id, code from scheduling.leader, scheduling.district on conflict do nothing;
insert into scheduling.leader_slot (leader_id, slot)
    select leader_id, slot from scheduling.leader, scheduling.slot on conflict do nothing;
insert into scheduling.group_name (name, ord)
    select 'Träd ' || n, n + 10 from generate_series(1, 60) n;
"""

ALL_SLOTS = 1 | 2 | 8 | 16 | 256


class Pair(unittest.TestCase):
    """matching and scheduling as processes; `settings` are matching's."""

    settings = ("approve_groups_automatically=yes",)
    said = 0

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.connection = cls.cluster.connect("postgres")
        cls.connection.autocommit = True
        cls.cursor = cls.connection.cursor()
        cls.cursor.execute(CITY + MORE)
        cls.daemons = {}
        cls.log = open(cls.cluster.folder / "log", "w", encoding="utf-8")
        cls.start_planner()
        cls.start("scheduling", "decide_every=100ms", "meetings_every=10s",
                  "conflicts_first=no")
        cls.start("matching", "plan_time=1s", "form_every=100ms", "fill_every=50ms",
                  "expire_every=50ms", "wake_every=100ms", *cls.settings)

    @classmethod
    def start(cls, name, *settings):
        options = [f"store.conninfo={cls.cluster.conninfo}", "bus.sweep_age=0s",
                   "bus.sweep_every=20ms", *(f"{name}.{each}" for each in settings)]
        cls.daemons[name] = subprocess.Popen(
            [BUILD / "bin" / f"gruppstod-{name}", "--var", cls.cluster.folder,
             *itertools.chain.from_iterable(("--set", each) for each in options)],
            stdout=cls.log, stderr=cls.log)

    @classmethod
    def start_planner(cls):
        cls.daemons["planner"] = subprocess.Popen(
            [BUILD / "bin" / "gruppstod", "plan", "--worker", cls.cluster.run / "planner.sock"],
            stdout=cls.log, stderr=cls.log)

    @classmethod
    def tearDownClass(cls):
        codes = {}
        for name, daemon in cls.daemons.items():
            daemon.send_signal(signal.SIGTERM)
            codes[name] = daemon.wait(10)
        cls.log.close()
        cls.connection.close()
        log = (cls.cluster.folder / "log").read_text(encoding="utf-8")
        cls.cluster.stop()
        if any(codes.values()):
            raise AssertionError(f"the daemons ended with {codes}:\n{log}")

    def quiet(self):
        """What is being handled is still seen in its queue."""
        self.wait_for("quiet", "select count(*) = 0 from (select id from ledger.matching"
                      " union all select id from ledger.scheduling) waiting")

    def setUp(self):
        """Nothing of the last test is on its way when its groups go."""
        self.quiet()
        self.cursor.execute("update common.civil_clock set ahead = '0'")
        for schema in ("intake", "matching"):
            self.cursor.execute("select format('%%I.%%I', schemaname, tablename) from pg_tables"
                                " where schemaname = %s and tablename <> 'identity_read'", [schema])
            for (table,) in self.cursor.fetchall():
                empty(self.cursor, table)
        self.quiet()
        empty(self.cursor, "scheduling.groups")
        empty(self.cursor, "matching.open_group")  # one that was booked while its children went
        for queue in ("matching", "notification", "evaluation", "scheduling", "intake", "desk",
                      "later", "dead"):
            self.cursor.execute(f"delete from ledger.{queue}")
        self.cursor.execute("update scheduling.group_name set uses = 0")
        self.versions = {}

    def tearDown(self):
        dead = self.ask("select string_agg(kind || ': ' || reason, '; ') from ledger.dead")
        self.assertIsNone(dead)
        self.check_books()

    def check_books(self):
        """What must always hold between the tables, whatever was done."""
        for what, sql in {
            "a pending offer without its held place": """
                select count(*) from matching.offer o left join matching.place p
                    on p.offer_id = o.offer_id and p.state = 'held'
                where (o.state = 'pending') <> (p.offer_id is not null)""",
            "places and their bits differ": """
                select count(*) from matching.open_group g
                where used <> coalesce((select sum(1::bigint << (place_no - 1))
                    from matching.place p where p.group_id = g.group_id), 0)""",
            "the waiting list and the states differ": """
                select count(*) from matching.referral r full join matching.waiting w
                    using (referral_id)
                where (r.state = 'waiting') is distinct from (w.referral_id is not null)""",
            "a state and its place differ": """
                select count(*) from matching.referral r left join matching.place p
                    using (referral_id)
                where (r.state in ('offered', 'call_back', 'meeting', 'accepted', 'placed'))
                    <> (p.referral_id is not null)
                    or (r.state in ('accepted', 'placed')) <> coalesce(p.state = 'taken', false)""",
        }.items():
            self.assertEqual(self.ask(sql), 0, what)

    # --- asking and saying

    def ask(self, sql, *values):
        self.cursor.execute(sql, values)
        row = self.cursor.fetchone()
        return row[0] if row else None

    def wait_for(self, what, sql, *values, wanted=True):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for name, daemon in self.daemons.items():
                self.assertIsNone(daemon.poll(), f"{name} is gone")
            answer = self.ask(sql, *values)
            if (answer == wanted) if wanted is not True else answer:
                return answer
            time.sleep(0.01)
        self.cursor.execute("select kind, reason from ledger.dead union all"
                            " select kind, reason from ledger.later")
        aside = self.cursor.fetchall()
        self.cursor.execute("select state, count(*) from matching.referral group by 1")
        states = self.cursor.fetchall()
        self.cursor.execute("select p.state, p.created_at::text, h.kind, h.receiver, h.outcome"
                            " from matching.proposal p left join ledger.hop h"
                            " on h.subject = p.group_id order by 2, h.handled_at")
        return self.fail(f"{what} did not come ({answer}); aside lie {aside};"
                         f" states {states}; proposals {self.cursor.fetchall()}")

    def say(self, *messages):
        """Messages of one transaction: (kind, subject, fields)."""
        rows = []
        for kind, subject, fields in messages:
            body = {name: value.bytes if isinstance(value, uuid.UUID) else value
                    for name, value in fields.items()}
            Pair.said += 1
            stamp = int(time.time() * 1000)
            number = uuid.UUID(int=(stamp << 80) | (7 << 76) | (2 << 62) | Pair.said)
            rows.append([str(number), kind, str(subject), pack(body)])
        self.connection.autocommit = False
        for row in rows:
            self.cursor.execute(
                "insert into ledger.matching (id, kind, subject, sender, said_at, version, body)"
                " values (%s, %s, %s, 'intake', common.civil_now(), 1, %s)", row)
        self.connection.commit()
        self.connection.autocommit = True

    def version(self, referral):
        self.versions[referral] = self.versions.get(referral, 0) + 1
        return self.versions[referral]

    def received(self, referral, version=None, age=8, child=None, **changes):
        today = self.today()
        fields = {
            "referral_id": referral, "version": version or self.version(referral),
            "child_id": child or uuid.uuid4(), "received_at_ms": int(time.time() * 1000),
            "source": "parent", "primary_situation": "substance", "situations": ["substance"],
            "birth_date": (today - EPOCH).days - 366 * age - 100, "sex": "girl", "district": "norr",
            "languages": ["sv"], "free_slots": ALL_SLOTS, "max_travel_min": 60,
            "same_sex_only": False, "parent_wish": "no", "safety": "green", "protected": False}
        return ("referral_received", referral, {**fields, **changes})

    def cleared(self, referral, version=None, spoken=True, urgency=1):
        return ("referral_cleared", referral, {
            "referral_id": referral, "version": version or self.version(referral),
            "clearance_id": uuid.uuid4(), "answers_version": 1,
            "valid_until_ms": int(time.time() * 1000) + 10**10, "urgency": urgency,
            "spoken": spoken})

    def red(self, referral, version=None):
        return ("referral_red", referral, {
            "referral_id": referral, "version": version or self.version(referral),
            "answers_version": 2})

    def answered(self, referral, answer, **more):
        offer = uuid.UUID(self.ask("select offer_id from matching.offer where referral_id = %s"
                                   " and state = 'pending'", str(referral)))
        return ("offer_answered", referral, {
            "offer_id": offer, "referral_id": referral, "version": self.version(referral),
            "answer": answer, "answered_at_ms": int(time.time() * 1000), **more})

    def today(self):
        return self.ask("select common.today()")

    def new_children(self, count, **changes):
        """Referrals that come in cleared and spoken with, as the demo's settings make them; all at
        once, so that no plan is made of the first of them."""
        ids = [uuid.uuid4() for _ in range(count)]
        self.say(*(message for referral in ids
                   for message in (self.received(referral, **changes), self.cleared(referral))))
        return ids

    def state(self, referral):
        return self.ask("select state from matching.referral where referral_id = %s", str(referral))

    def matching_version(self, referral):
        return self.ask("select version from matching.referral where referral_id = %s",
                        str(referral))

    def wait_states(self, referrals, *states):
        self.wait_for(f"{states}", "select count(*) from matching.referral"
                      " where referral_id = any(%s::uuid[]) and state = any(%s)",
                      [str(each) for each in referrals], list(states), wanted=len(referrals))

    def open_group(self, children=6):
        """A group of real offers, formed, booked, and all who were found for it asked."""
        ids = self.new_children(children)
        self.wait_states(ids, "offered")
        return ids

    def turn_clock(self, days):
        self.cursor.execute("update common.civil_clock"
                            " set ahead = ahead + make_interval(days => %s)", [days])

    def turn_to_autumn(self):
        """To ordinary weeks, a long term before them, on whatever day this is run."""
        today = self.today()
        autumn = date(today.year, 9, 1)
        if autumn < today:
            autumn = date(today.year + 1, 9, 1)
        self.turn_clock((autumn - today).days)

    def run_out(self):
        """To a minute past the last pending offer's time, whatever quiet periods lie between."""
        self.cursor.execute("update common.civil_clock set ahead = ahead + interval '1 minute' +"
                            " (select max(expires_at) from matching.offer where state = 'pending')"
                            " - common.civil_now()")

    def heard(self, daemon, kind, subject):
        return self.ask(f"select count(*) from ledger.{daemon} where kind = %s and subject = %s",
                        kind, str(subject))


class Life(Pair):
    # So far ahead that no group starts while a test turns the clock.
    settings = ("approve_groups_automatically=yes", "plan_ahead_days=200")

    def test_from_cleared_to_placed(self):
        ids = self.open_group()
        for referral in ids:
            self.assertEqual(self.heard("notification", "place_offered", referral), 1)
        self.say(*(self.answered(referral, "yes") for referral in ids[:4]))
        self.wait_states(ids[:4], "placed")
        self.say(self.answered(ids[4], "yes"))  # the group is confirmed already: placed at once
        self.wait_states(ids[:5], "placed")
        self.wait_for("the roster", "select count(*) = 5 from scheduling.roster")
        for referral in ids[:5]:
            self.assertEqual(self.heard("notification", "referral_placed", referral), 1)
        self.assertEqual(self.state(ids[5]), "offered")
        late, = self.new_children(1)  # a place in the open group is left
        self.wait_states([late], "offered")
        self.assertEqual(self.ask("select count(distinct group_id) from matching.offer"), 1)

    def test_three_are_too_few_and_are_told_why(self):
        ids = self.new_children(3)
        self.wait_states(ids, "waiting")
        self.wait_for("the number missing", "select count(*) = 3 from matching.waiting"
                      " where reason = 'few_children' and detail like 'missing=3 ages=%%'")
        far, = self.new_children(1, district="soder", max_travel_min=5)
        self.wait_for("too far", "select reason from matching.waiting where referral_id = %s",
                      str(far), wanted="too_far")
        arabic, = self.new_children(1, languages=["ar"])
        self.wait_for("the language", "select reason from matching.waiting where referral_id = %s",
                      str(arabic), wanted="language_missing")
        busy, = self.new_children(1, free_slots=4)
        self.wait_for("no time", "select reason from matching.waiting where referral_id = %s",
                      str(busy), wanted="no_common_time")

    def test_answers_and_their_consequences(self):
        ids = self.open_group(8)
        reasons = ["time", "child_not_now", "talk_first", "unsafe", "other_support", None]
        states = ["waiting", "parked", "contacting", "safety_check", "withdrawn", "waiting"]
        slot = self.ask("select slot from matching.open_group")
        self.say(*(self.answered(referral, "no", **({"reason": reason} if reason else {}))
                   for referral, reason in zip(ids, reasons)), self.answered(ids[6], "call_me"))
        self.wait_states(ids[6:7], "call_back")
        for referral, state in zip(ids, states):
            self.wait_for(state, "select state from matching.referral where referral_id = %s",
                          str(referral), wanted=state)
        self.assertFalse(self.ask("select free_slots >> %s & 1 = 1 from matching.case"
                                  " where referral_id = %s", slot, str(ids[0])))
        self.assertEqual(self.ask("select count(*) from matching.place"), 2)
        self.assertEqual(self.heard("desk", "task_wanted", ids[3]), 1)
        self.say(self.answered(ids[6], "yes"))
        self.wait_states(ids[6:7], "accepted")
        self.assertEqual(self.state(ids[5]), "waiting", "the declined pair is not offered again")

    def test_the_next_child_gets_the_place(self):
        ids = self.open_group(8)
        more = self.new_children(3)
        self.wait_states(more, "waiting")
        self.wait_for("full", "select count(*) = 3 from matching.waiting"
                      " where reason = 'group_full'")
        self.say(self.answered(ids[0], "no", reason="other_support"))
        self.wait_for("one offer", "select count(*) = 1 from matching.offer where state = 'pending'"
                      " and referral_id = any(%s::uuid[])", [str(each) for each in more])
        self.assertEqual(sorted(map(self.state, more)), ["offered", "waiting", "waiting"])

    def test_silence(self):
        ids = self.open_group()
        self.run_out()
        self.wait_states(ids, "call_back")
        self.assertEqual(self.ask("select count(*) from matching.place"), 6, "kept while we call")
        # An answer that intake has committed counts, though its message has not come yet.
        answered = self.answered(ids[0], "yes")
        self.cursor.execute(
            "insert into intake.answer (offer_id, referral_id, answer, answered_at)"
            " values (%s, %s, 'yes', common.civil_now())",
            [str(answered[2]["offer_id"]), str(ids[0])])
        self.run_out()
        self.wait_states(ids[1:], "contacting")
        self.assertEqual(self.state(ids[0]), "call_back")
        self.say(answered)
        self.wait_states(ids[:1], "accepted")

    def test_a_cancelled_group_lets_all_go(self):
        ids = self.open_group()
        group = self.ask("select group_id from matching.open_group")
        self.say(self.answered(ids[0], "yes"))
        self.wait_states(ids[:1], "accepted")
        self.say(("group_cancelled", group, {"group_id": uuid.UUID(group), "reason": "no room"}))
        self.wait_for("another offer or the list", "select count(*) = 6 from matching.referral"
                      " where state in ('waiting', 'proposed', 'offered')"
                      " and group_id is distinct from %s", group)
        self.assertEqual(self.heard("scheduling", "place_released", ids[0])
                         + self.heard("evaluation", "place_released", ids[0]) > 0, True)


class Order(Pair):
    """Messages in any order, twice, and late."""

    settings = ("form_every=1h",)

    def test_every_order_of_a_red_answer_ends_behind_the_gate(self):
        ids = []
        for order in itertools.permutations(range(3)):
            referral = uuid.uuid4()
            messages = [self.received(referral), self.cleared(referral), self.red(referral)]
            for place in order:
                self.say(messages[place])
            self.say(messages[order[0]])  # and the first once more
            ids.append(referral)
        self.wait_states(ids, "protection_first")
        self.wait_for("quiet", "select count(*) = 0 from (select id from ledger.matching"
                      " union all select id from ledger.later) waiting")
        self.wait_states(ids, "protection_first")
        self.assertEqual(self.ask("select count(*) from matching.referral where not red"), 0)

    def test_cleared_waits_for_received(self):
        referral = uuid.uuid4()
        first, second = self.received(referral), self.cleared(referral)
        self.say(second)
        self.wait_for("it is given back", "select count(*) = 1 from ledger.later")
        self.say(first)
        self.wait_states([referral], "waiting")

    def test_an_old_message_changes_nothing(self):
        referral, = self.new_children(1)
        self.wait_states([referral], "waiting")
        before = self.matching_version(referral)
        self.say(self.cleared(referral, version=1), self.red(referral, version=2))
        self.wait_for("handled", "select count(*) = 0 from ledger.matching")
        self.assertEqual(self.state(referral), "waiting")
        self.assertEqual(before, self.matching_version(referral))

    def test_a_red_referral_is_cleared_by_a_person_later(self):
        referral = uuid.uuid4()
        self.say(self.received(referral, safety="red"), self.red(referral))
        self.wait_states([referral], "protection_first")
        self.say(self.cleared(referral, spoken=False))
        self.wait_states([referral], "contacting")
        self.assertEqual(self.heard("desk", "task_wanted", referral), 1)

    def test_the_desk_moves_what_it_saw(self):
        referral = uuid.uuid4()
        self.say(self.received(referral), self.cleared(referral, spoken=False))
        self.wait_states([referral], "contacting")
        version = self.matching_version(referral)
        note = {"referral_id": referral, "outcome": "reached", "by": uuid.uuid4()}
        self.say(("contact_noted", referral, {**note, "seen_version": version + 1}))
        self.wait_for("handled", "select count(*) = 0 from ledger.matching")
        self.assertEqual(self.state(referral), "contacting")
        self.say(("contact_noted", referral, {**note, "seen_version": version}))
        self.wait_states([referral], "waiting")
        self.assertEqual(self.heard("intake", "referral_reached", referral), 1)
        want = {"referral_id": referral, "seen_version": version + 1, "state": "parked",
                "until_day": (self.today() + timedelta(days=20) - EPOCH).days, "by": uuid.uuid4()}
        self.say(("state_wanted", referral, want))
        self.wait_states([referral], "parked")
        self.turn_clock(21)
        self.wait_states([referral], "waiting")
        self.say(("state_wanted", referral, {**want, "seen_version": version + 3,
                                             "state": "withdrawn"}))
        self.wait_states([referral], "withdrawn")
        self.say(self.red(referral))
        self.wait_for("handled", "select count(*) = 0 from ledger.matching")
        self.assertEqual(self.state(referral), "withdrawn")

    def test_the_gate_is_not_passed_by_the_desk(self):
        referral = uuid.uuid4()
        self.say(self.received(referral))
        self.wait_states([referral], "safety_check")
        self.say(("state_wanted", referral, {"referral_id": referral, "seen_version": 1,
                                             "state": "waiting", "by": uuid.uuid4()}))
        self.wait_for("handled", "select count(*) = 0 from ledger.matching")
        self.assertEqual(self.state(referral), "safety_check")


class Rules(Pair):
    """Rules between children, and a coordinator's word about groups."""

    settings = ()
    COUNT = "select count(*) >= 6 from matching.referral where state = %s"

    def approve(self, approval="approve"):
        group = self.wait_for("a proposal", "select group_id from matching.proposal"
                              " where state = 'proposed'")
        self.say(("group_decided", group, {"group_id": uuid.UUID(group), "approval": approval,
                                           "by": uuid.uuid4()}))
        return group

    def approve_until_offered(self, referrals):
        """A coordinator approves what is proposed; a room that was taken meanwhile makes another
        proposal, which wants another approval."""
        approved, until = set(), time.monotonic() + 20
        while time.monotonic() < until:
            group = self.ask("select group_id from matching.proposal where state = 'proposed'")
            if group and group not in approved:
                approved.add(self.approve())
            offered = self.ask("select count(*) from matching.referral"
                               " where referral_id = any(%s::uuid[]) and state = 'offered'",
                               [str(each) for each in referrals])
            if offered == len(referrals):
                return
            time.sleep(0.01)
        self.wait_states(referrals, "offered")

    def pair(self, a, b, kind):
        a, b = sorted((a, b))
        for child in (a, b):
            self.cursor.execute("insert into intake.child (child_id) values (%s)"
                                " on conflict do nothing", [str(child)])
        self.cursor.execute("insert into intake.pair (child_a, child_b, kind, said_by, said_at)"
                            " values (%s, %s, %s, 'test', common.civil_now())",
                            [str(a), str(b), kind])

    def test_a_coordinator_approves_or_refuses(self):
        ids = self.new_children(6)
        self.wait_states(ids, "proposed")
        refused = self.approve("refuse")
        self.wait_for("refused", "select state = 'refused' from matching.proposal"
                      " where group_id = %s", refused)
        self.wait_states(ids, "proposed")  # another room or time is found
        group = self.approve()
        self.assertNotEqual(group, refused)
        self.wait_states(ids, "offered")
        self.assertEqual(self.ask("select state from matching.proposal where group_id = %s", group),
                         "booked")

    def test_a_red_answer_takes_the_pencil_away(self):
        ids = self.new_children(6)
        self.wait_states(ids, "proposed")
        self.say(self.red(ids[0]))
        self.wait_states(ids[:1], "protection_first")
        self.approve_until_offered(ids[1:])
        self.assertEqual(self.state(ids[0]), "protection_first")
        self.say(self.red(ids[1]))
        self.wait_states(ids[1:2], "protection_first")
        self.assertEqual(self.ask("select state from matching.offer where referral_id = %s",
                                  str(ids[1])), "revoked")
        self.say(self.answered(ids[2], "yes"))
        self.wait_states(ids[2:3], "accepted")
        self.say(self.red(ids[2]))
        self.wait_for("beside", "select red from matching.referral where referral_id = %s",
                      str(ids[2]))
        self.assertEqual(self.state(ids[2]), "accepted", "place and meetings stay")

    def test_nobody_decides(self):
        """After five working days: the children wait with their clock, room and leaders are free,
        and the same group may be proposed anew."""
        same = "select room_id, slot, leader_ids from matching.proposal where group_id = %s"
        self.turn_to_autumn()  # so that days off speak for the same hour both times
        ids = self.new_children(6)
        self.wait_states(ids, "proposed")
        group = self.ask("select group_id from matching.proposal where state = 'proposed'")
        days = self.ask("select count(*) from matching.proposal p, generate_series("
                        " (p.created_at at time zone 'Europe/Stockholm')::date + 1,"
                        " (p.decide_by at time zone 'Europe/Stockholm' - interval '1 s')::date,"
                        " interval '1 day') d where extract(isodow from d) < 6"
                        " and p.group_id = %s", group)
        self.assertGreaterEqual(days, 5)
        self.assertLessEqual(days, 8, "five, and the holidays that may lie between")
        turn = ("update common.civil_clock set ahead = ahead + %s::interval + (select decide_by"
                " from matching.proposal where group_id = %s) - common.civil_now()")
        self.cursor.execute(turn, ["-5 min", group])
        other, = self.new_children(1, free_slots=4)
        self.wait_for("a round later", "select reason = 'no_common_time' from matching.waiting"
                      " where referral_id = %s", str(other))
        self.assertEqual(self.state(ids[0]), "proposed")
        self.cursor.execute("create table public.kept as select * from scheduling.leader_slot")
        self.cursor.execute("delete from scheduling.leader_slot")
        try:
            self.cursor.execute(turn, ["1 s", group])
            self.wait_states(ids, "waiting")
            self.assertEqual(self.ask("select state from matching.proposal where group_id = %s",
                                      group), "expired")
            self.assertEqual(self.ask("select count(*) from matching.waiting w"
                                      " join matching.referral r using (referral_id)"
                                      " where w.since <> r.received_at"), 0)
            self.assertEqual(self.ask("select count(*) from matching.proposal_child"
                                      " where not released"), 0)
            self.assertEqual(self.ask("select count(*) from audit.entry where subject = %s"
                                      " and action = 'group_expired'", group), 1)
            self.say(("group_decided", group, {"group_id": uuid.UUID(group),
                                               "approval": "approve", "by": uuid.uuid4()}))
            self.wait_for("handled", "select count(*) = 0 from ledger.matching")
            self.assertEqual(self.state(ids[0]), "waiting", "too late")
        finally:
            self.cursor.execute("insert into scheduling.leader_slot select * from public.kept")
            self.cursor.execute("drop table public.kept")
        self.wait_states(ids, "proposed")
        self.cursor.execute(same, [group])
        before = self.cursor.fetchone()
        anew = self.ask("select group_id from matching.proposal where state = 'proposed'")
        self.cursor.execute(same, [anew])
        self.assertNotEqual(anew, group)
        self.assertEqual(self.cursor.fetchone(), before, "they were free again")

    def test_must_not_meet_and_together(self):
        children = [uuid.uuid4() for _ in range(8)]
        self.pair(children[0], children[1], "must_not_meet")
        self.pair(children[4], children[5], "parents_must_not_meet")
        self.pair(children[2], children[3], "together")
        ids = [uuid.uuid4() for _ in children]
        for referral, child in zip(ids, children):
            self.say(self.received(referral, child=child), self.cleared(referral))
        self.wait_for("six", self.COUNT, "proposed")
        for _ in range(self.ask("select count(*) from matching.proposal where state = 'proposed'")):
            self.approve()
        self.wait_for("offers", self.COUNT, "offered")
        groups = dict(zip(children, (self.ask(
            "select group_id from matching.referral where referral_id = %s", str(each))
            for each in ids)))
        self.assertEqual(groups[children[2]], groups[children[3]])
        self.assertTrue(groups[children[0]] is None or groups[children[0]] != groups[children[1]])
        self.assertTrue(groups[children[4]] is None or groups[children[4]] != groups[children[5]],
                        "parents who must not meet bring their children to different groups")

    def test_one_child_of_three_sources_has_one_place(self):
        child = uuid.uuid4()
        ids = self.new_children(3, child=child)
        self.wait_states(ids, "waiting")
        others = self.new_children(6)
        self.wait_for("a proposal", self.COUNT, "proposed")
        self.approve()
        self.wait_for("offers", "select count(*) >= 6 from matching.offer where state = 'pending'")
        self.assertLessEqual(self.ask("select count(*) from matching.offer where child_id = %s",
                                      str(child)), 1)
        self.assertTrue(others)

    def test_a_hundred_for_the_last_places(self):
        ids = self.new_children(6)
        self.wait_states(ids, "proposed")
        self.approve()
        self.wait_states(ids, "offered")
        self.new_children(100)
        self.wait_for("all handled", "select count(*) = 106 from matching.referral")
        self.wait_for("full", "select count(*) = 8 from matching.place where state = 'held'"
                      " and group_id = (select group_id from matching.open_group)")
        self.assertEqual(self.ask("select max(place_no) from matching.place"), 8)


if __name__ == "__main__":
    if not (BUILD / "bin" / "gruppstod-matching").exists():
        print("SKIP: build the daemons first")
        sys.exit(0)
    unittest.main()
