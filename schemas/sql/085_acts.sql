-- Acts: what staff asked scheduling to do, and what it answered.

set role gruppstod_owner;

create table scheduling.act (
    act_id uuid primary key,
    kind text not null check (kind ~ '^[a-z][a-z_]{1,39}$'),
    about uuid not null,
    asked_by uuid not null,
    at timestamptz not null,
    outcome text not null check (outcome in ('done', 'refused')),
    reason text check (reason ~ '^[a-z][a-z_]{1,39}$'),
    way_out text check (length(way_out) between 1 and 400),
    municipality_id smallint not null default 180,
    constraint act_refused_why check ((outcome = 'refused') = (reason is not null)),
    constraint act_way_out_of_a_refusal check (outcome = 'refused' or way_out is null)
);
comment on table scheduling.act is 'One row for each thing that staff asked for, made with its effect; an act that comes again finds its row and does nothing';
comment on column scheduling.act.kind is 'The message that asked';
comment on column scheduling.act.about is 'The group, leader, room or programme it is about';
comment on column scheduling.act.reason is 'A word of act_reason in schemas/common.json';
comment on column scheduling.act.way_out is 'The nearest thing that would have been done, as key=value words';
create index act_about on scheduling.act (about, at desc);

create trigger append_only before update or delete or truncate on scheduling.act
    for each statement execute function audit.refuse_change();

create view scheduling.act_v as
    select act_id, kind, about, asked_by, at, outcome, reason, way_out from scheduling.act;

create view scheduling.name_v as
    select r.room_id as id, 'room' as kind, s.name || ', ' || r.name as name
    from scheduling.room r join scheduling.site s using (site_id)
    union all
    select leader_id, 'leader', work_name from scheduling.leader
    union all
    select group_id, 'group', name from scheduling.groups;
comment on view scheduling.name_v is 'What staff call a room, a leader, a group: for the words of an answer';

grant select on scheduling.name_v to gruppstod_desk_list, gruppstod_operator;
grant select, insert on scheduling.act to gruppstod_scheduling;
grant select on scheduling.act_v to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;

-- The desk asks, a page behind a link asks (intake), and what needs a person comes to the desk.
grant insert on ledger.scheduling to gruppstod_desk_list, gruppstod_intake;
grant insert on ledger.desk to gruppstod_scheduling;

reset role;
