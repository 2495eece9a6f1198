/* What a text of a message may hold: characters, length as a reader counts it, pattern. */
#include "common/http.h"
#include "common/message_inside.h"

struct range {
    uint32_t first, last;
};

/*
 * What joins the character before it (Grapheme_Extend and spacing marks of the scripts our
 * languages are written in, joiners, variation selectors, skin tones, tags): enough to count a name
 * as a reader does. Unicode 15, UAX 29.
 */
static const struct range joining[] = {
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x05bf, 0x05bf},
    {0x05c1, 0x05c2},
    {0x05c4, 0x05c5},
    {0x05c7, 0x05c7},
    {0x0610, 0x061a},
    {0x064b, 0x065f},
    {0x0670, 0x0670},
    {0x06d6, 0x06dc},
    {0x06df, 0x06e4},
    {0x06e7, 0x06e8},
    {0x06ea, 0x06ed},
    {0x0711, 0x0711},
    {0x0730, 0x074a},
    {0x0900, 0x0903},
    {0x093a, 0x093c},
    {0x093e, 0x094f},
    {0x0981, 0x0983},
    {0x09bc, 0x09bc},
    {0x09be, 0x09cd},
    {0x0b82, 0x0b82},
    {0x0bbe, 0x0bcd},
    {0x0e31, 0x0e31},
    {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e},
    {0x135d, 0x135f},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200c, 0x200d},
    {0x20d0, 0x20ff},
    {0x3099, 0x309a},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
    {0x1f3fb, 0x1f3ff},
    {0xe0020, 0xe007f},
    {0xe0100, 0xe01ef},
};

enum { ZERO_WIDTH_JOINER = 0x200d };

struct measure {
    int64_t characters, graphemes;
    enum problem_kind wrong;
};

static bool is_joining(uint32_t character)
{
    if (character < joining[0].first)
        return false;
    for (size_t i = 0; i < COUNT(joining); i++)
        if (character <= joining[i].last)
            return character >= joining[i].first;
    return false;
}

static bool is_regional(uint32_t character)
{
    return character >= 0x1f1e6 && character <= 0x1f1ff;
}

/* Controls of C0 and C1, DEL, line and paragraph separators, and what turns the direction. */
static bool is_forbidden(const struct message_field *field, uint32_t character)
{
    if (character == '\t' || character == '\n' || character == '\r')
        return field->pattern != PATTERN_LINES;
    return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0xfeff ||
           character == 0x200e || character == 0x200f || character == 0x061c;
}

/* The next character of valid UTF-8. */
static uint32_t next(const unsigned char **at)
{
    const unsigned char *bytes = *at;
    const unsigned lead = bytes[0];

    if (lead < 0x80) {
        *at += 1;
        return lead;
    }
    if (lead < 0xe0) {
        *at += 2;
        return (lead & 0x1fU) << 6 | (bytes[1] & 0x3fU);
    }
    if (lead < 0xf0) {
        *at += 3;
        return (lead & 0x0fU) << 12 | (bytes[1] & 0x3fU) << 6 | (bytes[2] & 0x3fU);
    }
    *at += 4;
    return (lead & 0x07U) << 18 | (bytes[1] & 0x3fU) << 12 | (bytes[2] & 0x3fU) << 6 |
           (bytes[3] & 0x3fU);
}

static struct measure measure(const struct message_field *field, struct text text)
{
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.length;
    struct measure found = {0};
    uint32_t before = 0;
    bool half_flag = false; /* two regional letters make one flag */

    while (at < end) {
        const uint32_t character = next(&at);
        if (is_forbidden(field, character))
            found.wrong = PROBLEM_CHARACTER;
        half_flag = is_regional(character) && is_regional(before) && !half_flag;
        found.characters++;
        if (!half_flag && before != ZERO_WIDTH_JOINER && !is_joining(character))
            found.graphemes++;
        before = character;
    }
    return found;
}

/* Printable ASCII and nothing else: what most texts are. */
static bool is_plain(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char byte = (unsigned char)text.data[i];
        if (byte < 0x20 || byte >= 0x7f)
            return false;
    }
    return true;
}

/* ^[a-z][a-z-]{1,30}$; the length is looked at with the bounds. */
static bool is_word(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((text.data[i] < 'a' || text.data[i] > 'z') && (i == 0 || text.data[i] != '-'))
            return false;
    return true;
}

enum problem_kind text_wrong(const struct message_field *field, struct text text)
{
    struct measure found = {(int64_t)text.length, (int64_t)text.length, PROBLEM_NONE};

    if (!is_plain(text)) {
        if (!urlform_utf8(text.data, text.length))
            return PROBLEM_CHARACTER;
        found = measure(field, text);
    }
    if (found.wrong)
        return found.wrong;
    if (found.characters < field->least)
        return PROBLEM_SHORT;
    if (found.characters > field->most)
        return PROBLEM_LONG;
    if (field->graphemes_most && found.graphemes > field->graphemes_most)
        return PROBLEM_LONG;
    return field->pattern == PATTERN_WORD && !is_word(text) ? PROBLEM_FORMAT : PROBLEM_NONE;
}
