/* shell_parts: what the files of the shell share with each other. Nobody else includes this. Each
 * file calls only those below it:
 *
 *   shell.c          the loop, one step and what follows from its result
 *   shell_open.c     opening and closing, the site          shell_modes.c  --verify, --replay, --ask
 *   shell_gather.c   what goes into a step, and who comes first
 *   shell_serve.c    frames in; what becomes of each        shell_follow.c the logs we follow
 *   shell_tell.c     Pong and metrics
 *   shell_wait.c     parked commands (long polls) and parked fetches
 *   shell_care.c     what is looked at now and then: space, followers, old blocks, load
 *   shell_reply.c    what is said to whoever asked          shell_batch.c  the step being gathered
 *   shell_permit.c   who is heard: the peers file, grants
 *   shell_clock.c    which time it is here, and whether the machine's clock is followed
 *   shell_port.c     descriptors of the service's own, and what they ask
 *   shell_queue.c    frames that came and are not yet in a step
 *   shell_args.c     arguments
 *
 * Times named *_us are monotonic and real, *_ms site time (which may run faster:
 * common/base/clock.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/base/metrics.h"
#include "common/bus/bus.h"
#include "common/bus/tail.h"
#include "common/permit/permit_door.h"
#include "common/run/shell.h"
#include "common/store/store.h"

enum {
    SHELL_PROTOCOL = 1,
    SHELL_EXIT_OK = 0,
    SHELL_EXIT_FAILED = 1, /* --verify, --replay: something is wrong */
    SHELL_EXIT_USAGE = 64,
    SHELL_EXIT_BUG = 70, /* a deadline leads to a fact that nobody may read */
    SHELL_EXIT_FAULT = 75,
    SHELL_EXIT_SETTINGS = 78,
    SHELL_FOLLOWS_MAX = 8,      /* logs followed by one service */
    SHELL_FOLLOWERS_MAX = 8,    /* services that follow one log and bound its trimming */
    SHELL_FULL_RETRY_MS = 2000, /* told to callers while there is no space */
    SHELL_FULL_PROBE_US = 1000000,
    SHELL_WAITERS_STEP_MAX = 1024,            /* long polls that are run again in one step */
    SHELL_GATHER_US = 20000,                  /* reading may delay a commit by this much */
    SHELL_QUEUE_FRAMES_MAX = STEP_INPUTS_MAX, /* a step of single commands */
    SHELL_WATCHERS_MAX = TAIL_FOLLOWERS_MAX - SHELL_FOLLOWERS_MAX, /* parked fetches of others */
    SHELL_PORTS_MAX = 5,                                           /* of one service */
    SHELL_BATCH_EIGHTHS = 8, /* parts of a step that are filled one after another */
    SHELL_BATCH_US = 50000,  /* processor time that a full step may take */
    /* Of one item, before a step has shown it, and what is believed of it: whatever the machine, a
     * full step is worth its commit. */
    SHELL_ITEM_NS = 4000,
    SHELL_ITEM_NS_MAX = 50000,
    SHELL_CODES = 256, /* above every enum Code */
};
/* Arena and bytes that inputs may take before the step is run; the rest is the engine's and one
 * more frame's. */
#define SHELL_GATHER_ARENA_BYTES (48u << 20)
#define SHELL_GATHER_BYTES (8u << 20)
/* Frames that wait for their turn; one more than that at most. */
#define SHELL_QUEUE_BYTES_MAX (32u << 20)

static_assert(SHELL_GATHER_ARENA_BYTES + 16u * FRAME_BYTES_MAX + 64u * (1u << 20) <=
                  STEP_ARENA_BYTES,
              "after gathering the largest frame still fits, and the engine's own work");
static_assert(SHELL_FOLLOWS_MAX + SHELL_PORTS_MAX + 2 <= BUS_ITEMS_MAX,
              "everything is waited for at once");

enum shell_mode { SHELL_RUN, SHELL_VERIFY, SHELL_REPLAY, SHELL_ASK, SHELL_RECOMPUTE, SHELL_HELP };

struct shell_settings {
    enum shell_mode mode;
    const char *data_dir, *site_dir;
    const char *ask;      /* SHELL_ASK: a packed Request as hexadecimal digits */
    const char *endpoint; /* NULL: DATA/run/<service>.sock */
    const char *peers;    /* NULL: DATA/peers */
    uint64_t map_mib;     /* 0: STORE_MAP_BYTES_DEFAULT */
    uint64_t step_inputs;
    uint64_t log_keep_days;   /* 0: for ever */
    uint64_t clock_days;      /* 0: any clock is believed at start */
    uint64_t lag_records_max; /* a follower further behind than this slows intake down */
    enum diag_level log_level;
};

