/* What both tables are compared with. */
#include "services/gruppstod/register_store.h"

static bool load_districts(
    struct tx *tx, struct arena *arena, struct register_known *known, struct error *error)
{
    static const struct statement load = {
        "register_load_districts", "select code, name from scheduling.district_v order by 1"};
    struct register_district *found;
    struct rows *rows;

    if (!tx_query(tx, &load, NULL, &rows, error))
        return false;
    known->district_count = rows_count(rows);
    known->districts = found = ARENA_ARRAY(arena, struct register_district, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct register_district){row_text(rows, i, 0), row_text(rows, i, 1)};
    return true;
}

bool register_load_known(
    struct tx *tx, struct arena *arena, struct register_known *known, struct error *error)
{
    static const struct statement load = {"register_load_slots",
        "select slot, weekday, (extract(epoch from starts) / 60)::bigint from scheduling.slot_v"};
    struct register_slot *found;
    struct rows *rows;

    if (!load_districts(tx, arena, known, error) || !tx_query(tx, &load, NULL, &rows, error))
        return false;
    known->slot_count = rows_count(rows);
    known->slots = found = ARENA_ARRAY(arena, struct register_slot, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] =
            (struct register_slot){row_int(rows, i, 0), row_int(rows, i, 1), row_int(rows, i, 2)};
    return true;
}
