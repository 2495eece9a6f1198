/*
 * The folder of letters as pages, for whoever tries the house out without a mail server.
 *
 * A letter is shown as a mail program would: in a frame of its own that may not run anything, whose
 * links open in the whole window. With another outlet than the folder there is nothing here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/embedded.h"
#include "common/i18n.h"
#include "common/template.h"
#include "common_pages.h"
#include "notification_pages.h"
#include "services/notification/mime.h"
#include "services/notification/notification.h"

enum {
    SHOWN_MOST = 100,        /* letters a person looks through */
    FILES_MOST = 20000,      /* of the folder that are counted */
    MAIL_BYTES_MOST = 65536, /* ours have 8 KiB */
    SAYS_BYTES = 160,        /* of the words shown in the list */
};

static const char *mail_folder; /* NULL: there is none */
static const struct press *mail_press;

/* Nothing from elsewhere; the frame holds our own pages. */
static const char page_policy[] =
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

/* A letter brings its styles with it and may do nothing; its links may leave the frame. */
static const char letter_policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation";

struct mail_file {
    char id[UUID_TEXT + 1];
    int64_t written_ms;
};

void mailbox_open(const char *folder, const struct press *press)
{
    mail_folder = folder;
    mail_press = press;
}

static int newest_first(const void *a, const void *b)
{
    const struct mail_file *left = a, *right = b;

    if (left->written_ms != right->written_ms)
        return left->written_ms < right->written_ms ? 1 : -1;
    return strcmp(right->id, left->id);
}

/* "0190....eml" and nothing else: what starts with a dot is being written. */
static bool letter_name(const char *name, struct mail_file *file)
{
    struct uuid id;

    if (strlen(name) != UUID_TEXT + 4 || strcmp(name + UUID_TEXT, ".eml") != 0 ||
        !uuid_parse((struct text){name, UUID_TEXT}, &id))
        return false;
    uuid_format(id, file->id);
    return true;
}

