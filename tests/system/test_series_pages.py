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
