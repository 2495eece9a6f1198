-- Scheduling: the views that others read, and who may what.

set role gruppstod_owner;

-- What others may read

create view scheduling.district_v as
    select code, name, region, valid_from, valid_to from scheduling.district;

create view scheduling.travel_v as
    select from_district as a, to_district as b, minutes::int as minutes from scheduling.travel;

create view scheduling.slot_v as
    select slot, weekday, starts from scheduling.slot;

create view scheduling.term_v as
    select school_year, season, first_day, last_day, by_rule from scheduling.term;

create view scheduling.free_day_v as
    select day, name from scheduling.free_day
    union
    select d::date, b.name
    from scheduling.school_break b, generate_series(b.first_day, b.last_day, interval '1 day') d
    where not exists (select from scheduling.free_day f where f.day = d::date);
comment on view scheduling.free_day_v is 'Every day inside a term without meetings: holidays and breaks';

create view scheduling.programme_v as
    select p.programme_id, p.name, p.situation, p.made_up, v.version, v.meetings, v.minutes,
        v.least, v.margin, v.most, v.parents, v.parent_leaders, v.entry = 'closed' as closed,
        v.entry_meeting, v.themes,
        array(select b.age_from::bigint from scheduling.programme_band b
              where (b.programme_id, b.version) = (v.programme_id, v.version)
              order by 1) as ages_from,
        array(select b.age_to::bigint from scheduling.programme_band b
              where (b.programme_id, b.version) = (v.programme_id, v.version)
              order by b.age_from) as ages_to,
        array(select w.opens::bigint from scheduling.programme_window w
              where (w.programme_id, w.version) = (v.programme_id, v.version) order by 1) as opens,
        array(select w.closes::bigint from scheduling.programme_window w
              where (w.programme_id, w.version) = (v.programme_id, v.version)
              order by w.opens) as closes,
        p.format, v.level, scheduling.level_rank(v.level)::int as level_rank, v.joint, v.intake,
        v.quota, v.documentation, v.shared_employers,
        not p.board_needed or exists (select from scheduling.programme_board d
            where d.programme_id = p.programme_id
              and d.decided_on <= common.today()) as may_open
    from scheduling.programme p
    join lateral (select * from scheduling.programme_version v
                  where v.programme_id = p.programme_id and v.valid_from <= common.today()
                    and not v.draft
                  order by v.version desc limit 1) v on true;
comment on view scheduling.programme_v is 'Each programme in the version that holds today';

create view scheduling.leader_v as
    select l.leader_id,
        array(select t.situation from scheduling.leader_training t
              where t.leader_id = l.leader_id and t.valid_from <= today.day
                and (t.valid_until is null or t.valid_until >= today.day)
              group by t.situation order by t.situation) as situations,
        array(select a.language from scheduling.leader_language a
              where a.leader_id = l.leader_id order by 1) as languages,
        coalesce((select bit_or(1::bigint << s.slot) from scheduling.leader_slot s
                  where s.leader_id = l.leader_id), 0) as slots,
        l.max_groups::int as max_groups, l.experienced, l.parents, l.home,
        array(select d.district from scheduling.leader_district d
              where d.leader_id = l.leader_id order by 1) as districts,
        l.contract_until,
        (select count(*)::int from scheduling.group_leader gl
         join scheduling.groups g using (group_id)
         where gl.leader_id = l.leader_id
           and g.format = 'group'
           and g.state in ('booked', 'offered', 'confirmed', 'running')) as active_groups,
        array(select max(scheduling.level_rank(t.level))::bigint from scheduling.leader_training t
              where t.leader_id = l.leader_id and t.valid_from <= today.day
                and (t.valid_until is null or t.valid_until >= today.day)
              group by t.situation order by t.situation) as levels
    from scheduling.leader l,
        (select common.today() as day) today
    where l.active and l.contract_from <= today.day and l.contract_until >= today.day;
comment on view scheduling.leader_v is 'Leaders in work today, with what the planner asks of them; no names';
comment on column scheduling.leader_v.levels is 'How deep the training for each of the situations is, in their order: level_rank';

