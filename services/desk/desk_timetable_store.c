/* The statements behind desk_timetable_store.h. */
#include "services/desk/desk_timetable_store.h"

#include "common/check.h"

#define DAY(time) "(" time " at time zone 'Europe/Stockholm')::date"
#define MINUTE(time)                                                                               \
    "(extract(epoch from (" time " at time zone 'Europe/Stockholm')::time) / 60)::bigint"

static const struct statement look_timetable = {"desk_look_timetable",
    "select * from ("
    " select m.day, " MINUTE("m.starts_at") " as from_min, " MINUTE(
        "m.ends_at") ", 0 as what,"
                     "   g.name, r.name as place, g.group_id"
                     "  from scheduling.meeting_v m join scheduling.group_v g using (group_id)"
                     "  left join scheduling.name_v r on r.id = m.room_id and r.kind = 'room'"
                     "  where $1 = 0 and m.group_id = $2 and m.state <> 'cancelled'"
                     " union all select d.day, " MINUTE("d.starts_at") ", " MINUTE(
                         "d.ends_at") ", 0, d.name,"
                                      "   d.site, d.group_id"
                                      "  from scheduling.leader_day_v d"
                                      "  where $1 = 1 and d.leader_id = $2 and d.state <> "
                                      "'cancelled'"
                                      " union all select " DAY("b.starts_at") ", " MINUTE(
                                          "b.starts_at") ", " MINUTE("b.ends_at") ","
                                                                                  "   case when "
                                                                                  "b.group_id is "
                                                                                  "null then 1 "
                                                                                  "else 0 end, "
                                                                                  "coalesce(b."
                                                                                  "group_name, "
                                                                                  "b.what), null,"
                                                                                  "   b.group_id"
                                                                                  "  from "
                                                                                  "scheduling.room_"
                                                                                  "booking_v b "
                                                                                  "where $1 = 2 "
                                                                                  "and b.room_id = "
                                                                                  "$2"
                                                                                  " union all "
                                                                                  "select d::date, "
                                                                                  "null, null, 2, "
                                                                                  "null, null, null"
                                                                                  "  from "
                                                                                  "scheduling."
                                                                                  "leader_absence_"
                                                                                  "v a,"
                                                                                  "   "
                                                                                  "generate_series("
                                                                                  "greatest(a."
                                                                                  "first_day, $3), "
                                                                                  "least(a.last_"
                                                                                  "day, $4), "
                                                                                  "interval '1 "
                                                                                  "day') d"
                                                                                  "  where $1 = 1 "
                                                                                  "and a.leader_id "
                                                                                  "= $2"
                                                                                  " union all "
                                                                                  "select d::date, "
                                                                                  "null, null, 3, "
                                                                                  "w.name, null, "
                                                                                  "null"
                                                                                  "  from "
                                                                                  "scheduling.week_"
                                                                                  "off_v w,"
                                                                                  "   "
                                                                                  "generate_series("
                                                                                  "greatest(w."
                                                                                  "first_day, $3), "
                                                                                  "least(w.last_"
                                                                                  "day, $4), "
                                                                                  "interval '1 "
                                                                                  "day') d"
                                                                                  "  where "
                                                                                  "w.group_id is "
                                                                                  "null or $1 = 0 "
                                                                                  "and w.group_id "
                                                                                  "= $2"
                                                                                  " union all "
                                                                                  "select f.day, "
                                                                                  "null, null, 3, "
                                                                                  "f.name, null, "
                                                                                  "null from "
                                                                                  "scheduling."
                                                                                  "holiday_v f"
                                                                                  " union all "
                                                                                  "select d::date, "
                                                                                  "null, null, 3, "
                                                                                  "k.name, null, "
                                                                                  "null"
                                                                                  "  from "
                                                                                  "scheduling."
                                                                                  "break_v k,"
                                                                                  "   "
                                                                                  "generate_series("
                                                                                  "greatest(k."
                                                                                  "first_day, $3), "
                                                                                  "least(k.last_"
                                                                                  "day, $4), "
                                                                                  "interval '1 "
                                                                                  "day') d"
                                                                                  "  where "
                                                                                  "extract(isodow "
                                                                                  "from d) < 6"
                                                                                  ") e where day "
                                                                                  "between $3 and "
                                                                                  "$4 order by "
                                                                                  "day, from_min "
                                                                                  "nulls first, "
                                                                                  "name limit "
                                                                                  "2000"};

