/* One look an hour over all leaders and the counts of children; a city has some hundred of both. */
#include "services/scheduling/forecast_store.h"

#include "common/check.h"
#include "vocabulary.h"

enum { LEADERS_MOST = 5000 /* a nation's */ };

static bool load_districts(
    struct context *context, int32_t today, struct forecast_city *city, struct error *error)
{
    static const struct statement load = {"scheduling_forecast_districts",
        "select code from scheduling.district where valid_from <= $1"
        " and (valid_to is null or valid_to >= $1) order by code limit $2"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    param_int(params, FORECAST_DISTRICTS_MOST);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    struct text *codes = ARENA_ARRAY(context->arena, struct text, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        codes[i] = row_text(rows, i, 0);
    city->districts = codes;
    city->facts.district_count = rows_count(rows);
    return true;
}

static size_t district_of(const struct forecast_city *city, struct text code)
{
    size_t at = 0;

    while (at < city->facts.district_count && !text_equal(city->districts[at], code))
        at++;
    return at;
}

static bool load_needs(struct context *context, struct forecast_city *city, struct error *error)
{
    static const struct statement load = {"scheduling_forecast_needs",
        "select situation, district, waiting, told from matching.inflow_v"};
    const size_t districts = city->facts.district_count;
    struct forecast_need *needs =
        ARENA_ARRAY(context->arena, struct forecast_need, FORECAST_SITUATIONS * districts + 1);
    struct rows *rows;

    if (!tx_query(context->tx, &load, NULL, &rows, error))
        return false;
    for (size_t i = 0; i < FORECAST_SITUATIONS * districts; i++)
        needs[i] = (struct forecast_need){0, 0};
    for (size_t i = 0; i < rows_count(rows); i++) {
        const size_t district = district_of(city, row_text(rows, i, 1));
        const int situation = row_name(rows, i, 0, situation_names, SITUATION_COUNT);
        if (situation > 0 && district < districts)
            needs[(size_t)(situation - 1) * districts + district] =
                (struct forecast_need){row_int(rows, i, 2), row_int(rows, i, 3)};
    }
    city->facts.needs = needs;
    return true;
}

/* A group as programmes usually are; a month in which no programme starts has no new groups. */
static bool load_programmes(
    struct context *context, int32_t today, struct forecast_city *city, struct error *error)
{
    static const struct statement load = {"scheduling_forecast_programmes",
        "select coalesce(avg(least + margin), 6)::bigint, coalesce(min(least), 4)::bigint,"
        " ceil((coalesce(max(meetings), 15) + 3) / 4.35)::bigint,"
        " array(select (extract(month from $1 + make_interval(months => n)) = any ("
        "   select generate_series(w.opens / 100, w.closes / 100) from scheduling.programme_window"
        "   w) or not exists (select from scheduling.programme_window))::int::bigint"
        "  from generate_series(0, 11) n order by n)"
        " from scheduling.programme_v where format = 'group'"};
    struct params *params = params_new(context->arena);
    const int64_t *starts;
    struct rows *rows;

    param_day(params, today);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    city->facts.group_size = row_int(rows, 0, 0);
    city->facts.group_least = row_int(rows, 0, 1);
    city->facts.series_months = (int)row_int(rows, 0, 2);
    const size_t months = row_ints(rows, 0, 3, context->arena, &starts);
    for (size_t i = 0; i < months && i < FORECAST_MONTHS; i++)
        city->facts.starts[i] = starts[i] != 0;
    return true;
}

static void read_leader(struct context *context, const struct rows *rows, size_t row,
    const struct forecast_city *city, struct forecast_leader *leader)
{
    const struct text *districts;
    const int64_t *months, *busy;
    const size_t district_count = row_texts(rows, row, 2, context->arena, &districts);
    const size_t month_count = row_ints(rows, row, 3, context->arena, &months);
    const size_t busy_count = row_ints(rows, row, 4, context->arena, &busy);

    *leader = (struct forecast_leader){
        .experienced = row_bool(rows, row, 0), .groups_most = (int)row_int(rows, row, 1)};
    for (size_t i = 0; i < district_count; i++) {
        const size_t at = district_of(city, districts[i]);
        if (at < city->facts.district_count)
            leader->districts |= UINT64_C(1) << at;
    }
    for (size_t i = 0; i < month_count && i < FORECAST_SITUATIONS; i++)
        leader->trained_for[i] = (int)months[i];
    for (; leader->busy_count < busy_count && leader->busy_count < COUNT(leader->busy_for);
         leader->busy_count++)
        leader->busy_for[leader->busy_count] = (int)busy[leader->busy_count];
}

/* Months are of thirty days, begun ones count; who has no training or contract has none. */
static bool load_leaders(
    struct context *context, int32_t today, struct forecast_city *city, struct error *error)
{
    static const struct statement load = {"scheduling_forecast_leaders",
        "select l.experienced, l.max_groups, array(select d.district"
        "  from scheduling.leader_district d where d.leader_id = l.leader_id),"
        " array(select coalesce((select case when count(*) > 0 then (least(l.contract_until,"
        "    max(coalesce(t.valid_until, 'infinity'))) - $1 + 29) / 30 end"
        "   from scheduling.leader_training t where t.leader_id = l.leader_id"
        "    and t.situation = s.word and t.valid_from <= $1 + 30"
        "    and (t.valid_until is null or t.valid_until >= $1)), 0)::bigint"
        "  from unnest(array['substance', 'mental', 'violence', 'separation'])"
        "   with ordinality s (word, place) order by s.place),"
        " array(select ((g.last_day - $1 + 29) / 30)::bigint from scheduling.group_leader gl"
        "  join scheduling.groups g using (group_id) where gl.leader_id = l.leader_id"
        "  and g.state in ('booked', 'offered', 'confirmed', 'running') and g.last_day >= $1)"
        " from scheduling.leader l where l.active and l.contract_until >= $1"
        " order by l.leader_id limit $2"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    param_int(params, LEADERS_MOST);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    struct forecast_leader *leaders =
        ARENA_ARRAY(context->arena, struct forecast_leader, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        read_leader(context, rows, i, city, &leaders[i]);
    city->facts.leaders = leaders;
    city->facts.leader_count = rows_count(rows);
    return true;
}

bool forecast_load(
    struct context *context, int32_t today, struct forecast_city *city, struct error *error)
{
    *city = (struct forecast_city){.districts = NULL};
    return load_districts(context, today, city, error) && load_needs(context, city, error) &&
           load_programmes(context, today, city, error) &&
           load_leaders(context, today, city, error);
}

bool forecast_write(struct context *context, int32_t today, const struct forecast_city *city,
    const struct forecast_cell *cells, struct error *error)
{
    static const struct statement forget = {
        "scheduling_forget_forecast", "delete from scheduling.forecast"};
    static const struct statement write = {"scheduling_write_forecast",
        "insert into scheduling.forecast (situation, district, waiting, expected, leaders_now,"
        "  leaders_then, groups_needed, groups_led, short_from, made_at)"
        " select s, d, w, e, n, t, g, l, case when m >= 0 then"
        "   (date_trunc('month', $10::timestamp) + make_interval(months => m::int))::date end, $11"
        " from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],"
        "  $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) c (s, d, w, e, n, t, g, l, m)"
        " where w > 0 or e > 0 or n > 0"};
    const size_t districts = city->facts.district_count;
    const size_t count = FORECAST_SITUATIONS * districts;
    struct text *situations = ARENA_ARRAY(context->arena, struct text, count + 1);
    struct text *places = ARENA_ARRAY(context->arena, struct text, count + 1);
    int64_t *months = ARENA_ARRAY(context->arena, int64_t, count + 1);
    struct params *params = params_new(context->arena);

    for (size_t i = 0; i < count; i++) {
        situations[i] = text_of(situation_names[i / districts + 1]);
        places[i] = city->districts[i % districts];
        months[i] = cells[i].short_from;
    }
    param_texts(params, situations, sizeof *situations, count);
    param_texts(params, places, sizeof *places, count);
    param_ints(params, COLUMN(city->facts.needs, waiting), count);
    param_ints(params, COLUMN(cells, expected), count);
    param_ints(params, COLUMN(cells, leaders_now), count);
    param_ints(params, COLUMN(cells, leaders_then), count);
    param_ints(params, COLUMN(cells, groups_needed), count);
    param_ints(params, COLUMN(cells, groups_led), count);
    param_ints(params, months, sizeof *months, count);
    param_day(params, today);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &forget, NULL, error) &&
           (count == 0 || tx_run(context->tx, &write, params, error));
}
