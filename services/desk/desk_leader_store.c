/* The statements behind desk_leader_store.h. */
#include "services/desk/desk_leader_store.h"

#include "services/desk/desk_look_store.h"

/* Of the term that is now, or else the next: what the manager has released, and what groups take of
 * it, eight hours each. */
#define LEADER_COLUMNS                                                                             \
    "select r.leader_id, r.work_name, r.employer, d.name, r.home_unit,"                            \
    " array_to_string(r.languages, ' '), r.employment,"                                            \
    " array(select t.situation from scheduling.leader_training_v t"                                \
    "  where t.leader_id = r.leader_id and t.valid_from <= day.today"                              \
    "   and (t.valid_until is null or t.valid_until >= day.today)"                                 \
    "  group by t.situation order by t.situation), r.districts, r.experienced, r.parents,"         \
    " r.active, r.led, r.max_groups, l.groups, case r.experience_said when true then 1"            \
    "  when false then 0 end, h.hours_week, l.groups * 8, r.contract_from, r.contract_until,"      \
    " (select coalesce(bit_or(1::bigint << s::int), 0) from unnest(r.slots) s), r.home"            \
    " from (select common.today() as today) day,"                                                  \
    " scheduling.leader_register_v r"                                                              \
    " left join scheduling.district_v d on d.code = r.home"                                        \
    " cross join lateral (select count(*) as groups from scheduling.leader_group_v g"              \
    "  where g.leader_id = r.leader_id"                                                            \
    "   and g.state in ('booked', 'offered', 'confirmed', 'running')) l"                           \
    " left join lateral (select e.hours_week from scheduling.leader_release_v e"                   \
    "  where e.leader_id = r.leader_id and e.last_day >= day.today"                                \
    "  order by e.first_day limit 1) h on true"

static void fill_leader(
    struct context *context, const struct rows *rows, size_t i, struct leader_row *leader)
{
    *leader = (struct leader_row){
        .leader_id = row_uuid(rows, i, 0),
        .work_name = row_text(rows, i, 1),
        .employer = row_text(rows, i, 2),
        .home = row_text(rows, i, 3),
        .home_unit = row_text(rows, i, 4),
        .languages = row_text(rows, i, 5),
        .employment = (enum employment)row_name(rows, i, 6, employment_names, EMPLOYMENT_COUNT),
        .experienced = row_bool(rows, i, 9),
        .parents = row_bool(rows, i, 10),
        .active = row_bool(rows, i, 11),
        .led = row_int(rows, i, 12),
        .max_groups = row_int(rows, i, 13),
        .groups = row_int(rows, i, 14),
        .experience_said = row_null(rows, i, 15) ? INT_ABSENT : row_int(rows, i, 15),
        .release = row_null(rows, i, 16) ? INT_ABSENT : row_int(rows, i, 16),
        .busy = row_int(rows, i, 17),
        .contract_from = row_day(rows, i, 18),
        .contract_until = row_day(rows, i, 19),
        .slots = row_int(rows, i, 20),
        .home_code = row_text(rows, i, 21),
    };
    leader->situation_count = row_texts(rows, i, 7, context->arena, &leader->situations);
    leader->district_count = row_texts(rows, i, 8, context->arena, &leader->districts);
}

static const struct statement look_leaders = {
    "desk_look_leaders",
    LEADER_COLUMNS
    " where ($1::text is null or exists (select from scheduling.leader_training_v t"
    "   where t.leader_id = r.leader_id and t.situation = $1 and t.valid_from <= day.today"
    "    and (t.valid_until is null or t.valid_until >= day.today)))"
    " and ($2::text is null or $2 = any (r.districts))"
    " and ($3 = 0 or h.hours_week is null or h.hours_week - l.groups * 8 >= $3)"
    " order by r.active desc, r.work_name, r.leader_id limit $4",
};

