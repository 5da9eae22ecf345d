/* gateway_open311_find: a ticket for those who came through Open311. It owns those who wait for one that is
 * on its way from intake. What must stay true: the words of a resident never come this way (only intake has
 * them, and is not asked); of the place the area alone is told; a confidential ticket shows its state and no
 * title; who may not see a ticket hears what he would hear of none. And a number that was given out a moment
 * ago is found: intake answers before triage has read of it. */

#include "gateway_open311_find.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_desk.h"
#include "common/say/say_time.h"
#include "common/site/site_open311.h"
#include "gateway_exchange.h"
#include "gateway_open311.h"
#include "gateway_open311_service.h"
#include "gateway_page_story.h"
#include "gateway_upstream.h"

enum {
    NOTES_BYTES = 320,
    AGAIN_US = 60000, /* a step of triage and one of escalation take some tens of milliseconds */
    TRIES_MAX = 5, /* each pause twice the one before, 1.9 s in all: then there is no such ticket */
    DAYS_YOUNG = 2,
};

struct finding {
    struct finding *next;
    struct exchange *exchange;
    gateway_open311_found *told;
    struct gateway_open311_wanted wanted;
    uint64_t again_us;
    unsigned tries;
    bool hidden; /* escalation has it; the rest is asked all the same, so that it takes as long */
};
struct gateway_open311 {
    struct finding *waiting; /* earliest first */
};

/* ---- asking -----------------------------------------------------------------------------------
 */

static void tell(struct finding *finding, const struct gateway_open311_seen *seen)
{
    struct exchange *exchange = finding->exchange;
    gateway_open311_found *told = finding->told;
    free(finding);
    told(exchange, seen);
}

static void tell_code(struct finding *finding, Paidan__Code code, const char *what)
{
    tell(finding, &(struct gateway_open311_seen){.code = code, .what = what});
}

static enum gateway_open311_sight sight_of(const struct finding *finding,
                                           const Paidan__Brief *brief)
{
    return finding->wanted.own ? GATEWAY_OPEN311_OWN
                               : gateway_open311_sight(finding->exchange, brief);
}

/* A number of long ago that nobody knows will not be known in a second. */
static bool young(const struct finding *finding)
{
    const struct say *say = &finding->exchange->say;
    const uint64_t now_ms = clock_now_ms(&finding->exchange->gateway->clock);
    const uint64_t since_ms = now_ms - (uint64_t)DAYS_YOUNG * 86400000u;
    return finding->wanted.ticket >= number_day_first(since_ms, say_offset(say, since_ms));
}

static void unknown(struct finding *finding)
{
    struct gateway_open311 *open311 = finding->exchange->gateway->open311;
    if (finding->tries >= TRIES_MAX || !young(finding)) {
        tell_code(finding, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
        return;
    }
    finding->again_us = clock_monotonic_us() + ((uint64_t)AGAIN_US << finding->tries++);
    struct finding **at = &open311->waiting;
    while (*at != NULL && (*at)->again_us <= finding->again_us) {
        at = &(*at)->next;
    }
    finding->next = *at;
    *at = finding;
}

static bool is_unknown(Paidan__Code code)
{
    return code == PAIDAN__CODE__TICKET_UNKNOWN || code == PAIDAN__CODE__TICKET_ARCHIVED ||
           code == PAIDAN__CODE__NOT_ON_DESK;
}

/* Triage knows it and has nothing at the desk: it is on its way to a unit. */
static void desk_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct finding *finding = context;
    const bool shown =
        code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_TRIAGE_SHOWN;
    const Paidan__DeskItem *item = shown ? answer->triage_shown->desk : NULL;
    if (finding->hidden || (item == NULL && (shown || is_unknown(code)))) {
        unknown(finding);
        return;
    }
    if (item == NULL) {
        tell_code(finding, code == PAIDAN__CODE__OK ? PAIDAN__CODE__SERVICE_FAULT : code,
                  gateway_upstream_name(GATEWAY_TRIAGE));
        return;
    }
    struct gateway_open311_seen seen = {
        .brief = say_desk_brief(&finding->exchange->gateway->arena, item,
                                answer->has_now_ms ? answer->now_ms : 0)};
    seen.code = seen.brief == NULL ? PAIDAN__CODE__OVERLOADED : PAIDAN__CODE__OK;
    seen.sight = seen.brief == NULL ? GATEWAY_OPEN311_HIDDEN : sight_of(finding, seen.brief);
    if (seen.brief != NULL && seen.sight == GATEWAY_OPEN311_HIDDEN) {
        unknown(finding);
    } else {
        tell(finding, &seen);
    }
}

