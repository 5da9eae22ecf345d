/* shell_open: what a service needs before its first step, opened in this order and closed in the
 * reverse: signals, clock, site, store (whose lock keeps a second process out), engine, sockets,
 * ports. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/run/shell_parts.h"
#include "common/run/signals.h"

/* ---- settings of the site ---------------------------------------------------------------------
 */

static void site_print(const struct site_report *report)
{
    const uint32_t shown = report->count < SITE_MISTAKES_MAX ? report->count : SITE_MISTAKES_MAX;
    for (uint32_t index = 0; index < shown; index++) {
        const struct site_mistake *mistake = &report->mistakes[index];
        diag_log(DIAG_ERROR, "site", "file=%s line=%u mistake=%s text=\"%s\"", mistake->file,
                 mistake->line, mistake->name, shell_args_say(mistake->zh, mistake->en));
    }
    if (report->count > shown) {
        diag_log(DIAG_ERROR, "site", "more=%u", report->count - shown);
    }
}

/* The first mistake, for those who ask by ping why the site that they wrote is not in force. */
static void refused_take(struct shell_refused *refused, const struct site_report *report)
{
    *refused = (struct shell_refused){.mistakes = report->count};
    if (report->count == 0) {
        return;
    }
    const struct site_mistake *first = &report->mistakes[0];
    char line[16] = "";
    if (first->line != 0) {
        (void)snprintf(line, sizeof line, ":%u", first->line);
    }
    (void)snprintf(refused->what, sizeof refused->what, "%s%s %s", first->file, line, first->name);
    (void)snprintf(refused->zh, sizeof refused->zh, "%s", first->zh);
    (void)snprintf(refused->en, sizeof refused->en, "%s", first->en);
}

/* All mistakes of a site are told at once, up to SITE_MISTAKES_MAX: whoever mends it does it in one
 * round. The report is large, so it is not on the stack. */
static enum rc site_read(const struct shell *shell, struct site **site,
                         struct shell_refused *refused)
{
    struct site_report *report = calloc(1, sizeof *report);
    if (report == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = site_load(shell->settings.site_dir, report, site);
    if (rc != RC_OK) {
        site_print(report);
    }
    refused_take(refused, report);
    free(report);
    return rc;
}

/* Why, where no file has a mistake. */
static void refused_explain(struct shell_refused *refused, enum rc rc, bool read)
{
    if (refused->mistakes > 0) {
        return;
    }
    const bool levels = read && rc == RC_SETTINGS;
    (void)snprintf(refused->what, sizeof refused->what, "%s",
                   levels ? "SITE_LEVELS_CHANGED" : rc_name(rc));
    (void)snprintf(refused->zh, sizeof refused->zh, "%s",
                   levels ? "运行中的站点不能改变层级，请恢复 levels" : "站点没有读成，请再试一次");
    (void)snprintf(refused->en, sizeof refused->en, "%s",
                   levels ? "the levels of a running site cannot change; restore levels"
                          : "the site could not be read; try again");
}

/* Whole or not at all: a site with a mistake leaves the one before in force, and says so. */
void shell_open_site_again(struct shell *shell)
{
    struct site *site = NULL;
    struct shell_refused refused = {.at_ms = 0};
    enum rc rc = site_read(shell, &site, &refused);
    const bool read = rc == RC_OK;
    if (read) {
        rc = step_engine_set_site(shell->engine, site);
        if (rc != RC_OK) {
            site_free(site);
        }
    }
    if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "shell", "site=kept why=%s", rc_name(rc));
        refused_explain(&refused, rc, read);
        /* Since the first refusal: as long as the files have been ahead of what is in force. */
        refused.at_ms =
            shell->refused.at_ms != 0 ? shell->refused.at_ms : shell_clock_now_ms(shell);
        shell->refused = refused;
        return;
    }
    shell->refused = (struct shell_refused){.at_ms = 0};
    site_free(shell->site);
    shell->site = site;
    shell->step_wanted = true;
    diag_log(DIAG_INFO, "shell", "site=%08x", site->version);
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

/* 0750: the group of the services and of the clerks on this machine may enter, nobody else. */
static enum rc folder_make(const char *path)
{
    if (mkdir(path, 0750) != 0 && errno != EEXIST) {
        diag_log(DIAG_ERROR, "shell", "mkdir=\"%s\" why=\"%s\"", path, strerror(errno));
        return RC_IO;
    }
    return RC_OK;
}

/* A path that is too long is a setting that is wrong, not a fault. */
static enum rc path_make(char *path, size_t size, const char *folder, const char *name,
                         const char *suffix)
{
    const int length = snprintf(path, size, "%s/%s%s", folder, name, suffix);
    return length < 0 || (size_t)length >= size ? RC_SETTINGS : RC_OK;
}

