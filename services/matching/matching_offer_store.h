/* Offers as they are answered, run out or are confirmed. */
#pragma once

#include "services/matching/matching_store.h"

struct offer {
    struct uuid offer_id, referral_id, group_id;
    int64_t place_no, expires_at_ms;
    bool known, pending, calling_back;
    bool confirmed;    /* the group will start */
    bool meets_before; /* its leaders meet each family before the start */
};

/* Locks and loads; `offers[i]` belongs to ids[i]; an unknown one has known = false. */
bool matching_load_offers(struct context *context, const struct uuid *first, size_t stride,
    size_t count, struct offer *offers, struct error *error);

/* The pending offers of these referrals, the places held become taken. */
bool matching_take_places(
    struct context *context, const struct uuid *offers, size_t count, struct error *error);

/* The families said yes to meeting the leaders: these offers wait for that, and do not run out. */
bool matching_await_meetings(
    struct context *context, const struct uuid *offers, size_t count, struct error *error);

/* From now on a person calls; the place is kept until then. */
bool matching_keep_for_call(struct context *context, const struct uuid *offers, size_t count,
    int64_t until_ms, struct error *error);

/* Pending offers whose time has passed and that intake has no answer to, as of this transaction. */
bool matching_run_out(struct context *context, int64_t most, const struct offer **offers,
    size_t *count, struct error *error);
