/* The little of HTML that a visitor without script needs: hidden fields, names, entities. It reads
 * our own pages, whose templates always write attributes in double quotes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/urlform.h"
#include "services/gruppstod/web.h"

static const struct {
    const char *entity;
    char character;
} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''},
    {"&#x27;", '\''}};

static struct text plain(struct arena *arena, const char *from, size_t length)
{
    char *out = arena_copy(arena, from, length), *to = out;

    for (const char *at = from; at < from + length;) {
        size_t taken = 0;
        for (size_t i = 0; i < COUNT(entities) && !taken; i++) {
            const size_t most = strlen(entities[i].entity);
            if (*at == '&' && most <= (size_t)(from + length - at) &&
                memcmp(at, entities[i].entity, most) == 0) {
                *to++ = entities[i].character;
                taken = most;
            }
        }
        if (!taken)
            *to++ = *at;
        at += taken ? taken : 1;
    }
    *to = '\0';
    return (struct text){out, (size_t)(to - out)};
}

struct text web_between(struct arena *arena, struct text page, const char *from, const char *to)
{
    const char *begin = strstr(page.data, from);
    const char *end = begin ? strstr(begin + strlen(from), to) : NULL;

    if (!end)
        return (struct text){NULL, 0};
    begin += strlen(from);
    return plain(arena, begin, (size_t)(end - begin));
}

bool web_has_field(struct text page, const char *name)
{
    char mark[200];

    snprintf(mark, sizeof mark, " name=\"%s\"", name);
    return strstr(page.data, mark) != NULL;
}

const char *web_add(struct arena *arena, const char *body, const char *name, const char *value)
{
    return arena_format(arena, "%s%s%s=%s", body, *body ? "&" : "",
        urlform_encode(arena, text_of(name)).data, urlform_encode(arena, text_of(value)).data);
}

const char *web_hidden(struct arena *arena, struct text page)
{
    static const char mark[] = "<input type=\"hidden\" ";
    const char *body = "";

    for (const char *at = page.data; (at = strstr(at, mark));) {
        const char *end = strchr(at, '>');
        const struct text tag = {at, end ? (size_t)(end - at) : strlen(at)};
        const struct text line = {arena_copy(arena, tag.data, tag.length), tag.length};
        const struct text name = web_between(arena, line, " name=\"", "\"");
        const struct text value = web_between(arena, line, " value=\"", "\"");

        at += sizeof mark - 1;
        if (name.data && value.data)
            body = web_add(arena, body, name.data, value.data);
    }
    return body;
}
