/*
 * What one child needs, as the rules of the planner read it (PLANNER, H1-H20), and the shared
 * measures: words as numbers, minutes between districts, points.
 *
 * Languages, districts and sites are numbers below the most that a mask holds; core/words.h gives
 * them. Nobody's name is here: a child is a pseudonym.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/uuid.h"
#include "vocabulary.h"

enum { TRAVEL_UNKNOWN = UINT16_MAX };

struct child_need {
    struct uuid referral_id, child_id;
    uint32_t situations; /* bit of each situation that a group may be chosen by */
    enum situation primary;
    uint64_t languages; /* bit of each language's number */
    int64_t slots;
    int district;
    int max_travel_min;
    uint32_t needs; /* bit of each enum need */
    int32_t birth;
    enum sex sex;
    bool same_sex_only;
    enum parent_wish parent_wish;
    int urgency;   /* 0..3 */
    int32_t since; /* the day its queue time counts from */
    const struct uuid *declined;
    size_t declined_count; /* groups it was offered once: never again (H18) */
};

struct travel { /* minutes[from * districts + to]; TRAVEL_UNKNOWN where nobody has told */
    const uint16_t *minutes;
    size_t districts;
};

struct points { /* PLANNER, "Score"; the municipality owns them */
    int place, wait, wait_cap_weeks, urgency, primary, travel, parent;
    int group, band, parent_group;
};

enum pair_kind {
    PAIR_TOGETHER = 1,  /* H15: one group, or none */
    PAIR_APART,         /* H16: not the same group */
    PAIR_MUST_NOT_MEET, /* H17: not the same group, nor the same site in the same slot */
};

enum { PAIR_OUTSIDE = SIZE_MAX };

struct pair {
    size_t a, b; /* places in the array of needs; b may be PAIR_OUTSIDE */
    enum pair_kind kind;
    /* Of b outside: where it has or is promised a place; an absent id: nowhere. */
    struct uuid group_id;
    int site, slot;
    bool waits; /* b outside waits too, but cannot be placed now */
};

static inline uint32_t bit_of(int number)
{
    return UINT32_C(1) << number;
}

/* The usual points. */
struct points points_usual(void);

/* What it is worth that this child is placed at all: place, waiting time, urgency. */
int need_worth(const struct child_need *need, int32_t today, const struct points *points);

/* TRAVEL_UNKNOWN for a district outside the table. */
int travel_minutes(const struct travel *travel, int from, int to);

bool need_declined(const struct child_need *need, struct uuid group_id);

/* H8: who may be in a mixed group (NONE), a girls' or a boys' group. */
bool need_sex_fits(const struct child_need *need, enum sex group);

/* Order of service: urgency, then waiting time, then the id, so that no order of the input counts.
 */
int need_before(const struct child_need *a, const struct child_need *b);
