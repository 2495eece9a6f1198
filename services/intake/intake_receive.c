/*
 * The one way by which a referral comes in: page, API or partner.
 *
 * A slice is judged, compared with what came before, sealed with one ephemeral key and written in
 * a fixed number of statements. Two in a slice that tell of the same child, or are the same, are
 * found here; two in two slices by the database's unique indexes: then the slice fails, the
 * skeleton runs it again one by one, and the second finds the first.
 */
#include <sodium.h>

#include "common/blind_index.h"
#include "common/check.h"
#include "common/clearance.h"
#include "common/domain/contact.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/identity.h"
#include "common/seal.h"
#include "common/secrets.h"
#include "services/intake/intake_parts.h"
#include "services/intake/intake_store.h"

enum {
    PERSONS_A_REFERRAL = 4, /* the child, two guardians, the referrer */
    CODE = 6                /* characters of a family's code */
};

struct batch { /* what one slice adds */
    struct context *context;
    struct arrival *arrivals;
    size_t count;
    struct seal_batch seal;
    struct referral_row *referrals;
    struct child_row *children, *learned;
    struct person_row *persons;
    struct clearance_row *clearances;
    struct referral_received *received;
    struct referral_cleared *cleared;
    struct referral_red *red;
    struct task_wanted *tasks;
    struct uuid *red_children;
    size_t referral_count, child_count, learned_count, person_count, clearance_count;
    size_t received_count, cleared_count, red_count, task_count, red_child_count;
    const struct known_child *known;
    size_t known_count;
};

struct identity { /* of the child of one arrival */
    struct text number_index, name_index;
    struct uuid child_id;
    bool known, doubt, doubtful_child;
};

static struct text bytes_of(struct arena *arena, const void *data, size_t length)
{
    return (struct text){arena_copy(arena, data, length), length};
}

struct text intake_key(struct arena *arena, const char *scope, struct text key)
{
    uint8_t hash[TOKEN_HASH];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const uint8_t *)scope, strlen(scope) + 1);
    crypto_generichash_update(&state, (const uint8_t *)key.data, key.length);
    crypto_generichash_final(&state, hash, sizeof hash);
    return bytes_of(arena, hash, sizeof hash);
}

/* What came before */

static void join_known_keys(struct arrival *arrivals, const size_t *places,
    const struct known_key *known, size_t known_count)
{
    for (size_t i = 0; i < known_count; i++) {
        struct arrival *arrival = &arrivals[places[known[i].index]];

        arrival->end = known[i].same_body ? ARRIVAL_SAME : ARRIVAL_OTHER;
        arrival->referral_id = known[i].referral_id;
        arrival->code = known[i].code;
        arrival->receipt = known[i].receipt;
    }
}

static void join_in_slice(struct arrival *arrivals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (arrivals[i].end != ARRIVAL_OPEN || !arrivals[i].key.data)
            continue;
        for (size_t j = 0; j < i; j++)
            if (arrivals[j].end == ARRIVAL_OPEN && text_equal(arrivals[j].key, arrivals[i].key)) {
                const bool same = text_equal(arrivals[j].body_hash, arrivals[i].body_hash);
                arrivals[i].end = same ? ARRIVAL_SAME : ARRIVAL_OTHER;
                arrivals[i].same_as = j;
                break;
            }
    }
}

static bool find_same(
    struct context *context, struct arrival *arrivals, size_t count, struct error *error)
{
    struct text *keys = ARENA_ARRAY(context->arena, struct text, count);
    struct text *bodies = ARENA_ARRAY(context->arena, struct text, count);
    size_t *places = ARENA_ARRAY(context->arena, size_t, count);
    const struct known_key *known;
    size_t asked = 0, known_count;

    for (size_t i = 0; i < count; i++)
        if (arrivals[i].end == ARRIVAL_OPEN && arrivals[i].key.data) {
            keys[asked] = arrivals[i].key;
            bodies[asked] = arrivals[i].body_hash;
            places[asked++] = i;
        }
    if (asked == 0)
        return true;
    if (!intake_find_keys(context, keys, bodies, asked, &known, &known_count, error))
        return false;
    join_known_keys(arrivals, places, known, known_count);
    join_in_slice(arrivals, count);
    return true;
}

