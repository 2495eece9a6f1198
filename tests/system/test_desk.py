#!/usr/bin/python3
"""The staff's pages: who may see what, what a click does, and what is written down.

Intake, matching, evaluation and the desk run on a private cluster; families come in by intake's
API. Nothing sleeps: waits are for conditions.
"""
import concurrent.futures
import html
import re
import sys
import time
import uuid
from pathlib import Path

import psycopg2.extras

from core_rig import SLOW, audit_problems, audit_rows, referral_received
from desk_rig import PASSWORD, SITUATIONS, links, run_tests, unsure, words
from notification_rig import new_id, wait_for

ROOT = Path(__file__).resolve().parents[2]
def cleared(city, browser, spoken=False, **changes):
    """The same, decided on by a coordinator."""
    found = unsure(city, **changes)
    version = re.search(r'name="svar" value="(\d+)"', browser.get(f"/kort/{found}"))[1]
    fields = {"beslut": "clear", "bradska": "1", "svar": version}
    if spoken:
        fields["talat"] = "ja"
    status, headers, _ = browser.post(f"/kort/{found}/beslut", fields)
    assert status == 303 and headers["location"] == f"/kort/{found}?sagt=beslut", headers
    city.await_state(found, "waiting" if spoken else "contacting")
    return found


# Signing in

def test_sign_in(city):
    browser = city.browser()
    status, headers, _ = browser.ask("GET", "/")
    assert status == 303 and headers["location"] == "/in" and "set-cookie" not in headers
    status, headers, _ = browser.sign_in("samordnare")
    assert status == 303 and headers["location"] == "/", status
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie, cookie
    token = cookie.split("=")[1].split(";")[0]
    assert len(token) == 43
    page = browser.get("/")
    assert "Samordnare" in page and 'id="uppgifter"' in page
    for (row,) in city.sql("select s::text from desk.session s"):
        assert token not in row and token.encode().hex() not in row
    assert city.audits("signed_in", city.staff["samordnare"]) == 1
    stored = city.sql("select password from desk.staff where user_name = 'samordnare'")[0][0]
    assert "m=65536" in stored, "a hash with old costs is made anew"
    status, headers, _ = browser.post("/ut")
    assert status == 303 and "Max-Age=0" in headers["set-cookie"]
    browser.cookie = cookie.split(";")[0]
    assert browser.ask("GET", "/")[0] == 303, "the session has ended at the server too"


def test_wrong_name_and_wrong_password_look_alike(city):
    city.make_staff("vanlig", "read_only")
    wrong = city.browser().sign_in("vanlig", "fel lösenord här")
    nobody = city.browser().sign_in("finns-inte", "fel lösenord här")
    assert wrong[0] == nobody[0] == 403 and wrong[2] == nobody[2]
    assert "set-cookie" not in wrong[1]


def test_guessing_is_slowed(city):
    city.make_staff("gissad", "coordinator")
    for _ in range(5):
        assert city.browser().sign_in("gissad", "gissning nummer ett")[0] == 403
    status, headers, _ = city.browser().sign_in("gissad")
    assert status == 429 and 1 <= int(headers["retry-after"]) <= 900, (status, headers)
    assert city.browser().sign_in("samordnare")[0] == 303, "others are not slowed"
    city.sql("update desk.sign_in_try set until = clock_timestamp() where key = 'u:gissad'")
    assert city.browser().sign_in("gissad", "gissning nummer ett")[0] == 403
    status, headers, _ = city.browser().sign_in("gissad")
    assert status == 429 and int(headers["retry-after"]) > 15, "each next one costs more"
    city.sql("update desk.sign_in_try set until = clock_timestamp() where key = 'u:gissad'")
    assert city.browser().sign_in("gissad")[0] == 303
    assert city.count("desk.sign_in_try where key = 'u:gissad'") == 0
    assert city.audits("sign_in_failed") >= 6


def test_an_address_is_slowed(city):
    city.sql("insert into desk.sign_in_try (key, failures, last_at, until) values ('a:127.0.0.1',"
             " 40, clock_timestamp(), clock_timestamp() + interval '1 minute')"
             " on conflict (key) do update set until = excluded.until")
    assert city.browser().sign_in("samordnare")[0] == 429
    forged = city.browser().sign_in("samordnare", X_Forwarded_For="192.0.2.1")
    assert forged[0] == 429, "without a proxy of ours the header counts for nothing"
    city.sql("delete from desk.sign_in_try")
    assert city.browser().sign_in("samordnare")[0] == 303


