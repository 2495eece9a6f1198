/* What the files that read an instance share; nobody else includes it. */
#pragma once

#include <jansson.h>

#include "services/planner/instance.h"
#include "services/planner/instance_entry.h"

/* The most of each. A nation (50,000 children) uses a quarter of it; the product of what an
 * attacker can send and what a record takes stays below 1 GB. */
enum {
    MOST_DISTRICTS = 1000,
    MOST_ROOMS = 20000,
    MOST_LEADERS = 50000,
    MOST_GROUPS = 20000,
    MOST_MEMBERS = 200, /* of one group */
    MOST_CHILDREN = 200000,
    MOST_PAIRS = 500000, /* of each kind, and closed triples */
    MOST_SIBLINGS = 64,
    MOST_MINUTES = 100000,
};

/* A record of the document and where it stood; sorted by id. */
struct record {
    const char *id;
    const json_t *json;
    int32_t place;
};

struct instance_reader {
    struct entry_reader fields;
    const json_t *document;
    struct instance *instance;
    struct record *rooms, *leaders, *groups, *children; /* as many as the instance has */
    struct instance_pair *sibling_members; /* child and person of one `together` list, sorted */
    int32_t sibling_member_count;
    int32_t *members_by_id; /* places in members[] */
};

/* Records of a list of the document, by id; a double id is a fault. Fills `count`. */
struct record *reader_records(
    struct instance_reader *reader, const char *name, size_t most, int32_t *count);

/* The index of a child, or child_count + that of a member; INSTANCE_NONE when nobody has the id. */
int32_t reader_find_person(const struct instance_reader *reader, const char *id);

/* The i-th of a list of persons' ids. */
int32_t reader_person_at(struct instance_reader *reader, const json_t *list, size_t i);

void reader_policy(struct instance_reader *reader); /* policy; needs themes */
void reader_rooms(struct instance_reader *reader);  /* rooms, sites, tags */
void reader_groups(struct instance_reader *reader); /* groups and members; take rooms, leaders */
void reader_index_members(struct instance_reader *reader); /* before persons are found by id */
void reader_leaders(struct instance_reader *reader);  /* needs groups: what they take is gone */
void reader_children(struct instance_reader *reader); /* needs groups */
void reader_units(struct instance_reader *reader);    /* together */
void reader_pairs(struct instance_reader *reader);    /* apart, must_not_meet, closed */

/* Sorts and drops doubles; returns how many are left. */
int32_t reader_sort_pairs(struct instance_pair *pairs, int32_t count);

/* Gives each child (pair.first) the list of its pairs' second; `offset` is the span's place in
 * struct instance_child. Pairs are sorted. */
void reader_spread(struct instance_reader *reader, const struct instance_pair *pairs, int32_t count,
    size_t offset);

/* Exit 3: what is fixed and cannot all be true, across records. */
void reader_contradictions(struct instance_reader *reader);

/*
 * A quick look before anything is built: depth, number of values, size. False with a sentence.
 * A file of brackets or of commas would else take gigabytes of tree.
 */
bool instance_scan(const char *json, size_t length, struct error *error);
