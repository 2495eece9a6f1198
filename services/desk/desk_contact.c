/*
 * Ny kontakt: a page to type in while talking.
 *
 * Nothing must be filled in until it is sent; half of it can be kept, taken up again and thrown
 * away. What is typed is sealed as identities are, opens for whoever took the call, and is gone
 * from here when intake has given its receipt. A session that ran out while one talked loses
 * nothing: what was typed is kept, and shown after the next sign-in.
 */
#include "services/desk/desk_contact.h"
#include "common/check.h"
#include "common/secrets.h"

static const char *path_of(struct arena *arena, struct uuid contact_id)
{
    return arena_format(arena, "/ny-kontakt/%s", desk_id(arena, contact_id));
}

/* --- showing --- */

static bool show_form(struct visit *visit, const struct contact_row *row,
    const struct contact_fields *fields, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root =
        desk_root(arena, visit, row->wrong.length ? T("Fel: Ny kontakt") : T("Ny kontakt"));

    value_set_string(root, "action", path_of(arena, row->contact_id));
    value_set_bool(root, "kept", row->state == CONTACT_DRAFT);
    if (!contact_set_form(visit, root, fields, row->wrong, error))
        return false;
    desk_show(arena, visit->request, 200, "contact.html", visit->language, root);
    return true;
}

bool desk_new_contact_page(struct visit *visit, struct error *error)
{
    const struct contact_row row = {.contact_id = uuid_new(visit->context->now_ms)};
    const struct contact_fields none = {NULL, 0};

    return show_form(visit, &row, &none, error);
}

static bool show_end(struct visit *visit, const struct contact_row *row, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Ny kontakt"));
    struct card card = {.found = false};

    value_set_bool(root, "sending", row->state == CONTACT_SENDING);
    value_set_bool(root, "sent", row->state == CONTACT_SENT);
    value_set_bool(root, "discarded", row->state == CONTACT_DISCARDED);
    value_set_text(root, "code", row->code);
    value_set_string(root, "again", path_of(arena, row->contact_id));
    if (!uuid_absent(row->referral_id)) {
        if (!desk_look_card(visit->context, row->referral_id, &card, error))
            return error_while(error, "reading what became of a contact");
        value_set_string(root, "referral", desk_id(arena, row->referral_id));
        value_set_bool(root, "red", card.safety == SAFETY_RED);
    }
    desk_show(arena, visit->request, 200, "contact_end.html", visit->language, root);
    return true;
}

bool desk_contact_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct contact_row row;
    struct uuid contact_id;
    struct text plain;

    if (!desk_captured(visit, 0, &contact_id))
        return desk_not_found(visit);
    if (!desk_take_up_contact(arena, contact_id, visit->staff.staff_id, &row, error))
        return error_while(error, "taking up a contact");
    if (row.state == CONTACT_NONE)
        return desk_not_found(visit);
    if (row.state != CONTACT_DRAFT)
        return show_end(visit, &row, error);
    const struct seal_place place = {"desk.contact.sealed", contact_id};
    if (!seal_open(desk_house()->opener, arena, &place, row.seal, &plain, error))
        return error_while(error, "opening a draft");
    const struct contact_fields fields = contact_unpack(arena, plain);
    return show_form(visit, &row, &fields, error);
}

/* --- keeping and sending --- */

struct job { /* one POST; `form` lies in its arena, which outlives the transaction */
    struct http_request *request;
    struct arena *arena;
    struct uuid contact_id;
    struct contact_fields fields;
    struct referral_form form;
    bool asks; /* intake, which answers later */
};

static bool seal_fields(
    const struct visit *visit, const struct job *job, struct contact_row *row, struct error *error)
{
    const struct seal_place place = {"desk.contact.sealed", job->contact_id};
    struct seal_batch batch;
    struct text packed;

    if (!contact_pack(visit->context->arena, &job->fields, &packed))
        return error_set(error, ERROR_INPUT, "a contact is too long to be kept");
    if (!seal_batch_begin(
            &batch, secrets_key(desk_house()->house->secrets, SECRET_SEAL_PUBLIC), error))
        return error_while(error, "sealing a contact");
    row->seal = seal_person(&batch, visit->context->arena, &place, packed);
    seal_batch_end(&batch);
    return true;
}

