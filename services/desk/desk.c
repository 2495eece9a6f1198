/*
 * desk - the staff's pages
 *
 * Hears:  task_wanted, letter_settled
 * Says:   room_kept, programme_approved,
 *         before_start_given, before_start_set, before_start_noted, interpreter_noted,
 *         clearance_decided, contact_noted, state_wanted, group_decided, attendance_noted,
 *         series_change_wanted, week_off_wanted, feed_wanted, supervision_kept,
 *         supervisee_wanted, supervision_met, supervision_noted, leader_tie_told, unit_kept,
 *         visit_wanted, visit_ended, board_wanted
 * Keeps:  staff accounts, sessions, tasks, notes of calls, letters in trouble
 *         (schemas/sql/060_desk.sql)
 *
 * It decides nothing about a referral: a person does, and the desk says so to the daemon that owns
 * it. It reads as gruppstod_desk_list, which never sees an identity; the one page that shows one
 * reads as gruppstod_desk_case, which never sees a situation (desk_identity.c). Who may what is in
 * core/rights.c.
 */
#include "common/check.h"
#include "desk_port.h"
#include "services/desk/desk_before_start.h"
#include "services/desk/desk_calendar.h"
#include "services/desk/desk_contact.h"
#include "services/desk/desk_evening_store.h"
#include "services/desk/desk_groups.h"
#include "services/desk/desk_life.h"
#include "services/desk/desk_parts.h"
#include "services/desk/desk_supervision.h"

static struct desk_settings settings;

#define DURATION(name_, field, fallback_, least_, most_, help_)                                    \
    {                                                                                              \
        .section = "desk", .name = name_, .type = CONF_DURATION,                                   \
        .offset = offsetof(struct desk_settings, field), .fallback = fallback_, .least = least_,   \
        .most = most_, .help = help_                                                               \
    }
#define NUMBER(field, fallback_, least_, most_, help_)                                             \
    {                                                                                              \
        .section = "desk", .name = #field, .type = CONF_INT,                                       \
        .offset = offsetof(struct desk_settings, field), .fallback = fallback_, .least = least_,   \
        .most = most_, .help = help_                                                               \
    }
#define TRUTH(section_, name_, field, help_)                                                       \
    {                                                                                              \
        .section = section_, .name = name_, .type = CONF_BOOL,                                     \
        .offset = offsetof(struct desk_settings, field), .fallback = "no", .help = help_           \
    }

static const struct conf_key conf[] = {
    DURATION("session_idle", idle_ms, "15min", 60000, 3600000,
        "After how long without a page one must sign in again: a minute to an hour."),
    DURATION("session_most", session_ms, "12h", 600000, 43200000,
        "How long a session lasts at most: ten minutes to twelve hours."),
    DURATION("forget_every", forget_every_ms, "5min", 1000, 3600000,
        "How often ended sessions and old failures are removed."),
    DURATION("escalate_every", escalate_every_ms, "15s", 100, 600000,
        "How often it is looked for calls about missing children that nobody has made."),
    DURATION("send_again", send_again_ms, "5s", 100, 600000,
        "How often contacts by phone that intake has not answered are sent again."),
    {.section = "desk",
        .name = "intake_endpoint",
        .type = CONF_TEXT,
        .offset = offsetof(struct desk_settings, intake_endpoint),
        .fallback = "",
        .least = 0,
        .most = 200,
        .help = "Intake's socket for partners: empty = ipc in the state folder, or ipc://..."},
    NUMBER(user_tries, "5", 1, 100, "Wrong passwords for one name before each costs a wait."),
    NUMBER(address_tries, "30", 1, 10000,
        "The same for one address: offices and proxies share one, so it is larger."),
    TRUTH("desk", "behind_tls", behind_tls,
        "Browsers reach the desk by https: cookies are then __Host- and Secure."),
    TRUTH("desk", "behind_proxy", behind_proxy,
        "A proxy of ours stands in front and writes X-Forwarded-For; else the header is ignored."),
    /* Other daemons' settings: read to be shown, obeyed there. */
    TRUTH("intake", "clear_green_automatically", clears, "Intake's: shown on every page."),
    TRUTH("intake", "spoken_automatically", speaks, "Intake's: shown on every page."),
    TRUTH("matching", "approve_groups_automatically", approves, "Matching's: shown on every page."),
    {.section = "notification",
        .name = "base_url",
        .type = CONF_TEXT,
        .offset = offsetof(struct desk_settings, base_url),
        .fallback = "http://127.0.0.1:8080",
        .least = 8,
        .most = 200,
        .help = "Notification's: a calendar's address begins with it too."},
};

