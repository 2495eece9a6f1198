/*
 * Why a child waits, in words: one table of sentences for staff, for letters and for the command.
 *
 * A reason travels as an enumeration with key=value words beside it ("missing=2 ages=7-9 slot=4"):
 * never of another child, counts only where three households are behind them. Each reader gets the
 * fullest sentence that the words allow. Swedish is the source; common/pages/po has the others.
 */
#pragma once

#include "common/arena.h"
#include "common/i18n.h"
#include "common/text.h"
#include "vocabulary.h"

struct wait_told {
    enum wait_reason reason;
    int missing;                        /* children that are needed still; 0: not told */
    int age_from, age_to;               /* whole years; -1: not told */
    int slot;                           /* -1: not told */
    int leaders, parent_leaders, rooms; /* sought still; 0: none, or not told */
    struct text district, language;     /* keys; absent: not told */
};

/* Nothing but the reason. */
struct wait_told wait_told_of(enum wait_reason reason);

/* The words beside the reason, absent when there are none; and back. What is not understood is
 * passed over. */
struct text wait_detail(struct arena *arena, const struct wait_told *told);
struct wait_told wait_told_read(struct arena *arena, enum wait_reason reason, struct text detail);

enum wait_reader {
    WAIT_FOR_FAMILY, /* a letter: no count, no district */
    WAIT_FOR_STAFF,
};

/* The sentence, or for staff the sentences. `district` is its name, or absent. Absent when this
 * reader is never told that reason: other support is never told by letter. */
struct text wait_sentence(struct arena *arena, const struct i18n *i18n, unsigned language,
    enum wait_reader reader, const struct wait_told *told, struct text district);

/* A language of the city in Swedish, marked for translation; NULL for one that nobody knows. */
const char *language_words(struct text code);
const char *language_code(size_t index); /* of the index-th; NULL past the last one */
