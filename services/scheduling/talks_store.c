#include "services/scheduling/talks_store.h"

#include "services/scheduling/booking_store.h"

enum { TALKS_ROOM_LEAST = 2 /* the child and the leader */ };

bool talks_load_plan(struct context *context, const struct talks_wanted *wanted, int32_t today,
    struct talks_plan *plan, struct error *error)
{
    static const struct statement load = {"scheduling_talks_plan",
        "select p.programme_id is not null, s.slot is not null, s.weekday,"
        " (extract(epoch from s.starts) / 60)::int, v.version, v.minutes, v.themes, p.situation,"
        " exists (select from scheduling.programme_band b where b.programme_id = v.programme_id"
        "  and b.version = v.version and $4 between b.age_from and b.age_to),"
        " p.board_needed and not exists (select from scheduling.programme_board d"
        "  where d.programme_id = p.programme_id and d.decided_on <= $5),"
        " exists (select from scheduling.talks t where t.child_id = $3 and not t.ended)"
        " from (select) always"
        " left join scheduling.slot s on s.slot = $2"
        " left join scheduling.programme p on p.programme_id = $1 and p.format = 'individual'"
        " left join scheduling.programme_version v on v.programme_id = p.programme_id"
        "  and v.valid_from <= $5 and not v.draft"
        " order by v.version desc nulls last limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, wanted->programme_id);
    param_int(params, wanted->slot);
    param_uuid(params, wanted->child_id);
    param_int(params, wanted->age);
    param_day(params, today);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    *plan = (struct talks_plan){
        .programme_known = row_bool(rows, 0, 0) && !row_null(rows, 0, 4),
        .slot_known = row_bool(rows, 0, 1),
        .has_talks = row_bool(rows, 0, 10),
    };
    if (!plan->programme_known || !plan->slot_known)
        return true;
    plan->ask.weekday = (int)row_int(rows, 0, 2);
    plan->ask.starts_min = (int)row_int(rows, 0, 3);
    plan->version = row_int(rows, 0, 4);
    plan->ask.minutes = (int)row_int(rows, 0, 5);
    plan->ask.meetings = row_texts(rows, 0, 6, context->arena, &plan->themes);
    plan->situation = (enum situation)row_name(rows, 0, 7, situation_names, SITUATION_COUNT);
    plan->fits_age = row_bool(rows, 0, 8);
    plan->board_missing = row_bool(rows, 0, 9);
    return true;
}

/* $1 and $2: when the talks begin and end; the hour before and after is the leader's work. */
#define PAIR                                                                                       \
    "with times as materialized (select s, e from unnest($1::timestamptz[], $2::timestamptz[])"    \
    "  t (s, e)),"                                                                                 \
    " trained as materialized (select l.leader_id from scheduling.leader l"                        \
    "  where l.active and l.experienced and ($6::uuid is null or l.leader_id = $6)"                \
    "   and l.contract_from <= $8 and l.contract_until >= $9"                                      \
    "   and exists (select from scheduling.leader_training t where t.leader_id = l.leader_id"      \
    "    and t.situation = $4 and t.valid_from <= $8"                                              \
    "    and (t.valid_until is null or t.valid_until >= $9)"                                       \
    "    and scheduling.level_rank(t.level) >= (select scheduling.level_rank(v.level)"             \
    "     from scheduling.programme_version v where v.programme_id = $10 and v.version = $11))),"  \
    " leaders as materialized (select t.leader_id from trained t"                                  \
    "  join scheduling.leader_language a on a.leader_id = t.leader_id and a.language = $5"         \
    "  join scheduling.leader_slot o on o.leader_id = t.leader_id and o.slot = $3"                 \
    "  where not exists (select from times join scheduling.leader_booking b"                       \
    "   on b.leader_id = t.leader_id and b.during && tstzrange(times.s - interval '1 hour',"       \
    "    times.e + interval '1 hour'))),"                                                          \
    " rooms as materialized (select r.room_id, r.site_id, r.capacity, h.district"                  \
    "  from scheduling.room r join scheduling.site h using (site_id)"                              \
    "  join scheduling.room_slot o on o.room_id = r.room_id and o.slot = $3"                       \
    "  where r.capacity >= $12 and ($7::uuid is null or r.room_id = $7)"                           \
    "   and not exists (select from times join scheduling.room_booking b"                          \
    "    on b.room_id = r.room_id and b.during && tstzrange(times.s, times.e)))"

bool talks_find_pair(struct context *context, const struct talks_wanted *wanted,
    const struct talks_plan *plan, const struct series_meeting *meetings, struct talks_pair *pair,
    struct error *error)
{
    static const struct statement find = {"scheduling_talks_pair",
        PAIR " select exists (select from trained), exists (select from leaders),"
             " exists (select from rooms), p.leader_id, p.room_id, p.site_id, p.capacity"
             " from (select) always left join lateral (select l.leader_id, r.room_id, r.site_id,"
             "   r.capacity from leaders l"
             "  join scheduling.leader_district d on d.leader_id = l.leader_id"
             "  join rooms r on r.district = d.district"
             "  order by r.district is distinct from $13,"
             "   exists (select from times join scheduling.leader_booking b"
             "    on b.leader_id = l.leader_id and b.site_id <> r.site_id"
             "    and b.during && tstzrange(times.s - interval '6 hours',"
             "     times.e + interval '6 hours')),"
             "   (select count(*) from scheduling.leader_booking b"
             "    where b.leader_id = l.leader_id), r.capacity, l.leader_id, r.room_id limit 1) p"
             "  on true"};
    const size_t count = plan->ask.meetings;
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_times(params, COLUMN(meetings, starts_ms), count);
    param_times(params, COLUMN(meetings, ends_ms), count);
    param_int(params, wanted->slot);
    param_string(params, situation_names[plan->situation]);
    param_text(params, wanted->language);
    param_uuid(params, wanted->leader_id);
    param_uuid(params, wanted->room_id);
    param_day(params, meetings[0].day);
    param_day(params, meetings[count - 1].day);
    param_uuid(params, wanted->programme_id);
    param_int(params, plan->version);
    param_int(params, TALKS_ROOM_LEAST);
    param_text(params, wanted->district);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *pair = (struct talks_pair){
        .any_trained = row_bool(rows, 0, 0),
        .any_leader = row_bool(rows, 0, 1),
        .any_room = row_bool(rows, 0, 2),
        .found = !row_null(rows, 0, 3),
        .leader_id = row_uuid(rows, 0, 3),
        .room_id = row_uuid(rows, 0, 4),
        .site_id = row_uuid(rows, 0, 5),
        .capacity = row_int(rows, 0, 6),
    };
    return true;
}

static bool write_group(struct context *context, const struct talks_wanted *wanted,
    const struct talks_plan *plan, const struct series_meeting *meetings,
    const struct talks_pair *pair, struct uuid group_id, struct error *error)
{
    static const struct statement write = {"scheduling_talks_group",
        "with named as (update scheduling.group_name set uses = uses + 1"
        "  where (municipality_id, name) = (select municipality_id, name"
        "   from scheduling.group_name order by uses, ord limit 1 for update skip locked)"
        "  returning case when uses = 1 then name else name || ' ' || uses::text end as name)"
        " insert into scheduling.groups (group_id, name, programme_id, programme_version,"
        "  situation, format, language, age_from, age_to, slot, site_id, room_id, room_capacity,"
        "  least, places, first_day, last_day, entry_until, state, booked_at, changed_at)"
        " select $1, named.name, $2, $3, $4, 'individual', $5, $6, $6, $7, $8, $9, $10, 1, 1, $11,"
        "  $12, $11, 'booked', $13, $13 from named returning name"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_uuid(params, wanted->programme_id);
    param_int(params, plan->version);
    param_string(params, situation_names[plan->situation]);
    param_text(params, wanted->language);
    param_int(params, wanted->age < 20 ? wanted->age : 20);
    param_int(params, wanted->slot);
    param_uuid(params, pair->site_id);
    param_uuid(params, pair->room_id);
    param_int(params, pair->capacity);
    param_day(params, meetings[0].day);
    param_day(params, meetings[plan->ask.meetings - 1].day);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &write, params, &rows, error))
        return false;
    return rows_count(rows) == 1 ||
           error_set(error, ERROR_ABSENT, "no names for groups are loaded");
}

