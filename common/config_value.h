/* One setting's value: from its text by the type and bounds of its key, into a settings struct. */
#pragma once

#include "common/config.h"

struct conf_value {
    int64_t number;
    const char *text; /* borrowed */
};

/* The error is the second half of a sentence: "must be 1 to 65535". */
bool conf_value_read(
    const struct conf_key *key, const char *said, struct conf_value *value, struct error *error);
void conf_value_store(const struct conf_key *key, const struct conf_value *value, void *settings);

/* How many letters must be put in, taken out or changed to make `b` of `a` (Levenshtein). */
size_t conf_value_strokes(const char *a, const char *b);
