/* The way about the desk, in the frame of every page. */
#pragma once

#include "services/desk/desk_parts.h"

/* Sets "nav", the rooms that the visitor may enter, and "room" when the page's has many places. */
void desk_add_nav(struct value *root, const struct visit *visit);