/* Which child it is */

static void index_child(
    struct arena *arena, const struct arrival *arrival, struct identity *identity)
{
    const uint8_t *key = secrets_key(intake_house()->house->secrets, SECRET_INDEX);
    const struct register_verdict *verdict = arrival->verdict;
    const bool day_known = arrival->form->birth_date != DAY_ABSENT ||
                           (verdict->has_number && verdict->number.birth != DAY_ABSENT);
    struct blind_index index;
    char day[DATE_TEXT + 1];

    if (verdict->has_number && blind_index_number(key, text_of(verdict->number.digits), &index))
        identity->number_index = bytes_of(arena, index.bytes, sizeof index.bytes);
    if (!day_known || text_empty(arrival->form->child_name))
        return;
    date_format(verdict->need.birth, day);
    if (blind_index_name(key, arrival->form->child_name, text_of(day), &index))
        identity->name_index = bytes_of(arena, index.bytes, sizeof index.bytes);
}

/* A child without a number is known by its name and day; identity_index then holds that too. */
static bool has_number(const struct known_child *child)
{
    return child->identity_index.data && !text_equal(child->identity_index, child->name_index);
}

static void recognise(struct identity *identity, const struct known_child *known, size_t count)
{
    const struct known_child *by_name = NULL;
    size_t names = 0;

    for (size_t i = 0; i < count; i++) {
        const struct known_child *child = &known[i];
        const bool same_name =
            identity->name_index.data && text_equal(child->name_index, identity->name_index);

        if (identity->number_index.data &&
            text_equal(child->identity_index, identity->number_index)) {
            identity->known = true;
            identity->child_id = child->child_id;
            identity->doubtful_child = child->doubtful;
            identity->doubt = identity->name_index.data && child->name_index.data && !same_name;
            return;
        }
        if (same_name) {
            by_name = child;
            names++;
        }
    }
    if (!by_name)
        return;
    if (names > 1 || (identity->number_index.data && has_number(by_name))) {
        identity->doubt = true;
        return;
    }
    identity->known = true;
    identity->child_id = by_name->child_id;
    identity->doubtful_child = by_name->doubtful;
}

/* Children that this slice itself adds are known to those after them. */
static void remember_child(struct batch *batch, struct identity *identity, bool doubtful)
{
    struct known_child *known = (struct known_child *)batch->known;
    const struct text index =
        identity->number_index.data ? identity->number_index : identity->name_index;

    if (!identity->known) {
        identity->child_id = uuid_new(batch->context->now_ms);
        batch->children[batch->child_count++] = (struct child_row){identity->child_id,
            identity->doubt && !identity->number_index.data ? (struct text){NULL, 0} : index,
            identity->doubt && !identity->number_index.data ? (struct text){NULL, 0}
                                                            : identity->name_index};
        if (index.data)
            known[batch->known_count++] =
                (struct known_child){identity->child_id, index, identity->name_index, doubtful};
        return;
    }
    for (size_t i = 0; i < batch->known_count; i++) {
        if (!uuid_equal(known[i].child_id, identity->child_id))
            continue;
        known[i].doubtful = known[i].doubtful || doubtful;
        if (identity->number_index.data && !has_number(&known[i])) {
            known[i].identity_index = identity->number_index;
            batch->learned[batch->learned_count++] =
                (struct child_row){identity->child_id, identity->number_index, {NULL, 0}};
        }
    }
}

static bool find_children(struct batch *batch, struct identity *identities, struct error *error)
{
    struct arena *arena = batch->context->arena;
    struct text *asked = ARENA_ARRAY(arena, struct text, 2 * batch->count);
    struct known_child *all;
    const struct known_child *found;
    size_t count = 0, found_count = 0;

    for (size_t i = 0; i < batch->count; i++) {
        if (batch->arrivals[i].end != ARRIVAL_OPEN)
            continue;
        index_child(arena, &batch->arrivals[i], &identities[i]);
        if (identities[i].number_index.data)
            asked[count++] = identities[i].number_index;
        if (identities[i].name_index.data)
            asked[count++] = identities[i].name_index;
    }
    if (count && !intake_find_children(batch->context, asked, count, &found, &found_count, error))
        return false;
    all = ARENA_ARRAY(arena, struct known_child, found_count + batch->count);
    if (found_count)
        memcpy(all, found, found_count * sizeof *all);
    batch->known = all;
    batch->known_count = found_count;
    return true;
}

