/*
 * One pass over the bytes. Rows are gathered in an array that doubles; cells are copies, since
 * quotes are taken out of them.
 */
#include "common/csv.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/urlform.h"

struct reader {
    struct arena *arena;
    const char *name;
    const char *at, *end;
    char separator;
    int line;
};

struct table { /* cells and the lines of rows while they are read */
    struct text *cells;
    int *lines;
    size_t columns, rows, room;
};

static bool wrong(const struct reader *reader, struct error *error, const char *what)
{
    return error_set(error, ERROR_INPUT, "%s:%d: %s", reader->name, reader->line, what);
}

/* CR ends a line only before LF. */
static bool at_line_end(const struct reader *reader)
{
    return reader->at == reader->end || *reader->at == '\n' ||
           (*reader->at == '\r' && reader->end - reader->at > 1 && reader->at[1] == '\n');
}

static void pass_line_end(struct reader *reader)
{
    if (reader->at == reader->end)
        return;
    reader->at += *reader->at == '\r' ? 2 : 1;
    reader->line++;
}

/* After the opening quote. */
static bool read_quoted(struct reader *reader, struct text *cell, struct error *error)
{
    const char *close = reader->at;

    while (close < reader->end && (*close != '"' || (close + 1 < reader->end && close[1] == '"')))
        close += *close == '"' ? 2 : 1;
    if (close >= reader->end)
        return wrong(reader, error, "a quote is not closed");
    char *out = arena_take(reader->arena, (size_t)(close - reader->at) + 1);
    size_t length = 0;
    for (; reader->at < close; reader->at++) {
        out[length++] = *reader->at;
        reader->line += *reader->at == '\n';
        reader->at += *reader->at == '"';
    }
    reader->at++;
    *cell = (struct text){length ? out : NULL, length};
    if (at_line_end(reader) || *reader->at == reader->separator)
        return true;
    return wrong(reader, error, "text after a closing quote");
}

static bool read_plain(struct reader *reader, struct text *cell, struct error *error)
{
    const char *from = reader->at;

    for (; !at_line_end(reader) && *reader->at != reader->separator; reader->at++) {
        if (*reader->at == '"')
            return wrong(reader, error, "a quote inside a cell");
        if ((unsigned char)*reader->at < ' ' && *reader->at != '\t')
            return wrong(reader, error, "a control character");
    }
    const size_t length = (size_t)(reader->at - from);
    *cell = (struct text){length ? arena_copy(reader->arena, from, length) : NULL, length};
    return true;
}

/* At most `most` cells up to the end of the line. */
static bool read_line(
    struct reader *reader, struct text *cells, size_t most, size_t *count, struct error *error)
{
    *count = 0;
    for (;;) {
        const bool quoted = reader->at < reader->end && *reader->at == '"';
        if (*count == most)
            return wrong(reader, error, "more cells than columns");
        reader->at += quoted;
        if (quoted ? !read_quoted(reader, &cells[*count], error)
                   : !read_plain(reader, &cells[*count], error))
            return false;
        ++*count;
        if (at_line_end(reader))
            break;
        reader->at++; /* the separator */
    }
    return true;
}

static void pass_remarks(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at == '#') {
        while (!at_line_end(reader))
            reader->at++;
        pass_line_end(reader);
    }
}

static bool read_head(struct reader *reader, struct csv *csv, struct error *error)
{
    struct text head[CSV_COLUMNS_MOST];
    const size_t length = (size_t)(reader->end - reader->at);
    const char *line_end = memchr(reader->at, '\n', length);

    const size_t first = line_end ? (size_t)(line_end - reader->at) : length;

    reader->separator = memchr(reader->at, ';', first)    ? ';'
                        : memchr(reader->at, '\t', first) ? '\t'
                                                          : ',';
    if (!read_line(reader, head, CSV_COLUMNS_MOST, &csv->columns, error))
        return false;
    for (size_t i = 0; i < csv->columns; i++) {
        if (!head[i].data)
            return wrong(reader, error, "a column without a name");
        for (size_t j = 0; j < i; j++)
            if (text_equal(head[i], head[j]))
                return wrong(reader, error, "two columns of one name");
    }
    struct text *kept = ARENA_ARRAY(reader->arena, struct text, csv->columns);
    memcpy(kept, head, csv->columns * sizeof *kept);
    csv->head = kept;
    pass_line_end(reader);
    return true;
}

static void make_room(struct arena *arena, struct table *table)
{
    if (table->rows < table->room)
        return;
    const size_t room = table->room ? 2 * table->room : 64;
    struct text *cells = ARENA_ARRAY(arena, struct text, room * table->columns);
    int *lines = ARENA_ARRAY(arena, int, room);
    if (table->rows) {
        memcpy(cells, table->cells, table->rows * table->columns * sizeof *cells);
        memcpy(lines, table->lines, table->rows * sizeof *lines);
    }
    table->cells = cells;
    table->lines = lines;
    table->room = room;
}

static bool read_rows(struct reader *reader, struct table *table, struct error *error)
{
    while (reader->at < reader->end) {
        const int line = reader->line;
        size_t count;
        if (table->rows == CSV_ROWS_MOST)
            return wrong(reader, error, "too many rows");
        make_room(reader->arena, table);
        if (!read_line(
                reader, table->cells + table->rows * table->columns, table->columns, &count, error))
            return false;
        if (count != table->columns)
            return wrong(reader, error, "fewer cells than columns");
        table->lines[table->rows++] = line;
        pass_line_end(reader);
    }
    return true;
}

