/* A daemon that does nothing: how fast the HTTP layer alone takes, hands over and answers. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/http.h"

static const struct http_pattern patterns[] = {
    {HTTP_POST, "/sv/echo", NULL, true},
    {HTTP_GET, "/sv/echo", NULL, false},
};

static void answer(struct http *http)
{
    struct http_request *requests[256];
    const size_t count = http_take(http, requests, 256);

    for (size_t i = 0; i < count; i++) {
        http_answer(requests[i], 201, "text/plain; charset=utf-8", http_form(requests[i], "name"));
        http_resume(http, requests[i]);
    }
}

int main(int argc, char **argv)
{
    const struct http_options options = {
        .port = (uint16_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 0),
        .threads = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 2,
        .queue_most = 4096,
        .patterns = patterns,
        .pattern_count = 2};
    struct error error;
    struct http *http = http_open(&options, &error);

    if (!http) {
        fprintf(stderr, "%s\n", error.text);
        return 69;
    }
    printf("%u\n", http_port(http));
    fflush(stdout);
    struct pollfd wait[] = {{http_fd(http), POLLIN, 0}, {0, POLLIN, 0}};
    while (poll(wait, 2, -1) > 0 && !wait[1].revents) /* ends when its standard input does */
        answer(http);
    http_close(http);
    return 0;
}
