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

reset role;
