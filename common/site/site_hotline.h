/* site_hotline: the hotlines above 上级平台 with whom tickets are handed over and back, and the exchange
 * whose calls pop up at the operators'.
 *
 *   hotline.yaml            channel, where we listen, the peers, the exchange
 *   hotline-categories.csv  peer,theirs,category   their categories, by code or name, as ours
 *   hotline-divisions.csv   peer,theirs,area       their divisions 区划, by code or name, as our areas
 *   hotline-units.csv       peer,theirs,unit       whom they name to do it, as our units
 *   hotline-states.csv      peer,ours,theirs       what of ours (received, closed.solved) they call how
 *
 *   channel: city12345                 # of the tickets that they hand to us
 *   listen: 127.0.0.1:8331             # nginx stands in front of it
 *   peers:
 *     - code: city                     # signs as, and is `source` of its envelopes
 *       name: 市 12345
 *       suite: hmac-sha256             # or hmac-sm3, sm2-sm3
 *       url: https://12345.example.cn/street/messages   # left out: nothing is told to it
 *       ours: guangming                # what we are called there; default paidan
 *       inside: false                  # it may lie in the own network
 *       name_en: City hotline
 *   duty:                              # 8 小时以外; left out: the office is always there
 *     calendar: office                 # its hours; outside them
 *     unit: duty-room                  # takes calls and what is handed over
 *   calls: true                        # an exchange tells of its calls, under the token DATA/secrets/hotline/calls
 *   calls_channel: hotline             # whose operators see who rings; default: channel
 *
 * In a CSV the peer * stands for all. Keys stand in DATA/secrets/hotline/<peer>, never here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/site/site.h"

#define SITE_HOTLINE_PEERS_MAX 16u
#define SITE_HOTLINE_ROWS_MAX 20000u
#define SITE_HOTLINE_URL_BYTES_MAX 511u

/* How envelopes are signed: by a key that both know, or each by its own. */
enum site_hotline_suite {
    SITE_HOTLINE_HMAC_SHA256,
    SITE_HOTLINE_HMAC_SM3,
    SITE_HOTLINE_SM2_SM3,
    SITE_HOTLINE_SUITES
};

struct site_hotline_peer {
    char code[CODE_BYTES_MAX + 1], ours[CODE_BYTES_MAX + 1];
    char name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    char url[SITE_HOTLINE_URL_BYTES_MAX + 1]; /* "": nothing is told to it */
    enum site_hotline_suite suite;
    bool inside;
};

enum site_hotline_map {
    SITE_HOTLINE_CATEGORIES,
    SITE_HOTLINE_DIVISIONS,
    SITE_HOTLINE_STATES,
    SITE_HOTLINE_UNITS,
    SITE_HOTLINE_MAPS
};
struct site_hotline_row {
    uint32_t peer; /* index; SITE_NONE: all */
    uint32_t line;
    char from[NAME_BYTES_MAX + 1]; /* what is looked for */
    char to[NAME_BYTES_MAX + 1];   /* a code of ours; of a state, theirs */
};

struct site_hotline {
    uint32_t channel; /* index */
    char listen[64];
    bool calls;             /* an exchange tells of its calls */
    uint32_t calls_channel; /* index: whose operators see who rings; SITE_NONE: channel's */
    uint32_t duty_calendar, duty_unit; /* indexes; unit SITE_NONE: nobody has a duty */
    uint32_t peer_count;
    struct site_hotline_peer peers[SITE_HOTLINE_PEERS_MAX];
    uint32_t row_counts[SITE_HOTLINE_MAPS];
    struct site_hotline_row *rows[SITE_HOTLINE_MAPS]; /* by from, then peer */
};

/* The channel whose operators see who rings; NULL: no exchange tells of its calls. */
const char *site_hotline_calls(const struct site *site);
/* NULL: the site has no such peer. */
const struct site_hotline_peer *site_hotline_peer_find(const struct site *site, const char *code);
/* What stands there for a word of the peer, else for one of all; NULL: nothing. */
const char *site_hotline_map(const struct site *site, enum site_hotline_map map,
                             const struct site_hotline_peer *peer, const char *from);
/* Index of the unit that has the duty 值班 at that moment; SITE_NONE: the office is open, or the site names
 * nobody. */
uint32_t site_hotline_duty(const struct site *site, uint64_t at_ms);
const char *site_hotline_suite_name(enum site_hotline_suite suite);
