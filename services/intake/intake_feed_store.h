/* The SQL of calendars: secret addresses, what they show, the page where one is made. */
#pragma once

#include "common/calendar.h"
#include "common/context.h"
#include "vocabulary.h"

struct feed_row { /* behind the address of a calendar */
    bool found;
    struct uuid feed_id, about;
    enum feed_kind kind;
    struct text name; /* of a room */
    struct text shown_hash;
    int64_t shown_at_ms;
};

/* A living address; a family's only while its family may have one. */
bool feed_find(
    struct context *context, struct text hash, struct feed_row *row, struct error *error);

enum { FEED_EVENTS_MOST = 400 /* two years of a busy room */ };

struct feed_event {
    struct uuid meeting_id;
    int64_t starts_ms, ends_ms, sequence, changed_ms;
    bool cancelled;
    struct text name, location; /* the group's neutral name; absent location: none is told */
};

/* From 60 days ago on, in the order of their start. */
bool feed_load_events(struct context *context, enum feed_kind kind, struct uuid about,
    const struct feed_event **events, size_t *count, struct error *error);

/* That the calendar says something new since now. */
bool feed_note_shown(
    struct context *context, struct uuid feed_id, struct text hash, struct error *error);

struct dates_row { /* behind the link of a letter */
    bool found;
    enum feed_kind kind; /* FAMILY or LEADER */
    struct uuid about;   /* the referral or the leader */
    struct uuid person_id;
    bool may;            /* have a calendar */
    struct uuid feed_id; /* of the living one; absent: none */
    bool by_staff;       /* it was made at the desk: its address is not known here */
};

/* By the hashes of one token under the purposes of a family's notice, an offer and a leader's
 * notice. */
bool feed_find_dates(struct context *context, struct text group, struct text offer,
    struct text work, struct dates_row *row, struct error *error);

struct feed_making {
    struct uuid feed_id, about, person_id, by_staff; /* absent person: of no family; staff: self */
    enum feed_kind kind;
    struct text token_hash;
};

/* Ends the one there is. Nothing when that feed was made before. */
bool feed_make(struct context *context, const struct feed_making *making, struct error *error);
/* Ends what there is: of that person, or for an absent one all. */
bool feed_end(struct context *context, enum feed_kind kind, struct uuid about,
    struct uuid person_id, struct error *error);
bool feed_allow(
    struct context *context, struct uuid referral_id, struct uuid by_staff, struct error *error);
bool feed_forbid(struct context *context, struct uuid referral_id, struct error *error);
