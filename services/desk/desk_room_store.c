/* The statements behind desk_room_store.h. */
#include "services/desk/desk_room_store.h"

static const struct statement look_cards = {"desk_look_room_cards",
    "select r.room_id, r.name, r.site, d.name, r.discretion, array_to_string(r.equipment, ', '),"
    "       r.needs, r.capacity, r.withheld,"
    "       coalesce((select round(sum(extract(epoch from b.ends_at - b.starts_at)) / 14400)"
    "         from scheduling.room_booking_v b where b.room_id = r.room_id"
    "          and b.starts_at >= $2 and b.starts_at < $2 + interval '28 days'), 0)::bigint,"
    "       r.site_id"
    "  from scheduling.room_card_v r left join scheduling.district_v d on d.code = r.district"
    " where $1::uuid is null or r.room_id = $1 order by r.site, r.name limit 500"};

bool desk_look_room_cards(struct context *context, struct uuid room_id,
    const struct room_row **rooms, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct room_row *found;
    struct rows *rows;

    param_uuid(params, room_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &look_cards, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *rooms = found = ARENA_ARRAY(context->arena, struct room_row, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        found[i] = (struct room_row){.room_id = row_uuid(rows, i, 0),
            .name = row_text(rows, i, 1),
            .site = row_text(rows, i, 2),
            .district = row_text(rows, i, 3),
            .discretion = row_text(rows, i, 4),
            .equipment = row_text(rows, i, 5),
            .capacity = row_int(rows, i, 7),
            .withheld = row_bool(rows, i, 8),
            .booked = row_int(rows, i, 9),
            .site_id = row_uuid(rows, i, 10)};
        found[i].need_count = row_texts(rows, i, 6, context->arena, &found[i].needs);
    }
    return true;
}

bool desk_look_houses(
    struct context *context, const struct house_row **houses, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_houses",
        "select distinct site_id, site from scheduling.room_card_v order by site limit 500"};
    struct house_row *found;
    struct rows *rows;

    if (!tx_query(context->tx, &look, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    *houses = found = ARENA_ARRAY(context->arena, struct house_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct house_row){row_uuid(rows, i, 0), row_text(rows, i, 1)};
    return true;
}

/* A room without hours is open in its weekly times. */
static const struct statement look_hours = {"desk_look_room_hours",
    "select weekday, (extract(epoch from opens) / 60)::int, (extract(epoch from closes) / 60)::int,"
    "       valid_from, valid_to from scheduling.room_hours_v where room_id = $1"
    " union all select s.weekday, (extract(epoch from s.starts) / 60)::int,"
    "       (extract(epoch from s.starts) / 60)::int + 90, null, null"
    "  from scheduling.room_card_v r, unnest(r.slots) o (slot)"
    "  join scheduling.slot_v s using (slot) where r.room_id = $1 and not exists"
    "   (select from scheduling.room_hours_v h where h.room_id = $1)"
    " order by 1, 2"};

bool desk_look_room_hours(struct context *context, struct uuid room_id,
    const struct room_hours_row **hours, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct room_hours_row *found;
    struct rows *rows;

    param_uuid(params, room_id);
    if (!tx_query(context->tx, &look_hours, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *hours = found = ARENA_ARRAY(context->arena, struct room_hours_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct room_hours_row){row_int(rows, i, 0), row_int(rows, i, 1),
            row_int(rows, i, 2), row_day(rows, i, 3), row_day(rows, i, 4)};
    return true;
}

static const struct statement look_bookings = {"desk_look_room_bookings",
    "select (b.starts_at at time zone 'Europe/Stockholm')::date,"
    "       (extract(epoch from (b.starts_at at time zone 'Europe/Stockholm')::time) / 60)::int,"
    "       (extract(epoch from (b.starts_at at time zone 'Europe/Stockholm')::time) / 60)::int"
    "         + (extract(epoch from b.ends_at - b.starts_at) / 60)::int,"
    "       b.group_name, b.what, b.group_id"
    "  from scheduling.room_booking_v b where b.room_id = $1"
    "   and (b.starts_at at time zone 'Europe/Stockholm')::date between $2 and $3"
    " order by b.starts_at limit 1000"};

bool desk_look_room_bookings(struct context *context, struct uuid room_id, int32_t from, int32_t to,
    const struct room_booking_row **bookings, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct room_booking_row *found;
    struct rows *rows;

    param_uuid(params, room_id);
    param_day(params, from);
    param_day(params, to);
    if (!tx_query(context->tx, &look_bookings, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *bookings = found = ARENA_ARRAY(context->arena, struct room_booking_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct room_booking_row){.day = row_day(rows, i, 0),
            .from_min = row_int(rows, i, 1),
            .to_min = row_int(rows, i, 2),
            .group = row_text(rows, i, 3),
            .what = row_text(rows, i, 4),
            .group_id = row_uuid(rows, i, 5)};
    return true;
}
