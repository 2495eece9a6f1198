-- Changes in a series: what a moved, a cancelled or an added meeting must keep to.

set role gruppstod_owner;

create function scheduling.count_meeting_change() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    new.sequence := old.sequence;
    new.changed_at := old.changed_at;
    if (new.meeting_no, new.day, new.starts_at, new.ends_at, new.theme, new.room_id,
            new.parent_room_id, new.state = 'cancelled')
        is not distinct from (old.meeting_no, old.day, old.starts_at, old.ends_at, old.theme,
            old.room_id, old.parent_room_id, old.state = 'cancelled') then
        return new;
    end if;
    if old.state <> 'planned' then
        raise exception 'a meeting that is % does not change', old.state
            using errcode = 'check_violation', constraint = 'meeting_over';
    end if;
    new.sequence := old.sequence + 1;
    new.changed_at := common.civil_now();
    return new;
end $$;
create trigger count_change before update on scheduling.meeting
    for each row execute function scheduling.count_meeting_change();

create trigger meeting_moved_on_school_days after update on scheduling.meeting
    referencing new table as made for each statement execute function scheduling.refuse_free_days();

create trigger leader_booking_moved_travel after update on scheduling.leader_booking
    referencing new table as made for each statement
    execute function scheduling.refuse_impossible_travel();

reset role;
