/* fork, exec, wait: no shell between us and the program. */
#include "services/gruppstod/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"

static void become(const char *const *argv, const char *log)
{
    char *copies[32];
    size_t count = 0;
    const int out = open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

    for (; argv[count]; count++) {
        CHECK(count + 1 < COUNT(copies));
        copies[count] = strdup(argv[count]);
        CHECK(copies[count]);
    }
    CHECK(count > 0);
    copies[count] = NULL;
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(copies[0], copies);
    _exit(127);
}

bool process_run(const char *const *argv, const char *log, struct error *error)
{
    int status = 0;
    const pid_t pid = fork();

    if (pid < 0)
        return error_set(error, ERROR_BUSY, "cannot start %s: %s", argv[0], strerror(errno));
    if (pid == 0)
        become(argv, log);
    while (waitpid(pid, &status, 0) < 0)
        CHECK(errno == EINTR);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return error_set(error, ERROR_BUSY, "%s ended with %d%s%s", argv[0],
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), log ? "; see " : "",
        log ? log : "");
}
