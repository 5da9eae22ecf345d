/* archive_take: what it follows becomes facts of its own, stripped of what is personal, each record once.
 *
 * A step reads hundreds of records; they are gathered and said as one fact a log at its end. The cursor
 * of the followed log moves in the same transaction, which is what makes it once. Owns the table of
 * confidential tickets: words of theirs that come later are left out as well, so it must be known before
 * the step that registers one has said so; what this step gathered is looked at too. */
#include "archive_take.h"

#include <string.h>

#include "archive_person.h"
#include "archive_state.h"
#include "archive_strip.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/calendar/civil.h"
#include "common/wire/wire.h"

enum { LOGS = 4, LIST_FIRST = 64, DAY_MS = 86400000 };

/* In the order in which a ticket reaches them. */
static const char *const logs[LOGS] = {"intake", "triage", "escalation", "callback"};
static const enum archive_tally tallies[LOGS] = {ARCHIVE_TALLY_INTAKE, ARCHIVE_TALLY_TRIAGE,
                                                 ARCHIVE_TALLY_ESCALATION, ARCHIVE_TALLY_CALLBACK};

/* In the arena. */
struct list {
    Paidan__ArchivedRecord **records;
    size_t count, room;
};

struct gather {
    struct list lists[LOGS];
    uint64_t *confidential; /* tickets that this step registered */
    size_t confidential_count, confidential_room;
    uint64_t *touched; /* tickets that parts look at when all is said */
    size_t touched_count, touched_room;
};

bool archive_take_hears(const char *log, Paidan__Event__FactCase fact)
{
    CHECK(log != NULL);
    return archive_strip_keeps(fact);
}

/* LOGS: none of those that are followed. */
static unsigned log_of(const char *name)
{
    unsigned log = 0;
    CHECK(name != NULL);
    while (log < LOGS && strcmp(logs[log], name) != 0) {
        log++;
    }
    return log;
}

/* ---- gathering ---- */

/* Room for one more; what was used before stays in the arena until the step ends. */
static void *grown(struct arena *arena, void *items, size_t count, size_t *room, size_t bytes)
{
    CHECK(count <= *room);
    if (count < *room) {
        return items;
    }
    const size_t more = *room == 0 ? LIST_FIRST : 2 * *room;
    void *const fresh = arena_alloc(arena, more * bytes);
    if (fresh != NULL) {
        if (count > 0) {
            memcpy(fresh, items, count * bytes);
        }
        *room = more;
    }
    return fresh;
}

static enum rc gather_of(struct step *step, struct gather **gather)
{
    CHECK(step->arena != NULL);
    if (step->gather == NULL) {
        step->gather = arena_zalloc(step->arena, sizeof **gather);
    }
    *gather = step->gather;
    return *gather == NULL ? RC_LIMIT : RC_OK;
}

static bool registers_confidential(const Paidan__Event *event)
{
    return event->fact_case == PAIDAN__EVENT__FACT_REGISTERED &&
           event->registered->has_confidential && event->registered->confidential;
}

/* Also as other logs tell it, which may be read before intake's. */
static bool says_confidential(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        return registers_confidential(event);
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return event->assigned->has_confidential && event->assigned->confidential;
    case PAIDAN__EVENT__FACT_MERGED:
        return event->merged->has_confidential && event->merged->confidential;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return event->resolved->has_confidential && event->resolved->confidential;
    case PAIDAN__EVENT__FACT_ASKED:
        return event->asked->has_confidential && event->asked->confidential;
    case PAIDAN__EVENT__FACT_SPARED:
        return event->spared->has_confidential && event->spared->confidential;
    case PAIDAN__EVENT__FACT_DESKED:
        return (event->desked->reasons & 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL) != 0;
    default:
        return false;
    }
}

