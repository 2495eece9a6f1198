/* Loads the demo city through the city loader, and the demo's sign-in for the desk. */
#include <stdio.h>

#include "services/gruppstod/city.h"
#include "services/gruppstod/up.h"

bool up_load_demo(struct shell *shell, struct error *error)
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
