/* gateway_ping: so that `paidan ping` shows the gateway beside the services. It owns the bound socket and
 * DATA/run/gateway.endpoint. What must stay true: it answers whatever the services do; anything but Ping
 * and Metrics is refused, for the gateway keeps nothing that could be asked for. */

#include "gateway_ping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/diag.h"
#include "common/wire/wire.h"
#include "gateway_status.h"

enum { FRAMES_MAX = 64, METRICS_BYTES = 32 << 10, PATH_BYTES = 4200 };

/* now is the instance's time, as every service says it. */
static void answer(struct gateway *gateway, const struct bus_message *message, Paidan__Answer *body)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    body->protocol = GATEWAY_PROTOCOL;
    body->has_now_ms = 1;
    body->now_ms = clock_now_ms(&gateway->clock);
    if (wire_pack(&gateway->arena, &body->base, &bytes, &size) == RC_OK) {
        /* Who does not read gets none. */
        const enum rc rc = bus_send(gateway->server, &message->peer, bytes, size);
        if (rc != RC_OK) {
            diag_log_limited(DIAG_WARN, "ping", "unsent=%s", rc_name(rc));
        }
    }
}

/* No head and no log: there is nothing to be behind with. */
static void answer_pong(struct gateway *gateway, const struct bus_message *message,
                        Paidan__Answer *answered)
{
    Paidan__Pong pong = PAIDAN__PONG__INIT;
    static char name[] = "gateway", version[] = PAIDAN_VERSION;
    pong.service = name;
    pong.version = version;
    pong.site_version = gateway->site->version;
    answered->body_case = PAIDAN__ANSWER__BODY_PONG;
    answered->pong = &pong;
    answer(gateway, message, answered);
    answered->pong = NULL;
}

static void answer_metrics(struct gateway *gateway, const struct bus_message *message,
                           Paidan__Answer *answered)
{
    Paidan__Text text = PAIDAN__TEXT__INIT;
    text.text = arena_alloc(&gateway->arena, METRICS_BYTES);
    if (text.text == NULL || gateway_status_write(gateway, text.text, METRICS_BYTES) != RC_OK) {
        answered->code = PAIDAN__CODE__SERVICE_FAULT;
    } else {
        answered->body_case = PAIDAN__ANSWER__BODY_METRICS;
        answered->metrics = &text;
    }
    answer(gateway, message, answered);
    answered->metrics = NULL;
}

static void serve(struct gateway *gateway, const struct bus_message *message)
{
    ProtobufCMessage *read = NULL;
    struct wire_error error;
    Paidan__Answer answered = PAIDAN__ANSWER__INIT;
    arena_reset(&gateway->arena);
    if (wire_unpack(&gateway->arena, &paidan__request__descriptor, message->bytes, message->size,
                    &read, &error) != RC_OK) {
        answered.code = error.code;
        answer(gateway, message, &answered);
        return;
    }
    const Paidan__Request *request = (const Paidan__Request *)(const void *)read;
    answered.correlation = request->correlation;
    answered.code = PAIDAN__CODE__OK;
    if (request->wish_case == PAIDAN__REQUEST__WISH_PING) {
        answer_pong(gateway, message, &answered);
    } else if (request->wish_case == PAIDAN__REQUEST__WISH_METRICS) {
        answer_metrics(gateway, message, &answered);
    } else {
        answered.code = PAIDAN__CODE__WISH_UNSUPPORTED;
        answer(gateway, message, &answered);
    }
}

/* A share each round: pings come seldom, and a flood of them must not hold up HTTP. */
void gateway_ping_work(struct gateway *gateway)
{
    struct bus_message message;
    enum rc rc = RC_OK;
    for (unsigned count = 0; count < FRAMES_MAX && (rc == RC_OK || rc == RC_INVALID); count++) {
        rc = bus_receive(gateway->server, &message);
        if (rc == RC_OK) {
            serve(gateway, &message);
            bus_message_free(&message);
        }
    }
}

/* Whoever asks us finds us as he finds a service. */
static enum rc endpoint_write(const struct gateway *gateway, const char *endpoint)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/gateway.endpoint", gateway->run_dir);
    FILE *file = fopen(path, "we");
    const bool written = file != NULL && fprintf(file, "%s\n", endpoint) > 0;
    return file != NULL && fclose(file) == 0 && written ? RC_OK : RC_IO;
}

enum rc gateway_ping_open(struct gateway *gateway)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    char *real = realpath(gateway->run_dir, NULL);
    const int made =
        real == NULL ? -1 : snprintf(endpoint, sizeof endpoint, "ipc://%s/gateway.sock", real);
    free(real);
    if (made < 0 || (size_t)made >= sizeof endpoint) {
        return RC_SETTINGS;
    }
    const enum rc rc = bus_bind(gateway->bus, endpoint, &gateway->server);
    return rc == RC_OK ? endpoint_write(gateway, endpoint) : rc;
}

void gateway_ping_close(struct gateway *gateway)
{
    if (gateway->server != NULL) {
        bus_socket_close(gateway->server);
        gateway->server = NULL;
    }
}
