/* The table of rooms. A house is said with each of its rooms, and the same each time. */
#include <stdlib.h>
#include <strings.h>

#include "common/check.h"
#include "common/store.h"
#include "services/gruppstod/register_read.h"

enum {
    SITE_MOST = 80,
    NAME_MOST = 40,
    WORDS_MOST = 80,
    CAPACITY_MOST = 60,
    COST_MOST = 1000,
    NEEDS_MOST = 4,
    EQUIPMENT_MOST = 20,
    THING_MOST = 40,
    SPANS_MOST = 40,
    WEEK = 7,
    HOUR_MIN = 60,
};

static const struct sheet_column columns[] = {
    [ROOM_SITE] = {"site", "hus", true, "the house, at most 80 letters"},
    [ROOM_NAME] = {"room", "lokal", true, "the room in it, at most 40 letters"},
    [ROOM_DISTRICT] = {"district", "stadsdel", true, "its district, its code or its name"},
    [ROOM_WITHHELD] = {"withheld", "visas inte utåt", false, "yes or no: the house is never named"},
    [ROOM_DISCRETION] = {"discretion", "ingång", false,
        "ordinary, own_entrance or secret; secret is withheld too"},
    [ROOM_CAPACITY] = {"capacity", "platser", true, "children, 1 to 60"},
    [ROOM_ACCESS] = {"access", "tillgång", false,
        "step_free, hearing_loop, quiet_room, sign_language; - for none"},
    [ROOM_EQUIPMENT] = {"equipment", "utrustning", false,
        "what is there, with | between: kök | projektor; - for none"},
    [ROOM_HOURS] = {"hours", "öppet", false,
        "when it is open: mon-thu 14:00-20:00, fri 14:00-17:00"},
    [ROOM_COST] = {"cost", "kostnad", false, "the planner's points, 0 to 1000"},
};

const struct sheet_column *room_columns(void)
{
    return columns;
}

static void read_access(struct sheet *sheet, struct room_told *told)
{
    static const struct sheet_word needs[] = {{"step_free", "step_free"},
        {"hearing_loop", "hearing_loop"}, {"quiet_room", "quiet_room"},
        {"sign_language", "sign_language"}, {"utan trappor", "step_free"},
        {"hörslinga", "hearing_loop"}, {"lugnt rum", "quiet_room"},
        {"teckenspråk", "sign_language"}};

    told->access = sheet_list(sheet, told->row, ROOM_ACCESS, "", NEEDS_MOST);
    for (size_t i = 0; i < told->access.count; i++) {
        struct text *item = &told->access.items[i];
        const char *means = NULL;
        for (size_t w = 0; w < COUNT(needs) && !means; w++)
            if (strcasecmp(item->data, needs[w].word) == 0)
                means = needs[w].means;
        if (!means)
            sheet_wrong(sheet, told->row, ROOM_ACCESS, "%.40s is none of %s", item->data,
                columns[ROOM_ACCESS].form);
        *item = text_of(means ? means : "");
    }
}

static void read_equipment(struct sheet *sheet, struct room_told *told)
{
    told->equipment = sheet_list(sheet, told->row, ROOM_EQUIPMENT, "", EQUIPMENT_MOST);
    for (size_t i = 0; i < told->equipment.count; i++)
        if (told->equipment.items[i].length > THING_MOST)
            sheet_wrong(sheet, told->row, ROOM_EQUIPMENT, "%.40s...: at most %d letters each",
                told->equipment.items[i].data, (int)THING_MOST);
}

struct span {
    int first, last; /* weekdays */
    int32_t opens, closes;
};

/* "mon-thu 14:00-20:00" or "tue 15.00-18.00". */
static bool read_span(const char *at, struct span *span)
{
    span->first = span->last = sheet_weekday(&at);
    sheet_pass_spaces(&at);
    if (span->first >= 0 && *at == '-') {
        at++;
        sheet_pass_spaces(&at);
        span->last = sheet_weekday(&at);
        sheet_pass_spaces(&at);
    }
    span->opens = sheet_hour(&at);
    sheet_pass_spaces(&at);
    if (span->opens < 0 || *at++ != '-')
        return false;
    sheet_pass_spaces(&at);
    span->closes = sheet_hour(&at);
    return !*at && span->first >= 0 && span->last >= span->first && span->closes > span->opens;
}

static int compare_texts(const void *a, const void *b)
{
    const struct text *one = a, *other = b;

    return strcmp(one->data, other->data);
}

static void put_span(struct sheet *sheet, struct room_told *told, const struct span *span)
{
    for (int day = span->first; day <= span->last; day++) {
        const char *text = arena_format(sheet->arena, "%d %02d:%02d %02d:%02d", day,
            (int)span->opens / HOUR_MIN, (int)span->opens % HOUR_MIN, (int)span->closes / HOUR_MIN,
            (int)span->closes % HOUR_MIN);
        told->hours.items[told->hours.count++] = text_of(text);
    }
}

