/* What the desk reads of the others' views, as gruppstod_desk_list: situations, never a name. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

enum { DESK_PAGE = 50 /* rows of a list: what a person reads before filtering */ };

/* --- lists --- */

enum list_order { LIST_BY_TURN, LIST_BY_DAYS, LIST_BY_AGE, LIST_BY_DISTRICT, LIST_ORDER_COUNT };

struct list_filter {
    enum referral_state state; /* WAITING lists by turn, any other by when it came in */
    enum situation situation;  /* absent: all */
    struct text district;      /* absent: all */
    bool continued;            /* after the row below */
    int64_t after_urgency, after_since_us;
    struct uuid after;
    /* with any of these, or another order, the list is sorted anew and paged by number */
    int64_t age_from, age_to, days; /* INT_ABSENT: any; at least so many days waited */
    enum wait_reason reason;        /* absent: any */
    struct uuid own;                /* absent: all; else those that person has a task or act of */
    enum list_order order;
    size_t skip, most;
};
bool desk_list_sorted(const struct list_filter *filter);

struct list_row {
    struct uuid referral_id;
    struct text code, district, wait_detail, wait_district; /* the last: the detail's, by name */
    enum situation situation;
    enum referral_state state;
    enum wait_reason reason;
    int64_t age, urgency;          /* INT_ABSENT */
    int64_t since_ms;              /* when it began to wait, or came in */
    int64_t since_us;              /* its turn to the microsecond, to go on from */
    int32_t until_day, starts_day; /* DAY_ABSENT; parked until, the group's first meeting */
};
enum { DESK_EXPORT = 5000 /* rows of a file: what a spreadsheet is read by */ };
/* At most DESK_PAGE (or `most`); `*more`: there are others. */
bool desk_look_list(struct context *context, const struct list_filter *filter,
    const struct list_row **rows, size_t *count, bool *more, struct error *error);

struct district_row {
    struct text code, name;
};
bool desk_look_districts(struct context *context, const struct district_row **districts,
    size_t *count, struct error *error);

/* --- the start --- */

struct to_clear_row {
    struct uuid referral_id;
    struct text code;
    enum source source;
    enum safety safety;
    bool violence, person_first;
    int64_t received_at_ms;
};
struct part_of_list {
    bool held; /* those that a coordinator keeps at the gate; received_at_ms is since when */
    size_t skip, most;
};
/* Red answers first, then violence, then the oldest. */
bool desk_look_to_clear(struct context *context, const struct part_of_list *part,
    const struct to_clear_row **rows, size_t *count, bool *more, struct error *error);

struct start_counts { /* each counted to START_COUNT_MOST only: more is "many" */
    int64_t waiting, waiting_by[SITUATION_COUNT], oldest_wait_ms, to_clear, tasks, late, proposals,
        dead;
};
enum { START_COUNT_MOST = 100000 };
bool desk_look_counts(struct context *context, struct start_counts *counts, struct error *error);

/* --- one referral --- */

struct card {
    bool found, cleared, violence, person_first, complete;
    struct text code, answers, consents, door, district, wait_detail, wait_district;
    enum source source;
    enum safety safety;
    enum clearance_decision decision;
    int64_t answers_version, received_at_ms, decided_at_ms;
    /* matching's side; state absent: it has not heard of it */
    enum referral_state state;
    enum situation situation;
    enum wait_reason reason;
    int64_t version, age, urgency, waiting_since_ms, changed_at_ms;
    int32_t until_day;
    bool red;
    struct uuid group_id;
    struct text group_name;
};
bool desk_look_card(
    struct context *context, struct uuid referral_id, struct card *card, struct error *error);

struct hop_row {
    struct text kind, sender, receiver, state_before, state_after, outcome, reason;
    int64_t said_at_ms, handled_at_ms;
};
bool desk_look_hops(struct context *context, struct uuid referral_id, const struct hop_row **hops,
    size_t *count, struct error *error);

/* The referrals of that code (codes are short: there may be two). */
bool desk_look_code(struct context *context, struct text code, const struct uuid **referrals,
    size_t *count, struct error *error);
