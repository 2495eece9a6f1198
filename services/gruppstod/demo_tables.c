/* Reads the demo's people: names, shares and test numbers from deploy/demo. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/csv.h"
#include "common/domain/date.h"
#include "services/gruppstod/demo.h"

enum { NUMBERS_MOST = 40000 };

static const char *in_demo(const struct shell *shell, const char *file)
{
    return arena_format(shell->arena, "%s/deploy/demo/%s", shell->release, file);
}

/* A share "0.34" in thousandths, or a whole number. */
static int64_t weight_of(struct text cell)
{
    if (!cell.data)
        return 0;
    return strchr(cell.data, '.') ? llround(strtod(cell.data, NULL) * 1000)
                                  : strtoll(cell.data, NULL, 10);
}

static bool read_names(const struct shell *shell, struct people_tables *tables, struct error *error)
{
    struct csv csv;
    size_t background, kind, name, weight;
    struct people_name *names;

    if (!csv_read(shell->arena, in_demo(shell, "people_names.csv"), &csv, error) ||
        !csv_column(&csv, "background", &background, error) ||
        !csv_column(&csv, "kind", &kind, error) || !csv_column(&csv, "name", &name, error) ||
        !csv_column(&csv, "weight", &weight, error))
        return false;
    names = ARENA_ARRAY(shell->arena, struct people_name, csv.rows);
    for (size_t i = 0; i < csv.rows; i++) {
        const struct text *row = &csv.cells[i * csv.columns];
        names[i] =
            (struct people_name){row[background], row[kind], row[name], weight_of(row[weight])};
    }
    tables->names = names;
    tables->name_count = csv.rows;
    return true;
}

static bool read_shares(const struct shell *shell, const char *file, const char *key,
    const char *weight, const struct people_share **shares, size_t *count, struct error *error)
{
    struct csv csv;
    size_t key_at, weight_at;
    struct people_share *list;

    if (!csv_read(shell->arena, in_demo(shell, file), &csv, error) ||
        !csv_column(&csv, key, &key_at, error) || !csv_column(&csv, weight, &weight_at, error))
        return false;
    list = ARENA_ARRAY(shell->arena, struct people_share, csv.rows);
    for (size_t i = 0; i < csv.rows; i++) {
        const struct text *row = &csv.cells[i * csv.columns];
        list[i] = (struct people_share){row[key_at], weight_of(row[weight_at])};
    }
    *shares = list;
    *count = csv.rows;
    return true;
}

static bool read_number(const char *line, struct people_number *number)
{
    char date[DATE_TEXT + 1];

    snprintf(date, sizeof date, "%.4s-%.2s-%.2s", line, line + 4, line + 6);
    return date_parse((struct text){date, DATE_TEXT}, &number->birth);
}

/* One number a line; lines that begin with # are remarks. */
static bool read_numbers(
    const struct shell *shell, struct people_tables *tables, struct error *error)
{
    const char *path = in_demo(shell, "personal_numbers.txt");
    struct people_number *numbers = ARENA_ARRAY(shell->arena, struct people_number, NUMBERS_MOST);
    char line[80];
    FILE *file = fopen(path, "re");

    if (!file)
        return error_set(error, ERROR_ABSENT, "cannot read %s", path);
    while (tables->number_count < NUMBERS_MOST && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        struct people_number *number = &numbers[tables->number_count];
        if (strlen(line) != 12 || !read_number(line, number))
            continue;
        number->digits = (struct text){arena_copy(shell->arena, line, 12), 12};
        tables->number_count++;
    }
    fclose(file);
    tables->numbers = numbers;
    return tables->number_count > 0 || error_set(error, ERROR_INPUT, "%s has no numbers", path);
}

/* Languages that somebody speaks at home and that we have names for. */
static void keep_named(struct people_tables *tables, struct arena *arena)
{
    struct people_share *kept = ARENA_ARRAY(arena, struct people_share, tables->language_count);
    size_t count = 0;

    for (size_t i = 0; i < tables->language_count; i++) {
        bool named = text_is(tables->languages[i].key, "en");
        for (size_t n = 0; n < tables->name_count && !named; n++)
            named = text_equal(tables->names[n].background, tables->languages[i].key);
        if (named && tables->languages[i].weight > 0)
            kept[count++] = tables->languages[i];
    }
    tables->languages = kept;
    tables->language_count = count;
}

bool demo_make_families(struct demo *demo, int64_t slots, int32_t today, struct error *error)
{
    const struct shell *shell = demo->shell;
    struct people_tables tables = {.slots = slots, .today = today};

    if (!read_names(shell, &tables, error) ||
        !read_shares(shell, "districts.csv", "code", "children_0_17_2007_est", &tables.districts,
            &tables.district_count, error) ||
        !read_shares(shell, "referrers.csv", "key", "share_est", &tables.sources,
            &tables.source_count, error) ||
        !read_shares(shell, "languages.csv", "code", "share_home_est", &tables.languages,
            &tables.language_count, error) ||
        !read_numbers(shell, &tables, error))
        return error_while(error, "reading the demo's people");
    keep_named(&tables, shell->arena);
    demo->families = people_make(shell->arena, &tables, demo->seed, demo->first + demo->count);
    return true;
}
