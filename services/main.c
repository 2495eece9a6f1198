/* The main of every daemon: its table, run by the skeleton. SERVICE is set by the build. */
#include "common/service.h"

extern const struct service SERVICE;

int main(int argc, char **argv)
{
    return service_main(&SERVICE, argc, argv);
}
