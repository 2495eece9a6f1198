/* What the files of notification share: its settings, and the letters' way out. */
#pragma once

#include "common/service.h"
#include "services/notification/core/letter_rules.h"
#include "services/notification/letter.h"
#include "services/notification/outlet_smtp.h"

enum outlet_kind {
    OUTLET_FOLDER, /* a file for each letter, and a page that shows them */
    OUTLET_SMTP,
    OUTLET_HOLD, /* decided and put into words, and nothing more: for measurements */
};

struct notification_settings {
    int64_t outlet;     /* enum outlet_kind */
    const char *folder; /* "" = <var>/mail */
    struct letter_house letter;
    struct sending_hours hours;
    const char *smtp_url, *smtp_user, *smtp_password_file, *smtp_ca_file;
    int64_t smtp_tls; /* enum smtp_tls */
    int64_t parallel, connect_ms, stage_ms, total_ms;
    int64_t send_every_ms;
};

/* --- sender.c: what is due is read again, claimed, and handed to the outlet --- */

/* `folder` is the outlet's, settled; all parameters outlive the sender. */
bool sender_open(struct house *house, const struct notification_settings *settings,
    const char *folder, const struct press *press, struct error *error);
void sender_close(void); /* waits for letters that are past their dot, and writes down their end */

/* Claims what is due, in this transaction; it leaves after the commit. */
bool sender_send_due(struct context *context, struct error *error);

/* Something may be due: looks soon, outside this transaction. Fit for context_after_commit. */
void sender_kick(void *unused);

/* --- tasks: what is said to the desk when a letter will not do --- */

/* The end of the next working day: by then a person has looked. */
int64_t task_due_ms(int64_t now_ms);

/* --- mailbox.c: the folder as a page, for whoever tries the house out --- */

/* Only called for OUTLET_FOLDER; without it the pages answer 404. */
void mailbox_open(const char *folder, const struct press *press);
page_fn mailbox_list;
page_fn mailbox_mail;   /* a frame with what the letter says about itself */
page_fn mailbox_letter; /* the letter as a mail program shows it */
page_fn mailbox_sheet;  /* the style sheet of the house */
