/* permit_table: the one table of who may wish what: a row a wish (and action), a column a role, a
 * letter in each cell that says how far. Cells, scopes and columns are those of the design's matrix;
 * what the matrix leaves open is decided in permit_table.c, with its reason.
 *
 * A wish, or an action of one, that has no row does not compile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "access.pb-c.h"
#include "command.pb-c.h"

/* How far a right reaches. The letter is what stands in the table. */
enum permit_scope {
    PERMIT_NONE = '-',
    PERMIT_ALL = '*',
    PERMIT_UNTITLED = 'n',     /* all, but without titles: they hold what residents wrote */
    PERMIT_UNIT = 'u',         /* own unit, lead or assisting */
    PERMIT_BRANCH = 'b',       /* own unit; and the unit's level and below within its area */
    PERMIT_DECIDE = 'd',       /* for the own unit, on tickets of the branch */
    PERMIT_OVERSEE = 's',      /* for the own unit, which supervises; on any ticket */
    PERMIT_AREA = 'a',         /* own area (none named: all), or not placed yet */
    PERMIT_CHANNEL = 'c',      /* own channel */
    PERMIT_CODE = 't',         /* number and query code */
    PERMIT_CHANNEL_CODE = 'x', /* own channel, with the query code */
    PERMIT_CALLBACK = 'k',     /* whom the own channel is asking just now: phone and name alone */
    PERMIT_PASS = 'p',         /* the one ticket whose code intake has taken, by its pass */
    PERMIT_FOLLOWED = 'f',     /* of services whose log the peers file lets it follow */
};

/* Columns beside the roles, which keep their own numbers. */
enum permit_column {
    PERMIT_GATEWAY = 0, /* what the gateway asks for itself: no grant, not for the public */
    PERMIT_ROLE_FIRST = PAIDAN__ROLE__ROLE_DISPATCHER,
    PERMIT_PUBLIC = PAIDAN__ROLE__ROLE_PUBLIC,
    PERMIT_SERVICE, /* one of ours, by the peers file */
    PERMIT_PERSON,  /* somebody with an account or a line of the peers file, whatever his roles */
    PERMIT_COLUMNS,
};

