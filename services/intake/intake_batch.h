/* One slice of referrals on its way in: what it adds and says. Shared by the three files that take
 * it in: intake_receive.c leads, intake_child.c knows children again, intake_seal.c seals. */
#pragma once

#include "common/seal.h"
#include "services/intake/intake_parts.h"
#include "services/intake/intake_store.h"

enum {
    PERSONS_A_REFERRAL = 4, /* the child, two guardians, the referrer */
    CODE = 6                /* characters of a family's code */
};

struct batch { /* what one slice adds */
    struct context *context;
    struct arrival *arrivals;
    size_t count;
    struct seal_batch seal;
    struct referral_row *referrals;
    struct child_row *children, *learned;
    struct person_row *persons;
    struct clearance_row *clearances;
    struct referral_received *received;
    struct referral_cleared *cleared;
    struct referral_red *red;
    struct task_wanted *tasks;
    struct uuid *red_children;
    size_t referral_count, child_count, learned_count, person_count, clearance_count;
    size_t received_count, cleared_count, red_count, task_count, red_child_count;
    const struct known_child *known;
    size_t known_count;
};

struct batch_child { /* of the child of one arrival */
    struct text number_index, name_index;
    struct uuid child_id;
    bool known, doubt, doubtful_child;
};

/* A copy of bytes that the slice keeps. */
struct text batch_bytes(struct arena *arena, const void *data, size_t length);

/* --- intake_child.c --- */

/* Reads which children of the slice are known; fills the indexes of `children`. */
bool batch_find_children(struct batch *batch, struct batch_child *children, struct error *error);

/* Decides which child it is, and adds the pseudonym of one that is new. */
void batch_know_child(struct batch *batch, struct batch_child *child, bool doubtful);

/* --- intake_seal.c --- */

/* The child, its guardians and the referrer, each under a data key of its own. */
void batch_seal(struct batch *batch, const struct arrival *arrival);
