"""Calendars that leaders and rooms subscribe to, read again and again in the year by two programs
that did not write them: Debian's libical and python3-icalendar."""
import ctypes
import ctypes.util
import re
from datetime import datetime, timezone

import icalendar

VEVENT = 4  # ICAL_VEVENT_COMPONENT in libical's icalenums.h

# Whose calendars: those with most to come. Meetings that are to come must be in them.
WHOSE = {
    "leader": "select leader_id::text from scheduling.leader_booking"
              " where lower(during) > common.civil_now() group by 1 order by count(*) desc, 1"
              " limit 3",
    "room": "select room_id::text from scheduling.room_booking"
            " where lower(during) > common.civil_now() group by 1 order by count(*) desc, 1"
            " limit 2",
}
TO_COME = {
    "leader": "select m.starts_at from scheduling.leader_booking b join scheduling.meeting m"
              " using (meeting_id) where b.leader_id = %s and m.state = 'planned'"
              " and m.starts_at > common.civil_now()",
    "room": "select m.starts_at from scheduling.room_booking b join scheduling.meeting m"
            " using (meeting_id) where b.room_id = %s and m.state = 'planned'"
            " and m.starts_at > common.civil_now()",
}


def read_by_libical(content):
    """How many events libical finds; None when it finds a fault."""
    library = ctypes.CDLL(ctypes.util.find_library("ical"))
    library.icalparser_parse_string.restype = ctypes.c_void_p
    for name in ("icalcomponent_count_errors", "icalrestriction_check", "icalcomponent_free"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.icalcomponent_count_components.argtypes = [ctypes.c_void_p, ctypes.c_int]
    parsed = library.icalparser_parse_string(content)
    if not parsed:
        return None
    good = library.icalcomponent_count_errors(parsed) == 0 and library.icalrestriction_check(parsed)
    events = library.icalcomponent_count_components(parsed, VEVENT)
    library.icalcomponent_free(parsed)
    return events if good else None


class Feeds:
    """Subscribers of the town, who look at their calendars once a month."""

    def __init__(self, town, desk):
        self.town, self.desk = town, desk
        self.addresses, self.sequences = {}, {}
        self.read, self.events, self.wrong, self.month = 0, 0, [], None

    def subscribe(self):
        for kind, query in WHOSE.items():
            for about, in self.town.sql(query):
                self.desk.get("/kalendrar")
                page = self.desk.page_of(f"/kalendrar/{kind}/{about}", {"kalender": "ny"})
                found = re.search(r"http://\S+?(/kalender/[\w-]{22}\.ics)", page)
                self.addresses[kind, about] = found[1]
        self.town.quiet(0)

    def live(self, day):
        """On the first step of each month."""
        if day.month == self.month:
            return
        if not self.addresses:
            self.subscribe()
        if self.addresses:
            self.month = day.month
        for (kind, about), path in self.addresses.items():
            self.look(kind, about, path, day)

    def look(self, kind, about, path, day):
        status, _, text = self.town.ask(self.town.port, "GET", path)
        name = f"{day}: {kind} {about}"
        if status != 200:
            self.wrong.append(f"{name}: {status}")
            return
        self.read += 1
        first = read_by_libical(text.encode())
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        self.events += len(events)
        if first != len(events):
            self.wrong.append(f"{name}: libical reads {first} events, icalendar {len(events)}")
        said = {moment(event) for event in events if event.get("STATUS") != "CANCELLED"}
        missing = [row[0] for row in self.town.sql(TO_COME[kind], about) if row[0] not in said]
        if missing:
            self.wrong.append(f"{name}: {missing[0]} is not in it")
        for event in events:
            uid, sequence = str(event["UID"]), int(event.get("SEQUENCE", 0))
            if sequence < self.sequences.get((kind, about, uid), 0):
                self.wrong.append(f"{name}: the SEQUENCE of {uid} falls")
            self.sequences[kind, about, uid] = sequence

    def rule(self):
        """As check.report takes it."""
        wrong = self.wrong or ([] if self.read else ["no calendar was read"])
        return "calendars load in two readers and tell each meeting", self.events, wrong


def moment(event):
    start = event["DTSTART"].dt
    return start.astimezone(timezone.utc) if isinstance(start, datetime) else start
