/* A file of programmes, gruppstod-programmes/1: what it says, or every field that is wrong. */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

enum { PROGRAMME_FAULTS_MOST = 100, PROGRAMME_MEETINGS_MOST = 30, PROGRAMMES_MOST = 500 };

struct programme_ages {
    int64_t from, to;
};

struct programme_window { /* month * 100 + day */
    int64_t opens, closes;
};

struct programme_decision { /* of the board */
    struct text number;
    int32_t decided_on;
};

struct programme_told { /* one programme in one version; words are those of the database */
    struct text name, situation, format;
    bool made_up, board_needed;
    const struct programme_decision *decisions;
    size_t decision_count;
    int64_t version;
    int32_t valid_from;
    struct text approved_by; /* absent: a draft */
    int32_t approved_on;
    int64_t minutes, least, margin, most, entry_meeting, parent_leaders;
    int64_t quota; /* INT_ABSENT but with intake quota */
    struct text level, parents, entry, intake, documentation;
    bool shared_employers, meets_before;
    const struct programme_ages *ages;
    size_t age_count;
    const struct programme_window *windows;
    size_t window_count;
    const struct text *themes, *things; /* one of each a meeting; nothing to bring is absent */
    size_t meeting_count;
    const int64_t *joint; /* numbers of the meetings with parents */
    size_t joint_count;
};

struct programme_file {
    const struct programme_told *programmes;
    size_t count;
    const char *faults[PROGRAMME_FAULTS_MOST]; /* "programmes[0].version.minutes: sentence" */
    size_t fault_count;
};

/* Reads it all, so that whoever wrote the file sees every fault at once. False: it is no JSON. */
bool programme_read(struct arena *arena, const char *json, size_t length,
    struct programme_file *file, struct error *error);
