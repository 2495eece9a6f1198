/* Tables as text, by lines of text. */
#include "tests/unit/case_lines.h"

#include "common/csv.h"

static struct arena *arena;

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex(const char *digits, char *byte)
{
    if (digit(digits[0]) < 0 || digit(digits[1]) < 0)
        return false;
    *byte = (char)(digit(digits[0]) << 4 | digit(digits[1]));
    return true;
}

/* What the case file writes for bytes that cannot stand in it. */
static size_t unescape(const char *from, char *to)
{
    static const char from_names[] = "nrt0x", to_bytes[] = "\n\r\t\0\xff";
    size_t length = 0;

    for (; *from; from++) {
        const char *name = *from == '\\' ? strchr(from_names, from[1]) : NULL;
        if (name && *name == 'x' && hex(from + 2, &to[length])) {
            length++;
            from += 3;
            continue;
        }
        to[length++] = name ? to_bytes[name - from_names] : *from == '_' ? ' ' : *from;
        from += name != NULL;
    }
    return length;
}

static void add(char *out, struct text cell, const char *before)
{
    const size_t length = strlen(out);

    snprintf(out + length, 500 - length, "%s%s", before, cell.data ? cell.data : "~");
    for (char *next = out; (next = strchr(next, '\n'));)
        *next = ' '; /* a result is one line */
}

static void check(const struct case_line *line)
{
    char content[CASE_LINE], out[500] = "";
    struct csv csv;
    struct error error;
    struct text text = {content, unescape(line->arguments[0], content)};

    if (strcmp(line->verb, "clean") == 0)
        text = csv_clean(arena, text);
    else
        assert_string_equal(line->verb, "read");
    assert_int_equal(line->count, 1);
    if (!csv_parse(arena, "t", text, &csv, &error)) {
        assert_int_equal(error.kind, ERROR_INPUT);
        case_expect(line, error.text);
        return;
    }
    for (size_t i = 0; i < csv.columns; i++)
        add(out, csv.head[i], i ? "|" : "");
    for (size_t i = 0; i < csv.rows * csv.columns; i++)
        add(out, csv.cells[i], i % csv.columns ? "|" : " / ");
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("csv.txt", check);
}

static void test_file(void **state)
{
    struct csv csv;
    struct error error;
    size_t column;

    (void)state;
    assert_false(csv_read(arena, "tests/cases/no-such.csv", &csv, &error));
    assert_int_equal(error.kind, ERROR_ABSENT);
    assert_true(csv_read(arena, "tests/cases/se_public_holidays.csv", &csv, &error));
    assert_true(csv_column(&csv, "kind", &column, &error));
    assert_true(text_is(csv.cells[column], "public"));
    assert_int_equal(csv.lines[csv.rows - 1], (int)csv.rows + 3); /* two remarks, the names */
    assert_false(csv_column(&csv, "colour", &column, &error));
    assert_non_null(strstr(error.text, "no column colour"));
}

/* What is written is read back as it was, but for cells that a spreadsheet would reckon with. */
static void test_writing(void **state)
{
    static const char *const cells[] = {
        "a;b", "sagt \"ja\"", "två\nrader", "=1+1", "@sum", "-", NULL};
    static const char *const read[] = {"a;b", "sagt \"ja\"", "två\nrader", "'=1+1", "'@sum", "'-"};
    struct csv_writer *writer = csv_writer_new(arena);
    struct csv csv;
    struct error error;

    (void)state;
    for (int row = 0; row < 400; row++) { /* more than its first room */
        for (size_t i = 0; i < 7; i++)
            csv_cell(
                writer, row == 0 ? text_of(arena_format(arena, "c%d", (int)i)) : text_of(cells[i]));
        csv_end_row(writer);
    }
    const struct text text = csv_text(writer);
    assert_memory_equal(text.data, "\xef\xbb\xbf", 3);
    assert_true(csv_parse(arena, "t", csv_clean(arena, text), &csv, &error));
    assert_int_equal(csv.rows, 399);
    for (size_t i = 0; i < 6; i++)
        assert_true(text_is(csv.cells[398 * 7 + i], read[i]));
    assert_null(csv.cells[398 * 7 + 6].data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_writing),
    };

    arena = arena_new(16 * 1024 * 1024);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
