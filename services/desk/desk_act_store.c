/* The statement behind desk_act_store.h. */
#include "services/desk/desk_act_store.h"

/* The ids in a way out have names that staff know; a reason that is younger than this program is
 * shown as a plain refusal. */
static const struct statement look_acts = {
    "desk_look_acts",
    "select a.act_id, a.about, a.kind, a.way_out,"
    " (select string_agg(n.name, ', ' order by w.place)"
    "   from regexp_split_to_table(a.way_out, ' ') with ordinality w (word, place)"
    "   join scheduling.name_v n on n.id = case when w.word ~ '=[0-9a-f-]{36}$'"
    "    then split_part(w.word, '=', 2)::uuid end),"
    " s.display_name, case when a.reason = any($3) then a.reason end, a.outcome = 'refused', a.at"
    "  from scheduling.act_v a left join desk.staff s on s.staff_id = a.asked_by"
    " where a.about = $1 and a.at > $2 order by a.at desc limit 6",
};

bool desk_look_acts(struct context *context, struct uuid about, int64_t since_ms,
    const struct act_row **acts, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct text known[ACT_REASON_COUNT - 1];
    struct act_row *found;
    struct rows *rows;

    for (int i = 1; i < ACT_REASON_COUNT; i++)
        known[i - 1] = text_of(act_reason_names[i]);
    param_uuid(params, about);
    param_time(params, since_ms);
    param_texts(params, known, sizeof *known, ACT_REASON_COUNT - 1);
    if (!tx_query(context->tx, &look_acts, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *acts = found = ARENA_ARRAY(context->arena, struct act_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct act_row){
            .act_id = row_uuid(rows, i, 0),
            .about = row_uuid(rows, i, 1),
            .kind = row_text(rows, i, 2),
            .way_out = row_text(rows, i, 3),
            .names = row_text(rows, i, 4),
            .by = row_text(rows, i, 5),
            .reason = (enum act_reason)row_name(rows, i, 6, act_reason_names, ACT_REASON_COUNT),
            .refused = row_bool(rows, i, 7),
            .at_ms = row_time(rows, i, 8),
        };
    return true;
}
