/*
 * A group's, a leader's, a room's calendar: a week by the hours of the day, and a term by its
 * weeks. What is free is what is left of a room's hours, or of those that a leader has given.
 */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/desk/core/free_time.h"
#include "services/desk/desk_parts.h"
#include "services/desk/desk_timetable_store.h"

enum {
    WEEK = 7,
    TERM_WEEKS_MOST = 30,
    TERM_WEEKS = 20,     /* where no term is known */
    FREE_LEAST_MIN = 60, /* a shorter gap is no free time */
    HOURS_MOST = 40,     /* rows of a week */
    SPANS_MOST = 40,
    HOUR_MIN = 60
};

struct timetable {
    enum timetable_kind kind;
    struct uuid id;
    struct text name;
    int32_t monday, first, last; /* the week that is shown, and the days that were read */
    const struct timetable_row *rows;
    const struct room_hours_row *hours;
    size_t count, hour_count;
};

static const struct {
    const char *path, *page;
} kinds[] = {[TIMETABLE_GROUP] = {"grupp", "/grupper/"},
    [TIMETABLE_LEADER] = {"ledare", "/ledare/"},
    [TIMETABLE_ROOM] = {"lokal", "/lokaler/"}};

static const char *time_text(const struct visit *visit, int64_t minute)
{
    return arena_format(
        visit->context->arena, "%02d.%02d", (int)minute / HOUR_MIN, (int)minute % HOUR_MIN);
}

static void set_day(const struct visit *visit, struct value *object, const char *name, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    value_set_string(object, name, arena_copy(visit->context->arena, text, DATE_TEXT));
}

/* --- what is free --- */

static size_t open_spans(
    const struct timetable *table, int32_t day, struct day_span spans[static SPANS_MOST])
{
    size_t count = 0;

    for (size_t i = 0; i < table->hour_count && count < SPANS_MOST; i++) {
        const struct room_hours_row *hours = &table->hours[i];

        if (hours->weekday == date_weekday(day) &&
            (hours->valid_from == DAY_ABSENT || hours->valid_from <= day) &&
            (hours->valid_to == DAY_ABSENT || hours->valid_to >= day))
            spans[count++] =
                (struct day_span){(int32_t)hours->opens_min, (int32_t)hours->closes_min};
    }
    return count;
}

/* An absence or a day without meetings takes the whole of it. */
static size_t free_spans(
    const struct timetable *table, int32_t day, struct day_span spans[static SPANS_MOST])
{
    struct day_span open[SPANS_MOST], taken[SPANS_MOST];
    const size_t open_count = open_spans(table, day, open);
    size_t taken_count = 0;

    for (size_t i = 0; i < table->count && taken_count < SPANS_MOST; i++) {
        const struct timetable_row *row = &table->rows[i];

        if (row->day != day)
            continue;
        if (row->from_min == INT_ABSENT)
            return 0;
        taken[taken_count++] = (struct day_span){(int32_t)row->from_min, (int32_t)row->to_min};
    }
    return free_time(open, open_count, taken, taken_count, FREE_LEAST_MIN, spans, SPANS_MOST);
}

/* --- cells --- */

static void add_item(
    const struct visit *visit, struct value *list, const struct timetable_row *row, bool from_too)
{
    struct value *one = value_append_object(list);

    if (row->from_min != INT_ABSENT) {
        if (from_too)
            value_set_string(one, "from", time_text(visit, row->from_min));
        value_set_string(one, "to", time_text(visit, row->to_min));
    }
    if (row->name.data)
        value_set_text(one, "name", row->name);
    if (row->place.data)
        value_set_text(one, "place", row->place);
    if (!uuid_absent(row->group_id))
        value_set_string(one, "group", desk_id(visit->context->arena, row->group_id));
    value_set_bool(one, "outside", row->what == ON_OUTSIDE);
    value_set_bool(one, "away", row->what == ON_AWAY);
    value_set_bool(one, "off", row->what == ON_OFF);
}

static void add_free(const struct visit *visit, struct value *list, struct day_span span)
{
    struct value *one = value_append_object(list);

    value_set_bool(one, "free", true);
    value_set_string(one, "to", time_text(visit, span.to));
}

