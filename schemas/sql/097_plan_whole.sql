-- A plan as a whole: its proposals carry its id, a coordinator approves all that still hold with
-- one word, and what did not hold any more says why.

set role gruppstod_owner;

alter table matching.proposal add column plan_id uuid references matching.plan;
comment on column matching.proposal.plan_id is 'The plan that it came with; a proposal never changes its plan';
alter table matching.proposal add column stale text
    check (stale in ('children', 'room', 'leaders', 'programme'));
comment on column matching.proposal.stale is 'What did not hold any more when somebody approved it: all was read again in that transaction';
alter table matching.proposal add constraint proposal_stale_fails
    check (stale is null or state = 'failed');
create index proposal_of_plan on matching.proposal (plan_id);

create or replace view matching.proposal_v as
    select group_id, situation, programme_id, language, age_from::int as age_from,
        age_to::int as age_to, slot::int as slot, room_id, leader_ids, children::int as children,
        score, state, created_at, why, district, parent_room_id is not null as parent_group,
        decide_by, ended_at, plan_id, stale, refusal
    from matching.proposal;

-- Families on the waiting list are told by letter why they wait.

alter table matching.waiting add column known boolean not null default false;
comment on column matching.waiting.known is 'A plan has told the reason; before, it is what a child waits for at first';

create table matching.wait_told (
    referral_id uuid primary key,
    told_at timestamptz not null,
    times integer not null default 1 check (times >= 1),
    municipality_id smallint not null default 180
);
comment on table matching.wait_told is 'When a family was last told why it waits; kept when the child leaves the list and comes back';

create view matching.waits_v as
    select referral_id from matching.waiting;
comment on view matching.waits_v is 'Who waits: asked again when a letter about it goes';

create view intake.spoken_v as
    select r.referral_id from intake.referral r
    where r.state <> 'received'
        or exists (select from intake.clearance c where c.referral_id = r.referral_id and c.spoken);
comment on view intake.spoken_v is 'Families that somebody has spoken with: to the others no letter goes unasked';

grant select, insert, update on matching.wait_told to gruppstod_matching;
grant select on matching.waits_v to gruppstod_notification;
grant select on intake.spoken_v to gruppstod_matching;

reset role;
