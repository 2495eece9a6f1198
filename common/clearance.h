/*
 * The safety token of a referral: without a valid one no letter leaves the house.
 *
 * Intake writes it with a MAC when a person (or a setting) has cleared the referral; notification
 * checks it with the same key, clearance.key. Matching carries ids only and does not hold the key,
 * so whoever takes over matching or forges its messages gets no letter sent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"
#include "common/token.h"
#include "common/uuid.h"

struct clearance { /* a row of intake.clearance_v, all of it under the MAC */
    struct uuid clearance_id, referral_id;
    int64_t answers_version; /* of the safety answers that were looked at */
    int64_t rule_version;    /* of the rules they were judged by */
    struct text cleared_by;  /* the person's id as text, or the setting's name */
    int64_t valid_until_ms;  /* whole milliseconds: what the database gives back must be the same */
};

void clearance_mac(const uint8_t key[static TOKEN_KEY], const struct clearance *clearance,
    uint8_t mac[static TOKEN_MAC]);

enum clearance_verdict {
    CLEARANCE_VALID = 1,
    CLEARANCE_FORGED,   /* the MAC is not ours, or there is none */
    CLEARANCE_FOREIGN,  /* a true one, of another referral, id or version of the answers */
    CLEARANCE_OUTDATED, /* its time has passed */
};

/* What the message asked for; the row must say the same. */
struct clearance_claim {
    struct uuid clearance_id, referral_id;
    int64_t answers_version;
};

/* Whether the row `clearance` with its stored `mac` lets a letter of that claim go at `now_ms`.
 * That the answers are the newest and nothing red is open is the view's word (`current`). */
enum clearance_verdict clearance_check(const uint8_t key[static TOKEN_KEY],
    const struct clearance *clearance, struct text mac, const struct clearance_claim *claim,
    int64_t now_ms);

/* For an operator: "forged" and so on. */
const char *clearance_verdict_name(enum clearance_verdict verdict);
