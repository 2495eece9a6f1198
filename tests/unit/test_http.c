/* HTTP against raw sockets: framing, limits, deadlines, and the seam between threads. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/http.h"

enum route { ROUTE_ECHO, ROUTE_PAGE, ROUTE_SILENT, ROUTE_EVIL, ROUTE_API, ROUTE_ELSE };

static const enum route routes[] = {
    ROUTE_ECHO, ROUTE_PAGE, ROUTE_SILENT, ROUTE_EVIL, ROUTE_API, ROUTE_ELSE};

static const struct http_pattern patterns[] = {
    {HTTP_GET, "/{lang}/echo", &routes[ROUTE_ECHO], false},
    {HTTP_POST, "/{lang}/echo", &routes[ROUTE_ECHO], false},
    {HTTP_GET, "/{lang}/page/{name}", &routes[ROUTE_PAGE], false},
    {HTTP_GET, "/{lang}/silent", &routes[ROUTE_SILENT], false},
    {HTTP_GET, "/{lang}/evil", &routes[ROUTE_EVIL], false},
    {HTTP_POST, "/api/v1/things", &routes[ROUTE_API], true},
};

static const struct http_pattern kind_patterns[] = {
    {HTTP_GET, HTTP_ELSE, &routes[ROUTE_ELSE], false},
    {HTTP_GET, "/{lang}/echo", &routes[ROUTE_ECHO], false},
    {HTTP_POST, "/api/v1/things", &routes[ROUTE_API], true},
};

struct house { /* a server and its reactor */
    struct http *http;
    int stop_fd;
    pthread_t reactor;
};

static void answer_page(struct http_request *request)
{
    char page[2000];

    snprintf(page, sizeof page, "lang=%s name=%s q=%s cookie=%s missing=%d",
        http_capture(request, 0).data, http_capture(request, 1).data,
        http_query(request, "q").data ? http_query(request, "q").data : "-",
        http_cookie(request, "sid").data ? http_cookie(request, "sid").data : "-",
        http_capture(request, 2).data == NULL);
    http_answer(request, 200, "text/html; charset=utf-8", text_of(page));
    http_answer_header(request, "Set-Cookie", "__Host-sid=1; Secure; HttpOnly; SameSite=Strict");
    http_answer_header(request, "Cache-Control", "private");
}

static void answer(struct http_request *request)
{
    switch (*(const enum route *)http_route_data(request)) {
    case ROUTE_PAGE:
        answer_page(request);
        break;
    case ROUTE_EVIL: /* a handler that hands on what a client sent */
        http_answer(request, 200, "text/plain", TEXT("fine"));
        http_answer_header(request, "X-Name", "a\r\nSet-Cookie: b");
        break;
    case ROUTE_SILENT:
        break;
    case ROUTE_ELSE:
        http_answer(request, http_missed(request), "text/html; charset=utf-8", TEXT("a page"));
        break;
    case ROUTE_ECHO:
    case ROUTE_API:
        http_answer(request, 200, "text/plain; charset=utf-8", http_body(request));
        break;
    }
}

static void *react(void *context)
{
    struct house *house = context;
    struct pollfd wait[] = {
        {.fd = http_fd(house->http), .events = POLLIN}, {.fd = house->stop_fd, .events = POLLIN}};
    struct http_request *requests[16];

    while (poll(wait, 2, -1) > 0 && !wait[1].revents) {
        const size_t count = http_take(house->http, requests, COUNT(requests));
        for (size_t i = 0; i < count; i++) {
            answer(requests[i]);
            http_resume(house->http, requests[i]);
        }
    }
    return NULL;
}

static struct http *serve_patterns(const struct http_pattern *served, size_t count,
    size_t queue_most, struct http_deadlines deadlines)
{
    const struct http_options options = {.threads = 2,
        .queue_most = queue_most,
        .patterns = served,
        .pattern_count = count,
        .deadlines = deadlines};
    struct error error = {.text = ""};
    struct http *http = http_open(&options, &error);

    if (!http)
        fail_msg("%s", error.text);
    return http;
}

static struct http *serve(size_t queue_most, struct http_deadlines deadlines)
{
    return serve_patterns(patterns, COUNT(patterns), queue_most, deadlines);
}

