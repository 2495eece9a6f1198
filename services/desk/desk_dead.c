/*
 * Dead letters, by what went wrong and one by one. A body is shown with stars for what is about a
 * child; all of it is shown for a reason that is written down, and can then be mended: what is sent
 * again keeps the schema's law and is about the same. Whom a letter was about is never given up: it
 * is tried again, mended, or handed to a person.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/message.h"
#include "services/desk/desk_dead_store.h"
#include "services/desk/desk_parts.h"

enum { WHY_LEAST = 3, WHY_MOST = 120, TAKEN_OVER_MS = 24 * 60 * 60 * 1000 };

/* --- bodies --- */

/* One field a line, as a person reads and mends it. */
static struct text indented(struct arena *arena, struct text json)
{
    json_t *value = json_loadb(json.data, json.length, 0, NULL);
    char *lines = value ? json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    const struct text out = lines ? text_of(arena_format(arena, "%s", lines)) : json;

    free(lines);
    json_decref(value);
    return out;
}

/* False: what lies there cannot be read, `error` says why. */
static bool read_body(struct arena *arena, const struct dead_row *row, bool whole,
    struct text *json, struct error *error)
{
    const struct message_type *type = message_type_of(row->kind);

    if (!type)
        return error_set(error, ERROR_INPUT, "no schema is called %s", row->kind.data);
    char *message = ARENA_ARRAY(arena, char, type->size);
    if (!message_unpack(type, row->body, arena, message, error))
        return false;
    *json = indented(arena, whole ? message_to_json(type, message, arena)
                                  : message_print_redacted(type, message, arena));
    return true;
}

/* --- showing --- */

static void fill_dead(const struct visit *visit, struct value *one, const struct dead_row *row)
{
    struct arena *arena = visit->context->arena;
    struct error unread;
    struct text json;

    value_set_string(one, "id", desk_id(arena, row->id));
    value_set_message(one, "name", word_daemon(row->receiver));
    value_set_message(one, "sender", word_daemon(row->sender));
    value_set_text(one, "kind", row->kind);
    value_set_message(one, "kind_words", word_message(row->kind));
    value_set_text(one, "reason", row->reason);
    value_set_text(one, "code", row->code);
    value_set_string(one, "subject", desk_id(arena, row->subject));
    value_set_string(one, "at", desk_when(visit, row->died_ms));
    value_set_int(one, "tries", row->tries + row->failures);
    if (read_body(arena, row, false, &json, &unread))
        value_set_text(one, "masked", json);
    else
        value_set_string(one, "unread", arena_format(arena, "%s", unread.text));
}

/* The mark of the path; false: answered with 404. */
static bool mark_of(struct visit *visit, struct text *mark)
{
    *mark = http_capture(visit->request, 0);
    if (mark->length == DEAD_MARK && strspn(mark->data, "0123456789abcdef") == DEAD_MARK)
        return true;
    desk_not_found(visit);
    return false;
}

/* Nothing is left of it: somebody has seen to it. */
static bool all_gone(struct visit *visit)
{
    desk_go(visit, "/koer", "andrat");
    return true;
}

bool desk_dead_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Meddelanden som stannat"));
    struct value *list = value_add_list(root, "letters");
    const struct dead_row *rows;
    struct text mark;
    size_t count;

    if (!mark_of(visit, &mark))
        return true;
    if (!desk_look_dead(visit->context, mark, (struct uuid){{0}}, &rows, &count, error))
        return error_while(error, "reading dead letters");
    if (!count)
        return all_gone(visit);
    for (size_t i = 0; i < count; i++)
        fill_dead(visit, value_append_object(list), &rows[i]);
    value_set_text(root, "mark", mark);
    value_set_message(root, "name", word_daemon(rows[0].receiver));
    value_set_text(root, "kind", rows[0].kind);
    value_set_bool(root, "more", count == DEAD_SHOWN);
    desk_show(arena, visit->request, 200, "dead.html", visit->language, root);
    return true;
}

/* The letter of the path; with false in `*here` it is answered. */
static bool find(struct visit *visit, struct text *mark, const struct dead_row **row, bool *here,
    struct error *error)
{
    struct uuid id;
    size_t count;

    *here = false;
    if (!mark_of(visit, mark))
        return true;
    if (!desk_captured(visit, 1, &id))
        return desk_not_found(visit);
    if (!desk_look_dead(visit->context, *mark, id, row, &count, error))
        return error_while(error, "reading a dead letter");
    *here = count > 0;
    return *here || all_gone(visit);
}

static struct value *one_root(struct visit *visit, struct text mark, const struct dead_row *row)
{
    struct value *root = desk_root(visit->context->arena, visit, T("Ett meddelande som stannat"));

    fill_dead(visit, root, row);
    value_set_text(root, "mark", mark);
    return root;
}

static bool show_one(struct visit *visit, unsigned status, const struct value *root)
{
    desk_show(
        visit->context->arena, visit->request, status, "dead_one.html", visit->language, root);
    return true;
}

bool desk_dead_one_page(struct visit *visit, struct error *error)
{
    const struct dead_row *row;
    struct text mark;
    bool here;

    if (!find(visit, &mark, &row, &here, error))
        return false;
    return !here || show_one(visit, 200, one_root(visit, mark, row));
}

