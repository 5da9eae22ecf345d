/* archive_ticket: what the figures must know of one ticket: one record, made of what four logs say.
 *
 * Each member is written by the events of one log alone, so that it does not matter which log was heard
 * first; what takes two of them together (was it withdrawn, or closed before that arrived?) is asked of
 * the whole record, when it is counted. */
#pragma once

#include <stdbool.h>

#include "archive_part.h"
#include "common/base/limits.h"

#define ARCHIVE_UNITS_MAX 16u /* that had it; further ones answer as the last of them */

/* As escalation has it. Stored: never renumber. */
enum archive_state {
    ARCHIVE_UNKNOWN, /* escalation has said nothing */
    ARCHIVE_DESK,
    ARCHIVE_ASSIGNED,
    ARCHIVE_ACCEPTED,
    ARCHIVE_RETURNED,
    ARCHIVE_SUSPENDED,
    ARCHIVE_MERGED,
    ARCHIVE_RESOLVED,
    ARCHIVE_CLOSED,
    ARCHIVE_STATE_COUNT
};

/* Clocks as bits. */
enum { ARCHIVE_ACCEPT = 1, ARCHIVE_CONTACT = 2, ARCHIVE_HANDLE = 4, ARCHIVE_CLOCKS = 7 };

/* 剔除. Stored. */
enum archive_exemption {
    ARCHIVE_EXEMPT_NONE,
    ARCHIVE_EXEMPT_ASKED,
    ARCHIVE_EXEMPT_GRANTED,
    ARCHIVE_EXEMPT_REFUSED,
    ARCHIVE_EXEMPT_COUNT
};

/* A unit that had it: which of its clocks were decided, which of them late, which were pardoned on appeal. */
struct archive_unit {
    char code[CODE_BYTES_MAX + 1];
    uint8_t decided, late, pardoned;
};

struct archive_ticket {
    /* intake */
    uint64_t registered_ms;
    uint32_t registered_day, withdrawn_day; /* yyyymmdd; 0: not yet */
    char source[CODE_BYTES_MAX + 1];        /* channel */
    char title[TITLE_BYTES_MAX + 1];        /* masked; of a confidential one empty */
    /* escalation */
    enum archive_state state;
    uint32_t level, round, hops;
    uint32_t closed_day, merged_day;
    uint32_t outcome; /* of CLOSED */
    uint64_t assigned_ms, accepted_ms, contacted_ms, resolved_ms,
        closed_ms;             /* first; last two: last */
    uint8_t expired;           /* clocks that run on after their deadline */
    bool coordinating, member; /* member: resolved with another one */
    bool supervised;           /* 督办, from then on */
    uint8_t spare;             /* 0: what builds before kept of cards */
    char category[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1];
    char unit[CODE_BYTES_MAX + 1], first_unit[CODE_BYTES_MAX + 1];
    char channel[CODE_BYTES_MAX + 1]; /* as the site calls it now; "": as source */
    uint32_t unit_count;
    struct archive_unit units[ARCHIVE_UNITS_MAX];
    /* callback */
    uint32_t answer_round, solved, satisfied; /* of the newest round that was answered */
    /* archive */
    enum archive_exemption exempt; /* as it was left; archive_ticket_exempt is what holds now */
    uint32_t exempt_round; /* whose closing is meant; 0: of every round, from an older build */
};

/* What happened once, on its day: `count` of RatesCount. who: the unit whose doing it was; "": whoever has
 * the ticket. */
struct archive_deed {
    unsigned count;
    char who[CODE_BYTES_MAX + 1];
};
enum { ARCHIVE_DEEDS_MAX = 4 };
struct archive_deeds {
    unsigned count;
    struct archive_deed deeds[ARCHIVE_DEEDS_MAX];
};

/* Pure: what an event of that log makes of the record, and what it adds for ever. Nothing it does not
 * understand is wrong: an archive outlives the versions of what it keeps. */
void archive_ticket_take(struct archive_ticket *ticket, const struct archive_record *record,
                         struct archive_deeds *deeds);
/* The channel by its code of now. */
const char *archive_ticket_channel(const struct archive_ticket *ticket);
/* Withdrawn, and that came before it was closed. */
bool archive_ticket_withdrawn(const struct archive_ticket *ticket);
/* 剔除 of the closing that stands: what was asked for before a reopening says nothing of the next one. */
enum archive_exemption archive_ticket_exempt(const struct archive_ticket *ticket);
/* Somebody has to do something about it: not resolved, merged, closed or withdrawn. */
bool archive_ticket_open(const struct archive_ticket *ticket);
/* The card that a fact of escalation gives; NONE: none, or the ticket showed such a card or a higher one
 * already, and this one counts nowhere. */
Paidan__Card archive_ticket_gives(const Paidan__Event *event);

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_ticket_get(struct store_txn *txn, uint64_t id,
                                      struct archive_ticket *ticket);
MUST_CHECK enum rc archive_ticket_decode(const void *bytes, size_t size,
                                         struct archive_ticket *ticket);
/* RC_OK, RC_FULL, RC_STORE. */
MUST_CHECK enum rc archive_ticket_put(struct store_txn *txn, uint64_t id,
                                      const struct archive_ticket *ticket);
