#!/usr/bin/python3
"""Groups before their start: merged, postponed, cancelled, moved between, filled, wished for.

matching and scheduling are the real ones on a real cluster; the desk is played by this file.
"""
import sys
import time
import uuid
from datetime import date, timedelta

from scheduling_world import EPOCH, key, main, pack
from test_matching import Pair

STAFF = uuid.uuid5(uuid.NAMESPACE_OID, "a coordinator")


class Hand(Pair):
    """Groups are booked one by one, as matching would ask for them; nothing is planned."""

    settings = ("form_every=1h",)

    def desk(self, receiver, kind, subject, **fields):
        """A message of the desk; the act's id."""
        act = fields.setdefault("act_id", uuid.uuid4())
        self.put(receiver, kind, subject, {"by": STAFF, **fields}, "desk")
        return act

    def put(self, receiver, kind, subject, fields, sender):
        body = {name: value.bytes if isinstance(value, uuid.UUID)
                else [each.bytes for each in value]
                if isinstance(value, list) and value and isinstance(value[0], uuid.UUID)
                else value for name, value in fields.items()}
        Pair.said += 1
        number = uuid.UUID(int=(int(time.time() * 1000) << 80) | (7 << 76) | (2 << 62) | Pair.said)
        self.cursor.execute(
            f"insert into ledger.{receiver} (id, kind, subject, sender, said_at, version, body)"
            " values (%s, %s, %s, %s, common.civil_now(), 1, %s)",
            [str(number), kind, str(subject), sender, pack(body)])

    def book(self, name, leaders=("Anna", "Bo"), room="rum 1", **changes):
        group = uuid.UUID(key(name))
        fields = {"group_id": group, "programme_id": uuid.UUID(key("demo")),
                  "situation": "substance", "language": "sv", "age_from": 7, "age_to": 9, "slot": 0,
                  "room_id": uuid.UUID(key(room)),
                  "leader_ids": [uuid.UUID(key(each)) for each in leaders],
                  "earliest_day": (self.today() - EPOCH).days, "least": 4, "most": 8, **changes}
        self.put("scheduling", "group_wanted", group, fields, "matching")
        self.wait_for(f"{name} to be open", "select count(*) = 1 from matching.open_group"
                      " where group_id = %s and (closed or not freed)", str(group))
        return group

    def other(self, name="Två", **changes):
        return self.book(name, ("Cia", "Dan"), "rum 2", **changes)

    def act(self, act, table="scheduling.act"):
        self.wait_for("the answer", f"select count(*) = 1 from {table} where act_id = %s", str(act))
        self.cursor.execute(f"select outcome, reason, way_out from {table} where act_id = %s",
                            [str(act)])
        return self.cursor.fetchone()

    def group(self, group, column="state"):
        return self.ask(f"select {column} from scheduling.groups where group_id = %s", str(group))

    def children_in(self, group, count, **changes):
        """Children with an offer in the group."""
        ids = self.new_children(count, **changes)
        self.wait_states(ids, "offered")
        self.assertEqual(self.ask("select count(*) from matching.place where group_id = %s"
                                  " and referral_id = any(%s::uuid[])", str(group),
                                  [str(each) for each in ids]), count)
        return ids

    def say_yes(self, referrals, state="accepted"):
        self.say(*(self.answered(referral, "yes") for referral in referrals))
        self.wait_states(referrals, state)

    def roster(self, group, count):
        self.wait_for("the roster", "select count(*) = %s from scheduling.roster"
                      " where group_id = %s", count, str(group))

    def evaluated(self, what, statement, *values):
        """Evaluation, started the first time, has written it down."""
        if "evaluation" not in self.daemons:
            self.start("evaluation")
        self.wait_for(what, statement, *values)

    def told(self, purpose):
        """Whose families are told of it, once each."""
        self.cursor.execute("select subject from ledger.notification where kind = 'family_told'"
                            " and position(%s::bytea in body) > 0 order by 1", [purpose.encode()])
        return sorted(row[0] for row in self.cursor.fetchall())

    def since(self, referral):
        return self.ask("select since from matching.waiting where referral_id = %s", str(referral))


