/* Words that are almost another: what somebody may have meant. Pure. */
#pragma once

#include <stddef.h>

#include "common/text.h"

enum { NEAR_MOST = 5 };

/*
 * The words nearest to `meant`, nearest first, at most NEAR_MOST of them into `places`; returns how
 * many. Near: two thirds of the letters are right and in their order, whatever their case, or one
 * has the other in it.
 */
size_t near_find(
    const struct text *words, size_t count, struct text meant, size_t places[static NEAR_MOST]);
