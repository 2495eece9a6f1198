/*
 * A round as the planner's file: gruppstod-instance/1.
 *
 * Referrals, rooms and leaders go by their ids; no name, address or birth number is known here. A
 * booked group stands in a room of its own, which is open in its slot only: whether the real room
 * and leaders are free is in the slots of the rooms and leaders already.
 */
#include <stdlib.h>

#include "common/check.h"
#include "services/matching/matching_plan_parts.h"

enum { FAR_MIN = 100000 /* nobody knows the way: further than anybody goes */ };

static size_t district_count(const struct round *round)
{
    return round->city.travel.districts;
}

/* --- what there is --- */

/* A child of a theme has it as its primary one, so w_primary decides nothing and is 0. Parent
 * groups are striven for: while the last year has too few of them they cost nothing but their room.
 * Only the share that the municipality demands is a rule. The cap of waiting moves with the start,
 * which lies the same number of weeks ahead for all. */
static void put_policy(struct writer *writer)
{
    const struct round *round = writer->round;
    const struct market_view *view = &round->view;
    const struct points *points = &view->points;

    fprintf(writer->stream,
        ",\"policy\":{\"w_place\":%d,\"w_wait\":%d,\"w_urgency\":%d,\"w_primary\":0,"
        "\"w_travel\":%d,\"w_parent\":%d,\"w_group\":%d,\"w_band\":%d,\"w_parent_group\":%d,"
        "\"wait_cap_weeks\":%d,\"parent_share\":%d,\"by_theme\":{",
        points->place, points->wait, points->urgency, points->travel, points->parent, points->group,
        points->band, round->market.wants_parents ? 0 : points->parent_group,
        points->wait_cap_weeks + (int)(view->plan_date - view->today) / 7,
        round->market.parent_share);
    for (size_t i = 0; i < round->themes->count; i++) {
        const struct theme *theme = &round->themes->themes[i];
        const struct programme *programme = &view->programmes[theme->programme];

        fprintf(writer->stream,
            "%s\"%s\":{\"min_children\":%d,\"max_children\":%d,\"max_band_years\":%d,"
            "\"parent_leaders\":%d}",
            i ? "," : "", theme->name, theme->least, theme->most, programme->band_years,
            programme->parent_leaders == 2 ? 2 : 1);
    }
    fputs("}}", writer->stream);
}

static void put_ways(struct writer *writer)
{
    const size_t count = district_count(writer->round);

    plan_begin(writer, "districts");
    for (size_t i = 0; i < count; i++) {
        plan_next(writer);
        plan_put_text(writer, writer->round->city.districts.words[i]);
    }
    plan_end(writer);
    fputs(",\"travel\":[", writer->stream);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            const int minutes = travel_minutes(&writer->round->city.travel, (int)i, (int)j);
            fprintf(writer->stream, "%s%d",
                j   ? ","
                : i ? ",["
                    : "[",
                minutes == TRAVEL_UNKNOWN ? FAR_MIN : minutes);
        }
        putc(']', writer->stream);
    }
    putc(']', writer->stream);
}

static void put_room(struct writer *writer, struct text site, int district, int capacity, int cost)
{
    fputs(",\"site\":", writer->stream);
    plan_put_text(writer, site);
    fputs(",\"district\":", writer->stream);
    plan_put_text(writer, writer->round->city.districts.words[district]);
    fprintf(writer->stream, ",\"capacity\":%d,\"cost\":%d", capacity, cost);
}

static void put_real_rooms(struct writer *writer)
{
    const struct round *round = writer->round;

    for (size_t i = 0; i < round->view.room_count; i++) {
        const struct room *room = &round->view.rooms[i];

        plan_next(writer);
        fputs("{\"id\":", writer->stream);
        plan_put_uuid(writer, room->room_id);
        put_room(writer, round->city.sites.words[room->site], room->district, room->capacity,
            room->cost);
        plan_put_needs(writer, "tags", room->needs);
        plan_put_slots(writer, room->slots);
        putc('}', writer->stream);
    }
}

/* --- groups that are booked --- */

static void put_group_room(
    struct writer *writer, const struct open_group *group, const char *part, int capacity)
{
    plan_next(writer);
    fputs("{\"id\":", writer->stream);
    plan_put_part(writer, group, part);
    put_room(writer, writer->round->city.sites.words[group->site], group->district, capacity, 0);
    plan_put_needs(writer, "tags", group->needs);
    plan_put_slots(writer, slot_bit(group->slot));
    putc('}', writer->stream);
}

static void put_rooms(struct writer *writer)
{
    const struct round *round = writer->round;

    plan_begin(writer, "rooms");
    put_real_rooms(writer);
    for (size_t i = 0; i < round->groups.count; i++) {
        const struct open_group *group = &round->groups.groups[i];

        if (!plan_tells_group(round, group))
            continue;
        put_group_room(writer, group, "room", group->places);
        if (group->parents_left >= 0)
            put_group_room(writer, group, "parents", group->parents_left);
    }
    plan_end(writer);
}

static const char *gender_of(enum sex sex)
{
    return sex == SEX_GIRL ? "F" : sex == SEX_BOY ? "M" : "X";
}

