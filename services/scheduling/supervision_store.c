/* The statements behind supervision_store.h. */
#include "services/scheduling/supervision_store.h"

bool supervision_load(struct context *context, struct uuid supervision_id, struct uuid leader_id,
    struct supervision *supervision, struct error *error)
{
    static const struct statement load = {"scheduling_supervision_load",
        "select s.supervisor_id, s.ended_at is not null, s.capacity::bigint,"
        " (select count(*) from scheduling.supervision_member m"
        "   where m.supervision_id = s.supervision_id and m.left_at is null),"
        " $2::uuid is not null and scheduling.is_tied($2, s.supervision_id),"
        " (select m.supervision_id from scheduling.supervision_member m"
        "   where m.leader_id = $2 and m.left_at is null),"
        " exists (select from scheduling.leader l where l.leader_id = $2 and l.active),"
        " (select m.meeting_id from scheduling.supervision_meeting m"
        "   where m.supervision_id = s.supervision_id and m.state = 'planned'"
        "    and m.day >= common.today() order by m.starts_at limit 1)"
        " from scheduling.supervision s where s.supervision_id = $1 for no key update of s"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, supervision_id);
    param_uuid(params, leader_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "reading a supervision group");
    *supervision = (struct supervision){.found = false};
    if (rows_count(rows) == 1)
        *supervision = (struct supervision){
            .found = true,
            .supervisor_id = row_uuid(rows, 0, 0),
            .ended = row_bool(rows, 0, 1),
            .capacity = row_int(rows, 0, 2),
            .members = row_int(rows, 0, 3),
            .tied = row_bool(rows, 0, 4),
            .other_id = row_uuid(rows, 0, 5),
            .leader_known = row_bool(rows, 0, 6),
            .next_meeting = row_uuid(rows, 0, 7),
        };
    return true;
}

bool supervision_find_other(
    struct context *context, struct uuid leader_id, struct uuid *other, struct error *error)
{
    static const struct statement find = {"scheduling_supervision_other",
        "select s.supervision_id from scheduling.supervision s"
        " cross join lateral (select count(*) as members from scheduling.supervision_member m"
        "  where m.supervision_id = s.supervision_id and m.left_at is null) n"
        " where s.ended_at is null and n.members < s.capacity"
        "  and not scheduling.is_tied($1, s.supervision_id)"
        " order by n.members, s.name limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, leader_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "finding another supervision group");
    *other = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}

bool supervision_keep(
    struct context *context, const struct supervision_kept *message, struct error *error)
{
    static const struct statement keep = {"scheduling_supervision_keep",
        "insert into scheduling.supervision (supervision_id, name, supervisor_id, capacity,"
        "  made_at, ended_at) values ($1, $2, $3, $4, $5, case when $6 then $5 end)"
        " on conflict (supervision_id) do update set name = excluded.name,"
        "  supervisor_id = excluded.supervisor_id, capacity = excluded.capacity,"
        "  ended_at = excluded.ended_at returning supervision_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->supervision_id);
    param_text(params, message->name);
    param_uuid(params, message->supervisor_id);
    param_int(params, message->capacity);
    param_time(params, context->now_ms);
    param_bool(params, message->ended);
    return tx_query(context->tx, &keep, params, &rows, error);
}

bool supervision_count_tied(struct context *context, const struct supervision_kept *message,
    int64_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_supervision_tied",
        "select count(*) from scheduling.supervision_member m"
        " where m.supervision_id = $1 and m.left_at is null and (m.leader_id = $2 or exists"
        "  (select from scheduling.leader_tie t"
        "    where (t.leader_id = m.leader_id and t.other_id = $2)"
        "     or (t.other_id = m.leader_id and t.leader_id = $2)))"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->supervision_id);
    param_uuid(params, message->supervisor_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "counting ties to a supervisor");
    *count = row_int(rows, 0, 0);
    return true;
}

static struct params *param_member(
    struct context *context, struct uuid supervision_id, struct uuid leader_id)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, supervision_id);
    param_uuid(params, leader_id);
    param_time(params, context->now_ms);
    return params;
}

bool supervision_join(
    struct context *context, struct uuid supervision_id, struct uuid leader_id, struct error *error)
{
    static const struct statement join = {"scheduling_supervision_join",
        "insert into scheduling.supervision_member (supervision_id, leader_id, joined_at)"
        " values ($1, $2, $3) returning leader_id"};
    struct rows *rows;

