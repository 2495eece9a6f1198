/* SQL of needs, pairs, places and offers. */
#include "services/matching/matching_place_store.h"

#include "common/check.h"
#include "common/clock.h"
#include "common/domain/local_time.h"

enum { CITY_KEPT_MS = 10000 }; /* a new way between districts may be that late */

static struct { /* the ways between districts: they hardly ever change, and every slice asks */
    struct arena *arena;
    int64_t until_ms;
    struct words districts;
    struct travel travel;
} known;

static void learn_ways(const struct rows *rows)
{
    uint16_t *minutes;

    if (!known.arena)
        known.arena = arena_new(1024 * 1024);
    arena_reset(known.arena);
    known.districts = words_new(known.arena, CITY_DISTRICTS);
    for (size_t i = 0; i < rows_count(rows); i++) {
        const struct text district = row_text(rows, i, 0);

        if (words_find(&known.districts, district) == WORDS_NONE)
            words_take(&known.districts,
                (struct text){
                    arena_copy(known.arena, district.data, district.length), district.length});
    }
    const size_t count = known.districts.count;
    minutes = ARENA_ARRAY(known.arena, uint16_t, count * count);
    for (size_t i = 0; i < count * count; i++)
        minutes[i] = TRAVEL_UNKNOWN;
    for (size_t i = 0; i < rows_count(rows); i++) {
        const int from = words_find(&known.districts, row_text(rows, i, 0));
        const int to = words_find(&known.districts, row_text(rows, i, 1));

        if (from >= 0 && to >= 0)
            minutes[(size_t)from * count + (size_t)to] = (uint16_t)row_int(rows, i, 2);
    }
    known.travel = (struct travel){.districts = count, .minutes = minutes};
}

bool matching_load_city(struct context *context, struct city *city, struct error *error)
{
    static const struct statement load = {
        "matching_load_city", "select a, b, minutes from scheduling.travel_v order by a, b"};
    const int64_t now_ms = clock_monotonic_us() / 1000;
    struct arena *arena = context->arena;
    struct rows *rows;

    if (now_ms >= known.until_ms) {
        if (!tx_query(context->tx, &load, NULL, &rows, error))
            return error_while(error, "loading the ways between districts");
        learn_ways(rows);
        known.until_ms = rows_count(rows) ? now_ms + CITY_KEPT_MS : 0;
    }
    *city = (struct city){
        .languages = words_new(arena, CITY_LANGUAGES),
        .districts = words_new(arena, CITY_DISTRICTS),
        .sites = words_new(arena, CITY_SITES),
        .travel = known.travel,
    };
    for (size_t i = 0; i < known.districts.count; i++)
        words_take(&city->districts, known.districts.words[i]);
    return true;
}

/* Cuts the next word off a list of words with spaces; false when there is none. */
static bool next_word(struct text *list, struct text *word)
{
    const char *space;

    if (list->length == 0)
        return false;
    space = memchr(list->data, ' ', list->length);
    *word = (struct text){list->data, space ? (size_t)(space - list->data) : list->length};
    list->data += word->length + (space != NULL);
    list->length -= word->length + (space != NULL);
    return true;
}

static uint64_t languages_of(struct text list, struct words *languages)
{
    uint64_t mask = 0;
    struct text word;

    while (next_word(&list, &word)) {
        int number = words_take(languages, word);

        if (number != WORDS_NONE)
            mask |= UINT64_C(1) << number;
    }
    return mask;
}

static uint32_t needs_of(struct text list)
{
    uint32_t mask = 0;
    struct text word;

    while (next_word(&list, &word))
        mask |= bit_of((int)need_of(word));
    return mask;
}

/* The columns of a need, from the first on; the same in each statement that loads some. */
#define NEED_COLUMNS                                                                               \
    "c.referral_id, c.child_id, c.situation, c.languages, c.free_slots, c.district,\n"             \
    "    c.max_travel_min, c.needs, c.birth_date, c.sex, c.same_sex_only, c.parent_wish,\n"        \
    "    r.urgency, r.received_at - make_interval(days => c.bonus_days),\n"                        \
    "    array(select o.group_id from matching.offer o\n"                                          \
    "        where o.child_id = c.child_id and not o.by_person) || array(select x.group_id\n"      \
    "        from scheduling.conflict_group_v x where x.referral_id = c.referral_id),\n"           \
    "    (select true from matching.place p\n"                                                     \
    "        where p.child_id = c.child_id and not p.ended limit 1)\n"

static void read_need(struct context *context, const struct rows *rows, size_t row, int column,
    struct city *city, struct child_need *need)
{
    enum situation situation =
        (enum situation)row_name(rows, row, column + 2, situation_names, SITUATION_COUNT);

