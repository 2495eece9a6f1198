/* SQL of proposed and booked groups. */
#include "services/matching/matching_group_store.h"

#include "services/matching/core/season.h"

static bool add_children(
    struct context *context, const struct proposal *proposal, struct error *error)
{
    /* The look at the list locked nobody: who has left it meanwhile, by a red answer that another
     * copy has handled, is not pencilled in. Pencilled, it could never be proposed again. */
    static const struct statement add = {"matching_add_proposal_children",
        "insert into matching.proposal_child (group_id, referral_id)\n"
        "select $1, r.referral_id from matching.referral r\n"
        "where r.referral_id = any($2::uuid[]) and r.state = 'waiting'\n"
        "order by r.referral_id for update of r"};
    struct params *params = params_new(context->arena);

    param_uuid(params, proposal->wanted.group_id);
    param_uuids(params, proposal->children, sizeof(struct uuid), proposal->child_count);
    return tx_run(context->tx, &add, params, error);
}

bool matching_add_proposal(struct context *context, const struct proposal *proposal,
    const char *state, struct error *error)
{
    static const struct statement add = {"matching_add_proposal",
        "insert into matching.proposal (group_id, programme_id, room_id, parent_room_id,\n"
        "    leader_ids, parent_leader_ids, created_at, earliest_day, age_from, age_to, slot,\n"
        "    least, most, parents_most, children, score, state, situation, language, sex,\n"
        "    district, site, needs, why, decide_by, plan_id)\n"
        "values ($1, $2, $3, $4, $5::uuid[], $6::uuid[], $7, $8, $9, $10, $11, $12, $13, $14, "
        "$15,\n"
        "    $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"};
    const struct group_wanted *wanted = &proposal->wanted;
    struct params *params = params_new(context->arena);

    param_uuid(params, wanted->group_id);
    param_uuid(params, wanted->programme_id);
    param_uuid(params, wanted->room_id);
    param_uuid(params, wanted->parent_room_id);
    param_uuids(params, wanted->leader_ids, sizeof(struct uuid), wanted->leader_ids_count);
    param_uuids(
        params, wanted->parent_leader_ids, sizeof(struct uuid), wanted->parent_leader_ids_count);
    param_time(params, context->now_ms);
    param_day(params, wanted->earliest_day);
    param_int(params, wanted->age_from);
    param_int(params, wanted->age_to);
    param_int(params, wanted->slot);
    param_int(params, wanted->least);
    param_int(params, wanted->most);
    param_int(params, proposal->parents_most);
    param_int(params, (int64_t)proposal->child_count);
    param_int(params, proposal->score);
    param_string(params, state);
    param_string(params, situation_names[wanted->situation]);
    param_text(params, wanted->language);
    param_string(params, sex_names[wanted->sex]);
    param_text(params, proposal->district);
    param_text(params, proposal->site);
    param_text(params, proposal->needs);
    param_text(params, proposal->why);
    param_time(params, proposal->decide_by_ms);
    param_uuid(params, proposal->plan_id);
    return (tx_run(context->tx, &add, params, error) && add_children(context, proposal, error)) ||
           error_while(error, "proposing a group");
}

#define PROPOSAL_COLUMNS                                                                           \
    "group_id, programme_id, room_id, parent_room_id, leader_ids,\n"                               \
    "    parent_leader_ids, earliest_day, age_from, age_to, slot, least, most, situation,\n"       \
    "    language, sex, array(select c.referral_id from matching.proposal_child c\n"               \
    "        where c.group_id = p.group_id and not c.released order by 1)"

static void read_proposal(
    struct context *context, const struct rows *rows, size_t row, struct proposal *proposal)
{
    struct group_wanted *wanted = &proposal->wanted;

