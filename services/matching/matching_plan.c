/*
 * The one question to the planner that may be under way: a connection to its socket, written and
 * read by the reactor, so that matching hears and answers all the while.
 *
 * Whatever goes wrong - no socket, an answer cut short, silence - ends the question and nothing
 * else: the next rhythm asks again, and until then referrals find places in the groups that are.
 */
#include "services/matching/matching_plan.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/check.h"
#include "common/log.h"
#include "common/metrics.h"

enum {
    ANSWER_MOST = 32 * 1024 * 1024, /* of 20,000 children, each with its reason */
    READ_STEP = 65536,
    GRACE_MS = 20000, /* past the planner's own time: another copy's question may go first */
    HASH = 32
};

static struct {
    struct house *house;
    int fd;    /* -1: nothing is under way */
    int timer; /* gives up */
    struct {
        char *bytes;
        size_t length, done, room;
    } question, answer;
    uint8_t asked[HASH], known[HASH]; /* the instance under way, and the last that is settled */
    plan_answer_fn *answered;
    plan_look_fn *look; /* what is looked at soon; NULL: nothing */
    char trouble[200];
    bool changed; /* the trouble has not been told yet */
} plan = {.fd = -1};

static const struct metric metrics[] = {
    {"planner_plans_total", "Plans that were asked for, by how it ended.", METRIC_COUNTER,
        METRIC_COUNT, "outcome", (const char *const[]){"used", "away", "refused", NULL}, NULL, 0},
    {"planner_away", "1 while no plan can be had.", METRIC_GAUGE, METRIC_COUNT, NULL, NULL, NULL,
        0},
};
enum { USED, AWAY, REFUSED };

bool plan_open(struct house *house, struct error *error)
{
    (void)error;
    plan.house = house;
    plan.changed = true; /* what an earlier life noted is told anew */
    metrics_declare(metrics, COUNT(metrics));
    return true;
}

bool plan_under_way(void)
{
    return plan.fd >= 0;
}

static void forget_question(void)
{
    if (plan.fd >= 0) {
        reactor_forget(plan.house->reactor, plan.fd);
        close(plan.fd);
    }
    reactor_cancel(plan.house->reactor, plan.timer);
    free(plan.question.bytes);
    free(plan.answer.bytes);
    memset(&plan.question, 0, sizeof plan.question);
    memset(&plan.answer, 0, sizeof plan.answer);
    plan.fd = -1;
    plan.timer = 0;
}

void plan_close(struct house *house)
{
    if (plan.house == house)
        forget_question();
}

/* --- how it goes --- */

static void note(const char *trouble)
{
    const bool well = *trouble == '\0';

    metrics_set(&metrics[1], 0, !well);
    if (strncmp(plan.trouble, trouble, sizeof plan.trouble - 1) == 0)
        return;
    snprintf(plan.trouble, sizeof plan.trouble, "%s", trouble);
    plan.changed = true;
    if (well)
        log_bare_event(LOG_LEVEL_NOTICE, "planner_back");
    else
        log_event(LOG_LEVEL_WARNING, "planner_away", "reason=%s", trouble);
}

bool plan_trouble(struct text *why)
{
    const bool changed = plan.changed;

    *why = *plan.trouble ? text_of(plan.trouble) : (struct text){NULL, 0};
    plan.changed = false;
    return changed;
}

static void fail(const char *why)
{
    forget_question();
    metrics_add(&metrics[0], AWAY, 1);
    note(why);
}

static void on_timeout(void *data)
{
    (void)data;
    plan.timer = 0;
    fail("it gives no answer in time");
}

static bool hand_over(struct context *context, void *data, struct error *error)
{
    return plan.answered(
        context, (struct text){plan.answer.bytes, plan.answer.length}, data, error);
}

/* The answer is whole. What it cannot be read as is refused once, not again and again: the next
 * question is asked when something has changed. */
