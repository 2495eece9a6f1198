/* Messages: golden samples both ways, the law of change, hostile msgpack, forms line by line. */
#include "tests/unit/case_lines.h"

#include <msgpack.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/context.h"
#include "common/domain/date.h"
#include "common/http.h"
#include "common/message.h"
#include "common/urlform.h"
#include "forms.h"
#include "messages.h"

enum { FILE_MOST = 8192 };

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(64U << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct text read_file(const char *path)
{
    char bytes[FILE_MOST];
    FILE *file = fopen(path, "re");

    if (!file)
        fail_msg("%s: no golden sample; run tests/golden/write.py", path);
    const size_t length = fread(bytes, 1, sizeof bytes, file);
    assert_true(length < sizeof bytes);
    fclose(file);
    return (struct text){arena_copy(arena, bytes, length), length};
}

static struct text golden(const struct message_type *type, const char *end)
{
    return read_file(
        arena_format(arena, "tests/golden/%s.v%d.%s", type->name, (int)type->version, end));
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct text golden_bytes(const struct message_type *type)
{
    const struct text hex = golden(type, "msgpack.hex");
    char *bytes = arena_take(arena, hex.length);
    size_t length = 0, half = 0;

    for (size_t i = 0; i < hex.length; i++) {
        if (hex.data[i] == '\n')
            continue;
        bytes[length] = (char)(bytes[length] << 4 | digit(hex.data[i]));
        length += half;
        half ^= 1;
    }
    return (struct text){bytes, length};
}

static void *unpack(const struct message_type *type, struct text bytes)
{
    struct error error;
    void *message = arena_take(arena, type->size);

    if (!message_unpack(type, bytes, arena, message, &error))
        fail_msg("%s", error.text);
    return message;
}

static void assert_text(struct text got, struct text wanted)
{
    if (!text_equal(got, wanted))
        fail_msg("%.*s\n is not\n%.*s", (int)got.length, got.data, (int)wanted.length, wanted.data);
}

/* What earlier releases wrote must be read for ever. */
static void check_older(const struct message_type *type)
{
    struct message_type older = *type;

    for (older.version = 1; older.version < type->version; older.version++)
        unpack(type, golden_bytes(&older));
}

/* Bytes -> struct -> the same bytes; JSON -> an equal struct -> the same JSON. */
static void check_golden(const struct message_type *type)
{
    const struct text bytes = golden_bytes(type);
    struct text json = golden(type, "json"), again;
    struct message_problems problems;
    struct error error;
    void *message = unpack(type, bytes), *other = arena_take(arena, type->size);

    assert_true(message_pack(type, message, arena, &again, &error));
    assert_text(again, bytes);
    json.length--; /* the line's end */
    assert_text(message_to_json(type, message, arena), json);
    assert_true(message_from_json(type, json, arena, other, &problems));
    assert_true(message_equal(type, message, other));
    assert_true(message_check(type, other, arena, &problems));
}

static void test_golden_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < MESSAGE_TYPE_COUNT; i++) {
        check_golden(message_types[i]);
        check_older(message_types[i]);
        assert_ptr_equal(message_type_of(text_of(message_types[i]->name)), message_types[i]);
    }
    check_golden(&referral_form_type);
    check_golden(&answer_form_type);
    assert_null(message_type_of(TEXT("referral")));
    assert_null(message_type_of(TEXT("referral_received\0x")));
    assert_null(message_type_of((struct text){NULL, 0}));
}

/* What msgpack-c makes of our bytes, with a change: `skip` is left out, `extra` is added. */
static struct text changed(struct text bytes, const char *skip, const char *extra)
{
    msgpack_unpacked read;
    msgpack_sbuffer buffer;
    msgpack_packer packer;
    bool skipped = false;

