/* The public list of groups, as its pages, its data and its material to print share it. */
#pragma once

#include "services/intake/intake_look_store.h"

/* What a person has chosen to see; nothing chosen = all. A situation is told by its number, so that
 * no address says what it is about. */
struct group_filter {
    enum situation situation;
    struct text district, language; /* of the lists, or empty */
    int64_t weekday, age;           /* INT_ABSENT: any */
};
struct group_filter catalogue_filter(const struct http_request *request);
bool catalogue_fits(const struct group_row *group, const struct group_filter *filter);

/* Whether somebody new may still come before it starts. */
bool catalogue_starts(const struct group_row *group);

/* All that a card, a page or a leaflet says of a group. */
void catalogue_add(
    struct context *context, unsigned language, const struct group_row *group, struct value *card);
/* The filters of a page, with what is chosen. */
void catalogue_add_filters(struct context *context, unsigned language,
    const struct group_filter *filter, struct value *root);

/* The group of that id; NULL when it is none of the list's. */
const struct group_row *catalogue_find(
    struct text id, const struct group_row *groups, size_t count);
