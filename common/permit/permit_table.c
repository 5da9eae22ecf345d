/* permit_table: the table itself. Columns of the first string, as in the design: D dispatcher, C
 * clerk, L unit leader, S supervisor, H hotline operator, A auditor, M system administrator, X
 * security administrator, P adapter or unit key, W the public; of the second: G the gateway for
 * itself, V a service of ours, N anybody with an account or a line of the peers file.
 *
 * What must stay true: rows are found by the compiler. The two switches name each wish and each
 * action and have no default, under an error for those that are missing, so that whoever adds a wish
 * decides here who may have it before anything is built. */
#include "common/permit/permit_table.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"

#pragma GCC diagnostic error "-Wswitch-enum"

/* The strings' terminating NUL is the last of each array. */
struct row {
    const char *name;
    char roles[PERMIT_PUBLIC - PERMIT_ROLE_FIRST + 2], others[4];
    unsigned by;
};

enum {
    U = PERMIT_BY_UNIT,
    A = PERMIT_BY_AREA,
    C = PERMIT_BY_CHANNEL,
    Q = PERMIT_BY_CODE,
};

static_assert(PERMIT_PUBLIC - PERMIT_ROLE_FIRST == 9, "ten roles have their columns");

/* Decided here, beyond the matrix:
 * - what a ticket's own page is made of is one right: TriageShow, Show, Explain, CallbackShow;
 * - the open requests go by who decides: a leader sees those put to the own unit;
 * - planning anew may be looked at by who may do it, and by the auditor;
 * - a caller's tickets are found by who may read their words, but not for a unit's work;
 * - who reads the log's texts reads all of them: the auditor alone (the fact tells of it);
 * - how often triage's own decisions are right is counts alone, of the whole site: who decides at the
 *   desk and who supervises may see it, and stop it or let it go on; auditor and operator see it;
 * - on the spot solves a unit its own work: clerks and keys of units;
 * - a resident answers his own callback; callback does not know his code, so intake, which took it,
 *   seals a pass for that one ticket;
 * - a deadline from above 上级时限 is put off by the channel from which it came, and by nobody whose
 *   work it measures; a new ticket may bring one, since it can only shorten ours;
 * - 勿扰 of one ticket whose resident nobody knows by number or name is his channel's to say;
 * - an adapter follows only the logs that its line of the peers file names: what it tells the outside
 *   of them, its own core decides. A key of the same role has no such line;
 * - the gateway counts and follows for all that look at it, so it may ask for what the logs that it
 *   follows hold anyway: never for texts, and never to change anything. */
