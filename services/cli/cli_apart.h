/* cli_apart: work on a store in a process of its own.
 *
 * LMDB maps the file and trusts it: one that was cut short or overwritten may end the process that
 * reads it (SIGBUS, SIGSEGV, its own assertion). Who asked then still gets an answer. */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "cli.h"
#include "cli_disk.h"

enum { CLI_APART_CHILD = -1 };

/* Forks before a store is opened. CLI_APART_CHILD in the child, which does the work and returns its
 * status as if it were alone. In the parent, when the child has ended, the status to return:
 * the child's; `damaged`, with STORE_CORRUPT said of `what`, when the store ended it; a signal of
 * the user's ends the parent too. *child, unless NULL: the child's process id. */
MUST_CHECK int cli_apart(struct cli *cli, const char *what, int damaged, pid_t *child);

/* The same, with a sentence of its own for the damage. */
MUST_CHECK int cli_apart_saying(struct cli *cli, const struct cli_deed *damage, const char *what,
                                int damaged, pid_t *child);

/* The program of a service, beside this one: of the same build, so not by PATH. 0 or a status. */
MUST_CHECK int cli_apart_find(struct cli *cli, const char *service, char program[PATH_MAX + 64]);

/* The same for a program: runs it and gives the first `size` - 1 bytes that it prints. */
MUST_CHECK int cli_apart_program(struct cli *cli, const char *what, int damaged,
                                 char *const *arguments, char *printed, size_t size, pid_t *child);
