/* Width is counted in code points, so that Swedish letters keep the columns straight. */
#include "services/gruppstod/table.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "services/gruppstod/wait.h"

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

static struct text cut_time(struct arena *arena, struct text time, size_t length)
{
    char *out = arena_copy(arena, time.data, time.length);

    if (time.length <= length)
        return time;
    out[10] = ' '; /* where RFC 3339 has its T */
    out[length] = '\0';
    return (struct text){out, length};
}

/* "reason|detail|district" in words; any other text is words already. */
static struct text reason_words(struct arena *arena, struct text text)
{
    const char *bar = text.data ? strchr(text.data, '|') : NULL,
               *last = bar ? strchr(bar + 1, '|') : NULL;

    return last ? wait_in_words(arena, (struct text){text.data, (size_t)(bar - text.data)},
                      (struct text){bar + 1, (size_t)(last - bar - 1)}, text_of(last + 1))
                : text;
}

static struct text value_of(const struct shell *shell, const struct column *column,
    const struct rows *rows, size_t row, size_t index)
{
    const struct text text = row_text(rows, row, (int)index);

    return column->cell == CELL_REASON ? reason_words(shell->arena, text) : text;
}

/* A cell for people. What there is not is a dash where a number would stand. */
static struct text cell_text(const struct shell *shell, const struct column *column,
    const struct rows *rows, size_t row, size_t index)
{
    enum { TO_MINUTE = 16, TO_SECOND = 19, TO_MILLISECOND = 23 };
    const struct text text = value_of(shell, column, rows, row, index);
    const bool table = shell->output != OUTPUT_CSV;

    switch (column->cell) {
    case CELL_WORD:
    case CELL_TRUTH:
    case CELL_REASON:
        break;
    case CELL_AGE:
        if (text.data && table)
            return text_of(arena_format(shell->arena, "%s s", text.data));
        return text.data || !table ? text : TEXT("-");
    case CELL_NUMBER:
        return text.data || !table ? text : TEXT("-");
    case CELL_MINUTE:
        return text.data ? cut_time(shell->arena, text, TO_MINUTE) : text;
    case CELL_SECOND:
        return text.data ? cut_time(shell->arena, text, TO_SECOND) : text;
    case CELL_MILLISECOND:
        return text.data ? cut_time(shell->arena, text, TO_MILLISECOND) : text;
    }
    return text;
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
            const size_t width = width_of(cell_text(shell, &listing->columns[c], rows, r, c));
            rooms[c] = width > rooms[c] ? width : rooms[c];
        }
    }
    for (size_t r = 0; r <= rows_count(rows); r++) {
        for (size_t c = 0; c < listing->column_count; c++) {
            if (!shown(shell, &listing->columns[c]))
                continue;
            const struct text cell = r ? cell_text(shell, &listing->columns[c], rows, r - 1, c)
                                       : text_of(head_of(&listing->columns[c]));
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

/* PostgreSQL writes numbers and truths as JSON does. */
static const char *json_cell(struct arena *arena, const struct column *column, struct text cell)
{
    const bool bare =
        column->cell == CELL_NUMBER || column->cell == CELL_AGE || column->cell == CELL_TRUTH;

    if (!cell.data)
        return "null";
    return bare ? cell.data : table_json(arena, cell);
}

static void print_json(
    const struct shell *shell, const struct listing *listing, const struct rows *rows)
{
    puts("[");
    for (size_t r = 0; r < rows_count(rows); r++) {
        fputs("  {", stdout);
        for (size_t c = 0; c < listing->column_count; c++) {
            const struct text cell = value_of(shell, &listing->columns[c], rows, r, c);
            printf("%s\"%s\": %s", c ? ", " : "", listing->columns[c].name,
                json_cell(shell->arena, &listing->columns[c], cell));
        }
        puts(r + 1 < rows_count(rows) ? "}," : "}");
    }
    fputs("]", stdout);
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

void table_csv(const struct text *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            putchar(',');
        print_csv_cell(cells[i]);
    }
    fputs("\r\n", stdout);
}

static void print_csv(
    const struct shell *shell, const struct listing *listing, const struct rows *rows)
{
    struct text *cells = ARENA_ARRAY(shell->arena, struct text, listing->column_count);

    for (size_t r = 0; r <= rows_count(rows); r++) {
        for (size_t c = 0; c < listing->column_count; c++)
            cells[c] = r ? cell_text(shell, &listing->columns[c], rows, r - 1, c)
                         : text_of(listing->columns[c].name);
        table_csv(cells, listing->column_count);
    }
}

void table_print(const struct shell *shell, const struct listing *listing, const struct rows *rows)
{
    if (shell->output == OUTPUT_JSON)
        print_json(shell, listing, rows);
    else if (shell->output == OUTPUT_CSV)
        print_csv(shell, listing, rows);
    else if (rows_count(rows))
        print_aligned(shell, listing, rows);
    else
        fprintf(stderr, "%s\n", listing->empty);
}
