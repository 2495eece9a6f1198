/*
 * Contacts on their way to intake, by the socket that partners use: a request has the contact's id,
 * so that it may be sent again and gets the same receipt.
 *
 * Whoever pressed the button waits a few seconds for the answer; when intake is away the contact is
 * frozen as it was, and a rhythm sends it until the receipt has come.
 */
#include <czmq.h>
#include <msgpack.h>
#include <stdio.h>

#include "common/bus.h"
#include "common/check.h"
#include "common/log.h"
#include "common/reactor.h"
#include "services/desk/desk_contact.h"

enum {
    WAITERS_MOST = 16, /* coordinators who press the button in the same moment */
    WAIT_MS = 3000,    /* of a person before the page */
    AGAIN_MS = 5000,   /* before it is sent once more */
    CODE_MOST = 16,
    WRONG_MOST = 1000,
};

struct waiter {
    struct http_request *request; /* NULL: free */
    struct uuid contact_id;
    int timer;
};

static struct {
    struct house *house;
    zsock_t *socket;
    struct waiter waiters[WAITERS_MOST];
} self;

/* --- who waits --- */

static void let_go(struct waiter *waiter)
{
    char path[80], id[UUID_TEXT + 1];

    uuid_format(waiter->contact_id, id);
    snprintf(path, sizeof path, "/ny-kontakt/%s", id);
    http_redirect(waiter->request, path);
    reactor_cancel(self.house->reactor, waiter->timer);
    house_resume(self.house, waiter->request);
    *waiter = (struct waiter){.request = NULL};
}

static void on_late(void *data)
{
    struct waiter *waiter = data;

    waiter->timer = 0;
    let_go(waiter);
}

static void let_go_all(struct uuid contact_id)
{
    for (size_t i = 0; i < WAITERS_MOST; i++)
        if (self.waiters[i].request && uuid_equal(self.waiters[i].contact_id, contact_id))
            let_go(&self.waiters[i]);
}

static void wait_for(struct uuid contact_id, struct http_request *request)
{
    struct waiter *waiter = NULL;

    for (size_t i = 0; i < WAITERS_MOST && !waiter; i++)
        if (!self.waiters[i].request)
            waiter = &self.waiters[i];
    struct waiter now = {request, contact_id, 0};
    if (!waiter) {
        let_go(&now);
        return;
    }
    *waiter = now;
    waiter->timer = reactor_after(self.house->reactor, WAIT_MS, on_late, waiter);
}

/* --- out --- */

