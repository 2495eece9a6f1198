#!/usr/bin/python3
"""The board of a plan, through its pages: what breaks, who has what, undoing, two coordinators.

Desk, matching, scheduling and the planner's worker are real; children come in by messages.
"""
import html
import re
import sys
import time
import traceback

import msgpack
from core_rig import SLOW
from desk_rig import words
from notification_rig import BUILD, new_id, wait_for
from scheduling_world import GROUP, empty, group_row, key
from test_plan_whole import MONDAY, TUESDAY, Town

MONDAY_SLOT = 0
TIME, LEADER_TAKEN = "Barnet kan inte den tiden.", "En ledare är upptagen"
FEW = "Barnen är för få."


class Board:
    """One coordinator's tab."""

    def __init__(self, city, plan, user="samordnare"):
        self.city, self.plan, self.browser = city, plan, city.browser(user)
        self.look()

    def look(self, query=""):
        self.page = self.browser.get(f"/plan/{self.plan}{query}")
        found = re.search(r'name="v" value="(\d+)"', self.page)
        self.version = found and found[1]
        return words(self.page)

    def ask(self, act, **fields):
        """Sends a form as it was seen; gives the words of the page that it leads to."""
        status, headers, _ = self.browser.post(
            f"/plan/{self.plan}", {"v": self.version, "gor": act, **fields})
        assert status == 303, headers
        where = headers["location"]

        def answered():
            self.page = self.browser.get(where)
            return "data-waits" not in self.page
        wait_for(answered, 20 * SLOW, self.city.matching.log)
        self.version = re.search(r'name="v" value="(\d+)"', self.page)[1]
        return words(self.page)

    def outcome(self):
        found = re.search(r'<section class="(\w+) outcome".*?</section>', self.page, re.S)
        return re.sub(r"\s+", " ", words(found[0])).strip()

    def card(self, group):
        found = re.search(rf'<li class="card" data-group="{group}".*?</form></li>', self.page, re.S)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", found[0])))


def one_plan(city):
    plan, mondays, tuesdays = city.joint_plan()
    board = Board(city, plan)
    wait_for(lambda: "kontrollerad" in board.look(), 20 * SLOW, city.matching.log)
    return board, mondays, tuesdays, city.proposal_of(mondays)[0], city.proposal_of(tuesdays)[0]


def test_a_child_is_moved_and_what_breaks_is_told(city):
    board, mondays, tuesdays, first, second = one_plan(city)
    assert city.browser("samordnare").ask("GET", "/plan")[1]["location"] == f"/plan/{board.plan}"
    assert "alla grupper håller" in board.look()
    page = board.ask("child", barn=mondays[0], till=second)
    assert "håller inte" in page and TIME in board.card(second) and FEW in board.card(first)
    assert board.outcome().startswith("Gjort: Flytta barnet"), board.outcome()
    assert "Grupp 1 håller inte" in board.outcome() and "Grupp 2 håller inte" in board.outcome()
    assert city.sql("select state, group_id::text from matching.referral where referral_id = %s",
                    mondays[0])[0] == ("proposed", str(second))
    assert city.sql("select children from matching.proposal where group_id in (%s, %s)"
                    " order by children", first, second) == [(3,), (5,)]
    board.ask("undo")
    assert "alla grupper håller" in board.look() and "ångrat" in words(board.page)
    assert city.sql("select distinct group_id::text from matching.referral where referral_id ="
                    " any(%s)", mondays) == [(str(first),)]
    assert not re.search(r"Godkänn alla som håller\s*\(0\)", words(board.page))


