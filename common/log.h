/* One line an event, as logfmt to standard error. Library code never logs: it returns errors; the
 * skeleton and the commands say each failure once. */
#pragma once

/* The numbers are those of syslog and journald. */
enum log_level {
    LOG_LEVEL_CRITICAL = 2,
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

/* Who speaks from here on, in every line; both strings must outlive the log. `instance` may be
 * NULL. Lines get journald's "<6>" in front when JOURNAL_STREAM is set, a time when not. */
void log_open(const char *daemon, const char *instance);

/* Lines less weighty than `least` are not written; LOG_LEVEL_INFO until said otherwise. */
void log_limit(enum log_level least);

/* `event` is a word_like_this; `values` is a format that reads "key=%s other=%d". Each text is
 * quoted and escaped by itself (no quotes in the format), so nothing that a stranger wrote can make
 * a line or a key. Known conversions: %s %.*s, %d %u %x (also with l, ll, z), %c, %f %.Nf, %%;
 * others are a bug. A line is cut at 2 KiB. Threads may call it: a line is one write. Names and
 * contacts never belong here. */
__attribute__((format(printf, 3, 4))) void log_event(
    enum log_level level, const char *event, const char *values, ...);

/* An event of which there is nothing more to say (gcc refuses an empty format). */
void log_bare_event(enum log_level level, const char *event);
