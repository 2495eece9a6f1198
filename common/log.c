/*
 * logfmt lines, made by a small formatter of our own: printf would put a text in as it is, and a
 * stranger's "x\nlevel=info event=..." would be a line of ours.
 */
#include "common/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"

/* A line fits a pipe's atomic write (4096), so lines of threads and daemons never mix. */
enum { LINE_BYTES = 2048, LINE_FULL = LINE_BYTES - 2 };

struct line {
    size_t used;
    bool full; /* something did not fit: nothing comes after it */
    char bytes[LINE_BYTES];
};

static struct {
    const char *daemon, *instance;
    bool journal;
    atomic_int least;
} speaker = {.daemon = "gruppstod", .least = LOG_LEVEL_INFO};

void log_open(const char *daemon, const char *instance)
{
    speaker.daemon = daemon;
    speaker.instance = instance;
    speaker.journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_limit(enum log_level least)
{
    atomic_store(&speaker.least, (int)least);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_CRITICAL:
        return "crit";
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_NOTICE:
        return "notice";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_DEBUG:
        return "debug";
    }
    return "info";
}

/* The last two bytes are kept free, for a closing quote and the newline. */
static void put(struct line *line, const char *bytes, size_t length)
{
    const size_t room = line->full ? 0 : LINE_FULL - line->used;

    if (length > room) {
        length = room;
        line->full = true;
    }
    memcpy(line->bytes + line->used, bytes, length);
    line->used += length;
}

static void put_string(struct line *line, const char *string)
{
    put(line, string, strlen(string));
}

static bool is_plain(unsigned char c)
{
    return isalnum(c) || (c && strchr("_.:/@+-,%", c));
}

static void put_escaped(struct line *line, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char escape[4] = {'\\', 'x', digits[c >> 4], digits[c & 15]};

    if (line->used + sizeof escape > LINE_FULL)
        line->full = true; /* half an escape would swallow the closing quote */
    if (c == '"' || c == '\\')
        put(line, (char[]){'\\', (char)c}, 2);
    else if (c == '\n')
        put_string(line, "\\n");
    else if (c < 0x20 || c == 0x7f)
        put(line, escape, sizeof escape);
    else
        put(line, (char[]){(char)c}, 1);
}

static void put_quoted(struct line *line, const char *text, size_t length)
{
    if (line->full || line->used == LINE_FULL)
        return;
    line->bytes[line->used++] = '"';
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        const bool c1 = c == 0xc2 && i + 1 < length && (unsigned char)text[i + 1] < 0xa0;
        put_escaped(line, c1 ? '?' : c);
        i += c1;
    }
    line->bytes[line->used++] = '"';
    line->full = line->full || line->used > LINE_FULL;
}

/* A value: as it is when it is a plain word, else in quotes. UTF-8 passes; the C1 controls in it,
 * which a terminal may obey, do not. */
static void put_value(struct line *line, const char *text, size_t length)
{
    bool plain = length > 0;

    for (size_t i = 0; i < length && plain; i++)
        plain = is_plain((unsigned char)text[i]);
    if (plain)
        put(line, text, length);
    else
        put_quoted(line, text, length);
}

struct conversion {
    int precision; /* -1 = none */
    bool star, zero_pad;
    int width;
    char size; /* 0, l, L for ll, z */
    char kind;
};

static const char *read_digits(const char *at, int *number)
{
    for (*number = 0; isdigit((unsigned char)*at) && *number < 100; at++)
        *number = *number * 10 + (*at - '0');
    return at;
}

static const char *read_conversion(const char *at, struct conversion *c)
{
    *c = (struct conversion){.precision = -1};
    c->zero_pad = *at == '0';
    at = read_digits(at, &c->width);
    if (at[0] == '.' && at[1] == '*') {
        c->star = true;
        at += 2;
    } else if (at[0] == '.') {
        at = read_digits(at + 1, &c->precision);
    }
    if (*at == 'l' || *at == 'z')
        c->size = *at++;
    if (c->size == 'l' && *at == 'l') {
        c->size = 'L';
        at++;
    }
    CHECK(*at && strchr("sdiuxcf%", *at));
    c->kind = *at;
    return at + 1;
}

