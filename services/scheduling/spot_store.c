/* The SQL of spots. Districts are numbered in the order of their codes. */
#include "services/scheduling/spot_store.h"

#include "common/check.h"
#include "common/domain/local_time.h"

enum {
    DISTRICTS_MOST = 62 /* a mask stays a positive bigint */,
    WIDE_BEFORE = 22,
    WIDE_AFTER = 43
};

#define NUMBERED                                                                                   \
    "with d as (select code, row_number() over (order by code) - 1 as n from scheduling.district)"
#define LED_BY                                                                                     \
    "led as (select leader_id from scheduling.leader_booking where meeting_id = $2"                \
    " union select leader_id from scheduling.group_leader where group_id = $1 and not exists"      \
    "  (select from scheduling.leader_booking b where b.meeting_id = $2))"

/* $1 the group, $2 the meeting. */
static struct params *ask_params(struct context *context, const struct spot_ask *ask)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, ask->group_id);
    param_uuid(params, ask->meeting_id);
    return params;
}

static void add_window(struct params *params, const struct spot_ask *ask)
{
    const int32_t before = ask->wide ? WIDE_BEFORE : 1, after = ask->wide ? WIDE_AFTER : 1;

    param_time(params, local_to_utc_ms(ask->spot->day - before, 0));
    param_time(params, local_end_of_day_ms(ask->spot->day + after));
}

static void add_rooms(struct params *params, const struct spot_ask *ask)
{
    const struct uuid rooms[] = {ask->spot->room_id, ask->spot->parent_room_id};

    param_bool(params, ask->wide);
    param_uuids(params, rooms, sizeof *rooms, uuid_absent(rooms[1]) ? 1 : 2);
}

static bool load_group(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_group",
        "select g.places, g.parent_room_id is not null,"
        " array_position(array['ordinary', 'own_entrance', 'secret'], h.discretion) - 1,"
        " coalesce((select bit_or(1::bigint << array_position(array['step_free', 'hearing_loop',"
        "   'quiet_room', 'sign_language'], t.need)) from scheduling.room_tag t"
        "  where t.room_id = g.room_id), 0)"
        " from scheduling.groups g join scheduling.site h using (site_id)"
        " where g.group_id = $1 and $2::uuid is not distinct from $2"};
    struct rows *rows;

    if (!tx_query(context->tx, &load, ask_params(context, ask), &rows, error))
        return false;
    CHECK(rows_count(rows) == 1);
    facts->capacity = row_int(rows, 0, 0);
    facts->parents = row_bool(rows, 0, 1);
    facts->discretion = row_int(rows, 0, 2);
    facts->needs = row_int(rows, 0, 3);
    return true;
}

static bool load_travel(struct context *context, struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_travel",
        NUMBERED " select a.n, b.n, coalesce(t.minutes, 600)::int from d a cross join d b"
                 " left join scheduling.travel t"
                 "  on t.from_district = a.code and t.to_district = b.code order by 1, 2"};
    struct rows *rows;

    if (!tx_query(context->tx, &load, NULL, &rows, error))
        return false;
    const size_t cells = rows_count(rows);
    int64_t *travel = ARENA_ARRAY(context->arena, int64_t, cells + 1);
    for (size_t i = 0; i < cells; i++)
        travel[i] = row_int(rows, i, 2);
    while (facts->district_count * facts->district_count < cells)
        facts->district_count++;
    CHECK(facts->district_count <= DISTRICTS_MOST);
    facts->travel = travel;
    return true;
}

