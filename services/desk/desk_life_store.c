/* The statements behind desk_life_store.h. */
#include "services/desk/desk_life_store.h"

static const struct statement look_targets = {
    "desk_look_targets",
    "select g.group_id, g.name, d.name, g.weekday, extract(epoch from g.starts)::bigint / 60,"
    " g.age_from, g.age_to, g.places - g.taken - g.offered, g.first_day"
    " from scheduling.group_v g left join scheduling.district_v d on d.code = g.district"
    " where g.situation = $1 and g.group_id <> $2 and g.places > g.taken + g.offered"
    "  and g.state in ('booked', 'offered', 'confirmed', 'running')"
    "  and g.entry_until >= common.today()"
    " order by g.first_day, g.name limit $3",
};

bool desk_look_targets(struct context *context, enum situation situation, struct uuid own,
    const struct life_target **targets, size_t *count, struct error *error)
{
    static const struct uuid none = {{0xff}};
    struct params *params = params_new(context->arena);
    struct life_target *found;
    struct rows *rows;

    param_string(params, situation_names[situation]);
    param_uuid(params, uuid_absent(own) ? none : own);
    param_int(params, LIFE_TARGETS_MOST);
    if (!tx_query(context->tx, &look_targets, params, &rows, error))
        return error_while(error, "reading where children may go");
    *count = rows_count(rows);
    *targets = found = ARENA_ARRAY(context->arena, struct life_target, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct life_target){
            .group_id = row_uuid(rows, i, 0),
            .name = row_text(rows, i, 1),
            .district = row_text(rows, i, 2),
            .when = {row_int(rows, i, 3), row_int(rows, i, 4)},
            .age_from = row_int(rows, i, 5),
            .age_to = row_int(rows, i, 6),
            .left = row_int(rows, i, 7),
            .first_day = row_day(rows, i, 8),
        };
    return true;
}

static const struct statement look_moves = {
    "desk_look_child_moves",
    "select a.act_id, g.name, s.display_name, w.name, w.group_id,"
    " case when a.reason = any($2) then a.reason end, a.outcome = 'refused', a.at"
    " from matching.act_v a left join scheduling.group_v g on g.group_id = a.group_id"
    " left join desk.staff s on s.staff_id = a.asked_by"
    " left join scheduling.group_v w on a.way_out = 'group=' || w.group_id::text"
    " where a.referral_id = $1 order by a.at desc limit 3",
};

bool desk_look_child_moves(struct context *context, struct uuid referral_id,
    const struct move_row **moves, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct text known[PLACE_REFUSAL_COUNT - 1];
    struct move_row *found;
    struct rows *rows;

    for (int i = 1; i < PLACE_REFUSAL_COUNT; i++)
        known[i - 1] = text_of(place_refusal_names[i]);
    param_uuid(params, referral_id);
    param_texts(params, known, sizeof *known, PLACE_REFUSAL_COUNT - 1);
    if (!tx_query(context->tx, &look_moves, params, &rows, error))
        return error_while(error, "reading a child's moves");
    *count = rows_count(rows);
    *moves = found = ARENA_ARRAY(context->arena, struct move_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct move_row){
            .act_id = row_uuid(rows, i, 0),
            .group = row_text(rows, i, 1),
            .by = row_text(rows, i, 2),
            .way_out = row_text(rows, i, 3),
            .way_out_id = row_uuid(rows, i, 4),
            .refusal =
                (enum place_refusal)row_name(rows, i, 5, place_refusal_names, PLACE_REFUSAL_COUNT),
            .refused = row_bool(rows, i, 6),
            .at_ms = row_time(rows, i, 7),
        };
    return true;
}

static const struct statement look_terms = {
    "desk_look_terms",
    "select season, first_day from scheduling.term_v"
    " where first_day > $1 and first_day <= $1 + 366 order by first_day limit 3",
};

bool desk_look_terms(struct context *context, int32_t today, const struct term_row **terms,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct term_row *found;
    struct rows *rows;

    param_day(params, today);
    if (!tx_query(context->tx, &look_terms, params, &rows, error))
        return error_while(error, "reading the terms");
    *count = rows_count(rows);
    *terms = found = ARENA_ARRAY(context->arena, struct term_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct term_row){row_text(rows, i, 0), row_day(rows, i, 1)};
    return true;
}

static const struct statement look_partner = {
    "desk_look_partner",
    "select partner, until_day from matching.handed_over_v where referral_id = $1",
};

bool desk_look_partner(struct context *context, struct uuid referral_id, struct text *partner,
    int32_t *until_day, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_partner, params, &rows, error))
        return error_while(error, "reading who has been asked");
    *partner = (struct text){NULL, 0};
    if (rows_count(rows) > 0) {
        *partner = row_text(rows, 0, 0);
        *until_day = row_day(rows, 0, 1);
    }
    return true;
}
