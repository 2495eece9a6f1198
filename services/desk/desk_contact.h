/* A contact by phone: what is typed while talking, kept sealed, sent the way that partners use. */
#pragma once

#include "common/message.h"
#include "common/seal.h"
#include "forms.h"
#include "services/desk/desk_parts.h"

/* --- desk_contact_form.c: the questions --- */

struct contact_fields {
    const struct http_field *list;
    size_t count;
};

/* Sets "parts", the whole form with what was typed, and "wrong": of the fields named there, with a
 * space between. */
bool contact_set_form(struct visit *visit, struct value *root, const struct contact_fields *fields,
    struct text wrong, struct error *error);
/* Sets "hidden": what was typed, to be sent once more. */
void contact_set_hidden(struct value *root, const struct contact_fields *fields);
/* What the form knows of these fields, as one text; and back. False: it is too long to keep. */
bool contact_pack(struct arena *arena, const struct contact_fields *fields, struct text *packed);
struct contact_fields contact_unpack(struct arena *arena, struct text packed);
/* The referral that they make; false: fields of the wrong kind, named in `wrong`. */
bool contact_read(struct arena *arena, const struct contact_fields *fields,
    struct referral_form *form, struct text *wrong);

/* --- desk_contact_store.c --- */

enum contact_state {
    CONTACT_NONE,
    CONTACT_DRAFT,
    CONTACT_SENDING,
    CONTACT_SENT,
    CONTACT_DISCARDED
};

struct contact_row {
    struct uuid contact_id, staff_id, referral_id;
    enum contact_state state;
    struct text code, wrong;
    struct seal seal;
};

/* Keeps a draft, new or as it is now; `*kept` false: it is no draft of theirs (any more). */
bool desk_keep_contact(
    struct context *context, const struct contact_row *row, bool *kept, struct error *error);
bool desk_freeze_contact(
    struct context *context, struct uuid contact_id, bool *frozen, struct error *error);
/* It is a draft again, since intake found these fields wrong. */
bool desk_thaw_contact(
    struct context *context, struct uuid contact_id, struct text wrong, struct error *error);
bool desk_end_contact(struct context *context, struct uuid contact_id, struct text receipt,
    struct text code, bool *ended, struct error *error);
bool desk_discard_contact(
    struct context *context, struct uuid contact_id, struct uuid staff_id, struct error *error);
/* A draft that its owner has left lying; `*taken` false: it is none. */
bool desk_take_over_contact(struct context *context, struct uuid contact_id, struct uuid staff_id,
    bool *taken, struct error *error);
/* Those that nobody has sent for two weeks. */
bool desk_forget_contacts(struct context *context, struct error *error);

/* As the role that sees no list, in a transaction of its own; state NONE: there is none of theirs.
 */
bool desk_take_up_contact(struct arena *arena, struct uuid contact_id, struct uuid staff_id,
    struct contact_row *row, struct error *error);

struct contact_seen {
    struct uuid contact_id, staff_id;
    int64_t started_at_ms, changed_at_ms;
    bool sending;
    struct text by; /* who took the call */
};
enum { CONTACT_LEFT_MS = 24 * 60 * 60 * 1000 /* then a colleague may take a draft over */ };
/* A person's own, and those of colleagues that have been left lying; the oldest first. */
bool desk_load_contacts(struct context *context, struct uuid staff_id,
    const struct contact_seen **contacts, size_t *count, struct error *error);
/* All that have waited for intake since `before_ms`. */
bool desk_load_sending(struct context *context, int64_t before_ms,
    const struct contact_seen **contacts, size_t *count, struct error *error);

struct question_row {
    enum source source;
    enum situation situation; /* NONE: not said */
    struct text district, ended;
};
bool desk_add_question(struct context *context, const struct question_row *question,
    struct uuid staff_id, struct error *error);
struct question_count {
    enum situation situation;
    int64_t month, year;
};
bool desk_count_questions(struct context *context, const struct question_count **counts,
    size_t *count, struct error *error);

/* --- desk_contact_send.c: to intake --- */

bool desk_contact_open(struct house *house, struct error *error);
void desk_contact_settle(struct house *house); /* answers who still waits */
void desk_contact_close(struct house *house);
/* Sends it, and keeps `request` until intake has answered or some seconds have gone. The contact is
 * frozen; NULL: nobody waits. */
void desk_contact_send(
    struct uuid contact_id, const struct referral_form *form, struct http_request *request);
/* A rhythm: what intake has not answered yet. */
bool desk_contact_again(struct context *context, struct error *error);

/* --- desk_contact.c --- */

desk_page_fn desk_new_contact_page, desk_contact_page, desk_contact_take_post;
desk_page_fn desk_question_page, desk_question_post;
page_fn desk_contact_post;
/* For the first page: the drafts of whoever looks, and those left lying. */
bool desk_add_contacts(struct visit *visit, struct value *root, struct error *error);
