/* Keyed BLAKE2b over a kind and a normalised value. */
#include "common/blind_index.h"

#include <sodium.h>
#include <string.h>

#include "common/token.h"

enum { NUMBER_DIGITS = 12, DATE_LENGTH = 10 };

/* Letters of Latin-1 have two bytes in UTF-8: C3 80 to C3 BF. */
enum { LATIN = 0xc3, TIMES = 0x97, CAPITAL_THORN = 0x9e, CAPITAL_TO_SMALL = 0x20 };

/* Writes that macOS makes as letter and mark (U+0300 to U+030A are CC 80 to CC 8A). */
static const struct join {
    char letter;
    uint8_t mark, latin;
} joins[] = {
    {'a', 0x8a, 0xa5},
    {'a', 0x88, 0xa4},
    {'o', 0x88, 0xb6},
    {'e', 0x81, 0xa9},
    {'e', 0x80, 0xa8},
    {'a', 0x80, 0xa0},
    {'a', 0x81, 0xa1},
    {'i', 0x81, 0xad},
    {'o', 0x81, 0xb3},
    {'u', 0x81, 0xba},
    {'u', 0x88, 0xbc},
    {'e', 0x88, 0xab},
    {'n', 0x83, 0xb1},
    {'i', 0x88, 0xaf},
    {'y', 0x81, 0xbd},
};

static size_t join_mark(char *out, size_t length, uint8_t mark)
{
    for (size_t i = 0; i < sizeof joins / sizeof joins[0] && length; i++) {
        if (joins[i].letter == out[length - 1] && joins[i].mark == mark) {
            out[length - 1] = (char)LATIN;
            out[length] = (char)joins[i].latin;
            return length + 1;
        }
    }
    out[length] = (char)0xcc;
    out[length + 1] = (char)mark;
    return length + 2;
}

/* U+00A0, U+2010 to U+2015, U+2018, U+2019, U+00B4: spaces, hyphens, apostrophes beyond ASCII. */
static size_t punctuation_length(const uint8_t *at, size_t left)
{
    if (left >= 2 && at[0] == 0xc2 && (at[1] == 0xa0 || at[1] == 0xad || at[1] == 0xb4))
        return 2;
    if (left >= 3 && at[0] == 0xe2 && at[1] == 0x80 &&
        ((at[2] >= 0x90 && at[2] <= 0x95) || at[2] == 0x98 || at[2] == 0x99))
        return 3;
    return 0;
}

static bool is_ascii_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t small_latin(uint8_t second)
{
    const bool capital = second >= 0x80 && second <= CAPITAL_THORN && second != TIMES;

    return (uint8_t)(capital ? second + CAPITAL_TO_SMALL : second);
}

/* Takes one character of `at` to the end of `out`; returns how many bytes it had. */
static size_t take(const uint8_t *at, size_t left, char *out, size_t *length)
{
    const size_t skipped = punctuation_length(at, left);

    if (skipped)
        return skipped;
    if (left >= 2 && at[0] == 0xcc) {
        *length = join_mark(out, *length, at[1]);
        return 2;
    }
    if (left >= 2 && at[0] == LATIN) {
        out[(*length)++] = (char)LATIN;
        out[(*length)++] = (char)small_latin(at[1]);
        return 2;
    }
    if (is_ascii_letter(at[0]))
        out[(*length)++] = (char)(at[0] | 0x20);
    else if (at[0] >= 0x80)
        out[(*length)++] = (char)at[0]; /* other scripts count as they are */
    return 1;
}

size_t blind_index_normalise(struct text name, char out[static BLIND_NAME + 1])
{
    const uint8_t *bytes = (const uint8_t *)name.data;
    size_t length = 0;

    for (size_t i = 0; i < name.length && length + 2 <= BLIND_NAME;)
        i += take(bytes + i, name.length - i, out, &length);
    out[length] = '\0';
    return length;
}

static void make(
    const uint8_t *key, const char *kind, struct text a, struct text b, struct blind_index *index)
{
    const struct text parts[] = {text_of(kind), a, b};
    uint8_t mac[TOKEN_MAC];

    mac_make(key, parts, sizeof parts / sizeof parts[0], mac);
    memcpy(index->bytes, mac, sizeof index->bytes);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool blind_index_number(const uint8_t key[static 32], struct text number, struct blind_index *index)
{
    char digits[NUMBER_DIGITS];
    size_t count = 0;

    for (size_t i = 0; i < number.length; i++) {
        if (number.data[i] == '-' || number.data[i] == ' ')
            continue;
        if (!is_digit(number.data[i]) || count == NUMBER_DIGITS)
            return false;
        digits[count++] = number.data[i];
    }
    if (count != NUMBER_DIGITS)
        return false;
    make(key, "number", (struct text){digits, count}, TEXT(""), index);
    sodium_memzero(digits, sizeof digits);
    return true;
}

static bool is_date(struct text date)
{
    if (date.length != DATE_LENGTH)
        return false;
    for (size_t i = 0; i < DATE_LENGTH; i++)
        if (i == 4 || i == 7 ? date.data[i] != '-' : !is_digit(date.data[i]))
            return false;
    return true;
}

bool blind_index_name(const uint8_t key[static 32], struct text name, struct text birth_date,
    struct blind_index *index)
{
    char normal[BLIND_NAME + 1];
    const size_t length = blind_index_normalise(name, normal);

    if (length == 0 || !is_date(birth_date))
        return false;
    make(key, "name", (struct text){normal, length}, birth_date, index);
    sodium_memzero(normal, sizeof normal);
    return true;
}

bool blind_index_contact(
    const uint8_t key[static 32], struct text name, struct text email, struct blind_index *index)
{
    char normal[BLIND_NAME + 1], address[BLIND_NAME];
    const size_t length = blind_index_normalise(name, normal);

    if (length == 0 || email.length == 0 || email.length > sizeof address)
        return false;
    for (size_t i = 0; i < email.length; i++)
        address[i] = (char)(email.data[i] >= 'A' && email.data[i] <= 'Z' ? email.data[i] + 32
                                                                         : email.data[i]);
    make(
        key, "contact", (struct text){normal, length}, (struct text){address, email.length}, index);
    sodium_memzero(normal, sizeof normal);
    sodium_memzero(address, sizeof address);
    return true;
}
