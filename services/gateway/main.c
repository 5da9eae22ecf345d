/* paidan-gateway: reads its settings and turns the loop. What is not understood stops the start: an
 * installation must not run with half of what was meant. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/diag.h"
#include "gateway_loop.h"
#include "gateway_openapi.h"
#include "gateway_route.h"

enum { EXIT_USAGE = 64 };

enum {
    OPTION_DATA = 256,
    OPTION_SITE,
    OPTION_LISTEN,
    OPTION_UNIX,
    OPTION_CONSOLE,
    OPTION_ORIGIN,
    OPTION_CONNECTIONS,
    OPTION_UNLIMITED,
    OPTION_OPENAPI,
    OPTION_LOG_LEVEL,
    OPTION_HELP,
    OPTION_VERSION,
};
static const struct option options[] = {
    {"data", required_argument, NULL, OPTION_DATA},
    {"site", required_argument, NULL, OPTION_SITE},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"unix", required_argument, NULL, OPTION_UNIX},
    {"console", required_argument, NULL, OPTION_CONSOLE},
    {"public-origin", required_argument, NULL, OPTION_ORIGIN},
    {"connections", required_argument, NULL, OPTION_CONNECTIONS},
    {"unlimited", no_argument, NULL, OPTION_UNLIMITED},
    {"openapi", no_argument, NULL, OPTION_OPENAPI},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "paidan-gateway: HTTP in front of the services of one instance 网关\n\n"
    "  --data DIR            the instance's data (required)\n"
    "  --site DIR            the site's settings (required)\n"
    "  --listen 127.0.0.1:P  where browsers of this machine come in; P 0: any free port\n"
    "                        (default 127.0.0.1:8310). Written to DATA/run/gateway.http\n"
    "  --unix PATH           a Unix socket for nginx, which alone may say X-Real-IP\n"
    "  --console DIR         the built console\n"
    "  --public-origin URL   https://HOST of nginx; other hosts than loopback are refused\n"
    "  --connections N       at most so many at once, 16 to 60000, default 8192\n"
    "  --unlimited           no limits per person (benchmarks)\n"
    "  --log-level L         error, warn, info (default) or debug\n"
    "  --openapi             print the description of the interface (OpenAPI 3.1)\n"
    "  --version             show the version\n"
    "Exits: 0 ended, 64 usage, 75 fault (start again), 78 settings\n";

static bool level_read(const char *text, enum diag_level *level)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (unsigned index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(names[index], text) == 0) {
            *level = (enum diag_level)index;
            return true;
        }
    }
    return false;
}

static bool connections_read(const char *text, unsigned *connections)
{
    char *end = NULL;
    const unsigned long value = strtoul(text, &end, 10);
    *connections = (unsigned)value;
    return text[strspn(text, "0123456789")] == '\0' && end != text && value >= 16 && value <= 60000;
}

/* False: not understood. */
static bool option_take(int option, struct gateway_settings *settings, enum diag_level *level)
{
    switch (option) {
    case OPTION_DATA:
        settings->data_dir = optarg;
        return true;
    case OPTION_SITE:
        settings->site_dir = optarg;
        return true;
    case OPTION_LISTEN:
        settings->listen = optarg;
        return true;
    case OPTION_UNIX:
        settings->unix_path = optarg;
        return true;
    case OPTION_CONSOLE:
        settings->console_dir = optarg;
        return true;
    case OPTION_ORIGIN:
        settings->public_origin = optarg;
        return true;
    case OPTION_CONNECTIONS:
        return connections_read(optarg, &settings->connections_max);
    case OPTION_UNLIMITED:
        settings->unlimited = true;
        return true;
    case OPTION_LOG_LEVEL:
        return level_read(optarg, level);
    default:
        return false;
    }
}

static int openapi_print(void)
{
    size_t count = 0;
    const struct gateway_route *routes = gateway_route_table(&count);
    json_t *made = gateway_openapi_make(routes, count);
    const int failed = json_dumpf(made, stdout, JSON_INDENT(2));
    json_decref(made);
    return failed != 0 || puts("") < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct gateway_settings settings = {.listen = "127.0.0.1:8310", .connections_max = 8192};
    enum diag_level level = DIAG_INFO;
    int option = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == OPTION_HELP || option == OPTION_VERSION) {
            (void)fputs(option == OPTION_HELP ? usage : PAIDAN_VERSION "\n", stdout);
            return EXIT_SUCCESS;
        }
        if (option == OPTION_OPENAPI) {
            return openapi_print();
        }
        if (!option_take(option, &settings, &level)) {
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (settings.data_dir == NULL || settings.site_dir == NULL || optind != argc) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    settings.address_connections_max = settings.connections_max;
    diag_init("gateway", level);
    return gateway_loop(&settings);
}
