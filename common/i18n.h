/*
 * Translations: Swedish is the source and the key, each other language is one .po file.
 *
 * Everything is read once at the start and looked up per request; setlocale is never called.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/embedded.h"
#include "common/error.h"
#include "common/text.h"

/* Marks a Swedish text in C for common/po_check.py; it is looked up where it is shown. */
#define T(swedish) (swedish)

enum {
    I18N_SV = 0,              /* the number of Swedish; others as i18n_language says */
    I18N_LANGUAGES_MOST = 40, /* the city's list has 30 */
    I18N_MESSAGE_MOST = 8192  /* bytes of one text */
};

struct i18n;

/*
 * Loads every "po/CODE.po" among `files` (others are left alone). A malformed file is refused with
 * its name and line. Fuzzy and empty entries count as missing. `files` may go afterwards. In each
 * language that there is, texts that all programs share (common/pages/po) are found too.
 */
struct i18n *i18n_open(const struct embedded_file *files, size_t count, struct error *error);
void i18n_close(struct i18n *i18n); /* takes NULL */

size_t i18n_languages(const struct i18n *i18n); /* with Swedish */

/* The number of a URL prefix's code ("sv", "en", "lattlast"); false = we don't speak it. */
bool i18n_language(const struct i18n *i18n, struct text code, unsigned *language);

/* Negotiates an Accept-Language header (RFC 9110, 12.5.4); Swedish when nothing fits. */
unsigned i18n_accept(const struct i18n *i18n, struct text accept_language);

const char *i18n_code(const struct i18n *i18n, unsigned language);      /* for the URL */
const char *i18n_tag(const struct i18n *i18n, unsigned language);       /* for lang= */
const char *i18n_direction(const struct i18n *i18n, unsigned language); /* "ltr" or "rtl" */
const char *i18n_self_name(const struct i18n *i18n, unsigned language); /* "English" */

/* The text in that language, or the Swedish one when it is missing. */
struct text i18n_text(const struct i18n *i18n, unsigned language, const char *swedish);

/* The text in that language, data NULL when it is missing; Swedish is never missing. */
struct text i18n_find(const struct i18n *i18n, unsigned language, struct text swedish);
