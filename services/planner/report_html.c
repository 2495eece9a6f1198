/* The plan as one page of HTML: figures, map, shares, groups as cards, what is missing. */
#include <inttypes.h>
#include <string.h>

#include "planner_pages.h"
#include "services/planner/explain.h"
#include "services/planner/report_inside.h"

enum { MOST_MAPPED = 400, MOST_LISTED = 1000 };

static int32_t palette(int32_t theme)
{
    return theme % REPORT_PALETTE;
}

static void write_head(const struct figures *figures, FILE *out)
{
    size_t count;
    const struct embedded_file *files = planner_pages(&count);
    const char *name = *figures->instance->name ? figures->instance->name : "children and groups";

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Plan: ",
        out);
    html_text(out, name);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n",
        embedded_find(files, count, "plan_report.css")->content.data);
    fputs("<h1>Plan: ", out);
    html_text(out, name);
    fprintf(out,
        "</h1>\n<p class=\"lead\">%d of %d children get a place: %d in %d new groups, "
        "%d in groups that run.</p>\n",
        (int)figures->all.placed, (int)figures->all.all,
        (int)(figures->all.placed - figures->added), (int)figures->plan->group_count,
        (int)figures->added);
}

/* 648414 as 648,414. */
static const char *points(int64_t number, char text[static 32])
{
    char digits[24];
    size_t length = 0;
    const int count = snprintf(digits, sizeof digits, "%" PRId64, number);

    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0 && digits[i - 1] != '-')
            text[length++] = ',';
        text[length++] = digits[i];
    }
    text[length] = '\0';
    return text;
}

static void write_quality(const struct plan *plan, FILE *out)
{
    char score[32], bound[32];

    points(plan->score, score);
    if (plan->status == PLAN_OPTIMAL)
        fprintf(out, "<li><b>Optimal</b><span>score %s: no plan is better</span></li>\n", score);
    else if (plan->bound != PLAN_ABSENT)
        fprintf(out, "<li><b>%.2f %%</b><span>gap: score %s, no plan is above %s</span></li>\n",
            100 * plan_gap(plan), score, points(plan->bound, bound));
    else
        fprintf(out, "<li><b>%s</b><span>score</span></li>\n", score);
}

static void write_figures(const struct figures *figures, FILE *out)
{
    const struct plan *plan = figures->plan;

    fprintf(out,
        "<ul class=\"figures\">\n<li><b>%d %%</b><span>of the children get a place</span></li>\n"
        "<li><b>%d</b><span>new groups, %d with parents</span></li>\n",
        (int)share_percent(figures->all), (int)plan->group_count, (int)figures->parent_groups);
    fprintf(out,
        "<li><b>%d days</b><span>waited, median, of those with a place; %d without</span></li>\n"
        "<li><b>%d</b><span>without a place have waited more than %d days</span></li>\n",
        (int)figures->wait_placed, (int)figures->wait_left, (int)figures->left_long,
        REPORT_WAITED_LONG);
    if (figures->urgent.all >= REPORT_FEW)
        fprintf(out,
            "<li><b>%d %%</b><span>of the urgent children get a place: %d of %d</span></li>\n",
            (int)share_percent(figures->urgent), (int)figures->urgent.placed,
            (int)figures->urgent.all);
    write_quality(plan, out);
    fputs("</ul>\n", out);
}

static void write_row(FILE *out, const char *name, struct share share, int32_t colour)
{
    char words[40];

    if (share.all == 0)
        return;
    fputs("<tr><th scope=\"row\">", out);
    html_text(out, name);
    fputs("</th><td class=\"draw\">", out);
    svg_bar(out, share, colour);
    fprintf(out, "</td><td class=\"number\">%s</td></tr>\n", share_words(share, words));
}

static void write_table_head(FILE *out, const char *caption)
{
    fprintf(out,
        "<div class=\"sheet\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
        "<caption>%s</caption>\n<tbody>\n",
        caption, caption);
}

