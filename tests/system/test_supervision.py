#!/usr/bin/python3
"""Supervision groups and information visits: who is in what and who is in none, dates that reach
letters and calendars, hours that are counted, ties that part, visits beside the referrals.

A coordinator and leaders use pages, letters and calendars; scheduling answers.
"""
import concurrent.futures
import email
import email.policy
import pathlib
import re
import subprocess
import sys
import unittest
import uuid
from datetime import date, timedelta

import psycopg2

from core_rig import SLOW
from desk_rig import links, words
from notification_rig import new_id, wait_for
from scheduling_world import BUILD, Base, key
from test_leaders import City, Leaders as Rig

TABLES = ("supervision_presence", "supervision_meeting", "supervision_member", "supervision",
          "leader_tie", "visit_leader", "visit", "unit")


def weekday(days):
    """That many days from today, or the Monday after; never the one holiday of the city."""
    day = date.today() + timedelta(days)
    while day.isoweekday() > 5 or day == date(2027, 3, 29):
        day += timedelta(1)
    return day


def one_line(page):
    return " ".join(words(page).split())


class Supervision(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City()
        cls.addClassCleanup(cls.city.close)

    browser = Rig.browser
    absence = Rig.absence

    def setUp(self):
        self.desk = self.browser("samordnare")

    def tearDown(self):
        self.city.sql("update common.civil_clock set ahead = '0';"
                      " set session_replication_role = replica;"
                      + "".join(f"delete from scheduling.{table};" for table in TABLES)
                      + " delete from intake.feed; delete from intake.referral;"
                      " set session_replication_role = origin")
        self.city.clear()

    def turn(self, day):
        """The civil clock to that day's noon; sessions end with it."""
        self.city.sql("update common.civil_clock set ahead = %s - clock_timestamp()",
                      f"{day} 12:00 Europe/Stockholm")
        self.desk = self.browser("samordnare")

    def ask(self, path, fields, words_of, browser=None):
        """A form is sent; the page that it leads to, once it has these words in it."""
        browser = browser or self.desk
        status, headers, text = browser.post(path, fields)
        self.assertEqual(status, 303, text[-400:])
        page = [""]

        def answered():
            page[0] = browser.get(headers["location"])
            return words_of in one_line(page[0]) and "Skickat. Svaret" not in page[0]
        wait_for(answered, 15 * SLOW, lambda: one_line(page[0])[-1500:] + self.city.trouble())
        return page[0]

    def make(self, name, leader="Eva", capacity=8):
        path = f"/handledning/{new_id()}"
        self.ask(path, {"namn": name, "handledare": key(leader), "platser": capacity},
                 "Handledningsgruppen gjort")
        self.desk.get(path)
        return path

    def join(self, path, name, answer="Vem som är med i handledningen gjort"):
        return self.ask(path + "/medlem", {"ledare": key(name)}, answer)

    def plan(self, path, day, starts="13:00", answer="Dag för handledning gjort", **fields):
        fields = {"mote": new_id(), "dag": day, "tid": starts, "minuter": 120, "plats": "Enheten",
                  **fields}
        return self.ask(path + "/dag", fields, answer), fields["mote"]

    def hours(self, name, kind="supervision"):
        return self.city.sql("select day, minutes from scheduling.leader_hours_v where"
                             " leader_id = %s and kind = %s order by day", key(name), kind)

    # Supervision

    def test_a_year_of_one(self):
        city = self.city
        page = one_line(self.desk.get("/handledning"))
        self.assertIn("Ingen handledningsgrupp än.", page)
        self.assertIn("Ledare utan handledning", page)
        for name in ("Anna", "Bo", "Cia", "Dan", "Fia", "Hal"):  # Eva has no training: no gap
            self.assertIn(name, page.split("Ledare utan handledning")[1])
        self.assertNotIn("Eva", page.split("Ledare utan handledning")[1])
        path = self.make("Handledning Norr")
        day = weekday(10)
        self.plan(path, day)
        self.join(path, "Anna")
        page = self.join(path, "Bo")
        self.assertIn("2 av 8", one_line(page))
        self.assertNotIn("Anna", one_line(self.desk.get("/handledning"))
                         .split("Ledare utan handledning")[1])
        letter = city.letter("Anna", "Du är med i Handledning Norr. Nästa gång är")
        self.assertIn("kl. 13.00. Ni ses på Enheten.", letter)
        for name in ("Anna", "Bo", "Eva"):
            self.assertEqual(self.hours(name), [(day, 120)])
        # The leader's own page, the page behind the letter and the calendar say the same.
        anna = self.browser("ledare")
        own = one_line(anna.get(anna.ask("GET", "/mina-timmar")[1]["location"]))
        self.assertIn("Handledning Norr, handledare Eva", own)
        self.assertIn("13.00 · Handledning Norr Enheten", own)
        link = re.search(r"/sv/uppdrag/\S{22}", letter)[0]
        self.assertIn("13.00–15.00", one_line(city.ask_intake("GET", link)[1]))
        feed = self.feed(link)
        self.assertIn("SUMMARY:Handledning Norr", feed)
        self.assertIn(f"DTSTART;TZID=Europe/Stockholm:{day:%Y%m%d}T130000", feed)
        # It is moved: everybody is told once, and the calendar's sequence rises.
        meeting = city.sql("select meeting_id from scheduling.supervision_meeting")[0][0]
        later = weekday(17)
        self.plan(path, later, "14:00", mote=meeting)
        for name in ("Anna", "Bo", "Eva"):
            wait_for(lambda name=name: any(self.told(name, later)), 15 * SLOW, city.trouble)
            self.assertEqual(self.hours(name), [(later, 120)])
        self.assertIn("SEQUENCE:2", self.feed(link))
        # It was held: whoever came has the hours.
        self.turn(later + timedelta(1))
        page = self.desk.get(path)
        self.assertIn("närvaro saknas", one_line(page))
        page = self.ask(path + "/kom", [("mote", meeting), ("kom", key("Eva")),
                                        ("kom", key("Anna"))], "2 av 3 kom")
        self.assertEqual(self.hours("Bo"), [])
        self.assertEqual(self.hours("Anna"), [(later, 120)])
        self.assertEqual(city.sql("select used_minutes from scheduling.leader_ledger_v where"
                                  " leader_id = %s and used_minutes > 0", key("Anna")) or
                         [(120,)], [(120,)])  # none between two terms

    def told(self, name, day):
        """Letters that tell of a change; the mail has an invitation to that day."""
        for path in pathlib.Path(self.city.mail).glob("*.eml"):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if letter["To"] != f"{name.lower()}@example.org" or \
                    "din handledning" not in letter.get_body(("plain",)).get_content():
                continue
            for part in letter.walk():
                if part.get_content_type() == "text/calendar":
                    yield f"{day:%Y%m%d}" in part.get_content()

    def feed(self, link):
        city = self.city
        page = city.ask_intake("GET", link)[1]
        if "/kalender/" not in page:
            city.ask_intake("POST", link, {"kalender": "ny"})
            page = city.ask_intake("GET", link)[1]
        return city.ask_intake("GET", re.search(r"/kalender/[^\s\"<]+\.ics", page)[0])[1]

    def test_full_tied_and_twice_are_refused_with_another_group(self):
        city = self.city
        first, second = self.make("Ett", capacity=2), self.make("Två", "Fia")
        self.join(first, "Anna")
        self.join(first, "Bo")
        page = self.join(first, "Cia", "gick inte Det finns ingen ledig plats. Närmast: Två")
        self.assertTrue(links(page, second + "?"), page[-500:])
        self.join(second, "Anna", "Ledaren är redan med i en handledningsgrupp. Närmast: Ett")
        # A supervisor never supervises whom she manages, in whatever order it is said.
        tie = f"/ledare/{key('Fia')}/band"
        self.ask(tie, {"ledare": key("Cia"), "hur": "manages"}, "Jäv mellan ledare gjort")
        self.join(second, "Cia", "gick inte Två som inte ska ha handledning ihop")
        self.ask(first, {"namn": "Ett", "handledare": key("Bo"), "platser": 2},
                 "gick inte Två som inte ska ha handledning ihop")
        self.ask(first, {"namn": "Ett", "handledare": key("Eva"), "platser": 2},
                 "Handledningsgruppen gjort")
        self.assertEqual(self.desk.post(first, {"namn": "", "handledare": key("Eva"),
                                                "platser": 99})[1]["location"][-4:], "=fel")
        # Two members in a conflict: whoever came last leaves, and is told.
        self.join(second, "Dan")
        self.join(second, "Hal")
        self.plan(second, weekday(9))
        page = self.ask(f"/ledare/{key('Dan')}/band", {"ledare": key("Hal"), "hur": "conflict"},
                        "Jäv mellan ledare gjort")
        self.assertIn("Hal jäv", one_line(page))
        self.assertNotIn("Hal", one_line(self.desk.get(second)).split("Med i gruppen")[1]
                         .split("Ledare utan handledning")[0])
        city.letter("Hal", "Något har ändrats i din handledning")
        self.assertEqual((self.hours("Hal"), len(self.hours("Dan"))), ([], 1))
        self.join(second, "Hal", "gick inte Två som inte ska ha handledning ihop")
        self.ask(f"/ledare/{key('Hal')}/band", {"ledare": key("Dan"), "hur": "conflict",
                                                "aterta": "ja"}, "Jäv mellan ledare gjort")
        self.join(second, "Hal")

    def test_the_database_holds_whoever_writes(self):
        city = self.city
        path = self.make("Ett", capacity=2)
        group = path.rsplit("/", 1)[1]
        self.join(path, "Anna")
        put = ("insert into scheduling.supervision_member (supervision_id, leader_id, joined_at)"
               " values (%s, %s, common.civil_now())")

        def refused(constraint, statement, *values):
            with self.assertRaises(psycopg2.Error) as caught:
                city.sql(statement, *values)
            self.assertEqual(caught.exception.diag.constraint_name, constraint)
        refused("supervision_untied", put, group, key("Eva"))
        refused("supervision_member_once", put, group, key("Anna"))
        refused("supervision_untied",
                "insert into scheduling.leader_tie (leader_id, other_id, tie, told_at)"
                " values (%s, %s, 'manages', now())", key("Eva"), key("Anna"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda name: city.act(
                "supervisee_wanted", uuid.UUID(group), supervision_id=uuid.UUID(group),
                leader_id=uuid.UUID(key(name)), leaves=False), ("Bo", "Cia")))
        self.assertEqual(sorted(answer[0] for answer in answers), ["done", "refused"])
        self.assertEqual(city.sql("select members from scheduling.supervision_v"), [(2,)])

    def test_a_date_that_cannot_be(self):
        city = self.city
        path = self.make("Ett")
        self.join(path, "Anna")
        self.join(path, "Bo")
        group = city.book("Björken")  # Anna and Bo on Mondays at 15, an hour free before
        monday = city.meetings(group)[0][1]
        page, _ = self.plan(path, monday, "14:00",
                            "gick inte En ledare är upptagen, med timmen före och efter. Närmast:")
        way = links(page, path + "?day=")[0]
        form = self.desk.get(way)
        self.assertIn('value="14:00"', form)
        nearest = date.fromisoformat(re.search(r"day=([\d-]+)", way)[1])
        self.assertGreater(nearest, monday)
        self.plan(path, date.today() - timedelta(7), answer="gick inte Den dagen har varit.")
        day = weekday(12)
        self.absence("Eva", day, day)
        self.plan(path, day, answer="gick inte En ledare är frånvarande. Närmast:")
        # A member who is away is not waited for, and has no hours.
        other = weekday(20)
        self.absence("Bo", other, other)
        self.plan(path, other)
        self.assertEqual((self.hours("Bo"), self.hours("Anna")), ([], [(other, 120)]))
        # The other way round: nobody is booked over supervision either.
        with self.assertRaises(psycopg2.Error) as caught:
            city.sql("insert into scheduling.leader_booking (leader_id, work_id, during)"
                     " select leader_id, work_id, tstzrange(%s, %s) from scheduling.leader_work"
                     " where leader_id = %s", f"{other} 12:00", f"{other} 14:30", key("Anna"))
        self.assertIn(caught.exception.diag.constraint_name,
                      ("leader_booking_once", "leader_booking_of_work"))
        for fields in ({"dag": "2026-02-31"}, {"tid": "25:00"}, {"minuter": "9"}, {"plats": ""}):
            answer = self.desk.post(path + "/dag", {
                "mote": new_id(), "dag": weekday(30), "tid": "13:00", "minuter": 60,
                "plats": "Här", **fields})
            self.assertEqual(answer[1]["location"], path + "?sagt=fel")
        # Hours that the manager has not released.
        term = city.sql("select school_year, season from scheduling.term where %s between"
                        " first_day and last_day", weekday(40))
        if term:
            city.sql("insert into scheduling.leader_release (leader_id, school_year, season,"
                     " hours_week) values (%s, %s, %s, 1)", key("Eva"), *term[0])
            self.plan(path, weekday(40), answer="gick inte En ledare har så många timmar")
        # The group ends: its dates are cancelled, its members are without again.
        self.ask(path, {"namn": "Ett", "handledare": key("Eva"), "platser": 8, "avsluta": "ja"},
                 "Handledningsgruppen gjort")
        self.assertIn("avslutad", one_line(self.desk.get(path)))
        self.assertEqual(self.hours("Anna"), [])
        self.assertIn("Anna", one_line(self.desk.get("/handledning"))
                      .split("Ledare utan handledning")[1])

    def test_who_may(self):
        path = self.make("Ett", "Anna")  # whom the user "ledare" is
        other = self.make("Två")
        self.join(path, "Bo")
        _, meeting = self.plan(path, weekday(8))
        leader = self.browser("ledare")
        for method, page in (("GET", "/handledning"), ("GET", other), ("GET", "/besok"),
                             ("POST", path), ("POST", path + "/medlem"), ("POST", path + "/dag"),
                             ("POST", other + "/kom"), ("POST", f"/ledare/{key('Anna')}/band"),
                             ("POST", f"/besok/{new_id()}")):
            status = (leader.ask("GET", page) if method == "GET" else leader.post(page))[0]
            self.assertIn(status, (403, 404), (method, page))
        page = leader.get(path)
        self.assertIn("Bo", one_line(page))
        self.assertNotIn("Bestäm dagen", page)
        self.ask(path + "/kom", {"mote": meeting, "kom": key("Bo")},
                 "Vilka som kom till handledningen gick inte", leader)  # it has not been yet
        self.assertEqual(self.desk.post(path + "/medlem", {"ledare": key("Cia"), "t": "0" * 43},
                                        token=False)[0], 403)
        self.assertEqual(self.desk.get(f"/handledning/{new_id()}", 404)[:15], "<!doctype html>")

    # Visits

    def unit(self, name="Ekskolan", kind="pupil_health", district="norr"):
        path = f"/besok/{new_id()}"
        self.ask(path, {"namn": name, "slag": kind, "stadsdel": district}, "Enheten gjort")
        self.desk.get(path)
        return path

    def visit(self, path, day, *names, answer="Informationsbesök gjort", visit=None, tid="09:00"):
        visit = visit or new_id()
        fields = [("besok", visit), ("dag", day), ("tid", tid), ("minuter", 60),
                  *(("vem", key(name)) for name in names)]
        return self.ask(path + "/dag", fields, answer), visit

    def told_of(self, count, source, district, days_ago):
        for _ in range(count):
            self.city.sql(
                "insert into intake.referral (referral_id, child_id, code, receipt, received_at,"
                " door, source, language, district, safety, answers, violence, protected, consents,"
                " complete) values (%s, %s, 'K7QFXM', %s, common.civil_now() - %s * interval"
                " '1 day', 'professional', %s, 'sv', %s, 'green', 'nnnnn', false, false, 'yyyy',"
                " true)", new_id(), new_id(), uuid.uuid4().hex[:8], days_ago, source, district)

    def test_visits_and_who_told_after_them(self):
        city = self.city
        self.told_of(3, "pupil_health", "norr", 100)
        self.told_of(1, "pupil_health", "norr", 500)
        self.told_of(5, "pupil_health", "soder", 10)
        self.told_of(4, "police", "norr", 10)
        path = self.unit()
        day = weekday(6)
        page, visit = self.visit(path, day, "Cia", "Fia")
        self.assertIn("Cia, Fia", one_line(page))
        letter = city.letter("Cia", "Du är med på ett informationsbesök")
        self.assertIn("kl. 09.00. Ni besöker Ekskolan.", letter)
        self.assertIn("SUMMARY:Informationsbesök",
                      self.feed(re.search(r"/sv/uppdrag/\S{22}", letter)[0]))
        self.assertEqual(self.hours("Cia", "visit"), [(day, 60)])
        # Once more that morning, and with nobody: refused.
        self.visit(path, day, "Cia", tid="09:30",
                   answer="gick inte En ledare är upptagen, med timmen före och efter. Närmast:")
        self.assertEqual(self.desk.post(path + "/dag", {
            "besok": new_id(), "dag": day, "tid": "09:00", "minuter": 60})[1]["location"],
            path + "?sagt=fel")
        self.visit(path, date.today() - timedelta(3), "Cia",
                   answer="gick inte Den dagen har varit.")
        self.ask(path + "/utfall", {"besok": visit, "antal": 12},
                 "Hur besöket gick gick inte")  # it has not been made
        later = weekday(7)
        self.visit(path, later, "Cia", "Fia", visit=visit)
        city.letter("Fia", "Ett informationsbesök har ändrats")
        _, other = self.visit(path, weekday(60), "Cia")
        self.turn(later)
        self.ask(path + "/utfall", {"besok": visit, "antal": "många"}, "saknades eller var fel")
        self.ask(path + "/utfall", {"besok": visit, "antal": 25}, "mötte 25")
        self.ask(path + "/utfall", {"besok": other, "stall_in": "ja"}, "Inställd")
        self.assertEqual(self.hours("Cia", "visit"), [(later, 60)])
        self.told_of(2, "pupil_health", "norr", 0)
        row = one_line(self.desk.get("/besok")).split("Ekskolan")[1].split("Ny enhet")[0]
        self.assertRegex(row, r"Elevhälsan, Norr 0 1 25 \w+ \d+ \w+ 5 2")
        page = one_line(self.desk.get(path))
        self.assertIn("Senaste året 5 Året före 1 Efter senaste besöket 2", page)

    def test_units(self):
        path = self.unit()
        other = f"/besok/{new_id()}"
        self.ask(other, {"namn": "Ekskolan", "slag": "pupil_health"},
                 "Enheten gick inte Något saknades eller var fel.")
        for fields in ({"namn": ""}, {"slag": "parent"}, {"slag": "x"}, {"stadsdel": "ingenstans"}):
            answer = self.desk.post(other, {"namn": "Björkskolan", "slag": "police", **fields})
            self.assertEqual(answer[1]["location"], "/besok?sagt=fel", fields)
        self.ask(path, {"namn": "Ekskolan", "slag": "police", "vilar": "ja"}, "vilande")
        self.visit(path, weekday(5), "Cia", answer="gick inte Det finns inte, eller inte längre.")


class Listed(Base):
    """What an operator reads of it."""

    def get(self, what):
        return subprocess.run([BUILD / "bin" / "gruppstod", "--var", self.cluster.folder, "get",
                               what, "-o", "csv"], stdout=subprocess.PIPE, text=True, timeout=30,
                              check=True).stdout

    def test_supervision_and_visits(self):
        with self.cluster.connect("postgres") as connection, connection.cursor() as cursor:
            cursor.execute(
                "insert into scheduling.supervision (supervision_id, name, supervisor_id, capacity,"
                " made_at) values (%(s)s, 'Ett', %(eva)s, 8, now());"
                "insert into scheduling.supervision_member (supervision_id, leader_id, joined_at)"
                " values (%(s)s, %(anna)s, now());"
                "insert into scheduling.unit (unit_id, name, kind, district) values"
                " (%(s)s, 'Ekskolan', 'pupil_health', 'norr');"
                "insert into scheduling.visit (visit_id, unit_id, day, starts_at, ends_at, state,"
                " people, changed_at) values (%(s)s, %(s)s, '2026-10-01', '2026-10-01 07:00Z',"
                " '2026-10-01 08:00Z', 'done', 25, now())",
                {"s": key("s"), "eva": key("Eva"), "anna": key("Anna")})
        listed = self.get("supervision")
        self.assertIn("Ett,Eva,1,8,", listed)
        self.assertIn("(no supervision group),Cia", listed)
        self.assertNotIn("(no supervision group),Anna", listed)
        self.assertIn("Ekskolan,pupil_health,norr,0,1,25,2026-10-01,0,0", self.get("visits"))


def main():
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    result = unittest.TextTestRunner(verbosity=1).run(
        unittest.TestSuite([load(Supervision), load(Listed)]))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
