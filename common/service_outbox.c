/* What a transaction says: rows of the receivers' queues, lines of the audit chain, and after the
 * commit the same bytes over the express. */
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/message.h"
#include "common/service_parts.h"

void outbox_open(struct outbox *outbox, struct daemon *daemon, struct arena *arena)
{
    (void)arena;
    *outbox = (struct outbox){.daemon = daemon};
    outbox->after_end = &outbox->after;
    outbox->audit_end = &outbox->audit;
}

static size_t slot_of(const struct outbox *outbox, struct uuid subject)
{
    uint64_t bits;

    memcpy(&bits, subject.bytes + 8, sizeof bits); /* the random part of a version 7 id */
    return (size_t)(bits * 0x9e3779b97f4a7c15u) & (outbox->cause_slot_count - 1);
}

/* An open-addressed table of the slice's subjects, made with the first thing said. */
static void index_causes(struct outbox *outbox, struct arena *arena)
{
    outbox->cause_slot_count = 16;
    while (outbox->cause_slot_count < 2 * outbox->cause_count)
        outbox->cause_slot_count *= 2;
    outbox->cause_slots = ARENA_ARRAY(arena, size_t, outbox->cause_slot_count);
    for (size_t i = 0; i < outbox->cause_count; i++) {
        size_t slot = slot_of(outbox, outbox->causes[i].said.envelope.subject);
        while (outbox->cause_slots[slot])
            slot = (slot + 1) & (outbox->cause_slot_count - 1);
        outbox->cause_slots[slot] = i + 1;
    }
}

/* The slice's message about the same subject led to what is said; a slice of one led to all. */
static struct uuid cause_of(struct outbox *outbox, struct arena *arena, struct uuid subject)
{
    struct uuid cause = {.bytes = {0}};

    if (!outbox->cause_count)
        return cause;
    if (outbox->cause_count == 1)
        return outbox->causes[0].said.envelope.id;
    if (!outbox->cause_slots)
        index_causes(outbox, arena);
    for (size_t slot = slot_of(outbox, subject); outbox->cause_slots[slot];
         slot = (slot + 1) & (outbox->cause_slot_count - 1)) {
        const struct envelope *envelope =
            &outbox->causes[outbox->cause_slots[slot] - 1].said.envelope;
        if (uuid_equal(envelope->subject, subject))
            cause = envelope->id;
    }
    return cause;
}

/* A message of ours that breaks its own schema fails the whole transaction, which tells why. */
static void note_failure(struct outbox *outbox, const struct error *error)
{
    if (outbox->failure.kind == ERROR_NONE)
        outbox->failure = *error;
}

static void put(struct box *box, struct arena *arena, const struct said *said)
{
    if (box->count == box->room) {
        const size_t room = box->room ? 2 * box->room : 64;
        struct said *more = ARENA_ARRAY(arena, struct said, room);
        if (box->count)
            memcpy(more, box->said, box->count * sizeof *more);
        box->said = more;
        box->room = room;
    }
    box->said[box->count++] = *said;
}

void context_send(struct context *context, const struct message_type *type, const void *messages,
    size_t stride, size_t count, const char *const *receivers, size_t receiver_count)
{
    struct outbox *outbox = context->outbox;

    CHECK(outbox);
    for (size_t i = 0; i < count; i++) {
        const void *message = (const char *)messages + i * stride;
        const struct uuid subject = message_subject(type, message);
        struct error error = {ERROR_NONE, ""};
        struct said said = {
            .envelope = {.id = uuid_new(clock_now_ms()),
                .cause = cause_of(outbox, context->arena, subject),
                .subject = subject,
                .kind = text_of(type->name),
                .from = text_of(outbox->daemon->service->name),
                .said_at_ms = context->now_ms,
                .version = type->version},
        };
        if (!message_pack(type, message, context->arena, &said.body, &error)) {
            error_while(&error, "saying %s", type->name);
            note_failure(outbox, &error);
            return;
        }
        for (size_t r = 0; r < receiver_count; r++) {
            const enum receiver receiver = receiver_of(text_of(receivers[r]));
            CHECK(receiver != RECEIVER_NONE);
            put(&outbox->boxes[receiver], context->arena, &said);
        }
    }
}

struct context_mark {
    struct outbox then;
};

const struct context_mark *context_mark(struct context *context)
{
    struct context_mark *mark = ARENA_NEW(context->arena, struct context_mark);

    mark->then = *context->outbox;
    return mark;
}

