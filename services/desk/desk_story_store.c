/* The statements behind desk_story_store.h. */
#include "services/desk/desk_story_store.h"

#include "common/check.h"

static const char *const why_names[WHY_COUNT] = {NULL, "wish", "later", "other_help", "moved",
    "more_to_know", "consent", "safety", "no_contact", "settled", "mistake", "other"};

enum why why_of(struct text name)
{
    for (int why = 1; why < WHY_COUNT; why++)
        if (text_is(name, why_names[why]))
            return (enum why)why;
    return WHY_NONE;
}

const char *why_name(enum why why)
{
    return why_names[why];
}

static const struct statement add_case_act = {
    "desk_add_case_act",
    "insert into desk.case_act (act_id, referral_id, kind, reason, words, until_day, at, staff_id)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8)",
};

bool desk_add_case_act(struct context *context, const struct case_act *act, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, uuid_new(context->now_ms));
    param_uuid(params, act->referral_id);
    param_string(params, act->kind);
    param_string(params, why_names[act->why]);
    param_text(params, act->words);
    param_day(params, act->until_day);
    param_time(params, context->now_ms);
    param_uuid(params, act->staff_id);
    return tx_run(context->tx, &add_case_act, params, error);
}

static const struct statement load_case_acts = {
    "desk_load_case_acts",
    "select a.kind, a.words, s.display_name, a.reason, a.until_day, a.at"
    "  from desk.case_act a join desk.staff s using (staff_id)"
    " where a.referral_id = $1 order by a.at, a.act_id limit 100",
};

bool desk_load_case_acts(struct context *context, struct uuid referral_id,
    const struct case_act_seen **acts, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &load_case_acts, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct case_act_seen *found = ARENA_ARRAY(context->arena, struct case_act_seen, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct case_act_seen){
            .kind = row_text(rows, i, 0),
            .words = row_text(rows, i, 1),
            .by = row_text(rows, i, 2),
            .why = why_of(row_text(rows, i, 3)),
            .until_day = row_day(rows, i, 4),
            .at_ms = row_time(rows, i, 5),
        };
    *acts = found;
    return true;
}

static const struct statement look_reach = {
    "desk_look_reach",
    "select may_call, may_leave_message from desk.reach_v where referral_id = $1",
};

bool desk_look_reach(
    struct context *context, struct uuid referral_id, struct reach *reach, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *reach = (struct reach){.may_call = false};
    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_reach, params, &rows, error))
        return false;
    if (rows_count(rows))
        *reach = (struct reach){row_bool(rows, 0, 0), row_bool(rows, 0, 1)};
    return true;
}

static const struct statement look_taken = {
    "desk_look_taken", "select display_name from desk.taken_v where referral_id = $1"};

bool desk_look_taken(
    struct context *context, struct uuid referral_id, struct text *by, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_taken, params, &rows, error))
        return false;
    *by = rows_count(rows) ? row_text(rows, 0, 0) : (struct text){NULL, 0};
    return true;
}
