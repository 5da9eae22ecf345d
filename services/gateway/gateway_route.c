/* gateway_route: every path that the gateway answers, one row each. It owns the table and nothing else.
 * What must stay true: GET changes nothing; a row says who may come in, and what he may do is the
 * services' to judge; the first row that fits is the one, so a path that is spelt out stands before one
 * with a name in its place. */

#include "gateway_route.h"

#include <string.h>

#include "common/base/check.h"
#include "gateway_api.h"
#include "gateway_static.h"
#include "gateway_status.h"

#define API "/api/v1"
#define WISH(METHOD, PATTERN, WHO, WISH_NAME, SERVICE, ANSWER, SUMMARY)                            \
    {                                                                                              \
        .method = GATEWAY_##METHOD, .pattern = API PATTERN, .who = GATEWAY_##WHO,                  \
        .handler = gateway_api_wish, .summary = (SUMMARY),                                         \
        .wish = PAIDAN__REQUEST__WISH_##WISH_NAME, .service = GATEWAY_##SERVICE,                   \
        .answer = (ANSWER),                                                                        \
        .body = GATEWAY_##METHOD == GATEWAY_POST ? GATEWAY_JSON : GATEWAY_NO_BODY                  \
    }

/* A handler of our own; what a body is like, if there is one, may follow. */
#define OWN(METHOD, PATTERN, WHO, HANDLER, SUMMARY, ...)                                           \
    {                                                                                              \
        .method = GATEWAY_##METHOD, .pattern = (PATTERN), .who = GATEWAY_##WHO,                    \
        .handler = (HANDLER), .summary = (SUMMARY), __VA_ARGS__                                    \
    }

static const struct gateway_route table[] = {
    OWN(GET, "/healthz", ANYONE, gateway_status_health, "the gateway runs"),
    OWN(GET, "/readyz", ANYONE, gateway_status_ready, "all services answer"),
    OWN(GET, "/metrics", LOOPBACK, gateway_status_metrics, "Prometheus metrics"),

    /* The dispatcher's desk. */
    WISH(GET, "/desk", LOGIN, DESK_LIST, TRIAGE, "desk_listed", "tickets at the desk"),
    /* Supervision. */
    WISH(GET, "/board", LOGIN, BOARD, ESCALATION, "boarded",
         "open tickets by deadline, with counts"),
    WISH(GET, "/due", LOGIN, DUE_LIST, ESCALATION, "due_listed", "by next deadline"),
    WISH(GET, "/alarms", LOGIN, ALARMS, ESCALATION, "alarms_shown", "what nobody looks after"),
    WISH(GET, "/requests", LOGIN, REQUEST_LIST, ESCALATION, "requests_listed",
         "requests and appeals that wait for a decision"),
    WISH(GET, "/unit-counts", LOGIN, UNIT_COUNTS, ESCALATION, "units_counted",
         "what each unit did, since ever"),
    /* Residents. */
    WISH(POST, "/lookup", ANYONE, LOOKUP, INTAKE, "looked_up", "a ticket by number and code"),

    /* Files of folders. */
    OWN(GET, "/console/{*}", ANYONE, gateway_static_file, "the console's files"),
    OWN(GET, "/console/", ANYONE, gateway_static_file, "the console"),
    OWN(GET, "/console", ANYONE, gateway_static_file, "to /console/"),
};

const struct gateway_route *gateway_route_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

/* The names that patterns use; parts point here. */
static const char *name_of(const char *braced, size_t bytes)
{
    static const char *const names[] = {"number", "action", "unit", "service", "code", "month",
                                        "hash",   "id",     "name", "key",     NULL};
    for (const char *const *name = names; *name != NULL; name++) {
        if (strlen(*name) == bytes && memcmp(*name, braced, bytes) == 0) {
            return *name;
        }
    }
    return NULL;
}

/* Segment by segment; the pattern is ours, so it is well formed. */
static bool fits(const char *pattern, const struct gateway_uri *uri,
                 struct gateway_pair parts[GATEWAY_PARTS_OF_PATH], unsigned *part_count)
{
    unsigned segment = 0;
    *part_count = 0;
    if (uri->folder != (pattern[strlen(pattern) - 1] == '/')) {
        return false;
    }
    for (const char *at = pattern + 1; *at != '\0'; segment++) {
        const size_t bytes = strcspn(at, "/");
        if (bytes == 3 && memcmp(at, "{*}", 3) == 0) {
            return segment < uri->segment_count;
        }
        if (segment == uri->segment_count) {
            return false;
        }
        const char *given = uri->segments[segment];
        if (at[0] == '{') {
            const char *name = name_of(at + 1, bytes - 2);
            CHECK(name != NULL);
            CHECK(*part_count < GATEWAY_PARTS_OF_PATH);
            parts[(*part_count)++] = (struct gateway_pair){name, given};
        } else if (strlen(given) != bytes || memcmp(given, at, bytes) != 0) {
            return false;
        }
        at += bytes;
        at += *at == '/' ? 1 : 0;
    }
    return segment == uri->segment_count;
}

const struct gateway_route *gateway_route_find(const struct gateway_route *routes, size_t count,
                                               enum gateway_method method,
                                               const struct gateway_uri *uri,
                                               struct gateway_pair parts[GATEWAY_PARTS_OF_PATH],
                                               unsigned *part_count, bool *known)
{
    *known = false;
    for (size_t index = 0; index < count; index++) {
        if (fits(routes[index].pattern, uri, parts, part_count)) {
            if (routes[index].method == method) {
                return &routes[index];
            }
            *known = true;
        }
    }
    *part_count = 0;
    return NULL;
}
