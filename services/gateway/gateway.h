/* gateway: HTTP in front of the services. It stores nothing: what it knows can be asked again.
 *
 * One thread turns everything (gateway_loop): libmicrohttpd's epoll, the sockets to the services,
 * the parts that others add. Files call only those below them:
 *
 *   gateway_loop      the loop, opening, closing, signals, ping
 *   gateway_ping      its own socket, for `paidan ping`
 *   gateway_http      libmicrohttpd: connections, headers, bodies, slow clients; who may go on
 *   gateway_route     the one table of routes; finds a row for a path
 *   gateway_openapi   the table and the descriptors as OpenAPI 3.1
 *   gateway_ticket    one ticket as all services know it       gateway_words    words, site, calendar
 *   gateway_status    health, readiness, metrics                gateway_static   the console's files
 *   gateway_login     login, one's own account                  gateway_people   what administrators do
 *   gateway_sheet     lists as .xlsx                        gateway_desk      lists of two services
 *   gateway_figures   figures as .xlsx
 *   gateway_work      one act on one ticket                gateway_calls     who rings at the operators'
 *   gateway_api       a route that is a wish: JSON in, Request, Answer, JSON out
 *   gateway_rights    whose rights are others
 *   gateway_open311_* calls of Open311 GeoReport v2             gateway_open311   what they have in common
 *   gateway_report    a resident's report                       gateway_xml       JSON as XML
 *   gateway_session   cookie, CSRF, grants, keys                gateway_worker   proofs of passwords
 *   gateway_page      what residents see; gateway_page_report, gateway_page_ticket, gateway_kiosk
 *   gateway_code      a resident's number and code       gateway_media    photos and files
 *   gateway_form      forms of pages                     gateway_html     the text of a page
 *   gateway_limit     buckets                                   gateway_memo     texts said lately
 *   gateway_upstream  one DEALER a service, and what was asked and is not answered
 *   gateway_import    tables as cells                          gateway_search    tickets of all times
 *   gateway_problem   refusals as problem+json
 *   gateway_exchange  one request and its answer
 *   gateway_uri       path and query
 *
 * Adding to it: a route is a row of gateway_route.c with a handler; what needs the loop's time is a
 * struct gateway_part in gateway_loop.c's table; files of a folder are a row in gateway_static.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/metrics.h"
#include "common/bus/bus.h"
#include "common/say/adapter.h"
#include "common/say/say.h"
#include "common/site/site.h"
#include "common/web/web_daemon.h"
#include "gateway_uri.h"

enum {
    GATEWAY_PROTOCOL = 1,
    GATEWAY_ADDRESS_BYTES = 48, /* of a client: IPv6 text, or "unix" */
    /* The longest text of a resident (64 KiB) with every character escaped. */
    GATEWAY_BODY_BYTES_DEFAULT = 256 << 10,
    GATEWAY_PARTS_MAX = 8,
    GATEWAY_DOORS_MAX = 2, /* tcp on loopback, a Unix socket for nginx */
    GATEWAY_RETIRED_MAX = 16,
    GATEWAY_RETIRED_US = 120000000, /* above the longest long poll */
};

/* The services that are asked, in the order in which tickets reach them. */
enum gateway_service {
    GATEWAY_INTAKE,
    GATEWAY_TRIAGE,
    GATEWAY_ESCALATION,
    GATEWAY_CALLBACK,
    GATEWAY_ACCESS,
    GATEWAY_ARCHIVE,
    GATEWAY_SERVICES,
    /* Adapters follow, in the order of common/say/adapter.h: of each instance those that its site has,
     * and nobody waits for them. */
    GATEWAY_ADAPTER = GATEWAY_SERVICES,
    GATEWAY_WECHAT = GATEWAY_ADAPTER + ADAPTER_WECHAT,
    GATEWAY_HOTLINE = GATEWAY_ADAPTER + ADAPTER_HOTLINE,
    GATEWAY_LINKS = GATEWAY_SERVICES + ADAPTERS,
    GATEWAY_NO_SERVICE = GATEWAY_LINKS,
    GATEWAY_NAMED_ADAPTER, /* in a route: the one that the part {adapter} of its path names */
};

enum gateway_method { GATEWAY_GET, GATEWAY_POST, GATEWAY_DELETE, GATEWAY_OTHER };
/* Who may come in at all; what he may then do, the services judge. */
enum gateway_who {
    GATEWAY_ANYONE,
    GATEWAY_LOOPBACK, /* of this machine, not through the proxy */
    GATEWAY_LOGIN,    /* a session or an API key */
};
enum gateway_body { GATEWAY_NO_BODY, GATEWAY_JSON, GATEWAY_FORM, GATEWAY_BYTES };

struct gateway;
struct exchange;
struct gateway_report;
struct gateway_session;
struct libdeflate_compressor;
typedef void gateway_handler(struct exchange *exchange);

/* A row of the table. handler answers at once, or asks and answers later (gateway_exchange.h). */
struct gateway_route {
    enum gateway_method method;
    const char *pattern; /* "/api/v1/tickets/{number}"; "{*}" at the end: any rest */
    enum gateway_who who;
    gateway_handler *handler;
    const char *summary; /* English, for OpenAPI */
    /* of gateway_api */
    Paidan__Request__WishCase wish; /* 0: none */
    enum gateway_service service;
    const char *type;   /* of the answer, for OpenAPI, where it is no JSON */
    const char *answer; /* the member of Answer that it is answered with, for OpenAPI; NULL: none */
    enum gateway_body body;
    size_t body_max; /* bytes; 0: GATEWAY_BODY_BYTES_DEFAULT */
    /* How a refusal is said here, also one that comes before the handler; NULL: as problem+json. sentence: in
     * the caller's language; detail: NULL none. */
    void (*refuse)(struct exchange *exchange, unsigned status, const char *code,
                   const char *sentence, const char *detail);
    /* Schemas of gateway_openapi where no message has that form; NULL: the wish's and the answer's. */
    const char *form, *told;
};