def test_a_crowd_at_the_door(city):
    """One password at a time, a short queue, and nobody else waits for it."""
    city.sql("delete from desk.sign_in_try")
    browser = city.browser("lasratt")
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        crowd = [pool.submit(city.browser().sign_in, f"hop-{n}", "något helt annat")
                 for n in range(30)]
        slowest = 0
        while not all(one.done() for one in crowd):
            started = time.monotonic()
            browser.get("/koer")
            slowest = max(slowest, time.monotonic() - started)
        statuses = [one.result()[0] for one in crowd]
    assert set(statuses) <= {403, 429} and 429 in statuses and 403 in statuses, statuses
    assert slowest < 1.0 * SLOW, slowest
    city.sql("delete from desk.sign_in_try")


def test_sessions_end(city):
    browser = city.browser("samordnare")
    city.sql("update desk.session set seen_at = seen_at - interval '14 minutes'")
    browser.get("/")
    city.sql("update desk.session set seen_at = seen_at - interval '16 minutes'")
    assert browser.ask("GET", "/")[0] == 303
    browser = city.browser("samordnare")
    city.sql("update desk.session set started_at = started_at - interval '13 hours',"
             " ends_at = ends_at - interval '13 hours'")
    assert browser.ask("GET", "/")[0] == 303
    browser = city.browser("samordnare")
    city.sql("update desk.staff set active = false where user_name = 'samordnare'")
    assert browser.ask("GET", "/")[0] == 303, "who is shown out is out at once"
    assert city.browser().sign_in("samordnare")[0] == 403
    city.sql("update desk.staff set active = true where user_name = 'samordnare'")
    city.sql("delete from desk.sign_in_try")


def test_forms_of_strangers(city):
    browser = city.browser("samordnare")
    found = unsure(city)
    fields = {"beslut": "clear", "bradska": "0", "svar": "1", "talat": "ja"}
    path = f"/kort/{found}/beslut"
    assert browser.post(path, fields, token=False)[0] == 403
    assert browser.post(path, {**fields, "t": "0" * 32}, token=False)[0] == 403
    assert browser.post(path, fields, Origin="http://evil.example.org")[0] == 403
    assert browser.post(path, fields, Sec_Fetch_Site="cross-site")[0] == 403
    assert browser.post(path, fields, Sec_Fetch_Site="same-site")[0] == 403
    other = city.browser("samordnare")
    assert browser.post(path, {**fields, "t": other.token}, token=False)[0] == 403
    assert city.browser().sign_in("samordnare", Origin="http://evil.example.org")[0] == 403
    assert city.audits("form_refused") >= 6
    assert city.state(found) == "safety_check"
    assert browser.post(path, fields, Sec_Fetch_Site="same-origin")[0] == 303


def test_headers(city):
    browser = city.browser("samordnare")
    found = unsure(city)
    for path in ("/in", "/", "/vantelista", f"/kort/{found}", "/grupper", "/koer",
                 f"/kort/{found}/kontakt"):
        _, headers, text = browser.ask("GET", path)
        assert headers["cache-control"] == "no-store", path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert not re.search(r"<script(?! src=./static/)|style=|https?://", text), path


# What a coordinator does

def test_clear_call_wait(city):
    browser = city.browser("samordnare")
    found = unsure(city)
    code = city.sql("select code from intake.referral where referral_id = %s", found)[0][0]
    start = browser.get("/")
    assert code in start[start.index('id="beslut"'):], "what waits for a decision is on the start"
    page = browser.get(f"/kort/{found}")
    assert "Trygghet ses över" in words(page) and "Vet inte" in words(page)
    version = re.search(r'name="svar" value="(\d+)"', page)[1]
    assert browser.post(f"/kort/{found}/beslut",
                        {"beslut": "clear", "bradska": "2", "svar": version})[0] == 303
    city.await_state(found, "contacting")
    assert city.sql("select urgency, cleared_by from intake.clearance where referral_id = %s",
                    found)[0][0] == 2
    wait_for(lambda: city.count("desk.task where referral_id = %s and kind = 'call_family'"
                                " and done_at is null", found) == 1, 10 * SLOW)
    page = browser.get(f"/kort/{found}")
    assert "Ring familjen" in words(page) and "Klar för kontakt" in words(page)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    said = "Mormor Zelda svarade"
    assert browser.post(f"/kort/{found}/samtal",
                        {"hur": "reached", "version": version, "ord": said})[0] == 303
    city.await_state(found, "waiting")
    wait_for(lambda: city.count("desk.task where referral_id = %s and done_at is null",
                                found) == 0, 10 * SLOW)
    page = browser.get(f"/kort/{found}")
    assert "Nådde familjen" in words(page) and "Zelda" not in page
    for table in ("desk.note", "desk.note_words"):
        for (row,) in city.sql(f"select t::text from {table} t"):
            assert "Zelda" not in row and "Zelda".encode().hex() not in row
    status, _, page = browser.post(f"/kort/{found}/kontakt",
                                   {"skal": "läsa vad som sades", "del": "ord"})
    assert status == 200 and said in words(page)
    for action in ("clearance_decided", "contact_noted", "card_seen"):
        assert city.audits(action, found) >= 1, action


