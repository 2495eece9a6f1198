#!/usr/bin/python3
"""The public site without a browser: what of the groups is shown to whom asks how, what is never
shown, calendars read by another program (python3-icalendar), a language more by a file more."""
import json
import pathlib
import re
import sys
import traceback
from datetime import date, datetime, timedelta, timezone

import icalendar

from intake_rig import Intake, inputs, plant_offer, referral
from notification_rig import new_id

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPEN_PAGES = ("", "sa-gar-det-till", "sekretess", "rattigheter", "personuppgifter",
              "tillganglighet", "kontakt", "grupper", "material")
SLOT = {weekday: 5 * weekday for weekday in range(5)}


def group(intake, state="confirmed", **changes):
    """A group of its own, with three meetings of which the second is cancelled: (id, name)."""
    _, _, _, name = plant_offer(intake)
    group_id = intake.one("select group_id from scheduling.groups where name = %s", name)
    fields = {"state": state, "booked_at": datetime.now(timezone.utc), **changes}
    intake.sql("set session_replication_role = replica")
    for weekday, slot in SLOT.items():
        intake.sql("insert into scheduling.slot (slot, weekday, starts) values (%s, %s, '15:00')"
                   " on conflict do nothing", slot, weekday)
    district = fields.pop("district", None)
    if district:
        intake.sql("update scheduling.site set district = %s where name = %s", district, name)
    taken = fields.pop("taken", 0)
    intake.sql("update scheduling.group_fill set taken = %s where group_id = %s", taken, group_id)
    if "first_day" in fields:
        fields["entry_until"] = fields["first_day"] + timedelta(7)
        fields.setdefault("last_day", fields["first_day"] + timedelta(100))
    intake.sql(f"update scheduling.groups set {', '.join(f'{field} = %s' for field in fields)}"
               " where group_id = %s", *fields.values(), group_id)
    first = intake.one("select first_day from scheduling.groups where group_id = %s", group_id)
    for number in range(3):
        day = first + timedelta(7 * number)
        intake.sql("insert into scheduling.meeting (meeting_id, group_id, meeting_no, day,"
                   " starts_at, ends_at, theme, state) values (%s, %s, %s, %s,"
                   " (%s::date + time '15:00') at time zone 'Europe/Stockholm',"
                   " (%s::date + time '16:30') at time zone 'Europe/Stockholm', 'Hemligt tema',"
                   " %s)", new_id(), group_id, number + 1, day, day, day,
                   "cancelled" if number == 1 else "planned")
    intake.sql("set session_replication_role = origin")
    return group_id, name


def get(intake, path):
    status, headers, text = intake.ask("GET", path)
    return status, {name.lower(): value for name, value in headers.items()}, text


def shown(intake, query=""):
    status, _, page = get(intake, "/sv/grupper" + query)
    assert status == 200
    return page


def test_filters(intake):
    today = date.today()
    _, mental = group(intake, situation="mental", district="farsta", age_from=10, age_to=12,
                      slot=SLOT[3], first_day=today + timedelta(40))
    _, arabic = group(intake, language="ar", district="bromma", age_from=7, age_to=9)
    for query, sees, misses in (
            ("?om=2", mental, arabic), ("?om=1", arabic, mental), ("?district=farsta", mental,
            arabic), ("?age=11", mental, arabic), ("?age=7", arabic, mental),
            ("?weekday=3", mental, arabic), ("?language=ar", arabic, mental),
            ("?om=1&age=8&district=bromma&weekday=1&language=ar", arabic, mental)):
        page = shown(intake, query)
        assert sees in page and misses not in page, query
    page = shown(intake)
    assert mental in page and arabic in page
    # What is no choice chooses nothing, and a situation has no name in an address.
    for query in ("?om=9", "?om=mental", "?age=x", "?district=atlantis", "?weekday=-1", "?sida=zz",
                  "?language=xx&om=%27%3Bdrop", "?situation=mental"):
        assert mental in shown(intake, query) or "xx" in query, query
    found = [one["name"] for one in json.loads(get(intake, "/api/v1/groups?situation=mental")[2])
             ["groups"]]
    assert mental in found and arabic not in found


