/*
 * The life of a letter: decided once, sent almost once (PURE).
 *
 * decided -> rendered -> claimed -> offered -> sent | deferred | failed | unknown; task when a
 * human takes over, dropped when what it tells of has ended before it went. What a state may
 * become, and when it is looked at again, is here and nowhere else; design/SAFETY.md, "E-mail".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum letter_state {
    LETTER_DECIDED = 1, /* this person shall be told; not yet in words */
    LETTER_RENDERED,    /* in words, without address and token: waits for its hour */
    LETTER_CLAIMED,     /* its bytes are made; an outlet has it, or had it when it died */
    LETTER_OFFERED,     /* the server wants the body; the final dot may be out */
    LETTER_SENT,        /* taken by the server, or in the folder */
    LETTER_DEFERRED,    /* not now: tried again with the same bytes */
    LETTER_FAILED,      /* never: the address or the server says no */
    LETTER_UNKNOWN,     /* lost after the dot: nobody knows whether it arrived */
    LETTER_TASK,        /* a person does it instead: no safe contact, or no valid clearance */
    LETTER_DROPPED,     /* the offer ended before the letter went: nothing is to be told */
};

enum letter_event {
    LETTER_RENDER = 1,
    LETTER_CLAIM,       /* due, and clearance, contact and offer still hold */
    LETTER_AT_DOT,      /* 354 seen and the body is through: the dot comes next */
    LETTER_ACCEPTED,    /* 250, or written and synced */
    LETTER_NOT_NOW,     /* 4xx, or any trouble before the dot */
    LETTER_REFUSED,     /* 5xx about the recipient or the letter */
    LETTER_LOST,        /* the connection ended after the dot, without an answer */
    LETTER_LEASE_OVER,  /* nobody settled it in time: its process died */
    LETTER_NOT_ALLOWED, /* read again: no living clearance or no safe contact */
    LETTER_POINTLESS,   /* read again: the offer it tells of has ended */
};

enum {
    LETTER_STATE_COUNT = LETTER_DROPPED + 1,
    LETTER_EVENT_COUNT = LETTER_POINTLESS + 1,
    /* 1 + 5 + 15 + 60 minutes, then hourly: the 75th would come after 72 hours. */
    LETTER_TRIES_MOST = 75,
};

struct letter_facts {
    enum letter_state state;
    int64_t tries;  /* how often it was claimed, this time too */
    int64_t losses; /* how often it was lost after the dot */
};

struct letter_step {
    enum letter_state state; /* what it becomes */
    int64_t wait_ms;         /* until it is looked at again; LETTER_LEASE or LETTER_ENDED */
    int64_t tries, losses;   /* what they become */
};

/* Not a time: the caller's lease, and never again. */
enum { LETTER_LEASE = -1, LETTER_ENDED = -2 };

/* False when that cannot happen in that state: a late message, which changes nothing. */
bool letter_next(
    const struct letter_facts *letter, enum letter_event event, struct letter_step *step);

struct letter_sight { /* of a letter whose time has come, what was read again */
    enum letter_state state;
    bool offer_holds;  /* what it tells of is still so */
    bool cleared;      /* a true clearance of the newest answers, nothing red, not withdrawn */
    bool contact_safe; /* the person still says so */
};

/* LEASE_OVER, POINTLESS, NOT_ALLOWED or CLAIM. */
enum letter_event letter_judge(const struct letter_sight *sight);

/* What an SMTP attempt ended with, as it was seen. */
struct delivery {
    bool done;     /* the client library says all went well */
    bool dot_sent; /* the final dot may have left the house */
    int code;      /* of the server's last reply; 0 = none */
    enum delivery_stage {
        DELIVERY_BEFORE, /* connection, greeting, EHLO, TLS, sign-in, MAIL: about us, not them */
        DELIVERY_LETTER, /* RCPT, DATA and after: about this recipient and this letter */
    } stage;
};

/* ACCEPTED, NOT_NOW, REFUSED or LOST. */
enum letter_event delivery_event(const struct delivery *delivery);

/* The words of the database and of the test cases, by value; [0] = NULL. */
const char *const *letter_state_names(void);
const char *const *letter_event_names(void);
