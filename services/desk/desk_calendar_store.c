/* The statements behind desk_calendar_store.h. */
#include "services/desk/desk_calendar_store.h"

#define CALENDARS                                                                                  \
    "select c.kind, c.id, c.name, f.made_at"                                                       \
    "  from (select 'leader' as kind, leader_id as id, work_name as name from desk.leader_name_v"  \
    "        union all"                                                                            \
    "        select 'room', room_id, name from scheduling.room_name_v) c"                          \
    "  left join intake.feed_v f on f.kind = c.kind and f.about = c.id"

static void read_calendar(const struct rows *rows, size_t row, struct calendar_row *calendar)
{
    *calendar = (struct calendar_row){
        .kind = (enum feed_kind)row_name(rows, row, 0, feed_kind_names, FEED_KIND_COUNT),
        .id = row_uuid(rows, row, 1),
        .name = row_text(rows, row, 2),
        .made_at_ms = row_time(rows, row, 3),
    };
}

bool desk_look_calendars(struct context *context, struct uuid leader_id,
    const struct calendar_row **calendars, size_t *count, struct error *error)
{
    static const struct statement statement = {"desk_look_calendars",
        CALENDARS " where $1::uuid is null or (c.kind = 'leader' and c.id = $1)"
                  " order by c.kind, c.name, c.id limit 1000"};
    struct params *params = params_new(context->arena);
    struct calendar_row *read;
    struct rows *rows;

    param_uuid(params, leader_id);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *calendars = read = ARENA_ARRAY(context->arena, struct calendar_row, *count);
    for (size_t i = 0; i < *count; i++)
        read_calendar(rows, i, &read[i]);
    return true;
}

bool desk_look_calendar(struct context *context, enum feed_kind kind, struct uuid id,
    struct calendar_row *calendar, struct error *error)
{
    static const struct statement statement = {
        "desk_look_calendar", CALENDARS " where c.kind = $1 and c.id = $2"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *calendar = (struct calendar_row){.made_at_ms = INT_ABSENT};
    param_string(params, feed_kind_names[kind]);
    param_uuid(params, id);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    if (rows_count(rows) == 1)
        read_calendar(rows, 0, calendar);
    return true;
}

bool desk_look_calendar_closed(struct context *context, struct uuid referral_id, bool *closed,
    bool *allowed, struct error *error)
{
    static const struct statement statement = {"desk_look_calendar_closed",
        "select allowed from intake.feed_closed_v where referral_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *closed = rows_count(rows) > 0;
    *allowed = *closed && row_bool(rows, 0, 0);
    return true;
}
