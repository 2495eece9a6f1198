/* Reading for the operator, with a role that may only read. No listing shows who a person is. */
#include "services/gruppstod/look_store.h"

#include <string.h>

#include "common/check.h"

bool look_living(struct store *store, struct arena *arena, int64_t *living, struct error *error)
{
    static const struct statement statement = {"look_living",
        "select count(distinct daemon) from ledger.lease where until > common.machine_now()"};
    struct rows *rows;
    struct tx *tx = tx_begin(store, arena, error);
    const bool good = tx && tx_query(tx, &statement, NULL, &rows, error);

    if (good)
        *living = row_int(rows, 0, 0);
    tx_rollback(tx);
    return good;
}

bool look_find(struct store *store, struct arena *arena, struct text named, struct uuid *referral,
    struct error *error)
{
    static const struct statement statement = {"look_find",
        "select referral_id from intake.safety_v where code = upper($1) or referral_id = $2"};
    struct params *params = params_new(arena);
    struct uuid id = {.bytes = {0}};
    struct rows *rows;
    struct tx *tx = tx_begin(store, arena, error);

    uuid_parse(named, &id);
    param_text(params, named);
    param_uuid(params, id);
    bool good = tx && tx_query(tx, &statement, params, &rows, error);
    if (good && !rows_count(rows))
        good = error_set(error, ERROR_ABSENT, "no referral has the code or id %.*s",
            (int)named.length, named.data);
    if (good)
        *referral = row_uuid(rows, 0, 0);
    tx_rollback(tx);
    return good;
}

#define COLUMNS(list) list, COUNT(list)

static const struct column daemon_columns[] = {{"daemon", "DAEMON", CELL_WORD},
    {"instance", "COPY", CELL_WORD}, {"state", "STATE", CELL_WORD}, {"pid", "PID", CELL_NUMBER},
    {"up", "UP", CELL_WORD}, {"since", NULL, CELL_SECOND}, {"queued", "QUEUED", CELL_NUMBER},
    {"port", "PORT", CELL_NUMBER}, {"endpoint", NULL, CELL_WORD}};
static const struct listing daemons = {"daemons",
    {"look_daemons",
        "select daemon, instance, state, pid::text,"
        " to_char(common.machine_now() - since, 'FMDDD\"d\" HH24:MI:SS'), to_json(since) #>> '{}', "
        "queued::text,"
        " http_port::text, endpoint from ledger.lease where until > common.machine_now()"
        " order by 1, 2"},
    COLUMNS(daemon_columns), "No daemon is running."};

static const struct column queue_columns[] = {{"queue", "QUEUE", CELL_WORD},
    {"waiting", "WAITING", CELL_NUMBER}, {"oldest_s", "OLDEST", CELL_AGE},
    {"later", "LATER", CELL_NUMBER}, {"dead", "DEAD", CELL_NUMBER},
    {"copies", "COPIES", CELL_NUMBER}, {"said_minute", "IN/MIN", CELL_NUMBER},
    {"handled_minute", "OUT/MIN", CELL_NUMBER}, {"p50_ms", "P50 MS", CELL_NUMBER},
    {"p95_ms", "P95 MS", CELL_NUMBER}, {"p99_ms", "P99 MS", CELL_NUMBER}};
static const struct listing queues = {"queues",
    {"look_queues",
        "select receiver, depth::text, oldest_s::text, later::text, dead::text, copies::text,"
        " round(said_minute, 1)::text, round(handled_minute, 1)::text,"
        " round(p50_ms::numeric, 1)::text, round(p95_ms::numeric, 1)::text,"
        " round(p99_ms::numeric, 1)::text from ledger.queue_v"
        " order by place"},
    COLUMNS(queue_columns), "There are no queues."};

