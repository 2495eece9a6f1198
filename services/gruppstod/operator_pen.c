/*
 * Each line is a chain of its own, of one link: a command writes one and ends, and what is linked
 * to nothing needs no lock against the next command.
 */
#include "services/gruppstod/operator_pen.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/ledger_store.h"
#include "common/secrets.h"
#include "common/token.h"

struct operator_pen {
    struct secrets *secrets;
    const char *actor;
};

struct operator_pen *operator_pen_open(const struct shell *shell, struct error *error)
{
    const char *folder = arena_format(shell->arena, "%s/keys", shell->var);
    const struct passwd *self = getpwuid(geteuid());
    struct secrets *secrets = secrets_open(folder, SECRET_BIT(SECRET_AUDIT), error);

    if (!secrets) {
        error_while(error, "opening the key of the audit chain, without which nothing is changed");
        return NULL;
    }
    struct operator_pen *pen = calloc(1, sizeof *pen);
    CHECK(pen);
    pen->secrets = secrets;
    pen->actor = arena_format(shell->arena, "operator:%s", self ? self->pw_name : "unknown");
    return pen;
}

void operator_pen_close(struct operator_pen *pen)
{
    if (!pen)
        return;
    secrets_close(pen->secrets);
    free(pen);
}

bool operator_pen_write(struct operator_pen *pen, struct tx *tx, struct arena *arena,
    const char *action, struct uuid subject, const char *detail, struct error *error)
{
    static const uint8_t nothing_before[TOKEN_MAC];
    const struct uuid writer = uuid_new(clock_now_ms());
    const int64_t now_ms = tx_now_ms(tx);
    uint8_t *mac = arena_take(arena, TOKEN_MAC);
    struct audited line = {.subject = subject,
        .seq = 1,
        .actor = text_of(pen->actor),
        .action = text_of(action),
        .detail = text_of(detail),
        .mac = {(const char *)mac, TOKEN_MAC}};

    if (now_ms == INT_ABSENT)
        return error_set(error, ERROR_BUSY, "PostgreSQL does not tell the time");
    /* As the daemons link theirs (common/service_outbox.c). */
    const struct text parts[] = {TEXT("audit"), {(const char *)nothing_before, TOKEN_MAC},
        {(const char *)writer.bytes, sizeof writer.bytes},
        text_of(arena_format(arena, "%lld %lld", (long long)line.seq, (long long)now_ms)),
        line.actor, line.action, {(const char *)subject.bytes, sizeof subject.bytes}, line.detail};
    mac_make(secrets_key(pen->secrets, SECRET_AUDIT), parts, COUNT(parts), mac);
    return ledger_audit(tx, arena, writer, now_ms, &line, 1, error);
}
