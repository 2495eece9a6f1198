-- Intake: referrals as received, sealed identities, receipts, safety answers, consents, clearances,
-- answers to offers.
--
-- No name, number or address lies here but sealed to a key that intake does not hold. The rows of
-- the fast path (referral, child, person, clearance) carry no foreign keys: each is written by one
-- statement beside the row it refers to, and a key-share lock for each would cost a fifth of the
-- rate. What refers to an older row does have one.

-- Plans are made once, at the first slice, when the tables may still be empty: a plan that reads a
-- whole table would be kept while it grows. Every statement of intake has an index to go by.
alter role gruppstod_intake set enable_seqscan = off;

set role gruppstod_owner;

create schema intake;
grant usage on schema intake to gruppstod_intake, gruppstod_matching, gruppstod_notification,
    gruppstod_desk_list, gruppstod_desk_case, gruppstod_operator, gruppstod_demo;

create table intake.child (
    child_id uuid primary key,
    municipality_id smallint not null default 180,
    identity_index bytea check (length(identity_index) = 16),
    name_index bytea check (length(name_index) = 16),
    check (identity_index is not null or name_index is null)
);
comment on table intake.child is 'The pseudonym of a child, found again by keyed hashes only';
comment on column intake.child.identity_index is 'Blind index of the personal number, or of name and birth date when there is no number; null when the child did not say';
comment on column intake.child.name_index is 'Blind index of name and birth date: finds the child when another source had no number';
create unique index child_identity on intake.child (identity_index)
    where identity_index is not null;
create index child_name on intake.child (name_index) where name_index is not null;

-- Half of each page stays free: a row is written twice more in its life, and with room beside it
-- its five indexes are left alone.
create table intake.referral (
    referral_id uuid primary key,
    municipality_id smallint not null default 180,
    child_id uuid not null,
    code text not null check (length(code) = 6),
    receipt text not null check (length(receipt) = 8),
    idempotency bytea check (length(idempotency) = 32),
    body_hash bytea check (length(body_hash) = 32),
    received_at timestamptz not null,
    door text not null check (door in ('child', 'parent', 'professional')),
    source text not null,
    language text not null,
    primary_situation text
        check (primary_situation in ('substance', 'mental', 'violence', 'separation')),
    situations text[] not null default '{}',
    birth_date date,
    sex text not null default 'unsaid',
    district text,
    languages text[] not null default '{}',
    free_slots bigint not null default 0,
    max_travel_min smallint not null default 45 check (max_travel_min between 5 and 180),
    needs text[] not null default '{}',
    same_sex_only boolean not null default false,
    parent_wish text not null default 'no',
    safety text not null check (safety in ('green', 'unsure', 'red')),
    answers text not null,
    answers_version smallint not null default 1 check (answers_version >= 1),
    cleared_version smallint,
    violence boolean not null,
    protected boolean not null,
    consents text not null,
    person_first boolean not null default false,
    complete boolean not null,
    state text not null default 'received'
        check (state in ('received', 'reached', 'placed', 'completed')),
    said smallint not null default 0 check (said >= 0),
    matching_version integer not null default 0,
    decision text check (decision in ('clear', 'hold', 'red')),
    decided_by uuid,
    decided_at timestamptz,
    withdrawn_at timestamptz,
    check ((idempotency is null) = (body_hash is null))
) with (fillfactor = 45);
comment on table intake.referral is 'A referral as it was received, without secrets; the one state of its life is matching''s';
comment on column intake.referral.code is 'The family''s own code, in every letter''s subject';
comment on column intake.referral.receipt is 'What the referrer looks the status up by';
comment on column intake.referral.answers is 'Safety answers, one letter each (y, n, ? or -) in the order danger, afraid, violence, other guardian, protected';
comment on column intake.referral.answers_version is 'The newest version of the safety answers; a clearance holds for one version only';
comment on column intake.referral.cleared_version is 'The version of the safety answers that the last clearance was given for';
comment on column intake.referral.consents is 'Consents, one letter each in the order family knows, take part, share, tell the referrer';
comment on column intake.referral.person_first is 'No rule may clear it: a person looks first (a trap of the form was touched, or the identity is in doubt)';
comment on column intake.referral.complete is 'False until a person has asked for what matching needs; then matching has not heard of it';
comment on column intake.referral.said is 'How many messages about it intake has said to matching';
comment on column intake.referral.matching_version is 'The highest version matching told of: an older message changes nothing';
create unique index referral_receipt on intake.referral (receipt);
create unique index referral_idempotency on intake.referral (idempotency)
    where idempotency is not null;
