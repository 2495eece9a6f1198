/* A day has 1440 minutes: each is open or not, taken or not. */
#include "services/desk/core/free_time.h"

enum { DAY = 1440 };

static void mark(bool minutes[static DAY], const struct day_span *spans, size_t count, bool as)
{
    for (size_t i = 0; i < count; i++)
        for (int32_t at = spans[i].from < 0 ? 0 : spans[i].from; at < spans[i].to && at < DAY; at++)
            minutes[at] = as;
}

size_t free_time(const struct day_span *open, size_t open_count, const struct day_span *taken,
    size_t taken_count, int32_t least, struct day_span *free, size_t most)
{
    bool minutes[DAY] = {false};
    size_t count = 0;
    int32_t from = -1;

    mark(minutes, open, open_count, true);
    mark(minutes, taken, taken_count, false);
    for (int32_t at = 0; at <= DAY && count < most; at++) {
        const bool is_free = at < DAY && minutes[at];
        if (is_free && from < 0)
            from = at;
        if (!is_free && from >= 0) {
            if (at - from >= least)
                free[count++] = (struct day_span){from, at};
            from = -1;
        }
    }
    return count;
}
