/* port_archive_recompute: the figures once more, from the logs of the four services, beside those that are there. */
#pragma once

#include <stdbool.h>

/* Opens every store read-only and folds into an empty one beside, which it removes. Prints, for each figure that
 * differs, what it is and what it should be. Returns an exit: 0 equal, 1 different or not to be had (a log was
 * trimmed), 75, 78. */
int port_archive_recompute(const char *data_dir, const char *site_dir, bool chinese);
