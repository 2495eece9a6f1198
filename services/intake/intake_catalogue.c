/* What is told of a group in public. Where children meet because of violence no address is told:
 * scheduling's view withholds it, and no page here asks for one. */
#include "services/intake/intake_catalogue.h"

#include <stdlib.h>

#include "common/domain/date.h"

enum { AGE_LEAST = 4 /* below it there are no groups */ };

struct status_words {
    const char *status, *words, *tone, *then;
};

static const struct status_words statuses[] = {
    {"planned", T("Planeras. Startar när några barn till vill vara med."), "wait",
        T("Gruppen startar när det finns några barn till. Ni hjälper den att bli av.")},
    {"open", T("Öppen, det finns plats"), "", NULL},
    {"starting", T("Startar snart"), "", NULL},
    {"full", T("Full, men ni kan stå på väntelistan"), "calm",
        T("Gruppen är full. Ni är med när nästa startar.")},
    {"running", T("Pågår"), "calm",
        T("Gruppen har redan börjat. Hör av er ändå, så är ni med när nästa startar.")},
    {"finished", T("Avslutad"), "calm", T("Gruppen är slut. Ni är med när nästa startar.")},
    {NULL, T("Inställd, kan starta senare"), "stop",
        T("Det blev för få barn den här gången. Hör av er, så kan den starta senare.")},
};

static const struct status_words *status_of(struct text status)
{
    const struct status_words *at = statuses;

    while (at->status && !text_is(status, at->status))
        at++;
    return at;
}

/* --- filters --- */

/* A small number of the query; what is none chooses nothing. */
static int64_t number_of(struct text text, int64_t least, int64_t most)
{
    char *end;

    if (text_empty(text))
        return INT_ABSENT;
    const long number = strtol(text.data, &end, 10);
    return *end || number < least || number > most ? INT_ABSENT : number;
}

/* A word of a list; another chooses nothing. */
static struct text listed(struct text word, const struct text *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(word, list[i]))
            return word;
    return TEXT("");
}

struct group_filter catalogue_filter(const struct http_request *request)
{
    const struct register_lists *keys = &intake_house()->lists.keys;
    const int64_t about = number_of(http_query(request, "om"), 1, SITUATION_COUNT - 1);

    return (struct group_filter){
        .situation = about == INT_ABSENT ? SITUATION_NONE : (enum situation)about,
        .district = listed(http_query(request, "district"), keys->districts, keys->district_count),
        .language = listed(http_query(request, "language"), keys->languages, keys->language_count),
        .weekday = number_of(http_query(request, "weekday"), 0, 6),
        .age = number_of(http_query(request, "age"), 0, REGISTER_AGE_MOST),
    };
}

bool catalogue_fits(const struct group_row *group, const struct group_filter *filter)
{
    return (filter->situation == SITUATION_NONE || filter->situation == group->situation) &&
           (text_empty(filter->district) || text_equal(filter->district, group->district)) &&
           (text_empty(filter->language) || text_equal(filter->language, group->language)) &&
           (filter->weekday == INT_ABSENT || filter->weekday == group->weekday) &&
           (filter->age == INT_ABSENT ||
               (group->age_from <= filter->age && filter->age <= group->age_to));
}

bool catalogue_starts(const struct group_row *group)
{
    return text_is(group->status, "planned") || text_is(group->status, "open") ||
           text_is(group->status, "starting");
}

static struct value *add_filter(struct value *filters, const char *name, const char *label)
{
    struct value *filter = value_append_object(filters);

    value_set_string(filter, "name", name);
    value_set_message(filter, "label", label);
    return value_add_list(filter, "options");
}

static void add_option(struct value *options, const char *value, const char *text, bool chosen)
{
    struct value *option = value_append_object(options);

    value_set_string(option, "value", value);
    value_set_string(option, "text", text);
    value_set_bool(option, "on", chosen);
}

