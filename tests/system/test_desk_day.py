#!/usr/bin/python3
"""The coordinator's day: contacts by phone, the three tries, what is late, the waiting list, why.

Intake, matching, evaluation and the desk run on a private cluster. Nothing sleeps.
"""
import csv
import io
import re
import sys
import time
import traceback
import uuid

from core_rig import SLOW
from desk_rig import City, links, words
from notification_rig import new_id, wait_for
from test_desk import cleared, unsure

CALM = {name: "no" for name in ("immediate_danger", "afraid_at_home", "violence_last_year",
                                "other_guardian_dangerous", "protected_identity")}
CALL = {"ringer": "parent", "child_name": "Ebba Qvarnlind", "birth_date.day": "4",
        "birth_date.month": "5", "birth_date.year": "2017", "district": "bromma",
        "situations": "separation", "guardians.0.name": "Mats Qvarnlind",
        "guardians.0.phone": "070-174 06 05", "guardians.0.phone_safe": "yes",
        "guardians.0.message_safe": "yes", "guardians.0.hours": "efter klockan sexton",
        "language": "sv", "consent_take_part": "yes", "message": "Vill helst ha onsdagar.", **CALM}


def begin(browser):
    """The address of a new contact's form."""
    return re.search(r'action="(/ny-kontakt/[0-9a-f-]{36})"', browser.get("/ny-kontakt"))[1]


def contact(city, path):
    return city.sql("select state, sealed is not null, code, coalesce(wrong, '') from desk.contact"
                    " where contact_id = %s", path.rsplit("/", 1)[1])[0]


def phoned(city, browser, **changes):
    """A whole contact, sent: its referral."""
    path = begin(browser)
    status, headers, _ = browser.post(path, {**CALL, **changes, "gor": "skicka"})
    assert (status, headers["location"]) == (303, path), headers
    wait_for(lambda: contact(city, path)[0] == "sent", 10 * SLOW,
             lambda: f"{contact(city, path)}\n{city.desk.log()}")
    return city.sql("select referral_id from intake.referral join desk.contact using (receipt)"
                    " where contact_id = %s", path.rsplit("/", 1)[1])[0][0]


# Ny kontakt

def test_half_done_and_taken_up_again(city):
    browser, other = city.browser("samordnare"), city.browser("kollega")
    path = begin(browser)
    status, headers, _ = browser.post(path, {"child_name": "Ebba Qvarnlind", "gor": "spara",
                                             "message": "Ring efter <tre>"})
    assert (status, headers["location"]) == (303, "/?sagt=utkast")
    stored = city.sql("select d::text from desk.contact d")[0][0]
    assert "Ebba" not in stored and "45626261" not in stored, "a draft is sealed"
    assert path in links(browser.get("/"), "/ny-kontakt/")
    page = browser.get(path)
    assert 'value="Ebba Qvarnlind"' in page and "Ring efter &lt;tre&gt;" in page
    assert other.ask("GET", path)[0] == 404 and path not in other.get("/")
    other.post(path, {"child_name": "Annan", "gor": "spara"})
    other.post(path, {"gor": "kasta"})
    assert 'value="Ebba Qvarnlind"' in browser.get(path), "a draft is its owner's alone"
    # Sent too early it names what is missing, and keeps what there is.
    browser.post(path, {"child_name": "Ebba Qvarnlind", "gor": "skicka"})
    page = browser.get(path)
    assert "<title>Fel:" in page and 'href="#ringer"' in page and 'value="Ebba Qvarnlind"' in page
    browser.post(path, {**CALL, "district": "", "gor": "skicka"})
    wait_for(lambda: contact(city, path)[3] == "district", 10 * SLOW,
             lambda: str(contact(city, path)))
    assert 'href="#district"' in browser.get(path)
    browser.post(path, {**CALL, "gor": "skicka"})
    wait_for(lambda: contact(city, path)[0] == "sent", 10 * SLOW)
    state, sealed, code, _ = contact(city, path)
    assert not sealed, "what was sent is intake's"
    page = browser.get(path)
    assert code in page and "Qvarnlind" not in page
    found = city.sql("select referral_id, door, source from intake.referral where code = %s", code)
    assert found[0][1:] == ("parent", "parent")
    city.await_state(found[0][0], "safety_check")
    card = words(browser.get(f"/kort/{found[0][0]}"))
    assert "togs emot av Samordnare" in " ".join(card.split()) and "Qvarnlind" not in card
    # Pressed twice, or from another window: one referral.
    before = city.count("intake.referral")
    for wish in ("skicka", "spara", "kasta"):
        browser.post(path, {**CALL, "gor": wish})
    assert city.count("intake.referral") == before and contact(city, path)[0] == "sent"


