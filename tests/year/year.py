"""A year of the demo's city, lived on a turned clock, and its story as a table.

    /usr/bin/python3 tests/year/year.py [--weeks 52] [--step 1] [--referrals 1400] [--seed 1]
        [--story FILE] [--keep]

The year begins on the first Monday of August. Each step turns the clock by some days: families
write and answer their letters, leaders note who came, the coordinator moves and cancels meetings
and finds substitutes, all by the pages and links that people use. Then `check.py` looks at the
database by rules of its own. GRUPPSTOD_TEST_BUILD names the build.
"""
import argparse
import os
import re
import sys
from collections import namedtuple
from datetime import date, datetime, timedelta
from pathlib import Path

import check
from events import Events
from families import Families
from feeds import Feeds
from town import STOCKHOLM, Town, monday_after

Options = namedtuple("Options", "referrals seed")  # a year; of chance
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
TEN = 10  # o'clock: letters go, and desks are manned


class Year:
    """The year's course: whose letters are whose, and what happened."""

    def __init__(self, town, options):
        self.town, self.options = town, options
        self.families = Families(options.seed)
        self.answers = 0
        self.events = Events(town, self.families)
        self.feeds = Feeds(town, self.events.coordinator)

    def live_day(self, day, days):
        """Everything that happens in the days up to `day`."""
        self.town.turn(datetime(day.year, day.month, day.day, TEN, tzinfo=STOCKHOLM))
        for _ in range(self.families.due(day, days, self.options.referrals)):
            _, fields = self.families.referral(day)
            self.town.refer(fields)
        self.events.live(day)
        self.town.quiet()
        while self.read_mail():
            self.town.quiet()
        self.events.cancel_unled(day + timedelta(days=days + 2))
        self.town.quiet()
        self.feeds.live(day)

    def read_mail(self):
        """Families open their letters and answer; how many did."""
        answered = 0
        for to, _, text in self.town.mail():
            link = re.search(r"http://\S+/svar/\S+", text)
            meet = re.search(r"http://\S+/traff/\S+", text)
            if link and to.startswith("familj"):
                answered += self.answer_offer(link[0])
            elif meet and to.startswith("familj"):
                answered += self.events.choose_time(meet[0])
            else:
                answered += self.events.read(text)
        return answered

    def answer_offer(self, url):
        path, status, page = self.town.open(url)
        said = self.families.answer()
        if status != 200 or 'name="answer"' not in page or not said["answer"]:
            return 0
        status = self.town.answer(path, said)
        assert status == 303, (said, status)
        return 1

    def live(self, first, weeks, step):
        day, last = first, first + timedelta(weeks=weeks)
        while day < last:
            following = day + timedelta(days=step)
            while following.weekday() > 4:
                following += timedelta(days=1)
            self.live_day(following, (following - day).days)
            day = following
            if sys.stderr.isatty():
                print(f"\r{day}: {self.families.count} families", end="", file=sys.stderr)


# The demo has it in one programme, for few children: here in more, for groups booked from now on.
MEETS_BEFORE = """
update scheduling.programme_version set meets_before = true where programme_id in (
    select programme_id from scheduling.programme
    where name in ('Demo: Kompassen', 'Demo: Två hem'))"""


