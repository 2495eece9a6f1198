/* One leader at a time: the register changes some times a week. */
#include "services/scheduling/leaders_store.h"

#include "common/check.h"

bool leaders_find_booked(struct context *context, struct uuid leader_id,
    struct leader_booked *booked, struct error *error)
{
    static const struct statement find = {"scheduling_leader_booked",
        "select exists (select from scheduling.leader where leader_id = $1), min(m.day), max(m.day)"
        " from scheduling.leader_booking b join scheduling.meeting m using (meeting_id)"
        " where b.leader_id = $1 and m.state = 'planned'"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, leader_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *booked =
        (struct leader_booked){row_bool(rows, 0, 0), row_day(rows, 0, 1), row_day(rows, 0, 2)};
    return true;
}

/* Lists are as the message has them: what is not in it is gone. */
static bool keep_lists(
    struct context *context, const struct leader_kept *message, struct error *error)
{
    static const struct statement keep = {"scheduling_leader_lists",
        "with tongues_gone as (delete from scheduling.leader_language"
        "  where leader_id = $1 and language <> all ($2::text[])),"
        " tongues as (insert into scheduling.leader_language (leader_id, language)"
        "  select distinct $1, l from unnest($2::text[]) l on conflict do nothing),"
        " districts_gone as (delete from scheduling.leader_district"
        "  where leader_id = $1 and district <> all ($3::text[])),"
        " districts as (insert into scheduling.leader_district (leader_id, district)"
        "  select distinct $1, d from unnest($3::text[]) d on conflict do nothing),"
        " slots_gone as (delete from scheduling.leader_slot"
        "  where leader_id = $1 and $4::bigint >> slot & 1 = 0)"
        " insert into scheduling.leader_slot (leader_id, slot)"
        " select $1, s.slot from scheduling.slot s where $4::bigint >> s.slot & 1 = 1"
        " on conflict do nothing"};
    struct params *params = params_new(context->arena);

    param_uuid(params, message->leader_id);
    param_texts(params, message->languages, sizeof *message->languages, message->languages_count);
    param_texts(params, message->districts, sizeof *message->districts, message->districts_count);
    param_int(params, message->slots);
    return tx_run(context->tx, &keep, params, error);
}

bool leaders_keep(struct context *context, const struct leader_kept *message, struct error *error)
{
    static const struct statement keep = {"scheduling_leader_keep",
        "with led as (select count(*) as meetings from scheduling.leader_booking b"
        "  join scheduling.meeting m using (meeting_id)"
        "  where b.leader_id = $1 and m.state = 'held')"
        " insert into scheduling.leader as l (leader_id, work_name, employment, employer, home,"
        "  home_unit, experience_said, experienced, parents, max_groups, contract_from,"
        "  contract_until, active)"
        " select $1, $2, $3, $4, $5, $6, $7 = 'yes', $7 = 'yes', $8, $9, $10, $11, $12"
        "  where $7 <> 'by_meetings'"
        " union all select $1, $2, $3, $4, $5, $6, null, false, $8, $9, $10, $11, $12"
        "  where $7 = 'by_meetings'"
        " on conflict (leader_id) do update set work_name = excluded.work_name,"
        "  employment = excluded.employment, employer = excluded.employer, home = excluded.home,"
        "  home_unit = excluded.home_unit, experience_said = excluded.experience_said,"
        "  experienced = coalesce(excluded.experience_said,"
        "   l.led_before + (select meetings from led) >= (select experienced_after"
        "    from scheduling.leader_rule r where r.municipality_id = l.municipality_id)),"
        "  parents = excluded.parents, max_groups = excluded.max_groups,"
        "  contract_from = excluded.contract_from, contract_until = excluded.contract_until,"
        "  active = excluded.active"};
    struct params *params = params_new(context->arena);

    param_uuid(params, message->leader_id);
    param_text(params, message->work_name);
    param_string(params, employment_names[message->employment]);
    param_text(params, message->employer);
    param_text(params, message->home);
    param_text(params, message->home_unit);
    param_string(params, experience_names[message->experience]);
    param_bool(params, message->parents);
    param_int(params, message->max_groups);
    param_day(params, message->contract_from);
    param_day(params, message->contract_until);
    param_bool(params, message->active);
    return tx_run(context->tx, &keep, params, error) && keep_lists(context, message, error);
}

bool leaders_find_trained_until(struct context *context, const struct training_kept *message,
    int32_t *last_day, struct error *error)
{
    static const struct statement find = {"scheduling_trained_until",
        "select max(m.day) from scheduling.leader_booking b"
        " join scheduling.meeting m using (meeting_id)"
        " join scheduling.groups g using (group_id)"
        " where b.leader_id = $1 and g.situation = $2 and m.state = 'planned' and m.day >= $3"
        "  and not exists (select from scheduling.leader_training t where t.leader_id = $1"
        "   and t.situation = $2 and t.valid_from <> $3 and t.valid_from <= m.day"
        "   and (t.valid_until is null or t.valid_until >= m.day))"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->leader_id);
    param_string(params, situation_names[message->situation]);
    param_day(params, message->valid_from);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *last_day = row_day(rows, 0, 0);
    return true;
}

bool leaders_keep_training(
    struct context *context, const struct training_kept *message, struct error *error)
{
    static const struct statement keep = {"scheduling_training_keep",
        "insert into scheduling.leader_training (leader_id, situation, level, valid_from,"
        "  valid_until) values ($1, $2, $3, $4, $5)"
        " on conflict (leader_id, situation, valid_from) do update set level = excluded.level,"
        "  valid_until = excluded.valid_until"};
    struct params *params = params_new(context->arena);

