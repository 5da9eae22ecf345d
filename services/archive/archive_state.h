/* archive_state: archive's tables and what is due there. Append, never renumber: in this order they
 * stand in archive_core.c.
 *
 *   confidential  ticket u64 -> empty: 保密, no word of it is archived (archive_take)
 *   ticket        ticket u64 -> struct archive_ticket, sealed
 *   share         deeds, see archive_share.h
 *   day           day u32, ticket u64 -> empty: tickets that have to do with that day; 0: open now
 *   count, time   see archive_count.h
 *   exempt        ticket u64 -> who asked that it be taken out, and who ruled (archive_exempt)
 *   matter        ticket u64 -> record: what a bulletin could be made of (archive_matter)
 *   ended         closed_ms u64, ticket u64 -> empty: those of them that are closed
 *   bulletin      ticket u64 -> record (archive_bulletin)
 *   shown         published_ms u64, ticket u64 -> empty: those of them that are published
 *   claim         ticket u64 -> whose it is, and what came with it (archive_ledger, as all that follow)
 *   account       kind u8, code text32 -> what came in and went out
 *   entry         seq of archive's log u64 -> record
 *   person        person u64, entry u64 -> empty
 *   award         ticket u64, rule text32 -> what the rule has made of the ticket
 *   often         person u64, rule text32, period u64 -> awards: yyyymmdd, yyyymm, 0: ever
 *   earner        not earned u64, person u64 -> empty: who has earned most comes first
 *   unit          see archive_unit.h
 */
#pragma once

#include "common/say/counter.h"
#include "common/store/store.h"

enum archive_table {
    ARCHIVE_CONFIDENTIAL = STORE_SERVICE,
    /* ticket and rates */
    ARCHIVE_TICKET,
    ARCHIVE_SHARE,
    ARCHIVE_DAY,
    ARCHIVE_COUNT,
    ARCHIVE_TIME,
    ARCHIVE_EXEMPT,
    /* bulletins */
    ARCHIVE_MATTER,
    ARCHIVE_ENDED,
    ARCHIVE_BULLETIN,
    ARCHIVE_SHOWN,
    /* points */
    ARCHIVE_CLAIM,
    ARCHIVE_ACCOUNT,
    ARCHIVE_ENTRY,
    ARCHIVE_OF_PERSON,
    ARCHIVE_AWARD,
    ARCHIVE_OFTEN,
    ARCHIVE_EARNER,
    /* what units did */
    ARCHIVE_UNIT,
};

/* Which part a deadline belongs to. Stored. */
enum archive_due { ARCHIVE_DUE_NONE };

#define ARCHIVE_TALLY(number, id, ...) ARCHIVE_TALLY_##id = (number),
enum archive_tally { COUNTERS_ARCHIVE(ARCHIVE_TALLY) };
#undef ARCHIVE_TALLY
