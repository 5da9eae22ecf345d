/* sim: a site under random actors and random faults, from one seed, on virtual time.
 *
 * The four real cores, steps and stores run in one process (tests/support/world.h). Adapters,
 * clerks, dispatchers, callers and residents act at random, most of them sensibly; requests and
 * answers are lost, doubled, late and out of order; records arrive late, in pieces, doubled, with a
 * gap or in the wrong order; services are killed at any call of their store, also while they open
 * and while they catch up; commits fail, and hold though they report failure; the disk is full for
 * a while; the clock jumps both ways. Laws about facts are checked after every act; laws about the
 * whole at rest now and then, at doubling intervals and at the end; then faults stop, everybody
 * becomes diligent, and all tickets must come to rest. A broken law prints what, when, and the
 * command that repeats it. */
#pragma once

#include "world.h"

struct sim_options {
    uint64_t seed;
    uint64_t hours;         /* of virtual time with faults */
    uint64_t tickets_a_day; /* mean */
    const char *site_folder;
    const char *rules_folder; /* site/ and later/ lie over site_folder; NULL: only its spans vary */
    const char *folder;       /* scratch, empty */
    bool faults;              /* off: only actors */
    bool trace;               /* print every fact */
    bool channels;            /* the adapters too, and the world outside them */
};

/* What is done to the services; each is counted when it took effect. */
enum sim_fault {
    SIM_REQUEST_LOST,
    SIM_REQUEST_DOUBLED,
    SIM_REQUEST_LATE,
    SIM_REQUEST_REORDERED,
    SIM_ANSWER_LOST,
    SIM_ANSWER_DOUBLED,
    SIM_ANSWER_LATE,
    SIM_ANSWER_REORDERED,
    SIM_RECORDS_LOST,
    SIM_RECORDS_DOUBLED,
    SIM_RECORDS_REORDERED,
    SIM_RECORDS_LATE,
    SIM_KILL_BETWEEN,  /* between two steps */
    SIM_KILL_STEP,     /* at any call of the store within a step */
    SIM_KILL_COMMIT,   /* the commit fails */
    SIM_KILL_OPENING,  /* while the store and the engine are opened, perhaps several times */
    SIM_KILL_RESUMING, /* at the first steps after that */
    SIM_KILL_REPLAY,   /* a replay into an empty store */
    SIM_COMMIT_HELD,   /* it reports failure and holds */
    SIM_FULL_ONCE,
    SIM_FULL_LONG,
    SIM_CLOCK_BACK,
    SIM_CLOCK_FORWARD,
    SIM_RELOAD,
    SIM_FAULTS_INSIDE,                    /* the others strike with channels alone */
    SIM_OUTSIDE_AWAY = SIM_FAULTS_INSIDE, /* a system, for an hour */
    SIM_OUTSIDE_AWAY_LONG,                /* for a day */
    SIM_OUTSIDE_ALL_AWAY,                 /* all of them, for a day */
    SIM_OUTSIDE_SILENT,                   /* took a message, and nobody heard that it did */
    SIM_OUTSIDE_REFUSED,
    SIM_OUTSIDE_DECLINED, /* will never take it */
    SIM_MESSAGE_AGAIN,    /* taken, and its sender did not hear of it */
    SIM_ALARM_AGAIN,      /* taken, and killed before the broker was told */
    SIM_ALARM_REORDERED,
    SIM_FAULTS
};
const char *sim_fault_name(enum sim_fault fault);

/* What happened to tickets beside the ordinary way. */
enum sim_kind {
    SIM_REMINDED,
    SIM_SUSPENDED,
    SIM_RESUMED_BY_HAND,
    SIM_RESUMED_BY_ITSELF,
    SIM_ASKED_EXTENSION,
    SIM_EXTENSION_GRANTED,
    SIM_EXTENSION_REFUSED,
    SIM_EXTENSION_LAPSED, /* nobody decided in time */
    SIM_ASKED_RAISE,
    SIM_RAISE_GRANTED,
    SIM_RAISE_REFUSED,
    SIM_RAISE_HELD, /* silence must not keep a ticket down */
    SIM_ASSIST_ASKED,
    SIM_ASSIST_DONE,
    SIM_ASSIST_LATE,
    SIM_RESOLVED_WITHOUT, /* assisting units, and said so */
    SIM_PERSON_NAMED,
    SIM_TERM_OF_PERSON, /* passed */
    SIM_TERM_OF_MODE,
    SIM_MODE_SET,
    SIM_MODE_ENDED,
    SIM_ORDERED,
    SIM_RECALLED,
    SIM_CORRECTED, /* in every fifth seed, and in every seventh */
    SIM_MERGED,    /* and the next three: in every seventh */
    SIM_UNMERGED,
    SIM_FOLLOWED,     /* a member, resolved with its group */
    SIM_NOTED_MEMBER, /* its resident was heard, and who works on it was told */
    SIM_URGED,
    SIM_SUPERVISED,
    SIM_CARDED_BY_HAND,
    SIM_CARD_CANCELLED,
    SIM_APPEALED,
    SIM_APPEAL_GRANTED,
    SIM_APPEAL_REFUSED,
    SIM_REPLANNED_POLICY,
    SIM_REPLANNED_CALENDAR,
    SIM_REPLANNED_LEVEL,
    SIM_REPLAN_PASSED,
    SIM_DESK_WARNED,
    SIM_DESK_OVERDUE,
    SIM_DESK_REPLANNED,
    SIM_AWARDED, /* and the next ones, down to exempted: in every fourth */
    SIM_REVERSED,
    SIM_LIMIT_REACHED,
    SIM_EXCHANGED,
    SIM_GIVEN_BACK, /* an exchange, with its goods */
    SIM_PUBLISHED,
    SIM_TAKEN_DOWN,
    SIM_EXEMPTED,
    SIM_KINDS_INSIDE, /* the others happen with channels alone */
    SIM_DELIVERED = SIM_KINDS_INSIDE,
    SIM_DELIVERED_AGAIN,
    SIM_DELIVERY_DIED,
    SIM_HANDED_OVER, /* to the list of those who telephone */
    SIM_ASKED_BY_CHANNEL,
    SIM_ANSWERED_BY_CHANNEL,
    SIM_ALARM_OPENED,
    SIM_ALARM_NOTED,
    SIM_FREED_EARLY,
    SIM_KINDS
};
const char *sim_kind_name(enum sim_kind kind);

struct sim_figures {
    /* rests: moments at which all tickets were compared; replays: logs and tables, too */
    uint64_t acts, steps, requests, repeats, rests, replays;
    uint64_t faults[SIM_FAULTS];
    uint64_t tickets, closed, solved, withdrawn, raised, warned, cards, alarms, reopened, returned,
        asked, unreached;
    uint64_t kinds[SIM_KINDS];
    uint64_t facts, laws; /* facts read, single comparisons made */
    uint64_t virtual_ms, store_bytes, memory_bytes;
};

/* Runs one seed. Returns when everything came to rest; a broken law aborts the process. */
void sim_run(const struct sim_options *options, struct sim_figures *figures);
