/* step: points 2 to 4 of a service's loop (STYLE 1): one write transaction for a batch of inputs.
 *
 * For each input the core decides and says facts (step_say); each fact is written to the log and
 * folded into the tables at once, so the next input sees it. Then cursors, counters and now_ms are
 * stored, the replicate hook runs, the commit is made durable. Only then may the caller (shell,
 * simulator, core tests) send the answers found in the outcomes. If anything fails the whole batch
 * is undone and nothing was said.
 *
 * What cores can reach is here: the transaction, the site, the arena, the time, and these
 * functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/permit/permit.h"
#include "common/site/site.h"
#include "common/store/cursor.h"
#include "common/store/due.h"
#include "common/store/evlog.h"
#include "common/store/store.h"
#include "common/store/tally.h"
#include "common/wire/wire.h"
#include "event.pb-c.h"

struct step_engine;

/* What decide works with. */
struct step {
    struct store_txn *txn;
    uint64_t now_ms;     /* never below that of an earlier step */
    struct arena *arena; /* emptied after the step */
    const struct site *site;
    uint64_t entropy; /* 64 random bits of this input, for query codes; the outcome goes into the
                         event */
    bool storage_low; /* intake refuses new tickets (STORAGE_FULL) */
    uint32_t
        overload_ms; /* not 0: intake refuses new tickets (OVERLOADED) with this retry_after_ms */
    const struct tally *tally;
    void *gather;               /* the core's, in the arena, for `finish` */
    void *cache;                /* of step_service.cache; NULL: there is none */
    struct step_engine *engine; /* for the functions below only */
};

/* What evolve works with: nothing but tables and counters. */
struct step_fold {
    struct store_txn *txn;
    struct tally *tally;
    struct arena *arena;
    void *cache; /* of step_service.cache; NULL: there is none, as while a log is replayed */
};

/* What query works with: a read transaction. */
struct step_view {
    struct store_txn *txn;
    uint64_t now_ms;
    struct arena *arena;
    const struct site *site;
    const struct tally *tally;
    uint64_t head_seq;
};

#define STEP_UID_NONE UINT32_MAX

/* Who asks, as the transport says; never what the request itself claims. NULL instead of a peer:
 * the process itself (tests, a service's own questions). */
struct step_peer {
    uint32_t uid, pid; /* of a process of this machine, from the kernel; else STEP_UID_NONE and 0 */
    const char *id;    /* ZAP's user id ("localhost:1000:1000:4711") or a key's name; "": unknown */
};

enum step_input_kind { STEP_COMMAND, STEP_RECORD, STEP_DUE };

/* What every follower may know of a fact without unpacking it. */
struct step_brief {
    Paidan__Event__FactCase fact; /* NOT_SET: the record is not an event */
    bool has_ticket;
    uint64_t ticket, at_ms;
};

struct step_input {
    enum step_input_kind kind;
    const Paidan__Request *request; /* STEP_COMMAND: passed wire_check */
    const struct step_peer *peer;   /* STEP_COMMAND: who asks; must live until the run is over */
    const char *log;                /* STEP_RECORD: name of the followed log, its record */
    uint64_t seq;
    uint32_t crc;
    struct step_brief brief;    /* apply sees it filled whatever it needs of the fact */
    const Paidan__Event *event; /* unpacked and checked; NULL: not an event, or needed in brief */
    struct due due;             /* STEP_DUE: gathered by the engine itself */
    /* STEP_COMMAND that waits for something (long poll): the caller's last time for an answer; once
     * now_ms is at or past it the core must answer, not park. 0: no waiting. */
    uint64_t park_until_ms;
};

/* How much of a followed fact apply looks at. */
enum step_need {
    STEP_NEED_NONE,
    STEP_NEED_BRIEF, /* input->brief: input->event may be NULL */
    STEP_NEED_ALL,
};

/* Memory beside the tables, in which a core finds what no key finds. A cache of the tables and of
 * nothing else: folding keeps it in step with them, and nothing may depend on it that a service
 * which has just started would not know. */
struct step_cache {
    /* Makes it of what is committed, when the engine is opened, and again with another site while
     * there is none. *cache NULL: this site needs none. RC_OK, RC_LIMIT (memory), RC_CORRUPT,
     * RC_STORE. */
    enum rc (*open)(struct step_view *view, void **cache);
    /* After each transaction: what was folded into it holds, or is undone. */
    void (*settle)(void *cache, bool hold);
    void (*close)(void *cache);
    /* Whether it holds what the tables do; cache may be NULL. A law for tests. RC_OK, RC_CORRUPT,
     * RC_STORE. */
    enum rc (*check)(struct step_view *view, const void *cache, bool *equal);
};

