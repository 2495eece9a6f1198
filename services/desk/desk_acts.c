/* The last acts about a thing, in words: what was asked, what became of it, the nearest way out. */
#include "services/desk/desk_acts.h"

#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/desk/desk_act_store.h"

enum { ACT_SHOWN_DAYS = 14, MINUTES_A_DAY = 1440 };

/* What was asked, and the page that a way out leads to: `before`, the thing's id, `after`; the
 * words of the way out are its query. A kind without a page has no button. */
struct act_kind {
    const char *name, *words, *before, *after;
};

static const struct act_kind kinds[] = {
    {"board_noted", T("Nämndens beslut"), "", ""},
    {"programme_approved", T("Godkänna utkastet"), "", ""},
    {"room_kept", T("Ändra lokalen"), "/grupper/", "/serie"},
    {"talks_wanted", T("Enskilda samtal"), "", ""},
    {"parents_noted", T("Föräldrar i föräldragruppen"), "", ""},
    {"idea_wanted", T("En idé om en grupp"), "/ideer/", NULL},
    {"group_act_wanted", T("Ändra gruppen"), "/grupper/", NULL},
    {"leader_kept", T("Ändra i registret"), NULL, NULL},
    {"training_kept", T("Skriv in utbildning"), NULL, NULL},
    {"release_kept", T("Skriv in timmar"), NULL, NULL},
    {"absence_told", T("Anmäl frånvaro"), NULL, NULL},
    {"conflict_told", T("Svara om jäv"), NULL, NULL},
    {"substitute_named", T("Vikarie på telefon"), NULL, NULL},
    {"series_change_wanted", T("Ändra i träffarna"), "/grupper/", "/serie"},
    {"week_off_wanted", T("Lediga dagar"), "/grupper/", "/serie"},
    {"before_start_given", T("Tider före start"), "/grupper/", "/fore"},
    {"before_start_set", T("Boka eller ta bort en tid före start"), NULL, NULL},
    {"before_start_noted", T("Skriva upp ett möte före start"), NULL, NULL},
    {"interpreter_noted", T("Tolk"), NULL, NULL},
    {"supervision_kept", T("Handledningsgruppen"), NULL, NULL},
    {"supervisee_wanted", T("Vem som är med i handledningen"), "/handledning/", NULL},
    {"supervision_met", T("Dag för handledning"), "/handledning/", NULL},
    {"supervision_noted", T("Vilka som kom till handledningen"), NULL, NULL},
    {"leader_tie_told", T("Jäv mellan ledare"), NULL, NULL},
    {"unit_kept", T("Enheten"), NULL, NULL},
    {"visit_wanted", T("Informationsbesök"), "/besok/", NULL},
    {"visit_ended", T("Hur besöket gick"), NULL, NULL},
};

