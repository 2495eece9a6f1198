-- Drafts: forms that a family or a referrer has begun and not sent.
--
-- What was typed is sealed under a key made of a secret that only the writer's browser has (a
-- cookie) and one of intake's: neither the database nor a backup opens it. A code to come back with
-- is kept as a slow hash; it opens the same secret.

set role gruppstod_owner;

create table intake.draft (
    session_hash bytea not null check (length(session_hash) = 32),
    number smallint not null check (number between 1 and 99),
    municipality_id smallint not null default 180,
    door text not null check (door in ('child', 'parent', 'professional')),
    changed_at timestamptz not null,
    sealed bytea check (length(sealed) <= 24 * 1024),
    code_hash bytea check (length(code_hash) = 32),
    code_box bytea,
    receipt text check (length(receipt) = 8),
    primary key (session_hash, number),
    check ((sealed is null) = (receipt is not null)),
    check ((code_hash is null) = (code_box is null)),
    check (receipt is null or code_hash is null)
);
comment on table intake.draft is 'A form that is being filled in; its answers go when it is sent, all of it 14 days after the last change or at the quick exit';
comment on column intake.draft.session_hash is 'Of the cookie, as a keyed hash: the cookie itself opens what is sealed';
comment on column intake.draft.number is 'Which of the browser''s forms: one in each tab';
comment on column intake.draft.code_box is 'The cookie''s secret, sealed under the code to come back with';
comment on column intake.draft.receipt is 'It was sent: who sends it again is shown this receipt';
create unique index draft_code on intake.draft (code_hash) where code_hash is not null;
create index draft_changed on intake.draft (changed_at);

grant select, insert, update, delete on intake.draft to gruppstod_intake;

reset role;
