/* Programmes: what each demands, its meetings with their themes and material, its versions, and the
 * board's decision, which a coordinator writes in. */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_programme_store.h"

enum { NUMBER_MOST = 40, GROUP_MOST = 80, VERSION_MOST = 32767 };

struct word { /* a word of the database, and what staff read */
    const char *key, *words;
};

static const char *word_of(const struct word *words, size_t count, struct text key)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(key, words[i].key))
            return words[i].words;
    return T("okänt");
}

static const struct word levels[] = {{"basic", T("grundutbildning")},
    {"deeper", T("fördjupad utbildning")}, {"specialist", T("specialistutbildning")}};
static const struct word parents[] = {
    {"no", T("ingen")}, {"optional", T("om föräldrarna vill")}, {"yes", T("alltid")}};
static const struct word entries[] = {{"closed", T("sluten")}, {"open", T("öppen")}};
static const struct word intakes[] = {{"ours", T("Samordningen")},
    {"theirs", T("den egna verksamheten")}, {"quota", T("delat, ett antal platser")}};
static const struct word regimes[] = {
    {"identified", T("med namn")}, {"pseudonymous", T("med pseudonym")}, {"none", T("ingen")}};
static const struct word formats[] = {{"group", T("grupp")}, {"individual", T("enskilda samtal")}};

static void set_word(
    struct value *object, const char *name, const struct word *words, size_t count, struct text key)
{
    value_set_message(object, name, word_of(words, count, key));
}

static const char *number_of(const struct visit *visit, int64_t number)
{
    return arena_format(visit->context->arena, "%d", (int)number);
}

/* What both pages show. */
static void set_programme(
    const struct visit *visit, struct value *one, const struct programme_row *row)
{
    value_set_string(one, "id", desk_id(visit->context->arena, row->programme_id));
    value_set_text(one, "name", row->name);
    value_set_message(one, "situation", word_situation(row->situation));
    set_word(one, "format", formats, COUNT(formats), row->format);
    value_set_text(one, "ages", row->ages);
    value_set_string(one, "meeting_count", number_of(visit, row->meetings));
    value_set_string(one, "minutes", number_of(visit, row->minutes));
    value_set_string(one, "version", number_of(visit, row->version));
    value_set_string(one, "groups", number_of(visit, row->groups));
    value_set_bool(one, "draft", row->draft);
    value_set_bool(one, "holds", row->holds);
    value_set_bool(one, "made_up", row->made_up);
    value_set_bool(one, "board_missing", row->board_needed && !row->board_decided);
    value_set_string(one, "from", desk_day(visit, row->valid_from));
}

bool desk_programmes_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Program"));
    struct value *list = value_add_list(root, "programmes");
    const struct programme_row *rows;
    size_t count;

    if (!desk_look_programmes(visit->context, &rows, &count, error))
        return error_while(error, "reading the programmes");
    for (size_t i = 0; i < count; i++)
        set_programme(visit, value_append_object(list), &rows[i]);
    desk_show(arena, visit->request, 200, "programmes.html", visit->language, root);
    return true;
}

static void set_demands(
    const struct visit *visit, struct value *root, const struct programme_row *row)
{
    value_set_string(root, "least", number_of(visit, row->least));
    value_set_string(root, "offered", number_of(visit, row->least + row->margin));
    value_set_string(root, "most", number_of(visit, row->most));
    set_word(root, "level", levels, COUNT(levels), row->level);
    value_set_bool(root, "shared_employers", row->shared_employers);
    set_word(root, "parents", parents, COUNT(parents), row->parents);
    if (row->parent_leaders > 0)
        value_set_string(root, "parent_leaders", number_of(visit, row->parent_leaders));
    set_word(root, "entry", entries, COUNT(entries), row->entry);
    value_set_string(root, "entry_meeting", number_of(visit, row->entry_meeting));
    set_word(root, "intake", intakes, COUNT(intakes), row->intake);
    if (row->quota != INT_ABSENT)
        value_set_string(root, "quota", number_of(visit, row->quota));
    set_word(root, "documentation", regimes, COUNT(regimes), row->documentation);
    value_set_bool(root, "meets_before", row->meets_before);
    value_set_bool(root, "board_needed", row->board_needed);
    if (row->windows.length)
        value_set_text(root, "windows", row->windows);
    if (row->approved_by.length) {
        value_set_text(root, "approved_by", row->approved_by);
        value_set_string(root, "approved_on", desk_day(visit, row->approved_on));
    }
}

