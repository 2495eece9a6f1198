#!/usr/bin/python3
"""gruppstod-scheduling on a real cluster, spoken to through the ledger: a group's whole life."""
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta

from scheduling_world import BUILD, EPOCH, Base, empty, key, main, pack


class Daemon(Base):
    """Speaks to the real daemon through its ledger; each test begins without groups."""

    said = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = open(cls.cluster.folder / "log", "w", encoding="utf-8")  # closed with the daemon
        cls.daemon = subprocess.Popen(
            [BUILD / "bin" / "gruppstod-scheduling", "--var", cls.cluster.folder,
             "--set", f"store.conninfo={cls.cluster.conninfo}", "--set", "bus.sweep_age=0s",
             "--set", "bus.sweep_every=20ms", "--set", "scheduling.decide_every=100ms",
             "--set", "scheduling.conflicts_first=no",
             "--set", "scheduling.meetings_every=100ms", "--set", "scheduling.missing_every=100ms",
             "--set", "scheduling.material_every=100ms"], stdout=cls.log, stderr=cls.log)
        cls.connection = cls.cluster.connect("postgres")
        cls.connection.autocommit = True
        cls.cursor = cls.connection.cursor()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.send_signal(signal.SIGTERM)
        code = cls.daemon.wait(10)
        cls.log.close()
        cls.connection.close()
        log = (cls.cluster.folder / "log").read_text(encoding="utf-8")
        super().tearDownClass()
        if code != 0:
            raise AssertionError(f"the daemon ended with {code}:\n{log}")

    def setUp(self):
        self.heard = set()
        self.cursor.execute("update common.civil_clock set ahead = '0'")
        empty(self.cursor, "scheduling.groups")
        for queue in ("matching", "notification", "evaluation", "scheduling", "later", "dead"):
            self.cursor.execute(f"delete from ledger.{queue}")
        self.cursor.execute("update scheduling.group_name set uses = 0")

    def ask(self, sql, *values):
        self.cursor.execute(sql, values)
        return self.cursor.fetchone()[0]

    def wait_for(self, what, sql, *values):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self.assertIsNone(self.daemon.poll(), "the daemon is gone")
            answer = self.ask(sql, *values)
            if answer:
                return answer
            time.sleep(0.01)
        self.cursor.execute("select kind, reason from ledger.dead"
                            " union all select kind, reason from ledger.later")
        return self.fail(f"{what} did not come; aside lie {self.cursor.fetchall()}")

    def say(self, kind, subject, **fields):
        """A message as matching would say it; ids are bytes, days are numbers."""
        body = {name: value.bytes if isinstance(value, uuid.UUID) else value
                for name, value in fields.items()}
        body = {name: [each.bytes for each in value] if isinstance(value, list) else value
                for name, value in body.items()}
        stamp = int(time.time() * 1000)
        Daemon.said += 1  # ids in the order of what is said, as version 7 wants it
        message = uuid.UUID(int=(stamp << 80) | (7 << 76) | (2 << 62) | Daemon.said)
        self.cursor.execute(
            "insert into ledger.scheduling (id, kind, subject, sender, said_at, version, body)"
            " values (%s, %s, %s, 'matching', common.civil_now(), 1, %s)",
            [str(message), kind, str(subject), pack(body)])

    def want(self, name, **changes):
        group = uuid.UUID(key(name))
        fields = {"group_id": group, "programme_id": uuid.UUID(key("demo")),
                  "situation": "substance", "language": "sv", "age_from": 7, "age_to": 9, "slot": 0,
                  "room_id": uuid.UUID(key("rum 1")),
                  "leader_ids": [uuid.UUID(key("Bo")), uuid.UUID(key("Anna"))],
                  "earliest_day": 0, "least": 4, "most": 8}
        fields["earliest_day"] = (self.today() - EPOCH).days
        self.say("group_wanted", group, **{**fields, **changes})
        return group

    def today(self):
        return self.ask("select common.today()")

    def heard_by(self, daemon, kind, subject, count=1):
        return self.wait_for(f"{kind} to {daemon}",
            f"select count(*) = %s from ledger.{daemon} where kind = %s and subject = %s",
            count, kind, str(subject))

    def refusal(self, name):
        """The reason is a word in the body, which this end need not unpack."""
        self.heard_by("matching", "group_refused", key(name))
        body = bytes(self.ask("select body from ledger.matching where subject = %s", key(name)))
        words = ("room_taken", "leader_taken", "no_dates", "unknown_room", "unknown_leader",
                 "unknown_programme", "too_late")
        return next(word for word in words if word.encode() in body)

    def book(self, name, **changes):
        group = self.want(name, **changes)
        self.heard_by("matching", "group_booked", group)
        return group

    def offer(self, group, place, referral):
        self.say("place_offered", uuid.UUID(key(referral)),
                 offer_id=uuid.UUID(key(f"offer {referral}")),
                 referral_id=uuid.UUID(key(referral)), version=1,
                 child_id=uuid.UUID(key(f"c {referral}")), group_id=group, place_no=place,
                 expires_at_ms=2_000_000_000_000,
                 clearance_id=uuid.UUID(key("clearance")), answers_version=1)

    def take(self, group, place, referral, version=2):
        self.say("place_taken", uuid.UUID(key(referral)), referral_id=uuid.UUID(key(referral)),
                 version=version, child_id=uuid.UUID(key(f"c {referral}")), group_id=group,
                 place_no=place, offer_id=uuid.UUID(key(f"offer {referral}")),
                 taken_at_ms=1_800_000_000_000)

    def release(self, group, place, referral, was_taken, version=3):
        self.say("place_released", uuid.UUID(key(referral)), referral_id=uuid.UUID(key(referral)),
                 version=version, group_id=group, place_no=place, reason="withdrawn",
                 was_taken=was_taken)

    def fill(self, group):
        self.cursor.execute("select offered, taken from scheduling.group_fill"
                            " where group_id = %s", [str(group)])
        return self.cursor.fetchone()

    def wait_all_handled(self):
        self.wait_for("the end of the queue", "select not exists (select from ledger.scheduling)")

    def turn_to(self, day):
        self.cursor.execute("update common.civil_clock set ahead ="
                            " %s::timestamptz - clock_timestamp()", [f"{day} 12:00+01"])

    def test_a_group_is_booked_with_its_series(self):
        group = self.book("Ett", parent_room_id=uuid.UUID(key("rum 2")),
                          parent_leader_ids=[uuid.UUID(key("Cia"))])
        self.cursor.execute(
            "select count(*), count(distinct day), bool_and(extract(isodow from day) = 1),"
            " bool_and((starts_at at time zone 'Europe/Stockholm')::time = '15:00'), min(day)"
            " from scheduling.meeting where group_id = %s", [str(group)])
        count, days, mondays, at_three, first = self.cursor.fetchone()
        self.assertEqual((count, days, mondays, at_three), (3, 3, True, True))
        self.assertGreaterEqual(first, self.today() + timedelta(28))
        self.assertEqual(self.ask("select count(*) from scheduling.room_booking"), 6)
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 9)
        self.cursor.execute("select name, status, parent_group, places from scheduling.catalogue_v")
        self.assertEqual(self.cursor.fetchall(), [("Björken", "planned", True, 8)])
        self.assertEqual(self.ask("select leaders[1] from scheduling.group_v"), "Anna")
        for leader in ("Anna", "Bo", "Cia"):
            self.heard_by("notification", "leader_told", key(leader))

    def test_the_same_wish_twice_is_one_group(self):
        self.book("Ett")
        self.want("Ett")
        self.wait_all_handled()
        self.assertEqual(self.ask("select count(*) from scheduling.groups"), 1)

    def test_who_comes_second_is_refused_with_the_reason(self):
        self.book("Ett")
        self.want("Två", leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        self.assertEqual(self.refusal("Två"), "room_taken")
        self.want("Tre", room_id=uuid.UUID(key("rum 2")), most=8)
        self.assertEqual(self.refusal("Tre"), "leader_taken")
        self.want("Fyra", room_id=uuid.UUID(key("rum 3")), slot=3)
        self.assertEqual(self.refusal("Fyra"), "leader_taken")  # no time to travel
        self.want("Fem", leader_ids=[uuid.UUID(key("Eva")), uuid.UUID(key("Dan"))], slot=4)
        self.assertEqual(self.refusal("Fem"), "unknown_leader")
        self.want("Sex", programme_id=uuid.UUID(key("no programme")))
        self.assertEqual(self.refusal("Sex"), "unknown_programme")
        soon = (self.today() - EPOCH).days + 20  # sooner than any notice allows
        self.want("Sju", slot=8, latest_day=soon)
        self.assertEqual(self.refusal("Sju"), "too_late")
        self.assertEqual(self.ask("select count(*) from scheduling.groups"), 1)

    def test_two_wishes_of_one_slice_for_one_room(self):
        self.connection.autocommit = False
        self.want("Ett")
        self.want("Två", leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        self.connection.commit()
        self.connection.autocommit = True
        self.heard_by("matching", "group_booked", key("Ett"))
        self.assertEqual(self.refusal("Två"), "room_taken")

    def want_at_once(self, *wishes):
        """Messages of one slice: (name, what is otherwise)."""
        self.connection.autocommit = False
        for name, changes in wishes:
            self.want(name, **changes)
        self.connection.commit()
        self.connection.autocommit = True
        self.wait_all_handled()

    def test_wishes_of_one_slice_are_each_answered(self):
        others = {"leader_ids": [uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))]}
        self.want_at_once(
            ("Ett", {}), ("Två", {**others, "room_id": uuid.UUID(key("rum 2"))}),
            ("Tre", {**others, "room_id": uuid.UUID(key("rum 3"))}), ("Fyra", {"slot": 4}),
            ("Ett", {"slot": 8}),
            ("Fem", {**others, "slot": 4}), ("Sex", {"programme_id": uuid.UUID(key("no"))}),
            ("Sju", {**others, "slot": 8}))
        for name in ("Ett", "Två", "Fyra", "Sju"):
            self.heard_by("matching", "group_booked", key(name))
        self.assertEqual([self.refusal(name) for name in ("Tre", "Fem", "Sex")],
                         ["leader_taken", "room_taken", "unknown_programme"])
        self.assertEqual(self.ask("select array_agg(slot order by slot) from scheduling.groups"),
                         [0, 0, 4, 8])
        self.assertEqual(self.ask("select count(distinct name) from scheduling.groups"), 4)
        self.assertEqual(self.ask("select sum(uses) from scheduling.group_name"), 4)
        self.assertEqual(self.ask("select count(*) from scheduling.meeting"), 12)
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 24)

    def test_a_leader_is_not_filled_twice_by_one_slice(self):
        self.cursor.execute("update scheduling.leader set max_groups = 1 where work_name = 'Bo'")
        try:
            self.want_at_once(("Ett", {}), ("Två", {"slot": 4}))
        finally:
            self.cursor.execute(
                "update scheduling.leader set max_groups = 9 where work_name = 'Bo'")
        self.heard_by("matching", "group_booked", key("Ett"))
        self.assertEqual(self.refusal("Två"), "leader_taken")

    def test_enough_children_confirm_the_group_once(self):
        group = self.book("Ett")
        for place in range(1, 6):
            self.offer(group, place, f"barn {place}")
        self.wait_all_handled()
        self.assertEqual((self.fill(group), self.ask("select state from scheduling.groups")),
                         ((5, 0), "offered"))
        for place in range(1, 6):
            self.take(group, place, f"barn {place}")
        self.heard_by("evaluation", "group_confirmed", group)
        self.wait_all_handled()
        for receiver in ("matching", "notification", "evaluation"):
            self.heard_by(receiver, "group_confirmed", group)
        self.assertEqual((self.fill(group), self.ask("select status from scheduling.catalogue_v")),
                         ((0, 5), "open"))

    def test_a_release_that_comes_before_its_taking(self):
        group = self.book("Ett")
        self.offer(group, 1, "Ada")
        self.release(group, 1, "Ada", was_taken=True, version=3)
        self.wait_all_handled()
        self.take(group, 1, "Ada", version=2)
        self.wait_all_handled()
        self.assertEqual(self.fill(group), (0, 0))
        self.assertEqual(self.ask("select count(*) from scheduling.roster"), 0)

    def test_the_next_child_comes_before_the_last_has_left(self):
        group = self.book("Ett")
        self.take(group, 1, "Ada", version=2)
        self.wait_all_handled()
        self.take(group, 1, "Bea", version=2)
        self.wait_for("the wait",
                      "select exists (select from ledger.later where reason is not null)")
        self.release(group, 1, "Ada", was_taken=True, version=3)
        self.wait_for("Bea's place", "select exists (select from scheduling.roster"
                      " where referral_id = %s)", key("Bea"))
        self.assertEqual(self.ask("select taken from scheduling.group_fill"), 1)

    def test_an_offer_that_is_declined(self):
        group = self.book("Ett")
        self.offer(group, 1, "Ada")
        self.release(group, 1, "Ada", was_taken=False)
        self.wait_all_handled()
        self.assertEqual(self.fill(group), (0, 0))

    def test_a_place_that_the_group_does_not_have(self):
        group = self.book("Ett")
        self.take(group, 9, "Ada")
        self.take(group, 1, "Bea")
        self.wait_for("a dead letter", "select exists (select from ledger.dead"
                      " where reason like '%%no such place')")
        self.wait_for("Bea's place", "select taken = 1 from scheduling.group_fill")

    def test_too_few_children_when_it_must_be_decided(self):
        group = self.book("Ett")
        self.take(group, 1, "Ada")
        self.wait_all_handled()
        self.turn_to(self.ask("select first_day - 15 from scheduling.groups"))
        self.assertEqual(self.ask("select state from scheduling.groups"), "booked")
        self.turn_to(self.ask("select first_day - 14 from scheduling.groups"))
        for receiver in ("matching", "notification", "evaluation"):
            self.heard_by(receiver, "group_cancelled", group)
        self.assertEqual(self.ask("select count(*) from scheduling.room_booking"), 0)
        self.assertEqual(self.ask("select count(*) from scheduling.leader_booking"), 0)
        self.assertEqual(self.ask("select status from scheduling.catalogue_v"), "cancelled")
        for leader in ("Anna", "Bo"):  # that they lead it, and that they do not
            self.heard_by("notification", "leader_told", key(leader), count=2)
        self.cursor.execute("update common.civil_clock set ahead = '0'")
        self.book("Två")  # the room and the leaders are free again

    def test_a_groups_life_goes_by(self):
        group = self.book("Ett")
        for place in range(1, 5):
            self.take(group, place, f"barn {place}")
        self.heard_by("matching", "group_confirmed", group)
        self.turn_to(self.ask("select first_day from scheduling.groups"))
        self.assertEqual(self.ask("select count(*) from ledger.evaluation"
                                  " where kind = 'meeting_held'"), 0)
        self.turn_to(self.ask("select first_day + 1 from scheduling.groups"))
        self.heard_by("evaluation", "meeting_held", group)
        self.assertEqual(self.ask("select status from scheduling.catalogue_v"), "running")
        self.turn_to(self.ask("select last_day + 1 from scheduling.groups"))
        self.heard_by("evaluation", "meeting_held", group, count=3)
        self.wait_for("the end", "select state = 'finished' from scheduling.groups")
        self.cursor.execute("select after from scheduling.group_change order by version")
        self.assertEqual([after for after, in self.cursor.fetchall()],
                         ["booked", "confirmed", "running", "finished"])


if __name__ == "__main__":
    sys.exit(main(__name__))