/* What is sealed */

static struct text phone_of(struct arena *arena, struct text typed)
{
    char phone[CONTACT_PHONE_MOST + 1];

    return contact_phone(typed, phone) ? bytes_of(arena, phone, strlen(phone)) : typed;
}

static struct person_row *add_person(struct batch *batch, const struct arrival *arrival,
    const char *role, const struct identity_field *fields, size_t count)
{
    struct arena *arena = batch->context->arena;
    struct person_row *row = &batch->persons[batch->person_count++];
    const struct text plain = identity_pack(arena, fields, count);

    row->referral_id = arrival->referral_id;
    row->person_id = uuid_new(batch->context->now_ms);
    row->role = text_of(role);
    row->language = arrival->form->language;
    const struct seal seal = seal_person(
        &batch->seal, arena, &(struct seal_place){IDENTITY_COLUMN, row->person_id}, plain);
    row->sealed = seal.sealed;
    row->wrapped_key = seal.wrapped_key;
    sodium_memzero((char *)plain.data, plain.length);
    return row;
}

static void seal_child(struct batch *batch, const struct arrival *arrival)
{
    const struct referral_form *form = arrival->form;
    char day[DATE_TEXT + 1] = "";

    if (form->birth_date != DAY_ABSENT)
        date_format(form->birth_date, day);
    add_person(batch, arrival, "child",
        (struct identity_field[]){
            {"name", form->child_name},
            {"personal_number", arrival->verdict->has_number
                                    ? text_of(arrival->verdict->number.digits)
                                    : (struct text){NULL, 0}},
            {"birth_date", text_of(day)},
            {"note", form->message},
        },
        4);
}

static void seal_guardian(struct batch *batch, const struct arrival *arrival, size_t index)
{
    const struct referral_form *form = arrival->form;
    const struct referral_form_guardian *guardian = &form->guardians[index];
    const bool own = form->door == DOOR_CHILD;
    const struct safe_channels safe = register_channels(form, arrival->verdict, index);
    struct person_row *row = add_person(batch, arrival, own ? "young" : "guardian",
        (struct identity_field[]){
            {"name", own && !guardian->name.data ? form->child_name : guardian->name},
            {"email", guardian->email},
            {"phone", phone_of(batch->context->arena, guardian->phone)},
            {"relation", text_of(guardian->relation ? relation_names[guardian->relation] : NULL)},
        },
        4);

    if (guardian->language.data)
        row->language = guardian->language;
    row->email_ok = safe.email;
    row->phone_ok = safe.phone;
    row->sms_ok = safe.sms;
    row->may_leave_message = safe.message;
    row->hours = guardian->hours;
}

static void seal_referrer(struct batch *batch, const struct arrival *arrival)
{
    const struct referral_form_referrer *referrer = arrival->form->referrer;
    struct person_row *row = add_person(batch, arrival, "referrer",
        (struct identity_field[]){
            {"name", referrer->name},
            {"organisation", referrer->unit},
            {"email", referrer->email},
            {"phone", phone_of(batch->context->arena, referrer->phone)},
        },
        4);

    row->language = TEXT("sv");
    row->email_ok = !text_empty(referrer->email);
    row->phone_ok = !text_empty(referrer->phone);
}

static void seal_all(struct batch *batch, const struct arrival *arrival)
{
    const struct referral_form *form = arrival->form;

    seal_child(batch, arrival);
    for (size_t i = 0; i < form->guardians_count && i < 2; i++)
        if (!text_empty(form->guardians[i].name) || !text_empty(form->guardians[i].email) ||
            !text_empty(form->guardians[i].phone))
            seal_guardian(batch, arrival, i);
    if (form->referrer)
        seal_referrer(batch, arrival);
}

/* What is stored and said */

static struct text words(
    struct arena *arena, const void *values, size_t stride, size_t count, const char *const *names)
{
    size_t length = 0;
    char *joined = arena_take(arena, count * 40 + 1);

