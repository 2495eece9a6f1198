/* What every exporter says of its process, under the names that all dashboards know. */
#pragma once

#include <stdio.h>

/* Writes the process_* families; what cannot be read is left out. */
void metrics_process(FILE *out);
