-- Leaders: employer and release, trainings over time, absences, conflicts of interest, hours,
-- substitutes, warnings and the forecast.
--
-- What must never happen is refused here, whoever writes: a leader booked on a day without the
-- training that the programme asks for, outside the contract, while away, or beyond the hours that
-- the manager has released; two beginners alone with a group; two of one employer where a
-- programme is shared; a leader in a group with a child of a conflict; a contract, a training or a
-- release that is cut shorter than what is booked on it.

set role gruppstod_owner;

-- The register

create table scheduling.leader_rule (
    municipality_id smallint primary key default 180,
    meeting_hours smallint not null default 8 check (meeting_hours between 1 and 24),
    experienced_after smallint not null default 30 check (experienced_after between 1 and 500)
);
comment on table scheduling.leader_rule is 'What a municipality has decided of its leaders'' work';
comment on column scheduling.leader_rule.meeting_hours is 'Hours of work that one meeting counts for, with what goes before and after it';
comment on column scheduling.leader_rule.experienced_after is 'Meetings led that make a leader experienced: about two series';
insert into scheduling.leader_rule default values;

alter table scheduling.leader
    add column employer text not null default 'Kommunen' check (length(employer) between 1 and 80),
    add column experience_said boolean,
    add column led_before smallint not null default 0 check (led_before between 0 and 2000);
comment on column scheduling.leader.employer is 'Who pays: the municipality, a parish, an association';
comment on column scheduling.leader.experience_said is 'A coordinator''s word on experience, which goes before the count of meetings';
comment on column scheduling.leader.led_before is 'Meetings led before this register began';

-- Over the years a leader has several trainings for a situation; one may overlap the next.
alter table scheduling.group_leader drop constraint group_leader_trained;
alter table scheduling.leader_training drop constraint leader_training_pkey;
alter table scheduling.leader_training add primary key (leader_id, situation, valid_from);

create table scheduling.leader_release (
    leader_id uuid not null references scheduling.leader,
    school_year text not null,
    season text not null,
    hours_week smallint not null check (hours_week between 0 and 40),
    municipality_id smallint not null default 180,
    primary key (leader_id, school_year, season),
    foreign key (municipality_id, school_year, season) references scheduling.term
);
comment on table scheduling.leader_release is 'Hours a week that the manager gives for the term; no row: nobody has set a limit';

create table scheduling.leader_absence (
    absence_id uuid primary key,
    leader_id uuid not null references scheduling.leader,
    first_day date not null,
    last_day date not null check (last_day between first_day and first_day + 730),
    reason text not null check (reason in ('ill', 'child_ill', 'leave', 'training', 'other')),
    said_by uuid,
    said_at timestamptz not null,
    withdrawn_at timestamptz,
    municipality_id smallint not null default 180
);
comment on table scheduling.leader_absence is 'Days that a leader is away, both ends among them; no words beside the reason';
create index leader_absence_days on scheduling.leader_absence
    using gist (leader_id, daterange(first_day, last_day, '[]')) where withdrawn_at is null;

create table scheduling.leader_conflict (
    leader_id uuid not null references scheduling.leader,
    referral_id uuid not null,
    told_by uuid,
    told_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (leader_id, referral_id)
);
comment on table scheduling.leader_conflict is 'Who must not lead which child: an own pupil, kin, a colleague''s family; why is not kept';
create index leader_conflict_referral on scheduling.leader_conflict (referral_id);

create table scheduling.leader_clear (
    group_id uuid not null references scheduling.groups,
    leader_id uuid not null references scheduling.leader,
    told_by uuid,
    told_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (group_id, leader_id)
);
comment on table scheduling.leader_clear is 'Whose conflicts with the children of a group have been asked for, and there are none';

