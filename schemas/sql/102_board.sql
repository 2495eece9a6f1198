-- The board of a plan: its proposed groups as coordinators change them, what was changed by whom
-- and can be undone, and what the rules say of each group as it is now.

set role gruppstod_owner;

create table matching.board (
    plan_id uuid primary key references matching.plan,
    version integer not null default 1 check (version >= 1),
    looked_at timestamptz,
    municipality_id smallint not null default 180
);
comment on table matching.board is 'One row for each plan of which something stands';
comment on column matching.board.version is 'Grows by one with each change: who saw an older one is told what has changed';
comment on column matching.board.looked_at is 'When it was last asked what holds';

create table matching.board_act (
    act_id uuid primary key,
    plan_id uuid not null references matching.board,
    version integer not null,
    at timestamptz not null,
    asked_by uuid not null,
    act text not null check (act ~ '^[a-z_]{2,20}$'),
    group_id uuid,
    subject_id uuid,
    before_id uuid,
    after_id uuid,
    before_slot smallint,
    after_slot smallint,
    groups smallint not null default 0,
    outcome text not null check (outcome in ('done', 'refused')),
    reason text check (reason ~ '^[a-z][a-z_]{1,39}$'),
    undone boolean not null default false,
    municipality_id smallint not null default 180,
    constraint board_act_refused_why check ((outcome = 'refused') = (reason is not null))
);
comment on table matching.board_act is 'What was asked at a board, made with its effect; an act that comes again finds its row and does nothing';
comment on column matching.board_act.version is 'Of the board after it; of a refused one, the board as it was';
comment on column matching.board_act.subject_id is 'The child whose group, or the group whose room, leader or time was changed';
comment on column matching.board_act.groups is 'How many groups were accepted, or changes undone';
create index board_act_of_plan on matching.board_act (plan_id, version desc);

create table matching.board_group (
    group_id uuid primary key references matching.proposal,
    first_leaders uuid[] not null,
    second_leaders uuid[] not null,
    rooms uuid[] not null,
    slots bigint not null,
    children uuid[] not null,
    municipality_id smallint not null default 180
);
comment on table matching.board_group is 'With which leaders, rooms, times less would be wrong with a proposed group, and which children would fit';

create table matching.board_break (
    group_id uuid not null references matching.proposal,
    nth smallint not null,
    reason text not null check (reason ~ '^[a-z][a-z_]{1,39}$'),
    about text not null check (about in ('group', 'room', 'parent_room', 'leader', 'child')),
    subject_id uuid,
    other_id uuid,
    municipality_id smallint not null default 180,
    primary key (group_id, nth)
);
comment on table matching.board_break is 'What the rules say against a proposed group as it is; none: it holds';
comment on column matching.board_break.reason is 'A word of act_reason in schemas/common.json';
comment on column matching.board_break.other_id is 'The other group of the plan that has the room or the leader';

grant select, insert, update, delete on matching.board, matching.board_act, matching.board_group,
    matching.board_break to gruppstod_matching;

create view matching.board_v as
    select plan_id, version, looked_at from matching.board;
create view matching.board_act_v as
    select act_id, plan_id, version, at, asked_by, act, group_id, subject_id, before_id, after_id,
        before_slot::int as before_slot, after_slot::int as after_slot, groups::int as groups,
        outcome, reason, undone
    from matching.board_act;
create view matching.board_group_v as
    select group_id, first_leaders, second_leaders, rooms, slots, children
    from matching.board_group;
create view matching.board_break_v as
    select group_id, nth::int as nth, reason, about, subject_id, other_id
    from matching.board_break;
create view matching.board_child_v as
    select p.group_id, p.plan_id, c.referral_id, k.district,
        extract(year from age(common.today(), k.birth_date))::int as age, r.received_at
    from matching.proposal p join matching.proposal_child c using (group_id)
    join matching.referral r using (referral_id)
    join matching.case k using (referral_id)
    where p.state = 'proposed' and not c.released;
comment on view matching.board_child_v is 'Who is pencilled in where, of what is proposed still; no names';

create or replace view matching.proposal_v as
    select group_id, situation, programme_id, language, age_from::int as age_from,
        age_to::int as age_to, slot::int as slot, room_id, leader_ids, children::int as children,
        score, state, created_at, why, district, parent_room_id is not null as parent_group,
        decide_by, ended_at, plan_id, stale, refusal, drafted, parent_room_id, parent_leader_ids,
        least::int as least, most::int as most
    from matching.proposal;

grant select on matching.board_v, matching.board_act_v, matching.board_group_v,
    matching.board_break_v, matching.board_child_v to gruppstod_desk_list;

-- The coverage map: what is waited for and what there is, by district, situation and age.

create view matching.coverage_v as
    select c.situation, c.district,
        extract(year from age(common.today(), c.birth_date))::int as age, count(*) as waiting
    from matching.referral r join matching.case c using (referral_id)
    where r.state in ('waiting', 'proposed')
    group by 1, 2, 3;
comment on view matching.coverage_v is 'How many wait; pages mask small numbers';
grant select on matching.coverage_v to gruppstod_desk_list;

reset role;
