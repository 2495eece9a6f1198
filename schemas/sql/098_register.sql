-- The register from files and from the desk: leaders and rooms that an operator brings in, rooms
-- that a coordinator writes down.

set role gruppstod_owner;

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
