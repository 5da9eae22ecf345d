/* cli_service: what the four services say about themselves. */
#pragma once

#include "cli.h"

struct cli_following {
    char log[CODE_BYTES_MAX + 1];
    uint64_t cursor;
    uint64_t head; /* of that log, asked in the same round; UINT64_MAX: it did not answer */
};
struct cli_service {
    bool answered, storage_full, has_due;
    Paidan__Code code; /* when it did not answer */
    char version[64];
    uint64_t head_seq, map_used, map_size, due_ms, now_ms;
    uint64_t clock_ahead_ms; /* 0: it follows the machine's clock */
    uint32_t site_version;
    size_t following_count;
    struct cli_following following[CLI_SERVICES];
};

/* Asks all four, in the order of cli_services. OK, or the code of one that did not answer. */
MUST_CHECK Paidan__Code cli_service_ask(struct cli *cli, struct cli_service services[CLI_SERVICES],
                                        uint64_t timeout_ms);
/* UINT64_MAX when it did not answer. */
uint64_t cli_service_head(const struct cli_service *services, const char *name);
/* Does every service hold all that the ones it follows have said? */
bool cli_service_quiet(const struct cli_service services[CLI_SERVICES]);
