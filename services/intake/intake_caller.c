/* intake_caller: a caller's earlier tickets, by the number. Owns the table `caller`.
 *
 * What must stay true: each ticket that was registered with a number has a row for it, also in a store
 * that is older than the table; a number stands in no answer and in no fact of the search; and who
 * looked is recorded before he sees anything, whether or not there was something to see. What a page
 * costs is bounded however often a number was used. */
#include "intake_caller.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/text/text.h"
#include "common/text/text_caller.h"
#include "intake_scope.h"

enum {
    DIGEST_BYTES = INTAKE_CALLER_DIGEST_BYTES,
    KEY_BYTES = DIGEST_BYTES + CODEC_U64_BYTES,
    CURSOR_BYTES = 1 + CODEC_U64_BYTES, /* open or ended, and the last row that was looked at */
    LIMIT_DEFAULT = 20,
    LOOKED_AT_MAX = 5000, /* rows of one page: a number that filed thousands costs several */
};

/* ---- keys ---- */

static const struct text_caller_key no_key;

static void key_make(const char *digits, uint64_t ticket, unsigned char key[KEY_BYTES])
{
    CHECK(digits[0] != '\0');
    text_caller_digest(no_key, digits, key);
    codec_set_u64(key + DIGEST_BYTES, ~ticket);
}

static void key_make_named(const char *channel, const char *reporter, uint64_t ticket,
                           unsigned char key[KEY_BYTES])
{
    CHECK(reporter[0] != '\0');
    text_caller_digest_named(no_key, channel, reporter, key);
    codec_set_u64(key + DIGEST_BYTES, ~ticket);
}

/* ---- the table ---- */

static enum rc rows_put(struct store_txn *txn, uint64_t ticket, const Paidan__Registered *fact)
{
    char digits[PHONE_BYTES_MAX + 1];
    unsigned char key[KEY_BYTES];
    enum rc rc = RC_OK;
    CHECK(ticket != 0);
    if (fact->phone == NULL && fact->reporter != NULL) {
        key_make_named(fact->channel, fact->reporter, ticket, key);
        return store_put(txn, INTAKE_CALLER, key, sizeof key, NULL, 0);
    }
    for (const char *at = fact->phone;
         rc == RC_OK && at != NULL && text_caller_number(&at, digits);) {
        key_make(digits, ticket, key);
        rc = store_put(txn, INTAKE_CALLER, key, sizeof key, NULL, 0);
    }
    return rc;
}

/* That no row is missing: of numbers, and since there are rows of those without one. */
static const unsigned char complete_numbers[DIGEST_BYTES];
static const unsigned char complete_names[DIGEST_BYTES] = {[DIGEST_BYTES - 1] = 1};

static enum rc complete_put(struct store_txn *txn)
{
    const enum rc rc = store_put(txn, INTAKE_CALLER, complete_numbers, DIGEST_BYTES, NULL, 0);
    return rc == RC_OK ? store_put(txn, INTAKE_CALLER, complete_names, DIGEST_BYTES, NULL, 0) : rc;
}

enum rc intake_caller_fold(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REGISTERED);
    /* The first ticket of all: no row can be missing. */
    const enum rc rc =
        fold->tally->values[INTAKE_TALLY_REGISTERED] == 1 ? complete_put(fold->txn) : RC_OK;
    return rc == RC_OK ? rows_put(fold->txn, event->ticket, event->registered) : rc;
}

static enum rc mend_one(struct step_view *view, uint64_t ticket)
{
    struct intake_ticket record;
    Paidan__Event *event = NULL;
    const size_t mark = view->arena->used;
    enum rc rc = intake_state_get(view->txn, ticket, &record);
    if (rc == RC_OK) {
        rc = step_view_read(view, record.registered_seq, &event);
    }
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        rc = rows_put(view->txn, ticket, event->registered);
    }
    view->arena->used = mark;
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* this log is never trimmed */
}

enum rc intake_caller_mend(struct step_view *view)
{
    const void *value = NULL;
    size_t bytes = 0;
    struct store_walk walk;
    enum rc rc = store_get(view->txn, INTAKE_CALLER, complete_names, DIGEST_BYTES, &value, &bytes);
    if (rc != RC_NOT_FOUND) {
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    }
    rc = store_walk_open(view->txn, INTAKE_TICKET, NULL, 0, &walk);
    if (rc == RC_NOT_FOUND) {
        store_walk_close(&walk);
        return RC_NOT_FOUND; /* an empty store: its first ticket says so */
    }
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
        if (rc == RC_OK) {
            rc = mend_one(view, codec_u64_at(walk.key));
        }
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? complete_put(view->txn) : rc;
}

/* ---- the newest ---- */