def test_stale_decisions_change_nothing(city):
    browser = city.browser("samordnare")
    found = unsure(city)
    _, headers, _ = browser.post(f"/kort/{found}/beslut",
                                 {"beslut": "clear", "bradska": "0", "svar": "7"})
    assert headers["location"].endswith("sagt=andrat")
    for wrong in ({}, {"beslut": "kanske", "bradska": "0", "svar": "1"},
                  {"beslut": "clear", "bradska": "4", "svar": "1"},
                  {"beslut": "clear", "bradska": "-1", "svar": "1"}):
        _, headers, _ = browser.post(f"/kort/{found}/beslut", wrong)
        assert headers["location"].endswith("sagt=fel"), wrong
    _, headers, _ = browser.post(f"/kort/{found}/flytt", {"till": "withdrawn", "version": "99"})
    assert headers["location"].endswith("sagt=andrat")
    assert city.audits("clearance_decided", found) == 0 and city.state(found) == "safety_check"


def test_park_and_withdraw(city):
    browser = city.browser("samordnare")
    found = cleared(city, browser, spoken=True)
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"/kort/{found}"))[1]
    day = city.sql("select (common.civil_now() + interval '30 days')::date::text")[0][0]
    for wrong in ("", "2026-02-30", "2001-01-01", "2199-01-01"):
        fields = {"till": "parked", "version": version, "dag": wrong}
        assert browser.post(f"/kort/{found}/flytt", fields)[1]["location"].endswith("fel"), wrong
    park = {"till": "parked", "version": version, "dag": day, "skal": "later"}
    browser.post(f"/kort/{found}/flytt", park)
    city.await_state(found, "parked")
    page = browser.get(f"/kort/{found}")
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    browser.post(f"/kort/{found}/flytt", {"till": "withdrawn", "version": version, "skal": "wish"})
    city.await_state(found, "withdrawn")
    page = browser.get(f"/kort/{found}")
    assert "/flytt" not in page and "/beslut" not in page, "an ended one offers nothing to do"


def test_one_call_at_a_time(city):
    """A second task of the same work joins the open one: the later reason, the earlier clock."""
    browser = city.browser("samordnare")
    found, other = unsure(city), unsure(city)
    city.sql("delete from desk.task where referral_id in (%s, %s)", found, other)
    now = int(time.time() * 1000)

    def want(*tasks):
        said = [{"task_id": new_id().bytes, "referral_id": referral.bytes, "kind": kind,
                 "due_at_ms": now + hours * 3600000, **({"note": note} if note else {})}
                for referral, kind, hours, note in tasks]
        city.say(said, "desk", "task_wanted")
        wait_for(lambda: not city.count("ledger.desk where kind = 'task_wanted'"), 10 * SLOW)
        return said

    def tasks(referral):
        return city.sql("select kind, note, extract(epoch from due_at)::bigint * 1000,"
                        " done_at is not null from desk.task where referral_id = %s"
                        " order by wanted_at, kind", referral)

    now -= now % 1000
    first = want((found, "call_family", 5, "första"), (other, "call_family", 9, None))
    task = city.sql("select task_id from desk.task where referral_id = %s", found)[0][0]
    browser.post(f"/uppgift/{task}/ta")
    want((found, "call_back", 7, "inget svar"), (found, "protection", 1, "rött"))
    assert tasks(found) == [("call_back", "inget svar", now + 5 * 3600000, False),
                            ("protection", "rött", now + 3600000, False)]
    assert city.sql("select owner from desk.task where task_id = %s", task) == \
        [(city.staff["samordnare"],)]
    page = words(browser.get(f"/kort/{found}"))
    assert "Ring upp: inget svar på erbjudandet" in page and "Ring familjen" not in page
    # Two in one slice, the second without a note: the later kind, the note that there is.
    want((other, "call_back", 3, "först"), (other, "call_family", 4, None))
    assert [row[2:] for row in tasks(other)] == [(now + 3 * 3600000, False)]
    # What is done is over: the next one is a task of its own, and an old one said again is none.
    browser.post(f"/uppgift/{task}/klar", {"resultat": "ringde"})
    city.say(first[:1], "desk", "task_wanted")
    want((found, "call_family", 8, "igen"))
    assert sorted(row[3] for row in tasks(found)) == [False, False, True]


