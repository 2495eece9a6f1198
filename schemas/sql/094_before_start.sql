-- Before the start: each family meets both leaders, at a time of theirs that it chose by its link;
-- what came of it; interpreters; the steps of a group, reckoned backwards from its first meeting.
--
-- A time that was given holds both leaders and the room from then on, under the same exclusion
-- constraints as a group's meetings: what a family is shown can be kept. Two families never have
-- one time. Whoever cannot see a situation here sees no child either: rows go by the offer.

set role gruppstod_owner;

create table scheduling.before_start_time (
    time_id uuid primary key,
    group_id uuid not null references scheduling.groups,
    room_id uuid not null,
    site_id uuid not null,
    day date not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    given_by uuid not null,
    given_at timestamptz not null,
    taken_back_at timestamptz,
    municipality_id smallint not null default 180,
    unique (time_id, group_id),
    foreign key (room_id, site_id) references scheduling.room (room_id, site_id),
    constraint before_start_time_length
        check (ends_at - starts_at between interval '20 minutes' and interval '3 hours'),
    constraint before_start_time_on_its_day
        check (timezone('Europe/Stockholm', starts_at)::date = day)
);
comment on table scheduling.before_start_time is 'Times at which both leaders of a group can meet a family before the start';
create index before_start_time_group on scheduling.before_start_time (group_id, starts_at);

create function scheduling.refuse_late_times() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong record;
begin
    select m.day, g.first_day, f.day as free into wrong
    from made m join scheduling.groups g using (group_id)
    left join scheduling.free_day f on f.municipality_id = m.municipality_id and f.day = m.day
    where m.day > g.entry_until or (m.day >= g.first_day and g.state <> 'running')
        or f.day is not null limit 1;
    if found and wrong.free is not null then
        raise exception 'nobody meets on the holiday %', wrong.day
            using errcode = 'check_violation', constraint = 'before_start_time_working_day';
    elsif found then
        raise exception 'the group starts on %', wrong.first_day
            using errcode = 'check_violation', constraint = 'before_start_time_before_start';
    end if;
    return null;
end $$;
create trigger before_start_time_in_time after insert on scheduling.before_start_time
    referencing new table as made for each statement
    execute function scheduling.refuse_late_times();

-- Rooms and leaders are booked for a meeting of a series or for such a time; one set of rows, so
-- that one constraint sees both.
alter table scheduling.room_booking
    add column time_id uuid references scheduling.before_start_time;
alter table scheduling.leader_booking drop constraint leader_booking_pkey,
    alter column meeting_id drop not null,
    add column time_id uuid references scheduling.before_start_time,
    add constraint leader_booking_of_a_meeting unique (meeting_id, leader_id);
-- Partial, as that of outside bookings.
create unique index room_booking_of_a_time on scheduling.room_booking (time_id, room_id)
    where time_id is not null;
create unique index leader_booking_of_a_time on scheduling.leader_booking (time_id, leader_id)
    where time_id is not null;
alter table scheduling.room_booking drop constraint room_booking_for_one,
    add constraint room_booking_for_one
        check (num_nonnulls(meeting_id, time_id, outside_id) = 1);
alter table scheduling.leader_booking
    add constraint leader_booking_for_one check (num_nonnulls(meeting_id, time_id) = 1);

-- Whoever is away, or whose contract does not reach so far, meets no family either.
create function scheduling.refuse_absent_before_start() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong record;
begin
    select b.leader_id, t.day, case when scheduling.is_away(b.leader_id, t.day)
            then 'leader_booking_away' else 'leader_booking_contract' end as rule
      into wrong
      from made b
      cross join lateral (select o.day from scheduling.before_start_time o
            where o.time_id = b.time_id offset 0) t
      join scheduling.leader l on l.leader_id = b.leader_id
     where not l.active or t.day not between l.contract_from and l.contract_until
        or scheduling.is_away(b.leader_id, t.day)
     limit 1;
    if found then
        raise exception 'leader % cannot meet a family on %', wrong.leader_id, wrong.day
            using errcode = 'exclusion_violation', constraint = wrong.rule;
    end if;
    return null;
end $$;
create trigger leader_booking_before_start after insert on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_absent_before_start();

