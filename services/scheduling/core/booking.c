/*
 * The rules are the planner's (H2, H7, H11 to H14): it has looked already, but what it looked at
 * may have changed, and whoever books by hand has not looked. Each rule has one sentence, which an
 * operator reads when the booking is refused.
 */
#include "services/scheduling/core/booking.h"

#include "common/check.h"

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool refuse(struct booking_verdict *verdict, enum booking_refusal refusal, const char *why)
{
    verdict->refusal = refusal;
    verdict->detail = why;
    return false;
}

static bool programme_fits(const struct booking_facts *facts, struct booking_verdict *verdict)
{
    const struct booking_programme *programme = &facts->programme;

    if (!programme->known)
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_PROGRAMME, "there is no such programme");
    if (programme->situation != facts->situation)
        return refuse(
            verdict, BOOKING_REFUSAL_UNKNOWN_PROGRAMME, "the programme is for another situation");
    if (programme->board_missing)
        return refuse(verdict, BOOKING_REFUSAL_BOARD_DECISION_MISSING,
            "the board has not decided on the programme");
    if (!programme->fits_ages)
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_PROGRAMME,
            "the programme has no age band for these ages");
    if (programme->parents_must && !facts->parent_group)
        return refuse(
            verdict, BOOKING_REFUSAL_UNKNOWN_PROGRAMME, "the programme demands a parent group");
    return true;
}

static bool rooms_fit(const struct booking_facts *facts, struct booking_verdict *verdict)
{
    const struct booking_room *room = &facts->room, *parents = &facts->parent_room;

    if (!room->known || (facts->parent_group && !parents->known))
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_ROOM, "there is no such room");
    if (!room->open || (facts->parent_group && !parents->open))
        return refuse(verdict, BOOKING_REFUSAL_ROOM_TAKEN, "the room is not open at that time");
    if (room->capacity < facts->least)
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_ROOM, "the room is too small for the group");
    if (facts->parent_group && uuid_equal(room->room_id, parents->room_id))
        return refuse(verdict, BOOKING_REFUSAL_ROOM_TAKEN, "parents need a room of their own");
    if (facts->parent_group && !uuid_equal(room->site_id, parents->site_id))
        return refuse(
            verdict, BOOKING_REFUSAL_UNKNOWN_ROOM, "the parents' room is in another house");
    return true;
}

static bool leader_fits(const struct booking_facts *facts, const struct booking_leader *leader,
    struct booking_verdict *verdict)
{
    if (!leader->known)
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_LEADER, "there is no such leader in work");
    if (!leader->trained)
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_LEADER,
            "a leader is not trained in the situation to the end of the series");
    if (leader->level < facts->programme.level)
        return refuse(verdict, BOOKING_REFUSAL_LEVEL_MISSING,
            "a leader's training is not as deep as the programme demands");
    if (!leader->speaks)
        return refuse(
            verdict, BOOKING_REFUSAL_UNKNOWN_LEADER, "a leader does not speak the language");
    if (!leader->works_there)
        return refuse(
            verdict, BOOKING_REFUSAL_UNKNOWN_LEADER, "a leader does not work in the district");
    if (!leader->free)
        return refuse(verdict, BOOKING_REFUSAL_LEADER_TAKEN, "a leader is not free at that time");
    if (leader->away)
        return refuse(verdict, BOOKING_REFUSAL_LEADER_TAKEN, "a leader is away on one of the days");
    if (!leader->has_hours)
        return refuse(verdict, BOOKING_REFUSAL_LEADER_TAKEN,
            "the manager has not released hours enough for a leader");
    if (leader->contract_from > facts->first_day || leader->contract_until < facts->last_day)
        return refuse(verdict, BOOKING_REFUSAL_LEADER_TAKEN,
            "a leader's contract does not last the whole series");
    if (leader->groups >= leader->groups_most)
        return refuse(
            verdict, BOOKING_REFUSAL_LEADER_TAKEN, "a leader has as many groups as agreed");
    return true;
}

static bool all_different(const struct booking_facts *facts)
{
    for (size_t i = 1; i < facts->leader_count + facts->parent_leader_count; i++)
        for (size_t j = 0; j < i; j++)
            if (uuid_equal(facts->leaders[i].leader_id, facts->leaders[j].leader_id))
                return false;
    return true;
}

/* H12: an inexperienced leader holds the group together with an experienced one. */
static bool posts_fit(const struct booking_facts *facts, struct booking_verdict *verdict)
{
    const struct booking_leader *own = facts->leaders, *theirs = own + facts->leader_count;
    const size_t second = facts->leader_count;

    switch (pair_judge(own[0].pair, own[1].pair, facts->programme.shared_employers)) {
    case PAIR_OF_BEGINNERS:
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_LEADER, "no leader is experienced");
    case PAIR_OF_ONE_EMPLOYER:
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_LEADER,
            "the programme asks for leaders of two employers");
    case PAIR_FITS:
        break;
    }
    verdict->posts[0] = own[0].pair.experienced ? 0 : 1;
    verdict->posts[1] = 1 - verdict->posts[0];
    if (facts->parent_leader_count == 0)
        return true;
    const bool two = facts->parent_leader_count == 2;
    if (!theirs[0].parents && !(two && theirs[1].parents))
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_LEADER,
            "no leader of the parents leads parent groups");
    verdict->posts[2] = second + (theirs[0].parents ? 0 : 1);
    verdict->posts[3] = second + (theirs[0].parents ? 1 : 0);
    return true;
}

static bool leaders_fit(const struct booking_facts *facts, struct booking_verdict *verdict)
{
    const size_t count = facts->leader_count + facts->parent_leader_count;

    if (count == 0)
        return true; /* an idea's series: the room before the pair */
    CHECK(facts->leader_count == 2 && count <= BOOKING_LEADERS_MOST);
    if (facts->parent_group
            ? (int64_t)facts->parent_leader_count < facts->programme.parent_leaders ||
                  facts->parent_leader_count == 0
            : facts->parent_leader_count > 0)
        return refuse(verdict, BOOKING_REFUSAL_UNKNOWN_LEADER,
            "the parent group has not the leaders that the programme demands");
    if (!all_different(facts))
        return refuse(verdict, BOOKING_REFUSAL_LEADER_TAKEN, "a leader is named twice");
    for (size_t i = 0; i < count; i++)
        if (!leader_fits(facts, &facts->leaders[i], verdict))
            return false;
    return posts_fit(facts, verdict);
}

struct booking_verdict booking_decide(const struct booking_facts *facts)
{
    struct booking_verdict verdict = {0};

    if (programme_fits(facts, &verdict) && rooms_fit(facts, &verdict))
        leaders_fit(facts, &verdict);
    verdict.places = least_of(facts->most, least_of(facts->room.capacity, facts->programme.most));
    if (!verdict.refusal && verdict.places < facts->least)
        refuse(&verdict, BOOKING_REFUSAL_UNKNOWN_PROGRAMME,
            "the programme has fewer places than children needed");
    return verdict;
}