create index referral_child on intake.referral (child_id);

create table intake.person (
    referral_id uuid not null,
    person_id uuid not null,
    municipality_id smallint not null default 180,
    role text not null check (role in ('child', 'guardian', 'young', 'referrer')),
    language text not null,
    email_ok boolean not null default false,
    phone_ok boolean not null default false,
    sms_ok boolean not null default false,
    print_ok boolean not null default false,
    may_leave_message boolean not null default false,
    hours text,
    verified_at timestamptz,
    sealed bytea not null,
    wrapped_key bytea not null,
    primary key (referral_id, person_id)
);
comment on table intake.person is 'A person of a referral: who and how to reach is sealed, the safe-contact answers are not';
comment on column intake.person.wrapped_key is 'The person''s data key, wrapped for the readers; emptied, the person is erased';
comment on column intake.person.verified_at is 'When the safe contact was last said; asked again after 90 days';

create table intake.safety_answers (
    referral_id uuid not null references intake.referral,
    version smallint not null check (version >= 2),
    municipality_id smallint not null default 180,
    answered_at timestamptz not null,
    safety text not null check (safety in ('green', 'unsure', 'red')),
    answers text,
    answered_by text not null,
    primary key (referral_id, version)
);
comment on table intake.safety_answers is 'Each later version of the safety answers; the first stands in the referral';

create table intake.consent (
    referral_id uuid not null references intake.referral,
    purpose text not null check (purpose in ('take_part', 'share', 'tell_referrer')),
    said_at timestamptz not null,
    municipality_id smallint not null default 180,
    answer text not null check (answer in ('yes', 'no', 'withdrawn')),
    said_by text not null,
    primary key (referral_id, purpose, said_at)
);
comment on table intake.consent is 'Consents given, refused or withdrawn later; the first stand in the referral';

create table intake.clearance (
    clearance_id uuid primary key,
    municipality_id smallint not null default 180,
    referral_id uuid not null,
    answers_version smallint not null,
    rule_version smallint not null,
    cleared_by text not null,
    cleared_at timestamptz not null,
    valid_until timestamptz not null check (valid_until > cleared_at),
    urgency smallint not null check (urgency between 0 and 3),
    spoken boolean not null,
    mac bytea not null check (length(mac) = 32)
);
create index clearance_referral on intake.clearance (referral_id);
comment on table intake.clearance is 'The safety token: no letter leaves without one whose MAC holds for the newest answers';

create table intake.pair (
    child_a uuid not null references intake.child,
    child_b uuid not null references intake.child,
    kind text not null check (kind in ('sibling', 'must_not_meet', 'parents_must_not_meet',
        'together')),
    municipality_id smallint not null default 180,
    said_by text not null,
    said_at timestamptz not null,
    primary key (child_a, child_b, kind),
    check (child_a < child_b)
);
comment on table intake.pair is 'Siblings, and children or their parents who must not meet, as pseudonyms';
create index pair_other on intake.pair (child_b);

create table intake.answer (
    offer_id uuid primary key,
    municipality_id smallint not null default 180,
    referral_id uuid not null,
    answer text not null check (answer in ('yes', 'no', 'call_me')),
    reason text check (reason is null or answer = 'no'),
    ask_again_day date,
    person_id uuid,
    answered_at timestamptz not null
);
comment on table intake.answer is 'One answer an offer, with the time of its commit: the one that counts';
create index answer_referral on intake.answer (referral_id);

