/*
 * The life of a daemon, top to bottom in service_main: everything is opened in one column and
 * closed in reverse. What a daemon is lies in its struct service; what it does, in its handlers.
 *
 * Exit codes: 78 settings are wrong, 69 a service is missing, 64 wrong arguments.
 */
#include "common/service.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/message.h"
#include "common/number.h"
#include "common/service_parts.h"
#include "common/service_settings.h"

struct arguments {
    const char *config, *var, *instance;
    const char *sets[32];
    size_t set_count;
    pid_t parent; /* of a quarantine; 0: this is the daemon itself */
    bool check, show;
};

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"var", required_argument, NULL, 'v'}, {"instance", required_argument, NULL, 'i'},
        {"set", required_argument, NULL, 's'}, {"check", no_argument, NULL, 'k'},
        {"show", no_argument, NULL, 'o'}, {"quarantine", required_argument, NULL, 'q'},
        {NULL, 0, NULL, 0}};
    int option;

    arguments->var = getenv("GRUPPSTOD_VAR") ? getenv("GRUPPSTOD_VAR") : "var";
    arguments->instance = "1";
    while ((option = getopt_long(argc, argv, "c:v:i:s:", options, NULL)) != -1) {
        arguments->show = arguments->show || option == 'o';
        if (option == 'c')
            arguments->config = optarg;
        else if (option == 'v')
            arguments->var = optarg;
        else if (option == 'i')
            arguments->instance = optarg;
        else if (option == 'k' || option == 'o')
            arguments->check = true;
        else if (option == 'q')
            arguments->parent = (pid_t)number_or(optarg, 1, INT_MAX, 1);
        else if (option == 's' && arguments->set_count < COUNT(arguments->sets))
            arguments->sets[arguments->set_count++] = optarg;
        else
            return false;
    }
    return optind == argc;
}

/* So long a rest at most that a clock always comes to its end. */
static bool read_quiet(struct daemon *daemon, struct error *error)
{
    const struct core_settings *core = &daemon->core;

    if (core->quiet_week_from > core->quiet_week_to ||
        core->quiet_week_to - core->quiet_week_from > 20 ||
        (core->quiet_winter_from && core->quiet_winter_from < 1101) || core->quiet_winter_to > 229)
        return error_set(error, ERROR_INPUT,
            "quiet: week_from is before week_to, 20 weeks at most; the winter's rest begins in "
            "November or December and ends in January or February");
    daemon->quiet = (struct quiet_periods){
        .week_from = (int)core->quiet_week_from,
        .week_to = (int)core->quiet_week_to,
        .winter_from_month = (int)(core->quiet_winter_from / 100),
        .winter_from_day = (int)(core->quiet_winter_from % 100),
        .winter_to_month = (int)(core->quiet_winter_to / 100),
        .winter_to_day = (int)(core->quiet_winter_to % 100),
    };
    return true;
}

static bool read_settings(
    struct daemon *daemon, const struct arguments *arguments, struct error *error)
{
    struct settings_source source = {
        arguments->config, arguments->var, arguments->sets, arguments->set_count};

    daemon->config = settings_read(&source, error);
    if (!daemon->config ||
        !settings_apply(daemon->config, daemon->service, arguments->var, &daemon->core, error))
        return false;
    return read_quiet(daemon, error);
}

static void show_settings(const struct daemon *daemon)
{
    struct conf_key keys[CORE_KEYS];
    const struct conf_key *const tables[] = {keys, daemon->service->conf};
    const size_t counts[] = {
        settings_core_keys(daemon->service->name, keys), daemon->service->conf_count};
    struct arena *arena = arena_new(1024 * 1024);
    const struct text text = config_show(daemon->config, tables, counts, COUNT(tables), arena);

    printf("; %s\n%.*s\n", daemon->service->name, (int)text.length, text.data);
    arena_free(arena);
}

