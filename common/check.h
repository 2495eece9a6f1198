/* A CHECK that fails is a bug: the process says where and dies, the supervisor starts it again. */
#pragma once

/* Says what was not true, and where, and aborts. Never returns. */
__attribute__((noreturn, cold)) void check_failed(const char *truth, const char *file, int line);

/* Never compiled out: a daemon that goes on after a broken promise spoils data. */
#define CHECK(truth) ((truth) ? (void)0 : check_failed(#truth, __FILE__, __LINE__))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
