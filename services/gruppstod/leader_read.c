/* The table of leaders. */
#include <strings.h>

#include "common/check.h"
#include "common/store.h"
#include "common/wait_words.h"
#include "services/gruppstod/core/near.h"
#include "services/gruppstod/register_read.h"
#include "vocabulary.h"

enum {
    NAME_MOST = 40,
    WORDS_MOST = 80,
    EMAIL_MOST = 254,
    LIST_MOST = 60,
    LANGUAGES_MOST = 20,
    TRAININGS_MOST = 24,
    HOURS_MOST = 40,
    GROUPS_MOST = 10,
    LED_MOST = 2000,
};

static const struct sheet_column columns[] = {
    [LEADER_NAME] = {"name", "namn", true, "the name used at work, at most 40 letters"},
    [LEADER_KIND] = {"kind", "anställning", true, "fixed, hourly, lent or partner"},
    [LEADER_EMAIL] = {"email", "e-post", false, "the address at work: anna@arbete.example.org"},
    [LEADER_EMPLOYER] = {"employer", "arbetsgivare", false, "who pays; Kommunen when nothing else"},
    [LEADER_UNIT] = {"unit", "enhet", true, "the unit the leader belongs to"},
    [LEADER_DISTRICT] = {"district", "stadsdel", true, "the unit's district, its code or its name"},
    [LEADER_DISTRICTS] = {"districts", "arbetar i", false,
        "where the leader works: districts with | between them, or all"},
    [LEADER_LANGUAGES] = {"languages", "språk", false, "codes with a space between: sv fa"},
    [LEADER_TRAININGS] = {"trainings", "utbildningar", false,
        "situation:level:from:to, the last left out while it holds: "
        "substance:basic:2024-08-01:2027-07-31 mental:deeper:2025-01-01"},
    [LEADER_CONTRACT_FROM] = {"contract_from", "anställd från", true, "a day: 2026-08-01"},
    [LEADER_CONTRACT_TO] = {"contract_to", "anställd till", true, "a day: 2027-06-30"},
    [LEADER_RELEASE] = {"release", "timmar i veckan", false,
        "hours a week that the manager gives, 0 to 40, for each term of the contract"},
    [LEADER_SLOTS] = {"slots", "lediga tider", false, "weekly times: tue 15:00, wed 16:30"},
    [LEADER_LED] = {"led", "ledda träffar", false, "meetings led before, 0 to 2000"},
    [LEADER_PARENTS] = {"parents", "föräldrar", false, "yes or no: leads parents' groups too"},
    [LEADER_MAX_GROUPS] = {"max_groups", "grupper högst", false, "groups at a time, 0 to 10"},
    [LEADER_ACTIVE] = {"active", "aktiv", false, "yes or no: leads groups now"},
};

const struct sheet_column *leader_columns(void)
{
    return columns;
}

struct text register_read_district(struct sheet *sheet, size_t row, size_t column,
    const struct register_known *known, struct text said)
{
    struct text *words = ARENA_ARRAY(sheet->arena, struct text, 2 * known->district_count + 1);
    const char *near = "";
    size_t places[NEAR_MOST];

    for (size_t i = 0; i < known->district_count && said.data; i++) {
        const struct register_district *district = &known->districts[i];
        if (strcasecmp(said.data, district->code.data) == 0 ||
            strcasecmp(said.data, district->name.data) == 0)
            return district->code;
        words[2 * i] = district->code;
        words[2 * i + 1] = district->name;
    }
    if (said.data && near_find(words, 2 * known->district_count, said, places))
        near = arena_format(sheet->arena, "; near: %s", words[places[0]].data);
    if (said.data)
        sheet_wrong(sheet, row, column, "there is no district %.40s%s", said.data, near);
    return (struct text){NULL, 0};
}

static void read_districts(
    struct sheet *sheet, const struct register_known *known, struct leader_told *told)
{
    struct sheet_list *list = &told->districts;

