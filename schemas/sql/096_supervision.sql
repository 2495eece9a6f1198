-- Supervision groups of the leaders, and information visits to units: who is in what, when, who
-- came, and the hours of it in the leaders' ledger (scheduling.leader_work).
--
-- What must never happen is refused here, whoever writes: more leaders in a supervision group than
-- it is for; a leader in two of them; somebody supervised by, or together with, whom a declared
-- tie stands between; a leader at two things at once, away, or beyond the hours that are released.

set role gruppstod_owner;

-- Ties between leaders

create table scheduling.leader_tie (
    leader_id uuid not null references scheduling.leader,
    other_id uuid not null references scheduling.leader,
    tie text not null check (tie in ('manages', 'conflict')),
    told_by uuid,
    told_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (leader_id, other_id, tie),
    constraint leader_tie_of_two check (leader_id <> other_id)
);
comment on table scheduling.leader_tie is 'Who manages whom, and who has declared a conflict of interest with whom; why is not kept';
create index leader_tie_other on scheduling.leader_tie (other_id);

-- Supervision groups

create table scheduling.supervision (
    supervision_id uuid primary key,
    name text not null unique check (length(name) between 1 and 40),
    supervisor_id uuid not null references scheduling.leader,
    capacity smallint not null check (capacity between 2 and 12),
    made_at timestamptz not null,
    ended_at timestamptz,
    municipality_id smallint not null default 180
);
comment on table scheduling.supervision is 'Supervision groups: leaders who talk about their groups together, with a supervisor of the register';
create index supervision_of_supervisor on scheduling.supervision (supervisor_id);

create table scheduling.supervision_member (
    supervision_id uuid not null references scheduling.supervision,
    leader_id uuid not null references scheduling.leader,
    joined_at timestamptz not null,
    left_at timestamptz,
    municipality_id smallint not null default 180,
    primary key (supervision_id, leader_id, joined_at),
    constraint supervision_member_leaves_after check (left_at >= joined_at)
);
comment on table scheduling.supervision_member is 'Who is in a supervision group, from when to when';
create unique index supervision_member_once on scheduling.supervision_member (leader_id)
    where left_at is null;

create table scheduling.supervision_meeting (
    meeting_id uuid primary key,
    supervision_id uuid not null references scheduling.supervision,
    day date not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    location text not null check (length(location) between 1 and 80),
    state text not null default 'planned' check (state in ('planned', 'held', 'cancelled')),
    sequence integer not null default 0,
    changed_at timestamptz not null,
    municipality_id smallint not null default 180,
    constraint supervision_meeting_length
        check (ends_at - starts_at between interval '30 minutes' and interval '4 hours'),
    constraint supervision_meeting_on_its_day
        check (timezone('Europe/Stockholm', starts_at)::date = day)
);
comment on table scheduling.supervision_meeting is 'Meetings of the supervision groups';
comment on column scheduling.supervision_meeting.sequence is 'Rises with each change that a calendar shows';
create unique index supervision_meeting_once_a_day on scheduling.supervision_meeting
    (supervision_id, day) where state <> 'cancelled';

create table scheduling.supervision_presence (
    meeting_id uuid not null references scheduling.supervision_meeting,
    leader_id uuid not null references scheduling.leader,
    came boolean not null,
    noted_by uuid,
    noted_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (meeting_id, leader_id)
);
comment on table scheduling.supervision_presence is 'Who came to supervision; nothing of what was said';

-- Whoever is tied to the supervisor by either word is not supervised there; two members only by a
-- conflict: a manager may well sit beside whom she manages when neither minds.
create function scheduling.is_tied(who uuid, wanted uuid) returns boolean
    language sql stable parallel safe
    return exists (select from scheduling.supervision s
        join scheduling.leader_tie t on (t.leader_id = who and t.other_id = s.supervisor_id)
            or (t.other_id = who and t.leader_id = s.supervisor_id)
        where s.supervision_id = wanted)
    or exists (select from scheduling.supervision s
        where s.supervision_id = wanted and s.supervisor_id = who)
    or exists (select from scheduling.supervision_member m
        join scheduling.leader_tie t on t.tie = 'conflict'
            and ((t.leader_id = who and t.other_id = m.leader_id)
                or (t.other_id = who and t.leader_id = m.leader_id))
        where m.supervision_id = wanted and m.left_at is null);
comment on function scheduling.is_tied is 'Whether a tie keeps a leader out of a supervision group';

create function scheduling.refuse_unfit_supervision() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wanted uuid := new.supervision_id;
    most smallint;