static void house_run(struct house *house)
{
    house->stop_fd = eventfd(0, EFD_CLOEXEC);
    assert_int_equal(pthread_create(&house->reactor, NULL, react, house), 0);
}

static void house_open(struct house *house, struct http_deadlines deadlines)
{
    house->http = serve(64, deadlines);
    house_run(house);
}

static void house_close(struct house *house)
{
    const uint64_t one = 1;

    assert_int_equal(write(house->stop_fd, &one, sizeof one), sizeof one);
    pthread_join(house->reactor, NULL);
    http_close(house->http);
    close(house->stop_fd);
}

static int dial(const struct http *http)
{
    const struct sockaddr_in name = {.sin_family = AF_INET,
        .sin_port = htons(http_port(http)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = 20};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&name, sizeof name), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

/* What the server refuses early it need not read: a broken pipe is no failure. */
static void say(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

struct reply {
    unsigned status;
    bool closes;
    char text[4096]; /* head and body, cut */
    size_t length;
};

/* Reads one answer; a HEAD's has no body. */
static void hear(int fd, bool is_head, struct reply *reply)
{
    char *head_end = NULL;
    size_t wanted = SIZE_MAX;
    ssize_t got = 1;
    size_t total = 0;

    memset(reply, 0, sizeof *reply);
    while (got > 0 && total < wanted) {
        char bytes[4096];
        got = recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0)
            break;
        const size_t room = sizeof reply->text - 1 - reply->length;
        const size_t kept = (size_t)got < room ? (size_t)got : room;
        memcpy(reply->text + reply->length, bytes, kept);
        reply->length += kept;
        total += (size_t)got;
        if (!head_end && (head_end = strstr(reply->text, "\r\n\r\n"))) {
            const char *length = strstr(reply->text, "Content-Length: ");
            wanted = (size_t)(head_end + 4 - reply->text) +
                     (is_head || !length ? 0 : strtoul(length + 16, NULL, 10));
        }
    }
    if (head_end) {
        reply->status = (unsigned)strtoul(reply->text + 9, NULL, 10);
        reply->closes = strstr(reply->text, "Connection: close") != NULL;
    }
}

static void ask(const struct http *http, const char *request, struct reply *reply)
{
    const int fd = dial(http);

    say(fd, request, strlen(request));
    hear(fd, false, reply);
    close(fd);
}

static const char *const plain = "GET /sv/echo HTTP/1.1\r\nHost: a\r\n\r\n";

/* Does the connection still serve, or is it at its end, as the answer said? */
static bool is_open(int fd, bool should_be)
{
    struct reply next;
    char byte;

    if (!should_be)
        return recv(fd, &byte, 1, 0) > 0;
    say(fd, plain, strlen(plain));
    hear(fd, false, &next);
    return next.status == 200;
}

static unsigned hex(const char *digits)
{
    const char two[3] = {digits[0], digits[1], '\0'};

    return (unsigned)strtoul(two, NULL, 16);
}

/* The case file's own escapes, see its head. */
static size_t spell_one(const char **at, char *to)
{
    static const char letters[] = "rnt0\\", bytes[] = "\r\n\t\0\\";
    const char *from = *at;

    if (from[0] == '\\' && from[1] == 'x') {
        *to = (char)hex(from + 2);
        *at += 4;
    } else if (from[0] == '\\' && strchr(letters, from[1])) {
        *to = bytes[strchr(letters, from[1]) - letters];
        *at += 2;
    } else {
        *to = *from == '_' ? ' ' : *from;
        *at += 1;
    }
    return 1;
}

static size_t spell(const char *from, char *to)
{
    size_t length = 0;

    while (*from) {
        const char *star = *from == '{' ? strchr(from, '*') : NULL;
        if (!star) {
            length += spell_one(&from, to + length);
            continue;
        }
        char piece[100];
        size_t piece_length = 0;
        for (const char *at = from + 1; at < star;)
            piece_length += spell_one(&at, piece + piece_length);
        for (unsigned long times = strtoul(star + 1, NULL, 10); times > 0; times--) {
            memcpy(to + length, piece, piece_length);
            length += piece_length;
        }
        from = strchr(star, '}') + 1;
    }
    return length;
}

static struct house shared;

static void check_raw(const struct case_line *line)
{
    static char bytes[200000];
    struct reply reply;
    char got[100];
    const size_t length = spell(line->arguments[0], bytes);
    const int fd = dial(shared.http);

    say(fd, bytes, length);
    hear(fd, strncmp(bytes, "HEAD", 4) == 0, &reply);
    snprintf(got, sizeof got, "%u %s", reply.status, reply.closes ? "close" : "keep");
    case_expect(line, got);
    if (is_open(fd, !reply.closes) == reply.closes)
        fail_msg("%s:%d: the connection is not as said", line->file, line->number);
    close(fd);
}

static void framing_is_checked(void **state)
{
    (void)state;
    cases_run("http_framing.txt", check_raw);
}

/* The same verdicts when every byte comes alone: the head lies elsewhere in MHD's memory then. */
static void slow_head_is_read(void **state)
{
    static const char request[] = "GET /sv/page/x?q=1 HTTP/1.1\r\nHost: a\r\nX-Long: 123456\r\n"
                                  "Cookie: a=b; sid=s3; c=d\r\n\r\n";
    const int fd = dial(shared.http);
    struct reply reply;

    (void)state;
    for (size_t i = 0; i < sizeof request - 1; i++)
        say(fd, request + i, 1);
    hear(fd, false, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.text, "lang=sv name=x q=1 cookie=s3 missing=1"));
    close(fd);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    static const char requests[] = "GET /sv/page/a HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "GET /sv/page/b HTTP/1.1\r\nHost: a\r\n\r\n";
    const int fd = dial(shared.http);
    struct reply reply;

    (void)state;
    say(fd, requests, sizeof requests - 1);
    hear(fd, false, &reply);
    if (!strstr(reply.text, "name=b")) /* else both came at once */
        hear(fd, false, &reply);
    assert_non_null(strstr(reply.text, "name=b"));
    close(fd);
}