    msgpack_unpacked_init(&read);
    assert_int_equal(
        msgpack_unpack_next(&read, bytes.data, bytes.length, NULL), MSGPACK_UNPACK_SUCCESS);
    const msgpack_object_map map = read.data.via.map;
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    msgpack_pack_map(&packer, map.size - (skip != NULL) + (extra != NULL));
    if (extra) {
        msgpack_pack_str_with_body(&packer, extra, strlen(extra));
        msgpack_pack_object(&packer, read.data); /* the whole message inside it */
    }
    for (uint32_t i = 0; i < map.size; i++) {
        const msgpack_object_str key = map.ptr[i].key.via.str;
        if (skip && text_is((struct text){key.ptr, key.size}, skip)) {
            skipped = true;
            continue;
        }
        msgpack_pack_object(&packer, map.ptr[i].key);
        msgpack_pack_object(&packer, map.ptr[i].val);
    }
    if (skip && !skipped)
        fail_msg("%s is not in its golden sample: a new field needs a new x-version", skip);
    const struct text made = {arena_copy(arena, buffer.data, buffer.size), buffer.size};
    msgpack_sbuffer_destroy(&buffer);
    msgpack_unpacked_destroy(&read);
    return made;
}

/* Older writers know fewer optional fields, newer ones more: both are read. */
static void test_law_of_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < MESSAGE_TYPE_COUNT; i++) {
        const struct message_type *type = message_types[i];
        const struct text bytes = golden_bytes(type);
        const void *whole = unpack(type, bytes);
        assert_true(message_equal(type, whole, unpack(type, changed(bytes, NULL, "of_tomorrow"))));
        for (size_t f = 0; f < type->field_count; f++) {
            struct error error;
            const struct text less = changed(bytes, type->fields[f].name, NULL);
            void *message = arena_take(arena, type->size);
            const bool read = message_unpack(type, less, arena, message, &error);
            assert_int_equal(read, !type->fields[f].required);
            if (read)
                assert_false(message_equal(type, whole, message));
            else
                assert_non_null(strstr(error.text, type->fields[f].name));
        }
    }
}

