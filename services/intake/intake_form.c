/* Draws the questions: as fields that keep what was typed, with the words of what is wrong at the
 * field and above the form; and as a list to check before sending. */
#include "services/intake/intake_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/message.h"

/* Fields of the page itself, not of the referral. */
static bool is_own(struct text name)
{
    static const char *const own[] = {"step", "token", "shown", "website", "urgent_seen"};

    for (size_t i = 0; i < COUNT(own); i++)
        if (text_is(name, own[i]))
            return true;
    return false;
}

static struct text typed(const struct form_view *view, const char *name)
{
    const struct text text = http_method(view->request) == HTTP_POST
                                 ? http_form(view->request, name)
                                 : (struct text){NULL, 0};

    return text.data ? text : TEXT("");
}

/* Whether a box of that value was ticked: the same name may come several times. */
static bool ticked(const struct form_view *view, const char *name, const char *value)
{
    const struct http_field *fields;
    const size_t count =
        http_method(view->request) == HTTP_POST ? http_form_fields(view->request, &fields) : 0;

    for (size_t i = 0; i < count; i++)
        if (text_is(fields[i].name, name) && text_is(fields[i].value, value))
            return true;
    return false;
}

/* What is wrong, in words */

static const char *words_of(enum problem_kind kind)
{
    switch (kind) {
    case PROBLEM_MISSING:
    case PROBLEM_FEW:
    case PROBLEM_SHORT:
        return T("Svara på frågan");
    case PROBLEM_LONG:
    case PROBLEM_MANY:
        return T("Skriv lite kortare");
    case PROBLEM_SMALL:
    case PROBLEM_LARGE:
        return T("Det talet går inte. Se efter att det är rätt");
    case PROBLEM_CHARACTER:
        return T("Ta bort tecken som inte går att läsa");
    case PROBLEM_NONE:
    case PROBLEM_BODY:
    case PROBLEM_FIELD:
    case PROBLEM_TYPE:
    case PROBLEM_TWICE:
    case PROBLEM_WORD:
    case PROBLEM_FORMAT:
    case PROBLEM_COUNT:
        break;
    }
    return T("Skriv på ett annat sätt");
}

static const char *problem_of(const struct form_view *view, const struct question *question)
{
    const size_t length = strlen(question->name);

    for (size_t i = 0; view->problems && i < view->problems->count; i++) {
        const struct text path = view->problems->list[i].path;
        const bool inside = path.length >= length &&
                            memcmp(path.data, question->name, length) == 0 &&
                            (path.length == length || path.data[length] == '.');
        if (inside && question->kind == ASK_DATE)
            return T("Det datumet finns inte. Skriv dag, månad och år med siffror");
        if (inside)
            return words_of(view->problems->list[i].kind);
    }
    for (size_t i = 0; view->verdict && i < view->verdict->problem_count; i++)
        if (strcmp(view->verdict->problems[i].field, question->name) == 0)
            return view->verdict->problems[i].text;
    return NULL;
}

/* Fields */

static void add_option(struct value *list, const struct form_view *view,
    const struct question *question, const char *value, struct text text, const char *id)
{
    struct value *option = value_append_object(list);

    value_set_string(option, "value", value);
    value_set_text(option, "text", text);
    value_set_string(option, "option", id);
    value_set_bool(option, "on", ticked(view, question->name, value));
}

static void add_options(struct context *context, const struct form_view *view,
    const struct question *question, struct value *field)
{
    struct value *list = value_add_list(field, "options");

    for (const struct choice *choice = question->choices; choice->value; choice++)
        add_option(list, view, question, choice->value,
            text_of(intake_word(view->language, choice->text)),
            choice == question->choices
                ? question->name
                : arena_format(context->arena, "%s.%s", question->name, choice->value));
}

static void add_list(const struct form_view *view, const struct question *question,
    const struct list_entry *entries, size_t count, struct value *field)
{
    struct value *list = value_add_list(field, "options");

    for (size_t i = 0; i < count; i++)
        add_option(list, view, question, entries[i].key,
            text_of(view->language == I18N_SV ? entries[i].name : entries[i].name_en), "");
}

static void add_slots(struct context *context, const struct form_view *view,
    const struct question *question, struct value *field)
{
    const struct intake_house *house = intake_house();
    struct value *days = value_add_list(field, "days"), *list = NULL;
    int64_t weekday = -1;

    for (size_t i = 0; i < house->slot_count; i++) {
        const struct intake_slot *slot = &house->slots[i];
        if (slot->weekday != weekday) {
            struct value *day = value_append_object(days);
            weekday = slot->weekday;
            value_set_string(day, "day", intake_weekday(view->language, (int)weekday));
            list = value_add_list(day, "options");
        }
        add_option(list, view, question, arena_format(context->arena, "%d", (int)slot->slot),
            text_of(intake_clock(context->arena, slot->starts_min)), "");
    }
}

