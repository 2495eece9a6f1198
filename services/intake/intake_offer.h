/* The page of an offer and the answer to it: what its two files share. */
#pragma once

#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"

struct offer_visit { /* one request to such a page */
    struct http_request *request;
    unsigned language;
    struct text hash; /* of the token in its path */
    struct offer_row offer;
    struct answer_form form;
    struct offer_row siblings[FAMILY_MOST]; /* of other children of the same adult */
    size_t sibling_count;
    bool wrong;   /* what was sent lacks something */
    bool changed; /* what was answered is no longer what waits for an answer: nothing was kept */
};

/* Those that have a language of ours; what else was asked is answered. */
size_t offer_begin(struct context *context, struct http_request *const *requests, size_t count,
    struct offer_visit *visits);
bool offer_look(struct context *context, enum offer_detail detail, struct offer_visit *visits,
    size_t count, struct error *error);
bool offer_look_siblings(struct context *context, struct offer_visit *visit, struct error *error);

bool offer_is_open(const struct offer_row *offer);
/* All that wait for this adult's answer, the link's own first; at most FAMILY_MOST + 1. */
size_t offer_open_rows(const struct offer_visit *visit, const struct offer_row **rows);

/* Whatever there is to show now. */
void offer_show(struct context *context, const struct offer_visit *visit);
