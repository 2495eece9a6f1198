/* What i18n.c and its .po reader share. */
#pragma once

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

struct message {
    struct text swedish, translated; /* swedish with single spaces; data NULL = free slot */
};

struct language {
    const char *code, *tag, *direction, *self_name;
    struct message *table; /* open addressing, at most half full */
    size_t room, count;    /* room is a power of two, and enough */
};

/* Each run of white space as one space, none at the ends: how messages are compared. */
struct text i18n_key(struct arena *arena, struct text text);

void i18n_add(struct language *language, struct message message);
const struct message *i18n_lookup(const struct language *language, struct text key);

/* Fills the language's table from a .po file's text. */
bool po_read(struct arena *arena, const char *name, struct text content, struct language *language,
    struct error *error);
