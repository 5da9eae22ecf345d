/* door_http: the loop's side of an adapter's HTTP door.
 *
 * Owns the server, and the file in DATA/run by which tests and the operator find its address. What must
 * stay true: a request that was asked of the service is answered only by the service's answer, which
 * comes after the commit; so nobody outside is told "success" of what may yet be lost. */
#include "common/door/door_http.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/channel/channel_pulse.h"
#include "common/say/code.h"

/* nginx stands before us, keeps connections open and takes slow clients off us: many, and none for long. */
enum { CONNECTIONS_MAX = 2048, TIMEOUT_MS = 15000 };

struct door {
    const struct door_http *http;
    struct shell_gate *gate;
    struct web_server *server;
    void *own;
    bool opened;
};

void *door_own(const struct door *door)
{
    return door->own;
}

struct shell_gate *door_gate(const struct door *door)
{
    return door->gate;
}

static void handle(void *context, struct web_exchange *exchange)
{
    struct door *const door = context;
    CHECK(door->opened); /* the adapter's part is there before the server is */
    door->http->handle(door, exchange);
}

/* ---- the address ---- */

/* Where the service has a folder of its own in DATA/run, that is where it may write. */
static enum rc address_write(const struct door *door, const char *data_dir)
{
    char path[PATH_MAX], temporary[PATH_MAX + 8];
    struct stat status;
    CHECK(door->server != NULL);
    int length = snprintf(path, sizeof path, "%s/run/%s", data_dir, shell_gate_service(door->gate));
    const bool own = length > 0 && (size_t)length < sizeof path && stat(path, &status) == 0 &&
                     S_ISDIR(status.st_mode);
    length = own ? snprintf(path, sizeof path, "%s/run/%s/%s.http", data_dir,
                            shell_gate_service(door->gate), door->http->name)
                 : snprintf(path, sizeof path, "%s/run/%s.http", data_dir, door->http->name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return RC_SETTINGS;
    }
    (void)snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *const file = fopen(temporary, "we");
    bool written = file != NULL && fprintf(file, "%s\n", web_server_address(door->server)) > 0;
    if (file != NULL) {
        written = fclose(file) == 0 && written;
    }
    if (!written || rename(temporary, path) != 0) {
        diag_log(DIAG_ERROR, "door", "address=\"%s\" why=\"%s\"", path, strerror(errno));
        return RC_IO;
    }
    return RC_OK;
}

/* ---- the port ---- */

static enum rc open_server(struct door *door, const char *data_dir)
{
    const char *const listen = door->http->listen(shell_gate_site(door->gate));
    if (listen == NULL) {
        diag_log(DIAG_ERROR, "door", "port=%s listen=none", door->http->name);
        return RC_SETTINGS;
    }
    const struct web_server_settings settings = {.listen = listen,
                                                 .body_max = door->http->body_max,
                                                 .connections_max = CONNECTIONS_MAX,
                                                 .timeout_ms = TIMEOUT_MS,
                                                 .handle = handle,
                                                 .context = door};
    const enum rc rc = web_server_open(&door->server, &settings);
    return rc == RC_OK ? address_write(door, data_dir) : rc;
}

/* The adapter's own part first: the first request may come as soon as the server is there. */
enum rc door_http_open(struct shell_gate *gate, const char *data_dir, const struct door_http *http,
                       void **context)
{
    struct door *const door = calloc(1, sizeof *door);
    CHECK(http->handle != NULL);
    if (door == NULL) {
        return RC_LIMIT;
    }
    *door = (struct door){.http = http, .gate = gate};
    enum rc rc = http->open == NULL ? RC_OK : http->open(door, data_dir, &door->own);
    door->opened = rc == RC_OK;
    if (rc == RC_OK) {
        rc = open_server(door, data_dir);
    }
    if (rc != RC_OK) {
        door_http_close(door);
        return rc;
    }
    *context = door;
    return RC_OK;
}

void door_http_close(void *context)
{
    struct door *const door = context;
    web_server_close(door->server);
    if (door->opened && door->http->close != NULL) {
        door->http->close(door->own);
    }
    free(door);
}

void door_http_wait(void *context, struct shell_port_wait *wait)
{
    const struct door *const door = context;
    CHECK(door->server != NULL);
    wait->fd = web_server_fd(door->server);
    wait->read = true;
    wait->until_us = web_server_due_us(door->server);
}

void door_http_work(void *context, bool readable, bool writable)
{
    struct door *const door = context;
    (void)readable;
    (void)writable;
    web_server_work(door->server);
}

/* The token is the question's own pointer: it is nobody's but ours. */
void door_http_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    struct door *const door = context;
    CHECK(token != 0);
    door->http->answered(door, (void *)(uintptr_t)token, answer); /* NOLINT: as it was given */
    web_server_work(door->server); /* what was answered goes out now, not in the next round */
}

enum rc door_http_ask(struct door *door, const Paidan__Request *request, void *asked)
{
    CHECK(asked != NULL);
    CHECK(door->http->answered != NULL);
    return shell_port_ask(door->gate, request, (uint64_t)(uintptr_t)asked);
}

void door_http_refused(struct door *door, Paidan__Code code)
{
    struct channel_pulse *const pulse = channel_pulse();
    CHECK(code != PAIDAN__CODE__OK);
    pulse->refused++;
    pulse->refused_ms = shell_gate_now_ms(door->gate);
    (void)snprintf(pulse->refused_why, sizeof pulse->refused_why, "%s", code_name(code));
}
