/*
 * The words of a letter. It is put into words when it is decided, without address and token, and
 * made into bytes when it is claimed. What it may say to a family is SVENSKA's: no name, situation,
 * group or place; a link, a day, the family's own code, and a number to call. A leader's names the
 * group's neutral name, its day, hour and site; never a child.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/embedded.h"
#include "common/error.h"
#include "common/text.h"
#include "common/uuid.h"
#include "common/wait_words.h"
#include "services/notification/core/letter_rules.h"
#include "services/notification/mime.h"

struct letter_house { /* settings that stand in every letter */
    const char *from_name, *from, *reply_to;
    const char *phone, *phone_hours, *website;
    const char *signed_by; /* a first name; empty = the office alone */
    const char *base_url;  /* of the public pages: "https://stodgrupper.example.org" */
};

struct press; /* templates and languages */

/* Refuses a house whose subject lines are not neutral in one of the languages. `files` and `house`
 * must outlive the press. NULL with an error. */
struct press *press_open(const struct embedded_file *files, size_t count,
    const struct letter_house *house, struct error *error);
void press_close(struct press *press); /* takes NULL */

struct letter_group { /* what a leader's letter names; absent is left out */
    struct text name;
    struct text site;            /* only one that may be named */
    int64_t weekday, starts_min; /* of the series; 0 is Monday */
    int32_t first_day;
    int64_t meeting_at_ms; /* of the one meeting it is about; INT_ABSENT */
};

struct letter_draft { /* what the words are made from */
    struct letter_about about;
    struct text language;  /* the person's; Swedish when we do not speak it */
    struct text code;      /* the family's */
    int64_t expires_at_ms; /* end of the last day to answer on; INT_ABSENT when it names none */
    const struct letter_group *group; /* a leader's; NULL: about none */
    const struct wait_told *wait;     /* why a family waits; NULL: not about that */
};

struct letter_words {
    struct text language; /* the code it was written in */
    struct text subject;
    struct text body; /* plain text, LF, with {link} where the link will stand */
};

bool press_words(const struct press *press, struct arena *arena, const struct letter_draft *draft,
    struct letter_words *words, struct error *error);

struct letter_copy { /* what the bytes are made from */
    struct uuid letter_id;
    struct letter_about about;
    struct letter_words words;
    struct text token, recipient;
    int64_t dated_at_ms;
    struct mime_calendar calendar; /* a leader's invitation; without a method: none */
};

/* Always the same bytes from the same copy. INPUT when the address cannot be used. */
bool press_bytes(const struct press *press, struct arena *arena, const struct letter_copy *copy,
    struct text *bytes, struct error *error);

/* A page of the letters' folder, in the language that fits the header best. */
struct value;
bool press_page(const struct press *press, struct arena *arena, const char *name,
    struct text accept_language, const struct value *root, struct text *page, struct error *error);

/* "0190...@example.org": of the letter and the sender's domain. */
struct text press_message_id(const struct press *press, struct arena *arena, struct uuid letter_id);
