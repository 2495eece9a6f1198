#!/usr/bin/python3
"""A leader's own pages, and what families say of an evening by their link.

The town is that of test_missing.py: Anna leads four children, and the clock stands where a test
turns it. Families press on intake's page of days; the leader reads and notes at the desk.
"""
import http.client
import re
import sys
import time
import traceback
import urllib.parse

from desk_rig import SITUATIONS, words
from notification_rig import keyed_hash, new_id
from scheduling_world import key
from test_missing import Town


def link_of(town, family):
    """The token of a letter about the family's days, as notification would have made it."""
    token = f"{family}".replace("-", "")[:21] + "A"
    stored = keyed_hash(town.keys["token"], [b"stored", b"group", token.encode()])
    person = town.sql("select person_id from intake.person where referral_id = %s"
                      " and role = 'guardian'", family)[0][0]
    town.sql("insert into notification.link (token_hash, kind, about, person_id, reader,"
             " referral_id, letter_id) values (%s, 'group', %s, %s, 'family', %s, %s)"
             " on conflict do nothing", stored, family, person, family, new_id())
    return token


def days(town, token, fields=None, language="sv", **headers):
    """(status, the answer's headers, page) of a family's days; with fields it presses a button."""
    line = http.client.HTTPConnection("127.0.0.1", town.intake.port, timeout=20)
    body = urllib.parse.urlencode(fields) if fields else None
    line.request("POST" if body else "GET", f"/{language}/tider/{token}", body,
                 {"Content-Type": "application/x-www-form-urlencoded", **headers})
    answer = line.getresponse()
    page = answer.read().decode()
    line.close()
    return answer.status, dict(answer.getheaders()), page


def press(town, token, button, meeting):
    status, headers, _ = days(town, token, {button: meeting})
    assert status == 303 and headers["Location"].endswith(f"#t{meeting}"), (status, headers)


def announced(town, meeting):
    return [row[0] for row in town.sql(
        "select referral_id from scheduling.absence_v where meeting_id = %s", meeting)]


def roster(town, leader, meeting):
    """The words of each child's part of the form for attendance, by code."""
    page = leader.get(f"/grupper/{town.group}/traff/{meeting}")
    return {re.search(r'mono">(\w+)<', part)[1]: part
            for part in page.split("<fieldset")[1:]}


def test_a_familys_days(town):
    town.minute(0, -60)
    status, _, page = days(town, link_of(town, town.families[0]))
    shown = words(page)
    assert status == 200 and shown.count("Nästa träff") == 1, shown
    assert page.count('name="kommer_inte"') == len(town.meetings)
    assert "Anna" in shown and "Bo" in shown and "Cia" not in shown, "who leads the children"
    assert "Ring" in shown and not any(word in shown for word in SITUATIONS + ("papper",))
    town.sql("update scheduling.meeting set starts_at = starts_at + interval '1 minute'"
             " where meeting_id = %s", town.meetings[-1][0])
    assert words(days(town, link_of(town, town.families[0]))[2]).count("Flyttad från") == 1
    town.sql("update scheduling.meeting set starts_at = starts_at - interval '1 minute'"
             " where meeting_id = %s", town.meetings[-1][0])
    assert "Flyttad från" not in words(days(town, link_of(town, town.families[0]))[2])
    english = words(days(town, link_of(town, town.families[0]), language="en")[2])
    assert "The child is not coming" in english and "barnet" not in english
    assert 'dir="rtl"' in days(town, link_of(town, town.families[0]), language="ar")[2]


def test_where_violence_is_the_house_is_not_named(town):
    token = link_of(town, town.families[0])
    assert "Huset" in words(days(town, token)[2])
    town.sql("set session_replication_role = replica")
    town.sql("update scheduling.site set withheld = true")
    town.sql("set session_replication_role = origin")
    page = words(days(town, token)[2])
    assert "Adressen får ni av oss" in page and "Huset" not in page, page
    town.sql("set session_replication_role = replica")
    town.sql("update scheduling.site set withheld = false")
    town.sql("set session_replication_role = origin")


def test_announced_and_taken_back(town):
    family, meeting = town.families[1], town.meetings[0][0]
    token, leader = link_of(town, family), town.browser("ledare")
    town.minute(0, -60)
    press(town, token, "kommer_inte", meeting)
    press(town, token, "kommer_inte", meeting)  # pressed twice, or in two tabs: said once
    town.wait(lambda: announced(town, meeting) == [family])
    assert "Ni har sagt att barnet inte kommer" in words(days(town, token)[2])
    form = roster(town, leader, meeting)[town.code(2)]
    assert "Familjen har sagt" in form and 'value="absent_told" checked' in form
    assert words(leader.get(f"/grupper/{town.group}")).count("Anmäld borta") == 1
    press(town, token, "kommer", meeting)
    town.wait(lambda: announced(town, meeting) == [])
    assert "checked" not in roster(town, leader, meeting)[town.code(2)]
    assert town.sql("select turn, away from scheduling.absence") == [(2, False)]
    press(town, token, "kommer_inte", meeting)
    town.wait(lambda: announced(town, meeting) == [family])


