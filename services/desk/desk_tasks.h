/* What the first page and the lists share. */
#pragma once

#include "services/desk/desk_parts.h"

void desk_append_task(const struct visit *visit, struct value *list, const struct task_row *task);
void desk_append_to_clear(
    const struct visit *visit, struct value *list, const struct to_clear_row *row);