begin
    -- Two that join at once must see each other.
    select capacity into most from scheduling.supervision
     where supervision_id = wanted for no key update;
    if most < (select count(*) from scheduling.supervision_member m
                where m.supervision_id = wanted and m.left_at is null) then
        raise exception 'the supervision group % is full', wanted
            using errcode = 'exclusion_violation', constraint = 'supervision_capacity';
    end if;
    if exists (select from scheduling.supervision_member m
                where m.supervision_id = wanted and m.left_at is null
                  and scheduling.is_tied(m.leader_id, wanted)) then
        raise exception 'two of the supervision group % are tied', wanted
            using errcode = 'exclusion_violation', constraint = 'supervision_untied';
    end if;
    return null;
end $$;
create trigger supervision_member_fits after insert or update on scheduling.supervision_member
    for each row when (new.left_at is null) execute function scheduling.refuse_unfit_supervision();
create trigger supervision_fits after update on scheduling.supervision
    for each row execute function scheduling.refuse_unfit_supervision();

create function scheduling.refuse_tie_together() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    if exists (select from scheduling.supervision_member m
                where m.left_at is null and m.leader_id in (new.leader_id, new.other_id)
                  and scheduling.is_tied(m.leader_id, m.supervision_id)) then
        raise exception 'leaders % and % are supervised together', new.leader_id, new.other_id
            using errcode = 'exclusion_violation', constraint = 'supervision_untied';
    end if;
    return null;
end $$;
create trigger leader_tie_apart after insert on scheduling.leader_tie
    for each row execute function scheduling.refuse_tie_together();

-- Units and visits

create table scheduling.unit (
    unit_id uuid primary key,
    name text not null check (length(name) between 1 and 80),
    kind text not null check (kind ~ '^[a-z_]{1,40}$'),
    district text references scheduling.district,
    active boolean not null default true,
    municipality_id smallint not null default 180,
    constraint unit_once unique (name, kind)
);
comment on table scheduling.unit is 'Schools, clinics and offices that hear of the groups by visits';
comment on column scheduling.unit.kind is 'A word of source in schemas/common.json: referrals are counted by it';

create table scheduling.visit (
    visit_id uuid primary key,
    unit_id uuid not null references scheduling.unit,
    day date not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    state text not null default 'planned' check (state in ('planned', 'done', 'cancelled')),
    people smallint check (people between 0 and 2000),
    sequence integer not null default 0,
    changed_at timestamptz not null,
    municipality_id smallint not null default 180,
    constraint visit_counted check ((state = 'done') = (people is not null)),
    constraint visit_length
        check (ends_at - starts_at between interval '15 minutes' and interval '4 hours'),
    constraint visit_on_its_day check (timezone('Europe/Stockholm', starts_at)::date = day)
);
comment on table scheduling.visit is 'Information visits to units';
comment on column scheduling.visit.people is 'How many were met, as the visitors counted';
create index visit_of_unit on scheduling.visit (unit_id, day);

create table scheduling.visit_leader (
    visit_id uuid not null references scheduling.visit,
    leader_id uuid not null references scheduling.leader,
    municipality_id smallint not null default 180,
    primary key (visit_id, leader_id)
);
comment on table scheduling.visit_leader is 'Who goes on a visit';
create index visit_leader_of on scheduling.visit_leader (leader_id);

-- One row of work for each person of a meeting or visit, and one booking for that row, under the
-- same exclusion constraint as the groups' meetings.

create unique index leader_work_once on scheduling.leader_work (about, leader_id)
    where kind in ('supervision', 'visit');

alter table scheduling.leader_booking
    alter column site_id drop not null,
    add column work_id uuid references scheduling.leader_work,
    add constraint leader_booking_of_work unique (work_id, leader_id),
    add constraint leader_booking_at_a_site check (work_id is not null or site_id is not null),
    drop constraint leader_booking_for_one,
    add constraint leader_booking_for_one
        check (num_nonnulls(meeting_id, time_id, work_id) = 1);
comment on column scheduling.leader_booking.site_id is 'The house; none for supervision and visits, which are elsewhere';

create function scheduling.refuse_absent_work() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong record;
begin
    select b.leader_id, w.day, case when scheduling.is_away(b.leader_id, w.day)
            then 'leader_booking_away' else 'leader_booking_contract' end as rule
      into wrong
      from made b
      join scheduling.leader_work w using (work_id)
      join scheduling.leader l on l.leader_id = b.leader_id
     where not l.active or w.day not between l.contract_from and l.contract_until
        or scheduling.is_away(b.leader_id, w.day)
     limit 1;
    if found then
        raise exception 'leader % does not work on %', wrong.leader_id, wrong.day
            using errcode = 'exclusion_violation', constraint = wrong.rule;
    end if;
    return null;