class Merges:
    def test_all_go_or_nobody(self):
        one = self.book("Ett")
        ids = self.children_in(one, 3)
        self.say_yes(ids[:2])
        self.roster(one, 2)
        two = self.other()
        older = self.book("Stora", ("Anna", "Bo"), "rum 4", age_from=10, age_to=12, slot=4)
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="merge",
                        into_id=older)
        outcome, reason, way_out = self.act(act)
        self.assertEqual((outcome, reason), ("refused", "child_unfit"))
        self.assertIn(uuid.UUID(way_out.split("=")[1]), ids)
        self.assertEqual(self.group(one), "offered")
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="merge",
                        into_id=two)
        self.assertEqual(self.act(act), ("done", None, None))
        self.assertEqual((self.group(one), self.group(one, "reason")), ("merged", "merged"))
        self.roster(two, 2)
        self.roster(one, 0)
        self.wait_states(ids[:2], "accepted")
        self.assertEqual(self.state(ids[2]), "offered")
        self.assertEqual(self.ask("select count(*) from matching.offer where referral_id = %s"
                                  " and state = 'pending' and group_id = %s", str(ids[2]),
                                  str(two)), 1)
        self.assertEqual(self.told("merged"), sorted(map(str, ids[:2])))
        self.evaluated("the merge in the facts", "select count(*) = 1 from evaluation.group_fact f"
                       " join evaluation.group_course_v c using (group_id) where f.group_id = %s"
                       " and f.into_id = %s and c.merged and not c.cancelled", str(one), str(two))
        self.assertEqual(self.heard("notification", "place_offered", ids[2]), 2)
        self.assertEqual(self.ask("select count(*) from scheduling.room_booking join"
                                  " scheduling.meeting using (meeting_id) where group_id = %s",
                                  str(one)), 0)
        self.quiet()
        self.assertEqual(self.ask("select offered || ' ' || taken from scheduling.group_fill"
                                  " where group_id = %s", str(two)), "1 2")
        late, = self.new_children(1)  # nobody new comes into a group that was given up
        self.wait_states([late], "offered")
        self.assertEqual(self.ask("select group_id from matching.referral where referral_id = %s",
                                  str(late)), str(two))

    def test_into_a_group_that_starts_the_promised_are_placed(self):
        two = self.other()
        self.say_yes(self.children_in(two, 4), "placed")
        one = self.book("Ett", slot=1)
        ids = self.children_in(one, 1, free_slots=2)
        self.cursor.execute("update matching.case set free_slots = 3 where referral_id = %s",
                            [str(ids[0])])
        self.say_yes(ids)
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="merge",
                        into_id=two)
        self.assertEqual(self.act(act)[0], "done")
        self.wait_states(ids, "placed")
        self.assertEqual(self.told("merged"), [])  # the letter of the start says it
        self.assertEqual(self.heard("notification", "referral_placed", ids[0]), 1)

    def test_groups_that_differ_and_full_ones_are_refused(self):
        one = self.book("Ett")
        self.children_in(one, 3, free_slots=1)
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="merge",
                        into_id=one)
        self.assertEqual(self.act(act)[1], "wrong_input")
        two = self.other(most=4, slot=1)
        self.children_in(two, 3, free_slots=2)
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="merge",
                        into_id=two)
        self.assertEqual(self.act(act)[1], "no_place")
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="merge",
                        into_id=uuid.uuid4())
        self.assertEqual(self.act(act)[1], "unknown")


