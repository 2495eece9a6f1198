/* The SQL of what intake shows and hears: receipts, offers, answers, the catalogue, decisions. */
#pragma once

#include "common/context.h"
#include "services/intake/intake_parts.h"
#include "services/intake/intake_store.h"

struct receipt_row {
    bool found;
    struct text code, state, door;
    enum safety safety;
    bool violence;
    int64_t received_at_ms;
};
/* One row for each receipt, in their order; `found` says whether there is one. */
bool intake_look_receipts(struct context *context, const struct text *receipts, size_t count,
    struct receipt_row *rows, struct error *error);

struct offer_row { /* what the page behind a link shows */
    bool found;
    struct uuid offer_id, referral_id, person_id;
    int64_t expires_at_ms;
    bool pending; /* matching still keeps the place */
    bool held;    /* it does, or the place is taken, in a group that there will be */
    struct text group, district, site;
    int64_t weekday, starts_min, minutes, meetings, age_from, age_to;
    int32_t first_day, last_day;
    bool parent_group;
    struct text weeks_off, leaders; /* first names, with a comma between */
    struct text code;               /* of the referral */
    int64_t age;                    /* of the child; INT_ABSENT: not known */
    bool parent_joins;              /* a place in the parents' group goes with it */
    bool answered;
    enum answer answer;
    enum decline_reason reason;
    int64_t answered_at_ms;
    int32_t ask_again_day;
};
enum offer_detail {
    OFFER_ALONE,      /* enough to take an answer */
    OFFER_WITH_PLACE, /* with what the page tells of the group: a catalogue row is not cheap */
};
bool intake_look_offers(struct context *context, enum offer_detail detail,
    const struct text *hashes, size_t count, struct offer_row *rows, struct error *error);

enum { FAMILY_MOST = 6 /* children of one family who have offers at the same time */ };

/* The offers of other children that wait for an answer of the same adult: by name and address, in
 * referrals that are cleared. */
bool intake_look_siblings(struct context *context, struct text hash,
    struct offer_row rows[static FAMILY_MOST], size_t *count, struct error *error);

struct answer_row {
    struct uuid offer_id, referral_id, person_id;
    enum answer answer;
    enum decline_reason reason;
    int32_t ask_again_day;
    int64_t said; /* set by intake_add_answers: the number of its message to matching */
    bool added;   /* false: an answer was there already */
};
bool intake_add_answers(
    struct context *context, struct answer_row *rows, size_t count, struct error *error);

struct group_row { /* a card of the catalogue */
    struct uuid group_id;
    struct text name, programme, language, district, site, sex, status, weeks_off;
    enum situation situation;
    int64_t age_from, age_to, weekday, starts_min, minutes, meetings, places, taken;
    int32_t first_day, last_day;
    bool parent_group;
};
/* Those that there are or will be, then those of late that came to nothing. */
bool intake_look_groups(
    struct context *context, const struct group_row **groups, size_t *count, struct error *error);

struct meeting_row { /* a day of a group of the catalogue */
    struct uuid meeting_id;
    int32_t day;
    int64_t starts_ms, ends_ms, sequence, changed_ms;
    bool cancelled;
};
bool intake_look_meetings(struct context *context, struct uuid group_id,
    const struct meeting_row **meetings, size_t *count, struct error *error);

/* At most INTAKE_SLOTS_MOST, in the order of the week. */
bool intake_look_slots(struct context *context, struct intake_slot slots[static INTAKE_SLOTS_MOST],
    size_t *count, struct error *error);

struct decided_row { /* a referral that a coordinator has decided about */
    bool found;
    int64_t answers_version, said;
    enum safety safety;
    bool complete;
};
/* Locks them: two decisions on one referral follow each other. */
bool intake_lock_decided(struct context *context, const struct uuid *referrals, size_t count,
    struct decided_row *rows, struct error *error);

struct decision_row {
    struct uuid referral_id, by;
    enum clearance_decision decision;
    enum safety safety;
    int64_t answers_version, cleared_version, said;
    bool new_answers; /* a version of the answers that the decision itself makes */
};
bool intake_set_decisions(
    struct context *context, const struct decision_row *rows, size_t count, struct error *error);

/* Children, or only their parents, who must never meet; of two referrals of one child there is no
 * such pair. */
bool intake_add_pairs(
    struct context *context, const struct pair_said *messages, size_t count, struct error *error);

/* Moves the receipt's status on, never back; an older version changes nothing. */
bool intake_set_states(struct context *context, const struct uuid *referrals, size_t stride,
    const int64_t *versions, size_t version_stride, size_t count, const char *state,
    struct error *error);
