/* The rule stands alone so that its lines in tests/cases can be read beside it. */
#include "services/scheduling/core/start.h"

enum start_decision start_decide(
    int32_t today, int32_t first_day, int64_t decide_days, int64_t taken, int64_t least)
{
    if (taken >= least)
        return START_CONFIRM;
    return (int64_t)first_day - today <= decide_days ? START_CANCEL : START_WAIT;
}