end $$;
create trigger leader_booking_work_fit after insert on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_absent_work();

-- A meeting before the start counts as long as it is, for both leaders, once a family has chosen
-- it; times that nobody has chosen cost nothing.
create view scheduling.before_start_work_v as
    select b.leader_id, t.time_id, t.group_id, t.day,
        (extract(epoch from t.ends_at - t.starts_at) / 60)::int as minutes
    from scheduling.before_start_time t
    join scheduling.leader_booking b using (time_id)
    where exists (select from scheduling.before_start s where s.time_id = t.time_id);
comment on view scheduling.before_start_work_v is 'Hours of the meetings before the start';

create or replace function scheduling.work_minutes(who uuid, monday date) returns integer
    language sql stable
    return (coalesce((select sum(w.minutes) from scheduling.leader_work w
            where w.leader_id = who and w.day between monday and monday + 6
              and not w.cancelled), 0)
        + coalesce((select sum(x.minutes) from scheduling.before_start_work_v x
            where x.leader_id = who and x.day between monday and monday + 6), 0))::integer;

create or replace view scheduling.leader_hours_v as
    select b.leader_id, m.day, 'meeting' as kind, 60 * r.meeting_hours as minutes,
        m.meeting_id as about, m.group_id, m.state = 'held' as used
    from scheduling.leader_booking b
    join scheduling.meeting m using (meeting_id)
    join scheduling.leader_rule r on r.municipality_id = m.municipality_id
    union all
    select w.leader_id, w.day, w.kind, w.minutes::int, w.about, null,
        w.day < common.today()
    from scheduling.leader_work w where not w.cancelled
    union all
    select x.leader_id, x.day, 'before_start', x.minutes, x.time_id, x.group_id,
        x.day < common.today()
    from scheduling.before_start_work_v x;

-- What is planned, whatever it is; what a calendar and a letter call it.
create view scheduling.event_v as
    select m.meeting_id as about, 'supervision' as kind, m.supervision_id as whose, s.name,
        m.location, m.day, m.starts_at, m.ends_at, m.state, m.sequence, m.changed_at
    from scheduling.supervision_meeting m join scheduling.supervision s using (supervision_id)
    union all
    select v.visit_id, 'visit', v.unit_id, 'Informationsbesök', u.name, v.day, v.starts_at,
        v.ends_at, v.state, v.sequence, v.changed_at
    from scheduling.visit v join scheduling.unit u using (unit_id);
comment on view scheduling.event_v is 'Meetings of supervision groups and information visits';

create view scheduling.event_person_v as
    select m.meeting_id as about, p.leader_id, p.leads
    from scheduling.supervision_meeting m
    join (select supervision_id, leader_id, false as leads from scheduling.supervision_member
           where left_at is null
          union all
          select supervision_id, supervisor_id, true from scheduling.supervision
           where ended_at is null) p using (supervision_id)
    where m.state = 'planned'
    union all
    select v.visit_id, g.leader_id, true
    from scheduling.visit v join scheduling.visit_leader g using (visit_id)
    where v.state = 'planned';
comment on view scheduling.event_person_v is 'Who belongs to what is planned; leads: without this person it is not';

-- Why a leader cannot be somewhere then: null, or a word of act_reason.
create function scheduling.hindrance(who uuid, own uuid, from_at timestamptz, to_at timestamptz)
    returns text language sql stable
    return case
        when exists (select from scheduling.leader l where l.leader_id = who and (not l.active
                or timezone('Europe/Stockholm', from_at)::date
                    not between l.contract_from and l.contract_until)) then 'leader_contract'
        when scheduling.is_away(who, timezone('Europe/Stockholm', from_at)::date)
            then 'leader_absent'
        when exists (select from scheduling.leader_booking b
                left join scheduling.leader_work w using (work_id)
                where b.leader_id = who and b.during && tstzrange(from_at, to_at)
                  and w.about is distinct from own) then 'leader_taken'
        when scheduling.week_minutes(who,
                date_trunc('week', timezone('Europe/Stockholm', from_at))::date)
            + extract(epoch from to_at - from_at) / 60
            - coalesce((select sum(w.minutes) from scheduling.leader_work w
                where w.leader_id = who and w.about = own and not w.cancelled
                  and date_trunc('week', w.day::timestamp)
                    = date_trunc('week', timezone('Europe/Stockholm', from_at))), 0)
            > scheduling.released_minutes(who,
                date_trunc('week', timezone('Europe/Stockholm', from_at))::date)
            then 'leader_full'
        end;