def test_thrown_away_is_gone(city):
    browser = city.browser("samordnare")
    path = begin(browser)
    browser.post(path, {"child_name": "Ingen", "gor": "spara"})
    assert browser.post(path, {"gor": "kasta"})[1]["location"] == "/?sagt=kastat"
    assert contact(city, path)[:2] == ("discarded", False)
    assert "kastat" in browser.get(path) and path not in browser.get("/")
    old, young = begin(browser), begin(browser)
    for one in (old, young):
        browser.post(one, {"child_name": "Glömd", "gor": "spara"})
    city.sql("update desk.contact set changed_at = changed_at - interval '14 days 1 minute'"
             " where contact_id = %s", old.rsplit("/", 1)[1])
    wait_for(lambda: contact(city, old)[:2] == ("discarded", False), 10 * SLOW)
    assert contact(city, young)[0] == "draft", "two weeks, and no shorter"
    browser.post(young, {"gor": "kasta"})


def test_a_draft_left_lying_is_taken_over(city):
    browser, other = city.browser("samordnare"), city.browser("kollega")
    path = begin(browser)
    browser.post(path, {"child_name": "Halva Sagd", "gor": "spara"})
    assert other.post(f"{path}/ta-over")[0] == 404, "not on the same day"
    city.sql("update desk.contact set changed_at = changed_at - interval '25 hours'"
             " where contact_id = %s", path.rsplit("/", 1)[1])
    assert f"{path}/ta-over" in other.get("/") and f"{path}/ta-over" not in browser.get("/")
    assert "ta-over" not in city.browser("lasratt").get("/")
    assert other.post(f"{path}/ta-over")[1]["location"] == path
    assert 'value="Halva Sagd"' in other.get(path) and browser.ask("GET", path)[0] == 404
    assert city.audits("contact_taken_over") == 1
    other.post(path, {"gor": "kasta"})


def test_a_contact_waits_for_intake(city):
    browser = city.browser("samordnare")
    city.intake.stop()
    path = begin(browser)
    started = time.monotonic()
    status, headers, _ = browser.post(path, {**CALL, "child_name": "Sent Inne", "gor": "skicka"})
    assert status == 303 and headers["location"] == path
    assert time.monotonic() - started < 8 * SLOW, "a person waits a few seconds only"
    page = browser.get(path)
    assert "av sig själv" in page and "Sent Inne" not in page
    browser.post(path, {"child_name": "Ändrad", "gor": "spara"})
    city.intake = city.start("intake", intake__form_least="0", **city.quick)
    wait_for(lambda: contact(city, path)[0] == "sent", 20 * SLOW,
             lambda: f"{contact(city, path)}\n{city.desk.log()}")
    code = contact(city, path)[2]
    assert city.count("intake.referral where code = %s", code) == 1


def test_a_session_that_ran_out_loses_nothing(city):
    browser = city.browser("samordnare")
    path = begin(browser)
    city.sql("update desk.session set seen_at = seen_at - interval '16 minutes'")
    status, headers, _ = browser.post(path, {"child_name": "Lång Samtal", "gor": "skicka"})
    assert (status, headers["location"]) == (303, "/in?sagt=utkast"), headers
    assert "sparat som utkast" in words(browser.ask("GET", "/in?sagt=utkast")[2])
    assert browser.ask("GET", path)[0] == 303, "nothing is shown without a sign-in"
    assert 'value="Lång Samtal"' in city.browser("samordnare").get(path)
    forged = browser.post(path, {"t": "0" * 32, "child_name": "Fel", "gor": "spara"}, token=False)
    assert forged[0] == 403 and 'value="Fel"' in forged[2], "another's form is no draft by itself"
    assert 'value="Fel"' not in city.browser("samordnare").get(path)
    foreign = browser.post(path, {"child_name": "Fel", "gor": "spara"}, Origin="http://ond.test")
    assert foreign[0] == 303 and "Fel" not in foreign[2], "what comes from elsewhere goes nowhere"
    for wrong in ("/ny-kontakt/x", f"/ny-kontakt/{new_id()}"):
        assert city.browser("samordnare").ask("GET", wrong)[0] == 404


