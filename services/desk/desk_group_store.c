/* The statements behind desk_group_store.h. */
#include "services/desk/desk_group_store.h"

#define GROUP_COLUMNS                                                                              \
    "select g.group_id, g.name, g.programme, g.language, d.name, g.site,"                          \
    " array_to_string(g.leaders, ', '), g.reason, g.situation, g.state, g.weekday,"                \
    " extract(epoch from g.starts)::bigint / 60, g.age_from, g.age_to, g.minutes, g.least,"        \
    " g.places, g.taken, g.offered, g.first_day, g.last_day"                                       \
    " from scheduling.group_v g left join scheduling.district_v d on d.code = g.district"          \
    " where ($1::uuid is null or $1 = any(g.leader_ids || g.parent_leader_ids))"

static void fill_group(const struct rows *rows, size_t i, struct group_row *group)
{
    *group = (struct group_row){
        .group_id = row_uuid(rows, i, 0),
        .name = row_text(rows, i, 1),
        .programme = row_text(rows, i, 2),
        .language = row_text(rows, i, 3),
        .district = row_text(rows, i, 4),
        .site = row_text(rows, i, 5),
        .leaders = row_text(rows, i, 6),
        .reason = row_text(rows, i, 7),
        .situation = (enum situation)row_name(rows, i, 8, situation_names, SITUATION_COUNT),
        .state = (enum group_state)row_name(rows, i, 9, group_state_names, GROUP_STATE_COUNT),
        .when = {row_int(rows, i, 10), row_int(rows, i, 11)},
        .age_from = row_int(rows, i, 12),
        .age_to = row_int(rows, i, 13),
        .minutes = row_int(rows, i, 14),
        .least = row_int(rows, i, 15),
        .places = row_int(rows, i, 16),
        .taken = row_int(rows, i, 17),
        .offered = row_int(rows, i, 18),
        .first_day = row_day(rows, i, 19),
        .last_day = row_day(rows, i, 20),
    };
}

static const struct statement look_groups = {
    "desk_look_groups",
    GROUP_COLUMNS
    " and (g.state in ('finished', 'evaluated', 'merged', 'postponed', 'cancelled')) = $2"
    " order by case when $2 then -(g.first_day - date '2000-01-01') else g.first_day - date "
    "'2000-01-01' end,"
    " g.name limit $3",
};

bool desk_look_groups(struct context *context, struct uuid leader, bool ended,
    const struct group_row **groups, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, leader);
    param_bool(params, ended);
    param_int(params, DESK_GROUPS_MOST);
    if (!tx_query(context->tx, &look_groups, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct group_row *found = ARENA_ARRAY(context->arena, struct group_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        fill_group(rows, i, &found[i]);
    *groups = found;
    return true;
}

static const struct statement look_group = {
    "desk_look_group", GROUP_COLUMNS " and g.group_id = $2"};

bool desk_look_group(struct context *context, struct uuid group_id, struct uuid leader,
    struct group_row *group, bool *found, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, leader);
    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_group, params, &rows, error))
        return false;
    *found = rows_count(rows) > 0;
    if (*found)
        fill_group(rows, 0, group);
    return true;
}

static const struct statement look_meetings = {
    "desk_look_meetings",
    "select m.meeting_id, m.theme, m.state, m.meeting_no, m.starts_at, m.day, a.present, a.away"
    "  from scheduling.meeting_v m"
    "  cross join lateral (select count(*) filter (where p.presence = 'present') as present,"
    "    count(*) filter (where p.presence <> 'present') as away"
    "   from desk.presence_v p where p.meeting_id = m.meeting_id) a"
    " where m.group_id = $1 order by m.meeting_no",
};

bool desk_look_meetings(struct context *context, struct uuid group_id,
    const struct meeting_row **meetings, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_meetings, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct meeting_row *found = ARENA_ARRAY(context->arena, struct meeting_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct meeting_row){
            .meeting_id = row_uuid(rows, i, 0),
            .theme = row_text(rows, i, 1),
            .state = row_text(rows, i, 2),
            .meeting_no = row_int(rows, i, 3),
            .starts_at_ms = row_time(rows, i, 4),
            .day = row_day(rows, i, 5),
            .present = row_int(rows, i, 6),
            .absent = row_int(rows, i, 7),
        };
    *meetings = found;
    return true;
}

static const struct statement look_roster = {
    "desk_look_roster",
    "select o.referral_id, s.code, o.place_no, r.age, p.presence,"
    "       exists (select from scheduling.before_start_v b"
    "           where b.referral_id = o.referral_id and b.group_id = o.group_id),"
    "       exists (select from scheduling.absence_v a"
    "           where a.referral_id = o.referral_id and a.meeting_id = $2),"
    "       (select max(m.starts_at) from scheduling.meeting_v m"
    "         join desk.presence_v h on h.meeting_id = m.meeting_id"
    "          and h.referral_id = o.referral_id and h.presence = 'present'"
    "         where m.group_id = o.group_id and m.meeting_id is distinct from $2)"
    "  from scheduling.roster_v o"
    "  left join intake.safety_v s using (referral_id)"
    "  left join lateral (select v.age from matching.referral_v v"
    "       where v.referral_id = o.referral_id limit 1) r on true"
    "  left join desk.presence_v p on p.referral_id = o.referral_id and p.meeting_id = $2"
    " where o.group_id = $1 order by o.place_no",
};

bool desk_look_roster(struct context *context, struct uuid group_id, struct uuid meeting_id,
    const struct roster_row **roster, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_uuid(params, meeting_id);
    if (!tx_query(context->tx, &look_roster, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct roster_row *found = ARENA_ARRAY(context->arena, struct roster_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct roster_row){row_uuid(rows, i, 0), row_text(rows, i, 1),
            row_int(rows, i, 2), row_int(rows, i, 3),
            (enum presence)row_name(rows, i, 4, presence_names, PRESENCE_COUNT),
            row_bool(rows, i, 5), row_bool(rows, i, 6), row_time(rows, i, 7)};
    *roster = found;
    return true;
}
