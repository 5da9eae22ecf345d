/* gateway_route: every path that the gateway answers, one row each. It owns the table and nothing else.
 * What must stay true: GET changes nothing; a row says who may come in, and what he may do is the
 * services' to judge; the first row that fits is the one, so a path that is spelt out stands before one
 * with a name in its place. */

#include "gateway_route.h"

#include <string.h>

#include "common/base/check.h"
#include "gateway_api.h"
#include "gateway_bulletin.h"
#include "gateway_calls.h"
#include "gateway_channels.h"
#include "gateway_code.h"
#include "gateway_desk.h"
#include "gateway_feed.h"
#include "gateway_figures.h"
#include "gateway_import.h"
#include "gateway_kiosk.h"
#include "gateway_login.h"
#include "gateway_media.h"
#include "gateway_merge.h"
#include "gateway_open311.h"
#include "gateway_open311_list.h"
#include "gateway_open311_post.h"
#include "gateway_open311_service.h"
#include "gateway_open311_update.h"
#include "gateway_openapi.h"
#include "gateway_page.h"
#include "gateway_page_report.h"
#include "gateway_page_ticket.h"
#include "gateway_people.h"
#include "gateway_search.h"
#include "gateway_sheet.h"
#include "gateway_static.h"
#include "gateway_status.h"
#include "gateway_ticket.h"
#include "gateway_words.h"
#include "gateway_work.h"

#define API "/api/v1"
/* Three photos, and what is written. */
enum { PAGE_BODY_BYTES_MAX = 3 * WEB_MEDIA_BYTES_MAX + (256 << 10) };

#define WISH(METHOD, PATTERN, WHO, WISH_NAME, SERVICE, ANSWER, SUMMARY)                            \
    {                                                                                              \
        .method = GATEWAY_##METHOD, .pattern = API PATTERN, .who = GATEWAY_##WHO,                  \
        .handler = gateway_api_wish, .summary = (SUMMARY),                                         \
        .wish = PAIDAN__REQUEST__WISH_##WISH_NAME, .service = GATEWAY_##SERVICE,                   \
        .answer = (ANSWER),                                                                        \
        .body = GATEWAY_##METHOD == GATEWAY_POST ? GATEWAY_JSON : GATEWAY_NO_BODY                  \
    }

/* A handler of our own; what a body is like, if there is one, may follow. */
#define OWN(METHOD, PATTERN, WHO, HANDLER, SUMMARY, ...)                                           \
    {                                                                                              \
        .method = GATEWAY_##METHOD, .pattern = (PATTERN), .who = GATEWAY_##WHO,                    \
        .handler = (HANDLER), .summary = (SUMMARY), __VA_ARGS__                                    \
    }

/* A list of escalation's with what lies at the desk. */
#define BOTH(PATTERN, WISH_NAME, ANSWER, SUMMARY)                                                  \
    {                                                                                              \
        .method = GATEWAY_GET, .pattern = API PATTERN, .who = GATEWAY_LOGIN,                       \
        .handler = gateway_desk_show, .summary = (SUMMARY),                                        \
        .wish = PAIDAN__REQUEST__WISH_##WISH_NAME, .service = GATEWAY_ESCALATION,                  \
        .answer = (ANSWER)                                                                         \
    }

/* As WISH with a handler of its own that puts the wish together. */
#define ACT(PATTERN, WHO, HANDLER, WISH_NAME, SERVICE, ANSWER, SUMMARY, ...)                       \
    {                                                                                              \
        .method = GATEWAY_POST, .pattern = API PATTERN, .who = GATEWAY_##WHO,                      \
        .handler = (HANDLER), .summary = (SUMMARY), .wish = PAIDAN__REQUEST__WISH_##WISH_NAME,     \
        .service = GATEWAY_##SERVICE, .answer = (ANSWER), .body = GATEWAY_JSON, __VA_ARGS__        \
    }