/* shell_args. RC_OK or RC_SETTINGS (the reason was printed). */
MUST_CHECK enum rc shell_args_parse(const struct shell_service *service, int argc, char **argv,
                                    struct shell_settings *settings);
/* One of two sentences, by the user's locale. */
const char *shell_args_say(const char *zh, const char *en);

/* ---- state ------------------------------------------------------------------------------------
 */

/* Where an input of the step came from, and so where its outcome goes. */
enum shell_origin_kind { SHELL_FROM_CALLER, SHELL_FROM_WAITER, SHELL_FROM_LOG };
struct shell_origin {
    enum shell_origin_kind kind;
    unsigned index; /* of the waiter, or of the followed log */
    struct bus_peer peer;
    struct step_peer asker; /* as the step sees it: shell_batch_peers */
    unsigned char *raw;     /* FROM_CALLER that may be parked: its request, packed; heap */
    size_t raw_size;
    uint64_t until_us;
};

/* A command that waits for something: run again when its key is woken, at wake_ms, or at until_us
 * for the last time. In order of arrival, so that the first who waited is served first. */
struct shell_waiter {
    bool used, ready;
    unsigned next, prior; /* indexes; SHELL_NO_WAITER ends the list */
    struct bus_peer peer;
    unsigned char *raw;
    size_t raw_size;
    uint64_t key, until_us, wake_ms;
    unsigned char request_id[REQUEST_ID_BYTES];
};
#define SHELL_NO_WAITER UINT32_MAX

/* A follower that has read everything and waits for more. */
struct shell_fetch {
    bool used;
    struct bus_peer peer;
    uint64_t correlation, after, held, until_us;
    uint32_t after_crc, held_crc, bytes_max;
    bool has_after_crc, has_held, has_held_crc, has_bytes_max;
    char follower[CODE_BYTES_MAX + 1];
    /* Who asked is judged again each time: what he brought stays with the fetch. */
    size_t grant_bytes;
    unsigned char grant[GRANT_BYTES_MAX + STORE_KEY_BYTES_MAX];
};

/* A log we follow: tail knows how far, the rest is its connection. */
struct shell_follow {
    const char *log;
    struct tail tail; /* its `given` is with the inputs of the step being gathered */
    struct bus_socket *socket;
    uint64_t connect_us, blocked_us, correlation;
    bool blocked; /* could not send: wait until it is possible */
};

/* An open port. */
struct shell_gate {
    struct shell *shell;
    const struct shell_port *port;
    void *context;
    unsigned index;
    struct shell_port_wait wait; /* of this round */
    struct arena arena;          /* of the answer being told */
    struct arena view_arena;     /* of the view that is open */
    bool viewing;
};

/* A service that follows us. */
struct shell_follower {
    const char *name;
    bool paces; /* step_service.paced_by */
    uint64_t position;
    uint64_t behind, behind_us; /* work it waits for others to take, and when it said so */
};

struct shell_counts {
    uint64_t steps, inputs, records, commands, queries, answers, unsent, dropped, invalid, full;
    uint64_t corrupt; /* questions that met damage */
    uint64_t codes[SHELL_CODES];
    struct metrics_histogram step_seconds;
};

struct shell_frame {
    struct bus_message message;
    uint64_t at_us;
};
struct shell_queue {
    struct shell_frame *frames; /* a ring of SHELL_QUEUE_FRAMES_MAX */
    size_t first, count, bytes;
};

/* How far the step may be filled; one input more than that at most. */
struct shell_room {
    size_t count, items, bytes, arena_bytes;
};

/* A reload that was refused: told by ping until one is taken. */
struct shell_refused {
    uint64_t at_ms; /* 0: none was, since the newest that was taken */
    uint32_t mistakes;
    char what[128]; /* "units.csv:3 CODE_DUPLICATE" */
    char zh[320], en[512];
};

struct shell {
    const struct shell_service *service;
    struct shell_settings settings;
    struct clock clock;
    uint64_t clock_ahead_ms; /* the machine's clock is not followed: it is so far ahead */
    uint64_t clock_us;       /* when to look for the operator's word again */
    int64_t clock_marked_ms; /* what was believed when it was last written down */
    struct site *site;
    struct permit_door *door;
    struct shell_refused refused;
    struct store *store;
    struct step_engine *engine;
    struct bus *bus;
    struct bus_socket *server;
    struct shell_queue queue;
    int signals;
    bool stop;
    bool step_wanted; /* run one even without inputs */
    enum rc fault;    /* leave with this */

