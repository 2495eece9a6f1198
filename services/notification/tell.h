/* What the two halves of telling share: families with all their rules, and leaders at work. */
#pragma once

#include "common/context.h"
#include "common/service.h"
#include "notification_port.h"
#include "services/notification/letter.h"
#include "services/notification/notification.h"
#include "services/notification/notification_store.h"

struct teller { /* for the process's life; what it points to outlives it */
    struct house *house;
    const struct press *press;
    const struct notification_settings *settings;
};

void tell_open(const struct teller *teller);
const struct teller *tell_house(void);

/* Puts a letter into words and makes the hash of its link. `decision` is filled but for who, why
 * and on what grant. */
bool tell_words(struct context *context, const struct letter_draft *draft,
    struct decision *decision, struct error *error);

/* Looks for letters to claim, once this transaction is committed. */
void tell_kick(struct context *context);
