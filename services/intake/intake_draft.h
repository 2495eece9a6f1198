/*
 * A form that is being filled in, kept between its pages: sealed under a key made of the browser's
 * cookie and one of ours, so that neither the database nor we can read it without the browser.
 */
#pragma once

#include "services/intake/intake_form.h"

enum {
    DRAFT_BYTES = 20 * 1024, /* of names and values together: a whole form has some 5 KiB */
    DRAFT_FIELDS = 300,      /* of one form, a weekly time ticked is one */
    DRAFT_ADDS = 3,          /* fields that the house adds to what was typed */
    DRAFT_LIST_MOST = 5,     /* of a browser, shown to it */
    DRAFT_TRIES = 5,         /* wrong codes from one address... */
    DRAFT_TRIES_MS = 600000, /* ... in ten minutes */
};

struct draft {
    bool found;
    char session[TOKEN_LONG + 1]; /* the cookie's secret */
    struct text session_hash;
    int64_t number;
    enum door door;
    struct http_field *fields; /* room for DRAFT_FIELDS */
    size_t count;
    struct text receipt; /* data NULL: not sent yet */
    int64_t changed_ms;
};

/* Whether the browser has a session at all: else it may keep no cookies. */
bool draft_has_cookie(const struct http_request *request);
/* The browser's draft of that number. `found` is false for one that never was or is no more. */
bool draft_load(struct context *context, const struct http_request *request, int64_t number,
    bool lock, struct draft *draft, struct error *error);

/* A new, empty one, in the browser's session or a new one. `found` is false when there is no room
 * for more: the form on one page needs none. */
bool draft_new(struct context *context, struct http_request *request, enum door door,
    struct draft *draft, struct error *error);
bool draft_save(struct context *context, struct draft *draft, struct error *error);
bool draft_sent(
    struct context *context, struct draft *draft, struct text receipt, struct error *error);
/* The quick exit: all of this browser. */
bool draft_forget(struct context *context, const struct http_request *request, struct error *error);

/* Fields by name: the first one's value, or an empty text. */
struct text draft_field(const struct draft *draft, const char *name);
/* Replaces all of that name; an empty value takes it away. False: no room. */
bool draft_set(struct draft *draft, const char *name, struct text value);
void draft_drop(struct draft *draft, const char *name);
bool draft_append(struct draft *draft, struct http_field field);
/* Replaces the answers to a page's questions with what was posted; NULL or a whole page: to all of
 * the door's. False: there is no room for so much. */
bool draft_take(struct draft *draft, const struct form_view *posted, const struct form_step *step);
size_t draft_size(const struct draft *draft);

/* Makes the code to come back with, unless it has one; it is kept in the draft itself. */
bool draft_make_code(struct context *context, struct draft *draft, struct error *error);

enum draft_opening { DRAFT_OPENED, DRAFT_UNKNOWN, DRAFT_TOO_OFTEN };
/* What a typed code opens: `draft` has its session and number then. */
bool draft_open_code(struct context *context, const struct http_request *request, struct text typed,
    enum draft_opening *opening, struct draft *draft, struct error *error);

/* Those of this browser that are not sent. */
bool draft_list(struct context *context, const struct http_request *request, struct draft *drafts,
    size_t *count, struct error *error);

void draft_set_cookie(struct context *context, struct http_request *request, const char *session);
void draft_clear_cookie(struct context *context, struct http_request *request);