struct step_service {
    const char *name;           /* "escalation" */
    const char *const *follows; /* NULL-terminated */
    /* NULL-terminated: services whose position bounds trimming always; the site names others
     * (site.yaml, followers), each with the age up to which records are kept for it. */
    const char *const *followed_by;
    /* Those of followed_by without whom new work would lie unseen: while they, or those who pace
     * them, are far behind, less is taken in. NULL: none. */
    const char *const *paced_by;
    const char *const *tables; /* NULL-terminated; handles from STORE_SERVICE on */
    const char *const
        *tallies;        /* NULL-terminated, at most TALLY_MAX; gauges and totals for stats */
    bool follows_lazily; /* nobody waits for what the followed records lead to: they may be held
                            back for a fraction of a second, so that commands share their commits */
    bool keeps_log;      /* the log is the store of texts: never trimmed */
    size_t memo_bytes;   /* of store_memo within a step's transaction; 0: none */
    /* Decides one input. RC_OK: answered, parked or (records, deadlines) applied, perhaps by
     * refusing. RC_LIMIT: batch or arena is full; the engine splits the batch. RC_BUG: a fact of
     * ours that nobody may read (step_say). RC_FULL, RC_STORE: from the store. */
    enum rc (*apply)(struct step *step, const struct step_input *input);
    /* Folds one event of our own log, SiteChanged too. seq: of that record. RC_OK, RC_FULL,
     * RC_STORE; RC_CORRUPT if tables contradict the event. */
    enum rc (*evolve)(struct step_fold *fold, uint64_t seq, const Paidan__Event *event);
    /* Answers a wish that changes nothing; sets answer->code or body in the arena. */
    enum rc (*query)(struct step_view *view, const Paidan__Request *request,
                     Paidan__Answer *answer);
    /* Called once after the last input of a step that applied records, NULL: nothing to do. For one
     * fact over many inputs (Receipts): the core keeps what it gathered in step->gather, which is
     * NULL at the start of a step. step_say then takes the last applied record as cause. */
    enum rc (*finish)(struct step *step);
    /* Which records apply is to see; for others only the cursor moves. NULL: all. */
    bool (*hears)(const char *log, Paidan__Event__FactCase fact);
    /* A closer look at what it hears, by the packed fact, so that not all must be unpacked. What is
     * needed less than wholly may come whole all the same and must have the same effect. NULL: all
     * of what it hears. */
    enum step_need (*needs)(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes);
    /* Whose a ticket is: unit, assisting units, level, area, channel, state, as far as this service
     * knows; texts in the view's arena or transaction. Asked before a wish of somebody whose rights
     * reach not everywhere. NULL: this service has no tickets. RC_OK, RC_NOT_FOUND (no such
     * ticket), RC_CORRUPT, RC_LIMIT, RC_STORE. */
    enum rc (*scope)(struct step_view *view, uint64_t ticket, struct permit_subject *subject);
    /* Wishes that go to apply; all others the service knows go to query. */
    bool (*changes)(const Paidan__Request *request);
    bool (*knows)(const Paidan__Request *request);
    /* Called once when the engine is opened, in a write transaction: makes rows that an older build did
     * not keep, from the log, such as replaying it would make. NULL: none. RC_OK: committed;
     * RC_NOT_FOUND: there was nothing to do; RC_FULL, RC_CORRUPT, RC_STORE, RC_LIMIT. */
    enum rc (*mend)(struct step_view *view);
    const struct step_cache *cache; /* NULL: none */
};

/* ---- for cores: only inside apply ---- */

/* What a fact is about, beside its own fields. Only `ticket` and `last_seq` of most. */
struct step_about {
    uint64_t ticket;   /* 0: no single ticket */
    uint64_t last_seq; /* newest fact of the ticket's chain, from its record; 0: this is the first,
                          or one that stands outside the chain */
    uint32_t item;     /* index in the command's batch */
    Paidan__Clock clock;              /* whose deadline this is, of STEP_DUE; 0: of no clock */
    Paidan__Event__FactCase expected; /* the fact that the cell of the ticket's life names; 0: no
                                         cell led here */
    uint64_t *seq;                    /* set to the fact's seq on RC_OK; NULL: nobody asks */
};