/* Something that is turned by the loop beside HTTP and the services: an event feed, a cache. All may
 * be NULL but name. Runs on the loop's thread: a bounded share, never waiting. */
struct gateway_part {
    const char *name;
    /* Before the first request; RC_OK, or the gateway does not start. */
    enum rc (*open)(struct gateway *gateway, void **context);
    /* Before libmicrohttpd stops: every exchange that it holds must be finished. */
    void (*close)(struct gateway *gateway, void *context);
    /* Each round. Returns when it wants the next one at the latest (monotonic us). */
    uint64_t (*tick)(struct gateway *gateway, void *context, uint64_t now_us);
    /* gateway->site is another one; pointers into the old one are no longer good. */
    void (*site_changed)(struct gateway *gateway, void *context);
};

struct gateway_settings {
    const char *data_dir, *site_dir;
    const char *listen;        /* "127.0.0.1:8310"; port 0: any */
    const char *unix_path;     /* NULL: none */
    const char *console_dir;   /* NULL: none */
    const char *public_origin; /* "https://paidan.example.cn"; NULL: loopback alone */
    unsigned connections_max, address_connections_max;
    bool unlimited; /* no buckets per person: benchmarks */
};

struct gateway_counts {
    uint64_t requests, by_class[6]; /* by the first digit of the status */
    uint64_t refused_limit, refused_slow, resent, late, unknown_answers, logins, login_failures;
    struct metrics_histogram seconds;
};

struct gateway {
    struct gateway_settings settings;
    struct clock clock;
    struct site *site;
    /* Sites of before, for exchanges that began with one: the longest waits GATEWAY_RETIRED_US. */
    struct gateway_retired {
        struct site *site;
        uint64_t until_us;
    } retired[GATEWAY_RETIRED_MAX];
    struct say say;     /* Chinese, the site's names */
    struct arena arena; /* of one turn: emptied before a request or an answer is dealt with */
    struct bus *bus;
    struct bus_socket *server;            /* answers Ping */
    struct libdeflate_compressor *packer; /* of long answers; made when first needed */
    struct MHD_Daemon *doors[GATEWAY_DOORS_MAX];
    unsigned door_count;
    char run_dir[4096]; /* DATA/run/gateway where somebody made that folder, else DATA/run */
    char origin[128];   /* "http://127.0.0.1:8310" */
    const struct gateway_route *routes;
    size_t route_count;
    struct gateway_upstream *upstream;
    struct gateway_http *http;
    struct gateway_static *files;
    struct gateway_sessions *sessions;
    struct gateway_limits *limits;
    struct gateway_codes *codes;
    struct gateway_pages *pages;
    struct gateway_media *media;
    struct gateway_open311 *open311;
    unsigned char form_secret[32]; /* of this process: forms of residents */
    size_t bodies_bytes;           /* of all bodies that are held */
    struct gateway_worker *worker;
    struct gateway_memo *memo;
    const struct gateway_part *parts[GATEWAY_PARTS_MAX];
    void *part_contexts[GATEWAY_PARTS_MAX];
    unsigned part_count;
    struct gateway_counts counts;
    struct web_lines lines; /* open connections */
    size_t suspended;       /* exchanges that wait for their answer */
    unsigned sheets;        /* tables being made or sent (gateway_sheet) */
    int signals;
    bool stop, draining; /* draining: TERM came, nothing new is begun */
    enum rc fault;
    /* How often rights were changed through this gateway, and of how many of these changes access has
     * said whose (gateway_rights): while they differ, no grant that is kept is taken for true. */
    uint64_t rights_changed, rights_heard;
    uint64_t watchdog_us, watchdog_every_us;
};

/* One HTTP request and its answer. Lives from its first header to the end of its answer. */
struct exchange {
    struct gateway *gateway;
    struct MHD_Connection *connection;
    const struct gateway_route *route; /* NULL: none fits */
    enum gateway_method method;
    struct gateway_uri uri;
    struct gateway_pair
        parts[GATEWAY_PARTS_OF_PATH]; /* {name} of the pattern, and what stood there */
    unsigned part_count;
    struct say say;                      /* in the caller's language */
    char address[GATEWAY_ADDRESS_BYTES]; /* of the client, by the proxy where there is one */
    bool proxied;                        /* came through the Unix socket */
    const char *type; /* of the body, lower case, without parameters; NULL: none */
    char *body;       /* NUL after it; NULL: none */
    size_t body_bytes, body_room, body_seen;
    bool overflow, too_long; /* the body, the target */
    /* Who asks; NULL: nobody is known. Held until the exchange ends. */
    struct gateway_session *person;
    void (*person_free)(struct exchange *exchange);
    bool as_gateway;               /* what is asked now is asked without the person's grant */
    struct exchange *waiting_next; /* of those who wait for the same grant */
    gateway_handler *then;
    /* Told before a service's refusal is answered (gateway_api_ask); NULL: nobody. */
    void (*refused)(struct exchange *exchange, Paidan__Code code);
    unsigned char request_id[REQUEST_ID_BYTES]; /* Idempotency-Key, else made */
    uint64_t started_us;
    struct gateway_report *report; /* that is being registered (gateway_report); NULL: none */
    /* a handler's own, freed with the exchange */
    void *state;
    void (*state_free)(void *state);
    /* the answer */
    unsigned status; /* 0: not yet */
    struct MHD_Response *response;
    bool begun, handled, suspended, queued;
    bool close;  /* the connection ends with the answer */
    bool stream; /* the answer has no end: no time bounds it */
};