enum { NEWEST_LOOKED_AT_MAX = 64 /* rows of one caller: who files more is a program */ };

struct newest {
    struct step *step;
    uint64_t since_ms, *tickets;
    uint32_t *count, looked_at;
};

/* *over: it is older than what is asked for, and so are those after it. */
static enum rc newest_take(struct newest *newest, uint64_t ticket, bool *over)
{
    struct intake_ticket record;
    const enum rc rc = intake_state_get(newest->step->txn, ticket, &record);
    CHECK(ticket != 0);
    CHECK(*newest->count < INTAKE_CALLER_NEWEST_MAX);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    *over = record.registered_ms < newest->since_ms;
    if (!*over && intake_fsm_step(record.state, INTAKE_CHASE).next != INTAKE_NONE) {
        newest->tickets[(*newest->count)++] = ticket;
    }
    return RC_OK;
}

/* Rows under the digest of a key, from its ticket on. */
static enum rc newest_walk(struct newest *newest, const unsigned char key[KEY_BYTES])
{
    struct store_walk walk;
    bool over = false;
    CHECK(newest->looked_at <= NEWEST_LOOKED_AT_MAX);
    enum rc rc = store_walk_open(newest->step->txn, INTAKE_CALLER, key, KEY_BYTES, &walk);
    while (rc == RC_OK && !over && *newest->count < INTAKE_CALLER_NEWEST_MAX &&
           newest->looked_at < NEWEST_LOOKED_AT_MAX) {
        rc = store_walk_key(&walk, KEY_BYTES);
        if (rc != RC_OK || memcmp(walk.key, key, DIGEST_BYTES) != 0) {
            break;
        }
        newest->looked_at++;
        rc = newest_take(newest, ~codec_u64_at((const unsigned char *)walk.key + DIGEST_BYTES),
                         &over);
        if (rc == RC_OK && !over) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc intake_caller_newest(struct step *step, const Paidan__NewTicket *item, uint64_t since_ms,
                             uint64_t tickets[INTAKE_CALLER_NEWEST_MAX], uint32_t *count)
{
    struct newest newest = {.step = step, .since_ms = since_ms, .tickets = tickets, .count = count};
    char phone[PHONE_BYTES_MAX + 1] = "", digits[PHONE_BYTES_MAX + 1];
    unsigned char key[KEY_BYTES];
    enum rc rc = RC_OK;
    CHECK(since_ms <= step->now_ms);
    *count = 0;
    if (!text_blank(item->phone)) {
        (void)text_phone_read(item->phone, phone);
    }
    for (const char *at = phone;
         rc == RC_OK && text_caller_number(&at, digits) && *count < INTAKE_CALLER_NEWEST_MAX;) {
        key_make(digits, UINT64_MAX, key);
        rc = newest_walk(&newest, key);
    }
    if (rc == RC_OK && phone[0] == '\0' && !text_blank(item->reporter)) {
        key_make_named(item->channel, item->reporter, UINT64_MAX, key);
        rc = newest_walk(&newest, key);
    }
    return rc;
}

/* ---- one person ---- */

uint32_t
intake_caller_digests(const Paidan__Registered *fact,
                      unsigned char digests[CALLER_DIGESTS_MAX][INTAKE_CALLER_DIGEST_BYTES])
{
    char digits[PHONE_BYTES_MAX + 1];
    unsigned char key[KEY_BYTES];
    uint32_t count = 0;
    CHECK(fact->channel != NULL);
    if (fact->phone == NULL && fact->reporter != NULL) {
        key_make_named(fact->channel, fact->reporter, 0, key);
        memcpy(digests[count++], key, DIGEST_BYTES);
    }
    for (const char *at = fact->phone;
         at != NULL && count < CALLER_DIGESTS_MAX && text_caller_number(&at, digits);) {
        key_make(digits, 0, key);
        memcpy(digests[count++], key, DIGEST_BYTES);
    }
    return count;
}

enum rc intake_caller_open(struct step *step,
                           const unsigned char digest[INTAKE_CALLER_DIGEST_BYTES], uint64_t but,
                           uint64_t *tickets, uint32_t max, uint32_t *count)
{
    unsigned char key[KEY_BYTES];
    struct store_walk walk;
    uint32_t looked_at = 0;
    CHECK(tickets != NULL || max == 0);
    *count = 0;
    memcpy(key, digest, DIGEST_BYTES);
    memset(key + DIGEST_BYTES, 0, sizeof key - DIGEST_BYTES);
    enum rc rc = store_walk_open(step->txn, INTAKE_CALLER, key, sizeof key, &walk);
    while (rc == RC_OK && *count < max && looked_at++ < LOOKED_AT_MAX) {
        rc = store_walk_key(&walk, KEY_BYTES);
        if (rc != RC_OK || memcmp(walk.key, digest, DIGEST_BYTES) != 0) {
            break;
        }
        const uint64_t ticket = ~codec_u64_at((const unsigned char *)walk.key + DIGEST_BYTES);
        struct intake_ticket record;
        rc = intake_state_get(step->txn, ticket, &record);
        if (rc == RC_OK && ticket != but &&
            intake_fsm_step(record.state, INTAKE_CHASE).next != INTAKE_NONE) {
            tickets[(*count)++] = ticket;
        }
        rc = rc == RC_OK ? store_walk_next(&walk) : rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- asking ---- */

struct search {
    struct step *step;
    const Paidan__CallerList *wish;
    char digits[PHONE_BYTES_MAX + 1];
    uint32_t area, limit, looked_at;
    bool ended;     /* the second part: what is closed or withdrawn */
    uint64_t after; /* ~ticket of the last row that was looked at */
    Paidan__CallerListed listed;
};

static bool said(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* OK, or what is wrong; detail: static. */
static Paidan__Code take_wish(struct search *search, const char **detail)
{
    const Paidan__CallerList *const wish = search->wish;
    const struct site *const site = search->step->site;
    char read[PHONE_BYTES_MAX + 1];
    const char *at = read;
    *detail = "phone";
    (void)text_phone_read(wish->phone, read);
    if (!text_caller_number(&at, search->digits)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "reason";
    if (text_blank(wish->reason)) {
        return PAIDAN__CODE__NOTE_MISSING;
    }
    *detail = "channel";
    if (said(wish->channel) && site_channel_find(site, wish->channel) == SITE_NONE) {
        return PAIDAN__CODE__CHANNEL_UNKNOWN;
    }
    *detail = "area";
    search->area = said(wish->area) ? site_heir(site, SITE_KIND_AREA, wish->area) : SITE_NONE;
    if (said(wish->area) && search->area == SITE_NONE) {
        return PAIDAN__CODE__AREA_UNKNOWN;
    }
    *detail = "limit";
    search->limit = wish->has_limit && wish->limit > 0 ? wish->limit : LIMIT_DEFAULT;
    if (search->limit > CALLER_LIST_MAX) {
        return PAIDAN__CODE__TOO_MANY_ITEMS;
    }
    *detail = "cursor";
    if (wish->has_cursor && (wish->cursor.len != CURSOR_BYTES || wish->cursor.data[0] > 1)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (wish->has_cursor) {
        search->ended = wish->cursor.data[0] == 1;
        search->after = codec_u64_at(wish->cursor.data + 1);
    }
    return search->after < UINT64_MAX ? PAIDAN__CODE__OK : PAIDAN__CODE__FIELD_INVALID;
}

/* What the wish names, as it is named today; a ticket that is not placed yet is everybody's. */
static bool wanted(const struct search *search, const Paidan__CallerTicket *ticket)
{
    const struct site *const site = search->step->site;
    if (said(search->wish->channel)) {
        const char *const now = site_code_now(site, SITE_KIND_CHANNEL, ticket->channel);
        if (strcmp(now != NULL ? now : ticket->channel, search->wish->channel) != 0) {
            return false;
        }
    }
    if (search->area == SITE_NONE || !said(ticket->area)) {
        return true;
    }
    const uint32_t area = site_heir(site, SITE_KIND_AREA, ticket->area);
    return area != SITE_NONE && site_area_within(site, area, search->area);
}

static enum rc add_scope(struct search *search, Paidan__CallerTicket *ticket)
{
    struct intake_scope *const scope = arena_alloc(search->step->arena, sizeof *scope);
    if (scope == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = intake_scope_get(search->step->txn, ticket->ticket, scope);
    if (rc == RC_OK) {
        ticket->unit = scope->unit;
        ticket->area = said(scope->area) ? scope->area : NULL;
        ticket->has_level = scope->level != 0;
        ticket->level = scope->level;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* nobody has had it yet */
}

/* *made: NULL where the wish names something else. */
static enum rc picture(struct search *search, uint64_t ticket, const struct intake_ticket *record,
                       Paidan__CallerTicket **made)
{
    struct step *const step = search->step;
    Paidan__Event *event = NULL;
    enum rc rc = step_read(step, record->registered_seq, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_REGISTERED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const Paidan__Registered *const fact = event->registered;
    Paidan__CallerTicket *const found = arena_alloc(step->arena, sizeof *found);
    if (found == NULL) {
        return RC_LIMIT;
    }
    paidan__caller_ticket__init(found);
    found->ticket = ticket;
    found->number = number_text(step->arena, ticket);
    found->state = intake_ticket_public_state(record->state);
    found->registered_ms = record->registered_ms;
    found->changed_ms = record->changed_ms;
    found->title = fact->given_title != NULL ? fact->given_title : fact->title;
    found->place = fact->place;
    found->channel = fact->channel;
    found->has_outcome = record->outcome != 0;
    found->outcome = (Paidan__Outcome)record->outcome;
    found->has_chases = found->has_supplements = 1;
    found->chases = record->chases;
    found->supplements = record->supplements;
    found->has_confidential = found->confidential = fact->has_confidential && fact->confidential;
    rc = add_scope(search, found);
    if (rc == RC_OK && found->number == NULL) {
        rc = RC_LIMIT;
    }
    *made = rc == RC_OK && wanted(search, found) ? found : NULL;
    return rc;
}

static enum rc look_at(struct search *search, uint64_t ticket)
{
    struct intake_ticket record;
    Paidan__CallerTicket *found = NULL;
    const size_t mark = search->step->arena->used;
    enum rc rc = intake_state_get(search->step->txn, ticket, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const bool ended = record.state == INTAKE_CLOSED || record.state == INTAKE_WITHDRAWN;
    if (ended == search->ended) {
        rc = picture(search, ticket, &record, &found);
    }
    if (rc == RC_OK && found != NULL) {
        CHECK(search->listed.n_tickets < search->limit);
        search->listed.tickets[search->listed.n_tickets++] = found;
    } else {
        search->step->arena->used = mark; /* a text of 64 KiB that nobody gets */
    }
    return rc;
}

/* One part. *full: the page ended before it did. */
static enum rc walk_part(struct search *search, bool *full)
{
    unsigned char key[KEY_BYTES];
    struct store_walk walk;
    key_make(search->digits, ~(search->after + 1), key);
    CHECK(search->after < UINT64_MAX); /* no ticket is 0 */
    enum rc rc = store_walk_open(search->step->txn, INTAKE_CALLER, key, sizeof key, &walk);
    *full = false;
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, KEY_BYTES);
        if (rc != RC_OK || memcmp(walk.key, key, DIGEST_BYTES) != 0) {
            break;
        }
        if (search->listed.n_tickets == search->limit || search->looked_at == LOOKED_AT_MAX) {
            *full = true;
            break;
        }
        search->looked_at++;
        search->after = codec_u64_at((const unsigned char *)walk.key + DIGEST_BYTES);
        rc = look_at(search, ~search->after);
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc fill(struct search *search)
{
    bool full = false;
    enum rc rc = walk_part(search, &full);
    if (rc == RC_OK && !full && !search->ended) {
        search->ended = true;
        search->after = 0;
        rc = walk_part(search, &full);
    }
    if (rc != RC_OK || !full) {
        return rc;
    }
    unsigned char *const cursor = arena_alloc(search->step->arena, CURSOR_BYTES);
    if (cursor == NULL) {
        return RC_LIMIT;
    }
    cursor[0] = search->ended ? 1 : 0;
    codec_set_u64(cursor + 1, search->after);
    search->listed.has_next = 1;
    search->listed.next = (ProtobufCBinaryData){.len = CURSOR_BYTES, .data = cursor};
    return RC_OK;
}

/* Before the answer is given, as every reading is. The number itself stays out of it. */
static enum rc say_searched(const struct search *search)
{
    struct step *const step = search->step;
    const Paidan__CallerListed *const listed = &search->listed;
    uint64_t *const tickets = arena_alloc(step->arena, (listed->n_tickets + 1) * sizeof *tickets);
    if (tickets == NULL) {
        return RC_LIMIT;
    }
    Paidan__Disclosed fact = PAIDAN__DISCLOSED__INIT;
    fact.reason = search->wish->reason;
    fact.has_by_phone = fact.by_phone = 1;
    fact.tickets = tickets;
    for (; fact.n_tickets < listed->n_tickets; fact.n_tickets++) {
        tickets[fact.n_tickets] = listed->tickets[fact.n_tickets]->ticket;
    }
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

enum rc intake_caller_list(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_CALLER_LIST);
    struct search search = {
        .step = step, .wish = request->caller_list, .listed = PAIDAN__CALLER_LISTED__INIT};
    const char *detail = NULL;
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    const Paidan__Code code = take_wish(&search, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    search.listed.tickets = arena_alloc(step->arena, search.limit * sizeof(Paidan__CallerTicket *));
    enum rc rc = search.listed.tickets == NULL ? RC_LIMIT : fill(&search);
    if (rc == RC_OK) {
        rc = say_searched(&search);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLER_LISTED;
    answer.caller_listed = &search.listed;
    /* As ReadTexts: the same request id looks, and is recorded, again. */
    return step_answer_unstored(step, &answer);
}
