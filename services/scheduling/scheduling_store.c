/*
 * Set-based throughout: children take and leave places by the thousand a second. Rows of
 * group_fill are locked in the order of their ids, so that two copies of the daemon never wait for
 * each other in a ring.
 */
#include "services/scheduling/scheduling_store.h"

#include <stdlib.h>
#include <string.h>

#include "common/check.h"

static const char *const roster_end_names[] = {
    NULL, "put", "same", "old", "held", "over", "unknown"};

bool scheduling_count_offers(struct context *context, const struct place_offered *messages,
    size_t count, struct error *error)
{
    static const struct statement add = {"scheduling_count_offers",
        "with said as (select group_id, count(*) as places from unnest($1::uuid[]) group_id"
        "  group by group_id),"
        " locked as materialized (select f.group_id, said.places from said"
        "  join scheduling.group_fill f using (group_id) order by f.group_id for no key update of "
        "f)"
        " update scheduling.group_fill f set offered = f.offered + locked.places"
        " from locked where f.group_id = locked.group_id"};
    static const struct statement mark = {"scheduling_mark_offered",
        "update scheduling.groups set state = 'offered', version = version + 1, changed_at = $2"
        " where group_id = any($1) and state = 'booked'"};
    struct params *params = params_new(context->arena);
    struct params *groups = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_uuids(groups, COLUMN(messages, group_id), count);
    param_time(groups, context->now_ms);
    return tx_run(context->tx, &add, params, error) && tx_run(context->tx, &mark, groups, error);
}

static struct params *param_places(
    struct context *context, const struct place_taken *messages, size_t count)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_ints(params, COLUMN(messages, place_no), count);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_ints(params, COLUMN(messages, version), count);
    return params;
}

static int compare_places(const void *a, const void *b)
{
    const struct place_taken *one = *(const struct place_taken *const *)a;
    const struct place_taken *other = *(const struct place_taken *const *)b;
    const int by_referral = uuid_compare(&one->referral_id, &other->referral_id);

    if (by_referral != 0)
        return by_referral;
    return one->place_no != other->place_no ? (one->place_no < other->place_no ? -1 : 1)
                                            : uuid_compare(&one->group_id, &other->group_id);
}

/* Marks those of the messages that came back from the insert. */
static void mark_put(struct context *context, const struct rows *rows,
    const struct place_taken *messages, size_t count, enum roster_end *ends)
{
    const struct place_taken **sorted =
        ARENA_ARRAY(context->arena, const struct place_taken *, count);

    for (size_t i = 0; i < count; i++)
        sorted[i] = &messages[i];
    qsort(sorted, count, sizeof *sorted, compare_places);
    for (size_t i = 0; i < rows_count(rows); i++) {
        const struct place_taken row = {.group_id = row_uuid(rows, i, 0),
            .place_no = row_int(rows, i, 1),
            .referral_id = row_uuid(rows, i, 2)};
        const struct place_taken *wanted = &row;
        const struct place_taken **found =
            bsearch(&wanted, sorted, count, sizeof *sorted, compare_places);
        CHECK(found);
        ends[*found - messages] = ROSTER_PUT;
    }
}

static bool put_children(struct context *context, const struct place_taken *messages, size_t count,
    enum roster_end *ends, struct error *error)
{
    static const struct statement put = {"scheduling_put",
        "insert into scheduling.roster (group_id, place_no, places, referral_id, version,"
        "  child_id, taken_at)"
        " select s.group_id, s.place_no, g.places, s.referral_id, s.version, s.child_id, s.taken_at"
        " from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::uuid[],"
        "  $6::timestamptz[]) s (group_id, place_no, referral_id, version, child_id, taken_at)"
        " join scheduling.groups g on g.group_id = s.group_id and s.place_no <= g.places"
        " where not exists (select from scheduling.roster_past p where p.referral_id = "
        "s.referral_id"
        "  and p.group_id = s.group_id and p.version > s.version)"
        " on conflict do nothing returning group_id, place_no, referral_id"};
    struct params *params = param_places(context, messages, count);
    struct rows *rows;