static const struct row rows[PERMIT_ROWS] = {
    /*                                                   DCLSHAMXPW    GVN */
    [PERMIT_PING] = {"ping", "*********-", "***", 0},
    [PERMIT_STATS] = {"stats", "---*-**---", "*--", 0},
    [PERMIT_METRICS] = {"metrics", "---*-**---", "*--", 0},
    [PERMIT_FETCH] = {"fetch", "-----*--f-", "ff-", 0},
    [PERMIT_SUBMIT] = {"submit", "cc--c---cc", "---", 0},
    [PERMIT_SUBMIT_SPOT] = {"submit spot", "-u------u-", "---", 0},
    [PERMIT_SUPPLEMENT] = {"supplement", "a---c---ct", "---", Q},
    [PERMIT_SUPPLEMENT_DUE] = {"supplement due", "--------c-", "---", 0},
    [PERMIT_CHASE] = {"chase", "----c---ct", "---", Q},
    [PERMIT_WITHDRAW] = {"withdraw", "----x---xt", "---", Q},
    [PERMIT_DO_NOT_CALL] = {"do not call", "a---c---ct", "---", Q},
    [PERMIT_DO_NOT_CALL_TICKET] = {"do not call ticket", "--------c-", "---", 0},
    [PERMIT_LOOKUP_CODE] = {"lookup code", "----t---tt", "---", Q},
    [PERMIT_LOOKUP_EXTERNAL] = {"lookup external", "--------c-", "---", C},
    [PERMIT_READ_TEXTS] = {"read texts", "aub*c-----", "---", 0},
    [PERMIT_READ_PHONES] = {"read texts phones", "aub*c---k-", "---", 0},
    [PERMIT_READ_LOG] = {"read log", "-----*----", "---", 0},
    [PERMIT_CALLER_LIST] = {"caller list", "a--*c-----", "---", A | C},
    [PERMIT_SPLIT] = {"split", "a---------", "---", 0},
    [PERMIT_DESK_LIST] = {"desk list", "a--*-n----", "f--", 0},
    [PERMIT_DESK_DISPATCH] = {"desk dispatch", "a---------", "---", 0},
    [PERMIT_RECALL] = {"recall", "a---------", "---", 0},
    [PERMIT_CORRECT] = {"correct", "a--*------", "---", 0},
    [PERMIT_MERGE] = {"merge", "a---------", "---", 0},
    [PERMIT_UNMERGE] = {"unmerge", "a---------", "---", 0},
    [PERMIT_TRIAGE_SHOW] = {"triage show", "aub*cn--u-", "f--", 0},
    [PERMIT_TRIAGE_TRY] = {"triage try", "*****---*-", "---", 0},
    [PERMIT_TRIAGE_STATS] = {"triage stats", "*--*-**---", "---", 0},
    [PERMIT_TRUST_SET] = {"trust set", "*--*------", "---", 0},
    [PERMIT_PULL] = {"pull", "-uu-----u-", "---", U},
    [PERMIT_WORK_ACCEPT] = {"work accept", "-uu-----u-", "---", U},
    [PERMIT_WORK_CONTACT] = {"work contact", "-uu-----u-", "---", U},
    [PERMIT_WORK_PROGRESS] = {"work progress", "-uu-----u-", "---", U},
    [PERMIT_WORK_RESOLVE] = {"work resolve", "-uu-----u-", "---", U},
    [PERMIT_WORK_RETURN] = {"work return", "-uu-----u-", "---", U},
    [PERMIT_WORK_RAISE] = {"work raise", "-uu-----u-", "---", U},
    [PERMIT_WORK_EXTEND] = {"work extend", "-uu-----u-", "---", U},
    [PERMIT_WORK_SUSPEND] = {"work suspend", "--u-------", "---", U},
    [PERMIT_WORK_RESUME] = {"work resume", "-uu-----u-", "---", U},
    [PERMIT_WORK_ASK_ASSIST] = {"work ask assist", "-uu-----u-", "---", U},
    [PERMIT_WORK_ASSIST_DONE] = {"work assist done", "-uu-----u-", "---", U},
    [PERMIT_WORK_NAME_PERSON] = {"work name person", "--u-------", "---", U},
    [PERMIT_WORK_SET_MODE] = {"work set mode", "-uu-----u-", "---", U},
    [PERMIT_WORK_END_MODE] = {"work end mode", "-uu-----u-", "---", U},
    [PERMIT_WORK_APPEAL] = {"work appeal", "--u-------", "---", U},
    [PERMIT_SUPERVISE_GRANT] = {"supervise grant", "--ds------", "---", U},
    [PERMIT_SUPERVISE_REFUSE] = {"supervise refuse", "--ds------", "---", U},
    [PERMIT_SUPERVISE_ORDER] = {"supervise order", "---s------", "---", U},
    [PERMIT_SUPERVISE_URGE] = {"supervise urge", "---s------", "---", U},
    [PERMIT_SUPERVISE_WATCH] = {"supervise watch", "---s------", "---", U},
    [PERMIT_SUPERVISE_YELLOW] = {"supervise yellow", "---s------", "---", U},
    [PERMIT_SUPERVISE_RED] = {"supervise red", "---s------", "---", U},
    [PERMIT_SUPERVISE_CANCEL_CARD] = {"supervise cancel card", "---s------", "---", U},
    [PERMIT_LIST] = {"list", "aub*cn--u-", "f--", U | A | C},
    [PERMIT_SHOW] = {"show", "aub*cn--u-", "f--", 0},
    [PERMIT_BOARD] = {"board", "aub*cn--u-", "f--", U | A | C},
    [PERMIT_UNIT_WORK] = {"unit work", "aub*cn--u-", "f--", U},
    [PERMIT_EXPLAIN] = {"explain", "aub*cn--u-", "f--", 0},
    [PERMIT_DUE_LIST] = {"due list", "aub*cn--u-", "f--", U | A | C},
    [PERMIT_REPLAN] = {"replan", "---*-*----", "---", U},
    [PERMIT_REPLAN_APPLY] = {"replan apply", "---s------", "---", U},
    [PERMIT_ALARMS] = {"alarms", "-ub*-n*-u-", "f--", 0},
    [PERMIT_UNIT_COUNTS] = {"unit counts", "-ub*-**-u-", "f--", U},
    [PERMIT_REQUEST_LIST] = {"request list", "--d*-n----", "f--", U},
    [PERMIT_CALLBACK_PULL] = {"callback pull", "----c---c-", "---", C},
    [PERMIT_CALLBACK_ANSWER] = {"callback answer", "----c---cp", "---", 0},
    [PERMIT_CALLBACK_SHOW] = {"callback show", "aub*cn--c-", "f--", 0},
    [PERMIT_CALLBACK_LIST] = {"callback list", "----c---c-", "f--", C},
    [PERMIT_CALLBACK_MISS] = {"callback miss", "----c---c-", "---", 0},
    /* Logging in is asked by who is not known yet, which is the public; the command line of somebody known
     * by his uid. One's own account is one's own whatever the roles, of whom a new password may
     * have left none. */
    [PERMIT_LOGIN_START] = {"login start", "---------*", "*-*", 0},
    [PERMIT_LOGIN] = {"login", "---------*", "*-*", 0},
    [PERMIT_RENEW] = {"renew", "---------*", "*-*", 0},
    [PERMIT_LOGOUT] = {"logout", "---------*", "*-*", 0},
    [PERMIT_SESSION_LIST] = {"session list", "---------*", "*-*", 0},
    [PERMIT_SESSION_LIST_ALL] = {"session list all", "-----***--", "---", 0},
    [PERMIT_SESSION_REVOKE] = {"session revoke", "------**--", "---", 0},
    [PERMIT_PASSWORD_SET] = {"password set", "---------*", "*-*", 0},
    [PERMIT_TOTP] = {"totp", "---------*", "*-*", 0},
    /* Accounts are the system administrator's, roles and keys (which carry roles) the security
     * administrator's; the auditor sees both, and is a second pair of eyes for what needs two. */
    [PERMIT_PERSON_ADD] = {"person add", "------*---", "---", 0},
    [PERMIT_PERSON_CHANGE] = {"person change", "------*---", "---", 0},
    [PERMIT_PERSON_LIST] = {"person list", "-----***--", "---", 0},
    [PERMIT_ROLE_CHANGE] = {"role change", "-------*--", "---", 0},
    [PERMIT_CHANGE_LIST] = {"change list", "-----***--", "---", 0},
    [PERMIT_CHANGE_DECIDE] = {"change decide", "-----***--", "---", 0},
    [PERMIT_KEY_MAKE] = {"key make", "-------*--", "---", 0},
    [PERMIT_KEY_REVOKE] = {"key revoke", "------**--", "---", 0},
    [PERMIT_KEY_LIST] = {"key list", "-----***--", "---", 0},
    [PERMIT_KEY_USE] = {"key use", "---------*", "*-*", 0},
    /* While there is nobody: by the service's own user. */
    [PERMIT_ACCESS_INIT] = {"access init", "----------", "-*-", 0},
    [PERMIT_ACCESS_AUDIT] = {"access audit", "-----*----", "---", 0},
    /* Who keeps grants must hear whose are no longer true; nobody else has a use for it. */
    [PERMIT_RIGHTS_SINCE] = {"rights since", "----------", "*--", 0},
    /* What waits for the outside is looked after by who runs the machines; supervisors and auditors see
     * whether residents are reached. */
    [PERMIT_OUTBOX_LIST] = {"outbox list", "---*-**---", "---", 0},
    [PERMIT_OUTBOX_RETRY] = {"outbox retry", "------*---", "---", 0},
    [PERMIT_OUTBOX_DROP] = {"outbox drop", "------*---", "---", 0},
    [PERMIT_ADAPTER_STATUS] = {"adapter status", "---*-**---", "*--", 0},
    /* The adapter's own sender, inside its process: nobody asks it from outside. */
    [PERMIT_DELIVERY_OUTCOME] = {"delivery outcome", "----------", "---", 0},
    /* Likewise: of the adapter's own ports, which have proven who speaks. */
    [PERMIT_WECHAT_HEAR] = {"wechat hear", "----------", "---", 0},
    [PERMIT_WECHAT_AWAIT] = {"wechat await", "----------", "---", 0},
    [PERMIT_WECHAT_ASK] = {"wechat ask", "----------", "---", 0},
    [PERMIT_WECHAT_MINE] = {"wechat mine", "----------", "---", 0},
    /* Likewise the adapter's own port. */
    [PERMIT_DEVICE_REPORTS] = {"device reports", "----------", "---", 0},
    [PERMIT_BROKER_STATE] = {"broker state", "----------", "---", 0},
    [PERMIT_DEVICE_LIST] = {"device list", "---*-**---", "---", 0},
    /* Likewise the hotline adapter's own door. That somebody rings, with a masked number, is for the
     * operators of that channel; who takes the call learns the number. */
    [PERMIT_HOTLINE_HEAR] = {"hotline hear", "----------", "---", 0},
    [PERMIT_HOTLINE_CALL] = {"hotline call", "----------", "---", 0},
    [PERMIT_CALL_LIST] = {"call list", "----c-----", "*--", C},
    [PERMIT_CALL_TAKE] = {"call take", "----c-----", "---", C},
    /* Whom no message reaches: operators of the channel telephone; supervisors see how many wait. */
    [PERMIT_PHONE_LIST] = {"phone list", "---*c-----", "---", C},
    [PERMIT_PHONE_TAKE] = {"phone take", "----c-----", "---", C},
    [PERMIT_PHONE_DONE] = {"phone done", "----c-----", "---", C},
    /* Figures are counts without a word of a resident's, by which units are compared before each
     * other: whoever works here sees them all. The tickets behind one are a list like others. */
    [PERMIT_RATES] = {"rates", "****-**-*-", "*--", 0},
    [PERMIT_RATES_TICKETS] = {"rates tickets", "aub*-n--u-", "---", U | A | C},
    /* 剔除: asked for by the unit that is measured, or who looks after it; reviewed by a supervisor. */
    [PERMIT_EXEMPT_ASK] = {"exempt ask", "--u*------", "---", 0},
    [PERMIT_EXEMPT_RULE] = {"exempt rule", "---*------", "---", 0},
    [PERMIT_EXEMPT_LIST] = {"exempt list", "aub*-n--u-", "---", U | A | C},
    /* As the list; but who sees no titles must not learn by asking which words a resident used. */
    [PERMIT_SEARCH] = {"search", "aub*cn--u-", "---", U | A | C},
    [PERMIT_SEARCH_WORDS] = {"search words", "aub*c---u-", "---", U | A | C},
    [PERMIT_SINK_LIST] = {"sink list", "---*-**---", "*--", 0},
    /* 公示: written by who sees the whole, reviewed by a supervisor who is somebody else; what is published
     * is everybody's. */
    [PERMIT_BULLETIN_DRAFT] = {"bulletin draft", "*--*------", "---", 0},
    [PERMIT_BULLETIN_RULE] = {"bulletin rule", "---*------", "---", 0},
    [PERMIT_BULLETIN_WITHDRAW] = {"bulletin withdraw", "*--*------", "---", 0},
    [PERMIT_BULLETIN_LIST] = {"bulletin list", "*--*-*----", "---", 0},
    [PERMIT_BULLETIN_PUBLISHED] = {"bulletin published", "**********", "***", 0},
    /* 积分: whoever serves residents looks at them and hands out goods; what is given or taken back by hand is
     * a supervisor's. */
    [PERMIT_POINTS_SHOW] = {"points show", "*--***----", "---", 0},
    [PERMIT_POINTS_AWARD] = {"points award", "---*------", "---", 0},
    [PERMIT_POINTS_REVERSE] = {"points reverse", "---*------", "---", 0},
    [PERMIT_POINTS_EXCHANGE] = {"points exchange", "---**-----", "---", 0},
};

