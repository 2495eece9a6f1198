-- Children who will not come, as their families say by the link; and what a family's pages of days
-- and of offers show of a group.

set role gruppstod_owner;

-- What was said, as intake committed it; scheduling keeps what counts for the evening.

create table intake.absence (
    referral_id uuid not null,
    meeting_id uuid not null,
    turn integer not null default 1 check (turn >= 1),
    away boolean not null,
    said_at timestamptz not null,
    person_id uuid,
    municipality_id smallint not null default 180,
    primary key (referral_id, meeting_id)
);
comment on table intake.absence is 'What a family has said by its link of one meeting: the child does not come, or comes after all';
comment on column intake.absence.turn is 'Rises each time something else is said: an older message changes nothing';
grant select, insert on intake.absence to gruppstod_intake;
grant update (turn, away, said_at, person_id) on intake.absence to gruppstod_intake;

create table scheduling.absence (
    meeting_id uuid not null references scheduling.meeting,
    referral_id uuid not null,
    turn integer not null check (turn >= 1),
    away boolean not null,
    said_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (meeting_id, referral_id)
);
comment on table scheduling.absence is 'Children whose family has said that they do not come: nobody looks for them that evening';
grant select, insert, update on scheduling.absence to gruppstod_scheduling;

create view scheduling.absence_v as
    select meeting_id, referral_id, said_at from scheduling.absence where away;
comment on view scheduling.absence_v is 'Who is announced as away from which meeting';
grant select on scheduling.absence_v to gruppstod_desk_list, gruppstod_evaluation,
    gruppstod_operator;

create table scheduling.away_twice (
    meeting_id uuid not null references scheduling.meeting,
    referral_id uuid not null,
    seen_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (meeting_id, referral_id)
);
comment on table scheduling.away_twice is 'A child was away from two meetings in a row, announced at least once: somebody is asked to call, once for a row of them';
grant select, insert on scheduling.away_twice to gruppstod_scheduling;

-- A meeting remembers when it was to be before it was moved, so that pages can say so.

alter table scheduling.meeting add column moved_from timestamptz;
comment on column scheduling.meeting.moved_from is 'When it was to begin before it was moved; empty once it stands there again';
create function scheduling.note_moved_meeting() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    new.moved_from := nullif(coalesce(old.moved_from, old.starts_at), new.starts_at);
    return new;
end $$;
create trigger note_moved before update of starts_at on scheduling.meeting
    for each row when (new.starts_at <> old.starts_at)
    execute function scheduling.note_moved_meeting();

-- First names only, and no house that the public may not know.

create view scheduling.group_leader_name_v as
    select g.group_id,
        array(select split_part(l.work_name, ' ', 1) from scheduling.group_leader gl
              join scheduling.leader l using (leader_id)
              where gl.group_id = g.group_id and gl.part = 'child' order by gl.post) as leaders
    from scheduling.groups g;
comment on view scheduling.group_leader_name_v is 'The first names of those who lead the children of a group';
grant select on scheduling.group_leader_name_v to gruppstod_intake;

create view scheduling.family_meeting_v as
    select p.referral_id, m.meeting_id, m.group_id, g.name, m.starts_at, m.ends_at,
        m.state = 'cancelled' or (m.state <> 'held'
            and g.state in ('cancelled', 'merged', 'postponed')) as cancelled, m.moved_from,
        case when s.withheld or g.situation = 'violence' then null else s.name end as site,
        case when s.withheld or g.situation = 'violence' then null else r.name end as room,
        s.district,
        array(select split_part(l.work_name, ' ', 1)
              from scheduling.leader_booking b
              join scheduling.leader l using (leader_id)
              left join scheduling.group_leader gl on gl.group_id = g.group_id
                  and gl.leader_id = b.leader_id and gl.part = 'parent'
              where b.meeting_id = m.meeting_id and gl.leader_id is null
              order by l.work_name) as leaders,
        coalesce(array_position(v.themes, m.theme) = any (v.joint), false) as joint
    from (select referral_id, group_id from scheduling.roster
          union
          select referral_id, group_id from scheduling.talks where not ended) p
    join scheduling.groups g using (group_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.meeting m on m.group_id = g.group_id
    join scheduling.room r on r.room_id = coalesce(m.room_id, g.room_id)
    join scheduling.site s on s.site_id = r.site_id;
comment on view scheduling.family_meeting_v is 'A family''s meetings as its page shows them: when, where, who leads; never a theme';
grant select on scheduling.family_meeting_v to gruppstod_intake;

-- Offers that wait for an answer: the children of one family are answered for together.

create view matching.offer_open_v as
    select o.offer_id, o.referral_id, o.child_id, o.group_id, o.expires_at,
        coalesce(p.parent_joins, false) as parent_joins
    from matching.offer o
    left join matching.place p on p.group_id = o.group_id and p.place_no = o.place_no
        and p.offer_id = o.offer_id
    where o.state = 'pending' and not o.meeting;
comment on view matching.offer_open_v is 'Offers that a family may answer, and whether a place in the parents'' group goes with them';
grant select on matching.offer_open_v to gruppstod_intake;

alter table intake.person add column contact_index bytea check (length(contact_index) = 16);
comment on column intake.person.contact_index is 'Blind index of name and e-mail address: the same adult of two children gets two letters in one mailbox, and may answer both on one page';
create index person_contact on intake.person (contact_index) where contact_index is not null;
grant select (referral_id, person_id, contact_index, email_ok) on intake.person to gruppstod_intake;

reset role;
