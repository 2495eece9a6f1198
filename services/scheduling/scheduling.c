/*
 * scheduling - books rooms and leaders for a group's whole series, and keeps its roster
 *
 * Hears:  group_wanted (booking.c), place_offered, place_taken, place_released;
 *         series_change_wanted, week_off_wanted (series_change.c); group_act_wanted,
 *         merge_settled (group_life.c);
 *         idea_wanted, idea_counted (idea.c); before_start_wanted, before_start_given,
 *         before_start_set, before_start_chosen, before_start_noted, interpreter_noted
 *         (before_start.c); attendance_noted, child_away_said (missing.c); supervision_kept,
 *         supervisee_wanted, supervision_met, supervision_noted, leader_tie_told (supervision.c);
 *         unit_kept, visit_wanted, visit_ended (visits.c); room_kept, programme_approved
 *         (register.c)
 * Says:   group_booked | group_refused, group_confirmed, group_cancelled, meeting_held,
 *         before_start_ended, leader_told, family_told, task_wanted, catalogue_changed (to whoever
 *         listens)
 * Keeps:  programmes, leaders, rooms, terms, groups, meetings, bookings, the roster
 *         (schemas/sql/020_scheduling.sql)
 *
 * A group is booked whole or not at all: the database refuses a room or a leader that is taken, and
 * then the answer is group_refused and matching looks for another way. A group is confirmed with
 * the child that makes it enough; with too few it is cancelled some days before its start, so that
 * rooms, leaders and children are free for what can be. A running group is never cancelled here.
 *
 * When a series lies is core/series.c's decision, whether it may be booked core/booking.c's,
 * whether it starts core/start.c's. Which child gets which place is matching's.
 */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/before_start.h"
#include "services/scheduling/core/start.h"
#include "services/scheduling/group_life.h"
#include "services/scheduling/idea.h"
#include "services/scheduling/leaders.h"
#include "services/scheduling/scheduling.h"
#include "services/scheduling/scheduling_store.h"
#include "services/scheduling/series.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum { HELD_MOST = 500 /* meetings a rhythm tells of: more wait for the next, a moment later */ };

static struct settings {
    int64_t notice_ms;
    int64_t decide_before_ms;
    bool cancel_when_few;
    int64_t decide_every_ms;
    int64_t meetings_every_ms;
    int64_t missing_after_ms, missing_every_ms;
    int64_t material_before_ms, material_every_ms;
    int64_t before_start_every_ms;
    struct before_start_weeks weeks;
    struct leader_settings leaders;
} settings;

#define WEEKS(name_, field, fallback_, what_)                                                      \
    {                                                                                              \
        .section = "scheduling", .name = name_, .type = CONF_INT,                                  \
        .offset = offsetof(struct settings, weeks.field), .fallback = fallback_, .least = 0,       \
        .most = 26, .help = "How many weeks before a group's first meeting " what_ "."             \
    }

