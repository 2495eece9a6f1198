/* A decision becomes words and a link; what lives as long as the process. */
#include "services/notification/tell.h"

#include "common/check.h"
#include "common/secrets.h"
#include "common/token.h"

static struct teller own;

void tell_open(const struct teller *teller)
{
    own = *teller;
}

const struct teller *tell_house(void)
{
    return &own;
}

static void add_link(struct context *context, struct decision *decision)
{
    const struct secrets *secrets = own.house->secrets;
    const char *purpose = link_token_purpose(decision->link);
    char token[TOKEN_TEXT + 1];
    uint8_t hash[TOKEN_HASH];

    token_make(secrets_key(secrets, SECRET_LETTERS), purpose, decision->letter_id, token);
    CHECK(token_hash(secrets_key(secrets, SECRET_TOKEN), purpose, text_of(token), hash));
    decision->token_hash =
        (struct text){arena_copy(context->arena, hash, sizeof hash), sizeof hash};
}

bool tell_words(struct context *context, const struct letter_draft *draft,
    struct decision *decision, struct error *error)
{
    struct letter_words words;

    if (!press_words(own.press, context->arena, draft, &words, error))
        return false;
    decision->state = LETTER_RENDERED;
    decision->language = words.language;
    decision->subject = words.subject;
    decision->body = words.body;
    decision->link = letter_link(&draft->about);
    decision->wait_ms =
        letter_wait_ms(&own.settings->hours, context->quiet, &draft->about, context->now_ms);
    if (letter_has_link(&draft->about))
        add_link(context, decision);
    return true;
}

void tell_kick(struct context *context)
{
    context_after_commit(context, sender_kick, NULL);
}