/* ---- the row of a request ---- */

#define ACTION(WISH, KIND, NAME)                                                                   \
    case PAIDAN__##KIND##_##NAME:                                                                  \
        return PERMIT_##WISH##_##NAME;
#define WISH(NAME)                                                                                 \
    case PAIDAN__REQUEST__WISH_##NAME:                                                             \
        return PERMIT_##NAME;

/* An action that this program does not know has no row, and so no right. */
static enum permit_row work_row(Paidan__Action action)
{
    switch (action) {
        ACTION(WORK, ACTION__ACTION, ACCEPT)
        ACTION(WORK, ACTION__ACTION, CONTACT)
        ACTION(WORK, ACTION__ACTION, PROGRESS)
        ACTION(WORK, ACTION__ACTION, RESOLVE)
        ACTION(WORK, ACTION__ACTION, RETURN)
        ACTION(WORK, ACTION__ACTION, RAISE)
        ACTION(WORK, ACTION__ACTION, EXTEND)
        ACTION(WORK, ACTION__ACTION, SUSPEND)
        ACTION(WORK, ACTION__ACTION, RESUME)
        ACTION(WORK, ACTION__ACTION, ASK_ASSIST)
        ACTION(WORK, ACTION__ACTION, ASSIST_DONE)
        ACTION(WORK, ACTION__ACTION, NAME_PERSON)
        ACTION(WORK, ACTION__ACTION, SET_MODE)
        ACTION(WORK, ACTION__ACTION, END_MODE)
        ACTION(WORK, ACTION__ACTION, APPEAL)
    case _PAIDAN__ACTION_IS_INT_SIZE:
        break;
    }
    return PERMIT_ROWS;
}

