#!/usr/bin/python3
"""The page of an offer: what it tells, a no and what follows, several children of one family.

Intake is real; offers and links lie in the tables of matching and notification, as those daemons
would have written them.
"""
import re
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from desk_rig import words
from intake_rig import Intake, plant_offer
from notification_rig import new_id


def family(intake, children=2, email=None):
    """Offers for so many children of one adult: [(token, offer id, referral row, group's name)]."""
    email = email or f"{new_id().hex[-12:]}@example.org"
    planted = [plant_offer(intake, guardians__0__email=email) for _ in range(children)]
    for token, offer, row, _ in planted:
        intake.sql("update notification.offer_link l set person_id = p.person_id"
                   " from intake.person p where l.offer_id = %s and p.referral_id = %s"
                   " and p.role = 'guardian'", offer, row["referral_id"])
        intake.sql("update intake.referral set cleared_version = answers_version"
                   " where referral_id = %s", row["referral_id"])
    return planted


def page_of(intake, token, query="", language="sv"):
    status, _, page = intake.ask("GET", f"/{language}/svar/{token}{query}")
    return status, page


def send(intake, token, page, **fields):
    """Presses the button of the form on that page: its hidden fields and what was chosen."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
    chosen = {"galler": "alla"} if 'value="alla" checked' in page else {}
    return intake.post_form(f"/sv/svar/{token}", {**chosen, **hidden, **fields})


def answers(intake, planted):
    return [intake.sql("select answer, reason from intake.answer where offer_id = %s", offer)
            for _, offer, _, _ in planted]


def said(intake, planted):
    return [intake.said("matching", "offer_answered", row["referral_id"])
            for _, _, row, _ in planted]


def test_an_offer_tells_who_leads_and_what_to_do(intake):
    token, offer, _, name = plant_offer(intake)
    leader = new_id()
    intake.sql("set session_replication_role = replica")
    intake.sql("insert into scheduling.leader (leader_id, work_name, employment, home, home_unit,"
               " experienced, parents, max_groups, contract_from, contract_until) values (%s,"
               " 'Agneta Ek', 'fixed', 'bromma', 'enheten', true, false, 2, '2020-01-01',"
               " '2199-01-01')", leader)
    intake.sql("insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
               " experienced, parents) select group_id, 'child', 1, %s, 'substance', true, false"
               " from matching.offer where offer_id = %s", leader, offer)
    intake.sql("set session_replication_role = origin")
    status, page = page_of(intake, token)
    shown = words(page)
    assert status == 200 and name in shown and "Agneta" in shown and "Agneta Ek" not in shown
    assert "Hittar ni inte" in shown and "Hur är en första träff?" in shown
    assert "Barnet med kod" not in shown and "Vem gäller" not in shown, "one child: no question"
    for times in range(3):
        assert page_of(intake, token)[0] == 200, times  # looking uses nothing up


def test_a_no_and_what_follows(intake):
    """As the answer's page says it; with a date where there is one."""
    for reason, then in (
            ("time", "Ni är kvar på väntelistan. Vi letar efter en annan tid."),
            ("distance", "Vi letar närmare, eller ser om vi kan hjälpa till med resan."),
            ("talk_first", "Vi ringer er."),
            ("unsafe", "Tack för att du säger det. En person hos oss hör av sig på ditt trygga"
                       " sätt, senast nästa vardag."),
            ("other_support", "Då tar vi bort er från väntelistan. Ni är alltid välkomna"
                              " tillbaka."),
            ("unsaid_stay", "Det behöver ni inte. Ni är kvar på väntelistan.")):
        token = plant_offer(intake)[0]
        assert then in words(page_of(intake, token)[1]) or reason.startswith("unsaid")
        assert intake.post_form(f"/sv/svar/{token}", {"answer": "no", "reason": reason})[0] == 303
        assert then in words(page_of(intake, token)[1]), reason
    for reason, then in (("child_not_now", "Det är okej. Vi frågar igen från"),
                         ("later", "Vi frågar igen från")):
        token = plant_offer(intake)[0]
        months = re.findall(r'<option value="(\d{4}-\d\d-01)"', page_of(intake, token)[1])
        assert len(months) == 8
        intake.post_form(f"/sv/svar/{token}",
                         {"answer": "no", "reason": reason, "ask_again": months[2]})
        page = " ".join(words(page_of(intake, token)[1]).split())
        assert then in page and "Ni behåller er tid i kön." in page and " 1 " in page, page


def test_two_tabs_and_a_second_thought(intake):
    token, offer, row, _ = plant_offer(intake)
    assert intake.post_form(f"/sv/svar/{token}", {"answer": "yes"})[0] == 303
    status, _, page = intake.post_form(f"/sv/svar/{token}", {"answer": "no", "reason": "time"})
    shown = words(page)
    assert status == 200 and "Vi hade redan ditt svar" in shown and "Ja, vi vill träffas" in shown
    assert "Vill du ändra svaret" in shown, "a way on"
    assert "Vi hade redan" not in words(page_of(intake, token)[1])
    assert intake.said("matching", "offer_answered", row["referral_id"]) == 1