comment on function scheduling.hindrance is 'What keeps a leader from being somewhere at a time, apart from what this is itself';

-- What others may read

create view scheduling.supervision_v as
    select s.supervision_id, s.name, s.supervisor_id, l.work_name as supervisor,
        s.capacity::int as capacity, s.ended_at,
        (select count(*)::int from scheduling.supervision_member m
          where m.supervision_id = s.supervision_id and m.left_at is null) as members,
        (select min(m.starts_at) from scheduling.supervision_meeting m
          where m.supervision_id = s.supervision_id and m.state = 'planned'
            and m.day >= common.today()) as next_at,
        (select max(m.day) from scheduling.supervision_meeting m
          where m.supervision_id = s.supervision_id and m.state = 'held') as last_held
    from scheduling.supervision s join scheduling.leader l on l.leader_id = s.supervisor_id;

create view scheduling.supervision_member_v as
    select m.supervision_id, m.leader_id, l.work_name, m.joined_at,
        (select count(*)::int from scheduling.supervision_presence p
            join scheduling.supervision_meeting x using (meeting_id)
            where p.leader_id = m.leader_id and x.supervision_id = m.supervision_id and p.came)
            as came
    from scheduling.supervision_member m join scheduling.leader l using (leader_id)
    where m.left_at is null;

create view scheduling.supervision_meeting_v as
    select meeting_id, supervision_id, day, starts_at, ends_at, location, state, sequence
    from scheduling.supervision_meeting;

create view scheduling.supervision_person_v as
    select w.about as meeting_id, w.leader_id, l.work_name, p.came, not w.cancelled as counted
    from scheduling.leader_work w
    join scheduling.leader l using (leader_id)
    left join scheduling.supervision_presence p
        on p.meeting_id = w.about and p.leader_id = w.leader_id
    where w.kind = 'supervision' and (not w.cancelled or p.came is not null);
comment on view scheduling.supervision_person_v is 'Who was booked for a meeting of a supervision group, and who came';

create view scheduling.supervision_gap_v as
    select l.leader_id, l.work_name, d.name as home,
        exists (select from scheduling.group_leader g join scheduling.groups x using (group_id)
            where g.leader_id = l.leader_id
              and x.state in ('booked', 'offered', 'confirmed', 'running')) as leads
    from scheduling.leader l left join scheduling.district d on d.code = l.home
    where l.active and common.today() between l.contract_from and l.contract_until
      and exists (select from scheduling.leader_training t where t.leader_id = l.leader_id
            and t.valid_from <= common.today()
            and (t.valid_until is null or t.valid_until >= common.today()))
      and not exists (select from scheduling.supervision_member m
            where m.leader_id = l.leader_id and m.left_at is null);
comment on view scheduling.supervision_gap_v is 'Active leaders who are in no supervision group';

create view scheduling.leader_tie_v as
    select t.leader_id, t.other_id, t.tie, a.work_name as name, b.work_name as other_name
    from scheduling.leader_tie t
    join scheduling.leader a on a.leader_id = t.leader_id
    join scheduling.leader b on b.leader_id = t.other_id;

create view scheduling.leader_event_v as
    select w.leader_id, e.about, e.kind, e.whose, e.name, e.location, e.day, e.starts_at, e.ends_at
    from scheduling.leader_work w join scheduling.event_v e on e.about = w.about
    where not w.cancelled and e.state = 'planned';
comment on view scheduling.leader_event_v is 'A leader''s supervision and visits to come';

create view scheduling.unit_v as
    select u.unit_id, u.name, u.kind, u.district, d.name as district_name, u.active,
        count(v.visit_id) filter (where v.state = 'planned')::int as planned,
        count(v.visit_id) filter (where v.state = 'done')::int as done,
        coalesce(sum(v.people), 0)::int as people,
        max(v.day) filter (where v.state = 'done') as last_day,
        min(v.day) filter (where v.state = 'planned') as next_day
    from scheduling.unit u
    left join scheduling.district d on d.code = u.district
    left join scheduling.visit v using (unit_id)
    group by u.unit_id, u.name, u.kind, u.district, d.name, u.active;
comment on view scheduling.unit_v is 'Each unit with its visits';

