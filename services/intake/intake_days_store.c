/* The statements behind intake_days_store.h. */
#include "services/intake/intake_days_store.h"

enum { DAYS_MOST = 60 };

static const struct statement look_days = {
    "intake_look_family_days",
    "select m.meeting_id, m.starts_at, m.ends_at, m.moved_from, m.name, m.site, m.room, m.district,"
    "       array_to_string(m.leaders, ', '), m.cancelled, m.joint, coalesce(a.away, false)"
    "  from scheduling.family_meeting_v m"
    "  left join intake.absence a on a.referral_id = m.referral_id"
    "   and a.meeting_id = m.meeting_id"
    " where m.referral_id = $1 and m.ends_at > $2"
    " order by m.starts_at, m.meeting_id limit $3",
};

bool intake_look_family_days(struct context *context, struct uuid referral_id,
    const struct family_day **days, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct family_day *found;
    struct rows *rows;

    param_uuid(params, referral_id);
    param_time(params, context->now_ms);
    param_int(params, DAYS_MOST);
    if (!tx_query(context->tx, &look_days, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *days = found = ARENA_ARRAY(context->arena, struct family_day, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct family_day){
            .meeting_id = row_uuid(rows, i, 0),
            .starts_ms = row_time(rows, i, 1),
            .ends_ms = row_time(rows, i, 2),
            .moved_from_ms = row_time(rows, i, 3),
            .group = row_text(rows, i, 4),
            .site = row_text(rows, i, 5),
            .room = row_text(rows, i, 6),
            .district = row_text(rows, i, 7),
            .leaders = row_text(rows, i, 8),
            .cancelled = row_bool(rows, i, 9),
            .joint = row_bool(rows, i, 10),
            .away = row_bool(rows, i, 11),
        };
    return true;
}

static const struct statement say_absence = {
    "intake_say_absence",
    "insert into intake.absence as a (referral_id, meeting_id, away, said_at, person_id)"
    " select m.referral_id, m.meeting_id, $3, $4, $5"
    "  from scheduling.family_meeting_v m"
    " where m.referral_id = $1 and m.meeting_id = $2 and m.starts_at > $4 and not m.cancelled"
    "  and ($3 or exists (select from intake.absence b where b.referral_id = $1"
    "   and b.meeting_id = $2))"
    " on conflict (referral_id, meeting_id) do update set turn = a.turn + 1,"
    "  away = excluded.away, said_at = excluded.said_at, person_id = excluded.person_id"
    "  where a.away <> excluded.away"
    " returning a.turn",
};

bool intake_say_absence(
    struct context *context, const struct absence_said *said, int64_t *turn, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, said->referral_id);
    param_uuid(params, said->meeting_id);
    param_bool(params, said->away);
    param_time(params, context->now_ms);
    param_uuid(params, said->person_id);
    if (!tx_query(context->tx, &say_absence, params, &rows, error))
        return false;
    *turn = rows_count(rows) > 0 ? row_int(rows, 0, 0) : 0;
    return true;
}
