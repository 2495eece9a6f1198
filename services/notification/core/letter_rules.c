/* Rules of letters that no table holds. */
#include "services/notification/core/letter_rules.h"

#include <string.h>

#include "common/domain/holiday.h"
#include "common/domain/local_time.h"

enum {
    HOUR_MIN = 60,
    MINUTE_MS = 60 * 1000,
    SUBJECT_MOST = 78, /* bytes: a line that no program folds, RFC 5322, 2.1.1 */
    LINE_MOST = 998,
    QUIET_DAYS_MOST = 120, /* the longest quiet period is some 50 days */
};

static const int64_t day_ms = 24 * 60 * (int64_t)MINUTE_MS;

const char *const *letter_reader_names(void)
{
    static const char *const names[READER_COUNT] = {NULL, "family", "leader"};

    return names;
}

static enum link_kind family_link(enum purpose purpose)
{
    switch (purpose) {
    case PURPOSE_SERIES_CHANGED:
    case PURPOSE_POSTPONED:
    case PURPOSE_MOVED:
    case PURPOSE_MERGED:
    case PURPOSE_TALKS:
        return LINK_KIND_GROUP;
    case PURPOSE_BEFORE_START:
    case PURPOSE_BEFORE_START_BOOKED:
        return LINK_KIND_BEFORE_START;
    case PURPOSE_NONE:
    case PURPOSE_OFFER:
    case PURPOSE_START:
    case PURPOSE_CANCELLED:
    case PURPOSE_RECEIPT:
    case PURPOSE_WAIT:
        break;
    }
    return LINK_KIND_NONE;
}

static enum link_kind leader_link(enum leader_purpose purpose)
{
    switch (purpose) {
    case LEADER_PURPOSE_GROUP_GIVEN:
    case LEADER_PURPOSE_SERIES_CHANGED:
    case LEADER_PURPOSE_ROSTER_CHANGED:
    case LEADER_PURPOSE_GROUP_ENDED:
    case LEADER_PURPOSE_MATERIAL:
    case LEADER_PURPOSE_SUBSTITUTE_GIVEN:
    case LEADER_PURPOSE_SUPERVISION_GIVEN:
    case LEADER_PURPOSE_SUPERVISION_CHANGED:
    case LEADER_PURPOSE_VISIT_GIVEN:
    case LEADER_PURPOSE_VISIT_CHANGED:
    case LEADER_PURPOSE_SUBSTITUTE_BOOKED:
        return LINK_KIND_WORK;
    case LEADER_PURPOSE_SUBSTITUTE_ASKED:
        return LINK_KIND_SUBSTITUTE;
    case LEADER_PURPOSE_MISSING_CHILD:
        return LINK_KIND_MISSING;
    case LEADER_PURPOSE_BEFORE_START:
        return LINK_KIND_BEFORE_START;
    case LEADER_PURPOSE_NONE:
    case LEADER_PURPOSE_TRAINING_ENDS:
    case LEADER_PURPOSE_SUBSTITUTE_SETTLED:
        break;
    }
    return LINK_KIND_NONE;
}

enum link_kind letter_link(const struct letter_about *about)
{
    return about->reader == READER_LEADER ? leader_link(about->leader_purpose)
                                          : family_link(about->purpose);
}

bool letter_has_link(const struct letter_about *about)
{
    if (about->reader == READER_LEADER)
        return letter_link(about) != LINK_KIND_NONE;
    return about->purpose != PURPOSE_WAIT; /* all of it stands in the letter */
}

bool letter_wants_answer(const struct letter_about *about)
{
    const enum link_kind link = letter_link(about);

    return about->purpose == PURPOSE_OFFER || link == LINK_KIND_SUBSTITUTE ||
           link == LINK_KIND_BEFORE_START;
}

const char *link_token_purpose(enum link_kind kind)
{
    switch (kind) {
    case LINK_KIND_SUBSTITUTE:
        return "substitute";
    case LINK_KIND_BEFORE_START:
        return "before_start";
    case LINK_KIND_GROUP:
        return "group";
    case LINK_KIND_WORK:
        return "work";
    case LINK_KIND_MISSING:
        return "missing";
    case LINK_KIND_NONE:
        break;
    }
    return "offer";
}

const char *link_path(enum link_kind kind)
{
    switch (kind) {
    case LINK_KIND_SUBSTITUTE:
        return "inhopp";
    case LINK_KIND_BEFORE_START:
        return "traff";
    case LINK_KIND_GROUP:
        return "tider";
    case LINK_KIND_WORK:
        return "uppdrag";
    case LINK_KIND_MISSING:
        return "kvall";
    case LINK_KIND_NONE:
        break;
    }
    return "svar";
}

bool contact_safe(const struct letter_contact *contact, int64_t now_ms)
{
    if (contact->role == CONTACT_LEADER)
        return contact->email_ok && !contact->refused;
    return contact->email_ok && !contact->refused && contact->verified_at_ms != INT64_MIN &&
           contact->verified_at_ms > now_ms - CONTACT_HOLDS_DAYS * day_ms;
}