create view scheduling.visit_v as
    select v.visit_id, v.unit_id, u.name as unit, v.day, v.starts_at, v.ends_at, v.state,
        v.people::int as people,
        array(select l.work_name from scheduling.visit_leader g
              join scheduling.leader l using (leader_id)
              where g.visit_id = v.visit_id order by 1) as leaders,
        array(select g.leader_id from scheduling.visit_leader g
              where g.visit_id = v.visit_id order by 1) as leader_ids
    from scheduling.visit v join scheduling.unit u using (unit_id);

-- How many told of a child, by what they are and where the child lives: beside the visits. The
-- unit's own name is sealed with whoever told, and is not counted.
create view intake.recruitment_v as
    select source, district, (received_at at time zone 'Europe/Stockholm')::date as day,
        count(*)::int as told
    from intake.referral group by 1, 2, 3;
comment on view intake.recruitment_v is 'Referrals a day by kind of source and district; no child';

create or replace view scheduling.name_v as
    select r.room_id as id, 'room' as kind, s.name || ', ' || r.name as name
    from scheduling.room r join scheduling.site s using (site_id)
    union all
    select leader_id, 'leader', work_name from scheduling.leader
    union all
    select group_id, 'group', name from scheduling.groups
    union all
    select supervision_id, 'supervision', name from scheduling.supervision;

-- Calendars: what a leader subscribes to and is invited to has supervision and visits in it. Who
-- has left a meeting sees it cancelled, as a change after the last.
alter view scheduling.leader_calendar_v rename to leader_series_calendar_v;
create view scheduling.leader_calendar_v as
    select leader_id, meeting_id, group_id, starts_at, ends_at, sequence, changed_at, cancelled,
        name, location
    from scheduling.leader_series_calendar_v
    union all
    select w.leader_id, e.about, e.whose, e.starts_at, e.ends_at,
        2 * e.sequence + (e.state = 'planned' and w.cancelled)::int, e.changed_at,
        e.state = 'cancelled' or (e.state = 'planned' and w.cancelled), e.name, e.location
    from scheduling.leader_work w join scheduling.event_v e on e.about = w.about;
comment on view scheduling.leader_calendar_v is 'A leader''s meetings, supervision and visits';

create or replace view scheduling.leader_feed_v as
    select leader_id, meeting_id, starts_at, ends_at, sequence, changed_at, cancelled, name,
        location
    from scheduling.leader_calendar_v
    union all
    select b.leader_id, t.time_id, t.starts_at, t.ends_at, t.sequence, t.changed_at, t.cancelled,
        t.name, t.location
    from scheduling.leader_booking b join scheduling.before_start_calendar_v t using (time_id);

-- Who may what

revoke select on scheduling.leader_series_calendar_v from gruppstod_notification;
grant select on scheduling.leader_calendar_v, scheduling.event_v to gruppstod_notification;

do $$
declare
    login text;
begin
    foreach login in array array['desk_list', 'operator'] loop
        execute format('grant select on scheduling.supervision_v, scheduling.supervision_gap_v,'
            ' scheduling.unit_v, scheduling.visit_v, intake.recruitment_v to gruppstod_%s', login);
    end loop;
end $$;
grant select on scheduling.supervision_member_v, scheduling.supervision_meeting_v,
    scheduling.supervision_person_v, scheduling.leader_tie_v, scheduling.leader_event_v
    to gruppstod_desk_list;

grant select on scheduling.leader_tie, scheduling.supervision, scheduling.supervision_member,
    scheduling.supervision_meeting, scheduling.supervision_presence, scheduling.unit,
    scheduling.visit, scheduling.visit_leader, scheduling.event_v, scheduling.event_person_v,
    scheduling.before_start_work_v
    to gruppstod_scheduling;
grant insert on scheduling.leader_tie, scheduling.supervision, scheduling.supervision_member,
    scheduling.supervision_meeting, scheduling.supervision_presence, scheduling.unit,
    scheduling.visit, scheduling.visit_leader to gruppstod_scheduling;
grant update (name, supervisor_id, capacity, ended_at) on scheduling.supervision
    to gruppstod_scheduling;
grant update (left_at) on scheduling.supervision_member to gruppstod_scheduling;
grant update (day, starts_at, ends_at, location, state, sequence, changed_at)
    on scheduling.supervision_meeting to gruppstod_scheduling;
grant update (came, noted_by, noted_at) on scheduling.supervision_presence to gruppstod_scheduling;
grant update (name, kind, district, active) on scheduling.unit to gruppstod_scheduling;
grant update (day, starts_at, ends_at, state, people, sequence, changed_at) on scheduling.visit
    to gruppstod_scheduling;
grant delete on scheduling.leader_tie, scheduling.visit_leader to gruppstod_scheduling;

reset role;
