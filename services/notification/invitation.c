/* Who is invited to what is read at the claim, so that a letter that waited tells of today. */
#include "services/notification/invitation.h"

#include "common/calendar.h"
#include "common/check.h"
#include "services/notification/core/invitation.h"
#include "services/notification/notice_store.h"

struct invitation {
    const struct due *due;
    struct invited_series series;
    const struct invited_row *rows;
    size_t count;
};

/* Whether a letter of that purpose changes what stands in a leader's calendar. */
static bool invites(const struct due *due)
{
    switch (due->about.leader_purpose) {
    case LEADER_PURPOSE_GROUP_GIVEN:
    case LEADER_PURPOSE_SERIES_CHANGED:
    case LEADER_PURPOSE_GROUP_ENDED:
    case LEADER_PURPOSE_SUBSTITUTE_GIVEN:
    case LEADER_PURPOSE_SUPERVISION_GIVEN:
    case LEADER_PURPOSE_SUPERVISION_CHANGED:
    case LEADER_PURPOSE_VISIT_GIVEN:
    case LEADER_PURPOSE_VISIT_CHANGED:
        return !uuid_absent(due->group_id) || !uuid_absent(due->meeting_id);
    case LEADER_PURPOSE_NONE:
    case LEADER_PURPOSE_SUBSTITUTE_ASKED:
    case LEADER_PURPOSE_MATERIAL:
    case LEADER_PURPOSE_MISSING_CHILD:
    case LEADER_PURPOSE_BEFORE_START:
    case LEADER_PURPOSE_TRAINING_ENDS:
    case LEADER_PURPOSE_ROSTER_CHANGED:
    case LEADER_PURPOSE_SUBSTITUTE_SETTLED:
    case LEADER_PURPOSE_SUBSTITUTE_BOOKED:
        break;
    }
    return false;
}

bool invitation_load(struct context *context, const struct due *due, size_t count,
    const struct invitation ***invitations, struct error *error)
{
    struct arena *arena = context->arena;
    const struct invitation **all = ARENA_ARRAY(arena, const struct invitation *, count);
    struct invited_series *series = ARENA_ARRAY(arena, struct invited_series, count);
    const struct invited_row *rows;
    size_t asked = 0, row_count, row = 0;

    for (size_t i = 0; i < count; i++)
        if (invites(&due[i]))
            series[asked++] = (struct invited_series){.letter = i,
                .letter_id = due[i].letter_id,
                .leader_id = due[i].person_id,
                .group_id = due[i].group_id,
                .meeting_id = due[i].meeting_id};
    *invitations = all;
    if (asked == 0)
        return true;
    if (!notice_load_invited(context, series, asked, &rows, &row_count, error))
        return error_while(error, "reading what leaders are invited to");
    for (size_t i = 0; i < asked; i++) {
        struct invitation *one = ARENA_NEW(arena, struct invitation);

        *one = (struct invitation){&due[series[i].letter], series[i], &rows[row], 0};
        for (; row < row_count && rows[row].series == i; row++)
            one->count++;
        all[series[i].letter] = one;
    }
    return true;
}

/* --- as a calendar --- */

static struct text id_text(struct arena *arena, struct uuid id)
{
    char *text = arena_take(arena, UUID_TEXT + 1);

    uuid_format(id, text);
    return (struct text){text, UUID_TEXT};
}

/* Of the series, which is known by the group's id. */
static struct calendar_event event_of(struct arena *arena, const struct invitation *invitation,
    const struct invited_row *row, int64_t dated_at_ms)
{
    return (struct calendar_event){
        .uid = id_text(arena, invitation->series.group_id),
        .sequence = invitation->series.told_before,
        .changed_ms = dated_at_ms,
        .starts_ms = row->starts_ms,
        .ends_ms = row->ends_ms,
        .summary = invitation->series.name,
        .location = row->location,
        .until_ms = INT_ABSENT,
        .instead_of_ms = INT_ABSENT,
    };
}