class Moves:
    def move(self, referral, group, **changes):
        return self.desk("matching", "place_move_wanted", referral, **{
            "referral_id": referral, "group_id": group,
            "seen_version": self.matching_version(referral), **changes})

    def test_the_new_place_before_the_old(self):
        one, two = self.book("Ett"), self.other(slot=1)
        child, = self.children_in(one, 1, free_slots=1)
        self.say_yes([child])
        act = self.move(child, two)
        self.assertEqual(self.act(act, "matching.act")[:2], ("refused", "time"))
        self.cursor.execute("update matching.case set free_slots = 3 where referral_id = %s",
                            [str(child)])
        act = self.move(child, two, seen_version=1)
        self.assertEqual(self.act(act, "matching.act")[:2], ("refused", "changed_meanwhile"))
        act = self.move(child, two)
        self.assertEqual(self.act(act, "matching.act"), ("done", None, None))
        self.desk("matching", "place_move_wanted", child, act_id=act, referral_id=child,
                  group_id=one, seen_version=self.matching_version(child))  # comes again
        self.roster(two, 1)
        self.roster(one, 0)
        self.quiet()
        self.assertEqual(self.ask("select group_id from matching.place where referral_id = %s",
                                  str(child)), str(two))
        self.assertEqual(self.told("moved"), [str(child)])
        self.assertEqual(self.ask("select count(*) from ledger.notification where kind ="
                                  " 'leader_told' and position('roster_changed'::bytea in body)"
                                  " > 0"), 4)
        self.assertEqual(self.ask("select used from matching.open_group where group_id = %s",
                                  str(one)), 0)

    def test_refused_with_the_nearest_way_out(self):
        one, two = self.book("Ett"), self.other(slot=1, most=4)
        self.children_in(two, 4, free_slots=2)
        three = self.book("Tre", ("Anna", "Bo"), "rum 4", slot=8)
        child, = self.children_in(one, 1, free_slots=1)
        self.cursor.execute("update matching.case set free_slots = 1 | 2 | 256"
                            " where referral_id = %s", [str(child)])
        act = self.move(child, two)
        self.assertEqual(self.act(act, "matching.act"), ("refused", "full", f"group={three}"))
        waiting, = self.new_children(1, free_slots=16)
        self.wait_states([waiting], "waiting")
        act = self.move(waiting, two)
        self.assertEqual(self.act(act, "matching.act")[1], "no_place_before")
        self.assertEqual(self.state(child), "offered")

    def test_out_of_a_group_that_starts(self):
        two = self.other()
        ids = self.children_in(two, 4)
        self.say_yes(ids, "placed")
        one = self.book("Ett")
        act = self.move(ids[0], one)
        self.assertEqual(self.act(act, "matching.act")[0], "done")
        self.wait_states([ids[0]], "accepted")
        self.roster(one, 1)


