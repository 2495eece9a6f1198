-- A proposed group that nobody decides about ends by itself: its children wait on, its room and
-- leaders are free.

set role gruppstod_owner;

alter table matching.proposal add column decide_by timestamptz;
comment on column matching.proposal.decide_by is 'Until when a coordinator decides; then the proposal expires. Set once: a setting changed later does not move it';
update matching.proposal set decide_by = created_at + interval '7 days' where state = 'proposed';
alter table matching.proposal drop constraint proposal_state_check;
alter table matching.proposal add constraint proposal_state_check
    check (state in ('proposed', 'approved', 'refused', 'wanted', 'booked', 'failed', 'expired'));
alter table matching.proposal add constraint proposal_ends
    check (state <> 'proposed' or decide_by is not null);
create index proposal_expired on matching.proposal (ended_at) where state = 'expired';

create or replace view matching.proposal_v as
    select group_id, situation, programme_id, language, age_from::int as age_from,
        age_to::int as age_to, slot::int as slot, room_id, leader_ids, children::int as children,
        score, state, created_at, why, district, parent_room_id is not null as parent_group,
        decide_by, ended_at
    from matching.proposal;

reset role;
