/*
 * The skeleton of a daemon: service_main does for all, in one visible column, arguments, settings,
 * log, clock, reactor, store, bus, pages, rhythms, ready, run, stop in reverse. A daemon is a
 * table.
 */
#pragma once

#include "common/config.h"
#include "common/context.h"
#include "common/http.h"
#include "common/reactor.h"

struct message_type;
struct secrets;

typedef bool hear_fn(
    struct context *context, const void *messages, struct slice *slice, struct error *error);

struct route { /* a message this daemon hears; generated from schemas/ */
    const char *kind;
    const struct message_type *type;
    hear_fn *hear;
};

struct rhythm { /* something done again and again, in a transaction of its own */
    const char *name;
    size_t period_offset; /* of the int64_t period in ms in the settings struct */
    bool (*run)(struct context *context, struct error *error);
};

enum page_mode {
    PAGE_SINGLE, /* one request a transaction */
    PAGE_SLICE,  /* all that wait share a transaction: group commit, then all the answers */
    PAGE_PLAIN,  /* no transaction (context->tx is NULL): what needs no database */
    PAGE_TAKEN,  /* no transaction; who returns true keeps the request, answers it now or later on
                    the reactor's thread, and gives it back with house_resume */
};

/*
 * Answers `count` requests (http_answer on each); answers go out after the commit. Returning false
 * rolls back; with more than one they are run again one by one; a single one that fails is
 * answered 503 + Retry-After for ERROR_BUSY, else 500. The http_pattern part is its route.
 */
typedef bool page_fn(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error);

struct page {
    struct http_pattern pattern; /* pattern.data is free for the daemon's own use */
    enum page_mode mode;
    page_fn *answer;
};

/* The `data` that the daemon's own table gave the page of this request. */
const void *page_data(const struct http_request *request);

/* What lives as long as the process, for open() and for what runs outside a slice. */
struct house {
    struct reactor *reactor;
    struct store *store;
    const struct secrets *secrets; /* only the keys that this daemon's service table names */
    const char *var;               /* state folder */
    const char *run;               /* folder of the sockets */
    const char *instance;          /* "1" */
    const char *conninfo;          /* for a second store with another role */
};

/* Runs `work` in a transaction of its own between slices (for timers and descriptors). */
bool house_transact(struct house *house, bool (*work)(struct context *, void *data, struct error *),
    void *data, struct error *error);

/* The end of a request that a PAGE_TAKEN page kept. */
void house_resume(struct house *house, struct http_request *request);

/* Tells subscribers (ZeroMQ PUB) of an express-only message; at most once. */
void house_publish(struct house *house, const struct message_type *type, const void *message);

struct service {
    const char *name;
    const char *role;                                     /* PostgreSQL login role */
    enum { SERVICE_DURABLE, SERVICE_RELAXED } durability; /* commits of message slices */
    const struct conf_key *conf;
    size_t conf_count;
    void *settings;
    const struct route *routes;
    size_t route_count;
    const struct rhythm *rhythms;
    size_t rhythm_count;
    const struct page *pages;
    size_t page_count;
    const char *const *keys; /* names of secrets this daemon may load, NULL-terminated; or NULL */
    /* Answers a page while the database is away; NULL: a plain 503 with Retry-After. */
    void (*unavailable)(struct context *context, struct http_request *request);
    /* What its handlers need; may be NULL. */
    bool (*open)(struct house *house, struct error *error);
    /* After it: sockets, threads, whatever it does beside hearing messages. Not called in its
     * quarantine, where handlers run alone; may be NULL. */
    bool (*serve)(struct house *house, struct error *error);
    /* At the end, while pages can still be answered: gives back what PAGE_TAKEN pages kept. Needed
     * with such a page, else NULL. */
    void (*settle)(struct house *house);
    void (*close)(struct house *house); /* may be NULL */
};

int service_main(const struct service *service, int argc, char **argv);
