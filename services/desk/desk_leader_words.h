/* What the desk's files about leaders share: words of theirs, one leader's values, the form. */
#pragma once

#include "services/desk/desk_leader_store.h"
#include "services/desk/desk_parts.h"

const char *word_employment(enum employment employment);
const char *word_training_level(enum training_level level);
const char *word_absence_reason(enum absence_reason reason);
const char *word_season(enum term_season season);

/* desk_leaders.c: what both the list and the page show of a leader. */
void desk_fill_leader(
    const struct visit *visit, struct value *one, const struct leader_row *leader);

/* desk_leader.c: the choices of the register's form; `leader` NULL: a new one. */
bool desk_add_leader_form(
    struct visit *visit, const struct leader_row *leader, struct value *root, struct error *error);
