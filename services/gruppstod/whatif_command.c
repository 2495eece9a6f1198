/*
 * whatif: what one more leader, room, open slot, year of band, minute of travel or another minimum
 * gives. Each question is solved anew, from the plan of the instance as it is.
 *
 * The plan as it is gets the same time again, so that a longer search is not taken for a gain.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/number.h"
#include "services/gruppstod/plan_file.h"
#include "services/gruppstod/shell.h"
#include "services/gruppstod/table.h"
#include "services/planner/check.h"
#include "services/planner/whatif.h"

enum { MOST_QUESTIONS = 50 };

struct inquiry {
    struct whatif questions[MOST_QUESTIONS];
    int count;
    double time_s;
    int64_t iterations, seed;
    const volatile sig_atomic_t *stop;
    const struct shell *shell;
};

/* What a plan means for those who wait. */
struct gain {
    int32_t placed;
    int64_t days; /* that those without a place have waited, all together */
    int64_t score;
    bool exact;
};

static const char usage[] =
    "usage: gruppstod whatif [--time S] [--iterations N] [--seed N] QUESTION ... < instance.json\n"
    "  --leader like=ID | themes=A+B,languages=sv,slots=mon1500+tue1500,districts=D,parents=yes\n"
    "  --room like=ID | district=D,capacity=8,slots=mon1500,tags=calm\n"
    "  --slot mon1500     every room is open then too\n"
    "  --band +1          bands may be a year wider\n"
    "  --travel +15       every child may travel 15 minutes longer\n"
    "  --minimum 5        so many children open a group\n";

static bool read_inquiry(struct inquiry *inquiry, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const enum whatif_kind kind = whatif_kind_of(argv[i]);
        int64_t seconds;

        if (kind != WHATIF_COUNT && inquiry->count < MOST_QUESTIONS)
            inquiry->questions[inquiry->count++] = (struct whatif){kind, argv[i + 1]};
        else if (strcmp(argv[i], "--time") == 0 && number_read(argv[i + 1], 1, 100000, &seconds))
            inquiry->time_s = (double)seconds;
        else if (strcmp(argv[i], "--iterations") != 0 && strcmp(argv[i], "--seed") != 0)
            return false;
        else if (!number_read(argv[i + 1], 0, INT64_MAX,
                     argv[i][2] == 's' ? &inquiry->seed : &inquiry->iterations))
            return false;
    }
    return argc % 2 == 1 && inquiry->count > 0;
}

static int solve(const struct inquiry *inquiry, const struct instance *instance,
    const struct plan *warm, struct plan *out)
{
    const struct planner_options options = {.time_s = inquiry->time_s,
        .iterations = inquiry->iterations,
        .seed = (uint64_t)inquiry->seed,
        .warm = warm,
        .stop = inquiry->stop};

    if (planner_solve(instance, &options, out) != 0) {
        fputs("gruppstod: the planner ran out of memory\n", stderr);
        return EX_OSERR;
    }
    struct complaints *complaints = calloc(1, sizeof *complaints);
    const bool wrong = !complaints || check_plan(instance, out, complaints) > 0;
    if (wrong)
        fprintf(stderr, "gruppstod: a bug in the planner: %s\n",
            complaints ? complaints->text[0] : "no memory");
    free(complaints);
    return wrong ? EX_SOFTWARE : EX_OK;
}

static struct gain measure(const struct instance *instance, const struct plan *plan)
{
    struct gain gain = {plan_placed(plan), 0, plan->score, plan->status == PLAN_OPTIMAL};
    uint8_t *placed = calloc((size_t)instance->child_count + 1, 1);

    if (!placed)
        return gain;
    plan_mark_placed(instance, plan, placed);
    for (int32_t i = 0; i < instance->child_count; i++) {
        const int32_t days = instance->plan_date - instance->children[i].since;

        if (!placed[i] && days > 0)
            gain.days += days;
    }
    free(placed);
    return gain;
}

/* The same plan in another instance that knows its ids; what does not hold there is dropped. */
static bool carry_over(const struct instance *from, const struct plan *plan,
    const struct instance *to, struct plan *out, struct error *error)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct complaints *complaints = calloc(1, sizeof *complaints);
    bool carried = stream && complaints && plan_write(from, plan, stream, error);

    if (stream)
        fclose(stream);
    carried = carried && plan_read(to, text, length, out, complaints, error);
    if (carried)
        check_repair(to, out);
    free(complaints);
    free(text);
    return carried;
}

