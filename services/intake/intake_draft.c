/*
 * Seals drafts and opens them. The key of one is made of the cookie's secret, its number and our
 * token.key; the code to come back with goes through a slow hash, because a person must be able to
 * write it down.
 */
#include "services/intake/intake_draft.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/secrets.h"
#include "services/intake/intake_draft_store.h"

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SLOW_BYTES = 8 * 1024 * 1024, /* of argon2id: some 10 ms, on a page that few need */
    SLOW_ROUNDS = 2,
    ADDRESSES = 256, /* whose wrong codes are counted */
};

_Static_assert(TOKEN_MAC == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a MAC is a key");

static int64_t drafts_kept; /* at the last sweep, and those made since */

static const uint8_t *house_key(void)
{
    return secrets_key(intake_house()->house->secrets, SECRET_TOKEN);
}

static int64_t oldest_ms(const struct context *context)
{
    return context->now_ms - intake_house()->settings->draft_ms;
}

/* The cookie */

static bool behind_tls(void)
{
    return strncmp(intake_house()->settings->base_url, "https://", 8) == 0;
}

static const char *cookie_name(void)
{
    return behind_tls() ? "__Host-sida" : "sida";
}

static struct text cookie_of(const struct http_request *request)
{
    const struct text cookie = http_cookie(request, cookie_name());

    return cookie.data && cookie.length == TOKEN_LONG ? cookie : (struct text){NULL, 0};
}

bool draft_has_cookie(const struct http_request *request)
{
    return cookie_of(request).data != NULL;
}

/* Lax, so that a link on the city's own site finds the form again; forms are refused by origin. */
void draft_set_cookie(struct context *context, struct http_request *request, const char *session)
{
    http_answer_header(request, "Set-Cookie",
        arena_format(context->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s", cookie_name(),
            session, behind_tls() ? "; Secure" : ""));
}

void draft_clear_cookie(struct context *context, struct http_request *request)
{
    http_answer_header(request, "Set-Cookie",
        arena_format(context->arena, "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s",
            cookie_name(), behind_tls() ? "; Secure" : ""));
}

static void enter_session(struct context *context, struct draft *draft, struct text session)
{
    memcpy(draft->session, session.data, TOKEN_LONG);
    draft->session[TOKEN_LONG] = '\0';
    draft->session_hash = intake_token_hash(context->arena, "draft", session);
}

/* Fields */

struct text draft_field(const struct draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->count; i++)
        if (text_is(draft->fields[i].name, name))
            return draft->fields[i].value;
    return TEXT("");
}

void draft_drop(struct draft *draft, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < draft->count; i++)
        if (!text_is(draft->fields[i].name, name))
            draft->fields[kept++] = draft->fields[i];
    draft->count = kept;
}

bool draft_append(struct draft *draft, struct http_field field)
{
    if (text_empty(field.value))
        return true;
    if (draft->count == DRAFT_FIELDS)
        return false;
    draft->fields[draft->count++] = field;
    return true;
}

bool draft_set(struct draft *draft, const char *name, struct text value)
{
    draft_drop(draft, name);
    return draft_append(draft, (struct http_field){text_of(name), value});
}

size_t draft_size(const struct draft *draft)
{
    size_t size = 0;

    for (size_t i = 0; i < draft->count; i++)
        size += draft->fields[i].name.length + draft->fields[i].value.length + 2;
    return size;
}

static struct text pack(struct arena *arena, const struct draft *draft)
{
    char *bytes = arena_take(arena, draft_size(draft) + 1);
    size_t length = 0;

    for (size_t i = 0; i < draft->count; i++) {
        const struct text parts[] = {draft->fields[i].name, draft->fields[i].value};
        for (size_t j = 0; j < 2; j++) {
            memcpy(bytes + length, parts[j].data, parts[j].length);
            length += parts[j].length;
            bytes[length++] = '\0';
        }
    }
    return (struct text){bytes, length};
}

