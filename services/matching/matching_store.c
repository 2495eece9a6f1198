/* SQL of the referral's state, the waiting list and the cases. */
#include "services/matching/matching_store.h"

#include "common/check.h"
#include "common/domain/local_time.h"

bool matching_lock_rhythm(
    struct context *context, const char *rhythm, bool *mine, struct error *error)
{
    static const struct statement lock = {
        "matching_lock_rhythm", "select pg_try_advisory_xact_lock(hashtextextended($1, 30))"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_string(params, rhythm);
    if (!tx_query(context->tx, &lock, params, &rows, error))
        return false;
    *mine = row_bool(rows, 0, 0);
    return true;
}

struct received { /* the lists of a message as words with spaces */
    struct text situations, languages, needs;
    bool red;
};

static struct text join(struct arena *arena, const struct text *words, size_t count)
{
    size_t length = 0;
    char *joined;

    for (size_t i = 0; i < count; i++)
        length += words[i].length + 1;
    joined = arena_take(arena, length + 1);
    length = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            joined[length++] = ' ';
        memcpy(joined + length, words[i].data, words[i].length);
        length += words[i].length;
    }
    return (struct text){joined, length};
}

static struct received lists_of(struct arena *arena, const struct referral_received *message)
{
    struct text words[SITUATION_COUNT + NEED_COUNT] = {{NULL, 0}};
    struct received lists = {
        .languages = join(arena, message->languages, message->languages_count),
        .red = message->safety == SAFETY_RED,
    };

    CHECK(message->situations_count < COUNT(words) && message->needs_count < COUNT(words));
    for (size_t i = 0; i < message->situations_count; i++)
        words[i] = text_of(situation_names[message->situations[i]]);
    lists.situations = join(arena, words, message->situations_count);
    for (size_t i = 0; i < message->needs_count; i++)
        words[i] = text_of(need_names[message->needs[i]]);
    lists.needs = join(arena, words, message->needs_count);
    return lists;
}

static void params_of_received(struct params *params, struct arena *arena,
    const struct referral_received *messages, size_t count)
{
    struct received *lists = ARENA_ARRAY(arena, struct received, count);

    for (size_t i = 0; i < count; i++)
        lists[i] = lists_of(arena, &messages[i]);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_uuids(params, COLUMN(messages, child_id), count);
    param_times(params, COLUMN(messages, received_at_ms), count);
    param_names(params, COLUMN(messages, source), count, source_names);
    param_names(params, COLUMN(messages, primary_situation), count, situation_names);
    param_texts(params, COLUMN(lists, situations), count);
    param_days(params, COLUMN(messages, birth_date), count);
    param_names(params, COLUMN(messages, sex), count, sex_names);
    param_texts(params, COLUMN(messages, district), count);
    param_texts(params, COLUMN(lists, languages), count);
    param_ints(params, COLUMN(messages, free_slots), count);
    param_ints(params, COLUMN(messages, max_travel_min), count);
    param_texts(params, COLUMN(lists, needs), count);
    param_bools(params, COLUMN(messages, same_sex_only), count);
    param_names(params, COLUMN(messages, parent_wish), count, parent_wish_names);
    param_bools(params, COLUMN(lists, red), count);
    param_bools(params, COLUMN(messages, protected), count);
}

