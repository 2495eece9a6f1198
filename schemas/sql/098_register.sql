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

reset role;
