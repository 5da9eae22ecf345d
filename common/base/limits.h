/* limits: every bound of the engine, with its unit and its reason. Relations are asserted below. */
#pragma once

#include <assert.h>
#include <stdint.h>

/* One request or answer. Submit batches of 1,000 texts of typical size (median 700 bytes, 99 %
 * below 8 kB, measured on 8,381 published complaints) fit; a longer batch is split by the client.
 */
#define FRAME_BYTES_MAX (4u << 20)
/* What a socket accepts at all: a little more, so that a frame that is too large gets a clear
 * refusal instead of a cut connection. */
#define FRAME_BYTES_ACCEPTED (8u << 20)

/* Arena for one step: unpacking may take 16 times the frame (65 times was seen for empty
 * repeated messages; beyond the budget the frame is refused). Address space; touched pages count.
 */
#define STEP_ARENA_BYTES (192u << 20)
/* Inputs of one step: arrays are of that size. What fills a step is time and bytes (common/run/
 * shell_batch); at 5 us each so many take some 40 ms. */
#define STEP_INPUTS_MAX 8192u
/* Tickets, actions, replies and records in them. A frame that begins below the bound is taken
 * whole, so one step has at most one frame of SUBMIT_TICKETS_MAX more. */
#define STEP_ITEMS_MAX 16384u
#define STEP_DUE_MAX 2048u /* deadlines among them, so that commands are not starved */
#define STEP_EVENT_BYTES_MAX (24u << 20) /* what one step may append to the log */
#define STEP_ANSWERS_MAX STEP_INPUTS_MAX
#define STEP_MS_MAX 30000u /* a step that takes longer aborts the process: it hangs */

#define EVLOG_BLOCK_BYTES_MAX (256u << 10) /* target size of one block of records */
#define EVLOG_RECORD_BYTES_MAX                                                                     \
    (1u << 20) /* one event, packed: text 64 KiB + attachments 16 x ~1.2 KiB */
/* What one trimming may drop, so that the first one of a log of years does not hold up the service:
 * every block is read and hashed, 64 MiB take about 0.1 s. */
#define EVLOG_TRIM_BLOCKS_MAX 4096u
#define EVLOG_TRIM_BYTES_MAX (64u << 20)
#define TAIL_FETCH_BYTES_MAX (3u << 20) /* blocks in one Fetched */
#define TAIL_FETCH_BYTES_DEFAULT (1u << 20)
#define TAIL_WAIT_MS_MAX 30000u
#define TAIL_FOLLOWERS_MAX 64u /* parked fetches */

#define SUBMIT_TICKETS_MAX 4096u
#define WORK_ITEMS_MAX 1000u
#define PULL_MAX 1000u
#define PULL_WAIT_MS_MAX 60000u
#define WAITERS_MAX 4096u /* parked long polls of one service */
#define LIST_MAX 1000u
#define READ_TEXTS_MAX 200u
#define CALLER_LIST_MAX 100u /* tickets of one phone in one answer */
#define HISTORY_MAX 200u
#define TRIAGE_STATED_CATEGORIES_MAX                                                               \
    1000u /* of TriageStated: measured categories, in the order of keys */
#define TRIAGE_STATED_WEEKS_MAX                                                                    \
    4096u               /* of TriageStated: rows of a category and a week, 80 bytes each */
#define REFUSED_MAX 20u /* refused records told at once, the newest */
#define RECEIPTS_MAX 4096u
/* 并单: tickets that are merged into one. A burst pipe in a district brings some hundred calls. When their
 * ticket goes into another group they all go along, in one step. */
#define GROUP_MEMBERS_MAX 500u
#define CLOCK_STEPS_MAX 6u /* of one clock, beside its warning point and its deadline */
#define EXPLAIN_INTERVALS_MAX                                                                      \
    400u /* a year of office days has about 1,000; a term of 60 days 250 */

#define TEXT_BYTES_MAX 65536u /* longest of the published complaints: 12,220 characters = 36 kB */
#define PLACE_BYTES_MAX 512u
#define NOTE_BYTES_MAX 2048u
#define TITLE_BYTES_MAX 192u       /* 64 Chinese characters */
#define GIVEN_TITLE_BYTES_MAX 512u /* longest published one: 63 characters = 189 bytes */
#define CODE_BYTES_MAX 32u  /* a site-defined code: area, unit, category, channel, calendar */
#define NAME_BYTES_MAX 192u /* a site-defined name */
#define ACTOR_BYTES_MAX 64u
#define VIA_BYTES_MAX 64u /* an address of IPv6 with its zone, or a channel */
#define SESSION_BYTES 8u
#define GRANT_SEAL_BYTES 64u
#define GRANT_ROLES_MAX 32u
#define GRANT_BYTES_MAX 4096u /* packed: 32 roles of 3 codes each do not fill it */
#define ROLES_MAX 10u         /* kinds of roles */
#define PEERS_DIGEST_BYTES 32u
#define EXTERNAL_ID_BYTES_MAX 128u
#define PHONE_BYTES_MAX 64u /* two numbers with extensions, or three mobile ones */
#define REPORTER_BYTES_MAX 128u
#define ATTACHMENTS_MAX 16u
#define LOOKED_UP_PICTURES_MAX 4u /* that a resident's page shows, each some 60 KiB */
#define REQUEST_ID_BYTES 16u
#define DETAIL_BYTES_MAX 256u
#define SUPPLEMENTS_MAX 1000u /* per ticket; further ones are refused */
#define SPLIT_PARTS_MAX 4u    /* matters that one act splits off: triage suggests no more */
#define SPLIT_TICKETS_MAX 8u  /* of one ticket; more is a list, and no complaint */
#define SAID_MAX 64u          /* newest messages of a ticket that a reader of texts gets */

