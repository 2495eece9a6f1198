/* A translated section: its Swedish text and every translation, compiled when the set is opened. */
#include <string.h>

#include "common/check.h"
#include "common/i18n_inside.h"
#include "common/template_inside.h"

static bool names(const struct node *nodes, struct text name)
{
    for (; nodes; nodes = nodes->next)
        if (nodes->kind != NODE_TEXT && text_equal(nodes->text, name))
            return true;
    return false;
}

/* The first value that `these` name and `those` do not. */
static const struct node *missing(const struct node *these, const struct node *those)
{
    for (; these; these = these->next)
        if (these->kind != NODE_TEXT && !names(those, these->text))
            return these;
    return NULL;
}

static bool same_values(const struct node *swedish, const struct node *translated, const char *code,
    struct error *error)
{
    const struct node *lost = missing(swedish, translated);
    const struct node *strange = missing(translated, swedish);

    if (!lost && !strange)
        return true;
    const struct text name = lost ? lost->text : strange->text;
    return error_set(error, ERROR_INPUT, "the translation in po/%s.po %s {{%.*s}}", code,
        lost ? "lacks" : "should not have", (int)name.length, name.data);
}

bool template_message(struct template_set *set, const struct program *program, struct text raw,
    struct node *node, struct error *error)
{
    const struct text key = i18n_key(set->arena, raw);
    const size_t languages = i18n_languages(set->i18n);

    if (key.length == 0)
        return error_set(error, ERROR_INPUT, "an empty translation");
    node->translations = ARENA_ARRAY(set->arena, struct node *, languages);
    for (unsigned i = 0; i < languages; i++) {
        const struct text text = i18n_find(set->i18n, i, key);
        if (!text.data)
            continue;
        if (!template_parse_message(
                set, program->is_html, node->plain, text, &node->translations[i], error))
            return error_while(error, "in po/%s.po", i18n_code(set->i18n, i));
        if (!same_values(
                node->translations[0], node->translations[i], i18n_code(set->i18n, i), error))
            return false;
    }
    return true;
}
