-- What an operator watches and mends: the queues with their pace, the dead letters by what went
-- wrong. Times here are the civil clock's, as messages carry them.

set role gruppstod_owner;

create view ledger.queue_v as
    with fresh as (
        select 'intake' as receiver, said_at from ledger.intake
        union all select 'matching', said_at from ledger.matching
        union all select 'scheduling', said_at from ledger.scheduling
        union all select 'notification', said_at from ledger.notification
        union all select 'evaluation', said_at from ledger.evaluation
        union all select 'desk', said_at from ledger.desk),
    waiting as (
        select receiver, count(*) as depth, min(said_at) as oldest_at,
            count(*) filter (where said_at > common.civil_now() - interval '5 min') as said
          from fresh group by receiver),
    recent as (
        select receiver, count(*) as handled,
            count(*) filter (where outcome = 'reject') as rejected,
            count(*) filter (where said_at > common.civil_now() - interval '5 min') as said,
            percentile_cont(array[0.5, 0.95, 0.99]) within group
                (order by extract(epoch from handled_at - said_at) * 1000) as ms
          from ledger.hop where handled_at > common.civil_now() - interval '5 min'
         group by receiver)
    select d.receiver, d.place, coalesce(w.depth, 0) as depth,
        case when w.depth > 0 then greatest(0,
            extract(epoch from common.civil_now() - w.oldest_at))::bigint end as oldest_s,
        (coalesce(w.said, 0) + coalesce(r.said, 0)) / 5.0 as said_minute,
        coalesce(r.handled, 0) / 5.0 as handled_minute, coalesce(r.rejected, 0) as rejected,
        r.ms[1] as p50_ms, r.ms[2] as p95_ms, r.ms[3] as p99_ms,
        (select count(*) from ledger.later l where l.receiver = d.receiver) as later,
        (select count(*) from ledger.dead x where x.receiver = d.receiver and x.ended is null)
            as dead,
        (select count(*) from ledger.lease e
          where e.daemon = d.receiver and e.until > common.machine_now()) as copies
      from unnest(array['intake', 'matching', 'scheduling', 'notification', 'evaluation', 'desk'])
          with ordinality as d (receiver, place)
      left join waiting w using (receiver)
      left join recent r using (receiver);
comment on view ledger.queue_v is 'Each queue now, and its pace by the last five minutes: messages a minute, from said to handled in ms';

create view ledger.pace_v as
    select receiver,
        floor(extract(epoch from common.civil_now() - handled_at) / 60)::integer as minutes_ago,
        count(*) as handled
      from ledger.hop where handled_at > common.civil_now() - interval '30 min'
     group by 1, 2;
comment on view ledger.pace_v is 'Messages handled in each of the last thirty minutes';

-- What differs between two deaths of one kind is whose it was and how many: ids and numbers go.
create function ledger.fingerprint(reason text) returns text
    language sql immutable parallel safe set search_path = pg_catalog
    return regexp_replace(regexp_replace(reason,
        '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', '<id>', 'g'), '[0-9]+', '<n>', 'g');

create view ledger.dead_v as
    select id, receiver, kind, subject, sender, said_at, died_at, tries, failures, reason, owner,
        version, body, ledger.fingerprint(reason) as fingerprint,
        left(encode(sha256(convert_to(receiver || ' ' || kind || ' ' || ledger.fingerprint(reason),
            'UTF8')), 'hex'), 16) as mark
      from ledger.dead where ended is null;
comment on view ledger.dead_v is 'Dead letters that wait for a person; the same mark: the same receiver, kind and fingerprint';

