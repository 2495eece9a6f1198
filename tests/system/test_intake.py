#!/usr/bin/python3
"""Intake from outside: forms, API, partners, offers, with bad inputs, against a real cluster.

A private cluster and the real daemon; what matching, scheduling and notification would have written
is planted. Nothing sleeps: waits are for conditions.
"""
import concurrent.futures
import json
import os
import re
import socket
import sys
import traceback
import urllib.parse

from intake_rig import (GREEN, Intake, Partner, by_hand, fields_of, inputs, letters, number_of,
                        number_without_a_day, packed, plant_offer, referral)
from notification_rig import new_id, wait_for

# The API

def test_receipt_after_commit(intake):
    status, answer = intake.api(referral())
    assert status == 201, answer
    row = intake.row(answer["receipt"])
    assert row["code"] == answer["code"] and row["safety"] == "green" and row["said"] == 1
    assert intake.said("matching", "referral_received", row["referral_id"]) == 1
    assert intake.said("evaluation", "referral_received", row["referral_id"]) == 1
    status, _, text = intake.ask("GET", f"/api/v1/referrals/{answer['receipt']}")
    assert status == 200 and json.loads(text)["status"] == "received", text
    assert set(json.loads(text)) == {"receipt", "status", "received_at"}


def test_the_letters_language_is_not_the_groups(intake):
    """A family that reads English has a child that may come to a group in Swedish, unless it says
    otherwise; what they are written to in stays theirs."""
    for said, spoken in ((None, ["sv", "en"]), ("en", ["en"]), ("sv", ["sv"])):
        status, answer = intake.api(referral(language="en", languages=said))
        assert status == 201, answer
        row = intake.row(answer["receipt"])
        assert (row["language"], row["languages"]) == ("en", spoken), row
        assert intake.sql("select distinct language from intake.person where referral_id = %s"
                          " and role = 'guardian'", row["referral_id"]) == [("en",)]


def test_nothing_in_clear(intake):
    secrets = ["Zxqvja", "zxq.vja@example.org", "+46709998877", "Hemligenskolan"]
    status, answer = intake.api(referral(
        child_name=secrets[0], guardians__0__email=secrets[1], guardians__0__phone="070-999 88 77",
        referrer__unit=secrets[3], message="Bara " + secrets[0]))
    assert status == 201, answer
    schemas = [row[0] for row in intake.sql("select format('%I.%I', schemaname, tablename)"
               " from pg_tables where schemaname in ('intake', 'ledger', 'audit')")]
    for table in schemas:
        for (row,) in intake.sql(f"select t::text from {table} t"):
            for secret in secrets:
                for form in (secret, secret.encode().hex()):
                    assert form not in row, (table, secret)
    assert not any(secret in intake.log() for secret in secrets)
    assert intake.one("select count(*) from intake.person where referral_id ="
                      " (select referral_id from intake.referral where receipt = %s)",
                      answer["receipt"]) == 3


def test_reader_opens_what_was_sealed(intake):
    number = number_of("2012")
    status, answer = intake.api(referral(
        child_personal_number=number, birth_date=None, guardians__0__phone="070-123 45 67",
        referrer__unit="Ekskolan"))
    assert status == 201, answer
    assert intake.open_person(answer["receipt"], "child")["personal_number"] == number
    guardian = intake.open_person(answer["receipt"], "guardian")
    assert guardian == {"name": "Mor Ek", "email": "mor@example.org", "phone": "+46701234567"}
    assert intake.open_person(answer["receipt"], "referrer")["organisation"] == "Ekskolan"


def test_every_wrong_field_is_named(intake):
    before = intake.count()
    status, problem = intake.api(referral(
        district="atlantis", birth_date="2099-01-01", immediate_danger=None,
        guardians__0__email="a b@example.org", referrer__name=None))
    assert status == 422, problem
    assert {"type", "title", "status", "detail", "instance", "errors"} <= set(problem)
    assert fields_of(problem) == {"district", "birth_date", "immediate_danger",
                                  "guardians.0.email", "referrer.name"}, problem
    status, problem = intake.api_json({"door": "parent", "source": "nobody", "language": 7,
                                       "age": -1, "unknown_field": 1})
    assert status == 422 and {"source", "language", "age", "unknown_field"} <= fields_of(problem)
    assert intake.count() == before


