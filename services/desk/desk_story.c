/*
 * What has happened to a referral, hop by hop: each message as it was handled, between them each
 * call, note, decision and finished task, with who did it and why.
 */
#include <stdlib.h>

#include "common/check.h"
#include "services/desk/desk_story.h"

enum { WORDS_MOST = 200, ENTRIES_MOST = 600 };

static const char *const whys[WHY_COUNT] = {"", T("Familjen vill det"), T("Inte nu, kanske senare"),
    T("Annat stöd passar bättre"), T("Familjen har flyttat"), T("Vi behöver veta mer"),
    T("Samtycke saknas"), T("Det gäller tryggheten"), T("Vi har inte nått familjen"),
    T("Det är klart nu"), T("Det blev fel"), T("Annat")};

static const char *act_words(struct text kind)
{
    static const struct {
        const char *kind, *words;
    } acts[] = {{"clear", T("Beslut: klar för kontakt")}, {"hold", T("Beslut: vänta")},
        {"red", T("Beslut: röd, skydd först")},
        {"waiting", T("Ville ha tillbaka till väntelistan")}, {"parked", T("Ville parkera")},
        {"handed_over", T("Ville lämna över")}, {"redirected", T("Hänvisade vidare")},
        {"not_reached", T("Gav upp att nå familjen")},
        {"withdrawn", T("Tog tillbaka: familjen vill inte")}};

    for (size_t i = 0; i < COUNT(acts); i++)
        if (text_is(kind, acts[i].kind))
            return acts[i].words;
    return T("Ett beslut");
}

struct entry {
    int64_t at_ms;
    size_t turn; /* among those of the same moment */
    struct value *value;
};
struct story {
    struct visit *visit;
    struct entry *entries;
    size_t count;
};

static struct value *add(struct story *story, int64_t at_ms, const char *what, struct text by)
{
    struct value *one = value_object(story->visit->context->arena);

    value_set_message(one, "what", what);
    value_set_string(one, "at", desk_when(story->visit, at_ms));
    value_set_text(one, "by", by);
    value_set_bool(one, "person", by.data != NULL);
    if (story->count < ENTRIES_MOST) {
        story->entries[story->count] = (struct entry){at_ms, story->count, one};
        story->count++;
    }
    return one;
}

static bool add_hops(struct story *story, struct uuid referral, struct error *error)
{
    const struct hop_row *hops;
    size_t count;

    if (!desk_look_hops(story->visit->context, referral, &hops, &count, error))
        return error_while(error, "reading the timeline");
    for (size_t i = 0; i < count; i++) {
        struct value *one =
            add(story, hops[i].handled_at_ms, word_message(hops[i].kind), (struct text){NULL, 0});
        value_set_message(one, "from", word_daemon(hops[i].sender));
        value_set_message(one, "to", word_daemon(hops[i].receiver));
        value_set_bool(one, "rejected", text_is(hops[i].outcome, "reject"));
        value_set_text(one, "why", hops[i].reason);
        if (hops[i].state_after.data)
            value_set_message(one, "after", word_state_name(hops[i].state_after));
    }
    return true;
}

static bool add_acts(struct story *story, struct uuid referral, struct error *error)
{
    const struct case_act_seen *acts;
    size_t count;

    if (!desk_load_case_acts(story->visit->context, referral, &acts, &count, error))
        return error_while(error, "reading what people did");
    for (size_t i = 0; i < count; i++) {
        struct value *one = add(story, acts[i].at_ms, act_words(acts[i].kind), acts[i].by);
        value_set_message(one, "because", whys[acts[i].why]);
        value_set_text(one, "words", acts[i].words);
        if (acts[i].until_day != DAY_ABSENT)
            value_set_string(one, "until", desk_day(story->visit, acts[i].until_day));
    }
    return true;
}

static bool add_calls(struct story *story, struct uuid referral, struct error *error)
{
    const struct note_seen *notes;
    size_t count;

    if (!desk_load_notes(story->visit->context, referral, &notes, &count, error))
        return error_while(error, "reading the calls");
    for (size_t i = 0; i < count; i++) {
        struct value *one = add(
            story, notes[i].at_ms, notes[i].outcome ? T("Samtal") : T("Anteckning"), notes[i].by);
        if (notes[i].outcome)
            value_set_message(one, "because", word_outcome(notes[i].outcome));
    }
    return true;
}

static bool add_done(struct story *story, struct uuid referral, struct error *error)
{
    const struct task_row *tasks;
    size_t count;

    if (!desk_load_tasks_of(story->visit->context, referral, &tasks, &count, error))
        return error_while(error, "reading what was done");
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].done_at_ms == INT_ABSENT)
            continue;
        struct value *one = add(story, tasks[i].done_at_ms, T("Uppgift klar"), tasks[i].done_by);
        value_set_message(one, "because", word_task(tasks[i].kind));
        value_set_text(one, "words", tasks[i].result);
    }
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct entry *one = a, *two = b;

    if (one->at_ms != two->at_ms)
        return one->at_ms < two->at_ms ? -1 : 1;
    return one->turn < two->turn ? -1 : 1;
}

bool desk_add_story(
    struct visit *visit, struct uuid referral, struct value *root, struct error *error)
{
    struct story story = {visit, ARENA_ARRAY(visit->context->arena, struct entry, ENTRIES_MOST), 0};
    struct value *list = value_add_list(root, "hops");
    struct text taken;

    if (!desk_look_taken(visit->context, referral, &taken, error) ||
        !add_acts(&story, referral, error) || !add_calls(&story, referral, error) ||
        !add_done(&story, referral, error) || !add_hops(&story, referral, error))
        return false;
    qsort(story.entries, story.count, sizeof *story.entries, by_time);
    for (size_t i = 0; i < story.count; i++)
        value_append(list, story.entries[i].value);
    value_set_text(root, "taken_by", taken);
    return true;
}

/* --- why --- */

void desk_add_whys(struct value *root)
{
    struct value *list = value_add_list(root, "whys");

    for (int why = 1; why < WHY_COUNT; why++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "key", why_name((enum why)why));
        value_set_message(one, "words", whys[why]);
    }
}

bool desk_read_why(const struct visit *visit, struct case_act *act)
{
    const struct text words = http_form(visit->request, "skal_ord");

    act->why = why_of(http_form(visit->request, "skal"));
    act->words = words.length ? words : (struct text){NULL, 0};
    return act->why && words.length <= WORDS_MOST;
}

/* --- the three tries --- */

static void set_try(const struct visit *visit, struct value *root, const struct task_row *task)
{
    struct value *one = value_add_object(root, "try");

    value_set_string(one, "tries", arena_format(visit->context->arena, "%d", (int)task->tries));
    value_set_bool(one, "next_call", task->next == NEXT_STEP_CALL);
    value_set_bool(one, "next_ask", task->next == NEXT_STEP_ASK_REFERRER);
    value_set_bool(one, "next_decide", task->next == NEXT_STEP_DECIDE);
    value_set_string(one, "next_at", desk_when(visit, task->next_at_ms));
}

bool desk_add_reach(struct visit *visit, struct uuid referral, const struct task_row *tasks,
    size_t count, struct value *root, struct error *error)
{
    struct reach reach;

    if (!desk_look_reach(visit->context, referral, &reach, error))
        return error_while(error, "reading how the family may be called");
    value_set_bool(root, "may_leave", reach.may_leave_message);
    for (size_t i = 0; i < count; i++)
        if (tasks[i].done_at_ms == INT_ABSENT && tasks[i].tries != INT_ABSENT) {
            set_try(visit, root, &tasks[i]);
            break;
        }
    return true;
}
