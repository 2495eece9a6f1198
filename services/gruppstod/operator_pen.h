/* What an operator's command writes into the audit chain: who did what, in the act's transaction.
 */
#pragma once

#include "common/store.h"
#include "services/gruppstod/shell.h"

struct operator_pen;

/* Reads audit.key of the state folder: who cannot read it cannot act. NULL with an error. */
struct operator_pen *operator_pen_open(const struct shell *shell, struct error *error);
void operator_pen_close(struct operator_pen *pen); /* takes NULL */

/* One line by "operator:" and the system user. No names, no personal data in `detail`. */
bool operator_pen_write(struct operator_pen *pen, struct tx *tx, struct arena *arena,
    const char *action, struct uuid subject, const char *detail, struct error *error);
