/*
 * One ROUTER that hears, one DEALER for each daemon we speak to, one PUB.
 *
 * libzmq 4.3.4 keeps no limit by itself: each socket gets all of them in bus_tame, before it is
 * bound or connected. Nothing is forked after the first socket.
 */
#include <czmq.h>
#include <sys/stat.h>

#include "common/bus.h"
#include "common/check.h"
#include "common/context.h"
#include "common/message.h"

enum { PEERS_MOST = 16, ENDPOINT_MOST = BUS_PATH_MOST + 8 };

struct peer { /* a living copy of the daemon that a DEALER speaks to */
    char endpoint[ENDPOINT_MOST];
    bool seen;
};

struct speaker {
    zsock_t *dealer;
    struct peer peers[PEERS_MOST];
    size_t peer_count;
};

struct bus {
    struct reactor *reactor;
    zsock_t *router, *publisher;
    struct speaker speakers[RECEIVER_COUNT];
    struct arena *arena; /* of what came in, given back at once */
    char endpoint[ENDPOINT_MOST];
    bool express;
    void (*hear)(struct uuid id, void *data);
    void *data;
    struct bus_counts counts;
};

void bus_tame(void *socket)
{
    zsock_set_maxmsgsize(socket, BUS_FRAME_MOST);
    zsock_set_handshake_ivl(socket, 1000);
    zsock_set_sndhwm(socket, 1000);
    zsock_set_rcvhwm(socket, 1000);
    zsock_set_immediate(socket, 1);
    zsock_set_heartbeat_ivl(socket, 200);
    zsock_set_heartbeat_timeout(socket, 500);
    zsock_set_heartbeat_ttl(socket, 1000);
    zsock_set_sndtimeo(socket, 0);
    /* What is unsent at the end is in the ledger: a tenth of a second is courtesy. */
    zsock_set_linger(socket, 100);
    if (zsock_type(socket) == ZMQ_ROUTER)
        zsock_set_router_mandatory(socket, 1);
}

static zsock_t *tame_socket(int type)
{
    zsock_t *socket = zsock_new(type);

    CHECK(socket);
    bus_tame(socket);
    return socket;
}

/* The id of an envelope that came in, or nothing: a stranger's bytes reach no handler. */
static void hear_envelope(struct bus *bus, zmq_msg_t *frame)
{
    const struct text bytes = {zmq_msg_data(frame), zmq_msg_size(frame)};
    struct envelope envelope;
    struct error error;

    if (!envelope_unpack(bytes, bus->arena, &envelope, &error)) {
        bus->counts.refused++;
        return;
    }
    bus->counts.heard++;
    bus->hear(envelope.id, bus->data);
}

/* One multipart message: the sender's identity, then pairs. */
static bool hear_message(struct bus *bus)
{
    void *socket = zsock_resolve(bus->router);
    zmq_msg_t frame;
    size_t index = 0;
    int more = 1;

    while (more) {
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        more = zmq_msg_more(&frame);
        if (index % 2 == 1 && index < 2 * BUS_PAIRS_MOST) {
            if (more)
                hear_envelope(bus, &frame);
            else
                bus->counts.refused++; /* an envelope without its body */
        }
        index++;
        zmq_msg_close(&frame);
    }
    arena_reset(bus->arena);
    return true;
}

static void on_frames(void *data)
{
    struct bus *bus = data;

    /* A bounded draught, so that a flood of frames cannot starve the rest of the reactor. */
    for (int i = 0; i < 64 && hear_message(bus); i++)
        ;
}

static bool bind_socket(zsock_t *socket, const char *endpoint, struct error *error)
{
    if (zsock_bind(socket, "%s", endpoint) < 0)
        return error_set(error, ERROR_BUSY, "cannot bind %s: %s", endpoint, zmq_strerror(errno));
    return true;
}

static bool bind_own(struct bus *bus, const struct bus_options *options, struct error *error)
{
    char publisher[ENDPOINT_MOST + 8];
    const int length = snprintf(bus->endpoint, sizeof bus->endpoint, "ipc://%s/%s.%s",
        options->folder, options->daemon, options->instance);

    if (length < 0 || length - 6 > BUS_PATH_MOST)
        return error_set(error, ERROR_INPUT,
            "set bus.folder to a shorter one: a socket's path has at most %d bytes, not %s/%s.%s",
            BUS_PATH_MOST, options->folder, options->daemon, options->instance);
    snprintf(publisher, sizeof publisher, "%s.pub", bus->endpoint);
    if (mkdir(options->folder, 0750) != 0 && errno != EEXIST)
        return error_set(error, ERROR_BUSY, "cannot make %s: %s", options->folder, strerror(errno));
    return bind_socket(bus->router, bus->endpoint, error) &&
           bind_socket(bus->publisher, publisher, error);
}

