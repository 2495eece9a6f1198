/*
 * The framing of a request's head: what libmicrohttpd 0.9.75 lets through and we do not.
 *
 * MHD cuts the head up where it lies: it puts a NUL over each CR, LF and colon and remembers where
 * names and values start. So the lines it read must cover the raw head without a gap, each ended by
 * exactly two bytes that are now NUL. A bare LF or CR leaves one byte, a NUL in a value ends the
 * string early, a folded line is copied elsewhere: each leaves a gap.
 *
 * What cannot be told apart is a NUL in the place of one byte of CR LF ("\0\n", "\n\0"). A proxy
 * that let it through and read it otherwise could be misled by it; nginx refuses every NUL.
 */
#include <string.h>
#include <strings.h>

#include "common/check.h"
#include "common/http_inside.h"
#include "common/urlform.h"

static const char *const kept_names[KEPT_COUNT] = {
    [KEPT_HOST] = "host",
    [KEPT_CONTENT_TYPE] = "content-type",
    [KEPT_IDEMPOTENCY_KEY] = "idempotency-key",
    [KEPT_COOKIE] = "cookie",
    [KEPT_ACCEPT_LANGUAGE] = "accept-language",
    [KEPT_ACCEPT] = "accept",
    [KEPT_IF_NONE_MATCH] = "if-none-match",
    [KEPT_IF_MODIFIED_SINCE] = "if-modified-since",
    [KEPT_ORIGIN] = "origin",
    [KEPT_SEC_FETCH_SITE] = "sec-fetch-site",
    [KEPT_X_REQUEST_ID] = "x-request-id",
    [KEPT_AUTHORIZATION] = "authorization",
    [KEPT_FORWARDED_FOR] = "x-forwarded-for",
};

static bool same_name(const char *name, size_t length, const char *known)
{
    return strlen(known) == length && strncasecmp(name, known, length) == 0;
}

int head_kept_index(const char *name, size_t length)
{
    for (int i = 0; i < KEPT_COUNT; i++)
        if (same_name(name, length, kept_names[i]))
            return i;
    return -1;
}

/* RFC 9110, 5.6.2. */
static bool is_token(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)name[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
            return false;
    }
    return length > 0;
}

