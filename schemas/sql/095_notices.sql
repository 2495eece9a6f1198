-- Notices: what leaders are written to, and the links of letters that are no offers.

set role gruppstod_owner;

create view scheduling.leader_contact_v as
    select leader_id, email, email_at, active from scheduling.leader;
comment on view scheduling.leader_contact_v is 'Where a leader is written to at work';
grant select on scheduling.leader_contact_v to gruppstod_notification;

create table notification.link (
    token_hash bytea primary key check (length(token_hash) = 32),
    kind text not null check (kind in ('substitute', 'before_start', 'group', 'work', 'missing')),
    about uuid not null,
    person_id uuid not null,
    reader text not null check (reader in ('family', 'leader')),
    referral_id uuid,
    group_id uuid,
    meeting_id uuid,
    until_day date,
    letter_id uuid not null, -- written by the statement that writes the letter
    municipality_id smallint not null default 180,
    constraint link_of_family check ((reader = 'family') = (referral_id is not null))
);
comment on table notification.link is 'What a link in a letter opens, and for whom, found by the keyed hash of its token';
comment on column notification.link.about is 'The substitute''s question, the meeting or the group: what the kind is about';
comment on column notification.link.until_day is 'The last day to answer on; what a page does with it is the page''s';

create view notification.link_v as
select token_hash, kind, about, person_id, reader, referral_id, group_id, meeting_id, until_day
  from notification.link;
comment on view notification.link_v is 'Intake finds what a link opens';

grant select, insert on notification.link to gruppstod_notification;
grant select on notification.link_v to gruppstod_intake;

-- Calendars: what a leader, a room or a family is shown of the series. Neutral names, no child, no
-- theme; a house whose name is withheld is not named.

create view scheduling.calendar_v as
    select m.meeting_id, m.group_id, m.starts_at, m.ends_at, g.name, g.situation,
        case when not s.withheld then s.name end as site,
        coalesce(m.room_id, g.room_id) as room_id,
        coalesce(m.parent_room_id, g.parent_room_id) as parent_room_id,
        m.state = 'cancelled' or over.over as cancelled,
        m.sequence + over.over::int as sequence,
        case when over.over then g.changed_at
            else coalesce(m.changed_at, g.booked_at) end as changed_at
    from scheduling.meeting m
    join scheduling.groups g using (group_id)
    join scheduling.site s using (site_id)
    cross join lateral (select g.state in ('cancelled', 'merged', 'postponed')
        and m.state <> 'held' as over) over;
comment on view scheduling.calendar_v is 'Meetings as a calendar shows them; those of a group that has ended count as cancelled';

-- Who leads a meeting stands in its bookings, substitutes too; a cancelled one has none left.
create view scheduling.leader_calendar_v as
    select w.leader_id, c.meeting_id, c.group_id, c.starts_at, c.ends_at, c.sequence, c.changed_at,
        c.cancelled, c.name,
        case when c.site is not null then c.site || ', ' || r.name end as location
    from (select b.leader_id, b.meeting_id from scheduling.leader_booking b
          union
          select gl.leader_id, m.meeting_id
          from scheduling.group_leader gl
          join scheduling.meeting m on m.group_id = gl.group_id and m.state = 'cancelled') w
    join scheduling.calendar_v c using (meeting_id)
    left join scheduling.group_leader gl
        on gl.leader_id = w.leader_id and gl.group_id = c.group_id and gl.part = 'parent'
    join scheduling.room r on r.room_id =
        case when gl.leader_id is not null then coalesce(c.parent_room_id, c.room_id)
            else c.room_id end
    union all
    select gl.leader_id, c.time_id, c.group_id, c.starts_at, c.ends_at, c.sequence, c.changed_at,
        c.cancelled, c.name, c.location
    from scheduling.before_start_calendar_v c
    join scheduling.group_leader gl on gl.group_id = c.group_id and gl.part = 'child';
comment on view scheduling.leader_calendar_v is 'A leader''s meetings, those held for another too';

create index meeting_cancelled on scheduling.meeting (meeting_id) where state = 'cancelled';
create view scheduling.room_calendar_v as
    select w.room_id, c.meeting_id, c.group_id, c.starts_at, c.ends_at, c.sequence, c.changed_at,
        c.cancelled, c.name, null::text as location
    from (select b.room_id, b.meeting_id from scheduling.room_booking b
          union
          select coalesce(m.room_id, g.room_id), m.meeting_id
          from scheduling.meeting m join scheduling.groups g using (group_id)
          where m.state = 'cancelled'
          union
          select coalesce(m.parent_room_id, g.parent_room_id), m.meeting_id
          from scheduling.meeting m join scheduling.groups g using (group_id)
          where m.state = 'cancelled' and g.parent_room_id is not null) w
    join scheduling.calendar_v c using (meeting_id)
    union all
    select c.room_id, c.time_id, c.group_id, c.starts_at, c.ends_at, c.sequence, c.changed_at,
        c.cancelled, c.name, null
    from scheduling.before_start_calendar_v c;
