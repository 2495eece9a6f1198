/* Calendars' secret addresses at the desk. */
#pragma once

#include "services/desk/desk_parts.h"

desk_page_fn desk_calendars_page, desk_calendar_post, desk_calendar_family_post;

/* On a family's card, where there is none by itself: whether it may have a calendar all the same.
 */
bool desk_add_calendar(
    struct visit *visit, struct uuid referral_id, struct value *root, struct error *error);
