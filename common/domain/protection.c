#include "common/domain/protection.h"

static bool all_said_no(const struct safety_answers *answers)
{
    return answers->immediate_danger == SAFETY_ANSWER_NO &&
           answers->afraid_at_home == SAFETY_ANSWER_NO &&
           answers->violence_last_year == SAFETY_ANSWER_NO &&
           answers->other_guardian_dangerous == SAFETY_ANSWER_NO &&
           answers->protected_identity == SAFETY_ANSWER_NO;
}

enum safety protection_safety(const struct safety_answers *answers)
{
    if (answers->immediate_danger == SAFETY_ANSWER_YES ||
        answers->afraid_at_home == SAFETY_ANSWER_YES)
        return SAFETY_RED;
    return all_said_no(answers) ? SAFETY_GREEN : SAFETY_UNSURE;
}

bool protection_may_clear_alone(enum safety safety, const enum situation *situations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (situations[i] == SITUATION_VIOLENCE)
            return false;
    return safety == SAFETY_GREEN && count > 0;
}