static intmax_t take_signed(char size, va_list *values)
{
    switch (size) {
    case 'l':
        return va_arg(*values, long);
    case 'L':
        return va_arg(*values, long long);
    case 'z':
        return va_arg(*values, ssize_t);
    default:
        return va_arg(*values, int);
    }
}

static uintmax_t take_unsigned(char size, va_list *values)
{
    switch (size) {
    case 'l':
        return va_arg(*values, unsigned long);
    case 'L':
        return va_arg(*values, unsigned long long);
    case 'z':
        return va_arg(*values, size_t);
    default:
        return va_arg(*values, unsigned);
    }
}

static void put_text(struct line *line, const struct conversion *c, va_list *values)
{
    const int most = c->star ? va_arg(*values, int) : c->precision;
    const char *text = va_arg(*values, const char *);

    if (!text)
        put_string(line, "-");
    else
        put_value(line, text, most >= 0 ? strnlen(text, (size_t)most) : strlen(text));
}

static void put_conversion(struct line *line, const struct conversion *c, va_list *values)
{
    char number[400]; /* %f of the largest double has 309 digits */
    const int width = c->zero_pad ? c->width : 0;

    if (c->kind == 's') {
        put_text(line, c, values);
        return;
    }
    if (c->kind == 'c') {
        put_value(line, (char[]){(char)va_arg(*values, int)}, 1);
        return;
    }
    if (c->kind == '%')
        snprintf(number, sizeof number, "%%");
    else if (c->kind == 'd' || c->kind == 'i')
        snprintf(number, sizeof number, "%0*jd", width, take_signed(c->size, values));
    else if (c->kind == 'u')
        snprintf(number, sizeof number, "%0*ju", width, take_unsigned(c->size, values));
    else if (c->kind == 'x')
        snprintf(number, sizeof number, "%0*jx", width, take_unsigned(c->size, values));
    else
        snprintf(number, sizeof number, "%.*f", c->precision < 0 ? 6 : c->precision,
            va_arg(*values, double));
    put_string(line, number);
}

static void put_values(struct line *line, const char *format, va_list *values)
{
    while (*format) {
        const size_t fixed = strcspn(format, "%");
        struct conversion conversion;

        put(line, format, fixed);
        format += fixed;
        if (!*format)
            break;
        format = read_conversion(format + 1, &conversion);
        put_conversion(line, &conversion, values);
    }
}

static void put_time(struct line *line)
{
    const int64_t ms = clock_now_ms();
    const time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    char text[48];

    gmtime_r(&seconds, &utc);
    size_t length = strftime(text, sizeof text, "time=%Y-%m-%dT%H:%M:%S", &utc);
    length += (size_t)snprintf(text + length, sizeof text - length, ".%03dZ ", (int)(ms % 1000));
    put(line, text, length);
}

static void put_head(struct line *line, enum log_level level, const char *event)
{
    if (speaker.journal)
        put(line, (char[]){'<', (char)('0' + (int)level), '>'}, 3);
    else
        put_time(line);
    put_string(line, "level=");
    put_string(line, level_name(level));
    put_string(line, " daemon=");
    put_value(line, speaker.daemon, strlen(speaker.daemon));
    if (speaker.instance) {
        put_string(line, " instance=");
        put_value(line, speaker.instance, strlen(speaker.instance));
    }
    put_string(line, " event=");
    put_value(line, event, strlen(event));
}

static void write_line(struct line *line)
{
    line->bytes[line->used++] = '\n';
    while (write(STDERR_FILENO, line->bytes, line->used) < 0 && errno == EINTR)
        continue;
}

static bool is_heard(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&speaker.least, memory_order_relaxed);
}

void log_bare_event(enum log_level level, const char *event)
{
    const int was = errno;
    struct line line = {.used = 0};

    if (!is_heard(level))
        return;
    put_head(&line, level, event);
    write_line(&line);
    errno = was;
}

void log_event(enum log_level level, const char *event, const char *values, ...)
{
    const int was = errno;
    struct line line = {.used = 0};
    va_list arguments;

    if (!is_heard(level))
        return;
    put_head(&line, level, event);
    put_string(&line, " ");
    va_start(arguments, values);
    put_values(&line, values, &arguments);
    va_end(arguments);
    write_line(&line);
    errno = was;
}
