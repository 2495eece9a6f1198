#!/usr/bin/python3
"""Who gets a letter, and who must not: clearances in every false shape, contacts, offers that end,
messages that come twice, and kills; with letters as files in a folder."""
import email
import email.policy
import os
import pathlib
import re
import signal
import time
import unittest
import urllib.error
import urllib.request
import uuid

from notification_rig import DAY_MS, Rig, keyed_hash, new_id, wait_for


class Letters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig()
        cls.addClassCleanup(cls.rig.close)

    def setUp(self):
        self.rig.start()

    def tearDown(self):
        self.rig.stop()

    def letters(self):
        """The files, parsed, by recipient."""
        found = {}
        for path in pathlib.Path(self.rig.mail).glob("*.eml"):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found.setdefault(letter["To"], []).append(letter)
        return found

    def handled(self):
        """All that was said to the daemon is handled, and nothing is due."""
        wait_for(lambda: self.rig.one("select (select count(*) from ledger.notification)"
                                      " + (select count(*) from notification.letter where next_at"
                                      " < clock_timestamp() + interval '1 hour')") == (0,),
                 what=self.rig.log)

    def dead(self, referral):
        row = self.rig.one("select reason from ledger.dead where subject = %s", referral)
        return row and row[0]

    # Clearances

    def refused(self, why, clearance_of):
        """No letter, a dead message that says why, and a task for a person."""
        referral, offer = self.rig.family(f"{why.split()[0]}-{uuid.uuid4().hex}@example.org")
        self.rig.say_offered(referral, offer, clearance_of(referral))
        wait_for(lambda: self.dead(referral), what=self.rig.log)
        self.assertIn(why, self.dead(referral))
        self.assertEqual(self.rig.said("desk", "task_wanted", referral), 1)
        self.assertIsNone(self.rig.state(offer))

    def test_a_clearance_that_does_not_exist(self):
        self.refused("forged", lambda referral: new_id())

    def test_a_clearance_signed_with_another_key(self):
        self.refused("forged", lambda referral: self.rig.clearance(referral, key=os.urandom(32)))

    def test_a_clearance_with_a_changed_field(self):
        for wrong in ({"version": 2}, {"rule": 2}, {"by": "another"}, {"until": 1},
                      {"referral": new_id()}, {"id": new_id()}):
            with self.subTest(wrong):
                self.refused("forged", lambda referral, wrong=wrong:
                             self.rig.clearance(referral, wrong=wrong))

    def test_a_clearance_of_another_referral(self):
        """Replayed: true and living, but for another family."""
        self.refused("another referral", lambda _: self.rig.clearance(self.rig.referral()))

    def test_a_clearance_of_older_answers(self):
        referral, offer = self.rig.family("older@example.org")
        self.rig.say_offered(referral, offer, self.rig.clearance(referral), version=2)
        wait_for(lambda: self.dead(referral), what=self.rig.log)
        self.assertIsNone(self.rig.state(offer))

    def as_task(self, referral, offer, kind):
        """No letter, but a decision and a person who is asked."""
        self.rig.wait_state(offer, "task")
        self.assertIsNone(self.dead(referral))
        self.assertEqual(self.rig.said("desk", "task_wanted", referral), 1)
        self.assertEqual(self.rig.said("matching", "letter_settled", referral), 1)
        body = self.rig.one("select body from ledger.desk where kind = 'task_wanted'"
                            " and subject = %s", referral)[0]
        self.assertIn(kind.encode(), bytes(body))

    def test_a_clearance_that_has_run_out(self):
        referral, offer = self.rig.family("late@example.org")
        clearance = self.rig.clearance(referral, valid_ms=-DAY_MS)
        self.rig.say_offered(referral, offer, clearance)
        self.as_task(referral, offer, "letter_failed")

    def test_answers_that_have_changed_or_turned_red(self):
        for change in ("answers_version = 2", "safety = 'red'", "decision = 'red'",
                       "withdrawn_at = common.civil_now()"):
            with self.subTest(change):
                referral, offer = self.rig.family("changed@example.org")
                clearance = self.rig.clearance(referral)
                self.rig.sql(f"update intake.referral set {change} where referral_id = %s",
                             referral)
                self.rig.say_offered(referral, offer, clearance)
                self.as_task(referral, offer, "letter_failed")
        self.assertNotIn("changed@example.org", self.letters())

    # Contacts

    def test_no_safe_contact(self):
        for person in ({"email_ok": False}, {"days": 91}, {"days": None}, {"role": "referrer"}):
            with self.subTest(person):
                referral, offer = self.rig.offered("unsafe@example.org", **person)
                self.as_task(referral, offer, "no_safe_contact")
        self.assertNotIn("unsafe@example.org", self.letters())

    def test_an_address_that_is_a_command(self):
        referral, offer = self.rig.offered("kim@example.org\r\nRCPT TO:<b@example.org>")
        self.as_task(referral, offer, "letter_failed")

    def test_an_erased_person(self):
        referral, offer = self.rig.family("erased@example.org")
        self.rig.sql("update intake.person set wrapped_key = '' where referral_id = %s", referral)
        self.rig.say_offered(referral, offer, self.rig.clearance(referral))
        self.as_task(referral, offer, "no_safe_contact")

    def test_each_guardian_alone(self):
        referral, offer = self.rig.family("one@example.org")
        self.rig.person(referral, "two@example.org", language="ar")
        self.rig.person(referral, "never@example.org", email_ok=False)
        self.rig.person(referral, "child@example.org", role="young")
        self.rig.say_offered(referral, offer, self.rig.clearance(referral))
        wait_for(lambda: self.rig.one("select count(*) from notification.letter where"
                                      " event_id = %s and state = 'sent'", offer) == (2,))
        letters = self.letters()
        self.assertEqual({to for to in letters if to.split("@")[0] in
                          ("one", "two", "never", "child")}, {"one@example.org", "two@example.org"})
        links = [re.search(r"https://\S+/(sv|ar)/svar/(\S+)", self.plain(letters[to][0]))
                 for to in ("one@example.org", "two@example.org")]
        self.assertNotEqual(links[0][2], links[1][2])
        self.assertEqual([link[1] for link in links], ["sv", "ar"])

    @staticmethod
    def plain(letter):
        return letter.get_body(("plain",)).get_content()

    # The link

    def test_the_link_is_found_by_its_hash_only(self):
        referral, offer = self.rig.offered("link@example.org")
        self.rig.wait_state(offer, "sent")
        letter = self.letters()["link@example.org"][0]
        token = re.search(r"/sv/svar/(\S{22})\s", self.plain(letter))[1]
        hashed = keyed_hash(self.rig.keys["token"], [b"stored", b"offer", token.encode()])
        self.assertEqual(self.rig.one("select offer_id::text, purpose from"
                                      " notification.offer_link_v where token_hash = %s", hashed),
                         (str(offer), "offer"))
        everything = self.rig.sql("select l::text from notification.letter l"
                                  " where event_id = %s", offer)
        self.assertNotIn(token, str(everything))
        self.assertNotIn("link@example.org", str(everything))

    # Once

    def test_a_message_that_comes_twice(self):
        referral, offer = self.rig.family("twice@example.org")
        clearance = self.rig.clearance(referral)
        for _ in range(3):
            self.rig.say_offered(referral, offer, clearance)
        self.handled()
        self.assertEqual(len(self.letters()["twice@example.org"]), 1)
        self.assertEqual(self.rig.said("matching", "letter_settled", referral), 1)

    # What ends before the letter goes, seen in its claim

    def waiting(self, address):
        """A letter that is decided and waits for its hour."""
        self.rig.stop()
        self.rig.start(outlet="hold")
        referral, offer = self.rig.offered(address)
        self.rig.wait_state(offer, "rendered")
        self.rig.stop()
        return referral, offer

    def test_an_offer_that_ended(self):
        for state in ("revoked", "expired", "declined"):
            with self.subTest(state):
                referral, offer = self.waiting("ended@example.org")
                self.rig.sql("update matching.offer set state = %s, ended_at ="
                             " common.civil_now() where offer_id = %s", state, offer)
                self.rig.start()
                self.rig.wait_state(offer, "dropped")
                self.assertEqual(self.rig.said("desk", "task_wanted", referral), 0)
        self.assertNotIn("ended@example.org", self.letters())

    def test_a_family_that_withdrew_or_turned_red(self):
        for change in ("withdrawn_at = common.civil_now()", "safety = 'red'",
                       "answers_version = 2"):
            with self.subTest(change):
                referral, offer = self.waiting("withdrew@example.org")
                self.rig.sql(f"update intake.referral set {change} where referral_id = %s",
                             referral)
                self.rig.start()
                self.rig.wait_state(offer, "task")
        self.assertNotIn("withdrew@example.org", self.letters())

    def test_a_contact_that_is_no_longer_safe(self):
        referral, offer = self.waiting("nolonger@example.org")
        self.rig.sql("update intake.person set email_ok = false where referral_id = %s", referral)
        self.rig.start()
        self.as_task(referral, offer, "no_safe_contact")
        self.assertEqual(self.rig.one("select ended_why from notification.contact_grant g"
                                      " join intake.person p using (person_id)"
                                      " where referral_id = %s", referral), ("withdrawn",))

    def test_quiet_hours(self):
        hour = time.gmtime(time.time() + 3600 * 5).tm_hour
        self.rig.stop()
        self.rig.start(send_from_hour=hour, send_to_hour=hour + 1)
        offer = self.rig.offered("night@example.org")[1]
        self.rig.wait_state(offer, "rendered")
        self.assertEqual(self.rig.one("select next_at > clock_timestamp() + interval '1 hour'"
                                      " from notification.letter where event_id = %s", offer),
                         (True,))

    # The start, and the end

    def test_the_start_of_a_group(self):
        referral = self.rig.referral()
        self.rig.person(referral, "start@example.org")
        group = new_id()
        offer = self.rig.offer(referral, group, "accepted")
        self.rig.say("referral_placed", referral, {
            "referral_id": referral, "version": 2, "group_id": group,
            "placed_at_ms": int(time.time() * 1000), "clearance_id": self.rig.clearance(referral),
            "answers_version": 1})
        self.rig.wait_state(offer, "sent")
        self.assertIn("Nu är det klart", self.plain(self.letters()["start@example.org"][0]))

    def test_a_cancelled_group(self):
        group = new_id()
        told, silent = self.rig.family("told@example.org"), self.rig.family("no@example.org")
        for referral, offer in (told, silent):
            self.rig.sql("update matching.offer set group_id = %s where offer_id = %s",
                         group, offer)
            self.rig.say_offered(referral, offer, self.rig.clearance(referral))
            self.rig.wait_state(offer, "sent")
        self.rig.sql("update matching.offer set state = 'declined', ended_at = common.civil_now()"
                     " where offer_id = %s", silent[1])
        self.rig.say("group_cancelled", group, {"group_id": group, "reason": "too few"})
        wait_for(lambda: self.rig.one("select state from notification.letter where event_id = %s"
                                      " and purpose = 'cancelled'", told[1]) == ("sent",),
                 what=self.rig.log)
        self.assertEqual(len(self.letters()["told@example.org"]), 2)
        self.assertEqual(len(self.letters()["no@example.org"]), 1)

    # Kills

    def test_killed_at_random(self):
        """40 letters while the daemon is killed again and again: each is there once."""
        offers = []
        for number in range(40):
            offers.append(self.rig.offered(f"kill{number}@example.org")[1])
            if number % 4 == 3:
                # Decided: it is just being claimed, written and settled. A message that is in work
                # at three kills would be taken for the killer.
                wait_for(lambda: self.rig.one("select count(*) from ledger.notification") == (0,))
                self.rig.stop(signal.SIGKILL)
                self.rig.start()
        def settled():
            # A lease ends by itself in half a minute; here at once.
            self.rig.sql("update notification.letter set next_at = clock_timestamp()"
                         " where state = 'claimed'")
            return (40,) == self.rig.one(
                "select count(*) from notification.letter where state = 'sent'"
                " and event_id = any(%s::uuid[])", [str(offer) for offer in offers])
        wait_for(settled, 30, lambda: str(self.rig.sql(
            "select 'letter', state, count(*) from notification.letter where event_id ="
            " any(%s::uuid[]) group by state union all select 'waits', kind, tries from"
            " ledger.notification union all select 'dead', reason, tries from ledger.dead",
            [str(offer) for offer in offers])))
        letters = self.letters()
        self.assertEqual([len(letters[f"kill{number}@example.org"]) for number in range(40)],
                         [1] * 40)
        self.assertEqual([name for name in os.listdir(self.rig.mail) if not name.endswith(".eml")],
                         [])

    # The mailbox

    def get(self, path):
        url = f"http://127.0.0.1:{self.rig.port}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode(), answer.headers

    def test_the_mailbox(self):
        offer = self.rig.offered("box@example.org")[1]
        self.rig.wait_state(offer, "sent")
        page, _ = self.get("/")
        self.assertIn("box@example.org", page)
        link = re.search(r'href="(/mail/[0-9a-f-]{36})">\s*<span class="to"><bdi>box', page)[1]
        page, headers = self.get(link)
        self.assertIn(f'src="{link}/letter"', page)
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        page, headers = self.get(link + "/letter")
        self.assertIn('<base target="_top">', page)
        self.assertIn("sandbox allow-top-navigation-by-user-activation",
                      headers["Content-Security-Policy"])
        self.assertIn("text/css", self.get("/static/gruppstod.css")[1]["Content-Type"])
        for path in ("/mail/..%2fkeys%2fseal.key", f"/mail/{new_id()}", "/mail/x/letter"):
            with self.subTest(path), self.assertRaises(urllib.error.HTTPError) as caught:
                self.get(path)
            self.assertIn(caught.exception.code, (400, 404))

    def test_no_mailbox_without_the_folder(self):
        self.rig.stop()
        self.rig.start(outlet="hold")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.get("/")
        self.assertEqual(caught.exception.code, 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
