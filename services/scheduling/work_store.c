/* The statements behind work_store.h. */
#include "services/scheduling/work_store.h"

#include "common/check.h"

bool work_fill(
    struct context *context, const struct uuid *abouts, size_t count, struct error *error)
{
    static const struct statement steps[] = {
        {"scheduling_work_free",
            "delete from scheduling.leader_booking b using scheduling.leader_work w"
            " where w.work_id = b.work_id and w.about = any ($1::uuid[])"
            "  and w.kind in ('supervision', 'visit')"},
        {"scheduling_work_stop",
            "update scheduling.leader_work set cancelled = true"
            " where about = any ($1::uuid[]) and kind in ('supervision', 'visit')"
            "  and not cancelled and not exists (select from scheduling.event_v e"
            "   where e.about = leader_work.about and e.state in ('held', 'done'))"},
        {"scheduling_work_put",
            "insert into scheduling.leader_work (work_id, leader_id, kind, about, day, minutes)"
            " select gen_random_uuid(), p.leader_id, e.kind, e.about, e.day,"
            "  extract(epoch from e.ends_at - e.starts_at) / 60"
            " from scheduling.event_v e join scheduling.event_person_v p using (about)"
            " where e.about = any ($1::uuid[]) and e.state = 'planned' and (p.leads"
            "  or scheduling.hindrance(p.leader_id, e.about, e.starts_at, e.ends_at) is null)"
            " order by e.about, p.leader_id"
            " on conflict (about, leader_id) where kind in ('supervision', 'visit')"
            "  do update set day = excluded.day, minutes = excluded.minutes, cancelled = false"},
        {"scheduling_work_book",
            "insert into scheduling.leader_booking (leader_id, work_id, during)"
            " select w.leader_id, w.work_id, tstzrange(e.starts_at, e.ends_at)"
            " from scheduling.leader_work w join scheduling.event_v e on e.about = w.about"
            " where w.about = any ($1::uuid[]) and not w.cancelled and e.state = 'planned'"
            " order by w.leader_id returning leader_id"},
    };
    struct rows *rows;

    for (size_t i = 0; i < COUNT(steps); i++) {
        struct params *params = params_new(context->arena);
        param_uuids(params, abouts, sizeof *abouts, count);
        const bool last = i + 1 == COUNT(steps); /* brings what the others did wrong */
        if (last ? !tx_query(context->tx, &steps[i], params, &rows, error)
                 : !tx_run(context->tx, &steps[i], params, error))
            return false;
    }
    return true;
}

static struct params *param_wanted(struct context *context, struct uuid own,
    const struct uuid *leaders, size_t count, const struct work_time *time)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, leaders, sizeof *leaders, count);
    param_uuid(params, own);
    param_time(params, time->starts_ms);
    param_time(params, time->ends_ms);
    return params;
}

bool work_find_hindrance(struct context *context, struct uuid own, const struct uuid *leaders,
    size_t count, const struct work_time *time, enum act_reason *reason, struct error *error)
{
    static const struct statement find = {"scheduling_work_hindrance",
        "select h.why from unnest($1::uuid[]) with ordinality l (leader_id, n)"
        " cross join lateral (select scheduling.hindrance(l.leader_id, $2, $3, $4) as why) h"
        " where h.why is not null order by l.n limit 1"};
    struct rows *rows;

    if (!tx_query(
            context->tx, &find, param_wanted(context, own, leaders, count, time), &rows, error))
        return error_while(error, "finding what hinders leaders");
    *reason = rows_count(rows) == 0
                  ? ACT_REASON_NONE
                  : (enum act_reason)row_name(rows, 0, 0, act_reason_names, ACT_REASON_COUNT);
    return true;
}

bool work_find_day(struct context *context, struct uuid own, const struct uuid *leaders,
    size_t count, const struct work_time *time, int32_t *day, struct error *error)
{
    static const struct statement find = {"scheduling_work_day",
        "select d.day from (select ($5::date + n)::date as day, n from generate_series(1, 56) n) d"
        " cross join lateral (select timezone('Europe/Stockholm', d.day"
        "   + (timezone('Europe/Stockholm', $3))::time) as starts_at) t"
        " where extract(isodow from d.day) < 6 and d.day > common.today()"
        "  and not exists (select from scheduling.free_day f where f.day = d.day)"
        "  and not exists (select from unnest($1::uuid[]) l (leader_id)"
        "   where scheduling.hindrance(l.leader_id, $2, t.starts_at,"
        "    t.starts_at + ($4::timestamptz - $3::timestamptz)) is not null)"
        " order by d.day limit 1"};
    struct params *params = param_wanted(context, own, leaders, count, time);
    struct rows *rows;

    param_day(params, time->day);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "finding another day");
    *day = rows_count(rows) ? row_day(rows, 0, 0) : DAY_ABSENT;
    return true;
}

bool work_find_people(struct context *context, struct uuid about, const struct uuid **leaders,
    size_t *count, struct error *error)
{
    static const struct statement find = {"scheduling_work_people",
        "select coalesce(array_agg(leader_id order by leader_id), '{}')"
        " from scheduling.leader_work where about = $1 and not cancelled"
        "  and kind in ('supervision', 'visit')"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, about);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return error_while(error, "finding who is to be told");
    *count = row_uuids(rows, 0, 0, context->arena, leaders);
    return true;
}