static void page_headers_are_strict(void **state)
{
    struct reply reply;

    (void)state;
    ask(shared.http, "GET /sv/page/%C3%A5?q=a%20b+c HTTP/1.1\r\nHost: a\r\n\r\n", &reply);
    assert_non_null(strstr(reply.text, "name=\xc3\xa5 q=a b c"));
    assert_non_null(strstr(reply.text, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(reply.text, "\r\nReferrer-Policy: no-referrer\r\n"));
    assert_non_null(strstr(reply.text, "\r\nX-Frame-Options: DENY\r\n"));
    assert_non_null(strstr(reply.text, "\r\nContent-Security-Policy: default-src 'none'; "));
    assert_non_null(strstr(reply.text, "\r\nCache-Control: private\r\n"));
    assert_null(strstr(reply.text, "no-store"));
    assert_null(strstr(reply.text, "\r\nServer:"));
}

static void other_answers_are_not_stored(void **state)
{
    struct reply reply;

    (void)state;
    ask(shared.http, plain, &reply);
    assert_non_null(strstr(reply.text, "\r\nCache-Control: no-store\r\n"));
    assert_null(strstr(reply.text, "Content-Security-Policy"));
}

static void unclean_header_is_never_sent(void **state)
{
    struct reply reply;

    (void)state;
    ask(shared.http, "GET /sv/evil HTTP/1.1\r\nHost: a\r\n\r\n", &reply);
    assert_int_equal(reply.status, 500);
    assert_null(strstr(reply.text, "Set-Cookie"));
}

static void forgotten_request_becomes_500(void **state)
{
    struct reply reply;

    (void)state;
    ask(shared.http, "GET /sv/silent HTTP/1.1\r\nHost: a\r\n\r\n", &reply);
    assert_int_equal(reply.status, 500);
}

static void api_errors_are_problems(void **state)
{
    struct reply reply;

    (void)state;
    ask(shared.http, "GET /api/v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n", &reply);
    assert_int_equal(reply.status, 404);
    assert_non_null(strstr(reply.text, "Content-Type: application/problem+json\r\n"));
    assert_non_null(strstr(reply.text, "\"instance\":\"/api/v1/nothing\""));
    ask(shared.http, "GET /api/%22%7b HTTP/1.1\r\nHost: a\r\n\r\n", &reply);
    assert_non_null(strstr(reply.text, "\"instance\":\"/api/\""));
}

struct lost {
    const char *request;
    unsigned status;
    bool page;
};

/* A service with a page for what it does not have: people get it, programs a problem document. */
static void what_is_not_there_has_a_page(void **state)
{
    static const struct lost losts[] = {
        {"GET /nowhere/at/all HTTP/1.1\r\nHost: a\r\n\r\n", 404, true},
        {"GET /sv/echo/ HTTP/1.1\r\nHost: a\r\n\r\n", 404, true},
        {"POST /sv/echo HTTP/1.1\r\nHost: a\r\n\r\n", 405, true},
        {"POST /gone HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
         "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b",
            404, true},
        {"DELETE /sv/echo HTTP/1.1\r\nHost: a\r\n\r\n", 405, true},
        {"PUT /sv/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", 405, false},
        {"GET /api/v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, false},
        {"GET /api/v1/things HTTP/1.1\r\nHost: a\r\n\r\n", 405, false},
        {"BREW /sv/echo HTTP/1.1\r\nHost: a\r\n\r\n", 501, false},
    };
    static const char *const head = "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";
    struct house kind = {.http = serve_patterns(kind_patterns, COUNT(kind_patterns), 64,
                             (struct http_deadlines){.head = 0})};
    struct reply reply;

    (void)state;
    house_run(&kind);
    for (size_t i = 0; i < COUNT(losts); i++) {
        ask(kind.http, losts[i].request, &reply);
        assert_int_equal(reply.status, losts[i].status);
        assert_int_equal(strstr(reply.text, "\r\n\r\na page") != NULL, losts[i].page);
        assert_int_equal(strstr(reply.text, "\r\nAllow: ") != NULL, reply.status == 405);
    }
    const int fd = dial(kind.http);
    say(fd, head, strlen(head));
    hear(fd, true, &reply);
    assert_int_equal(reply.status, 404);
    assert_null(strstr(reply.text, "a page"));
    assert_true(is_open(fd, true));
    close(fd);
    house_close(&kind);
}

static void wait_until_waiting(struct http *http, uint64_t count)
{
    while (http_counts(http).waiting < count)
        sched_yield();
}

static void full_queue_says_503(void **state)
{
    const struct http_deadlines deadlines = {.head = 0};
    struct http *http = serve(2, deadlines);
    struct http_request *requests[4];
    struct reply reply;
    int fds[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        fds[i] = dial(http);
        say(fds[i], plain, strlen(plain));
        wait_until_waiting(http, i + 1);
    }
    ask(http, plain, &reply);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.text, "\r\nRetry-After: 1\r\n"));
    assert_int_equal(http_counts(http).refused_full, 1);
    assert_int_equal(http_take(http, requests, 4), 2);
    assert_int_equal(poll(&(struct pollfd){.fd = http_fd(http), .events = POLLIN}, 1, 0), 0);
    for (size_t i = 0; i < 2; i++) {
        http_answer(requests[i], 500, NULL, TEXT("no"));
        http_answer(requests[i], 201, "text/plain", TEXT("the second answer stands"));
        assert_true(http_answered(requests[i]));
        http_resume(http, requests[i]);
        hear(fds[i], false, &reply);
        assert_int_equal(reply.status, 201);
        assert_non_null(strstr(reply.text, "the second answer stands"));
        close(fds[i]);
    }
    http_close(http);
}

