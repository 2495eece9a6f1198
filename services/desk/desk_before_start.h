/* Before the start, for the desk's other pages. */
#pragma once

#include "services/desk/desk_parts.h"

/* The group of the path, if it is the visitor's to see; else `*answered`. */
bool desk_find_group(
    struct visit *visit, struct group_row *group, bool *answered, struct error *error);

/* The steps to a start of one group, or (absent) what is due or late in all of them. */
bool desk_add_milestones(
    struct visit *visit, struct uuid group_id, struct value *root, struct error *error);

desk_page_fn desk_before_start_page, desk_times_post, desk_time_post, desk_outcome_post;
desk_page_fn desk_interpreter_post, desk_checklist_page, desk_checklist_post, desk_checklist_show;
desk_page_fn desk_before_worry_post;
