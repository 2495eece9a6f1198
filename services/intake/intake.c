/*
 * intake - everything that comes from outside
 *
 * Hears:  clearance_decided, referral_reached, referral_placed, feed_wanted; forms over HTTP and
 *         from partners
 * Says:   referral_received, referral_cleared, referral_red, offer_answered, before_start_chosen,
 *         child_away_said, task_wanted
 * Keeps:  referrals as received, sealed identities, safety answers, consents, clearances, answers
 *         to offers (schemas/sql/010_intake.sql), addresses of calendars (095_notices.sql), forms
 *         that are begun and not sent (099_drafts.sql)
 *
 * A receipt is told after the commit and never before. Who a child is, is sealed in the slice that
 * takes it in, to a key that this process does not have. What is complete, safe and plausible is
 * decided in core/register.c.
 */
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/clearance.h"
#include "common/domain/protection.h"
#include "common/secrets.h"
#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"
#include "services/intake/intake_start.h"

static struct intake_settings settings;

#define KEY(field, kind, otherwise, from, to, words)                                               \
    {                                                                                              \
        .section = "intake", .name = #field, .type = kind,                                         \
        .offset = offsetof(struct intake_settings, field), .fallback = otherwise, .least = from,   \
        .most = to, .help = words                                                                  \
    }

static const struct conf_key conf[] = {
    KEY(clear_green_automatically, CONF_BOOL, "no", 0, 0,
        "Clear green referrals without violence by rule; violence and \"vet inte\" never."),
    KEY(spoken_automatically, CONF_BOOL, "no", 0, 0,
        "Take the same referrals as spoken with: a demo has nobody who calls."),
    KEY(no_assessment, CONF_BOOL, "no", 0, 0,
        "Say on the first page that no assessment is needed; only where the board has decided it."),
    {.section = "intake",
        .name = "clearance_time",
        .type = CONF_DURATION,
        .offset = offsetof(struct intake_settings, clearance_ms),
        .fallback = "90d",
        .least = 86400000,
        .most = 31622400000,
        .help =
            "How long a clearance holds before the questions are asked again: a day to a year."},
    {.section = "intake",
        .name = "form_least",
        .type = CONF_DURATION,
        .offset = offsetof(struct intake_settings, form_least_ms),
        .fallback = "2s",
        .least = 0,
        .most = 60000,
        .help =
            "A form that comes back sooner is looked at by a person first; it is never refused."},
    {.section = "intake",
        .name = "slots_every",
        .type = CONF_DURATION,
        .offset = offsetof(struct intake_settings, slots_every_ms),
        .fallback = "30s",
        .least = 100,
        .most = 3600000,
        .help = "How often the weekly times are read again for the form."},
    {.section = "intake",
        .name = "draft_time",
        .type = CONF_DURATION,
        .offset = offsetof(struct intake_settings, draft_ms),
        .fallback = "14d",
        .least = 60000,
        .most = 31622400000,
        .help = "How long a form that was begun and not sent is kept, from its last change."},
    {.section = "intake",
        .name = "drafts_every",
        .type = CONF_DURATION,
        .offset = offsetof(struct intake_settings, drafts_every_ms),
        .fallback = "10min",
        .least = 100,
        .most = 86400000,
        .help = "How often drafts that are too old are deleted."},
    KEY(drafts_most, CONF_INT, "20000", 1, 1000000,
        "So many drafts at most; then the form is shown on one page, which keeps none."),
    KEY(partner_endpoint, CONF_TEXT, "", 0, 200,
        "Where partners send forms: empty = an ipc socket in the state folder, or tcp://..."),
    KEY(partner_server_key, CONF_TEXT, "", 0, 300,
        "File with intake's CURVE key pair (zcert); tcp is refused without it."),
    KEY(partner_client_keys, CONF_TEXT, "", 0, 300,
        "Folder with the public CURVE keys of the partners; tcp is refused without it."),
    KEY(phone, CONF_TEXT, "08-000 00 00", 0, 40, "The number that the pages show."),
    KEY(phone_hours, CONF_TEXT, T("vardagar 9-16"), 0, 60, "When somebody answers it."),
    KEY(social_day, CONF_TEXT, "08-000 00 01", 0, 40, "The social services in the daytime."),
    KEY(social_night, CONF_TEXT, "08-000 00 02", 0, 40, "On-call social services."),
    KEY(leave_to, CONF_TEXT, "https://www.smhi.se/", 8, 200, "Where the quick exit leads."),
    KEY(po_folder, CONF_TEXT, "", 0, 300,
        "Folder with po/CODE.po of more languages: the pages speak them from the next start."),
    {.section = "notification",
        .name = "base_url",
        .type = CONF_TEXT,
        .offset = offsetof(struct intake_settings, base_url),
        .fallback = "http://127.0.0.1:8080",
        .least = 8,
        .most = 200,
        .help = "Notification's: a calendar's address begins with it too."},
};