    /* the step being gathered */
    size_t count, items, bytes;
    struct shell_room room;
    struct step_input inputs[STEP_INPUTS_MAX];
    struct shell_origin origins[STEP_INPUTS_MAX];
    struct step_outcome outcomes[STEP_INPUTS_MAX];

    uint64_t commands_us; /* when a step last had commands */
    size_t command_items; /* of them */
    bool records_passed;  /* the last step had no room for any of the records that wait */
    uint64_t item_ns;     /* processor time of one item, by the steps that were run; 0: none was */
    unsigned follow_turn; /* the log that is asked first for records */

    bool full; /* the store had no space; nothing is tried before probe_us */
    uint64_t probe_us;
    bool storage_low;
    uint32_t overload_ms;
    bool busy; /* callers wait too long for their turn */

    uint64_t due_ms; /* earliest deadline, UINT64_MAX: none */
    uint64_t head;

    struct shell_waiter waiters[WAITERS_MAX];
    unsigned waiter_first, waiter_last, waiter_count, waiter_free;
    size_t waiter_bytes; /* of the requests that wait */
    struct shell_fetch fetches[TAIL_FOLLOWERS_MAX];
    unsigned fetch_count;
    struct shell_follow follows[SHELL_FOLLOWS_MAX];
    unsigned follow_count;
    struct shell_follower followers[SHELL_FOLLOWERS_MAX];
    unsigned follower_count;
    struct shell_gate gates[SHELL_PORTS_MAX];
    unsigned gate_count;

    uint64_t care_us, readers_us, trim_us, watchdog_us, watchdog_every_us;
    struct store_usage usage;
    struct shell_counts counts;
};

/* ---- shell_gather -----------------------------------------------------------------------------
 */

/* Puts into the step what waits to be done; nothing if nothing does. */
void shell_gather(struct shell *shell);

/* ---- shell_port -------------------------------------------------------------------------------
 */

/* RC_OK, RC_LIMIT or what the port said. Every port that was opened is closed by the other. */
MUST_CHECK enum rc shell_port_open_all(struct shell *shell);
void shell_port_close_all(struct shell *shell);
/* Asks each port what it waits for; the earlier of their times and until_us. */
uint64_t shell_port_wait(struct shell *shell, uint64_t until_us);
/* item: of its descriptor in this round, NULL: it had none. */
void shell_port_work(struct shell_gate *gate, const struct bus_item *item);
/* As step_options.besides and .beside; context: the shell. */
bool shell_port_knows(void *context, const Paidan__Request *request);
MUST_CHECK enum rc shell_port_query(void *context, struct step_view *view,
                                    const Paidan__Request *request, Paidan__Answer *answer);
/* Before: peer->inner. */
void shell_port_answer(struct shell *shell, const struct bus_peer *peer, const void *bytes,
                       size_t size);

/* ---- shell_batch ------------------------------------------------------------------------------
 */

/* Empties the step. */
void shell_batch_begin(struct shell *shell);
/* It may be filled up to so many of SHELL_BATCH_EIGHTHS. */
void shell_batch_room(struct shell *shell, size_t eighths);
/* The room of a step that is filled whole. */
struct shell_room shell_batch_whole(const struct shell *shell);
/* It may be filled whole, and beyond what is in it by so many eighths in any case: a large frame is
 * no reason to leave others out. Its inputs aside, whose number is fixed. */
void shell_batch_room_beyond(struct shell *shell, size_t eighths);
/* What is left of the room, divided; at least one of everything. Before: shell_batch_has_room. */
struct shell_room shell_batch_part(const struct shell *shell, size_t divisor);
/* Room for the part beyond what is in the step, within that bound. */
void shell_batch_room_part(struct shell *shell, const struct shell_room *bound,
                           const struct shell_room *part);
/* Items that so much processor time is enough for. */
size_t shell_batch_items_within(const struct shell *shell, uint64_t span_us);
/* A step of what was gathered took so much of it. */
void shell_batch_learn(struct shell *shell, uint64_t cpu_ns);
/* Whether another input may be added to the step, whatever its size. */
bool shell_batch_has_room(const struct shell *shell);
/* Tickets, actions or replies that a command is about: 1 to SUBMIT_TICKETS_MAX. */
size_t shell_batch_items(const Paidan__Request *request);
/* Adds an empty input with its origin. Before: shell_batch_has_room. */
struct step_input *shell_batch_add(struct shell *shell, enum shell_origin_kind kind, unsigned index,
                                   size_t items, size_t bytes);
