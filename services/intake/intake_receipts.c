/* The receipt: the code, what happens next and when; later, how far it has come and no more. */
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"

static const char *const states[] = {"received", "reached", "placed", "completed"};
static const char *const state_words[] = {T("Vi har fått det du skickade."),
    T("Vi har pratat med familjen."), T("Barnet har fått en plats i en grupp."),
    T("Gruppen är klar.")};

static void show_none(
    struct context *context, struct http_request *request, unsigned language, struct text typed)
{
    struct value *root = intake_page(context, request, T("Se hur långt det har kommit"), language);

    value_set_bool(root, "wrong", true);
    value_set_text(root, "typed", typed);
    intake_show(context, request, 404, "receipt_ask.html", language, root);
}

/* Also the address that a receipt was typed into: a form without script comes as a query. */
bool intake_receipt_ask_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct text typed = http_query(requests[i], "nr");
        char code[TOKEN_RECEIPT + 1];
        unsigned language;

        if (!intake_language(context, requests[i], &language))
            continue;
        if (text_empty(typed)) {
            intake_show(context, requests[i], 200, "receipt_ask.html", language,
                intake_page(context, requests[i], T("Se hur långt det har kommit"), language));
        } else if (receipt_parse(typed, code)) {
            http_redirect(requests[i], arena_format(context->arena, "/%s/kvitto/%s",
                                           i18n_code(intake_house()->i18n, language), code));
        } else {
            show_none(context, requests[i], language, typed);
        }
    }
    return true;
}

static void add_states(const struct receipt_row *row, struct value *root)
{
    struct value *list = value_add_list(root, "states");
    size_t reached = 0;

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text_is(row->state, states[i]))
            reached = i;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct value *state = value_append_object(list);
        value_set_message(state, "text", state_words[i]);
        value_set_bool(state, "done", i <= reached);
        value_set_bool(state, "now", i == reached);
    }
}

static struct value *receipt_root(struct context *context, struct http_request *request,
    unsigned language, const struct receipt_row *row, const char *title)
{
    const int32_t received = local_day(row->received_at_ms);
    const struct receipt_steps steps = receipt_steps(received, row->safety, context->quiet);
    struct value *root = intake_page(context, request, title, language);

    value_set_text(root, "code", row->code);
    value_set_text(root, "receipt", http_capture(request, 1));
    value_set_string(root, "read_by", intake_day(context->arena, language, steps.read_by));
    value_set_string(root, "heard_by", intake_day(context->arena, language, steps.heard_by));
    value_set_bool(root, "professional", text_is(row->door, "professional"));
    value_set_bool(root, "leave", text_is(row->door, "child") || row->violence);
    value_set_bool(root, "script", true);
    return root;
}

static void show_receipt(struct context *context, struct http_request *request, unsigned language,
    const struct receipt_row *row)
{
    const bool fresh = text_is(http_query(request, "ny"), "1");
    struct value *root = receipt_root(
        context, request, language, row, fresh ? T("Tack") : T("Så långt har det kommit"));

    value_set_bool(root, "fresh", fresh);
    add_states(row, root);
    intake_show(context, request, 200, "receipt.html", language, root);
}

/* To keep: the same words as a text, under a name that tells nothing. */
static void show_text(struct context *context, struct http_request *request, unsigned language,
    const struct receipt_row *row)
{
    struct error error;
    struct text text;

    if (!template_render(intake_house()->templates, "receipt.txt", language,
            receipt_root(context, request, language, row, T("Tack")), context->arena, &text,
            &error)) {
        http_answer(request, 500, "text/plain; charset=utf-8", text_of(error.text));
        return;
    }
    http_answer(request, 200, "text/plain; charset=utf-8", text);
    http_answer_header(request, "Cache-Control", "no-store");
    http_answer_header(request, "Content-Disposition", "attachment; filename=\"svar.txt\"");
}

typedef void show_fn(struct context *context, struct http_request *request, unsigned language,
    const struct receipt_row *row);

static bool answer_all(struct context *context, struct http_request *const *requests, size_t count,
    show_fn *show, struct error *error)
{
    struct text *receipts = ARENA_ARRAY(context->arena, struct text, count);
    struct receipt_row *rows = ARENA_ARRAY(context->arena, struct receipt_row, count);

    for (size_t i = 0; i < count; i++) {
        char code[TOKEN_RECEIPT + 1];
        const bool good = receipt_parse(http_capture(requests[i], 1), code);
        const size_t length = good ? TOKEN_RECEIPT : 0;
        receipts[i] = (struct text){arena_copy(context->arena, code, length), length};
    }
    if (!intake_look_receipts(context, receipts, count, rows, error))
        return error_while(error, "looking for receipts");
    for (size_t i = 0; i < count; i++) {
        unsigned language;
        if (!intake_language(context, requests[i], &language))
            continue;
        if (rows[i].found)
            show(context, requests[i], language, &rows[i]);
        else
            show_none(context, requests[i], language, http_capture(requests[i], 1));
    }
    return true;
}

bool intake_receipt_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    return answer_all(context, requests, count, show_receipt, error);
}

bool intake_receipt_text(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    return answer_all(context, requests, count, show_text, error);
}
