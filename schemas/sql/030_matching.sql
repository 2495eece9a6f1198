-- Matching: the one state of each referral, the children's pseudonymous needs, the waiting list,
-- open groups and their places, offers, proposed groups.
--
-- What must never happen is refused here: two places or two pending offers for one child, a place
-- number past the group's size, the same pair offered twice by itself, a child in two proposals.
-- The fast path's tables carry no foreign keys: each statement that writes them reads the rows they
-- refer to in the same transaction.

set role gruppstod_owner;

create schema matching;
grant usage on schema matching to gruppstod_matching, gruppstod_intake, gruppstod_notification,
    gruppstod_evaluation, gruppstod_desk_list, gruppstod_operator, gruppstod_demo;

-- Half of each page stays free for the next states of its rows, as in intake.referral.
create table matching.referral (
    referral_id uuid primary key,
    child_id uuid not null,
    clearance_id uuid,
    group_id uuid,
    received_at timestamptz not null,
    changed_at timestamptz not null,
    version integer not null default 1 check (version >= 1),
    heard integer not null check (heard >= 1),
    answers_version integer,
    urgency smallint not null default 0 check (urgency between 0 and 3),
    municipality_id smallint not null default 180,
    red boolean not null default false,
    state text not null check (state in ('received', 'safety_check', 'protection_first',
        'contacting', 'awaiting_consent', 'waiting', 'parked', 'handed_over', 'proposed', 'offered',
        'call_back', 'meeting', 'accepted', 'placed', 'attending', 'completed', 'followed_up',
        'withdrawn', 'redirected', 'not_reached', 'aged_out', 'ended_early', 'entered_in_error')),
    changed_by text not null check (length(changed_by) between 2 and 60),
    constraint referral_cleared_before_offer check (clearance_id is not null
        or state not in ('waiting', 'proposed', 'offered', 'call_back', 'meeting', 'accepted',
            'placed')),
    constraint referral_in_a_group check (group_id is not null
        or state not in ('proposed', 'offered', 'call_back', 'meeting', 'accepted', 'placed',
            'attending'))
) with (fillfactor = 45);
comment on table matching.referral is 'The one state of a referral; everybody else asks for a move and names the version it saw';
comment on column matching.referral.version is 'Grows by one with each move';
comment on column matching.referral.heard is 'The highest of intake''s messages about it that has been handled: older ones change nothing';
comment on column matching.referral.red is 'A red answer stands: protection goes first, or beside the group';

create table matching.parked (
    referral_id uuid primary key,
    until_day date not null,
    municipality_id smallint not null default 180
);
comment on table matching.parked is 'A row for each referral in the state parked: when it comes back by itself';

create table matching.seen (
    referral_id uuid primary key,
    heard integer not null check (heard >= 1),
    municipality_id smallint not null default 180
);
comment on table matching.seen is 'Red answers about referrals that have not come in yet: they come in behind the gate';

create table matching.case (
    referral_id uuid primary key,
    child_id uuid not null,
    birth_date date not null,
    free_slots bigint not null check (free_slots >= 0),
    max_travel_min smallint not null check (max_travel_min between 0 and 180),
    municipality_id smallint not null default 180,
    same_sex_only boolean not null,
    protected boolean not null,
    situation text not null check (situation in ('substance', 'mental', 'violence', 'separation')),
    situations text not null,
    sex text not null check (sex in ('girl', 'boy', 'other', 'unsaid')),
    district text not null,
    languages text not null,
    needs text not null,
    parent_wish text not null check (parent_wish in ('no', 'yes', 'must')),
    source text not null,
    bonus_days smallint not null default 0 check (bonus_days between 0 and 400)
);
comment on table matching.case is 'What a child needs, under its pseudonym; lists are words with a space between';
comment on column matching.case.situation is 'The primary one: the group is chosen by it';
comment on column matching.case.bonus_days is 'Days by which its turn comes earlier, given when a group with a place for it was cancelled';
create index case_child on matching.case (child_id);