    return tx_query(
        context->tx, &join, param_member(context, supervision_id, leader_id), &rows, error);
}

/* An absent leader: all of them. */
bool supervision_leave(
    struct context *context, struct uuid supervision_id, struct uuid leader_id, struct error *error)
{
    static const struct statement leave = {"scheduling_supervision_leave",
        "update scheduling.supervision_member set left_at = greatest($3, joined_at)"
        " where supervision_id = $1 and ($2::uuid is null or leader_id = $2) and left_at is null"};

    return tx_run(context->tx, &leave, param_member(context, supervision_id, leader_id), error);
}

static bool ask_ids(struct context *context, const struct statement *statement, struct uuid about,
    const struct uuid **ids, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, about);
    if (!tx_query(context->tx, statement, params, &rows, error))
        return error_while(error, "reading a supervision group");
    *count = row_uuids(rows, 0, 0, context->arena, ids);
    return true;
}

bool supervision_find_people(struct context *context, struct uuid supervision_id,
    const struct uuid **people, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_supervision_people",
        "select array(select leader_id from scheduling.supervision_member"
        "   where supervision_id = $1 and left_at is null order by leader_id) || supervisor_id"
        " from scheduling.supervision where supervision_id = $1"};

    return ask_ids(context, &find, supervision_id, people, count, error);
}

bool supervision_find_there(struct context *context, struct uuid supervision_id, int32_t day,
    const struct uuid **people, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_supervision_there",
        "select supervisor_id || array(select leader_id from scheduling.supervision_member"
        "   where supervision_id = $1 and left_at is null"
        "    and not scheduling.is_away(leader_id, $2) order by leader_id)"
        " from scheduling.supervision where supervision_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, supervision_id);
    param_day(params, day);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "finding who can come to supervision");
    *count = row_uuids(rows, 0, 0, context->arena, people);
    return true;
}

bool supervision_find_planned(struct context *context, struct uuid supervision_id,
    const struct uuid **meetings, size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_supervision_planned",
        "select array(select meeting_id from scheduling.supervision_meeting"
        " where supervision_id = $1 and state = 'planned' and day >= common.today()"
        " order by day)"};

    return ask_ids(context, &find, supervision_id, meetings, count, error);
}

bool supervision_cancel_planned(
    struct context *context, struct uuid supervision_id, struct error *error)
{
    static const struct statement cancel = {"scheduling_supervision_cancel_all",
        "update scheduling.supervision_meeting set state = 'cancelled', sequence = sequence + 1,"
        " changed_at = $2 where supervision_id = $1 and state = 'planned'"
        "  and day >= common.today()"};
    struct params *params = params_new(context->arena);

    param_uuid(params, supervision_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &cancel, params, error);
}

bool supervision_load_date(struct context *context, struct uuid supervision_id,
    struct uuid meeting_id, struct supervision_date *date, struct error *error)
{
    static const struct statement load = {"scheduling_supervision_date",
        "select state = 'planned', state = 'held', day, starts_at, ends_at, starts_at <= $3"
        " from scheduling.supervision_meeting where meeting_id = $2 and supervision_id = $1"
        " for no key update"};
    struct rows *rows;

    if (!tx_query(
            context->tx, &load, param_member(context, supervision_id, meeting_id), &rows, error))
        return error_while(error, "reading a meeting of a supervision group");
    *date = (struct supervision_date){.found = false};
    if (rows_count(rows) == 1)
        *date = (struct supervision_date){
            .found = true,
            .planned = row_bool(rows, 0, 0),
            .held = row_bool(rows, 0, 1),
            .time = {row_day(rows, 0, 2), row_time(rows, 0, 3), row_time(rows, 0, 4)},
            .begun = row_bool(rows, 0, 5),
        };
    return true;
}

