/* Every command there is; the order is that of --help. */
#include "services/gruppstod/commands.h"

#include "common/check.h"

static const struct command commands[] = {
    {"up", "[--init] [--port N] [--demo]", "start PostgreSQL and all daemons", command_up},
    {"down", "", "stop them; everything is kept", command_down},
    {"status", "", "what runs, since when, what waits", command_status},
    {"queues", "", "each queue: depth, age of the oldest, dead letters", command_queues},
    {"shape", "", "who waits: situations by days waited", command_shape},
    {"forecast", "", "where leaders will be missing within twelve months", command_forecast},
    {"get", "referrals|groups|dead|...", "a list; -o wide, json or csv shows more", command_get},
    {"describe", "referral CODE | group NAME | ...", "one thing with all that belongs to it",
        command_describe},
    {"explain", "CODE", "why a child waits", command_explain},
    {"trace", "CODE", "a referral hop by hop, with times", command_trace},
    {"retry", "ID | --all", "try dead letters again", command_retry},
    {"pause", "DAEMON [--why TEXT]", "its messages wait", command_pause},
    {"resume", "DAEMON [--why TEXT]", "it goes on", command_resume},
    {"drain", "DAEMON [--why TEXT]", "it takes nothing new and finishes", command_drain},
    {"import", "leaders|rooms|... FILE [--dry-run]", "bring in what others keep in files",
        command_import},
    {"staff", "USER ROLE NAME | USER --end", "who may sign in at the desk", command_staff},
    {"config", "check | show [--origin]", "settings, their values and where they come from",
        command_config},
    {"migrate", "[--dry-run]", "bring the database to this release", command_migrate},
    {"demo", "[--referrals N] [--coordinator] ...", "made-up families live through it all",
        command_demo},
    {"report", "[--csv]", "waiting times, unmet demand, coverage; small numbers hidden",
        command_report},
    {"doctor", "", "each part looked at, with the next step", command_doctor},
    {"bench", "queue|accept|pipeline|latency", "measure it on this machine", command_bench},
    {"supervise", "", NULL, command_supervise},
    {"bench-stage", "", NULL, command_stage},
};

/* What works on files alone. */
static const struct command file_commands[] = {
    {"plan", "[--time S] [--report FILE] ...", "an instance comes in, the best plan goes out",
        command_plan},
    {"check-plan", "INSTANCE PLAN", "every rule and the score of a plan, anew", command_check_plan},
    {"whatif", "--leader ... | --travel +15 ...", "children and days that a change would give",
        command_whatif},
    {"states", "", "the states of groups and referrals, as a page", command_states},
};

const struct command *command_at(size_t place)
{
    if (place < COUNT(commands))
        return &commands[place];
    place -= COUNT(commands);
    return place < COUNT(file_commands) ? &file_commands[place] : NULL;
}

bool command_is_alone(const struct command *command)
{
    return command >= file_commands && command < file_commands + COUNT(file_commands);
}
