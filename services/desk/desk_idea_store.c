/* The statements behind desk_idea_store.h. */
#include "services/desk/desk_idea_store.h"

static const struct statement look_ideas = {
    "desk_look_ideas",
    "select i.group_id, i.programme_id, i.room_id, i.leader_ids[1], i.leader_ids[2], i.programme,"
    " i.language, i.district, d.name, r.name,"
    " (select string_agg(l.work_name, ', ' order by n) from unnest(i.leader_ids) with ordinality"
    "   as p (id, n) join desk.leader_name_v l on l.leader_id = p.id),"
    " i.refusal, g.name, i.situation, i.state, i.intake, i.age_from, i.age_to, i.slots, i.slot,"
    " i.least, i.fits, i.quota, t.weekday, extract(epoch from t.starts)::bigint / 60,"
    " b.weekday, extract(epoch from b.starts)::bigint / 60, i.earliest_day,"
    " i.viable, i.staffed, i.roomed, i.counted_at is not null, i.parents, i.parent_leaders,"
    " i.parent_room_id, i.parent_leader_ids[1], i.parent_leader_ids[2], pr.name,"
    " (select string_agg(l.work_name, ', ' order by n) from unnest(i.parent_leader_ids)"
    "   with ordinality as p (id, n) join desk.leader_name_v l on l.leader_id = p.id),"
    " cardinality(i.parent_leader_ids)"
    " from scheduling.idea_v i left join scheduling.district_v d on d.code = i.district"
    " left join scheduling.name_v r on r.id = i.room_id and r.kind = 'room'"
    " left join scheduling.name_v pr on pr.id = i.parent_room_id and pr.kind = 'room'"
    " left join scheduling.slot_v t on t.slot = i.slot"
    " left join scheduling.slot_v b on b.slot = i.best_slot"
    " left join scheduling.group_v g on g.group_id = i.group_id and i.state = 'booked'"
    " where i.group_id = $1 or $1 is null and i.state in ('idea', 'collecting')"
    " order by i.made_at desc limit $2",
};

static void read_idea(const struct rows *rows, size_t i, struct idea_row *idea)
{
    *idea = (struct idea_row){
        .group_id = row_uuid(rows, i, 0),
        .programme_id = row_uuid(rows, i, 1),
        .room_id = row_uuid(rows, i, 2),
        .leaders = {row_uuid(rows, i, 3), row_uuid(rows, i, 4)},
        .programme = row_text(rows, i, 5),
        .language = row_text(rows, i, 6),
        .district = row_text(rows, i, 7),
        .district_name = row_text(rows, i, 8),
        .room = row_text(rows, i, 9),
        .pair = row_text(rows, i, 10),
        .refusal = row_text(rows, i, 11),
        .group_name = row_text(rows, i, 12),
        .situation = (enum situation)row_name(rows, i, 13, situation_names, SITUATION_COUNT),
        .state = (enum group_state)row_name(rows, i, 14, group_state_names, GROUP_STATE_COUNT),
        .intake = (enum group_intake)row_name(rows, i, 15, group_intake_names, GROUP_INTAKE_COUNT),
        .age_from = row_int(rows, i, 16),
        .age_to = row_int(rows, i, 17),
        .slots = row_int(rows, i, 18),
        .slot = row_null(rows, i, 19) ? INT_ABSENT : row_int(rows, i, 19),
        .least = row_int(rows, i, 20),
        .fits = row_null(rows, i, 21) ? 0 : row_int(rows, i, 21),
        .quota = row_null(rows, i, 22) ? INT_ABSENT : row_int(rows, i, 22),
        .when = {row_null(rows, i, 23) ? INT_ABSENT : row_int(rows, i, 23), row_int(rows, i, 24)},
        .best = {row_null(rows, i, 25) ? INT_ABSENT : row_int(rows, i, 25), row_int(rows, i, 26)},
        .earliest_day = row_day(rows, i, 27),
        .viable = row_bool(rows, i, 28),
        .staffed = row_bool(rows, i, 29),
        .roomed = row_bool(rows, i, 30),
        .counted = row_bool(rows, i, 31),
        .parents = row_text(rows, i, 32),
        .parent_leaders_needed = row_int(rows, i, 33),
        .parent_room_id = row_uuid(rows, i, 34),
        .parent_leaders = {row_uuid(rows, i, 35), row_uuid(rows, i, 36)},
        .parent_room = row_text(rows, i, 37),
        .parent_pair = row_text(rows, i, 38),
        .parent_leader_count = row_int(rows, i, 39),
    };
}

bool desk_look_ideas(struct context *context, struct uuid group_id, const struct idea_row **ideas,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct idea_row *found;
    struct rows *rows;

    param_uuid(params, group_id);
    param_int(params, IDEAS_MOST);
    if (!tx_query(context->tx, &look_ideas, params, &rows, error))
        return error_while(error, "reading ideas");
    *count = rows_count(rows);
    *ideas = found = ARENA_ARRAY(context->arena, struct idea_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read_idea(rows, i, &found[i]);
    return true;
}

static const struct statement look_choices = {
    "desk_look_choices",
    "select * from ("
    " select 'programme' as kind, programme_id::text as key, name, situation as more,"
    "  null::bigint as weekday, null::bigint as starts from scheduling.programme_v"
    "  where format = 'group' and may_open"
    " union all select 'room', n.id::text, n.name, r.district, null, null"
    "  from scheduling.name_v n join scheduling.room_v r on r.room_id = n.id"
    " union all select 'leader', n.leader_id::text, n.work_name,"
    "  array_to_string(l.situations, ' '), null, null"
    "  from desk.leader_name_v n join scheduling.leader_v l using (leader_id)"
    " union all select 'district', code, name, null, null, null from scheduling.district_v"
    " union all select 'slot', slot::text, lpad(slot::text, 2, '0'), null, weekday,"
    "  extract(epoch from starts)::bigint / 60 from scheduling.slot_v) c"
    " order by kind, name limit 2000",
};

bool desk_look_choices(
    struct context *context, const struct idea_choice **choices, size_t *count, struct error *error)
{
    struct idea_choice *found;
    struct rows *rows;

    if (!tx_query(context->tx, &look_choices, NULL, &rows, error))
        return error_while(error, "reading what an idea may choose from");
    *count = rows_count(rows);
    *choices = found = ARENA_ARRAY(context->arena, struct idea_choice, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct idea_choice){
            .kind = row_text(rows, i, 0),
            .key = row_text(rows, i, 1),
            .name = row_text(rows, i, 2),
            .more = row_text(rows, i, 3),
            .when = {row_null(rows, i, 4) ? INT_ABSENT : row_int(rows, i, 4),
                row_null(rows, i, 5) ? 0 : row_int(rows, i, 5)},
        };
    return true;
}
