/* The statements behind intake_look_store.h. Rows come back with the number of what was asked. */
#include "services/intake/intake_look_store.h"

#include "common/check.h"

static const struct statement look_receipts = {
    "intake_look_receipts",
    "select k.n, r.code, r.state, r.door, r.safety, r.received_at, r.violence"
    "  from unnest($1::text[]) with ordinality as k (receipt, n)"
    "  join intake.referral r on r.receipt = k.receipt",
};

bool intake_look_receipts(struct context *context, const struct text *receipts, size_t count,
    struct receipt_row *rows, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_texts(params, receipts, sizeof *receipts, count);
    if (!tx_query(context->tx, &look_receipts, params, &found, error))
        return false;
    for (size_t i = 0; i < rows_count(found); i++)
        rows[row_int(found, i, 0) - 1] = (struct receipt_row){
            .found = true,
            .code = row_text(found, i, 1),
            .state = row_text(found, i, 2),
            .door = row_text(found, i, 3),
            .safety = (enum safety)row_name(found, i, 4, safety_names, SAFETY_COUNT),
            .received_at_ms = row_time(found, i, 5),
            .violence = row_bool(found, i, 6),
        };
    return true;
}

#define OFFER                                                                                      \
    "select k.n, o.offer_id, o.referral_id, l.person_id, o.expires_at, o.state = 'pending'"
#define ANSWER ", a.answer, a.reason, a.answered_at, a.ask_again_day"
#define PLACE                                                                                      \
    ", g.name, g.district, g.site, g.weekday, extract(epoch from g.starts)::bigint / 60,"          \
    " g.minutes, g.meetings, g.age_from, g.age_to, g.first_day, g.last_day, g.parent_group,"       \
    " g.weeks_off, array_to_string(n.leaders, ', '), r.code,"                                      \
    " extract(year from age(common.today(), r.birth_date))::bigint, coalesce(w.parent_joins, "     \
    "false)"
#define PLACE_TABLES                                                                               \
    " left join scheduling.catalogue_v g on g.group_id = o.group_id"                               \
    " left join scheduling.group_leader_name_v n on n.group_id = o.group_id"                       \
    " left join intake.answer a on a.offer_id = o.offer_id"

static const struct statement look_offers = {
    "intake_look_offers",
    OFFER ANSWER PLACE
    ", coalesce(o.state in ('pending', 'accepted') and g.status <> 'cancelled', false)"
    "  from unnest($1::bytea[]) with ordinality as k (hash, n)"
    "  join notification.offer_link_v l on l.token_hash = k.hash"
    "  join matching.offer_v o on o.offer_id = l.offer_id"
    "  join intake.referral r on r.referral_id = o.referral_id"
    "  left join matching.offer_open_v w on w.offer_id = o.offer_id" PLACE_TABLES,
};

static const struct statement look_offers_alone = {
    "intake_look_offers_alone",
    OFFER ANSWER "  from unnest($1::bytea[]) with ordinality as k (hash, n)"
                 "  join notification.offer_link_v l on l.token_hash = k.hash"
                 "  join matching.offer_v o on o.offer_id = l.offer_id"
                 "  left join intake.answer a on a.offer_id = o.offer_id",
};

static const struct statement look_siblings = {
    "intake_look_siblings",
    "select 1, o.offer_id, o.referral_id, other.person_id, o.expires_at, true" ANSWER PLACE ", true"
    "  from notification.offer_link_v l"
    "  join matching.offer_v own on own.offer_id = l.offer_id"
    "  join intake.person p on p.referral_id = own.referral_id and p.person_id = l.person_id"
    "  join intake.person other on other.contact_index = p.contact_index"
    "   and other.referral_id <> p.referral_id and other.email_ok"
    "  join intake.referral r on r.referral_id = other.referral_id and r.withdrawn_at is null"
    "   and r.safety <> 'red' and r.cleared_version = r.answers_version"
    "   and r.decision is distinct from 'hold' and r.decision is distinct from 'red'"
    "  join matching.offer_open_v o on o.child_id = r.child_id and o.referral_id = r.referral_id"
    "  join matching.offer_open_v w on w.offer_id = o.offer_id" PLACE_TABLES
    " where l.token_hash = $1 and g.status <> 'cancelled'"
    " order by r.birth_date, o.offer_id limit $2",
};

