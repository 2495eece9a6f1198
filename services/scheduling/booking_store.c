/*
 * What is read before a booking, for many groups in one question. It sees what is written already:
 * whoever asks for groups of the same leader at once is not told that the one fills the other.
 */
#include "services/scheduling/booking_store.h"

#include "common/check.h"

bool booking_load_calendar(struct context *context, struct uuid group_id, int32_t today,
    struct series_calendar *calendar, struct error *error)
{
    static const struct statement terms = {"scheduling_terms",
        "select left(school_year, 4)::int, first_day, last_day from scheduling.term"
        " where last_day >= $1"};
    static const struct statement breaks = {"scheduling_breaks",
        "select first_day, last_day, 'school_break' from scheduling.school_break"
        " where last_day >= $1"
        " union all select day, day, 'public_holiday' from scheduling.free_day where day >= $1"
        " union all select first_day, last_day, 'week_off' from scheduling.week_off"
        " where last_day >= $1 and (group_id is null or group_id = $2)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    if (!tx_query(context->tx, &terms, params, &rows, error))
        return false;
    struct series_term *term = ARENA_ARRAY(context->arena, struct series_term, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        term[i] = (struct series_term){
            (int)row_int(rows, i, 0), row_day(rows, i, 1), row_day(rows, i, 2)};
    calendar->terms = term;
    calendar->term_count = rows_count(rows);

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &breaks, params, &rows, error))
        return false;
    struct series_break *rest = ARENA_ARRAY(context->arena, struct series_break, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        rest[i] = (struct series_break){row_day(rows, i, 0), row_day(rows, i, 1),
            (enum act_reason)row_name(rows, i, 2, act_reason_names, ACT_REASON_COUNT)};
    calendar->breaks = rest;
    calendar->break_count = rows_count(rows);
    return true;
}

/* In the order of their ids, so that two bookings never wait for each other. */
bool booking_lock(
    struct context *context, const struct uuid *ids, size_t count, struct error *error)
{
    static const struct statement lock = {"scheduling_lock",
        "select count(pg_advisory_xact_lock(hashtextextended(id::text, 20)))"
        " from (select distinct id from unnest($1::uuid[]) id order by id) wanted"};
    struct params *params = params_new(context->arena);

    param_uuids(params, ids, sizeof *ids, count);
    return tx_run(context->tx, &lock, params, error);
}

static void read_windows(struct context *context, const struct rows *rows, size_t row, int column,
    struct series_ask *ask)
{
    const int64_t *opens, *closes;
    const size_t count = row_ints(rows, row, column, context->arena, &opens);

