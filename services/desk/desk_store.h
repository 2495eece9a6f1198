/* SQL over desk's own tables, as gruppstod_desk_list: staff, sessions, tasks, notes, letters. */
#pragma once

#include "common/context.h"
#include "common/token.h"
#include "messages.h"
#include "services/desk/core/rights.h"

struct staff {
    struct uuid staff_id, leader_id;
    struct text user_name, display_name;
    enum staff_role role;
};

/* --- sign-in --- */

struct candidate { /* who wants to sign in; staff_id absent: no such user */
    struct uuid staff_id;
    struct text hash;
    int64_t wait_s; /* seconds until it may be tried again; 0 = now */
};

/* The account, and how long its name or the address must wait. */
bool desk_load_candidate(struct context *context, struct text user, struct text address,
    struct candidate *candidate, struct error *error);

/* After `user_free` (and `address_free`) wrong passwords each next one costs twice the wait, up to
 * a quarter of an hour; an hour without one forgets them. */
bool desk_note_failure(struct context *context, struct text user, struct text address,
    int64_t user_free, int64_t address_free, struct error *error);

bool desk_start_session(struct context *context, struct uuid staff_id, struct text user,
    const uint8_t token_hash[static TOKEN_HASH], int64_t session_ms, struct error *error);
bool desk_set_password(
    struct context *context, struct uuid staff_id, const char *hash, struct error *error);

/* --- sessions --- */

struct session {
    bool found;
    struct staff staff;
    bool clock_turned;
};

/* Who holds that token, if not idle for `late_ms`; touches it now and then, but not when it has
 * been idle for `idle_ms`: somebody who comes late stays out. */
bool desk_load_session(struct context *context, const uint8_t token_hash[static TOKEN_HASH],
    int64_t idle_ms, int64_t late_ms, struct session *session, struct error *error);
bool desk_end_session(
    struct context *context, const uint8_t token_hash[static TOKEN_HASH], struct error *error);
/* Sessions that have ended, tries that are forgotten. */
bool desk_forget_old(struct context *context, struct error *error);

/* --- what came by message --- */

bool desk_add_tasks(struct context *context, const struct task_wanted *messages,
    const struct text *senders, size_t count, struct error *error);

struct letter_row {
    struct uuid letter_id, referral_id, offer_id;
    enum purpose purpose;
    enum letter_end end;
};
bool desk_add_letters(
    struct context *context, const struct letter_row *letters, size_t count, struct error *error);

/* --- letters in trouble --- */

struct letter_trouble {
    struct uuid letter_id, referral_id;
    struct text code;
    enum purpose purpose;
    enum letter_end end;
    int64_t at_ms;
};
bool desk_load_letters(struct context *context, const struct letter_trouble **letters,
    size_t *count, struct error *error);
bool desk_see_letter(struct context *context, struct uuid letter_id, struct uuid staff_id,
    struct uuid *referral_id, struct error *error);

/* --- notes of calls --- */

struct note_row {
    struct uuid note_id, referral_id, staff_id;
    enum contact_outcome outcome;
    struct text sealed, wrapped_key; /* absent: no words */
};
bool desk_add_note(struct context *context, const struct note_row *note, struct error *error);

struct note_seen {
    enum contact_outcome outcome;
    struct text by;
    int64_t at_ms;
};
bool desk_load_notes(struct context *context, struct uuid referral_id,
    const struct note_seen **notes, size_t *count, struct error *error);
