/* paidan-triage: 分拨. */

#include "common/run/shell.h"
#include "triage.h"

int main(int argc, char **argv)
{
    static const struct shell_service service = {
        .step = &triage_service,
        .summary = "finds category, area and unit of each ticket; keeps the desk"};
    return shell_main(&service, argc, argv);
}
