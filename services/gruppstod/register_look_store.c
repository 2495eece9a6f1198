/* Reading for the operator, with a role that may only read. Leaders go by the name used at work,
 * children by their codes. */
#include "services/gruppstod/register_look_store.h"

#include <stdio.h>

#include "common/check.h"
#include "services/gruppstod/core/near.h"

#define COLUMNS(list) list, COUNT(list)
#define HOUR(column) "to_char(" column " at time zone 'Europe/Stockholm', 'HH24:MI')"
#define WEEKDAY(column) "(array['mon','tue','wed','thu','fri','sat','sun'])[" column " + 1]"

/* --- groups --- */

static const struct column group_columns[] = {{"name", "NAME", CELL_WORD},
    {"state", "STATE", CELL_WORD}, {"situation", "SITUATION", CELL_WORD},
    {"ages", "AGES", CELL_WORD}, {"language", NULL, CELL_WORD}, {"district", "DISTRICT", CELL_WORD},
    {"when", "WHEN", CELL_WORD}, {"first_day", "FIRST DAY", CELL_WORD},
    {"meetings_to", NULL, CELL_WORD}, {"taken", "TAKEN", CELL_NUMBER},
    {"places", "PLACES", CELL_NUMBER}, {"leaders", "LEADERS", CELL_WORD}, {"site", NULL, CELL_WORD},
    {"programme", NULL, CELL_WORD}, {"group_id", NULL, CELL_WORD}};
#define GROUPS                                                                                     \
    "select name, state, situation, age_from || '-' || age_to, language, district,"                \
    " " WEEKDAY("weekday") " || ' ' || to_char(starts, 'HH24:MI'), first_day::text,"               \
                           " last_day::text, taken::text, places::text, array_to_string(leaders, " \
                           "' + '), site,"                                                         \
                           " programme, group_id::text from scheduling.group_v"
static const struct listing groups = {"groups",
    {"look_groups",
        GROUPS " where ($1::text is null or state = $1) and ($2::text is null or district = $2)"
               " and ($3::text is null or situation = $3)"
               " and ($4::date is null or last_day >= $4)"
               " and ($5::date is null or first_day <= $5)"
               " and ($7::uuid is null or $7 = any (leader_ids || parent_leader_ids))"
               " order by first_day, name"},
    COLUMNS(group_columns), "There is no such group."};
static const struct listing group = {"group", {"look_group", GROUPS " where group_id = $1"},
    COLUMNS(group_columns), "No such group."};

static const struct column group_leader_columns[] = {{"name", "LEADER", CELL_WORD},
    {"part", "OF", CELL_WORD}, {"employer", "EMPLOYER", CELL_WORD},
    {"experienced", "EXPERIENCED", CELL_TRUTH}, {"clear", "ASKED FOR CONFLICTS", CELL_TRUTH},
    {"leader_id", NULL, CELL_WORD}};
static const struct listing group_leaders = {"leaders",
    {"look_group_leaders",
        "select l.work_name, g.part, l.employer, l.experienced::text,"
        " (g.clear_at is not null)::text, l.leader_id::text from scheduling.leader_group_v g"
        " join scheduling.leader_register_v l using (leader_id)"
        " where g.group_id = $1 order by g.part, l.experienced desc, l.work_name"},
    COLUMNS(group_leader_columns), "Nobody leads it."};

static const struct column series_columns[] = {{"no", "NO", CELL_NUMBER}, {"day", "DAY", CELL_WORD},
    {"starts", "STARTS", CELL_WORD}, {"theme", "THEME", CELL_WORD}, {"state", "STATE", CELL_WORD},
    {"meeting_id", NULL, CELL_WORD}};
static const struct listing group_meetings = {"meetings",
    {"look_group_meetings", "select meeting_no::text, day::text, " HOUR(
                                "starts_at") ", theme, state, meeting_id::text"
                                             " from scheduling.meeting_v where group_id = $1 order "
                                             "by starts_at, meeting_no"},
    COLUMNS(series_columns), "No meeting is booked."};

