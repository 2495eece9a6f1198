/*
 * Visitors share a few connections of libcurl's multi interface; a visitor that reads or writes
 * holds none. Nothing is followed or kept by itself: each step is the visitor's own.
 */
#include "services/gruppstod/web.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"

enum { TRIES = 3, WAIT_MS = 100, ANSWER_MS = 30000, AGAIN_MS = 1000 };

struct visitor {
    struct arena *arena;
    CURL *curl;
    struct curl_slist *headers;
    struct web_step step;
    char *body;
    size_t index, length, room;
    int64_t due_us; /* when the step is taken; 0: it is under way */
    int tries;
    bool here;
};

struct crowd {
    const struct web_visits *visits;
    struct visitor visitors[WEB_VISITORS];
    CURLM *multi;
    size_t begun, done;
    struct error *error;
    bool failed;
};

static size_t receive(char *data, size_t size, size_t count, void *visitor_data)
{
    struct visitor *visitor = visitor_data;
    const size_t length = size * count;

    if (visitor->length + length >= WEB_BODY_MOST)
        return 0;
    if (visitor->length + length + 1 > visitor->room) {
        visitor->room = 2 * (visitor->length + length + 1);
        visitor->body = memory_grow(visitor->body, visitor->room);
    }
    memcpy(visitor->body + visitor->length, data, length);
    visitor->length += length;
    visitor->body[visitor->length] = '\0';
    return length;
}

static void set_headers(struct visitor *visitor)
{
    const struct web_step *step = &visitor->step;

    curl_slist_free_all(visitor->headers);
    visitor->headers = NULL;
    if (step->body)
        visitor->headers = curl_slist_append(
            NULL, arena_format(visitor->arena, "Content-Type: %s",
                      step->type ? step->type : "application/x-www-form-urlencoded"));
    if (step->body && !step->type)
        visitor->headers = curl_slist_append(visitor->headers, "Sec-Fetch-Site: same-origin");
    if (step->key)
        visitor->headers = curl_slist_append(
            visitor->headers, arena_format(visitor->arena, "Idempotency-Key: %s", step->key));
    curl_easy_setopt(visitor->curl, CURLOPT_HTTPHEADER, visitor->headers);
}

static void take_step(struct crowd *crowd, struct visitor *visitor)
{
    CURL *curl = visitor->curl;

    visitor->due_us = 0;
    visitor->length = 0;
    curl_easy_setopt(curl, CURLOPT_URL, visitor->step.url);
    set_headers(visitor);
    if (visitor->step.body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, visitor->step.body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(visitor->step.body));
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    CHECK(curl_multi_add_handle(crowd->multi, curl) == CURLM_OK);
}

/* Asks the visitor what comes next; a visitor that is done makes room for another. */
static void ask(struct crowd *crowd, struct visitor *visitor, const struct web_answer *answer)
{
    const struct web_visits *visits = crowd->visits;

    if (crowd->failed)
        return;
    memset(&visitor->step, 0, sizeof visitor->step);
    visitor->tries = 0;
    crowd->error->kind = ERROR_NONE;
    if (visits->visit(
            visits->data, visitor->index, visitor->arena, answer, &visitor->step, crowd->error)) {
        visitor->due_us = clock_monotonic_us() + (int64_t)visitor->step.after_ms * 1000;
        return;
    }
    crowd->failed = crowd->failed || crowd->error->kind != ERROR_NONE;
    visitor->here = false;
    crowd->done++;
    if (visits->passed)
        visits->passed(visits->data, crowd->done, visits->count);
}

static void enter(struct crowd *crowd)
{
    for (size_t i = 0; i < WEB_VISITORS && crowd->begun < crowd->visits->count; i++) {
        struct visitor *visitor = &crowd->visitors[i];
        if (visitor->here)
            continue;
        arena_reset(visitor->arena);
        curl_easy_setopt(visitor->curl, CURLOPT_COOKIELIST, "ALL"); /* the last visitor's go */
        visitor->here = true;
        visitor->index = crowd->begun++;
        ask(crowd, visitor, NULL);
    }
}