static void send_form(struct uuid contact_id, struct arena *arena, const struct referral_form *form)
{
    void *socket = zsock_resolve(self.socket);
    char id[UUID_TEXT + 1];
    struct error error;
    struct text body;

    uuid_format(contact_id, id);
    if (!message_pack(&referral_form_type, form, arena, &body, &error)) {
        log_event(LOG_LEVEL_WARNING, "contact_unsendable", "contact=%s reason=%s", id, error.text);
        return;
    }
    if (zmq_send(socket, id, UUID_TEXT, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        zmq_send(socket, body.data, body.length, ZMQ_DONTWAIT);
}

void desk_contact_send(
    struct uuid contact_id, const struct referral_form *form, struct http_request *request)
{
    struct arena *arena = arena_new(1024 * 1024);

    send_form(contact_id, arena, form);
    arena_free(arena);
    wait_for(contact_id, request);
}

static bool send_again(
    struct context *context, const struct contact_seen *contact, struct error *error)
{
    const struct seal_place place = {"desk.contact.sealed", contact->contact_id};
    struct referral_form form;
    struct contact_row row;
    struct text plain, wrong;
    struct error closed;

    if (!desk_take_up_contact(context->arena, contact->contact_id, contact->staff_id, &row, error))
        return false;
    if (row.state != CONTACT_SENDING ||
        !seal_open(desk_house()->opener, context->arena, &place, row.seal, &plain, &closed))
        return true;
    const struct contact_fields fields = contact_unpack(context->arena, plain);
    if (contact_read(context->arena, &fields, &form, &wrong))
        send_form(contact->contact_id, context->arena, &form);
    return true;
}

bool desk_contact_again(struct context *context, struct error *error)
{
    const struct contact_seen *contacts;
    size_t count;

    if (!self.socket)
        return true;
    if (!desk_load_sending(context, context->now_ms - AGAIN_MS, &contacts, &count, error))
        return error_while(error, "reading the contacts that wait for intake");
    for (size_t i = 0; i < count; i++)
        if (!send_again(context, &contacts[i], error))
            return error_while(error, "sending a contact again");
    return true;
}

/* --- back --- */

struct reply {
    struct uuid contact_id;
    int64_t status;
    char receipt[CODE_MOST], code[CODE_MOST], wrong[WRONG_MOST];
};

static void read_text(const msgpack_object *value, char *text, size_t room)
{
    if (value->type == MSGPACK_OBJECT_STR && value->via.str.size < room) {
        memcpy(text, value->via.str.ptr, value->via.str.size);
        text[value->via.str.size] = '\0';
    }
}

static void read_fields(const msgpack_object *value, char *text, size_t room)
{
    size_t length = 0;

    for (uint32_t i = 0; value->type == MSGPACK_OBJECT_ARRAY && i < value->via.array.size; i++) {
        const msgpack_object *name = &value->via.array.ptr[i];
        if (name->type != MSGPACK_OBJECT_STR || length + name->via.str.size + 2 > room)
            continue;
        if (length)
            text[length++] = ' ';
        memcpy(text + length, name->via.str.ptr, name->via.str.size);
        length += name->via.str.size;
        text[length] = '\0';
    }
}

static void read_map(const msgpack_object *map, struct reply *reply)
{
    for (uint32_t i = 0; map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++) {
        const msgpack_object_kv *pair = &map->via.map.ptr[i];
        const struct text key = pair->key.type == MSGPACK_OBJECT_STR
                                    ? (struct text){pair->key.via.str.ptr, pair->key.via.str.size}
                                    : (struct text){NULL, 0};
        if (text_is(key, "status") && pair->val.type == MSGPACK_OBJECT_POSITIVE_INTEGER)
            reply->status = (int64_t)pair->val.via.u64;
        else if (text_is(key, "receipt"))
            read_text(&pair->val, reply->receipt, sizeof reply->receipt);
        else if (text_is(key, "code"))
            read_text(&pair->val, reply->code, sizeof reply->code);
        else if (text_is(key, "fields"))
            read_fields(&pair->val, reply->wrong, sizeof reply->wrong);
    }
}

static bool settle(struct context *context, void *data, struct error *error)
{
    const struct reply *reply = data;
    bool ended;

    if (reply->status != 201)
        return desk_thaw_contact(context, reply->contact_id, text_of(reply->wrong), error);
    if (!desk_end_contact(context, reply->contact_id, text_of(reply->receipt), text_of(reply->code),
            &ended, error))
        return false;
    if (ended)
        context_audit(context, "desk", "contact_sent", reply->contact_id, NULL);
    return true;
}

/* 503: nothing is settled, the rhythm sends it again. */
static void on_answer(const char *frame, size_t length, struct reply *reply)
{
    msgpack_unpacked unpacked;
    struct error error;
    size_t at = 0;

    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, frame, length, &at) == MSGPACK_UNPACK_SUCCESS)
        read_map(&unpacked.data, reply);
    msgpack_unpacked_destroy(&unpacked);
    if (reply->status != 201 && reply->status != 422 && reply->status != 400)
        return;
    if (house_transact(self.house, settle, reply, &error))
        let_go_all(reply->contact_id);
    else
        log_event(LOG_LEVEL_WARNING, "contact_unsettled", "reason=%s", error.text);
}

/* False: nothing waits. An answer is [contact's id][map]; what is none is passed over. */
static bool take_answer(void)
{
    void *socket = zsock_resolve(self.socket);
    struct reply reply = {.status = 0};
    bool known = false;
    int part = 0, more = 1;

    while (more) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        const struct text bytes = {zmq_msg_data(&frame), zmq_msg_size(&frame)};
        more = zmq_msg_more(&frame);
        if (part == 0)
            known = bytes.length == UUID_TEXT && uuid_parse(bytes, &reply.contact_id);
        else if (part == 1 && known)
            on_answer(bytes.data, bytes.length, &reply);
        part++;
        zmq_msg_close(&frame);
    }
    return true;
}

static void on_answers(void *nothing)
{
    (void)nothing;
    while (take_answer()) {
    }
}

/* --- the start and the end --- */

bool desk_contact_open(struct house *house, struct error *error)
{
    const char *set = desk_house()->settings->intake_endpoint;
    char endpoint[BUS_PATH_MOST + 128];

    self.house = house;
    if (set[0])
        snprintf(endpoint, sizeof endpoint, "%s", set);
    else
        snprintf(endpoint, sizeof endpoint, "ipc://%s/run/partner.1", house->var);
    self.socket = zsock_new(ZMQ_DEALER);
    CHECK(self.socket);
    bus_tame(self.socket);
    if (zsock_connect(self.socket, "%s", endpoint) < 0)
        return error_set(error, ERROR_INPUT, "desk.intake_endpoint: cannot connect %s", endpoint);
    return reactor_watch_socket(
        house->reactor, zsock_resolve(self.socket), on_answers, NULL, error);
}

void desk_contact_settle(struct house *house)
{
    (void)house;
    for (size_t i = 0; i < WAITERS_MOST; i++)
        if (self.waiters[i].request)
            let_go(&self.waiters[i]);
}

void desk_contact_close(struct house *house)
{
    if (self.socket)
        reactor_forget_socket(house->reactor, zsock_resolve(self.socket));
    zsock_destroy(&self.socket);
}
