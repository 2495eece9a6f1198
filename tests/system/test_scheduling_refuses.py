#!/usr/bin/python3
"""What the database refuses of bookings, groups and rosters, whoever writes; and two races."""
import sys
import threading
import time
from datetime import date, timedelta

import psycopg2
import psycopg2.errors

from scheduling_world import GROUP, HOUR, MONDAY, Base, group_row, key, main, stockholm


class Refused(Base):
    """Each test in a transaction that is rolled back."""

    def setUp(self):
        self.connection = self.cluster.connect("postgres")
        self.cursor = self.connection.cursor()

    def tearDown(self):
        self.connection.rollback()
        self.connection.close()

    def group(self, name="Björken", **changes):
        self.cursor.execute(GROUP, group_row(name, **changes))
        self.cursor.execute("insert into scheduling.group_fill (group_id) values (%s)", [key(name)])

    def leader(self, group, name, part="child", post=1, **changes):
        self.cursor.execute("""
            insert into scheduling.group_leader (group_id, part, post, leader_id, situation,
                experienced, parents)
            select %s, %s, %s, leader_id, %s, coalesce(%s, experienced), coalesce(%s, parents)
            from scheduling.leader where work_name = %s""",
            [key(group), part, post, changes.get("situation", "substance"),
             changes.get("experienced"), changes.get("parents"), name])

    def meeting(self, group, number, day, hour=15, day_written=None):
        self.cursor.execute("""
            insert into scheduling.meeting (meeting_id, group_id, meeting_no, day, starts_at,
                ends_at, theme)
            values (%s, %s, %s, %s, %s, %s, 'Ett')""",
            [key(f"{group} {number}"), key(group), number, day_written or day,
             stockholm(day, hour), stockholm(day, hour) + 1.5 * HOUR])
        return key(f"{group} {number}")

    def book_room(self, meeting, room, day, hour, hours=1.5):
        self.cursor.execute("""
            insert into scheduling.room_booking (meeting_id, room_id, during)
            values (%s, %s, tstzrange(%s, %s))""",
            [meeting, key(room), stockholm(day, hour), stockholm(day, hour) + hours * HOUR])

    def book_leader(self, meeting, leader, site, day, hour, minute=0, cursor=None):
        starts = stockholm(day, hour, minute)
        (cursor or self.cursor).execute("""
            insert into scheduling.leader_booking (meeting_id, leader_id, site_id, during)
            values (%s, %s, %s, tstzrange(%s, %s))""",
            [meeting, key(leader), key(site), starts - HOUR, starts + 2.5 * HOUR])

    def take(self, group, place, referral, places=8):
        self.cursor.execute("""
            insert into scheduling.roster (group_id, place_no, places, referral_id, child_id,
                version, taken_at)
            values (%s, %s, %s, %s, %s, 1, common.civil_now())""",
            [key(group), place, places, key(referral), key(f"child of {referral}")])

    def two_meetings(self):
        self.group()
        return (self.meeting("Björken", 1, MONDAY),
                self.meeting("Björken", 2, MONDAY + timedelta(7)))

    def refused(self, constraint, work):
        with self.assertRaises(psycopg2.IntegrityError) as caught:
            work()
        self.assertIn(constraint, caught.exception.diag.constraint_name)

    def test_what_is_allowed_passes(self):
        self.group(parent_room_id=key("rum 2"))
        self.leader("Björken", "Anna")
        self.leader("Björken", "Bo", post=2)
        self.leader("Björken", "Cia", part="parent")
        meeting = self.meeting("Björken", 1, MONDAY)
        self.book_room(meeting, "rum 1", MONDAY, 15)
        self.book_leader(meeting, "Anna", "huset", MONDAY, 15)
        self.take("Björken", 8, "ett")

    def test_a_room_twice(self):
        one, other = self.two_meetings()
        self.book_room(one, "rum 1", MONDAY, 15)
        self.refused("room_booking_once", lambda: self.book_room(other, "rum 1", MONDAY, 16))

    def test_a_room_again_at_the_minute_it_is_free(self):
        one, other = self.two_meetings()
        self.book_room(one, "rum 1", MONDAY, 15, hours=1)
        self.book_room(other, "rum 1", MONDAY, 16)

    def test_a_leader_without_the_hours_between(self):
        one, other = self.two_meetings()
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.refused("leader_booking_once",
                     lambda: self.book_leader(other, "Anna", "huset", MONDAY, 18))

    def test_a_leader_twice_a_day_in_one_house(self):
        one, other = self.two_meetings()
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.book_leader(other, "Anna", "huset", MONDAY, 18, 30)

    def test_a_leader_who_cannot_travel_in_time(self):
        one, other = self.two_meetings()
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.refused("leader_booking_travel",
                     lambda: self.book_leader(other, "Anna", "gården", MONDAY, 19, 14))

    def test_a_leader_who_can_just_travel(self):
        one, other = self.two_meetings()
        self.book_leader(one, "Anna", "huset", MONDAY, 15)
        self.book_leader(other, "Anna", "gården", MONDAY, 19, 15)

    def test_travel_is_seen_backwards_too(self):
        one, other = self.two_meetings()
        self.book_leader(one, "Anna", "huset", MONDAY, 19)
        self.refused("leader_booking_travel",
                     lambda: self.book_leader(other, "Anna", "gården", MONDAY, 15))

    def test_no_leader_untrained(self):
        self.group()
        self.refused("group_leader_level", lambda: self.leader("Björken", "Eva"))

    def test_no_leader_trained_less_deeply_than_the_programme_demands(self):
        self.cursor.execute("update scheduling.programme_version set level = 'deeper'")
        self.group()
        self.refused("group_leader_level", lambda: self.leader("Björken", "Anna"))

    def test_the_level_is_enough(self):
        self.cursor.execute("update scheduling.programme_version set level = 'deeper'")
        self.cursor.execute("update scheduling.leader_training set level = 'specialist'")
        self.group()
        self.leader("Björken", "Anna")

    def test_no_group_before_the_board_has_decided(self):
        self.cursor.execute("update scheduling.programme set board_needed = true")
        self.cursor.execute("insert into scheduling.programme_board values"
                            " (%s, common.today() + 1, '2027/1')", [key("demo")])
        self.refused("groups_after_board", self.group)

    def test_a_group_when_the_board_has_decided(self):
        self.cursor.execute("update scheduling.programme set board_needed = true")
        self.cursor.execute("insert into scheduling.programme_board values"
                            " (%s, common.today(), '2027/1')", [key("demo")])
        self.group()

    def test_no_group_of_a_draft(self):
        self.cursor.execute("update scheduling.programme_version set draft = true")
        self.refused("groups_of_approved_programme", self.group)

    def test_no_joint_meeting_that_is_not_there(self):
        self.refused("programme_version_joint", lambda: self.cursor.execute(
            "update scheduling.programme_version set joint = '{1,4}'"))

    def test_the_first_post_is_an_experienced_leaders(self):
        self.group()
        self.refused("group_leader_experienced", lambda: self.leader("Björken", "Bo"))

    def test_nobody_is_experienced_by_writing_so(self):
        self.group()
        self.refused("group_leader_leader_id",
                     lambda: self.leader("Björken", "Bo", experienced=True))

    def test_a_parent_group_has_a_leader_used_to_it(self):
        self.group()
        self.refused("group_leader_of_parents",
                     lambda: self.leader("Björken", "Dan", part="parent"))

    def test_a_leader_on_both_posts(self):
        self.group()
        self.leader("Björken", "Anna")
        self.refused("group_leader_leader_id_group_id",
                     lambda: self.leader("Björken", "Anna", post=2))

    def test_more_places_than_the_room_has(self):
        self.refused("groups_fit_room", lambda: self.group(places=9))

    def test_parents_in_the_childrens_room(self):
        self.refused("groups_parents_elsewhere", lambda: self.group(parent_room_id=key("rum 1")))

    def test_parents_in_another_house(self):
        self.refused("groups_parent_room_id", lambda: self.group(parent_room_id=key("rum 3")))

    def test_a_programme_for_another_situation(self):
        self.refused("groups_programme_id", lambda: self.group(situation="violence"))

    def test_two_groups_of_one_name(self):
        self.group()
        self.refused("groups_municipality_id_name", lambda: self.cursor.execute(
            GROUP, group_row("Björken", group_id=key("Eken"))))

    def test_a_state_that_does_not_follow(self):
        self.group()
        self.refused("group_change_follows", lambda: self.cursor.execute(
            "update scheduling.groups set state = 'running', version = 2"))

    def test_a_group_does_not_begin_confirmed(self):
        self.refused("group_change_follows", lambda: self.group(state="confirmed"))

    def test_a_cancelled_group_has_a_reason(self):
        self.group()
        self.refused("groups_reason_of_end", lambda: self.cursor.execute(
            "update scheduling.groups set state = 'cancelled', version = 2"))

    def test_no_meeting_on_a_holiday_in_a_break_or_in_summer(self):
        self.group()
        for number, day in enumerate((date(2027, 3, 29), date(2027, 3, 1), date(2027, 7, 5),
                                      date(2026, 12, 28)), 1):
            self.cursor.execute("savepoint one")
            self.refused("meeting_on_school_days",
                         lambda number=number, day=day: self.meeting("Björken", number, day))
            self.cursor.execute("rollback to savepoint one")

    def test_two_meetings_a_day(self):
        self.group()
        self.meeting("Björken", 1, MONDAY)
        self.refused("meeting_once_a_day", lambda: self.meeting("Björken", 2, MONDAY, 18))

    def test_a_meeting_on_another_day_than_it_says(self):
        self.group()
        self.refused("meeting_on_its_day", lambda: self.meeting(
            "Björken", 1, MONDAY, day_written=MONDAY + timedelta(1)))

    def test_the_roster_ends_with_the_places(self):
        self.group()
        self.refused("roster_within_places", lambda: self.take("Björken", 9, "nio"))

    def test_the_roster_does_not_lie_about_the_places(self):
        self.group()
        self.refused("roster_group_id_places", lambda: self.take("Björken", 9, "nio", places=9))

    def test_a_place_twice(self):
        self.group()
        self.take("Björken", 1, "ett")
        self.refused("roster_pkey", lambda: self.take("Björken", 1, "två"))

    def test_a_child_twice(self):
        self.group()
        self.take("Björken", 1, "ett")
        self.refused("roster_once", lambda: self.take("Björken", 2, "ett"))

    def test_terms_do_not_overlap(self):
        self.refused("term_apart", lambda: self.cursor.execute(
            "insert into scheduling.term (school_year, season, first_day, last_day)"
            " values ('2026/28', 'autumn', '2026-12-20', '2027-01-02')"))

    def test_other_daemons_read_views_and_nothing_else(self):
        for role, allowed, forbidden in (
                ("intake", "catalogue_v", "roster_v"), ("matching", "leader_v", "leader"),
                ("matching", "group_v", "roster"), ("notification", "meeting_v", "leader_v"),
                ("desk_list", "roster_v", "roster")):
            connection = self.cluster.connect(f"gruppstod_{role}")
            with connection.cursor() as cursor:
                cursor.execute(f"select count(*) from scheduling.{allowed}")
                with self.assertRaises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f"select count(*) from scheduling.{forbidden}")
            connection.close()

    def race(self, first, second, expected):
        """Two transactions at once: the second waits for the first and is then refused."""
        one, other = self.two_meetings()
        self.connection.commit()
        rivals = [self.cluster.connect("gruppstod_scheduling") for _ in range(2)]
        outcome = []

        def lose():
            try:
                second(rivals[1].cursor(), other)
                rivals[1].commit()
                outcome.append("both were booked")
            except psycopg2.IntegrityError as error:
                outcome.append(error.diag.constraint_name)

        try:
            first(rivals[0].cursor(), one)
            loser = threading.Thread(target=lose)
            loser.start()
            self.wait_until_blocked(rivals[1].info.backend_pid)
            rivals[0].commit()
            loser.join(20)
            self.assertEqual(outcome, [expected])
        finally:
            for rival in rivals:
                rival.close()
            self.cursor.execute("truncate scheduling.groups cascade")
            self.connection.commit()

    def wait_until_blocked(self, pid):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self.cursor.execute(
                "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s", [pid])
            if self.cursor.fetchone()[0]:
                return
            self.connection.rollback()
            time.sleep(0.01)
        self.fail("the second booking did not wait for the first")

    def booker(self, site, hour, minute=0):
        return lambda cursor, meeting: self.book_leader(
            meeting, "Anna", site, MONDAY, hour, minute, cursor)

    def test_race_for_a_leader_between_two_houses(self):
        self.race(self.booker("huset", 15), self.booker("gården", 18, 40), "leader_booking_travel")

    def test_race_for_a_leader_at_one_hour(self):
        self.race(self.booker("huset", 15), self.booker("huset", 16), "leader_booking_once")


if __name__ == "__main__":
    sys.exit(main(__name__))
