/*
 * The coverage map: how many wait in each district, and what there is for them. The same numbers
 * stand in a table beside it. How many children is told in spans of five.
 */
#include "common/check.h"
#include "services/desk/core/map.h"
#include "services/desk/desk_map_store.h"
#include "services/desk/desk_parts.h"

enum {
    TILE_WIDE = 132,
    TILE_HIGH = 76,
    GAP = 6,
    TEXT_AT = 10,
    NAME_AT = 24,
    COUNT_AT = 50,
    MORE_AT = 67
};

static const struct {
    int64_t from, to;
} bands[] = {{INT_ABSENT, INT_ABSENT}, {0, 6}, {7, 9}, {10, 12}, {13, 15}, {16, 25}};

/* One figure of the address, so that it tells no situation. */
static int choice_of(const struct visit *visit, const char *name, int most)
{
    const struct text typed = http_query(visit->request, name);
    const int number = typed.length == 1 ? typed.data[0] - '0' : 0;

    return number > 0 && number < most ? number : 0;
}

static void add_filters(const struct visit *visit, int situation, int band, struct value *root)
{
    struct value *situations = value_add_list(root, "situations");
    struct value *ages = value_add_list(root, "bands");

    for (int i = 1; i < SITUATION_COUNT; i++) {
        struct value *one = value_append_object(situations);

        value_set_int(one, "key", i);
        value_set_message(one, "words", word_situation((enum situation)i));
        value_set_bool(one, "on", i == situation);
    }
    for (int i = 1; i < (int)COUNT(bands); i++) {
        struct value *one = value_append_object(ages);

        value_set_int(one, "key", i);
        value_set_string(one, "ages",
            arena_format(visit->context->arena, "%d–%d", (int)bands[i].from, (int)bands[i].to));
        value_set_bool(one, "on", i == band);
    }
}

static void set_span(const struct visit *visit, struct value *one, int64_t children)
{
    const struct map_span span = map_span(children);

    value_set_bool(one, "nobody", span.to == 0);
    value_set_bool(one, "few", span.from == 1);
    if (span.from >= MAP_SMALL)
        value_set_string(one, "span",
            arena_format(visit->context->arena, "%d–%d", (int)span.from, (int)span.to));
}

/* "Enskede" for "Enskede-Årsta-Vantör": what a tile has room for; the table has it whole. */
static struct text short_name(struct text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] == '-')
            return (struct text){name.data, i};
    return name;
}

static void add_tile(
    const struct visit *visit, struct value *list, const struct map_row *row, struct map_tile tile)
{
    struct value *one = value_append_object(list);
    const int x = tile.column * (TILE_WIDE + GAP), y = tile.row * (TILE_HIGH + GAP);

    value_set_int(one, "x", x);
    value_set_int(one, "y", y);
    value_set_int(one, "text_x", x + TEXT_AT);
    value_set_int(one, "name_y", y + NAME_AT);
    value_set_int(one, "count_y", y + COUNT_AT);
    value_set_int(one, "more_y", y + MORE_AT);
    value_set_int(one, "level", map_level(row->waiting));
    value_set_text(one, "name", short_name(row->name));
    value_set_int(one, "open", row->open);
    set_span(visit, one, row->waiting);
}

static void add_row(const struct visit *visit, struct value *list, const struct map_row *row)
{
    struct value *one = value_append_object(list);

    value_set_text(one, "code", row->district);
    value_set_text(one, "name", row->name);
    value_set_int(one, "running", row->running);
    value_set_int(one, "open", row->open);
    value_set_int(one, "leaders", row->leaders);
    value_set_bool(one, "lacks", row->waiting >= MAP_SMALL && row->open == 0);
    set_span(visit, one, row->waiting);
}

bool desk_map_page(struct visit *visit, struct error *error)
{
    const int situation = choice_of(visit, "s", SITUATION_COUNT);
    const int band = choice_of(visit, "a", (int)COUNT(bands));
    const struct map_filter filter = {(enum situation)situation, bands[band].from, bands[band].to};
    struct arena *arena = visit->context->arena;
    const struct map_row *rows;
    int64_t waiting = 0, lowest = 0;
    size_t count;

    if (!desk_look_map(visit->context, &filter, &rows, &count, error))
        return false;
    struct value *root = desk_root(arena, visit, T("Karta"));
    struct value *tiles = value_add_list(root, "tiles"), *list = value_add_list(root, "rows");
    struct text *codes = ARENA_ARRAY(arena, struct text, count + 1);
    struct map_tile *places = ARENA_ARRAY(arena, struct map_tile, count + 1);

    for (size_t i = 0; i < count; i++)
        codes[i] = rows[i].district;
    map_place(codes, count, places);
    for (size_t i = 0; i < count; i++) {
        waiting += rows[i].waiting;
        lowest = places[i].row > lowest ? places[i].row : lowest;
        add_tile(visit, tiles, &rows[i], places[i]);
        add_row(visit, list, &rows[i]);
    }
    set_span(visit, value_add_object(root, "all"), waiting);
    add_filters(visit, situation, band, root);
    value_set_int(root, "wide", MAP_COLUMNS * (TILE_WIDE + GAP));
    value_set_int(root, "high", (lowest + 1) * (TILE_HIGH + GAP));
    desk_show(arena, visit->request, 200, "map.html", visit->language, root);
    return true;
}
