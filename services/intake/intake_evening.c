/*
 * A leader has a letter in the hand: a child is missing. The page says what to do, in order, and
 * has the one button that must never be far away. The number to call is behind the sign-in of the
 * desk: a letter may be read by others.
 */
#include "services/intake/intake_evening.h"

#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_parts.h"

enum { OPEN_AFTER_MS = 24 * 60 * 60 * 1000 /* the day after, a call is another matter */ };

struct evening_visit {
    struct context *context;
    struct http_request *request;
    unsigned language;
    struct evening_row row;
};

/* False: answered, or failed. */
static bool begin(struct evening_visit *visit, struct context *context,
    struct http_request *request, bool *answered, struct error *error)
{
    *visit = (struct evening_visit){.context = context, .request = request};
    *answered = !intake_language(context, request, &visit->language);
    if (*answered)
        return true;
    return intake_look_evening(context,
               intake_token_hash(context->arena, "missing", http_capture(request, 1)), &visit->row,
               error) ||
           error_while(error, "looking for an evening");
}

static void show(const struct evening_visit *visit, bool told)
{
    const struct evening_row *row = &visit->row;
    struct arena *arena = visit->context->arena;
    struct value *root;

    if (!row->found || visit->context->now_ms > row->ends_ms + OPEN_AFTER_MS) {
        root = intake_page(
            visit->context, visit->request, T("Vi kan inte visa något här"), visit->language);
        intake_show(visit->context, visit->request, 404, "no_offer.html", visit->language, root);
        return;
    }
    root = intake_page(visit->context, visit->request, T("Någon saknas"), visit->language);
    value_set_text(root, "group", row->group);
    value_set_text(root, "code", row->code);
    value_set_string(root, "starts", intake_clock(arena, local_minute(row->starts_ms)));
    value_set_text(root, "path", http_path(visit->request));
    value_set_bool(root, "told", told);
    intake_show(visit->context, visit->request, 200, "evening.html", visit->language, root);
}

bool intake_evening_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct evening_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    if (!answered)
        show(&visit, false);
    return true;
}

bool intake_evening_post(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct evening_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    if (answered || !intake_same_origin(context, visit.request, visit.language))
        return true;
    const bool worried = visit.row.found && text_is(http_form(visit.request, "orolig"), "ja");
    if (worried && !intake_raise_worry(context, visit.row.referral_id, visit.row.group_id,
                       visit.row.leader_id, error))
        return error_while(error, "a leader's worry");
    show(&visit, worried);
    return true;
}
