/*
 * The SQL of bookings. One group at a time: what it reads of leaders and rooms must see the group
 * that was booked just before it.
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

static void read_windows(
    struct context *context, const struct rows *rows, int column, struct series_ask *ask)
{
    const int64_t *opens, *closes;
    const size_t count = row_ints(rows, 0, column, context->arena, &opens);

    row_ints(rows, 0, column + 1, context->arena, &closes);
    struct series_window *windows = ARENA_ARRAY(context->arena, struct series_window, count);
    for (size_t i = 0; i < count; i++)
        windows[i] = (struct series_window){opens[i], closes[i]};
    ask->windows = windows;
    ask->window_count = count;
}

static void read_plan(struct context *context, const struct rows *rows, struct booking_plan *plan)
{
    *plan = (struct booking_plan){
        .booked_before = row_bool(rows, 0, 0),
        .slot_known = !row_null(rows, 0, 1),
        .programme.known = !row_null(rows, 0, 3),
    };
    if (!plan->slot_known || !plan->programme.known)
        return;
    plan->ask.weekday = (int)row_int(rows, 0, 1);
    plan->ask.starts_min = (int)row_int(rows, 0, 2);
    plan->version = row_int(rows, 0, 3);
    plan->ask.minutes = (int)row_int(rows, 0, 4);
    plan->ask.meetings = row_texts(rows, 0, 5, context->arena, &plan->themes);
    plan->programme.most = row_int(rows, 0, 6);
    plan->programme.parents_must = row_bool(rows, 0, 7);
    plan->programme.parent_leaders = row_int(rows, 0, 8);
    plan->entry_meeting = row_int(rows, 0, 9);
    plan->programme.situation =
        (enum situation)row_name(rows, 0, 10, situation_names, SITUATION_COUNT);
    plan->programme.fits_ages = row_bool(rows, 0, 11);
    read_windows(context, rows, 12, &plan->ask);
    plan->programme.level = row_int(rows, 0, 14);
    plan->programme.board_missing = !row_bool(rows, 0, 15);
    plan->programme.shared_employers = row_bool(rows, 0, 16);
}

bool booking_load_plan(struct context *context, const struct group_wanted *wanted, int32_t today,
    struct booking_plan *plan, struct error *error)
{
    static const struct statement load = {"scheduling_plan",
        "select exists (select from scheduling.groups where group_id = $1),"
        " s.weekday, (extract(epoch from s.starts) / 60)::int,"
        " v.version, v.minutes, v.themes, v.most, v.parents = 'yes', v.parent_leaders,"
        " v.entry_meeting, p.situation,"
        " exists (select from scheduling.programme_band b where b.programme_id = v.programme_id"
        "  and b.version = v.version and b.age_from <= $4 and b.age_to >= $5),"
        " array(select w.opens::bigint from scheduling.programme_window w"
        "  where w.programme_id = v.programme_id and w.version = v.version order by w.opens),"
        " array(select w.closes::bigint from scheduling.programme_window w"
        "  where w.programme_id = v.programme_id and w.version = v.version order by w.opens),"
        " scheduling.level_rank(v.level),"
        " not p.board_needed or exists (select from scheduling.programme_board d"
        "  where d.programme_id = p.programme_id and d.decided_on <= $6), v.shared_employers"
        " from (select) always"
        " left join scheduling.slot s on s.slot = $3"
        " left join scheduling.programme p on p.programme_id = $2 and p.format = 'group'"
        " left join scheduling.programme_version v on v.programme_id = p.programme_id"
        "  and v.valid_from <= $6 and not v.draft"
        " order by v.version desc nulls last limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, wanted->group_id);
    param_uuid(params, wanted->programme_id);
    param_int(params, wanted->slot);
    param_int(params, wanted->age_from);
    param_int(params, wanted->age_to);
    param_day(params, today);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    read_plan(context, rows, plan);
    return true;
}

static bool load_room(struct context *context, struct uuid room_id, int64_t slot,
    struct booking_room *room, struct error *error)
{
    static const struct statement load = {"scheduling_room",
        "select r.site_id, r.capacity, exists (select from scheduling.room_slot o"
        "  where o.room_id = r.room_id and o.slot = $2)"
        " from scheduling.room r where r.room_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, room_id);
    param_int(params, slot);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    *room = (struct booking_room){.room_id = room_id, .known = rows_count(rows) == 1};
    if (room->known) {
        room->site_id = row_uuid(rows, 0, 0);
        room->capacity = row_int(rows, 0, 1);
        room->open = row_bool(rows, 0, 2);
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
    "   and t.situation = $2) < 2"
    "  then coalesce((select max(scheduling.level_rank(t.level))"
    "   from scheduling.leader_training t where t.leader_id = w.id and t.situation = $2"
    "    and t.valid_from <= $6 and (t.valid_until is null or t.valid_until >= $7)), 0)"
    "  else (select coalesce(max(l.rank), 0) from (values (1, 'basic'), (2, 'deeper'),"
    "   (3, 'specialist')) l (rank, word) where not exists (select"
    "    from generate_series($6::date, $7::date, interval '7 days') day"
    "    where not scheduling.is_trained(w.id, $2, l.word, day::date))) end,"
    " exists (select from scheduling.leader_language a"
    "  where a.leader_id = w.id and a.language = $3),"
    " exists (select from scheduling.leader_slot s where s.leader_id = w.id and s.slot = $4),"
    " exists (select from scheduling.leader_district d join scheduling.site h"
    "  on h.district = d.district where d.leader_id = w.id and h.site_id = $5),"
    " l.experienced, l.parents, l.contract_from, l.contract_until, l.max_groups,"
    " (select count(*) from scheduling.group_leader gl join scheduling.groups g"
    "   using (group_id)"
    "  where gl.leader_id = w.id and g.format = 'group' and g.state in ('booked', 'offered', "
    "'confirmed', 'running')"
    "  and g.first_day <= $7 and g.last_day >= $6), l.employer,"
    " exists (select from scheduling.leader_absence a, generate_series($6::date, $7::date,"
    "   interval '7 days') day where a.leader_id = w.id and a.withdrawn_at is null"
    "   and daterange(a.first_day, a.last_day, '[]') @> day::date),"
    " not exists (select from scheduling.leader_release r"
    "  join scheduling.term t using (municipality_id, school_year, season)"
    "  join scheduling.leader_rule q using (municipality_id)"
    "  where r.leader_id = w.id and t.first_day <= $7 and t.last_day >= $6"
    "   and 60 * (r.hours_week - q.meeting_hours) < coalesce((select max(h.minutes) from "
    "(select"
    "     sum(x.minutes) as minutes from (select m.day, 60 * q.meeting_hours as minutes"
    "      from scheduling.leader_booking b join scheduling.meeting m using (meeting_id)"
    "      where b.leader_id = w.id and m.group_id <> $8 and b.during && tstzrange("
    "       timezone('Europe/Stockholm', greatest(t.first_day, $6)::timestamp),"
    "       timezone('Europe/Stockholm', (least(t.last_day, $7) + 1)::timestamp))"
    "      union all select k.day, k.minutes from scheduling.leader_work k"
    "      where k.leader_id = w.id and not k.cancelled"
    "       and k.day between greatest(t.first_day, $6) and least(t.last_day, $7)) x"
    "     group by date_trunc('week', x.day::timestamp)) h), 0))"
    " from unnest($1::uuid[]) with ordinality w (id, place)"
    " left join scheduling.leader l on l.leader_id = w.id order by w.place"};

/* Rows come in the order of the ids. */
static bool load_leaders(struct context *context, const struct group_wanted *wanted,
    struct booking_facts *facts, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct uuid ids[BOOKING_LEADERS_MOST];
    struct rows *rows;
    size_t count = 0;

    for (size_t i = 0; i < wanted->leader_ids_count; i++)
        ids[count++] = wanted->leader_ids[i];
    for (size_t i = 0; i < wanted->parent_leader_ids_count; i++)
        ids[count++] = wanted->parent_leader_ids[i];
    param_uuids(params, ids, sizeof *ids, count);
    param_string(params, situation_names[wanted->situation]);
    param_text(params, wanted->language);
    param_int(params, wanted->slot);
    param_uuid(params, facts->room.site_id);
    param_day(params, facts->first_day);
    param_day(params, facts->last_day);
    param_uuid(params, wanted->group_id); /* what moves does not count twice */
    if (!tx_query(context->tx, &leaders_of_series, params, &rows, error))
        return false;
    CHECK(rows_count(rows) == count);
    for (size_t i = 0; i < count; i++)
        read_leader(rows, i, &facts->leaders[i]);
    facts->leader_count = wanted->leader_ids_count;
    facts->parent_leader_count = wanted->parent_leader_ids_count;
    return true;
}

