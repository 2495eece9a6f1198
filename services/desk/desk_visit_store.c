/* The statements behind desk_visit_store.h. */
#include "services/desk/desk_visit_store.h"

/* A unit without a district is counted in the whole city. */
static const struct statement look_units = {
    "desk_look_units",
    "select u.unit_id, u.name, u.district, u.district_name, u.kind, u.active, u.planned, u.done,"
    " u.people, u.last_day, u.next_day,"
    " coalesce(sum(r.told) filter (where r.day > t.today - 365), 0)::bigint,"
    " coalesce(sum(r.told) filter (where r.day <= t.today - 365), 0)::bigint,"
    " case when u.last_day is not null then"
    "  coalesce(sum(r.told) filter (where r.day >= u.last_day), 0)::bigint end"
    " from (select common.today() as today) t cross join scheduling.unit_v u"
    " left join intake.recruitment_v r on r.source = u.kind"
    "  and (u.district is null or r.district = u.district) and r.day > t.today - 730"
    " where $1::uuid is null or u.unit_id = $1"
    " group by u.unit_id, u.name, u.district, u.district_name, u.kind, u.active, u.planned, u.done,"
    "  u.people, u.last_day, u.next_day"
    " order by u.active desc, u.name limit 500",
};

bool desk_look_units(struct context *context, struct uuid unit_id, const struct unit_row **list,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct unit_row *found;
    struct rows *rows;

    param_uuid(params, unit_id);
    if (!tx_query(context->tx, &look_units, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *list = found = ARENA_ARRAY(context->arena, struct unit_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct unit_row){
            .unit_id = row_uuid(rows, i, 0),
            .name = row_text(rows, i, 1),
            .district = row_text(rows, i, 2),
            .district_name = row_text(rows, i, 3),
            .kind = (enum source)row_name(rows, i, 4, source_names, SOURCE_COUNT),
            .active = row_bool(rows, i, 5),
            .planned = row_int(rows, i, 6),
            .done = row_int(rows, i, 7),
            .people = row_int(rows, i, 8),
            .last_day = row_day(rows, i, 9),
            .next_day = row_day(rows, i, 10),
            .told_year = row_int(rows, i, 11),
            .told_before = row_int(rows, i, 12),
            .told_since = row_null(rows, i, 13) ? INT_ABSENT : row_int(rows, i, 13),
        };
    return true;
}

static const struct statement look_visits = {
    "desk_look_visits",
    "select visit_id, unit_id, unit, array_to_string(leaders, ', '), day, starts_at, ends_at,"
    " people, state = 'planned', state = 'done', leader_ids from scheduling.visit_v"
    " where case when $1::uuid is null then state = 'planned' else unit_id = $1 end"
    " order by case when state = 'planned' then starts_at end nulls last, starts_at desc limit 60",
};

bool desk_look_visits(struct context *context, struct uuid unit_id, const struct visit_row **list,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct visit_row *found;
    struct rows *rows;

    param_uuid(params, unit_id);
    if (!tx_query(context->tx, &look_visits, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *list = found = ARENA_ARRAY(context->arena, struct visit_row, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        found[i] = (struct visit_row){
            .visit_id = row_uuid(rows, i, 0),
            .unit_id = row_uuid(rows, i, 1),
            .unit = row_text(rows, i, 2),
            .leaders = row_text(rows, i, 3),
            .day = row_day(rows, i, 4),
            .starts_at_ms = row_time(rows, i, 5),
            .ends_at_ms = row_time(rows, i, 6),
            .people = row_null(rows, i, 7) ? INT_ABSENT : row_int(rows, i, 7),
            .planned = row_bool(rows, i, 8),
            .done = row_bool(rows, i, 9),
        };
        found[i].leader_count = row_uuids(rows, i, 10, context->arena, &found[i].leader_ids);
    }
    return true;
}
