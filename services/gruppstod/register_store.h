/* The SQL of bringing in leaders and rooms. Each is looked at first: what of it is new, and what
 * stands in the way; then written. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/register_read.h"

bool register_load_known(
    struct tx *tx, struct arena *arena, struct register_known *known, struct error *error);

struct register_found {
    size_t matches;      /* more than one: nobody knows which is meant */
    struct uuid id;      /* absent: it is new */
    struct uuid house;   /* of a room: absent, the house is new too */
    struct text changed; /* the columns that say otherwise, ", " between; absent: none does */
};

bool leader_import_look(struct tx *tx, struct arena *arena, const struct leader_told *told,
    struct register_found *found, struct error *error);
bool room_import_look(struct tx *tx, struct arena *arena, const struct room_told *told,
    struct register_found *found, struct error *error);

/* What must not be, since something is booked on it: a fault of the sheet for each. */
bool leader_import_guard(struct tx *tx, const struct leader_told *told, struct uuid leader_id,
    struct sheet *sheet, struct error *error);
bool room_import_guard(struct tx *tx, const struct room_told *told,
    const struct register_found *found, struct sheet *sheet, struct error *error);

/* Writes what is new or changed; a new one gets its id in *found. */
bool leader_import_write(struct tx *tx, struct arena *arena, const struct leader_told *told,
    struct register_found *found, struct error *error);
bool room_import_write(struct tx *tx, struct arena *arena, const struct room_told *told,
    struct register_found *found, struct error *error);