static const struct column planner_columns[] = {{"planner", "PLANNER", CELL_WORD},
    {"trouble", "TROUBLE", CELL_WORD}, {"planned_at", "LAST PLAN", CELL_SECOND},
    {"children", "CHILDREN", CELL_NUMBER}, {"groups", "GROUPS", CELL_NUMBER},
    {"dropped", "DROPPED", CELL_NUMBER}, {"score", "SCORE", CELL_NUMBER},
    {"bound", "AT MOST", CELL_NUMBER}, {"gap_percent", "GAP, %", CELL_NUMBER}};
static const struct listing planner = {"planner",
    {"look_planner",
        "select case when p.trouble is null then 'answers' else 'away' end,"
        " coalesce(p.trouble, '-'), to_json(l.planned_at) #>> '{}', l.children::text,"
        " l.groups::text, l.dropped::text, l.score::text, l.bound::text, l.gap_percent::text"
        " from (values (true)) one left join matching.planner_v p on true"
        " left join (select * from matching.plan_v order by planned_at desc, plan_id desc limit 1)"
        " l on true"
        " where p.since is not null or l.plan_id is not null"},
    COLUMNS(planner_columns), "Nothing has been planned yet."};

static const struct column state_columns[] = {{"state", "STATE", CELL_WORD},
    {"referrals", "REFERRALS", CELL_NUMBER}, {"oldest_days", "OLDEST, DAYS", CELL_NUMBER}};
static const struct listing states = {"states",
    {"look_states",
        "select state, count(*)::text,"
        " floor(extract(epoch from common.civil_now() - min(received_at)) / 86400)::text"
        " from matching.referral_v group by state order by count(*) desc"},
    COLUMNS(state_columns), "No referral has been received yet."};

static const struct column shape_columns[] = {{"situation", "SITUATION", CELL_WORD},
    {"to_7", "7", CELL_NUMBER}, {"to_14", "14", CELL_NUMBER}, {"to_28", "28", CELL_NUMBER},
    {"to_56", "56", CELL_NUMBER}, {"to_112", "112", CELL_NUMBER}, {"over_112", ">112", CELL_NUMBER},
    {"all", "ALL", CELL_NUMBER}, {"oldest_days", "OLDEST", CELL_NUMBER}};
static const struct listing shape = {"shape",
    {"look_shape",
        "select situation, to_7::text, to_14::text, to_28::text, to_56::text, to_112::text,"
        " over_112::text, waiting::text, oldest_days::text from matching.shape_v"
        " order by situation = 'all', situation"},
    COLUMNS(shape_columns), "No child waits."};

static const struct column forecast_columns[] = {{"situation", "SITUATION", CELL_WORD},
    {"district", "DISTRICT", CELL_WORD}, {"waiting", "WAIT", CELL_NUMBER},
    {"expected", "EXPECTED", CELL_NUMBER}, {"leaders_now", "LEADERS NOW", CELL_NUMBER},
    {"leaders_then", "IN A YEAR", CELL_NUMBER}, {"groups_needed", "GROUPS NEEDED", CELL_NUMBER},
    {"groups_led", "LED", CELL_NUMBER}, {"groups_short", "SHORT", CELL_NUMBER},
    {"short_from", "FROM", CELL_WORD}, {"made_at", NULL, CELL_MINUTE}};
static const struct listing forecast = {"forecast",
    {"look_forecast",
        "select situation, district, waiting::text, expected::text, leaders_now::text,"
        " leaders_then::text, groups_needed::text, groups_led::text, groups_short::text,"
        " to_char(short_from, 'YYYY-MM'), to_json(made_at) #>> '{}' from scheduling.forecast_v"
        " order by groups_short desc, short_from, situation, district"},
    COLUMNS(forecast_columns), "Scheduling has made no forecast yet."};

