/* The statements behind desk_store.h. */
#include "services/desk/desk_store.h"

#include "vocabulary.h"

static struct text key_of(struct arena *arena, const char *kind, struct text name)
{
    return text_of(arena_format(arena, "%s:%.100s", kind, name.data ? name.data : ""));
}

/* --- sign-in --- */

static const struct statement load_candidate = {
    "desk_load_candidate",
    "select s.staff_id, s.password,"
    "       (select ceil(coalesce(max(extract(epoch from t.until - common.machine_now())), "
    "0))::bigint"
    "          from desk.sign_in_try t where t.key in ($2, $3))"
    "  from (select $1::text as name) wanted"
    "  left join desk.staff s on s.user_name = wanted.name and s.active",
};

bool desk_load_candidate(struct context *context, struct text user, struct text address,
    struct candidate *candidate, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_text(params, user);
    param_text(params, key_of(context->arena, "u", user));
    param_text(params, key_of(context->arena, "a", address));
    if (!tx_query(context->tx, &load_candidate, params, &rows, error))
        return false;
    const int64_t wait_s = row_int(rows, 0, 2);
    *candidate =
        (struct candidate){row_uuid(rows, 0, 0), row_text(rows, 0, 1), wait_s > 0 ? wait_s : 0};
    return true;
}

static const struct statement note_failure = {
    "desk_note_failure",
    "insert into desk.sign_in_try as t (key, failures, last_at, until)"
    " select k.key, 1, common.machine_now(), common.machine_now()"
    "   from (values ($1::text), ($2::text)) as k (key)"
    " on conflict (key) do update set last_at = common.machine_now(),"
    "    failures = case when t.last_at < common.machine_now() - interval '1 hour' then 1"
    "                    else t.failures + 1 end,"
    "    until = common.machine_now() + case"
    "        when t.last_at < common.machine_now() - interval '1 hour' then interval '0'"
    "        else least(interval '15 minutes', interval '15 seconds' * (2 ^ least(10, t.failures + "
    "1"
    "             - case when t.key like 'u:%' then $3 else $4 end))::integer)"
    "             * (t.failures + 1 >= case when t.key like 'u:%' then $3 else $4 end)::integer "
    "end",
};

bool desk_note_failure(struct context *context, struct text user, struct text address,
    int64_t user_free, int64_t address_free, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_text(params, key_of(context->arena, "u", user));
    param_text(params, key_of(context->arena, "a", address));
    param_int(params, user_free);
    param_int(params, address_free);
    return tx_run(context->tx, &note_failure, params, error);
}

static const struct statement start_session = {
    "desk_start_session",
    "insert into desk.session (token_hash, staff_id, started_at, seen_at, ends_at)"
    " select $1, $2, n.now, n.now, n.now + $3 * interval '1 millisecond'"
    "   from (select common.machine_now() as now) n",
};
static const struct statement forget_tries = {
    "desk_forget_tries", "delete from desk.sign_in_try where key = $1"};

bool desk_start_session(struct context *context, struct uuid staff_id, struct text user,
    const uint8_t token_hash[static TOKEN_HASH], int64_t session_ms, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct params *tries = params_new(context->arena);

    param_bytes(params, (struct text){(const char *)token_hash, TOKEN_HASH});
    param_uuid(params, staff_id);
    param_int(params, session_ms);
    param_text(tries, key_of(context->arena, "u", user));
    return tx_run(context->tx, &start_session, params, error) &&
           tx_run(context->tx, &forget_tries, tries, error);
}

static const struct statement set_password = {
    "desk_set_password", "update desk.staff set password = $2 where staff_id = $1"};

bool desk_set_password(
    struct context *context, struct uuid staff_id, const char *hash, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, staff_id);
    param_string(params, hash);
    return tx_run(context->tx, &set_password, params, error);
}

/* --- sessions --- */