static const struct column roster_columns[] = {{"place_no", "PLACE", CELL_NUMBER},
    {"code", "CODE", CELL_WORD}, {"taken_at", "SINCE", CELL_MINUTE},
    {"referral_id", NULL, CELL_WORD}};
static const struct listing group_roster = {"roster",
    {"look_group_roster",
        "select r.place_no::text, s.code, to_json(r.taken_at) #>> '{}',"
        " r.referral_id::text from scheduling.roster_v r join intake.safety_v s using (referral_id)"
        " where r.group_id = $1 order by r.place_no"},
    COLUMNS(roster_columns), "Nobody has a place yet."};

static const struct column trace_columns[] = {{"handled_at", "HANDLED", CELL_MILLISECOND},
    {"ms", "MS", CELL_NUMBER}, {"kind", "MESSAGE", CELL_WORD}, {"sender", "FROM", CELL_WORD},
    {"receiver", "TO", CELL_WORD}, {"outcome", "OUTCOME", CELL_WORD}, {"id", NULL, CELL_WORD},
    {"reason", NULL, CELL_WORD}};
static const struct listing trace = {"trace",
    {"look_group_trace",
        "select to_char(handled_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MSTZH:TZM'),"
        " round(extract(epoch from handled_at - said_at) * 1000)::text, kind, sender, receiver,"
        " outcome, id::text, reason from ledger.hop where subject = $1"
        " order by handled_at, said_at"},
    COLUMNS(trace_columns), "Nothing has been handled about it."};

/* --- leaders --- */

static const struct column leader_columns[] = {{"name", "NAME", CELL_WORD},
    {"state", "STATE", CELL_WORD}, {"situations", "SITUATIONS", CELL_WORD},
    {"languages", "LANGUAGES", CELL_WORD}, {"home", "HOME", CELL_WORD},
    {"experienced", "EXPERIENCED", CELL_TRUTH}, {"led", "LED", CELL_NUMBER},
    {"parents", "PARENTS", CELL_TRUTH}, {"groups", "GROUPS", CELL_NUMBER},
    {"release", "HOURS A WEEK", CELL_NUMBER}, {"contract_from", NULL, CELL_WORD},
    {"contract_until", "CONTRACT UNTIL", CELL_WORD}, {"employment", NULL, CELL_WORD},
    {"employer", NULL, CELL_WORD}, {"unit", NULL, CELL_WORD}, {"districts", NULL, CELL_WORD},
    {"slots", NULL, CELL_WORD}, {"max_groups", NULL, CELL_NUMBER}, {"leader_id", NULL, CELL_WORD}};
#define LEADERS                                                                                    \
    "select l.work_name, l.state, array_to_string(l.situations, ','),"                             \
    " array_to_string(l.languages, ','), l.home, l.experienced::text, l.led::text,"                \
    " l.parents::text, (select count(distinct g.group_id) from scheduling.leader_group_v g"        \
    "  where g.leader_id = l.leader_id"                                                            \
    "   and g.state in ('booked', 'offered', 'confirmed', 'running'))::text,"                      \
    " (select min(r.hours_week) from scheduling.leader_release_v r"                                \
    "  where r.leader_id = l.leader_id"                                                            \
    "   and common.today() between r.first_day and r.last_day)::text,"                             \
    " l.contract_from::text, l.contract_until::text, l.employment, l.employer, l.home_unit,"       \
    " array_to_string(l.districts, ','), (select string_agg(" WEEKDAY(                             \
        "s.weekday") " || ' '"                                                                     \
                     "  || to_char(s.starts, 'HH24:MI'), ', ' order by s.weekday, s.starts)"       \
                     "  from scheduling.slot_v s where s.slot = any (l.slots)), "                  \
                     "l.max_groups::text,"                                                         \
                     " l.leader_id::text from (select r.*, case when not r.active then 'resting'"  \
                     "   when r.contract_until < common.today() then 'ended'"                      \
                     "   when r.contract_from > common.today() then 'later' else 'active' end as " \
                     "state,"                                                                      \
                     "  array(select t.situation from scheduling.leader_training_v t"              \
                     "   where t.leader_id = r.leader_id and t.valid_from <= common.today()"       \
                     "    and (t.valid_until is null or t.valid_until >= common.today())"          \
                     "   group by t.situation order by 1) as situations from "                     \
                     "scheduling.leader_register_v r) l"
