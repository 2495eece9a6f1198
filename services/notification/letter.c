/* The words of a letter, and the page that its HTML part is. */
#include "services/notification/letter.h"

#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/i18n.h"
#include "common/store.h"
#include "common/template.h"
#include "services/notification/core/letter_rules.h"
#include "services/notification/mime.h"

enum { PRESS_TRIAL_BYTES = 4 * 1024 * 1024 /* for the subjects that are tried at the start */ };

struct press {
    const struct letter_house *house;
    struct i18n *i18n;
    struct template_set *templates;
};

static const char link_mark[] = "{link}";

static const char *const templates[PURPOSE_COUNT] = {
    [PURPOSE_OFFER] = "offer.txt",
    [PURPOSE_START] = "start.txt",
    [PURPOSE_CANCELLED] = "cancelled.txt",
    [PURPOSE_SERIES_CHANGED] = "series_changed.txt",
    [PURPOSE_BEFORE_START] = "before_start.txt",
    [PURPOSE_BEFORE_START_BOOKED] = "before_start_booked.txt",
    [PURPOSE_POSTPONED] = "postponed.txt",
    [PURPOSE_MOVED] = "moved.txt",
    [PURPOSE_MERGED] = "merged.txt",
    [PURPOSE_WAIT] = "wait.txt",
    [PURPOSE_TALKS] = "moved.txt", /* "what we have talked about": it must not say what */
};

static const char *const leader_templates[LEADER_PURPOSE_COUNT] = {
    [LEADER_PURPOSE_GROUP_GIVEN] = "leader_group_given.txt",
    [LEADER_PURPOSE_SUBSTITUTE_ASKED] = "leader_substitute_asked.txt",
    [LEADER_PURPOSE_SERIES_CHANGED] = "leader_series_changed.txt",
    [LEADER_PURPOSE_ROSTER_CHANGED] = "leader_roster_changed.txt",
    [LEADER_PURPOSE_GROUP_ENDED] = "leader_group_ended.txt",
    [LEADER_PURPOSE_MATERIAL] = "leader_material.txt",
    [LEADER_PURPOSE_MISSING_CHILD] = "leader_missing_child.txt",
    [LEADER_PURPOSE_BEFORE_START] = "leader_before_start.txt",
    [LEADER_PURPOSE_TRAINING_ENDS] = "leader_training_ends.txt",
    [LEADER_PURPOSE_SUBSTITUTE_GIVEN] = "leader_substitute_given.txt",
    [LEADER_PURPOSE_SUBSTITUTE_SETTLED] = "leader_substitute_settled.txt",
    [LEADER_PURPOSE_SUPERVISION_GIVEN] = "leader_supervision_given.txt",
    [LEADER_PURPOSE_SUPERVISION_CHANGED] = "leader_supervision_changed.txt",
    [LEADER_PURPOSE_VISIT_GIVEN] = "leader_visit_given.txt",
    [LEADER_PURPOSE_VISIT_CHANGED] = "leader_visit_changed.txt",
    [LEADER_PURPOSE_SUBSTITUTE_BOOKED] = "leader_substitute_booked.txt",
};

static const char *template_of(const struct letter_about *about)
{
    return about->reader == READER_LEADER ? leader_templates[about->leader_purpose]
                                          : templates[about->purpose];
}

static const char *const weekdays[] = {
    T("måndag"), T("tisdag"), T("onsdag"), T("torsdag"), T("fredag"), T("lördag"), T("söndag")};

static const char *const months[] = {T("januari"), T("februari"), T("mars"), T("april"), T("maj"),
    T("juni"), T("juli"), T("augusti"), T("september"), T("oktober"), T("november"), T("december")};

static struct text trimmed(struct arena *arena, struct text text)
{
    while (text.length > 0 &&
           (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == ' '))
        text.length--;
    text.data = arena_copy(arena, text.data, text.length);
    return text;
}

/* "torsdag 9 oktober" */
static const char *written_day(
    const struct press *press, struct arena *arena, unsigned language, int32_t day)
{
    const struct civil civil = date_to_civil(day);
    const struct text weekday = i18n_text(press->i18n, language, weekdays[date_weekday(day)]);
    const struct text month = i18n_text(press->i18n, language, months[civil.month - 1]);

    return arena_format(arena, "%.*s %d %.*s", (int)weekday.length, weekday.data, civil.day,
        (int)month.length, month.data);
}

/* An offer's and a start's subject answers the family; a notice and the word to those who wait come
 * unasked. */
static const char *subject_of(const struct letter_draft *draft)
{
    if (draft->about.reader == READER_LEADER)
        return "leader_subject.txt";
    return letter_link(&draft->about) == LINK_KIND_NONE && draft->about.purpose != PURPOSE_WAIT
               ? "subject.txt"
               : "notice_subject.txt";
}