class Before:
    """Postponed and cancelled."""

    def test_postponed_whole_with_its_children(self):
        one = self.book("Ett")
        ids = self.children_in(one, 2)
        self.say_yes(ids[:1])
        first = self.group(one, "first_day")
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="postpone",
                        earliest_day=(first - EPOCH).days + 10)
        self.assertEqual(self.act(act), ("done", None, None))
        self.assertEqual(self.group(one), "offered")
        self.assertGreater(self.group(one, "first_day"), first + timedelta(10))
        self.wait_for("matching to know", "select o.first_day = g.first_day and o.last_day ="
                      " g.last_day and o.entry_until = g.entry_until from matching.open_group o"
                      " join scheduling.groups g using (group_id)")
        self.assertEqual(self.told("postponed"), sorted(map(str, ids)))
        self.evaluated("the postponing in the facts", "select count(*) = 1"
                       " from evaluation.postponing where group_id = %s and notice_id = %s"
                       " and first_day = %s", str(one), str(act), self.group(one, "first_day"))
        self.assertEqual(self.ask("select count(*) from ledger.notification"
                                  " where kind = 'leader_told'"
                                  " and position('series_changed'::bytea in body) > 0"), 2)
        self.wait_states(ids[:1], "accepted")
        self.cursor.execute("select after from scheduling.group_change order by version")
        self.assertEqual([row[0] for row in self.cursor.fetchall()],
                         ["booked", "offered", "postponed", "offered"])
        self.assertEqual(self.ask(
            "select count(*) filter (where b.during = tstzrange(m.starts_at, m.ends_at)) || ' ' ||"
            " count(distinct m.sequence) from scheduling.meeting m join scheduling.room_booking b"
            " using (meeting_id)"), "3 1")
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 6)

    def test_postponed_only_where_all_is_free(self):
        one = self.book("Ett")
        first = self.group(one, "first_day")
        self.book("Två", ("Cia", "Dan"), "rum 1", earliest_day=(first - EPOCH).days + 28)
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="postpone",
                        earliest_day=(first - EPOCH).days + 28)
        outcome, reason, way_out = self.act(act)
        self.assertEqual((outcome, reason), ("refused", "room_taken"))
        self.assertEqual(self.group(one, "first_day"), first)
        self.assertEqual(self.ask("select count(*) from scheduling.group_change where after ="
                                  " 'postponed'"), 0)
        day = way_out.split("=")[1]
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="postpone",
                        earliest_day=self.ask("select %s::date - '1970-01-01'", day))
        self.assertEqual(self.act(act)[0], "done")
        self.assertEqual(str(self.group(one, "first_day")), day)

    def test_cancelled_with_a_reason_and_the_turn_given_back(self):
        one = self.book("Ett")
        ids = self.children_in(one, 2)
        self.say_yes(ids[:1])
        received = {each: self.ask("select received_at from matching.referral"
                                   " where referral_id = %s", str(each)) for each in ids}
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="cancel")
        self.assertEqual(self.act(act)[1], "wrong_input")
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="cancel",
                        reason="leaders_missing")
        self.assertEqual(self.act(act)[0], "done")
        self.assertEqual((self.group(one), self.group(one, "reason")),
                         ("cancelled", "leaders_missing"))
        self.wait_states(ids, "waiting")
        for each in ids:
            self.assertEqual(self.since(each), received[each])
            self.assertEqual(self.ask("select since - turn = interval '28 days' from"
                                      " matching.waiting where referral_id = %s", str(each)), True)
        self.assertEqual(self.heard("notification", "group_cancelled", one), 1)
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="cancel",
                        reason="other")
        self.assertEqual(self.act(act)[1], "not_now")

    def test_a_running_group_of_two_is_a_persons_matter(self):
        one = self.book("Ett")
        ids = self.children_in(one, 4)
        self.say_yes(ids, "placed")
        self.turn_clock((self.group(one, "first_day") - self.today()).days + 1)
        self.cursor.execute("update scheduling.groups set state = 'running', version = version + 1"
                            " where state = 'confirmed'")
        for each in ids[:2]:
            self.put("matching", "state_wanted", each, {
                "referral_id": each, "seen_version": self.matching_version(each),
                "state": "withdrawn", "by": STAFF}, "desk")
        self.wait_states(ids[:2], "withdrawn")
        self.wait_for("the task", "select count(*) = 1 from ledger.desk where kind = 'task_wanted'"
                      " and subject = %s", str(one))
        act = self.desk("scheduling", "group_act_wanted", one, group_id=one, act="cancel",
                        reason="few_children")
        self.assertEqual(self.act(act)[1], "not_now")
        self.assertEqual(self.group(one), "running")


