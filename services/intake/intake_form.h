/* The questions of the three doors, as a table: what is asked, in which words, in which order. */
#pragma once

#include "common/template.h"
#include "services/intake/intake_parts.h"

enum question_kind {
    ASK_TEXT,
    ASK_AREA,
    ASK_DATE,     /* three boxes */
    ASK_RADIO,    /* one of `choices` */
    ASK_CHECKS,   /* any of `choices` */
    ASK_SELECT,   /* one of `choices` in a list */
    ASK_DISTRICT, /* one of the city's districts */
    ASK_LANGUAGE, /* one of the city's languages */
    ASK_SLOTS,    /* any of the weekly times */
};

struct choice {
    const char *value; /* NULL ends the list */
    const char *text;  /* Swedish */
};

struct question {
    const char *name; /* of the field of referral_form */
    enum question_kind kind;
    const char *label, *hint; /* Swedish; the hint may be NULL */
    const struct choice *choices;
    const char *complete; /* autocomplete's word, or NULL */
    const char *type;     /* of the input; NULL = text */
    int most;             /* characters */
    bool optional;
};

enum section_place { /* in a draft's one long page */
    SECTION_HERE,
    SECTION_FIRST,  /* on a page of its own, before */
    SECTION_FAMILY, /* only when the family knows */
};

struct section {
    const char *id;
    const char *title, *intro; /* Swedish */
    const struct question *questions;
    size_t count;
    enum section_place place;
};

struct form_door {
    enum door door;
    const char *path; /* below the language */
    const char *title, *heading, *lead;
    const struct section *sections;
    size_t count;
};

/* The door of a path's segment, or of its number; NULL when there is none. */
const struct form_door *form_door_of(struct text path);
const struct form_door *form_door_numbered(enum door door);
/* Where its form lies below the language: the child's has a page before it. */
const char *form_path(const struct form_door *door);
/* A weekly time cannot be chosen before the city has any. */
bool form_asks(const struct question *question);
const struct question *form_question(const struct form_door *door, const char *name);

/* A page of the way that asks one question at a time. */
enum { STEP_QUESTIONS_MOST = 8 };
struct form_step {
    const char *slug;            /* neutral: it stands in the address */
    const char *title, *heading; /* Swedish; no heading: the one question is it */
    const char *intro;           /* or NULL */
    const char *names[STEP_QUESTIONS_MOST];
    enum step_kind {
        STEP_USUAL,
        STEP_PAUSE,   /* asks nothing: words before hard questions */
        STEP_SAFETY,  /* the quick exit is at hand */
        STEP_SEVERAL, /* only when several situations were chosen */
        STEP_OTHER,   /* only when the other guardian can be reached */
        STEP_ASIDE,   /* not on the way: from the page to check */
        STEP_WHOLE,   /* all sections on one page, with a list of them */
    } kind;
};
const struct form_step *form_steps(enum door door, size_t *count);

/* What a page of the flow shows; made from the posted fields or a draft's. */
struct form_view {
    const struct form_door *door;
    struct http_request *request;
    unsigned language;
    const struct http_field *fields; /* as typed */
    size_t field_count;
    const struct message_problems *problems; /* of the fields' own form, or NULL */
    const struct register_verdict *verdict;  /* of the rules, or NULL */
    bool wrong;                              /* the problems are shown */
    const char *token;                       /* hidden: the same form sent twice is one */
    int64_t shown_ms;                        /* when the form was shown first */
    int64_t draft;                           /* its number; 0: the page itself keeps all */
    const char *slug;                        /* of the draft's page */
};

/* "/sv/foralder/1/namn", or "/sv/foralder" without a draft. */
const char *form_address(struct arena *arena, const struct form_view *view, const char *slug);
struct text form_typed(const struct form_view *view, const char *name);
/* Whether a box of that value was ticked: the same name may come several times. */
bool form_ticked(const struct form_view *view, const char *name, const char *value);
/* What is wrong with the answer to a question, Swedish; or NULL. */
const char *form_problem(const struct form_view *view, const struct question *question);

/* What every page of the flow has: title, address, hidden fields, whether the quick exit is there.
 */
struct value *form_root(struct context *context, const struct form_view *view, const char *title);
struct value *form_page(struct context *context, const struct form_view *view);
struct value *form_step_page(
    struct context *context, const struct form_view *view, const struct form_step *step);
struct value *form_check_page(struct context *context, const struct form_view *view);
/* The typed fields as hidden ones, under "kept". */
void form_keep(struct context *context, const struct form_view *view, struct value *root);

/* Reads the fields as a referral, with what the page knows itself, and judges it. */
struct form_reading {
    struct referral_form form;
    struct message_problems problems;
    struct register_verdict verdict;
    bool read; /* nothing is wrong with the fields themselves */
};
void form_read(struct context *context, struct form_view *view, struct form_reading *reading);

/* Whether a trap was touched: a field nobody sees, a form sent back at once. Never refused. */
bool form_trapped(const struct form_view *view);
/* The door and the language of a path. False: answered with 404. */
bool form_begin(struct context *context, struct http_request *request, struct form_view *view);
void form_show_step(struct context *context, struct form_view *view, const struct form_step *step,
    unsigned status, bool away);

/* The form on one page, with what was typed; `why` is "gone" or "full" (a name in form.html), or
 * NULL. */
void form_show_whole(
    struct context *context, struct form_view *view, unsigned status, const char *why);