/* Decisions of coordinators */

struct decisions {
    struct decision_row *rows;
    struct clearance_row *clearances;
    struct referral_cleared *cleared;
    struct referral_red *red;
    struct task_wanted *tasks;
    size_t count, cleared_count, said_clear, red_count, task_count;
};

static void clear(struct context *context, const struct clearance_decided *message,
    struct decided_row *now, struct decisions *all)
{
    struct clearance_row *clearance = &all->clearances[all->cleared_count++];
    char by[UUID_TEXT + 1];

    if (now->safety == SAFETY_RED) { /* a person's new look at it makes new answers */
        now->answers_version++;
        now->safety = SAFETY_UNSURE;
    }
    uuid_format(message->by, by);
    *clearance = (struct clearance_row){
        .clearance_id = uuid_new(context->now_ms),
        .referral_id = message->referral_id,
        .answers_version = now->answers_version,
        .urgency = message->urgency,
        .cleared_by = {arena_copy(context->arena, by, UUID_TEXT), UUID_TEXT},
        .valid_until_ms = context->now_ms + settings.clearance_ms,
        .spoken = message->spoken,
    };
    clearance_mac(secrets_key(intake_house()->house->secrets, SECRET_CLEARANCE),
        &(struct clearance){clearance->clearance_id, clearance->referral_id,
            clearance->answers_version, REGISTER_RULES, clearance->cleared_by,
            clearance->valid_until_ms},
        clearance->mac);
    if (now->complete)
        all->cleared[all->said_clear++] =
            (struct referral_cleared){message->referral_id, ++now->said, clearance->clearance_id,
                now->answers_version, clearance->valid_until_ms, message->urgency, message->spoken};
}

static void redden(struct context *context, const struct clearance_decided *message,
    struct decided_row *now, struct decisions *all)
{
    if (now->safety != SAFETY_RED)
        now->answers_version++;
    now->safety = SAFETY_RED;
    if (now->complete)
        all->red[all->red_count++] =
            (struct referral_red){message->referral_id, ++now->said, now->answers_version};
    all->tasks[all->task_count++] = (struct task_wanted){
        .task_id = uuid_new(context->now_ms),
        .referral_id = message->referral_id,
        .kind = TASK_KIND_PROTECTION,
        .due_at_ms = context->now_ms + PROTECTION_LATE_MS,
        .note = TEXT("A coordinator has found danger: hand over today, by phone, and note who "
                     "received it."),
    };
}

static void decide(struct context *context, const struct clearance_decided *message,
    struct decided_row *now, struct decisions *all)
{
    const int64_t seen = now->answers_version;
    const size_t clearances = all->cleared_count;

    switch (message->decision) {
    case CLEARANCE_DECISION_CLEAR:
        clear(context, message, now, all);
        break;
    case CLEARANCE_DECISION_RED:
        redden(context, message, now, all);
        break;
    case CLEARANCE_DECISION_HOLD:
    case CLEARANCE_DECISION_NONE:
        break;
    }
    all->rows[all->count++] = (struct decision_row){
        .referral_id = message->referral_id,
        .by = message->by,
        .decision = message->decision,
        .safety = now->safety,
        .answers_version = now->answers_version,
        .cleared_version = all->cleared_count > clearances ? now->answers_version : INT_ABSENT,
        .said = now->said,
        .new_answers = now->answers_version != seen,
    };
}

static bool write_decisions(struct context *context, struct decisions *all, struct error *error)
{
    if (all->count == 0)
        return true;
    if (!intake_set_decisions(context, all->rows, all->count, error))
        return error_while(error, "writing %zu decisions", all->count);
    if (all->cleared_count &&
        !intake_add_clearances(context, all->clearances, all->cleared_count, error))
        return error_while(error, "writing clearances");
    if (all->said_clear)
        intake_send_referral_cleared(context, all->cleared, all->said_clear);
    if (all->red_count)
        intake_send_referral_red(context, all->red, all->red_count);
    if (all->task_count)
        intake_send_task_wanted(context, all->tasks, all->task_count);
    return true;
}