class Crashes:
    """Killed when all is written and nothing is committed: the old stands; then all of the new."""

    def kill_before_commit(self, name, table, ask, *settings):
        """Holds a table that the act writes last, and kills the daemon as it waits for it."""
        other = self.cluster.connect("postgres")
        other.cursor().execute(f"lock table {table} in share mode")
        act = ask()
        self.wait_for("the wait", "select count(*) > 0 from pg_locks where not granted")
        self.daemons[name].kill()
        self.daemons[name].wait(10)
        # Its commit may lie in the server's hands already: it ends while it still waits.
        self.cursor.execute("select count(pg_terminate_backend(pid, 20000)) from pg_stat_activity"
                            f" where usename = 'gruppstod_{name}'")
        other.rollback()
        other.close()
        return act

    def test_a_move(self):
        one, two = self.book("Ett"), self.other(slot=1)
        child, = self.children_in(one, 1, free_slots=1)
        self.say_yes([child])
        self.cursor.execute("update matching.case set free_slots = 3 where referral_id = %s",
                            [str(child)])
        act = self.kill_before_commit("matching", "matching.act", lambda: self.desk(
            "matching", "place_move_wanted", child, referral_id=child, group_id=two,
            seen_version=self.matching_version(child)))
        self.assertEqual(self.ask("select group_id from matching.place where referral_id = %s",
                                  str(child)), str(one))
        self.assertEqual(self.ask("select used from matching.open_group where group_id = %s",
                                  str(two)), 0)
        self.check_books()
        self.start("matching", "fill_every=50ms", "expire_every=50ms", "wake_every=100ms",
                   *self.settings)
        self.assertEqual(self.act(act, "matching.act")[0], "done")
        self.assertEqual(self.ask("select string_agg(group_id::text, '') from matching.place"),
                         str(two))
        self.roster(two, 1)

    def merging(self):
        """Two groups, two children with a yes in the first, and the act that merges them."""
        one = self.book("Ett")
        ids = self.children_in(one, 2)
        self.say_yes(ids)
        self.roster(one, 2)
        two = self.other()
        return one, two, ids, lambda: self.desk(
            "scheduling", "group_act_wanted", one, group_id=one, act="merge", into_id=two)

    def places(self):
        """Which groups the children have their places in."""
        self.cursor.execute("select distinct group_id from matching.place")
        return [uuid.UUID(row[0]) for row in self.cursor.fetchall()]

    def merged(self, one, two, ids, act):
        self.assertEqual(self.act(act), ("done", None, None))
        self.assertEqual(self.group(one), "merged")
        self.assertEqual(self.places(), [two])
        self.roster(two, 2)
        self.roster(one, 0)
        self.wait_states(ids, "accepted")
        self.assertEqual(self.told("merged"), sorted(map(str, ids)))
        self.check_books()

    def test_a_merge_that_matching_dies_in_leaves_the_old_groups(self):
        one, two, ids, ask = self.merging()
        act = self.kill_before_commit("matching", "ledger.notification", ask)
        self.assertEqual((self.places(), self.group(one)), ([one], "offered"))
        self.assertEqual(self.ask("select count(*) from scheduling.roster where group_id = %s",
                                  str(one)), 2)
        self.check_books()
        self.start("matching", "fill_every=50ms", "expire_every=50ms", "wake_every=100ms",
                   *self.settings)
        self.merged(one, two, ids, act)

    def test_a_merge_that_scheduling_dies_in_is_finished_and_takes_nobody_meanwhile(self):
        one, two, ids, ask = self.merging()
        act = self.kill_before_commit("scheduling", "scheduling.act", ask)
        # Matching has moved everybody or nobody; what scheduling had begun is not there.
        self.assertEqual((self.places(), self.group(one)), ([two], "offered"))
        self.assertEqual(self.ask("select count(*) from scheduling.act where act_id = %s",
                                  str(act)), 0)
        del self.daemons["scheduling"]  # nobody waits for it
        late, = self.new_children(1)
        self.wait_states([late], "offered")
        self.assertEqual(self.places(), [two])
        self.start("scheduling", "decide_every=100ms", "meetings_every=10s",
                   "conflicts_first=no")
        self.merged(one, two, ids, act)

    def test_a_group_that_is_being_merged_waits_for_the_answer(self):
        one, two, ids, ask = self.merging()
        act = self.kill_before_commit("matching", "ledger.notification", ask)
        del self.daemons["matching"]  # nobody waits for it
        self.assertEqual(self.ask("select merging_into from scheduling.groups where group_id = %s",
                                  str(one)), str(two))
        self.addCleanup(self.cursor.execute, "update common.civil_clock set ahead = '0'")
        # The day of the decision comes: a group without children is given up, this one is not.
        self.cursor.execute("update common.civil_clock set ahead = ahead + (select first_day"
                            " - common.today() from scheduling.groups where group_id = %s)"
                            " * interval '1 day'", [str(one)])
        self.wait_for("the other group is given up", "select state = 'cancelled'"
                      " from scheduling.groups where group_id = %s", str(two))
        self.assertEqual(self.group(one), "offered")
        self.start("matching", "fill_every=50ms", "expire_every=50ms", "wake_every=100ms",
                   *self.settings)
        self.assertEqual(self.act(act)[0], "refused")
        self.wait_for("it goes its own way again", "select state = 'cancelled' and merging_into"
                      " is null from scheduling.groups where group_id = %s", str(one))

    def test_a_new_start(self):
        one = self.book("Ett")
        days = "select array_agg(day order by day) from scheduling.meeting where state = 'planned'"
        rooms = "select array_agg(lower(during) order by during) from scheduling.room_booking"
        before = self.ask(days), self.ask(rooms)
        first = self.group(one, "first_day")
        act = self.kill_before_commit("scheduling", "scheduling.act", lambda: self.desk(
            "scheduling", "group_act_wanted", one, group_id=one, act="postpone",
            earliest_day=(first - EPOCH).days + 10))
        self.assertEqual((self.ask(days), self.ask(rooms)), before)
        self.assertEqual(self.group(one), "booked")
        self.start("scheduling", "decide_every=100ms", "meetings_every=10s",
                   "conflicts_first=no")
        self.assertEqual(self.act(act)[0], "done")
        after = self.ask(days), self.ask(rooms)
        self.assertEqual([len(each) for each in after], [3, 3])
        self.assertNotEqual(before[1], after[1])
        self.assertGreater(after[0][0], before[0][0])


