/* Lists of what people must do: the tasks by kind and owner, and what waits for a decision, page by
 * page. The first page shows the beginning of each. */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/desk/desk_tasks.h"

enum { TASKS_A_PAGE = 25, PAGES_MOST_SHOWN = 4000 };

/* --- one task --- */

static const char *step_word(enum next_step step)
{
    switch (step) {
    case NEXT_STEP_ASK_REFERRER:
        return T("Fråga den som hörde av sig");
    case NEXT_STEP_DECIDE:
        return T("Bestäm hur det går vidare");
    case NEXT_STEP_CALL:
    case NEXT_STEP_NONE:
        break;
    }
    return NULL;
}

static void set_call(const struct visit *visit, struct value *one, const struct task_row *task)
{
    const int64_t tries = task->tries == INT_ABSENT ? 0 : task->tries;
    const char *step = step_word(task->next);
    const bool later = task->next_at_ms != INT_ABSENT && task->next_at_ms > visit->context->now_ms;

    value_set_string(one, "nth",
        arena_format(
            visit->context->arena, "%d", (int)(tries < TRIES_MOST ? tries + 1 : TRIES_MOST)));
    value_set_bool(one, "tried", tries > 0);
    if (step)
        value_set_message(one, "step", step);
    value_set_bool(one, "later", later);
    if (later)
        value_set_string(one, "next_at", desk_when(visit, task->next_at_ms));
    value_set_text(one, "best_hours", task->hours);
    value_set_bool(one, "no_call", !task->may_call);
    value_set_bool(one, "may_leave_message", task->may_leave_message);
}

void desk_append_task(const struct visit *visit, struct value *list, const struct task_row *task)
{
    struct value *one = value_append_object(list);
    struct arena *arena = visit->context->arena;

    value_set_string(one, "id", desk_id(arena, task->task_id));
    value_set_string(one, "referral", desk_id(arena, task->referral_id));
    value_set_text(one, "code", task->code);
    value_set_bool(one, "of_group", task->about == TASK_ABOUT_GROUP);
    value_set_bool(one, "of_leader", task->about == TASK_ABOUT_LEADER);
    value_set_text(one, "leader", task->leader);
    value_set_message(one, "kind", word_task(task->kind));
    value_set_bool(one, "protection", task->kind == TASK_KIND_PROTECTION);
    const bool calls = task->kind == TASK_KIND_CALL_FAMILY || task->kind == TASK_KIND_CALL_BACK;
    value_set_bool(one, "is_call", calls);
    if (calls)
        set_call(visit, one, task);
    value_set_text(one, "owner", task->owner);
    value_set_bool(one, "of_me", uuid_equal(task->owner_id, visit->staff.staff_id));
    desk_set_clock(visit, one, "clock", task->due_at_ms);
}

/* --- what waits for a decision --- */

void desk_append_to_clear(
    const struct visit *visit, struct value *list, const struct to_clear_row *row)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "referral", desk_id(visit->context->arena, row->referral_id));
    value_set_text(one, "code", row->code);
    if (row->source)
        value_set_message(one, "source", word_source(row->source));
    value_set_message(one, "safety", word_safety(row->safety));
    value_set_bool(one, "red", row->safety == SAFETY_RED);
    value_set_bool(one, "unsure", row->safety == SAFETY_UNSURE);
    value_set_bool(one, "violence", row->violence);
    value_set_bool(one, "person_first", row->person_first);
    value_set_string(one, "at", desk_when(visit, row->received_at_ms));
    value_set_string(one, "days",
        arena_format(
            visit->context->arena, "%d", (int)desk_days_since(visit, row->received_at_ms)));
}

static size_t page_of(const struct visit *visit)
{
    const struct text text = http_query(visit->request, "sida");
    const long page = text.data && text.length < 6 ? strtol(text.data, NULL, 10) : 1;

    return page < 1 ? 1 : page > PAGES_MOST_SHOWN ? PAGES_MOST_SHOWN : (size_t)page;
}

static void add_pages(
    const struct visit *visit, struct value *root, const char *path, size_t page, bool more)
{
    struct arena *arena = visit->context->arena;
    const char *mark = strchr(path, '?') ? "&" : "?";

    if (page > 1)
        value_set_string(
            root, "before", arena_format(arena, "%s%ssida=%d", path, mark, (int)page - 1));
    if (more)
        value_set_string(
            root, "next", arena_format(arena, "%s%ssida=%d", path, mark, (int)page + 1));
    value_set_string(root, "page", arena_format(arena, "%d", (int)page));
    value_set_bool(root, "paged", page > 1 || more);
}

