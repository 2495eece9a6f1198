-- Notices: what leaders are written to, and the links of letters that are no offers.

set role gruppstod_owner;

create view scheduling.leader_contact_v as
    select leader_id, email, email_at, active from scheduling.leader;
comment on view scheduling.leader_contact_v is 'Where a leader is written to at work';
grant select on scheduling.leader_contact_v to gruppstod_notification;

create table notification.link (
    token_hash bytea primary key check (length(token_hash) = 32),
    kind text not null check (kind in ('substitute', 'before_start', 'group', 'work', 'missing')),
    about uuid not null,
    person_id uuid not null,
    reader text not null check (reader in ('family', 'leader')),
    referral_id uuid,
    group_id uuid,
    meeting_id uuid,
    until_day date,
    letter_id uuid not null, -- written by the statement that writes the letter
    municipality_id smallint not null default 180,
    constraint link_of_family check ((reader = 'family') = (referral_id is not null))
);
comment on table notification.link is 'What a link in a letter opens, and for whom, found by the keyed hash of its token';
comment on column notification.link.about is 'The substitute''s question, the meeting or the group: what the kind is about';
comment on column notification.link.until_day is 'The last day to answer on; what a page does with it is the page''s';

create view notification.link_v as
select token_hash, kind, about, person_id, reader, referral_id, group_id, meeting_id, until_day
  from notification.link;
comment on view notification.link_v is 'Intake finds what a link opens';

grant select, insert on notification.link to gruppstod_notification;
grant select on notification.link_v to gruppstod_intake;

reset role;
