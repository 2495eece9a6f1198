/* The envelope has a table like any message; only that it is written here, not generated. */
#include "common/context.h"
#include "common/message.h"

enum { WORD_MOST = 64, VERSION_MOST = 1000000 };

#define TIME_MOST_MS INT64_C(7258118399999) /* the end of 2199, as schemas/common.json */

#define PART(member, of_kind, needed, smallest, largest)                                           \
    {                                                                                              \
        .name = #member, .name_length = sizeof #member - 1, .kind = (of_kind),                     \
        .offset = offsetof(struct envelope, member), .required = (needed), .least = (smallest),    \
        .most = (largest), .sentence = "Part of the envelope."                                     \
    }

static const struct message_field parts[] = {
    PART(id, FIELD_UUID, true, 0, 0),
    PART(kind, FIELD_TEXT, true, 1, WORD_MOST),
    PART(version, FIELD_INT, true, 1, VERSION_MOST),
    PART(cause, FIELD_UUID, false, 0, 0),
    PART(subject, FIELD_UUID, false, 0, 0),
    PART(from, FIELD_TEXT, true, 1, WORD_MOST),
    PART(said_at_ms, FIELD_INT, true, 0, TIME_MOST_MS),
};

static const struct message_type type = {
    .name = "envelope",
    .title = "What every message is wrapped in",
    .fields = parts,
    .field_count = sizeof parts / sizeof parts[0],
    .size = sizeof(struct envelope),
    .subject_offset = offsetof(struct envelope, subject),
    .version = 1,
};

bool envelope_pack(
    const struct envelope *envelope, struct arena *arena, struct text *bytes, struct error *error)
{
    return message_pack(&type, envelope, arena, bytes, error);
}

bool envelope_unpack(
    struct text bytes, struct arena *arena, struct envelope *envelope, struct error *error)
{
    return message_unpack(&type, bytes, arena, envelope, error);
}
