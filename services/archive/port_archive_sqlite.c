/* port_archive_sqlite: the file. A ticket's row is what the last event said (archive_row.h), by one
 * statement that knows which of two events is the later one; an event's row is the event as JSON; words
 * are tokens (archive_words.h) in a table of FTS5, one row a ticket, its rowid the ticket.
 *
 * Owns the connection and its statements. What must stay true: a change of the schema, or of what a
 * token is, raises PORT_ARCHIVE_SCHEMA; nothing is in here that is not in archive's log. */
#include "port_archive_sqlite.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_words.h"
#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "port_archive_sql.h"

/* ---- schema ---- */

/* Without a rowid of its own where the key says all; ticket numbers fit into SQLite's 63 bits. */
static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE ticket (id INTEGER PRIMARY KEY, number TEXT NOT NULL, registered_ms INTEGER,"
    " channel TEXT, title TEXT, place TEXT, person TEXT, confidential INTEGER NOT NULL,"
    " state TEXT, unit TEXT, category TEXT, area TEXT, level INTEGER, urgency INTEGER,"
    " outcome TEXT, solved TEXT, satisfied TEXT, closed_ms INTEGER, merged_into INTEGER,"
    " changed_ms INTEGER NOT NULL, moved INTEGER NOT NULL, answered INTEGER NOT NULL);"
    "CREATE TABLE event (log TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " ticket INTEGER, fact TEXT NOT NULL, actor TEXT, json TEXT NOT NULL, PRIMARY KEY (log, seq))"
    " WITHOUT ROWID;"
    "CREATE INDEX event_ticket ON event (ticket, at_ms) WHERE ticket IS NOT NULL;"
    "CREATE INDEX event_actor ON event (actor, ticket) WHERE actor IS NOT NULL;"
    "CREATE VIRTUAL TABLE words USING fts5(text, columnsize = 0, tokenize = 'ascii');"
    "INSERT INTO meta VALUES ('schema', 2), ('seq', 0), ('part', 0), ('crc', 0);"
    "COMMIT;";

static_assert(PORT_ARCHIVE_SCHEMA == 2, "as the schema's last line says");

#define PUT_TICKET_SQL                                                                             \
    "INSERT INTO ticket (" PORT_ARCHIVE_TICKET_COLUMNS                                             \
    ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)" PORT_ARCHIVE_TICKET_CONFLICT
#define PUT_EVENT_SQL                                                                              \
    "INSERT INTO event (log, seq, at_ms, ticket, fact, actor, json) VALUES (?,?,?,?,?,?,?)"

enum statement { PUT_TICKET, PUT_EVENT, ADD_WORDS, PUT_WORDS, PUT_META, STATEMENTS };

static const char *const statements[STATEMENTS] = {
    [PUT_TICKET] = PUT_TICKET_SQL,
    [PUT_EVENT] = PUT_EVENT_SQL,
    [ADD_WORDS] = "UPDATE words SET text = text || ' ' || ?2 WHERE rowid = ?1",
    [PUT_WORDS] = "INSERT INTO words (rowid, text) VALUES (?1, ?2)",
    [PUT_META] = "UPDATE meta SET value = ?2 WHERE name = ?1",
};

struct port_archive_sqlite {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    struct port_archive_place place; /* committed */
    bool begun;
    dev_t device;
    ino_t inode;
};

/* ---- codes ---- */

enum rc port_archive_sqlite_rc(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return RC_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RC_LOCKED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return RC_CORRUPT;
    case SQLITE_FULL:
        return RC_FULL;
    case SQLITE_NOMEM:
        return RC_LIMIT;
    case SQLITE_CONSTRAINT:
        return RC_EXISTS;
    default:
        return RC_IO;
    }
}

static enum rc run(struct port_archive_sqlite *file, const char *sql)
{
    return port_archive_sqlite_rc(sqlite3_exec(file->db, sql, NULL, NULL, NULL));
}

/* ---- opening ---- */

