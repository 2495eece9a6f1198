/* The request's target: decoded once, checked, and led to the first pattern that fits. */
#include <string.h>

#include "common/check.h"
#include "common/http_inside.h"
#include "common/urlform.h"

/* RFC 3986's characters of a path or a query, and the ones browsers leave as they are. */
static bool clean_target(const char *target, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)target[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"#<>\\^`{|}", c))
            return false;
    }
    return length > 0 && target[0] == '/';
}

/* Of a raw path: an encoded slash or backslash would move the borders of its segments. */
static bool hides_slash(const char *path, size_t length)
{
    for (size_t i = 0; i + 2 < length; i++)
        if (path[i] == '%' && ((path[i + 1] == '2' && (path[i + 2] | 0x20) == 'f') ||
                                  (path[i + 1] == '5' && (path[i + 2] | 0x20) == 'c')))
            return true;
    return false;
}

static bool has_dot_segment(const char *path)
{
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        const size_t length = strcspn(at, "/");
        if ((length == 1 && at[0] == '.') || (length == 2 && at[0] == '.' && at[1] == '.'))
            return true;
    }
    return false;
}

static struct refusal read_query(struct http_request *request, const char *query, size_t length)
{
    size_t most = 1;
    struct error error;

    for (size_t i = 0; i < length; i++)
        most += query[i] == '&';
    if (most > URLFORM_FIELDS_MOST)
        return REFUSE(400, "The query has too many fields.");
    char *copy = request_copy(request, query, length);
    request->query = request_take(request, most * sizeof *request->query);
    if (!urlform_decode(copy, length, request->query, most, &request->query_count, &error))
        return REFUSE(400, "The query is malformed: escapes, UTF-8 and names must be valid.");
    return ACCEPT;
}

struct refusal target_read(struct http_request *request)
{
    const char *target = request->target;
    const size_t length = request->target_length;

    if (length > HTTP_URL_BYTES)
        return REFUSE(414, "The address is longer than 8 KiB.");
    if (!clean_target(target, length))
        return REFUSE(400, "The address has a character that must be escaped.");
    const char *question = memchr(target, '?', length);
    const size_t path_length = question ? (size_t)(question - target) : length;
    if (hides_slash(target, path_length))
        return REFUSE(400, "The path has an escaped slash.");
    char *path = request_copy(request, target, path_length);
    size_t decoded;
    if (!urlform_unescape(path, path_length, &decoded, NULL))
        return REFUSE(400, "The path is malformed: escapes and UTF-8 must be valid.");
    if (has_dot_segment(path))
        return REFUSE(400, "The path has a segment of dots.");
    request->path = (struct text){path, decoded};
    request->is_api = strncmp(path, "/api/", 5) == 0;
    return question ? read_query(request, question + 1, length - path_length - 1) : ACCEPT;
}

/* Fills `captures` with the segments that a {name} matches; they point into `path`. */
static bool fits(const char *pattern, struct text path, struct text *captures, size_t *count)
{
    const char *at = path.data, *end = path.data + path.length;

    *count = 0;
    while (*pattern) {
        if (*pattern == '{') {
            const char *slash = memchr(at, '/', (size_t)(end - at));
            const char *stop = slash ? slash : end;
            if (stop == at)
                return false;
            CHECK(*count < HTTP_CAPTURES_MOST);
            captures[(*count)++] = (struct text){at, (size_t)(stop - at)};
            at = stop;
            pattern = strchr(pattern, '}') + 1;
        } else if (at < end && *at == *pattern) {
            at++;
            pattern++;
        } else {
            return false;
        }
    }
    return at == end;
}

static void keep_captures(struct http_request *request, const struct text *captures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        request->captures[i] = (struct text){
            request_copy(request, captures[i].data, captures[i].length), captures[i].length};
    request->capture_count = count;
}

static struct refusal read_method(struct http_request *request, const char *method)
{
    static const char *const known[] = {
        "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "QUERY"};

    request->is_head = strcmp(method, "HEAD") == 0;
    request->method = strcmp(method, "POST") == 0 ? HTTP_POST : HTTP_GET;
    if (request->is_head || request->method == HTTP_POST || strcmp(method, "GET") == 0)
        return ACCEPT;
    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(method, known[i]) == 0)
            return REFUSE(405, "This address does not know that method.");
    return REFUSE(501, "There is no such method.");
}

/* No pattern fits. A person gets a page of the service's own, where it has one. */
static struct refusal miss(struct http_request *request, struct refusal refusal)
{
    const struct http_options *options = &request->http->options;

    for (size_t i = 0; i < options->pattern_count && !request->is_api; i++)
        if (strcmp(options->patterns[i].path, HTTP_ELSE) == 0) {
            request->route = &options->patterns[i];
            request->missed = refusal;
            return ACCEPT;
        }
    return refusal;
}

struct refusal target_route(struct http_request *request, const char *method, const char **allow)
{
    const struct http_options *options = &request->http->options;
    struct text captures[HTTP_CAPTURES_MOST];
    const struct refusal refusal = read_method(request, method);
    bool gets = false, posts = false;
    size_t count;

    for (size_t i = 0; i < options->pattern_count; i++) {
        const struct http_pattern *pattern = &options->patterns[i];
        if (request->is_api && strncmp(pattern->path, "/api/", 5) != 0)
            continue; /* "/{lang}/..." is for pages */
        if (!fits(pattern->path, request->path, captures, &count))
            continue;
        if (!refusal.status && pattern->method == request->method) {
            request->route = pattern;
            keep_captures(request, captures, count);
            return ACCEPT;
        }
        gets = gets || pattern->method == HTTP_GET;
        posts = posts || pattern->method == HTTP_POST;
    }
    *allow = gets && posts ? "GET, HEAD, POST" : posts ? "POST" : "GET, HEAD";
    if (refusal.status == 501)
        return refusal;
    return miss(request, refusal.status  ? refusal
                         : gets || posts ? REFUSE(405, "This address does not know that method.")
                                         : REFUSE(404, "There is nothing at this address."));
}
