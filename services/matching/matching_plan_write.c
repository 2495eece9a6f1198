/*
 * A round as the planner's file: gruppstod-instance/1.
 *
 * Referrals, rooms and leaders go by their ids; no name, address or birth number is known here. A
 * booked group stands in a room of its own, which is open in its slot only: whether the real room
 * and leaders are free is in the slots of the rooms and leaders already.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/matching/matching_plan.h"

enum { FAR_MIN = 100000 /* nobody knows the way: further than anybody goes */ };

struct writer {
    FILE *stream;
    const struct round *round;
    bool first; /* of a list */
};

static void put_text(struct writer *writer, struct text text)
{
    putc('"', writer->stream);
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char byte = (unsigned char)text.data[i];

        if (byte == '"' || byte == '\\')
            fprintf(writer->stream, "\\%c", byte);
        else if (byte < 0x20)
            fprintf(writer->stream, "\\u%04x", byte);
        else
            putc(byte, writer->stream);
    }
    putc('"', writer->stream);
}

static void put_uuid(struct writer *writer, struct uuid uuid)
{
    char text[UUID_TEXT + 1];

    uuid_format(uuid, text);
    fprintf(writer->stream, "\"%s\"", text);
}

static void put_day(struct writer *writer, const char *name, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    fprintf(writer->stream, ",\"%s\":\"%s\"", name, text);
}

/* A comma between the entries of a list. */
static void next(struct writer *writer)
{
    if (!writer->first)
        putc(',', writer->stream);
    writer->first = false;
}

static void begin(struct writer *writer, const char *name)
{
    fprintf(writer->stream, ",\"%s\":[", name);
    writer->first = true;
}

static void end(struct writer *writer)
{
    putc(']', writer->stream);
    writer->first = false;
}

static void put_words(
    struct writer *writer, const char *name, uint64_t mask, const struct words *words)
{
    begin(writer, name);
    for (size_t i = 0; i < words->count && i < 64; i++)
        if (mask >> i & 1) {
            next(writer);
            put_text(writer, words->words[i]);
        }
    end(writer);
}

static void put_slots(struct writer *writer, int64_t slots)
{
    const struct market *market = &writer->round->market;

    begin(writer, "slots");
    for (int slot = -1; (slot = slot_next(slots & market->slots, slot)) >= 0;) {
        next(writer);
        put_text(writer, market->slot_names[slot]);
    }
    end(writer);
}

static void put_themes(struct writer *writer, uint64_t mask)
{
    begin(writer, "themes");
    for (size_t i = 0; i < writer->round->themes->count; i++)
        if (mask >> i & 1) {
            next(writer);
            fprintf(writer->stream, "\"%s\"", writer->round->themes->themes[i].name);
        }
    end(writer);
}

static void put_needs(struct writer *writer, const char *name, uint32_t needs)
{
    begin(writer, name);
    for (int need = 1; need < NEED_COUNT; need++)
        if (needs & bit_of(need)) {
            next(writer);
            fprintf(writer->stream, "\"%s\"", need_names[need]);
        }
    end(writer);
}

static size_t district_count(const struct round *round)
{
    return round->city.travel.districts;
}

/* --- what there is --- */

/* A child of a theme has it as its primary one, so w_primary decides nothing and is 0. Parent
 * groups are striven for, never demanded: while the last year has too few of them they cost
 * nothing but their room. The cap of waiting moves with the start, which lies the same number of
 * weeks ahead for all. */
static void put_policy(struct writer *writer)
{
    const struct round *round = writer->round;
    const struct market_view *view = &round->view;
    const struct points *points = &view->points;

    fprintf(writer->stream,
        ",\"policy\":{\"w_place\":%d,\"w_wait\":%d,\"w_urgency\":%d,\"w_primary\":0,"
        "\"w_travel\":%d,\"w_parent\":%d,\"w_group\":%d,\"w_band\":%d,\"w_parent_group\":%d,"
        "\"wait_cap_weeks\":%d,\"parent_share\":0,\"by_theme\":{",
        points->place, points->wait, points->urgency, points->travel, points->parent, points->group,
        points->band, round->market.wants_parents ? 0 : points->parent_group,
        points->wait_cap_weeks + (int)(view->plan_date - view->today) / 7);
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

    begin(writer, "districts");
    for (size_t i = 0; i < count; i++) {
        next(writer);
        put_text(writer, writer->round->city.districts.words[i]);
    }
    end(writer);
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
    put_text(writer, site);
    fputs(",\"district\":", writer->stream);
    put_text(writer, writer->round->city.districts.words[district]);
    fprintf(writer->stream, ",\"capacity\":%d,\"cost\":%d", capacity, cost);
}

