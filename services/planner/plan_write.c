/* Writing `gruppstod-plan/1`: a line for each group, so that people can read and compare plans. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/arena.h"
#include "services/planner/plan.h"

static const char *const gender_words[] = {"X", "F", "M"};
static const char *const status_words[] = {"feasible", "optimal", "unknown"};

static const char *const reason_words[PLAN_REASON_COUNT] = {
    [PLAN_REASON_NONE] = "none",
    [PLAN_REASON_CHILDREN] = "children",
    [PLAN_REASON_LEADERS] = "leaders",
    [PLAN_REASON_ROOM] = "room",
    [PLAN_REASON_TIME] = "time",
    [PLAN_REASON_TRAVEL] = "travel",
    [PLAN_REASON_SIBLINGS] = "siblings",
    [PLAN_REASON_COST] = "cost",
};

/* A JSON string. Bytes above 0x7f are UTF-8 and stay as they are. */
static void write_text(FILE *stream, const char *text)
{
    putc('"', stream);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(stream, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            fprintf(stream, "\\u%04x", (unsigned)*c);
        else
            putc(*c, stream);
    }
    putc('"', stream);
}

static void write_field(FILE *stream, const char *name, const char *text)
{
    fprintf(stream, "\"%s\": ", name);
    write_text(stream, text);
    fputs(", ", stream);
}

static void write_children(
    FILE *stream, const struct instance *instance, const int32_t *children, int32_t count)
{
    fputs("\"children\": [", stream);
    for (int32_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", stream);
        write_text(stream, instance->children[children[i]].id);
    }
    putc(']', stream);
}

/* Ids of those of the two who are somebody. */
static void write_leaders(FILE *stream, const struct instance *instance, const int32_t leaders[2])
{
    fputs("\"leaders\": [", stream);
    for (int i = 0; i < 2; i++)
        if (leaders[i] != INSTANCE_NONE) {
            fputs(i ? ", " : "", stream);
            write_text(stream, instance->leaders[leaders[i]].id);
        }
    putc(']', stream);
}

static void write_parent_group(
    FILE *stream, const struct instance *instance, const struct plan_group *group)
{
    fputs("\"parent_group\": ", stream);
    if (group->parent_room == INSTANCE_NONE) {
        fputs("null, ", stream);
        return;
    }
    putc('{', stream);
    write_field(stream, "room", instance->rooms[group->parent_room].id);
    if (group->parent_leaders[1] == INSTANCE_NONE) {
        fputs("\"leader\": ", stream);
        write_text(stream, instance->leaders[group->parent_leaders[0]].id);
    } else {
        write_leaders(stream, instance, group->parent_leaders);
    }
    fputs("}, ", stream);
}

static void write_group(
    FILE *stream, const struct instance *instance, const struct plan_group *group)
{
    fputs("\n  {", stream);
    write_field(stream, "id", group->id);
    write_field(stream, "theme", instance->themes[group->theme]);
    write_field(stream, "language", instance->languages[group->language]);
    fprintf(stream, "\"age_from\": %d, \"age_to\": %d, ", (int)group->age_from, (int)group->age_to);
    write_field(stream, "gender", gender_words[group->gender]);
    write_field(stream, "slot", instance->slots[group->slot]);
    write_field(stream, "room", instance->rooms[group->room].id);
    write_leaders(stream, instance, group->leaders);
    fputs(", ", stream);
    write_parent_group(stream, instance, group);
    write_children(stream, instance, group->children, group->child_count);
    putc('}', stream);
}

static void write_count(FILE *stream, const char *name, int32_t count)
{
    if (count > 0)
        fprintf(stream, "\"%s\": %d, ", name, (int)count);
}

/* What an option of an explanation is about and what is missing for it. */
static void write_option(
    FILE *stream, const struct instance *instance, const struct plan_unplaced *option)
{
    if (option->theme != INSTANCE_NONE) {
        write_field(stream, "theme", instance->themes[option->theme]);
        write_field(stream, "language", instance->languages[option->language]);
        write_field(stream, "slot", instance->slots[option->slot]);
        write_field(stream, "district", instance->districts[option->district]);
        fprintf(stream, "\"age_from\": %d, \"age_to\": %d, ", (int)option->age_from,
            (int)option->age_to);
        write_field(stream, "gender", gender_words[option->gender]);
        write_count(stream, "missing_children", option->missing_children);
        write_count(stream, "missing_leaders", option->missing_leaders);
        write_count(stream, "missing_experienced", option->missing_experienced);
        write_count(stream, "missing_parent_leaders", option->missing_parent_leaders);
        write_count(stream, "missing_rooms", option->missing_rooms);
        if (option->parent_group)
            fputs("\"parent_group\": true, ", stream);
    }
    write_field(stream, "kind", reason_words[option->reason]);
    fputs("\"reason\": ", stream);
    write_text(stream, option->sentence);
}