/* What was sealed here was packed here: each text ends with NUL. */
static void unpack(struct draft *draft, struct text bytes)
{
    const char *at = bytes.data, *end = bytes.data + bytes.length;

    while (at < end && draft->count < DRAFT_FIELDS) {
        const struct text name = text_of(at);
        const struct text value = text_of(at + name.length + 1);
        draft->fields[draft->count++] = (struct http_field){name, value};
        at = value.data + value.length + 1;
    }
}

/* The seal */

static struct text number_text(struct arena *arena, const struct draft *draft)
{
    return text_of(arena_format(arena, "%d", (int)draft->number));
}

static void key_of(struct arena *arena, const struct draft *draft, uint8_t key[static TOKEN_MAC])
{
    mac_make(house_key(),
        (const struct text[]){
            TEXT("draft key"), {draft->session, TOKEN_LONG}, number_text(arena, draft)},
        3, key);
}

/* nonce | ciphertext | tag, bound to the row it stands in. */
static struct text seal(struct arena *arena, const struct draft *draft)
{
    const struct text plain = pack(arena, draft);
    uint8_t *sealed = arena_take(arena, NONCE + plain.length + TAG);
    uint8_t key[TOKEN_MAC];

    key_of(arena, draft, key);
    randombytes_buf(sealed, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, (const uint8_t *)plain.data,
        plain.length, (const uint8_t *)draft->session_hash.data, TOKEN_HASH, NULL, sealed, key);
    sodium_memzero(key, sizeof key);
    sodium_memzero((char *)plain.data, plain.length);
    return (struct text){(const char *)sealed, NONCE + plain.length + TAG};
}

/* What cannot be opened is not there: nobody is told why (SAFETY, I13). */
static bool open_seal(struct arena *arena, struct draft *draft, struct text sealed)
{
    uint8_t *plain = arena_take(arena, sealed.length + 1);
    uint8_t key[TOKEN_MAC];
    unsigned long long length = 0;

    if (sealed.length < NONCE + TAG)
        return false;
    key_of(arena, draft, key);
    const bool good = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &length, NULL,
                          (const uint8_t *)sealed.data + NONCE, sealed.length - NONCE,
                          (const uint8_t *)draft->session_hash.data, TOKEN_HASH,
                          (const uint8_t *)sealed.data, key) == 0;
    sodium_memzero(key, sizeof key);
    if (good)
        unpack(draft, (struct text){(const char *)plain, length});
    return good;
}

/* Rows */

static void fill(struct context *context, struct draft *draft, const struct draft_row *row)
{
    draft->number = row->number;
    draft->door = row->door;
    draft->receipt = row->receipt;
    draft->changed_ms = row->changed_ms;
    draft->fields = ARENA_ARRAY(context->arena, struct http_field, DRAFT_FIELDS);
    draft->found = row->receipt.data || open_seal(context->arena, draft, row->sealed);
}

bool draft_load(struct context *context, const struct http_request *request, int64_t number,
    bool lock, struct draft *draft, struct error *error)
{
    const struct text cookie = cookie_of(request);
    struct draft_row row;

    *draft = (struct draft){.found = false};
    if (!cookie.data)
        return true;
    enter_session(context, draft, cookie);
    if (!draft_store_find(
            context, draft->session_hash, number, oldest_ms(context), lock, &row, error))
        return error_while(error, "looking for a draft");
    if (row.found)
        fill(context, draft, &row);
    return true;
}

static struct draft_row row_of(struct context *context, const struct draft *draft)
{
    return (struct draft_row){
        .session_hash = draft->session_hash,
        .number = draft->number,
        .door = draft->door,
        .sealed = seal(context->arena, draft),
    };
}

/* A session without a form yet gets a secret of its own: a planted cookie opens nothing. */
bool draft_new(struct context *context, struct http_request *request, enum door door,
    struct draft *draft, struct error *error)
{
    const struct text cookie = cookie_of(request);
    char fresh[TOKEN_LONG + 1];

