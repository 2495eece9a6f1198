/* Two things that staff write in and that need no decision here: what the board has decided about a
 * programme, and which of a child's guardians take part in the parent group. */
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/board_store.h"

static bool note_board(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct board_noted *noted = message;
    bool known = true;

    if (noted->decided_on > local_day(context->now_ms)) {
        answer->reason = ACT_REASON_WRONG_INPUT;
        return true;
    }
    if (!board_note(context, noted, &known, error))
        return false;
    if (!known)
        answer->reason = ACT_REASON_UNKNOWN;
    return true;
}

bool scheduling_on_board_noted(struct context *context, const struct board_noted *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "board_noted", note_board, ACTS(messages, programme_id), slice->count, error);
}

static bool note_parents(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    (void)answer; /* the constraints answer */
    return parents_note(context, message, error);
}

bool scheduling_on_parents_noted(struct context *context, const struct parents_noted *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "parents_noted", note_parents, ACTS(messages, group_id), slice->count, error);
}
