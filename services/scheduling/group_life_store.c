/* SQL of merged, postponed, cancelled and nearly empty groups. */
#include "services/scheduling/group_life_store.h"

bool group_life_load(
    struct context *context, struct uuid group_id, struct life_group *group, struct error *error)
{
    static const struct statement load = {"scheduling_life_group",
        "select g.state, g.programme_id, g.situation, g.language, g.first_day, g.last_day,"
        " g.entry_until, g.places, f.taken, greatest(f.offered, 0), g.version,"
        " g.merging_into is not null"
        " from scheduling.groups g join scheduling.group_fill f using (group_id)"
        " where g.group_id = $1 for no key update of g"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "reading a group");
    *group = (struct life_group){.found = rows_count(rows) == 1};
    if (!group->found)
        return true;
    group->state = (enum group_state)row_name(rows, 0, 0, group_state_names, GROUP_STATE_COUNT);
    group->programme_id = row_uuid(rows, 0, 1);
    group->situation = (enum situation)row_name(rows, 0, 2, situation_names, SITUATION_COUNT);
    group->language = row_text(rows, 0, 3);
    group->first_day = row_day(rows, 0, 4);
    group->last_day = row_day(rows, 0, 5);
    group->entry_until = row_day(rows, 0, 6);
    group->places = row_int(rows, 0, 7);
    group->taken = row_int(rows, 0, 8);
    group->offered = row_int(rows, 0, 9);
    group->version = row_int(rows, 0, 10);
    group->merging = row_bool(rows, 0, 11);
    return true;
}

bool group_life_merging(
    struct context *context, struct uuid group_id, struct uuid into_id, struct error *error)
{
    static const struct statement note = {"scheduling_life_merging",
        "update scheduling.groups set merging_into = $2 where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_uuid(params, into_id);
    return tx_run(context->tx, &note, params, error);
}

bool group_life_end(struct context *context, struct uuid group_id, enum group_state state,
    const char *reason, bool *ended, struct error *error)
{
    static const struct statement end = {"scheduling_life_end",
        "with ended as (update scheduling.groups set state = $2, reason = $3,"
        "   version = version + 1, changed_at = $4"
        "  where group_id = $1 and state in ('booked', 'offered', 'confirmed')"
        "  returning group_id),"
        " off as (update scheduling.meeting m set state = 'cancelled' from ended"
        "  where m.group_id = ended.group_id and m.state = 'planned' returning m.meeting_id),"
        " rooms as (delete from scheduling.room_booking b using off"
        "  where b.meeting_id = off.meeting_id),"
        " leaders as (delete from scheduling.leader_booking b using off"
        "  where b.meeting_id = off.meeting_id)"
        " select group_id from ended"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_string(params, group_state_names[state]);
    param_string(params, reason);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &end, params, &rows, error))
        return error_while(error, "giving up a group");
    *ended = rows_count(rows) == 1;
    return true;
}

static void read_ids(
    struct context *context, const struct rows *rows, const struct uuid **ids, size_t *count)
{
    struct uuid *read = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));

    for (size_t i = 0; i < rows_count(rows); i++)
        read[i] = row_uuid(rows, i, 0);
    *ids = read;
    *count = rows_count(rows);
}

bool group_life_leaders(struct context *context, struct uuid group_id, const struct uuid **leaders,
    size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_life_leaders",
        "select leader_id from scheduling.group_leader where group_id = $1 order by part, post"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    read_ids(context, rows, leaders, count);
    return true;
}

