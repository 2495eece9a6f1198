/* The SQL of the register of rooms, and of a draft's approval. */
#pragma once

#include "common/context.h"
#include "messages.h"

struct room_in_the_way { /* of what is wanted: a group, absent when there is none */
    struct uuid group_id;
    int32_t day; /* of its meeting; DAY_ABSENT: always */
};

struct room_facts {
    bool room_known, house_known, district_known;
    bool name_taken;   /* another room of the house is called so */
    bool house_named;  /* another house is called so */
    bool hours_differ; /* from those that hold today or later */
    struct room_in_the_way too_many, outside;
};
bool register_look_room(struct context *context, const struct room_kept *wanted,
    struct room_facts *facts, struct error *error);

bool register_add_house(
    struct context *context, const struct room_kept *wanted, struct error *error);
bool register_keep_room(
    struct context *context, const struct room_kept *wanted, struct error *error);
/* Other hours hold from today on. */
bool register_keep_hours(
    struct context *context, const struct room_kept *wanted, struct error *error);

/* Whether it was a draft. */
bool register_approve(struct context *context, const struct programme_approved *said, bool *draft,
    struct error *error);