static void close_answers_what_waits(void **state)
{
    const struct http_deadlines deadlines = {.head = 0};
    struct http *http = serve(8, deadlines);
    const int fd = dial(http), gone = dial(http), half = dial(http);
    struct reply reply;

    (void)state;
    say(fd, plain, strlen(plain));
    say(gone, plain, strlen(plain));
    say(half, plain, 10);
    wait_until_waiting(http, 2);
    close(gone); /* a client that leaves while its request waits */
    http_stop_accepting(http);
    http_close(http);
    hear(fd, false, &reply);
    assert_int_equal(reply.status, 503);
    close(fd);
    close(half);
}

/* Each client is late in its own way; all must be cut off, whatever they dribble. */
static void late_clients_are_cut_off(void **state)
{
    static const char form[] = "POST /sv/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n"
                               "Content-Type: application/x-www-form-urlencoded\r\n\r\na=";
    const char *const starts[] = {"", "GET /sv/echo HTTP/1.1\r\nHo", form};
    struct house house;
    struct reply reply;
    int fds[COUNT(starts) + 1];

    (void)state;
    house_open(&house, (struct http_deadlines){.head = 300, .body = 300, .idle = 300, .send = 300});
    for (size_t i = 0; i < COUNT(starts); i++) {
        fds[i] = dial(house.http);
        say(fds[i], starts[i], strlen(starts[i]));
    }
    fds[COUNT(starts)] = dial(house.http);
    ask(house.http, plain, &reply);
    say(fds[COUNT(starts)], plain, strlen(plain)); /* then keeps alive without a word */
    hear(fds[COUNT(starts)], false, &reply);
    for (bool open = true; open;) { /* one byte now and then does not help */
        struct pollfd wait = {.fd = fds[2], .events = POLLIN};
        open = send(fds[2], "b", 1, MSG_NOSIGNAL) == 1 && poll(&wait, 1, 50) == 0;
    }
    for (size_t i = 0; i < COUNT(fds); i++) {
        char byte;
        assert_true(recv(fds[i], &byte, 1, 0) <= 0);
        close(fds[i]);
    }
    assert_true(http_counts(house.http).timed_out >= COUNT(fds));
    house_close(&house);
}