static void ask(struct finding *finding, enum gateway_service service, Paidan__Request *request,
                gateway_answered *answered)
{
    request->via = finding->exchange->address;
    if (gateway_upstream_ask(finding->exchange->gateway, service, request, GATEWAY_READ_MS,
                             answered, finding) != RC_OK) {
        tell_code(finding, PAIDAN__CODE__OVERLOADED, gateway_upstream_name(service));
    }
}

static void ask_desk(struct finding *finding)
{
    Paidan__TriageShow show = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    show.ticket = finding->wanted.ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &show;
    ask(finding, GATEWAY_TRIAGE, &request, desk_told);
}

static void shown_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct finding *finding = context;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SHOWN) {
        const struct gateway_open311_seen seen = {.code = code,
                                                  .brief = answer->shown->brief,
                                                  .shown = answer->shown,
                                                  .sight = sight_of(finding, answer->shown->brief)};
        if (seen.sight != GATEWAY_OPEN311_HIDDEN) {
            tell(finding, &seen);
            return;
        }
        finding->hidden = true;
        ask_desk(finding);
    } else if (is_unknown(code)) {
        ask_desk(finding);
    } else {
        tell_code(finding, code == PAIDAN__CODE__OK ? PAIDAN__CODE__SERVICE_FAULT : code,
                  gateway_upstream_name(GATEWAY_ESCALATION));
    }
}

static void ask_unit(struct finding *finding)
{
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    show.ticket = finding->wanted.ticket;
    show.has_history = show.history = finding->wanted.history;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    ask(finding, GATEWAY_ESCALATION, &request, shown_told);
}

void gateway_open311_find(struct exchange *exchange, const struct gateway_open311_wanted *wanted,
                          gateway_open311_found *told)
{
    struct finding *finding = calloc(1, sizeof *finding);
    if (finding == NULL) {
        told(exchange, &(struct gateway_open311_seen){.code = PAIDAN__CODE__OVERLOADED});
        return;
    }
    *finding = (struct finding){.exchange = exchange, .told = told, .wanted = *wanted};
    ask_unit(finding);
}

/* ---- who sees what ----------------------------------------------------------------------------
 */

static bool category_within(const struct site *site, const char *code, uint32_t ancestor)
{
    uint32_t at = code == NULL ? SITE_NONE : site_heir(site, SITE_KIND_CATEGORY, code);
    while (at != SITE_NONE && at != ancestor) {
        at = site->categories[at].parent;
    }
    return at != SITE_NONE;
}

static bool category_published(const struct site *site, const char *code)
{
    const struct site_open311 *open311 = site->open311;
    for (uint32_t index = 0; index < open311->category_count; index++) {
        if (category_within(site, code, open311->categories[index])) {
            return true;
        }
    }
    return false;
}

static bool area_published(const struct site *site, const char *code)
{
    const struct site_open311 *open311 = site->open311;
    const uint32_t area = code == NULL ? SITE_NONE : site_heir(site, SITE_KIND_AREA, code);
    for (uint32_t index = 0; area != SITE_NONE && index < open311->area_count; index++) {
        if (site_area_within(site, area, open311->areas[index])) {
            return true;
        }
    }
    return open311->area_count == 0;
}

enum gateway_open311_sight gateway_open311_sight(const struct exchange *exchange,
                                                 const Paidan__Brief *brief)
{
    const struct site *site = exchange->say.site;
    CHECK(site->open311 != NULL);
    if (gateway_open311_owns(exchange, brief->channel)) {
        return GATEWAY_OPEN311_OWN;
    }
    const bool confidential = brief->has_confidential && brief->confidential;
    return site->open311->published && !confidential && category_published(site, brief->category) &&
                   area_published(site, brief->area)
               ? GATEWAY_OPEN311_PUBLIC
               : GATEWAY_OPEN311_HIDDEN;
}

/* ---- as GeoReport has it ----------------------------------------------------------------------
 */

bool gateway_open311_closed(Paidan__State state)
{
    return state == PAIDAN__STATE__STATE_CLOSED || state == PAIDAN__STATE__STATE_WITHDRAWN;
}