struct bus *bus_open(
    struct reactor *reactor, const struct bus_options *options, struct error *error)
{
    struct bus *bus = calloc(1, sizeof *bus);

    CHECK(bus);
    zsys_handler_set(NULL); /* signals are the reactor's */
    bus->reactor = reactor;
    bus->express = options->express;
    bus->hear = options->hear;
    bus->data = options->data;
    bus->arena = arena_new(4 * 1024 * 1024);
    bus->router = tame_socket(ZMQ_ROUTER);
    bus->publisher = tame_socket(ZMQ_PUB);
    for (int i = 0; i < RECEIVER_COUNT; i++)
        bus->speakers[i].dealer = tame_socket(ZMQ_DEALER);
    if (bind_own(bus, options, error) &&
        reactor_watch_socket(reactor, zsock_resolve(bus->router), on_frames, bus, error))
        return bus;
    bus_close(bus);
    return NULL;
}

void bus_close(struct bus *bus)
{
    if (!bus)
        return;
    reactor_forget_socket(bus->reactor, zsock_resolve(bus->router));
    zsock_destroy(&bus->router);
    zsock_destroy(&bus->publisher);
    for (int i = 0; i < RECEIVER_COUNT; i++)
        zsock_destroy(&bus->speakers[i].dealer);
    arena_free(bus->arena);
    free(bus);
}

const char *bus_endpoint(const struct bus *bus)
{
    return bus->endpoint;
}

static void meet(struct speaker *speaker, struct text endpoint)
{
    for (size_t i = 0; i < speaker->peer_count; i++)
        if (text_is(endpoint, speaker->peers[i].endpoint)) {
            speaker->peers[i].seen = true;
            return;
        }
    if (speaker->peer_count == PEERS_MOST || endpoint.length >= ENDPOINT_MOST)
        return; /* the sweep of that copy finds what the others do not take */
    struct peer *peer = &speaker->peers[speaker->peer_count];
    snprintf(peer->endpoint, sizeof peer->endpoint, "%.*s", (int)endpoint.length, endpoint.data);
    peer->seen = true;
    if (zsock_connect(speaker->dealer, "%s", peer->endpoint) == 0)
        speaker->peer_count++;
}

static void leave_unseen(struct speaker *speaker)
{
    size_t kept = 0;

    for (size_t i = 0; i < speaker->peer_count; i++) {
        if (speaker->peers[i].seen)
            speaker->peers[kept++] = speaker->peers[i];
        else
            zsock_disconnect(speaker->dealer, "%s", speaker->peers[i].endpoint);
    }
    speaker->peer_count = kept;
}

void bus_follow(struct bus *bus, const struct lease *leases, size_t count)
{
    for (int r = 0; r < RECEIVER_COUNT; r++) {
        struct speaker *speaker = &bus->speakers[r];
        for (size_t i = 0; i < speaker->peer_count; i++)
            speaker->peers[i].seen = false;
        for (size_t i = 0; i < count; i++)
            if (text_is(leases[i].daemon, receiver_name((enum receiver)r)))
                meet(speaker, leases[i].endpoint);
        leave_unseen(speaker);
    }
}

/* An envelope and its body; false when no copy takes it now. */
static bool send_pair(void *socket, const struct said *said, struct arena *arena, bool last)
{
    struct text envelope;

    if (!envelope_pack(&said->envelope, arena, &envelope, NULL) ||
        zmq_send(socket, envelope.data, envelope.length, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
        return false;
    return zmq_send(socket, said->body.data, said->body.length,
               ZMQ_DONTWAIT | (last ? 0 : ZMQ_SNDMORE)) >= 0;
}

void bus_say(struct bus *bus, enum receiver receiver, const struct said *said, size_t count,
    struct arena *arena)
{
    struct speaker *speaker = &bus->speakers[receiver];
    void *socket = zsock_resolve(speaker->dealer);

    if (!bus->express || !speaker->peer_count) {
        bus->counts.dropped += count;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const bool last = i + 1 == count || (i + 1) % BUS_PAIRS_MOST == 0;
        if (send_pair(socket, &said[i], arena, last)) {
            bus->counts.sent++;
            continue;
        }
        /* libzmq refuses a multipart message at its first frame or not at all. */
        bus->counts.dropped += count - i;
        return;
    }
}

void bus_publish(struct bus *bus, const char *topic, struct text body)
{
    void *socket = zsock_resolve(bus->publisher);

    if (zmq_send(socket, topic, strlen(topic), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
        zmq_send(socket, body.data, body.length, ZMQ_DONTWAIT);
}

struct bus_counts bus_counts(const struct bus *bus)
{
    return bus->counts;
}