class Fill:
    def test_a_place_that_falls_free_goes_to_whom_it_is_worth_most(self):
        self.turn_to_autumn()  # an offer that rests in summer may outlive the last entry
        one = self.other(most=4)
        ids = self.children_in(one, 4)
        self.say_yes(ids, "placed")
        first, = self.new_children(1, district="soder")  # 45 minutes away, three days before
        self.wait_states([first], "waiting")
        self.cursor.execute("update matching.referral set received_at = received_at -"
                            " interval '3 days' where referral_id = %s;"
                            " update matching.waiting set turn = turn - interval '3 days'"
                            " where referral_id = %s", [str(first)] * 2)
        near, = self.new_children(1)
        self.wait_states([near], "waiting")
        self.assertEqual(self.ask("select referral_id from matching.waiting order by urgency desc,"
                                  " turn limit 1"), str(first))
        self.put("matching", "state_wanted", ids[0], {
            "referral_id": ids[0], "seen_version": self.matching_version(ids[0]),
            "state": "withdrawn", "by": STAFF}, "desk")
        self.wait_states([near], "offered")
        self.assertEqual(self.state(first), "waiting")
        self.turn_clock((self.group(one, "entry_until") - self.today()).days + 1)
        self.wait_states([near], "call_back")
        self.put("matching", "state_wanted", near, {
            "referral_id": near, "seen_version": self.matching_version(near),
            "state": "withdrawn", "by": STAFF}, "desk")
        self.wait_states([near], "withdrawn")
        self.wait_for("the look", "select count(*) = 0 from matching.open_group where freed")
        self.assertEqual(self.state(first), "waiting")  # nobody enters after the last entry meeting


