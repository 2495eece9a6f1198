/* The SQL of bringing in programmes. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/programme_read.h"

enum programme_end {
    PROGRAMME_NEW,      /* nobody knew the programme */
    PROGRAMME_VERSION,  /* a new version of it */
    PROGRAMME_REPLACED, /* the draft of that number gave way */
    PROGRAMME_SAME,     /* it was there as it is */
};

/* Writes one; on a contradiction with what is there (ERROR_CONFLICT) `*field` is the field that
 * must change. */
bool programme_write(struct tx *tx, struct arena *arena, const struct programme_told *told,
    enum programme_end *end, struct uuid *programme_id, const char **field, struct error *error);
