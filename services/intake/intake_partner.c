/*
 * Referrals from partners' systems over ZeroMQ, on a socket of intake's own.
 *
 * A request is [request id][referral_form as msgpack], with or without the empty frame of a REQ
 * socket before it; the answer is [request id][map], with the receipt after the commit. The
 * request id is the idempotency key: sent again, it gets the same receipt. What is not such a
 * request is answered with an error and reaches nothing else. Over tcp only with CURVE and a list
 * of the partners' keys.
 */
#include <czmq.h>
#include <msgpack.h>
#include <stdio.h>

#include "common/bus.h"
#include "common/check.h"
#include "common/message.h"
#include "common/reactor.h"
#include "services/intake/intake_parts.h"

enum {
    DRAUGHT = 128,   /* requests of one transaction */
    ROUNDS = 8,      /* transactions before the reactor looks at others */
    FRAMES_MOST = 4, /* identity, empty, request id, form */
    ID_MOST = 64,    /* bytes of a request id: a UUID as text, with room */
    ARENA_MOST = 64 << 20
};

struct request {
    struct text identity, id, body;
    bool with_empty;
    const char *wrong; /* why it is no request at all; NULL: it is one */
    struct referral_form form;
    struct arrival arrival;
    struct register_verdict verdict;
};

static struct {
    struct house *house;
    zsock_t *router;
    zactor_t *doorkeeper; /* ZAP: who may connect */
    struct arena *arena;
    int fd;
} partner = {.fd = -1};

/* Taking */

static struct text copy_frame(zmq_msg_t *frame)
{
    const size_t length = zmq_msg_size(frame);

    return (struct text){arena_copy(partner.arena, zmq_msg_data(frame), length), length};
}

static void sort_frames(struct request *request, const struct text *frames, size_t count)
{
    const size_t first = count == FRAMES_MOST && text_empty(frames[1]) ? 2 : 1;

    request->identity = frames[0];
    request->with_empty = first == 2;
    if (count <= first) {
        request->wrong = "a request is [request id][referral_form]";
        return;
    }
    request->id = frames[first];
    if (count != first + 2)
        request->wrong = "a request is [request id][referral_form]";
    else if (text_empty(request->id) || request->id.length > ID_MOST)
        request->wrong = "a request id has 1 to 64 bytes";
    else
        request->body = frames[first + 1];
}

/* False: nothing waits. */
static bool take_request(struct request *request)
{
    void *socket = zsock_resolve(partner.router);
    struct text frames[FRAMES_MOST] = {{NULL, 0}};
    size_t count = 0;
    int more = 1;

    while (more) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        more = zmq_msg_more(&frame);
        if (count < FRAMES_MOST)
            frames[count] = copy_frame(&frame);
        count++;
        zmq_msg_close(&frame);
    }
    *request = (struct request){.wrong = NULL};
    sort_frames(request, frames, count > FRAMES_MOST ? 1 : count);
    return true;
}

/* Reads the form; the error names the first field that is wrong. */
static void read_request(struct request *request)
{
    struct error error;

    if (request->wrong)
        return;
    if (!message_unpack(
            &referral_form_type, request->body, partner.arena, &request->form, &error)) {
        request->wrong = arena_format(partner.arena, "the form cannot be read: %s", error.text);
        return;
    }
    request->arrival.key = intake_key(partner.arena, "partner", request->id);
    request->arrival.body_hash = intake_key(partner.arena, "body", request->body);
}

/* Answering */

static void pack_text(msgpack_packer *packer, const char *text)
{
    const size_t length = strlen(text);

    msgpack_pack_str(packer, length);
    msgpack_pack_str_body(packer, text, length);
}

static void pack_problem(msgpack_packer *packer, int status, const char *detail)
{
    msgpack_pack_map(packer, 2);
    pack_text(packer, "status");
    msgpack_pack_int(packer, status);
    pack_text(packer, "detail");
    pack_text(packer, detail);
}