def test_expired_and_cut_links_say_a_way_on(intake):
    expired = plant_offer(intake, state="expired")[0]
    for token in (expired, expired[:9], "x" * 22):
        status, page = page_of(intake, token)
        shown = words(page)
        assert status == 404 and "Ni är kvar hos oss" in shown and "Ring" in shown, token
        assert "det senaste" in shown
    assert intake.post_form(f"/sv/svar/{expired}", {"answer": "yes"})[0] == 404


def test_brothers_and_sisters_on_one_page(intake):
    planted = family(intake)
    for token, *_ in planted:
        status, page = page_of(intake, token)
        shown = words(page)
        assert status == 200 and "förslag för 2 av era barn" in shown
        for _, _, row, name in planted:
            assert row["code"] in shown and name in shown
        assert 'value="alla" checked' in page
    status, headers, _ = send(intake, planted[0][0], page_of(intake, planted[0][0])[1],
                              answer="yes")
    assert status == 303 and headers["location"].endswith("?sparat=ja")
    assert answers(intake, planted) == [[("yes", None)], [("yes", None)]]
    assert said(intake, planted) == [1, 1]
    for token, *_ in planted:
        assert "Tack, vi har ditt svar" in words(page_of(intake, token)[1])


def test_one_at_a_time(intake):
    planted = family(intake, 3)
    token = planted[0][0]
    status, page = page_of(intake, token)
    assert send(intake, token, page, galler=planted[1][1], answer="no", reason="time")[0] == 303
    assert answers(intake, planted) == [[], [("no", "time")], []]
    status, page = page_of(intake, token, "?sparat=ja")
    assert "förslag för 2 av era barn" in words(page) and "vi har ert svar" in words(page)
    assert send(intake, token, page, galler=planted[0][1], answer="call_me")[0] == 303
    status, page = page_of(intake, token)
    assert "Tack, vi har ditt svar" in words(page) and "Svara för ett barn till" in words(page)
    status, page = page_of(intake, token, "?fler=ja")
    assert planted[2][2]["code"] in words(page) and planted[0][2]["code"] not in words(page)
    assert send(intake, token, page, answer="yes")[0] == 303
    assert answers(intake, planted) == [[("call_me", None)], [("no", "time")], [("yes", None)]]


def test_all_or_none(intake):
    """What the page did not show is not answered; when one is answered meanwhile, none is."""
    planted = family(intake)
    token, page = planted[0][0], page_of(intake, planted[0][0])[1]
    intake.post_form(f"/sv/svar/{planted[1][0]}", {"answer": "no", "reason": "later"})
    status, _, shown = send(intake, token, page, answer="yes")
    assert status == 409 and "Inget är skickat" in words(shown), (status, words(shown))
    assert answers(intake, planted) == [[], [("no", "later")]]
    assert "Vem gäller svaret?" not in words(shown), "one is left"
    assert send(intake, token, shown, answer="yes")[0] == 303
    assert answers(intake, planted)[0] == [("yes", None)]
    foreign = plant_offer(intake)
    own = family(intake)
    page = page_of(intake, own[0][0])[1]
    status, _, _ = send(intake, own[0][0], page, galler=foreign[1], answer="yes")
    assert status == 409 and answers(intake, [foreign] + own) == [[], [], []]
    assert send(intake, own[0][0], page)[0] == 422, "nothing chosen"


def test_many_presses_at_once(intake):
    planted = family(intake)
    pages = [page_of(intake, token)[1] for token, *_ in planted]
    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(
            lambda n: send(intake, planted[n % 2][0], pages[n % 2], answer="yes")[0], range(24)))
    assert set(found) <= {200, 303, 409} and found.count(303) == 1, found
    assert answers(intake, planted) == [[("yes", None)], [("yes", None)]]
    assert said(intake, planted) == [1, 1]


def test_another_adult_sees_nothing_of_it(intake):
    """Another mailbox, another name, a referral that is held or red: one child on the page."""
    first, second = family(intake, 1)[0], family(intake, 1)[0]
    assert second[2]["code"] not in page_of(intake, first[0])[1]
    for column, value in (("decision", "hold"), ("safety", "red"), ("cleared_version", None)):
        planted = family(intake)
        intake.sql(f"update intake.referral set {column} = %s where referral_id = %s", value,
                   planted[1][2]["referral_id"])
        shown = words(page_of(intake, planted[0][0])[1])
        assert planted[1][2]["code"] not in shown and "Ett förslag till er" in shown, column
    planted = family(intake)
    intake.sql("update intake.person set email_ok = false where referral_id = %s",
               planted[1][2]["referral_id"])
    assert planted[1][2]["code"] not in page_of(intake, planted[0][0])[1]
    planted = family(intake)
    intake.sql("update matching.offer set state = 'revoked', ended_at = now()"
               " where offer_id = %s", planted[1][1])
    assert planted[1][2]["code"] not in page_of(intake, planted[0][0])[1]


def test_in_other_languages(intake):
    planted = family(intake)
    english, arabic = (page_of(intake, planted[0][0], language=one)[1] for one in ("en", "ar"))
    assert "All the children" in english and "Alla barnen" not in english
    assert 'dir="rtl"' in arabic and "Alla barnen" not in arabic


def main():
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_") and (not wanted or name in wanted)]
    passed = failed = 0
    intake = Intake()
    try:
        intake.start(form_least="0")
        for name, test in tests:
            started = time.monotonic()
            try:
                test(intake)
                passed += 1
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}{intake.log()[-500:]}", flush=True)
    finally:
        intake.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
