/*
 * Pages: the reactor takes all requests that wait, groups them by page, and answers each group in
 * one transaction where the page allows it. The answers go out after the commit, so a receipt
 * never runs ahead of its row.
 */
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/log.h"
#include "common/service_parts.h"

/* --- the skeleton's own pages --- */

static struct daemon *of_own(const struct http_request *request)
{
    const struct page *page = http_route_data(request);

    return (struct daemon *)(uintptr_t)page->pattern.data;
}

static bool show_metrics(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct daemon *daemon = of_own(requests[0]);
    const struct bus_counts express = bus_counts(daemon->bus);

    (void)count;
    (void)error;
    metrics_set(service_metric(METRIC_QUEUED), 0, (int64_t)daemon->queue_count);
    metrics_set(service_metric(METRIC_EXPRESS), 0, (int64_t)express.sent);
    metrics_set(service_metric(METRIC_EXPRESS), 1, (int64_t)express.dropped);
    metrics_set(service_metric(METRIC_EXPRESS), 2, (int64_t)express.heard);
    metrics_set(service_metric(METRIC_EXPRESS), 3, (int64_t)express.refused);
    metrics_set(service_metric(METRIC_ARENA_PEAK), 0, (int64_t)arena_peak(daemon->arena));
    http_answer(requests[0], 200, METRICS_CONTENT_TYPE, metrics_render(context->arena));
    return true;
}

static bool show_alive(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)context;
    (void)count;
    (void)error;
    http_answer(requests[0], 200, "text/plain; charset=utf-8", TEXT("alive\n"));
    return true;
}

static bool show_ready(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct daemon *daemon = of_own(requests[0]);
    /* A daemon that starts paused does not look at its queue, and is ready to be resumed. */
    const bool looking = daemon->starting && daemon->state != PAUSED;

    (void)context;
    (void)count;
    (void)error;
    if (daemon->away || looking)
        http_answer(requests[0], 503, "text/plain; charset=utf-8",
            daemon->away ? TEXT("PostgreSQL is away\n") : TEXT("starting\n"));
    else
        http_answer(requests[0], 200, "text/plain; charset=utf-8",
            daemon->state == RUNNING ? TEXT("ready\n") : TEXT("ready, paused by an operator\n"));
    return true;
}

static void add_page(struct daemon *daemon, const struct page *page)
{
    CHECK(daemon->page_count < PAGES_MOST);
    daemon->pages[daemon->page_count] = *page;
    daemon->patterns[daemon->page_count] = page->pattern;
    daemon->patterns[daemon->page_count].data = &daemon->pages[daemon->page_count];
    daemon->page_count++;
}

void pages_prepare(struct daemon *daemon)
{
    const struct page own[] = {
        {{HTTP_GET, "/metrics", daemon, false}, PAGE_PLAIN, show_metrics},
        {{HTTP_GET, "/livez", daemon, false}, PAGE_PLAIN, show_alive},
        {{HTTP_GET, "/readyz", daemon, false}, PAGE_PLAIN, show_ready},
    };

    for (size_t i = 0; i < COUNT(own); i++)
        add_page(daemon, &own[i]);
    for (size_t i = 0; i < daemon->service->page_count; i++)
        add_page(daemon, &daemon->service->pages[i]);
}

const void *page_data(const struct http_request *request)
{
    const struct page *page = http_route_data(request);

    return page->pattern.data;
}

/* --- answering --- */

static const char *const busy_body =
    "The service cannot store anything right now. Nothing was received. Please try again.\n";

static void answer_trouble(
    struct daemon *daemon, struct http_request *request, const struct error *error)
{
    struct context context = {
        .arena = daemon->arena, .settings = daemon->service->settings, .quiet = &daemon->quiet};

    if (error->kind != ERROR_BUSY) {
        http_answer(request, 500, "text/plain; charset=utf-8",
            TEXT("Something went wrong here. It has been noted.\n"));
        return;
    }
    if (daemon->service->unavailable)
        daemon->service->unavailable(&context, request);
    else
        http_answer(request, 503, "text/plain; charset=utf-8", text_of(busy_body));
    http_answer_header(request, "Retry-After", "5");
}

