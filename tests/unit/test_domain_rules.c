/* States, the safety gate, declines and slots, by lines of text. */
#include "tests/unit/case_lines.h"

#include "common/domain/decline.h"
#include "common/domain/protection.h"
#include "common/domain/referral_state.h"
#include "common/domain/slot.h"

static const char *yes_or_no(bool truth)
{
    return truth ? "yes" : "no";
}

/* "-" is absent; any other word must be in the vocabulary. */
static enum referral_state state_of(const char *word)
{
    enum referral_state state = referral_state_of(text_of(word));

    if (state == REFERRAL_STATE_NONE && strcmp(word, "-") != 0)
        fail_msg("no such state: %s", word);
    return state;
}

static enum asker asker_of(const char *word)
{
    static const char *const names[] = {"intake", "matching", "scheduling", "evaluation", "desk"};

    for (int i = 0; i < 5; i++)
        if (strcmp(names[i], word) == 0)
            return (enum asker)(1 << i);
    fail_msg("nobody is called %s", word);
    return ASKER_DESK;
}

static void check_state(const struct case_line *line)
{
    const char *const *words = line->arguments;
    bool truth;

    if (strcmp(line->verb, "may") == 0)
        truth = referral_may_move(state_of(words[1]), state_of(words[2]), asker_of(words[0]));
    else if (strcmp(line->verb, "ended") == 0)
        truth = referral_ended(state_of(words[0]));
    else if (strcmp(line->verb, "place") == 0)
        truth = referral_has_place(state_of(words[0]));
    else
        truth = referral_red_moves(state_of(words[0]));
    case_expect(line, yes_or_no(truth));
}

static bool answers_line(const struct case_line *line, struct safety_answers *answers)
{
    enum safety_answer values[5];

    if (strcmp(line->verb, "answers") != 0)
        return false;
    assert_int_equal(line->count, 5);
    for (size_t i = 0; i < 5; i++)
        values[i] = safety_answer_of(text_of(line->arguments[i]));
    *answers = (struct safety_answers){values[0], values[1], values[2], values[3], values[4]};
    return true;
}

static void check_protection(const struct case_line *line)
{
    struct safety_answers answers;
    enum situation situations[CASE_ARGUMENTS];

    if (answers_line(line, &answers)) {
        case_expect(line, safety_names[protection_safety(&answers)]);
        return;
    }
    for (size_t i = 1; i < line->count; i++)
        situations[i - 1] = situation_of(text_of(line->arguments[i]));
    case_expect(line, yes_or_no(protection_may_clear_alone(
                          safety_of(text_of(line->arguments[0])), situations, line->count - 1)));
}

static void check_decline(const struct case_line *line)
{
    const struct text word = text_of(line->arguments[0]);
    struct consequence after = strcmp(line->verb, "met") == 0
                                   ? before_start_consequence(before_start_outcome_of(word))
                                   : decline_consequence(decline_reason_of(word));
    char got[100];

    snprintf(got, sizeof got, "%s%s%s%s%s",
        after.state ? referral_state_names[after.state] : "nothing",
        after.another_slot ? ", another time" : "", after.nearer ? ", nearer" : "",
        after.task ? ", " : "", after.task ? task_kind_names[after.task] : "");
    case_expect(line, got);
}

static void states_by_line(void **state)
{
    (void)state;
    cases_run("referral_state.txt", check_state);
}

static void protection_by_line(void **state)
{
    (void)state;
    cases_run("protection.txt", check_protection);
}

static void declines_by_line(void **state)
{
    (void)state;
    cases_run("decline.txt", check_decline);
}

/* All 3^5 answers, and each left out: green only when all five said no. */
static void only_five_noes_are_green(void **state)
{
    (void)state;
    for (int code = 0; code < 4 * 4 * 4 * 4 * 4; code++) {
        struct safety_answers answers = {(enum safety_answer)(code & 3),
            (enum safety_answer)(code >> 2 & 3), (enum safety_answer)(code >> 4 & 3),
            (enum safety_answer)(code >> 6 & 3), (enum safety_answer)(code >> 8 & 3)};
        int no = SAFETY_ANSWER_NO;
        bool green = code == (no | no << 2 | no << 4 | no << 6 | no << 8);

        assert_int_equal(protection_safety(&answers) == SAFETY_GREEN, green);
    }
}

/* Only intake's clearance leads past the gate, and nothing leads out of an end but "they called".
 */
static void the_gate_has_one_door(void **state)
{
    static const enum referral_state gate[] = {
        REFERRAL_STATE_SAFETY_CHECK, REFERRAL_STATE_PROTECTION_FIRST};

    (void)state;
    for (int to = 1; to < REFERRAL_STATE_COUNT; to++) {
        enum referral_state wanted = (enum referral_state)to;

        for (size_t i = 0; i < 2; i++) {
            assert_false(referral_may_move(gate[i], wanted, ASKER_MATCHING));
            assert_false(referral_may_move(gate[i], wanted, ASKER_SCHEDULING));
        }
        for (int from = 1; from < REFERRAL_STATE_COUNT; from++)
            if (referral_ended((enum referral_state)from) && from != REFERRAL_STATE_NOT_REACHED)
                for (int asker = 1; asker <= ASKER_DESK; asker *= 2)
                    assert_false(
                        referral_may_move((enum referral_state)from, wanted, (enum asker)asker));
    }
}

static void slots_are_found_in_order(void **state)
{
    int64_t slots = slot_bit(0) | slot_bit(5) | slot_bit(62);

    (void)state;
    assert_int_equal(slot_count(slots), 3);
    assert_int_equal(slot_next(slots, -1), 0);
    assert_int_equal(slot_next(slots, 0), 5);
    assert_int_equal(slot_next(slots, 5), 62);
    assert_int_equal(slot_next(slots, 62), -1);
    assert_int_equal(slot_weekday(5), 1);
    assert_false(slot_in(slots, 63));
    assert_false(slot_in(slots, -1));
    assert_true(slot_in(slots, 62));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_by_line),
        cmocka_unit_test(protection_by_line),
        cmocka_unit_test(declines_by_line),
        cmocka_unit_test(only_five_noes_are_green),
        cmocka_unit_test(the_gate_has_one_door),
        cmocka_unit_test(slots_are_found_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
