/* The statements behind desk_before_start_store.h. */
#include "services/desk/desk_before_start_store.h"

static const struct statement look_before = {
    "desk_look_before",
    "select b.offer_id, b.referral_id, b.time_id, s.code, b.state, b.room, b.site, b.outcome,"
    "       r.age, b.starts_at, b.ends_at, b.rounds, b.day, c.noted_at, c.knows_reason,"
    "       c.may_talk, f.display_name, exists (select from desk.checklist w"
    "           where w.referral_id = b.referral_id and w.group_id = b.group_id and w.has_words)"
    "  from scheduling.before_start_v b"
    "  left join intake.safety_v s using (referral_id)"
    "  left join lateral (select v.age from matching.referral_v v"
    "       where v.referral_id = b.referral_id limit 1) r on true"
    "  left join lateral (select c.* from desk.checklist c where c.referral_id = b.referral_id"
    "       and c.group_id = b.group_id order by c.noted_at desc, c.checklist_id desc limit 1) c"
    "       on true"
    "  left join desk.staff f on f.staff_id = c.noted_by"
    " where b.group_id = $1 and b.state <> 'released'"
    " order by b.state = 'ended', b.starts_at nulls first, s.code limit 60",
};

bool desk_look_before(struct context *context, struct uuid group_id,
    const struct before_row **before, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct before_row *found;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_before, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *before = found = ARENA_ARRAY(context->arena, struct before_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct before_row){
            .offer_id = row_uuid(rows, i, 0),
            .referral_id = row_uuid(rows, i, 1),
            .time_id = row_uuid(rows, i, 2),
            .code = row_text(rows, i, 3),
            .state = row_text(rows, i, 4),
            .room = row_text(rows, i, 5),
            .site = row_text(rows, i, 6),
            .outcome = (enum before_start_outcome)row_name(
                rows, i, 7, before_start_outcome_names, BEFORE_START_OUTCOME_COUNT),
            .age = row_int(rows, i, 8),
            .starts_ms = row_time(rows, i, 9),
            .ends_ms = row_time(rows, i, 10),
            .rounds = row_int(rows, i, 11),
            .day = row_day(rows, i, 12),
            .checked_ms = row_time(rows, i, 13),
            .knows_reason = row_bool(rows, i, 14),
            .may_talk = row_bool(rows, i, 15),
            .checked_by = row_text(rows, i, 16),
            .has_words = row_bool(rows, i, 17),
        };
    return true;
}

static const struct statement look_times = {
    "desk_look_before_times",
    "select t.time_id, t.offer_id, t.room, t.site, s.code, t.starts_at, t.ends_at, t.day"
    "  from scheduling.before_start_time_v t"
    "  left join scheduling.before_start_v b on b.offer_id = t.offer_id"
    "  left join intake.safety_v s on s.referral_id = b.referral_id"
    " where t.group_id = $1 order by t.starts_at, t.time_id limit 100",
};

bool desk_look_before_times(struct context *context, struct uuid group_id,
    const struct before_time **times, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct before_time *found;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_times, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *times = found = ARENA_ARRAY(context->arena, struct before_time, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct before_time){
            .time_id = row_uuid(rows, i, 0),
            .offer_id = row_uuid(rows, i, 1),
            .room = row_text(rows, i, 2),
            .site = row_text(rows, i, 3),
            .code = row_text(rows, i, 4),
            .starts_ms = row_time(rows, i, 5),
            .ends_ms = row_time(rows, i, 6),
            .day = row_day(rows, i, 7),
        };
    return true;
}

static const struct statement look_interpreters = {
    "desk_look_interpreters",
    "select i.offer_id, i.part, i.state, i.language, s.code"
    "  from scheduling.interpreter_v i"
    "  join scheduling.before_start_v b using (offer_id)"
    "  left join intake.safety_v s on s.referral_id = b.referral_id"
    " where i.group_id = $1 and b.state <> 'released' order by s.code, i.part limit 100",
};

bool desk_look_interpreters(struct context *context, struct uuid group_id,
    const struct before_interpreter **interpreters, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct before_interpreter *found;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_interpreters, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *interpreters = found = ARENA_ARRAY(context->arena, struct before_interpreter, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct before_interpreter){
            .offer_id = row_uuid(rows, i, 0),
            .part = (enum interpreter_part)row_name(
                rows, i, 1, interpreter_part_names, INTERPRETER_PART_COUNT),
            .state = (enum interpreter_state)row_name(
                rows, i, 2, interpreter_state_names, INTERPRETER_STATE_COUNT),
            .language = row_text(rows, i, 3),
            .code = row_text(rows, i, 4),
        };
    return true;
}

