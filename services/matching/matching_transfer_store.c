/* SQL of moves between groups. */
#include "services/matching/matching_transfer_store.h"

#include "common/check.h"

bool matching_lock_groups(struct context *context, const struct uuid ids[2],
    struct group_now groups[2], struct error *error)
{
    static const struct statement lock = {"matching_lock_groups",
        "select group_id, closed, confirmed, entry_until from matching.open_group\n"
        "where group_id = any($1::uuid[]) order by group_id for update"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, ids, sizeof *ids, 2);
    if (!tx_query(context->tx, &lock, params, &rows, error))
        return error_while(error, "locking two groups");
    memset(groups, 0, 2 * sizeof *groups);
    for (size_t i = 0; i < rows_count(rows); i++)
        for (size_t j = 0; j < 2; j++)
            if (uuid_equal(ids[j], row_uuid(rows, i, 0)))
                groups[j] = (struct group_now){
                    true, row_bool(rows, i, 1), row_bool(rows, i, 2), row_day(rows, i, 3)};
    return true;
}

bool matching_close_group(struct context *context, struct uuid group_id, struct error *error)
{
    static const struct statement close_it = {
        "matching_close_group", "update matching.open_group set closed = true where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    return tx_run(context->tx, &close_it, params, error);
}

bool matching_load_places(struct context *context, const struct referral *referrals, size_t count,
    struct place_now *places, struct error *error)
{
    static const struct statement load = {"matching_load_places",
        "select m.n - 1, p.group_id, p.offer_id, p.place_no, p.state = 'taken',\n"
        "    coalesce(o.calling_back, false), p.parent_joins\n"
        "from unnest($1::uuid[], $2::uuid[]) with ordinality as m (referral_id, child_id, n)\n"
        "join matching.place p on p.child_id = m.child_id and p.referral_id = m.referral_id\n"
        "    and not p.ended\n"
        "left join matching.offer o using (offer_id)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(referrals, referral_id), count);
    param_uuids(params, COLUMN(referrals, child_id), count);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading %zu places", count);
    memset(places, 0, count * sizeof *places);
    for (size_t i = 0; i < rows_count(rows); i++)
        places[row_int(rows, i, 0)] = (struct place_now){
            .group_id = row_uuid(rows, i, 1),
            .offer_id = row_uuid(rows, i, 2),
            .place_no = row_int(rows, i, 3),
            .taken = row_bool(rows, i, 4),
            .calling_back = row_bool(rows, i, 5),
            .parent_joins = row_bool(rows, i, 6),
        };
    return true;
}

static bool claim(struct context *context, struct uuid into, const struct transfer *transfers,
    size_t count, struct error *error)
{
    static const struct statement take = {"matching_claim_places",
        "update matching.open_group g\n"
        "set used = g.used | m.bits, parents_taken = g.parents_taken\n"
        "    + case when g.parents_most is null then 0 else m.parents end\n"
        "from (select bit_or(1::bigint << (place_no - 1)::int) as bits,\n"
        "        count(*) filter (where joins) as parents\n"
        "    from unnest($2::bigint[], $3::boolean[]) as x (place_no, joins)) m\n"
        "where g.group_id = $1 and g.used & m.bits = 0 and not g.closed\n"
        "returning g.group_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, into);
    param_ints(params, COLUMN(transfers, new_no), count);
    param_bools(params, COLUMN(transfers, parent_joins), count);
    if (!tx_query(context->tx, &take, params, &rows, error))
        return false;
    CHECK(rows_count(rows) == 1); /* its row is locked since its places were counted */
    return true;
}

static bool end_offers(
    struct context *context, const struct transfer *transfers, size_t count, struct error *error)
{
    static const struct statement end = {"matching_end_moved_offers",
        "update matching.offer set state = 'revoked', reason = 'moved', ended_at = $2\n"
        "where offer_id = any($1::uuid[])"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(transfers, old_offer), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &end, params, error);
}

static bool change_places(struct context *context, struct uuid into,
    const struct transfer *transfers, size_t count, struct error *error)
{
    static const struct statement change = {"matching_change_places",
        "with m as (\n"
        "    select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[],\n"
        "        $7::bigint[], $8::timestamptz[], $9::boolean[], $10::boolean[], $11::boolean[])\n"
        "        as m (referral_id, child_id, offer_id, from_id, old_no, new_no, expires_at,\n"
        "            taken, calling_back, joins)),\n"
        "o as (\n"
        "    insert into matching.offer (offer_id, referral_id, child_id, group_id, created_at,\n"
        "        expires_at, ended_at, place_no, by_person, calling_back, state)\n"
        "    select offer_id, referral_id, child_id, $1, $12, expires_at,\n"
        "        case when taken then $12 end, new_no, true, calling_back,\n"
        "        case when taken then 'accepted' else 'pending' end\n"
        "    from m),\n"
        "p as (\n"
        "    update matching.place p set group_id = $1, place_no = m.new_no, since = $12,\n"
        "        offer_id = m.offer_id, places = g.places\n"
        "    from m, matching.open_group g\n"
        "    where g.group_id = $1 and p.group_id = m.from_id and p.place_no = m.old_no\n"
        "        and p.referral_id = m.referral_id)\n"
        "update matching.open_group g\n"
        "set used = g.used & ~x.bits, freed = true, parents_taken = g.parents_taken\n"
        "    - case when g.parents_most is null then 0 else x.parents end\n"
        "from (select from_id, bit_or(1::bigint << (old_no - 1)::int) as bits,\n"
        "        count(*) filter (where joins) as parents from m group by from_id) x\n"
        "where g.group_id = x.from_id"};
    struct params *params = params_new(context->arena);

    param_uuid(params, into);
    param_uuids(params, COLUMN(transfers, referral_id), count);
    param_uuids(params, COLUMN(transfers, child_id), count);
    param_uuids(params, COLUMN(transfers, new_offer), count);
    param_uuids(params, COLUMN(transfers, from), count);
    param_ints(params, COLUMN(transfers, old_no), count);
    param_ints(params, COLUMN(transfers, new_no), count);
    param_times(params, COLUMN(transfers, expires_at_ms), count);
    param_bools(params, COLUMN(transfers, taken), count);
    param_bools(params, COLUMN(transfers, calling_back), count);
    param_bools(params, COLUMN(transfers, parent_joins), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &change, params, error);
}

bool matching_move_places(struct context *context, struct uuid into,
    const struct transfer *transfers, size_t count, struct error *error)
{
    return (claim(context, into, transfers, count, error) &&
               end_offers(context, transfers, count, error) &&
               change_places(context, into, transfers, count, error)) ||
           error_while(error, "moving %zu children to another group", count);
}

bool matching_note_act(struct context *context, const struct move_act *act, struct error *error)
{
    static const struct statement note = {"matching_note_act",
        "insert into matching.act (act_id, referral_id, group_id, asked_by, at, outcome, reason,\n"
        "    way_out)\n"
        "values ($1, $2, $3, $4, $5, case when $6::text is null then 'done' else 'refused' end,\n"
        "    $6, $7) on conflict (act_id) do nothing"};
    struct params *params = params_new(context->arena);

    param_uuid(params, act->act_id);
    param_uuid(params, act->referral_id);
    param_uuid(params, act->group_id);
    param_uuid(params, act->by);
    param_time(params, context->now_ms);
    param_string(params, act->refusal ? place_refusal_names[act->refusal] : NULL);
    param_text(params, act->way_out);
    return tx_run(context->tx, &note, params, error);
}

bool matching_knows_act(
    struct context *context, struct uuid act_id, bool *known, struct error *error)
{
    static const struct statement find = {
        "matching_knows_act", "select true from matching.act where act_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, act_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *known = rows_count(rows) > 0;
    return true;
}

bool matching_give_bonus(struct context *context, const struct uuid *first, size_t stride,
    size_t count, int64_t days, struct error *error)
{
    static const struct statement give = {"matching_give_bonus",
        "update matching.case set bonus_days = least(400, bonus_days + $2)\n"
        "where referral_id = any($1::uuid[])"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, first, stride, count);
    param_int(params, days);
    return tx_run(context->tx, &give, params, error) ||
           error_while(error, "giving %zu children their turn back", count);
}