class Ideas:
    """Three facts in any order, and then a group like any other."""

    def idea(self, idea, **changes):
        fields = {"group_id": idea, "programme_id": uuid.UUID(key("demo")), "language": "sv",
                  "age_from": 7, "age_to": 9, "slots": 1 | 2 | 16,
                  "earliest_day": (self.today() - EPOCH).days + 40}
        return self.desk("scheduling", "idea_wanted", idea, **{**fields, **changes})

    def facts(self, idea):
        self.cursor.execute("select state, viable, staffed, roomed, fits from scheduling.idea"
                            " where group_id = %s", [str(idea)])
        return self.cursor.fetchone()

    def recount(self, idea, fits):
        self.cursor.execute("update scheduling.idea set asked_at = null where group_id = %s",
                            [str(idea)])
        self.wait_for("the count", "select fits = %s from scheduling.idea where group_id = %s",
                      fits, str(idea))

    def test_room_first_then_leaders_then_children(self):
        idea = uuid.uuid4()
        where = {"room_id": uuid.UUID(key("rum 1")), "slot": 1}
        pair = {"leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Anna"))]}
        self.assertEqual(self.act(self.idea(idea))[0], "done")
        self.wait_for("the first count", "select fits = 0 and state = 'collecting'"
                      " from scheduling.idea where group_id = %s", str(idea))
        self.assertEqual(self.act(self.idea(idea, **where))[0], "done")
        self.assertEqual(self.facts(idea)[1:4], (False, False, True))
        self.assertEqual((self.group(idea), self.ask("select count(*) from"
                                                     " scheduling.room_booking")),
                         ("collecting", 3))
        other = self.idea(uuid.uuid4(), **where)
        self.assertEqual(self.act(other)[:2], ("refused", "room_taken"))
        self.assertEqual(self.act(self.idea(idea, **where, **pair))[0], "done")
        self.assertEqual(self.facts(idea)[:4], ("collecting", False, True, True))
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 6)
        self.assertEqual(self.ask("select count(*) from matching.open_group"), 0)
        ids = self.new_children(3, free_slots=2)
        self.wait_states(ids, "waiting")
        self.recount(idea, 3)
        self.assertEqual(self.group(idea), "collecting")
        ids += self.new_children(1, free_slots=2)
        self.wait_states(ids, "waiting")
        self.cursor.execute("update scheduling.idea set asked_at = null")
        self.wait_states(ids, "offered")
        self.assertEqual(self.facts(idea), ("booked", True, True, True, 4))
        self.cursor.execute("select before, after from scheduling.group_change order by version")
        self.assertEqual(self.cursor.fetchall()[:3], [
            ("new", "idea"), ("idea", "collecting"), ("collecting", "booked")])
        self.assertEqual(self.act(self.idea(idea))[1], "not_now")

    def parents(self, word):
        self.cursor.execute("set session_replication_role = replica; update"
                            " scheduling.programme_version set parents = %s,"
                            " parent_leaders = (%s <> 'no')::int;"
                            " set session_replication_role = origin", [word, word])

    def test_a_parents_group_goes_with_it(self):
        idea = uuid.uuid4()
        self.addCleanup(self.parents, "optional")
        where = {"room_id": uuid.UUID(key("rum 1")), "slot": 1,
                 "leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Anna"))]}
        theirs = {"parent_room_id": uuid.UUID(key("rum 2"))}
        self.assertEqual(self.act(self.idea(idea, **where, **theirs))[0], "done")
        # Without a leader of the parents nobody's evenings are booked; both rooms are.
        self.assertEqual(self.facts(idea)[2:4], (False, True))
        counts = ("select (select count(*) from scheduling.room_booking) || ' ' ||"
                  " (select count(*) from scheduling.leader_booking)")
        self.assertEqual(self.ask(counts), "6 0")
        cia = {"parent_leader_ids": [uuid.UUID(key("Cia"))]}
        self.assertEqual(self.act(self.idea(idea, **where, **theirs, **cia))[0], "done")
        self.assertEqual(self.facts(idea)[2:4], (True, True))
        self.assertEqual(self.ask(counts), "6 9")
        self.assertEqual(self.ask("select string_agg(part, ' ' order by part)"
                                  " from scheduling.group_leader"), "child child parent")
        anna = {"parent_leader_ids": [uuid.UUID(key("Anna"))]}
        self.assertEqual(self.act(self.idea(idea, **where, **theirs, **anna))[1], "leader_twice")
        elsewhere = {"parent_room_id": uuid.UUID(key("rum 3"))}
        self.assertEqual(self.act(self.idea(idea, **where, **elsewhere, **cia))[1], "room_unfit")
        self.parents("yes")
        self.assertEqual(self.act(self.idea(idea, **where)), (
            "refused", "parent_group_missing", f"parent_room={key('rum 2')}"))
        self.assertEqual(self.ask(counts), "6 9")  # nothing has changed
        self.assertEqual(self.act(self.idea(idea, leader_ids=where["leader_ids"]))[0], "done")
        self.assertFalse(self.facts(idea)[2])
        self.parents("no")
        self.assertEqual(self.act(self.idea(idea, **where, **theirs))[1], "wrong_input")

    def test_children_and_leaders_first_and_given_up(self):
        idea = uuid.uuid4()
        pair = {"leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Anna"))]}
        ids = self.new_children(4)
        self.wait_states(ids, "waiting")
        self.assertEqual(self.act(self.idea(idea, **pair))[0], "done")
        self.wait_for("viable", "select viable and staffed and not roomed from scheduling.idea"
                      " where group_id = %s", str(idea))
        beginners = {"leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Dan"))]}
        where = {"room_id": uuid.UUID(key("rum 1")), "slot": 1}
        self.assertEqual(self.act(self.idea(idea, **beginners, **where))[0], "refused")
        self.assertTrue(self.facts(idea)[2])  # nothing has changed
        self.assertEqual(self.act(self.idea(idea, leader_ids=pair["leader_ids"][:1]))[1],
                         "wrong_input")
        act = self.desk("scheduling", "group_act_wanted", idea, group_id=idea, act="cancel",
                        reason="room_missing")
        self.assertEqual(self.act(act)[0], "done")
        self.assertEqual(self.facts(idea)[0], "cancelled")
        self.assertEqual({self.state(each) for each in ids}, {"waiting"})


