/*
 * The answer to an offer: yes, no with its reason, or call me.
 *
 * It is written once, with the time of its commit. An answer for several children of a family is
 * kept for all of them in one transaction or for none: when one of the offers is answered or gone
 * meanwhile, the page says so and shows what there is now.
 */
#include "common/check.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "common/message.h"
#include "services/intake/intake_offer.h"

static bool read_answer(struct context *context, struct offer_visit *visit)
{
    struct message_problems *problems = ARENA_NEW(context->arena, struct message_problems);
    const struct http_field *fields;
    const size_t count = http_form_fields(visit->request, &fields);
    struct http_field *known = ARENA_ARRAY(context->arena, struct http_field, count + 1);

    for (size_t i = 0; i < count; i++) {
        known[i] = fields[i];
        if (text_is(known[i].name, "ask_again"))
            known[i].name = TEXT("ask_again_day");
    }
    visit->wrong = !message_from_fields(
        &answer_form_type, known, count, context->arena, &visit->form, problems);
    if (visit->form.answer != ANSWER_NO) {
        visit->form.reason = DECLINE_REASON_NONE;
        visit->form.ask_again_day = DAY_ABSENT;
    }
    if (visit->form.ask_again_day != DAY_ABSENT &&
        visit->form.ask_again_day < local_day(context->now_ms))
        visit->form.ask_again_day = DAY_ABSENT;
    return !visit->wrong;
}

static void say_answers(struct context *context, const struct answer_row *rows, size_t count)
{
    struct offer_answered *answers = ARENA_ARRAY(context->arena, struct offer_answered, count);
    struct task_wanted *tasks = ARENA_ARRAY(context->arena, struct task_wanted, count);
    const int32_t next = working_days_after(local_day(context->now_ms), 1, NULL);
    size_t said = 0, wanted = 0;

    for (size_t i = 0; i < count; i++) {
        if (!rows[i].added)
            continue;
        answers[said++] = (struct offer_answered){.offer_id = rows[i].offer_id,
            .referral_id = rows[i].referral_id,
            .version = rows[i].said,
            .answer = rows[i].answer,
            .reason = rows[i].reason,
            .answered_at_ms = context->now_ms,
            .ask_again_day = rows[i].ask_again_day};
        if (rows[i].reason == DECLINE_REASON_UNSAFE)
            tasks[wanted++] = (struct task_wanted){
                .task_id = uuid_new(context->now_ms),
                .referral_id = rows[i].referral_id,
                .kind = TASK_KIND_UNSAFE_DECLINE,
                .due_at_ms = local_end_of_day_ms(next),
                .note = TEXT(
                    "The family said no because it does not feel safe: contact it the safe way."),
            };
    }
    if (said)
        intake_send_offer_answered(context, answers, said);
    if (wanted)
        intake_send_task_wanted(context, tasks, wanted);
}

static struct answer_row answer_to(const struct offer_visit *visit, const struct offer_row *offer)
{
    return (struct answer_row){.offer_id = offer->offer_id,
        .referral_id = offer->referral_id,
        .person_id = offer->person_id,
        .answer = visit->form.answer,
        .reason = visit->form.reason,
        .ask_again_day = visit->form.ask_again_day};
}

static bool show_again(struct context *context, struct offer_visit *visit, struct error *error)
{
    if (!offer_look(context, OFFER_WITH_PLACE, visit, 1, error) ||
        !offer_look_siblings(context, visit, error))
        return false;
    offer_show(context, visit);
    return true;
}

/* --- for all children at once, or one of them --- */

static bool was_shown(
    const struct context *context, const struct offer_visit *visit, struct uuid offer_id)
{
    for (int i = 1; i <= FAMILY_MOST + 1; i++) {
        struct uuid shown;
        const char *name = arena_format(context->arena, "erbjudande.%d", i);
        if (uuid_parse(http_form(visit->request, name), &shown) && uuid_equal(shown, offer_id))
            return true;
    }
    return false;
}

