/*
 * An instance of the planning problem: children who wait, leaders, rooms, groups that exist.
 *
 * It is what a file `gruppstod-instance/1` says, checked, with small ints for ids. Every array is
 * sorted by id (bytes, as strcmp), so the same instance in any order of its arrays gives the same
 * structs and, with the same seed, the same plan. An index is the place in the array of its kind;
 * INSTANCE_NONE stands for nobody. Sets of themes, languages, slots and tags are bits of a
 * uint64_t, bit i for the i-th name. Minutes are minutes, dates are days since 1970-01-01, weights
 * are points. Rule numbers (H1 to H20) are those of the planner's design.
 *
 * An instance never changes after it was read, and all its memory belongs to it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/error.h"

#define INSTANCE_NONE (-1)
#define INSTANCE_NOWHERE (-2) /* of unit.only_group: siblings run in two groups */

enum {
    INSTANCE_BITS = 64,           /* themes, languages, slots, tags: one mask each */
    INSTANCE_GROUP_CHILDREN = 64, /* most children of one group, whatever the policy says */
    INSTANCE_AGE_MAX = 120,
};

/* A list of indices that lies in the instance. */
struct instance_span {
    const int32_t *items;
    int32_t count;
};

/* What may differ from theme to theme (policy.by_theme), resolved. min > max: none may open. */
struct instance_rule {
    int32_t min_children, max_children; /* H2 */
    int32_t max_band_years;             /* H7: 3 = ages 7, 8, 9 */
    int32_t parent_leaders;             /* H14: 1 or 2 */
};

/* The municipality's weights. Each is 0 to 1,000,000,000. */
struct instance_policy {
    int64_t w_place, w_wait, w_urgency, w_primary, w_travel, w_parent; /* of a child placed */
    int64_t w_group, w_band, w_parent_group;                           /* of a new group */
    int32_t wait_cap_weeks;
    int32_t parent_share;           /* percent of the new groups, 0 to 100 */
    int64_t w_fairness;             /* fair.h: guides the plan, never part of the score; 0 = off */
    struct instance_rule usual;     /* what by_theme starts from */
    struct instance_rule *by_theme; /* [theme_count] */
};

enum instance_sex { INSTANCE_FEMALE, INSTANCE_MALE };
enum instance_gender { INSTANCE_MIXED, INSTANCE_GIRLS, INSTANCE_BOYS }; /* X, F, M in files */
enum instance_parent { INSTANCE_PARENT_NONE, INSTANCE_PARENT_WANTS, INSTANCE_PARENT_MUST };

struct instance_room {
    const char *id;
    int32_t site;     /* index of sites[] */
    int32_t district; /* index of districts[] */
    int32_t capacity;
    int32_t cost;   /* points for each new group in it */
    uint64_t tags;  /* H9 */
    uint64_t slots; /* when it is open, H13 */
    uint64_t taken; /* when an existing group, or its parent group, is in it */
};

struct instance_leader {
    const char *id;
    uint64_t themes, languages, slots; /* H11 */
    uint64_t taken;                    /* slots of existing and parent groups */
    int32_t max_groups;
    int32_t groups_left; /* max_groups less what the existing groups take, H12; never below 0 */
    int32_t home;        /* district or INSTANCE_NONE */
    bool experienced, parents;
    int32_t contract_until;
    bool contract_holds;            /* contract_until >= term_end, H11 */
    struct instance_span districts; /* where the leader works, ascending */
    struct instance_span avoid;     /* children, ascending, H11 */
};

/* A group that runs or is promised: only additions, H19. */
struct instance_group {
    const char *id;
    int32_t theme, language, age_from, age_to, slot, room;
    enum instance_gender gender;
    int32_t leaders[2];                 /* INSTANCE_NONE where the file has fewer */
    int32_t parent_room;                /* INSTANCE_NONE: no parent group */
    int32_t parent_leaders[2];          /* INSTANCE_NONE where there is none */
    int32_t max;                        /* as said, or the theme's max_children */
    int32_t first_member, member_count; /* members[first_member ..] */
    int32_t places_left;                /* min(max, capacity) - members, never below 0 */
    int32_t parent_places_left; /* parent room's capacity - joining parents, never below 0 */
};

/* Somebody who has a place in an existing group. */
struct instance_member {
    const char *id;
    int32_t group;
    int32_t birth;
    enum instance_sex sex;
    enum instance_parent parent;
};