bool matching_add_referrals(struct context *context, const struct referral_received *messages,
    size_t count, enum referral_state *entered, struct error *error)
{
    /* A red answer that overtook it is in `seen`: then it comes in behind the gate. */
    static const struct statement add = {"matching_add_referrals",
        "with told as (\n"
        "    select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[],\n"
        "        $5::text[], $6::text[], $7::text[], $8::date[], $9::text[], $10::text[],\n"
        "        $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::boolean[],\n"
        "        $16::text[], $17::boolean[], $18::boolean[])\n"
        "        with ordinality as m (referral_id, version, child_id, received_at, source,\n"
        "            situation, situations, birth_date, sex, district, languages, free_slots,\n"
        "            max_travel_min, needs, same_sex_only, parent_wish, red, protected, n)),\n"
        "new as (\n"
        "    insert into matching.referral (referral_id, child_id, received_at, changed_at,\n"
        "        heard, red, state, changed_by)\n"
        "    select m.referral_id, m.child_id, m.received_at, $19,\n"
        "        greatest(m.version, s.heard), m.red or s.heard is not null,\n"
        "        case when m.red or s.heard is not null then 'protection_first'\n"
        "            else 'safety_check' end, 'intake'\n"
        "    from told m left join matching.seen s using (referral_id)\n"
        "    on conflict (referral_id) do nothing\n"
        "    returning referral_id, state),\n"
        "needs as (\n"
        "    insert into matching.case (referral_id, child_id, birth_date, free_slots,\n"
        "        max_travel_min, same_sex_only, protected, situation, situations, sex, district,\n"
        "        languages, needs, parent_wish, source)\n"
        "    select m.referral_id, m.child_id, m.birth_date, m.free_slots, m.max_travel_min,\n"
        "        m.same_sex_only, m.protected, m.situation, m.situations, m.sex, m.district,\n"
        "        m.languages, m.needs, m.parent_wish, m.source\n"
        "    from told m join new using (referral_id)\n"
        "    on conflict (referral_id) do nothing)\n"
        "select m.n - 1, new.state from told m join new using (referral_id)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    params_of_received(params, context->arena, messages, count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &add, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        entered[row_int(rows, i, 0)] =
            (enum referral_state)row_name(rows, i, 1, referral_state_names, REFERRAL_STATE_COUNT);
    return true;
}

static void read_referral(const struct rows *rows, size_t row, struct referral *referral)
{
    *referral = (struct referral){
        .referral_id = row_uuid(rows, row, 1),
        .child_id = row_uuid(rows, row, 2),
        .clearance_id = row_uuid(rows, row, 3),
        .group_id = row_uuid(rows, row, 4),
        .state =
            (enum referral_state)row_name(rows, row, 5, referral_state_names, REFERRAL_STATE_COUNT),
        .version = row_int(rows, row, 6),
        .heard = row_int(rows, row, 7),
        .answers_version = row_int(rows, row, 8),
        .urgency = row_int(rows, row, 9),
        .received_at_ms = row_time(rows, row, 10),
        .red = row_bool(rows, row, 11),
        .until_day = DAY_ABSENT,
    };
    referral->was = referral->state;
}

bool matching_load(struct context *context, const struct uuid *first, size_t stride, size_t count,
    struct referral *referrals, struct error *error)
{
    /* In the order of the ids, so that two copies of matching never wait for each other in a ring.
     */
    static const struct statement load = {"matching_load",
        "select m.n - 1, r.referral_id, r.child_id, r.clearance_id, r.group_id, r.state,\n"
        "    r.version, r.heard, r.answers_version, r.urgency, r.received_at, r.red\n"
        "from unnest($1::uuid[]) with ordinality as m (referral_id, n)\n"
        "join matching.referral r using (referral_id)\n"
        "order by r.referral_id for update of r"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, first, stride, count);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading %zu referrals", count);
    memset(referrals, 0, count * sizeof *referrals);
    for (size_t i = 0; i < rows_count(rows); i++)
        read_referral(rows, i, &referrals[row_int(rows, i, 0)]);
    return true;
}

static void read_ids(struct context *context, const struct rows *rows, struct ids *ids)
{
    struct uuid *read = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));

    for (size_t i = 0; i < rows_count(rows); i++)
        read[i] = row_uuid(rows, i, 0);
    *ids = (struct ids){read, rows_count(rows)};
}