    *need = (struct child_need){
        .referral_id = row_uuid(rows, row, column),
        .child_id = row_uuid(rows, row, column + 1),
        /* The primary one alone; another only when family and coordinator have accepted it. */
        .situations = bit_of((int)situation),
        .primary = situation,
        .languages = languages_of(row_text(rows, row, column + 3), &city->languages),
        .slots = row_int(rows, row, column + 4),
        .district = words_take(&city->districts, row_text(rows, row, column + 5)),
        .max_travel_min = (int)row_int(rows, row, column + 6),
        .needs = needs_of(row_text(rows, row, column + 7)),
        .birth = row_day(rows, row, column + 8),
        .sex = (enum sex)row_name(rows, row, column + 9, sex_names, SEX_COUNT),
        .same_sex_only = row_bool(rows, row, column + 10),
        .parent_wish = (enum parent_wish)row_name(
            rows, row, column + 11, parent_wish_names, PARENT_WISH_COUNT),
        .urgency = (int)row_int(rows, row, column + 12),
        .since = local_day(row_time(rows, row, column + 13)),
    };
    need->declined_count = row_uuids(rows, row, column + 14, context->arena, &need->declined);
}

static void read_needs(
    struct context *context, const struct rows *rows, struct city *city, struct needs *needs)
{
    size_t count = rows_count(rows);

    *needs = (struct needs){
        .needs = ARENA_ARRAY(context->arena, struct child_need, count),
        .asked = ARENA_ARRAY(context->arena, size_t, count),
        .placed = ARENA_ARRAY(context->arena, bool, count),
        .count = count,
    };
    for (size_t i = 0; i < count; i++) {
        needs->asked[i] = (size_t)row_int(rows, i, 0);
        read_need(context, rows, i, 1, city, &needs->needs[i]);
        needs->placed[i] = row_bool(rows, i, 16);
    }
}

bool matching_load_needs(struct context *context, const struct uuid *referrals, size_t count,
    struct city *city, struct needs *needs, struct error *error)
{
    static const struct statement load = {"matching_load_needs",
        "select m.n - 1, " NEED_COLUMNS
        "from unnest($1::uuid[]) with ordinality as m (referral_id, n)\n"
        "join matching.referral r using (referral_id)\n"
        "join matching.case c using (referral_id)\n"
        "order by m.n"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, referrals, sizeof *referrals, count);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading %zu needs", count);
    read_needs(context, rows, city, needs);
    return true;
}

bool matching_load_waiting(struct context *context, int64_t most, struct city *city,
    struct needs *needs, struct error *error)
{
    static const struct statement load = {"matching_load_waiting",
        "select row_number() over () - 1, " NEED_COLUMNS
        "from (select referral_id, urgency, turn from matching.waiting\n"
        "    order by urgency desc, turn, referral_id limit $1) w\n"
        "join matching.referral r using (referral_id)\n"
        "join matching.case c using (referral_id)\n"
        "order by w.urgency desc, w.turn, w.referral_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_int(params, most);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading the waiting list");
    read_needs(context, rows, city, needs);
    return true;
}

bool matching_waiting_for(struct context *context, const struct uuid *groups, size_t count,
    int64_t most, const struct uuid **referrals, size_t *referral_count, struct error *error)
{
    /* A sieve: what place_decide would turn away for certain need not be loaded. For each situation
     * the index gives who waits in turn, and the search ends when there are enough. */
    static const struct statement load = {"matching_waiting_for",
        "select w.referral_id\n"
        "from (select distinct situation from matching.open_group\n"
        "    where group_id = any($1::uuid[])) s\n"
        "cross join lateral (\n"
        "    select w.referral_id, w.urgency, w.turn\n"
        "    from matching.waiting w join matching.case c using (referral_id)\n"
        "    where w.situation = s.situation and exists (\n"
        "        select from matching.open_group g\n"
        "        where g.group_id = any($1::uuid[]) and g.situation = s.situation\n"
        "            and c.free_slots >> g.slot & 1 = 1\n"
        "            and g.language = any(string_to_array(c.languages, ' '))\n"
        "            and c.birth_date <= g.first_day - make_interval(years => g.age_from)\n"
        "            and c.birth_date > g.first_day - make_interval(years => g.age_to + 1)\n"
        "            and (g.sex = c.sex or g.sex is null and not c.same_sex_only)\n"
        "            and (select t.minutes from scheduling.travel_v t\n"
        "                where t.a = c.district and t.b = g.district) <= c.max_travel_min)\n"
        "    order by w.urgency desc, w.turn limit $2) w\n"
        "order by w.urgency desc, w.turn, w.referral_id"};
    struct params *params = params_new(context->arena);
    struct uuid *read;
    struct rows *rows;

    param_uuids(params, groups, sizeof *groups, count);
    param_int(params, most);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "looking who waits for %zu groups", count);
    read = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        read[i] = row_uuid(rows, i, 0);
    *referrals = read;
    *referral_count = rows_count(rows);
    return true;
}

