/*
 * The express: what was said, over ZeroMQ, at once and at most once.
 *
 * A frame that arrives is a hint that a message waits in the ledger, no more: the receiver takes
 * its id and claims the row. What is lost, doubled or made up does no harm. The wire is
 * [envelope][body] for each message, any number of pairs in one multipart message.
 */
#pragma once

#include "common/ledger_store.h"
#include "common/reactor.h"

struct bus;

enum {
    BUS_FRAME_MOST = 64 * 1024, /* bytes: ZMQ_MAXMSGSIZE; the longest envelope and body fit */
    BUS_PAIRS_MOST = 256,       /* in one multipart message: a slice */
    BUS_PATH_MOST = 100,        /* bytes of a socket's path: sun_path holds 108 */
};

struct bus_options {
    const char *folder; /* of the ipc sockets, mode 0750 */
    const char *daemon, *instance;
    bool express; /* false: nothing is sent, the sweep carries all (a bench, a drill) */
    void (*hear)(struct uuid id, void *data);
    void *data;
};

struct bus_counts {
    uint64_t sent, dropped, heard, refused;
};

/* Binds this copy's own endpoint <folder>/<daemon>.<instance>. */
struct bus *bus_open(
    struct reactor *reactor, const struct bus_options *options, struct error *error);
void bus_close(struct bus *bus); /* takes NULL */
const char *bus_endpoint(const struct bus *bus);

/* Connects to the leases that are new and leaves those that are gone. */
void bus_follow(struct bus *bus, const struct lease *leases, size_t count);

/* Sends to one of the receiver's living copies; what cannot go at once is dropped. */
void bus_say(struct bus *bus, enum receiver receiver, const struct said *said, size_t count,
    struct arena *arena);

/* [topic][body] to whoever subscribed at <endpoint>.pub. */
void bus_publish(struct bus *bus, const char *topic, struct text body);

struct bus_counts bus_counts(const struct bus *bus);

/* Every limit of libzmq on a socket of ours; before bind or connect. For the test too. */
void bus_tame(void *socket);