/* Says one fact: finds its kind by the message's type, adds ticket, chain, moment and cause (from
 * the input being applied), packs it, appends it to our log and folds it at once:
 *
 *     Paidan__Warned warned = PAIDAN__WARNED__INIT;
 *     warned.level = ticket->level; ...
 *     return step_say(step, &(struct step_about){.ticket = id, .last_seq = ticket->last_seq},
 *                     &warned.base);
 *
 * Before: fact is one of Event's; about->expected is its kind or 0; last_seq is 0 without ticket;
 *         the command is neither answered nor parked yet. Texts need to live only during the call.
 * After:  RC_OK: the tables hold its effect, and the ticket's record, once read again, its seq.
 *         Else: the core hands the code on, and the engine undoes the transaction.
 * Returns RC_OK, RC_LIMIT, RC_FULL, RC_STORE, RC_CORRUPT (evolve says so); RC_BUG: the fact breaks
 * a bound of wire_check, so that its readers would refuse it. */
MUST_CHECK enum rc step_say(struct step *step, const struct step_about *about,
                            const ProtobufCMessage *fact);
/* For evolve: whether the event is the next of a chain whose newest fact is last_seq (0: none). If
 * not, log and tables contradict each other: RC_CORRUPT. */
bool step_chained(const Paidan__Event *event, uint64_t last_seq);
/* Says RecordRefused about the record being applied, outside the ticket's chain: it is about the
 * record, not about the ticket. detail: a state or a field; may be NULL. Returns as step_say. */
MUST_CHECK enum rc step_refuse_record(struct step *step, Paidan__Code code, const char *detail);
/* Gives the answer to the command being applied: packed at once; protocol, correlation, now_ms are
 * filled in. If facts were said for it, the answer is stored under the request id. Exactly once per
 * command unless parked. */
MUST_CHECK enum rc step_answer(struct step *step, Paidan__Answer *answer);
/* As step_answer, but never stored: the same request id is judged again. For answers that are too
 * personal or too large for the log, such as the texts that a Disclosed fact tells of. */
MUST_CHECK enum rc step_answer_unstored(struct step *step, Paidan__Answer *answer);
/* Shorthand for Done: the fact of that seq was said about the ticket (0: about none), and there is no
 * more to tell. */
MUST_CHECK enum rc step_answer_done(struct step *step, uint64_t ticket, uint64_t seq);
/* Shorthand for an answer that is only a code. detail may be NULL. */
MUST_CHECK enum rc step_refuse(struct step *step, Paidan__Code code, const char *detail);
/* No answer yet: the command comes again after a step_wake of the same key or at park_until_ms. */
void step_park(struct step *step, uint64_t key);
/* As step_park, and again at at_ms at the latest: something already stored becomes true by itself
 * then (a callback opens, a lease ends), so that no fact and no deadline is needed for it. */
void step_park_until(struct step *step, uint64_t key, uint64_t at_ms);
void step_wake(struct step *step, uint64_t key);
/* A stable 64-bit key from a name, for park and table keys: SipHash-2-4 under a fixed label. */
uint64_t step_key(const char *name);
/* Reads an earlier event of our own log, also of this step; unpacked into the arena.
 * RC_OK, RC_NOT_FOUND (trimmed), RC_CORRUPT, RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc step_read(struct step *step, uint64_t seq, Paidan__Event **event);
MUST_CHECK enum rc step_view_read(struct step_view *view, uint64_t seq, Paidan__Event **event);
/* A ticket's facts in the order in which they happened, packed as they are stored, walked back from
 * its newest, last_seq (0: none); at most HISTORY_MAX, and no further than the log was trimmed. All
 * in the arena. RC_OK, RC_CORRUPT, RC_LIMIT, RC_STORE. */
struct step_history {
    size_t count;
    ProtobufCBinaryData *records;
    uint64_t *seqs;
};
MUST_CHECK enum rc step_view_history(struct step_view *view, uint64_t last_seq,
                                     struct step_history *history);
/* A fact's name in Event: "accepted". Before: it is one. */
const char *step_fact_name(Paidan__Event__FactCase fact);
/* For query: an answer that is only a code. detail may be NULL; what it points to must live until
 * query returns to the engine and the answer is packed. Always RC_OK, so that it can be returned.
 */