def test_protection_needs_a_receiver(city):
    browser = city.browser("samordnare")
    found = city.refer(immediate_danger="yes")
    wait_for(lambda: city.count("desk.task where referral_id = %s and kind = 'protection'",
                                found), 10 * SLOW)
    task = city.sql("select task_id from desk.task where referral_id = %s"
                    " and kind = 'protection'", found)[0][0]
    start = browser.get("/")
    assert start.index("Skydd: lämna över") < (start.find("Ring familjen") % len(start))
    assert browser.post(f"/uppgift/{task}/ta")[0] == 303
    for fields in ({"slag": "skydd"}, {}, {"resultat": "x"}):
        _, headers, _ = browser.post(f"/uppgift/{task}/klar", fields)
        assert headers["location"] == "/?sagt=resultat", (fields, headers)
    assert city.count("desk.task where task_id = %s and done_at is null", task) == 1
    receipt = {"slag": "skydd", "resultat": "Alma Ek, jouren, 14.20"}
    _, headers, _ = browser.post(f"/uppgift/{task}/klar", receipt)
    assert headers["location"] == "/?sagt=klar"
    row = city.sql("select done_by, result from desk.task where task_id = %s", task)[0]
    assert row == (city.staff["samordnare"], "Alma Ek, jouren, 14.20")
    assert browser.post(f"/uppgift/{task}/klar", {"resultat": "igen"})[0] == 404


def test_letters_in_trouble(city):
    browser = city.browser("samordnare")
    found, letter = unsure(city), new_id()
    for end in ("unknown", "failed"):  # a letter may end twice; one that went out asks nothing
        city.say([{"letter_id": letter.bytes, "referral_id": found.bytes, "purpose": "offer",
                   "end": end}], "desk", "letter_settled")
        wait_for(lambda: city.count("desk.letter where letter_id = %s and ended = %s", letter,
                                    end), 10 * SLOW)
    assert "Kom inte fram" in words(browser.get("/"))
    assert browser.post(f"/brev/{letter}/sett")[0] == 303
    assert "Kom inte fram" not in words(browser.get("/"))
    assert browser.post(f"/brev/{letter}/sett")[0] == 404


# Who it is

def test_reveal(city):
    browser = city.browser("samordnare")
    name, mother = "Tindra Ovanlig", "Rakel Ovanlig"
    found = unsure(city, child_name=name, guardians__0__name=mother,
                   guardians__0__phone="070-174 06 05", message="Pappa dricker, säger Tindra")
    path = f"/kort/{found}/kontakt"
    page = browser.get(path)
    assert name not in page
    for wrong in ("", "x", "y" * 151):
        status, _, page = browser.post(path, {"skal": wrong, "del": "familj"})
        assert status == 422 and name not in page, wrong
    assert city.count("intake.identity_read where referral_id = %s", found) == 0
    status, headers, page = browser.post(path, {"skal": "första samtalet", "del": "familj"})
    assert status == 200 and headers["cache-control"] == "no-store"
    assert name in page and mother in page and "46701740605" in re.sub(r"\D", "", words(page))
    assert "dricker" not in page and not any(word in words(page) for word in SITUATIONS)
    assert city.sql("select staff_id, reason from intake.identity_read where referral_id = %s",
                    found) == [(city.staff["samordnare"], "första samtalet")]
    assert city.audits("identity_read", found) == 1
    status, _, page = browser.post(path, {"skal": "fråga skolan", "del": "anmalare"})
    assert status == 200 and "Kim Al" in page and name not in page and mother not in page
    status, _, page = browser.post(path, {"skal": "läsa texten", "del": "ord"})
    assert status == 200 and "Pappa dricker" in page and mother not in page
    assert city.count("intake.identity_read where referral_id = %s", found) == 3
    assert not any(name in line for line in city.desk.lines + city.intake.lines)


def test_a_language_is_a_word(city):
    """The contact's language in the reader's own language: a code says nothing to a person."""
    browser = city.browser("samordnare")
    cookie = browser.cookie
    listed = (ROOT / "services/intake/pages/languages.csv").read_text(encoding="utf-8")
    codes = [line.split(";")[0] for line in listed.splitlines()[1:]]
    shown = {}
    found = unsure(city)
    for tongue in ("sv", "en"):
        browser.cookie = f"{cookie}; sprak={tongue}"
        for code in codes:
            city.sql("update intake.person set language = %s where referral_id = %s", code, found)
            browser.get(f"/kort/{found}/kontakt")
            _, _, page = browser.post(f"/kort/{found}/kontakt", {"skal": "ringa", "del": "familj"})
            said = set(re.findall(r"<dt>(?:Språk|Language)</dt><dd>(.*?)</dd>", page))
            assert len(said) == 1 and code not in said, (tongue, code, said)
            assert "<" not in (word := said.pop()), (tongue, code, word)
            shown[tongue, code] = html.unescape(word)
    assert shown["sv", "sv"] == "svenska" and shown["en", "sv"] == "Swedish"
    assert shown["sv", "ar"] == "arabiska" and shown["en", "ar"] == "Arabic"
    assert len(set(shown.values())) == 2 * len(codes)


def test_erased_is_not_shown(city):
    browser = city.browser("samordnare")
    found = unsure(city, child_name="Glömda Gunilla")
    city.sql("update intake.person set wrapped_key = '' where referral_id = %s", found)
    status, _, page = browser.post(f"/kort/{found}/kontakt", {"skal": "titta", "del": "familj"})
    assert status == 200 and "Gunilla" not in page and "raderade" in page


