/* Draws the questions: as fields that keep what was typed, with the words of what is wrong at the
 * field and above the form: all on one page, or one question a page. */
#include "services/intake/intake_form.h"

#include <string.h>

#include "common/check.h"
#include "common/message.h"

struct text form_typed(const struct form_view *view, const char *name)
{
    for (size_t i = 0; i < view->field_count; i++)
        if (text_is(view->fields[i].name, name))
            return view->fields[i].value;
    return TEXT("");
}

bool form_ticked(const struct form_view *view, const char *name, const char *value)
{
    for (size_t i = 0; i < view->field_count; i++)
        if (text_is(view->fields[i].name, name) && text_is(view->fields[i].value, value))
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

const char *form_problem(const struct form_view *view, const struct question *question)
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
    value_set_bool(option, "on", form_ticked(view, question->name, value));
}

/* What weighs most is one of what was chosen, once that is known. */
static bool is_offered(
    const struct form_view *view, const struct question *question, const struct choice *choice)
{
    return !view->draft || strcmp(question->name, "primary_situation") != 0 ||
           strcmp(view->slug, "allt") == 0 || form_ticked(view, "situations", choice->value);
}

static void add_options(struct context *context, const struct form_view *view,
    const struct question *question, struct value *field)
{
    struct value *list = value_add_list(field, "options");
    size_t list_begun = 0;

    for (const struct choice *choice = question->choices; choice->value; choice++)
        if (is_offered(view, question, choice))
            add_option(list, view, question, choice->value,
                text_of(intake_word(view->language, choice->text)),
                !list_begun++
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
    value_set_text(
        field, "typed_day", form_typed(view, arena_format(context->arena, "%s.day", name)));
    value_set_text(
        field, "typed_month", form_typed(view, arena_format(context->arena, "%s.month", name)));
    value_set_text(
        field, "typed_year", form_typed(view, arena_format(context->arena, "%s.year", name)));
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
    const char *problem = view->wrong ? form_problem(view, question) : NULL;
    const char *name = question->name;

    value_set_string(field, "name", name);
    value_set_message(field, "label", question->label);
    value_set_string(
        field, "hint", question->hint ? intake_word(view->language, question->hint) : NULL);
    value_set_string(field, "error", problem ? intake_word(view->language, problem) : NULL);
    value_set_bool(field, "optional", question->optional);
    value_set_text(field, "typed", form_typed(view, name));
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

bool form_asks(const struct question *question)
{
    return question->kind != ASK_SLOTS || intake_house()->slot_count > 0;
}

const char *form_address(struct arena *arena, const struct form_view *view, const char *slug)
{
    const char *code = i18n_code(intake_house()->i18n, view->language);

    return view->draft ? arena_format(arena, "/%s/%s/%d/%s", code, form_path(view->door),
                             (int)view->draft, slug ? slug : view->slug)
                       : arena_format(arena, "/%s/%s", code, form_path(view->door));
}

struct value *form_root(struct context *context, const struct form_view *view, const char *title)
{
    const struct form_door *door = view->door;
    struct value *root = intake_page(context, view->request, title, view->language);
    const bool violence = form_ticked(view, "situations", "violence") ||
                          text_is(form_typed(view, "violence_last_year"), "yes") ||
                          text_is(form_typed(view, "afraid_at_home"), "yes");

    value_set_string(root, "action", form_address(context->arena, view, NULL));
    value_set_message(root, "heading", door->heading);
    value_set_message(root, "lead", door->lead);
    value_set_bool(root, "professional", door->door == DOOR_PROFESSIONAL);
    value_set_bool(root, "young", door->door == DOOR_CHILD);
    value_set_bool(root, "drafted", view->draft > 0);
    value_set_bool(root, "leave", door->door == DOOR_CHILD || violence);
    value_set_string(root, "token", view->token);
    value_set_string(
        root, "shown", arena_format(context->arena, "%lld", (long long)view->shown_ms));
    return root;
}

/* The whole form on one page */

static bool is_here(const struct form_view *view, const struct section *section)
{
    if (!view->draft || section->place == SECTION_HERE)
        return true;
    return section->place == SECTION_FAMILY && !text_is(form_typed(view, "family_knows"), "no");
}

static bool is_answered(
    struct context *context, const struct form_view *view, const struct question *question)
{
    const char *name = question->kind == ASK_DATE
                           ? arena_format(context->arena, "%s.day", question->name)
                           : question->name;

    return !text_empty(form_typed(view, name));
}

/* How far a section has come, for the list on top of the page. */
static void add_state(struct context *context, const struct form_view *view,
    const struct section *section, struct value *part)
{
    bool missing = false, any = false;

    for (size_t i = 0; i < section->count; i++) {
        missing = missing || form_problem(view, &section->questions[i]);
        any = any || is_answered(context, view, &section->questions[i]);
    }
    value_set_message(part, "state", missing ? T("Behövs") : any ? T("Klart") : T("Frivilligt"));
    value_set_string(part, "state_kind", missing ? "wait" : any ? "done" : "calm");
}

struct value *form_page(struct context *context, const struct form_view *view)
{
    const struct form_door *door = view->door;
    struct value *root = form_root(context, view, door->title);
    struct value *problems = value_add_list(root, "problems");
    struct value *sections = value_add_list(root, "sections");

    value_set_bool(root, "wrong", view->wrong);
    value_set_bool(root, "tasks", view->draft > 0);
    value_set_bool(root, "script", view->draft > 0);
    for (size_t i = 0; i < door->count; i++) {
        const struct section *section = &door->sections[i];
        struct value *part, *fields;

        if (!is_here(view, section))
            continue;
        part = value_append_object(sections);
        value_set_string(part, "part", section->id);
        value_set_message(part, "section", section->title);
        value_set_string(
            part, "intro", section->intro ? intake_word(view->language, section->intro) : NULL);
        if (view->draft)
            add_state(context, view, section, part);
        fields = value_add_list(part, "fields");
        for (size_t j = 0; j < section->count; j++)
            if (form_asks(&section->questions[j]))
                add_question(
                    context, view, &section->questions[j], value_append_object(fields), problems);
    }
    return root;
}

/* One question a page */

struct value *form_step_page(
    struct context *context, const struct form_view *view, const struct form_step *step)
{
    struct value *root = form_root(context, view, step->title);
    struct value *problems = value_add_list(root, "problems");
    struct value *fields = value_add_list(root, "fields");

    value_set_bool(root, "wrong", view->wrong);
    value_set_string(
        root, "heading", step->heading ? intake_word(view->language, step->heading) : NULL);
    value_set_string(root, "intro", step->intro ? intake_word(view->language, step->intro) : NULL);
    value_set_bool(root, "pause", step->kind == STEP_PAUSE);
    for (size_t i = 0; i < STEP_QUESTIONS_MOST && step->names[i]; i++) {
        const struct question *question = form_question(view->door, step->names[i]);
        struct value *field;

        if (!form_asks(question))
            continue;
        field = value_append_object(fields);
        add_question(context, view, question, field, problems);
        value_set_bool(field, "heads", !step->heading || step->kind == STEP_SEVERAL);
        if (step->kind == STEP_SEVERAL) {
            value_set_message(field, "label", step->heading);
            value_set_bool(field, "optional", false);
            value_set_string(root, "heading", NULL);
        }
    }
    return root;
}
