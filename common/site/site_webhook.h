/* site_webhook: who outside is told of what happens to tickets: webhooks.yaml.
 *
 *   source: https://paidan.example.cn      # what receivers know this site by; default /paidan
 *   subscribers:
 *     - code: city                         # names the destination and its secret
 *       url: https://hooks.example.cn/in
 *       facts: [assigned, closed]          # left out: all that may be told
 *       units: [lights]  areas: [east]  channels: [wechat]     # left out: all
 *       mode: structured                   # or binary, batched
 *       batch: {size: 50, wait: 1s}
 *       texts: false                       # titles and notes are told too, but of confidential tickets
 *       inside: false                      # may lie in the own network
 *       headers: [{name: X-Site, value: east}]
 *       retry: {attempts: 40, give_up: 3d, pause: 10s, pause_max: 1h, flights: 16}
 *
 * Secrets stand in DATA/secrets/webhook/<code>, never here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/site/site.h"

#define SITE_WEBHOOKS_MAX 32u
#define SITE_WEBHOOK_SCOPE_MAX 64u  /* units, areas, channels of one */
#define SITE_WEBHOOK_HEADERS_MAX 4u /* beside ours they fit one call */
#define SITE_WEBHOOK_URL_BYTES_MAX 511u
#define SITE_WEBHOOK_LINE_BYTES_MAX 255u /* of a header, "Name: value" */
#define SITE_WEBHOOK_BATCH_MAX 100u
#define SITE_WEBHOOK_FACTS_MAX 192u /* the facts that may be told have lower numbers in Event */

enum site_webhook_mode { SITE_WEBHOOK_STRUCTURED, SITE_WEBHOOK_BINARY, SITE_WEBHOOK_BATCHED };

/* Units, areas or channels, by their index; count 0: all. */
struct site_webhook_scope {
    uint32_t count, items[SITE_WEBHOOK_SCOPE_MAX];
};

struct site_webhook {
    char code[CODE_BYTES_MAX + 1];
    char url[SITE_WEBHOOK_URL_BYTES_MAX + 1];
    enum site_webhook_mode mode;
    bool some_facts; /* else all */
    uint64_t facts[SITE_WEBHOOK_FACTS_MAX / 64];
    struct site_webhook_scope units, areas, channels;
    bool inside, texts;
    uint32_t header_count;
    char headers[SITE_WEBHOOK_HEADERS_MAX][SITE_WEBHOOK_LINE_BYTES_MAX + 1];
    uint32_t batch_size;
    uint64_t batch_wait_ms;
    uint32_t attempts_max, flights_max;
    uint64_t give_up_ms, pause_ms, pause_max_ms;
};

struct site_webhooks {
    char source[SITE_WEBHOOK_LINE_BYTES_MAX + 1];
    uint32_t count;
    struct site_webhook hooks[SITE_WEBHOOKS_MAX];
};

/* Whether a fact, by its number in Event, may be told to anybody outside: it is about one ticket and
 * stands in the log of triage, escalation or callback. */
bool site_webhook_tells(unsigned fact);
/* NULL: the site has no such subscriber. */
const struct site_webhook *site_webhook_find(const struct site *site, const char *code);
/* Whether the subscriber is to hear of a fact about a ticket of that unit (with those that assist),
 * area and channel; "": not known, so that nobody who asked for some hears of it. Codes of before
 * (site_heir) count as what carries them on. */
struct site_webhook_about {
    unsigned fact;
    const char *unit, *area, *channel;
    uint32_t assist_count;
    const char *assist[SITE_ASSIST_MAX];
};
bool site_webhook_hears(const struct site *site, const struct site_webhook *hook,
                        const struct site_webhook_about *about);
