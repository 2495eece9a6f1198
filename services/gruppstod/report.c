/*
 * report: waiting times, unmet demand, coverage, attendance.
 *
 * Small numbers are hidden by common/domain/suppress, also against reckoning back: the two tables
 * of those who wait count the same children, so a total that one hides the other hides too.
 */
#include "services/gruppstod/report_store.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "common/domain/suppress.h"
#include "services/gruppstod/shell.h"
#include "services/gruppstod/table.h"

struct matrix {
    const struct report_table *about;
    struct suppress_table table;
    struct text *rows, *columns;
    int64_t *counts;
};

static size_t place_of(struct text *words, size_t *count, struct text word)
{
    for (size_t i = 0; i < *count; i++)
        if (text_equal(words[i], word))
            return i;
    words[*count] = word;
    return (*count)++;
}

static struct text kept(struct arena *arena, struct text text)
{
    return (struct text){arena_copy(arena, text.data, text.length), text.length};
}

static void fill(struct arena *arena, struct matrix *matrix, const struct rows *rows)
{
    struct suppress_table *table = &matrix->table;
    const size_t count = rows_count(rows);

    matrix->rows = ARENA_ARRAY(arena, struct text, count + 1);
    matrix->columns = ARENA_ARRAY(arena, struct text, count + 1);
    for (size_t i = 0; i < count; i++) {
        place_of(matrix->rows, &table->rows, kept(arena, row_text(rows, i, 0)));
        place_of(matrix->columns, &table->columns, kept(arena, row_text(rows, i, 1)));
    }
    const size_t cells = (table->rows + 1) * (table->columns + 1);
    matrix->counts = ARENA_ARRAY(arena, int64_t, cells);
    table->counts = matrix->counts;
    table->marks = ARENA_ARRAY(arena, enum suppress_mark, cells);
    table->row_totals = table->column_totals = true;
    for (size_t i = 0; i < count; i++)
        matrix->counts[place_of(matrix->rows, &table->rows, row_text(rows, i, 0)) *
                           (table->columns + 1) +
                       place_of(matrix->columns, &table->columns, row_text(rows, i, 1))] =
            row_int(rows, i, 2);
    suppress_totals(matrix->counts, table->rows, table->columns);
}

static bool read(struct shell *shell, struct matrix *matrices, struct rows **days,
    struct store *store, struct error *error)
{
    struct tx *tx = tx_begin(store, shell->arena, error);
    bool good = tx != NULL;

    for (int i = 0; good && i < REPORT_COUNT; i++) {
        struct rows *rows;
        matrices[i] = (struct matrix){.about = report_table_of((enum report_kind)i)};
        good = tx_query(tx, &matrices[i].about->statement, NULL, &rows, error);
        if (good)
            fill(shell->arena, &matrices[i], rows);
    }
    /* The rows of the days are read to their end by the caller, so the transaction is left to the
     * store's close. */
    return good && report_read_days(tx, days, error);
}

/* Hides in each of two tables the column totals that the other hides; true when that was news. */
static bool share_totals(struct matrix *a, struct matrix *b)
{
    enum suppress_mark *left = &a->table.marks[a->table.rows * (a->table.columns + 1)];
    enum suppress_mark *right = &b->table.marks[b->table.rows * (b->table.columns + 1)];
    bool news = false;

    if (!a->table.rows || !b->table.rows)
        return false;
    CHECK(a->table.columns == b->table.columns);
    for (size_t i = 0; i <= a->table.columns; i++) {
        if ((left[i] == SUPPRESS_SHOWN) == (right[i] == SUPPRESS_SHOWN))
            continue;
        left[i] = right[i] = SUPPRESS_HIDDEN;
        news = true;
    }
    return news;
}

static void protect(struct arena *arena, struct matrix *matrices)
{
    do {
        for (int i = 0; i < REPORT_COUNT; i++)
            if (!matrices[i].about->open)
                suppress_decide(arena, &matrices[i].table);
    } while (share_totals(&matrices[REPORT_DISTRICT], &matrices[REPORT_REASON]));
}

static const char *cell_word(struct arena *arena, const struct matrix *matrix, size_t cell)
{
    switch (matrix->table.marks[cell]) {
    case SUPPRESS_SHOWN:
        return arena_format(arena, "%lld", (long long)matrix->counts[cell]);
    case SUPPRESS_SMALL:
        return "< 5";
    case SUPPRESS_HIDDEN:
        return "..";
    }
    return "";
}

/* --- for people --- */

static int width_of(struct text text)
{
    int width = 0;

    for (size_t i = 0; i < text.length; i++)
        width += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return width;
}

static void print_matrix(struct arena *arena, const struct matrix *matrix)
{
    const struct suppress_table *table = &matrix->table;

    printf("\n%s\n", matrix->about->title);
    if (!table->rows) {
        puts("  none");
        return;
    }
    printf("%-24s", matrix->about->rows);
    for (size_t j = 0; j < table->columns; j++)
        printf("%13.*s", (int)matrix->columns[j].length, matrix->columns[j].data);
    printf("%8s\n", "all");
    for (size_t i = 0; i <= table->rows; i++) {
        const struct text name = i < table->rows ? matrix->rows[i] : TEXT("all");
        printf("%.*s%*s", (int)name.length, name.data, 24 - width_of(name), "");
        for (size_t j = 0; j <= table->columns; j++)
            printf("%*s", j < table->columns ? 13 : 8,
                cell_word(arena, matrix, i * (table->columns + 1) + j));
        putchar('\n');
    }
}

