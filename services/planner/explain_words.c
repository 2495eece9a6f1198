/* An explanation in words, for an operator. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "services/planner/explain_inside.h"

const char *explain_slot(const char *slot, char text[static 40])
{
    static const char *const days[] = {"mon", "Mondays", "tue", "Tuesdays", "wed", "Wednesdays",
        "thu", "Thursdays", "fri", "Fridays", "sat", "Saturdays", "sun", "Sundays"};

    snprintf(text, 40, "%.39s", slot);
    if (strlen(slot) != 7 || strspn(slot + 3, "0123456789") != 4)
        return text;
    for (size_t i = 0; i < sizeof days / sizeof *days; i += 2)
        if (strncmp(slot, days[i], 3) == 0)
            snprintf(text, 40, "%s %.2s:%.2s", days[i + 1], slot + 3, slot + 5);
    return text;
}

/* Adds to a sentence, with "and" between its parts. */
__attribute__((format(printf, 3, 4))) static void add(
    struct plan_unplaced *option, const char *joint, const char *format, ...)
{
    const size_t length = strlen(option->sentence);
    va_list arguments;
    char part[160];

    va_start(arguments, format);
    vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    snprintf(option->sentence + length, sizeof option->sentence - length, "%s%s",
        length ? joint : "", part);
}

static void add_children(const struct instance *in, struct plan_unplaced *option)
{
    static const char *const many[] = {"children", "girls", "boys"};
    static const char *const one[] = {"child", "girl", "boy"};
    const int32_t count = option->missing_children;

    if (count == 0)
        return;
    add(option, "", "%d more %s aged ", (int)count, (count == 1 ? one : many)[option->gender]);
    if (option->age_from == option->age_to)
        add(option, "", "%d", (int)option->age_from);
    else
        add(option, "", "%d-%d", (int)option->age_from, (int)option->age_to);
    add(option, "", " (%.30s, %.10s)", in->themes[option->theme], in->languages[option->language]);
}

static void add_leaders(struct plan_unplaced *option)
{
    const char *experience = option->missing_experienced ? " (one experienced)" : "";

    if (option->missing_leaders == 2)
        add(option, " and ", "two free trained leaders%s", experience);
    else if (option->missing_leaders == 1)
        add(option, " and ", "one more free %strained leader",
            option->missing_experienced ? "experienced " : "");
    if (option->missing_parent_leaders == 2)
        add(option, " and ", "two free leaders for the parents");
    else if (option->missing_parent_leaders == 1)
        add(option, " and ", "a free leader for the parents");
}

static void add_rooms(struct plan_unplaced *option)
{
    if (option->missing_rooms == 2)
        add(option, " and ", "two free rooms at one site, for children and parents");
    else if (option->missing_rooms == 1)
        add(option, " and ",
            option->parent_group ? "a free room for the parents too" : "a free room");
}

void explain_words(const struct instance *in, struct plan_unplaced *option)
{
    static const char *const whole[PLAN_REASON_COUNT] = {
        [PLAN_REASON_NONE] = "a longer search may find a place",
        [PLAN_REASON_TIME] = "no suitable time",
        [PLAN_REASON_TRAVEL] = "nothing within the travel time",
        [PLAN_REASON_SIBLINGS] = "the siblings find no group together",
        [PLAN_REASON_COST] = "a group would cost more points than it brings",
    };
    char slot[40];

    option->sentence[0] = '\0';
    if (whole[option->reason]) {
        snprintf(option->sentence, sizeof option->sentence, "%s", whole[option->reason]);
        return;
    }
    explain_slot(in->slots[option->slot], slot);
    add_children(in, option);
    if (option->missing_children > 0)
        add(option, "", " who can %s in %.60s", slot, in->districts[option->district]);
    add_leaders(option);
    add_rooms(option);
    if (option->missing_children == 0)
        add(option, "", " (%.30s, %.10s), %s, %.60s", in->themes[option->theme],
            in->languages[option->language], slot, in->districts[option->district]);
}