/* Brothers and sisters too far apart in age for any one group are not asked to be in one. */
static bool ages_apart(const struct context *context, int32_t birth, int32_t other)
{
    const int32_t most = (int32_t)matching_settings(context)->band_years * 366;

    return birth != DAY_ABSENT && other != DAY_ABSENT &&
           (birth - other > most || other - birth > most);
}

bool matching_load_pairs(struct context *context, const struct needs *needs, struct city *city,
    struct pairs *pairs, struct error *error)
{
    /* The other child's place, if it has one, and its referral if it waits. */
    static const struct statement load = {"matching_load_pairs",
        "select m.n - 1, o.n - 1, p.kind, pl.group_id, g.site, g.slot, w.referral_id, l.live,\n"
        "    (select max(c.birth_date) from matching.case c where c.child_id = p.other)\n"
        "from unnest($1::uuid[]) with ordinality as m (child_id, n)\n"
        "join lateral (\n"
        "    select child_b as other, kind from intake.pair_v where child_a = m.child_id\n"
        "    union all\n"
        "    select child_a, kind from intake.pair_v where child_b = m.child_id) p\n"
        "    on p.kind in ('together', 'must_not_meet', 'parents_must_not_meet')\n"
        "left join (select child_id, min(n) as n\n"
        "    from unnest($1::uuid[]) with ordinality as u (child_id, n) group by child_id) o\n"
        "    on o.child_id = p.other\n"
        "left join matching.place pl on pl.child_id = p.other and not pl.ended\n"
        "left join matching.open_group g on g.group_id = pl.group_id\n"
        "left join lateral (select c.referral_id from matching.case c\n"
        "    join matching.waiting using (referral_id)\n"
        "    where c.child_id = p.other order by 1 limit 1) w on true\n"
        "left join lateral (select true as live from matching.case c\n"
        "    join matching.referral r using (referral_id)\n"
        "    where c.child_id = p.other and r.state in ('received', 'safety_check', 'contacting',\n"
        "        'awaiting_consent', 'waiting', 'parked', 'proposed') limit 1) l on true"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(needs->needs, child_id), needs->count);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading pairs");
    *pairs = (struct pairs){
        .pairs = ARENA_ARRAY(context->arena, struct pair, rows_count(rows)),
        .partners = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows)),
    };
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct pair *pair = &pairs->pairs[pairs->count];

        *pair = (struct pair){
            .a = (size_t)row_int(rows, i, 0),
            .b = row_null(rows, i, 1) ? PAIR_OUTSIDE : (size_t)row_int(rows, i, 1),
            .kind = text_is(row_text(rows, i, 2), "together") ? PAIR_TOGETHER : PAIR_MUST_NOT_MEET,
            .group_id = row_uuid(rows, i, 3),
            .site = row_null(rows, i, 4) ? -1 : words_take(&city->sites, row_text(rows, i, 4)),
            .slot = row_null(rows, i, 5) ? -1 : (int)row_int(rows, i, 5),
            .waits = row_bool(rows, i, 7),
        };
        if (pair->kind == PAIR_TOGETHER &&
            ages_apart(context, needs->needs[pair->a].birth, row_day(rows, i, 8)))
            continue;
        pairs->count++;
        /* One that has a place already is outside, whatever else it asks for. */
        if (!uuid_absent(pair->group_id))
            pair->b = PAIR_OUTSIDE;
        if (pair->kind == PAIR_TOGETHER && pair->b == PAIR_OUTSIDE && uuid_absent(pair->group_id) &&
            !row_null(rows, i, 6))
            pairs->partners[pairs->partner_count++] = row_uuid(rows, i, 6);
    }
    return true;
}