enum rc step_view_refuse(Paidan__Answer *answer, Paidan__Code code, const char *detail);

/* ---- for those who run steps: shell, simulator, core tests ---- */

struct step_options {
    struct store *store;
    const struct site *site; /* may be changed between steps by step_engine_set_site; NULL: none */
    /* Gets the blocks of this step's events before the commit; RC_OK or the step is undone. NULL:
     * none. */
    enum rc (*replicate)(void *context, const void *bytes, size_t size);
    void *replicate_context;
    /* Who it is that asks, as far as it is proven: OK, and *asker is set; FORBIDDEN: nobody we
     * speak with; GRANT_INVALID. Asked before every command, stored answers included, and every
     * query; what he may is common/permit's. NULL: all may have all. */
    Paidan__Code (*authorise)(void *context, const struct step_service *service,
                              const struct step_peer *peer, const Paidan__Request *request,
                              struct permit_asker *asker);
    /* A pass for the one ticket whose code somebody of the public knew; context as above. NULL:
     * none is given. */
    enum rc (*pass)(void *context, uint64_t ticket, struct arena *arena, ProtobufCBinaryData *pass);
    void *authorise_context;
    /* Wishes that the service does not know and that who stands beside the engine in its process
     * answers, from something of his own (a port's file). Judged before and fitted after as every
     * query is; it changes nothing. besides NULL: there are none. */
    bool (*besides)(void *context, const Paidan__Request *request);
    enum rc (*beside)(void *context, struct step_view *view, const Paidan__Request *request,
                      Paidan__Answer *answer);
    void *beside_context;
};

enum step_result {
    STEP_SILENT,
    STEP_ANSWERED,
    STEP_PARKED,
    STEP_SKIPPED /* at or below the cursor */
};
struct step_outcome {
    enum step_result result;
    const unsigned char *answer; /* packed Answer, in the engine's memory until the next step */
    size_t answer_bytes;
    uint64_t park_key;
    uint64_t park_at_ms; /* STEP_PARKED: run it again at this time too; 0: only when woken */
};

/* Opens the engine on an open store: loads log head, counters, time. Says SiteChanged in the first
 * step if the site's digest is new. RC_OK, RC_CORRUPT, RC_FORMAT, RC_SETTINGS (levels changed),
 * RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc step_engine_open(struct step_engine **engine, const struct step_service *service,
                                    const struct step_options *options);
void step_engine_close(struct step_engine *engine);
/* RC_OK: used from the next step on, which says SiteChanged if the digest is new. RC_SETTINGS: it
 * has other levels (printed); the site before stays. Before: between runs. */
MUST_CHECK enum rc step_engine_set_site(struct step_engine *engine, const struct site *site);
struct arena *
step_engine_arena(struct step_engine *engine); /* unpack inputs here; reset by step_engine_reset */
void step_engine_reset(struct step_engine *engine); /* after the answers were sent */

/* Makes an input of a record of a followed log, unpacked into the engine's arena as far as the
 * service needs it; what it does not need at all moves the cursor alone. Keeps `log`. RC_OK or
 * RC_INVALID (error filled, input untouched): it cannot be read, or is of a kind that this version
 * does not know. */
MUST_CHECK enum rc step_engine_unpack(struct step_engine *engine, const char *log,
                                      const struct evlog_record *record, struct step_input *input,
                                      struct wire_error *error);

/* One step over inputs (commands and records, in order) plus the deadlines due at now_ms, deadlines
 * first. outcomes: one per given input. now_ms is raised to the stored one if lower. RC_OK:
 * committed. RC_GAP: a record was not the next; nothing changed. RC_FULL: no answer may be sent,
 * try all of it later (what was stored already repeats its answers and skips its records).
 * RC_BUG: an input leads to a fact of ours that nobody may read; what came before it is stored, it
 * and all after it is not. A command is answered with SERVICE_FAULT instead and the run goes on;
 * of a record see step_engine_culprit. RC_STORE, RC_CORRUPT: leave the process. */
struct step_conditions {
    uint64_t now_ms, entropy;
    bool storage_low;
    uint32_t overload_ms;
};
MUST_CHECK enum rc step_engine_run(struct step_engine *engine,
                                   const struct step_conditions *conditions,
                                   const struct step_input *inputs, size_t count,
                                   struct step_outcome *outcomes);