static bool keep(struct visit *visit, const struct job *job, bool *kept, struct error *error)
{
    struct contact_row row = {.contact_id = job->contact_id, .staff_id = visit->staff.staff_id};

    return seal_fields(visit, job, &row, error) &&
           desk_keep_contact(visit->context, &row, kept, error);
}

static bool discard(struct visit *visit, const struct job *job, struct error *error)
{
    if (!desk_discard_contact(visit->context, job->contact_id, visit->staff.staff_id, error))
        return error_while(error, "throwing a contact away");
    context_audit(visit->context, visit->actor, "contact_discarded", job->contact_id, NULL);
    desk_go(visit, "/", "kastat");
    return true;
}

/* What is wrong is kept with it, and told on its page; else it is frozen and on its way. */
static bool prepare(struct visit *visit, struct job *job, struct error *error)
{
    struct text wrong;

    desk_go(visit, path_of(visit->context->arena, job->contact_id), NULL);
    if (!contact_read(job->arena, &job->fields, &job->form, &wrong))
        return desk_thaw_contact(visit->context, job->contact_id, wrong, error);
    return desk_freeze_contact(visit->context, job->contact_id, &job->asks, error);
}

static bool answer(struct visit *visit, struct job *job, struct error *error)
{
    const struct text wish = http_form(job->request, "gor");
    bool kept;

    if (text_is(wish, "kasta"))
        return discard(visit, job, error);
    if (!keep(visit, job, &kept, error))
        return error_while(error, "keeping a contact");
    if (!kept) { /* sent or thrown away in another window: its page tells */
        desk_go(visit, path_of(visit->context->arena, job->contact_id), NULL);
        return true;
    }
    context_audit(visit->context, visit->actor, "contact_kept", job->contact_id, NULL);
    if (text_is(wish, "skicka"))
        return prepare(visit, job, error);
    desk_go(visit, "/", "utkast");
    return true;
}

/* Nobody is signed in any more, or somebody is again: what was typed goes back to the window it
 * came from, and can be kept after a sign-in in another. */
static void give_back(struct visit *visit, const struct job *job)
{
    struct arena *arena = visit->context->arena;
    const bool again = !uuid_absent(visit->staff.staff_id);
    struct value *root = desk_root(arena, again ? visit : NULL, T("Det du skrev är kvar"));

    if (!desk_same_origin(job->request) || (again && !staff_may(visit->staff.role, RIGHT_DECIDE)))
        return;
    value_set_bool(root, "again", again);
    value_set_string(root, "action", path_of(arena, job->contact_id));
    contact_set_hidden(root, &job->fields);
    desk_show(arena, job->request, 403, "contact_again.html", visit->language, root);
}

static bool work(struct context *context, void *data, struct error *error)
{
    struct job *job = data;
    struct visit visit = {.context = context, .request = job->request};
    bool entered, kept;

    if (!desk_enter(&visit, &entered, error))
        return false;
    if (entered) {
        if (!desk_captured(&visit, 0, &job->contact_id))
            return desk_not_found(&visit);
        return answer(&visit, job, error);
    }
    if (!desk_enter_late(&visit, &entered, error))
        return false;
    if (!desk_captured(&visit, 0, &job->contact_id))
        return true;
    if (!entered) {
        give_back(&visit, job);
        return true;
    }
    if (!keep(&visit, job, &kept, error))
        return error_while(error, "keeping a contact of somebody who was away");
    context_audit(context, visit.actor, "contact_kept", job->contact_id, "the session was idle");
    http_redirect(job->request, "/in?sagt=utkast");
    return true;
}

bool desk_contact_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct house *house = desk_house()->house;
    struct job job = {.request = requests[0], .arena = arena_new(1024 * 1024)};

    (void)context;
    CHECK(count == 1);
    job.fields.count = http_form_fields(job.request, &job.fields.list);
    const bool done = house_transact(house, work, &job, error);
    if (done && job.asks)
        desk_contact_send(job.contact_id, &job.form, job.request);
    else if (done)
        house_resume(house, job.request);
    arena_free(job.arena);
    return done;
}

