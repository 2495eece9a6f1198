/*
 * The SMTP outlet: a queue, some threads with a libcurl handle each, a list of reports.
 *
 * Whether a failed try is for now or for ever is core/letter_state.h's to say; here the facts are
 * gathered: which command was the last, what the server replied, whether the dot may be out.
 */
#include "services/notification/outlet_smtp.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/domain/contact.h"

enum { PATIENCE_MS = 2000 /* of the 5 s in which a daemon ends */ };

enum { LINES_MOST = 8 /* tried at a time, by IPv6 and IPv4 */ };

struct line { /* the open sockets of a thread */
    int sockets[LINES_MOST];
    size_t count;
};

struct job { /* on the queue until a thread takes it; freed by that thread */
    struct job *next;
    struct smtp *smtp;
    struct line *line; /* of the thread that has it */
    struct outlet_report report;
    char *recipient, *mime;
    size_t length, given;
    struct timespec deadline; /* of the wait before the dot */
    enum smtp_word word;      /* 0 = not said yet */
    struct delivery delivery;
};

struct told { /* a report that waits for the reactor */
    struct told *next;
    struct outlet_report report;
};

struct smtp {
    struct smtp_options options;
    char *url;
    int fd;
    pthread_t threads[SMTP_PARALLEL_MOST];
    size_t thread_count;

    pthread_mutex_t lock;   /* over all that follows */
    pthread_cond_t changed; /* the queue, a word, the end */
    struct job *first, **last;
    struct job *working[SMTP_PARALLEL_MOST]; /* in a thread's hands */
    size_t waiting, busy;
    struct told *told, **told_last;
    bool stopping;
    int64_t stop_by_us; /* with servers that have seen their dot, once we stop */
};

static struct timespec deadline_after(int64_t ms)
{
    const int64_t us = clock_monotonic_us() + ms * 1000;

    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

static void say(struct smtp *smtp, const struct outlet_report *report)
{
    const uint64_t one = 1;
    struct told *told = calloc(1, sizeof *told);

    CHECK(told);
    told->report = *report;
    pthread_mutex_lock(&smtp->lock);
    *smtp->told_last = told;
    smtp->told_last = &told->next;
    pthread_mutex_unlock(&smtp->lock);
    CHECK(write(smtp->fd, &one, sizeof one) == sizeof one);
}

/* The thread stands before the dot until the reactor has committed that it may be sent. */
static bool may_send_dot(struct job *job)
{
    struct smtp *smtp = job->smtp;
    struct outlet_report asking = job->report;
    int waited = 0;
    bool go;

    asking.event = LETTER_AT_DOT;
    asking.reply = 354; /* the body is asked for by no other reply */
    say(smtp, &asking);
    pthread_mutex_lock(&smtp->lock);
    while (!job->word && !smtp->stopping && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&smtp->changed, &smtp->lock, &job->deadline);
    go = job->word == SMTP_GO;
    job->word = SMTP_STOP; /* a word that comes later finds nobody */
    pthread_mutex_unlock(&smtp->lock);
    return go;
}

/* libcurl names the connection of a transfer only after it, so the thread keeps its own list. */
static curl_socket_t open_line(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct line *line = data;
    const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (fd >= 0 && line->count < LINES_MOST)
        line->sockets[line->count++] = fd;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int close_line(void *data, curl_socket_t fd)
{
    struct line *line = data;

    for (size_t i = 0; i < line->count; i++)
        if (line->sockets[i] == fd)
            line->sockets[i--] = line->sockets[--line->count];
    return close(fd);
}

/* Whether the server is still there: what it has left before the dot is later, not unknown. With
 * more than one socket it cannot be said; then the write will. */
static bool still_there(const struct line *line)
{
    ssize_t peeked;
    char byte;

    if (line->count != 1)
        return true;
    peeked = recv(line->sockets[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked > 0 || (peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

static size_t give_body(char *buffer, size_t size, size_t count, void *data)
{
    struct job *job = data;
    const size_t left = job->length - job->given;
    const size_t now = left < size * count ? left : size * count;

    if (now == 0) {
        if (!may_send_dot(job) || !still_there(job->line))
            return CURL_READFUNC_ABORT;
        job->delivery.dot_sent = true;
        return 0;
    }
    memcpy(buffer, job->mime + job->given, now);
    job->given += now;
    return now;
}

/* The last command that was sent says whom a refusal is about. */
static int hear_talk(CURL *curl, curl_infotype type, char *bytes, size_t length, void *data)
{
    struct job *job = data;

    (void)curl;
    /* After a refusal libcurl says QUIT by itself: that was not what was refused. */
    if (type == CURLINFO_HEADER_OUT && length >= 4 && memcmp(bytes, "QUIT", 4) != 0) {
        const bool letter = memcmp(bytes, "RCPT", 4) == 0 || memcmp(bytes, "DATA", 4) == 0;
        job->delivery.stage = letter ? DELIVERY_LETTER : DELIVERY_BEFORE;
    }
    return 0;
}

static int keep_on(
    void *data, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal, curl_off_t ulnow)
{
    struct job *job = data;
    bool stopping;

    (void)dltotal, (void)dlnow, (void)ultotal, (void)ulnow;
    pthread_mutex_lock(&job->smtp->lock);
    stopping = job->smtp->stopping;
    if (stopping && job->delivery.dot_sent)
        stopping = clock_monotonic_us() > job->smtp->stop_by_us;
    pthread_mutex_unlock(&job->smtp->lock);
    return stopping;
}

static size_t swallow(char *bytes, size_t size, size_t count, void *data)
{
    (void)bytes, (void)data;
    return size * count;
}

/* What is the same for all letters of a thread; the handle keeps its connection between them. */
static CURL *new_handle(const struct smtp *smtp, struct line *line)
{
    const struct smtp_options *options = &smtp->options;
    const bool tls = options->tls == SMTP_TLS_REQUIRED;
    CURL *curl = curl_easy_init();

    CHECK(curl);
    curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, options->from);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (*options->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    if (*options->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password);
    }
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms);
    curl_easy_setopt(
        curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)((options->stage_ms + 999) / 1000));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)options->total_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, hear_talk);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_line);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, line);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_line);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, line);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, keep_on);
    return curl;
}

