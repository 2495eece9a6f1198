/*
 * For each child: the times it can come, from the one with the least missing. At a time there may
 * be leaders or not, a room near enough or not, and children of like age or not.
 */
#include "services/matching/core/wait_reason.h"

#include "common/check.h"
#include "common/domain/date.h"

struct market { /* what is left of the round, and who is left */
    const struct wait_view *view;
    /* Children of each age, by (situation, language, slot). */
    uint16_t *counts;
    /* Whether two could lead at all, and at each slot in each district: by (situation, language).
     */
    bool *speaks;
    int64_t *led; /* mask of slots, by ((situation, language), district) */
};

static size_t kind_of(const struct market *market, int situation, int language)
{
    return (size_t)situation * (size_t)market->view->form->languages + (size_t)language;
}

static void count_children(struct market *market)
{
    const struct form_view *form = market->view->form;

    for (size_t i = 0; i < form->need_count; i++) {
        const struct child_need *child = &form->needs[i];
        int age = date_age(child->birth, form->plan_date);

        if (market->view->plan->group_of[i] != FORM_NONE || age < 0 || age >= AGES_MOST)
            continue;
        for (uint64_t languages = child->languages; languages; languages &= languages - 1) {
            size_t kind =
                kind_of(market, (int)child->primary, __builtin_ctzll(languages)) * SLOTS_MOST;

            for (int slot = slot_next(child->slots, -1); slot >= 0;
                 slot = slot_next(child->slots, slot))
                market->counts[(kind + (size_t)slot) * AGES_MOST + (size_t)age]++;
        }
    }
}

/* Slots at which two of these leaders, one experienced, are free in the district. */
static int64_t led_slots(
    const struct market *market, int situation, int language, int district, bool *speaks)
{
    const struct form_view *form = market->view->form;
    int64_t once = 0, twice = 0, experienced = 0;
    int speakers = 0;

    for (size_t i = 0; i < form->leader_count; i++) {
        const struct leader *leader = &market->view->plan->leaders[i];

        if ((leader->situations & bit_of(situation)) == 0 ||
            (leader->languages >> language & 1) == 0)
            continue;
        speakers++;
        if (leader->groups_left <= 0 || (leader->districts >> district & 1) == 0 ||
            leader->contract_until < form->term_end)
            continue;
        twice |= once & leader->slots;
        once |= leader->slots;
        if (leader->experienced)
            experienced |= leader->slots;
    }
    *speaks = speakers >= 2;
    return twice & experienced;
}

static void count_leaders(struct market *market)
{
    const struct form_view *form = market->view->form;
    size_t districts = form->travel.districts;

    for (int situation = 1; situation < SITUATION_COUNT; situation++)
        for (int language = 0; language < form->languages; language++) {
            size_t kind = kind_of(market, situation, language);

            for (size_t district = 0; district < districts && district < 64; district++)
                market->led[kind * districts + district] =
                    led_slots(market, situation, language, (int)district, &market->speaks[kind]);
        }
}

/* How much is missing at one slot for one child; the smaller, the nearer. */
enum distance { NEAR_CHILDREN, NEAR_LEADERS, NEAR_ROOM, NEAR_WAY, NEAR_NOTHING };

struct look {
    enum distance distance;
    int slot, district, missing;
    struct band ages;
};

static bool nearer(const struct look *a, const struct look *b)
{
    return a->distance != b->distance ? a->distance < b->distance : a->missing < b->missing;
}

/* The span of ages round the child's with the most children left who can come then. */
static struct look count_like_ages(
    const struct market *market, const struct programme *programme, int language, int slot, int age)
{
    size_t kind = kind_of(market, (int)programme->situation, language);
    const uint16_t *counts = &market->counts[(kind * SLOTS_MOST + (size_t)slot) * AGES_MOST];
    struct look best = {.distance = NEAR_NOTHING, .slot = slot, .missing = programme->least};

    for (size_t i = 0; i < programme->band_count; i++) {
        struct band band = programme->bands[i];

        for (int from = age - programme->band_years + 1; from <= age; from++) {
            int to = from + programme->band_years - 1, found = 0;
            int first = from < band.from ? band.from : from, last = to > band.to ? band.to : to;

            if (age < first || age > last)
                continue;
            for (int year = first; year <= last; year++)
                found += counts[year];
            if (best.distance == NEAR_NOTHING || programme->least - found < best.missing)
                best =
                    (struct look){NEAR_CHILDREN, slot, -1, programme->least - found, {first, last}};
        }
    }
    return best;
}

struct supply { /* what there is at one slot for one child */
    bool led_and_roomed, roomed, led, led_far;
    int district;
};

static struct supply look_at_rooms(
    const struct market *market, const struct child_need *child, size_t kind, int slot)
{
    const struct form_view *form = market->view->form;
    struct supply supply = {.district = -1};

    for (size_t i = 0; i < form->room_count; i++) {
        const struct room *room = &market->view->plan->rooms[i];
        int64_t led = market->led[kind * form->travel.districts + (size_t)room->district];
        bool near_enough =
            travel_minutes(&form->travel, child->district, room->district) <= child->max_travel_min;
        bool open = slot_in(room->slots, slot) && (child->needs & ~room->needs) == 0;

        supply.led = supply.led || (near_enough && slot_in(led, slot));
        supply.led_far = supply.led_far || (open && !near_enough && slot_in(led, slot));
        if (!open || !near_enough)
            continue;
        supply.roomed = true;
        if (slot_in(led, slot) && !supply.led_and_roomed) {
            supply.led_and_roomed = true;
            supply.district = room->district;
        }
    }
    return supply;
}

