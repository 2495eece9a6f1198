/* config check|show: asks each daemon's program, which alone knows its own keys. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/table.h"

struct telling { /* of settings, daemon by daemon */
    const struct shell *shell;
    const char *daemon;
    size_t told;
};

/* "section.name = value  # origin", of which the value may hold anything but a line's end. */
static bool split(char *line, struct text cells[static 3])
{
    char *equals = strstr(line, " = "), *origin = NULL;

    line[strcspn(line, "\n")] = '\0';
    for (char *at = equals; at && (at = strstr(at, "  # ")); at++)
        origin = at;
    if (!equals || !origin)
        return false;
    *equals = *origin = '\0';
    cells[0] = text_of(line);
    cells[1] = origin > equals + 3 ? text_of(equals + 3) : TEXT("");
    cells[2] = text_of(origin + 4);
    return true;
}

static void tell(struct telling *telling, char *line)
{
    struct arena *arena = telling->shell->arena;
    struct text cells[4] = {text_of(telling->daemon)};

    if (telling->shell->output != OUTPUT_JSON && telling->shell->output != OUTPUT_CSV)
        fputs(line, stdout);
    else if (!split(line, cells + 1))
        return;
    else if (telling->shell->output == OUTPUT_CSV)
        table_csv(cells, COUNT(cells));
    else
        printf("%s  {\"daemon\": %s, \"key\": %s, \"value\": %s, \"origin\": %s}",
            telling->told ? ",\n" : "", table_json(arena, cells[0]), table_json(arena, cells[1]),
            table_json(arena, cells[2]), table_json(arena, cells[3]));
    telling->told++;
}

static _Noreturn void become(
    const struct shell *shell, const char *program, const char *option, const int ends[static 2])
{
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(program, program, "--var", shell->var, option, (char *)NULL);
    _exit(127);
}

static int ask(struct telling *telling, const char *option)
{
    const struct shell *shell = telling->shell;
    const char *program =
        arena_format(shell->arena, "%s/gruppstod-%s", shell->bin, telling->daemon);
    int ends[2], status = 0;
    char *line = NULL;
    size_t room = 0;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return EX_OSERR;
    const pid_t pid = fork();
    if (pid == 0)
        become(shell, program, option, ends);
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    CHECK(said);
    while (pid > 0 && getline(&line, &room, said) > 0)
        tell(telling, line);
    free(line);
    fclose(said);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return EX_OSERR;
    return WEXITSTATUS(status);
}

static int ask_all(struct shell *shell, const char *option)
{
    struct telling telling = {.shell = shell};
    int code = EX_OK;

    for (size_t i = 0; i < DAEMONS; i++) {
        telling.daemon = daemon_name(i);
        const int ended = ask(&telling, option);
        code = ended ? ended : code;
    }
    return code;
}

static int show_all(struct shell *shell)
{
    static const struct text heads[] = {{"daemon", 6}, {"key", 3}, {"value", 5}, {"origin", 6}};

    if (shell->output == OUTPUT_CSV)
        table_csv(heads, COUNT(heads));
    if (shell->output == OUTPUT_JSON)
        puts("[");
    const int code = ask_all(shell, "--show");
    if (shell->output == OUTPUT_JSON)
        puts("\n]");
    return code;
}

int command_config(struct shell *shell, int argc, char **argv)
{
    const bool show = argc >= 2 && strcmp(argv[1], "show") == 0;
    const bool origin = argc == 3 && strcmp(argv[2], "--origin") == 0;

    if (!(show && (argc == 2 || origin)) && !(argc == 2 && strcmp(argv[1], "check") == 0)) {
        fputs("usage: gruppstod config check, or gruppstod config show [--origin]\n", stderr);
        return EX_USAGE;
    }
    if (show)
        return show_all(shell);
    const int code = ask_all(shell, "--check");
    if (!code)
        fputs("The settings are right.\n", stderr);
    return code;
}
