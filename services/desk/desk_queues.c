/* The machinery: what waits where, who lives, what an operator has switched, dead letters. Bodies
 * are never shown here: kinds, counts and reasons are enough to act. */
#include "common/check.h"
#include "common/ledger_store.h"
#include "services/desk/desk_parts.h"
#include "services/desk/desk_queue_store.h"

/* Seconds in words that a glance reads: "3 s", "4 min", "2 h", "5 d". */
static const char *age_of(struct arena *arena, int64_t seconds)
{
    if (seconds == INT_ABSENT)
        return "–";
    if (seconds < 90)
        return arena_format(arena, "%d s", (int)seconds);
    if (seconds < 5400)
        return arena_format(arena, "%d min", (int)(seconds / 60));
    if (seconds < 172800)
        return arena_format(arena, "%d h", (int)(seconds / 3600));
    return arena_format(arena, "%d d", (int)(seconds / 86400));
}

static const char *number_of(struct arena *arena, int64_t number)
{
    return arena_format(arena, "%lld", (long long)number);
}

static void fill_queue(const struct visit *visit, struct value *one, const struct queue_row *row)
{
    struct arena *arena = visit->context->arena;
    const bool switched = row->wanted.data && !text_is(row->wanted, "run");

    value_set_text(one, "daemon", row->daemon);
    value_set_message(one, "name", word_daemon(row->daemon));
    value_set_string(one, "depth", number_of(arena, row->depth));
    value_set_string(one, "later", number_of(arena, row->later));
    value_set_string(one, "dead", number_of(arena, row->dead));
    value_set_bool(one, "has_dead", row->dead > 0);
    value_set_string(one, "oldest", age_of(arena, row->oldest_s));
    value_set_bool(one, "slow", row->oldest_s != INT_ABSENT && row->oldest_s > 60);
    value_set_bool(one, "switched", switched);
    value_set_bool(one, "paused", text_is(row->wanted, "pause"));
    value_set_bool(one, "may_drain", !text_is(row->daemon, "desk"));
    value_set_bool(one, "draining", text_is(row->wanted, "drain"));
    if (!switched)
        return;
    value_set_text(one, "by", row->wanted_by);
    value_set_text(one, "why", row->wanted_why);
    value_set_string(one, "since", desk_when(visit, row->wanted_since_ms));
}

static void add_copies(const struct visit *visit, struct value *one, struct text daemon,
    const struct lease_row *leases, size_t count)
{
    struct value *list = value_add_list(one, "copies");
    bool lives = false;

    for (size_t i = 0; i < count; i++) {
        if (!text_equal(leases[i].daemon, daemon))
            continue;
        struct value *copy = value_append_object(list);
        value_set_text(copy, "instance", leases[i].instance);
        value_set_bool(copy, "runs", text_is(leases[i].state, "running"));
        value_set_message(copy, "state",
            text_is(leases[i].state, "running")  ? T("i gång")
            : text_is(leases[i].state, "paused") ? T("pausad")
                                                 : T("töms"));
        value_set_string(copy, "since", desk_when(visit, leases[i].since_ms));
        lives = true;
    }
    value_set_bool(one, "gone", !lives);
}

static void add_dead(
    const struct visit *visit, struct value *root, const struct dead_row *dead, size_t count)
{
    struct value *list = value_add_list(root, "dead_groups");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "receiver", dead[i].receiver);
        value_set_message(one, "name", word_daemon(dead[i].receiver));
        value_set_text(one, "kind", dead[i].kind);
        value_set_text(one, "reason", dead[i].reason);
        value_set_int(one, "count", dead[i].count);
        value_set_text(one, "owner", dead[i].owner);
        value_set_string(one, "at", desk_when(visit, dead[i].oldest_ms));
        value_set_string(one, "subject", desk_id(visit->context->arena, dead[i].subject));
    }
}

bool desk_queues_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Köer"));
    struct value *list = value_add_list(root, "queues");
    const struct queue_row *queues;
    const struct lease_row *leases;
    const struct dead_row *dead;
    size_t queue_count, lease_count, dead_count;

    if (!desk_look_queues(visit->context, &queues, &queue_count, error) ||
        !desk_look_leases(visit->context, &leases, &lease_count, error) ||
        !desk_look_dead(visit->context, &dead, &dead_count, error))
        return error_while(error, "reading the queues");
    for (size_t i = 0; i < queue_count; i++) {
        struct value *one = value_append_object(list);
        fill_queue(visit, one, &queues[i]);
        add_copies(visit, one, queues[i].daemon, leases, lease_count);
    }
    add_dead(visit, root, dead, dead_count);
    desk_show(arena, visit->request, 200, "queues.html", visit->language, root);
    return true;
}

/* --- switching --- */

bool desk_control_post(struct visit *visit, struct error *error)
{
    const struct text daemon = http_capture(visit->request, 0);
    const struct text wanted = http_form(visit->request, "vill");
    const struct text why = http_form(visit->request, "varfor");
    const bool known =
        text_is(wanted, "run") || text_is(wanted, "pause") || text_is(wanted, "drain");

    if (receiver_of(daemon) == RECEIVER_NONE)
        return desk_not_found(visit);
    /* A desk that drains takes no forms: nobody could end it here. */
    const bool locks_out = text_is(daemon, "desk") && text_is(wanted, "drain");

    if (!known || locks_out || why.length > 120 || (!text_is(wanted, "run") && why.length < 3)) {
        desk_go(visit, "/koer", "fel");
        return true;
    }
    if (!desk_want(visit->context, daemon, wanted, visit->staff.user_name, why, error))
        return error_while(error, "switching a daemon");
    context_audit(visit->context, visit->actor, "daemon_switched", (struct uuid){{0}},
        arena_format(visit->context->arena, "%s: %s", daemon.data, wanted.data));
    desk_go(visit, "/koer", "styrt");
    return true;
}

bool desk_retry_post(struct visit *visit, struct error *error)
{
    const struct text receiver = http_form(visit->request, "till");
    const struct text kind = http_form(visit->request, "slag");
    const struct text reason = http_form(visit->request, "skal");
    int64_t moved = 0;

    if (receiver_of(receiver) == RECEIVER_NONE || !kind.length || !reason.length) {
        desk_go(visit, "/koer", "fel");
        return true;
    }
    if (!desk_retry_dead(
            visit->context, receiver, kind, reason, visit->staff.user_name, &moved, error))
        return error_while(error, "sending dead letters again");
    context_audit(visit->context, visit->actor, "dead_retried", (struct uuid){{0}},
        arena_format(visit->context->arena, "%s, %lld messages", receiver.data, (long long)moved));
    desk_go(visit, "/koer", moved ? "igen" : "andrat");
    return true;
}
