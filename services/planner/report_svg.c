/* Drawings of a plan. Colour never says anything alone: words and numbers stand beside it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/report_inside.h"

enum { MAP_WIDTH = 960, MAP_HEIGHT = 520, MAP_LABELS = 30, PLACES_DRAWN = 20 };

void html_text(FILE *stream, const char *text)
{
    for (const char *c = text; *c; c++)
        switch (*c) {
        case '&':
            fputs("&amp;", stream);
            break;
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        default:
            putc(*c, stream);
        }
}

void svg_bar(FILE *stream, struct share share, int32_t palette)
{
    const int32_t percent = share.all < REPORT_FEW ? 0 : share_percent(share);

    fprintf(stream,
        "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\">"
        "<rect class=\"track\" width=\"100\" height=\"8\" rx=\"1\"/>"
        "<rect class=\"c%d\" width=\"%d\" height=\"8\" rx=\"1\"/></svg>",
        (int)palette, (int)percent);
}

void svg_places(FILE *stream, int32_t members, int32_t come, int32_t most, int32_t palette)
{
    const int32_t taken = members + come, drawn = most > taken ? most : taken;
    const int32_t shown = drawn < PLACES_DRAWN ? drawn : PLACES_DRAWN;

    fprintf(stream,
        "<svg class=\"places\" viewBox=\"0 0 %d 18\" width=\"%d\" height=\"18\" role=\"img\">"
        "<title>%d of %d places taken</title>",
        (int)(shown * 18), (int)(shown * 18), (int)taken, (int)drawn);
    for (int32_t i = 0; i < shown; i++) {
        const int x = (int)i * 18 + 9;

        if (i < taken)
            fprintf(stream,
                "<g class=\"%s%d\"><circle cx=\"%d\" cy=\"5.5\" r=\"3.5\"/>"
                "<path d=\"M%d 17a6 6 0 0 1 12 0z\"/></g>",
                i < members ? "old c" : "c", (int)palette, x, x - 6);
        else
            fprintf(stream,
                "<g class=\"free\"><circle cx=\"%d\" cy=\"5.5\" r=\"3\"/>"
                "<path d=\"M%d 16.5a5.5 5.5 0 0 1 11 0z\"/></g>",
                x, x - 5);
    }
    fputs("</svg>", stream);
}

/* Circles as large as the numbers of children, together a sixth of the sheet. */
static double *map_radii(const struct figures *figures)
{
    const int32_t districts = figures->instance->district_count;
    double *radii = memory_grow(NULL, ((size_t)districts + 1) * sizeof *radii);
    const double all = figures->all.all > 0 ? figures->all.all : 1;
    const double area = MAP_WIDTH * MAP_HEIGHT / 6.0;

    for (int32_t i = 0; i < districts; i++) {
        const double radius = sqrt(area * fmax(figures->districts[i].all, 1) / all / 3.14159);

        radii[i] = fmax(districts > MAP_LABELS ? 4 : 14, fmin(radius, 64));
    }
    return radii;
}

/* The n largest districts get their name beside them. */
static int32_t least_labelled(const struct figures *figures)
{
    int32_t least = 0, labelled;

    do {
        labelled = 0;
        least++;
        for (int32_t i = 0; i < figures->instance->district_count; i++)
            labelled += figures->districts[i].all >= least;
    } while (labelled > MAP_LABELS);
    return figures->instance->district_count <= MAP_LABELS ? 0 : least;
}

/* One district: a pale disc, the placed share as a ring, its name below. */
static void draw_district(
    const struct figures *figures, int32_t i, struct point at, double radius, bool label, FILE *out)
{
    const struct share share = figures->districts[i];
    const char *name = figures->instance->districts[i];
    const double ring = radius * 0.86;
    char words[40];

    fputs("<g class=\"place\"><title>", out);
    html_text(out, name);
    fprintf(out, ": %s placed, %d new %s</title>", share_words(share, words),
        (int)figures->groups_in[i], figures->groups_in[i] == 1 ? "group" : "groups");
    fprintf(out, "<circle class=\"disc\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", at.x, at.y, radius);
    fprintf(out,
        "<circle class=\"ring\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" pathLength=\"100\""
        " stroke-width=\"%.1f\" stroke-dasharray=\"%d 100\" transform=\"rotate(-90 %.1f %.1f)\"/>",
        at.x, at.y, ring, radius * 0.28, (int)(share.all < REPORT_FEW ? 0 : share_percent(share)),
        at.x, at.y);
    if (label && radius >= 17 && share.all >= REPORT_FEW)
        fprintf(out, "<text class=\"count\" x=\"%.1f\" y=\"%.1f\">%d %%</text>", at.x, at.y + 4.5,
            (int)share_percent(share));
    if (label) {
        fprintf(out, "<text class=\"name\" x=\"%.1f\" y=\"%.1f\">", at.x, at.y + radius + 15);
        html_text(out, name);
        fputs("</text>", out);
    }
    fputs("</g>\n", out);
}

void svg_map(const struct figures *figures, FILE *stream)
{
    const int32_t districts = figures->instance->district_count;
    const int32_t least = least_labelled(figures);
    const size_t bytes = ((size_t)districts + 1) * sizeof(struct point);
    struct point *points = memset(memory_grow(NULL, bytes), 0, bytes);
    double *radii = map_radii(figures), *reach = map_radii(figures);

    /* A name needs room below and at its sides. */
    for (int32_t i = 0; i < districts; i++)
        if (districts <= MAP_LABELS)
            reach[i] += 20;
    map_lay_out(figures->instance, reach, MAP_WIDTH, MAP_HEIGHT, points);
    fprintf(stream,
        "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"map-t map-d\">"
        "<title id=\"map-t\">Placed by district</title>"
        "<desc id=\"map-d\">Each circle is a district: its size is the number of children who "
        "wait, its ring the share that gets a place. Distances are like travel times. "
        "The same figures stand in the table.</desc>\n",
        MAP_WIDTH, MAP_HEIGHT + 10);
    for (int32_t i = 0; i < districts; i++)
        draw_district(figures, i, points[i], radii[i], figures->districts[i].all >= least, stream);
    fputs("</svg>\n", stream);
    free(points);
    free(radii);
    free(reach);
}
