/*
 * A time is locked before the row of a family that wants it: of two families that want one time the
 * second reads that it is taken.
 */
#include "services/scheduling/before_start_store.h"

#include "common/check.h"

/* The statement sees a referral once: the newest of its messages. */
bool before_start_add(struct context *context, const struct before_start_wanted *messages,
    size_t count, struct error *error)
{
    static const struct statement add = {"before_start_add",
        "insert into scheduling.before_start (referral_id, group_id, offer_id, version, state,"
        "  changed_at)"
        " select distinct on (s.referral_id, s.group_id) s.referral_id, s.group_id, s.offer_id,"
        "  s.version, 'wanted', $5"
        " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])"
        "  s (referral_id, group_id, offer_id, version)"
        " join scheduling.groups g using (group_id)"
        " order by s.referral_id, s.group_id, s.version desc"
        " on conflict (referral_id, group_id) do update set offer_id = excluded.offer_id,"
        "  version = excluded.version, state = 'wanted', time_id = null, rounds = 0,"
        "  told_at = null, choice_id = null, choice_end = null, outcome = null,"
        "  outcome_by = null, changed_at = excluded.changed_at"
        " where before_start.version < excluded.version"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, referral_id), count);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_uuids(params, COLUMN(messages, offer_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add, params, error);
}

/* A release that comes before its wish leaves a row that the wish then finds. */
bool before_start_release(struct context *context, const struct place_released *messages,
    size_t count, struct error *error)
{
    static const struct statement release = {"before_start_release",
        "insert into scheduling.before_start (referral_id, group_id, version, state, changed_at)"
        " select s.referral_id, s.group_id, max(s.version), 'released', $4"
        " from unnest($1::uuid[], $2::uuid[], $3::bigint[]) s (referral_id, group_id, version)"
        " join scheduling.groups g using (group_id)"
        " join scheduling.programme_version v on v.programme_id = g.programme_id"
        "  and v.version = g.programme_version and v.meets_before"
        " group by s.referral_id, s.group_id"
        " on conflict (referral_id, group_id) do update set state = 'released', time_id = null,"
        "  version = excluded.version, changed_at = excluded.changed_at"
        " where before_start.version < excluded.version"
        "  and before_start.state not in ('ended', 'released')"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, referral_id), count);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &release, params, error);
}

bool before_start_tell(struct context *context, const struct uuid *groups, size_t count,
    const struct before_start_told **told, size_t *told_count, struct error *error)
{
    static const struct statement tell = {"before_start_tell",
        "with free as (select t.group_id, max(t.day) as last"
        "  from scheduling.before_start_time t"
        "  where t.group_id = any($1) and t.taken_back_at is null"
        "   and t.day > ($2::timestamptz at time zone 'Europe/Stockholm')::date"
        "   and not exists (select from scheduling.before_start b where b.time_id = t.time_id)"
        "  group by t.group_id)"
        " update scheduling.before_start b set state = 'told', told_at = $2, changed_at = $2,"
        "  rounds = b.rounds + 1"
        " from free where b.group_id = free.group_id and b.state = 'wanted' and b.rounds < 20"
        " returning b.referral_id, b.group_id, b.offer_id, free.last - 1"};
    struct params *params = params_new(context->arena);
    struct before_start_told *found;
    struct rows *rows;

    param_uuids(params, groups, sizeof *groups, count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &tell, params, &rows, error))
        return false;
    *told_count = rows_count(rows);
    *told = found = ARENA_ARRAY(context->arena, struct before_start_told, *told_count + 1);
    for (size_t i = 0; i < *told_count; i++)
        found[i] = (struct before_start_told){
            row_uuid(rows, i, 0), row_uuid(rows, i, 1), row_uuid(rows, i, 2), row_day(rows, i, 3)};
    return true;
}

