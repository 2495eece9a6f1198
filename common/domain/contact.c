#include "common/domain/contact.h"

enum { LOCAL_MOST = 64, LABEL_MOST = 63 };

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool atom(char c)
{
    return letter_or_digit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool local_part(struct text part)
{
    if (part.length == 0 || part.length > LOCAL_MOST)
        return false;
    for (size_t i = 0; i < part.length; i++) {
        bool edge = i == 0 || i == part.length - 1;

        if (part.data[i] == '.' && (edge || part.data[i - 1] == '.'))
            return false;
        if (part.data[i] != '.' && !atom(part.data[i]))
            return false;
    }
    return true;
}

static bool label(struct text part)
{
    if (part.length == 0 || part.length > LABEL_MOST)
        return false;
    for (size_t i = 0; i < part.length; i++)
        if (!letter_or_digit(part.data[i]) && part.data[i] != '-')
            return false;
    return part.data[0] != '-' && part.data[part.length - 1] != '-';
}

static bool domain_part(struct text part)
{
    size_t labels = 0;

    while (true) {
        const char *dot = part.length ? memchr(part.data, '.', part.length) : NULL;
        size_t length = dot ? (size_t)(dot - part.data) : part.length;

        if (!label((struct text){part.data, length}))
            return false;
        labels++;
        if (!dot)
            return labels >= 2;
        part = (struct text){dot + 1, part.length - length - 1};
    }
}

bool contact_email_ok(struct text address)
{
    const char *at;
    size_t local;

    if (text_empty(address) || address.length > CONTACT_EMAIL_MOST)
        return false;
    at = memchr(address.data, '@', address.length);
    if (!at)
        return false;
    local = (size_t)(at - address.data);
    return local_part((struct text){address.data, local}) &&
           domain_part((struct text){at + 1, address.length - local - 1});
}

/* The digits, with "+" before them if it stood first; "(0)" is what Swedes put after +46. */
static bool bare_number(struct text typed, char *bare, size_t most)
{
    size_t length = 0;

    for (size_t i = 0; i < typed.length; i++) {
        char c = typed.data[i];

        if (typed.length - i >= 3 && length > 0 && memcmp(typed.data + i, "(0)", 3) == 0) {
            i += 2;
            continue;
        }
        if (c != '\0' && strchr(" -/.()", c))
            continue;
        if (!(c >= '0' && c <= '9') && !(c == '+' && length == 0))
            return false;
        if (length == most)
            return false;
        bare[length++] = c;
    }
    bare[length] = '\0';
    return length > 0;
}

bool contact_phone(struct text typed, char phone[static CONTACT_PHONE_MOST + 1])
{
    char bare[CONTACT_PHONE_MOST + 3]; /* "00" may stand for "+" */
    const char *prefix = "+", *rest = bare;
    size_t length, least = 7;

    if (text_empty(typed) || !bare_number(typed, bare, sizeof bare - 1))
        return false;
    if (bare[0] == '+') {
        rest = bare + 1;
    } else if (bare[0] == '0' && bare[1] == '0') {
        rest = bare + 2;
    } else if (bare[0] == '0') {
        prefix = "+46";
        rest = bare + 1;
    } else {
        return false;
    }
    length = strlen(prefix) + strlen(rest);
    /* A Swedish number has 7 to 10 digits after its country (the national numbering plan). */
    if (strncmp(prefix, "+46", 3) == 0 || strncmp(rest, "46", 2) == 0) {
        least = 10;
        if (length > 13)
            return false;
    }
    if (length < least || length > CONTACT_PHONE_MOST || rest[0] == '0' || rest[0] == '\0')
        return false;
    memcpy(phone, prefix, strlen(prefix));
    memcpy(phone + strlen(prefix), rest, strlen(rest) + 1);
    return true;
}
