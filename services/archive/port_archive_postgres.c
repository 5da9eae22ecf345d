/* port_archive_postgres: writes what is archived into PostgreSQL, in the schema paidan: meta, ticket and
 * event as in the file beside (README.md), without words.
 *
 * One connection, never waited for: it is made, asked and written to as its socket allows. A batch of
 * events is one text of statements with its place in archive's log, in one transaction, so each event is
 * there once; after a connection was lost the place is read from there again. Away for an hour: tried
 * with growing pauses, then what is missing is written.
 *
 * An older schema of ours is brought up, a version after the other, each in a transaction of its own.
 *
 * Owns the connection. What must stay true: what is there of another log or of a newer schema is never
 * dropped nor changed, for it is not ours: that is said, and left to its owner. A host's name is looked up by libpq
 * while the service waits, so an address or a socket's folder stands in the connection string. */
#include "port_archive_postgres.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_row.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "port_archive_log.h"
#include "port_archive_sql.h"

enum {
    LINE_BYTES_MAX = 1024,
    BATCH_BYTES_MAX = 1 << 20, /* of statements in one transaction */
    TURN_US = 20000,           /* of making them */
    PAUSE_US = 200000,         /* what comes one by one is written together */
    ANSWER_US = 60000000,      /* then the connection is thought to be lost */
    BACKOFF_US = 1000000,
    BACKOFF_US_MAX = 60000000,
    CODE_BYTES = 8, /* SQLSTATE */
    SCHEMA = 2,
    BEHIND = 64,
    PATH_BYTES_MAX = 4096,
};

/* Of an older schema: all tickets of a city, on a slow disk. */
#define UPGRADE_US 3600000000ull

/* What is done with the connection now. */
enum phase { REST, CONNECTING, ASKING, UPGRADING, IDLE, WRITING };

struct postgres {
    struct shell_gate *gate;
    char line[LINE_BYTES_MAX]; /* how it is reached; "": not known */
    char path[PATH_BYTES_MAX]; /* of the secret that says so; "": nobody wants one */
    bool named;                /* by the site: one that is not there is waited for */
    PGconn *connection;
    enum phase phase;
    PostgresPollingStatusType polling;
    struct port_archive_place place, next; /* there; with the batch under way */
    unsigned meta_seen;
    uint64_t schema;
    char code[CODE_BYTES]; /* of the first statement that failed; "": none has */
    char *batch;           /* heap */
    size_t used, room;
    uint64_t next_us, until_us, backoff_us;
    Paidan__SinkState state;
    char detail[CODE_BYTES + 16];
    uint64_t since_ms;
};

static struct postgres *the_one; /* for SinkList; NULL: not open */

static const char setup[] =
    "SET client_min_messages = warning; SET client_encoding = 'UTF8';"
    "CREATE SCHEMA IF NOT EXISTS paidan; SET search_path = paidan;"
    "CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS ticket (id bigint PRIMARY KEY, number text NOT NULL,"
    " registered_ms bigint, channel text, title text, place text, person text,"
    " confidential smallint NOT NULL, state text, unit text, category text, area text,"
    " level integer, urgency integer, outcome text, solved text, satisfied text,"
    " closed_ms bigint, merged_into bigint, changed_ms bigint NOT NULL, moved bigint NOT NULL, "
    "answered bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS event (log text NOT NULL, seq bigint NOT NULL,"
    " at_ms bigint NOT NULL, ticket bigint, fact text NOT NULL, actor text, json jsonb NOT NULL,"
    " PRIMARY KEY (log, seq));"
    "CREATE INDEX IF NOT EXISTS event_ticket ON event (ticket, at_ms);"
    "INSERT INTO meta VALUES ('schema', 2), ('seq', 0), ('part', 0), ('crc', 0)"
    " ON CONFLICT DO NOTHING;"
    "SELECT name, value FROM meta";
static_assert(SCHEMA == 2, "as the setup says");

/* From the version that is its index to the next. What a new column says of tickets that are there is made of their
 * events, which stand beside them: nothing is read from the log again. */