/* Touched at most every half minute: each page would else write a row. */
static const struct statement load_session = {
    "desk_load_session",
    "with touched as ("
    "    update desk.session set seen_at = common.machine_now()"
    "     where token_hash = $1 and seen_at < common.machine_now() - interval '30 seconds'"
    "       and seen_at > common.machine_now() - $3 * interval '1 millisecond')"
    " select f.staff_id, f.leader_id, f.user_name, f.display_name, f.role,"
    "        (select ahead > '0' from common.civil_clock)"
    "   from desk.session s join desk.staff f using (staff_id)"
    "  where s.token_hash = $1 and f.active and s.ends_at > common.machine_now()"
    "    and s.seen_at > common.machine_now() - $2 * interval '1 millisecond'",
};

bool desk_load_session(struct context *context, const uint8_t token_hash[static TOKEN_HASH],
    int64_t idle_ms, int64_t late_ms, struct session *session, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *session = (struct session){.found = false};
    param_bytes(params, (struct text){(const char *)token_hash, TOKEN_HASH});
    param_int(params, late_ms);
    param_int(params, idle_ms);
    if (!tx_query(context->tx, &load_session, params, &rows, error))
        return false;
    if (!rows_count(rows))
        return true;
    session->found = true;
    session->staff = (struct staff){row_uuid(rows, 0, 0), row_uuid(rows, 0, 1),
        row_text(rows, 0, 2), row_text(rows, 0, 3), staff_role_of(row_text(rows, 0, 4))};
    session->clock_turned = row_bool(rows, 0, 5);
    return true;
}

static const struct statement end_session = {
    "desk_end_session", "delete from desk.session where token_hash = $1"};

bool desk_end_session(
    struct context *context, const uint8_t token_hash[static TOKEN_HASH], struct error *error)
{
    struct params *params = params_new(context->arena);

    param_bytes(params, (struct text){(const char *)token_hash, TOKEN_HASH});
    return tx_run(context->tx, &end_session, params, error);
}

static const struct statement forget_sessions = {
    "desk_forget_sessions", "delete from desk.session where ends_at < common.machine_now()"};
static const struct statement forget_old_tries = {"desk_forget_old_tries",
    "delete from desk.sign_in_try where last_at < common.machine_now() - interval '1 hour'"};

bool desk_forget_old(struct context *context, struct error *error)
{
    return tx_run(context->tx, &forget_sessions, NULL, error) &&
           tx_run(context->tx, &forget_old_tries, NULL, error);
}

/* --- what came by message --- */

/* The same work for the same referral joins the task that is open: the later reason, the earlier
 * clock, the same owner. Of two in one slice the later one comes second. */
static const struct statement add_tasks = {
    "desk_add_tasks",
    "with said as ("
    "    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[],"
    "        $6::text[], $8::text[], $9::uuid[], $10::uuid[]) with ordinality"
    "        s (task_id, referral_id, kind, due_at, note, wanted_by, about, group_id, meeting_id, "
    "n)"
    "     where not exists (select from desk.task t where t.task_id = s.task_id)),"
    " works as ("
    "    select *, case when kind in ('call_family', 'call_back') then 'call' else kind end as work"
    "      from said)"
    " insert into desk.task as t (task_id, referral_id, kind, due_at, note, wanted_by, wanted_at,"
    "    about, group_id, meeting_id)"
    " select distinct on (referral_id, work) task_id, referral_id, kind,"
    "    min(due_at) over (partition by referral_id, work), note, wanted_by, $7::timestamptz,"
    "    coalesce(about, 'referral'), group_id, meeting_id"
    "   from works order by referral_id, work, n desc"
    " on conflict (referral_id, work) where done_at is null do update"
    "    set kind = excluded.kind, note = coalesce(excluded.note, t.note),"
    "        due_at = least(t.due_at, excluded.due_at), wanted_by = excluded.wanted_by,"
    "        group_id = coalesce(excluded.group_id, t.group_id),"
    "        meeting_id = coalesce(excluded.meeting_id, t.meeting_id)",
};

bool desk_add_tasks(struct context *context, const struct task_wanted *messages,
    const struct text *senders, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, task_id), count);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_names(params, COLUMN(messages, kind), count, task_kind_names);
    param_times(params, COLUMN(messages, due_at_ms), count);
    param_texts(params, COLUMN(messages, note), count);
    param_texts(params, senders, sizeof *senders, count);
    param_time(params, context->now_ms);
    param_names(params, COLUMN(messages, about), count, task_about_names);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_uuids(params, COLUMN(messages, meeting_id), count);
    return tx_run(context->tx, &add_tasks, params, error);
}