def test_malformed_json(intake):
    for body in ['{"door":', '{"door":"parent","door":"parent"}', '{"door":"\\ud800"}',
                 '{"door":"parent"} x', "[" * 40 + "]" * 40, "null", "", "\x00"]:
        status, _, text = intake.ask("POST", "/api/v1/referrals", body,
                                     {"Content-Type": "application/json"})
        assert status in (400, 422), (body, status, text)


def test_wrong_bodies(intake):
    big = "message=" + "a" * 66560
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert intake.ask("POST", "/api/v1/referrals", big, form)[0] == 413
    assert intake.ask("POST", "/api/v1/referrals", "x", {"Content-Type": "text/csv"})[0] == 415
    many = "&".join(f"a{i}=1" for i in range(5000))
    assert intake.ask("POST", "/api/v1/referrals", many, form)[0] == 400
    assert intake.ask("POST", "/api/v1/referrals", "door=%zz", form)[0] == 400
    assert intake.ask("POST", "/api/v1/referrals", b"door=\xff\xfe", form)[0] == 400
    twice = urllib.parse.urlencode(referral()) + "&child_name=Annan"
    assert intake.ask("POST", "/api/v1/referrals", twice, form)[0] == 400


def test_idempotency_key(intake):
    fields = referral()
    first = intake.api(fields, **{"Idempotency-Key": "a-1"})
    assert first[0] == 201
    assert intake.api(fields, **{"Idempotency-Key": "a-1"}) == first
    status, problem = intake.api(referral(), **{"Idempotency-Key": "a-1"})
    assert status == 422 and "errors" not in problem, problem
    assert intake.api(referral(), **{"Idempotency-Key": "k" * 300})[0] == 400


def test_the_same_fifty_times_at_once(intake):
    fields, before = referral(), intake.count()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(
            lambda _: intake.api(fields, **{"Idempotency-Key": "fifty"}), range(50)))
    assert {status for status, _ in answers} == {201}, answers
    assert len({answer["receipt"] for _, answer in answers}) == 1
    assert intake.count() == before + 1


def test_injections_stay_text(intake):
    for evil in ["'); drop table intake.referral; --", "<script>alert(1)</script>", "{{token}}",
                 "%s%n%x", "=1+1", "Åsa 🦊 Öst", "O'Hara \\ \"q\""]:
        status, answer = intake.api(referral(child_name=evil, message=evil))
        assert status == 201, (evil, answer)
    for evil in ["a\u202eb", "a\u0007b", "a\r\nBcc: x@example.org"]:
        status, problem = intake.api(referral(child_name=evil))
        assert status in (400, 422), (evil, problem)
    status, problem = intake.api(
        referral(guardians__0__email="a@example.org\r\nRCPT TO:<b@c.test>"))
    assert status in (400, 422), problem


def test_ages_and_numbers(intake):
    assert intake.api(referral(birth_date=None, age="0"))[0] == 201
    assert intake.api(referral(birth_date=None, age="18"))[0] == 201
    for age in ("-1", "19", "25", "x"):
        status, problem = intake.api(referral(birth_date=None, age=age))
        assert status == 422 and "age" in fields_of(problem), (age, problem)
    assert intake.api(referral(birth_date="2020-02-29"))[0] == 201
    assert intake.api(referral(birth_date="2019-02-29"))[0] == 422
    number = number_of("2015")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    full_width = "".join(chr(ord(c) + 0xfee0) for c in number)
    for text, good in ((number, True), (wrong, False), (full_width, True), ("201599401234", False)):
        fields = referral(birth_date=None, child_personal_number=text)
        status, answer = intake.api(fields)
        assert (status == 201) == good, (text, answer)


