/* What group_life.c and idea.c need of the rest of scheduling. */
#pragma once

#include "common/context.h"
#include "messages.h"

/* All leaders of the group are told, once for each notice. */
bool group_life_tell_leaders(struct context *context, struct uuid group_id, struct uuid notice_id,
    enum leader_purpose purpose, struct error *error);
/* The same by who knows them already. */
void group_life_tell(struct context *context, struct uuid group_id, struct uuid notice_id,
    enum leader_purpose purpose, const struct uuid *leaders, size_t count);

/* Running groups with so few children that a person must decide: a task each, once. */
bool group_life_ask_about_few(struct context *context, struct error *error);

/* What a refused booking is to the person who asked for it. */
enum act_reason group_life_reason_of(enum booking_refusal refusal);

/* From a booking to the first meeting, at least. */
int32_t scheduling_notice_days(void);
