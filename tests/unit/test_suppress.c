/* Small numbers: the rules as lines, and random tables against a reader who tries every guess. */
#include <stdlib.h>

#include "common/domain/suppress.h"
#include "tests/unit/case_lines.h"

enum { SIDE_MOST = 4, CELLS_MOST = (SIDE_MOST + 1) * (SIDE_MOST + 1), TABLES = 4000 };

static struct arena *arena;

struct tried {
    struct suppress_table table;
    int64_t counts[CELLS_MOST];
    enum suppress_mark marks[CELLS_MOST];
};

/* --- the lines --- */

static void read_table(const struct case_line *line, struct tried *tried)
{
    size_t row = 0, column = 0;
    int64_t inner[SIDE_MOST][SIDE_MOST] = {{0}};

    for (size_t i = 0; i < line->count; i++) {
        if (strcmp(line->arguments[i], "/") == 0) {
            row++;
            column = 0;
        } else {
            assert_true(row < SIDE_MOST && column < SIDE_MOST);
            inner[row][column++] = strtoll(line->arguments[i], NULL, 10);
        }
    }
    tried->table.rows = row + 1;
    tried->table.columns = column;
    for (size_t i = 0; i <= row; i++)
        for (size_t j = 0; j < column; j++)
            tried->counts[i * (column + 1) + j] = inner[i][j];
}

static void print_table(const struct tried *tried, char *out, size_t room)
{
    const size_t width = tried->table.columns + 1;
    const size_t rows = tried->table.rows + tried->table.column_totals;
    const size_t columns = tried->table.columns + tried->table.row_totals;
    size_t length = 0;

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            const size_t cell = i * width + j;
            char word[24];
            snprintf(word, sizeof word, "%lld", (long long)tried->counts[cell]);
            length += (size_t)snprintf(out + length, room - length, "%s%s",
                i && !j ? " / "
                : j     ? " "
                        : "",
                tried->marks[cell] == SUPPRESS_SHOWN   ? word
                : tried->marks[cell] == SUPPRESS_SMALL ? "<5"
                                                       : "..");
        }
}

static void check_line(const struct case_line *line)
{
    struct tried tried = {.table = {.rows = 0}};
    char got[400];

    read_table(line, &tried);
    tried.table.row_totals = strcmp(line->verb, "both") == 0 || strcmp(line->verb, "rows") == 0;
    tried.table.column_totals =
        strcmp(line->verb, "both") == 0 || strcmp(line->verb, "columns") == 0;
    tried.table.counts = tried.counts;
    tried.table.marks = tried.marks;
    suppress_totals(tried.counts, tried.table.rows, tried.table.columns);
    suppress_decide(arena, &tried.table);
    print_table(&tried, got, sizeof got);
    case_expect(line, got);
}

static void lines_hold(void **state)
{
    (void)state;
    cases_run("suppress.txt", check_line);
}

/* --- the reader --- */

static uint64_t chance = 20261122;

static unsigned below(unsigned count)
{
    chance = chance * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)((chance >> 33) % count);
}

static bool is_printed(const struct suppress_table *table, size_t row, size_t column)
{
    if (row == table->rows && column == table->columns)
        return table->row_totals || table->column_totals;
    return (row < table->rows || table->column_totals) &&
           (column < table->columns || table->row_totals);
}

/* A table in which "< 5" would tell too much says of no cell that it is small. */
static bool is_vague(const struct tried *tried)
{
    for (size_t cell = 0; cell < CELLS_MOST; cell++)
        if (tried->marks[cell] == SUPPRESS_HIDDEN && tried->counts[cell] < SUPPRESS_LEAST)
            return true;
    return false;
}

/* Whether a guess agrees with all that is printed. */
static bool possible(const struct tried *tried, const int64_t *guess)
{
    const struct suppress_table *table = &tried->table;
    const int64_t least = is_vague(tried) ? 1 : SUPPRESS_LEAST;

    for (size_t i = 0; i <= table->rows; i++)
        for (size_t j = 0; j <= table->columns; j++) {
            const size_t cell = i * (table->columns + 1) + j;
            if (guess[cell] < 0)
                return false;
            if (!is_printed(table, i, j))
                continue;
            if (tried->marks[cell] == SUPPRESS_SHOWN && guess[cell] != tried->counts[cell])
                return false;
            if (tried->marks[cell] == SUPPRESS_SMALL && (guess[cell] < 1 || guess[cell] > 4))
                return false;
            if (tried->marks[cell] == SUPPRESS_HIDDEN && guess[cell] < least)
                return false;
        }
    return true;
}

