/* Tokens, stored hashes, MACs, receipt codes, hexadecimal, blind indexes. The long constants were
 * reckoned by another implementation: hashlib.blake2b of Python, over the same fields. */
#include "tests/unit/case_lines.h"

#include "common/blind_index.h"
#include "common/check.h"
#include "common/token.h"

static const struct uuid thing = {.bytes = {0x01, 0x89, 0x0a, 0x5d, 0xac, 0x96, 0x7a, 0xbc, 0x8d,
                                      0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab}};
static uint8_t key[TOKEN_KEY], other_key[TOKEN_KEY];

static const char *hex_of(const void *bytes, size_t length)
{
    static char text[129];

    hex_encode(bytes, length, text);
    return text;
}

static void test_a_made_token_is_always_the_same(void **state)
{
    char token[TOKEN_TEXT + 1], again[TOKEN_TEXT + 1];
    (void)state;

    token_make(key, "offer", thing, token);
    assert_string_equal(token, "J9U1kIob53hfEFmfJbbgAA");
    token_make(key, "offer", thing, again);
    assert_string_equal(token, again);
    token_make(key, "receipt", thing, again);
    assert_string_not_equal(token, again);
    token_make(other_key, "offer", thing, again);
    assert_string_not_equal(token, again);
    struct uuid near = thing;
    near.bytes[15] ^= 1;
    token_make(key, "offer", near, again);
    assert_string_not_equal(token, again);
}

static void test_a_stored_hash(void **state)
{
    uint8_t hash[TOKEN_HASH], other[TOKEN_HASH];
    (void)state;

    assert_true(token_hash(key, "offer", TEXT("J9U1kIob53hfEFmfJbbgAA"), hash));
    assert_string_equal(hex_of(hash, sizeof hash),
        "4cbf3c6c8393eed23322cf38f01416647b97eabb0ebb68569a95189a4650fc3c");
    assert_true(token_hash(key, "session", TEXT("J9U1kIob53hfEFmfJbbgAA"), other));
    assert_memory_not_equal(hash, other, sizeof hash);
    assert_true(token_hash(other_key, "offer", TEXT("J9U1kIob53hfEFmfJbbgAA"), other));
    assert_memory_not_equal(hash, other, sizeof hash);
}

static void test_what_is_no_token_is_not_looked_up(void **state)
{
    static const char *const wrong[] = {"", "J9U1kIob53hfEFmfJbbgA", "J9U1kIob53hfEFmfJbbgAAA",
        "J9U1kIob53hfEFmfJbbgAB", /* stray bits: another text of the same token */
        "J9U1kIob53hfEFmfJbbgA=", "J9U1kIob53hfEFmfJbbgA ", " J9U1kIob53hfEFmfJbbgA",
        "J9U1kIob53hfEFmfJbb+/A", "J9U1kIob53hfEFmf/bbgAA",
        "J9U1kIob53hfEFmf\xc3\xa5gAAA" /* as libsodium would read it */};
    uint8_t hash[TOKEN_HASH];
    (void)state;

    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(token_hash(key, "offer", text_of(wrong[i]), hash));
    assert_false(token_hash(key, "offer", text_of(NULL), hash));
    assert_false(token_hash(key, "offer", (struct text){"J9U1kIob53hfEFmfJbb\0AA", 22}, hash));
}

static void test_random_tokens(void **state)
{
    char first[TOKEN_TEXT + 1], second[TOKEN_TEXT + 1], session[TOKEN_LONG + 1];
    uint8_t hash[TOKEN_HASH];
    (void)state;

    token_random(first);
    token_random(second);
    token_random_long(session);
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), TOKEN_TEXT);
    assert_int_equal(strlen(session), TOKEN_LONG);
    assert_true(token_hash(key, "x", text_of(first), hash));
    assert_true(token_hash(key, "x", text_of(session), hash));
}

static void test_equal(void **state)
{
    (void)state;

    assert_true(token_equal(TEXT("abc"), TEXT("abc")));
    assert_false(token_equal(TEXT("abc"), TEXT("abd")));
    assert_false(token_equal(TEXT("abc"), TEXT("ab")));
    assert_false(token_equal(text_of(NULL), text_of(NULL)));
    assert_false(token_equal(TEXT(""), text_of(NULL)));
}

