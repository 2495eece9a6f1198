/* What supervision.c and visits.c share: hours beside the groups' meetings. */
#pragma once

#include "services/scheduling/act.h"
#include "services/scheduling/work_store.h"

/* Refuses; true. */
bool work_refuse(struct act_answer *answer, enum act_reason reason, const char *way_out);

struct work_time work_time_of(int32_t day, int64_t starts_min, int64_t minutes);

struct work_wanted {
    struct uuid own; /* the meeting or the visit */
    bool planned;    /* it is planned already: the way out is about it */
    const struct uuid *leaders;
    size_t count;
    struct work_time time;
};
/* Refuses a time that has been, or at which one of the leaders cannot, with the nearest day. */
bool work_judge_time(struct context *context, const struct work_wanted *wanted,
    struct act_answer *answer, struct error *error);

struct work_news {
    struct uuid notice_id, about; /* the meeting or visit; absent */
    enum leader_purpose purpose;
};
void work_tell(struct context *context, const struct uuid *leaders, size_t count,
    const struct work_news *news);