def test_two_drafts_do_not_use_the_same_unnoticed(city):
    """Both groups at one time: the leaders, the room and who has them are named on both cards."""
    board, _, _, first, second = one_plan(city)
    rooms = dict(city.sql("select group_id::text, room_id from matching.proposal"))
    leaders = city.sql("select leader_ids from matching.proposal where group_id = %s", first)[0][0]
    others = city.sql("select leader_ids from matching.proposal where group_id = %s", second)[0][0]
    board.ask("slot", grupp=second, tid=MONDAY_SLOT)
    board.ask("room", grupp=second, till=rooms[str(first)])
    for group, other in ((first, 2), (second, 1)):
        assert f"Lokalen är upptagen. Grupp {other} på tavlan har det då." in board.card(group), \
            board.card(group)
    for leader in set(others) & set(leaders):
        assert LEADER_TAKEN in board.card(second), leader
    free = next(each for each in (key("Anna"), key("Cia")) if each not in map(str, leaders))
    taken = str(leaders[0])
    if taken in map(str, others):
        board.ask("leader", grupp=second, ledare=taken, till=free)
        assert "Gjort" in board.outcome(), board.outcome()
    if taken not in map(str, city.sql("select leader_ids from matching.proposal"
                                      " where group_id = %s", second)[0][0]):
        now = city.sql("select leader_ids from matching.proposal where group_id = %s",
                       second)[0][0]
        board.ask("leader", grupp=second, ledare=now[0], till=taken)
        assert LEADER_TAKEN in board.card(second) and "Grupp 1 på tavlan" in board.card(second)
    board.ask("throw_away")
    assert "alla grupper håller" in board.look(), board.card(second)
    assert dict(city.sql("select group_id::text, room_id from matching.proposal")) == rooms


def test_who_has_a_busy_leader_is_told(city):
    board, _, _, first, _ = one_plan(city)
    row = group_row("Linden", room_id=key("rum 3"), site_id=key("gården"),
                    capacity=6, places=6)
    with city.connection.cursor() as cursor:
        cursor.execute(GROUP, row)
    city.sql("insert into scheduling.group_fill (group_id) values (%s) on conflict do nothing",
             key("Linden"))
    held = city.sql("select leader_ids[1] from matching.proposal where group_id = %s", first)[0][0]
    city.sql("update scheduling.groups set first_day = common.today(),"
             " last_day = common.today() + 300, entry_until = common.today() where name = 'Linden'")
    city.sql("insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
             " experienced, parents) select %s, 'child', 1, leader_id, 'substance', experienced,"
             " parents from scheduling.leader where leader_id = %s", key("Linden"), held)
    board.ask("look")
    assert "Används av Linden" in board.card(first), board.card(first)


def test_all_that_hold_are_accepted_and_the_rest_is_named(city):
    board, mondays, tuesdays, first, second = one_plan(city)
    board.ask("child", barn=tuesdays[0], till="")  # three are too few
    city.await_states(tuesdays[:1], "waiting")
    page = board.ask("accept")
    assert "Godkänn alla som håller: 1" in board.outcome(), board.outcome()
    city.await_states(mondays, "offered")
    assert str(first) not in page and FEW in board.card(second)
    assert city.proposal_of(tuesdays[1:])[1] == "proposed"
    assert city.count("ledger.hop where kind = 'group_wanted' and subject = %s", first) == 1
    board.ask("accept", grupp=second)
    assert "Gick inte" in board.outcome() and FEW in board.outcome(), board.outcome()
    board.ask("child", barn=tuesdays[0], till=second)  # back from the list
    assert "alla grupper håller" in words(board.page), board.card(second)
    board.ask("accept", grupp=second)
    city.await_states(tuesdays, "offered")
    assert "Allt i den här planen är avgjort" in words(board.page)


def test_two_coordinators(city):
    board, mondays, _, first, second = one_plan(city)
    other = Board(city, board.plan)
    board.ask("slot", grupp=first, tid=1)
    page = other.ask("child", barn=mondays[0], till=second)
    assert "Någon hann före" in other.outcome() and "Gör ändringen ändå" in page
    assert "byt tid" in page, "what the other did stands there"
    assert city.sql("select group_id::text from matching.referral where referral_id = %s",
                    mondays[0])[0][0] == str(first), "nothing was done"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', re.search(
        r"<section class=\"warn outcome.*?</section>", other.page, re.S)[0]))
    assert fields["barn"] == str(mondays[0]) and fields["till"] == str(second)
    other.ask(fields["gor"], barn=fields["barn"], till=fields["till"])
    assert other.outcome().startswith("Gjort"), other.outcome()
    assert city.sql("select slot from matching.proposal where group_id = %s", first) == [(1,)]


