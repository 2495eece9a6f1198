#include "services/gruppstod/asked.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"

enum { SAID_MOST = 64 * 1024 };

static bool listen_to(int from, char *text, size_t *length)
{
    ssize_t got;

    *length = 0;
    while ((got = read(from, text + *length, SAID_MOST - 1 - *length)) != 0) {
        if (got < 0 && errno != EINTR)
            return false;
        *length += got > 0 ? (size_t)got : 0;
    }
    return true;
}

bool asked_settings(
    const struct shell *shell, const char *daemon, struct text *all, struct error *error)
{
    const char *program = arena_format(shell->arena, "%s/gruppstod-%s", shell->bin, daemon);
    char *text = arena_take(shell->arena, SAID_MOST);
    size_t length = 0;
    int ends[2], status = 0;
    const pid_t pid = pipe(ends) == 0 ? fork() : -1;

    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(program, program, "--var", shell->var, "--show", (char *)NULL);
        _exit(127);
    }
    if (pid < 0)
        return error_set(error, ERROR_BUSY, "cannot start %s: %s", program, strerror(errno));
    close(ends[1]);
    const bool read_all = listen_to(ends[0], text, &length);
    close(ends[0]);
    if (waitpid(pid, &status, 0) != pid || !read_all || status != 0)
        return error_set(error, ERROR_INPUT, "the settings of %s are wrong", daemon);
    *all = (struct text){text, length};
    return true;
}

const char *asked_value(struct arena *arena, struct text all, const char *key)
{
    const char *line = all.data;
    const size_t wide = strlen(key);

    while (line && *line) {
        const char *end = strchrnul(line, '\n');
        if ((size_t)(end - line) >= wide + 3 && memcmp(line, key, wide) == 0 &&
            memcmp(line + wide, " = ", 3) == 0) {
            const char *from = line + wide + 3;
            const char *origin = memmem(from, (size_t)(end - from), "  #", 3);
            return arena_copy(arena, from, (size_t)((origin ? origin : end) - from));
        }
        line = *end ? end + 1 : end;
    }
    return "";
}

bool asked_true(struct arena *arena, struct text all, const char *key)
{
    const char *value = asked_value(arena, all, key);

    return strcmp(value, "true") == 0 || strcmp(value, "yes") == 0;
}

int64_t asked_ms(struct arena *arena, struct text all, const char *key)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *unit;
    const int64_t number = strtoll(asked_value(arena, all, key), &unit, 10);

    for (size_t i = 0; i < COUNT(units); i++)
        if (strcmp(unit, units[i].unit) == 0)
            return number * units[i].ms;
    return number;
}
