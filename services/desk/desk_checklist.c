/*
 * The checklist of a child before the start: one child a page, by its code, without a situation.
 *
 * Whether it knows the reason and may talk stands open to the group's leaders. Allergies, needs,
 * who fetches and who may not are sealed as identities are; a leader is shown them once the child
 * has said yes, by the role that sees no situation, and that it was shown is written down first.
 */
#include "common/check.h"
#include "common/identity.h"
#include "common/seal.h"
#include "common/secrets.h"
#include "desk_port.h"
#include "services/desk/desk_before_start.h"
#include "services/desk/desk_before_start_store.h"

enum { WORDS_MOST = 500 /* bytes of a field */ };

static const char *const fields[] = {"allergies", "needs", "fetches", "may_not_fetch"};
static const char *const form_names[] = {"allergier", "behov", "hamtar", "far_inte"};
static const char *const labels[] = {
    T("Allergier"), T("Det barnet behöver"), T("Vem hämtar och lämnar"), T("Vem får inte hämta")};

struct child {
    struct group_row group;
    struct before_row row;
};

/* The family of the path in the group of the path. */
static bool find(struct visit *visit, struct child *child, bool *answered, struct error *error)
{
    const struct before_row *rows;
    struct uuid wanted; /* the offer, or the referral: the roster knows no offers */
    size_t count;

    if (!desk_find_group(visit, &child->group, answered, error) || *answered)
        return *answered;
    if (!desk_look_before(visit->context, child->group.group_id, &rows, &count, error))
        return error_while(error, "reading a child's checklist");
    for (size_t i = 0; desk_captured(visit, 1, &wanted) && i < count; i++)
        if (uuid_equal(rows[i].offer_id, wanted) || uuid_equal(rows[i].referral_id, wanted)) {
            child->row = rows[i];
            return true;
        }
    *answered = true;
    return desk_not_found(visit);
}

/* Leaders see the words when the child is in the group; who may see identities, before that too. */
static bool may_read(const struct visit *visit, const struct child *child)
{
    return child->row.outcome == BEFORE_START_OUTCOME_CHILD_YES ||
           staff_may(visit->staff.role, RIGHT_IDENTITY);
}

static const char *page_of(const struct visit *visit, const struct child *child)
{
    struct arena *arena = visit->context->arena;

    return arena_format(arena, "/grupper/%s/fore/%s", desk_id(arena, child->group.group_id),
        desk_id(arena, child->row.offer_id));
}

/* `plain` absent: the words stay closed. */
static bool show(const struct visit *visit, const struct child *child, struct text plain)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Checklista"));
    struct value *list = value_add_list(root, "fields");
    const struct before_row *row = &child->row;

    value_set_string(root, "id", desk_id(arena, child->group.group_id));
    value_set_string(root, "offer", desk_id(arena, row->offer_id));
    value_set_text(root, "name", child->group.name);
    value_set_text(root, "code", row->code);
    value_set_bool(root, "checked", row->checked_ms != INT_ABSENT);
    if (row->checked_ms != INT_ABSENT) {
        value_set_string(root, "at", desk_when(visit, row->checked_ms));
        value_set_text(root, "by", row->checked_by);
    }
    value_set_bool(root, "knows_reason", row->knows_reason);
    value_set_bool(root, "may_talk", row->may_talk);
    value_set_bool(root, "closed", row->has_words && !plain.data);
    value_set_bool(root, "may_show", row->has_words && !plain.data && may_read(visit, child));
    value_set_bool(root, "shown", plain.data != NULL);
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "name", form_names[i]);
        value_set_message(one, "label", labels[i]);
        if (plain.data)
            value_set_text(one, "text", identity_get(plain, fields[i]));
    }
    desk_show(arena, visit->request, 200, "checklist.html", visit->language, root);
    return true;
}

bool desk_checklist_page(struct visit *visit, struct error *error)
{
    struct child child;
    bool answered;

    if (!find(visit, &child, &answered, error) || answered)
        return answered;
    return show(visit, &child, (struct text){NULL, 0});
}

