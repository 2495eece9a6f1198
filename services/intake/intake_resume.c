/* Coming back to a form that was saved: with its code, or in the browser that began it. */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_draft.h"

static const char *last_page(struct context *context, unsigned language, struct draft *draft)
{
    const struct text last = draft_field(draft, "senast");
    size_t count;
    const struct form_view view = {
        .door = form_door_numbered(draft->door), .language = language, .draft = draft->number};

    return form_address(context->arena, &view,
        text_empty(last) ? form_steps(draft->door, &count)->slug : last.data);
}

static bool add_drafts(struct context *context, struct http_request *request, unsigned language,
    struct value *root, struct error *error)
{
    struct draft drafts[DRAFT_LIST_MOST];
    struct value *list = value_add_list(root, "drafts");
    size_t count;

    if (!draft_list(context, request, drafts, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct value *one;
        struct draft draft;

        if (!draft_load(context, request, drafts[i].number, false, &draft, error))
            return false;
        if (!draft.found)
            continue;
        one = value_append_object(list);
        value_set_string(one, "at", last_page(context, language, &draft));
        value_set_string(
            one, "day", intake_day(context->arena, language, local_day(draft.changed_ms)));
    }
    return true;
}

bool intake_resume_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    unsigned language;
    struct value *root;

    CHECK(count == 1);
    if (!intake_language(context, requests[0], &language))
        return true;
    root = intake_page(context, requests[0], T("Fortsätt där du var"), language);
    if (!add_drafts(context, requests[0], language, root, error))
        return false;
    intake_show(context, requests[0], 200, "resume.html", language, root);
    return true;
}

bool intake_resume_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct http_request *request = requests[0];
    const struct text typed = http_form(request, "kod");
    enum draft_opening opening;
    struct draft draft;
    unsigned language;

    CHECK(count == 1);
    if (!intake_language(context, request, &language) ||
        !intake_same_origin(context, request, language))
        return true;
    if (!draft_open_code(context, request, typed.data ? typed : TEXT(""), &opening, &draft, error))
        return false;
    if (opening == DRAFT_OPENED) {
        http_redirect(request, last_page(context, language, &draft));
        draft_set_cookie(context, request, draft.session);
        return true;
    }
    struct value *root = intake_page(context, request, T("Fortsätt där du var"), language);
    value_set_bool(root, "wrong", true);
    value_set_bool(root, "too_often", opening == DRAFT_TOO_OFTEN);
    value_set_text(root, "typed", typed.data ? typed : TEXT(""));
    intake_show(
        context, request, opening == DRAFT_TOO_OFTEN ? 429 : 422, "resume.html", language, root);
    if (opening == DRAFT_TOO_OFTEN)
        http_answer_header(request, "Retry-After", "600");
    return true;
}