/* What was answered before. */
static void fill_answer(const struct rows *found, size_t i, struct offer_row *row)
{
    row->answered = !row_null(found, i, 6);
    row->answer = (enum answer)row_name(found, i, 6, answer_names, ANSWER_COUNT);
    row->reason =
        (enum decline_reason)row_name(found, i, 7, decline_reason_names, DECLINE_REASON_COUNT);
    row->answered_at_ms = row_time(found, i, 8);
    row->ask_again_day = row_day(found, i, 9);
}

static void fill_alone(const struct rows *found, size_t i, struct offer_row *row)
{
    *row = (struct offer_row){
        .found = true,
        .offer_id = row_uuid(found, i, 1),
        .referral_id = row_uuid(found, i, 2),
        .person_id = row_uuid(found, i, 3),
        .expires_at_ms = row_time(found, i, 4),
        .pending = row_bool(found, i, 5),
    };
    fill_answer(found, i, row);
}

/* The group's columns, and the child's, stand after the answer's. */
static void fill_place(const struct rows *found, size_t i, struct offer_row *row)
{
    row->group = row_text(found, i, 10);
    row->district = row_text(found, i, 11);
    row->site = row_text(found, i, 12);
    row->weekday = row_int(found, i, 13);
    row->starts_min = row_int(found, i, 14);
    row->minutes = row_int(found, i, 15);
    row->meetings = row_int(found, i, 16);
    row->age_from = row_int(found, i, 17);
    row->age_to = row_int(found, i, 18);
    row->first_day = row_day(found, i, 19);
    row->last_day = row_day(found, i, 20);
    row->parent_group = row_bool(found, i, 21);
    row->weeks_off = row_text(found, i, 22);
    row->leaders = row_text(found, i, 23);
    row->code = row_text(found, i, 24);
    row->age = row_int(found, i, 25);
    row->parent_joins = row_bool(found, i, 26);
    row->held = row_bool(found, i, 27);
}

bool intake_look_siblings(struct context *context, struct text hash,
    struct offer_row rows[static FAMILY_MOST], size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_bytes(params, hash);
    param_int(params, FAMILY_MOST);
    if (!tx_query(context->tx, &look_siblings, params, &found, error))
        return false;
    *count = rows_count(found);
    for (size_t i = 0; i < *count; i++) {
        fill_alone(found, i, &rows[i]);
        fill_place(found, i, &rows[i]);
    }
    return true;
}

bool intake_look_offers(struct context *context, enum offer_detail detail,
    const struct text *hashes, size_t count, struct offer_row *rows, struct error *error)
{
    const bool place = detail == OFFER_WITH_PLACE;
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_bytes_column(params, hashes, sizeof *hashes, count);
    if (!tx_query(context->tx, place ? &look_offers : &look_offers_alone, params, &found, error))
        return false;
    for (size_t i = 0; i < rows_count(found); i++) {
        struct offer_row *row = &rows[row_int(found, i, 0) - 1];
        fill_alone(found, i, row);
        if (place)
            fill_place(found, i, row);
    }
    return true;
}

/* The answer and the number of its message to matching, together or not at all. */
static const struct statement add_answers = {
    "intake_add_answers",
    "with added as ("
    "    insert into intake.answer (offer_id, referral_id, answer, reason, ask_again_day,"
    "        person_id, answered_at)"
    "    select a.*, $7"
    "      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::uuid[]) as a"
    "     order by 1"
    "    on conflict (offer_id) do nothing"
    "    returning offer_id, referral_id)"
    "update intake.referral r set said = r.said + 1"
    "  from added a where r.referral_id = a.referral_id"
    " returning a.offer_id, r.said",
};

bool intake_add_answers(
    struct context *context, struct answer_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *added;

    param_uuids(params, COLUMN(rows, offer_id), count);
    param_uuids(params, COLUMN(rows, referral_id), count);
    param_names(params, COLUMN(rows, answer), count, answer_names);
    param_names(params, COLUMN(rows, reason), count, decline_reason_names);
    param_days(params, COLUMN(rows, ask_again_day), count);
    param_uuids(params, COLUMN(rows, person_id), count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &add_answers, params, &added, error))
        return false;
    for (size_t i = 0; i < rows_count(added); i++)
        for (size_t j = 0; j < count; j++)
            if (uuid_equal(rows[j].offer_id, row_uuid(added, i, 0)) && !rows[j].added) {
                rows[j].added = true;
                rows[j].said = row_int(added, i, 1);
                break;
            }
    return true;
}