/* Open311: one resource in one format, of the service and of its twin for trying out. */
#define OPEN311(METHOD, PATTERN, HANDLER, TYPE, TOLD, SUMMARY, ...)                                \
    {                                                                                              \
        .method = GATEWAY_##METHOD, .pattern = "/open311/" PATTERN, .who = GATEWAY_ANYONE,         \
        .handler = (HANDLER), .summary = (SUMMARY), .refuse = gateway_open311_refuse,              \
        .type = (TYPE), .told = (TOLD), __VA_ARGS__                                                \
    }
#define OPEN311_BOTH(METHOD, PATTERN, HANDLER, TOLD, SUMMARY, ...)                                 \
    OPEN311(METHOD, PATTERN ".json", HANDLER, "application/json", TOLD, SUMMARY, __VA_ARGS__),     \
        OPEN311(METHOD, PATTERN ".xml", HANDLER, "text/xml", TOLD, SUMMARY, __VA_ARGS__)
/* The list is looked through as GET /tickets is. */
#define OPEN311_LOOKS                                                                              \
    .wish = PAIDAN__REQUEST__WISH_LIST, .service = GATEWAY_ESCALATION, .answer = "listed"
#define OPEN311_SENDS(FORM) .body = GATEWAY_FORM, .form = (FORM)
#define OPEN311_ALL(BASE)                                                                          \
    OPEN311_BOTH(GET, BASE "/services", gateway_open311_services, "Open311Services",               \
                 "Open311: what can be asked for", .body = GATEWAY_NO_BODY),                       \
        OPEN311(GET, BASE "/services/{code}", gateway_open311_definition, NULL,                    \
                "Open311Definition",                                                               \
                "Open311: the questions of a service; {code} ends with "                           \
                ".json or .xml",                                                                   \
                .body = GATEWAY_NO_BODY),                                                          \
        OPEN311_BOTH(GET, BASE "/requests", gateway_open311_list, "Open311Requests",               \
                     "Open311: requests by number or by filters", OPEN311_LOOKS),                  \
        OPEN311_BOTH(POST, BASE "/requests", gateway_open311_post, "Open311Requests",              \
                     "Open311: a new request", OPEN311_SENDS("Open311Post"),                       \
                     .body_max = PAGE_BODY_BYTES_MAX),                                             \
        OPEN311(GET, BASE "/requests/{number}", gateway_open311_single, NULL, "Open311Requests",   \
                "Open311: one request; {number} ends with .json or .xml",                          \
                .body = GATEWAY_NO_BODY),                                                          \
        OPEN311(GET, BASE "/tokens/{key}", gateway_open311_token, NULL, "Open311Requests",         \
                "Open311: the number behind a token; {key} ends with .json or .xml",               \
                .body = GATEWAY_NO_BODY),                                                          \
        OPEN311_BOTH(GET, BASE "/servicerequestupdates", gateway_open311_updates,                  \
                     "Open311Updates", "Open311: what happened to requests", OPEN311_LOOKS),       \
        OPEN311_BOTH(POST, BASE "/servicerequestupdates", gateway_open311_update,                  \
                     "Open311Updates", "Open311: something to add to a request",                   \
                     OPEN311_SENDS("Open311Update"))