static void add_meetings(
    const struct visit *visit, struct value *root, const struct programme_row *row)
{
    struct value *list = value_add_list(root, "meetings");

    for (size_t i = 0; i < row->theme_count; i++) {
        struct value *one = value_append_object(list);
        bool joint = false;
        for (size_t j = 0; j < row->joint_count; j++)
            joint = joint || row->joint[j] == (int64_t)i + 1;
        value_set_string(one, "number", number_of(visit, (int64_t)i + 1));
        value_set_text(one, "theme", row->themes[i]);
        value_set_bool(one, "joint", joint);
        if (row->things[i].length)
            value_set_text(one, "things", row->things[i]);
    }
}

static void add_versions(const struct visit *visit, struct value *root,
    const struct programme_row *rows, size_t count, const struct programme_row *shown)
{
    struct value *list = value_add_list(root, "versions");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        set_programme(visit, one, &rows[i]);
        value_set_bool(one, "here", &rows[i] == shown);
        if (rows[i].approved_by.length)
            value_set_text(one, "approved_by", rows[i].approved_by);
    }
}

static bool add_board(
    struct visit *visit, struct uuid programme, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "decisions");
    const struct board_row *rows;
    size_t count;

    if (!desk_look_board(visit->context, programme, &rows, &count, error))
        return error_while(error, "reading the board's decisions");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "number", rows[i].number);
        value_set_string(one, "day", desk_day(visit, rows[i].decided_on));
    }
    return true;
}

/* The version that the query names, else the one that holds, else the newest. */
static const struct programme_row *chosen(
    const struct visit *visit, const struct programme_row *rows, size_t count)
{
    const struct text asked = http_query(visit->request, "version");
    const struct programme_row *row = &rows[0];

    for (size_t i = count; i-- > 0;)
        if (rows[i].holds)
            row = &rows[i];
    for (size_t i = 0; i < count; i++)
        if (text_is(asked, number_of(visit, rows[i].version)))
            row = &rows[i];
    return row;
}

bool desk_programme_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct programme_row *rows;
    struct uuid programme;
    size_t count = 0;

    if (desk_captured(visit, 0, &programme) &&
        !desk_look_versions(visit->context, programme, &rows, &count, error))
        return error_while(error, "reading a programme");
    if (count == 0)
        return desk_not_found(visit);
    struct value *root = desk_root(arena, visit, T("Program"));
    const struct programme_row *row = chosen(visit, rows, count);
    set_programme(visit, root, row);
    set_demands(visit, root, row);
    add_meetings(visit, root, row);
    add_versions(visit, root, rows, count, row);
    char today[DATE_TEXT + 1];
    date_format(local_day(visit->context->now_ms), today);
    value_set_string(root, "today", arena_copy(arena, today, DATE_TEXT));
    if (!add_board(visit, programme, root, error) || !desk_add_acts(visit, programme, root, error))
        return false;
    desk_show(arena, visit->request, 200, "programme.html", visit->language, root);
    return true;
}

bool desk_board_post(struct visit *visit, struct error *error)
{
    struct board_noted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .decided_on = DAY_ABSENT,
        .number = http_form(visit->request, "nummer"),
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.programme_id))
        return desk_not_found(visit);
    const char *page = arena_format(
        visit->context->arena, "/program/%s", desk_id(visit->context->arena, message.programme_id));
    if (!date_parse(http_form(visit->request, "dag"), &message.decided_on) ||
        message.number.length == 0 || message.number.length > NUMBER_MOST) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_board_noted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "board_noted", message.programme_id,
        arena_copy(visit->context->arena, message.number.data, message.number.length));
    desk_go_act(visit, page, message.act_id);
    return true;
}

bool desk_approve_post(struct visit *visit, struct error *error)
{
    struct programme_approved message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .number = desk_form_int(visit, "version"),
        .approved_by = http_form(visit->request, "grupp"),
    };
    struct arena *arena = visit->context->arena;

    (void)error;
    if (!desk_captured(visit, 0, &message.programme_id))
        return desk_not_found(visit);
    const char *page = arena_format(
        arena, "/program/%s?version=%d", desk_id(arena, message.programme_id), (int)message.number);
    if (message.number < 1 || message.number > VERSION_MOST || message.approved_by.length == 0 ||
        message.approved_by.length > GROUP_MOST ||
        !date_parse(http_form(visit->request, "dag"), &message.approved_on)) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_programme_approved(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "programme_approved", message.programme_id,
        arena_format(arena, "version %d", (int)message.number));
    desk_go_act(visit, page, message.act_id);
    return true;
}