static void read_groups(
    struct context *context, const struct rows *rows, struct city *city, struct open_groups *groups)
{
    groups->count = 0;
    groups->groups = ARENA_ARRAY(context->arena, struct open_group, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++) {
        int language = words_take(&city->languages, row_text(rows, i, 2));
        int site = words_take(&city->sites, row_text(rows, i, 8));

        if (language == WORDS_NONE || site == WORDS_NONE)
            continue; /* more than a city has: such a group is not offered by itself */
        groups->groups[groups->count++] = (struct open_group){
            .group_id = row_uuid(rows, i, 0),
            .situation = (enum situation)row_name(rows, i, 1, situation_names, SITUATION_COUNT),
            .language = language,
            .age_from = (int)row_int(rows, i, 3),
            .age_to = (int)row_int(rows, i, 4),
            .sex = (enum sex)row_name(rows, i, 5, sex_names, SEX_COUNT),
            .slot = (int)row_int(rows, i, 6),
            .district = words_take(&city->districts, row_text(rows, i, 7)),
            .site = site,
            .needs = needs_of(row_text(rows, i, 9)),
            .first_day = row_day(rows, i, 10),
            .places = (int)row_int(rows, i, 11),
            .used = row_int(rows, i, 12),
            .parents_left = row_null(rows, i, 13) ? -1 : (int)row_int(rows, i, 13),
        };
    }
}

#define GROUP_COLUMNS                                                                              \
    "group_id, situation, language, age_from, age_to, sex, slot, district, site, needs,\n"         \
    "    first_day, places, used, parents_most - parents_taken\n"                                  \
    "from matching.open_group\n"

static bool load_only(
    struct context *context, const struct uuid *only, struct rows **rows, struct error *error)
{
    static const struct statement load = {"matching_load_group",
        "select " GROUP_COLUMNS "where group_id = $1 and has_free and not closed\n"
        "    and entry_until >= $2 for update"};
    struct params *params = params_new(context->arena);

    param_uuid(params, *only);
    param_day(params, local_day(context->now_ms));
    return tx_query(context->tx, &load, params, rows, error);
}