/* The store's lock is what keeps a second service out: a socket file proves nothing after a kill. */
static enum rc open_store(struct shell *shell)
{
    char path[PATH_MAX];
    const struct step_service *service = shell->service->step;
    enum rc rc = folder_make(shell->settings.data_dir);
    if (rc == RC_OK) {
        rc = path_make(path, sizeof path, shell->settings.data_dir, service->name, "");
    }
    if (rc != RC_OK) {
        return rc;
    }
    const struct store_options options = {
        .path = path,
        .map_bytes = shell->settings.map_mib << 20,
        .service = service->name,
        .tables = service->tables,
    };
    rc = store_open(&shell->store, &options);
    if (rc == RC_LOCKED) {
        diag_log(DIAG_ERROR, "shell", "code=STORE_LOCKED store=%s", service->name);
    } else if (rc == RC_FORMAT) {
        diag_log(DIAG_ERROR, "shell", "code=STORE_FORMAT store=%s", service->name);
    } else if (rc == RC_CORRUPT) {
        diag_log(
            DIAG_ERROR, "shell", "code=STORE_CORRUPT store=%s text=\"%s\"", service->name,
            shell_args_say("数据已损坏，请从备份恢复。", "The data is damaged; restore a backup."));
    } else if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "shell", "store=%s why=%s", service->name, rc_name(rc));
    }
    return rc;
}

/* The list of levels is part of what is stored: changed, old tickets would mean other levels. */
static enum rc open_engine(struct shell *shell)
{
    const struct step_options options = {.store = shell->store,
                                         .site = shell->site,
                                         .authorise = shell_permit_ask,
                                         .pass = shell_permit_pass,
                                         .authorise_context = shell,
                                         .besides = shell_port_knows,
                                         .beside = shell_port_query,
                                         .beside_context = shell};
    const enum rc rc = step_engine_open(&shell->engine, shell->service->step, &options);
    if (rc == RC_SETTINGS) {
        diag_log(DIAG_ERROR, "shell", "code=SITE_LEVELS_CHANGED");
    } else if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "shell", "engine=%s", rc_name(rc));
    }
    return rc;
}

/* After a kill the file is there still; a full disk need not keep us from starting then. */
static bool endpoint_stands(const char *path, const char *endpoint)
{
    char stored[BUS_ENDPOINT_BYTES + 2] = "", wanted[BUS_ENDPOINT_BYTES + 2];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    const size_t bytes = fread(stored, 1, sizeof stored - 1, file);
    (void)fclose(file);
    const int length = snprintf(wanted, sizeof wanted, "%s\n", endpoint);
    return length >= 0 && (size_t)length == bytes && memcmp(stored, wanted, bytes) == 0;
}

/* Others find us by this file; it appears whole or not at all. */
static enum rc endpoint_write(const char *folder, const char *service, const char *endpoint)
{
    char path[PATH_MAX];
    char temporary[PATH_MAX];
    enum rc rc = path_make(path, sizeof path, folder, service, ".endpoint");
    if (rc == RC_OK) {
        rc = path_make(temporary, sizeof temporary, folder, service, ".endpoint.new");
    }
    if (rc != RC_OK || endpoint_stands(path, endpoint)) {
        return rc;
    }
    FILE *file = fopen(temporary, "we");
    bool written = file != NULL && fprintf(file, "%s\n", endpoint) > 0;
    if (file != NULL) {
        written = fclose(file) == 0 && written;
    }
    if (!written || rename(temporary, path) != 0) {
        diag_log(DIAG_ERROR, "shell", "endpoint=\"%s\" why=\"%s\"", path, strerror(errno));
        return RC_IO;
    }
    return RC_OK;
}

/* Absolute, since those who read it may stand elsewhere. */
static enum rc endpoint_choose(const struct shell *shell, const char *run, char *endpoint,
                               size_t size)
{
    const char *given = shell->settings.endpoint;
    const bool relative = given != NULL && strncmp(given, "ipc://", 6) == 0 && given[6] != '/';
    char *real = realpath(relative ? "." : run, NULL);
    int length = -1;
    if (relative && real != NULL) {
        length = snprintf(endpoint, size, "ipc://%s/%s", real, given + 6);
    } else if (given != NULL && !relative) {
        length = snprintf(endpoint, size, "%s", given);
    } else if (real != NULL) {
        length = snprintf(endpoint, size, "ipc://%s/%s.sock", real, shell->service->step->name);
    }
    free(real);
    return length < 0 || (size_t)length >= size ? RC_SETTINGS : RC_OK;
}

/* Where socket and endpoint lie: DATA/run/<service>/ where somebody made that folder, so that nobody
 * else can put another socket into their place; else DATA/run, which all services share. */
static enum rc run_choose(const struct shell *shell, char *shared, char *own)
{
    struct stat status;
    const char *const service = shell->service->step->name;
    enum rc rc = path_make(shared, PATH_MAX, shell->settings.data_dir, "run", "");
    if (rc == RC_OK) {
        rc = folder_make(shared);
    }
    if (rc == RC_OK) {
        rc = path_make(own, PATH_MAX, shared, service, "");
    }
    if (rc == RC_OK && (stat(own, &status) != 0 || !S_ISDIR(status.st_mode))) {
        memcpy(own, shared, strlen(shared) + 1);
    }
    return rc;
}

/* Everybody looks at DATA/run/<service>.endpoint. In an installation a link stands there already,
 * and we may not write beside it. */
