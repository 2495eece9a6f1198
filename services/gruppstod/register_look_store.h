/* What the operator's commands read of groups, leaders, rooms and meetings: each listing is one
 * sentence of SQL and its columns. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/table.h"

/* Which of a thing are asked for; what is absent asks for nothing. */
struct register_filter {
    struct text state, district, situation;
    int32_t from, to;
    struct uuid group, leader;
};

enum register_option {
    REGISTER_STATE = 1,
    REGISTER_DISTRICT = 2,
    REGISTER_SITUATION = 4,
    REGISTER_DAYS = 8,
    REGISTER_GROUP = 16,
    REGISTER_LEADER = 32,
};

enum { REGISTER_PARTS_MOST = 6 };

struct register_thing {
    const char *one, *many;     /* "group", "groups" */
    const char *called;         /* "no group is called" */
    unsigned int options;       /* the filters that `get` knows */
    const char *states;         /* words with a space between */
    struct statement exact;     /* $1 text, $2 uuid: id, and which of several it is */
    struct statement names;     /* all names, for what may have been meant */
    const struct listing *list; /* takes a register_filter, see register_params */
    const struct listing *parts[REGISTER_PARTS_MOST + 1]; /* $1 uuid; NULL ends them */
};

/* By the word for one or for many; NULL: none of them. */
const struct register_thing *register_thing(const char *word);

struct params *register_params(struct arena *arena, const struct register_filter *filter);

/* The one of that name or id. ABSENT names what is nearest, CONFLICT those that share the name. */
bool register_find(struct store *store, struct arena *arena, const struct register_thing *thing,
    struct text named, struct uuid *id, struct error *error);

/* The code of a district from its code or name; ABSENT names what is nearest. */
bool register_district(struct store *store, struct arena *arena, struct text named,
    struct text *code, struct error *error);
