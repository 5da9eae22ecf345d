/* paidan-intake: the intake service as a process. */

#include "common/run/shell.h"
#include "intake.h"

int main(int argc, char **argv)
{
    static const struct shell_service service = {
        .step = &intake_service,
        .summary = "takes complaints in, gives them numbers, keeps their texts",
    };
    return shell_main(&service, argc, argv);
}