static const struct column referral_columns[] = {{"code", "CODE", CELL_WORD},
    {"state", "STATE", CELL_WORD}, {"situation", "SITUATION", CELL_WORD},
    {"district", "DISTRICT", CELL_WORD}, {"age", "AGE", CELL_NUMBER}, {"days", "DAYS", CELL_NUMBER},
    {"wait_reason", "WHY", CELL_WORD}, {"wait_detail", NULL, CELL_WORD},
    {"urgency", "URGENCY", CELL_NUMBER}, {"referral_id", NULL, CELL_WORD}};
#define REFERRALS                                                                                  \
    "select s.code, r.state, r.situation, r.district, r.age::text,"                                \
    " floor(extract(epoch from common.civil_now() - r.received_at) / 86400)::text,"                \
    " r.wait_reason, r.wait_detail, r.urgency::text, r.referral_id::text"                          \
    " from matching.referral_v r join intake.safety_v s using (referral_id)"

static const struct column dead_columns[] = {{"receiver", "QUEUE", CELL_WORD},
    {"kind", "MESSAGE", CELL_WORD}, {"died_at", "SINCE", CELL_SECOND},
    {"tries", "TRIES", CELL_NUMBER}, {"reason", "REASON", CELL_WORD}, {"id", "ID", CELL_WORD},
    {"subject", NULL, CELL_WORD}};
static const struct column programme_columns[] = {{"name", "NAME", CELL_WORD},
    {"situation", "SITUATION", CELL_WORD}, {"format", "FORMAT", CELL_WORD},
    {"ages", "AGES", CELL_WORD}, {"meetings", "MEETINGS", CELL_NUMBER},
    {"minutes", "MINUTES", CELL_NUMBER}, {"level", "LEVEL", CELL_WORD}, {"intake", NULL, CELL_WORD},
    {"version", "VERSION", CELL_NUMBER}, {"state", "STATE", CELL_WORD},
    {"groups", "GROUPS", CELL_NUMBER}, {"approved_by", NULL, CELL_WORD},
    {"programme_id", NULL, CELL_WORD}};
static const struct column offer_columns[] = {{"offer_id", "ID", CELL_WORD},
    {"state", "STATE", CELL_WORD}, {"created_at", "MADE", CELL_MINUTE},
    {"expires_at", "HELD UNTIL", CELL_MINUTE}, {"referral_id", NULL, CELL_WORD},
    {"group_id", NULL, CELL_WORD}};
static const struct column letter_columns[] = {{"purpose", "PURPOSE", CELL_WORD},
    {"state", "STATE", CELL_WORD}, {"channel", "CHANNEL", CELL_WORD},
    {"tries", "TRIES", CELL_NUMBER}, {"ended_at", "ENDED", CELL_SECOND},
    {"letter_id", "ID", CELL_WORD}};
static const struct column proposal_columns[] = {{"situation", "SITUATION", CELL_WORD},
    {"ages", "AGES", CELL_WORD}, {"state", "STATE", CELL_WORD},
    {"children", "CHILDREN", CELL_NUMBER}, {"score", "SCORE", CELL_NUMBER},
    {"district", "DISTRICT", CELL_WORD}, {"created_at", "MADE", CELL_MINUTE},
    {"why", NULL, CELL_WORD}, {"group_id", "ID", CELL_WORD}};

#define OFFERS                                                                                     \
    "select offer_id::text, state, to_json(created_at) #>> '{}',"                                  \
    " to_json(expires_at) #>> '{}', referral_id::text, group_id::text"                             \
    " from matching.offer_v"
#define LETTERS                                                                                    \
    "select purpose, state, channel, tries::text, to_json(ended_at) #>> '{}',"                     \
    " letter_id::text from notification.letter_v"

static const struct column supervision_columns[] = {{"name", "NAME", CELL_WORD},
    {"supervisor", "SUPERVISOR", CELL_WORD}, {"members", "MEMBERS", CELL_NUMBER},
    {"capacity", "PLACES", CELL_NUMBER}, {"next_at", "NEXT", CELL_MINUTE},
    {"last_held", "LAST HELD", CELL_WORD}, {"supervision_id", NULL, CELL_WORD}};