static void read_wanted(struct context *context, const struct rows *rows, struct uuid group_id,
    struct group_wanted *wanted)
{
    *wanted = (struct group_wanted){
        .group_id = group_id,
        .programme_id = row_uuid(rows, 0, 0),
        .situation = (enum situation)row_name(rows, 0, 1, situation_names, SITUATION_COUNT),
        .language = row_text(rows, 0, 2),
        .age_from = row_int(rows, 0, 3),
        .age_to = row_int(rows, 0, 4),
        .slot = row_int(rows, 0, 5),
        .room_id = row_uuid(rows, 0, 6),
        .parent_room_id = row_uuid(rows, 0, 7),
        .least = row_int(rows, 0, 8),
        .most = row_int(rows, 0, 9),
    };
    wanted->leader_ids_count = row_uuids(rows, 0, 10, context->arena, &wanted->leader_ids);
    wanted->parent_leader_ids_count =
        row_uuids(rows, 0, 11, context->arena, &wanted->parent_leader_ids);
}

bool group_life_as_wanted(struct context *context, struct uuid group_id,
    struct group_wanted *wanted, struct series_ask *ask, struct error *error)
{
    static const struct statement load = {"scheduling_life_wanted",
        "select g.programme_id, g.situation, g.language, g.age_from, g.age_to, g.slot, g.room_id,"
        " g.parent_room_id, g.least, g.places,"
        " array(select l.leader_id from scheduling.group_leader l where l.group_id = g.group_id"
        "  and l.part = 'child' order by l.post),"
        " array(select l.leader_id from scheduling.group_leader l where l.group_id = g.group_id"
        "  and l.part = 'parent' order by l.post),"
        " array(select w.opens::bigint from scheduling.programme_window w where"
        "  w.programme_id = g.programme_id and w.version = g.programme_version order by w.opens),"
        " array(select w.closes::bigint from scheduling.programme_window w where"
        "  w.programme_id = g.programme_id and w.version = g.programme_version order by w.opens)"
        " from scheduling.groups g where g.group_id = $1"};
    struct params *params = params_new(context->arena);
    const int64_t *opens, *closes;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    read_wanted(context, rows, group_id, wanted);
    ask->window_count = row_ints(rows, 0, 12, context->arena, &opens);
    row_ints(rows, 0, 13, context->arena, &closes);
    struct series_window *windows =
        ARENA_ARRAY(context->arena, struct series_window, ask->window_count);
    for (size_t i = 0; i < ask->window_count; i++)
        windows[i] = (struct series_window){opens[i], closes[i]};
    ask->windows = windows;
    return true;
}