/* One meeting is known by its own id, in feeds too. */
static void one_meeting(struct arena *arena, const struct invitation *invitation,
    int64_t dated_at_ms, struct calendar *calendar)
{
    struct calendar_event *event = ARENA_NEW(arena, struct calendar_event);
    const struct invited_row *row = &invitation->rows[0];

    *event = event_of(arena, invitation, row, dated_at_ms);
    event->uid = id_text(arena, row->meeting_id);
    event->sequence = row->sequence;
    calendar->events = event;
    calendar->count = 1;
    if (row->cancelled)
        calendar->kind = CALENDAR_CANCEL;
}

/* The meetings that are, as they stand; returns how many. */
static size_t standing(const struct invitation *invitation, const struct invited_row **rows)
{
    size_t count = 0;

    for (size_t i = 0; i < invitation->count && count < INVITATION_MEETINGS_MOST; i++)
        if (!invitation->rows[i].cancelled)
            rows[count++] = &invitation->rows[i];
    return count;
}

/* What is taken back: the series, by its id alone. */
static void no_series(struct arena *arena, const struct invitation *invitation, int64_t dated_at_ms,
    struct calendar *calendar)
{
    struct calendar_event *event = ARENA_NEW(arena, struct calendar_event);
    const struct invited_row first = {
        .starts_ms = invitation->series.starts_ms, .ends_ms = invitation->series.ends_ms};

    *event = event_of(arena, invitation, &first, dated_at_ms);
    calendar->kind = CALENDAR_CANCEL;
    calendar->events = event;
    calendar->count = 1;
}

static void whole_series(struct arena *arena, const struct invitation *invitation,
    const struct invited_row *const *rows, size_t count, int64_t dated_at_ms,
    struct calendar *calendar)
{
    struct invited *meetings = ARENA_ARRAY(arena, struct invited, count);
    struct invitation_weeks *weeks = ARENA_NEW(arena, struct invitation_weeks);
    struct calendar_event *events = ARENA_ARRAY(arena, struct calendar_event, count + 1);

    for (size_t i = 0; i < count; i++)
        meetings[i] = (struct invited){rows[i]->starts_ms, rows[i]->ends_ms};
    invitation_plan(meetings, count, weeks);
    events[0] = event_of(arena, invitation, rows[0], dated_at_ms);
    events[0].starts_ms = weeks->starts_ms;
    events[0].ends_ms = weeks->ends_ms;
    events[0].until_ms = weeks->until_ms;
    events[0].left_out = weeks->left_out;
    events[0].left_out_count = weeks->left_out_count;
    for (size_t i = 0; i < weeks->move_count; i++) {
        events[1 + i] = event_of(arena, invitation, rows[weeks->moves[i].meeting], dated_at_ms);
        events[1 + i].instead_of_ms = weeks->moves[i].instead_of_ms;
    }
    calendar->events = events;
    calendar->count = 1 + weeks->move_count;
}

static void group_series(struct arena *arena, const struct invitation *invitation,
    int64_t dated_at_ms, struct calendar *calendar)
{
    const struct invited_row *rows[INVITATION_MEETINGS_MOST];
    const size_t count = standing(invitation, rows);

    if (count == 0 || calendar->kind == CALENDAR_CANCEL)
        no_series(arena, invitation, dated_at_ms, calendar);
    else
        whole_series(arena, invitation, rows, count, dated_at_ms, calendar);
}

struct mime_calendar invitation_write(struct arena *arena, const struct invitation *invitation,
    const struct invitation_people *people, int64_t dated_at_ms)
{
    const struct due *due = invitation->due;
    struct calendar calendar = {
        .kind = due->about.leader_purpose == LEADER_PURPOSE_GROUP_ENDED ? CALENDAR_CANCEL
                                                                        : CALENDAR_REQUEST,
        .organizer = people->organizer,
        .organizer_name = people->organizer_name,
        .attendee = people->attendee,
    };

    if (!invitation->series.known)
        return (struct mime_calendar){.method = NULL};
    if (uuid_absent(due->meeting_id))
        group_series(arena, invitation, dated_at_ms, &calendar);
    else if (invitation->count > 0)
        one_meeting(arena, invitation, dated_at_ms, &calendar);
    else
        return (struct mime_calendar){.method = NULL};
    return (struct mime_calendar){
        .method = calendar.kind == CALENDAR_CANCEL ? "CANCEL" : "REQUEST",
        .text = calendar_write(arena, &calendar),
    };
}