static bool open_store(struct daemon *daemon, struct error *error)
{
    const struct store_options options = {daemon->core.conninfo, daemon->service->role};
    int64_t number = 0;

    daemon->store = store_open(&options, error);
    if (!daemon->store)
        return false;
    struct tx *tx = tx_begin(daemon->store, daemon->arena, error);
    const bool good = tx && ledger_schema(tx, daemon->arena, &number, error);
    tx_rollback(tx);
    return good;
}

static bool open_secrets(struct daemon *daemon, const char *var, struct error *error)
{
    unsigned wanted = SECRET_BIT(SECRET_AUDIT);
    char folder[512];

    for (const char *const *key = daemon->service->keys; key && *key; key++) {
        enum secret secret;
        CHECK(secrets_named(*key, &secret));
        wanted |= SECRET_BIT(secret);
    }
    snprintf(folder, sizeof folder, "%s/keys", var);
    daemon->secrets = secrets_open(folder, wanted, error);
    return daemon->secrets != NULL;
}

static bool open_bus(struct daemon *daemon, struct error *error)
{
    const struct bus_options options = {.folder = daemon->core.bus_folder,
        .daemon = daemon->service->name,
        .instance = daemon->house.instance,
        .express = daemon->core.express,
        .hear = slice_hear,
        .data = daemon};

    daemon->bus = bus_open(daemon->reactor, &options, error);
    return daemon->bus != NULL;
}

static bool open_pages(struct daemon *daemon, struct error *error)
{
    pages_prepare(daemon);
    const struct http_options options = {.address = daemon->core.http_address,
        .port = (uint16_t)daemon->core.http_port,
        .threads = (unsigned)daemon->core.http_threads,
        .queue_most = (size_t)daemon->core.http_queue_most,
        .body_most = 65536,
        .patterns = daemon->patterns,
        .pattern_count = daemon->page_count};
    daemon->http = http_open(&options, error);
    return daemon->http && reactor_watch(daemon->reactor, http_fd(daemon->http), REACTOR_READ,
                               pages_work, daemon, error);
}

/* --- transactions --- */

bool daemon_begin(
    struct daemon *daemon, struct context *context, struct outbox *outbox, struct error *error)
{
    arena_reset(daemon->arena);
    *context = (struct context){.arena = daemon->arena,
        .settings = daemon->service->settings,
        .quiet = &daemon->quiet,
        .outbox = outbox,
        .now_ms = INT_ABSENT};
    outbox_open(outbox, daemon, daemon->arena);
    context->tx = tx_begin(daemon->store, daemon->arena, error);
    return context->tx != NULL;
}

/* The house is the first member a daemon hands out; from it the daemon is found again. */
static struct daemon *daemon_of(struct house *house)
{
    return (struct daemon *)((char *)house - offsetof(struct daemon, house));
}

bool house_transact(struct house *house, bool (*work)(struct context *, void *, struct error *),
    void *data, struct error *error)
{
    struct daemon *daemon = daemon_of(house);
    struct context context;
    struct outbox outbox;

    if (daemon->away)
        return error_set(error, ERROR_BUSY, "PostgreSQL is away");
    if (!daemon_begin(daemon, &context, &outbox, error))
        return false;
    context.now_ms = tx_now_ms(context.tx);
    if (context.now_ms == INT_ABSENT)
        error_set(error, ERROR_BUSY, "PostgreSQL does not tell the time");
    else if (work(&context, data, error))
        return outbox_commit(&outbox, &context, DURABILITY_FULL, error);
    tx_rollback(context.tx);
    if (!store_alive(daemon->store))
        daemon_lost_store(daemon, error);
    return false;
}

void house_publish(struct house *house, const struct message_type *type, const void *message)
{
    struct daemon *daemon = daemon_of(house);
    struct arena *arena = arena_new(256 * 1024);
    struct text body;

    if (daemon->bus && message_pack(type, message, arena, &body, NULL))
        bus_publish(daemon->bus, type->name, body);
    arena_free(arena);
}

