/* Each letter's link is opened, and the family answers on the page: yes, no with a reason, or it
 * says nothing. Two guardians get a letter each; whoever comes first speaks for the family. */
#include <stdio.h>
#include <string.h>

#include "services/gruppstod/demo.h"
#include "services/gruppstod/web.h"

enum at { AT_LETTER, AT_PAGE, AT_SENT, AT_THANKS };

struct answering {
    struct demo *demo;
    const struct demo_letter *letters;
    struct answerer {
        enum at at;
        enum reply reply;
    } * answerers;
};

/* FNV-1a: groups are told apart by what their page says of them. */
static uint64_t print_of(struct text text)
{
    uint64_t print = 0xcbf29ce484222325U;

    for (size_t i = 0; i < text.length; i++)
        print = (print ^ (unsigned char)text.data[i]) * 0x100000001b3U;
    return print;
}

/* False when the family has made up its mind about that group already. */
static bool is_new(struct demo_child *child, struct text group)
{
    const uint64_t print = print_of(group);

    for (size_t i = 0; i < child->asked_count; i++)
        if (child->asked[i] == print)
            return false;
    if (child->asked_count == DEMO_OFFERS_MOST)
        return false;
    child->asked[child->asked_count++] = print;
    return true;
}

static bool read_offer(struct answering *all, size_t index, struct arena *arena,
    const struct web_answer *answer, struct web_step *step, struct error *error)
{
    const struct demo_letter *letter = &all->letters[index];
    struct demo_child *child = &all->demo->children[letter->child];
    struct answerer *self = &all->answerers[index];
    const struct text group = web_between(arena, answer->body, "<h2>", "</dl>");

    if (answer->status == 404)
        all->demo->late++;
    if (answer->status != 200 || !web_has_field(answer->body, "answer"))
        return false; /* answered already, or the letter about the start */
    if (!group.data)
        return error_set(error, ERROR_INPUT, "the offer's page names no group");
    if (!is_new(child, group))
        return false;
    const struct people_reply reply =
        people_reply(all->demo->seed, all->demo->first + letter->child, child->asked_count - 1);
    self->reply = reply.reply;
    if (reply.reply == REPLY_SILENCE) {
        all->demo->silent++;
        return false;
    }
    self->at = AT_SENT;
    step->url = letter->url;
    step->body = reply.reply == REPLY_YES ? "answer=yes"
                                          : arena_format(arena, "answer=no&reason=%s",
                                                decline_reason_names[reply.reason]);
    return true;
}

static bool visit(void *data, size_t index, struct arena *arena, const struct web_answer *answer,
    struct web_step *step, struct error *error)
{
    struct answering *all = data;
    struct answerer *self = &all->answerers[index];

    switch (self->at) {
    case AT_LETTER:
        self->at = AT_PAGE;
        step->url = all->letters[index].url;
        return true;
    case AT_PAGE:
        return read_offer(all, index, arena, answer, step, error);
    case AT_SENT:
        if (answer->status != 303 || !answer->location.data)
            return error_set(error, ERROR_INPUT, "an answer to an offer is met with %ld: %.120s",
                answer->status, answer->body.data);
        self->at = AT_THANKS;
        step->url = answer->location.data;
        return true;
    case AT_THANKS:
        if (answer->status != 200)
            return error_set(error, ERROR_INPUT, "the page after an answer is %ld", answer->status);
        all->demo->yes += self->reply == REPLY_YES;
        all->demo->no += self->reply == REPLY_NO;
        return false;
    }
    return false;
}

bool demo_answer(
    struct demo *demo, const struct demo_letter *letters, size_t count, struct error *error)
{
    struct answering all = {
        demo, letters, ARENA_ARRAY(demo->shell->arena, struct answerer, count + 1)};
    const struct web_visits visits = {
        .visit = visit, .stop = demo_stopped, .data = &all, .count = count};

    return web_run(&visits, error) || error_while(error, "answering offers");
}
