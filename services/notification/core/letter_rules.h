/* Who is written to, at what hour, and what a subject line may say (PURE). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"
#include "vocabulary.h"

enum letter_reader { READER_FAMILY = 1, READER_LEADER };
enum { READER_COUNT = READER_LEADER + 1 };
const char *const *letter_reader_names(void); /* the words of the database, by value; [0] = NULL */

struct letter_about { /* for whom, and what for: one of the two purposes */
    enum letter_reader reader;
    enum purpose purpose;
    enum leader_purpose leader_purpose;
};

/* What the link of such a letter opens; NONE: the page of an offer, or for a leader no link. */
enum link_kind letter_link(const struct letter_about *about);
bool letter_has_link(const struct letter_about *about);
/* Whether the page behind it asks something. */
bool letter_wants_answer(const struct letter_about *about);
/* Of common/token.h: a token opens what it was made for and nothing else. */
const char *link_token_purpose(enum link_kind kind);
/* Of its page below the language: "https://.../sv/tider/TOKEN". Neutral words. */
const char *link_path(enum link_kind kind);

enum contact_role { CONTACT_GUARDIAN = 1, CONTACT_YOUNG, CONTACT_LEADER, CONTACT_OTHER };

struct letter_contact { /* a person of the referral, as their safe-contact record says */
    enum contact_role role;
    bool email_ok;          /* they said that it is safe */
    bool refused;           /* a server has said since that the address is bad */
    int64_t verified_at_ms; /* when the record was last asked for; INT64_MIN = never */
};

enum { CONTACT_HOLDS_DAYS = 90 }; /* then a person asks again: SAFETY, "Safe-contact record" */

/* A leader's address at work is no secret and does not grow old. */
bool contact_safe(const struct letter_contact *contact, int64_t now_ms);

/*
 * Marks who gets the letter; returns how many. Each guardian by their own record, never "both".
 * The young person only when no guardian is known: a letter to a child past its guardians would
 * take a decision that is theirs, and one beside theirs tells a home more than it must.
 */
size_t recipients_choose(
    const struct letter_contact *contacts, size_t count, int64_t now_ms, bool *chosen);

struct quiet_periods;

struct sending_hours {
    int64_t from_hour, to_hour; /* local; 7 and 21: from 07:00 until 20:59. 0 and 24: always */
    bool quiet_periods;         /* nothing goes while families' clocks rest */
};

/* Milliseconds from `now_ms` until a letter may go: 0 = now. */
int64_t sending_wait_ms(
    const struct sending_hours *hours, const struct quiet_periods *quiet, int64_t now_ms);

/* The same for that letter: leaders work in families' quiet periods, and of a child that is missing
 * they hear at once. */
int64_t letter_wait_ms(const struct sending_hours *hours, const struct quiet_periods *quiet,
    const struct letter_about *about, int64_t now_ms);

/*
 * Whether a subject tells a stranger nothing: it holds the family's code once, is short, has no
 * control characters, and none of the words that a situation, a group or an authority is known by.
 * NULL when it is neutral, else what is wrong.
 */
const char *subject_trouble(struct text subject, struct text code);
/* The same of a leader's, which has no code: a colleague may look over the shoulder. */
const char *leader_subject_trouble(struct text subject);

/* The same for the sender's name and addresses: a word in them that tells what the letters are
 * about, or NULL. A city's own name is no such word. */
const char *sender_tells(struct text sender);

/* Whether the bytes may go to a mail server: 7-bit, CRLF only, no line over 998 bytes (RFC 5321,
 * 4.5.3.1.6), no NUL. */
bool mime_clean(struct text mime);