    *wanted = (struct group_wanted){
        .group_id = row_uuid(rows, row, 0),
        .programme_id = row_uuid(rows, row, 1),
        .room_id = row_uuid(rows, row, 2),
        .parent_room_id = row_uuid(rows, row, 3),
        .earliest_day = row_day(rows, row, 6),
        .latest_day = row_day(rows, row, 6) + SEASON_BEGINS_WITHIN,
        .age_from = row_int(rows, row, 7),
        .age_to = row_int(rows, row, 8),
        .slot = row_int(rows, row, 9),
        .least = row_int(rows, row, 10),
        .most = row_int(rows, row, 11),
        .situation = (enum situation)row_name(rows, row, 12, situation_names, SITUATION_COUNT),
        .language = row_text(rows, row, 13),
        .sex = (enum sex)row_name(rows, row, 14, sex_names, SEX_COUNT),
    };
    wanted->leader_ids_count = row_uuids(rows, row, 4, context->arena, &wanted->leader_ids);
    wanted->parent_leader_ids_count =
        row_uuids(rows, row, 5, context->arena, &wanted->parent_leader_ids);
    proposal->child_count = row_uuids(rows, row, 15, context->arena, &proposal->children);
}

static void read_proposals(
    struct context *context, const struct rows *rows, struct proposals *proposals)
{
    struct proposal *read = ARENA_ARRAY(context->arena, struct proposal, rows_count(rows));

    for (size_t i = 0; i < rows_count(rows); i++)
        read_proposal(context, rows, i, &read[i]);
    *proposals = (struct proposals){read, rows_count(rows)};
}

bool matching_take_proposals(struct context *context, struct uuid plan_id,
    const struct uuid *groups, size_t count, struct proposals *proposals, struct error *error)
{
    static const struct statement take = {"matching_take_proposals",
        "select " PROPOSAL_COLUMNS " from matching.proposal p\n"
        "where state = 'proposed' and (plan_id = $1 or group_id = any($2::uuid[]))\n"
        "order by group_id for update"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, plan_id);
    param_uuids(params, groups, sizeof *groups, count);
    if (!tx_query(context->tx, &take, params, &rows, error))
        return error_while(error, "looking what is proposed still");
    read_proposals(context, rows, proposals);
    return true;
}

bool matching_note_stale(struct context *context, const struct uuid *groups,
    const enum stale *reasons, size_t count, struct error *error)
{
    static const struct statement note = {"matching_note_stale",
        "update matching.proposal p set stale = m.stale\n"
        "from unnest($1::uuid[], $2::text[]) as m (group_id, stale)\n"
        "where p.group_id = m.group_id"};
    struct params *params = params_new(context->arena);

    param_uuids(params, groups, sizeof *groups, count);
    param_names(params, (const int *)reasons, sizeof *reasons, count, stale_names);
    return tx_run(context->tx, &note, params, error);
}

bool matching_move_proposals(struct context *context, const struct uuid *first, size_t stride,
    size_t count, const char *from, const char *to, const char *by, struct proposals *moved,
    struct error *error)
{
    static const struct statement move = {"matching_move_proposals",
        "update matching.proposal p set state = $3, decided_by = coalesce($4, p.decided_by),\n"
        "    ended_at = case when $3 in ('refused', 'failed', 'booked', 'expired')\n"
        "        then $5 end\n"
        "where group_id = any($1::uuid[]) and state = $2\n"
        "returning " PROPOSAL_COLUMNS};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, first, stride, count);
    param_string(params, from);
    param_string(params, to);
    param_string(params, by);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &move, params, &rows, error))
        return error_while(error, "moving proposals to %s", to);
    read_proposals(context, rows, moved);
    return true;
}

bool matching_run_out_proposals(struct context *context, size_t most, const struct uuid **groups,
    size_t *count, struct error *error)
{
    static const struct statement find = {"matching_run_out_proposals",
        "select group_id from matching.proposal where state = 'proposed' and decide_by <= $1\n"
        "order by decide_by limit $2 for update skip locked"};
    struct params *params = params_new(context->arena);
    struct uuid *found;
    struct rows *rows;

    param_time(params, context->now_ms);
    param_int(params, (int64_t)most);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "looking for proposals that nobody decided");
    *count = rows_count(rows);
    *groups = found = ARENA_ARRAY(context->arena, struct uuid, *count);
    for (size_t i = 0; i < *count; i++)
        found[i] = row_uuid(rows, i, 0);
    return true;
}