    *list = sheet_list(sheet, told->row, LEADER_DISTRICTS, "", LIST_MOST);
    if (list->count == 1 && (text_is(list->items[0], "all") || text_is(list->items[0], "alla"))) {
        list->items = ARENA_ARRAY(sheet->arena, struct text, known->district_count + 1);
        list->count = known->district_count;
        for (size_t i = 0; i < known->district_count; i++)
            list->items[i] = known->districts[i].code;
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        list->items[i] =
            register_read_district(sheet, told->row, LEADER_DISTRICTS, known, list->items[i]);
}

static void read_languages(struct sheet *sheet, struct leader_told *told)
{
    told->languages = sheet_list(sheet, told->row, LEADER_LANGUAGES, " ", LANGUAGES_MOST);
    for (size_t i = 0; i < told->languages.count; i++)
        if (!language_words(told->languages.items[i]))
            sheet_wrong(sheet, told->row, LEADER_LANGUAGES,
                "%.40s is no language that is known; sv en ar fa so ti are some",
                told->languages.items[i].data);
}

static struct text take_part(struct text *rest)
{
    size_t length = 0;

    while (length < rest->length && rest->data[length] != ':')
        length++;
    const struct text part = {rest->data, length};
    length += length < rest->length;
    *rest = (struct text){rest->data + length, rest->length - length};
    return part;
}

/* "substance:basic:2024-08-01:2027-07-31"; what is wrong with it, or NULL and how it is kept. */
static const char *read_training(struct arena *arena, struct text *item)
{
    struct text rest = *item;
    const struct text situation = take_part(&rest), level = take_part(&rest);
    const struct text from = take_part(&rest), until = take_part(&rest);
    int32_t first, last;

    if (!situation_of(situation))
        return "the situation is one of substance, mental, violence, separation";
    if (!training_level_of(level))
        return "the level is one of basic, deeper, specialist";
    if (!date_parse(from, &first))
        return "the day from which it holds is missing or no day, as 2026-10-07 is";
    if (rest.length > 0 || (until.length > 0 && !date_parse(until, &last)))
        return "its last day is no day, as 2026-10-07 is";
    if (until.length > 0 && last < first)
        return "its last day is before its first";
    *item = text_of(arena_format(arena, "%s:%s:%.10s:%.*s",
        situation_names[situation_of(situation)], training_level_names[training_level_of(level)],
        from.data, (int)until.length, until.length ? until.data : ""));
    return NULL;
}

/* The situation and the first day tell which of a leader's trainings it is. */
static bool same_training(struct text a, struct text b)
{
    const struct text situation = take_part(&a), other = take_part(&b);

    take_part(&a);
    take_part(&b);
    return text_equal(situation, other) && text_equal(take_part(&a), take_part(&b));
}

static void read_trainings(struct sheet *sheet, struct leader_told *told)
{
    struct sheet_list *list = &told->trainings;

    *list = sheet_list(sheet, told->row, LEADER_TRAININGS, " ", TRAININGS_MOST);
    for (size_t i = 0; i < list->count; i++) {
        const char *said = list->items[i].data;
        const char *wrong = read_training(sheet->arena, &list->items[i]);
        for (size_t j = 0; j < i && !wrong; j++)
            if (same_training(list->items[i], list->items[j]))
                wrong = "two trainings for one situation begin on one day";
        if (wrong)
            sheet_wrong(sheet, told->row, LEADER_TRAININGS, "%.60s: %s", said, wrong);
    }
}

static const struct register_slot *slot_at(
    const struct register_known *known, int weekday, int32_t starts_min)
{
    for (size_t i = 0; i < known->slot_count; i++)
        if (known->slots[i].weekday == weekday && known->slots[i].starts_min == starts_min)
            return &known->slots[i];
    return NULL;
}

/* "tue 15:00, wed16:30": a weekday and an hour, in turn, whatever stands between them. */
static void read_slots(
    struct sheet *sheet, const struct register_known *known, struct leader_told *told)
{
    const struct text cell = sheet_cell(sheet, told->row, LEADER_SLOTS);

