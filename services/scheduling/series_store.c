/* The SQL of changes in a series. Constraints speak in the statements that break them. */
#include "services/scheduling/series_store.h"

static bool lock_group(
    struct context *context, struct uuid group_id, bool *found, struct error *error)
{
    static const struct statement lock = {"scheduling_series_lock",
        "select group_id from scheduling.groups where group_id = $1 for no key update"};
    static const struct statement lock_all = {"scheduling_series_lock_all",
        "select count(pg_advisory_xact_lock(hashtextextended(id::text, 20))) from"
        " (select leader_id as id from scheduling.group_leader where group_id = $1"
        "  union select b.leader_id from scheduling.leader_booking b"
        "   join scheduling.meeting m using (meeting_id) where m.group_id = $1"
        "  order by 1) wanted"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &lock, params, &rows, error))
        return false;
    *found = rows_count(rows) == 1;
    return tx_run(context->tx, &lock_all, params, error);
}

static void read_group(const struct rows *rows, struct series_group *group)
{
    group->state = (enum group_state)row_name(rows, 0, 0, group_state_names, GROUP_STATE_COUNT);
    group->room_id = row_uuid(rows, 0, 1);
    group->parent_room_id = row_uuid(rows, 0, 2);
    group->weekday = (int)row_int(rows, 0, 3);
    group->starts_min = (int)row_int(rows, 0, 4);
    group->minutes = (int)row_int(rows, 0, 5);
    group->entry_meeting = row_int(rows, 0, 6);
    group->version = row_int(rows, 0, 7);
    group->first_day = row_day(rows, 0, 8);
    group->last_day = row_day(rows, 0, 9);
    group->entry_until = row_day(rows, 0, 10);
}