comment on view scheduling.room_calendar_v is 'What happens in a room';

-- What is beside the series: times for meetings before the start, and what others have booked.
create view scheduling.leader_feed_v as
    select leader_id, meeting_id, starts_at, ends_at, sequence, changed_at, cancelled, name,
        location
    from scheduling.leader_calendar_v
    union all
    select b.leader_id, t.time_id, t.starts_at, t.ends_at, t.sequence, t.changed_at, t.cancelled,
        t.name, t.location
    from scheduling.leader_booking b join scheduling.before_start_calendar_v t using (time_id);
comment on view scheduling.leader_feed_v is 'What a leader subscribes to';

create view scheduling.room_feed_v as
    select room_id, meeting_id, starts_at, ends_at, sequence, changed_at, cancelled, name, location
    from scheduling.room_calendar_v
    union all
    select b.room_id, t.time_id, t.starts_at, t.ends_at, t.sequence, t.changed_at, t.cancelled,
        t.name, null
    from scheduling.room_booking b join scheduling.before_start_calendar_v t using (time_id)
    union all
    select b.room_id, o.booking_id, o.starts_at, o.ends_at, 0, o.imported_at, false,
        coalesce(o.what, o.source), null
    from scheduling.room_booking b
    join scheduling.outside_booking o on o.booking_id = b.outside_id;
comment on view scheduling.room_feed_v is 'What whoever looks after a room subscribes to';

create view scheduling.family_calendar_v as
    select p.referral_id, c.meeting_id, c.group_id, c.starts_at, c.ends_at, c.sequence,
        c.changed_at, c.cancelled, c.name, null::text as location, c.situation
    from (select referral_id, group_id from scheduling.roster
          union
          select referral_id, group_id from scheduling.talks where not ended) p
    join scheduling.calendar_v c using (group_id);
comment on view scheduling.family_calendar_v is 'The meetings of the groups that a child has a place in, now';

create view scheduling.room_name_v as
    select r.room_id, s.name || ', ' || r.name as name
    from scheduling.room r join scheduling.site s using (site_id);
comment on view scheduling.room_name_v is 'What a room is called, for those who subscribe to its calendar';

grant select on scheduling.leader_feed_v, scheduling.room_feed_v, scheduling.family_calendar_v,
    scheduling.room_name_v to gruppstod_intake;
grant select on scheduling.leader_calendar_v to gruppstod_notification;
grant select on scheduling.room_name_v to gruppstod_desk_list;

create table intake.feed (
    feed_id uuid primary key,
    token_hash bytea not null unique check (length(token_hash) = 32),
    kind text not null check (kind in ('leader', 'room', 'family')),
    about uuid not null,
    person_id uuid,
    by_staff uuid,
    made_at timestamptz not null,
    ended_at timestamptz,
    shown_hash bytea,
    shown_at timestamptz,
    municipality_id smallint not null default 180,
    constraint feed_of_family_is_a_persons check ((kind = 'family') = (person_id is not null)),
    constraint feed_of_family_is_its_own check (kind <> 'family' or by_staff is null)
);
comment on table intake.feed is 'Secret addresses of calendars, found by the keyed hash of their token; an ended one answers like one that never was';
comment on column intake.feed.about is 'The leader, the room or the referral';
comment on column intake.feed.by_staff is 'Who made it at the desk; null: who reads it made it behind a link of theirs';
comment on column intake.feed.shown_at is 'Since when the calendar has said what it says: Last-Modified';
create unique index feed_living on intake.feed (kind, about, coalesce(person_id, about))
    where ended_at is null;

create table intake.feed_allowed (
    referral_id uuid primary key references intake.referral,
    by_staff uuid not null,
    at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table intake.feed_allowed is 'Families where violence is marked have no calendar unless staff have talked with them and allow it';

create view intake.feed_v as
select kind, about, max(made_at) as made_at from intake.feed where ended_at is null
 group by kind, about;
comment on view intake.feed_v is 'Which calendars have an address';
create view intake.feed_closed_v as
select r.referral_id,
       exists (select from intake.feed_allowed a where a.referral_id = r.referral_id) as allowed
  from intake.referral r
 where r.violence or r.protected or 'violence' = any (r.situations)
    or r.primary_situation is not distinct from 'violence';
comment on view intake.feed_closed_v is 'Families that have no calendar by themselves, and whether staff allow them one';

grant select, insert on intake.feed to gruppstod_intake;
grant update (ended_at, shown_hash, shown_at) on intake.feed to gruppstod_intake;
grant select, insert, delete on intake.feed_allowed to gruppstod_intake;
grant select on intake.feed_v, intake.feed_closed_v to gruppstod_desk_list;

-- How often a leader has been written to about a group counts its invitation's versions.
create index letter_of_leader on notification.letter (person_id, group_id)
    where reader = 'leader';

reset role;
