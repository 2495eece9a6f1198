/* Identities sealed to a public key: who seals cannot read back. Each person has a data key of its
 * own, wrapped for the reader; erase the wrapped key and the person is erased.
 *
 * sealed      = version 1 | nonce 24 | XChaCha20-Poly1305(data key, plain) | tag 16
 * wrapped key = version 1 | ephemeral X25519 public key 32 | nonce 24 | the data key 32, the same
 *               way under the shared key of the batch | tag 16
 * bound to    = version 1 | 't' or 'k' | column | 0 | person 16 | for the key: ephemeral key 32
 *
 * The persons of one slice share an ephemeral key, so the costly multiplication is done once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"
#include "common/uuid.h"

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_EXTRA = 1 + 24 + 16,             /* bytes a sealed text is longer than the plain one */
    SEAL_WRAPPED = 1 + 32 + 24 + 32 + 16, /* bytes of a wrapped key */
    SEAL_PLAIN = 16 * 1024                /* the longest identity: a form has 64 KiB in all */
};

struct seal_batch {
    uint8_t ephemeral[SEAL_KEY_BYTES]; /* public */
    uint8_t shared[SEAL_KEY_BYTES];    /* secret until seal_batch_end */
};

/* Where the sealed text stands: it opens nowhere else, under no other person. */
struct seal_place {
    const char *column; /* "intake.person.identity" */
    struct uuid person;
};

struct seal {
    struct text sealed, wrapped_key; /* bytes for two bytea columns, in the arena */
};

/* INPUT when the public key is no point that could be safe. */
bool seal_batch_begin(
    struct seal_batch *batch, const uint8_t public_key[static SEAL_KEY_BYTES], struct error *error);
void seal_batch_end(struct seal_batch *batch); /* wipes */

/* Seals one text under a fresh data key. At most SEAL_PLAIN bytes. */
struct seal seal_person(const struct seal_batch *batch, struct arena *arena,
    const struct seal_place *place, struct text plain);

/* The reader's side; keeps the shared keys of the last batches, since persons of one slice come
 * together. One thread at a time. */
struct seal_opener;

struct seal_opener *seal_opener_new(const uint8_t secret_key[static SEAL_KEY_BYTES]);
void seal_opener_free(struct seal_opener *opener); /* wipes; takes NULL */

/* INPUT when anything was changed, cut, moved to another place or sealed to another key; ABSENT
 * when the wrapped key is empty: the person was erased. */
bool seal_open(struct seal_opener *opener, struct arena *arena, const struct seal_place *place,
    struct seal seal, struct text *plain, struct error *error);