def test_coordination_number_without_a_day(intake):
    status, answer = intake.api(
        referral(birth_date=None, child_personal_number=number_without_a_day()))
    assert status == 201, answer
    row = intake.row(answer["receipt"])
    assert row["birth_date"] is None and not row["complete"] and row["person_first"]
    assert intake.said("desk", "task_wanted", row["referral_id"]) >= 1
    assert intake.said("matching", "referral_received", row["referral_id"]) == 0


# The child

def test_one_child_three_sources(intake):
    name, number = letters(), number_of("2014")
    sources = [("professional", "police"), ("professional", "school_teacher"), ("parent", "parent")]
    rows = []
    for door, source in sources:
        status, answer = intake.api(referral(
            door=door, source=source, child_name=name, child_personal_number=number,
            birth_date=f"{number[:4]}-{number[4:6]}-{number[6:8]}"))
        assert status == 201, answer
        rows.append(intake.row(answer["receipt"]))
    assert len({row["child_id"] for row in rows}) == 1
    assert len({row["referral_id"] for row in rows}) == 3
    by_name = intake.api(referral(child_name=name.upper().replace(" ", "-"),
                                  birth_date=f"{number[:4]}-{number[4:6]}-{number[6:8]}"))
    assert intake.row(by_name[1]["receipt"])["child_id"] == rows[0]["child_id"]


def test_same_number_other_name_is_a_doubt(intake):
    number = number_of("2013")
    birth = f"{number[:4]}-{number[4:6]}-{number[6:8]}"
    intake.api(referral(child_personal_number=number, birth_date=birth))
    status, answer = intake.api(referral(child_personal_number=number, birth_date=birth))
    row = intake.row(answer["receipt"])
    assert status == 201 and row["person_first"]
    assert intake.said("desk", "task_wanted", row["referral_id"]) == 1


# The safety gate

def test_nobody_clears_by_default(intake):
    row = intake.row(intake.api(referral())[1]["receipt"])
    assert row["cleared_version"] is None
    assert intake.said("matching", "referral_cleared", row["referral_id"]) == 0


def test_gate_with_the_demos_settings(intake):
    intake.restart(clear_green_automatically="yes", spoken_automatically="yes")
    cases = [({}, True), ({"situations": "violence"}, False),
             ({"violence_last_year": "unknown"}, False),
             ({"afraid_at_home": "unknown"}, False), ({"immediate_danger": "yes"}, False),
             ({"protected_identity": "yes"}, False), ({"consent_take_part": "no"}, False),
             ({"consent_take_part": None}, False), ({"family_knows": "no"}, False),
             ({"situations": ["mental", "violence"], "primary_situation": "mental"}, False)]
    for changes, cleared in cases:
        row = intake.row(intake.api(referral(**changes))[1]["receipt"])
        assert (row["cleared_version"] == 1) == cleared, (changes, row)
        assert intake.said("matching", "referral_cleared", row["referral_id"]) == cleared
        assert intake.one("select count(*) from intake.clearance_v where current and referral_id ="
                          " %s", row["referral_id"]) == cleared
    intake.restart()


def test_red_counts_for_the_child(intake):
    intake.restart(clear_green_automatically="yes")
    name = letters()
    first = intake.row(intake.api(referral(child_name=name))[1]["receipt"])
    assert first["cleared_version"] == 1
    red = intake.row(intake.api(referral(child_name=name, immediate_danger="yes"))[1]["receipt"])
    assert red["safety"] == "red"
    assert intake.said("desk", "task_wanted", red["referral_id"]) == 1
    assert intake.said("matching", "referral_red", red["referral_id"]) == 1
    assert intake.said("matching", "referral_red", first["referral_id"]) == 1
    assert intake.one("select count(*) from intake.clearance_v where current and referral_id = %s",
                      first["referral_id"]) == 0
    third = intake.row(intake.api(referral(child_name=name))[1]["receipt"])
    assert third["cleared_version"] is None
    intake.restart()


