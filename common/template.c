/* A set of compiled templates, and the walk over their nodes that writes a page. */
#include "common/template.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/template_inside.h"

/* Sources stay where they are; nodes of all pages in all languages are some MiB. */
#define MEMORY_MOST (128UL * 1024 * 1024)

enum {
    PROGRAMS_MOST = 2000, /* more are partials that indent themselves for ever */
    FIRST_OUTPUT = 16 * 1024
};

struct render {
    const struct i18n *i18n;
    unsigned language;
    struct error *error;
    const struct value *contexts[TEMPLATE_DEPTH_MOST + 1];
    size_t context_count, depth;
    char *output;
    size_t length, room;
};

static bool ends_with(const char *name, const char *end)
{
    const size_t length = strlen(name), end_length = strlen(end);

    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

static struct program *add_program(
    struct template_set *set, const struct embedded_file *file, struct text indent)
{
    for (struct program *program = set->programs; program; program = program->next)
        if (program->file == file && text_equal(program->indent, indent))
            return program;
    if (set->program_count == PROGRAMS_MOST)
        return NULL;
    struct program *program = ARENA_NEW(set->arena, struct program);
    *program = (struct program){.next = set->programs,
        .file = file,
        .indent = indent,
        .is_html = ends_with(file->name, ".html")};
    set->programs = program;
    set->program_count++;
    return program;
}

struct program *template_program(
    struct template_set *set, struct text name, bool is_html, struct text indent)
{
    const char *path =
        arena_format(set->arena, "%.*s%s", (int)name.length, name.data, is_html ? ".html" : ".txt");
    const struct embedded_file *file = embedded_find(set->files, set->file_count, path);

    return file ? add_program(set, file, indent) : NULL;
}

/* Compiling one program may add others before it: until none is new. */
static bool compile_all(struct template_set *set, struct error *error)
{
    const struct program *done = NULL;

    while (set->programs != done) {
        struct program *newest = set->programs;
        for (struct program *program = newest; program != done; program = program->next)
            if (!template_compile(set, program, error))
                return false;
        done = newest;
    }
    return true;
}

struct template_set *template_set_open(
    const struct embedded_file *files, size_t count, const struct i18n *i18n, struct error *error)
{
    struct arena *arena = arena_new(MEMORY_MOST);
    struct template_set *set = ARENA_NEW(arena, struct template_set);

    *set = (struct template_set){.arena = arena, .files = files, .file_count = count, .i18n = i18n};
    for (size_t i = 0; i < count; i++)
        if (ends_with(files[i].name, ".html") || ends_with(files[i].name, ".txt"))
            CHECK(add_program(set, &files[i], (struct text){"", 0}));
    if (compile_all(set, error))
        return set;
    arena_free(arena);
    return NULL;
}

void template_set_close(struct template_set *set)
{
    if (set)
        arena_free(set->arena);
}

static const struct program *find_program(const struct template_set *set, const char *name)
{
    for (const struct program *program = set->programs; program; program = program->next)
        if (program->indent.length == 0 && strcmp(program->file->name, name) == 0)
            return program;
    return NULL;
}

bool template_set_has(const struct template_set *set, const char *name)
{
    return find_program(set, name) != NULL;
}

static bool put(struct render *render, const char *data, size_t length)
{
    if (length > TEMPLATE_OUTPUT_MOST - render->length)
        return error_set(render->error, ERROR_INPUT, "the page is longer than 512 KiB");
    if (render->length + length > render->room) {
        while (render->length + length > render->room)
            render->room *= 2;
        render->output = memory_grow(render->output, render->room);
    }
    if (length)
        memcpy(render->output + render->length, data, length);
    render->length += length;
    return true;
}

static bool put_string(struct render *render, const char *string)
{
    return put(render, string, strlen(string));
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool put_escaped(struct render *render, struct text text)
{
    size_t from = 0;

    for (size_t i = 0; i < text.length; i++) {
        const char *instead = entity(text.data[i]);
        if (!instead)
            continue;
        if (!put(render, text.data + from, i - from) || !put_string(render, instead))
            return false;
        from = i + 1;
    }
    return put(render, text.data + from, text.length - from);
}

static bool put_text(struct render *render, const struct node *node, struct text text)
{
    return node->escapes ? put_escaped(render, text) : put(render, text.data, text.length);
}

/* A Swedish text on a page in another language says so, for screen readers. */
static bool needs_span(
    const struct render *render, const struct program *program, const struct node *node)
{
    return program->is_html && !node->plain &&
           strcmp(i18n_tag(render->i18n, render->language), "sv") != 0;
}

static const char span_start[] = "<span lang=\"sv\" dir=\"ltr\">", span_end[] = "</span>";

static bool put_message(struct render *render, const struct program *program,
    const struct node *node, struct text swedish)
{
    const struct text found = i18n_find(render->i18n, render->language, swedish);

    if (found.data)
        return put_text(render, node, found);
    if (!needs_span(render, program, node))
        return put_text(render, node, swedish);
    return put_string(render, span_start) && put_text(render, node, swedish) &&
           put_string(render, span_end);
}

/* The first part is looked for from the innermost context outwards, the rest only inside it. */
static const struct value *find_value(const struct render *render, const struct node *node)
{
    const struct value *found = NULL;

    if (node->path_count == 0)
        return render->contexts[render->context_count - 1];
    for (size_t i = render->context_count; i > 0 && !found; i--)
        found = value_field_of(render->contexts[i - 1], node->path[0]);
    for (size_t i = 1; i < node->path_count; i++)
        found = value_field_of(found, node->path[i]);
    return found;
}

static bool put_value(struct render *render, const struct program *program, const struct node *node)
{
    const struct value *value = find_value(render, node);
    char digits[24];

    if (!value)
        return true;
    switch (value->kind) {
    case VALUE_TEXT:
        return put_text(render, node, value->text);
    case VALUE_MESSAGE:
        return put_message(render, program, node, value->text);
    case VALUE_INT:
        snprintf(digits, sizeof digits, "%" PRId64, value->number);
        return put_string(render, digits);
    case VALUE_BOOL:
        return put_string(render, value->number ? "true" : "false");
    case VALUE_OBJECT:
    case VALUE_LIST:
        return true; /* nothing that could be read */
    }
    return true;
}

static bool walk(struct render *render, const struct program *program, const struct node *node);

static bool walk_inside(struct render *render, const struct program *program,
    const struct node *nodes, const struct value *context)
{
    if (render->depth == TEMPLATE_DEPTH_MOST)
        return error_set(render->error, ERROR_INPUT, "%s: sections and partials are too deep",
            program->file->name);
    render->depth++;
    if (context)
        render->contexts[render->context_count++] = context;
    const bool good = walk(render, program, nodes);
    render->context_count -= context != NULL;
    render->depth--;
    return good;
}

static bool put_section(
    struct render *render, const struct program *program, const struct node *node)
{
    const struct value *value = find_value(render, node);

    if (!value_is_true(value))
        return true;
    if (value->kind != VALUE_LIST)
        return walk_inside(render, program, node->children, value);
    for (const struct value_item *item = value->first; item; item = item->next)
        if (!walk_inside(render, program, node->children, item->value))
            return false;
    return true;
}

static bool put_translation(
    struct render *render, const struct program *program, const struct node *node)
{
    const struct node *translated = node->translations[render->language];

    if (translated)
        return walk(render, program, translated);
    if (!needs_span(render, program, node))
        return walk(render, program, node->translations[I18N_SV]);
    return put_string(render, span_start) && walk(render, program, node->translations[I18N_SV]) &&
           put_string(render, span_end);
}

static bool put_node(struct render *render, const struct program *program, const struct node *node)
{
    switch (node->kind) {
    case NODE_TEXT:
        return put(render, node->text.data, node->text.length);
    case NODE_VALUE:
        return put_value(render, program, node);
    case NODE_SECTION:
        return put_section(render, program, node);
    case NODE_INVERTED:
        return value_is_true(find_value(render, node)) ||
               walk_inside(render, program, node->children, NULL);
    case NODE_PARTIAL:
        return walk_inside(render, node->part, node->part->nodes, NULL);
    case NODE_MESSAGE:
        return put_translation(render, program, node);
    case NODE_TAG:
        return put_string(render, i18n_tag(render->i18n, render->language));
    case NODE_DIRECTION:
        return put_string(render, i18n_direction(render->i18n, render->language));
    case NODE_CODE:
        return put_string(render, i18n_code(render->i18n, render->language));
    }
    return true;
}

static bool walk(struct render *render, const struct program *program, const struct node *node)
{
    for (; node; node = node->next)
        if (!put_node(render, program, node))
            return false;
    return true;
}

bool template_render(const struct template_set *set, const char *name, unsigned language,
    const struct value *root, struct arena *arena, struct text *page, struct error *error)
{
    const struct program *program = find_program(set, name);
    struct render render = {.i18n = set->i18n,
        .language = language,
        .error = error,
        .contexts = {root},
        .context_count = 1,
        .output = malloc(FIRST_OUTPUT),
        .room = FIRST_OUTPUT};

    CHECK(render.output && language < i18n_languages(set->i18n));
    const bool good = program ? walk(&render, program, program->nodes)
                              : error_set(error, ERROR_ABSENT, "there is no template %s", name);
    if (good)
        *page = (struct text){arena_copy(arena, render.output, render.length), render.length};
    free(render.output);
    return good || error_while(error, "rendering %s", name);
}