bool supervision_put_date(struct context *context, const struct supervision_met *message,
    const struct work_time *time, struct error *error)
{
    static const struct statement put = {"scheduling_supervision_put_date",
        "insert into scheduling.supervision_meeting as m (meeting_id, supervision_id, day,"
        "  starts_at, ends_at, location, changed_at) values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (meeting_id) do update set day = excluded.day,"
        "  starts_at = excluded.starts_at, ends_at = excluded.ends_at,"
        "  location = excluded.location, changed_at = excluded.changed_at,"
        "  sequence = m.sequence + 1 returning meeting_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->meeting_id);
    param_uuid(params, message->supervision_id);
    param_day(params, time->day);
    param_time(params, time->starts_ms);
    param_time(params, time->ends_ms);
    param_text(params, message->location);
    param_time(params, context->now_ms);
    return tx_query(context->tx, &put, params, &rows, error);
}

bool supervision_cancel_date(struct context *context, struct uuid meeting_id, struct error *error)
{
    static const struct statement cancel = {"scheduling_supervision_cancel",
        "update scheduling.supervision_meeting set state = 'cancelled', sequence = sequence + 1,"
        " changed_at = $2 where meeting_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, meeting_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &cancel, params, error);
}

bool supervision_note(
    struct context *context, const struct supervision_noted *message, struct error *error)
{
    static const struct statement note = {"scheduling_supervision_note",
        "with there as (select w.leader_id, w.leader_id = any ($2::uuid[]) as came"
        "  from scheduling.leader_work w left join scheduling.supervision_presence p"
        "   on p.meeting_id = w.about and p.leader_id = w.leader_id"
        "  where w.about = $1 and w.kind = 'supervision'"
        "   and (not w.cancelled or p.came is not null)),"
        " noted as (insert into scheduling.supervision_presence (meeting_id, leader_id, came,"
        "   noted_by, noted_at) select $1, leader_id, came, $3, $4 from there"
        "  on conflict (meeting_id, leader_id) do update set came = excluded.came,"
        "   noted_by = excluded.noted_by, noted_at = excluded.noted_at),"
        " hours as (update scheduling.leader_work w set cancelled = not there.came from there"
        "  where w.about = $1 and w.kind = 'supervision' and w.leader_id = there.leader_id)"
        " update scheduling.supervision_meeting set state = 'held' where meeting_id = $1"
        " returning meeting_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->meeting_id);
    param_uuids(params, message->came, sizeof *message->came, message->came_count);
    param_uuid(params, message->by);
    param_time(params, context->now_ms);
    return tx_query(context->tx, &note, params, &rows, error);
}

static struct params *param_tie(struct context *context, const struct leader_tie_told *message)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, message->leader_id);
    param_uuid(params, message->other_id);
    param_string(params, leader_tie_names[message->tie]);
    return params;
}

/* Where the one supervises the other, or, in a conflict, both are members: whoever joined last, and
 * never the supervisor, leaves. */
bool tie_find_place(struct context *context, const struct leader_tie_told *message,
    struct tie_place *place, struct error *error)
{
    static const struct statement find = {"scheduling_tie_place",
        "select (select count(*) from scheduling.leader where leader_id in ($1, $2)) = 2,"
        " p.supervision_id, p.leader_id from (select) always"
        " left join (select m.supervision_id, m.leader_id, m.joined_at"
        "  from scheduling.supervision_member m join scheduling.supervision s"
        "   using (supervision_id)"
        "  where m.left_at is null and ((m.leader_id = $1 and s.supervisor_id = $2)"
        "   or (m.leader_id = $2 and s.supervisor_id = $1)"
        "   or ($3 = 'conflict' and m.leader_id in ($1, $2) and exists"
        "    (select from scheduling.supervision_member o where o.left_at is null"
        "      and o.supervision_id = m.supervision_id and o.leader_id in ($1, $2)"
        "      and o.leader_id <> m.leader_id)))) p on true"
        " order by p.joined_at desc, p.leader_id limit 1"};
    struct rows *rows;

    if (!tx_query(context->tx, &find, param_tie(context, message), &rows, error))
        return error_while(error, "finding what a tie parts");
    *place = (struct tie_place){row_bool(rows, 0, 0), row_uuid(rows, 0, 1), row_uuid(rows, 0, 2)};
    return true;
}

bool tie_keep(struct context *context, const struct leader_tie_told *message, struct error *error)
{
    static const struct statement put = {"scheduling_tie_put",
        "insert into scheduling.leader_tie (leader_id, other_id, tie, told_by, told_at)"
        " values ($1, $2, $3, $4, $5) on conflict do nothing returning leader_id"};
    static const struct statement take_back = {"scheduling_tie_take_back",
        "delete from scheduling.leader_tie where tie = $3 and ((leader_id = $1 and other_id = $2)"
        " or ($3 = 'conflict' and leader_id = $2 and other_id = $1)) returning leader_id"};
    struct params *params = param_tie(context, message);
    struct rows *rows;

    if (message->withdrawn)
        return tx_query(context->tx, &take_back, params, &rows, error);
    param_uuid(params, message->by);
    param_time(params, context->now_ms);
    return tx_query(context->tx, &put, params, &rows, error);
}
