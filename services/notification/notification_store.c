/* All SQL of notification: one sentence a function, set-based. */
#include "services/notification/notification_store.h"

/* --- who is told --- */

static void read_safety(
    const struct rows *rows, size_t row, int column, struct clearance_row *safety)
{
    *safety = (struct clearance_row){
        .known = !row_null(rows, row, column),
        .clearance = {.clearance_id = row_uuid(rows, row, column),
            .referral_id = row_uuid(rows, row, column + 1),
            .answers_version = row_int(rows, row, column + 2),
            .rule_version = row_int(rows, row, column + 3),
            .cleared_by = row_text(rows, row, column + 4),
            .valid_until_ms = row_time(rows, row, column + 5)},
        .mac = row_text(rows, row, column + 6),
        .current = row_bool(rows, row, column + 7),
    };
}

static void read_contact(
    const struct rows *rows, size_t row, int column, struct letter_contact *contact)
{
    const struct text role = row_text(rows, row, column);

    *contact = (struct letter_contact){
        .role = text_is(role, "guardian") ? CONTACT_GUARDIAN
                : text_is(role, "young")  ? CONTACT_YOUNG
                : text_is(role, "leader") ? CONTACT_LEADER
                                          : CONTACT_OTHER,
        .email_ok = row_bool(rows, row, column + 1),
        .verified_at_ms = row_time(rows, row, column + 2),
        .refused = row_bool(rows, row, column + 3),
    };
}

