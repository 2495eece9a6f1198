/* What the two files of the rooms' pages share. */
#pragma once

#include "services/desk/desk_parts.h"
#include "services/desk/desk_room_store.h"

const char *word_need(struct text name);
const char *word_discretion(struct text name);

/* The form of a room, or (NULL) of a new one; nothing for who may not decide. */
bool desk_add_room_form(
    struct visit *visit, const struct room_row *room, struct value *root, struct error *error);