static void add_date(
    struct context *context, const struct form_view *view, const char *name, struct value *field)
{
    value_set_text(field, "typed_day", typed(view, arena_format(context->arena, "%s.day", name)));
    value_set_text(
        field, "typed_month", typed(view, arena_format(context->arena, "%s.month", name)));
    value_set_text(field, "typed_year", typed(view, arena_format(context->arena, "%s.year", name)));
}

static size_t choice_count(const struct choice *choices)
{
    size_t count = 0;

    while (choices[count].value)
        count++;
    return count;
}

static void add_kind(struct context *context, const struct form_view *view,
    const struct question *question, struct value *field)
{
    const struct intake_lists *lists = &intake_house()->lists;

    switch (question->kind) {
    case ASK_TEXT:
        value_set_bool(field, "is_text", true);
        value_set_string(field, "type",
            question->type && strcmp(question->type, "number") != 0 ? question->type : "text");
        value_set_string(field, "mode",
            question->type && strcmp(question->type, "number") == 0 ? "numeric" : NULL);
        value_set_bool(field, "short", question->most <= 30);
        break;
    case ASK_AREA:
        value_set_bool(field, "is_area", true);
        break;
    case ASK_DATE:
        value_set_bool(field, "is_date", true);
        add_date(context, view, question->name, field);
        break;
    case ASK_RADIO:
    case ASK_CHECKS:
        value_set_bool(field, "is_choice", true);
        value_set_string(field, "box", question->kind == ASK_RADIO ? "radio" : "checkbox");
        value_set_bool(field, "in_row",
            choice_count(question->choices) == 2 || choice_count(question->choices) == 3);
        add_options(context, view, question, field);
        break;
    case ASK_SELECT:
        value_set_bool(field, "is_select", true);
        add_options(context, view, question, field);
        break;
    case ASK_DISTRICT:
        value_set_bool(field, "is_select", true);
        add_list(view, question, lists->districts, lists->keys.district_count, field);
        break;
    case ASK_LANGUAGE:
        value_set_bool(field, "is_select", true);
        add_list(view, question, lists->languages, lists->keys.language_count, field);
        break;
    case ASK_SLOTS:
        value_set_bool(field, "is_slots", true);
        add_slots(context, view, question, field);
        break;
    }
}

/* Above the form the words stand without their field, so the question goes before them. */
static void add_problem(struct context *context, const struct form_view *view,
    struct value *problems, const struct question *question, const char *text)
{
    struct value *one = value_append_object(problems);
    const char *label = intake_word(view->language, question->label);
    const bool asks = label[0] && label[strlen(label) - 1] == '?';

    value_set_string(one, "target", question->name);
    value_set_string(one, "what",
        arena_format(
            context->arena, asks ? "%s %s" : "%s: %s", label, intake_word(view->language, text)));
}

/* Every name is set, also absent ones: a template looks further out for what it does not find. */
static void add_question(struct context *context, const struct form_view *view,
    const struct question *question, struct value *field, struct value *problems)
{
    const char *problem = problem_of(view, question);
    const char *name = question->name;

    value_set_string(field, "name", name);
    value_set_message(field, "label", question->label);
    value_set_string(
        field, "hint", question->hint ? intake_word(view->language, question->hint) : NULL);
    value_set_string(field, "error", problem ? intake_word(view->language, problem) : NULL);
    value_set_bool(field, "optional", question->optional);
    value_set_text(field, "typed", typed(view, name));
    value_set_string(field, "complete", question->complete);
    value_set_int(field, "most", question->most);
    value_set_string(field, "describes",
        question->hint && problem ? arena_format(context->arena, "%s-hint %s-error", name, name)
        : question->hint          ? arena_format(context->arena, "%s-hint", name)
        : problem                 ? arena_format(context->arena, "%s-error", name)
                                  : NULL);
    add_kind(context, view, question, field);
    if (problem)
        add_problem(context, view, problems, question, problem);
}

/* A weekly time cannot be chosen before the city has any. */
static bool is_asked(const struct question *question)
{
    return question->kind != ASK_SLOTS || intake_house()->slot_count > 0;
}

static struct value *start_page(
    struct context *context, const struct form_view *view, const char *title)
{
    const struct form_door *door = view->door;
    struct value *root = intake_page(context, view->request, title, view->language);
    const bool violence = ticked(view, "situations", "violence") ||
                          text_is(typed(view, "violence_last_year"), "yes") ||
                          text_is(typed(view, "afraid_at_home"), "yes");

    value_set_string(root, "door", door->door == DOOR_CHILD ? "barn/fragor" : door->path);
    value_set_message(root, "heading", door->heading);
    value_set_message(root, "lead", door->lead);
    value_set_bool(root, "professional", door->door == DOOR_PROFESSIONAL);
    value_set_bool(root, "leave", door->door == DOOR_CHILD || violence);
    value_set_string(root, "token", view->token);
    value_set_string(
        root, "shown", arena_format(context->arena, "%lld", (long long)view->shown_ms));
    return root;
}

struct value *form_page(struct context *context, const struct form_view *view)
{
    const struct form_door *door = view->door;
    struct value *root = start_page(context, view, door->title);
    struct value *problems = value_add_list(root, "problems");
    struct value *sections = value_add_list(root, "sections");

