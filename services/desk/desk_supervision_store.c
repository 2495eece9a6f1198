/* The statements behind desk_supervision_store.h. */
#include "services/desk/desk_supervision_store.h"

static bool ask(struct context *context, const struct statement *statement, struct uuid about,
    struct rows **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, about);
    if (!tx_query(context->tx, statement, params, rows, error))
        return false;
    *count = rows_count(*rows);
    return true;
}

#define SUPERVISION_COLUMNS                                                                        \
    "select s.supervision_id, s.supervisor_id, s.name, s.supervisor, s.capacity, s.members,"       \
    " s.next_at, s.last_held, s.ended_at is not null from scheduling.supervision_v s"

static const struct statement look_supervisions = {
    "desk_look_supervisions",
    SUPERVISION_COLUMNS " where case when $1::uuid is null then s.ended_at is null"
                        "  else s.supervision_id = $1 end order by s.name limit 200",
};

static const struct statement look_own = {
    "desk_look_own_supervision",
    SUPERVISION_COLUMNS " where s.ended_at is null and s.supervision_id in (select m.supervision_id"
                        "  from scheduling.supervision_member_v m where m.leader_id = $1)",
};

static bool read_supervisions(struct context *context, const struct statement *statement,
    struct uuid about, const struct supervision_row **list, size_t *count, struct error *error)
{
    struct supervision_row *found;
    struct rows *rows;

    if (!ask(context, statement, about, &rows, count, error))
        return false;
    *list = found = ARENA_ARRAY(context->arena, struct supervision_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct supervision_row){
            .supervision_id = row_uuid(rows, i, 0),
            .supervisor_id = row_uuid(rows, i, 1),
            .name = row_text(rows, i, 2),
            .supervisor = row_text(rows, i, 3),
            .capacity = row_int(rows, i, 4),
            .members = row_int(rows, i, 5),
            .next_at_ms = row_null(rows, i, 6) ? INT_ABSENT : row_time(rows, i, 6),
            .last_held = row_day(rows, i, 7),
            .ended = row_bool(rows, i, 8),
        };
    return true;
}

bool desk_look_supervisions(struct context *context, struct uuid supervision_id,
    const struct supervision_row **rows, size_t *count, struct error *error)
{
    return read_supervisions(context, &look_supervisions, supervision_id, rows, count, error);
}

bool desk_look_own_supervision(struct context *context, struct uuid leader_id,
    const struct supervision_row **rows, size_t *count, struct error *error)
{
    return read_supervisions(context, &look_own, leader_id, rows, count, error);
}

static bool read_supervised(struct context *context, const struct statement *statement,
    struct uuid about, const struct supervised_row **list, size_t *count, struct error *error)
{
    struct supervised_row *found;
    struct rows *rows;

    if (!ask(context, statement, about, &rows, count, error))
        return false;
    *list = found = ARENA_ARRAY(context->arena, struct supervised_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct supervised_row){row_uuid(rows, i, 0), row_text(rows, i, 1),
            row_text(rows, i, 2), row_int(rows, i, 3), row_bool(rows, i, 4)};
    return true;
}

bool desk_look_supervised(struct context *context, struct uuid supervision_id,
    const struct supervised_row **rows, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_supervised",
        "select leader_id, work_name, null::text, came, false"
        " from scheduling.supervision_member_v where supervision_id = $1 order by work_name"};

    return read_supervised(context, &look, supervision_id, rows, count, error);
}

bool desk_look_supervision_gaps(
    struct context *context, const struct supervised_row **rows, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_supervision_gaps",
        "select leader_id, work_name, home, 0, leads from scheduling.supervision_gap_v"
        " where $1::uuid is null order by leads desc, work_name limit 400"};

    return read_supervised(context, &look, (struct uuid){{0}}, rows, count, error);
}

bool desk_look_supervisors(
    struct context *context, const struct supervised_row **rows, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_supervisors",
        "select leader_id, work_name, home_unit, 0, false from scheduling.leader_register_v"
        " where active and $1::uuid is null order by work_name limit 400"};

    return read_supervised(context, &look, (struct uuid){{0}}, rows, count, error);
}

bool desk_look_supervision_meetings(struct context *context, struct uuid supervision_id,
    const struct supervision_meeting_row **list, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_supervision_meetings",
        "select meeting_id, day, starts_at, ends_at, location, state = 'planned', state = 'held'"
        " from scheduling.supervision_meeting_v where supervision_id = $1"
        " order by case when state = 'planned' then starts_at end nulls last, starts_at desc"
        " limit 40"};
    struct supervision_meeting_row *found;
    struct rows *rows;

    if (!ask(context, &look, supervision_id, &rows, count, error))
        return false;
    *list = found = ARENA_ARRAY(context->arena, struct supervision_meeting_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct supervision_meeting_row){row_uuid(rows, i, 0), row_day(rows, i, 1),
            row_time(rows, i, 2), row_time(rows, i, 3), row_text(rows, i, 4), row_bool(rows, i, 5),
            row_bool(rows, i, 6)};
    return true;
}

bool desk_look_supervision_people(struct context *context, struct uuid supervision_id,
    const struct supervision_person_row **list, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_supervision_people",
        "select p.meeting_id, p.leader_id, p.work_name, coalesce(p.came, false),"
        " p.came is not null"
        " from scheduling.supervision_person_v p join scheduling.supervision_meeting_v m"
        "  using (meeting_id) where m.supervision_id = $1 order by p.work_name limit 600"};
    struct supervision_person_row *found;
    struct rows *rows;

    if (!ask(context, &look, supervision_id, &rows, count, error))
        return false;
    *list = found = ARENA_ARRAY(context->arena, struct supervision_person_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct supervision_person_row){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_text(rows, i, 2), row_bool(rows, i, 3), row_bool(rows, i, 4)};
    return true;
}

bool desk_look_ties(struct context *context, struct uuid leader_id, const struct tie_row **list,
    size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_ties",
        "select leader_id, other_id, name, other_name, tie from scheduling.leader_tie_v"
        " where leader_id = $1 or other_id = $1 order by tie, name, other_name limit 60"};
    struct tie_row *found;
    struct rows *rows;

    if (!ask(context, &look, leader_id, &rows, count, error))
        return false;
    *list = found = ARENA_ARRAY(context->arena, struct tie_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct tie_row){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_text(rows, i, 2), row_text(rows, i, 3),
            (enum leader_tie)row_name(rows, i, 4, leader_tie_names, LEADER_TIE_COUNT)};
    return true;
}

bool desk_look_leader_events(struct context *context, struct uuid leader_id,
    const struct leader_event_row **list, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_leader_events",
        "select whose, name, location, starts_at, kind = 'visit' from scheduling.leader_event_v"
        " where leader_id = $1 and day >= common.today() order by starts_at limit 20"};
    struct leader_event_row *found;
    struct rows *rows;

    if (!ask(context, &look, leader_id, &rows, count, error))
        return false;
    *list = found = ARENA_ARRAY(context->arena, struct leader_event_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct leader_event_row){row_uuid(rows, i, 0), row_text(rows, i, 1),
            row_text(rows, i, 2), row_time(rows, i, 3), row_bool(rows, i, 4)};
    return true;
}