    *draft = (struct draft){
        .door = door, .fields = ARENA_ARRAY(context->arena, struct http_field, DRAFT_FIELDS)};
    if (drafts_kept >= intake_house()->settings->drafts_most)
        return true;
    if (cookie.data) {
        enter_session(context, draft, cookie);
        if (!draft_store_next(context, draft->session_hash, &draft->number, error))
            return error_while(error, "numbering a draft");
    }
    if (draft->number < 2) {
        token_random_long(fresh);
        enter_session(context, draft, (struct text){fresh, TOKEN_LONG});
        draft->number = 1;
    }
    const struct draft_row row = row_of(context, draft);
    if (!draft_store_add(context, &row, error))
        return error_while(error, "adding a draft");
    drafts_kept++;
    draft->found = true;
    return true;
}

bool draft_save(struct context *context, struct draft *draft, struct error *error)
{
    const struct draft_row row = row_of(context, draft);

    return draft_store_save(context, &row, error) || error_while(error, "saving a draft");
}

bool draft_sent(
    struct context *context, struct draft *draft, struct text receipt, struct error *error)
{
    const struct draft_row row = {
        .session_hash = draft->session_hash, .number = draft->number, .receipt = receipt};

    draft->receipt = receipt;
    return draft_store_sent(context, &row, error) || error_while(error, "ending a draft");
}

bool draft_forget(struct context *context, const struct http_request *request, struct error *error)
{
    const struct text cookie = cookie_of(request);

    return !cookie.data ||
           draft_store_forget(context, intake_token_hash(context->arena, "draft", cookie), error) ||
           error_while(error, "forgetting drafts");
}

bool draft_list(struct context *context, const struct http_request *request, struct draft *drafts,
    size_t *count, struct error *error)
{
    const struct text cookie = cookie_of(request);
    struct draft_row rows[DRAFT_LIST_MOST];
    struct text hash;

    *count = 0;
    if (!cookie.data)
        return true;
    hash = intake_token_hash(context->arena, "draft", cookie);
    if (!draft_store_list(context, hash, oldest_ms(context), rows, DRAFT_LIST_MOST, count, error))
        return error_while(error, "listing drafts");
    for (size_t i = 0; i < *count; i++)
        drafts[i] = (struct draft){.found = true,
            .number = rows[i].number,
            .door = rows[i].door,
            .changed_ms = rows[i].changed_ms};
    return true;
}

bool intake_sweep_drafts(struct context *context, struct error *error)
{
    return draft_store_sweep(context, oldest_ms(context), &drafts_kept, error) ||
           error_while(error, "deleting old drafts");
}

/* The code */

struct slow { /* what a code comes to */
    uint8_t lookup[TOKEN_KEY], key[TOKEN_KEY];
};
_Static_assert(TOKEN_KEY == crypto_secretbox_KEYBYTES, "a half of it seals");

static bool slowly(const char *code, struct slow *slow, struct error *error)
{
    uint8_t salt[TOKEN_MAC];

    mac_make(house_key(), (const struct text[]){TEXT("draft code")}, 1, salt);
    if (crypto_pwhash((uint8_t *)slow, sizeof *slow, code, TOKEN_RECEIPT, salt, SLOW_ROUNDS,
            SLOW_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return true;
    return error_set(error, ERROR_BUSY, "no memory for a slow hash");
}

static struct text lookup_of(struct arena *arena, const struct slow *slow)
{
    uint8_t hash[TOKEN_MAC];

    mac_make(house_key(),
        (const struct text[]){TEXT("draft"), {(const char *)slow->lookup, sizeof slow->lookup}}, 2,
        hash);
    return (struct text){arena_copy(arena, hash, sizeof hash), sizeof hash};
}

static struct text box_session(struct arena *arena, const struct draft *draft, struct slow *slow)
{
    const size_t length = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + TOKEN_LONG;
    uint8_t *box = arena_take(arena, length);

    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const uint8_t *)draft->session,
        TOKEN_LONG, box, slow->key);
    return (struct text){(const char *)box, length};
}

