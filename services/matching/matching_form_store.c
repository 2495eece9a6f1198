/* SQL of the market: what there is to form groups of. */
#include "services/matching/matching_form_store.h"
#include "services/matching/matching_group_store.h"

#include <stdlib.h>

#include "common/check.h"
#include "common/domain/local_time.h"

enum {
    HOUR_BEFORE_AND_AFTER = 120, /* minutes, of a leader's work */
    SEASON_DAYS = 800,           /* past the start of the school year after the next */
    DAY_MS = 86400000
};

static void read_bands(
    struct context *context, const struct rows *rows, size_t row, struct programme *programme)
{
    const int64_t *from, *to;
    size_t count = row_ints(rows, row, 7, context->arena, &from);
    size_t other = row_ints(rows, row, 8, context->arena, &to);
    struct band *bands;

    if (count == 0 || other != count) {
        /* A programme without bands is made for all ages. */
        bands = ARENA_NEW(context->arena, struct band);
        bands[0] = (struct band){0, AGES_MOST - 1};
        count = 1;
    } else {
        bands = ARENA_ARRAY(context->arena, struct band, count);
        for (size_t i = 0; i < count; i++)
            bands[i] = (struct band){(int)from[i], (int)to[i]};
    }
    programme->bands = bands;
    programme->band_count = count;
}

static void read_windows(struct context *context, const struct rows *rows, size_t row,
    struct season_programme *programme)
{
    programme->meetings = row_int(rows, row, 10);
    programme->window_count = row_ints(rows, row, 12, context->arena, &programme->opens);
    CHECK(row_ints(rows, row, 13, context->arena, &programme->closes) == programme->window_count);
}

static enum parents parents_of(struct text word)
{
    if (text_is(word, "yes"))
        return PARENTS_ALWAYS;
    return text_is(word, "optional") ? PARENTS_OPTIONAL : PARENTS_NO;
}

static bool load_programmes(struct context *context, struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_programmes",
        "select programme_id, situation, least(least, coalesce(quota, least)), margin,\n"
        "    least(most, coalesce(quota, most)), parents, parent_leaders, ages_from,\n"
        "    ages_to, minutes, meetings, level_rank, opens, closes from scheduling.programme_v\n"
        "where format = 'group' and may_open and intake <> 'theirs' order by programme_id"};
    const struct matching_settings *settings = matching_settings(context);
    struct rows *rows;

    if (!tx_query(context->tx, &load, NULL, &rows, error))
        return error_while(error, "loading programmes");
    market->programme_count = rows_count(rows);
    market->programmes = ARENA_ARRAY(context->arena, struct programme, rows_count(rows));
    market->terms = ARENA_ARRAY(context->arena, struct season_programme, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct programme *programme = &market->programmes[i];
        int margin = (int)row_int(rows, i, 3), most = (int)row_int(rows, i, 4);

        *programme = (struct programme){
            .programme_id = row_uuid(rows, i, 0),
            .situation = (enum situation)row_name(rows, i, 1, situation_names, SITUATION_COUNT),
            .least = (int)row_int(rows, i, 2),
            .margin = margin > settings->offer_margin ? margin : (int)settings->offer_margin,
            .most = most < PLACES_MOST ? most : PLACES_MOST,
            .band_years = (int)settings->band_years,
            .parents = parents_of(row_text(rows, i, 5)),
            .parent_leaders = (int)row_int(rows, i, 6),
            .level = (int)row_int(rows, i, 11),
        };
        read_bands(context, rows, i, programme);
        read_windows(context, rows, i, &market->terms[i]);
        if (row_int(rows, i, 9) > market->minutes_most)
            market->minutes_most = row_int(rows, i, 9);
    }
    return true;
}

/* Two meetings of a day are apart when the longest programme fits between their starts; a leader
 * needs the hour before and after. */
