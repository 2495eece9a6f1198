/* The card's timeline, and why people did what they did. */
#pragma once

#include "services/desk/desk_parts.h"
#include "services/desk/desk_story_store.h"

/* Sets "hops": what the machines said and what people did, in the order it happened. */
bool desk_add_story(
    struct visit *visit, struct uuid referral, struct value *root, struct error *error);
/* Sets "whys": the reasons to choose from. */
void desk_add_whys(struct value *root);
/* The reason and the words of a form; false: none was chosen, or the words are too many. */
bool desk_read_why(const struct visit *visit, struct case_act *act);
/* Sets "try": how often the family was called in vain and what comes next; and "may_leave". */
bool desk_add_reach(struct visit *visit, struct uuid referral, const struct task_row *tasks,
    size_t count, struct value *root, struct error *error);