    row_ints(rows, row, column + 1, context->arena, &closes);
    struct series_window *windows = ARENA_ARRAY(context->arena, struct series_window, count);
    for (size_t i = 0; i < count; i++)
        windows[i] = (struct series_window){opens[i], closes[i]};
    ask->windows = windows;
    ask->window_count = count;
}

static void read_plan(
    struct context *context, const struct rows *rows, size_t row, struct booking_plan *plan)
{
    *plan = (struct booking_plan){
        .booked_before = row_bool(rows, row, 0),
        .slot_known = !row_null(rows, row, 1),
        .programme.known = !row_null(rows, row, 3),
    };
    if (!plan->slot_known || !plan->programme.known)
        return;
    plan->ask.weekday = (int)row_int(rows, row, 1);
    plan->ask.starts_min = (int)row_int(rows, row, 2);
    plan->version = row_int(rows, row, 3);
    plan->ask.minutes = (int)row_int(rows, row, 4);
    plan->ask.meetings = row_texts(rows, row, 5, context->arena, &plan->themes);
    plan->programme.most = row_int(rows, row, 6);
    plan->programme.parents_must = row_bool(rows, row, 7);
    plan->programme.parent_leaders = row_int(rows, row, 8);
    plan->entry_meeting = row_int(rows, row, 9);
    plan->programme.situation =
        (enum situation)row_name(rows, row, 10, situation_names, SITUATION_COUNT);
    plan->programme.fits_ages = row_bool(rows, row, 11);
    read_windows(context, rows, row, 12, &plan->ask);
    plan->programme.level = row_int(rows, row, 14);
    plan->programme.board_missing = !row_bool(rows, row, 15);
    plan->programme.shared_employers = row_bool(rows, row, 16);
}

bool booking_load_plans(struct context *context, const struct group_wanted *wanted, size_t count,
    int32_t today, struct booking_plan *plans, struct error *error)
{
    static const struct statement load = {"scheduling_plans",
        "select exists (select from scheduling.groups g where g.group_id = w.group_id),"
        " s.weekday, (extract(epoch from s.starts) / 60)::int,"
        " v.version, v.minutes, v.themes, v.most, v.parents = 'yes', v.parent_leaders,"
        " v.entry_meeting, p.situation,"
        " exists (select from scheduling.programme_band b where b.programme_id = v.programme_id"
        "  and b.version = v.version and b.age_from <= w.age_from and b.age_to >= w.age_to),"
        " array(select w.opens::bigint from scheduling.programme_window w"
        "  where w.programme_id = v.programme_id and w.version = v.version order by w.opens),"
        " array(select w.closes::bigint from scheduling.programme_window w"
        "  where w.programme_id = v.programme_id and w.version = v.version order by w.opens),"
        " scheduling.level_rank(v.level),"
        " not p.board_needed or exists (select from scheduling.programme_board d"
        "  where d.programme_id = p.programme_id and d.decided_on <= $6), v.shared_employers"
        " from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])"
        "  with ordinality w (group_id, programme_id, slot, age_from, age_to, place)"
        " left join scheduling.slot s on s.slot = w.slot"
        " left join scheduling.programme p on p.programme_id = w.programme_id"
        "  and p.format = 'group'"
        " left join lateral (select * from scheduling.programme_version v"
        "  where v.programme_id = p.programme_id and v.valid_from <= $6 and not v.draft"
        "  order by v.version desc limit 1) v on true"
        " order by w.place"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(wanted, group_id), count);
    param_uuids(params, COLUMN(wanted, programme_id), count);
    param_ints(params, COLUMN(wanted, slot), count);
    param_ints(params, COLUMN(wanted, age_from), count);
    param_ints(params, COLUMN(wanted, age_to), count);
    param_day(params, today);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    CHECK(rows_count(rows) == count);
    for (size_t i = 0; i < count; i++)
        read_plan(context, rows, i, &plans[i]);
    return true;
}

static struct booking_room read_room(const struct rows *rows, size_t row, struct uuid room_id)
{
    struct booking_room room = {.room_id = room_id, .known = !row_null(rows, row, 0)};