enum permit_row {
    PERMIT_PING,
    PERMIT_STATS,
    PERMIT_METRICS,
    PERMIT_FETCH,
    PERMIT_SUBMIT,
    PERMIT_SUBMIT_SPOT,
    PERMIT_SUPPLEMENT,
    PERMIT_SUPPLEMENT_DUE,
    PERMIT_CHASE,
    PERMIT_WITHDRAW,
    PERMIT_DO_NOT_CALL,
    PERMIT_DO_NOT_CALL_TICKET,
    PERMIT_LOOKUP_CODE,
    PERMIT_LOOKUP_EXTERNAL,
    PERMIT_READ_TEXTS,
    PERMIT_READ_PHONES,
    PERMIT_READ_LOG,
    PERMIT_CALLER_LIST,
    PERMIT_SPLIT,
    PERMIT_DESK_LIST,
    PERMIT_DESK_DISPATCH,
    PERMIT_RECALL,
    PERMIT_CORRECT,
    PERMIT_MERGE,
    PERMIT_UNMERGE,
    PERMIT_TRIAGE_SHOW,
    PERMIT_TRIAGE_TRY,
    PERMIT_TRIAGE_STATS,
    PERMIT_TRUST_SET,
    PERMIT_PULL,
    PERMIT_WORK_ACCEPT,
    PERMIT_WORK_CONTACT,
    PERMIT_WORK_PROGRESS,
    PERMIT_WORK_RESOLVE,
    PERMIT_WORK_RETURN,
    PERMIT_WORK_RAISE,
    PERMIT_WORK_EXTEND,
    PERMIT_WORK_SUSPEND,
    PERMIT_WORK_RESUME,
    PERMIT_WORK_ASK_ASSIST,
    PERMIT_WORK_ASSIST_DONE,
    PERMIT_WORK_NAME_PERSON,
    PERMIT_WORK_SET_MODE,
    PERMIT_WORK_END_MODE,
    PERMIT_WORK_APPEAL,
    PERMIT_SUPERVISE_GRANT,
    PERMIT_SUPERVISE_REFUSE,
    PERMIT_SUPERVISE_ORDER,
    PERMIT_SUPERVISE_URGE,
    PERMIT_SUPERVISE_WATCH,
    PERMIT_SUPERVISE_YELLOW,
    PERMIT_SUPERVISE_RED,
    PERMIT_SUPERVISE_CANCEL_CARD,
    PERMIT_LIST,
    PERMIT_SHOW,
    PERMIT_BOARD,
    PERMIT_UNIT_WORK,
    PERMIT_EXPLAIN,
    PERMIT_DUE_LIST,
    PERMIT_REPLAN,
    PERMIT_REPLAN_APPLY,
    PERMIT_ALARMS,
    PERMIT_UNIT_COUNTS,
    PERMIT_REQUEST_LIST,
    PERMIT_CALLBACK_PULL,
    PERMIT_CALLBACK_ANSWER,
    PERMIT_CALLBACK_SHOW,
    PERMIT_CALLBACK_LIST,
    PERMIT_CALLBACK_MISS,
    PERMIT_LOGIN_START,
    PERMIT_LOGIN,
    PERMIT_RENEW,
    PERMIT_LOGOUT,
    PERMIT_SESSION_LIST,
    PERMIT_SESSION_LIST_ALL,
    PERMIT_SESSION_REVOKE,
    PERMIT_PASSWORD_SET,
    PERMIT_TOTP,
    PERMIT_PERSON_ADD,
    PERMIT_PERSON_CHANGE,
    PERMIT_PERSON_LIST,
    PERMIT_ROLE_CHANGE,
    PERMIT_CHANGE_LIST,
    PERMIT_CHANGE_DECIDE,
    PERMIT_KEY_MAKE,
    PERMIT_KEY_REVOKE,
    PERMIT_KEY_LIST,
    PERMIT_KEY_USE,
    PERMIT_ACCESS_INIT,
    PERMIT_ACCESS_AUDIT,
    PERMIT_RIGHTS_SINCE,
    PERMIT_OUTBOX_LIST,
    PERMIT_OUTBOX_RETRY,
    PERMIT_OUTBOX_DROP,
    PERMIT_ADAPTER_STATUS,
    PERMIT_DELIVERY_OUTCOME,
    PERMIT_WECHAT_HEAR,
    PERMIT_WECHAT_AWAIT,
    PERMIT_WECHAT_ASK,
    PERMIT_WECHAT_MINE,
    PERMIT_DEVICE_REPORTS,
    PERMIT_BROKER_STATE,
    PERMIT_DEVICE_LIST,
    PERMIT_HOTLINE_HEAR,
    PERMIT_HOTLINE_CALL,
    PERMIT_CALL_LIST,
    PERMIT_CALL_TAKE,
    PERMIT_PHONE_LIST,
    PERMIT_PHONE_TAKE,
    PERMIT_PHONE_DONE,
    PERMIT_RATES,
    PERMIT_RATES_TICKETS,
    PERMIT_EXEMPT_ASK,
    PERMIT_EXEMPT_RULE,
    PERMIT_EXEMPT_LIST,
    PERMIT_SEARCH,
    PERMIT_SEARCH_WORDS,
    PERMIT_SINK_LIST,
    PERMIT_BULLETIN_DRAFT,
    PERMIT_BULLETIN_RULE,
    PERMIT_BULLETIN_WITHDRAW,
    PERMIT_BULLETIN_LIST,
    PERMIT_BULLETIN_PUBLISHED,
    PERMIT_POINTS_SHOW,
    PERMIT_POINTS_AWARD,
    PERMIT_POINTS_REVERSE,
    PERMIT_POINTS_EXCHANGE,
    PERMIT_ROWS, /* nothing is wished, or nothing that this version knows: nobody may */
};

/* What a wish is narrowed by: the fields of it that say whose tickets are meant. */
enum {
    PERMIT_BY_UNIT = 1u << 0,
    PERMIT_BY_AREA = 1u << 1,
    PERMIT_BY_CHANNEL = 1u << 2,
    PERMIT_BY_CODE = 1u << 3, /* it has a query_code */
};

/* The row of a request. */
enum permit_row permit_table_row(const Paidan__Request *request);
/* Before: row < PERMIT_ROWS; column < PERMIT_COLUMNS. */
enum permit_scope permit_table_cell(enum permit_row row, unsigned column);
unsigned permit_table_by(enum permit_row row);
/* "work accept": the wish, and what of it; for people who ask the table. */
const char *permit_table_name(enum permit_row row);
/* The row of that name, blanks and dashes and underscores alike; PERMIT_ROWS: none. A wish without
 * its action is the first of its rows. */
enum permit_row permit_table_find(const char *name);
