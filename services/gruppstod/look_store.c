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

static const struct column daemon_columns[] = {{"daemon", "DAEMON"}, {"instance", "COPY"},
    {"state", "STATE"}, {"pid", "PID"}, {"up", "UP"}, {"queued", "QUEUED"}, {"port", "PORT"},
    {"endpoint", NULL}};
static const struct listing daemons = {"daemons",
    {"look_daemons",
        "select daemon, instance, state, pid::text,"
        " to_char(common.machine_now() - since, 'FMDDD\"d\" HH24:MI:SS'), queued::text,"
        " http_port::text, endpoint from ledger.lease where until > common.machine_now()"
        " order by 1, 2"},
    COLUMNS(daemon_columns), "No daemon is running."};

#define QUEUE(name)                                                                                \
    "select '" name "' as receiver, count(*) as waiting, min(said_at) as oldest from ledger." name

#define FRESH                                                                                      \
    QUEUE("intake")                                                                                \
    " union all " QUEUE("matching") " union all " QUEUE("scheduling") " union all " QUEUE(         \
        "notification") " union all " QUEUE("evaluation") " union all " QUEUE("desk")

static const struct column queue_columns[] = {{"queue", "QUEUE"}, {"waiting", "WAITING"},
    {"oldest", "OLDEST"}, {"later", "LATER"}, {"dead", "DEAD"}, {"copies", "COPIES"},
    {"handled_minute", "HANDLED/MIN"}, {"p50_ms", "P50 MS"}, {"p99_ms", "P99 MS"}};
static const struct listing queues = {"queues",
    {"look_queues",
        "with fresh as (" FRESH "),"
        " recent as (select receiver, count(*) as handled,"
        " percentile_cont(array[0.5, 0.99]) within group"
        " (order by extract(epoch from handled_at - said_at) * 1000) as ms"
        " from ledger.hop where handled_at > common.civil_now() - interval '1 min'"
        " group by receiver)"
        " select f.receiver, f.waiting::text,"
        " coalesce(round(extract(epoch from common.civil_now() - f.oldest))::text || ' s', '-'),"
        " (select count(*) from ledger.later l where l.receiver = f.receiver)::text,"
        " (select count(*) from ledger.dead d where d.receiver = f.receiver and d.ended is null)"
        "::text,"
        " (select count(*) from ledger.lease e where e.daemon = f.receiver"
        " and e.until > common.machine_now())::text,"
        " coalesce(r.handled, 0)::text, coalesce(round(r.ms[1]::numeric, 1)::text, '-'),"
        " coalesce(round(r.ms[2]::numeric, 1)::text, '-')"
        " from fresh f left join recent r on r.receiver = f.receiver"},
    COLUMNS(queue_columns), "There are no queues."};

static const struct column state_columns[] = {
    {"state", "STATE"}, {"referrals", "REFERRALS"}, {"oldest_days", "OLDEST, DAYS"}};
static const struct listing states = {"states",
    {"look_states",
        "select state, count(*)::text,"
        " floor(extract(epoch from common.civil_now() - min(received_at)) / 86400)::text"
        " from matching.referral_v group by state order by count(*) desc"},
    COLUMNS(state_columns), "No referral has been received yet."};

static const struct column shape_columns[] = {{"situation", "SITUATION"}, {"to_7", "7"},
    {"to_14", "14"}, {"to_28", "28"}, {"to_56", "56"}, {"to_112", "112"}, {"over_112", ">112"},
    {"all", "ALL"}, {"oldest_days", "OLDEST"}};
static const struct listing shape = {"shape",
    {"look_shape",
        "select case when grouping(situation) = 1 then 'all' else situation end,"
        " count(*) filter (where days < 7)::text,"
        " count(*) filter (where days >= 7 and days < 14)::text,"
        " count(*) filter (where days >= 14 and days < 28)::text,"
        " count(*) filter (where days >= 28 and days < 56)::text,"
        " count(*) filter (where days >= 56 and days < 112)::text,"
        " count(*) filter (where days >= 112)::text, count(*)::text, floor(max(days))::text"
        " from (select coalesce(situation, 'unknown') as situation,"
        " extract(epoch from common.civil_now() - received_at) / 86400 as days"
        " from matching.referral_v where state in ('received', 'safety_check', 'protection_first',"
        " 'contacting', 'awaiting_consent', 'waiting', 'parked', 'proposed', 'offered',"
        " 'call_back')) w"
        " group by rollup (situation) order by grouping(situation), situation"},
    COLUMNS(shape_columns), "No child waits."};

