/*
 * Cookies and forms: what a browser shows to be somebody, and to prove that our page sent a form.
 *
 * The cookie holds 256 random bits; stored is their keyed hash. The form's token is a MAC over that
 * hash, so it needs no row and ends with the session. SameSite=Strict, Origin and Sec-Fetch-Site
 * each stop a foreign form alone.
 */
#include <stdio.h>

#include "common/secrets.h"
#include "services/desk/desk_parts.h"

enum { FORM_TOKEN_BYTES = 16 };

/* A __Host- cookie is taken from its own host over TLS only; without TLS a browser refuses it. */
static const char *cookie_name(void)
{
    return desk_house()->settings->behind_tls ? "__Host-samordningen" : "samordningen";
}

static const uint8_t *session_key(void)
{
    return secrets_key(desk_house()->house->secrets, SECRET_SESSION);
}

bool desk_session_hash(const struct http_request *request, uint8_t hash[static TOKEN_HASH])
{
    const struct text token = http_cookie(request, cookie_name());

    return token.data && token_hash(session_key(), "session", token, hash);
}

void desk_set_cookie(struct arena *arena, struct http_request *request, const char *token)
{
    http_answer_header(request, "Set-Cookie",
        arena_format(arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s", cookie_name(), token,
            desk_house()->settings->behind_tls ? "; Secure" : ""));
}

void desk_clear_cookie(struct arena *arena, struct http_request *request)
{
    http_answer_header(request, "Set-Cookie",
        arena_format(arena, "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict%s", cookie_name(),
            desk_house()->settings->behind_tls ? "; Secure" : ""));
}

const char *desk_form_token(struct arena *arena, const uint8_t session_hash[static TOKEN_HASH])
{
    const struct text parts[] = {TEXT("form"), {(const char *)session_hash, TOKEN_HASH}};
    char *text = arena_take(arena, 2 * FORM_TOKEN_BYTES + 1);
    uint8_t mac[TOKEN_MAC];

    mac_make(session_key(), parts, 2, mac);
    hex_encode(mac, FORM_TOKEN_BYTES, text);
    return text;
}

bool desk_same_origin(const struct http_request *request)
{
    const struct text site = http_header(request, "sec-fetch-site");
    const struct text origin = http_header(request, "origin");
    const struct text host = http_header(request, "host");
    const char *name = origin.data ? strstr(origin.data, "://") : NULL;

    if (site.data)
        return text_is(site, "same-origin");
    return !origin.data || (name && host.data && strcmp(name + 3, host.data) == 0);
}

unsigned desk_language(const struct http_request *request)
{
    const struct text chosen = http_cookie(request, "sprak");
    unsigned language;

    if (chosen.data && i18n_language(desk_house()->i18n, chosen, &language))
        return language;
    return i18n_accept(desk_house()->i18n, http_header(request, "accept-language"));
}
