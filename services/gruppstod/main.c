/*
 * gruppstod - the one command for people who run the house
 *
 * `gruppstod [--var DIR] [-o table|wide|json|csv] [--yes] COMMAND ...`. Data goes to stdout, talk
 * to stderr; exit codes are those of sysexits.h. Each command stands in the table below and in a
 * file of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "services/gruppstod/commands.h"

static int usage(FILE *to)
{
    const struct command *command;

    fputs("usage: gruppstod [--var DIR] [-o table|wide|json|csv] [--yes] COMMAND ...\n\n", to);
    for (size_t i = 0; (command = command_at(i)); i++)
        if (command->summary)
            fprintf(to, "  %-10s %-34s %s\n", command->name, command->arguments, command->summary);
    return to == stdout ? EX_OK : EX_USAGE;
}

int shell_fail(int code, const struct error *error, const char *next)
{
    fprintf(stderr, "gruppstod: %s\n", error->text);
    if (next)
        fprintf(stderr, "%s\n", next);
    return code;
}

struct store *shell_store(const struct shell *shell, const char *role, struct error *error)
{
    const struct store_options options = {shell->conninfo, role};

    return store_open(&options, error);
}

/* The folder above build/bin, where schemas/ and deploy/ lie too. */
static bool find_release(struct shell *shell)
{
    const ssize_t length = readlink("/proc/self/exe", shell->bin, sizeof shell->bin - 1);

    if (length <= 0)
        return false;
    shell->bin[length] = '\0';
    *strrchr(shell->bin, '/') = '\0';
    const char *said = getenv("GRUPPSTOD_RELEASE");
    const int written = snprintf(shell->release, sizeof shell->release, "%s%s",
        said ? said : shell->bin, said ? "" : "/../..");
    return written > 0 && (size_t)written < sizeof shell->release;
}

static bool choose_output(struct shell *shell, const char *word)
{
    static const char *const words[] = {"table", "wide", "json", "csv"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(word, words[i]) == 0) {
            shell->output = (enum output)i;
            return true;
        }
    return false;
}

/* Options before the command; returns the index of the command, 0 when they are wrong. */
static int read_options(struct shell *shell, const char **var, int argc, char **argv)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--yes") == 0)
            shell->yes = true;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            exit(usage(stdout));
        else if (i + 1 < argc && strcmp(argv[i], "--var") == 0)
            *var = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "-o") == 0 && choose_output(shell, argv[i + 1]))
            i++;
        else
            return 0;
    }
    return i;
}

/* People write `-o json` and `--yes` where they come to mind; what else follows the command is the
 * command's. Returns how many words are left, closed by NULL as before. */
static int take_late_options(struct shell *shell, int argc, char **argv)
{
    int kept = 0;

    for (int i = 0; i < argc; i++) {
        if (i > 0 && strcmp(argv[i], "--yes") == 0)
            shell->yes = true;
        else if (i > 0 && i + 1 < argc && strcmp(argv[i], "-o") == 0 &&
                 choose_output(shell, argv[i + 1]))
            i++;
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    return kept;
}

static const struct command *find_command(const char *name)
{
    const struct command *command;

    for (size_t i = 0; (command = command_at(i)); i++)
        if (strcmp(name, command->name) == 0)
            break;
    return command;
}

/* What is planned from a file needs no house, and leaves no folder behind. */
static int run(struct shell *shell, const char *var, int argc, char **argv)
{
    const struct command *command = find_command(argv[0]);
    struct error error = {ERROR_NONE, ""};

    if (!command) {
        fprintf(
            stderr, "gruppstod: there is no command %s; gruppstod --help lists them\n", argv[0]);
        return EX_USAGE;
    }
    if (!command_is_alone(command) && (!find_release(shell) || !shell_place(shell, var, &error)))
        return shell_fail(EX_CANTCREAT, &error, NULL);
    return command->run(shell, argc, argv);
}

int main(int argc, char **argv)
{
    static struct shell shell;
    const char *var = getenv("GRUPPSTOD_VAR") ? getenv("GRUPPSTOD_VAR") : "var";
    const int first = read_options(&shell, &var, argc, argv);

    if (first == 0 || first >= argc)
        return usage(stderr);
    shell.quiet = !isatty(STDERR_FILENO);
    shell.arena = arena_new((size_t)1 << 30);
    argc = take_late_options(&shell, argc - first, argv + first);
    const int code = run(&shell, var, argc, argv + first);
    arena_free(shell.arena);
    return code;
}
