#!/usr/bin/python3
"""A coordinator changes a series on the desk's pages, and looks at rooms and the calendar."""
import os
import pathlib
import re
import sys
import time
import uuid
from datetime import date, timedelta

from core_rig import SLOW, House
from desk_rig import PASSWORD, Browser, argon2, words
from notification_rig import new_id, sodium, wait_for
from scheduling_world import CITY, EPOCH, key

DAY, WEEK = timedelta(days=1), timedelta(days=7)
PAIR = [uuid.UUID(key(leader)).bytes for leader in ("Cia", "Dan")]
QUICK = {"bus__sweep_every": "20ms", "bus__sweep_age": "0s"}


def clean(page):
    return re.sub(r"\s+", " ", words(page))


class World(House):
    """The desk and scheduling, a small city, a coordinator who has signed in."""

    def __init__(self):
        super().__init__()
        secret = os.urandom(32)
        for name, data in (("seal.key", secret),
                           ("seal.pub", sodium("crypto_scalarmult_base", 32, secret))):
            path = pathlib.Path(self.var, "keys", name)
            path.write_text(data.hex() + "\n")
            path.chmod(0o400)
        try:
            self.open()
        except BaseException:
            self.close()
            raise

    def open(self):
        self.sql(CITY)
        for user, role in (("samordnare", "coordinator"), ("lasratt", "read_only")):
            self.sql("select desk.make_staff(%s, %s, %s, %s, %s, null)", new_id(), user,
                     user.capitalize(), role, argon2(PASSWORD))
        self.scheduling = self.start("scheduling", scheduling__conflicts_first="no", **QUICK)
        self.desk = self.start("desk", **QUICK)
        self.browser = self.signed_in("samordnare")

    def signed_in(self, user):
        browser = Browser(self.desk.port)
        status, _, _ = browser.sign_in(user)
        assert status == 303, status
        return browser

    def book(self, name, **changes):
        group = uuid.UUID(key(name))
        body = {"group_id": group.bytes, "programme_id": uuid.UUID(key("demo")).bytes,
                "situation": "substance", "language": "sv", "age_from": 7, "age_to": 9, "slot": 0,
                "room_id": uuid.UUID(key("rum 1")).bytes,
                "leader_ids": [uuid.UUID(key(leader)).bytes for leader in ("Anna", "Bo")],
                "earliest_day": (date.today() - EPOCH).days, "least": 4, "most": 8, **changes}
        self.say([body], "scheduling", "group_wanted")
        wait_for(lambda: self.count("scheduling.groups where group_id = %s", group), 20 * SLOW,
                 self.scheduling.log)
        return group

    def meetings(self, group):
        return self.sql("select meeting_id, day, theme from scheduling.meeting where group_id = %s"
                        " and state <> 'cancelled' order by day", group)

    def post(self, path, fields):
        """A form is sent, its act is answered: the page that then shows the answer."""
        acts = self.count("scheduling.act")
        status, headers, _ = self.browser.post(path, fields)
        assert status == 303 and "akt=" in headers["location"], (status, headers)
        wait_for(lambda: self.count("scheduling.act") > acts, 20 * SLOW, self.scheduling.log)
        return self.browser.get(headers["location"])


def form_of(page):
    """The hidden fields of the page's last form."""
    form = page[page.rindex('<form method="post"'):]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_cancelling_is_shown_before_and_answered_after(world):
    group = world.book("Ett")
    first = world.meetings(group)[0]
    page = world.browser.get(f"/grupper/{group}")
    path = f"/grupper/{group}/serie?andring=cancel&amp;traff={first[0]}"
    assert path in page
    page = world.browser.get(path.replace("&amp;", "&"))
    assert "Ställs in:" in clean(page) and "ny" in clean(page) and page.count("Tema") >= 1
    page = world.post(f"/grupper/{group}/serie", form_of(page))
    assert "Ändra i träffarna gjort" in clean(page) and "inställd" in clean(page)
    assert [row[2] for row in world.meetings(group)] == ["Ett", "Två", "Tre"]


