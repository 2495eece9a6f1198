/*
 * What is sealed about a person: the plain bytes that intake packs, and that notification and the
 * desk read after seal_open. Named texts, each with its length; never kept outside a slice.
 *
 * Names in use: name, personal_number, email, phone, address, postal_town, organisation, note.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/text.h"

/* Where it stands, for struct seal_place; the person is the row's person_id. tidy(layer): three
 * daemons must say the same column, and sealed texts open nowhere else. */
#define IDENTITY_COLUMN "intake.person.sealed"

enum {
    IDENTITY_FIELDS_MOST = 16,
    IDENTITY_NAME_MOST = 31,   /* bytes of a field's name */
    IDENTITY_TEXT_MOST = 2000, /* bytes of a field: longer ones are cut by nobody, but refused */
};

struct identity_field {
    const char *name;
    struct text value; /* absent and empty ones are left out */
};

/* Version 1 | for each field: name, NUL, value, NUL. A value with a NUL in it, or one past the
 * limits above, is a bug of the caller (forms refuse both): CHECK. */
struct text identity_pack(struct arena *arena, const struct identity_field *fields, size_t count);

/* The value of that name, NUL-terminated, pointing into `plain`; data NULL when it was not said or
 * the bytes are not an identity. */
struct text identity_get(struct text plain, const char *name);