/* Who asks, as the engine wants it; points into peer. NULL: this process itself. */
const struct step_peer *shell_batch_peer(const struct bus_peer *peer, struct step_peer *asker);
/* Before a step is run: its commands learn who asks. Origins must not move after that. */
void shell_batch_peers(struct shell *shell);
/* Takes the records of logs out again; commands stay, in order. */
void shell_batch_drop_records(struct shell *shell);

/* ---- shell_queue ------------------------------------------------------------------------------
 */

/* RC_OK or RC_LIMIT. */
MUST_CHECK enum rc shell_queue_init(struct shell_queue *queue);
void shell_queue_fini(struct shell_queue *queue);
/* Whether a frame may be added; the last may go beyond SHELL_QUEUE_BYTES_MAX. */
bool shell_queue_has_room(const struct shell_queue *queue);
/* Moves the message in. Before: shell_queue_has_room. */
void shell_queue_add(struct shell_queue *queue, struct bus_message *message, uint64_t now_us);
/* The oldest; the caller frees it. False: none. */
bool shell_queue_take(struct shell_queue *queue, struct bus_message *message);
/* How long the oldest has waited here; 0: none does. */
uint64_t shell_queue_age_us(const struct shell_queue *queue, uint64_t now_us);

/* ---- shell_open -------------------------------------------------------------------------------
 */

/* RC_OK, or what was logged: RC_SETTINGS, RC_FORMAT, RC_LOCKED, RC_CORRUPT, RC_FULL, RC_IO,
 * RC_LIMIT, RC_STORE. In every case shell_open_close frees what there is, the shell too. */
MUST_CHECK enum rc shell_open_all(struct shell *shell);
void shell_open_close(struct shell *shell);
/* HUP: the site as it lies there now, or the one before if that has a mistake. */
void shell_open_site_again(struct shell *shell);

/* ---- shell_modes ------------------------------------------------------------------------------
 */

/* Exit status. */
int shell_modes_verify(const struct shell_service *service, const struct shell_settings *settings);
int shell_modes_replay(const struct shell_service *service, const struct shell_settings *settings);
int shell_modes_ask(const struct shell_service *service, const struct shell_settings *settings);

/* ---- shell_serve ------------------------------------------------------------------------------
 */

/* Takes what the socket has, until until_us at the latest: wishes that every service knows are
 * served, all others queued. */
void shell_serve_receive(struct shell *shell, uint64_t until_us);
/* Takes frames in: answers what changes nothing, adds what does to the step. */
void shell_serve_gather(struct shell *shell);
/* One frame; the caller frees it. */
void shell_serve_frame(struct shell *shell, const struct bus_message *message);
/* Sends what the step that was just committed gave, parks what waits. */
void shell_serve_outcomes(struct shell *shell);
/* Nothing was stored: tells every caller of the step, keeps records for later. */
void shell_serve_full(struct shell *shell);

/* ---- shell_reply ------------------------------------------------------------------------------
 */

/* Sends a packed answer; a peer that is gone or does not read asks again. */
void shell_reply_send(struct shell *shell, const struct bus_peer *peer, const void *bytes,
                      size_t size);
/* Sends an answer that is only a code. detail may be NULL; retry_ms 0: left out. */
void shell_reply_refuse(struct shell *shell, const struct bus_peer *peer, uint64_t correlation,
                        Paidan__Code code, const char *detail, uint32_t retry_ms);
/* A question that could not be answered: too large an answer, or damage in the store, which is told
 * to its caller alone, for whatever else is asked may be whole. Else leaves (shell->fault). */
void shell_reply_failed(struct shell *shell, const struct bus_peer *peer, uint64_t correlation,
                        enum rc rc);
/* Packs and sends; fills protocol and now_ms. */
void shell_reply_answer(struct shell *shell, const struct bus_peer *peer, Paidan__Answer *answer);

/* ---- shell_wait -------------------------------------------------------------------------------
 */

void shell_wait_init(struct shell *shell);
void shell_wait_fini(struct shell *shell);
/* Adds the commands whose time has come to the step, from that waiter on. Returns the one to go on
 * from when there is more room. */
unsigned shell_wait_gather(struct shell *shell, unsigned from);
/* Parks the command of that input again, or for the first time. False: too many wait. */
bool shell_wait_park(struct shell *shell, size_t input);
void shell_wait_remove(struct shell *shell, unsigned index);
/* After a commit: marks the commands whose keys were woken. */
void shell_wait_wake(struct shell *shell);
/* The last time for an answer, as step_input wants it. */
uint64_t shell_wait_until_ms(const struct shell *shell, uint64_t until_us);
/* Answers a fetch now, or keeps it until there is something to give. */
void shell_wait_fetch(struct shell *shell, const struct bus_peer *peer,
                      const Paidan__Request *request);