static void add_numbers(struct context *context, struct value *options, int from, int to,
    int64_t chosen, const char *(*words)(unsigned language, int number), unsigned language)
{
    for (int i = from; i <= to; i++) {
        const char *digits = arena_format(context->arena, "%d", i);
        add_option(options, digits, words ? words(language, i) : digits, i == chosen);
    }
}

static void add_listed(struct value *options, const struct list_entry *list, size_t count,
    unsigned language, struct text chosen)
{
    for (size_t i = 0; i < count; i++)
        add_option(options, list[i].key,
            intake_list_name(list, count, language, text_of(list[i].key)),
            text_is(chosen, list[i].key));
}

static const char *situation_words(unsigned language, int number)
{
    return intake_word(language, intake_situation((enum situation)number));
}

void catalogue_add_filters(struct context *context, unsigned language,
    const struct group_filter *filter, struct value *root)
{
    const struct intake_lists *lists = &intake_house()->lists;
    struct value *filters = value_add_list(root, "filters");

    add_numbers(context, add_filter(filters, "om", T("Vad det handlar om")), 1, SITUATION_COUNT - 1,
        filter->situation, situation_words, language);
    add_numbers(context, add_filter(filters, "age", T("Barnets ålder")), AGE_LEAST,
        REGISTER_AGE_MOST, filter->age, NULL, language);
    add_listed(add_filter(filters, "district", T("Stadsdel")), lists->districts,
        lists->keys.district_count, language, filter->district);
    add_numbers(context, add_filter(filters, "weekday", T("Dag")), 0, 4, filter->weekday,
        intake_weekday, language);
    add_listed(add_filter(filters, "language", T("Språk")), lists->languages,
        lists->keys.language_count, language, filter->language);
}

/* --- a group --- */

static const char *only_words(unsigned language, struct text sex)
{
    if (text_is(sex, "girl"))
        return intake_word(language, T("bara flickor"));
    return text_is(sex, "boy") ? intake_word(language, T("bara pojkar")) : NULL;
}

static void add_times(
    struct arena *arena, unsigned language, const struct group_row *group, struct value *card)
{
    value_set_string(card, "weekday", intake_weekday(language, (int)group->weekday));
    value_set_string(card, "starts", intake_clock(arena, group->starts_min));
    value_set_string(card, "ends", intake_clock(arena, group->starts_min + group->minutes));
    value_set_string(card, "first", intake_day(arena, language, group->first_day));
    value_set_string(card, "last", intake_day(arena, language, group->last_day));
    value_set_int(card, "meetings", group->meetings);
    value_set_text(card, "off", group->weeks_off);
}

void catalogue_add(
    struct context *context, unsigned language, const struct group_row *group, struct value *card)
{
    const struct intake_lists *lists = &intake_house()->lists;
    const struct status_words *status = status_of(group->status);
    char *id = arena_take(context->arena, UUID_TEXT + 1);

    uuid_format(group->group_id, id);
    value_set_string(card, "id", id);
    value_set_text(card, "group", group->name);
    value_set_string(card, "tone", status->tone);
    value_set_message(card, "status", status->words);
    if (status->then)
        value_set_message(card, "then", status->then);
    value_set_message(card, "situation", intake_situation(group->situation));
    value_set_int(card, "age_from", group->age_from);
    value_set_int(card, "age_to", group->age_to);
    value_set_string(card, "only", only_words(language, group->sex));
    value_set_string(card, "district",
        intake_list_name(lists->districts, lists->keys.district_count, language, group->district));
    value_set_string(card, "language",
        intake_list_name(lists->languages, lists->keys.language_count, language, group->language));
    value_set_bool(card, "parents", group->parent_group);
    add_times(context->arena, language, group, card);
}

const struct group_row *catalogue_find(struct text id, const struct group_row *groups, size_t count)
{
    struct uuid group_id;

    if (!uuid_parse(id, &group_id))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(groups[i].group_id, group_id))
            return &groups[i];
    return NULL;
}
