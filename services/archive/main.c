/* paidan-archive: the archive service as a process. */

#include "archive.h"
#include "common/run/shell.h"
#include "port_archive_key.h"
#include "port_archive_postgres.h"
#include "port_archive_recompute.h"
#include "port_archive_store.h"

int main(int argc, char **argv)
{
    static const struct shell_port *const ports[] = {&port_archive_key, &port_archive_store,
                                                     &port_archive_postgres, NULL};
    static const struct shell_service service = {
        .step = &archive_service,
        .summary = "keeps what happened without what is personal, and makes figures of it",
        .ports = ports,
        .recompute = port_archive_recompute,
    };
    return shell_main(&service, argc, argv);
}
