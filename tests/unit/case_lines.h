/*
 * Rules as lines of text, so that staff can read and add them:
 *
 *   the words of one situation: verb argument argument -> result
 *
 * Everything before the last ": " is for people. Empty lines and lines that start with # are
 * passed over. A file without cases fails the test.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/text.h"

enum { CASE_ARGUMENTS = 24, CASE_LINE = 1000 };

struct case_line {
    const char *file;
    int number;
    char text[CASE_LINE];  /* the whole line, for the message of a failure */
    char parts[CASE_LINE]; /* what the pointers below point into */
    const char *words, *verb, *result;
    const char *arguments[CASE_ARGUMENTS];
    size_t count;
};

static inline char *case_last(char *text, const char *mark)
{
    char *found = NULL;

    for (char *next = strstr(text, mark); next; next = strstr(next + 1, mark))
        found = next;
    return found;
}

static inline void case_split(struct case_line *line)
{
    char *arrow = case_last(line->parts, " -> ");
    char *colon, *rest = NULL;

    if (!arrow)
        fail_msg("%s:%d: no result: %s", line->file, line->number, line->text);
    *arrow = '\0';
    line->result = arrow + 4;
    colon = case_last(line->parts, ": ");
    if (!colon)
        fail_msg("%s:%d: no words before the verb: %s", line->file, line->number, line->text);
    *colon = '\0';
    line->words = line->parts;
    line->count = 0;
    line->verb = strtok_r(colon + 2, " ", &rest); /* tidy(banned): the line is ours to cut */
    for (char *next; (next = strtok_r(NULL, " ", &rest));) { /* tidy(banned): as above */
        assert_true(line->count < CASE_ARGUMENTS);
        line->arguments[line->count++] = next;
    }
}

/* Calls `check` for each case of a file below tests/cases. */
static inline void cases_run(const char *name, void (*check)(const struct case_line *line))
{
    static struct case_line line;
    char path[200];
    FILE *file;
    int cases = 0;

    snprintf(path, sizeof path, "tests/cases/%s", name);
    file = fopen(path, "re");
    if (!file)
        fail_msg("%s: cannot be opened (run from the checkout's root)", path);
    memset(&line, 0, sizeof line);
    line.file = path;
    while (fgets(line.text, sizeof line.text, file)) {
        line.number++;
        line.text[strcspn(line.text, "\r\n")] = '\0';
        if (line.text[0] == '\0' || line.text[0] == '#')
            continue;
        memcpy(line.parts, line.text, sizeof line.parts);
        case_split(&line);
        check(&line);
        cases++;
    }
    fclose(file);
    if (cases == 0)
        fail_msg("%s: no cases", path);
}

/* Says what came instead, with file and line. */
static inline void case_expect(const struct case_line *line, const char *got)
{
    if (strcmp(line->result, got) != 0)
        fail_msg("%s:%d: %s\n   came out as: %s", line->file, line->number, line->text, got);
}
