/* signals: TERM, INT and HUP as bytes of a descriptor; a pipe whose reader went away is an error of write(),
 * never the end of the process. */
#pragma once

#include "common/base/rc.h"

/* Before: no thread has been started: it would take these signals in our place.
 * After:  RC_OK: *fd is a signalfd, not blocking and closed by exec; the caller closes it. The three are heard also
 *         where whoever started the process ignored them (nohup), and PIPE is ignored.
 * Returns RC_OK or RC_IO. */
MUST_CHECK enum rc signals_open(int *fd);
