/* What the files of `gruppstod demo` share: the run, its families, and what became of them. */
#pragma once

#include <stdint.h>

#include "services/gruppstod/core/people.h"
#include "services/gruppstod/shell.h"

enum {
    DEMO_CODE = 16,       /* room for a family's code */
    DEMO_OFFERS_MOST = 8, /* offers to one child that a run remembers */
    DEMO_TURNS_MOST = 8,  /* of the civil clock */
};

struct demo_child {
    char code[DEMO_CODE];             /* of the receipt; empty: not acknowledged */
    uint64_t asked[DEMO_OFFERS_MOST]; /* which groups the family was asked about */
    size_t asked_count;
};

struct demo_turn {
    int64_t civil_ms; /* what the clock said after it */
    int64_t ahead_ms; /* how far it stood ahead then */
};

struct demo {
    struct shell *shell;
    struct store *store, *turner; /* the operator's, and the one role that may turn the clock */
    const char *site;             /* "http://127.0.0.1:8080" */
    const char *mail;             /* the folder of the letters */
    int64_t still_ms;             /* so long without any change is quiet */
    uint64_t seed;
    size_t first, count; /* families first .. first + count - 1 of the seed */
    const struct family *families;
    struct demo_child *children;
    struct demo_turn turns[DEMO_TURNS_MOST];
    size_t turn_count;
    int64_t began_us, posted_us, ended_us;
    size_t cleared;               /* at the desk */
    size_t yes, no, silent, late; /* answers through the pages; late: the offer was gone */
    bool forms_alone;             /* groups are approved by the settings */
    bool json, bar, coordinator;
};

static inline const struct family *demo_family(const struct demo *demo, size_t i)
{
    return &demo->families[demo->first + i];
}

bool demo_stopped(void); /* Ctrl-C was pressed */

/* demo_city.c's folder: tables of names, shares and test numbers become families. */
bool demo_make_families(struct demo *demo, int64_t slots, int32_t today, struct error *error);

/* demo_words.c: a family's referral as the fields of its form, and as the API's JSON. */
const char *demo_form(struct arena *arena, const struct family *family, struct text page,
    const char *hidden, struct error *error);
const char *demo_json(struct arena *arena, const struct family *family);

/* demo_send.c */
bool demo_send(struct demo *demo, struct error *error);

/* demo_mail.c: letters that came since the last look, of our families. */
struct demo_letter {
    size_t child;
    const char *url;
};
bool demo_fetch_mail(struct demo *demo, struct arena *arena, struct demo_letter **letters,
    size_t *count, struct error *error);

/* demo_answer.c: opens each letter's link and answers as the family would. */
bool demo_answer(
    struct demo *demo, const struct demo_letter *letters, size_t count, struct error *error);

/* demo_coordinator.c: clears some of what waits for a person, on the desk's pages. */
bool demo_coordinate(struct demo *demo, struct error *error);

/* demo_told.c: prints what happened; false when something was lost or doubled. */
bool demo_tell(struct demo *demo, struct error *error);

/* Talk on stderr, a bar on a terminal. */
void demo_say(const struct demo *demo, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void demo_show(const struct demo *demo, const char *what, size_t done, size_t count);