create view scheduling.room_v as
    select r.room_id, s.name as site, s.district, r.capacity::int as capacity,
        array(select t.need from scheduling.room_tag t
              where t.room_id = r.room_id order by 1) as needs,
        coalesce((select bit_or(1::bigint << o.slot) from scheduling.room_slot o
                  where o.room_id = r.room_id), 0) as slots,
        r.cost::int as cost
    from scheduling.room r join scheduling.site s using (site_id);

-- A booked group blocks every slot of its weekday that its meeting, with the hours round it,
-- touches; the other meeting is taken to be as long as this one.
create view scheduling.leader_busy_v as
    select gl.leader_id, other.slot, g.first_day as from_day, g.last_day as to_day
    from scheduling.groups g
    join scheduling.group_leader gl using (group_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.slot own on own.slot = g.slot
    join scheduling.slot other on other.weekday = own.weekday
        and abs(extract(epoch from other.starts - own.starts)) < (v.minutes + 120) * 60
    where g.state in ('booked', 'offered', 'confirmed', 'running');

create view scheduling.room_busy_v as
    select r.room_id, other.slot, g.first_day as from_day, g.last_day as to_day
    from scheduling.groups g
    cross join lateral (values (g.room_id), (g.parent_room_id)) r (room_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.slot own on own.slot = g.slot
    join scheduling.slot other on other.weekday = own.weekday
        and abs(extract(epoch from other.starts - own.starts)) < v.minutes * 60
    where g.state in ('booked', 'offered', 'confirmed', 'running') and r.room_id is not null;

create view scheduling.group_v as
    select g.group_id, g.name, g.programme_id, p.name as programme, g.situation, g.language,
        g.age_from, g.age_to, g.sex, g.slot, s.district, s.name as site, s.withheld, g.room_id,
        g.parent_room_id, t.weekday, t.starts, v.minutes, g.least, g.places, g.first_day,
        g.last_day, g.entry_until, g.state, g.version, g.reason, g.booked_at, g.changed_at,
        greatest(f.offered, 0) as offered, f.taken,
        array(select gl.leader_id from scheduling.group_leader gl
              where gl.group_id = g.group_id and gl.part = 'child' order by gl.post) as leader_ids,
        array(select gl.leader_id from scheduling.group_leader gl
              where gl.group_id = g.group_id and gl.part = 'parent'
              order by gl.post) as parent_leader_ids,
        array(select l.work_name from scheduling.group_leader gl
              join scheduling.leader l using (leader_id)
              where gl.group_id = g.group_id and gl.part = 'child' order by gl.post) as leaders,
        g.format
    from scheduling.groups g
    join scheduling.group_fill f using (group_id)
    join scheduling.programme p using (programme_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.site s using (site_id)
    join scheduling.slot t on t.slot = g.slot;

comment on view scheduling.group_v is 'Groups as staff and matching see them; slot, rooms and leaders in the planner''s terms';

create view scheduling.meeting_v as
    select m.meeting_id, m.group_id, m.meeting_no, m.day, m.starts_at, m.ends_at, m.theme, m.state,
        coalesce(m.room_id, g.room_id) as room_id,
        coalesce(m.parent_room_id, g.parent_room_id) as parent_room_id, m.sequence, m.changed_at
    from scheduling.meeting m join scheduling.groups g using (group_id);

create view scheduling.roster_v as
    select group_id, referral_id, place_no, taken_at from scheduling.roster;

-- In public no site is named that is withheld, nor where children meet because of violence.
create view scheduling.catalogue_v as
    select g.group_id, g.name, p.name as programme, g.situation, g.language, g.age_from, g.age_to,
        g.sex, s.district,
        case when s.withheld or g.situation = 'violence' then null else s.name end as site,
        t.weekday, t.starts, v.minutes::int as minutes, g.first_day, g.last_day,
        v.meetings::int as meetings, g.places::int as places, f.taken,
        g.parent_room_id is not null as parent_group,
        case
            when g.state in ('cancelled', 'postponed', 'merged') then 'cancelled'
            when g.state in ('finished', 'evaluated') or g.last_day < today.day then 'finished'
            when g.state = 'running' then 'running'
            when f.taken >= g.places then 'full'
            when g.state = 'confirmed' and g.first_day <= today.day + 14 then 'starting'
            when g.state = 'confirmed' then 'open'
            else 'planned'
        end as status,
        (select string_agg(to_char(b.first_day, 'IW')::int::text, ', ' order by b.first_day)
         from scheduling.school_break b
         where b.municipality_id = g.municipality_id
           and b.first_day <= g.last_day and b.last_day >= g.first_day) as weeks_off
    from scheduling.groups g
    join scheduling.group_fill f using (group_id)
    join scheduling.programme p using (programme_id)
    join scheduling.programme_version v
        on v.programme_id = g.programme_id and v.version = g.programme_version
    join scheduling.site s using (site_id)
    join scheduling.slot t on t.slot = g.slot,
        (select common.today() as day) today
    where g.format = 'group' and g.state <> 'merged';
comment on view scheduling.catalogue_v is 'What the public sees; planned = starts when enough children have said yes, open = will start and has places, starting = within two weeks';

create view scheduling.catalogue_meeting_v as
    select m.meeting_id, m.group_id, m.day, m.starts_at, m.ends_at, m.state, m.sequence,
        m.changed_at
    from scheduling.meeting m join scheduling.groups g using (group_id)
    where g.format = 'group';
comment on view scheduling.catalogue_meeting_v is 'The days of the groups of the catalogue: when, never where or about what';

-- Who may what

do $$
declare
    login text;
begin
    foreach login in array array['intake', 'matching', 'scheduling', 'notification', 'evaluation',
        'desk_list', 'desk_case', 'operator', 'demo'] loop
        execute format('grant select on scheduling.catalogue_v, scheduling.slot_v,'
            ' scheduling.district_v to gruppstod_%s', login);
    end loop;
    foreach login in array array['matching', 'desk_list', 'operator', 'demo'] loop
        execute format('grant select on scheduling.programme_v, scheduling.leader_v,'
            ' scheduling.room_v, scheduling.travel_v, scheduling.term_v, scheduling.free_day_v,'
            ' scheduling.leader_busy_v, scheduling.room_busy_v to gruppstod_%s', login);
    end loop;
    foreach login in array array['desk_list', 'operator', 'notification', 'evaluation', 'demo'] loop
        execute format('grant select on scheduling.group_v, scheduling.meeting_v,'
            ' scheduling.roster_v to gruppstod_%s', login);
    end loop;
    grant select on scheduling.catalogue_meeting_v to gruppstod_intake;
    -- For groups that it did not ask for, such as those a city has when it opens.
    grant select on scheduling.group_v to gruppstod_matching;
end $$;

grant select on all tables in schema scheduling to gruppstod_scheduling;
grant insert on scheduling.groups, scheduling.group_fill, scheduling.group_leader,
    scheduling.meeting, scheduling.room_booking, scheduling.leader_booking, scheduling.roster,
    scheduling.roster_past to gruppstod_scheduling;
grant update (state, version, reason, changed_at) on scheduling.groups to gruppstod_scheduling;
grant update (offered, taken) on scheduling.group_fill to gruppstod_scheduling;
grant update (state, meeting_no, day, starts_at, ends_at, theme, room_id, parent_room_id,
    on_free_day) on scheduling.meeting to gruppstod_scheduling;
grant update (first_day, last_day, entry_until) on scheduling.groups to gruppstod_scheduling;
grant update (room_id, during) on scheduling.room_booking to gruppstod_scheduling;
grant update (site_id, during) on scheduling.leader_booking to gruppstod_scheduling;
grant update (uses) on scheduling.group_name to gruppstod_scheduling;
grant delete on scheduling.room_booking, scheduling.leader_booking, scheduling.roster
    to gruppstod_scheduling;

-- The demo's city is loaded again and again: what is there is brought up to date.
grant select, insert, update, delete on scheduling.district, scheduling.travel, scheduling.slot,
    scheduling.term, scheduling.school_break, scheduling.free_day, scheduling.programme,
    scheduling.programme_version, scheduling.programme_band, scheduling.programme_window,
    scheduling.programme_board,
    scheduling.leader, scheduling.leader_training, scheduling.leader_language,
    scheduling.leader_district, scheduling.leader_slot, scheduling.site, scheduling.room,
    scheduling.room_tag, scheduling.room_slot, scheduling.group_name to gruppstod_demo;

reset role;