    param_uuids(params, COLUMN(messages, child_id), count);
    param_times(params, COLUMN(messages, taken_at_ms), count);
    if (!tx_query(context->tx, &put, params, &rows, error))
        return false;
    mark_put(context, rows, messages, count, ends);
    return true;
}

/* Why the others were not put: they are few. */
static bool judge_others(struct context *context, const struct place_taken *messages, size_t count,
    enum roster_end *ends, struct error *error)
{
    static const struct statement judge = {"scheduling_judge",
        "select case when r.referral_id is not null then 'same' when p.version is not null then"
        "  'old' when g.group_id is null then 'unknown' when s.place_no > g.places then 'over'"
        "  else 'held' end"
        " from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[])"
        "  with ordinality s (group_id, place_no, referral_id, version, ord)"
        " left join scheduling.groups g on g.group_id = s.group_id"
        " left join scheduling.roster r on r.group_id = s.group_id and r.place_no = s.place_no"
        "  and r.referral_id = s.referral_id"
        " left join lateral (select max(p.version) as version from scheduling.roster_past p"
        "  where p.referral_id = s.referral_id and p.group_id = s.group_id"
        "   and p.version > s.version) p on true"
        " order by s.ord"};
    struct place_taken *others = ARENA_ARRAY(context->arena, struct place_taken, count);
    struct rows *rows;
    size_t other_count = 0;

    for (size_t i = 0; i < count; i++)
        if (ends[i] != ROSTER_PUT)
            others[other_count++] = messages[i];
    if (other_count == 0)
        return true;
    if (!tx_query(context->tx, &judge, param_places(context, others, other_count), &rows, error))
        return false;
    CHECK(rows_count(rows) == other_count);
    for (size_t i = 0, row = 0; i < count; i++)
        if (ends[i] != ROSTER_PUT)
            ends[i] = (enum roster_end)row_name(
                rows, row++, 0, roster_end_names, COUNT(roster_end_names));
    return true;
}

/* An offer that led to a taking is no longer counted as an offer, also when the taking is old. */
static bool count_takings(struct context *context, const struct place_taken *messages, size_t count,
    const enum roster_end *ends, struct error *error)
{
    static const struct statement add = {"scheduling_count_takings",
        "with said as (select group_id, sum(offers) as offers, sum(taken) as taken"
        "  from unnest($1::uuid[], $2::bigint[], $3::bigint[]) s (group_id, taken, offers)"
        "  group by group_id),"
        " locked as materialized (select f.group_id, said.offers, said.taken from said"
        "  join scheduling.group_fill f using (group_id) order by f.group_id for no key update of "
        "f)"
        " update scheduling.group_fill f set offered = f.offered - locked.offers,"
        "  taken = f.taken + locked.taken from locked where f.group_id = locked.group_id"};
    struct uuid *groups = ARENA_ARRAY(context->arena, struct uuid, count);
    int64_t *taken = ARENA_ARRAY(context->arena, int64_t, count);
    int64_t *offers = ARENA_ARRAY(context->arena, int64_t, count);
    struct params *params = params_new(context->arena);
    size_t counted = 0;

    for (size_t i = 0; i < count; i++)
        if (ends[i] == ROSTER_PUT || ends[i] == ROSTER_OLD) {
            groups[counted] = messages[i].group_id;
            offers[counted] = uuid_absent(messages[i].moved_from); /* else none was out */
            taken[counted++] = ends[i] == ROSTER_PUT;
        }
    param_uuids(params, groups, sizeof *groups, counted);
    param_ints(params, taken, sizeof *taken, counted);
    param_ints(params, offers, sizeof *offers, counted);
    return counted == 0 || tx_run(context->tx, &add, params, error);
}