static void test_mac(void **state)
{
    const struct text parts[] = {TEXT("clearance"), TEXT(""), text_of(NULL), TEXT("42")};
    uint8_t mac[TOKEN_MAC];
    const struct text made = {(const char *)mac, sizeof mac};
    (void)state;

    mac_make(key, parts, COUNT(parts), mac);
    assert_string_equal(hex_of(mac, sizeof mac),
        "142d605e74216474e4d736fbb534ed99d4384dc21ea7773b92d58cdd5af3146a");
    assert_true(mac_check(key, parts, COUNT(parts), made));
    assert_false(mac_check(other_key, parts, COUNT(parts), made));
    assert_false(mac_check(key, parts, COUNT(parts), (struct text){made.data, made.length - 1}));
    assert_false(mac_check(key, parts, COUNT(parts), text_of(NULL)));
    for (size_t bit = 0; bit < 8 * sizeof mac; bit++) {
        mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(mac_check(key, parts, COUNT(parts), made));
        mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* Lists that would be the same if their fields were only put one after another. */
static void test_no_two_lists_have_the_same_mac(void **state)
{
    const struct text lists[][3] = {
        {TEXT("a"), TEXT("bc"), TEXT("d")},
        {TEXT("ab"), TEXT("c"), TEXT("d")},
        {TEXT("abcd"), TEXT(""), TEXT("")},
        {TEXT(""), TEXT("abcd"), TEXT("")},
        {TEXT("abcd"), text_of(NULL), TEXT("")},
        {text_of(NULL), text_of(NULL), TEXT("abcd")},
        {TEXT("a\1\0\0\0\0\0\0\0b"), TEXT("c"), TEXT("d")},
    };
    uint8_t macs[COUNT(lists) + 1][TOKEN_MAC];
    (void)state;

    for (size_t i = 0; i < COUNT(lists); i++)
        mac_make(key, lists[i], 3, macs[i]);
    mac_make(key, lists[2], 2, macs[COUNT(lists)]);
    for (size_t i = 0; i < COUNT(macs); i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(macs[i], macs[j], TOKEN_MAC);
}

static void test_receipt_codes(void **state)
{
    char code[TOKEN_RECEIPT + 1], read[TOKEN_RECEIPT + 1];
    bool seen[256] = {false};
    int letters = 0;
    (void)state;

    for (int i = 0; i < 2000; i++) {
        receipt_make(code);
        assert_int_equal(strlen(code), TOKEN_RECEIPT);
        assert_int_equal(strcspn(code, "01BIOLSUZAE"), TOKEN_RECEIPT);
        assert_true(receipt_parse(text_of(code), read));
        assert_string_equal(code, read);
        for (int j = 0; j < TOKEN_RECEIPT; j++)
            seen[(unsigned char)code[j]] = true;
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        letters += seen[i];
    assert_int_equal(letters, 25);
}

static void test_typed_receipt_codes(void **state)
{
    char code[TOKEN_RECEIPT + 1] = "before";
    (void)state;

    assert_false(receipt_parse(TEXT("K7QF-X2M"), code));
    assert_false(receipt_parse(TEXT("K7QF-X2MCC"), code));
    assert_false(receipt_parse(TEXT("K7QFX2M0"), code));
    assert_false(receipt_parse(TEXT("K7QF_X2MC"), code));
    assert_false(receipt_parse((struct text){"K7QFX2M\0", 8}, code));
    assert_false(receipt_parse(text_of(NULL), code));
    assert_string_equal(code, "before");
    assert_true(receipt_parse(TEXT(" k7qf - x2mC "), code));
    assert_string_equal(code, "K7QFX2MC");
}

static void test_hex(void **state)
{
    uint8_t bytes[3] = {9, 9, 9};
    (void)state;

    assert_string_equal(hex_of("\x00\xff\x1a", 3), "00ff1a");
    assert_false(hex_decode(TEXT("00ff1"), bytes, 3));
    assert_false(hex_decode(TEXT("00ff1a0"), bytes, 3));
    assert_false(hex_decode(TEXT("00ff1g"), bytes, 3));
    assert_false(hex_decode(TEXT("00 ff1"), bytes, 3));
    assert_memory_equal(bytes, "\x09\x09\x09", 3);
    assert_true(hex_decode(TEXT("00Ff1A"), bytes, 3));
    assert_memory_equal(bytes, "\x00\xff\x1a", 3);
}

static void test_blind_index_of_an_adult(void **state)
{
    struct blind_index index, other;

    (void)state;
    assert_true(blind_index_contact(key, TEXT("Åsa Öberg"), TEXT("asa@example.org"), &index));
    assert_true(blind_index_contact(key, TEXT(" åsa  öberg"), TEXT("Asa@Example.org"), &other));
    assert_memory_equal(&index, &other, sizeof index);
    assert_true(blind_index_contact(key, TEXT("Bo Öberg"), TEXT("asa@example.org"), &other));
    assert_memory_not_equal(&index, &other, sizeof index);
    assert_true(blind_index_contact(key, TEXT("Åsa Öberg"), TEXT("bo@example.org"), &other));
    assert_memory_not_equal(&index, &other, sizeof index);
    assert_true(blind_index_contact(other_key, TEXT("Åsa Öberg"), TEXT("asa@example.org"), &other));
    assert_memory_not_equal(&index, &other, sizeof index);
    assert_false(blind_index_contact(key, TEXT("  "), TEXT("asa@example.org"), &other));
    assert_false(blind_index_contact(key, TEXT("Åsa Öberg"), TEXT(""), &other));
}

static void test_blind_index_of_a_number(void **state)
{
    struct blind_index index, other;
    (void)state;

    assert_true(blind_index_number(key, TEXT("20200101-2398"), &index));
    assert_string_equal(hex_of(index.bytes, sizeof index), "a85331c104c1cee2a600f4a46879acf9");
    assert_true(blind_index_number(key, TEXT("202001012398"), &other));
    assert_memory_equal(&index, &other, sizeof index);
    assert_true(blind_index_number(key, TEXT("202001022389"), &other));
    assert_memory_not_equal(&index, &other, sizeof index);
    assert_true(blind_index_number(other_key, TEXT("202001012398"), &other));
    assert_memory_not_equal(&index, &other, sizeof index);
    assert_false(blind_index_number(key, TEXT("200101-2398"), &other));
    assert_false(blind_index_number(key, TEXT("2020010123981"), &other));
    assert_false(blind_index_number(key, TEXT("20200101+2398"), &other));
    assert_false(blind_index_number(key, text_of(NULL), &other));
}

static void test_blind_index_of_a_name(void **state)
{
    static const char *const same[] = {"Åsa-Lindqvist", "åsa lindqvist", "ÅSA  LINDQVIST",
        "A\xcc\x8asa Lindqvist", /* as macOS writes it */
        "Åsa Lind\xe2\x80\x91qvist", "Åsa L\xe2\x80\x99indqvist.", "Åsa\xc2\xa0Lindqvist"};
    static const char *const others[] = {"Asa Lindqvist", "Äsa Lindqvist", "Lindqvist Åsa"};
    struct blind_index index, other;
    (void)state;

    for (size_t i = 0; i < COUNT(same); i++) {
        assert_true(blind_index_name(key, text_of(same[i]), TEXT("2015-03-01"), &index));
        assert_string_equal(hex_of(index.bytes, sizeof index), "ebaf2acef2c4dd2a9830a129ece94b67");
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_true(blind_index_name(key, text_of(others[i]), TEXT("2015-03-01"), &other));
        assert_memory_not_equal(&index, &other, sizeof index);
    }
    assert_true(blind_index_name(key, text_of(same[0]), TEXT("2015-03-02"), &other));
    assert_memory_not_equal(&index, &other, sizeof index);
    assert_false(blind_index_name(key, TEXT(" -. "), TEXT("2015-03-01"), &other));
    assert_false(blind_index_name(key, text_of(same[0]), TEXT("20150301"), &other));
    assert_false(blind_index_name(key, text_of(same[0]), text_of(NULL), &other));
}

static void test_names_in_other_letters(void **state)
{
    char out[BLIND_NAME + 1], longest[2 * BLIND_NAME];
    (void)state;

    assert_int_equal(blind_index_normalise(TEXT("Ünal Çelik É×"), out), 15);
    assert_string_equal(out, "ünalçelik\xc3\xa9\xc3\x97");
    blind_index_normalise(TEXT("علي 7"), out);
    assert_string_equal(out, "علي");
    blind_index_normalise(TEXT("\xcc\x8a"
                               "a\xcc"),
        out);
    assert_string_equal(out, "\xcc\x8a"
                             "a\xcc");
    memset(longest, 'x', sizeof longest);
    assert_int_equal(
        blind_index_normalise((struct text){longest, sizeof longest}, out), BLIND_NAME - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_made_token_is_always_the_same),
        cmocka_unit_test(test_a_stored_hash),
        cmocka_unit_test(test_what_is_no_token_is_not_looked_up),
        cmocka_unit_test(test_random_tokens),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_no_two_lists_have_the_same_mac),
        cmocka_unit_test(test_receipt_codes),
        cmocka_unit_test(test_typed_receipt_codes),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_blind_index_of_an_adult),
        cmocka_unit_test(test_blind_index_of_a_number),
        cmocka_unit_test(test_blind_index_of_a_name),
        cmocka_unit_test(test_names_in_other_letters),
    };

    for (int i = 0; i < TOKEN_KEY; i++) {
        key[i] = (uint8_t)i;
        other_key[i] = (uint8_t)(i + 1);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
