/* What the writers of the planner's file share: matching_plan_put.c. */
#pragma once

#include <stdio.h>

#include "services/matching/matching_plan.h"

struct writer { /* of one instance */
    FILE *stream;
    const struct round *round;
    bool first; /* of a list */
};

void plan_put_text(struct writer *writer, struct text text);
void plan_put_uuid(struct writer *writer, struct uuid uuid);

/* Lists and fields: each begins with a comma and its name. */
void plan_begin(struct writer *writer, const char *name);
void plan_next(struct writer *writer);
void plan_end(struct writer *writer);
void plan_put_day(struct writer *writer, const char *name, int32_t day);
void plan_put_words(
    struct writer *writer, const char *name, uint64_t mask, const struct words *words);
void plan_put_slots(struct writer *writer, int64_t slots);
void plan_put_themes(struct writer *writer, uint64_t mask);
void plan_put_needs(struct writer *writer, const char *name, uint32_t needs);

/* Whether a booked group is in the file. */
bool plan_tells_group(const struct round *round, const struct open_group *group);

/* "<group>/room", "<group>/parents", "<group>/1": what belongs to a booked group. */
void plan_put_part(struct writer *writer, const struct open_group *group, const char *part);

/* matching_plan_people.c: who waits, and who belongs together or must be kept apart. */
void plan_put_people(struct writer *writer);