/* After RC_BUG: the followed log whose next record cannot be applied; it must rest until somebody
 * repairs the service. NULL: a deadline or a fact of the engine's own; leave the process. */
const char *step_engine_culprit(const struct step_engine *engine);
/* After a run: keys to wake. After RC_FULL too: a run of several transactions may have stored some
 * before the one that found no space. */
const uint64_t *step_engine_wakes(const struct step_engine *engine, size_t *count);
uint64_t step_engine_head(const struct step_engine *engine);  /* committed head seq */
uint64_t step_engine_first(const struct step_engine *engine); /* first seq still there */
uint64_t step_engine_now(const struct step_engine *engine);   /* stored now_ms */
/* Earliest deadline; RC_NOT_FOUND if none. */
MUST_CHECK enum rc step_engine_next_due(struct step_engine *engine, uint64_t *due_ms);
/* How far a followed log is applied. Records that led to no fact need no commit: what the store
 * holds (step_engine_held) may be behind, and they come again after a restart. RC_OK or
 * RC_NOT_FOUND. */
MUST_CHECK enum rc step_engine_cursor(struct step_engine *engine, const char *log,
                                      struct cursor *cursor);
MUST_CHECK enum rc step_engine_held(struct step_engine *engine, const char *log,
                                    struct cursor *cursor);
/* Drops blocks of the log below `before` in a transaction of its own, never past a service that
 * follows it (one that was never heard of holds everything; one that the site names, only records of
 * the age given there), nor past an answer that is still kept,
 * nor at all if the service keeps its log. Gives the first seq afterwards. RC_OK, RC_FULL,
 * RC_STORE, RC_CORRUPT. */
MUST_CHECK enum rc step_engine_trim(struct step_engine *engine, uint64_t before,
                                    uint64_t *first_seq);
/* Read-only wishes, Stats and Fetch too; Ping and MetricsWish are the shell's to answer, which
 * knows how the process is. The answer is packed into the engine's arena. A Fetch with nothing to
 * give and wait_ms left returns RC_AGAIN: the caller parks it, and asks again with the same peer.
 */
MUST_CHECK enum rc step_engine_query(struct step_engine *engine, const struct step_peer *peer,
                                     const Paidan__Request *request, uint64_t now_ms,
                                     const unsigned char **bytes, size_t *size);
/* The same view for whoever stands beside the engine in its process and may see all of it (a port):
 * what is committed, texts in the caller's arena. Before: between runs; no other view of it is open.
 * RC_OK, RC_STORE. */
MUST_CHECK enum rc step_engine_view(struct step_engine *engine, uint64_t now_ms,
                                    struct arena *arena, struct step_view *view);
void step_engine_view_end(struct step_view *view);
/* The service's cache, for tests that compare it with the tables; NULL: there is none. */
const void *step_engine_cache(const struct step_engine *engine);
/* The one place where it is decided who may wish what: step_options.authorise says who it is,
 * common/permit what he may. The engine asks it before every command and query; whoever answers a
 * wish without the engine (Ping, MetricsWish) asks it first. */
Paidan__Code step_authorise(struct step_engine *engine, const struct step_peer *peer,
                            const Paidan__Request *request, uint64_t now_ms);
/* The peers file that is in force: the next run says PeersChanged if it is another one. digest: of
 * PEERS_DIGEST_BYTES; NULL: there is no file. */
void step_engine_set_peers(struct step_engine *engine, const unsigned char *digest, uint32_t count);
/* Whether the engine has something to say of its own: run a step soon, inputs or none. */
bool step_engine_wants(const struct step_engine *engine);

/* Folds the log of `from` into the empty store `into` and compares all tables byte for byte
 * (cursors and followers aside). what is said of the row in `from`. RC_OK: equal. RC_CORRUPT:
 * difference names table and key, or the seq where the log or its folding failed. RC_GAP: the log
 * was trimmed, so it cannot be folded. RC_EXISTS: `into` is not empty. RC_FULL, RC_STORE, RC_LIMIT,
 * RC_FORMAT. */
struct step_difference {
    char table[32], key[2 * 64 + 1];
    const char *what; /* "missing", "extra", "different" */
    uint64_t seq;     /* folding stopped here, 0: it did not */
};
MUST_CHECK enum rc step_replay(const struct step_service *service, struct store *from,
                               struct store *into, struct step_difference *difference,
                               void (*progress)(uint64_t seq, uint64_t head));