/* One question: the changed instance, from the plan as it is. */
static int answer(const struct inquiry *inquiry, const json_t *document, struct whatif question,
    const struct instance *base, const struct plan *plan, struct gain *gain)
{
    struct error error = {ERROR_NONE, ""};
    struct instance *changed = NULL;
    struct plan warm = {0}, out = {0};
    json_t *copy = json_deep_copy(document);
    char *text = NULL;
    int code = INSTANCE_MALFORMED;

    if (whatif_change(copy, question, &error) && (text = json_dumps(copy, 0)) &&
        instance_read(text, strlen(text), &changed, &error) == INSTANCE_READ &&
        carry_over(base, plan, changed, &warm, &error))
        code = solve(inquiry, changed, &warm, &out);
    else
        fprintf(stderr, "gruppstod: %s %s: %s\n", whatif_option(question.kind), question.value,
            error.text);
    if (code == EX_OK)
        *gain = measure(changed, &out);
    plan_clear(&warm);
    plan_clear(&out);
    free(text);
    json_decref(copy);
    instance_free(changed);
    return code;
}

static void print_answer(const struct inquiry *inquiry, int i, struct gain base, struct gain gain)
{
    const struct whatif question = inquiry->questions[i];
    const bool exact = base.exact && gain.exact;

    if (inquiry->shell->output == OUTPUT_JSON)
        printf("%s\n  {\"question\": \"%s\", \"value\": %s, \"children\": %d, \"days\": %lld,"
               " \"score\": %lld, \"exact\": %s}",
            i ? "," : "", whatif_option(question.kind) + 2,
            table_json(inquiry->shell->arena, text_of(question.value)),
            (int)(gain.placed - base.placed), (long long)(base.days - gain.days),
            (long long)(gain.score - base.score), exact ? "true" : "false");
    else
        printf("%-9s %-40.40s %+9d %+9lld %+9lld  %s\n", whatif_option(question.kind) + 2,
            question.value, (int)(gain.placed - base.placed), (long long)(base.days - gain.days),
            (long long)(gain.score - base.score), exact ? "exact" : "by search");
    fflush(stdout);
}

static void print_head(const struct inquiry *inquiry, const struct instance *in, struct gain base)
{
    if (inquiry->shell->output == OUTPUT_JSON) {
        printf("{\"placed\": %d, \"waiting\": %d, \"score\": %lld, \"answers\": [",
            (int)base.placed, (int)in->child_count, (long long)base.score);
        return;
    }
    printf("As it is: %d of %d children placed, score %lld (%s).\n\n", (int)base.placed,
        (int)in->child_count, (long long)base.score, base.exact ? "optimal" : "by search");
    printf("%-9s %-40s %9s %9s %9s\n", "what if", "", "children", "days", "score");
}

/* The plan as it is, with the time that the questions get too. */
static int solve_base(
    const struct inquiry *inquiry, const struct instance *instance, struct plan *out)
{
    struct plan first = {0};
    int code = solve(inquiry, instance, NULL, &first);

    if (code == EX_OK)
        code = solve(inquiry, instance, &first, out);
    plan_clear(&first);
    return code;
}

static int ask_all(
    const struct inquiry *inquiry, const json_t *document, const struct instance *instance)
{
    struct plan plan = {0};
    int code = solve_base(inquiry, instance, &plan);

    if (code == EX_OK) {
        const struct gain base = measure(instance, &plan);

        print_head(inquiry, instance, base);
        for (int i = 0; i < inquiry->count && code == EX_OK; i++) {
            struct gain gain;

            code = answer(inquiry, document, inquiry->questions[i], instance, &plan, &gain);
            if (code == EX_OK)
                print_answer(inquiry, i, base, gain);
        }
        if (inquiry->shell->output == OUTPUT_JSON)
            puts("]}");
        else
            puts("\nDays: waiting that ends, added up over the children who get a place.");
    }
    plan_clear(&plan);
    return code;
}

int command_whatif(struct shell *shell, int argc, char **argv)
{
    struct inquiry inquiry = {.time_s = 10, .seed = 1, .shell = shell};
    struct error error = {ERROR_NONE, ""};
    struct instance *instance = NULL;
    size_t length = 0;

    if (!read_inquiry(&inquiry, argc, argv)) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    inquiry.stop = plan_file_catch();
    char *json = instance_slurp(stdin, &length, &error);
    int code = json ? (int)instance_read(json, length, &instance, &error) : INSTANCE_MALFORMED;
    if (code == INSTANCE_READ) {
        json_t *document = json_loadb(json, length, 0, NULL);

        code = ask_all(&inquiry, document, instance);
        json_decref(document);
    } else {
        fprintf(stderr, "%s\n", error.text);
    }
    free(json);
    instance_free(instance);
    return code;
}