create table scheduling.booking_held (
    group_id uuid primary key references scheduling.groups,
    since timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table scheduling.booking_held is 'Groups whose leaders are still asked for conflicts: matching has not been told that they are booked, so nothing is offered';

create table scheduling.leader_work (
    work_id uuid primary key,
    leader_id uuid not null references scheduling.leader,
    kind text not null check (kind in ('supervision', 'visit', 'before_start', 'talk', 'other')),
    about uuid,
    day date not null,
    minutes smallint not null check (minutes between 1 and 1440),
    cancelled boolean not null default false,
    municipality_id smallint not null default 180
);
comment on table scheduling.leader_work is 'Hours beside the meetings: supervision, information visits, meetings before the start';
create index leader_work_days on scheduling.leader_work (leader_id, day) where not cancelled;

-- Substitutes

create table scheduling.substitution (
    substitution_id uuid primary key,
    group_id uuid not null references scheduling.groups,
    leader_id uuid not null references scheduling.leader,
    part text not null check (part in ('child', 'parent')),
    cause text not null check (cause in ('absence', 'conflict', 'left')),
    absence_id uuid references scheduling.leader_absence,
    state text not null default 'searching'
        check (state in ('searching', 'filled', 'unfilled', 'ended')),
    opened_at timestamptz not null,
    settled_at timestamptz,
    filled_by uuid references scheduling.leader,
    municipality_id smallint not null default 180,
    check ((state = 'filled') = (filled_by is not null)),
    check ((cause = 'absence') = (absence_id is not null))
) with (fillfactor = 80);
comment on table scheduling.substitution is 'A leader cannot: somebody else is looked for, for one meeting or for all that are left';
create index substitution_open on scheduling.substitution (opened_at)
    where state in ('searching', 'unfilled');
create index substitution_of on scheduling.substitution (leader_id);
create index substitution_absence on scheduling.substitution (absence_id);

create table scheduling.substitution_meeting (
    substitution_id uuid not null references scheduling.substitution,
    meeting_id uuid not null references scheduling.meeting,
    municipality_id smallint not null default 180,
    primary key (substitution_id, meeting_id)
);
comment on table scheduling.substitution_meeting is 'The meetings that a substitute is looked for';
create index substitution_meeting_of on scheduling.substitution_meeting (meeting_id);

create table scheduling.substitute_ask (
    ask_id uuid primary key,
    substitution_id uuid not null references scheduling.substitution,
    leader_id uuid not null references scheduling.leader,
    rank smallint not null check (rank > 0),
    points integer not null,
    asked_at timestamptz not null,
    wait_until timestamptz not null,
    state text not null default 'asked' check (state in ('asked', 'yes', 'no', 'settled')),
    answered_at timestamptz,
    municipality_id smallint not null default 180,
    unique (substitution_id, leader_id)
);
comment on table scheduling.substitute_ask is 'Who was asked, in turn; a yes counts until somebody else''s yes has settled it';
comment on column scheduling.substitute_ask.wait_until is 'Then the next is asked as well';
create unique index substitute_first_yes on scheduling.substitute_ask (substitution_id)
    where state = 'yes';

create table scheduling.leader_warning (
    leader_id uuid not null references scheduling.leader,
    kind text not null check (kind in ('contract', 'training')),
    situation text not null default '',
    ends_on date not null,
    warned_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (leader_id, kind, situation, ends_on)
);
comment on table scheduling.leader_warning is 'That a contract or a training ends soon has been said, once';

create table scheduling.forecast (
    situation text not null check (situation in ('substance', 'mental', 'violence', 'separation')),
    district text not null references scheduling.district,
    waiting integer not null,
    expected integer not null,
    leaders_now smallint not null,
    leaders_then smallint not null,
    groups_needed smallint not null,
    groups_led smallint not null,
    short_from date,
    made_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (situation, district)
);
comment on table scheduling.forecast is 'Twelve months ahead: groups that the children need against groups that there are leaders for';
comment on column scheduling.forecast.short_from is 'The month in which leaders are missing for the first time';

-- What a booking demands of its leaders, one rule a function, looked at for all rows of a statement

create function scheduling.is_trained(who uuid, what text, depth text, on_day date) returns boolean
    language sql stable parallel safe
    return exists (select from scheduling.leader_training t
        where t.leader_id = who and t.situation = what
          and scheduling.level_rank(t.level) >= scheduling.level_rank(depth)
          and t.valid_from <= on_day and (t.valid_until is null or t.valid_until >= on_day));
comment on function scheduling.is_trained is 'Whether a leader''s training for a situation holds on a day, at that level or a deeper one';

create function scheduling.is_away(who uuid, on_day date) returns boolean
    language sql stable parallel safe
    return exists (select from scheduling.leader_absence a
        where a.leader_id = who and a.withdrawn_at is null
          and daterange(a.first_day, a.last_day, '[]') @> on_day);
comment on function scheduling.is_away is 'Whether a leader has said to be away on a day';

-- 096 counts the meetings before the start here too.
create function scheduling.work_minutes(who uuid, monday date) returns integer
    language sql stable
    return coalesce((select sum(w.minutes) from scheduling.leader_work w
            where w.leader_id = who and w.day between monday and monday + 6
              and not w.cancelled), 0)::integer;
comment on function scheduling.work_minutes is 'A leader''s work beside the groups'' meetings in the week from a Monday';

create function scheduling.week_minutes(who uuid, monday date) returns integer
    language sql stable
    return coalesce((select count(*) from scheduling.leader_booking b
            where b.leader_id = who and b.meeting_id is not null and b.during && tstzrange(
                timezone('Europe/Stockholm', monday::timestamp),
                timezone('Europe/Stockholm', (monday + 7)::timestamp))), 0)::integer
        * 60 * (select r.meeting_hours from scheduling.leader_rule r where r.municipality_id = 180)
        + scheduling.work_minutes(who, monday);
comment on function scheduling.week_minutes is 'A leader''s work in the week from a Monday: meetings at their hours, supervision, visits';

create function scheduling.released_minutes(who uuid, monday date) returns integer
    language sql stable
    return (select min(r.hours_week) * 60 from scheduling.leader_release r
        join scheduling.term t using (municipality_id, school_year, season)
        where r.leader_id = who and t.first_day <= monday + 6 and t.last_day >= monday);
comment on function scheduling.released_minutes is 'What the manager has released for the week from a Monday; null: no limit is set';

-- These guards go in the order that is written, from what was made on, one look by key for each row
-- ("offset 0" keeps the planner from turning that round while the tables are small): as small as a
-- booking, however many meetings there are. What holds from the first to the last day of a leader
-- holds on each: only where it does not, each day is looked at.
create function scheduling.refuse_unfit_leaders() returns trigger
    language plpgsql set search_path = pg_catalog set join_collapse_limit = 1 as $$
declare
    wrong record;
begin
    with days as materialized (
        select b.leader_id, m.day, m.group_id, g.situation, v.level
          from made b
          cross join lateral (select o.day, o.group_id from scheduling.meeting o
                where o.meeting_id = b.meeting_id offset 0) m
          cross join lateral (select o.situation, o.programme_id, o.programme_version
                from scheduling.groups o where o.group_id = m.group_id offset 0) g
          join scheduling.programme_version v
            on v.programme_id = g.programme_id and v.version = g.programme_version),
    spans as materialized (
        select leader_id, group_id, situation, level, min(day) as first, max(day) as last
          from days group by leader_id, group_id, situation, level),
    doubtful as materialized (
        select s.leader_id, s.group_id from spans s
          join scheduling.leader l using (leader_id)
         where not l.active or s.first < l.contract_from or s.last > l.contract_until
            or not exists (select from scheduling.leader_training t
                where t.leader_id = s.leader_id and t.situation = s.situation
                  and scheduling.level_rank(t.level) >= scheduling.level_rank(s.level)
                  and t.valid_from <= s.first
                  and (t.valid_until is null or t.valid_until >= s.last))
            or exists (select from scheduling.leader_absence a
                where a.leader_id = s.leader_id and a.withdrawn_at is null
                  and daterange(a.first_day, a.last_day, '[]') && daterange(s.first, s.last, '[]'))
            or exists (select from scheduling.leader_conflict c join scheduling.roster o
                using (referral_id) where c.leader_id = s.leader_id and o.group_id = s.group_id))
    select d.leader_id, d.day, case
            when not l.active or d.day not between l.contract_from and l.contract_until
                then 'leader_booking_contract'
            when not scheduling.is_trained(d.leader_id, d.situation, d.level, d.day)
                then 'leader_booking_trained'
            when scheduling.is_away(d.leader_id, d.day) then 'leader_booking_away'
            else 'leader_booking_conflict' end as rule
      into wrong
      from doubtful
      join days d using (leader_id, group_id)
      join scheduling.leader l on l.leader_id = d.leader_id
     where not l.active or d.day not between l.contract_from and l.contract_until
        or not scheduling.is_trained(d.leader_id, d.situation, d.level, d.day)
        or scheduling.is_away(d.leader_id, d.day)
        or exists (select from scheduling.leader_conflict c join scheduling.roster o
                using (referral_id) where c.leader_id = d.leader_id and o.group_id = d.group_id)
     limit 1;
    if found then
        raise exception 'leader % cannot be booked on %', wrong.leader_id, wrong.day
            using errcode = 'exclusion_violation', constraint = wrong.rule;
    end if;
    return null;
end $$;
create trigger leader_booking_fit after insert on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_unfit_leaders();
create trigger leader_booking_moved_fit after update on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_unfit_leaders();

create function scheduling.refuse_too_many_hours() returns trigger
    language plpgsql set search_path = pg_catalog set join_collapse_limit = 1 as $$
declare
    wrong record;
begin
    if tg_table_name = 'leader_booking' then
        with told as materialized (
            select distinct b.leader_id, date_trunc('week', m.day::timestamp)::date as monday
              from made b cross join lateral (select o.day from scheduling.meeting o
                    where o.meeting_id = b.meeting_id offset 0) m),
        allowed as materialized (
            select told.leader_id, told.monday, min(r.hours_week) * 60 as minutes
              from told
              join scheduling.leader_release r using (leader_id)
              join scheduling.term t using (municipality_id, school_year, season)
             where t.first_day <= told.monday + 6 and t.last_day >= told.monday
             group by told.leader_id, told.monday),
        spent as (
            select w.leader_id, date_trunc('week',
                    timezone('Europe/Stockholm', lower(b.during)))::date as monday,
                count(*) * 60 * q.meeting_hours as minutes
              from (select leader_id, min(monday) as first, max(monday) + 6 as last
                      from allowed group by leader_id) w
              cross join lateral (select o.during, o.municipality_id
                    from scheduling.leader_booking o
                   where o.leader_id = w.leader_id and o.meeting_id is not null
                     and o.during && tstzrange(
                        timezone('Europe/Stockholm', w.first::timestamp),
                        timezone('Europe/Stockholm', (w.last + 1)::timestamp)) offset 0) b
              join scheduling.leader_rule q on q.municipality_id = b.municipality_id
             group by 1, 2, q.meeting_hours)
        select a.leader_id, a.monday into wrong
          from allowed a
          join spent using (leader_id, monday)
         where spent.minutes + scheduling.work_minutes(a.leader_id, a.monday) > a.minutes
         limit 1;
    else
        select b.leader_id, date_trunc('week', b.day::timestamp)::date as monday into wrong
          from made b
         where not b.cancelled
           and scheduling.week_minutes(b.leader_id, date_trunc('week', b.day::timestamp)::date)
               > scheduling.released_minutes(b.leader_id,
                   date_trunc('week', b.day::timestamp)::date)
         limit 1;
    end if;
    if found then
        raise exception 'leader % has no hours left in the week of %', wrong.leader_id, wrong.monday
            using errcode = 'exclusion_violation', constraint = 'leader_hours_released';
    end if;
    return null;
end $$;
create trigger leader_work_moved_hours after update on scheduling.leader_work
    referencing new table as made for each statement
    execute function scheduling.refuse_too_many_hours();
create trigger leader_booking_hours after insert on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_too_many_hours();
create trigger leader_booking_moved_hours after update on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_too_many_hours();
create trigger leader_work_hours after insert on scheduling.leader_work
    referencing new table as made for each statement
    execute function scheduling.refuse_too_many_hours();

-- Each evening of a group has somebody experienced with the children, and where a programme is
-- shared one of each employer, also when a substitute comes.
create function scheduling.refuse_unfit_pairs() returns trigger
    language plpgsql set search_path = pg_catalog set join_collapse_limit = 1 as $$
declare
    wrong record;
begin
    select p.meeting_id, case when p.experienced then 'leader_pair_employers'
            else 'leader_pair_experienced' end as rule
      into wrong
      from (select b.meeting_id, bool_or(l.experienced) as experienced, v.shared_employers,
                count(distinct l.employer) as employers, count(*) as leaders
              from (select distinct meeting_id from made) told
              cross join lateral (select o.group_id from scheduling.meeting o
                    where o.meeting_id = told.meeting_id offset 0) m
              cross join lateral (select o.* from scheduling.groups o
                    where o.group_id = m.group_id offset 0) g
              join scheduling.programme_version v
                on v.programme_id = g.programme_id and v.version = g.programme_version
              cross join lateral (select o.meeting_id, o.leader_id
                    from scheduling.leader_booking o
                   where o.meeting_id = told.meeting_id offset 0) b
              cross join lateral (select o.experienced, o.employer from scheduling.leader o
                    where o.leader_id = b.leader_id offset 0) l
              left join lateral (select o.part from scheduling.group_leader o
                    where o.group_id = m.group_id and o.leader_id = b.leader_id offset 0) own
                on true
              left join lateral (select s.part from scheduling.substitution_meeting sm
                    join scheduling.substitution s using (substitution_id)
                   where sm.meeting_id = b.meeting_id and s.filled_by = b.leader_id
                   limit 1) other on true
             where g.format = 'group' and coalesce(own.part, other.part, 'child') = 'child'
             group by b.meeting_id, v.shared_employers) p
     where not p.experienced or (p.shared_employers and p.leaders > 1 and p.employers < 2)
     limit 1;
    if found then
        raise exception 'the leaders of meeting % do not fit together', wrong.meeting_id
            using errcode = 'exclusion_violation', constraint = wrong.rule;
    end if;
    return null;
end $$;
create trigger leader_booking_pair after insert on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_unfit_pairs();

-- What bookings stand on is not cut away under them: first the meetings, then the contract. Whoever
-- loads the register need not see the bookings.

create function scheduling.refuse_short_contract() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    wrong date;
begin
    select min(m.day) into wrong
      from scheduling.leader_booking b join scheduling.meeting m using (meeting_id)
     where b.leader_id = new.leader_id and m.state = 'planned'
       and (not new.active or m.day not between new.contract_from and new.contract_until);
    if wrong is not null then
        raise exception 'leader % is booked on %', new.leader_id, wrong
            using errcode = 'restrict_violation', constraint = 'leader_contract_booked';
    end if;
    return null;
end $$;
create trigger leader_contract_booked after update on scheduling.leader
    for each row when (not new.active or new.contract_from > old.contract_from
        or new.contract_until < old.contract_until)
    execute function scheduling.refuse_short_contract();

create function scheduling.refuse_short_training() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    wrong record;
begin
    select b.leader_id, min(m.day) as day into wrong
      from (select distinct leader_id, situation from was) o
      join scheduling.leader_booking b using (leader_id)
      join scheduling.meeting m using (meeting_id)
      join scheduling.groups g on g.group_id = m.group_id and g.situation = o.situation
      join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
     where m.state = 'planned'
       and not scheduling.is_trained(b.leader_id, g.situation, v.level, m.day)
     group by b.leader_id limit 1;
    if found then
        raise exception 'leader % is booked on %', wrong.leader_id, wrong.day
            using errcode = 'restrict_violation', constraint = 'leader_training_booked';
    end if;
    return null;
end $$;
create trigger leader_training_shorter after update on scheduling.leader_training
    referencing old table as was for each statement
    execute function scheduling.refuse_short_training();
create trigger leader_training_gone after delete on scheduling.leader_training
    referencing old table as was for each statement
    execute function scheduling.refuse_short_training();

create function scheduling.refuse_short_release() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    wrong date;
begin
    select min(m.day) into wrong
      from scheduling.term t
      join scheduling.meeting m on m.day between t.first_day and t.last_day
      join scheduling.leader_booking b using (meeting_id)
     where t.municipality_id = new.municipality_id and t.school_year = new.school_year
       and t.season = new.season and b.leader_id = new.leader_id and m.state = 'planned'
       and scheduling.week_minutes(new.leader_id, date_trunc('week', m.day::timestamp)::date)
           > new.hours_week * 60;
    if wrong is not null then
        raise exception 'leader % is booked on %', new.leader_id, wrong
            using errcode = 'restrict_violation', constraint = 'leader_release_booked';
    end if;
    return null;
end $$;
create trigger leader_release_booked after insert or update on scheduling.leader_release
    for each row execute function scheduling.refuse_short_release();

-- What others may read

create view scheduling.leader_training_v as
    select leader_id, situation, level, scheduling.level_rank(level)::int as level_rank,
        valid_from, valid_until
    from scheduling.leader_training;

create view scheduling.leader_conflict_v as
    select leader_id, referral_id from scheduling.leader_conflict;
comment on view scheduling.leader_conflict_v is 'Who must not lead which child';

create view scheduling.conflict_group_v as
    select c.referral_id, gl.group_id
    from scheduling.leader_conflict c join scheduling.group_leader gl using (leader_id);
comment on view scheduling.conflict_group_v is 'Groups that a child is never put into, as if they had been declined: a leader knows the child';

-- Meetings count where somebody is booked on them; one that was held is used, another planned.
create view scheduling.leader_hours_v as
    select b.leader_id, m.day, 'meeting' as kind, 60 * r.meeting_hours as minutes,
        m.meeting_id as about, m.group_id, m.state = 'held' as used
    from scheduling.leader_booking b
    join scheduling.meeting m using (meeting_id)
    join scheduling.leader_rule r on r.municipality_id = m.municipality_id
    union all
    select w.leader_id, w.day, w.kind, w.minutes::int, w.about, null,
        w.day < common.today()
    from scheduling.leader_work w where not w.cancelled;
comment on view scheduling.leader_hours_v is 'The hours ledger, line by line';

create view scheduling.leader_ledger_v as
    select h.leader_id, t.school_year, t.season, t.first_day, t.last_day,
        r.hours_week::int as hours_week, (t.last_day - t.first_day) / 7 + 1 as weeks,
        coalesce(h.planned, 0)::int as planned_minutes, coalesce(h.used, 0)::int as used_minutes,
        coalesce(h.meetings, 0)::int as meetings
    from scheduling.term t
    join lateral (select l.leader_id, sum(x.minutes) filter (where not x.used) as planned,
            sum(x.minutes) filter (where x.used) as used,
            count(x.minutes) filter (where x.kind = 'meeting') as meetings
          from scheduling.leader l
          left join scheduling.leader_hours_v x
            on x.leader_id = l.leader_id and x.day between t.first_day and t.last_day
          group by l.leader_id) h on true
    left join scheduling.leader_release r on r.leader_id = h.leader_id
        and r.municipality_id = t.municipality_id and r.school_year = t.school_year
        and r.season = t.season;
comment on view scheduling.leader_ledger_v is 'Hours of each leader and term: released, planned, used';

create view scheduling.leader_release_v as
    select r.leader_id, r.school_year, r.season, r.hours_week::int as hours_week, t.first_day,
        t.last_day
    from scheduling.leader_release r
    join scheduling.term t using (municipality_id, school_year, season);

create view scheduling.leader_register_v as
    select l.leader_id, l.work_name, l.employment, l.employer, l.home, l.home_unit, l.experienced,
        l.experience_said, l.led_before, l.parents, l.max_groups::int as max_groups,
        l.contract_from, l.contract_until, l.active,
        (select count(*)::int from scheduling.leader_booking b join scheduling.meeting m
            using (meeting_id) where b.leader_id = l.leader_id and m.state = 'held')
            + l.led_before as led,
        array(select a.language from scheduling.leader_language a
              where a.leader_id = l.leader_id order by 1) as languages,
        array(select d.district from scheduling.leader_district d
              where d.leader_id = l.leader_id order by 1) as districts,
        array(select s.slot::bigint from scheduling.leader_slot s
              where s.leader_id = l.leader_id order by 1) as slots
    from scheduling.leader l;
comment on view scheduling.leader_register_v is 'Every leader, active or not, under the name used at work';

create view scheduling.leader_absence_v as
    select absence_id, leader_id, first_day, last_day, reason, said_at
    from scheduling.leader_absence where withdrawn_at is null;

create view scheduling.leader_group_v as
    select gl.leader_id, gl.group_id, g.name, gl.part, g.state, g.first_day, g.last_day,
        g.situation, t.weekday, t.starts, s.name as site, c.told_at as clear_at
    from scheduling.group_leader gl
    join scheduling.groups g using (group_id)
    join scheduling.slot t on t.slot = g.slot
    join scheduling.site s using (site_id)
    left join scheduling.leader_clear c
        on c.group_id = gl.group_id and c.leader_id = gl.leader_id;
comment on view scheduling.leader_group_v is 'Who leads what, and whether conflicts of interest have been asked for';

create view scheduling.leader_day_v as
    select b.leader_id, m.meeting_id, m.group_id, g.name, m.meeting_no, m.day, m.starts_at,
        m.ends_at, m.state, s.name as site
    from scheduling.leader_booking b
    join scheduling.meeting m using (meeting_id)
    join scheduling.groups g using (group_id)
    join scheduling.site s on s.site_id = b.site_id;

create view scheduling.substitution_v as
    select s.substitution_id, s.group_id, g.name as group_name, s.leader_id, s.part, s.cause,
        s.absence_id, s.state, s.opened_at, s.settled_at, s.filled_by,
        (select min(m.starts_at) from scheduling.substitution_meeting x
            join scheduling.meeting m using (meeting_id)
            where x.substitution_id = s.substitution_id) as first_at,
        (select count(*)::int from scheduling.substitution_meeting x
            where x.substitution_id = s.substitution_id) as meetings
    from scheduling.substitution s
    join scheduling.groups g using (group_id);

create view scheduling.substitute_ask_v as
    select a.ask_id, a.substitution_id, a.leader_id, a.rank::int as rank, a.asked_at,
        a.wait_until, a.state, a.answered_at, s.state as substitution_state, s.group_id,
        g.name as group_name, case when not st.withheld then st.name end as site, s.part,
        (select count(*)::int from scheduling.substitution_meeting x
            where x.substitution_id = s.substitution_id) as meetings,
        (select max(m.starts_at) from scheduling.substitution_meeting x
            join scheduling.meeting m using (meeting_id)
            where x.substitution_id = s.substitution_id and m.state = 'planned') as last_at
    from scheduling.substitute_ask a
    join scheduling.substitution s using (substitution_id)
    join scheduling.groups g using (group_id)
    join scheduling.site st using (site_id);
comment on view scheduling.substitute_ask_v is 'A question to a leader: the group by its neutral name, when and where, never a child';

create view scheduling.substitution_meeting_v as
    select x.substitution_id, m.meeting_id, m.meeting_no, m.day, m.starts_at, m.ends_at, m.state
    from scheduling.substitution_meeting x join scheduling.meeting m using (meeting_id);

-- A leader's answer as it came in by the link; scheduling decides what it comes to.
create table intake.substitute_answer (
    ask_id uuid primary key,
    answer text not null check (answer in ('yes', 'no')),
    answered_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table intake.substitute_answer is 'What a leader answered to the question whether to step in: the first answer counts';
grant select, insert on intake.substitute_answer to gruppstod_intake;

create view scheduling.forecast_v as
    select f.situation, f.district, d.name as district_name, f.waiting, f.expected,
        f.leaders_now::int as leaders_now, f.leaders_then::int as leaders_then,
        f.groups_needed::int as groups_needed, f.groups_led::int as groups_led,
        greatest(f.groups_needed - f.groups_led, 0)::int as groups_short, f.short_from, f.made_at
    from scheduling.forecast f
    join scheduling.district d on d.code = f.district;
comment on view scheduling.forecast_v is 'Where leaders will be missing within twelve months';

-- A week's release is worth whole meetings: no more groups than that in the terms to come.
create or replace view scheduling.leader_v as
    select l.leader_id,
        array(select t.situation from scheduling.leader_training t
              where t.leader_id = l.leader_id and t.valid_from <= today.day
                and (t.valid_until is null or t.valid_until >= today.day)
              group by t.situation order by t.situation) as situations,
        array(select a.language from scheduling.leader_language a
              where a.leader_id = l.leader_id order by 1) as languages,
        coalesce((select bit_or(1::bigint << s.slot) from scheduling.leader_slot s
                  where s.leader_id = l.leader_id), 0) as slots,
        least(l.max_groups, (select min(r.hours_week / q.meeting_hours)
            from scheduling.leader_release r
            join scheduling.term t using (municipality_id, school_year, season)
            join scheduling.leader_rule q using (municipality_id)
            where r.leader_id = l.leader_id and t.last_day >= today.day
              and t.first_day <= today.day + 200))::int as max_groups, l.experienced,
        l.parents, l.home,
        array(select d.district from scheduling.leader_district d
              where d.leader_id = l.leader_id order by 1) as districts,
        l.contract_until,
        (select count(*)::int from scheduling.group_leader gl
         join scheduling.groups g using (group_id)
         where gl.leader_id = l.leader_id
           and g.format = 'group'
           and g.state in ('booked', 'offered', 'confirmed', 'running')) as active_groups,
        array(select max(scheduling.level_rank(t.level))::bigint from scheduling.leader_training t
              where t.leader_id = l.leader_id and t.valid_from <= today.day
                and (t.valid_until is null or t.valid_until >= today.day)
              group by t.situation order by t.situation) as levels
    from scheduling.leader l,
        (select common.today() as day) today
    where l.active and l.contract_from <= today.day and l.contract_until >= today.day;

create or replace view scheduling.leader_busy_v as
    select gl.leader_id, other.slot, g.first_day as from_day, g.last_day as to_day
    from scheduling.groups g
    join scheduling.group_leader gl using (group_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.slot own on own.slot = g.slot
    join scheduling.slot other on other.weekday = own.weekday
        and abs(extract(epoch from other.starts - own.starts)) < (v.minutes + 120) * 60
    where g.state in ('booked', 'offered', 'confirmed', 'running')
    union all
    select a.leader_id, s.slot, a.first_day, a.last_day
    from scheduling.leader_absence a
    join scheduling.slot s on a.last_day - a.first_day >= 6
        or (s.weekday - extract(isodow from a.first_day)::int + 8) % 7 <= a.last_day - a.first_day
    where a.withdrawn_at is null;
comment on view scheduling.leader_busy_v is 'Weekly times that a group or an absence takes of a leader, and from when to when';

create view matching.inflow_v as
    select c.situation, c.district, count(*)::int as told,
        count(*) filter (where r.state in ('received', 'safety_check', 'contacting',
            'awaiting_consent', 'waiting', 'parked'))::int as waiting
    from matching.referral r join matching.case c using (referral_id)
    where r.received_at > common.civil_now() - interval '365 days'
       or r.state in ('waiting', 'parked')
    group by c.situation, c.district;
comment on view matching.inflow_v is 'How many were told of in a year and how many wait, for the forecast; no child';

-- Who may what

grant usage on schema matching to gruppstod_scheduling;
grant select on matching.inflow_v to gruppstod_scheduling;

do $$
declare
    login text;
begin
    foreach login in array array['desk_list', 'operator', 'demo'] loop
        execute format('grant select on scheduling.leader_register_v,'
            ' scheduling.leader_training_v, scheduling.leader_release_v,'
            ' scheduling.leader_ledger_v, scheduling.leader_hours_v,'
            ' scheduling.leader_absence_v, scheduling.leader_group_v,'
            ' scheduling.leader_day_v, scheduling.substitution_v,'
            ' scheduling.substitute_ask_v, scheduling.forecast_v to gruppstod_%s', login);
    end loop;
    grant select on scheduling.leader_training_v, scheduling.leader_conflict_v,
        scheduling.conflict_group_v to gruppstod_matching;
    grant select on scheduling.substitute_ask_v, scheduling.substitution_meeting_v
        to gruppstod_intake, gruppstod_desk_list;
end $$;

grant select on scheduling.leader_rule, scheduling.leader_release, scheduling.leader_absence,
    scheduling.leader_conflict, scheduling.leader_clear, scheduling.leader_work,
    scheduling.substitution, scheduling.substitution_meeting, scheduling.substitute_ask,
    scheduling.leader_warning, scheduling.forecast, scheduling.booking_held,
    scheduling.leader_training_v,
    scheduling.leader_conflict_v, scheduling.conflict_group_v, scheduling.leader_hours_v,
    scheduling.leader_ledger_v,
    scheduling.leader_register_v, scheduling.leader_release_v, scheduling.leader_absence_v,
    scheduling.leader_group_v,
    scheduling.leader_day_v, scheduling.substitution_v, scheduling.substitute_ask_v,
    scheduling.substitution_meeting_v, scheduling.forecast_v to gruppstod_scheduling;
grant insert on scheduling.leader, scheduling.leader_training, scheduling.leader_release,
    scheduling.leader_absence, scheduling.leader_conflict, scheduling.leader_clear,
    scheduling.leader_work, scheduling.substitution, scheduling.substitution_meeting,
    scheduling.substitute_ask, scheduling.leader_warning, scheduling.forecast,
    scheduling.booking_held, scheduling.leader_language, scheduling.leader_district,
    scheduling.leader_slot to gruppstod_scheduling;
grant update (work_name, employment, employer, home, home_unit, experienced, experience_said,
    led_before, parents, max_groups, contract_from, contract_until, active)
    on scheduling.leader to gruppstod_scheduling;
grant update (level, valid_until) on scheduling.leader_training to gruppstod_scheduling;
grant update (hours_week) on scheduling.leader_release to gruppstod_scheduling;
grant update (withdrawn_at) on scheduling.leader_absence to gruppstod_scheduling;
grant update (day, minutes, cancelled) on scheduling.leader_work to gruppstod_scheduling;
grant update (state, settled_at, filled_by) on scheduling.substitution to gruppstod_scheduling;
grant update (state, answered_at) on scheduling.substitute_ask to gruppstod_scheduling;
grant update (told_by, told_at) on scheduling.leader_clear to gruppstod_scheduling;
grant delete on scheduling.group_leader, scheduling.leader_clear, scheduling.forecast,
    scheduling.booking_held,
    scheduling.leader_language, scheduling.leader_district, scheduling.leader_slot
    to gruppstod_scheduling;

grant select, insert, update, delete on scheduling.leader_release to gruppstod_demo;
grant select on scheduling.leader_rule to gruppstod_demo, gruppstod_operator;

reset role;