static bool answer_plain(struct daemon *daemon, const struct page *page,
    struct http_request *const *requests, size_t count, struct error *error)
{
    struct context context = {
        .arena = daemon->arena, .settings = daemon->service->settings, .quiet = &daemon->quiet};

    arena_reset(daemon->arena);
    return page->answer(&context, requests, count, error);
}

/* A daemon that drains takes in nothing new; what is only read is still shown. */
static bool refuses(const struct daemon *daemon, const struct http_request *request)
{
    return daemon->state == DRAINING && http_method(request) == HTTP_POST;
}

static bool answer_in_transaction(struct daemon *daemon, const struct page *page,
    struct http_request *const *requests, size_t count, struct error *error)
{
    struct context context;
    struct outbox outbox;

    if (daemon->away)
        return error_set(error, ERROR_BUSY, "PostgreSQL is away");
    if (refuses(daemon, requests[0]))
        return error_set(error, ERROR_BUSY, "an operator drains this daemon");
    if (!daemon_begin(daemon, &context, &outbox, error))
        return false;
    context.now_ms = tx_now_ms(context.tx);
    if (context.now_ms == INT_ABSENT)
        error_set(error, ERROR_BUSY, "PostgreSQL does not tell the time");
    else if (page->answer(&context, requests, count, error))
        return outbox_commit(&outbox, &context, DURABILITY_FULL, error);
    tx_rollback(context.tx);
    return false;
}

static bool in_transaction(const struct page *page)
{
    return page->mode == PAGE_SINGLE || page->mode == PAGE_SLICE;
}

static bool run_page(struct daemon *daemon, const struct page *page,
    struct http_request *const *requests, size_t count, struct error *error)
{
    if (!in_transaction(page))
        return answer_plain(daemon, page, requests, count, error);
    if (answer_in_transaction(daemon, page, requests, count, error))
        return true;
    /* One that lost a race against another copy sees the winner's rows the second time. */
    return count == 1 && error->kind == ERROR_CONFLICT &&
           answer_in_transaction(daemon, page, requests, count, error);
}

/* What cannot be answered: said once, and each client is told. */
static void give_up(struct daemon *daemon, const struct page *page,
    struct http_request *const *requests, size_t count, const struct error *error)
{
    if (!daemon->away)
        log_event(
            LOG_LEVEL_WARNING, "page_failed", "page=%s reason=%s", page->pattern.path, error->text);
    arena_reset(daemon->arena);
    for (size_t i = 0; i < count; i++) {
        answer_trouble(daemon, requests[i], error);
        http_resume(daemon->http, requests[i]);
    }
}

/* Answers requests of one page; halves what fails until the one to blame is alone. */
static void answer(struct daemon *daemon, const struct page *page,
    struct http_request *const *requests, size_t count)
{
    struct error error = {ERROR_NONE, ""};

    if (run_page(daemon, page, requests, count, &error)) {
        for (size_t i = 0; i < count && page->mode != PAGE_TAKEN; i++)
            http_resume(daemon->http, requests[i]);
        return;
    }
    if (in_transaction(page) && !daemon->away && !store_alive(daemon->store))
        daemon_lost_store(daemon, &error);
    if (count == 1 || daemon->away) {
        give_up(daemon, page, requests, count, &error);
        return;
    }
    answer(daemon, page, requests, count / 2);
    answer(daemon, page, requests + count / 2, count - count / 2);
}

/* Takes the requests of the first one's page out of the list, in order. */
static size_t split(struct http_request **requests, size_t *count, struct http_request **same)
{
    const void *page = http_route_data(requests[0]);
    size_t taken = 0, left = 0;

    for (size_t i = 0; i < *count; i++) {
        if (http_route_data(requests[i]) == page)
            same[taken++] = requests[i];
        else
            requests[left++] = requests[i];
    }
    *count = left;
    return taken;
}

void pages_work(void *data)
{
    struct daemon *daemon = data;
    struct http_request *requests[REQUESTS_MOST], *same[REQUESTS_MOST];
    size_t count = http_take(daemon->http, requests, COUNT(requests));

    while (count) {
        const size_t taken = split(requests, &count, same);
        const struct page *page = http_route_data(same[0]);
        const size_t step = page->mode == PAGE_SLICE ? taken : 1;
        for (size_t i = 0; i < taken; i += step)
            answer(daemon, page, same + i, step);
    }
}
