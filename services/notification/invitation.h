/*
 * Invitations in letters to leaders (RFC 6047): their meetings of the group that the letter is
 * about, as they stand when the letter is claimed. A group's series is one repeated event; a letter
 * about one meeting, such as a substitute's, invites to that one.
 */
#pragma once

#include "common/context.h"
#include "services/notification/mime.h"
#include "services/notification/notification_store.h"

struct invitation; /* what a letter's invitation is made from; lives in the slice's arena */

/* One for each letter, in their order; NULL for one that invites to nothing. */
bool invitation_load(struct context *context, const struct due *due, size_t count,
    const struct invitation ***invitations, struct error *error);

struct invitation_people { /* addresses, checked; the organizer is the house */
    struct text organizer, organizer_name, attendee;
};

/* The part of the letter; absent when there is nothing to take back or to invite to. */
struct mime_calendar invitation_write(struct arena *arena, const struct invitation *invitation,
    const struct invitation_people *people, int64_t dated_at_ms);