def test_every_status(intake):
    today = date.today()
    ahead, near, past = today + timedelta(60), today + timedelta(7), today - timedelta(30)
    for state, changes, words in (
            ("offered", {}, "Planeras. Startar när några barn till vill vara med."),
            ("confirmed", {"first_day": ahead}, "Öppen, det finns plats"),
            ("confirmed", {"first_day": near}, "Startar snart"),
            ("confirmed", {"first_day": ahead, "taken": 8}, "Full, men ni kan stå på väntelistan"),
            ("running", {"first_day": past}, "Pågår"),
            ("cancelled", {"first_day": ahead, "reason": "few"}, "Inställd, kan starta senare")):
        group_id, name = group(intake, state, **changes)
        assert re.search(f"{name}</bdi></a></h2><p><span class=\"tag[^>]*>{words}</span>",
                         shown(intake)), (state, changes)
        status, _, page = get(intake, f"/sv/grupper/{group_id}")
        assert status == 200 and words in page and f"<bdi>{name}</bdi>" in page, state
    for state, changes in (("cancelled", {"first_day": past, "reason": "few"}),
                           ("merged", {"first_day": ahead, "reason": "few"}),
                           ("finished", {"first_day": past, "last_day": past + timedelta(14)})):
        _, name = group(intake, state, **changes)
        assert name not in shown(intake), state


def test_a_group_says_what_is_needed_and_no_more(intake):
    group_id, name = group(intake, situation="violence", district="farsta")
    status, _, page = get(intake, f"/sv/grupper/{group_id}")
    assert status == 200
    for part in ("våld hemma", "7–9 år", "Farsta", "tisdag", "15.00–16.30", "Alla dagar",
                 "/kalender.ics", f"/api/v1/groups/{group_id}", "Lämna sidan snabbt",
                 "Adressen får ni av oss", 'name="situations" value="violence"'):
        assert part in page, part
    assert page.count("Inställd") == 1 and "Hemligt tema" not in page
    answer = json.loads(get(intake, f"/api/v1/groups/{group_id}")[2])
    assert len(answer["days"]) == 2 and answer["site"] is None, answer
    assert answer["links"]["page"] == f"/sv/grupper/{group_id}"
    title = re.search("<title>(.*?)</title>", page).group(1)
    assert name not in title and "våld" not in title


def test_calendar(intake):
    for situation, place in (("mental", "Bromma"), ("violence", None)):
        group_id, name = group(intake, situation=situation)
        status, headers, text = get(intake, f"/ar/grupper/{group_id}/kalender.ics")
        assert status == 200 and headers["content-type"].startswith("text/calendar")
        calendar = icalendar.Calendar.from_ical(text)
        events = calendar.walk("VEVENT")
        first = intake.one("select first_day from scheduling.groups where group_id = %s", group_id)
        assert [str(one["summary"]) for one in events] == [name] * 3
        assert [one.get("status") == "CANCELLED" for one in events] == [False, True, False]
        for number, one in enumerate(events):
            starts = one.decoded("dtstart")
            assert starts.date() == first + timedelta(7 * number) and starts.hour == 15
            assert one.decoded("dtend") - starts == timedelta(minutes=90)
            assert one.get("location") == place, situation
        for word in ("tema", "psyk", "våld", "violence", "mental"):
            assert word not in text.lower(), word


def test_what_is_not_there(intake):
    for path in (f"/sv/grupper/{new_id()}", "/sv/grupper/hej", "/sv/material/finns-inte",
                 f"/sv/grupper/{new_id()}/kalender.ics", "/xx-yy/sekretess"):
        assert get(intake, path)[0] == 404, path
    status, headers, text = get(intake, f"/api/v1/groups/{new_id()}")
    assert status == 404 and headers["content-type"].startswith("application/problem+json")
    assert set(json.loads(text)) == {"type", "title", "status", "detail", "instance"}


def test_nothing_fits_leads_on_with_what_was_chosen(intake):
    page = shown(intake, "?om=4&district=alvsjo&age=18&language=so")
    assert "Den gruppen finns inte än" in page and "Antal grupper: 0" in page
    for door in ("foralder", "anmal"):
        form = re.search(f'<form method="post" action="/sv/{door}">(.*?)</form>', page).group(1)
        for name, value in (("step", "start"), ("situations", "separation"),
                            ("district", "alvsjo"), ("languages", "so")):
            assert f'name="{name}" value="{value}"' in form, (door, name)


def test_interest_without_a_name_is_demand(intake):
    """It says what is needed and where, so it is counted like every other that waits."""
    status, answer = intake.api(referral(
        door="professional", family_knows="no", child_name=None, situations=["separation"],
        district="alvsjo", guardians__0__name=None, guardians__0__email=None,
        guardians__0__email_safe=None))
    assert status == 201, answer
    row = intake.row(answer["receipt"])
    for who in ("matching", "evaluation"):
        assert intake.said(who, "referral_received", row["referral_id"]) == 1, who


