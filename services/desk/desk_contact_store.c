/* The statements behind desk_contact.h. */
#include "services/desk/desk_contact.h"

static const char *const state_names[] = {NULL, "draft", "sending", "sent", "discarded"};

static bool changed(struct context *context, const struct statement *statement,
    struct params *params, bool *found, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    *found = rows_count(rows) > 0;
    return true;
}

static const struct statement keep_contact = {
    "desk_keep_contact",
    "insert into desk.contact as c (contact_id, staff_id, started_at, changed_at, state, sealed,"
    "    wrapped_key) values ($1, $2, $5, $5, 'draft', $3, $4)"
    " on conflict (contact_id) do update set changed_at = $5, sealed = $3,"
    "    wrapped_key = $4, wrong = null where c.state = 'draft' and c.staff_id = $2"
    " returning contact_id",
};

bool desk_keep_contact(
    struct context *context, const struct contact_row *row, bool *kept, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, row->contact_id);
    param_uuid(params, row->staff_id);
    param_bytes(params, row->seal.sealed);
    param_bytes(params, row->seal.wrapped_key);
    param_time(params, context->now_ms);
    return changed(context, &keep_contact, params, kept, error);
}

static const struct statement freeze_contact = {
    "desk_freeze_contact",
    "update desk.contact set state = 'sending', changed_at = $2"
    " where contact_id = $1 and state = 'draft' returning contact_id",
};

bool desk_freeze_contact(
    struct context *context, struct uuid contact_id, bool *frozen, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, contact_id);
    param_time(params, context->now_ms);
    return changed(context, &freeze_contact, params, frozen, error);
}

static const struct statement thaw_contact = {
    "desk_thaw_contact",
    "update desk.contact set state = 'draft', wrong = nullif(left($2, 1000), '')"
    " where contact_id = $1 and state in ('draft', 'sending')",
};

bool desk_thaw_contact(
    struct context *context, struct uuid contact_id, struct text wrong, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, contact_id);
    param_text(params, wrong);
    return tx_run(context->tx, &thaw_contact, params, error);
}

static const struct statement end_contact = {
    "desk_end_contact",
    "update desk.contact set state = 'sent', sealed = null, wrapped_key = null, wrong = null,"
    "    receipt = $2, code = $3, changed_at = $4"
    " where contact_id = $1 and state = 'sending' returning contact_id",
};

bool desk_end_contact(struct context *context, struct uuid contact_id, struct text receipt,
    struct text code, bool *ended, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, contact_id);
    param_text(params, receipt);
    param_text(params, code);
    param_time(params, context->now_ms);
    return changed(context, &end_contact, params, ended, error);
}

static const struct statement discard_contact = {
    "desk_discard_contact",
    "update desk.contact set state = 'discarded', sealed = null, wrapped_key = null, wrong = null,"
    "    changed_at = $3 where contact_id = $1 and staff_id = $2 and state = 'draft'",
};

bool desk_discard_contact(
    struct context *context, struct uuid contact_id, struct uuid staff_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, contact_id);
    param_uuid(params, staff_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &discard_contact, params, error);
}

static const struct statement take_over_contact = {
    "desk_take_over_contact",
    "update desk.contact set staff_id = $2, changed_at = $3"
    " where contact_id = $1 and state = 'draft' and changed_at < $4 returning contact_id",
};

bool desk_take_over_contact(struct context *context, struct uuid contact_id, struct uuid staff_id,
    bool *taken, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, contact_id);
    param_uuid(params, staff_id);
    param_time(params, context->now_ms);
    param_time(params, context->now_ms - CONTACT_LEFT_MS);
    return changed(context, &take_over_contact, params, taken, error);
}

static const struct statement forget_contacts = {
    "desk_forget_contacts",
    "update desk.contact set state = 'discarded', sealed = null, wrapped_key = null, wrong = null"
    " where state = 'draft' and changed_at < $1",
};

bool desk_forget_contacts(struct context *context, struct error *error)
{
    const int64_t fortnight_ms = (int64_t)14 * 24 * 60 * 60 * 1000;
    struct params *params = params_new(context->arena);

    param_time(params, context->now_ms - fortnight_ms);
    return tx_run(context->tx, &forget_contacts, params, error);
}

/* --- taking up --- */

static const struct statement take_up_contact = {
    "desk_take_up_contact",
    "select state, sealed, wrapped_key, code, wrong, referral_id"
    "  from desk.take_up_contact($1, $2)",
};

static struct text kept(struct arena *arena, const struct rows *rows, int column)
{
    const struct text text = row_text(rows, 0, column);

