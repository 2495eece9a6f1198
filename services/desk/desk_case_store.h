/*
 * Identities, as gruppstod_desk_case: a connection of its own that cannot read a situation.
 *
 * The only reader is intake.read_identity, which writes who asked and why first; that row is
 * committed before anything is unsealed.
 */
#pragma once

#include "common/context.h"

struct person_row {
    struct uuid person_id;
    struct text role, language, hours, sealed, wrapped_key;
    bool email_ok, phone_ok, sms_ok, print_ok, may_leave_message;
};

struct words_row { /* of a note of a call */
    struct uuid note_id;
    struct text sealed, wrapped_key;
    int64_t at_ms;
};

struct identity_read {
    const struct person_row *persons;
    const struct words_row *words;
    size_t person_count, word_count;
};

/* In a transaction of its own on `store`; what comes back lies in `arena`. */
bool desk_read_identity(struct store *store, struct arena *arena, struct uuid referral_id,
    struct uuid staff_id, struct text reason, struct identity_read *read, struct error *error);
