/* wechat_fsm: the table behind wechat_fsm.h. Every pair of state and signal is decided here and nowhere
 * else. Residents do not know that there is a table: whatever they say next gets an answer, so a cell is
 * left out only where no message can mean that (WECHAT_PICKS without a list). */
#include "wechat_fsm.h"

#include <assert.h>

#include "common/base/check.h"

#define TO(state, act)                                                                             \
    {                                                                                              \
        true, WECHAT_##state, WECHAT_DO_##act, false                                               \
    }
/* The next step closes what is being told: it is filed, then the step is taken. */
#define CLOSE(state, act)                                                                          \
    {                                                                                              \
        true, WECHAT_##state, WECHAT_DO_##act, true                                                \
    }

/* What may be said at any time of what is there already. C: CLOSE where something is being told. */
#define COMMANDS(C)                                                                                \
    [WECHAT_CHASES] = C(CHASE, WHICH), [WECHAT_CHASES_ONE] = C(IDLE, CHASE),                       \
    [WECHAT_LISTS] = C(IDLE, LIST), [WECHAT_WITHDRAWS] = C(WITHDRAW, WHICH),                       \
    [WECHAT_WITHDRAWS_ONE] = C(SURE, SURE), [WECHAT_ADDS] = C(IDLE, SUPPLEMENT),                   \
    [WECHAT_DANGER] = TO(IDLE, ALARM)

/* Whatever is being told or asked goes on after it. */
#define LEFT_ALONE(state) [WECHAT_QUIETS] = TO(state, QUIET), [WECHAT_RESUMES] = TO(state, RESUME)

/* A new matter, where none is being told. */
#define BEGINNING                                                                                  \
    [WECHAT_TELLS] = TO(PLACE, ASK_PLACE), [WECHAT_TELLS_WHERE] = TO(DRAFT, COLLECT),              \
    [WECHAT_PINS] = TO(DRAFT, ASK_WORDS), [WECHAT_PINS_ALONE] = TO(DRAFT, ASK_WORDS),              \
    [WECHAT_SHOWS] = TO(DRAFT, ASK_WORDS)

/* A question was asked and something else came: the question is forgotten. */
#define ELSEWHERE                                                                                  \
    BEGINNING,                                                                                     \
        COMMANDS(TO), [WECHAT_ARRIVES] = TO(IDLE, NOTHING), [WECHAT_EXPIRED] = TO(IDLE, NOTHING)

