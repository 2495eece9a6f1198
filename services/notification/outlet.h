/* What an outlet is given and what it tells; outlet_folder.h and outlet_smtp.h are the outlets. */
#pragma once

#include <stdint.h>

#include "common/text.h"
#include "common/uuid.h"
#include "services/notification/core/letter_state.h"

struct outlet_letter {
    struct uuid letter_id;
    int64_t tries; /* which claim this is: a report of an older one changes nothing */
    struct text recipient, mime;
};

enum { OUTLET_WHY = 120 };

struct outlet_report {
    struct uuid letter_id;
    int64_t tries;
    enum letter_event event; /* AT_DOT asks for smtp_release; others are the end of the try */
    int reply;               /* the server's last reply code; 0 = none */
    char why[OUTLET_WHY];    /* for an operator, without address and content; "" when all is well */
};