static struct look look_at_slot(const struct market *market, size_t need,
    const struct programme *programme, int language, int slot)
{
    const struct child_need *child = &market->view->form->needs[need];
    int age = date_age(child->birth, market->view->form->plan_date);
    size_t kind = kind_of(market, (int)programme->situation, language);
    struct supply supply = look_at_rooms(market, child, kind, slot);
    struct look look;

    if (supply.led_and_roomed) {
        look = count_like_ages(market, programme, language, slot, age);
        look.district = supply.district;
        /* Enough, and yet no group: something stands between them that is not told. */
        if (look.distance == NEAR_CHILDREN && look.missing <= 0)
            look.distance = NEAR_NOTHING;
        return look;
    }
    look = (struct look){.distance = NEAR_NOTHING, .slot = slot, .district = -1};
    if (supply.roomed)
        look.distance = NEAR_LEADERS;
    else if (supply.led)
        look.distance = NEAR_ROOM;
    else if (supply.led_far)
        look.distance = NEAR_WAY;
    return look;
}

static struct look nearest_look(const struct market *market, size_t need, bool *speaks)
{
    const struct form_view *form = market->view->form;
    const struct child_need *child = &form->needs[need];
    struct look best = {.distance = NEAR_NOTHING, .slot = -1, .district = -1};

    for (size_t p = 0; p < form->programme_count; p++) {
        const struct programme *programme = &form->programmes[p];

        if ((child->situations & bit_of((int)programme->situation)) == 0)
            continue;
        for (uint64_t languages = child->languages; languages; languages &= languages - 1) {
            int language = __builtin_ctzll(languages);

            *speaks =
                *speaks || market->speaks[kind_of(market, (int)programme->situation, language)];
            for (int slot = slot_next(child->slots, -1); slot >= 0;
                 slot = slot_next(child->slots, slot)) {
                struct look look = look_at_slot(market, need, programme, language, slot);

                if (nearer(&look, &best))
                    best = look;
            }
        }
    }
    return best;
}

/* Whether a booked group would do, were it not full. */
static bool full_group(const struct wait_view *view, const struct child_need *child)
{
    for (size_t i = 0; i < view->group_count; i++) {
        const struct open_group *group = &view->groups[i];
        int age = date_age(child->birth, group->first_day);

        if ((child->situations & bit_of((int)group->situation)) != 0 &&
            (child->languages >> group->language & 1) != 0 && slot_in(child->slots, group->slot) &&
            age >= group->age_from && age <= group->age_to && need_sex_fits(child, group->sex) &&
            (child->needs & ~group->needs) == 0 &&
            travel_minutes(&view->form->travel, child->district, group->district) <=
                child->max_travel_min &&
            !need_declined(child, group->group_id) &&
            __builtin_popcountll((uint64_t)group->used) >= group->places)
            return true;
    }
    return false;
}

static bool anybody_speaks(const struct market *market, uint32_t situations)
{
    for (int situation = 1; situation < SITUATION_COUNT; situation++)
        for (int language = 0; language < market->view->form->languages; language++)
            if ((situations & bit_of(situation)) != 0 &&
                market->speaks[kind_of(market, situation, language)])
                return true;
    return false;
}

static struct wait explain(const struct market *market, size_t need)
{
    static const enum wait_reason reasons[] = {
        [NEAR_CHILDREN] = WAIT_REASON_FEW_CHILDREN,
        [NEAR_LEADERS] = WAIT_REASON_LEADERS_MISSING,
        [NEAR_ROOM] = WAIT_REASON_ROOM_MISSING,
        [NEAR_WAY] = WAIT_REASON_TOO_FAR,
        [NEAR_NOTHING] = WAIT_REASON_NO_COMMON_TIME,
    };
    const struct child_need *child = &market->view->form->needs[need];
    struct wait wait = {.reason = WAIT_REASON_NO_COMMON_TIME, .slot = -1, .district = -1};
    bool speaks = false;
    struct look look;

    if (full_group(market->view, child)) {
        wait.reason = WAIT_REASON_GROUP_FULL;
        return wait;
    }
    look = nearest_look(market, need, &speaks);
    if (!speaks) {
        wait.reason = anybody_speaks(market, child->situations) ? WAIT_REASON_LANGUAGE_MISSING
                                                                : WAIT_REASON_LEADERS_MISSING;
        return wait;
    }
    wait.reason = reasons[look.distance];
    if (look.distance == NEAR_NOTHING)
        return wait;
    wait.slot = look.slot;
    if (look.distance == NEAR_CHILDREN) {
        wait.missing = look.missing;
        wait.ages = look.ages;
        wait.district = look.district;
    }
    return wait;
}

const struct wait *wait_reasons(struct arena *arena, const struct wait_view *view)
{
    const struct form_view *form = view->form;
    size_t kinds = (size_t)SITUATION_COUNT * (size_t)form->languages;
    struct wait *waits = ARENA_ARRAY(arena, struct wait, form->need_count);
    struct market market = {
        .view = view,
        .counts = ARENA_ARRAY(arena, uint16_t, kinds * SLOTS_MOST * AGES_MOST),
        .speaks = ARENA_ARRAY(arena, bool, kinds),
        .led = ARENA_ARRAY(arena, int64_t, kinds * form->travel.districts),
    };

    count_children(&market);
    count_leaders(&market);
    for (size_t i = 0; i < form->need_count; i++)
        if (view->plan->group_of[i] == FORM_NONE)
            waits[i] = explain(&market, i);
    return waits;
}