bool matching_note_refusals(struct context *context, const struct group_refused *messages,
    size_t count, struct error *error)
{
    static const struct statement note = {"matching_note_refusals",
        "update matching.proposal p set refusal = m.refusal\n"
        "from unnest($1::uuid[], $2::text[]) as m (group_id, refusal)\n"
        "where p.group_id = m.group_id"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_names(params, COLUMN(messages, reason), count, booking_refusal_names);
    return tx_run(context->tx, &note, params, error);
}

bool matching_add_groups(struct context *context, const struct group_booked *messages, size_t count,
    bool *known, struct error *error)
{
    static const struct statement add = {"matching_add_groups",
        "with m as (\n"
        "    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[],\n"
        "        $6::date[], $7::bigint[], $8::boolean[]) with ordinality\n"
        "        as m (group_id, district, site, first_day, last_day, entry_until, places,\n"
        "            meets_before, n)),\n"
        "new as (\n"
        "    insert into matching.open_group (group_id, first_day, last_day, entry_until, places,\n"
        "        age_from, age_to, slot, parents_most, situation, language, sex, district, site,\n"
        "        needs, meets_before, closed)\n"
        "    select m.group_id, m.first_day, m.last_day, m.entry_until,\n"
        "        least(m.places, coalesce(i.quota, m.places)),\n"
        "        coalesce(p.age_from, g.age_from), coalesce(p.age_to, g.age_to),\n"
        "        coalesce(p.slot, g.slot),\n"
        "        coalesce(p.parents_most, (select r.capacity from scheduling.room_v r\n"
        "            where r.room_id = g.parent_room_id)),\n"
        "        coalesce(p.situation, g.situation), coalesce(p.language, g.language),\n"
        "        case when p.group_id is null then g.sex else p.sex end, m.district, m.site,\n"
        "        coalesce(p.needs, (select array_to_string(r.needs, ' ')\n"
        "            from scheduling.room_v r where r.room_id = g.room_id), ''), m.meets_before,\n"
        "        coalesce(i.intake = 'theirs', false)\n"
        "    from m left join scheduling.group_intake_v i using (group_id)\n"
        "    left join matching.proposal p using (group_id)\n"
        "    left join scheduling.group_v g on g.group_id = m.group_id and p.group_id is null\n"
        "    where p.group_id is not null or g.group_id is not null\n"
        "    on conflict (group_id) do update set first_day = excluded.first_day,\n"
        "        last_day = excluded.last_day, entry_until = excluded.entry_until\n"
        "    returning group_id)\n"
        "select m.n - 1 from m join new using (group_id)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(messages, group_id), count);
    param_texts(params, COLUMN(messages, district), count);
    param_texts(params, COLUMN(messages, site), count);
    param_days(params, COLUMN(messages, first_day), count);
    param_days(params, COLUMN(messages, last_day), count);
    param_days(params, COLUMN(messages, entry_until), count);
    param_ints(params, COLUMN(messages, places), count);
    param_bools(params, COLUMN(messages, meets_before), count);
    if (!tx_query(context->tx, &add, params, &rows, error))
        return error_while(error, "opening %zu groups", count);
    for (size_t i = 0; i < rows_count(rows); i++)
        known[row_int(rows, i, 0)] = true;
    return true;
}

bool matching_confirm_groups(struct context *context, const struct group_confirmed *messages,
    size_t count, struct error *error)
{
    static const struct statement confirm = {"matching_confirm_groups",
        "update matching.open_group g set confirmed = true, first_day = m.first_day\n"
        "from unnest($1::uuid[], $2::date[]) as m (group_id, first_day)\n"
        "where g.group_id = m.group_id"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_days(params, COLUMN(messages, first_day), count);
    return tx_run(context->tx, &confirm, params, error);
}

bool matching_change_series(struct context *context, const struct series_changed *messages,
    size_t count, struct error *error)
{
    static const struct statement change = {"matching_change_series",
        "update matching.open_group g set first_day = m.first_day, last_day = m.last_day,"
        "    entry_until = m.entry_until, series_version = m.version\n"
        "from (select distinct on (group_id) * from unnest($1::uuid[], $2::bigint[], $3::date[],"
        "    $4::date[], $5::date[]) as said (group_id, version, first_day, last_day, entry_until)"
        "    order by group_id, version desc) m\n"
        "where g.group_id = m.group_id and g.series_version < m.version"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_days(params, COLUMN(messages, first_day), count);
    param_days(params, COLUMN(messages, last_day), count);
    param_days(params, COLUMN(messages, entry_until), count);
    return tx_run(context->tx, &change, params, error);
}

bool matching_postpone_groups(struct context *context, const struct series_postponed *messages,
    size_t count, struct error *error)
{
    static const struct statement postpone = {"matching_postpone_groups",
        "update matching.open_group g set first_day = m.first_day, last_day = m.last_day,\n"
        "    entry_until = m.entry_until, freed = true, series_version = m.version\n"
        "from unnest($1::uuid[], $2::bigint[], $3::date[], $4::date[], $5::date[])\n"
        "    as m (group_id, version, first_day, last_day, entry_until)\n"
        "where g.group_id = m.group_id and g.series_version < m.version"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_ints(params, COLUMN(messages, version), count);
    param_days(params, COLUMN(messages, first_day), count);
    param_days(params, COLUMN(messages, last_day), count);
    param_days(params, COLUMN(messages, entry_until), count);
    return tx_run(context->tx, &postpone, params, error);
}

bool matching_close_groups(struct context *context, const struct group_cancelled *messages,
    size_t count, struct error *error)
{
    static const struct statement close_them = {"matching_close_groups",
        "update matching.open_group set closed = true where group_id = any($1::uuid[])"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    return tx_run(context->tx, &close_them, params, error);
}

bool matching_end_groups(struct context *context, int32_t today, struct error *error)
{
    static const struct statement end = {"matching_end_groups",
        "with g as (\n"
        "    update matching.open_group set closed = true\n"
        "    where last_day < $1 and not closed returning group_id)\n"
        "update matching.place p set ended = true\n"
        "from g where p.group_id = g.group_id and not p.ended and p.state = 'taken'"};
    struct params *params = params_new(context->arena);

    param_day(params, today);
    return tx_run(context->tx, &end, params, error);
}

bool matching_count_for_idea(struct context *context, const struct idea_count_wanted *idea,
    struct idea_counted *counted, struct error *error)
{
    static const struct statement find = {"matching_count_for_idea",
        "select s.slot, count(*) from generate_series(0, 62) s (slot)\n"
        "join (select c.free_slots from matching.waiting w\n"
        "    join matching.case c using (referral_id)\n"
        "    where w.situation = $1 and $2 = any(string_to_array(c.languages, ' '))\n"
        "        and not c.same_sex_only\n"
        "        and c.birth_date <= $7 - make_interval(years => $3::int)\n"
        "        and c.birth_date > $7 - make_interval(years => $4::int + 1)\n"
        "        and ($5::text is null or (select t.minutes from scheduling.travel_v t\n"
        "            where t.a = c.district and t.b = $5) <= c.max_travel_min)\n"
        "        and not exists (select from matching.place p\n"
        "            where p.child_id = c.child_id and not p.ended)) c\n"
        "    on c.free_slots >> s.slot & 1 = 1\n"
        "where $6::bigint >> s.slot & 1 = 1 group by s.slot order by 2 desc, 1 limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_string(params, situation_names[idea->situation]);
    param_text(params, idea->language);
    param_int(params, idea->age_from);
    param_int(params, idea->age_to);
    param_text(params, idea->district);
    param_int(params, idea->slots);
    param_day(params, idea->day);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "counting who fits an idea");
    *counted = (struct idea_counted){.group_id = idea->group_id, .slot = INT_ABSENT};
    if (rows_count(rows) > 0) {
        counted->slot = row_int(rows, 0, 0);
        counted->fits = row_int(rows, 0, 1);
    }
    return true;
}
