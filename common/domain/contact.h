/* Whether an e-mail address or a telephone number can be used as it was typed. Pure. */
#pragma once

#include <stdbool.h>

#include "common/text.h"

enum {
    CONTACT_EMAIL_MOST = 254, /* RFC 5321: a path of 256 with its brackets */
    CONTACT_PHONE_MOST = 16,  /* "+" and the 15 digits of E.164 */
};

/*
 * An address that may be handed to a mail server: ASCII, one @, the local part of RFC 5322's atoms
 * with dots between, a domain of two labels or more. Quoted and international local parts are
 * refused: the relay could not be trusted with them, and a control byte here would be a command.
 */
bool contact_email_ok(struct text address);

/*
 * "+46701234567" from what people write: 070-123 45 67, 0046 70.., +46 (0)70... Digits without a
 * country are Swedish. False when it cannot be a number: then `phone` is not written.
 */
bool contact_phone(struct text typed, char phone[static CONTACT_PHONE_MOST + 1]);