bool desk_add_contacts(struct visit *visit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "contacts");
    const struct contact_seen *contacts;
    size_t count;

    if (!staff_may(visit->staff.role, RIGHT_DECIDE))
        return true;
    if (!desk_load_contacts(visit->context, visit->staff.staff_id, &contacts, &count, error))
        return error_while(error, "reading the drafts");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "path", path_of(visit->context->arena, contacts[i].contact_id));
        value_set_string(one, "at", desk_when(visit, contacts[i].started_at_ms));
        value_set_bool(one, "sending", contacts[i].sending);
        value_set_bool(one, "left", !uuid_equal(contacts[i].staff_id, visit->staff.staff_id));
        value_set_text(one, "by", contacts[i].by);
    }
    value_set_bool(root, "any_contact", count > 0);
    return true;
}

/* Somebody is ill, and a family has told half of it: a colleague goes on. */
bool desk_contact_take_post(struct visit *visit, struct error *error)
{
    struct uuid contact_id;
    bool taken;

    if (!desk_captured(visit, 0, &contact_id))
        return desk_not_found(visit);
    if (!desk_take_over_contact(visit->context, contact_id, visit->staff.staff_id, &taken, error))
        return error_while(error, "taking a draft over");
    if (!taken)
        return desk_not_found(visit);
    context_audit(visit->context, visit->actor, "contact_taken_over", contact_id, NULL);
    desk_go(visit, path_of(visit->context->arena, contact_id), NULL);
    return true;
}

/* --- questions without a name --- */

static void add_choices(struct value *root)
{
    struct value *sources = value_add_list(root, "sources");
    struct value *situations = value_add_list(root, "situations");

    for (int i = 1; i < SOURCE_COUNT; i++) {
        struct value *one = value_append_object(sources);
        value_set_string(one, "key", source_names[i]);
        value_set_message(one, "words", word_source((enum source)i));
    }
    for (int i = 1; i < SITUATION_COUNT; i++) {
        struct value *one = value_append_object(situations);
        value_set_string(one, "key", situation_names[i]);
        value_set_message(one, "words", word_situation((enum situation)i));
    }
}

static bool add_counts(struct visit *visit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "counts");
    const struct question_count *counts;
    size_t count;

    if (!desk_count_questions(visit->context, &counts, &count, error))
        return error_while(error, "counting questions");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        if (counts[i].situation)
            value_set_message(one, "situation", word_situation(counts[i].situation));
        value_set_string(
            one, "month", arena_format(visit->context->arena, "%d", (int)counts[i].month));
        value_set_string(
            one, "year", arena_format(visit->context->arena, "%d", (int)counts[i].year));
    }
    value_set_bool(root, "any_count", count > 0);
    return true;
}

bool desk_question_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Fråga utan namn"));
    struct value *list = value_add_list(root, "districts");
    const struct district_row *districts;
    size_t count;

    add_choices(root);
    if (!add_counts(visit, root, error) ||
        !desk_look_districts(visit->context, &districts, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "key", districts[i].code);
        value_set_text(one, "words", districts[i].name);
    }
    desk_show(arena, visit->request, 200, "question.html", visit->language, root);
    return true;
}

static bool is_end(struct text word)
{
    return text_is(word, "told") || text_is(word, "comes_back") || text_is(word, "sent_on");
}

bool desk_question_post(struct visit *visit, struct error *error)
{
    const struct text district = http_form(visit->request, "stadsdel");
    const struct question_row question = {
        .source = source_of(http_form(visit->request, "fran")),
        .situation = situation_of(http_form(visit->request, "galler")),
        .district = district.length && desk_is_word(district) ? district : (struct text){NULL, 0},
        .ended = http_form(visit->request, "slut"),
    };

    if (!question.source || !is_end(question.ended)) {
        desk_go(visit, "/ny-kontakt/fraga", "fel");
        return true;
    }
    if (!desk_add_question(visit->context, &question, visit->staff.staff_id, error))
        return error_while(error, "counting a question");
    context_audit(visit->context, visit->actor, "question_counted", (struct uuid){{0}}, NULL);
    desk_go(visit, "/ny-kontakt/fraga", "fraga");
    return true;
}
