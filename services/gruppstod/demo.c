/*
 * demo: made-up families live through the whole house, by its real pages and its real letters.
 *
 * Referrals go in by the form and the API; offers are read from the outlet's folder and answered on
 * their pages; where silence must run out, the civil clock is turned forward. It ends with what
 * happened, and with a check in SQL that nothing was lost or doubled. What it did stays; a second
 * run adds more families.
 */
#include "services/gruppstod/demo.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "services/gruppstod/asked.h"
#include "services/gruppstod/demo_store.h"

enum {
    REFERRALS = 300,
    REFERRALS_MOST = 20000,
    LOOK_MS = 200,        /* between two looks at the house */
    MOMENT_MS = 1500,     /* longer than the rhythms of a second: letters, places that fell free */
    PATIENCE_MS = 120000, /* without any change while messages wait: something is stuck */
    SILENT_ROUNDS = 2,    /* the first limit makes a call, the second gives the place on */
    CITY_PATIENCE_MS = 30000,
    MORNING = 8,
    EVENING = 19, /* local hours between which letters surely go */
};

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number)
{
    interrupted = signal_number;
}

bool demo_stopped(void)
{
    return interrupted != 0;
}

void demo_say(const struct demo *demo, const char *format, ...)
{
    va_list arguments;

    if (demo->bar)
        fputs("\r\033[K", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void demo_show(const struct demo *demo, const char *what, size_t done, size_t count)
{
    static const char full[] = "########################################";
    const int width = (int)sizeof full - 1;
    const int filled = count ? (int)((size_t)width * done / count) : width;

    if (demo->bar)
        fprintf(stderr, "\r%s [%.*s%*s] %zu of %zu%s", what, filled, full, width - filled, "", done,
            count, done == count ? "\n" : "");
    else if (done == count || (count >= 10 && done % (count / 10) == 0))
        fprintf(stderr, "%s: %zu of %zu\n", what, done, count);
}

static bool read_count(const char *word, size_t *count)
{
    char *end;
    const unsigned long long number = strtoull(word, &end, 10);

    *count = (size_t)number;
    return *word && !*end && number >= 1 && number <= REFERRALS_MOST;
}

static bool read_wish(struct demo *demo, int argc, char **argv)
{
    demo->count = REFERRALS;
    demo->seed = 1;
    demo->json = demo->shell->output == OUTPUT_JSON;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            demo->json = true;
        else if (strcmp(argv[i], "--coordinator") == 0)
            demo->coordinator = true;
        else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0)
            demo->seed = strtoull(argv[++i], NULL, 10);
        else if (!(i + 1 < argc && strcmp(argv[i], "--referrals") == 0 &&
                     read_count(argv[++i], &demo->count)))
            return false;
    }
    return true;
}

/* --- waiting for conditions --- */

static void add_turn(struct demo *demo, int64_t civil_ms, int64_t ahead_ms)
{
    CHECK(demo->turn_count < DEMO_TURNS_MOST);
    demo->turns[demo->turn_count++] = (struct demo_turn){civil_ms, ahead_ms};
}

static bool answer_mail(struct demo *demo, size_t *answered, struct error *error)
{
    struct arena *arena = arena_new((size_t)256 << 20);
    struct demo_letter *letters;
    bool good = demo_fetch_mail(demo, arena, &letters, answered, error);

    if (good && *answered)
        good = demo_answer(demo, letters, *answered, error);
    arena_free(arena);
    return good;
}

struct waiting {
    struct demo_pulse pulse;
    char print[2000];
    int64_t changed_us;
};

/* Looks once; notes when something has changed since the last look. */
static bool look(struct demo *demo, struct waiting *waiting, struct error *error)
{
    struct arena *arena = arena_new((size_t)16 << 20);
    const bool good = demo_read_pulse(demo->store, arena, &waiting->pulse, error);

    if (good &&
        strncmp(waiting->print, waiting->pulse.print.data, sizeof waiting->print - 1) != 0) {
        snprintf(waiting->print, sizeof waiting->print, "%s", waiting->pulse.print.data);
        waiting->changed_us = clock_monotonic_us();
    }
    arena_free(arena);
    return good;
}

