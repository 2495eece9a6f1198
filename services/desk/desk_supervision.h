/* Pages of supervision and of information visits, and what they share. */
#pragma once

#include "services/desk/desk_parts.h"

desk_page_fn desk_supervisions_page, desk_supervision_page, desk_supervision_post;
desk_page_fn desk_supervisee_post, desk_supervision_date_post, desk_supervision_came_post;
desk_page_fn desk_tie_post;
desk_page_fn desk_units_page, desk_unit_page, desk_unit_post;
desk_page_fn desk_visit_post, desk_visit_end_post;

/* For a leader's page: the supervision group, what is to come beside the groups, ties. */
bool desk_add_supervision(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error);

/* Sets form_day and form_starts: what the way out of a refused act wants for `about` (absent: a new
 * one), else these; `open` when a way out led here. */
void desk_set_form_time(const struct visit *visit, struct value *object, struct uuid about,
    int32_t day, int64_t starts_min);

/* A field without the spaces round it; empty when it is longer. */
struct text desk_form_line(const struct visit *visit, const char *name, size_t most);
/* The ids of a field that may come several times. */
size_t desk_form_ids(const struct visit *visit, const char *name, struct uuid *found, size_t most);