/*
 * Messages about one place may come in any order. A release that came first has left its mark in
 * roster_past, and the taking that it ended is then old.
 */
bool scheduling_take_places(struct context *context, const struct place_taken *messages,
    size_t count, enum roster_end *ends, struct error *error)
{
    memset(ends, 0, count * sizeof *ends);
    return put_children(context, messages, count, ends, error) &&
           judge_others(context, messages, count, ends, error) &&
           count_takings(context, messages, count, ends, error);
}

bool scheduling_release_places(struct context *context, const struct place_released *messages,
    size_t count, struct error *error)
{
    static const struct statement release = {"scheduling_release_places",
        "with said as (select s.* from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[],"
        "   $5::text[], $6::boolean[])"
        "   s (group_id, place_no, referral_id, version, reason, was_taken)"
        "  join scheduling.groups g using (group_id)),"
        " gone as (delete from scheduling.roster r using said where said.was_taken"
        "   and r.group_id = said.group_id and r.place_no = said.place_no"
        "   and r.referral_id = said.referral_id and r.version < said.version"
        "  returning r.group_id, r.referral_id, r.taken_at),"
        " noted as (insert into scheduling.roster_past (group_id, place_no, referral_id, version,"
        "   taken_at, released_at, reason)"
        "  select said.group_id, said.place_no, said.referral_id, said.version, gone.taken_at, $7,"
        "   said.reason from said left join gone using (group_id, referral_id)"
        "  where said.was_taken on conflict do nothing),"
        " counted as (select said.group_id, count(*) filter (where not was_taken) as offers,"
        "   count(gone.group_id) as taken"
        "  from said left join gone using (group_id, referral_id) group by said.group_id),"
        " locked as materialized (select f.group_id, counted.offers, counted.taken from counted"
        "  join scheduling.group_fill f using (group_id) order by f.group_id for no key update of "
        "f)"
        " update scheduling.group_fill f set offered = f.offered - locked.offers,"
        "  taken = f.taken - locked.taken from locked where f.group_id = locked.group_id"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_ints(params, COLUMN(messages, place_no), count);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_names(params, COLUMN(messages, reason), count, release_reason_names);
    param_bools(params, COLUMN(messages, was_taken), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &release, params, error);
}

bool scheduling_confirm_groups(struct context *context, const struct uuid *group_ids, size_t count,
    const struct group_confirmed **confirmed, size_t *confirmed_count, struct error *error)
{
    static const struct statement confirm = {"scheduling_confirm_groups",
        "update scheduling.groups g set state = 'confirmed', version = g.version + 1,"
        "  changed_at = $2"
        " from scheduling.group_fill f where g.group_id = any($1) and f.group_id = g.group_id"
        "  and g.state in ('booked', 'offered') and f.taken >= g.least"
        " returning g.group_id, f.taken, g.first_day"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, group_ids, sizeof *group_ids, count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &confirm, params, &rows, error))
        return false;
    struct group_confirmed *made =
        ARENA_ARRAY(context->arena, struct group_confirmed, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        made[i] = (struct group_confirmed){
            row_uuid(rows, i, 0), row_int(rows, i, 1), row_day(rows, i, 2)};
    *confirmed = made;
    *confirmed_count = rows_count(rows);
    return true;
}

bool scheduling_load_starts(struct context *context, int32_t until,
    const struct group_start **starts, size_t *count, struct error *error)
{
    static const struct statement load = {"scheduling_starts",
        "select g.group_id, g.first_day, f.taken, g.least"
        " from scheduling.groups g join scheduling.group_fill f using (group_id)"
        " where g.state in ('booked', 'offered') and g.first_day <= $1"
        " and g.merging_into is null limit 500"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, until);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    struct group_start *found = ARENA_ARRAY(context->arena, struct group_start, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct group_start){
            row_uuid(rows, i, 0), row_day(rows, i, 1), row_int(rows, i, 2), row_int(rows, i, 3)};
    *starts = found;
    *count = rows_count(rows);
    return true;
}

/* The ids in the first column. */
static void read_ids(
    struct context *context, const struct rows *rows, const struct uuid **ids, size_t *count)
{
    struct uuid *found = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));

    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = row_uuid(rows, i, 0);
    *ids = found;
    *count = rows_count(rows);
}

