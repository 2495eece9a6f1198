/* The way about the desk: a few rooms, and in each room its places. Each sees what it may enter. */
#include <string.h>

#include "common/check.h"
#include "services/desk/desk_nav.h"

enum room { ROOM_TODAY, ROOM_LIST, ROOM_NEW, ROOM_PLAN, ROOM_GROUPS, ROOM_MEANS, ROOM_MACHINE };

static const char *const rooms[] = {[ROOM_TODAY] = T("Idag"),
    [ROOM_LIST] = T("Väntelista"),
    [ROOM_NEW] = T("Ny kontakt"),
    [ROOM_PLAN] = T("Planering"),
    [ROOM_GROUPS] = T("Grupper"),
    [ROOM_MEANS] = T("Resurser"),
    [ROOM_MACHINE] = T("Drift")};

/* A place shows itself on every page whose path begins with its own. A new page adds one line to
 * its room, in the order it is to stand; a room shows with the first place that one may enter. */
static const struct place {
    enum room room;
    const char *path, *words; /* words absent: no link, its pages belong to the room all the same */
    enum right right;
    bool own; /* only of a leader's account */
} places[] = {
    {ROOM_TODAY, "/", T("Idag"), RIGHT_LIST, false},
    {ROOM_TODAY, "/uppgifter", T("Uppgifter"), RIGHT_LIST, false},
    {ROOM_TODAY, "/beslut", T("Att besluta om"), RIGHT_LIST, false},
    {ROOM_LIST, "/vantelista", T("Väntelista"), RIGHT_LIST, false},
    {ROOM_LIST, "/kort", NULL, RIGHT_LIST, false},
    {ROOM_LIST, "/sok", NULL, RIGHT_LIST, false},
    {ROOM_NEW, "/ny-kontakt", T("Ny kontakt"), RIGHT_DECIDE, false},
    {ROOM_NEW, "/ny-kontakt/fraga", T("Fråga utan namn"), RIGHT_DECIDE, false},
    {ROOM_PLAN, "/plan", T("Plantavla"), RIGHT_ALL_GROUPS, false},
    {ROOM_PLAN, "/karta", T("Karta"), RIGHT_ALL_GROUPS, false},
    {ROOM_GROUPS, "/kalender", NULL, RIGHT_GROUPS, false},
    {ROOM_GROUPS, "/grupper", T("Grupper"), RIGHT_GROUPS, false},
    {ROOM_GROUPS, "/ideer", T("Idéer"), RIGHT_ALL_GROUPS, false},
    {ROOM_GROUPS, "/kalendrar", T("Kalendrar"), RIGHT_GROUPS, false},
    {ROOM_GROUPS, "/mina-timmar", T("Mina timmar"), RIGHT_GROUPS, true},
    {ROOM_MEANS, "/ledare", T("Ledare"), RIGHT_ALL_GROUPS, false},
    {ROOM_MEANS, "/handledning", T("Handledning"), RIGHT_ALL_GROUPS, false},
    {ROOM_MEANS, "/besok", T("Informationsbesök"), RIGHT_ALL_GROUPS, false},
    {ROOM_MEANS, "/lokaler", T("Lokaler"), RIGHT_ALL_GROUPS, false},
    {ROOM_MEANS, "/program", T("Program"), RIGHT_GROUPS, false},
    {ROOM_MEANS, "/lov", T("Terminer och lov"), RIGHT_ALL_GROUPS, false},
    {ROOM_MACHINE, "/koer", T("Köer"), RIGHT_QUEUES, false},
    {ROOM_MACHINE, "/vantan", T("Väntetider"), RIGHT_LIST, false},
    {ROOM_MACHINE, "/tangenter", T("Tangenter"), RIGHT_QUEUES, false},
};

enum { ROOMLESS_MOST = 6 /* so few places need no rooms: a leader's, an operator's */ };

static bool may_enter(const struct visit *visit, const struct place *place)
{
    return staff_may(visit->staff.role, place->right) &&
           (!place->own || !uuid_absent(visit->staff.leader_id));
}

static bool shown(const struct visit *visit, const struct place *place)
{
    return place->words && may_enter(visit, place);
}

/* Whether the path is the place's own, or lies below it. */
static bool is_at(struct text path, const struct place *place)
{
    const size_t length = strlen(place->path);

    if (text_is(path, place->path))
        return true;
    return length > 1 && path.length > length && memcmp(path.data, place->path, length) == 0 &&
           path.data[length] == '/';
}

static const struct place *where(struct text path)
{
    const struct place *found = NULL;

    for (size_t i = 0; i < COUNT(places); i++)
        if (is_at(path, &places[i]) && (!found || strlen(places[i].path) > strlen(found->path)))
            found = &places[i];
    return found;
}

/* "page" is the very page; "true" the way down to it. */
static void add_link(
    struct value *list, const struct place *place, const char *words, const char *current)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "path", place->path);
    value_set_message(one, "words", words);
    value_set_string(one, "current", current);
}

static const char *current_at(struct text path, const struct place *place, const struct place *here)
{
    return text_is(path, place->path) ? "page" : place == here ? "true" : NULL;
}

static void add_rooms(
    const struct visit *visit, struct value *list, struct text path, const struct place *here)
{
    for (size_t room = 0; room < COUNT(rooms); room++) {
        const struct place *first = NULL;
        for (size_t i = 0; i < COUNT(places) && !first; i++)
            if ((size_t)places[i].room == room && shown(visit, &places[i]))
                first = &places[i];
        if (first)
            add_link(list, first, rooms[room],
                text_is(path, first->path)           ? "page"
                : here && (size_t)here->room == room ? "true"
                                                     : NULL);
    }
}

static size_t count_shown(const struct visit *visit, const struct place *beside)
{
    size_t count = 0;

    for (size_t i = 0; i < COUNT(places); i++)
        count += shown(visit, &places[i]) && (!beside || places[i].room == beside->room);
    return count;
}

void desk_add_nav(struct value *root, const struct visit *visit)
{
    const struct text path = http_path(visit->request);
    const struct place *here = where(path);
    const bool roomless = count_shown(visit, NULL) <= ROOMLESS_MOST;
    struct value *top = value_add_list(root, "nav");

    if (!roomless)
        add_rooms(visit, top, path, here);
    for (size_t i = 0; i < COUNT(places) && roomless; i++)
        if (shown(visit, &places[i]))
            add_link(top, &places[i], places[i].words, current_at(path, &places[i], here));
    if (!here || roomless || count_shown(visit, here) < 2)
        return;
    struct value *room = value_add_object(root, "room");
    struct value *list = value_add_list(room, "places");
    value_set_message(room, "name", rooms[here->room]);
    for (size_t i = 0; i < COUNT(places); i++)
        if (places[i].room == here->room && shown(visit, &places[i]))
            add_link(list, &places[i], places[i].words, current_at(path, &places[i], here));
}
