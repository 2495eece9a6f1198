/* Counting a plan once for all that is shown of it. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/report_inside.h"

static const char *const weekdays[] = {"Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays",
    "Saturdays", "Sundays", "Other times"};

static void *zeroed(int32_t count, size_t size)
{
    const size_t bytes = ((size_t)count + 1) * size;

    return memset(memory_grow(NULL, bytes), 0, bytes);
}

int32_t slot_weekday(const char *slot)
{
    static const char days[] = "montuewedthufrisatsun";

    for (int32_t i = 0; i < 7; i++)
        if (strncmp(slot, days + 3 * i, 3) == 0)
            return i;
    return 7;
}

const char *weekday_name(int32_t weekday)
{
    return weekdays[weekday];
}

const char *reason_name(enum plan_reason reason)
{
    static const char *const names[PLAN_REASON_COUNT] = {
        [PLAN_REASON_NONE] = "A longer search may help",
        [PLAN_REASON_CHILDREN] = "Too few children for a group",
        [PLAN_REASON_LEADERS] = "No free trained leaders",
        [PLAN_REASON_ROOM] = "No free room",
        [PLAN_REASON_TIME] = "No suitable time",
        [PLAN_REASON_TRAVEL] = "Nothing within the travel time",
        [PLAN_REASON_SIBLINGS] = "Siblings find no group together",
        [PLAN_REASON_COST] = "A group would cost more than it brings",
    };

    return names[reason];
}

int32_t share_percent(struct share share)
{
    return share.all == 0 ? 0 : (200 * share.placed + share.all) / (2 * share.all);
}

const char *share_words(struct share share, char text[static 40])
{
    if (share.all < REPORT_FEW)
        snprintf(text, 40, "few");
    else
        snprintf(text, 40, "%d of %d (%d %%)", (int)share.placed, (int)share.all,
            (int)share_percent(share));
    return text;
}

static int by_number(const void *left, const void *right)
{
    const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

static int32_t median(int32_t *days, int32_t count)
{
    if (count == 0)
        return 0;
    qsort(days, (size_t)count, sizeof *days, by_number);
    return days[count / 2];
}

static void count_children(struct figures *figures)
{
    const struct instance *in = figures->instance;
    int32_t *placed = zeroed(in->child_count, sizeof *placed);
    int32_t *left = zeroed(in->child_count, sizeof *left);
    int32_t lefts = 0;

    for (int32_t i = 0; i < in->child_count; i++) {
        const struct instance_child *child = &in->children[i];
        const int32_t days = in->plan_date > child->since ? in->plan_date - child->since : 0;
        const int32_t here = figures->placed[i];
        struct share *shares[] = {&figures->all, &figures->themes[child->primary],
            &figures->districts[child->home], child->urgency >= 2 ? &figures->urgent : NULL};

        for (size_t s = 0; s < sizeof shares / sizeof *shares; s++)
            if (shares[s]) {
                shares[s]->placed += here;
                shares[s]->all++;
            }
        if (here) {
            placed[figures->all.placed - 1] = days;
        } else {
            left[lefts++] = days;
            figures->left_long += days > REPORT_WAITED_LONG;
        }
    }
    figures->wait_placed = median(placed, figures->all.placed);
    figures->wait_left = median(left, lefts);
    figures->wait_left_longest = lefts > 0 ? left[lefts - 1] : 0;
    free(placed);
    free(left);
}

static int by_weekday(const void *left, const void *right, void *data)
{
    const struct figures *figures = data;
    const struct plan_group *a = &figures->plan->groups[*(const int32_t *)left];
    const struct plan_group *b = &figures->plan->groups[*(const int32_t *)right];
    const char *const *slots = figures->instance->slots;
    const int32_t day = slot_weekday(slots[a->slot]) - slot_weekday(slots[b->slot]);

    if (day != 0)
        return day;
    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    return (a->room > b->room) - (a->room < b->room);
}

static void count_groups(struct figures *figures)
{
    const struct plan *plan = figures->plan;

    figures->order = zeroed(plan->group_count, sizeof *figures->order);
    for (int32_t i = 0; i < plan->group_count; i++) {
        figures->order[i] = i;
        figures->groups_in[figures->instance->rooms[plan->groups[i].room].district]++;
        figures->parent_groups += plan->groups[i].parent_room != INSTANCE_NONE;
    }
    if (plan->group_count > 1)
        qsort_r(
            figures->order, (size_t)plan->group_count, sizeof *figures->order, by_weekday, figures);
    for (int32_t i = 0; i < plan->addition_count; i++)
        figures->added += plan->additions[i].child_count;
    for (int32_t i = 0; i < plan->unplaced_count; i++)
        figures->reasons[plan->unplaced[i].reason]++;
}

void figures_open(struct figures *figures, const struct instance *instance, const struct plan *plan)
{
    *figures = (struct figures){.instance = instance,
        .plan = plan,
        .placed = zeroed(instance->child_count, 1),
        .themes = zeroed(instance->theme_count, sizeof(struct share)),
        .districts = zeroed(instance->district_count, sizeof(struct share)),
        .groups_in = zeroed(instance->district_count, sizeof(int32_t))};
    plan_mark_placed(instance, plan, figures->placed);
    count_children(figures);
    count_groups(figures);
}

void figures_close(struct figures *figures)
{
    free(figures->placed);
    free(figures->themes);
    free(figures->districts);
    free(figures->groups_in);
    free(figures->order);
}