static bool load_rooms(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_rooms",
        NUMBERED " select r.room_id, r.site_id, d.n, r.capacity,"
                 " coalesce((select bit_or(1::bigint << array_position(array['step_free',"
                 "   'hearing_loop', 'quiet_room', 'sign_language'], t.need))"
                 "  from scheduling.room_tag t where t.room_id = r.room_id), 0),"
                 " array_position(array['ordinary', 'own_entrance', 'secret'], h.discretion) - 1"
                 " from scheduling.room r join scheduling.site h using (site_id)"
                 " join d on d.code = h.district where $1 or r.room_id = any($2)"
                 " order by r.room_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    add_rooms(params, ask);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    struct spot_room *rooms = ARENA_ARRAY(context->arena, struct spot_room, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        rooms[i] = (struct spot_room){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_int(rows, i, 2), row_int(rows, i, 3), row_int(rows, i, 4), row_int(rows, i, 5)};
    facts->rooms = rooms;
    facts->room_count = rows_count(rows);
    return true;
}

static const struct spot_hours *read_hours(
    struct context *context, const struct rows *rows, size_t *count)
{
    struct spot_hours *hours = ARENA_ARRAY(context->arena, struct spot_hours, rows_count(rows) + 1);

    *count = rows_count(rows);
    for (size_t i = 0; i < *count; i++)
        hours[i] = (struct spot_hours){row_uuid(rows, i, 0), row_int(rows, i, 1),
            row_int(rows, i, 2), row_int(rows, i, 3), row_day(rows, i, 4), row_day(rows, i, 5)};
    return hours;
}

/* A room without hours is open as long as a meeting in each of its slots. */
static bool load_room_hours(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_room_hours",
        "select room_id, weekday, (extract(epoch from opens) / 60)::int,"
        " (extract(epoch from closes) / 60)::int, valid_from, valid_to from scheduling.room_hours"
        " where $1 or room_id = any($2)"
        " union all select o.room_id, s.weekday, (extract(epoch from s.starts) / 60)::int,"
        " (extract(epoch from s.starts) / 60)::int + $3::int, null, null"
        " from scheduling.room_slot o join scheduling.slot s using (slot)"
        " where ($1 or o.room_id = any($2)) and not exists"
        "  (select from scheduling.room_hours h where h.room_id = o.room_id)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    add_rooms(params, ask);
    param_int(params, facts->minutes);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    facts->room_hours = read_hours(context, rows, &facts->room_hour_count);
    return true;
}

static const struct spot_busy *read_busy(
    struct context *context, const struct rows *rows, size_t *count)
{
    struct spot_busy *busy = ARENA_ARRAY(context->arena, struct spot_busy, rows_count(rows) + 1);

    *count = rows_count(rows);
    for (size_t i = 0; i < *count; i++)
        busy[i] = (struct spot_busy){row_uuid(rows, i, 0), row_time(rows, i, 1),
            row_time(rows, i, 2), row_uuid(rows, i, 3), row_int(rows, i, 4)};
    return busy;
}

static bool load_room_busy(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_room_busy",
        "select b.room_id, lower(b.during), upper(b.during), null::uuid, 0"
        " from scheduling.room r join scheduling.room_booking b on b.room_id = r.room_id"
        "  and b.during && tstzrange($3, $4)"
        " where ($5 or r.room_id = any($6))"
        "  and (b.meeting_id is null or b.meeting_id is distinct from $2)"
        "  and $1::uuid is not null"};
    struct params *params = ask_params(context, ask);
    struct rows *rows;

    add_window(params, ask);
    add_rooms(params, ask);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    facts->room_busy = read_busy(context, rows, &facts->room_busy_count);
    return true;
}

static bool load_leaders(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_leaders",
        NUMBERED ", " LED_BY " select l.leader_id, l.contract_from, l.contract_until,"
                 " coalesce((select bit_or(1::bigint << d.n::int) from scheduling.leader_district w"
                 "  join d on d.code = w.district where w.leader_id = l.leader_id), 0)"
                 " from led join scheduling.leader l using (leader_id) order by 1"};
    struct rows *rows;

    if (!tx_query(context->tx, &load, ask_params(context, ask), &rows, error))
        return false;
    struct spot_leader *leaders =
        ARENA_ARRAY(context->arena, struct spot_leader, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        leaders[i] = (struct spot_leader){
            row_uuid(rows, i, 0), row_day(rows, i, 1), row_day(rows, i, 2), row_int(rows, i, 3)};
    facts->leaders = leaders;
    facts->leader_count = rows_count(rows);
    return true;
}