def test_two_roles_of_the_database(city):
    """What the pages promise, the database enforces."""
    denied = [("desk_list", "select * from intake.person"),
              ("desk_list", "select * from intake.contact_v"),
              ("desk_list", "select * from intake.read_identity(gen_random_uuid(),"
                            " gen_random_uuid(), 'nyfiken')"),
              ("desk_list", "select * from desk.note_words"),
              ("desk_case", "select * from intake.person"),
              ("desk_case", "select * from intake.safety_v"),
              ("desk_case", "select * from matching.referral_v"),
              ("desk_case", "select * from desk.waiting_v"),
              ("operator", "select password from desk.staff"),
              ("demo", "select desk.make_staff(gen_random_uuid(), 'xy', 'Xy', 'operator',"
                       " '$argon2id$', null)")]
    for role, query in denied:
        link = psycopg2.connect(f"{city.cluster.conninfo} user=gruppstod_{role}")
        try:
            link.cursor().execute(query)
            raise AssertionError((role, query))
        except psycopg2.errors.InsufficientPrivilege:
            pass
        finally:
            link.close()


def test_no_name_beside_a_situation(city):
    """Every page that can be reached by a link, for each role, with names nobody else has."""
    browser = city.browser("samordnare")
    names, ids = [], []
    for n in range(12):
        names += [f"Xaqu{n}vild Barnsson", f"Yxqu{n}mor Barnsson"]
        changes = {"child_name": names[-2], "guardians__0__name": names[-1],
                   "message": f"Hälsar {names[-1]}", "district": ("bromma", "farsta")[n % 2],
                   "situations": ("substance", "mental", "separation")[n % 3]}
        ids.append(cleared(city, browser, spoken=True, **changes) if n % 2 else
                   unsure(city, **changes))
    seen = {"samordnare": 0}
    for user in ("samordnare", "lasratt", "drift", "ledare"):
        browser, queue, done = city.browser(user), ["/", "/vantelista", "/koer", "/grupper"], set()
        queue += [f"/vantelista?lage={state}" for state in
                  ("safety_check", "contacting", "waiting", "parked", "protection_first")]
        queue += [f"/kort/{found}" for found in ids]
        while queue and len(done) < 150:
            path = queue.pop(0)
            if path in done:
                continue
            done.add(path)
            status, _, page = browser.ask("GET", path)
            if status != 200:
                continue
            shown = words(page)
            if any(word in shown for word in SITUATIONS):
                assert not any(name.split()[0] in page for name in names), (user, path)
                seen[user] = seen.get(user, 0) + 1
            queue += [link for link in links(page, "/")
                      if not re.match(r"/(static|sprak|in$)", link)]
    assert seen["samordnare"] > 20 and seen["lasratt"] > 20 and seen["drift"] > 20, seen
    browser = city.browser("samordnare")
    for found, name in zip(ids, names[::2]):
        status, _, page = browser.post(f"/kort/{found}/kontakt", {"skal": "prov", "del": "familj"})
        assert status == 200 and name in page
        assert not any(word in words(page) for word in SITUATIONS), found


# Who may what

def test_roles(city):
    found = unsure(city)
    allowed = {
        "samordnare": {"/vantelista", "/grupper", "/koer", f"/kort/{found}",
                       f"/kort/{found}/kontakt"},
        "ledare": {"/grupper"},
        "drift": {"/vantelista", "/koer", f"/kort/{found}"},
        "lasratt": {"/vantelista", "/grupper", "/koer", f"/kort/{found}"},
    }
    for user, own in allowed.items():
        browser = city.browser(user)
        for path in allowed["samordnare"]:
            status = browser.ask("GET", path)[0]
            assert status == (200 if path in own else 403), (user, path, status)
    for user in ("ledare", "drift", "lasratt"):
        browser = city.browser(user)
        for path in (f"/kort/{found}/beslut", f"/kort/{found}/kontakt", f"/kort/{found}/samtal",
                     f"/kort/{found}/flytt", f"/uppgift/{found}/klar", f"/forslag/{found}"):
            assert browser.post(path, {"skal": "nyfiken", "del": "familj"})[0] == 403, (user, path)
    for user in ("samordnare", "lasratt", "ledare"):
        browser = city.browser(user)
        assert browser.post("/koer/matching", {"vill": "pause", "varfor": "prov"})[0] == 403, user
        assert browser.post(f"/koer/stopp/{'a' * 16}/igen", {})[0] == 403, user
    assert city.count("intake.identity_read where referral_id = %s", found) == 0
    assert city.audits("not_allowed", found) >= 6