/* They overlap when the next begins, on the same day, before this one ends: the texts tell. */
static void refuse_overlap(struct sheet *sheet, const struct room_told *told)
{
    enum { DAY_AND_SPACE = 2, HOUR_TEXT = 5, CLOSES_AT = DAY_AND_SPACE + HOUR_TEXT + 1 };

    for (size_t i = 1; i < told->hours.count; i++) {
        const char *before = told->hours.items[i - 1].data, *after = told->hours.items[i].data;
        if (before[0] == after[0] &&
            strncmp(after + DAY_AND_SPACE, before + CLOSES_AT, HOUR_TEXT) < 0) {
            sheet_wrong(sheet, told->row, ROOM_HOURS, "two spans of a day overlap");
            return;
        }
    }
}

static void read_hours(struct sheet *sheet, struct room_told *told)
{
    const struct sheet_list spans = sheet_list(sheet, told->row, ROOM_HOURS, "", SPANS_MOST);
    struct span span;

    told->hours = (struct sheet_list){
        spans.said, ARENA_ARRAY(sheet->arena, struct text, WEEK * spans.count + 1), 0};
    for (size_t i = 0; i < spans.count; i++)
        if (read_span(spans.items[i].data, &span))
            put_span(sheet, told, &span);
        else
            sheet_wrong(sheet, told->row, ROOM_HOURS, "%.40s is no weekday and hours, as %s is",
                spans.items[i].data, "mon-thu 14:00-20:00");
    if (spans.said && spans.count == 0)
        sheet_wrong(
            sheet, told->row, ROOM_HOURS, "a room that is never open is no room for groups");
    qsort(told->hours.items, told->hours.count, sizeof *told->hours.items, compare_texts);
    refuse_overlap(sheet, told);
}

static void read_row(
    struct sheet *sheet, const struct register_known *known, struct room_told *told)
{
    static const struct sheet_word entrances[] = {{"ordinary", "ordinary"},
        {"own_entrance", "own_entrance"}, {"secret", "secret"}, {"vanlig", "ordinary"},
        {"egen", "own_entrance"}, {"egen ingång", "own_entrance"}, {"skyddad", "secret"}};
    const size_t row = told->row;

    told->site = sheet_text(sheet, row, ROOM_SITE, SITE_MOST);
    told->name = sheet_text(sheet, row, ROOM_NAME, NAME_MOST);
    told->district = register_read_district(
        sheet, row, ROOM_DISTRICT, known, sheet_text(sheet, row, ROOM_DISTRICT, WORDS_MOST));
    told->withheld = sheet_truth(sheet, row, ROOM_WITHHELD);
    told->discretion = sheet_word(sheet, row, ROOM_DISCRETION, entrances, COUNT(entrances));
    if (told->discretion && strcmp(told->discretion, "secret") == 0 && told->withheld &&
        strcmp(told->withheld, "true") != 0)
        sheet_wrong(sheet, row, ROOM_WITHHELD, "a house whose address is secret is withheld");
    told->capacity = sheet_number(sheet, row, ROOM_CAPACITY, 1, CAPACITY_MOST);
    told->cost = sheet_number(sheet, row, ROOM_COST, 0, COST_MOST);
    read_access(sheet, told);
    read_equipment(sheet, told);
    read_hours(sheet, told);
}

static bool same_word(const char *a, const char *b)
{
    return !a || !b || strcmp(a, b) == 0;
}

static bool same_text(struct text a, struct text b)
{
    return a.data && b.data && strcasecmp(a.data, b.data) == 0;
}

static void compare(struct sheet *sheet, const struct room_told *before, struct room_told *told)
{
    const int line = sheet->csv.lines[before->row];

    if (!same_text(before->site, told->site))
        return;
    if (same_text(before->name, told->name))
        sheet_wrong(sheet, told->row, ROOM_NAME, "line %d is about the same room", line);
    if (before->district.data && told->district.data &&
        !text_equal(before->district, told->district))
        sheet_wrong(sheet, told->row, ROOM_DISTRICT, "line %d puts the house elsewhere", line);
    if (!same_word(before->withheld, told->withheld))
        sheet_wrong(sheet, told->row, ROOM_WITHHELD, "line %d says otherwise of the house", line);
    if (!same_word(before->discretion, told->discretion))
        sheet_wrong(sheet, told->row, ROOM_DISCRETION, "line %d says otherwise of the house", line);
}

bool room_read(struct arena *arena, const char *name, struct text bytes,
    const struct register_known *known, struct sheet *sheet, struct room_told **rooms,
    struct error *error)
{
    if (!sheet_open(arena, name, bytes, columns, ROOM_COLUMNS, sheet, error))
        return false;
    *rooms = ARENA_ARRAY(arena, struct room_told, sheet->csv.rows + 1);
    for (size_t row = 0; row < sheet->csv.rows; row++) {
        (*rooms)[row] = (struct room_told){.row = row};
        read_row(sheet, known, &(*rooms)[row]);
        for (size_t before = 0; before < row; before++)
            compare(sheet, &(*rooms)[before], &(*rooms)[row]);
    }
    return true;
}
