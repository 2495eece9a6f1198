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

struct section {
    const char *id;
    const char *title, *intro; /* Swedish */
    const struct question *questions;
    size_t count;
};

struct form_door {
    enum door door;
    const char *path; /* below the language */
    const char *title, *heading, *lead;
    const struct section *sections;
    size_t count;
};

/* The door of a path's segment; NULL when there is none. */
const struct form_door *form_door_of(struct text path);

/* What a page of the flow shows; made from the posted fields. */
struct form_view {
    const struct form_door *door;
    struct http_request *request;
    unsigned language;
    const struct message_problems *problems; /* of the fields' own form, or NULL */
    const struct register_verdict *verdict;  /* of the rules, or NULL */
    const char *token;                       /* hidden: the same form sent twice is one */
    int64_t shown_ms;                        /* when the form was shown first */
};

struct value *form_page(struct context *context, const struct form_view *view);
struct value *form_check_page(struct context *context, const struct form_view *view);
/* The typed fields as hidden ones, under "kept". */
void form_keep(struct context *context, const struct form_view *view, struct value *root);