static bool load_leader_hours(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_leader_hours",
        "with " LED_BY " select o.leader_id, s.weekday, (extract(epoch from s.starts) / 60)::int,"
        " (extract(epoch from s.starts) / 60)::int + $3::int, null::date, null::date"
        " from led join scheduling.leader_slot o using (leader_id)"
        " join scheduling.slot s using (slot)"};
    struct params *params = ask_params(context, ask);
    struct rows *rows;

    param_int(params, facts->minutes);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    facts->leader_hours = read_hours(context, rows, &facts->leader_hour_count);
    return true;
}

static bool load_leader_busy(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_leader_busy", NUMBERED
        ", " LED_BY " select b.leader_id, lower(b.during), upper(b.during), b.site_id, d.n from led"
        " join scheduling.leader_booking b on b.leader_id = led.leader_id"
        "  and b.during && tstzrange($3, $4)"
        "  and (b.meeting_id is null or b.meeting_id is distinct from $2)"
        " join scheduling.site h on h.site_id = b.site_id join d on d.code = h.district"};
    struct params *params = ask_params(context, ask);
    struct rows *rows;

    add_window(params, ask);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    facts->leader_busy = read_busy(context, rows, &facts->leader_busy_count);
    return true;
}

static const struct spot_days *read_days(
    struct context *context, const struct rows *rows, size_t *count)
{
    struct spot_days *days = ARENA_ARRAY(context->arena, struct spot_days, rows_count(rows) + 1);

    *count = rows_count(rows);
    for (size_t i = 0; i < *count; i++)
        days[i] =
            (struct spot_days){row_uuid(rows, i, 0), row_day(rows, i, 1), row_day(rows, i, 2)};
    return days;
}

static bool load_trained(struct context *context, const struct spot_ask *ask,
    struct spot_facts *facts, struct error *error)
{
    static const struct statement load = {"scheduling_spot_trained",
        "with " LED_BY " select t.leader_id, t.valid_from,"
        " coalesce(t.valid_until, date '2199-12-31') from led"
        " join scheduling.leader_training t using (leader_id)"
        " join scheduling.groups g on g.group_id = $1 and g.situation = t.situation"
        " join scheduling.programme_version v on v.programme_id = g.programme_id"
        "  and v.version = g.programme_version"
        " where scheduling.level_rank(t.level) >= scheduling.level_rank(v.level)"};
    struct rows *rows;

    if (!tx_query(context->tx, &load, ask_params(context, ask), &rows, error))
        return false;
    facts->trained = read_days(context, rows, &facts->trained_count);
    return true;
}

static bool load_away(struct context *context, const struct spot_ask *ask, struct spot_facts *facts,
    struct error *error)
{
    static const struct statement load = {"scheduling_spot_away",
        "with " LED_BY " select a.leader_id, a.first_day, a.last_day from led"
        " join scheduling.leader_absence a using (leader_id) where a.withdrawn_at is null"};
    struct rows *rows;

    if (!tx_query(context->tx, &load, ask_params(context, ask), &rows, error))
        return false;
    facts->away = read_days(context, rows, &facts->away_count);
    return true;
}

bool spot_load(struct context *context, const struct spot_ask *ask, struct spot_facts *facts,
    struct error *error)
{
    return load_group(context, ask, facts, error) && load_travel(context, facts, error) &&
           load_rooms(context, ask, facts, error) && load_room_hours(context, ask, facts, error) &&
           load_room_busy(context, ask, facts, error) && load_leaders(context, ask, facts, error) &&
           load_leader_hours(context, ask, facts, error) &&
           load_leader_busy(context, ask, facts, error) &&
           load_trained(context, ask, facts, error) && load_away(context, ask, facts, error);
}