bool booking_load_facts(struct context *context, const struct group_wanted *wanted,
    struct booking_facts *facts, struct error *error)
{
    facts->situation = wanted->situation;
    facts->least = wanted->least;
    facts->most = wanted->most;
    facts->parent_group = !uuid_absent(wanted->parent_room_id);
    return load_room(context, wanted->room_id, wanted->slot, &facts->room, error) &&
           (!facts->parent_group || load_room(context, wanted->parent_room_id, wanted->slot,
                                        &facts->parent_room, error)) &&
           load_leaders(context, wanted, facts, error);
}

/* The least used of the neutral names; a second group of that name gets a number. */
static bool write_group(struct context *context, const struct booking *booking,
    struct group_booked *booked, struct error *error)
{
    static const struct statement write = {"scheduling_write_group",
        "with named as (update scheduling.group_name set uses = uses + 1"
        "  where (municipality_id, name) = (select municipality_id, name"
        "   from scheduling.group_name order by uses, ord limit 1 for update skip locked)"
        "  returning case when uses = 1 then name else name || ' ' || uses::text end as name),"
        " made as (insert into scheduling.groups (group_id, name, programme_id,"
        "  programme_version, situation, language, age_from, age_to, sex, slot, site_id, room_id,"
        "  room_capacity, parent_room_id, least, places, first_day, last_day, entry_until, state,"
        "  booked_at, changed_at)"
        " select $1, named.name, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
        "  $16, $17, $18, 'booked', $19, $19 from named returning name, site_id, programme_id,"
        "  programme_version)"
        " select made.name, s.district, s.name, v.meets_before from made"
        " join scheduling.site s using (site_id)"
        " join scheduling.programme_version v on v.programme_id = made.programme_id"
        "  and v.version = made.programme_version"};
    const struct group_wanted *wanted = booking->wanted;
    const size_t meetings = booking->plan->ask.meetings;
    const size_t entry = (size_t)booking->plan->entry_meeting;
    const bool one_sex = wanted->sex == SEX_GIRL || wanted->sex == SEX_BOY;
    struct params *params = params_new(context->arena);
    struct rows *rows;