bool group_life_clash(struct context *context, struct uuid group_id,
    const struct series_meeting *meetings, size_t count, struct life_clash *clash,
    struct error *error)
{
    static const struct statement find = {"scheduling_life_clash",
        "with s as (select * from unnest($2::timestamptz[], $3::timestamptz[]) s (starts, ends)),"
        " own as (select meeting_id from scheduling.meeting where group_id = $1)"
        " select exists (select from scheduling.groups g, s, scheduling.room_booking b"
        "   where g.group_id = $1 and b.room_id in (g.room_id, g.parent_room_id)"
        "   and b.during && tstzrange(s.starts, s.ends)"
        "   and b.meeting_id not in (select meeting_id from own)),"
        "  exists (select from scheduling.group_leader l, s, scheduling.leader_booking b"
        "   where l.group_id = $1 and b.leader_id = l.leader_id"
        "   and b.during && tstzrange(s.starts - interval '1 hour', s.ends + interval '1 hour')"
        "   and b.meeting_id not in (select meeting_id from own))"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_times(params, COLUMN(meetings, starts_ms), count);
    param_times(params, COLUMN(meetings, ends_ms), count);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *clash = (struct life_clash){row_bool(rows, 0, 0), row_bool(rows, 0, 1)};
    return true;
}

static bool let_go(
    struct context *context, struct uuid group_id, const char *reason, struct error *error)
{
    static const struct statement free_all = {"scheduling_life_free",
        "with own as (select meeting_id from scheduling.meeting where group_id = $1),"
        " rooms as (delete from scheduling.room_booking b using own"
        "  where b.meeting_id = own.meeting_id),"
        " leaders as (delete from scheduling.leader_booking b using own"
        "  where b.meeting_id = own.meeting_id)"
        " update scheduling.groups set state = 'postponed', reason = $2, version = version + 1,"
        "  changed_at = $3 where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_string(params, reason);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &free_all, params, error);
}

static bool move_meetings(struct context *context, const struct chain *chain,
    const struct series_meeting *meetings, struct error *error)
{
    static const struct statement move = {"scheduling_life_move",
        "update scheduling.meeting m set day = s.day, starts_at = s.starts, ends_at = s.ends,"
        "  on_free_day = false"
        " from unnest($1::uuid[], $2::date[], $3::timestamptz[], $4::timestamptz[])"
        "  s (id, day, starts, ends) where m.meeting_id = s.id"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(chain->meetings, meeting_id), chain->count);
    param_days(params, COLUMN(meetings, day), chain->count);
    param_times(params, COLUMN(meetings, starts_ms), chain->count);
    param_times(params, COLUMN(meetings, ends_ms), chain->count);
    return tx_run(context->tx, &move, params, error);
}

static bool take_again(struct context *context, struct uuid group_id,
    const struct series_group *group, const struct series_meeting *meetings, struct error *error)
{
    static const struct statement book = {"scheduling_life_book",
        "with m as (select m.meeting_id, m.starts_at, m.ends_at, g.site_id,"
        "   coalesce(m.room_id, g.room_id) as room,"
        "   coalesce(m.parent_room_id, g.parent_room_id) as parents"
        "  from scheduling.meeting m join scheduling.groups g using (group_id)"
        "  where m.group_id = $1 and m.state = 'planned'),"
        " rooms as (insert into scheduling.room_booking (meeting_id, room_id, during)"
        "  select m.meeting_id, r.id, tstzrange(m.starts_at, m.ends_at)"
        "  from m, unnest(array[m.room, m.parents]) r (id) where r.id is not null)"
        " insert into scheduling.leader_booking (meeting_id, leader_id, site_id, during)"
        " select m.meeting_id, l.leader_id, m.site_id,"
        "  tstzrange(m.starts_at - interval '1 hour', m.ends_at + interval '1 hour')"
        " from m, scheduling.group_leader l where l.group_id = $1"};
    static const struct statement stand = {"scheduling_life_stand",
        "update scheduling.groups set state = $2, version = version + 1, changed_at = $3,"
        " first_day = $4, last_day = $5, entry_until = $6 where group_id = $1"};
    const size_t count = group->chain.count;
    const size_t entry = (size_t)group->entry_meeting;
    struct params *params = params_new(context->arena);
    struct params *row = params_new(context->arena);

    param_uuid(params, group_id);
    param_uuid(row, group_id);
    param_string(row, group_state_names[group->state]);
    param_time(row, context->now_ms);
    param_day(row, meetings[0].day);
    param_day(row, meetings[count - 1].day);
    param_day(row, meetings[(entry < count ? entry : count) - 1].day);
    return tx_run(context->tx, &book, params, error) && tx_run(context->tx, &stand, row, error);
}

bool group_life_rebook(struct context *context, struct uuid group_id, const char *reason,
    const struct series_group *group, const struct series_meeting *meetings, struct error *error)
{
    return let_go(context, group_id, reason, error) &&
           move_meetings(context, &group->chain, meetings, error) &&
           take_again(context, group_id, group, meetings, error);
}

bool group_life_few(struct context *context, int64_t most, const struct uuid **groups,
    size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_life_few",
        "update scheduling.groups g set few_asked_at = case when f.taken <= $1 then $2 end"
        " from scheduling.group_fill f where g.state = 'running' and g.format = 'group'"
        "  and f.group_id = g.group_id"
        "  and (f.taken <= $1) <> (g.few_asked_at is not null)"
        " returning g.group_id, g.few_asked_at is not null"};
    struct params *params = params_new(context->arena);
    struct uuid *read;
    struct rows *rows;

    param_int(params, most);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "looking for groups with few children");
    *count = 0;
    *groups = read = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        if (row_bool(rows, i, 1))
            read[(*count)++] = row_uuid(rows, i, 0);
    return true;
}
