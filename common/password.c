/* Argon2id by libsodium; the string it makes carries salt and costs. */
#include "common/password.h"

#include <sodium.h>
#include <string.h>

#include "common/check.h"

_Static_assert(PASSWORD_HASH + 1 == crypto_pwhash_STRBYTES, "libsodium's length");

/* 64 MiB and two passes: OWASP asks for 19 MiB and two; one at a time fits beside the daemons. */
static const unsigned long long passes = crypto_pwhash_OPSLIMIT_INTERACTIVE;
static const size_t memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;

bool password_hash(struct text password, char hash[static PASSWORD_HASH + 1], struct error *error)
{
    char made[PASSWORD_HASH + 1];

    CHECK(sodium_init() >= 0);
    if (password.length < PASSWORD_LEAST)
        return error_set(error, ERROR_INPUT, "a password has at least %d bytes", PASSWORD_LEAST);
    if (password.length > PASSWORD_MOST)
        return error_set(error, ERROR_INPUT, "a password has at most %d bytes", PASSWORD_MOST);
    if (crypto_pwhash_str(made, password.data, password.length, passes, memory))
        return error_set(error, ERROR_BUSY, "no memory to hash a password");
    memcpy(hash, made, sizeof made);
    return true;
}

bool password_check(struct text password, const char *hash)
{
    /* Of a random word nobody kept, with today's costs: what an unknown name is measured with. */
    static const char nobody[] =
        "$argon2id$v=19$m=65536,t=2,p=1$"
        "YbU0FftGXtX+EbuHcvFnbQ$aUR2bTo4nLIe9KijuD/YihSMZpKOaWdEShnAbAbXwYI";

    CHECK(sodium_init() >= 0);
    if (password.length > PASSWORD_MOST)
        return false;
    const int wrong = crypto_pwhash_str_verify(
        hash ? hash : nobody, password.data ? password.data : "", password.length);
    return hash && !wrong;
}

bool password_outdated(const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, passes, memory) != 0;
}