static void print_pair(const struct rows *days, size_t row, int column)
{
    if (row_int(days, row, column) < SUPPRESS_LEAST)
        printf("%13s%13s", "-", "-");
    else
        printf(
            "%13.1f%13.1f", row_double(days, row, column + 1), row_double(days, row, column + 2));
}

static void print_days(const struct rows *days)
{
    printf("\nDays of waiting, where there are five children or more\n%-24s%13s%13s%13s%13s\n",
        "situation", "to offer", "9 of 10", "to place", "9 of 10");
    for (size_t i = 0; i < rows_count(days); i++) {
        printf("%-24s", row_text(days, i, 0).data);
        print_pair(days, i, 1);
        print_pair(days, i, 4);
        putchar('\n');
    }
}

/* The share within the target, where none of what it is reckoned from is hidden. */
static void print_shares(const struct matrix *wait)
{
    const size_t width = wait->table.columns + 1;

    for (size_t i = 0; i <= wait->table.rows; i++) {
        const size_t cell = i * width, all = cell + wait->table.columns;
        if (wait->table.marks[cell] != SUPPRESS_SHOWN || wait->table.marks[all] != SUPPRESS_SHOWN ||
            wait->counts[all] == 0)
            continue;
        printf("  %s: %lld %% were offered a place within 42 days\n",
            i < wait->table.rows ? wait->rows[i].data : "all",
            (long long)(100 * wait->counts[cell] / wait->counts[all]));
    }
}

static void print_people(
    struct arena *arena, const struct matrix *matrices, const struct rows *days)
{
    print_days(days);
    for (int i = 0; i < REPORT_COUNT; i++) {
        print_matrix(arena, &matrices[i]);
        if (i == REPORT_WAIT)
            print_shares(&matrices[i]);
    }
    puts("\n< 5: one to four children.  ..: hidden, or a small number could be reckoned from it.");
}

/* --- for programs: one line a cell --- */

static void print_line(
    struct shell *shell, const char *table, struct text row, struct text column, const char *value)
{
    static bool more;

    if (shell->output == OUTPUT_JSON)
        printf("%s{\"table\":\"%s\",\"row\":%s,\"column\":%s,\"value\":\"%s\"}",
            more ? ",\n " : "[", table, table_json(shell->arena, row),
            table_json(shell->arena, column), value);
    else
        printf("%s%s,\"%s\",\"%s\",%s\r\n", more ? "" : "table,row,column,value\r\n", table,
            row.data, column.data, value);
    more = true;
}

static void print_cells(struct shell *shell, const struct matrix *matrix)
{
    const struct suppress_table *table = &matrix->table;

    for (size_t i = 0; table->rows && i <= table->rows; i++)
        for (size_t j = 0; j <= table->columns; j++)
            print_line(shell, matrix->about->name, i < table->rows ? matrix->rows[i] : TEXT("all"),
                j < table->columns ? matrix->columns[j] : TEXT("all"),
                cell_word(shell->arena, matrix, i * (table->columns + 1) + j));
}

static void print_lines(struct shell *shell, const struct matrix *matrices, const struct rows *days)
{
    static const char *const names[] = {"offer_median", "offer_p90", "place_median", "place_p90"};

    for (size_t i = 0; i < rows_count(days); i++)
        for (int n = 0; n < 4; n++) {
            const int group = n / 2 * 3 + 1;
            if (row_int(days, i, group) >= SUPPRESS_LEAST)
                print_line(shell, "days", row_text(days, i, 0), text_of(names[n]),
                    arena_format(shell->arena, "%.1f", row_double(days, i, group + 1 + n % 2)));
        }
    for (int i = 0; i < REPORT_COUNT; i++)
        print_cells(shell, &matrices[i]);
    if (shell->output == OUTPUT_JSON)
        puts("]");
}

int command_report(struct shell *shell, int argc, char **argv)
{
    struct matrix matrices[REPORT_COUNT];
    struct error error = {ERROR_NONE, ""};
    struct rows *days;

    if (argc == 2 && strcmp(argv[1], "--csv") == 0)
        shell->output = OUTPUT_CSV;
    else if (argc > 1) {
        fputs("usage: gruppstod report [--csv]\n", stderr);
        return EX_USAGE;
    }
    struct store *store = shell_store(shell, "gruppstod_operator", &error);
    const bool good = store && read(shell, matrices, &days, store, &error);
    if (good) {
        protect(shell->arena, matrices);
        if (shell->output == OUTPUT_JSON || shell->output == OUTPUT_CSV)
            print_lines(shell, matrices, days);
        else
            print_people(shell->arena, matrices, days);
    }
    store_close(store);
    return good ? EX_OK : shell_fail(EX_UNAVAILABLE, &error, "Look with `gruppstod doctor`.");
}
