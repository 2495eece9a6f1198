/* What happened, for people or as one JSON object; and whether anything was lost or doubled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "services/gruppstod/demo.h"
#include "services/gruppstod/demo_store.h"
#include "services/gruppstod/table.h"

enum { COUNTS_MOST = 60 };

struct counts { /* of words */
    struct {
        const char *word;
        int64_t count;
    } list[COUNTS_MOST];
    size_t count;
};

struct times {
    int64_t *ms;
    size_t count;
};

struct told {
    struct counts states, waiting, ends;
    int64_t acknowledged, by_form, received, red, coordinator, incomplete, lost, unheard;
    int64_t placed, placed_formed, offered;
    struct times to_offer, to_placed;
    struct demo_truth truth;
    struct demo_pulse pulse;
    struct demo_plans plans;
};

static void add(struct counts *counts, const char *word, int64_t count)
{
    for (size_t i = 0; i < counts->count; i++)
        if (strcmp(counts->list[i].word, word) == 0) {
            counts->list[i].count += count;
            return;
        }
    CHECK(counts->count < COUNTS_MOST);
    counts->list[counts->count].word = word;
    counts->list[counts->count++].count = count;
}

static int64_t count_of(const struct counts *counts, const char *word)
{
    for (size_t i = 0; i < counts->count; i++)
        if (strcmp(counts->list[i].word, word) == 0)
            return counts->list[i].count;
    return 0;
}

/* All whose word begins so. */
static int64_t sum_of(const struct counts *counts, const char *start, const char *end)
{
    int64_t sum = 0;

    for (size_t i = 0; i < counts->count; i++) {
        const char *word = counts->list[i].word;
        const size_t length = strlen(word), tail = strlen(end);
        if (strncmp(word, start, strlen(start)) == 0 && length >= tail &&
            strcmp(word + length - tail, end) == 0)
            sum += counts->list[i].count;
    }
    return sum;
}

/* Civil time back to the machine's: how far the clock stood ahead then is known. */
static int64_t machine_ms(const struct demo *demo, int64_t civil_ms)
{
    int64_t ahead_ms = demo->turns[0].ahead_ms;

    for (size_t i = 1; i < demo->turn_count; i++)
        if (civil_ms >= demo->turns[i].civil_ms)
            ahead_ms = demo->turns[i].ahead_ms;
    return civil_ms - ahead_ms;
}

