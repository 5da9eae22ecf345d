/* web_listen: sockets that listen. Owns nothing. What must stay true: no door is ever open to another
 * machine: what is not loopback goes through nginx, which ends slow headers and smuggled requests. */
#include "common/web/web_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"

enum { BACKLOG = 1024 };

static enum rc fail(const char *where, int fd)
{
    const enum rc rc = errno == EMFILE || errno == ENFILE || errno == ENOMEM ? RC_IO : RC_SETTINGS;
    diag_log(DIAG_ERROR, "web", "listen=\"%s\" why=\"%s\"", where, strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

static enum rc none(const char *where)
{
    diag_log(DIAG_ERROR, "web", "listen=\"%s\" why=\"127.x.x.x:PORT or a path\"", where);
    return RC_SETTINGS;
}

enum rc web_listen_tcp(const char *where, int *fd, char *text, size_t size)
{
    char host[32] = "", *end = NULL;
    const char *colon = strrchr(where, ':');
    const size_t bytes = colon == NULL ? 0 : (size_t)(colon - where);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t address_bytes = sizeof address;
    const int on = 1;
    const unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
    if (colon == NULL || bytes >= sizeof host || end == colon + 1 || *end != '\0' || port > 65535) {
        return none(where);
    }
    memcpy(host, where, bytes);
    address.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        ntohl(address.sin_addr.s_addr) >> 24 != 127) {
        return none(where);
    }
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) {
        return fail(where, made);
    }
    (void)setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(made, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(made, BACKLOG) != 0 ||
        getsockname(made, (struct sockaddr *)&address, &address_bytes) != 0) {
        return fail(where, made);
    }
    const int written = snprintf(text, size, "%s:%u", host, ntohs(address.sin_port));
    CHECK(written > 0);
    CHECK((size_t)written < size);
    *fd = made;
    return RC_OK;
}

/* The proxy's group may connect. */
enum rc web_listen_unix(const char *path, int *fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat there;
    if (path[0] == '\0' || strlen(path) >= sizeof address.sun_path) {
        return none(path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (lstat(path, &there) == 0 && (!S_ISSOCK(there.st_mode) || unlink(path) != 0)) {
        errno = EEXIST;
        return fail(path, -1);
    }
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0 || bind(made, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0660) != 0 || listen(made, BACKLOG) != 0) {
        return fail(path, made);
    }
    *fd = made;
    return RC_OK;
}
