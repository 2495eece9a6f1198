/*
 * Signing in and out. Checking a password takes some 50 ms and 64 MiB, so one thread does it, one
 * at a time, behind a short queue; the reactor keeps the request until the answer is there.
 *
 * A wrong name and a wrong password take the same time and get the same answer. Wrong ones are
 * counted by name and by address; after a few, each costs a longer wait, whoever comes.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/check.h"
#include "common/log.h"
#include "common/password.h"
#include "common/secrets.h"
#include "services/desk/desk_parts.h"

enum {
    JOBS_MOST = 8,  /* half a second of work: who comes after them is asked to come again */
    USER_MOST = 31, /* characters of a user name */
};

enum job_state { JOB_FREE, JOB_WAITS, JOB_CHECKED };

struct job { /* one who signs in; the worker touches it in JOB_WAITS only */
    enum job_state state;
    struct http_request *request;
    uint64_t turn;
    struct uuid staff_id;
    char user[USER_MOST + 1];
    char password[PASSWORD_MOST + 1];
    char address[HTTP_ADDRESS + 1];
    char hash[PASSWORD_HASH + 1], new_hash[PASSWORD_HASH + 1];
    bool known, right;
};

static struct {
    struct house *house;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int done_fd; /* an eventfd: jobs have been checked */
    bool running, stopping;
    uint64_t turns;
    struct job jobs[JOBS_MOST];
} self = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .done_fd = -1};

/* --- the worker --- */

static struct job *next_job(void)
{
    struct job *next = NULL;

    for (size_t i = 0; i < JOBS_MOST; i++)
        if (self.jobs[i].state == JOB_WAITS && (!next || self.jobs[i].turn < next->turn))
            next = &self.jobs[i];
    return next;
}

static void check(struct job *job)
{
    const struct text password = text_of(job->password);

    job->right = password_check(password, job->known ? job->hash : NULL);
    job->new_hash[0] = '\0';
    if (job->right && password_outdated(job->hash) && !password_hash(password, job->new_hash, NULL))
        job->new_hash[0] = '\0';
    sodium_memzero(job->password, sizeof job->password);
}

static void *work(void *nothing)
{
    (void)nothing;
    pthread_mutex_lock(&self.lock);
    while (!self.stopping) {
        struct job *job = next_job();
        if (!job) {
            pthread_cond_wait(&self.changed, &self.lock);
            continue;
        }
        pthread_mutex_unlock(&self.lock);
        check(job);
        pthread_mutex_lock(&self.lock);
        job->state = JOB_CHECKED;
        eventfd_write(self.done_fd, 1);
    }
    pthread_mutex_unlock(&self.lock);
    return NULL;
}

/* --- answers --- */

static void show_form(struct arena *arena, struct http_request *request, unsigned status,
    const char *trouble, int64_t wait_s)
{
    struct value *root = desk_root(arena, NULL, T("Logga in"));

    if (trouble)
        value_set_message(root, "trouble", trouble);
    if (wait_s)
        value_set_int(root, "wait", wait_s);
    value_set_bool(root, "kept", text_is(http_query(request, "sagt"), "utkast"));
    desk_show(arena, request, status, "sign_in.html", desk_language(request), root);
    if (wait_s)
        http_answer_header(request, "Retry-After", arena_format(arena, "%d", (int)wait_s));
}

/* Answers outside a page's own arena, and gives the request back. */
static void end_with_form(
    struct http_request *request, unsigned status, const char *trouble, int64_t wait_s)
{
    struct arena *arena = arena_new(4 * 1024 * 1024);

    show_form(arena, request, status, trouble, wait_s);
    arena_free(arena);
    house_resume(self.house, request);
}

static bool finish(struct context *context, void *data, struct error *error)
{
    struct job *job = data;
    const struct desk_settings *settings = desk_house()->settings;
    char token[TOKEN_LONG + 1];
    uint8_t hash[TOKEN_HASH];

    if (!job->right) {
        context_audit(context, "desk", "sign_in_failed", job->staff_id, NULL);
        if (!desk_note_failure(context, text_of(job->user), text_of(job->address),
                settings->user_tries, settings->address_tries, error))
            return false;
        show_form(context->arena, job->request, 403, T("Namnet eller lösenordet stämmer inte."), 0);
        return true;
    }
    token_random_long(token);
    CHECK(token_hash(
        secrets_key(self.house->secrets, SECRET_SESSION), "session", text_of(token), hash));
    if (!desk_start_session(
            context, job->staff_id, text_of(job->user), hash, settings->session_ms, error) ||
        (job->new_hash[0] && !desk_set_password(context, job->staff_id, job->new_hash, error)))
        return false;
    context_audit(context, "desk", "signed_in", job->staff_id, NULL);
    http_redirect(job->request, "/");
    desk_set_cookie(context->arena, job->request, token);
    return true;
}

static void end_job(struct job *job)
{
    struct error error = {ERROR_NONE, ""};

    if (house_transact(self.house, finish, job, &error)) {
        house_resume(self.house, job->request);
        return;
    }
    log_event(LOG_LEVEL_WARNING, "sign_in_lost", "reason=%s", error.text);
    end_with_form(job->request, 503, T("Databasen svarar inte just nu. Försök igen."), 5);
}

static void on_done(void *nothing)
{
    eventfd_t count;

    (void)nothing;
    eventfd_read(self.done_fd, &count);
    for (size_t i = 0; i < JOBS_MOST; i++) {
        pthread_mutex_lock(&self.lock);
        const bool checked = self.jobs[i].state == JOB_CHECKED;
        pthread_mutex_unlock(&self.lock);
        if (!checked)
            continue;
        end_job(&self.jobs[i]);
        pthread_mutex_lock(&self.lock);
        sodium_memzero(&self.jobs[i], sizeof self.jobs[i]);
        pthread_mutex_unlock(&self.lock);
    }
}

