/* The statements behind desk_talks_store.h. */
#include "services/desk/desk_talks_store.h"

static const struct statement look_talks = {
    "desk_look_talks",
    "select group_id, name, programme, leader, site, state, weekday,"
    "   extract(epoch from starts)::bigint / 60, first_day, last_day, talks, held"
    "  from scheduling.talks_v where referral_id = $1 order by first_day desc limit 10",
};

bool desk_look_talks(struct context *context, struct uuid referral_id,
    const struct talks_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_talks, params, &found, error))
        return false;
    *count = rows_count(found);
    struct talks_row *read = ARENA_ARRAY(context->arena, struct talks_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct talks_row){
            .group_id = row_uuid(found, i, 0),
            .name = row_text(found, i, 1),
            .programme = row_text(found, i, 2),
            .leader = row_text(found, i, 3),
            .site = row_text(found, i, 4),
            .state = row_text(found, i, 5),
            .when = {row_int(found, i, 6), row_int(found, i, 7)},
            .first_day = row_day(found, i, 8),
            .last_day = row_day(found, i, 9),
            .talks = row_int(found, i, 10),
            .held = row_int(found, i, 11),
        };
    *rows = read;
    return true;
}

static bool choices(struct context *context, const struct statement *statement,
    struct params *params, const struct choice_row **rows, size_t *count, struct error *error)
{
    struct rows *found;

    if (!tx_query(context->tx, statement, params, &found, error))
        return false;
    *count = rows_count(found);
    struct choice_row *read = ARENA_ARRAY(context->arena, struct choice_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct choice_row){row_text(found, i, 0), row_text(found, i, 1),
            {row_int(found, i, 2), row_int(found, i, 3)}};
    *rows = read;
    return true;
}

static const struct statement look_programmes = {
    "desk_look_talk_programmes",
    "select programme_id::text, name, 0, 0 from scheduling.programme_v"
    " where format = 'individual' and may_open and situation = $1 order by name limit 20",
};

bool desk_look_talk_programmes(struct context *context, enum situation situation,
    const struct choice_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_string(params, situation_names[situation]);
    return choices(context, &look_programmes, params, rows, count, error);
}

static const struct statement look_slots = {
    "desk_look_talk_slots",
    "select slot::text, '', weekday, extract(epoch from starts)::bigint / 60"
    "  from scheduling.slot_v order by weekday, starts limit 64",
};

bool desk_look_talk_slots(
    struct context *context, const struct choice_row **rows, size_t *count, struct error *error)
{
    return choices(context, &look_slots, NULL, rows, count, error);
}

static const struct statement look_child = {
    "desk_look_child",
    "select child_id, age, district from matching.referral_v where referral_id = $1",
};

bool desk_look_child(
    struct context *context, struct uuid referral_id, struct child_row *child, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *child = (struct child_row){.found = false};
    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_child, params, &rows, error))
        return false;
    if (rows_count(rows) > 0)
        *child = (struct child_row){
            true, row_uuid(rows, 0, 0), row_int(rows, 0, 1), row_text(rows, 0, 2)};
    return true;
}

static const struct statement look_other = {
    "desk_look_other",
    "select s.referral_id, exists (select from scheduling.roster_v a"
    "    join scheduling.group_v g on g.group_id = a.group_id"
    "    join scheduling.group_v h on h.site = g.site and h.slot = g.slot"
    "     and h.first_day <= g.last_day and h.last_day >= g.first_day"
    "    join scheduling.roster_v b on b.group_id = h.group_id and b.referral_id = s.referral_id"
    "   where a.referral_id = $2 and g.state in ('booked', 'offered', 'confirmed', 'running')"
    "    and h.state in ('booked', 'offered', 'confirmed', 'running'))"
    "  from intake.safety_v s where s.code = upper($1) and s.referral_id <> $2 limit 1",
};

bool desk_look_other(struct context *context, struct text code, struct uuid referral_id,
    struct uuid *other, bool *together, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *other = (struct uuid){{0}};
    *together = false;
    param_text(params, code);
    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_other, params, &rows, error))
        return false;
    if (rows_count(rows) > 0) {
        *other = row_uuid(rows, 0, 0);
        *together = row_bool(rows, 0, 1);
    }
    return true;
}
