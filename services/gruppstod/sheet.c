#include "services/gruppstod/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/store.h"
#include "services/gruppstod/core/near.h"

enum { SENTENCE_MOST = 300, HOUR_MIN = 60, DAY_HOURS = 24 };

static void note(struct sheet *sheet, int line, const char *column, const char *sentence)
{
    if (sheet->fault_count < SHEET_FAULTS_MOST)
        sheet->faults[sheet->fault_count++] =
            arena_format(sheet->arena, "%s:%d: %s: %s", sheet->name, line, column, sentence);
}

void sheet_wrong(struct sheet *sheet, size_t row, size_t column, const char *format, ...)
{
    const size_t place = sheet->places[column];
    const char *head =
        place == SIZE_MAX ? sheet->columns[column].name : sheet->csv.head[place].data;
    char sentence[SENTENCE_MOST];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    note(sheet, sheet->csv.lines[row], head, sentence);
}

/* --- columns --- */

static bool named(struct text head, const struct sheet_column *column)
{
    return strcasecmp(head.data, column->name) == 0 ||
           (column->swedish && strcasecmp(head.data, column->swedish) == 0);
}

static void refuse_unknown(struct sheet *sheet, size_t count, struct text head)
{
    struct text *words = ARENA_ARRAY(sheet->arena, struct text, 2 * count);
    const char *near = "";
    size_t places[NEAR_MOST];

    for (size_t i = 0; i < count; i++) {
        words[2 * i] = text_of(sheet->columns[i].name);
        words[2 * i + 1] = text_of(sheet->columns[i].swedish ? sheet->columns[i].swedish : "");
    }
    if (near_find(words, 2 * count, head, places))
        near = arena_format(sheet->arena, "; near: %s", words[places[0]].data);
    note(sheet, 1, head.data, arena_format(sheet->arena, "no such column is known%s", near));
}

static void find_columns(struct sheet *sheet, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sheet->places[i] = SIZE_MAX;
    for (size_t at = 0; at < sheet->csv.columns; at++) {
        size_t i = 0;
        while (i < count && !named(sheet->csv.head[at], &sheet->columns[i]))
            i++;
        if (i == count)
            refuse_unknown(sheet, count, sheet->csv.head[at]);
        else if (sheet->places[i] != SIZE_MAX)
            note(sheet, 1, sheet->csv.head[at].data, "the column is there twice");
        else
            sheet->places[i] = at;
    }
    for (size_t i = 0; i < count; i++)
        if (sheet->columns[i].needed && sheet->places[i] == SIZE_MAX)
            note(sheet, 1, sheet->columns[i].name,
                arena_format(sheet->arena, "the column is missing (%s)", sheet->columns[i].form));
}

bool sheet_open(struct arena *arena, const char *name, struct text bytes,
    const struct sheet_column *columns, size_t count, struct sheet *sheet, struct error *error)
{
    CHECK(count <= SHEET_COLUMNS_MOST);
    *sheet = (struct sheet){.arena = arena, .name = name, .columns = columns};
    if (!csv_parse(arena, name, csv_clean(arena, bytes), &sheet->csv, error))
        return false;
    if (sheet->csv.rows > SHEET_ROWS_MOST)
        return error_set(error, ERROR_INPUT, "%s: more than %d rows", name, (int)SHEET_ROWS_MOST);
    sheet->faults = ARENA_ARRAY(arena, const char *, SHEET_FAULTS_MOST);
    find_columns(sheet, count);
    return true;
}

/* --- cells --- */

static struct text trimmed(struct text text)
{
    while (text.length > 0 && *text.data == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text.length > 0 ? text : (struct text){NULL, 0};
}

struct text sheet_cell(const struct sheet *sheet, size_t row, size_t column)
{
    const size_t place = sheet->places[column];

    if (place == SIZE_MAX)
        return (struct text){NULL, 0};
    const struct text cell = trimmed(sheet->csv.cells[row * sheet->csv.columns + place]);
    return cell.data ? (struct text){arena_copy(sheet->arena, cell.data, cell.length), cell.length}
                     : cell;
}

/* The cell, and a fault when it is needed and empty; the missing column was named already. */
static struct text needed(struct sheet *sheet, size_t row, size_t column)
{
    const struct text cell = sheet_cell(sheet, row, column);

    if (!cell.data && sheet->columns[column].needed && sheet->places[column] != SIZE_MAX)
        sheet_wrong(sheet, row, column, "it is empty (%s)", sheet->columns[column].form);
    return cell;
}

struct text sheet_text(struct sheet *sheet, size_t row, size_t column, size_t most)
{
    const struct text cell = needed(sheet, row, column);
    size_t letters = 0;

