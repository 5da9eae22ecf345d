/* step_private: what the parts of step share: step_engine.c, step.c (runs), step_input.c (one
 * input), step_say.c (facts), step_record.c (followed records), step_fold.c (folding, also for
 * replay), step_query.c, step_replay.c. Nobody else includes it. */
#pragma once

#include "common/step/step.h"

#define STEP_FOLLOWS_MAX 8u
#define STEP_FOLLOWERS_MAX 16u
/* Address space for the answers of one run; one that does not fit is asked to come again. */
#define STEP_ANSWER_BYTES ((size_t)128 << 20)
#define STEP_REFUSAL_BYTES 512u /* kept free for each input, so that it can always be refused */
#define STEP_WAKE_SLOTS 65536u  /* power of two; more than twice the units of a site */
#define STEP_WAKES_MAX (STEP_WAKE_SLOTS / 2)
#define STEP_PROTOCOL 1u
#define STEP_KINDS_MAX 192u        /* kinds of facts: members of Event.fact */
#define STEP_DENIALS_MAX 256u      /* remembered at once: so many facts a minute at most */
#define STEP_CURSOR_LAG_MAX 16384u /* read again after a restart: some 100 ms */

/* The site as the log knows it: META "site". */
struct step_site {
    bool known;
    uint32_t version;
    uint32_t level_count;
    char levels[SITE_LEVELS_MAX][CODE_BYTES_MAX + 1];
};

/* A step that said nothing is not worth a commit: its records had no effect, and coming again they
 * have none, or the effect they have had later. So `stored` may lag behind `applied`, by
 * STEP_CURSOR_LAG_MAX records at most; the next commit stores it. */
struct step_follow {
    struct cursor stored, applied, pending; /* pending: within the transaction */
};

/* Who bounds trimming: the services compiled in, then those that the site names. */
struct step_follower {
    char name[CODE_BYTES_MAX + 1];
    uint64_t holds_ms;      /* nothing older is kept for it; 0: all is */
    uint64_t stored, heard; /* stored: in STORE_FOLLOWER; heard: from its newest Fetch */
};

/* The peers file as the log knows it, or as it is in force: META "peers". */
struct step_peers {
    bool known, filed; /* filed: there is one */
    uint32_t count;
    unsigned char digest[PEERS_DIGEST_BYTES];
};

/* What a cause says of somebody who proved who he is. */
struct step_mark {
    char via[VIA_BYTES_MAX + 1];
    bool has_session;
    unsigned char session[SESSION_BYTES];
    size_t role_count;
    Paidan__Role roles[ROLES_MAX];
};

/* Somebody wished what he may not: one a minute of the same actor, wish and code becomes a fact. */
struct step_denial {
    bool used;
    uint32_t wish, uid, count, saying; /* count: not yet in the log; saying: in this transaction */
    Paidan__Code code;
    uint64_t said_ms;   /* 0: never */
    const char *detail; /* static */
    char actor[ACTOR_BYTES_MAX + 1];
    struct step_mark mark;
};

struct step_engine {
    const struct step_service *service;
    struct step_options options;
    const struct site *site;
    struct step_site committed_site, pending_site;
    struct arena arena, answers;
    struct evlog log;
    struct tally committed_tally, tally;
    struct store_memo memo;
    void *cache;     /* the service's; NULL: none */
    uint64_t now_ms; /* stored */
    unsigned follow_count, follower_count, tally_count;
    struct step_follow follows[STEP_FOLLOWS_MAX];
    struct step_follower followers[STEP_FOLLOWERS_MAX];
    bool loaded;         /* what is committed was read: the tables may be looked at */
    bool broken;         /* the store failed: only closing is left */
    const char *culprit; /* of the newest RC_BUG */
    uint64_t *wakes;
    uint64_t *wake_slots; /* hash set of the above; 0 is an empty slot */
    size_t wake_count;
    struct due dues[STEP_DUE_MAX];
    /* Message types of the kinds of facts, side by side because each fact is looked up in them. */
    const ProtobufCMessageDescriptor *kinds[STEP_KINDS_MAX];
    Paidan__Event__FactCase kind_cases[STEP_KINDS_MAX];
    unsigned kind_count;
    struct step_peers peers, committed_peers, pending_peers;
    struct step_denial denials[STEP_DENIALS_MAX];
    bool denied;                      /* some of them are to be said */
    const struct step_denial *denial; /* being said */
    /* of the request at hand */
    struct permit_asker asker;
    struct permit_ask ask;
    struct step_mark mark;
    /* of the run and transaction at hand */
    struct step step;
    struct step_fold fold;
    const struct step_input *input; /* NULL: the engine itself speaks */
    const struct step_input *last_record;
    struct step_outcome *outcome; /* of the command at hand */
    Paidan__Cause cause;
    unsigned fact_count; /* said for the input at hand */
    bool answered, parked, answers_full;
};

