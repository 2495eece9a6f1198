/*
 * Calendars that people's programs read: iCalendar (RFC 5545, 7986) and the body of an invitation
 * by mail (RFC 5546, 6047). Written by libical, in local time with the rules of Europe/Stockholm
 * beside it, so that the hour stays what it is when the clocks change.
 *
 * What stands in a calendar is seen by whoever shares it: names are neutral, and nobody's child is
 * in it. Not for threads: libical keeps state of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

enum calendar_kind {
    CALENDAR_FEED = 1, /* subscribed to, read again and again */
    CALENDAR_REQUEST,  /* an invitation, or a change to one: METHOD:REQUEST */
    CALENDAR_CANCEL,   /* an invitation taken back: METHOD:CANCEL */
};

struct calendar_event {
    struct text uid;    /* the same for as long as the meeting is the same */
    int64_t sequence;   /* rises with each change */
    int64_t changed_ms; /* the last change: never the moment of writing, so that what has not
                           changed has the same bytes */
    int64_t starts_ms, ends_ms;
    struct text summary, location; /* controls are taken out; what is empty is left out */
    bool cancelled;
    bool discreet;           /* CLASS:PRIVATE: shown as busy to others who see the calendar */
    int64_t until_ms;        /* start of the last of its weeks; INT_ABSENT: it is once */
    const int64_t *left_out; /* starts that are not, of its weeks */
    size_t left_out_count;
    int64_t instead_of_ms; /* of a repeated one with the same uid, the start that this one takes
                              the place of; INT_ABSENT */
};

struct calendar {
    enum calendar_kind kind;
    struct text name; /* of a feed */
    /* Of an invitation, both addresses checked by the caller (common/domain/contact.h). */
    struct text organizer, organizer_name, attendee;
    const struct calendar_event *events;
    size_t count;
};

/* Finds the rules of Europe/Stockholm. Once, at the start; ABSENT without zone files. */
bool calendar_open(struct error *error);
void calendar_close(void);

/* The text, with CRLF and folded lines. The same from the same calendar. */
struct text calendar_write(struct arena *arena, const struct calendar *calendar);