-- The shape of what waits: the screen by which a city sees whether children come through.
create view matching.shape_v as
    select case when grouping(situation) = 1 then 'all' else situation end as situation,
        count(*) filter (where days < 7) as to_7,
        count(*) filter (where days >= 7 and days < 14) as to_14,
        count(*) filter (where days >= 14 and days < 28) as to_28,
        count(*) filter (where days >= 28 and days < 56) as to_56,
        count(*) filter (where days >= 56 and days < 112) as to_112,
        count(*) filter (where days >= 112) as over_112,
        count(*) as waiting, floor(max(days))::integer as oldest_days
      from (select coalesce(situation, 'unknown') as situation,
                extract(epoch from common.civil_now() - received_at) / 86400 as days
              from matching.referral_v
             where state in ('received', 'safety_check', 'protection_first', 'contacting',
                 'awaiting_consent', 'waiting', 'parked', 'proposed', 'offered', 'call_back')) w
     group by rollup (situation);
comment on view matching.shape_v is 'Children who wait, by situation and whole days since their referral came; the row "all" is their sum';
grant select on matching.shape_v to gruppstod_desk_list, gruppstod_operator;

grant select on ledger.queue_v, ledger.pace_v to gruppstod_desk_list, gruppstod_operator;
grant select on ledger.dead_v to gruppstod_desk_list, gruppstod_operator;

-- Dead letters come back by a person only, due now. What is null is any: one by its id, all of a
-- mark, or all there are.
create function ledger.retry_dead(wanted_id uuid, wanted_mark text, who text) returns integer
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    moved integer;
begin
    with back as (
        update ledger.dead d
           set ended = 'retried', ended_at = common.machine_now(), ended_by = who
          from ledger.dead_v v
         where v.id = d.id and v.receiver = d.receiver
           and (wanted_id is null or d.id = wanted_id)
           and (wanted_mark is null or v.mark = wanted_mark)
        returning d.*)
    insert into ledger.later (id, kind, subject, cause, sender, said_at, version, body,
        municipality_id, receiver, due_at, reason)
    select id, kind, subject, cause, sender, said_at, version, body, municipality_id, receiver,
           common.machine_now(), 'a person sends it again'
      from back
    on conflict (id, receiver) do nothing;
    get diagnostics moved = row_count;
    return moved;
end $$;
comment on function ledger.retry_dead is 'Dead letters go back to their receivers as they were; returns how many';

-- The letter as it was stays where it lies, ended; its receiver gets what a person made of it.
create function ledger.edit_dead(wanted_id uuid, wanted_mark text, mended bytea, who text)
    returns integer
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    moved integer;
begin
    with back as (
        update ledger.dead d
           set ended = 'edited', ended_at = common.machine_now(), ended_by = who
          from ledger.dead_v v
         where v.id = d.id and v.receiver = d.receiver and d.id = wanted_id
           and v.mark = wanted_mark
        returning d.*)
    insert into ledger.later (id, kind, subject, cause, sender, said_at, version, body,
        municipality_id, receiver, due_at, reason)
    select id, kind, subject, cause, sender, said_at, version, mended, municipality_id, receiver,
           common.machine_now(), 'a person has mended it'
      from back
    on conflict (id, receiver) do nothing;
    get diagnostics moved = row_count;
    return moved;
end $$;
comment on function ledger.edit_dead is 'One dead letter goes back with another body; returns 1, or 0 when it is there no more';

create function ledger.hand_over_dead(wanted_id uuid, wanted_mark text, new_owner text, who text)
    returns uuid
    language sql security definer set search_path = pg_catalog as $$
    update ledger.dead d
       set ended = 'handed_over', ended_at = common.machine_now(), ended_by = who,
           owner = new_owner
      from ledger.dead_v v
     where v.id = d.id and v.receiver = d.receiver and d.id = wanted_id and v.mark = wanted_mark
    returning d.subject
$$;
comment on function ledger.hand_over_dead is 'A person takes over what a dead letter was about; returns its subject, or null';

revoke all on function ledger.retry_dead, ledger.edit_dead, ledger.hand_over_dead from public;
grant execute on function ledger.retry_dead to gruppstod_desk_list, gruppstod_operator;
grant execute on function ledger.edit_dead, ledger.hand_over_dead to gruppstod_desk_list;

reset role;