static const struct gateway_route table[] = {
    OWN(GET, "/healthz", ANYONE, gateway_status_health, "the gateway runs"),
    OWN(GET, "/readyz", ANYONE, gateway_status_ready, "all services answer"),
    OWN(GET, "/metrics", LOOPBACK, gateway_status_metrics, "Prometheus metrics"),

    /* Coming in, and one's own account. */
    OWN(POST, API "/login", ANYONE, gateway_login_in, "log in with name, password and code",
        .body = GATEWAY_JSON, .form = "LoginForm", .told = "Me"),
    OWN(POST, API "/logout", LOGIN, gateway_login_out, "log out", .body = GATEWAY_JSON),
    OWN(GET, API "/me", LOGIN, gateway_login_me, "who I am and what I may", .told = "Me"),
    OWN(POST, API "/me/password", LOGIN, gateway_login_password, "another password for myself",
        .body = GATEWAY_JSON, .form = "PasswordForm", .told = "AccessDone"),
    OWN(POST, API "/me/totp", LOGIN, gateway_login_totp, "the second factor: start, confirm, end",
        .body = GATEWAY_JSON, .form = "TotpForm"),
    OWN(GET, API "/me/sessions", LOGIN, gateway_login_sessions, "where I am logged in"),
    OWN(POST, API "/me/sessions/{id}/end", LOGIN, gateway_login_end, "end another session of mine",
        .body = GATEWAY_JSON),

    /* The site and the words. */
    OWN(GET, API "/events", LOGIN, gateway_feed_events,
        "what happens, as it happens (server-sent events)"),
    OWN(GET, API "/site", LOGIN, gateway_words_site, "levels, units, areas, categories, channels"),
    OWN(GET, API "/words", ANYONE, gateway_words_words, "every token with its word"),
    OWN(GET, API "/calendar/{code}/{month}", LOGIN, gateway_words_calendar, "the days of a month"),

    /* Tickets. */
    BOTH("/tickets", LIST, "listed", "tickets by number, the desk's too"),
    OWN(GET, API "/tickets.xlsx", LOGIN, gateway_sheet_tickets,
        "the same list as a table of a spreadsheet, at most 10,000 rows",
        .wish = PAIDAN__REQUEST__WISH_LIST, .service = GATEWAY_ESCALATION, .answer = "listed",
        .type = GATEWAY_SHEET_TYPE),
    ACT("/tickets", LOGIN, gateway_work_submit, SUBMIT, INTAKE, "submitted",
        "new tickets: one, or {tickets: [...]}", .body_max = FRAME_BYTES_MAX),
    OWN(POST, API "/import/preview", LOGIN, gateway_import_preview,
        "the cells of a CSV or tab-separated table, before anything is registered",
        .body = GATEWAY_BYTES, .body_max = GATEWAY_IMPORT_BYTES_MAX),
    OWN(GET, API "/tickets/{number}", LOGIN, gateway_ticket_show,
        "a ticket; with history=true the story that all services tell of it", .told = "Ticket"),
    OWN(GET, API "/tickets/{number}/explain", LOGIN, gateway_ticket_explain,
        "what each clock counted and skipped"),
    WISH(GET, "/tickets/{number}/triage", LOGIN, TRIAGE_SHOW, TRIAGE, "triage_shown",
         "why it went where it went"),
    OWN(GET, API "/tickets/{number}/callback", LOGIN, gateway_ticket_callback,
        "what the resident answered", .wish = PAIDAN__REQUEST__WISH_CALLBACK_SHOW,
        .service = GATEWAY_CALLBACK, .answer = "callback_shown"),
    ACT("/tickets/{number}/dispatch", LOGIN, gateway_api_wish, DESK_DISPATCH, TRIAGE, "done",
        "give it to a unit"),
    ACT("/tickets/{number}/recall", LOGIN, gateway_api_wish, RECALL, ESCALATION, "done",
        "take the dispatch back, while the unit has not accepted"),
    ACT("/tickets/{number}/correct", LOGIN, gateway_api_wish, CORRECT, ESCALATION, "done",
        "correct category, place, urgency or unit while it is under way"),
    ACT("/tickets/{number}/merge", LOGIN, gateway_merge_do, MERGE, TRIAGE, "done",
        "it is the same event as another ticket, wherever it is: that one is worked on in its "
        "place"),
    ACT("/tickets/{number}/unmerge", LOGIN, gateway_api_wish, UNMERGE, TRIAGE, "done",
        "it is not: it lies at the desk again"),
    ACT("/tickets/{number}/split", LOGIN, gateway_api_wish, SPLIT, INTAKE, "submitted",
        "make several tickets of one text with several matters"),
    ACT("/tickets/{number}/supplement", LOGIN, gateway_api_wish, SUPPLEMENT, INTAKE, "done",
        "add what the resident said"),
    ACT("/tickets/{number}/chase", LOGIN, gateway_api_wish, CHASE, INTAKE, "done",
        "the resident asks again"),
    ACT("/tickets/{number}/withdraw", LOGIN, gateway_api_wish, WITHDRAW, INTAKE, "done",
        "the resident takes it back"),
    ACT("/tickets/{number}/exempt", LOGIN, gateway_api_wish, EXEMPT_ASK, ARCHIVE, "done",
        "ask that it shall not count in the rates"),
    ACT("/tickets/{number}/exempt-rule", LOGIN, gateway_api_wish, EXEMPT_RULE, ARCHIVE, "done",
        "grant or refuse that; never by who asked"),
    ACT("/tickets/{number}/do-not-call", LOGIN, gateway_api_wish, DO_NOT_CALL, INTAKE, "done",
        "the resident wants no more calls about any ticket; lift: again"),
    ACT("/tickets/{number}/bulletin", LOGIN, gateway_api_wish, BULLETIN_DRAFT, ARCHIVE, "done",
        "write the words of a bulletin; another person must approve them"),
    ACT("/tickets/{number}/bulletin/rule", LOGIN, gateway_api_wish, BULLETIN_RULE, ARCHIVE, "done",
        "publish it, or not"),
    ACT("/tickets/{number}/bulletin/withdraw", LOGIN, gateway_api_wish, BULLETIN_WITHDRAW, ARCHIVE,
        "done", "take it down"),
    ACT("/tickets/{number}/supervise/{action}", LOGIN, gateway_work_supervise, SUPERVISE,
        ESCALATION, "worked", "what a supervising or deciding unit does"),
    ACT("/tickets/{number}/{action}", LOGIN, gateway_work_do, WORK, ESCALATION, "worked",
        "what its unit does; If-Match: the version"),
    WISH(POST, "/work", LOGIN, WORK, ESCALATION, "worked", "one act on many tickets"),
    WISH(POST, "/supervise", LOGIN, SUPERVISE, ESCALATION, "worked",
         "one act of supervision on many tickets"),
    WISH(POST, "/texts", LOGIN, READ_TEXTS, INTAKE, "texts",
         "what residents wrote; the reason is recorded"),
    WISH(POST, "/callers", LOGIN, CALLER_LIST, INTAKE, "caller_listed",
         "what somebody with that phone reported before; the reason is recorded"),
    OWN(GET, API "/search", LOGIN, gateway_search,
        "tickets of all times by words and by what is known of them, the newest first; words that "
        "are a "
        "number are that ticket",
        .wish = PAIDAN__REQUEST__WISH_SEARCH, .service = GATEWAY_ARCHIVE, .answer = "searched"),
    ACT("/search", LOGIN, gateway_search, SEARCH, ARCHIVE, "searched",
        "the same, also by a phone, which no address shall hold; the reason is recorded",
        .told = "SearchTold"),

    /* The hotline. */
    OWN(GET, API "/calls", LOGIN, gateway_calls_show,
        "who rings or speaks with an operator just now; numbers are masked",
        .wish = PAIDAN__REQUEST__WISH_CALL_LIST, .service = GATEWAY_HOTLINE,
        .answer = "calls_listed", .told = "CallsShown"),
    WISH(POST, "/calls/take", LOGIN, CALL_TAKE, HOTLINE, "call_taken",
         "take a call on one's screen and learn its number; who did is recorded"),
    WISH(POST, "/try", LOGIN, TRIAGE_TRY, TRIAGE, "triage_tried",
         "what triage would do with these words"),

    /* The dispatcher's desk. */
    WISH(GET, "/desk", LOGIN, DESK_LIST, TRIAGE, "desk_listed", "tickets at the desk"),

    WISH(GET, "/triage/stats", LOGIN, TRIAGE_STATS, TRIAGE, "triage_stated",
         "what triage does by itself and what comes of it, by category and week"),
    WISH(POST, "/triage/trust", LOGIN, TRUST_SET, TRIAGE, "done",
         "leave a category to the desk, or let it go on by itself"),

    /* Units. */
    WISH(GET, "/units/{unit}/work", LOGIN, UNIT_WORK, ESCALATION, "listed",
         "what a unit has, earliest due first"),
    ACT("/units/{unit}/pull", LOGIN, gateway_api_wish, PULL, ESCALATION, "pulled",
        "take the next tickets; waits for wait_ms"),

    /* Supervision. */
    BOTH("/board", BOARD, "boarded", "open tickets by deadline and the desk, with counts"),
    BOTH("/due", DUE_LIST, "due_listed", "by next deadline, the desk's too"),
    BOTH("/alarms", ALARMS, "alarms_shown", "what nobody looks after, the desk's too"),
    WISH(GET, "/requests", LOGIN, REQUEST_LIST, ESCALATION, "requests_listed",
         "requests and appeals that wait for a decision"),
    WISH(GET, "/unit-counts", LOGIN, UNIT_COUNTS, ARCHIVE, "units_counted",
         "what each unit did, since ever, as far as it is archived (as_of_ms)"),
    WISH(GET, "/rates", LOGIN, RATES, ARCHIVE, "rates_shown",
         "counts, rates, scores and ranks of days or months, or how things are now; counts stand "
         "in the order of RatesCount"),
    OWN(GET, API "/rates.xlsx", LOGIN, gateway_figures_rates,
        "the figures of a month or some as a workbook; without by: of units, areas, categories and "
        "channels",
        .wish = PAIDAN__REQUEST__WISH_RATES, .service = GATEWAY_ARCHIVE, .answer = "rates_shown",
        .type = GATEWAY_SHEET_TYPE),
    WISH(GET, "/rates/tickets", LOGIN, RATES_TICKETS, ARCHIVE, "rates_listed",
         "the tickets behind one figure"),
    WISH(GET, "/exemptions", LOGIN, EXEMPT_LIST, ARCHIVE, "exempt_listed",
         "tickets that shall not count in the rates, and who asked and ruled"),
    OWN(GET, API "/stats/{service}", LOGIN, gateway_status_stats, "what a service counted"),
    OWN(GET, API "/ping", LOGIN, gateway_status_ping, "each service as it says it is"),

    /* Adapters of channels. */
    OWN(GET, API "/channels", LOGIN, gateway_channels_show,
        "how each adapter is: last heard, destinations, quotas",
        .wish = PAIDAN__REQUEST__WISH_ADAPTER_STATUS, .service = GATEWAY_NAMED_ADAPTER,
        .answer = "adapter_shown", .told = "ChannelsShown"),
    WISH(GET, "/channels/{adapter}/outbox", LOGIN, OUTBOX_LIST, NAMED_ADAPTER, "outbox_listed",
         "what waits for the outside, and what was given up"),
    ACT("/channels/{adapter}/outbox/{delivery}/retry", LOGIN, gateway_api_wish, OUTBOX_RETRY,
        NAMED_ADAPTER, "done", "send again what was given up"),
    ACT("/channels/{adapter}/outbox/{delivery}/drop", LOGIN, gateway_api_wish, OUTBOX_DROP,
        NAMED_ADAPTER, "done", "give up for good what could not be sent"),

    /* Callbacks. */
    WISH(GET, "/callbacks", LOGIN, CALLBACK_LIST, CALLBACK, "callback_pulled", "open callbacks"),
    WISH(POST, "/callbacks/pull", LOGIN, CALLBACK_PULL, CALLBACK, "callback_pulled",
         "take the next callbacks; waits for wait_ms"),
    WISH(POST, "/callbacks/answer", LOGIN, CALLBACK_ANSWER, CALLBACK, "callback_answered",
         "what residents answered"),
    WISH(POST, "/callbacks/miss", LOGIN, CALLBACK_MISS, CALLBACK, "callback_missed",
         "who rang reached nobody"),

    /* 待拨电话: whom no message reaches. */
    OWN(GET, API "/phones", LOGIN, gateway_calls_phones,
        "whom no message reaches: calls to be made, the oldest first",
        .wish = PAIDAN__REQUEST__WISH_PHONE_LIST, .service = GATEWAY_WECHAT,
        .answer = "phones_listed"),
    WISH(POST, "/phones/take", LOGIN, PHONE_TAKE, WECHAT, "phone_taken",
         "take one in hand, with its number and what is to be told; who did is recorded"),
    WISH(POST, "/phones/done", LOGIN, PHONE_DONE, WECHAT, "done",
         "what came of the call: reached, missed, given up"),

    /* Residents. */
    ACT("/lookup", ANYONE, gateway_code_lookup, LOOKUP, INTAKE, "looked_up",
        "a ticket by number and code"),
    OWN(GET, "/", ANYONE, gateway_page_home, "residents: report, or look up"),
    OWN(GET, "/report", ANYONE, gateway_page_report_form, "residents: the form"),
    OWN(POST, "/report", ANYONE, gateway_page_report_send, "residents: the form, filled in",
        .body = GATEWAY_FORM, .body_max = PAGE_BODY_BYTES_MAX),
    OWN(GET, "/t", ANYONE, gateway_page_ticket_form, "residents: number and code"),
    OWN(POST, "/t", ANYONE, gateway_page_ticket_send, "residents: a ticket, and what is said to it",
        .body = GATEWAY_FORM),
    OWN(GET, "/kiosk", ANYONE, gateway_kiosk, "a screen in a hall"),
    OWN(GET, "/kiosk/frame", ANYONE, gateway_kiosk_frame, "what stands in it"),
    OWN(GET, "/page.css", ANYONE, gateway_page_style, "how these pages look"),

    /* 公示: what is published is for everybody; what is written, for those who work on it. */
    OWN(GET, API "/bulletins", ANYONE, gateway_bulletin_json,
        "handled matters that are published; of an area, with what lies in it",
        .wish = PAIDAN__REQUEST__WISH_BULLETIN_LIST, .service = GATEWAY_ARCHIVE,
        .answer = "bulletin_listed"),
    OWN(GET, API "/bulletins.atom", ANYONE, gateway_bulletin_atom, "the same as an Atom feed",
        .wish = PAIDAN__REQUEST__WISH_BULLETIN_LIST, .service = GATEWAY_ARCHIVE,
        .answer = "bulletin_listed", .type = "application/atom+xml"),
    WISH(GET, "/bulletins/work", LOGIN, BULLETIN_LIST, ARCHIVE, "bulletin_listed",
         "bulletins that are proposed, written, published, with their tickets"),

    /* Photos and files. */
    OWN(POST, API "/media", LOGIN, gateway_media_put, "keep a photo or file: its bytes",
        .body = GATEWAY_BYTES, .body_max = WEB_MEDIA_BYTES_MAX),
    OWN(GET, API "/media/{hash}", LOGIN, gateway_media_get,
        "a file that the ticket of ?number= names, or that I sent"),
    OWN(GET, API "/media/{hash}/preview", LOGIN, gateway_media_preview, "its preview, a JPEG"),

    /* Administrators. */
    WISH(GET, "/people", LOGIN, PERSON_LIST, ACCESS, "people_listed", "people and their roles"),
    ACT("/people", LOGIN, gateway_people_add, PERSON_ADD, ACCESS, "access_done",
        "a new person; the first password is in the answer, once"),
    ACT("/people/{name}", LOGIN, gateway_people_change, PERSON_CHANGE, ACCESS, "access_done",
        "disable, enable, unlock, rename; new_password: true"),
    OWN(GET, API "/roles", LOGIN, gateway_people_roles, "who has which role, a row each",
        .wish = PAIDAN__REQUEST__WISH_PERSON_LIST, .service = GATEWAY_ACCESS,
        .answer = "people_listed", .told = "RolesListed"),
    WISH(POST, "/roles", LOGIN, ROLE_CHANGE, ACCESS, "access_done", "give or take a role"),
    WISH(GET, "/changes", LOGIN, CHANGE_LIST, ACCESS, "changes_listed",
         "changes that wait for a second administrator"),
    WISH(POST, "/changes/decide", LOGIN, CHANGE_DECIDE, ACCESS, "access_done",
         "approve or refuse one"),
    WISH(GET, "/sessions", LOGIN, SESSION_LIST, ACCESS, "sessions_listed", "who is logged in"),
    WISH(POST, "/sessions/revoke", LOGIN, SESSION_REVOKE, ACCESS, "access_done",
         "end a session, or all of a person"),
    WISH(GET, "/keys", LOGIN, KEY_LIST, ACCESS, "keys_listed", "API keys"),
    ACT("/keys", LOGIN, gateway_people_key, KEY_MAKE, ACCESS, "access_done",
        "a new API key; the secret is in the answer, once"),
    WISH(POST, "/keys/revoke", LOGIN, KEY_REVOKE, ACCESS, "access_done", "end a key"),
    OWN(GET, API "/audit", LOGIN, gateway_status_audit, "logins, roles, keys: what happened"),

    OWN(GET, API "/openapi.json", ANYONE, gateway_openapi_show, "this description"),

    /* Programs of others, in the words of Open311 GeoReport v2; at the end whatever else they try. */
    OPEN311_BOTH(GET, "discovery", gateway_open311_discovery, "Open311Discovery",
                 "Open311: where it is offered", .body = GATEWAY_NO_BODY),
    OPEN311_ALL("v2"),
    OPEN311_ALL("test/v2"),
    OPEN311(GET, "{*}", gateway_open311_unknown, NULL, NULL, "Open311: none of these",
            .body = GATEWAY_NO_BODY),
    OPEN311(POST, "{*}", gateway_open311_unknown, NULL, NULL, "Open311: none of these",
            OPEN311_SENDS(NULL)),

    /* Files of folders. */
    OWN(GET, "/console/{*}", ANYONE, gateway_static_file, "the console's files"),
    OWN(GET, "/console/", ANYONE, gateway_static_file, "the console"),
    OWN(GET, "/console", ANYONE, gateway_static_file, "to /console/"),
};

