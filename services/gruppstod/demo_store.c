#include "services/gruppstod/demo_store.h"

static bool read_one(struct store *store, struct arena *arena, const struct statement *statement,
    struct params *params, struct tx **tx, struct rows **rows, struct error *error)
{
    *tx = tx_begin(store, arena, error);
    if (*tx && tx_query(*tx, statement, params, rows, error))
        return true;
    tx_rollback(*tx);
    return false;
}

bool demo_read_start(
    struct store *store, struct arena *arena, struct demo_start *start, struct error *error)
{
    static const struct statement statement = {"demo_start",
        "select (select http_port::bigint from ledger.lease where daemon = 'intake'"
        " and until > common.machine_now() order by since limit 1),"
        " (select count(*) from intake.safety_v),"
        " (select coalesce(bit_or(1::bigint << slot), 0) from scheduling.slot_v),"
        " extract(hour from local)::bigint, extract(isodow from local)::bigint,"
        " (select (extract(epoch from ahead) * 1000)::bigint from common.civil_clock),"
        " local::date"
        " from (select common.civil_now() at time zone 'Europe/Stockholm' as local) c"};
    struct rows *rows;
    struct tx *tx;

    if (!read_one(store, arena, &statement, NULL, &tx, &rows, error))
        return false;
    *start = (struct demo_start){row_int(rows, 0, 0), row_int(rows, 0, 1), row_int(rows, 0, 2),
        row_int(rows, 0, 3), row_int(rows, 0, 4), row_int(rows, 0, 5), row_day(rows, 0, 6)};
    tx_rollback(tx);
    return true;
}

bool demo_read_pulse(
    struct store *store, struct arena *arena, struct demo_pulse *pulse, struct error *error)
{
    static const struct statement statement = {"demo_pulse",
        "with offers as (select state, expires_at from matching.offer_v),"
        " letters as (select state, ended_at from notification.letter_v),"
        " states as (select state, coalesce(wait_reason, '') as reason, count(*) as n"
        " from matching.referral_v group by 1, 2)"
        " select (select count(*) from ledger.intake) + (select count(*) from ledger.matching)"
        " + (select count(*) from ledger.scheduling) + (select count(*) from ledger.notification)"
        " + (select count(*) from ledger.evaluation) + (select count(*) from ledger.desk),"
        " (select count(*) from ledger.later),"
        " (select count(*) from ledger.dead where ended is null),"
        " (select count(*) from intake.safety_v s where s.complete and not exists"
        " (select from matching.referral_v r where r.referral_id = s.referral_id)),"
        " (select count(*) from offers where state = 'pending'"
        " and expires_at <= common.civil_now()),"
        " (select count(*) from offers where state = 'pending'),"
        " (select count(*) from letters where ended_at is null),"
        " (select count(*) from matching.proposal_v where state = 'proposed'),"
        " concat((select string_agg(state || reason || n, ' ' order by state, reason) from states),"
        " (select string_agg(state || n, ' ' order by state)"
        " from (select state, count(*) as n from offers group by state) o),"
        " (select string_agg(state || n, ' ' order by state)"
        " from (select state, count(*) as n from letters group by state) l),"
        " (select string_agg(state || n, ' ' order by state)"
        " from (select state, count(*) as n from matching.proposal_v group by state) p),"
        " (select string_agg(status || n || ' ' || taken, ' ' order by status)"
        " from (select status, count(*) as n, sum(taken) as taken"
        " from scheduling.catalogue_v group by status) g))"};
    struct rows *rows;
    struct tx *tx;

    if (!read_one(store, arena, &statement, NULL, &tx, &rows, error))
        return false;
    const struct text print = row_text(rows, 0, 8);
    *pulse = (struct demo_pulse){row_int(rows, 0, 0), row_int(rows, 0, 1), row_int(rows, 0, 2),
        row_int(rows, 0, 3), row_int(rows, 0, 4), row_int(rows, 0, 5), row_int(rows, 0, 6),
        row_int(rows, 0, 7), {arena_copy(arena, print.data, print.length), print.length}};
    tx_rollback(tx);
    return true;
}

/* --- the civil clock --- */

