/*
 * The first half of a letter's way out: what is due is read again, claimed and handed over.
 *
 * In the claim's transaction clearance, safe contact and offer are looked at once more; only then
 * the address is unsealed and the letter gets its bytes, which are sealed again beside it. After
 * the commit the outlet has it. Killed at any point, the letter's lease runs out and the table in
 * core/letter_state.h says what then.
 */
#include "services/notification/sender.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/domain/contact.h"
#include "common/identity.h"
#include "common/log.h"
#include "common/seal.h"
#include "common/secrets.h"
#include "common/token.h"
#include "services/notification/invitation.h"
#include "services/notification/outlet_folder.h"

enum {
    LEASE_SPARE_MS = 30 * 1000, /* a claim's commit and its settling, on a bad day */
    PASSWORD_MOST = 256,
};

#define MIME_COLUMN "notification.letter.mime"

static struct sender own;

struct claim { /* lives in the slice's arena; what the outlet keeps it copies */
    struct seal_batch batch;
    struct change *changes;
    struct task_of_letter *tasks;
    struct outlet_letter *letters;
    struct in_hand *in_hand;
    struct uuid *unsafe; /* persons whose contact may not be used any more */
    size_t change_count, task_count, letter_count, unsafe_count;
};

/* --- what still holds --- */

static bool family_holds(const struct due *due, int64_t now_ms)
{
    switch (due->about.purpose) {
    case PURPOSE_OFFER:
        return text_is(due->offer_state, "pending") && due->expires_at_ms > now_ms &&
               !due->group_cancelled;
    case PURPOSE_START:
        return text_is(due->offer_state, "accepted") && !due->group_cancelled;
    case PURPOSE_SERIES_CHANGED:
    case PURPOSE_BEFORE_START:
    case PURPOSE_BEFORE_START_BOOKED:
    case PURPOSE_TALKS:
        return due->in_group && !due->group_cancelled;
    case PURPOSE_WAIT:
        return due->waits;
    case PURPOSE_CANCELLED:
    case PURPOSE_POSTPONED:
    case PURPOSE_MOVED:
    case PURPOSE_MERGED:
        return true;
    case PURPOSE_NONE:
    case PURPOSE_RECEIPT:
        break;
    }
    return false;
}

static bool leader_holds(const struct due *due)
{
    switch (due->about.leader_purpose) {
    case LEADER_PURPOSE_GROUP_GIVEN:
    case LEADER_PURPOSE_SUBSTITUTE_ASKED:
    case LEADER_PURPOSE_SERIES_CHANGED:
    case LEADER_PURPOSE_ROSTER_CHANGED:
    case LEADER_PURPOSE_MATERIAL:
    case LEADER_PURPOSE_BEFORE_START:
    case LEADER_PURPOSE_SUBSTITUTE_GIVEN:
    case LEADER_PURPOSE_SUBSTITUTE_SETTLED:
    case LEADER_PURPOSE_SUBSTITUTE_BOOKED:
        return due->leader_active && !due->group_cancelled;
    case LEADER_PURPOSE_GROUP_ENDED:
    case LEADER_PURPOSE_MISSING_CHILD:
    case LEADER_PURPOSE_TRAINING_ENDS:
    case LEADER_PURPOSE_SUPERVISION_GIVEN:
    case LEADER_PURPOSE_SUPERVISION_CHANGED:
    case LEADER_PURPOSE_VISIT_GIVEN:
    case LEADER_PURPOSE_VISIT_CHANGED:
        return due->leader_active;
    case LEADER_PURPOSE_NONE:
        break;
    }
    return false;
}

static bool cleared(const struct due *due, int64_t now_ms)
{
    const struct clearance_row *safety = &due->safety;
    const struct clearance_claim claim = {
        due->clearance_id, due->referral_id, due->answers_version};

    return safety->known && safety->current &&
           clearance_check(secrets_key(own.house->secrets, SECRET_CLEARANCE), &safety->clearance,
               safety->mac, &claim, now_ms) == CLEARANCE_VALID;
}

static enum letter_event judge(const struct due *due, int64_t now_ms)
{
    const bool leader = due->about.reader == READER_LEADER;
    const struct letter_sight sight = {
        .state = due->facts.state,
        .offer_holds = leader ? leader_holds(due) : family_holds(due, now_ms),
        .cleared = leader || cleared(due, now_ms), /* the gate is about families */
        .contact_safe = due->contact_known && contact_safe(&due->contact, now_ms),
    };

    return letter_judge(&sight);
}

/* --- the bytes --- */

