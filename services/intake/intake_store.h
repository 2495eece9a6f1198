/* All SQL of the fast path: what a slice of referrals reads and writes. One statement a function,
 * however many referrals the slice has. */
#pragma once

#include "common/context.h"
#include "common/token.h"
#include "services/intake/core/register.h"

struct referral_row { /* intake.referral; texts live in the slice's arena */
    struct uuid referral_id, child_id;
    struct text code, receipt, key, body_hash;
    enum door door;
    enum source source;
    struct text language;
    enum situation primary;
    struct text situations; /* words with commas between */
    int32_t birth;
    enum sex sex;
    struct text district, languages;
    int64_t free_slots, max_travel_min;
    struct text needs;
    bool same_sex_only;
    enum parent_wish parent_wish;
    enum safety safety;
    struct text answers;
    bool violence, protected;
    struct text consents;
    bool person_first, complete;
    int64_t said, cleared_version; /* INT_ABSENT: not cleared */
};

struct child_row { /* intake.child */
    struct uuid child_id;
    struct text identity_index, name_index;
};

struct person_row { /* intake.person */
    struct uuid referral_id, person_id;
    struct text role, language;
    bool email_ok, phone_ok, sms_ok, may_leave_message;
    struct text hours, sealed, wrapped_key;
    struct text contact_index; /* of a guardian with a name and an address; or absent */
};

struct clearance_row { /* intake.clearance */
    struct uuid clearance_id, referral_id;
    int64_t answers_version, urgency;
    struct text cleared_by;
    int64_t valid_until_ms;
    bool spoken;
    uint8_t mac[TOKEN_MAC];
};

struct known_key { /* an idempotency key that was used before */
    size_t index;  /* in the array that was asked for */
    struct uuid referral_id;
    struct text code, receipt;
    bool same_body;
};

struct known_child {
    struct uuid child_id;
    struct text identity_index, name_index;
    bool doubtful; /* another referral of the child is not green, or has violence in it */
};

struct other_referral { /* of a child that came again with something red */
    struct uuid referral_id, child_id;
    int64_t answers_version, said; /* as they are after the change */
};

bool intake_find_keys(struct context *context, const struct text *keys, const struct text *bodies,
    size_t count, const struct known_key **known, size_t *known_count, struct error *error);

/* Children that have any of these indexes, by number or by name. */
bool intake_find_children(struct context *context, const struct text *indexes, size_t count,
    const struct known_child **known, size_t *known_count, struct error *error);

bool intake_add_children(
    struct context *context, const struct child_row *rows, size_t count, struct error *error);
bool intake_learn_numbers(
    struct context *context, const struct child_row *rows, size_t count, struct error *error);
bool intake_add_referrals(
    struct context *context, const struct referral_row *rows, size_t count, struct error *error);
bool intake_add_persons(
    struct context *context, const struct person_row *rows, size_t count, struct error *error);
bool intake_add_clearances(
    struct context *context, const struct clearance_row *rows, size_t count, struct error *error);

/* Turns the children's earlier referrals red and tells which these were; what is red already is
 * left alone. */
bool intake_redden_others(struct context *context, const struct uuid *children, size_t count,
    const struct other_referral **others, size_t *other_count, struct error *error);