bool desk_look_leaders(struct context *context, const struct leader_filter *filter,
    const struct leader_row **leaders, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct leader_row *found;
    struct rows *rows;

    param_string(params, filter->situation ? situation_names[filter->situation] : NULL);
    param_text(params, filter->district);
    param_int(params, filter->free_hours);
    param_int(params, DESK_LEADERS_MOST);
    if (!tx_query(context->tx, &look_leaders, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *leaders = found = ARENA_ARRAY(context->arena, struct leader_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        fill_leader(context, rows, i, &found[i]);
    return true;
}

static const struct statement look_leader = {
    "desk_look_leader", LEADER_COLUMNS " where r.leader_id = $1"};

/* The rows that a statement has about one leader. */
static bool ask_about(struct context *context, const struct statement *statement,
    struct uuid leader_id, struct rows **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, leader_id);
    if (!tx_query(context->tx, statement, params, rows, error))
        return false;
    *count = rows_count(*rows);
    return true;
}

bool desk_look_leader(struct context *context, struct uuid leader_id, struct leader_row *leader,
    bool *found, struct error *error)
{
    struct rows *rows;
    size_t count;

    if (!ask_about(context, &look_leader, leader_id, &rows, &count, error))
        return false;
    *found = count > 0;
    if (*found)
        fill_leader(context, rows, 0, leader);
    return true;
}

static const struct statement look_trainings = {
    "desk_look_trainings",
    "select situation, level, valid_from, valid_until from scheduling.leader_training_v"
    " where leader_id = $1 order by situation, valid_from desc limit 60",
};

bool desk_look_trainings(struct context *context, struct uuid leader_id,
    const struct training_row **rows, size_t *count, struct error *error)
{
    struct training_row *found;
    struct rows *all;

    if (!ask_about(context, &look_trainings, leader_id, &all, count, error))
        return false;
    *rows = found = ARENA_ARRAY(context->arena, struct training_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct training_row){
            (enum situation)row_name(all, i, 0, situation_names, SITUATION_COUNT),
            (enum training_level)row_name(all, i, 1, training_level_names, TRAINING_LEVEL_COUNT),
            row_day(all, i, 2), row_day(all, i, 3)};
    return true;
}

static const struct statement look_ledger = {
    "desk_look_ledger",
    "select school_year, season, hours_week, weeks::bigint, planned_minutes, used_minutes,"
    "  meetings, last_day >= common.today() from scheduling.leader_ledger_v"
    " where leader_id = $1 and last_day >= common.today() - 200"
    "  and first_day <= common.today() + 400 order by first_day",
};

bool desk_look_ledger(struct context *context, struct uuid leader_id,
    const struct ledger_row **rows, size_t *count, struct error *error)
{
    struct ledger_row *found;
    struct rows *all;

    if (!ask_about(context, &look_ledger, leader_id, &all, count, error))
        return false;
    *rows = found = ARENA_ARRAY(context->arena, struct ledger_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct ledger_row){row_text(all, i, 0),
            (enum term_season)row_name(all, i, 1, term_season_names, TERM_SEASON_COUNT),
            row_null(all, i, 2) ? INT_ABSENT : row_int(all, i, 2), row_int(all, i, 3),
            row_int(all, i, 4), row_int(all, i, 5), row_int(all, i, 6), row_bool(all, i, 7)};
    return true;
}

static const struct statement look_absences = {
    "desk_look_absences",
    "select absence_id, reason, first_day, last_day from scheduling.leader_absence_v"
    " where leader_id = $1 and last_day >= common.today() - 60"
    " order by first_day desc limit 40",
};

bool desk_look_absences(struct context *context, struct uuid leader_id,
    const struct absence_row **rows, size_t *count, struct error *error)
{
    struct absence_row *found;
    struct rows *all;

    if (!ask_about(context, &look_absences, leader_id, &all, count, error))
        return false;
    *rows = found = ARENA_ARRAY(context->arena, struct absence_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct absence_row){row_uuid(all, i, 0),
            (enum absence_reason)row_name(all, i, 1, absence_reason_names, ABSENCE_REASON_COUNT),
            row_day(all, i, 2), row_day(all, i, 3)};
    return true;
}

static const struct statement look_led = {
    "desk_look_led",
    "select group_id, name, state, weekday, extract(epoch from starts)::bigint / 60, first_day,"
    "  last_day, part = 'parent', clear_at is not null from scheduling.leader_group_v"
    " where leader_id = $1 and state in ('booked', 'offered', 'confirmed', 'running')"
    " order by first_day, name",
};

bool desk_look_led(struct context *context, struct uuid leader_id, const struct led_row **rows,
    size_t *count, struct error *error)
{
    struct led_row *found;
    struct rows *all;

    if (!ask_about(context, &look_led, leader_id, &all, count, error))
        return false;
    *rows = found = ARENA_ARRAY(context->arena, struct led_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct led_row){row_uuid(all, i, 0), row_text(all, i, 1),
            (enum group_state)row_name(all, i, 2, group_state_names, GROUP_STATE_COUNT),
            {row_int(all, i, 3), row_int(all, i, 4)}, row_day(all, i, 5), row_day(all, i, 6),
            row_bool(all, i, 7), row_bool(all, i, 8)};
    return true;
}

static const struct statement look_days = {
    "desk_look_leader_days",
    "select group_id, name, site, meeting_no, starts_at from scheduling.leader_day_v"
    " where leader_id = $1 and state = 'planned' and starts_at > common.civil_now()"
    " order by starts_at limit 12",
};

bool desk_look_leader_days(struct context *context, struct uuid leader_id,
    const struct leader_day_row **rows, size_t *count, struct error *error)
{
    struct leader_day_row *found;
    struct rows *all;

    if (!ask_about(context, &look_days, leader_id, &all, count, error))
        return false;
    *rows = found = ARENA_ARRAY(context->arena, struct leader_day_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct leader_day_row){row_uuid(all, i, 0), row_text(all, i, 1),
            row_text(all, i, 2), row_int(all, i, 3), row_time(all, i, 4)};
    return true;
}

static const struct statement look_searches = {
    "desk_look_searches",
    "select s.substitution_id, s.group_id, s.group_name, l.work_name,"
    "  (select string_agg(n.work_name, ', ' order by a.rank)"
    "   from scheduling.substitute_ask_v a join desk.leader_name_v n using (leader_id)"
    "   where a.substitution_id = s.substitution_id),"
    "  s.first_at, s.meetings, s.state = 'unfilled'"
    " from scheduling.substitution_v s join desk.leader_name_v l using (leader_id)"
    " where s.state in ('searching', 'unfilled') order by s.first_at limit 30",
};

bool desk_look_searches(
    struct context *context, const struct search_row **rows, size_t *count, struct error *error)
{
    struct search_row *found;
    struct rows *all;

    if (!tx_query(context->tx, &look_searches, NULL, &all, error))
        return false;
    *count = rows_count(all);
    *rows = found = ARENA_ARRAY(context->arena, struct search_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct search_row){row_uuid(all, i, 0), row_uuid(all, i, 1),
            row_text(all, i, 2), row_text(all, i, 3), row_text(all, i, 4), row_time(all, i, 5),
            row_int(all, i, 6), row_bool(all, i, 7)};
    return true;
}

static const struct statement look_forecast = {
    "desk_look_forecast",
    "select situation, district_name, waiting, expected, leaders_now, leaders_then, groups_needed,"
    "  groups_led, groups_short, short_from from scheduling.forecast_v"
    " where groups_short > 0 order by groups_short desc, short_from, situation, district limit 20",
};

bool desk_look_forecast(
    struct context *context, const struct forecast_row **rows, size_t *count, struct error *error)
{
    struct forecast_row *found;
    struct rows *all;

    if (!tx_query(context->tx, &look_forecast, NULL, &all, error))
        return false;
    *count = rows_count(all);
    *rows = found = ARENA_ARRAY(context->arena, struct forecast_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct forecast_row){
            (enum situation)row_name(all, i, 0, situation_names, SITUATION_COUNT),
            row_text(all, i, 1), row_int(all, i, 2), row_int(all, i, 3), row_int(all, i, 4),
            row_int(all, i, 5), row_int(all, i, 6), row_int(all, i, 7), row_int(all, i, 8),
            row_day(all, i, 9)};
    return true;
}

static const struct statement look_all_districts = {
    "desk_look_all_districts",
    "select code, name from scheduling.district_v order by name",
};

bool desk_look_all_districts(
    struct context *context, const struct district_row **rows, size_t *count, struct error *error)
{
    struct district_row *found;
    struct rows *all;

    if (!tx_query(context->tx, &look_all_districts, NULL, &all, error))
        return false;
    *count = rows_count(all);
    *rows = found = ARENA_ARRAY(context->arena, struct district_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct district_row){row_text(all, i, 0), row_text(all, i, 1)};
    return true;
}

static const struct statement look_slots = {"desk_look_slots",
    "select slot, weekday, extract(epoch from starts)::bigint / 60 from scheduling.slot_v"
    " where slot < 63 order by weekday, starts"};

bool desk_look_slots(
    struct context *context, const struct slot_row **rows, size_t *count, struct error *error)
{
    struct slot_row *found;
    struct rows *all;

    if (!tx_query(context->tx, &look_slots, NULL, &all, error))
        return false;
    *count = rows_count(all);
    *rows = found = ARENA_ARRAY(context->arena, struct slot_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct slot_row){row_int(all, i, 0), {row_int(all, i, 1), row_int(all, i, 2)}};
    return true;
}