/* The child has its one place, the leader the one post; who has both is confirmed. */
static bool write_people(struct context *context, const struct talks_wanted *wanted,
    const struct talks_plan *plan, const struct talks_pair *pair, struct uuid group_id,
    struct error *error)
{
    static const struct statement leader = {"scheduling_talks_leader",
        "insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
        "  experienced, parents)"
        " select $1, 'child', 1, leader_id, $3, experienced, parents from scheduling.leader"
        " where leader_id = $2 returning leader_id"};
    static const struct statement child = {"scheduling_talks_child",
        "with filled as (insert into scheduling.group_fill (group_id, taken) values ($1, 1)),"
        " placed as (insert into scheduling.roster (group_id, place_no, places, referral_id,"
        "   child_id, version, taken_at) values ($1, 1, 1, $2, $3, 1, $5)),"
        " talks as (insert into scheduling.talks (group_id, referral_id, child_id, asked_by,"
        "   asked_at) values ($1, $2, $3, $4, $5))"
        " update scheduling.groups set state = 'confirmed', version = version + 1"
        " where group_id = $1 returning group_id"};
    struct params *post = params_new(context->arena), *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(post, group_id);
    param_uuid(post, pair->leader_id);
    param_string(post, situation_names[plan->situation]);
    param_uuid(params, group_id);
    param_uuid(params, wanted->referral_id);
    param_uuid(params, wanted->child_id);
    param_uuid(params, wanted->by);
    param_time(params, context->now_ms);
    return tx_query(context->tx, &leader, post, &rows, error) &&
           tx_query(context->tx, &child, params, &rows, error);
}

bool talks_write(struct context *context, const struct talks_wanted *wanted,
    const struct talks_plan *plan, const struct series_meeting *meetings,
    const struct talks_pair *pair, struct uuid group_id, struct error *error)
{
    return write_group(context, wanted, plan, meetings, pair, group_id, error) &&
           write_people(context, wanted, plan, pair, group_id, error) &&
           booking_write_series(
               context, group_id, plan->themes, meetings, plan->ask.meetings, error);
}

bool talks_whose(
    struct context *context, struct uuid group_id, struct uuid *referral_id, struct error *error)
{
    static const struct statement find = {
        "scheduling_talks_whose", "select referral_id from scheduling.talks where group_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *referral_id = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}