/* Every guess that differs by at most one in each hidden inner cell; `doubt` gets the cells that
 * are different in one of those that are possible. */
static void guess_all(
    const struct tried *tried, size_t inner, int64_t *guess, bool doubt[static CELLS_MOST])
{
    const struct suppress_table *table = &tried->table;
    const size_t width = table->columns + 1;
    const size_t cell = inner / table->columns * width + inner % table->columns;

    if (inner == table->rows * table->columns) {
        suppress_totals(guess, table->rows, table->columns);
        if (possible(tried, guess))
            for (size_t i = 0; i < (table->rows + 1) * width; i++)
                doubt[i] = doubt[i] || guess[i] != tried->counts[i];
        return;
    }
    const int64_t far = tried->marks[cell] == SUPPRESS_SHOWN ? 0 : 1;
    for (int64_t by = -far; by <= far; by++) {
        guess[cell] = tried->counts[cell] + by;
        guess_all(tried, inner + 1, guess, doubt);
    }
}

static void make_table(struct tried *tried)
{
    static const unsigned ranges[] = {2, 4, 8, 12, 30};
    const unsigned range = ranges[below(5)];

    *tried = (struct tried){.table = {.rows = 1 + below(3), .columns = 1 + below(3)}};
    tried->table.row_totals = below(4) > 0;
    tried->table.column_totals = below(4) > 0;
    tried->table.counts = tried->counts;
    tried->table.marks = tried->marks;
    for (size_t i = 0; i < tried->table.rows; i++)
        for (size_t j = 0; j < tried->table.columns; j++)
            tried->counts[i * (tried->table.columns + 1) + j] = below(3) ? below(range) : 0;
    suppress_totals(tried->counts, tried->table.rows, tried->table.columns);
}

static void check_hidden(const struct tried *tried, const bool *doubt)
{
    const struct suppress_table *table = &tried->table;

    for (size_t i = 0; i <= table->rows; i++)
        for (size_t j = 0; j <= table->columns; j++) {
            const size_t cell = i * (table->columns + 1) + j;
            const int64_t count = tried->counts[cell];
            if (!is_printed(table, i, j))
                continue;
            if (tried->marks[cell] == SUPPRESS_SHOWN)
                assert_true(count == 0 || count >= SUPPRESS_LEAST);
            else
                assert_true(doubt[cell]);
        }
}

static void no_reader_reckons_a_hidden_number(void **state)
{
    struct tried tried;
    int vague = 0, hidden = 0;

    (void)state;
    for (int i = 0; i < TABLES; i++) {
        bool doubt[CELLS_MOST] = {false};
        int64_t guess[CELLS_MOST] = {0};
        make_table(&tried);
        arena_reset(arena);
        suppress_decide(arena, &tried.table);
        vague += is_vague(&tried);
        guess_all(&tried, 0, guess, doubt);
        check_hidden(&tried, doubt);
        for (size_t cell = 0; cell < CELLS_MOST; cell++)
            hidden += tried.marks[cell] == SUPPRESS_HIDDEN;
    }
    print_message("%d tables, %d vague, %d cells hidden for others\n", TABLES, vague, hidden);
    assert_true(hidden > TABLES / 4);
    assert_in_range(vague, 1, TABLES / 20);
}

/* Two tables with the same totals: what the first hides of them, the second is told. */
static void what_is_hidden_before_stays_hidden(void **state)
{
    int64_t counts[] = {10, 20, 0, 30, 40, 0, 0, 0, 0};
    enum suppress_mark marks[9] = {[2] = SUPPRESS_HIDDEN};
    const struct suppress_table table = {2, 2, counts, marks, true, true};

    (void)state;
    suppress_totals(counts, 2, 2);
    suppress_decide(arena, &table);
    assert_int_equal(marks[2], SUPPRESS_HIDDEN);
    assert_int_equal(marks[0] == SUPPRESS_HIDDEN || marks[5] == SUPPRESS_HIDDEN ||
                         marks[1] == SUPPRESS_HIDDEN || marks[8] == SUPPRESS_HIDDEN,
        true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_hold),
        cmocka_unit_test(no_reader_reckons_a_hidden_number),
        cmocka_unit_test(what_is_hidden_before_stays_hidden)};

    arena = arena_new(1 << 20);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
