#!/usr/bin/python3
"""Programmes as data: brought in from files, held in bookings; talks, parents, material."""
import json
import subprocess
import sys
import uuid
from datetime import timedelta

import psycopg2.errors

from programmes_file import VERSION, changed
from scheduling_world import BUILD, EPOCH, Base, key, main
from test_scheduling import Daemon as Scheduling

del Base


def ident(name):
    return uuid.UUID(key(name))


class Programmes(Scheduling):
    """The daemon, and the operator's command on the same cluster."""

    def setUp(self):
        super().setUp()
        self.cursor.execute("delete from ledger.desk")
        self.cursor.execute("update scheduling.programme set board_needed = false")
        self.cursor.execute("update scheduling.programme_version set level = 'basic', joint = '{}'")
        self.cursor.execute("truncate scheduling.programme_material")

    def answer(self, act):
        self.wait_for("an answer", "select count(*) from scheduling.act where act_id = %s",
                      str(act))
        self.cursor.execute("select outcome, reason from scheduling.act where act_id = %s",
                            [str(act)])
        return self.cursor.fetchone()

    def act(self, kind, subject, **fields):
        act = uuid.uuid4()
        self.say(kind, subject, act_id=act, by=ident("samordnaren"), **fields)
        return self.answer(act)

    # --- files ---

    def bring_in(self, file, *options):
        """(exit code, stdout, stderr) of the command."""
        path = self.cluster.folder / "programmes.json"
        path.write_text(file if isinstance(file, str) else json.dumps(file), encoding="utf-8")
        done = subprocess.run([BUILD / "bin" / "gruppstod", "--var", self.cluster.folder, "import",
                               "programmes", path, *options], capture_output=True, text=True,
                              timeout=30, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_every_fault_of_a_file_is_named_with_its_path(self):
        file = changed("situation", "sorrow", minutes=20, level="basic",
                       children={"least": 4, "most": 3}, parents={"group": "yes"},
                       entry={"kind": "closed", "last_meeting": 9},
                       intake={"kind": "theirs", "quota": 2},
                       ages=[{"from": 9, "to": 7}], start_windows=[{"opens": "02-30"}],
                       valid_from="2026-02-31",
                       meetings=[{"theme": "Ett"}, {"theme": "Ett", "joint": "yes"}, {}])
        code, out, err = self.bring_in(file)
        self.assertEqual((code, out), (65, ""))
        faults = err.splitlines()
        at = "programmes[0].version."
        for expected in (
                "programmes[0].situation: one of these is wanted: substance mental violence"
                " separation",
                at + "valid_from: 2026-02-31 is not a day that exists, YYYY-MM-DD",
                at + "minutes: 20 is not within 30 to 240",
                at + "meetings[1].joint: true or false is wanted",
                at + "meetings[1].theme: meeting 1 has the same theme",
                at + "meetings[2].theme: it is missing",
                at + "ages[0].to: it lies before from",
                at + "children.most: it is less than least",
                at + "parents.leaders: a parent group has one or two leaders",
                at + "entry.last_meeting: there are only 3 meetings",
                at + "start_windows[0].opens: 02-30 is not a day of every year, MM-DD",
                at + "start_windows[0].closes: it is missing",
                at + "intake.quota: only an intake by quota has one",
                at + "level: there is no such field"):
            self.assertIn(expected, faults)
        self.assertEqual(len(faults), 15, err)
        self.assertIn("14 faults; nothing has been brought in", faults[-1])

    def test_what_is_no_file_of_programmes(self):
        self.assertEqual(self.bring_in("{")[0], 65)
        self.assertIn("programmes: it is missing", self.bring_in("{}")[2])
        self.assertEqual(self.bring_in("[" * 100)[0], 65)

    def test_a_dry_run_changes_nothing_and_then_it_is_there_once(self):
        code, out, _ = self.bring_in(changed(), "--dry-run")
        self.assertEqual(code, 0)
        self.assertIn("a new programme", out)
        count = "select count(*) from scheduling.programme where name = 'Prov: Grinden'"
        self.assertEqual(self.ask(count), 0)
        self.assertIn("a new programme", self.bring_in(changed())[1])
        self.cursor.execute(
            "select version, meetings, themes, joint, level, intake, quota, documentation,"
            " ages_from, ages_to, may_open from scheduling.programme_v"
            " where name = 'Prov: Grinden'")
        self.assertEqual(self.cursor.fetchone(), (
            1, 3, ["Ett", "Två", "Tre"], [1, 3], "basic", "quota", 3, "pseudonymous", [7, 10],
            [9, 12], True))
        self.assertIn("is there as it is", self.bring_in(changed())[1])
        listed = subprocess.run([BUILD / "bin" / "gruppstod", "--var", self.cluster.folder, "get",
                                 "programmes"], capture_output=True, text=True, timeout=30,
                                check=True).stdout
        self.assertRegex(listed, r"Prov: Grinden +mental +group .* holds")
        code, _, err = self.bring_in(changed(minutes=75))
        self.assertEqual(code, 65)
        self.assertIn("programmes[0].version.number: this version is there already", err)
        self.assertIn("a new version", self.bring_in(changed(minutes=75, number=2))[1])
        self.cursor.execute("select version, minutes from scheduling.programme_v"
                            " where name = 'Prov: Grinden'")
        self.assertEqual(self.cursor.fetchone(), (2, 75))

    def test_a_draft_holds_for_nobody_until_it_is_approved(self):
        file = changed("name", "Prov: Spången", approved=None)
        self.assertIn("a draft", self.bring_in(file)[1])
        there = "select count(*) from scheduling.programme_v where name = 'Prov: Spången'"
        self.assertEqual(self.ask(there), 0)
        file["programmes"][0]["version"]["minutes"] = 60
        self.assertIn("replaces the draft", self.bring_in(file)[1])
        file["programmes"][0]["version"]["approved"] = VERSION["approved"]
        self.assertIn("replaces the draft", self.bring_in(file)[1])
        self.assertEqual(self.ask(there), 1)

    # --- groups ---

    def refused(self, name, word):
        self.heard_by("matching", "group_refused", key(name))
        body = bytes(self.ask("select body from ledger.matching where subject = %s", key(name)))
        self.assertIn(word.encode(), body)

    def test_no_group_before_the_board_has_decided(self):
        self.cursor.execute("update scheduling.programme set board_needed = true"
                            " where programme_id = %s", [key("demo")])
        self.want("Ett")
        self.refused("Ett", "board_decision_missing")
        decided = {"programme_id": ident("demo"), "number": "2026/9"}
        self.assertEqual(self.act("board_noted", key("demo"), **decided,
                                  decided_on=(self.today() - EPOCH).days + 1),
                         ("refused", "wrong_input"))
        self.assertEqual(self.act("board_noted", key("demo"), **decided,
                                  decided_on=(self.today() - EPOCH).days), ("done", None))
        self.book("Två")

    def test_no_leader_whose_training_is_not_deep_enough(self):
        self.cursor.execute("update scheduling.programme_version set level = 'deeper'"
                            " where programme_id = %s", [key("demo")])
        self.want("Ett")
        self.refused("Ett", "level_missing")

    # --- material ---

    def test_what_to_bring_is_told_a_week_before_and_again_after_a_move(self):
        self.cursor.execute("insert into scheduling.programme_material values"
                            " (%s, 1, 2, 'stort papper')", [key("demo")])
        group = self.book("Ett")
        self.cursor.execute("select meeting_id, day from scheduling.meeting"
                            " where group_id = %s order by day", [str(group)])
        (_, first), (second, day), _ = self.cursor.fetchall()
        for place in range(1, 5):
            self.take(group, place, f"barn {place}", version=1)
        self.heard_by("matching", "group_confirmed", group)
        self.turn_to(first - timedelta(1))
        told = ("select count(*) = %s from ledger.notification where kind = 'leader_told'"
                " and position('material' in encode(body, 'escape')) > 0")
        self.turn_to(day - timedelta(7))
        self.wait_for("both leaders to be told", told, 2)
        self.assertEqual(self.ask("select count(*) from scheduling.material_told"), 1)
        self.assertEqual(
            self.act("series_change_wanted", group, group_id=group, change="move",
                     on_free_day=False, leaders_agreed=False,
                     meeting_id=uuid.UUID(second), day=(day + timedelta(1) - EPOCH).days),
            ("done", None))
        self.turn_to(day - timedelta(6))
        self.wait_for("both to be told again", told, 4)

    # --- parents ---

    def family(self, name, guardians=1, answers="nnnnn"):
        """A referral with its guardians, as intake would have it."""
        self.cursor.execute(
            "insert into intake.child (child_id) values (%s) on conflict do nothing",
            [key(f"c {name}")])
        self.cursor.execute(
            "insert into intake.referral (referral_id, child_id, code, receipt, received_at, door,"
            " source, language, safety, answers, violence, protected, consents, complete)"
            " values (%s, %s, left(md5(%s), 6), left(md5(%s || 'r'), 8), now(), 'parent', 'parent',"
            " 'sv', 'green', %s, false, false, 'yyyy', true) on conflict do nothing",
            [key(name), key(f"c {name}"), name, name, answers])
        persons = [key(f"{name} {n}") for n in range(guardians)]
        for person in persons:
            self.cursor.execute(
                "insert into intake.person (referral_id, person_id, role, language, sealed,"
                " wrapped_key) values (%s, %s, 'guardian', 'sv', '\\x00', '\\x00')"
                " on conflict do nothing", [key(name), person])
        return [uuid.UUID(person) for person in persons]

    def with_parents(self, name, **changes):
        return self.book(name, parent_room_id=uuid.UUID(key("rum 2")),
                         parent_leader_ids=[ident("Cia")], **changes)

    def note(self, group, child, persons):
        return self.act("parents_noted", key(child), group_id=group, referral_id=ident(child),
                        person_ids=persons)

    def taken(self, group, place, child):
        self.take(group, place, child, version=1)
        self.wait_for("a place", "select count(*) from scheduling.roster where referral_id = %s",
                      key(child))

    def parents(self):
        return self.ask("select count(*) from scheduling.parent_roster")

    def test_parents_who_must_not_meet_are_never_both_in(self):
        group = self.with_parents("Ett")
        both = self.family("rädd", 2, "nnnyn")
        self.taken(group, 1, "rädd")
        self.assertEqual(self.note(group, "rädd", both), ("refused", "must_not_meet"))
        self.assertEqual(self.note(group, "rädd", both[:1]), ("done", None))
        self.assertEqual(self.note(group, "rädd", both[1:]), ("done", None))
        self.assertEqual(self.parents(), 1)
        trygga = self.family("trygg", 2)
        self.taken(group, 2, "trygg")
        self.assertEqual(self.note(group, "trygg", trygga), ("done", None))
        self.release(group, 2, "trygg", True)
        self.wait_for("the parents to leave with the child",
                      "select count(*) = 1 from scheduling.parent_roster")

    def test_parents_of_two_children_who_must_not_meet(self):
        group = self.with_parents("Ett")
        mine, theirs = self.family("min"), self.family("din")
        self.cursor.execute(
            "insert into intake.pair (child_a, child_b, kind, said_by, said_at) values"
            " (least(%s::uuid, %s), greatest(%s::uuid, %s), 'parents_must_not_meet', 'test',"
            " now())",
            [key("c min"), key("c din")] * 2)
        self.taken(group, 1, "min")
        self.assertEqual(self.note(group, "min", mine), ("done", None))
        self.taken(group, 2, "din")
        self.assertEqual(self.note(group, "din", theirs), ("refused", "must_not_meet"))

    def test_a_group_without_parents_has_none(self):
        group = self.book("Ett")
        mine = self.family("min")
        self.taken(group, 1, "min")
        self.assertEqual(self.note(group, "min", mine), ("refused", "no_parent_group"))
        other = self.with_parents("Två", slot=8, room_id=uuid.UUID(key("rum 1")))
        self.assertEqual(self.note(other, "min", mine), ("refused", "changed_meanwhile"))

    def test_a_move_takes_the_parents_room_and_leaders_along(self):
        group = self.with_parents("Ett")
        self.cursor.execute("select meeting_id, day from scheduling.meeting where group_id = %s"
                            " order by day limit 1", [str(group)])
        meeting, day = self.cursor.fetchone()
        self.assertEqual(self.act("series_change_wanted", group, group_id=group, change="move",
                                  meeting_id=uuid.UUID(meeting), on_free_day=False,
                                  leaders_agreed=True, day=(day + timedelta(1) - EPOCH).days),
                         ("done", None))
        for table, count in (("room_booking", 2), ("leader_booking", 3)):
            self.cursor.execute(
                f"select count(*), bool_and(b.during && tstzrange(m.starts_at, m.ends_at)),"
                f" max(m.day) from scheduling.{table} b join scheduling.meeting m"
                " using (meeting_id) where meeting_id = %s", [meeting])
            self.assertEqual(self.cursor.fetchone(), (count, True, day + timedelta(1)))

    def test_joint_meetings_follow_their_themes(self):
        self.cursor.execute("update scheduling.programme_version set joint = '{1,3}'"
                            " where programme_id = %s", [key("demo")])
        group = self.with_parents("Ett")
        self.cursor.execute("select meeting_id from scheduling.meeting where group_id = %s"
                            " order by day limit 1", [str(group)])
        first = uuid.UUID(self.cursor.fetchone()[0])
        self.assertEqual(self.act("series_change_wanted", group, group_id=group, change="cancel",
                                  on_free_day=False, leaders_agreed=False,
                                  meeting_id=first), ("done", None))
        self.cursor.execute("select theme, joint from scheduling.meeting_part_v"
                            " where group_id = %s and state <> 'cancelled' order by day",
                            [str(group)])
        self.assertEqual(self.cursor.fetchall(), [("Ett", True), ("Två", False), ("Tre", True)])

    # --- talks ---

    def talks(self, child, **changes):
        fields = {"referral_id": ident(child), "child_id": ident(f"c {child}"),
                  "programme_id": ident("samtal"), "language": "sv", "age": 9, "slot": 8,
                  "earliest_day": (self.today() - EPOCH).days, "district": "norr"}
        return self.act("talks_wanted", key(child), **{**fields, **changes})

    def talks_programme(self):
        self.cursor.execute(
            "insert into scheduling.programme (programme_id, name, situation, format) values"
            " (%s, 'Samtal', 'substance', 'individual') on conflict do nothing", [key("samtal")])
        self.cursor.execute(
            "insert into scheduling.programme_version (programme_id, version, valid_from, minutes,"
            " themes, least, most, parents, parent_leaders, entry, entry_meeting) values"
            " (%s, 1, '2007-01-01', 60, array['Berätta', 'Tryggt', 'Framåt'], 1, 1, 'no', 0,"
            " 'closed', 1) on conflict do nothing", [key("samtal")])
        self.cursor.execute("insert into scheduling.programme_band values (%s, 1, 4, 18)"
                            " on conflict do nothing", [key("samtal")])

    def test_talks_are_booked_for_one_child_and_end_completed(self):
        self.talks_programme()
        self.assertEqual(self.talks("eva"), ("done", None))
        self.cursor.execute("select group_id, state, talks, held, leader, last_day"
                            " from scheduling.talks_v where referral_id = %s", [key("eva")])
        group, state, talks, held, leader, last = self.cursor.fetchone()
        self.assertEqual((state, talks, held), ("confirmed", 3, 0))
        self.assertIn(leader, ("Anna", "Cia"))
        self.cursor.execute(
            "select (select count(*) from scheduling.room_booking b join scheduling.meeting m"
            "   using (meeting_id) where m.group_id = g.group_id),"
            " (select count(*) from scheduling.leader_booking b join scheduling.meeting m"
            "   using (meeting_id) where m.group_id = g.group_id),"
            " (select count(*) from scheduling.catalogue_v c where c.group_id = g.group_id),"
            " (select count(*) from scheduling.roster r where r.group_id = g.group_id)"
            " from scheduling.groups g where group_id = %s", [group])
        self.assertEqual(self.cursor.fetchone(), (3, 3, 0, 1))
        self.heard_by("notification", "family_told", key("eva"))
        self.assertEqual(self.talks("eva"), ("refused", "talks_already"))
        self.assertEqual(self.talks("ulf"), ("done", None))
        other = self.ask("select group_id from scheduling.talks where referral_id = %s", key("ulf"))
        self.assertEqual(self.act("group_act_wanted", other, group_id=uuid.UUID(other),
                                  act="cancel", reason="other"), ("done", None))
        self.heard_by("desk", "task_wanted", key("ulf"))
        self.assertTrue(self.ask("select ended from scheduling.talks where referral_id = %s",
                                 key("ulf")))
        self.turn_to(last + timedelta(2))
        self.wait_for("the end", "select count(*) from scheduling.talks_v"
                      " where referral_id = %s and state = 'completed' and held = 3", key("eva"))
        self.assertEqual(self.talks("eva"), ("done", None))

    def test_talks_are_refused_with_the_reason(self):
        self.talks_programme()
        self.assertEqual(self.talks("eva", programme_id=ident("demo")), ("refused", "unknown"))
        self.assertEqual(self.talks("eva", age=2), ("refused", "wrong_input"))
        self.assertEqual(self.talks("eva", language="fi"), ("refused", "leader_taken"))
        self.cursor.execute("update scheduling.programme_version set level = 'specialist'"
                            " where programme_id = %s", [key("samtal")])
        self.assertEqual(self.talks("eva"), ("refused", "leader_untrained"))
        self.cursor.execute("update scheduling.programme_version set level = 'basic'")
        for child in ("a", "b"):
            self.assertEqual(self.talks(child), ("done", None))
        self.assertEqual(self.talks("c"), ("refused", "leader_taken"))
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.cursor.execute("insert into scheduling.talks (group_id, referral_id, child_id,"
                                " asked_by, asked_at) select %s, referral_id, child_id, asked_by,"
                                " asked_at from scheduling.talks limit 1", [key("annan")])


for name in [name for name in vars(Scheduling) if name.startswith("test_")]:
    setattr(Programmes, name, None)  # those are test_scheduling's own
del Scheduling

if __name__ == "__main__":
    sys.exit(main(__name__))