static size_t list_files(struct arena *arena, struct mail_file **files)
{
    DIR *folder = opendir(mail_folder);
    struct dirent *entry;
    size_t count = 0;

    *files = ARENA_ARRAY(arena, struct mail_file, FILES_MOST);
    while (folder && count < FILES_MOST && (entry = readdir(folder))) {
        struct stat status;

        if (!letter_name(entry->d_name, &(*files)[count]) ||
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        (*files)[count++].written_ms =
            (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    }
    if (folder)
        closedir(folder);
    qsort(*files, count, sizeof **files, newest_first);
    return count;
}

static bool read_mail(struct arena *arena, const char *id, struct mime_view *view)
{
    const char *path = arena_format(arena, "%s/%s.eml", mail_folder, id);
    char *bytes = arena_take(arena, MAIL_BYTES_MOST + 1);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t length;

    if (fd < 0)
        return false;
    length = read(fd, bytes, MAIL_BYTES_MOST);
    close(fd);
    return length > 0 && mime_read(arena, (struct text){bytes, (size_t)length}, view, NULL);
}

/* --- what the pages show --- */

static void set_time(struct arena *arena, struct value *object, int64_t ms)
{
    const struct civil day = date_to_civil(local_day(ms));
    const int32_t minute = local_minute(ms);
    char date[DATE_TEXT + 1];

    date_format(local_day(ms), date);
    value_set_string(
        object, "time", arena_format(arena, "%s %02d:%02d", date, minute / 60, minute % 60));
    value_set_string(object, "stamp",
        arena_format(arena, "%04d-%02d-%02dT%02d:%02d", day.year, day.month, day.day, minute / 60,
            minute % 60));
}

/* The first words in one line, cut between letters of UTF-8. */
static struct text first_words(struct arena *arena, struct text plain)
{
    char *words = arena_take(arena, SAYS_BYTES + 1);
    size_t length = 0;

    for (size_t i = 0; i < plain.length && length < SAYS_BYTES; i++) {
        const bool space = (unsigned char)plain.data[i] <= ' ';

        if (!space)
            words[length++] = plain.data[i];
        else if (length > 0 && words[length - 1] != ' ')
            words[length++] = ' ';
    }
    const bool cut = length == SAYS_BYTES;
    while (cut && length > 0 && ((unsigned char)words[length - 1] & 0xc0) == 0x80)
        length--;
    if (length > 0 && ((unsigned char)words[length - 1] & 0xc0) == 0xc0)
        length--;
    return (struct text){words, length};
}

static void add_mail(struct arena *arena, struct value *mails, const struct mail_file *file)
{
    struct mime_view view;
    struct value *mail;

    if (!read_mail(arena, file->id, &view))
        return;
    mail = value_append_object(mails);
    value_set_string(mail, "id", file->id);
    value_set_text(mail, "to", view.to);
    value_set_text(mail, "subject", view.subject);
    value_set_text(mail, "says", first_words(arena, view.plain));
    set_time(arena, mail, view.dated_at_ms);
}

static void answer_page(struct context *context, struct http_request *request, const char *name,
    const struct value *root)
{
    struct error error = {ERROR_NONE, ""};
    struct text page;

    if (!press_page(mail_press, context->arena, name, http_header(request, "accept-language"), root,
            &page, &error)) {
        http_answer(request, 500, "text/plain; charset=utf-8", text_of(error.text));
        return;
    }
    http_answer_header(request, "Content-Security-Policy", page_policy);
    http_answer(request, 200, "text/html; charset=utf-8", page);
}

static void answer_absent(struct http_request *request)
{
    http_answer(request, 404, "text/plain; charset=utf-8", TEXT("Här finns inget brev.\n"));
}

bool mailbox_list(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct value *root = value_object(context->arena);
    struct value *mails = value_add_list(root, "mails");
    struct mail_file *files;
    size_t file_count, shown;

    (void)error;
    CHECK(count == 1);
    if (!mail_folder) {
        answer_absent(requests[0]);
        return true;
    }
    file_count = list_files(context->arena, &files);
    shown = file_count < SHOWN_MOST ? file_count : SHOWN_MOST;
    for (size_t i = 0; i < shown; i++)
        add_mail(context->arena, mails, &files[i]);
    value_set_message(root, "title", T("Utgående brev"));
    value_set_bool(root, "some", shown > 0);
    value_set_int(root, "count", (int64_t)file_count);
    value_set_int(root, "shown", (int64_t)shown);
    answer_page(context, requests[0], "mailbox.html", root);
    return true;
}

/* The letter that the path names; false after answering that there is none. */
static bool wanted_mail(
    struct context *context, struct http_request *request, const char **id, struct mime_view *view)
{
    char *text = arena_take(context->arena, UUID_TEXT + 1);
    struct uuid uuid;

    if (mail_folder && uuid_parse(http_capture(request, 0), &uuid)) {
        uuid_format(uuid, text);
        *id = text;
        if (read_mail(context->arena, text, view))
            return true;
    }
    answer_absent(request);
    return false;
}

bool mailbox_mail(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct value *root = value_object(context->arena);
    struct mime_view view;
    const char *id;

    (void)error;
    CHECK(count == 1);
    if (!wanted_mail(context, requests[0], &id, &view))
        return true;
    value_set_string(root, "id", id);
    value_set_text(root, "title", view.subject);
    value_set_text(root, "subject", view.subject);
    value_set_text(root, "from", view.from);
    value_set_text(root, "to", view.to);
    value_set_text(root, "plain", view.plain);
    value_set_bool(root, "html", view.html.data != NULL);
    set_time(context->arena, root, view.dated_at_ms);
    answer_page(context, requests[0], "mail.html", root);
    return true;
}

bool mailbox_letter(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    static const char head[] = "<head>";
    struct mime_view view;
    const char *id, *mark;
    struct text page;

    (void)error;
    CHECK(count == 1);
    if (!wanted_mail(context, requests[0], &id, &view))
        return true;
    page = view.html;
    mark = page.data ? strstr(page.data, head) : NULL;
    if (!mark) {
        answer_absent(requests[0]);
        return true;
    }
    mark += strlen(head);
    page = text_of(arena_format(
        context->arena, "%.*s<base target=\"_top\">%s", (int)(mark - page.data), page.data, mark));
    http_answer_header(requests[0], "Content-Security-Policy", letter_policy);
    http_answer(requests[0], 200, "text/html; charset=utf-8", page);
    return true;
}

bool mailbox_sheet(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const char *name = page_data(requests[0]);
    const struct embedded_file *files, *file;
    size_t file_count;

    (void)context, (void)error;
    CHECK(count == 1);
    files = common_pages(&file_count);
    file = embedded_find(files, file_count, name);
    if (!file) {
        files = notification_pages(&file_count);
        file = embedded_find(files, file_count, name);
    }
    CHECK(file);
    http_answer_header(requests[0], "Cache-Control", "max-age=3600");
    http_answer(requests[0], 200, "text/css; charset=utf-8", file->content);
    return true;
}