bool csv_parse(struct arena *arena, const char *name, struct text content, struct csv *csv,
    struct error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct reader reader = {arena, name, content.data, content.data + content.length, ',', 1};
    struct csv read = {.name = name};

    if (content.length > CSV_BYTES_MOST)
        return wrong(&reader, error, "the table is too large");
    if (!urlform_utf8(content.data, content.length) || memchr(content.data, 0, content.length))
        return wrong(&reader, error, "the table is not UTF-8 text");
    if (content.length >= 3 && memcmp(content.data, mark, 3) == 0)
        return wrong(&reader, error, "a byte order mark");
    pass_remarks(&reader);
    if (reader.at == reader.end)
        return wrong(&reader, error, "no line with the names of the columns");
    if (!read_head(&reader, &read, error))
        return false;
    struct table table = {.columns = read.columns};
    if (!read_rows(&reader, &table, error))
        return false;
    read.cells = table.cells;
    read.lines = table.lines;
    read.rows = table.rows;
    *csv = read;
    return true;
}

/* The code points of 0x80 to 0x9f in Windows-1252; the five that it leaves open stay what they are
 * in ISO 8859-1, control characters, which no cell may have. */
static unsigned int windows_point(unsigned char byte)
{
    static const uint16_t points[] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
        0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c,
        0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};

    return byte >= 0x80 && byte < 0xa0 ? points[byte - 0x80] : byte;
}

static size_t put_point(char *to, unsigned int point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char)(0xc0 | point >> 6);
        to[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | point >> 12);
    to[1] = (char)(0x80 | (point >> 6 & 0x3f));
    to[2] = (char)(0x80 | (point & 0x3f));
    return 3;
}

struct text csv_clean(struct arena *arena, struct text content)
{
    size_t length = 0;

    if (content.length >= 3 && memcmp(content.data, "\xef\xbb\xbf", 3) == 0)
        content = (struct text){content.data + 3, content.length - 3};
    if (content.length > CSV_BYTES_MOST || urlform_utf8(content.data, content.length))
        return content;
    char *out = arena_take(arena, 3 * content.length + 1);
    for (size_t i = 0; i < content.length; i++)
        length += put_point(out + length, windows_point((unsigned char)content.data[i]));
    out[length] = '\0';
    return (struct text){out, length};
}

static bool read_file(struct arena *arena, FILE *file, struct text *content)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return false;
    const long length = ftell(file);
    if (length < 0 || length > CSV_BYTES_MOST || fseek(file, 0, SEEK_SET) != 0)
        return false;
    char *data = arena_take(arena, (size_t)length + 1);
    *content = (struct text){data, fread(data, 1, (size_t)length, file)};
    return content->length == (size_t)length;
}

bool csv_read(struct arena *arena, const char *path, struct csv *csv, struct error *error)
{
    FILE *file = fopen(path, "re");
    struct text content;

    if (!file)
        return error_set(error, errno == ENOENT ? ERROR_ABSENT : ERROR_INPUT, "%s: %s", path,
            strerrordesc_np(errno));
    const bool good = read_file(arena, file, &content);
    fclose(file);
    if (!good)
        return error_set(error, ERROR_INPUT, "%s: cannot be read whole", path);
    return csv_parse(arena, path, content, csv, error);
}

bool csv_column(const struct csv *csv, const char *name, size_t *column, struct error *error)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (text_is(csv->head[i], name)) {
            *column = i;
            return true;
        }
    return error_set(error, ERROR_INPUT, "%s: no column %s", csv->name, name);
}

/* --- writing --- */

struct csv_writer {
    struct arena *arena;
    char *bytes;
    size_t length, room;
    bool inside; /* a row has begun */
};

static void put(struct csv_writer *csv, const char *bytes, size_t length)
{
    if (csv->length + length > csv->room) {
        const size_t room = 2 * (csv->length + length);
        char *wider = arena_take(csv->arena, room);
        memcpy(wider, csv->bytes, csv->length);
        csv->bytes = wider;
        csv->room = room;
    }
    memcpy(csv->bytes + csv->length, bytes, length);
    csv->length += length;
}

struct csv_writer *csv_writer_new(struct arena *arena)
{
    struct csv_writer *csv = ARENA_NEW(arena, struct csv_writer);

    *csv = (struct csv_writer){arena, arena_take(arena, 4096), 0, 4096, false};
    put(csv, "\xef\xbb\xbf", 3);
    return csv;
}

void csv_cell(struct csv_writer *csv, struct text cell)
{
    if (csv->inside)
        put(csv, ";", 1);
    csv->inside = true;
    if (!cell.length)
        return;
    put(csv, "\"", 1);
    if (strchr("=+-@\t\r\n", cell.data[0]))
        put(csv, "'", 1);
    for (size_t i = 0; i < cell.length; i++)
        put(csv, cell.data[i] == '"' ? "\"\"" : &cell.data[i], cell.data[i] == '"' ? 2 : 1);
    put(csv, "\"", 1);
}

void csv_end_row(struct csv_writer *csv)
{
    put(csv, "\r\n", 2);
    csv->inside = false;
}

struct text csv_text(const struct csv_writer *csv)
{
    return (struct text){csv->bytes, csv->length};
}