static const struct wechat_step steps[WECHAT_STATE_COUNT][WECHAT_SIGNAL_COUNT] =
    {
        /* Nothing of his is looked at before he agreed; commands cannot have an object yet. */
        [WECHAT_NEW] =
            {
                LEFT_ALONE(NEW),
                [WECHAT_TELLS] = TO(CONSENT, CONSENT),
                [WECHAT_TELLS_WHERE] = TO(CONSENT, CONSENT),
                [WECHAT_PINS] = TO(CONSENT, CONSENT),
                [WECHAT_PINS_ALONE] = TO(CONSENT, CONSENT),
                [WECHAT_SHOWS] = TO(CONSENT, CONSENT),
                [WECHAT_MUTE] = TO(NEW, TYPE),
                [WECHAT_NOISE] = TO(NEW, HELP),
                [WECHAT_DANGER] = TO(NEW, ALARM),
                [WECHAT_DONE] = TO(NEW, HELP),
                [WECHAT_CHASES] = TO(NEW, LIST),
                [WECHAT_CHASES_ONE] = TO(NEW, CHASE),
                [WECHAT_LISTS] = TO(NEW, LIST),
                [WECHAT_WITHDRAWS] = TO(NEW, LIST),
                [WECHAT_WITHDRAWS_ONE] = TO(SURE, SURE),
                [WECHAT_ADDS] = TO(NEW, SUPPLEMENT),
                [WECHAT_ANSWERS] = TO(NEW, ANSWER),
                [WECHAT_YES] = TO(NEW, HELP),
                [WECHAT_NO] = TO(NEW, HELP),
                [WECHAT_HELP] = TO(NEW, HELP),
                [WECHAT_ARRIVES] = TO(NEW, GREET),
            },
        [WECHAT_CONSENT] =
            {
                LEFT_ALONE(CONSENT),
                [WECHAT_TELLS] = TO(CONSENT, CONSENT),
                [WECHAT_TELLS_WHERE] = TO(CONSENT, CONSENT),
                [WECHAT_PINS] = TO(CONSENT, CONSENT),
                [WECHAT_PINS_ALONE] = TO(CONSENT, CONSENT),
                [WECHAT_SHOWS] = TO(CONSENT, CONSENT),
                [WECHAT_MUTE] = TO(CONSENT, TYPE),
                [WECHAT_NOISE] = TO(CONSENT, CONSENT),
                [WECHAT_DANGER] = TO(NEW, ALARM),
                [WECHAT_DONE] = TO(CONSENT, CONSENT),
                [WECHAT_CHASES] = TO(CONSENT, LIST),
                [WECHAT_CHASES_ONE] = TO(CONSENT, CHASE),
                [WECHAT_LISTS] = TO(CONSENT, LIST),
                [WECHAT_WITHDRAWS] = TO(CONSENT, LIST),
                [WECHAT_WITHDRAWS_ONE] = TO(CONSENT, LIST),
                [WECHAT_ADDS] = TO(CONSENT, CONSENT),
                [WECHAT_ANSWERS] = TO(CONSENT, ANSWER),
                [WECHAT_YES] = TO(IDLE, AGREE),
                [WECHAT_YES_LACKS] = TO(PLACE, AGREE),
                [WECHAT_NO] = TO(NEW, DECLINE),
                [WECHAT_HELP] = TO(CONSENT, CONSENT),
                [WECHAT_ARRIVES] = TO(CONSENT, NOTHING),
                [WECHAT_EXPIRED] = TO(NEW, DECLINE),
            },
        [WECHAT_IDLE] =
            {
                LEFT_ALONE(IDLE),
                BEGINNING,
                COMMANDS(TO),
                [WECHAT_MUTE] = TO(IDLE, TYPE),
                [WECHAT_NOISE] = TO(IDLE, HELP),
                [WECHAT_DONE] = TO(IDLE, HELP),
                [WECHAT_ANSWERS] = TO(IDLE, ANSWER),
                [WECHAT_YES] = TO(IDLE, HELP),
                [WECHAT_NO] = TO(IDLE, HELP),
                [WECHAT_HELP] = TO(IDLE, HELP),
                [WECHAT_ARRIVES] = TO(IDLE, GREET),
            },
        /* Whatever is said belongs to it, but for what is plainly something else. */
        [WECHAT_DRAFT] =
            {
                LEFT_ALONE(DRAFT),
                COMMANDS(CLOSE),
                [WECHAT_TELLS] = TO(PLACE, ASK_PLACE),
                [WECHAT_TELLS_WHERE] = TO(DRAFT, COLLECT),
                [WECHAT_PINS] = TO(IDLE, FILE),
                [WECHAT_PINS_ALONE] = TO(DRAFT, ASK_WORDS),
                [WECHAT_SHOWS] = TO(DRAFT, KEEP),
                [WECHAT_MUTE] = TO(DRAFT, TYPE),
                [WECHAT_NOISE] = TO(DRAFT, NOTHING),
                [WECHAT_DONE] = TO(IDLE, CLOSE),
                [WECHAT_ANSWERS] = TO(DRAFT, ANSWER),
                [WECHAT_YES] = TO(IDLE, CLOSE),
                [WECHAT_NO] = TO(IDLE, CLOSE),
                [WECHAT_HELP] = CLOSE(IDLE, HELP),
                [WECHAT_ARRIVES] = TO(DRAFT, NOTHING),
                [WECHAT_EXPIRED] = TO(IDLE, CLOSE),
            },
        /* Any words are the answer, also where the site's tables know no such place. */
        [WECHAT_PLACE] =
            {
                LEFT_ALONE(PLACE),
                COMMANDS(CLOSE),
                [WECHAT_TELLS] = TO(IDLE, FILE),
                [WECHAT_TELLS_WHERE] = TO(IDLE, FILE),
                [WECHAT_PINS] = TO(IDLE, FILE),
                [WECHAT_PINS_ALONE] = TO(IDLE, FILE),
                [WECHAT_SHOWS] = TO(PLACE, KEEP),
                [WECHAT_MUTE] = TO(PLACE, TYPE),
                [WECHAT_NOISE] = TO(PLACE, NOTHING),
                [WECHAT_DONE] = TO(IDLE, CLOSE),
                [WECHAT_ANSWERS] = TO(PLACE, ANSWER),
                [WECHAT_YES] = TO(IDLE, CLOSE),
                [WECHAT_NO] = TO(IDLE, CLOSE),
                [WECHAT_HELP] = CLOSE(IDLE, HELP),
                [WECHAT_ARRIVES] = TO(PLACE, NOTHING),
                [WECHAT_EXPIRED] = TO(IDLE, CLOSE),
            },
        [WECHAT_CHASE] =
            {
                LEFT_ALONE(CHASE),
                ELSEWHERE,
                [WECHAT_PICKS] = TO(IDLE, CHASE),
                [WECHAT_MUTE] = TO(CHASE, TYPE),
                [WECHAT_NOISE] = TO(CHASE, WHICH),
                [WECHAT_DONE] = TO(IDLE, LEAVE),
                [WECHAT_ANSWERS] = TO(CHASE, ANSWER),
                [WECHAT_YES] = TO(CHASE, WHICH),
                [WECHAT_NO] = TO(IDLE, LEAVE),
                [WECHAT_HELP] = TO(IDLE, HELP),
            },
        [WECHAT_WITHDRAW] =
            {
                LEFT_ALONE(WITHDRAW),
                ELSEWHERE,
                [WECHAT_PICKS] = TO(SURE, SURE),
                [WECHAT_MUTE] = TO(WITHDRAW, TYPE),
                [WECHAT_NOISE] = TO(WITHDRAW, WHICH),
                [WECHAT_DONE] = TO(IDLE, LEAVE),
                [WECHAT_ANSWERS] = TO(WITHDRAW, ANSWER),
                [WECHAT_YES] = TO(WITHDRAW, WHICH),
                [WECHAT_NO] = TO(IDLE, LEAVE),
                [WECHAT_HELP] = TO(IDLE, HELP),
            },
        /* Nothing but a plain yes withdraws anything. */
        [WECHAT_SURE] =
            {
                LEFT_ALONE(SURE),
                ELSEWHERE,
                [WECHAT_MUTE] = TO(SURE, TYPE),
                [WECHAT_NOISE] = TO(SURE, SURE),
                [WECHAT_DONE] = TO(IDLE, LEAVE),
                [WECHAT_ANSWERS] = TO(SURE, ANSWER),
                [WECHAT_YES] = TO(IDLE, WITHDRAW),
                [WECHAT_NO] = TO(IDLE, LEAVE),
                [WECHAT_HELP] = TO(IDLE, HELP),
            },
};