/* What is taken back lies in the arena, past the counts and the ends of the lists. */
void context_take_back(struct context *context, const struct context_mark *mark)
{
    struct outbox *outbox = context->outbox;
    const struct outbox *then = &mark->then;

    for (int r = 0; r < RECEIVER_COUNT; r++)
        outbox->boxes[r].count = then->boxes[r].count;
    outbox->after_end = then->after_end;
    *outbox->after_end = NULL;
    outbox->audit_end = then->audit_end;
    *outbox->audit_end = NULL;
    outbox->audit_count = then->audit_count;
    outbox->failure = then->failure;
}

void context_after_commit(struct context *context, void (*after)(void *data), void *data)
{
    struct after_commit *call = ARENA_NEW(context->arena, struct after_commit);

    call->call = after;
    call->data = data;
    *context->outbox->after_end = call;
    context->outbox->after_end = &call->next;
}

static struct text copy(struct arena *arena, const char *string)
{
    return string ? text_of(arena_copy(arena, string, strlen(string))) : text_of(NULL);
}

void context_audit(struct context *context, const char *actor, const char *action,
    struct uuid subject, const char *detail)
{
    struct audit_line *line = ARENA_NEW(context->arena, struct audit_line);
    struct outbox *outbox = context->outbox;

    line->actor = copy(context->arena, actor);
    line->action = copy(context->arena, action);
    line->detail = copy(context->arena, detail);
    line->subject = subject;
    *outbox->audit_end = line;
    outbox->audit_end = &line->next;
    outbox->audit_count++;
}

/* Links a line to the one before it: MAC over the MAC before and all of the line. */
static void link_line(struct daemon *daemon, struct chain *chain, struct audited *entry,
    const struct audit_line *line, int64_t now_ms, struct arena *arena)
{
    char number[48];
    const struct text before = {(const char *)chain->mac, sizeof chain->mac};

    chain->seq++;
    snprintf(number, sizeof number, "%lld %lld", (long long)chain->seq, (long long)now_ms);
    const struct text parts[] = {TEXT("audit"), before, {(const char *)chain->writer.bytes, 16},
        text_of(number), line->actor, line->action, {(const char *)line->subject.bytes, 16},
        line->detail};
    mac_make(secrets_key(daemon->secrets, SECRET_AUDIT), parts, COUNT(parts), chain->mac);
    *entry = (struct audited){line->subject, chain->seq, line->actor, line->action, line->detail,
        {arena_copy(arena, chain->mac, sizeof chain->mac), sizeof chain->mac}};
}

static bool write_audit(
    struct outbox *outbox, struct context *context, struct chain *chain, struct error *error)
{
    struct audited *entries = ARENA_ARRAY(context->arena, struct audited, outbox->audit_count);
    size_t count = 0;

    if (!outbox->audit_count)
        return true;
    for (const struct audit_line *line = outbox->audit; line; line = line->next)
        link_line(outbox->daemon, chain, &entries[count++], line, context->now_ms, context->arena);
    return ledger_audit(
        context->tx, context->arena, chain->writer, context->now_ms, entries, count, error);
}

static bool write_all(
    struct outbox *outbox, struct context *context, struct chain *chain, struct error *error)
{
    for (int r = 0; r < RECEIVER_COUNT; r++) {
        const struct box *box = &outbox->boxes[r];
        if (box->count && !ledger_say(context->tx, context->arena, (enum receiver)r, box->said,
                              box->count, error))
            return false;
    }
    return write_audit(outbox, context, chain, error);
}

bool outbox_commit(
    struct outbox *outbox, struct context *context, enum durability durability, struct error *error)
{
    struct daemon *daemon = outbox->daemon;
    struct chain chain = daemon->chain; /* takes effect with the commit */

    if (outbox->failure.kind != ERROR_NONE || !write_all(outbox, context, &chain, error)) {
        if (outbox->failure.kind != ERROR_NONE && error)
            *error = outbox->failure;
        tx_rollback(context->tx);
        return false;
    }
    if (!tx_commit(context->tx, durability, error)) {
        /* Whether an unknown commit happened is not known here: a new chain is always true. */
        if (outbox->audit_count)
            daemon->chain = (struct chain){.writer = uuid_new(clock_now_ms())};
        return false;
    }
    daemon->chain = chain;
    for (int r = 0; r < RECEIVER_COUNT; r++)
        if (daemon->bus && outbox->boxes[r].count)
            bus_say(daemon->bus, (enum receiver)r, outbox->boxes[r].said, outbox->boxes[r].count,
                context->arena);
    for (const struct after_commit *after = outbox->after; after; after = after->next)
        after->call(after->data);
    return true;
}
