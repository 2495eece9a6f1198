/* Forms and answers of a group's life, for the pages of a group and of a child. */
#pragma once

#include "services/desk/desk_parts.h"

/* {{> group_life}}: merge, postpone, cancel, where the state allows it. */
bool desk_add_life(
    struct visit *visit, const struct group_row *group, struct value *root, struct error *error);

/* {{> child_life}}: the partner that has been asked, the groups it may be moved to, the answers. */
bool desk_add_child_life(struct visit *visit, struct uuid referral, const struct card *card,
    struct value *root, struct error *error);

/* Why a group was given up, in words; NULL: the code is none of ours. */
const char *word_cancel_reason(struct text code);

desk_page_fn desk_life_post, desk_child_group_post;
desk_page_fn desk_ideas_page, desk_ideas_post, desk_idea_page, desk_idea_post;