static const char *const upgrades[SCHEMA] = {
    /* Since 2 what a resident answered is emptied by a later reopening, in whatever order the logs were read:
     * `answered` is the order of the newest event that says or empties it (archive_row: moved). */
    [1] =
        "BEGIN;"
        "ALTER TABLE ticket ADD COLUMN IF NOT EXISTS answered bigint NOT NULL DEFAULT 0;"
        "UPDATE ticket SET answered = said.moved,"
        " solved = CASE said.fact WHEN 'answered' THEN said.json #>> '{answered,solved}' END,"
        " satisfied = CASE said.fact WHEN 'answered' THEN said.json #>> '{answered,satisfied}' END"
        " FROM (SELECT DISTINCT ON (ticket) ticket, fact, json,"
        " at_ms * 8 + CASE log WHEN 'escalation' THEN 2 ELSE 3 END AS moved FROM event"
        " WHERE ticket IS NOT NULL AND ((log = 'callback' AND fact = 'answered') OR"
        " (log = 'escalation' AND fact = 'reopened')) ORDER BY ticket, moved DESC, seq DESC) said"
        " WHERE ticket.id = said.ticket;"
        "UPDATE meta SET value = 2 WHERE name = 'schema' AND value = 1; COMMIT",
};

/* ---- its state ---- */

static void become(struct postgres *port, Paidan__SinkState state, const char *detail)
{
    if (port->state == state && strcmp(port->detail, detail) == 0) {
        return;
    }
    port->state = state;
    port->since_ms = shell_gate_now_ms(port->gate);
    (void)snprintf(port->detail, sizeof port->detail, "%s", detail);
    diag_log_limited(detail[0] == '\0' ? DIAG_INFO : DIAG_WARN, "archive",
                     "postgres=%s seq=%llu head=%llu", detail[0] == '\0' ? "follows" : detail,
                     (unsigned long long)port->place.seq,
                     (unsigned long long)shell_gate_head(port->gate));
}

/* What libpq says names hosts and users; the log and the answer get a code. */
static void lost(struct postgres *port, const char *why)
{
    PQfinish(port->connection);
    port->connection = NULL;
    port->phase = REST;
    port->backoff_us = port->backoff_us == 0                   ? BACKOFF_US
                       : port->backoff_us > BACKOFF_US_MAX / 2 ? BACKOFF_US_MAX
                                                               : 2 * port->backoff_us;
    port->next_us = clock_monotonic_us() + port->backoff_us;
    become(port,
           strcmp(why, "53100") == 0 ? PAIDAN__SINK_STATE__SINK_FULL
                                     : PAIDAN__SINK_STATE__SINK_AWAY,
           why);
}

static void be_quiet(void *context, const char *message)
{
    (void)context;
    CHECK(message != NULL); /* notices name tables of ours, and are no news */
}

static void ask(struct postgres *port, const char *sql, enum phase phase)
{
    CHECK(port->phase == CONNECTING || port->phase == IDLE);
    port->code[0] = '\0';
    port->meta_seen = 0;
    port->until_us = clock_monotonic_us() + ANSWER_US;
    if (PQsendQuery(port->connection, sql) != 1) {
        lost(port, "send");
        return;
    }
    port->phase = phase;
}

/* Who may read it besides its owner could read the archive: refused, as all secrets are. *line "": it is not
 * there. RC_OK or RC_SETTINGS. */
static enum rc line_read(struct postgres *port)
{
    struct stat found;
    CHECK(port->path[0] != '\0');
    port->line[0] = '\0';
    const int fd = open(port->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return access(port->path, F_OK) == 0 ? RC_SETTINGS : RC_OK;
    }
    const ssize_t bytes = read(fd, port->line, sizeof port->line - 1);
    const bool shared = fstat(fd, &found) != 0 || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    close(fd);
    if (shared || bytes < 0 || bytes == (ssize_t)sizeof port->line - 1) {
        explicit_bzero(port->line, sizeof port->line);
        diag_log_limited(DIAG_ERROR, "archive", "secret=postgres why=%s",
                         shared ? "\"others may read it: chmod 600\""
                                : "\"one line of 1,000 bytes\"");
        return RC_SETTINGS;
    }
    port->line[bytes] = '\0';
    port->line[strcspn(port->line, "\r\n")] = '\0';
    return RC_OK;
}