def test_foreign_ids(city):
    browser = city.browser("samordnare")
    for wrong in (str(uuid.uuid4()), "x", "00000000-0000-0000-0000-000000000000", "%27or%201=1"):
        for path in (f"/kort/{wrong}", f"/kort/{wrong}/kontakt", f"/grupper/{wrong}",
                     f"/grupper/{wrong}/traff/{wrong}"):
            assert browser.ask("GET", path)[0] == 404, path
        for path in (f"/kort/{wrong}/beslut", f"/kort/{wrong}/samtal", f"/kort/{wrong}/flytt",
                     f"/kort/{wrong}/kontakt", f"/uppgift/{wrong}/ta", f"/uppgift/{wrong}/klar",
                     f"/brev/{wrong}/sett", f"/grupper/{wrong}/traff/{wrong}"):
            assert browser.post(path, {"skal": "prov", "del": "familj"})[0] == 404, path
    assert browser.ask("GET", "/finns/inte")[0] == 404
    assert city.audits("asked_for_nothing") >= 30


# Lists

def test_search_by_code(city):
    browser = city.browser("samordnare")
    found = unsure(city)
    code = city.sql("select code from intake.referral where referral_id = %s", found)[0][0]
    _, headers, _ = browser.ask("GET", f"/sok?kod={code[:3].lower()}-{code[3:]}")
    assert headers["location"] == f"/kort/{found}"
    assert browser.ask("GET", "/sok?kod=AAAAAA")[0] == 404
    assert browser.ask("GET", "/sok")[0] == 404


def plant_waiting(city, count):
    """A waiting list of that length, as matching keeps it, most of it of one second."""
    city.sql("set session_replication_role = replica")
    city.sql("insert into intake.referral (referral_id, child_id, code, receipt, received_at,"
             " door, source, language, safety, answers, cleared_version, violence, protected,"
             " consents, complete)"
             " select md5('r' || n)::uuid, md5('c' || n)::uuid, 'K' || lpad(n::text, 5, '0'),"
             " 'Q' || lpad(n::text, 7, '0'), now(), 'parent', 'parent', 'sv', 'green', 'nnnnn',"
             " 1, false, false, 'yyyy', true from generate_series(1, %s) n", count)
    city.sql("insert into matching.case (referral_id, child_id, birth_date, free_slots,"
             " max_travel_min, same_sex_only, protected, situation, situations, sex, district,"
             " languages, needs, parent_wish, source)"
             " select md5('r' || n)::uuid, md5('c' || n)::uuid, '2016-01-01', 1, 45, false, false,"
             " (array['substance', 'mental', 'separation'])[n %% 3 + 1], '', 'unsaid',"
             " (array['bromma', 'farsta'])[n %% 2 + 1], 'sv', '', 'no', 'parent'"
             " from generate_series(1, %s) n", count)
    city.sql("insert into matching.referral (referral_id, child_id, clearance_id, received_at,"
             " changed_at, heard, state, changed_by, urgency)"
             " select md5('r' || n)::uuid, md5('c' || n)::uuid, md5('k' || n)::uuid, now(), now(),"
             " 1, 'waiting', 'test', n %% 4 from generate_series(1, %s) n", count)
    city.sql("insert into matching.waiting (referral_id, since, turn, noted_at, urgency, situation,"
             " reason, detail)"
             " select md5('r' || n)::uuid, now() - (n / 40) * interval '1 second',"
             " now() - (n / 40) * interval '1 second', now(), n %% 4,"
             " (array['substance', 'mental', 'separation'])[n %% 3 + 1], 'few_children',"
             " 'missing=2 ages=7-9 slot=4' from generate_series(1, %s) n", count)
    city.sql("set session_replication_role = origin")
    city.sql("analyze")


def walk(browser, path, most):
    """Pages one after another: the codes in their order, and the slowest page in seconds."""
    codes, slowest = [], 0
    for _ in range(most):
        started = time.monotonic()
        page = browser.get(path)
        slowest = max(slowest, time.monotonic() - started)
        codes += re.findall(r'class="mono" href="/kort/[^"]*">(\w+)<', page)
        following = [link for link in links(page, "/vantelista?") if "efter=" in link]
        if not following:
            break
        path = following[0]
    return codes, slowest


