/* signals: asked for as bytes, so that nothing here needs to be safe against a handler. */

#include "common/run/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "common/base/check.h"

enum rc signals_open(int *fd)
{
    sigset_t set;
    CHECK(fd != NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    /* Linux keeps a blocked signal pending even where it is ignored: a starter's nohup takes none from us. */
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return RC_IO;
    }
    /* Whoever reads our log lines may go; that must not end the service. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return RC_IO;
    }
    const int opened = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (opened < 0) {
        return RC_IO;
    }
    *fd = opened;
    return RC_OK;
}
