/* The first page: what a person must do today, what is late first. */
#include "services/desk/desk_before_start.h"

static void add_tasks(const struct visit *visit, struct value *root, const struct task_row *tasks,
    size_t count, bool more)
{
    struct value *list = value_add_list(root, "tasks");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "id", desk_id(visit->context->arena, tasks[i].task_id));
        value_set_string(one, "referral", desk_id(visit->context->arena, tasks[i].referral_id));
        value_set_text(one, "code", tasks[i].code);
        value_set_bool(one, "of_group", tasks[i].about == TASK_ABOUT_GROUP);
        value_set_bool(one, "of_leader", tasks[i].about == TASK_ABOUT_LEADER);
        value_set_text(one, "leader", tasks[i].leader);
        value_set_message(one, "kind", word_task(tasks[i].kind));
        value_set_bool(one, "protection", tasks[i].kind == TASK_KIND_PROTECTION);
        value_set_bool(one, "calls",
            tasks[i].kind == TASK_KIND_CALL_FAMILY || tasks[i].kind == TASK_KIND_CALL_BACK);
        value_set_text(one, "note", tasks[i].note);
        value_set_text(one, "owner", tasks[i].owner);
        desk_set_clock(visit, one, "clock", tasks[i].due_at_ms);
    }
    value_set_bool(root, "more_tasks", more);
}

static void add_to_clear(const struct visit *visit, struct value *root,
    const struct to_clear_row *rows, size_t count, bool more)
{
    struct value *list = value_add_list(root, "to_clear");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "referral", desk_id(visit->context->arena, rows[i].referral_id));
        value_set_text(one, "code", rows[i].code);
        value_set_message(one, "source", word_source(rows[i].source));
        value_set_message(one, "safety", word_safety(rows[i].safety));
        value_set_bool(one, "red", rows[i].safety == SAFETY_RED);
        value_set_bool(one, "unsure", rows[i].safety == SAFETY_UNSURE);
        value_set_bool(one, "violence", rows[i].violence);
        value_set_bool(one, "person_first", rows[i].person_first);
        value_set_string(one, "at", desk_when(visit, rows[i].received_at_ms));
    }
    value_set_bool(root, "more_to_clear", more);
}

static void add_letters(
    const struct visit *visit, struct value *root, const struct letter_trouble *rows, size_t count)
{
    struct value *list = value_add_list(root, "letters");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "id", desk_id(visit->context->arena, rows[i].letter_id));
        value_set_string(one, "referral", desk_id(visit->context->arena, rows[i].referral_id));
        value_set_text(one, "code", rows[i].code);
        value_set_message(one, "purpose", word_purpose(rows[i].purpose));
        value_set_message(one, "end", word_letter_end(rows[i].end));
        value_set_string(one, "at", desk_when(visit, rows[i].at_ms));
    }
}

static void add_counts(
    const struct visit *visit, struct value *root, const struct start_counts *counts)
{
    struct value *by = value_add_list(root, "waiting_by");

    value_set_int(root, "waiting", counts->waiting);
    value_set_int(root, "clear_count", counts->to_clear);
    value_set_int(root, "task_count", counts->tasks);
    value_set_int(root, "late_count", counts->late);
    value_set_bool(root, "any_late", counts->late > 0);
    value_set_int(root, "proposal_count", counts->proposals);
    value_set_bool(root, "any_proposal", counts->proposals > 0);
    value_set_int(root, "dead_count", counts->dead);
    value_set_bool(root, "any_dead", counts->dead > 0);
    if (counts->oldest_wait_ms != INT_ABSENT)
        value_set_int(root, "oldest_days", desk_days_since(visit, counts->oldest_wait_ms));
    for (int i = 1; i < SITUATION_COUNT; i++) {
        struct value *one = value_append_object(by);
        value_set_string(one, "key", situation_names[i]);
        value_set_message(one, "situation", word_situation((enum situation)i));
        value_set_int(one, "count", counts->waiting_by[i]);
    }
}

static bool fill_start(struct visit *visit, struct value *root, struct error *error)
{
    struct context *context = visit->context;
    const struct task_row *tasks;
    const struct to_clear_row *to_clear;
    const struct letter_trouble *letters;
    struct start_counts counts;
    size_t task_count, clear_count, letter_count;
    bool more_tasks, more_to_clear;

    if (!desk_look_counts(context, &counts, error) ||
        !desk_load_open_tasks(context, &tasks, &task_count, &more_tasks, error) ||
        !desk_look_to_clear(context, &to_clear, &clear_count, &more_to_clear, error) ||
        !desk_load_letters(context, &letters, &letter_count, error))
        return error_while(error, "reading what waits");
    add_counts(visit, root, &counts);
    add_tasks(visit, root, tasks, task_count, more_tasks);
    add_to_clear(visit, root, to_clear, clear_count, more_to_clear);
    add_letters(visit, root, letters, letter_count);
    return desk_add_milestones(visit, (struct uuid){{0}}, root, error);
}

bool desk_start_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Idag"));

    if (!staff_may(visit->staff.role, RIGHT_LIST)) {
        desk_go(visit, "/grupper", NULL);
        return true;
    }
    value_set_string(root, "now", desk_when(visit, visit->context->now_ms));
    if (!fill_start(visit, root, error))
        return false;
    desk_show(arena, visit->request, 200, "start.html", visit->language, root);
    return true;
}
