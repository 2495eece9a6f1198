/*
 * notification - who is told what, when, safely
 *
 * Hears:  place_offered, referral_placed, group_cancelled, group_confirmed, family_told,
 *         leader_told, wait_explained
 * Says:   letter_settled, task_wanted
 * Keeps:  contact grants, letters, links (schemas/sql/040_notification.sql, 095_notices.sql)
 *
 * Who is told is decided once, in the transaction of the message: tell_family.c, tell_leader.c. The
 * words hold no name, no address and no token. The way out is sender.c's, which reads all of what
 * was decided on again.
 *
 * What a letter's next state is, who is written to and at what hour: core/ decides.
 */
#include "services/notification/notification.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/calendar.h"
#include "common/check.h"
#include "common/domain/contact.h"
#include "common/secrets.h"
#include "notification_pages.h"
#include "services/notification/tell.h"

static struct notification_settings settings;

static struct { /* for the process's life */
    struct house *house;
    struct press *press;
    char *folder;
} own;

static const char *const outlets[] = {"folder", "smtp", "hold", NULL};
static const char *const tls_words[] = {"required", "off", NULL};

#define KEY(key, kind, field, standard, low, high, sentence)                                       \
    {                                                                                              \
        .section = "notification", .name = key, .type = kind,                                      \
        .offset = offsetof(struct notification_settings, field), .fallback = standard,             \
        .least = low, .most = high, .help = sentence                                               \
    }

static const struct conf_key conf[] = {
    {.section = "notification",
        .name = "outlet",
        .type = CONF_CHOICE,
        .offset = offsetof(struct notification_settings, outlet),
        .fallback = "folder",
        .choices = outlets,
        .help = "Where letters go: folder (files, and a page that shows them), smtp, or hold."},
    {.section = "notification",
        .name = "smtp_tls",
        .type = CONF_CHOICE,
        .offset = offsetof(struct notification_settings, smtp_tls),
        .fallback = "required",
        .choices = tls_words,
        .help = "Whether the relay must offer TLS with a good certificate; off is for this host."},
    KEY("folder", CONF_TEXT, folder, "", 0, 0, "Folder of the letters; empty: mail below var."),
    KEY("base_url", CONF_TEXT, letter.base_url, "http://127.0.0.1:8080", 8, 200,
        "Where the public pages are, as families reach them; no slash at the end."),
    KEY("from", CONF_TEXT, letter.from, "samordningen@stad.example.org", 5, 254,
        "The sender's address; bounces come there."),
    KEY("from_name", CONF_TEXT, letter.from_name, "Samordningen", 1, 60,
        "The sender's name: nothing that tells what it is about."),
    KEY("reply_to", CONF_TEXT, letter.reply_to, "", 0, 254,
        "Where answers by mail go; empty: to the sender."),
    KEY("phone", CONF_TEXT, letter.phone, "08-000 00 00", 3, 40, "The number that letters show."),
    KEY("phone_hours", CONF_TEXT, letter.phone_hours, "9–16", 1, 40,
        "When somebody answers it, on working days."),
    KEY("website", CONF_TEXT, letter.website, "stad.example.org", 3, 100,
        "Where a doubting reader finds the number too."),
    KEY("signed_by", CONF_TEXT, letter.signed_by, "", 0, 60,
        "A first name under the letters; empty: the office alone."),
    KEY("send_from_hour", CONF_INT, hours.from_hour, "7", 0, 23,
        "No letter goes before that hour of the local day."),
    KEY("send_to_hour", CONF_INT, hours.to_hour, "21", 1, 24,
        "No letter goes from that hour on; 24: until midnight."),
    KEY("quiet_periods", CONF_BOOL, hours.quiet_periods, "yes", 0, 0,
        "Whether families' letters rest while their clocks do: see [quiet]."),
    KEY("smtp_url", CONF_TEXT, smtp_url, "smtp://127.0.0.1:25", 8, 200,
        "The mail relay: smtp://host:port, or smtps:// for TLS from the start."),
    KEY("smtp_user", CONF_TEXT, smtp_user, "", 0, 200, "Sign-in at the relay; empty: none."),
    KEY("smtp_password_file", CONF_TEXT, smtp_password_file, "", 0, 500,
        "File with the password of the sign-in, 0400."),
    KEY("smtp_ca_file", CONF_TEXT, smtp_ca_file, "", 0, 500,
        "Certificates that the relay's is checked by; empty: the host's."),
    KEY("parallel", CONF_INT, parallel, "4", 1, SMTP_PARALLEL_MOST,
        "Letters in delivery at a time; each has a thread and a connection."),
    KEY("connect_timeout", CONF_DURATION, connect_ms, "20s", 100, 300000,
        "For a connection to the relay, with TLS."),
    KEY("stage_timeout", CONF_DURATION, stage_ms, "60s", 1000, 600000,
        "For the relay's reply to each command, the final dot too."),
    KEY("total_timeout", CONF_DURATION, total_ms, "150s", 1000, 1800000, "For a letter in all."),
    KEY("send_every", CONF_DURATION, send_every_ms, "1s", 50, 60000,
        "How often retries and quiet hours are looked at; new letters do not wait for it."),
};