create table scheduling.before_start (
    referral_id uuid not null,
    group_id uuid not null references scheduling.groups,
    offer_id uuid unique,
    version bigint not null,
    state text not null
        check (state in ('wanted', 'told', 'booked', 'none_fits', 'ended', 'released')),
    time_id uuid,
    rounds smallint not null default 0 check (rounds between 0 and 20),
    told_at timestamptz,
    changed_at timestamptz not null,
    choice_id uuid,
    choice_end text check (choice_end in ('booked', 'taken', 'none_fits', 'too_late')),
    outcome text check (outcome in ('child_yes', 'child_no', 'child_waits', 'other_help')),
    outcome_by uuid,
    municipality_id smallint not null default 180,
    primary key (referral_id, group_id),
    foreign key (time_id, group_id) references scheduling.before_start_time (time_id, group_id),
    constraint before_start_one_family_a_time unique (time_id),
    constraint before_start_booked check (state <> 'booked' or time_id is not null),
    constraint before_start_free check (state in ('booked', 'ended') or time_id is null),
    constraint before_start_known check (state = 'released' or offer_id is not null),
    constraint before_start_outcome check ((state = 'ended') = (outcome is not null)
        and (outcome is null) = (outcome_by is null))
) with (fillfactor = 70);
comment on table scheduling.before_start is 'Families that want to meet the leaders before the start: a row from the yes to the offer to what came of it';
comment on column scheduling.before_start.version is 'Matching''s version of the referral; a release that comes before the wish is known by it';
comment on column scheduling.before_start.state is 'wanted: nobody has told them of times yet; told; booked; none_fits: a person calls; ended: the outcome is noted; released: the place is no longer theirs';
comment on column scheduling.before_start.rounds is 'How often they have been told of times: again after times that nobody could take, or a meeting to which they did not come';
comment on column scheduling.before_start.choice_end is 'What became of the last choice by the link';
create index before_start_of_group on scheduling.before_start (group_id);

-- A group that will not be needs no times, whoever ends it.
create function scheduling.free_before_start_times() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    delete from scheduling.room_booking b using scheduling.before_start_time t
    where t.group_id = new.group_id and b.time_id = t.time_id;
    delete from scheduling.leader_booking b using scheduling.before_start_time t
    where t.group_id = new.group_id and b.time_id = t.time_id;
    update scheduling.before_start_time set taken_back_at = new.changed_at
    where group_id = new.group_id and taken_back_at is null;
    update scheduling.before_start set state = 'released', time_id = null,
        changed_at = new.changed_at
    where group_id = new.group_id and state not in ('ended', 'released');
    return null;
end $$;
create trigger free_before_start_times after update of state on scheduling.groups
    for each row when (new.state in ('cancelled', 'merged'))
    execute function scheduling.free_before_start_times();

create table scheduling.before_start_past (
    referral_id uuid not null,
    group_id uuid not null,
    at timestamptz not null,
    before text not null,
    after text not null,
    time_id uuid,
    municipality_id smallint not null default 180
);
comment on table scheduling.before_start_past is 'Every state such a row has had, with the time it lost or won; written by the trigger, never changed';
create index before_start_past_of on scheduling.before_start_past (referral_id, group_id, at);
create function scheduling.note_before_start() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    insert into scheduling.before_start_past (referral_id, group_id, at, before, after, time_id)
    values (new.referral_id, new.group_id, new.changed_at,
        case when tg_op = 'INSERT' then 'new' else old.state end, new.state,
        case when tg_op = 'INSERT' then new.time_id else coalesce(new.time_id, old.time_id) end);
    return null;
end $$;
create trigger note_change after insert or update of state, time_id on scheduling.before_start
    for each row execute function scheduling.note_before_start();
create trigger append_only before update or delete on scheduling.before_start_past
    for each statement execute function audit.refuse_change();

create table scheduling.interpreter (
    referral_id uuid not null,
    group_id uuid not null,
    part text not null check (part in ('child', 'guardian', 'sign')),
    language text check (language ~ '^[a-z][a-z-]{1,30}$'),
    state text not null check (state in ('wanted', 'booked', 'declined')),
    noted_by uuid,
    noted_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (referral_id, group_id, part),
    foreign key (referral_id, group_id) references scheduling.before_start,
    constraint interpreter_language check ((part = 'sign') = (language is null))
);
comment on table scheduling.interpreter is 'Interpreters at meetings before the start: the child''s, the guardian''s and sign language are three';
comment on column scheduling.interpreter.noted_by is 'Who of the staff; none when the family asked for it';

create table scheduling.milestone (
    group_id uuid not null references scheduling.groups,
    step text not null check (step in ('plan', 'calls', 'times', 'meetings', 'decision')),
    owner text not null check (owner in ('coordinator', 'leaders')),
    due_day date not null,
    first_day date not null,
    compressed boolean not null,
    done_at timestamptz,
    breached_at timestamptz,
    municipality_id smallint not null default 180,
    primary key (group_id, step)
);
comment on table scheduling.milestone is 'The steps to a group''s start and the last day for each, reckoned backwards from its first meeting';
comment on column scheduling.milestone.first_day is 'The first meeting it was reckoned from: another one, and it is reckoned anew';
comment on column scheduling.milestone.compressed is 'The start was too near for the usual weeks: the steps share the working days there are';
comment on column scheduling.milestone.breached_at is 'When the day had passed without it: its owner was told once';
create index milestone_open on scheduling.milestone (due_day) where done_at is null;

