/*
 * Groups for tens of thousands of children: copies of the demo city's booked groups, put in by the
 * superuser with the constraints on series and leaders off, since nobody leads 4,000 groups.
 * Everything a referral touches afterwards is the product's own.
 */
#include "services/gruppstod/bench_city.h"

#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/date.h"
#include "common/number.h"
#include "services/gruppstod/cluster.h"
#include "services/gruppstod/up.h"

static const char copies[] =
    "set session_replication_role = replica;"
    "create temp table one as select g.* from scheduling.groups g"
    " join matching.open_group o using (group_id)"
    " where g.situation <> 'violence' and g.sex is null and o.needs = o.needs;"
    "create temp table many as select one.*, gen_random_uuid() as new_id, k"
    " from one cross join generate_series(1, (%lld * 5 / 4) /"
    " (select sum(places) from one) + 1) k;"
    "create temp table names as select group_id as old_id, new_id, k from many;"
    "update many set group_id = new_id, name = left(name, 28) || ' ' || k, state = 'confirmed';"
    "alter table many drop column new_id, drop column k;"
    "insert into scheduling.groups select * from many;"
    "insert into scheduling.group_fill (group_id) select group_id from many;"
    "insert into matching.open_group (group_id, used, first_day, last_day, entry_until, places,"
    " age_from, age_to, slot, parents_most, parents_taken, confirmed, closed, freed, situation,"
    " language, sex, district, site, needs)"
    " select n.new_id, 0, first_day, last_day, entry_until, places, age_from, age_to, slot,"
    " parents_most, 0, true, false, false, situation, language, sex, district, site, needs"
    " from names n join matching.open_group o on o.group_id = n.old_id;"
    "analyze scheduling.groups; analyze matching.open_group";

/* The demo city's standing groups are booked by scheduling and told to matching. */
static bool await_groups(struct bench *bench, struct error *error)
{
    int64_t open = 0, on_the_way = 1;

    for (int i = 0; i < 300 && (open == 0 || on_the_way > 0); i++) {
        poll(NULL, 0, 100);
        if (!bench_ask(bench, "select count(*) from matching.open_group", &open, error) ||
            !bench_ask(bench,
                "select (select count(*) from ledger.scheduling) + (select count(*) from"
                " ledger.matching)",
                &on_the_way, error))
            return false;
    }
    return open > 0 || error_set(error, ERROR_BUSY, "no group of the demo city was booked");
}

static int integer(const PGresult *result, int row, int column)
{
    return (int)number_or(PQgetvalue(result, row, column), INT_MIN, INT_MAX, 0);
}

static void read_groups(struct bench_city *city, PGresult *result, struct arena *arena)
{
    city->count = (size_t)PQntuples(result);
    city->groups = ARENA_ARRAY(arena, struct bench_group, city->count);
    for (int i = 0; i < PQntuples(result); i++)
        city->groups[i] = (struct bench_group){
            .situation = arena_format(arena, "%s", PQgetvalue(result, i, 0)),
            .district = arena_format(arena, "%s", PQgetvalue(result, i, 1)),
            .language = arena_format(arena, "%s", PQgetvalue(result, i, 2)),
            .age_from = integer(result, i, 3),
            .age_to = integer(result, i, 4),
            .slot = integer(result, i, 5),
            .first_day = integer(result, i, 6),
        };
}

static bool load_groups(struct bench *bench, struct bench_city *city, struct error *error)
{
    PGconn *connection = PQconnectdb(
        arena_format(bench->shell.arena, "%s user=%s", bench->shell.conninfo, CLUSTER_ADMIN));
    PGresult *result =
        PQexec(connection, "select distinct situation, district, language, age_from, age_to, slot,"
                           " first_day - date '1970-01-01' from matching.open_group"
                           " where confirmed and not closed and not freed and has_free");

    read_groups(city, result, bench->shell.arena);
    PQclear(result);
    PQfinish(connection);
    return city->count > 0 || error_set(error, ERROR_ABSENT, "the bench city has no groups");
}

bool bench_city_open(struct bench *bench, struct bench_city *city, struct error *error)
{
    char *sql = arena_take(bench->shell.arena, sizeof copies + 32);

    snprintf(sql, sizeof copies + 32, copies, (long long)bench->referrals);
    return up(&bench->shell, true, error) && await_groups(bench, error) &&
           bench_do(bench, sql, error) && load_groups(bench, city, error);
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
        "door=professional&source=social_services&language=sv&child_name=Barn+Exempel%s"
        "&birth_date=%s&sex=girl&district=%s&situations=%s&primary_situation=%s&languages=%s"
        "&slots=%d&max_travel_min=120&same_sex_only=no&parent_wish=no"
        "&guardians.0.name=Vuxen+Exempel&guardians.0.email=vuxen%lld%%40example.org"
        "&guardians.0.phone=0701740605&guardians.0.language=sv&guardians.0.relation=mother"
        "&guardians.0.email_safe=yes&guardians.0.phone_safe=yes&guardians.0.sms_safe=no"
        "&guardians.0.message_safe=yes&guardians.1.name=Annan+Exempel"
        "&guardians.1.phone=0701740606&guardians.1.language=sv&guardians.1.relation=father"
        "&guardians.1.email_safe=no&guardians.1.phone_safe=yes&guardians.1.sms_safe=no"
        "&guardians.1.message_safe=yes&referrer.name=Kurator+Exempel&referrer.unit=Skola"
        "&referrer.email=kurator%%40example.org&referrer.phone=0701740607&family_knows=yes"
        "&consent_take_part=yes&consent_share=yes&consent_tell_referrer=yes&immediate_danger=no"
        "&afraid_at_home=no&violence_last_year=no&other_guardian_dangerous=no"
        "&protected_identity=no",
        name, birth, group->district, group->situation, group->situation, group->language,
        group->slot, (long long)number);
    return length > 0 && (size_t)length < room ? (size_t)length : 0;
}
