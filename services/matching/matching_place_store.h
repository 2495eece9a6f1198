/* What place_decide looks at, and what its decisions write: needs, open groups, pairs, places,
 * offers. */
#pragma once

#include "services/matching/core/words.h"
#include "services/matching/matching.h"

enum {
    CITY_LANGUAGES = 60, /* a mask of 64 bits, and room to see that it is full */
    CITY_DISTRICTS = 60,
    CITY_SITES = 2000
};

struct city { /* the words of a slice as numbers, and the ways between districts */
    struct words languages, districts, sites;
    struct travel travel;
};

bool matching_load_city(struct context *context, struct city *city, struct error *error);

struct needs { /* in the order of the ids asked for; one without a case is left out */
    struct child_need *needs;
    size_t *asked; /* which of the ids it is */
    bool *placed;  /* the child holds or has a place already, by whichever referral */
    size_t count;
};

bool matching_load_needs(struct context *context, const struct uuid *referrals, size_t count,
    struct city *city, struct needs *needs, struct error *error);

/* Those that wait, first in turn first. */
bool matching_load_waiting(struct context *context, int64_t most, struct city *city,
    struct needs *needs, struct error *error);

/* Those that wait and may fit one of these groups, first in turn first. */
bool matching_waiting_for(struct context *context, const struct uuid *groups, size_t count,
    int64_t most, const struct uuid **referrals, size_t *referral_count, struct error *error);

struct open_groups {
    struct open_group *groups;
    size_t count;
};

/* Groups with free places that new children may enter today: `only` that one if it is given, else
 * all of these needs' situations and languages whose waiting list has been asked. */
bool matching_load_groups(struct context *context, const struct needs *needs,
    const struct uuid *only, struct city *city, struct open_groups *groups, struct error *error);

/* All that are open, with places or full. */
bool matching_load_all_groups(
    struct context *context, struct city *city, struct open_groups *groups, struct error *error);

/* Pairs of which one or both are among the needs. `partners` are referrals that wait and must be
 * together with one of them, but are not among them. */
struct pairs {
    struct pair *pairs;
    size_t count;
    struct uuid *partners;
    size_t partner_count;
};
bool matching_load_pairs(struct context *context, const struct needs *needs, struct city *city,
    struct pairs *pairs, struct error *error);

struct held { /* a place and its offer, as one */
    struct uuid group_id, referral_id, child_id, offer_id;
    int64_t place_no, expires_at_ms;
    bool parent_joins;
};
bool matching_hold_places(
    struct context *context, const struct held *held, size_t count, struct error *error);

/* Places of these referrals fall free; their pending offers end in the state that is said. */
struct leaving {
    struct uuid referral_id, child_id;
    struct text state, reason; /* of the offer; the reason may be absent */
};
struct freed {
    struct uuid referral_id, group_id;
    int64_t place_no;
    bool was_taken;
};
bool matching_free_places(struct context *context, const struct leaving *leaving, size_t count,
    const struct freed **freed, size_t *freed_count, struct error *error);

/* Groups whose free places have not been put to those who wait; marks them as asked. */
bool matching_take_freed_groups(struct context *context, int64_t most, const struct uuid **groups,
    size_t *count, struct error *error);
