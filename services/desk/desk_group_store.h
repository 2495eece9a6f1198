/* Groups, meetings and rosters, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

enum { DESK_GROUPS_MOST = 200 /* a page of groups: a city of a million has some 150 at a time */ };

struct weekly { /* a weekly time */
    int64_t weekday, starts_min;
};

struct group_row {
    struct uuid group_id;
    struct text name, programme, language, district, site, leaders, reason;
    enum situation situation;
    enum group_state state;
    struct weekly when;
    int64_t age_from, age_to, minutes, least, places, taken, offered;
    int32_t first_day, last_day;
};
/* `leader` absent: all of them; else that leader's own. Going ones, or those that have ended. */
bool desk_look_groups(struct context *context, struct uuid leader, bool ended,
    const struct group_row **groups, size_t *count, struct error *error);
bool desk_look_group(struct context *context, struct uuid group_id, struct uuid leader,
    struct group_row *group, bool *found, struct error *error);

struct meeting_row {
    struct uuid meeting_id;
    struct text theme, state;
    int64_t meeting_no, starts_at_ms, present, absent;
    int32_t day;
};
bool desk_look_meetings(struct context *context, struct uuid group_id,
    const struct meeting_row **meetings, size_t *count, struct error *error);

struct roster_row {
    struct uuid referral_id;
    struct text code;
    int64_t place_no, age;
    enum presence presence; /* at the meeting asked for; absent: not noted */
    bool met;               /* the leaders met it before the start: there is a checklist */
    bool announced;         /* the family has said that it does not come to that meeting */
    int64_t last_here_ms;   /* when it was last noted as present before that meeting, or ever */
};
/* `meeting_id` may be absent. */
bool desk_look_roster(struct context *context, struct uuid group_id, struct uuid meeting_id,
    const struct roster_row **roster, size_t *count, struct error *error);
