/*
 * What would be if: one more leader, room or open slot, a wider band, a longer way, another
 * minimum. The change is made in the instance's JSON; whoever asks solves it anew.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/error.h"

enum whatif_kind {
    WHATIF_LEADER,  /* like=ID, or themes=,languages=,slots=,districts=,groups=,parents= */
    WHATIF_ROOM,    /* like=ID, or district=,capacity=,slots=,tags= */
    WHATIF_SLOT,    /* every room is open then too */
    WHATIF_BAND,    /* +1: a year more for every band */
    WHATIF_TRAVEL,  /* +15: every child may travel that much longer */
    WHATIF_MINIMUM, /* 5: so many children open a group */
    WHATIF_COUNT,
};

struct whatif {
    enum whatif_kind kind;
    const char *value; /* borrowed */
};

/* "--leader" and its like; WHATIF_COUNT for another word. */
enum whatif_kind whatif_kind_of(const char *option);
const char *whatif_option(enum whatif_kind kind);

/*
 * Changes the document (a right instance). Lists within a value are joined by "+"; what a leader
 * or room does not say is everything there is: all slots, all districts, experienced. False with
 * a sentence, and the document as it was or half changed, where the value is not understood.
 */
bool whatif_change(json_t *document, struct whatif whatif, struct error *error);