static void put_real_rooms(struct writer *writer)
{
    const struct round *round = writer->round;

    for (size_t i = 0; i < round->view.room_count; i++) {
        const struct room *room = &round->view.rooms[i];

        next(writer);
        fputs("{\"id\":", writer->stream);
        put_uuid(writer, room->room_id);
        put_room(writer, round->city.sites.words[room->site], room->district, room->capacity,
            room->cost);
        put_needs(writer, "tags", room->needs);
        put_slots(writer, room->slots);
        putc('}', writer->stream);
    }
}

/* --- groups that are booked --- */

static bool group_is_told(const struct round *round, const struct open_group *group)
{
    return theme_of_group(&round->view, round->themes, group) != SIZE_MAX;
}

/* "<group>/room", "<group>/parents", "<group>/1": what belongs to a booked group. */
static void put_part(struct writer *writer, const struct open_group *group, const char *part)
{
    char text[UUID_TEXT + 1];

    uuid_format(group->group_id, text);
    fprintf(writer->stream, "\"%s/%s\"", text, part);
}

static void put_group_room(
    struct writer *writer, const struct open_group *group, const char *part, int capacity)
{
    next(writer);
    fputs("{\"id\":", writer->stream);
    put_part(writer, group, part);
    put_room(writer, writer->round->city.sites.words[group->site], group->district, capacity, 0);
    put_needs(writer, "tags", group->needs);
    put_slots(writer, slot_bit(group->slot));
    putc('}', writer->stream);
}

static void put_rooms(struct writer *writer)
{
    const struct round *round = writer->round;

    begin(writer, "rooms");
    put_real_rooms(writer);
    for (size_t i = 0; i < round->groups.count; i++) {
        const struct open_group *group = &round->groups.groups[i];

        if (!group_is_told(round, group))
            continue;
        put_group_room(writer, group, "room", group->places);
        if (group->parents_left >= 0)
            put_group_room(writer, group, "parents", group->parents_left);
    }
    end(writer);
}

static const char *gender_of(enum sex sex)
{
    return sex == SEX_GIRL ? "F" : sex == SEX_BOY ? "M" : "X";
}

/* Whoever holds or has a place is a number: all that a plan must know is that it is taken. */
static void put_members(struct writer *writer, const struct open_group *group)
{
    const int count = __builtin_popcountll((uint64_t)group->used);

    begin(writer, "members");
    for (int i = 1; i <= count; i++) {
        char part[12];

        next(writer);
        fputs("{\"id\":", writer->stream);
        snprintf(part, sizeof part, "%d", i);
        put_part(writer, group, part);
        putc('}', writer->stream);
    }
    end(writer);
}

