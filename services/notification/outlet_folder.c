/* Write, fsync, rename, fsync the folder: after that a letter is there whatever happens. */
#include "services/notification/outlet_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = UUID_TEXT + 16 };

bool folder_open(const char *folder, struct error *error)
{
    struct stat status;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INPUT, "making %s: %s", folder, strerror(errno));
    if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode) || access(folder, W_OK) != 0)
        return error_set(error, ERROR_INPUT, "%s is no folder that can be written to", folder);
    return true;
}

static bool write_all(int fd, struct text bytes)
{
    size_t done = 0;

    while (done < bytes.length) {
        const ssize_t wrote = write(fd, bytes.data + done, bytes.length - done);

        if (wrote < 0 && errno != EINTR)
            return false;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

/* A name that starts with a dot is not a letter yet; one left by a crash is written over. */
static bool write_letter(int folder, const struct outlet_letter *letter)
{
    char id[UUID_TEXT + 1], rough[NAME_BYTES], name[NAME_BYTES];
    bool written;
    int fd;

    uuid_format(letter->letter_id, id);
    snprintf(rough, sizeof rough, ".%s.tmp", id);
    snprintf(name, sizeof name, "%s.eml", id);
    fd = openat(folder, rough, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    written = write_all(fd, letter->mime) && fsync(fd) == 0;
    if (close(fd) != 0 || !written) {
        unlinkat(folder, rough, 0);
        return false;
    }
    return renameat(folder, rough, folder, name) == 0;
}

static void tell(struct outlet_report *report, const struct outlet_letter *letter, bool written)
{
    *report = (struct outlet_report){.letter_id = letter->letter_id,
        .tries = letter->tries,
        .event = written ? LETTER_ACCEPTED : LETTER_NOT_NOW};
    if (!written)
        snprintf(report->why, sizeof report->why, "writing into the folder: %s", strerror(errno));
}

void folder_deliver(const char *folder, const struct outlet_letter *letters, size_t count,
    struct outlet_report *reports)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; i < count; i++)
        tell(&reports[i], &letters[i], fd >= 0 && write_letter(fd, &letters[i]));
    if (fd < 0)
        return;
    if (fsync(fd) != 0)
        for (size_t i = 0; i < count; i++)
            tell(&reports[i], &letters[i], false);
    close(fd);
}
