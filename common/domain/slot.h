/* Weekly times: slot n is weekday n / 4 (0 = Monday) and the (n mod 4)-th time of that day. Which
 * hours these are is data (scheduling.slot); a set of slots is a mask, bit n for slot n. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SLOTS_A_DAY = 4, SLOT_MOST = 62 /* a mask stays a positive bigint */ };

static inline int slot_weekday(int slot)
{
    return slot / SLOTS_A_DAY;
}

static inline int64_t slot_bit(int slot)
{
    return slot >= 0 && slot <= SLOT_MOST ? (int64_t)1 << slot : 0;
}

static inline bool slot_in(int64_t slots, int slot)
{
    return (slots & slot_bit(slot)) != 0;
}

static inline int slot_count(int64_t slots)
{
    return __builtin_popcountll((uint64_t)slots);
}

/* The next slot of the mask after `slot`; start with -1; -1 when there is none. */
static inline int slot_next(int64_t slots, int slot)
{
    uint64_t rest = slot >= SLOT_MOST ? 0 : (uint64_t)slots >> (slot + 1);

    return rest ? slot + 1 + __builtin_ctzll(rest) : -1;
}
