/* paidan-hotline: the adapter of hotlines above us, as a process. */

#include "common/run/shell.h"
#include "hotline.h"
#include "port_hotline.h"

int main(int argc, char **argv)
{
    static const struct shell_port *const ports[] = {&port_hotline_door, &port_hotline_sender,
                                                     NULL};
    static const struct shell_service service = {
        .step = &hotline_service,
        .summary = "takes what hotlines above hand over, and tells them what becomes of it",
        .ports = ports,
    };
    return shell_main(&service, argc, argv);
}
