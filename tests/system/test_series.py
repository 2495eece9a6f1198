#!/usr/bin/python3
"""A running series is changed: meetings moved, cancelled, added; days off; all or nothing."""
import sys
import unittest
import uuid
from datetime import date, timedelta

from scheduling_world import EPOCH, key, main
from test_scheduling import Daemon

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAY = 0
YEAR = date.today().year + 1
BY = uuid.UUID(key("samordnaren"))
ROOM = {number: uuid.UUID(key(f"rum {number}")) for number in (1, 2, 3)}
THEMES = ["Ett", "Två", "Tre"]


class Series(Daemon):
    """Acts as the desk would say them, to the real daemon."""

    def setUp(self):
        self.cursor.execute("delete from scheduling.week_off")
        self.cursor.execute("update scheduling.leader set contract_until = '2040-01-01'")
        self.cursor.execute("update scheduling.leader_training set valid_until = null")
        super().setUp()

    def act(self, kind, subject, **fields):
        act = fields.setdefault("act_id", uuid.uuid4())
        fields = {name: (value - EPOCH).days if name.endswith("day") and value is not None
                  and not isinstance(value, (bool, int)) else value
                  for name, value in fields.items()}
        self.say(kind, subject, by=BY, **fields)
        return act

    def change(self, group, change, anyway=False, **fields):
        """What became of it: (outcome, reason, way out)."""
        agreed = fields.pop("leaders_agreed", False)
        return self.answer(self.act("series_change_wanted", group, group_id=group, change=change,
                                    on_free_day=anyway, leaders_agreed=agreed, **fields))

    def answer(self, act):
        self.wait_for("an answer", "select count(*) from scheduling.act where act_id = %s",
                      str(act))
        self.cursor.execute("select outcome, reason, way_out from scheduling.act"
                            " where act_id = %s", [str(act)])
        outcome, reason, way_out = self.cursor.fetchone()
        words = dict(word.split("=") for word in way_out.split()) if way_out else None
        return outcome, reason, words

    def rows(self, sql, *values):
        self.cursor.execute(sql, values)
        return self.cursor.fetchall()

    def meetings(self, group):
        """(id, number, day, theme, sequence) of those that are not cancelled, by day."""
        found = self.rows("select meeting_id, meeting_no, day, theme, sequence"
                          " from scheduling.meeting"
                          " where group_id = %s and state <> 'cancelled' order by day", str(group))
        return [(uuid.UUID(row[0]), *row[1:]) for row in found]

    def days(self, group):
        return [row[2] for row in self.meetings(group)]

    def span(self, group):
        return self.rows("select first_day, last_day, entry_until from scheduling.groups"
                         " where group_id = %s", str(group))[0]

    def book_from(self, day):
        """A series whose first meeting is on the first Monday from that day on, next year."""
        monday = day + (MONDAY - day.weekday()) % 7 * DAY
        self.turn_to(monday - 28 * DAY)
        group = self.book("Ett")
        self.assertEqual(self.days(group)[0], monday)
        return group, monday

    # --- the themes move on ---

    def test_a_cancelled_meeting_gives_its_theme_to_the_next(self):
        group = self.book("Ett")
        before = self.meetings(group)
        self.assertEqual(self.change(group, "cancel", meeting_id=before[1][0])[0], "done")
        after = self.meetings(group)
        self.assertEqual([(number, theme) for _, number, _, theme, _ in after],
                         list(zip((1, 2, 3), THEMES)))
        self.assertEqual(after[1][0], before[2][0])
        self.assertEqual([row[4] for row in after], [0, 1, 0])
        self.assertEqual(self.rows(
            "select state, sequence, (select count(*) from scheduling.room_booking b"
            " where b.meeting_id = m.meeting_id) from scheduling.meeting m"
            " where meeting_id = %s", str(before[1][0])), [("cancelled", 1, 0)])
        self.assertEqual(self.span(group), (after[0][2], after[2][2], after[1][2]))
        self.heard_by("matching", "series_changed", group)

    def test_an_act_that_comes_again_does_nothing(self):
        group = self.book("Ett")
        act = self.act("series_change_wanted", group, group_id=group, change="cancel",
                       meeting_id=self.meetings(group)[0][0], on_free_day=False,
                       leaders_agreed=False)
        self.answer(act)
        after = self.meetings(group)
        self.act("series_change_wanted", group, act_id=act, group_id=group, change="cancel",
                 meeting_id=after[0][0], on_free_day=False, leaders_agreed=False)
        self.wait_all_handled()
        self.assertEqual(self.meetings(group), after)

    def test_a_meeting_moved_past_the_next_takes_its_theme(self):
        group = self.book("Ett")
        first, second, third = self.meetings(group)
        self.assertEqual(self.change(group, "move", meeting_id=first[0], day=second[2] + DAY)[0],
                         "done")
        self.assertEqual([(row[0], row[1], row[3]) for row in self.meetings(group)],
                         [(second[0], 1, "Ett"), (first[0], 2, "Två"), (third[0], 3, "Tre")])

    def test_an_added_meeting_has_its_own_theme_where_its_day_is(self):
        group = self.book("Ett")
        first = self.meetings(group)[0]
        self.assertEqual(self.change(group, "add", day=first[2] + DAY, theme="Extra")[0], "done")
        self.assertEqual([row[3] for row in self.meetings(group)], ["Ett", "Extra", "Två", "Tre"])
        self.assertEqual(self.change(group, "add", day=first[2] + 2 * DAY)[:2],
                         ("refused", "wrong_input"))

    def test_the_parents_come_along_and_everybody_is_told_once(self):
        group = self.book("Ett", parent_room_id=ROOM[2], parent_leader_ids=[uuid.UUID(key("Cia"))])
        self.take(group, 1, "Barn ett")
        self.take(group, 2, "Barn två")
        self.wait_all_handled()
        first = self.meetings(group)[0]
        self.assertEqual(self.change(group, "move", meeting_id=first[0], starts_min=16 * 60 + 30,
                                     day=first[2] + WEEK - 7 * DAY)[0], "done")
        self.assertEqual(self.rows(
            "select count(*), count(distinct during), bool_and(lower(during) = m.starts_at)"
            " from scheduling.room_booking join scheduling.meeting m using (meeting_id)"
            " where meeting_id = %s", str(first[0])), [(2, 1, True)])
        self.assertEqual(self.rows(
            "select count(*), bool_and(lower(during) = m.starts_at - interval '1 hour')"
            " from scheduling.leader_booking join scheduling.meeting m using (meeting_id)"
            " where meeting_id = %s", str(first[0])), [(3, True)])
        self.assertEqual(sorted(self.rows("select kind, count(*), count(distinct subject)"
                                          " from ledger.notification where kind like '%%told'"
                                          " group by kind")),
                         [("family_told", 2, 2), ("leader_told", 3, 3)])

    def test_the_local_hour_stays_when_the_clock_changes(self):
        changes = max(day for day in (date(YEAR, 3, 25 + n) for n in range(7))
                      if day.weekday() == 6)
        group, _ = self.book_from(changes - 13 * DAY)
        self.assertEqual(self.change(group, "add", theme="Mer")[0], "done")
        hours = self.rows("select (starts_at at time zone 'Europe/Stockholm')::time::text,"
                          " extract(hour from starts_at at time zone 'UTC')"
                          " from scheduling.meeting where group_id = %s", str(group))
        self.assertEqual({local for local, _ in hours}, {"15:00:00"})
        self.assertEqual({int(utc) for _, utc in hours}, {13, 14})

    # --- refusals, each with the nearest way out ---

    def test_a_taken_room_is_refused_with_another_room(self):
        group = self.book("Ett")
        first = self.meetings(group)[0]
        self.book("Två", slot=4, room_id=ROOM[1],
                  leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        other = self.days(key("Två"))[0]
        outcome, reason, way_out = self.change(group, "move", meeting_id=first[0], day=other)
        self.assertEqual((outcome, reason), ("refused", "room_taken"))
        self.assertEqual((way_out["room"], way_out["day"]), (key("rum 2"), str(other)))
        self.assertEqual(self.change(group, "move", meeting_id=first[0], day=other,
                                     room_id=ROOM[2])[0], "done")

    def test_a_taken_leader_is_refused_with_another_day(self):
        group = self.book("Ett")
        first = self.meetings(group)[0]
        self.book("Två", slot=4, room_id=ROOM[2])
        other = self.days(key("Två"))[0]
        outcome, reason, way_out = self.change(group, "move", meeting_id=first[0], day=other)
        self.assertEqual((outcome, reason), ("refused", "leader_taken"))
        self.assertEqual(way_out["day"], str(other + DAY))

    def test_a_holiday_is_refused_unless_somebody_says_so(self):
        free = date(YEAR, 10, 1) + (MONDAY - date(YEAR, 10, 1).weekday()) % 7 * DAY
        self.cursor.execute("insert into scheduling.free_day (day, name) values (%s, 'Fest')",
                            [free])
        group, monday = self.book_from(free - 2 * WEEK)
        self.assertEqual(self.days(group), [monday, monday + WEEK, monday + 3 * WEEK])
        last = self.meetings(group)[2]
        outcome, reason, way_out = self.change(group, "move", meeting_id=last[0], day=free)
        self.assertEqual((outcome, reason, way_out["day"]),
                         ("refused", "public_holiday", str(free + DAY)))
        self.assertEqual(self.change(group, "move", anyway=True, meeting_id=last[0],
                                     day=free)[0], "done")
        self.cursor.execute("delete from scheduling.free_day where name = 'Fest'")

    def test_a_series_past_the_term_is_refused_with_a_day_within(self):
        last = max(day for day in (date(YEAR, 6, 14 + n) for n in range(7)) if day.weekday() == 0)
        group, first = self.book_from(last - 2 * WEEK)
        outcome, reason, way_out = self.change(group, "cancel",
                                               meeting_id=self.meetings(group)[0][0])
        self.assertEqual((outcome, reason), ("refused", "past_term"))
        near = date.fromisoformat(way_out["day"])
        self.assertTrue(first < near <= date(YEAR, 6, 20), near)
        self.assertEqual(self.change(group, "cancel", meeting_id=self.meetings(group)[0][0],
                                     day=near)[0], "done")
        self.assertIn(near, self.days(group))

    def test_leaders_without_training_or_contract_that_day_are_refused(self):
        group = self.book("Ett")
        last = self.meetings(group)[2]
        for table, column, reason in (("leader_training", "valid_until", "leader_untrained"),
                                      ("leader", "contract_until", "leader_contract")):
            self.cursor.execute(f"update scheduling.{table} set {column} = %s"
                                " where leader_id = %s", [last[2] + DAY, key("Bo")])
            self.assertEqual(self.change(group, "move", meeting_id=last[0],
                                         day=last[2] + 8 * DAY)[:2], ("refused", reason))
            self.cursor.execute(f"update scheduling.{table} set {column} = '2040-01-01'")

    def test_rooms_that_do_not_fit_are_refused(self):
        group = self.book("Ett")
        first = self.meetings(group)[0]
        self.assertEqual(self.change(group, "move", meeting_id=first[0], room_id=ROOM[3])[:2],
                         ("refused", "room_too_small"))
        self.assertEqual(self.change(group, "move", meeting_id=first[0],
                                     starts_min=20 * 60)[:2], ("refused", "room_closed"))
        self.assertEqual(self.change(group, "move", meeting_id=uuid.uuid4())[:2],
                         ("refused", "unknown"))
        self.assertEqual(self.change(uuid.uuid4(), "move", meeting_id=first[0])[:2],
                         ("refused", "unknown"))
        self.assertEqual(self.days(group)[0], first[2])

    # --- days off ---

    def test_days_off_move_every_meeting_that_was_there(self):
        group = self.book("Ett")
        other = self.book("Två", slot=4, room_id=ROOM[2],
                          leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        monday = self.days(group)[1]
        act = self.act("week_off_wanted", BY, about=BY, first_day=monday, last_day=monday + 6 * DAY,
                       name="Planering")
        self.assertEqual(self.answer(act)[0], "done")
        for series in (group, other):
            self.assertEqual([row[3] for row in self.meetings(series)], THEMES)
            self.assertFalse([day for day in self.days(series) if monday <= day < monday + WEEK])
        outcome, reason, _ = self.change(group, "move", meeting_id=self.meetings(group)[0][0],
                                         day=monday + DAY)
        self.assertEqual((outcome, reason), ("refused", "week_off"))


def load_tests(_loader, _tests, _pattern):
    """Only what is told here, not what it inherits."""
    return unittest.TestSuite(Series(name) for name in vars(Series) if name.startswith("test_"))


if __name__ == "__main__":
    sys.exit(main(__name__))