static_assert(WECHAT_SURE == 7, "states are stored: never renumber");

struct wechat_step wechat_fsm_step(enum wechat_state state, enum wechat_signal signal)
{
    CHECK(state < WECHAT_STATE_COUNT);
    CHECK(signal < WECHAT_SIGNAL_COUNT);
    const struct wechat_step step = steps[state][signal];
    CHECK(step.allowed || step.act == WECHAT_DO_NOTHING);
    CHECK(!step.closes || wechat_fsm_drafts(state));
    return step;
}

bool wechat_fsm_waits(enum wechat_state state)
{
    CHECK(state < WECHAT_STATE_COUNT);
    return state != WECHAT_NEW && state != WECHAT_IDLE;
}

bool wechat_fsm_drafts(enum wechat_state state)
{
    CHECK(state < WECHAT_STATE_COUNT);
    return state == WECHAT_DRAFT || state == WECHAT_PLACE;
}

const char *wechat_fsm_state_name(enum wechat_state state)
{
    static const char *const names[WECHAT_STATE_COUNT] = {
        "NEW", "CONSENT", "IDLE", "DRAFT", "PLACE", "CHASE", "WITHDRAW", "SURE",
    };
    CHECK(state < WECHAT_STATE_COUNT);
    return names[state];
}

const char *wechat_fsm_signal_name(enum wechat_signal signal)
{
    static const char *const names[WECHAT_SIGNAL_COUNT] = {
        "TELLS",      "TELLS_WHERE", "PINS",      "PINS_ALONE",    "SHOWS",
        "MUTE",       "NOISE",       "DANGER",    "DONE",          "CHASES",
        "CHASES_ONE", "LISTS",       "WITHDRAWS", "WITHDRAWS_ONE", "ADDS",
        "PICKS",      "ANSWERS",     "YES",       "YES_LACKS",     "NO",
        "HELP",       "ARRIVES",     "EXPIRED",   "QUIETS",        "RESUMES",
    };
    CHECK(signal < WECHAT_SIGNAL_COUNT);
    return names[signal];
}

const char *wechat_fsm_act_name(enum wechat_act act)
{
    static const char *const names[WECHAT_ACT_COUNT] = {
        "nothing",  "greet", "help",       "consent",   "agree", "decline",
        "collect",  "keep",  "ask words",  "ask place", "file",  "close",
        "alarm",    "type",  "which",      "chase",     "list",  "sure",
        "withdraw", "leave", "supplement", "answer",    "quiet", "resume",
    };
    CHECK(act < WECHAT_ACT_COUNT);
    return names[act];
}
