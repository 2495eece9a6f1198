/* SQL of the letters about waiting. */
#include "services/matching/matching_wait_store.h"

bool matching_take_waits_to_tell(struct context *context, int64_t first_ms, int64_t again_ms,
    size_t most, const struct wait_due **due, size_t *count, struct error *error)
{
    /* Other support first is told by a person, never by letter. */
    static const struct statement take = {"matching_take_waits_to_tell",
        "with due as (\n"
        "    select w.referral_id, w.reason, w.detail, w.since\n"
        "    from matching.waiting w join matching.referral r using (referral_id)\n"
        "    left join matching.wait_told t using (referral_id)\n"
        "    where w.known and w.reason <> 'other_support_first' and w.since <= $1\n"
        "        and coalesce(t.told_at <= $2, true)\n"
        "        and r.state = 'waiting' and not r.red and r.clearance_id is not null\n"
        "        and exists (select from intake.spoken_v s where s.referral_id = w.referral_id)\n"
        "    order by w.since, w.referral_id limit $3 for update of r skip locked),\n"
        "told as (\n"
        "    insert into matching.wait_told (referral_id, told_at)\n"
        "    select referral_id, $4 from due\n"
        "    on conflict (referral_id) do update\n"
        "        set told_at = excluded.told_at, times = wait_told.times + 1)\n"
        "select referral_id, reason, detail from due order by since, referral_id"};
    struct params *params = params_new(context->arena);
    struct wait_due *found;
    struct rows *rows;

    param_time(params, first_ms);
    param_time(params, again_ms);
    param_int(params, (int64_t)most);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &take, params, &rows, error))
        return error_while(error, "looking who is to be told why it waits");
    *count = rows_count(rows);
    *due = found = ARENA_ARRAY(context->arena, struct wait_due, *count);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct wait_due){
            .referral_id = row_uuid(rows, i, 0),
            .reason = (enum wait_reason)row_name(rows, i, 1, wait_reason_names, WAIT_REASON_COUNT),
            .detail = row_text(rows, i, 2),
        };
    return true;
}