/* What stands first between children and a place, as a table of counts. */
static void write_reasons(const struct figures *figures, FILE *out)
{
    const struct plan *plan = figures->plan;

    if (plan->unplaced_count == 0)
        return;
    write_table_head(out, "Why children have no place");
    for (int32_t i = 0; i < PLAN_REASON_COUNT; i++) {
        const bool few = figures->reasons[i] < REPORT_FEW;
        const struct share share = {few ? 0 : figures->reasons[i], plan->unplaced_count};

        if (figures->reasons[i] == 0)
            continue;
        fprintf(out, "<tr><th scope=\"row\">%s</th><td class=\"draw\">",
            reason_name((enum plan_reason)i));
        svg_bar(out, share, 7);
        if (few)
            fputs("</td><td class=\"number\">few</td></tr>\n", out);
        else
            fprintf(out, "</td><td class=\"number\">%d</td></tr>\n", (int)figures->reasons[i]);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_shares(const struct figures *figures, FILE *out)
{
    const struct instance *in = figures->instance;

    fputs("<h2>Who gets a place</h2>\n<p class=\"soft\">Shares of the children who wait, "
          "by where they live and by their primary situation.</p>\n",
        out);
    if (in->district_count <= MOST_MAPPED) {
        fputs("<div class=\"sheet\" tabindex=\"0\" role=\"region\" aria-label=\"Map\">", out);
        svg_map(figures, out);
        fputs("</div>\n", out);
    }
    fputs("<div class=\"two\"><div>", out);
    write_table_head(out, "By situation");
    for (int32_t i = 0; i < in->theme_count; i++)
        write_row(out, in->themes[i], figures->themes[i], palette(i));
    fputs("</tbody></table></div>\n", out);
    write_reasons(figures, out);
    fputs("</div>\n", out);
    write_table_head(out, "By district");
    for (int32_t i = 0; i < in->district_count; i++)
        write_row(out, in->districts[i], figures->districts[i], 0);
    fputs("</tbody></table></div></div>\n", out);
}

static void write_children(
    FILE *out, const struct instance *in, const int32_t *children, int32_t count)
{
    fprintf(
        out, "<details><summary>%d %s</summary>", (int)count, count == 1 ? "child" : "children");
    for (int32_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", out);
        html_text(out, in->children[children[i]].id);
    }
    fputs("</details></article>\n", out);
}

/* Everything of a card above its children. */
struct card {
    int heading; /* level below that of the section */
    int32_t theme, language, slot, room, age_from, age_to, members, come, most;
    enum instance_gender gender;
    const int32_t *leaders;
    bool parents;
};

static void write_leaders(FILE *out, const struct instance *in, const int32_t *leaders)
{
    fputs("<p>Leaders ", out);
    for (int i = 0; i < 2; i++)
        if (leaders[i] != INSTANCE_NONE) {
            fputs(i ? ", " : "", out);
            html_text(out, in->leaders[leaders[i]].id);
        }
    fputs("</p>", out);
}

static void write_card(FILE *out, const struct instance *in, const struct card *card)
{
    static const char *const genders[] = {"", ", girls", ", boys"};
    char slot[40];

    fprintf(
        out, "<article class=\"card h%d\"><header><h%d>", (int)palette(card->theme), card->heading);
    html_text(out, explain_slot(in->slots[card->slot], slot));
    fprintf(out, "</h%d><span class=\"ages\">%d%s", card->heading, (int)card->age_from,
        card->age_to > card->age_from ? "–" : "");
    if (card->age_to > card->age_from)
        fprintf(out, "%d", (int)card->age_to);
    fputs("<span class=\"soft\" style=\"font-size:.8rem\"> years</span></span></header><p><span "
          "class=\"kind\">",
        out);
    html_text(out, in->themes[card->theme]);
    fputs("</span>, ", out);
    html_text(out, in->languages[card->language]);
    fprintf(out, "%s</p>", genders[card->gender]);
    svg_places(out, card->members, card->come, card->most, palette(card->theme));
    fputs("<p>", out);
    html_text(out, in->districts[in->rooms[card->room].district]);
    fputs(", room ", out);
    html_text(out, in->rooms[card->room].id);
    fputs("</p>", out);
    write_leaders(out, in, card->leaders);
    if (card->parents)
        fputs("<p><span class=\"badge\">with a group for parents</span></p>", out);
}

static int32_t most_children(const struct instance *in, int32_t theme, int32_t room)
{
    const int32_t most = in->policy.by_theme[theme].max_children;

    return most < in->rooms[room].capacity ? most : in->rooms[room].capacity;
}

static void write_new_group(FILE *out, const struct figures *figures, int32_t i)
{
    const struct instance *in = figures->instance;
    const struct plan_group *group = &figures->plan->groups[i];
    const struct card card = {.heading = 4,
        .theme = group->theme,
        .language = group->language,
        .slot = group->slot,
        .room = group->room,
        .age_from = group->age_from,
        .age_to = group->age_to,
        .come = group->child_count,
        .most = most_children(in, group->theme, group->room),
        .gender = group->gender,
        .leaders = group->leaders,
        .parents = group->parent_room != INSTANCE_NONE};

    write_card(out, in, &card);
    write_children(out, in, group->children, group->child_count);
}

static void write_new_groups(const struct figures *figures, FILE *out)
{
    const struct plan *plan = figures->plan;
    int32_t weekday = -1;

    if (plan->group_count == 0)
        return;
    fputs("<h2>Groups that open</h2>\n<p class=\"soft\">A filled figure is a child, an empty one "
          "a free place.</p>\n",
        out);
    for (int32_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *group = &plan->groups[figures->order[i]];
        const int32_t day = slot_weekday(figures->instance->slots[group->slot]);

        if (day != weekday)
            fprintf(out, "%s<h3>%s</h3>\n<div class=\"cards\">\n", weekday < 0 ? "" : "</div>\n",
                weekday_name(day));
        weekday = day;
        write_new_group(out, figures, figures->order[i]);
    }
    fputs("</div>\n", out);
}

static void write_additions(const struct figures *figures, FILE *out)
{
    const struct instance *in = figures->instance;
    const struct plan *plan = figures->plan;

    if (plan->addition_count == 0)
        return;
    fputs("<h2>Groups that run and get more children</h2>\n"
          "<p class=\"soft\">Pale figures are those who are there already.</p>\n"
          "<div class=\"cards\" style=\"margin-block-start:.9rem\">\n",
        out);
    for (int32_t i = 0; i < plan->addition_count; i++) {
        const struct plan_addition *addition = &plan->additions[i];
        const struct instance_group *group = &in->groups[addition->group];
        const struct card card = {.heading = 3,
            .theme = group->theme,
            .language = group->language,
            .slot = group->slot,
            .room = group->room,
            .age_from = group->age_from,
            .age_to = group->age_to,
            .members = group->member_count,
            .come = addition->child_count,
            .most = group->member_count + group->places_left,
            .gender = group->gender,
            .leaders = group->leaders,
            .parents = group->parent_room != INSTANCE_NONE};

        write_card(out, in, &card);
        write_children(out, in, addition->children, addition->child_count);
    }
    fputs("</div>\n", out);
}

static void write_wanted(FILE *out, int32_t count, const char *one, const char *many, bool *more)
{
    if (count == 0)
        return;
    fprintf(out, "%s%d %s", *more ? ", " : "", (int)count, count == 1 ? one : many);
    *more = true;
}

/* What is missing, where and when, and for whom: a column each. */
static void write_missing_row(
    const struct instance *in, const struct plan_missing *missing, FILE *out)
{
    const struct plan_unplaced *option = &missing->option;
    char slot[40];
    bool more = false;

    fputs("<tr><th scope=\"row\">", out);
    write_wanted(out, option->missing_children, "child", "children", &more);
    write_wanted(out, option->missing_leaders, "leader", "leaders", &more);
    if (option->missing_experienced)
        fputs(option->missing_leaders == 1 ? " with experience" : ", one with experience", out);
    write_wanted(out, option->missing_rooms, "room", "rooms", &more);
    fprintf(out, "</th><td class=\"h%d\"><span class=\"kind\">", (int)palette(option->theme));
    html_text(out, in->themes[option->theme]);
    fputs("</span>, ", out);
    html_text(out, in->languages[option->language]);
    fprintf(out, ", %d–%d years</td><td>", (int)option->age_from, (int)option->age_to);
    html_text(out, explain_slot(in->slots[option->slot], slot));
    fputs("</td><td>", out);
    html_text(out, in->districts[option->district]);
    fprintf(out, "</td><td class=\"number\">%d</td></tr>\n", (int)missing->helped);
}

static void write_missing(const struct figures *figures, FILE *out)
{
    const struct plan *plan = figures->plan;

    if (plan->missing_count == 0)
        return;
    fputs("<h2>What is missing for more groups</h2>\n<p class=\"soft\">Each line would open one "
          "more group; whom it helps is not counted in the lines below it.</p>\n"
          "<div class=\"sheet\" tabindex=\"0\" role=\"region\" aria-label=\"What is missing\">"
          "<table><thead><tr><th scope=\"col\">Missing</th>"
          "<th scope=\"col\">For</th><th scope=\"col\">When</th><th scope=\"col\">Where</th>"
          "<th scope=\"col\" class=\"number\">Children helped</th></tr></thead><tbody>\n",
        out);
    for (int32_t i = 0; i < plan->missing_count; i++)
        write_missing_row(figures->instance, &plan->missing[i], out);
    fputs("</tbody></table></div>\n", out);
}

static void write_unplaced(const struct figures *figures, FILE *out)
{
    const struct plan *plan = figures->plan;

    if (plan->unplaced_count == 0)
        return;
    fputs("<h2>Children without a place</h2>\n", out);
    fputs("<details class=\"sheet\"><summary>Each child without a place</summary><table><thead><tr>"
          "<th scope=\"col\">Child</th><th scope=\"col\">What it takes</th></tr></thead><tbody>\n",
        out);
    for (int32_t i = 0; i < plan->unplaced_count && i < MOST_LISTED; i++) {
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, figures->instance->children[plan->unplaced[i].child].id);
        fputs("</th><td>", out);
        html_text(out, plan->unplaced[i].sentence);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table>", out);
    if (plan->unplaced_count > MOST_LISTED)
        fprintf(out, "<p class=\"soft\">And %d more, in the plan's file.</p>",
            (int)(plan->unplaced_count - MOST_LISTED));
    fputs("</details>\n", out);
}

bool plan_report_html(
    const struct instance *instance, const struct plan *plan, FILE *stream, struct error *error)
{
    struct figures figures;

    figures_open(&figures, instance, plan);
    write_head(&figures, stream);
    write_figures(&figures, stream);
    write_shares(&figures, stream);
    write_missing(&figures, stream);
    write_new_groups(&figures, stream);
    write_additions(&figures, stream);
    write_unplaced(&figures, stream);
    fputs("<footer><p>Ids only: names and addresses are kept elsewhere. Numbers about fewer than "
          "three children are not shown.</p></footer>\n</main>\n</body>\n</html>\n",
        stream);
    figures_close(&figures);
    if (fflush(stream) != 0 || ferror(stream))
        return error_set(error, ERROR_BUSY, "the report cannot be written");
    return true;
}
