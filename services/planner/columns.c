/* The pool and its hash behind columns.h. */
#include "services/planner/columns.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

void columns_free(struct columns *columns)
{
    free(columns->items);
    free(columns->units);
    free(columns->table);
    *columns = (struct columns){0};
}

void columns_clear(struct columns *columns)
{
    columns->count = 0;
    columns->unit_count = 0;
    if (columns->table)
        memset(columns->table, 0, (size_t)columns->table_size * sizeof *columns->table);
}

static uint32_t hash_column(const struct columns *columns, const struct column *column)
{
    uint64_t hash = (uint64_t)(uint32_t)column->cell * 31 + (uint32_t)column->spot;

    hash = hash * 31 + (uint32_t)column->parent_spot;
    hash = hash * 31 + (uint32_t)column->gender;
    for (int32_t i = 0; i < column->unit_count; i++) {
        hash ^= (uint32_t)columns->units[column->first_unit + i];
        hash *= UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return (uint32_t)(hash ^ (hash >> 32));
}

static bool same(const struct columns *columns, const struct column *a, const struct column *b)
{
    return a->cell == b->cell && a->spot == b->spot && a->parent_spot == b->parent_spot &&
           a->gender == b->gender && a->unit_count == b->unit_count &&
           memcmp(columns->units + a->first_unit, columns->units + b->first_unit,
               (size_t)a->unit_count * sizeof(int32_t)) == 0;
}

/* The slot of the table where the column is or would be. */
static int32_t *find_slot(const struct columns *columns, const struct column *column)
{
    uint32_t mask = (uint32_t)columns->table_size - 1;
    uint32_t at = hash_column(columns, column) & mask;

    while (columns->table[at] && !same(columns, &columns->items[columns->table[at] - 1], column))
        at = (at + 1) & mask;
    return &columns->table[at];
}

static void grow_table(struct columns *columns)
{
    if (columns->table_size > 2 * (columns->count + 1))
        return;
    columns->table_size = columns->table_size ? columns->table_size * 4 : 4096;
    columns->table =
        memory_grow(columns->table, (size_t)columns->table_size * sizeof *columns->table);
    memset(columns->table, 0, (size_t)columns->table_size * sizeof *columns->table);
    for (int32_t i = 0; i < columns->count; i++)
        *find_slot(columns, &columns->items[i]) = i + 1;
}

/* Copies the units, ascending, to the end of the pool. */
static void put_units(struct columns *columns, const struct pick *pick)
{
    int32_t *units;

    if (columns->unit_count + GROUP_MOST > columns->unit_room) {
        columns->unit_room = columns->unit_room * 2 + 64 * GROUP_MOST;
        columns->units =
            memory_grow(columns->units, (size_t)columns->unit_room * sizeof *columns->units);
    }
    units = columns->units + columns->unit_count;
    for (int32_t i = 0; i < pick->unit_count; i++) {
        int32_t at = i;

        for (; at > 0 && units[at - 1] > pick->units[i]; at--)
            units[at] = units[at - 1];
        units[at] = pick->units[i];
    }
}

int32_t columns_add(struct columns *columns, const struct pick *pick, bool *fresh)
{
    struct column column = {.cell = pick->cell,
        .spot = pick->spot,
        .parent_spot = pick->parent_spot,
        .gender = pick->gender,
        .first_unit = columns->unit_count,
        .unit_count = pick->unit_count,
        .joiners = pick->joiners,
        .score = pick->score,
        .value = pick->value};
    int32_t *slot;

    put_units(columns, pick);
    grow_table(columns);
    slot = find_slot(columns, &column);
    *fresh = *slot == 0;
    if (*slot)
        return *slot - 1;
    if (columns->count == columns->room) {
        columns->room = columns->room * 2 + 1024;
        columns->items =
            memory_grow(columns->items, (size_t)columns->room * sizeof *columns->items);
    }
    columns->unit_count += pick->unit_count;
    columns->items[columns->count] = column;
    *slot = columns->count + 1;
    return columns->count++;
}

void columns_pick(
    const struct problem *problem, const struct columns *columns, int32_t index, struct pick *out)
{
    const struct column *column = &columns->items[index];

    out->cell = column->cell;
    out->spot = column->spot;
    out->parent_spot = column->parent_spot;
    out->gender = column->gender;
    out->unit_count = column->unit_count;
    memcpy(out->units, columns->units + column->first_unit,
        (size_t)column->unit_count * sizeof(int32_t));
    pick_measure(problem, out);
    out->score = column->score;
    out->value = column->value;
}
