/* The heap of candidates and the filling of free places behind greedy.h. */
#include "services/planner/greedy.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

enum { MEETING_MOST = 8 };

struct greedy {
    const struct problem *problem;
    struct pricing *pricing;
    int64_t *unit, *staff, *spot; /* the market of the run at hand */
    struct pick *picks;           /* by cell */
    int32_t *heap;                /* cells, the best on top */
    int32_t heap_count;
    int64_t share;
    uint8_t *staff_gone; /* by staff: nobody is left who could lead */
};

struct greedy *greedy_new(const struct problem *problem)
{
    struct greedy *greedy = memory_grow(NULL, sizeof *greedy);
    size_t cells = (size_t)problem->cell_count + 1, staff = (size_t)problem->staff_count + 1;

    *greedy = (struct greedy){.problem = problem, .pricing = pricing_new(problem)};
    greedy->unit = memory_grow(NULL, ((size_t)problem->unit_count + 1) * sizeof(int64_t));
    greedy->staff = memory_grow(NULL, staff * KINDS * sizeof(int64_t));
    greedy->spot = memory_grow(NULL, ((size_t)problem->spot_count + 1) * sizeof(int64_t));
    greedy->picks = memory_grow(NULL, cells * sizeof(struct pick));
    greedy->heap = memory_grow(NULL, cells * sizeof(int32_t));
    greedy->staff_gone = memory_grow(NULL, staff);
    return greedy;
}

void greedy_free(struct greedy *greedy)
{
    if (!greedy)
        return;
    pricing_free(greedy->pricing);
    free(greedy->unit);
    free(greedy->staff);
    free(greedy->spot);
    free(greedy->picks);
    free(greedy->heap);
    free(greedy->staff_gone);
    free(greedy);
}

/* The order of the heap: value, then the cell, so that equal runs are equal. */
static bool better(const struct greedy *greedy, int32_t one, int32_t other)
{
    int64_t a = greedy->picks[one].value, b = greedy->picks[other].value;

    return a != b ? a > b : one < other;
}

