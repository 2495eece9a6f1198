/* The safety token's MAC and what it lets through. */
#include "common/clearance.h"

#include "common/check.h"

/* Big-endian, so that the MAC is the same on every machine. */
static struct text number(int64_t value, uint8_t bytes[static 8])
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    return (struct text){(const char *)bytes, 8};
}

static struct text id(const struct uuid *uuid)
{
    return (struct text){(const char *)uuid->bytes, sizeof uuid->bytes};
}

enum { PARTS = 7 };

static void list_parts(
    const struct clearance *clearance, uint8_t numbers[static 24], struct text parts[static PARTS])
{
    parts[0] = TEXT("clearance");
    parts[1] = id(&clearance->clearance_id);
    parts[2] = id(&clearance->referral_id);
    parts[3] = number(clearance->answers_version, numbers);
    parts[4] = number(clearance->rule_version, numbers + 8);
    parts[5] = clearance->cleared_by;
    parts[6] = number(clearance->valid_until_ms, numbers + 16);
}

void clearance_mac(const uint8_t key[static TOKEN_KEY], const struct clearance *clearance,
    uint8_t mac[static TOKEN_MAC])
{
    struct text parts[PARTS];
    uint8_t numbers[24];

    list_parts(clearance, numbers, parts);
    mac_make(key, parts, PARTS, mac);
}

enum clearance_verdict clearance_check(const uint8_t key[static TOKEN_KEY],
    const struct clearance *clearance, struct text mac, const struct clearance_claim *claim,
    int64_t now_ms)
{
    struct text parts[PARTS];
    uint8_t numbers[24];

    list_parts(clearance, numbers, parts);
    if (mac.length != TOKEN_MAC || !mac_check(key, parts, PARTS, mac))
        return CLEARANCE_FORGED;
    if (!uuid_equal(clearance->clearance_id, claim->clearance_id) ||
        !uuid_equal(clearance->referral_id, claim->referral_id) ||
        clearance->answers_version != claim->answers_version)
        return CLEARANCE_FOREIGN;
    if (clearance->valid_until_ms <= now_ms)
        return CLEARANCE_OUTDATED;
    return CLEARANCE_VALID;
}

const char *clearance_verdict_name(enum clearance_verdict verdict)
{
    switch (verdict) {
    case CLEARANCE_VALID:
        return "valid";
    case CLEARANCE_FORGED:
        return "forged";
    case CLEARANCE_FOREIGN:
        return "of another referral or older answers";
    case CLEARANCE_OUTDATED:
        return "outdated";
    }
    check_failed("a clearance_verdict", __FILE__, __LINE__);
}