static enum permit_row supervise_row(Paidan__SuperviseAction action)
{
    switch (action) {
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, GRANT)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, REFUSE)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, ORDER)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, URGE)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, WATCH)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, YELLOW)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, RED)
        ACTION(SUPERVISE, SUPERVISE_ACTION__SUPERVISE, CANCEL_CARD)
    case _PAIDAN__SUPERVISE_ACTION_IS_INT_SIZE:
        break;
    }
    return PERMIT_ROWS;
}

/* One ticket that was solved on the spot makes the whole batch one: its right is the rarer one. */
static enum permit_row submit_row(const Paidan__Submit *submit)
{
    for (size_t index = 0; index < submit->n_tickets; index++) {
        if (submit->tickets[index]->spot_unit != NULL) {
            return PERMIT_SUBMIT_SPOT;
        }
    }
    return PERMIT_SUBMIT;
}

/* A wish with two faces (texts or phones, looking or doing) has a row for each, told apart by what
 * it asks for and never by who asks. */
enum permit_row permit_table_row(const Paidan__Request *request)
{
    switch (request->wish_case) {
        /* clang-format off */
        WISH(PING) WISH(FETCH) WISH(STATS) WISH(METRICS) WISH(CHASE)
        WISH(WITHDRAW) WISH(READ_LOG) WISH(DESK_LIST) WISH(DESK_DISPATCH) WISH(TRIAGE_SHOW)
        WISH(TRIAGE_TRY) WISH(TRIAGE_STATS) WISH(TRUST_SET) WISH(PULL) WISH(LIST) WISH(SHOW) WISH(BOARD) WISH(UNIT_WORK) WISH(EXPLAIN)
        WISH(DUE_LIST) WISH(ALARMS) WISH(UNIT_COUNTS) WISH(REQUEST_LIST) WISH(CALLBACK_PULL)
        WISH(CALLBACK_ANSWER) WISH(CALLBACK_SHOW) WISH(CALLBACK_LIST) WISH(CALLBACK_MISS)
        WISH(CALLER_LIST) WISH(LOGIN_START)
        WISH(LOGIN) WISH(RENEW) WISH(LOGOUT) WISH(SESSION_REVOKE) WISH(PASSWORD_SET) WISH(TOTP)
        WISH(PERSON_ADD) WISH(PERSON_CHANGE) WISH(PERSON_LIST) WISH(ROLE_CHANGE)
        WISH(CHANGE_LIST) WISH(CHANGE_DECIDE) WISH(KEY_MAKE) WISH(KEY_REVOKE) WISH(KEY_LIST)
        WISH(KEY_USE) WISH(ACCESS_INIT) WISH(ACCESS_AUDIT) WISH(RIGHTS_SINCE)
        WISH(OUTBOX_LIST) WISH(OUTBOX_RETRY) WISH(OUTBOX_DROP) WISH(ADAPTER_STATUS)
        WISH(DELIVERY_OUTCOME)
        WISH(WECHAT_HEAR) WISH(WECHAT_AWAIT) WISH(WECHAT_ASK) WISH(WECHAT_MINE)
        WISH(DEVICE_REPORTS) WISH(BROKER_STATE) WISH(DEVICE_LIST)
        WISH(HOTLINE_HEAR) WISH(HOTLINE_CALL) WISH(CALL_LIST) WISH(CALL_TAKE)
        WISH(PHONE_LIST) WISH(PHONE_TAKE) WISH(PHONE_DONE)
        WISH(RATES) WISH(RATES_TICKETS) WISH(EXEMPT_ASK) WISH(EXEMPT_RULE) WISH(EXEMPT_LIST)
        WISH(SINK_LIST)
        WISH(BULLETIN_DRAFT) WISH(BULLETIN_RULE) WISH(BULLETIN_WITHDRAW)
        WISH(POINTS_SHOW) WISH(POINTS_AWARD) WISH(POINTS_REVERSE) WISH(POINTS_EXCHANGE)
        WISH(RECALL) WISH(CORRECT) WISH(MERGE) WISH(UNMERGE) WISH(SPLIT)
            /* clang-format on */
            case PAIDAN__REQUEST__WISH_SUBMIT : return submit_row(request->submit);
    case PAIDAN__REQUEST__WISH_SEARCH:
        return request->search->words != NULL ? PERMIT_SEARCH_WORDS : PERMIT_SEARCH;
    case PAIDAN__REQUEST__WISH_DO_NOT_CALL:
        return request->do_not_call->has_this_ticket && request->do_not_call->this_ticket
                   ? PERMIT_DO_NOT_CALL_TICKET
                   : PERMIT_DO_NOT_CALL;
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        return request->supplement->has_outer_due_ms ? PERMIT_SUPPLEMENT_DUE : PERMIT_SUPPLEMENT;
    case PAIDAN__REQUEST__WISH_LOOKUP:
        return request->lookup->external_id != NULL && request->lookup->channel != NULL
                   ? PERMIT_LOOKUP_EXTERNAL
                   : PERMIT_LOOKUP_CODE;
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return request->read_texts->has_phones && request->read_texts->phones ? PERMIT_READ_PHONES
                                                                              : PERMIT_READ_TEXTS;
    case PAIDAN__REQUEST__WISH_WORK:
        return work_row(request->work->action);
    case PAIDAN__REQUEST__WISH_SUPERVISE:
        return supervise_row(request->supervise->action);
    case PAIDAN__REQUEST__WISH_REPLAN:
        return request->replan->has_apply && request->replan->apply ? PERMIT_REPLAN_APPLY
                                                                    : PERMIT_REPLAN;
    case PAIDAN__REQUEST__WISH_BULLETIN_LIST:
        return request->bulletin_list->has_state &&
                       request->bulletin_list->state == PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED
                   ? PERMIT_BULLETIN_PUBLISHED
                   : PERMIT_BULLETIN_LIST;
    case PAIDAN__REQUEST__WISH_SESSION_LIST:
        return request->session_list->has_token_hash ? PERMIT_SESSION_LIST
                                                     : PERMIT_SESSION_LIST_ALL;
    case PAIDAN__REQUEST__WISH__NOT_SET:
    case _PAIDAN__REQUEST__WISH__CASE_IS_INT_SIZE:
        break;
    }
    return PERMIT_ROWS;
}

