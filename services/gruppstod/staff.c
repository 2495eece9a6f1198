/*
 * gruppstod staff: who may sign in at the desk.
 *
 * A new account, or the same name again, gets a password by chance, which stands on stdout and
 * nowhere else: nobody chooses a weak one, and it is in no shell's history.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "common/token.h"
#include "services/gruppstod/shell.h"
#include "services/gruppstod/staff_store.h"

static int usage(void)
{
    fputs("usage: gruppstod staff USER coordinator|operator|read_only \"DISPLAY NAME\"\n"
          "       gruppstod staff USER leader \"DISPLAY NAME\" LEADER-ID\n"
          "       gruppstod staff USER --end\n",
        stderr);
    return EX_USAGE;
}

static bool is_role(const char *word)
{
    static const char *const roles[] = {"coordinator", "leader", "operator", "read_only"};

    for (size_t i = 0; i < COUNT(roles); i++)
        if (strcmp(word, roles[i]) == 0)
            return true;
    return false;
}

/* As desk.staff asks: ^[a-z][a-z0-9.-]{1,30}$ */
static bool is_user(const char *word)
{
    return strlen(word) >= 2 && strlen(word) <= 31 && word[0] >= 'a' && word[0] <= 'z' &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0';
}

static bool make(
    struct store *store, struct operator_pen *pen, struct staff_wish *wish, struct error *error)
{
    char password[TOKEN_TEXT + 1];

    token_random(password);
    wish->password = password;
    if (!staff_make(store, pen, wish, error))
        return false;
    fprintf(stderr, "%s may sign in as %s, with this password:\n", wish->user, wish->role);
    puts(password);
    return true;
}

static bool end(
    struct store *store, struct operator_pen *pen, const char *user, struct error *error)
{
    bool ended;

    if (!staff_end(store, pen, user, &ended, error))
        return false;
    if (!ended)
        return error_set(error, ERROR_ABSENT, "nobody is called %s", user);
    fprintf(stderr, "%s is out and may not sign in\n", user);
    return true;
}

int command_staff(struct shell *shell, int argc, char **argv)
{
    const bool ends = argc == 3 && strcmp(argv[2], "--end") == 0;
    const bool leads = argc == 5 && strcmp(argv[2], "leader") == 0;
    struct staff_wish wish = {.user = argc > 1 ? argv[1] : ""};
    struct error error = {ERROR_NONE, ""};

    if (!is_user(wish.user) || (!ends && !leads && argc != 4) ||
        (!ends && (!is_role(argv[2]) || (strcmp(argv[2], "leader") == 0) != leads)) ||
        (leads && !uuid_parse(text_of(argv[4]), &wish.leader_id)))
        return usage();
    struct store *store = shell_store(shell, "gruppstod_operator", &error);
    if (!ends) {
        wish.role = argv[2];
        wish.display_name = argv[3];
    }
    struct operator_pen *pen = store ? operator_pen_open(shell, &error) : NULL;
    const bool good =
        pen && (ends ? end(store, pen, wish.user, &error) : make(store, pen, &wish, &error));
    operator_pen_close(pen);
    store_close(store);
    return good ? EX_OK : shell_fail(EX_UNAVAILABLE, &error, NULL);
}