STORY = """
with months as (select generate_series(%(first)s::date, %(last)s::date, interval '1 month') m),
 span as (select m::date as first, (m + interval '1 month')::date as next from months),
 local as (select referral_id, (received_at at time zone 'Europe/Stockholm')::date as day
    from matching.referral_v),
 offers as (select (created_at at time zone 'Europe/Stockholm')::date as day
    from matching.offer_v),
 placed as (select (placed_at at time zone 'Europe/Stockholm')::date as day,
    extract(day from placed_at - r.received_at) as days from evaluation.wait_v
    join matching.referral_v r using (referral_id) where placed_at is not null),
 meetings as (select day, state from scheduling.meeting
    where day <= common.today())
select first,
 (select count(*) from local where day >= first and day < next),
 (select count(*) from offers where day >= first and day < next),
 (select count(*) from placed where day >= first and day < next),
 (select percentile_disc(0.5) within group (order by days) from placed
    where day >= first and day < next)::int,
 (select count(*) from scheduling.groups where first_day >= first and first_day < next
    and state in ('running', 'finished', 'evaluated')),
 (select count(*) from scheduling.groups where state = 'cancelled'
    and changed_at >= first and changed_at < next),
 (select count(*) from meetings where state = 'held' and day >= first and day < next),
 (select count(*) from scheduling.act where kind = 'series_change_wanted'
    and outcome = 'done' and at >= first and at < next),
 (select count(*) from scheduling.act where kind = 'series_change_wanted'
    and outcome = 'refused' and at >= first and at < next),
 (select count(*) from scheduling.substitution where filled_by is not null
    and settled_at >= first and settled_at < next),
 (select count(distinct m.meeting_id) from scheduling.substitution_meeting
    join scheduling.substitution using (substitution_id)
    join scheduling.meeting m using (meeting_id)
    where filled_by is null and m.state = 'held' and m.starts_at <= settled_at
      and day >= first and day < next),
 (select count(*) from scheduling.before_start b join scheduling.before_start_time t using (time_id)
    where t.day >= first and t.day < next and t.day <= common.today()),
 (select count(*) from scheduling.groups where state = 'merged'
    and changed_at >= first and changed_at < next),
 (select count(*) from matching.act where outcome = 'done' and at >= first and at < next),
 (select count(*) from scheduling.groups where first_day >= first and first_day < next
    and parent_room_id is not null and state in ('running', 'finished', 'evaluated'))
from span order by first"""
HEADS = ["month", "referrals", "offers", "placed", "median days", "groups begun",
         "groups cancelled", "meetings held", "series changed", "changes refused",
         "substitutes found", "led by one", "met before the start", "groups merged",
         "children moved", "with a parents' group"]


def story(town, events, first, last):
    """The year month by month, as a table in Markdown."""
    rows = town.sql(STORY, first=first.replace(day=1), last=last)
    heads = HEADS + list(events.COUNTS)
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    for row in rows:
        month = f"{MONTHS[row[0].month - 1]} {row[0].year}"
        counts = [events.count(name, row[0]) for name in events.COUNTS]
        cells = [month, *("" if cell is None else cell for cell in row[1:]), *counts]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    sums = [sum(row[i] or 0 for row in rows) if i != 4 else "" for i in range(1, len(HEADS))]
    sums += [sum(events.count(name, row[0]) for row in rows) for name in events.COUNTS]
    lines.append("| all | " + " | ".join(map(str, sums)) + " |")
    return "\n".join(lines) + "\n"


def first_monday(today):
    """Of the next August: a year that begins then holds a whole autumn and a whole spring."""
    this_year = monday_after(date(today.year, 7, 31))
    return this_year if this_year > today else monday_after(date(today.year + 1, 7, 31))


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--step", type=int, default=1, help="days that the clock goes at a time")
    parser.add_argument("--referrals", type=int, default=1400, help="in a year")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--story", help="write the table there")
    parser.add_argument("--keep", action="store_true", help="leave the state folder")
    options = parser.parse_args(words)
    town = Town()
    first = first_monday(date.today())
    try:
        town.start(first)
        town.sql(MEETS_BEFORE)
        year = Year(town, options)
        year.live(first, options.weeks, options.step)
        text = story(town, year.events, first, town.now().date())
        print(text)
        if options.story:
            Path(options.story).write_text(text, encoding="utf-8")
        return check.report(town.connect(), town.now().date(), year.feeds.rule())
    finally:
        town.stop(options.keep)
        if options.keep:
            print(f"kept: {town.var}", file=sys.stderr)


if __name__ == "__main__":
    os.environ.setdefault("TMPDIR", "/tmp")
    sys.exit(main())
