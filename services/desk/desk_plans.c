/* Plans with the groups they propose: a coordinator approves a plan whole or its groups one by one.
 * What came to nothing lately stands below with the reason. */
#include "common/check.h"
#include "desk_port.h"
#include "services/desk/desk_parts.h"
#include "services/desk/desk_plan_store.h"

enum { PAST_SHOWN_MS = 14 * 24 * 3600 * 1000 }; /* so long after their end */

static const char *ages_of(const struct visit *visit, int64_t from, int64_t to)
{
    return arena_format(visit->context->arena, "%d–%d", (int)from, (int)to);
}

static void add_proposal(
    const struct visit *visit, struct value *list, const struct proposal_row *row)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "id", desk_id(visit->context->arena, row->group_id));
    value_set_message(one, "situation", word_situation(row->situation));
    value_set_text(one, "programme", row->programme);
    value_set_string(one, "ages", ages_of(visit, row->age_from, row->age_to));
    value_set_string(one, "when", desk_weekly(visit, row->when));
    value_set_text(one, "site", row->site);
    value_set_text(one, "district", row->district);
    value_set_text(one, "leaders", row->leaders);
    value_set_int(one, "children", row->children);
    value_set_bool(one, "parents", row->parent_group);
    value_set_bool(one, "foreign", !text_is(row->language, "sv"));
    desk_set_tongue(one, "language", row->language);
    value_set_string(one, "decide_by", desk_when(visit, row->decide_by_ms));
}

/* The proposals of a plan; those without any for an absent id. The children they have together. */
static int64_t add_proposals_of(const struct visit *visit, struct value *parent,
    struct uuid plan_id, const struct proposal_row *rows, size_t count)
{
    struct value *list = value_add_list(parent, "proposals");
    int64_t children = 0;

    for (size_t i = 0; i < count; i++)
        if (uuid_equal(rows[i].plan_id, plan_id)) {
            add_proposal(visit, list, &rows[i]);
            children += rows[i].children;
        }
    return children;
}

/* "0,42": percent, with the sign of the reader's language. */
static const char *percent(const struct visit *visit, int64_t basis_points)
{
    return arena_format(visit->context->arena, "%lld%c%02lld", (long long)basis_points / 100,
        visit->language == I18N_SV ? ',' : '.', (long long)basis_points % 100);
}

static void add_plan(const struct visit *visit, struct value *list, const struct plan_row *plan,
    const struct proposal_row *rows, size_t count)
{
    struct arena *arena = visit->context->arena;
    struct value *one = value_append_object(list);
    int64_t standing = 0;

    for (size_t i = 0; i < count; i++)
        standing += uuid_equal(rows[i].plan_id, plan->plan_id);
    value_set_string(one, "plan", desk_id(arena, plan->plan_id));
    value_set_string(one, "at", desk_when(visit, plan->planned_at_ms));
    value_set_string(one, "placed",
        arena_format(
            arena, "%lld", (long long)add_proposals_of(visit, one, plan->plan_id, rows, count)));
    value_set_string(one, "waiting", arena_format(arena, "%lld", (long long)plan->waiting));
    value_set_string(one, "standing", arena_format(arena, "%lld", (long long)standing));
    value_set_string(one, "groups", arena_format(arena, "%lld", (long long)plan->groups));
    value_set_bool(one, "some_decided", standing < plan->groups);
    value_set_string(one, "score", arena_format(arena, "%lld", (long long)plan->score));
    value_set_bool(one, "optimal", plan->optimal);
    if (!plan->optimal && plan->gap_basis_points != INT_ABSENT)
        value_set_string(one, "gap", percent(visit, plan->gap_basis_points));
}

static bool add_standing(struct visit *visit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "plans");
    const struct proposal_row *rows;
    const struct plan_row *plans;
    size_t count, plan_count;

    if (!desk_look_proposals(visit->context, &rows, &count, error) ||
        !desk_look_plans(visit->context, &plans, &plan_count, error))
        return error_while(error, "reading what is proposed");
    for (size_t i = 0; i < plan_count; i++)
        add_plan(visit, list, &plans[i], rows, count);
    struct value *alone = value_object(visit->context->arena);
    if (add_proposals_of(visit, alone, (struct uuid){{0}}, rows, count) > 0)
        value_append(list, alone);
    return true;
}

static bool add_past(struct visit *visit, struct value *root, struct error *error)
{
    const int64_t since_ms = visit->context->now_ms - PAST_SHOWN_MS;
    struct value *expired = value_add_list(root, "expired");
    struct value *left_out = value_add_list(root, "left_out");
    const struct past_row *rows;
    bool any[2] = {false, false};
    size_t count;

    if (!desk_look_past_proposals(visit->context, since_ms, &rows, &count, error))
        return error_while(error, "reading the proposals that came to nothing");
    for (size_t i = 0; i < count; i++) {
        const bool failed = rows[i].stale || rows[i].refusal;
        struct value *one = value_append_object(failed ? left_out : expired);

        any[failed] = true;
        value_set_message(one, "situation", word_situation(rows[i].situation));
        value_set_string(one, "ages", ages_of(visit, rows[i].age_from, rows[i].age_to));
        value_set_int(one, "children", rows[i].children);
        value_set_string(one, "when", desk_weekly(visit, rows[i].when));
        value_set_string(one, "at", desk_when(visit, rows[i].ended_at_ms));
        if (rows[i].planned_at_ms != INT_ABSENT)
            value_set_string(one, "planned_at", desk_when(visit, rows[i].planned_at_ms));
        if (failed)
            value_set_message(one, "reason",
                rows[i].stale ? word_stale(rows[i].stale) : word_refusal(rows[i].refusal));
    }
    value_set_bool(root, "any_expired", any[0]);
    value_set_bool(root, "any_left_out", any[1]);
    return true;
}

bool desk_add_plans(struct visit *visit, struct value *root, struct error *error)
{
    return add_standing(visit, root, error) && add_past(visit, root, error);
}

bool desk_proposal_post(struct visit *visit, struct error *error)
{
    struct group_decided message = {
        .approval = approval_of(http_form(visit->request, "beslut")),
        .by = visit->staff.staff_id,
    };
    bool proposed = false;

    if (!desk_captured(visit, 0, &message.group_id))
        return desk_not_found(visit);
    if (!desk_look_is_proposed(visit->context, message.group_id, &proposed, error))
        return error_while(error, "reading a proposal");
    if (!proposed || !message.approval) {
        desk_go(visit, "/grupper", proposed ? "fel" : "andrat");
        return true;
    }
    desk_send_group_decided(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "group_decided", message.group_id,
        approval_names[message.approval]);
    desk_go(visit, "/grupper", "forslag");
    return true;
}

bool desk_plan_post(struct visit *visit, struct error *error)
{
    struct plan_approved message = {.by = visit->staff.staff_id};
    bool stands = false;

    if (!desk_captured(visit, 0, &message.plan_id))
        return desk_not_found(visit);
    if (!desk_look_plan_stands(visit->context, message.plan_id, &stands, error))
        return error_while(error, "reading a plan");
    if (!stands) {
        desk_go(visit, "/grupper", "andrat");
        return true;
    }
    desk_send_plan_approved(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "plan_approved", message.plan_id, NULL);
    desk_go(visit, "/grupper", "plan");
    return true;
}