    for (size_t i = 0; i < count; i++) {
        const char *at = (const char *)values + i * stride;
        const struct text word = names ? text_of(names[*(const int *)(const void *)at])
                                       : *(const struct text *)(const void *)at;
        if (i > 0)
            joined[length++] = ',';
        memcpy(joined + length, word.data, word.length);
        length += word.length;
    }
    return (struct text){joined, length};
}

static void fill_need(
    struct arena *arena, const struct register_need *need, struct referral_row *row)
{
    row->primary = need->primary;
    row->situations = words(arena, need->situations, sizeof need->situations[0],
        need->situation_count, situation_names);
    row->birth = need->birth;
    row->sex = need->sex;
    row->district = need->district;
    row->languages =
        words(arena, need->languages, sizeof need->languages[0], need->language_count, NULL);
    row->free_slots = need->free_slots;
    row->max_travel_min = need->max_travel_min;
    row->needs = words(arena, need->needs, sizeof need->needs[0], need->need_count, need_names);
    row->same_sex_only = need->same_sex_only;
    row->parent_wish = need->parent_wish;
}

static struct referral_row *fill_referral(
    struct batch *batch, const struct arrival *arrival, const struct identity *identity)
{
    struct arena *arena = batch->context->arena;
    const struct referral_form *form = arrival->form;
    struct referral_row *row = &batch->referrals[batch->referral_count++];
    char answers[REGISTER_ANSWERS + 1], consents[REGISTER_CONSENTS + 1];

    register_answer_letters(form, answers);
    register_consent_letters(form, consents);
    row->referral_id = arrival->referral_id;
    row->child_id = identity->child_id;
    row->code = arrival->code;
    row->receipt = arrival->receipt;
    row->key = arrival->key;
    row->body_hash = arrival->body_hash;
    row->door = form->door;
    row->source = form->source;
    row->language = form->language;
    fill_need(arena, &arrival->verdict->need, row);
    row->safety = arrival->verdict->safety;
    row->answers = bytes_of(arena, answers, REGISTER_ANSWERS);
    row->violence = arrival->verdict->violence;
    row->protected = arrival->verdict->protected;
    row->consents = bytes_of(arena, consents, REGISTER_CONSENTS);
    row->person_first = arrival->trapped || identity->doubt || arrival->verdict->age_unknown;
    row->complete = arrival->verdict->complete;
    row->cleared_version = INT_ABSENT;
    return row;
}

static void say_received(
    struct batch *batch, const struct arrival *arrival, struct referral_row *row)
{
    const struct register_need *need = &arrival->verdict->need;

    if (!row->complete)
        return;
    batch->received[batch->received_count++] = (struct referral_received){
        .referral_id = row->referral_id,
        .version = ++row->said,
        .child_id = row->child_id,
        .received_at_ms = batch->context->now_ms,
        .source = row->source,
        .primary_situation = need->primary,
        .situations = need->situations,
        .situations_count = need->situation_count,
        .birth_date = need->birth,
        .sex = need->sex,
        .district = need->district,
        .languages = need->languages,
        .languages_count = need->language_count,
        .free_slots = need->free_slots,
        .max_travel_min = need->max_travel_min,
        .needs = need->needs,
        .needs_count = need->need_count,
        .same_sex_only = need->same_sex_only,
        .parent_wish = need->parent_wish,
        .safety = row->safety,
        .protected = row->protected,
    };
}

static void want_task(struct batch *batch, struct uuid referral, enum task_kind kind,
    int64_t due_at_ms, const char *note)
{
    batch->tasks[batch->task_count++] = (struct task_wanted){
        .task_id = uuid_new(batch->context->now_ms),
        .referral_id = referral,
        .kind = kind,
        .due_at_ms = due_at_ms,
        .note = text_of(note),
    };
}

static void say_red(struct batch *batch, struct referral_row *row)
{
    if (row->complete)
        batch->red[batch->red_count++] = (struct referral_red){row->referral_id, ++row->said, 1};
    want_task(batch, row->referral_id, TASK_KIND_PROTECTION, batch->context->now_ms,
        "A safety answer is red: hand over today, by phone, and note who received it.");
}

