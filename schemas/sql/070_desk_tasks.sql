-- One open task of each kind of work for a referral: whoever picks up the telephone settles both
-- "call the family" and "call back". A later task joins the open one and leaves its reason there.

set role gruppstod_owner;

-- The same work once more, from before this rule: the later one stays, as early due as the earlier.
with open as (
    select task_id,
        row_number() over later as nth,
        min(due_at) over (partition by referral_id, kind_of_work) as due_at,
        first_value(owner) over (partition by referral_id, kind_of_work
            order by owner is null, wanted_at desc, task_id desc) as owner
      from (select *, case when kind in ('call_family', 'call_back') then 'call' else kind end
                as kind_of_work
              from desk.task where done_at is null) t
    window later as (partition by referral_id, kind_of_work order by wanted_at desc, task_id desc)),
gone as (
    delete from desk.task t using open o where o.task_id = t.task_id and o.nth > 1)
update desk.task t set due_at = o.due_at, owner = o.owner
  from open o
 where o.task_id = t.task_id and o.nth = 1;

alter table desk.task add column work text not null generated always as
    (case when kind in ('call_family', 'call_back') then 'call' else kind end) stored;
comment on column desk.task.work is 'What a person does for it: both kinds of call are one';
create unique index task_open_once on desk.task (referral_id, work) where done_at is null;
grant update (kind, due_at, note, wanted_by) on desk.task to gruppstod_desk_list;

reset role;