/* People's accounts (access). */
#define FULL_NAME_BYTES_MAX 96u  /* 32 Chinese characters */
#define PASSWORD_SALT_BYTES 16u  /* of argon2id */
#define SECRET_HASH_BYTES 32u    /* BLAKE2b-256 and argon2id's proof */
#define LOGIN_CODE_BYTES_MAX 32u /* six digits, or a recovery code as people type it */
#define RECOVERY_CODES 10u
#define RECOVERY_HASH_BYTES 16u
#define TOTP_SEALED_BYTES 60u /* nonce 24, secret 20, tag 16 */
/* Adapters (proto/channel.proto). */
#define HEARD_DIGEST_BYTES 16u
#define HEARD_BODY_BYTES_MAX (80u << 10) /* a text of TEXT_BYTES_MAX and what stands beside it */
#define WISHED_BYTES_MAX (160u << 10)    /* a Submit or Supplement of that text with attachments */
#define REPLY_BYTES_MAX 4096u
/* Devices (proto/device.proto). */
#define DEVICE_ID_BYTES_MAX 64u /* serial numbers and paths of platforms are shorter */
#define DEVICE_FILTER_BYTES_MAX 128u
#define DEVICE_REPORTS_MAX 1024u /* of one turn: what one commit acknowledges */
#define DEVICE_TOPICS_MAX 32u
#define DEVICE_TOPICS_HEARD_MAX (DEVICE_TOPICS_MAX + 1u) /* and what came by none of them */
#define DEVICE_KINDS_MAX 128u    /* of a site; "other" and "silent" come on top */
#define SITE_DEVICES_MAX 200000u /* a district with a smoke detector in every tenth flat */
#define PUBLISHED_BYTES_MAX                                                                        \
    (128u << 10)         /* a fact of a unit: a note, clocks, tasks of assisting units */
#define BUNDLED_MAX 100u /* facts that a subscriber gets in one piece */
#define DESTINATIONS_MAX 64u
#define HOTLINE_ID_BYTES_MAX 64u /* of an envelope, of a ticket of a peer's, of a call */
#define CALL_USERS_MAX 16u       /* phones that ring for one call */
#define CALLS_MAX 64u            /* in one answer */
#define CALLS_KEPT_MAX 512u      /* steps of the newest calls: a hundred calls and more at once */
/* 上级时限: one that has passed is taken, for what was handed over late must be done all the same. What lies
 * further off was not meant: seconds for milliseconds, a year mistyped. */
#define OUTER_DUE_BEHIND_MS_MAX (366ull * 86400000)
#define OUTER_DUE_AHEAD_MS_MAX (3660ull * 86400000)
#define QUOTAS_MAX 16u
#define QUOTA_NAME_BYTES_MAX 64u
/* WeChat and WeCom (proto/wechat.proto). */
#define WECHAT_MSG_ID_BYTES_MAX 64u
#define WECHAT_MENU_BYTES_MAX 128u   /* an event's key, a template's id */
#define WECHAT_QUOTE_BYTES_MAX 4096u /* only numbers are looked for in it */
#define WECHAT_MEDIA_ID_BYTES_MAX 256u
#define WECHAT_URLS_MAX 8u
#define WECHAT_TEXT_BYTES_MAX 2048u /* of a customer message, as the platform takes it */
#define WECHAT_TAIL_BYTES_MAX 512u
#define WECHAT_ITEMS_MAX 8u
#define WECHAT_LABEL_BYTES_MAX 64u
#define WECHAT_DRAFT_MAX 32u  /* messages of one report */
#define WECHAT_MINE_MAX 50u   /* tickets of one person that are listed */
#define RIGHTS_MAX 200u       /* people whose rights are others, in one answer */
#define KEY_ROLES_MAX 8u      /* channels and units of one key */
#define SESSIONS_EACH_MAX 16u /* of one person at a time: the oldest one makes room */

