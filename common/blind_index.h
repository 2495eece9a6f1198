/* Whether two referrals tell of the same child, found without keeping a name or a number: a keyed
 * hash of the normalised value. Equal people give equal indexes; without the key nothing is told,
 * though all personal numbers could be tried in a day. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

enum { BLIND_INDEX_BYTES = 16, BLIND_NAME = 256 /* bytes of a name that count */ };

struct blind_index {
    uint8_t bytes[BLIND_INDEX_BYTES];
};

/* Of a personal or coordination number: 12 digits, with or without the hyphen. False when it is
 * not 12 digits; whether the number can exist is not asked here. */
bool blind_index_number(
    const uint8_t key[static 32], struct text number, struct blind_index *index);

/* Of a whole name and a birth date as YYYY-MM-DD. False when no letter is left of the name or the
 * date is no date. */
bool blind_index_name(const uint8_t key[static 32], struct text name, struct text birth_date,
    struct blind_index *index);

/* Of an adult: a whole name and an e-mail address, whose capitals do not count. False when no
 * letter is left of the name, or the address is empty or too long for one. */
bool blind_index_contact(
    const uint8_t key[static 32], struct text name, struct text email, struct blind_index *index);

/* The name as it is compared: small letters (ASCII and Latin-1), marks joined to their letters, no
 * spaces, hyphens, dots or apostrophes. Returns the length; at most BLIND_NAME bytes are kept. */
size_t blind_index_normalise(struct text name, char out[static BLIND_NAME + 1]);
