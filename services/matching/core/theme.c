#include "services/matching/core/theme.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"

static bool in_band(const struct market_view *view, const struct child_need *need, struct band band)
{
    const int age = date_age(need->birth, view->plan_date);

    return age >= band.from && age <= band.to;
}

/* Whoever has waited past the target gets a group without the margin for those who will decline. */
static int least_of(
    const struct market_view *view, const struct programme *programme, struct band band)
{
    int least = programme->least + programme->margin;

    for (size_t i = 0; i < view->need_count; i++)
        if ((view->needs[i].situations & bit_of((int)programme->situation)) != 0 &&
            in_band(view, &view->needs[i], band) &&
            view->today - view->needs[i].since > view->patience_days)
            least = programme->least;
    return least < programme->most ? least : programme->most;
}

const struct themes *themes_of(struct arena *arena, const struct market_view *view)
{
    struct themes *themes = ARENA_NEW(arena, struct themes);

    for (size_t p = 0; p < view->programme_count; p++) {
        const struct programme *programme = &view->programmes[p];
        const uint8_t *id = &programme->programme_id.bytes[12]; /* chance, whatever the version */

        for (size_t b = 0; b < programme->band_count; b++) {
            if (themes->count == THEMES_MOST) {
                themes->left_out++;
                continue;
            }
            struct theme *theme = &themes->themes[themes->count++];
            *theme = (struct theme){.programme = p,
                .band = programme->bands[b],
                .least = least_of(view, programme, programme->bands[b]),
                .most = programme->most};
            snprintf(theme->name, sizeof theme->name, "%.12s:%02x%02x%02x%02x:%d-%d",
                situation_names[programme->situation], id[0], id[1], id[2], id[3], theme->band.from,
                theme->band.to);
        }
    }
    return themes;
}

size_t theme_find(const struct themes *themes, struct text name)
{
    size_t found = SIZE_MAX;

    for (size_t i = 0; i < themes->count; i++)
        if (text_is(name, themes->themes[i].name)) {
            if (found != SIZE_MAX)
                return SIZE_MAX; /* two of one name: neither is meant for certain */
            found = i;
        }
    return found;
}

struct band theme_widen(const struct theme *theme, int band_years, struct band ages)
{
    int last = theme->band.to - band_years + 1;
    struct band wide;

    if (last < theme->band.from)
        last = theme->band.from;
    wide.from = ages.from < last ? ages.from : last;
    wide.to = wide.from + band_years - 1;
    if (wide.to > theme->band.to)
        wide.to = theme->band.to;
    return wide;
}

size_t theme_of_group(
    const struct market_view *view, const struct themes *themes, const struct open_group *group)
{
    size_t found = SIZE_MAX;

    if (group->district < 0 || (size_t)group->district >= view->travel.districts ||
        !slot_in(view->slots, group->slot))
        return SIZE_MAX;
    for (size_t t = 0; t < themes->count; t++) {
        const struct band band = themes->themes[t].band;

        if (view->programmes[themes->themes[t].programme].situation != group->situation ||
            band.from > group->age_to || band.to < group->age_from)
            continue;
        if (band.from <= group->age_from && band.to >= group->age_to)
            return t;
        found = found == SIZE_MAX ? t : found;
    }
    return found;
}

/* --- candidates --- */

static size_t root_of(const struct candidate *candidates, size_t need)
{
    while (candidates[need].unit != need)
        need = candidates[need].unit;
    return need;
}

/* The themes of the child's situation and age, by what its parent and the programme want. */
static void choose_themes(const struct market_view *view, const struct themes *themes,
    const struct child_need *need, struct candidate *candidate)
{
    uint64_t always = 0, optional = 0, never = 0;

    for (size_t t = 0; t < themes->count; t++) {
        const struct programme *programme = &view->programmes[themes->themes[t].programme];
        const uint64_t bit = UINT64_C(1) << t;

        if ((need->situations & bit_of((int)programme->situation)) == 0 ||
            !in_band(view, need, themes->themes[t].band))
            continue;
        always |= programme->parents == PARENTS_ALWAYS ? bit : 0;
        optional |= programme->parents == PARENTS_OPTIONAL ? bit : 0;
        never |= programme->parents == PARENTS_NO ? bit : 0;
    }
    /* One wish a child is all that an instance can say: where some programmes always have parents,
     * a child whose parent would join goes with a parent, and another one to the other programmes.
     */
    const bool joins = need->parent_wish == PARENT_WISH_MUST ||
                       (need->parent_wish == PARENT_WISH_YES && always != 0);
    if (joins) {
        candidate->themes = always | optional;
        candidate->parent_must = true;
    } else if ((optional | never) != 0) {
        candidate->themes = optional | never;
        candidate->parent_none = need->parent_wish == PARENT_WISH_NO || optional == 0;
    } else {
        candidate->themes = always;
        candidate->parent_must = always != 0;
    }
}