bool before_start_timeless(struct context *context, const struct uuid *groups, size_t count,
    const struct before_start_asked **asked, size_t *asked_count, struct error *error)
{
    static const struct statement find = {"before_start_timeless",
        "select distinct b.group_id, l.leader_id from scheduling.before_start b"
        " join scheduling.group_leader l on l.group_id = b.group_id and l.part = 'child'"
        " where b.group_id = any($1) and b.state = 'wanted'"};
    struct params *params = params_new(context->arena);
    struct before_start_asked *found;
    struct rows *rows;

    param_uuids(params, groups, sizeof *groups, count);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *asked_count = rows_count(rows);
    *asked = found = ARENA_ARRAY(context->arena, struct before_start_asked, *asked_count + 1);
    for (size_t i = 0; i < *asked_count; i++)
        found[i] = (struct before_start_asked){row_uuid(rows, i, 0), row_uuid(rows, i, 1)};
    return true;
}

bool before_start_load_group(struct context *context, struct uuid group_id, struct uuid room_id,
    struct before_start_group *group, struct error *error)
{
    static const struct statement load = {"before_start_group",
        "select g.state in ('booked', 'offered', 'confirmed', 'running'), v.meets_before,"
        " r.room_id, g.site_id, g.first_day, g.entry_until, g.state = 'running'"
        " from scheduling.groups g"
        " join scheduling.programme_version v on v.programme_id = g.programme_id"
        "  and v.version = g.programme_version"
        " left join scheduling.room r on r.room_id = coalesce($2, g.room_id)"
        "  and r.site_id = g.site_id"
        " where g.group_id = $1 for no key update of g"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_uuid(params, room_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    *group = (struct before_start_group){.known = rows_count(rows) == 1};
    if (group->known)
        *group = (struct before_start_group){
            .known = true,
            .lives = row_bool(rows, 0, 0),
            .meets = row_bool(rows, 0, 1),
            .room_id = row_uuid(rows, 0, 2),
            .site_id = row_uuid(rows, 0, 3),
            .first_day = row_day(rows, 0, 4),
            .last_entry = row_day(rows, 0, 5),
            .running = row_bool(rows, 0, 6),
        };
    return true;
}

/* The constraints speak here. Families come one after another: there is no hour before and after
 * each of them, but a group's own meeting keeps its hours. */
bool before_start_give(
    struct context *context, const struct before_start_times *times, struct error *error)
{
    static const struct statement give = {"before_start_give",
        "with made as (insert into scheduling.before_start_time (time_id, group_id, room_id,"
        "   site_id, day, starts_at, ends_at, given_by, given_at)"
        "  select t.id, $1, $2, $3, (t.at at time zone 'Europe/Stockholm')::date, t.at,"
        "   t.at + make_interval(mins => $4::int), $5, $6"
        "  from unnest($7::uuid[], $8::timestamptz[]) t (id, at)"
        "  returning time_id, tstzrange(starts_at, ends_at) as during),"
        " rooms as (insert into scheduling.room_booking (time_id, room_id, during)"
        "  select time_id, $2, during from made),"
        " leaders as (insert into scheduling.leader_booking (time_id, leader_id, site_id, during)"
        "  select made.time_id, l.leader_id, $3, made.during from made,"
        "   scheduling.group_leader l where l.group_id = $1 and l.part = 'child')"
        " select count(*) from made"};
    struct uuid *ids = ARENA_ARRAY(context->arena, struct uuid, times->count);
    struct params *params = params_new(context->arena);
    struct rows *rows;

    for (size_t i = 0; i < times->count; i++)
        ids[i] = uuid_new(context->now_ms);
    param_uuid(params, times->group_id);
    param_uuid(params, times->room_id);
    param_uuid(params, times->site_id);
    param_int(params, times->minutes);
    param_uuid(params, times->by);
    param_time(params, context->now_ms);
    param_uuids(params, ids, sizeof *ids, times->count);
    param_times(params, times->starts_ms, sizeof *times->starts_ms, times->count);
    return tx_query(context->tx, &give, params, &rows, error);
}

bool before_start_free_room(struct context *context, const struct before_start_times *times,
    struct uuid *room_id, struct error *error)
{
    static const struct statement find = {"before_start_free_room",
        "select r.room_id from scheduling.room r where r.site_id = $1"
        " and not exists (select from unnest($3::timestamptz[]) at"
        "  join scheduling.room_booking b on b.room_id = r.room_id"
        "   and b.during && tstzrange(at, at + make_interval(mins => $4::int)))"
        " order by r.room_id <> $2, r.capacity, r.room_id limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, times->site_id);
    param_uuid(params, times->room_id);
    param_times(params, times->starts_ms, sizeof *times->starts_ms, times->count);
    param_int(params, times->minutes);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *room_id = rows_count(rows) > 0 ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}

bool before_start_take_back(struct context *context, struct uuid group_id, struct uuid time_id,
    bool *done, struct error *error)
{
    static const struct statement take = {"before_start_take_back",
        "with gone as (update scheduling.before_start_time t set taken_back_at = $3"
        "  where t.time_id = $2 and t.group_id = $1 and t.taken_back_at is null"
        "   and not exists (select from scheduling.before_start b where b.time_id = t.time_id)"
        "  returning t.time_id),"
        " rooms as (delete from scheduling.room_booking b using gone"
        "  where b.time_id = gone.time_id),"
        " leaders as (delete from scheduling.leader_booking b using gone"
        "  where b.time_id = gone.time_id)"
        " select time_id from gone"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_uuid(params, time_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &take, params, &rows, error))
        return false;
    *done = rows_count(rows) > 0;
    return true;
}

static bool lock_time(struct context *context, struct uuid time_id, struct error *error)
{
    static const struct statement lock = {"before_start_lock_time",
        "select time_id from scheduling.before_start_time where time_id = $1"
        " for no key update"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    if (uuid_absent(time_id))
        return true;
    param_uuid(params, time_id);
    return tx_query(context->tx, &lock, params, &rows, error);
}

bool before_start_load(struct context *context, struct uuid offer_id, struct uuid time_id,
    struct uuid choice_id, struct before_start_row *row, struct error *error)
{
    static const struct statement load = {"before_start_load",
        "select b.referral_id, b.group_id, b.time_id, own.day,"
        " b.state not in ('ended', 'released')"
        "  and g.state in ('booked', 'offered', 'confirmed', 'running'),"
        " b.choice_id is not distinct from $3 and $3 is not null,"
        " t.time_id is not null, t.day, holder.offer_id is not null and holder.offer_id <> $1"
        " from scheduling.before_start b"
        " join scheduling.groups g using (group_id)"
        " left join scheduling.before_start_time own on own.time_id = b.time_id"
        " left join scheduling.before_start_time t on t.time_id = $2"
        "  and t.group_id = b.group_id and t.taken_back_at is null"
        " left join scheduling.before_start holder on holder.time_id = t.time_id"
        " where b.offer_id = $1 for no key update of b"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, offer_id);
    param_uuid(params, time_id);
    param_uuid(params, choice_id);
    if (!lock_time(context, time_id, error) || !tx_query(context->tx, &load, params, &rows, error))
        return false;
    *row = (struct before_start_row){.found = rows_count(rows) == 1, .offer_id = offer_id};
    if (!row->found)
        return true;
    row->referral_id = row_uuid(rows, 0, 0);
    row->group_id = row_uuid(rows, 0, 1);
    row->own_time = row_uuid(rows, 0, 2);
    row->choice = (struct before_start_choice){
        .open = row_bool(rows, 0, 4),
        .same = row_bool(rows, 0, 5),
        .none = uuid_absent(time_id),
        .known = row_bool(rows, 0, 6),
        .taken = row_bool(rows, 0, 8),
        .has = !uuid_absent(time_id) && uuid_equal(time_id, row->own_time),
        .own_day = row_day(rows, 0, 3),
        .wanted_day = row_day(rows, 0, 7),
    };
    return true;
}

bool before_start_write(
    struct context *context, const struct before_start_set_row *row, struct error *error)
{
    static const struct statement write = {"before_start_write",
        "update scheduling.before_start set state = coalesce($3, state),"
        "  time_id = case when $3 is null then time_id else $4 end,"
        "  choice_id = coalesce($5, choice_id), choice_end = coalesce($6, choice_end),"
        "  changed_at = $7"
        " where referral_id = $1 and group_id = $2"};
    struct params *params = params_new(context->arena);

    param_uuid(params, row->referral_id);
    param_uuid(params, row->group_id);
    param_string(params, row->state);
    param_uuid(params, row->time_id);
    param_uuid(params, row->choice_id);
    param_string(params, row->choice_end);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &write, params, error);
}

bool before_start_end(
    struct context *context, const struct before_start_noted *message, struct error *error)
{
    static const struct statement end = {"before_start_end",
        "update scheduling.before_start set state = 'ended', outcome = $2, outcome_by = $3,"
        "  changed_at = $4"
        " where offer_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, message->offer_id);
    param_string(params, before_start_outcome_names[message->outcome]);
    param_uuid(params, message->by);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &end, params, error);
}

static struct params *param_interpreter(struct context *context, const struct interpreter_row *row)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, row->referral_id);
    param_uuid(params, row->group_id);
    param_string(params, interpreter_part_names[row->part]);
    param_text(params, row->language);
    param_string(params, interpreter_state_names[row->state]);
    param_uuid(params, row->by);
    param_time(params, context->now_ms);
    return params;
}

bool before_start_note_interpreter(
    struct context *context, const struct interpreter_row *row, struct error *error)
{
    static const struct statement note = {"before_start_note_interpreter",
        "insert into scheduling.interpreter (referral_id, group_id, part, language, state,"
        "  noted_by, noted_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (referral_id, group_id, part) do update set language = excluded.language,"
        "  state = excluded.state, noted_by = excluded.noted_by, noted_at = excluded.noted_at"};

