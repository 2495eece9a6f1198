/* The benches that post to intake. */
#pragma once

#include "services/gruppstod/bench.h"

bool bench_accept(struct bench *bench, struct figures *figures, struct error *error);
bool bench_pipeline(struct bench *bench, struct figures *figures, struct error *error);
bool bench_latency(struct bench *bench, struct figures *figures, struct error *error);