/* ---- connecting ---- */

static void connect_begin(struct postgres *port)
{
    CHECK(port->connection == NULL);
    if (port->line[0] == '\0' && (line_read(port) != RC_OK || port->line[0] == '\0')) {
        lost(port, "secret"); /* the site names one that is not there, or that others may read */
        return;
    }
    port->connection = PQconnectStart(port->line);
    if (port->connection == NULL || PQstatus(port->connection) == CONNECTION_BAD) {
        lost(port, "connect");
        return;
    }
    (void)PQsetNoticeProcessor(port->connection, be_quiet, NULL);
    port->phase = CONNECTING;
    port->polling = PGRES_POLLING_WRITING;
    port->until_us = clock_monotonic_us() + ANSWER_US;
}

static void connect_go_on(struct postgres *port)
{
    port->polling = PQconnectPoll(port->connection);
    if (port->polling == PGRES_POLLING_FAILED) {
        lost(port, "connect");
    } else if (port->polling == PGRES_POLLING_OK) {
        if (PQsetnonblocking(port->connection, 1) != 0) {
            lost(port, "connect");
            return;
        }
        ask(port, setup, ASKING);
    }
}

/* ---- what it answers ---- */

static void read_meta(struct postgres *port, const PGresult *result)
{
    for (int row = 0; PQnfields(result) == 2 && row < PQntuples(result); row++) {
        const char *const name = PQgetvalue(result, row, 0);
        const uint64_t value = strtoull(PQgetvalue(result, row, 1), NULL, 10);
        port->meta_seen++;
        if (strcmp(name, "schema") == 0) {
            port->schema = value;
        } else if (strcmp(name, "seq") == 0) {
            port->place.seq = value;
        } else if (strcmp(name, "part") == 0) {
            port->place.part = (uint32_t)value;
        } else if (strcmp(name, "crc") == 0) {
            port->place.crc = (uint32_t)value;
        }
    }
}

static void read_result(struct postgres *port, const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK && port->phase == ASKING) {
        read_meta(port, result);
    } else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && port->code[0] == '\0') {
        const char *const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        (void)snprintf(port->code, sizeof port->code, "%s", code == NULL ? "failed" : code);
    }
}

/* Whether what is there was written from our log. */
static enum rc check_place(const struct postgres *port)
{
    struct step_view view;
    struct port_archive_log log;
    enum rc rc = shell_gate_view_begin(port->gate, &view);
    if (rc == RC_OK) {
        rc = port_archive_log_begin(&log, &view, &port->place);
        shell_gate_view_end(port->gate, &view);
    }
    return rc;
}

static void upgrade(struct postgres *port)
{
    CHECK(port->phase == ASKING);
    if (port->meta_seen < 4 || port->schema >= SCHEMA || upgrades[port->schema] == NULL) {
        lost(port, "format");
        return;
    }
    const enum rc rc = check_place(port);
    if (rc != RC_OK) {
        lost(port, rc_name(rc));
        return;
    }
    diag_log(DIAG_INFO, "archive", "postgres=upgrade schema=%llu",
             (unsigned long long)port->schema);
    become(port, PAIDAN__SINK_STATE__SINK_BUILDS, "");
    port->phase = IDLE;
    ask(port, upgrades[port->schema], UPGRADING);
    port->until_us = clock_monotonic_us() + UPGRADE_US;
}

/* All of it is answered. */
static void finished(struct postgres *port)
{
    if (port->code[0] != '\0') {
        char code[CODE_BYTES];
        memcpy(code, port->code, sizeof code);
        lost(port, code);
        return;
    }
    if (port->phase == ASKING && (port->meta_seen < 4 || port->schema != SCHEMA)) {
        upgrade(port);
        return;
    }
    if (port->phase == UPGRADING) {
        port->phase = IDLE;
        ask(port, setup, ASKING); /* and the version after it, if it is not the newest yet */
        return;
    }
    if (port->phase == WRITING) {
        port->place = port->next;
        port->backoff_us = 0;
    }
    port->phase = IDLE;
    port->next_us = 0;
}

