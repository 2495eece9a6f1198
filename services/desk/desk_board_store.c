/* The statements behind desk_board_store.h. */
#include "services/desk/desk_board_store.h"

/* A reason that is younger than this program is shown as a plain refusal. */
static void param_reasons(struct params *params)
{
    struct text known[ACT_REASON_COUNT - 1];

    for (int i = 1; i < ACT_REASON_COUNT; i++)
        known[i - 1] = text_of(act_reason_names[i]);
    param_texts(params, known, sizeof *known, ACT_REASON_COUNT - 1);
}

static bool look(struct context *context, const struct statement *statement, struct params *params,
    struct rows **rows, size_t *count, struct error *error)
{
    if (!tx_query(context->tx, statement, params, rows, error))
        return error_while(error, "reading a board");
    *count = rows_count(*rows);
    return true;
}

static struct weekly read_weekly(const struct rows *rows, size_t i, int column)
{
    return (struct weekly){row_null(rows, i, column) ? INT_ABSENT : row_int(rows, i, column),
        row_null(rows, i, column + 1) ? 0 : row_int(rows, i, column + 1)};
}

bool desk_look_plan_board(
    struct context *context, struct uuid plan_id, struct board_row *board, struct error *error)
{
    static const struct statement look_board = {"desk_look_plan_board",
        "select coalesce(b.version, 1), b.looked_at, p.planned_at from matching.plan_v p"
        " left join matching.board_v b using (plan_id) where p.plan_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;
    size_t count = 0;

    param_uuid(params, plan_id);
    if (!look(context, &look_board, params, &rows, &count, error))
        return false;
    *board = (struct board_row){.found = count > 0};
    if (count > 0)
        *board = (struct board_row){row_int(rows, 0, 0),
            row_null(rows, 0, 1) ? INT_ABSENT : row_time(rows, 0, 1), row_time(rows, 0, 2), true};
    return true;
}

#define LEADER(n)                                                                                  \
    " (p.leader_ids || p.parent_leader_ids)[" n "], (select l.work_name from desk.leader_name_v l" \
    "   where l.leader_id = (p.leader_ids || p.parent_leader_ids)[" n "])"

/* A number that a group keeps as long as its plan is there. */
static const struct statement look_groups = {"desk_look_board_groups",
    "select p.group_id, p.room_id, p.parent_room_id, g.name, p.language, r.name, q.name, d.name,"
    " p.situation, p.slot, t.weekday, extract(epoch from t.starts)::bigint / 60, n.number,"
    " p.age_from, p.age_to, p.children, p.least, p.most, p.decide_by, p.drafted,"
    " cardinality(p.leader_ids || p.parent_leader_ids)," LEADER("1") "," LEADER("2") "," LEADER(
        "3") "," LEADER("4") " from matching.proposal_v p"
                             " join (select group_id, row_number() over (order by created_at, "
                             "group_id) as number"
                             "   from matching.proposal_v where plan_id = $1) n using (group_id)"
                             " left join scheduling.programme_v g using (programme_id)"
                             " left join scheduling.name_v r on r.id = p.room_id and r.kind = "
                             "'room'"
                             " left join scheduling.name_v q on q.id = p.parent_room_id and q.kind "
                             "= 'room'"
                             " left join scheduling.district_v d on d.code = p.district"
                             " left join scheduling.slot_v t on t.slot = p.slot"
                             " where p.plan_id = $1 and p.state = 'proposed' order by n.number "
                             "limit $2"};

static void read_group(const struct rows *rows, size_t i, struct board_group_row *group)
{
    *group = (struct board_group_row){
        .group_id = row_uuid(rows, i, 0),
        .room_id = row_uuid(rows, i, 1),
        .parent_room_id = row_uuid(rows, i, 2),
        .programme = row_text(rows, i, 3),
        .language = row_text(rows, i, 4),
        .room = row_text(rows, i, 5),
        .parent_room = row_text(rows, i, 6),
        .district = row_text(rows, i, 7),
        .situation = (enum situation)row_name(rows, i, 8, situation_names, SITUATION_COUNT),
        .slot = row_int(rows, i, 9),
        .when = read_weekly(rows, i, 10),
        .number = row_int(rows, i, 12),
        .age_from = row_int(rows, i, 13),
        .age_to = row_int(rows, i, 14),
        .children = row_int(rows, i, 15),
        .least = row_int(rows, i, 16),
        .most = row_int(rows, i, 17),
        .decide_by_ms = row_time(rows, i, 18),
        .drafted = row_bool(rows, i, 19),
        .leader_count = (size_t)row_int(rows, i, 20),
    };
    if (group->leader_count > 4)
        group->leader_count = 4;
    for (int j = 0; j < (int)group->leader_count; j++) {
        group->leader_ids[j] = row_uuid(rows, i, 21 + 2 * j);
        group->leaders[j] = row_text(rows, i, 22 + 2 * j);
    }
}

bool desk_look_board_groups(struct context *context, struct uuid plan_id,
    const struct board_group_row **groups, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct board_group_row *found;
    struct rows *rows;

    param_uuid(params, plan_id);
    param_int(params, BOARD_GROUPS_MOST);
    if (!look(context, &look_groups, params, &rows, count, error))
        return false;
    *groups = found = ARENA_ARRAY(context->arena, struct board_group_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read_group(rows, i, &found[i]);
    return true;
}

static bool look_children(struct context *context, const struct statement *statement,
    struct params *params, const struct board_child_row **children, size_t *count,
    struct error *error)
{
    struct board_child_row *found;
    struct rows *rows;

    if (!look(context, statement, params, &rows, count, error))
        return false;
    *children = found = ARENA_ARRAY(context->arena, struct board_child_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct board_child_row){row_uuid(rows, i, 0), row_uuid(rows, i, 1),
            row_text(rows, i, 2), row_text(rows, i, 3), row_int(rows, i, 4)};
    return true;
}

bool desk_look_board_children(struct context *context, struct uuid plan_id,
    const struct board_child_row **children, size_t *count, struct error *error)
{
    static const struct statement look_them = {"desk_look_board_children",
        "select c.referral_id, c.group_id, s.code, d.name, c.age from matching.board_child_v c"
        " left join intake.safety_v s using (referral_id)"
        " left join scheduling.district_v d on d.code = c.district"
        " where c.plan_id = $1 order by c.received_at, c.referral_id limit 1000"};
    struct params *params = params_new(context->arena);

    param_uuid(params, plan_id);
    return look_children(context, &look_them, params, children, count, error);
}

bool desk_look_board_waiting(struct context *context, struct uuid plan_id,
    const struct board_child_row **children, size_t *count, struct error *error)
{
    static const struct statement look_them = {"desk_look_board_waiting",
        "select w.referral_id, f.group_id, s.code, d.name, w.age"
        " from (select b.group_id, unnest(b.children) as referral_id"
        "   from matching.board_group_v b join matching.proposal_v p using (group_id)"
        "   where p.plan_id = $1 and p.state = 'proposed') f"
        " join matching.referral_v w using (referral_id)"
        " left join intake.safety_v s using (referral_id)"
        " left join scheduling.district_v d on d.code = w.district"
        " where w.state = 'waiting'"
        " order by w.urgency desc, w.waiting_since, w.referral_id, f.group_id limit $2"};
    struct params *params = params_new(context->arena);

    param_uuid(params, plan_id);
    param_int(params, BOARD_FITS_MOST);
    return look_children(context, &look_them, params, children, count, error);
}

/* Who has a leader or a room at that time: a booked group, a proposal of another plan. */
#define HOLDERS                                                                                    \
    " left join lateral ("                                                                         \
    "  select h.group_id, h.name, false as elsewhere from scheduling.group_v h"                    \
    "   where b.reason in ('leader_taken', 'room_taken') and b.other_id is null"                   \
    "    and h.state in ('booked', 'offered', 'confirmed', 'running')"                             \
    "    and h.last_day >= common.today() and h.weekday = t.weekday"                               \
    "    and b.subject_id = any(h.leader_ids || h.parent_leader_ids || h.room_id"                  \
    "      || h.parent_room_id)"                                                                   \
    "    and abs(extract(epoch from h.starts - t.starts))"                                         \
    "      < (h.minutes + case when b.about = 'leader' then 120 else 0 end) * 60"                  \
    "  union all select null, g.name, true from matching.proposal_v o"                             \
    "   join scheduling.slot_v u on u.slot = o.slot"                                               \
    "   left join scheduling.programme_v g using (programme_id)"                                   \
    "   where b.reason in ('leader_taken', 'room_taken') and b.other_id is null"                   \
    "    and o.state in ('proposed', 'approved', 'wanted') and o.group_id <> p.group_id"           \
    "    and u.weekday = t.weekday and b.subject_id = any(o.leader_ids || o.parent_leader_ids"     \
    "      || o.room_id || o.parent_room_id)"                                                      \
    "  limit 1) h on true"

static const struct statement look_breaks = {"desk_look_board_breaks",
    "select b.group_id, b.other_id, case when b.reason = any($2) then b.reason end, n.name,"
    " s.code, h.name, h.group_id, coalesce(h.elsewhere, false),"
    " exists (select from scheduling.leader_absence_v a where b.reason = 'leader_taken'"
    "   and b.other_id is null and h.name is null and a.leader_id = b.subject_id"
    "   and a.last_day >= common.today())"
    " from matching.board_break_v b join matching.proposal_v p using (group_id)"
    " left join scheduling.slot_v t on t.slot = p.slot"
    " left join scheduling.name_v n on n.id = b.subject_id and n.kind in ('room', 'leader')"
    " left join intake.safety_v s on b.about = 'child' and s.referral_id = b.subject_id" HOLDERS
    " where p.plan_id = $1 and p.state = 'proposed' order by b.group_id, b.nth limit 500"};

bool desk_look_board_breaks(struct context *context, struct uuid plan_id,
    const struct board_break_row **breaks, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct board_break_row *found;
    struct rows *rows;

    param_uuid(params, plan_id);
    param_reasons(params);
    if (!look(context, &look_breaks, params, &rows, count, error))
        return false;
    *breaks = found = ARENA_ARRAY(context->arena, struct board_break_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct board_break_row){
            .group_id = row_uuid(rows, i, 0),
            .other_id = row_uuid(rows, i, 1),
            .reason = (enum act_reason)row_name(rows, i, 2, act_reason_names, ACT_REASON_COUNT),
            .name = row_text(rows, i, 3),
            .code = row_text(rows, i, 4),
            .holder = row_text(rows, i, 5),
            .holder_id = row_uuid(rows, i, 6),
            .elsewhere = row_bool(rows, i, 7),
            .absent = row_bool(rows, i, 8),
        };
    return true;
}

static const struct statement look_acts = {"desk_look_board_acts",
    "with n as (select group_id, row_number() over (order by created_at, group_id) as number"
    "   from matching.proposal_v where plan_id = $1)"
    " select a.act_id, a.group_id, a.subject_id, a.before_id, a.after_id, a.act, s.code, b.name,"
    " f.name, w.display_name, a.before_slot, a.after_slot, a.version, a.groups, a.at,"
    " t.weekday, extract(epoch from t.starts)::bigint / 60, u.weekday,"
    " extract(epoch from u.starts)::bigint / 60,"
    " case when a.reason = any($2) then a.reason end, a.outcome = 'refused', a.undone,"
    " (select number from n where n.group_id = a.group_id),"
    " (select number from n where a.act = 'child' and n.group_id = a.before_id),"
    " (select number from n where a.act = 'child' and n.group_id = a.after_id)"
    " from matching.board_act_v a"
    " left join intake.safety_v s on a.act = 'child' and s.referral_id = a.subject_id"
    " left join scheduling.name_v b on b.id = a.before_id and b.kind <> 'group'"
    " left join scheduling.name_v f on f.id = a.after_id and f.kind <> 'group'"
    " left join scheduling.slot_v t on t.slot = a.before_slot"
    " left join scheduling.slot_v u on u.slot = a.after_slot"
    " left join desk.staff w on w.staff_id = a.asked_by"
    " where a.plan_id = $1 order by a.at desc, a.version desc limit $3"};

static void read_act(const struct rows *rows, size_t i, struct board_act_row *act)
{
    *act = (struct board_act_row){
        .act_id = row_uuid(rows, i, 0),
        .group_id = row_uuid(rows, i, 1),
        .subject_id = row_uuid(rows, i, 2),
        .before_id = row_uuid(rows, i, 3),
        .after_id = row_uuid(rows, i, 4),
        .act = (enum board_act)row_name(rows, i, 5, board_act_names, BOARD_ACT_COUNT),
        .code = row_text(rows, i, 6),
        .before = row_text(rows, i, 7),
        .after = row_text(rows, i, 8),
        .by = row_text(rows, i, 9),
        .before_slot = row_null(rows, i, 10) ? INT_ABSENT : row_int(rows, i, 10),
        .after_slot = row_null(rows, i, 11) ? INT_ABSENT : row_int(rows, i, 11),
        .version = row_int(rows, i, 12),
        .groups = row_int(rows, i, 13),
        .at_ms = row_time(rows, i, 14),
        .before_when = read_weekly(rows, i, 15),
        .after_when = read_weekly(rows, i, 17),
        .reason = (enum act_reason)row_name(rows, i, 19, act_reason_names, ACT_REASON_COUNT),
        .refused = row_bool(rows, i, 20),
        .undone = row_bool(rows, i, 21),
        .number = row_null(rows, i, 22) ? INT_ABSENT : row_int(rows, i, 22),
        .from_number = row_null(rows, i, 23) ? INT_ABSENT : row_int(rows, i, 23),
        .to_number = row_null(rows, i, 24) ? INT_ABSENT : row_int(rows, i, 24),
    };
}

bool desk_look_board_acts(struct context *context, struct uuid plan_id,
    const struct board_act_row **acts, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct board_act_row *found;
    struct rows *rows;

    param_uuid(params, plan_id);
    param_reasons(params);
    param_int(params, BOARD_ACTS_MOST);
    if (!look(context, &look_acts, params, &rows, count, error))
        return false;
    *acts = found = ARENA_ARRAY(context->arena, struct board_act_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        read_act(rows, i, &found[i]);
    return true;
}

static const struct statement look_choices = {"desk_look_board_choices",
    "select * from ("
    " select 'leader1' as kind, l.leader_id::text as key, n.work_name as name, null::bigint,"
    "   null::bigint, coalesce(l.leader_id = any(b.first_leaders), false) as fits"
    "  from scheduling.leader_v l join desk.leader_name_v n using (leader_id)"
    "  left join matching.board_group_v b on b.group_id = $1"
    " union all select 'leader2', l.leader_id::text, n.work_name, null, null,"
    "   coalesce(l.leader_id = any(b.second_leaders), false)"
    "  from scheduling.leader_v l join desk.leader_name_v n using (leader_id)"
    "  left join matching.board_group_v b on b.group_id = $1"
    " union all select 'room', r.room_id::text, n.name, null, null,"
    "   coalesce(r.room_id = any(b.rooms), false)"
    "  from scheduling.room_v r join scheduling.name_v n on n.id = r.room_id"
    "  left join matching.board_group_v b on b.group_id = $1"
    " union all select 'slot', s.slot::text, lpad(s.slot::text, 2, '0'), s.weekday,"
    "   extract(epoch from s.starts)::bigint / 60, coalesce(b.slots >> s.slot & 1 = 1, false)"
    "  from scheduling.slot_v s left join matching.board_group_v b on b.group_id = $1"
    ") c order by kind, fits desc, name limit 2000"};

bool desk_look_board_choices(struct context *context, struct uuid group_id,
    const struct board_choice_row **choices, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct board_choice_row *found;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!look(context, &look_choices, params, &rows, count, error))
        return false;
    *choices = found = ARENA_ARRAY(context->arena, struct board_choice_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct board_choice_row){row_text(rows, i, 0), row_text(rows, i, 1),
            row_text(rows, i, 2), read_weekly(rows, i, 3), row_bool(rows, i, 5)};
    return true;
}