void house_resume(struct house *house, struct http_request *request)
{
    http_resume(daemon_of(house)->http, request);
}

/* --- rhythms --- */

struct beat {
    struct daemon *daemon;
    const struct rhythm *rhythm;
};

static bool run_rhythm(struct context *context, void *data, struct error *error)
{
    const struct beat *beat = data;
    bool held;

    /* Where another copy has the lock, this beat is skipped. */
    if (!ledger_lock_rhythm(context->tx, context->arena, beat->daemon->service->name,
            beat->rhythm->name, &held, error))
        return false;
    return !held || beat->rhythm->run(context, error);
}

static void on_beat(void *data)
{
    struct beat *beat = data;
    struct error error = {ERROR_NONE, ""};

    if (beat->daemon->state == PAUSED || beat->daemon->away || beat->daemon->stopping)
        return;
    if (!house_transact(&beat->daemon->house, run_rhythm, beat, &error) && !beat->daemon->away)
        log_event(LOG_LEVEL_WARNING, "rhythm_failed", "rhythm=%s reason=%s", beat->rhythm->name,
            error.text);
}

static void start_rhythms(struct daemon *daemon)
{
    static struct beat beats[32];
    const struct service *service = daemon->service;

    CHECK(service->rhythm_count <= COUNT(beats));
    for (size_t i = 0; i < service->rhythm_count; i++) {
        const char *settings = service->settings;
        int64_t period_ms;
        memcpy(&period_ms, settings + service->rhythms[i].period_offset, sizeof period_ms);
        beats[i] = (struct beat){daemon, &service->rhythms[i]};
        reactor_every(daemon->reactor, period_ms, on_beat, &beats[i]);
    }
}

/* --- leases: who lives, what the operator wants --- */

static const char *state_name(const struct daemon *daemon)
{
    if (daemon->state == PAUSED)
        return "paused";
    return daemon->state == DRAINING ? "draining" : "running";
}

static void obey(struct daemon *daemon, struct text wanted)
{
    const int before = (int)daemon->state;

    daemon->state = text_is(wanted, "pause")   ? PAUSED
                    : text_is(wanted, "drain") ? DRAINING
                                               : RUNNING;
    if ((int)daemon->state != before)
        log_event(LOG_LEVEL_NOTICE, "state_changed", "state=%s", state_name(daemon));
    if (daemon->state == PAUSED)
        quarantine_stop(daemon);
    if (before == PAUSED && daemon->state != PAUSED)
        daemon->swept_whole_ms = 0; /* what came meanwhile waits in the ledger */
}

/* A plan that was cached when a table was nearly empty would read all of it for ever: plans are
 * made anew after half a second, a second, two, and so on. */
static bool plan_anew(struct daemon *daemon, struct tx *tx, struct error *error)
{
    const int64_t now_ms = clock_monotonic_us() / 1000;

    if (now_ms < daemon->plan_ms)
        return true;
    daemon->plan_every_ms *= 2;
    if (daemon->plan_every_ms < PLAN_LEAST_MS)
        daemon->plan_every_ms = PLAN_LEAST_MS;
    if (daemon->plan_every_ms > PLAN_MOST_MS)
        daemon->plan_every_ms = PLAN_MOST_MS;
    daemon->plan_ms = now_ms + daemon->plan_every_ms;
    return ledger_plan_anew(tx, error);
}

