/* port_archive_recompute: an independent way to the figures: not from archive's own log, but from those of which it
 * was made, up to the record that archive has read. Only what was decided in archive itself (剔除) is taken
 * from its log.
 *
 * What must stay true: nothing is written to a store that is looked at; the same functions fold here and there, so
 * that a difference is a record that was lost, doubled or folded otherwise, and no second opinion. */
#include "port_archive_recompute.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "archive_exempt.h"
#include "archive_follow.h"
#include "archive_recount.h"
#include "archive_state.h"
#include "archive_strip.h"
#include "archive_take.h"
#include "common/base/check.h"
#include "common/say/say_words.h"

enum {
    EXIT_EQUAL = 0,
    EXIT_DIFFERENT = 1,
    EXIT_FAULT = 75,
    EXIT_SETTINGS = 78,
    LOGS = 4,
    COMMIT_EACH = 20000, /* records a transaction: dirty pages stay few */
    SHOWN_MAX = 100,
    PATH_BYTES = 4096,
};
#define ARENA_BYTES ((size_t)64 << 20)

static const char *const logs[LOGS] = {"intake", "triage", "escalation", "callback"};

struct anew {
    const char *data_dir;
    struct say say;
    struct site *site;
    struct store *archive, *into;
    struct store_txn *archive_txn, *txn;
    struct arena arena;
    struct tally tally;
    char into_path[PATH_BYTES];
    const char *log;     /* that is being read */
    uint64_t until;      /* of it */
    uint64_t taken, all; /* records since the last commit, and in sum */
    enum rc rc;
};

/* ---- stores ---- */

static enum rc store_look(const char *data_dir, const char *service, struct store **store)
{
    char path[PATH_BYTES];
    const int length = snprintf(path, sizeof path, "%s/%s", data_dir, service);
    if (length < 0 || (size_t)length >= sizeof path) {
        return RC_LIMIT;
    }
    /* Of another service only its log is read, which every store has. */
    static const char *const none[] = {NULL};
    const bool own = strcmp(service, archive_service.name) == 0;
    const struct store_options options = {.path = path,
                                          .service = service,
                                          .tables = own ? archive_service.tables : none,
                                          .read_only = true};
    return store_open(store, &options);
}

static void into_remove(const char *path)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "owner"};
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        char file[PATH_BYTES + 16];
        (void)snprintf(file, sizeof file, "%s/%s", path, names[index]);
        (void)unlink(file);
    }
    (void)rmdir(path);
}

static enum rc into_open(struct anew *anew)
{
    const int length = snprintf(anew->into_path, sizeof anew->into_path, "%s/archive.recompute-%ld",
                                anew->data_dir, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof anew->into_path) {
        return RC_LIMIT;
    }
    const struct store_options options = {
        .path = anew->into_path, .service = archive_service.name, .tables = archive_service.tables};
    const enum rc rc = store_open(&anew->into, &options);
    return rc == RC_OK ? store_begin(anew->into, true, &anew->txn) : rc;
}

static enum rc pause_and_go_on(struct anew *anew)
{
    CHECK(anew->txn != NULL);
    const enum rc rc = store_commit(anew->txn);
    anew->txn = NULL;
    anew->taken = 0;
    return rc == RC_OK ? store_begin(anew->into, true, &anew->txn) : rc;
}

/* ---- folding ---- */

static struct step_fold fold_of(struct anew *anew)
{
    CHECK(anew->txn != NULL);
    return (struct step_fold){
        .txn = anew->txn, .tally = &anew->tally, .arena = &anew->arena, .cache = NULL};
}

static enum rc event_read(struct anew *anew, const struct evlog_record *record,
                          const Paidan__Event **event)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    arena_reset(&anew->arena);
    *event = NULL;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    const enum rc rc = wire_unpack(&anew->arena, &paidan__event__descriptor, record->payload,
                                   record->bytes, &message, &error);
    *event = (const Paidan__Event *)(const void *)message;
    return rc == RC_OK ? RC_OK : RC_CORRUPT;
}

static enum rc take(void *context, const struct evlog_record *record)
{
    struct anew *const anew = context;
    const Paidan__Event *event = NULL;
    Paidan__Event *stripped = NULL;
    CHECK(anew->log != NULL);
    if (record->seq > anew->until) {
        return RC_AGAIN; /* archive has not read it yet */
    }
    enum rc rc = event_read(anew, record, &event);
    if (rc != RC_OK || event == NULL || !archive_strip_keeps(event->fact_case)) {
        return rc;
    }
    const bool confidential = event->fact_case == PAIDAN__EVENT__FACT_REGISTERED &&
                              event->registered->has_confidential &&
                              event->registered->confidential;
    rc = archive_strip(&anew->arena, event, confidential, &stripped);
    if (rc != RC_OK) {
        return rc;
    }
    struct step_fold fold = fold_of(anew);
    const struct archive_record heard = {.log = anew->log,
                                         .seq = record->seq,
                                         .event = stripped,
                                         .day = archive_take_day(anew->site, event->at_ms)};
    rc = archive_follow_part.hear(&fold, &heard);
    anew->all++;
    return rc == RC_OK && ++anew->taken == COMMIT_EACH ? pause_and_go_on(anew) : rc;
}