/* --- who comes --- */

/* Of a proxy in front, the last address it wrote down: what stands before may be made up. */
static void read_address(const struct http_request *request, char address[static HTTP_ADDRESS + 1])
{
    const struct text forwarded = http_header(request, "x-forwarded-for");
    const char *last;

    http_address(request, address);
    if (!desk_house()->settings->behind_proxy || !forwarded.data)
        return;
    last = strrchr(forwarded.data, ',');
    last = last ? last + 1 : forwarded.data;
    snprintf(address, HTTP_ADDRESS + 1, "%s", last + strspn(last, " "));
}

static bool load(struct context *context, void *data, struct error *error)
{
    struct job *job = data;
    struct candidate candidate;

    if (!desk_load_candidate(context, text_of(job->user), text_of(job->address), &candidate, error))
        return false;
    job->known = !uuid_absent(candidate.staff_id);
    job->staff_id = candidate.staff_id;
    job->turn = (uint64_t)candidate.wait_s;
    snprintf(job->hash, sizeof job->hash, "%s", candidate.hash.data ? candidate.hash.data : "");
    return true;
}

/* Puts it in the queue, or says that the queue is full. */
static bool queue(struct job *wanted)
{
    bool found = false;

    pthread_mutex_lock(&self.lock);
    for (size_t i = 0; i < JOBS_MOST && !found; i++) {
        if (self.jobs[i].state != JOB_FREE)
            continue;
        wanted->turn = self.turns++;
        wanted->state = JOB_WAITS;
        self.jobs[i] = *wanted;
        found = true;
        pthread_cond_signal(&self.changed);
    }
    pthread_mutex_unlock(&self.lock);
    return found;
}

static bool read_form(struct job *job)
{
    const struct text user = http_form(job->request, "namn");
    const struct text password = http_form(job->request, "losenord");

    if (!user.length || user.length > USER_MOST || !password.length ||
        password.length > PASSWORD_MOST)
        return false;
    memcpy(job->user, user.data, user.length);
    memcpy(job->password, password.data, password.length);
    read_address(job->request, job->address);
    return true;
}

bool desk_sign_in_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct job job = {.request = requests[0]};

    (void)context;
    CHECK(count == 1);
    if (!desk_same_origin(job.request)) {
        end_with_form(job.request, 403, T("Formuläret kom inte från den här sidan."), 0);
        return true;
    }
    if (!read_form(&job)) {
        end_with_form(job.request, 403, T("Namnet eller lösenordet stämmer inte."), 0);
        return true;
    }
    if (!house_transact(self.house, load, &job, error)) {
        sodium_memzero(&job, sizeof job);
        return false;
    }
    if (job.turn)
        end_with_form(
            job.request, 429, T("Det har blivit fel för många gånger."), (int64_t)job.turn);
    else if (!queue(&job))
        end_with_form(job.request, 429, T("Många loggar in just nu."), 1);
    sodium_memzero(&job, sizeof job);
    return true;
}

bool desk_sign_in_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++)
        show_form(context->arena, requests[i], 200, NULL, 0);
    return true;
}

bool desk_language_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct text code = http_capture(requests[i], 0);
        unsigned language = I18N_SV;

        http_redirect(requests[i], "/");
        if (i18n_language(desk_house()->i18n, code, &language))
            http_answer_header(requests[i], "Set-Cookie",
                arena_format(context->arena, "sprak=%s; Path=/; Max-Age=31536000; SameSite=Lax",
                    i18n_code(desk_house()->i18n, language)));
    }
    return true;
}

bool desk_sign_out_post(struct visit *visit, struct error *error)
{
    uint8_t hash[TOKEN_HASH];

    if (desk_session_hash(visit->request, hash) && !desk_end_session(visit->context, hash, error))
        return false;
    context_audit(visit->context, visit->actor, "signed_out", visit->staff.staff_id, NULL);
    http_redirect(visit->request, "/in");
    desk_clear_cookie(visit->context->arena, visit->request);
    http_answer_header(visit->request, "Clear-Site-Data", "\"cache\", \"storage\"");
    return true;
}

/* --- the start and the end --- */

bool desk_sign_in_open(struct house *house, struct error *error)
{
    self.house = house;
    self.stopping = false;
    self.done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self.done_fd < 0 ||
        !reactor_watch(house->reactor, self.done_fd, REACTOR_READ, on_done, NULL, error))
        return error_set(error, ERROR_BUSY, "cannot watch the sign-in's worker");
    if (pthread_create(&self.thread, NULL, work, NULL) != 0)
        return error_set(error, ERROR_BUSY, "cannot start the sign-in's worker");
    self.running = true;
    return true;
}

static void stop_worker(void)
{
    if (!self.running)
        return;
    pthread_mutex_lock(&self.lock);
    self.stopping = true;
    pthread_cond_signal(&self.changed);
    pthread_mutex_unlock(&self.lock);
    pthread_join(self.thread, NULL);
    self.running = false;
}

void desk_sign_in_settle(struct house *house)
{
    (void)house;
    stop_worker();
    for (size_t i = 0; i < JOBS_MOST; i++) {
        if (self.jobs[i].state != JOB_FREE)
            end_with_form(self.jobs[i].request, 503, T("Vi startar om. Försök igen."), 5);
        sodium_memzero(&self.jobs[i], sizeof self.jobs[i]);
    }
}

void desk_sign_in_close(void)
{
    stop_worker();
    if (self.done_fd >= 0) {
        reactor_forget(self.house->reactor, self.done_fd);
        close(self.done_fd);
    }
    self.done_fd = -1;
}
