/* What the safety answers of a referral come to (SAFETY, "Protected identity and violence"): the
 * gate that nothing passes round. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vocabulary.h"

/* A hand-over is due at once; without the receiver's name it is late after this (SAFETY 7). */
enum { PROTECTION_LATE_MS = 2 * 60 * 60 * 1000 };

struct safety_answers { /* NONE: the question was not answered, which counts as unknown */
    enum safety_answer immediate_danger;
    enum safety_answer afraid_at_home;
    enum safety_answer violence_last_year;
    enum safety_answer other_guardian_dangerous;
    enum safety_answer protected_identity;
};

/*
 * red: danger now, or a child that is afraid at home: a person hands it over the same day.
 * unsure: anything unknown, or violence, or a dangerous guardian, or a protected identity: a person
 * looks at it. green: all the rest.
 */
enum safety protection_safety(const struct safety_answers *answers);

/* Whether a municipality's setting may clear it without a person: green, and no violence among the
 * situations, whatever else was answered. */
bool protection_may_clear_alone(enum safety safety, const enum situation *situations, size_t count);