static bool stuck(const struct waiting *waiting, struct error *error)
{
    const struct demo_pulse *pulse = &waiting->pulse;

    return error_set(error, ERROR_BUSY,
        "nothing has moved for %d s, but %lld messages wait, %lld wait to be tried again and %lld "
        "referrals have not reached matching",
        PATIENCE_MS / 1000, (long long)pulse->queued, (long long)pulse->later,
        (long long)pulse->missing);
}

static void say_waiting(const struct demo *demo, const struct waiting *waiting)
{
    if (demo->bar)
        fprintf(stderr,
            "\r\033[KWaiting until nothing moves: %lld messages, %lld letters, %lld offers out",
            (long long)waiting->pulse.queued, (long long)waiting->pulse.letters,
            (long long)waiting->pulse.pending);
}

/* Answers what comes until the house is quiet for as long as its slowest rhythm takes. */
static bool settle(struct demo *demo, struct error *error)
{
    struct waiting waiting = {.changed_us = clock_monotonic_us()};
    size_t answered;

    while (!demo_stopped()) {
        if (!answer_mail(demo, &answered, error) || !look(demo, &waiting, error))
            return false;
        if (answered)
            waiting.changed_us = clock_monotonic_us();
        const int64_t still_ms = (clock_monotonic_us() - waiting.changed_us) / 1000;
        const struct demo_pulse *pulse = &waiting.pulse;
        const bool idle = pulse->queued + pulse->later + pulse->missing + pulse->due == 0;
        if (idle && still_ms >= demo->still_ms)
            return true;
        if (!idle && still_ms > PATIENCE_MS)
            return stuck(&waiting, error);
        say_waiting(demo, &waiting);
        poll(NULL, 0, LOOK_MS);
    }
    return true;
}

/* --- the course --- */

static bool turn_clock(struct demo *demo,
    bool (*turn)(struct store *, struct arena *, int64_t *, int64_t *, struct error *),
    const char *why, struct error *error)
{
    int64_t civil_ms, ahead_ms;

    if (!turn(demo->turner, demo->shell->arena, &civil_ms, &ahead_ms, error))
        return error_while(error, "turning the civil clock");
    add_turn(demo, civil_ms, ahead_ms);
    demo_say(demo, "%s: the civil clock is turned; it now stands %.1f days ahead.", why,
        (double)ahead_ms / 86400000);
    return true;
}

/* Silence runs out twice: first a person is asked to call, then the place goes to the next child.
 */
static bool run_out(struct demo *demo, struct error *error)
{
    struct waiting waiting = {.changed_us = 0};

    for (int i = 0; i < SILENT_ROUNDS && !demo_stopped(); i++) {
        if (!look(demo, &waiting, error))
            return false;
        if (waiting.pulse.pending == 0)
            return true;
        if (!turn_clock(demo, demo_turn_past_offers,
                i ? "Nobody could call them either" : "Some families have not answered", error) ||
            !settle(demo, error))
            return false;
    }
    return true;
}

static bool live(struct demo *demo, struct error *error)
{
    demo->began_us = clock_monotonic_us();
    demo_say(demo, "%zu referrals by the form and the API of %s", demo->count, demo->site);
    if (!demo_send(demo, error))
        return false;
    demo->posted_us = clock_monotonic_us();
    if (demo_stopped())
        return true;
    demo_say(demo, "Waiting until every message is handled, offers are answered and groups formed");
    if (!settle(demo, error))
        return false;
    if (demo->coordinator && (!demo_coordinate(demo, error) || !settle(demo, error)))
        return false;
    return run_out(demo, error);
}

/* --- the start --- */

