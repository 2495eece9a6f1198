/* The first page: what a person must do today, at a glance however much there is. Red answers
 * first, then whom to call, then one's own, then the rest counted by kind; each list has its own
 * page. */
#include "common/domain/local_time.h"
#include "services/desk/desk_before_start.h"
#include "services/desk/desk_contact.h"
#include "services/desk/desk_tasks.h"

enum { RED_SHOWN = 5, CALLS_SHOWN = 8, MINE_SHOWN = 8, TO_CLEAR_SHOWN = 6, HELD_SHOWN = 5 };

static void set_count(
    const struct visit *visit, struct value *root, const char *name, int64_t count)
{
    value_set_string(root, name, arena_format(visit->context->arena, "%d", (int)count));
}

static bool add_tasks(struct visit *visit, struct value *root, const char *name,
    const struct task_filter *filter, struct error *error)
{
    struct value *list = value_add_list(root, name);
    const struct task_row *tasks;
    size_t count;
    bool more;

    if (!desk_load_open_tasks(visit->context, filter, &tasks, &count, &more, error))
        return error_while(error, "reading the tasks");
    for (size_t i = 0; i < count; i++)
        desk_append_task(visit, list, &tasks[i]);
    value_set_bool(root, arena_format(visit->context->arena, "any_%s", name), count > 0);
    value_set_bool(root, arena_format(visit->context->arena, "more_%s", name), more);
    return true;
}

static bool add_first(struct visit *visit, struct value *root, struct error *error)
{
    const struct task_filter red = {.kind = TASK_KIND_PROTECTION, .most = RED_SHOWN};
    const struct task_filter calls = {.calls = true, .most = CALLS_SHOWN};
    const struct task_filter mine = {.whose = TASK_MINE,
        .without = {TASK_KIND_PROTECTION},
        .me = visit->staff.staff_id,
        .most = MINE_SHOWN};

    return add_tasks(visit, root, "reds", &red, error) &&
           add_tasks(visit, root, "calls", &calls, error) &&
           add_tasks(visit, root, "mine", &mine, error);
}

struct sums {
    int64_t open, late, today, red, red_late, calls, calls_late;
};

static void sum_up(struct sums *sums, const struct task_count *count)
{
    sums->open += count->open;
    sums->late += count->late;
    sums->today += count->today;
    if (count->kind == TASK_KIND_PROTECTION) {
        sums->red += count->open;
        sums->red_late += count->late;
    }
    if (count->kind == TASK_KIND_CALL_FAMILY || count->kind == TASK_KIND_CALL_BACK) {
        sums->calls += count->open;
        sums->calls_late += count->late;
    }
}

static void append_kind(
    const struct visit *visit, struct value *list, const struct task_count *count)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "key", task_kind_names[count->kind]);
    value_set_message(one, "kind", word_task(count->kind));
    set_count(visit, one, "open", count->open);
    if (count->late)
        set_count(visit, one, "kind_late", count->late);
    desk_set_clock(visit, one, "clock", count->oldest_due_ms);
}

static bool add_kinds(struct visit *visit, struct value *root, struct error *error)
{
    const int64_t end_ms = local_end_of_day_ms(local_day(visit->context->now_ms));
    struct value *list = value_add_list(root, "kinds");
    const struct task_count *counts;
    struct sums sums = {0};
    size_t count;

    if (!desk_count_tasks(visit->context, visit->staff.staff_id, end_ms, &counts, &count, error))
        return error_while(error, "counting the tasks");
    for (size_t i = 0; i < count; i++) {
        append_kind(visit, list, &counts[i]);
        sum_up(&sums, &counts[i]);
    }
    set_count(visit, root, "task_count", sums.open);
    set_count(visit, root, "late_count", sums.late);
    set_count(visit, root, "today_count", sums.today);
    set_count(visit, root, "red_count", sums.red);
    set_count(visit, root, "red_late", sums.red_late);
    set_count(visit, root, "call_count", sums.calls);
    set_count(visit, root, "call_late", sums.calls_late);
    value_set_bool(root, "any_late", sums.late > 0);
    value_set_bool(root, "any_today", sums.today > 0);
    value_set_bool(root, "any_red_late", sums.red_late > 0);
    value_set_bool(root, "any_call_late", sums.calls_late > 0);
    value_set_bool(root, "any_kind", count > 0);
    return true;
}

static bool add_to_clear(struct visit *visit, struct value *root, const char *name, bool held,
    size_t most, struct error *error)
{
    const struct part_of_list part = {held, 0, most};
    struct value *list = value_add_list(root, name);
    const struct to_clear_row *rows;
    size_t count;
    bool more;

    if (!desk_look_to_clear(visit->context, &part, &rows, &count, &more, error))
        return error_while(error, "reading what waits for a decision");
    for (size_t i = 0; i < count; i++)
        desk_append_to_clear(visit, list, &rows[i]);
    value_set_bool(root, arena_format(visit->context->arena, "any_%s", name), count > 0);
    value_set_bool(root, arena_format(visit->context->arena, "more_%s", name), more);
    return true;
}

static bool add_letters(struct visit *visit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "letters");
    const struct letter_trouble *rows;
    size_t count;

    if (!desk_load_letters(visit->context, &rows, &count, error))
        return error_while(error, "reading the letters in trouble");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "id", desk_id(visit->context->arena, rows[i].letter_id));
        value_set_string(one, "referral", desk_id(visit->context->arena, rows[i].referral_id));
        value_set_text(one, "code", rows[i].code);
        value_set_message(one, "purpose", word_purpose(rows[i].purpose));
        value_set_message(one, "end", word_letter_end(rows[i].end));
        value_set_string(one, "at", desk_when(visit, rows[i].at_ms));
    }
    return true;
}

static bool add_counts(struct visit *visit, struct value *root, struct error *error)
{
    struct value *by = value_add_list(root, "waiting_by");
    struct start_counts counts;

    if (!desk_look_counts(visit->context, &counts, error))
        return error_while(error, "counting what waits");
    set_count(visit, root, "waiting", counts.waiting);
    set_count(visit, root, "clear_count", counts.to_clear);
    set_count(visit, root, "proposal_count", counts.proposals);
    value_set_int(root, "dead_count", counts.dead);
    value_set_bool(root, "any_dead", counts.dead > 0);
    if (counts.oldest_wait_ms != INT_ABSENT)
        value_set_int(root, "oldest_days", desk_days_since(visit, counts.oldest_wait_ms));
    for (int i = 1; i < SITUATION_COUNT; i++) {
        struct value *one = value_append_object(by);
        value_set_string(one, "key", situation_names[i]);
        value_set_message(one, "situation", word_situation((enum situation)i));
        value_set_int(one, "count", counts.waiting_by[i]);
    }
    return true;
}

static bool fill_start(struct visit *visit, struct value *root, struct error *error)
{
    return add_counts(visit, root, error) && add_kinds(visit, root, error) &&
           add_first(visit, root, error) &&
           add_to_clear(visit, root, "to_clear", false, TO_CLEAR_SHOWN, error) &&
           add_to_clear(visit, root, "held", true, HELD_SHOWN, error) &&
           add_letters(visit, root, error) && desk_add_contacts(visit, root, error) &&
           desk_add_milestones(visit, (struct uuid){{0}}, root, error);
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
