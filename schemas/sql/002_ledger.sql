-- The durable queue: what was said and is not yet handled, one table for each receiver.
--
-- A row is inserted in the sender's transaction and deleted, first statement of all, in the
-- receiver's. Ids are version 7 and fresh, so rows come in at the right edge, and a sweep begins
-- at a low-water mark instead of wading through dead rows. What must wait lies in ledger.later,
-- what a person must see in ledger.dead, what was handled in ledger.hop.

set role gruppstod_owner;

create schema ledger;
grant usage on schema ledger to public;

create table ledger.message (
    id uuid not null,
    kind text not null,
    subject uuid not null,
    cause uuid,
    sender text not null,
    said_at timestamptz not null,
    version smallint not null,
    tries smallint not null default 0,
    failures smallint not null default 0,
    handed_to text,
    handed_until timestamptz,
    body bytea not null check (length(body) <= 65536),
    municipality_id smallint not null default 180
);
comment on table ledger.message is 'The shape of a message; the tables named after receivers hold the rows';
comment on column ledger.message.tries is 'How often the sweep handed it out; committed before it does, so a message that kills is found';
comment on column ledger.message.failures is 'How often a handler gave it back';

do $$
declare
    receiver text;
begin
    foreach receiver in array array['intake', 'matching', 'scheduling', 'notification',
        'evaluation', 'desk'] loop
        execute format('create table ledger.%I (like ledger.message including defaults including'
            ' constraints, primary key (id)) with (fillfactor = 90,'
            ' autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 50000,'
            ' autovacuum_vacuum_cost_delay = 1)', receiver);
        execute format('comment on table ledger.%I is %L', receiver,
            'What has been said to ' || receiver || ' and is not yet handled');
        execute format('grant select, update, delete on ledger.%I to %I', receiver,
            'gruppstod_' || case receiver when 'desk' then 'desk_list' else receiver end);
        execute format('grant select on ledger.%I to gruppstod_operator, gruppstod_desk_list,'
            ' gruppstod_demo', receiver);
    end loop;
end $$;

-- Who may say something to whom: the matrix of schemas/messages (MESSAGES.md draws it).
grant insert on ledger.matching, ledger.evaluation, ledger.desk to gruppstod_intake;
grant insert on ledger.scheduling, ledger.notification, ledger.evaluation, ledger.intake,
    ledger.desk to gruppstod_matching;
grant insert on ledger.matching, ledger.notification, ledger.evaluation to gruppstod_scheduling;
grant insert on ledger.matching, ledger.desk to gruppstod_notification;
grant insert on ledger.intake, ledger.matching, ledger.evaluation to gruppstod_desk_list;
grant insert on ledger.scheduling, ledger.matching to gruppstod_demo;

create table ledger.later (
    like ledger.message including defaults including constraints,
    receiver text not null,
    due_at timestamptz not null,
    reason text,
    primary key (id, receiver)
);
comment on table ledger.later is 'Given back by a handler, or by a person from the dead letters; due by the machine''s clock';
create index later_due on ledger.later (receiver, due_at);

create table ledger.dead (
    like ledger.message including defaults including constraints,
    receiver text not null,
    died_at timestamptz not null,
    reason text not null,
    owner text not null default 'operator',
    ended text check (ended in ('retried', 'edited', 'handed_over')),
    ended_at timestamptz,
    ended_by text,
    primary key (id, receiver)
);
comment on table ledger.dead is 'Messages nobody could handle, each with its reason and an owner; a person retries or hands over';
create index dead_open on ledger.dead (receiver, died_at) where ended is null;

create table ledger.hop (
    id uuid not null,
    cause uuid,
    subject uuid not null,
    kind text not null,
    sender text not null,
    receiver text not null,
    said_at timestamptz not null,
    handled_at timestamptz not null,
    outcome text not null check (outcome in ('done', 'reject')),
    state_before text,
    state_after text,
    reason text,
    municipality_id smallint not null default 180
) with (autovacuum_vacuum_insert_scale_factor = 1.0);
comment on table ledger.hop is 'One row for each message handled: the trace of a referral; never changed';
create index hop_subject on ledger.hop (subject);
-- Rows come in the order of time: a few pages of this say where the last minutes lie.
create index hop_handled on ledger.hop using brin (handled_at) with (autosummarize);

create table ledger.lease (
    daemon text not null,
    instance text not null,
    endpoint text not null,
    pid integer not null,
    since timestamptz not null,
    until timestamptz not null,
    queued integer not null default 0,
    state text not null default 'running',
    http_port integer,
    primary key (daemon, instance)
) with (fillfactor = 50);
comment on table ledger.lease is 'Which copies of which daemon live, and where they hear; by the machine''s clock';

create table ledger.control (
    daemon text primary key,
    wanted text not null check (wanted in ('run', 'pause', 'drain')),
    by text not null,
    why text,
    since timestamptz not null
);
comment on table ledger.control is 'What an operator wants of a daemon; nothing is switched off unseen';

do $$
declare
    login text;
begin
    foreach login in array array['intake', 'matching', 'scheduling', 'notification', 'evaluation',
        'desk_list'] loop
        execute format('grant select, insert, update, delete on ledger.later, ledger.lease to'
            ' gruppstod_%s', login);
        execute format('grant select, insert, update on ledger.dead to gruppstod_%s', login);
        execute format('grant insert, select on ledger.hop to gruppstod_%s', login);
        execute format('grant select on ledger.control to gruppstod_%s', login);
    end loop;
end $$;
grant select on ledger.later, ledger.dead, ledger.hop, ledger.lease, ledger.control
    to gruppstod_operator, gruppstod_demo;
grant insert on ledger.later to gruppstod_operator;
grant update (ended, ended_at, ended_by) on ledger.dead to gruppstod_operator;
grant insert, update on ledger.control to gruppstod_operator, gruppstod_demo, gruppstod_desk_list;

create trigger append_only before update or delete or truncate on ledger.hop
    for each statement execute function audit.refuse_change();

reset role;