create table intake.identity_read (
    read_id bigint generated always as identity primary key,
    municipality_id smallint not null default 180,
    referral_id uuid not null,
    staff_id uuid not null,
    reason text not null check (length(reason) between 3 and 200),
    read_at timestamptz not null
);
comment on table intake.identity_read is 'Who was shown an identity, and why; written by the function that shows it, never changed';
create index identity_read_referral on intake.identity_read (referral_id);
create trigger append_only before update or delete or truncate on intake.identity_read
    for each statement execute function audit.refuse_change();

create view intake.clearance_v as
select c.clearance_id, c.referral_id, c.answers_version, c.rule_version, c.cleared_by,
       c.valid_until, c.mac,
       coalesce(c.answers_version = r.answers_version and r.safety <> 'red'
                and r.decision is distinct from 'hold' and r.decision is distinct from 'red'
                and r.withdrawn_at is null, false) as current
  from intake.clearance c
  left join intake.referral r using (referral_id);
comment on view intake.clearance_v is 'Clearances as the notifier checks them, in the letter''s own transaction';

create view intake.contact_v as
select p.referral_id, p.person_id, p.role, p.language, p.email_ok, p.phone_ok, p.sms_ok,
       p.print_ok, p.hours, p.may_leave_message, p.verified_at, p.sealed, p.wrapped_key, r.code
  from intake.person p
  join intake.referral r using (referral_id)
 where p.role <> 'child' and length(p.wrapped_key) > 0;
comment on view intake.contact_v is 'Whom a letter may reach, and how it is safe; the contact itself is sealed';

create view intake.answer_v as
select offer_id, answer, answered_at from intake.answer;
comment on view intake.answer_v is 'Matching reads it in the transaction that would let an offer expire';

create view intake.pair_v as
select child_a, child_b, kind from intake.pair;
comment on view intake.pair_v is 'Pairs of pseudonyms';

create view intake.safety_v as
select r.referral_id, r.code, r.received_at, r.source, r.safety, r.answers_version,
       r.cleared_version is not distinct from r.answers_version as cleared,
       r.decision, r.violence, r.state, r.answers, r.door, r.person_first, r.complete,
       r.decided_at, r.consents
  from intake.referral r;
comment on view intake.safety_v is 'What a coordinator decides on: the safety answers, never who';

create function intake.read_identity(wanted uuid, staff uuid, why text)
    returns table (person_id uuid, role text, language text, email_ok boolean, phone_ok boolean,
        sms_ok boolean, print_ok boolean, may_leave_message boolean, hours text,
        sealed bytea, wrapped_key bytea)
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    insert into intake.identity_read (referral_id, staff_id, reason, read_at)
    values (wanted, staff, why, common.civil_now());
    return query
    select p.person_id, p.role, p.language, p.email_ok, p.phone_ok, p.sms_ok, p.print_ok,
           p.may_leave_message, p.hours, p.sealed, p.wrapped_key
      from intake.person p
     where p.referral_id = wanted
     order by p.role, p.person_id;
end $$;
comment on function intake.read_identity is 'The only way of the desk to an identity: the row that tells of it is written first';
revoke all on function intake.read_identity from public;
grant execute on function intake.read_identity to gruppstod_desk_case;

grant select, insert on intake.child, intake.referral, intake.clearance, intake.safety_answers,
    intake.consent, intake.pair, intake.answer to gruppstod_intake;
grant insert on intake.person to gruppstod_intake;
grant update (identity_index) on intake.child to gruppstod_intake;
grant update (state, said, cleared_version, matching_version, decision, decided_by, decided_at,
    safety, answers_version, withdrawn_at) on intake.referral to gruppstod_intake;
grant select on intake.clearance_v, intake.contact_v to gruppstod_notification;
grant select on intake.answer_v, intake.pair_v to gruppstod_matching;
grant select on intake.safety_v to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;
grant select on intake.identity_read to gruppstod_operator;

reset role;
