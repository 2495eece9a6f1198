/* The statements behind desk_look_store.h. */
#include "services/desk/desk_look_store.h"

/* Of the key=value words beside a reason (common/wait_words.h). */
#define WAIT_DISTRICT " from 'district=([a-z-]+)'"

/* --- lists --- */

/* referral_v reckons each child's age, so it is asked for the rows of the page one by one: joined,
 * it would be reckoned for everybody.
 *
 * Sixteen short walks along the index of the turn, one for each situation and urgency, and the
 * first rows of them all: the length of the list does not matter. */
static const struct statement look_waiting = {
    "desk_look_waiting",
    "with page as ("
    " select w.* from unnest($1::text[]) as s (situation)"
    " cross join (values (3::smallint), (2), (1), (0)) as u (urgency)"
    " cross join lateral ("
    "    select v.referral_id, v.urgency, v.turn, v.since, v.reason, v.detail from desk.waiting_v v"
    "     where v.situation = s.situation and v.urgency = u.urgency"
    "       and v.turn >= case when u.urgency = $4 then 'epoch'::timestamptz"
    "                           + $5 * interval '1 microsecond' else '-infinity' end"
    "       and (u.urgency < $4 or (v.turn, v.referral_id) > ('epoch'::timestamptz"
    "                           + $5 * interval '1 microsecond', $6::uuid))"
    "       and ($2::text is null or v.district = $2)"
    "     order by v.turn, v.referral_id limit $3) w"
    " where u.urgency <= $4"
    " order by w.urgency desc, w.turn, w.referral_id limit $3)"
    " select p.referral_id, f.code, d.name, p.detail, r.situation, r.state, p.reason, r.age,"
    "        p.urgency, p.since, (extract(epoch from p.turn) * 1000000)::bigint, w.name,"
    "        r.until_day, null::date"
    "   from page p cross join lateral (select * from matching.referral_v v"
    "        where v.referral_id = p.referral_id limit 1) r"
    "   left join intake.safety_v f on f.referral_id = p.referral_id"
    "   left join scheduling.district_v d on d.code = r.district"
    "   left join scheduling.district_v w on w.code = substring(p.detail" WAIT_DISTRICT ")"
    "  order by p.urgency desc, p.turn, p.referral_id",
};

/* Any other state: in the order they came in, which is the order of their ids. */
static const struct statement look_state = {
    "desk_look_state",
    "with page as ("
    " select r.referral_id from desk.state_v r"
    "  where r.state = $1 and r.referral_id > $5"
    "    and ($2::text is null or r.situation = $2) and ($3::text is null or r.district = $3)"
    "  order by r.referral_id limit $4)"
    " select p.referral_id, f.code, d.name, r.wait_detail, r.situation, r.state, r.wait_reason,"
    "        r.age, r.urgency, r.received_at, 0::bigint, w.name, r.until_day, g.first_day"
    "   from page p cross join lateral (select * from matching.referral_v v"
    "        where v.referral_id = p.referral_id limit 1) r"
    "   left join intake.safety_v f on f.referral_id = p.referral_id"
    "   left join scheduling.group_v g on g.group_id = r.group_id"
    "   left join scheduling.district_v d on d.code = r.district"
    "   left join scheduling.district_v w on w.code = substring(r.wait_detail" WAIT_DISTRICT ")"
    "  order by p.referral_id",
};

/* Any filter and order: those that match are sorted anew for each page. */
static const struct statement look_sorted = {
    "desk_look_sorted",
    "with page as ("
    " select v.*, row_number() over (order by"
    "        case when $10 = 0 then -v.urgency end,"
    "        case when $10 = 2 then v.birth_date end desc, case when $10 = 3 then v.district end,"
    "        case when $10 = 0 then coalesce(v.turn, v.counted_from) end,"
    "        v.counted_from, v.referral_id) as nth"
    "   from desk.list_v v"
    "  where v.state = $1 and ($2::text is null or v.situation = $2)"
    "    and ($3::text is null or v.district = $3)"
    "    and ($4::int is null or v.birth_date <= common.today() - make_interval(years => $4::int))"
    "    and ($5::int is null"
    "        or v.birth_date > common.today() - make_interval(years => $5::int + 1))"
    "    and ($6::int is null or v.counted_from <= $13 - make_interval(days => $6::int))"
    "    and ($7::text is null or v.reason = $7)"
    "    and (not $8 or exists (select from desk.task t where t.referral_id = v.referral_id"
    "            and t.owner = $9 and t.done_at is null)"
    "        or exists (select from desk.case_act a where a.referral_id = v.referral_id"
    "            and a.staff_id = $9))"
    "  order by nth limit $11 offset $12)"
    " select p.referral_id, f.code, d.name, p.detail, p.situation, p.state, p.reason,"
    "        extract(year from age(common.today(), p.birth_date))::int, p.urgency, p.counted_from,"
    "        0::bigint, w.name, p.until_day, g.first_day"
    "   from page p left join intake.safety_v f on f.referral_id = p.referral_id"
    "   left join matching.referral_v r on r.referral_id = p.referral_id"
    "   left join scheduling.group_v g on g.group_id = r.group_id"
    "   left join scheduling.district_v d on d.code = p.district"
    "   left join scheduling.district_v w on w.code = substring(p.detail" WAIT_DISTRICT ")"
    "  order by p.nth",
};