    return text.data ? (struct text){arena_copy(arena, text.data, text.length), text.length} : text;
}

static enum contact_state state_of(struct text name)
{
    for (size_t i = 1; i < sizeof state_names / sizeof *state_names; i++)
        if (text_is(name, state_names[i]))
            return (enum contact_state)i;
    return CONTACT_NONE;
}

static bool read_contact(
    struct tx *tx, struct arena *arena, struct contact_row *row, struct error *error)
{
    struct params *params = params_new(arena);
    struct rows *rows;

    param_uuid(params, row->contact_id);
    param_uuid(params, row->staff_id);
    if (!tx_query(tx, &take_up_contact, params, &rows, error))
        return false;
    row->state = rows_count(rows) ? state_of(row_text(rows, 0, 0)) : CONTACT_NONE;
    if (row->state == CONTACT_NONE)
        return true;
    row->seal = (struct seal){kept(arena, rows, 1), kept(arena, rows, 2)};
    row->code = kept(arena, rows, 3);
    row->wrong = kept(arena, rows, 4);
    row->referral_id = row_uuid(rows, 0, 5);
    return true;
}

bool desk_take_up_contact(struct arena *arena, struct uuid contact_id, struct uuid staff_id,
    struct contact_row *row, struct error *error)
{
    struct store *store = desk_house()->case_store;

    *row = (struct contact_row){.contact_id = contact_id, .staff_id = staff_id};
    if (!store_alive(store) && !store_reconnect(store, error))
        return false;
    struct tx *tx = tx_begin(store, arena, error);
    if (!tx || !read_contact(tx, arena, row, error)) {
        tx_rollback(tx);
        return false;
    }
    return tx_commit(tx, DURABILITY_FULL, error);
}

/* --- lists --- */

#define SEEN                                                                                       \
    "select c.contact_id, c.staff_id, c.started_at, c.changed_at, c.state = 'sending',"            \
    "       s.display_name from desk.contact c join desk.staff s using (staff_id)"

static bool load(struct context *context, const struct statement *statement, struct params *params,
    const struct contact_seen **contacts, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct contact_seen *found = ARENA_ARRAY(context->arena, struct contact_seen, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct contact_seen){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_time(rows, i, 2), row_time(rows, i, 3), row_bool(rows, i, 4), row_text(rows, i, 5)};
    *contacts = found;
    return true;
}

static const struct statement load_contacts = {
    "desk_load_contacts",
    SEEN " where (c.staff_id = $1 and c.state in ('draft', 'sending'))"
         "    or (c.state = 'draft' and c.changed_at < $2) order by c.started_at limit 50",
};

bool desk_load_contacts(struct context *context, struct uuid staff_id,
    const struct contact_seen **contacts, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, staff_id);
    param_time(params, context->now_ms - CONTACT_LEFT_MS);
    return load(context, &load_contacts, params, contacts, count, error);
}

static const struct statement load_sending = {
    "desk_load_sending",
    SEEN " where c.state = 'sending' and c.changed_at < $1 order by c.changed_at limit 20",
};

bool desk_load_sending(struct context *context, int64_t before_ms,
    const struct contact_seen **contacts, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_time(params, before_ms);
    return load(context, &load_sending, params, contacts, count, error);
}

/* --- questions without a name --- */

static const struct statement add_question = {
    "desk_add_question",
    "insert into desk.question (question_id, staff_id, at, source, situation, district, ended)"
    " values ($1, $2, $3, $4, $5, $6, $7)",
};

bool desk_add_question(struct context *context, const struct question_row *question,
    struct uuid staff_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, uuid_new(context->now_ms));
    param_uuid(params, staff_id);
    param_time(params, context->now_ms);
    param_string(params, source_names[question->source]);
    param_string(params, situation_names[question->situation]);
    param_text(params, question->district);
    param_text(params, question->ended);
    return tx_run(context->tx, &add_question, params, error);
}

static const struct statement count_questions = {
    "desk_count_questions",
    "select situation, count(*) filter (where at >= date_trunc('month', common.today())), count(*)"
    "  from desk.question where at >= date_trunc('year', common.today())"
    " group by situation order by situation nulls last",
};

bool desk_count_questions(struct context *context, const struct question_count **counts,
    size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &count_questions, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct question_count *found = ARENA_ARRAY(context->arena, struct question_count, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct question_count){
            (enum situation)row_name(rows, i, 0, situation_names, SITUATION_COUNT),
            row_int(rows, i, 1), row_int(rows, i, 2)};
    *counts = found;
    return true;
}
