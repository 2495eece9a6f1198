/*
 * The planner beside matching: how a round is written for it, how its answer is read, and the one
 * question that may be under way.
 */
#pragma once

#include "common/service.h"
#include "services/matching/core/hold.h"
#include "services/matching/core/wait_reason.h"
#include "services/matching/matching_form_store.h"
#include "services/matching/matching_group_store.h"

struct round { /* one look at the whole market */
    struct city city;
    struct needs needs;
    struct pairs pairs;
    struct market market;
    struct open_groups groups;
    struct market_view view;
    const struct themes *themes;
    const struct candidate *candidates;
};

/* --- matching_round.c --- */

/* Who waits, and what there is for them. The view is made when there are needs. */
bool round_of_waiting(struct context *context, struct round *round, struct error *error);

/* The children that proposals of one plan were made for, and what there is when these proposals
 * are away: what they use is free for them. */
bool round_of_proposals(struct context *context, const struct proposals *proposals,
    const struct uuid *children, size_t count, struct round *round, struct error *error);

/* --- matching_plan_write.c --- */

/* The round as gruppstod-instance/1, in the arena: ids, no names. */
struct text plan_write_instance(
    struct context *context, const struct round *round, struct error *error);

/* --- matching_plan_read.c --- */

struct plan_told { /* the planner's answer, in the terms of a round that may be newer */
    struct planned_group *groups;
    size_t group_count;
    size_t stale; /* groups that name what is not there any more */
    struct plan_addition {
        size_t need, group;
    } * additions;
    size_t addition_count;
    struct explanation *explanations; /* by need; kind absent: nothing was told of it */
    struct text *sentences;           /* by need, for an operator; or absent */
    int64_t score, bound;             /* bound: INT_ABSENT when it is not known */
    bool optimal;
};

/* False: it is no plan, and `error` says why; the planner's own words when it refused. */
bool plan_read_answer(struct context *context, const struct round *round, struct text answer,
    struct plan_told *told, struct error *error);

/* --- matching_plan.c: one question at a time --- */

/* Called in a transaction of its own with the answer. `*settled`: as long as the market is as it
 * was, asking again would give nothing new. */
typedef bool plan_answer_fn(
    struct context *context, struct text answer, bool *settled, struct error *error);

bool plan_open(struct house *house, struct error *error);
void plan_close(struct house *house);

/* Whether a question is under way. */
bool plan_under_way(void);

/* Whether these very bytes have been answered, and the answer changed nothing. */
bool plan_is_known(struct text instance);

/* Sends the instance, and returns at once. Where the planner is away this is noted and nothing
 * else happens: the next rhythm tries again. */
void plan_ask(struct text instance, int64_t time_ms, plan_answer_fn *answered);

/* Looks at the market by `look` in a transaction of its own, soon after this one is committed:
 * something has changed that a rhythm would find too late. */
typedef bool plan_look_fn(struct context *context, struct error *error);
void plan_look_soon(struct context *context, plan_look_fn *look);

/* Why there are no plans, absent when all is well; true once after each change. */
bool plan_trouble(struct text *why);