def test_an_older_word_changes_nothing(town):
    family, meeting = town.families[1], town.meetings[0][0]
    town.say([{"referral_id": family.bytes, "meeting_id": meeting.bytes, "turn": 2, "away": False,
               "said_at_ms": 1_800_000_000_000}], "scheduling", "child_away_said")
    town.wait(lambda: not town.count("ledger.scheduling"))
    assert announced(town, meeting) == [family]


def test_nobody_looks_for_who_is_announced(town):
    leader, meeting = town.browser("ledare"), town.meetings[0][0]
    town.minute(0, 5)
    page = days(town, link_of(town, town.families[1]))[2]
    assert 'name="kommer' not in page.split("next-day")[1].split("</section>")[0], "it has begun"
    press(town, link_of(town, town.families[1]), "kommer", meeting)
    town.note(leader, 0, _1="present")
    town.minute(0, 20)
    town.wait(lambda: len(town.open_tasks("missing_child")) == 2)
    assert set(town.open_tasks("missing_child")) == set(town.families[2:])


def test_attendance_in_two_taps(town):
    """The group's page leads to the form; one button notes all that nobody has noted."""
    leader, meeting = town.browser("ledare"), town.meetings[0][0]
    page = leader.get(f"/grupper/{town.group}")
    assert page.index(f"/traff/{meeting}\"") < page.index('id="lista-h"'), "on top of the page"
    status, headers, _ = leader.post(f"/grupper/{town.group}/traff/{meeting}",
                                     {"resten": "present"})
    assert status == 303 and headers["location"].endswith("sagt=narvaro")
    town.wait(lambda: town.count("evaluation.attendance where meeting_id = %s", meeting) == 4)
    assert dict(town.sql("select referral_id, presence from evaluation.attendance"
                         " where meeting_id = %s", meeting)) == {
        family: "absent_told" if place == 1 else "present"
        for place, family in enumerate(town.families)}
    assert town.open_tasks("missing_child") == [], "they are here after all"
    town.minute(1, -30)
    assert words(leader.get(f"/grupper/{town.group}")).count("Senast här") == 3


def test_the_evenings_list(town):
    """First names, without a situation; opened by a press that is written down for each child."""
    leader = town.browser("ledare")
    path = f"/grupper/{town.group}/lista"
    asks = words(leader.get(path))
    assert "skrivs upp" in asks and "Barn" in asks and town.code(1) not in asks
    assert town.count("intake.identity_read") == 0
    status, _, page = leader.post(path)
    shown = words(page)
    assert status == 200 and shown.count("Ingen checklista") == 4, shown
    assert all(town.code(n) in shown for n in (1, 2, 3, 4)) and "Anmäld borta" not in shown
    assert not any(word in shown for word in SITUATIONS + ("Mor Ek", "+46", "070", "2018"))
    assert town.count("intake.identity_read where reason like 'Kvällens lista%%'") == 4
    assert town.audits("evening_list") == 4
    other = new_id()
    assert leader.ask("GET", f"/grupper/{other}/lista")[0] == 404
    assert leader.post(f"/grupper/{other}/lista")[0] == 404
    town.sql("update desk.staff set leader_id = %s where user_name = 'ledare'", key("Dan"))
    assert town.browser("ledare").post(path)[0] == 404, "another leader's group"
    town.sql("update desk.staff set leader_id = %s where user_name = 'ledare'", key("Anna"))


def test_a_leader_asks_for_a_substitute_on_the_groups_page(town):
    leader = town.browser("ledare")
    town.minute(2, -3000)
    page = leader.get(f"/grupper/{town.group}")
    form = page.split("Jag kan inte komma")[1]
    path = re.search(r'action="(/ledare/[^"]*/franvaro)"', page)[1]
    day = re.search(r'name="fran" value="([^"]*)"', form)[1]
    assert day == str(town.sql("select day from scheduling.meeting where meeting_id = %s",
                               town.meetings[2][0])[0][0])
    status, headers, _ = leader.post(path, {"fran": day, "till": day, "varfor": "ill"})
    assert status == 303, headers
    town.wait(lambda: town.count("scheduling.leader_absence where leader_id = %s", key("Anna")))
    assert town.count("scheduling.leader_absence where first_day = %s and last_day = first_day",
                      day) == 1


def test_my_groups_tell_no_situation(town):
    leader = town.browser("ledare")
    for path in ("/grupper", f"/grupper/{town.group}"):
        page = words(leader.get(path))
        assert not any(word in page for word in SITUATIONS), path
        assert "Mina timmar" in page
    assert "Situation" in words(town.browser("samordnare").get("/grupper"))


def main():
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_") and (not wanted or name in wanted)]
    passed = failed = 0
    town = Town()
    try:
        for name, test in tests:
            started = time.monotonic()
            try:
                test(town)
                passed += 1
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
        dead = town.sql("select kind, reason from ledger.dead")
        failed += bool(dead)
        if dead:
            print(f"not ok: dead letters {dead}")
    finally:
        town.close()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