static void pack_wrong(msgpack_packer *packer, const struct register_verdict *verdict)
{
    msgpack_pack_map(packer, 3);
    pack_text(packer, "status");
    msgpack_pack_int(packer, 422);
    pack_text(packer, "detail");
    pack_text(packer, "some fields are wrong; nothing was stored");
    pack_text(packer, "fields");
    msgpack_pack_array(packer, verdict->problem_count);
    for (size_t i = 0; i < verdict->problem_count; i++)
        pack_text(packer, verdict->problems[i].field);
}

static void pack_receipt(msgpack_packer *packer, const struct arrival *arrival)
{
    msgpack_pack_map(packer, 3);
    pack_text(packer, "status");
    msgpack_pack_int(packer, 201);
    pack_text(packer, "receipt");
    pack_text(packer, arrival->receipt.data);
    pack_text(packer, "code");
    pack_text(packer, arrival->code.data);
}

static void pack_answer(msgpack_packer *packer, const struct request *request)
{
    if (request->wrong) {
        pack_problem(packer, 400, request->wrong);
        return;
    }
    switch (request->arrival.end) {
    case ARRIVAL_NEW:
    case ARRIVAL_SAME:
        pack_receipt(packer, &request->arrival);
        return;
    case ARRIVAL_WRONG:
        pack_wrong(packer, request->arrival.verdict);
        return;
    case ARRIVAL_OTHER:
        pack_problem(packer, 422, "the request id was used before with another form");
        return;
    case ARRIVAL_OPEN:
        pack_problem(packer, 503, "nothing can be stored right now; send it again");
        return;
    }
}

/* To a partner who has gone, nothing is sent; the receipt waits for the same request id. */
static void answer(const struct request *request)
{
    void *socket = zsock_resolve(partner.router);
    msgpack_sbuffer buffer;
    msgpack_packer packer;

    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    pack_answer(&packer, request);
    if (zmq_send(socket, request->identity.data, request->identity.length,
            ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) {
        if (request->with_empty)
            zmq_send(socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT);
        zmq_send(socket, request->id.data ? request->id.data : "", request->id.length,
            ZMQ_SNDMORE | ZMQ_DONTWAIT);
        zmq_send(socket, buffer.data, buffer.size, ZMQ_DONTWAIT);
    }
    msgpack_sbuffer_destroy(&buffer);
}

/* Handling */

struct draught {
    struct request *requests;
    size_t count;
};

static bool receive_all(struct context *context, void *data, struct error *error)
{
    struct draught *draught = data;
    struct arrival *arrivals = ARENA_ARRAY(context->arena, struct arrival, draught->count);
    size_t read = 0;

    for (size_t i = 0; i < draught->count; i++) {
        struct request *request = &draught->requests[i];
        if (request->wrong)
            continue;
        arrivals[read++] = (struct arrival){.form = &request->form,
            .verdict = &request->verdict,
            .key = request->arrival.key,
            .body_hash = request->arrival.body_hash};
    }
    if (read && !intake_receive(context, arrivals, read, error))
        return false;
    read = 0;
    for (size_t i = 0; i < draught->count; i++)
        if (!draught->requests[i].wrong) {
            struct arrival *arrival = &draught->requests[i].arrival;
            *arrival = arrivals[read++];
            if (arrival->receipt.data) { /* the context's memory ends with the transaction */
                arrival->receipt.data =
                    arena_copy(partner.arena, arrival->receipt.data, arrival->receipt.length);
                arrival->code.data =
                    arena_copy(partner.arena, arrival->code.data, arrival->code.length);
            }
        }
    return true;
}

static void forget_ends(struct request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        requests[i].arrival.end = ARRIVAL_OPEN;
        requests[i].arrival.receipt = (struct text){NULL, 0};
    }
}