    booked->group_id = wanted->group_id;
    booked->first_day = booking->meetings[0].day;
    booked->last_day = booking->meetings[meetings - 1].day;
    booked->entry_until = booking->meetings[(entry < meetings ? entry : meetings) - 1].day;
    booked->places = booking->verdict->places;
    param_uuid(params, wanted->group_id);
    param_uuid(params, wanted->programme_id);
    param_int(params, booking->plan->version);
    param_string(params, situation_names[wanted->situation]);
    param_text(params, wanted->language);
    param_int(params, wanted->age_from);
    param_int(params, wanted->age_to);
    param_string(params, one_sex ? sex_names[wanted->sex] : NULL);
    param_int(params, wanted->slot);
    param_uuid(params, booking->facts->room.site_id);
    param_uuid(params, wanted->room_id);
    param_int(params, booking->facts->room.capacity);
    param_uuid(params, wanted->parent_room_id);
    param_int(params, wanted->least);
    param_int(params, booked->places);
    param_day(params, booked->first_day);
    param_day(params, booked->last_day);
    param_day(params, booked->entry_until);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &write, params, &rows, error))
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_ABSENT, "no names for groups are loaded");
    booked->name = row_text(rows, 0, 0);
    booked->district = row_text(rows, 0, 1);
    booked->site = row_text(rows, 0, 2);
    booked->meets_before = row_bool(rows, 0, 3);
    return true;
}

static bool write_leaders(
    struct context *context, const struct booking *booking, struct error *error)
{
    static const struct statement write = {"scheduling_write_leaders",
        "with filled as (insert into scheduling.group_fill (group_id) values ($1))"
        " insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
        "  experienced, parents)"
        " select $1, w.part, w.post, w.id, $2, l.experienced, l.parents"
        " from unnest($3::uuid[], $4::text[], $5::bigint[]) w (id, part, post)"
        " join scheduling.leader l on l.leader_id = w.id"};
    const struct booking_facts *facts = booking->facts;
    const size_t own = facts->leader_count, count = own + facts->parent_leader_count;
    struct params *params = params_new(context->arena);
    struct uuid ids[BOOKING_LEADERS_MOST];
    struct text parts[BOOKING_LEADERS_MOST];
    int64_t posts[BOOKING_LEADERS_MOST];

