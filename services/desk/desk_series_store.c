/* The statements behind desk_series_store.h. */
#include "services/desk/desk_series_store.h"

static const struct statement look_terms = {"desk_look_school_terms",
    "select left(school_year, 4)::int, first_day, last_day from scheduling.term_v order by 2"};

static const struct statement look_breaks = {"desk_look_breaks",
    "select first_day, last_day, 'school_break' from scheduling.break_v"
    " union all select day, day, 'public_holiday' from scheduling.holiday_v"
    " union all select first_day, last_day, 'week_off' from scheduling.week_off_v"
    " where group_id is null or group_id = $1"};

bool desk_look_meeting_days(struct context *context, struct uuid group_id,
    struct series_calendar *calendar, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    if (!tx_query(context->tx, &look_terms, NULL, &rows, error))
        return false;
    struct series_term *terms =
        ARENA_ARRAY(context->arena, struct series_term, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        terms[i] = (struct series_term){
            (int)row_int(rows, i, 0), row_day(rows, i, 1), row_day(rows, i, 2)};
    calendar->terms = terms;
    calendar->term_count = rows_count(rows);
    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_breaks, params, &rows, error))
        return false;
    struct series_break *breaks =
        ARENA_ARRAY(context->arena, struct series_break, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        breaks[i] = (struct series_break){row_day(rows, i, 0), row_day(rows, i, 1),
            (enum act_reason)row_name(rows, i, 2, act_reason_names, ACT_REASON_COUNT)};
    calendar->breaks = breaks;
    calendar->break_count = rows_count(rows);
    return true;
}

static const struct statement look_chain = {"desk_look_chain",
    "select meeting_id, meeting_no, theme, day, starts_at, ends_at, starts_at <= $2"
    "  from scheduling.meeting_v where group_id = $1 and state <> 'cancelled'"
    " order by day limit 30"};

bool desk_look_chain(
    struct context *context, struct uuid group_id, struct chain *chain, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *chain = (struct chain){.shorter = false};
    param_uuid(params, group_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &look_chain, params, &rows, error))
        return false;
    chain->count = rows_count(rows);
    for (size_t i = 0; i < chain->count; i++)
        chain->meetings[i] = (struct chain_meeting){
            .meeting_id = row_uuid(rows, i, 0),
            .number = row_int(rows, i, 1),
            .theme = row_text(rows, i, 2),
            .when = {row_day(rows, i, 3), row_time(rows, i, 4), row_time(rows, i, 5)},
            .begun = row_bool(rows, i, 6),
        };
    return true;
}

static const struct statement look_rooms = {"desk_look_rooms",
    "select room_id, site || ', ' || name, capacity::bigint from scheduling.room_card_v"
    " where capacity >= $1 order by site, name limit 500"};

bool desk_look_rooms(struct context *context, int64_t capacity, const struct room_choice **rooms,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct room_choice *found;
    struct rows *rows;

    param_int(params, capacity);
    if (!tx_query(context->tx, &look_rooms, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *rooms = found = ARENA_ARRAY(context->arena, struct room_choice, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] =
            (struct room_choice){row_uuid(rows, i, 0), row_text(rows, i, 1), row_int(rows, i, 2)};
    return true;
}

static const struct statement look_year = {"desk_look_year",
    "select * from ("
    "select 'term' as kind, season as name, school_year, first_day, last_day, by_rule,"
    "  null::text as group_name from scheduling.term_v where last_day >= $1"
    " union all select 'break', name, school_year, first_day, last_day, by_rule, null"
    "  from scheduling.break_v where last_day >= $1"
    " union all select 'holiday', name, null, day, day, false, null from scheduling.holiday_v"
    "  where day >= $1"
    " union all select 'off', w.name, null, w.first_day, w.last_day, false, g.name"
    "  from scheduling.week_off_v w left join scheduling.group_v g using (group_id)"
    "  where w.last_day >= $1) days where first_day < $1 + 760 order by first_day, kind limit 300"};

bool desk_look_year(struct context *context, int32_t from, const struct year_row **rows_found,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct year_row *found;
    struct rows *rows;

    param_day(params, from);
    if (!tx_query(context->tx, &look_year, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *rows_found = found = ARENA_ARRAY(context->arena, struct year_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct year_row){.kind = row_text(rows, i, 0),
            .name = row_text(rows, i, 1),
            .school_year = row_text(rows, i, 2),
            .first = row_day(rows, i, 3),
            .last = row_day(rows, i, 4),
            .by_rule = row_bool(rows, i, 5),
            .group = row_text(rows, i, 6)};
    return true;
}
