-- Scheduling: programmes, leaders, rooms, terms, groups and their series, bookings, the catalogue.
--
-- What must never happen is refused here, whoever writes: a room or a leader in two places at
-- once, a leader without the hour before and after or the time to travel, a pair of leaders
-- without training or experience, a meeting on a free day, a roster over the group's places, a
-- state that does not follow from the one before.

create extension if not exists btree_gist;

-- Statements are planned once, when the tables are still empty: a whole scan would be cheap then
-- and a disaster later. Every question that is asked often has its index.
alter role gruppstod_scheduling set enable_seqscan = off;
-- Nor is a table joined whole because it was small when the plan was made: a booking that looked at
-- all meetings took 30 ms, and more with each group. Row by row by the index it takes a few.
alter role gruppstod_scheduling set enable_hashjoin = off;
alter role gruppstod_scheduling set enable_mergejoin = off;

set role gruppstod_owner;

create schema scheduling;
grant usage on schema scheduling to public;

-- The city: districts, travel, time

create table scheduling.district (
    code text primary key check (code ~ '^[a-z][a-z-]{1,30}$'),
    name text not null check (length(name) between 1 and 60),
    region text not null check (length(region) between 1 and 60),
    valid_from date not null,
    valid_to date check (valid_to >= valid_from),
    municipality_id smallint not null default 180
);
comment on table scheduling.district is 'Parts of the municipality that children live in and groups meet in';

create table scheduling.travel (
    from_district text not null references scheduling.district,
    to_district text not null references scheduling.district,
    minutes smallint not null check (minutes between 0 and 600),
    municipality_id smallint not null default 180,
    primary key (from_district, to_district)
);
comment on table scheduling.travel is 'Minutes by public transport between districts, both ways and within one; estimated from neighbours';

create table scheduling.slot (
    slot smallint primary key check (slot between 0 and 63),
    weekday smallint not null check (weekday between 0 and 6),
    starts time not null,
    municipality_id smallint not null default 180,
    unique (municipality_id, weekday, starts)
);
comment on table scheduling.slot is 'Weekly times a group may have, local time; 0 is Monday; a free_slots mask has bit n for slot n';

create table scheduling.term (
    school_year text not null check (school_year ~ '^\d{4}/\d\d$'),
    season text not null check (season in ('autumn', 'spring')),
    first_day date not null,
    last_day date not null check (last_day > first_day),
    by_rule boolean not null default false,
    municipality_id smallint not null default 180,
    primary key (municipality_id, school_year, season),
    constraint term_apart exclude using gist
        (municipality_id with =, daterange(first_day, last_day, '[]') with &&)
);
comment on table scheduling.term is 'School terms; groups meet within them, over Christmas but never over summer';
comment on column scheduling.term.by_rule is 'Reckoned beyond the published dates, to be replaced when they come';

create table scheduling.school_break (
    school_year text not null,
    name text not null check (length(name) between 1 and 40),
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    by_rule boolean not null default false,
    municipality_id smallint not null default 180,
    primary key (municipality_id, school_year, name)
);
comment on table scheduling.school_break is 'Weeks without school inside a term: groups rest';

create table scheduling.free_day (
    day date not null,
    name text not null check (length(name) between 1 and 60),
    municipality_id smallint not null default 180,
    primary key (municipality_id, day)
);
comment on table scheduling.free_day is 'Public holidays and the eves kept as such: groups rest';

-- Programmes

create table scheduling.programme (
    programme_id uuid primary key,
    name text not null check (length(name) between 1 and 80),
    situation text not null check (situation in ('substance', 'mental', 'violence', 'separation')),
    made_up boolean not null default false,
    format text not null default 'group' check (format in ('group', 'individual')),
    board_needed boolean not null default false,
    municipality_id smallint not null default 180,
    unique (municipality_id, name),
    unique (programme_id, situation),
    unique (programme_id, situation, format)
);
comment on table scheduling.programme is 'A method for one situation; what it demands is in its versions';
comment on column scheduling.programme.made_up is 'Of the demo: no such programme exists';
comment on column scheduling.programme.format is 'individual: talks with one child, a placement of their own kind beside the group';
comment on column scheduling.programme.board_needed is 'The board must have decided on it before a group of it opens';

