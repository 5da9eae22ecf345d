/* cli_service: what the services say about themselves. */
#pragma once

#include <jansson.h>

#include "cli.h"

struct cli_following {
    char log[CODE_BYTES_MAX + 1];
    uint64_t cursor;
    uint64_t head;      /* of that log, asked in the same round; UINT64_MAX: it did not answer */
    Paidan__Code stuck; /* why it cannot be followed further; OK: it is followed */
};
struct cli_service {
    bool answered, storage_full, has_due;
    Paidan__Code code; /* when it did not answer */
    char version[64];
    uint64_t head_seq, map_used, map_size, due_ms, now_ms;
    uint64_t clock_ahead_ms; /* 0: it follows the machine's clock */
    uint32_t site_version;
    uint64_t refused_ms; /* a reload of the site was refused then; 0: none */
    uint32_t refused_mistakes;
    char refused[DETAIL_BYTES_MAX + 1], refused_zh[320], refused_en[512];
    size_t following_count;
    struct cli_following following[CLI_SERVICES];
};

/* Asks all, in the order of cli_services. OK, or the code of one that did not answer. */
MUST_CHECK Paidan__Code cli_service_ask(struct cli *cli, struct cli_service services[CLI_SERVICES],
                                        uint64_t timeout_ms);
/* One service whose reload of the site was refused; NULL: none. The site before is in force. */
const struct cli_service *cli_service_refused(const struct cli_service *services, size_t count);
/* "站点重载被拒绝…": since when, why, what to do. Nothing where it was not. */
void cli_service_print_refused(struct cli *cli, const struct cli_service services[CLI_SERVICES]);
/* The same as an object; NULL where it was not. */
json_t *cli_service_refused_json(struct cli *cli, const struct cli_service *services, size_t count);
/* Logs that a service cannot follow further: what happens there takes no effect here, and waits for
 * somebody who mends it. Nothing where all are followed. */
void cli_service_print_stuck(struct cli *cli, const struct cli_service services[CLI_SERVICES]);
/* The same as a list, empty where all are followed. */
json_t *cli_service_stuck_json(const struct cli_service services[CLI_SERVICES]);
/* UINT64_MAX when it did not answer. */
uint64_t cli_service_head(const struct cli_service *services, const char *name);
/* Does every service hold all that the ones it follows have said? */
bool cli_service_quiet(const struct cli_service services[CLI_SERVICES]);
