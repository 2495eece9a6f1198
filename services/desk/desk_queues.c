/* The machinery: what waits where and how fast it goes, who lives, what an operator has switched,
 * the dead letters by what went wrong. Bodies are not shown here: kinds, counts and reasons are
 * enough to act. */
#include <string.h>

#include "common/check.h"
#include "common/ledger_store.h"
#include "services/desk/desk_dead_store.h"
#include "services/desk/desk_parts.h"
#include "services/desk/desk_queue_store.h"

enum {
    BAR_WIDTH = 4,
    CHART_HEIGHT = 24,
    FEW = 5,               /* children: fewer are no crowd, whatever their share */
    SLOW_S = 60,           /* the oldest message: an operator should look */
    STREAM_EVERY_MS = 2000 /* the browser asks again: a look costs some 2 ms */
};

/* --- numbers in words that a glance reads --- */

/* "12", or "0,4" below ten. */
static const char *tenths_of(const struct visit *visit, int64_t tenths)
{
    const long long whole = (long long)(tenths / 10);
    const int rest = (int)(tenths % 10);

    return tenths >= 100 || !rest ? arena_format(visit->context->arena, "%lld", whole)
                                  : arena_format(visit->context->arena, "%lld%c%d", whole,
                                        visit->language ? '.' : ',', rest);
}

/* "0,8 ms", "3 s", "4 min", "2 h", "5 d"; "–" for INT_ABSENT. */
static const char *time_of(const struct visit *visit, int64_t us)
{
    static const struct {
        int64_t most, unit;
        const char *name;
    } units[] = {{1000 * 1000, 1000, "ms"}, {90 * 1000000LL, 1000000, "s"},
        {5400 * 1000000LL, 60 * 1000000LL, "min"}, {172800 * 1000000LL, 3600 * 1000000LL, "h"},
        {INT64_MAX, 86400 * 1000000LL, "d"}};
    size_t unit = 0;

    if (us == INT_ABSENT)
        return "–";
    while (us >= units[unit].most)
        unit++;
    return arena_format(visit->context->arena, "%s\u00a0%s",
        tenths_of(visit, us * 10 / units[unit].unit), units[unit].name);
}

static int64_t us_of(int64_t seconds)
{
    return seconds == INT_ABSENT ? INT_ABSENT : seconds * 1000000;
}

/* --- a queue --- */

static void fill_switch(const struct visit *visit, struct value *one, const struct queue_row *row)
{
    const bool switched = row->wanted.data && !text_is(row->wanted, "run");

    value_set_bool(one, "switched", switched);
    value_set_bool(one, "paused", text_is(row->wanted, "pause"));
    value_set_bool(one, "draining", text_is(row->wanted, "drain"));
    value_set_bool(one, "may_drain", !text_is(row->receiver, "desk"));
    if (!switched)
        return;
    value_set_text(one, "by", row->wanted_by);
    value_set_text(one, "why", row->wanted_why);
    value_set_string(one, "since", desk_when(visit, row->wanted_since_ms));
}

static void fill_queue(const struct visit *visit, struct value *one, const struct queue_row *row)
{
    value_set_text(one, "daemon", row->receiver);
    value_set_message(one, "name", word_daemon(row->receiver));
    value_set_int(one, "depth", row->depth);
    value_set_int(one, "later", row->later);
    value_set_int(one, "dead", row->dead);
    value_set_bool(one, "has_dead", row->dead > 0);
    value_set_string(one, "oldest", time_of(visit, us_of(row->oldest_s)));
    value_set_bool(one, "slow", row->oldest_s != INT_ABSENT && row->oldest_s > SLOW_S);
    value_set_string(one, "said", tenths_of(visit, row->said_tenths));
    value_set_string(one, "handled", tenths_of(visit, row->handled_tenths));
    value_set_string(one, "p50", time_of(visit, row->p50_us));
    value_set_string(one, "p95", time_of(visit, row->p95_us));
    value_set_string(one, "p99", time_of(visit, row->p99_us));
    fill_switch(visit, one, row);
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

/* The last half hour as bars, the highest as high as the chart. */
static void add_pace(
    struct value *one, struct text daemon, const struct pace_row *paces, size_t count)
{
    static const struct pace_row still = {.receiver = {NULL, 0}};
    const struct pace_row *pace = &still;
    struct value *bars = value_add_list(one, "bars");
    int64_t most = 0;

    for (size_t i = 0; i < count; i++)
        if (text_equal(paces[i].receiver, daemon))
            pace = &paces[i];
    for (int minute = 0; minute < PACE_MINUTES; minute++)
        most = pace->handled[minute] > most ? pace->handled[minute] : most;
    value_set_int(one, "most", most);
    for (int minute = 0; minute < PACE_MINUTES; minute++) {
        if (!pace->handled[minute])
            continue;
        const int64_t height = 1 + pace->handled[minute] * (CHART_HEIGHT - 1) / most;
        struct value *bar = value_append_object(bars);
        value_set_int(bar, "x", minute * BAR_WIDTH);
        value_set_int(bar, "y", CHART_HEIGHT - height);
        value_set_int(bar, "height", height);
    }
}

static bool add_queues(struct visit *visit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "queues");
    const struct queue_row *queues;
    const struct lease_row *leases;
    const struct pace_row *paces;
    size_t queue_count, lease_count, pace_count;

    if (!desk_look_queues(visit->context, &queues, &queue_count, error) ||
        !desk_look_leases(visit->context, &leases, &lease_count, error) ||
        !desk_look_pace(visit->context, &paces, &pace_count, error))
        return error_while(error, "reading the queues");
    for (size_t i = 0; i < queue_count; i++) {
        struct value *one = value_append_object(list);
        fill_queue(visit, one, &queues[i]);
        add_copies(visit, one, queues[i].receiver, leases, lease_count);
        add_pace(one, queues[i].receiver, paces, pace_count);
    }
    return true;
}