bool desk_list_sorted(const struct list_filter *filter)
{
    return filter->age_from != INT_ABSENT || filter->age_to != INT_ABSENT ||
           filter->days != INT_ABSENT || filter->reason || !uuid_absent(filter->own) ||
           filter->order != LIST_BY_TURN || filter->most != DESK_PAGE;
}

static void sorted_params(struct params *params, const struct list_filter *filter, int64_t now_ms)
{
    param_string(params, referral_state_names[filter->state]);
    param_string(params, situation_names[filter->situation]);
    param_text(params, filter->district);
    param_int(params, filter->age_from);
    param_int(params, filter->age_to);
    param_int(params, filter->days);
    param_string(params, wait_reason_names[filter->reason]);
    param_bool(params, !uuid_absent(filter->own));
    param_uuid(params, filter->own);
    param_int(params, filter->order);
    param_int(params, (int64_t)filter->most + 1);
    param_int(params, (int64_t)filter->skip);
    param_time(params, now_ms);
}

static void waiting_params(struct params *params, const struct list_filter *filter)
{
    const size_t first = filter->situation ? (size_t)filter->situation : 1;
    const size_t count = filter->situation ? 1 : SITUATION_COUNT - 1;
    struct text situations[SITUATION_COUNT];

    for (size_t i = 0; i < count; i++)
        situations[i] = text_of(situation_names[first + i]);
    param_texts(params, situations, sizeof *situations, count);
    param_text(params, filter->district);
    param_int(params, DESK_PAGE + 1);
    param_int(params, filter->continued ? filter->after_urgency : 4);
    param_int(params, filter->continued ? filter->after_since_us : 0);
    param_uuid(params, filter->after);
}

static void state_params(struct params *params, const struct list_filter *filter)
{
    struct uuid first = filter->after;

    if (uuid_absent(first))
        first.bytes[15] = 1; /* before any id of version 7 */
    param_string(params, referral_state_names[filter->state]);
    param_string(params, situation_names[filter->situation]);
    param_text(params, filter->district);
    param_int(params, DESK_PAGE + 1);
    param_uuid(params, first);
}

bool desk_look_list(struct context *context, const struct list_filter *filter,
    const struct list_row **list, size_t *count, bool *more, struct error *error)
{
    const bool waiting = filter->state == REFERRAL_STATE_WAITING;
    const bool sorted = desk_list_sorted(filter);
    struct params *params = params_new(context->arena);
    struct rows *rows;

    if (sorted)
        sorted_params(params, filter, context->now_ms);
    else if (waiting)
        waiting_params(params, filter);
    else
        state_params(params, filter);
    if (!tx_query(context->tx,
            sorted    ? &look_sorted
            : waiting ? &look_waiting
                      : &look_state,
            params, &rows, error))
        return false;
    *more = rows_count(rows) > filter->most;
    *count = *more ? filter->most : rows_count(rows);
    struct list_row *found = ARENA_ARRAY(context->arena, struct list_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct list_row){
            .referral_id = row_uuid(rows, i, 0),
            .code = row_text(rows, i, 1),
            .district = row_text(rows, i, 2),
            .wait_detail = row_text(rows, i, 3),
            .situation = (enum situation)row_name(rows, i, 4, situation_names, SITUATION_COUNT),
            .state = (enum referral_state)row_name(
                rows, i, 5, referral_state_names, REFERRAL_STATE_COUNT),
            .reason = (enum wait_reason)row_name(rows, i, 6, wait_reason_names, WAIT_REASON_COUNT),
            .age = row_int(rows, i, 7),
            .urgency = row_int(rows, i, 8),
            .since_ms = row_time(rows, i, 9),
            .since_us = row_int(rows, i, 10),
            .wait_district = row_text(rows, i, 11),
            .until_day = row_day(rows, i, 12),
            .starts_day = row_day(rows, i, 13),
        };
    *list = found;
    return true;
}