static const struct listing leaders = {"leaders",
    {"look_leaders", LEADERS " where ($1::text is null or l.state = $1)"
                             " and ($2::text is null or l.home = $2 or $2 = any (l.districts))"
                             " and ($3::text is null or $3 = any (l.situations))"
                             " order by l.state, l.home, l.work_name, l.leader_id"},
    COLUMNS(leader_columns), "There is no such leader: gruppstod import leaders FILE."};
static const struct listing leader = {"leader", {"look_leader", LEADERS " where l.leader_id = $1"},
    COLUMNS(leader_columns), "No such leader."};

static const struct column training_columns[] = {{"situation", "SITUATION", CELL_WORD},
    {"level", "LEVEL", CELL_WORD}, {"valid_from", "FROM", CELL_WORD},
    {"valid_until", "UNTIL", CELL_WORD}, {"holds", "HOLDS TODAY", CELL_TRUTH}};
static const struct listing leader_trainings = {"trainings",
    {"look_leader_trainings",
        "select situation, level, valid_from::text, valid_until::text, (valid_from <="
        " common.today() and coalesce(valid_until, common.today()) >= common.today())::text"
        " from scheduling.leader_training_v where leader_id = $1 order by valid_from, situation"},
    COLUMNS(training_columns), "No training is written down."};

static const struct column ledger_columns[] = {{"school_year", "YEAR", CELL_WORD},
    {"season", "TERM", CELL_WORD}, {"hours_week", "HOURS A WEEK", CELL_NUMBER},
    {"released", "RELEASED", CELL_NUMBER}, {"planned", "PLANNED", CELL_NUMBER},
    {"used", "USED", CELL_NUMBER}, {"meetings", "MEETINGS", CELL_NUMBER}};
static const struct listing leader_hours = {"hours",
    {"look_leader_hours",
        "select school_year, season, hours_week::text, (hours_week * weeks)::text,"
        " (planned_minutes / 60)::text, (used_minutes / 60)::text, meetings::text"
        " from scheduling.leader_ledger_v where leader_id = $1"
        "  and (last_day >= common.today() and first_day <= common.today() + 365"
        "   or planned_minutes + used_minutes > 0 or hours_week is not null) order by first_day"},
    COLUMNS(ledger_columns), "There are no terms."};

static const struct column absence_columns[] = {{"first_day", "FROM", CELL_WORD},
    {"last_day", "TO", CELL_WORD}, {"reason", "WHY", CELL_WORD}, {"absence_id", NULL, CELL_WORD}};
static const struct listing leader_absences = {"absences",
    {"look_leader_absences",
        "select first_day::text, last_day::text, reason, absence_id::text"
        " from scheduling.leader_absence_v where leader_id = $1 order by first_day"},
    COLUMNS(absence_columns), "No absence is reported."};

static const struct column led_columns[] = {{"group", "GROUP", CELL_WORD},
    {"part", "OF", CELL_WORD}, {"state", "STATE", CELL_WORD}, {"when", "WHEN", CELL_WORD},
    {"site", "SITE", CELL_WORD}, {"first_day", "FIRST DAY", CELL_WORD},
    {"last_day", "LAST DAY", CELL_WORD}, {"group_id", NULL, CELL_WORD}};
