#include "common/domain/opening.h"

#include <string.h>

enum { HOUR_MIN = 60, DAY_MIN = 24 * 60, WEEK = 7 };

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static int32_t two_digits(const char *at)
{
    return digit(at[0]) && digit(at[1]) ? (at[0] - '0') * 10 + at[1] - '0' : -1;
}

static bool in_order(const struct opening *opening)
{
    return opening->opens_min >= 0 && opening->closes_min > opening->opens_min &&
           opening->closes_min <= DAY_MIN;
}

/* "15:00"; -1. */
static int32_t clock_at(const char *at)
{
    const int32_t hour = two_digits(at), minute = two_digits(at + 3);

    return hour < 0 || minute < 0 || minute >= HOUR_MIN || at[2] != ':' ? -1
                                                                        : hour * HOUR_MIN + minute;
}

bool opening_parse(struct text text, struct opening *opening)
{
    if (text.length != OPENING_TEXT || text.data[1] != ' ' || text.data[7] != ' ')
        return false;
    *opening =
        (struct opening){text.data[0] - '0', clock_at(text.data + 2), clock_at(text.data + 8)};
    return opening->weekday >= 0 && opening->weekday < WEEK && in_order(opening);
}

static void put_clock(char *to, int32_t min)
{
    const int32_t digits[] = {
        min / HOUR_MIN / 10, min / HOUR_MIN % 10, min % HOUR_MIN / 10, min % 10};

    to[0] = (char)('0' + digits[0]);
    to[1] = (char)('0' + digits[1]);
    to[2] = ':';
    to[3] = (char)('0' + digits[2]);
    to[4] = (char)('0' + digits[3]);
}

void opening_format(const struct opening *opening, char text[static OPENING_TEXT + 1])
{
    memset(text, ' ', OPENING_TEXT);
    text[0] = (char)('0' + opening->weekday);
    put_clock(text + 2, opening->opens_min);
    put_clock(text + 8, opening->closes_min);
    text[OPENING_TEXT] = '\0';
}

/* --- as people write it --- */

struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, const char *word)
{
    const size_t length = strlen(word);

    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static void pass_spaces(struct reader *reader)
{
    while (take(reader, " "))
        ;
}

/* "14", "14.30" or "14:30"; -1. */
static int32_t take_hour(struct reader *reader)
{
    int32_t hour = 0, minute = 0;
    size_t digits = 0;

    for (; digits < 2 && reader->at < reader->end && digit(*reader->at); digits++)
        hour = hour * 10 + *reader->at++ - '0';
    if (digits == 0)
        return -1;
    if (take(reader, ".") || take(reader, ":")) {
        minute = reader->end - reader->at >= 2 ? two_digits(reader->at) : -1;
        reader->at += minute >= 0 ? 2 : 0;
    }
    return minute < 0 || minute >= HOUR_MIN ? -1 : hour * HOUR_MIN + minute;
}

static bool take_opening(struct reader *reader, struct opening *opening)
{
    opening->opens_min = take_hour(reader);
    pass_spaces(reader);
    if (!take(reader, "-") && !take(reader, "–"))
        return false;
    pass_spaces(reader);
    opening->closes_min = take_hour(reader);
    return in_order(opening);
}

int openings_read(struct text words, int weekday, struct opening found[static OPENINGS_A_DAY])
{
    struct reader reader = {words.data, words.data + words.length};
    int count = 0;

    pass_spaces(&reader);
    while (reader.at < reader.end) {
        if (count == OPENINGS_A_DAY)
            return -1;
        found[count] = (struct opening){.weekday = weekday};
        if (!take_opening(&reader, &found[count++]))
            return -1;
        pass_spaces(&reader);
        if (reader.at < reader.end && !take(&reader, ","))
            return -1;
        pass_spaces(&reader);
    }
    return openings_apart(found, (size_t)count) ? count : -1;
}

bool openings_apart(const struct opening *openings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (openings[i].weekday == openings[j].weekday &&
                openings[i].opens_min < openings[j].closes_min &&
                openings[j].opens_min < openings[i].closes_min)
                return false;
    return true;
}