static bool seen_in_slice(const struct clearance_decided *messages, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (uuid_equal(messages[j].referral_id, messages[i].referral_id))
            return true;
    return false;
}

bool intake_on_clearance_decided(struct context *context, const struct clearance_decided *messages,
    struct slice *slice, struct error *error)
{
    struct uuid *referrals = ARENA_ARRAY(context->arena, struct uuid, slice->count);
    struct decided_row *now = ARENA_ARRAY(context->arena, struct decided_row, slice->count);
    struct decisions all = {
        .rows = ARENA_ARRAY(context->arena, struct decision_row, slice->count),
        .clearances = ARENA_ARRAY(context->arena, struct clearance_row, slice->count),
        .cleared = ARENA_ARRAY(context->arena, struct referral_cleared, slice->count),
        .red = ARENA_ARRAY(context->arena, struct referral_red, slice->count),
        .tasks = ARENA_ARRAY(context->arena, struct task_wanted, slice->count),
    };

    for (size_t i = 0; i < slice->count; i++)
        referrals[i] = messages[i].referral_id;
    if (!intake_lock_decided(context, referrals, slice->count, now, error))
        return error_while(error, "reading what is decided about");
    for (size_t i = 0; i < slice->count; i++) {
        if (!now[i].found)
            slice_reject(slice, i, "no such referral");
        else if (seen_in_slice(messages, i)) /* the second sees what the first has changed */
            slice_retry(slice, i, 100, "another decision on it goes first");
        else if (messages[i].answers_version == now[i].answers_version)
            decide(context, &messages[i], &now[i], &all);
        /* Else the answers have changed since: the coordinator sees the new ones and decides. */
    }
    return write_decisions(context, &all, error);
}

/* What the receipt may tell */

bool intake_on_referral_reached(struct context *context, const struct referral_reached *messages,
    struct slice *slice, struct error *error)
{
    return intake_set_states(context, COLUMN(messages, referral_id), COLUMN(messages, version),
        slice->count, "reached", error);
}

bool intake_on_referral_placed(struct context *context, const struct referral_placed *messages,
    struct slice *slice, struct error *error)
{
    return intake_set_states(context, COLUMN(messages, referral_id), COLUMN(messages, version),
        slice->count, "placed", error);
}

/* What it is made of */

#define GET(where, function)                                                                       \
    {                                                                                              \
        .pattern = {.method = HTTP_GET, .path = where}, .mode = PAGE_SLICE, .answer = function     \
    }
#define POST(where, function)                                                                      \
    {                                                                                              \
        .pattern = {.method = HTTP_POST, .path = where}, .mode = PAGE_SLICE, .answer = function    \
    }

#define ALONE(method_, where, function)                                                            \
    {                                                                                              \
        .pattern = {.method = method_, .path = where}, .mode = PAGE_SINGLE, .answer = function     \
    }

#define PLAIN(where, function)                                                                     \
    {                                                                                              \
        .pattern = {.method = HTTP_GET, .path = where}, .mode = PAGE_PLAIN, .answer = function     \
    }

#define DRAFT(where)                                                                               \
    ALONE(HTTP_GET, where, intake_draft_page), ALONE(HTTP_POST, where, intake_draft_post)