static void test_a_form_refuses_unknown_fields(void **state)
{
    const struct text bytes = golden_bytes(&answer_form_type);
    struct answer_form form;
    struct error error;
    (void)state;

    assert_false(message_unpack(
        &answer_form_type, changed(bytes, NULL, "of_tomorrow"), arena, &form, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
}

static void expect_refused(const char *what, struct text bytes, const char *words)
{
    struct error error;
    struct answer_form form;

    if (message_unpack(&answer_form_type, bytes, arena, &form, &error))
        fail_msg("%s was read", what);
    if (!strstr(error.text, words))
        fail_msg("%s: %s", what, error.text);
}

#define REFUSED(bytes, words) expect_refused(#bytes, TEXT(bytes), words)

static void test_hostile_bytes(void **state)
{
    (void)state;
    REFUSED("", "cut short");
    REFUSED("\xdd\xff\xff\xff\xff", "more than what is left");
    REFUSED("\xdf\xff\xff\xff\xff\xc0", "more than what is left");
    REFUSED("\xc6\xff\xff\xff\xff", "longer than what is left");
    REFUSED("\xdb\xff\xff\xff\xff", "longer than what is left");
    REFUSED("\xc7\x01\x01x", "extension");
    REFUSED("\xd4\x01x", "extension");
    REFUSED("\xc1", "reserved");
    REFUSED("\x81\xa1x\xcb\x7f\xf8\0\0\0\0\0\0", "not finite");
    REFUSED("\x81\xa1x\xca\x7f\x80\0\0", "not finite");
    REFUSED("\x81\x01\x01", "no text");
    REFUSED("\x82\xa1x\x01\xa1x\x01", "twice");
    REFUSED("\x81\xa1x\x81\xa1x\x82\xa1y\x01\xa1y\x02", "twice");
    REFUSED("\x81\xa1\xff\x01", "UTF-8");
    REFUSED("\x81\xa1x\xa2\xc0\x80", "UTF-8");
    REFUSED("\x80\xc0", "after the end");
    REFUSED("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0", "too deep");
    REFUSED("\x91\xc0", "no map");
    REFUSED("\x80", "answer: This field is needed. (missing)");
    REFUSED("\x81\xa6"
            "answer"
            "\xc0",
        "missing");
    REFUSED("\x81\xa6"
            "answer"
            "\x01",
        "wrong_type");
    REFUSED("\x81\xa6"
            "answer"
            "\xa5"
            "maybe",
        "unknown_value");
    REFUSED("\x81\xa6"
            "answer"
            "\xa4"
            "yes\0",
        "unknown_value");
    REFUSED("\x82\xa6"
            "answer"
            "\xa3"
            "yes"
            "\xad"
            "ask_again_day"
            "\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
        "too_large");
}

/* An answer_form with one more field, as bytes. */
#define WITH_DAY(day)                                                                              \
    "\x82\xa6"                                                                                     \
    "answer"                                                                                       \
    "\xa3"                                                                                         \
    "yes"                                                                                          \
    "\xad"                                                                                         \
    "ask_again_day" day
#define WITH_WORDS(words)                                                                          \
    "\x82\xa6"                                                                                     \
    "answer"                                                                                       \
    "\xa3"                                                                                         \
    "yes"                                                                                          \
    "\xa7"                                                                                         \
    "message" words

static void test_bounds_of_bytes(void **state)
{
    const struct answer_form *form;
    (void)state;

    form = unpack(&answer_form_type, TEXT(WITH_DAY("\xd1\xfc\x18")));
    assert_int_equal(form->ask_again_day, -1000);
    form = unpack(&answer_form_type, TEXT(WITH_DAY("\xd3\xff\xff\xff\xff\xff\xff\xfc\x18")));
    assert_int_equal(form->ask_again_day, -1000);
    form = unpack(&answer_form_type, TEXT(WITH_DAY("\xc0")));
    assert_int_equal(form->ask_again_day, DAY_ABSENT);
    form = unpack(&answer_form_type, TEXT(WITH_WORDS("\xa3"
                                                     "a\nb")));
    assert_string_equal(form->message.data, "a\nb");
    REFUSED(WITH_DAY("\xd1\x8a\xd0"), "too_small");
    REFUSED(WITH_DAY("\xce\x7f\xff\xff\xff"), "too_large");
    REFUSED(WITH_DAY("\xcb\x40\x00\x00\x00\x00\x00\x00\x00"), "wrong_type");
    REFUSED(WITH_WORDS("\xa3"
                       "a\ab"),
        "bad_character");
    REFUSED(WITH_WORDS("\xa3"
                       "a\0b"),
        "bad_character");
    REFUSED(WITH_WORDS("\xc4\x01"
                       "a"),
        "wrong_type");
}

static void test_problems_are_bounded(void **state)
{
    struct message_problems problems;
    struct answer_form form;
    char json[2048] = "{";
    (void)state;

    for (size_t i = 0, at = 1; i < PROBLEMS_MOST + 20; i++)
        at += (size_t)snprintf(json + at, sizeof json - at, "%s\"x%zu\":1", i ? "," : "", i);
    json[strlen(json)] = '}'; /* the rest of the array is zero */
    assert_false(message_from_json(&answer_form_type, text_of(json), arena, &form, &problems));
    assert_int_equal(problems.count, PROBLEMS_MOST);
    assert_non_null(problem_at(&problems, "x0"));
    assert_null(problem_at(&problems, "y"));
}

static struct referral_cleared cleared(void)
{
    struct referral_cleared message;

    message_clear(&referral_cleared_type, &message);
    message.referral_id = uuid_new(1790000000000);
    message.clearance_id = uuid_new(1790000000000);
    message.version = 1;
    message.answers_version = 1;
    message.valid_until_ms = 1790000000000;
    message.urgency = 3;
    return message;
}

/* What is said keeps the same law as what is heard. */
static void test_what_is_out_of_bounds_is_not_said(void **state)
{
    struct referral_cleared message = cleared();
    struct error error;
    struct text bytes;
    (void)state;

    assert_true(message_pack(&referral_cleared_type, &message, arena, &bytes, &error));
    message.urgency = 4;
    assert_false(message_pack(&referral_cleared_type, &message, arena, &bytes, &error));
    assert_non_null(strstr(error.text, "urgency"));
    message = cleared();
    message.version = INT_ABSENT;
    assert_false(message_pack(&referral_cleared_type, &message, arena, &bytes, &error));
    assert_non_null(strstr(error.text, "version: This field is needed."));
    message = cleared();
    message.referral_id = (struct uuid){{0}};
    assert_false(message_pack(&referral_cleared_type, &message, arena, &bytes, &error));
}

static void test_a_slice_names_the_one_to_blame(void **state)
{
    const struct text good = golden_bytes(&referral_red_type);
    const struct text bodies[] = {good, good, TEXT("\x80")};
    const struct referral_red *messages;
    const void *array;
    struct error error;
    size_t bad = 99;
    (void)state;

    assert_true(message_unpack_all(&referral_red_type, bodies, 2, arena, &array, &bad, &error));
    messages = array;
    assert_true(message_equal(&referral_red_type, &messages[0], &messages[1]));
    assert_false(message_unpack_all(&referral_red_type, bodies, 3, arena, &array, &bad, &error));
    assert_int_equal(bad, 2);
}

static void test_envelope(void **state)
{
    struct envelope envelope = {.id = uuid_new(1),
        .subject = uuid_new(2),
        .kind = TEXT("referral_red"),
        .from = TEXT("intake"),
        .said_at_ms = 7,
        .version = 1};
    struct envelope again;
    struct error error;
    struct text bytes;
    (void)state;

    assert_true(envelope_pack(&envelope, arena, &bytes, &error));
    assert_true(envelope_unpack(bytes, arena, &again, &error));
    assert_true(uuid_equal(envelope.id, again.id));
    assert_true(uuid_equal(envelope.subject, again.subject));
    assert_true(uuid_absent(again.cause));
    assert_true(text_equal(envelope.kind, again.kind));
    assert_true(text_equal(envelope.from, again.from));
    assert_int_equal(again.said_at_ms, 7);
    assert_int_equal(again.version, 1);
    envelope.kind = (struct text){NULL, 0};
    assert_false(envelope_pack(&envelope, arena, &bytes, &error));
}

static void test_redacted_print(void **state)
{
    void *message = unpack(&referral_form_type, golden_bytes(&referral_form_type));
    const struct text printed = message_print_redacted(&referral_form_type, message, arena);
    (void)state;

    assert_non_null(strstr(printed.data, "\"door\":\"professional\""));
    assert_non_null(strstr(printed.data, "\"child_name\":\"***\""));
    assert_non_null(strstr(printed.data, "\"email\":\"***\""));
    assert_null(strstr(printed.data, "Noor"));
    assert_null(strstr(printed.data, "example.org"));
    assert_null(strstr(printed.data, "mental"));
}

static void test_values_of_a_form(void **state)
{
    const struct http_field *fields;
    struct message_problems problems;
    struct referral_form form;
    struct error error;
    size_t count;
    (void)state;

    assert_true(urlform_parse(arena,
        TEXT("door=parent&source=parent&language=ar&birth_date.year=2016&birth_date.month=2&"
             "birth_date.day=29&slots=3&slots=7&guardians.1.name=+Noor+&guardians.1.sms_safe=no"
             "&referrer.unit=&same_sex_only=on"),
        &fields, &count, &error));
    assert_true(message_from_fields(&referral_form_type, fields, count, arena, &form, &problems));
    assert_int_equal(form.door, DOOR_PARENT);
    assert_int_equal(form.birth_date, date_from_civil(2016, 2, 29));
    assert_int_equal(form.slots_count, 2);
    assert_int_equal(form.slots[1], 7);
    assert_int_equal(form.guardians_count, 1);
    assert_string_equal(form.guardians[0].name.data, "Noor");
    assert_int_equal(form.guardians[0].sms_safe, SAFETY_ANSWER_NO);
    assert_int_equal(form.guardians[0].email_safe, SAFETY_ANSWER_NONE);
    assert_null(form.referrer);
    assert_null(form.message.data);
    assert_true(form.same_sex_only);
    assert_true(form.age == INT_ABSENT);
}

/* `most` times a character of several code points, in the child's name. */
static enum problem_kind name_of(const char *character, int times)
{
    struct message_problems problems;
    struct referral_form form;
    char *name = arena_take(arena, strlen(character) * (size_t)times + 1);

    message_clear(&referral_form_type, &form);
    form.door = DOOR_CHILD;
    form.source = SOURCE_CHILD;
    form.language = TEXT("sv");
    for (int i = 0; i < times; i++)
        memcpy(name + (size_t)i * strlen(character), character, strlen(character));
    form.child_name = text_of(name);
    return message_check(&referral_form_type, &form, arena, &problems) ? PROBLEM_NONE
                                                                       : problems.list[0].kind;
}

static void test_a_name_has_100_characters_as_a_reader_counts(void **state)
{
    (void)state;
    assert_int_equal(name_of("a", 100), PROBLEM_NONE);
    assert_int_equal(name_of("a", 101), PROBLEM_LONG);
    assert_int_equal(name_of("e\xcc\x81", 100), PROBLEM_NONE); /* e and an accent */
    assert_int_equal(name_of("e\xcc\x81", 101), PROBLEM_LONG);
    /* A family: woman, joiner, girl; a flag; a thumb with a skin tone. */
    assert_int_equal(name_of("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 100), PROBLEM_NONE);
    assert_int_equal(name_of("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 101), PROBLEM_LONG);
    assert_int_equal(name_of("\xf0\x9f\x87\xb8\xf0\x9f\x87\xaa", 100), PROBLEM_NONE);
    assert_int_equal(name_of("\xf0\x9f\x87\xb8\xf0\x9f\x87\xaa", 101), PROBLEM_LONG);
    assert_int_equal(name_of("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 101), PROBLEM_LONG);
    assert_int_equal(name_of("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81", 81), PROBLEM_LONG);
    assert_int_equal(name_of("\xc3\x28", 1), PROBLEM_CHARACTER);
}

static void check_form(const struct case_line *line)
{
    const struct http_field *fields;
    struct message_problems problems;
    struct referral_form form;
    struct error error;
    size_t count;
    char got[CASE_LINE] = "ok";

    assert_int_equal(line->count, 1);
    if (strcmp(line->verb, "form") == 0) {
        if (!urlform_parse(arena, text_of(line->arguments[0]), &fields, &count, &error))
            fail_msg("%s:%d: %s", line->file, line->number, error.text);
        message_from_fields(&referral_form_type, fields, count, arena, &form, &problems);
    } else {
        message_from_json(
            &referral_form_type, text_of(line->arguments[0]), arena, &form, &problems);
    }
    for (size_t i = 0, at = 0; i < problems.count; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%s %s", i ? ", " : "",
            problems.list[i].path.data, problem_code(problems.list[i].kind));
    case_expect(line, got);
}

static void test_referral_forms(void **state)
{
    (void)state;
    cases_run("referral_form.txt", check_form);
}

static void test_grants_name_what_the_ports_say(void **state)
{
    size_t task_wanted = 0;
    (void)state;

    for (size_t i = 0; i < MESSAGE_GRANT_COUNT; i++) {
        const struct message_type *type = message_type_of(text_of(message_grants[i].kind));
        assert_non_null(type);
        assert_true(type->durable);
        assert_string_not_equal(message_grants[i].from, message_grants[i].to);
        task_wanted += strcmp(message_grants[i].kind, "task_wanted") == 0;
    }
    assert_int_equal(task_wanted, 4);
    assert_false(catalogue_changed_type.durable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_samples),
        cmocka_unit_test(test_law_of_change),
        cmocka_unit_test(test_a_form_refuses_unknown_fields),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_bounds_of_bytes),
        cmocka_unit_test(test_problems_are_bounded),
        cmocka_unit_test(test_what_is_out_of_bounds_is_not_said),
        cmocka_unit_test(test_a_slice_names_the_one_to_blame),
        cmocka_unit_test(test_envelope),
        cmocka_unit_test(test_redacted_print),
        cmocka_unit_test(test_values_of_a_form),
        cmocka_unit_test(test_a_name_has_100_characters_as_a_reader_counts),
        cmocka_unit_test(test_referral_forms),
        cmocka_unit_test(test_grants_name_what_the_ports_say),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
