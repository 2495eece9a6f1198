/* The one way a daemon stops on a bug. */
#include "common/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *truth, const char *file, int line)
{
    fprintf(stderr, "level=crit event=bug check=\"%s\" at=%s:%d\n", truth, file, line);
    abort();
}