/* What was decided here. */
static enum rc take_own(void *context, const struct evlog_record *record)
{
    struct anew *const anew = context;
    const Paidan__Event *event = NULL;
    const enum rc rc = event_read(anew, record, &event);
    if (rc != RC_OK || event == NULL ||
        (event->fact_case != PAIDAN__EVENT__FACT_EXEMPT_ASKED &&
         event->fact_case != PAIDAN__EVENT__FACT_EXEMPT_RULED)) {
        return rc;
    }
    struct step_fold fold = fold_of(anew);
    return archive_exempt_fold(&fold, record->seq, event);
}

/* RC_GAP: what archive has read of it is not all there any more. */
static enum rc take_log(struct anew *anew, const char *log)
{
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    struct evlog_head head;
    struct cursor cursor;
    CHECK(anew->archive_txn != NULL);
    enum rc rc = cursor_get(anew->archive_txn, log, &cursor);
    if (rc != RC_OK || cursor.seq == 0) {
        return rc;
    }
    anew->log = log;
    anew->until = cursor.seq;
    rc = store_look(anew->data_dir, log, &store);
    if (rc != RC_OK) {
        return rc;
    }
    rc = store_begin(store, false, &txn);
    if (rc == RC_OK) {
        rc = evlog_head_get(txn, &head);
        rc = rc == RC_OK && head.first_seq > 1 ? RC_GAP : rc;
        rc = rc == RC_OK ? evlog_walk(txn, 1, take, anew) : rc;
        rc = rc == RC_AGAIN ? RC_OK : rc;
        store_abort(txn);
    }
    store_close(store);
    return rc;
}

static enum rc take_all(struct anew *anew)
{
    enum rc rc = RC_OK;
    CHECK(anew->site != NULL);
    for (unsigned log = 0; rc == RC_OK && log < LOGS; log++) {
        rc = take_log(anew, logs[log]);
    }
    return rc == RC_OK ? evlog_walk(anew->archive_txn, 1, take_own, anew) : rc;
}

/* ---- comparing ---- */

static const char *say_code(const struct anew *anew, const struct archive_key *key)
{
    const char *const nobody = say_choose(&anew->say, "未定", "not known yet");
    CHECK(key != NULL);
    return key->by == PAIDAN__RATES_BY__RATES_ALL ? "" : key->code[0] == '\0' ? nobody : key->code;
}

static void print_one(const struct anew *anew, const struct archive_difference *difference)
{
    const struct say *const say = &anew->say;
    char period[32] = "";
    CHECK(difference->which < (int)RATES_COUNTS);
    if (difference->key.period != 0) {
        (void)snprintf(period, sizeof period, "%u", difference->key.period);
    }
    printf(say_choose(say, "%s %s %s：%s 现为 %" PRIu64 "，重新计算为 %" PRIu64 "\n",
                      "%s %s %s: %s is %" PRIu64 ", computed anew %" PRIu64 "\n"),
           period[0] == '\0' ? say_choose(say, "当前", "now") : period,
           say_words_rates_by(say, difference->key.by), say_code(anew, &difference->key),
           difference->which >= 0
               ? say_words_rates_count(say, (Paidan__RatesCount)difference->which)
               : say_words_rates_clock(say, (Paidan__RatesClock)difference->clock),
           difference->counted, difference->recounted);
}