static bool load_clashes(struct context *context, struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_slots",
        "select a.slot, b.slot, abs(extract(epoch from a.starts - b.starts))::bigint / 60,\n"
        "    (array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[a.weekday + 1]\n"
        "        || to_char(a.starts, 'HH24MI'), a.weekday::bigint\n"
        "from scheduling.slot_v a join scheduling.slot_v b on b.weekday = a.weekday\n"
        "where a.slot between 0 and 62 and b.slot between 0 and 62"};
    struct rows *rows;

    if (!tx_query(context->tx, &load, NULL, &rows, error))
        return error_while(error, "loading slots");
    for (size_t i = 0; i < rows_count(rows); i++) {
        int64_t slot = row_int(rows, i, 0), apart = row_int(rows, i, 2);
        int64_t other = slot_bit((int)row_int(rows, i, 1));

        if (other == slot_bit((int)slot)) {
            market->slots |= other;
            market->slot_names[slot] = row_text(rows, i, 3);
            market->weekday_slots[row_int(rows, i, 4)] |= other;
        }
        if (apart < market->minutes_most || apart == 0)
            market->room_clash[slot] |= other;
        if (apart < market->minutes_most + HOUR_BEFORE_AND_AFTER)
            market->leader_clash[slot] |= other;
    }
    return true;
}

static uint32_t need_mask(
    struct context *context, const struct rows *rows, size_t row, int column, struct text *joined)
{
    const struct text *words;
    size_t count = row_texts(rows, row, column, context->arena, &words);
    uint32_t mask = 0;
    char *text = arena_take(context->arena, 1);

    for (size_t i = 0; i < count; i++) {
        mask |= bit_of((int)need_of(words[i]));
        text = arena_format(context->arena, "%s%s%s", text, i ? " " : "", words[i].data);
    }
    *joined = text_of(text);
    return mask;
}

static bool load_rooms(struct context *context, int32_t earliest, struct city *city,
    struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_rooms",
        "select r.room_id, r.district, r.site, r.capacity, r.cost, r.needs,\n"
        "    r.slots & ~coalesce((select bit_or(1::bigint << b.slot) from scheduling.room_busy_v "
        "b\n"
        "        where b.room_id = r.room_id and b.to_day >= $1), 0), r.slots\n"
        "from scheduling.room_v r order by r.room_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, earliest);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading rooms");
    market->rooms = ARENA_ARRAY(context->arena, struct room, rows_count(rows));
    market->room_needs = ARENA_ARRAY(context->arena, struct text, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++) {
        int district = words_take(&city->districts, row_text(rows, i, 1));
        int site = words_take(&city->sites, row_text(rows, i, 2));
        size_t at = market->room_count;

        if (district == WORDS_NONE || (size_t)district >= city->travel.districts ||
            site == WORDS_NONE)
            continue; /* nobody knows the way there */
        market->rooms[at] = (struct room){
            .room_id = row_uuid(rows, i, 0),
            .district = district,
            .site = site,
            .capacity = (int)row_int(rows, i, 3),
            .cost = (int)row_int(rows, i, 4),
            .needs = need_mask(context, rows, i, 5, &market->room_needs[at]),
            .slots = row_int(rows, i, 6) & market->season_slots,
            .open = row_int(rows, i, 7),
        };
        market->room_count++;
    }
    return true;
}

static uint64_t word_mask(
    struct context *context, const struct rows *rows, size_t row, int column, struct words *words)
{
    const struct text *listed;
    size_t count = row_texts(rows, row, column, context->arena, &listed);
    uint64_t mask = 0;

    for (size_t i = 0; i < count; i++) {
        int number = words_take(words, listed[i]);

        if (number != WORDS_NONE)
            mask |= UINT64_C(1) << number;
    }
    return mask;
}

static uint32_t situation_mask(
    struct context *context, const struct rows *rows, size_t row, int column)
{
    const struct text *listed;
    size_t count = row_texts(rows, row, column, context->arena, &listed);
    uint32_t mask = 0;

    for (size_t i = 0; i < count; i++)
        mask |= bit_of((int)situation_of(listed[i]));
    return mask;
}

static void read_levels(
    struct context *context, const struct rows *rows, size_t row, struct leader *leader)
{
    const struct text *situations;
    const int64_t *levels;
    const size_t count = row_texts(rows, row, 1, context->arena, &situations);
    const size_t told = row_ints(rows, row, 9, context->arena, &levels);

    for (size_t i = 0; i < count && i < told; i++)
        leader->levels[situation_of(situations[i])] = (uint8_t)levels[i];
}

/* A training counts that holds from the start to the end of what is planned; an absence between
 * the two takes its weekly times. */
