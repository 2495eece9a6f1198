-- The planner beside matching: what became of its plans, whether it answers, and the sentence in
-- which it tells why a child waits.

set role gruppstod_owner;

alter table matching.waiting add column why text check (length(why) <= 300);
comment on column matching.waiting.why is 'The planner''s sentence for an operator: what is missing for this child; never of another child';

create table matching.plan (
    plan_id uuid primary key,
    planned_at timestamptz not null,
    score bigint not null,
    bound bigint,
    children integer not null,
    groups integer not null,
    additions integer not null,
    dropped integer not null,
    municipality_id smallint not null default 180,
    optimal boolean not null
);
comment on table matching.plan is 'The last plans: what the planner promised, and what of it was used';
comment on column matching.plan.bound is 'No plan of that market scores more; absent: not known';
comment on column matching.plan.dropped is 'Groups that did not hold any more when the plan came';

create table matching.planner (
    one boolean primary key default true check (one),
    since timestamptz not null,
    trouble text,
    municipality_id smallint not null default 180
);
comment on table matching.planner is 'Why there are no plans, and since when; no trouble: there are';

create or replace view matching.referral_v as
    select r.referral_id, r.child_id, r.state, r.version, c.situation, c.district,
        extract(year from age(common.today(),
            c.birth_date))::int as age,
        r.received_at, w.since as waiting_since, w.reason as wait_reason, w.detail as wait_detail,
        r.urgency::int as urgency, r.changed_at, r.group_id, p.until_day, r.red,
        w.why as wait_why
    from matching.referral r
    left join matching.case c using (referral_id)
    left join matching.waiting w using (referral_id)
    left join matching.parked p using (referral_id);

create view matching.plan_v as
    select plan_id, planned_at, score, bound, children, groups, additions, dropped, optimal,
        case when bound > 0 then round(100.0 * (bound - score) / bound, 2) end as gap_percent
    from matching.plan;

create view matching.planner_v as
    select trouble, since from matching.planner;

grant select on matching.plan_v, matching.planner_v to gruppstod_operator, gruppstod_demo,
    gruppstod_desk_list;
grant select, insert, update, delete on matching.plan, matching.planner to gruppstod_matching;

reset role;
