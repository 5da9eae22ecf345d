/* port_archive_key: hands the core the key by which people are named (archive_person.h), before the first
 * step. It is made at the first start, whole or not at all. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_archive_key;