static bool load_leaders(
    struct context *context, struct city *city, struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_leaders",
        "select l.leader_id, array(select t.situation from scheduling.leader_training_v t\n"
        "        where t.leader_id = l.leader_id and t.valid_from <= $1\n"
        "            and (t.valid_until is null or t.valid_until >= $2)\n"
        "        group by t.situation order by t.situation),\n"
        "    l.languages, l.districts,\n"
        "    l.slots & ~coalesce((select bit_or(1::bigint << b.slot)\n"
        "        from scheduling.leader_busy_v b\n"
        "        where b.leader_id = l.leader_id and b.to_day >= $1 and b.from_day <= $2), 0),\n"
        "    l.max_groups - l.active_groups, l.experienced, l.parents, l.contract_until,\n"
        "    array(select max(t.level_rank)::bigint from scheduling.leader_training_v t\n"
        "        where t.leader_id = l.leader_id and t.valid_from <= $1\n"
        "            and (t.valid_until is null or t.valid_until >= $2)\n"
        "        group by t.situation order by t.situation),\n"
        "    array(select c.referral_id from scheduling.leader_conflict_v c\n"
        "        where c.leader_id = l.leader_id order by c.referral_id), l.slots\n"
        "from scheduling.leader_v l order by l.leader_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, market->start);
    param_day(params, market->end);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading leaders");
    market->leader_count = rows_count(rows);
    market->leaders = ARENA_ARRAY(context->arena, struct leader, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        market->leaders[i] = (struct leader){
            .leader_id = row_uuid(rows, i, 0),
            .situations = situation_mask(context, rows, i, 1),
            .languages = word_mask(context, rows, i, 2, &city->languages),
            .districts = word_mask(context, rows, i, 3, &city->districts),
            .slots = row_int(rows, i, 4),
            .groups_left = (int)row_int(rows, i, 5),
            .experienced = row_bool(rows, i, 6),
            .parents = row_bool(rows, i, 7),
            .contract_until = row_day(rows, i, 8),
            .gives = row_int(rows, i, 11),
        };
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct leader *leader = &market->leaders[i];

        read_levels(context, rows, i, leader);
        leader->avoid_count = row_uuids(rows, i, 10, context->arena, &leader->avoid);
    }
    return true;
}

static void use_room(struct market *market, struct uuid room_id, int slot)
{
    for (size_t i = 0; i < market->room_count; i++)
        if (uuid_equal(market->rooms[i].room_id, room_id))
            market->rooms[i].slots &= ~market->room_clash[slot];
}

static void use_leaders(struct market *market, const struct uuid *leaders, size_t count, int slot)
{
    for (size_t i = 0; i < market->leader_count; i++)
        for (size_t j = 0; j < count; j++)
            if (uuid_equal(market->leaders[i].leader_id, leaders[j])) {
                market->leaders[i].slots &= ~market->leader_clash[slot];
                market->leaders[i].groups_left--;
            }
}

/* Groups that are proposed or on their way to be booked use their room and leaders already. */
static bool use_what_is_proposed(struct context *context, const struct proposals *but,
    struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_proposed",
        "select room_id, parent_room_id, leader_ids || parent_leader_ids, slot\n"
        "from matching.proposal where state in ('proposed', 'approved', 'wanted')\n"
        "    and group_id <> all($1::uuid[])"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    if (but)
        param_uuids(params, COLUMN(but->proposals, wanted.group_id), but->count);
    else
        param_uuids(params, NULL, sizeof(struct uuid), 0);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading what is proposed");
    for (size_t i = 0; i < rows_count(rows); i++) {
        const struct uuid *leaders;
        size_t count = row_uuids(rows, i, 2, context->arena, &leaders);
        int slot = (int)row_int(rows, i, 3);

        use_room(market, row_uuid(rows, i, 0), slot);
        use_room(market, row_uuid(rows, i, 1), slot);
        use_leaders(market, leaders, count, slot);
    }
    return true;
}

/* A refusal names what was in the way: a programme, a room, or at one time a room or the leaders.
 * What is absent was not. */
struct refusal {
    struct uuid programme_id, room_id;
    const struct uuid *leader_ids;
    size_t leader_count;
    int slot; /* -1: at any time */
};

/* What was refused lately is not tried again. */
static void leave_out_refused(struct market *market, const struct refusal *refusal)
{
    const int64_t left = refusal->slot < 0 ? 0 : ~slot_bit(refusal->slot);

    for (size_t i = 0; i < market->programme_count; i++)
        if (uuid_equal(market->programmes[i].programme_id, refusal->programme_id))
            market->programmes[i].band_count = 0;
    for (size_t i = 0; i < market->room_count; i++)
        if (uuid_equal(market->rooms[i].room_id, refusal->room_id))
            market->rooms[i].slots &= left;
    for (size_t i = 0; i < market->leader_count; i++)
        for (size_t j = 0; j < refusal->leader_count; j++)
            if (uuid_equal(market->leaders[i].leader_id, refusal->leader_ids[j]))
                market->leaders[i].slots &= left;
}

