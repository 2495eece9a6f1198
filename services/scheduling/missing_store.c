#include "services/scheduling/missing_store.h"

#include "common/check.h"

bool missing_note_presence(struct context *context, const struct attendance_noted *messages,
    size_t count, struct error *error)
{
    static const struct statement note = {"scheduling_note_presence",
        "insert into scheduling.presence (meeting_id, referral_id, presence, noted_at)"
        " select distinct on (n.meeting_id, n.referral_id) n.meeting_id, n.referral_id, n.presence,"
        "  $4::timestamptz from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality"
        "  n (meeting_id, referral_id, presence, turn)"
        " join scheduling.meeting m on m.meeting_id = n.meeting_id"
        " order by n.meeting_id, n.referral_id, n.turn desc"
        " on conflict (meeting_id, referral_id) do update set presence = excluded.presence,"
        "  noted_at = excluded.noted_at"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, meeting_id), count);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_names(params, COLUMN(messages, presence), count, presence_names);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &note, params, error);
}

bool missing_note_absences(struct context *context, const struct child_away_said *messages,
    size_t count, struct error *error)
{
    static const struct statement note = {"scheduling_note_absences",
        "insert into scheduling.absence as a (meeting_id, referral_id, turn, away, said_at)"
        " select distinct on (n.meeting_id, n.referral_id) n.meeting_id, n.referral_id, n.turn,"
        "  n.away, n.said_at"
        " from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[], $5::timestamptz[])"
        "  n (meeting_id, referral_id, turn, away, said_at)"
        " join scheduling.meeting m on m.meeting_id = n.meeting_id"
        " order by n.meeting_id, n.referral_id, n.turn desc"
        " on conflict (meeting_id, referral_id) do update set turn = excluded.turn,"
        "  away = excluded.away, said_at = excluded.said_at where a.turn < excluded.turn"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, meeting_id), count);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_ints(params, COLUMN(messages, turn), count);
    param_bools(params, COLUMN(messages, away), count);
    param_times(params, COLUMN(messages, said_at_ms), count);
    return tx_run(context->tx, &note, params, error);
}

/* Who is announced is away and told, whatever the list says so far, unless it came after all. */
#define PRESENCE(p, a)                                                                             \
    "case when " a ".away and coalesce(" p ".presence, 'absent_untold') = 'absent_untold'"         \
    " then 'absent_told' else " p ".presence end"
#define ABSENCE(a, meeting, referral)                                                              \
    " left join scheduling.absence " a " on " a ".meeting_id = " meeting "  and " a                \
    ".referral_id = " referral

#define CHILDREN                                                                                   \
    "select m.meeting_id, m.group_id, r.referral_id, r.place_no, g.name, m.starts_at, m.ends_at,"  \
    " " PRESENCE("here",                                                                           \
        "away") ", before.presence, before.told,"                                                  \
                " exists (select from scheduling.presence o"                                       \
                "  where o.meeting_id = m.meeting_id and o.presence = 'present'),"                 \
                " array(select b.leader_id from scheduling.leader_booking b"                       \
                "  where b.meeting_id = m.meeting_id and not exists (select from "                 \
                "scheduling.group_leader p"                                                        \
                "   where p.group_id = m.group_id and p.leader_id = b.leader_id and p.part = "     \
                "'parent')"                                                                        \
                "  order by 1), before.asked"                                                      \
                " from scheduling.meeting m"                                                       \
                " join scheduling.groups g using (group_id)"                                       \
                " join scheduling.roster r using (group_id)"                                       \
                " left join scheduling.presence here on here.meeting_id = m.meeting_id"            \
                "  and here.referral_id = r.referral_id" ABSENCE("away", "m.meeting_id",           \
                    "r.referral_id") " left join lateral (select " PRESENCE("q",                   \
                    "y") " as presence,"                                                           \
                         "   w.referral_id is not null as told, coalesce(w.twice, false) or "      \
                         "exists (select"                                                          \
                         "    from scheduling.away_twice t where t.meeting_id = p.meeting_id"      \
                         "     and t.referral_id = r.referral_id) as asked"                        \
                         "  from (select p.meeting_id from scheduling.meeting p where p.group_id " \
                         "= m.group_id"                                                            \
                         "   and p.state <> 'cancelled' and p.starts_at < m.starts_at"             \
                         "   order by p.starts_at desc limit 1) p"                                 \
                         "  left join scheduling.presence q on q.meeting_id = p.meeting_id"        \
                         "   and q.referral_id = r.referral_id" ABSENCE("y", "p.meeting_id",       \
                             "r.referral_id") "  left join scheduling.missing w on w.meeting_id "  \
                                              "= p.meeting_id"                                     \
                                              "   and w.referral_id = r.referral_id) before on "   \
                                              "true"                                               \
                                              " where m.state <> 'cancelled' and m.starts_at <= "  \
                                              "$1"                                                 \
                                              "  and coalesce(here.presence, 'absent_untold') = "  \
                                              "'absent_untold'"                                    \
                                              "  and not exists (select from scheduling.missing "  \
                                              "d where d.meeting_id = m.meeting_id"                \
                                              "   and d.referral_id = r.referral_id)"

static const struct statement of_meetings = {
    "scheduling_missing_of_meetings", CHILDREN " and m.meeting_id = any($2::uuid[])"};
static const struct statement going_on = {
    "scheduling_missing_going_on", CHILDREN " and m.ends_at > $1 and g.state = 'running'"};

