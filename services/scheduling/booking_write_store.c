/*
 * The booking itself: groups, their leaders, their series, many groups in one set of statements.
 * The constraints speak here; of a set one of them takes back all.
 */
#include "services/scheduling/booking_store.h"

#include <string.h>

#include "common/check.h"

static struct group_booked describe(const struct booking *booking)
{
    const size_t meetings = booking->plan->ask.meetings;
    const size_t entry = (size_t)booking->plan->entry_meeting;

    return (struct group_booked){.group_id = booking->wanted->group_id,
        .first_day = booking->meetings[0].day,
        .last_day = booking->meetings[meetings - 1].day,
        .entry_until = booking->meetings[(entry < meetings ? entry : meetings) - 1].day,
        .places = booking->verdict->places};
}

/* The least used of the neutral names, each in its turn; one that comes again gets a number. */
static const struct statement write_groups_of = {"scheduling_write_groups",
    "with picked as materialized (select municipality_id, name, uses, ord"
    "  from scheduling.group_name order by uses, ord limit $20 for update skip locked),"
    " names as materialized (select municipality_id, name, uses,"
    "  row_number() over (order by uses, ord) - 1 as nth, count(*) over () as many from picked),"
    " dealt as materialized (select w.*, n.municipality_id as city, n.name,"
    "  n.uses + 1 + (w.place - 1) / n.many as uses"
    "  from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],"
    "   $7::bigint[], $8::text[], $9::bigint[], $10::uuid[], $11::uuid[], $12::bigint[],"
    "   $13::uuid[], $14::bigint[], $15::bigint[], $16::date[], $17::date[], $18::date[])"
    "   with ordinality w (group_id, programme_id, version, situation, language, age_from, age_to,"
    "    sex, slot, site_id, room_id, capacity, parent_room_id, least, places, first_day,"
    "    last_day, entry_until, place)"
    "  join names n on n.nth = (w.place - 1) % n.many),"
    " used as (update scheduling.group_name n set uses = d.uses from (select city, name,"
    "   max(uses) as uses from dealt group by city, name) d"
    "  where n.municipality_id = d.city and n.name = d.name),"
    " made as (insert into scheduling.groups (group_id, name, programme_id,"
    "  programme_version, situation, language, age_from, age_to, sex, slot, site_id, room_id,"
    "  room_capacity, parent_room_id, least, places, first_day, last_day, entry_until, state,"
    "  booked_at, changed_at)"
    " select group_id, case when uses = 1 then name else name || ' ' || uses::text end,"
    "  programme_id, version, situation, language, age_from, age_to, sex, slot, site_id, room_id,"
    "  capacity, parent_room_id, least, places, first_day, last_day, entry_until, 'booked', $19,"
    "  $19 from dealt returning group_id, name)"
    " select made.name, s.district, s.name, v.meets_before from dealt"
    " join made using (group_id)"
    " join scheduling.site s on s.site_id = dealt.site_id"
    " join scheduling.programme_version v on v.programme_id = dealt.programme_id"
    "  and v.version = dealt.version order by dealt.place"};

/* A group as a row; places and days are those of its answer. */
struct group_row {
    struct uuid group_id, programme_id, site_id, room_id, parent_room_id;
    enum situation situation;
    struct text language, sex;
    int64_t version, age_from, age_to, slot, capacity, least, places;
    int32_t first_day, last_day, entry_until;
};

static struct group_row row_of(const struct booking *booking, const struct group_booked *booked)
{
    const struct group_wanted *wanted = booking->wanted;
    const bool one_sex = wanted->sex == SEX_GIRL || wanted->sex == SEX_BOY;

    return (struct group_row){.group_id = wanted->group_id,
        .programme_id = wanted->programme_id,
        .site_id = booking->facts->room.site_id,
        .room_id = wanted->room_id,
        .parent_room_id = wanted->parent_room_id,
        .situation = wanted->situation,
        .language = wanted->language,
        .sex = one_sex ? text_of(sex_names[wanted->sex]) : (struct text){NULL, 0},
        .version = booking->plan->version,
        .age_from = wanted->age_from,
        .age_to = wanted->age_to,
        .slot = wanted->slot,
        .capacity = booking->facts->room.capacity,
        .least = wanted->least,
        .places = booked->places,
        .first_day = booked->first_day,
        .last_day = booked->last_day,
        .entry_until = booked->entry_until};
}

