#!/usr/bin/python3
"""The machinery at the desk: queues that are switched and live, letters that stopped, the shape of
what waits.

Like test_desk.py on a private cluster; nothing sleeps.
"""
import html
import json
import re
import sys

import psycopg2

from core_rig import SLOW, referral_received
from desk_rig import run_tests, unsure, words
from notification_rig import new_id, wait_for


def test_pause_and_resume(city):
    browser = city.browser("drift")
    for wrong in ({"vill": "pause"}, {"vill": "stoppa", "varfor": "prov"}, {}):
        assert browser.post("/koer/evaluation", wrong)[1]["location"].endswith("fel")
    assert browser.post("/koer/okand", {"vill": "pause", "varfor": "prov"})[0] == 404
    assert browser.post("/koer/evaluation",
                        {"vill": "pause", "varfor": "byter disk"})[0] == 303
    wait_for(lambda: city.count("ledger.lease where daemon = 'evaluation' and state = 'paused'"),
             10 * SLOW)
    page = words(browser.get("/koer"))
    assert "byter disk" in page and "pausad" in page and "drift" in page
    city.say([referral_received(source="preschool")])
    assert city.count("ledger.evaluation") == 1
    assert browser.post("/koer/evaluation", {"vill": "run"})[0] == 303
    wait_for(lambda: city.count("ledger.evaluation") == 0, 10 * SLOW)
    assert city.audits("daemon_switched") == 2


def city_body(number):
    import msgpack
    return msgpack.packb(referral_received(source="preschool", max_travel_min=30 + number))


def kill(city, reason, body, kind="referral_received", receiver="evaluation", subject=None):
    """A dead letter, as the quarantine or a handler leaves it."""
    found = str(new_id())
    city.sql("insert into ledger.dead (id, kind, subject, sender, said_at, version, body, receiver,"
             " died_at, reason) values (%s, %s, %s, 'intake', common.civil_now(), 1, %s, %s, now(),"
             " %s)", found, kind, subject or new_id(), psycopg2.Binary(body), receiver, reason)
    return found


def marks(page):
    return re.findall(r'href="(/koer/stopp/[0-9a-f]{16})"', page)


def test_dead_letters(city):
    browser = city.browser("drift")
    ids = [kill(city, f"provet {n} gick fel för {new_id()}" if n < 2 else "något annat",
                city_body(n)) for n in range(3)]
    page = browser.get("/koer")
    assert "2 ×" in words(page) and "något annat" in page and "provet <n> gick fel för <id>" in \
        html.unescape(page)
    alike, other = marks(page)
    before = city.count("evaluation.referral")
    assert ids[0] in browser.get(alike) and ids[1] in browser.get(alike)
    assert browser.post(f"{alike}/{ids[0]}/igen", {})[0] == 303
    wait_for(lambda: city.count("evaluation.referral") == before + 1, 10 * SLOW)
    assert browser.post(f"{alike}/igen", {})[0] == 303
    wait_for(lambda: city.count("evaluation.referral") == before + 2, 10 * SLOW)
    assert city.sql("select id::text from ledger.dead where ended is null") == [(ids[2],)]
    assert city.sql("select distinct ended_by from ledger.dead where ended = 'retried'") == [
        ("drift",)]
    assert city.audits("dead_retried") == 2
    # Somebody was quicker: said, and nothing twice.
    assert browser.post(f"{alike}/{ids[0]}/igen", {})[1]["location"] == "/koer?sagt=andrat"
    assert browser.ask("GET", alike)[1]["location"] == "/koer?sagt=andrat"
    assert city.browser("lasratt").get(other)
    assert browser.ask("GET", "/koer/stopp/finns-inte")[0] == 404
    city.sql("delete from ledger.dead")