bool desk_dead_show_post(struct visit *visit, struct error *error)
{
    const struct text why = http_form(visit->request, "varfor");
    const struct dead_row *row;
    struct error unread;
    struct text mark, json;
    bool here;

    if (!find(visit, &mark, &row, &here, error))
        return false;
    if (!here)
        return true;
    struct value *root = one_root(visit, mark, row);
    if (why.length < WHY_LEAST || why.length > WHY_MOST) {
        value_set_bool(root, "no_why", true);
        value_set_bool(root, "wrong", true);
        return show_one(visit, 422, root);
    }
    context_audit(visit->context, visit->actor, "dead_shown", row->subject,
        arena_format(visit->context->arena, "%s: %s", row->kind.data, why.data));
    if (!read_body(visit->context->arena, row, true, &json, &unread))
        json = TEXT("{}");
    value_set_text(root, "whole", json);
    return show_one(visit, 200, root);
}

/* --- the ways out --- */

static void told(struct visit *visit, struct text mark, int64_t moved, const char *done)
{
    (void)mark;
    desk_go(visit, "/koer", moved ? done : "andrat");
}

bool desk_dead_retry_post(struct visit *visit, struct error *error)
{
    struct uuid id = {{0}};
    struct text mark;
    int64_t moved = 0;

    if (!mark_of(visit, &mark))
        return true;
    if (http_capture(visit->request, 1).data && !desk_captured(visit, 1, &id))
        return desk_not_found(visit);
    if (!desk_retry_dead(visit->context, id, mark, visit->staff.user_name, &moved, error))
        return error_while(error, "sending dead letters again");
    context_audit(visit->context, visit->actor, "dead_retried", id,
        arena_format(visit->context->arena, "%s, %lld messages", mark.data, (long long)moved));
    told(visit, mark, moved, "igen");
    return true;
}

/* What was typed, as the message's bytes; false: `root` says what is wrong with it. */
static bool read_mended(const struct visit *visit, const struct dead_row *row, struct text typed,
    struct text *body, struct value *root)
{
    struct arena *arena = visit->context->arena;
    const struct message_type *type = message_type_of(row->kind);
    struct message_problems *problems = ARENA_ARRAY(arena, struct message_problems, 1);
    struct value *list = value_add_list(root, "problems");
    struct error error;

    if (!type)
        return false;
    char *message = ARENA_ARRAY(arena, char, type->size);
    if (!message_from_json(type, typed, arena, message, problems)) {
        for (size_t i = 0; i < problems->count; i++) {
            struct value *one = value_append_object(list);
            value_set_text(one, "path", problems->list[i].path);
            value_set_text(one, "sentence", problems->list[i].sentence);
        }
        return false;
    }
    const struct uuid subject = message_subject(type, message);
    value_set_bool(root, "other_subject", !uuid_equal(subject, row->subject));
    return uuid_equal(subject, row->subject) && message_pack(type, message, arena, body, &error);
}

bool desk_dead_edit_post(struct visit *visit, struct error *error)
{
    const struct text typed = http_form(visit->request, "text");
    const struct dead_row *row;
    struct text mark, body;
    int64_t moved = 0;
    bool here;

    if (!find(visit, &mark, &row, &here, error))
        return false;
    if (!here)
        return true;
    struct value *root = one_root(visit, mark, row);
    if (!read_mended(visit, row, typed, &body, root)) {
        value_set_bool(root, "wrong", true);
        value_set_bool(root, "mended_wrong", true);
        value_set_text(root, "whole", typed);
        return show_one(visit, 422, root);
    }
    if (!desk_edit_dead(visit->context, row->id, mark, body, visit->staff.user_name, &moved, error))
        return error_while(error, "mending a dead letter");
    context_audit(visit->context, visit->actor, "dead_mended", row->subject, row->kind.data);
    told(visit, mark, moved, "lagat");
    return true;
}

/* A child's letter becomes a task at the desk, with a day's time. */
static bool add_task(struct visit *visit, const struct dead_row *row, struct error *error)
{
    const struct task_wanted task = {.task_id = uuid_new(visit->context->now_ms),
        .referral_id = row->subject,
        .kind = TASK_KIND_DEAD_LETTER,
        .due_at_ms = visit->context->now_ms + TAKEN_OVER_MS,
        .note = row->kind};
    const struct text sender = TEXT("desk");

    return !row->code.data || desk_add_tasks(visit->context, &task, &sender, 1, error);
}

bool desk_dead_hand_over_post(struct visit *visit, struct error *error)
{
    const struct text owner = http_form(visit->request, "till");
    const struct dead_row *row;
    struct text mark;
    int64_t moved = 0;
    bool here;

    if (!find(visit, &mark, &row, &here, error))
        return false;
    if (!here)
        return true;
    if (owner.length < WHY_LEAST || owner.length > WHY_MOST) {
        struct value *root = one_root(visit, mark, row);
        value_set_bool(root, "wrong", true);
        value_set_bool(root, "no_owner", true);
        return show_one(visit, 422, root);
    }
    if (!desk_hand_over_dead(
            visit->context, row->id, mark, owner, visit->staff.user_name, &moved, error) ||
        (moved && !add_task(visit, row, error)))
        return error_while(error, "handing over a dead letter");
    context_audit(visit->context, visit->actor, "dead_handed_over", row->subject, row->kind.data);
    told(visit, mark, moved, "overlamnat");
    return true;
}
