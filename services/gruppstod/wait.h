/* Why a child waits, in the command's language: the sentences of staff and letters, in English. */
#pragma once

#include "common/arena.h"
#include "common/text.h"

/* `detail`: key=value words, `district` the name of theirs; either may be empty. */
struct text wait_in_words(
    struct arena *arena, struct text reason, struct text detail, struct text district);