static void push(struct greedy *greedy, int32_t cell)
{
    int32_t at = greedy->heap_count++;

    while (at > 0 && better(greedy, cell, greedy->heap[(at - 1) / 2])) {
        greedy->heap[at] = greedy->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    greedy->heap[at] = cell;
}

static int32_t pop(struct greedy *greedy)
{
    int32_t top = greedy->heap[0], last = greedy->heap[--greedy->heap_count], at = 0;

    for (;;) {
        int32_t child = 2 * at + 1;

        if (child >= greedy->heap_count)
            break;
        if (child + 1 < greedy->heap_count &&
            better(greedy, greedy->heap[child + 1], greedy->heap[child]))
            child++;
        if (!better(greedy, greedy->heap[child], last))
            break;
        greedy->heap[at] = greedy->heap[child];
        at = child;
    }
    greedy->heap[at] = last;
    return top;
}

int32_t greedy_parents_missing(const struct draft *draft)
{
    int64_t share = draft->problem->instance->policy.parent_share;
    int64_t wanted = (share * draft->open + 99) / 100;

    return wanted > draft->with_parents ? (int32_t)(wanted - draft->with_parents) : 0;
}

static void set_market(struct greedy *greedy, const struct draft *draft, const struct guide *guide)
{
    const struct problem *problem = greedy->problem;
    size_t staff = (size_t)problem->staff_count * KINDS * sizeof(int64_t);
    size_t spots = (size_t)problem->spot_count * sizeof(int64_t);

    for (int32_t u = 0; u < problem->unit_count; u++)
        greedy->unit[u] = draft->place_of[u] != NONE ? PRICE_NEVER
                          : guide && guide->unit     ? guide->unit[u]
                                                     : 0;
    if (guide && guide->staff)
        memcpy(greedy->staff, guide->staff, staff);
    else
        memset(greedy->staff, 0, staff);
    if (guide && guide->spot)
        memcpy(greedy->spot, guide->spot, spots);
    else
        memset(greedy->spot, 0, spots);
    greedy->share = guide ? guide->share : 0;
    memset(greedy->staff_gone, 0, (size_t)problem->staff_count);
}

/* Units of the pick who would meet somebody they must not meet, there and then. */
static int32_t find_meeting(const struct draft *draft, const struct pick *pick, int32_t *out)
{
    const struct spot *spot = &draft->problem->spots[pick->spot];
    int32_t count = 0;

    for (int32_t i = 0; i < pick->unit_count && count < MEETING_MOST; i++)
        if (draft->problem->units[pick->units[i]].meets.count &&
            draft_meets(draft, pick->units[i], spot->site, spot->slot))
            out[count++] = pick->units[i];
    return count;
}

/* Prices a cell; a group in which somebody would meet is priced again without them. */
static bool price_cell(struct greedy *greedy, const struct draft *draft, int32_t cell)
{
    struct market market = {.unit = greedy->unit,
        .staff = greedy->staff,
        .spot = greedy->spot,
        .spot_user = draft->spot_user,
        .share = greedy->share};
    struct pick *pick = &greedy->picks[cell];
    int32_t banned[MEETING_MOST * 2], count = 0, more;

    for (;;) {
        if (!pricing_best_without(
                greedy->pricing, &greedy->problem->cells[cell], &market, banned, count, pick))
            return false;
        if (count >= MEETING_MOST)
            return false;
        more = find_meeting(draft, pick, banned + count);
        if (!more)
            return pick->score > 0;
        count += more;
    }
}

static bool is_current(const struct draft *draft, const struct pick *pick)
{
    const struct spot *spot = &draft->problem->spots[pick->spot];

    if (draft->spot_user[pick->spot] != NONE ||
        (pick->parent_spot != NONE && draft->spot_user[pick->parent_spot] != NONE))
        return false;
    for (int32_t i = 0; i < pick->unit_count; i++)
        if (draft->place_of[pick->units[i]] != NONE ||
            (draft->problem->units[pick->units[i]].meets.count &&
                draft_meets(draft, pick->units[i], spot->site, spot->slot)))
            return false;
    return true;
}

/* Somebody whom leaders must not meet may be why none were found: without them, then. False where
 * there is nobody like that. */
static bool leave_avoided(struct greedy *greedy, const struct pick *pick)
{
    bool any = false;

    for (int32_t i = 0; i < pick->unit_count; i++)
        if (greedy->problem->units[pick->units[i]].marks & MARK_AVOIDED) {
            greedy->unit[pick->units[i]] = PRICE_NEVER;
            any = true;
        }
    return any;
}

/* Opens the pick, or remembers what is missing. True where its cell may have more groups. */
static bool try_open(struct greedy *greedy, struct draft *draft, const struct pick *pick)
{
    int32_t staff = greedy->problem->cells[pick->cell].staff;

    if (draft_open(draft, pick)) {
        for (int32_t i = 0; i < pick->unit_count; i++)
            greedy->unit[pick->units[i]] = PRICE_NEVER;
        return true;
    }
    if (pick->parent_spot != NONE && greedy->staff[staff * KINDS + KIND_PARENT] < PRICE_NEVER / 8) {
        greedy->staff[staff * KINDS + KIND_PARENT] = PRICE_NEVER / 8;
        return true;
    }
    if (leave_avoided(greedy, pick))
        return true;
    greedy->staff_gone[staff] = 1;
    return false;
}

void greedy_open(struct greedy *greedy, struct draft *draft, const struct guide *guide,
    const int32_t *cells, int32_t cell_count)
{
    set_market(greedy, draft, guide);
    greedy->heap_count = 0;
    for (int32_t i = 0; i < cell_count; i++)
        if (price_cell(greedy, draft, cells[i]))
            push(greedy, cells[i]);
    while (greedy->heap_count) {
        int32_t cell = pop(greedy);
        struct pick *pick = &greedy->picks[cell];

        if (greedy->staff_gone[greedy->problem->cells[cell].staff] ||
            (is_current(draft, pick) && !try_open(greedy, draft, pick)))
            continue;
        if (price_cell(greedy, draft, cell))
            push(greedy, cell);
    }
}

/* The unit that brings most to an open group. False: nobody. */
static bool best_joiner(const struct draft *draft, int32_t spot, int32_t *out, int64_t *out_gain)
{
    const struct problem *problem = draft->problem;
    const struct cell *cell = &problem->cells[draft->groups[spot].cell];

    *out_gain = 0;
    for (int32_t i = 0; i < cell->entry_count; i++) {
        const struct entry *entry = &problem->entries[cell->first_entry + i];
        int64_t gain;

        if (draft->place_of[entry->unit] == NONE &&
            draft_may_join(draft, spot, entry->unit, &gain) && gain > *out_gain) {
            *out = entry->unit;
            *out_gain = gain;
        }
    }
    return *out_gain > 0;
}

void greedy_fill_groups(struct draft *draft, const int32_t *spots, int32_t spot_count)
{
    const struct problem *problem = draft->problem;

    for (int32_t i = 0; i < spot_count; i++) {
        int32_t spot = spots[i], unit;
        int64_t gain;

        if (draft->groups[spot].cell == NONE)
            continue;
        while (draft->groups[spot].weight < problem->cells[draft->groups[spot].cell].most &&
               draft->groups[spot].weight < problem->spots[spot].capacity &&
               best_joiner(draft, spot, &unit, &gain))
            draft_join(draft, spot, unit);
    }
}

static void fill_host(struct draft *draft, int32_t host_index)
{
    const struct problem *problem = draft->problem;
    const struct host *host = &problem->hosts[host_index];

    for (;;) {
        const struct offer *best = NULL;

        for (int32_t i = 0; i < host->offer_count; i++) {
            const struct offer *offer = &problem->offers[host->first_offer + i];

            if (draft->place_of[offer->unit] == NONE && offer->value > 0 &&
                (!best || offer->value * problem->units[best->unit].weight >
                              best->value * problem->units[offer->unit].weight) &&
                draft_may_add(draft, host_index, offer->unit))
                best = offer;
        }
        if (!best || !draft_add(draft, host_index, best))
            return;
    }
}

void greedy_fill_hosts(struct draft *draft)
{
    const struct problem *problem = draft->problem;

    for (int32_t h = 0; h < problem->host_count; h++)
        if (draft->host_weight[h] < problem->hosts[h].places)
            fill_host(draft, h);
}

void greedy_fill(struct greedy *greedy, struct draft *draft)
{
    const struct problem *problem = greedy->problem;

    greedy_fill_hosts(draft);
    for (int32_t s = 0; s < problem->spot_count; s++)
        greedy_fill_groups(draft, &s, 1);
}
