#!/usr/bin/python3
"""Leaders and families are told of what has changed: whom a letter goes to, what it may name, what
its link opens, and who is called when there is no way to write."""
import email
import email.policy
import pathlib
import re
import unittest
import uuid
from datetime import date

import psycopg2

from notification_rig import Rig, keyed_hash, new_id, wait_for
from scheduling_world import CITY, GROUP, group_row
import scheduling_world

EPOCH = date(1970, 1, 1)


def key(name):
    return uuid.UUID(scheduling_world.key(name))


class Notices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig()
        cls.addClassCleanup(cls.rig.close)
        cls.rig.sql(CITY)
        cls.rig.connection.cursor().execute(GROUP, group_row("Björken"))
        cls.rig.connection.cursor().execute(GROUP, group_row("Eken", room_id=str(key("rum 2"))))
        cls.rig.sql("insert into scheduling.group_fill (group_id)"
                    " select group_id from scheduling.groups")
        cls.rig.sql("insert into scheduling.meeting (meeting_id, group_id, meeting_no, day,"
                    " starts_at, ends_at, theme) values (%s, %s, 1, '2027-01-11',"
                    " '2027-01-11 15:00+01', '2027-01-11 16:30+01', 'Hemligt tema')",
                    key("träff"), key("Björken"))

        cls.rig.start()
        cls.addClassCleanup(cls.rig.stop)

    def restart(self, **settings):
        """With other settings, until the end of the test at most."""
        self.rig.stop()
        self.rig.start(**settings)
        if settings:
            self.addCleanup(self.restart)

    def letters(self, address):
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 for path in pathlib.Path(self.rig.mail).glob("*.eml")]
        return [letter for letter in found if letter["To"] == address]

    @staticmethod
    def plain(letter):
        return letter.get_body(("plain",)).get_content()

    def state(self, notice, person=None):
        row = self.rig.one("select string_agg(state, ' ') from notification.letter"
                           " where event_id = %s and coalesce(%s, person_id) = person_id",
                           notice, person)
        return row[0]

    def wait_state(self, notice, state):
        wait_for(lambda: self.state(notice) == state, 15,
                 lambda: f"{self.state(notice)} instead of {state}\n{self.rig.log()}"
                 f"{self.rig.sql('select kind, reason from ledger.dead')}")

    def handled(self):
        wait_for(lambda: self.rig.one("select count(*) from ledger.notification") == (0,),
                 what=self.rig.log)

    def leader(self, name, address):
        self.rig.sql("update scheduling.leader set email = %s where work_name = %s",
                     address, name)
        return key(name)

    def tell_leader(self, leader, purpose, notice=None, **fields):
        notice = notice or new_id()
        self.rig.say("leader_told", leader, {"notice_id": notice, "leader_id": leader,
                                             "purpose": purpose, **fields})
        return notice

    def task(self, about):
        """The one task that the desk was asked for about that id."""
        row = self.rig.one("select body from ledger.desk where kind = 'task_wanted'"
                           " and subject = %s order by said_at desc limit 1", about)
        return bytes(row[0]) if row else b""

    # Leaders

    def test_a_leader_is_told_at_work(self):
        anna = self.leader("Anna", "anna@example.org")
        notice = self.tell_leader(anna, "substitute_asked", meeting_id=key("träff"),
                                  until_day=(date(2026, 12, 17) - EPOCH).days)
        self.wait_state(notice, "sent")
        letter, = self.letters("anna@example.org")
        self.assertEqual(letter["Subject"], "Från Samordningen: Björken")
        plain = self.plain(letter)
        self.assertIn("Kan du hoppa in i Björken måndag 11 januari kl. 15.00? Ni ses på Huset.",
                      plain)
        self.assertIn("Svara gärna senast torsdag 17 december.", plain)
        self.assertNotIn("tema", plain)
        token = re.search(r"https://stad.example.org/sv/inhopp/(\S{22})\s", plain)[1]
        hashed = keyed_hash(self.rig.keys["token"], [b"stored", b"substitute", token.encode()])
        self.assertEqual(
            self.rig.one("select kind, about::text, person_id::text, reader, until_day::text"
                         " from notification.link_v where token_hash = %s", hashed),
            ("substitute", str(key("träff")), str(anna), "leader", "2026-12-17"))
        self.assertNotIn(token, str(self.rig.sql("select l::text from notification.letter l")))

    def test_one_decision_for_event_person_and_purpose(self):
        leader = self.leader("Bo", "bo@example.org")
        notice = new_id()
        for _ in range(3):
            self.tell_leader(leader, "series_changed", notice, group_id=key("Björken"))
        self.tell_leader(leader, "material", notice, group_id=key("Björken"))
        self.handled()
        wait_for(lambda: self.state(notice) == "sent sent", what=self.rig.log)
        self.assertEqual(len(self.letters("bo@example.org")), 2)

    def test_without_an_address_a_person_calls(self):
        leader = key("Cia")
        notice = self.tell_leader(leader, "group_given", group_id=key("Björken"))
        self.wait_state(notice, "task")
        self.assertIn(b"call_leader", self.task(leader))
        self.assertIn(b"\xa5about\xa6leader", self.task(leader))

    def test_a_bad_address_is_never_kept(self):
        for address in ("dan@example.org,x@example.org", "dan@example.org\r\nRCPT TO:<b@c.org>",
                        "<dan@example.org>", "dan", "dan@a@example.org"):
            with self.subTest(address), self.assertRaises(psycopg2.errors.CheckViolation):
                self.leader("Dan", address)

    def test_who_has_stopped_is_not_told(self):
        leader = self.leader("Eva", "eva@example.org")
        self.rig.sql("update scheduling.leader set active = false where leader_id = %s", leader)
        notice = self.tell_leader(leader, "training_ends")
        self.handled()
        self.assertIsNone(self.state(notice))
        self.rig.sql("update scheduling.leader set active = true where leader_id = %s", leader)
        self.restart(outlet="hold")
        notice = self.tell_leader(leader, "training_ends")
        self.wait_state(notice, "rendered")
        self.rig.sql("update scheduling.leader set active = false where leader_id = %s", leader)
        self.restart()
        self.wait_state(notice, "dropped")
        self.assertEqual(self.letters("eva@example.org"), [])

    def test_a_leader_nobody_knows(self):
        leader = new_id()
        self.tell_leader(leader, "training_ends")
        wait_for(lambda: self.rig.one("select reason from ledger.dead where subject = %s",
                                      leader) == ("no such leader",), what=self.rig.log)

    def test_night_and_a_missing_child(self):
        """Leaders' letters wait for the morning too, but not the one that must be acted on."""
        anna = self.leader("Anna", "anna2@example.org")
        now = self.rig.one("select extract(hour from clock_timestamp()"
                           " at time zone 'Europe/Stockholm')::int")[0]
        self.restart(send_from_hour=(now + 5) % 23, send_to_hour=(now + 5) % 23 + 1)
        waits = self.tell_leader(anna, "material", group_id=key("Björken"))
        goes = self.tell_leader(anna, "missing_child", group_id=key("Björken"))
        self.wait_state(goes, "sent")
        self.wait_state(waits, "rendered")

    # Families

    def tell_family(self, referral, purpose, notice=None, **fields):
        notice = notice or new_id()
        self.rig.say("family_told", referral, {"notice_id": notice, "referral_id": referral,
                                               "purpose": purpose, **fields})
        return notice

    def place(self, referral, group):
        number = self.rig.one("select coalesce(max(place_no), 0) + 1 from scheduling.roster"
                              " where group_id = %s", key(group))[0]
        self.rig.sql("insert into scheduling.roster (group_id, place_no, places, referral_id,"
                     " child_id, version, taken_at) values (%s, %s, 8, %s, %s, 1,"
                     " common.civil_now())", key(group), number, referral, new_id())

    def cleared(self, address, **person):
        referral, _ = self.rig.family(address, **person)
        self.rig.clearance(referral)
        return referral

    def test_a_family_is_told_by_a_link_and_its_code(self):
        referral = self.cleared("kim@example.org")
        self.place(referral, "Björken")
        notice = self.tell_family(referral, "series_changed", group_id=key("Björken"))
        self.wait_state(notice, "sent")
        letter, = self.letters("kim@example.org")
        self.assertEqual(letter["Subject"], "Från Samordningen, kod K7QFXM")
        plain = self.plain(letter)
        for word in ("Björken", "Huset", "måndag", "grupp"):
            self.assertNotIn(word, plain)
        token = re.search(r"/sv/tider/(\S{22})\s", plain)[1]
        hashed = keyed_hash(self.rig.keys["token"], [b"stored", b"group", token.encode()])
        self.assertEqual(self.rig.one("select kind, about::text, referral_id::text from"
                                      " notification.link_v where token_hash = %s", hashed),
                         ("group", str(key("Björken")), str(referral)))
        self.assertEqual(self.rig.said("matching", "letter_settled", referral), 1)

    def test_nobody_is_told_without_a_clearance(self):
        for change in ("safety = 'red'", "withdrawn_at = common.civil_now()",
                       "answers_version = 2"):
            with self.subTest(change):
                referral = self.cleared("red@example.org")
                self.rig.sql(f"update intake.referral set {change} where referral_id = %s",
                             referral)
                notice = self.tell_family(referral, "postponed", group_id=key("Björken"))
                self.wait_state(notice, "task")
                self.assertIn(b"letter_failed", self.task(referral))
        referral, _ = self.rig.family("red@example.org")
        self.rig.clearance(referral, key=bytes(32))
        notice = self.tell_family(referral, "postponed")
        wait_for(lambda: self.rig.one("select reason from ledger.dead where subject = %s",
                                      referral), what=self.rig.log)
        self.assertEqual(self.letters("red@example.org"), [])

    def test_no_safe_contact(self):
        for person in ({"email_ok": False}, {"days": 91}):
            referral = self.cleared("unsafe@example.org", **person)
            notice = self.tell_family(referral, "moved", group_id=key("Björken"))
            self.wait_state(notice, "task")
            self.assertIn(b"no_safe_contact", self.task(referral))
        self.assertEqual(self.letters("unsafe@example.org"), [])

    def test_what_ends_before_the_letter_goes(self):
        """A family that has left the group hears nothing of its days; nor of a cancelled one."""
        self.restart(outlet="hold")
        notices = []
        for number, group in enumerate(("Björken", "Eken", "Björken")):
            referral = self.cleared(f"ends{number}@example.org")
            self.place(referral, group)
            notices.append((referral, self.tell_family(referral, "series_changed",
                                                       group_id=key(group))))
        for _, notice in notices:
            self.wait_state(notice, "rendered")
        self.rig.sql("delete from scheduling.roster where referral_id = %s", notices[0][0])
        self.rig.sql("update scheduling.groups set state = 'cancelled', reason = 'prov',"
                     " version = version + 1"
                     " where group_id = %s", key("Eken"))
        self.restart()
        self.wait_state(notices[0][1], "dropped")
        self.wait_state(notices[1][1], "dropped")
        self.wait_state(notices[2][1], "sent")

    def test_an_offer_is_no_notice(self):
        referral = self.cleared("offer@example.org")
        self.tell_family(referral, "offer")
        wait_for(lambda: self.rig.one("select reason from ledger.dead where subject = %s",
                                      referral), what=self.rig.log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