static bool unseal_address(
    struct context *context, const struct due *due, struct text *address, struct error *error)
{
    const struct seal_place place = {IDENTITY_COLUMN, due->person_id};
    struct text plain;

    if (due->about.reader == READER_LEADER) {
        *address = due->address;
        return contact_email_ok(*address) ||
               error_set(error, ERROR_INPUT, "the leader's address cannot be used");
    }
    if (!seal_open(own.opener, context->arena, &place, (struct seal){due->sealed, due->wrapped_key},
            &plain, error))
        return false;
    *address = identity_get(plain, "email");
    if (!contact_email_ok(*address))
        return error_set(error, ERROR_INPUT, "there is no e-mail address that can be used");
    return true;
}

/* Without the calendar when it does not fit: the words and the link say the same. */
static bool print_copy(
    struct context *context, struct letter_copy *copy, struct text *mime, struct error *error)
{
    if (!press_bytes(own.press, context->arena, copy, mime, error))
        return false;
    if (mime->length > SEAL_PLAIN && copy->calendar.method) {
        copy->calendar.method = NULL;
        return print_copy(context, copy, mime, error);
    }
    if (mime->length > SEAL_PLAIN)
        return error_set(error, ERROR_INPUT, "the letter is longer than can be sealed");
    return true;
}

static bool make_bytes(struct context *context, const struct due *due,
    const struct invitation *invitation, struct text address, int64_t dated_at_ms,
    struct text *mime, struct error *error)
{
    const struct letter_house *house = &own.settings->letter;
    const struct invitation_people people = {
        text_of(house->from), text_of(house->from_name), address};
    char *token = arena_take(context->arena, TOKEN_TEXT + 1);
    struct letter_copy copy = {
        .letter_id = due->letter_id,
        .about = due->about,
        .words = {due->language, due->subject, due->body},
        .token = {token, TOKEN_TEXT},
        .recipient = address,
        .dated_at_ms = dated_at_ms,
    };

    token_make(secrets_key(own.house->secrets, SECRET_LETTERS),
        link_token_purpose(letter_link(&due->about)), due->letter_id, token);
    if (invitation)
        copy.calendar = invitation_write(context->arena, invitation, &people, dated_at_ms);
    return print_copy(context, &copy, mime, error);
}

/* The letter as it goes out: made at its first claim, the same bytes at each later one. */
static bool prepare(struct context *context, struct claim *claim, const struct due *due,
    const struct invitation *invitation, struct change *change, struct outlet_letter *letter,
    struct error *error)
{
    const struct seal_place place = {MIME_COLUMN, due->letter_id};

    if (!unseal_address(context, due, &letter->recipient, error))
        return false;
    letter->letter_id = due->letter_id;
    if (due->mime.data)
        return seal_open(own.opener, context->arena, &place,
            (struct seal){due->mime, due->mime_key}, &letter->mime, error);
    /* Whole seconds: the Date header has no more, and the row must say the same. */
    change->dated_at_ms = context->now_ms / 1000 * 1000;
    if (!make_bytes(
            context, due, invitation, letter->recipient, change->dated_at_ms, &letter->mime, error))
        return false;
    const struct seal seal = seal_person(&claim->batch, context->arena, &place, letter->mime);
    change->mime = seal.sealed;
    change->mime_key = seal.wrapped_key;
    change->message_id = press_message_id(own.press, context->arena, due->letter_id);
    return true;
}

/* --- the claim --- */

static int64_t lease_ms(void)
{
    return LEASE_SPARE_MS + (own.smtp ? own.settings->total_ms : 0);
}

static void give_up(struct claim *claim, const struct due *due)
{
    const bool unsafe = !due->contact_known || due->contact.refused || !due->contact.email_ok;

    claim->tasks[claim->task_count++] =
        unsafe ? (struct task_of_letter){due->letter_id, TASK_KIND_NO_SAFE_CONTACT,
                     "the safe contact was withdrawn before the letter went"}
               : (struct task_of_letter){due->letter_id, TASK_KIND_LETTER_FAILED,
                     "the clearance or the contact no longer holds"};
    if (unsafe)
        claim->unsafe[claim->unsafe_count++] = due->person_id;
}

static void add_letter(struct claim *claim, const struct due *due, const struct change *change,
    struct outlet_letter letter)
{
    letter.tries = change->step.tries;
    claim->in_hand[claim->letter_count] = (struct in_hand){
        .letter_id = due->letter_id,
        .person_id = due->person_id,
        .facts = {change->step.state, change->step.tries, change->step.losses},
    };
    claim->letters[claim->letter_count++] = letter;
}

