#!/usr/bin/python3
"""A running series is changed: meetings moved, cancelled, added; all or nothing."""
import sys
import uuid

from scheduling_world import EPOCH, Base, key, main
from test_scheduling import Daemon as Scheduling

del Base


class Series(Scheduling):
    """Acts as the desk would say them, to the real daemon."""

    def change(self, group, change, act=None, **fields):
        """One act; its id."""
        act = act or uuid.uuid4()
        fields = {name: (value - EPOCH).days if name == "day" else value
                  for name, value in fields.items()}
        self.say("series_change_wanted", group, act_id=act, by=uuid.UUID(key("samordnaren")),
                 group_id=group, change=change, **fields)
        return act

    def answer(self, act):
        """(outcome, reason, way out) of an act."""
        self.wait_for("an answer", "select count(*) from scheduling.act where act_id = %s",
                      str(act))
        self.cursor.execute("select outcome, reason, way_out from scheduling.act"
                            " where act_id = %s", [str(act)])
        return self.cursor.fetchone()

    def meetings(self, group):
        """(id, number, day, theme, sequence) of those that are not cancelled, by day."""
        self.cursor.execute(
            "select meeting_id, meeting_no, day, theme, sequence from scheduling.meeting"
            " where group_id = %s and state <> 'cancelled' order by day", [str(group)])
        return [(uuid.UUID(row[0]), *row[1:]) for row in self.cursor.fetchall()]

    def test_a_cancelled_meeting_gives_its_theme_to_the_next(self):
        group = self.book("Ett")
        before = self.meetings(group)
        act = self.change(group, "cancel", meeting_id=before[1][0])
        self.assertEqual(self.answer(act), ("done", None, None))
        after = self.meetings(group)
        self.assertEqual([(number, theme) for _, number, _, theme, _ in after],
                         [(1, "Ett"), (2, "Två"), (3, "Tre")])
        self.assertEqual(after[1][0], before[2][0])
        self.assertEqual([row[4] for row in after], [0, 1, 0])
        self.cursor.execute("select state, sequence, (select count(*) from scheduling.room_booking"
                            " b where b.meeting_id = m.meeting_id) from scheduling.meeting m"
                            " where meeting_id = %s", [str(before[1][0])])
        self.assertEqual(self.cursor.fetchone(), ("cancelled", 1, 0))
        self.cursor.execute("select last_day from scheduling.groups where group_id = %s",
                            [str(group)])
        self.assertEqual(self.cursor.fetchone()[0], after[2][2])

    def test_an_act_that_comes_again_does_nothing(self):
        group = self.book("Ett")
        act = self.change(group, "cancel", meeting_id=self.meetings(group)[0][0])
        self.answer(act)
        after = self.meetings(group)
        self.change(group, "cancel", act=act, meeting_id=after[0][0])
        self.wait_all_handled()
        self.assertEqual(self.meetings(group), after)


for name in [name for name in vars(Scheduling) if name.startswith("test_")]:
    setattr(Series, name, None)  # those are test_scheduling's own
del Scheduling

if __name__ == "__main__":
    sys.exit(main(__name__))
