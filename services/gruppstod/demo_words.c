/* A family's referral in the words of the form and of the API; nothing of the answer is made up
 * here, only written down. */
#include <stdio.h>
#include <string.h>

#include "common/domain/date.h"
#include "services/gruppstod/demo.h"
#include "services/gruppstod/table.h"
#include "services/gruppstod/web.h"

/* --- the form --- */

struct filling {
    struct arena *arena;
    struct text page;
    const char *body;
    struct error *error;
    bool good;
};

/* A field that the page does not have cannot be filled in by anybody. */
static void fill(struct filling *filling, const char *name, const char *value)
{
    if (!filling->good)
        return;
    if (!web_has_field(filling->page, name))
        filling->good = error_set(filling->error, ERROR_INPUT, "the form has no field %s", name);
    else
        filling->body = web_add(filling->arena, filling->body, name, value);
}

static void fill_guardian(
    struct filling *filling, const struct people_guardian *guardian, int which)
{
    const char *prefix = arena_format(filling->arena, "guardians.%d", which);
    const struct {
        const char *name, *value;
    } fields[] = {{"phone", guardian->phone}, {"email", guardian->email},
        {"phone_safe", safety_answer_names[guardian->phone_safe]},
        {"sms_safe", safety_answer_names[guardian->sms_safe]},
        {"email_safe", safety_answer_names[guardian->email_safe]},
        {"message_safe", safety_answer_names[guardian->message_safe]}};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        fill(filling, arena_format(filling->arena, "%s.%s", prefix, fields[i].name),
            fields[i].value);
}

static void fill_birth(struct filling *filling, const struct family *family)
{
    const struct civil birth = date_to_civil(family->birth);

    fill(filling, "birth_date.day", arena_format(filling->arena, "%d", birth.day));
    fill(filling, "birth_date.month", arena_format(filling->arena, "%d", birth.month));
    fill(filling, "birth_date.year", arena_format(filling->arena, "%d", birth.year));
    if (family->number)
        fill(filling, "child_personal_number", family->number->digits.data);
}

static void fill_situations(struct filling *filling, const struct family *family)
{
    fill(filling, "situations", situation_names[family->primary]);
    if (family->also)
        fill(filling, "situations", situation_names[family->also]);
}

static void fill_safety(struct filling *filling, const struct family *family)
{
    fill(filling, "immediate_danger", safety_answer_names[family->danger]);
    fill(filling, "afraid_at_home", safety_answer_names[family->afraid]);
    fill(filling, "violence_last_year", safety_answer_names[family->violence]);
    fill(filling, "other_guardian_dangerous", safety_answer_names[family->other_dangerous]);
    fill(filling, "protected_identity", safety_answer_names[family->protected]);
}

static void fill_times(struct filling *filling, const struct family *family)
{
    for (int slot = 0; slot < PEOPLE_SLOTS; slot++)
        if (family->free_slots >> slot & 1)
            fill(filling, "slots", arena_format(filling->arena, "%d", slot));
    fill(filling, "max_travel_min",
        arena_format(filling->arena, "%lld", (long long)family->max_travel_min));
    if (family->step_free)
        fill(filling, "needs", "step_free");
    if (family->same_sex_only)
        fill(filling, "same_sex_only", "yes");
    fill(filling, "parent_wish", parent_wish_names[family->parent_wish]);
}

static void fill_parent(struct filling *filling, const struct family *family)
{
    fill(filling, "guardians.0.name", family->guardians[0].name);
    fill(filling, "guardians.0.relation", family->guardians[0].mother ? "mother" : "father");
    fill_guardian(filling, &family->guardians[0], 0);
    fill(filling, "language", family->language.data);
    fill_birth(filling, family);
    fill(filling, "sex", sex_names[family->sex]);
    fill(filling, "district", family->district.data);
    fill(filling, "languages", family->second_language.data ? "sv" : family->language.data);
    fill_situations(filling, family);
    if (family->also)
        fill(filling, "primary_situation", situation_names[family->primary]);
    fill_safety(filling, family);
    if (family->guardian_count > 1) {
        fill(filling, "guardians.1.name", family->guardians[1].name);
        fill_guardian(filling, &family->guardians[1], 1);
    }
    fill(filling, "consent_take_part", family->consent ? "yes" : "no");
    fill_times(filling, family);
}

static void fill_child(struct filling *filling, const struct family *family)
{
    fill_guardian(filling, &family->guardians[0], 0);
    fill(filling, "age", arena_format(filling->arena, "%d", family->age));
    fill_situations(filling, family);
}

