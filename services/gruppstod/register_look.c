/*
 * get and describe of groups, leaders, rooms and meetings: filters in words, things by their name.
 *
 * `get` takes a filter as two words, the option and its value; what it does not know is refused
 * with those that it knows. What is not found is answered with what is called almost so.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/gruppstod/look.h"
#include "services/gruppstod/register_look_store.h"
#include "vocabulary.h"

static const struct {
    const char *option, *value;
    unsigned int bit;
} options[] = {{"--state", "STATE", REGISTER_STATE}, {"--district", "DISTRICT", REGISTER_DISTRICT},
    {"--situation", "SITUATION", REGISTER_SITUATION}, {"--from", "DAY", REGISTER_DAYS},
    {"--to", "DAY", REGISTER_DAYS}, {"--group", "NAME", REGISTER_GROUP},
    {"--leader", "NAME", REGISTER_LEADER}};

static int usage(const struct register_thing *thing)
{
    fprintf(stderr, "usage: gruppstod get %s", thing->many);
    for (size_t i = 0; i < COUNT(options); i++)
        if (thing->options & options[i].bit)
            fprintf(stderr, " [%s %s]", options[i].option, options[i].value);
    if (*thing->states)
        fprintf(stderr, "\nStates: %s", thing->states);
    fputc('\n', stderr);
    return EX_USAGE;
}

static bool read_state(
    const struct register_thing *thing, struct text said, struct text *state, struct error *error)
{
    for (const char *at = thing->states; *at;) {
        const size_t length = strcspn(at, " ");
        if (text_equal(said, (struct text){at, length})) {
            *state = said;
            return true;
        }
        at += length + (at[length] == ' ');
    }
    return error_set(error, ERROR_INPUT, "--state: no %s is %.40s; it is one of %s", thing->one,
        said.data, thing->states);
}

static bool read_situation(struct text said, struct text *situation, struct error *error)
{
    *situation = said;
    return situation_of(said) != SITUATION_NONE ||
           error_set(error, ERROR_INPUT,
               "--situation: there is no %.40s; it is one of substance mental violence separation",
               said.data);
}

static bool read_day(const char *option, struct text said, int32_t *day, struct error *error)
{
    return date_parse(said, day) || error_set(error, ERROR_INPUT,
                                        "%s: %.40s is no day, as 2026-10-07 is", option, said.data);
}

/* One option and its value; false with what is wrong with it. */
static bool read_option(struct shell *shell, struct store *store,
    const struct register_thing *thing, size_t option, const char *value,
    struct register_filter *filter, struct error *error)
{
    const struct text said = text_of(value);

    switch ((enum register_option)options[option].bit) {
    case REGISTER_STATE:
        return read_state(thing, said, &filter->state, error);
    case REGISTER_DISTRICT:
        return register_district(store, shell->arena, said, &filter->district, error);
    case REGISTER_SITUATION:
        return read_situation(said, &filter->situation, error);
    case REGISTER_DAYS:
        return read_day(options[option].option, said,
            strcmp(options[option].option, "--to") == 0 ? &filter->to : &filter->from, error);
    case REGISTER_GROUP:
        return register_find(
            store, shell->arena, register_thing("group"), said, &filter->group, error);
    case REGISTER_LEADER:
        return register_find(
            store, shell->arena, register_thing("leader"), said, &filter->leader, error);
    }
    return false;
}

static size_t option_of(const struct register_thing *thing, const char *word)
{
    size_t i = 0;

    while (i < COUNT(options) &&
           (strcmp(options[i].option, word) != 0 || !(thing->options & options[i].bit)))
        i++;
    return i;
}

static bool knows(const struct register_thing *thing, int argc, char **argv)
{
    bool good = argc % 2 == 0;

    for (int i = 2; i < argc && good; i += 2)
        good = option_of(thing, argv[i]) < COUNT(options);
    return good;
}

static int list(struct shell *shell, struct store *store, const struct register_thing *thing,
    int argc, char **argv)
{
    struct register_filter filter = {.from = DAY_ABSENT, .to = DAY_ABSENT};
    struct error error = {ERROR_NONE, ""};

    for (int i = 2; i < argc; i += 2)
        if (!read_option(
                shell, store, thing, option_of(thing, argv[i]), argv[i + 1], &filter, &error))
            return shell_fail(error.kind == ERROR_BUSY ? EX_UNAVAILABLE : EX_DATAERR, &error, NULL);
    return look_show(shell, store, &thing->list, 1, register_params(shell->arena, &filter));
}

int look_register_get(struct shell *shell, int argc, char **argv)
{
    const struct register_thing *thing = argc > 1 ? register_thing(argv[1]) : NULL;
    int code;

    if (!thing || strcmp(argv[1], thing->many) != 0)
        return -1;
    if (!knows(thing, argc, argv))
        return usage(thing);
    struct store *store = look_open(shell, &code);
    if (store)
        code = list(shell, store, thing, argc, argv);
    store_close(store);
    return code;
}

static int describe(
    struct shell *shell, struct store *store, const struct register_thing *thing, const char *name)
{
    struct params *params = params_new(shell->arena);
    struct error error = {ERROR_NONE, ""};
    struct uuid id;
    size_t count = 0;

    if (!register_find(store, shell->arena, thing, text_of(name), &id, &error))
        return shell_fail(error.kind == ERROR_BUSY ? EX_UNAVAILABLE : EX_NOINPUT, &error, NULL);
    param_uuid(params, id);
    while (thing->parts[count])
        count++;
    return look_show(shell, store, thing->parts, count, params);
}

int look_register_describe(struct shell *shell, int argc, char **argv)
{
    const struct register_thing *thing = argc == 3 ? register_thing(argv[1]) : NULL;
    int code;

    if (!thing || strcmp(argv[1], thing->one) != 0)
        return -1;
    struct store *store = look_open(shell, &code);
    if (store)
        code = describe(shell, store, thing, argv[2]);
    store_close(store);
    return code;
}