/* ---- reading the table ---- */

enum permit_scope permit_table_cell(enum permit_row row, unsigned column)
{
    CHECK(row < PERMIT_ROWS);
    CHECK(column < PERMIT_COLUMNS);
    /* A row that was named but not filled in is an empty string: nobody may. */
    CHECK(rows[row].roles[0] != '\0');
    switch (column) {
    case PERMIT_GATEWAY:
        return (enum permit_scope)rows[row].others[0];
    case PERMIT_SERVICE:
        return (enum permit_scope)rows[row].others[1];
    case PERMIT_PERSON:
        return (enum permit_scope)rows[row].others[2];
    default:
        return (enum permit_scope)rows[row].roles[column - PERMIT_ROLE_FIRST];
    }
}

unsigned permit_table_by(enum permit_row row)
{
    CHECK(row < PERMIT_ROWS);
    return rows[row].by;
}

const char *permit_table_name(enum permit_row row)
{
    CHECK(row < PERMIT_ROWS);
    CHECK(rows[row].name != NULL);
    return rows[row].name;
}

/* As people type names of wishes: read-texts, READ_TEXTS and read texts are one. */
static char plain(char typed)
{
    if (typed == '-' || typed == '_') {
        return ' ';
    }
    return typed >= 'A' && typed <= 'Z' ? (char)(typed - 'A' + 'a') : typed;
}

/* Whether the name is what was typed, or (loosely) begins with it and goes on with another word. */
static bool named(const char *name, const char *typed, bool loosely)
{
    while (*typed != '\0' && plain(*typed) == *name) {
        typed++;
        name++;
    }
    return *typed == '\0' && (*name == '\0' || (loosely && *name == ' '));
}

/* For the command line: whole names first, so that `show` is Show and not a longer name. */
enum permit_row permit_table_find(const char *name)
{
    CHECK(name != NULL);
    for (unsigned loosely = 0; loosely < 2 && name[0] != '\0'; loosely++) {
        for (unsigned row = 0; row < PERMIT_ROWS; row++) {
            if (named(rows[row].name, name, loosely != 0)) {
                return (enum permit_row)row;
            }
        }
    }
    return PERMIT_ROWS;
}
