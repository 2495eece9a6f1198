/* The plan as text: what a coordinator reads in a terminal or a mail. */
#include <inttypes.h>
#include <string.h>

#include "services/planner/explain.h"
#include "services/planner/report_inside.h"

static void write_head(const struct figures *figures, FILE *stream)
{
    const struct plan *plan = figures->plan;

    fprintf(stream, "Plan%s%s\n\n", *figures->instance->name ? ": " : "", figures->instance->name);
    fprintf(stream, "%d of %d children get a place: %d in %d new groups, %d in groups that run.\n",
        (int)figures->all.placed, (int)figures->all.all,
        (int)(figures->all.placed - figures->added), (int)plan->group_count, (int)figures->added);
    fprintf(stream, "%d of the new groups have a group for parents beside them.\n",
        (int)figures->parent_groups);
    fprintf(stream, "Score %" PRId64, plan->score);
    if (plan->status == PLAN_OPTIMAL)
        fputs(": no plan is better.\n", stream);
    else if (plan->bound != PLAN_ABSENT)
        fprintf(stream, ", at most %" PRId64 " is possible: a gap of %.2f %%.\n", plan->bound,
            100 * plan_gap(plan));
    else
        fputs(".\n", stream);
    fprintf(stream,
        "Waited so far (median days): %d with a place, %d without; %d without have "
        "waited more than %d days.\n",
        (int)figures->wait_placed, (int)figures->wait_left, (int)figures->left_long,
        REPORT_WAITED_LONG);
}

/* A bar of 20 characters. */
static void write_share(FILE *stream, const char *name, struct share share)
{
    static const char bar[] = "####################....................";
    char words[40];

    if (share.all == 0)
        return;
    const int32_t filled = share.all < REPORT_FEW ? 0 : share_percent(share) / 5;
    fprintf(stream, "  %.20s  %-20s  %s\n", bar + 20 - filled, share_words(share, words), name);
}

static void write_shares(const struct figures *figures, FILE *stream)
{
    const struct instance *in = figures->instance;

    fputs("\nPlaced by situation\n", stream);
    for (int32_t i = 0; i < in->theme_count; i++)
        write_share(stream, in->themes[i], figures->themes[i]);
    fputs("\nPlaced by district\n", stream);
    for (int32_t i = 0; i < in->district_count; i++)
        write_share(stream, in->districts[i], figures->districts[i]);
    write_share(stream, "urgent, whole city", figures->urgent);
}

static void write_group(const struct figures *figures, const struct plan_group *group, FILE *stream)
{
    const struct instance *in = figures->instance;
    static const char *const genders[] = {"", ", girls", ", boys"};
    char slot[40];

    fprintf(stream, "  %-18s %-12s %2d-%-2d %d children  room %s, %s  %s%s  leaders %s, %s%s\n",
        explain_slot(in->slots[group->slot], slot), in->themes[group->theme], (int)group->age_from,
        (int)group->age_to, (int)group->child_count, in->rooms[group->room].id,
        in->districts[in->rooms[group->room].district], in->languages[group->language],
        genders[group->gender], in->leaders[group->leaders[0]].id,
        in->leaders[group->leaders[1]].id,
        group->parent_room == INSTANCE_NONE ? "" : "  + parents");
}

static void write_missing(const struct figures *figures, FILE *stream)
{
    const struct plan *plan = figures->plan;

    if (plan->missing_count > 0)
        fputs("\nWhat is missing for more groups\n", stream);
    for (int32_t i = 0; i < plan->missing_count; i++)
        fprintf(stream, "  helps %2d  %s\n", (int)plan->missing[i].helped,
            plan->missing[i].option.sentence);
    if (plan->unplaced_count > 0)
        fputs("\nWhy children have no place\n", stream);
    for (int32_t i = 0; i < PLAN_REASON_COUNT; i++)
        if (figures->reasons[i] >= REPORT_FEW)
            fprintf(
                stream, "  %5d  %s\n", (int)figures->reasons[i], reason_name((enum plan_reason)i));
        else if (figures->reasons[i] > 0)
            fprintf(stream, "    few  %s\n", reason_name((enum plan_reason)i));
}

bool plan_report_text(
    const struct instance *instance, const struct plan *plan, FILE *stream, struct error *error)
{
    struct figures figures;

    figures_open(&figures, instance, plan);
    write_head(&figures, stream);
    write_shares(&figures, stream);
    if (plan->group_count > 0)
        fputs("\nNew groups\n", stream);
    for (int32_t i = 0; i < plan->group_count; i++)
        write_group(&figures, &plan->groups[figures.order[i]], stream);
    write_missing(&figures, stream);
    figures_close(&figures);
    if (fflush(stream) != 0 || ferror(stream))
        return error_set(error, ERROR_BUSY, "the report cannot be written");
    return true;
}
