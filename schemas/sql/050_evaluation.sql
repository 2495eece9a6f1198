-- Evaluation: facts as they were told, attendance, and the views that reports are made of.
--
-- Facts are appended and never changed; what a report needs of the present is read through the
-- other daemons' views. Nothing here names a person.

set role gruppstod_owner;

create schema evaluation;
grant usage on schema evaluation to public;

create table evaluation.referral (
    referral_id uuid primary key,
    received_at timestamptz not null,
    source text not null,
    situation text not null,
    district text not null,
    municipality_id smallint not null default 180
);
comment on table evaluation.referral is 'A referral as it was received, without the child';

create table evaluation.fact (
    referral_id uuid not null,
    group_id uuid not null,
    kind text not null check (kind in ('taken', 'released', 'placed')),
    at timestamptz not null,
    reason text,
    municipality_id smallint not null default 180
);
comment on table evaluation.fact is 'What happened to a place, appended as it is told';
create index fact_referral on evaluation.fact (referral_id);

create table evaluation.group_fact (
    group_id uuid not null,
    kind text not null check (kind in ('confirmed', 'cancelled', 'merged')),
    at timestamptz not null,
    taken smallint,
    reason text,
    into_id uuid,
    municipality_id smallint not null default 180,
    primary key (group_id, kind),
    constraint group_fact_into check ((kind = 'merged') = (into_id is not null))
);
comment on table evaluation.group_fact is 'When a group was confirmed, cancelled or merged into another';

create table evaluation.postponing (
    notice_id uuid primary key,
    group_id uuid not null,
    first_day date not null,
    at timestamptz not null,
    municipality_id smallint not null default 180
);
comment on table evaluation.postponing is 'Each time that a group was put off, and to which first day';
create index postponing_group on evaluation.postponing (group_id);

create table evaluation.meeting (
    meeting_id uuid primary key,
    group_id uuid not null,
    meeting_no smallint not null check (meeting_no between 1 and 40),
    day date not null,
    theme text not null,
    municipality_id smallint not null default 180
);
comment on table evaluation.meeting is 'A meeting that was held';

create table evaluation.attendance (
    meeting_id uuid not null,
    referral_id uuid not null,
    group_id uuid not null,
    presence text not null check (presence in ('present', 'absent_told', 'absent_untold')),
    noted_by uuid not null,
    noted_at timestamptz not null,
    municipality_id smallint not null default 180,
    primary key (meeting_id, referral_id)
);
comment on table evaluation.attendance is 'Who was there; a leader may put it right, the audit chain keeps both';

grant select, insert on evaluation.referral, evaluation.fact, evaluation.group_fact,
    evaluation.postponing, evaluation.meeting to gruppstod_evaluation;
grant select, insert, update on evaluation.attendance to gruppstod_evaluation;

-- One row a referral: the times a family lives through, in days of the civil clock.
create view evaluation.wait_v as
    select r.referral_id, r.situation, r.district, r.source, r.received_at,
        o.first_offer_at, p.placed_at,
        extract(epoch from o.first_offer_at - r.received_at) / 86400 as days_to_offer,
        extract(epoch from p.placed_at - r.received_at) / 86400 as days_to_placement
    from evaluation.referral r
    left join (select referral_id, min(created_at) as first_offer_at
               from matching.offer_v group by referral_id) o using (referral_id)
    left join (select referral_id, min(at) as placed_at
               from evaluation.fact where kind = 'placed'
               group by referral_id) p using (referral_id);
comment on view evaluation.wait_v is 'Waiting times of each referral; reports show them from five children on';

create view evaluation.unmet_v as
    select situation, district, wait_reason, count(*)::int as children,
        min(waiting_since) as oldest_since
    from matching.referral_v
    where state in ('contacting', 'awaiting_consent', 'waiting', 'proposed', 'call_back')
    group by situation, district, wait_reason;
comment on view evaluation.unmet_v is 'Children who wait, by what stands in the way';

create view evaluation.coverage_v as
    select d.code as district, d.name, s.situation,
        (select count(*) from scheduling.catalogue_v c
         where c.district = d.code and c.situation = s.situation
           and c.status not in ('cancelled', 'finished'))::int as groups_here,
        (select count(*) from evaluation.referral r
         where r.district = d.code and r.situation = s.situation)::int as children,
        (select count(distinct f.referral_id) from evaluation.referral r
         join evaluation.fact f using (referral_id)
         where r.district = d.code and r.situation = s.situation
           and f.kind = 'placed')::int as placed
    from scheduling.district_v d
    cross join (values ('substance'), ('mental'), ('violence'), ('separation')) s(situation);
comment on view evaluation.coverage_v is 'Which situations are offered where, and how many of their children found a place';

create view evaluation.attendance_v as
    select m.group_id, m.meeting_id, m.meeting_no, m.day,
        count(*) filter (where a.presence = 'present')::int as present,
        count(*) filter (where a.presence = 'absent_told')::int as absent_told,
        count(*) filter (where a.presence = 'absent_untold')::int as absent_untold
    from evaluation.meeting m
    left join evaluation.attendance a using (meeting_id)
    group by m.group_id, m.meeting_id, m.meeting_no, m.day;
comment on view evaluation.attendance_v is 'Attendance of each meeting that was held';

-- How groups ended before their time, or began later: by situation and term, no child.
create view evaluation.group_course_v as
    select g.situation, g.first_day, g.group_id,
        bool_or(f.kind = 'cancelled') as cancelled, bool_or(f.kind = 'merged') as merged,
        (select count(*)::int from evaluation.postponing p where p.group_id = g.group_id)
            as postponed
    from scheduling.group_v g left join evaluation.group_fact f using (group_id)
    group by g.situation, g.first_day, g.group_id;
comment on view evaluation.group_course_v is 'What became of each group on its way: cancelled, merged, how often postponed';
grant select on evaluation.group_course_v to gruppstod_operator, gruppstod_desk_list;

grant select on evaluation.wait_v, evaluation.unmet_v, evaluation.coverage_v,
    evaluation.attendance_v to gruppstod_operator, gruppstod_desk_list, gruppstod_demo;
reset role;
