/*
 * The planner's themes: one for each programme and band of ages, since the groups of one band of a
 * programme have the same rules. And what each child that waits looks like to the planner. Pure.
 */
#pragma once

#include "common/arena.h"
#include "services/matching/core/market.h"

enum { THEMES_MOST = 64 /* a mask holds them */, THEME_NAME = 48 };

struct theme {
    size_t programme;
    struct band band;
    int least, most;       /* children of a group that opens now */
    char name[THEME_NAME]; /* "substance:1f0a77c2:7-12": no other has it, and it stays the same */
};

struct themes {
    struct theme themes[THEMES_MOST];
    size_t count, left_out; /* left_out: more than a mask holds */
};

const struct themes *themes_of(struct arena *arena, const struct market_view *view);

/* SIZE_MAX: there is none of that name any more. */
size_t theme_find(const struct themes *themes, struct text name);

/* The declared ages of a group for children from `ages.from` to `ages.to`: as wide as the programme
 * allows, the older ones rather than the younger, so that who comes later finds a place. */
struct band theme_widen(const struct theme *theme, int band_years, struct band ages);

/* The theme that a booked group belongs to: known by situation and ages. SIZE_MAX for a group that
 * lies outside the ways and times that are known: it takes nobody by a plan. */
size_t theme_of_group(
    const struct market_view *view, const struct themes *themes, const struct open_group *group);

#define CANDIDATE_FREE SIZE_MAX

struct candidate { /* by need */
    bool goes;     /* false: no plan can place it, and it is not in the instance */
    uint64_t themes;
    bool parent_none, parent_must; /* else the parent would like to join */
    size_t unit;                   /* need that stands for all that must come together */
    size_t only;                   /* the open group of a brother or sister, or CANDIDATE_FREE */
};

const struct candidate *candidates_of(
    struct arena *arena, const struct market_view *view, const struct themes *themes);