bool desk_to_clear_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Att besluta om"));
    struct value *list = value_add_list(root, "to_clear");
    const size_t page = page_of(visit);
    const struct part_of_list part = {text_is(http_query(visit->request, "visa"), "vilande"),
        (page - 1) * TASKS_A_PAGE, TASKS_A_PAGE};
    const struct to_clear_row *rows;
    size_t count;
    bool more;

    if (!desk_look_to_clear(visit->context, &part, &rows, &count, &more, error))
        return error_while(error, "reading what waits for a decision");
    for (size_t i = 0; i < count; i++)
        desk_append_to_clear(visit, list, &rows[i]);
    value_set_bool(root, "held", part.held);
    add_pages(visit, root, part.held ? "/beslut?visa=vilande" : "/beslut", page, more);
    desk_show(arena, visit->request, 200, "to_clear.html", visit->language, root);
    return true;
}

/* --- the list of tasks --- */

static const char *const whose_keys[] = {"alla", "mina", "lediga"};
static const char *const whose_words[] = {T("Alla"), T("Mina"), T("Ingen har tagit")};
static const char *const order_keys[] = {"tid", "alder", "person"};
static const char *const order_words[] = {
    T("Det som är mest bråttom"), T("Det äldsta"), T("Vem som har den")};

static size_t chosen(struct text word, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(word, keys[i]))
            return i;
    return 0;
}

static void add_choice(struct value *root, const char *name, const char *const *keys,
    const char *const *words, size_t count, size_t on)
{
    struct value *list = value_add_list(root, name);

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "key", keys[i]);
        value_set_message(one, "words", words[i]);
        value_set_bool(one, "on", i == on);
    }
}

static struct task_filter read_filter(const struct visit *visit)
{
    const struct text kind = http_query(visit->request, "slag");

    return (struct task_filter){
        .kind = task_kind_of(kind),
        .calls = text_is(kind, "ring"),
        .overdue = text_is(http_query(visit->request, "sena"), "ja"),
        .whose = (enum task_whose)chosen(
            http_query(visit->request, "vems"), whose_keys, COUNT(whose_keys)),
        .order = (enum task_order)chosen(
            http_query(visit->request, "ordning"), order_keys, COUNT(order_keys)),
        .me = visit->staff.staff_id,
        .skip = (page_of(visit) - 1) * TASKS_A_PAGE,
        .most = TASKS_A_PAGE,
    };
}

static const char *path_of(const struct visit *visit, const struct task_filter *filter)
{
    return arena_format(visit->context->arena, "/uppgifter?slag=%s&vems=%s&ordning=%s%s",
        filter->calls  ? "ring"
        : filter->kind ? task_kind_names[filter->kind]
                       : "",
        whose_keys[filter->whose], order_keys[filter->order], filter->overdue ? "&sena=ja" : "");
}

static void add_kinds(struct value *root, const struct task_filter *filter)
{
    struct value *list = value_add_list(root, "kinds");

    for (int kind = 1; kind < TASK_KIND_COUNT; kind++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "key", task_kind_names[kind]);
        value_set_message(one, "words", word_task((enum task_kind)kind));
        value_set_bool(one, "on", filter->kind == (enum task_kind)kind);
    }
    value_set_bool(root, "on_calls", filter->calls);
    value_set_bool(root, "on_late", filter->overdue);
}

bool desk_tasks_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Uppgifter"));
    struct value *list = value_add_list(root, "tasks");
    const struct task_filter filter = read_filter(visit);
    const struct task_row *tasks;
    size_t count;
    bool more;

    if (!desk_load_open_tasks(visit->context, &filter, &tasks, &count, &more, error))
        return error_while(error, "reading the tasks");
    for (size_t i = 0; i < count; i++)
        desk_append_task(visit, list, &tasks[i]);
    add_kinds(root, &filter);
    add_choice(root, "whose", whose_keys, whose_words, COUNT(whose_keys), filter.whose);
    add_choice(root, "orders", order_keys, order_words, COUNT(order_keys), filter.order);
    value_set_string(root, "from", "lista");
    add_pages(visit, root, path_of(visit, &filter), page_of(visit), more);
    desk_show(arena, visit->request, 200, "tasks.html", visit->language, root);
    return true;
}
