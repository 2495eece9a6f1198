-- Notification: who may be told by which channel, the letters, and the links in them.
--
-- No address and no token lies here in the clear: an address is unsealed in the letter's claim and
-- goes into bytes that are sealed again until the letter has ended; a token can be made again from
-- its key, and only its keyed hash is stored. The offer, the referral and the person are other
-- daemons' rows, so they are ids without foreign keys.

-- All that notification does on its way is look-ups by key. A plan made while a table was empty,
-- its foreign keys' too, would read the whole table for each row until somebody analyses it again:
-- measured, a third of the rate after 6,000 letters.
alter role gruppstod_notification set enable_seqscan = off;

set role gruppstod_owner;

create schema notification;
grant usage on schema notification to gruppstod_notification, gruppstod_intake,
    gruppstod_desk_list, gruppstod_desk_case, gruppstod_operator, gruppstod_demo;

create table notification.outlet (
    channel text primary key check (channel in ('email', 'sms', 'print', 'phone')),
    works boolean not null,
    what text not null,
    municipality_id smallint not null default 180
);
comment on table notification.outlet is 'The ways a letter can leave; only a channel that works is granted';
insert into notification.outlet (channel, works, what) values
    ('email', true, 'to a mail relay, or as a file into a folder'),
    ('sms', false, 'a neutral line by a gateway; no gateway is chosen yet'),
    ('print', false, 'a letter in a plain envelope; nobody prints yet'),
    ('phone', true, 'a person calls: a task of the desk');
grant select on notification.outlet to gruppstod_notification, gruppstod_operator;

-- ended_at is 'infinity' while the grant lives, so that the key says both: at most one living
-- grant for a person and channel, and which one a letter stands on.
create table notification.contact_grant (
    person_id uuid not null,
    channel text not null check (channel in ('email', 'sms', 'print', 'phone')),
    ended_at timestamptz not null default 'infinity',
    granted_at timestamptz not null,
    verified_at timestamptz not null,
    ended_why text check (ended_why in ('refused', 'withdrawn', 'outdated')),
    municipality_id smallint not null default 180,
    primary key (person_id, channel, ended_at),
    check ((ended_at = 'infinity') = (ended_why is null))
);
comment on table notification.contact_grant is 'That a person has said it is safe to reach them so; taken over from intake''s safe-contact record, ended when that is withdrawn or a server refuses the address';
comment on column notification.contact_grant.verified_at is 'When the person last said so; after a refusal only a later word counts';

create table notification.letter (
    letter_id uuid primary key,
    event_id uuid not null,
    person_id uuid not null,
    reader text not null default 'family' check (reader in ('family', 'leader')),
    purpose text not null,
    referral_id uuid,
    group_id uuid,
    meeting_id uuid,
    clearance_id uuid,
    answers_version integer,
    channel text not null check (channel in ('email', 'sms', 'print', 'phone')),
    grant_until timestamptz check (grant_until = 'infinity'),
    granted boolean not null,
    state text not null check (state in ('decided', 'rendered', 'claimed', 'offered', 'sent',
        'deferred', 'failed', 'unknown', 'task', 'dropped')),
    tries smallint not null default 0 check (tries between 0 and 100),
    losses smallint not null default 0 check (losses between 0 and 2),
    decided_at timestamptz not null,
    next_at timestamptz,
    ended_at timestamptz,
    language text,
    subject text,
    body text,
    message_id text,
    dated_at timestamptz,
    mime bytea,
    mime_key bytea,
    reply smallint,
    municipality_id smallint not null default 180,
    constraint one_decision unique (event_id, person_id, purpose),
    constraint words_for_the_reader check (case reader
        when 'family' then purpose in ('offer', 'start', 'cancelled', 'receipt', 'wait',
            'series_changed', 'before_start', 'before_start_booked', 'postponed', 'moved',
            'merged', 'talks')
        else purpose in ('group_given', 'substitute_asked', 'series_changed', 'group_ended',
            'material', 'missing_child', 'before_start', 'training_ends',
            'roster_changed', 'substitute_given', 'substitute_settled', 'supervision_given',
            'supervision_changed', 'visit_given', 'visit_changed',
            'substitute_booked') end),
    constraint family_has_referral check ((reader = 'family') = (referral_id is not null)),
    constraint living_grant foreign key (person_id, channel, grant_until)
        references notification.contact_grant,
    constraint task_without_grant check (granted or state = 'task'),
    constraint open_needs_grant check ((grant_until is not null) = (ended_at is null)),
    constraint ended_is_not_due check ((next_at is null) = (ended_at is not null)),
    constraint ends check (case state
        when 'unknown' then ended_at is null or losses = 2
        else (ended_at is not null) = (state in ('sent', 'failed', 'task', 'dropped')) end),
    constraint in_words check (state in ('decided', 'task', 'dropped')
        or (language is not null and subject is not null and body is not null)),
    constraint bytes_from_claim_on check ((mime is not null)
        = (ended_at is null and state in ('claimed', 'offered', 'deferred', 'unknown'))),
    constraint sealed_bytes check ((mime is null) = (mime_key is null)),
    constraint named_from_claim_on check (mime is null
        or (message_id is not null and dated_at is not null))
);
comment on table notification.letter is 'One decision that a person shall be told of an event, and what became of it';
comment on column notification.letter.event_id is 'The offer, or the notice, that it is about';
comment on column notification.letter.reader is 'A leader is written to at work, and of no referral';
comment on column notification.letter.person_id is 'Who is told; in state task, when nobody could be chosen, the referral itself';
comment on column notification.letter.grant_until is 'infinity while the letter may still go: then it needs a living grant of the same person; null once it has ended';
comment on column notification.letter.granted is 'That it was decided on a living grant; kept when grant_until is not';
comment on column notification.letter.next_at is 'When it is looked at again, by the machine''s clock: its hour, its retry, or the end of its lease';
comment on column notification.letter.body is 'The words, with {link} where the token stands once it is claimed';
comment on column notification.letter.dated_at is 'The Date of the first claim: every try sends the same bytes';
comment on column notification.letter.mime is 'The sealed bytes of the letter with its address, until it has ended';
comment on column notification.letter.reply is 'The mail server''s last reply code';
create index letter_due on notification.letter (next_at) where next_at is not null;

create table notification.offer_link (
    token_hash bytea primary key check (length(token_hash) = 32),
    offer_id uuid not null,
    person_id uuid not null,
    purpose text not null,
    letter_id uuid not null, -- written by the statement that writes the letter
    municipality_id smallint not null default 180
);
comment on table notification.offer_link is 'Whose link it is, found by the keyed hash of its token; the answer is intake''s';

create view notification.offer_link_v as
select token_hash, offer_id, person_id, purpose from notification.offer_link;
comment on view notification.offer_link_v is 'Intake finds the offer behind a link';

create view notification.letter_v as
select letter_id, referral_id, purpose, state, tries, next_at, ended_at, channel, reader
  from notification.letter;
comment on view notification.letter_v is 'What became of each letter: no person, no words';

grant select, insert, update on notification.letter, notification.contact_grant
    to gruppstod_notification;
grant select, insert on notification.offer_link to gruppstod_notification;
grant select on notification.offer_link_v to gruppstod_intake;
grant select on notification.letter_v to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;

reset role;