/* RC_NOT_FOUND: there is no such row. */
static enum rc meta_get(struct port_archive_sqlite *file, const char *name, uint64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(file->db, "SELECT value FROM meta WHERE name = ?", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
    }
    if (code == SQLITE_ROW) {
        *value = (uint64_t)sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement); /* repeats the code that step returned */
    return code == SQLITE_DONE ? RC_NOT_FOUND : port_archive_sqlite_rc(code);
}

/* Whether anything is in it: a file of no bytes, or of others' tables. */
static enum rc is_empty(struct port_archive_sqlite *file, bool *empty)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(file->db, "SELECT count(*) FROM sqlite_schema", -1, &statement, NULL);
    code = code == SQLITE_OK ? sqlite3_step(statement) : code;
    *empty = code == SQLITE_ROW && sqlite3_column_int64(statement, 0) == 0;
    (void)sqlite3_finalize(statement);
    return port_archive_sqlite_rc(code);
}

/* A database of others at our place is of another schema, and is set aside like any other. */
static enum rc schema_check(struct port_archive_sqlite *file)
{
    bool empty = false;
    uint64_t version = 0, part = 0, crc = 0;
    enum rc rc = is_empty(file, &empty);
    if (rc != RC_OK) {
        return rc;
    }
    if (empty) {
        return run(file, schema);
    }
    rc = meta_get(file, "schema", &version);
    if (rc == RC_NOT_FOUND || rc == RC_IO || (rc == RC_OK && version != PORT_ARCHIVE_SCHEMA)) {
        return RC_FORMAT;
    }
    rc = rc == RC_OK ? meta_get(file, "seq", &file->place.seq) : rc;
    rc = rc == RC_OK ? meta_get(file, "part", &part) : rc;
    rc = rc == RC_OK ? meta_get(file, "crc", &crc) : rc;
    file->place.part = (uint32_t)part;
    file->place.crc = (uint32_t)crc;
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc prepare(struct port_archive_sqlite *file)
{
    int code = SQLITE_OK;
    for (size_t index = 0; code == SQLITE_OK && index < STATEMENTS; index++) {
        code = sqlite3_prepare_v3(file->db, statements[index], -1, SQLITE_PREPARE_PERSISTENT,
                                  &file->statements[index], NULL);
    }
    return port_archive_sqlite_rc(code);
}

/* The file holds what is archived: for the service's own user and group, as the store beside it. */
static enum rc remember(struct port_archive_sqlite *file, const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        return RC_IO;
    }
    file->device = found.st_dev;
    file->inode = found.st_ino;
    return chmod(path, 0640) == 0 ? RC_OK : RC_IO;
}

enum rc port_archive_sqlite_open(const char *path, struct port_archive_sqlite **opened)
{
    struct port_archive_sqlite *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = port_archive_sqlite_rc(sqlite3_open_v2(
        path, &file->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    rc = rc == RC_OK ? remember(file, path) : rc;
    /* Who holds it is asked again in a while; nobody waits for him here, on the loop. */
    rc = rc == RC_OK ? run(file, "PRAGMA busy_timeout = 0") : rc;
    rc = rc == RC_OK ? run(file, "PRAGMA journal_mode = WAL") : rc;
    rc = rc == RC_OK ? run(file,
                           "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;"
                           "PRAGMA wal_autocheckpoint = 4000;"
                           "PRAGMA journal_size_limit = 67108864")
                     : rc;
    rc = rc == RC_OK ? schema_check(file) : rc;
    rc = rc == RC_OK ? prepare(file) : rc;
    if (rc != RC_OK) {
        port_archive_sqlite_close(file);
        return rc;
    }
    *opened = file;
    return RC_OK;
}

void port_archive_sqlite_close(struct port_archive_sqlite *file)
{
    if (file == NULL) {
        return;
    }
    for (size_t index = 0; index < STATEMENTS; index++) {
        (void)sqlite3_finalize(file->statements[index]);
    }
    const int code = sqlite3_close(file->db);
    CHECK(code == SQLITE_OK || file->db == NULL); /* no statement of ours is left */
    free(file);
}

const struct port_archive_place *port_archive_sqlite_place(const struct port_archive_sqlite *file)
{
    return &file->place;
}

sqlite3 *port_archive_sqlite_db(struct port_archive_sqlite *file)
{
    CHECK(file->db != NULL);
    return file->db;
}

/* The connection would go on with the file that has no name any more, or with pages that it remembers
 * of a file that somebody wrote over. */
bool port_archive_sqlite_stands(const struct port_archive_sqlite *file, const char *path)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic] = "";
    struct stat found;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const bool same = fstat(fd, &found) == 0 && found.st_ino == file->inode &&
                      found.st_dev == file->device &&
                      read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                      memcmp(head, magic, sizeof magic) == 0;
    close(fd);
    return same;
}