/* Halves what fails until the one to blame is alone; that one is told to send again. */
static void handle(struct request *requests, size_t count)
{
    struct draught draught = {requests, count};
    struct error error;

    if (house_transact(partner.house, receive_all, &draught, &error))
        return;
    forget_ends(requests, count);
    if (count == 1 || error.kind == ERROR_BUSY)
        return;
    handle(requests, count / 2);
    handle(requests + count / 2, count - count / 2);
}

static void on_requests(void *data)
{
    (void)data;
    for (int round = 0; round < ROUNDS; round++) {
        struct request *requests = ARENA_ARRAY(partner.arena, struct request, DRAUGHT);
        size_t count = 0;

        while (count < DRAUGHT && take_request(&requests[count]))
            read_request(&requests[count++]);
        if (count == 0) { /* drained: the descriptor tells of what comes from now on */
            arena_reset(partner.arena);
            return;
        }
        handle(requests, count);
        for (size_t i = 0; i < count; i++)
            answer(&requests[i]);
        arena_reset(partner.arena);
    }
    reactor_soon(partner.house->reactor, on_requests, NULL);
}

/* Opening */

static bool guard(const struct intake_settings *settings, struct error *error)
{
    zcert_t *own;

    if (!settings->partner_server_key[0] || !settings->partner_client_keys[0])
        return error_set(error, ERROR_INPUT,
            "intake.partner_endpoint is tcp: set partner_server_key and partner_client_keys");
    own = zcert_load(settings->partner_server_key);
    if (!own || !zcert_secret_txt(own))
        return error_set(
            error, ERROR_INPUT, "%s is no CURVE key pair", settings->partner_server_key);
    partner.doorkeeper = zactor_new(zauth, NULL);
    CHECK(partner.doorkeeper);
    zstr_sendx(partner.doorkeeper, "CURVE", settings->partner_client_keys, NULL);
    zsock_wait(partner.doorkeeper);
    zcert_apply(own, partner.router);
    zsock_set_curve_server(partner.router, 1);
    zcert_destroy(&own);
    return true;
}

static bool bind_endpoint(const struct intake_settings *settings, struct error *error)
{
    char endpoint[BUS_PATH_MOST + 128];
    const bool own = settings->partner_endpoint[0] == '\0';

    if (own)
        snprintf(endpoint, sizeof endpoint, "ipc://%s/run/partner.%s", partner.house->var,
            partner.house->instance);
    else
        snprintf(endpoint, sizeof endpoint, "%s", settings->partner_endpoint);
    if (strncmp(endpoint, "ipc://", 6) != 0 && !guard(settings, error))
        return false;
    if (strncmp(endpoint, "ipc://", 6) == 0 && strlen(endpoint) - 6 > BUS_PATH_MOST)
        return error_set(error, ERROR_INPUT, "the socket path %s is too long", endpoint + 6);
    if (zsock_bind(partner.router, "%s", endpoint) < 0)
        return error_set(
            error, ERROR_BUSY, "cannot bind %s: %s", endpoint, zmq_strerror(zmq_errno()));
    return true;
}

bool intake_partner_open(struct house *house, struct error *error)
{
    partner.house = house;
    partner.arena = arena_new(ARENA_MOST);
    partner.router = zsock_new(ZMQ_ROUTER);
    CHECK(partner.router);
    bus_tame(partner.router);
    if (!bind_endpoint(intake_house()->settings, error))
        return error_while(error, "opening the partners' socket");
    partner.fd = (int)zsock_fd(partner.router);
    if (!reactor_watch(house->reactor, partner.fd, REACTOR_READ, on_requests, NULL, error))
        return false;
    reactor_soon(house->reactor, on_requests, NULL);
    return true;
}

void intake_partner_close(struct house *house)
{
    if (partner.fd >= 0)
        reactor_forget(house->reactor, partner.fd);
    partner.fd = -1;
    zsock_destroy(&partner.router);
    zactor_destroy(&partner.doorkeeper);
    arena_free(partner.arena);
    partner.arena = NULL;
}