    if (room.known) {
        room.site_id = row_uuid(rows, row, 0);
        room.capacity = row_int(rows, row, 1);
        room.open = row_bool(rows, row, 2);
    }
    return room;
}

/* Two rows for each group: its room, its parents' room. */
static bool load_rooms(struct context *context, const struct group_wanted *wanted,
    struct booking_facts *facts, size_t count, struct error *error)
{
    static const struct statement load = {"scheduling_rooms",
        "select r.site_id, r.capacity, exists (select from scheduling.room_slot o"
        "  where o.room_id = r.room_id and o.slot = w.slot)"
        " from unnest($1::uuid[], $2::uuid[], $3::bigint[])"
        "  with ordinality w (own, parents, slot, place)"
        " cross join lateral (values (1, w.own), (2, w.parents)) u (nth, room_id)"
        " left join scheduling.room r on r.room_id = u.room_id order by w.place, u.nth"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(wanted, room_id), count);
    param_uuids(params, COLUMN(wanted, parent_room_id), count);
    param_ints(params, COLUMN(wanted, slot), count);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    CHECK(rows_count(rows) == 2 * count);
    for (size_t i = 0; i < count; i++) {
        facts[i].room = read_room(rows, 2 * i, wanted[i].room_id);
        facts[i].parent_group = !uuid_absent(wanted[i].parent_room_id);
        if (facts[i].parent_group)
            facts[i].parent_room = read_room(rows, 2 * i + 1, wanted[i].parent_room_id);
    }
    return true;
}

static void read_leader(const struct rows *rows, size_t row, struct booking_leader *leader)
{
    *leader = (struct booking_leader){
        .leader_id = row_uuid(rows, row, 0),
        .known = row_bool(rows, row, 1),
        .trained = row_int(rows, row, 2) > 0,
        .level = row_int(rows, row, 2),
        .speaks = row_bool(rows, row, 3),
        .free = row_bool(rows, row, 4),
        .works_there = row_bool(rows, row, 5),
        .pair = {row_bool(rows, row, 6), row_text(rows, row, 12)},
        .parents = row_bool(rows, row, 7),
        .contract_from = row_day(rows, row, 8),
        .contract_until = row_day(rows, row, 9),
        .groups_most = row_int(rows, row, 10),
        .groups = row_int(rows, row, 11),
        .away = row_bool(rows, row, 13),
        .has_hours = row_bool(rows, row, 14),
    };
}

static const struct statement leaders_of_series = {"scheduling_leaders",
    "select w.id, coalesce(l.active, false),"
    " case when (select count(*) from scheduling.leader_training t where t.leader_id = w.id"
    "   and t.situation = w.situation) < 2"
    "  then coalesce((select max(scheduling.level_rank(t.level))"
    "   from scheduling.leader_training t where t.leader_id = w.id and t.situation = w.situation"
    "    and t.valid_from <= w.first_day"
    "    and (t.valid_until is null or t.valid_until >= w.last_day)), 0)"
    "  else (select coalesce(max(l.rank), 0) from (values (1, 'basic'), (2, 'deeper'),"
    "   (3, 'specialist')) l (rank, word) where not exists (select"
    "    from generate_series(w.first_day, w.last_day, interval '7 days') day"
    "    where not scheduling.is_trained(w.id, w.situation, l.word, day::date))) end,"
    " exists (select from scheduling.leader_language a"
    "  where a.leader_id = w.id and a.language = w.language),"
    " exists (select from scheduling.leader_slot s where s.leader_id = w.id and s.slot = w.slot),"
    " exists (select from scheduling.leader_district d join scheduling.site h"
    "  on h.district = d.district where d.leader_id = w.id and h.site_id = w.site_id),"
    " l.experienced, l.parents, l.contract_from, l.contract_until, l.max_groups,"
    " (select count(*) from scheduling.group_leader gl cross join lateral (select"
    "   from scheduling.groups g where g.group_id = gl.group_id and g.format = 'group'"
    "   and g.state in ('booked', 'offered', 'confirmed', 'running')"
    "   and g.first_day <= w.last_day and g.last_day >= w.first_day offset 0) g"
    "  where gl.leader_id = w.id), l.employer,"
    " exists (select from scheduling.leader_absence a where a.leader_id = w.id"
    "  and a.withdrawn_at is null and daterange(a.first_day, a.last_day, '[]')"
    "   && daterange(w.first_day, w.last_day, '[]')"
    "  and exists (select from generate_series(w.first_day, w.last_day, interval '7 days') day"
    "   where daterange(a.first_day, a.last_day, '[]') @> day::date)),"
    " not exists (select from scheduling.leader_release r"
    "  join scheduling.term t using (municipality_id, school_year, season)"
    "  join scheduling.leader_rule q using (municipality_id)"
    "  where r.leader_id = w.id and t.first_day <= w.last_day and t.last_day >= w.first_day"
    "   and 60 * (r.hours_week - q.meeting_hours) < coalesce((select max(h.minutes) from (select"
    "     sum(x.minutes) as minutes from (select m.day, 60 * q.meeting_hours as minutes"
    "      from scheduling.leader_booking b cross join lateral (select o.day, o.group_id"
    "       from scheduling.meeting o where o.meeting_id = b.meeting_id offset 0) m"
    "      where b.leader_id = w.id and m.group_id <> w.group_id and b.during && tstzrange("
    "       timezone('Europe/Stockholm', greatest(t.first_day, w.first_day)::timestamp),"
    "       timezone('Europe/Stockholm', (least(t.last_day, w.last_day) + 1)::timestamp))"
    "      union all select k.day, k.minutes from scheduling.leader_work k"
    "      where k.leader_id = w.id and not k.cancelled"
    "       and k.day between greatest(t.first_day, w.first_day)"
    "        and least(t.last_day, w.last_day)) x"
    "     group by date_trunc('week', x.day::timestamp)) h), 0))"
    " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::uuid[],"
    "  $7::date[], $8::date[]) with ordinality"
    "  w (id, group_id, situation, language, slot, site_id, first_day, last_day, place)"
    " left join scheduling.leader l on l.leader_id = w.id order by w.place"};

struct leader_ask {
    struct uuid leader_id;
    struct uuid group_id; /* what moves does not count twice */
    enum situation situation;
    struct text language;
    int64_t slot;
    struct uuid site_id;
    int32_t first_day, last_day;
};

static size_t ask_leaders(
    const struct group_wanted *wanted, const struct booking_facts *facts, struct leader_ask *asks)
{
    const size_t own = wanted->leader_ids_count, count = own + wanted->parent_leader_ids_count;

    for (size_t i = 0; i < count; i++)
        asks[i] = (struct leader_ask){
            .leader_id = i < own ? wanted->leader_ids[i] : wanted->parent_leader_ids[i - own],
            .group_id = wanted->group_id,
            .situation = wanted->situation,
            .language = wanted->language,
            .slot = wanted->slot,
            .site_id = facts->room.site_id,
            .first_day = facts->first_day,
            .last_day = facts->last_day};
    return count;
}

/* Rows come in the order of the asks. */
static bool load_leaders(struct context *context, const struct group_wanted *wanted,
    struct booking_facts *facts, size_t count, struct error *error)
{
    struct leader_ask *asks =
        ARENA_ARRAY(context->arena, struct leader_ask, count * BOOKING_LEADERS_MOST);
    struct params *params = params_new(context->arena);
    struct rows *rows;
    size_t asked = 0, row = 0;

