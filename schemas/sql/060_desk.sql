-- Desk: staff accounts and sessions, tasks for people, notes of calls, letters in trouble; what the
-- desk reads of the others beyond their own views; and the one way back for dead letters.
--
-- Two roles log in: desk_list sees situations and never an identity, desk_case reads identities
-- through intake.read_identity and the words of notes, and sees no situation. Sessions and limits
-- on guessing go by the machine's clock: a turned civil clock must not sign anybody out.

set role gruppstod_owner;

create schema desk;
grant usage on schema desk to gruppstod_desk_list, gruppstod_desk_case, gruppstod_operator;

create table desk.staff (
    staff_id uuid primary key,
    user_name text not null unique check (user_name ~ '^[a-z][a-z0-9.-]{1,30}$'),
    display_name text not null check (length(display_name) between 2 and 60),
    role text not null check (role in ('coordinator', 'leader', 'operator', 'read_only')),
    leader_id uuid check (leader_id is null or role = 'leader'),
    password text not null check (password like '$argon2id$%'),
    active boolean not null default true,
    created_at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table desk.staff is 'Who may sign in, as what';
comment on column desk.staff.leader_id is 'Whose groups a leader sees; without one, none';
grant select, update (password) on desk.staff to gruppstod_desk_list;

create view desk.staff_v as
    select staff_id, user_name, display_name, role, active from desk.staff;
comment on view desk.staff_v is 'Who may sign in; passwords are the desk''s alone';
grant select on desk.staff_v to gruppstod_operator;

create table desk.session (
    token_hash bytea primary key check (length(token_hash) = 32),
    staff_id uuid not null references desk.staff,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null check (ends_at <= started_at + interval '12 hours'),
    municipality_id smallint not null default 180
);
comment on table desk.session is 'Who is signed in; the token itself is known to the browser only';
create index session_ends on desk.session (ends_at);
grant select, insert, update (seen_at), delete on desk.session to gruppstod_desk_list;

create table desk.sign_in_try (
    key text primary key check (length(key) between 3 and 120),
    failures integer not null check (failures > 0),
    last_at timestamptz not null,
    until timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table desk.sign_in_try is 'Wrong passwords for a user (u:name) or from an address (a:address), and until when nobody may try';
create index sign_in_try_old on desk.sign_in_try (last_at);
grant select, insert, update, delete on desk.sign_in_try to gruppstod_desk_list;

create table desk.task (
    task_id uuid primary key,
    referral_id uuid not null,
    kind text not null check (kind in ('protection', 'call_family', 'call_back', 'letter_failed',
        'no_safe_contact', 'unsafe_decline', 'identity_doubt', 'hand_over', 'consent',
        'dead_letter', 'call_leader', 'few_children', 'missing_child', 'missing_late',
        'missed_twice', 'start_step', 'substitute_missing', 'training_ends', 'contract_ends',
        'ask_conflicts', 'interpreter')),
    about text not null default 'referral' check (about in ('referral', 'group', 'leader')),
    wanted_by text not null,
    wanted_at timestamptz not null,
    due_at timestamptz not null,
    note text check (length(note) <= 200),
    owner uuid references desk.staff,
    done_at timestamptz,
    done_by uuid references desk.staff,
    result text check (length(result) <= 200),
    group_id uuid,
    meeting_id uuid,
    escalated_at timestamptz,
    municipality_id smallint not null default 180,
    check ((done_at is null) = (done_by is null)),
    constraint task_protection_has_receipt
        check (kind <> 'protection' or done_at is null or coalesce(length(result), 0) >= 3)
);
comment on table desk.task is 'What no rule may settle alone; open until a person has done it';
comment on column desk.task.referral_id is 'What it is about: a referral, or the group or leader that the column about says';
comment on column desk.task.result is 'What came of it; for protection the receiver of the hand-over, and when';
comment on column desk.task.group_id is 'The group, when it is about one of its evenings: its leaders see the task';
comment on column desk.task.escalated_at is 'Nobody had done it in time, and the coordinators were asked';
create index task_open on desk.task ((kind <> 'protection'), due_at) where done_at is null;
create index task_referral on desk.task (referral_id);
grant select, insert, update (owner, done_at, done_by, result, group_id, meeting_id, escalated_at)
    on desk.task to gruppstod_desk_list;
create index task_of_group on desk.task (group_id) where done_at is null and group_id is not null;
create view desk.task_due_v as
    select kind, count(*)::int as tasks, min(due_at) as oldest_due
      from desk.task
     where done_at is null and due_at < common.civil_now()
     group by kind;
comment on view desk.task_due_v is 'Tasks of which a person is late, by kind; nothing of whom they are about';
grant select on desk.task_due_v to gruppstod_operator;

create table desk.note (
    note_id uuid primary key,
    referral_id uuid not null,
    outcome text check (outcome in ('reached', 'no_answer', 'wrong_number',
        'referrer_asked', 'left_message')),
    staff_id uuid not null references desk.staff,
    at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table desk.note is 'A try to reach the family: that, when and by whom; its words lie sealed beside it';
create index note_referral on desk.note (referral_id);
grant select, insert on desk.note to gruppstod_desk_list;

create table desk.note_words (
    note_id uuid primary key references desk.note,
    sealed bytea not null,
    wrapped_key bytea not null,
    municipality_id smallint not null default 180
);
comment on table desk.note_words is 'What was said in a call: may name somebody, so it is never shown beside a situation';
grant insert on desk.note_words to gruppstod_desk_list;
grant select on desk.note_words, desk.note to gruppstod_desk_case;

create table desk.letter (
    letter_id uuid primary key,
    referral_id uuid not null,
    offer_id uuid,
    purpose text not null,
    ended text not null check (ended in ('failed', 'unknown', 'task')),
    at timestamptz not null,
    seen_at timestamptz,
    seen_by uuid references desk.staff,
    municipality_id smallint not null default 180,
    check ((seen_at is null) = (seen_by is null))
);
comment on table desk.letter is 'Letters that did not reach anybody for certain, until a person has seen it';
create index letter_unseen on desk.letter (at) where seen_at is null;
create index letter_referral on desk.letter (referral_id);
grant select, insert, update (ended, at, seen_at, seen_by) on desk.letter to gruppstod_desk_list;

-- What the desk reads of the others, in the order it shows it

create view desk.waiting_v as
    select w.referral_id, w.situation, w.urgency, w.since, w.reason, w.detail, c.district, w.turn
    from matching.waiting w
    left join matching.case c using (referral_id);
comment on view desk.waiting_v is 'The waiting list along the index of its turn: a page costs the same however long the list is';

create view desk.state_v as
    select r.referral_id, r.state, c.situation, c.district
    from matching.referral r
    left join matching.case c using (referral_id);
comment on view desk.state_v is 'What a list of one state is filtered by; the rest is read of the few that are shown';

-- Who clears: the first of all are those with violence, then those who have waited longest.
create index referral_to_clear on intake.referral (violence desc, received_at)
    where cleared_version is distinct from answers_version and withdrawn_at is null
      and decision is distinct from 'hold' and decision is distinct from 'red';
create view desk.to_clear_v as
    select referral_id, code, received_at, violence, safety, source, person_first
    from intake.referral
    where cleared_version is distinct from answers_version and withdrawn_at is null
      and decision is distinct from 'hold' and decision is distinct from 'red';
comment on view desk.to_clear_v is 'Referrals whose safety answers nobody has decided on';

create view desk.leader_name_v as
    select leader_id, work_name from scheduling.leader;
comment on view desk.leader_name_v is 'The names that leaders use at work';

create view desk.presence_v as
    select meeting_id, referral_id, presence from evaluation.attendance;
comment on view desk.presence_v is 'Attendance as it was noted, for the form that puts it right';

grant select on desk.waiting_v, desk.state_v, desk.to_clear_v, desk.leader_name_v, desk.presence_v
    to gruppstod_desk_list;

-- An operator makes the accounts: the same name again gets the new password and role.
create function desk.make_staff(wanted_id uuid, wanted_user text, wanted_display text,
    wanted_role text, hashed text, wanted_leader uuid) returns uuid
    language sql security definer set search_path = pg_catalog as $$
    insert into desk.staff as s (staff_id, user_name, display_name, role, password, leader_id,
        created_at)
    values (wanted_id, wanted_user, wanted_display, wanted_role, hashed, wanted_leader,
        common.machine_now())
    on conflict (user_name) do update set display_name = excluded.display_name,
        role = excluded.role, password = excluded.password, leader_id = excluded.leader_id,
        active = true
    returning s.staff_id;
$$;
comment on function desk.make_staff is 'A staff account, new or with a new password';
create function desk.end_staff(wanted_user text) returns bigint
    language sql security definer set search_path = pg_catalog as $$
    with ended as (
        update desk.staff set active = false where user_name = wanted_user returning staff_id),
    out as (delete from desk.session s using ended e where s.staff_id = e.staff_id)
    select count(*) from ended;
$$;
comment on function desk.end_staff is 'Nobody signs in with it any more, and who is signed in is out; what was done keeps its name';

revoke all on function desk.make_staff, desk.end_staff from public;
grant execute on function desk.make_staff, desk.end_staff to gruppstod_operator;

reset role;
