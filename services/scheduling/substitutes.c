/*
 * A leader cannot: who is asked, in which order, and who comes.
 *
 * An absence or a conflict of interest opens a search for the meetings that it meets. The best who
 * fits is asked by letter; after some hours of silence, or a no, the next. The first yes wins,
 * under the search's lock, and the booking changes in the same transaction; whoever else was asked
 * is told that it is settled. When nobody is left a person is asked to decide: to call somebody, to
 * move the meeting or to cancel it. A late yes still counts until then.
 *
 * Who fits is core/substitute.c's decision; the database holds the same rules.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/leaders.h"
#include "services/scheduling/substitutes_store.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define DAY_MS (24 * HOUR_MS)

enum {
    ABSENCE_DAYS_MOST = 730, /* the table's own bound */
    BARS_TOLD = 4,           /* in a task's note: the rules that keep most away */
};

/* --- what is said --- */

static void tell(struct context *context, const struct search *search, struct uuid notice_id,
    struct uuid leader_id, enum leader_purpose purpose, int32_t until_day)
{
    const bool all = search->several && (purpose == LEADER_PURPOSE_SUBSTITUTE_GIVEN ||
                                            purpose == LEADER_PURPOSE_SUBSTITUTE_BOOKED);
    const struct leader_told told = {.notice_id = notice_id,
        .leader_id = leader_id,
        .purpose = purpose,
        .group_id = search->group_id,
        .meeting_id = !all ? search->first_meeting_id : (struct uuid){{0}},
        .about = purpose == LEADER_PURPOSE_SUBSTITUTE_ASKED ? notice_id : (struct uuid){{0}},
        .until_day = until_day};

    scheduling_send_leader_told(context, &told, 1);
}

static bool settle_others(struct context *context, const struct search *search, struct error *error)
{
    const struct asked *others;
    size_t count;

    if (!substitutes_settle(context, search->search_id, &others, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        tell(context, search, others[i].ask_id, others[i].leader_id,
            LEADER_PURPOSE_SUBSTITUTE_SETTLED, DAY_ABSENT);
    return true;
}

/* "booked=3 untrained=12": which rules keep people away, and how many. */
static const char *why_nobody(struct context *context,
    const struct substitute_candidate *candidates, size_t count, const struct substitute_need *need)
{
    size_t bars[SUBSTITUTE_BAR_COUNT];
    const char *note = "";

    substitute_count_bars(candidates, count, need, bars);
    bars[SUBSTITUTE_FITS] = 0;
    bars[SUBSTITUTE_LEADS] = 0;
    for (int told = 0; told < BARS_TOLD; told++) {
        size_t most = 0;
        for (size_t i = 1; i < SUBSTITUTE_BAR_COUNT; i++)
            if (bars[i] > bars[most])
                most = i;
        if (bars[most] == 0)
            break;
        note = arena_format(context->arena, "%s%s%s=%zu", note, *note ? " " : "",
            substitute_bar_name((enum substitute_bar)most), bars[most]);
        bars[most] = 0;
    }
    return note;
}

static bool give_up(struct context *context, const struct search *search,
    const struct substitute_candidate *candidates, size_t count, struct error *error)
{
    const int64_t day_before = search->first_ms - DAY_MS;
    const struct task_wanted task = {.task_id = uuid_new(context->now_ms),
        .referral_id = search->group_id,
        .about = TASK_ABOUT_GROUP,
        .kind = TASK_KIND_SUBSTITUTE_MISSING,
        .due_at_ms = day_before > context->now_ms ? day_before : context->now_ms + HOUR_MS,
        .note = text_of(why_nobody(context, candidates, count, &search->need))};

    scheduling_send_task_wanted(context, &task, 1);
    return substitutes_end(context, search->search_id, SEARCH_UNFILLED, error);
}

/* --- asking --- */

static bool ask(struct context *context, const struct search *search,
    const struct substitute_candidate *candidate, int64_t points, int64_t rank, struct error *error)
{
    const bool soon = search->first_ms - context->now_ms < DAY_MS;
    const struct question question = {uuid_new(context->now_ms), search->search_id,
        candidate->leader_id, rank, points,
        context->now_ms + (soon ? leader_settings()->substitute_haste_ms
                                : leader_settings()->substitute_wait_ms)};

    tell(context, search, question.ask_id, candidate->leader_id, LEADER_PURPOSE_SUBSTITUTE_ASKED,
        local_day(question.wait_until_ms));
    return substitutes_ask(context, &question, error);
}

/* Asks the next, or gives up. */
static bool go_on(struct context *context, struct uuid search_id, struct error *error)
{
    const struct substitute_candidate *candidates;
    struct search search;
    size_t count, asked = 0;

    if (!substitutes_load(context, search_id, &search, error))
        return false;
    if (!search.found || !search.open)
        return true;
    if (!substitutes_load_candidates(context, &search, &candidates, &count, error))
        return false;
    struct substitute_rank *ranks = ARENA_ARRAY(context->arena, struct substitute_rank, count + 1);
    if (substitute_rank(candidates, count, &search.need, ranks) == 0)
        return give_up(context, &search, candidates, count, error);
    for (size_t i = 0; i < count; i++)
        asked += candidates[i].asked;
    return ask(
        context, &search, &candidates[ranks[0].index], ranks[0].points, (int64_t)asked + 1, error);
}

static bool go_on_with(
    struct context *context, const struct uuid *searches, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!go_on(context, searches[i], error))
            return error_while(error, "looking for a substitute");
    return true;
}

/* Ends searches, and tells whoever was asked. */
static bool call_off(
    struct context *context, const struct uuid *searches, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct search search;
        if (!substitutes_load(context, searches[i], &search, error) ||
            !settle_others(context, &search, error) ||
            !substitutes_end(context, searches[i], SEARCH_ENDED, error))
            return error_while(error, "ending a search for a substitute");
    }
    return true;
}

