/*
 * Groups for tens of thousands of children: copies of the demo city's booked groups, put in by the
 * superuser with the constraints on series and leaders off, since nobody leads 4,000 groups. Some
 * 400 have free places at a time, twice a large city's; the next are opened as they fill.
 * Everything a referral touches is the product's own.
 */
#include "services/gruppstod/bench_city.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/date.h"
#include "services/gruppstod/bench_store.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/up.h"

/* The demo city's standing groups are booked by scheduling and told to matching. */
static bool await_groups(struct bench *bench, struct error *error)
{
    int64_t open = 0, on_the_way = 1;

    for (int i = 0; i < 300 && (open == 0 || on_the_way > 0); i++) {
        poll(NULL, 0, 100);
        if (!bench_count(bench, BENCH_OPEN_GROUPS, &open, error) ||
            !bench_count(bench, BENCH_GROUPS_SAID, &on_the_way, error))
            return false;
    }
    return open > 0 || error_set(error, ERROR_BUSY, "no group of the demo city was booked");
}

bool bench_city_open(struct bench *bench, struct bench_city *city, struct error *error)
{
    return up(&bench->shell, true, error) && bench_await_daemons(bench, DAEMONS, error) &&
           await_groups(bench, error) && bench_copy_groups(bench, bench->referrals, error) &&
           bench_city_load(bench, city, error);
}

bool bench_city_open_more(
    struct bench_city *city, struct store *store, struct arena *arena, struct error *error)
{
    struct tx *tx = tx_begin(store, arena, error);
    const int64_t few = (int64_t)city->count * (BENCH_OPEN_COPIES - BENCH_MORE_COPIES);
    int64_t free_groups = 0;
    bool good = tx && bench_free_groups(tx, &free_groups, error);

    if (good && free_groups < few) {
        good = bench_open_groups(tx, arena, city->opened, city->opened + BENCH_MORE_COPIES, error);
        city->opened += BENCH_MORE_COPIES;
    }
    if (good)
        return tx_commit(tx, DURABILITY_RELAXED, error);
    tx_rollback(tx);
    return false;
}

/* A made-up name of its own for each: intake takes equal names and birth dates for one child. */
static void spell(int64_t number, char name[static 16])
{
    size_t length = 0;

    do {
        name[length++] = (char)('a' + number % 26);
        number /= 26;
    } while (number && length < 15);
    name[length] = '\0';
}

size_t bench_city_body(const struct bench_city *city, int64_t number, char *body, size_t room)
{
    const struct bench_group *group = &city->groups[(size_t)number % city->count];
    const int span = group->age_to - group->age_from + 1;
    const int age = group->age_from + (int)((size_t)number / city->count) % span;
    char birth[DATE_TEXT + 1], name[16];

    /* Half a year past the birthday, so that the age holds all through the series' start. */
    date_format(group->first_day - age * 365 - age / 4 - 180, birth);
    spell(number, name);
    const int length = snprintf(body, room,
        "door=parent&source=parent&language=sv&child_name=Barn+Exempel%s"
        "&birth_date=%s&sex=girl&district=%s&situations=%s&primary_situation=%s&languages=%s"
        "&slots=%d&max_travel_min=120&same_sex_only=no&parent_wish=no"
        "&guardians.0.name=Vuxen+Exempel&guardians.0.email=vuxen%lld%%40example.org"
        "&guardians.0.phone=0701740605&guardians.0.language=sv&guardians.0.relation=mother"
        "&guardians.0.email_safe=yes&guardians.0.phone_safe=yes&guardians.0.sms_safe=no"
        "&guardians.0.message_safe=yes&guardians.1.name=Annan+Exempel"
        "&guardians.1.phone=0701740606&guardians.1.language=sv&guardians.1.relation=father"
        "&guardians.1.email_safe=no&guardians.1.phone_safe=yes&guardians.1.sms_safe=no"
        "&guardians.1.message_safe=yes&consent_take_part=yes&consent_share=yes&consent_tell_"
        "referrer=yes&immediate_danger=no"
        "&afraid_at_home=no&violence_last_year=no&other_guardian_dangerous=no"
        "&protected_identity=no",
        name, birth, group->district, group->situation, group->situation, group->language,
        group->slot, (long long)number);
    return length > 0 && (size_t)length < room ? (size_t)length : 0;
}