static void endpoint_link(const char *shared, const char *own, const char *service)
{
    struct stat status;
    char path[PATH_MAX], target[PATH_MAX];
    if (strcmp(shared, own) == 0 ||
        path_make(path, sizeof path, shared, service, ".endpoint") != RC_OK ||
        path_make(target, sizeof target, service, service, ".endpoint") != RC_OK ||
        (lstat(path, &status) == 0 && S_ISLNK(status.st_mode))) {
        return;
    }
    (void)unlink(path);
    if (symlink(target, path) != 0) {
        diag_log(DIAG_WARN, "shell", "endpoint=\"%s\" why=\"%s\"", path, strerror(errno));
    }
}

/* Callers find the endpoint in a file, so it is written only once the socket is bound. */
static enum rc open_bus(struct shell *shell)
{
    char shared[PATH_MAX], run[PATH_MAX];
    char endpoint[BUS_ENDPOINT_BYTES];
    enum rc rc = run_choose(shell, shared, run);
    if (rc == RC_OK) {
        rc = endpoint_choose(shell, run, endpoint, sizeof endpoint);
    }
    if (rc == RC_OK) {
        rc = bus_open(&shell->bus);
    }
    if (rc == RC_OK) {
        rc = bus_peer_test(shell->bus);
        if (rc == RC_SETTINGS) {
            diag_log(DIAG_ERROR, "shell", "peers=unknown text=\"%s\"",
                     shell_args_say("这个 libzmq 不能可靠地说明是谁连接，因此不能判断权限。",
                                    "This libzmq does not tell reliably who connects, so nobody's "
                                    "rights can be judged."));
        }
    }
    if (rc == RC_OK) {
        rc = bus_bind(shell->bus, endpoint, &shell->server);
    }
    if (rc == RC_OK) {
        rc = endpoint_write(run, shell->service->step->name, endpoint);
    }
    if (rc == RC_OK) {
        endpoint_link(shared, run, shell->service->step->name);
    }
    if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "shell", "bind=%s", rc_name(rc));
    }
    return rc;
}

/* The store is read through a map: where its file was cut short, or its disk cannot be read, that
 * is a signal. A restart would meet it again, so the service stays down (78). */
static void page_missing(int signal)
{
    (void)signal;
    static const char line[] =
        "error shell code=STORE_CORRUPT signal=SIGBUS text=\"数据文件被截断或无法"
        "读取，请从备份恢复 / the store's file was cut short or cannot be read; "
        "restore a backup\"\n";
    const ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    _exit(SHELL_EXIT_SETTINGS);
}

/* Before the bus: its thread must not take these signals. */
static enum rc open_signals(struct shell *shell)
{
    const struct sigaction missing = {.sa_handler = page_missing};
    if (sigaction(SIGBUS, &missing, NULL) != 0) {
        return RC_IO;
    }
    return signals_open(&shell->signals);
}

/* A connection is a descriptor; as many callers as the system allows. */
static void open_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The order is what each needs: signals before the bus has a thread, the clock before the engine is
 * judged by it, the store before anybody can ask, ports last, since they may ask at once. */
enum rc shell_open_all(struct shell *shell)
{
    open_limits();
    enum rc rc = open_signals(shell);
    if (rc == RC_OK) {
        if (shell->service->real_time) {
            clock_init_real(&shell->clock);
        } else {
            rc = clock_open(&shell->clock, shell->settings.data_dir);
        }
        rc = rc == RC_INVALID ? RC_SETTINGS : rc;
        if (rc != RC_OK) {
            diag_log(DIAG_ERROR, "shell", "clock=%s", rc_name(rc));
        }
    }
    if (rc == RC_OK) {
        struct shell_refused refused; /* a service that does not start answers nobody */
        rc = site_read(shell, &shell->site, &refused);
        rc = rc == RC_IO ? RC_SETTINGS : rc;
    }
    if (rc == RC_OK) {
        rc = open_store(shell);
    }
    if (rc == RC_OK) {
        rc = shell_permit_open(shell);
    }
    if (rc == RC_OK) {
        rc = open_engine(shell);
    }
    if (rc == RC_OK) {
        shell_permit_begin(shell);
        rc = shell_clock_open(shell);
    }
    if (rc == RC_OK) {
        rc = open_bus(shell);
    }
    if (rc == RC_OK) {
        rc = shell_follow_init(shell);
    }
    if (rc == RC_OK) {
        rc = shell_queue_init(&shell->queue);
    }
    if (rc == RC_OK) {
        rc = shell_care_init(shell);
    }
    return rc == RC_OK ? shell_port_open_all(shell) : rc;
}

/* In every state of an opening that failed: whatever was not opened is NULL or empty. */
void shell_open_close(struct shell *shell)
{
    shell_port_close_all(shell);
    shell_queue_fini(&shell->queue);
    shell_wait_fini(shell);
    shell_follow_fini(shell);
    bus_socket_close(shell->server);
    bus_close(shell->bus);
    step_engine_close(shell->engine);
    store_close(shell->store);
    permit_door_close(shell->door);
    site_free(shell->site);
    if (shell->signals >= 0) {
        close(shell->signals);
    }
    free(shell);
}
