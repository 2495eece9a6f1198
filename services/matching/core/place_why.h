/* Why a child may not come to a group that a person chose: the rules of place.c, one by one, for a
 * sentence to that person. Pure. */
#pragma once

#include "services/matching/core/place.h"

/* NONE: it may. Asked of one need and one group of the view; that the pair was offered once does
 * not count, since a person asks. */
enum place_refusal place_why(const struct place_view *view, size_t need, size_t group);
