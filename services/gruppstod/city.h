/* A city from a folder of tables: districts, terms, programmes, leaders, rooms, and the groups it
 * has when it opens. The demo's is deploy/demo. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/store.h"

struct city_loaded {
    size_t districts, programmes, leaders, rooms; /* in the tables */
    size_t groups_wanted; /* standing groups that scheduling was asked to book by this call */
};

/*
 * Loads the city in one transaction of `store` (role gruppstod_demo). Safe to take again: what is
 * there is brought up to date, and a standing group is asked for once in a half-year. Dates in the
 * tables are days from `today` (DAY_ABSENT: the civil clock's), so the city is new on any day;
 * terms and holidays are reckoned by rule where the tables end. ERROR_INPUT names the table that is
 * wrong.
 *
 * Groups are not made here: scheduling hears group_wanted for each and books it, as it books any.
 */
bool city_load(struct store *store, const char *folder, int32_t today, struct city_loaded *loaded,
    struct error *error);