/* Bounded: a page shows what a person can read. */
static const struct statement look_groups = {
    "intake_look_groups",
    "select group_id, name, programme, language, district, site, sex, status, weeks_off, situation,"
    "       age_from, age_to, weekday, extract(epoch from starts)::bigint / 60, minutes, meetings,"
    "       places, taken, first_day, last_day, parent_group"
    "  from scheduling.catalogue_v"
    " where status <> 'cancelled' or first_day >= common.today()"
    " order by status = 'cancelled', first_day, name"
    " limit 500",
};

bool intake_look_groups(
    struct context *context, const struct group_row **groups, size_t *count, struct error *error)
{
    struct group_row *all;
    struct rows *rows;

    if (!tx_query(context->tx, &look_groups, NULL, &rows, error))
        return false;
    all = ARENA_ARRAY(context->arena, struct group_row, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        all[i] = (struct group_row){
            .group_id = row_uuid(rows, i, 0),
            .name = row_text(rows, i, 1),
            .programme = row_text(rows, i, 2),
            .language = row_text(rows, i, 3),
            .district = row_text(rows, i, 4),
            .site = row_text(rows, i, 5),
            .sex = row_text(rows, i, 6),
            .status = row_text(rows, i, 7),
            .weeks_off = row_text(rows, i, 8),
            .situation = (enum situation)row_name(rows, i, 9, situation_names, SITUATION_COUNT),
            .age_from = row_int(rows, i, 10),
            .age_to = row_int(rows, i, 11),
            .weekday = row_int(rows, i, 12),
            .starts_min = row_int(rows, i, 13),
            .minutes = row_int(rows, i, 14),
            .meetings = row_int(rows, i, 15),
            .places = row_int(rows, i, 16),
            .taken = row_int(rows, i, 17),
            .first_day = row_day(rows, i, 18),
            .last_day = row_day(rows, i, 19),
            .parent_group = row_bool(rows, i, 20),
        };
    *groups = all;
    *count = rows_count(rows);
    return true;
}

static const struct statement look_meetings = {
    "intake_look_meetings",
    "select meeting_id, day, starts_at, ends_at, sequence, changed_at, state = 'cancelled'"
    "  from scheduling.catalogue_meeting_v where group_id = $1 order by starts_at limit 100",
};

bool intake_look_meetings(struct context *context, struct uuid group_id,
    const struct meeting_row **meetings, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct meeting_row *all;
    struct rows *rows;

    param_uuid(params, group_id);
    if (!tx_query(context->tx, &look_meetings, params, &rows, error))
        return false;
    all = ARENA_ARRAY(context->arena, struct meeting_row, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        all[i] = (struct meeting_row){
            .meeting_id = row_uuid(rows, i, 0),
            .day = row_day(rows, i, 1),
            .starts_ms = row_time(rows, i, 2),
            .ends_ms = row_time(rows, i, 3),
            .sequence = row_int(rows, i, 4),
            .changed_ms = row_time(rows, i, 5),
            .cancelled = row_bool(rows, i, 6),
        };
    *meetings = all;
    *count = rows_count(rows);
    return true;
}

static const struct statement look_slots = {
    "intake_look_slots",
    "select slot, weekday, extract(epoch from starts)::bigint / 60"
    "  from scheduling.slot_v where slot < 63 order by weekday, starts, slot limit 63",
};

bool intake_look_slots(struct context *context, struct intake_slot slots[static INTAKE_SLOTS_MOST],
    size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_slots, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    for (size_t i = 0; i < *count; i++)
        slots[i] =
            (struct intake_slot){row_int(rows, i, 0), row_int(rows, i, 1), row_int(rows, i, 2)};
    return true;
}

static const struct statement lock_decided = {
    "intake_lock_decided",
    "select k.n, r.answers_version, r.said, r.safety, r.complete"
    "  from unnest($1::uuid[]) with ordinality as k (referral_id, n)"
    "  join intake.referral r using (referral_id)"
    " order by r.referral_id"
    "   for no key update of r",
};

bool intake_lock_decided(struct context *context, const struct uuid *referrals, size_t count,
    struct decided_row *rows, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *found;

    param_uuids(params, referrals, sizeof *referrals, count);
    if (!tx_query(context->tx, &lock_decided, params, &found, error))
        return false;
    for (size_t i = 0; i < rows_count(found); i++)
        rows[row_int(found, i, 0) - 1] = (struct decided_row){
            .found = true,
            .answers_version = row_int(found, i, 1),
            .said = row_int(found, i, 2),
            .safety = (enum safety)row_name(found, i, 3, safety_names, SAFETY_COUNT),
            .complete = row_bool(found, i, 4),
        };
    return true;
}

static const struct statement set_decisions = {
    "intake_set_decisions",
    "with d as ("
    "    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[],"
    "        $6::bigint[], $7::bigint[], $8::boolean[])"
    "    as d (referral_id, decided_by, decision, safety, answers_version, cleared_version, said,"
    "        new_answers)),"
    " kept as ("
    "    insert into intake.safety_answers (referral_id, version, answered_at, safety, answered_by)"
    "    select referral_id, answers_version, $9, safety, decided_by::text from d where "
    "new_answers)"
    "update intake.referral r"
    "   set decision = d.decision, decided_by = d.decided_by, decided_at = $9, safety = d.safety,"
    "       answers_version = d.answers_version,"
    "       cleared_version = coalesce(d.cleared_version, r.cleared_version), said = d.said"
    "  from d where r.referral_id = d.referral_id",
};

bool intake_set_decisions(
    struct context *context, const struct decision_row *rows, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(rows, referral_id), count);
    param_uuids(params, COLUMN(rows, by), count);
    param_names(params, COLUMN(rows, decision), count, clearance_decision_names);
    param_names(params, COLUMN(rows, safety), count, safety_names);
    param_ints(params, COLUMN(rows, answers_version), count);
    param_ints(params, COLUMN(rows, cleared_version), count);
    param_ints(params, COLUMN(rows, said), count);
    param_bools(params, COLUMN(rows, new_answers), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &set_decisions, params, error);
}

static const struct statement add_pairs = {
    "intake_add_pairs",
    "insert into intake.pair (child_a, child_b, kind, said_by, said_at)"
    " select distinct least(a.child_id, b.child_id), greatest(a.child_id, b.child_id), s.kind,"
    "    first_value(s.by::text) over (partition by least(a.child_id, b.child_id),"
    "        greatest(a.child_id, b.child_id), s.kind order by s.n), $5::timestamptz"
    "  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) with ordinality"
    "    s (referral_id, other_id, kind, by, n)"
    "  join intake.referral a on a.referral_id = s.referral_id"
    "  join intake.referral b on b.referral_id = s.other_id"
    " where a.child_id <> b.child_id"
    " on conflict do nothing",
};

bool intake_add_pairs(
    struct context *context, const struct pair_said *messages, size_t count, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(messages, referral_id), count);
    param_uuids(params, COLUMN(messages, other_id), count);
    param_names(params, COLUMN(messages, kind), count, keep_apart_names);
    param_uuids(params, COLUMN(messages, by), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &add_pairs, params, error);
}

static const struct statement set_states = {
    "intake_set_states",
    "update intake.referral r"
    "   set state = case when array_position(array['received', 'reached', 'placed', 'completed'],"
    "               r.state) < array_position(array['received', 'reached', 'placed', 'completed'],"
    "               $3) then $3 else r.state end,"
    "       matching_version = k.version"
    "  from (select referral_id, max(version) as version"
    "          from unnest($1::uuid[], $2::bigint[]) as k (referral_id, version)"
    "         group by referral_id) as k"
    " where r.referral_id = k.referral_id and r.matching_version < k.version",
};

bool intake_set_states(struct context *context, const struct uuid *referrals, size_t stride,
    const int64_t *versions, size_t version_stride, size_t count, const char *state,
    struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuids(params, referrals, stride, count);
    param_ints(params, versions, version_stride, count);
    param_string(params, state);
    return tx_run(context->tx, &set_states, params, error);
}
