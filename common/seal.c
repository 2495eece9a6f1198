/* Sealing: libsodium's X25519 and XChaCha20-Poly1305, the shared key of a batch reckoned once. */
#include "common/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"

enum {
    VERSION = 1,
    KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    COLUMN = 100,    /* bytes of "schema.table.column" that fit */
    REMEMBERED = 256 /* batches whose shared key is kept: 20 KiB for 25,000 persons */
};

_Static_assert(SEAL_EXTRA == 1 + NONCE + TAG, "layout of a sealed text");
_Static_assert(SEAL_WRAPPED == 1 + SEAL_KEY_BYTES + NONCE + KEY + TAG, "layout of a wrapped key");
_Static_assert(SEAL_KEY_BYTES == crypto_box_curve25519xchacha20poly1305_BEFORENMBYTES, "keys");

/* What the ciphertexts are bound to: what it is, of which version, where it stands, whose it is. */
struct binding {
    size_t length;
    uint8_t bytes[2 + COLUMN + 1 + 16 + SEAL_KEY_BYTES];
};

enum part { PART_TEXT = 't', PART_KEY = 'k' };

static struct binding bind_to(enum part part, const struct seal_place *place)
{
    struct binding binding = {.bytes = {VERSION, (uint8_t)part}};
    const size_t length = strlen(place->column);

    CHECK(length > 0 && length <= COLUMN && !uuid_absent(place->person));
    memcpy(binding.bytes + 2, place->column, length + 1);
    memcpy(binding.bytes + 2 + length + 1, place->person.bytes, 16);
    binding.length = 2 + length + 1 + 16;
    return binding;
}

/* X25519 passes over the top bit of a public key; here every bit of what is stored counts. */
static struct binding bind_key_to(const struct seal_place *place, const uint8_t *ephemeral)
{
    struct binding binding = bind_to(PART_KEY, place);

    memcpy(binding.bytes + binding.length, ephemeral, SEAL_KEY_BYTES);
    binding.length += SEAL_KEY_BYTES;
    return binding;
}

bool seal_batch_begin(
    struct seal_batch *batch, const uint8_t public_key[static SEAL_KEY_BYTES], struct error *error)
{
    uint8_t secret[SEAL_KEY_BYTES];

    CHECK(sodium_init() >= 0);
    crypto_box_curve25519xchacha20poly1305_keypair(batch->ephemeral, secret);
    const int refused =
        crypto_box_curve25519xchacha20poly1305_beforenm(batch->shared, public_key, secret);
    sodium_memzero(secret, sizeof secret);
    if (refused)
        return error_set(error, ERROR_INPUT, "the public key for identities is not a safe one");
    return true;
}

void seal_batch_end(struct seal_batch *batch)
{
    sodium_memzero(batch, sizeof *batch);
}

