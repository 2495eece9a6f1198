/* One sentence a function; each takes a whole slice. */
#include "services/evaluation/evaluation_store.h"

#include "vocabulary.h"

bool evaluation_add_referrals(struct context *context, const struct referral_received *messages,
    size_t count, struct error *error)
{
    static const struct statement statement = {"evaluation_add_referrals",
        "insert into evaluation.referral (referral_id, received_at, source, situation, district)"
        " select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])"
        " on conflict (referral_id) do nothing"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, referral_id), count);
    param_times(params, COLUMN(messages, received_at_ms), count);
    param_names(params, COLUMN(messages, source), count, source_names);
    param_names(params, COLUMN(messages, primary_situation), count, situation_names);
    param_texts(params, COLUMN(messages, district), count);
    return tx_run(context->tx, &statement, params, error);
}

bool evaluation_add_facts(
    struct context *context, const struct place_fact *facts, size_t count, struct error *error)
{
    static const struct statement statement = {"evaluation_add_facts",
        "insert into evaluation.fact (referral_id, group_id, kind, at, reason)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(facts, referral_id), count);
    param_uuids(params, COLUMN(facts, group_id), count);
    param_texts(params, COLUMN(facts, kind), count);
    param_times(params, COLUMN(facts, at_ms), count);
    param_texts(params, COLUMN(facts, reason), count);
    return tx_run(context->tx, &statement, params, error);
}

bool evaluation_add_group_facts(
    struct context *context, const struct group_fact *facts, size_t count, struct error *error)
{
    static const struct statement statement = {"evaluation_add_group_facts",
        "insert into evaluation.group_fact (group_id, kind, taken, reason, at)"
        " select *, $5 from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[])"
        " on conflict (group_id, kind) do nothing"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(facts, group_id), count);
    param_texts(params, COLUMN(facts, kind), count);
    param_ints(params, COLUMN(facts, taken), count);
    param_texts(params, COLUMN(facts, reason), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}

bool evaluation_add_merged(
    struct context *context, const struct group_merged *messages, size_t count, struct error *error)
{
    static const struct statement statement = {"evaluation_add_merged",
        "insert into evaluation.group_fact (group_id, kind, into_id, at)"
        " select m.group_id, 'merged', m.into_id, m.at"
        " from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) m (group_id, into_id, at)"
        " on conflict (group_id, kind) do nothing"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, group_id), count);
    param_uuids(params, COLUMN(messages, into_id), count);
    param_times(params, COLUMN(messages, merged_at_ms), count);
    return tx_run(context->tx, &statement, params, error);
}

bool evaluation_add_postponed(struct context *context, const struct series_postponed *messages,
    size_t count, struct error *error)
{
    static const struct statement statement = {"evaluation_add_postponed",
        "insert into evaluation.postponing (notice_id, group_id, first_day, at)"
        " select m.notice_id, m.group_id, m.first_day, $4"
        " from unnest($1::uuid[], $2::uuid[], $3::date[]) m (notice_id, group_id, first_day)"
        " on conflict (notice_id) do nothing"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, notice_id), count);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_days(params, COLUMN(messages, first_day), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}

bool evaluation_add_meetings(
    struct context *context, const struct meeting_held *messages, size_t count, struct error *error)
{
    static const struct statement statement = {"evaluation_add_meetings",
        "insert into evaluation.meeting (meeting_id, group_id, meeting_no, day, theme)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::date[], $5::text[])"
        " on conflict (meeting_id) do nothing"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, meeting_id), count);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_ints(params, COLUMN(messages, meeting_no), count);
    param_days(params, COLUMN(messages, day), count);
    param_texts(params, COLUMN(messages, theme), count);
    return tx_run(context->tx, &statement, params, error);
}

bool evaluation_note_attendance(struct context *context, const struct attendance_noted *messages,
    size_t count, struct error *error)
{
    /* Two notes of one child in one slice: the later row wins, as it would in two slices. */
    static const struct statement statement = {"evaluation_note_attendance",
        "insert into evaluation.attendance (meeting_id, referral_id, group_id, presence, noted_by,"
        " noted_at)"
        " select distinct on (meeting_id, referral_id) meeting_id, referral_id, group_id, presence,"
        " noted_by, $6::timestamptz"
        " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])"
        " with ordinality as n(meeting_id, referral_id, group_id, presence, noted_by, turn)"
        " order by meeting_id, referral_id, turn desc"
        " on conflict (meeting_id, referral_id) do update set presence = excluded.presence,"
        " noted_by = excluded.noted_by, noted_at = excluded.noted_at"};
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, meeting_id), count);
    param_uuids(params, COLUMN(messages, referral_id), count);
    param_uuids(params, COLUMN(messages, group_id), count);
    param_names(params, COLUMN(messages, presence), count, presence_names);
    param_uuids(params, COLUMN(messages, by), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &statement, params, error);
}
