/* Loads the demo city through the city loader, and makes the demo's sign-in for the desk: accounts
 * of nobody, with passwords by chance, in a file that its owner alone can read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/token.h"
#include "services/gruppstod/city.h"
#include "services/gruppstod/staff_store.h"
#include "services/gruppstod/up.h"

static bool load_city(struct shell *shell, struct error *error)
{
    const char *folder = arena_format(shell->arena, "%s/deploy/demo", shell->release);
    struct store *store = shell_store(shell, "gruppstod_demo", error);
    struct city_loaded loaded;
    const bool good = store && city_load(store, folder, DAY_ABSENT, &loaded, error);

    store_close(store);
    if (good)
        fprintf(stderr, "the demo city: %zu districts, %zu programmes, %zu leaders, %zu rooms\n",
            loaded.districts, loaded.programmes, loaded.leaders, loaded.rooms);
    return good;
}

/* Written whole before any account has its password: what is read there works. */
static bool write_sign_in(
    const char *path, const struct staff_wish *wishes, size_t count, struct error *error)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool good = file != NULL;

    for (size_t i = 0; i < count && good; i++)
        good = fprintf(file, "%-12s %s\n", wishes[i].user, wishes[i].password) > 0;
    good = file && fflush(file) == 0 && fsync(fd) == 0 && good;
    if (file)
        fclose(file);
    return good || error_set(error, ERROR_BUSY, "cannot write %s: %s", path, strerror(errno));
}

static bool make_staff(struct shell *shell, struct store *store, struct error *error)
{
    struct staff_wish wishes[] = {
        {.user = "samordnare", .display_name = "Sam Ordning", .role = "coordinator"},
        {.user = "ledare", .display_name = "Lea Dahl", .role = "leader"},
        {.user = "drift", .display_name = "Dag Rift", .role = "operator"},
        {.user = "lasratt", .display_name = "Lars Rätt", .role = "read_only"},
    };
    char passwords[COUNT(wishes)][TOKEN_TEXT + 1];

    for (size_t i = 0; i < COUNT(wishes); i++) {
        token_random(passwords[i]);
        wishes[i].password = passwords[i];
    }
    if (!staff_some_leader(store, &wishes[1].leader_id, error) ||
        !write_sign_in(arena_format(shell->arena, "%s/demo-sign-in.txt", shell->var), wishes,
            COUNT(wishes), error))
        return false;
    struct operator_pen *pen = operator_pen_open(shell, error);
    bool good = pen;
    for (size_t i = 0; good && i < COUNT(wishes); i++)
        good = staff_make(store, pen, &wishes[i], error) ||
               error_while(error, "making the demo's account %s", wishes[i].user);
    operator_pen_close(pen);
    return good;
}

/* Once: later passwords stay as people have them. */
static bool make_sign_in(struct shell *shell, struct error *error)
{
    struct store *store = shell_store(shell, "gruppstod_operator", error);
    bool exist = false;
    const bool good =
        store && staff_exist(store, &exist, error) && (exist || make_staff(shell, store, error));

    store_close(store);
    return good;
}

bool up_load_demo(struct shell *shell, struct error *error)
{
    return load_city(shell, error) && make_sign_in(shell, error);
}
