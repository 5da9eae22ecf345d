/* demo_doors: a socket, and the errands under way.
 *
 * Owns both. An errand is known by the place of its item among the errands (slot), which is its id on the
 * wire; a slot is used again once its errand was told. The demo never waits here: it reads what is there, so
 * one resident whose adapter was just killed keeps nobody else waiting. What must stay true: each errand is
 * told once or the demo ends, for the day's numbers are made of what was told. */
#include "demo_doors.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/say/number.h"

#define ERRANDS_MAX 8192u
#define LINE_BYTES 65536u /* an answer holds codes and a number */

struct slot {
    struct demo_item item;
    bool used;
};

struct demo_doors {
    int socket;
    struct slot *slots; /* ERRANDS_MAX */
    uint32_t waiting, next;
    json_t *last; /* what the texts of the last told belong to */
    size_t held;  /* bytes in line */
    char line[LINE_BYTES];
};

static int connected(const char *data_dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int bytes =
        snprintf(address.sun_path, sizeof address.sun_path, "%s/run/trial.sock", data_dir);
    if (bytes < 0 || (size_t)bytes >= sizeof address.sun_path) {
        return -1;
    }
    const int out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (out >= 0 && connect(out, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(out);
        return -1;
    }
    return out;
}

enum rc demo_doors_open(struct demo_doors **doors, const char *data_dir)
{
    CHECK(data_dir != NULL);
    const int out = connected(data_dir);
    if (out < 0) {
        return RC_NOT_FOUND;
    }
    struct demo_doors *const made = calloc(1, sizeof *made);
    struct slot *const slots = calloc(ERRANDS_MAX, sizeof *slots);
    if (made == NULL || slots == NULL) {
        free(made);
        free(slots);
        (void)close(out);
        return RC_LIMIT;
    }
    made->socket = out;
    made->slots = slots;
    *doors = made;
    return RC_OK;
}

void demo_doors_close(struct demo_doors *doors)
{
    if (doors == NULL) {
        return;
    }
    (void)close(doors->socket);
    json_decref(doors->last);
    free(doors->slots);
    free(doors);
}

/* Blocks until those outside have taken it: they read all the time. */
static enum rc line_send(const struct demo_doors *doors, const char *text)
{
    size_t sent = 0;
    const size_t bytes = strlen(text);
    while (sent < bytes) {
        const ssize_t more = send(doors->socket, text + sent, bytes - sent, MSG_NOSIGNAL);
        if (more < 0 && errno != EINTR) {
            return RC_IO;
        }
        sent += more > 0 ? (size_t)more : 0;
    }
    return RC_OK;
}

/* The first that is free from `next` on; ERRANDS_MAX: none. */
static uint32_t slot_free(const struct demo_doors *doors)
{
    for (uint32_t step = 0; step < ERRANDS_MAX; step++) {
        const uint32_t at = (doors->next + step) % ERRANDS_MAX;
        if (!doors->slots[at].used) {
            return at;
        }
    }
    return ERRANDS_MAX;
}

enum rc demo_doors_send(struct demo_doors *doors, json_t *errand, const struct demo_item *item)
{
    const uint32_t at = slot_free(doors);
    if (errand == NULL || at == ERRANDS_MAX ||
        json_object_set_new(errand, "id", json_integer(at)) != 0) {
        json_decref(errand);
        return RC_LIMIT;
    }
    char *const text = json_dumps(errand, JSON_COMPACT);
    json_decref(errand);
    if (text == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = line_send(doors, text);
    rc = rc == RC_OK ? line_send(doors, "\n") : rc;
    free(text);
    if (rc == RC_OK) {
        CHECK(doors->waiting < ERRANDS_MAX);
        doors->slots[at] = (struct slot){.item = *item, .used = true};
        doors->next = at + 1;
        doors->waiting++;
    }
    return rc;
}

/* One line without its end, taken out of what was read. NULL: none is whole yet. */
static json_t *line_take(struct demo_doors *doors, bool *found)
{
    char *const end = memchr(doors->line, '\n', doors->held);
    *found = end != NULL;
    if (end == NULL) {
        return NULL;
    }
    const size_t bytes = (size_t)(end - doors->line);
    json_t *const read = json_loadb(doors->line, bytes, 0, NULL);
    CHECK(bytes < doors->held);
    doors->held -= bytes + 1;
    memmove(doors->line, end + 1, doors->held);
    return read;
}

static enum demo_told_code code_of(const char *name)
{
    static const char *const names[] = {[DEMO_TOLD_OK] = "OK",
                                        [DEMO_TOLD_DUPLICATE] = "DUPLICATE",
                                        [DEMO_TOLD_REFUSED] = "REFUSED",
                                        [DEMO_TOLD_NOT_ASKED] = "NOT_ASKED"};
    for (size_t index = 0; name != NULL && index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(names[index], name) == 0) {
            return (enum demo_told_code)index;
        }
    }
    return DEMO_TOLD_FAULT;
}

static enum rc told_read(struct demo_doors *doors, struct demo_told *told)
{
    const json_int_t id = json_integer_value(json_object_get(doors->last, "id"));
    const char *const number = json_string_value(json_object_get(doors->last, "number"));
    const char *const detail = json_string_value(json_object_get(doors->last, "detail"));
    if (id < 0 || id >= (json_int_t)ERRANDS_MAX || !doors->slots[id].used) {
        return RC_INVALID;
    }
    CHECK(doors->waiting > 0);
    doors->slots[id].used = false;
    doors->waiting--;
    *told =
        (struct demo_told){.code = code_of(json_string_value(json_object_get(doors->last, "code"))),
                           .detail = detail == NULL ? "" : detail,
                           .counts = json_object_get(doors->last, "counts"),
                           .item = doors->slots[id].item};
    return number == NULL ? RC_OK : number_parse(number, &told->ticket);
}

enum rc demo_doors_next(struct demo_doors *doors, struct demo_told *told)
{
    bool found = false;
    json_decref(doors->last);
    doors->last = line_take(doors, &found);
    if (!found && doors->held == sizeof doors->line) {
        return RC_INVALID;
    }
    if (!found) {
        const ssize_t more = recv(doors->socket, doors->line + doors->held,
                                  sizeof doors->line - doors->held, MSG_DONTWAIT);
        if (more == 0 || (more < 0 && errno != EAGAIN && errno != EINTR)) {
            return RC_IO;
        }
        doors->held += more > 0 ? (size_t)more : 0;
        CHECK(doors->held <= sizeof doors->line);
        doors->last = line_take(doors, &found);
    }
    if (!found) {
        return RC_NOT_FOUND;
    }
    return doors->last == NULL ? RC_INVALID : told_read(doors, told);
}

uint32_t demo_doors_waiting(const struct demo_doors *doors)
{
    return doors == NULL ? 0 : doors->waiting;
}