def test_a_dead_letter_is_mended(city):
    browser = city.browser("drift")
    found = kill(city, "tries", city_body(0))
    subject = city.sql("select subject::text from ledger.dead")[0][0]
    where = f"{marks(browser.get('/koer'))[0]}/{found}"
    masked = html.unescape(browser.get(where))
    assert '"source": "preschool"' in masked and '"***"' in masked
    # All of it is shown for a reason alone, and that is written down.
    assert browser.post(f"{where}/visa", {"varfor": "x"})[0] == 422
    assert city.audits("dead_shown") == 0
    shown = html.unescape(browser.post(f"{where}/visa", {"varfor": "fel källa i brevet"})[2])
    assert city.audits("dead_shown", subject) == 1
    whole = json.loads(re.search(r"<textarea[^>]*>(.*?)</textarea>", shown, re.S).group(1))
    assert "***" not in whole.values()
    # What is no message of that schema, or about somebody else, is said and goes nowhere.
    for bad, said in (("{", "Det gick inte"),
                      (json.dumps({**whole, "source": "grannen"}), "source"),
                      (json.dumps({**whole, "referral_id": str(new_id())}), "samma sak")):
        status, _, text = browser.post(f"{where}/andra", {"text": bad})
        assert status == 422 and said in text and html.escape(bad, quote=True)[:20] in text, bad
    assert city.count("ledger.dead where ended is null") == 1
    if whole["referral_id"] != subject:
        city.sql("update ledger.dead set subject = %s where id = %s", whole["referral_id"], found)
    assert browser.post(f"{where}/andra", {"text": json.dumps(
        {**whole, "source": "pupil_health"})})[1]["location"] == "/koer?sagt=lagat"
    wait_for(lambda: city.count("evaluation.referral where referral_id = %s",
                                whole["referral_id"]) == 1, 10 * SLOW)
    assert city.sql("select ended, ended_by from ledger.dead") == [("edited", "drift")]
    assert city.audits("dead_mended") == 1
    city.sql("delete from ledger.dead")


def test_a_dead_letter_is_handed_over(city):
    browser = city.browser("drift")
    child = unsure(city)
    found = kill(city, "aldrig", b"\xc1", subject=child)
    where = f"{marks(browser.get('/koer'))[0]}/{found}"
    assert "går inte att läsa" in browser.get(where)
    assert browser.post(f"{where}/lamna", {"till": ""})[0] == 422
    assert city.browser("lasratt").post(f"{where}/lamna", {"till": "Sam"})[0] == 403
    assert browser.post(f"{where}/lamna", {"till": "Sam Ordning"})[0] == 303
    assert city.sql("select ended, owner from ledger.dead") == [("handed_over", "Sam Ordning")]
    assert city.count("desk.task where referral_id = %s and kind = 'dead_letter'"
                      " and done_at is null", child) == 1
    city.sql("delete from ledger.dead")


def test_the_queues_are_live(city):
    browser = city.browser("drift")
    status, headers, text = browser.ask("GET", "/koer/nu")
    assert status == 200 and headers["content-type"] == "text/event-stream"
    lines = text.split("\n")
    assert lines[0] == "retry: 2000" and lines[1] == "event: queues" and lines[-2:] == ["", ""]
    assert all(line.startswith("data: ") for line in lines[2:-2]) and "Matchning" in text
    # It keeps nobody signed in: a page that stands open is no person.
    city.sql("update desk.session set seen_at = common.machine_now() - interval '10 min'")
    browser.ask("GET", "/koer/nu")
    assert city.count("desk.session where seen_at > common.machine_now() - interval '9 min'") == 0
    browser.get("/koer")
    assert city.count("desk.session where seen_at > common.machine_now() - interval '9 min'") == 1


def test_the_shape_of_what_waits(city):
    page = words(city.browser("drift").get("/vantan"))
    count = city.sql("select waiting from matching.shape_v where situation = 'all'")[0][0]
    assert count > 0 and re.search(rf"Alla( +\d+){{6}} +{count} ", page), page
    assert city.browser("ledare").ask("GET", "/vantan")[0] == 403


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
