/* The bench's city: the demo city, with each of its groups many times over. */
#pragma once

#include "services/gruppstod/bench.h"

struct bench_group { /* what a child must be like to fit into one of the groups */
    const char *situation, *district, *language;
    int age_from, age_to, slot;
    int32_t first_day;
};

struct bench_city {
    struct bench_group *groups;
    size_t count;
    int64_t opened; /* copies of each group that have been opened */
};

/* Starts everything, loads the city, adds confirmed groups with room for all the referrals. */
bool bench_city_open(struct bench *bench, struct bench_city *city, struct error *error);

/* The kinds of children for whom there is room; ABSENT when there is none. */
bool bench_city_load(struct bench *bench, struct bench_city *city, struct error *error);

enum { BENCH_MORE_COPIES = 10 };
/* Opens more copies of each group when a quarter of the open ones has filled. */
bool bench_city_open_more(
    struct bench_city *city, struct store *store, struct arena *arena, struct error *error);

/* The body of a referral that fits one of the groups: a child and two guardians, all green. */
size_t bench_city_body(const struct bench_city *city, int64_t number, char *body, size_t room);