static void clear_alone(struct batch *batch, struct referral_row *row)
{
    const struct intake_settings *settings = intake_house()->settings;
    struct clearance_row *clearance = &batch->clearances[batch->clearance_count++];
    const uint8_t *key = secrets_key(intake_house()->house->secrets, SECRET_CLEARANCE);

    *clearance = (struct clearance_row){
        .clearance_id = uuid_new(batch->context->now_ms),
        .referral_id = row->referral_id,
        .answers_version = 1,
        .cleared_by = TEXT("clear_green_automatically"),
        .valid_until_ms = batch->context->now_ms + settings->clearance_ms,
        .spoken = settings->spoken_automatically,
    };
    clearance_mac(key,
        &(struct clearance){clearance->clearance_id, row->referral_id, 1, REGISTER_RULES,
            clearance->cleared_by, clearance->valid_until_ms},
        clearance->mac);
    row->cleared_version = 1;
    batch->cleared[batch->cleared_count++] =
        (struct referral_cleared){row->referral_id, ++row->said, clearance->clearance_id, 1,
            clearance->valid_until_ms, 0, settings->spoken_automatically};
}

/* The safety gate of what has just come in. Unsure waits for the coordinator, who sees it. */
static void gate(struct batch *batch, const struct arrival *arrival, struct referral_row *row,
    const struct identity *identity)
{
    const int32_t today = local_day(batch->context->now_ms);

    say_received(batch, arrival, row);
    if (row->safety == SAFETY_RED)
        say_red(batch, row);
    else if (intake_house()->settings->clear_green_automatically && !row->person_first &&
             !identity->doubtful_child && register_may_clear_alone(arrival->verdict))
        clear_alone(batch, row);
    if (identity->doubt || arrival->verdict->age_unknown)
        want_task(batch, row->referral_id, TASK_KIND_IDENTITY_DOUBT,
            local_end_of_day_ms(register_look_by(today, arrival->verdict)),
            identity->doubt ? "Name, birth date or number differ from what another source said."
                            : "The number tells no birth date.");
    if (!row->complete && row->safety != SAFETY_RED)
        want_task(batch, row->referral_id, TASK_KIND_CALL_FAMILY,
            local_end_of_day_ms(register_look_by(today, arrival->verdict)),
            "Ask for the situation, the age and the district; the queue has not heard of it yet.");
}

static void mark(struct batch *batch, struct arrival *arrival)
{
    char code[TOKEN_RECEIPT + 1];

    arrival->end = ARRIVAL_NEW;
    arrival->referral_id = uuid_new(batch->context->now_ms);
    receipt_make(code);
    arrival->receipt = bytes_of(batch->context->arena, code, TOKEN_RECEIPT);
    receipt_make(code);
    arrival->code = bytes_of(batch->context->arena, code, CODE);
}

static void take_in(struct batch *batch, struct arrival *arrival, struct identity *identity)
{
    const struct register_verdict *verdict = arrival->verdict;
    const bool doubtful = verdict->safety != SAFETY_GREEN || verdict->violence;

    recognise(identity, batch->known, batch->known_count);
    remember_child(batch, identity, doubtful);
    mark(batch, arrival);
    if (verdict->safety == SAFETY_RED && identity->known)
        batch->red_children[batch->red_child_count++] = identity->child_id;
    gate(batch, arrival, fill_referral(batch, arrival, identity), identity);
    seal_all(batch, arrival);
}

static void make_room(struct batch *batch)
{
    struct arena *arena = batch->context->arena;
    const size_t count = batch->count;

    batch->referrals = ARENA_ARRAY(arena, struct referral_row, count);
    batch->children = ARENA_ARRAY(arena, struct child_row, count);
    batch->learned = ARENA_ARRAY(arena, struct child_row, count);
    batch->persons = ARENA_ARRAY(arena, struct person_row, count * PERSONS_A_REFERRAL);
    batch->clearances = ARENA_ARRAY(arena, struct clearance_row, count);
    batch->received = ARENA_ARRAY(arena, struct referral_received, count);
    batch->cleared = ARENA_ARRAY(arena, struct referral_cleared, count);
    batch->red = ARENA_ARRAY(arena, struct referral_red, count);
    batch->tasks = ARENA_ARRAY(arena, struct task_wanted, count * 3);
    batch->red_children = ARENA_ARRAY(arena, struct uuid, count);
}

