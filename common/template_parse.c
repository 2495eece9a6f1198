/*
 * Mustache source into a tree of nodes, by the public specification's core rules.
 *
 * A tag that stands alone on its line takes the line with it (sections, comments, delimiters,
 * partials). Along the way the compiler watches whether it is inside an HTML tag, so that a <span>
 * is never written where none may stand.
 */
#include <ctype.h>
#include <string.h>

#include "common/check.h"
#include "common/template_inside.h"

enum { DELIMITER_MOST = 8, ELEMENT_MOST = 12 };

struct level { /* an open section */
    struct node *section, **tail;
    const char *start;
};

struct parse {
    struct template_set *set;
    struct program *program; /* NULL in a message */
    struct error *error;
    bool is_html, is_message;
    const char *source, *end, *at;
    char open[DELIMITER_MOST + 1], close[DELIMITER_MOST + 2];
    struct node **tail;
    struct level levels[TEMPLATE_DEPTH_MOST];
    size_t depth;
    bool in_tag, in_plain;      /* of the HTML so far */
    char element[ELEMENT_MOST]; /* of the tag that is open, "/title" when it ends one */
    size_t element_length;
};

struct tag {
    const char *start, *stop;
    char sigil; /* 0 for {{name}} */
    struct text content;
};

static bool refuse(struct parse *parse, const char *at, const char *sentence, struct text what)
{
    unsigned line = 1;

    for (const char *c = parse->source; c < at; c++)
        line += *c == '\n';
    if (!parse->program)
        return error_set(
            parse->error, ERROR_INPUT, "%s%.*s", sentence, (int)what.length, what.data);
    return error_set(parse->error, ERROR_INPUT, "%s:%u: %s%.*s", parse->program->file->name, line,
        sentence, (int)what.length, what.data);
}

static const struct text nothing = {"", 0};

static struct node *add_node(struct parse *parse, enum node_kind kind)
{
    struct node *node = ARENA_NEW(parse->set->arena, struct node);

    node->kind = kind;
    node->plain = parse->in_tag || parse->in_plain;
    *parse->tail = node;
    parse->tail = &node->next;
    return node;
}

/* Elements whose content is text, not markup, or may hold no element. */
static bool holds_text(const char *element)
{
    static const char *const elements[] = {"title", "option", "textarea", "script", "style"};

    for (size_t i = 0; i < COUNT(elements); i++)
        if (strcmp(element, elements[i]) == 0)
            return true;
    return false;
}

static void end_element(struct parse *parse)
{
    const bool closes = parse->element[0] == '/';

    parse->in_tag = false;
    if (holds_text(parse->element + closes))
        parse->in_plain = !closes;
}

static void watch(struct parse *parse, const char *from, const char *to)
{
    bool naming = false;

    for (; parse->is_html && from < to; from++) {
        if (parse->in_tag && *from == '>') {
            end_element(parse);
        } else if (!parse->in_tag && *from == '<' && from + 1 < to &&
                   (isalpha((unsigned char)from[1]) || from[1] == '/')) {
            parse->in_tag = naming = true;
            parse->element_length = 0;
            memset(parse->element, 0, sizeof parse->element);
        } else if (naming) {
            naming = isalnum((unsigned char)*from) || *from == '/';
            if (naming && parse->element_length < ELEMENT_MOST - 1)
                parse->element[parse->element_length++] = (char)tolower((unsigned char)*from);
        }
    }
}

static void add_text(struct parse *parse, const char *from, const char *to)
{
    if (from >= to)
        return;
    add_node(parse, NODE_TEXT)->text = (struct text){from, (size_t)(to - from)};
    watch(parse, from, to);
}

static const char *find(const char *from, const char *end, const char *what)
{
    return memmem(from, (size_t)(end - from), what, strlen(what));
}

static struct text trim(const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (from < to && isspace((unsigned char)to[-1]))
        to--;
    return (struct text){from, (size_t)(to - from)};
}

/* Reads the tag at `start`, whose opening delimiter is there. */
static bool read_tag(struct parse *parse, const char *start, struct tag *tag)
{
    const char *at = start + strlen(parse->open);
    char close[DELIMITER_MOST + 2];

    while (at < parse->end && (*at == ' ' || *at == '\t'))
        at++;
    tag->start = start;
    tag->sigil = at < parse->end && strchr("#^/!>&={", *at) && *at ? *at++ : '\0';
    const char *extra = tag->sigil == '{' ? "}" : tag->sigil == '=' ? "=" : "";
    stpcpy(stpcpy(close, extra), parse->close);
    const char *stop = find(at, parse->end, close);
    if (!stop)
        return refuse(parse, start, "a tag without its end", nothing);
    tag->content = trim(at, stop);
    tag->stop = stop + strlen(close);
    return true;
}