create view scheduling.before_start_v as
    select b.offer_id, b.referral_id, b.group_id, b.state, b.time_id, t.starts_at, t.ends_at, t.day,
        b.choice_id, b.choice_end, b.outcome, b.rounds, b.changed_at, g.name as group_name,
        g.first_day, s.district, r.name as room, r.room_id,
        case when s.withheld or g.situation = 'violence' then null else s.name end as site,
        g.state in ('booked', 'offered', 'confirmed', 'running') as group_lives
    from scheduling.before_start b
    join scheduling.groups g using (group_id)
    left join scheduling.before_start_time t using (time_id, group_id)
    join scheduling.site s on s.site_id = coalesce(t.site_id, g.site_id)
    left join scheduling.room r on r.room_id = t.room_id;
comment on view scheduling.before_start_v is 'A family''s meeting before the start, as its page and the staff''s show it; the site''s name only where the public may know it';

create view scheduling.before_start_open_v as
    select referral_id, group_id from scheduling.before_start
    where state in ('wanted', 'told', 'booked', 'none_fits');
comment on view scheduling.before_start_open_v is 'Families that still are to meet the leaders: others get no letter about it';
grant select on scheduling.before_start_open_v to gruppstod_notification;

create view scheduling.before_start_time_v as
    select t.time_id, t.group_id, t.starts_at, t.ends_at, t.day, r.name as room, b.offer_id,
        case when s.withheld or g.situation = 'violence' then null else s.name end as site,
        s.district
    from scheduling.before_start_time t
    join scheduling.groups g using (group_id)
    join scheduling.site s on s.site_id = t.site_id
    join scheduling.room r on r.room_id = t.room_id
    left join scheduling.before_start b on b.time_id = t.time_id and b.group_id = t.group_id
    where t.taken_back_at is null;
comment on view scheduling.before_start_time_v is 'Times that were given and stand; with the offer of the family that has it, else free';

create view scheduling.before_start_calendar_v as
    select t.time_id, t.group_id, t.room_id, t.starts_at, t.ends_at,
        (t.taken_back_at is not null)::int as sequence,
        coalesce(t.taken_back_at, t.given_at) as changed_at,
        t.taken_back_at is not null as cancelled, g.name || ', före start' as name,
        case when not s.withheld then s.name || ', ' || r.name end as location
    from scheduling.before_start_time t
    join scheduling.groups g using (group_id)
    join scheduling.site s on s.site_id = t.site_id
    join scheduling.room r on r.room_id = t.room_id;
comment on view scheduling.before_start_calendar_v is 'Times for meetings before the start, in the shape of a calendar''s meetings';

create view scheduling.before_start_count_v as
    select group_id, count(*)::int as families, count(time_id)::int as booked,
        count(*) filter (where state = 'ended')::int as ended,
        count(*) filter (where state = 'none_fits')::int as none_fits
    from scheduling.before_start
    where state <> 'released' and coalesce(outcome, 'child_yes') = 'child_yes' group by group_id;
comment on view scheduling.before_start_count_v is 'How far the meetings before the start of each group are';

-- A room's days: these times stand among its meetings and what others have booked.
create or replace view scheduling.room_booking_v as
    select b.room_id, lower(b.during) as starts_at, upper(b.during) as ends_at,
        coalesce(m.group_id, t.group_id) as group_id, g.name as group_name, b.meeting_id,
        m.meeting_no, o.what, o.source, b.outside_id
    from scheduling.room_booking b
    left join scheduling.meeting m using (meeting_id)
    left join scheduling.before_start_time t on t.time_id = b.time_id
    left join scheduling.groups g on g.group_id = coalesce(m.group_id, t.group_id)
    left join scheduling.outside_booking o on o.booking_id = b.outside_id;

create view scheduling.interpreter_v as
    select b.offer_id, i.referral_id, i.group_id, i.part, i.language, i.state, i.noted_at
    from scheduling.interpreter i join scheduling.before_start b using (referral_id, group_id);
comment on view scheduling.interpreter_v is 'Interpreters wanted, booked and not needed';

create view scheduling.milestone_v as
    select m.group_id, m.step, m.owner, m.due_day, m.compressed, m.done_at, m.breached_at,
        g.name as group_name, g.first_day
    from scheduling.milestone m join scheduling.groups g using (group_id)
    where g.state in ('booked', 'offered', 'confirmed');