static const struct listing leader_groups = {"groups",
    {"look_leader_groups", "select name, part, state, " WEEKDAY(
                               "weekday") " || ' ' || to_char(starts, 'HH24:MI'),"
                                          " site, first_day::text, last_day::text, group_id::text "
                                          "from scheduling.leader_group_v"
                                          " where leader_id = $1 order by first_day"},
    COLUMNS(led_columns), "Leads no group."};

static const struct column day_columns[] = {{"day", "DAY", CELL_WORD},
    {"starts", "STARTS", CELL_WORD}, {"ends", "ENDS", CELL_WORD}, {"group", "GROUP", CELL_WORD},
    {"no", "NO", CELL_NUMBER}, {"site", "SITE", CELL_WORD}, {"meeting_id", NULL, CELL_WORD}};
static const struct listing leader_meetings = {"meetings",
    {"look_leader_meetings",
        "select day::text, " HOUR("starts_at") ", " HOUR(
            "ends_at") ", name, meeting_no::text,"
                       " site, meeting_id::text from scheduling.leader_day_v where leader_id = $1"
                       " and state = 'planned' and day >= common.today() order by starts_at limit "
                       "100"},
    COLUMNS(day_columns), "No meeting is booked."};

/* --- rooms --- */

static const struct column room_columns[] = {{"site", "SITE", CELL_WORD},
    {"name", "ROOM", CELL_WORD}, {"district", "DISTRICT", CELL_WORD},
    {"capacity", "PLACES", CELL_NUMBER}, {"needs", "ACCESS", CELL_WORD},
    {"discretion", "ENTRANCE", CELL_WORD}, {"withheld", "WITHHELD", CELL_TRUTH},
    {"hours", NULL, CELL_WORD}, {"equipment", NULL, CELL_WORD}, {"room_id", "ID", CELL_WORD}};
#define ROOMS                                                                                      \
    "select r.site, r.name, r.district, r.capacity::text, array_to_string(r.needs, ','),"          \
    " r.discretion, r.withheld::text, coalesce((select string_agg(" WEEKDAY(                       \
        "h.weekday") " || ' '"                                                                     \
                     "  || to_char(h.opens, 'HH24:MI') || '-' || to_char(h.closes, 'HH24:MI'),"    \
                     "  ', ' order by h.weekday, h.opens) from scheduling.room_hours_v h"          \
                     "  where h.room_id = r.room_id and h.valid_from <= common.today()"            \
                     "   and coalesce(h.valid_to, common.today()) >= common.today()),"             \
                     " (select string_agg(" WEEKDAY(                                               \
                         "s.weekday") " || ' '"                                                    \
                                      "  || to_char(s.starts, 'HH24:MI'), ', ' order by "          \
                                      "s.weekday, s.starts)"                                       \
                                      "  from scheduling.slot_v s where s.slot = any (r.slots)))," \
                                      " array_to_string(r.equipment, ', '), r.room_id::text"       \
                                      " from scheduling.room_card_v r"
static const struct listing rooms = {"rooms",
    {"look_rooms",
        ROOMS " where ($2::text is null or r.district = $2) order by r.district, r.site, r.name"},
    COLUMNS(room_columns), "There is no such room: gruppstod import rooms FILE."};
static const struct listing room = {
    "room", {"look_room", ROOMS " where r.room_id = $1"}, COLUMNS(room_columns), "No such room."};

static const struct column hours_columns[] = {{"weekday", "DAY", CELL_WORD},
    {"opens", "OPENS", CELL_WORD}, {"closes", "CLOSES", CELL_WORD},
    {"valid_from", "FROM", CELL_WORD}, {"valid_to", "UNTIL", CELL_WORD}};
static const struct listing room_hours = {"hours",
    {"look_room_hours",
        "select " WEEKDAY("weekday") ", to_char(opens, 'HH24:MI'), to_char(closes, 'HH24:MI'),"
                                     " valid_from::text, valid_to::text from "
                                     "scheduling.room_hours_v where room_id = $1"
                                     " order by array_position(array[0,1,2,3,4,5,6], "
                                     "weekday::int), opens, valid_from"},
    COLUMNS(hours_columns), "No hours are written down: it is open in its weekly times."};