    for (size_t i = 0; i < count; i++)
        asked += ask_leaders(&wanted[i], &facts[i], &asks[asked]);
    param_uuids(params, COLUMN(asks, leader_id), asked);
    param_uuids(params, COLUMN(asks, group_id), asked);
    param_names(params, COLUMN(asks, situation), asked, situation_names);
    param_texts(params, COLUMN(asks, language), asked);
    param_ints(params, COLUMN(asks, slot), asked);
    param_uuids(params, COLUMN(asks, site_id), asked);
    param_days(params, COLUMN(asks, first_day), asked);
    param_days(params, COLUMN(asks, last_day), asked);
    if (!tx_query(context->tx, &leaders_of_series, params, &rows, error))
        return false;
    CHECK(rows_count(rows) == asked);
    for (size_t i = 0; i < count; i++) {
        facts[i].leader_count = wanted[i].leader_ids_count;
        facts[i].parent_leader_count = wanted[i].parent_leader_ids_count;
        for (size_t k = 0; k < facts[i].leader_count + facts[i].parent_leader_count; k++)
            read_leader(rows, row++, &facts[i].leaders[k]);
    }
    return true;
}

bool booking_load_facts(struct context *context, const struct group_wanted *wanted,
    struct booking_facts *facts, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        facts[i].situation = wanted[i].situation;
        facts[i].least = wanted[i].least;
        facts[i].most = wanted[i].most;
    }
    return load_rooms(context, wanted, facts, count, error) &&
           load_leaders(context, wanted, facts, count, error);
}