create table scheduling.programme_board (
    programme_id uuid not null references scheduling.programme,
    decided_on date not null,
    number text not null check (length(number) between 1 and 40),
    municipality_id smallint not null default 180,
    primary key (programme_id, number)
);
comment on table scheduling.programme_board is 'What the board has decided about a programme: the number of the minutes, and the day';

-- A level holds what those before it hold.
create function scheduling.level_rank(level text) returns smallint
    language sql immutable parallel safe
    return array_position(array['basic', 'deeper', 'specialist'], level)::smallint;
comment on function scheduling.level_rank is 'How deep a training is: 1 basic, 2 deeper, 3 specialist; null for any other word';

create table scheduling.programme_version (
    programme_id uuid not null references scheduling.programme,
    version smallint not null check (version > 0),
    valid_from date not null,
    minutes smallint not null check (minutes between 30 and 240),
    themes text[] not null check (cardinality(themes) between 1 and 30),
    meetings smallint not null generated always as (cardinality(themes)) stored,
    least smallint not null check (least between 1 and 40),
    margin smallint not null default 0 check (margin between 0 and 20),
    most smallint not null check (most between least and 40),
    parents text not null check (parents in ('no', 'optional', 'yes')),
    parent_leaders smallint not null check (parent_leaders between 0 and 2),
    entry text not null check (entry in ('closed', 'open')),
    entry_meeting smallint not null check (entry_meeting between 1 and 30),
    level text not null default 'basic' check (level in ('basic', 'deeper', 'specialist')),
    joint smallint[] not null default '{}',
    intake text not null default 'ours' check (intake in ('ours', 'theirs', 'quota')),
    quota smallint check (quota between 1 and 40),
    documentation text not null default 'identified'
        check (documentation in ('identified', 'pseudonymous', 'none')),
    shared_employers boolean not null default false,
    draft boolean not null default false,
    approved_by text check (length(approved_by) between 1 and 80),
    approved_on date,
    meets_before boolean not null default false,
    municipality_id smallint not null default 180,
    primary key (programme_id, version),
    check ((parents = 'no') = (parent_leaders = 0)),
    check (array_position(themes, null) is null),
    constraint programme_version_joint check (array_position(joint, null) is null
        and 1 <= all (joint) and cardinality(themes) >= all (joint)),
    constraint programme_version_quota check ((intake = 'quota') = (quota is not null)
        and (quota is null or quota <= most)),
    constraint programme_version_approved check ((approved_by is null) = (approved_on is null))
);
comment on table scheduling.programme_version is 'What a programme demands, from a day on; a group keeps the version it was booked with';
comment on column scheduling.programme_version.themes is 'One theme a meeting, in order: the number of meetings follows';
comment on column scheduling.programme_version.margin is 'Places to offer above the least, since some decline';
comment on column scheduling.programme_version.meets_before is 'Each family meets both leaders before the start, and only the child''s own yes there takes the place';
comment on column scheduling.programme_version.entry_meeting is 'The last meeting at which a new child may come';
comment on column scheduling.programme_version.level is 'How deeply each leader of a group of it must be trained, at least';
comment on column scheduling.programme_version.joint is 'The meetings that parents and children have together';
comment on column scheduling.programme_version.intake is 'Who fills its groups, where nothing else is said of one: we, the partner, or we some places';
comment on column scheduling.programme_version.documentation is 'Under which regime a child in it is documented';
comment on column scheduling.programme_version.shared_employers is 'Its leaders come from two employers, one each: a parish and a district';
comment on column scheduling.programme_version.draft is 'The reference group has not approved it yet: no group is booked with it';
comment on column scheduling.programme_version.approved_by is 'The reference group; empty where the version is older than the groups';

create table scheduling.programme_band (
    programme_id uuid not null,
    version smallint not null,
    age_from smallint not null check (age_from between 0 and 20),
    age_to smallint not null check (age_to between age_from and 20),
    municipality_id smallint not null default 180,
    primary key (programme_id, version, age_from),
    foreign key (programme_id, version) references scheduling.programme_version
);
comment on table scheduling.programme_band is 'Ages, in full years at the start, that a programme is made for';

