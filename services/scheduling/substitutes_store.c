/* One search at a time, under its lock: two answers to one question come one after the other. */
#include "services/scheduling/substitutes_store.h"

#include "common/check.h"

enum { LOOK_MOST = 50 /* searches in one look; the next period takes the next */ };

static bool read_ids(struct context *context, const struct statement *statement,
    struct params *params, const struct uuid **ids, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    struct uuid *found = ARENA_ARRAY(context->arena, struct uuid, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = row_uuid(rows, i, 0);
    *ids = found;
    *count = rows_count(rows);
    return true;
}

/* --- absences --- */

bool substitutes_keep_absence(
    struct context *context, const struct absence_told *message, bool *known, struct error *error)
{
    static const struct statement keep = {"scheduling_keep_absence",
        "with kept as (insert into scheduling.leader_absence as a (absence_id, leader_id,"
        "   first_day, last_day, reason, said_by, said_at, withdrawn_at)"
        "  select $1, leader_id, $3, $4, $5, $6, $7, case when $8 then $7 end"
        "  from scheduling.leader where leader_id = $2"
        "  on conflict (absence_id) do update set withdrawn_at = excluded.withdrawn_at"
        "   where a.leader_id = excluded.leader_id returning true)"
        " select exists (select from kept)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->absence_id);
    param_uuid(params, message->leader_id);
    param_day(params, message->first_day);
    param_day(params, message->last_day);
    param_string(params, absence_reason_names[message->reason]);
    param_uuid(params, message->by);
    param_time(params, context->now_ms);
    param_bool(params, message->withdrawn);
    if (!tx_query(context->tx, &keep, params, &rows, error))
        return false;
    *known = row_bool(rows, 0, 0);
    return true;
}

bool substitutes_of_absence(struct context *context, struct uuid absence_id,
    const struct uuid **searches, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_absence_searches",
        "select substitution_id from scheduling.substitution"
        " where absence_id = $1 and state in ('searching', 'unfilled') order by substitution_id"};
    struct params *params = params_new(context->arena);

    param_uuid(params, absence_id);
    return read_ids(context, &find, params, searches, count, error);
}

/* Ids are made of absence and meeting, so that the same absence opens each search once. Whoever is
 * away from three meetings of a group or more has one substitute for them all: children should not
 * meet a new face each week. */
bool substitutes_open_for_absence(struct context *context, const struct absence_told *message,
    const struct uuid **searches, size_t *count, struct error *error)
{
    static const struct statement open = {"scheduling_open_absence",
        "with missed as materialized (select m.meeting_id, m.group_id, m.starts_at,"
        "   md5($1::uuid::text || case when count(*) over (partition by m.group_id) < 3"
        "    then m.meeting_id else m.group_id end)::uuid as id,"
        "   coalesce(gl.part, s.part, 'child') as part"
        "  from scheduling.leader_booking b join scheduling.meeting m using (meeting_id)"
        "  join scheduling.groups g using (group_id)"
        "  left join scheduling.group_leader gl on gl.group_id = m.group_id"
        "   and gl.leader_id = b.leader_id"
        "  left join lateral (select s.part from scheduling.substitution_meeting x"
        "    join scheduling.substitution s using (substitution_id)"
        "    where x.meeting_id = m.meeting_id and s.filled_by = b.leader_id limit 1) s on true"
        "  where b.leader_id = $2 and m.state = 'planned' and m.starts_at > $5"
        "   and m.day between $3 and $4"
        "   and g.state in ('booked', 'offered', 'confirmed', 'running')"
        "   and not exists (select from scheduling.substitution_meeting x"
        "    join scheduling.substitution o using (substitution_id)"
        "    where x.meeting_id = m.meeting_id and o.leader_id = $2"
        "     and o.state in ('searching', 'unfilled'))),"
        " opened as (insert into scheduling.substitution (substitution_id, group_id, leader_id,"
        "   part, cause, absence_id, opened_at)"
        "  select distinct id, group_id, $2, part, 'absence', $1, $5 from missed"
        "  on conflict do nothing returning substitution_id),"
        " meetings as (insert into scheduling.substitution_meeting (substitution_id, meeting_id)"
        "  select o.substitution_id, missed.meeting_id from opened o"
        "  join missed on missed.id = o.substitution_id)"
        " select o.substitution_id from opened o join missed on missed.id = o.substitution_id"
        " group by 1 order by min(missed.starts_at), 1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, message->absence_id);
    param_uuid(params, message->leader_id);
    param_day(params, message->first_day);
    param_day(params, message->last_day);
    param_time(params, context->now_ms);
    return read_ids(context, &open, params, searches, count, error);
}

/* --- searches --- */

bool substitutes_open_for_rest(struct context *context, struct uuid group_id, struct uuid leader_id,
    struct uuid *search, struct error *error)
{
    static const struct statement open = {"scheduling_open_rest",
        "with lifted as (update scheduling.substitution set state = 'ended', settled_at = $4"
        "  where group_id = $2 and leader_id = $3 and cause = 'absence'"
        "   and state in ('searching', 'unfilled')),"
        " left_over as materialized (select m.meeting_id from scheduling.leader_booking b"
        "  join scheduling.meeting m using (meeting_id)"
        "  where b.leader_id = $3 and m.group_id = $2 and m.state = 'planned'"
        "   and m.starts_at > $4),"
        " opened as (insert into scheduling.substitution (substitution_id, group_id, leader_id,"
        "   part, cause, opened_at)"
        "  select $1, $2, $3, gl.part, 'conflict', $4 from scheduling.group_leader gl"
        "  where gl.group_id = $2 and gl.leader_id = $3 and exists (select from left_over)"
        "   and not exists (select from scheduling.substitution o where o.group_id = $2"
        "    and o.leader_id = $3 and o.cause <> 'absence'"
        "    and o.state in ('searching', 'unfilled')) returning substitution_id),"
        " meetings as (insert into scheduling.substitution_meeting (substitution_id, meeting_id)"
        "  select opened.substitution_id, left_over.meeting_id from opened, left_over)"
        " select substitution_id from opened"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *search = (struct uuid){{0}};
    param_uuid(params, uuid_new(context->now_ms));
    param_uuid(params, group_id);
    param_uuid(params, leader_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &open, params, &rows, error))
        return false;
    if (rows_count(rows) > 0)
        *search = row_uuid(rows, 0, 0);
    return true;
}

/* Who stays is whoever else is booked for the same part on all of the meetings. */
static bool load_need(struct context *context, struct search *search, struct error *error)
{
    static const struct statement load = {"scheduling_search_need",
        "with s as (select s.substitution_id, s.leader_id, s.part, l.employer, g.group_id,"
        "   v.shared_employers, l.parents from scheduling.substitution s"
        "  join scheduling.leader l using (leader_id) join scheduling.groups g using (group_id)"
        "  join scheduling.programme_version v on v.programme_id = g.programme_id"
        "   and v.version = g.programme_version where s.substitution_id = $1)"
        " select s.part = 'child' and not bool_and(coalesce(stay.experienced, false)),"
        "  case when s.part = 'child' and s.shared_employers and bool_or(stay.leaders > 0)"
        "   then s.employer end,"
        "  s.part = 'parent' and s.parents and not bool_and(coalesce(stay.parents, false))"
        " from s join scheduling.substitution_meeting x using (substitution_id)"
        " left join lateral (select bool_or(o.experienced) as experienced,"
        "   bool_or(o.parents) as parents, count(*) as leaders"
        "  from scheduling.leader_booking b join scheduling.leader o on o.leader_id = b.leader_id"
        "  left join scheduling.group_leader gl on gl.group_id = s.group_id"
        "   and gl.leader_id = b.leader_id"
        "  where b.meeting_id = x.meeting_id and b.leader_id <> s.leader_id"
        "   and coalesce(gl.part, s.part) = s.part) stay on true"
        " group by s.part, s.shared_employers, s.employer, s.parents"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, search->search_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_ABSENT, "a search for a substitute has no meetings");
    search->need = (struct substitute_need){
        .pair = {row_bool(rows, 0, 0), row_text(rows, 0, 1)}, .of_parents = row_bool(rows, 0, 2)};
    return true;
}

bool substitutes_load(
    struct context *context, struct uuid search_id, struct search *search, struct error *error)
{
    static const struct statement load = {"scheduling_search",
        "select s.group_id, s.leader_id, s.absence_id, s.cause <> 'absence',"
        "  s.state in ('searching', 'unfilled'), first.meeting_id, first.starts_at,"
        "  first.meetings > 1"
        " from (select * from scheduling.substitution where substitution_id = $1 for update) s"
        " left join lateral (select m.meeting_id, m.starts_at, count(*) over () as meetings"
        "  from scheduling.substitution_meeting x join scheduling.meeting m using (meeting_id)"
        "  where x.substitution_id = s.substitution_id and m.state = 'planned'"
        "  order by m.starts_at limit 1) first on true"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, search_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    *search = (struct search){.found = rows_count(rows) > 0, .search_id = search_id};
    if (!search->found)
        return true;
    search->group_id = row_uuid(rows, 0, 0);
    search->leader_id = row_uuid(rows, 0, 1);
    search->absence_id = row_uuid(rows, 0, 2);
    search->for_rest = row_bool(rows, 0, 3);
    search->open = row_bool(rows, 0, 4) && !row_null(rows, 0, 5);
    search->first_meeting_id = row_uuid(rows, 0, 5);
    search->first_ms = row_time(rows, 0, 6);
    search->several = row_bool(rows, 0, 7);
    return load_need(context, search, error);
}

static void read_candidate(
    const struct rows *rows, size_t row, struct substitute_candidate *candidate)
{
    *candidate = (struct substitute_candidate){
        .leader_id = row_uuid(rows, row, 0),
        .pair = {row_bool(rows, row, 1), row_text(rows, row, 2)},
        .parents = row_bool(rows, row, 3),
        .in_work = row_bool(rows, row, 4),
        .trained = row_bool(rows, row, 5),
        .speaks = row_bool(rows, row, 6),
        .works_there = row_bool(rows, row, 7),
        .gives_time = row_bool(rows, row, 8),
        .away = row_bool(rows, row, 9),
        .free = row_bool(rows, row, 10),
        .has_hours = row_bool(rows, row, 11),
        .hours_left = row_int(rows, row, 12),
        .conflict = row_bool(rows, row, 13),
        .leads = row_bool(rows, row, 14),
        .asked = row_bool(rows, row, 15),
        .led_here = row_int(rows, row, 16),
        .travel_min = row_int(rows, row, 17),
        .groups = row_int(rows, row, 18),
    };
}

/* The rules are those of refuse_unfit_leaders, refuse_impossible_travel and refuse_too_many_hours,
 * asked beforehand. A meeting that was moved to an hour which is no slot of the city asks nobody's
 * weekly times. */
static const struct statement load_candidates = {"scheduling_candidates",
    "with s as (select s.*, g.situation, g.language, g.site_id, v.level, h.district"
    "  from scheduling.substitution s join scheduling.groups g using (group_id)"
    "  join scheduling.programme_version v on v.programme_id = g.programme_id"
    "   and v.version = g.programme_version"
    "  join scheduling.site h on h.site_id = g.site_id where s.substitution_id = $1),"
    " m as materialized (select m.meeting_id, m.day,"
    "   date_trunc('week', m.day::timestamp)::date as monday, tstzrange("
    "    m.starts_at - interval '1 hour', m.ends_at + interval '1 hour') as during, t.slot"
    "  from scheduling.substitution_meeting x join scheduling.meeting m using (meeting_id)"
    "  left join scheduling.slot t on t.weekday = extract(isodow from m.day)::int - 1"
    "   and t.starts = timezone('Europe/Stockholm', m.starts_at)::time"
    "  where x.substitution_id = $1 and m.state = 'planned'),"
    " w as materialized (select monday, 60 * count(*) * r.meeting_hours as minutes from m,"
    "  scheduling.leader_rule r where r.municipality_id = 180 group by monday, r.meeting_hours)"
    " select l.leader_id, l.experienced, l.employer, l.parents,"
    "  l.active and not exists (select from m"
    "   where m.day not between l.contract_from and l.contract_until),"
    "  not exists (select from m"
    "   where not scheduling.is_trained(l.leader_id, s.situation, s.level, m.day)),"
    "  exists (select from scheduling.leader_language a"
    "   where a.leader_id = l.leader_id and a.language = s.language),"
    "  exists (select from scheduling.leader_district d"
    "   where d.leader_id = l.leader_id and d.district = s.district),"
    "  not exists (select from m where m.slot is not null and not exists (select"
    "    from scheduling.leader_slot f where f.leader_id = l.leader_id and f.slot = m.slot)),"
    "  exists (select from m where scheduling.is_away(l.leader_id, m.day)),"
    "  not exists (select from m join scheduling.leader_booking b"
    "    on b.leader_id = l.leader_id and b.during && tstzrange("
    "     lower(m.during) - interval '10 hours', upper(m.during) + interval '10 hours')"
    "   join scheduling.site o on o.site_id = b.site_id"
    "   left join scheduling.travel t on t.from_district = s.district"
    "    and t.to_district = o.district"
    "   where b.during && m.during or (b.site_id <> s.site_id and greatest("
    "     lower(b.during) - upper(m.during), lower(m.during) - upper(b.during))"
    "     < make_interval(mins => coalesce(t.minutes, 0)))),"
    "  not exists (select from w where scheduling.week_minutes(l.leader_id, w.monday)"
    "   + w.minutes > scheduling.released_minutes(l.leader_id, w.monday)),"
    "  coalesce((select min(scheduling.released_minutes(l.leader_id, w.monday)"
    "   - scheduling.week_minutes(l.leader_id, w.monday)) / 60 from w), 40)::bigint,"
    "  exists (select from scheduling.leader_conflict c join scheduling.roster o"
    "   using (referral_id) where c.leader_id = l.leader_id and o.group_id = s.group_id),"
    "  l.leader_id = s.leader_id or exists (select from scheduling.group_leader gl"
    "   where gl.group_id = s.group_id and gl.leader_id = l.leader_id)"
    "   or exists (select from m join scheduling.leader_booking b using (meeting_id)"
    "    where b.leader_id = l.leader_id),"
    "  exists (select from scheduling.substitute_ask k"
    "   where k.substitution_id = $1 and k.leader_id = l.leader_id),"
    "  (select count(*) from scheduling.leader_booking b join scheduling.meeting o"
    "    using (meeting_id) where b.leader_id = l.leader_id and o.group_id = s.group_id),"
    "  coalesce((select t.minutes from scheduling.travel t where t.from_district = l.home"
    "   and t.to_district = s.district), -1)::bigint,"
    "  (select count(*) from scheduling.group_leader gl join scheduling.groups g"
    "    using (group_id) where gl.leader_id = l.leader_id"
    "    and g.state in ('booked', 'offered', 'confirmed', 'running'))"
    " from scheduling.leader l, s where l.active order by l.leader_id"};

bool substitutes_load_candidates(struct context *context, const struct search *search,
    const struct substitute_candidate **candidates, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, search->search_id);
    if (!tx_query(context->tx, &load_candidates, params, &rows, error))
        return false;
    struct substitute_candidate *found =
        ARENA_ARRAY(context->arena, struct substitute_candidate, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        read_candidate(rows, i, &found[i]);
    *candidates = found;
    *count = rows_count(rows);
    return true;
}

bool substitutes_ask(struct context *context, const struct question *question, struct error *error)
{
    static const struct statement ask = {"scheduling_ask",
        "with again as (update scheduling.substitution set state = 'searching'"
        "  where substitution_id = $2 and state = 'unfilled')"
        " insert into scheduling.substitute_ask (ask_id, substitution_id, leader_id, rank, points,"
        "  asked_at, wait_until) values ($1, $2, $3, $4, $5, $6, $7)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, question->ask_id);
    param_uuid(params, question->search_id);
    param_uuid(params, question->leader_id);
    param_int(params, question->rank);
    param_int(params, question->points);
    param_time(params, context->now_ms);
    param_time(params, question->wait_until_ms);
    return tx_run(context->tx, &ask, params, error);
}

bool substitutes_find_ask(struct context *context, struct uuid ask_id, struct uuid *search_id,
    struct uuid *leader_id, bool *open, struct error *error)
{
    static const struct statement find = {"scheduling_find_ask",
        "select substitution_id, leader_id, state = 'asked' from scheduling.substitute_ask"
        " where ask_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, ask_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *open = rows_count(rows) > 0 && row_bool(rows, 0, 2);
    if (rows_count(rows) > 0) {
        *search_id = row_uuid(rows, 0, 0);
        *leader_id = row_uuid(rows, 0, 1);
    }
    return true;
}

bool substitutes_answer(struct context *context, struct uuid ask_id, bool yes, struct error *error)
{
    static const struct statement answer = {"scheduling_answer_ask",
        "update scheduling.substitute_ask set state = case when $2 then 'yes' else 'no' end,"
        "  answered_at = $3 where ask_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, ask_id);
    param_bool(params, yes);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &answer, params, error);
}

bool substitutes_settle(struct context *context, struct uuid search_id, const struct asked **others,
    size_t *count, struct error *error)
{
    static const struct statement settle = {"scheduling_settle_asks",
        "update scheduling.substitute_ask set state = 'settled', answered_at = $2"
        " where substitution_id = $1 and state = 'asked' returning ask_id, leader_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, search_id);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &settle, params, &rows, error))
        return false;
    struct asked *found = ARENA_ARRAY(context->arena, struct asked, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct asked){row_uuid(rows, i, 0), row_uuid(rows, i, 1)};
    *others = found;
    *count = rows_count(rows);
    return true;
}

/* The posts of the part are given anew: the first is experienced, or used to parents. */
static bool replace_leader(struct context *context, const struct search *search,
    struct uuid leader_id, struct error *error)
{
    static const struct statement drop = {"scheduling_drop_leader",
        "delete from scheduling.group_leader gl using scheduling.substitution s"
        " where s.substitution_id = $1 and gl.group_id = s.group_id and gl.part = s.part"
        " returning gl.leader_id"};
    static const struct statement put = {"scheduling_put_leaders",
        "insert into scheduling.group_leader (group_id, part, post, leader_id, situation,"
        "  experienced, parents)"
        " select s.group_id, s.part, row_number() over (order by case when s.part = 'child'"
        "   then l.experienced else l.parents end desc, l.leader_id), l.leader_id, g.situation,"
        "  l.experienced, l.parents"
        " from scheduling.substitution s join scheduling.groups g using (group_id),"
        " scheduling.leader l where s.substitution_id = $1 and l.leader_id = any ($2)"};
    struct params *params = params_new(context->arena), *them = params_new(context->arena);
    struct uuid ids[4];
    struct rows *rows;
    size_t count = 0;

    param_uuid(params, search->search_id);
    if (!tx_query(context->tx, &drop, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows) && count < COUNT(ids) - 1; i++)
        if (!uuid_equal(row_uuid(rows, i, 0), search->leader_id))
            ids[count++] = row_uuid(rows, i, 0);
    ids[count++] = leader_id;
    param_uuid(them, search->search_id);
    param_uuids(them, ids, sizeof *ids, count);
    return tx_run(context->tx, &put, them, error);
}

bool substitutes_fill(struct context *context, const struct search *search, struct uuid leader_id,
    struct error *error)
{
    static const struct statement lock = {"scheduling_lock_substitute",
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 20))"};
    static const struct statement settle = {"scheduling_fill_search",
        "update scheduling.substitution set state = 'filled', filled_by = $2, settled_at = $3"
        " where substitution_id = $1"};
    static const struct statement drop = {"scheduling_drop_booking",
        "delete from scheduling.leader_booking b using scheduling.substitution s,"
        "  scheduling.substitution_meeting x, scheduling.meeting m"
        " where s.substitution_id = $1 and x.substitution_id = s.substitution_id"
        "  and m.meeting_id = x.meeting_id and m.state = 'planned'"
        "  and b.meeting_id = x.meeting_id and b.leader_id = s.leader_id"};
    static const struct statement book = {"scheduling_book_substitute",
        "with made as (insert into scheduling.leader_booking (meeting_id, leader_id, site_id,"
        "   during)"
        "  select m.meeting_id, $2, g.site_id, tstzrange(m.starts_at - interval '1 hour',"
        "   m.ends_at + interval '1 hour') from scheduling.substitution_meeting x"
        "  join scheduling.meeting m using (meeting_id) join scheduling.groups g using (group_id)"
        "  where x.substitution_id = $1 and m.state = 'planned' returning meeting_id)"
        " select count(*) from made"};
    struct params *who = params_new(context->arena), *search_only = params_new(context->arena);
    struct params *params = params_new(context->arena), *both = params_new(context->arena);
    struct rows *rows;

    param_uuid(who, leader_id);
    param_uuid(search_only, search->search_id);
    param_uuid(params, search->search_id);
    param_uuid(params, leader_id);
    param_time(params, context->now_ms);
    param_uuid(both, search->search_id);
    param_uuid(both, leader_id);
    return tx_query(context->tx, &lock, who, &rows, error) &&
           tx_run(context->tx, &settle, params, error) &&
           tx_run(context->tx, &drop, search_only, error) &&
           (!search->for_rest || replace_leader(context, search, leader_id, error)) &&
           tx_query(context->tx, &book, both, &rows, error);
}

bool substitutes_find_partners(struct context *context, struct uuid search_id,
    struct uuid substitute_id, const struct uuid **partners, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_substitute_partners",
        "select array(select distinct b.leader_id from scheduling.substitution s"
        "  join scheduling.substitution_meeting x using (substitution_id)"
        "  join scheduling.leader_booking b on b.meeting_id = x.meeting_id"
        "  join scheduling.meeting m on m.meeting_id = x.meeting_id and m.state = 'planned'"
        "  left join scheduling.group_leader own"
        "   on own.group_id = s.group_id and own.leader_id = b.leader_id"
        "  where s.substitution_id = $1 and b.leader_id <> $2"
        "   and coalesce(own.part, s.part) = s.part order by 1)"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, search_id);
    param_uuid(params, substitute_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "finding who leads beside a substitute");
    *count = row_uuids(rows, 0, 0, context->arena, partners);
    return true;
}

bool substitutes_end(
    struct context *context, struct uuid search_id, enum search_end end, struct error *error)
{
    static const struct statement finish = {"scheduling_end_search",
        "update scheduling.substitution set state = $2, settled_at = $3"
        " where substitution_id = $1 and state in ('searching', 'unfilled')"};
    struct params *params = params_new(context->arena);

    param_uuid(params, search_id);
    param_string(params, end == SEARCH_UNFILLED ? "unfilled" : "ended");
    param_time(params, context->now_ms);
    return tx_run(context->tx, &finish, params, error);
}

bool substitutes_over(
    struct context *context, const struct uuid **searches, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_searches_over",
        "select s.substitution_id from scheduling.substitution s"
        " where s.state in ('searching', 'unfilled') and not exists (select"
        "  from scheduling.substitution_meeting x join scheduling.meeting m using (meeting_id)"
        "  join scheduling.leader_booking b on b.meeting_id = m.meeting_id"
        "   and b.leader_id = s.leader_id"
        "  where x.substitution_id = s.substitution_id and m.state = 'planned'"
        "   and m.starts_at > $1 and (s.cause <> 'absence'"
        "    or scheduling.is_away(s.leader_id, m.day)))"
        " order by s.substitution_id limit $2"};
    struct params *params = params_new(context->arena);

    param_time(params, context->now_ms);
    param_int(params, LOOK_MOST);
    return read_ids(context, &find, params, searches, count, error);
}

bool substitutes_due(
    struct context *context, const struct uuid **searches, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_searches_due",
        "select s.substitution_id from scheduling.substitution s where s.state = 'searching'"
        "  and not exists (select from scheduling.substitute_ask k"
        "   where k.substitution_id = s.substitution_id and k.state = 'asked'"
        "    and k.wait_until > $1)"
        " order by s.substitution_id limit $2"};
    struct params *params = params_new(context->arena);

    param_time(params, context->now_ms);
    param_int(params, LOOK_MOST);
    return read_ids(context, &find, params, searches, count, error);
}