static void renew_lease(void *data)
{
    struct daemon *daemon = data;
    struct error error = {ERROR_NONE, ""};
    struct lease *leases;
    size_t count;
    struct text wanted;

    if (daemon->away || daemon->stopping)
        return;
    struct arena *arena = arena_new(1024 * 1024);
    struct tx *tx = tx_begin(daemon->store, arena, &error);
    if (tx &&
        ledger_renew(tx, arena, daemon->service->name, daemon->house.instance,
            bus_endpoint(daemon->bus), daemon->queue_count, state_name(daemon),
            http_port(daemon->http), &leases, &count, &wanted, &error) &&
        plan_anew(daemon, tx, &error)) {
        bus_follow(daemon->bus, leases, count);
        obey(daemon, wanted);
        if (!tx_commit(tx, DURABILITY_RELAXED, &error))
            daemon_lost_store(daemon, &error);
    } else {
        tx_rollback(tx);
        daemon_lost_store(daemon, &error);
    }
    arena_free(arena);
}

static void leave_lease(struct daemon *daemon)
{
    struct tx *tx = daemon->away ? NULL : tx_begin(daemon->store, daemon->arena, NULL);

    if (tx && ledger_leave(tx, daemon->arena, daemon->service->name, daemon->house.instance, NULL))
        tx_commit(tx, DURABILITY_RELAXED, NULL);
    else
        tx_rollback(tx);
}

/* --- the database goes and comes back --- */

static void reconnect(void *data)
{
    struct daemon *daemon = data;
    struct error error = {ERROR_NONE, ""};

    if (daemon->stopping)
        return;
    if (!store_reconnect(daemon->store, &error)) {
        /* 50 ms .. 10 s, a third of it by chance, so that the daemons do not come as one. */
        const int64_t jitter = uuid_new(clock_now_ms()).bytes[15];
        daemon->reconnect_ms = daemon->reconnect_ms * 3 / 2 + jitter / 4;
        if (daemon->reconnect_ms > 10000)
            daemon->reconnect_ms = 10000 - 8 * jitter;
        reactor_after(daemon->reactor, daemon->reconnect_ms, reconnect, daemon);
        return;
    }
    daemon->away = false;
    daemon->plan_ms = daemon->plan_every_ms = 0;
    daemon->chain = (struct chain){.writer = uuid_new(clock_now_ms())};
    log_event(LOG_LEVEL_NOTICE, "store_back", "daemon=%s", daemon->service->name);
    renew_lease(daemon);
    sweep_all(daemon);
}

void daemon_lost_store(struct daemon *daemon, const struct error *error)
{
    if (daemon->away || store_alive(daemon->store)) {
        if (!daemon->away)
            log_event(LOG_LEVEL_WARNING, "store_refused", "reason=%s", error->text);
        return;
    }
    log_event(LOG_LEVEL_ERROR, "store_away", "reason=%s", error->text);
    metrics_add(service_metric(METRIC_STORE_LOST), 0, 1);
    daemon->away = true;
    daemon->queue_count = 0; /* the sweep finds it all again */
    daemon->reconnect_ms = 50;
    reactor_after(daemon->reactor, 50, reconnect, daemon);
}

/* --- the column --- */

static void on_signal(int signal, void *data)
{
    struct daemon *daemon = data;

    log_event(LOG_LEVEL_NOTICE, "stopping", "signal=%d", signal);
    daemon->stopping = true;
    reactor_stop(daemon->reactor);
}

/* A quarantine is another instance in the ledger and in the log, so that neither takes back what
 * the other was handed. */
static void name_instance(struct daemon *daemon, const struct arguments *arguments)
{
    struct quarantine *quarantine = &daemon->quarantine;

    snprintf(quarantine->name, sizeof quarantine->name, "%s.quarantine", arguments->instance);
    daemon->parent = arguments->parent;
    daemon->house.instance = daemon->parent ? quarantine->name : arguments->instance;
}

/* What others reach it by, and what it does of its own accord. */
static bool open_doors(struct daemon *daemon, struct error *error)
{
    return open_bus(daemon, error) &&
           (!daemon->service->serve || daemon->service->serve(&daemon->house, error)) &&
           open_pages(daemon, error);
}

