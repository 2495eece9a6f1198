/*
 * What is put up and handed out before groups start: a leaflet, a poster, slides and a text for the
 * press, made from the list of groups as it stands when they are printed.
 */
#include <string.h>

#include "common/check.h"
#include "services/intake/intake_catalogue.h"
#include "services/intake/intake_parts.h"

enum { ON_A_SLIDE = 4, LISTED_MOST = 40 /* a poster with more is read by nobody */ };

struct material {
    const char *name, *title, *template;
    int64_t most; /* groups that it has room for */
};

static const struct material materials[] = {
    {"blad", T("Blad"), "leaflet.html", 10},
    {"affisch", T("Affisch"), "poster.html", 6},
    {"bilder", T("Bilder att visa"), "slides.html", LISTED_MOST},
    {"press", T("Text till tidningen"), "press.html", LISTED_MOST},
};

static const struct material *material_of(struct text name)
{
    for (size_t i = 0; i < COUNT(materials); i++)
        if (text_is(name, materials[i].name))
            return &materials[i];
    return NULL;
}

/* "gruppstod.example.org", as it is read from paper. */
static const char *short_address(void)
{
    const char *address = intake_house()->settings->base_url, *slashes = strstr(address, "://");

    return slashes ? slashes + 3 : address;
}

/* The groups that start and were chosen, also by fours for the slides. */
static void add_groups(struct context *context, unsigned language, int64_t most,
    const struct group_filter *filter, const struct group_row *groups, size_t count,
    struct value *root)
{
    struct value *list = value_add_list(root, "groups"), *slides = value_add_list(root, "slides");
    struct value *slide = NULL;
    int64_t shown = 0, left = 0;

    for (size_t i = 0; i < count; i++) {
        if (!catalogue_starts(&groups[i]) || !catalogue_fits(&groups[i], filter))
            continue;
        if (shown == most) {
            left++;
            continue;
        }
        if (shown++ % ON_A_SLIDE == 0)
            slide = value_add_list(value_append_object(slides), "cards");
        catalogue_add(context, language, &groups[i], value_append_object(list));
        catalogue_add(context, language, &groups[i], value_append_object(slide));
    }
    value_set_int(root, "shown", shown);
    value_set_int(root, "left", left);
}

static void add_kinds(struct value *root)
{
    struct value *kinds = value_add_list(root, "kinds");

    for (size_t i = 0; i < COUNT(materials); i++) {
        struct value *kind = value_append_object(kinds);
        value_set_string(kind, "kind", materials[i].name);
        value_set_message(kind, "called", materials[i].title);
    }
}

static void show_material(struct context *context, struct http_request *request,
    const struct group_row *groups, size_t count)
{
    const struct group_filter filter = catalogue_filter(request);
    const struct text name = http_capture(request, 1);
    const struct material *material = name.data ? material_of(name) : NULL;
    unsigned language;

    if (!intake_language(context, request, &language))
        return;
    if (name.data && !material) {
        intake_show_plain(context, request, 404, language, T("Sidan finns inte"),
            T("Adressen är fel eller gammal. Börja om från startsidan."));
        return;
    }
    struct value *root = intake_page(
        context, request, material ? material->title : T("Material att skriva ut"), language);
    value_set_bool(root, "prints", material != NULL);
    value_set_string(root, "short_address", short_address());
    catalogue_add_filters(context, language, &filter, root);
    add_kinds(root);
    add_groups(context, language, material ? material->most : 0, &filter, groups, count, root);
    if (material)
        intake_show(context, request, 200, material->template, language, root);
    else
        intake_show_open(context, request, "material.html", language, root);
}

bool intake_material_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    const struct group_row *groups;
    size_t group_count;

    if (!intake_look_groups(context, &groups, &group_count, error))
        return error_while(error, "reading the catalogue");
    for (size_t i = 0; i < count; i++)
        show_material(context, requests[i], groups, group_count);
    return true;
}