bool matching_members(struct context *context, const struct uuid *groups, size_t count,
    const struct member **members, size_t *member_count, struct error *error)
{
    static const struct statement in_groups = {"matching_members",
        "select referral_id, offer_id from matching.place\n"
        "where group_id = any($1::uuid[]) and not ended order by referral_id"};
    struct params *params = params_new(context->arena);
    struct member *read;
    struct rows *rows;

    param_uuids(params, groups, sizeof *groups, count);
    if (!tx_query(context->tx, &in_groups, params, &rows, error))
        return error_while(error, "looking who is in %zu groups", count);
    read = ARENA_ARRAY(context->arena, struct member, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        read[i] = (struct member){row_uuid(rows, i, 0), row_uuid(rows, i, 1)};
    *members = read;
    *member_count = rows_count(rows);
    return true;
}

bool matching_handed_over_until(
    struct context *context, int32_t today, struct ids *ids, struct error *error)
{
    static const struct statement late = {"matching_handed_over_until",
        "select referral_id from matching.handed_over where until_day < $1 limit 500"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    if (!tx_query(context->tx, &late, params, &rows, error))
        return false;
    read_ids(context, rows, ids);
    return true;
}

bool matching_parked_until(
    struct context *context, int32_t today, struct ids *ids, struct error *error)
{
    static const struct statement parked = {"matching_parked_until",
        "select referral_id from matching.parked where until_day <= $1 limit 500"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    if (!tx_query(context->tx, &parked, params, &rows, error))
        return false;
    read_ids(context, rows, ids);
    return true;
}

static bool write_rows(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    /* The rows are locked since they were loaded: nobody has moved them meanwhile. */
    static const struct statement write = {"matching_write",
        "update matching.referral r\n"
        "set state = m.state, version = m.version, heard = m.heard, group_id = m.group_id,\n"
        "    clearance_id = m.clearance_id, answers_version = m.answers_version,\n"
        "    urgency = m.urgency, red = m.red, changed_by = m.by, changed_at = $11\n"
        "from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[],\n"
        "    $7::bigint[], $8::bigint[], $9::boolean[], $10::text[])\n"
        "    as m (referral_id, state, version, heard, group_id, clearance_id, answers_version,\n"
        "        urgency, red, by)\n"
        "where r.referral_id = m.referral_id"};
    struct params *params = params_new(context->arena);
    struct text *by = ARENA_ARRAY(context->arena, struct text, count);

    for (size_t i = 0; i < count; i++)
        by[i] = text_of(rows[i].by);
    param_uuids(params, COLUMN(rows, referral_id), count);
    param_names(params, COLUMN(rows, state), count, referral_state_names);
    param_ints(params, COLUMN(rows, version), count);
    param_ints(params, COLUMN(rows, heard), count);
    param_uuids(params, COLUMN(rows, group_id), count);
    param_uuids(params, COLUMN(rows, clearance_id), count);
    param_ints(params, COLUMN(rows, answers_version), count);
    param_ints(params, COLUMN(rows, urgency), count);
    param_bools(params, COLUMN(rows, red), count);
    param_texts(params, by, sizeof *by, count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &write, params, error);
}

static bool join_waiting(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement join_list = {"matching_join_waiting",
        "insert into matching.waiting (referral_id, since, turn, noted_at, urgency, situation,\n"
        "    reason)\n"
        "select m.referral_id, m.since, m.since - make_interval(days => c.bonus_days), $4,\n"
        "    m.urgency, c.situation, 'few_children'\n"
        "from unnest($1::uuid[], $2::timestamptz[], $3::bigint[])\n"
        "    as m (referral_id, since, urgency)\n"
        "join matching.case c using (referral_id)\n"
        "on conflict (referral_id) do update set urgency = excluded.urgency"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    param_times(params, COLUMN(rows, received_at_ms), count);
    param_ints(params, COLUMN(rows, urgency), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &join_list, params, error);
}

static bool leave_waiting(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement leave = {"matching_leave_waiting",
        "delete from matching.waiting where referral_id = any($1::uuid[])"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    return tx_run(context->tx, &leave, params, error);
}

static bool join_parked(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement park = {"matching_join_parked",
        "insert into matching.parked (referral_id, until_day)\n"
        "select * from unnest($1::uuid[], $2::date[])\n"
        "on conflict (referral_id) do update set until_day = excluded.until_day"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    param_days(params, COLUMN(rows, until_day), count);
    return tx_run(context->tx, &park, params, error);
}

static bool leave_parked(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement leave = {
        "matching_leave_parked", "delete from matching.parked where referral_id = any($1::uuid[])"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    return tx_run(context->tx, &leave, params, error);
}

static bool join_partner(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement hand = {"matching_join_handed_over",
        "insert into matching.handed_over (referral_id, partner, until_day, since)\n"
        "select id, partner, until_day, $4 from unnest($1::uuid[], $2::text[], $3::date[])\n"
        "    as m (id, partner, until_day)"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    param_texts(params, COLUMN(rows, partner), count);
    param_days(params, COLUMN(rows, until_day), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &hand, params, error);
}

static bool leave_partner(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement leave = {"matching_leave_handed_over",
        "delete from matching.handed_over where referral_id = any($1::uuid[])"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    return tx_run(context->tx, &leave, params, error);
}

static bool leave_proposals(
    struct context *context, const struct referral *rows, size_t count, struct error *error)
{
    static const struct statement leave = {"matching_leave_proposals",
        "update matching.proposal_child set released = true\n"
        "where referral_id = any($1::uuid[]) and not released"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    return tx_run(context->tx, &leave, params, error);
}

typedef bool step_fn(
    struct context *context, const struct referral *rows, size_t count, struct error *error);

enum side { SIDE_INTO, SIDE_OUT_OF };

/* Runs `step` for those that go into a state or out of it; nothing is asked when nobody does. */
static bool for_those(struct context *context, const struct referral *rows, size_t count,
    enum referral_state state, enum side side, step_fn *step, struct error *error)
{
    struct referral *chosen = ARENA_ARRAY(context->arena, struct referral, count);
    size_t chosen_count = 0;

    for (size_t i = 0; i < count; i++) {
        bool into = rows[i].state == state && rows[i].was != state;
        bool out = rows[i].was == state && rows[i].state != state;

        if (side == SIDE_INTO ? into : out)
            chosen[chosen_count++] = rows[i];
    }
    return chosen_count == 0 || step(context, chosen, chosen_count, error);
}

bool matching_write(
    struct context *context, struct referral *referrals, size_t count, struct error *error)
{
    struct referral *rows = ARENA_ARRAY(context->arena, struct referral, count);
    size_t changed = 0;

    for (size_t i = 0; i < count; i++)
        if (referrals[i].changed) {
            rows[changed++] = referrals[i];
            referrals[i].changed = false;
            referrals[i].was = referrals[i].state;
        }
    if (changed == 0)
        return true;
    if (!write_rows(context, rows, changed, error) ||
        !for_those(
            context, rows, changed, REFERRAL_STATE_WAITING, SIDE_INTO, join_waiting, error) ||
        !for_those(
            context, rows, changed, REFERRAL_STATE_WAITING, SIDE_OUT_OF, leave_waiting, error) ||
        !for_those(context, rows, changed, REFERRAL_STATE_PARKED, SIDE_INTO, join_parked, error) ||
        !for_those(
            context, rows, changed, REFERRAL_STATE_HANDED_OVER, SIDE_INTO, join_partner, error) ||
        !for_those(context, rows, changed, REFERRAL_STATE_HANDED_OVER, SIDE_OUT_OF, leave_partner,
            error) ||
        !for_those(
            context, rows, changed, REFERRAL_STATE_PARKED, SIDE_OUT_OF, leave_parked, error) ||
        !for_those(
            context, rows, changed, REFERRAL_STATE_PROPOSED, SIDE_OUT_OF, leave_proposals, error))
        return error_while(error, "writing %zu referrals", changed);
    return true;
}

bool matching_note_unseen(struct context *context, const struct referral_red *messages,
    const bool *unseen, size_t count, struct error *error)
{
    static const struct statement note = {"matching_note_unseen",
        "insert into matching.seen (referral_id, heard)\n"
        "select referral_id, max(heard) from unnest($1::uuid[], $2::bigint[], $3::boolean[])\n"
        "    as m (referral_id, heard, unseen)\n"
        "where unseen group by referral_id\n"
        "on conflict (referral_id) do update set heard = greatest(seen.heard, excluded.heard)"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, referral_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_bools(params, unseen, sizeof *unseen, count);
    return tx_run(context->tx, &note, params, error);
}

bool matching_change_needs(
    struct context *context, const struct need_change *changes, size_t count, struct error *error)
{
    static const struct statement change = {"matching_change_needs",
        "update matching.case c\n"
        "set free_slots = case when m.another_slot then c.free_slots & ~(1::bigint << g.slot)\n"
        "        else c.free_slots end,\n"
        "    max_travel_min = case when m.nearer then greatest(0, coalesce(\n"
        "            (select least(c.max_travel_min, t.minutes - 1) from scheduling.travel_v t\n"
        "             where t.a = c.district and t.b = g.district), c.max_travel_min))\n"
        "        else c.max_travel_min end\n"
        "from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::boolean[])\n"
        "    as m (referral_id, group_id, another_slot, nearer)\n"
        "join matching.open_group g using (group_id)\n"
        "where c.referral_id = m.referral_id"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, COLUMN(changes, referral_id), count);
    param_uuids(params, COLUMN(changes, group_id), count);
    param_bools(params, COLUMN(changes, another_slot), count);
    param_bools(params, COLUMN(changes, nearer), count);
    return tx_run(context->tx, &change, params, error);
}

bool matching_note_waits(
    struct context *context, const struct wait_row *rows, size_t count, struct error *error)
{
    static const struct statement note = {"matching_note_waits",
        "update matching.waiting w\n"
        "set reason = m.reason, detail = m.detail, why = m.why, known = true, noted_at = $5\n"
        "from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])\n"
        "    as m (referral_id, reason, detail, why)\n"
        "where w.referral_id = m.referral_id and (not w.known or w.reason <> m.reason\n"
        "    or w.detail is distinct from m.detail or w.why is distinct from m.why)"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, COLUMN(rows, referral_id), count);
    param_names(params, COLUMN(rows, reason), count, wait_reason_names);
    param_texts(params, COLUMN(rows, detail), count);
    param_texts(params, COLUMN(rows, why), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &note, params, error);
}