def test_a_long_list(city):
    city.matching.stop()
    city.sql("delete from matching.waiting")
    plant_waiting(city, 50000)
    browser = city.browser("samordnare")
    codes, slowest = walk(browser, "/vantelista", 30)
    wanted = [row[0] for row in city.sql(
        "select code from matching.waiting join intake.referral using (referral_id)"
        " order by urgency desc, since, referral_id limit 1500")]
    assert codes == wanted, "pages go on where the one before ended, also within one second"
    assert slowest < 0.4 * SLOW, slowest
    last = city.sql("select urgency, (extract(epoch from since) * 1000000)::bigint, referral_id"
                    " from matching.waiting order by urgency, since desc, referral_id desc"
                    " offset 70 limit 1")[0]
    codes, slow = walk(browser, "/vantelista?efter={}.{}.{}".format(*last), 5)
    assert len(codes) == 70 and slow < 0.4 * SLOW, (len(codes), slow)
    codes, slow = walk(browser, "/vantelista?situation=mental&stadsdel=farsta", 3)
    assert len(codes) == 150 and slow < 0.4 * SLOW, slow
    for code in codes:
        number = int(code[1:])
        assert number % 3 == 1 and number % 2 == 1, code
    started = time.monotonic()
    browser.get("/")
    assert time.monotonic() - started < 0.6 * SLOW
    city.sql("delete from matching.waiting; delete from matching.case where source = 'parent'")
    city.sql("delete from matching.referral where changed_by = 'test'")
    city.matching = city.start("matching", **city.quick)


# Groups

def plant_group(city, leaders):
    """A running group with one child and one meeting that has been, as scheduling keeps them."""
    ids = {name: new_id() for name in ("site", "room", "programme", "group", "meeting", "child")}
    name = "Prov " + str(ids["group"])[-8:]
    child = unsure(city)
    city.sql("set session_replication_role = replica")
    city.sql("insert into scheduling.slot (slot, weekday, starts) values (4, 1, '15:00')"
             " on conflict do nothing")
    city.sql("insert into scheduling.site (site_id, name, district, withheld, discretion)"
             " values (%s, %s, 'bromma', false, 'ordinary')", ids["site"], name)
    city.sql("insert into scheduling.room (room_id, site_id, name, capacity)"
             " values (%s, %s, 'Rummet', 8)", ids["room"], ids["site"])
    city.sql("insert into scheduling.programme (programme_id, name, situation)"
             " values (%s, %s, 'mental')", ids["programme"], name)
    city.sql("insert into scheduling.programme_version (programme_id, version, valid_from,"
             " minutes, themes, least, most, parents, parent_leaders, entry, entry_meeting)"
             " values (%s, 1, '2020-01-01', 90, array['a', 'b'], 4, 8, 'no', 0, 'closed', 2)",
             ids["programme"])
    city.sql("insert into scheduling.groups (group_id, name, programme_id, programme_version,"
             " situation, language, age_from, age_to, slot, site_id, room_id, room_capacity,"
             " least, places, first_day, last_day, entry_until, state, booked_at, changed_at)"
             " values (%s, %s, %s, 1, 'mental', 'sv', 7, 9, 4, %s, %s, 8, 4, 8, current_date - 7,"
             " current_date + 90, current_date, 'running', now(), now())",
             ids["group"], name, ids["programme"], ids["site"], ids["room"])
    city.sql("insert into scheduling.group_fill (group_id, taken) values (%s, 1)", ids["group"])
    for post, leader in enumerate(leaders, 1):
        city.sql("insert into scheduling.leader (leader_id, work_name, employment, home, home_unit,"
                 " experienced, parents, max_groups, contract_from, contract_until) values (%s,"
                 " 'Prov', 'fixed', 'bromma', 'enheten', true, false, 2, '2020-01-01',"
                 " '2199-01-01') on conflict do nothing", leader)
        city.sql("insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
                 " experienced, parents) values (%s, 'child', %s, %s, 'mental', true, false)",
                 ids["group"], post, leader)
    city.sql("insert into scheduling.meeting (meeting_id, group_id, meeting_no, day, starts_at,"
             " ends_at, theme, state) values (%s, %s, 1, (now() at time zone 'Europe/Stockholm')"
             "::date, now() - interval '1 minute', now() + interval '89 minutes', 'Hej', 'held')",
             ids["meeting"], ids["group"])
    city.sql("insert into scheduling.roster (group_id, place_no, places, referral_id, child_id,"
             " version, taken_at) values (%s, 1, 8, %s, %s, 1, now())", ids["group"], child,
             ids["child"])
    city.sql("set session_replication_role = origin")
    return ids["group"], ids["meeting"], child, name


def test_leaders_see_their_own(city):
    own, meeting, child, name = plant_group(city, [city.leader, new_id()])
    other, _, _, other_name = plant_group(city, [new_id(), new_id()])
    browser = city.browser("ledare")
    page = browser.get("/grupper")
    assert name in page and other_name not in page
    assert browser.ask("GET", f"/grupper/{other}")[0] == 404
    code = city.sql("select code from intake.referral where referral_id = %s", child)[0][0]
    page = browser.get(f"/grupper/{own}")
    assert code in page and "/kort/" not in page, "a leader has the code and no way to the card"
    assert city.audits("roster_seen", own) >= 1
    page = browser.get(f"/grupper/{own}/traff/{meeting}")
    assert f"n_{child}" in page
    for presence in ("absent_untold", "present"):  # and put right
        status, headers, _ = browser.post(f"/grupper/{own}/traff/{meeting}",
                                          {f"n_{child}": presence, f"n_{new_id()}": "present"})
        assert status == 303 and headers["location"] == f"/grupper/{own}?sagt=narvaro"
        wait_for(lambda: city.sql("select presence, noted_by from evaluation.attendance where"
                                  " meeting_id = %s", meeting) == [
                                      (presence, city.staff["ledare"])], 10 * SLOW)
    both = city.browser("samordnare").get("/grupper")
    assert name in both and other_name in both


