#include "crash_laws.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "world.h"

#define MAP_BYTES (256u << 20)
#define CONTENTS_MAX 65536u
#define DIGEST_BYTES 32u

/* Contents that passed a replay: equal contents need no second one. */
struct contents {
    uint64_t count;
    unsigned char digests[CONTENTS_MAX][DIGEST_BYTES];
};

struct fact {
    uint32_t crc;
    uint64_t ticket; /* of a Registered, else 0 */
    char external[32];
};

struct crash_laws {
    const struct step_service *service;
    char folder[512];
    struct contents *contents; /* shared with children */
    struct fact *whole;        /* by seq - 1: the log of the whole run */
    uint64_t whole_count;
    struct fact *found; /* the log of this state */
    uint64_t found_count;
    struct arena arena;
};

const char *crash_law_name(enum crash_law law)
{
    static const char *const names[CRASH_LAWS] = {[CRASH_HOLDS] = "holds",
                                                  [CRASH_OPENS] = "opens",
                                                  [CRASH_VERIFIES] = "verifies",
                                                  [CRASH_REPLAYS] = "replays",
                                                  [CRASH_ACKNOWLEDGED] = "acknowledged is there",
                                                  [CRASH_STRANGER] = "nothing unsaid",
                                                  [CRASH_GOES_ON] = "goes on",
                                                  [CRASH_SURVIVES] = "ends no process"};
    CHECK(law < CRASH_LAWS);
    return names[law];
}

__attribute__((format(printf, 3, 4))) static enum rc
broken(struct crash_verdict *verdict, enum crash_law law, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(verdict->what, sizeof verdict->what, format, arguments);
    va_end(arguments);
    verdict->broken = law;
    return RC_CORRUPT;
}

/* ---- files ---- */

static void path_of(const struct crash_laws *laws, const char *store, const char *name, char *path)
{
    const int count = snprintf(path, PATH_MAX, "%s/%s%s", laws->folder, store, name);
    CHECK(count > 0);
    CHECK(count < PATH_MAX);
}

static void remove_store(const struct crash_laws *laws, const char *store)
{
    static const char *const files[] = {"/data.mdb", "/data.mdb.new"};
    for (size_t index = 0; index < sizeof files / sizeof *files; index++) {
        char path[PATH_MAX];
        path_of(laws, store, files[index], path);
        (void)unlink(path);
    }
}

static void write_state(const struct crash_laws *laws, const struct crash_bytes *file, bool passing)
{
    char path[PATH_MAX];
    remove_store(laws, "/state");
    path_of(laws, "/state", passing ? "/data.mdb.new" : "/data.mdb", path);
    const int target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(target >= 0);
    for (size_t done = 0; done < file->size;) {
        const ssize_t wrote = write(target, file->data + done, file->size - done);
        CHECK(wrote > 0);
        done += (size_t)wrote;
    }
    (void)close(target);
}

static enum rc open_store(const struct crash_laws *laws, const char *name, struct store **store)
{
    char path[PATH_MAX];
    path_of(laws, name, "", path);
    const struct store_options options = {.path = path,
                                          .map_bytes = MAP_BYTES,
                                          .service = laws->service->name,
                                          .tables = laws->service->tables};
    return store_open(store, &options);
}

/* ---- reading a state ---- */

static enum rc collect(void *context, const struct evlog_record *record)
{
    struct crash_laws *laws = context;
    if (record->seq != laws->found_count + 1) {
        return RC_CORRUPT;
    }
    if ((laws->found_count & (laws->found_count - 1)) == 0) {
        const size_t max = laws->found_count == 0 ? 1 : laws->found_count * 2;
        laws->found = realloc(laws->found, max * sizeof *laws->found);
        CHECK(laws->found != NULL);
    }
    struct fact *fact = &laws->found[laws->found_count++];
    *fact = (struct fact){.crc = record->crc};
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    arena_reset(&laws->arena);
    if (wire_unpack(&laws->arena, &paidan__event__descriptor, record->payload, record->bytes,
                    &message, &error) != RC_OK) {
        return RC_CORRUPT;
    }
    const Paidan__Event *event = (const Paidan__Event *)message;
    if (event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        fact->ticket = event->ticket;
        (void)snprintf(fact->external, sizeof fact->external, "%s",
                       event->registered->external_id != NULL ? event->registered->external_id
                                                              : "");
    }
    return RC_OK;
}

static enum rc check_log(struct crash_laws *laws, struct store_txn *txn,
                         struct crash_verdict *verdict)
{
    struct evlog_report report = {0};
    const enum rc rc = evlog_verify(txn, &report);
    if (rc != RC_OK) {
        return broken(verdict, CRASH_VERIFIES, "%s at seq %" PRIu64 " (%s)",
                      report.what != NULL ? report.what : "?", report.at, rc_name(rc));
    }
    laws->found_count = 0;
    const enum rc walked = evlog_walk(txn, 1, collect, laws);
    if ((walked != RC_OK && walked != RC_NOT_FOUND) || laws->found_count != report.head_seq) {
        return broken(verdict, CRASH_VERIFIES, "walk: %s after seq %" PRIu64, rc_name(walked),
                      laws->found_count);
    }
    return RC_OK;
}