static int compare_minutes(const void *a, const void *b)
{
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

/* The rows of the week: each minute at which something begins on any of its days. */
static size_t starts_of(const struct timetable *table, int64_t starts[static HOURS_MOST])
{
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < table->count && count < HOURS_MOST; i++)
        if (table->rows[i].day >= table->monday && table->rows[i].day < table->monday + WEEK &&
            table->rows[i].from_min != INT_ABSENT)
            starts[count++] = table->rows[i].from_min;
    for (int32_t day = table->monday; day < table->monday + WEEK; day++) {
        struct day_span spans[SPANS_MOST];
        const size_t free_count = free_spans(table, day, spans);

        for (size_t i = 0; i < free_count && count < HOURS_MOST; i++)
            starts[count++] = spans[i].from;
    }
    qsort(starts, count, sizeof *starts, compare_minutes);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || starts[i] != starts[i - 1])
            starts[kept++] = starts[i];
    return kept;
}

static void fill_cell(const struct visit *visit, const struct timetable *table, struct value *cell,
    int32_t day, int64_t start)
{
    struct value *items = value_add_list(cell, "items");
    struct day_span spans[SPANS_MOST];
    const size_t free_count = start == INT_ABSENT ? 0 : free_spans(table, day, spans);

    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].day == day && table->rows[i].from_min == start)
            add_item(visit, items, &table->rows[i], false);
    for (size_t i = 0; i < free_count; i++)
        if (spans[i].from == start)
            add_free(visit, items, spans[i]);
}

/* Saturday and Sunday only when something is on. */
static int32_t days_of(const struct timetable *table, int32_t from, int32_t to)
{
    int32_t days = WEEK - 2;

    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].day >= from && table->rows[i].day <= to &&
            table->rows[i].from_min != INT_ABSENT && date_weekday(table->rows[i].day) >= days)
            days = date_weekday(table->rows[i].day) + 1;
    return days;
}

static void show_week(const struct visit *visit, const struct timetable *table, struct value *root)
{
    struct value *days = value_add_list(root, "days"), *hours = value_add_list(root, "hours");
    const int32_t count = days_of(table, table->monday, table->monday + WEEK - 1);
    int64_t starts[HOURS_MOST];
    const size_t start_count = starts_of(table, starts);
    bool whole = false;

    for (int32_t i = 0; i < count; i++)
        value_append_text(days, text_of(desk_day(visit, table->monday + i)));
    for (size_t i = 0; i < table->count; i++)
        whole = whole ||
                (table->rows[i].from_min == INT_ABSENT && table->rows[i].day >= table->monday &&
                    table->rows[i].day < table->monday + count);
    for (size_t i = 0; i < start_count + whole; i++) {
        const int64_t start = whole ? (i == 0 ? INT_ABSENT : starts[i - 1]) : starts[i];
        struct value *row = value_append_object(hours), *cells = value_add_list(row, "cells");

        if (start != INT_ABSENT)
            value_set_string(row, "start", time_text(visit, start));
        for (int32_t day = 0; day < count; day++)
            fill_cell(visit, table, value_append_object(cells), table->monday + day, start);
    }
}

static void show_term(const struct visit *visit, const struct timetable *table, struct value *root)
{
    static const char *const names[] = {
        T("Måndag"), T("Tisdag"), T("Onsdag"), T("Torsdag"), T("Fredag"), T("Lördag"), T("Söndag")};
    struct value *days = value_add_list(root, "weekdays"), *weeks = value_add_list(root, "weeks");
    const int32_t count = days_of(table, table->first, table->last);
    const int32_t today = local_day(visit->context->now_ms);

    for (int32_t i = 0; i < count; i++)
        value_append_message(days, names[i]);
    for (int32_t monday = table->first; monday <= table->last; monday += WEEK) {
        struct value *week = value_append_object(weeks), *cells = value_add_list(week, "cells");

        value_set_int(week, "week", date_iso_week(monday).week);
        value_set_string(week, "monday", desk_day(visit, monday));
        set_day(visit, week, "day", monday);
        value_set_bool(week, "now", today >= monday && today < monday + WEEK);
        for (int32_t day = monday; day < monday + count; day++) {
            struct value *items = value_add_list(value_append_object(cells), "items");

            for (size_t i = 0; i < table->count; i++)
                if (table->rows[i].day == day)
                    add_item(visit, items, &table->rows[i], true);
        }
    }
}

