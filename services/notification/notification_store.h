/* All SQL of notification. */
#pragma once

#include "common/clearance.h"
#include "common/context.h"
#include "common/wait_words.h"
#include "services/notification/core/letter_rules.h"
#include "services/notification/core/letter_state.h"
#include "vocabulary.h"

struct cause {      /* why somebody may be told something */
    size_t message; /* of the slice */
    bool notice;    /* told by family_told: of no offer */
    enum purpose purpose;
    struct uuid event_id; /* the offer it is about, or the notice */
    struct uuid referral_id, clearance_id;
    struct uuid group_id, about; /* of a notice */
    int64_t answers_version;
    int64_t expires_at_ms;        /* of the offer; INT_ABSENT when the letter names no day */
    const struct wait_told *wait; /* of a letter about waiting; else NULL */
};

struct clearance_row { /* the clearance as the view shows it now */
    bool known, current;
    struct clearance clearance;
    struct text mac;
};

struct reader { /* a person of a cause's referral, and the cause's clearance */
    size_t cause;
    struct clearance_row safety;
    struct uuid person_id; /* absent: nobody is known */
    struct text language, code;
    struct letter_contact contact;
};

/* One row for each person of each cause, at least one for each cause, in the causes' order. */
bool notification_load_readers(struct context *context, const struct cause *causes, size_t count,
    const struct reader **readers, size_t *reader_count, struct error *error);

struct group_of_referral {
    struct uuid referral_id, group_id;
};

/* The accepted offer of each pair, in their order; absent when there is none. */
bool notification_load_accepted(struct context *context, const struct group_of_referral *pairs,
    size_t count, struct uuid *offers, struct error *error);

/* Who was sent an offer of these groups and has not said no: a cause for each, its clearance the
 * newest that is current. */
bool notification_load_told(struct context *context, const struct uuid *groups, size_t stride,
    size_t count, struct cause **causes, size_t *cause_count, struct error *error);

struct decision { /* a letter to be, or the task instead of it */
    struct uuid letter_id, person_id;
    struct uuid event_id, referral_id, clearance_id;
    struct uuid group_id, meeting_id; /* of a notice */
    int64_t answers_version;
    enum letter_reader reader;
    struct text purpose;     /* its word */
    enum letter_state state; /* RENDERED or TASK */
    struct text language, subject, body;
    struct text token_hash; /* of its link; absent for a task, or without a link */
    enum link_kind link;    /* NONE: an offer's */
    struct uuid about;      /* what the link opens */
    int32_t until_day;      /* and until when; DAY_ABSENT */
    int64_t verified_at_ms; /* of the contact it is granted by */
    int64_t wait_ms;        /* until it may go */
};

/* Grants, letters and links in one statement. A decision that was made before is not made again. */
bool notification_decide(
    struct context *context, const struct decision *decisions, size_t count, struct error *error);

struct due { /* a letter whose time has come, with all that is read again before it goes */
    struct uuid letter_id, event_id, referral_id, person_id, clearance_id;
    struct uuid group_id, meeting_id;
    int64_t answers_version;
    struct letter_about about;
    struct letter_facts facts;
    struct text language, subject, body;
    struct text mime, mime_key; /* sealed, from the first claim on */
    int64_t dated_at_ms;
    struct clearance_row safety;
    bool contact_known;
    struct letter_contact contact;
    struct text sealed, wrapped_key; /* who the person is */
    struct text offer_state;         /* absent when there is no such offer */
    int64_t expires_at_ms;
    bool group_cancelled;
    bool in_group;      /* the child has a place in the letter's group, or is to meet its leaders */
    bool waits;         /* the child is on the waiting list */
    bool leader_active; /* the leader it is for still works */
    struct text address; /* of a leader, at work */
};

/* At most `most` letters that are due, locked until the end of the transaction; others' are left.
 */
bool notification_load_due(struct context *context, size_t most, const struct due **due,
    size_t *count, struct error *error);

struct change { /* of a letter's state */
    struct uuid letter_id;
    enum letter_state was;
    int64_t was_tries;
    struct letter_step step; /* wait_ms: milliseconds, or LETTER_ENDED */
    int64_t dated_at_ms;     /* of the first claim; INT_ABSENT = as it is */
    struct text message_id;  /* absent = as it is */
    struct text mime, mime_key;
    int64_t reply; /* INT_ABSENT = as it is */
};

struct changed { /* what a change found: the letter in the state and try it was expected in */
    struct uuid letter_id, event_id, referral_id, person_id;
    struct letter_about about;
    enum letter_state state;
    bool ended;
};

/* Changes what is still in that state and try; a late change finds nothing and changes nothing. */
bool notification_change(struct context *context, const struct change *changes, size_t count,
    const struct changed **changed, size_t *changed_count, struct error *error);

struct waiting {
    struct uuid letter_id;
    struct letter_facts facts;
};

/* The letters of these persons that wait for their hour or their next try, locked. */
bool notification_load_waiting(struct context *context, const struct uuid *persons, size_t count,
    const struct waiting **waiting, size_t *waiting_count, struct error *error);

/* Ends the persons' grant for e-mail, once no letter stands on it any more. */
bool notification_end_grants(struct context *context, const struct uuid *persons, size_t count,
    const char *why, struct error *error);
