/*
 * Tables first, then what is reckoned from them (ways between districts, terms and holidays to
 * come), then the standing groups, which scheduling books.
 */
#include "services/gruppstod/city.h"

#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "common/ledger_store.h"
#include "common/message.h"
#include "services/gruppstod/city_store.h"
#include "services/gruppstod/core/terms.h"
#include "services/gruppstod/core/travel.h"

enum {
    YEARS_BEFORE = 1, /* school years reckoned round today: a series of last autumn still runs */
    YEARS_AFTER = 4,
    TERMS = 2 * (YEARS_BEFORE + YEARS_AFTER + 1),
    BREAKS = 3 * (YEARS_BEFORE + YEARS_AFTER + 1),
    HOLIDAYS = 30 * (YEARS_BEFORE + YEARS_AFTER + 1), /* 16 a year */
    WITHIN_MIN = 10,    /* minutes inside a district, as the planner's instances have it */
    BOARDING_MIN = 12,  /* in each of the estimates (shared/data/SOURCES.md: 12 + 3.2 x km) */
    STANDING_DAYS = 49, /* to a standing group's start: seven weeks before, families are called */
    ARENA_BYTES = 64 * 1024 * 1024,
};

struct loading {
    struct tx *tx;
    struct arena *arena;
    const char *folder;
    int32_t today;
    struct city_loaded *loaded;
};

static bool read_table(
    const struct loading *loading, const char *file, struct csv *csv, struct error *error)
{
    return csv_read(
        loading->arena, arena_format(loading->arena, "%s/%s", loading->folder, file), csv, error);
}

static void count_rows(const struct loading *loading, const char *file, size_t rows)
{
    struct city_loaded *loaded = loading->loaded;

    if (strcmp(file, "districts.csv") == 0)
        loaded->districts = rows;
    else if (strcmp(file, "programmes.csv") == 0)
        loaded->programmes = rows;
    else if (strcmp(file, "leaders.csv") == 0)
        loaded->leaders = rows;
    else if (strcmp(file, "rooms.csv") == 0)
        loaded->rooms = rows;
}

static bool load_tables(const struct loading *loading, struct error *error)
{
    struct csv csv = {.name = ""};
    size_t count;
    const struct city_part *parts = city_parts(&count);

    for (size_t i = 0; i < count; i++) {
        const struct city_part *part = &parts[i];
        const bool same = i > 0 && strcmp(part->file, parts[i - 1].file) == 0;
        if ((!same && !read_table(loading, part->file, &csv, error)) ||
            !city_load_part(loading->tx, loading->arena, part, &csv, loading->today, error))
            return error_while(error, "%s", part->file);
        count_rows(loading, part->file, csv.rows);
    }
    return true;
}

static bool district_of(
    const struct text *codes, size_t count, struct text code, size_t *index, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(codes[i], code)) {
            *index = i;
            return true;
        }
    return error_set(error, ERROR_INPUT, "neighbours.csv: no district %.*s", (int)code.length,
        code.data ? code.data : "");
}

static bool minutes_of(struct text cell, int64_t *minutes)
{
    *minutes = 0;
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] < '0' || cell.data[i] > '9' || *minutes > TRAVEL_NONE)
            return false;
        *minutes = *minutes * 10 + (cell.data[i] - '0');
    }
    return *minutes >= BOARDING_MIN;
}

/* Where only water is between them there are no minutes, and no way. */
static bool read_links(const struct csv *csv, const struct text *codes, size_t count,
    struct travel_link *links, size_t *link_count, struct error *error)
{
    size_t a, b, minutes;

    if (!csv_column(csv, "a", &a, error) || !csv_column(csv, "b", &b, error) ||
        !csv_column(csv, "transit_minutes_est", &minutes, error))
        return false;
    *link_count = 0;
    for (size_t row = 0; row < csv->rows; row++) {
        const struct text *cells = &csv->cells[row * csv->columns];
        struct travel_link *link = &links[*link_count];
        if (!cells[minutes].data)
            continue;
        if (!district_of(codes, count, cells[a], &link->a, error) ||
            !district_of(codes, count, cells[b], &link->b, error))
            return false;
        if (!minutes_of(cells[minutes], &link->minutes))
            return error_set(error, ERROR_INPUT, "%s:%d: minutes are no number of at least %d",
                csv->name, csv->lines[row], BOARDING_MIN);
        ++*link_count;
    }
    return true;
}