static bool clean_value(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* One line starts at `expected` and ends where the next must start; NULL = it does not fit. */
static const char *line_end(const struct head_line *line, const char *expected, const char *end)
{
    const size_t left = (size_t)(end - expected);

    if (line->name != expected || line->name_length >= left)
        return NULL;
    const char *colon = expected + line->name_length;
    if (*colon != '\0' || line->value <= colon || line->value > end ||
        line->value_length + 2 > (size_t)(end - line->value))
        return NULL;
    for (const char *at = colon + 1; at < line->value; at++)
        if (*at != ' ' && *at != '\t')
            return NULL;
    const char *stop = line->value + line->value_length;
    return stop[0] == '\0' && stop[1] == '\0' ? stop + 2 : NULL;
}

/* METHOD SP target SP HTTP/1.x CRLF, one space each. */
static const char *first_line_end(const struct http_head *head, const char *end)
{
    const size_t method = strnlen(head->block, head->size);
    const char *target = head->block + method + 1;

    if (head->target != target || head->target_length >= (size_t)(end - target) ||
        head->version != target + head->target_length + 1 || end - head->version < 10)
        return NULL;
    if (memcmp(head->version, "HTTP/1.1", 8) != 0 && memcmp(head->version, "HTTP/1.0", 8) != 0)
        return NULL;
    const char *stop = head->version + 8;
    return stop[0] == '\0' && stop[1] == '\0' ? stop + 2 : NULL;
}

struct refusal head_check(const struct http_head *head, const struct head_line *lines, size_t count)
{
    const char *end = head->block + head->size;
    const char *expected = first_line_end(head, end);

    for (size_t i = 0; expected && i < count; i++) {
        expected = line_end(&lines[i], expected, end);
        if (expected && !is_token(lines[i].name, lines[i].name_length))
            return REFUSE(400, "A header's name has a character that no name may have.");
        if (expected && !clean_value(lines[i].value, lines[i].value_length))
            return REFUSE(400, "A header has a control character.");
    }
    if (!expected || end - expected != 2 || expected[0] != '\0' || expected[1] != '\0')
        return REFUSE(400, "The request's head is malformed: each line ends with CR LF, "
                           "without NUL, folding or extra spaces.");
    return ACCEPT;
}

/* Digits only, and none so long that it overflows; MHD has checked the same but is not asked. */
static bool read_length(const struct head_line *line, size_t *length)
{
    size_t number = 0;

    if (line->value_length == 0 || line->value_length > 15)
        return false;
    for (size_t i = 0; i < line->value_length; i++) {
        if (line->value[i] < '0' || line->value[i] > '9')
            return false;
        number = number * 10 + (size_t)(line->value[i] - '0');
    }
    *length = number;
    return true;
}

static bool clean_host(struct text host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:[]";

    return host.length > 0 && host.length <= 255 && strspn(host.data, allowed) == host.length;
}

/* RFC 6265, 4.2.1: name=value pairs with "; " between them; what is no pair is left out. */
static void split_cookies(struct http_request *request)
{
    const struct text cookie = request->kept[KEPT_COOKIE];
    size_t most = 1;

    if (!cookie.data)
        return;
    for (size_t i = 0; i < cookie.length; i++)
        most += cookie.data[i] == ';';
    request->cookies = request_take(request, most * sizeof *request->cookies);
    char *at = request_copy(request, cookie.data, cookie.length);
    while (at) {
        char *name = at + strspn(at, " \t"), *stop = strchr(name, ';');
        if (stop)
            *stop = '\0';
        at = stop ? stop + 1 : NULL;
        char *value = strchr(name, '=');
        if (!value)
            continue;
        *value++ = '\0';
        request->cookies[request->cookie_count++] =
            (struct http_field){text_of(name), text_of(value)};
    }
}

static struct text trimmed(const struct head_line *line)
{
    size_t length = line->value_length;

    while (length && (line->value[length - 1] == ' ' || line->value[length - 1] == '\t'))
        length--;
    return (struct text){line->value, length};
}

static struct refusal keep(struct http_request *request, const struct head_line *line)
{
    const int index = head_kept_index(line->name, line->name_length);

    if (index < 0)
        return ACCEPT;
    const struct text value = trimmed(line);
    const bool is_list = index == KEPT_ACCEPT || index == KEPT_ACCEPT_LANGUAGE ||
                         index == KEPT_IF_NONE_MATCH || index == KEPT_X_REQUEST_ID ||
                         index == KEPT_FORWARDED_FOR;
    if (request->kept[index].data)
        return is_list ? ACCEPT : REFUSE(400, "A header comes twice that may come once.");
    if (!urlform_utf8(value.data, value.length))
        return REFUSE(400, "A header is not valid UTF-8.");
    request->kept[index] =
        (struct text){request_copy(request, value.data, value.length), value.length};
    return ACCEPT;
}

struct refusal head_read(struct http_request *request, const struct head_line *lines, size_t count,
    bool is_http_11, size_t *body_length)
{
    bool has_length = false, is_coded = false;

    *body_length = 0;
    for (size_t i = 0; i < count; i++) {
        if (same_name(lines[i].name, lines[i].name_length, "transfer-encoding"))
            is_coded = true;
        if (same_name(lines[i].name, lines[i].name_length, "content-length")) {
            const struct head_line line = {
                .value = lines[i].value, .value_length = trimmed(&lines[i]).length};
            if (has_length || !read_length(&line, body_length))
                return REFUSE(400, "There must be one Content-Length, in digits.");
            has_length = true;
        }
        const struct refusal refusal = keep(request, &lines[i]);
        if (refusal.status)
            return refusal;
    }
    if (is_coded && has_length)
        return REFUSE(400, "Content-Length and Transfer-Encoding exclude each other.");
    if (is_coded)
        return REFUSE(411, "Send the body with a Content-Length, not in chunks.");
    if (is_http_11 && !request->kept[KEPT_HOST].data)
        return REFUSE(400, "There must be one Host.");
    if (request->kept[KEPT_HOST].data && !clean_host(request->kept[KEPT_HOST]))
        return REFUSE(400, "Host is malformed.");
    split_cookies(request);
    return ACCEPT;
}
