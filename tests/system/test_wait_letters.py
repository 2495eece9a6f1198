#!/usr/bin/python3
"""A family that waits is told by letter why, in its language, and staff read the same sentence.

Families come in by intake's API, a coordinator clears them, the planner says what is missing, and
the letter lies in the folder. Nothing sleeps: the civil clock is turned.
"""
import email
import email.policy
import pathlib
import re
import subprocess
import sys
import time
import traceback

import msgpack

from core_rig import SLOW
from desk_rig import City, words
from notification_rig import BUILD, new_id, wait_for
from scheduling_world import CITY

UNSURE = {"afraid_at_home": "unknown"}  # so that a person clears it, with a word whether they spoke


class Town(City):
    def __init__(self):
        super().__init__()
        self.sql(CITY)
        self.sql("insert into scheduling.district (code, name, region, valid_from)"
                 " values ('bromma', 'Bromma', 'V', '2007-01-01')")
        self.sql("insert into scheduling.travel (from_district, to_district, minutes)"
                 " values ('bromma', 'bromma', 10), ('bromma', 'norr', 20), ('norr', 'bromma', 20)")
        self.start_worker()
        self.matching.stop()
        self.matching = self.start(
            "matching", matching__form_every="50ms", matching__plan_time="1s",
            matching__offer_margin="0", matching__tell_every="50ms", **self.quick)
        self.notification = self.start(
            "notification", notification__send_from_hour="0", notification__send_to_hour="24",
            notification__quiet_periods="no",
            notification__send_every="50ms", **self.quick)
        self.families = 0
        self.browser_of = self.browser("samordnare")

    def start_worker(self):
        self.worker = subprocess.Popen(
            [BUILD / "bin" / "gruppstod", "plan", "--worker", self.run + "/planner.sock"],
            stderr=subprocess.DEVNULL)

    def stop_worker(self):
        self.worker.terminate()
        self.worker.wait(20)

    def close(self):
        self.stop_worker()
        super().close()

    def family(self, spoken=True, **changes):
        """One that waits (or, not spoken with, is to be called): its referral and address."""
        self.families += 1
        address = f"familj{self.families}@example.org"
        found = self.refer(**{**UNSURE, "guardians__0__email": address, **changes})
        self.await_state(found, "safety_check")
        page = self.browser_of.get(f"/kort/{found}")
        fields = {"beslut": "clear", "bradska": "1",
                  "svar": re.search(r'name="svar" value="(\d+)"', page)[1]}
        if spoken:
            fields["talat"] = "ja"
        self.browser_of.post(f"/kort/{found}/beslut", fields)
        self.await_state(found, "waiting" if spoken else "contacting")
        return found, address

    def await_known(self, *referrals):
        wait_for(lambda: self.count("matching.waiting where known and referral_id = any(%s)",
                                    list(referrals)) == len(referrals), 20 * SLOW,
                 self.matching.log)

    def turn(self, days):
        self.sql("update common.civil_clock set ahead = ahead + make_interval(days => %s)", days)

    def letters(self, address):
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 for path in sorted(pathlib.Path(self.var, "mail").glob("*.eml"))]
        return [letter for letter in found if letter["To"] == address]

    def await_letters(self, address, count):
        wait_for(lambda: len(self.letters(address)) >= count, 20 * SLOW,
                 lambda: f"{len(self.letters(address))} letters\n{self.notification.log()}\n"
                 f"{self.sql('select kind, reason from ledger.dead')}")
        found = self.letters(address)
        assert len(found) == count, found
        return found[-1]

    def explain(self, referral, notice=None, **fields):
        """What matching would say, said by hand."""
        notice = notice or new_id()
        self.say([{"notice_id": notice.bytes, "referral_id": referral.bytes,
                   "reason": "room_missing", "next_day": 20800, **fields}],
                 "notification", "wait_explained")
        return notice

    def letter_state(self, notice):
        rows = self.sql("select state from notification.letter where event_id = %s", notice)
        return rows[0][0] if rows else None

    def quiet(self):
        """All that has been said is handled, and another beat of the rhythm is over."""
        for daemon in ("matching", "notification"):
            wait_for(lambda d=daemon: self.count(f"ledger.{d}") == 0, 20 * SLOW)


def plain(letter):
    return letter.get_body(("plain",)).get_content()