/* The whole line when nothing but white space is beside the tag; `indent` is what stood before. */
static bool stands_alone(const struct parse *parse, struct tag *tag, struct text *indent)
{
    const char *from = tag->start, *to = tag->stop;

    while (from > parse->source && (from[-1] == ' ' || from[-1] == '\t'))
        from--;
    while (to < parse->end && (*to == ' ' || *to == '\t'))
        to++;
    if (from > parse->source && from[-1] != '\n')
        return false;
    if (to < parse->end && *to == '\r' && to + 1 < parse->end && to[1] == '\n')
        to++;
    if (to < parse->end && *to != '\n')
        return false;
    *indent = (struct text){from, (size_t)(tag->start - from)};
    tag->start = from;
    tag->stop = to < parse->end ? to + 1 : to;
    return true;
}

static bool is_name(struct text name)
{
    if (name.length == 0)
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (isspace((unsigned char)name.data[i]) || strchr("{}<>&#/^!=\"", name.data[i]))
            return false;
    return true;
}

/* Cuts a.b.c into its parts; "." has none. */
static bool set_path(struct parse *parse, struct node *node, const struct tag *tag)
{
    const struct text name = tag->content;
    size_t most = 1, from = 0;

    if (!is_name(name))
        return refuse(parse, tag->start, "not a name: ", name);
    node->text = name;
    if (text_is(name, "."))
        return true;
    for (size_t i = 0; i < name.length; i++)
        most += name.data[i] == '.';
    node->path = ARENA_ARRAY(parse->set->arena, struct text, most);
    for (size_t i = 0; i <= name.length; i++)
        if (i == name.length || name.data[i] == '.') {
            if (i == from)
                return refuse(parse, tag->start, "an empty part in a name: ", name);
            node->path[node->path_count++] = (struct text){name.data + from, i - from};
            from = i + 1;
        }
    return true;
}

static bool add_value(struct parse *parse, const struct tag *tag)
{
    static const struct {
        const char *name;
        enum node_kind kind;
    } built_in[] = {{"_lang", NODE_TAG}, {"_dir", NODE_DIRECTION}, {"_code", NODE_CODE}};

    for (size_t i = 0; i < COUNT(built_in); i++)
        if (text_is(tag->content, built_in[i].name)) {
            add_node(parse, built_in[i].kind)->text = tag->content;
            return true;
        }
    struct node *node = add_node(parse, NODE_VALUE);
    node->escapes = parse->is_html && tag->sigil == '\0';
    return set_path(parse, node, tag);
}

static bool open_section(struct parse *parse, const struct tag *tag)
{
    if (parse->depth == TEMPLATE_DEPTH_MOST)
        return refuse(parse, tag->start, "too many sections inside each other", nothing);
    struct node *node = add_node(parse, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED);
    parse->levels[parse->depth++] =
        (struct level){.section = node, .tail = parse->tail, .start = tag->start};
    parse->tail = &node->children;
    return set_path(parse, node, tag);
}

static bool close_section(struct parse *parse, const struct tag *tag)
{
    if (parse->depth == 0)
        return refuse(parse, tag->start, "no open section ends here: ", tag->content);
    const struct level *level = &parse->levels[parse->depth - 1];
    if (!text_equal(level->section->text, tag->content))
        return refuse(parse, tag->start, "another section is open here: ", level->section->text);
    parse->tail = level->tail;
    parse->depth--;
    return true;
}

/* {{=<% %>=}} */
static bool set_delimiters(struct parse *parse, const struct tag *tag)
{
    const char *from = tag->content.data, *to = from + tag->content.length, *space = from;

    while (space < to && !isspace((unsigned char)*space))
        space++;
    const struct text open = {from, (size_t)(space - from)}, close = trim(space, to);
    if (!open.length || !close.length || open.length > DELIMITER_MOST ||
        close.length > DELIMITER_MOST || memchr(open.data, '=', open.length) ||
        memchr(close.data, '=', close.length))
        return refuse(parse, tag->start, "not two delimiters: ", tag->content);
    memcpy(parse->open, open.data, open.length);
    parse->open[open.length] = '\0';
    memcpy(parse->close, close.data, close.length);
    parse->close[close.length] = '\0';
    return true;
}