static const char *const reasons[ACT_REASON_COUNT] = {
    [ACT_REASON_NONE] = "",
    [ACT_REASON_UNKNOWN] = T("Det finns inte, eller inte längre."),
    [ACT_REASON_CHANGED_MEANWHILE] = T("Någon hann före. Titta på läget igen."),
    [ACT_REASON_NOT_NOW] = T("Det går inte i det läget."),
    [ACT_REASON_WRONG_INPUT] = T("Något saknades eller var fel."),
    [ACT_REASON_IN_THE_PAST] = T("Den dagen har varit."),
    [ACT_REASON_MEETING_BEGUN] = T("Träffen har redan börjat."),
    [ACT_REASON_DAY_TAKEN] = T("Gruppen har redan en träff den dagen."),
    [ACT_REASON_PUBLIC_HOLIDAY] = T("Det är helgdag."),
    [ACT_REASON_SCHOOL_BREAK] = T("Det är skollov."),
    [ACT_REASON_WEEK_OFF] = T("Den veckan är ledig."),
    [ACT_REASON_OUTSIDE_TERMS] = T("Det är utanför terminerna."),
    [ACT_REASON_PAST_TERM] = T("Terminen är slut innan sista temat."),
    [ACT_REASON_TOO_MANY_MEETINGS] = T("Det blir för många träffar."),
    [ACT_REASON_ROOM_TAKEN] = T("Lokalen är upptagen."),
    [ACT_REASON_ROOM_CLOSED] = T("Lokalen är inte öppen då."),
    [ACT_REASON_ROOM_TOO_SMALL] = T("Lokalen är för liten."),
    [ACT_REASON_ROOM_UNFIT] = T("Lokalen saknar något som gruppen behöver."),
    [ACT_REASON_ROOM_ELSEWHERE] = T("Barnen och föräldrarna måste träffas i samma hus."),
    [ACT_REASON_ROOM_BOOKED] = T("En grupp träffas där då. Flytta träffen först."),
    [ACT_REASON_ROOM_NAMED] = T("Det finns redan ett hus eller en lokal som heter så."),
    [ACT_REASON_LEADER_TAKEN] = T("En ledare är upptagen, med timmen före och efter."),
    [ACT_REASON_LEADER_TRAVELS] = T("En ledare hinner inte resa mellan husen."),
    [ACT_REASON_LEADER_UNTRAINED] = T("En ledare har inte giltig utbildning den dagen."),
    [ACT_REASON_LEADER_CONTRACT] = T("En ledares anställning räcker inte."),
    [ACT_REASON_LEADER_ABSENT] = T("En ledare är frånvarande."),
    [ACT_REASON_LEADER_HOURS] = T("En ledare har inte gett de timmarna."),
    [ACT_REASON_LEADER_FULL] = T("En ledare har så många timmar som är överenskommet."),
    [ACT_REASON_LEADER_UNFIT] = T("En ledare arbetar inte där, eller inte på språket."),
    [ACT_REASON_LEADER_TWICE] = T("Samma ledare två gånger."),
    [ACT_REASON_LEADER_BOOKED] =
        T("Ledaren är bokad då. Hitta vikarier först, eller välj en senare dag."),
    [ACT_REASON_PAIR_INEXPERIENCED] = T("Minst en av ledarna måste vara erfaren."),
    [ACT_REASON_PAIR_OF_PARENTS] = T("Ingen av ledarna leder föräldragrupper."),
    [ACT_REASON_PAIR_OF_ONE_EMPLOYER] = T("Ledarna måste komma från var sin arbetsgivare."),
    [ACT_REASON_CONFLICT_OF_INTEREST] = T("En ledare känner någon i gruppen."),
    [ACT_REASON_MUST_NOT_MEET] = T("Två som inte får träffas skulle mötas."),
    [ACT_REASON_BOARD_MISSING] = T("Nämndens beslut saknas."),
    [ACT_REASON_CHILDREN_LEFT] = T("Det finns barn kvar i gruppen."),
    [ACT_REASON_FEW_CHILDREN] = T("Barnen är för få."),
    [ACT_REASON_CHILD_UNFIT] = T("Ett av barnen kan inte gå i den gruppen."),
    [ACT_REASON_GROUP_DIFFERS] = T("Grupperna är för olika situationer eller språk."),
    [ACT_REASON_NO_PLACE] = T("Det finns ingen ledig plats."),
    [ACT_REASON_TALKS_ALREADY] = T("Barnet har redan enskilda samtal."),
    [ACT_REASON_SUPERVISION_TIE] =
        T("Två som inte ska ha handledning ihop skulle hamna i samma grupp."),
    [ACT_REASON_SUPERVISED_ALREADY] = T("Ledaren är redan med i en handledningsgrupp."),
    [ACT_REASON_PARENT_GROUP_MISSING] =
        T("Programmet har alltid en föräldragrupp. Välj ett rum till den i samma hus."),
    [ACT_REASON_NO_PARENT_GROUP] = T("Gruppen har ingen föräldragrupp."),
    [ACT_REASON_CHILD_TWICE] = T("Barnet står i två grupper."),
    [ACT_REASON_CHILD_SITUATION] = T("Gruppen är för en annan situation än barnets."),
    [ACT_REASON_CHILD_LANGUAGE] = T("Barnet talar inte gruppens språk."),
    [ACT_REASON_CHILD_TIME] = T("Barnet kan inte den tiden."),
    [ACT_REASON_CHILD_SEX] = T("Barnet vill gå i en grupp för ett kön, eller gruppen är för ett."),
    [ACT_REASON_CHILD_NEEDS] = T("Lokalen saknar något som barnet behöver."),
    [ACT_REASON_CHILD_PARENT] = T("Barnets förälder behöver en föräldragrupp."),
    [ACT_REASON_CHILD_FAR] = T("Det är för långt att resa för barnet."),
    [ACT_REASON_CHILD_AGE] = T("Barnet har inte åldern för gruppen."),
    [ACT_REASON_CHILD_TOGETHER] = T("Barnet ska gå i samma grupp som ett syskon."),
};