static void read_child(
    struct context *context, const struct rows *rows, size_t row, struct missing_child *child)
{
    *child = (struct missing_child){
        .meeting_id = row_uuid(rows, row, 0),
        .group_id = row_uuid(rows, row, 1),
        .referral_id = row_uuid(rows, row, 2),
        .place_no = row_int(rows, row, 3),
        .group = row_text(rows, row, 4),
        .facts =
            {
                .starts_ms = row_time(rows, row, 5),
                .ends_ms = row_time(rows, row, 6),
                .noted = (enum presence)row_name(rows, row, 7, presence_names, PRESENCE_COUNT),
                .noted_before =
                    (enum presence)row_name(rows, row, 8, presence_names, PRESENCE_COUNT),
                .told_before = row_bool(rows, row, 9),
                .others_noted = row_bool(rows, row, 10),
                .asked_before = row_bool(rows, row, 12),
                .now_ms = context->now_ms,
            },
    };
    child->leader_count = row_uuids(rows, row, 11, context->arena, &child->leaders);
}

bool missing_look(struct context *context, const struct uuid *meetings, size_t stride, size_t count,
    const struct missing_child **children, size_t *child_count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_time(params, context->now_ms);
    if (count > 0)
        param_uuids(params, meetings, stride, count);
    if (!tx_query(context->tx, count > 0 ? &of_meetings : &going_on, params, &rows, error))
        return false;
    struct missing_child *found =
        ARENA_ARRAY(context->arena, struct missing_child, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        read_child(context, rows, i, &found[i]);
    *children = found;
    *child_count = rows_count(rows);
    return true;
}

bool missing_told(struct context *context, const struct missing_child *children,
    const struct missing_verdict *verdicts, size_t count, bool *made, struct error *error)
{
    static const struct statement tell = {"scheduling_missing_told",
        "with told as (insert into scheduling.missing (meeting_id, referral_id, seen_at, twice)"
        "  select m, r, $4::timestamptz, t from unnest($1::uuid[], $2::uuid[], $3::boolean[])"
        "   x (m, r, t) order by 1, 2 on conflict do nothing returning meeting_id, referral_id)"
        " select x.n - 1 from told join unnest($1::uuid[], $2::uuid[]) with ordinality x (m, r, n)"
        "  on x.m = told.meeting_id and x.r = told.referral_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(children, meeting_id), count);
    param_uuids(params, COLUMN(children, referral_id), count);
    param_bools(params, COLUMN(verdicts, again), count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &tell, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        made[row_int(rows, i, 0)] = true;
    return true;
}

static const struct statement add_away_twice = {"scheduling_away_twice",
    "with away as (select m.meeting_id, m.group_id, r.referral_id, r.place_no, g.name,"
    "   exists (select from scheduling.away_twice t where t.meeting_id = p.meeting_id"
    "    and t.referral_id = r.referral_id)"
    "   or exists (select from scheduling.missing t where t.meeting_id = p.meeting_id"
    "    and t.referral_id = r.referral_id and t.twice) as asked"
    "  from scheduling.meeting m"
    "  join scheduling.groups g using (group_id)"
    "  join scheduling.roster r using (group_id)"
    "  join scheduling.presence here on here.meeting_id = m.meeting_id"
    "   and here.referral_id = r.referral_id and here.presence <> 'present'" ABSENCE("a",
        "m.meeting_id",
        "r.referral_id") "  cross join lateral (select p.meeting_id from scheduling.meeting p"
                         "   where p.group_id = m.group_id and p.state <> 'cancelled' and "
                         "p.starts_at < m.starts_at"
                         "   order by p.starts_at desc limit 1) p"
                         "  left join scheduling.presence q on q.meeting_id = p.meeting_id"
                         "   and q.referral_id = r.referral_id" ABSENCE("y", "p.meeting_id",
                             "r.referral_id") "  where m.meeting_id = any($1::uuid[]) and "
                                              "m.state <> 'cancelled' and m.starts_at <= $2"
                                              "   and " PRESENCE("q",
                                                  "y") " in ('absent_told', 'absent_untold')"
                                                       "   and 'absent_told' in (" PRESENCE(
                                                           "here", "a") ", " PRESENCE("q",
                                                           "y") ")),"
                                                                " added as (insert into "
                                                                "scheduling.away_twice "
                                                                "(meeting_id, referral_id, "
                                                                "seen_at)"
                                                                "  select meeting_id, "
                                                                "referral_id, $2 from away "
                                                                "order by 1, 2"
                                                                "  on conflict do nothing "
                                                                "returning meeting_id, "
                                                                "referral_id)"
                                                                " select meeting_id, group_id, "
                                                                "referral_id, place_no, name"
                                                                "  from added join away using "
                                                                "(meeting_id, referral_id) "
                                                                "where not asked"};

bool missing_away_twice(struct context *context, const struct uuid *meetings, size_t stride,
    size_t count, const struct missing_child **children, size_t *child_count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, meetings, stride, count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &add_away_twice, params, &rows, error))
        return false;
    *child_count = rows_count(rows);
    struct missing_child *found = ARENA_ARRAY(context->arena, struct missing_child, *child_count);
    for (size_t i = 0; i < *child_count; i++)
        found[i] = (struct missing_child){
            .meeting_id = row_uuid(rows, i, 0),
            .group_id = row_uuid(rows, i, 1),
            .referral_id = row_uuid(rows, i, 2),
            .place_no = row_int(rows, i, 3),
            .group = row_text(rows, i, 4),
        };
    *children = found;
    return true;
}
