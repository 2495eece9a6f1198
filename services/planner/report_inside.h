/* What the reports of a plan share; nobody else includes it. */
#pragma once

#include "services/planner/plan_report.h"

enum { REPORT_FEW = 3, REPORT_PALETTE = 8, REPORT_WAITED_LONG = 180 /* days */ };

struct share {
    int32_t placed, all;
};

/* Everything that is counted once and shown in several places. */
struct figures {
    const struct instance *instance;
    const struct plan *plan;
    uint8_t *placed; /* [child] */
    struct share all, urgent;
    struct share *themes, *districts;                  /* by the primary situation, by home */
    int32_t *groups_in;                                /* [district] new groups */
    int32_t parent_groups, added;                      /* children who join groups that exist */
    int32_t wait_placed, wait_left, wait_left_longest; /* days: medians, the longest */
    int32_t left_long;                                 /* waited more than REPORT_WAITED_LONG */
    int32_t reasons[PLAN_REASON_COUNT];
    int32_t *order; /* groups of the plan by weekday, time and room */
};

void figures_open(
    struct figures *figures, const struct instance *instance, const struct plan *plan);
void figures_close(struct figures *figures);

/* Percent, rounded; 0 of nobody. */
int32_t share_percent(struct share share);

/* "46 of 70 (66 %)", or "few" where fewer than three are behind it. Returns `text`. */
const char *share_words(struct share share, char text[static 40]);

/* 0 for Monday to 6 for Sunday, 7 for a slot that names no weekday. */
int32_t slot_weekday(const char *slot);
const char *weekday_name(int32_t weekday);

/* What a kind of reason is called, for a heading. */
const char *reason_name(enum plan_reason reason);

struct point {
    double x, y;
};

/*
 * A place for each district on a sheet of this size, so that distances are like travel times
 * (classical scaling), and circles of these radii do not cover each other. The sheet has no north.
 */
void map_lay_out(const struct instance *instance, const double *radii, double width, double height,
    struct point *points);

/* Text with what HTML reserves escaped. */
void html_text(FILE *stream, const char *text);

/* Drawings: each an svg element with title and description. */
void svg_map(const struct figures *figures, FILE *stream);
void svg_bar(FILE *stream, struct share share, int32_t palette);
/* Places of a group: those who are there, those who come, those that stay free. */
void svg_places(FILE *stream, int32_t members, int32_t come, int32_t most, int32_t palette);