/* Whom the answer is for: of what waits now, all that the page has shown, or the one that was
 * chosen. False: it is no longer the same, and nothing may be kept. */
static bool choose_rows(const struct context *context, const struct offer_visit *visit,
    struct answer_row *rows, size_t *count)
{
    const struct text whom = http_form(visit->request, "galler");
    const struct offer_row *open[FAMILY_MOST + 1];
    const size_t open_count = offer_open_rows(visit, open);
    struct uuid one;
    size_t shown = 0;

    *count = 0;
    if (uuid_parse(whom, &one)) {
        for (size_t i = 0; i < open_count; i++)
            if (uuid_equal(open[i]->offer_id, one))
                rows[(*count)++] = answer_to(visit, open[i]);
        return *count == 1;
    }
    for (size_t i = 0; i < open_count; i++)
        if (was_shown(context, visit, open[i]->offer_id))
            rows[(*count)++] = answer_to(visit, open[i]);
    while (
        http_form(visit->request, arena_format(context->arena, "erbjudande.%zu", shown + 1)).data)
        shown++;
    return *count > 0 && *count == shown;
}

/* All or none: an answer that was there already takes the others back. */
static bool add_all(struct context *context, struct answer_row *rows, size_t count, bool *added,
    struct error *error)
{
    *added = true;
    if (!tx_savepoint(context->tx, error) || !intake_add_answers(context, rows, count, error))
        return error_while(error, "writing the answers for %zu children", count);
    for (size_t i = 0; i < count; i++)
        *added = *added && rows[i].added;
    return *added || tx_rollback_to_savepoint(context->tx, error);
}

static bool answer_family(struct context *context, struct offer_visit *visit, struct error *error)
{
    struct answer_row rows[FAMILY_MOST + 1];
    size_t count;

    if (!offer_look(context, OFFER_WITH_PLACE, visit, 1, error) ||
        !offer_look_siblings(context, visit, error))
        return false;
    if (read_answer(context, visit)) {
        bool added = choose_rows(context, visit, rows, &count);
        if (added && !add_all(context, rows, count, &added, error))
            return false;
        if (added) {
            say_answers(context, rows, count);
            http_redirect(visit->request,
                arena_format(context->arena, "%s?sparat=ja", http_path(visit->request).data));
            return true;
        }
        visit->changed = true;
    }
    return show_again(context, visit, error);
}

/* --- for one --- */

/* Which of the visits answer now; the rest are shown their page. */
static bool collect(struct context *context, struct offer_visit *visits, size_t count,
    struct answer_row *rows, size_t *answers, struct error *error)
{
    *answers = 0;
    for (size_t i = 0; i < count; i++) {
        struct offer_visit *visit = &visits[i];
        if (!intake_same_origin(context, visit->request, visit->language))
            continue;
        if (visit->offer.found && http_form(visit->request, "galler").data) {
            if (!answer_family(context, visit, error))
                return false;
            continue;
        }
        if (!offer_is_open(&visit->offer) || visit->offer.answered ||
            !read_answer(context, visit)) {
            visit->changed = visit->offer.answered;
            if (!show_again(context, visit, error))
                return false;
            continue;
        }
        rows[(*answers)++] = answer_to(visit, &visit->offer);
        http_redirect(visit->request, http_path(visit->request).data);
    }
    return true;
}

bool intake_offer_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct offer_visit *visits = ARENA_ARRAY(context->arena, struct offer_visit, count);
    struct answer_row *rows = ARENA_ARRAY(context->arena, struct answer_row, count);
    const size_t begun = offer_begin(context, requests, count, visits);
    size_t answers;

    if (begun == 0)
        return true;
    if (!offer_look(context, OFFER_ALONE, visits, begun, error) ||
        !collect(context, visits, begun, rows, &answers, error))
        return false;
    if (answers && !intake_add_answers(context, rows, answers, error))
        return error_while(error, "writing %zu answers", answers);
    say_answers(context, rows, answers);
    return true;
}
