/* The SQL of a city's tables. */
#pragma once

#include "common/arena.h"
#include "common/csv.h"
#include "common/store.h"
#include "messages.h"

enum { CITY_COLUMNS_MOST = 24 };

/* One statement fed with named columns of one table, each as text[]; the last parameter is the day
 * of loading. */
struct city_part {
    const char *file;
    const char *columns[CITY_COLUMNS_MOST]; /* NULL after the last */
    struct statement statement;
};

/* In the order in which they must be loaded. */
const struct city_part *city_parts(size_t *count);

bool city_load_part(struct tx *tx, struct arena *arena, const struct city_part *part,
    const struct csv *csv, int32_t today, struct error *error);

/* minutes[i * count + j] between codes[i] and codes[j]. */
bool city_load_travel(struct tx *tx, struct arena *arena, const struct text *codes, size_t count,
    const int64_t *minutes, struct error *error);

struct city_days { /* a term or a break that was reckoned */
    struct text school_year, name;
    int32_t first, last;
};
/* Those that the tables do not have. */
bool city_load_terms(struct tx *tx, struct arena *arena, const struct city_days *terms,
    size_t count, struct error *error);
bool city_load_breaks(struct tx *tx, struct arena *arena, const struct city_days *breaks,
    size_t count, struct error *error);

struct city_holiday {
    int32_t day;
    struct text name;
};
bool city_load_holidays(struct tx *tx, struct arena *arena, const struct city_holiday *holidays,
    size_t count, struct error *error);

/* The standing groups of the table that are neither booked nor asked for in this half-year; their
 * earliest day is left to the caller. */
bool city_find_standing(struct tx *tx, struct arena *arena, const struct csv *csv, int32_t today,
    struct group_wanted **wanted, size_t *count, struct error *error);