static const struct column visit_columns[] = {{"unit", "UNIT", CELL_WORD},
    {"kind", "KIND", CELL_WORD}, {"district", "DISTRICT", CELL_WORD},
    {"planned", "PLANNED", CELL_NUMBER}, {"done", "DONE", CELL_NUMBER},
    {"people", "PEOPLE MET", CELL_NUMBER}, {"last_day", "LAST", CELL_WORD},
    {"referrals", "REFERRALS, YEAR", CELL_NUMBER}, {"since", "SINCE LAST VISIT", CELL_NUMBER},
    {"unit_id", NULL, CELL_WORD}};

static const struct listing lists[] = {
    {"referrals", {"look_referrals", REFERRALS " order by r.received_at limit 1000"},
        COLUMNS(referral_columns), "No referral has been received yet."},
    {"dead",
        {"look_dead",
            "select receiver, kind, to_json(died_at) #>> '{}', tries::text, reason,"
            " id::text, subject::text from ledger.dead where ended is null order by died_at"
            " limit 1000"},
        COLUMNS(dead_columns), "There are no dead letters."},
    {"programmes",
        {"look_programmes",
            "select name, situation, format, array_to_string(ages, ','), meetings::text,"
            " minutes::text, level, intake, version::text, case when holds then 'holds' when draft"
            "  then 'draft' else 'past' end, groups::text, approved_by, programme_id::text"
            " from scheduling.programme_version_v order by situation, name, version desc"},
        COLUMNS(programme_columns), "There are no programmes: gruppstod import programmes FILE."},
    {"supervision",
        {"look_supervision",
            "select name, supervisor, members::text, capacity::text, to_json(next_at) #>> '{}',"
            " last_held::text, supervision_id::text from ("
            "  select name, supervisor, members, capacity, next_at, last_held, supervision_id,"
            "   false as gap from scheduling.supervision_v where ended_at is null"
            "  union all select '(no supervision group)', work_name, null, null, null, null,"
            "   leader_id, true from scheduling.supervision_gap_v) s order by gap, name, "
            "supervisor"},
        COLUMNS(supervision_columns), "There is no supervision group, and nobody to be in one."},
    {"visits",
        {"look_visits",
            "select u.name, u.kind, coalesce(u.district, '-'), u.planned::text, u.done::text,"
            " u.people::text, u.last_day::text,"
            " coalesce(sum(r.told) filter (where r.day > common.today() - 365), 0)::text,"
            " case when u.last_day is not null then coalesce(sum(r.told)"
            "  filter (where r.day >= u.last_day), 0)::text end, u.unit_id::text"
            " from scheduling.unit_v u left join intake.recruitment_v r on r.source = u.kind"
            "  and (u.district is null or r.district = u.district)"
            " group by u.name, u.kind, u.district, u.planned, u.done, u.people, u.last_day,"
            "  u.unit_id order by u.name"},
        COLUMNS(visit_columns), "No unit is visited yet."},
    {"offers", {"look_offers", OFFERS " order by created_at desc limit 1000"},
        COLUMNS(offer_columns), "No offer has been made yet."},
    {"letters", {"look_letters", LETTERS " order by letter_id desc limit 1000"},
        COLUMNS(letter_columns), "No letter has been decided yet."},
    {"proposals",
        {"look_proposals",
            "select situation, age_from || '-' || age_to, state, children::text, score::text,"
            " district, to_json(created_at) #>> '{}', why, group_id::text"
            " from matching.proposal_v order by created_at desc limit 1000"},
        COLUMNS(proposal_columns), "No group has been proposed yet."},
};

static const struct listing referral = {"referral",
    {"look_referral", REFERRALS " where r.referral_id = $1"}, COLUMNS(referral_columns),
    "Matching has not heard of it yet."};
