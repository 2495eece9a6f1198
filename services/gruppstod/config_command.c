/* config check|show: asks each daemon's program, which alone knows its own keys. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "services/gruppstod/shell.h"

static const char *const daemons[] = {
    "intake", "matching", "scheduling", "notification", "evaluation", "desk"};

/* Its own output goes where ours goes. */
static int ask(const struct shell *shell, const char *daemon, const char *option)
{
    const char *program = arena_format(shell->arena, "%s/gruppstod-%s", shell->bin, daemon);
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        execl(program, program, "--var", shell->var, option, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return EX_OSERR;
    return WEXITSTATUS(status);
}

int command_config(struct shell *shell, int argc, char **argv)
{
    const bool show = argc >= 2 && strcmp(argv[1], "show") == 0;
    const bool origin = argc == 3 && strcmp(argv[2], "--origin") == 0;
    int code = EX_OK;

    if (!(show && (argc == 2 || origin)) && !(argc == 2 && strcmp(argv[1], "check") == 0)) {
        fputs("usage: gruppstod config check, or gruppstod config show [--origin]\n", stderr);
        return EX_USAGE;
    }
    for (size_t i = 0; i < COUNT(daemons); i++) {
        const int ended = ask(shell, daemons[i], show ? "--show" : "--check");
        code = ended ? ended : code;
    }
    if (!code && !show)
        fputs("The settings are right.\n", stderr);
    return code;
}