static void write_explanations(
    FILE *stream, const struct instance *instance, const struct plan *plan)
{
    fputs(",\n \"unplaced\": [", stream);
    for (int32_t i = 0; i < plan->unplaced_count; i++) {
        fputs(i ? ",\n  {" : "\n  {", stream);
        write_field(stream, "child", instance->children[plan->unplaced[i].child].id);
        write_option(stream, instance, &plan->unplaced[i]);
        putc('}', stream);
    }
    fputs("],\n \"missing\": [", stream);
    for (int32_t i = 0; i < plan->missing_count; i++) {
        fputs(i ? ",\n  {" : "\n  {", stream);
        fprintf(stream, "\"helped\": %d, ", (int)plan->missing[i].helped);
        write_option(stream, instance, &plan->missing[i].option);
        putc('}', stream);
    }
    putc(']', stream);
}

/* "name": {"A": [placed, waiting], ...} over the children's home or primary situation. */
static void write_share(FILE *stream, const char *name, const char *const *keys, int32_t count,
    const int32_t (*shares)[2])
{
    fprintf(stream, "\"%s\": {", name);
    for (int32_t i = 0, first = 1; i < count; i++) {
        if (shares[i][1] == 0)
            continue;
        fputs(first ? "" : ", ", stream);
        write_text(stream, keys[i]);
        fprintf(stream, ": [%d, %d]", (int)shares[i][0], (int)shares[i][1]);
        first = 0;
    }
    putc('}', stream);
}

/* Fairness is a figure too: of each district and situation, how many are placed of how many. */
static void write_shares(FILE *stream, const struct instance *instance, const struct plan *plan)
{
    int32_t themes[INSTANCE_BITS][2] = {{0}};
    int32_t(*districts)[2] = calloc((size_t)instance->district_count + 1, sizeof *districts);
    uint8_t *placed = memory_grow(NULL, (size_t)instance->child_count + 1);

    plan_mark_placed(instance, plan, placed);
    for (int32_t i = 0; i < instance->child_count && districts; i++) {
        themes[instance->children[i].primary][0] += placed[i];
        themes[instance->children[i].primary][1]++;
        districts[instance->children[i].home][0] += placed[i];
        districts[instance->children[i].home][1]++;
    }
    fputs(",\n \"shares\": {", stream);
    write_share(stream, "themes", instance->themes, instance->theme_count, themes);
    fputs(", ", stream);
    if (districts)
        write_share(stream, "districts", instance->districts, instance->district_count, districts);
    putc('}', stream);
    free(districts);
    free(placed);
}

bool plan_write(
    const struct instance *instance, const struct plan *plan, FILE *stream, struct error *error)
{
    fputs("{\"format\": \"gruppstod-plan/1\",\n \"groups\": [", stream);
    for (int32_t i = 0; i < plan->group_count; i++) {
        fputs(i ? "," : "", stream);
        write_group(stream, instance, &plan->groups[i]);
    }
    fputs("],\n \"additions\": [", stream);
    for (int32_t i = 0; i < plan->addition_count; i++) {
        fputs(i ? ",\n  {" : "\n  {", stream);
        write_field(stream, "group", instance->groups[plan->additions[i].group].id);
        write_children(
            stream, instance, plan->additions[i].children, plan->additions[i].child_count);
        putc('}', stream);
    }
    fprintf(stream, "],\n \"score\": %" PRId64 ", \"bound\": ", plan->score);
    if (plan->bound == PLAN_ABSENT)
        fputs("null", stream);
    else
        fprintf(stream, "%" PRId64, plan->bound);
    fprintf(stream, ", \"gap\": %.6f, \"status\": \"%s\",\n \"wall_s\": %.3f, \"seed\": %" PRIu64,
        plan_gap(plan), status_words[plan->status], plan->wall_s, plan->seed);
    write_shares(stream, instance, plan);
    write_explanations(stream, instance, plan);
    fputs("}\n", stream);
    if (fflush(stream) != 0 || ferror(stream))
        return error_set(error, ERROR_BUSY, "the plan cannot be written");
    return true;
}