def test_second_guardian_only_when_safe(intake):
    for danger, reached in (("no", True), ("unknown", False), ("yes", False)):
        answer = intake.api(referral(
            guardians__1__name="Far Ek", guardians__1__email="far@example.org",
            guardians__1__email_safe="yes", other_guardian_dangerous=danger))[1]
        found = intake.one(
            "select count(*) from intake.contact_v c join intake.referral r using (referral_id)"
            " where r.receipt = %s and role = 'guardian' and email_ok", answer["receipt"])
        assert found == 1 + reached, (danger, found)


def decide(intake, row, decision, version=1, spoken=True):
    return intake.hear("desk", "clearance_decided", row["referral_id"], answers_version=version,
                       decision=decision, urgency=2, spoken=spoken, by=new_id())


def current(intake, row):
    return intake.sql("select answers_version from intake.clearance_v where current"
                      " and referral_id = %s", row["referral_id"])


def test_coordinator_clears_holds_and_finds_danger(intake):
    answer = intake.api(referral(violence_last_year="unknown"))[1]
    row = intake.row(answer["receipt"])
    assert decide(intake, row, "clear", version=2) == "done"  # of answers that are not there
    assert current(intake, row) == []
    assert decide(intake, row, "clear") == "done"
    assert current(intake, row) == [(1,)]
    assert intake.said("matching", "referral_cleared", row["referral_id"]) == 1
    assert decide(intake, row, "hold") == "done"
    assert current(intake, row) == []
    assert decide(intake, row, "red") == "done"
    assert intake.row(answer["receipt"])["safety"] == "red"
    assert intake.said("matching", "referral_red", row["referral_id"]) == 1
    assert intake.said("desk", "task_wanted", row["referral_id"]) == 1
    assert decide(intake, row, "clear", version=1) == "done"  # the coordinator saw older answers
    assert current(intake, row) == []
    assert decide(intake, row, "clear", version=2) == "done"  # a person's new look: new answers
    assert current(intake, row) == [(3,)]
    assert intake.row(answer["receipt"])["said"] == 4
    assert intake.hear("desk", "clearance_decided", new_id(), answers_version=1, decision="clear",
                       urgency=0, spoken=False, by=new_id()) == "reject"


def test_status_moves_on_and_never_back(intake):
    answer = intake.api(referral())[1]
    row = intake.row(answer["receipt"])

    def status():
        return json.loads(intake.ask("GET", f"/api/v1/referrals/{answer['receipt']}")[2])["status"]

    intake.hear("matching", "referral_reached", row["referral_id"], version=3, reached_at_ms=1)
    assert status() == "reached"
    intake.hear("matching", "referral_placed", row["referral_id"], version=9, group_id=new_id(),
                placed_at_ms=1, clearance_id=new_id(), answers_version=1)
    assert status() == "placed"
    intake.hear("matching", "referral_reached", row["referral_id"], version=4, reached_at_ms=1)
    assert status() == "placed"
    page = intake.ask("GET", f"/en/kvitto/{answer['receipt']}")[2]
    assert "The child has a place in a group." in page


# The pages

def test_form_without_script(intake):
    for language in ("sv", "en"):
        path, name = f"/{language}/anmal", letters()
        fields = by_hand(intake, path, child_name=name)
        status, _, page = intake.post_form(path, {**fields, "step": "check"})
        assert status == 200 and name in page, page
        again = dict(inputs(page))
        status, headers, _ = intake.post_form(path, {**again, "step": "send"})
        assert status == 303, status
        status, _, page = intake.ask("GET", headers["location"])
        receipt = headers["location"].split("/")[-1].split("?")[0]
        assert status == 200 and intake.row(receipt)["code"] in page
        sent_twice = intake.post_form(path, {**again, "step": "send"})
        assert sent_twice[1]["location"] == headers["location"]


def test_wrong_form_comes_back_filled(intake):
    fields = by_hand(intake, child_name="Ö<b>&\"rjan\"", district="")
    status, _, page = intake.post_form("/sv/anmal", {**fields, "step": "send"})
    assert status == 422
    assert "<title>Fel: " in page and 'href="#district"' in page and 'id="district"' in page
    assert 'value="Ö&lt;b&gt;&amp;&quot;rjan&quot;"' in page
    assert "<b>" not in page
    assert 'value="no" checked' in page