static const struct column referral_columns[] = {{"code", "CODE"}, {"state", "STATE"},
    {"situation", "SITUATION"}, {"district", "DISTRICT"}, {"age", "AGE"}, {"days", "DAYS"},
    {"wait_reason", "WHY"}, {"wait_detail", NULL}, {"urgency", "URGENCY"}, {"referral_id", NULL}};
#define REFERRALS                                                                                  \
    "select s.code, r.state, r.situation, r.district, r.age::text,"                                \
    " floor(extract(epoch from common.civil_now() - r.received_at) / 86400)::text,"                \
    " r.wait_reason, r.wait_detail, r.urgency::text, r.referral_id::text"                          \
    " from matching.referral_v r join intake.safety_v s using (referral_id)"

static const struct column group_columns[] = {{"name", "NAME"}, {"state", "STATE"},
    {"situation", "SITUATION"}, {"ages", "AGES"}, {"language", NULL}, {"district", "DISTRICT"},
    {"when", "WHEN"}, {"first_day", "FIRST DAY"}, {"meetings_to", NULL}, {"taken", "TAKEN"},
    {"places", "PLACES"}, {"leaders", "LEADERS"}, {"group_id", NULL}};
#define GROUPS                                                                                     \
    "select name, state, situation, age_from || '-' || age_to, language, district,"                \
    " (array['mon','tue','wed','thu','fri','sat','sun'])[weekday + 1] || ' ' ||"                   \
    " to_char(starts, 'HH24:MI'), first_day::text, last_day::text, taken::text, places::text,"     \
    " array_to_string(leaders, ' + '), group_id::text from scheduling.group_v"

static const struct column dead_columns[] = {{"receiver", "QUEUE"}, {"kind", "MESSAGE"},
    {"died_at", "SINCE"}, {"tries", "TRIES"}, {"reason", "REASON"}, {"id", "ID"},
    {"subject", NULL}};
static const struct column leader_columns[] = {{"leader_id", "ID"}, {"situations", "SITUATIONS"},
    {"languages", "LANGUAGES"}, {"home", "HOME"}, {"experienced", "EXPERIENCED"},
    {"parents", "PARENTS"}, {"groups", "GROUPS"}, {"contract_until", "CONTRACT UNTIL"}};
static const struct column room_columns[] = {{"site", "SITE"}, {"district", "DISTRICT"},
    {"capacity", "PLACES"}, {"needs", "ACCESS"}, {"room_id", "ID"}};
static const struct column offer_columns[] = {{"offer_id", "ID"}, {"state", "STATE"},
    {"created_at", "MADE"}, {"expires_at", "HELD UNTIL"}, {"referral_id", NULL},
    {"group_id", NULL}};
static const struct column letter_columns[] = {{"purpose", "PURPOSE"}, {"state", "STATE"},
    {"channel", "CHANNEL"}, {"tries", "TRIES"}, {"ended_at", "ENDED"}, {"letter_id", "ID"}};
static const struct column proposal_columns[] = {{"situation", "SITUATION"}, {"ages", "AGES"},
    {"state", "STATE"}, {"children", "CHILDREN"}, {"score", "SCORE"}, {"district", "DISTRICT"},
    {"created_at", "MADE"}, {"why", NULL}, {"group_id", "ID"}};

#define OFFERS                                                                                     \
    "select offer_id::text, state, to_char(created_at, 'YYYY-MM-DD HH24:MI'),"                     \
    " to_char(expires_at, 'YYYY-MM-DD HH24:MI'), referral_id::text, group_id::text"                \
    " from matching.offer_v"
#define LETTERS                                                                                    \
    "select purpose, state, channel, tries::text, to_char(ended_at, 'YYYY-MM-DD HH24:MI:SS'),"     \
    " letter_id::text from notification.letter_v"