static const struct column booking_columns[] = {{"day", "DAY", CELL_WORD},
    {"from", "FROM", CELL_WORD}, {"to", "TO", CELL_WORD}, {"group", "GROUP", CELL_WORD},
    {"no", "NO", CELL_NUMBER}, {"what", "WHAT", CELL_WORD}, {"source", NULL, CELL_WORD},
    {"meeting_id", NULL, CELL_WORD}};
static const struct listing room_bookings = {"bookings",
    {"look_room_bookings",
        "select (starts_at at time zone 'Europe/Stockholm')::date::text, " HOUR(
            "starts_at") ", " HOUR("ends_at") ", group_name, meeting_no::text, what, source,"
                                              " meeting_id::text from scheduling.room_booking_v"
                                              " where room_id = $1 and ends_at > common.civil_now()"
                                              " order by starts_at limit 200"},
    COLUMNS(booking_columns), "Nothing is booked."};

/* --- meetings --- */

static const struct column meeting_columns[] = {{"day", "DAY", CELL_WORD},
    {"starts", "STARTS", CELL_WORD}, {"ends", NULL, CELL_WORD}, {"group", "GROUP", CELL_WORD},
    {"no", "NO", CELL_NUMBER}, {"theme", "THEME", CELL_WORD}, {"state", "STATE", CELL_WORD},
    {"district", "DISTRICT", CELL_WORD}, {"site", "SITE", CELL_WORD}, {"room", "ROOM", CELL_WORD},
    {"leaders", "LEADERS", CELL_WORD}, {"joint", NULL, CELL_TRUTH}, {"things", NULL, CELL_WORD},
    {"sequence", NULL, CELL_NUMBER}, {"meeting_id", NULL, CELL_WORD},
    {"group_id", NULL, CELL_WORD}};
#define MEETINGS                                                                                   \
    "select m.day::text, " HOUR("m.starts_at") ", " HOUR(                                          \
        "m.ends_at") ", g.name, m.meeting_no::text, m.theme,"                                      \
                     " m.state, r.district, r.site, r.name, (select string_agg(l.work_name, ' + '" \
                     "  order by l.experienced desc, l.work_name) from scheduling.leader_day_v d"  \
                     "  join scheduling.leader_register_v l using (leader_id)"                     \
                     "  where d.meeting_id = m.meeting_id), p.joint::text, p.things,"              \
                     " m.sequence::text, m.meeting_id::text, m.group_id::text"                     \
                     " from scheduling.meeting_v m join scheduling.group_v g using (group_id)"     \
                     " join scheduling.meeting_part_v p using (meeting_id)"                        \
                     " join scheduling.room_card_v r on r.room_id = m.room_id"
static const struct listing meetings = {"meetings",
    {"look_meetings",
        MEETINGS " where ($1::text is null or m.state = $1)"
                 " and ($2::text is null or r.district = $2)"
                 " and ($3::text is null or g.situation = $3)"
                 " and m.day >= coalesce($4, case when $6::uuid is null then common.today() end,"
                 "  m.day) and ($5::date is null or m.day <= $5)"
                 " and ($6::uuid is null or m.group_id = $6)"
                 " and ($7::uuid is null or exists (select from scheduling.leader_day_v d"
                 "  where d.meeting_id = m.meeting_id and d.leader_id = $7))"
                 " order by m.starts_at, g.name limit 1000"},
    COLUMNS(meeting_columns), "There is no such meeting."};
static const struct listing meeting = {"meeting",
    {"look_meeting", MEETINGS " where m.meeting_id = $1"}, COLUMNS(meeting_columns),
    "No such meeting."};

