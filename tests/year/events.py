"""What staff do in the simulated year, by the desk's pages: leaders note who came; the coordinator
looks after what the year brings. Each event is drawn by chance and counted by month."""
import re
from collections import Counter
from datetime import timedelta

from families import drawn
from town import Desk

BEGUN = """
select m.group_id::text, m.meeting_id::text from scheduling.meeting m
join scheduling.groups g using (group_id)
where m.starts_at <= common.civil_now() and m.day > %s and m.state <> 'cancelled'
  and g.state in ('running', 'finished') and exists (
    select from scheduling.roster r where r.group_id = m.group_id) order by m.starts_at"""


# Meetings of the next weeks that a coordinator may have to do something about.
AHEAD = """
select m.group_id::text, m.meeting_id::text, m.day, (select leader_id::text
    from scheduling.leader_booking b where b.meeting_id = m.meeting_id order by b.leader_id limit 1)
from scheduling.meeting m join scheduling.groups g using (group_id)
where m.day between %s and %s and m.state = 'planned' and g.state in ('confirmed', 'running')
order by m.day, m.meeting_id"""
LAST_ACT = "select outcome, way_out from scheduling.act where about = %s order by at desc limit 1"
FIELDS = {"day": "dag", "starts": "tid", "room": "lokal", "parent_room": "foraldrar"}
MOVED, CANCELLED, AWAY = 0.04, 0.03, 0.04  # of all meetings: estimates
SUBSTITUTES = {"yes": 60, "no": 25, "": 15}


class Events:
    """The staff's year."""

    COUNTS = ("attendance", "move wanted", "cancel wanted", "leader away", "substitute asked")

    def __init__(self, town, families):
        self.town, self.families = town, families
        self.coordinator = Desk(town, "samordnare")
        self.counts = Counter()
        self.noted_until = town.now().date() - timedelta(days=1)
        self.noted = set()
        self.looked_until = self.noted_until + timedelta(days=3)

    def count(self, name, month):
        return self.counts[name, month.year, month.month]

    def add(self, name, day, count=1):
        self.counts[name, day.year, day.month] += count

    def live(self, day):
        """What staff do on that day."""
        self.note_attendance(day)
        self.change_series(day)

    def read(self, text):
        """A letter to a leader: a substitute answers by its link. Whether anything was answered."""
        link = re.search(r"http://\S+/inhopp/\S+", text)
        path, status, page = self.town.open(link[0]) if link else (None, 0, "")
        if status != 200 or 'name="svar"' not in page:
            return 0
        self.add("substitute asked", self.town.now().date())
        said = drawn(self.families.chance, SUBSTITUTES)
        return int(bool(said) and self.town.answer(path, {"svar": said}) == 303)

    def note_attendance(self, day):
        """Who came to the meetings since the last look; a coordinator may write for any group."""
        for group, meeting in self.town.sql(BEGUN, self.noted_until - timedelta(days=7)):
            if meeting in self.noted:
                continue
            self.noted.add(meeting)
            path = f"/grupper/{group}/traff/{meeting}"
            page = self.coordinator.get(path)
            names = set(re.findall(r'type="radio"[^>]* name="([^"]+)"', page))
            if names:
                self.coordinator.post(path, {name: self.families.comes() for name in names})
                self.add("attendance", day, len(names))
        self.noted_until = day

    def change_series(self, day):
        """Leaders fall ill, rooms are needed: some meetings are moved a day, some are cancelled."""
        until = day + timedelta(days=10)
        for group, meeting, when, leader in self.town.sql(AHEAD, self.looked_until, until):
            chance = self.families.chance.random()
            if chance < MOVED:
                other = when + timedelta(days=1 if when.weekday() < 4 else -1)
                self.change(day, group, meeting, "move", {"dag": other.isoformat()})
            elif chance < MOVED + CANCELLED:
                self.change(day, group, meeting, "cancel", {})
            elif chance < MOVED + CANCELLED + AWAY:
                self.coordinator.get(f"/ledare/{leader}")
                self.coordinator.post(f"/ledare/{leader}/franvaro", {
                    "fran": when.isoformat(), "till": when.isoformat(), "varfor": "ill"})
                self.add("leader away", day)
        self.looked_until = until + timedelta(days=1)

    def change(self, day, group, meeting, change, fields):
        """As the coordinator wishes it; refused, the way out that the page names is taken."""
        self.add(f"{change} wanted", day)
        for _ in range(2):
            self.coordinator.get(f"/grupper/{group}")
            self.coordinator.post(f"/grupper/{group}/serie",
                                  {"andring": change, "traff": meeting, **fields})
            self.town.quiet(0)
            outcome, way_out = self.town.sql(LAST_ACT, group)[0]
            words = dict(word.split("=", 1) for word in (way_out or "").split())
            if outcome == "done" or not words:
                break
            fields = {FIELDS[word]: value for word, value in words.items() if word in FIELDS}
            if "tid" in fields:
                fields["tid"] = "{:02}:{:02}".format(*divmod(int(fields["tid"]), 60))