static const struct statement add_letters = {
    "desk_add_letters",
    "insert into desk.letter (letter_id, referral_id, offer_id, purpose, ended, at)"
    " select *, $6::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[],"
    " $5::text[])"
    " on conflict (letter_id) do update set ended = excluded.ended, at = excluded.at",
};

bool desk_add_letters(
    struct context *context, const struct letter_row *letters, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(letters, letter_id), count);
    param_uuids(params, COLUMN(letters, referral_id), count);
    param_uuids(params, COLUMN(letters, offer_id), count);
    param_names(params, COLUMN(letters, purpose), count, purpose_names);
    param_names(params, COLUMN(letters, end), count, letter_end_names);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add_letters, params, error);
}

/* --- letters in trouble --- */

/* Runs what returns the referral of the one row it changed. */
static bool change_one(struct context *context, const struct statement *statement,
    struct params *params, struct uuid *referral_id, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    *referral_id = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}

static const struct statement load_letters = {
    "desk_load_letters",
    "select l.letter_id, l.referral_id, s.code, l.purpose, l.ended, l.at"
    "  from desk.letter l left join intake.safety_v s using (referral_id)"
    " where l.seen_at is null order by l.at limit 30",
};

bool desk_load_letters(struct context *context, const struct letter_trouble **letters,
    size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &load_letters, NULL, &rows, error))
        return false;
    struct letter_trouble *found =
        ARENA_ARRAY(context->arena, struct letter_trouble, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct letter_trouble){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_text(rows, i, 2), (enum purpose)row_name(rows, i, 3, purpose_names, PURPOSE_COUNT),
            (enum letter_end)row_name(rows, i, 4, letter_end_names, LETTER_END_COUNT),
            row_time(rows, i, 5)};
    *letters = found;
    *count = rows_count(rows);
    return true;
}

static const struct statement see_letter = {
    "desk_see_letter",
    "update desk.letter set seen_at = $3, seen_by = $2"
    " where letter_id = $1 and seen_at is null returning referral_id",
};

bool desk_see_letter(struct context *context, struct uuid letter_id, struct uuid staff_id,
    struct uuid *referral_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, letter_id);
    param_uuid(params, staff_id);
    param_time(params, context->now_ms);
    return change_one(context, &see_letter, params, referral_id, error);
}

/* --- notes of calls --- */

static const struct statement add_note = {
    "desk_add_note",
    "insert into desk.note (note_id, referral_id, outcome, staff_id, at)"
    " values ($1, $2, $3, $4, $5)",
};
static const struct statement add_words = {
    "desk_add_words",
    "insert into desk.note_words (note_id, sealed, wrapped_key) values ($1, $2, $3)",
};

bool desk_add_note(struct context *context, const struct note_row *note, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, note->note_id);
    param_uuid(params, note->referral_id);
    param_string(params, contact_outcome_names[note->outcome]); /* NULL: no call */
    param_uuid(params, note->staff_id);
    param_time(params, context->now_ms);
    if (!tx_run(context->tx, &add_note, params, error))
        return false;
    if (!note->sealed.data)
        return true;
    struct params *words = params_new(context->arena);
    param_uuid(words, note->note_id);
    param_bytes(words, note->sealed);
    param_bytes(words, note->wrapped_key);
    return tx_run(context->tx, &add_words, words, error);
}

static const struct statement load_notes = {
    "desk_load_notes",
    "select n.outcome, s.display_name, n.at from desk.note n join desk.staff s using (staff_id)"
    " where n.referral_id = $1 order by n.at desc limit 50",
};

bool desk_load_notes(struct context *context, struct uuid referral_id,
    const struct note_seen **notes, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &load_notes, params, &rows, error))
        return false;
    struct note_seen *found = ARENA_ARRAY(context->arena, struct note_seen, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct note_seen){(enum contact_outcome)row_name(
                                          rows, i, 0, contact_outcome_names, CONTACT_OUTCOME_COUNT),
            row_text(rows, i, 1), row_time(rows, i, 2)};
    *notes = found;
    *count = rows_count(rows);
    return true;
}