static const struct conf_key conf[] = {
    {"scheduling", "notice", CONF_DURATION, offsetof(struct settings, notice_ms), "28d",
        15 * DAY_MS, 180 * DAY_MS, NULL,
        "From a booking to the first meeting; a family has 10 working days for its answer."},
    {"scheduling", "decide_before", CONF_DURATION, offsetof(struct settings, decide_before_ms),
        "14d", 0, 90 * DAY_MS, NULL, "How long before the first meeting it is decided."},
    {"scheduling", "cancel_when_few", CONF_BOOL, offsetof(struct settings, cancel_when_few), "yes",
        0, 0, NULL, "Whether a group with too few children is then cancelled by itself."},
    {"scheduling", "decide_every", CONF_DURATION, offsetof(struct settings, decide_every_ms), "30s",
        100, DAY_MS, NULL, "How often it is looked which groups must be decided."},
    {"scheduling", "meetings_every", CONF_DURATION, offsetof(struct settings, meetings_every_ms),
        "10s", 100, DAY_MS, NULL, "How often it is looked which meetings are over."},
    {"scheduling", "missing_after", CONF_DURATION, offsetof(struct settings, missing_after_ms),
        "15min", 60000, 3600000, NULL,
        "How long after the start a child that is not noted, while others are, is missing."},
    {"scheduling", "missing_every", CONF_DURATION, offsetof(struct settings, missing_every_ms),
        "30s", 100, 600000, NULL, "How often it is looked who is missing."},
    {"scheduling", "material_before", CONF_DURATION, offsetof(struct settings, material_before_ms),
        "7d", DAY_MS, 60 * DAY_MS, NULL,
        "How long before a meeting its leaders are told what to "
        "bring."},
    {"scheduling", "material_every", CONF_DURATION, offsetof(struct settings, material_every_ms),
        "1min", 100, DAY_MS, NULL, "How often it is looked for what to bring."},
    {"scheduling", "before_start_every", CONF_DURATION,
        offsetof(struct settings, before_start_every_ms), "10min", 10, DAY_MS, NULL,
        "How often it is looked which steps to a start are done or late."},
    WEEKS("plan_weeks", plan, "8", "it is planned"),
    WEEKS("call_weeks", calls, "7", "all families have been spoken with"),
    WEEKS("time_weeks", times, "5", "the leaders have given times to meet the families"),
    WEEKS("meeting_weeks", meetings, "2", "all families have met the leaders"),
    WEEKS("decision_weeks", decision, "2", "it is decided that it starts"),
    {"scheduling", "conflicts_first", CONF_BOOL, offsetof(struct settings, leaders.conflicts_first),
        "yes", 0, 0, NULL,
        "Whether offers wait until each leader of a new group has said to know no child of it."},
    {"scheduling", "substitute_wait", CONF_DURATION,
        offsetof(struct settings, leaders.substitute_wait_ms), "4h", MINUTE_MS, 7 * DAY_MS, NULL,
        "How long a leader who was asked may be silent before the next is asked as well."},
    {"scheduling", "substitute_haste", CONF_DURATION,
        offsetof(struct settings, leaders.substitute_haste_ms), "20min", MINUTE_MS, DAY_MS, NULL,
        "The same when the meeting is less than a day away."},
    {"scheduling", "substitute_every", CONF_DURATION,
        offsetof(struct settings, leaders.substitute_every_ms), "30s", 100, DAY_MS, NULL,
        "How often it is looked whether the next must be asked."},
    {"scheduling", "ends_warning", CONF_DURATION, offsetof(struct settings, leaders.warn_ms), "60d",
        DAY_MS, 365 * DAY_MS, NULL, "How long before a contract or a training ends it is said."},
    {"scheduling", "leaders_every", CONF_DURATION, offsetof(struct settings, leaders.every_ms),
        "10min", 100, DAY_MS, NULL,
        "How often it is looked what ends soon and who has become experienced."},
    {"scheduling", "forecast_every", CONF_DURATION,
        offsetof(struct settings, leaders.forecast_every_ms), "1h", 100, DAY_MS, NULL,
        "How often the need of leaders is reckoned for twelve months."},
};

int64_t scheduling_missing_after_ms(void)
{
    return settings.missing_after_ms;
}

int64_t scheduling_material_days(void)
{
    return settings.material_before_ms / DAY_MS;
}

int32_t scheduling_notice_days(void)
{
    return (int32_t)(settings.notice_ms / DAY_MS);
}

const struct leader_settings *leader_settings(void)
{
    return &settings.leaders;
}

/* What the catalogue's listeners are told through; made at the start, never changed. */
static struct house *own_house;

struct changed {
    struct uuid *group_ids;
    size_t count;
    int64_t at_ms;
};

static void publish(void *data)
{
    const struct changed *changed = data;

    for (size_t i = 0; i < changed->count; i++)
        if (i == 0 || !uuid_equal(changed->group_ids[i], changed->group_ids[i - 1]))
            scheduling_publish_catalogue_changed(
                own_house, &(struct catalogue_changed){changed->group_ids[i], changed->at_ms});
}

/* Once for each group of the slice, when it is committed. */
static void tell_catalogue(
    struct context *context, const struct uuid *first, size_t stride, size_t count)
{
    struct changed *changed = ARENA_NEW(context->arena, struct changed);