static enum rc confidential_stored(struct store_txn *txn, uint64_t ticket, bool *stored)
{
    unsigned char key[CODEC_U64_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    CHECK(ticket != 0);
    codec_set_u64(key, ticket);
    const enum rc rc = store_get(txn, ARCHIVE_CONFIDENTIAL, key, sizeof key, &value, &bytes);
    *stored = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc confidential_of(struct step *step, struct gather *gather, const Paidan__Event *event,
                               bool *confidential)
{
    *confidential = false;
    CHECK(gather->confidential_count <= gather->confidential_room);
    if (!event->has_ticket) {
        return RC_OK;
    }
    for (size_t index = 0; index < gather->confidential_count; index++) {
        if (gather->confidential[index] == event->ticket) {
            *confidential = true;
            return RC_OK;
        }
    }
    if (!says_confidential(event)) {
        return confidential_stored(step->txn, event->ticket, confidential);
    }
    uint64_t *const list = grown(step->arena, gather->confidential, gather->confidential_count,
                                 &gather->confidential_room, sizeof *list);
    if (list == NULL) {
        return RC_LIMIT;
    }
    gather->confidential = list;
    gather->confidential[gather->confidential_count++] = event->ticket;
    *confidential = true;
    return RC_OK;
}

uint32_t archive_take_day(const struct site *site, uint64_t at_ms)
{
    const int64_t offset_ms = site == NULL ? 0 : site_offset(site, at_ms);
    const struct civil_date date =
        civil_date((int32_t)(((int64_t)at_ms + offset_ms) / (int64_t)DAY_MS));
    CHECK(date.year > 0);
    CHECK(date.year < 10000);
    return (uint32_t)date.year * 10000u + date.month * 100u + date.day;
}

/* Stripped and packed. *record NULL: longer than a fact may hold. */
static enum rc record_make(struct step *step, const struct step_input *input, bool confidential,
                           Paidan__ArchivedRecord **record)
{
    Paidan__Event *stripped = NULL;
    unsigned char *bytes = NULL;
    char person[PSEUDONYM_BYTES + 1];
    size_t size = 0;
    CHECK(input->event != NULL);
    CHECK(input->seq > 0);
    *record = NULL;
    enum rc rc = archive_strip(step->arena, input->event, confidential, &stripped);
    rc = rc == RC_OK ? wire_pack(step->arena, &stripped->base, &bytes, &size) : rc;
    if (rc != RC_OK || size > ARCHIVED_EVENT_BYTES_MAX) {
        return rc;
    }
    Paidan__ArchivedRecord *const made = arena_alloc(step->arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__archived_record__init(made);
    made->seq = input->seq;
    made->event = (ProtobufCBinaryData){.data = bytes, .len = size};
    made->day = archive_take_day(step->site, input->event->at_ms);
    made->has_attached = input->event->fact_case == PAIDAN__EVENT__FACT_REGISTERED &&
                         input->event->registered->n_attachments > 0;
    made->attached = made->has_attached ? (uint32_t)input->event->registered->n_attachments : 0;
    if (input->event->fact_case == PAIDAN__EVENT__FACT_REGISTERED && !confidential &&
        archive_person_name(input->event->registered, person)) {
        made->person = arena_strdup(step->arena, person);
        rc = made->person == NULL ? RC_LIMIT : RC_OK;
    }
    *record = made;
    return rc;
}

enum rc archive_take_apply(struct step *step, const struct step_input *input)
{
    struct gather *gather = NULL;
    Paidan__ArchivedRecord *record = NULL;
    bool confidential = false;
    CHECK(input->kind == STEP_RECORD);
    if (input->event == NULL || !archive_strip_keeps(input->event->fact_case)) {
        return RC_OK; /* not an event, or of a kind that is left out */
    }
    const unsigned log = log_of(input->log);
    CHECK(log < LOGS);
    enum rc rc = gather_of(step, &gather);
    rc = rc == RC_OK ? confidential_of(step, gather, input->event, &confidential) : rc;
    rc = rc == RC_OK ? record_make(step, input, confidential, &record) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (record == NULL) {
        return step_refuse_record(step, PAIDAN__CODE__FIELD_TOO_LONG, NULL);
    }
    struct list *const list = &gather->lists[log];
    Paidan__ArchivedRecord **const records =
        grown(step->arena, list->records, list->count, &list->room, sizeof *records);
    if (records == NULL) {
        return RC_LIMIT;
    }
    list->records = records;
    list->records[list->count++] = record;
    return RC_OK;
}

enum rc archive_take_touch(struct step *step, uint64_t ticket)
{
    struct gather *gather = NULL;
    CHECK(ticket != 0);
    const enum rc rc = gather_of(step, &gather);
    if (rc != RC_OK ||
        (gather->touched_count > 0 && gather->touched[gather->touched_count - 1] == ticket)) {
        return rc;
    }
    uint64_t *const list = grown(step->arena, gather->touched, gather->touched_count,
                                 &gather->touched_room, sizeof *list);
    if (list == NULL) {
        return RC_LIMIT;
    }
    gather->touched = list;
    gather->touched[gather->touched_count++] = ticket;
    return RC_OK;
}

size_t archive_take_touched(const struct step *step, const uint64_t **tickets)
{
    const struct gather *const gather = step->gather;
    *tickets = gather == NULL ? NULL : gather->touched;
    CHECK(gather == NULL || gather->touched_count <= gather->touched_room);
    return gather == NULL ? 0 : gather->touched_count;
}

/* ---- saying ---- */

static enum rc say(struct step *step, const char *log, Paidan__ArchivedRecord **records,
                   size_t count)
{
    CHECK(count > 0);
    CHECK(count <= ARCHIVED_MAX);
    Paidan__Archived fact = PAIDAN__ARCHIVED__INIT;
    fact.log = (char *)(uintptr_t)log; /* packed, never written */
    fact.n_records = count;
    fact.records = records;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base); /* of many */
}

static enum rc say_list(struct step *step, const char *log, const struct list *list)
{
    enum rc rc = RC_OK;
    size_t from = 0, bytes = 0;
    CHECK(list->count <= list->room);
    for (size_t index = 0; rc == RC_OK && index < list->count; index++) {
        bytes += list->records[index]->event.len;
        const size_t count = index + 1 - from;
        if (index + 1 == list->count || count == ARCHIVED_MAX || bytes >= ARCHIVED_FACT_BYTES_MAX) {
            rc = say(step, log, list->records + from, count);
            from = index + 1;
            bytes = 0;
        }
    }
    CHECK(rc != RC_OK || from == list->count); /* nothing was left unsaid */
    return rc;
}

enum rc archive_take_finish(struct step *step)
{
    const struct gather *const gather = step->gather;
    enum rc rc = RC_OK;
    for (unsigned log = 0; gather != NULL && rc == RC_OK && log < LOGS; log++) {
        rc = say_list(step, logs[log], &gather->lists[log]);
    }
    return rc;
}

/* ---- folding ---- */

/* Whoever says so first: the others find the row. */
static enum rc fold_confidential(struct step_fold *fold, const Paidan__Event *event)
{
    unsigned char key[CODEC_U64_BYTES];
    CHECK(fold->txn != NULL);
    if (!event->has_ticket || !says_confidential(event)) {
        return RC_OK;
    }
    codec_set_u64(key, event->ticket);
    return store_put(fold->txn, ARCHIVE_CONFIDENTIAL, key, sizeof key, NULL, 0);
}

static enum rc fold_one(struct step_fold *fold, const char *log,
                        const Paidan__ArchivedRecord *archived,
                        const struct archive_part *const *parts)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    CHECK(parts != NULL);
    if (archived->event.len > ARCHIVED_EVENT_BYTES_MAX ||
        wire_unpack(fold->arena, &paidan__event__descriptor, archived->event.data,
                    archived->event.len, &message, &error) != RC_OK) {
        return fold->arena->denied ? RC_LIMIT : RC_CORRUPT;
    }
    const struct archive_record record = {.log = log,
                                          .seq = archived->seq,
                                          .event = (const Paidan__Event *)(const void *)message,
                                          .person = archived->person,
                                          .attached = archived->attached,
                                          .day = archived->day};
    enum rc rc = fold_confidential(fold, record.event);
    for (; rc == RC_OK && *parts != NULL; parts++) {
        rc = (*parts)->hear == NULL ? RC_OK : (*parts)->hear(fold, &record);
    }
    return rc;
}

enum rc archive_take_fold(struct step_fold *fold, const Paidan__Event *event,
                          const struct archive_part *const *parts)
{
    const Paidan__Archived *const archived = event->archived;
    const unsigned log = log_of(archived->log);
    uint64_t seq = 0;
    enum rc rc = RC_OK;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_ARCHIVED);
    if (event->has_ticket || log == LOGS || archived->n_records == 0) {
        return RC_CORRUPT;
    }
    for (size_t index = 0; rc == RC_OK && index < archived->n_records; index++) {
        const size_t mark = fold->arena->used;
        if (archived->records[index]->seq <= seq) {
            return RC_CORRUPT; /* a followed log goes forward */
        }
        seq = archived->records[index]->seq;
        rc = fold_one(fold, logs[log], archived->records[index], parts);
        fold->arena->used = mark; /* parts keep nothing */
    }
    fold->tally->values[tallies[log]] += archived->n_records;
    return rc;
}