static void slow_head_on_an_old_connection_is_cut_off(void **state)
{
    struct house house;
    struct reply reply;

    (void)state;
    house_open(&house, (struct http_deadlines){.head = 300, .idle = 60000});
    const int fd = dial(house.http);
    say(fd, plain, strlen(plain));
    hear(fd, false, &reply);
    for (bool open = true; open;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        open = send(fd, "A", 1, MSG_NOSIGNAL) == 1 && poll(&wait, 1, 50) == 0;
    }
    assert_int_equal(http_counts(house.http).timed_out, 1);
    close(fd);
    house_close(&house);
}

enum { CLIENTS = 8, REQUESTS_EACH = 150 };

static void *many_requests(void *context)
{
    static const char form[] = "POST /sv/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
                               "Content-Type: application/x-www-form-urlencoded\r\n\r\nname=Anna";
    struct house *house = context;
    size_t *good = calloc(1, sizeof *good);
    int fd = dial(house->http);
    struct reply reply;

    CHECK(good);
    for (int i = 0; i < REQUESTS_EACH; i++) {
        say(fd, form, sizeof form - 1);
        if (i % 10 == 9) { /* leaves without hearing the answer */
            close(fd);
            fd = dial(house->http);
            continue;
        }
        hear(fd, false, &reply);
        *good += reply.status == 200 && strstr(reply.text, "\r\n\r\nname=Anna");
    }
    close(fd);
    return good;
}

static void threads_and_reactor_agree(void **state)
{
    pthread_t threads[CLIENTS];
    struct house house;
    size_t good = 0;

    (void)state;
    house_open(&house, (struct http_deadlines){.head = 0});
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many_requests, &house), 0);
    for (size_t i = 0; i < CLIENTS; i++) {
        void *count;
        pthread_join(threads[i], &count);
        good += *(size_t *)count;
        free(count);
    }
    assert_int_equal(good, CLIENTS * REQUESTS_EACH / 10 * 9);
    house_close(&house);
}

static void bad_address_is_refused(void **state)
{
    const struct http_options options = {.address = "example.org", .threads = 2, .queue_most = 1};
    struct error error;

    (void)state;
    assert_null(http_open(&options, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
}

static int open_shared(void **state)
{
    (void)state;
    house_open(&shared, (struct http_deadlines){.head = 0});
    return 0;
}

static int close_shared(void **state)
{
    (void)state;
    house_close(&shared);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing_is_checked),
        cmocka_unit_test(slow_head_is_read),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(page_headers_are_strict),
        cmocka_unit_test(other_answers_are_not_stored),
        cmocka_unit_test(unclean_header_is_never_sent),
        cmocka_unit_test(forgotten_request_becomes_500),
        cmocka_unit_test(api_errors_are_problems),
        cmocka_unit_test(what_is_not_there_has_a_page),
        cmocka_unit_test(full_queue_says_503),
        cmocka_unit_test(close_answers_what_waits),
        cmocka_unit_test(late_clients_are_cut_off),
        cmocka_unit_test(slow_head_on_an_old_connection_is_cut_off),
        cmocka_unit_test(threads_and_reactor_agree),
        cmocka_unit_test(bad_address_is_refused),
    };

    return cmocka_run_group_tests_name("http", tests, open_shared, close_shared);
}
