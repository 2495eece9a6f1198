/* The statements behind desk_evening_store.h. */
#include "services/desk/desk_evening_store.h"

static const struct statement look_missing = {
    "desk_look_missing",
    "select t.task_id, t.referral_id, t.group_id, t.kind, s.code, g.name, o.place_no, t.due_at"
    "  from desk.task t"
    "  join scheduling.group_v g using (group_id)"
    "  left join intake.safety_v s using (referral_id)"
    "  left join scheduling.roster_v o on o.group_id = t.group_id"
    "   and o.referral_id = t.referral_id"
    " where t.done_at is null and t.kind in ('missing_child', 'missing_late', 'missed_twice')"
    "  and case when $1::uuid is null then $2 = any (g.leader_ids || g.parent_leader_ids)"
    "      else t.group_id = $1 end"
    " order by t.due_at, t.task_id limit 40",
};

bool desk_look_missing(struct context *context, struct uuid group_id, struct uuid leader,
    const struct missing_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_uuid(params, group_id);
    param_uuid(params, leader);
    if (!tx_query(context->tx, &look_missing, params, &found, error))
        return false;
    *count = rows_count(found);
    struct missing_row *read = ARENA_ARRAY(context->arena, struct missing_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct missing_row){
            .task_id = row_uuid(found, i, 0),
            .referral_id = row_uuid(found, i, 1),
            .group_id = row_uuid(found, i, 2),
            .kind = (enum task_kind)row_name(found, i, 3, task_kind_names, TASK_KIND_COUNT),
            .code = row_text(found, i, 4),
            .group = row_text(found, i, 5),
            .place_no = row_int(found, i, 6),
            .due_at_ms = row_time(found, i, 7),
        };
    *rows = read;
    return true;
}

static const struct statement end_missing = {
    "desk_end_missing",
    "with asked as (select referral_id, meeting_id, kind from desk.task"
    "   where task_id = $1 and group_id = $2 and done_at is null),"
    " ended as (update desk.task t set done_at = $5, done_by = $3, result = $4,"
    "    owner = coalesce(t.owner, $3) from asked"
    "   where t.referral_id = asked.referral_id and t.meeting_id = asked.meeting_id"
    "    and t.done_at is null and case when asked.kind = 'missed_twice' then t.task_id = $1"
    "     else t.kind in ('missing_child', 'missing_late') end"
    "   returning t.referral_id)"
    " select referral_id from ended limit 1",
};

bool desk_end_missing(struct context *context, struct uuid task_id, struct uuid group_id,
    struct uuid staff_id, struct text result, struct uuid *referral_id, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, task_id);
    param_uuid(params, group_id);
    param_uuid(params, staff_id);
    param_text(params, result);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &end_missing, params, &rows, error))
        return false;
    *referral_id = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}

static const struct statement end_missing_of = {
    "desk_end_missing_of",
    "update desk.task set done_at = $4, done_by = $3, owner = coalesce(owner, $3)"
    " where meeting_id = $1 and referral_id = any($2::uuid[]) and done_at is null"
    "  and kind in ('missing_child', 'missing_late')",
};

bool desk_end_missing_of(struct context *context, struct uuid meeting_id,
    const struct uuid *referrals, size_t count, struct uuid staff_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, meeting_id);
    param_uuids(params, referrals, sizeof *referrals, count);
    param_uuid(params, staff_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &end_missing_of, params, error);
}

static const struct statement escalate = {
    "desk_escalate_missing",
    "with late as (update desk.task set escalated_at = $1"
    "   where kind = 'missing_child' and done_at is null and escalated_at is null"
    "    and due_at <= $1 returning task_id, referral_id, group_id, meeting_id, note)"
    " insert into desk.task (task_id, referral_id, kind, wanted_by, wanted_at, due_at, note,"
    "   group_id, meeting_id)"
    " select md5('late/' || task_id)::uuid, referral_id, 'missing_late', 'desk', $1, $1, note,"
    "   group_id, meeting_id from late"
    " on conflict (referral_id, work) where done_at is null do nothing",
};

bool desk_escalate_missing(struct context *context, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_time(params, context->now_ms);
    return tx_run(context->tx, &escalate, params, error);
}

static const struct statement look_evenings = {
    "desk_look_evenings",
    "select meeting_id, joint, things from scheduling.meeting_part_v where group_id = $1",
};

bool desk_look_evenings(struct context *context, struct uuid group_id,
    const struct evening_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_evenings, params, &found, error))
        return false;
    *count = rows_count(found);
    struct evening_row *read = ARENA_ARRAY(context->arena, struct evening_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct evening_row){
            row_uuid(found, i, 0), row_bool(found, i, 1), row_text(found, i, 2)};
    *rows = read;
    return true;
}

static const struct statement look_parent_group = {
    "desk_look_parent_group",
    "select r.name, (select string_agg(l.work_name, ', ' order by n)"
    "   from unnest(g.parent_leader_ids) with ordinality i (id, n)"
    "   join desk.leader_name_v l on l.leader_id = i.id)"
    "  from scheduling.group_v g join scheduling.name_v r on r.id = g.parent_room_id"
    " where g.group_id = $1",
};
static const struct statement look_parents = {
    "desk_look_parents",
    "select o.referral_id, v.person_id, s.code, v.nth, v.parent_wish, p.person_id is not null,"
    "   v.never_both"
    "  from scheduling.roster_v o"
    "  join intake.guardian_v v using (referral_id)"
    "  left join intake.safety_v s using (referral_id)"
    "  left join scheduling.parent_roster_v p on p.group_id = o.group_id"
    "   and p.person_id = v.person_id"
    " where o.group_id = $1 order by o.place_no, v.nth limit 200",
};

bool desk_look_parents(struct context *context, struct uuid group_id, struct parent_group *group,
    const struct parent_row **rows, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    *group = (struct parent_group){.found = false};
    *count = 0;
    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_parent_group, params, &found, error))
        return false;
    if (rows_count(found) == 0)
        return true;
    *group = (struct parent_group){true, row_text(found, 0, 0), row_text(found, 0, 1)};
    if (!tx_query(context->tx, &look_parents, params, &found, error))
        return false;
    *count = rows_count(found);
    struct parent_row *read = ARENA_ARRAY(context->arena, struct parent_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct parent_row){
            .referral_id = row_uuid(found, i, 0),
            .person_id = row_uuid(found, i, 1),
            .code = row_text(found, i, 2),
            .nth = row_int(found, i, 3),
            .wish = (enum parent_wish)row_name(found, i, 4, parent_wish_names, PARENT_WISH_COUNT),
            .takes_part = row_bool(found, i, 5),
            .never_both = row_bool(found, i, 6),
        };
    *rows = read;
    return true;
}
