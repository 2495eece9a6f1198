/*
 * Acts: what staff ask scheduling for, and the answers on the page of the thing it is about.
 *
 * A POST says the message with `.act_id = desk_act_id(visit)` and ends in desk_go_act(); the page
 * it goes to calls desk_add_acts() and has {{> acts}} where the answers stand.
 */
#pragma once

#include "services/desk/desk_parts.h"

/* A new act's id. */
struct uuid desk_act_id(const struct visit *visit);

/* 303 to a page of ours that then says that this act is on its way, until it is answered. */
void desk_go_act(const struct visit *visit, const char *path, struct uuid act_id);

/* What became of the last acts about a group, a leader, a room or a programme; for {{> acts}}. */
bool desk_add_acts(
    struct visit *visit, struct uuid about, struct value *object, struct error *error);