static const struct listing lists[] = {
    {"referrals", {"look_referrals", REFERRALS " order by r.received_at limit 1000"},
        COLUMNS(referral_columns), "No referral has been received yet."},
    {"groups", {"look_groups", GROUPS " order by first_day, name"}, COLUMNS(group_columns),
        "No group is booked yet."},
    {"dead",
        {"look_dead",
            "select receiver, kind, to_char(died_at, 'YYYY-MM-DD HH24:MI:SS'), tries::text, reason,"
            " id::text, subject::text from ledger.dead where ended is null order by died_at"
            " limit 1000"},
        COLUMNS(dead_columns), "There are no dead letters."},
    {"leaders",
        {"look_leaders",
            "select leader_id::text, array_to_string(situations, ','),"
            " array_to_string(languages, ','), home, experienced::text, parents::text,"
            " active_groups::text, contract_until::text from scheduling.leader_v order by home"},
        COLUMNS(leader_columns), "There are no leaders."},
    {"rooms",
        {"look_rooms",
            "select site, district, capacity::text, array_to_string(needs, ','), room_id::text"
            " from scheduling.room_v order by district, site"},
        COLUMNS(room_columns), "There are no rooms."},
    {"offers", {"look_offers", OFFERS " order by created_at desc limit 1000"},
        COLUMNS(offer_columns), "No offer has been made yet."},
    {"letters", {"look_letters", LETTERS " order by letter_id desc limit 1000"},
        COLUMNS(letter_columns), "No letter has been decided yet."},
    {"proposals",
        {"look_proposals",
            "select situation, age_from || '-' || age_to, state, children::text, score::text,"
            " district, to_char(created_at, 'YYYY-MM-DD HH24:MI'), why, group_id::text"
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

static const struct column trace_columns[] = {{"handled_at", "HANDLED"}, {"ms", "MS"},
    {"kind", "MESSAGE"}, {"sender", "FROM"}, {"receiver", "TO"}, {"outcome", "OUTCOME"},
    {"states", "STATE"}, {"id", NULL}, {"cause", NULL}, {"reason", NULL}};
static const struct listing trace = {"trace",
    {"look_trace",
        "select to_char(handled_at, 'YYYY-MM-DD HH24:MI:SS.MS'),"
        " round(extract(epoch from handled_at - said_at) * 1000)::text, kind, sender, receiver,"
        " outcome, case when state_after is null then ''"
        " else coalesce(state_before, '-') || ' -> ' || state_after end, id::text, cause::text,"
        " reason from ledger.hop where subject = $1 order by handled_at, said_at"},
    COLUMNS(trace_columns), "Nothing has been handled about it."};

static const struct listing group = {"group", {"look_group", GROUPS " where group_id = $1"},
    COLUMNS(group_columns), "No such group."};
static const struct column meeting_columns[] = {{"no", "NO"}, {"day", "DAY"}, {"starts", "STARTS"},
    {"theme", "THEME"}, {"state", "STATE"}, {"meeting_id", NULL}};
static const struct listing group_meetings = {"meetings",
    {"look_group_meetings",
        "select meeting_no::text, day::text,"
        " to_char(starts_at at time zone 'Europe/Stockholm', 'HH24:MI'), theme, state,"
        " meeting_id::text from scheduling.meeting_v where group_id = $1 order by meeting_no"},
    COLUMNS(meeting_columns), "No meeting is booked."};
static const struct column roster_columns[] = {
    {"place_no", "PLACE"}, {"code", "CODE"}, {"taken_at", "SINCE"}, {"referral_id", NULL}};
static const struct listing group_roster = {"roster",
    {"look_group_roster",
        "select r.place_no::text, s.code, to_char(r.taken_at, 'YYYY-MM-DD HH24:MI'),"
        " r.referral_id::text from scheduling.roster_v r join intake.safety_v s using (referral_id)"
        " where r.group_id = $1 order by r.place_no"},
    COLUMNS(roster_columns), "Nobody has a place yet."};

static const struct column explain_columns[] = {{"code", "CODE"}, {"state", "STATE"},
    {"wait_reason", "REASON"}, {"wait_detail", "WHAT STANDS IN THE WAY"}, {"since", "SINCE"}};
static const struct listing explain = {"explain",
    {"look_explain",
        "select s.code, r.state, coalesce(r.wait_reason, '-'), coalesce(r.wait_detail,"
        " case when r.state in ('accepted', 'placed', 'attending') then 'nothing: it has a place'"
        " when r.state = 'offered' then 'the family is asked'"
        " when r.state = 'protection_first' then 'protection comes first; the queue time is kept'"
        " when r.state = 'safety_check' then 'a coordinator looks at the safety answers'"
        " when r.state = 'contacting' then 'a person calls the family first'"
        " else '-' end), to_char(coalesce(r.waiting_since, r.changed_at), 'YYYY-MM-DD')"
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
        [LOOK_STATES] = &states,
        [LOOK_SHAPE] = &shape,
        [LOOK_REFERRAL] = &referral,
        [LOOK_REFERRAL_OFFERS] = &referral_offers,
        [LOOK_REFERRAL_LETTERS] = &referral_letters,
        [LOOK_TRACE] = &trace,
        [LOOK_GROUP] = &group,
        [LOOK_GROUP_MEETINGS] = &group_meetings,
        [LOOK_GROUP_ROSTER] = &group_roster,
        [LOOK_EXPLAIN] = &explain,
    };

    return listings[look];
}