def test_many_groups_are_several_pages(intake):
    for _ in range(26 - shown(intake, "?district=skarpnack").count('class="card"')):
        group(intake, district="skarpnack")
    first = shown(intake, "?district=skarpnack")
    second = shown(intake, "?district=skarpnack&sida=2")
    assert first.count('class="card"') == 24 and second.count('class="card"') == 2
    assert "/sv/grupper?district=skarpnack&amp;sida=2" in first and "sida=1" in second
    assert "Antal grupper: 26" in first and len(first.encode()) <= 50 * 1024


def test_material_is_filled_from_what_starts(intake):
    today = date.today()
    group(intake, situation="separation", district="kungsholmen", age_from=13, age_to=15,
          first_day=today + timedelta(50))
    group(intake, "running", situation="separation", district="kungsholmen", age_from=4, age_to=6,
          first_day=today - timedelta(20))
    for kind in ("blad", "affisch", "bilder", "press"):
        status, _, page = get(intake, f"/sv/material/{kind}?om=4&district=kungsholmen")
        assert status == 200 and "13–15 år" in page and "4–6 år" not in page, kind
        assert "08-000 00 00" in page and "material.css" in page, kind
    assert "13–15 år" not in get(intake, "/sv/material/blad?om=1&district=kungsholmen")[2]


def test_search_engines(intake):
    token, _, _, _ = plant_offer(intake)
    group_id, _ = group(intake)
    for path in [f"/sv/{name}" for name in OPEN_PAGES] + [f"/sv/grupper/{group_id}"]:
        assert "x-robots-tag" not in get(intake, path)[1], path
    for path in ("/sv/foralder", "/sv/anmal", "/sv/barn/fragor", f"/sv/svar/{token}",
                 "/sv/kvitto", "/sv/grupper?age=8", f"/sv/grupper/{group_id}/kalender.ics"):
        assert get(intake, path)[1].get("x-robots-tag") == "noindex", path
    robots = get(intake, "/robots.txt")[2]
    sitemap = get(intake, "/sitemap.xml")[2]
    assert "Sitemap: http" in robots and "/sitemap.xml" in robots
    assert group_id in sitemap and "/ar/sekretess<" in sitemap
    assert "svar/" not in sitemap and "foralder" not in sitemap


def pseudo(text):
    """Longer and with other letters, so that what is left in Swedish is seen."""
    parts = re.split(r"(\{\{.*?\}\}|<[^>]*>)", text)
    said = [part if part.startswith(("{{", "<")) else
            part.translate(str.maketrans("aeioubcdfgs", "áéíóúḅćḍḟǵś")) for part in parts]
    return "⟦" + "".join(said) + "⟧"


def test_one_file_more_is_one_language_more(intake):
    texts = re.findall(r'^msgid "(.+)"$', (ROOT / "services/intake/pages/po/en.po").read_text(
        encoding="utf-8"), re.M)
    folder = pathlib.Path(intake.var, "languages", "po")
    folder.mkdir(parents=True)
    (folder / "fi.po").write_text("\n".join(
        f'msgid "{text}"\nmsgstr "{pseudo(text)}"\n' for text in texts), encoding="utf-8")
    assert get(intake, "/fi/sekretess")[2].count("⟦") == 0
    intake.restart(po_folder=str(folder.parent))
    try:
        page = get(intake, "/fi/sekretess")[2]
        assert 'lang="fi"' in page and "⟦" + pseudo("Sekretess och samtycke")[1:] in page
        assert 'lang="sv" dir="ltr">' not in page.replace('hreflang="sv" dir="ltr">', "")
        assert "Suomi" in get(intake, "/sv/")[2]
    finally:
        intake.restart()


def test_easy_read_falls_back_to_swedish(intake):
    page = get(intake, "/lattlast/")[2]
    assert '<html lang="sv" dir="ltr">' in page and "har det svårt hemma" in page
    assert "<span lang" not in page  # what is not there is Swedish too
    assert "svenska" in get(intake, "/lattlast/grupper")[2]
    # Who reads it is written to in Swedish.
    fields = {**dict(inputs(get(intake, "/lattlast/barn/fragor")[2])), "child_name": "Kai",
              "age": "11", "guardians.0.phone": "0701234567", "step": "send"}
    status, headers, page = intake.post_form("/lattlast/barn/fragor", fields)
    assert status == 303, page
    row = intake.row(headers["location"].split("/")[-1].split("?")[0])
    assert row["language"] == "sv", row


def test_numbers_keep_their_order_in_arabic(intake):
    page = get(intake, "/ar/kontakt")[2]
    assert '<html lang="ar" dir="rtl">' in page
    assert "\u206608-000 00 00\u2069" in page and '<bdi dir="ltr">08-000 00 00</bdi>' in page


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
    finally:
        intake.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
