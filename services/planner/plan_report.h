/*
 * The plan for people: text for a terminal, and one HTML page that needs nothing beside it.
 *
 * Ids only, no names. Numbers about fewer than three children are told as "few". The plan should
 * be explained (explain.h) before.
 */
#pragma once

#include "services/planner/plan.h"

bool plan_report_text(
    const struct instance *instance, const struct plan *plan, FILE *stream, struct error *error);
bool plan_report_html(
    const struct instance *instance, const struct plan *plan, FILE *stream, struct error *error);