const char *word_act_reason(enum act_reason reason)
{
    return reasons[reason] ? reasons[reason] : T("Det gick inte.");
}

struct uuid desk_act_id(const struct visit *visit)
{
    return uuid_new(visit->context->now_ms);
}

void desk_go_act(const struct visit *visit, const char *path, struct uuid act_id)
{
    struct arena *arena = visit->context->arena;

    http_redirect(visit->request, arena_format(arena, "%s%cakt=%s", path,
                                      strchr(path, '?') ? '&' : '?', desk_id(arena, act_id)));
}

static const struct act_kind *find_kind(struct text name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (text_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

static void set_word(
    const struct visit *visit, struct value *way, const char *name, const char *value)
{
    struct uuid id;
    int32_t day;

    if (date_parse(text_of(value), &day))
        value_set_string(way, name, desk_day(visit, day));
    else if (strcmp(name, "starts") == 0) {
        const long minute = strtol(value, NULL, 10) % MINUTES_A_DAY;
        value_set_string(way, name,
            arena_format(visit->context->arena, "%02ld.%02ld", minute / 60, minute % 60));
    } else if (!uuid_parse(text_of(value), &id))
        value_set_string(way, name, value);
}

/* The page of the thing, or of the group that stands in the way ("group=<id> ..."). */
static const char *link_of(const struct visit *visit, const struct act_kind *kind,
    const struct act_row *row, const char *query)
{
    struct arena *arena = visit->context->arena;
    char *words = arena_copy(arena, query, strlen(query));
    struct uuid other, about = row->about;

    if (strncmp(query, "group=", 6) == 0 && strlen(query) >= 6 + UUID_TEXT &&
        uuid_parse((struct text){query + 6, UUID_TEXT}, &other))
        about = other;
    for (char *at = words; *at; at++)
        *at = *at == ' ' ? '&' : *at;
    return arena_format(arena, "%s%s%s?%s", kind->before, desk_id(arena, about),
        kind->after ? kind->after : "", words);
}

/* "room=<id> day=2026-10-07": a sentence of the words that have one, and the query of a link. */
static void set_way_out(const struct visit *visit, struct value *one, const struct act_row *row)
{
    struct arena *arena = visit->context->arena;
    const struct act_kind *kind = find_kind(row->kind);
    char *query = arena_copy(arena, row->way_out.data, row->way_out.length);
    struct value *way = value_add_object(one, "way");

    if (kind && kind->before)
        value_set_string(way, "link", link_of(visit, kind, row, query));
    if (row->names.data)
        value_set_text(way, "names", row->names);
    for (char *at = query; *at;) {
        char *word = at, *equals;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
        equals = strchr(word, '=');
        if (!equals)
            continue;
        *equals = '\0';
        set_word(visit, way, word, equals + 1);
    }
}

static void fill_act(const struct visit *visit, struct value *one, const struct act_row *row)
{
    const struct act_kind *kind = find_kind(row->kind);

    if (kind)
        value_set_message(one, "what", kind->words);
    else
        value_set_text(one, "what", row->kind);
    value_set_string(one, "at", desk_when(visit, row->at_ms));
    value_set_text(one, "by", row->by);
    value_set_bool(one, "refused", row->refused);
    if (row->refused)
        value_set_message(one, "why", word_act_reason(row->reason));
    if (row->way_out.length)
        set_way_out(visit, one, row);
}

bool desk_add_acts(
    struct visit *visit, struct uuid about, struct value *object, struct error *error)
{
    const int64_t since_ms = visit->context->now_ms - (int64_t)ACT_SHOWN_DAYS * 86400000;
    struct value *list = value_add_list(object, "acts");
    const struct act_row *rows;
    struct uuid sent;
    size_t count;

    bool waits = uuid_parse(http_query(visit->request, "akt"), &sent);
    if (!desk_look_acts(visit->context, about, since_ms, &rows, &count, error))
        return error_while(error, "reading the acts");
    for (size_t i = 0; i < count; i++) {
        fill_act(visit, value_append_object(list), &rows[i]);
        if (uuid_equal(rows[i].act_id, sent))
            waits = false;
    }
    value_set_bool(object, "act_waits", waits);
    if (waits)
        value_set_string(object, "act_id", desk_id(visit->context->arena, sent));
    value_set_bool(object, "any_acts", waits || count > 0);
    return true;
}