def test_what_is_said_twice_is_done_once(city):
    board, _, _, first, _ = one_plan(city)
    wish = {"act_id": new_id().bytes, "by": city.staff["samordnare"].bytes,
            "plan_id": board.plan.bytes, "seen_version": int(board.version),
            "act": "slot", "group_id": first.bytes, "slot": 1}
    for _ in range(2):
        city.sql("insert into ledger.matching (id, kind, subject, sender, said_at, version, body)"
                 " values (%s, 'board_wanted', %s, 'desk', clock_timestamp(), 1, %s)", new_id(),
                 board.plan, msgpack.packb(wish))
    wait_for(lambda: city.count("ledger.hop where kind = 'board_wanted' and outcome = 'done'"
                                " and subject = %s", board.plan) == 2, 20 * SLOW)
    assert city.count("matching.board_act where plan_id = %s", board.plan) == 1
    assert city.sql("select version from matching.board where plan_id = %s",
                    board.plan) == [(2,)]


def test_a_child_that_left_meanwhile_is_not_moved(city):
    board, mondays, _, _, second = one_plan(city)
    city.say([{"referral_id": mondays[0].bytes, "seen_version": city.sql(
        "select version from matching.referral where referral_id = %s", mondays[0])[0][0],
        "state": "withdrawn", "by": new_id().bytes}], "matching", "state_wanted")
    city.await_states(mondays[:1], "withdrawn")
    board.ask("child", barn=mondays[0], till=second)
    assert "Gick inte" in board.outcome(), board.outcome()
    assert city.sql("select state from matching.referral where referral_id = %s",
                    mondays[0]) == [("withdrawn",)]
    assert city.count("matching.proposal_child where not released and referral_id = %s",
                      mondays[0]) == 0


def test_who_may(city):
    board, mondays, _, first, second = one_plan(city)
    reader = Board(city, board.plan, "lasratt")
    assert "<form" not in reader.page[reader.page.index('id="tavla"'):]
    assert "håller" in words(reader.page)
    assert "Byt ledare" not in words(reader.browser.get(f"/plan/{board.plan}/{first}"))
    status, _, _ = reader.browser.post(
        f"/plan/{board.plan}", {"v": "1", "gor": "child", "barn": mondays[0], "till": second})
    assert status == 403
    assert city.browser("ledare").ask("GET", f"/plan/{board.plan}")[0] == 403
    assert board.browser.post(f"/plan/{board.plan}", {"v": "1", "gor": "look"},
                              token=False)[0] == 403
    for bad in ({"gor": "nonsens"}, {"gor": "slot", "grupp": first, "tid": "99"},
                {"gor": "child", "barn": "x", "till": first}, {"gor": "look", "v": "0"}):
        answer = board.browser.post(f"/plan/{board.plan}", {"v": "1", **bad})
        assert answer[1]["location"].endswith("sagt=fel"), (bad, answer)
    assert board.browser.ask("GET", f"/plan/{new_id()}")[0] == 404
    assert board.browser.ask("GET", f"/plan/{board.plan}/{new_id()}")[0] == 404
    page = board.browser.get(f"/plan/{board.plan}/{first}")
    assert 'optgroup label="Passar"' in page


class BoardTown(Town):
    def __init__(self):
        super().__init__()
        self.matching.stop()
        self.matching = self.start(
            "matching", matching__form_every="50ms", matching__plan_time="1s",
            matching__offer_margin="0", matching__board_every="50ms", **self.quick)

    def empty(self):
        for table in ("board_break", "board_group", "board_act", "board"):
            empty(self.connection.cursor(), f"matching.{table}")
        super().empty()


def main():
    if not (BUILD / "bin" / "gruppstod-desk").exists():
        print("SKIP: build the daemons first")
        return 0
    city, failed = BoardTown(), 0
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_") and (len(sys.argv) < 2 or sys.argv[1] in name):
                started = time.monotonic()
                try:
                    city.empty()
                    test(city)
                    print(f"ok   {name} {time.monotonic() - started:.2f} s")
                except Exception:  # the others are run too
                    failed += 1
                    print(f"FAIL {name}")
                    traceback.print_exc()
    finally:
        city.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
