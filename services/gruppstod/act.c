/* The commands that change something: pause, resume, drain, retry. Each asks first on a terminal.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "services/gruppstod/act_store.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/shell.h"

static const char *who(void)
{
    const struct passwd *self = getpwuid(geteuid());

    return self ? self->pw_name : "unknown";
}

static bool known_daemon(const char *name)
{
    for (size_t i = 0; i < DAEMONS; i++)
        if (strcmp(name, daemon_name(i)) == 0)
            return true;
    return false;
}

static int with_store(struct shell *shell,
    bool (*act)(struct shell *, struct store *, void *, struct error *), void *data)
{
    struct error error = {ERROR_NONE, ""};
    struct store *store = shell_store(shell, "gruppstod_operator", &error);
    const bool good = store && act(shell, store, data, &error);

    store_close(store);
    return good ? EX_OK : shell_fail(EX_UNAVAILABLE, &error, NULL);
}

struct control {
    const char *daemon, *wanted, *why;
};

static bool control(struct shell *shell, struct store *store, void *data, struct error *error)
{
    const struct control *wish = data;

    if (!act_control(store, shell->arena, wish->daemon, wish->wanted, who(), wish->why, error))
        return false;
    fprintf(stderr, "%s: %s within a second\n", wish->daemon,
        strcmp(wish->wanted, "run") == 0     ? "goes on"
        : strcmp(wish->wanted, "pause") == 0 ? "pauses; its messages wait"
                                             : "takes nothing new and finishes what it has");
    return true;
}

static int steer(struct shell *shell, const char *wanted, int argc, char **argv)
{
    struct control wish = {argc > 1 ? argv[1] : "", wanted, NULL};

    if (argc == 4 && strcmp(argv[2], "--why") == 0)
        wish.why = argv[3];
    if ((argc != 2 && !wish.why) || !known_daemon(wish.daemon)) {
        fprintf(stderr, "usage: gruppstod %s DAEMON [--why TEXT]\n", argv[0]);
        return EX_USAGE;
    }
    return with_store(shell, control, &wish);
}

int command_pause(struct shell *shell, int argc, char **argv)
{
    return steer(shell, "pause", argc, argv);
}

int command_resume(struct shell *shell, int argc, char **argv)
{
    return steer(shell, "run", argc, argv);
}

int command_drain(struct shell *shell, int argc, char **argv)
{
    return steer(shell, "drain", argc, argv);
}

static bool retry(struct shell *shell, struct store *store, void *data, struct error *error)
{
    int64_t count = 0;

    if (!act_retry(store, shell->arena, *(struct uuid *)data, who(), &count, error))
        return false;
    if (count == 0 && !uuid_absent(*(struct uuid *)data))
        return error_set(error, ERROR_ABSENT, "there is no such dead letter");
    fprintf(stderr, "%lld dead letter%s will be tried again\n", (long long)count,
        count == 1 ? "" : "s");
    return true;
}

static bool sure(const struct shell *shell, const char *question)
{
    char answer[16] = "";

    if (shell->yes)
        return true;
    if (!isatty(STDIN_FILENO)) {
        fputs("gruppstod: say --yes when nobody is there to be asked\n", stderr);
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int command_retry(struct shell *shell, int argc, char **argv)
{
    struct uuid id = {.bytes = {0}};

    if (argc == 2 && strcmp(argv[1], "--all") == 0) {
        if (!sure(shell, "Try every dead letter again?"))
            return EX_USAGE;
    } else if (argc != 2 || !uuid_parse(text_of(argv[1]), &id)) {
        fputs("usage: gruppstod retry ID, or gruppstod retry --all\n", stderr);
        return EX_USAGE;
    }
    return with_store(shell, retry, &id);
}
