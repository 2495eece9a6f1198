/* UUID version 7 (RFC 9562, section 5.7; the counter is method 1 of section 6.2). */
#include "common/uuid.h"

#include <sodium.h>
#include <string.h>

struct uuid uuid_at(int64_t ms)
{
    struct uuid uuid = {.bytes = {0}};

    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
    return uuid;
}

int64_t uuid_ms(struct uuid uuid)
{
    uint64_t ms = 0;

    for (int i = 0; i < 6; i++)
        ms = ms << 8 | uuid.bytes[i];
    return (int64_t)ms;
}

enum { LANE_MS = 10 * 60 * 1000 /* a clock that is set right moves less */ };

struct lane { /* the ids of one clock */
    int64_t last_ms;
    unsigned counter;
};

/* Two clocks make ids, the civil one and the machine's, and a demo turns the civil one by weeks.
 * Each has its own order: else a message's id would lie weeks ahead, where no sweep looks. */
static struct lane *lane_of(int64_t now_ms)
{
    static _Thread_local struct lane lanes[2];
    static _Thread_local int used;

    for (int i = 0; i < 2; i++) {
        struct lane *lane = &lanes[(used + i) % 2];
        if (now_ms - lane->last_ms < LANE_MS && lane->last_ms - now_ms < LANE_MS) {
            used = (used + i) % 2;
            return lane;
        }
    }
    used = 1 - used;
    lanes[used] = (struct lane){0, 0};
    return &lanes[used];
}

struct uuid uuid_new(int64_t now_ms)
{
    static _Thread_local uint8_t pool[1024];
    static _Thread_local size_t pool_left;
    struct lane *lane = lane_of(now_ms);

    /* The counter carries into the millisecond, so ids of one clock never go backwards. */
    if (now_ms > lane->last_ms) {
        lane->last_ms = now_ms;
        lane->counter = 0;
    } else if (++lane->counter > 0xfff) {
        lane->last_ms++;
        lane->counter = 0;
    }
    if (pool_left < 8) {
        randombytes_buf(pool, sizeof pool);
        pool_left = sizeof pool;
    }
    struct uuid uuid = uuid_at(lane->last_ms);
    uuid.bytes[6] = (uint8_t)(0x70 | lane->counter >> 8);
    uuid.bytes[7] = (uint8_t)lane->counter;
    pool_left -= 8;
    memcpy(uuid.bytes + 8, pool + pool_left, 8);
    uuid.bytes[8] = (uint8_t)(0x80 | (uuid.bytes[8] & 0x3f));
    return uuid;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(struct text text, struct uuid *uuid)
{
    static const uint8_t starts[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    struct uuid parsed;

    if (text.length != UUID_TEXT || text.data[8] != '-' || text.data[13] != '-' ||
        text.data[18] != '-' || text.data[23] != '-')
        return false;
    for (int i = 0; i < 16; i++) {
        const int high = hex_value(text.data[starts[i]]), low = hex_value(text.data[starts[i] + 1]);
        if (high < 0 || low < 0)
            return false;
        parsed.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *uuid = parsed;
    return true;
}

void uuid_format(struct uuid uuid, char text[static UUID_TEXT + 1])
{
    static const char digits[] = "0123456789abcdef";
    char *to = text;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = digits[uuid.bytes[i] >> 4];
        *to++ = digits[uuid.bytes[i] & 15];
    }
    *to = '\0';
}

bool uuid_absent(struct uuid uuid)
{
    static const struct uuid nil;

    return uuid_equal(uuid, nil);
}

bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

int uuid_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct uuid));
}
