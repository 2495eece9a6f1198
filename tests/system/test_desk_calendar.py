#!/usr/bin/python3
"""Calendars' addresses at the desk: made, shown once, taken back, and allowed to a family."""
import http.client
import re
import unittest

from core_rig import SLOW
from desk_rig import City, words
from notification_rig import new_id, wait_for


def calendar_status(city, address):
    path = address[address.index("/kalender/"):]
    link = http.client.HTTPConnection("127.0.0.1", city.intake.port, timeout=20)
    link.request("GET", path)
    status = link.getresponse().status
    link.close()
    return status


class Addresses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City()
        cls.addClassCleanup(cls.city.close)

    def unsure(self):
        """A referral that a person must look at; matching has heard of it."""
        found = self.city.refer(afraid_at_home="unknown")
        self.city.await_state(found, "safety_check")
        return found

    def test_they_are_given_and_taken_back(self):
        city = self.city
        leader, other, room = city.leader, new_id(), new_id()
        city.sql("insert into scheduling.district (code, name, region, valid_from)"
                 " values ('norr', 'Norr', 'N', '2007-01-01') on conflict do nothing")
        city.sql("insert into scheduling.leader (leader_id, work_name, employment, home, home_unit,"
                 " experienced, parents, max_groups, contract_from, contract_until) select i, n,"
                 " 'fixed', 'norr', 'Enheten', true, true, 2, '2020-01-01', '2040-01-01'"
                 " from (values (%s::uuid, 'Vera'), (%s::uuid, 'Olle')) l (i, n)"
                 " on conflict do nothing", leader, other)
        site = new_id()
        city.sql("insert into scheduling.site (site_id, name, district, withheld, discretion)"
                 " values (%s, 'Kalenderhuset', 'norr', false, 'ordinary')", site)
        city.sql("insert into scheduling.room (room_id, site_id, name, capacity)"
                 " values (%s, %s, 'Blå', 8)", room, site)
        coordinator, own = city.browser("samordnare"), city.browser("ledare")
        assert "Kalenderhuset, Blå" in coordinator.get("/kalendrar")
        page = own.get("/kalendrar")
        name, = city.sql("select work_name from scheduling.leader where leader_id = %s", leader)[0]
        assert name in page and "Olle" not in page and "Kalenderhuset" not in page, words(page)

        def make(browser, kind, about):
            status, _, page = browser.post(f"/kalendrar/{kind}/{about}", {"kalender": "ny"})
            assert status == 200, page
            address = re.search(r"http://127.0.0.1:8080/kalender/[\w-]{22}\.ics", page)[0]
            wait_for(lambda: calendar_status(city, address) == 200, 10 * SLOW, city.intake.log)
            assert address not in browser.get("/kalendrar"), "it is shown once"
            return address

        first = make(coordinator, "room", room)
        second = make(coordinator, "room", room)
        assert calendar_status(city, first) == 404
        mine = make(own, "leader", leader)
        for browser, kind, about in ((own, "leader", other), (own, "room", room),
                                     (coordinator, "leader", new_id()),
                                     (city.browser("lasratt"), "room", room)):
            status, _, page = browser.post(f"/kalendrar/{kind}/{about}", {"kalender": "ny"})
            assert status == 404, page
        coordinator.post(f"/kalendrar/room/{room}", {"kalender": "bort"})
        own.post(f"/kalendrar/leader/{leader}", {"kalender": "bort"})
        for address in (second, mine):
            wait_for(lambda: calendar_status(city, address) == 404, 10 * SLOW, city.intake.log)
        tokens = [address[-26:-4] for address in (first, second, mine)]
        kept = str(city.sql("select f::text from intake.feed f union all select h::text"
                            " from ledger.hop h union all select a::text from audit.entry a"))
        assert not [token for token in tokens if token in kept]
        assert city.audits("calendar", room) == 3 and city.audits("calendar", leader) == 2

    def test_a_family_with_violence(self):
        city = self.city
        browser = city.browser("samordnare")
        plain, marked = self.unsure(), self.unsure()
        city.sql("update intake.referral set violence = false where referral_id = %s", plain)
        city.sql("update intake.referral set violence = true where referral_id = %s", marked)
        assert f"/kort/{plain}/kalender" not in browser.get(f"/kort/{plain}")
        for word, allowed in (("ja", True), ("nej", False)):
            status, headers, _ = browser.post(f"/kort/{marked}/kalender", {"kalender": word})
            assert (status, headers["location"]) == (303, f"/kort/{marked}?sagt=kalender")
            said = "Familjen får ha" if allowed else "prata med den först"
            wait_for(lambda: said in words(browser.get(f"/kort/{marked}")), 10 * SLOW)


if __name__ == "__main__":
    unittest.main(verbosity=2)
