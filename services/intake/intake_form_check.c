/* What was answered, as a list to check before sending, each answer with the way back to it; and as
 * hidden fields where the page itself keeps all. */
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "services/intake/intake_form.h"

/* Fields of the page itself, not of the referral. */
static bool is_own(struct text name)
{
    static const char *const own[] = {
        "step", "token", "shown", "website", "urgent_seen", "kod", "andra", "fran", "senast"};

    for (size_t i = 0; i < COUNT(own); i++)
        if (text_is(name, own[i]))
            return true;
    return false;
}

static const char *join(struct arena *arena, const char *before, const char *more)
{
    return before[0] ? arena_format(arena, "%s\n%s", before, more) : more;
}

static const char *chosen(
    struct context *context, const struct form_view *view, const struct question *question)
{
    const char *all = "";

    for (const struct choice *choice = question->choices; choice->value; choice++)
        if (form_ticked(view, question->name, choice->value))
            all = join(context->arena, all, intake_word(view->language, choice->text));
    return all;
}

static const char *chosen_slots(struct context *context, const struct form_view *view)
{
    const struct intake_house *house = intake_house();
    const char *all = "";

    for (size_t i = 0; i < house->slot_count; i++) {
        const struct intake_slot *slot = &house->slots[i];
        if (form_ticked(view, "slots", arena_format(context->arena, "%d", (int)slot->slot)))
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
    const struct text day = form_typed(view, arena_format(context->arena, "%s.day", name));
    const struct text month = form_typed(view, arena_format(context->arena, "%s.month", name));
    const struct text year = form_typed(view, arena_format(context->arena, "%s.year", name));
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
            form_typed(view, question->name));
    case ASK_LANGUAGE:
        return intake_list_name(lists->languages, lists->keys.language_count, view->language,
            form_typed(view, question->name));
    case ASK_DATE:
        return date_typed(context, view, question);
    case ASK_SLOTS:
        return chosen_slots(context, view);
    case ASK_TEXT:
    case ASK_AREA:
        break;
    }
    return form_typed(view, question->name).data;
}

void form_keep(struct context *context, const struct form_view *view, struct value *root)
{
    const struct http_field *fields = view->fields;
    const size_t count = view->field_count;
    struct value *kept = value_add_list(root, "kept");

    (void)context;
    for (size_t i = 0; i < count; i++) {
        if (is_own(fields[i].name) || text_empty(fields[i].value))
            continue;
        struct value *one = value_append_object(kept);
        value_set_text(one, "name", fields[i].name);
        value_set_text(one, "typed", fields[i].value);
    }
    if (text_is(form_typed(view, "urgent_seen"), "yes")) {
        struct value *one = value_append_object(kept);
        value_set_string(one, "name", "urgent_seen");
        value_set_string(one, "typed", "yes");
    }
}

static const struct form_step *step_asking(const struct form_door *door, const char *name)
{
    size_t count;
    const struct form_step *steps = form_steps(door->door, &count);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < STEP_QUESTIONS_MOST && steps[i].names[j]; j++)
            if (strcmp(steps[i].names[j], name) == 0)
                return &steps[i];
    return &steps[count - 1];
}

static void add_row(struct context *context, const struct form_view *view,
    const struct question *question, const char *shown, struct value *row)
{
    const struct form_step *step = step_asking(view->door, question->name);

    value_set_message(row, "label", question->label);
    value_set_string(row, "shown_as", shown);
    value_set_string(row, "change",
        view->draft ? arena_format(context->arena, "%s?andra=1%s%s",
                          form_address(context->arena, view, step->slug),
                          step->kind == STEP_WHOLE ? "#" : "",
                          step->kind == STEP_WHOLE ? question->name : "")
                    : NULL);
}

/* One part of the page to check: what was answered, and what had to be. False: nothing was. */
static bool add_rows(struct context *context, const struct form_view *view,
    const struct section *section, struct value *part)
{
    struct value *rows = value_add_list(part, "rows");
    const bool all = view->draft && view->door->door == DOOR_PARENT;
    bool any = false;

    value_set_message(part, "section", section->title);
    for (size_t i = 0; i < section->count; i++) {
        const struct question *question = &section->questions[i];
        const char *shown = shown_as(context, view, question);
        const bool aside = step_asking(view->door, question->name)->kind == STEP_OTHER;

        if (!form_asks(question) || (question->optional && !shown[0] && (!all || aside)))
            continue;
        any = true;
        add_row(context, view, question, shown, value_append_object(rows));
    }
    return any;
}

struct value *form_check_page(struct context *context, const struct form_view *view)
{
    const struct form_door *door = view->door;
    struct value *root = form_root(context, view, T("Stämmer det här?"));
    struct value *sections = value_add_list(root, "sections");

    if (!view->draft)
        form_keep(context, view, root);
    value_set_bool(root, "more",
        view->draft && door->door == DOOR_CHILD && text_empty(form_typed(view, "message")) &&
            text_empty(form_typed(view, "situations")));
    value_set_string(
        root, "more_at", view->draft ? form_address(context->arena, view, "mer") : NULL);
    for (size_t i = 0; i < door->count; i++) {
        struct value *part = value_object(context->arena);
        if (add_rows(context, view, &door->sections[i], part))
            value_append(sections, part);
    }
    return root;
}