/* --- begin and end --- */

static bool check_settings(struct error *error)
{
    const struct letter_house *letter = &settings.letter;
    const char *const shown[] = {letter->from, letter->from_name, letter->base_url};

    for (size_t i = 0; i < COUNT(shown); i++) {
        const char *word = sender_tells(text_of(shown[i]));
        if (word)
            return error_set(error, ERROR_INPUT,
                "notification: \"%s\" has \"%s\" in it: a letter's sender and links are seen by "
                "others at home, choose neutral ones",
                shown[i], word);
    }
    if (!contact_email_ok(text_of(letter->from)) ||
        (*letter->reply_to && !contact_email_ok(text_of(letter->reply_to))))
        return error_set(error, ERROR_INPUT,
            "notification.from and reply_to must be e-mail addresses a relay can take");
    if (settings.hours.from_hour >= settings.hours.to_hour)
        return error_set(
            error, ERROR_INPUT, "notification.send_from_hour must be before send_to_hour");
    if (letter->base_url[strlen(letter->base_url) - 1] == '/')
        return error_set(error, ERROR_INPUT, "notification.base_url must not end with a slash");
    return true;
}

static bool open_notification(struct house *house, struct error *error)
{
    const struct embedded_file *files;
    size_t count;

    own.house = house;
    files = notification_pages(&count);
    if (!check_settings(error) || !calendar_open(error))
        return false;
    own.press = press_open(files, count, &settings.letter, error);
    tell_open(&(const struct teller){house, own.press, &settings});
    return own.press != NULL;
}

static bool serve(struct house *house, struct error *error)
{
    CHECK(asprintf(&own.folder, "%s%s", *settings.folder ? settings.folder : house->var,
              *settings.folder ? "" : "/mail") > 0);
    if (settings.outlet == OUTLET_FOLDER)
        mailbox_open(own.folder, own.press);
    return sender_open(house, &settings, own.folder, own.press, error);
}

static void close_notification(struct house *house)
{
    (void)house;
    sender_close();
    press_close(own.press);
    calendar_close();
    free(own.folder);
    own.press = NULL;
    own.folder = NULL;
}

static const struct rhythm rhythms[] = {
    {"send_due", offsetof(struct notification_settings, send_every_ms), sender_send_due},
};

static const struct page pages[] = {
    {{HTTP_GET, "/", NULL, false}, PAGE_SINGLE, mailbox_list},
    {{HTTP_GET, "/mail/{letter}", NULL, false}, PAGE_SINGLE, mailbox_mail},
    {{HTTP_GET, "/mail/{letter}/letter", NULL, false}, PAGE_SINGLE, mailbox_letter},
    {{HTTP_GET, "/static/gruppstod.css", "gruppstod.css", false}, PAGE_SINGLE, mailbox_sheet},
    {{HTTP_GET, "/static/mailbox.css", "mailbox.css", false}, PAGE_SINGLE, mailbox_sheet},
};

static const char *const keys[] = {
    "seal.key", "seal.pub", "clearance.key", "letters.key", "token.key", NULL};

const struct service notification_service = {
    .name = "notification",
    .role = "gruppstod_notification",
    .durability = SERVICE_DURABLE,
    .conf = conf,
    .conf_count = COUNT(conf),
    .settings = &settings,
    .routes = notification_routes,
    .route_count = NOTIFICATION_ROUTE_COUNT,
    .rhythms = rhythms,
    .rhythm_count = COUNT(rhythms),
    .pages = pages,
    .page_count = COUNT(pages),
    .keys = keys,
    .open = open_notification,
    .serve = serve,
    .close = close_notification,
};
