/* paidan-escalation: see README.md. */

#include "common/run/shell.h"
#include "escalation.h"

int main(int argc, char **argv)
{
    static const struct shell_service service = {
        .step = &escalation_service,
        .summary = "keeps every ticket's clocks, gives work to units, raises what nobody answers"};
    return shell_main(&service, argc, argv);
}