static struct params *params_of_groups(
    struct context *context, const struct group_row *groups, size_t count)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(groups, group_id), count);
    param_uuids(params, COLUMN(groups, programme_id), count);
    param_ints(params, COLUMN(groups, version), count);
    param_names(params, COLUMN(groups, situation), count, situation_names);
    param_texts(params, COLUMN(groups, language), count);
    param_ints(params, COLUMN(groups, age_from), count);
    param_ints(params, COLUMN(groups, age_to), count);
    param_texts(params, COLUMN(groups, sex), count);
    param_ints(params, COLUMN(groups, slot), count);
    param_uuids(params, COLUMN(groups, site_id), count);
    param_uuids(params, COLUMN(groups, room_id), count);
    param_ints(params, COLUMN(groups, capacity), count);
    param_uuids(params, COLUMN(groups, parent_room_id), count);
    param_ints(params, COLUMN(groups, least), count);
    param_ints(params, COLUMN(groups, places), count);
    param_days(params, COLUMN(groups, first_day), count);
    param_days(params, COLUMN(groups, last_day), count);
    param_days(params, COLUMN(groups, entry_until), count);
    param_time(params, context->now_ms);
    param_int(params, (int64_t)count);
    return params;
}

/* Names that another copy holds at this moment are passed over; when it holds all, they are waited
 * for. */
static bool wait_for_names(struct context *context, struct error *error)
{
    static const struct statement wait = {"scheduling_wait_for_names",
        "select count(*) from (select from scheduling.group_name order by uses, ord limit 1"
        "  for update) one"};

    return tx_run(context->tx, &wait, NULL, error);
}

static bool write_groups(struct context *context, const struct booking *bookings, size_t count,
    struct group_booked *booked, struct error *error)
{
    struct group_row *groups = ARENA_ARRAY(context->arena, struct group_row, count);
    struct rows *rows;

    for (size_t i = 0; i < count; i++) {
        booked[i] = describe(&bookings[i]);
        groups[i] = row_of(&bookings[i], &booked[i]);
    }
    struct params *params = params_of_groups(context, groups, count);
    if (!tx_query(context->tx, &write_groups_of, params, &rows, error))
        return false;
    if (rows_count(rows) == 0 &&
        (!wait_for_names(context, error) ||
            !tx_query(context->tx, &write_groups_of, params, &rows, error)))
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_ABSENT, "no names for groups are loaded");
    CHECK(rows_count(rows) == count);
    for (size_t i = 0; i < count; i++) {
        booked[i].name = row_text(rows, i, 0);
        booked[i].district = row_text(rows, i, 1);
        booked[i].site = row_text(rows, i, 2);
        booked[i].meets_before = row_bool(rows, i, 3);
    }
    return true;
}

struct leader_row {
    struct uuid group_id, leader_id;
    struct text part;
    int64_t post;
};

static size_t rows_of_leaders(const struct booking *booking, struct leader_row *rows)
{
    const struct booking_facts *facts = booking->facts;
    const size_t own = facts->leader_count, count = own + facts->parent_leader_count;

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct leader_row){.group_id = booking->wanted->group_id,
            .leader_id = facts->leaders[booking->verdict->posts[i]].leader_id,
            .part = i < own ? TEXT("child") : TEXT("parent"),
            .post = (int64_t)(i < own ? i : i - own) + 1};
    return count;
}

static bool write_leaders(
    struct context *context, const struct booking *bookings, size_t count, struct error *error)
{
    static const struct statement write = {"scheduling_write_leaders",
        "with filled as (insert into scheduling.group_fill (group_id) select unnest($1::uuid[]))"
        " insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
        "  experienced, parents)"
        " select w.group_id, w.part, w.post, w.id, g.situation, l.experienced, l.parents"
        " from unnest($2::uuid[], $3::text[], $4::bigint[], $5::uuid[])"
        "  w (group_id, part, post, id)"
        " cross join lateral (select o.situation from scheduling.groups o"
        "  where o.group_id = w.group_id offset 0) g"
        " cross join lateral (select o.experienced, o.parents from scheduling.leader o"
        "  where o.leader_id = w.id offset 0) l"};
    struct params *params = params_new(context->arena);
    struct uuid *group_ids = ARENA_ARRAY(context->arena, struct uuid, count);
    struct leader_row *leaders =
        ARENA_ARRAY(context->arena, struct leader_row, count * BOOKING_LEADERS_MOST);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        group_ids[i] = bookings[i].wanted->group_id;
        found += rows_of_leaders(&bookings[i], &leaders[found]);
    }
    param_uuids(params, group_ids, sizeof *group_ids, count);
    param_uuids(params, COLUMN(leaders, group_id), found);
    param_texts(params, COLUMN(leaders, part), found);
    param_ints(params, COLUMN(leaders, post), found);
    param_uuids(params, COLUMN(leaders, leader_id), found);
    return tx_run(context->tx, &write, params, error);
}

