/*
 * The chain of a series: meetings in the order of their days, themes in the order of the programme.
 * A change of the days never changes the order of the themes: they move on to the next meeting.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/domain/series.h"
#include "common/text.h"
#include "common/uuid.h"
#include "vocabulary.h"

struct chain_meeting {
    struct uuid meeting_id;
    int64_t number;
    struct text theme;
    struct series_meeting when;
    bool begun;   /* or held: it stays as it is */
    bool changed; /* by chain_apply() */
};

struct chain {
    struct chain_meeting meetings[SERIES_MEETINGS_MOST + 1]; /* none cancelled; by day */
    size_t count;
    struct chain_meeting gone; /* what chain_apply() cancelled, when `shorter` */
    bool shorter;
};

struct chain_change {
    enum series_change what;
    struct uuid meeting_id;     /* that is moved or cancelled; of an added one its new id */
    struct uuid instead_id;     /* of the meeting at the end, instead of a cancelled one */
    struct series_meeting when; /* the new day and hour; of a cancelled one, of the one instead */
    struct text theme;          /* of an added one */
};

/* Makes the chain what it is after the change, or says why not and leaves it as it was. The days
 * themselves are the caller's to judge. */
enum act_reason chain_apply(struct chain *chain, const struct chain_change *change);
