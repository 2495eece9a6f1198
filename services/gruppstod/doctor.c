/*
 * doctor: looks at each part and says one line about it: ok, warn or fail, with the next step.
 *
 * It changes nothing. It ends with 0 when all is well, 1 when something wants a look, 69 when
 * something does not work.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <curl/curl.h>
#include <sodium.h>

#include "common/check.h"
#include "common/secrets.h"
#include "common/token.h"
#include "services/gruppstod/asked.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/doctor_store.h"
#include "services/gruppstod/table.h"

enum {
    QUEUE_S = 60,    /* an older message means that a daemon is stuck */
    SNAPSHOT_S = 60, /* an older one keeps dead rows alive */
    FILE_MOST = 4 * 1024 * 1024,
    RELAY_MS = 3000,
};
static const unsigned long long disk_low = 2ULL << 30, disk_least = 256ULL << 20; /* bytes */

enum level { OK, WARN, FAIL };

struct doctor {
    struct shell *shell;
    struct store *store; /* NULL: PostgreSQL is away */
    struct doctor_facts facts;
    enum level worst;
    size_t said;
};

__attribute__((format(printf, 5, 6))) static void say(struct doctor *doctor, enum level level,
    const char *what, const char *next, const char *format, ...)
{
    static const char *const words[] = {"ok", "warn", "fail"};
    struct arena *arena = doctor->shell->arena;
    char text[500];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (doctor->shell->output == OUTPUT_JSON)
        printf("%s{\"check\":%s,\"level\":\"%s\",\"found\":%s,\"next\":%s}",
            doctor->said ? ",\n " : "[", table_json(arena, text_of(what)), words[level],
            table_json(arena, text_of(text)),
            level == OK ? "null" : table_json(arena, text_of(next)));
    else
        printf("%-5s %-12s %s%s%s\n", words[level], what, text, level == OK ? "" : "  -> ",
            level == OK ? "" : next);
    doctor->said++;
    doctor->worst = level > doctor->worst ? level : doctor->worst;
}

static const char *in_var(const struct doctor *doctor, const char *name)
{
    return arena_format(doctor->shell->arena, "%s/%s", doctor->shell->var, name);
}

/* --- files --- */

/* Keys are their owner's alone; only the public one may be read by others. */
static void check_keys(struct doctor *doctor)
{
    static const char *const names[] = {"seal.pub", "seal.key", "clearance.key", "index.key",
        "letters.key", "token.key", "audit.key", "session.key"};
    const char *next = "chmod 0400 the file; a key that is gone comes back from its own copy only";
    size_t good = 0;

    for (size_t i = 0; i < COUNT(names); i++) {
        const char *path =
            arena_format(doctor->shell->arena, "%s/keys/%s", doctor->shell->var, names[i]);
        const mode_t most = i == 0 ? 0644 : 0600;
        struct stat status;
        if (stat(path, &status) != 0)
            say(doctor, FAIL, "keys", next, "%s: %s", path, strerror(errno));
        else if ((status.st_mode & 07777) & ~most)
            say(doctor, FAIL, "keys", next, "%s has mode %04o: others may read it", path,
                (unsigned)status.st_mode & 07777);
        else
            good++;
    }
    if (good == COUNT(names))
        say(doctor, OK, "keys", "", "%zu keys, each readable by its owner alone", good);
}

static void check_sockets(struct doctor *doctor)
{
    const char *folder = doctor->shell->run;
    struct stat status;

    if (stat(folder, &status) != 0)
        say(doctor, FAIL, "sockets", "gruppstod up", "%s: %s", folder, strerror(errno));
    else if (status.st_mode & 07)
        say(doctor, WARN, "sockets", "chmod 0750 it", "%s is open to everybody (mode %04o)", folder,
            (unsigned)status.st_mode & 07777);
    else
        say(doctor, OK, "sockets", "", "%s", folder);
}

/* Whether somebody listens there; the connection is closed at once, which the planner passes over.
 */
