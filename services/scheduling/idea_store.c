/* SQL of ideas. */
#include "services/scheduling/idea_store.h"

#include "common/domain/date.h"

static void read_idea(
    struct context *context, const struct rows *rows, struct uuid group_id, struct idea *idea)
{
    *idea = (struct idea){
        .found = true,
        .state = (enum group_state)row_name(rows, 0, 0, group_state_names, GROUP_STATE_COUNT),
        .wanted =
            {
                .group_id = group_id,
                .programme_id = row_uuid(rows, 0, 1),
                .situation = (enum situation)row_name(rows, 0, 2, situation_names, SITUATION_COUNT),
                .language = row_text(rows, 0, 3),
                .age_from = row_int(rows, 0, 4),
                .age_to = row_int(rows, 0, 5),
                .slot = row_null(rows, 0, 6) ? INT_ABSENT : row_int(rows, 0, 6),
                .room_id = row_uuid(rows, 0, 7),
                .earliest_day = row_day(rows, 0, 8),
                .latest_day = DAY_ABSENT,
                .least = row_int(rows, 0, 9),
                .most = row_int(rows, 0, 10),
            },
        .district = row_text(rows, 0, 12),
        .slots = row_int(rows, 0, 13),
        .first_day = row_null(rows, 0, 14) ? DAY_ABSENT : row_day(rows, 0, 14),
        .viable = row_bool(rows, 0, 15),
        .staffed = row_bool(rows, 0, 16),
        .roomed = row_bool(rows, 0, 17),
        .theirs = row_bool(rows, 0, 18),
        .parents_must = row_bool(rows, 0, 21),
        .parents_never = row_bool(rows, 0, 22),
        .parent_leaders = row_int(rows, 0, 23),
    };
    idea->wanted.parent_room_id = row_uuid(rows, 0, 19);
    idea->wanted.parent_leader_ids_count =
        row_uuids(rows, 0, 20, context->arena, &idea->wanted.parent_leader_ids);
    idea->wanted.leader_ids_count =
        row_uuids(rows, 0, 11, context->arena, &idea->wanted.leader_ids);
}

bool idea_load(
    struct context *context, struct uuid group_id, struct idea *idea, struct error *error)
{
    static const struct statement load = {"scheduling_idea_load",
        "select i.state, i.programme_id, p.situation, i.language, i.age_from, i.age_to, i.slot,"
        " i.room_id, i.earliest_day, i.least, v.most, i.leader_ids, i.district, i.slots,"
        " g.first_day, i.viable, i.staffed, i.roomed, i.intake = 'theirs',"
        " i.parent_room_id, i.parent_leader_ids, i.parents = 'yes', i.parents = 'no',"
        " i.parent_leaders"
        " from scheduling.idea i join scheduling.programme p using (programme_id)"
        " join scheduling.programme_v v using (programme_id)"
        " left join scheduling.groups g using (group_id)"
        " where i.group_id = $1 for no key update of i"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "reading an idea");
    *idea = (struct idea){.found = false};
    if (rows_count(rows) == 1)
        read_idea(context, rows, group_id, idea);
    return true;
}