create table matching.waiting (
    referral_id uuid primary key,
    since timestamptz not null,
    turn timestamptz not null,
    noted_at timestamptz not null,
    urgency smallint not null,
    municipality_id smallint not null default 180,
    situation text not null,
    reason text not null check (reason in ('talk_first', 'consent_missing', 'few_children',
        'leaders_missing', 'room_missing', 'no_common_time', 'too_far', 'language_missing',
        'group_full', 'starts_later', 'other_support_first', 'asked_to_wait', 'partner_has_it')),
    detail text check (length(detail) <= 200)
);
comment on table matching.waiting is 'The waiting list: a row for each referral in the state waiting, with the reason';
comment on column matching.waiting.since is 'The queue time counts from here; holds and moves do not touch it';
comment on column matching.waiting.turn is 'Its place in turn counts from here: since, less what a cancelled group has given it';
comment on column matching.waiting.detail is 'Words of the form key=value: missing, ages, slot, district, language; never of another child';
create index waiting_turn on matching.waiting (situation, urgency desc, turn);

create table matching.open_group (
    group_id uuid primary key,
    used bigint not null default 0,
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    entry_until date not null,
    places smallint not null check (places between 1 and 40),
    age_from smallint not null,
    age_to smallint not null check (age_to >= age_from),
    slot smallint not null check (slot between 0 and 62),
    series_version integer not null default 0,
    parents_most smallint check (parents_most >= 0),
    parents_taken smallint not null default 0,
    municipality_id smallint not null default 180,
    confirmed boolean not null default false,
    closed boolean not null default false,
    meets_before boolean not null default false,
    freed boolean not null default true,
    has_free boolean not null generated always as (used <> (1::bigint << places) - 1) stored,
    situation text not null,
    language text not null,
    sex text check (sex in ('girl', 'boy')),
    district text not null,
    site text not null,
    needs text not null,
    constraint open_group_not_over_size check (used >= 0 and used >> places = 0),
    constraint open_group_parents_fit check (parents_taken between 0 and coalesce(parents_most, 40))
) with (fillfactor = 25);
comment on column matching.open_group.series_version is 'Of the group when its days changed last: an older message changes nothing';
comment on table matching.open_group is 'Groups that scheduling has booked: what the rules ask of them, and which places are held or taken';
comment on column matching.open_group.used is 'Bit n - 1 is place n: held by a pending offer or taken; never a bit past the last place';
comment on column matching.open_group.freed is 'A place fell free or the group is new: those who wait are asked before those who come';
create index open_group_free on matching.open_group (situation, language)
    where has_free and not closed;
create index open_group_freed on matching.open_group (group_id) where freed and not closed;

create table matching.place (
    group_id uuid not null,
    referral_id uuid not null,
    child_id uuid not null,
    offer_id uuid not null,
    since timestamptz not null,
    place_no smallint not null,
    places smallint not null,
    municipality_id smallint not null default 180,
    parent_joins boolean not null,
    ended boolean not null default false,
    state text not null check (state in ('held', 'taken')),
    primary key (group_id, place_no),
    constraint place_within_group check (place_no between 1 and places)
) with (fillfactor = 50);
comment on table matching.place is 'Places held by a pending offer or taken; a free place has no row';
create unique index place_one_a_child on matching.place (child_id) where not ended;

create table matching.offer (
    offer_id uuid primary key,
    referral_id uuid not null,
    child_id uuid not null,
    group_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    place_no smallint not null,
    municipality_id smallint not null default 180,
    by_person boolean not null default false,
    calling_back boolean not null default false,
    meeting boolean not null default false,
    state text not null check (state in ('pending', 'accepted', 'declined', 'expired', 'revoked')),
    reason text,
    constraint offer_ended check ((state = 'pending') = (ended_at is null))
) with (fillfactor = 75);
comment on table matching.offer is 'Every offer ever made; a pending one holds its place';
comment on column matching.offer.calling_back is 'The first limit ran out in silence: a person calls while the place is kept';
comment on column matching.offer.meeting is 'The family said yes to meeting the leaders: pending until that meeting''s outcome, and it does not run out';
comment on column matching.offer.by_person is 'A person offered the pair again; by itself no pair is offered twice';
create unique index offer_one_pending_a_child on matching.offer (child_id) include (expires_at)
    where state = 'pending';