def test_proposals(city):
    browser = city.browser("samordnare")
    # Nothing that this one names is there: whoever approves it is told so.
    for approval, state in (("refuse", "refused"), ("approve", "failed")):
        group = new_id()
        city.sql("insert into matching.proposal (group_id, programme_id, room_id, leader_ids,"
                 " created_at, earliest_day, age_from, age_to, slot, least, most, children, score,"
                 " state, situation, language, district, site, needs, why, decide_by) values (%s,"
                 " %s, %s, array[%s, %s], now(), current_date, 7, 9, 4, 4, 8, 6, 100, 'proposed',"
                 " 'mental', 'sv', 'bromma', 'Provhuset', '', 'sex barn kan på tisdagar',"
                 " now() + interval '3 days')",
                 group, new_id(), new_id(), city.leader, new_id())
        page = browser.get("/grupper")
        assert f"/forslag/{group}" in page and "sex barn kan" not in page
        _, headers, _ = browser.post(f"/forslag/{group}", {"beslut": "kanske"})
        assert headers["location"].endswith("fel")
        assert browser.post(f"/forslag/{group}", {"beslut": approval})[0] == 303
        wait_for(lambda: city.sql("select state from matching.proposal where group_id = %s",
                                  group)[0][0] == state, 10 * SLOW)
        assert city.audits("group_decided", group) >= 1
        assert ("är utelämnade" in words(browser.get("/grupper"))) == (state == "failed")
        _, headers, _ = browser.post(f"/forslag/{group}", {"beslut": approval})
        assert headers["location"].endswith("andrat")
        assert "Besluta senast" in words(page) and "gick ut" not in words(page)
        city.sql("update matching.proposal set state = 'expired', stale = null,"
                 " ended_at = common.civil_now() where group_id = %s", group)
        page = words(browser.get("/grupper"))
        assert "Ingen beslutade i tid" in page and "gick ut" in page and "6 barn" in page
        city.sql("update matching.proposal set ended_at = ended_at - interval '15 days'"
                 " where group_id = %s", group)
        assert "gick ut" not in words(browser.get("/grupper"))
        city.sql("delete from matching.proposal where group_id = %s", group)


# The machinery

def test_the_clock_is_said(city):
    browser = city.browser("samordnare")
    assert "framflyttad" not in browser.get("/")
    city.sql("update common.civil_clock set ahead = '21 days'")
    for path in ("/", "/vantelista", "/koer", "/grupper"):
        assert "Klockan är framflyttad" in browser.get(path), path
    city.sql("update common.civil_clock set ahead = '0'")
    assert "Gröna intresseanmälningar" not in browser.get("/")
    city.desk.stop()
    city.desk = city.start("desk", intake__clear_green_automatically="yes",
                           matching__approve_groups_automatically="yes", **city.quick)
    browser.port = city.desk.port
    page = browser.get("/")
    assert "Gröna intresseanmälningar" in page and "godkänns av en inställning" in page


def test_english(city):
    browser = city.browser("samordnare")
    cookie = browser.cookie
    status, headers, _ = browser.ask("GET", "/sprak/en")
    assert status == 303 and "sprak=en" in headers["set-cookie"]
    browser.cookie = cookie + "; sprak=en"
    for path in ("/", "/vantelista", "/grupper", "/koer", f"/kort/{unsure(city)}"):
        page = browser.get(path)
        assert 'lang="en"' in page, path
        inside = page.split("<main", 1)[1].split("</main>")[0]
        assert 'lang="sv"' not in inside, (path, re.findall(r'lang="sv"[^<]*<?', inside)[:5])


def test_stops_with_passwords_in_hand(city):
    city.sql("delete from desk.sign_in_try")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        crowd = [pool.submit(city.browser().sign_in, "samordnare") for _ in range(6)]
        wait_for(lambda: any(one.done() for one in crowd), 10 * SLOW)
        assert city.desk.stop() < 5 * SLOW
        ended = [one.exception() is None for one in crowd]
    assert any(ended), "those that were let in are answered"
    city.desk = city.start("desk", **city.quick)


def test_audit_chain(city):
    assert audit_problems(audit_rows(city.connection), city.keys["audit"]) == []
    for (row,) in city.sql("select a::text from audit.entry a"):
        assert "Ovanlig" not in row and PASSWORD not in row and "Zelda" not in row


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
