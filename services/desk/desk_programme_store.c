/* The statements behind desk_programme_store.h. */
#include "services/desk/desk_programme_store.h"

#define COLUMNS                                                                                    \
    "select v.programme_id, v.name, v.format, array_to_string(v.ages, ', '),"                      \
    " (select string_agg((x.o % 100) || '/' || (x.o / 100) || '–' || (x.c % 100) || '/'"         \
    "   || (x.c / 100), ', ' order by x.o) from unnest(v.windows) w, lateral"                      \
    "   (select split_part(w, '-', 1)::int as o, split_part(w, '-', 2)::int as c) x),"             \
    " v.level, v.parents, v.entry, v.intake, v.documentation,"                                     \
    " v.approved_by, v.situation, v.version, v.minutes, v.meetings, v.least, v.margin, v.most,"    \
    " v.parent_leaders, v.entry_meeting, v.quota, v.groups, v.valid_from, v.approved_on,"          \
    " v.made_up, v.board_needed, exists (select from scheduling.programme_board_v b"               \
    "  where b.programme_id = v.programme_id), v.draft, v.holds, v.shared_employers,"              \
    " v.meets_before, v.themes, v.things, v.joint::bigint[]"                                       \
    " from scheduling.programme_version_v v"

static void fill(
    struct context *context, const struct rows *rows, size_t i, struct programme_row *row)
{
    *row = (struct programme_row){
        .programme_id = row_uuid(rows, i, 0),
        .name = row_text(rows, i, 1),
        .format = row_text(rows, i, 2),
        .ages = row_text(rows, i, 3),
        .windows = row_text(rows, i, 4),
        .level = row_text(rows, i, 5),
        .parents = row_text(rows, i, 6),
        .entry = row_text(rows, i, 7),
        .intake = row_text(rows, i, 8),
        .documentation = row_text(rows, i, 9),
        .approved_by = row_text(rows, i, 10),
        .situation = (enum situation)row_name(rows, i, 11, situation_names, SITUATION_COUNT),
        .version = row_int(rows, i, 12),
        .minutes = row_int(rows, i, 13),
        .meetings = row_int(rows, i, 14),
        .least = row_int(rows, i, 15),
        .margin = row_int(rows, i, 16),
        .most = row_int(rows, i, 17),
        .parent_leaders = row_int(rows, i, 18),
        .entry_meeting = row_int(rows, i, 19),
        .quota = row_int(rows, i, 20),
        .groups = row_int(rows, i, 21),
        .valid_from = row_day(rows, i, 22),
        .approved_on = row_day(rows, i, 23),
        .made_up = row_bool(rows, i, 24),
        .board_needed = row_bool(rows, i, 25),
        .board_decided = row_bool(rows, i, 26),
        .draft = row_bool(rows, i, 27),
        .holds = row_bool(rows, i, 28),
        .shared_employers = row_bool(rows, i, 29),
        .meets_before = row_bool(rows, i, 30),
    };
    row->theme_count = row_texts(rows, i, 31, context->arena, &row->themes);
    row_texts(rows, i, 32, context->arena, &row->things);
    row->joint_count = row_ints(rows, i, 33, context->arena, &row->joint);
}

static bool look(struct context *context, const struct statement *statement, struct params *params,
    const struct programme_row **rows, size_t *count, struct error *error)
{
    struct rows *found;

    if (!tx_query(context->tx, statement, params, &found, error))
        return false;
    *count = rows_count(found);
    struct programme_row *read = ARENA_ARRAY(context->arena, struct programme_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        fill(context, found, i, &read[i]);
    *rows = read;
    return true;
}

static const struct statement look_programmes = {
    "desk_look_programmes",
    COLUMNS " where v.holds or not exists (select from scheduling.programme_version_v o"
            "   where o.programme_id = v.programme_id and (o.holds or o.version > v.version))"
            " order by v.situation, v.name limit $1",
};

bool desk_look_programmes(
    struct context *context, const struct programme_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_int(params, DESK_PROGRAMMES_MOST);
    return look(context, &look_programmes, params, rows, count, error);
}

static const struct statement look_versions = {
    "desk_look_versions",
    COLUMNS " where v.programme_id = $1 order by v.version desc limit 50",
};

bool desk_look_versions(struct context *context, struct uuid programme_id,
    const struct programme_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, programme_id);
    return look(context, &look_versions, params, rows, count, error);
}

static const struct statement look_board = {
    "desk_look_board",
    "select number, decided_on from scheduling.programme_board_v where programme_id = $1"
    " order by decided_on desc, number",
};

bool desk_look_board(struct context *context, struct uuid programme_id,
    const struct board_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_uuid(params, programme_id);
    if (!tx_query(context->tx, &look_board, params, &found, error))
        return false;
    *count = rows_count(found);
    struct board_row *read = ARENA_ARRAY(context->arena, struct board_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct board_row){row_text(found, i, 0), row_day(found, i, 1)};
    *rows = read;
    return true;
}
