/* Families and professionals send what they have to say: by the form, page after page, or by the
 * API. A receipt's code is what they keep. */
#include <stdio.h>
#include <string.h>

#include "services/gruppstod/demo.h"
#include "services/gruppstod/web.h"

enum {
    WRITING_MS = 2500, /* more than the form's own mark of a robot (intake's form_least) */
    PAGES_MOST = 6,    /* form, urgent numbers, check, receipt */
};

enum at { AT_DOOR, AT_CHECK, AT_RECEIPT };

struct sender {
    enum at at;
    int pages;
};

struct sending {
    struct demo *demo;
    struct sender *senders;
};

static bool refused(const struct web_answer *answer, const char *what, struct error *error)
{
    return error_set(
        error, ERROR_INPUT, "%s answers %ld: %.120s", what, answer->status, answer->body.data);
}

static void keep_code(struct demo_child *child, struct text code)
{
    snprintf(child->code, sizeof child->code, "%.*s", (int)code.length, code.data);
}

/* --- by the API --- */

static bool send_api(struct sending *sending, size_t index, struct arena *arena,
    const struct web_answer *answer, struct web_step *step, struct error *error)
{
    struct demo *demo = sending->demo;

    if (!answer) {
        *step = (struct web_step){
            .url = arena_format(arena, "%s/api/v1/referrals", demo->site),
            .body = demo_json(arena, demo_family(demo, index)),
            .type = "application/json",
            .key = arena_format(
                arena, "demo-%llu-%zu", (unsigned long long)demo->seed, demo->first + index),
        };
        return true;
    }
    const struct text code = web_between(arena, answer->body, "\"code\":\"", "\"");
    if (answer->status != 201 || !code.data)
        return refused(answer, "the API", error);
    keep_code(&demo->children[index], code);
    return false;
}

/* --- by the form --- */

static const char *door_path(const struct family *family)
{
    return family->door == DOOR_CHILD ? "barn/fragor" : "foralder/allt";
}

static bool open_door(const struct demo *demo, const struct family *family, struct arena *arena,
    struct web_step *step)
{
    const char *language = text_is(family->language, "en") ? "en" : "sv";

    step->url = arena_format(arena, "%s/%s/%s", demo->site, language, door_path(family));
    return true;
}

/* Where the page's own form goes. */
static const char *action_of(const struct demo *demo, struct arena *arena, struct text page)
{
    const char *form = strstr(page.data, "method=\"post\"");
    const struct text line = text_of(form ? form : "");
    struct text action = web_between(arena, line, "action=\"", "\"");

    return action.data ? arena_format(arena, "%s%s", demo->site, action.data) : NULL;
}

static bool fill_in(const struct demo *demo, const struct family *family, struct arena *arena,
    struct text page, struct web_step *step, struct error *error)
{
    const char *body = demo_form(arena, family, page, web_hidden(arena, page), error);

    if (!body)
        return false;
    step->url = action_of(demo, arena, page);
    step->body = web_add(arena, body, "step", "check");
    step->after_ms = WRITING_MS;
    return step->url || error_set(error, ERROR_INPUT, "the form's page has no form");
}

/* The page with urgent numbers comes in between when danger was told. */
static bool pass_on(const struct demo *demo, struct arena *arena, struct text page,
    struct web_step *step, struct error *error)
{
    const bool ready = strstr(page.data, "value=\"send\"") != NULL;

    if (!ready && !web_has_field(page, "urgent_seen"))
        return error_set(error, ERROR_INPUT, "the form is not taken: %s",
            strstr(page.data, "class=\"errors\"") ? strstr(page.data, "class=\"errors\"")
                                                  : page.data);
    step->url = action_of(demo, arena, page);
    step->body = web_add(arena, web_hidden(arena, page), "step", ready ? "send" : "check");
    return step->url || error_set(error, ERROR_INPUT, "the page to check has no form");
}

static bool take_code(struct demo_child *child, struct arena *arena,
    const struct web_answer *answer, struct error *error)
{
    const struct text code = web_between(arena, answer->body, "<span class=\"code\">", "</span>");

    if (!code.data)
        return refused(answer, "the receipt's page", error);
    keep_code(child, code);
    return false;
}

static bool send_form(struct sending *sending, size_t index, struct arena *arena,
    const struct web_answer *answer, struct web_step *step, struct error *error)
{
    struct demo *demo = sending->demo;
    struct sender *sender = &sending->senders[index];
    const struct family *family = demo_family(demo, index);

    if (!answer)
        return open_door(demo, family, arena, step);
    if (sender->at == AT_CHECK && answer->status == 303 && answer->location.data) {
        sender->at = AT_RECEIPT;
        step->url = answer->location.data;
        return true;
    }
    if (answer->status != 200 && answer->status != 422)
        return refused(answer, "the form", error);
    if (sender->at == AT_RECEIPT)
        return take_code(&demo->children[index], arena, answer, error);
    if (++sender->pages > PAGES_MOST)
        return error_set(error, ERROR_INPUT, "the form never comes to its end");
    if (sender->at == AT_DOOR) {
        sender->at = AT_CHECK;
        return fill_in(demo, family, arena, answer->body, step, error);
    }
    return pass_on(demo, arena, answer->body, step, error);
}

static bool visit(void *data, size_t index, struct arena *arena, const struct web_answer *answer,
    struct web_step *step, struct error *error)
{
    struct sending *sending = data;

    return demo_family(sending->demo, index)->door == DOOR_PROFESSIONAL
               ? send_api(sending, index, arena, answer, step, error)
               : send_form(sending, index, arena, answer, step, error);
}

static void passed(void *data, size_t done, size_t count)
{
    demo_show(((struct sending *)data)->demo, "Referrals", done, count);
}

bool demo_send(struct demo *demo, struct error *error)
{
    struct sending sending = {
        demo, ARENA_ARRAY(demo->shell->arena, struct sender, demo->count + 1)};
    const struct web_visits visits = {.visit = visit,
        .passed = passed,
        .stop = demo_stopped,
        .data = &sending,
        .count = demo->count};

    return web_run(&visits, error) || error_while(error, "sending referrals");
}
