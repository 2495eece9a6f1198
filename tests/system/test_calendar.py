#!/usr/bin/python3
"""Calendars that people subscribe to and are invited to, read by another program than the one that
wrote them: python3-icalendar."""
import email
import email.policy
import hashlib
import http.client
import itertools
import os
import pathlib
import re
import unittest
import urllib.parse
import uuid
from base64 import urlsafe_b64encode
from datetime import date, timedelta

import icalendar
from dateutil import rrule

import scheduling_world
from intake_rig import Intake
from notification_rig import Rig, keyed_hash, new_id, pack, wait_for

SERIES = """
insert into scheduling.groups (group_id, name, programme_id, programme_version, situation, language,
    age_from, age_to, slot, site_id, room_id, room_capacity, least, places, first_day, last_day,
    entry_until, state, booked_at, changed_at)
select %(group)s, %(name)s, programme_id, 1, situation, 'sv', 7, 9, 1, site_id, room_id, capacity,
    4, 8, %(first)s, %(last)s, %(second)s, 'booked', common.civil_now(), common.civil_now()
from scheduling.programme, scheduling.room where room_id = %(room)s;
insert into scheduling.group_fill (group_id) values (%(group)s);
insert into scheduling.group_leader (group_id, part, post, leader_id, situation, experienced,
    parents)
select %(group)s, 'child', n, leader_id, 'substance', experienced, parents
from unnest(%(leaders)s::uuid[]) with ordinality x (leader_id, n)
join scheduling.leader using (leader_id);
insert into scheduling.meeting (meeting_id, group_id, meeting_no, day, starts_at, ends_at, theme)
select md5(%(name)s || d)::uuid, %(group)s, row_number() over (order by d), d,
    (d + time '16:30') at time zone 'Europe/Stockholm',
    (d + time '18:00') at time zone 'Europe/Stockholm', 'Ett hemligt tema'
from unnest(%(days)s::date[]) d;
insert into scheduling.room_booking (meeting_id, room_id, during)
select meeting_id, %(room)s, tstzrange(starts_at, ends_at) from scheduling.meeting
where group_id = %(group)s;
insert into scheduling.leader_booking (meeting_id, leader_id, site_id, during)
select m.meeting_id, l.leader_id, g.site_id,
    tstzrange(m.starts_at - interval '1 hour', m.ends_at + interval '1 hour')
from scheduling.meeting m join scheduling.groups g using (group_id)
join scheduling.group_leader l using (group_id) where group_id = %(group)s;
"""


def clock_change():
    """The last Sunday of the March whose series a calendar still shows, whenever this is run."""
    for year in itertools.count(date.today().year):
        sunday = date(year, 3, 31) - timedelta((date(year, 3, 31).weekday() + 1) % 7)
        if sunday - timedelta(30) > date.today():
            return sunday


# Mondays on both sides of the change of the clocks.
CHANGE = clock_change()
DAYS = [CHANGE + timedelta(n) for n in (-20, -13, -6, 8, 15)]


def key(name):
    return uuid.UUID(scheduling_world.key(name))


def meeting_id(group, day):
    return uuid.UUID(hashlib.md5((group + day.isoformat()).encode()).hexdigest())


