/* The sender's inside: the letters in hand, and the two halves of their way out. */
#pragma once

#include "services/notification/notification.h"
#include "services/notification/notification_store.h"
#include "services/notification/outlet.h"

enum {
    CLAIM_MOST = 32, /* letters of one claim: some 30 ms of words and bytes */
    IN_HAND_MOST = SMTP_WAITING_MOST + CLAIM_MOST,
};

struct in_hand { /* claimed by this process and not settled yet */
    struct uuid letter_id;
    struct uuid person_id;
    struct letter_facts facts; /* as committed */
    bool reported;             /* `report` waits to be written down */
    struct outlet_report report;
};

struct sender {
    struct house *house;
    const struct notification_settings *settings;
    const char *folder;
    const struct press *press;
    struct seal_opener *opener;
    struct smtp *smtp; /* NULL with another outlet */
    char *password;    /* of the relay; "" = none */
    struct in_hand in_hand[IN_HAND_MOST];
    size_t in_hand_count;
    bool kicked, settling;
};

/* --- sender_settle.c --- */

/* Notes a report; it is written down by settle_reports. A letter that is not in hand is passed
 * over. */
void settle_note(struct sender *sender, const struct outlet_report *report);

/* Writes the noted reports down and gives the word to those before their dot. False when the
 * database would not: they stay noted. */
bool settle_reports(struct sender *sender, struct error *error);

/* Says what became of letters that have ended, and asks for people where that is needed. `kinds`
 * are the tasks of those that ended as one, by letter; NULL = letter_failed. */
struct task_of_letter {
    struct uuid letter_id;
    enum task_kind kind;
    const char *note;
};
void settle_say(struct context *context, const struct changed *changed, size_t count,
    const struct task_of_letter *tasks, size_t task_count);
