/*
 * The reading commands: status, queues, shape, get, describe, explain, trace.
 *
 * Each is a listing or a few; what differs is in look_store.c's tables.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "services/gruppstod/cluster.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/look.h"
#include "services/gruppstod/look_store.h"
#include "services/gruppstod/up.h"

static const char *const away = "Start it with `gruppstod up`, or look with `gruppstod doctor`.";

struct store *look_open(const struct shell *shell, int *code)
{
    struct error error = {ERROR_NONE, ""};
    struct store *store = shell_store(shell, "gruppstod_operator", &error);

    *code = store ? EX_OK : shell_fail(EX_UNAVAILABLE, &error, away);
    return store;
}

static bool print(struct shell *shell, struct store *store, const struct listing *listing,
    struct params *params, struct error *error)
{
    struct tx *tx = tx_begin(store, shell->arena, error);
    struct rows *rows;

    const bool good = tx && tx_query(tx, &listing->statement, params, &rows, error);
    if (good)
        table_print(shell, listing, rows);
    tx_rollback(tx);
    return good;
}

static void head(
    const struct shell *shell, const struct listing *listing, size_t index, size_t count)
{
    if (shell->output == OUTPUT_JSON && count > 1)
        printf("%s\"%s\": ", index ? ",\n" : "{", listing->name);
    else if (index)
        putchar('\n');
}

int look_show(struct shell *shell, struct store *store, const struct listing *const *listings,
    size_t count, struct params *params)
{
    struct error error = {ERROR_NONE, ""};

    for (size_t i = 0; i < count; i++) {
        head(shell, listings[i], i, count);
        if (!print(shell, store, listings[i], params, &error))
            return shell_fail(EX_UNAVAILABLE, &error, NULL);
    }
    if (shell->output == OUTPUT_JSON)
        puts(count > 1 ? "}" : "");
    return EX_OK;
}

static int show_lists(struct shell *shell, const struct listing *const *listings, size_t count,
    const struct uuid *about)
{
    struct params *params = about ? params_new(shell->arena) : NULL;
    int code;
    struct store *store = look_open(shell, &code);

    if (about)
        param_uuid(params, *about);
    if (store)
        code = look_show(shell, store, listings, count, params);
    store_close(store);
    return code;
}

enum { LOOKS_MOST = 4 }; /* so many lists describe one thing */

static int show(struct shell *shell, const enum look *looks, size_t count, const struct uuid *about)
{
    const struct listing *listings[LOOKS_MOST];

    CHECK(count <= LOOKS_MOST);
    for (size_t i = 0; i < count; i++)
        listings[i] = look_at(looks[i]);
    return show_lists(shell, listings, count, about);
}

static int usage(const char *line)
{
    fprintf(stderr, "usage: gruppstod %s\n", line);
    return EX_USAGE;
}

int command_status(struct shell *shell, int argc, char **argv)
{
    static const enum look looks[] = {LOOK_DAEMONS, LOOK_QUEUES, LOOK_PLANNER, LOOK_STATES};
    struct error error = {ERROR_NONE, ""};
    int64_t living = 0;
    int code;

    (void)argv;
    if (argc > 1)
        return usage("status");
    struct store *store = look_open(shell, &code);
    if (!store)
        return code;
    const bool known = look_living(store, shell->arena, &living, &error);
    store_close(store);
    if (!known)
        return shell_fail(EX_UNAVAILABLE, &error, away);
    code = show(shell, looks, COUNT(looks), NULL);
    if (living < DAEMONS)
        fprintf(stderr, "gruppstod: %lld of %d daemons are running; the logs are in %s/log\n",
            (long long)living, DAEMONS, shell->var);
    return living < DAEMONS ? EX_UNAVAILABLE : code;
}

int command_queues(struct shell *shell, int argc, char **argv)
{
    static const enum look looks[] = {LOOK_QUEUES};

    (void)argv;
    return argc > 1 ? usage("queues") : show(shell, looks, 1, NULL);
}

int command_shape(struct shell *shell, int argc, char **argv)
{
    static const enum look looks[] = {LOOK_SHAPE};

    (void)argv;
    if (argc > 1)
        return usage("shape");
    if (shell->output == OUTPUT_TABLE)
        fputs("Children who wait, by days since the referral came in\n", stderr);
    return show(shell, looks, 1, NULL);
}

int command_forecast(struct shell *shell, int argc, char **argv)
{
    static const enum look looks[] = {LOOK_FORECAST};

    (void)argv;
    if (argc > 1)
        return usage("forecast");
    if (shell->output == OUTPUT_TABLE)
        fputs("Groups that children need and leaders can lead, twelve months ahead\n", stderr);
    return show(shell, looks, 1, NULL);
}

int command_get(struct shell *shell, int argc, char **argv)
{
    const struct listing *const listing = argc == 2 ? look_list(argv[1]) : NULL;
    const int code = look_register_get(shell, argc, argv);

    if (code >= 0)
        return code;
    if (listing)
        return show_lists(shell, &listing, 1, NULL);
    if (argc == 2 && strcmp(argv[1], "queues") == 0)
        return command_queues(shell, 1, argv);
    return usage("get referrals|queues|dead|programmes|supervision|visits|offers|letters|"
                 "proposals,\n       gruppstod get groups|leaders|rooms|meetings [FILTER ...]");
}

/* A referral by its code or id. */
static int find(struct shell *shell, const char *named, struct uuid *referral)
{
    struct error error = {ERROR_NONE, ""};
    int code;
    struct store *store = look_open(shell, &code);

    if (store && !look_find(store, shell->arena, text_of(named), referral, &error))
        code = shell_fail(EX_NOINPUT, &error, "`gruppstod get referrals` lists the codes.");
    store_close(store);
    return code;
}

static int about_referral(
    struct shell *shell, const char *named, const enum look *looks, size_t count)
{
    struct uuid referral;
    const int code = find(shell, named, &referral);

    return code == EX_OK ? show(shell, looks, count, &referral) : code;
}

int command_describe(struct shell *shell, int argc, char **argv)
{
    static const enum look referral[] = {
        LOOK_REFERRAL, LOOK_REFERRAL_OFFERS, LOOK_REFERRAL_LETTERS, LOOK_TRACE};
    const int code = look_register_describe(shell, argc, argv);

    if (code >= 0)
        return code;
    if (argc == 3 && strcmp(argv[1], "referral") == 0)
        return about_referral(shell, argv[2], referral, COUNT(referral));
    return usage("describe referral CODE|ID,\n"
                 "       gruppstod describe group|leader|room|meeting NAME|ID");
}

int command_explain(struct shell *shell, int argc, char **argv)
{
    static const enum look looks[] = {LOOK_EXPLAIN};

    return argc == 2 ? about_referral(shell, argv[1], looks, 1) : usage("explain CODE|ID");
}

int command_trace(struct shell *shell, int argc, char **argv)
{
    static const enum look looks[] = {LOOK_TRACE};

    return argc == 2 ? about_referral(shell, argv[1], looks, 1) : usage("trace CODE|ID");
}
