/* Passwords of the staff: argon2id with 64 MiB. Some 50 ms each, so it belongs in a worker thread;
 * all of it may run in several threads. One-time codes (TOTP) are not here. */
#pragma once

#include <stdbool.h>

#include "common/error.h"
#include "common/text.h"

enum {
    PASSWORD_LEAST = 12, /* bytes: shorter ones are guessed (NIST SP 800-63B says 8 with a second
                            factor, we have no second factor yet) */
    PASSWORD_MOST = 256, /* bytes: longer ones only cost */
    PASSWORD_HASH = 127, /* characters of a stored hash, without the NUL */
};

/* The hash to store, with its salt and cost in it. INPUT when too short or long, BUSY when there is
 * no memory for it. */
bool password_hash(struct text password, char hash[static PASSWORD_HASH + 1], struct error *error);

/* Whether it is that password. With `hash` NULL (no such user) the same time is taken and the
 * answer is no, so that nobody learns which names exist. */
bool password_check(struct text password, const char *hash);

/* Whether the hash was made with other costs than today's: hash again at the next sign-in. */
bool password_outdated(const char *hash);
