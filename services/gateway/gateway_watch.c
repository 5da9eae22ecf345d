/* gateway_watch: what a stream may carry, judged by common/permit's table for each event.
 *
 * Owns nothing: what a person may stands in the session's newest answer from access. What must stay
 * true: an event goes to nobody who could not have read the same by asking for it; a role that was
 * taken away ends what it carried as soon as access has said so (gateway_rights). */

#include "gateway_watch.h"

#include "common/base/check.h"
#include "common/permit/permit.h"
#include "gateway_session.h"

/* Before: the exchange passed gateway_session_admit. False: nothing is known of the person (yet). */
static bool grant_of(const struct exchange *exchange, Paidan__Grant *grant)
{
    const struct gateway_session *person = exchange->person;
    CHECK(person != NULL);
    if (person->dropped || person->renewed == NULL) {
        return false;
    }
    *grant = (Paidan__Grant)PAIDAN__GRANT__INIT;
    grant->actor = person->renewed->person;
    grant->roles = person->renewed->roles;
    grant->n_roles = person->renewed->n_roles;
    return true;
}

/* What one would have to wish in order to learn the same. */
static enum permit_row row_of(enum stream_event event)
{
    switch (event) {
    case STREAM_ROW:
    case STREAM_FACT:
        return PERMIT_SHOW;
    case STREAM_COUNTS:
        return PERMIT_BOARD;
    case STREAM_DESK_ROW:
        return PERMIT_DESK_LIST;
    case STREAM_CALLBACK:
        return PERMIT_CALLBACK_LIST;
    case STREAM_CALL:
        return PERMIT_CALL_LIST;
    case STREAM_TIME:
    case STREAM_SERVICE:
    case STREAM_RELOAD:
        break;
    }
    return PERMIT_PING;
}

/* Of a fact alone nobody knows whose ticket it is about: it is for those who may see all. */
static bool all(const Paidan__Grant *grant, enum permit_row row)
{
    for (size_t index = 0; index < grant->n_roles; index++) {
        if (permit_table_cell(row, (unsigned)grant->roles[index]->role) == PERMIT_ALL) {
            return true;
        }
    }
    return false;
}

bool gateway_watch_sees(const struct exchange *exchange, const struct stream_about *about)
{
    Paidan__Grant grant;
    struct permit_subject subject = {.unit = "", .area = "", .channel = ""};
    if (!grant_of(exchange, &grant)) {
        return false;
    }
    if (about->event == STREAM_FACT) {
        return all(&grant, PERMIT_SHOW);
    }
    subject.area = about->area == NULL ? "" : about->area;
    subject.channel = about->channel == NULL ? "" : about->channel;
    subject.level = about->level;
    if (about->unit_count > 0) {
        subject.unit = about->units[0];
    }
    for (unsigned index = 1; index < about->unit_count && subject.assist_count < SITE_ASSIST_MAX;
         index++) {
        subject.assist[subject.assist_count++] = about->units[index];
    }
    return permit_grant_covers(&grant, row_of(about->event), exchange->gateway->site, &subject);
}

bool gateway_watch_untitled(const struct exchange *exchange)
{
    Paidan__Grant grant;
    bool untitled = false;
    if (!grant_of(exchange, &grant)) {
        return false;
    }
    for (size_t index = 0; index < grant.n_roles; index++) {
        const enum permit_scope scope =
            permit_table_cell(PERMIT_SHOW, (unsigned)grant.roles[index]->role);
        if (scope == PERMIT_ALL || scope == PERMIT_OVERSEE) {
            return false;
        }
        untitled = untitled || scope == PERMIT_UNTITLED;
    }
    return untitled;
}

/* Whether any of the person's roles reaches anything by that row. */
static bool any(const Paidan__Grant *grant, enum permit_row row)
{
    for (size_t index = 0; index < grant->n_roles; index++) {
        if (permit_table_cell(row, (unsigned)grant->roles[index]->role) != PERMIT_NONE) {
            return true;
        }
    }
    return false;
}

bool gateway_watch_may(const struct exchange *exchange, enum stream_topic topic, const char *unit)
{
    Paidan__Grant grant;
    const struct stream_about of_unit = {
        .event = STREAM_ROW, .units = {unit}, .unit_count = 1, .level = 0};
    if (!grant_of(exchange, &grant)) {
        return false;
    }
    switch (topic) {
    case STREAM_BOARD:
        return any(&grant, PERMIT_BOARD);
    case STREAM_DESK:
        return any(&grant, PERMIT_DESK_LIST);
    case STREAM_UNIT:
        return any(&grant, PERMIT_UNIT_WORK) && gateway_watch_sees(exchange, &of_unit);
    case STREAM_TICKET:
        return any(&grant, PERMIT_SHOW);
    case STREAM_CALLBACKS:
        return any(&grant, PERMIT_CALLBACK_LIST);
    case STREAM_CALLS:
        return any(&grant, PERMIT_CALL_LIST);
    case STREAM_ALL:
        break;
    }
    return any(&grant, PERMIT_SHOW);
}

unsigned gateway_watch_changes(const struct exchange *exchange)
{
    CHECK(exchange->person != NULL);
    return exchange->person->changes;
}

bool gateway_watch_lasts(struct exchange *exchange)
{
    return gateway_session_keep(exchange);
}