static bool add_dead(struct visit *visit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "dead_kinds");
    const struct dead_kind_row *kinds;
    size_t count;

    if (!desk_look_dead_kinds(visit->context, &kinds, &count, error))
        return error_while(error, "reading the dead letters");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "mark", kinds[i].mark);
        value_set_message(one, "name", word_daemon(kinds[i].receiver));
        value_set_text(one, "kind", kinds[i].kind);
        value_set_text(one, "fingerprint", kinds[i].fingerprint);
        value_set_int(one, "count", kinds[i].count);
        value_set_string(one, "oldest", desk_when(visit, kinds[i].oldest_ms));
    }
    return true;
}

static bool add_oldest(struct visit *visit, struct value *root, struct error *error)
{
    struct oldest_row oldest;

    if (!desk_look_oldest(visit->context, &oldest, error))
        return error_while(error, "looking for the child that has waited longest");
    if (!oldest.found)
        return true;
    struct value *one = value_add_object(root, "oldest_child");
    value_set_string(one, "referral", desk_id(visit->context->arena, oldest.referral_id));
    value_set_text(one, "code", oldest.code);
    value_set_message(one, "state", word_state_name(oldest.state));
    value_set_int(one, "days", desk_days_since(visit, oldest.received_ms));
    return true;
}

static bool add_live(struct visit *visit, struct value *root, struct error *error)
{
    value_set_string(root, "now", desk_when(visit, visit->context->now_ms));
    return add_queues(visit, root, error) && add_dead(visit, root, error) &&
           add_oldest(visit, root, error);
}

bool desk_queues_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Köer"));

    if (!add_live(visit, root, error))
        return false;
    desk_use_script(root, "operator.js");
    desk_show(arena, visit->request, 200, "queues.html", visit->language, root);
    return true;
}

/* --- live --- */

/* A server-sent event: each line of it after "data: ". */
static struct text event_of(struct arena *arena, struct text page)
{
    const char *out = arena_format(arena, "retry: %d\nevent: queues\n", STREAM_EVERY_MS);
    size_t lines = 1, length = strlen(out);

    for (size_t i = 0; i < page.length; i++)
        lines += page.data[i] == '\n';
    char *event = ARENA_ARRAY(arena, char, length + page.length + lines * 7 + 2);
    memcpy(event, out, length);
    for (size_t at = 0; at < page.length;) {
        const char *end = memchr(page.data + at, '\n', page.length - at);
        const size_t line = end ? (size_t)(end - page.data) - at : page.length - at;
        memcpy(event + length, "data: ", 6);
        memcpy(event + length + 6, page.data + at, line);
        length += 6 + line;
        event[length++] = '\n';
        at += line + 1;
    }
    event[length++] = '\n';
    event[length] = '\0';
    return (struct text){event, length};
}

/* One event an answer; the browser comes again by itself. So no connection stands open for hours,
 * and the desk keeps one kind of request. */
bool desk_queues_stream(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Köer"));
    struct text page;

    if (!add_live(visit, root, error) ||
        !template_render(desk_house()->templates, "queue_table.html", visit->language, root, arena,
            &page, error))
        return error_while(error, "telling of the queues");
    http_answer(visit->request, 200, "text/event-stream", event_of(arena, page));
    http_answer_header(visit->request, "Cache-Control", "no-store");
    return true;
}

/* --- the shape of what waits --- */

static void fill_shape(struct value *one, const struct shape_row *row, int64_t most)
{
    enum { WARMEST = 4 };
    struct value *cells = value_add_list(one, "cells");
    const enum situation situation = situation_of(row->situation);
    const bool sum = text_is(row->situation, "all");

    value_set_message(one, "name",
        situation ? word_situation(situation)
        : sum     ? T("Alla")
                  : T("Okänd"));
    value_set_bool(one, "sum", sum);
    for (size_t age = 0; age < COUNT(row->waiting); age++) {
        struct value *cell = value_append_object(cells);
        value_set_int(cell, "number", row->waiting[age]);
        value_set_int(cell, "warmth",
            row->waiting[age] && !sum ? 1 + row->waiting[age] * (WARMEST - 1) / most : 0);
    }
    value_set_int(one, "all", row->all);
    value_set_int(one, "oldest", row->oldest_days);
}

bool desk_shape_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Så länge har barnen väntat"));
    struct value *list = value_add_list(root, "rows");
    const struct shape_row *rows;
    size_t count;
    int64_t most = FEW;

    if (!desk_look_shape(visit->context, &rows, &count, error) || !add_oldest(visit, root, error))
        return error_while(error, "reading how long children wait");
    for (size_t i = 0; i < count; i++)
        for (size_t age = 0; age < COUNT(rows[i].waiting); age++)
            if (!text_is(rows[i].situation, "all") && rows[i].waiting[age] > most)
                most = rows[i].waiting[age];
    for (size_t i = 0; i < count; i++)
        fill_shape(value_append_object(list), &rows[i], most);
    value_set_bool(root, "none", count == 0 || rows[count - 1].all == 0);
    desk_show(arena, visit->request, 200, "shape.html", visit->language, root);
    return true;
}

bool desk_keys_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Tangenter"));

    (void)error;
    desk_show(arena, visit->request, 200, "keys.html", visit->language, root);
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
