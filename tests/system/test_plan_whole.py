#!/usr/bin/python3
"""A plan on the coordinator's page: approved whole or group by group, and what went stale.

Desk, matching, scheduling and the planner's worker are real; children come in by messages, and a
browser presses the buttons.
"""
import re
import subprocess
import sys
import time
import traceback
import uuid

from core_rig import SLOW, now_ms
from desk_rig import City, words
from notification_rig import BUILD, new_id, wait_for
from scheduling_world import CITY, empty, key

MONDAY, TUESDAY = 1, 16  # slots 0 and 4 of the world
BUTTON = "Godkänn hela planen"


class Town(City):
    """A city with a planner, rooms and leaders."""

    def __init__(self):
        super().__init__()
        self.sql(CITY)
        # A second pair on each day, so that two groups may stand side by side.
        self.sql("update scheduling.leader set experienced = true, max_groups = 2")
        self.worker = subprocess.Popen(
            [BUILD / "bin" / "gruppstod", "plan", "--worker", self.run + "/planner.sock"],
            stderr=subprocess.DEVNULL)
        self.matching.stop()
        self.scheduling = self.start("scheduling", scheduling__conflicts_first="no", **self.quick)
        self.matching = self.start(
            "matching", matching__form_every="50ms", matching__plan_time="1s",
            matching__offer_margin="0", matching__expire_every="50ms", **self.quick)

    def close(self):
        self.worker.terminate()
        self.worker.wait(20)
        super().close()

    def children(self, count, slots, **changes):
        """Referrals that wait, cleared and spoken with."""
        found = [new_id() for _ in range(count)]
        today = self.sql("select (common.today() - date '1970-01-01')::int")[0][0]
        for each in found:
            self.say([{"referral_id": each.bytes, "version": 1, "child_id": new_id().bytes,
                       "received_at_ms": now_ms(), "source": "parent",
                       "primary_situation": "substance", "situations": ["substance"],
                       "birth_date": today - 366 * 8 - 100, "sex": "girl", "district": "norr",
                       "languages": ["sv"], "free_slots": slots, "max_travel_min": 60,
                       "needs": [], "same_sex_only": False, "parent_wish": "no",
                       "safety": "green", "protected": False, **changes}],
                     "matching", "referral_received")
            self.say([{"referral_id": each.bytes, "version": 2, "clearance_id": new_id().bytes,
                       "answers_version": 1, "valid_until_ms": now_ms() + 10**10, "urgency": 1,
                       "spoken": True}], "matching", "referral_cleared")
        return found

    def states(self, referrals):
        return [row[0] for row in self.sql(
            "select state from matching.referral where referral_id = any(%s)", referrals)]

    def await_states(self, referrals, *states):
        wait_for(lambda: len(self.states(referrals)) == len(referrals)
                 and set(self.states(referrals)) <= set(states), 20 * SLOW,
                 lambda: f"{self.states(referrals)} are not {states}\n" + self.matching.log())

    def joint_plan(self):
        """Two groups of one plan, for children who can Mondays and Tuesdays: nothing is planned
        before all are there."""
        self.sql("create table held as select * from scheduling.leader_slot")
        self.sql("delete from scheduling.leader_slot")
        mondays, tuesdays = self.children(4, MONDAY), self.children(4, TUESDAY)
        self.await_states(mondays + tuesdays, "waiting")
        self.sql("insert into scheduling.leader_slot select * from held")
        self.sql("drop table held")
        self.await_states(mondays + tuesdays, "proposed")
        plans = self.sql("select distinct plan_id from matching.proposal where state = 'proposed'")
        assert len(plans) == 1 and plans[0][0], plans
        return plans[0][0], mondays, tuesdays

    def proposal_of(self, referrals):
        return self.sql("select p.group_id, p.state, p.stale from matching.proposal p"
                        " join matching.proposal_child c using (group_id)"
                        " where c.referral_id = %s order by p.created_at desc, p.group_id limit 1",
                        referrals[0])[0]

    def empty(self):
        for schema in ("matching", "ledger"):
            for (table,) in self.sql("select format('%%I.%%I', schemaname, tablename)"
                                     " from pg_tables where schemaname = %s and tablename in"
                                     " ('referral', 'seen', 'case', 'waiting', 'parked',"
                                     " 'open_group', 'place', 'offer', 'proposal', 'plan',"
                                     " 'proposal_child')", schema):
                empty(self.connection.cursor(), table)
        empty(self.connection.cursor(), "scheduling.groups")


def test_whole(city):
    plan, mondays, tuesdays = city.joint_plan()
    browser = city.browser("samordnare")
    page = words(browser.get("/grupper"))
    assert page.count(BUTTON) == 1 and page.count("Godkänn") == 3, page
    assert re.search(r"Grupper\s+2\s", page) and re.search(r"Barn\s+8\s+av 8 som väntade", page)
    assert "bevisat bäst" in page and re.search(r"Poäng\s+\d{4}", page), page
    assert "points" not in page and "children" not in page, "no English for Swedish readers"
    status, headers, _ = browser.post(f"/planer/{plan}")
    assert status == 303 and headers["location"] == "/grupper?sagt=plan", headers
    city.await_states(mondays + tuesdays, "offered")
    page = words(browser.get("/grupper?sagt=plan"))
    assert BUTTON not in page and "utelämnade" not in page and "bokas nu" in page
    for children in (mondays, tuesdays):
        group, state, _ = city.proposal_of(children)
        assert state == "booked"
        assert city.count("ledger.hop where kind = 'group_wanted' and subject = %s", group) == 1
    assert city.audits("plan_approved", plan) == 2  # by the desk, and where it was done
    assert browser.post(f"/planer/{plan}")[1]["location"].endswith("andrat"), "nothing is left"