bool idea_save(
    struct context *context, const struct idea_wanted *message, bool *known, struct error *error)
{
    static const struct statement save = {"scheduling_idea_save",
        "insert into scheduling.idea (group_id, programme_id, made_by, room_id, leader_ids, slots,"
        "  made_at, changed_at, earliest_day, age_from, age_to, slot, least, language, district,"
        "  intake, quota, parents, parent_room_id, parent_leader_ids, parent_leaders)"
        " select $1, v.programme_id, $2, $4, $5::uuid[], $6, $7, $7, $8, $9, $10, $11, v.least,"
        "  $12, $13, coalesce($14, v.intake),"
        "  case when coalesce($14, v.intake) = 'quota' then coalesce($15, v.quota) end,"
        "  p.parents, case when p.parents <> 'no' then $16::uuid end, $17::uuid[],"
        "  case when p.parents = 'yes' or (p.parents <> 'no' and $16::uuid is not null)"
        "   then greatest(p.parent_leaders, 1) else 0 end"
        " from scheduling.programme_v v join scheduling.programme_version p"
        "  on p.programme_id = v.programme_id and p.version = v.version where v.programme_id = $3 "
        "and v.format = 'group'"
        " on conflict (group_id) do update set programme_id = excluded.programme_id,"
        "  room_id = excluded.room_id, leader_ids = excluded.leader_ids, slots = excluded.slots,"
        "  changed_at = excluded.changed_at, earliest_day = excluded.earliest_day,"
        "  age_from = excluded.age_from, age_to = excluded.age_to, slot = excluded.slot,"
        "  least = excluded.least, language = excluded.language, district = excluded.district,"
        "  intake = excluded.intake, quota = excluded.quota, parents = excluded.parents,"
        "  parent_room_id = excluded.parent_room_id,"
        "  parent_leader_ids = excluded.parent_leader_ids,"
        "  parent_leaders = excluded.parent_leaders, version = idea.version + 1,"
        "  asked_at = null, refusal = null"
        " returning group_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->group_id);
    param_uuid(params, message->by);
    param_uuid(params, message->programme_id);
    param_uuid(params, message->room_id);
    param_uuids(params, message->leader_ids, sizeof(struct uuid), message->leader_ids_count);
    param_int(params, message->slots);
    param_time(params, context->now_ms);
    param_day(params, message->earliest_day);
    param_int(params, message->age_from);
    param_int(params, message->age_to);
    param_int(params, uuid_absent(message->room_id) ? INT_ABSENT : message->slot);
    param_text(params, message->language);
    param_text(params, message->district);
    param_string(params, message->intake ? group_intake_names[message->intake] : NULL);
    param_int(params, message->quota);
    param_uuid(params, message->parent_room_id);
    param_uuids(
        params, message->parent_leader_ids, sizeof(struct uuid), message->parent_leader_ids_count);
    if (!tx_query(context->tx, &save, params, &rows, error))
        return false;
    *known = rows_count(rows) == 1;
    return true;
}

bool idea_find_parent_room(
    struct context *context, const struct idea *idea, struct uuid *room_id, struct error *error)
{
    static const struct statement find = {"scheduling_idea_parent_room",
        "select r.room_id from scheduling.room own join scheduling.room r"
        "  on r.site_id = own.site_id and r.room_id <> own.room_id"
        " join scheduling.room_slot s on s.room_id = r.room_id and s.slot = $2"
        " where own.room_id = $1 order by r.capacity desc, r.name limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, idea->wanted.room_id);
    param_int(params, idea->wanted.slot);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "finding a room for parents");
    *room_id = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}

bool idea_unroom(struct context *context, struct uuid group_id, struct error *error)
{
    static const struct statement give_back = {"scheduling_idea_unroom",
        "with off as (delete from scheduling.groups where group_id = $1 and state = 'collecting')"
        " update scheduling.idea set roomed = false where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    return tx_run(context->tx, &give_back, params, error);
}

bool idea_note_series(struct context *context, struct uuid group_id, enum booking_refusal refusal,
    struct error *error)
{
    static const struct statement note = {"scheduling_idea_note_series",
        "update scheduling.idea set roomed = $2::text is null, refusal = $2 where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_string(params, refusal ? booking_refusal_names[refusal] : NULL);
    return tx_run(context->tx, &note, params, error);
}

bool idea_note_count(
    struct context *context, const struct idea_counted *counted, struct error *error)
{
    static const struct statement note = {"scheduling_idea_count",
        "update scheduling.idea set fits = $2, best_slot = $3, counted_at = $4,"
        " state = 'collecting', version = version + (state = 'idea')::int"
        " where group_id = $1 and state in ('idea', 'collecting')"};
    struct params *params = params_new(context->arena);

    param_uuid(params, counted->group_id);
    param_int(params, counted->fits);
    param_int(params, counted->slot);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &note, params, error);
}

bool idea_become_group(
    struct context *context, struct uuid group_id, struct group_booked *booked, struct error *error)
{
    static const struct statement become = {"scheduling_idea_become",
        "with done as (update scheduling.idea set state = 'booked', version = version + 1,"
        "   changed_at = $2 where group_id = $1),"
        " made as (update scheduling.groups set state = 'booked', version = version + 1,"
        "   booked_at = $2, changed_at = $2 where group_id = $1 and state = 'collecting'"
        "  returning group_id, name, site_id, first_day, last_day, entry_until, places,"
        "   programme_id, programme_version)"
        " select made.name, s.district, s.name, made.first_day, made.last_day, made.entry_until,"
        "  made.places, v.meets_before from made join scheduling.site s using (site_id)"
        " join scheduling.programme_version v on v.programme_id = made.programme_id"
        "  and v.version = made.programme_version"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &become, params, &rows, error))
        return error_while(error, "making a group of an idea");
    if (rows_count(rows) != 1)
        return error_set(error, ERROR_ABSENT, "an idea that is roomed has no series");
    *booked = (struct group_booked){
        .group_id = group_id,
        .name = row_text(rows, 0, 0),
        .district = row_text(rows, 0, 1),
        .site = row_text(rows, 0, 2),
        .first_day = row_day(rows, 0, 3),
        .last_day = row_day(rows, 0, 4),
        .entry_until = row_day(rows, 0, 5),
        .places = row_int(rows, 0, 6),
        .meets_before = row_bool(rows, 0, 7),
    };
    return true;
}

bool idea_end(
    struct context *context, struct uuid group_id, const char *reason, struct error *error)
{
    static const struct statement end = {"scheduling_idea_end",
        "update scheduling.idea set state = 'cancelled', refusal = $2, version = version + 1,"
        " changed_at = $3 where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_string(params, reason);
    param_time(params, context->now_ms);
    return idea_unroom(context, group_id, error) && tx_run(context->tx, &end, params, error);
}

bool idea_take_uncounted(struct context *context, int64_t since_ms,
    const struct idea_count_wanted **ideas, size_t *count, struct error *error)
{
    static const struct statement take = {"scheduling_idea_uncounted",
        "update scheduling.idea i set asked_at = $2 from scheduling.programme p"
        " where p.programme_id = i.programme_id and i.state in ('idea', 'collecting')"
        "  and (i.asked_at is null or i.asked_at < $1)"
        " returning i.group_id, p.situation, i.language, i.age_from, i.age_to, i.district,"
        "  case when i.slot is null then i.slots else 1::bigint << i.slot end,"
        "  coalesce((select g.first_day from scheduling.groups g where g.group_id = i.group_id),"
        "   greatest(i.earliest_day, $3)),"
        "  (select s.district from scheduling.room r join scheduling.site s using (site_id)"
        "   where r.room_id = i.room_id)"};
    struct params *params = params_new(context->arena);
    struct idea_count_wanted *read;
    struct rows *rows;

    param_time(params, since_ms);
    param_time(params, context->now_ms);
    param_day(params, (int32_t)(context->now_ms / 86400000));
    if (!tx_query(context->tx, &take, params, &rows, error))
        return error_while(error, "looking for ideas to count");
    *count = rows_count(rows);
    *ideas = read = ARENA_ARRAY(context->arena, struct idea_count_wanted, *count);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct idea_count_wanted){
            .group_id = row_uuid(rows, i, 0),
            .situation = (enum situation)row_name(rows, i, 1, situation_names, SITUATION_COUNT),
            .language = row_text(rows, i, 2),
            .age_from = row_int(rows, i, 3),
            .age_to = row_int(rows, i, 4),
            .district = row_null(rows, i, 8) ? row_text(rows, i, 5) : row_text(rows, i, 8),
            .slots = row_int(rows, i, 6),
            .day = row_day(rows, i, 7),
        };
    return true;
}