    return tx_run(context->tx, &note, param_interpreter(context, row), error);
}

bool before_start_want_interpreter(
    struct context *context, const struct interpreter_row *row, bool *fresh, struct error *error)
{
    static const struct statement want = {"before_start_want_interpreter",
        "insert into scheduling.interpreter (referral_id, group_id, part, language, state,"
        "  noted_by, noted_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (referral_id, group_id, part) do update set language = excluded.language,"
        "  state = excluded.state, noted_by = excluded.noted_by, noted_at = excluded.noted_at"
        " where interpreter.language is distinct from excluded.language returning part"};
    struct rows *rows;

    if (!tx_query(context->tx, &want, param_interpreter(context, row), &rows, error))
        return false;
    *fresh = rows_count(rows) > 0;
    return true;
}

bool before_start_lost_times(struct context *context, int32_t today, int64_t most,
    const struct before_start_lost **lost, size_t *count, struct error *error)
{
    static const struct statement find = {"before_start_lost_times",
        "select t.group_id, t.time_id, b.offer_id from scheduling.before_start_time t"
        " left join scheduling.before_start b on b.time_id = t.time_id and b.state = 'booked'"
        " where t.taken_back_at is null and t.day >= $1 and exists ("
        "  select from scheduling.group_leader l where l.group_id = t.group_id"
        "   and l.part = 'child' and (scheduling.is_away(l.leader_id, t.day)"
        "    or not exists (select from scheduling.leader_booking k"
        "     where k.time_id = t.time_id and k.leader_id = l.leader_id)))"
        " order by t.day, t.time_id limit $2"};
    struct params *params = params_new(context->arena);
    struct before_start_lost *found;
    struct rows *rows;

    param_day(params, today);
    param_int(params, most);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *lost = found = ARENA_ARRAY(context->arena, struct before_start_lost, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct before_start_lost){
            row_uuid(rows, i, 0), row_uuid(rows, i, 1), row_uuid(rows, i, 2)};
    return true;
}

bool before_start_leaders(struct context *context, struct uuid group_id,
    const struct uuid **leaders, size_t *count, struct error *error)
{
    static const struct statement find = {"before_start_leaders",
        "select leader_id from scheduling.group_leader where group_id = $1 and part = 'child'"
        " order by post"};
    struct params *params = params_new(context->arena);
    struct uuid *found;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *leaders = found = ARENA_ARRAY(context->arena, struct uuid, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = row_uuid(rows, i, 0);
    return true;
}
