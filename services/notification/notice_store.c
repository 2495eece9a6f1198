/* All SQL of notices: one sentence a function, set-based. */
#include "services/notification/notice_store.h"

bool notice_load_cleared(
    struct context *context, struct cause *causes, size_t count, struct error *error)
{
    static const struct statement statement = {"notice_load_cleared",
        "select m.n, c.clearance_id, c.answers_version"
        "  from unnest($1::uuid[]) with ordinality as m (referral_id, n)"
        "  join lateral (select clearance_id, answers_version from intake.clearance_v c"
        "                 where c.referral_id = m.referral_id and c.current"
        "                 order by c.valid_until desc limit 1) c on true"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    if (count == 0)
        return true;
    param_uuids(params, COLUMN(causes, referral_id), count);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct cause *cause = &causes[row_int(rows, i, 0) - 1];
        cause->clearance_id = row_uuid(rows, i, 1);
        cause->answers_version = row_int(rows, i, 2);
    }
    return true;
}

/* A site whose name is withheld is not named in a letter either: it stands behind the link. */
static void read_group(const struct rows *rows, size_t row, struct letter_group *group)
{
    *group = (struct letter_group){
        .name = row_text(rows, row, 5),
        .site = row_text(rows, row, 6),
        .weekday = row_int(rows, row, 7),
        .starts_min = row_int(rows, row, 8),
        .first_day = row_day(rows, row, 9),
        .meeting_at_ms = row_time(rows, row, 10),
    };
}

bool notice_load_leaders(struct context *context, const struct leader_told *messages, size_t count,
    struct leader_row *rows, struct error *error)
{
    static const struct statement statement = {"notice_load_leaders",
        "select m.n, l.active, l.email is not null, l.email_at,"
        "       exists (select from notification.contact_grant g"
        "                where g.person_id = l.leader_id and g.channel = 'email'"
        "                  and g.ended_why = 'refused'"
        "                  and g.verified_at >= date_trunc('milliseconds', l.email_at)),"
        "       coalesce(v.name, e.name),"
        "       case when e.about is not null then e.location when not v.withheld then v.site end,"
        "       coalesce(v.weekday, extract(isodow from e.day) - 1)::bigint,"
        "       extract(epoch from coalesce(v.starts, timezone('Europe/Stockholm',"
        "        e.starts_at)::time))::bigint / 60, coalesce(v.first_day, e.day),"
        "       coalesce(t.starts_at, e.starts_at)"
        "  from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality"
        "       as m (leader_id, group_id, meeting_id, n)"
        "  join scheduling.leader_contact_v l on l.leader_id = m.leader_id"
        "  left join scheduling.meeting_v t on t.meeting_id = m.meeting_id"
        "  left join scheduling.event_v e on e.about = m.meeting_id and m.group_id is null"
        "  left join scheduling.group_v v on v.group_id = coalesce(m.group_id, t.group_id)"};
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_uuids(params, COLUMN(messages, leader_id), count);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_uuids(params, COLUMN(messages, meeting_id), count);
    if (!tx_query(context->tx, &statement, params, &found, error))
        return false;
    for (size_t i = 0; i < rows_count(found); i++) {
        struct leader_row *row = &rows[row_int(found, i, 0) - 1];
        *row = (struct leader_row){.known = true, .active = row_bool(found, i, 1)};
        row->contact = (struct letter_contact){.role = CONTACT_LEADER,
            .email_ok = row_bool(found, i, 2),
            .verified_at_ms = row_time(found, i, 3),
            .refused = row_bool(found, i, 4)};
        read_group(found, i, &row->group);
    }
    return true;
}

/* --- invitations --- */

static bool load_series(
    struct context *context, struct invited_series *series, size_t count, struct error *error)
{
    static const struct statement statement = {"notice_load_series",
        "select m.n, coalesce(v.group_id, e.whose), coalesce(v.name, e.name),"
        "       coalesce(timezone('Europe/Stockholm', v.first_day + v.starts), e.starts_at),"
        "       coalesce(v.minutes, extract(epoch from e.ends_at - e.starts_at) / 60)::bigint,"
        "       (select count(*) from notification.letter l"
        "         where l.reader = 'leader' and l.person_id = m.leader_id"
        "           and l.group_id = v.group_id and l.letter_id < m.letter_id)"
        "  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) with ordinality"
        "       as m (letter_id, leader_id, group_id, meeting_id, n)"
        "  left join scheduling.meeting_v t on t.meeting_id = m.meeting_id"
        "  left join scheduling.event_v e on e.about = m.meeting_id and m.group_id is null"
        "  left join scheduling.group_v v on v.group_id = coalesce(m.group_id, t.group_id)"
        " where v.group_id is not null or e.about is not null"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(series, letter_id), count);
    param_uuids(params, COLUMN(series, leader_id), count);
    param_uuids(params, COLUMN(series, group_id), count);
    param_uuids(params, COLUMN(series, meeting_id), count);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct invited_series *one = &series[row_int(rows, i, 0) - 1];
        one->known = true;
        one->group_id = row_uuid(rows, i, 1);
        one->name = row_text(rows, i, 2);
        one->starts_ms = row_time(rows, i, 3);
        one->ends_ms = one->starts_ms + row_int(rows, i, 4) * 60000;
        one->told_before = row_int(rows, i, 5);
    }
    return true;
}

bool notice_load_invited(struct context *context, struct invited_series *series, size_t count,
    const struct invited_row **rows, size_t *row_count, struct error *error)
{
    static const struct statement statement = {"notice_load_invited",
        "select m.n, c.meeting_id, c.starts_at, c.ends_at, c.sequence::bigint, c.cancelled,"
        "       c.location"
        "  from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality"
        "       as m (leader_id, group_id, meeting_id, n)"
        "  join scheduling.leader_calendar_v c on c.leader_id = m.leader_id"
        "       and c.group_id = m.group_id"
        "       and (m.meeting_id is null or c.meeting_id = m.meeting_id)"
        " order by m.n, c.starts_at"};
    struct params *params = params_new(context->arena);
    struct invited_row *read;
    struct rows *found;

    if (!load_series(context, series, count, error))
        return false;
    param_uuids(params, COLUMN(series, leader_id), count);
    param_uuids(params, COLUMN(series, group_id), count);
    param_uuids(params, COLUMN(series, meeting_id), count);
    if (!tx_query(context->tx, &statement, params, &found, error))
        return false;
    *row_count = rows_count(found);
    *rows = read = ARENA_ARRAY(context->arena, struct invited_row, *row_count);
    for (size_t i = 0; i < *row_count; i++)
        read[i] = (struct invited_row){
            .series = (size_t)row_int(found, i, 0) - 1,
            .meeting_id = row_uuid(found, i, 1),
            .starts_ms = row_time(found, i, 2),
            .ends_ms = row_time(found, i, 3),
            .sequence = row_int(found, i, 4),
            .cancelled = row_bool(found, i, 5),
            .location = row_text(found, i, 6),
        };
    return true;
}
