/* Where a state folder's parts lie. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/token.h"
#include "services/gruppstod/commands.h"

/* A socket's path has 107 bytes; what stands after the folder needs about 30. */
enum { RUN_MOST = 70 };

/* A deep state folder gets its sockets in /tmp, under a name made from its path. */
static void choose_run(struct shell *shell)
{
    uint8_t hash[16];
    char name[33];

    snprintf(shell->run, sizeof shell->run, "%.*s/run", PATH_MAX - 8, shell->var);
    if (strlen(shell->run) <= RUN_MOST)
        return;
    crypto_generichash(hash, sizeof hash, (const uint8_t *)shell->var, strlen(shell->var), NULL, 0);
    hex_encode(hash, sizeof hash, name);
    snprintf(shell->run, sizeof shell->run, "/tmp/gruppstod-%.12s", name);
}

bool shell_place(struct shell *shell, const char *var, struct error *error)
{
    if (mkdir(var, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_BUSY, "cannot make %s: %s", var, strerror(errno));
    if (!realpath(var, shell->var))
        return error_set(error, ERROR_ABSENT, "cannot enter %s: %s", var, strerror(errno));
    choose_run(shell);
    snprintf(shell->conninfo, sizeof shell->conninfo, "host=%s dbname=gruppstod", shell->run);
    return true;
}