bool scheduling_cancel_groups(struct context *context, const struct uuid *group_ids, size_t count,
    const char *reason, const struct uuid **cancelled, size_t *cancelled_count, struct error *error)
{
    static const struct statement cancel = {"scheduling_cancel_groups",
        "with ended as (update scheduling.groups set state = 'cancelled', reason = $2,"
        "   version = version + 1, changed_at = $3"
        "  where group_id = any($1) and state in ('booked', 'offered', 'confirmed')"
        "  returning group_id),"
        " off as (update scheduling.meeting m set state = 'cancelled' from ended"
        "  where m.group_id = ended.group_id and m.state = 'planned' returning m.meeting_id),"
        " rooms as (delete from scheduling.room_booking b using off"
        "  where b.meeting_id = off.meeting_id),"
        " leaders as (delete from scheduling.leader_booking b using off"
        "  where b.meeting_id = off.meeting_id)"
        " select group_id from ended"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, group_ids, sizeof *group_ids, count);
    param_string(params, reason);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &cancel, params, &rows, error))
        return false;
    read_ids(context, rows, cancelled, cancelled_count);
    return true;
}

bool scheduling_begin_groups(struct context *context, int32_t today, const struct uuid **group_ids,
    size_t *count, struct error *error)
{
    static const struct statement begin = {"scheduling_begin_groups",
        "update scheduling.groups g set state = 'running', version = g.version + 1, changed_at = $2"
        " from scheduling.meeting m where g.state = 'confirmed' and g.first_day <= $1"
        "  and m.group_id = g.group_id and m.meeting_no = 1 and m.state <> 'cancelled'"
        "  and m.starts_at <= $2 and g.merging_into is null returning g.group_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &begin, params, &rows, error))
        return false;
    read_ids(context, rows, group_ids, count);
    return true;
}

bool scheduling_hold_meetings(struct context *context, int64_t most,
    const struct meeting_held **held, size_t *count, struct error *error)
{
    static const struct statement hold = {"scheduling_hold_meetings",
        "with over as materialized (select m.meeting_id from scheduling.meeting m"
        "  join scheduling.groups g using (group_id)"
        "  where m.state = 'planned' and m.ends_at <= $1 and g.state = 'running'"
        "  order by m.ends_at limit $2 for update of m skip locked)"
        " update scheduling.meeting m set state = 'held' from over"
        " where m.meeting_id = over.meeting_id"
        " returning m.meeting_id, m.group_id, m.meeting_no, m.day, m.theme"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_time(params, context->now_ms);
    param_int(params, most);
    if (!tx_query(context->tx, &hold, params, &rows, error))
        return false;
    struct meeting_held *made = ARENA_ARRAY(context->arena, struct meeting_held, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        made[i] = (struct meeting_held){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_int(rows, i, 2), row_day(rows, i, 3), row_text(rows, i, 4)};
    *held = made;
    *count = rows_count(rows);
    return true;
}

bool scheduling_finish_groups(struct context *context, int32_t today, const struct uuid **group_ids,
    size_t *count, struct error *error)
{
    static const struct statement finish = {"scheduling_finish_groups",
        "update scheduling.groups g set state = 'finished', version = version + 1, changed_at = $2"
        " where g.state = 'running' and g.last_day <= $1 and not exists (select"
        "  from scheduling.meeting m where m.group_id = g.group_id and m.state = 'planned')"
        " returning g.group_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &finish, params, &rows, error))
        return false;
    read_ids(context, rows, group_ids, count);
    return true;
}
