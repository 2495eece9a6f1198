/* Times, ids and small parts of forms, as every page shows and reads them. */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/wait_words.h"
#include "services/desk/desk_parts.h"

enum { MINUTE_MS = 60000, DAY_MIN = 1440 };

static const char *const weekdays[] = {
    T("mån"), T("tis"), T("ons"), T("tors"), T("fre"), T("lör"), T("sön")};
static const char *const weekly[] = {T("måndagar"), T("tisdagar"), T("onsdagar"), T("torsdagar"),
    T("fredagar"), T("lördagar"), T("söndagar")};
static const char *const months[] = {T("jan"), T("feb"), T("mars"), T("april"), T("maj"), T("juni"),
    T("juli"), T("aug"), T("sep"), T("okt"), T("nov"), T("dec")};

static const char *in_words(const struct visit *visit, const char *swedish)
{
    return i18n_text(desk_house()->i18n, visit->language, swedish).data;
}

const char *desk_day(const struct visit *visit, int32_t day)
{
    if (day == DAY_ABSENT)
        return "";
    const struct civil civil = date_to_civil(day);
    const bool this_year = date_to_civil(local_day(visit->context->now_ms)).year == civil.year;
    const char *text = arena_format(visit->context->arena, "%s %d %s",
        in_words(visit, weekdays[date_weekday(day)]), civil.day,
        in_words(visit, months[civil.month - 1]));

    return this_year ? text : arena_format(visit->context->arena, "%s %d", text, civil.year);
}

const char *desk_when(const struct visit *visit, int64_t ms)
{
    if (ms == INT_ABSENT)
        return "";
    const int32_t minute = local_minute(ms);
    return arena_format(visit->context->arena, "%s %02d.%02d", desk_day(visit, local_day(ms)),
        minute / 60, minute % 60);
}

const char *desk_weekly(const struct visit *visit, struct weekly when)
{
    if (when.weekday < 0 || when.weekday > 6 || when.starts_min < 0)
        return "";
    return arena_format(visit->context->arena, "%s %02d.%02d",
        in_words(visit, weekly[when.weekday]), (int)(when.starts_min / 60),
        (int)(when.starts_min % 60));
}

int64_t desk_days_since(const struct visit *visit, int64_t ms)
{
    if (ms == INT_ABSENT || ms > visit->context->now_ms)
        return 0;
    return local_day(visit->context->now_ms) - local_day(ms);
}

void desk_set_clock(
    const struct visit *visit, struct value *object, const char *name, int64_t due_ms)
{
    const int64_t left_ms = due_ms - visit->context->now_ms;
    const int64_t minutes = (left_ms < 0 ? -left_ms : left_ms) / MINUTE_MS;
    struct value *clock = value_add_object(object, name);

    value_set_bool(clock, "late", left_ms < 0);
    value_set_bool(clock, "soon", left_ms >= 0 && minutes < 120);
    value_set_string(clock, "at", desk_when(visit, due_ms));
    if (minutes < 60)
        value_set_string(clock, "min", arena_format(visit->context->arena, "%d", (int)minutes));
    else if (minutes < 2 * DAY_MIN)
        value_set_int(clock, "hours", minutes / 60);
    else
        value_set_int(clock, "days", minutes / DAY_MIN);
}

const char *desk_id(struct arena *arena, struct uuid id)
{
    char *text = arena_take(arena, UUID_TEXT + 1);

    uuid_format(id, text);
    return text;
}

bool desk_captured(const struct visit *visit, size_t index, struct uuid *id)
{
    return uuid_parse(http_capture(visit->request, index), id) && !uuid_absent(*id);
}

bool desk_form_id(const struct visit *visit, const char *name, struct uuid *id)
{
    return uuid_parse(http_form(visit->request, name), id) && !uuid_absent(*id);
}

int64_t desk_form_int(const struct visit *visit, const char *name)
{
    const struct text text = http_form(visit->request, name);
    int64_t number = 0;

    if (!text.data || !text.length || text.length > 9)
        return INT_ABSENT;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return INT_ABSENT;
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

void desk_set_reason(const struct visit *visit, struct value *object, enum wait_reason reason,
    struct text detail, struct text district)
{
    struct arena *arena = visit->context->arena;
    const struct wait_told told = wait_told_read(arena, reason, detail);

    if (reason)
        value_set_text(object, "reason",
            wait_sentence(
                arena, desk_house()->i18n, visit->language, WAIT_FOR_STAFF, &told, district));
}
