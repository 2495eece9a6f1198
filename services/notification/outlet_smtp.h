/*
 * Letters to a mail server, by libcurl in a few threads of its own.
 *
 * libcurl waits inside its state machine for the reply to the final dot and to QUIT, also in its
 * multi interface; on the reactor's thread one slow server would hold up everybody. So each letter
 * in work has a thread, which touches nothing but its letter and this queue; the reactor hears of
 * it through a descriptor.
 *
 * When the body is through, the thread stops before the final dot and reports AT_DOT. Only
 * smtp_release lets it go on: the caller has committed `offered` by then, so that whatever is lost
 * after the dot is known to be unknown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "services/notification/outlet.h"

enum smtp_tls {
    SMTP_TLS_REQUIRED, /* a server that does not offer it, or shows no good certificate, gets none
                        */
    SMTP_TLS_OFF,      /* for a relay on the same host */
};

struct smtp_options {  /* texts must outlive the outlet */
    const char *url;   /* smtp://relay.example.org:587, or smtps:// */
    const char *hello; /* our name in EHLO */
    const char *from;  /* the envelope's sender: bounces come there */
    enum smtp_tls tls;
    const char *ca_file;  /* "" = the host's */
    const char *user;     /* "" = no sign-in */
    const char *password; /* "" = none */
    size_t parallel;      /* letters in work at a time, 1..SMTP_PARALLEL_MOST */
    int64_t connect_ms;   /* to a connection with TLS */
    int64_t stage_ms;     /* for the server's reply to each command; whole seconds count */
    int64_t total_ms;     /* for a letter in all, the wait for smtp_release too */
};

enum { SMTP_PARALLEL_MOST = 32, SMTP_WAITING_MOST = 64 };

struct smtp;

struct smtp *smtp_open(const struct smtp_options *options, struct error *error);

/* Ends the threads: what has not reached its dot is given up, what is past it gets two seconds.
 * The last reports can still be read; those letters that were never begun have none. */
void smtp_stop(struct smtp *smtp);
void smtp_close(struct smtp *smtp); /* stops first; takes NULL */

int smtp_fd(const struct smtp *smtp); /* readable while reports wait */

/* How many letters it takes now. */
size_t smtp_room(struct smtp *smtp);
void smtp_take(struct smtp *smtp, const struct outlet_letter *letter); /* copied */

/* At most `most` reports, in the order they came. */
size_t smtp_reports(struct smtp *smtp, struct outlet_report *reports, size_t most);

enum smtp_word {
    SMTP_GO = 1, /* `offered` is committed: send the dot */
    SMTP_STOP,   /* it could not be: no dot, the letter comes again */
};
/* For the try that reported AT_DOT; one that has given up meanwhile is passed over. */
void smtp_release(struct smtp *smtp, const struct outlet_report *report, enum smtp_word word);