static const struct column here_columns[] = {{"name", "LEADER", CELL_WORD},
    {"experienced", "EXPERIENCED", CELL_TRUTH}, {"own", "OF THE GROUP", CELL_TRUTH},
    {"leader_id", NULL, CELL_WORD}};
static const struct listing meeting_leaders = {"leaders",
    {"look_meeting_leaders",
        "select l.work_name, l.experienced::text, exists (select from scheduling.leader_group_v g"
        "  where g.leader_id = d.leader_id and g.group_id = d.group_id)::text, l.leader_id::text"
        " from scheduling.leader_day_v d join scheduling.leader_register_v l using (leader_id)"
        " where d.meeting_id = $1 order by l.experienced desc, l.work_name"},
    COLUMNS(here_columns), "Nobody is booked."};

static const struct column there_columns[] = {{"present", "PRESENT", CELL_NUMBER},
    {"absent_told", "AWAY, SAID SO", CELL_NUMBER}, {"absent_untold", "MISSING", CELL_NUMBER}};
static const struct listing meeting_attendance = {"attendance",
    {"look_meeting_attendance", "select present::text, absent_told::text, absent_untold::text"
                                " from evaluation.attendance_v where meeting_id = $1"},
    COLUMNS(there_columns), "Attendance is not noted yet."};

/* --- by name --- */

static const struct register_thing things[] = {
    {"group", "groups", "no group is called",
        REGISTER_STATE | REGISTER_DISTRICT | REGISTER_SITUATION | REGISTER_DAYS | REGISTER_LEADER,
        "collecting booked offered confirmed running finished evaluated merged postponed cancelled",
        {"register_group", "select group_id, state from scheduling.group_v"
                           " where lower(name) = lower($1) or group_id = $2"},
        {"register_groups",
            "select name from scheduling.group_v order by first_day desc limit 5000"},
        &groups, {&group, &group_leaders, &group_meetings, &group_roster, &trace, NULL}},
    {"leader", "leaders", "no leader is called",
        REGISTER_STATE | REGISTER_DISTRICT | REGISTER_SITUATION, "active resting later ended",
        {"register_leader", "select leader_id, home_unit from scheduling.leader_register_v"
                            " where lower(work_name) = lower($1) or leader_id = $2"},
        {"register_leaders", "select work_name from scheduling.leader_register_v limit 5000"},
        &leaders,
        {&leader, &leader_trainings, &leader_hours, &leader_absences, &leader_groups,
            &leader_meetings, NULL}},
    {"room", "rooms", "no room is called", REGISTER_DISTRICT, "",
        {"register_room",
            "select room_id, site || ', ' || name from scheduling.room_card_v"
            " where lower(site || ', ' || name) = lower($1) or lower(name) = lower($1)"
            "  or room_id = $2"},
        {"register_rooms", "select site || ', ' || name from scheduling.room_card_v limit 5000"},
        &rooms, {&room, &room_hours, &room_bookings, NULL}},
    {"meeting", "meetings", "no meeting is called (GROUP NUMBER)",
        REGISTER_STATE | REGISTER_DISTRICT | REGISTER_SITUATION | REGISTER_DAYS | REGISTER_GROUP |
            REGISTER_LEADER,
        "planned held cancelled",
        {"register_meeting",
            "select m.meeting_id, m.day || ' ' || m.state from scheduling.meeting_v m"
            " join scheduling.group_v g using (group_id) where m.meeting_id = $2"
            "  or lower(g.name || ' ' || m.meeting_no) = lower($1) and m.state <> 'cancelled'"},
        {"register_meetings",
            "select name || ' 1' from scheduling.group_v order by first_day desc limit 5000"},
        &meetings, {&meeting, &meeting_leaders, &meeting_attendance, NULL}},
};

const struct register_thing *register_thing(const char *word)
{
    for (size_t i = 0; i < COUNT(things); i++)
        if (text_is(text_of(word), things[i].one) || text_is(text_of(word), things[i].many))
            return &things[i];
    return NULL;
}

