/* All SQL of calendars: one sentence a function. */
#include "services/intake/intake_feed_store.h"

/* A family has none by itself where violence is marked, in its answers or by the group's situation,
 * and none at all that is red, held or withdrawn. */
#define MAY                                                                                        \
    " r.withdrawn_at is null and r.safety <> 'red'"                                                \
    " and r.decision is distinct from 'red' and r.decision is distinct from 'hold'"                \
    " and (exists (select from intake.feed_allowed a where a.referral_id = r.referral_id)"         \
    "      or not (r.violence or r.protected or 'violence' = any (r.situations)"                   \
    "              or r.primary_situation is not distinct from 'violence'"                         \
    "              or exists (select from scheduling.family_calendar_v c"                          \
    "                          where c.referral_id = r.referral_id"                                \
    "                            and c.situation = 'violence')))"

bool feed_find(struct context *context, struct text hash, struct feed_row *row, struct error *error)
{
    static const struct statement statement = {"feed_find",
        "select f.feed_id, f.about, f.kind, n.name, f.shown_hash, f.shown_at"
        "  from intake.feed f"
        "  left join intake.referral r on f.kind = 'family' and r.referral_id = f.about"
        "  left join scheduling.room_name_v n on f.kind = 'room' and n.room_id = f.about"
        " where f.token_hash = $1 and f.ended_at is null"
        "   and (f.kind <> 'family' or (" MAY "))"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *row = (struct feed_row){.found = false};
    param_bytes(params, hash);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    if (rows_count(rows) == 1)
        *row = (struct feed_row){
            .found = true,
            .feed_id = row_uuid(rows, 0, 0),
            .about = row_uuid(rows, 0, 1),
            .kind = (enum feed_kind)row_name(rows, 0, 2, feed_kind_names, FEED_KIND_COUNT),
            .name = row_text(rows, 0, 3),
            .shown_hash = row_text(rows, 0, 4),
            .shown_at_ms = row_time(rows, 0, 5),
        };
    return true;
}

#define EVENTS(view, key)                                                                          \
    "select meeting_id, starts_at, ends_at, sequence::bigint, changed_at, cancelled, name,"        \
    "       location"                                                                              \
    "  from scheduling." view " where " key " = $1"                                                \
    "   and starts_at > common.civil_now() - interval '60 days'"                                   \
    " order by starts_at, meeting_id limit 400"

static const struct statement load_events[FEED_KIND_COUNT] = {
    [FEED_KIND_LEADER] = {"feed_load_leader", EVENTS("leader_feed_v", "leader_id")},
    [FEED_KIND_ROOM] = {"feed_load_room", EVENTS("room_feed_v", "room_id")},
    [FEED_KIND_FAMILY] = {"feed_load_family", EVENTS("family_calendar_v", "referral_id")},
};

bool feed_load_events(struct context *context, enum feed_kind kind, struct uuid about,
    const struct feed_event **events, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct feed_event *read;
    struct rows *rows;

    param_uuid(params, about);
    if (!tx_query(context->tx, &load_events[kind], params, &rows, error))
        return false;
    *count = rows_count(rows);
    *events = read = ARENA_ARRAY(context->arena, struct feed_event, *count);
    for (size_t i = 0; i < *count; i++)
        read[i] = (struct feed_event){
            .meeting_id = row_uuid(rows, i, 0),
            .starts_ms = row_time(rows, i, 1),
            .ends_ms = row_time(rows, i, 2),
            .sequence = row_int(rows, i, 3),
            .changed_ms = row_time(rows, i, 4),
            .cancelled = row_bool(rows, i, 5),
            .name = row_text(rows, i, 6),
            .location = row_text(rows, i, 7),
        };
    return true;
}

bool feed_note_shown(
    struct context *context, struct uuid feed_id, struct text hash, struct error *error)
{
    static const struct statement statement = {"feed_note_shown",
        "update intake.feed set shown_hash = $2, shown_at = $3 where feed_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, feed_id);
    param_bytes(params, hash);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}

bool feed_find_dates(struct context *context, struct text group, struct text offer,
    struct text work, struct dates_row *row, struct error *error)
{
    static const struct statement statement = {"feed_find_dates",
        "select w.kind, w.about, w.person_id, w.kind = 'leader' or (" MAY "),"
        "       f.feed_id, f.by_staff is not null"
        "  from (select 'family' as kind, l.referral_id as about, l.person_id"
        "          from notification.link_v l where l.token_hash = $1 and l.kind = 'group'"
        "        union all"
        "        select 'family', o.referral_id, l.person_id"
        "          from notification.offer_link_v l"
        "          join matching.offer_v o on o.offer_id = l.offer_id and o.state = 'accepted'"
        "         where l.token_hash = $2"
        "        union all"
        "        select 'leader', l.person_id, null"
        "          from notification.link_v l where l.token_hash = $3 and l.kind = 'work') w"
        "  left join intake.referral r on w.kind = 'family' and r.referral_id = w.about"
        "  left join intake.feed f on f.kind = w.kind and f.about = w.about"
        "       and coalesce(f.person_id, f.about) = coalesce(w.person_id, w.about)"
        "       and f.ended_at is null"
        " limit 1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *row = (struct dates_row){.found = false};
    param_bytes(params, group);
    param_bytes(params, offer);
    param_bytes(params, work);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    if (rows_count(rows) == 1)
        *row = (struct dates_row){
            .found = true,
            .kind = (enum feed_kind)row_name(rows, 0, 0, feed_kind_names, FEED_KIND_COUNT),
            .about = row_uuid(rows, 0, 1),
            .person_id = row_uuid(rows, 0, 2),
            .may = row_bool(rows, 0, 3),
            .feed_id = row_uuid(rows, 0, 4),
            .by_staff = row_bool(rows, 0, 5),
        };
    return true;
}

bool feed_end(struct context *context, enum feed_kind kind, struct uuid about,
    struct uuid person_id, struct error *error)
{
    static const struct statement statement = {"feed_end",
        "update intake.feed set ended_at = $4"
        " where kind = $1 and about = $2 and ended_at is null"
        "   and ($3::uuid is null or person_id = $3)"};
    struct params *params = params_new(context->arena);

    param_string(params, feed_kind_names[kind]);
    param_uuid(params, about);
    param_uuid(params, person_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}

static bool is_made(struct context *context, struct uuid feed_id, bool *made, struct error *error)
{
    static const struct statement statement = {
        "feed_is_made", "select feed_id from intake.feed where feed_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, feed_id);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *made = rows_count(rows) > 0;
    return true;
}

bool feed_make(struct context *context, const struct feed_making *making, struct error *error)
{
    static const struct statement statement = {"feed_make",
        "insert into intake.feed (feed_id, token_hash, kind, about, person_id, by_staff, made_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)"};
    struct params *params = params_new(context->arena);
    bool made;

    if (!is_made(context, making->feed_id, &made, error))
        return false;
    if (made)
        return true;
    if (!feed_end(context, making->kind, making->about, making->person_id, error))
        return false;
    param_uuid(params, making->feed_id);
    param_bytes(params, making->token_hash);
    param_string(params, feed_kind_names[making->kind]);
    param_uuid(params, making->about);
    param_uuid(params, making->person_id);
    param_uuid(params, making->by_staff);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}

bool feed_allow(
    struct context *context, struct uuid referral_id, struct uuid by_staff, struct error *error)
{
    static const struct statement statement = {"feed_allow",
        "insert into intake.feed_allowed (referral_id, by_staff, at)"
        " select referral_id, $2, $3 from intake.referral where referral_id = $1"
        " on conflict do nothing"};
    struct params *params = params_new(context->arena);

    param_uuid(params, referral_id);
    param_uuid(params, by_staff);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}

bool feed_forbid(struct context *context, struct uuid referral_id, struct error *error)
{
    static const struct statement statement = {
        "feed_forbid", "delete from intake.feed_allowed where referral_id = $1"};
    struct params *params = params_new(context->arena);

    param_uuid(params, referral_id);
    return tx_run(context->tx, &statement, params, error);
}
