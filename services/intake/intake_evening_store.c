/* The statements behind intake_evening.h. */
#include "services/intake/intake_evening.h"

static const struct statement look_evening = {
    "intake_look_evening",
    "select l.about, l.group_id, l.person_id, m.group_name, r.code, m.starts_at, m.ends_at"
    "  from notification.link_v l"
    "  join intake.referral r on r.referral_id = l.about"
    "  join scheduling.meeting_part_v m on m.meeting_id = l.meeting_id"
    " where l.token_hash = $1 and l.kind = 'missing' and l.reader = 'leader'",
};

bool intake_look_evening(
    struct context *context, struct text hash, struct evening_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *row = (struct evening_row){.found = false};
    param_bytes(params, hash);
    if (!tx_query(context->tx, &look_evening, params, &rows, error))
        return false;
    if (rows_count(rows) > 0)
        *row = (struct evening_row){
            .found = true,
            .referral_id = row_uuid(rows, 0, 0),
            .group_id = row_uuid(rows, 0, 1),
            .leader_id = row_uuid(rows, 0, 2),
            .group = row_text(rows, 0, 3),
            .code = row_text(rows, 0, 4),
            .starts_ms = row_time(rows, 0, 5),
            .ends_ms = row_time(rows, 0, 6),
        };
    return true;
}

static const struct statement look_parts = {
    "intake_look_parts",
    "select k.n - 1, p.things, p.joint"
    "  from unnest($1::uuid[]) with ordinality k (meeting_id, n)"
    "  join scheduling.meeting_part_v p using (meeting_id)"
    " where p.things is not null or p.joint",
};

bool intake_look_parts(struct context *context, const struct uuid *meetings, size_t stride,
    size_t count, struct evening_part *parts, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, meetings, stride, count);
    if (!tx_query(context->tx, &look_parts, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        parts[row_int(rows, i, 0)] =
            (struct evening_part){row_text(rows, i, 1), row_bool(rows, i, 2)};
    return true;
}