def test_bad_input_in_a_call(city):
    browser = city.browser("samordnare")
    path = begin(browser)
    typed = {**CALL, "birth_date.month": "13", "situations": "krig", "age": "hundra",
             "child_name": "'; drop table desk.contact; --", "okänt": "fält"}
    browser.post(path, {**typed, "gor": "skicka"})
    state, _, _, wrong = contact(city, path)
    assert state == "draft" and {"birth_date", "situations", "age"} <= set(wrong.split()), wrong
    assert "&#39;; drop table" in browser.get(path) or "'; drop table" in browser.get(path)
    many = {f"falt-{n}": "x" for n in range(400)}
    assert browser.post(path, {**many, "gor": "spara"})[0] in (303, 400)
    assert browser.post(path, {"message": "å" * 20000, "gor": "spara"})[0] in (400, 413, 422, 500)


def test_a_question_without_a_name(city):
    browser = city.browser("samordnare")
    before = city.count("intake.referral")
    _, headers, _ = browser.post("/ny-kontakt/fraga", {"fran": "pupil_health", "galler": "mental",
                                                       "stadsdel": "farsta", "slut": "told"})
    assert headers["location"] == "/ny-kontakt/fraga?sagt=fraga"
    browser.post("/ny-kontakt/fraga", {"fran": "parent", "slut": "comes_back"})
    for wrong in ({}, {"fran": "pupil_health"}, {"fran": "x", "slut": "told"}):
        assert browser.post("/ny-kontakt/fraga", wrong)[1]["location"].endswith("fel"), wrong
    rows = city.sql("select source, situation, district, ended from desk.question order by at")
    assert rows == [("pupil_health", "mental", "farsta", "told"),
                    ("parent", None, None, "comes_back")]
    assert city.count("intake.referral") == before
    assert re.search(r"Psykisk ohälsa\s+1\s+1", words(browser.get("/ny-kontakt/fraga")))


# Calls

def call(city, browser, found, outcome, words_said=""):
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"/kort/{found}"))[1]
    _, headers, _ = browser.post(f"/kort/{found}/samtal",
                                 {"hur": outcome, "version": version, "ord": words_said})
    return headers["location"].split("sagt=")[1]


def test_three_tries_then_the_one_who_told(city):
    browser = city.browser("samordnare")
    found = cleared(city, browser, child_name="Tre Gånger")
    wait_for(lambda: city.count("desk.task where referral_id = %s and work = 'call'", found),
             10 * SLOW)
    assert call(city, browser, found, "left_message") == "meddelande", "not allowed by the family"
    steps = []
    for _ in range(3):
        assert call(city, browser, found, "no_answer") == "samtal"
        steps.append(city.sql("select tries, next, next_at > common.civil_now() from desk.attempt"
                              " where referral_id = %s", found)[0])
    assert steps == [(1, "call", True), (2, "call", True), (3, "ask_referrer", True)], steps
    assert "3 försök utan svar" in words(browser.get(f"/kort/{found}"))
    city.sql("update desk.attempt set next_at = common.civil_now() where referral_id = %s", found)
    assert "Fråga den som hörde av sig" in browser.get("/uppgifter?slag=ring")
    assert call(city, browser, found, "referrer_asked") == "samtal"
    assert call(city, browser, found, "no_answer") == "samtal"
    assert "Bestäm hur det går vidare" in browser.get(f"/kort/{found}")
    assert call(city, browser, found, "reached", "Pratade länge") == "samtal"
    city.await_state(found, "waiting")
    assert city.count("desk.attempt where referral_id = %s", found) == 0
    story = words(browser.get(f"/kort/{found}"))
    assert story.count("Samtal: Inget svar") == 4 and "Samtal: Nådde familjen" in story
    assert "Pratade länge" not in story


def test_when_to_call_stands_beside_no_situation(city):
    browser = city.browser("samordnare")
    found = phoned(city, browser, child_name="Bästa Tiden")
    city.await_state(found, "safety_check")
    version = re.search(r'name="svar" value="(\d+)"', browser.get(f"/kort/{found}"))[1]
    browser.post(f"/kort/{found}/beslut", {"beslut": "clear", "bradska": "0", "svar": version})
    wait_for(lambda: "efter klockan sexton" in browser.get("/uppgifter?slag=ring"), 10 * SLOW)
    assert "efter klockan sexton" not in browser.get(f"/kort/{found}")
    assert "efter klockan sexton" not in city.browser("lasratt").get("/uppgifter?slag=ring")
    page = browser.get("/uppgifter?slag=ring")
    clock = re.search(r'sexton</bdi>.*?class="clock[^>]*>([^<]*)<', page, re.S)[1]
    assert re.fullmatch(r"om \d+ (tim|dagar)", clock), clock
    page = browser.get(f"/kort/{found}/kontakt?for=ring")
    assert 'value="ringa familjen"' in page and "Qvarnlind" not in page
    _, _, page = browser.post(f"/kort/{found}/kontakt", {"skal": "ringa familjen", "del": "familj"})
    assert "Mats Qvarnlind" in page and 'value="left_message"' in page and "Separation" not in page
    assert call(city, browser, found, "left_message") == "samtal"


