/* Any bytes as a table: refused with a sentence, or a whole table that reads the same when its
 * cells are written out and read again. */
#include <stdint.h>
#include <string.h>

#include "common/check.h"
#include "common/csv.h"
#include "common/urlform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_cell(char *out, size_t *length, struct text cell)
{
    out[(*length)++] = '"';
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] == '"')
            out[(*length)++] = '"';
        out[(*length)++] = cell.data[i];
    }
    out[(*length)++] = '"';
}

/* Everything quoted, commas between; a row is one line however its cells broke. */
static struct text write_table(struct arena *arena, const struct csv *csv)
{
    const size_t cells = csv->columns * (csv->rows + 1);
    size_t room = 1, length = 0;

    for (size_t i = 0; i < cells; i++)
        room += 3 + 2 * (i < csv->columns ? csv->head[i] : csv->cells[i - csv->columns]).length;
    char *out = arena_take(arena, room);
    for (size_t i = 0; i < cells; i++) {
        write_cell(out, &length, i < csv->columns ? csv->head[i] : csv->cells[i - csv->columns]);
        out[length++] = (i + 1) % csv->columns ? ',' : '\n';
    }
    CHECK(length <= room);
    return (struct text){out, length};
}

static bool has_separator(const struct csv *csv)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (memchr(csv->head[i].data, ';', csv->head[i].length) ||
            memchr(csv->head[i].data, '\t', csv->head[i].length))
            return true; /* would be taken for the separator */
    return false;
}

static void check_table(struct arena *arena, const struct csv *csv)
{
    struct csv again;
    struct error error;

    CHECK(csv->columns >= 1 && csv->columns <= CSV_COLUMNS_MOST && csv->rows <= CSV_ROWS_MOST);
    for (size_t i = 0; i < csv->columns * csv->rows; i++) {
        const struct text cell = csv->cells[i];
        CHECK(!cell.data == (cell.length == 0));
        CHECK(!cell.data || strlen(cell.data) == cell.length);
        CHECK(!cell.data || urlform_utf8(cell.data, cell.length));
    }
    if (has_separator(csv))
        return;
    CHECK(csv_parse(arena, "again", write_table(arena, csv), &again, &error));
    CHECK(again.columns == csv->columns && again.rows == csv->rows);
    for (size_t i = 0; i < csv->columns * csv->rows; i++)
        CHECK(text_equal(again.cells[i], csv->cells[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(256 * 1024 * 1024);
    struct csv csv;
    struct error error = {.text = ""};

    const struct text content = {(const char *)data, size};
    const struct text clean = csv_clean(arena, content);
    CHECK(urlform_utf8(clean.data, clean.length));
    for (int cleaned = 0; cleaned < 2; cleaned++)
        if (csv_parse(arena, "table", cleaned ? clean : content, &csv, &error))
            check_table(arena, &csv);
        else
            CHECK(error.kind == ERROR_INPUT && error.text[0] != '\0');
    arena_free(arena);
    return 0;
}