/* Whoever holds or has a place is a number: all that a plan must know is that it is taken. */
static void put_members(struct writer *writer, const struct open_group *group)
{
    const int count = __builtin_popcountll((uint64_t)group->used);

    plan_begin(writer, "members");
    for (int i = 1; i <= count; i++) {
        char part[12];

        plan_next(writer);
        fputs("{\"id\":", writer->stream);
        snprintf(part, sizeof part, "%d", i);
        plan_put_part(writer, group, part);
        putc('}', writer->stream);
    }
    plan_end(writer);
}

static void put_group(struct writer *writer, const struct open_group *group)
{
    const struct round *round = writer->round;

    plan_next(writer);
    fputs("{\"id\":", writer->stream);
    plan_put_uuid(writer, group->group_id);
    fprintf(writer->stream,
        ",\"theme\":\"%s\",\"age_from\":%d,\"age_to\":%d,\"gender\":\"%s\",\"max\":%d",
        round->themes->themes[theme_of_group(&round->view, round->themes, group)].name,
        group->age_from, group->age_to, gender_of(group->sex), group->places);
    fputs(",\"language\":", writer->stream);
    plan_put_text(writer, round->city.languages.words[group->language]);
    fputs(",\"slot\":", writer->stream);
    plan_put_text(writer, round->market.slot_names[group->slot]);
    fputs(",\"room\":", writer->stream);
    plan_put_part(writer, group, "room");
    fputs(",\"leaders\":[],\"parent_group\":", writer->stream);
    if (group->parents_left >= 0) {
        fputs("{\"room\":", writer->stream);
        plan_put_part(writer, group, "parents");
        fputs(",\"leaders\":[]}", writer->stream);
    } else {
        fputs("null", writer->stream);
    }
    put_members(writer, group);
    putc('}', writer->stream);
    writer->first = false;
}

static void put_groups(struct writer *writer)
{
    const struct round *round = writer->round;

    plan_begin(writer, "groups");
    for (size_t i = 0; i < round->groups.count; i++)
        if (plan_tells_group(round, &round->groups.groups[i]))
            put_group(writer, &round->groups.groups[i]);
    plan_end(writer);
}

/* H11: of the children that are in the file. */
static void put_avoid(struct writer *writer, const struct leader *leader)
{
    const struct round *round = writer->round;

    plan_begin(writer, "avoid");
    for (size_t i = 0; i < leader->avoid_count; i++)
        for (size_t k = 0; k < round->view.need_count; k++)
            if (round->candidates[k].goes &&
                uuid_equal(round->view.needs[k].referral_id, leader->avoid[i])) {
                plan_next(writer);
                plan_put_uuid(writer, leader->avoid[i]);
            }
    plan_end(writer);
}

static void put_leaders(struct writer *writer)
{
    const struct round *round = writer->round;

    plan_begin(writer, "leaders");
    for (size_t i = 0; i < round->view.leader_count; i++) {
        const struct leader *leader = &round->view.leaders[i];
        uint64_t themes = 0;

        for (size_t t = 0; t < round->themes->count; t++)
            if (leader_is_trained(
                    leader, &round->view.programmes[round->themes->themes[t].programme]))
                themes |= UINT64_C(1) << t;
        plan_next(writer);
        fputs("{\"id\":", writer->stream);
        plan_put_uuid(writer, leader->leader_id);
        fprintf(writer->stream, ",\"max_groups\":%d,\"experienced\":%s,\"parents\":%s",
            leader->groups_left < 0    ? 0
            : leader->groups_left > 64 ? 64
                                       : leader->groups_left,
            leader->experienced ? "true" : "false", leader->parents ? "true" : "false");
        plan_put_day(writer, "contract_until", leader->contract_until);
        plan_put_themes(writer, themes);
        plan_put_words(writer, "languages", leader->languages, &round->city.languages);
        plan_put_words(writer, "districts",
            leader->districts & ((UINT64_C(1) << district_count(round)) - 1),
            &round->city.districts);
        plan_put_slots(writer, leader->slots);
        put_avoid(writer, leader);
        putc('}', writer->stream);
        writer->first = false;
    }
    plan_end(writer);
}

static void put_names(struct writer *writer)
{
    const struct round *round = writer->round;

    plan_put_themes(writer, UINT64_MAX);
    plan_put_words(writer, "languages", UINT64_MAX, &round->city.languages);
    plan_put_slots(writer, round->market.slots);
}

struct text plan_write_instance(
    struct context *context, const struct round *round, struct error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    struct writer writer = {.stream = open_memstream(&bytes, &length), .round = round};
    struct text text = {NULL, 0};

    CHECK(writer.stream);
    fputs("{\"format\":\"gruppstod-instance/1\",\"name\":\"gruppstod\"", writer.stream);
    plan_put_day(&writer, "plan_date", round->view.plan_date);
    plan_put_day(&writer, "term_end", round->view.term_end);
    put_names(&writer);
    put_ways(&writer);
    put_policy(&writer);
    put_rooms(&writer);
    put_leaders(&writer);
    put_groups(&writer);
    plan_put_people(&writer);
    putc('}', writer.stream);
    if (fclose(writer.stream) == 0)
        text = (struct text){arena_copy(context->arena, bytes, length), length};
    else
        error_set(error, ERROR_BUSY, "there is no memory for the planner's file");
    free(bytes);
    return text;
}
