-- A group's life before its series and round it: ideas that collect children, leaders and a room,
-- whose intake a group has, what is given up and why.
--
-- Which state may follow which is one table in common/domain/group_state.c; a test compares it with
-- scheduling.group_step. A group that collects may lose its series again; nothing else is deleted.

set role gruppstod_owner;

insert into scheduling.group_step (before, after) values
    ('new', 'idea'), ('idea', 'collecting'), ('idea', 'cancelled'),
    ('collecting', 'booked'), ('collecting', 'cancelled'),
    ('postponed', 'booked'), ('postponed', 'offered'), ('postponed', 'confirmed');

-- Whose intake

alter table scheduling.groups
    add column intake text not null default 'ours'
        check (intake in ('ours', 'theirs', 'quota')),
    add column quota smallint,
    add constraint groups_quota check ((intake = 'quota') = (quota is not null)
        and quota between 1 and places);
alter table scheduling.groups add column few_asked_at timestamptz;
alter table scheduling.groups add column merging_into uuid references scheduling.groups;
grant update (merging_into) on scheduling.groups to gruppstod_scheduling;
comment on column scheduling.groups.merging_into is 'Matching is asked to move its children there; until it has answered the group neither starts nor ends by itself';
comment on column scheduling.groups.few_asked_at is 'When a person was asked how a running group with hardly any children goes on';
comment on column scheduling.groups.intake is 'Who fills it: the city, a partner by its own intake, or the city so many places of it';
comment on column scheduling.groups.quota is 'How many places the city fills, from the first place on';

-- What nobody says otherwise of a group is as its programme has it.
create function scheduling.take_intake() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    if new.intake = 'ours' then
        select coalesce(i.intake, v.intake),
            case when coalesce(i.intake, v.intake) = 'quota'
                then least(coalesce(i.quota, v.quota), new.places) end
        into new.intake, new.quota
        from scheduling.programme_version v
        left join scheduling.idea i on i.group_id = new.group_id
        where v.programme_id = new.programme_id and v.version = new.programme_version;
    end if;
    return new;
end $$;

create function scheduling.collect() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    if new.state = 'booked' and exists (select from scheduling.idea i
            where i.group_id = new.group_id and i.state in ('idea', 'collecting')) then
        new.state := 'collecting';
    end if;
    return new;
end $$;
create trigger groups_collect before insert on scheduling.groups
    for each row execute function scheduling.collect();
create trigger groups_intake before insert on scheduling.groups
    for each row execute function scheduling.take_intake();

-- Ideas

create table scheduling.idea (
    group_id uuid primary key,
    programme_id uuid not null references scheduling.programme,
    made_by uuid not null,
    room_id uuid references scheduling.room,
    leader_ids uuid[] not null default '{}',
    parent_room_id uuid references scheduling.room,
    parent_leader_ids uuid[] not null default '{}',
    slots bigint not null check (slots > 0),
    made_at timestamptz not null,
    changed_at timestamptz not null,
    asked_at timestamptz,
    counted_at timestamptz,
    earliest_day date not null,
    version integer not null default 1,
    age_from smallint not null check (age_from between 0 and 20),
    age_to smallint not null check (age_to between age_from and 20),
    slot smallint references scheduling.slot,
    least smallint not null check (least >= 1),
    fits smallint check (fits >= 0),
    best_slot smallint,
    quota smallint,
    municipality_id smallint not null default 180,
    viable boolean not null generated always as (coalesce(fits >= least, false)) stored,
    parents text not null default 'no' check (parents in ('yes', 'optional', 'no')),
    parent_leaders smallint not null default 0 check (parent_leaders between 0 and 2),
    staffed boolean not null generated always as (cardinality(leader_ids) = 2
        and cardinality(parent_leader_ids) >= parent_leaders) stored,
    roomed boolean not null default false,
    state text not null default 'idea'
        check (state in ('idea', 'collecting', 'booked', 'cancelled')),
    language text not null check (language ~ '^[a-z][a-z-]{1,30}$'),
    district text references scheduling.district,
    intake text not null default 'ours' check (intake in ('ours', 'theirs', 'quota')),
    refusal text,
    way_out text,
    constraint idea_pair check (cardinality(leader_ids) = 0
        or cardinality(leader_ids) = 2 and leader_ids[1] <> leader_ids[2]),
    constraint idea_room_at_a_time check ((room_id is null) = (slot is null)),
    constraint idea_roomed check (not roomed or room_id is not null),
    constraint idea_parents check (parents <> 'no' or parent_room_id is null),
    constraint idea_parents_roomed
        check (not roomed or parents <> 'yes' or parent_room_id is not null),
    constraint idea_quota check ((intake = 'quota') = (quota is not null)),
    constraint idea_booked_whole check (state <> 'booked' or roomed
        and cardinality(leader_ids) = 2 and (intake = 'theirs' or coalesce(fits >= least, false)))
);
comment on table scheduling.idea is 'Groups that somebody wishes for: what is there of children, leaders and room, and what is missing';
comment on column scheduling.idea.slots is 'The weekly times that would do; bit n is slot n';
comment on column scheduling.idea.district is 'Where it is wished for; none: anywhere in the city';
comment on column scheduling.idea.fits is 'How many waiting children fit at its time, or at the best of its times, as matching counted last';
comment on column scheduling.idea.viable is 'So many waiting children fit that it can start';
comment on column scheduling.idea.parents is 'Whether its programme has a parents'' group: always, if somebody wants one, or never';
comment on column scheduling.idea.parent_leaders is 'How many lead the parents'' group that it is to have; 0: it has none';
comment on column scheduling.idea.staffed is 'A pair of leaders is set, and those of the parents where it has a parents'' group';
comment on column scheduling.idea.roomed is 'Its series is booked; the pair''s evenings too, once there is one';
comment on column scheduling.idea.refusal is 'Why its series could not be booked when that was last tried';
create index idea_open on scheduling.idea (asked_at) where state in ('idea', 'collecting');