static void deliver(CURL *curl, struct line *line, struct job *job)
{
    struct outlet_report *report = &job->report;
    char path[CONTACT_EMAIL_MOST + 3];
    struct curl_slist *recipients;
    long code = 0;
    CURLcode result;

    snprintf(path, sizeof path, "<%s>", job->recipient);
    recipients = curl_slist_append(NULL, path);
    CHECK(recipients);
    job->line = line;
    job->deadline = deadline_after(job->smtp->options.total_ms);
    job->delivery.stage = DELIVERY_BEFORE;
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, job);
    curl_easy_setopt(curl, CURLOPT_READDATA, job);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, job);
    result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    job->delivery.done = result == CURLE_OK;
    job->delivery.code = (int)code;
    report->event = delivery_event(&job->delivery);
    report->reply = (int)code;
    if (result != CURLE_OK)
        snprintf(report->why, sizeof report->why, "%s (last reply %ld%s)",
            curl_easy_strerror(result), code, job->delivery.dot_sent ? ", after the dot" : "");
}

static void free_job(struct job *job)
{
    explicit_bzero(job->mime, job->length);
    explicit_bzero(job->recipient, strlen(job->recipient));
    free(job->mime);
    free(job->recipient);
    free(job);
}

/* The next letter, or NULL at the end; what still waits then is not started. */
static struct job *take_job(struct smtp *smtp, size_t *place)
{
    struct job *job = NULL;

    pthread_mutex_lock(&smtp->lock);
    while (!smtp->first && !smtp->stopping)
        pthread_cond_wait(&smtp->changed, &smtp->lock);
    if (!smtp->stopping) {
        job = smtp->first;
        smtp->first = job->next;
        if (!smtp->first)
            smtp->last = &smtp->first;
        smtp->waiting--;
        smtp->busy++;
        for (*place = 0; smtp->working[*place];)
            ++*place;
        smtp->working[*place] = job;
    }
    pthread_mutex_unlock(&smtp->lock);
    return job;
}

static void *work(void *data)
{
    struct smtp *smtp = data;
    struct line line = {.count = 0};
    CURL *curl = new_handle(smtp, &line);
    struct job *job;
    size_t place;

    while ((job = take_job(smtp, &place))) {
        deliver(curl, &line, job);
        pthread_mutex_lock(&smtp->lock);
        smtp->working[place] = NULL;
        smtp->busy--;
        pthread_mutex_unlock(&smtp->lock);
        say(smtp, &job->report);
        free_job(job);
    }
    curl_easy_cleanup(curl);
    return NULL;
}

static bool start_threads(struct smtp *smtp, struct error *error)
{
    while (smtp->thread_count < smtp->options.parallel) {
        if (pthread_create(&smtp->threads[smtp->thread_count], NULL, work, smtp) != 0)
            return error_set(error, ERROR_BUSY, "no thread left for the mail outlet");
        smtp->thread_count++;
    }
    return true;
}

