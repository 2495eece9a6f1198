/* Many visitors of a web site at once: each takes one step after the other, as a browser would. */
#pragma once

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

enum { WEB_CONNECTIONS = 8, WEB_VISITORS = 64, WEB_BODY_MOST = 1024 * 1024 };

struct web_step { /* what a visitor does next */
    const char *url;
    const char *body; /* NULL: GET */
    const char *type; /* of the body; NULL: a form's */
    const char *key;  /* Idempotency-Key, or NULL */
    int after_ms;     /* a person reads and writes so long first */
};

struct web_answer {
    long status;
    struct text body;     /* NUL-terminated */
    struct text location; /* of a redirect, as a path */
};

/*
 * Called for visitor `index` with the answer to its last step (NULL at the start). True: `step` is
 * the next; false: this visitor is done, or failed when `error` is set, and then all end. What lies
 * in `arena` lives until the visitor is done.
 */
typedef bool web_visit_fn(void *data, size_t index, struct arena *arena,
    const struct web_answer *answer, struct web_step *step, struct error *error);

struct web_visits {
    web_visit_fn *visit;
    void (*passed)(void *data, size_t done, size_t count); /* after each visitor; may be NULL */
    bool (*stop)(void); /* true: no more visitors, those that are there are let go; may be NULL */
    void *data;
    size_t count;
    bool keeps_cookies; /* each visitor its own, until it is done */
};

/* A step that gets no answer is taken again, three times in all: every step here may be repeated.
 */
bool web_run(const struct web_visits *visits, struct error *error);

/* --- pages as a browser without script sees them --- */

/* The value of the hidden fields of a page's form, as an urlencoded body. */
const char *web_hidden(struct arena *arena, struct text page);
/* Whether the page has a field of that name. */
bool web_has_field(struct text page, const char *name);
/* The text between two marks, without entities; absent when the page has them not. */
struct text web_between(struct arena *arena, struct text page, const char *from, const char *to);
/* body + "&name=value", coded. */
const char *web_add(struct arena *arena, const char *body, const char *name, const char *value);
