/* What the compiler and the renderer of templates share. */
#pragma once

#include "common/template.h"

enum value_kind { VALUE_TEXT, VALUE_MESSAGE, VALUE_BOOL, VALUE_INT, VALUE_OBJECT, VALUE_LIST };

struct value_field {
    struct value_field *older;
    struct text name;
    struct value *value;
};

struct value_item {
    struct value_item *next;
    struct value *value;
};

struct value {
    enum value_kind kind;
    struct arena *arena;
    struct text text;
    int64_t number;
    struct value_field *fields;
    struct value_item *first, *last;
};

const struct value *value_field_of(const struct value *value, struct text name);
bool value_is_true(const struct value *value); /* NULL is false */

enum node_kind {
    NODE_TEXT,     /* text */
    NODE_VALUE,    /* path, escapes, plain */
    NODE_SECTION,  /* path, children */
    NODE_INVERTED, /* path, children */
    NODE_PARTIAL,  /* part */
    NODE_MESSAGE,  /* translations: one list of nodes a language, NULL = missing */
    NODE_TAG,      /* {{_lang}} */
    NODE_DIRECTION,
    NODE_CODE
};

struct node {
    enum node_kind kind;
    bool escapes;
    bool plain; /* inside a tag, <title>, <option> ...: no <span> may stand here */
    struct node *next, *children;
    struct text text;
    struct text *path; /* no parts = {{.}} */
    size_t path_count;
    struct program *part;
    struct node **translations;
};

struct program { /* one file, or the same file with its lines indented by a partial tag */
    struct program *next;
    const struct embedded_file *file;
    struct text indent;
    bool is_html;
    struct node *nodes;
};

struct template_set {
    struct arena *arena;
    const struct embedded_file *files;
    size_t file_count, program_count;
    const struct i18n *i18n;
    struct program *programs; /* the newest first; compiled until all are */
};

/* template_parse.c: the partials that the program names are added to the set. */
bool template_compile(struct template_set *set, struct program *program, struct error *error);

/*
 * Reads a text with {{name}} tags and no others, for a translation; `plain` as in the node. False
 * with the sentence alone, the caller knows where.
 */
bool template_parse_message(struct template_set *set, bool is_html, bool plain, struct text source,
    struct node **nodes, struct error *error);

/* template_message.c: fills the node's translations of a section's raw text. */
bool template_message(struct template_set *set, const struct program *program, struct text raw,
    struct node *node, struct error *error);

/* template.c: the program of that file and indentation, made when it is new; NULL = no file. */
struct program *template_program(
    struct template_set *set, struct text name, bool is_html, struct text indent);