create function scheduling.refuse_idea_step() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    if new.state <> old.state and not exists (select from scheduling.group_step s
            where s.before = old.state and s.after = new.state) then
        raise exception 'an idea that is % does not become %', old.state, new.state
            using errcode = 'check_violation', constraint = 'idea_step';
    end if;
    return new;
end $$;
create trigger idea_step before update of state on scheduling.idea
    for each row execute function scheduling.refuse_idea_step();

-- The history of a group that began as an idea begins with it.
create or replace function scheduling.note_group_change() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    idea record;
begin
    if tg_op = 'UPDATE' then
        if new.state <> old.state then
            insert into scheduling.group_change (group_id, version, before, after, at)
            values (new.group_id, new.version, old.state, new.state, new.changed_at);
        end if;
        return null;
    end if;
    select i.made_at, i.counted_at into idea from scheduling.idea i
    where i.group_id = new.group_id and i.state in ('idea', 'collecting');
    if not found then
        insert into scheduling.group_change (group_id, version, before, after, at)
        values (new.group_id, new.version, 'new', new.state, new.changed_at);
        return null;
    end if;
    insert into scheduling.group_change (group_id, version, before, after, at) values
        (new.group_id, -1, 'new', 'idea', idea.made_at),
        (new.group_id, 0, 'idea', 'collecting', coalesce(idea.counted_at, new.changed_at));
    if new.state <> 'collecting' then
        insert into scheduling.group_change (group_id, version, before, after, at)
        values (new.group_id, new.version, 'collecting', new.state, new.changed_at);
    end if;
    return null;
end $$;

-- A series of a group that only collects is given back whole, to be booked anew.
create function scheduling.give_back_series() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if old.state <> 'collecting' then
        raise exception 'a group that is % stays', old.state
            using errcode = 'check_violation', constraint = 'groups_stay';
    end if;
    delete from scheduling.room_booking b using scheduling.meeting m
    where m.group_id = old.group_id and b.meeting_id = m.meeting_id;
    delete from scheduling.leader_booking b using scheduling.meeting m
    where m.group_id = old.group_id and b.meeting_id = m.meeting_id;
    delete from scheduling.meeting where group_id = old.group_id;
    delete from scheduling.group_leader where group_id = old.group_id;
    delete from scheduling.group_fill where group_id = old.group_id;
    delete from scheduling.group_change where group_id = old.group_id;
    return old;
end $$;
create trigger give_back_series before delete on scheduling.groups
    for each row execute function scheduling.give_back_series();

create view scheduling.idea_v as
    select i.group_id, i.programme_id, p.name as programme, p.situation, i.language,
        i.age_from::int as age_from, i.age_to::int as age_to, i.slots, i.slot::int as slot,
        i.district, i.earliest_day, i.room_id, i.leader_ids, i.least::int as least,
        i.fits::int as fits, i.best_slot::int as best_slot, i.viable, i.staffed, i.roomed, i.state,
        i.intake, i.quota::int as quota, i.refusal, i.way_out, i.made_by, i.made_at, i.changed_at,
        i.counted_at, i.parents, i.parent_room_id, i.parent_leader_ids,
        i.parent_leaders::int as parent_leaders
    from scheduling.idea i join scheduling.programme p using (programme_id);
comment on view scheduling.idea_v is 'Ideas as the desk shows them: the three facts, and what is missing';

create view scheduling.group_intake_v as
    select group_id, intake, quota::int as quota from scheduling.groups;

-- Children that a partner has been asked about

create table matching.handed_over (
    referral_id uuid primary key,
    partner text not null check (length(partner) between 2 and 80),
    until_day date not null,
    since timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table matching.handed_over is 'A row for each referral in the state handed_over: who has been asked, and when the child comes back by itself';
create view matching.handed_over_v as
    select referral_id, partner, until_day, since from matching.handed_over;
grant select on matching.handed_over_v to gruppstod_desk_list, gruppstod_operator, gruppstod_demo,
    gruppstod_intake;
grant select, insert, update, delete on matching.handed_over to gruppstod_matching;

-- Moves of children, asked of matching

create table matching.act (
    act_id uuid primary key,
    referral_id uuid not null,
    group_id uuid,
    asked_by uuid not null,
    at timestamptz not null,
    outcome text not null check (outcome in ('done', 'refused')),
    reason text check (reason ~ '^[a-z][a-z_]{1,39}$'),
    way_out text check (length(way_out) between 1 and 200),
    municipality_id smallint not null default 180,
    constraint act_refused_why check ((outcome = 'refused') = (reason is not null))
);
comment on table matching.act is 'One row for each move of a child that a person asked for, made with its effect; one that comes again finds its row and does nothing';
comment on column matching.act.reason is 'A word of place_refusal in schemas/common.json';
create index act_referral on matching.act (referral_id, at desc);
create view matching.act_v as
    select act_id, referral_id, group_id, asked_by, at, outcome, reason, way_out from matching.act;
grant select, insert on matching.act to gruppstod_matching;
grant select on matching.act_v to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;

grant select on scheduling.idea_v, scheduling.group_intake_v to gruppstod_desk_list,
    gruppstod_operator, gruppstod_demo, gruppstod_matching;
grant select, insert, update on scheduling.idea to gruppstod_scheduling;
grant update (few_asked_at, booked_at) on scheduling.groups to gruppstod_scheduling;
grant delete on scheduling.groups to gruppstod_scheduling;

reset role;