/* --- the page --- */

static bool find(struct visit *visit, struct timetable *table, struct error *error)
{
    const struct text kind = http_capture(visit->request, 0);
    const bool all = staff_may(visit->staff.role, RIGHT_ALL_GROUPS);
    struct uuid whose = {{0}};
    bool known = false;

    if (!all)
        whose = desk_whose(visit);
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (text_is(kind, kinds[i].path)) {
            table->kind = (enum timetable_kind)i;
            known = true;
        }
    if (!known || !desk_captured(visit, 1, &table->id))
        return true;
    return desk_look_timetable_name(
        visit->context, table->kind, table->id, whose, &table->name, error);
}

static bool read_hours(struct visit *visit, struct timetable *table, struct error *error)
{
    switch (table->kind) {
    case TIMETABLE_ROOM:
        return desk_look_room_hours(
            visit->context, table->id, &table->hours, &table->hour_count, error);
    case TIMETABLE_LEADER:
        return desk_look_given_hours(
            visit->context, table->id, &table->hours, &table->hour_count, error);
    case TIMETABLE_GROUP:
        break;
    }
    return true;
}

static void choose_days(struct visit *visit, struct timetable *table, int32_t first, int32_t last)
{
    const int32_t most = table->monday + TERM_WEEKS_MOST * WEEK;

    (void)visit;
    if (first == DAY_ABSENT) {
        first = table->monday;
        last = table->monday + TERM_WEEKS * WEEK - 1;
    }
    table->first = first - date_weekday(first);
    table->last = last < most ? last : most;
}

static void set_links(
    const struct visit *visit, const struct timetable *table, bool term, struct value *root)
{
    struct arena *arena = visit->context->arena;

    value_set_text(root, "name", table->name);
    value_set_string(root, "path",
        arena_format(arena, "/kalender/%s/%s", kinds[table->kind].path, desk_id(arena, table->id)));
    value_set_string(root, "back",
        arena_format(arena, "%s%s", kinds[table->kind].page, desk_id(arena, table->id)));
    value_set_bool(root, "term", term);
    value_set_bool(root, "with_free", table->kind != TIMETABLE_GROUP);
    value_set_int(root, "week", date_iso_week(table->monday).week);
    set_day(visit, root, "shown", table->monday);
    set_day(visit, root, "before", term ? table->first - WEEK : table->monday - WEEK);
    set_day(visit, root, "next", term ? table->last + WEEK : table->monday + WEEK);
}

bool desk_timetable_page(struct visit *visit, struct error *error)
{
    const bool term = text_is(http_query(visit->request, "vy"), "termin");
    struct timetable table = {.hour_count = 0};
    int32_t day, first = DAY_ABSENT, last = DAY_ABSENT;

    if (!find(visit, &table, error))
        return false;
    if (!table.name.data)
        return desk_not_found(visit);
    if (!date_parse(http_query(visit->request, "dag"), &day))
        day = local_day(visit->context->now_ms);
    table.monday = day - date_weekday(day);
    if (term && !desk_look_term(visit->context, day, &first, &last, error))
        return false;
    choose_days(visit, &table, first, last);
    if (!read_hours(visit, &table, error) ||
        !desk_look_timetable(visit->context, table.kind, table.id,
            term ? table.first : table.monday, term ? table.last : table.monday + WEEK - 1,
            &table.rows, &table.count, error))
        return false;
    struct value *root = desk_root(visit->context->arena, visit, T("Kalender"));

    set_links(visit, &table, term, root);
    if (term)
        show_term(visit, &table, root);
    else
        show_week(visit, &table, root);
    desk_show(visit->context->arena, visit->request, 200, "timetable.html", visit->language, root);
    return true;
}
