/* Talks with one child, and who it must not meet, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "services/desk/desk_group_store.h"
#include "vocabulary.h"

struct talks_row {
    struct uuid group_id;
    struct text name, programme, leader, site, state;
    struct weekly when;
    int32_t first_day, last_day;
    int64_t talks, held;
};
bool desk_look_talks(struct context *context, struct uuid referral_id,
    const struct talks_row **rows, size_t *count, struct error *error);

struct choice_row { /* of a list in a form */
    struct text key, words;
    struct weekly when; /* of a weekly time */
};
/* Programmes of individual talks for the child's situation; weekly times; languages of leaders. */
bool desk_look_talk_programmes(struct context *context, enum situation situation,
    const struct choice_row **rows, size_t *count, struct error *error);
bool desk_look_talk_slots(
    struct context *context, const struct choice_row **rows, size_t *count, struct error *error);

struct child_row { /* what scheduling must know of the child */
    bool found;
    struct uuid child_id;
    int64_t age;
    struct text district;
};
bool desk_look_child(
    struct context *context, struct uuid referral_id, struct child_row *child, struct error *error);

/* The referral of that code; absent: none. `*together`: the two have places in one group, or in one
 * house at one time. */
bool desk_look_other(struct context *context, struct text code, struct uuid referral_id,
    struct uuid *other, bool *together, struct error *error);