static const struct statement look_districts = {
    "desk_look_districts",
    "select code, name from scheduling.district_v"
    " where valid_to is null or valid_to >= common.today() order by name",
};

bool desk_look_districts(struct context *context, const struct district_row **districts,
    size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_districts, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct district_row *found = ARENA_ARRAY(context->arena, struct district_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct district_row){row_text(rows, i, 0), row_text(rows, i, 1)};
    *districts = found;
    return true;
}

/* --- the start --- */

static const struct statement look_to_clear = {
    "desk_look_to_clear",
    "select referral_id, code, source, safety, violence, person_first, received_at"
    "  from desk.to_clear_v order by safety <> 'red', violence desc, received_at limit $1"
    " offset $2",
};
static const struct statement look_held = {
    "desk_look_held",
    "select referral_id, code, null, safety, violence, false, decided_at"
    "  from desk.held_v order by decided_at limit $1 offset $2",
};

bool desk_look_to_clear(struct context *context, const struct part_of_list *part,
    const struct to_clear_row **list, size_t *count, bool *more, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_int(params, (int64_t)part->most + 1);
    param_int(params, (int64_t)part->skip);
    if (!tx_query(context->tx, part->held ? &look_held : &look_to_clear, params, &rows, error))
        return false;
    *more = rows_count(rows) > part->most;
    *count = *more ? part->most : rows_count(rows);
    struct to_clear_row *found = ARENA_ARRAY(context->arena, struct to_clear_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct to_clear_row){
            .referral_id = row_uuid(rows, i, 0),
            .code = row_text(rows, i, 1),
            .source = (enum source)row_name(rows, i, 2, source_names, SOURCE_COUNT),
            .safety = (enum safety)row_name(rows, i, 3, safety_names, SAFETY_COUNT),
            .violence = row_bool(rows, i, 4),
            .person_first = row_bool(rows, i, 5),
            .received_at_ms = row_time(rows, i, 6),
        };
    *list = found;
    return true;
}

static const struct statement look_counts = {
    "desk_look_counts",
    "select (select count(*) from (select from desk.to_clear_v limit $1) c),"
    "       (select count(*) from (select from desk.task where done_at is null limit $1) t),"
    "       (select count(*) from (select from desk.task where done_at is null"
    "           and due_at < $2 limit $1) l),"
    "       (select count(*) from matching.proposal_v where state = 'proposed'),"
    "       (select count(*) from (select from ledger.dead where ended is null limit $1) d)",
};
static const struct statement look_waiting_counts = {
    "desk_look_waiting_counts",
    "select situation, count(*), min(since) from desk.waiting_v group by situation",
};

bool desk_look_counts(struct context *context, struct start_counts *counts, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows, *waiting;

    param_int(params, START_COUNT_MOST);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &look_counts, params, &rows, error) ||
        !tx_query(context->tx, &look_waiting_counts, NULL, &waiting, error))
        return false;
    *counts = (struct start_counts){
        .to_clear = row_int(rows, 0, 0),
        .tasks = row_int(rows, 0, 1),
        .late = row_int(rows, 0, 2),
        .proposals = row_int(rows, 0, 3),
        .dead = row_int(rows, 0, 4),
        .oldest_wait_ms = INT_ABSENT,
    };
    for (size_t i = 0; i < rows_count(waiting); i++) {
        const int situation = row_name(waiting, i, 0, situation_names, SITUATION_COUNT);
        const int64_t oldest_ms = row_time(waiting, i, 2);
        counts->waiting_by[situation] = row_int(waiting, i, 1);
        counts->waiting += row_int(waiting, i, 1);
        if (counts->oldest_wait_ms == INT_ABSENT || oldest_ms < counts->oldest_wait_ms)
            counts->oldest_wait_ms = oldest_ms;
    }
    return true;
}

/* --- one referral --- */

