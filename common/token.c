/* Keyed BLAKE2b of libsodium for derivation, hashes and MACs. */
#include "common/token.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "common/check.h"

enum { TOKEN_BYTES = 16, TOKEN_LONG_BYTES = 32, BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

/* Telephone and handwriting: no vowels (no words), none of 0 1 2Z 5S 8B I L U taken for another. */
static const char receipt_letters[] = "23456789CDFGHJKMNPQRTVWXY";

/* 8 bytes of length, all ones for an absent field, then the field. */
static void add_part(crypto_generichash_state *state, struct text part)
{
    const uint64_t length = part.data ? part.length : UINT64_MAX;
    uint8_t prefix[8];

    for (int i = 0; i < 8; i++)
        prefix[i] = (uint8_t)(length >> (8 * i));
    crypto_generichash_update(state, prefix, sizeof prefix);
    if (part.data)
        crypto_generichash_update(state, (const uint8_t *)part.data, part.length);
}

static void keyed_hash(
    const uint8_t *key, const struct text *parts, size_t count, uint8_t *hash, size_t hash_length)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, key, TOKEN_KEY, hash_length);
    for (size_t i = 0; i < count; i++)
        add_part(&state, parts[i]);
    crypto_generichash_final(&state, hash, hash_length);
    sodium_memzero(&state, sizeof state);
}

void token_make(const uint8_t key[static TOKEN_KEY], const char *purpose, struct uuid thing,
    char text[static TOKEN_TEXT + 1])
{
    const struct text parts[] = {
        TEXT("token"), text_of(purpose), {(const char *)thing.bytes, sizeof thing.bytes}};
    uint8_t token[TOKEN_BYTES];

    CHECK(!uuid_absent(thing));
    keyed_hash(key, parts, COUNT(parts), token, sizeof token);
    sodium_bin2base64(text, TOKEN_TEXT + 1, token, sizeof token, BASE64);
}

void token_random(char text[static TOKEN_TEXT + 1])
{
    uint8_t token[TOKEN_BYTES];

    randombytes_buf(token, sizeof token);
    sodium_bin2base64(text, TOKEN_TEXT + 1, token, sizeof token, BASE64);
}

void token_random_long(char text[static TOKEN_LONG + 1])
{
    uint8_t token[TOKEN_LONG_BYTES];

    randombytes_buf(token, sizeof token);
    sodium_bin2base64(text, TOKEN_LONG + 1, token, sizeof token, BASE64);
}

/* The letters are looked at here, since libsodium 1.0.18 takes some bytes above 127 for letters. It
 * refuses stray bits at the end, so a token has one text only. */
static bool is_token(struct text text)
{
    uint8_t token[TOKEN_LONG_BYTES];
    size_t length;

    if (text.length != TOKEN_TEXT && text.length != TOKEN_LONG)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (!isalnum(c) && c != '-' && c != '_')
            return false;
    }
    return sodium_base642bin(
               token, sizeof token, text.data, text.length, NULL, &length, NULL, BASE64) == 0;
}

bool token_hash(const uint8_t key[static TOKEN_KEY], const char *purpose, struct text token,
    uint8_t hash[static TOKEN_HASH])
{
    const struct text parts[] = {TEXT("stored"), text_of(purpose), token};

    if (!is_token(token))
        return false;
    keyed_hash(key, parts, COUNT(parts), hash, TOKEN_HASH);
    return true;
}

bool token_equal(struct text a, struct text b)
{
    return a.data && b.data && a.length == b.length && sodium_memcmp(a.data, b.data, a.length) == 0;
}

void mac_make(const uint8_t key[static TOKEN_KEY], const struct text *parts, size_t count,
    uint8_t mac[static TOKEN_MAC])
{
    CHECK(count > 0);
    keyed_hash(key, parts, count, mac, TOKEN_MAC);
}

bool mac_check(
    const uint8_t key[static TOKEN_KEY], const struct text *parts, size_t count, struct text mac)
{
    uint8_t right[TOKEN_MAC];

    mac_make(key, parts, count, right);
    return token_equal(mac, (struct text){(const char *)right, sizeof right});
}

/* One draught of random bytes for the whole code: a system call for each letter is a tenth of what
 * intake spends on a referral. Bytes past the last whole round of letters would favour the first.
 */
void receipt_make(char code[static TOKEN_RECEIPT + 1])
{
    const unsigned letters = sizeof receipt_letters - 1;
    uint8_t draught[4 * TOKEN_RECEIPT];
    size_t count = 0;

    while (count < TOKEN_RECEIPT) {
        randombytes_buf(draught, sizeof draught);
        for (size_t i = 0; i < sizeof draught && count < TOKEN_RECEIPT; i++)
            if (draught[i] < 256 - 256 % letters)
                code[count++] = receipt_letters[draught[i] % letters];
    }
    code[TOKEN_RECEIPT] = '\0';
}

bool receipt_parse(struct text typed, char code[static TOKEN_RECEIPT + 1])
{
    char read[TOKEN_RECEIPT + 1] = "";
    size_t count = 0;

    for (size_t i = 0; i < typed.length; i++) {
        const int letter = toupper((unsigned char)typed.data[i]);
        if (letter == ' ' || letter == '-')
            continue;
        if (count == TOKEN_RECEIPT || !letter || !strchr(receipt_letters, letter))
            return false;
        read[count++] = (char)letter;
    }
    if (count != TOKEN_RECEIPT)
        return false;
    memcpy(code, read, sizeof read);
    return true;
}

void hex_encode(const void *bytes, size_t length, char *text)
{
    sodium_bin2hex(text, 2 * length + 1, bytes, length);
}

bool hex_decode(struct text text, void *bytes, size_t length)
{
    size_t read;

    /* Looked at first, so that nothing is written unless all of it is right. */
    if (text.length != 2 * length)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!isxdigit((unsigned char)text.data[i]))
            return false;
    return sodium_hex2bin(bytes, length, text.data, text.length, NULL, &read, NULL) == 0 &&
           read == length;
}
