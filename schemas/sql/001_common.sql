-- The ground: roles, the civil clock, the migrations' own register, the audit chain.
--
-- Everything belongs to gruppstod_owner, who cannot log in; each daemon has a login role with the
-- least it needs. The migration runs as the cluster's superuser and makes what follows as owner.

do $$
declare
    login text;
begin
    if not exists (select from pg_roles where rolname = 'gruppstod_owner') then
        create role gruppstod_owner nologin;
    end if;
    foreach login in array array['intake', 'matching', 'scheduling', 'notification', 'evaluation',
        'desk_list', 'desk_case', 'operator', 'demo'] loop
        if not exists (select from pg_roles where rolname = 'gruppstod_' || login) then
            execute format('create role gruppstod_%s login', login);
        end if;
        execute format('alter role gruppstod_%s set search_path = pg_catalog', login);
    end loop;
end $$;

revoke all on schema public from public;
do $$
begin
    execute format('grant create on database %I to gruppstod_owner', current_database());
    execute format('revoke temporary on database %I from public', current_database());
end $$;

-- Whoever looks after the house sees how long others' transactions stand open.
grant pg_read_all_stats to gruppstod_operator;

set role gruppstod_owner;

create schema common;
grant usage on schema common to public;

create table common.migration (
    number smallint primary key,
    name text not null,
    digest text not null,
    applied_at timestamptz not null default clock_timestamp()
);
comment on table common.migration is 'Which numbered file of schemas/sql has been applied, and what it was';
grant select on common.migration to public;

create table common.civil_clock (
    only_row boolean primary key default true check (only_row),
    ahead interval not null default '0',
    turned_by text,
    turned_at timestamptz,
    -- A demo turns weeks, a simulated year some months; more is a slip of the hand.
    check (ahead between '0' and '1200 days')
);
comment on table common.civil_clock is 'How far the civil clock stands ahead of the machine''s; only a demo or a test turns it';
insert into common.civil_clock default values;
grant select on common.civil_clock to public;
grant update (ahead, turned_by, turned_at) on common.civil_clock to gruppstod_demo;

-- The one clock of SQL: what families, leaders and limits live by.
create function common.civil_now() returns timestamptz
    language sql volatile parallel safe
    return clock_timestamp() + (select ahead from common.civil_clock);

-- The day of the city, which a server's own zone leaves an hour or two early or late.
create function common.today() returns date
    language sql volatile parallel safe
    return (common.civil_now() at time zone 'Europe/Stockholm')::date;

-- The machine's own time: leases and retries, which a turned civil clock must not touch.
create function common.machine_now() returns timestamptz
    language sql volatile parallel safe
    return clock_timestamp();

create schema audit;
grant usage on schema audit to public;

create table audit.entry (
    writer uuid not null,
    seq bigint not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject uuid,
    detail text,
    mac bytea not null check (length(mac) = 32),
    municipality_id smallint not null default 180,
    primary key (writer, seq)
);
comment on table audit.entry is 'Who did what, one keyed-hash chain for each writing process; never changed';
grant insert on audit.entry to gruppstod_intake, gruppstod_matching, gruppstod_scheduling,
    gruppstod_notification, gruppstod_evaluation, gruppstod_desk_list, gruppstod_desk_case,
    gruppstod_operator, gruppstod_demo;
grant select on audit.entry to gruppstod_operator;

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit entries are never changed' using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on audit.entry
    for each statement execute function audit.refuse_change();

reset role;
