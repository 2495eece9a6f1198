/* A letter as the bytes that go to a mail server: RFC 5322, MIME, 7-bit, CRLF, one recipient. */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

struct mime_calendar {  /* an invitation beside the words (RFC 6047) */
    const char *method; /* "REQUEST" or "CANCEL"; NULL: none */
    struct text text;   /* iCalendar, with CRLF */
};

struct mime_letter { /* all texts NUL-terminated; subject and bodies UTF-8 with LF */
    struct text from_name, from, reply_to, to;
    struct text subject, plain, html;
    struct text language;   /* "sv", for Content-Language */
    struct text message_id; /* without < and > */
    struct text boundary;   /* letters and digits: the same letter always has the same bytes */
    int64_t dated_at_ms;
    struct mime_calendar calendar;
};

void mime_open(void); /* once, at the start */
void mime_close(void);

/* INPUT when an address is none, or when what came out may not go to a mail server. */
bool mime_build(
    struct arena *arena, const struct mime_letter *letter, struct text *bytes, struct error *error);

struct mime_view { /* what a person wants to see of a letter; absent when it has none */
    struct text from, to, subject, plain, html;
    int64_t dated_at_ms;
};

/* Reads a letter back, as the folder has it. INPUT when it is none. */
bool mime_read(struct arena *arena, struct text bytes, struct mime_view *view, struct error *error);