/* All rows of all tables, followers aside: CRASH_GOES_ON writes there. */
static enum rc digest_rows(struct store *store, struct store_txn *txn, unsigned char *digest)
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
    for (unsigned table = 0; table < store_table_count(store); table++) {
        struct store_walk walk;
        if (table == STORE_FOLLOWER) {
            continue;
        }
        enum rc rc = store_walk_open(txn, table, NULL, 0, &walk);
        for (; rc == RC_OK; rc = store_walk_next(&walk)) {
            const uint64_t sizes[3] = {table, walk.key_bytes, walk.value_bytes};
            (void)crypto_generichash_update(&state, (const unsigned char *)sizes, sizeof sizes);
            (void)crypto_generichash_update(&state, walk.key, walk.key_bytes);
            (void)crypto_generichash_update(&state, walk.value, walk.value_bytes);
        }
        store_walk_close(&walk);
        if (rc != RC_NOT_FOUND) {
            return rc;
        }
    }
    (void)crypto_generichash_final(&state, digest, DIGEST_BYTES);
    return RC_OK;
}

static bool is_known(const struct contents *contents, const unsigned char *digest)
{
    for (uint64_t index = contents->count; index > 0; index--) {
        if (memcmp(contents->digests[index - 1], digest, DIGEST_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static enum rc replay(struct crash_laws *laws, struct store *store, struct crash_verdict *verdict)
{
    struct store *into = NULL;
    struct step_difference difference;
    struct step_engine *engine = NULL;
    remove_store(laws, "/replay");
    enum rc rc = open_store(laws, "/replay", &into);
    CHECK(rc == RC_OK);
    rc = step_replay(laws->service, store, into, &difference, NULL);
    store_close(into);
    if (rc != RC_OK) {
        return broken(verdict, CRASH_REPLAYS, "%s: table %s key %s %s seq %" PRIu64, rc_name(rc),
                      difference.table, difference.key,
                      difference.what != NULL ? difference.what : "", difference.seq);
    }
    const struct step_options options = {.store = store};
    rc = step_engine_open(&engine, laws->service, &options);
    if (rc != RC_OK) {
        return broken(verdict, CRASH_REPLAYS, "the engine does not open: %s", rc_name(rc));
    }
    step_engine_close(engine);
    return RC_OK;
}

static enum rc check_tables(struct crash_laws *laws, struct store *store, struct store_txn *txn,
                            struct crash_verdict *verdict)
{
    unsigned char digest[DIGEST_BYTES];
    const enum rc rc = digest_rows(store, txn, digest);
    if (rc != RC_OK) {
        return broken(verdict, CRASH_REPLAYS, "a table cannot be read: %s", rc_name(rc));
    }
    if (is_known(laws->contents, digest)) {
        return RC_OK;
    }
    if (replay(laws, store, verdict) != RC_OK) {
        return RC_CORRUPT;
    }
    if (laws->contents->count < CONTENTS_MAX) {
        memcpy(laws->contents->digests[laws->contents->count++], digest, DIGEST_BYTES);
    }
    return RC_OK;
}

/* ---- what was said ---- */

static bool was_asked(const struct crash_disk *disk, const char *external)
{
    for (size_t index = 0; index < disk->passed.count; index++) {
        const char *mark = disk->marks[index];
        if (strncmp(mark, "asked ", 6) == 0 && strcmp(mark + 6, external) == 0) {
            return true;
        }
    }
    return false;
}

/* A record that the whole run does not have, or a ticket that nobody submitted. */
static enum rc check_strangers(const struct crash_laws *laws, const struct crash_disk *disk,
                               struct crash_verdict *verdict)
{
    for (uint64_t index = 0; index < laws->found_count; index++) {
        const struct fact *fact = &laws->found[index];
        if (laws->whole != NULL &&
            (index >= laws->whole_count || laws->whole[index].crc != fact->crc)) {
            return broken(verdict, CRASH_STRANGER, "record %" PRIu64 " was never written",
                          index + 1);
        }
        /* A journal of a real service does not know what was asked of it. */
        if (fact->ticket != 0 && !disk->process && !was_asked(disk, fact->external)) {
            return broken(verdict, CRASH_STRANGER, "ticket %" PRIu64 " was never submitted",
                          fact->ticket);
        }
    }
    return RC_OK;
}

static bool is_registered(const struct crash_laws *laws, uint64_t ticket, const char *external)
{
    for (uint64_t index = 0; index < laws->found_count; index++) {
        const struct fact *fact = &laws->found[index];
        if (fact->ticket == ticket && strcmp(fact->external, external) == 0) {
            return true;
        }
    }
    return false;
}

static enum rc check_acknowledged(const struct crash_laws *laws, const struct crash_bytes *file,
                                  const struct crash_disk *disk, struct crash_verdict *verdict)
{
    const bool is_intake = strcmp(laws->service->name, "intake") == 0;
    for (size_t index = 0; is_intake && index < disk->passed.count; index++) {
        const char *mark = disk->marks[index];
        char *external = NULL;
        if (strncmp(mark, "given ", 6) != 0) {
            continue;
        }
        const uint64_t ticket = strtoull(mark + 6, &external, 10);
        CHECK(*external == ' ');
        if (!is_registered(laws, ticket, external + 1)) {
            return broken(verdict, CRASH_ACKNOWLEDGED, "ticket %" PRIu64 " (%s) is lost", ticket,
                          external + 1);
        }
    }
    if (crash_bytes_txn(file) < disk->passed.told_txn) {
        return broken(verdict, CRASH_ACKNOWLEDGED,
                      "commit %" PRIu64 " is the last, something was sent after %" PRIu64,
                      crash_bytes_txn(file), disk->passed.told_txn);
    }
    if (laws->found_count < disk->passed.told_head) {
        return broken(verdict, CRASH_ACKNOWLEDGED, "log ends at %" PRIu64 ", told up to %" PRIu64,
                      laws->found_count, disk->passed.told_head);
    }
    return RC_OK;
}

/* The first commit after the crash takes pages from the free list it found. */
static enum rc check_next_commit(struct store *store, struct crash_verdict *verdict)
{
    struct store_txn *txn = NULL;
    struct evlog_report report;
    enum rc rc = store_begin(store, true, &txn);
    if (rc == RC_OK) {
        rc = evlog_follower_put(txn, "after-the-crash", 1);
        if (rc == RC_OK) {
            rc = store_commit(txn);
        } else {
            store_abort(txn);
        }
    }
    if (rc == RC_OK) {
        rc = store_begin(store, false, &txn);
    }
    if (rc != RC_OK) {
        return broken(verdict, CRASH_GOES_ON, "commit: %s", rc_name(rc));
    }
    rc = evlog_verify(txn, &report);
    store_abort(txn);
    return rc == RC_OK ? rc : broken(verdict, CRASH_GOES_ON, "log after it: %s", rc_name(rc));
}

void crash_laws_check(struct crash_laws *laws, const struct crash_bytes *file, bool passing,
                      const struct crash_disk *disk, struct crash_verdict *verdict)
{
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    *verdict = (struct crash_verdict){0};
    write_state(laws, file, passing);
    enum rc rc = open_store(laws, "/state", &store);
    if (rc != RC_OK) {
        (void)broken(verdict, CRASH_OPENS, "store_open: %s", rc_name(rc));
        return;
    }
    rc = store_begin(store, false, &txn);
    if (rc != RC_OK) {
        (void)broken(verdict, CRASH_OPENS, "begin: %s", rc_name(rc));
        store_close(store);
        return;
    }
    rc = check_log(laws, txn, verdict);
    if (rc == RC_OK) {
        rc = check_strangers(laws, disk, verdict);
    }
    if (rc == RC_OK) {
        rc = check_acknowledged(laws, file, disk, verdict);
    }
    if (rc == RC_OK) {
        rc = check_tables(laws, store, txn, verdict);
    }
    store_abort(txn);
    if (rc == RC_OK) {
        rc = check_next_commit(store, verdict);
    }
    CHECK((rc == RC_OK) == (verdict->broken == CRASH_HOLDS));
    store_close(store);
}

/* ---- opening ---- */

struct crash_laws *crash_laws_open(const char *folder, const char *service,
                                   const struct crash_bytes *whole, const struct crash_disk *disk,
                                   struct crash_verdict *verdict)
{
    struct crash_laws *laws = calloc(1, sizeof *laws);
    CHECK(laws != NULL);
    (void)snprintf(laws->folder, sizeof laws->folder, "%s", folder);
    for (unsigned index = 0; index < WORLD_SERVICES; index++) {
        if (strcmp(world_step_service(index)->name, service) == 0) {
            laws->service = world_step_service(index);
        }
    }
    if (laws->service == NULL) {
        fprintf(stderr, "no service %s\n", service);
        exit(64);
    }
    char path[PATH_MAX];
    path_of(laws, "/state", "", path);
    (void)mkdir(path, 0700);
    path_of(laws, "/replay", "", path);
    (void)mkdir(path, 0700);
    laws->contents = mmap(NULL, sizeof *laws->contents, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(laws->contents != MAP_FAILED);
    const enum rc reserved = arena_init(&laws->arena, 64u << 20);
    CHECK(reserved == RC_OK);
    crash_laws_check(laws, whole, false, disk, verdict);
    laws->whole = laws->found;
    laws->whole_count = laws->found_count;
    laws->found = NULL;
    laws->found_count = 0;
    return laws;
}

void crash_laws_close(struct crash_laws *laws)
{
    (void)munmap(laws->contents, sizeof *laws->contents);
    arena_fini(&laws->arena);
    free(laws->whole);
    free(laws->found);
    free(laws);
}

uint64_t crash_laws_contents(const struct crash_laws *laws)
{
    return laws->contents->count;
}