static const struct statement look_milestones = {
    "desk_look_milestones",
    "select m.group_id, m.group_name, m.step, m.due_day, m.first_day, m.owner = 'leaders',"
    "       m.compressed, m.done_at is not null, m.breached_at is not null,"
    "       coalesce(c.families, 0), coalesce(c.booked, 0), coalesce(c.ended, 0),"
    "       coalesce(c.none_fits, 0)"
    "  from scheduling.milestone_v m left join scheduling.before_start_count_v c using (group_id)"
    " where case when $1::uuid is null then m.done_at is null and (m.breached_at is not null"
    "       or m.due_day <= common.today() + 7)"
    "       else m.group_id = $1 end"
    " order by m.due_day, m.group_name,"
    "       array_position(array['plan', 'calls', 'times', 'meetings', 'decision'], m.step)"
    " limit 40",
};

bool desk_look_milestones(struct context *context, struct uuid group_id,
    const struct milestone_row **milestones, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct milestone_row *found;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_milestones, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *milestones = found = ARENA_ARRAY(context->arena, struct milestone_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct milestone_row){
            .group_id = row_uuid(rows, i, 0),
            .group = row_text(rows, i, 1),
            .step = row_text(rows, i, 2),
            .due_day = row_day(rows, i, 3),
            .first_day = row_day(rows, i, 4),
            .leaders = row_bool(rows, i, 5),
            .compressed = row_bool(rows, i, 6),
            .done = row_bool(rows, i, 7),
            .breached = row_bool(rows, i, 8),
            .families = row_int(rows, i, 9),
            .booked = row_int(rows, i, 10),
            .ended = row_int(rows, i, 11),
            .none_fits = row_int(rows, i, 12),
        };
    return true;
}

bool desk_add_checklist(
    struct context *context, const struct checklist_row *row, struct error *error)
{
    static const struct statement add = {"desk_add_checklist",
        "with made as (insert into desk.checklist (checklist_id, referral_id, group_id,"
        "   knows_reason, may_talk, has_words, noted_by, noted_at)"
        "  values ($1, $2, $3, $4, $5, $6::bytea is not null, $8, $9) returning checklist_id)"
        " insert into desk.checklist_words (checklist_id, sealed, wrapped_key)"
        " select checklist_id, $6, $7 from made where $6::bytea is not null"};
    struct params *params = params_new(context->arena);

    param_uuid(params, row->checklist_id);
    param_uuid(params, row->referral_id);
    param_uuid(params, row->group_id);
    param_bool(params, row->knows_reason);
    param_bool(params, row->may_talk);
    param_bytes(params, row->sealed);
    param_bytes(params, row->wrapped_key);
    param_uuid(params, row->by);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add, params, error);
}

static bool query_words(struct tx *tx, struct arena *arena, struct params *params,
    struct checklist_read *read, struct error *error)
{
    static const struct statement look = {"desk_read_checklist",
        "select checklist_id, sealed, wrapped_key from desk.read_checklist($1, $2, $3)"};
    struct rows *rows;

    if (!tx_query(tx, &look, params, &rows, error))
        return false;
    *read = (struct checklist_read){.sealed = {NULL, 0}};
    if (rows_count(rows) > 0) {
        const struct text sealed = row_text(rows, 0, 1), key = row_text(rows, 0, 2);
        read->checklist_id = row_uuid(rows, 0, 0);
        read->sealed = (struct text){arena_copy(arena, sealed.data, sealed.length), sealed.length};
        read->wrapped_key = (struct text){arena_copy(arena, key.data, key.length), key.length};
    }
    return true;
}

bool desk_read_checklist(struct store *store, struct arena *arena, struct uuid referral_id,
    struct uuid group_id, struct uuid staff_id, struct checklist_read *read, struct error *error)
{
    struct params *params = params_new(arena);

    param_uuid(params, referral_id);
    param_uuid(params, group_id);
    param_uuid(params, staff_id);
    if (!store_alive(store) && !store_reconnect(store, error))
        return false;
    struct tx *tx = tx_begin(store, arena, error);
    if (!tx || !query_words(tx, arena, params, read, error)) {
        tx_rollback(tx);
        return false;
    }
    return tx_commit(tx, DURABILITY_FULL, error);
}