bool substitutes_replace(
    struct context *context, struct uuid group_id, struct uuid leader_id, struct error *error)
{
    struct uuid search;

    return substitutes_open_for_rest(context, group_id, leader_id, &search, error) &&
           (uuid_absent(search) || go_on(context, search, error));
}

bool substitutes_look(struct context *context, struct error *error)
{
    const struct uuid *searches;
    size_t count;

    return substitutes_over(context, &searches, &count, error) &&
           call_off(context, searches, count, error) &&
           substitutes_due(context, &searches, &count, error) &&
           go_on_with(context, searches, count, error);
}

/* --- absences --- */

static bool tell_absence(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct absence_told *message = data;
    const struct uuid *searches;
    size_t count;
    bool known;

    if (message->last_day < message->first_day ||
        message->last_day - message->first_day > ABSENCE_DAYS_MOST)
        answer->reason = ACT_REASON_WRONG_INPUT;
    else if (message->last_day < local_day(context->now_ms))
        answer->reason = ACT_REASON_IN_THE_PAST;
    if (answer->reason)
        return true;
    if (!substitutes_keep_absence(context, message, &known, error))
        return false;
    if (!known) {
        answer->reason = ACT_REASON_UNKNOWN;
        return true;
    }
    if (message->withdrawn)
        return substitutes_of_absence(context, message->absence_id, &searches, &count, error) &&
               call_off(context, searches, count, error);
    return substitutes_open_for_absence(context, message, &searches, &count, error) &&
           go_on_with(context, searches, count, error);
}

bool scheduling_on_absence_told(struct context *context, const struct absence_told *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "absence_told", tell_absence, ACTS(messages, leader_id), slice->count, error);
}

/* --- answers --- */

/* What the rules say of this leader now: much may have happened since the letter. */
static bool judge(struct context *context, const struct search *search, struct uuid leader_id,
    enum substitute_bar *bar, struct uuid *best, struct error *error)
{
    const struct substitute_candidate *candidates;
    size_t count;

    *bar = SUBSTITUTE_NOT_IN_WORK;
    *best = (struct uuid){{0}};
    if (!substitutes_load_candidates(context, search, &candidates, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(candidates[i].leader_id, leader_id))
            *bar = substitute_judge(&candidates[i], &search->need);
    struct substitute_rank *ranks = ARENA_ARRAY(context->arena, struct substitute_rank, count + 1);
    if (substitute_rank(candidates, count, &search->need, ranks) > 0)
        *best = candidates[ranks[0].index].leader_id;
    return true;
}

/* Whoever leads these evenings too should know who comes. */
static bool tell_partners(struct context *context, const struct search *search,
    struct uuid leader_id, struct uuid notice_id, struct error *error)
{
    const struct uuid *partners;
    size_t count;

