/* bench booking: so many groups, each with a whole series; bench move: a meeting of a running
 * series at another hour, one act after the other. Each prints a line of JSON. */
#pragma once

#include "services/gruppstod/shell.h"

int bench_groups(struct shell *shell, int argc, char **argv);