/* One letter: what is to happen to it, and its bytes when it goes. */
static void decide(struct context *context, struct claim *claim, const struct due *due,
    const struct invitation *invitation)
{
    enum letter_event event = judge(due, context->now_ms);
    struct change *change = &claim->changes[claim->change_count++];
    struct outlet_letter letter;
    struct error error = {ERROR_NONE, ""};

    *change = (struct change){.letter_id = due->letter_id,
        .was = due->facts.state,
        .was_tries = due->facts.tries,
        .dated_at_ms = INT_ABSENT,
        .reply = INT_ABSENT};
    if (event == LETTER_CLAIM) {
        const int64_t wait_ms =
            letter_wait_ms(&own.settings->hours, context->quiet, &due->about, context->now_ms);
        if (wait_ms > 0) {
            change->step = (struct letter_step){
                due->facts.state, wait_ms, due->facts.tries, due->facts.losses};
            return;
        }
        if (!prepare(context, claim, due, invitation, change, &letter, &error)) {
            log_event(LOG_LEVEL_WARNING, "letter_not_made", "reason=%s", error.text);
            event = LETTER_NOT_ALLOWED;
        }
    }
    CHECK(letter_next(&due->facts, event, &change->step));
    if (change->step.wait_ms == LETTER_LEASE)
        change->step.wait_ms = lease_ms();
    if (event == LETTER_CLAIM)
        add_letter(claim, due, change, letter);
    else if (event == LETTER_NOT_ALLOWED)
        give_up(claim, due);
}

static struct claim *new_claim(struct arena *arena, size_t count)
{
    struct claim *claim = ARENA_NEW(arena, struct claim);

    claim->changes = ARENA_ARRAY(arena, struct change, count);
    claim->tasks = ARENA_ARRAY(arena, struct task_of_letter, count);
    claim->letters = ARENA_ARRAY(arena, struct outlet_letter, count);
    claim->in_hand = ARENA_ARRAY(arena, struct in_hand, count);
    claim->unsafe = ARENA_ARRAY(arena, struct uuid, count);
    return claim;
}

static void settle_soon(void *unused);

static void deliver_into_folder(const struct claim *claim)
{
    struct outlet_report reports[CLAIM_MOST];

    folder_deliver(own.folder, claim->letters, claim->letter_count, reports);
    for (size_t i = 0; i < claim->letter_count; i++)
        settle_note(&own, &reports[i]);
    reactor_soon(own.house->reactor, settle_soon, NULL);
}

/* After the commit: the letters are ours until their lease ends. */
static void hand_over(void *data)
{
    const struct claim *claim = data;

    for (size_t i = 0; i < claim->letter_count; i++)
        own.in_hand[own.in_hand_count++] = claim->in_hand[i];
    if (own.settings->outlet == OUTLET_FOLDER) {
        deliver_into_folder(claim);
        return;
    }
    for (size_t i = 0; i < claim->letter_count; i++)
        smtp_take(own.smtp, &claim->letters[i]);
}

static size_t room(void)
{
    const size_t free_hands = IN_HAND_MOST - own.in_hand_count;
    size_t most = free_hands < CLAIM_MOST ? free_hands : CLAIM_MOST;

    if (own.settings->outlet == OUTLET_HOLD)
        return 0;
    if (own.smtp && smtp_room(own.smtp) < most)
        most = smtp_room(own.smtp);
    return most;
}

bool sender_send_due(struct context *context, struct error *error)
{
    const uint8_t *seal_key = secrets_key(own.house->secrets, SECRET_SEAL_PUBLIC);
    const size_t most = room();
    const struct due *due;
    const struct invitation **invitations;
    const struct changed *changed;
    struct claim *claim;
    size_t count, changed_count;

    if (most == 0)
        return true;
    if (!notification_load_due(context, most, &due, &count, error))
        return error_while(error, "loading the letters that are due");
    if (count == 0)
        return true;
    if (!invitation_load(context, due, count, &invitations, error))
        return false;
    claim = new_claim(context->arena, count);
    if (!seal_batch_begin(&claim->batch, seal_key, error))
        return false;
    for (size_t i = 0; i < count; i++)
        decide(context, claim, &due[i], invitations[i]);
    seal_batch_end(&claim->batch);
    if (!notification_change(
            context, claim->changes, claim->change_count, &changed, &changed_count, error))
        return error_while(error, "claiming letters");
    CHECK(changed_count == claim->change_count); /* they were locked */
    if (claim->unsafe_count > 0 &&
        !notification_end_grants(context, claim->unsafe, claim->unsafe_count, "withdrawn", error))
        return error_while(error, "ending grants");
    settle_say(context, changed, changed_count, claim->tasks, claim->task_count);
    context_after_commit(context, hand_over, claim);
    if (count == most)
        context_after_commit(context, sender_kick, NULL);
    return true;
}

