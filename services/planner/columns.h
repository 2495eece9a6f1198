/* Columns: groups that could be opened, each kept once, for the master problem. */
#pragma once

#include "services/planner/pricing.h"

struct column {
    int32_t cell, spot, parent_spot;
    enum instance_gender gender;
    int32_t first_unit, unit_count, joiners; /* of columns.units, ascending */
    int64_t score;                           /* points */
    int64_t value;                           /* thousandths, when it was found */
};

struct columns {
    struct column *items;
    int32_t count, room;
    int32_t *units;
    int32_t unit_count, unit_room;
    int32_t *table; /* open hash of items + 1 */
    int32_t table_size;
};

/* Starts as all zero; ended by columns_free. */
void columns_free(struct columns *columns);
void columns_clear(struct columns *columns);

/* Adds the group unless the same is there; gives its index. *fresh: it was not there. */
int32_t columns_add(struct columns *columns, const struct pick *pick, bool *fresh);

/* The column as a group to open. */
void columns_pick(
    const struct problem *problem, const struct columns *columns, int32_t index, struct pick *out);