/* The meetings of all the groups, one after the other. */
struct meeting_row {
    struct uuid meeting_id, group_id;
    int64_t number;
    struct series_meeting when;
    struct text theme;
};

static void add_meetings(struct context *context, struct uuid group_id, const struct text *themes,
    const struct series_meeting *meetings, size_t count, struct meeting_row *rows)
{
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct meeting_row){
            uuid_new(context->now_ms), group_id, (int64_t)i + 1, meetings[i], themes[i]};
}

/* The constraints speak here: the rooms' and the leaders' time. */
static bool write_meetings(
    struct context *context, const struct meeting_row *meetings, size_t count, struct error *error)
{
    static const struct statement write = {"scheduling_write_meetings",
        "with made as (insert into scheduling.meeting (meeting_id, group_id, meeting_no, day,"
        "  starts_at, ends_at, theme)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::date[],"
        "  $5::timestamptz[], $6::timestamptz[], $7::text[])"
        " returning meeting_id, group_id, starts_at, ends_at),"
        " rooms as (insert into scheduling.room_booking (meeting_id, room_id, during)"
        " select made.meeting_id, r.room_id, tstzrange(made.starts_at, made.ends_at)"
        " from made cross join lateral (select o.room_id, o.parent_room_id"
        "  from scheduling.groups o where o.group_id = made.group_id offset 0) g"
        " cross join lateral unnest(array[g.room_id, g.parent_room_id]) r (room_id)"
        " where r.room_id is not null),"
        " leaders as (insert into scheduling.leader_booking (meeting_id, leader_id, site_id,"
        "  during)"
        " select made.meeting_id, gl.leader_id, g.site_id, tstzrange("
        "  made.starts_at - interval '1 hour', made.ends_at + interval '1 hour')"
        " from made cross join lateral (select o.site_id from scheduling.groups o"
        "  where o.group_id = made.group_id offset 0) g"
        " cross join lateral (select o.leader_id from scheduling.group_leader o"
        "  where o.group_id = made.group_id offset 0) gl order by 2, 4)"
        " select count(*) from made"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(meetings, meeting_id), count);
    param_uuids(params, COLUMN(meetings, group_id), count);
    param_ints(params, COLUMN(meetings, number), count);
    param_days(params, COLUMN(meetings, when.day), count);
    param_times(params, COLUMN(meetings, when.starts_ms), count);
    param_times(params, COLUMN(meetings, when.ends_ms), count);
    param_texts(params, COLUMN(meetings, theme), count);
    return tx_query(context->tx, &write, params, &rows, error);
}

bool booking_write_series(struct context *context, struct uuid group_id, const struct text *themes,
    const struct series_meeting *meetings, size_t count, struct error *error)
{
    struct meeting_row *rows = ARENA_ARRAY(context->arena, struct meeting_row, count);

    add_meetings(context, group_id, themes, meetings, count, rows);
    return write_meetings(context, rows, count, error);
}

static bool write_all_series(
    struct context *context, const struct booking *bookings, size_t count, struct error *error)
{
    struct meeting_row *rows =
        ARENA_ARRAY(context->arena, struct meeting_row, count * SERIES_MEETINGS_MOST);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const struct booking_plan *plan = bookings[i].plan;
        add_meetings(context, bookings[i].wanted->group_id, plan->themes, bookings[i].meetings,
            plan->ask.meetings, &rows[found]);
        found += plan->ask.meetings;
    }
    return write_meetings(context, rows, found, error);
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

bool booking_write(struct context *context, const struct booking *bookings, size_t count,
    struct group_booked *booked, enum booking_refusal *refusal, struct error *error)
{
    struct error why = {ERROR_NONE, ""};

    *refusal = BOOKING_REFUSAL_NONE;
    if (write_groups(context, bookings, count, booked, &why) &&
        write_leaders(context, bookings, count, &why) &&
        write_all_series(context, bookings, count, &why))
        return true;
    *refusal = refusal_of(&why);
    if (error)
        *error = why;
    return false;
}