create unique index offer_pair_once on matching.offer (child_id, group_id) where not by_person;

create table matching.proposal (
    group_id uuid primary key,
    programme_id uuid not null,
    room_id uuid not null,
    parent_room_id uuid,
    leader_ids uuid[] not null
        check (cardinality(leader_ids) = 2 and leader_ids[1] <> leader_ids[2]),
    parent_leader_ids uuid[] not null default '{}',
    created_at timestamptz not null,
    ended_at timestamptz,
    earliest_day date not null,
    age_from smallint not null,
    age_to smallint not null,
    slot smallint not null,
    least smallint not null,
    most smallint not null check (most >= least),
    parents_most smallint,
    children smallint not null check (children >= 0),
    drafted boolean not null default false,
    score integer not null,
    municipality_id smallint not null default 180,
    state text not null
        check (state in ('proposed', 'approved', 'refused', 'wanted', 'booked', 'failed')),
    situation text not null,
    language text not null,
    sex text check (sex in ('girl', 'boy')),
    district text not null,
    site text not null,
    needs text not null,
    why text not null,
    refusal text,
    decided_by text,
    constraint proposal_filled check (drafted or children between least and most)
);
comment on table matching.proposal is 'Groups that could be, found from the waiting list; a coordinator approves each';
comment on column matching.proposal.drafted is 'A coordinator has changed it at the board: what does not hold is told there, and it is not booked';
comment on column matching.proposal.refusal is 'Why scheduling could not book it, in the word of group_refused';
create index proposal_open on matching.proposal (state)
    where state in ('proposed', 'approved', 'wanted');
create index proposal_ended on matching.proposal (ended_at) where state in ('refused', 'failed');

create table matching.proposal_child (
    group_id uuid not null references matching.proposal,
    referral_id uuid not null references matching.referral,
    municipality_id smallint not null default 180,
    released boolean not null default false,
    primary key (group_id, referral_id)
);
comment on table matching.proposal_child is 'Whose place is pencilled in a proposed group';
create unique index proposal_child_once on matching.proposal_child (referral_id) where not released;

-- What others may read

create view matching.offer_v as
    select offer_id, referral_id, group_id, expires_at, state, created_at
    from matching.offer;

create view matching.referral_v as
    select r.referral_id, r.child_id, r.state, r.version, c.situation, c.district,
        extract(year from age(common.today(),
            c.birth_date))::int as age,
        r.received_at, w.since as waiting_since, w.reason as wait_reason, w.detail as wait_detail,
        r.urgency::int as urgency, r.changed_at, r.group_id, p.until_day, r.red
    from matching.referral r
    left join matching.case c using (referral_id)
    left join matching.waiting w using (referral_id)
    left join matching.parked p using (referral_id);

create view matching.proposal_v as
    select group_id, situation, programme_id, language, age_from::int as age_from,
        age_to::int as age_to, slot::int as slot, room_id, leader_ids, children::int as children,
        score, state, created_at, why, district, parent_room_id is not null as parent_group
    from matching.proposal;

grant select on matching.offer_v to gruppstod_intake, gruppstod_notification,
    gruppstod_desk_list, gruppstod_operator, gruppstod_demo;
grant select on matching.referral_v to gruppstod_desk_list, gruppstod_operator,
    gruppstod_evaluation, gruppstod_demo;
grant select on matching.proposal_v to gruppstod_desk_list, gruppstod_operator, gruppstod_demo;

-- A group that matching did not propose itself is looked up when its booking is told.
grant select on scheduling.group_v to gruppstod_matching;

grant select, insert, update, delete on matching.referral, matching.seen, matching.case,
    matching.waiting, matching.parked, matching.open_group, matching.place, matching.offer,
    matching.proposal, matching.proposal_child to gruppstod_matching;

reset role;

-- Every statement of the fast path goes by an index. Plans are made once for a connection, and on
-- a new database that is while the tables are empty: without this they would be read from end to
-- end until the next analyze, slower with each row.
alter role gruppstod_matching set enable_seqscan = off;
alter role gruppstod_matching set enable_bitmapscan = off;
