-- Changes in a series: what a moved, a cancelled or an added meeting must keep to; weeks off; when
-- rooms are open, what is in them, and what others have booked there.

set role gruppstod_owner;

create function scheduling.count_meeting_change() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    new.sequence := old.sequence;
    new.changed_at := old.changed_at;
    if (new.meeting_no, new.day, new.starts_at, new.ends_at, new.theme, new.room_id,
            new.parent_room_id, new.state = 'cancelled')
        is not distinct from (old.meeting_no, old.day, old.starts_at, old.ends_at, old.theme,
            old.room_id, old.parent_room_id, old.state = 'cancelled') then
        return new;
    end if;
    if old.state <> 'planned' then
        raise exception 'a meeting that is % does not change', old.state
            using errcode = 'check_violation', constraint = 'meeting_over';
    end if;
    new.sequence := old.sequence + 1;
    new.changed_at := common.civil_now();
    return new;
end $$;
create trigger count_change before update on scheduling.meeting
    for each row execute function scheduling.count_meeting_change();

create trigger meeting_moved_on_school_days after update on scheduling.meeting
    referencing new table as made for each statement execute function scheduling.refuse_free_days();

create trigger leader_booking_moved_travel after update on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_impossible_travel();

-- Weeks off

create table scheduling.week_off (
    week_off_id uuid primary key,
    group_id uuid references scheduling.groups,
    first_day date not null,
    last_day date not null check (last_day between first_day and first_day + 60),
    name text not null check (length(name) between 1 and 40),
    said_by uuid not null,
    said_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table scheduling.week_off is 'Days off beside the holidays and the school''s breaks, for all groups or for one';
comment on column scheduling.week_off.group_id is 'Whose; none: everybody''s';
create index week_off_days on scheduling.week_off using gist (daterange(first_day, last_day, '[]'));

-- Meetings and weeks off are each refused where the other is. Two writers could each miss the
-- other's row, so the one takes the calendar's lock alone and the others share it.
create or replace function scheduling.refuse_free_days() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong date;
begin
    perform pg_advisory_xact_lock_shared(20, 1);
    select m.day into wrong from made m
    where m.state = 'planned'
      and (not m.on_free_day and (
              exists (select from scheduling.free_day f
                      where f.municipality_id = m.municipality_id and f.day = m.day)
           or exists (select from scheduling.school_break b
                      where b.municipality_id = m.municipality_id
                        and m.day between b.first_day and b.last_day)
           or exists (select from scheduling.week_off w
                      where daterange(w.first_day, w.last_day, '[]') @> m.day
                        and w.municipality_id = m.municipality_id
                        and (w.group_id is null or w.group_id = m.group_id)))
       or not exists (select from scheduling.term t
                      where t.municipality_id = m.municipality_id
                        and m.day between t.first_day and t.last_day))
    limit 1;
    if found then
        raise exception 'no group meets on %', wrong
            using errcode = 'check_violation', constraint = 'meeting_on_school_days';
    end if;
    return null;
end $$;

create function scheduling.refuse_busy_week_off() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong date;
begin
    perform pg_advisory_xact_lock(20, 1);
    select m.day into wrong from scheduling.meeting m
    where m.state = 'planned' and not m.on_free_day
      and m.day between new.first_day and new.last_day
      and m.municipality_id = new.municipality_id
      and (new.group_id is null or m.group_id = new.group_id)
    limit 1;
    if found then
        raise exception 'there is a meeting on %', wrong
            using errcode = 'check_violation', constraint = 'week_off_has_meetings';
    end if;
    return null;
end $$;
create trigger week_off_without_meetings after insert or update on scheduling.week_off
    for each row execute function scheduling.refuse_busy_week_off();

create view scheduling.week_off_v as
    select week_off_id, group_id, first_day, last_day, name, said_at from scheduling.week_off;

create or replace view scheduling.free_day_v as
    select day, name from scheduling.free_day
    union
    select d::date, b.name
    from scheduling.school_break b, generate_series(b.first_day, b.last_day, interval '1 day') d
    where not exists (select from scheduling.free_day f where f.day = d::date)
    union
    select d::date, min(w.name)
    from scheduling.week_off w, generate_series(w.first_day, w.last_day, interval '1 day') d
    where w.group_id is null
      and not exists (select from scheduling.free_day f where f.day = d::date)
      and not exists (select from scheduling.school_break b
                      where d::date between b.first_day and b.last_day)
    group by d;
comment on view scheduling.free_day_v is 'Every day inside a term without meetings: holidays, breaks, weeks off of everybody';

-- When a room is open, and what is in it

alter table scheduling.room
    add column equipment text[] not null default '{}'
        check (cardinality(equipment) <= 20 and array_position(equipment, null) is null);
comment on column scheduling.room.equipment is 'What is there beside chairs: paper and paints, a kitchen, a screen';

create table scheduling.room_hours (
    room_id uuid not null references scheduling.room,
    weekday smallint not null check (weekday between 0 and 6),
    opens time not null,
    closes time not null check (closes > opens),
    valid_from date not null,
    valid_to date check (valid_to >= valid_from),
    municipality_id smallint not null default 180,
    primary key (room_id, weekday, opens, valid_from),
    constraint room_hours_apart exclude using gist (room_id with =, weekday with =,
        daterange(valid_from, valid_to, '[]') with &&,
        int4range(extract(epoch from opens)::int, extract(epoch from closes)::int) with &&)
);
comment on table scheduling.room_hours is 'When a room is open to groups, each week; a room without any is open in its slots';

-- The weekly times follow from the hours of today and later: those in which the shortest meeting
-- has time.
create function scheduling.slots_of_hours(room uuid) returns table (slot smallint)
    language sql stable set search_path = pg_catalog as $$
    select distinct s.slot from scheduling.room_hours h
    join scheduling.slot s on s.weekday = h.weekday and s.starts >= h.opens
    where h.room_id = room
      and (h.valid_to is null
          or h.valid_to >= common.today())
      and s.starts - time '00:00' + make_interval(mins =>
            coalesce((select min(v.minutes) from scheduling.programme_version v), 60))
          <= h.closes - time '00:00'
$$;

create function scheduling.follow_hours() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    room uuid := case when tg_op = 'DELETE' then old.room_id else new.room_id end;
begin
    delete from scheduling.room_slot s
    where s.room_id = room and s.slot not in (select slot from scheduling.slots_of_hours(room));
    insert into scheduling.room_slot (room_id, slot)
    select room, slot from scheduling.slots_of_hours(room) on conflict do nothing;
    return null;
end $$;
create trigger room_slots_follow after insert or update or delete on scheduling.room_hours
    for each row execute function scheduling.follow_hours();

-- What others have booked

create table scheduling.outside_booking (
    booking_id uuid primary key,
    room_id uuid not null references scheduling.room,
    source text not null check (length(source) between 1 and 60),
    source_key text not null check (length(source_key) between 1 and 200),
    starts_at timestamptz not null,
    ends_at timestamptz not null
        check (ends_at > starts_at and ends_at <= starts_at + interval '31 days'),
    what text check (length(what) <= 60),
    imported_at timestamptz not null,
    municipality_id smallint not null default 180,
    unique (source, source_key)
);
comment on table scheduling.outside_booking is 'Rooms taken by others than groups, imported; times and a word, never an address or a person';
comment on column scheduling.outside_booking.source_key is 'What the same booking has in each file of the source: its UID, or room and hour';
comment on column scheduling.outside_booking.what is 'Not kept for a house whose name is withheld';

create function scheduling.withhold_what() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if exists (select from scheduling.room r join scheduling.site s using (site_id)
               where r.room_id = new.room_id and s.withheld) then
        new.what := null;
    end if;
    return new;
end $$;
create trigger withhold_what before insert or update on scheduling.outside_booking
    for each row execute function scheduling.withhold_what();

-- One table for both, so that one constraint keeps a room from being used twice.
alter table scheduling.room_booking drop constraint room_booking_pkey;
alter table scheduling.room_booking
    alter column meeting_id drop not null,
    add column outside_id uuid references scheduling.outside_booking on delete cascade,
    add constraint room_booking_for_one check (num_nonnulls(meeting_id, outside_id) = 1),
    add constraint room_booking_of_a_meeting unique (meeting_id, room_id);
-- Partial: nearly all bookings are of meetings, and would lie in it without a key.
create unique index room_booking_of_outside on scheduling.room_booking (outside_id)
    where outside_id is not null;

create function scheduling.book_outside() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_op = 'UPDATE' then
        delete from scheduling.room_booking where outside_id = new.booking_id;
    end if;
    insert into scheduling.room_booking (outside_id, room_id, during)
    values (new.booking_id, new.room_id, tstzrange(new.starts_at, new.ends_at));
    return null;
end $$;
create trigger book_outside after insert or update on scheduling.outside_booking
    for each row execute function scheduling.book_outside();

-- An operator imports them; what is there already as it is said stays untouched.
create function scheduling.bookings_in_the_way(wanted_source text, rooms uuid[], keys text[],
    starts timestamptz[], ends timestamptz[]) returns table (place bigint, by_whom text)
    language sql stable security definer set search_path = pg_catalog as $$
    select said.place, min(coalesce(g.name, o.what, o.source))
    from unnest(rooms, keys, starts, ends) with ordinality
        said (room_id, source_key, starts_at, ends_at, place)
    join scheduling.room_booking b on b.room_id = said.room_id
        and b.during && tstzrange(said.starts_at, said.ends_at)
    left join scheduling.meeting m on m.meeting_id = b.meeting_id
    left join scheduling.groups g on g.group_id = m.group_id
    left join scheduling.outside_booking o on o.booking_id = b.outside_id
    where o.booking_id is null or o.source <> wanted_source or o.source_key <> all (keys)
    group by said.place order by said.place
$$;
comment on function scheduling.bookings_in_the_way is 'Which lines of an import a room''s other bookings are in the way of';

create function scheduling.import_bookings(wanted_source text, ids uuid[], rooms uuid[],
    keys text[], starts timestamptz[], ends timestamptz[], whats text[])
    returns table (made bigint, changed bigint)
    language sql security definer set search_path = pg_catalog as $$
    with put as (
        insert into scheduling.outside_booking as o (booking_id, room_id, source, source_key,
            starts_at, ends_at, what, imported_at)
        select id, room_id, wanted_source, source_key, starts_at, ends_at,
            case when not h.withheld then what end, common.civil_now()
        from unnest(ids, rooms, keys, starts, ends, whats)
            said (id, room_id, source_key, starts_at, ends_at, what)
        join scheduling.room r using (room_id) join scheduling.site h using (site_id)
        on conflict (source, source_key) do update set room_id = excluded.room_id,
            starts_at = excluded.starts_at, ends_at = excluded.ends_at, what = excluded.what,
            imported_at = excluded.imported_at
        where (o.room_id, o.starts_at, o.ends_at, o.what) is distinct from
            (excluded.room_id, excluded.starts_at, excluded.ends_at, excluded.what)
        returning o.booking_id = any (ids) as fresh)
    select count(*) filter (where fresh), count(*) filter (where not fresh) from put
$$;
comment on function scheduling.import_bookings is 'Puts bookings of a source, new or changed; returns how many of each';

-- What recurs week by week keeps a series out; a single evening is met when the series is booked.
create or replace view scheduling.room_busy_v as
    select r.room_id, other.slot, g.first_day as from_day, g.last_day as to_day
    from scheduling.groups g
    cross join lateral (values (g.room_id), (g.parent_room_id)) r (room_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.slot own on own.slot = g.slot
    join scheduling.slot other on other.weekday = own.weekday
        and abs(extract(epoch from other.starts - own.starts)) < v.minutes * 60
    where g.state in ('collecting', 'booked', 'offered', 'confirmed', 'running')
        and r.room_id is not null
    union all
    select b.room_id, s.slot, min(b.local_start)::date, max(b.local_start)::date
    from (select room_id, timezone('Europe/Stockholm', starts_at) as local_start,
            timezone('Europe/Stockholm', ends_at) as local_end
          from scheduling.outside_booking where ends_at > common.civil_now()) b
    join scheduling.slot s on s.weekday = extract(isodow from b.local_start) - 1
        and b.local_start < b.local_start::date + s.starts + interval '90 minutes'
        and b.local_end > b.local_start::date + s.starts
    group by b.room_id, s.slot having count(*) >= 3;

-- What staff see of rooms

create view scheduling.room_card_v as
    select r.room_id, r.name, s.name as site, s.site_id, s.district, s.withheld, s.discretion,
        r.capacity, r.equipment,
        array(select t.need from scheduling.room_tag t where t.room_id = r.room_id order by 1)
            as needs,
        array(select o.slot::bigint from scheduling.room_slot o where o.room_id = r.room_id
              order by 1) as slots
    from scheduling.room r join scheduling.site s using (site_id);
comment on view scheduling.room_card_v is 'A room as staff see it; addresses are not kept';

create view scheduling.room_hours_v as
    select room_id, weekday, opens, closes, valid_from, valid_to from scheduling.room_hours;

create view scheduling.room_booking_v as
    select b.room_id, lower(b.during) as starts_at, upper(b.during) as ends_at, m.group_id,
        g.name as group_name, b.meeting_id, m.meeting_no, o.what, o.source, b.outside_id
    from scheduling.room_booking b
    left join scheduling.meeting m using (meeting_id)
    left join scheduling.groups g using (group_id)
    left join scheduling.outside_booking o on o.booking_id = b.outside_id;
comment on view scheduling.room_booking_v is 'A room''s days: meetings and what others have booked';

create view scheduling.break_v as
    select school_year, name, first_day, last_day, by_rule from scheduling.school_break;
create view scheduling.holiday_v as select day, name from scheduling.free_day;

-- Who may what

grant select on scheduling.week_off_v, scheduling.room_card_v, scheduling.room_hours_v,
    scheduling.room_booking_v, scheduling.break_v, scheduling.holiday_v
    to gruppstod_desk_list, gruppstod_operator;
grant select, insert on scheduling.week_off to gruppstod_scheduling;
grant select on scheduling.room_hours, scheduling.outside_booking to gruppstod_scheduling;
grant select, insert, update, delete on scheduling.room_hours to gruppstod_demo;
revoke all on function scheduling.bookings_in_the_way, scheduling.import_bookings from public;
grant execute on function scheduling.bookings_in_the_way, scheduling.import_bookings
    to gruppstod_operator;

reset role;