static void put_group(struct writer *writer, const struct open_group *group)
{
    const struct round *round = writer->round;

    next(writer);
    fputs("{\"id\":", writer->stream);
    put_uuid(writer, group->group_id);
    fprintf(writer->stream,
        ",\"theme\":\"%s\",\"age_from\":%d,\"age_to\":%d,\"gender\":\"%s\",\"max\":%d",
        round->themes->themes[theme_of_group(&round->view, round->themes, group)].name,
        group->age_from, group->age_to, gender_of(group->sex), group->places);
    fputs(",\"language\":", writer->stream);
    put_text(writer, round->city.languages.words[group->language]);
    fputs(",\"slot\":", writer->stream);
    put_text(writer, round->market.slot_names[group->slot]);
    fputs(",\"room\":", writer->stream);
    put_part(writer, group, "room");
    fputs(",\"leaders\":[],\"parent_group\":", writer->stream);
    if (group->parents_left >= 0) {
        fputs("{\"room\":", writer->stream);
        put_part(writer, group, "parents");
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

    begin(writer, "groups");
    for (size_t i = 0; i < round->groups.count; i++)
        if (group_is_told(round, &round->groups.groups[i]))
            put_group(writer, &round->groups.groups[i]);
    end(writer);
}

static void put_leaders(struct writer *writer)
{
    const struct round *round = writer->round;

    begin(writer, "leaders");
    for (size_t i = 0; i < round->view.leader_count; i++) {
        const struct leader *leader = &round->view.leaders[i];
        uint64_t themes = 0;

        for (size_t t = 0; t < round->themes->count; t++)
            if (leader->situations &
                bit_of((int)round->view.programmes[round->themes->themes[t].programme].situation))
                themes |= UINT64_C(1) << t;
        next(writer);
        fputs("{\"id\":", writer->stream);
        put_uuid(writer, leader->leader_id);
        fprintf(writer->stream, ",\"max_groups\":%d,\"experienced\":%s,\"parents\":%s",
            leader->groups_left < 0    ? 0
            : leader->groups_left > 64 ? 64
                                       : leader->groups_left,
            leader->experienced ? "true" : "false", leader->parents ? "true" : "false");
        put_day(writer, "contract_until", leader->contract_until);
        put_themes(writer, themes);
        put_words(writer, "languages", leader->languages, &round->city.languages);
        put_words(writer, "districts",
            leader->districts & ((UINT64_C(1) << district_count(round)) - 1),
            &round->city.districts);
        put_slots(writer, leader->slots);
        putc('}', writer->stream);
        writer->first = false;
    }
    end(writer);
}

/* --- who waits --- */

/* A booked group counts ages on its own first day, the plan on its start: where they differ the
 * group is as good as declined, since it would not take the child. */
static bool group_is_closed(
    const struct round *round, const struct child_need *need, const struct open_group *group)
{
    const int there = date_age(need->birth, group->first_day);
    const int here = date_age(need->birth, round->view.plan_date);

    return need_declined(need, group->group_id) ||
           ((there < group->age_from || there > group->age_to) && here >= group->age_from &&
               here <= group->age_to);
}

static void put_declined(struct writer *writer, const struct child_need *need)
{
    const struct round *round = writer->round;

    begin(writer, "declined");
    for (size_t i = 0; i < round->groups.count; i++)
        if (group_is_told(round, &round->groups.groups[i]) &&
            group_is_closed(round, need, &round->groups.groups[i])) {
            next(writer);
            put_uuid(writer, round->groups.groups[i].group_id);
        }
    end(writer);
}

/* A file knows girls and boys. Whoever is neither, or has not said, goes to mixed groups: as a boy
 * that is kept apart from the boys who want no others (put_apart). */
static bool sex_is_open(const struct child_need *need)
{
    return need->sex != SEX_GIRL && need->sex != SEX_BOY;
}

static void put_child(
    struct writer *writer, const struct child_need *need, const struct candidate *candidate)
{
    const struct round *round = writer->round;
    const char *parent = candidate->parent_must   ? "must"
                         : candidate->parent_none ? "none"
                                                  : "wants";

    next(writer);
    fputs("{\"id\":", writer->stream);
    put_uuid(writer, need->referral_id);
    put_day(writer, "birth", need->birth);
    put_day(writer, "since", need->since);
    fprintf(writer->stream,
        ",\"sex\":\"%s\",\"max_travel\":%d,\"urgency\":%d,\"same_sex_only\":%s,\"parent\":\"%s\"",
        need->sex == SEX_GIRL ? "F" : "M", need->max_travel_min, need->urgency,
        need->same_sex_only ? "true" : "false", parent);
    fputs(",\"home\":", writer->stream);
    put_text(writer, round->city.districts.words[need->district]);
    put_themes(writer, candidate->themes);
    put_words(writer, "languages", need->languages, &round->city.languages);
    put_slots(writer, need->slots);
    put_needs(writer, "needs", need->needs);
    put_declined(writer, need);
    putc('}', writer->stream);
    writer->first = false;
}

static void put_children(struct writer *writer)
{
    const struct round *round = writer->round;

    begin(writer, "children");
    for (size_t i = 0; i < round->view.need_count; i++)
        if (round->candidates[i].goes)
            put_child(writer, &round->view.needs[i], &round->candidates[i]);
    end(writer);
}

static void put_pair(struct writer *writer, size_t a, size_t b)
{
    next(writer);
    putc('[', writer->stream);
    put_uuid(writer, writer->round->view.needs[a].referral_id);
    putc(',', writer->stream);
    put_uuid(writer, writer->round->view.needs[b].referral_id);
    putc(']', writer->stream);
}

/* Each pair is loaded from both sides. */
static void put_pairs(struct writer *writer, enum pair_kind kind)
{
    const struct round *round = writer->round;

    for (size_t i = 0; i < round->view.pair_count; i++) {
        const struct pair *pair = &round->view.pairs[i];

        if (pair->kind == kind && pair->b != PAIR_OUTSIDE && pair->a < pair->b &&
            round->candidates[pair->a].goes && round->candidates[pair->b].goes)
            put_pair(writer, pair->a, pair->b);
    }
}

static void put_together(struct writer *writer)
{
    const struct round *round = writer->round;

    begin(writer, "together");
    put_pairs(writer, PAIR_TOGETHER);
    for (size_t i = 0; i < round->view.need_count; i++) {
        const struct candidate *candidate = &round->candidates[i];

        if (!candidate->goes || candidate->only == CANDIDATE_FREE)
            continue;
        next(writer);
        putc('[', writer->stream);
        put_uuid(writer, round->view.needs[i].referral_id);
        putc(',', writer->stream);
        put_part(writer, &round->groups.groups[candidate->only], "1");
        putc(']', writer->stream);
    }
    end(writer);
}

static void put_apart(struct writer *writer)
{
    const struct round *round = writer->round;
    const struct child_need *needs = round->view.needs;

    begin(writer, "apart");
    put_pairs(writer, PAIR_APART);
    for (size_t i = 0; i < round->view.need_count; i++) {
        if (!round->candidates[i].goes || !sex_is_open(&needs[i]))
            continue;
        for (size_t j = 0; j < round->view.need_count; j++)
            if (round->candidates[j].goes && needs[j].same_sex_only && needs[j].sex == SEX_BOY &&
                (round->candidates[i].themes & round->candidates[j].themes) != 0 &&
                (needs[i].slots & needs[j].slots) != 0)
                put_pair(writer, i, j);
    }
    end(writer);
}

static bool site_is_told(const struct round *round, int site)
{
    for (size_t i = 0; i < round->view.room_count; i++)
        if (round->view.rooms[i].site == site)
            return true;
    for (size_t i = 0; i < round->groups.count; i++)
        if (round->groups.groups[i].site == site && group_is_told(round, &round->groups.groups[i]))
            return true;
    return false;
}

static void put_must_not_meet(struct writer *writer)
{
    begin(writer, "must_not_meet");
    put_pairs(writer, PAIR_MUST_NOT_MEET);
    end(writer);
}

/* H17 with somebody who has a place: that site is closed at that time, the group among it. */
static void put_closed(struct writer *writer)
{
    const struct round *round = writer->round;

    begin(writer, "closed");
    for (size_t i = 0; i < round->view.pair_count; i++) {
        const struct pair *pair = &round->view.pairs[i];

        if (pair->kind != PAIR_MUST_NOT_MEET || pair->b != PAIR_OUTSIDE ||
            !round->candidates[pair->a].goes || pair->site < 0 ||
            !slot_in(round->market.slots, pair->slot) || !site_is_told(round, pair->site))
            continue;
        next(writer);
        putc('[', writer->stream);
        put_uuid(writer, round->view.needs[pair->a].referral_id);
        putc(',', writer->stream);
        put_text(writer, round->city.sites.words[pair->site]);
        putc(',', writer->stream);
        put_text(writer, round->market.slot_names[pair->slot]);
        putc(']', writer->stream);
    }
    end(writer);
}

static void put_names(struct writer *writer)
{
    const struct round *round = writer->round;

    put_themes(writer, UINT64_MAX);
    put_words(writer, "languages", UINT64_MAX, &round->city.languages);
    put_slots(writer, round->market.slots);
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
    put_day(&writer, "plan_date", round->view.plan_date);
    put_day(&writer, "term_end", round->view.term_end);
    put_names(&writer);
    put_ways(&writer);
    put_policy(&writer);
    put_rooms(&writer);
    put_leaders(&writer);
    put_groups(&writer);
    put_children(&writer);
    put_together(&writer);
    put_apart(&writer);
    put_must_not_meet(&writer);
    put_closed(&writer);
    putc('}', writer.stream);
    if (fclose(writer.stream) == 0)
        text = (struct text){arena_copy(context->arena, bytes, length), length};
    else
        error_set(error, ERROR_BUSY, "there is no memory for the planner's file");
    free(bytes);
    return text;
}