/* Looks at the kept fetches: all of them if the log grew, else those whose time is over. */
void shell_wait_fetches(struct shell *shell, bool grown);
/* The next moment at which something here has to be done. */
uint64_t shell_wait_due_us(const struct shell *shell, uint64_t until_us);

/* ---- shell_follow -----------------------------------------------------------------------------
 */

/* RC_OK, RC_LIMIT, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc shell_follow_init(struct shell *shell);
void shell_follow_fini(struct shell *shell);
/* Connects, asks, gives up: whatever is due. */
void shell_follow_tick(struct shell *shell);
/* The connection broke: what was asked is asked again. */
void shell_follow_lost(struct shell_follow *follow);
void shell_follow_receive(struct shell *shell, struct shell_follow *follow);
/* Adds records to the step until its room is full: of each log a fair part, then the oldest. */
void shell_follow_gather(struct shell *shell);
/* The step with what was gathered is stored. */
void shell_follow_commit(struct shell *shell);
/* It is not: what was gathered comes again. */
void shell_follow_undo(struct shell *shell);
/* Forgets what was fetched and reads the cursors from the store. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc shell_follow_restart(struct shell *shell);
/* After shell_follow_restart: the next record of that log cannot be applied by this program. It is
 * not passed over: the log rests, loudly, and is tried again now and then. */
void shell_follow_accuse(struct shell *shell, const char *log);
/* Whether there are records to gather. */
bool shell_follow_held(const struct shell *shell);
/* How many wait in the logs that hold some, those included that are not fetched yet. */
uint64_t shell_follow_waiting(const struct shell *shell);
/* When they should be: the earlier of that and until_us. beside: a step is made anyway. */
uint64_t shell_follow_ready_us(const struct shell *shell, uint64_t until_us, bool beside);
uint64_t shell_follow_due_us(const struct shell *shell, uint64_t until_us);

/* ---- shell_care -------------------------------------------------------------------------------
 */

MUST_CHECK enum rc shell_care_init(struct shell *shell);
void shell_care_tick(struct shell *shell);
/* A follower asked: it holds everything up to after, and says how much work is behind it. */
void shell_care_follower(struct shell *shell, const Paidan__Fetch *fetch);
/* Records that wait for those who pace this service, and for those after them. */
uint64_t shell_care_lag(const struct shell *shell);

/* ---- shell_permit -----------------------------------------------------------------------------
 */

/* Before the engine. RC_OK, RC_SETTINGS (said), RC_LIMIT. */
MUST_CHECK enum rc shell_permit_open(struct shell *shell);
/* Once the engine is open. */
void shell_permit_begin(struct shell *shell);
/* HUP: the peers file as it lies there now, or the one before if that has a mistake. */
void shell_permit_again(struct shell *shell);
/* step_options.authorise; context: the shell. */
Paidan__Code shell_permit_ask(void *context, const struct step_service *service,
                              const struct step_peer *peer, const Paidan__Request *request,
                              struct permit_asker *asker);
/* step_options.pass. */
MUST_CHECK enum rc shell_permit_pass(void *context, uint64_t ticket, struct arena *arena,
                                     ProtobufCBinaryData *pass);

/* ---- shell_clock ------------------------------------------------------------------------------
 */

/* Site time as the next step will see it. */
uint64_t shell_clock_now_ms(const struct shell *shell);
/* Real time until the site's clock shows at_ms; at most an hour, then look again. */
uint64_t shell_clock_wait_us(const struct shell *shell, uint64_t at_ms);
/* Site milliseconds that pass in real microseconds. */
uint64_t shell_clock_span_ms(const struct shell *shell, uint64_t real_us);
/* Decides which time is believed from here on. RC_OK, or RC_SETTINGS: the clock is further ahead of
 * the stored time than may be (said). Before: the engine is open. */
MUST_CHECK enum rc shell_clock_open(struct shell *shell);
/* Each round: notices a clock that was set, and that it came back or was accepted. */
void shell_clock_tick(struct shell *shell);
/* A scaled clock is read again, so that its owner can put it forward; a real one never is. */
void shell_clock_again(struct shell *shell);

/* ---- shell_tell -------------------------------------------------------------------------------
 */

void shell_tell_ping(struct shell *shell, const struct bus_peer *peer, uint64_t correlation);
void shell_tell_metrics(struct shell *shell, const struct bus_peer *peer, uint64_t correlation);