bool matching_load_groups(struct context *context, const struct needs *needs,
    const struct uuid *only, struct city *city, struct open_groups *groups, struct error *error)
{
    /* Not locked: a place that somebody else takes meanwhile is refused by its primary key. The
     * days are a sieve, a year of 365 or 366 wide: place_decide counts birthdays. */
    static const struct statement load = {"matching_load_groups",
        "select " GROUP_COLUMNS "where has_free and not closed and not freed\n"
        "    and situation = any($1::text[]) and language = any($2::text[])\n"
        "    and entry_until >= $3 and $4::bigint >> slot & 1 = 1\n"
        "    and first_day - age_from * 365 >= $5 and first_day - (age_to + 1) * 366 < $6"};
    struct params *params = params_new(context->arena);
    const char *situations[SITUATION_COUNT];
    struct text *wanted = ARENA_ARRAY(context->arena, struct text, SITUATION_COUNT);
    int32_t oldest = INT32_MAX, youngest = INT32_MIN;
    uint32_t mask = 0;
    int64_t slots = 0;
    size_t count = 0;
    struct rows *rows;

    for (size_t i = 0; i < needs->count; i++) {
        const struct child_need *need = &needs->needs[i];

        mask |= need->situations;
        slots |= need->slots;
        oldest = need->birth < oldest ? need->birth : oldest;
        youngest = need->birth > youngest ? need->birth : youngest;
    }
    for (int i = 1; i < SITUATION_COUNT; i++)
        if (mask & bit_of(i)) {
            situations[count] = situation_names[i];
            wanted[count] = text_of(situations[count]);
            count++;
        }
    param_texts(params, wanted, sizeof *wanted, count);
    param_texts(params, city->languages.words, sizeof(struct text), city->languages.count);
    param_day(params, local_day(context->now_ms));
    param_int(params, slots);
    param_day(params, oldest);
    param_day(params, youngest);
    if (only ? !load_only(context, only, &rows, error)
             : !tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading open groups");
    read_groups(context, rows, city, groups);
    return true;
}

bool matching_load_all_groups(
    struct context *context, struct city *city, struct open_groups *groups, struct error *error)
{
    static const struct statement load = {"matching_load_all_groups",
        "select " GROUP_COLUMNS "where not closed and entry_until >= $1\n"
        "order by group_id limit 5000"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, local_day(context->now_ms));
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading open groups");
    read_groups(context, rows, city, groups);
    return true;
}

bool matching_hold_places(
    struct context *context, const struct held *held, size_t count, struct error *error)
{
    /* The place and the offer together, or neither. */
    static const struct statement hold = {"matching_hold_places",
        "with m as (\n"
        "    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[],\n"
        "        $6::timestamptz[], $7::boolean[])\n"
        "        as m (group_id, referral_id, child_id, offer_id, place_no, expires_at, joins)),\n"
        "g as (\n"
        "    update matching.open_group g\n"
        "    set used = g.used | x.bits,\n"
        "        parents_taken = g.parents_taken\n"
        "            + case when g.parents_most is null then 0 else x.parents end\n"
        "    from (select group_id, bit_or(1::bigint << (place_no - 1)::int) as bits,\n"
        "            count(*) filter (where joins) as parents\n"
        "        from m group by group_id) x\n"
        "    where g.group_id = x.group_id and not g.closed\n"
        "    returning g.group_id, g.places),\n"
        "p as (\n"
        "    insert into matching.place (group_id, referral_id, child_id, offer_id, since,\n"
        "        place_no, places, parent_joins, state)\n"
        "    select m.group_id, m.referral_id, m.child_id, m.offer_id, $8, m.place_no, g.places,\n"
        "        m.joins, 'held'\n"
        "    from m join g using (group_id))\n"
        "insert into matching.offer (offer_id, referral_id, child_id, group_id, created_at,\n"
        "    expires_at, place_no, state)\n"
        "select offer_id, referral_id, child_id, group_id, $8, expires_at, place_no, 'pending'\n"
        "from m join g using (group_id) returning offer_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    if (count == 0)
        return true;
    param_uuids(params, COLUMN(held, group_id), count);
    param_uuids(params, COLUMN(held, referral_id), count);
    param_uuids(params, COLUMN(held, child_id), count);
    param_uuids(params, COLUMN(held, offer_id), count);
    param_ints(params, COLUMN(held, place_no), count);
    param_times(params, COLUMN(held, expires_at_ms), count);
    param_bools(params, COLUMN(held, parent_joins), count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &hold, params, &rows, error))
        return false;
    return rows_count(rows) == count ||
           error_set(error, ERROR_CONFLICT, "a group was given up while its places were looked at");
}

bool matching_free_places(struct context *context, const struct leaving *leaving, size_t count,
    const struct freed **freed, size_t *freed_count, struct error *error)
{
    static const struct statement release = {"matching_free_places",
        "with m as (\n"
        "    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])\n"
        "        as m (referral_id, child_id, state, reason)),\n"
        "o as (\n"
        "    update matching.offer o set state = m.state, reason = m.reason, ended_at = $5\n"
        "    from m where o.child_id = m.child_id and o.referral_id = m.referral_id\n"
        "        and o.state = 'pending'),\n"
        "p as (\n"
        "    delete from matching.place p using m\n"
        "    where p.child_id = m.child_id and p.referral_id = m.referral_id and not p.ended\n"
        "    returning p.referral_id, p.group_id, p.place_no, p.state, p.parent_joins),\n"
        "g as (\n"
        "    update matching.open_group g\n"
        "    set used = g.used & ~x.bits, freed = true,\n"
        "        parents_taken = g.parents_taken\n"
        "            - case when g.parents_most is null then 0 else x.parents end\n"
        "    from (select group_id, bit_or(1::bigint << (place_no - 1)) as bits,\n"
        "            count(*) filter (where parent_joins) as parents\n"
        "        from p group by group_id) x\n"
        "    where g.group_id = x.group_id)\n"
        "select referral_id, group_id, place_no, state = 'taken' from p"};
    struct params *params = params_new(context->arena);
    struct freed *read;
    struct rows *rows;

    param_uuids(params, COLUMN(leaving, referral_id), count);
    param_uuids(params, COLUMN(leaving, child_id), count);
    param_texts(params, COLUMN(leaving, state), count);
    param_texts(params, COLUMN(leaving, reason), count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &release, params, &rows, error))
        return error_while(error, "giving back %zu places", count);
    read = ARENA_ARRAY(context->arena, struct freed, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        read[i] = (struct freed){
            row_uuid(rows, i, 0), row_uuid(rows, i, 1), row_int(rows, i, 2), row_bool(rows, i, 3)};
    *freed = read;
    *freed_count = rows_count(rows);
    return true;
}

bool matching_take_freed_groups(struct context *context, int64_t most, const struct uuid **groups,
    size_t *count, struct error *error)
{
    static const struct statement take = {"matching_take_freed_groups",
        "update matching.open_group set freed = false\n"
        "where group_id in (select group_id from matching.open_group\n"
        "    where freed and not closed order by group_id limit $1 for update skip locked)\n"
        "returning group_id"};
    struct params *params = params_new(context->arena);
    struct uuid *read;
    struct rows *rows;

    param_int(params, most);
    if (!tx_query(context->tx, &take, params, &rows, error))
        return error_while(error, "looking for places that fell free");
    read = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        read[i] = row_uuid(rows, i, 0);
    *groups = read;
    *count = rows_count(rows);
    return true;
}