    if (count == 0)
        return;
    changed->group_ids = ARENA_ARRAY(context->arena, struct uuid, count);
    for (size_t i = 0; i < count; i++)
        changed->group_ids[i] = *(const struct uuid *)((const char *)first + i * stride);
    qsort(changed->group_ids, count, sizeof *changed->group_ids, uuid_compare);
    changed->count = count;
    changed->at_ms = context->now_ms;
    context_after_commit(context, publish, changed);
}

void scheduling_tell_catalogue(
    struct context *context, const struct uuid *first, size_t stride, size_t count)
{
    tell_catalogue(context, first, stride, count);
}

bool scheduling_on_place_offered(struct context *context, const struct place_offered *messages,
    struct slice *slice, struct error *error)
{
    return scheduling_count_offers(context, messages, slice->count, error);
}

static void judge(struct slice *slice, size_t index, enum roster_end end)
{
    switch (end) {
    case ROSTER_PUT:
    case ROSTER_SAME:
    case ROSTER_OLD:
        return;
    case ROSTER_HELD:
        slice_retry(slice, index, 100, "the child before has not left the place yet");
        return;
    case ROSTER_OVER:
        slice_reject(slice, index, "the group has no such place");
        return;
    case ROSTER_UNKNOWN:
        slice_reject(slice, index, "there is no such group");
        return;
    }
}

/* Those that are enough now will start. */
static bool confirm(
    struct context *context, const struct uuid *group_ids, size_t count, struct error *error)
{
    const struct group_confirmed *confirmed;
    size_t confirmed_count;

    if (!scheduling_confirm_groups(context, group_ids, count, &confirmed, &confirmed_count, error))
        return error_while(error, "confirming groups");
    scheduling_send_group_confirmed(context, confirmed, confirmed_count);
    return true;
}

/* A child that a person has moved: the leaders of both groups have another roster. */
static bool tell_of_moves(struct context *context, const struct place_taken *messages, size_t count,
    const enum roster_end *ends, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (ends[i] == ROSTER_PUT && !uuid_absent(messages[i].moved_from) &&
            !(group_life_tell_leaders(context, messages[i].group_id, messages[i].offer_id,
                  LEADER_PURPOSE_ROSTER_CHANGED, error) &&
                group_life_tell_leaders(context, messages[i].moved_from, messages[i].offer_id,
                    LEADER_PURPOSE_ROSTER_CHANGED, error)))
            return false;
    return true;
}

bool scheduling_on_place_taken(struct context *context, const struct place_taken *messages,
    struct slice *slice, struct error *error)
{
    enum roster_end *ends = ARENA_ARRAY(context->arena, enum roster_end, slice->count);
    struct uuid *groups = ARENA_ARRAY(context->arena, struct uuid, slice->count);
    size_t count = 0;

    if (!scheduling_take_places(context, messages, slice->count, ends, error))
        return error_while(error, "taking places");
    for (size_t i = 0; i < slice->count; i++) {
        judge(slice, i, ends[i]);
        if (ends[i] == ROSTER_PUT)
            groups[count++] = messages[i].group_id;
    }
    if (count == 0)
        return true;
    tell_catalogue(context, groups, sizeof *groups, count);
    return tell_of_moves(context, messages, slice->count, ends, error) &&
           confirm(context, groups, count, error);
}

bool scheduling_on_place_released(struct context *context, const struct place_released *messages,
    struct slice *slice, struct error *error)
{
    tell_catalogue(context, COLUMN(messages, group_id), slice->count);
    return scheduling_release_places(context, messages, slice->count, error) &&
           before_start_released(context, messages, slice->count, error);
}

static bool cancel(
    struct context *context, const struct uuid *group_ids, size_t count, struct error *error)
{
    const char *reason = cancel_reason_names[CANCEL_REASON_FEW_CHILDREN];
    const struct uuid *ended;
    size_t ended_count;

