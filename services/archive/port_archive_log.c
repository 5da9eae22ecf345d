/* port_archive_log: walks what is committed. A fact of many records is one step of the log and may be
 * too much for one turn, so a place lies between records, not facts.
 *
 * Owns nothing: what it gives lies in the arena of the view. What must stay true: each record is given
 * once between two places, whatever the turns were; answers kept in the log are passed over. */
#include "port_archive_log.h"

#include "common/base/check.h"
#include "common/store/evlog.h"

enum rc port_archive_log_begin(struct port_archive_log *log, struct step_view *view,
                               const struct port_archive_place *place)
{
    struct evlog_record record;
    CHECK(view->txn != NULL);
    *log = (struct port_archive_log){.view = view, .place = *place};
    if (place->seq > view->head_seq) {
        return RC_DIVERGED;
    }
    if (place->seq == 0) {
        return RC_OK;
    }
    const enum rc rc = evlog_read(view->txn, place->seq, &record);
    if (rc == RC_OK && record.crc != place->crc) {
        return RC_DIVERGED;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* archive's log is never trimmed */
}

static enum rc unpack(struct port_archive_log *log, const unsigned char *bytes, size_t size,
                      const Paidan__Event **event)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc =
        wire_unpack(log->view->arena, &paidan__event__descriptor, bytes, size, &message, &error);
    *event = (const Paidan__Event *)(const void *)message;
    if (rc == RC_OK) {
        return RC_OK;
    }
    return log->view->arena->denied ? RC_LIMIT : RC_CORRUPT;
}

/* The whole fact is done. */
static void pass(struct port_archive_log *log)
{
    CHECK(log->place.seq < log->view->head_seq);
    log->place = (struct port_archive_place){.seq = log->place.seq + 1, .crc = log->crc};
    log->archived = NULL;
}

/* A record of the fact that is being read. The last one passes it, so that no place lies behind the
 * end of a fact. */
static enum rc next_archived(struct port_archive_log *log, struct port_archive_item *item)
{
    const Paidan__Archived *const archived = log->archived;
    if (log->place.part >= archived->n_records) {
        return RC_CORRUPT; /* the crc says that it is the same log */
    }
    const Paidan__ArchivedRecord *const record = archived->records[log->place.part];
    item->log = archived->log;
    item->seq = record->seq;
    item->person = record->person;
    const enum rc rc = unpack(log, record->event.data, record->event.len, &item->event);
    if (rc == RC_OK && ++log->place.part == archived->n_records) {
        pass(log);
    }
    return rc;
}

/* A fact of archive's own is an item; one that archives is opened. RC_AGAIN: nothing of either. */
static enum rc open_fact(struct port_archive_log *log, struct port_archive_item *item)
{
    struct evlog_record record;
    const Paidan__Event *event = NULL;
    enum rc rc = evlog_read(log->view->txn, log->place.seq + 1, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    log->crc = record.crc;
    if (record.kind != EVLOG_EVENT) {
        pass(log);
        return RC_AGAIN;
    }
    rc = unpack(log, record.payload, record.bytes, &event);
    if (rc != RC_OK) {
        return rc;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_ARCHIVED) {
        log->archived = event->archived;
        log->mark = log->view->arena->used;
        return RC_AGAIN;
    }
    *item = (struct port_archive_item){.log = "archive", .seq = log->place.seq + 1, .event = event};
    pass(log);
    return RC_OK;
}

enum rc port_archive_log_next(struct port_archive_log *log, struct port_archive_item *item)
{
    CHECK(log->view->txn != NULL);
    *item = (struct port_archive_item){.log = NULL};
    for (;;) {
        if (log->archived != NULL) {
            log->view->arena->used = log->mark; /* of the item before; the fact lies below */
            return next_archived(log, item);
        }
        if (log->place.seq == log->view->head_seq) {
            return RC_NOT_FOUND;
        }
        const enum rc rc = open_fact(log, item);
        if (rc != RC_AGAIN) {
            return rc;
        }
    }
}