static void answers_read(struct postgres *port, bool readable)
{
    if (PQflush(port->connection) < 0 || (readable && PQconsumeInput(port->connection) != 1)) {
        lost(port, "lost");
        return;
    }
    while (PQisBusy(port->connection) == 0) {
        PGresult *const result = PQgetResult(port->connection);
        if (result == NULL) {
            finished(port);
            return;
        }
        read_result(port, result);
        PQclear(result);
    }
}

/* ---- a batch ---- */

static bool add(struct postgres *port, const char *text)
{
    const size_t bytes = strlen(text);
    if (port->room - port->used <= bytes) {
        const size_t room = 2 * port->room + bytes + 4096;
        char *const batch = realloc(port->batch, room);
        if (batch == NULL) {
            return false;
        }
        port->batch = batch;
        port->room = room;
    }
    memcpy(port->batch + port->used, text, bytes + 1);
    port->used += bytes;
    return true;
}

static bool add_number(struct postgres *port, bool has, uint64_t value)
{
    char text[24] = ",NULL";
    if (has) {
        (void)snprintf(text, sizeof text, ",%llu", (unsigned long long)value);
    }
    return add(port, text);
}

/* NULL and "": nothing was said. */
static bool add_text(struct postgres *port, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return add(port, ",NULL");
    }
    char *const literal = PQescapeLiteral(port->connection, text, strlen(text));
    const bool added = literal != NULL && add(port, ",") && add(port, literal);
    PQfreemem(literal);
    return added;
}

/* As in SQLite's statement: "" takes away what was there. */
static bool add_end(struct postgres *port, const struct archive_row *row, const char *text)
{
    CHECK(!row->reopened || text[0] == '\0');
    return row->reopened ? add(port, ",''") : add_text(port, text);
}

static bool add_ticket(struct postgres *port, const struct archive_row *row, uint64_t at_ms)
{
    char number[NUMBER_BYTES], id[24];
    number_format(row->ticket, number);
    (void)snprintf(id, sizeof id, "%llu", (unsigned long long)row->ticket);
    return add(port, "INSERT INTO ticket (" PORT_ARCHIVE_TICKET_COLUMNS ") VALUES (") &&
           add(port, id) && add_text(port, number) &&
           add_number(port, row->registered_ms != 0, row->registered_ms) &&
           add_text(port, row->channel) && add_text(port, row->title) &&
           add_text(port, row->place) && add_text(port, row->person) &&
           add_number(port, true, row->confidential) &&
           add_text(port, archive_row_state(row->state)) && add_text(port, row->unit) &&
           add_text(port, row->category) && add_text(port, row->area) &&
           add_number(port, row->level != 0, row->level) &&
           add_number(port, row->urgency != 0, row->urgency) &&
           add_end(port, row, archive_row_outcome(row->outcome)) &&
           add_end(port, row, archive_row_solved(row->solved)) &&
           add_end(port, row, archive_row_satisfied(row->satisfied)) &&
           add_number(port, row->closed_ms != 0 || row->reopened, row->closed_ms) &&
           add_number(port, row->merged_into != 0 || row->unmerged, row->merged_into) &&
           add_number(port, true, at_ms) && add_number(port, true, row->moved) &&
           add_number(port, true, row->answered) && add(port, ")" PORT_ARCHIVE_TICKET_CONFLICT ";");
}