/* A city that was loaded a moment ago is still booking its groups. */
static bool await_city(struct demo *demo, struct demo_start *start, struct error *error)
{
    const int64_t until_us = clock_monotonic_us() + (int64_t)CITY_PATIENCE_MS * 1000;

    while (demo_read_start(demo->store, demo->shell->arena, start, error)) {
        if (start->port != INT_ABSENT && start->slots)
            return true;
        if (demo_stopped() || clock_monotonic_us() > until_us)
            return start->slots ? error_set(error, ERROR_BUSY, "intake is not running")
                                : error_set(error, ERROR_ABSENT,
                                      "no city is loaded: it has no weekly times");
        poll(NULL, 0, LOOK_MS);
    }
    return false;
}

static bool read_settings(struct demo *demo, struct error *error)
{
    struct arena *arena = demo->shell->arena;
    struct text matching, notification;

    if (!asked_settings(demo->shell, "matching", &matching, error) ||
        !asked_settings(demo->shell, "notification", &notification, error))
        return false;
    if (strcmp(asked_value(arena, notification, "notification.outlet"), "folder") != 0)
        return error_set(error, ERROR_INPUT,
            "letters do not go to a folder (notification.outlet), so no family can read them");
    const char *folder = asked_value(arena, notification, "notification.folder");
    demo->mail = *folder ? folder : arena_format(arena, "%s/mail", demo->shell->var);
    demo->still_ms = asked_ms(arena, matching, "matching.form_every") +
                     asked_ms(arena, matching, "matching.plan_time") + MOMENT_MS;
    demo->forms_alone = asked_true(arena, matching, "matching.approve_groups_automatically");
    return true;
}

static bool begin(struct demo *demo, struct error *error)
{
    struct demo_start start;

    demo->store = shell_store(demo->shell, "gruppstod_operator", error);
    demo->turner = demo->store ? shell_store(demo->shell, "gruppstod_demo", error) : NULL;
    if (!demo->turner || !read_settings(demo, error) || !await_city(demo, &start, error))
        return false;
    demo->site = arena_format(demo->shell->arena, "http://127.0.0.1:%lld", (long long)start.port);
    demo->first = (size_t)start.referrals;
    demo->children = ARENA_ARRAY(demo->shell->arena, struct demo_child, demo->count);
    add_turn(demo, clock_now_ms() + start.ahead_ms, start.ahead_ms);
    if (start.hour < MORNING || start.hour >= EVENING)
        if (!turn_clock(demo, demo_turn_to_morning, "Letters are not sent at this hour", error))
            return false;
    return demo_make_families(demo, start.slots, start.today, error);
}

static void catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = note_interrupt};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int command_demo(struct shell *shell, int argc, char **argv)
{
    struct demo demo = {.shell = shell, .bar = !shell->quiet};
    struct error error = {ERROR_NONE, ""};
    bool good;

    if (!read_wish(&demo, argc, argv)) {
        fprintf(stderr,
            "usage: gruppstod demo [--referrals 1..%d] [--seed N] [--coordinator] [--json]\n",
            REFERRALS_MOST);
        return EX_USAGE;
    }
    catch_interrupts();
    good = begin(&demo, &error) && live(&demo, &error);
    demo.ended_us = clock_monotonic_us();
    if (good && demo_stopped())
        fputs("gruppstod: stopped; what was sent stays, and the house goes on with it\n", stderr);
    else
        good = good && demo_tell(&demo, &error);
    store_close(demo.store);
    store_close(demo.turner);
    if (demo_stopped())
        return 128 + (int)interrupted;
    return good ? EX_OK
                : shell_fail(error.kind == ERROR_CONFLICT ? EX_SOFTWARE : EX_UNAVAILABLE, &error,
                      error.kind == ERROR_ABSENT
                          ? "`gruppstod up --demo` loads a city and the desk's accounts."
                          : "`gruppstod doctor` looks at each part; the logs are in the state "
                            "folder.");
}
