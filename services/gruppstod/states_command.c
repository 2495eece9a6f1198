/*
 * states: the machines of groups and of referrals as the programs know them, drawn as a page.
 * `gruppstod states > schemas/GROUPS.md` writes it; a test tells when the page is old.
 */
#include <stdio.h>
#include <sysexits.h>

#include "common/domain/group_state.h"
#include "common/domain/referral_state.h"
#include "services/gruppstod/shell.h"

struct who {
    unsigned bit;
    const char *name;
};

static const struct who group_askers[] = {
    {GROUP_ASKER_COORDINATOR, "a coordinator"},
    {GROUP_ASKER_MATCHING, "matching"},
    {GROUP_ASKER_SCHEDULING, "scheduling"},
    {GROUP_ASKER_EVALUATION, "evaluation"},
};

static const struct who referral_askers[] = {
    {ASKER_INTAKE, "intake"},
    {ASKER_MATCHING, "matching"},
    {ASKER_SCHEDULING, "scheduling"},
    {ASKER_EVALUATION, "evaluation"},
    {ASKER_DESK, "a coordinator"},
};

static void print_askers(unsigned askers, const struct who *all, size_t count)
{
    const char *between = "";

    for (size_t i = 0; i < count; i++)
        if (askers & all[i].bit) {
            printf("%s%s", between, all[i].name);
            between = ", ";
        }
}

static const char *group_name(enum group_state state)
{
    return state == GROUP_STATE_NONE ? "[*]" : group_state_names[state];
}

static void draw_groups(void)
{
    size_t count;
    const struct group_way *ways = group_ways(&count);

    puts("## A group\n\n"
         "While it collects, three facts are kept beside the state: *viable* (so many waiting\n"
         "children fit that it can start), *staffed* (a pair of leaders is set), *roomed* (its\n"
         "series is booked). They come in any order; with the third it is booked.\n\n"
         "```mermaid\nstateDiagram-v2");
    for (size_t i = 0; i < count; i++)
        printf("    %s --> %s\n", group_name(ways[i].from), group_state_names[ways[i].to]);
    for (int state = 1; state < GROUP_STATE_COUNT; state++)
        if (group_ended((enum group_state)state))
            printf("    %s --> [*]\n", group_state_names[state]);
    puts("```\n\n| from | to | asked for by | when |\n| --- | --- | --- | --- |");
    for (size_t i = 0; i < count; i++) {
        printf("| %s | %s | ", ways[i].from ? group_state_names[ways[i].from] : "new",
            group_state_names[ways[i].to]);
        print_askers(ways[i].askers, group_askers, sizeof group_askers / sizeof group_askers[0]);
        printf(" | %s |\n", ways[i].when);
    }
}

static unsigned askers_between(enum referral_state from, enum referral_state to)
{
    unsigned askers = 0;

    for (size_t i = 0; i < sizeof referral_askers / sizeof referral_askers[0]; i++)
        if (from != to && referral_may_move(from, to, (enum asker)referral_askers[i].bit))
            askers |= referral_askers[i].bit;
    return askers;
}

static void draw_referrals(void)
{
    puts("\n## A referral\n\n| from | to | asked for by |\n| --- | --- | --- |");
    for (int from = 0; from < REFERRAL_STATE_COUNT; from++)
        for (int to = 1; to < REFERRAL_STATE_COUNT; to++) {
            const unsigned askers =
                askers_between((enum referral_state)from, (enum referral_state)to);

            if (askers == 0)
                continue;
            printf("| %s | %s | ", from ? referral_state_names[from] : "new",
                referral_state_names[to]);
            print_askers(
                askers, referral_askers, sizeof referral_askers / sizeof referral_askers[0]);
            puts(" |");
        }
}

int command_states(struct shell *shell, int argc, char **argv)
{
    (void)shell;
    (void)argv;
    if (argc != 1) {
        fputs("usage: gruppstod states > schemas/GROUPS.md\n", stderr);
        return EX_USAGE;
    }
    puts("# The states of groups and referrals\n\n"
         "Written by `gruppstod states` from the tables in common/domain/group_state.c and\n"
         "common/domain/referral_state.c; edit those.\n");
    draw_groups();
    draw_referrals();
    return fflush(stdout) == 0 ? 0 : EX_IOERR;
}
