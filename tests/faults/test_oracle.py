#!/usr/bin/python3
"""The oracle finds what it is for: a finished town is found sound, and each of these corruptions,
planted by the superuser with constraints and triggers out of the way, is found by its rule."""
import os
import pathlib
import signal
import unittest

import oracle
from town import Families, Referrers, Town, wait_for

PLACED = "(select referral_id from matching.referral where state = 'placed' limit 1)"
OFFERED = "(select referral_id from matching.referral where state = 'offered' limit 1)"
A_PLACED = "with one as (select * from matching.referral where state = 'placed' limit 1) "

# (the rule that must find it, what is done, constraints and indexes that would refuse it)
CORRUPTIONS = [
    ("acknowledged_is_kept", f"delete from intake.referral where referral_id = {PLACED}", ()),
    ("matching_has_it", f"delete from matching.referral where referral_id = {PLACED}", ()),
    ("evaluation_has_it", f"delete from evaluation.referral where referral_id = {PLACED}", ()),
    ("matching_heard_all", f"update matching.referral set heard = heard + 1 where referral_id ="
     f" {PLACED}", ()),
    ("the_case_is_kept", f"delete from matching.case where referral_id = {PLACED}", ()),
    ("a_person_to_reach", f"delete from intake.person where role <> 'child' and referral_id ="
     f" {PLACED}", ()),
    ("one_pending_offer", "insert into matching.offer select (jsonb_populate_record(o,"
     " jsonb_build_object('offer_id', gen_random_uuid(), 'group_id', gen_random_uuid()))).*"
     " from matching.offer o where state = 'pending' limit 1",
     ("index matching.offer_one_pending_a_child",)),
    ("one_place", "insert into matching.place select (jsonb_populate_record(p,"
     " jsonb_build_object('group_id', gen_random_uuid()))).* from matching.place p limit 1",
     ("index matching.place_one_a_child",)),
    ("no_place_twice", "insert into matching.place select (jsonb_populate_record(p,"
     " jsonb_build_object('child_id', gen_random_uuid()))).* from matching.place p limit 1",
     ("constraint matching.place place_pkey",)),
    ("not_over_size", "update matching.place set place_no = 41 where ctid in"
     " (select ctid from matching.place limit 1)",
     ("constraint matching.place place_within_group",)),
    ("roster_not_over_size", "update scheduling.roster set place_no = 41 where ctid in"
     " (select ctid from scheduling.roster limit 1)",
     ("constraint scheduling.roster roster_within_places",)),
    ("bits_are_places", "update matching.open_group set used = used # 1 where group_id in"
     " (select group_id from matching.place limit 1)", ()),
    ("pending_holds_its_place", "delete from matching.place where state = 'held'", ()),
    ("held_has_its_offer", "update matching.offer set state = 'declined' where offer_id in"
     " (select offer_id from matching.place where state = 'taken' limit 1)", ()),
    ("offer_is_the_childs", "update matching.offer set child_id = gen_random_uuid() where offer_id"
     " in (select offer_id from matching.offer limit 1)", ()),
    ("one_decision", "insert into notification.letter select (jsonb_populate_record(l,"
     " jsonb_build_object('letter_id', gen_random_uuid()))).* from notification.letter l limit 1",
     ("constraint notification.letter one_decision",)),
    ("every_offer_is_told", "delete from notification.letter where event_id in"
     " (select offer_id from matching.offer where state = 'accepted' limit 1)", ()),
    ("no_letter_without_clearance", "update notification.letter set clearance_id ="
     " gen_random_uuid() where letter_id in (select letter_id from notification.letter"
     " where state = 'sent' and purpose = 'offer' limit 1)", ()),
    ("no_letter_for_red", f"update intake.referral set safety = 'red' where referral_id = {PLACED}",
     ()),
    ("no_letter_to_the_child_or_a_stranger", "update notification.letter l set person_id ="
     " (select person_id from intake.person p where p.referral_id <> l.referral_id limit 1)"
     " where letter_id in (select letter_id from notification.letter where state = 'sent'"
     "  and reader = 'family' limit 1)", ()),
    ("no_offer_uncleared", f"delete from intake.clearance where referral_id = {PLACED}", ()),
    ("red_holds_no_offer", "update intake.referral set safety = 'red' where referral_id ="
     f" {OFFERED}", ()),
    ("handled_once", "insert into ledger.hop select * from ledger.hop limit 1", ()),
    ("handled_is_gone", "insert into ledger.matching (id, kind, subject, sender, said_at, version,"
     " body) select id, kind, subject, sender, said_at, 1, 'x' from ledger.hop where"
     " receiver = 'matching' limit 1", ()),
    ("a_cause_is_a_hop", "delete from ledger.hop where ctid in (select ctid from ledger.hop"
     " where receiver = 'matching' and kind = 'referral_cleared' limit 1)", ()),
    ("received_once", "insert into ledger.hop select (jsonb_populate_record(h,"
     " jsonb_build_object('id', gen_random_uuid()))).* from ledger.hop h where"
     " kind = 'referral_received' limit 1", ()),
    ("handled_after_said", "update ledger.hop set handled_at = said_at - interval '1 hour'"
     " where ctid in (select ctid from ledger.hop limit 1)", ()),
    ("versions_only_rise", f"update matching.referral set version = 1 where referral_id = {PLACED}",
     ()),
    ("nothing_is_given_up", "insert into ledger.dead (id, kind, subject, sender, said_at, version,"
     " body, receiver, died_at, reason) select id, kind, subject, sender, said_at, 1, 'x',"
     " receiver, handled_at, 'planted' from ledger.hop limit 1", ()),
    ("state_has_its_offer", "update matching.offer set state = 'expired' where state = 'pending'",
     ("constraint matching.offer offer_ended",)),
    ("pending_has_its_state", f"update matching.referral set state = 'accepted' where referral_id ="
     f" {OFFERED}", ()),
    ("waiting_is_listed", "delete from matching.waiting", ()),
    ("waiting_is_listed", "update matching.referral set state = 'waiting' where referral_id ="
     f" {PLACED}", ()),
    ("accepted_has_its_place", "delete from matching.place where state = 'taken'", ()),
    ("answers_are_obeyed", "update matching.offer set state = 'accepted' where offer_id in"
     " (select offer_id from intake.answer where answer = 'no' limit 1)", ()),
    ("accepted_was_answered", "delete from intake.answer where offer_id in (select offer_id from"
     " matching.offer where state = 'accepted' limit 1)", ()),
    ("roster_is_matchings", f"delete from scheduling.roster where referral_id = {PLACED}", ()),
    ("roster_is_matchings", "update scheduling.roster set referral_id = gen_random_uuid()"
     f" where referral_id = {PLACED}", ()),
    ("fill_is_the_roster", "update scheduling.group_fill set taken = taken + 1 where group_id in"
     " (select group_id from scheduling.roster limit 1)", ()),
    ("placed_is_counted", f"delete from evaluation.fact where kind = 'taken' and referral_id ="
     f" {PLACED}", ()),
    ("placed_is_counted", f"insert into evaluation.fact select * from evaluation.fact where"
     f" kind = 'placed' and referral_id = {PLACED}", ()),
    ("nobody_else_is_counted", "insert into evaluation.fact select (jsonb_populate_record(f,"
     f" jsonb_build_object('referral_id', {OFFERED}))).* from evaluation.fact f"
     " where kind = 'placed' limit 1", ()),
    ("the_receipt_says_placed", "update intake.referral set state = 'received' where referral_id ="
     f" {PLACED}", ()),
    ("placed_in_a_confirmed_group", "update scheduling.groups set state = 'booked' where group_id"
     f" in (select group_id from matching.referral where referral_id = {PLACED})", ()),
]


class Oracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(groups=4)
        try:
            referrers, families = Referrers(cls.town, 150), Families(cls.town, seed=5)
            referrers.join()
            cls.town.rest()
            families.finish()
            cls.town.rest()
            cls.journal = oracle.read_journal(referrers.path)
            cls.stop_daemons()
        except BaseException:
            cls.town.close()
            raise

    @classmethod
    def stop_daemons(cls):
        """What is looked at stands still: the database alone stays up."""
        pid = int(pathlib.Path(cls.town.var, "supervisor.pid").read_text())
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not cls.town.pids(), 20, "the daemons do not stop")

    @classmethod
    def tearDownClass(cls):
        cls.town.close()

    def setUp(self):
        self.connection = self.town.connect()
        self.connection.autocommit = False

    def tearDown(self):
        self.connection.close()

    def test_a_sound_town_is_sound(self):
        self.assertEqual(len(self.journal), 150)
        self.assertEqual(oracle.report(oracle.check(self.connection, self.journal)), "")

    def test_each_corruption_is_found(self):
        cursor = self.connection.cursor()
        for name, change, refusers in CORRUPTIONS:
            with self.subTest(rule=name, change=change):
                cursor.execute("set session_replication_role = replica")
                for refuser in refusers:
                    kind, what = refuser.split(" ", 1)
                    if kind == "index":
                        cursor.execute(f"drop index {what}")
                    else:
                        table, constraint = what.split()
                        cursor.execute(f"alter table {table} drop constraint {constraint} cascade")
                cursor.execute(change)
                self.assertGreater(cursor.rowcount, 0, "nothing was planted")
                self.assertIn(name, oracle.check(self.connection, self.journal))
                self.connection.rollback()
            self.connection.rollback()
        print(f"{len(CORRUPTIONS)} corruptions planted, each looked for by"
              f" {len(oracle.RULES)} rules")

    def test_a_journal_of_what_never_came_is_found(self):
        for line, name in (({"key": "k", "receipt": "22222222"}, "acknowledged_is_kept"),
                           ({"key": self.journal[0]["key"],
                             "receipt": self.journal[1]["receipt"]}, "one_receipt_a_key")):
            self.assertIn(name, oracle.check(self.connection, [*self.journal, line]))
            self.connection.rollback()

    def test_each_rule_has_a_corruption(self):
        planted = {name for name, _, _ in CORRUPTIONS} | {"one_receipt_a_key"}
        self.assertEqual({name for name, *_ in oracle.RULES} - planted,
                         {"every_move_is_a_version"})


if __name__ == "__main__":
    unittest.main()
