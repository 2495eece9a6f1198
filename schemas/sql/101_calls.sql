-- The coordinator's day: the three tries of a first call, contacts typed while talking, questions
-- without a name, and why somebody held, parked or ended a referral.

set role gruppstod_owner;

-- The three tries

create table desk.attempt (
    referral_id uuid primary key,
    tries smallint not null check (tries between 0 and 3),
    asked boolean not null default false,
    next text not null check (next in ('call', 'ask_referrer', 'decide')),
    next_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table desk.attempt is 'Families that have been called in vain: how often, and what comes next, when; gone when they are reached';
comment on column desk.attempt.tries is 'Calls in vain in a row; from the third the one who told us is asked';
comment on column desk.attempt.asked is 'The one who told us has been asked: after one more call a person decides';
grant select, insert, update, delete on desk.attempt to gruppstod_desk_list;

create view desk.reach_v as
    select p.referral_id, bool_or(p.phone_ok) as may_call,
        bool_or(p.phone_ok and p.may_leave_message) as may_leave_message,
        min(left(p.hours, 60)) filter (where p.phone_ok) as hours
    from intake.person p
    where p.role in ('guardian', 'young')
    group by p.referral_id;
comment on view desk.reach_v is 'Whether, and at what hours, a family may be called; nothing of who or where';
grant select on desk.reach_v to gruppstod_desk_list;

-- Contacts by phone

create table desk.contact (
    contact_id uuid primary key,
    staff_id uuid not null references desk.staff,
    started_at timestamptz not null,
    changed_at timestamptz not null,
    state text not null check (state in ('draft', 'sending', 'sent', 'discarded')),
    sealed bytea,
    wrapped_key bytea,
    receipt text unique check (length(receipt) = 8),
    code text check (length(code) = 6),
    wrong text check (length(wrong) <= 1000),
    municipality_id smallint not null default 180,
    check ((sealed is null) = (wrapped_key is null)),
    constraint contact_kept_while_open check ((sealed is null) = (state in ('sent', 'discarded'))),
    constraint contact_sent_has_receipt check ((receipt is null) = (state <> 'sent'))
);
comment on table desk.contact is 'What a coordinator types while talking: sealed while it is a draft, gone when it is sent or thrown away';
comment on column desk.contact.staff_id is 'Who took the call; a draft is that person''s alone until it has been left lying for a day';
comment on column desk.contact.wrong is 'Names of the fields that intake would not take, with a space between';
comment on column desk.contact.state is 'sending: frozen, until intake has given its receipt';
create index contact_open on desk.contact (staff_id, changed_at)
    where state in ('draft', 'sending');
grant select (contact_id, staff_id, started_at, changed_at, state, receipt, code), insert, update
    on desk.contact to gruppstod_desk_list;

-- Who opens a draft reads as the role that sees no list.
create function desk.take_up_contact(wanted uuid, staff uuid)
    returns table (state text, sealed bytea, wrapped_key bytea, code text, wrong text,
        referral_id uuid)
    language sql security definer set search_path = pg_catalog as $$
    select c.state, c.sealed, c.wrapped_key, c.code, c.wrong,
           (select r.referral_id from intake.referral r where r.receipt = c.receipt)
      from desk.contact c
     where c.contact_id = wanted and c.staff_id = staff;
$$;
comment on function desk.take_up_contact is 'A contact, for whoever took the call and nobody else';
revoke all on function desk.take_up_contact from public;
grant execute on function desk.take_up_contact to gruppstod_desk_case;

create view desk.taken_v as
    select r.referral_id, c.staff_id, s.display_name, c.started_at
    from desk.contact c
    join intake.referral r on r.receipt = c.receipt
    join desk.staff s on s.staff_id = c.staff_id;
comment on view desk.taken_v is 'Referrals that came by phone, and who took the call';
grant select on desk.taken_v to gruppstod_desk_list;

-- Questions without a name

create table desk.question (
    question_id uuid primary key,
    staff_id uuid not null references desk.staff,
    at timestamptz not null,
    source text not null,
    situation text check (situation in ('substance', 'mental', 'violence', 'separation')),
    district text check (length(district) <= 31),
    ended text not null check (ended in ('told', 'comes_back', 'sent_on')),
    municipality_id smallint not null default 180
);
comment on table desk.question is 'A question without a name: that somebody asked, of what, and how it ended; nothing of who';
create index question_at on desk.question (at);
grant select, insert on desk.question to gruppstod_desk_list;

-- Why

create table desk.case_act (
    act_id uuid primary key,
    referral_id uuid not null,
    kind text not null check (kind in ('clear', 'hold', 'red', 'waiting', 'parked', 'handed_over',
        'redirected', 'not_reached', 'withdrawn')),
    reason text not null check (reason in ('wish', 'later', 'other_help', 'moved', 'more_to_know',
        'consent', 'safety', 'no_contact', 'settled', 'mistake', 'other')),
    words text check (length(words) between 1 and 200),
    until_day date,
    at timestamptz not null,
    staff_id uuid not null references desk.staff,
    municipality_id smallint not null default 180
);
comment on table desk.case_act is 'What a coordinator asked for about a referral, and the reason as it was given';
comment on column desk.case_act.words is 'Own words, kept as they were; never a name, says the form';
create index case_act_referral on desk.case_act (referral_id, at);
grant select, insert on desk.case_act to gruppstod_desk_list;

-- Held at the gate: somebody wants to know more, and must not forget it.
create index referral_held on intake.referral (decided_at)
    where decision = 'hold' and withdrawn_at is null;
create view desk.held_v as
    select referral_id, code, decided_at, safety, violence
    from intake.referral
    where decision = 'hold' and withdrawn_at is null
      and cleared_version is distinct from answers_version;
comment on view desk.held_v is 'Referrals that a coordinator keeps at the gate, the oldest first';
grant select on desk.held_v to gruppstod_desk_list;

-- The waiting list by any filter
create view desk.list_v as
    select r.referral_id, r.state, c.situation, c.district, c.birth_date, w.since, w.turn,
        r.urgency, w.reason, coalesce(w.since, r.received_at) as counted_from,
        coalesce(w.detail, '') as detail, k.until_day
    from matching.referral r
    left join matching.case c using (referral_id)
    left join matching.waiting w using (referral_id)
    left join matching.parked k using (referral_id);
comment on view desk.list_v is 'What the waiting list is filtered and sorted by';
grant select on desk.list_v to gruppstod_desk_list;

reset role;