static bool unbox_session(
    struct context *context, struct draft *draft, struct text box, const struct slow *slow)
{
    char session[TOKEN_LONG + 1] = "";
    const size_t head = crypto_secretbox_NONCEBYTES;

    if (box.length != head + crypto_secretbox_MACBYTES + TOKEN_LONG ||
        crypto_secretbox_open_easy((uint8_t *)session, (const uint8_t *)box.data + head,
            box.length - head, (const uint8_t *)box.data, slow->key) != 0)
        return false;
    enter_session(context, draft, (struct text){session, TOKEN_LONG});
    return true;
}

bool draft_make_code(struct context *context, struct draft *draft, struct error *error)
{
    char *code = arena_take(context->arena, TOKEN_RECEIPT + 1);
    struct slow slow;

    if (!text_empty(draft_field(draft, "kod")))
        return draft_save(context, draft, error);
    receipt_make(code);
    if (!slowly(code, &slow, error))
        return false;
    draft_set(draft, "kod", text_of(code));
    struct draft_row row = row_of(context, draft);
    row.code_box = box_session(context->arena, draft, &slow);
    const struct text lookup = lookup_of(context->arena, &slow);
    sodium_memzero(&slow, sizeof slow);
    return (draft_store_save(context, &row, error) &&
               draft_store_code(context, &row, lookup, error)) ||
           error_while(error, "giving a draft its code");
}

/* Wrong codes of an address: so many, then a pause. A table that is full forgets the oldest. */

struct tries {
    uint64_t address;
    int64_t since_ms, wrong;
};
static struct tries wrong_codes[ADDRESSES];

/* Behind a proxy of ours the last address is the one that the proxy saw. */
static uint64_t address_of(const struct http_request *request)
{
    const struct text forwarded = http_header(request, "x-forwarded-for");
    const char *last = forwarded.data ? strrchr(forwarded.data, ',') : NULL;
    char address[HTTP_ADDRESS + 1];
    struct text text = {address, 0};
    uint64_t hash;

    http_address(request, address);
    text = text_of(address);
    if (!text_empty(forwarded))
        text = text_of(last ? last + 1 : forwarded.data);
    crypto_generichash(
        (uint8_t *)&hash, sizeof hash, (const uint8_t *)text.data, text.length, house_key(), 16);
    return hash;
}

static struct tries *tries_of(const struct context *context, const struct http_request *request)
{
    const uint64_t address = address_of(request);
    struct tries *tries = &wrong_codes[address % ADDRESSES];

    if (tries->address != address || context->now_ms - tries->since_ms > DRAFT_TRIES_MS ||
        context->now_ms < tries->since_ms)
        *tries = (struct tries){address, context->now_ms, 0};
    return tries;
}

bool draft_open_code(struct context *context, const struct http_request *request, struct text typed,
    enum draft_opening *opening, struct draft *draft, struct error *error)
{
    struct tries *tries = tries_of(context, request);
    char code[TOKEN_RECEIPT + 1];
    struct draft_row row;
    struct slow slow;

    *draft = (struct draft){.found = false};
    *opening = tries->wrong >= DRAFT_TRIES ? DRAFT_TOO_OFTEN : DRAFT_UNKNOWN;
    if (*opening == DRAFT_TOO_OFTEN || !receipt_parse(typed, code))
        return true;
    if (!slowly(code, &slow, error))
        return false;
    if (!draft_store_by_code(
            context, lookup_of(context->arena, &slow), oldest_ms(context), &row, error))
        return error_while(error, "looking for a code");
    if (row.found && unbox_session(context, draft, row.code_box, &slow)) {
        fill(context, draft, &row);
        *opening = draft->found ? DRAFT_OPENED : DRAFT_UNKNOWN;
    }
    sodium_memzero(&slow, sizeof slow);
    if (*opening == DRAFT_UNKNOWN)
        tries->wrong++;
    return true;
}