struct smtp *smtp_open(const struct smtp_options *options, struct error *error)
{
    struct smtp *smtp = calloc(1, sizeof *smtp);
    pthread_condattr_t clock;

    CHECK(smtp && options->parallel >= 1 && options->parallel <= SMTP_PARALLEL_MOST);
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    smtp->options = *options;
    CHECK(asprintf(&smtp->url, "%s/%s", options->url, options->hello) > 0);
    smtp->last = &smtp->first;
    smtp->told_last = &smtp->told;
    pthread_mutex_init(&smtp->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&smtp->changed, &clock);
    pthread_condattr_destroy(&clock);
    smtp->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (smtp->fd < 0)
        error_set(error, ERROR_BUSY, "no descriptor left for the mail outlet");
    if (smtp->fd >= 0 && start_threads(smtp, error))
        return smtp;
    smtp_close(smtp);
    return NULL;
}

void smtp_stop(struct smtp *smtp)
{
    pthread_mutex_lock(&smtp->lock);
    smtp->stopping = true;
    smtp->stop_by_us = clock_monotonic_us() + PATIENCE_MS * 1000;
    pthread_cond_broadcast(&smtp->changed);
    pthread_mutex_unlock(&smtp->lock);
    for (size_t i = 0; i < smtp->thread_count; i++)
        pthread_join(smtp->threads[i], NULL);
    smtp->thread_count = 0;
}

void smtp_close(struct smtp *smtp)
{
    if (!smtp)
        return;
    smtp_stop(smtp);
    while (smtp->first) {
        struct job *job = smtp->first;
        smtp->first = job->next;
        free_job(job);
    }
    while (smtp->told) {
        struct told *told = smtp->told;
        smtp->told = told->next;
        free(told);
    }
    pthread_cond_destroy(&smtp->changed);
    pthread_mutex_destroy(&smtp->lock);
    if (smtp->fd >= 0)
        close(smtp->fd);
    curl_global_cleanup();
    free(smtp->url);
    free(smtp);
}

int smtp_fd(const struct smtp *smtp)
{
    return smtp->fd;
}

size_t smtp_room(struct smtp *smtp)
{
    size_t in_hand;

    pthread_mutex_lock(&smtp->lock);
    in_hand = smtp->waiting + smtp->busy;
    pthread_mutex_unlock(&smtp->lock);
    return in_hand < SMTP_WAITING_MOST ? SMTP_WAITING_MOST - in_hand : 0;
}

static char *copied(struct text text)
{
    char *copy = malloc(text.length + 1);

    CHECK(copy);
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

void smtp_take(struct smtp *smtp, const struct outlet_letter *letter)
{
    struct job *job = calloc(1, sizeof *job);

    /* A control byte here would be a command to the server; the claim has looked, this is the last
     * door. */
    CHECK(job && contact_email_ok(letter->recipient));
    job->smtp = smtp;
    job->report.letter_id = letter->letter_id;
    job->report.tries = letter->tries;
    job->recipient = copied(letter->recipient);
    job->mime = copied(letter->mime);
    job->length = letter->mime.length;
    pthread_mutex_lock(&smtp->lock);
    *smtp->last = job;
    smtp->last = &job->next;
    smtp->waiting++;
    pthread_cond_broadcast(&smtp->changed);
    pthread_mutex_unlock(&smtp->lock);
}

size_t smtp_reports(struct smtp *smtp, struct outlet_report *reports, size_t most)
{
    uint64_t woken;
    size_t count = 0;
    bool more;

    CHECK(read(smtp->fd, &woken, sizeof woken) == sizeof woken || errno == EAGAIN);
    pthread_mutex_lock(&smtp->lock);
    while (smtp->told && count < most) {
        struct told *told = smtp->told;
        smtp->told = told->next;
        reports[count++] = told->report;
        free(told);
    }
    more = smtp->told != NULL;
    if (!more)
        smtp->told_last = &smtp->told;
    pthread_mutex_unlock(&smtp->lock);
    if (more) {
        const uint64_t one = 1;
        CHECK(write(smtp->fd, &one, sizeof one) == sizeof one);
    }
    return count;
}

void smtp_release(struct smtp *smtp, const struct outlet_report *report, enum smtp_word word)
{
    pthread_mutex_lock(&smtp->lock);
    for (size_t i = 0; i < smtp->thread_count; i++) {
        struct job *job = smtp->working[i];
        if (job && !job->word && job->report.tries == report->tries &&
            uuid_equal(job->report.letter_id, report->letter_id))
            job->word = word;
    }
    pthread_cond_broadcast(&smtp->changed);
    pthread_mutex_unlock(&smtp->lock);
}
