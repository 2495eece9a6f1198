/*
 * The problem's cells: for each district, slot, situation and language the units that could be in
 * such a group, with what each is worth there, by age. Cells that no group can come from (too few
 * children of any band, no leaders, no room) are left out.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/check.h"
#include "services/planner/problem.h"

struct maker {
    struct problem *problem;
    int32_t *class_of; /* by district: those where the same leaders work */
    int32_t class_count;
    int32_t *staff_head; /* by class and slot: the first of staff_next */
    int32_t *staff_next;
    int32_t staff_room, cell_room;
    size_t entry_count, entry_room;
    int32_t *order; /* units by age */
    int32_t *reach; /* of the district at hand, in that order */
    int32_t reach_count;
};

/* One row for each district: a byte for each leader who works there. */
static uint8_t *work_table(const struct problem *problem)
{
    const struct instance *instance = problem->instance;
    size_t width = (size_t)problem->leader_count + 1;
    size_t size = width * ((size_t)instance->district_count + 1);
    uint8_t *table = memory_grow(NULL, size);

    memset(table, 0, size);
    for (int32_t l = 0; l < problem->leader_count; l++) {
        const struct instance_span *districts =
            &instance->leaders[problem->leaders[l].source].districts;

        for (int32_t i = 0; i < districts->count; i++)
            table[(size_t)districts->items[i] * width + (size_t)l] = 1;
    }
    return table;
}

/* Districts with the same leaders are one class: a leader of one can lead in all of it. */
static void find_classes(struct maker *maker)
{
    const struct problem *problem = maker->problem;
    int32_t count = problem->instance->district_count;
    size_t width = (size_t)problem->leader_count + 1;
    uint8_t *table = work_table(problem);
    int32_t *first = memory_grow(NULL, ((size_t)count + 1) * sizeof *first);

    maker->class_of = memory_grow(NULL, ((size_t)count + 1) * sizeof *maker->class_of);
    for (int32_t d = 0; d < count; d++) {
        int32_t c = 0;

        while (c < maker->class_count &&
               memcmp(table + (size_t)first[c] * width, table + (size_t)d * width, width) != 0)
            c++;
        if (c == maker->class_count)
            first[maker->class_count++] = d;
        maker->class_of[d] = c;
    }
    free(first);
    free(table);
}

static bool leads(
    const struct instance_leader *leader, const struct staff *staff, const int32_t *class_of)
{
    if (!(leader->themes & instance_bit(staff->theme)) ||
        !(leader->languages & instance_bit(staff->language)))
        return false;
    for (int32_t i = 0; i < leader->districts.count; i++)
        if (class_of[leader->districts.items[i]] == staff->class)
            return true;
    return false;
}

static void push_shifts(struct maker *maker, const struct staff *staff, bool experienced)
{
    struct problem *problem = maker->problem;

    for (int32_t i = 0; i < problem->shift_count; i++) {
        const struct shift *shift = &problem->shifts[i];
        const struct leader *leader = &problem->leaders[shift->leader];

        if (shift->slot == staff->slot && leader->experienced == experienced &&
            leads(&problem->instance->leaders[leader->source], staff, maker->class_of))
            problem_push(problem, i);
    }
}

static void add_staff_shifts(struct maker *maker, struct staff *staff)
{
    struct problem *problem = maker->problem;
    int32_t without, parents = 0;

    staff->shifts.first = problem->list_count;
    push_shifts(maker, staff, false);
    without = problem->list_count - staff->shifts.first;
    push_shifts(maker, staff, true);
    staff->shifts.count = problem->list_count - staff->shifts.first;
    staff->able = staff->shifts.count >= 2 && staff->shifts.count > without;
    for (int32_t i = 0; i < staff->shifts.count; i++)
        parents += problem->leaders[problem->shifts[problem->list[staff->shifts.first + i]].leader]
                       .parents;
    staff->parents = staff->able && parents >= staff->parent_leaders &&
                     staff->shifts.count >= 2 + staff->parent_leaders;
}

static int32_t find_staff(struct maker *maker, struct staff wanted)
{
    struct problem *problem = maker->problem;
    int32_t *head = &maker->staff_head[wanted.class * problem->instance->slot_count + wanted.slot];

    for (int32_t i = *head; i != NONE; i = maker->staff_next[i])
        if (problem->staff[i].theme == wanted.theme &&
            problem->staff[i].language == wanted.language)
            return i;
    if (problem->staff_count == maker->staff_room) {
        maker->staff_room = maker->staff_room * 2 + 64;
        problem->staff =
            memory_grow(problem->staff, (size_t)maker->staff_room * sizeof(struct staff));
        maker->staff_next =
            memory_grow(maker->staff_next, (size_t)maker->staff_room * sizeof(int32_t));
    }
    add_staff_shifts(maker, &wanted);
    problem->staff[problem->staff_count] = wanted;
    maker->staff_next[problem->staff_count] = *head;
    *head = problem->staff_count;
    return problem->staff_count++;
}

