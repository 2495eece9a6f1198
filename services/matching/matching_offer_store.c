/* SQL of offers. */
#include "services/matching/matching_offer_store.h"

static void read_offer(const struct rows *rows, size_t row, struct offer *offer)
{
    *offer = (struct offer){
        .offer_id = row_uuid(rows, row, 1),
        .referral_id = row_uuid(rows, row, 2),
        .group_id = row_uuid(rows, row, 3),
        .place_no = row_int(rows, row, 4),
        .expires_at_ms = row_time(rows, row, 5),
        .known = true,
        .pending = row_bool(rows, row, 6),
        .calling_back = row_bool(rows, row, 7),
        .confirmed = row_bool(rows, row, 8),
        .meets_before = row_bool(rows, row, 9),
    };
}

bool matching_load_offers(struct context *context, const struct uuid *first, size_t stride,
    size_t count, struct offer *offers, struct error *error)
{
    static const struct statement load = {"matching_load_offers",
        "select m.n - 1, o.offer_id, o.referral_id, o.group_id, o.place_no, o.expires_at,\n"
        "    o.state = 'pending', o.calling_back, g.confirmed, g.meets_before\n"
        "from unnest($1::uuid[]) with ordinality as m (offer_id, n)\n"
        "join matching.offer o using (offer_id)\n"
        "join matching.open_group g using (group_id)\n"
        "order by o.offer_id for update of o"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, first, stride, count);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading %zu offers", count);
    memset(offers, 0, count * sizeof *offers);
    for (size_t i = 0; i < rows_count(rows); i++)
        read_offer(rows, i, &offers[row_int(rows, i, 0)]);
    return true;
}

bool matching_take_places(
    struct context *context, const struct uuid *offers, size_t count, struct error *error)
{
    static const struct statement take = {"matching_take_places",
        "with o as (\n"
        "    update matching.offer set state = 'accepted', ended_at = $2\n"
        "    where offer_id = any($1::uuid[]) and ended_at is null\n"
        "    returning offer_id, group_id, place_no)\n"
        "update matching.place p set state = 'taken', since = $2\n"
        "from o where p.group_id = o.group_id and p.place_no = o.place_no\n"
        "    and p.offer_id = o.offer_id"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, offers, sizeof *offers, count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &take, params, error);
}

bool matching_await_meetings(
    struct context *context, const struct uuid *offers, size_t count, struct error *error)
{
    static const struct statement await_them = {"matching_await_meetings",
        "update matching.offer set meeting = true\n"
        "where offer_id = any($1::uuid[]) and ended_at is null"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, offers, sizeof *offers, count);
    return tx_run(context->tx, &await_them, params, error);
}

bool matching_keep_for_call(struct context *context, const struct uuid *offers, size_t count,
    int64_t until_ms, struct error *error)
{
    static const struct statement keep = {"matching_keep_for_call",
        "update matching.offer\n"
        "set calling_back = true, expires_at = greatest(expires_at, $2)\n"
        "where offer_id = any($1::uuid[]) and ended_at is null"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, offers, sizeof *offers, count);
    param_time(params, until_ms);
    return tx_run(context->tx, &keep, params, error);
}

bool matching_run_out(struct context *context, int64_t most, const struct offer **offers,
    size_t *count, struct error *error)
{
    /* An answer that intake has committed counts, though its message is still on its way. */
    static const struct statement run_out = {"matching_run_out",
        "select 0, o.offer_id, o.referral_id, o.group_id, o.place_no, o.expires_at, true,\n"
        "    o.calling_back, g.confirmed, g.meets_before\n"
        "from matching.offer o join matching.open_group g using (group_id)\n"
        "where o.state = 'pending' and o.expires_at <= $1 and not o.meeting\n"
        "    and not exists (select from intake.answer_v a where a.offer_id = o.offer_id)\n"
        "order by o.offer_id limit $2 for update of o skip locked"};
    struct params *params = params_new(context->arena);
    struct offer *read;
    struct rows *rows;

    param_time(params, context->now_ms);
    param_int(params, most);
    if (!tx_query(context->tx, &run_out, params, &rows, error))
        return error_while(error, "looking for offers that have run out");
    read = ARENA_ARRAY(context->arena, struct offer, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        read_offer(rows, i, &read[i]);
    *offers = read;
    *count = rows_count(rows);
    return true;
}
