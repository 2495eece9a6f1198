/* The question to a leader behind a link, and the answer. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct substitute_time {
    int32_t day;
    int64_t starts_ms, ends_ms;
};

struct substitute_row {
    bool found;
    struct uuid ask_id;
    struct text group, site, state; /* of the question: asked, yes, no, settled */
    bool over;                      /* nobody is looked for any more */
    enum yes_no answered;           /* here; scheduling may not have heard of it yet */
    const struct substitute_time *times;
    size_t time_count;
};

/* With the meetings that are left. */
bool intake_look_substitute(
    struct context *context, struct text hash, struct substitute_row *row, struct error *error);

/* Once: *added is false when the question has an answer. */
bool intake_add_substitute_answer(struct context *context, struct uuid ask_id, enum yes_no answer,
    bool *added, struct error *error);
