/* The fast path's statements. The rows go in as columns: a statement costs the same few
 * microseconds for one referral and for two hundred. */
#include "services/intake/intake_store.h"

static const struct statement find_keys = {
    "intake_find_keys",
    "select k.n, r.referral_id, r.code, r.receipt, r.body_hash = k.body"
    "  from unnest($1::bytea[], $2::bytea[]) with ordinality as k (key, body, n)"
    "  join intake.referral r on r.idempotency = k.key",
};

bool intake_find_keys(struct context *context, const struct text *keys, const struct text *bodies,
    size_t count, const struct known_key **known, size_t *known_count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct known_key *found;
    struct rows *rows;

    param_bytes_column(params, keys, sizeof *keys, count);
    param_bytes_column(params, bodies, sizeof *bodies, count);
    if (!tx_query(context->tx, &find_keys, params, &rows, error))
        return false;
    found = ARENA_ARRAY(context->arena, struct known_key, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct known_key){
            .index = (size_t)row_int(rows, i, 0) - 1,
            .referral_id = row_uuid(rows, i, 1),
            .code = row_text(rows, i, 2),
            .receipt = row_text(rows, i, 3),
            .same_body = row_bool(rows, i, 4),
        };
    *known = found;
    *known_count = rows_count(rows);
    return true;
}

/* A sub-select by each index, so that the planner never reads the whole table. */
static const struct statement find_children = {
    "intake_find_children",
    "with found as ("
    "    select c.* from unnest($1::bytea[]) as k (key)"
    "      join intake.child c on c.identity_index = k.key"
    "    union"
    "    select c.* from unnest($1::bytea[]) as k (key)"
    "      join intake.child c on c.name_index = k.key)"
    "select f.child_id, f.identity_index, f.name_index,"
    "       exists (select from intake.referral r where r.child_id = f.child_id"
    "                  and (r.safety <> 'green' or r.violence or r.protected"
    "                       or r.decision is distinct from null and r.decision <> 'clear'))"
    "  from found f"
    " order by f.child_id",
};

bool intake_find_children(struct context *context, const struct text *indexes, size_t count,
    const struct known_child **known, size_t *known_count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct known_child *found;
    struct rows *rows;

    param_bytes_column(params, indexes, sizeof *indexes, count);
    if (!tx_query(context->tx, &find_children, params, &rows, error))
        return false;
    found = ARENA_ARRAY(context->arena, struct known_child, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct known_child){
            .child_id = row_uuid(rows, i, 0),
            .identity_index = row_text(rows, i, 1),
            .name_index = row_text(rows, i, 2),
            .doubtful = row_bool(rows, i, 3),
        };
    *known = found;
    *known_count = rows_count(rows);
    return true;
}

static const struct statement add_children = {
    "intake_add_children",
    "insert into intake.child (child_id, identity_index, name_index)"
    " select * from unnest($1::uuid[], $2::bytea[], $3::bytea[])",
};

bool intake_add_children(
    struct context *context, const struct child_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, child_id), count);
    param_bytes_column(params, COLUMN(rows, identity_index), count);
    param_bytes_column(params, COLUMN(rows, name_index), count);
    return tx_run(context->tx, &add_children, params, error);
}

static const struct statement learn_numbers = {
    "intake_learn_numbers",
    "update intake.child c set identity_index = k.identity_index"
    "  from unnest($1::uuid[], $2::bytea[]) as k (child_id, identity_index)"
    " where c.child_id = k.child_id",
};

bool intake_learn_numbers(
    struct context *context, const struct child_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, child_id), count);
    param_bytes_column(params, COLUMN(rows, identity_index), count);
    return tx_run(context->tx, &learn_numbers, params, error);
}

static const struct statement add_referrals = {
    "intake_add_referrals",
    "insert into intake.referral (referral_id, child_id, code, receipt, idempotency, body_hash,"
    "    received_at, door, source, language, primary_situation, situations, birth_date, sex,"
    "    district, languages, free_slots, max_travel_min, needs, same_sex_only, parent_wish,"
    "    safety, answers, violence, protected, consents, person_first, complete, said,"
    "    cleared_version)"
    " select r.referral_id, r.child_id, r.code, r.receipt, r.idempotency, r.body_hash, $7,"
    "    r.door, r.source, r.language, r.primary_situation, string_to_array(r.situations, ','),"
    "    r.birth_date, r.sex, r.district, string_to_array(r.languages, ','), r.free_slots,"
    "    r.max_travel_min, string_to_array(r.needs, ','), r.same_sex_only, r.parent_wish,"
    "    r.safety, r.answers, r.violence, r.protected, r.consents, r.person_first, r.complete,"
    "    r.said, r.cleared_version"
    "  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::bytea[],"
    "    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::date[], $14::text[],"
    "    $15::text[], $16::text[], $17::bigint[], $18::bigint[], $19::text[], $20::boolean[],"
    "    $21::text[], $22::text[], $23::text[], $24::boolean[], $25::boolean[], $26::text[],"
    "    $27::boolean[], $28::boolean[], $29::bigint[], $30::bigint[])"
    "  as r (referral_id, child_id, code, receipt, idempotency, body_hash, door, source, language,"
    "    primary_situation, situations, birth_date, sex, district, languages, free_slots,"
    "    max_travel_min, needs, same_sex_only, parent_wish, safety, answers, violence, protected,"
    "    consents, person_first, complete, said, cleared_version)",
};

