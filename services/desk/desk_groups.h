/* What the pages of groups share: a coordinator's, and a leader's own. */
#pragma once

#include "services/desk/desk_parts.h"

void desk_fill_group(const struct visit *visit, struct value *one, const struct group_row *group);
bool desk_add_meetings(
    struct visit *visit, const struct group_row *group, struct value *root, struct error *error);
/* With `meeting` who is announced as away from it, and what is noted; it may be absent. */
bool desk_add_roster(struct visit *visit, struct uuid group, struct uuid meeting,
    struct value *root, struct error *error);

/* --- desk_led.c: a leader's own --- */

bool desk_show_led_groups(struct visit *visit, bool ended, struct error *error);
bool desk_show_led_group(struct visit *visit, const struct group_row *group, struct error *error);

desk_page_fn desk_evening_list_page, desk_evening_list_post;