static bool add_item(struct postgres *port, struct step_view *view,
                     const struct port_archive_item *item)
{
    const struct say say = {.language = SAY_ENGLISH, .site = view->site};
    const Paidan__Event *const event = item->event;
    struct archive_row row;
    const char *const json =
        say_json_text(view->arena, say_json_event(&say, item->log, item->seq, event, true));
    char log[32];
    CHECK(strlen(item->log) < sizeof log - 2);
    (void)snprintf(log, sizeof log, "'%s'", item->log); /* a name of ours */
    return json != NULL &&
           add(port, "INSERT INTO event (log, seq, at_ms, ticket, fact, actor, json) VALUES (") &&
           add(port, log) && add_number(port, true, item->seq) &&
           add_number(port, true, event->at_ms) &&
           add_number(port, event->has_ticket, event->ticket) &&
           add_text(port, step_fact_name(event->fact_case)) &&
           add_text(port, event->cause->actor) && add_text(port, json) && add(port, ");") &&
           (!archive_row_make(item->log, event, item->person, &row) ||
            add_ticket(port, &row, event->at_ms));
}

/* As much as fits into the turn. RC_NOT_FOUND: nothing was missing. */
static enum rc batch_make(struct postgres *port, struct step_view *view)
{
    struct port_archive_log log;
    struct port_archive_item item;
    const uint64_t until_us = clock_monotonic_us() + TURN_US;
    enum rc rc = port_archive_log_begin(&log, view, &port->place);
    bool added = add(port, "BEGIN;"), any = false;
    while (rc == RC_OK && added && port->used < BATCH_BYTES_MAX &&
           clock_monotonic_us() < until_us) {
        rc = port_archive_log_next(&log, &item);
        if (rc == RC_OK) {
            added = add_item(port, view, &item);
            any = true;
        }
    }
    if (!added || (rc != RC_OK && rc != RC_NOT_FOUND)) {
        return added ? rc : RC_LIMIT;
    }
    char text[256];
    port->next = log.place;
    (void)snprintf(text, sizeof text,
                   "UPDATE meta SET value = CASE name WHEN 'seq' THEN %llu WHEN 'part' THEN %lu"
                   " ELSE %lu END WHERE name IN ('seq', 'part', 'crc');COMMIT",
                   (unsigned long long)log.place.seq, (unsigned long)log.place.part,
                   (unsigned long)log.place.crc);
    return any || log.place.seq > port->place.seq ? (add(port, text) ? RC_OK : RC_LIMIT)
                                                  : RC_NOT_FOUND;
}

static void write_some(struct postgres *port)
{
    struct step_view view;
    port->used = 0;
    enum rc rc = shell_gate_view_begin(port->gate, &view);
    if (rc == RC_OK) {
        rc = batch_make(port, &view);
        shell_gate_view_end(port->gate, &view);
    }
    const bool builds = port->place.seq + BEHIND < shell_gate_head(port->gate);
    if (rc == RC_OK) {
        become(port, builds ? PAIDAN__SINK_STATE__SINK_BUILDS : PAIDAN__SINK_STATE__SINK_FOLLOWS,
               "");
        ask(port, port->batch, WRITING);
        port->next_us = clock_monotonic_us() + (builds ? 0 : PAUSE_US);
    } else if (rc != RC_NOT_FOUND) {
        lost(port, rc_name(rc)); /* diverged: it is of another log, and its owner's to drop */
    }
}

/* ---- the port ---- */

/* Which file says how it is reached, by the site of the start. */
static enum rc path_make(struct postgres *port, const char *data_dir)
{
    const struct site *const site = shell_gate_site(port->gate);
    const char *const name = site == NULL ? "" : site->archive.postgres;
    if (strcmp(name, "none") == 0) {
        return RC_OK;
    }
    port->named = name[0] != '\0';
    const int length = snprintf(port->path, sizeof port->path, "%s/secrets/archive/%s", data_dir,
                                port->named ? name : "postgres");
    if (length < 0 || (size_t)length >= sizeof port->path) {
        return RC_SETTINGS;
    }
    const enum rc rc = line_read(port);
    if (rc == RC_OK && port->line[0] == '\0') {
        if (port->named) {
            (void)snprintf(port->detail, sizeof port->detail, "secret");
        } else {
            port->path[0] = '\0';
        }
    }
    return rc;
}