def test_a_stale_group_is_left_out_with_its_reason(city):
    plan, mondays, tuesdays = city.joint_plan()
    browser = city.browser("samordnare")
    assert BUTTON in browser.get("/grupper")
    city.sql("create table held as select * from scheduling.leader_slot")
    city.sql("delete from scheduling.leader_slot where slot = 4")  # nobody can Tuesdays any more
    browser.post(f"/planer/{plan}")
    city.await_states(mondays, "offered")
    city.await_states(tuesdays, "waiting")
    group, state, stale = city.proposal_of(tuesdays)
    assert (state, stale) == ("failed", "leaders")
    page = words(browser.get("/grupper"))
    assert "är utelämnade" in page and "gruppledarna är inte lediga längre" in page, page
    assert re.search(r"Missbruk,\s+\d+–\d+ år,\s+4\s+barn, tisdagar 15.00", page), page
    assert city.audits("group_stale", group) == 1
    assert city.count("matching.waiting w join matching.referral r using (referral_id)"
                      " where w.since = r.received_at and referral_id = any(%s)", tuesdays) == 4
    assert city.count("matching.proposal_child where not released and group_id = %s", group) == 0
    city.sql("insert into scheduling.leader_slot select * from held on conflict do nothing")
    city.sql("drop table held")
    city.await_states(tuesdays, "proposed")  # and the next plan has them again
    assert city.proposal_of(tuesdays)[0] != group


def test_children_that_left(city):
    """One of four withdraws: too few. One of five moves away: the other four are booked, and she
    waits on."""
    city.sql("create table held as select * from scheduling.leader_slot")
    city.sql("delete from scheduling.leader_slot")
    four, five = city.children(4, MONDAY), city.children(5, TUESDAY)
    city.await_states(four + five, "waiting")
    city.sql("insert into scheduling.leader_slot select * from held")
    city.sql("drop table held")
    city.await_states(four + five, "proposed")
    group = city.proposal_of(four)[0]
    plan = city.sql("select plan_id from matching.proposal where group_id = %s", group)[0][0]
    browser = city.browser("samordnare")
    assert BUTTON in browser.get("/grupper")
    city.say([{"referral_id": four[0].bytes, "seen_version": city.sql(
        "select version from matching.referral where referral_id = %s", four[0])[0][0],
        "state": "withdrawn", "by": uuid.uuid4().bytes}], "matching", "state_wanted")
    city.await_states(four[:1], "withdrawn")
    city.sql("update matching.case set max_travel_min = 20, district = 'soder'"
             " where referral_id = %s", five[0])
    browser.post(f"/planer/{plan}")
    city.await_states(five[1:], "offered")
    city.await_states(four[1:] + five[:1], "waiting")
    assert city.proposal_of(four)[2] == "children"
    assert "för få av barnen är kvar" in words(browser.get("/grupper"))


def test_said_twice_at_once(city):
    """Two buttons pressed at the same time, on two screens: one approval."""
    plan, mondays, tuesdays = city.joint_plan()
    first, second = city.browser("samordnare"), city.browser("samordnare")
    held = city.cluster.connect()
    held.autocommit = False
    held.cursor().execute("lock table matching.proposal in share mode")
    for browser in (first, second):
        assert browser.post(f"/planer/{plan}")[1]["location"].endswith("plan")
    held.rollback()
    held.close()
    city.await_states(mondays + tuesdays, "offered")
    wait_for(lambda: city.count("ledger.hop where kind = 'plan_approved' and subject = %s"
                                " and outcome = 'done'", plan) == 2, 20 * SLOW)
    for children in (mondays, tuesdays):
        assert city.count("ledger.hop where kind = 'group_wanted' and subject = %s",
                          city.proposal_of(children)[0]) == 1


def test_one_by_one_is_read_again_too(city):
    _, mondays, tuesdays = city.joint_plan()
    browser = city.browser("samordnare")
    group = city.proposal_of(mondays)[0]
    city.sql("create table held as select * from scheduling.room_slot")
    city.sql("delete from scheduling.room_slot where slot = 0")
    browser.post(f"/forslag/{group}", {"beslut": "approve"})
    city.await_states(mondays, "waiting")
    assert city.proposal_of(mondays)[1:] == ("failed", "room")
    page = words(browser.get("/grupper"))
    assert "lokalen är inte ledig längre" in page and BUTTON in page, page
    assert re.search(r"Grupper\s+1\s+av 2 kvar", page), page
    browser.post(f"/forslag/{city.proposal_of(tuesdays)[0]}", {"beslut": "approve"})
    city.await_states(tuesdays, "offered")
    city.sql("insert into scheduling.room_slot select * from held on conflict do nothing")
    city.sql("drop table held")


def test_who_may(city):
    plan, _, _ = city.joint_plan()
    reader = city.browser("lasratt")
    assert BUTTON not in reader.get("/grupper")
    assert reader.post(f"/planer/{plan}")[0] == 403
    browser = city.browser("samordnare")
    assert browser.post(f"/planer/{new_id()}")[1]["location"].endswith("andrat")
    assert browser.post("/planer/nonsens")[0] == 404
    assert browser.post(f"/planer/{plan}", token=False)[0] == 403


def main():
    if not (BUILD / "bin" / "gruppstod-desk").exists():
        print("SKIP: build the daemons first")
        return 0
    city, failed = Town(), 0
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