/* Rows of a table that are not the same bytes. */
static enum rc compare_rows(struct store_txn *one, struct store_txn *other, unsigned table,
                            bool only_missing, uint64_t *differ, uint64_t *rows)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(one, table, NULL, 0, &walk);
    CHECK(one != other);
    while (rc == RC_OK) {
        const void *value = NULL;
        size_t bytes = 0;
        const enum rc got = store_get(other, table, walk.key, walk.key_bytes, &value, &bytes);
        if (got != RC_OK && got != RC_NOT_FOUND) {
            rc = got;
            break;
        }
        const bool same =
            got == RC_OK &&
            (only_missing || (bytes == walk.value_bytes && memcmp(value, walk.value, bytes) == 0));
        *differ += same ? 0 : 1;
        ++*rows;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc compare(struct anew *anew, size_t *figures, uint64_t *records, uint64_t *tickets)
{
    static const unsigned tables[] = {ARCHIVE_TICKET, ARCHIVE_SHARE, ARCHIVE_DAY, ARCHIVE_EXEMPT,
                                      ARCHIVE_UNIT};
    struct archive_difference *const found = calloc(SHOWN_MAX, sizeof *found);
    uint64_t rows = 0;
    if (found == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = archive_recount_compare(anew->archive_txn, anew->txn, found, SHOWN_MAX, figures);
    for (size_t index = 0; rc == RC_OK && index < *figures && index < SHOWN_MAX; index++) {
        print_one(anew, &found[index]);
    }
    free(found);
    for (size_t index = 0; rc == RC_OK && index < sizeof tables / sizeof tables[0]; index++) {
        rows = 0;
        rc = compare_rows(anew->archive_txn, anew->txn, tables[index], false, records, &rows);
        *tickets = tables[index] == ARCHIVE_TICKET ? rows : *tickets;
        rc = rc == RC_OK
                 ? compare_rows(anew->txn, anew->archive_txn, tables[index], true, records, &rows)
                 : rc;
    }
    return rc;
}

static int tell(const struct anew *anew, size_t figures, uint64_t records, uint64_t tickets)
{
    const struct say *const say = &anew->say;
    if (figures == 0 && records == 0) {
        printf(say_choose(say,
                          "三率和统计：按四个服务的日志重新计算（%" PRIu64 " 件工单，%" PRIu64
                          " 条记录），与现有数字全部一致。\n",
                          "rates and statistics: computed anew from the four logs (%" PRIu64
                          " tickets, %" PRIu64 " records), all figures are the same.\n"),
               tickets, anew->all);
        return EXIT_EQUAL;
    }
    printf(say_choose(say, "三率和统计：%zu 个数字、%" PRIu64 " 条工单记录与重新计算的不同。\n",
                      "rates and statistics: %zu figures and %" PRIu64
                      " records of tickets are others than computed anew.\n"),
           figures, records);
    return EXIT_DIFFERENT;
}

static int tell_failed(const struct anew *anew, enum rc rc)
{
    const struct say *const say = &anew->say;
    const char *const log = anew->log == NULL ? archive_service.name : anew->log;
    CHECK(rc != RC_OK);
    if (rc == RC_GAP) {
        printf(
            say_choose(
                say,
                "%s 的日志已经清理过，不能从头重新计算；可用 paidan log replay archive "
                "校验归档自己的日志。\n",
                "the log of %s was trimmed and cannot be computed from its beginning; paidan log "
                "replay archive checks archive's own.\n"),
            log);
        return EXIT_DIFFERENT;
    }
    fprintf(stderr, "%s/%s: %s%s%s\n", anew->data_dir, log, rc_name(rc),
            rc == RC_IO && errno != 0 ? ": " : "",
            rc == RC_IO && errno != 0 ? strerror(errno) : "");
    return rc == RC_FORMAT ? EXIT_SETTINGS : EXIT_FAULT;
}

/* ---- all ---- */

static void anew_close(struct anew *anew)
{
    if (anew->txn != NULL) {
        store_abort(anew->txn);
    }
    if (anew->archive_txn != NULL) {
        store_abort(anew->archive_txn);
    }
    store_close(anew->into);
    store_close(anew->archive);
    if (anew->into_path[0] != '\0') {
        into_remove(anew->into_path);
    }
    arena_fini(&anew->arena);
    site_free(anew->site);
}

static enum rc anew_open(struct anew *anew)
{
    enum rc rc = arena_init(&anew->arena, ARENA_BYTES);
    rc = rc == RC_OK ? store_look(anew->data_dir, archive_service.name, &anew->archive) : rc;
    rc = rc == RC_OK ? store_begin(anew->archive, false, &anew->archive_txn) : rc;
    return rc == RC_OK ? into_open(anew) : rc;
}

int port_archive_recompute(const char *data_dir, const char *site_dir, bool chinese)
{
    struct anew *const anew = calloc(1, sizeof *anew);
    struct site_report *const report = calloc(1, sizeof *report);
    size_t figures = 0;
    uint64_t records = 0, tickets = 0;
    int status = EXIT_FAULT;
    if (anew == NULL || report == NULL) {
        free(anew);
        free(report);
        return EXIT_FAULT;
    }
    anew->data_dir = data_dir;
    anew->say.language = chinese ? SAY_CHINESE : SAY_ENGLISH;
    if (site_load(site_dir, report, &anew->site) != RC_OK) {
        fprintf(stderr, "%s: %s\n", site_dir,
                say_choose(&anew->say, "站点有误，请用 paidan check 查看",
                           "the site is not good: paidan check tells why"));
        status = EXIT_SETTINGS;
    } else {
        enum rc rc = anew_open(anew);
        rc = rc == RC_OK ? take_all(anew) : rc;
        rc = rc == RC_OK ? compare(anew, &figures, &records, &tickets) : rc;
        status = rc == RC_OK ? tell(anew, figures, records, tickets) : tell_failed(anew, rc);
    }
    anew_close(anew);
    free(anew);
    free(report);
    return status;
}