static enum rc begin_port(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct postgres *const port = calloc(1, sizeof *port);
    if (port == NULL) {
        return RC_LIMIT;
    }
    port->gate = gate;
    port->state = PAIDAN__SINK_STATE__SINK_AWAY;
    port->since_ms = shell_gate_now_ms(gate);
    const enum rc rc = path_make(port, data_dir);
    if (rc != RC_OK) {
        explicit_bzero(port->line, sizeof port->line);
        free(port);
        return rc;
    }
    *context = the_one = port;
    return RC_OK;
}

static void end_port(void *context)
{
    struct postgres *const port = context;
    CHECK(the_one == port);
    PQfinish(port->connection);
    explicit_bzero(port->line, sizeof port->line);
    free(port->batch);
    free(port);
    the_one = NULL;
}

static bool behind(const struct postgres *port)
{
    return port->place.seq < shell_gate_head(port->gate);
}

static void wait_port(void *context, struct shell_port_wait *wait)
{
    struct postgres *const port = context;
    if (port->path[0] == '\0') {
        return;
    }
    wait->until_us = port->phase == REST ? port->next_us : port->until_us;
    if (port->connection == NULL) {
        return;
    }
    wait->fd = PQsocket(port->connection);
    if (port->phase == IDLE) {
        wait->read = true; /* the other end may go */
        wait->until_us = behind(port) ? port->next_us : UINT64_MAX;
    } else if (port->phase == CONNECTING) {
        wait->read = port->polling == PGRES_POLLING_READING;
        wait->write = port->polling == PGRES_POLLING_WRITING;
    } else {
        wait->read = true;
        wait->write = PQflush(port->connection) == 1;
    }
    if (wait->fd < 0) {
        wait->read = wait->write = false;
        wait->until_us = 0;
    }
}

/* What is under way is over, or the other end is gone. */
static bool gone(const struct postgres *port, uint64_t now_us)
{
    return PQsocket(port->connection) < 0 || (port->phase != IDLE && now_us >= port->until_us);
}

static void work_port(void *context, bool readable, bool writable)
{
    struct postgres *const port = context;
    const uint64_t now_us = clock_monotonic_us();
    if (port->phase == REST) {
        connect_begin(port);
    } else if (gone(port, now_us) ||
               (port->phase == IDLE && readable && PQconsumeInput(port->connection) != 1)) {
        lost(port, "lost");
    } else if (port->phase == CONNECTING && (readable || writable)) {
        connect_go_on(port);
    } else if (port->phase == ASKING || port->phase == UPGRADING || port->phase == WRITING) {
        answers_read(port, readable);
    }
    if (port->phase == IDLE && now_us >= port->next_us) {
        if (behind(port)) {
            write_some(port);
        } else {
            become(port, PAIDAN__SINK_STATE__SINK_FOLLOWS, "");
        }
    }
}

static void answered_port(void *context, uint64_t token, const Paidan__Answer *answer)
{
    (void)context;
    (void)answer;
    CHECK(token == 0); /* it never asks */
}

enum rc port_archive_postgres_tell(struct step_view *view, Paidan__Sink **sink)
{
    const struct postgres *const port = the_one;
    *sink = NULL;
    if (port == NULL || port->path[0] == '\0') {
        return RC_OK;
    }
    Paidan__Sink *const told = arena_alloc(view->arena, sizeof *told);
    if (told == NULL) {
        return RC_LIMIT;
    }
    paidan__sink__init(told);
    told->name = (char *)(uintptr_t) "postgres"; /* packed, never written: as below */
    told->state = port->state;
    told->seq = port->place.seq;
    told->head = view->head_seq;
    told->detail = port->detail[0] == '\0' ? NULL : (char *)(uintptr_t)port->detail;
    told->has_since_ms = 1;
    told->since_ms = port->since_ms;
    *sink = told;
    return RC_OK;
}

const struct shell_port port_archive_postgres = {
    .name = "postgres",
    .open = begin_port,
    .close = end_port,
    .wait = wait_port,
    .work = work_port,
    .answered = answered_port,
};