/* True where some band of ages has enough children. */
static bool enough_in_a_band(const struct cell *cell, const struct entry *entries)
{
    int32_t by_age[INSTANCE_AGE_MAX + 1] = {0};

    for (int32_t i = 0; i < cell->entry_count; i++)
        by_age[entries[i].age_low] += entries[i].weight;
    for (int32_t low = 0; low <= INSTANCE_AGE_MAX; low++) {
        int32_t children = 0;

        for (int32_t age = low; age < low + cell->width && age <= INSTANCE_AGE_MAX; age++)
            children += by_age[age];
        if (children >= cell->least)
            return true;
    }
    return false;
}

static void add_entry(struct maker *maker, const struct cell *cell, int32_t u, int32_t district)
{
    struct problem *problem = maker->problem;
    const struct unit *unit = &problem->units[u];
    int64_t value = problem_unit_value(problem->instance, problem, unit, cell->theme, district);

    if (maker->entry_count == maker->entry_room) {
        maker->entry_room = maker->entry_room * 2 + 4096;
        problem->entries = memory_grow(problem->entries, maker->entry_room * sizeof(struct entry));
    }
    problem->entries[maker->entry_count++] = (struct entry){.unit = u,
        .age_low = (uint8_t)unit->age_low,
        .age_high = (uint8_t)unit->age_high,
        .marks = unit->marks,
        .weight = (uint8_t)unit->weight,
        .value = value * MILLI};
}

static void fill_cell(struct maker *maker, struct cell *cell, const struct block *block)
{
    const struct problem *problem = maker->problem;

    cell->first_entry = (int32_t)maker->entry_count;
    for (int32_t i = 0; i < maker->reach_count; i++) {
        const struct unit *unit = &problem->units[maker->reach[i]];
        bool alone = !(unit->marks & MARK_NOT_GIRLS) || !(unit->marks & MARK_NOT_BOYS);

        if (!(unit->slots & instance_bit(block->slot)) ||
            !(unit->themes & instance_bit(cell->theme)) ||
            !(unit->languages & instance_bit(cell->language)) ||
            unit->age_high - unit->age_low >= cell->width || unit->weight > cell->most ||
            ((unit->marks & MARK_NOT_MIXED) && !alone))
            continue;
        add_entry(maker, cell, maker->reach[i], block->district);
        cell->marks |= unit->marks;
        cell->needs |= unit->needs;
        cell->girls |= (unit->marks & MARK_NOT_MIXED) && !(unit->marks & MARK_NOT_GIRLS);
        cell->boys |= (unit->marks & MARK_NOT_MIXED) && !(unit->marks & MARK_NOT_BOYS);
    }
    cell->entry_count = (int32_t)maker->entry_count - cell->first_entry;
}

static int32_t largest_room(const struct problem *problem, const struct block *block)
{
    int32_t capacity = 0;

    for (int32_t h = block->first_hall; h < block->first_hall + block->hall_count; h++)
        if (problem->halls[h].capacity > capacity)
            capacity = problem->halls[h].capacity;
    return capacity;
}

static void try_cell(struct maker *maker, int32_t block_index, int32_t theme, int32_t language)
{
    struct problem *problem = maker->problem;
    const struct block *block = &problem->blocks[block_index];
    const struct instance_rule *rule = problem_rule(problem, theme);
    int32_t capacity = largest_room(problem, block);
    struct cell cell = {.block = block_index,
        .theme = theme,
        .language = language,
        .least = rule->min_children > 1 ? rule->min_children : 1,
        .most = rule->max_children < capacity ? rule->max_children : capacity,
        .width = rule->max_band_years};

    if (cell.most > GROUP_MOST)
        cell.most = GROUP_MOST;
    if (cell.least > cell.most || cell.width < 1)
        return;
    fill_cell(maker, &cell, block);
    cell.staff = NONE;
    if (enough_in_a_band(&cell, problem->entries + cell.first_entry))
        cell.staff = find_staff(maker, (struct staff){.theme = theme,
                                           .language = language,
                                           .slot = block->slot,
                                           .class = maker->class_of[block->district],
                                           .parent_leaders = rule->parent_leaders});
    if (cell.staff == NONE || !problem->staff[cell.staff].able) {
        maker->entry_count = (size_t)cell.first_entry;
        return;
    }
    if (problem->cell_count == maker->cell_room) {
        maker->cell_room = maker->cell_room * 2 + 256;
        problem->cells =
            memory_grow(problem->cells, (size_t)maker->cell_room * sizeof(struct cell));
    }
    problem->cells[problem->cell_count++] = cell;
    if (problem->most < cell.most)
        problem->most = cell.most;
}