    param_uuid(params, message->leader_id);
    param_string(params, situation_names[message->situation]);
    param_string(params, training_level_names[message->level]);
    param_day(params, message->valid_from);
    param_day(params, message->valid_until);
    return tx_run(context->tx, &keep, params, error);
}

static struct params *param_release(struct context *context, const struct release_kept *message)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, message->leader_id);
    param_text(params, message->school_year);
    param_string(params, term_season_names[message->season]);
    return params;
}

bool leaders_find_release_need(struct context *context, const struct release_kept *message,
    struct release_need *need, struct error *error)
{
    static const struct statement find = {"scheduling_release_need",
        "select count(t.first_day) > 0, coalesce(max(w.minutes), 0)"
        " from (select) always"
        " left join scheduling.term t on t.school_year = $2 and t.season = $3"
        " left join lateral (select (scheduling.week_minutes($1,"
        "   date_trunc('week', m.day::timestamp)::date) + 59) / 60 as minutes"
        "  from scheduling.leader_booking b join scheduling.meeting m using (meeting_id)"
        "  where b.leader_id = $1 and m.state = 'planned'"
        "   and m.day between t.first_day and t.last_day) w on true"};
    struct rows *rows;

    if (!tx_query(context->tx, &find, param_release(context, message), &rows, error))
        return false;
    *need = (struct release_need){row_bool(rows, 0, 0), row_int(rows, 0, 1)};
    return true;
}

bool leaders_keep_release(
    struct context *context, const struct release_kept *message, struct error *error)
{
    static const struct statement keep = {"scheduling_release_keep",
        "insert into scheduling.leader_release (leader_id, school_year, season, hours_week)"
        " values ($1, $2, $3, $4) on conflict (leader_id, school_year, season)"
        " do update set hours_week = excluded.hours_week"};
    struct params *params = param_release(context, message);

    param_int(params, message->hours_week);
    return tx_run(context->tx, &keep, params, error);
}

bool leaders_note_experience(struct context *context, struct error *error)
{
    static const struct statement note = {"scheduling_note_experience",
        "update scheduling.leader l set experienced = true"
        " from scheduling.leader_rule r"
        " where r.municipality_id = l.municipality_id and not l.experienced"
        "  and l.experience_said is null and l.led_before + (select count(*)"
        "   from scheduling.leader_booking b join scheduling.meeting m using (meeting_id)"
        "   where b.leader_id = l.leader_id and m.state = 'held') >= r.experienced_after"};

    return tx_run(context->tx, &note, NULL, error);
}

/* --- conflicts of interest --- */

static struct params *param_pair(struct context *context, const struct conflict_told *message)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, message->leader_id);
    param_uuid(params, message->group_id);
    return params;
}

bool leaders_find_conflict_place(struct context *context, const struct conflict_told *message,
    struct conflict_place *place, struct error *error)
{
    static const struct statement find = {"scheduling_conflict_place",
        "select exists (select from scheduling.group_leader gl join scheduling.groups g"
        "   using (group_id) where gl.leader_id = $1 and gl.group_id = $2"
        "   and g.state in ('booked', 'offered', 'confirmed', 'running')),"
        " exists (select from scheduling.booking_held where group_id = $2)"};
    struct rows *rows;

    if (!tx_query(context->tx, &find, param_pair(context, message), &rows, error))
        return false;
    *place = (struct conflict_place){.leads = row_bool(rows, 0, 0), .held = row_bool(rows, 0, 1)};
    return true;
}

bool leaders_clear(
    struct context *context, const struct conflict_told *message, struct error *error)
{
    static const struct statement clear = {"scheduling_leader_clear",
        "insert into scheduling.leader_clear (leader_id, group_id, told_by, told_at)"
        " values ($1, $2, $3, $4) on conflict (group_id, leader_id)"
        " do update set told_by = excluded.told_by, told_at = excluded.told_at"};
    struct params *params = param_pair(context, message);

