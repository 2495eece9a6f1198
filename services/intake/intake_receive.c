/*
 * The one way by which a referral comes in: page, API or partner.
 *
 * A slice is judged, compared with what came before, sealed with one ephemeral key and written in
 * a fixed number of statements. Two in a slice that tell of the same child, or are the same, are
 * found here; two in two slices by the database's unique indexes: then the slice fails, the
 * skeleton runs it again one by one, and the second finds the first.
 */
#include <sodium.h>

#include "common/clearance.h"
#include "common/domain/local_time.h"
#include "common/domain/protection.h"
#include "common/secrets.h"
#include "services/intake/intake_batch.h"

struct text batch_bytes(struct arena *arena, const void *data, size_t length)
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
    return batch_bytes(arena, hash, sizeof hash);
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
    struct batch *batch, const struct arrival *arrival, const struct batch_child *identity)
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
    row->answers = batch_bytes(arena, answers, REGISTER_ANSWERS);
    row->violence = arrival->verdict->violence;
    row->protected = arrival->verdict->protected;
    row->consents = batch_bytes(arena, consents, REGISTER_CONSENTS);
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
    want_task(batch, row->referral_id, TASK_KIND_PROTECTION,
        batch->context->now_ms + PROTECTION_LATE_MS,
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
    const struct batch_child *identity)
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
    arrival->receipt = batch_bytes(batch->context->arena, code, TOKEN_RECEIPT);
    receipt_make(code);
    arrival->code = batch_bytes(batch->context->arena, code, CODE);
}

static void take_in(struct batch *batch, struct arrival *arrival, struct batch_child *identity)
{
    const struct register_verdict *verdict = arrival->verdict;
    const bool doubtful = verdict->safety != SAFETY_GREEN || verdict->violence;

    batch_know_child(batch, identity, doubtful);
    mark(batch, arrival);
    if (verdict->safety == SAFETY_RED && identity->known)
        batch->red_children[batch->red_child_count++] = identity->child_id;
    gate(batch, arrival, fill_referral(batch, arrival, identity), identity);
    batch_seal(batch, arrival);
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
    struct batch_child *identities = ARENA_ARRAY(context->arena, struct batch_child, count);
    const uint8_t *readers = secrets_key(intake_house()->house->secrets, SECRET_SEAL_PUBLIC);

    judge(context, arrivals, count);
    if (!find_same(context, arrivals, count, error) ||
        !batch_find_children(&batch, identities, error))
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
