/* paidan-webhook: the webhook adapter as a process. */

#include "common/run/shell.h"
#include "port_webhook.h"
#include "webhook.h"

int main(int argc, char **argv)
{
    static const struct shell_port *const ports[] = {&port_webhook, NULL};
    static const struct shell_service service = {
        .step = &webhook_service,
        .summary = "tells subscribers what happens to tickets, as signed CloudEvents",
        .ports = ports,
    };
    return shell_main(&service, argc, argv);
}
