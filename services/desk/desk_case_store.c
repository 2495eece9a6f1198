/* The statements behind desk_case_store.h. */
#include "services/desk/desk_case_store.h"

static const struct statement read_identity = {
    "desk_read_identity",
    "select person_id, role, language, hours, sealed, wrapped_key, email_ok, phone_ok, sms_ok,"
    "       print_ok, may_leave_message from intake.read_identity($1, $2, $3)",
};
static const struct statement read_words = {
    "desk_read_words",
    "select n.note_id, w.sealed, w.wrapped_key, n.at"
    "  from desk.note n join desk.note_words w using (note_id)"
    " where n.referral_id = $1 order by n.at desc limit 50",
};

/* Rows end with their transaction; what is shown outlives it. */
static struct text kept(struct arena *arena, const struct rows *rows, size_t row, int column)
{
    const struct text text = row_text(rows, row, column);

    if (!text.data)
        return text;
    return (struct text){arena_copy(arena, text.data, text.length), text.length};
}

static void keep_persons(struct arena *arena, const struct rows *rows, struct identity_read *read)
{
    struct person_row *persons = ARENA_ARRAY(arena, struct person_row, rows_count(rows) + 1);

    for (size_t i = 0; i < rows_count(rows); i++)
        persons[i] = (struct person_row){
            .person_id = row_uuid(rows, i, 0),
            .role = kept(arena, rows, i, 1),
            .language = kept(arena, rows, i, 2),
            .hours = kept(arena, rows, i, 3),
            .sealed = kept(arena, rows, i, 4),
            .wrapped_key = kept(arena, rows, i, 5),
            .email_ok = row_bool(rows, i, 6),
            .phone_ok = row_bool(rows, i, 7),
            .sms_ok = row_bool(rows, i, 8),
            .print_ok = row_bool(rows, i, 9),
            .may_leave_message = row_bool(rows, i, 10),
        };
    read->persons = persons;
    read->person_count = rows_count(rows);
}

static void keep_words(struct arena *arena, const struct rows *rows, struct identity_read *read)
{
    struct words_row *words = ARENA_ARRAY(arena, struct words_row, rows_count(rows) + 1);

    for (size_t i = 0; i < rows_count(rows); i++)
        words[i] = (struct words_row){row_uuid(rows, i, 0), kept(arena, rows, i, 1),
            kept(arena, rows, i, 2), row_time(rows, i, 3)};
    read->words = words;
    read->word_count = rows_count(rows);
}

static bool query_all(struct tx *tx, struct arena *arena, struct uuid referral_id,
    struct uuid staff_id, struct text reason, struct identity_read *read, struct error *error)
{
    struct params *params = params_new(arena), *of_words = params_new(arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    param_uuid(params, staff_id);
    param_text(params, reason);
    param_uuid(of_words, referral_id);
    if (!tx_query(tx, &read_identity, params, &rows, error))
        return false;
    keep_persons(arena, rows, read);
    if (!tx_query(tx, &read_words, of_words, &rows, error))
        return false;
    keep_words(arena, rows, read);
    return true;
}

bool desk_read_identity(struct store *store, struct arena *arena, struct uuid referral_id,
    struct uuid staff_id, struct text reason, struct identity_read *read, struct error *error)
{
    struct identity_read found = {.person_count = 0};

    if (!store_alive(store) && !store_reconnect(store, error))
        return false;
    struct tx *tx = tx_begin(store, arena, error);
    if (!tx || !query_all(tx, arena, referral_id, staff_id, reason, &found, error)) {
        tx_rollback(tx);
        return false;
    }
    if (!tx_commit(tx, DURABILITY_FULL, error))
        return false;
    *read = found;
    return true;
}