static bool load_refusals(struct context *context, struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_refusals",
        "select case when refusal in ('no_dates', 'too_late', 'unknown_programme')\n"
        "        then programme_id end,\n"
        "    case when refusal is null or refusal in ('room_taken', 'unknown_room')\n"
        "        then room_id end,\n"
        "    case when refusal in ('leader_taken', 'unknown_leader')\n"
        "        then leader_ids || parent_leader_ids else '{}' end,\n"
        "    case when refusal = 'unknown_room' then -1 else slot end\n"
        "from matching.proposal where state in ('refused', 'failed') and ended_at > $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_time(params, context->now_ms - matching_settings(context)->refused_days * DAY_MS);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading what was refused");
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct refusal refusal = {.programme_id = row_uuid(rows, i, 0),
            .room_id = row_uuid(rows, i, 1),
            .slot = (int)row_int(rows, i, 3)};

        refusal.leader_count = row_uuids(rows, i, 2, context->arena, &refusal.leader_ids);
        leave_out_refused(market, &refusal);
    }
    return true;
}

/* Days on which groups meet, in order, from the earliest start on. */
static bool load_season_days(struct context *context, int32_t earliest,
    const struct season_day **found, size_t *count, struct error *error)
{
    static const struct statement load = {"matching_load_season",
        "select d::date, left(t.school_year, 4)::bigint from scheduling.term_v t,\n"
        "    generate_series(greatest(t.first_day, $1), least(t.last_day, $1 + $2::int),\n"
        "        interval '1 day') d\n"
        "where extract(isodow from d) < 6\n"
        "    and not exists (select from scheduling.free_day_v f where f.day = d::date)\n"
        "order by 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, earliest);
    param_int(params, SEASON_DAYS);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "loading the days of the terms");
    struct season_day *days = ARENA_ARRAY(context->arena, struct season_day, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        days[i] = (struct season_day){row_day(rows, i, 0), (int)row_int(rows, i, 1)};
    *found = days;
    *count = rows_count(rows);
    return true;
}

/* Too near the summer a series would not end before it: then the start is in the autumn, and ages
 * count there. Programmes that do not fit in the season, and rooms on weekdays that do not, are not
 * planned with now. */
static bool find_start(
    struct context *context, int32_t earliest, struct market *market, struct error *error)
{
    const struct season_day *days = NULL;
    struct season season;
    size_t count = 0;

    if (!load_season_days(context, earliest, &days, &count, error))
        return false;
    season_find(days, count, earliest, market->terms, market->programme_count, &season);
    for (size_t i = 0; i < market->programme_count; i++)
        if (!market->terms[i].fits)
            market->programmes[i].band_count = 0;
    market->start = season.start;
    market->end = season.end;
    for (int day = 0; day < SEASON_WEEKDAYS; day++)
        if (season.weekdays >> day & 1)
            market->season_slots |= market->weekday_slots[day];
    return true;
}

static bool load_share(struct context *context, struct market *market, struct error *error)
{
    static const struct statement load = {"matching_load_parent_share",
        "select count(*), count(parent_room_id) from matching.proposal\n"
        "where state in ('proposed', 'approved', 'wanted', 'booked') and created_at > $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_time(params, context->now_ms - INT64_C(365) * DAY_MS);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "counting parent groups");
    market->parent_share = (int)matching_settings(context)->parent_share;
    market->wants_parents = row_int(rows, 0, 1) * 100 <
                            matching_settings(context)->parent_aim * (row_int(rows, 0, 0) + 1);
    return true;
}

bool matching_load_market(struct context *context, int32_t earliest, const struct proposals *but,
    struct city *city, struct market *market, struct error *error)
{
    *market = (struct market){.minutes_most = 0};
    return load_programmes(context, market, error) && load_clashes(context, market, error) &&
           find_start(context, earliest, market, error) &&
           load_rooms(context, market->start, city, market, error) &&
           load_leaders(context, city, market, error) &&
           use_what_is_proposed(context, but, market, error) &&
           load_refusals(context, market, error) && load_share(context, market, error);
}