/* Whether any plan could hold the child by itself. */
static bool can_go(const struct market_view *view, const struct child_need *need)
{
    return (need->slots & view->slots) != 0 && need->languages != 0 && need->district >= 0 &&
           (size_t)need->district < view->travel.districts &&
           (!need->same_sex_only || need->sex == SEX_GIRL || need->sex == SEX_BOY);
}

struct turn {
    struct uuid child_id;
    size_t need;
};

static int compare_turns(const void *a, const void *b)
{
    const struct turn *one = a, *other = b;
    const int order = uuid_compare(&one->child_id, &other->child_id);

    return order ? order : (one->need > other->need) - (one->need < other->need);
}

/* H1: of several referrals of one child only the first in turn goes. */
static void leave_out_same_children(
    struct arena *arena, const struct market_view *view, struct candidate *candidates)
{
    struct turn *turns = ARENA_ARRAY(arena, struct turn, view->need_count);

    for (size_t i = 0; i < view->need_count; i++)
        turns[i] = (struct turn){view->needs[i].child_id, i};
    qsort(turns, view->need_count, sizeof *turns, compare_turns);
    for (size_t i = 1; i < view->need_count; i++)
        if (uuid_equal(turns[i].child_id, turns[i - 1].child_id))
            candidates[turns[i].need].goes = false;
}

static size_t group_of(
    const struct market_view *view, const struct themes *themes, struct uuid group_id)
{
    for (size_t i = 0; i < view->group_count; i++)
        if (uuid_equal(view->groups[i].group_id, group_id))
            return theme_of_group(view, themes, &view->groups[i]) == SIZE_MAX ? CANDIDATE_FREE : i;
    return CANDIDATE_FREE;
}

/* H15: who has a brother or sister in a group goes there or nowhere; who has one that waits and
 * cannot be placed now, waits too. */
static void bind_outside(const struct market_view *view, const struct themes *themes,
    const struct pair *pair, struct candidate *candidate)
{
    const size_t group =
        uuid_absent(pair->group_id) ? CANDIDATE_FREE : group_of(view, themes, pair->group_id);

    if (uuid_absent(pair->group_id))
        candidate->goes = candidate->goes && !pair->waits;
    else if (group == CANDIDATE_FREE ||
             (candidate->only != CANDIDATE_FREE && candidate->only != group))
        candidate->goes = false;
    else
        candidate->only = group;
}

static void join(struct candidate *candidates, const struct pair *pair)
{
    const size_t a = root_of(candidates, pair->a), b = root_of(candidates, pair->b);

    candidates[a > b ? a : b].unit = a < b ? a : b;
}

/* A unit in which two must not meet, or of which one cannot go, stays as a whole (H15). */
static void judge_units(const struct market_view *view, struct candidate *candidates)
{
    for (size_t i = 0; i < view->need_count; i++)
        candidates[i].unit = root_of(candidates, i);
    for (size_t i = 0; i < view->pair_count; i++) {
        const struct pair *pair = &view->pairs[i];

        if (pair->kind != PAIR_TOGETHER && pair->b != PAIR_OUTSIDE &&
            candidates[pair->a].unit == candidates[pair->b].unit)
            candidates[candidates[pair->a].unit].goes = false;
    }
    for (size_t i = 0; i < view->need_count; i++)
        if (!candidates[i].goes)
            candidates[candidates[i].unit].goes = false;
    for (size_t i = 0; i < view->need_count; i++)
        candidates[i].goes = candidates[candidates[i].unit].goes;
}

const struct candidate *candidates_of(
    struct arena *arena, const struct market_view *view, const struct themes *themes)
{
    struct candidate *candidates = ARENA_ARRAY(arena, struct candidate, view->need_count);

    for (size_t i = 0; i < view->need_count; i++) {
        candidates[i].unit = i;
        candidates[i].only = CANDIDATE_FREE;
        choose_themes(view, themes, &view->needs[i], &candidates[i]);
        candidates[i].goes = candidates[i].themes != 0 && can_go(view, &view->needs[i]);
    }
    leave_out_same_children(arena, view, candidates);
    for (size_t i = 0; i < view->pair_count; i++) {
        const struct pair *pair = &view->pairs[i];

        if (pair->kind != PAIR_TOGETHER)
            continue;
        if (pair->b == PAIR_OUTSIDE)
            bind_outside(view, themes, pair, &candidates[pair->a]);
        else
            join(candidates, pair);
    }
    judge_units(view, candidates);
    return candidates;
}
