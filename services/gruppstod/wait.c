#include "services/gruppstod/wait.h"

#include "common/check.h"
#include "common/wait_words.h"
#include "common_pages.h"

/* The texts that all programs share; read when the first is wanted. */
static const struct i18n *texts(unsigned *english)
{
    static struct i18n *i18n;
    struct error error = {ERROR_NONE, ""};
    size_t count;
    const struct embedded_file *files = common_pages(&count);

    if (!i18n)
        i18n = i18n_open(files, count, &error);
    CHECK(i18n && i18n_language(i18n, TEXT("en"), english));
    return i18n;
}

struct text wait_in_words(
    struct arena *arena, struct text reason, struct text detail, struct text district)
{
    unsigned english;
    const struct i18n *i18n = texts(&english);
    const struct wait_told told = wait_told_read(arena, wait_reason_of(reason), detail);
    const struct text said = wait_sentence(arena, i18n, english, WAIT_FOR_STAFF, &told,
        district.length ? district : (struct text){NULL, 0});

    return said.data ? said : reason;
}