static void need_params(struct params *params, const struct referral_row *rows, size_t count)
{
    param_names(params, COLUMN(rows, primary), count, situation_names);
    param_texts(params, COLUMN(rows, situations), count);
    param_days(params, COLUMN(rows, birth), count);
    param_names(params, COLUMN(rows, sex), count, sex_names);
    param_texts(params, COLUMN(rows, district), count);
    param_texts(params, COLUMN(rows, languages), count);
    param_ints(params, COLUMN(rows, free_slots), count);
    param_ints(params, COLUMN(rows, max_travel_min), count);
    param_texts(params, COLUMN(rows, needs), count);
    param_bools(params, COLUMN(rows, same_sex_only), count);
    param_names(params, COLUMN(rows, parent_wish), count, parent_wish_names);
}

bool intake_add_referrals(
    struct context *context, const struct referral_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    param_uuids(params, COLUMN(rows, child_id), count);
    param_texts(params, COLUMN(rows, code), count);
    param_texts(params, COLUMN(rows, receipt), count);
    param_bytes_column(params, COLUMN(rows, key), count);
    param_bytes_column(params, COLUMN(rows, body_hash), count);
    param_time(params, context->now_ms);
    param_names(params, COLUMN(rows, door), count, door_names);
    param_names(params, COLUMN(rows, source), count, source_names);
    param_texts(params, COLUMN(rows, language), count);
    need_params(params, rows, count);
    param_names(params, COLUMN(rows, safety), count, safety_names);
    param_texts(params, COLUMN(rows, answers), count);
    param_bools(params, COLUMN(rows, violence), count);
    param_bools(params, COLUMN(rows, protected), count);
    param_texts(params, COLUMN(rows, consents), count);
    param_bools(params, COLUMN(rows, person_first), count);
    param_bools(params, COLUMN(rows, complete), count);
    param_ints(params, COLUMN(rows, said), count);
    param_ints(params, COLUMN(rows, cleared_version), count);
    return tx_run(context->tx, &add_referrals, params, error);
}

static const struct statement add_persons = {
    "intake_add_persons",
    "insert into intake.person (referral_id, person_id, role, language, email_ok, phone_ok, sms_ok,"
    "    may_leave_message, hours, sealed, wrapped_key, contact_index, verified_at)"
    " select p.*, $13"
    "  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::boolean[],"
    "    $7::boolean[], $8::boolean[], $9::text[], $10::bytea[], $11::bytea[], $12::bytea[]) as p",
};

bool intake_add_persons(
    struct context *context, const struct person_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    param_uuids(params, COLUMN(rows, person_id), count);
    param_texts(params, COLUMN(rows, role), count);
    param_texts(params, COLUMN(rows, language), count);
    param_bools(params, COLUMN(rows, email_ok), count);
    param_bools(params, COLUMN(rows, phone_ok), count);
    param_bools(params, COLUMN(rows, sms_ok), count);
    param_bools(params, COLUMN(rows, may_leave_message), count);
    param_texts(params, COLUMN(rows, hours), count);
    param_bytes_column(params, COLUMN(rows, sealed), count);
    param_bytes_column(params, COLUMN(rows, wrapped_key), count);
    param_bytes_column(params, COLUMN(rows, contact_index), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add_persons, params, error);
}

static const struct statement add_clearances = {
    "intake_add_clearances",
    "insert into intake.clearance (clearance_id, referral_id, answers_version, rule_version,"
    "    cleared_by, valid_until, urgency, spoken, mac, cleared_at)"
    " select c.clearance_id, c.referral_id, c.answers_version, $9, c.cleared_by, c.valid_until,"
    "    c.urgency, c.spoken, c.mac, $10"
    "  from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[],"
    "    $6::bigint[], $7::boolean[], $8::bytea[])"
    "  as c (clearance_id, referral_id, answers_version, cleared_by, valid_until, urgency, spoken,"
    "    mac)",
};

bool intake_add_clearances(
    struct context *context, const struct clearance_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct text *macs = ARENA_ARRAY(context->arena, struct text, count);

    for (size_t i = 0; i < count; i++)
        macs[i] = (struct text){(const char *)rows[i].mac, TOKEN_MAC};
    param_uuids(params, COLUMN(rows, clearance_id), count);
    param_uuids(params, COLUMN(rows, referral_id), count);
    param_ints(params, COLUMN(rows, answers_version), count);
    param_texts(params, COLUMN(rows, cleared_by), count);
    param_times(params, COLUMN(rows, valid_until_ms), count);
    param_ints(params, COLUMN(rows, urgency), count);
    param_bools(params, COLUMN(rows, spoken), count);
    param_bytes_column(params, macs, sizeof *macs, count);
    param_int(params, REGISTER_RULES);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add_clearances, params, error);
}

static const struct statement redden_others = {
    "intake_redden_others",
    "with turned as ("
    "    update intake.referral"
    "       set safety = 'red', answers_version = answers_version + 1,"
    "           said = said + complete::integer"
    "     where child_id = any($1::uuid[]) and safety <> 'red' and withdrawn_at is null"
    "    returning referral_id, child_id, answers_version, said, complete),"
    " kept as ("
    "    insert into intake.safety_answers (referral_id, version, answered_at, safety, answered_by)"
    "    select referral_id, answers_version, $2, 'red', 'another source' from turned)"
    "select referral_id, child_id, answers_version, said from turned where complete",
};

bool intake_redden_others(struct context *context, const struct uuid *children, size_t count,
    const struct other_referral **others, size_t *other_count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct other_referral *found;
    struct rows *rows;

    param_uuids(params, children, sizeof *children, count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &redden_others, params, &rows, error))
        return false;
    found = ARENA_ARRAY(context->arena, struct other_referral, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct other_referral){
            row_uuid(rows, i, 0), row_uuid(rows, i, 1), row_int(rows, i, 2), row_int(rows, i, 3)};
    *others = found;
    *other_count = rows_count(rows);
    return true;
}