    for (size_t i = 0; i < cell.length; i++)
        letters += ((unsigned char)cell.data[i] & 0xc0) != 0x80;
    if (letters <= most)
        return cell;
    sheet_wrong(sheet, row, column, "%zu letters are too many; %zu is the most", letters, most);
    return (struct text){NULL, 0};
}

int64_t sheet_number(struct sheet *sheet, size_t row, size_t column, int64_t least, int64_t most)
{
    enum { DIGITS_MOST = 9 };
    const struct text cell = needed(sheet, row, column);
    int64_t number = 0;
    bool good = cell.length > 0 && cell.length <= DIGITS_MOST;

    if (!cell.data)
        return INT_ABSENT;
    for (size_t i = 0; i < cell.length && good; i++) {
        good = cell.data[i] >= '0' && cell.data[i] <= '9';
        number = number * 10 + cell.data[i] - '0';
    }
    if (good && number >= least && number <= most)
        return number;
    sheet_wrong(sheet, row, column, "%.20s is no whole number from %lld to %lld", cell.data,
        (long long)least, (long long)most);
    return INT_ABSENT;
}

int32_t sheet_day(struct sheet *sheet, size_t row, size_t column)
{
    const struct text cell = needed(sheet, row, column);
    int32_t day = DAY_ABSENT;

    if (cell.data && !date_parse(cell, &day))
        sheet_wrong(sheet, row, column, "%.20s is no day, as 2026-10-07 is", cell.data);
    return day;
}

const char *sheet_word(
    struct sheet *sheet, size_t row, size_t column, const struct sheet_word *words, size_t count)
{
    const struct text cell = needed(sheet, row, column);

    for (size_t i = 0; i < count && cell.data; i++)
        if (strcasecmp(cell.data, words[i].word) == 0)
            return words[i].means;
    if (cell.data)
        sheet_wrong(
            sheet, row, column, "%.40s is none of %s", cell.data, sheet->columns[column].form);
    return NULL;
}

const char *sheet_truth(struct sheet *sheet, size_t row, size_t column)
{
    static const struct sheet_word words[] = {{"yes", "true"}, {"no", "false"}, {"ja", "true"},
        {"nej", "false"}, {"y", "true"}, {"n", "false"}, {"j", "true"}, {"true", "true"},
        {"false", "false"}};

    return sheet_word(sheet, row, column, words, COUNT(words));
}

static bool parts(char c, const char *also)
{
    return c == ',' || c == '|' || strchr(also, c);
}

struct sheet_list sheet_list(
    struct sheet *sheet, size_t row, size_t column, const char *also, size_t most)
{
    const struct text cell = needed(sheet, row, column);
    struct sheet_list list = {.said = cell.data != NULL};

    if (!cell.data || text_is(cell, "-"))
        return list;
    list.items = ARENA_ARRAY(sheet->arena, struct text, most);
    for (size_t at = 0; at < cell.length;) {
        size_t end = at;
        while (end < cell.length && !parts(cell.data[end], also))
            end++;
        const struct text item = trimmed((struct text){cell.data + at, end - at});
        at = end + 1;
        if (!item.data)
            continue;
        if (list.count == most) {
            sheet_wrong(sheet, row, column, "more than %zu", most);
            break;
        }
        list.items[list.count++] =
            (struct text){arena_copy(sheet->arena, item.data, item.length), item.length};
    }
    return list;
}

/* --- days and hours --- */

void sheet_pass_spaces(const char **at)
{
    while (**at == ' ')
        ++*at;
}

int sheet_weekday(const char **at)
{
    static const struct {
        const char *word;
        int day;
    } words[] = {{"mon", 0}, {"tue", 1}, {"wed", 2}, {"thu", 3}, {"fri", 4}, {"sat", 5}, {"sun", 6},
        {"mån", 0}, {"tis", 1}, {"ons", 2}, {"tor", 3}, {"fre", 4}, {"lör", 5}, {"sön", 6}};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strncasecmp(*at, words[i].word, strlen(words[i].word)) == 0) {
            *at += strlen(words[i].word);
            return words[i].day;
        }
    return -1;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

int32_t sheet_hour(const char **at)
{
    const char *text = *at;
    const size_t digits = digit(text[0]) ? 1 + (size_t)digit(text[1]) : 0;
    int32_t hour = 0;

    for (size_t i = 0; i < digits; i++)
        hour = hour * 10 + text[i] - '0';
    text += digits;
    if (digits == 0 || (*text != ':' && *text != '.') || !digit(text[1]) || !digit(text[2]))
        return -1;
    const int32_t minute = (text[1] - '0') * 10 + text[2] - '0';
    if (minute >= HOUR_MIN || hour * HOUR_MIN + minute > DAY_HOURS * HOUR_MIN)
        return -1;
    *at = text + 3;
    return hour * HOUR_MIN + minute;
}
