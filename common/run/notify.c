/* notify: the protocol of sd_notify(3), without libsystemd: one datagram to $NOTIFY_SOCKET.
 *
 * Owns nothing: the socket lives for one datagram. READY is said once, so a signal must not eat it;
 * whoever started us without a manager sees no difference. */

#include "common/run/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket of its own for each datagram: it is rare, and a descriptor kept would have to be watched. */
void notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@')) {
        return;
    }
    const size_t length = strlen(path);
    if (length < 2 || length >= sizeof address.sun_path) {
        return;
    }
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') {
        address.sun_path[0] = '\0'; /* abstract */
    }
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    /* Nobody to tell is no fault: the service works without its manager. */
    ssize_t sent;
    do {
        sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                      (const struct sockaddr *)&address, size);
    } while (sent < 0 && errno == EINTR);
    close(fd);
}

/* Half of what is granted, as sd_watchdog_enabled(3) advises. WATCHDOG_PID names whose watchdog it is:
 * a child that inherited the variables must not pet it. */
uint64_t notify_watchdog_ms(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    if (pid != NULL && strtoll(pid, NULL, 10) != (long long)getpid()) {
        return 0;
    }
    const char *usec = getenv("WATCHDOG_USEC");
    if (usec == NULL || usec[0] < '0' || usec[0] > '9') {
        return 0;
    }
    return strtoull(usec, NULL, 10) / 2000u;
}