size_t recipients_choose(
    const struct letter_contact *contacts, size_t count, int64_t now_ms, bool *chosen)
{
    enum contact_role asked = CONTACT_YOUNG;
    size_t recipients = 0;

    for (size_t i = 0; i < count; i++)
        if (contacts[i].role == CONTACT_GUARDIAN)
            asked = CONTACT_GUARDIAN;
    for (size_t i = 0; i < count; i++) {
        chosen[i] = contacts[i].role == asked && contact_safe(&contacts[i], now_ms);
        recipients += chosen[i];
    }
    return recipients;
}

int64_t sending_wait_ms(
    const struct sending_hours *hours, const struct quiet_periods *quiet, int64_t now_ms)
{
    const int32_t first = (int32_t)(hours->from_hour * HOUR_MIN);
    const int32_t end = (int32_t)(hours->to_hour * HOUR_MIN);
    int32_t day = local_day(now_ms), minute = local_minute(now_ms);

    if (minute >= end) {
        day++;
        minute = 0;
    }
    for (int i = 0; hours->quiet_periods && i < QUIET_DAYS_MOST && quiet_day(day, quiet); i++) {
        day++;
        minute = 0;
    }
    if (day == local_day(now_ms) && minute >= first)
        return 0;
    return local_to_utc_ms(day, minute < first ? first : minute) - now_ms;
}

int64_t letter_wait_ms(const struct sending_hours *hours, const struct quiet_periods *quiet,
    const struct letter_about *about, int64_t now_ms)
{
    const struct sending_hours work = {hours->from_hour, hours->to_hour, false};

    if (about->reader != READER_LEADER)
        return sending_wait_ms(hours, quiet, now_ms);
    if (about->leader_purpose == LEADER_PURPOSE_MISSING_CHILD)
        return 0;
    return sending_wait_ms(&work, quiet, now_ms);
}

/* Small letters of ASCII and of the Latin-1 letters in UTF-8 (C3 80..9E): enough for Swedish. */
static char small(const char *at, const char *start)
{
    const unsigned char byte = (unsigned char)*at;

    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte + 32);
    if (byte >= 0x80 && byte <= 0x9e && at > start && (unsigned char)at[-1] == 0xc3)
        return (char)(byte + 32);
    return *at;
}

static bool begins(struct text subject, size_t at, const char *word)
{
    size_t i = 0;

    for (; word[i] && at + i < subject.length; i++)
        if (small(subject.data + at + i, subject.data) != word[i])
            return false;
    return !word[i];
}

static const char *word_in(struct text where, const char *const *words, size_t count)
{
    for (size_t at = 0; at < where.length; at++)
        for (size_t i = 0; i < count; i++)
            if (begins(where, at, words[i]))
                return words[i];
    return NULL;
}

const char *sender_tells(struct text sender)
{
    static const char *const words[] = {"grupp", "group", "stod", "stöd", "barn", "child", "våld",
        "vald", "violen", "missbruk", "alkohol", "psyk", "skild", "skils", "social"};

    return word_in(sender, words, sizeof words / sizeof words[0]);
}

static bool subject_tells(struct text subject)
{
    static const char *const words[] = {"grupp", "group", "barn", "child", "våld", "violen",
        "missbruk", "alkohol", "alcohol", "drog", "drug", "psyk", "mental", "separ", "skils",
        "skild", "divorc", "förälder", "parent", "stöd", "support", "social", "plats", "place",
        "erbjud", "offer", "utredning", "orosanm", "kommun", "مجموعة", "طفل", "أطفال", "عنف",
        "إدمان", "نفسي", "طلاق", "انفصال", "دعم", "اجتماعي"};

    return word_in(subject, words, sizeof words / sizeof words[0]) != NULL;
}

static size_t times_found(struct text where, struct text what)
{
    size_t found = 0;

    for (size_t at = 0; what.length > 0 && at + what.length <= where.length; at++)
        found += memcmp(where.data + at, what.data, what.length) == 0;
    return found;
}

static const char *line_trouble(struct text subject)
{
    if (subject.length == 0 || subject.length > SUBJECT_MOST)
        return "it is empty or longer than 78 bytes";
    for (size_t i = 0; i < subject.length; i++)
        if ((unsigned char)subject.data[i] < 0x20 || subject.data[i] == 0x7f)
            return "it has control characters";
    return subject_tells(subject) ? "it has a word that tells what it is about" : NULL;
}

const char *leader_subject_trouble(struct text subject)
{
    return line_trouble(subject);
}

const char *subject_trouble(struct text subject, struct text code)
{
    const char *trouble = line_trouble(subject);

    if (!trouble && times_found(subject, code) != 1)
        return "it does not hold the family's code once";
    return trouble;
}

bool mime_clean(struct text mime)
{
    size_t start = 0;

    for (size_t i = 0; i < mime.length; i++) {
        const unsigned char byte = (unsigned char)mime.data[i];

        if (byte == 0 || byte >= 0x80)
            return false;
        if (byte == '\r' && (i + 1 == mime.length || mime.data[i + 1] != '\n'))
            return false;
        if (byte == '\n') {
            if (i == start || mime.data[i - 1] != '\r' || i - 1 - start > LINE_MOST)
                return false;
            start = i + 1;
        }
    }
    return mime.length - start <= LINE_MOST;
}
