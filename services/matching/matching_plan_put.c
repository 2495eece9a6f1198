/* The small change of the planner's file: texts, lists, masks as words. */
#include "common/domain/date.h"
#include "services/matching/matching_plan_parts.h"

void plan_put_text(struct writer *writer, struct text text)
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

void plan_put_uuid(struct writer *writer, struct uuid uuid)
{
    char text[UUID_TEXT + 1];

    uuid_format(uuid, text);
    fprintf(writer->stream, "\"%s\"", text);
}

void plan_put_day(struct writer *writer, const char *name, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    fprintf(writer->stream, ",\"%s\":\"%s\"", name, text);
}

/* A comma between the entries of a list. */
void plan_next(struct writer *writer)
{
    if (!writer->first)
        putc(',', writer->stream);
    writer->first = false;
}

void plan_begin(struct writer *writer, const char *name)
{
    fprintf(writer->stream, ",\"%s\":[", name);
    writer->first = true;
}

void plan_end(struct writer *writer)
{
    putc(']', writer->stream);
    writer->first = false;
}

void plan_put_words(
    struct writer *writer, const char *name, uint64_t mask, const struct words *words)
{
    plan_begin(writer, name);
    for (size_t i = 0; i < words->count && i < 64; i++)
        if (mask >> i & 1) {
            plan_next(writer);
            plan_put_text(writer, words->words[i]);
        }
    plan_end(writer);
}

void plan_put_slots(struct writer *writer, int64_t slots)
{
    const struct market *market = &writer->round->market;

    plan_begin(writer, "slots");
    for (int slot = -1; (slot = slot_next(slots & market->slots, slot)) >= 0;) {
        plan_next(writer);
        plan_put_text(writer, market->slot_names[slot]);
    }
    plan_end(writer);
}

void plan_put_themes(struct writer *writer, uint64_t mask)
{
    plan_begin(writer, "themes");
    for (size_t i = 0; i < writer->round->themes->count; i++)
        if (mask >> i & 1) {
            plan_next(writer);
            fprintf(writer->stream, "\"%s\"", writer->round->themes->themes[i].name);
        }
    plan_end(writer);
}

void plan_put_needs(struct writer *writer, const char *name, uint32_t needs)
{
    plan_begin(writer, name);
    for (int need = 1; need < NEED_COUNT; need++)
        if (needs & bit_of(need)) {
            plan_next(writer);
            fprintf(writer->stream, "\"%s\"", need_names[need]);
        }
    plan_end(writer);
}

bool plan_tells_group(const struct round *round, const struct open_group *group)
{
    return theme_of_group(&round->view, round->themes, group) != SIZE_MAX;
}

void plan_put_part(struct writer *writer, const struct open_group *group, const char *part)
{
    char text[UUID_TEXT + 1];

    uuid_format(group->group_id, text);
    fprintf(writer->stream, "\"%s/%s\"", text, part);
}