const char *gateway_open311_status(Paidan__State state)
{
    return gateway_open311_closed(state) ? "closed" : "open";
}

uint64_t gateway_open311_changed(const Paidan__Brief *brief)
{
    return brief->has_changed_ms && brief->changed_ms > 0 ? brief->changed_ms
                                                          : brief->registered_ms;
}

void gateway_open311_time(const struct exchange *exchange, json_t *object, const char *name,
                          uint64_t at_ms)
{
    char text[SAY_TIME_BYTES];
    if (at_ms == 0) {
        json_object_set_new(object, name, json_null());
        return;
    }
    say_time_rfc3339(&exchange->say, at_ms, text);
    json_object_set_new(object, name, json_string(text));
}

/* 并单: of the other report its number alone, so that a client can ask how that one stands. */
static void merged_notes(const struct say *say, const Paidan__Brief *brief, char notes[NOTES_BYTES])
{
    char number[NUMBER_BYTES] = "";
    CHECK(brief->state == PAIDAN__STATE__STATE_MERGED);
    if (!brief->has_merged_into) {
        (void)snprintf(
            notes, NOTES_BYTES, "%s",
            say_choose(say, "与另一件反映的是同一件事，已并案一起办理。",
                       "The same matter as another report; worked on together with it."));
        return;
    }
    number_format(brief->merged_into, number);
    (void)snprintf(notes, NOTES_BYTES,
                   say_choose(say, "与 %s 反映的是同一件事，并入该件一起办理。",
                              "The same matter as %s; worked on together with it."),
                   number);
}

/* Its reader is whoever uses the client, so nobody is called "you" here. */
static void notes_of(const struct exchange *exchange, const Paidan__Brief *brief, const char *unit,
                     char notes[NOTES_BYTES])
{
    const struct say *say = &exchange->say;
    const char *text = NULL;
    if (brief->state == PAIDAN__STATE__STATE_MERGED) {
        merged_notes(say, brief, notes);
        return;
    }
    if (brief->state == PAIDAN__STATE__STATE_WITHDRAWN) {
        text = say_choose(say, "反映人已经撤回。", "Taken back by whoever reported it.");
    } else if (brief->state == PAIDAN__STATE__STATE_RESOLVED) {
        text = say_choose(say, "承办单位说办好了，等反映人确认。",
                          "The unit says it is done; whoever reported it is being asked.");
    } else if (brief->state == PAIDAN__STATE__STATE_CLOSED && brief->has_outcome) {
        text = brief->outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED
                   ? say_choose(say, "已经办结：问题解决了。", "Closed: solved.")
               : brief->outcome == PAIDAN__OUTCOME__OUTCOME_PARTLY
                   ? say_choose(say, "已经办结：部分解决。", "Closed: partly solved.")
               : brief->outcome == PAIDAN__OUTCOME__OUTCOME_UNSOLVED
                   ? say_choose(say, "已经办结：没有解决。", "Closed: not solved.")
                   : say_choose(say, "已经办结。", "Closed.");
    }
    if (text != NULL) {
        (void)snprintf(notes, NOTES_BYTES, "%s", text);
    } else {
        gateway_page_story_state(say, brief->state, unit, notes, NOTES_BYTES);
    }
}

/* Until when it is to be done: the clock of handling, of the desk none. */
static uint64_t expected_of(const Paidan__Brief *brief)
{
    for (size_t index = 0; index < brief->n_clocks; index++) {
        const Paidan__ClockSet *clock = brief->clocks[index];
        if (clock->clock == PAIDAN__CLOCK__CLOCK_HANDLE ||
            clock->clock == PAIDAN__CLOCK__CLOCK_REDO) {
            return clock->due_ms;
        }
    }
    return 0;
}

static void add_service(const struct exchange *exchange, const Paidan__Brief *brief, json_t *made)
{
    const struct site *site = exchange->say.site;
    const struct site_open311_service *service = gateway_open311_service_of(site, brief->category);
    const char *code = service != NULL           ? site->categories[service->category].code
                       : brief->category == NULL ? ""
                                                 : brief->category;
    json_object_set_new(made, "service_name",
                        code[0] == '\0' ? json_null()
                                        : json_string(say_category(&exchange->say, code)));
    json_object_set_new(made, "service_code", json_string(code));
    json_object_set_new(made, "service_notice",
                        service == NULL
                            ? json_null()
                            : gateway_open311_text(exchange, service->notice, service->notice_en));
}