def test_red_shows_who_to_call(intake):
    fields = by_hand(intake, immediate_danger="yes")
    status, _, page = intake.post_form("/sv/anmal", {**fields, "step": "check"})
    assert status == 200 and 'href="tel:112"' in page
    assert "Du behöver fortfarande göra en orosanmälan" in page
    status, _, page = intake.post_form("/sv/anmal", {**dict(inputs(page)), "step": "check"})
    assert status == 200 and "Stämmer det här?" in page


def test_childs_three_questions(intake):
    status, _, page = intake.ask("GET", "/sv/barn")
    assert status == 200 and 'href="/lamna"' in page
    status, _, page = intake.ask("GET", "/sv/barn/fragor")
    fields = {**dict(inputs(page)), "child_name": "Kai", "age": "11",
              "guardians.0.phone": "0701234567", "guardians.0.sms_safe": "yes"}
    status, headers, page = intake.post_form("/sv/barn/fragor", {**fields, "step": "send"})
    assert status == 303, page
    row = intake.row(headers["location"].split("/")[-1].split("?")[0])
    assert row["safety"] == "unsure" and row["door"] == "child" and not row["complete"]
    assert intake.said("matching", "referral_received", row["referral_id"]) == 0
    assert intake.said("desk", "task_wanted", row["referral_id"]) == 1
    assert intake.one("select role from intake.person where sms_ok and referral_id = %s",
                      row["referral_id"]) == "young"


def test_parents_form(intake):
    fields = by_hand(intake, "/sv/foralder", referrer__name=None, referrer__email=None,
                     family_knows=None)
    status, headers, page = intake.post_form("/sv/foralder", {**fields, "step": "send"})
    assert status == 303, page
    row = intake.row(headers["location"].split("/")[-1].split("?")[0])
    assert row["source"] == "parent" and row["complete"]


def test_traps_never_refuse(intake):
    fields = by_hand(intake, website="http://spam.example.org")
    status, headers, _ = intake.post_form("/sv/anmal", {**fields, "step": "send"})
    assert status == 303
    assert intake.row(headers["location"].split("/")[-1].split("?")[0])["person_first"]


def test_other_sites_cannot_post(intake):
    fields, before = {**by_hand(intake), "step": "send"}, intake.count()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.org"}):
        assert intake.post_form("/sv/anmal", fields, **headers)[0] == 403
    assert intake.count() == before
    same = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{intake.port}"}
    assert intake.post_form("/sv/anmal", fields, **same)[0] == 303


def test_pages_are_neutral_and_closed(intake):
    words = re.compile("våld|missbruk|drog|dricker|psyk|violence", re.I)
    for path in ("/sv/", "/en/", "/sv/anmal", "/sv/foralder", "/sv/barn", "/sv/barn/fragor",
                 "/sv/akut", "/sv/grupper", "/sv/kvitto"):
        status, headers, page = intake.ask("GET", path)
        assert status == 200, path
        title = re.search("<title>(.*?)</title>", page, re.S)[1]
        assert not words.search(title) and not words.search(path), title
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), path
        assert " style=" not in page and "<script>" not in page
    status, headers, _ = intake.ask("GET", "/lamna")
    assert status == 303 and "Clear-Site-Data".lower() in headers
    assert intake.ask("GET", "/zz/")[0] == 404
    assert intake.ask("GET", "/static/../start.html")[0] in (400, 404)
    assert intake.ask("GET", "/static/start.html")[0] == 404