static const struct page pages[] = {
    {.pattern = {.method = HTTP_POST, .path = "/api/v1/referrals", .json_body_ok = true},
        .mode = PAGE_SLICE,
        .answer = intake_referrals_api},
    GET("/api/v1/referrals/{receipt}", intake_status_api),
    GET("/api/v1/groups", intake_groups_api),
    ALONE(HTTP_GET, "/api/v1/groups/{id}", intake_group_api),
    PLAIN("/api/v1/openapi.json", intake_openapi_api),
    PLAIN("/static/{file}", intake_static_page),
    ALONE(HTTP_GET, "/lamna", intake_leave_page),
    PLAIN("/robots.txt", intake_robots_page),
    GET("/sitemap.xml", intake_sitemap_page),
    PLAIN("/", intake_start_page),
    PLAIN("/{lang}/", intake_start_page),
    PLAIN("/{lang}/akut", intake_urgent_page),
    PLAIN("/{lang}/sa-gar-det-till", intake_info_page),
    PLAIN("/{lang}/sekretess", intake_info_page),
    PLAIN("/{lang}/rattigheter", intake_info_page),
    PLAIN("/{lang}/personuppgifter", intake_info_page),
    PLAIN("/{lang}/tillganglighet", intake_info_page),
    PLAIN("/{lang}/kontakt", intake_info_page),
    GET("/{lang}/grupper", intake_groups_page),
    ALONE(HTTP_GET, "/{lang}/grupper/{id}", intake_group_page),
    ALONE(HTTP_GET, "/{lang}/grupper/{id}/kalender.ics", intake_group_calendar),
    GET("/{lang}/material", intake_material_page),
    GET("/{lang}/material/{kind}", intake_material_page),
    PLAIN("/{lang}/kvitto", intake_receipt_ask_page),
    GET("/{lang}/kvitto/{receipt}", intake_receipt_page),
    GET("/{lang}/kvitto/{receipt}/svar.txt", intake_receipt_text),
    PLAIN("/{lang}/barn", intake_child_page),
    PLAIN("/{lang}/barn/fragor", intake_form_page),
    POST("/{lang}/barn/fragor", intake_form_post),
    DRAFT("/{lang}/barn/fragor/{draft}/{page}"),
    PLAIN("/{lang}/foralder", intake_begin_page),
    POST("/{lang}/foralder", intake_form_post),
    PLAIN("/{lang}/foralder/allt", intake_form_page),
    DRAFT("/{lang}/foralder/{draft}/{page}"),
    PLAIN("/{lang}/anmal", intake_begin_page),
    POST("/{lang}/anmal", intake_form_post),
    PLAIN("/{lang}/anmal/allt", intake_form_page),
    DRAFT("/{lang}/anmal/{draft}/{page}"),
    ALONE(HTTP_GET, "/{lang}/fortsatt", intake_resume_page),
    ALONE(HTTP_POST, "/{lang}/fortsatt", intake_resume_post),
    GET("/kalender/{file}", intake_feed_page),
    GET("/{lang}/tider/{token}", intake_dates_page),
    POST("/{lang}/tider/{token}", intake_dates_post),
    GET("/{lang}/uppdrag/{token}", intake_dates_page),
    POST("/{lang}/uppdrag/{token}", intake_dates_post),
    GET("/{lang}/svar/{token}", intake_offer_page),
    POST("/{lang}/svar/{token}", intake_offer_post),
    ALONE(HTTP_GET, "/{lang}/inhopp/{token}", intake_substitute_page),
    ALONE(HTTP_POST, "/{lang}/inhopp/{token}", intake_substitute_post),
    ALONE(HTTP_GET, "/{lang}/kvall/{token}", intake_evening_page),
    ALONE(HTTP_POST, "/{lang}/kvall/{token}", intake_evening_post),
    ALONE(HTTP_GET, "/{lang}/traff/{token}", intake_before_start_page),
    ALONE(HTTP_POST, "/{lang}/traff/{token}", intake_before_start_post),
    ALONE(HTTP_GET, "/{lang}/traff/{token}/kalender.ics", intake_before_start_calendar),
    PLAIN("/{lang}", intake_start_page),
    PLAIN(HTTP_ELSE, intake_missing_page),
};

static const struct rhythm rhythms[] = {
    {"read_slots", offsetof(struct intake_settings, slots_every_ms), intake_read_slots},
    {"sweep_drafts", offsetof(struct intake_settings, drafts_every_ms), intake_sweep_drafts},
};

static const char *const keys[] = {
    "seal.pub", "clearance.key", "index.key", "letters.key", "token.key", "audit.key", NULL};

/* Who comes before the rhythm's first round finds the weekly times too. */
static bool read_slots(struct context *context, void *unused, struct error *error)
{
    (void)unused;
    return intake_read_slots(context, error);
}

static bool open_all(struct house *house, struct error *error)
{
    return intake_start(house, &settings, error);
}

static bool serve(struct house *house, struct error *error)
{
    return house_transact(house, read_slots, NULL, error) && intake_partner_open(house, error);
}

static void close_all(struct house *house)
{
    intake_partner_close(house);
    intake_end();
}

const struct service intake_service = {
    .name = "intake",
    .role = "gruppstod_intake",
    .durability = SERVICE_DURABLE,
    .conf = conf,
    .conf_count = COUNT(conf),
    .settings = &settings,
    .routes = intake_routes,
    .route_count = INTAKE_ROUTE_COUNT,
    .rhythms = rhythms,
    .rhythm_count = COUNT(rhythms),
    .pages = pages,
    .page_count = COUNT(pages),
    .keys = keys,
    .unavailable = intake_unavailable,
    .open = open_all,
    .serve = serve,
    .close = close_all,
};
