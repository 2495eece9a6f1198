/* SQL of the board of a plan. */
#include "services/matching/matching_board_store.h"

bool matching_open_board(struct context *context, struct uuid plan_id, struct uuid act_id,
    int64_t *version, bool *known, struct error *error)
{
    static const struct statement make = {"matching_make_board",
        "insert into matching.board (plan_id) select plan_id from matching.plan where plan_id = "
        "$1\n"
        "on conflict do nothing"};
    static const struct statement lock = {"matching_lock_board",
        "select version, exists (select from matching.board_act a where a.act_id = $2)\n"
        "from matching.board where plan_id = $1 for update"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, plan_id);
    if (!tx_run(context->tx, &make, params, error))
        return false;
    params = params_new(context->arena);
    param_uuid(params, plan_id);
    param_uuid(params, act_id);
    if (!tx_query(context->tx, &lock, params, &rows, error))
        return error_while(error, "opening a board");
    *known = rows_count(rows) == 0 || row_bool(rows, 0, 1); /* no such plan: nothing to do */
    *version = rows_count(rows) ? row_int(rows, 0, 0) : 0;
    return true;
}

bool matching_set_board_version(
    struct context *context, struct uuid plan_id, int64_t version, struct error *error)
{
    static const struct statement set = {"matching_set_board_version",
        "update matching.board set version = $2::int where plan_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, plan_id);
    param_int(params, version);
    return tx_run(context->tx, &set, params, error);
}

bool matching_note_board(
    struct context *context, const struct board_note *note, struct error *error)
{
    static const struct statement add = {"matching_note_board",
        "insert into matching.board_act (act_id, plan_id, version, at, asked_by, act, group_id,\n"
        "    subject_id, before_id, after_id, before_slot, after_slot, groups, outcome, reason)\n"
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,\n"
        "    case when $14::text is null then 'done' else 'refused' end, $14)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, note->act_id);
    param_uuid(params, note->plan_id);
    param_int(params, note->version);
    param_time(params, context->now_ms);
    param_uuid(params, note->by);
    param_string(params, board_act_names[note->act]);
    param_uuid(params, note->group_id);
    param_uuid(params, note->subject_id);
    param_uuid(params, note->before_id);
    param_uuid(params, note->after_id);
    param_int(params, note->before_slot);
    param_int(params, note->after_slot);
    param_int(params, note->groups);
    param_string(params, note->reason ? act_reason_names[note->reason] : NULL);
    return tx_run(context->tx, &add, params, error);
}

bool matching_last_change(
    struct context *context, struct uuid plan_id, struct board_note *note, struct error *error)
{
    static const struct statement find = {"matching_last_change",
        "select act_id, act, group_id, subject_id, before_id, after_id, before_slot, after_slot\n"
        "from matching.board_act where plan_id = $1 and outcome = 'done' and not undone\n"
        "    and act in ('room', 'parent_room', 'slot', 'leader', 'child', 'group')\n"
        "order by version desc limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *note = (struct board_note){.plan_id = plan_id};
    param_uuid(params, plan_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "looking for the last change");
    if (rows_count(rows) == 0)
        return true;
    note->act_id = row_uuid(rows, 0, 0);
    note->act = (enum board_act)row_name(rows, 0, 1, board_act_names, BOARD_ACT_COUNT);
    note->group_id = row_uuid(rows, 0, 2);
    note->subject_id = row_uuid(rows, 0, 3);
    note->before_id = row_uuid(rows, 0, 4);
    note->after_id = row_uuid(rows, 0, 5);
    note->before_slot = row_null(rows, 0, 6) ? INT_ABSENT : row_int(rows, 0, 6);
    note->after_slot = row_null(rows, 0, 7) ? INT_ABSENT : row_int(rows, 0, 7);
    return true;
}

bool matching_mark_undone(struct context *context, struct uuid act_id, struct error *error)
{
    static const struct statement mark = {
        "matching_mark_undone", "update matching.board_act set undone = true where act_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, act_id);
    return tx_run(context->tx, &mark, params, error);
}

static bool find_ids(struct context *context, const struct statement *statement,
    struct params *params, struct ids *ids, struct error *error)
{
    struct uuid *found;
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return error_while(error, "looking at boards");
    found = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = row_uuid(rows, i, 0);
    *ids = (struct ids){found, rows_count(rows)};
    return true;
}

bool matching_boards_to_look_at(struct context *context, int64_t looked_before_ms, size_t most,
    struct ids *plans, struct error *error)
{
    static const struct statement find = {"matching_boards_to_look_at",
        "select p.plan_id from (select distinct plan_id from matching.proposal\n"
        "    where state = 'proposed' and plan_id is not null) p\n"
        "left join matching.board b using (plan_id)\n"
        "where b.looked_at is null or b.looked_at < $1\n"
        "order by b.looked_at nulls first, p.plan_id desc limit $2"};
    struct params *params = params_new(context->arena);

    param_time(params, looked_before_ms);
    param_int(params, (int64_t)most);
    return find_ids(context, &find, params, plans, error);
}

bool matching_waiting_for_board(
    struct context *context, struct uuid plan_id, struct ids *waiting, struct error *error)
{
    static const struct statement find = {"matching_waiting_for_board",
        "select w.referral_id from matching.waiting w\n"
        "where w.situation in (select situation from matching.proposal\n"
        "    where plan_id = $1 and state = 'proposed')\n"
        "order by w.urgency desc, w.turn limit $2"};
    struct params *params = params_new(context->arena);

    param_uuid(params, plan_id);
    param_int(params, BOARD_WAITING_MOST);
    return find_ids(context, &find, params, waiting, error);
}

/* --- changes --- */

static bool change(struct context *context, const struct statement *statement,
    struct params *params, bool *found, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return error_while(error, "changing a proposal");
    *found = rows_count(rows) > 0;
    return true;
}

bool matching_draft_room(struct context *context, struct uuid group_id, struct uuid room_id,
    bool for_parents, bool *found, struct error *error)
{
    static const struct statement children = {"matching_draft_room",
        "update matching.proposal p set room_id = r.room_id, district = r.district,\n"
        "    site = r.site, needs = array_to_string(r.needs, ' '), drafted = true,\n"
        "    most = greatest(p.least, least(g.most, coalesce(g.quota, g.most), r.capacity))\n"
        "from scheduling.room_v r, scheduling.programme_v g\n"
        "where p.group_id = $1 and p.state = 'proposed' and r.room_id = $2\n"
        "    and g.programme_id = p.programme_id returning true"};
    static const struct statement parents = {"matching_draft_parent_room",
        "update matching.proposal p set parent_room_id = r.room_id, parents_most = r.capacity,\n"
        "    drafted = true from scheduling.room_v r\n"
        "where p.group_id = $1 and p.state = 'proposed' and r.room_id = $2\n"
        "    and p.parent_room_id is not null returning true"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_uuid(params, room_id);
    return change(context, for_parents ? &parents : &children, params, found, error);
}

bool matching_draft_slot(
    struct context *context, struct uuid group_id, int64_t slot, struct error *error)
{
    static const struct statement set = {"matching_draft_slot",
        "update matching.proposal set slot = $2::int, drafted = true\n"
        "where group_id = $1 and state = 'proposed'"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_int(params, slot);
    return tx_run(context->tx, &set, params, error);
}

bool matching_draft_leader(struct context *context, struct uuid group_id, struct uuid before,
    struct uuid after, bool *found, struct error *error)
{
    static const struct statement set = {"matching_draft_leader",
        "update matching.proposal p set leader_ids = array_replace(leader_ids, $2, $3),\n"
        "    parent_leader_ids = array_replace(parent_leader_ids, $2, $3), drafted = true\n"
        "from scheduling.leader_v l\n"
        "where p.group_id = $1 and p.state = 'proposed' and l.leader_id = $3\n"
        "    and $2 = any(p.leader_ids || p.parent_leader_ids)\n"
        "    and $3 <> all(p.leader_ids || p.parent_leader_ids) returning true"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_uuid(params, before);
    param_uuid(params, after);
    return change(context, &set, params, found, error);
}

bool matching_draft_count(struct context *context, struct uuid group_id, struct error *error)
{
    static const struct statement count = {"matching_draft_count",
        "update matching.proposal p set drafted = true, children = (select count(*)\n"
        "    from matching.proposal_child c where c.group_id = p.group_id and not c.released)\n"
        "where group_id = $1 and state = 'proposed'"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    return uuid_absent(group_id) || tx_run(context->tx, &count, params, error);
}

bool matching_draft_child(struct context *context, struct uuid referral_id, struct uuid from,
    struct uuid to, struct error *error)
{
    static const struct statement leave = {"matching_draft_leave",
        "update matching.proposal_child set released = true\n"
        "where group_id = $1 and referral_id = $2"};
    static const struct statement join = {"matching_draft_join",
        "insert into matching.proposal_child as c (group_id, referral_id)\n"
        "select $1, r.referral_id from matching.referral r where r.referral_id = $2\n"
        "on conflict (group_id, referral_id) do update set released = false"};
    const struct uuid groups[] = {from, to};
    const struct statement *const statements[] = {&leave, &join};

    for (size_t i = 0; i < 2; i++) {
        struct params *params = params_new(context->arena);

        param_uuid(params, groups[i]);
        param_uuid(params, referral_id);
        if (!uuid_absent(groups[i]) && !tx_run(context->tx, statements[i], params, error))
            return false;
    }
    return matching_draft_count(context, from, error) && matching_draft_count(context, to, error);
}

bool matching_draft_group(struct context *context, const struct board_wanted *wanted,
    struct uuid group_id, bool *found, struct error *error)
{
    /* Its days are those of the plan's other groups. */
    static const struct statement add = {"matching_draft_group",
        "insert into matching.proposal (group_id, programme_id, room_id, leader_ids, created_at,\n"
        "    earliest_day, age_from, age_to, slot, least, most, children, score, state,\n"
        "    situation, language, district, site, needs, why, decide_by, plan_id, drafted)\n"
        "select $1, g.programme_id, r.room_id, $5::uuid[], $6, o.earliest_day, $7::int, $8::int,\n"
        "    $9::int, least(g.least, coalesce(g.quota, g.least)),\n"
        "    greatest(least(g.least, coalesce(g.quota, g.least)),\n"
        "        least(g.most, coalesce(g.quota, g.most), r.capacity)), 0, 0, 'proposed',\n"
        "    g.situation, $10, r.district, r.site, array_to_string(r.needs, ' '),\n"
        "    'made by a coordinator', o.decide_by, $2, true\n"
        "from scheduling.programme_v g, scheduling.room_v r,\n"
        "    (select max(earliest_day) as earliest_day, max(decide_by) as decide_by\n"
        "     from matching.proposal where plan_id = $2 and state = 'proposed') o\n"
        "where g.programme_id = $3 and g.format = 'group' and g.may_open and g.parents <> 'yes'\n"
        "    and r.room_id = $4 and o.decide_by is not null\n"
        "    and (select count(*) from scheduling.leader_v l\n"
        "         where l.leader_id = any($5::uuid[])) = 2 returning true"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_uuid(params, wanted->plan_id);
    param_uuid(params, wanted->to_id);
    param_uuid(params, wanted->subject_id);
    param_uuids(params, wanted->leader_ids, sizeof(struct uuid), wanted->leader_ids_count);
    param_time(params, context->now_ms);
    param_int(params, wanted->age_from);
    param_int(params, wanted->age_to);
    param_int(params, wanted->slot);
    param_text(params, wanted->language);
    return change(context, &add, params, found, error);
}

/* --- what a look found --- */

static bool forget_look(struct context *context, struct uuid plan_id, struct error *error)
{
    static const struct statement breaks = {"matching_forget_breaks",
        "delete from matching.board_break b using matching.proposal p\n"
        "where p.plan_id = $1 and b.group_id = p.group_id"};
    static const struct statement fits = {"matching_forget_fits",
        "delete from matching.board_group b using matching.proposal p\n"
        "where p.plan_id = $1 and b.group_id = p.group_id"};
    static const struct statement note = {
        "matching_note_look", "update matching.board set looked_at = $2 where plan_id = $1"};
    struct params *params = params_new(context->arena);
    struct params *when = params_new(context->arena);

    param_uuid(params, plan_id);
    param_uuid(when, plan_id);
    param_time(when, context->now_ms);
    return tx_run(context->tx, &breaks, params, error) &&
           tx_run(context->tx, &fits, params, error) && tx_run(context->tx, &note, when, error);
}

static bool keep_breaks(
    struct context *context, const struct board_break *breaks, size_t count, struct error *error)
{
    static const char *const abouts[] = {"group", "room", "parent_room", "leader", "child"};
    static const struct statement add = {"matching_keep_breaks",
        "insert into matching.board_break (group_id, nth, reason, about, subject_id, other_id)\n"
        "select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::uuid[],\n"
        "    $6::uuid[])"};
    struct params *params;

    if (count == 0)
        return true;
    params = params_new(context->arena);
    param_uuids(params, COLUMN(breaks, group_id), count);
    param_ints(params, COLUMN(breaks, nth), count);
    param_names(params, COLUMN(breaks, reason), count, act_reason_names);
    param_names(params, COLUMN(breaks, about), count, abouts);
    param_uuids(params, COLUMN(breaks, subject_id), count);
    param_uuids(params, COLUMN(breaks, other_id), count);
    return tx_run(context->tx, &add, params, error);
}

static bool keep_fit(struct context *context, const struct board_fit *fit, struct error *error)
{
    static const struct statement add = {"matching_keep_fit",
        "insert into matching.board_group (group_id, first_leaders, second_leaders, rooms, slots,\n"
        "    children) values ($1, $2::uuid[], $3::uuid[], $4::uuid[], $5, $6::uuid[])"};
    struct params *params = params_new(context->arena);

    param_uuid(params, fit->group_id);
    param_uuids(params, fit->leaders[0].ids, sizeof(struct uuid), fit->leaders[0].count);
    param_uuids(params, fit->leaders[1].ids, sizeof(struct uuid), fit->leaders[1].count);
    param_uuids(params, fit->rooms.ids, sizeof(struct uuid), fit->rooms.count);
    param_int(params, fit->slots);
    param_uuids(params, fit->children.ids, sizeof(struct uuid), fit->children.count);
    return tx_run(context->tx, &add, params, error);
}

bool matching_keep_look(struct context *context, struct uuid plan_id,
    const struct board_break *breaks, size_t break_count, const struct board_fit *fits,
    size_t fit_count, struct error *error)
{
    if (!forget_look(context, plan_id, error) || !keep_breaks(context, breaks, break_count, error))
        return error_while(error, "writing what holds of a plan");
    for (size_t i = 0; i < fit_count; i++)
        if (!keep_fit(context, &fits[i], error))
            return error_while(error, "writing what would fit");
    return true;
}
