/*
 * notification - who is told what, when, safely
 *
 * Hears:  place_offered, referral_placed, group_cancelled, group_confirmed
 * Says:   letter_settled, task_wanted
 * Keeps:  contact grants, letters, links (schemas/sql/040_notification.sql)
 *
 * Who is told is decided once, in the transaction of the message: a true clearance, a safe contact,
 * a grant, the words. The words hold no name, no address and no token. The way out is sender.c's,
 * which reads all of that again. Without a clearance that matching cannot have made, nothing is
 * decided at all.
 *
 * What a letter's next state is, who is written to and at what hour: core/ decides.
 */
#include "services/notification/notification.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/contact.h"
#include "common/secrets.h"
#include "common/token.h"
#include "notification_pages.h"
#include "notification_port.h"
#include "services/notification/notification_store.h"

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
    KEY("quiet_periods", CONF_BOOL, hours.quiet_periods, "no", 0, 0,
        "Whether letters rest in weeks 26-32 and over the new year."),
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

/* --- who is told --- */

struct telling { /* lives in the slice's arena */
    struct context *context;
    struct slice *slice; /* NULL: a bad clearance is nobody's message */
    const struct cause *causes;
    enum purpose purpose;
    int64_t wait_ms; /* until the hour when letters may go */
    struct decision *decisions;
    struct task_wanted *tasks;
    struct letter_settled *settled;
    size_t decision_count, task_count, settled_count;
};

static void want_task(
    struct telling *telling, const struct cause *cause, enum task_kind kind, const char *note)
{
    telling->tasks[telling->task_count++] = (struct task_wanted){
        .task_id = uuid_new(telling->context->now_ms),
        .referral_id = cause->referral_id,
        .kind = kind,
        .due_at_ms = task_due_ms(telling->context->now_ms),
        .note = text_of(note),
    };
}

static struct decision new_decision(const struct telling *telling, const struct cause *cause)
{
    return (struct decision){
        .letter_id = uuid_new(telling->context->now_ms),
        .event_id = cause->event_id,
        .referral_id = cause->referral_id,
        .clearance_id = cause->clearance_id,
        .answers_version = cause->answers_version,
        .purpose = telling->purpose,
        .verified_at_ms = INT_ABSENT,
    };
}

/* No letter, but a person: the decision is kept as one, and matching hears how it ended. */
static void decide_task(
    struct telling *telling, const struct cause *cause, enum task_kind kind, const char *note)
{
    struct decision *decision = &telling->decisions[telling->decision_count++];

    *decision = new_decision(telling, cause);
    decision->state = LETTER_TASK;
    decision->person_id = cause->referral_id;
    telling->settled[telling->settled_count++] = (struct letter_settled){
        .letter_id = decision->letter_id,
        .referral_id = cause->referral_id,
        .offer_id = cause->event_id,
        .purpose = telling->purpose,
        .end = LETTER_END_TASK,
    };
    want_task(telling, cause, kind, note);
}

static bool decide_letter(struct telling *telling, const struct cause *cause,
    const struct reader *reader, struct error *error)
{
    struct arena *arena = telling->context->arena;
    const struct secrets *secrets = own.house->secrets;
    struct decision *decision = &telling->decisions[telling->decision_count++];
    const struct letter_draft draft = {
        telling->purpose, reader->language, reader->code, cause->expires_at_ms};
    struct letter_words words;
    char token[TOKEN_TEXT + 1];
    uint8_t hash[TOKEN_HASH];

    if (!press_words(own.press, arena, &draft, &words, error))
        return false;
    *decision = new_decision(telling, cause);
    decision->state = LETTER_RENDERED;
    decision->person_id = reader->person_id;
    decision->language = words.language;
    decision->subject = words.subject;
    decision->body = words.body;
    decision->verified_at_ms = reader->contact.verified_at_ms;
    decision->wait_ms = telling->wait_ms;
    token_make(secrets_key(secrets, SECRET_LETTERS), "offer", decision->letter_id, token);
    CHECK(token_hash(secrets_key(secrets, SECRET_TOKEN), "offer", text_of(token), hash));
    decision->token_hash = (struct text){arena_copy(arena, hash, sizeof hash), sizeof hash};
    return true;
}