const char *demo_form(struct arena *arena, const struct family *family, struct text page,
    const char *hidden, struct error *error)
{
    struct filling filling = {arena, page, hidden, error, true};

    fill(&filling, "website", "");
    fill(&filling, "child_name", family->child);
    if (family->door == DOOR_CHILD)
        fill_child(&filling, family);
    else
        fill_parent(&filling, family);
    return filling.good ? filling.body : NULL;
}

/* --- the API --- */

static const char *quoted(struct arena *arena, const char *string)
{
    return table_json(arena, text_of(string));
}

static const char *json_guardian(struct arena *arena, const struct people_guardian *guardian)
{
    const char *email = *guardian->email
                            ? arena_format(arena, "\"email\":%s,", quoted(arena, guardian->email))
                            : "";

    return arena_format(arena,
        "{\"name\":%s,%s\"phone\":%s,\"relation\":\"%s\",\"email_safe\":\"%s\","
        "\"phone_safe\":\"%s\",\"sms_safe\":\"%s\",\"message_safe\":\"%s\"}",
        quoted(arena, guardian->name), email, quoted(arena, guardian->phone),
        guardian->mother ? "mother" : "father", safety_answer_names[guardian->email_safe],
        safety_answer_names[guardian->phone_safe], safety_answer_names[guardian->sms_safe],
        safety_answer_names[guardian->message_safe]);
}

static const char *json_guardians(struct arena *arena, const struct family *family)
{
    const char *list = "";

    for (size_t i = 0; family->family_knows && i < family->guardian_count; i++)
        list = arena_format(
            arena, "%s%s%s", list, i ? "," : "", json_guardian(arena, &family->guardians[i]));
    return list;
}

static const char *json_child(struct arena *arena, const struct family *family)
{
    char birth[DATE_TEXT + 1];
    const char *number = family->number ? arena_format(arena, "\"child_personal_number\":%s,",
                                              quoted(arena, family->number->digits.data))
                                        : "";

    date_format(family->birth, birth);
    return arena_format(arena,
        "\"child_name\":%s,%s\"birth_date\":\"%s\",\"sex\":\"%s\",\"district\":%s,",
        quoted(arena, family->child), number, birth, sex_names[family->sex],
        quoted(arena, family->district.data));
}

static const char *json_need(struct arena *arena, const struct family *family)
{
    const char *also =
        family->also ? arena_format(arena, ",\"%s\"", situation_names[family->also]) : "";
    const char *second = family->second_language.data ? ",\"sv\"" : "";

    return arena_format(arena,
        "\"situations\":[\"%s\"%s],\"primary_situation\":\"%s\",\"languages\":[\"%s\"%s],"
        "\"free_slots\":%lld,\"max_travel_min\":%lld,\"needs\":[%s],\"same_sex_only\":%s,"
        "\"parent_wish\":\"%s\",",
        situation_names[family->primary], also, situation_names[family->primary],
        family->language.data, second, (long long)family->free_slots,
        (long long)family->max_travel_min, family->step_free ? "\"step_free\"" : "",
        family->same_sex_only ? "true" : "false", parent_wish_names[family->parent_wish]);
}

static const char *json_safety(struct arena *arena, const struct family *family)
{
    return arena_format(arena,
        "\"immediate_danger\":\"%s\",\"afraid_at_home\":\"%s\",\"violence_last_year\":\"%s\","
        "\"other_guardian_dangerous\":\"%s\",\"protected_identity\":\"%s\"",
        safety_answer_names[family->danger], safety_answer_names[family->afraid],
        safety_answer_names[family->violence], safety_answer_names[family->other_dangerous],
        safety_answer_names[family->protected]);
}

const char *demo_json(struct arena *arena, const struct family *family)
{
    return arena_format(arena,
        "{\"door\":\"professional\",\"source\":\"%s\",\"language\":\"%s\",%s%s"
        "\"guardians\":[%s],\"referrer\":{\"name\":%s,\"unit\":\"Demo: mottagningen\","
        "\"email\":%s},\"family_knows\":\"%s\",\"consent_take_part\":\"%s\","
        "\"consent_share\":\"yes\",\"consent_tell_referrer\":\"%s\",%s}",
        source_names[family->source], family->language.data, json_child(arena, family),
        json_need(arena, family), json_guardians(arena, family), quoted(arena, family->referrer),
        quoted(arena, family->referrer_email), family->family_knows ? "yes" : "no",
        family->consent ? "yes" : "unknown", family->consent ? "yes" : "no",
        json_safety(arena, family));
}
