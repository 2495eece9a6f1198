/* Seals who somebody is and how to reach them, before anything is stored: plain texts end here. */
#include <sodium.h>

#include "common/blind_index.h"
#include "common/domain/contact.h"
#include "common/domain/date.h"
#include "common/identity.h"
#include "common/secrets.h"
#include "services/intake/intake_batch.h"

static struct text phone_of(struct arena *arena, struct text typed)
{
    char phone[CONTACT_PHONE_MOST + 1];

    return contact_phone(typed, phone) ? batch_bytes(arena, phone, strlen(phone)) : typed;
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

/* By which the same adult is known again in the form of another of the children. */
static struct text contact_index(struct arena *arena, const struct referral_form_guardian *guardian)
{
    const uint8_t *key = secrets_key(intake_house()->house->secrets, SECRET_INDEX);
    struct blind_index index;

    if (!blind_index_contact(key, guardian->name, guardian->email, &index))
        return (struct text){NULL, 0};
    return batch_bytes(arena, index.bytes, sizeof index.bytes);
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
    if (!own)
        row->contact_index = contact_index(batch->context->arena, guardian);
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

void batch_seal(struct batch *batch, const struct arrival *arrival)
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
