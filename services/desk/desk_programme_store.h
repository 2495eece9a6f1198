/* Programmes in all their versions, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

enum { DESK_PROGRAMMES_MOST = 300 };

struct programme_row { /* a programme in one version */
    struct uuid programme_id;
    struct text name, format, ages, windows, level, parents, entry, intake, documentation,
        approved_by;
    enum situation situation;
    int64_t version, minutes, meetings, least, margin, most, parent_leaders, entry_meeting, quota,
        groups;
    int32_t valid_from, approved_on;
    bool made_up, board_needed, board_decided, draft, holds, shared_employers, meets_before;
    const struct text *themes, *things;
    const int64_t *joint;
    size_t theme_count, joint_count;
};

/* Each programme in the version that holds, or else in its newest. */
bool desk_look_programmes(
    struct context *context, const struct programme_row **rows, size_t *count, struct error *error);
/* Every version of one, the newest first. */
bool desk_look_versions(struct context *context, struct uuid programme_id,
    const struct programme_row **rows, size_t *count, struct error *error);

struct board_row {
    struct text number;
    int32_t decided_on;
};
bool desk_look_board(struct context *context, struct uuid programme_id,
    const struct board_row **rows, size_t *count, struct error *error);