static void check_planner(struct doctor *doctor)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/planner.sock", doctor->shell->run);
    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0)
        say(doctor, OK, "planner", "", "listens on %s", address.sun_path);
    else
        say(doctor, FAIL, "planner", "gruppstod up; then look into log/planner.log",
            "no new groups are planned: %s: %s", address.sun_path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void check_disk(struct doctor *doctor)
{
    struct statvfs disk;

    if (statvfs(doctor->shell->var, &disk) != 0) {
        say(doctor, FAIL, "disk", "look at the disk", "%s: %s", doctor->shell->var,
            strerror(errno));
        return;
    }
    const unsigned long long left = (unsigned long long)disk.f_bavail * disk.f_frsize;
    say(doctor,
        left < disk_least ? FAIL
        : left < disk_low ? WARN
                          : OK,
        "disk", "make room: PostgreSQL stops when the disk is full", "%.1f GB left below %s",
        (double)left / 1e9, doctor->shell->var);
}

/* --- settings --- */

static bool relay_answers(const char *url)
{
    CURL *curl = curl_easy_init();

    CHECK(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)RELAY_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    const CURLcode result = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    return result == CURLE_OK;
}

static void check_outlet(struct doctor *doctor, struct text settings)
{
    struct arena *arena = doctor->shell->arena;
    const char *outlet = asked_value(arena, settings, "notification.outlet");
    const char *folder = asked_value(arena, settings, "notification.folder");
    const char *relay = asked_value(arena, settings, "notification.smtp_url");

    folder = *folder ? folder : in_var(doctor, "mail");
    if (strcmp(outlet, "smtp") == 0 && relay_answers(relay))
        say(doctor, OK, "letters", "", "the mail relay %s answers", relay);
    else if (strcmp(outlet, "smtp") == 0)
        say(doctor, FAIL, "letters", "look at notification.smtp_url and the relay",
            "the mail relay %s does not answer; letters wait", relay);
    else if (strcmp(outlet, "hold") == 0)
        say(doctor, WARN, "letters", "set notification.outlet to smtp", "no letter leaves");
    else if (access(folder, W_OK) != 0)
        say(doctor, FAIL, "letters", "make the folder writable", "%s: %s", folder, strerror(errno));
    else
        say(doctor, WARN, "letters", "set notification.outlet to smtp in service",
            "letters go to the folder %s and to nobody", folder);
}

static void check_demo(struct doctor *doctor, struct text intake, struct text matching)
{
    struct arena *arena = doctor->shell->arena;
    const bool clears = asked_true(arena, intake, "intake.clear_green_automatically");
    const bool spoken = asked_true(arena, intake, "intake.spoken_automatically");
    const bool approves = asked_true(arena, matching, "matching.approve_groups_automatically");

    if (clears || spoken || approves)
        say(doctor, WARN, "decisions", "take conf.d/demo.ini away in service",
            "by themselves:%s%s%s", clears ? " green referrals are cleared;" : "",
            spoken ? " they count as spoken with;" : "", approves ? " groups are approved;" : "");
    else
        say(doctor, OK, "decisions", "", "a coordinator clears, calls and approves");
}

static void check_settings(struct doctor *doctor)
{
    struct text said[DAEMONS];
    struct error error = {ERROR_NONE, ""};
    size_t good = 0;

    for (size_t i = 0; i < DAEMONS; i++) {
        if (asked_settings(doctor->shell, daemon_name(i), &said[i], &error))
            good++;
        else
            say(doctor, FAIL, "settings", "gruppstod config check", "%s", error.text);
    }
    if (good < DAEMONS)
        return;
    say(doctor, OK, "settings", "", "right for all %zu daemons", good);
    check_demo(doctor, said[DAEMON_INTAKE], said[DAEMON_MATCHING]);
    check_outlet(doctor, said[DAEMON_NOTIFICATION]);
}

/* --- the database --- */

static bool digest_of(const struct doctor *doctor, struct text name, char digest[static 65])
{
    struct arena *arena = doctor->shell->arena;
    const char *path = arena_format(arena, "%s/schemas/sql/%s", doctor->shell->release, name.data);
    FILE *file = fopen(path, "re");
    char *bytes = arena_take(arena, FILE_MOST);
    const size_t length = file ? fread(bytes, 1, FILE_MOST - 1, file) : 0;
    uint8_t hash[32];

    if (file)
        fclose(file);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)bytes, length, NULL, 0);
    hex_encode(hash, sizeof hash, digest);
    return length > 0;
}

static size_t count_migrations(const struct doctor *doctor)
{
    const char *path = arena_format(doctor->shell->arena, "%s/schemas/sql", doctor->shell->release);
    DIR *folder = opendir(path);
    size_t count = 0;

    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        const size_t length = strlen(entry->d_name);
        count += strspn(entry->d_name, "0123456789") == 3 && length > 8 &&
                 strcmp(entry->d_name + length - 4, ".sql") == 0;
    }
    closedir(folder);
    return count;
}

static void check_migrations(struct doctor *doctor)
{
    const struct text *names, *digests;
    struct error error = {ERROR_NONE, ""};
    size_t applied, other = 0;
    const size_t files = count_migrations(doctor);

    if (!doctor_read_migrations(
            doctor->store, doctor->shell->arena, &names, &digests, &applied, &error)) {
        say(doctor, FAIL, "migrations", "gruppstod migrate", "%s", error.text);
        return;
    }
    for (size_t i = 0; i < applied; i++) {
        char digest[65];
        other += !digest_of(doctor, names[i], digest) || !text_is(digests[i], digest);
    }
    if (other)
        say(doctor, FAIL, "migrations", "install the release that the database was made by",
            "%zu of the applied files are not this release's", other);
    else if (applied < files)
        say(doctor, FAIL, "migrations", "gruppstod migrate", "%zu of %zu are applied", applied,
            files);
    else
        say(doctor, OK, "migrations", "", "all %zu are applied", applied);
}