static const struct listing referral_offers = {"offers",
    {"look_referral_offers", OFFERS " where referral_id = $1 order by created_at"},
    COLUMNS(offer_columns), "No offer has been made."};
static const struct listing referral_letters = {"letters",
    {"look_referral_letters", LETTERS " where referral_id = $1 order by letter_id"},
    COLUMNS(letter_columns), "No letter has been decided."};

static const struct column trace_columns[] = {{"handled_at", "HANDLED", CELL_MILLISECOND},
    {"ms", "MS", CELL_NUMBER}, {"kind", "MESSAGE", CELL_WORD}, {"sender", "FROM", CELL_WORD},
    {"receiver", "TO", CELL_WORD}, {"outcome", "OUTCOME", CELL_WORD},
    {"states", "STATE", CELL_WORD}, {"id", NULL, CELL_WORD}, {"cause", NULL, CELL_WORD},
    {"reason", NULL, CELL_WORD}};
static const struct listing trace = {"trace",
    {"look_trace",
        "select to_char(handled_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MSTZH:TZM'),"
        " round(extract(epoch from handled_at - said_at) * 1000)::text, kind, sender, receiver,"
        " outcome, case when state_after is null then ''"
        " else coalesce(state_before, '-') || ' -> ' || state_after end, id::text, cause::text,"
        " reason from ledger.hop where subject = $1 order by handled_at, said_at"},
    COLUMNS(trace_columns), "Nothing has been handled about it."};

static const struct column explain_columns[] = {{"code", "CODE", CELL_WORD},
    {"state", "STATE", CELL_WORD}, {"wait_reason", "REASON", CELL_WORD},
    {"wait", "WHAT STANDS IN THE WAY", CELL_REASON}, {"since", "SINCE", CELL_WORD},
    {"wait_detail", NULL, CELL_WORD}, {"wait_why", NULL, CELL_WORD}};
static const struct listing explain = {"explain",
    {"look_explain",
        "select s.code, r.state, coalesce(r.wait_reason, '-'), coalesce(r.wait_reason || '|'"
        " || coalesce(r.wait_detail, '') || '|' || coalesce((select d.name"
        "   from scheduling.district_v d"
        "   where d.code = substring(r.wait_detail from 'district=([a-z-]+)') limit 1), ''),"
        " case when r.state in ('accepted', 'placed', 'attending') then 'nothing: it has a place'"
        " when r.state = 'offered' then 'the family is asked'"
        " when r.state = 'protection_first' then 'protection comes first; the queue time is kept'"
        " when r.state = 'safety_check' then 'a coordinator looks at the safety answers'"
        " when r.state = 'contacting' then 'a person calls the family first'"
        " else '-' end), to_char(coalesce(r.waiting_since, r.changed_at), 'YYYY-MM-DD'),"
        " coalesce(r.wait_detail, '-'), coalesce(r.wait_why, '-')"
        " from matching.referral_v r join intake.safety_v s using (referral_id)"
        " where r.referral_id = $1"},
    COLUMNS(explain_columns), "Matching has not heard of it yet."};

const struct listing *look_list(const char *name)
{
    for (size_t i = 0; i < COUNT(lists); i++)
        if (strcmp(name, lists[i].name) == 0)
            return &lists[i];
    return NULL;
}

const struct listing *look_at(enum look look)
{
    static const struct listing *const listings[] = {
        [LOOK_DAEMONS] = &daemons,
        [LOOK_QUEUES] = &queues,
        [LOOK_PLANNER] = &planner,
        [LOOK_STATES] = &states,
        [LOOK_SHAPE] = &shape,
        [LOOK_FORECAST] = &forecast,
        [LOOK_REFERRAL] = &referral,
        [LOOK_REFERRAL_OFFERS] = &referral_offers,
        [LOOK_REFERRAL_LETTERS] = &referral_letters,
        [LOOK_TRACE] = &trace,
        [LOOK_EXPLAIN] = &explain,
    };

    return listings[look];
}
