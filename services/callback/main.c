/* paidan-callback: the callback service as a process. */

#include "callback.h"
#include "common/run/shell.h"

int main(int argc, char **argv)
{
    static const struct shell_service service = {
        .step = &callback_service,
        .summary = "asks residents whether their complaint was really solved",
    };
    return shell_main(&service, argc, argv);
}