def test_what_is_not_there_is_said_in_the_house(intake):
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    for method, path, headers, status, tongue, title in (
            ("GET", "/finns-inte", {}, 404, "sv", "Sidan finns inte"),
            ("GET", "/finns-inte", english, 404, "en", "There is no such page"),
            ("GET", "/sv/vald/hemma/x", english, 404, "sv", "Sidan finns inte"),
            ("GET", "/en/violence/x/y", {}, 404, "en", "There is no such page"),
            ("GET", "/zz/", english, 404, "en", "There is no such page"),
            ("GET", "/static/start.html", english, 404, "en", "There is no such page"),
            ("GET", "/api", {}, 404, "sv", "Sidan finns inte"),
            ("POST", "/sv/akut", {}, 405, "sv", "Det gick inte att skicka så"),
            ("DELETE", "/en/anmal", {}, 405, "en", "It could not be sent like that")):
        said, found, page = intake.ask(method, path, None, headers)
        assert said == status, (method, path, said)
        assert f'<html lang="{tongue}"' in page and found["content-type"].startswith("text/html")
        assert f"<title>{title} – " in page, (path, re.search("<title>.*", page)[0])
        assert "default-src 'none'" in found["content-security-policy"]
        assert ("allow" in found) == (status == 405), found
        assert "/static/gruppstod.css" in page and f'href="/{tongue}/"' in page
    said, found, page = intake.ask("HEAD", "/sv/inte/har")
    assert said == 404 and page == "" and int(found["content-length"]) > 1000
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("GET", "/api/", 404),
                                 ("DELETE", "/api/v1/groups", 405)):
        said, found, problem = intake.ask(method, path, None, english)
        assert said == status and found["content-type"] == "application/problem+json", (path, said)
        assert set(json.loads(problem)) == {"type", "title", "status", "detail", "instance"}


def test_receipts_cannot_be_guessed(intake):
    for receipt in ("XXXXXXXX", "' or 1=1", "..", "K7QF2345678", "%00"):
        path = "/api/v1/referrals/" + urllib.parse.quote(receipt)
        assert intake.ask("GET", path)[0] in (400, 404), receipt


# Offers

def test_offer_is_answered_once(intake):
    token, offer, row, name = plant_offer(intake)
    path = f"/sv/svar/{token}"
    for _ in range(3):  # looking never uses it up
        status, _, page = intake.ask("GET", path)
        assert status == 200 and name in page and "Vad svarar ni?" in page, page
    status, _, page = intake.post_form(path, {})
    assert status == 422 and "<title>Fel: " in page
    status, headers, _ = intake.post_form(path, {"answer": "yes"})
    assert status == 303 and headers["location"] == path
    status, _, page = intake.ask("GET", path)
    assert status == 200 and "vi har ditt svar" in page
    status, _, page = intake.post_form(path, {"answer": "no", "reason": "time"})
    assert status == 200 and "vi har ditt svar" in page and "Ja, vi vill träffas" in page
    assert intake.sql("select answer from intake.answer where offer_id = %s", offer) == [("yes",)]
    assert intake.said("matching", "offer_answered", row["referral_id"]) == 1


def test_offer_answered_a_hundred_times_at_once(intake):
    token, offer, row, _ = plant_offer(intake)
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: intake.post_form(
            f"/sv/svar/{token}", {"answer": ("yes", "no", "call_me")[n % 3]})[0], range(100)))
    assert set(answers) <= {200, 303}, answers
    assert intake.one("select count(*) from intake.answer where offer_id = %s", offer) == 1
    assert intake.said("matching", "offer_answered", row["referral_id"]) == 1


def test_unsafe_no_is_a_persons_task(intake):
    token, offer, row, _ = plant_offer(intake)
    status, _, _ = intake.post_form(f"/en/svar/{token}", {"answer": "no", "reason": "unsafe"})
    assert status == 303
    assert intake.said("desk", "task_wanted", row["referral_id"]) == 1
    _, _, page = intake.ask("GET", f"/en/svar/{token}")
    assert "safe way" in page


def test_no_offer_looks_alike(intake):
    gone, _, _, _ = plant_offer(intake, state="expired")
    live, _, _, _ = plant_offer(intake)
    pages = set()
    for token in (gone, "a" * 22, live[:-1], live[::-1], "x"):
        status, _, page = intake.ask("GET", f"/sv/svar/{token}")
        assert status == 404, token
        pages.add(re.sub('/svar/[^"]*', "", page))  # the links to the other languages
        assert intake.post_form(f"/sv/svar/{token}", {"answer": "yes"})[0] == 404
    assert len(pages) == 1
    assert "08-000 00 00" in pages.pop()