def test_three_families_are_told_in_their_languages(city):
    families = [city.family(language=code) for code in ("sv", "en", "ar")]
    city.await_known(*(referral for referral, _ in families))
    page = words(city.browser_of.get("/vantelista"))
    assert re.search(r"Det behövs ett barn till i åldern \d+–\d+ år som kan på \w+dagar i Norr\.",
                     page), page
    assert "more child" not in page
    card = words(city.browser_of.get(f"/kort/{families[0][0]}"))
    assert "Det behövs ett barn till i åldern" in card and "more child" not in card
    city.turn(13)
    city.quiet()
    assert not any(city.letters(address) for _, address in families), "not before 14 days"
    city.turn(1)
    swedish = city.await_letters(families[0][1], 1)
    code = city.sql("select code from intake.referral where referral_id = %s", families[0][0])[0][0]
    assert swedish["Subject"] == f"Från Samordningen, kod {code}", swedish["Subject"]
    text = plain(swedish)
    assert re.search(r"Ni står på väntelistan\. Det behövs några barn till i åldern \d+–\d+ år som"
                     r" kan på \w+dagar\. Vi letar i hela staden\.", text), text
    day = city.sql("select extract(day from common.civil_now() at time zone 'Europe/Stockholm'"
                   " + interval '28 days')::int")[0][0]
    assert re.search(rf"Vi hör av oss senast \w+dag {day} \w+, även om inget nytt har hänt\.", text)
    assert "http" not in text and "Norr" not in text and "ett barn" not in text, text
    assert not re.search(r"missbruk|alkohol|psykisk|våld|stödgrupp|skola", text, re.I), text
    english = plain(city.await_letters(families[1][1], 1))
    assert "You are on the waiting list. A few more children aged" in english, english
    assert "We are looking in the whole city." in english
    arabic = city.await_letters(families[2][1], 1)
    assert "أنتم على قائمة الانتظار" in plain(arabic) and "أيام" in plain(arabic)
    assert 'dir="rtl"' in arabic.get_body(("html",)).get_content()
    city.turn(27)
    city.quiet()
    assert len(city.letters(families[0][1])) == 1, "not before 28 days more"
    city.turn(1)
    city.await_letters(families[0][1], 2)


def test_who_was_not_spoken_with_is_not_written_to(city):
    silent, silent_address = city.family(spoken=False)
    version = city.sql("select version from matching.referral where referral_id = %s", silent)[0][0]
    city.browser_of.post(f"/kort/{silent}/flytt",
                         {"version": version, "till": "waiting", "skal": "wish"})
    city.await_state(silent, "waiting")  # a coordinator may put it on the list all the same
    spoken, address = city.family()
    city.await_known(silent, spoken)
    city.turn(14)
    city.await_letters(address, 1)
    city.quiet()
    assert city.letters(silent_address) == []
    assert city.count("matching.wait_told where referral_id = %s", silent) == 0


def test_without_a_safe_contact_a_person_calls(city):
    found, address = city.family(guardians__0__email_safe="no", guardians__0__phone="0700000000",
                                 guardians__0__phone_safe="yes")
    city.await_known(found)
    city.turn(14)
    wait_for(lambda: city.count("desk.task where referral_id = %s and kind = 'no_safe_contact'",
                                found) == 1, 20 * SLOW, city.notification.log)
    assert city.letters(address) == []


def test_other_support_first_is_never_told_by_letter(city):
    city.stop_worker()  # nobody finds another reason meanwhile
    (found, address), (other, other_address) = city.family(), city.family()
    for referral, reason in ((found, "other_support_first"), (other, "room_missing")):
        city.sql("update matching.waiting set reason = %s, known = true where referral_id = %s",
                 reason, referral)
    city.turn(14)
    assert "Vi söker en lokal som passar." in plain(city.await_letters(other_address, 1))
    city.quiet()
    assert "Annat stöd kommer först" in words(city.browser_of.get(f"/kort/{found}"))
    city.explain(found, reason="other_support_first")
    wait_for(lambda: city.count("ledger.dead where kind = 'wait_explained'") == 1, 20 * SLOW)
    city.sql("delete from ledger.dead")
    assert city.letters(address) == []
    city.start_worker()


def test_said_twice_it_is_written_once(city):
    found, address = city.family()
    notice = city.explain(found, reason="language_missing", language="ar")
    city.explain(found, notice, reason="language_missing", language="ar")
    letter = city.await_letters(address, 1)
    assert "Vi söker en grupp på arabiska." in plain(letter)
    city.quiet()
    assert len(city.letters(address)) == 1


def test_who_waits_no_more_gets_no_such_letter(city):
    found, address = city.family(spoken=False)
    notice = city.explain(found)
    wait_for(lambda: city.letter_state(notice) == "dropped", 20 * SLOW,
             lambda: f"{city.letter_state(notice)}\n{city.notification.log()}")
    assert city.letters(address) == []


def test_a_message_that_no_reason_fits(city):
    city.say([msgpack.packb({"notice_id": new_id().bytes, "referral_id": new_id().bytes,
                             "reason": "bored", "next_day": 20800})],
             "notification", "wait_explained")
    wait_for(lambda: city.count("ledger.dead where kind = 'wait_explained'") == 1, 20 * SLOW)
    city.sql("delete from ledger.dead")


def main():
    if not (BUILD / "bin" / "gruppstod-desk").exists():
        print("SKIP: build the daemons first")
        return 0
    city, failed = Town(), 0
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_") and (len(sys.argv) < 2 or sys.argv[1] in name):
                started = time.monotonic()
                try:
                    city.sql("truncate matching.waiting, matching.wait_told")
                    city.sql("update matching.referral set state = 'withdrawn'")
                    city.sql("update common.civil_clock set ahead = '0'")
                    test(city)
                    print(f"ok   {name} {time.monotonic() - started:.2f} s")
                except Exception:  # the others are run too
                    failed += 1
                    print(f"FAIL {name}")
                    traceback.print_exc()
    finally:
        city.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