static void finish(void)
{
    struct error error = {ERROR_NONE, ""};
    bool settled = false;
    const bool used = house_transact(plan.house, hand_over, &settled, &error);
    const bool refused = !used && error.kind == ERROR_INPUT;

    if (refused || (used && settled))
        memcpy(plan.known, plan.asked, HASH);
    forget_question();
    metrics_add(&metrics[0], used ? USED : REFUSED, 1);
    if (used)
        note("");
    else if (refused)
        note(error.text);
    else
        log_event(LOG_LEVEL_WARNING, "plan_not_used", "reason=%s", error.text);
}

/* --- a look between the rhythms --- */

static bool look_once(struct context *context, void *data, struct error *error)
{
    (void)data;
    return plan.look(context, error);
}

static void look_now(void *data)
{
    struct error error = {ERROR_NONE, ""};

    (void)data;
    if (!plan.look)
        return;
    if (!house_transact(plan.house, look_once, NULL, &error))
        log_event(LOG_LEVEL_NOTICE, "looked_in_vain", "reason=%s", error.text);
    plan.look = NULL;
}

static void after_commit(void *data)
{
    (void)data;
    reactor_soon(plan.house->reactor, look_now, NULL);
}

void plan_look_soon(struct context *context, plan_look_fn *look)
{
    plan.look = look;
    context_after_commit(context, after_commit, NULL);
}

/* --- the connection --- */

static void on_readable(void *data)
{
    ssize_t got;

    (void)data;
    if (plan.answer.length + READ_STEP > plan.answer.room) {
        plan.answer.room = 2 * (plan.answer.length + READ_STEP);
        plan.answer.bytes = memory_grow(plan.answer.bytes, plan.answer.room);
    }
    got = read(plan.fd, plan.answer.bytes + plan.answer.length, READ_STEP);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got < 0)
        fail(strerror(errno));
    else if (got == 0 && plan.answer.length == 0)
        fail("it ended before it answered");
    else if (got == 0)
        finish();
    else if ((plan.answer.length += (size_t)got) > ANSWER_MOST)
        fail("its answer is too long");
}

static void on_writable(void *data)
{
    struct error error = {ERROR_NONE, ""};
    const ssize_t sent = send(plan.fd, plan.question.bytes + plan.question.done,
        plan.question.length - plan.question.done, MSG_NOSIGNAL);

    (void)data;
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent < 0) {
        fail(strerror(errno));
        return;
    }
    plan.question.done += (size_t)sent;
    if (plan.question.done < plan.question.length)
        return;
    shutdown(plan.fd, SHUT_WR);
    free(plan.question.bytes);
    plan.question.bytes = NULL;
    if (!reactor_watch(plan.house->reactor, plan.fd, REACTOR_READ, on_readable, NULL, &error))
        fail(error.text);
}

static bool connect_planner(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (snprintf(address.sun_path, sizeof address.sun_path, "%s/planner.sock", plan.house->run) >=
        (int)sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    plan.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return plan.fd >= 0 &&
           connect(plan.fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0;
}

static void hash_of(struct text instance, uint8_t hash[HASH])
{
    crypto_generichash(hash, HASH, (const uint8_t *)instance.data, instance.length, NULL, 0);
}

bool plan_is_known(struct text instance)
{
    uint8_t hash[HASH];

    hash_of(instance, hash);
    return memcmp(hash, plan.known, HASH) == 0;
}

void plan_ask(struct text instance, int64_t time_ms, plan_answer_fn *answered)
{
    struct error error = {ERROR_NONE, ""};
    int length;

    if (plan_under_way())
        return;
    if (!connect_planner()) {
        fail(strerror(errno));
        return;
    }
    length = asprintf(&plan.question.bytes, "{\"time_s\":%lld.%03lld,\"seed\":1,\"instance\":%s}",
        (long long)time_ms / 1000, (long long)time_ms % 1000, instance.data);
    CHECK(length > 0);
    plan.question.length = (size_t)length;
    plan.answered = answered;
    hash_of(instance, plan.asked);
    plan.timer = reactor_after(plan.house->reactor, 2 * time_ms + GRACE_MS, on_timeout, NULL);
    if (!reactor_watch(plan.house->reactor, plan.fd, REACTOR_WRITE, on_writable, NULL, &error))
        fail(error.text);
}