/* ---- writing ---- */

/* The values of one statement, in order; the first failure stays. */
struct binding {
    sqlite3_stmt *statement;
    int index, code;
};

static void bind_number(struct binding *binding, bool has, uint64_t value)
{
    const int index = ++binding->index;
    CHECK(value <= INT64_MAX || !has);
    if (binding->code == SQLITE_OK) {
        binding->code = has ? sqlite3_bind_int64(binding->statement, index, (sqlite3_int64)value)
                            : sqlite3_bind_null(binding->statement, index);
    }
}

/* The end of a ticket, which a reopening takes away: "" says so to the statement, as 0 does. */
static void bind_end(struct binding *binding, const struct archive_row *row, const char *text)
{
    const int index = ++binding->index;
    const bool says = row->reopened || text[0] != '\0';
    CHECK(!row->reopened || text[0] == '\0');
    if (binding->code == SQLITE_OK) {
        binding->code = says ? sqlite3_bind_text(binding->statement, index, text, -1, SQLITE_STATIC)
                             : sqlite3_bind_null(binding->statement, index);
    }
}

/* NULL and "": nothing was said. The text lives until the statement has run. */
static void bind_text(struct binding *binding, const char *text)
{
    const int index = ++binding->index;
    if (binding->code == SQLITE_OK) {
        binding->code = text == NULL || text[0] == '\0'
                            ? sqlite3_bind_null(binding->statement, index)
                            : sqlite3_bind_text(binding->statement, index, text, -1, SQLITE_STATIC);
    }
}

static struct binding bind_begin(struct port_archive_sqlite *file, enum statement which)
{
    CHECK(file->statements[which] != NULL);
    return (struct binding){.statement = file->statements[which], .code = SQLITE_OK};
}

static enum rc bind_run(struct binding *binding)
{
    if (binding->code == SQLITE_OK) {
        binding->code = sqlite3_step(binding->statement);
    }
    (void)sqlite3_reset(binding->statement); /* repeats the code */
    return port_archive_sqlite_rc(binding->code);
}

static enum rc put_ticket(struct port_archive_sqlite *file, const struct archive_row *row,
                          uint64_t at_ms)
{
    char number[NUMBER_BYTES];
    struct binding to = bind_begin(file, PUT_TICKET);
    number_format(row->ticket, number);
    bind_number(&to, true, row->ticket);
    bind_text(&to, number);
    bind_number(&to, row->registered_ms != 0, row->registered_ms);
    bind_text(&to, row->channel);
    bind_text(&to, row->title);
    bind_text(&to, row->place);
    bind_text(&to, row->person);
    bind_number(&to, true, row->confidential);
    bind_text(&to, archive_row_state(row->state));
    bind_text(&to, row->unit);
    bind_text(&to, row->category);
    bind_text(&to, row->area);
    bind_number(&to, row->level != 0, row->level);
    bind_number(&to, row->urgency != 0, row->urgency);
    bind_end(&to, row, archive_row_outcome(row->outcome));
    bind_end(&to, row, archive_row_solved(row->solved));
    bind_end(&to, row, archive_row_satisfied(row->satisfied));
    bind_number(&to, row->closed_ms != 0 || row->reopened, row->closed_ms);
    bind_number(&to, row->merged_into != 0 || row->unmerged, row->merged_into);
    bind_number(&to, true, at_ms);
    bind_number(&to, true, row->moved);
    bind_number(&to, true, row->answered);
    return bind_run(&to);
}