bool notification_load_readers(struct context *context, const struct cause *causes, size_t count,
    const struct reader **readers, size_t *reader_count, struct error *error)
{
    /* `offset 0` keeps each look-up by key what it is: joined freely, a plan made while the tables
     * were small reads all of them, and was seen to. */
    static const struct statement statement = {"notification_load_readers",
        "select m.n, p.person_id, p.language, p.code,"
        "       p.role, p.email_ok, p.verified_at,"
        "       p.email_ok and exists (select from notification.contact_grant g"
        "                where g.person_id = p.person_id and g.channel = 'email'"
        "                  and g.ended_why = 'refused'"
        "                  and g.verified_at >= date_trunc('milliseconds', p.verified_at)),"
        "       m.clearance_id, m.cleared, m.answers_version, m.rule_version, m.cleared_by,"
        "       m.valid_until, m.mac, m.current"
        "  from (select k.n, k.referral_id, c.clearance_id, c.referral_id as cleared,"
        "               c.answers_version, c.rule_version, c.cleared_by, c.valid_until, c.mac,"
        "               c.current"
        "          from unnest($1::uuid[], $2::uuid[])"
        "               with ordinality as k (clearance_id, referral_id, n)"
        "          left join lateral (select * from intake.clearance_v c"
        "                              where c.clearance_id = k.clearance_id offset 0) c on true"
        "        offset 0) m"
        "  left join lateral (select * from intake.contact_v p"
        "                      where p.referral_id = m.referral_id"
        "                        and p.role in ('guardian', 'young') offset 0) p on true"
        " order by m.n, p.person_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;
    struct reader *read;

    param_uuids(params, COLUMN(causes, clearance_id), count);
    param_uuids(params, COLUMN(causes, referral_id), count);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *reader_count = rows_count(rows);
    *readers = read = ARENA_ARRAY(context->arena, struct reader, *reader_count);
    for (size_t i = 0; i < *reader_count; i++) {
        read[i].cause = (size_t)row_int(rows, i, 0) - 1;
        read[i].person_id = row_uuid(rows, i, 1);
        read[i].language = row_text(rows, i, 2);
        read[i].code = row_text(rows, i, 3);
        read_contact(rows, i, 4, &read[i].contact);
        read_safety(rows, i, 8, &read[i].safety);
    }
    return true;
}

bool notification_load_accepted(struct context *context, const struct group_of_referral *pairs,
    size_t count, struct uuid *offers, struct error *error)
{
    static const struct statement statement = {"notification_load_accepted",
        "select m.n, o.offer_id"
        "  from unnest($1::uuid[], $2::uuid[]) with ordinality as m (referral_id, group_id, n)"
        "  join matching.offer_v o on o.referral_id = m.referral_id and o.group_id = m.group_id"
        "                         and o.state = 'accepted'"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, COLUMN(pairs, referral_id), count);
    param_uuids(params, COLUMN(pairs, group_id), count);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        offers[row_int(rows, i, 0) - 1] = row_uuid(rows, i, 1);
    return true;
}

bool notification_load_told(struct context *context, const struct uuid *groups, size_t stride,
    size_t count, struct cause **causes, size_t *cause_count, struct error *error)
{
    static const struct statement statement = {"notification_load_told",
        "select distinct on (o.offer_id) m.n, o.offer_id, l.referral_id, c.clearance_id,"
        "       c.answers_version"
        "  from unnest($1::uuid[]) with ordinality as m (group_id, n)"
        "  join matching.offer_v o on o.group_id = m.group_id"
        "                         and o.state not in ('declined', 'expired')"
        "  join notification.letter l on l.event_id = o.offer_id and l.purpose = 'offer'"
        "                            and l.state in ('offered', 'sent', 'unknown')"
        "  join intake.clearance_v c on c.referral_id = l.referral_id and c.current"
        " order by o.offer_id, c.valid_until desc"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuids(params, groups, stride, count);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *cause_count = rows_count(rows);
    *causes = ARENA_ARRAY(context->arena, struct cause, *cause_count);
    for (size_t i = 0; i < *cause_count; i++)
        (*causes)[i] = (struct cause){.purpose = PURPOSE_CANCELLED,
            .message = (size_t)row_int(rows, i, 0) - 1,
            .event_id = row_uuid(rows, i, 1),
            .referral_id = row_uuid(rows, i, 2),
            .clearance_id = row_uuid(rows, i, 3),
            .answers_version = row_int(rows, i, 4),
            .expires_at_ms = INT_ABSENT};
    return true;
}

static void add_decisions(struct params *params, const struct decision *decisions, size_t count)
{
    param_uuids(params, COLUMN(decisions, letter_id), count);
    param_uuids(params, COLUMN(decisions, event_id), count);
    param_uuids(params, COLUMN(decisions, person_id), count);
    param_uuids(params, COLUMN(decisions, referral_id), count);
    param_uuids(params, COLUMN(decisions, clearance_id), count);
    param_ints(params, COLUMN(decisions, answers_version), count);
    param_texts(params, COLUMN(decisions, purpose), count);
    param_names(params, COLUMN(decisions, state), count, letter_state_names());
    param_texts(params, COLUMN(decisions, language), count);
    param_texts(params, COLUMN(decisions, subject), count);
    param_texts(params, COLUMN(decisions, body), count);
    param_bytes_column(params, COLUMN(decisions, token_hash), count);
    param_times(params, COLUMN(decisions, verified_at_ms), count);
    param_ints(params, COLUMN(decisions, wait_ms), count);
}

/* What an offer's letter has not. */
static void add_notices(struct params *params, const struct decision *decisions, size_t count)
{
    param_names(params, COLUMN(decisions, reader), count, letter_reader_names());
    param_uuids(params, COLUMN(decisions, group_id), count);
    param_uuids(params, COLUMN(decisions, meeting_id), count);
    param_names(params, COLUMN(decisions, link), count, link_kind_names);
    param_uuids(params, COLUMN(decisions, about), count);
    param_days(params, COLUMN(decisions, until_day), count);
}

bool notification_decide(
    struct context *context, const struct decision *decisions, size_t count, struct error *error)
{
    static const struct statement statement = {"notification_decide",
        "with given as ("
        "    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[],"
        "        $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],"
        "        $12::bytea[], $13::timestamptz[], $14::bigint[], $16::text[], $17::uuid[],"
        "        $18::uuid[], $19::text[], $20::uuid[], $21::date[])"
        "        as g (letter_id, event_id, person_id, referral_id, clearance_id,"
        "            answers_version, purpose, state, language, subject, body,"
        "            token_hash, verified_at, wait_ms, reader, group_id, meeting_id, link,"
        "            about, until_day)),"
        " granted as ("
        "    insert into notification.contact_grant (person_id, channel, granted_at, verified_at)"
        "    select distinct on (person_id) person_id, 'email', $15::timestamptz, verified_at"
        "      from given where state = 'rendered' and not exists ("
        "        select from notification.contact_grant g where g.person_id = given.person_id"
        "           and g.channel = 'email' and g.ended_at = 'infinity'"
        "           and g.verified_at >= given.verified_at)"
        "     order by person_id, verified_at desc"
        "    on conflict (person_id, channel, ended_at)"
        "    do update set verified_at = excluded.verified_at"
        "     where contact_grant.verified_at < excluded.verified_at),"
        " lettered as ("
        "    insert into notification.letter (letter_id, event_id, person_id, purpose,"
        "        reader, group_id, meeting_id,"
        "        referral_id, clearance_id, answers_version, channel, grant_until, granted, state,"
        "        decided_at, next_at, ended_at, language, subject, body)"
        "    select letter_id, event_id, person_id, purpose, reader, group_id, meeting_id,"
        "        referral_id, clearance_id, answers_version, 'email',"
        "        case state when 'rendered' then 'infinity'::timestamptz end, state = 'rendered',"
        "        state, $15::timestamptz,"
        "        case state when 'rendered'"
        "            then clock.now + wait_ms * interval '1 millisecond' end,"
        "        case state when 'task' then $15::timestamptz end, language, subject, body"
        "      from given, (select common.machine_now() as now) as clock"
        "    on conflict on constraint one_decision do nothing"
        "    returning letter_id),"
        " linked as ("
        "    insert into notification.link (token_hash, kind, about, person_id, reader,"
        "        referral_id, group_id, meeting_id, until_day, letter_id)"
        "    select g.token_hash, g.link, g.about, g.person_id, g.reader, g.referral_id,"
        "        g.group_id, g.meeting_id, g.until_day, g.letter_id"
        "      from given g join lettered using (letter_id)"
        "     where g.token_hash is not null and g.link is not null)"
        " insert into notification.offer_link (token_hash, offer_id, person_id, purpose, letter_id)"
        " select g.token_hash, g.event_id, g.person_id, g.purpose, g.letter_id"
        "   from given g join lettered using (letter_id)"
        "  where g.token_hash is not null and g.link is null"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    add_decisions(params, decisions, count);
    param_time(params, context->now_ms);
    add_notices(params, decisions, count);
    return tx_run(context->tx, &statement, params, error);
}

/* --- on their way --- */

/* What a letter is for: the reader's column, and the word after it. */
static struct letter_about read_about(const struct rows *rows, size_t row, int column)
{
    struct letter_about about = {.reader = (enum letter_reader)row_name(
                                     rows, row, column, letter_reader_names(), READER_COUNT)};

    if (about.reader == READER_LEADER)
        about.leader_purpose = (enum leader_purpose)row_name(
            rows, row, column + 1, leader_purpose_names, LEADER_PURPOSE_COUNT);
    else
        about.purpose = (enum purpose)row_name(rows, row, column + 1, purpose_names, PURPOSE_COUNT);
    return about;
}

static struct letter_facts read_facts(const struct rows *rows, size_t row, int column)
{
    return (struct letter_facts){
        .state = (enum letter_state)row_name(
            rows, row, column, letter_state_names(), LETTER_STATE_COUNT),
        .tries = row_int(rows, row, column + 1),
        .losses = row_int(rows, row, column + 2),
    };
}

static void read_due(const struct rows *rows, size_t row, struct due *due)
{
    *due = (struct due){
        .letter_id = row_uuid(rows, row, 0),
        .event_id = row_uuid(rows, row, 1),
        .referral_id = row_uuid(rows, row, 2),
        .person_id = row_uuid(rows, row, 3),
        .clearance_id = row_uuid(rows, row, 4),
        .answers_version = row_int(rows, row, 5),
        .about = read_about(rows, row, 6),
        .facts = read_facts(rows, row, 8),
        .language = row_text(rows, row, 11),
        .subject = row_text(rows, row, 12),
        .body = row_text(rows, row, 13),
        .mime = row_text(rows, row, 14),
        .mime_key = row_text(rows, row, 15),
        .dated_at_ms = row_time(rows, row, 16),
        .contact_known = !row_null(rows, row, 17),
        .sealed = row_text(rows, row, 21),
        .wrapped_key = row_text(rows, row, 22),
        .offer_state = row_text(rows, row, 23),
        .expires_at_ms = row_time(rows, row, 24),
        .group_cancelled = row_bool(rows, row, 25),
        .in_group = row_bool(rows, row, 34),
        .leader_active = row_bool(rows, row, 35),
        .address = row_text(rows, row, 36),
        .group_id = row_uuid(rows, row, 37),
        .meeting_id = row_uuid(rows, row, 38),
        .waits = row_bool(rows, row, 39),
    };
    read_contact(rows, row, 17, &due->contact);
    read_safety(rows, row, 26, &due->safety);
}

bool notification_load_due(struct context *context, size_t most, const struct due **due,
    size_t *count, struct error *error)
{
    static const struct statement statement = {"notification_load_due",
        "select l.letter_id, l.event_id, l.referral_id, l.person_id, l.clearance_id,"
        "       l.answers_version, l.reader, l.purpose, l.state, l.tries, l.losses,"
        "       l.language, l.subject, l.body, l.mime, l.mime_key, l.dated_at,"
        "       case l.reader when 'leader' then 'leader' else p.role end,"
        "       coalesce(w.email is not null or p.email_ok, false),"
        "       coalesce(w.email_at, p.verified_at),"
        "       (w.email is not null or p.email_ok) and exists"
        "           (select from notification.contact_grant g"
        "             where g.person_id = l.person_id and g.channel = 'email'"
        "               and g.ended_why = 'refused' and g.verified_at >="
        "                   date_trunc('milliseconds', coalesce(w.email_at, p.verified_at))),"
        "       p.sealed, p.wrapped_key, o.state, o.expires_at, g.status = 'cancelled',"
        "       c.clearance_id, c.referral_id, c.answers_version, c.rule_version, c.cleared_by,"
        "       c.valid_until, c.mac, c.current,"
        "       l.group_id is not null and case when l.purpose like 'before_start%' then"
        "            exists (select from scheduling.before_start_open_v b"
        "            where b.referral_id = l.referral_id and b.group_id = l.group_id)"
        "            else exists (select from scheduling.roster_v r"
        "            where r.referral_id = l.referral_id and r.group_id = l.group_id) end,"
        "       w.active, w.email, l.group_id, l.meeting_id,"
        "       l.purpose = 'wait' and exists (select from matching.waits_v q"
        "            where q.referral_id = l.referral_id)"
        "  from (select * from notification.letter"
        "         where next_at <= (select common.machine_now())"
        "         order by next_at limit $1 for update skip locked) l"
        "  left join intake.contact_v p on p.referral_id = l.referral_id"
        "                              and p.person_id = l.person_id"
        "  left join scheduling.leader_contact_v w on l.reader = 'leader'"
        "                                         and w.leader_id = l.person_id"
        "  left join matching.offer_v o on o.offer_id = l.event_id"
        "  left join lateral (select status from scheduling.catalogue_v v"
        "                      where v.group_id = coalesce(o.group_id, l.group_id)) g on true"
        "  left join intake.clearance_v c on c.clearance_id = l.clearance_id"
        " order by l.next_at"};
    struct params *params = params_new(context->arena);
    struct rows *rows;
    struct due *read;

    param_int(params, (int64_t)most);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *due = read = ARENA_ARRAY(context->arena, struct due, *count);
    for (size_t i = 0; i < *count; i++)
        read_due(rows, i, &read[i]);
    return true;
}

static void add_changes(struct params *params, const struct change *changes, size_t count)
{
    param_uuids(params, COLUMN(changes, letter_id), count);
    param_names(params, COLUMN(changes, was), count, letter_state_names());
    param_ints(params, COLUMN(changes, was_tries), count);
    param_names(params, COLUMN(changes, step.state), count, letter_state_names());
    param_ints(params, COLUMN(changes, step.tries), count);
    param_ints(params, COLUMN(changes, step.losses), count);
    param_ints(params, COLUMN(changes, step.wait_ms), count);
    param_times(params, COLUMN(changes, dated_at_ms), count);
    param_texts(params, COLUMN(changes, message_id), count);
    param_bytes_column(params, COLUMN(changes, mime), count);
    param_bytes_column(params, COLUMN(changes, mime_key), count);
    param_ints(params, COLUMN(changes, reply), count);
}

bool notification_change(struct context *context, const struct change *changes, size_t count,
    const struct changed **changed, size_t *changed_count, struct error *error)
{
    static const struct statement statement = {"notification_change",
        "update notification.letter l"
        "   set state = c.state, tries = c.tries, losses = c.losses,"
        "       next_at = case when c.wait_ms >= 0"
        "           then common.machine_now() + c.wait_ms * interval '1 millisecond' end,"
        "       ended_at = case when c.wait_ms < 0 then $13::timestamptz end,"
        "       grant_until = case when c.wait_ms >= 0 then l.grant_until end,"
        "       dated_at = coalesce(c.dated_at, l.dated_at),"
        "       message_id = coalesce(c.message_id, l.message_id),"
        "       mime = case when c.wait_ms >= 0 then coalesce(c.mime, l.mime) end,"
        "       mime_key = case when c.wait_ms >= 0 then coalesce(c.mime_key, l.mime_key) end,"
        "       reply = coalesce(c.reply, l.reply)"
        "  from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::bigint[],"
        "           $6::bigint[], $7::bigint[], $8::timestamptz[], $9::text[], $10::bytea[],"
        "           $11::bytea[], $12::bigint[])"
        "       as c (letter_id, was, was_tries, state, tries, losses, wait_ms, dated_at,"
        "           message_id, mime, mime_key, reply)"
        " where l.letter_id = c.letter_id and l.state = c.was and l.tries = c.was_tries"
        "   and l.ended_at is null"
        " returning l.letter_id, l.event_id, l.referral_id, l.person_id, l.reader, l.purpose,"
        "     l.state, l.ended_at is not null"};
    struct params *params = params_new(context->arena);
    struct rows *rows;
    struct changed *read;

    *changed_count = 0;
    if (count == 0)
        return true;
    add_changes(params, changes, count);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *changed_count = rows_count(rows);
    *changed = read = ARENA_ARRAY(context->arena, struct changed, *changed_count);
    for (size_t i = 0; i < *changed_count; i++)
        read[i] = (struct changed){
            .letter_id = row_uuid(rows, i, 0),
            .event_id = row_uuid(rows, i, 1),
            .referral_id = row_uuid(rows, i, 2),
            .person_id = row_uuid(rows, i, 3),
            .about = read_about(rows, i, 4),
            .state =
                (enum letter_state)row_name(rows, i, 6, letter_state_names(), LETTER_STATE_COUNT),
            .ended = row_bool(rows, i, 7),
        };
    return true;
}

/* --- an address that must not be used any more --- */

bool notification_load_waiting(struct context *context, const struct uuid *persons, size_t count,
    const struct waiting **waiting, size_t *waiting_count, struct error *error)
{
    static const struct statement statement = {"notification_load_waiting",
        "select letter_id, state, tries, losses from notification.letter"
        " where next_at is not null and person_id = any($1::uuid[])"
        "   and state in ('rendered', 'deferred', 'unknown')"
        "   for update"};
    struct params *params = params_new(context->arena);
    struct rows *rows;
    struct waiting *read;

    param_uuids(params, persons, sizeof *persons, count);
    if (!tx_query(context->tx, &statement, params, &rows, error))
        return false;
    *waiting_count = rows_count(rows);
    *waiting = read = ARENA_ARRAY(context->arena, struct waiting, *waiting_count);
    for (size_t i = 0; i < *waiting_count; i++)
        read[i] = (struct waiting){row_uuid(rows, i, 0), read_facts(rows, i, 1)};
    return true;
}

bool notification_end_grants(struct context *context, const struct uuid *persons, size_t count,
    const char *why, struct error *error)
{
    static const struct statement statement = {"notification_end_grants",
        "update notification.contact_grant g set ended_at = $2::timestamptz, ended_why = $3::text"
        " where g.person_id = any($1::uuid[]) and g.channel = 'email' and g.ended_at = 'infinity'"
        "   and not exists (select from notification.letter l"
        "        where l.next_at is not null and l.person_id = g.person_id)"};
    struct params *params = params_new(context->arena);

    param_uuids(params, persons, sizeof *persons, count);
    param_time(params, context->now_ms);
    param_string(params, why);
    return tx_run(context->tx, &statement, params, error);
}
