#!/usr/bin/python3
"""A child that is missing unannounced: leaders are told at once, a call is due in half an hour."""
import sys
import uuid
from datetime import timedelta

from scheduling_world import Base, key, main
from test_scheduling import Daemon as Scheduling

del Base


class Missing(Scheduling):
    """A running group of four; the clock stands where a test turns it."""

    def setUp(self):
        super().setUp()
        self.cursor.execute("delete from ledger.desk")
        self.group = self.book("Ett")
        for place in range(1, 5):
            self.take(self.group, place, f"barn {place}", version=1)
        self.cursor.execute("select meeting_id, starts_at from scheduling.meeting"
                            " where group_id = %s order by starts_at", [str(self.group)])
        self.meetings = self.cursor.fetchall()
        self.heard_by("matching", "group_confirmed", self.group)
        self.minute(0, 0)
        self.wait_for("the group to run", "select count(*) from scheduling.groups"
                      " where state = 'running'")

    def minute(self, meeting, minutes):
        """So many minutes after the start of the meeting."""
        self.cursor.execute("update common.civil_clock set ahead = %s - clock_timestamp()",
                            [self.meetings[meeting][1] + timedelta(minutes=minutes)])

    def note(self, meeting, **presences):
        for child, presence in presences.items():
            child = child.replace("_", " ")
            self.say("attendance_noted", key(child), group_id=self.group,
                     meeting_id=uuid.UUID(self.meetings[meeting][0]),
                     referral_id=uuid.UUID(key(child)), presence=presence,
                     by=uuid.UUID(key("ledaren")))

    def tasks(self, kind):
        """Of which children the desk has been asked for that."""
        self.cursor.execute("select subject, body from ledger.desk where kind = 'task_wanted'"
                            " order by said_at")
        return [subject for subject, body in self.cursor.fetchall() if kind.encode() in bytes(body)]

    def one_task(self, child, kind="missing_child"):
        self.heard_by("desk", "task_wanted", key(child))
        self.assertEqual(self.tasks(kind), [key(child)])

    def letters(self):
        return self.ask("select count(*) from ledger.notification where kind = 'leader_told'"
                        " and position('missing_child' in encode(body, 'escape')) > 0")

    def test_who_is_noted_as_missing_is_called_at_once(self):
        self.minute(0, 5)
        self.note(0, barn_1="present", barn_2="absent_untold", barn_3="absent_told")
        self.one_task("barn 2")
        self.assertEqual(self.letters(), 2)  # both leaders, none of the words names a child
        self.note(0, barn_2="absent_untold")
        self.wait_all_handled()
        self.one_task("barn 2")

    def test_silence_counts_when_the_list_is_used(self):
        self.minute(0, 20)
        self.wait_all_handled()
        self.assertEqual(self.tasks("missing_child"), [])
        self.note(0, barn_1="present", barn_2="present", barn_3="present")
        self.one_task("barn 4")

    def test_silence_counts_by_itself_when_the_quarter_has_passed(self):
        self.minute(0, 5)
        self.note(0, barn_1="present", barn_2="present", barn_3="present")
        self.wait_all_handled()
        self.assertEqual(self.tasks("missing_child"), [])
        self.minute(0, 16)
        self.one_task("barn 4")

    def test_twice_in_a_row_is_a_coordinators_matter(self):
        self.minute(0, 5)
        self.note(0, barn_1="present", barn_2="absent_untold")
        self.one_task("barn 2")
        self.cursor.execute("delete from ledger.desk")
        self.minute(1, 5)
        self.note(1, barn_1="present", barn_2="absent_untold")
        self.heard_by("desk", "task_wanted", key("barn 2"), 2)
        self.assertEqual(self.tasks("missed_twice"), [key("barn 2")])
        self.cursor.execute("delete from ledger.desk")
        self.minute(2, 5)
        self.note(2, barn_1="absent_untold", barn_2="present")
        self.one_task("barn 1")
        self.assertEqual(self.tasks("missed_twice"), [])


for name in [name for name in vars(Scheduling) if name.startswith("test_")]:
    setattr(Missing, name, None)  # those are test_scheduling's own
del Scheduling

if __name__ == "__main__":
    sys.exit(main(__name__))