    for (size_t i = 0; i < count; i++) {
        ids[i] = facts->leaders[booking->verdict->posts[i]].leader_id;
        parts[i] = i < own ? TEXT("child") : TEXT("parent");
        posts[i] = (int64_t)(i < own ? i : i - own) + 1;
    }
    param_uuid(params, booking->wanted->group_id);
    param_string(params, situation_names[booking->wanted->situation]);
    param_uuids(params, ids, sizeof *ids, count);
    param_texts(params, parts, sizeof *parts, count);
    param_ints(params, posts, sizeof *posts, count);
    return tx_run(context->tx, &write, params, error);
}

/* The constraints speak here: the rooms' and the leaders' time. */
bool booking_write_series(struct context *context, struct uuid group_id, const struct text *themes,
    const struct series_meeting *meetings, size_t count, struct error *error)
{
    static const struct statement write = {"scheduling_write_meetings",
        "with made as (insert into scheduling.meeting (meeting_id, group_id, meeting_no, day,"
        "  starts_at, ends_at, theme)"
        " select m.id, $1, m.place, m.day, m.starts_at, m.ends_at, m.theme"
        " from unnest($2::uuid[], $3::date[], $4::timestamptz[], $5::timestamptz[], $6::text[])"
        "  with ordinality m (id, day, starts_at, ends_at, theme, place)"
        " returning meeting_id, starts_at, ends_at),"
        " rooms as (insert into scheduling.room_booking (meeting_id, room_id, during)"
        " select made.meeting_id, r.room_id, tstzrange(made.starts_at, made.ends_at)"
        " from made, scheduling.groups g, unnest(array[g.room_id, g.parent_room_id]) r (room_id)"
        " where g.group_id = $1 and r.room_id is not null),"
        " leaders as (insert into scheduling.leader_booking (meeting_id, leader_id, site_id,"
        "  during)"
        " select made.meeting_id, gl.leader_id, g.site_id, tstzrange("
        "  made.starts_at - interval '1 hour', made.ends_at + interval '1 hour')"
        " from made, scheduling.groups g join scheduling.group_leader gl using (group_id)"
        " where g.group_id = $1)"
        " select count(*) from made"};
    struct uuid *ids = ARENA_ARRAY(context->arena, struct uuid, count);
    struct params *params = params_new(context->arena);
    struct rows *rows;

    for (size_t i = 0; i < count; i++)
        ids[i] = uuid_new(context->now_ms);
    param_uuid(params, group_id);
    param_uuids(params, ids, sizeof *ids, count);
    param_days(params, COLUMN(meetings, day), count);
    param_times(params, COLUMN(meetings, starts_ms), count);
    param_times(params, COLUMN(meetings, ends_ms), count);
    param_texts(params, themes, sizeof *themes, count);
    return tx_query(context->tx, &write, params, &rows, error);
}

static enum booking_refusal refusal_of(const struct error *error)
{
    if (error->kind != ERROR_CONFLICT)
        return BOOKING_REFUSAL_NONE;
    if (strstr(error->text, "room_booking_once"))
        return BOOKING_REFUSAL_ROOM_TAKEN;
    if (strstr(error->text, "leader_booking_once") || strstr(error->text, "leader_booking_travel"))
        return BOOKING_REFUSAL_LEADER_TAKEN;
    return BOOKING_REFUSAL_NONE;
}

bool booking_write(struct context *context, const struct booking *booking,
    struct group_booked *booked, enum booking_refusal *refusal, struct error *error)
{
    struct error why = {ERROR_NONE, ""};

    *refusal = BOOKING_REFUSAL_NONE;
    if (write_group(context, booking, booked, &why) && write_leaders(context, booking, &why) &&
        booking_write_series(context, booking->wanted->group_id, booking->plan->themes,
            booking->meetings, booking->plan->ask.meetings, &why))
        return true;
    *refusal = refusal_of(&why);
    if (error)
        *error = why;
    return false;
}