struct instance_child {
    const char *id;
    int32_t birth, since;
    int32_t age;          /* full years on plan_date, 0 to INSTANCE_AGE_MAX */
    int32_t weeks_waited; /* full weeks, at least 0, at most wait_cap_weeks */
    int64_t worth;        /* w_place + w_wait x weeks_waited + w_urgency x urgency */
    enum instance_sex sex;
    uint64_t themes;
    int32_t primary; /* the theme the file names first */
    uint64_t languages, slots, needs;
    int32_t home;
    int32_t max_travel;
    int32_t urgency; /* 0 to 3 */
    bool same_sex_only;
    enum instance_parent parent;
    int32_t unit;                       /* index of units[] */
    struct instance_span declined;      /* groups, ascending, H18 */
    struct instance_span avoided_by;    /* leaders, ascending: the other side of leader.avoid */
    struct instance_span apart;         /* persons, ascending, H16 */
    struct instance_span must_not_meet; /* persons, ascending, H17 */
    struct instance_span closed;        /* site * INSTANCE_BITS + slot, ascending, H20 */
};

/* Children who go all to one group or nowhere (`together`, H15). A child alone is a unit too. */
struct instance_unit {
    struct instance_span children; /* ascending */
    int32_t only_group;            /* INSTANCE_NONE: any; INSTANCE_NOWHERE: none; else only it */
};

/* Two persons, first < second. A person below child_count is that child; else the member with
 * index person - child_count. */
struct instance_pair {
    int32_t first, second;
};

struct instance_closed {
    int32_t child, site, slot;
};

struct instance {
    const char *name; /* "" when the file has none */
    int32_t plan_date, term_end;
    struct instance_policy policy;

    int32_t theme_count, language_count, slot_count, tag_count, district_count, site_count;
    const char **themes, **languages, **slots, **tags, **districts, **sites;
    const int32_t *travel; /* minutes [from * district_count + to]; use instance_travel */

    int32_t room_count, leader_count, group_count, member_count, child_count, unit_count;
    struct instance_room *rooms;
    struct instance_leader *leaders;
    struct instance_group *groups;
    struct instance_member *members; /* by group, then by id */
    struct instance_child *children;
    struct instance_unit *units; /* by their first child */

    int32_t apart_count, must_not_meet_count, closed_count;
    struct instance_pair *apart, *must_not_meet; /* ascending; also spans of each child */
    struct instance_closed *closed;              /* ascending */

    struct arena *arena; /* holds all of it */
};

/* How reading ended; the values are the programs' exit codes. */
enum instance_outcome {
    INSTANCE_READ = 0,
    INSTANCE_MALFORMED = 2,     /* error->text begins with the path of the field */
    INSTANCE_CONTRADICTION = 3, /* each field is right, but the fixed data cannot all be true */
};

/*
 * Reads `length` bytes of JSON. On INSTANCE_READ `*out` is the caller's, to be ended by
 * instance_free; else it is NULL and `error` has "children[3].birth: 2009-02-30 is no date".
 * Fields it does not know are passed over. Files past 192 MB, deeper than 32 or with arrays past
 * their most are refused before they are built.
 */
enum instance_outcome instance_read(
    const char *json, size_t length, struct instance **out, struct error *error);

/* The same from a stream, which is read to its end or to the limit. */
enum instance_outcome instance_read_stream(
    FILE *stream, struct instance **out, struct error *error);

/* All bytes of a stream, malloc'ed; NULL when they are too many or reading fails. */
char *instance_slurp(FILE *stream, size_t *length, struct error *error);

void instance_free(struct instance *instance); /* takes NULL */

/* Minutes from a home district to a room's district. */
static inline int32_t instance_travel(const struct instance *instance, int32_t from, int32_t to)
{
    return instance->travel[(size_t)from * (size_t)instance->district_count + (size_t)to];
}

/* The bit of an index in a mask. */
static inline uint64_t instance_bit(int32_t index)
{
    return (uint64_t)1 << index;
}

/* Index by id, INSTANCE_NONE when there is none. A binary search. */
int32_t instance_find_name(const char *const *names, int32_t count, const char *name);
int32_t instance_find_room(const struct instance *instance, const char *id);
int32_t instance_find_leader(const struct instance *instance, const char *id);
int32_t instance_find_group(const struct instance *instance, const char *id);
int32_t instance_find_child(const struct instance *instance, const char *id);

/* The id of a person (see struct instance_pair). */
const char *instance_person_id(const struct instance *instance, int32_t person);