/* ---- step_fold.c: deterministic; the same on replay ---- */

/* One event of our own log: the engine's own facts and the service's. */
MUST_CHECK enum rc step_fold_event(const struct step_service *service, struct step_fold *fold,
                                   struct step_site *site, struct step_peers *peers, uint64_t seq,
                                   const Paidan__Event *event);
MUST_CHECK enum rc step_peers_load(struct store_txn *txn, struct step_peers *peers);
/* A stored answer: found by its request id, forgotten when it is old. id: 16 bytes. */
MUST_CHECK enum rc step_fold_answer(struct store_txn *txn, uint64_t seq, uint64_t now_ms,
                                    const unsigned char *id);
/* Seq of the stored answer. RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc step_request_find(struct store_txn *txn, const unsigned char *id, uint64_t *seq);
/* Oldest answer that is kept. RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc step_request_oldest(struct store_txn *txn, uint64_t *seq);
MUST_CHECK enum rc step_site_load(struct store_txn *txn, struct step_site *site);
MUST_CHECK enum rc step_now_load(struct store_txn *txn, uint64_t *now_ms);
/* Stores counters and time: once per transaction that said facts. */
MUST_CHECK enum rc step_totals_store(struct store_txn *txn, const struct tally *tally,
                                     uint64_t now_ms);
/* Unpacks and checks an event of our own log. RC_OK, RC_CORRUPT or RC_LIMIT. */
MUST_CHECK enum rc step_unpack(struct arena *arena, const struct evlog_record *record,
                               Paidan__Event **event);

/* ---- step_refused.c ---- */

/* Seq of the newest refusal that names the one before it; 0: there is none. */
MUST_CHECK enum rc step_refused_load(struct store_txn *txn, uint64_t *seq);
MUST_CHECK enum rc step_refused_fold(struct store_txn *txn, uint64_t seq,
                                     const Paidan__RecordRefused *refused);

/* ---- step_input.c ---- */

/* Applies one input within the open transaction; outcome NULL: a deadline. RC_OK or as apply. */
MUST_CHECK enum rc step_input_apply(struct step_engine *engine, const struct step_input *input,
                                    struct step_outcome *outcome);
/* Facts of the engine itself and of the finish hook: nobody's input is at hand. */
MUST_CHECK enum rc step_input_finish(struct step_engine *engine);
MUST_CHECK enum rc step_say_site(struct step_engine *engine);
/* A record that no transaction can hold is refused as a fact, and the cursor goes on. */
MUST_CHECK enum rc step_input_refuse_record(struct step_engine *engine,
                                            const struct step_input *input,
                                            struct step_outcome *outcome);
/* Answers that change nothing and so need no transaction. */
void step_input_refuse(struct step_engine *engine, const struct step_input *input,
                       struct step_outcome *outcome, Paidan__Code code, uint32_t retry_after_ms);
int step_follow_find(const struct step_engine *engine, const char *log); /* index or -1 */

/* ---- step_say.c ---- */

/* Once, when the engine is opened. */
void step_say_init(struct step_engine *engine);

/* ---- step_mark.c ---- */

void step_mark_make(const struct permit_asker *asker, struct step_mark *mark);

/* ---- step_permit.c ---- */

/* Judges a request into engine->asker and engine->ask, whose request is the one to decide; what was
 * refused is remembered. txn: where the tickets that it names are looked up; NULL: they are not.
 * RC_OK (ask.code says), RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc step_permit(struct step_engine *engine, const struct step_peer *peer,
                               const Paidan__Request *request, struct store_txn *txn,
                               uint64_t now_ms);
void step_permit_denied(struct step_engine *engine, const Paidan__Request *request,
                        Paidan__Code code, const char *detail, uint64_t now_ms);
/* Facts of the engine's own, at the beginning of a transaction; settle: it is committed. */
MUST_CHECK enum rc step_permit_say(struct step_engine *engine);
void step_permit_settle(struct step_engine *engine);
bool step_peers_new(const struct step_engine *engine);
MUST_CHECK enum rc step_say_peers(struct step_engine *engine);

/* ---- step_record.c ---- */

/* The same of an event that is unpacked. */
struct step_brief step_brief_of(const Paidan__Event *event);
bool step_hears(const struct step_engine *engine, const char *log, Paidan__Event__FactCase fact);

/* ---- step_engine.c ---- */

/* Stores what was heard of followers; true in memory once step_settle_log says committed. */
MUST_CHECK enum rc step_put_followers(struct step_engine *engine, struct store_txn *txn);
void step_settle_log(struct step_engine *engine, bool committed);