static bool turn(struct store *store, struct arena *arena, const struct statement *statement,
    int64_t *civil_ms, int64_t *ahead_ms, struct error *error)
{
    struct rows *rows;
    struct tx *tx;

    if (!read_one(store, arena, statement, NULL, &tx, &rows, error))
        return false;
    if (!rows_count(rows)) {
        tx_rollback(tx);
        return error_set(error, ERROR_CONFLICT, "the civil clock would have to go back");
    }
    *civil_ms = row_time(rows, 0, 0);
    *ahead_ms = row_int(rows, 0, 1);
    return tx_commit(tx, DURABILITY_FULL, error);
}

/* $ = a local time from which the clock goes to ten o'clock of the next weekday. */
#define TO_TEN_AFTER(moment)                                                                       \
    "with asked as (select " moment " as moment),"                                                 \
    " day as (select moment::date + case when moment::time < '09:30' then 0 else 1 end as day"     \
    " from asked where moment is not null),"                                                       \
    " target as (select ((day + case extract(isodow from day) when 6 then 2 when 7 then 1 else 0"  \
    " end) + time '10:00') at time zone 'Europe/Stockholm' as at from day)"                        \
    " update common.civil_clock c set ahead = target.at - common.machine_now(),"                   \
    " turned_by = 'gruppstod demo', turned_at = common.machine_now() from target"                  \
    " where target.at - common.machine_now() > c.ahead"                                            \
    " returning target.at, (extract(epoch from c.ahead) * 1000)::bigint"

bool demo_turn_past_offers(struct store *store, struct arena *arena, int64_t *civil_ms,
    int64_t *ahead_ms, struct error *error)
{
    static const struct statement statement = {"demo_turn_past_offers",
        TO_TEN_AFTER("(select min(expires_at) at time zone 'Europe/Stockholm'"
                     " from matching.offer_v where state = 'pending')")};

    return turn(store, arena, &statement, civil_ms, ahead_ms, error);
}

bool demo_turn_to_morning(struct store *store, struct arena *arena, int64_t *civil_ms,
    int64_t *ahead_ms, struct error *error)
{
    static const struct statement statement = {"demo_turn_to_morning",
        TO_TEN_AFTER("(common.civil_now() at time zone 'Europe/Stockholm')")};

    return turn(store, arena, &statement, civil_ms, ahead_ms, error);
}

/* --- what became of them --- */

bool demo_read_children(struct tx *tx, struct arena *arena, const struct text *codes, size_t count,
    struct rows **rows, struct error *error)
{
    static const struct statement statement = {"demo_children",
        "select coalesce(r.state, ''), coalesce(r.wait_reason, ''), coalesce(s.safety, ''),"
        " coalesce(s.violence, false), coalesce(s.complete, false), s.referral_id is not null,"
        " s.received_at, w.first_offer_at, w.placed_at,"
        " exists (select from matching.proposal_v p where p.group_id = r.group_id),"
        " coalesce(s.cleared, false)"
        " from unnest($1::text[]) c(code)"
        " left join intake.safety_v s on s.code = c.code"
        " left join matching.referral_v r using (referral_id)"
        " left join evaluation.wait_v w using (referral_id)"};
    struct params *params = params_new(arena);

    param_texts(params, codes, sizeof *codes, count);
    return tx_query(tx, &statement, params, rows, error);
}

bool demo_read_ends(struct tx *tx, struct arena *arena, const struct text *codes, size_t count,
    struct rows **rows, struct error *error)
{
    static const struct statement statement = {"demo_ends",
        "with ours as (select s.referral_id from unnest($1::text[]) c(code)"
        " join intake.safety_v s on s.code = c.code)"
        " select 'offer.' || o.state, count(*) from ours join matching.offer_v o"
        " using (referral_id) group by 1"
        " union all"
        " select 'letter.' || l.purpose || '.' || l.state, count(*) from ours"
        " join notification.letter_v l using (referral_id) group by 1"};
    struct params *params = params_new(arena);

    param_texts(params, codes, sizeof *codes, count);
    return tx_query(tx, &statement, params, rows, error);
}

