/*
 * Any head: cut up as libmicrohttpd 0.9.75 does, then read by ours. What is accepted must be a
 * head that the strictest reader would cut in the same way, with a clean path and clean fields.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/http_inside.h"
#include "common/urlform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_pattern patterns[] = {
    {HTTP_GET, "/{lang}/a/{b}", NULL, false},
    {HTTP_POST, "/api/v1/a", NULL, true},
};

struct cut {
    struct http_head head;
    struct head_line lines[HEAD_LINES_MOST];
    size_t count;
    char method[64], target[16384];
};

/* The next line, ended in place; NULL = there is no LF. */
static char *next_line(char **at, char *end)
{
    char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));

    if (!stop)
        return NULL;
    *at = stop + 1;
    *stop = '\0';
    if (stop > line && stop[-1] == '\r')
        stop[-1] = '\0';
    return line;
}

static bool cut_first(struct cut *cut, char *line)
{
    char *space = strchr(line, ' ');

    if (!space || (size_t)(space - line) >= sizeof cut->method)
        return false;
    *space = '\0';
    char *target = space + 1;
    target += strspn(target, " \t");
    char *last = strrchr(target, ' ');
    if (!last || strncmp(last + 1, "HTTP/1.", 7) != 0 || strlen(last + 1) != 8)
        return false;
    *last = '\0';
    cut->head = (struct http_head){
        .block = line, .target = target, .target_length = strlen(target), .version = last + 1};
    strcpy(cut->method, line); /* tidy(banned): its length was checked above */
    return cut->head.target_length < sizeof cut->target;
}

static bool cut_line(struct cut *cut, char *line)
{
    static const char elsewhere[] = "folded";

    if (cut->count > 0 && (*line == ' ' || *line == '\t')) {
        cut->lines[cut->count - 1].name = elsewhere;
        return true;
    }
    char *colon = strchr(line, ':');
    if (!colon || cut->count == HEAD_LINES_MOST)
        return false;
    *colon = '\0';
    const char *value = colon + 1 + strspn(colon + 1, " \t");
    cut->lines[cut->count++] = (struct head_line){line, value, strlen(line), strlen(value)};
    return true;
}

static bool cut_up(struct cut *cut, char *bytes, char *end)
{
    char *at = bytes, *line = next_line(&at, end);

    if (!line || !cut_first(cut, line))
        return false;
    memcpy(cut->target, cut->head.target, cut->head.target_length + 1);
    while ((line = next_line(&at, end)) && *line)
        if (!cut_line(cut, line))
            return false;
    cut->head.size = (size_t)(at - bytes);
    return line != NULL;
}

/* CR and LF; NUL too, because MHD's marks cannot be told from it (see http_head.c). */
static bool is_mark(char c)
{
    return c == '\r' || c == '\n' || c == '\0';
}

/* Line ends are two bytes, the head ends with the first two of them, and has no other control. */
static bool is_strict(const char *raw, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)raw[i];
        const bool is_end = is_mark(raw[i]) && i + 1 < size && is_mark(raw[i + 1]);
        if (is_end && i + 4 <= size && is_mark(raw[i + 2]) && is_mark(raw[i + 3]))
            return i + 4 == size;
        if (is_end)
            i++;
        else if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return false;
}

static void read_on(struct cut *cut, const char *raw)
{
    struct http http = {.options = {.patterns = patterns, .pattern_count = COUNT(patterns)}};
    struct peer peer = {.target = cut->target};
    struct http_request *request = request_new(&http, &peer, NULL);
    const char *allow = NULL;
    size_t length;

    if (!target_read(request).status) {
        CHECK(urlform_utf8(request->path.data, request->path.length));
        CHECK(!strstr(request->path.data, "/../") && request->path.data[0] == '/');
        if (!head_read(request, cut->lines, cut->count, true, &length).status &&
            !target_route(request, cut->method, &allow).status)
            CHECK(is_strict(raw, cut->head.size));
    }
    request_free(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cut *cut = calloc(1, sizeof *cut);
    char *bytes = malloc(size + 1), *raw = malloc(size + 1);

    CHECK(cut && bytes && raw);
    if (size)
        memcpy(bytes, data, size);
    if (size)
        memcpy(raw, data, size);
    bytes[size] = raw[size] = '\0';
    if (cut_up(cut, bytes, bytes + size) && !head_check(&cut->head, cut->lines, cut->count).status)
        read_on(cut, raw);
    free(raw);
    free(bytes);
    free(cut);
    return 0;
}