def test_groups_page_and_json(intake):
    _, _, _, name = plant_offer(intake)
    status, _, page = intake.ask("GET", "/sv/grupper?district=bromma&age=8")
    assert status == 200 and name in page
    assert name not in intake.ask("GET", "/sv/grupper?district=farsta")[2]
    status, _, text = intake.ask("GET", "/api/v1/groups")
    assert status == 200 and name in [group["name"] for group in json.loads(text)["groups"]]
    status, _, text = intake.ask("GET", "/api/v1/openapi.json")
    assert json.loads(text)["components"]["schemas"]["ReferralForm"]["type"] == "object"


# Partners

def test_partner_over_zeromq(intake):
    partner = Partner(f"ipc://{intake.var}/run/partner.1")
    form = {"door": "professional", "source": "ngo", "language": "sv", "child_name": letters(),
            "age": 9, "district": "farsta", "situations": ["mental"], "family_knows": "yes",
            "guardians": [{"name": "Mor Ek", "phone": "0701234567", "phone_safe": "yes"}],
            "referrer": {"name": "Kim", "email": "kim@example.org"}, **GREEN}
    before = intake.count()
    partner.send(b"request-1", packed(form))
    first = partner.receive()
    assert first[0] == b"request-1" and b"receipt" in first[1], first
    partner.send(b"request-1", packed(form))
    assert partner.receive() == first
    assert intake.count() == before + 1
    for frames in ((b"request-2", b"\xdd\xff\xff\xff\xff"), (b"request-3", b"\xc1"),
                   (b"request-4", packed({**form, "age": -5})), (b"r" * 500, packed(form)),
                   (b"request-5", packed(form)[:-3]), (b"request-6", b"")):
        partner.send(*frames)
        answer = partner.receive()
        assert b"receipt" not in answer[1] and b"status" in answer[1], (frames, answer)
    partner.send(b"alone")
    assert b"status" in partner.receive()[1]
    partner.send(b"request-7", packed({**form, "district": "atlantis"}))
    assert b"district" in partner.receive()[1]
    assert intake.count() == before + 1
    partner.close()


def test_garbage_on_the_socket(intake):
    path = f"{intake.var}/run/partner.1"
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" + b"\0" * 8 + b"\x7f" + os.urandom(200)):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(path)
            link.sendall(garbage)
    assert intake.api(referral())[0] == 201


# When PostgreSQL is away

def test_database_away_and_back(intake):
    fields = {**by_hand(intake, child_name="Bortafall"), "step": "send"}
    intake.db.close()
    intake.cluster.run("pg_ctl", "-D", intake.cluster.data, "-m", "immediate", "-w", "stop")
    status, headers, page = intake.post_form("/sv/anmal", fields)
    assert status == 503 and "retry-after" in headers and 'value="Bortafall"' in page, page
    status, headers, text = intake.post_form("/api/v1/referrals", referral())
    assert status == 503 and "retry-after" in headers and json.loads(text)["status"] == 503
    intake.cluster.run("pg_ctl", "-D", intake.cluster.data, "-w", "-l",
                       intake.cluster.folder + "/pg/log", "-o",
                       "-c listen_addresses= -c unix_socket_directories="
                       f"{intake.cluster.folder}/pg", "start")
    intake.db = intake.cluster.connect()
    wait_for(lambda: intake.api(referral())[0] == 201, 20, intake.log)
    assert intake.post_form("/sv/anmal", fields)[0] == 303


def main():
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_") and (not wanted or name in wanted)]
    passed = failed = 0
    intake = Intake()
    try:
        intake.start()
        for name, test in tests:
            try:
                test(intake)
                passed += 1
                print(f"ok {name}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
                if not intake.daemon or intake.daemon.poll() is not None:
                    print(intake.log())
                    intake.daemon = None
                    intake.start()
    finally:
        intake.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
