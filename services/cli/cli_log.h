/* cli_log: what watch, backup and the log commands share. */
#pragma once

#include "cli.h"
#include "common/store/evlog.h"

/* 0, or the usage was printed. */
MUST_CHECK int cli_log_service(struct cli *cli, const char *name);
/* One event as a line of JSON; resets the arena. 0 or a status. */
MUST_CHECK int cli_log_event(struct cli *cli, const char *service,
                             const struct evlog_record *record, bool texts);
/* Says why a store cannot be read or written; what: its path or service. Returns the status. */
int cli_log_refuse(struct cli *cli, enum rc rc, const char *what);
/* Removes the files that a store consists of, and its folder when nothing else is in it. */
void cli_log_remove(const char *path);
/* Verifies the log of an open store and tells what was found. 0, 1 or a status. */
MUST_CHECK int cli_log_check(struct cli *cli, struct store *store, const char *service);
/* The newest record of a log, 0: it has none; read beside a running service. 0 or a status. */
MUST_CHECK int cli_log_head(struct cli *cli, const char *service, uint64_t *head);
/* Visits the records from..until in order, a read transaction held for no more than some thousand of
 * them. visit ends it by RC_INVALID, after saying why. 0 or a status. Before: the process is a child
 * (cli_apart). */
MUST_CHECK int cli_log_walk(struct cli *cli, const char *service, uint64_t from, uint64_t until,
                            evlog_visit visit, void *context);
