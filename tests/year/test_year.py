#!/usr/bin/python3
"""Five months of the year in the gate: the story has what a year has, every rule held, and each
rule finds what is planted against it."""
import unittest
from datetime import date

import psycopg2.errors

import check
from town import Town
from year import Options, Year, first_monday, story

WEEKS, STEP = 22, 7

# The database refuses nearly all of this by itself, so what it refuses with is taken away first.
UNGUARDED = """
begin;
set local session_replication_role = replica;
do $$
declare
    guard record;
begin
    for guard in select conrelid::regclass as of_table, conname from pg_constraint
        where connamespace = 'scheduling'::regnamespace and contype in ('c', 'x', 'u', 'p') loop
        execute format('alter table %s drop constraint if exists %I cascade', guard.of_table,
            guard.conname);
    end loop;
end $$"""

# What would break each rule, as SQL; it is taken back at once.
MOVE = "update scheduling.meeting set {} where meeting_id = (select meeting_id from" \
       " scheduling.meeting m join scheduling.groups g using (group_id)" \
       " where m.state <> 'cancelled' and g.state = 'running' order by m.starts_at desc limit 1)"
PLANTS = {
    "no_room_twice":
        "update scheduling.room_booking set"
        " room_id = (select room_id from scheduling.room limit 1),"
        " during = '[2027-10-01 15:00+02,2027-10-01 17:00+02)'",
    "each_meeting_has_its_rooms": "delete from scheduling.room_booking",
    "parents_meet_at_the_same_time":
        "delete from scheduling.room_booking b using scheduling.groups g"
        " where b.room_id = g.parent_room_id",
    "leaders_have_time":
        "update scheduling.leader_booking set leader_id = (select leader_id from scheduling.leader"
        " limit 1) where meeting_id is not null",
    "no_meeting_on_a_day_off": MOVE.format("day = '2027-12-24'"),
    "no_series_passes_a_summer": "update scheduling.groups set last_day = '2028-09-01'",
    "themes_in_order": MOVE.format("theme = 'Ett annat'"),
    "one_meeting_a_day":
        "update scheduling.meeting set day = '2027-10-04'",
    "the_local_hour_stays": MOVE.format("starts_at = starts_at + interval '1 hour'"),
    "two_leaders_one_experienced": "delete from scheduling.group_leader where post = 1",
    "each_evening_has_a_pair": "update scheduling.leader set experienced = false",
    "nobody_leads_while_away":
        "insert into scheduling.leader_absence (absence_id, leader_id, first_day, last_day, reason,"
        " said_at) select gen_random_uuid(), b.leader_id, m.day, m.day, 'ill', now()"
        " from scheduling.leader_booking b join scheduling.meeting m using (meeting_id) limit 1",
    "hours_are_released":
        "insert into scheduling.leader_release (leader_id, school_year, season, hours_week)"
        " select b.leader_id, t.school_year, t.season, 7 from scheduling.leader_booking b"
        " join scheduling.meeting m using (meeting_id) join scheduling.term t"
        " on m.day between t.first_day and t.last_day limit 1",
    "training_and_contract_hold": "update scheduling.leader set contract_until = '2027-09-01'",
    "places_hold": "update scheduling.groups set places = 1",
    "children_fit_their_group": "update matching.case set birth_date = '2005-01-01'",
    "nothing_is_lost": "delete from matching.referral",
    "clocks_are_kept": "update matching.waiting set since = '2020-01-01'",
}


def plant(cursor, offence):
    """Under the daemons' hands: who stands in each other's way with one of them tries again."""
    while True:
        try:
            cursor.execute(UNGUARDED)
            cursor.execute(offence)
            return
        except psycopg2.errors.DeadlockDetected:
            cursor.execute("rollback")


class TheYear(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town()
        try:
            first = first_monday(date.today())
            cls.town.start(first)
            cls.year = Year(cls.town, Options(referrals=1400, seed=1))
            cls.year.live(first, WEEKS, STEP)
            cls.today = cls.town.now().date()
            cls.story = story(cls.town, cls.year.events, first, cls.today)
        except BaseException:
            cls.town.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.town.stop()

    def test_groups_begin_and_meet_and_children_come(self):
        sums = [int(cell) for cell in self.story.splitlines()[-1].split("|")[2:-1] if cell.strip()]
        heads = [head.strip() for head in self.story.splitlines()[0].split("|")[2:-1]]
        heads.remove("median days")
        found = dict(zip(heads, sums))
        print(self.story)
        self.assertEqual(found["referrals"], self.year.families.count)
        for name in ("offers", "placed", "groups begun", "meetings held", "attendance"):
            self.assertGreater(found[name], 0, name)

    def test_every_rule_held(self):
        self.assertEqual(check.report(self.town.connect(), self.today,
                                      self.year.feeds.rule()), 0)

    def test_every_rule_finds_what_is_planted(self):
        self.assertEqual(set(PLANTS), {rule.__name__ for rule in check.RULES})
        connection = self.town.connect()
        for rule in check.RULES:
            with self.subTest(rule.__name__), connection.cursor() as cursor:
                try:
                    plant(cursor, PLANTS[rule.__name__])
                    self.assertGreater(cursor.rowcount, 0)
                    self.assertTrue(rule(check.City(connection, self.today))[1])
                finally:
                    cursor.execute("rollback")


if __name__ == "__main__":
    unittest.main(verbosity=2)