/* A red answer about a child counts for all its referrals, those of this slice too: nobody's letter
 * may go. */
static bool redden(struct batch *batch, struct error *error)
{
    const struct other_referral *others;
    struct referral_red *red;
    size_t count;

    if (batch->red_child_count == 0)
        return true;
    if (!intake_redden_others(
            batch->context, batch->red_children, batch->red_child_count, &others, &count, error))
        return error_while(error, "turning other referrals red");
    red = ARENA_ARRAY(batch->context->arena, struct referral_red, count + 1);
    for (size_t i = 0; i < count; i++)
        red[i] =
            (struct referral_red){others[i].referral_id, others[i].said, others[i].answers_version};
    if (count)
        intake_send_referral_red(batch->context, red, count);
    return true;
}

static bool store(struct batch *batch, struct error *error)
{
    struct context *context = batch->context;

    if (batch->child_count &&
        !intake_add_children(context, batch->children, batch->child_count, error))
        return error_while(error, "adding %zu children", batch->child_count);
    if (batch->learned_count &&
        !intake_learn_numbers(context, batch->learned, batch->learned_count, error))
        return error_while(error, "adding numbers of children");
    if (!intake_add_referrals(context, batch->referrals, batch->referral_count, error) ||
        !intake_add_persons(context, batch->persons, batch->person_count, error))
        return error_while(error, "adding %zu referrals", batch->referral_count);
    if (batch->clearance_count &&
        !intake_add_clearances(context, batch->clearances, batch->clearance_count, error))
        return error_while(error, "adding clearances");
    return true;
}

static void say(struct batch *batch)
{
    struct context *context = batch->context;

    if (batch->received_count)
        intake_send_referral_received(context, batch->received, batch->received_count);
    if (batch->cleared_count)
        intake_send_referral_cleared(context, batch->cleared, batch->cleared_count);
    if (batch->red_count)
        intake_send_referral_red(context, batch->red, batch->red_count);
    if (batch->task_count)
        intake_send_task_wanted(context, batch->tasks, batch->task_count);
}

static void judge(struct context *context, struct arrival *arrivals, size_t count)
{
    const int32_t today = local_day(context->now_ms);

    for (size_t i = 0; i < count; i++) {
        struct arrival *arrival = &arrivals[i];

        arrival->same_as = SIZE_MAX;
        if (arrival->end != ARRIVAL_OPEN)
            continue;
        if (!arrival->verdict)
            arrival->verdict = ARENA_NEW(context->arena, struct register_verdict);
        register_judge(arrival->form, &intake_house()->lists.keys, today, arrival->verdict);
        if (arrival->verdict->problem_count)
            arrival->end = ARRIVAL_WRONG;
    }
}

static void tell_twins(struct arrival *arrivals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (arrivals[i].same_as != SIZE_MAX) {
            arrivals[i].receipt = arrivals[arrivals[i].same_as].receipt;
            arrivals[i].code = arrivals[arrivals[i].same_as].code;
        }
}

bool intake_receive(
    struct context *context, struct arrival *arrivals, size_t count, struct error *error)
{
    struct batch batch = {.context = context, .arrivals = arrivals, .count = count};
    struct identity *identities = ARENA_ARRAY(context->arena, struct identity, count);
    const uint8_t *readers = secrets_key(intake_house()->house->secrets, SECRET_SEAL_PUBLIC);

    judge(context, arrivals, count);
    if (!find_same(context, arrivals, count, error) || !find_children(&batch, identities, error))
        return error_while(error, "looking for what came before");
    if (!seal_batch_begin(&batch.seal, readers, error))
        return error_while(error, "sealing");
    make_room(&batch);
    for (size_t i = 0; i < count; i++)
        if (arrivals[i].end == ARRIVAL_OPEN)
            take_in(&batch, &arrivals[i], &identities[i]);
    seal_batch_end(&batch.seal);
    tell_twins(arrivals, count);
    if (batch.referral_count == 0)
        return true;
    if (!store(&batch, error))
        return false;
    say(&batch);
    return redden(&batch, error);
}
