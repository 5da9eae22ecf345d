/* story: one service's core driven through the real step engine on a temporary store, with a
 * virtual clock and hand-made records of the logs it follows. What is heard, said and answered
 * becomes a trace.
 *
 * A story never asserts: whatever goes wrong becomes a line of the trace, so that the comparison
 * with the golden file shows it. After a failed step (`broken`) the story says nothing more. */
#pragma once

#include "common/step/step.h"
#include "trace.h"

enum { STORY_LOGS_MAX = 4, STORY_WAITERS_MAX = 8 };

struct story_log {
    const char *name;
    uint64_t seq;
};
struct story_waiter { /* a parked long poll */
    const char *who;  /* NULL: free */
    unsigned char *request;
    size_t bytes;
    uint64_t key, until_ms;
};
struct story {
    const struct step_service *service;
    struct site *site;
    struct store *store;
    struct step_engine *engine;
    struct arena answers; /* keeps every answer until the end */
    struct trace trace;
    char folder[64];
    uint64_t now_ms, traced_seq, requests;
    struct story_log logs[STORY_LOGS_MAX];
    struct story_waiter waiters[STORY_WAITERS_MAX];
    bool broken, quiet; /* quiet: no lines */
    /* Who asks from here on; NULL: who may have everything. Kept by the caller. */
    const struct permit_asker *asker;
};

/* site: folder below tests/sites, "ladder". Times of the trace count from now_ms. Aborts if store,
 * site or engine cannot be opened. */
void story_open(struct story *story, const struct step_service *service, const char *site,
                uint64_t now_ms);
void story_close(struct story *story);
/* As story_open on a site that the story frees. */
void story_open_site(struct story *story, const struct step_service *service, struct site *site,
                     uint64_t now_ms);
/* From the next step on the site is another, as after a HUP; the story frees it. */
void story_change_site(struct story *story, struct site *site);
/* The same with a site of tests/sites, which the story frees. */
void story_move_to(struct story *story, const char *site);

/* The clock goes on to `at_ms` after the base, and every deadline on the way fires at its time. */
void story_until(struct story *story, uint64_t at_ms);
/* The clock jumps: nothing runs meanwhile, as if the service was down. */
void story_jump(struct story *story, uint64_t at_ms);
/* One step without input: deadlines that are due fire, once each. */
void story_step(struct story *story);
/* The next record of a followed log. at_ms, cause of the event are filled in. */
void story_hear(struct story *story, const char *log, Paidan__Event *event);
/* A command by `who` (the actor too, unless request->actor is set; request_id is made unless
 * given). Gives the answer, kept until story_close; NULL if it was parked (not waiting). */
const Paidan__Answer *story_ask(struct story *story, const char *who, Paidan__Request *request);
/* A command that may wait: it is traced when its answer comes, after being woken or in time. */
void story_wait(struct story *story, const char *who, Paidan__Request *request, uint64_t wait_ms);
/* A wish that changes nothing; not traced. */
const Paidan__Answer *story_query(struct story *story, Paidan__Request *request);
/* A counter by its stable name; UINT64_MAX if there is none. */
uint64_t story_count(struct story *story, const char *name);
/* Closes engine and store and opens them again. */
void story_restart(struct story *story);
/* Folds the log into an empty store and compares: one line, "replay: equal" or the difference. */
void story_replay(struct story *story);

/* Id of the sequence-th ticket of the trace's day. */
uint64_t story_ticket(const struct story *story, uint64_t sequence);