static void answered(struct crowd *crowd, struct visitor *visitor)
{
    struct web_answer answer = {0, {visitor->body, visitor->length}, {NULL, 0}};
    char *location = NULL;

    curl_easy_getinfo(visitor->curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(visitor->curl, CURLINFO_REDIRECT_URL, &location);
    if (!visitor->length)
        answer.body = TEXT("");
    if (location)
        answer.location = text_of(arena_copy(visitor->arena, location, strlen(location)));
    ask(crowd, visitor, &answer);
}

/* 503 says in its own words that nothing was stored: it may be tried again. */
static void settle(struct crowd *crowd, struct visitor *visitor, CURLcode result)
{
    long status = 0;

    curl_multi_remove_handle(crowd->multi, visitor->curl);
    curl_easy_getinfo(visitor->curl, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_OK && status != 503) {
        answered(crowd, visitor);
        return;
    }
    if (++visitor->tries < TRIES) {
        visitor->due_us = clock_monotonic_us() + (int64_t)AGAIN_MS * 1000;
        return;
    }
    crowd->failed = true;
    error_set(crowd->error, ERROR_BUSY, "%s gives no answer: %s", visitor->step.url,
        result == CURLE_OK ? "it says 503" : curl_easy_strerror(result));
}

static void take_due(struct crowd *crowd)
{
    const int64_t now_us = clock_monotonic_us();

    for (size_t i = 0; i < WEB_VISITORS; i++) {
        struct visitor *visitor = &crowd->visitors[i];
        if (visitor->here && visitor->due_us && visitor->due_us <= now_us)
            take_step(crowd, visitor);
    }
}

static void go_round(struct crowd *crowd)
{
    int running, left;
    CURLMsg *message;

    enter(crowd);
    take_due(crowd);
    curl_multi_perform(crowd->multi, &running);
    while ((message = curl_multi_info_read(crowd->multi, &left))) {
        struct visitor *visitor;
        const CURLcode result = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&visitor);
        settle(crowd, visitor, result);
    }
    curl_multi_poll(crowd->multi, NULL, 0, running ? WAIT_MS : WAIT_MS / 10, NULL);
}

static void open_visitor(struct visitor *visitor, bool keeps_cookies)
{
    visitor->arena = arena_new(8 * WEB_BODY_MOST);
    visitor->curl = curl_easy_init();
    CHECK(visitor->curl);
    curl_easy_setopt(visitor->curl, CURLOPT_PRIVATE, visitor);
    curl_easy_setopt(visitor->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(visitor->curl, CURLOPT_WRITEDATA, visitor);
    curl_easy_setopt(visitor->curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
    curl_easy_setopt(visitor->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(visitor->curl, CURLOPT_PROXY, "");
    if (keeps_cookies)
        curl_easy_setopt(visitor->curl, CURLOPT_COOKIEFILE, "");
}

static void close_visitor(struct crowd *crowd, struct visitor *visitor)
{
    curl_multi_remove_handle(crowd->multi, visitor->curl);
    curl_easy_cleanup(visitor->curl);
    curl_slist_free_all(visitor->headers);
    free(visitor->body);
    arena_free(visitor->arena);
}

bool web_run(const struct web_visits *visits, struct error *error)
{
    struct error none = {ERROR_NONE, ""};
    struct crowd *crowd = calloc(1, sizeof *crowd);

    CHECK(crowd);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    *crowd = (struct crowd){
        .visits = visits, .multi = curl_multi_init(), .error = error ? error : &none};
    curl_multi_setopt(crowd->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)WEB_CONNECTIONS);
    for (size_t i = 0; i < WEB_VISITORS; i++)
        open_visitor(&crowd->visitors[i], visits->keeps_cookies);
    while (!crowd->failed && crowd->done < visits->count && !(visits->stop && visits->stop()))
        go_round(crowd);
    const bool good = !crowd->failed;
    for (size_t i = 0; i < WEB_VISITORS; i++)
        close_visitor(crowd, &crowd->visitors[i]);
    curl_multi_cleanup(crowd->multi);
    free(crowd);
    return good;
}