/* nonce | ciphertext | tag, at `to`. */
static void encrypt(uint8_t *to, const uint8_t *nonce, const uint8_t *key, struct text plain,
    const struct binding *binding)
{
    memcpy(to, nonce, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(to + NONCE, NULL, (const uint8_t *)plain.data,
        plain.length, binding->bytes, binding->length, NULL, nonce, key);
}

struct seal seal_person(const struct seal_batch *batch, struct arena *arena,
    const struct seal_place *place, struct text plain)
{
    struct {
        uint8_t key[KEY], nonce[NONCE], key_nonce[NONCE];
    } fresh; /* asked for in one system call */

    CHECK(plain.length <= SEAL_PLAIN);
    randombytes_buf(&fresh, sizeof fresh);
    uint8_t *sealed = arena_take(arena, plain.length + SEAL_EXTRA);
    uint8_t *wrapped = arena_take(arena, SEAL_WRAPPED);
    const struct binding text_binding = bind_to(PART_TEXT, place);
    const struct binding key_binding = bind_key_to(place, batch->ephemeral);
    sealed[0] = VERSION;
    encrypt(sealed + 1, fresh.nonce, fresh.key, plain, &text_binding);
    wrapped[0] = VERSION;
    memcpy(wrapped + 1, batch->ephemeral, SEAL_KEY_BYTES);
    encrypt(wrapped + 1 + SEAL_KEY_BYTES, fresh.key_nonce, batch->shared,
        (struct text){(const char *)fresh.key, KEY}, &key_binding);
    sodium_memzero(&fresh, sizeof fresh);
    return (struct seal){
        .sealed = {(const char *)sealed, plain.length + SEAL_EXTRA},
        .wrapped_key = {(const char *)wrapped, SEAL_WRAPPED},
    };
}

struct remembered {
    bool known;
    uint8_t ephemeral[SEAL_KEY_BYTES], shared[SEAL_KEY_BYTES];
};

struct seal_opener {
    uint8_t secret_key[SEAL_KEY_BYTES];
    struct remembered batches[REMEMBERED]; /* by the first byte of the ephemeral key: random */
};

struct seal_opener *seal_opener_new(const uint8_t secret_key[static SEAL_KEY_BYTES])
{
    CHECK(sodium_init() >= 0);
    struct seal_opener *opener = sodium_malloc(sizeof *opener);
    CHECK(opener);
    memset(opener, 0, sizeof *opener);
    memcpy(opener->secret_key, secret_key, SEAL_KEY_BYTES);
    return opener;
}

void seal_opener_free(struct seal_opener *opener)
{
    sodium_free(opener);
}

static const uint8_t *shared_key(struct seal_opener *opener, const uint8_t *ephemeral)
{
    struct remembered *batch = &opener->batches[ephemeral[0] % REMEMBERED];

    if (batch->known && memcmp(batch->ephemeral, ephemeral, SEAL_KEY_BYTES) == 0)
        return batch->shared;
    batch->known = false;
    memcpy(batch->ephemeral, ephemeral, SEAL_KEY_BYTES);
    if (crypto_box_curve25519xchacha20poly1305_beforenm(
            batch->shared, ephemeral, opener->secret_key))
        return NULL;
    batch->known = true;
    return batch->shared;
}

/* From nonce | ciphertext | tag of `length` bytes in all. */
static bool decrypt(uint8_t *plain, const uint8_t *from, size_t length, const uint8_t *key,
    const struct binding *binding)
{
    return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, from + NONCE,
               length - NONCE, binding->bytes, binding->length, from, key) == 0;
}

static bool unwrap(struct seal_opener *opener, const struct seal_place *place, struct text wrapped,
    uint8_t key[static KEY])
{
    const uint8_t *bytes = (const uint8_t *)wrapped.data;

    if (wrapped.length != SEAL_WRAPPED || bytes[0] != VERSION)
        return false;
    const struct binding binding = bind_key_to(place, bytes + 1);
    const uint8_t *shared = shared_key(opener, bytes + 1);
    return shared && decrypt(key, bytes + 1 + SEAL_KEY_BYTES, SEAL_WRAPPED - 1 - SEAL_KEY_BYTES,
                         shared, &binding);
}

bool seal_open(struct seal_opener *opener, struct arena *arena, const struct seal_place *place,
    struct seal seal, struct text *plain, struct error *error)
{
    const uint8_t *bytes = (const uint8_t *)seal.sealed.data;
    const size_t length = seal.sealed.length;
    const struct binding binding = bind_to(PART_TEXT, place);
    uint8_t key[KEY];

    if (seal.wrapped_key.length == 0)
        return error_set(error, ERROR_ABSENT, "the person's key is erased");
    if (length < SEAL_EXTRA || length > SEAL_PLAIN + SEAL_EXTRA || bytes[0] != VERSION)
        return error_set(error, ERROR_INPUT, "%s is not a sealed text", place->column);
    if (!unwrap(opener, place, seal.wrapped_key, key))
        return error_set(error, ERROR_INPUT, "the key of %s does not open", place->column);
    uint8_t *text = arena_take(arena, length - SEAL_EXTRA + 1);
    const bool opened = decrypt(text, bytes + 1, length - 1, key, &binding);
    sodium_memzero(key, sizeof key);
    if (!opened)
        return error_set(error, ERROR_INPUT, "%s was changed or stands elsewhere", place->column);
    *plain = (struct text){(const char *)text, length - SEAL_EXTRA};
    return true;
}
