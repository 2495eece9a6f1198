#!/usr/bin/python3
"""A running series is changed: meetings moved, cancelled, added; days off; all or nothing."""
import random
import signal
import subprocess
import sys
import unittest
import uuid
from datetime import date, timedelta

from scheduling_world import BUILD, EPOCH, key, main
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
        self.cursor.execute("delete from ledger.notification")
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
        group, _ = self.book_from(date(YEAR, 9, 6))  # weeks before the term ends
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

    # --- all or nothing ---

    def test_a_daemon_killed_in_the_middle_leaves_the_old_series_or_the_new(self):
        group = self.book("Ett")
        before = self.meetings(group)
        bookings = ("select count(*), min(lower(during)), max(upper(during)) from"
                    " scheduling.room_booking join scheduling.meeting using (meeting_id)"
                    " where group_id = %s")
        rooms = self.rows(bookings, str(group))
        end = before[2][2] + WEEK
        with self.cluster.connect("postgres") as other:  # holds the room until the end
            cursor = other.cursor()
            cursor.execute("insert into scheduling.outside_booking (booking_id, room_id, source,"
                           " source_key, starts_at, ends_at, imported_at) values"
                           " (gen_random_uuid(), %s, 'prov', '1', %s::timestamp at time zone"
                           " 'Europe/Stockholm', (%s::timestamp + interval '1 hour') at time zone"
                           " 'Europe/Stockholm', now())",
                           [str(ROOM[1]), f"{end} 15:00", f"{end} 15:00"])
            act = self.act("series_change_wanted", group, group_id=group, change="cancel",
                           meeting_id=before[0][0], on_free_day=False, leaders_agreed=False)
            self.wait_for("the daemon to wait for the room",
                          "select count(*) from pg_stat_activity where usename ="
                          " 'gruppstod_scheduling' and wait_event_type = 'Lock'")
            self.daemon.send_signal(signal.SIGKILL)
            self.daemon.wait(10)
            other.rollback()
        type(self).daemon = subprocess.Popen(self.daemon.args, stdout=self.log, stderr=self.log)
        self.cursor.execute("select 1")
        now = self.meetings(group)
        self.assertIn(len(self.rows("select from scheduling.act where act_id = %s", str(act))),
                      (0, 1))
        if now == before:
            self.assertEqual(self.rows(bookings, str(group)), rooms)
        self.assertEqual(self.answer(act)[0], "done")
        after = self.meetings(group)
        self.assertEqual([row[3] for row in after], THEMES)
        self.assertEqual((after[0][0], after[2][2]), (before[1][0], end))

    def test_changes_by_chance_break_no_rule(self):
        chance = random.Random(YEAR)
        groups = [self.book("Ett"),
                  self.book("Två", slot=4, room_id=ROOM[2], parent_room_id=ROOM[1],
                            leader_ids=[uuid.UUID(key("Dan")), uuid.UUID(key("Cia"))],
                            parent_leader_ids=[uuid.UUID(key("Anna"))])]
        first, acts = min(self.days(groups[0])), []
        for _ in range(50):
            group = chance.choice(groups)
            meeting = chance.choice(self.meetings(group))[0]
            acts.append(self.act(
                "series_change_wanted", group, group_id=group, meeting_id=meeting,
                change=chance.choice(("move", "move", "cancel", "add")), theme="Extra",
                # Not so near that the group is decided on, and cancelled for want of children.
                day=first + chance.randrange(-10, 90) * DAY, on_free_day=False,
                starts_min=chance.choice((900, 990, 1110)), leaders_agreed=False))
        outcomes = {self.answer(act)[:2] for act in acts}
        self.assertIn(("done", None), outcomes)
        self.assertGreater(len(outcomes), 3, outcomes)
        for group in groups:
            rows = self.meetings(group)
            self.assertEqual([row[1] for row in rows], list(range(1, len(rows) + 1)))
            self.assertEqual([row[3] for row in rows if row[3] != "Extra"], THEMES)
            days = [row[2] for row in rows]
            self.assertEqual(days, sorted(set(days)))
            self.assertEqual(self.span(group)[:2], (days[0], days[-1]))
        self.assertEqual(self.rows(
            "select count(*) from scheduling.meeting m join scheduling.free_day_v f using (day)"
            " where m.state = 'planned'"), [(0,)])
        for table, who in (("room_booking", "room_id"), ("leader_booking", "leader_id")):
            self.assertEqual(self.rows(
                f"select count(*) from scheduling.{table} a join scheduling.{table} b"
                f" using ({who}) where a.ctid < b.ctid and a.during && b.during"), [(0,)])
        self.assertEqual(self.rows(
            "select count(*) from scheduling.meeting m left join lateral (select count(*) as rooms,"
            " bool_and(during = tstzrange(m.starts_at, m.ends_at)) as at_time"
            " from scheduling.room_booking b where b.meeting_id = m.meeting_id) b on true"
            " join scheduling.groups g using (group_id)"
            " where m.state = 'planned' and (not at_time or rooms <> 1 +"
            " (g.parent_room_id is not null)::int)"), [(0,)])

    # --- bookings of others ---

    def bring_in(self, name, content, *options):
        path = self.cluster.folder / name
        path.write_text(content, encoding="utf-8")
        done = subprocess.run([BUILD / "bin" / "gruppstod", "--var", self.cluster.folder, "import",
                               "bookings", path, *options], capture_output=True, text=True,
                              timeout=30, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_bookings_of_others_come_in_whole_and_once(self):
        self.cursor.execute("delete from scheduling.outside_booking")
        day = self.days(self.book("Ett"))[0]
        table = ("site;room;day;from;to;what\n"
                 f"Huset;1;{day};10:00;14:30;Körövning\n"
                 f"Huset;2;{day};15:00;16:00;\n")
        count = "select count(*) from scheduling.outside_booking"
        code, out, _ = self.bring_in("korer.csv", table, "--dry-run")
        self.assertEqual((code, "2 new" in out, self.ask(count)), (0, True, 0))
        self.assertIn("2 bookings: 2 new, 0 changed", self.bring_in("korer.csv", table)[1])
        self.assertIn("0 new, 0 changed, 2 as they were", self.bring_in("korer.csv", table)[1])
        wrong = table + (f"Huset;9;{day};10:00;11:00;\nHuset;2;2026-02-30;25:00;11:00;\n"
                         f"Huset;2;{day};15:30;17:00;Krock\n")
        code, _, error = self.bring_in("korer.csv", wrong)
        self.assertEqual((code, self.ask(count)), (65, 2))
        for fault in (":4: room:", ":5: day:", ":5: from:", ":6: the room is booked"):
            self.assertIn(fault, error)
        code, _, error = self.bring_in("andra.csv", "site;room;day;from;to;what\n"
                                       f"Huset;1;{day};16:00;17:00;Krock\n")
        self.assertEqual((code, self.ask(count)), (65, 2))
        self.assertIn(":2: room: taken at that time by", error)
        group = self.book("Två", slot=4, room_id=ROOM[2],
                          leader_ids=[uuid.UUID(key("Cia")), uuid.UUID(key("Dan"))])
        self.assertEqual(self.change(group, "move", meeting_id=self.meetings(group)[0][0],
                                     day=day)[:2], ("refused", "room_taken"))

    def test_a_calendar_of_others_repeats_and_has_exceptions(self):
        self.cursor.execute("delete from scheduling.outside_booking")
        self.cursor.execute("update scheduling.site set withheld = true where name = 'Gården'")
        day = self.today() + 2 * DAY
        at = "%sT%s00" % (day.strftime("%Y%m%d"), "1800")
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//prov//", "BEGIN:VEVENT", "UID:a@prov",
                 f"DTSTART:{at}", f"DTEND:{at.replace('T18', 'T20')}",
                 "RRULE:FREQ=WEEKLY;COUNT=4", "LOCATION:Gården\\, 1", "SUMMARY:Hos Eva, Gatan 3",
                 "EXDATE:%s" % at.replace(day.strftime("%Y%m%d"),
                                          (day + WEEK).strftime("%Y%m%d")),
                 "END:VEVENT", "BEGIN:VEVENT", "UID:a@prov",
                 "RECURRENCE-ID:%s" % at.replace(day.strftime("%Y%m%d"),
                                                 (day + 2 * WEEK).strftime("%Y%m%d")),
                 "DTSTART:%sT210000" % (day + 2 * WEEK).strftime("%Y%m%d"),
                 "DTEND:%sT220000" % (day + 2 * WEEK).strftime("%Y%m%d"),
                 "LOCATION:Gården\\, 1", "END:VEVENT", "END:VCALENDAR", ""]
        code, out, error = self.bring_in("garden.ics", "\r\n".join(lines))
        self.assertEqual((code, error), (0, ""))
        self.assertIn("3 bookings: 3 new", out)
        found = self.rows("select (starts_at at time zone 'Europe/Stockholm')::text, what"
                          " from scheduling.outside_booking order by 1")
        self.assertEqual(found, [(f"{day} 18:00:00", None),
                                 (f"{day + 2 * WEEK} 21:00:00", None),
                                 (f"{day + 3 * WEEK} 18:00:00", None)])
        self.assertIn("3 as they were", self.bring_in("garden.ics", "\r\n".join(lines))[1])
        self.assertEqual(self.bring_in("fel.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b\r\n"
                                       "END:VEVENT\r\nEND:VCALENDAR\r\n")[0], 65)

    def test_what_a_newer_file_no_longer_has_is_removed(self):
        self.cursor.execute("delete from scheduling.outside_booking")
        day = self.days(self.book("Ett"))[0]
        head = "site;room;day;from;to;what\n"
        kept, gone = f"Huset;1;{day};10:00;11:00;Kör\n", f"Huset;2;{day};12:00;14:30;Bio\n"
        past = f"Huset;2;{self.today() - DAY};08:00;09:00;I går\n"
        count = "select count(*) from scheduling.outside_booking"
        booked = "select count(*) from scheduling.room_booking where outside_id is not null"
        self.assertIn("3 new", self.bring_in("kor.csv", head + kept + gone + past)[1])
        self.bring_in("bio.csv", head + f"Huset;2;{day};20:00;21:00;\n")
        code, out, _ = self.bring_in("kor.csv", head + kept, "--dry-run")
        self.assertEqual((code, self.ask(count)), (0, 4))
        self.assertIn(f"gone: Huset, 2 {day} 12:00-14:30\n1 bookings: 0 new, 0 changed, 1 as they"
                      " were; 1 gone\nA dry run", out)
        # What takes the room of what is gone comes in by the same file.
        other = f"Huset;2;{day};12:30;13:30;Teater\n"
        self.assertIn("1 new, 0 changed, 1 as they were; 1 gone",
                      self.bring_in("kor.csv", head + kept + other)[1])
        self.assertEqual((self.ask(count), self.ask(booked)), (4, 4))
        code, out, error = self.bring_in("kor.csv", head)
        self.assertEqual((code, self.ask(count)), (65, 4))
        self.assertIn("the 2 to come of kor.csv would go: say --yes", error)
        self.assertIn("0 bookings: 0 new, 0 changed, 0 as they were; 2 gone",
                      self.bring_in("kor.csv", head, "--yes")[1])
        self.assertEqual(self.rows("select what from scheduling.outside_booking order by 1"),
                         [("I går",), (None,)])

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
