/* The statements behind desk_plan_store.h. */
#include "services/desk/desk_plan_store.h"

static const struct statement look_plans = {
    "desk_look_plans",
    "select plan_id, planned_at, groups, children, score, (gap_percent * 100)::bigint, optimal"
    "  from matching.plan_v p where exists (select from matching.proposal_v o"
    "    where o.plan_id = p.plan_id and o.state = 'proposed')"
    " order by planned_at desc, plan_id limit $1",
};

bool desk_look_plans(
    struct context *context, const struct plan_row **plans, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct plan_row *found;
    struct rows *rows;

    param_int(params, DESK_PROPOSALS_MOST);
    if (!tx_query(context->tx, &look_plans, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *plans = found = ARENA_ARRAY(context->arena, struct plan_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct plan_row){
            .plan_id = row_uuid(rows, i, 0),
            .planned_at_ms = row_time(rows, i, 1),
            .groups = row_int(rows, i, 2),
            .waiting = row_int(rows, i, 3),
            .score = row_int(rows, i, 4),
            .gap_basis_points = row_int(rows, i, 5),
            .optimal = row_bool(rows, i, 6),
        };
    return true;
}

static const struct statement look_proposals = {
    "desk_look_proposals",
    "select p.group_id, p.plan_id, p.situation, g.name, p.language, r.site, d.name,"
    "       (select string_agg(l.work_name, ', ' order by n) from unnest(p.leader_ids)"
    "        with ordinality as i (id, n) join desk.leader_name_v l on l.leader_id = i.id),"
    "       p.age_from, p.age_to, p.children, t.weekday, extract(epoch from t.starts)::bigint / 60,"
    "       p.decide_by, p.parent_group"
    "  from matching.proposal_v p"
    "  left join scheduling.programme_v g using (programme_id)"
    "  left join scheduling.room_v r on r.room_id = p.room_id"
    "  left join scheduling.district_v d on d.code = r.district"
    "  left join scheduling.slot_v t on t.slot = p.slot"
    " where p.state = 'proposed' order by p.children desc, p.created_at, p.group_id limit $1",
};

bool desk_look_proposals(struct context *context, const struct proposal_row **proposals,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct proposal_row *found;
    struct rows *rows;

    param_int(params, DESK_PROPOSALS_MOST);
    if (!tx_query(context->tx, &look_proposals, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *proposals = found = ARENA_ARRAY(context->arena, struct proposal_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct proposal_row){
            .group_id = row_uuid(rows, i, 0),
            .plan_id = row_uuid(rows, i, 1),
            .situation = (enum situation)row_name(rows, i, 2, situation_names, SITUATION_COUNT),
            .programme = row_text(rows, i, 3),
            .language = row_text(rows, i, 4),
            .site = row_text(rows, i, 5),
            .district = row_text(rows, i, 6),
            .leaders = row_text(rows, i, 7),
            .age_from = row_int(rows, i, 8),
            .age_to = row_int(rows, i, 9),
            .children = row_int(rows, i, 10),
            .when = {row_int(rows, i, 11), row_int(rows, i, 12)},
            .decide_by_ms = row_time(rows, i, 13),
            .parent_group = row_bool(rows, i, 14),
        };
    return true;
}

static const struct statement look_past = {
    "desk_look_past_proposals",
    "select p.situation, p.age_from, p.age_to, p.children, p.ended_at, l.planned_at, t.weekday,"
    "       extract(epoch from t.starts)::bigint / 60, p.stale, p.refusal"
    "  from matching.proposal_v p left join scheduling.slot_v t on t.slot = p.slot"
    "  left join matching.plan_v l using (plan_id)"
    " where (p.state = 'expired' or (p.state = 'failed'"
    "        and (p.stale is not null or p.refusal is not null)))"
    "   and p.ended_at > $1 order by p.ended_at desc, p.group_id limit 40",
};

bool desk_look_past_proposals(struct context *context, int64_t since_ms,
    const struct past_row **past, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct past_row *found;
    struct rows *rows;

    param_time(params, since_ms);
    if (!tx_query(context->tx, &look_past, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *past = found = ARENA_ARRAY(context->arena, struct past_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct past_row){
            .situation = (enum situation)row_name(rows, i, 0, situation_names, SITUATION_COUNT),
            .age_from = row_int(rows, i, 1),
            .age_to = row_int(rows, i, 2),
            .children = row_int(rows, i, 3),
            .ended_at_ms = row_time(rows, i, 4),
            .planned_at_ms = row_time(rows, i, 5),
            .when = {row_int(rows, i, 6), row_int(rows, i, 7)},
            .stale = (enum stale)row_name(rows, i, 8, stale_names, STALE_COUNT),
            .refusal = (enum booking_refusal)row_name(
                rows, i, 9, booking_refusal_names, BOOKING_REFUSAL_COUNT),
        };
    return true;
}

/* Whether there is any row. */
static bool look_for(struct context *context, const struct statement *statement, struct uuid id,
    bool *found, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, id);
    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    *found = rows_count(rows) > 0;
    return true;
}

bool desk_look_is_proposed(
    struct context *context, struct uuid group_id, bool *proposed, struct error *error)
{
    static const struct statement look = {
        "desk_look_is_proposed",
        "select true from matching.proposal_v where group_id = $1 and state = 'proposed'",
    };

    return look_for(context, &look, group_id, proposed, error);
}

bool desk_look_plan_stands(
    struct context *context, struct uuid plan_id, bool *stands, struct error *error)
{
    static const struct statement look = {
        "desk_look_plan_stands",
        "select true from matching.proposal_v where plan_id = $1 and state = 'proposed' limit 1",
    };

    return look_for(context, &look, plan_id, stands, error);
}