comment on view scheduling.milestone_v is 'The steps of groups that have not started';

grant select on scheduling.before_start_v, scheduling.before_start_time_v
    to gruppstod_intake, gruppstod_desk_list, gruppstod_operator, gruppstod_demo;
grant select on scheduling.before_start_count_v, scheduling.interpreter_v, scheduling.milestone_v
    to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;
grant select on scheduling.before_start_past to gruppstod_operator;
grant select, insert on scheduling.before_start_time, scheduling.before_start,
    scheduling.interpreter, scheduling.milestone to gruppstod_scheduling;
grant select on scheduling.before_start_past, scheduling.before_start_count_v
    to gruppstod_scheduling;
grant update (taken_back_at) on scheduling.before_start_time to gruppstod_scheduling;
grant update (offer_id, version, state, time_id, rounds, told_at, changed_at, choice_id, choice_end,
    outcome, outcome_by) on scheduling.before_start to gruppstod_scheduling;
grant update (language, state, noted_by, noted_at) on scheduling.interpreter
    to gruppstod_scheduling;
grant update (owner, due_day, first_day, compressed, done_at, breached_at) on scheduling.milestone
    to gruppstod_scheduling;
grant delete on scheduling.milestone to gruppstod_scheduling;

-- What a family chose by its link, as intake committed it; scheduling decides what becomes of it.

create table intake.before_start_choice (
    choice_id uuid primary key,
    offer_id uuid not null,
    referral_id uuid not null,
    person_id uuid,
    time_id uuid,
    chosen_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table intake.before_start_choice is 'Each choice of a time for the meeting before the start; without a time: none of them fits';
create index before_start_choice_offer on intake.before_start_choice (offer_id, chosen_at desc);
grant select, insert on intake.before_start_choice to gruppstod_intake;

-- The checklist of a child. Whether it knows the reason and may talk is said openly to the staff;
-- allergies, needs and who fetches are words that may name somebody: sealed, read by the role that
-- sees no situation, one child at a time, and the reading writes its own row first.

create table desk.checklist (
    checklist_id uuid primary key,
    referral_id uuid not null,
    group_id uuid not null,
    knows_reason boolean not null,
    may_talk boolean not null,
    has_words boolean not null,
    noted_by uuid not null references desk.staff,
    noted_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table desk.checklist is 'What a leader has asked a child and its guardians before the start; the newest row counts';
comment on column desk.checklist.knows_reason is 'The child knows in words of its own why it comes';
comment on column desk.checklist.may_talk is 'The child has leave from home to talk about it';
create index checklist_child on desk.checklist (referral_id, group_id, noted_at desc);
grant select, insert on desk.checklist to gruppstod_desk_list;
grant select on desk.checklist to gruppstod_desk_case;

create table desk.checklist_words (
    checklist_id uuid primary key references desk.checklist,
    sealed bytea not null,
    wrapped_key bytea not null,
    municipality_id smallint not null default 180
);
comment on table desk.checklist_words is 'Allergies, needs, who fetches and who may not, sealed together';
grant insert on desk.checklist_words to gruppstod_desk_list;

create table desk.checklist_read (
    read_id bigint generated always as identity primary key,
    checklist_id uuid not null references desk.checklist,
    staff_id uuid not null,
    read_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table desk.checklist_read is 'Who was shown the words of a checklist; written by the function that shows them, never changed';
create index checklist_read_of on desk.checklist_read (checklist_id);
create trigger append_only before update or delete or truncate on desk.checklist_read
    for each statement execute function audit.refuse_change();
grant select on desk.checklist_read to gruppstod_operator;

create function desk.read_checklist(wanted_referral uuid, wanted_group uuid, staff uuid)
    returns table (checklist_id uuid, sealed bytea, wrapped_key bytea)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    newest uuid;
begin
    select c.checklist_id into newest from desk.checklist c
    where c.referral_id = wanted_referral and c.group_id = wanted_group and c.has_words
    order by c.noted_at desc, c.checklist_id desc limit 1;
    if newest is null then
        return;
    end if;
    insert into desk.checklist_read (checklist_id, staff_id, read_at)
    values (newest, staff, common.civil_now());
    return query select w.checklist_id, w.sealed, w.wrapped_key
        from desk.checklist_words w where w.checklist_id = newest;
end $$;
comment on function desk.read_checklist is 'The only way to the words of a checklist: the row that tells of it is written first';
revoke all on function desk.read_checklist from public;
grant execute on function desk.read_checklist to gruppstod_desk_case;

reset role;
