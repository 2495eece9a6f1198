/* Pages that say the same to everybody: what a group is, rights, contact; and what search engines
 * are told. None of them needs a database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/intake/intake_catalogue.h"
#include "services/intake/intake_parts.h"

struct info {
    const char *name, *title, *template;
    bool to_children; /* with the way out that works at once */
};

static const struct info infos[] = {
    {"sa-gar-det-till", T("Så går det till"), "about.html", true},
    {"sekretess", T("Sekretess och samtycke"), "secrecy.html", false},
    {"rattigheter", T("Dina rättigheter"), "rights.html", true},
    {"personuppgifter", T("Dina uppgifter"), "data.html", false},
    {"tillganglighet", T("Tillgänglighet"), "accessibility.html", false},
    {"kontakt", T("Kontakta oss"), "contact.html", false},
};

static const struct info *info_of(struct text path)
{
    const char *name = strrchr(path.data, '/') + 1;

    for (size_t i = 0; i < COUNT(infos); i++)
        if (strcmp(name, infos[i].name) == 0)
            return &infos[i];
    return NULL;
}

static void show_info(
    struct context *context, struct http_request *request, const struct info *info)
{
    unsigned language;

    if (!intake_language(context, request, &language))
        return;
    struct value *root = intake_page(context, request, info->title, language);
    const int32_t stated = date_from_civil(2026, 11, 22); /* when the pages were last judged */
    value_set_bool(root, "leave", info->to_children);
    value_set_bool(root, "on_about", info == infos);
    value_set_string(root, "stated",
        arena_format(context->arena, "%s %d", intake_day(context->arena, language, stated),
            date_to_civil(stated).year));
    intake_show_open(context, request, info->template, language, root);
}

bool intake_info_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct info *info = info_of(http_path(requests[i]));
        CHECK(info); /* every pattern of this page is in the table */
        show_info(context, requests[i], info);
    }
    return true;
}

/* --- search engines --- */

bool intake_robots_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        http_answer(requests[i], 200, "text/plain; charset=utf-8",
            text_of(arena_format(context->arena,
                "User-agent: *\n"
                "Disallow: /api/v1/referrals\n"
                "Disallow: /kalender/\n"
                "Disallow: /lamna\n"
                "Sitemap: %s/sitemap.xml\n",
                intake_house()->settings->base_url)));
        http_answer_header(requests[i], "Cache-Control", "public, max-age=3600");
    }
    return true;
}

static void add_address(FILE *out, unsigned language, const char *folder, const char *page)
{
    fprintf(out, "<url><loc>%s/%s/%s%s</loc></url>\n", intake_house()->settings->base_url,
        i18n_code(intake_house()->i18n, language), folder, page);
}

static void write_sitemap(FILE *out, const struct group_row *groups, size_t count)
{
    static const char *const alone[] = {"", "grupper", "barn", "akut", "material"};
    char id[UUID_TEXT + 1];

    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        out);
    for (unsigned language = 0; language < i18n_languages(intake_house()->i18n); language++) {
        for (size_t i = 0; i < COUNT(alone); i++)
            add_address(out, language, "", alone[i]);
        for (size_t i = 0; i < COUNT(infos); i++)
            add_address(out, language, "", infos[i].name);
    }
    for (size_t i = 0; i < count; i++)
        if (catalogue_starts(&groups[i])) {
            uuid_format(groups[i].group_id, id);
            add_address(out, I18N_SV, "grupper/", id);
        }
    fputs("</urlset>\n", out);
}

bool intake_sitemap_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    const struct group_row *groups;
    size_t group_count, length;
    char *text = NULL;

    if (!intake_look_groups(context, &groups, &group_count, error))
        return error_while(error, "reading the catalogue");
    FILE *out = open_memstream(&text, &length);
    CHECK(out);
    write_sitemap(out, groups, group_count);
    CHECK(fclose(out) == 0);
    for (size_t i = 0; i < count; i++) {
        http_answer(
            requests[i], 200, "application/xml; charset=utf-8", (struct text){text, length});
        http_answer_header(requests[i], "Cache-Control", "public, max-age=3600");
    }
    free(text);
    return true;
}