const struct gateway_route *gateway_route_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

/* The names that patterns use; parts point here. */
static const char *name_of(const char *braced, size_t bytes)
{
    static const char *const names[] = {"number",  "action",   "unit", "service", "code",
                                        "month",   "hash",     "id",   "name",    "key",
                                        "adapter", "delivery", NULL};
    for (const char *const *name = names; *name != NULL; name++) {
        if (strlen(*name) == bytes && memcmp(*name, braced, bytes) == 0) {
            return *name;
        }
    }
    return NULL;
}

/* Segment by segment; the pattern is ours, so it is well formed. */
static bool fits(const char *pattern, const struct gateway_uri *uri,
                 struct gateway_pair parts[GATEWAY_PARTS_OF_PATH], unsigned *part_count)
{
    unsigned segment = 0;
    *part_count = 0;
    if (uri->folder != (pattern[strlen(pattern) - 1] == '/')) {
        return false;
    }
    for (const char *at = pattern + 1; *at != '\0'; segment++) {
        const size_t bytes = strcspn(at, "/");
        if (bytes == 3 && memcmp(at, "{*}", 3) == 0) {
            return segment < uri->segment_count;
        }
        if (segment == uri->segment_count) {
            return false;
        }
        const char *given = uri->segments[segment];
        if (at[0] == '{') {
            const char *name = name_of(at + 1, bytes - 2);
            CHECK(name != NULL);
            CHECK(*part_count < GATEWAY_PARTS_OF_PATH);
            parts[(*part_count)++] = (struct gateway_pair){name, given};
        } else if (strlen(given) != bytes || memcmp(given, at, bytes) != 0) {
            return false;
        }
        at += bytes;
        at += *at == '/' ? 1 : 0;
    }
    return segment == uri->segment_count;
}

const struct gateway_route *gateway_route_find(const struct gateway_route *routes, size_t count,
                                               enum gateway_method method,
                                               const struct gateway_uri *uri,
                                               struct gateway_pair parts[GATEWAY_PARTS_OF_PATH],
                                               unsigned *part_count, bool *known)
{
    *known = false;
    for (size_t index = 0; index < count; index++) {
        if (fits(routes[index].pattern, uri, parts, part_count)) {
            if (routes[index].method == method) {
                return &routes[index];
            }
            *known = true;
        }
    }
    *part_count = 0;
    return NULL;
}