def test_a_refusal_has_a_way_out_that_works(world):
    group, other = world.book("Två", slot=4), world.book("Tre", slot=8, leader_ids=PAIR)
    meeting, taken = world.meetings(group)[1], world.meetings(other)[1][1]
    page = world.post(f"/grupper/{group}/serie",
                      {"andring": "move", "traff": meeting[0], "dag": taken})
    text = clean(page)
    assert "gick inte" in text and "Lokalen är upptagen." in text and "Huset, 2" in text, text
    link = re.search(r'href="(/grupper/[^"]*/serie\?[^"]*)"[^>]*>Gör så', page)[1]
    page = world.browser.get(link.replace("&amp;", "&"))
    page = world.post(f"/grupper/{group}/serie", form_of(page))
    assert "Ändra i träffarna gjort" in clean(page)
    assert taken in [row[1] for row in world.meetings(group)]


def test_days_off_from_the_calendar(world):
    group = world.book("Fyra", slot=1, room_id=uuid.UUID(key("rum 2")).bytes,
                       leader_ids=PAIR)
    day = world.meetings(group)[2][1]
    page = clean(world.browser.get(f"/lov?grupp={group}"))
    assert "Hösttermin" in page and "sportlov" in page
    page = world.post("/lov", {"fran": day, "till": day + 3 * DAY, "namn": "Ledardagar",
                                    "grupp": group})
    assert "Lediga dagar gjort" in clean(page)
    assert day not in [row[1] for row in world.meetings(group)]
    assert "Ledardagar" in clean(world.browser.get("/lov"))
    status, headers, _ = world.browser.post("/lov", {"fran": day, "till": day - DAY,
                                                          "namn": "Fel"})
    assert (status, headers["location"]) == (303, "/lov?sagt=fel")


def test_rooms_show_what_is_booked_and_what_is_free(world):
    group = world.book("Fem", slot=4, room_id=uuid.UUID(key("rum 2")).bytes, leader_ids=PAIR)
    day = world.meetings(group)[0][1]
    page = world.browser.get("/lokaler")
    assert "Huset, 2" in clean(page) and f"/lokaler/{key('rum 2')}" in page
    page = clean(world.browser.get(f"/lokaler/{key('rum 2')}?dag={day}"))
    name = world.sql("select name from scheduling.groups where group_id = %s", group)[0][0]
    assert f"15.00–16.30 {name}" in page and "Veckorna som kommer" in page, page
    world.sql("insert into scheduling.room_hours (room_id, weekday, opens, closes, valid_from)"
              " values (%s, 1, '13:00', '19:00', '2020-01-01')", key("rum 2"))
    page = clean(world.browser.get(f"/lokaler/{key('rum 2')}?dag={day}"))
    assert "13.00–15.00" in page and "16.30–19.00" in page, page
    world.browser.get(f"/lokaler/{new_id()}", 404)


def room_form(page, **changes):
    """Where the form goes, and what it sends when nothing is changed."""
    form = re.search(r'<form class="form" method="post" action="(/lokaler/[^"]+)">(.*?)</form>',
                     page, re.S)
    fields = {name: value for name, value in re.findall(
        r'<input (?:id="[^"]*" |type="hidden" )?name="([^"]+)"[^>]*?value="([^"]*)"', form[2])
        if "checkbox" not in name and name not in ("t", "tillgang", "skyddad")}
    return form[1], {**fields, **changes}