class Partners:
    """A partner's own intake: asked, confirmed, or silent."""

    def wanted(self, referral, state, **fields):
        self.put("matching", "state_wanted", referral, {
            "referral_id": referral, "seen_version": self.matching_version(referral),
            "state": state, "by": STAFF, **fields}, "desk")

    def test_handed_over_and_back_with_its_clock(self):
        silent, taken = self.new_children(2)
        self.wait_states([silent, taken], "waiting")
        since = self.since(silent)
        self.wanted(silent, "handed_over")  # to nobody
        self.wanted(taken, "handed_over", partner="Kyrkans grupper")
        self.wait_states([taken], "handed_over")
        self.assertEqual(self.state(silent), "waiting")
        self.wanted(silent, "handed_over", partner="Kyrkans grupper")
        self.wait_states([silent], "handed_over")
        self.assertEqual(self.ask("select count(*) from matching.waiting"), 0)
        until = self.ask("select until_day from matching.handed_over where referral_id = %s",
                         str(silent))
        days = (until - self.today()).days
        self.assertTrue(12 <= days <= 22, days)  # ten working days
        self.wanted(taken, "redirected")  # confirmed
        self.wait_states([taken], "redirected")
        self.turn_clock(days)
        self.assertEqual(self.state(silent), "handed_over")
        self.turn_clock(1)
        self.wait_states([silent], "waiting")
        self.assertEqual(self.since(silent), since)
        self.assertEqual(self.heard("desk", "task_wanted", silent), 1)

    def test_theirs_is_never_filled_and_of_a_quota_only_ours(self):
        self.cursor.execute("update scheduling.programme_version set intake = 'theirs'")
        try:
            theirs = self.book("Deras")
            self.assertEqual(self.group(theirs, "intake"), "theirs")
            self.cursor.execute("update scheduling.programme_version set intake = 'quota',"
                                " quota = 2")
            shared = self.other(slot=1)
        finally:
            self.cursor.execute("update scheduling.programme_version set intake = 'ours',"
                                " quota = null")
        self.assertEqual((self.group(shared, "intake"), self.group(shared, "quota")),
                         ("quota", 2))
        ids = self.new_children(4)
        self.wait_for("two offers", "select count(*) = 2 from matching.referral"
                      " where state = 'offered'")
        self.quiet()
        self.assertEqual(self.ask("select count(*) from matching.place where group_id = %s",
                                  str(shared)), 2)
        self.assertEqual(sum(self.state(each) == "waiting" for each in ids), 2)

    def test_families_clocks_rest_in_summer_and_a_partners_does_not(self):
        year = self.today().year + 1
        self.turn_clock((date(year, 6, 24) - self.today()).days)
        self.book("Ett")
        child, other = self.new_children(2, free_slots=1)
        self.wait_states([child, other], "offered")
        expires = self.ask("select (expires_at at time zone 'Europe/Stockholm')::date"
                           " from matching.offer where referral_id = %s", str(child))
        first = date.fromisocalendar(year, 33, 1)  # the rest is over; ten working days from there
        self.assertTrue(first + timedelta(11) <= expires <= first + timedelta(15), expires)
        third, = self.new_children(1, free_slots=16)
        self.wait_states([third], "waiting")
        self.wanted(third, "handed_over", partner="Kyrkans grupper")
        self.wait_states([third], "handed_over")
        self.assertLess(self.ask("select until_day from matching.handed_over"), date(year, 7, 12))

    def test_parked_to_a_day_and_back_with_its_clock(self):
        child, = self.new_children(1)
        self.wait_states([child], "waiting")
        since = self.since(child)
        self.wanted(child, "parked", until_day=(self.today() - EPOCH).days + 40)
        self.wait_states([child], "parked")
        self.turn_clock(39)
        self.assertEqual(self.state(child), "parked")
        self.turn_clock(1)
        self.wait_states([child], "waiting")
        self.assertEqual(self.since(child), since)


class GroupLife(Hand, Crashes, Ideas, Partners, Merges, Moves, Before, Fill):
    """All on one cluster."""


if __name__ == "__main__":
    sys.exit(main(__name__))