static const struct statement look_card = {
    "desk_look_card",
    "select s.code, s.answers, s.consents, s.door, d.name, r.wait_detail, s.source, s.safety,"
    "       s.decision, s.answers_version, s.received_at, s.decided_at, s.cleared, s.violence,"
    "       s.person_first, s.complete, r.state, r.situation, r.wait_reason, r.version, r.age,"
    "       r.urgency, r.waiting_since, r.changed_at, r.until_day, r.red, r.group_id, g.name,"
    "       w.name"
    "  from intake.safety_v s"
    "  left join matching.referral_v r using (referral_id)"
    "  left join scheduling.district_v d on d.code = r.district"
    "  left join scheduling.district_v w on w.code = substring(r.wait_detail" WAIT_DISTRICT ")"
    "  left join scheduling.group_v g on g.group_id = r.group_id"
    " where s.referral_id = $1",
};

static void fill_intake_side(const struct rows *rows, struct card *card)
{
    card->found = true;
    card->code = row_text(rows, 0, 0);
    card->answers = row_text(rows, 0, 1);
    card->consents = row_text(rows, 0, 2);
    card->door = row_text(rows, 0, 3);
    card->source = (enum source)row_name(rows, 0, 6, source_names, SOURCE_COUNT);
    card->safety = (enum safety)row_name(rows, 0, 7, safety_names, SAFETY_COUNT);
    card->decision = (enum clearance_decision)row_name(
        rows, 0, 8, clearance_decision_names, CLEARANCE_DECISION_COUNT);
    card->answers_version = row_int(rows, 0, 9);
    card->received_at_ms = row_time(rows, 0, 10);
    card->decided_at_ms = row_time(rows, 0, 11);
    card->cleared = row_bool(rows, 0, 12);
    card->violence = row_bool(rows, 0, 13);
    card->person_first = row_bool(rows, 0, 14);
    card->complete = row_bool(rows, 0, 15);
}

bool desk_look_card(
    struct context *context, struct uuid referral_id, struct card *card, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *card = (struct card){.found = false};
    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_card, params, &rows, error))
        return false;
    if (!rows_count(rows))
        return true;
    fill_intake_side(rows, card);
    card->district = row_text(rows, 0, 4);
    card->wait_detail = row_text(rows, 0, 5);
    card->state =
        (enum referral_state)row_name(rows, 0, 16, referral_state_names, REFERRAL_STATE_COUNT);
    card->situation = (enum situation)row_name(rows, 0, 17, situation_names, SITUATION_COUNT);
    card->reason = (enum wait_reason)row_name(rows, 0, 18, wait_reason_names, WAIT_REASON_COUNT);
    card->version = row_int(rows, 0, 19);
    card->age = row_int(rows, 0, 20);
    card->urgency = row_int(rows, 0, 21);
    card->waiting_since_ms = row_time(rows, 0, 22);
    card->changed_at_ms = row_time(rows, 0, 23);
    card->until_day = row_day(rows, 0, 24);
    card->red = row_bool(rows, 0, 25);
    card->group_id = row_uuid(rows, 0, 26);
    card->group_name = row_text(rows, 0, 27);
    card->wait_district = row_text(rows, 0, 28);
    return true;
}

static const struct statement look_hops = {
    "desk_look_hops",
    "select kind, sender, receiver, state_before, state_after, outcome, reason, said_at, handled_at"
    "  from ledger.hop where subject = $1 order by handled_at, said_at, id, receiver limit 200",
};

bool desk_look_hops(struct context *context, struct uuid referral_id, const struct hop_row **hops,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &look_hops, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct hop_row *found = ARENA_ARRAY(context->arena, struct hop_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct hop_row){
            .kind = row_text(rows, i, 0),
            .sender = row_text(rows, i, 1),
            .receiver = row_text(rows, i, 2),
            .state_before = row_text(rows, i, 3),
            .state_after = row_text(rows, i, 4),
            .outcome = row_text(rows, i, 5),
            .reason = row_text(rows, i, 6),
            .said_at_ms = row_time(rows, i, 7),
            .handled_at_ms = row_time(rows, i, 8),
        };
    *hops = found;
    return true;
}

static const struct statement look_code = {
    "desk_look_code",
    "select referral_id from intake.safety_v where code = $1 order by received_at desc limit 10",
};

bool desk_look_code(struct context *context, struct text code, const struct uuid **referrals,
    size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_text(params, code);
    if (!tx_query(context->tx, &look_code, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct uuid *found = ARENA_ARRAY(context->arena, struct uuid, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = row_uuid(rows, i, 0);
    *referrals = found;
    return true;
}
