/* The safety token: forged, replayed, changed and outdated ones let no letter through. */
#include "common/clearance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t key[TOKEN_KEY] = {1, 2, 3};
static const uint8_t other_key[TOKEN_KEY] = {1, 2, 4};
static const int64_t now_ms = 1800000000000;

static struct clearance some_clearance(void)
{
    return (struct clearance){.clearance_id = {.bytes = {1}},
        .referral_id = {.bytes = {2}},
        .answers_version = 3,
        .rule_version = 1,
        .cleared_by = TEXT("0190aa00-0000-7000-8000-000000000001"),
        .valid_until_ms = now_ms + 1};
}

static struct clearance_claim claim_of(const struct clearance *clearance)
{
    return (struct clearance_claim){
        clearance->clearance_id, clearance->referral_id, clearance->answers_version};
}

/* The verdict on a row whose MAC was made for `made`. */
static enum clearance_verdict verdict_on(const struct clearance *row, const struct clearance *made,
    const uint8_t *made_with, const struct clearance_claim *claim)
{
    uint8_t mac[TOKEN_MAC];

    clearance_mac(made_with, made, mac);
    return clearance_check(key, row, (struct text){(const char *)mac, sizeof mac}, claim, now_ms);
}

static void a_true_one_is_valid(void **state)
{
    const struct clearance made = some_clearance();
    const struct clearance_claim claim = claim_of(&made);

    (void)state;
    assert_int_equal(verdict_on(&made, &made, key, &claim), CLEARANCE_VALID);
}

static void any_change_is_forged(void **state)
{
    const struct clearance made = some_clearance();
    struct clearance rows[6];

    (void)state;
    for (size_t i = 0; i < 6; i++)
        rows[i] = made;
    rows[0].clearance_id.bytes[15] = 1;
    rows[1].referral_id.bytes[15] = 1;
    rows[2].answers_version = 4;
    rows[3].rule_version = 2;
    rows[4].cleared_by = TEXT("0190aa00-0000-7000-8000-000000000002");
    rows[5].valid_until_ms += 1000;
    for (size_t i = 0; i < 6; i++) {
        const struct clearance_claim claim = claim_of(&rows[i]);
        assert_int_equal(verdict_on(&rows[i], &made, key, &claim), CLEARANCE_FORGED);
    }
}

static void another_key_is_forged(void **state)
{
    const struct clearance made = some_clearance();
    const struct clearance_claim claim = claim_of(&made);

    (void)state;
    assert_int_equal(verdict_on(&made, &made, other_key, &claim), CLEARANCE_FORGED);
}

static void a_mac_of_another_length_is_forged(void **state)
{
    const struct clearance made = some_clearance();
    const struct clearance_claim claim = claim_of(&made);
    uint8_t mac[TOKEN_MAC];

    (void)state;
    clearance_mac(key, &made, mac);
    for (size_t length = 0; length < sizeof mac; length++)
        assert_int_equal(
            clearance_check(key, &made, (struct text){(const char *)mac, length}, &claim, now_ms),
            CLEARANCE_FORGED);
    assert_int_equal(
        clearance_check(key, &made, (struct text){NULL, 0}, &claim, now_ms), CLEARANCE_FORGED);
}

/* A true clearance, carried over to another referral, id or version of the answers. */
static void a_replayed_one_is_foreign(void **state)
{
    const struct clearance made = some_clearance();
    struct clearance_claim claims[3];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        claims[i] = claim_of(&made);
    claims[0].referral_id.bytes[0] = 9;
    claims[1].clearance_id.bytes[0] = 9;
    claims[2].answers_version = 2;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(verdict_on(&made, &made, key, &claims[i]), CLEARANCE_FOREIGN);
}

static void its_time_ends(void **state)
{
    struct clearance made = some_clearance();
    const struct clearance_claim claim = claim_of(&made);

    (void)state;
    made.valid_until_ms = now_ms;
    assert_int_equal(verdict_on(&made, &made, key, &claim), CLEARANCE_OUTDATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_true_one_is_valid),
        cmocka_unit_test(any_change_is_forged),
        cmocka_unit_test(another_key_is_forged),
        cmocka_unit_test(a_mac_of_another_length_is_forged),
        cmocka_unit_test(a_replayed_one_is_foreign),
        cmocka_unit_test(its_time_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