static bool load_travel(const struct loading *loading, struct error *error)
{
    struct csv districts, neighbours;
    size_t code, link_count;

    if (!read_table(loading, "districts.csv", &districts, error) ||
        !read_table(loading, "neighbours.csv", &neighbours, error) ||
        !csv_column(&districts, "code", &code, error))
        return false;
    if (districts.rows > TRAVEL_DISTRICTS_MOST)
        return error_set(error, ERROR_INPUT, "%s: too many districts", districts.name);
    struct text *codes = ARENA_ARRAY(loading->arena, struct text, districts.rows);
    for (size_t i = 0; i < districts.rows; i++)
        codes[i] = districts.cells[i * districts.columns + code];
    struct travel_link *links = ARENA_ARRAY(loading->arena, struct travel_link, neighbours.rows);
    int64_t *minutes = ARENA_ARRAY(loading->arena, int64_t, districts.rows * districts.rows);
    if (!read_links(&neighbours, codes, districts.rows, links, &link_count, error))
        return false;
    travel_shortest(&(struct travel_ways){links, link_count, BOARDING_MIN, WITHIN_MIN},
        districts.rows, minutes);
    return city_load_travel(loading->tx, loading->arena, codes, districts.rows, minutes, error);
}

static struct city_days days_of(
    const struct loading *loading, int year, const struct school_days *days)
{
    const char *name = arena_format(loading->arena, "%d/%02d", year, (year + 1) % 100);

    return (struct city_days){text_of(name), text_of(days->name), days->first, days->last};
}

/* The school years round today, where the tables have none. */
static bool load_terms(const struct loading *loading, struct error *error)
{
    struct city_days terms[TERMS], breaks[BREAKS];
    size_t term_count = 0, break_count = 0;
    const int now = date_to_civil(loading->today).year;

    for (int year = now - YEARS_BEFORE; year <= now + YEARS_AFTER; year++) {
        const struct school_year reckoned = school_year_by_rule(year);
        for (size_t i = 0; i < COUNT(reckoned.terms); i++)
            terms[term_count++] = days_of(loading, year, &reckoned.terms[i]);
        for (size_t i = 0; i < COUNT(reckoned.breaks); i++)
            breaks[break_count++] = days_of(loading, year, &reckoned.breaks[i]);
    }
    return city_load_terms(loading->tx, loading->arena, terms, term_count, error) &&
           city_load_breaks(loading->tx, loading->arena, breaks, break_count, error);
}

static bool load_holidays(const struct loading *loading, struct error *error)
{
    struct city_holiday *holidays = ARENA_ARRAY(loading->arena, struct city_holiday, HOLIDAYS);
    const int now = date_to_civil(loading->today).year;
    const int32_t end = date_from_civil(now + YEARS_AFTER + 1, 1, 1);
    size_t count = 0;

    for (int32_t day = date_from_civil(now - YEARS_BEFORE, 1, 1); day < end; day++) {
        const struct holiday holiday = holiday_on(day);
        if (holiday.kind != HOLIDAY_PUBLIC && holiday.kind != HOLIDAY_CUSTOM)
            continue;
        CHECK(count < HOLIDAYS);
        holidays[count++] = (struct city_holiday){day, text_of(holiday.name_sv)};
    }
    return city_load_holidays(loading->tx, loading->arena, holidays, count, error);
}

/* As matching would ask; the daemon books them under the same rules as all others. */
static bool want_groups(const struct loading *loading, struct error *error)
{
    struct group_wanted *wanted;
    struct csv csv;
    size_t count;

    if (!read_table(loading, "standing_groups.csv", &csv, error) ||
        !city_find_standing(
            loading->tx, loading->arena, &csv, loading->today, &wanted, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        wanted[i].earliest_day = loading->today + STANDING_DAYS;
    struct said *said = ARENA_ARRAY(loading->arena, struct said, count);
    for (size_t i = 0; i < count; i++) {
        said[i].envelope = (struct envelope){.id = uuid_new(clock_now_ms()),
            .subject = wanted[i].group_id,
            .kind = text_of(group_wanted_type.name),
            .from = TEXT("demo"),
            .said_at_ms = tx_now_ms(loading->tx),
            .version = group_wanted_type.version};
        if (!message_pack(&group_wanted_type, &wanted[i], loading->arena, &said[i].body, error))
            return error_while(error, "standing_groups.csv, row %zu", i + 1);
    }
    loading->loaded->groups_wanted = count;
    return count == 0 ||
           ledger_say(loading->tx, loading->arena, RECEIVER_SCHEDULING, said, count, error);
}

static bool load(struct loading *loading, struct error *error)
{
    return load_tables(loading, error) && load_travel(loading, error) &&
           load_terms(loading, error) && load_holidays(loading, error) &&
           want_groups(loading, error);
}

bool city_load(struct store *store, const char *folder, int32_t today, struct city_loaded *loaded,
    struct error *error)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct loading loading = {.arena = arena, .folder = folder, .loaded = loaded};
    bool good = false;

    *loaded = (struct city_loaded){0};
    loading.tx = tx_begin(store, arena, error);
    if (loading.tx) {
        loading.today = today == DAY_ABSENT ? local_day(tx_now_ms(loading.tx)) : today;
        good = load(&loading, error) && tx_commit(loading.tx, DURABILITY_FULL, error);
        if (!good)
            tx_rollback(loading.tx);
    }
    arena_free(arena);
    return good;
}