/* --- what comes --- */

bool desk_on_task_wanted(struct context *context, const struct task_wanted *messages,
    struct slice *slice, struct error *error)
{
    struct text *senders = ARENA_ARRAY(context->arena, struct text, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        senders[i] = slice->envelopes[i].from;
    return desk_add_tasks(context, messages, senders, slice->count, error);
}

/* A letter that went out asks nothing of anybody. */
bool desk_on_letter_settled(struct context *context, const struct letter_settled *messages,
    struct slice *slice, struct error *error)
{
    struct letter_row *rows = ARENA_ARRAY(context->arena, struct letter_row, slice->count);
    size_t count = 0;

    for (size_t i = 0; i < slice->count; i++)
        if (messages[i].end != LETTER_END_SENT)
            rows[count++] = (struct letter_row){messages[i].letter_id, messages[i].referral_id,
                messages[i].offer_id, messages[i].purpose, messages[i].end};
    return count == 0 || desk_add_letters(context, rows, count, error);
}

/* --- what it is made of --- */

#define VISIT(method_, where, right_, function)                                                    \
    {                                                                                              \
        .pattern = {.method = method_,                                                             \
            .path = where,                                                                         \
            .data = &(const struct desk_page){.right = RIGHT_##right_, .show = function}},         \
        .mode = PAGE_SINGLE, .answer = desk_visit                                                  \
    }
#define OPEN(method_, where, mode_, function)                                                      \
    {                                                                                              \
        .pattern = {.method = method_, .path = where}, .mode = mode_, .answer = function           \
    }

static const struct page pages[] = {
    VISIT(HTTP_GET, "/", SIGNED_IN, desk_start_page),
    OPEN(HTTP_GET, "/in", PAGE_PLAIN, desk_sign_in_page),
    OPEN(HTTP_POST, "/in", PAGE_TAKEN, desk_sign_in_post),
    OPEN(HTTP_GET, "/sprak/{code}", PAGE_PLAIN, desk_language_page),
    OPEN(HTTP_GET, "/static/{file}", PAGE_PLAIN, desk_static_page),
    VISIT(HTTP_POST, "/ut", SIGNED_IN, desk_sign_out_post),
    VISIT(HTTP_GET, "/uppgifter", LIST, desk_tasks_page),
    VISIT(HTTP_GET, "/beslut", LIST, desk_to_clear_page),
    VISIT(HTTP_GET, "/ny-kontakt", DECIDE, desk_new_contact_page),
    VISIT(HTTP_GET, "/ny-kontakt/fraga", DECIDE, desk_question_page),
    VISIT(HTTP_POST, "/ny-kontakt/fraga", DECIDE, desk_question_post),
    VISIT(HTTP_GET, "/ny-kontakt/{contact}", DECIDE, desk_contact_page),
    VISIT(HTTP_POST, "/ny-kontakt/{contact}/ta-over", DECIDE, desk_contact_take_post),
    {.pattern = {.method = HTTP_POST,
         .path = "/ny-kontakt/{contact}",
         .data = &(const struct desk_page){.right = RIGHT_DECIDE}},
        .mode = PAGE_TAKEN,
        .answer = desk_contact_post},
    VISIT(HTTP_GET, "/vantelista", LIST, desk_list_page),
    VISIT(HTTP_GET, "/vantelista.csv", LIST, desk_list_file),
    VISIT(HTTP_GET, "/sok", LIST, desk_search_page),
    VISIT(HTTP_GET, "/kort/{referral}", LIST, desk_card_page),
    VISIT(HTTP_POST, "/kort/{referral}/beslut", DECIDE, desk_decide_post),
    VISIT(HTTP_POST, "/kort/{referral}/samtal", DECIDE, desk_call_post),
    VISIT(HTTP_POST, "/kort/{referral}/anteckning", DECIDE, desk_note_post),
    VISIT(HTTP_POST, "/kort/{referral}/flytt", DECIDE, desk_move_post),
    VISIT(HTTP_POST, "/kort/{referral}/grupp", DECIDE, desk_child_group_post),
    VISIT(HTTP_POST, "/kort/{referral}/enskilt", DECIDE, desk_talks_post),
    VISIT(HTTP_POST, "/kort/{referral}/motas", DECIDE, desk_apart_post),
    VISIT(HTTP_GET, "/kort/{referral}/kontakt", IDENTITY, desk_identity_page),
    VISIT(HTTP_POST, "/kort/{referral}/kontakt", IDENTITY, desk_identity_post),
    VISIT(HTTP_POST, "/uppgift/{task}/ta", DECIDE, desk_task_take_post),
    VISIT(HTTP_POST, "/uppgift/{task}/lamna", DECIDE, desk_task_back_post),
    VISIT(HTTP_POST, "/uppgift/{task}/klar", DECIDE, desk_task_end_post),
    VISIT(HTTP_POST, "/brev/{letter}/sett", DECIDE, desk_letter_seen_post),
    VISIT(HTTP_GET, "/grupper", GROUPS, desk_groups_page),
    VISIT(HTTP_POST, "/forslag/{group}", DECIDE, desk_proposal_post),
    VISIT(HTTP_POST, "/planer/{plan}", DECIDE, desk_plan_post),
    VISIT(HTTP_GET, "/plan", ALL_GROUPS, desk_board_now_page),
    VISIT(HTTP_GET, "/plan/{plan}", ALL_GROUPS, desk_board_page),
    VISIT(HTTP_POST, "/plan/{plan}", DECIDE, desk_board_plan_post),
    VISIT(HTTP_GET, "/plan/{plan}/{group}", ALL_GROUPS, desk_board_group_page),
    VISIT(HTTP_GET, "/grupper/{group}", GROUPS, desk_group_page),
    VISIT(HTTP_GET, "/grupper/{group}/lista", ATTENDANCE, desk_evening_list_page),
    VISIT(HTTP_POST, "/grupper/{group}/lista", ATTENDANCE, desk_evening_list_post),
    VISIT(HTTP_GET, "/grupper/{group}/fore", GROUPS, desk_before_start_page),
    VISIT(HTTP_POST, "/grupper/{group}/fore/tider", ATTENDANCE, desk_times_post),
    VISIT(HTTP_POST, "/grupper/{group}/fore/tid", ATTENDANCE, desk_time_post),
    VISIT(HTTP_POST, "/grupper/{group}/fore/utfall", ATTENDANCE, desk_outcome_post),
    VISIT(HTTP_POST, "/grupper/{group}/fore/tolk", DECIDE, desk_interpreter_post),
    VISIT(HTTP_GET, "/grupper/{group}/fore/{family}", ATTENDANCE, desk_checklist_page),
    VISIT(HTTP_POST, "/grupper/{group}/fore/{family}/lista", ATTENDANCE, desk_checklist_post),
    VISIT(HTTP_POST, "/grupper/{group}/fore/{family}/visa", ATTENDANCE, desk_checklist_show),
    VISIT(HTTP_POST, "/grupper/{group}/fore/{family}/orolig", ATTENDANCE, desk_before_worry_post),
    VISIT(HTTP_GET, "/grupper/{group}/traff/{meeting}", ATTENDANCE, desk_meeting_page),
    VISIT(HTTP_POST, "/grupper/{group}/traff/{meeting}", ATTENDANCE, desk_meeting_post),
    VISIT(HTTP_GET, "/grupper/{group}/serie", DECIDE, desk_series_page),
    VISIT(HTTP_POST, "/grupper/{group}/serie", DECIDE, desk_series_post),
    VISIT(HTTP_GET, "/ideer", ALL_GROUPS, desk_ideas_page),
    VISIT(HTTP_POST, "/ideer", DECIDE, desk_ideas_post),
    VISIT(HTTP_GET, "/ideer/{group}", ALL_GROUPS, desk_idea_page),
    VISIT(HTTP_POST, "/ideer/{group}", DECIDE, desk_idea_post),
    VISIT(HTTP_POST, "/grupper/{group}/lage", DECIDE, desk_life_post),
    VISIT(HTTP_GET, "/karta", ALL_GROUPS, desk_map_page),
    VISIT(HTTP_GET, "/kalender/{kind}/{id}", GROUPS, desk_timetable_page),
    VISIT(HTTP_GET, "/kalendrar", GROUPS, desk_calendars_page),
    VISIT(HTTP_POST, "/kalendrar/{kind}/{id}", GROUPS, desk_calendar_post),
    VISIT(HTTP_POST, "/kort/{referral}/kalender", DECIDE, desk_calendar_family_post),
    VISIT(HTTP_GET, "/ledare", ALL_GROUPS, desk_leaders_page),
    VISIT(HTTP_GET, "/mina-timmar", GROUPS, desk_own_leader_page),
    VISIT(HTTP_GET, "/ledare/{leader}", GROUPS, desk_leader_page),
    VISIT(HTTP_POST, "/ledare/{leader}", DECIDE, desk_leader_post),
    VISIT(HTTP_POST, "/ledare/{leader}/utbildning", DECIDE, desk_training_post),
    VISIT(HTTP_POST, "/ledare/{leader}/timmar", DECIDE, desk_release_post),
    VISIT(HTTP_POST, "/ledare/{leader}/franvaro", ATTENDANCE, desk_absence_post),
    VISIT(HTTP_POST, "/ledare/{leader}/jav", ATTENDANCE, desk_conflict_post),
    VISIT(HTTP_POST, "/ledare/{leader}/band", DECIDE, desk_tie_post),
    VISIT(HTTP_POST, "/vikarie/{search}", DECIDE, desk_substitute_post),
    VISIT(HTTP_GET, "/handledning", ALL_GROUPS, desk_supervisions_page),
    VISIT(HTTP_GET, "/handledning/{supervision}", GROUPS, desk_supervision_page),
    VISIT(HTTP_POST, "/handledning/{supervision}", DECIDE, desk_supervision_post),
    VISIT(HTTP_POST, "/handledning/{supervision}/medlem", DECIDE, desk_supervisee_post),
    VISIT(HTTP_POST, "/handledning/{supervision}/dag", DECIDE, desk_supervision_date_post),
    VISIT(HTTP_POST, "/handledning/{supervision}/kom", ATTENDANCE, desk_supervision_came_post),
    VISIT(HTTP_GET, "/besok", ALL_GROUPS, desk_units_page),
    VISIT(HTTP_GET, "/besok/{unit}", ALL_GROUPS, desk_unit_page),
    VISIT(HTTP_POST, "/besok/{unit}", DECIDE, desk_unit_post),
    VISIT(HTTP_POST, "/besok/{unit}/dag", DECIDE, desk_visit_post),
    VISIT(HTTP_POST, "/besok/{unit}/utfall", DECIDE, desk_visit_end_post),
    VISIT(HTTP_POST, "/grupper/{group}/foraldrar", ATTENDANCE, desk_parents_post),
    VISIT(HTTP_GET, "/grupper/{group}/saknas/{task}", ATTENDANCE, desk_missing_contact_page),
    VISIT(HTTP_POST, "/grupper/{group}/saknas/{task}", ATTENDANCE, desk_missing_contact_post),
    VISIT(HTTP_POST, "/grupper/{group}/saknas/{task}/ringt", ATTENDANCE, desk_missing_done_post),
    VISIT(HTTP_GET, "/grupper/{group}/orolig/{referral}", ATTENDANCE, desk_worry_page),
    VISIT(HTTP_POST, "/grupper/{group}/orolig/{referral}", ATTENDANCE, desk_worry_post),
    VISIT(HTTP_GET, "/program", GROUPS, desk_programmes_page),
    VISIT(HTTP_GET, "/program/{programme}", GROUPS, desk_programme_page),
    VISIT(HTTP_POST, "/program/{programme}/namnd", DECIDE, desk_board_post),
    VISIT(HTTP_POST, "/program/{programme}/godkann", DECIDE, desk_approve_post),
    VISIT(HTTP_GET, "/lov", ALL_GROUPS, desk_year_page),
    VISIT(HTTP_POST, "/lov", DECIDE, desk_year_post),
    VISIT(HTTP_GET, "/lokaler", ALL_GROUPS, desk_rooms_page),
    VISIT(HTTP_GET, "/lokaler/{room}", ALL_GROUPS, desk_room_page),
    VISIT(HTTP_POST, "/lokaler/{room}", DECIDE, desk_room_post),
    VISIT(HTTP_GET, "/koer", QUEUES, desk_queues_page),
    {.pattern = {.method = HTTP_GET,
         .path = "/koer/nu",
         .data = &(const struct desk_page){RIGHT_QUEUES, desk_queues_stream, true}},
        .mode = PAGE_SINGLE,
        .answer = desk_visit},
    VISIT(HTTP_GET, "/koer/stopp/{mark}", QUEUES, desk_dead_page),
    VISIT(HTTP_POST, "/koer/stopp/{mark}/igen", CONTROL, desk_dead_retry_post),
    VISIT(HTTP_GET, "/koer/stopp/{mark}/{id}", QUEUES, desk_dead_one_page),
    VISIT(HTTP_POST, "/koer/stopp/{mark}/{id}/igen", CONTROL, desk_dead_retry_post),
    VISIT(HTTP_POST, "/koer/stopp/{mark}/{id}/visa", CONTROL, desk_dead_show_post),
    VISIT(HTTP_POST, "/koer/stopp/{mark}/{id}/andra", CONTROL, desk_dead_edit_post),
    VISIT(HTTP_POST, "/koer/stopp/{mark}/{id}/lamna", CONTROL, desk_dead_hand_over_post),
    VISIT(HTTP_GET, "/vantan", LIST, desk_shape_page),
    VISIT(HTTP_GET, "/tangenter", SIGNED_IN, desk_keys_page),
    VISIT(HTTP_POST, "/koer/{daemon}", CONTROL, desk_control_post),
    VISIT(HTTP_GET, "/{page}", SIGNED_IN, desk_missing_page),
    VISIT(HTTP_GET, "/{page}/{more}", SIGNED_IN, desk_missing_page),
    VISIT(HTTP_GET, "/{page}/{more}/{more}", SIGNED_IN, desk_missing_page),
};

static const struct rhythm rhythms[] = {
    {"escalate_missing", offsetof(struct desk_settings, escalate_every_ms), desk_escalate_missing},
    {"forget_contacts", offsetof(struct desk_settings, forget_every_ms), desk_forget_contacts},
    {"forget_old", offsetof(struct desk_settings, forget_every_ms), desk_forget_old},
    {"send_contacts", offsetof(struct desk_settings, send_again_ms), desk_contact_again},
};

static const char *const keys[] = {"session.key", "seal.key", "seal.pub", "token.key", NULL};

/* Its handlers need nothing but the transaction. */
static bool serve(struct house *house, struct error *error)
{
    return desk_start(house, &settings, error) && desk_sign_in_open(house, error) &&
           desk_contact_open(house, error);
}

static void settle_all(struct house *house)
{
    desk_contact_settle(house);
    desk_sign_in_settle(house);
}

static void close_all(struct house *house)
{
    desk_contact_close(house);
    desk_sign_in_close();
    desk_end();
}

const struct service desk_service = {
    .name = "desk",
    .role = "gruppstod_desk_list",
    .durability = SERVICE_DURABLE,
    .conf = conf,
    .conf_count = COUNT(conf),
    .settings = &settings,
    .routes = desk_routes,
    .route_count = DESK_ROUTE_COUNT,
    .rhythms = rhythms,
    .rhythm_count = COUNT(rhythms),
    .pages = pages,
    .page_count = COUNT(pages),
    .keys = keys,
    .unavailable = desk_unavailable,
    .serve = serve,
    .settle = settle_all,
    .close = close_all,
};