static bool render_subject(const struct press *press, struct arena *arena, unsigned language,
    const struct letter_draft *draft, struct text *subject, struct error *error)
{
    struct value *root = value_object(arena);

    value_set_text(root, "code", draft->code);
    if (draft->group)
        value_set_text(root, "group", draft->group->name);
    if (!template_render(
            press->templates, subject_of(draft), language, root, arena, subject, error))
        return false;
    *subject = trimmed(arena, *subject);
    return true;
}

/* A number or an address inside right-to-left text: isolated, or its parts change places. */
static const char *isolated(
    const struct press *press, struct arena *arena, unsigned language, const char *text)
{
    if (strcmp(i18n_direction(press->i18n, language), "rtl") != 0)
        return text;
    return arena_format(arena, "\u2066%s\u2069", text);
}

static const char *clock_words(struct arena *arena, int64_t minutes)
{
    return arena_format(arena, "%02d.%02d", (int)(minutes / 60), (int)(minutes % 60));
}

/* What a leader's letter names. */
static void add_group(const struct press *press, struct arena *arena, unsigned language,
    const struct letter_group *group, struct value *root)
{
    const struct text weekday = i18n_text(press->i18n, language, weekdays[group->weekday]);
    int64_t minutes = group->starts_min;

    value_set_text(root, "group", group->name);
    value_set_text(root, "site", group->site);
    value_set_text(root, "weekday", weekday);
    value_set_string(root, "first", written_day(press, arena, language, group->first_day));
    if (group->meeting_at_ms != INT_ABSENT) {
        minutes = local_minute(group->meeting_at_ms);
        value_set_string(
            root, "meeting", written_day(press, arena, language, local_day(group->meeting_at_ms)));
    }
    value_set_string(root, "at", clock_words(arena, minutes));
}

static struct value *words_root(const struct press *press, struct arena *arena, unsigned language,
    const struct letter_draft *draft)
{
    const struct letter_house *house = press->house;
    struct value *root = value_object(arena);

    value_set_string(root, "link", link_mark);
    value_set_string(root, "phone", isolated(press, arena, language, house->phone));
    value_set_string(root, "phone_hours", isolated(press, arena, language, house->phone_hours));
    value_set_string(root, "website", isolated(press, arena, language, house->website));
    value_set_string(root, "signed_by", house->signed_by);
    if (draft->expires_at_ms != INT_ABSENT)
        value_set_string(root, "last_day",
            written_day(press, arena, language, local_day(draft->expires_at_ms - 1)));
    if (draft->group)
        add_group(press, arena, language, draft->group, root);
    if (draft->wait)
        value_set_text(root, "reason",
            wait_sentence(arena, press->i18n, language, WAIT_FOR_FAMILY, draft->wait,
                (struct text){NULL, 0}));
    return root;
}

bool press_words(const struct press *press, struct arena *arena, const struct letter_draft *draft,
    struct letter_words *words, struct error *error)
{
    const char *template = template_of(&draft->about);
    unsigned language = I18N_SV;
    struct text body, subject;

    if (!template)
        return error_set(error, ERROR_INPUT, "no words for a letter of that purpose");
    if (!i18n_language(press->i18n, draft->language, &language))
        language = I18N_SV;
    if (!template_render(press->templates, template, language,
            words_root(press, arena, language, draft), arena, &body, error) ||
        !render_subject(press, arena, language, draft, &subject, error))
        return false;
    *words = (struct letter_words){
        text_of(i18n_code(press->i18n, language)), subject, trimmed(arena, body)};
    return true;
}

/* `text` with the link in the place of its mark. */
static struct text with_link(struct arena *arena, struct text text, const char *link)
{
    const char *mark = strstr(text.data, link_mark);

    if (!mark)
        return text;
    return text_of(arena_format(
        arena, "%.*s%s%s", (int)(mark - text.data), text.data, link, mark + strlen(link_mark)));
}

static void add_lines(struct arena *arena, struct value *block, struct text paragraph)
{
    struct value *lines = value_add_list(block, "lines");
    size_t start = 0;

    for (size_t i = 0; i <= paragraph.length; i++) {
        struct value *line;

        if (i < paragraph.length && paragraph.data[i] != '\n')
            continue;
        line = value_append_object(lines);
        value_set_bool(line, "first", start == 0);
        value_set_text(line, "text",
            (struct text){arena_copy(arena, paragraph.data + start, i - start), i - start});
        start = i + 1;
    }
}

/* The HTML part says what the plain one says: its paragraphs, with the link as a button. */
static void add_blocks(struct arena *arena, struct value *root, struct text body)
{
    struct value *blocks = value_add_list(root, "blocks");

    for (const char *at = body.data ? body.data : ""; *at;) {
        const char *end = strstr(at, "\n\n");
        const size_t length = end ? (size_t)(end - at) : strlen(at);
        const struct text paragraph = {at, length};
        struct value *block = value_append_object(blocks);

        value_set_bool(block, "button", text_is(paragraph, link_mark));
        add_lines(arena, block, paragraph);
        at += length;
        while (*at == '\n')
            at++;
    }
}