bool desk_look_timetable(struct context *context, enum timetable_kind kind, struct uuid id,
    int32_t from, int32_t to, const struct timetable_row **rows_found, size_t *count,
    struct error *error)
{
    struct params *params = params_new(context->arena);
    struct timetable_row *found;
    struct rows *rows;

    param_int(params, kind);
    param_uuid(params, id);
    param_day(params, from);
    param_day(params, to);
    if (!tx_query(context->tx, &look_timetable, params, &rows, error))
        return error_while(error, "reading a timetable");
    *count = rows_count(rows);
    *rows_found = found = ARENA_ARRAY(context->arena, struct timetable_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct timetable_row){
            .day = row_day(rows, i, 0),
            .from_min = row_null(rows, i, 1) ? INT_ABSENT : row_int(rows, i, 1),
            .to_min = row_null(rows, i, 2) ? INT_ABSENT : row_int(rows, i, 2),
            .what = (enum timetable_what)row_int(rows, i, 3),
            .name = row_text(rows, i, 4),
            .place = row_text(rows, i, 5),
            .group_id = row_uuid(rows, i, 6),
        };
    return true;
}

bool desk_look_timetable_name(struct context *context, enum timetable_kind kind, struct uuid id,
    struct uuid whose, struct text *name, struct error *error)
{
    static const struct statement look = {"desk_look_timetable_name",
        "select n.name from scheduling.name_v n where n.id = $2"
        " and n.kind = (array['group', 'leader', 'room'])[$1 + 1]"
        " and ($3::uuid is null or $1 = 1 and n.id = $3 or $1 = 0 and exists"
        "  (select from scheduling.group_v g where g.group_id = $2"
        "   and $3 = any(g.leader_ids || g.parent_leader_ids)))"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_int(params, kind);
    param_uuid(params, id);
    param_uuid(params, whose);
    if (!tx_query(context->tx, &look, params, &rows, error))
        return error_while(error, "reading whose timetable it is");
    *name = rows_count(rows) ? row_text(rows, 0, 0) : (struct text){NULL, 0};
    return true;
}

bool desk_look_given_hours(struct context *context, struct uuid leader_id,
    const struct room_hours_row **hours, size_t *count, struct error *error)
{
    static const struct statement look = {"desk_look_given_hours",
        "select s.weekday, (extract(epoch from s.starts) / 60)::bigint"
        " from scheduling.leader_v l join scheduling.slot_v s on l.slots >> s.slot & 1 = 1"
        " where l.leader_id = $1 order by 1, 2"};
    enum { MEETING_MIN = 90 };
    struct params *params = params_new(context->arena);
    struct room_hours_row *found;
    struct rows *rows;

    param_uuid(params, leader_id);
    if (!tx_query(context->tx, &look, params, &rows, error))
        return error_while(error, "reading a leader's hours");
    *count = rows_count(rows);
    *hours = found = ARENA_ARRAY(context->arena, struct room_hours_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct room_hours_row){row_int(rows, i, 0), row_int(rows, i, 1),
            row_int(rows, i, 1) + MEETING_MIN, DAY_ABSENT, DAY_ABSENT};
    return true;
}

bool desk_look_term(
    struct context *context, int32_t day, int32_t *first, int32_t *last, struct error *error)
{
    static const struct statement look = {"desk_look_term",
        "select first_day, last_day from scheduling.term_v where last_day >= $1"
        " order by last_day limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, day);
    if (!tx_query(context->tx, &look, params, &rows, error))
        return error_while(error, "reading a term");
    if (rows_count(rows) > 0) {
        *first = row_day(rows, 0, 0);
        *last = row_day(rows, 0, 1);
    }
    return true;
}
