/* MIME is GMime's; what may not leave the house is checked once more on the bytes. */
#include "services/notification/mime.h"

#include <gmime/gmime.h>

#include "common/check.h"
#include "common/domain/contact.h"
#include "services/notification/core/letter_rules.h"

void mime_open(void)
{
    g_mime_init();
}

void mime_close(void)
{
    g_mime_shutdown();
}

/* UTF-8 as quoted-printable: readable in a log of a relay, and 7-bit whatever the language. */
static GMimeObject *text_part(const char *subtype, struct text text)
{
    GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);

    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, text.data);
    g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return GMIME_OBJECT(part);
}

/* Base64: its lines end as they do in the calendar, whatever a relay does to the letter's. */
static GMimeObject *calendar_part(const struct mime_calendar *calendar)
{
    GMimeStream *bytes =
        g_mime_stream_mem_new_with_buffer(calendar->text.data, calendar->text.length);
    GMimeDataWrapper *content =
        g_mime_data_wrapper_new_with_stream(bytes, GMIME_CONTENT_ENCODING_DEFAULT);
    GMimePart *part = g_mime_part_new_with_type("text", "calendar");
    GMimeObject *object = GMIME_OBJECT(part);

    g_mime_object_set_content_type_parameter(object, "charset", "utf-8");
    g_mime_object_set_content_type_parameter(object, "method", calendar->method);
    g_mime_part_set_content(part, content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_object_unref(content);
    g_object_unref(bytes);
    return object;
}

static GMimeObject *both_parts(const struct mime_letter *letter)
{
    GMimeMultipart *parts = g_mime_multipart_new_with_subtype("alternative");
    GMimeObject *plain = text_part("plain", letter->plain);
    GMimeObject *html = text_part("html", letter->html);

    g_mime_multipart_set_boundary(parts, letter->boundary.data);
    g_mime_multipart_add(parts, plain);
    g_mime_multipart_add(parts, html);
    g_object_unref(plain);
    g_object_unref(html);
    if (letter->calendar.method) {
        GMimeObject *calendar = calendar_part(&letter->calendar);
        g_mime_multipart_add(parts, calendar);
        g_object_unref(calendar);
    }
    return GMIME_OBJECT(parts);
}

static void set_headers(GMimeMessage *message, const struct mime_letter *letter)
{
    GDateTime *date = g_date_time_new_from_unix_utc(letter->dated_at_ms / 1000);

    g_mime_message_add_mailbox(
        message, GMIME_ADDRESS_TYPE_FROM, letter->from_name.data, letter->from.data);
    g_mime_message_add_mailbox(
        message, GMIME_ADDRESS_TYPE_REPLY_TO, letter->from_name.data, letter->reply_to.data);
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, letter->to.data);
    g_mime_message_set_subject(message, letter->subject.data, "utf-8");
    g_mime_message_set_date(message, date);
    g_mime_message_set_message_id(message, letter->message_id.data);
    g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
    /* Absence notes and the like would tell a family that somebody wrote. */
    g_mime_object_set_header(GMIME_OBJECT(message), "X-Auto-Response-Suppress", "All", NULL);
    g_mime_object_set_header(
        GMIME_OBJECT(message), "Content-Language", letter->language.data, NULL);
    g_date_time_unref(date);
}

static struct text printed(struct arena *arena, GMimeMessage *message)
{
    GMimeFormatOptions *format = g_mime_format_options_new();
    struct text bytes;
    char *string;

    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    string = g_mime_object_to_string(GMIME_OBJECT(message), format);
    bytes = text_of(string);
    bytes.data = arena_copy(arena, bytes.data, bytes.length);
    g_free(string);
    g_mime_format_options_free(format);
    return bytes;
}

bool mime_build(
    struct arena *arena, const struct mime_letter *letter, struct text *bytes, struct error *error)
{
    GMimeMessage *message;
    GMimeObject *parts;
    struct text made;

    if (!contact_email_ok(letter->to))
        return error_set(error, ERROR_INPUT, "the recipient's address cannot be used");
    if (!contact_email_ok(letter->from) || !contact_email_ok(letter->reply_to))
        return error_set(error, ERROR_INPUT, "the sender's address cannot be used");
    message = g_mime_message_new(FALSE);
    parts = both_parts(letter);
    set_headers(message, letter);
    g_mime_message_set_mime_part(message, parts);
    made = printed(arena, message);
    g_object_unref(parts);
    g_object_unref(message);
    if (!mime_clean(made))
        return error_set(error, ERROR_INPUT, "the letter's bytes are not fit for a mail server");
    *bytes = made;
    return true;
}

static struct text kept(struct arena *arena, const char *string)
{
    struct text text = text_of(string);

    if (string)
        text.data = arena_copy(arena, string, text.length);
    return text;
}

static struct text addresses(struct arena *arena, GMimeMessage *message, GMimeAddressType type)
{
    InternetAddressList *list = g_mime_message_get_addresses(message, type);
    char *string = list ? internet_address_list_to_string(list, NULL, FALSE) : NULL;
    const struct text text = kept(arena, string);

    g_free(string);
    return text;
}

struct reading {
    struct arena *arena;
    struct mime_view *view;
};

static void read_part(GMimeObject *parent, GMimeObject *part, gpointer data)
{
    struct reading *reading = data;
    GMimeContentType *type = g_mime_object_get_content_type(part);
    char *string;

    (void)parent;
    if (!GMIME_IS_TEXT_PART(part) || g_mime_content_type_is_type(type, "text", "calendar"))
        return;
    string = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    if (g_mime_content_type_is_type(type, "text", "html"))
        reading->view->html = kept(reading->arena, string);
    else
        reading->view->plain = kept(reading->arena, string);
    g_free(string);
}

static GMimeMessage *parsed(struct text bytes)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.data, bytes.length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

bool mime_read(struct arena *arena, struct text bytes, struct mime_view *view, struct error *error)
{
    struct reading reading = {arena, view};
    GMimeMessage *message = parsed(bytes);
    GDateTime *date;

    if (!message)
        return error_set(error, ERROR_INPUT, "not a letter");
    *view = (struct mime_view){
        .from = addresses(arena, message, GMIME_ADDRESS_TYPE_FROM),
        .to = addresses(arena, message, GMIME_ADDRESS_TYPE_TO),
        .subject = kept(arena, g_mime_message_get_subject(message)),
    };
    date = g_mime_message_get_date(message);
    view->dated_at_ms = date ? g_date_time_to_unix(date) * 1000 : 0;
    g_mime_message_foreach(message, read_part, &reading);
    g_object_unref(message);
    return true;
}