    param_uuid(params, message->by);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &clear, params, error);
}

bool leaders_add_conflict(
    struct context *context, const struct conflict_told *message, struct error *error)
{
    static const struct statement add = {"scheduling_add_conflict",
        "with unclear as (delete from scheduling.leader_clear"
        "  where leader_id = $1 and group_id = $2)"
        " insert into scheduling.leader_conflict (leader_id, referral_id, told_by, told_at)"
        " values ($1, $3, $4, $5) on conflict do nothing"};
    struct params *params = param_pair(context, message);

    param_uuid(params, message->referral_id);
    param_uuid(params, message->by);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add, params, error);
}

static void read_ids(
    struct context *context, const struct rows *rows, const struct uuid **ids, size_t *count)
{
    struct uuid *found = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));

    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = row_uuid(rows, i, 0);
    *ids = found;
    *count = rows_count(rows);
}

bool leaders_conflicting_groups(struct context *context, const struct conflict_told *message,
    const struct uuid **groups, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_conflicting_groups",
        "select gl.group_id from scheduling.group_leader gl join scheduling.groups g"
        "  using (group_id)"
        " where gl.leader_id = $1 and g.state in ('booked', 'offered', 'confirmed', 'running')"
        "  and (gl.group_id = $2 or exists (select from scheduling.roster o"
        "   where o.group_id = gl.group_id and o.referral_id = $3)) order by gl.group_id"};
    struct params *params = param_pair(context, message);
    struct rows *rows;

    param_uuid(params, message->referral_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    read_ids(context, rows, groups, count);
    return true;
}

bool leaders_hold_booking(struct context *context, struct uuid group_id, struct error *error)
{
    static const struct statement hold = {"scheduling_hold_booking",
        "insert into scheduling.booking_held (group_id, since) values ($1, $2)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &hold, params, error);
}

bool leaders_release_booking(struct context *context, struct uuid group_id,
    struct group_booked *booked, bool *told, struct error *error)
{
    static const struct statement release = {"scheduling_release_booking",
        "with let as (delete from scheduling.booking_held h where h.group_id = $1"
        "  and not exists (select from scheduling.group_leader gl where gl.group_id = $1"
        "   and not exists (select from scheduling.leader_clear c"
        "    where c.group_id = $1 and c.leader_id = gl.leader_id)) returning h.group_id)"
        " select g.name, s.district, s.name, g.first_day, g.last_day, g.entry_until, g.places"
        " from let join scheduling.groups g using (group_id)"
        " join scheduling.site s using (site_id)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &release, params, &rows, error))
        return false;
    *told = rows_count(rows) > 0;
    if (*told)
        *booked = (struct group_booked){.group_id = group_id,
            .name = row_text(rows, 0, 0),
            .district = row_text(rows, 0, 1),
            .site = row_text(rows, 0, 2),
            .first_day = row_day(rows, 0, 3),
            .last_day = row_day(rows, 0, 4),
            .entry_until = row_day(rows, 0, 5),
            .places = row_int(rows, 0, 6)};
    return true;
}

bool leaders_drop_booking(struct context *context, struct uuid group_id, struct error *error)
{
    static const struct statement drop = {
        "scheduling_drop_booking", "delete from scheduling.booking_held where group_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, group_id);
    return tx_run(context->tx, &drop, params, error);
}

/* --- warnings --- */

bool leaders_take_endings(struct context *context, int32_t today, int32_t until,
    const struct leader_ending **endings, size_t *count, struct error *error)
{
    static const struct statement take = {"scheduling_take_endings",
        "with ends as (select l.leader_id, 'contract' as kind, '' as situation,"
        "   l.contract_until as ends_on from scheduling.leader l where l.active"
        "  union all select t.leader_id, 'training', t.situation,"
        "   max(coalesce(t.valid_until, 'infinity')) from scheduling.leader_training t"
        "   join scheduling.leader l using (leader_id) where l.active group by 1, 3)"
        " insert into scheduling.leader_warning (leader_id, kind, situation, ends_on, warned_at)"
        " select leader_id, kind, situation, ends_on, $3 from ends"
        " where ends_on between $1 and $2 on conflict do nothing"
        " returning leader_id, kind = 'training', situation, ends_on"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    param_day(params, until);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &take, params, &rows, error))
        return false;
    struct leader_ending *found =
        ARENA_ARRAY(context->arena, struct leader_ending, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct leader_ending){
            row_uuid(rows, i, 0), row_bool(rows, i, 1), row_text(rows, i, 2), row_day(rows, i, 3)};
    *endings = found;
    *count = rows_count(rows);
    return true;
}