create table scheduling.programme_window (
    programme_id uuid not null,
    version smallint not null,
    opens smallint not null check (opens between 101 and 1231),
    closes smallint not null check (closes between opens and 1231),
    municipality_id smallint not null default 180,
    primary key (programme_id, version, opens),
    foreign key (programme_id, version) references scheduling.programme_version
);
comment on table scheduling.programme_window is 'When a series may start each year, as month * 100 + day; none = any time';

-- Leaders

create table scheduling.leader (
    leader_id uuid primary key,
    work_name text not null check (length(work_name) between 1 and 40),
    employment text not null check (employment in ('fixed', 'hourly', 'lent', 'partner')),
    home text not null references scheduling.district,
    home_unit text not null check (length(home_unit) between 1 and 80),
    experienced boolean not null,
    parents boolean not null,
    max_groups smallint not null check (max_groups between 0 and 10),
    contract_from date not null,
    contract_until date not null check (contract_until >= contract_from),
    active boolean not null default true,
    email text check (length(email) <= 254 and email ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$'),
    email_at timestamptz,
    municipality_id smallint not null default 180,
    unique (leader_id, experienced),
    unique (leader_id, parents)
);
comment on table scheduling.leader is 'Trained leaders, active or not; no private data beyond the name used at work';
comment on column scheduling.leader.parents is 'Leads parent groups too';
comment on column scheduling.leader.email is 'The address at work; without one a person calls';
comment on column scheduling.leader.email_at is 'When the address was written down: after a mail server has refused it only a later one is used';

create function scheduling.note_address() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    if tg_op = 'INSERT' or new.email is distinct from old.email then
        new.email_at := case when new.email is not null then common.civil_now() end;
    end if;
    return new;
end $$;
create trigger note_address before insert or update of email on scheduling.leader
    for each row execute function scheduling.note_address();

create table scheduling.leader_training (
    leader_id uuid not null references scheduling.leader,
    situation text not null check (situation in ('substance', 'mental', 'violence', 'separation')),
    level text not null check (level in ('basic', 'deeper', 'specialist')),
    valid_from date not null,
    valid_until date check (valid_until >= valid_from),
    municipality_id smallint not null default 180,
    primary key (leader_id, situation)
);
comment on table scheduling.leader_training is 'Which situations a leader is trained for, how deeply, and for how long it holds';

create table scheduling.leader_language (
    leader_id uuid not null references scheduling.leader,
    language text not null check (language ~ '^[a-z][a-z-]{1,30}$'),
    municipality_id smallint not null default 180,
    primary key (leader_id, language)
);
comment on table scheduling.leader_language is 'Languages a leader leads a group in';

create table scheduling.leader_district (
    leader_id uuid not null references scheduling.leader,
    district text not null references scheduling.district,
    municipality_id smallint not null default 180,
    primary key (leader_id, district)
);
comment on table scheduling.leader_district is 'Districts a leader works in';

create table scheduling.leader_slot (
    leader_id uuid not null references scheduling.leader,
    slot smallint not null references scheduling.slot,
    municipality_id smallint not null default 180,
    primary key (leader_id, slot)
);
comment on table scheduling.leader_slot is 'Weekly times a leader can give, with the hour before and after';

-- Rooms

create table scheduling.site (
    site_id uuid primary key,
    name text not null check (length(name) between 1 and 80),
    district text not null references scheduling.district,
    withheld boolean not null,
    discretion text not null check (discretion in ('ordinary', 'own_entrance', 'secret')),
    municipality_id smallint not null default 180,
    unique (municipality_id, name),
    check (withheld or discretion <> 'secret')
);
comment on table scheduling.site is 'Houses with rooms; addresses are not kept here';
comment on column scheduling.site.withheld is 'Its name is never shown in public';

create table scheduling.room (
    room_id uuid primary key,
    site_id uuid not null references scheduling.site,
    name text not null check (length(name) between 1 and 40),
    capacity smallint not null check (capacity between 1 and 60),
    cost smallint not null default 0 check (cost between 0 and 1000),
    municipality_id smallint not null default 180,
    unique (site_id, name),
    unique (room_id, site_id, capacity),
    unique (room_id, site_id)
);
comment on table scheduling.room is 'Rooms a group can meet in';
comment on column scheduling.room.cost is 'Points in the planner''s score';

create table scheduling.room_tag (
    room_id uuid not null references scheduling.room,
    need text not null check (need in ('step_free', 'hearing_loop', 'quiet_room', 'sign_language')),
    municipality_id smallint not null default 180,
    primary key (room_id, need)
);
comment on table scheduling.room_tag is 'Needs that a room meets';

create table scheduling.room_slot (
    room_id uuid not null references scheduling.room,
    slot smallint not null references scheduling.slot,
    municipality_id smallint not null default 180,
    primary key (room_id, slot)
);
comment on table scheduling.room_slot is 'Weekly times a room is open to groups';

create table scheduling.group_name (
    name text not null check (length(name) between 1 and 30),
    ord smallint not null,
    uses integer not null default 0 check (uses >= 0),
    municipality_id smallint not null default 180,
    primary key (municipality_id, name)
);
comment on table scheduling.group_name is 'Neutral names (trees, birds): a group''s name says nothing of its children';

-- Groups and their series

create table scheduling.groups (
    group_id uuid primary key,
    name text not null check (length(name) between 1 and 40),
    programme_id uuid not null,
    programme_version smallint not null,
    situation text not null,
    language text not null check (language ~ '^[a-z][a-z-]{1,30}$'),
    age_from smallint not null check (age_from between 0 and 20),
    age_to smallint not null check (age_to between age_from and 20),
    sex text check (sex in ('girl', 'boy')),
    slot smallint not null references scheduling.slot,
    site_id uuid not null,
    room_id uuid not null,
    room_capacity smallint not null,
    parent_room_id uuid,
    least smallint not null check (least >= 1),
    places smallint not null check (places >= least),
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    entry_until date not null check (entry_until between first_day and last_day),
    state text not null,
    version integer not null default 1,
    reason text check (length(reason) <= 80),
    booked_at timestamptz not null,
    changed_at timestamptz not null,
    format text not null default 'group',
    municipality_id smallint not null default 180,
    unique (municipality_id, name),
    unique (group_id, situation),
    unique (group_id, places),
    foreign key (programme_id, situation, format)
        references scheduling.programme (programme_id, situation, format),
    foreign key (programme_id, programme_version) references scheduling.programme_version,
    foreign key (room_id, site_id, room_capacity)
        references scheduling.room (room_id, site_id, capacity) on update cascade,
    foreign key (parent_room_id, site_id) references scheduling.room (room_id, site_id),
    constraint groups_fit_room check (places <= room_capacity),
    constraint groups_parents_elsewhere check (parent_room_id <> room_id),
    constraint groups_reason_of_end
        check (state not in ('cancelled', 'postponed', 'merged') or reason is not null)
) with (fillfactor = 80);
comment on table scheduling.groups is 'Groups with a booked series; the parent group is at the same site and time';
comment on column scheduling.groups.format is 'individual: talks with one child, booked as a group of one place with one leader';
comment on column scheduling.groups.entry_until is 'The day of the last meeting at which a new child may come';
create index groups_going on scheduling.groups (first_day)
    where state in ('booked', 'offered', 'confirmed', 'running');

create table scheduling.group_fill (
    group_id uuid primary key references scheduling.groups,
    offered integer not null default 0,
    taken integer not null default 0 check (taken >= 0),
    municipality_id smallint not null default 180
) with (fillfactor = 50);
comment on table scheduling.group_fill is 'How many places are offered and taken: what changes most, kept narrow';
comment on column scheduling.group_fill.offered is 'Below zero for a moment when messages come out of order';

create table scheduling.group_step (
    before text not null,
    after text not null,
    municipality_id smallint not null default 180,
    primary key (before, after)
);
comment on table scheduling.group_step is 'Which state of a group may follow which; new = not there before';
insert into scheduling.group_step (before, after) values
    ('new', 'booked'),
    ('booked', 'offered'), ('booked', 'confirmed'), ('booked', 'cancelled'),
    ('booked', 'postponed'), ('booked', 'merged'),
    ('offered', 'confirmed'), ('offered', 'cancelled'),
    ('offered', 'postponed'), ('offered', 'merged'),
    ('confirmed', 'running'), ('confirmed', 'cancelled'),
    ('confirmed', 'postponed'), ('confirmed', 'merged'),
    ('running', 'finished'), ('finished', 'evaluated');

create table scheduling.group_change (
    group_id uuid not null references scheduling.groups,
    version integer not null,
    before text not null,
    after text not null,
    at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (group_id, version),
    constraint group_change_follows foreign key (before, after) references scheduling.group_step
);
comment on table scheduling.group_change is 'Every state a group has had; written by the trigger on groups, never changed';

create function scheduling.note_group_change() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_op = 'INSERT' then
        insert into scheduling.group_change (group_id, version, before, after, at)
        values (new.group_id, new.version, 'new', new.state, new.changed_at);
    elsif new.state <> old.state then
        insert into scheduling.group_change (group_id, version, before, after, at)
        values (new.group_id, new.version, old.state, new.state, new.changed_at);
    end if;
    return null;
end $$;
create trigger note_change after insert or update of state on scheduling.groups
    for each row execute function scheduling.note_group_change();

create table scheduling.group_leader (
    group_id uuid not null,
    part text not null check (part in ('child', 'parent')),
    post smallint not null check (post in (1, 2)),
    leader_id uuid not null,
    situation text not null,
    experienced boolean not null,
    parents boolean not null,
    municipality_id smallint not null default 180,
    primary key (group_id, part, post),
    unique (leader_id, group_id),
    foreign key (group_id, situation) references scheduling.groups (group_id, situation),
    constraint group_leader_trained foreign key (leader_id, situation)
        references scheduling.leader_training (leader_id, situation),
    foreign key (leader_id, experienced)
        references scheduling.leader (leader_id, experienced) on update cascade,
    foreign key (leader_id, parents)
        references scheduling.leader (leader_id, parents) on update cascade,
    constraint group_leader_experienced check (part <> 'child' or post <> 1 or experienced),
    constraint group_leader_of_parents check (part <> 'parent' or post <> 1 or parents)
);
comment on table scheduling.group_leader is 'Who leads: two of the children, the first experienced; one or two of the parents, the first used to it';

create table scheduling.meeting (
    meeting_id uuid primary key,
    group_id uuid not null references scheduling.groups,
    meeting_no smallint not null check (meeting_no between 1 and 30),
    day date not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    theme text not null check (length(theme) between 1 and 120),
    state text not null default 'planned' check (state in ('planned', 'held', 'cancelled')),
    room_id uuid references scheduling.room,
    parent_room_id uuid references scheduling.room,
    on_free_day boolean not null default false,
    sequence integer not null default 0 check (sequence >= 0),
    changed_at timestamptz,
    municipality_id smallint not null default 180,
    constraint meeting_parents_elsewhere check (parent_room_id <> room_id),
    -- A cancelled meeting keeps its row; its number and its day are free for another.
    constraint meeting_no_once exclude using btree (group_id with =, meeting_no with =)
        where (state <> 'cancelled') deferrable initially immediate,
    constraint meeting_once_a_day exclude using btree (group_id with =, day with =)
        where (state <> 'cancelled') deferrable initially immediate,
    constraint meeting_on_its_day check (timezone('Europe/Stockholm', starts_at)::date = day)
);
comment on table scheduling.meeting is 'The dated meetings of a series, each with its theme';
comment on column scheduling.meeting.room_id is 'Another room than the group''s, for this meeting only';
comment on column scheduling.meeting.on_free_day is 'A coordinator has said that they meet although it is a free day';
comment on column scheduling.meeting.sequence is 'Rises with each change, as calendars want it';
create index meeting_planned on scheduling.meeting (ends_at) where state = 'planned';
create index meeting_of_group on scheduling.meeting (group_id, day);

create function scheduling.refuse_free_days() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong date;
begin
    select m.day into wrong from made m
    where m.state = 'planned'
      and (not m.on_free_day and exists (select from scheduling.free_day f
                  where f.municipality_id = m.municipality_id and f.day = m.day)
       or not m.on_free_day and exists (select from scheduling.school_break b
                  where b.municipality_id = m.municipality_id
                    and m.day between b.first_day and b.last_day)
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
create trigger meeting_on_school_days after insert on scheduling.meeting
    referencing new table as made for each statement execute function scheduling.refuse_free_days();

-- Bookings

create table scheduling.room_booking (
    meeting_id uuid not null references scheduling.meeting,
    room_id uuid not null references scheduling.room,
    during tstzrange not null check (not isempty(during)),
    municipality_id smallint not null default 180,
    primary key (meeting_id, room_id),
    constraint room_booking_once exclude using gist (room_id with =, during with &&)
);
comment on table scheduling.room_booking is 'A room is used for one thing at a time';

create table scheduling.leader_booking (
    meeting_id uuid not null references scheduling.meeting,
    leader_id uuid not null references scheduling.leader,
    site_id uuid not null references scheduling.site,
    during tstzrange not null check (not isempty(during)),
    municipality_id smallint not null default 180,
    primary key (meeting_id, leader_id),
    constraint leader_booking_once exclude using gist (leader_id with =, during with &&)
);
comment on table scheduling.leader_booking is 'A leader is at one thing at a time; the range has the hour before and the hour after';

-- The hour after one meeting and the hour before the next are work at the site: the journey
-- between two sites comes on top. Two writers could each miss the other's row, so both take the
-- leader's lock before they look. Most leaders have no other house in those months, which one look
-- at each tells.
create function scheduling.refuse_impossible_travel() returns trigger
    language plpgsql set search_path = pg_catalog set join_collapse_limit = 1 as $$
declare
    wrong record;
begin
    perform pg_advisory_xact_lock(hashtextextended(id::text, 20))
    from (select distinct leader_id as id from made order by leader_id) leaders;
    with spans as materialized (
        select leader_id, site_id, range_agg(tstzrange(lower(during) - interval '10 hours',
            upper(during) + interval '10 hours')) as during
        from made group by leader_id, site_id),
    elsewhere as materialized (
        select s.site_id as here, b.leader_id, b.site_id as there, b.during
        from spans s
        cross join lateral (select o.* from scheduling.leader_booking o
            where o.leader_id = s.leader_id and o.during && s.during and o.site_id <> s.site_id
            offset 0) b)
    select m.leader_id, lower(m.during) as at into wrong
    from elsewhere b
    join made m on m.leader_id = b.leader_id and m.site_id = b.here
    join scheduling.site here on here.site_id = b.here
    join scheduling.site there on there.site_id = b.there
    join scheduling.travel t on t.from_district = here.district and t.to_district = there.district
    where greatest(lower(b.during) - upper(m.during), lower(m.during) - upper(b.during))
        < make_interval(mins => t.minutes)
    limit 1;
    if found then
        raise exception 'leader % cannot travel in time on %', wrong.leader_id, wrong.at
            using errcode = 'exclusion_violation', constraint = 'leader_booking_travel';
    end if;
    return null;
end $$;
create trigger leader_booking_travel after insert on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_impossible_travel();

-- The roster

create table scheduling.roster (
    group_id uuid not null,
    place_no smallint not null check (place_no >= 1),
    places smallint not null,
    referral_id uuid not null,
    child_id uuid not null,
    version bigint not null,
    taken_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (group_id, place_no),
    constraint roster_once unique (referral_id, group_id),
    foreign key (group_id, places)
        references scheduling.groups (group_id, places) on update cascade,
    constraint roster_within_places check (place_no <= places)
);
comment on table scheduling.roster is 'Who is in the group, by place; matching says who';

create table scheduling.roster_past (
    group_id uuid not null references scheduling.groups,
    place_no smallint not null,
    referral_id uuid not null,
    version bigint not null,
    taken_at timestamptz,
    released_at timestamptz not null,
    reason text not null,
    municipality_id smallint not null default 180,
    primary key (referral_id, group_id, version)
);
comment on table scheduling.roster_past is 'Who left; also the mark by which a taking that comes after its release is known as old';

reset role;