bool desk_checklist_show(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct checklist_read read;
    struct text plain = {NULL, 0};
    struct child child;
    bool answered;

    if (!find(visit, &child, &answered, error) || answered)
        return answered;
    if (!may_read(visit, &child))
        return desk_not_found(visit);
    context_audit(visit->context, visit->actor, "checklist_read", child.row.referral_id, NULL);
    if (!desk_read_checklist(desk_house()->case_store, arena, child.row.referral_id,
            child.group.group_id, visit->staff.staff_id, &read, error))
        return error_while(error, "reading the words of a checklist");
    const struct seal_place place = {DESK_CHECKLIST_COLUMN, read.checklist_id};
    struct error closed;
    if (!uuid_absent(read.checklist_id) &&
        !seal_open(desk_house()->opener, arena, &place,
            (struct seal){read.sealed, read.wrapped_key}, &plain, &closed))
        plain = (struct text){NULL, 0};
    return show(visit, &child, plain);
}

/* --- noting --- */

static bool seal_words(
    const struct visit *visit, struct checklist_row *row, bool *fit, struct error *error)
{
    const struct seal_place place = {DESK_CHECKLIST_COLUMN, row->checklist_id};
    struct identity_field values[COUNT(fields)];
    struct seal_batch batch;
    bool any = false;

    *fit = true;
    for (size_t i = 0; i < COUNT(fields); i++) {
        values[i] = (struct identity_field){fields[i], http_form(visit->request, form_names[i])};
        any = any || values[i].value.length > 0;
        *fit = *fit && values[i].value.length <= WORDS_MOST;
    }
    if (!any || !*fit)
        return true;
    if (!seal_batch_begin(
            &batch, secrets_key(desk_house()->house->secrets, SECRET_SEAL_PUBLIC), error))
        return error_while(error, "sealing a checklist");
    const struct seal seal = seal_person(&batch, visit->context->arena, &place,
        identity_pack(visit->context->arena, values, COUNT(values)));
    seal_batch_end(&batch);
    row->sealed = seal.sealed;
    row->wrapped_key = seal.wrapped_key;
    return true;
}

bool desk_checklist_post(struct visit *visit, struct error *error)
{
    struct checklist_row row = {
        .checklist_id = uuid_new(visit->context->now_ms),
        .by = visit->staff.staff_id,
        .knows_reason = text_is(http_form(visit->request, "vet_varfor"), "ja"),
        .may_talk = text_is(http_form(visit->request, "far_prata"), "ja"),
    };
    struct child child;
    bool answered, fit;

    if (!find(visit, &child, &answered, error) || answered)
        return answered;
    row.referral_id = child.row.referral_id;
    row.group_id = child.group.group_id;
    if (!seal_words(visit, &row, &fit, error))
        return false;
    if (!fit) {
        desk_go(visit, page_of(visit, &child), "fel");
        return true;
    }
    if (!desk_add_checklist(visit->context, &row, error))
        return error_while(error, "keeping a checklist");
    context_audit(visit->context, visit->actor, "checklist_noted", row.referral_id, NULL);
    desk_go(visit, page_of(visit, &child), "checklista");
    return true;
}

/* Before the yes the protection track comes first: the place and the time are free for others. */
bool desk_before_worry_post(struct visit *visit, struct error *error)
{
    struct child child;
    bool answered;

    if (!find(visit, &child, &answered, error) || answered)
        return answered;
    const struct worry_raised message = {
        child.row.referral_id, child.group.group_id, visit->staff.staff_id};
    desk_send_worry_raised(visit->context, &message, 1);
    context_audit(
        visit->context, visit->actor, "worry_raised", child.row.referral_id, "before the start");
    desk_go(visit,
        arena_format(visit->context->arena, "/grupper/%s/fore",
            desk_id(visit->context->arena, child.group.group_id)),
        "orolig");
    return true;
}