class Calendars(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig()
        cls.addClassCleanup(cls.rig.close)
        cls.rig.sql(scheduling_world.CITY)
        for name, room, leaders in (("Björken", "rum 1", ("Anna", "Bo")),
                                    ("Eken", "rum 2", ("Cia", "Dan"))):
            cls.rig.connection.cursor().execute(SERIES, {
                "group": str(key(name)), "name": name, "room": str(key(room)), "days": DAYS,
                "first": DAYS[0], "second": DAYS[1], "last": DAYS[-1],
                "leaders": [str(key(leader)) for leader in leaders]})
        cls.rig.sql("update scheduling.programme_version set themes[1] = 'Ett hemligt tema'")
        cls.rig.sql("insert into scheduling.programme_material (programme_id, version, meeting_no,"
                    " things) select programme_id, version, 1, 'Ballonger'"
                    " from scheduling.programme_version")
        cls.rig.sql("update scheduling.leader set email = lower(work_name) || '@example.org'")
        cls.rig.start()
        cls.intake = Intake.__new__(Intake)
        cls.intake.cluster, cls.intake.var = cls.rig.cluster, cls.rig.var
        cls.intake.db, cls.intake.daemon, cls.intake.lines = cls.rig.connection, None, []
        cls.addClassCleanup(lambda: cls.intake.daemon and cls.intake.stop())
        cls.intake.start()

    # What the outside does

    def ask(self, method, path, form=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.intake.port, timeout=10)
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, {k.replace("_", "-"): v
                                                for k, v in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def feed(self, path):
        answer, content = self.ask("GET", path)
        self.assertEqual(answer.status, 200, content)
        self.assertEqual(answer.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertNotIn(b"hemligt", content)
        for line in content.split(b"\r\n"):
            self.assertLessEqual(len(line), 75)
            self.assertNotIn(b"\n", line)
        return answer, icalendar.Calendar.from_ical(content)

    @staticmethod
    def events(calendar):
        return {str(event["uid"]): event for event in calendar.walk("VEVENT")}

    def letter(self, address, notice):
        """The letter of that notice, once it is sent."""
        wait_for(lambda: self.rig.state(notice) == "sent", what=self.rig.log)
        identity, = self.rig.one("select letter_id::text from notification.letter"
                                 " where event_id = %s", notice)
        letter = email.message_from_bytes(
            pathlib.Path(self.rig.mail, identity + ".eml").read_bytes(),
            policy=email.policy.default)
        self.assertEqual(letter["To"], address)
        return letter

    def tell_leader(self, leader, purpose, **fields):
        notice = new_id()
        self.rig.say("leader_told", key(leader), {"notice_id": notice, "leader_id": key(leader),
                                                  "purpose": purpose, **fields})
        return self.letter(leader.lower() + "@example.org", notice)

    @staticmethod
    def link(letter):
        plain = letter.get_body(("plain",)).get_content()
        return re.search(r"https://stad.example.org(/sv/\S+)", plain)[1]

    def address(self, page):
        """The calendar's, as the page behind the link shows it."""
        answer, content = self.ask("GET", page)
        self.assertEqual(answer.status, 200)
        found = re.search(r'<bdi dir="ltr">http://127.0.0.1:8080(/kalender/[\w-]{22}\.ics)</bdi>',
                          content.decode())
        return found and found[1]

    def make(self, page, what="ny"):
        answer, _ = self.ask("POST", page, {"kalender": what})
        self.assertEqual(answer.status, 303)
        return self.address(page)

    def desk_says(self, kind, about, change, **fields):
        self.rig.sql("insert into ledger.intake (id, kind, subject, sender, said_at, version, body)"
                     " values (%s, 'feed_wanted', %s, 'desk', common.civil_now(), 1, %s)",
                     new_id(), about, pack({"feed_id": new_id(), "by": new_id(), "kind": kind,
                                            "about": about, "change": change, **fields}))
        wait_for(lambda: self.rig.one("select count(*) from ledger.intake") == (0,),
                 what=self.intake.log)

    def token(self):
        token = urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        return token, keyed_hash(self.rig.keys["token"], [b"stored", b"feed", token.encode()])

    # A leader

    def test_a_leaders_calendar(self):
        page = self.link(self.tell_leader("Anna", "material", group_id=key("Björken")))
        answer, content = self.ask("GET", page)
        self.assertEqual(answer.status, 200)
        self.assertIn("Huset, 1", content.decode())
        self.assertIn("Ta med: Ballonger", " ".join(content.decode().split()))
        self.assertIsNone(self.address(page))
        path = self.make(page)
        answer, calendar = self.feed(path)
        events = self.events(calendar)
        self.assertEqual(len(events), 5)
        self.assertEqual(str(calendar["name"]), "Uppdrag")
        self.assertEqual(calendar["refresh-interval"].to_ical(), b"PT4H")
        starts = sorted(event["dtstart"].dt for event in events.values())
        # The clocks change in the middle: the hour stays, the moment moves.
        self.assertEqual([start.strftime("%m-%d %H:%M %z") for start in starts],
                         [day.strftime("%m-%d 16:30 ") + ("+0100" if day < CHANGE else "+0200")
                          for day in DAYS])
        one = events[str(meeting_id("Björken", DAYS[0]))]
        self.assertEqual((str(one["summary"]), str(one["location"]), str(one["status"]),
                          int(one["sequence"])), ("Björken", "Huset, 1", "CONFIRMED", 0))
        self.assertNotIn(path[10:32], str(self.rig.sql("select f::text from intake.feed f")))

        # Asked again with what was told: nothing new. Looking uses nothing up.
        for header in ({"If_None_Match": answer.headers["ETag"]},
                       {"If_Modified_Since": answer.headers["Last-Modified"]}):
            again, content = self.ask("GET", path, **header)
            self.assertEqual((again.status, content), (304, b""))

        # A move and a cancelled one, as scheduling writes them.
        self.rig.sql("update scheduling.meeting set day = day + 1,"
                     " starts_at = starts_at + interval '1 day', ends_at = ends_at + interval"
                     " '1 day' where meeting_id = %s", meeting_id("Björken", DAYS[1]))
        self.rig.sql("delete from scheduling.leader_booking where meeting_id = %s",
                     meeting_id("Björken", DAYS[2]))
        self.rig.sql("update scheduling.meeting set state = 'cancelled' where meeting_id = %s",
                     meeting_id("Björken", DAYS[2]))
        changed, content = self.ask("GET", path, If_None_Match=answer.headers["ETag"],
                                    If_Modified_Since=answer.headers["Last-Modified"])
        self.assertEqual(changed.status, 200)
        events = self.events(icalendar.Calendar.from_ical(content))
        moved = events[str(meeting_id("Björken", DAYS[1]))]
        self.assertEqual((moved["dtstart"].dt.date(), int(moved["sequence"])),
                         (DAYS[1] + timedelta(1), 1))
        gone = events[str(meeting_id("Björken", DAYS[2]))]
        self.assertEqual((str(gone["status"]), int(gone["sequence"])), ("CANCELLED", 1))

        # A new address ends the old one; taken back, there is none.
        newer = self.make(page)
        self.assertNotEqual(newer, path)
        self.assertEqual(self.ask("GET", path)[0].status, 404)
        self.assertEqual(self.ask("GET", newer)[0].status, 200)
        self.assertIsNone(self.make(page, "bort"))
        self.assertEqual(self.ask("GET", newer)[0].status, 404)

    def test_a_substitute_sees_the_meeting_and_the_leader_does_not(self):
        page = self.link(self.tell_leader("Eva", "material", group_id=key("Eken")))
        path = self.make(page)
        self.assertEqual(self.events(self.feed(path)[1]), {})
        meeting = meeting_id("Eken", DAYS[0])
        self.rig.sql("insert into scheduling.leader_training (leader_id, situation, level,"
                     " valid_from) values (%s, 'substance', 'basic', '2020-01-01')", key("Eva"))
        self.rig.sql("update scheduling.leader_booking set leader_id = %s where meeting_id = %s"
                     " and leader_id = %s", key("Eva"), meeting, key("Dan"))
        self.assertEqual(list(self.events(self.feed(path)[1])), [str(meeting)])

    # A room

    def test_a_rooms_calendar_is_made_at_the_desk(self):
        token, hashed = self.token()
        self.desk_says("room", key("rum 2"), "make", token_hash=hashed.hex())
        _, calendar = self.feed(f"/kalender/{token}.ics")
        self.assertEqual(str(calendar["name"]), "Huset, 2")
        self.assertEqual({str(event["summary"]) for event in calendar.walk("VEVENT")}, {"Eken"})
        newer, hashed = self.token()
        self.desk_says("room", key("rum 2"), "make", token_hash=hashed.hex())
        self.assertEqual(self.ask("GET", f"/kalender/{token}.ics")[0].status, 404)
        self.assertEqual(self.ask("GET", f"/kalender/{newer}.ics")[0].status, 200)
        self.desk_says("room", key("rum 2"), "revoke")
        self.assertEqual(self.ask("GET", f"/kalender/{newer}.ics")[0].status, 404)

    def test_what_is_beside_the_series(self):
        """A room is used by others too, and leaders meet families before the start."""
        booking, time, before = new_id(), new_id(), CHANGE - timedelta(27)
        self.rig.sql("insert into scheduling.outside_booking (booking_id, room_id, source,"
                     " source_key, starts_at, ends_at, what, imported_at) values (%s, %s,"
                     " 'Förvaltningen', 'a', %s, %s, 'Kurs', common.civil_now())", booking,
                     key("rum 3"), f"{CHANGE + timedelta(36)} 09:00+02",
                     f"{CHANGE + timedelta(36)} 12:00+02")
        self.rig.sql("insert into scheduling.before_start_time (time_id, group_id, room_id,"
                     " site_id, day, starts_at, ends_at, given_by, given_at) values (%s, %s, %s,"
                     " %s, %s, %s, %s, %s, common.civil_now())", time, key("Eken"), key("rum 3"),
                     key("gården"), before, f"{before} 15:00+01", f"{before} 16:00+01", new_id())
        self.rig.sql("insert into scheduling.room_booking (time_id, room_id, during) select"
                     " time_id, room_id, tstzrange(starts_at, ends_at)"
                     " from scheduling.before_start_time on conflict do nothing")
        token, hashed = self.token()
        self.desk_says("room", key("rum 3"), "make", token_hash=hashed.hex())
        events = self.events(self.feed(f"/kalender/{token}.ics")[1])
        self.assertEqual({identity: str(event["summary"]) for identity, event in events.items()},
                         {str(booking): "Kurs", str(time): "Eken, före start"})

    def test_one_that_ended_is_as_one_that_never_was(self):
        token, hashed = self.token()
        self.desk_says("room", key("rum 3"), "make", token_hash=hashed.hex())
        self.desk_says("room", key("rum 3"), "revoke")
        answers = []
        for name in (token, "x" * 22, "", "../../etc/passwd", token[:-1], "ö" * 22):
            answer, content = self.ask("GET", f"/kalender/{urllib.parse.quote(name, '')}.ics")
            if name not in ("", "../../etc/passwd"):
                answers.append((answer.status, content, answer.headers["Content-Type"]))
            self.assertIn(answer.status, (400, 404))
        self.assertEqual(len(set(answers)), 1)

    def test_a_program_gone_wrong_is_slowed_down(self):
        token, hashed = self.token()
        self.desk_says("leader", key("Dan"), "make", token_hash=hashed.hex())
        statuses = [self.ask("GET", f"/kalender/{token}.ics")[0].status for _ in range(62)]
        self.assertEqual(statuses, [200] * 60 + [429] * 2)

    # A family

    def family(self, address, **referral):
        identity, _ = self.rig.family(address)
        self.rig.clearance(identity)
        for name, value in referral.items():
            self.rig.sql(f"update intake.referral set {name} = %s where referral_id = %s",
                         value, identity)
        number = self.rig.one("select count(*) + 1 from scheduling.roster where group_id = %s",
                              key("Eken"))[0]
        self.rig.sql("insert into scheduling.roster (group_id, place_no, places, referral_id,"
                     " child_id, version, taken_at) values (%s, %s, 8, %s, %s, 1,"
                     " common.civil_now())", key("Eken"), number, identity, new_id())
        notice = new_id()
        self.rig.say("family_told", identity, {"notice_id": notice, "referral_id": identity,
                                               "purpose": "series_changed",
                                               "group_id": key("Eken")})
        return identity, self.link(self.letter(address, notice))

    def test_a_familys_calendar_says_only_that_they_meet(self):
        referral, page = self.family("kim@example.org")
        path = self.make(page)
        _, calendar = self.feed(path)
        events = list(self.events(calendar).values())
        self.assertEqual(len(events), 5)
        for event in events:
            self.assertEqual((str(event["summary"]), str(event["class"])), ("Träff", "PRIVATE"))
            self.assertNotIn("location", event)
        self.assertNotIn("Eken", calendar.to_ical().decode())
        # Each guardian has an address of their own, which the other does not see.
        self.rig.sql("update intake.referral set withdrawn_at = common.civil_now()"
                     " where referral_id = %s", referral)
        self.assertEqual(self.ask("GET", path)[0].status, 404)

    def test_where_violence_is_marked_there_is_none_until_staff_allow_it(self):
        referral, page = self.family("lo@example.org", violence=True)
        self.assertIsNone(self.make(page))
        self.assertIn("Ring oss först", self.ask("GET", page)[1].decode())
        self.desk_says("family", referral, "allow")
        path = self.make(page)
        self.assertEqual(self.ask("GET", path)[0].status, 200)
        self.desk_says("family", referral, "forbid")
        self.assertEqual(self.ask("GET", path)[0].status, 404)
        self.desk_says("family", referral, "allow")
        self.rig.sql("update intake.referral set safety = 'red' where referral_id = %s", referral)
        self.assertEqual(self.ask("GET", path)[0].status, 404)

    def test_a_foreign_page_makes_nothing(self):
        _, page = self.family("mo@example.org")
        answer, _ = self.ask("POST", page, {"kalender": "ny"}, Origin="https://x.example.org")
        self.assertEqual(answer.status, 403)
        self.assertIsNone(self.address(page))
        for wrong in (page[:-1] + ("A" if page[-1] != "A" else "B"), page[:-3],
                      page.replace("/tider/", "/uppdrag/")):
            self.assertIn(self.ask("POST", wrong, {"kalender": "ny"})[0].status, (303, 404))
        self.assertEqual(self.ask("GET", page[:-1] + "!")[0].status, 404)

    # Invitations

    def invitation(self, letter):
        part, = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
        self.assertEqual(letter.get_content_type(), "multipart/alternative")
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        self.assertEqual(part.get_param("method"), str(calendar["method"]))
        return calendar

    @staticmethod
    def unfolded(calendar):
        """The starts that a reader sees: the weeks without those left out, and what replaces one
        of them."""
        starts = set()
        events = calendar.walk("VEVENT")
        series = [event for event in events if "recurrence-id" not in event]
        for event in series:
            first = event["dtstart"].dt
            rule = event["rrule"].to_ical().decode()
            # In the local hours of the zone; the end is told in UTC.
            until = event["rrule"]["UNTIL"][0].astimezone(first.tzinfo).replace(tzinfo=None)
            naive = re.sub("UNTIL=[^;]+", until.strftime("UNTIL=%Y%m%dT%H%M%S"), rule)
            starts |= set(rrule.rrulestr(naive, dtstart=first.replace(tzinfo=None)))
            left_out = event.get("exdate", [])
            for each in left_out if isinstance(left_out, list) else [left_out]:
                starts -= {one.dt.replace(tzinfo=None) for one in each.dts}
        for event in events:
            if "recurrence-id" in event:
                starts.remove(event["recurrence-id"].dt.replace(tzinfo=None))
                starts.add(event["dtstart"].dt.replace(tzinfo=None))
        return [start.strftime("%m-%d %H:%M") for start in sorted(starts)]

    def test_leaders_are_invited(self):
        group = key("Eken")
        first = self.invitation(self.tell_leader("Cia", "group_given", group_id=group))
        self.assertEqual(str(first["method"]), "REQUEST")
        event = first.walk("VEVENT")[0]
        self.assertEqual(str(event["uid"]), str(group))
        self.assertEqual(str(event["attendee"]), "mailto:cia@example.org")
        self.assertEqual((str(event["summary"]), str(event["location"])), ("Eken", "Huset, 2"))
        told = [day.strftime("%m-%d 16:30") for day in DAYS]
        self.assertEqual(self.unfolded(first), told)
        self.rig.sql("update scheduling.meeting set day = day + 2,"
                     " starts_at = starts_at + interval '49 hours', ends_at = ends_at + interval"
                     " '49 hours' where meeting_id = %s", meeting_id("Eken", DAYS[3]))
        second = self.invitation(self.tell_leader("Cia", "series_changed", group_id=group))
        told[3] = (DAYS[3] + timedelta(2)).strftime("%m-%d 17:30")
        self.assertEqual(self.unfolded(second), told)
        third = self.invitation(self.tell_leader("Cia", "group_ended", group_id=group))
        self.assertEqual(str(third["method"]), "CANCEL")
        sequences = [int(calendar.walk("VEVENT")[0]["sequence"])
                     for calendar in (first, second, third)]
        self.assertEqual(sequences, sorted(set(sequences)))
        self.assertEqual({str(event["uid"]) for calendar in (first, second, third)
                          for event in calendar.walk("VEVENT")}, {str(group)})

    def test_one_meeting(self):
        meeting = meeting_id("Eken", DAYS[4])
        calendar = self.invitation(self.tell_leader("Cia", "group_given", meeting_id=meeting))
        event, = calendar.walk("VEVENT")
        self.assertEqual((str(event["uid"]), event["dtstart"].dt.strftime("%m-%d %H:%M")),
                         (str(meeting), DAYS[4].strftime("%m-%d 16:30")))
        self.assertNotIn("rrule", event)

    def test_a_question_is_no_invitation(self):
        letter = self.tell_leader("Bo", "substitute_asked",
                                  meeting_id=meeting_id("Björken", DAYS[3]))
        self.assertNotIn("text/calendar", [part.get_content_type() for part in letter.walk()])


if __name__ == "__main__":
    unittest.main(verbosity=2)
