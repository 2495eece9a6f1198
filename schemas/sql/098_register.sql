-- The register from files and from the desk: leaders and rooms that an operator brings in, rooms
-- that a coordinator writes down.

set role gruppstod_owner;

-- What a newer file of a source no longer has is nobody's any more; what is over stays as it was.
create function scheduling.drop_vanished_bookings(wanted_source text, keys text[])
    returns table (room text, starts_at timestamptz, ends_at timestamptz)
    language sql security definer set search_path = pg_catalog as $$
    with gone as (
        delete from scheduling.outside_booking o
        where o.source = wanted_source and o.source_key <> all (keys)
          and o.ends_at > common.civil_now()
        returning o.room_id, o.starts_at, o.ends_at)
    select h.name || ', ' || r.name, g.starts_at, g.ends_at
    from gone g join scheduling.room r using (room_id) join scheduling.site h using (site_id)
    order by 2, 1
$$;
comment on function scheduling.drop_vanished_bookings is 'Removes the bookings to come of a source that its file does not have any more, and tells them';
revoke all on function scheduling.drop_vanished_bookings from public;
grant execute on function scheduling.drop_vanished_bookings to gruppstod_operator;

-- An operator brings leaders and rooms in from files.
grant select, insert, update on scheduling.leader, scheduling.leader_release, scheduling.site,
    scheduling.room to gruppstod_operator;
grant select, insert, update, delete on scheduling.leader_training, scheduling.room_hours
    to gruppstod_operator;
grant select, insert, delete on scheduling.leader_language, scheduling.leader_district,
    scheduling.leader_slot, scheduling.room_tag to gruppstod_operator;
grant select on scheduling.groups, scheduling.group_leader, scheduling.term to gruppstod_operator;

-- A coordinator writes down rooms, and that a draft of a programme is approved.
grant insert on scheduling.site, scheduling.room, scheduling.room_tag, scheduling.room_hours
    to gruppstod_scheduling;
grant update (name, capacity, equipment) on scheduling.room to gruppstod_scheduling;
grant update (valid_to) on scheduling.room_hours to gruppstod_scheduling;
grant delete on scheduling.room_tag, scheduling.room_hours to gruppstod_scheduling;
grant update (draft, approved_by, approved_on) on scheduling.programme_version
    to gruppstod_scheduling;

reset role;
