/* Who waits, as the planner's file tells it: needs and wishes by the ids of referrals. */
#include "common/domain/date.h"
#include "services/matching/matching_plan_parts.h"

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

    plan_begin(writer, "declined");
    for (size_t i = 0; i < round->groups.count; i++)
        if (plan_tells_group(round, &round->groups.groups[i]) &&
            group_is_closed(round, need, &round->groups.groups[i])) {
            plan_next(writer);
            plan_put_uuid(writer, round->groups.groups[i].group_id);
        }
    plan_end(writer);
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

    plan_next(writer);
    fputs("{\"id\":", writer->stream);
    plan_put_uuid(writer, need->referral_id);
    plan_put_day(writer, "birth", need->birth);
    plan_put_day(writer, "since", need->since);
    fprintf(writer->stream,
        ",\"sex\":\"%s\",\"max_travel\":%d,\"urgency\":%d,\"same_sex_only\":%s,\"parent\":\"%s\"",
        need->sex == SEX_GIRL ? "F" : "M", need->max_travel_min, need->urgency,
        need->same_sex_only ? "true" : "false", parent);
    fputs(",\"home\":", writer->stream);
    plan_put_text(writer, round->city.districts.words[need->district]);
    plan_put_themes(writer, candidate->themes);
    plan_put_words(writer, "languages", need->languages, &round->city.languages);
    plan_put_slots(writer, need->slots);
    plan_put_needs(writer, "needs", need->needs);
    put_declined(writer, need);
    putc('}', writer->stream);
    writer->first = false;
}

static void put_children(struct writer *writer)
{
    const struct round *round = writer->round;

    plan_begin(writer, "children");
    for (size_t i = 0; i < round->view.need_count; i++)
        if (round->candidates[i].goes)
            put_child(writer, &round->view.needs[i], &round->candidates[i]);
    plan_end(writer);
}

static void put_pair(struct writer *writer, size_t a, size_t b)
{
    plan_next(writer);
    putc('[', writer->stream);
    plan_put_uuid(writer, writer->round->view.needs[a].referral_id);
    putc(',', writer->stream);
    plan_put_uuid(writer, writer->round->view.needs[b].referral_id);
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

    plan_begin(writer, "together");
    put_pairs(writer, PAIR_TOGETHER);
    for (size_t i = 0; i < round->view.need_count; i++) {
        const struct candidate *candidate = &round->candidates[i];

        if (!candidate->goes || candidate->only == CANDIDATE_FREE)
            continue;
        plan_next(writer);
        putc('[', writer->stream);
        plan_put_uuid(writer, round->view.needs[i].referral_id);
        putc(',', writer->stream);
        plan_put_part(writer, &round->groups.groups[candidate->only], "1");
        putc(']', writer->stream);
    }
    plan_end(writer);
}

static void put_apart(struct writer *writer)
{
    const struct round *round = writer->round;
    const struct child_need *needs = round->view.needs;

    plan_begin(writer, "apart");
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
    plan_end(writer);
}

static bool site_is_told(const struct round *round, int site)
{
    for (size_t i = 0; i < round->view.room_count; i++)
        if (round->view.rooms[i].site == site)
            return true;
    for (size_t i = 0; i < round->groups.count; i++)
        if (round->groups.groups[i].site == site &&
            plan_tells_group(round, &round->groups.groups[i]))
            return true;
    return false;
}

static void put_must_not_meet(struct writer *writer)
{
    plan_begin(writer, "must_not_meet");
    put_pairs(writer, PAIR_MUST_NOT_MEET);
    plan_end(writer);
}

/* H17 with somebody who has a place: that site is closed at that time, the group among it. */
static void put_closed(struct writer *writer)
{
    const struct round *round = writer->round;

    plan_begin(writer, "closed");
    for (size_t i = 0; i < round->view.pair_count; i++) {
        const struct pair *pair = &round->view.pairs[i];

        if (pair->kind != PAIR_MUST_NOT_MEET || pair->b != PAIR_OUTSIDE ||
            !round->candidates[pair->a].goes || pair->site < 0 ||
            !slot_in(round->market.slots, pair->slot) || !site_is_told(round, pair->site))
            continue;
        plan_next(writer);
        putc('[', writer->stream);
        plan_put_uuid(writer, round->view.needs[pair->a].referral_id);
        putc(',', writer->stream);
        plan_put_text(writer, round->city.sites.words[pair->site]);
        putc(',', writer->stream);
        plan_put_text(writer, round->market.slot_names[pair->slot]);
        putc(']', writer->stream);
    }
    plan_end(writer);
}

void plan_put_people(struct writer *writer)
{
    put_children(writer);
    put_together(writer);
    put_apart(writer);
    put_must_not_meet(writer);
    put_closed(writer);
}