# The day

def plant_tasks(city, count):
    """Late ones about nobody: the ids, the least late first."""
    city.sql("insert into desk.task (task_id, referral_id, kind, wanted_by, wanted_at, due_at)"
             " select gen_random_uuid(), gen_random_uuid(), 'consent', 'matching',"
             " common.civil_now(), common.civil_now() + interval '1 minute' - n * interval '1 hour'"
             " from generate_series(0, %s - 1) n", count)
    return [str(task) for (task,) in city.sql(
        "select task_id from desk.task where kind = 'consent' order by due_at desc")]


def test_fifty_late_tasks_at_a_glance(city):
    browser, other = city.browser("samordnare"), city.browser("kollega")
    planted = plant_tasks(city, 55)
    start = browser.get("/")
    row = re.search(r'slag=consent">.*?</tr>', start, re.S)[0]
    assert re.findall(r'number[^>]*>(\d+)<', row) == ["55", "54"], row
    assert 'long">0<' not in start, "a kind without anything late is not red"
    assert start.count("<li") < 70 and len(start) < 50 * 1024, "the page does not grow with them"
    seen, path = [], "/uppgifter?slag=consent&ordning=tid"
    while path:
        page = browser.get(path)
        seen += re.findall(r'action="/uppgift/([0-9a-f-]{36})/klar"', page)
        more = [link for link in links(page, "/uppgifter?") if link.endswith(
            f"sida={int((re.search(r'sida=(.*)', path) or [0, '1'])[1]) + 1}")]
        path = more[0] if more else None
    assert seen == planted[::-1], "the most late first, each once"
    mine = planted[7]
    assert browser.post(f"/uppgift/{mine}/ta", {"fran": "lista"})[1]["location"] == \
        "/uppgifter?sagt=tagen"
    page = browser.get("/uppgifter?vems=mina&slag=consent")
    assert re.findall(r"/uppgift/([0-9a-f-]{36})/lamna", page) == [mine]
    assert "Mina uppgifter" in browser.get("/") and "Mina uppgifter" not in other.get("/")
    assert other.post(f"/uppgift/{mine}/lamna")[0] == 404, "only one's own is given back"
    assert browser.post(f"/uppgift/{mine}/lamna")[1]["location"] == "/?sagt=lamnad"
    assert city.count("desk.task where task_id = %s and owner is null", mine) == 1
    assert mine in browser.get("/uppgifter?vems=lediga&ordning=alder&slag=consent&sena=ja&sida=2") \
        + browser.get("/uppgifter?vems=lediga&ordning=alder&slag=consent&sena=ja")
    for odd in ("slag=x&vems=y&ordning=z&sida=-1", "sida=999999999999", "slag=%00"):
        assert browser.ask("GET", f"/uppgifter?{odd}")[0] in (200, 400), odd
    city.sql("delete from desk.task where kind = 'consent'")


def test_hold_says_why_and_is_not_forgotten(city):
    browser = city.browser("samordnare")
    found = unsure(city, child_name="Vilar Litet")
    code = city.sql("select code from intake.referral where referral_id = %s", found)[0][0]
    version = re.search(r'name="svar" value="(\d+)"', browser.get(f"/kort/{found}"))[1]
    hold = {"beslut": "hold", "bradska": "0", "svar": version}
    assert browser.post(f"/kort/{found}/beslut", hold)[1]["location"].endswith("sagt=skal")
    browser.post(f"/kort/{found}/beslut", {**hold, "skal": "more_to_know",
                                           "skal_ord": "väntar på <skolan>"})
    wait_for(lambda: code in browser.get("/beslut?visa=vilande"), 10 * SLOW)
    assert code not in browser.get("/beslut")
    story = browser.get(f"/kort/{found}")
    assert "Beslut: vänta: Vi behöver veta mer" in story and "väntar på &lt;skolan&gt;" in story
    browser.post(f"/kort/{found}/beslut", {**hold, "beslut": "clear", "talat": "ja"})
    city.await_state(found, "waiting")
    assert code not in browser.get("/beslut?visa=vilande")
    assert browser.post(f"/kort/{found}/anteckning", {"ord": "Hemlig anteckning"})[1][
        "location"].endswith("anteckning")
    assert browser.post(f"/kort/{found}/anteckning", {"ord": ""})[1]["location"].endswith("fel")
    story = words(browser.get(f"/kort/{found}"))
    assert "Anteckning" in story and "Hemlig" not in story
    _, _, page = browser.post(f"/kort/{found}/kontakt", {"skal": "läsa", "del": "ord"})
    assert "Hemlig anteckning" in page


