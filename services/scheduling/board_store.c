#include "services/scheduling/board_store.h"

bool board_note(
    struct context *context, const struct board_noted *noted, bool *known, struct error *error)
{
    static const struct statement write = {"scheduling_note_board",
        "insert into scheduling.programme_board (programme_id, number, decided_on)"
        " select programme_id, $2, $3 from scheduling.programme where programme_id = $1"
        " on conflict (programme_id, number) do update set decided_on = excluded.decided_on"
        " returning true"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, noted->programme_id);
    param_text(params, noted->number);
    param_day(params, noted->decided_on);
    if (!tx_query(context->tx, &write, params, &rows, error))
        return false;
    *known = rows_count(rows) > 0;
    return true;
}

bool parents_note(struct context *context, const struct parents_noted *noted, struct error *error)
{
    static const struct statement leave = {"scheduling_parents_leave",
        "delete from scheduling.parent_roster where group_id = $1 and referral_id = $2"
        " and person_id <> all($3::uuid[])"};
    static const struct statement join = {"scheduling_parents_join",
        "insert into scheduling.parent_roster (group_id, referral_id, person_id, noted_by,"
        "  noted_at) select $1, $2, p, $4, $5 from unnest($3::uuid[]) p"
        " where not exists (select from scheduling.parent_roster r"
        "  where r.group_id = $1 and r.person_id = p) returning person_id"};
    struct params *params = params_new(context->arena), *stays = params_new(context->arena);
    struct rows *rows;

    param_uuid(stays, noted->group_id);
    param_uuid(stays, noted->referral_id);
    param_uuids(stays, noted->person_ids, sizeof(struct uuid), noted->person_ids_count);
    if (!tx_run(context->tx, &leave, stays, error))
        return false;
    param_uuid(params, noted->group_id);
    param_uuid(params, noted->referral_id);
    param_uuids(params, noted->person_ids, sizeof(struct uuid), noted->person_ids_count);
    param_uuid(params, noted->by);
    param_time(params, context->now_ms);
    return tx_query(context->tx, &join, params, &rows, error);
}