static bool add_partial(struct parse *parse, const struct tag *tag, struct text indent)
{
    if (!is_name(tag->content))
        return refuse(parse, tag->start, "not a name: ", tag->content);
    struct node *node = add_node(parse, NODE_PARTIAL);
    node->part = template_program(parse->set, tag->content, parse->is_html, indent);
    return node->part || refuse(parse, tag->start, "no such partial, or too many: ", tag->content);
}

/* Up to {{/_}}: only values may stand in between. */
static bool add_message(struct parse *parse, struct tag *tag)
{
    const char *from = tag->stop;
    struct tag inner = *tag;

    if (strcmp(parse->open, "{{") != 0)
        return refuse(parse, tag->start, "a translation needs the usual delimiters", nothing);
    do {
        const char *next = find(inner.stop, parse->end, parse->open);
        if (!next)
            return refuse(parse, tag->start, "a translation without its end", nothing);
        if (!read_tag(parse, next, &inner))
            return false;
        if (inner.sigil == '/' && text_is(inner.content, "_"))
            break;
    } while (!inner.sigil || inner.sigil == '&' || inner.sigil == '{');
    if (inner.sigil != '/')
        return refuse(
            parse, inner.start, "only values may stand in a translation: ", inner.content);
    struct node *node = add_node(parse, NODE_MESSAGE);
    tag->stop = inner.stop;
    struct error why = {.text = ""};
    if (!template_message(parse->set, parse->program,
            (struct text){from, (size_t)(inner.start - from)}, node, &why))
        return refuse(parse, tag->start, why.text, nothing);
    return true;
}

static bool add_tag(struct parse *parse, struct tag *tag, struct text indent)
{
    switch (tag->sigil) {
    case '#':
        return text_is(tag->content, "_") ? add_message(parse, tag) : open_section(parse, tag);
    case '^':
        return open_section(parse, tag);
    case '/':
        return close_section(parse, tag);
    case '>':
        return add_partial(parse, tag, indent);
    case '=':
        return set_delimiters(parse, tag);
    case '!':
        return true;
    default:
        return add_value(parse, tag);
    }
}

static bool run(struct parse *parse)
{
    const char *start;
    struct tag tag;

    while ((start = find(parse->at, parse->end, parse->open))) {
        struct text indent = nothing;
        if (!read_tag(parse, start, &tag))
            return false;
        const bool is_value = !tag.sigil || tag.sigil == '&' || tag.sigil == '{';
        if (parse->is_message && !is_value)
            return refuse(parse, start, "only values may stand in a translation: ", tag.content);
        if (!is_value && !text_is(tag.content, "_"))
            stands_alone(parse, &tag, &indent);
        add_text(parse, parse->at, tag.start);
        if (!add_tag(parse, &tag, indent))
            return false;
        parse->at = tag.stop;
    }
    add_text(parse, parse->at, parse->end);
    if (parse->depth > 0)
        return refuse(parse, parse->levels[parse->depth - 1].start,
            "a section without its end: ", parse->levels[parse->depth - 1].section->text);
    return true;
}

static struct parse parse_of(
    struct template_set *set, struct text source, struct node **nodes, struct error *error)
{
    return (struct parse){.set = set,
        .error = error,
        .source = source.data,
        .at = source.data,
        .end = source.data + source.length,
        .open = "{{",
        .close = "}}",
        .tail = nodes};
}

bool template_parse_message(struct template_set *set, bool is_html, bool plain, struct text source,
    struct node **nodes, struct error *error)
{
    struct parse parse = parse_of(set, source, nodes, error);

    parse.is_html = is_html;
    parse.is_message = true;
    parse.in_plain = plain;
    return run(&parse);
}

/* The file's lines, each with the partial tag's indentation before it. */
static struct text indented(struct arena *arena, struct text content, struct text indent)
{
    size_t lines = 1, length = 0;

    if (indent.length == 0)
        return content;
    for (size_t i = 0; i < content.length; i++)
        lines += content.data[i] == '\n';
    char *copy = arena_take(arena, content.length + lines * indent.length + 1);
    for (size_t i = 0; i < content.length; i++) {
        if (i == 0 || content.data[i - 1] == '\n') {
            memcpy(copy + length, indent.data, indent.length);
            length += indent.length;
        }
        copy[length++] = content.data[i];
    }
    return (struct text){copy, length};
}

bool template_compile(struct template_set *set, struct program *program, struct error *error)
{
    const struct text source = indented(set->arena, program->file->content, program->indent);
    struct parse parse = parse_of(set, source, &program->nodes, error);

    parse.program = program;
    parse.is_html = program->is_html;
    return run(&parse);
}
