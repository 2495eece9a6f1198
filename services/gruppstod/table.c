/* Width is counted in code points, so that Swedish letters keep the columns straight. */
#include "services/gruppstod/table.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"

static size_t width_of(struct text text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.length; i++)
        if (((unsigned char)text.data[i] & 0xc0) != 0x80)
            width++;
    return width;
}

static bool shown(const struct shell *shell, const struct column *column)
{
    return column->head || shell->output != OUTPUT_TABLE;
}

static const char *head_of(const struct column *column)
{
    return column->head ? column->head : column->name;
}

static void print_cell(const char *data, size_t length, size_t width, size_t room, bool last)
{
    printf("%.*s", (int)length, data);
    if (!last)
        printf("%*s", (int)(room - width + 2), "");
}

static void print_aligned(
    const struct shell *shell, const struct listing *listing, const struct rows *rows)
{
    size_t *rooms = ARENA_ARRAY(shell->arena, size_t, listing->column_count);
    size_t last = 0;

    for (size_t c = 0; c < listing->column_count; c++) {
        if (!shown(shell, &listing->columns[c]))
            continue;
        last = c;
        rooms[c] = width_of(text_of(head_of(&listing->columns[c])));
        for (size_t r = 0; r < rows_count(rows); r++) {
            const size_t width = width_of(row_text(rows, r, (int)c));
            rooms[c] = width > rooms[c] ? width : rooms[c];
        }
    }
    for (size_t r = 0; r <= rows_count(rows); r++) {
        for (size_t c = 0; c < listing->column_count; c++) {
            if (!shown(shell, &listing->columns[c]))
                continue;
            const struct text cell =
                r ? row_text(rows, r - 1, (int)c) : text_of(head_of(&listing->columns[c]));
            print_cell(
                cell.data ? cell.data : "", cell.length, width_of(cell), rooms[c], c == last);
        }
        putchar('\n');
    }
}

const char *table_json(struct arena *arena, struct text text)
{
    char *out = arena_take(arena, 6 * text.length + 3);
    char *to = out;

    *to++ = '"';
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20) {
            to += snprintf(to, 7, "\\u%04x", c);
            continue;
        }
        if (c == '"' || c == '\\')
            *to++ = '\\';
        *to++ = (char)c;
    }
    *to++ = '"';
    *to = '\0';
    return out;
}

static void print_json(
    const struct shell *shell, const struct listing *listing, const struct rows *rows)
{
    puts("[");
    for (size_t r = 0; r < rows_count(rows); r++) {
        fputs("  {", stdout);
        for (size_t c = 0; c < listing->column_count; c++) {
            const struct text cell = row_text(rows, r, (int)c);
            printf("%s\"%s\": %s", c ? ", " : "", listing->columns[c].name,
                cell.data ? table_json(shell->arena, cell) : "null");
        }
        puts(r + 1 < rows_count(rows) ? "}," : "}");
    }
    puts("]");
}

/* RFC 4180; a cell that a spreadsheet would calculate gets an apostrophe in front. */
static void print_csv_cell(struct text cell)
{
    const bool risky = cell.length && strchr("=+-@\t\r", cell.data[0]);
    const bool quoted = risky || (cell.data && strpbrk(cell.data, ",;\"\r\n"));

    if (quoted)
        putchar('"');
    if (risky)
        putchar('\'');
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] == '"')
            putchar('"');
        putchar(cell.data[i]);
    }
    if (quoted)
        putchar('"');
}

static void print_csv(const struct listing *listing, const struct rows *rows)
{
    for (size_t r = 0; r <= rows_count(rows); r++) {
        for (size_t c = 0; c < listing->column_count; c++) {
            if (c)
                putchar(',');
            print_csv_cell(r ? row_text(rows, r - 1, (int)c) : text_of(listing->columns[c].name));
        }
        fputs("\r\n", stdout);
    }
}

void table_print(const struct shell *shell, const struct listing *listing, const struct rows *rows)
{
    if (shell->output == OUTPUT_JSON)
        print_json(shell, listing, rows);
    else if (shell->output == OUTPUT_CSV)
        print_csv(listing, rows);
    else if (rows_count(rows))
        print_aligned(shell, listing, rows);
    else
        fprintf(stderr, "%s\n", listing->empty);
}
