/*
 * Knows a child again that somebody else has told of: the same pseudonym, and nobody sees whom else
 * told. Exact matches of keyed hashes only; what fits half is a task for a person.
 */
#include "common/blind_index.h"
#include "common/domain/date.h"
#include "common/secrets.h"
#include "services/intake/intake_batch.h"

static void index_child(
    struct arena *arena, const struct arrival *arrival, struct batch_child *identity)
{
    const uint8_t *key = secrets_key(intake_house()->house->secrets, SECRET_INDEX);
    const struct register_verdict *verdict = arrival->verdict;
    const bool day_known = arrival->form->birth_date != DAY_ABSENT ||
                           (verdict->has_number && verdict->number.birth != DAY_ABSENT);
    struct blind_index index;
    char day[DATE_TEXT + 1];

    if (verdict->has_number && blind_index_number(key, text_of(verdict->number.digits), &index))
        identity->number_index = batch_bytes(arena, index.bytes, sizeof index.bytes);
    if (!day_known || text_empty(arrival->form->child_name))
        return;
    date_format(verdict->need.birth, day);
    if (blind_index_name(key, arrival->form->child_name, text_of(day), &index))
        identity->name_index = batch_bytes(arena, index.bytes, sizeof index.bytes);
}

/* A child without a number is known by its name and day; identity_index then holds that too. */
static bool has_number(const struct known_child *child)
{
    return child->identity_index.data && !text_equal(child->identity_index, child->name_index);
}

static void recognise(struct batch_child *identity, const struct known_child *known, size_t count)
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
static void remember_child(struct batch *batch, struct batch_child *identity, bool doubtful)
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

bool batch_find_children(struct batch *batch, struct batch_child *identities, struct error *error)
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

void batch_know_child(struct batch *batch, struct batch_child *child, bool doubtful)
{
    recognise(child, batch->known, batch->known_count);
    remember_child(batch, child, doubtful);
}
