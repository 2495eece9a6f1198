/* The statement behind desk_map_store.h. */
#include "services/desk/desk_map_store.h"

static const struct statement look_map = {"desk_look_map",
    "select d.code, d.name,"
    " coalesce((select sum(c.waiting) from matching.coverage_v c where c.district = d.code"
    "   and ($1::text is null or c.situation = $1)"
    "   and ($2::bigint is null or c.age between $2 and $3)), 0)::bigint,"
    " (select count(*) from scheduling.group_v g where g.district = d.code and g.state = 'running'"
    "   and g.format = 'group' and ($1::text is null or g.situation = $1)"
    "   and ($2::bigint is null or g.age_from <= $3 and g.age_to >= $2)),"
    " coalesce((select sum(greatest(g.places - g.taken - g.offered, 0)) from scheduling.group_v g"
    "   where g.district = d.code and g.format = 'group'"
    "    and g.state in ('booked', 'offered', 'confirmed', 'running')"
    "    and g.entry_until >= common.today()"
    "    and ($1::text is null or g.situation = $1)"
    "    and ($2::bigint is null or g.age_from <= $3 and g.age_to >= $2)), 0)::bigint,"
    " (select count(*) from scheduling.leader_v l where d.code = any(l.districts)"
    "   and cardinality(l.situations) > 0 and ($1::text is null or $1 = any(l.situations)))"
    " from scheduling.district_v d"
    " order by d.name limit 100"};

bool desk_look_map(struct context *context, const struct map_filter *filter,
    const struct map_row **rows_found, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct map_row *found;
    struct rows *rows;

    param_string(params, filter->situation ? situation_names[filter->situation] : NULL);
    param_int(params, filter->age_from);
    param_int(params, filter->age_to);
    if (!tx_query(context->tx, &look_map, params, &rows, error))
        return error_while(error, "reading what is waited for");
    *count = rows_count(rows);
    *rows_found = found = ARENA_ARRAY(context->arena, struct map_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct map_row){row_text(rows, i, 0), row_text(rows, i, 1), row_int(rows, i, 2),
            row_int(rows, i, 3), row_int(rows, i, 4), row_int(rows, i, 5)};
    return true;
}