    if (!scheduling_cancel_groups(context, group_ids, count, reason, &ended, &ended_count, error))
        return error_while(error, "cancelling groups");
    for (size_t i = 0; i < ended_count; i++) {
        scheduling_send_group_cancelled(context,
            &(struct group_cancelled){ended[i], text_of(reason), CANCEL_REASON_FEW_CHILDREN}, 1);
        if (!group_life_tell_leaders(
                context, ended[i], ended[i], LEADER_PURPOSE_GROUP_ENDED, error))
            return false;
    }
    tell_catalogue(context, ended, sizeof *ended, ended_count);
    return true;
}

/* Which groups near their start will start, and which not. */
static bool decide_starts(struct context *context, struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    const int64_t days = settings.decide_before_ms / DAY_MS;
    const struct group_start *starts;
    size_t count, few = 0, enough = 0;

    if (!scheduling_load_starts(context, today + (int32_t)days, &starts, &count, error))
        return false;
    struct uuid *cancelled = ARENA_ARRAY(context->arena, struct uuid, count);
    struct uuid *confirmed = ARENA_ARRAY(context->arena, struct uuid, count);
    for (size_t i = 0; i < count; i++)
        switch (start_decide(today, starts[i].first_day, days, starts[i].taken, starts[i].least)) {
        case START_WAIT:
            break;
        case START_CONFIRM:
            confirmed[enough++] = starts[i].group_id;
            break;
        case START_CANCEL:
            cancelled[few++] = starts[i].group_id;
            break;
        }
    if (few > 0 && settings.cancel_when_few && !cancel(context, cancelled, few, error))
        return false;
    return enough == 0 || confirm(context, confirmed, enough, error);
}

/* What time has done: groups begin, meetings have been held, groups are finished. */
static bool pass_time(struct context *context, struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    const struct uuid *begun, *finished;
    const struct meeting_held *held;
    size_t begun_count, held_count, finished_count;

    if (!scheduling_begin_groups(context, today, &begun, &begun_count, error) ||
        !scheduling_hold_meetings(context, HELD_MOST, &held, &held_count, error) ||
        !scheduling_finish_groups(context, today, &finished, &finished_count, error))
        return false;
    scheduling_send_meeting_held(context, held, held_count);
    tell_catalogue(context, begun, sizeof *begun, begun_count);
    tell_catalogue(context, finished, sizeof *finished, finished_count);
    return true;
}

/* What is due and late before each group's start. */
static bool look_before_start(struct context *context, struct error *error)
{
    return before_start_look_at_leaders(context, error) &&
           before_start_look(context, &settings.weeks, error);
}

static const struct rhythm rhythms[] = {
    {"decide_starts", offsetof(struct settings, decide_every_ms), decide_starts},
    {"pass_time", offsetof(struct settings, meetings_every_ms), pass_time},
    {"look_before_start", offsetof(struct settings, before_start_every_ms), look_before_start},
    {"count_for_ideas", offsetof(struct settings, decide_every_ms), idea_ask_for_counts},
    {"ask_about_few", offsetof(struct settings, decide_every_ms), group_life_ask_about_few},
    {"look_for_missing", offsetof(struct settings, missing_every_ms), scheduling_look_for_missing},
    {"tell_material", offsetof(struct settings, material_every_ms), scheduling_tell_material},
    {"leaders", offsetof(struct settings, leaders.every_ms), leaders_look},
    {"substitutes", offsetof(struct settings, leaders.substitute_every_ms), substitutes_look},
    {"forecast", offsetof(struct settings, leaders.forecast_every_ms), leaders_look_ahead},
};

static bool open_house(struct house *house, struct error *error)
{
    (void)error;
    own_house = house;
    return true;
}

const struct service scheduling_service = {
    .name = "scheduling",
    .role = "gruppstod_scheduling",
    .durability = SERVICE_RELAXED,
    .conf = conf,
    .conf_count = COUNT(conf),
    .settings = &settings,
    .routes = scheduling_routes,
    .route_count = SCHEDULING_ROUTE_COUNT,
    .rhythms = rhythms,
    .rhythm_count = COUNT(rhythms),
    .open = open_house,
};