struct params *register_params(struct arena *arena, const struct register_filter *filter)
{
    struct params *params = params_new(arena);

    param_text(params, filter->state);
    param_text(params, filter->district);
    param_text(params, filter->situation);
    param_day(params, filter->from);
    param_day(params, filter->to);
    param_uuid(params, filter->group);
    param_uuid(params, filter->leader);
    return params;
}

/* "; near: Björken, Eken", or what lists them all. */
static const char *near_words(
    struct arena *arena, const struct rows *rows, struct text named, const char *list)
{
    struct text *words = ARENA_ARRAY(arena, struct text, rows_count(rows) + 1);
    const char *sentence = "";
    size_t places[NEAR_MOST];

    for (size_t i = 0; i < rows_count(rows); i++)
        words[i] = row_text(rows, i, 0);
    const size_t count = near_find(words, rows_count(rows), named, places);
    for (size_t i = 0; i < count; i++)
        sentence =
            arena_format(arena, "%s%s%s", sentence, i ? ", " : "; near: ", words[places[i]].data);
    return count ? sentence : arena_format(arena, "; `gruppstod get %s` lists them", list);
}

static bool one_of(struct arena *arena, const struct register_thing *thing, struct text named,
    const struct rows *rows, struct uuid *id, struct error *error)
{
    const char *list = "";

    *id = row_uuid(rows, 0, 0);
    if (rows_count(rows) == 1)
        return true;
    for (size_t i = 0; i < rows_count(rows) && i < NEAR_MOST; i++) {
        char text[UUID_TEXT + 1];
        const struct text which = row_text(rows, i, 1);
        uuid_format(row_uuid(rows, i, 0), text);
        list = arena_format(arena, "%s%s%s (%s)", list, i ? ", " : "", text, which.data);
    }
    return error_set(error, ERROR_CONFLICT, "%zu %s are called %.60s: say the id, %s",
        rows_count(rows), thing->many, named.data, list);
}

static bool find(struct tx *tx, struct arena *arena, const struct register_thing *thing,
    struct text named, struct uuid *id, struct error *error)
{
    struct params *params = params_new(arena);
    struct uuid said = {.bytes = {0}};
    struct rows *rows;

    uuid_parse(named, &said);
    param_text(params, named);
    param_uuid(params, said);
    if (!tx_query(tx, &thing->exact, params, &rows, error))
        return false;
    if (rows_count(rows) > 0)
        return one_of(arena, thing, named, rows, id, error);
    return tx_query(tx, &thing->names, NULL, &rows, error) &&
           error_set(error, ERROR_ABSENT, "%s %.60s%s", thing->called, named.data,
               near_words(arena, rows, named, thing->many));
}

bool register_find(struct store *store, struct arena *arena, const struct register_thing *thing,
    struct text named, struct uuid *id, struct error *error)
{
    struct tx *tx = tx_begin(store, arena, error);
    const bool good = tx && find(tx, arena, thing, named, id, error);

    tx_rollback(tx);
    return good;
}

bool register_district(struct store *store, struct arena *arena, struct text named,
    struct text *code, struct error *error)
{
    static const struct statement look = {"register_district",
        "select code, lower($1) in (code, lower(name)) from scheduling.district_v order by 1"};
    struct params *params = params_new(arena);
    struct tx *tx = tx_begin(store, arena, error);
    struct rows *rows;

    param_text(params, named);
    bool good = tx && tx_query(tx, &look, params, &rows, error);
    *code = (struct text){NULL, 0};
    for (size_t i = 0; good && i < rows_count(rows); i++)
        if (row_bool(rows, i, 1)) {
            const struct text found = row_text(rows, i, 0);
            *code = (struct text){arena_copy(arena, found.data, found.length), found.length};
        }
    if (good && !code->data)
        good = error_set(error, ERROR_ABSENT, "there is no district %.60s%s", named.data,
            near_words(arena, rows, named, "rooms"));
    tx_rollback(tx);
    return good;
}