/* Added to what is there: a ticket is found by words that were said at different times. */
static enum rc put_words(struct port_archive_sqlite *file, struct arena *arena,
                         const struct archive_row *row)
{
    enum rc rc = RC_OK;
    for (unsigned index = 0; rc == RC_OK && index < row->word_count; index++) {
        char *tokens = NULL;
        rc = archive_words_index(arena, row->words[index], &tokens);
        if (rc != RC_OK || tokens[0] == '\0') {
            continue;
        }
        struct binding add = bind_begin(file, ADD_WORDS);
        bind_number(&add, true, row->ticket);
        bind_text(&add, tokens);
        rc = bind_run(&add);
        if (rc == RC_OK && sqlite3_changes(file->db) == 0) {
            struct binding put = bind_begin(file, PUT_WORDS);
            bind_number(&put, true, row->ticket);
            bind_text(&put, tokens);
            rc = bind_run(&put);
        }
    }
    return rc;
}

static enum rc put_event(struct port_archive_sqlite *file, struct arena *arena,
                         const struct site *site, const struct port_archive_item *item)
{
    const struct say say = {.language = SAY_ENGLISH, .site = site};
    const Paidan__Event *const event = item->event;
    /* Archived events are stripped: with texts, or nobody could read here what was said. */
    const char *const json =
        say_json_text(arena, say_json_event(&say, item->log, item->seq, event, true));
    if (json == NULL) {
        return RC_LIMIT;
    }
    struct binding to = bind_begin(file, PUT_EVENT);
    bind_text(&to, item->log);
    bind_number(&to, true, item->seq);
    bind_number(&to, true, event->at_ms);
    bind_number(&to, event->has_ticket, event->ticket);
    bind_text(&to, step_fact_name(event->fact_case));
    bind_text(&to, event->cause->actor);
    bind_text(&to, json);
    return bind_run(&to);
}

enum rc port_archive_sqlite_begin(struct port_archive_sqlite *file)
{
    CHECK(!file->begun);
    const enum rc rc = run(file, "BEGIN IMMEDIATE");
    file->begun = rc == RC_OK;
    return rc;
}

void port_archive_sqlite_undo(struct port_archive_sqlite *file)
{
    if (file->begun && sqlite3_get_autocommit(file->db) == 0) {
        const enum rc rc = run(file, "ROLLBACK");
        if (rc != RC_OK) {
            diag_log_limited(DIAG_WARN, "sqlite", "rollback=%s", rc_name(rc));
        }
    }
    file->begun = false;
}

/* An event that is there already, beyond the place that says what is there: the file is not what was
 * written to it. */
enum rc port_archive_sqlite_put(struct port_archive_sqlite *file, struct arena *arena,
                                const struct site *site, const struct port_archive_item *item)
{
    struct archive_row row;
    CHECK(file->begun);
    enum rc rc = put_event(file, arena, site, item);
    if (rc == RC_OK && archive_row_make(item->log, item->event, item->person, &row)) {
        rc = put_ticket(file, &row, item->event->at_ms);
        rc = rc == RC_OK ? put_words(file, arena, &row) : rc;
    }
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc put_meta(struct port_archive_sqlite *file, const char *name, uint64_t value)
{
    struct binding to = bind_begin(file, PUT_META);
    bind_text(&to, name);
    bind_number(&to, true, value);
    return bind_run(&to);
}

enum rc port_archive_sqlite_commit(struct port_archive_sqlite *file,
                                   const struct port_archive_place *place)
{
    CHECK(file->begun);
    enum rc rc = put_meta(file, "seq", place->seq);
    rc = rc == RC_OK ? put_meta(file, "part", place->part) : rc;
    rc = rc == RC_OK ? put_meta(file, "crc", place->crc) : rc;
    rc = rc == RC_OK ? run(file, "COMMIT") : rc;
    if (rc == RC_OK) {
        file->place = *place;
        file->begun = false;
    }
    return rc;
}
