/* `demo --coordinator`: what no rule may clear is cleared by a person at the desk. Here the demo
 * signs in to the desk's pages as its made-up coordinator, opens each card, and decides on two of
 * three; it says that it has talked with the family, which in service it must have done. */
#include <stdio.h>
#include <string.h>

#include "services/gruppstod/demo.h"
#include "services/gruppstod/demo_store.h"
#include "services/gruppstod/web.h"

enum { LINE = 200 };

enum at { AT_DOOR, AT_DESK, AT_CARD, AT_DECIDED };

struct coordinating {
    struct demo *demo;
    const char *desk, *password;
    const struct uuid *referrals;
    size_t count, done;
    enum at at;
};

/* The demo's own accounts stand in a file of the state folder: "user password". */
static bool find_password(const struct demo *demo, const char **password, struct error *error)
{
    static const char user[] = "samordnare ";
    struct arena *arena = demo->shell->arena;
    const char *path = arena_format(arena, "%s/demo-sign-in.txt", demo->shell->var);
    FILE *file = fopen(path, "re");
    char line[LINE];

    *password = NULL;
    while (file && !*password && fgets(line, sizeof line, file))
        if (strncmp(line, user, sizeof user - 1) == 0) {
            const char *word = line + sizeof user - 1;
            word += strspn(word, " ");
            *password = arena_copy(arena, word, strcspn(word, " \n"));
        }
    if (file)
        fclose(file);
    return *password || error_set(error, ERROR_ABSENT, "%s has no coordinator", path);
}

static const char *card_of(const struct coordinating *all, struct arena *arena)
{
    char id[UUID_TEXT + 1];

    uuid_format(all->referrals[all->done], id);
    return arena_format(arena, "%s/kort/%s", all->desk, id);
}

static bool sign_in(const struct coordinating *all, struct arena *arena, struct web_step *step)
{
    step->url = arena_format(arena, "%s/in", all->desk);
    step->body =
        web_add(arena, web_add(arena, "", "namn", "samordnare"), "losenord", all->password);
    return true;
}

/* The form of the card that decides, as it stands in the page. */
static bool decide(const struct coordinating *all, struct arena *arena, struct text page,
    struct web_step *step, struct error *error)
{
    const char *from = strstr(page.data, "/beslut\"");
    const char *to = from ? strstr(from, "</form>") : NULL;

    if (!to)
        return error_set(error, ERROR_INPUT, "a card at the desk has no form to decide with");
    const struct text form = {arena_copy(arena, from, (size_t)(to - from)), (size_t)(to - from)};
    step->url = arena_format(arena, "%s/beslut", card_of(all, arena));
    step->body = web_add(arena,
        web_add(arena, web_add(arena, web_hidden(arena, form), "beslut", "clear"), "bradska", "1"),
        "talat", "ja");
    return true;
}

static bool next_card(struct coordinating *all, struct arena *arena, struct web_step *step)
{
    if (all->done == all->count || demo_stopped())
        return false;
    all->at = AT_CARD;
    step->url = card_of(all, arena);
    return true;
}

static bool visit(void *data, size_t index, struct arena *arena, const struct web_answer *answer,
    struct web_step *step, struct error *error)
{
    struct coordinating *all = data;

    (void)index;
    switch (all->at) {
    case AT_DOOR:
        all->at = AT_DESK;
        return sign_in(all, arena, step);
    case AT_DESK:
        if (answer->status != 303)
            return error_set(error, ERROR_INPUT, "the desk's sign-in answers %ld", answer->status);
        return next_card(all, arena, step);
    case AT_CARD:
        if (answer->status != 200)
            return error_set(error, ERROR_INPUT, "a card at the desk answers %ld", answer->status);
        all->at = AT_DECIDED;
        return decide(all, arena, answer->body, step, error);
    case AT_DECIDED:
        if (answer->status != 303)
            return error_set(error, ERROR_INPUT, "a decision is met with %ld", answer->status);
        all->done++;
        all->demo->cleared++;
        demo_show(all->demo, "Cleared at the desk", all->done, all->count);
        return next_card(all, arena, step);
    }
    return false;
}

bool demo_coordinate(struct demo *demo, struct error *error)
{
    struct coordinating all = {.demo = demo};
    const struct web_visits visits = {
        .visit = visit, .data = &all, .count = 1, .keeps_cookies = true};
    struct text *codes = ARENA_ARRAY(demo->shell->arena, struct text, demo->count + 1);
    size_t count = 0;
    int64_t port;

    for (size_t i = 0; i < demo->count; i++)
        if (*demo->children[i].code && i % 3 != 2)
            codes[count++] = text_of(demo->children[i].code);
    if (!demo_read_uncleared(demo->store, demo->shell->arena, codes, count, &port, &all.referrals,
            &all.count, error) ||
        !find_password(demo, &all.password, error))
        return error_while(error, "going to the desk");
    if (port == INT_ABSENT)
        return error_set(error, ERROR_BUSY, "the desk is not running");
    if (all.count == 0)
        return true;
    all.desk = arena_format(demo->shell->arena, "http://127.0.0.1:%lld", (long long)port);
    demo_say(demo, "A coordinator looks at %zu referrals at the desk, %s", all.count, all.desk);
    return web_run(&visits, error) || error_while(error, "at the desk");
}