# The waiting list

def test_filters_order_and_file(city):
    browser = city.browser("samordnare")
    young = cleared(city, browser, spoken=True, child_name="Liten", birth_date="2019-01-15",
                    district="farsta", situations="mental")
    old = cleared(city, browser, spoken=True, child_name="Stor", birth_date="2012-01-15",
                  district="farsta", situations="mental")
    city.sql("update matching.waiting set since = since - interval '60 days', turn = turn -"
             " interval '60 days' where referral_id = %s", old)
    city.sql("insert into scheduling.district (code, name, region, valid_from)"
             " values ('farsta', '=1+1', 'Söderort', '2020-01-01')")

    def listed(query):
        page = browser.get(f"/vantelista?stadsdel=farsta&situation=mental{query}")
        return [uuid.UUID(link.rsplit("/", 1)[1]) for link in links(page, "/kort/")]

    assert listed("&ordning=dagar") == [old, young] and listed("&ordning=alder") == [young, old]
    assert listed("&fran=12&till=15") == [old] and listed("&till=11") == [young]
    assert listed("&dagar=30") == [old] and listed("&varfor=partner_has_it") == []
    assert set(listed("&vems=mina")) == {young, old}, "both were decided on by whoever looks"
    assert listed("&fran=x&dagar=-3&sida=0&ordning=y") == [old, young]
    status, headers, text = browser.ask(
        "GET", "/vantelista.csv?stadsdel=farsta&situation=mental&ordning=alder")
    assert status == 200 and headers["content-disposition"].startswith("attachment")
    assert text.startswith("\ufeff") and headers["cache-control"] == "no-store"
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert rows[0][0] == "Kod" and len(rows) == 3 and rows[1][3] == "'=1+1", rows
    assert "Liten" not in text and "Stor" not in text
    assert city.audits("list_exported") == 1
    city.sql("delete from scheduling.district where code = 'farsta'")


# Roles

def test_who_only_looks_touches_nothing(city):
    browser, reader = city.browser("samordnare"), city.browser("lasratt")
    found = unsure(city, child_name="Titta Bara")
    for path in ("/", "/uppgifter", "/beslut", f"/kort/{found}", "/vantelista"):
        page = reader.get(path)
        forms = [form for form in re.findall(r'<form[^>]*action="([^"]*)"', page)
                 if form not in ("/ut", "/sok", "/vantelista", "/uppgifter")]
        assert not forms and "/ny-kontakt" not in page, (path, forms)
    task = plant_tasks(city, 1)[0]
    for path in (f"/uppgift/{task}/ta", f"/uppgift/{task}/lamna", begin(browser),
                 "/ny-kontakt/fraga", f"/kort/{found}/anteckning"):
        assert reader.post(path, {"ord": "x"})[0] == 403, path
    for path in ("/ny-kontakt", "/ny-kontakt/fraga"):
        assert reader.ask("GET", path)[0] == 403
    city.sql("delete from desk.task where kind = 'consent'")


def test_the_way_about(city):
    def top(user, path):
        page = city.browser(user).get(path)
        nav = re.search(r'<details class="menu">(.*?)</details>', page, re.S)[1]
        return re.findall(r'<a href="([^"]*)"(?: aria-current="(\w+)")?', nav), page

    rooms, page = top("samordnare", "/lokaler")
    assert len(rooms) <= 8 and ("/ledare", "true") in rooms, rooms
    assert 'aria-current="page">Lokaler' in page
    assert [path for path, current in top("ledare", "/grupper")[0] if current] == ["/grupper"]
    assert ("/ny-kontakt", "") not in top("lasratt", "/")[0]


def main():
    city = City()
    city.make_staff("kollega", "coordinator")
    city.desk.stop()
    city.desk = city.start("desk", desk__send_again="100ms", desk__forget_every="1s",
                           **city.quick)
    failed = passed = 0
    try:
        tests = [(name, value) for name, value in globals().items() if name.startswith("test_")]
        for name, test in tests:
            if len(sys.argv) > 1 and not any(word in name for word in sys.argv[1:]):
                continue
            started = time.monotonic()
            try:
                test(city)
                passed += 1
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
    finally:
        city.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
