#include "services/desk/core/map.h"

/* North is up, west to the left; neighbours stand beside each other as far as tiles allow. */
static const struct {
    const char *code;
    struct map_tile tile;
} places[] = {
    {"spanga-tensta", {1, 0}},
    {"rinkeby-kista", {2, 0}},
    {"hasselby-vallingby", {0, 1}},
    {"bromma", {1, 1}},
    {"norrmalm", {3, 1}},
    {"ostermalm", {4, 1}},
    {"kungsholmen", {2, 2}},
    {"sodermalm", {3, 2}},
    {"skarholmen", {0, 3}},
    {"hagersten-liljeholmen", {1, 3}},
    {"hagersten-alvsjo", {1, 3}},
    {"enskede-arsta-vantor", {2, 3}},
    {"skarpnack", {3, 3}},
    {"alvsjo", {1, 4}},
    {"farsta", {3, 4}},
};

enum { BELOW = 5 };

void map_place(const struct text *codes, size_t count, struct map_tile *tiles)
{
    bool any = false;
    int unknown = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < sizeof places / sizeof *places; j++)
            any = any || text_is(codes[i], places[j].code);
    for (size_t i = 0; i < count; i++) {
        bool known = false;

        for (size_t j = 0; j < sizeof places / sizeof *places && !known; j++)
            if (text_is(codes[i], places[j].code)) {
                tiles[i] = places[j].tile;
                known = true;
            }
        if (!known) {
            tiles[i] =
                (struct map_tile){unknown % MAP_COLUMNS, (any ? BELOW : 0) + unknown / MAP_COLUMNS};
            unknown++;
        }
    }
}

struct map_span map_span(int64_t children)
{
    if (children <= 0)
        return (struct map_span){0, 0};
    if (children < MAP_SMALL)
        return (struct map_span){1, MAP_SMALL - 1};
    return (struct map_span){
        children - children % MAP_SMALL, children - children % MAP_SMALL + MAP_SMALL - 1};
}

int map_level(int64_t children)
{
    if (children <= 0)
        return 0;
    return children < MAP_SMALL       ? 1
           : children < 2 * MAP_SMALL ? 2
           : children < 4 * MAP_SMALL ? 3
                                      : 4;
}