static json_t *text_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

/* The exact place is the resident's: his door is where the lamp is out. Of it the area is told; to everybody
 * not even one of the lowest level, which may be a house or a yard, but the one around it. NULL: none. */
static const char *area_of(const struct exchange *exchange, const Paidan__Brief *brief,
                           enum gateway_open311_sight sight)
{
    const struct site *site = exchange->say.site;
    const uint32_t area = brief->area == NULL || brief->area[0] == '\0'
                              ? SITE_NONE
                              : site_heir(site, SITE_KIND_AREA, brief->area);
    if (area == SITE_NONE) {
        return NULL;
    }
    const uint32_t around = site->areas[area].parent;
    const bool close = site->areas[area].level == 1 && around != SITE_NONE;
    return site->areas[close && sight == GATEWAY_OPEN311_PUBLIC ? around : area].code;
}

static void add_place(const struct exchange *exchange, const Paidan__Brief *brief,
                      enum gateway_open311_sight sight, json_t *made)
{
    const char *area = area_of(exchange, brief, sight);
    json_object_set_new(made, "address",
                        area == NULL ? json_null() : json_string(say_area(&exchange->say, area)));
    json_object_set_new(made, "address_id", text_or_null(area));
    json_object_set_new(made, "zipcode", json_null());
    json_object_set_new(made, "lat", json_null());
    json_object_set_new(made, "long", json_null());
    json_object_set_new(made, "media_url", json_null());
}

json_t *gateway_open311_request(const struct exchange *exchange, const Paidan__Brief *brief,
                                enum gateway_open311_sight sight)
{
    char number[NUMBER_BYTES], notes[NOTES_BYTES];
    json_t *made = json_object();
    const bool held = brief->unit[0] != '\0' && brief->state != PAIDAN__STATE__STATE_RETURNED;
    const bool titled =
        sight == GATEWAY_OPEN311_OWN && !(brief->has_confidential && brief->confidential);
    const char *unit = held ? say_unit(&exchange->say, brief->unit) : NULL;
    CHECK(sight != GATEWAY_OPEN311_HIDDEN);
    number_format(brief->ticket, number);
    notes_of(exchange, brief, unit, notes);
    json_object_set_new(made, "service_request_id", json_string(number));
    json_object_set_new(made, "status", json_string(gateway_open311_status(brief->state)));
    json_object_set_new(made, "status_notes", json_string(notes));
    add_service(exchange, brief, made);
    json_object_set_new(made, "description", titled ? text_or_null(brief->title) : json_null());
    json_object_set_new(made, "agency_responsible", text_or_null(unit));
    gateway_open311_time(exchange, made, "requested_datetime", brief->registered_ms);
    gateway_open311_time(exchange, made, "updated_datetime", gateway_open311_changed(brief));
    gateway_open311_time(exchange, made, "expected_datetime", expected_of(brief));
    add_place(exchange, brief, sight, made);
    return made;
}

/* ---- the part ---------------------------------------------------------------------------------
 */

static enum rc part_open(struct gateway *gateway, void **context)
{
    struct gateway_open311 *open311 = calloc(1, sizeof *open311);
    if (open311 == NULL) {
        return RC_LIMIT;
    }
    gateway->open311 = open311;
    *context = open311;
    return RC_OK;
}

static struct finding *take_first(struct gateway_open311 *open311)
{
    struct finding *finding = open311->waiting;
    open311->waiting = finding->next;
    return finding;
}

static uint64_t part_tick(struct gateway *gateway, void *context, uint64_t now_us)
{
    struct gateway_open311 *open311 = context;
    arena_reset(&gateway->arena);
    while (open311->waiting != NULL && now_us >= open311->waiting->again_us) {
        ask_unit(take_first(open311));
    }
    return open311->waiting == NULL ? UINT64_MAX : open311->waiting->again_us;
}

static void part_close(struct gateway *gateway, void *context)
{
    struct gateway_open311 *open311 = context;
    while (open311->waiting != NULL) {
        tell_code(take_first(open311), PAIDAN__CODE__UNREACHABLE, NULL);
    }
    gateway->open311 = NULL;
    free(open311);
}

const struct gateway_part gateway_open311_part = {
    .name = "open311", .open = part_open, .close = part_close, .tick = part_tick};
