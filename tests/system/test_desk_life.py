#!/usr/bin/python3
"""The desk's pages of a group's life: what a click asks scheduling and matching for."""
import re
import sys
import time
import traceback

from desk_rig import City, words
from notification_rig import new_id
from test_desk import plant_group


def test_a_group_before_its_start(city):
    """Its forms ask scheduling by an act; the page says that the answer is on its way."""
    group, _, child, name = plant_group(city, [new_id(), new_id()])
    into, _, _, into_name = plant_group(city, [new_id(), new_id()])
    city.sql("set session_replication_role = replica")
    city.sql("update scheduling.groups set state = 'offered' where group_id = %s", group)
    city.sql("update scheduling.groups set entry_until = current_date + 30 where group_id = %s",
             into)
    city.sql("set session_replication_role = origin")
    browser = city.browser("samordnare")
    page = browser.get(f"/grupper/{group}")
    assert "Före starten" in page and f'<option value="{into}">{into_name}' in page
    assert "Före starten" not in browser.get(f"/grupper/{into}"), "it has begun"
    assert "Före starten" not in city.browser("lasratt").get(f"/grupper/{group}")
    for form in ({"akt": "cancel", "skal": "leaders_missing"},
                 {"akt": "merge", "till": into}, {"akt": "postpone", "dag": "2030-01-14"}):
        before = city.count("ledger.scheduling where kind = 'group_act_wanted'")
        status, headers, _ = browser.post(f"/grupper/{group}/lage", form)
        assert status == 303 and headers["location"].startswith(f"/grupper/{group}?akt=")
        assert city.count("ledger.scheduling where kind = 'group_act_wanted'") == before + 1
        assert "Svaret kommer här" in browser.get(headers["location"])
    for form in ({"akt": "cancel"}, {"akt": "merge"}, {"akt": "postpone"}, {"akt": "run"}):
        assert browser.post(f"/grupper/{group}/lage", form)[1]["location"].endswith("sagt=fel")
    assert city.browser("ledare").post(f"/grupper/{group}/lage", {"akt": "cancel"})[0] == 403
    city.sql("delete from ledger.scheduling where kind = 'group_act_wanted'")


def test_an_idea_is_written_down(city):
    """The page offers what there is; the act goes to scheduling; what is there is shown."""
    browser = city.browser("samordnare")
    page = browser.get("/ideer")
    programme = re.search(r'<option value="([0-9a-f-]{36})"', page)[1]
    assert re.search(r'name="dag"[^>]* value="20\d\d-\d\d-\d\d"', page), "eight weeks ahead"
    form = {"program": programme, "fran": "7", "till": "9", "sprak": "sv", "dag": "2030-01-14",
            "tid_4": "ja", "tid_5": "ja", "intagning": "ours"}
    status, headers, _ = browser.post("/ideer", form)
    idea = re.match(r"/ideer/([0-9a-f-]{36})\?akt=", headers["location"])[1]
    assert status == 303 and city.count(
        "ledger.scheduling where kind = 'idea_wanted' and subject = %s", idea) == 1
    assert "Svaret kommer här" in browser.get(headers["location"])
    for wrong in ({"program": "x"}, {"tid_4": "", "tid_5": ""}, {"dag": "i morgon"},
                  {"fran": "12"}, {"intagning": "quota", "kvot": "99"}):
        assert browser.post("/ideer", {**form, **wrong})[1]["location"].endswith("sagt=fel"), wrong
    city.sql("insert into scheduling.idea (group_id, programme_id, made_by, slots, made_at,"
             " changed_at, earliest_day, age_from, age_to, least, language, fits, best_slot,"
             " counted_at, state) values (%s, %s, %s, 48, now(), now(), '2030-01-14', 7, 9, 4,"
             " 'sv', 5, 4, now(), 'collecting')", idea, programme, new_id())
    page = words(browser.get(f"/ideer/{idea}"))
    assert "5 som väntar passar, minst 4 behövs" in page and "saknas" in page
    assert "Ge upp idén" in page and "Ge upp idén" not in city.browser("lasratt").get("/ideer")
    status, headers, _ = browser.post(f"/ideer/{idea}", {"akt": "ge_upp"})
    assert status == 303 and city.count(
        "ledger.scheduling where kind = 'group_act_wanted' and subject = %s", idea) == 1
    assert city.browser("ledare").ask("GET", "/ideer")[0] == 403
    assert browser.ask("GET", f"/ideer/{new_id()}")[0] == 404
    city.sql("delete from ledger.scheduling where kind in ('idea_wanted', 'group_act_wanted')")


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    failed = 0
    city = City()
    try:
        for name, test in tests:
            started = time.monotonic()
            try:
                test(city)
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
    finally:
        city.close()
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