    told->slots = cell.data ? 0 : INT_ABSENT;
    if (!cell.data || text_is(cell, "-"))
        return;
    for (const char *at = cell.data; *at;) {
        const char *from = at;
        const int weekday = sheet_weekday(&at);
        sheet_pass_spaces(&at);
        const int32_t starts = weekday < 0 ? -1 : sheet_hour(&at);
        const struct register_slot *slot = slot_at(known, weekday, starts);
        if (!slot) {
            sheet_wrong(sheet, told->row, LEADER_SLOTS,
                "%.12s is none of the weekly times that groups have, as tue 15:00 may be", from);
            return;
        }
        told->slots |= INT64_C(1) << slot->slot;
        while (*at == ' ' || *at == ',' || *at == '|')
            at++;
    }
}

static bool good_address(struct text address)
{
    size_t ats = 0;

    for (size_t i = 0; i < address.length; i++) {
        const unsigned char c = (unsigned char)address.data[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '.' || c == '-';
        ats += c == '@';
        if (!letter && c != '@' && (ats > 0 || !strchr("_%+", c)))
            return false;
    }
    return ats == 1 && address.data[0] != '@' && address.data[address.length - 1] != '@';
}

static void read_who(struct sheet *sheet, struct leader_told *told)
{
    static const struct sheet_word kinds[] = {{"fixed", "fixed"}, {"hourly", "hourly"},
        {"lent", "lent"}, {"partner", "partner"}, {"fast", "fixed"}, {"timanställd", "hourly"},
        {"timvikarie", "hourly"}, {"utlånad", "lent"}, {"lånad", "lent"}, {"samverkan", "partner"}};

    told->name = sheet_text(sheet, told->row, LEADER_NAME, NAME_MOST);
    told->kind = sheet_word(sheet, told->row, LEADER_KIND, kinds, COUNT(kinds));
    told->email = sheet_text(sheet, told->row, LEADER_EMAIL, EMAIL_MOST);
    told->employer = sheet_text(sheet, told->row, LEADER_EMPLOYER, WORDS_MOST);
    told->unit = sheet_text(sheet, told->row, LEADER_UNIT, WORDS_MOST);
    if (told->email.data && !good_address(told->email))
        sheet_wrong(sheet, told->row, LEADER_EMAIL, "%.60s is no address", told->email.data);
}

static void read_row(
    struct sheet *sheet, const struct register_known *known, struct leader_told *told)
{
    const size_t row = told->row;

    read_who(sheet, told);
    told->home = register_read_district(
        sheet, row, LEADER_DISTRICT, known, sheet_text(sheet, row, LEADER_DISTRICT, WORDS_MOST));
    read_districts(sheet, known, told);
    read_languages(sheet, told);
    read_trainings(sheet, told);
    told->contract_from = sheet_day(sheet, row, LEADER_CONTRACT_FROM);
    told->contract_to = sheet_day(sheet, row, LEADER_CONTRACT_TO);
    if (told->contract_from != DAY_ABSENT && told->contract_to != DAY_ABSENT &&
        told->contract_to < told->contract_from)
        sheet_wrong(sheet, row, LEADER_CONTRACT_TO, "it is before the contract's first day");
    told->release = sheet_number(sheet, row, LEADER_RELEASE, 0, HOURS_MOST);
    read_slots(sheet, known, told);
    told->led = sheet_number(sheet, row, LEADER_LED, 0, LED_MOST);
    told->parents = sheet_truth(sheet, row, LEADER_PARENTS);
    told->max_groups = sheet_number(sheet, row, LEADER_MAX_GROUPS, 0, GROUPS_MOST);
    told->active = sheet_truth(sheet, row, LEADER_ACTIVE);
}

/* An address tells who it is; without one the name and the unit do. */
static bool same_leader(const struct leader_told *a, const struct leader_told *b)
{
    if (a->email.data && b->email.data)
        return strcasecmp(a->email.data, b->email.data) == 0;
    return !a->email.data && !b->email.data && a->name.data && a->unit.data &&
           text_equal(a->name, b->name) && text_equal(a->unit, b->unit);
}

bool leader_read(struct arena *arena, const char *name, struct text bytes,
    const struct register_known *known, struct sheet *sheet, struct leader_told **leaders,
    struct error *error)
{
    if (!sheet_open(arena, name, bytes, columns, LEADER_COLUMNS, sheet, error))
        return false;
    *leaders = ARENA_ARRAY(arena, struct leader_told, sheet->csv.rows + 1);
    for (size_t row = 0; row < sheet->csv.rows; row++) {
        (*leaders)[row] = (struct leader_told){.row = row};
        read_row(sheet, known, &(*leaders)[row]);
        for (size_t before = 0; before < row; before++)
            if (same_leader(&(*leaders)[before], &(*leaders)[row])) {
                sheet_wrong(sheet, row, LEADER_NAME, "line %d is about the same leader",
                    sheet->csv.lines[before]);
                break;
            }
    }
    return true;
}
