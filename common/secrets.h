/* Keys in files of one folder, one key a file, readable by their owner alone. Never in argv, the
 * environment, a setting or a log. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum secret {
    SECRET_SEAL_PUBLIC, /* seal.pub: intake seals identities to it (X25519) */
    SECRET_SEAL,        /* seal.key: opens them; notification and desk only */
    SECRET_CLEARANCE,   /* clearance.key: MAC of clearances; intake and notification */
    SECRET_INDEX,       /* index.key: blind indexes; intake */
    SECRET_LETTERS,     /* letters.key: tokens of offers; notification makes, intake checks */
    SECRET_TOKEN,       /* token.key: keyed hash under which tokens are stored */
    SECRET_AUDIT,       /* audit.key: the chain of the audit log */
    SECRET_SESSION,     /* session.key: sessions and forms of the staff's pages */
};

enum { SECRET_COUNT = 8, SECRET_BYTES = 32 };

#define SECRET_BIT(secret) (1u << (secret))

/* By its file's name ("seal.key"); false when there is no such key. */
bool secrets_named(const char *name, enum secret *secret);

struct secrets;

/* Makes the files that are missing, each whole or not at all, mode 0400; keeps those that are
 * there. The folder is made, 0700, when it is absent. Two that do it at once end with one set. */
bool secrets_make(const char *folder, struct error *error);

/* Loads the keys of `wanted` (SECRET_BIT of each): a daemon holds no key it does not need. Refuses
 * a file of another owner (root may own it), or that others may read. NULL with an error. */
struct secrets *secrets_open(const char *folder, unsigned wanted, struct error *error);
void secrets_close(struct secrets *secrets); /* wiped; takes NULL */

/* SECRET_BYTES bytes. A key that was not asked for in secrets_open is a bug. */
const uint8_t *secrets_key(const struct secrets *secrets, enum secret secret);

/* This process leaves no core dump and cannot be traced by others: before the first key. */
bool secrets_no_dumps(struct error *error);