static bool decide_readers(struct telling *telling, const struct cause *cause,
    const struct reader *readers, size_t count, struct error *error)
{
    struct arena *arena = telling->context->arena;
    struct letter_contact *contacts = ARENA_ARRAY(arena, struct letter_contact, count);
    bool *chosen = ARENA_ARRAY(arena, bool, count);

    for (size_t i = 0; i < count; i++)
        contacts[i] = readers[i].contact;
    if (recipients_choose(contacts, count, telling->context->now_ms, chosen) == 0) {
        decide_task(telling, cause, TASK_KIND_NO_SAFE_CONTACT,
            "nobody has a safe e-mail address that was asked for in the last 90 days");
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (chosen[i] && !decide_letter(telling, cause, &readers[i], error))
            return false;
    return true;
}

/* A clearance that was never made, or for something else, is no mistake of a family: the message
 * goes to the dead letters, where a person sees it. */
static void refuse(
    struct telling *telling, const struct cause *cause, enum clearance_verdict verdict)
{
    const char *reason = arena_format(
        telling->context->arena, "no letter: the clearance is %s", clearance_verdict_name(verdict));

    want_task(telling, cause, TASK_KIND_LETTER_FAILED, reason);
    if (telling->slice)
        slice_reject(telling->slice, cause->message, reason);
}

/* One cause with all persons of its referral. */
static bool decide_cause(
    struct telling *telling, const struct reader *readers, size_t count, struct error *error)
{
    const struct cause *cause = &telling->causes[readers[0].cause];
    const struct clearance_row *safety = &readers[0].safety;
    const struct clearance_claim claim = {
        cause->clearance_id, cause->referral_id, cause->answers_version};
    enum clearance_verdict verdict = CLEARANCE_FORGED;

    if (safety->known)
        verdict = clearance_check(secrets_key(own.house->secrets, SECRET_CLEARANCE),
            &safety->clearance, safety->mac, &claim, telling->context->now_ms);
    switch (verdict) {
    case CLEARANCE_FORGED:
    case CLEARANCE_FOREIGN:
        refuse(telling, cause, verdict);
        return true;
    case CLEARANCE_OUTDATED:
        decide_task(telling, cause, TASK_KIND_LETTER_FAILED, "the clearance has run out");
        return true;
    case CLEARANCE_VALID:
        break;
    }
    if (!safety->current) {
        decide_task(telling, cause, TASK_KIND_LETTER_FAILED,
            "the clearance is not for the newest answers, or the family has withdrawn");
        return true;
    }
    return decide_readers(
        telling, cause, readers, uuid_absent(readers[0].person_id) ? 0 : count, error);
}

/* The one path of all letters: load, decide, write, say; what goes out is claimed afterwards. */
static bool tell(struct context *context, struct slice *slice, const struct cause *causes,
    size_t count, enum purpose purpose, struct error *error)
{
    struct telling telling = {context, slice, causes, purpose,
        sending_wait_ms(&settings.hours, context->now_ms), NULL, NULL, NULL, 0, 0, 0};
    const struct reader *readers;
    size_t reader_count;

    if (count == 0)
        return true;
    if (!notification_load_readers(context, causes, count, &readers, &reader_count, error))
        return error_while(error, "loading clearances and contacts");
    telling.decisions = ARENA_ARRAY(context->arena, struct decision, reader_count + count);
    telling.tasks = ARENA_ARRAY(context->arena, struct task_wanted, count);
    telling.settled = ARENA_ARRAY(context->arena, struct letter_settled, count);
    for (size_t first = 0, next; first < reader_count; first = next) {
        for (next = first + 1; next < reader_count; next++)
            if (readers[next].cause != readers[first].cause)
                break;
        if (!decide_cause(&telling, &readers[first], next - first, error))
            return error_while(error, "writing a letter");
    }
    if (!notification_decide(context, telling.decisions, telling.decision_count, error))
        return error_while(error, "keeping letters");
    notification_send_letter_settled(context, telling.settled, telling.settled_count);
    notification_send_task_wanted(context, telling.tasks, telling.task_count);
    if (telling.decision_count > telling.settled_count)
        context_after_commit(context, sender_kick, NULL);
    return true;
}

/* --- what is heard --- */

bool notification_on_place_offered(struct context *context, const struct place_offered *messages,
    struct slice *slice, struct error *error)
{
    struct cause *causes = ARENA_ARRAY(context->arena, struct cause, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        causes[i] = (struct cause){.message = i,
            .event_id = messages[i].offer_id,
            .referral_id = messages[i].referral_id,
            .clearance_id = messages[i].clearance_id,
            .answers_version = messages[i].answers_version,
            .expires_at_ms = messages[i].expires_at_ms};
    return tell(context, slice, causes, slice->count, PURPOSE_OFFER, error);
}

/* The offers of messages that do not name theirs. */
static bool find_offers(struct context *context, const struct referral_placed *messages,
    struct uuid *offers, size_t count, struct error *error)
{
    struct group_of_referral *pairs = ARENA_ARRAY(context->arena, struct group_of_referral, count);
    bool missing = false;

    for (size_t i = 0; i < count; i++) {
        offers[i] = messages[i].offer_id;
        pairs[i] = (struct group_of_referral){messages[i].referral_id, messages[i].group_id};
        missing |= uuid_absent(offers[i]);
    }
    return !missing || notification_load_accepted(context, pairs, count, offers, error);
}

bool notification_on_referral_placed(struct context *context,
    const struct referral_placed *messages, struct slice *slice, struct error *error)
{
    struct cause *causes = ARENA_ARRAY(context->arena, struct cause, slice->count);
    struct uuid *offers = ARENA_ARRAY(context->arena, struct uuid, slice->count);
    size_t count = 0;

    if (!find_offers(context, messages, offers, slice->count, error))
        return error_while(error, "finding the accepted offers");
    for (size_t i = 0; i < slice->count; i++) {
        if (uuid_absent(offers[i]))
            continue; /* the place has been given back since: there is nothing to tell */
        causes[count++] = (struct cause){.message = i,
            .event_id = offers[i],
            .referral_id = messages[i].referral_id,
            .clearance_id = messages[i].clearance_id,
            .answers_version = messages[i].answers_version,
            .expires_at_ms = INT_ABSENT};
    }
    return tell(context, slice, causes, count, PURPOSE_START, error);
}

/* Letters about the group that have not gone yet are dropped when they are claimed; who was told
 * already is told of the end. */
bool notification_on_group_cancelled(struct context *context,
    const struct group_cancelled *messages, struct slice *slice, struct error *error)
{
    struct cause *causes;
    size_t count;

    if (!notification_load_told(
            context, COLUMN(messages, group_id), slice->count, &causes, &count, error))
        return error_while(error, "finding whom to tell");
    return tell(context, NULL, causes, count, PURPOSE_CANCELLED, error);
}

/* The start is told child by child, with a clearance each: that is referral_placed. */
bool notification_on_group_confirmed(struct context *context,
    const struct group_confirmed *messages, struct slice *slice, struct error *error)
{
    (void)context, (void)messages, (void)slice, (void)error;
    return true;
}

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
    if (!check_settings(error))
        return false;
    own.press = press_open(files, count, &settings.letter, error);
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