static void check_durability(struct doctor *doctor)
{
    const struct doctor_facts *facts = &doctor->facts;
    const bool safe = text_is(facts->fsync, "on") && text_is(facts->full_page_writes, "on") &&
                      !text_is(facts->synchronous_commit, "off");

    say(doctor, safe ? OK : FAIL, "durability", "put them right in postgresql.conf",
        "fsync %s, full_page_writes %s, synchronous_commit %s", facts->fsync.data,
        facts->full_page_writes.data, facts->synchronous_commit.data);
    say(doctor, text_is(facts->checksums, "on") ? OK : WARN, "checksums",
        "pg_checksums --enable while PostgreSQL is stopped", "data checksums are %s",
        facts->checksums.data);
}

static void check_daemons(struct doctor *doctor)
{
    const struct doctor_facts *facts = &doctor->facts;

    if (!text_empty(facts->missing))
        say(doctor, FAIL, "daemons", "gruppstod up; then look into log/", "not running: %s",
            facts->missing.data);
    else if (!text_empty(facts->paused))
        say(doctor, WARN, "daemons", "gruppstod resume", "%s", facts->paused.data);
    else
        say(doctor, OK, "daemons", "", "all are running");
}

static void check_work(struct doctor *doctor)
{
    const struct doctor_facts *facts = &doctor->facts;

    say(doctor, facts->oldest_s > QUEUE_S ? FAIL : OK, "queues", "gruppstod queues",
        text_empty(facts->oldest_queue) ? "empty%s" : "the oldest message waits for %s, %lld s",
        facts->oldest_queue.data, (long long)facts->oldest_s);
    say(doctor, facts->later ? WARN : OK, "retries", "gruppstod queues; look into log/",
        "%lld messages are overdue for another try", (long long)facts->later);
    say(doctor, facts->dead ? WARN : OK, "dead", "gruppstod get dead, then gruppstod retry",
        "%lld dead letters", (long long)facts->dead);
    say(doctor, facts->overdue_tasks ? WARN : OK, "tasks", "a coordinator looks at the desk",
        "%lld tasks are overdue, the oldest by %lld days", (long long)facts->overdue_tasks,
        (long long)facts->overdue_days);
    say(doctor, facts->snapshot_s > SNAPSHOT_S ? WARN : OK, "snapshots",
        "end that transaction: dead rows stay as long as it stands",
        text_empty(facts->snapshot) ? "none is open%s" : "%s: its transaction is %lld s old",
        facts->snapshot.data, (long long)facts->snapshot_s);
    say(doctor, facts->ahead_ms ? WARN : OK, "clock",
        "only a demo turns it: use a new state folder",
        facts->ahead_ms ? "the civil clock stands %.1f days ahead"
                        : "%.0f days ahead of the machine's",
        (double)facts->ahead_ms / 86400000);
}

static void check_database(struct doctor *doctor)
{
    struct error error = {ERROR_NONE, ""};

    doctor->store = shell_store(doctor->shell, "gruppstod_operator", &error);
    if (!doctor->store) {
        say(doctor, FAIL, "postgresql", "gruppstod up", "%s", error.text);
        return;
    }
    say(doctor, OK, "postgresql", "", "answers on %s", doctor->shell->conninfo);
    check_migrations(doctor);
    if (!doctor_read_facts(doctor->store, doctor->shell->arena, &doctor->facts, &error)) {
        say(doctor, FAIL, "database", "gruppstod migrate", "%s", error.text);
        return;
    }
    check_durability(doctor);
    check_daemons(doctor);
    check_work(doctor);
}

int command_doctor(struct shell *shell, int argc, char **argv)
{
    static const int codes[] = {EX_OK, 1, EX_UNAVAILABLE};
    struct doctor doctor = {.shell = shell};

    (void)argv;
    if (argc > 1) {
        fputs("usage: gruppstod doctor\n", stderr);
        return EX_USAGE;
    }
    CHECK(sodium_init() >= 0);
    check_database(&doctor);
    check_settings(&doctor);
    check_keys(&doctor);
    check_sockets(&doctor);
    check_planner(&doctor);
    check_disk(&doctor);
    if (shell->output == OUTPUT_JSON)
        puts("]");
    store_close(doctor.store);
    return codes[doctor.worst];
}