    value_set_bool(root, "wrong", view->problems || view->verdict);
    for (size_t i = 0; i < door->count; i++) {
        const struct section *section = &door->sections[i];
        struct value *part = value_append_object(sections);
        struct value *fields;

        value_set_string(part, "part", section->id);
        value_set_message(part, "section", section->title);
        value_set_string(
            part, "intro", section->intro ? intake_word(view->language, section->intro) : NULL);
        fields = value_add_list(part, "fields");
        for (size_t j = 0; j < section->count; j++)
            if (is_asked(&section->questions[j]))
                add_question(
                    context, view, &section->questions[j], value_append_object(fields), problems);
    }
    return root;
}

/* The page to check */

static const char *join(struct arena *arena, const char *before, const char *more)
{
    return before[0] ? arena_format(arena, "%s\n%s", before, more) : more;
}

static const char *chosen(
    struct context *context, const struct form_view *view, const struct question *question)
{
    const char *all = "";

    for (const struct choice *choice = question->choices; choice->value; choice++)
        if (ticked(view, question->name, choice->value))
            all = join(context->arena, all, intake_word(view->language, choice->text));
    return all;
}

static const char *chosen_slots(struct context *context, const struct form_view *view)
{
    const struct intake_house *house = intake_house();
    const char *all = "";

    for (size_t i = 0; i < house->slot_count; i++) {
        const struct intake_slot *slot = &house->slots[i];
        if (ticked(view, "slots", arena_format(context->arena, "%d", (int)slot->slot)))
            all = join(context->arena, all,
                arena_format(context->arena, "%s %s",
                    intake_weekday(view->language, (int)slot->weekday),
                    intake_clock(context->arena, slot->starts_min)));
    }
    return all;
}

static const char *date_typed(
    struct context *context, const struct form_view *view, const struct question *question)
{
    const char *name = question->name;
    const struct text day = typed(view, arena_format(context->arena, "%s.day", name));
    const struct text month = typed(view, arena_format(context->arena, "%s.month", name));
    const struct text year = typed(view, arena_format(context->arena, "%s.year", name));
    const long number = strtol(month.data, NULL, 10);

    if (number < 1 || number > 12)
        return "";
    return arena_format(
        context->arena, "%s %s %s", day.data, intake_month(view->language, (int)number), year.data);
}

static const char *shown_as(
    struct context *context, const struct form_view *view, const struct question *question)
{
    const struct intake_lists *lists = &intake_house()->lists;

    switch (question->kind) {
    case ASK_RADIO:
    case ASK_CHECKS:
    case ASK_SELECT:
        return chosen(context, view, question);
    case ASK_DISTRICT:
        return intake_list_name(lists->districts, lists->keys.district_count, view->language,
            typed(view, question->name));
    case ASK_LANGUAGE:
        return intake_list_name(lists->languages, lists->keys.language_count, view->language,
            typed(view, question->name));
    case ASK_DATE:
        return date_typed(context, view, question);
    case ASK_SLOTS:
        return chosen_slots(context, view);
    case ASK_TEXT:
    case ASK_AREA:
        break;
    }
    return typed(view, question->name).data;
}

void form_keep(struct context *context, const struct form_view *view, struct value *root)
{
    const struct http_field *fields;
    const size_t count = http_form_fields(view->request, &fields);
    struct value *kept = value_add_list(root, "kept");

    (void)context;
    for (size_t i = 0; i < count; i++) {
        if (is_own(fields[i].name) || text_empty(fields[i].value))
            continue;
        struct value *one = value_append_object(kept);
        value_set_text(one, "name", fields[i].name);
        value_set_text(one, "typed", fields[i].value);
    }
    if (text_is(typed(view, "urgent_seen"), "yes")) {
        struct value *one = value_append_object(kept);
        value_set_string(one, "name", "urgent_seen");
        value_set_string(one, "typed", "yes");
    }
}

/* One part of the page to check: what was answered, and what had to be. False: nothing was. */
static bool add_rows(struct context *context, const struct form_view *view,
    const struct section *section, struct value *part)
{
    struct value *rows = value_add_list(part, "rows");
    bool any = false;

    value_set_message(part, "section", section->title);
    for (size_t i = 0; i < section->count; i++) {
        const struct question *question = &section->questions[i];
        const char *shown = shown_as(context, view, question);
        struct value *row;

        if (question->optional && !shown[0])
            continue;
        any = true;
        row = value_append_object(rows);
        value_set_message(row, "label", question->label);
        value_set_string(row, "shown_as", shown);
    }
    return any;
}

struct value *form_check_page(struct context *context, const struct form_view *view)
{
    const struct form_door *door = view->door;
    struct value *root = start_page(context, view, T("Stämmer det här?"));
    struct value *sections = value_add_list(root, "sections");

    form_keep(context, view, root);
    for (size_t i = 0; i < door->count; i++) {
        struct value *part = value_object(context->arena);
        if (add_rows(context, view, &door->sections[i], part))
            value_append(sections, part);
    }
    return root;
}
