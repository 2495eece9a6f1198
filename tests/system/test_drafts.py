#!/usr/bin/python3
"""Forms that ask one question a page, and the drafts between the pages: sealed, found again by
cookie or code, sent once, gone in time. The real daemon against a real cluster; nothing sleeps.
"""
import concurrent.futures
import html
import re
import sys
import traceback

from intake_rig import GREEN, Intake, inputs, letters
from notification_rig import wait_for

PARENT = {
    "namn": {"guardians.0.name": "Åsa Öberg", "guardians.0.relation": "mother"},
    "kontakt": {"guardians.0.email": "asa@example.org"},
    "tryggt": {"guardians.0.email_safe": "yes"},
    "sprak": {"language": "sv"},
    "barnet": {"child_name": "Väinö Hemlig"},
    "fodd": {"birth_date.day": "4", "birth_date.month": "5", "birth_date.year": "2018"},
    "om-barnet": {"sex": "boy", "languages": "sv"},
    "bor": {"district": "bromma"},
    "hant": {"situations": "substance"},
    "paus": {},
    "just-nu": {"immediate_danger": "no"},
    "hemma": {"afraid_at_home": "no"},
    "senaste-aret": {"violence_last_year": "no"},
    "den-andra": {"other_guardian_dangerous": "no"},
    "uppgifter": {"protected_identity": "no"},
    "andra": {},
    "ja-eller-nej": {"consent_take_part": "yes"},
    "tider": {},
    "vagen": {"max_travel_min": "90"},
    "behov": {},
    "egen-grupp": {"parent_wish": "no"},
    "mer": {"message": "Han tycker om fotboll.\r\nRing inte på jobbet."},
}


class Browser:
    """Keeps its cookie; follows nothing by itself."""

    def __init__(self, intake, cookies=True, **headers):
        self.intake, self.cookie, self.keeps, self.headers = intake, None, cookies, headers

    def take(self, answer):
        found = answer[1].get("set-cookie")
        if found and self.keeps:
            self.cookie = None if "Max-Age=0" in found else found.split(";")[0]
        return answer

    def sent(self):
        return {**self.headers, **({"Cookie": self.cookie} if self.cookie else {})}

    def get(self, path):
        return self.take(self.intake.ask("GET", path, None, self.sent()))

    def post(self, path, fields, **headers):
        return self.take(self.intake.post_form(path, fields, **{**self.sent(), **headers}))

    def start(self, door="foralder", **fields):
        """A new draft: its address without the page."""
        status, headers, page = self.post(f"/sv/{door}", {"step": "start", **fields})
        assert status == 303, (status, page)
        return headers["location"].rsplit("/", 1)[0]

    def answer(self, home, page, fields, **more):
        return self.post(f"{home}/{page}", {**fields, "step": "next", **more})

    def fill(self, home, **changes):
        """All of the parent's pages, in their order."""
        for page, fields in {**PARENT, **changes}.items():
            status, headers, text = self.answer(home, page, fields)
            assert status == 303, (page, status, text)
        return headers["location"]

    def send(self, home):
        return self.post(f"{home}/kontrollera", {"step": "send"})