bool demo_read_uncleared(struct store *store, struct arena *arena, const struct text *codes,
    size_t count, int64_t *port, const struct uuid **referrals, size_t *found, struct error *error)
{
    static const struct statement statement = {"demo_uncleared",
        "select (select http_port::bigint from ledger.lease where daemon = 'desk'"
        " and until > common.machine_now() order by since limit 1),"
        " array(select s.referral_id from unnest($1::text[]) c(code)"
        " join intake.safety_v s on s.code = c.code join matching.referral_v r using (referral_id)"
        " where r.state = 'safety_check' and s.safety <> 'red' and not s.cleared order by s.code)"};
    struct params *params = params_new(arena);
    struct rows *rows;
    struct tx *tx;

    param_texts(params, codes, sizeof *codes, count);
    if (!read_one(store, arena, &statement, params, &tx, &rows, error))
        return false;
    *port = row_int(rows, 0, 0);
    *found = row_uuids(rows, 0, 1, arena, referrals);
    tx_rollback(tx);
    return true;
}

bool demo_read_truth(struct store *store, struct arena *arena, int64_t since_ms,
    struct demo_truth *truth, struct error *error)
{
    static const struct statement statement = {"demo_truth",
        "with held as (select child_id from matching.referral_v where state in ('offered',"
        " 'call_back', 'meeting', 'accepted', 'placed', 'attending')),"
        " pending as (select group_id, count(*) as n from matching.offer_v"
        " where state = 'pending' group by group_id),"
        " taken as (select group_id, count(*) as n, max(place_no) as last"
        " from scheduling.roster_v group by group_id)"
        " select (select count(*) from (select from held group by child_id"
        " having count(*) > 1) t),"
        " (select count(*) from (select from scheduling.roster_v group by referral_id"
        " having count(*) > 1) t),"
        " (select count(*) from scheduling.group_v g left join taken t using (group_id)"
        " left join pending p using (group_id) where coalesce(t.n, 0) + coalesce(p.n, 0)"
        " > g.places or coalesce(t.last, 0) > g.places),"
        " (select count(*) from matching.proposal_v where state = 'booked'"
        " and created_at >= $1)"};
    struct params *params = params_new(arena);
    struct rows *rows;
    struct tx *tx;

    param_time(params, since_ms);
    if (!read_one(store, arena, &statement, params, &tx, &rows, error))
        return false;
    *truth = (struct demo_truth){
        row_int(rows, 0, 0), row_int(rows, 0, 1), row_int(rows, 0, 2), row_int(rows, 0, 3)};
    tx_rollback(tx);
    return true;
}

static struct text kept(struct arena *arena, struct text text)
{
    return text.data ? (struct text){arena_copy(arena, text.data, text.length), text.length} : text;
}

bool demo_read_plans(struct store *store, struct arena *arena, int64_t since_ms,
    const struct text *codes, size_t count, struct demo_plans *plans, struct error *error)
{
    static const struct statement statement = {"demo_plans",
        "with p as (select * from matching.plan_v where planned_at >= $1),"
        " best as (select * from p order by score desc, plan_id limit 1),"
        " told as (select s.code, r.wait_reason, r.wait_why from matching.referral_v r"
        " join intake.safety_v s using (referral_id)"
        " where s.code = any($2::text[]) and r.wait_why is not null"
        " and r.wait_reason = 'few_children' order by length(r.wait_why), s.code limit 1)"
        " select (select count(*) from p), (select coalesce(sum(groups), 0)::bigint from p),"
        " (select coalesce(sum(dropped), 0)::bigint from p), best.children, best.score,"
        " best.bound, (best.gap_percent * 100)::bigint, told.code, told.wait_reason,"
        " told.wait_why from (values (true)) one left join best on true left join told on true"};
    struct params *params = params_new(arena);
    struct rows *rows;
    struct tx *tx;

    param_time(params, since_ms);
    param_texts(params, codes, sizeof *codes, count);
    if (!read_one(store, arena, &statement, params, &tx, &rows, error))
        return false;
    *plans = (struct demo_plans){
        .plans = row_int(rows, 0, 0),
        .groups = row_int(rows, 0, 1),
        .dropped = row_int(rows, 0, 2),
        .children = row_int(rows, 0, 3),
        .score = row_int(rows, 0, 4),
        .bound = row_int(rows, 0, 5),
        .gap_hundredths = row_int(rows, 0, 6),
        .code = kept(arena, row_text(rows, 0, 7)),
        .reason = kept(arena, row_text(rows, 0, 8)),
        .why = kept(arena, row_text(rows, 0, 9)),
    };
    tx_rollback(tx);
    return true;
}