/* The situations and languages of the units who could come to the block. */
static void add_cells_of_block(struct maker *maker, int32_t index)
{
    struct problem *problem = maker->problem;
    struct block *block = &problem->blocks[index];
    uint64_t languages[INSTANCE_BITS] = {0};

    for (int32_t i = 0; i < maker->reach_count; i++) {
        const struct unit *unit = &problem->units[maker->reach[i]];

        if (unit->slots & instance_bit(block->slot))
            for (uint64_t left = unit->themes; left; left &= left - 1)
                languages[__builtin_ctzll(left)] |= unit->languages;
    }
    block->first_cell = problem->cell_count;
    for (int32_t theme = 0; theme < problem->instance->theme_count; theme++)
        for (uint64_t left = languages[theme]; left; left &= left - 1)
            try_cell(maker, index, theme, __builtin_ctzll(left));
    block->cell_count = problem->cell_count - block->first_cell;
}

/* Units who may go to other groups than one host, by their youngest child: a counting sort. */
static int32_t order_by_age(struct maker *maker)
{
    const struct problem *problem = maker->problem;
    int32_t count = 0;

    for (int32_t age = 0; age <= INSTANCE_AGE_MAX; age++)
        for (int32_t u = 0; u < problem->unit_count; u++)
            if (problem->units[u].age_low == age && problem->units[u].only_host == NONE)
                maker->order[count++] = u;
    return count;
}

static void find_reach(struct maker *maker, int32_t count, int32_t district)
{
    maker->reach_count = 0;
    for (int32_t i = 0; i < count; i++)
        if (problem_reaches(maker->problem, &maker->problem->units[maker->order[i]], district))
            maker->reach[maker->reach_count++] = maker->order[i];
}

/* For each unit the cells it is in; what must be priced again when it comes or goes. */
static void index_cells(struct problem *problem)
{
    size_t size = ((size_t)problem->unit_count + 1) * sizeof(struct span);
    int32_t at = problem->list_count;

    problem->cells_of = memory_grow(NULL, size);
    memset(problem->cells_of, 0, size);
    for (int32_t pass = 0; pass < 2; pass++) {
        for (int32_t c = 0; c < problem->cell_count; c++) {
            const struct cell *cell = &problem->cells[c];

            for (int32_t i = 0; i < cell->entry_count; i++) {
                struct span *span =
                    &problem->cells_of[problem->entries[cell->first_entry + i].unit];

                if (pass)
                    problem->list[span->first + span->count] = c;
                span->count++;
            }
        }
        for (int32_t u = 0; u < problem->unit_count && !pass; u++) {
            int32_t count = problem->cells_of[u].count;

            problem->cells_of[u] = (struct span){at, 0};
            at += count;
        }
        while (problem->list_count < at)
            problem_push(problem, NONE);
    }
}

void problem_add_cells(struct problem *problem)
{
    size_t units = (size_t)problem->unit_count + 1, heads;
    struct maker maker = {.problem = problem};
    int32_t count;

    find_classes(&maker);
    heads = (size_t)maker.class_count * (size_t)problem->instance->slot_count + 1;
    maker.staff_head = memory_grow(NULL, heads * sizeof(int32_t));
    memset(maker.staff_head, 0xff, heads * sizeof(int32_t));
    maker.order = memory_grow(NULL, units * sizeof(int32_t));
    maker.reach = memory_grow(NULL, units * sizeof(int32_t));
    count = order_by_age(&maker);
    for (int32_t b = 0; b < problem->block_count; b++) {
        if (b == 0 || problem->blocks[b].district != problem->blocks[b - 1].district)
            find_reach(&maker, count, problem->blocks[b].district);
        add_cells_of_block(&maker, b);
    }
    index_cells(problem);
    free(maker.class_of);
    free(maker.staff_head);
    free(maker.staff_next);
    free(maker.order);
    free(maker.reach);
}
