/* The leaders' register as the desk shows it, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "messages.h"
#include "services/desk/desk_group_store.h"

enum { DESK_LEADERS_MOST = 300 };

struct leader_row {
    struct uuid leader_id;
    struct text work_name, employer, home, home_unit, languages; /* home: the district's name */
    struct text home_code;
    enum employment employment;
    const struct text *situations; /* trained for today */
    size_t situation_count;
    const struct text *districts;
    size_t district_count;
    bool experienced, parents, active;
    int64_t experience_said;                /* 1 yes, 0 no, INT_ABSENT: by meetings */
    int64_t led, max_groups, groups, slots; /* mask of weekly times */
    int64_t release, busy; /* hours a week of this term or the next; of them taken by groups */
    int32_t contract_from, contract_until;
};

struct leader_filter {
    enum situation situation;
    struct text district; /* works there */
    int64_t free_hours;   /* a week, at least; 0: any */
};
bool desk_look_leaders(struct context *context, const struct leader_filter *filter,
    const struct leader_row **leaders, size_t *count, struct error *error);
bool desk_look_leader(struct context *context, struct uuid leader_id, struct leader_row *leader,
    bool *found, struct error *error);

struct training_row {
    enum situation situation;
    enum training_level level;
    int32_t from, until;
};
bool desk_look_trainings(struct context *context, struct uuid leader_id,
    const struct training_row **rows, size_t *count, struct error *error);

struct ledger_row { /* a term's hours */
    struct text school_year;
    enum term_season season;
    int64_t hours_week, weeks, planned_min, used_min, meetings; /* hours_week absent: no limit */
    bool now;                                                   /* or to come: may be changed */
};
bool desk_look_ledger(struct context *context, struct uuid leader_id,
    const struct ledger_row **rows, size_t *count, struct error *error);

struct absence_row {
    struct uuid absence_id;
    enum absence_reason reason;
    int32_t first_day, last_day;
};
bool desk_look_absences(struct context *context, struct uuid leader_id,
    const struct absence_row **rows, size_t *count, struct error *error);

struct led_row { /* a group that is led now */
    struct uuid group_id;
    struct text name;
    enum group_state state;
    struct weekly when;
    int32_t first_day, last_day;
    bool parents, clear; /* of the parents; asked for conflicts, and there are none */
};
bool desk_look_led(struct context *context, struct uuid leader_id, const struct led_row **rows,
    size_t *count, struct error *error);

struct leader_day_row {
    struct uuid group_id;
    struct text name, site;
    int64_t meeting_no, starts_at_ms;
};
/* The next ones. */
bool desk_look_leader_days(struct context *context, struct uuid leader_id,
    const struct leader_day_row **rows, size_t *count, struct error *error);

struct search_row { /* somebody is looked for */
    struct uuid search_id, group_id;
    struct text group, leader, asked; /* whom letters have asked, in turn */
    int64_t first_at_ms, meetings;
    bool nobody; /* is left to be asked */
};
bool desk_look_searches(
    struct context *context, const struct search_row **rows, size_t *count, struct error *error);

struct forecast_row {
    enum situation situation;
    struct text district;
    int64_t waiting, expected, leaders_now, leaders_then, needed, led, missing;
    int32_t short_from;
};
/* The worst first. */
bool desk_look_forecast(
    struct context *context, const struct forecast_row **rows, size_t *count, struct error *error);

struct district_row;
/* Every district that somebody works in, also those of older maps. */
bool desk_look_all_districts(
    struct context *context, const struct district_row **rows, size_t *count, struct error *error);

struct slot_row {
    int64_t slot;
    struct weekly when;
};
bool desk_look_slots(
    struct context *context, const struct slot_row **rows, size_t *count, struct error *error);