def words(page):
    """What a page says, without its tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page)))


def receipt_of(headers):
    return headers["location"].split("/")[-1].split("?")[0]


def drafts(intake):
    return intake.one("select count(*) from intake.draft where sealed is not null")


def test_one_question_a_page_comes_to_the_same(intake):
    browser, before = Browser(intake), intake.count()
    home = browser.start()
    order, at = [], f"{home}/namn"
    while not at.endswith("/kontrollera"):
        name = at.split("?")[0].split("/")[-1]
        status, headers, page = browser.get(at)
        assert status == 200 and headers["cache-control"] == "no-store", (at, status)
        assert len(re.findall("<h1", page)) == 1, at
        order.append(name)
        status, headers, page = browser.answer(home, name, PARENT[name])
        assert status == 303, (name, page)
        at = headers["location"]
    assert order == [page for page in PARENT if page != "tider"], order  # this city has none
    status, _, page = browser.get(at)
    for part in ("Åsa Öberg", "Väinö Hemlig", "4 maj 2018", "Ring inte på jobbet.",
                 "En och en halv timme"):
        assert part in page, part
    status, headers, _ = browser.send(home)
    assert status == 303 and intake.count() == before + 1
    row = intake.row(receipt_of(headers))
    assert (row["door"], row["source"], row["safety"], row["complete"], row["max_travel_min"],
            row["sex"], str(row["birth_date"]), row["languages"], row["consents"]) == \
        ("parent", "parent", "green", True, 90, "boy", "2018-05-04", ["sv"], "-y--"), row
    child = intake.open_person(receipt_of(headers), "child")
    assert child["name"] == "Väinö Hemlig" and "Ring inte" in child["note"], child
    assert intake.open_person(receipt_of(headers), "guardian")["email"] == "asa@example.org"
    assert intake.sql("select sealed, code_box from intake.draft where receipt = %s",
                      receipt_of(headers)) == [(None, None)]


def test_child_in_three_answers(intake):
    browser = Browser(intake)
    home = browser.start("barn/fragor")
    for page, fields in (("namn", {"child_name": "Månen"}),
                         ("kontakt", {"guardians.0.phone": "070-174 06 05",
                                      "guardians.0.sms_safe": "yes"}), ("alder", {"age": "13"})):
        assert 'href="/lamna"' in browser.get(f"{home}/{page}")[2]
        assert browser.answer(home, page, fields)[0] == 303
    status, _, page = browser.get(f"{home}/kontrollera")
    assert status == 200 and "Månen" in page and "Vill du berätta mer?" in page
    status, headers, _ = browser.answer(home, "mer", {"situations": "mental", "message": "Hej"})
    assert headers["location"].endswith("/kontrollera")
    row = intake.row(receipt_of(browser.send(home)[1]))
    assert (row["door"], row["situations"]) == ("child", ["mental"]), row
    for page, language in (("lattlast", "sv"), ("ar", "ar")):  # nobody asks a child for it
        home = browser.start("barn/fragor").replace("/sv/", f"/{page}/")
        for answers in (("namn", {"child_name": letters()}), ("alder", {"age": "9"}),
                        ("kontakt", {"guardians.0.email": "a@example.org"})):
            assert browser.answer(home, *answers)[0] == 303, answers
        assert intake.row(receipt_of(browser.send(home)[1]))["language"] == language


def test_professional_without_a_name(intake):
    browser = Browser(intake)
    home = browser.start("anmal")
    status, headers, _ = browser.answer(home, "forst", {"family_knows": "no"})
    assert headers["location"] == f"{home}/allt"
    page = browser.get(f"{home}/allt")[2]
    assert "Behövs" in page and 'id="del-familjen"' not in page and 'name="referrer.name"' in page
    fields = {"source": "pupil_health", "referrer.name": "Kim Al",
              "referrer.phone": "070-174 06 05", "birth_date.day": "1", "birth_date.month": "2",
              "birth_date.year": "2017", "district": "bromma", "situations": "mental", **GREEN}
    status, _, page = browser.answer(home, "allt", {**fields, "district": ""})
    assert status == 422 and "<title>Fel: " in page and 'href="#district"' in page
    assert "Kim Al" in browser.get(f"{home}/allt")[2]  # what was typed stays, wrong or not
    status, headers, page = browser.answer(home, "allt", fields)
    assert status == 303, words(page)
    row = intake.row(receipt_of(browser.send(home)[1]))
    assert row["consents"][0] == "n" and row["door"] == "professional" and row["language"] == "sv"


def test_wrong_answers_come_back(intake):
    browser = Browser(intake)
    home = browser.start()
    for page, fields, says in (
            ("namn", {"guardians.0.name": ""}, "Skriv ditt namn"),
            ("kontakt", {"guardians.0.email": "fel@"}, "E-postadressen ser inte rätt ut"),
            ("kontakt", {"guardians.0.phone": "12"}, "Telefonnumret ser inte rätt ut"),
            ("kontakt", {}, "Skriv ett telefonnummer eller en e-postadress"),
            ("sprak", {}, "Svara på frågan"), ("sprak", {"language": "zz"}, "Välj ett språk"),
            ("barnet", {"child_name": "a\u202eb"}, "Ta bort tecken"),
            ("fodd", {"birth_date.day": "31", "birth_date.month": "2",
                      "birth_date.year": "2018"}, "Det datumet finns inte"),
            ("fodd", {"birth_date.day": "1", "birth_date.month": "1",
                      "birth_date.year": "2199"}, "Födelsedagen har inte varit än"),
            ("bor", {"district": "atlantis"}, "Välj en stadsdel"), ("hant", {}, "Välj minst ett"),
            ("just-nu", {}, "Du kan svara vet inte"), ("tider", {"slots": "77"}, ""),
            ("mer", {"message": "x" * 2001}, "Skriv lite kortare")):
        status, _, text = browser.answer(home, page, fields)
        assert status == 422 and "<title>Fel: " in text, (page, fields, status)
        assert text.count(says) >= 2 and 'id="errors"' in text, (page, says, words(text))
        for value in fields.values() if page not in ("sprak", "bor", "tider") else ():
            assert html.escape(value, False) in text, (page, value)
    assert intake.one("select count(*) from intake.draft where length(sealed) > 24000") == 0
    status, _, text = browser.answer(home, "mer", {"message": "x" * 60000})
    assert status == 422 and "Skriv lite kortare" in text
    assert browser.get(f"{home}/kontrollera")[1]["location"] == f"{home}/namn?andra=1"


def test_changing_comes_back_to_the_check_page(intake):
    browser = Browser(intake)
    home = browser.start()
    assert browser.fill(home) == f"{home}/kontrollera"
    page = browser.get(f"{home}/kontrollera")[2]
    links = [html.unescape(link) for link in re.findall(r'class="change" href="([^"]*)"', page)]
    assert f"{home}/fodd?andra=1" in links and f"{home}/hant?andra=1" in links
    for link in set(links):
        assert browser.get(link)[0] == 200, link
    page = browser.get(f"{home}/bor?andra=1")[2]
    assert dict(inputs(page))["andra"] == "1" and '<option value="bromma" selected>' in page
    answer = browser.answer(home, "bor", {"district": "farsta"}, andra="1")
    assert answer[1]["location"] == f"{home}/kontrollera"
    answer = browser.answer(home, "hant", {"situations": ["mental", "violence"]}, andra="1")
    assert browser.get(answer[1]["location"])[1]["location"] == f"{home}/tyngst?andra=1"
    page = browser.get(f"{home}/tyngst?andra=1")[2]
    assert 'value="mental"' in page and 'value="substance"' not in page
    browser.answer(home, "tyngst", {"primary_situation": "violence"}, andra="1")
    assert 'href="/lamna"' in browser.get(f"{home}/bor")[2]  # violence is chosen
    browser.answer(home, "hant", {"situations": "mental"}, andra="1")
    row = intake.row(receipt_of(browser.send(home)[1]))
    assert (row["district"], row["situations"], row["primary_situation"], row["violence"]) == \
        ("farsta", ["mental"], "mental", False), row


def test_red_shows_who_to_call_before_it_is_sent(intake):
    browser = Browser(intake)
    home = browser.start()
    browser.fill(home)
    status, headers, _ = browser.answer(home, "hemma", {"afraid_at_home": "yes"})
    assert headers["location"] == f"{home}/akut?fran=hemma"
    page = browser.get(headers["location"])[2]
    assert 'href="tel:112"' in page and "08-000 00 02" in page and 'href="/lamna"' in page
    before = intake.count()
    assert "/akut" in browser.send(home)[1]["location"] and intake.count() == before
    status, headers, _ = browser.post(f"{home}/akut", dict(inputs(page)))
    assert headers["location"] == f"{home}/senaste-aret"
    assert intake.row(receipt_of(browser.send(home)[1]))["safety"] == "red"


def test_sealed_and_bound_to_the_browser(intake):
    browser, other = Browser(intake), Browser(intake)
    home = browser.start()
    browser.fill(home, barnet={"child_name": "Zxqvja"})
    for (row,) in intake.sql("select t::text from intake.draft t"):
        for secret in ("Zxqvja", "violence", "asa@example.org"):
            assert secret not in row and secret.encode().hex() not in row, secret
    assert other.get(f"{home}/barnet")[0] == 410
    theirs = other.start()
    assert browser.cookie != other.cookie and theirs == home  # numbers begin anew, secrets do not
    intake.sql("update intake.draft d set sealed = o.sealed from intake.draft o"
               " where d.changed_at = (select max(changed_at) from intake.draft)"
               " and o.changed_at = (select max(changed_at) from intake.draft where length(sealed)"
               " > 300)")
    assert other.get(f"{theirs}/barnet")[0] == 410
    assert "Zxqvja" in browser.get(f"{home}/barnet")[2]
    assert "Zxqvja" not in intake.log() and browser.cookie.split("=")[1] not in intake.log()


def test_a_planted_cookie_opens_nothing(intake):
    planted = "sida=" + "A" * 43
    browser = Browser(intake)
    browser.cookie = planted
    home = browser.start()
    assert browser.cookie != planted
    browser.answer(home, "namn", PARENT["namn"])
    thief = Browser(intake)
    thief.cookie = planted
    assert thief.get(f"{home}/namn")[0] == 410
    for odd in ("sida=x", "sida=" + "é" * 43, "sida=; sida=", "sida=" + "A" * 4000):
        answer = intake.ask("GET", f"{home}/namn", None, {"Cookie": odd.encode()})
        assert answer[0] in (400, 410), odd


def test_cookie_is_closed(intake):
    status, headers, _ = intake.post_form("/sv/foralder", {"step": "start"})
    assert re.fullmatch(r"sida=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", headers["set-cookie"])
    intake.restart(**{"notification.base_url": "https://stod.example.org"})
    _, headers, _ = intake.post_form("/sv/foralder", {"step": "start"})
    assert re.fullmatch(r"__Host-sida=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure",
                        headers["set-cookie"])
    intake.restart()


def test_saved_and_taken_up_again_with_the_code(intake):
    first = Browser(intake)
    home = first.start()
    first.answer(home, "namn", PARENT["namn"])
    status, headers, _ = first.post(f"{home}/kontakt", {"guardians.0.email": "halv@",
                                                        "step": "save"})
    assert status == 303 and headers["location"] == f"{home}/sparat"
    page = words(first.get(f"{home}/sparat")[2])
    code = re.search(r"skrivit: (\w{4}) (\w{4}) ", page)
    code = code[1] + code[2]
    assert code in words(first.get(f"{home}/sparat")[2]).replace(" ", "")  # asked again: the same
    second = Browser(intake, **{"X-Forwarded-For": "192.0.2.1"})
    status, headers, _ = second.post("/en/fortsatt", {"kod": f" {code[:4].lower()}-{code[4:]}"})
    assert status == 303 and headers["location"].endswith("/kontakt"), headers
    assert 'value="halv@"' in second.get(headers["location"])[2]
    assert 'value="Åsa Öberg"' in second.get(f"{home}/namn")[2]
    page = second.get("/sv/fortsatt")[2]
    assert f'href="{home}/kontakt"' in page
    second.fill(home)
    assert second.send(home)[0] == 303
    answer = Browser(intake).post("/sv/fortsatt", {"kod": code})
    assert answer[0] == 422 and "redan skickad" in answer[2] and f'value="{code}"' in answer[2]
    assert first.get(f"{home}/kontakt")[1]["location"].startswith("/sv/kvitto/")


def test_codes_cannot_be_guessed(intake):
    guesser = Browser(intake, **{"X-Forwarded-For": "203.0.113.9"})
    said = [guesser.post("/sv/fortsatt", {"kod": f"CDFGH{n}JK"})[0] for n in range(2, 9)]
    assert said == [422] * 5 + [429] * 2, said
    status, headers, page = guesser.post("/sv/fortsatt", {"kod": "CDFGHJKM"})
    assert status == 429 and "retry-after" in headers and "08-000 00 00" in page
    assert Browser(intake).post("/sv/fortsatt", {"kod": "CDFGHJKM"})[0] == 422
    for odd in ("", "<b>", "x" * 5000, "CDFGHJK", "ÅÄÖåäöåä"):
        assert Browser(intake, **{"X-Forwarded-For": "198.51.100.7"}).post(
            "/sv/fortsatt", {"kod": odd})[0] == 422


def test_drafts_end_in_time(intake):
    browser = Browser(intake)
    home = browser.start()
    browser.fill(home)
    intake.sql("update intake.draft set changed_at = now() - interval '14 days 1 minute'")
    status, _, page = browser.get(f"{home}/bor")
    assert status == 410 and "14 dagar" in page and "/sv/fortsatt" in page
    status, _, page = browser.answer(home, "bor", {"district": "farsta"})
    assert status == 410 and '<option value="farsta" selected>' in page  # and a way on
    assert "Vi hittar inte det du skrev tidigare" in page and 'value="check"' in page
    other = Browser(intake)
    other.start()
    intake.restart(drafts_every="100ms")
    wait_for(lambda: intake.one("select count(*) from intake.draft") == 1, 10, intake.log)
    intake.restart()


def test_the_session_ends_in_the_middle(intake):
    browser = Browser(intake)
    home = browser.start("anmal")
    browser.answer(home, "forst", {"family_knows": "yes"})
    browser.cookie = None
    status, _, page = browser.answer(home, "allt", {"child_name": "Bevarad", "source": "police"})
    assert status == 410 and 'value="Bevarad"' in page and 'value="check"' in page
    status, _, page = browser.get(f"{home}/allt")
    assert status == 410 and "kakan" in page and "/sv/anmal/allt" in page


def test_without_cookies_all_is_on_one_page(intake):
    browser = Browser(intake, cookies=False)
    home = browser.start()
    status, _, page = browser.get(f"{home}/namn")
    assert status == 410 and 'href="/sv/foralder/allt"' in page
    status, _, page = browser.get("/sv/foralder/allt")
    fields = {name: value for part in PARENT.values() for name, value in part.items()}
    status, _, page = browser.post("/sv/foralder", {**dict(inputs(page)), **fields,
                                                    "step": "check"})
    assert status == 200, words(page)
    assert browser.post("/sv/foralder", {**dict(inputs(page)), "step": "send"})[0] == 303


def test_sent_by_many_tabs_at_once_is_one(intake):
    browser = Browser(intake)
    home = browser.start()
    browser.fill(home, barnet={"child_name": letters()})
    before = intake.count()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: browser.send(home), range(20)))
    assert {status for status, _, _ in answers} == {303}
    assert len({headers["location"] for _, headers, _ in answers}) == 1
    assert intake.count() == before + 1
    for page in ("namn", "kontrollera", "sparat"):
        assert browser.get(f"{home}/{page}")[1]["location"] == answers[0][1]["location"]
    assert browser.answer(home, "bor", {"district": "farsta"})[1]["location"] == \
        answers[0][1]["location"]


def test_two_tabs(intake):
    browser = Browser(intake)
    one, two = browser.start(), browser.start()
    third = browser.start("anmal")
    assert len({one, two, third}) == 3
    browser.answer(one, "barnet", {"child_name": "Första"})
    browser.answer(two, "barnet", {"child_name": "Andra"})
    browser.answer(one, "bor", {"district": "farsta"})  # the same form in another tab
    assert "Första" in browser.get(f"{one}/barnet")[2]
    assert "Andra" in browser.get(f"{two}/barnet")[2]
    assert browser.get(f"{third.replace('anmal', 'foralder')}/namn")[0] == 410
    for odd in ("0", "-1", "100", "99999999999999999999", "x", "1e1"):
        assert browser.get(f"/sv/foralder/{odd}/namn")[0] in (404, 410), odd
    assert browser.get(f"{one}/finns-inte")[0] == 404


def test_quick_exit_deletes_all(intake):
    browser = Browser(intake)
    homes = [browser.start(), browser.start("barn/fragor")]
    browser.fill(homes[0], hant={"situations": "violence"})
    kept, before = browser.cookie, drafts(intake)
    status, headers, _ = browser.get("/lamna")
    assert status == 303 and headers["location"].startswith("https://www.smhi.se")
    assert '"cookies"' in headers["clear-site-data"] and browser.cookie is None
    assert drafts(intake) == before - 2
    browser.cookie = kept
    assert browser.get(f"{homes[0]}/hant")[0] == 410


def test_the_catalogue_knows_something_already(intake):
    browser = Browser(intake)
    home = browser.start(situations="mental", district="farsta", urgent_seen="yes", shown="1",
                         evil="<b>")
    page = browser.get(f"{home}/hant")[2]
    assert 'value="mental" checked' in page and "evil" not in page
    assert '<option value="farsta" selected>' in browser.get(f"{home}/bor")[2]
    answer = browser.answer(home, "hemma", {"afraid_at_home": "yes"})
    assert "/akut" in answer[1]["location"]  # only a person has seen that page
    assert browser.post(f"{home}/namn", PARENT["namn"],
                        **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert intake.post_form("/sv/foralder", {"step": "start"},
                            **{"Origin": "https://evil.example.org"})[0] == 403


def test_traps_are_remembered(intake):
    browser = Browser(intake)
    home = browser.start()
    browser.fill(home, bor={"district": "bromma", "website": "http://spam.example.org"})
    assert intake.row(receipt_of(browser.send(home)[1]))["person_first"]


def test_no_room_for_more(intake):
    intake.restart(drafts_most="1", drafts_every="100ms")
    Browser(intake).start()
    status, _, page = Browser(intake).post("/sv/foralder", {"step": "start"})
    assert status == 200 and 'value="check"' in page and "alla frågor på den här sidan" in page
    intake.restart()


def test_receipt_as_a_text(intake):
    browser = Browser(intake)
    home = browser.start()
    browser.fill(home, barnet={"child_name": letters()})
    at = browser.send(home)[1]["location"].split("?")[0]
    page = browser.get(at + "?ny=1")[2]
    assert f'href="{at}/svar.txt"' in page
    status, headers, text = browser.get(at + "/svar.txt")
    assert status == 200 and headers["content-type"].startswith("text/plain")
    assert headers["content-disposition"] == 'attachment; filename="svar.txt"'
    assert intake.row(at.split("/")[-1])["code"] in text and "Ring 112" in text
    assert "<" not in text and "Väinö" not in text
    assert browser.get("/sv/kvitto/AAAAAAAA/svar.txt")[0] == 404


def test_database_away(intake):
    browser = Browser(intake)
    home = browser.start()
    browser.fill(home)
    intake.db.close()
    intake.cluster.run("pg_ctl", "-D", intake.cluster.data, "-m", "immediate", "-w", "stop")
    status, headers, page = browser.answer(home, "barnet", {"child_name": "Bortafall"})
    assert status == 503 and "retry-after" in headers and 'value="Bortafall"' in page
    assert f'action="{home}/barnet"' in page
    status, _, page = browser.send(home)
    assert status == 503 and "är sparat" in page
    assert browser.get("/sv/foralder")[0] == 200
    assert browser.get("/lamna")[0] == 303
    intake.cluster.run("pg_ctl", "-D", intake.cluster.data, "-w", "-l",
                       intake.cluster.folder + "/pg/log", "-o",
                       "-c listen_addresses= -c unix_socket_directories="
                       f"{intake.cluster.folder}/pg", "start")
    intake.db = intake.cluster.connect()
    wait_for(lambda: intake.post_form("/sv/foralder", {"step": "start"})[0] == 303, 20, intake.log)


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
