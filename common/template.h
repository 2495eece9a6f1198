/*
 * Pages and letters: the Mustache language's core, compiled once, rendered many times.
 *
 *   {{name}}               the value, escaped in .html, as it is in .txt; {{a.b}} goes into objects
 *   {{{name}}} {{&name}}   the value, never escaped: only for markup that we made ourselves
 *   {{#name}}..{{/name}}   once for something true or an object, once for each element of a list
 *   {{^name}}..{{/name}}   when it is absent, false, 0, "" or an empty list
 *   {{.}}                  the element itself
 *   {{> part}}             the file part.html (or part.txt in a letter)
 *   {{! remark}}           nothing
 *   {{=<% %>=}}            other delimiters
 *   {{#_}}Swedish{{/_}}    the translation; {{name}} may stand in it, and nothing else
 *   {{_lang}} {{_dir}} {{_code}}   the language's tag, direction and URL prefix
 *
 * A missing translation shows the Swedish text, in .html inside <span lang="sv" dir="ltr"> (not in
 * an attribute, <title>, <option> or <textarea>, where a tag cannot stand).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/embedded.h"
#include "common/error.h"
#include "common/i18n.h"
#include "common/text.h"

/* What a page shows. Everything lives in the arena; names and C strings are borrowed. */
struct value;

struct value *value_object(struct arena *arena);
void value_set_text(struct value *object, const char *name, struct text text); /* borrowed bytes */
void value_set_string(struct value *object, const char *name, const char *string);   /* or NULL */
void value_set_message(struct value *object, const char *name, const char *swedish); /* a T("") */
void value_set_bool(struct value *object, const char *name, bool truth);
void value_set_int(struct value *object, const char *name, int64_t number);
void value_set(struct value *object, const char *name, struct value *value);

struct value *value_add_object(struct value *object, const char *name); /* a new one, set */
struct value *value_add_list(struct value *object, const char *name);   /* an empty one, set */
struct value *value_append_object(struct value *list);                  /* a new element */
void value_append_text(struct value *list, struct text text);
void value_append_message(struct value *list, const char *swedish);
void value_append(struct value *list, struct value *value);

enum {
    TEMPLATE_DEPTH_MOST = 32,         /* sections and partials inside each other */
    TEMPLATE_OUTPUT_MOST = 512 * 1024 /* bytes of a page: the longest list a person reads */
};

struct template_set;

/*
 * Compiles all *.html and *.txt among `files`, in all languages of `i18n` (NULL: Swedish only). A
 * wrong tag, a missing partial, or a translation with another {{name}} than its source is refused
 * with file and line. `i18n` must outlive the set; `files` too.
 */
struct template_set *template_set_open(
    const struct embedded_file *files, size_t count, const struct i18n *i18n, struct error *error);
void template_set_close(struct template_set *set); /* takes NULL */
bool template_set_has(const struct template_set *set, const char *name);

/*
 * Renders "start.html" for `language` into `arena`; the text is NUL-terminated. False with a
 * sentence when there is no such template, or past TEMPLATE_OUTPUT_MOST or TEMPLATE_DEPTH_MOST.
 * Safe in several threads at once.
 */
bool template_render(const struct template_set *set, const char *name, unsigned language,
    const struct value *root, struct arena *arena, struct text *page, struct error *error);
