-- Programmes as data, and what follows from them: which groups may open, what is brought to a
-- meeting, talks with one child, who of the parents takes part, children who are missing.
--
-- Refused here, whoever writes: a group of a draft, or of a programme that the board has not
-- decided on; a leader whose training is not as deep as the programme demands; a second series of
-- talks for a child; two parents who must not meet in one parent group.

set role gruppstod_owner;

-- What to bring

create table scheduling.programme_material (
    programme_id uuid not null,
    version smallint not null,
    meeting_no smallint not null check (meeting_no between 1 and 30),
    things text not null check (length(things) between 1 and 200),
    municipality_id smallint not null default 180,
    primary key (programme_id, version, meeting_no),
    foreign key (programme_id, version) references scheduling.programme_version
);
comment on table scheduling.programme_material is 'What the leaders bring to a meeting, by its number in the programme';

-- A theme that moves to another day takes its things, and that it is with the parents, along.
create view scheduling.meeting_part_v as
    select m.meeting_id, m.group_id, g.name as group_name, m.day, m.starts_at, m.ends_at, m.state,
        m.meeting_no, m.theme,
        coalesce(array_position(v.themes, m.theme) = any (v.joint), false) as joint, i.things
    from scheduling.meeting m
    join scheduling.groups g using (group_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    left join scheduling.programme_material i on i.programme_id = v.programme_id
        and i.version = v.version and i.meeting_no = array_position(v.themes, m.theme);
comment on view scheduling.meeting_part_v is 'What a meeting asks for: whether parents are there, what to bring';

create table scheduling.material_told (
    meeting_id uuid not null references scheduling.meeting,
    day date not null,
    told_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (meeting_id, day)
);
comment on table scheduling.material_told is 'The leaders have been told what to bring; a meeting that is moved is told again';

-- Which groups may open

create function scheduling.refuse_unready_programme() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    wrong text;
begin
    select case
        when v.draft then 'groups_of_approved_programme'
        when p.board_needed and not exists (select from scheduling.programme_board d
            where d.programme_id = p.programme_id
              and d.decided_on <= common.today()) then 'groups_after_board'
        when p.format = 'individual' and new.places <> 1 then 'groups_of_one_for_talks'
        end into wrong
    from scheduling.programme p
    join scheduling.programme_version v using (programme_id)
    where p.programme_id = new.programme_id and v.version = new.programme_version;
    if wrong is not null then
        raise exception 'no group of programme % may open', new.programme_id
            using errcode = 'check_violation', constraint = wrong;
    end if;
    return new;
end $$;
create trigger groups_may_open before insert on scheduling.groups
    for each row execute function scheduling.refuse_unready_programme();

create function scheduling.refuse_shallow_training() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    needed smallint;
begin
    select scheduling.level_rank(v.level) into needed
    from scheduling.groups g
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    where g.group_id = new.group_id;
    if not exists (select from scheduling.leader_training t
                   where t.leader_id = new.leader_id and t.situation = new.situation
                     and scheduling.level_rank(t.level) >= needed) then
        raise exception 'leader % is not trained deeply enough for group %', new.leader_id,
            new.group_id using errcode = 'check_violation', constraint = 'group_leader_level';
    end if;
    return null;
end $$;
create trigger group_leader_level after insert or update of leader_id, situation
    on scheduling.group_leader
    for each row execute function scheduling.refuse_shallow_training();

create view scheduling.programme_version_v as
    select p.programme_id, p.name, p.situation, p.format, p.made_up, p.board_needed, v.version,
        v.valid_from, v.draft, v.approved_by, v.approved_on, v.minutes, v.meetings::int as meetings,
        v.themes, v.joint, v.least, v.margin, v.most, v.parents, v.parent_leaders, v.entry,
        v.entry_meeting, v.level, v.intake, v.quota, v.documentation, v.shared_employers,
        v.meets_before,
        array(select b.age_from || '–' || b.age_to from scheduling.programme_band b
              where b.programme_id = v.programme_id and b.version = v.version
              order by b.age_from) as ages,
        array(select w.opens || '-' || w.closes from scheduling.programme_window w
              where w.programme_id = v.programme_id and w.version = v.version
              order by w.opens) as windows,
        array(select coalesce(i.things, '') from generate_series(1, v.meetings) n
              left join scheduling.programme_material i on i.programme_id = v.programme_id
                and i.version = v.version and i.meeting_no = n order by n) as things,
        (select count(*) from scheduling.groups g where g.programme_id = v.programme_id
           and g.programme_version = v.version)::int as groups,
        not v.draft and v.valid_from <= common.today() and not exists (
            select from scheduling.programme_version later
            where later.programme_id = v.programme_id and later.version > v.version
              and not later.draft and later.valid_from <= common.today()) as holds
    from scheduling.programme p
    join scheduling.programme_version v using (programme_id);
comment on view scheduling.programme_version_v is 'Every version of every programme, for the pages that show them';

create view scheduling.programme_board_v as
    select programme_id, number, decided_on from scheduling.programme_board;

-- Talks with one child: a group of one place and one leader, so that rooms, leaders, moves and
-- calendars are one machinery; but a placement of their own kind, beside the group's place.

create table scheduling.talks (
    group_id uuid primary key references scheduling.groups,
    referral_id uuid not null,
    child_id uuid not null,
    ended boolean not null default false,
    asked_by uuid not null,
    asked_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table scheduling.talks is 'Talks with one child: whose, and who asked for them; their days are the group''s';
create unique index talks_one_a_child on scheduling.talks (child_id) where not ended;
create index talks_referral on scheduling.talks (referral_id);

-- The talks of a child end with their group: the child may have others then.
create function scheduling.end_talks() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    update scheduling.talks set ended = true where group_id = new.group_id;
    return null;
end $$;
create trigger end_talks after update of state on scheduling.groups
    for each row when (new.format = 'individual' and new.state <> old.state
        and new.state in ('finished', 'evaluated', 'cancelled', 'merged', 'postponed'))
    execute function scheduling.end_talks();

create view scheduling.talks_v as
    select t.referral_id, t.group_id, g.name, p.name as programme, g.situation,
        l.work_name as leader,
        s.district, s.name as site, w.weekday, w.starts, g.first_day, g.last_day,
        case g.state when 'finished' then 'completed' when 'evaluated' then 'completed'
            else g.state end as state,
        (select count(*) from scheduling.meeting m
         where m.group_id = g.group_id and m.state <> 'cancelled')::int as talks,
        (select count(*) from scheduling.meeting m
         where m.group_id = g.group_id and m.state = 'held')::int as held,
        t.asked_at
    from scheduling.talks t
    join scheduling.groups g using (group_id)
    join scheduling.programme p using (programme_id)
    join scheduling.site s using (site_id)
    join scheduling.slot w on w.slot = g.slot
    left join scheduling.group_leader gl on gl.group_id = g.group_id and gl.part = 'child'
        and gl.post = 1
    left join scheduling.leader l on l.leader_id = gl.leader_id;
comment on view scheduling.talks_v is 'Talks with one child as the card shows them; completed when the last has been held';

-- Who of the parents takes part in the parallel group

create table scheduling.parent_roster (
    group_id uuid not null references scheduling.groups,
    referral_id uuid not null,
    person_id uuid not null,
    noted_by uuid not null,
    noted_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (group_id, person_id)
);
comment on table scheduling.parent_roster is 'Which guardians of the children are in the parent group, by pseudonym';
create index parent_roster_referral on scheduling.parent_roster (referral_id);

create view intake.guardian_v as
    select p.referral_id, p.person_id, row_number() over (partition by p.referral_id
            order by p.person_id)::int as nth, r.parent_wish,
        substr(r.answers, 3, 1) = 'y' or substr(r.answers, 4, 1) = 'y' as never_both
    from intake.person p
    join intake.referral r using (referral_id)
    where p.role = 'guardian' and length(p.wrapped_key) > 0;
comment on view intake.guardian_v is 'The guardians of a referral by number, and whether two of them must never meet; not who they are';

-- Parents meet in their own room, and in the house when they bring and fetch: who must not meet is
-- not in one group, nor in one house within two hours.
create function scheduling.refuse_parents_who_must_not_meet() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    wrong text;
begin
    perform pg_advisory_xact_lock(hashtextextended(g.site_id::text, 90))
    from scheduling.groups g where g.group_id = new.group_id;
    select case
        when g.parent_room_id is null then 'parent_roster_parent_group'
        when not exists (select from scheduling.roster r where r.group_id = g.group_id
                and r.referral_id = new.referral_id)
            or not exists (select from intake.guardian_v v where v.referral_id = new.referral_id
                and v.person_id = new.person_id) then 'parent_roster_of_the_child'
        when (select count(*) from scheduling.parent_roster p where p.group_id = g.group_id)
            >= (select r.capacity from scheduling.room r where r.room_id = g.parent_room_id)
            then 'parent_roster_fits_room'
        when exists (select from scheduling.parent_roster p
                join intake.guardian_v v on v.referral_id = p.referral_id
                    and v.person_id = p.person_id
                where p.referral_id = new.referral_id and p.person_id <> new.person_id
                  and v.never_both) then 'parent_roster_never_meet'
        when exists (
                select from intake.referral own
                join intake.pair q on own.child_id in (q.child_a, q.child_b)
                    and q.kind in ('must_not_meet', 'parents_must_not_meet')
                join scheduling.roster o
                    on o.child_id = case own.child_id when q.child_a then q.child_b
                        else q.child_a end
                join scheduling.groups og on og.group_id = o.group_id
                    and og.state in ('booked', 'offered', 'confirmed', 'running')
                join scheduling.slot os on os.slot = og.slot
                join scheduling.programme_version ov on ov.programme_id = og.programme_id
                    and ov.version = og.programme_version
                where own.referral_id = new.referral_id and og.site_id = g.site_id
                  and og.first_day <= g.last_day and og.last_day >= g.first_day
                  and os.weekday = s.weekday
                  and abs(extract(epoch from os.starts - s.starts))
                      < (greatest(v.minutes, ov.minutes) + 120) * 60)
            then 'parent_roster_never_meet'
        end into wrong
    from scheduling.groups g
    join scheduling.slot s on s.slot = g.slot
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    where g.group_id = new.group_id;
    if wrong is not null then
        raise exception 'a parent cannot be in the parent group of %', new.group_id
            using errcode = 'check_violation', constraint = wrong;
    end if;
    return new;
end $$;
create trigger parent_roster_may before insert on scheduling.parent_roster
    for each row execute function scheduling.refuse_parents_who_must_not_meet();

-- Whose child has left the group has left the parent group.
create function scheduling.take_parents_along() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    delete from scheduling.parent_roster p using gone
    where p.group_id = gone.group_id and p.referral_id = gone.referral_id;
    return null;
end $$;
create trigger parents_leave after delete on scheduling.roster
    referencing old table as gone for each statement
    execute function scheduling.take_parents_along();

create view scheduling.parent_roster_v as
    select group_id, referral_id, person_id, noted_at from scheduling.parent_roster;

-- Missing children

create table scheduling.presence (
    meeting_id uuid not null references scheduling.meeting,
    referral_id uuid not null,
    presence text not null check (presence in ('present', 'absent_told', 'absent_untold')),
    noted_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (meeting_id, referral_id)
);
comment on table scheduling.presence is 'Who is at a meeting that goes on, as the leader notes it; the figures are evaluation''s';

create table scheduling.missing (
    meeting_id uuid not null references scheduling.meeting,
    referral_id uuid not null,
    seen_at timestamptz not null,
    twice boolean not null default false,
    municipality_id smallint not null default 180,
    primary key (meeting_id, referral_id)
);
comment on table scheduling.missing is 'A child that is missing unannounced has been told of: once a meeting';
comment on column scheduling.missing.twice is 'It missed the meeting before as well';

create index meeting_planned_day on scheduling.meeting (day) where state = 'planned';
create index meeting_going_on on scheduling.meeting (starts_at) where state <> 'cancelled';

-- Who may what

grant select on scheduling.programme_version_v, scheduling.programme_board_v,
    scheduling.meeting_part_v, scheduling.talks_v, scheduling.parent_roster_v
    to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;
grant select on intake.guardian_v to gruppstod_desk_list;
grant select on scheduling.meeting_part_v to gruppstod_notification, gruppstod_evaluation,
    gruppstod_intake;
grant select on scheduling.programme_material, scheduling.material_told, scheduling.talks,
    scheduling.parent_roster, scheduling.presence, scheduling.missing, scheduling.meeting_part_v,
    scheduling.programme_version_v, scheduling.talks_v to gruppstod_scheduling;
grant insert on scheduling.material_told, scheduling.talks, scheduling.parent_roster,
    scheduling.missing, scheduling.programme_board to gruppstod_scheduling;
grant insert, update on scheduling.presence to gruppstod_scheduling;
grant update (decided_on) on scheduling.programme_board to gruppstod_scheduling;
grant delete on scheduling.parent_roster to gruppstod_scheduling;
grant select, insert, update, delete on scheduling.programme_material to gruppstod_demo;
-- An operator brings programmes in from files.
grant select, insert, update, delete on scheduling.programme, scheduling.programme_version,
    scheduling.programme_band, scheduling.programme_window, scheduling.programme_material,
    scheduling.programme_board to gruppstod_operator;

reset role;