/* Archive (proto/archive.proto). */
#define SEARCH_CHARACTERS_MAX 256u
#define SEARCH_WORDS_BYTES_MAX TEXT_BYTES_MAX /* so that too long a search is told in words */
#define SEARCH_TICKETS_MAX 100u               /* of one caller: CALLER_LIST_MAX */
#define SINKS_MAX 2u
#define SINK_NAME_BYTES_MAX 128u
#define ARCHIVED_MAX 4096u
#define ARCHIVED_FACT_BYTES_MAX (256u << 10) /* what one fact gathers: a block of the log */
#define ARCHIVED_EVENT_BYTES_MAX                                                                   \
    (160u << 10) /* a text of TEXT_BYTES_MAX and what stands beside it */
#define PSEUDONYM_BYTES 16u
#define PERIOD_BYTES_MAX 16u /* "2026-03-02" */
#define RATES_COUNTS 37u     /* RatesCount */
#define RATES_TIMES_MAX 4u   /* RatesClock */
#define RATES_NAMES_MAX 6u   /* RatesName */
#define RATES_PERIODS_MAX 1000u
#define BULLETINS_MAX 200u                             /* of one answer */
#define POINTS_ACCOUNT_BYTES_MAX (CODE_BYTES_MAX + 9u) /* "reversed:" and a rule */
#define POINTS_LIST_MAX 200u                           /* of one answer */
#define SITE_POINT_RULES_MAX 32u
#define SITE_GOODS_MAX 64u

#define REQUEST_KEEP_MS                                                                            \
    (24u * 3600u * 1000u) /* stored answers; proto/command.proto promises 24 h */

/* Site. A district of 8 streets has about 2,000 communities and 20,000 estates. */
#define SITE_LEVELS_MAX 12u
#define SITE_AREAS_MAX 65535u
#define SITE_ALIASES_MAX 200000u
#define SITE_UNITS_MAX 16384u
#define SITE_CATEGORIES_MAX 8192u
#define SITE_KEYWORDS_MAX 65536u
#define SITE_MATRIX_MAX 200000u
#define SITE_RULES_MAX 1024u
#define SITE_RULE_WORDS_MAX 32768u  /* of all rules together */
#define SITE_RULE_ALL_MAX 32u       /* words of one rule that must all be there: a bit each */
#define SITE_RULE_PATTERNS_MAX 128u /* each may be tried on every text */
#define CALLS_NAMED_MAX 4u          /* numbers to telephone that one ticket is told */
#define SITE_HOT_DAYS_MAX 3650u     /* ten years */
#define SITE_REPEAT_DAYS_MAX 60u    /* after two months nobody means the same complaint */
#define SITE_POLICIES_MAX 4096u
#define SITE_CHANNELS_MAX 64u
#define CALLER_DIGESTS_MAX 8u /* numbers by which one person is known */
#define CALLS_REFUSED_MAX 64u /* tickets of one 勿扰: open ones of one person */
#define SITE_SAMPLES_MAX 32u  /* rows of the callback's sample */
#define SITE_CALLBACKS_MAX 4u /* channels that ask one after the other: more is pestering */
#define SITE_CALENDARS_MAX 64u
#define SITE_ASSIST_MAX 8u
#define SITE_FOLLOWERS_MAX 8u /* that a site names: a gateway, statistics, a door */
#define SITE_FOLLOWERS_OWN_MAX                                                                     \
    5u                           /* that it has without naming them: archive on four logs, a door */
#define SITE_SUPERVISORS_MAX 16u /* told of steps: they travel in one fact */
#define SITE_MISTAKES_MAX 100u   /* printed; the rest is counted */
#define SITE_FILE_BYTES_MAX (64u << 20)

#define RETIRED_MAX                                                                                \
    128u /* tickets that leave the tables in one step: short beside the work of the day */

#define STORE_TABLES_MAX 32u
#define STORE_KEY_BYTES_MAX 64u
#define STORE_MAP_BYTES_DEFAULT (64ull << 30) /* address space, not disk */
#define STORE_RESERVE_BYTES                                                                        \
    (64u << 20) /* below this much free disk or map intake takes no new tickets */

#define TALLY_MAX 128u

static_assert(TEXT_BYTES_MAX + ATTACHMENTS_MAX * 2048u < EVLOG_RECORD_BYTES_MAX,
              "an event fits a record");
static_assert(EVLOG_RECORD_BYTES_MAX < TAIL_FETCH_BYTES_MAX, "a fetch can carry any record");
static_assert(TAIL_FETCH_BYTES_MAX + EVLOG_RECORD_BYTES_MAX <= FRAME_BYTES_MAX,
              "blocks fit a frame");
static_assert(FRAME_BYTES_MAX * 16u < STEP_ARENA_BYTES, "one frame always fits the arena");
static_assert(GRANT_ROLES_MAX * (3u * (CODE_BYTES_MAX + 2u) + 16u) < GRANT_BYTES_MAX,
              "every grant fits");
static_assert(ARCHIVED_EVENT_BYTES_MAX + ARCHIVED_FACT_BYTES_MAX < EVLOG_RECORD_BYTES_MAX,
              "a fact of archive's holds the last event whole");
static_assert(STEP_DUE_MAX < STEP_INPUTS_MAX, "deadlines leave room for commands");