static int by_size(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* Seconds at that share of the sorted times; 0 when there are none. */
static double at_share(const struct times *times, int percent)
{
    const size_t at = times->count ? (times->count - 1) * (size_t)percent / 100 : 0;

    return times->count ? (double)times->ms[at] / 1000 : 0;
}

static void add_time(
    const struct demo *demo, struct times *times, const struct rows *rows, size_t row, int column)
{
    if (!row_null(rows, row, column))
        times->ms[times->count++] = machine_ms(demo, row_time(rows, row, column)) -
                                    machine_ms(demo, row_time(rows, row, 6));
}

static const char *word_at(struct arena *arena, const struct rows *rows, size_t row, int column)
{
    const struct text text = row_text(rows, row, column);

    return arena_copy(arena, text.data, text.length);
}

static void count_child(
    const struct demo *demo, struct told *told, const struct rows *rows, size_t row)
{
    struct arena *arena = demo->shell->arena;
    const char *state = word_at(arena, rows, row, 0), *reason = word_at(arena, rows, row, 1);
    const bool known = row_bool(rows, row, 5), complete = row_bool(rows, row, 4);

    told->received += known;
    told->lost += !known;
    told->incomplete += known && !complete;
    told->unheard += known && complete && !*state;
    told->red += text_is(row_text(rows, row, 2), "red");
    told->coordinator += strcmp(state, "safety_check") == 0 || strcmp(state, "received") == 0;
    add(&told->states, *state ? state : "incomplete", 1);
    if (*reason)
        add(&told->waiting, reason, 1);
    if (strcmp(state, "placed") == 0 || strcmp(state, "attending") == 0) {
        told->placed++;
        told->placed_formed += row_bool(rows, row, 9);
    }
    told->offered += !row_null(rows, row, 7);
    add_time(demo, &told->to_offer, rows, row, 7);
    add_time(demo, &told->to_placed, rows, row, 8);
}

static struct text *codes_of(const struct demo *demo, struct told *told)
{
    struct text *codes = ARENA_ARRAY(demo->shell->arena, struct text, demo->count + 1);

    for (size_t i = 0; i < demo->count; i++) {
        if (!*demo->children[i].code)
            continue;
        codes[told->acknowledged++] = text_of(demo->children[i].code);
        told->by_form += demo_family(demo, i)->door != DOOR_PROFESSIONAL;
    }
    return codes;
}

static bool read_rows(
    const struct demo *demo, struct told *told, struct tx *tx, struct error *error)
{
    struct arena *arena = demo->shell->arena;
    const struct text *codes = codes_of(demo, told);
    const size_t count = (size_t)told->acknowledged;
    struct rows *rows;

    if (!demo_read_children(tx, arena, codes, count, &rows, error))
        return false;
    told->to_offer.ms = ARENA_ARRAY(arena, int64_t, count + 1);
    told->to_placed.ms = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        count_child(demo, told, rows, i);
    qsort(told->to_offer.ms, told->to_offer.count, sizeof(int64_t), by_size);
    qsort(told->to_placed.ms, told->to_placed.count, sizeof(int64_t), by_size);
    if (!demo_read_ends(tx, arena, codes, count, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        add(&told->ends, word_at(arena, rows, i, 0), row_int(rows, i, 1));
    return true;
}

static bool read_told(const struct demo *demo, struct told *told, struct error *error)
{
    struct arena *arena = demo->shell->arena;
    struct tx *tx = tx_begin(demo->store, arena, error);
    const bool good = tx && read_rows(demo, told, tx, error);
    struct told none = {.acknowledged = 0};
    const struct text *codes = codes_of(demo, &none);

    tx_rollback(tx);
    return good &&
           demo_read_plans(demo->store, arena, demo->turns[0].civil_ms, codes,
               (size_t)none.acknowledged, &told->plans, error) &&
           demo_read_truth(demo->store, arena, demo->turns[0].civil_ms, &told->truth, error) &&
           demo_read_pulse(demo->store, arena, &told->pulse, error);
}

/* --- for programs --- */

static void print_counts(const char *name, const struct counts *counts)
{
    printf("\"%s\":{", name);
    for (size_t i = 0; i < counts->count; i++)
        printf(
            "%s\"%s\":%lld", i ? "," : "", counts->list[i].word, (long long)counts->list[i].count);
    fputs("},", stdout);
}

/* What the planner made of it: its largest plan, and one of its explanations. */
static void print_plans(const struct demo *demo, const struct demo_plans *plans)
{
    struct arena *arena = demo->shell->arena;
    const char *bound =
        plans->bound == INT_ABSENT ? "null" : arena_format(arena, "%lld", (long long)plans->bound);
    const char *gap = plans->gap_hundredths == INT_ABSENT
                          ? "null"
                          : arena_format(arena, "%.2f", (double)plans->gap_hundredths / 100);

    if (plans->plans == 0) {
        fputs("\"planner\":{\"plans\":0},", stdout);
        return;
    }
    printf("\"planner\":{\"plans\":%lld,\"groups\":%lld,\"dropped\":%lld,\"children\":%lld,"
           "\"score\":%lld,\"bound\":%s,\"gap_percent\":%s,\"explained\":",
        (long long)plans->plans, (long long)plans->groups, (long long)plans->dropped,
        (long long)plans->children, (long long)plans->score, bound, gap);
    if (plans->code.data)
        printf("{\"code\":%s,\"reason\":%s,\"why\":%s}},", table_json(arena, plans->code),
            table_json(arena, plans->reason), table_json(arena, plans->why));
    else
        fputs("null},", stdout);
}

static double seconds(int64_t from_us, int64_t to_us)
{
    return (double)(to_us - from_us) / 1e6;
}

static void print_json(const struct demo *demo, const struct told *told)
{
    const struct counts *ends = &told->ends;
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"referrals", (int64_t)demo->count}, {"acknowledged", told->acknowledged},
        {"by_form", told->by_form}, {"by_api", told->acknowledged - told->by_form},
        {"received", told->received}, {"red", told->red},
        {"wait_for_coordinator", told->coordinator}, {"incomplete", told->incomplete},
        {"cleared_at_desk", (int64_t)demo->cleared}, {"groups_formed", told->truth.formed},
        {"offered", told->offered}, {"offers", sum_of(ends, "offer.", "")},
        {"answered_yes", (int64_t)demo->yes}, {"answered_no", (int64_t)demo->no},
        {"silent", (int64_t)demo->silent}, {"too_late", (int64_t)demo->late},
        {"declined", count_of(ends, "offer.declined")},
        {"expired", count_of(ends, "offer.expired")}, {"pending", count_of(ends, "offer.pending")},
        {"accepted", count_of(&told->states, "accepted")}, {"placed", told->placed},
        {"placed_in_open_groups", told->placed - told->placed_formed},
        {"placed_in_formed_groups", told->placed_formed},
        {"letters_sent", sum_of(ends, "letter.", ".sent")},
        {"letter_tasks", sum_of(ends, "letter.", ".task")},
        {"letters_failed", sum_of(ends, "letter.", ".failed")},
        {"lost", told->lost + told->unheard}, {"queued", told->pulse.queued + told->pulse.later},
        {"dead_letters", told->pulse.dead},
        {"two_places", told->truth.two_places + told->truth.two_rows},
        {"over_size", told->truth.over_size}};

    putchar('{');
    for (size_t i = 0; i < COUNT(numbers); i++)
        printf("\"%s\":%lld,", numbers[i].name, (long long)numbers[i].value);
    print_counts("states", &told->states);
    print_counts("waiting", &told->waiting);
    print_plans(demo, &told->plans);
    printf("\"to_offer_median_s\":%.3f,\"to_offer_p90_s\":%.3f,\"to_placed_median_s\":%.3f,"
           "\"to_placed_p90_s\":%.3f,\"referrals_per_s\":%.1f,\"seconds\":%.1f,"
           "\"civil_days_ahead\":%.2f}\n",
        at_share(&told->to_offer, 50), at_share(&told->to_offer, 90),
        at_share(&told->to_placed, 50), at_share(&told->to_placed, 90),
        (double)told->acknowledged / seconds(demo->began_us, demo->posted_us),
        seconds(demo->began_us, demo->ended_us),
        (double)demo->turns[demo->turn_count - 1].ahead_ms / 86400000);
}

/* --- for people --- */

static const struct {
    const char *word, *words;
} phrases[] = {{"talk_first", "a person talks with the family first"},
    {"consent_missing", "a consent is missing"},
    {"few_children", "too few children of that age yet"},
    {"leaders_missing", "two leaders are missing"}, {"room_missing", "a room is missing"},
    {"no_common_time", "no group at a time that suits"}, {"too_far", "no group near enough"},
    {"language_missing", "no group in the child's language"}, {"group_full", "the groups are full"},
    {"starts_later", "the next groups start later"},
    {"other_support_first", "other support goes first"},
    {"asked_to_wait", "the family asked us to wait"}, {"partner_has_it", "a partner has it"},
    {"safety_check", "wait for a coordinator: violence, \"vet inte\", or no consent"},
    {"protection_first", "protection first: red answers"},
    {"contacting", "a person calls the family"}, {"call_back", "a person calls: no answer"},
    {"waiting", "on the waiting list"}, {"offered", "have an offer that is not answered"},
    {"proposed", "in a proposed group"}, {"parked", "asked again later, as they wished"},
    {"meeting", "have said yes; they meet the leaders before the start"},
    {"accepted", "have said yes; their group starts when enough have"},
    {"placed", "have a place in a group that starts"}, {"withdrawn", "want no place any more"},
    {"incomplete", "wait for a coordinator: a child's own short form"}};

static const char *phrase(const char *word)
{
    for (size_t i = 0; i < COUNT(phrases); i++)
        if (strcmp(phrases[i].word, word) == 0)
            return phrases[i].words;
    return word;
}

static void print_phrases(const struct counts *counts, const char *indent)
{
    for (size_t i = 0; i < counts->count; i++)
        printf("%s%5lld  %s\n", indent, (long long)counts->list[i].count,
            phrase(counts->list[i].word));
}

static void print_offers(const struct demo *demo, const struct told *told)
{
    const struct counts *ends = &told->ends;

    printf(
        "\nOffers    %lld: yes %zu, no %zu, silent %zu; %lld declined, %lld ran out, %lld open\n",
        (long long)sum_of(ends, "offer.", ""), demo->yes, demo->no, demo->silent,
        (long long)count_of(ends, "offer.declined"), (long long)count_of(ends, "offer.expired"),
        (long long)count_of(ends, "offer.pending"));
    printf("Letters   %lld sent, %lld became tasks for a person\n",
        (long long)sum_of(ends, "letter.", ".sent"), (long long)sum_of(ends, "letter.", ".task"));
    printf("Placed    %lld: %lld in open groups, %lld in groups that were formed (%lld formed)\n",
        (long long)told->placed, (long long)(told->placed - told->placed_formed),
        (long long)told->placed_formed, (long long)told->truth.formed);
    printf("Times     received to offer %.1f s (9 of 10 within %.1f), to placed %.1f s (%.1f), "
           "by the machine's clock\n",
        at_share(&told->to_offer, 50), at_share(&told->to_offer, 90),
        at_share(&told->to_placed, 50), at_share(&told->to_placed, 90));
}

static void tell_plans(const struct demo_plans *plans)
{
    if (plans->plans == 0)
        return;
    printf("Planner   %lld plans; the largest, for %lld children: score %lld",
        (long long)plans->plans, (long long)plans->children, (long long)plans->score);
    if (plans->bound == plans->score)
        fputs(", proven best", stdout);
    else if (plans->bound != INT_ABSENT)
        printf(", at most %lld possible (gap %.2f %%)", (long long)plans->bound,
            (double)plans->gap_hundredths / 100);
    printf("; %lld groups proposed, %lld dropped since the city had moved on\n",
        (long long)plans->groups, (long long)plans->dropped);
    if (plans->code.data)
        printf("          %s waits: %s\n", plans->code.data, plans->why.data);
}

static void print_people(const struct demo *demo, const struct told *told)
{
    const double ahead = (double)demo->turns[demo->turn_count - 1].ahead_ms / 86400000;

    printf("\nReceived  %lld referrals in %.1f s (%.0f a second, as fast as made-up people write): "
           "%lld by the form, %lld by the API\n",
        (long long)told->received, seconds(demo->began_us, demo->posted_us),
        (double)told->acknowledged / seconds(demo->began_us, demo->posted_us),
        (long long)told->by_form, (long long)(told->acknowledged - told->by_form));
    printf("Red       %lld, handed to a person at once; no automatic letter goes\n\nNow\n",
        (long long)told->red);
    print_phrases(&told->states, "");
    if (told->waiting.count)
        puts("\nWhy those on the waiting list wait");
    print_phrases(&told->waiting, "");
    print_offers(demo, told);
    tell_plans(&told->plans);
    if (ahead > 0)
        printf("Clock     the civil clock now stands %.1f days ahead\n", ahead);
    if (!demo->forms_alone)
        puts("Groups    a coordinator approves new ones at the desk");
}

/* --- nothing lost, nothing doubled --- */

static bool judge(const struct demo *demo, const struct told *told, struct error *error)
{
    const struct {
        int64_t count;
        const char *sentence;
    } wrong[] = {{(int64_t)demo->count - told->acknowledged, "referrals got no receipt"},
        {told->lost, "referrals with a receipt are not in the database"},
        {told->unheard, "complete referrals never reached matching"},
        {told->pulse.queued + told->pulse.later, "messages are still queued"},
        {told->pulse.dead, "messages are dead letters (gruppstod get dead)"},
        {told->truth.two_places, "children hold two places"},
        {told->truth.two_rows, "children are on two rosters"},
        {told->truth.over_size, "groups are over their size"}};

    for (size_t i = 0; i < COUNT(wrong); i++)
        if (wrong[i].count > 0)
            return error_set(error, ERROR_CONFLICT, "checked by SQL: %lld %s",
                (long long)wrong[i].count, wrong[i].sentence);
    demo_say(demo, "Checked by SQL: every receipt is accounted for, no queue is left, no child has "
                   "two places, no group is over its size.");
    return true;
}

bool demo_tell(struct demo *demo, struct error *error)
{
    struct told *told = ARENA_NEW(demo->shell->arena, struct told);

    if (!read_told(demo, told, error))
        return error_while(error, "counting what happened");
    if (demo->json)
        print_json(demo, told);
    else
        print_people(demo, told);
    fflush(stdout);
    return judge(demo, told, error);
}
