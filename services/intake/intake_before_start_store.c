/* The statements behind intake_before_start_store.h. */
#include "services/intake/intake_before_start_store.h"

static const struct statement look_meet = {
    "intake_look_meet",
    "select l.reader = 'leader', b.offer_id, b.referral_id, coalesce(b.group_id, l.group_id),"
    "       l.person_id, b.time_id, coalesce(b.group_name, g.name), b.state, b.site, b.district,"
    "       b.room, b.choice_end, b.starts_at, b.ends_at, b.changed_at, b.day, b.first_day,"
    "       coalesce(b.group_lives and b.state <> 'released', g.group_id is not null),"
    "       c.choice_id is not null and c.choice_id is distinct from b.choice_id,"
    "       r.violence, 'sign_language' = any(r.needs)"
    "  from notification.link_v l"
    "  left join scheduling.before_start_v b on b.offer_id = l.about and l.reader = 'family'"
    "  left join scheduling.catalogue_v g on g.group_id = l.group_id and l.reader = 'leader'"
    "       and g.status <> 'cancelled'"
    "  left join intake.referral r on r.referral_id = b.referral_id"
    "  left join lateral (select c.choice_id from intake.before_start_choice c"
    "       where c.offer_id = b.offer_id order by c.chosen_at desc, c.choice_id desc limit 1) c"
    "       on true"
    " where l.token_hash = $1 and l.kind = 'before_start'",
};

bool intake_look_meet(
    struct context *context, struct text hash, struct meet_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_bytes(params, hash);
    if (!tx_query(context->tx, &look_meet, params, &rows, error))
        return false;
    *row = (struct meet_row){.found = rows_count(rows) > 0};
    if (!row->found)
        return true;
    *row = (struct meet_row){
        .found = true,
        .leader = row_bool(rows, 0, 0),
        .offer_id = row_uuid(rows, 0, 1),
        .referral_id = row_uuid(rows, 0, 2),
        .group_id = row_uuid(rows, 0, 3),
        .person_id = row_uuid(rows, 0, 4),
        .time_id = row_uuid(rows, 0, 5),
        .group = row_text(rows, 0, 6),
        .state = row_text(rows, 0, 7),
        .site = row_text(rows, 0, 8),
        .district = row_text(rows, 0, 9),
        .room = row_text(rows, 0, 10),
        .choice_end = row_text(rows, 0, 11),
        .starts_ms = row_time(rows, 0, 12),
        .ends_ms = row_time(rows, 0, 13),
        .changed_ms = row_time(rows, 0, 14),
        .day = row_day(rows, 0, 15),
        .first_day = row_day(rows, 0, 16),
        .lives = row_bool(rows, 0, 17),
        .pending = row_bool(rows, 0, 18),
        .violence = row_bool(rows, 0, 19),
        .sign = row_bool(rows, 0, 20),
    };
    return true;
}

static const struct statement look_times = {
    "intake_look_times",
    "select time_id, starts_at, ends_at, day, site, room, offer_id is null,"
    "       offer_id is not distinct from $2 and $2 is not null"
    "  from scheduling.before_start_time_v"
    " where group_id = $1"
    "   and day > common.today()"
    "   and ($3 or offer_id is null or offer_id = $2)"
    " order by starts_at, time_id limit 60",
};

bool intake_look_times(struct context *context, const struct meet_row *meet,
    const struct meet_time **times, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct meet_time *found;
    struct rows *rows;

    param_uuid(params, meet->group_id);
    param_uuid(params, meet->offer_id);
    param_bool(params, meet->leader);
    if (!tx_query(context->tx, &look_times, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *times = found = ARENA_ARRAY(context->arena, struct meet_time, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct meet_time){
            .time_id = row_uuid(rows, i, 0),
            .starts_ms = row_time(rows, i, 1),
            .ends_ms = row_time(rows, i, 2),
            .day = row_day(rows, i, 3),
            .site = row_text(rows, i, 4),
            .room = row_text(rows, i, 5),
            .free = row_bool(rows, i, 6),
            .own = row_bool(rows, i, 7),
        };
    return true;
}

static const struct statement add_choice = {
    "intake_add_choice",
    "insert into intake.before_start_choice (choice_id, offer_id, referral_id, person_id, time_id,"
    "    chosen_at)"
    " values ($1, $2, $3, $4, $5, $6)",
};

bool intake_add_choice(
    struct context *context, const struct meet_choice *choice, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, choice->choice_id);
    param_uuid(params, choice->offer_id);
    param_uuid(params, choice->referral_id);
    param_uuid(params, choice->person_id);
    param_uuid(params, choice->time_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add_choice, params, error);
}
