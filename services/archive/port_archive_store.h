/* port_archive_store: keeps DATA/archive/archive.sqlite up to archive's own log, and answers Search
 * and SinkList from it. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_archive_store;
