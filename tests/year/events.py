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
CHILD_MOVED = 0.01  # of the placed, a week: an estimate
# Meetings of the next days that a leader is away from and nobody has taken.
UNLED = """
select distinct m.group_id::text, m.meeting_id::text, m.starts_at from scheduling.substitution s
join scheduling.substitution_meeting using (substitution_id)
join scheduling.meeting m using (meeting_id)
where s.state in ('searching', 'unfilled') and m.state = 'planned'
  and m.starts_at > common.civil_now() and m.day <= %s order by m.starts_at, 2"""
# Groups whose families want to meet the leaders and whose leaders have too few times left to come.
TO_MEET = """
select g.group_id::text, g.first_day, count(distinct b.referral_id)
from scheduling.before_start b join scheduling.groups g using (group_id)
where b.state in ('wanted', 'told') and g.state in ('booked', 'offered', 'confirmed')
group by g.group_id, g.first_day
having count(distinct b.referral_id) > (select count(*) from scheduling.before_start_time t
    where t.group_id = g.group_id and t.taken_back_at is null and t.starts_at > common.civil_now()
      and not exists (select from scheduling.before_start o where o.time_id = t.time_id))"""
MET = """
select b.group_id::text, b.offer_id::text from scheduling.before_start b
join scheduling.before_start_time t using (time_id)
where b.state = 'booked' and t.ends_at <= common.civil_now()"""
# A group that will hardly start, and another of its programme with places for its children.
TO_MERGE = """
select g.group_id::text, (select o.group_id::text from scheduling.groups o
    join scheduling.group_fill p on p.group_id = o.group_id
    where o.group_id <> g.group_id and o.programme_id = g.programme_id
      and o.language = g.language and o.age_from <= g.age_from and o.age_to >= g.age_to
      and o.sex is not distinct from g.sex and o.state in ('offered', 'confirmed', 'running')
      and o.entry_until > %s and o.places - p.offered - p.taken >= f.offered + f.taken
    order by o.first_day limit 1) as other
from scheduling.groups g join scheduling.group_fill f using (group_id)
where g.format = 'group' and g.state in ('offered', 'booked') and g.first_day - %s between 14 and 24
  and f.taken > 0 and f.taken + f.offered < g.least"""
TO_MOVE = """
select r.referral_id::text, o.group_id::text from matching.referral r
join scheduling.groups g using (group_id)
join scheduling.groups o on o.programme_id = g.programme_id and o.group_id <> g.group_id
  and o.language = g.language and o.age_from <= g.age_from and o.age_to >= g.age_to
  and o.state in ('offered', 'confirmed', 'running') and o.entry_until > %s
join scheduling.group_fill f on f.group_id = o.group_id and f.offered + f.taken < o.places
join matching.case c on c.referral_id = r.referral_id and (c.free_slots >> o.slot::int) & 1 = 1
where r.state in ('accepted', 'placed') order by r.referral_id, o.group_id"""
SUBSTITUTES = {"yes": 60, "no": 25, "": 15}


class Events:
    """The staff's year."""

    COUNTS = ("attendance", "move wanted", "cancel wanted", "leader away", "substitute asked",
              "merge wanted", "child move wanted")

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
        self.meet_families(day)
        self.merge_groups(day)
        self.move_children(day)

    def read(self, text):
        """A letter to a leader: a substitute answers by its link. Whether anything was answered."""
        link = re.search(r"http://\S+/inhopp/\S+", text)
        path, status, page = self.town.open(link[0]) if link else (None, 0, "")
        if status != 200 or 'name="svar"' not in page:
            return 0
        self.add("substitute asked", self.town.now().date())
        said = drawn(self.families.chance, SUBSTITUTES)
        return int(bool(said) and self.town.answer(path, {"svar": said}) == 303)

    def meet_families(self, day):
        """Leaders give times before the start, and write down what the child said there."""
        for group, offer in self.town.sql(MET):
            self.coordinator.get(f"/grupper/{group}/fore")
            said = drawn(self.families.chance, {"child_yes": 92, "child_no": 8})
            self.coordinator.post(f"/grupper/{group}/fore/utfall",
                                  {"familj": offer, "utfall": said})
        for group, first, _ in self.town.sql(TO_MEET):
            fields = {"minuter": "45"}
            days = [day + timedelta(days=n) for n in range(3, 15)]
            days = [one for one in days if one < first and one.weekday() < 5]
            for number, one in enumerate(self.families.chance.sample(days, min(3, len(days)))):
                fields[f"dag{2 * number + 1}"] = fields[f"dag{2 * number + 2}"] = one.isoformat()
                fields[f"kl{2 * number + 1}"], fields[f"kl{2 * number + 2}"] = "09:00", "10:00"
            if len(fields) > 1:
                self.coordinator.get(f"/grupper/{group}/fore")
                self.coordinator.post(f"/grupper/{group}/fore/tider", fields)

    def cancel_unled(self, until):
        """Nobody steps in before then: the evening is cancelled, and its theme moves on."""
        for group, meeting, _ in self.town.sql(UNLED, until):
            self.change(self.town.now().date(), group, meeting, "cancel", {})

    def choose_time(self, url):
        """A family takes the first time that its page shows."""
        path, status, page = self.town.open(url)
        times = re.findall(r'name="tid" value="([0-9a-f-]{36})"', page) if status == 200 else []
        return int(bool(times) and self.town.answer(path, {"tid": times[0]}) == 303)

    def merge_groups(self, day):
        """Too few before the start: their children go to another group of the programme."""
        for group, other in self.town.sql(TO_MERGE, day, day):
            if other:
                self.add("merge wanted", day)
                self.coordinator.get(f"/grupper/{group}")
                self.coordinator.post(f"/grupper/{group}/lage", {"akt": "merge", "till": other})
                self.town.quiet(0)

    def move_children(self, day):
        """A family asks for another group, and there is one."""
        asked = set()
        for referral, other in self.town.sql(TO_MOVE, day):
            if referral in asked or self.families.chance.random() >= CHILD_MOVED:
                continue
            asked.add(referral)
            page = self.coordinator.get(f"/kort/{referral}")
            version = re.search(r'name="version" value="(\d+)"', page)
            if version:
                self.add("child move wanted", day)
                self.coordinator.post(f"/kort/{referral}/grupp",
                                      {"till": other, "version": version[1]})

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