def test_a_room_is_written_in_and_changed(world):
    where, fields = room_form(world.browser.get("/lokaler"), hus="", husnamn="Villan",
                              stadsdel="soder", ingang="secret", lokal="Salen", platser=8,
                              utrustning="kök, skärm", oppet0="14.00–20.00", oppet2="9-12, 13-17")
    page = world.post(where, fields)
    assert "Ändra lokalen gjort" in clean(page), clean(page)
    room = where.rsplit("/", 1)[1]
    kept = world.sql("select site, name, district, withheld, discretion, capacity, equipment,"
                     " slots from scheduling.room_card_v where room_id = %s", room)[0]
    assert kept == ("Villan", "Salen", "soder", True, "secret", 8, ["kök", "skärm"],
                    [0, 1, 3, 8]), kept
    where, fields = room_form(world.browser.get(where))
    assert fields["oppet2"] == "09.00–12.00, 13.00–17.00" and fields["utrustning"] == "kök, skärm"
    page = clean(world.post(where, {**fields, "platser": 10, "oppet0": "",
                                    "tillgang": "step_free"}))
    assert "Ändra lokalen gjort" in page and "10 platser" in page and "Utan trappor" in page
    assert world.sql("select array_agg(weekday order by weekday, opens) from"
                     " scheduling.room_hours where room_id = %s and valid_to is null",
                     room) == [([2, 2],)]
    status, headers, _ = world.browser.post(where, {**fields, "oppet1": "20-14"})
    assert (status, headers["location"]) == (303, f"{where}?sagt=oppet")
    assert "Tiderna går inte att läsa" in clean(world.browser.get(headers["location"]))
    again, new = room_form(world.browser.get("/lokaler"), husnamn="villan", stadsdel="norr",
                           ingang="ordinary", lokal="A", platser=5, oppet0="14-20")
    assert "Det finns redan ett hus eller en lokal som heter så" in clean(world.post(again, new))


def test_what_is_booked_in_a_room_is_not_cut_away(world):
    group, name, weekday = world.sql(  # those of the tests before
        "select group_id, name, weekday from scheduling.group_v where room_id = %s"
        " order by first_day", key("rum 2"))[0]
    day = f"oppet{weekday}"
    where, fields = room_form(world.browser.get(f"/lokaler/{key('rum 2')}"))
    page = clean(world.post(where, {**fields, "platser": 7}))
    assert "gick inte Lokalen är för liten" in page and name in page, page
    page = world.post(where, {**fields, day: "15-16"})
    assert "En grupp träffas där då" in clean(page) and f"/grupper/{group}/serie?" in page
    page = clean(world.post(where, {**fields, **{f"oppet{n}": "13–20.30"
                                                         for n in range(5)}}))
    assert "Ändra lokalen gjort" in page, page


def test_a_draft_is_approved_by_a_button(world):
    world.sql("insert into scheduling.programme_version (programme_id, version, valid_from,"
              " minutes, themes, least, most, parents, parent_leaders, entry, entry_meeting, draft)"
              " select programme_id, 2, valid_from, 60, themes, least, most, parents,"
              " parent_leaders, entry, entry_meeting, true from scheduling.programme_version")
    page = f"/program/{key('demo')}"
    assert "Godkänn utkastet" not in world.browser.get(page)
    assert "Godkänn version 2" in world.browser.get(f"{page}?version=2")
    form = {"version": 2, "grupp": "Referensgruppen", "dag": date.today()}
    assert "Godkänna utkastet gjort" in clean(world.post(f"{page}/godkann", form))
    shown = world.browser.get(page)
    assert "Referensgruppen" in shown and "Godkänn utkastet" not in shown
    assert world.sql("select version, minutes from scheduling.programme_v") == [(2, 60)]
    assert "Någon hann före" in clean(world.post(f"{page}/godkann", form))
    reader = world.signed_in("lasratt")
    assert reader.post(f"{page}/godkann", form)[0] == 403
    world.sql("delete from scheduling.programme_version where version = 2")


def test_only_a_coordinator_changes(world):
    group = world.book("Sex", slot=3)
    reader = world.signed_in("lasratt")
    page = reader.get(f"/grupper/{group}")
    assert "/serie?" not in page and "Träffar" in page
    reader.get("/lokaler")
    assert reader.ask("GET", f"/grupper/{group}/serie")[0] == 403
    assert reader.post("/lov", {"fran": date.today(), "till": date.today(),
                                     "namn": "Nej"})[0] == 403


def main():
    world, passed, failed = World(), 0, 0
    try:
        for name, test in [each for each in globals().items() if each[0].startswith("test_")]:
            started = time.monotonic()
            try:
                test(world)
                passed += 1
            except Exception as error:
                print(f"{name}: {error}")
                failed += 1
            print(f"{name} {time.monotonic() - started:.1f} s")
    finally:
        world.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