static bool open_all(struct daemon *daemon, const struct arguments *arguments, struct error *error)
{
    daemon->house.var = arguments->var;
    daemon->house.run = daemon->core.bus_folder;
    daemon->house.conninfo = daemon->core.conninfo;
    daemon->receiver = receiver_of(text_of(daemon->service->name));
    daemon->chain.writer = uuid_new(clock_now_ms());
    daemon->arena = arena_new((size_t)daemon->core.arena_most);
    daemon->starting = true;
    service_metrics_declare();
    daemon->reactor = reactor_new(error);
    if (!daemon->reactor || !open_secrets(daemon, arguments->var, error) ||
        !open_store(daemon, error))
        return false;
    daemon->house.reactor = daemon->reactor;
    daemon->house.store = daemon->store;
    daemon->house.secrets = daemon->secrets;
    return (!daemon->service->open || daemon->service->open(&daemon->house, error)) &&
           (daemon->parent || open_doors(daemon, error));
}

static void run(struct daemon *daemon, struct error *error)
{
    renew_lease(daemon);
    reactor_every(daemon->reactor, daemon->core.lease_every_ms, renew_lease, daemon);
    reactor_every(daemon->reactor, daemon->core.sweep_every_ms, sweep_tick, daemon);
    reactor_soon(daemon->reactor, sweep_tick, daemon); /* what waits since the last life */
    start_rhythms(daemon);
    sd_notify(0, "READY=1");
    log_event(LOG_LEVEL_NOTICE, "ready", "port=%u endpoint=%s", http_port(daemon->http),
        bus_endpoint(daemon->bus));
    reactor_run(daemon->reactor, on_signal, daemon, error);
    sd_notify(0, "STOPPING=1");
    quarantine_stop(daemon);
    http_stop_accepting(daemon->http);
    pages_work(daemon); /* what was taken in is answered */
    if (daemon->service->settle)
        daemon->service->settle(&daemon->house);
    leave_lease(daemon);
}

static void close_all(struct daemon *daemon)
{
    quarantine_close(daemon);
    if (daemon->http)
        reactor_forget(daemon->reactor, http_fd(daemon->http));
    http_close(daemon->http);
    if (daemon->service->close && daemon->house.store)
        daemon->service->close(&daemon->house);
    bus_close(daemon->bus);
    store_close(daemon->store);
    secrets_close(daemon->secrets);
    reactor_free(daemon->reactor);
    arena_free(daemon->arena);
    config_free(daemon->config);
}

static int give_up(int code, const struct error *error)
{
    log_event(LOG_LEVEL_CRITICAL, "cannot_start", "reason=%s", error->text);
    return code;
}

int service_main(const struct service *service, int argc, char **argv)
{
    struct arguments arguments = {.config = NULL};
    struct error error = {ERROR_NONE, ""};
    struct daemon *daemon = calloc(1, sizeof *daemon);
    int code = EX_OK;

    CHECK(daemon);
    daemon->service = service;
    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr,
            "usage: gruppstod-%s [--config FILE] [--var FOLDER] [--instance N]"
            " [--set section.key=value] [--check] [--show]\n",
            service->name);
        free(daemon);
        return EX_USAGE;
    }
    name_instance(daemon, &arguments);
    log_open(service->name, daemon->house.instance);
    if (daemon->parent && !quarantine_enter(daemon))
        code = EX_UNAVAILABLE;
    else if (!read_settings(daemon, &arguments, &error))
        code = give_up(EX_CONFIG, &error);
    else if (!arguments.check && !secrets_no_dumps(&error))
        code = give_up(EX_OSERR, &error);
    else if (!arguments.check && !open_all(daemon, &arguments, &error))
        code = give_up(error.kind == ERROR_INPUT ? EX_CONFIG : EX_UNAVAILABLE, &error);
    else if (daemon->parent)
        code = quarantine_run(daemon);
    else if (!arguments.check)
        run(daemon, &error);
    else if (arguments.show)
        show_settings(daemon);
    close_all(daemon);
    free(daemon);
    return code;
}
