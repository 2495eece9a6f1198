#include "common/domain/personal_number.h"

#include "common/check.h"
#include "common/domain/date.h"

enum { TYPED_BYTES = 64, COORDINATION = 60 /* added to the day */ };

struct typed {
    char digits[PERSONAL_NUMBER_DIGITS];
    int count;
    char sign;     /* '-', '+', or 0 */
    int sign_from; /* digits before the sign */
};

/* Other ways to write a digit or a hyphen, as UTF-8: keyboards for Chinese and Japanese make
 * full-width digits, text processors make dashes. */
static const struct {
    struct text bytes;
    char plain;
} others[] = {
    {{"\xe2\x80\x90", 3}, '-'}, /* hyphen */
    {{"\xe2\x80\x91", 3}, '-'}, /* non-breaking hyphen */
    {{"\xe2\x80\x93", 3}, '-'}, /* en dash */
    {{"\xe2\x88\x92", 3}, '-'}, /* minus */
    {{"\xef\xbc\x8b", 3}, '+'}, /* full-width plus */
    {{"\xef\xbc\x8d", 3}, '-'}, /* full-width hyphen */
    {{"\xe3\x80\x80", 3}, ' '}, /* full-width space */
    {{"\xc2\xa0", 2}, ' '},     /* non-breaking space */
};

/* The plain character at the front, and how many bytes it took; 0 for what has no place here. */
static char plain(struct text rest, size_t *bytes)
{
    unsigned char last = rest.length >= 3 ? (unsigned char)rest.data[2] : 0;

    *bytes = 1;
    if ((unsigned char)rest.data[0] < 0x80)
        return rest.data[0];
    if (rest.length >= 3 && memcmp(rest.data, "\xef\xbc", 2) == 0 && last >= 0x90 && last <= 0x99) {
        *bytes = 3;
        return (char)('0' + (last - 0x90));
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        struct text bytes_of = others[i].bytes;

        if (rest.length >= bytes_of.length &&
            memcmp(rest.data, bytes_of.data, bytes_of.length) == 0) {
            *bytes = bytes_of.length;
            return others[i].plain;
        }
    }
    return 0;
}

static bool take(struct typed *typed, char next)
{
    if (next == ' ')
        return true;
    if (next >= '0' && next <= '9') {
        if (typed->count == PERSONAL_NUMBER_DIGITS)
            return false;
        typed->digits[typed->count++] = next;
        return true;
    }
    if ((next != '-' && next != '+') || typed->sign)
        return false;
    typed->sign = next;
    typed->sign_from = typed->count;
    return true;
}

static bool read_typed(struct text text, struct typed *typed)
{
    *typed = (struct typed){.count = 0};
    if (text.length == 0 || text.length > TYPED_BYTES)
        return false;
    while (text.length > 0) {
        size_t bytes;
        char next = plain(text, &bytes);

        if (!take(typed, next))
            return false;
        text = (struct text){text.data + bytes, text.length - bytes};
    }
    if (typed->count != 10 && typed->count != PERSONAL_NUMBER_DIGITS)
        return false;
    return !typed->sign || typed->sign_from == typed->count - 4;
}

static int number_at(const char *digits, int count)
{
    int number = 0;

    for (int i = 0; i < count; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* Twelve digits of ten. "+" tells of a person who is 100 or will be so this year. */
static void add_century(const struct typed *typed, int32_t today, char *digits)
{
    struct civil now = date_to_civil(today);
    int month = number_at(typed->digits + 2, 2);
    int day = number_at(typed->digits + 4, 2) % COORDINATION;
    int year = now.year - now.year % 100 + number_at(typed->digits, 2);

    if (year > now.year || (year == now.year && month * 100 + day > now.month * 100 + now.day))
        year -= 100;
    if (typed->sign == '+' && year > now.year - 100)
        year -= 100;
    digits[0] = (char)('0' + year / 1000 % 10);
    digits[1] = (char)('0' + year / 100 % 10);
    memcpy(digits + 2, typed->digits, 10);
}

/* The check digit of the ten last (SKV 704: weights 2 1 2 1 ..., sum of the digits). */
static bool check_digit(const char *digits)
{
    int sum = 0;

    for (int i = 0; i < 10; i++) {
        int product = (digits[2 + i] - '0') * (i % 2 == 0 ? 2 : 1);

        sum += product / 10 + product % 10;
    }
    return sum % 10 == 0;
}

static bool read_birth(struct personal_number *number, int32_t today)
{
    int year = number_at(number->digits, 4);
    int month = number_at(number->digits + 4, 2);
    int day = number_at(number->digits + 6, 2);

    number->birth = DAY_ABSENT;
    number->coordination = day >= COORDINATION;
    if (year < 1800 || year > date_to_civil(today).year)
        return false;
    if (number->coordination)
        day -= COORDINATION;
    number->birth = date_from_civil(year, month, day);
    /* The agency numbers people whose day is not known: 00, or the 31st of a shorter month. */
    if (number->birth == DAY_ABSENT)
        return number->coordination && month <= 12 && day <= 31;
    return number->birth <= today;
}

enum personal_number_verdict personal_number_parse(
    struct text text, int32_t today, struct personal_number *number)
{
    struct personal_number read = {.birth = DAY_ABSENT};
    struct typed typed;

    if (!read_typed(text, &typed))
        return PERSONAL_NUMBER_FORM;
    if (typed.count == PERSONAL_NUMBER_DIGITS)
        memcpy(read.digits, typed.digits, PERSONAL_NUMBER_DIGITS);
    else
        add_century(&typed, today, read.digits);
    if (!read_birth(&read, today))
        return PERSONAL_NUMBER_DATE;
    if (!check_digit(read.digits))
        return PERSONAL_NUMBER_CHECK_DIGIT;
    *number = read;
    return PERSONAL_NUMBER_RIGHT;
}