/* --- in the reactor --- */

static bool send_in_transaction(struct context *context, void *data, struct error *error)
{
    (void)data;
    return sender_send_due(context, error);
}

static void send_soon(void *unused)
{
    struct error error = {ERROR_NONE, ""};

    (void)unused;
    own.kicked = false;
    if (!house_transact(own.house, send_in_transaction, NULL, &error) && error.kind != ERROR_BUSY)
        log_event(LOG_LEVEL_WARNING, "letters_not_claimed", "reason=%s", error.text);
}

void sender_kick(void *unused)
{
    (void)unused;
    if (!own.house || own.kicked || own.settings->outlet == OUTLET_HOLD)
        return; /* in a quarantine nothing goes out: the daemon's next round finds the letter */
    own.kicked = true;
    reactor_soon(own.house->reactor, send_soon, NULL);
}

/* A report is written down at once; when the database is away, again and again. */
static void settle_soon(void *unused)
{
    struct error error = {ERROR_NONE, ""};

    (void)unused;
    own.settling = false;
    if (settle_reports(&own, &error)) {
        sender_kick(NULL); /* there is room again */
        return;
    }
    log_event(LOG_LEVEL_WARNING, "letters_not_settled", "reason=%s", error.text);
    own.settling = true;
    reactor_after(own.house->reactor, 500, settle_soon, NULL);
}

static void note_reports(void)
{
    struct outlet_report reports[CLAIM_MOST];
    size_t count;

    while ((count = smtp_reports(own.smtp, reports, COUNT(reports))) > 0)
        for (size_t i = 0; i < count; i++)
            settle_note(&own, &reports[i]);
}

static void on_reports(void *unused)
{
    note_reports();
    if (!own.settling)
        settle_soon(unused);
}

/* --- begin and end --- */

static bool read_password(const char *path, char **password, struct error *error)
{
    const int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = 0;

    *password = calloc(1, PASSWORD_MOST + 1);
    CHECK(*password);
    if (!*path)
        return true;
    if (fd >= 0)
        length = read(fd, *password, PASSWORD_MOST);
    if (fd < 0 || length <= 0) {
        error_set(error, ERROR_INPUT, "reading %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    close(fd);
    (*password)[strcspn(*password, "\r\n")] = '\0';
    return true;
}

static bool open_smtp(struct error *error)
{
    const struct notification_settings *settings = own.settings;
    const char *domain = strrchr(settings->letter.from, '@');

    if (!read_password(settings->smtp_password_file, &own.password, error))
        return false;
    const struct smtp_options options = {
        .url = settings->smtp_url,
        .hello = domain ? domain + 1 : "localhost",
        .from = settings->letter.from,
        .tls = (enum smtp_tls)settings->smtp_tls,
        .ca_file = settings->smtp_ca_file,
        .user = settings->smtp_user,
        .password = own.password,
        .parallel = (size_t)settings->parallel,
        .connect_ms = settings->connect_ms,
        .stage_ms = settings->stage_ms,
        .total_ms = settings->total_ms,
    };
    own.smtp = smtp_open(&options, error);
    return own.smtp && reactor_watch(own.house->reactor, smtp_fd(own.smtp), REACTOR_READ,
                           on_reports, NULL, error);
}

bool sender_open(struct house *house, const struct notification_settings *settings,
    const char *folder, const struct press *press, struct error *error)
{
    own = (struct sender){.house = house, .settings = settings, .folder = folder, .press = press};
    own.opener = seal_opener_new(secrets_key(house->secrets, SECRET_SEAL));
    if (settings->outlet == OUTLET_FOLDER)
        return folder_open(folder, error);
    return settings->outlet != OUTLET_SMTP || open_smtp(error);
}

void sender_close(void)
{
    struct error error = {ERROR_NONE, ""};

    if (own.smtp) {
        reactor_forget(own.house->reactor, smtp_fd(own.smtp));
        smtp_stop(own.smtp);
        note_reports();
    }
    if (own.house && !settle_reports(&own, &error))
        log_event(LOG_LEVEL_WARNING, "letters_not_settled", "reason=%s", error.text);
    smtp_close(own.smtp);
    seal_opener_free(own.opener);
    if (own.password)
        explicit_bzero(own.password, PASSWORD_MOST);
    free(own.password);
    own = (struct sender){.house = NULL};
}
