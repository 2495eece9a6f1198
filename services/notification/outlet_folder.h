/* Letters as files: <letter id>.eml in a folder, whole or not at all. For trying out, for tests,
 * and for relays that take a folder. */
#pragma once

#include <stddef.h>

#include "common/error.h"
#include "services/notification/outlet.h"

/* Makes the folder, 0700, when it is absent. */
bool folder_open(const char *folder, struct error *error);

/*
 * Writes each letter beside its name, syncs it, gives it its name, and syncs the folder once for
 * all. The same letter again is the same file again, so that a claim may be repeated. Fills one
 * report for each: ACCEPTED, or NOT_NOW when the disk would not.
 */
void folder_deliver(const char *folder, const struct outlet_letter *letters, size_t count,
    struct outlet_report *reports);