static bool load_group(
    struct context *context, struct uuid group_id, struct series_group *group, struct error *error)
{
    static const struct statement load = {"scheduling_series_group",
        "select g.state, g.room_id, g.parent_room_id, s.weekday,"
        " (extract(epoch from s.starts) / 60)::int, v.minutes, v.entry_meeting,"
        " g.version, g.first_day, g.last_day, g.entry_until"
        " from scheduling.groups g join scheduling.slot s using (slot)"
        " join scheduling.programme_version v on v.programme_id = g.programme_id"
        "  and v.version = g.programme_version where g.group_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    read_group(rows, group);
    return true;
}

static bool load_chain(
    struct context *context, struct uuid group_id, struct series_group *group, struct error *error)
{
    static const struct statement load = {"scheduling_series_chain",
        "select m.meeting_id, m.meeting_no, m.theme, m.day, m.starts_at, m.ends_at,"
        " m.state = 'held' or m.starts_at <= $2, coalesce(m.room_id, g.room_id),"
        " coalesce(m.parent_room_id, g.parent_room_id)"
        " from scheduling.meeting m join scheduling.groups g using (group_id)"
        " where m.group_id = $1 and m.state <> 'cancelled' order by m.day limit 30"};
    struct chain *chain = &group->chain;
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    chain->count = rows_count(rows);
    for (size_t i = 0; i < chain->count; i++) {
        group->rooms[i] = row_uuid(rows, i, 7);
        group->parent_rooms[i] = row_uuid(rows, i, 8);
        chain->meetings[i] = (struct chain_meeting){
            .meeting_id = row_uuid(rows, i, 0),
            .number = row_int(rows, i, 1),
            .theme = row_text(rows, i, 2),
            .when = {row_day(rows, i, 3), row_time(rows, i, 4), row_time(rows, i, 5)},
            .begun = row_bool(rows, i, 6),
        };
    }
    return true;
}

bool series_load(
    struct context *context, struct uuid group_id, struct series_group *group, struct error *error)
{
    *group = (struct series_group){.found = false};
    return lock_group(context, group_id, &group->found, error) &&
           (!group->found || (load_group(context, group_id, group, error) &&
                                 load_chain(context, group_id, group, error)));
}

static bool cancel_meeting(struct context *context, struct uuid meeting_id, struct error *error)
{
    static const struct statement cancel = {"scheduling_series_cancel",
        "with off as (update scheduling.meeting set state = 'cancelled' where meeting_id = $1),"
        " rooms as (delete from scheduling.room_booking where meeting_id = $1)"
        " delete from scheduling.leader_booking where meeting_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, meeting_id);
    return tx_run(context->tx, &cancel, params, error);
}

/* What changed of the chain at once: its numbers, themes and days; and the rooms of one of them. */
static bool write_chain(struct context *context, struct uuid group_id, const struct chain *chain,
    struct uuid moved_id, const struct series_place *place, struct error *error)
{
    static const struct statement write = {"scheduling_series_write",
        "with said as (select s.*, s.id = $8 as moved from unnest($2::uuid[], $3::bigint[],"
        "   $4::date[], $5::timestamptz[], $6::timestamptz[], $7::text[])"
        "   s (id, place, day, starts_at, ends_at, theme)),"
        " rooms as (select nullif($9::uuid, room_id) as own, nullif($10::uuid, parent_room_id)"
        "   as parents from scheduling.groups where group_id = $1),"
        " made as (insert into scheduling.meeting (meeting_id, group_id, meeting_no, day,"
        "   starts_at, ends_at, theme, room_id, parent_room_id, on_free_day)"
        "  select id, $1, place, day, starts_at, ends_at, theme, own, parents, $11"
        "  from said, rooms where not exists"
        "   (select from scheduling.meeting m where m.meeting_id = said.id))"
        " update scheduling.meeting m set meeting_no = said.place, day = said.day,"
        "  starts_at = said.starts_at, ends_at = said.ends_at, theme = said.theme,"
        "  room_id = case when moved then own else m.room_id end,"
        "  parent_room_id = case when moved then parents else m.parent_room_id end,"
        "  on_free_day = case when moved then $11 else m.on_free_day end"
        " from said, rooms where m.meeting_id = said.id"};
    struct chain_meeting changed[SERIES_MEETINGS_MOST + 1];
    struct params *params = params_new(context->arena);
    size_t count = 0;

    for (size_t i = 0; i < chain->count; i++)
        if (chain->meetings[i].changed)
            changed[count++] = chain->meetings[i];
    param_uuid(params, group_id);
    param_uuids(params, COLUMN(changed, meeting_id), count);
    param_ints(params, COLUMN(changed, number), count);
    param_days(params, COLUMN(changed, when.day), count);
    param_times(params, COLUMN(changed, when.starts_ms), count);
    param_times(params, COLUMN(changed, when.ends_ms), count);
    param_texts(params, COLUMN(changed, theme), count);
    param_uuid(params, moved_id);
    param_uuid(params, place->room_id);
    param_uuid(params, place->parent_room_id);
    param_bool(params, place->on_free_day);
    return tx_run(context->tx, &write, params, error);
}

/* Both groups' rooms anew; whoever leads this meeting comes along, also a substitute. */
static bool book_meeting(struct context *context, struct uuid meeting_id, struct error *error)
{
    static const struct statement free = {"scheduling_series_free_rooms",
        "delete from scheduling.room_booking where meeting_id = $1"};
    static const struct statement book = {"scheduling_series_book",
        "with meant as (select m.meeting_id, m.group_id, h.site_id,"
        "   tstzrange(m.starts_at, m.ends_at) as during, coalesce(m.room_id, g.room_id) as room,"
        "   coalesce(m.parent_room_id, g.parent_room_id) as parents,"
        "   tstzrange(m.starts_at - interval '1 hour', m.ends_at + interval '1 hour') as around"
        "  from scheduling.meeting m join scheduling.groups g using (group_id)"
        "  join scheduling.room h on h.room_id = coalesce(m.room_id, g.room_id)"
        "  where m.meeting_id = $1),"
        " rooms as (insert into scheduling.room_booking (meeting_id, room_id, during)"
        "  select meeting_id, r.id, during from meant, unnest(array[room, parents]) r (id)"
        "  where r.id is not null),"
        " there as (update scheduling.leader_booking b set during = around,"
        "   site_id = meant.site_id from meant where b.meeting_id = meant.meeting_id)"
        " insert into scheduling.leader_booking (meeting_id, leader_id, site_id, during)"
        " select meeting_id, leader_id, meant.site_id, around"
        "  from meant join scheduling.group_leader using (group_id) where not exists"
        "   (select from scheduling.leader_booking b where b.meeting_id = meant.meeting_id)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, meeting_id);
    return tx_run(context->tx, &free, params, error) && tx_run(context->tx, &book, params, error);
}

static void set_span(struct series_group *group)
{
    const struct chain *chain = &group->chain;
    const size_t entry = (size_t)group->entry_meeting;

    group->version++;
    group->first_day = chain->meetings[0].when.day;
    group->last_day = chain->meetings[chain->count - 1].when.day;
    group->entry_until =
        chain->meetings[(entry < chain->count ? entry : chain->count) - 1].when.day;
}

static bool write_span(struct context *context, struct uuid group_id,
    const struct series_group *group, struct error *error)
{
    static const struct statement write = {"scheduling_series_span",
        "update scheduling.groups set first_day = $2, last_day = $3, entry_until = $4,"
        " version = $6, changed_at = $5 where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_day(params, group->first_day);
    param_day(params, group->last_day);
    param_day(params, group->entry_until);
    param_time(params, context->now_ms);
    param_int(params, group->version);
    return tx_run(context->tx, &write, params, error);
}

bool series_write(struct context *context, struct uuid group_id, struct series_group *group,
    struct uuid moved_id, const struct series_place *place, struct error *error)
{
    set_span(group);
    return (!group->chain.shorter ||
               cancel_meeting(context, group->chain.gone.meeting_id, error)) &&
           write_chain(context, group_id, &group->chain, moved_id, place, error) &&
           book_meeting(context, moved_id, error) && write_span(context, group_id, group, error);
}

static size_t read_ids(struct context *context, const struct rows *rows, const struct uuid **ids)
{
    struct uuid *found = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows) + 1);

    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = row_uuid(rows, i, 0);
    *ids = found;
    return rows_count(rows);
}

bool series_load_people(struct context *context, struct uuid group_id, struct series_people *people,
    struct error *error)
{
    static const struct statement leaders = {"scheduling_series_leaders",
        "select leader_id from scheduling.group_leader where group_id = $1"
        " union select b.leader_id from scheduling.meeting m"
        " join scheduling.leader_booking b using (meeting_id)"
        " where m.group_id = $1 and m.state = 'planned' order by 1"};
    static const struct statement referrals = {"scheduling_series_referrals",
        "select referral_id from scheduling.roster where group_id = $1 order by 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &leaders, params, &rows, error))
        return false;
    people->leader_count = read_ids(context, rows, &people->leaders);
    if (!tx_query(context->tx, &referrals, params, &rows, error))
        return false;
    people->referral_count = read_ids(context, rows, &people->referrals);
    return true;
}

bool series_load_span(struct context *context, struct uuid group_id, struct series_changed *changed,
    struct error *error)
{
    static const struct statement load = {"scheduling_series_days",
        "select version, first_day, last_day, entry_until from scheduling.groups"
        " where group_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    *changed = (struct series_changed){group_id, row_int(rows, 0, 0), row_day(rows, 0, 1),
        row_day(rows, 0, 2), row_day(rows, 0, 3)};
    return true;
}

bool series_load_days(struct context *context, const struct week_off_wanted *wanted,
    const struct week_off_meeting **meetings, size_t *count, struct error *error)
{
    static const struct statement load = {"scheduling_week_off_meetings",
        "select m.group_id, m.meeting_id from scheduling.meeting m"
        " where m.state = 'planned' and m.day between $2 and $3 and m.starts_at > $4"
        "  and not m.on_free_day and ($1::uuid is null or m.group_id = $1)"
        " order by m.group_id, m.day"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, wanted->group_id);
    param_day(params, wanted->first_day);
    param_day(params, wanted->last_day);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    struct week_off_meeting *found =
        ARENA_ARRAY(context->arena, struct week_off_meeting, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct week_off_meeting){row_uuid(rows, i, 0), row_uuid(rows, i, 1)};
    *meetings = found;
    *count = rows_count(rows);
    return true;
}

bool series_write_week_off(
    struct context *context, const struct week_off_wanted *wanted, struct error *error)
{
    static const struct statement write = {"scheduling_week_off",
        "insert into scheduling.week_off (week_off_id, group_id, first_day, last_day, name, "
        "said_by,"
        " said_at) values ($1, $2, $3, $4, $5, $6, $7)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, wanted->act_id);
    param_uuid(params, wanted->group_id);
    param_day(params, wanted->first_day);
    param_day(params, wanted->last_day);
    param_text(params, wanted->name);
    param_uuid(params, wanted->by);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &write, params, error);
}