static bool render_html(const struct press *press, struct arena *arena,
    const struct letter_copy *copy, const char *link, struct text *html, struct error *error)
{
    struct value *root = value_object(arena);
    unsigned language = I18N_SV;

    if (!i18n_language(press->i18n, copy->words.language, &language))
        language = I18N_SV;
    value_set_text(root, "subject", copy->words.subject);
    value_set_string(root, "link", link);
    value_set_bool(root, "answer", letter_wants_answer(&copy->about));
    add_blocks(arena, root, copy->words.body);
    return template_render(press->templates, "letter.html", language, root, arena, html, error);
}

struct text press_message_id(const struct press *press, struct arena *arena, struct uuid letter_id)
{
    const char *domain = strrchr(press->house->from, '@');
    char id[UUID_TEXT + 1];

    uuid_format(letter_id, id);
    return text_of(arena_format(arena, "%s%s", id, domain ? domain : "@localhost"));
}

bool press_bytes(const struct press *press, struct arena *arena, const struct letter_copy *copy,
    struct text *bytes, struct error *error)
{
    const struct letter_house *house = press->house;
    struct mime_letter letter = {
        .from_name = text_of(house->from_name),
        .from = text_of(house->from),
        .reply_to = text_of(*house->reply_to ? house->reply_to : house->from),
        .to = copy->recipient,
        .subject = copy->words.subject,
        .language = copy->words.language,
        .message_id = press_message_id(press, arena, copy->letter_id),
        .dated_at_ms = copy->dated_at_ms,
        .calendar = copy->calendar,
    };
    const char *link = arena_format(arena, "%s/%s/%s/%s", house->base_url,
        copy->words.language.data, link_path(letter_link(&copy->about)), copy->token.data);
    char id[UUID_TEXT + 1];

    uuid_format(copy->letter_id, id);
    letter.boundary = text_of(arena_format(arena, "letter-%s", id));
    letter.plain =
        text_of(arena_format(arena, "%s\n", with_link(arena, copy->words.body, link).data));
    return render_html(press, arena, copy, link, &letter.html, error) &&
           mime_build(arena, &letter, bytes, error);
}

bool press_page(const struct press *press, struct arena *arena, const char *name,
    struct text accept_language, const struct value *root, struct text *page, struct error *error)
{
    return template_render(press->templates, name, i18n_accept(press->i18n, accept_language), root,
        arena, page, error);
}

/* A translation may not give away what the Swedish line keeps to itself. */
static bool check_subjects(const struct press *press, struct arena *arena, struct error *error)
{
    static const struct letter_group group = {.name = {"Björken", 8}};
    static const struct letter_draft drafts[] = {
        {.about = {READER_FAMILY, PURPOSE_OFFER, LEADER_PURPOSE_NONE}, .code = {"K7QFXM", 6}},
        {.about = {READER_FAMILY, PURPOSE_MOVED, LEADER_PURPOSE_NONE}, .code = {"K7QFXM", 6}},
        {.about = {READER_LEADER, PURPOSE_NONE, LEADER_PURPOSE_MATERIAL}, .group = &group},
        {.about = {READER_LEADER, PURPOSE_NONE, LEADER_PURPOSE_TRAINING_ENDS}},
    };

    for (unsigned i = 0; i < COUNT(drafts) * i18n_languages(press->i18n); i++) {
        const struct letter_draft *draft = &drafts[i % COUNT(drafts)];
        const unsigned language = i / COUNT(drafts);
        struct text subject;
        const char *trouble;

        if (!render_subject(press, arena, language, draft, &subject, error))
            return false;
        trouble = draft->code.data ? subject_trouble(subject, draft->code)
                                   : leader_subject_trouble(subject);
        if (trouble)
            return error_set(error, ERROR_INPUT, "the subject line of letters in %s: %s",
                i18n_code(press->i18n, language), trouble);
    }
    return true;
}

struct press *press_open(const struct embedded_file *files, size_t count,
    const struct letter_house *house, struct error *error)
{
    struct press *press = calloc(1, sizeof *press);
    struct arena *arena = arena_new(PRESS_TRIAL_BYTES);
    bool opened;

    CHECK(press);
    mime_open();
    press->house = house;
    press->i18n = i18n_open(files, count, error);
    if (press->i18n)
        press->templates = template_set_open(files, count, press->i18n, error);
    opened = press->templates && check_subjects(press, arena, error);
    arena_free(arena);
    if (opened)
        return press;
    press_close(press);
    error_while(error, "reading the letters");
    return NULL;
}

void press_close(struct press *press)
{
    if (!press)
        return;
    template_set_close(press->templates);
    i18n_close(press->i18n);
    mime_close();
    free(press);
}