    if (!substitutes_find_partners(context, search->search_id, leader_id, &partners, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        tell(context, search, notice_id, partners[i], LEADER_PURPOSE_SUBSTITUTE_BOOKED, DAY_ABSENT);
    return true;
}

/* Whoever comes is told, and so is everybody else who was asked. */
static bool take(struct context *context, const struct search *search, struct uuid leader_id,
    struct error *error)
{
    if (!substitutes_fill(context, search, leader_id, error) ||
        !settle_others(context, search, error))
        return false;
    const struct uuid notice_id = uuid_new(context->now_ms);
    tell(context, search, notice_id, leader_id, LEADER_PURPOSE_SUBSTITUTE_GIVEN, DAY_ABSENT);
    if (!tell_partners(context, search, leader_id, notice_id, error))
        return false;
    context_audit(context, "scheduling", "substitute_found", search->group_id, NULL);
    return true;
}

/* Under a savepoint: a yes that comes too late, for a leader who is booked by now, is no failure.
 */
static bool try_to_take(struct context *context, const struct search *search, struct uuid ask_id,
    struct uuid leader_id, struct error *error)
{
    const struct context_mark *mark = context_mark(context);
    struct error why = {ERROR_NONE, ""};
    enum substitute_bar bar;
    struct uuid best;

    if (!judge(context, search, leader_id, &bar, &best, error) || !tx_savepoint(context->tx, error))
        return false;
    if (bar == SUBSTITUTE_FITS && substitutes_answer(context, ask_id, true, &why) &&
        take(context, search, leader_id, &why))
        return true;
    if (bar == SUBSTITUTE_FITS && act_reason_of_conflict(&why) == ACT_REASON_NONE) {
        if (error)
            *error = why;
        return false;
    }
    context_take_back(context, mark);
    tell(context, search, ask_id, leader_id, LEADER_PURPOSE_SUBSTITUTE_SETTLED, DAY_ABSENT);
    return tx_rollback_to_savepoint(context->tx, error) &&
           substitutes_answer(context, ask_id, false, error) &&
           go_on(context, search->search_id, error);
}

/* The search is locked before the question is read again: the first yes wins. */
static bool hear(
    struct context *context, const struct substitute_answered *message, struct error *error)
{
    struct uuid search_id = {{0}}, leader_id = {{0}};
    struct search search;
    bool open;

    if (!substitutes_find_ask(context, message->ask_id, &search_id, &leader_id, &open, error))
        return false;
    if (!open)
        return true;
    if (!substitutes_load(context, search_id, &search, error) ||
        !substitutes_find_ask(context, message->ask_id, &search_id, &leader_id, &open, error))
        return false;
    if (!open || !search.open)
        return true;
    if (message->answer == YES_NO_YES)
        return try_to_take(context, &search, message->ask_id, leader_id, error);
    return substitutes_answer(context, message->ask_id, false, error) &&
           go_on(context, search_id, error);
}

bool scheduling_on_substitute_answered(struct context *context,
    const struct substitute_answered *messages, struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++)
        if (!hear(context, &messages[i], error))
            return error_while(error, "hearing a substitute's answer");
    return true;
}

/* --- a coordinator has called somebody --- */

static enum act_reason reason_of(enum substitute_bar bar)
{
    static const enum act_reason reasons[SUBSTITUTE_BAR_COUNT] = {
        [SUBSTITUTE_LEADS] = ACT_REASON_LEADER_TWICE,
        [SUBSTITUTE_NOT_IN_WORK] = ACT_REASON_LEADER_CONTRACT,
        [SUBSTITUTE_UNTRAINED] = ACT_REASON_LEADER_UNTRAINED,
        [SUBSTITUTE_LANGUAGE] = ACT_REASON_LEADER_UNFIT,
        [SUBSTITUTE_DISTRICT] = ACT_REASON_LEADER_UNFIT,
        [SUBSTITUTE_TIME] = ACT_REASON_LEADER_UNFIT,
        [SUBSTITUTE_AWAY] = ACT_REASON_LEADER_ABSENT,
        [SUBSTITUTE_BOOKED] = ACT_REASON_LEADER_TAKEN,
        [SUBSTITUTE_HOURS] = ACT_REASON_LEADER_HOURS,
        [SUBSTITUTE_CONFLICT] = ACT_REASON_CONFLICT_OF_INTEREST,
        [SUBSTITUTE_PAIR] = ACT_REASON_PAIR_INEXPERIENCED,
        [SUBSTITUTE_PARENTS] = ACT_REASON_PAIR_OF_PARENTS,
    };

    return reasons[bar];
}

/* On the phone somebody may say yes to an hour or a district beyond what the register has. */
static bool may_be_agreed(enum substitute_bar bar)
{
    return bar == SUBSTITUTE_FITS || bar == SUBSTITUTE_TIME || bar == SUBSTITUTE_DISTRICT;
}

static bool name_substitute(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct substitute_named *message = data;
    struct search search;
    enum substitute_bar bar;
    struct uuid best;

    if (!substitutes_load(context, message->substitution_id, &search, error))
        return false;
    if (!search.found || !search.open) {
        answer->reason = search.found ? ACT_REASON_CHANGED_MEANWHILE : ACT_REASON_UNKNOWN;
        return true;
    }
    if (uuid_absent(message->leader_id))
        return call_off(context, &message->substitution_id, 1, error);
    if (!judge(context, &search, message->leader_id, &bar, &best, error))
        return false;
    if (may_be_agreed(bar))
        return take(context, &search, message->leader_id, error);
    answer->reason = reason_of(bar);
    if (!uuid_absent(best)) {
        char id[UUID_TEXT + 1];
        uuid_format(best, id);
        answer->way_out = arena_format(context->arena, "leader=%s", id);
    }
    return true;
}

bool scheduling_on_substitute_named(struct context *context,
    const struct substitute_named *messages, struct slice *slice, struct error *error)
{
    return act_try_each(context, "substitute_named", name_substitute,
        ACTS(messages, substitution_id), slice->count, error);
}
