/* gateway_open311: the frame around each call. It owns nothing. What must stay true: an answer is one tree,
 * written as JSON or as XML, so that the two never differ; every refusal below /open311/, also one that is
 * older than the handler (a body too large, a limit), is the list that the specification asks for, with 404
 * for what is not there, 403 for keys, 400 for other mistakes of the caller; a key is a key of access like
 * any other, and a browser's cookie opens nothing here. */

#include "gateway_open311.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_open311.h"
#include "gateway_exchange.h"
#include "gateway_session.h"
#include "gateway_xml.h"

enum { DESCRIPTION_BYTES = 640 };

/* ---- what was asked ---------------------------------------------------------------------------
 */

static bool ends(const char *text, const char *end)
{
    const size_t bytes = strlen(text), end_bytes = strlen(end);
    return bytes > end_bytes && strcmp(text + bytes - end_bytes, end) == 0;
}

/* The path decides, never Accept: a client that asks for services.xml wants XML whatever its library says. */
static bool is_xml(const struct exchange *exchange)
{
    const unsigned count = exchange->uri.segment_count;
    return count > 0 && ends(exchange->uri.segments[count - 1], ".xml");
}

bool gateway_open311_testing(const struct exchange *exchange)
{
    return exchange->uri.segment_count > 1 && strcmp(exchange->uri.segments[1], "test") == 0;
}

bool gateway_open311_id(struct exchange *exchange, const char *part,
                        char id[GATEWAY_OPEN311_ID_BYTES])
{
    const char *given = gateway_exchange_part(exchange, part);
    const size_t end = ends(given, ".json") ? 5 : ends(given, ".xml") ? 4 : 0;
    const size_t bytes = strlen(given) - end;
    if (end == 0 || bytes >= GATEWAY_OPEN311_ID_BYTES) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_PATH, NULL);
        return false;
    }
    memcpy(id, given, bytes);
    id[bytes] = '\0';
    return true;
}

const char *gateway_open311_given(const struct exchange *exchange, const struct gateway_form *form,
                                  const char *name)
{
    const char *value = gateway_uri_query(&exchange->uri, name);
    return value != NULL && value[0] != '\0' ? value
           : form == NULL                    ? ""
                                             : gateway_form_field(form, name);
}

void gateway_open311_begin(struct exchange *exchange, const struct gateway_form *form,
                           gateway_handler *next)
{
    const struct site_open311 *open311 = exchange->say.site->open311;
    if (open311 == NULL) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_ABSENT, NULL);
        return;
    }
    const char *jurisdiction = gateway_open311_given(exchange, form, "jurisdiction_id");
    if (jurisdiction[0] != '\0' && open311->jurisdiction[0] != '\0' &&
        strcmp(jurisdiction, open311->jurisdiction) != 0) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_JURISDICTION, "jurisdiction_id");
        return;
    }
    const char *key = gateway_open311_given(exchange, form, "api_key");
    if (key[0] != '\0' || gateway_exchange_header(exchange, "Authorization") != NULL) {
        gateway_session_admit_key(exchange, key[0] == '\0' ? NULL : key, next);
    } else {
        next(exchange);
    }
}

/* ---- whose key --------------------------------------------------------------------------------
 */

static const Paidan__GrantRole *role_at(const struct exchange *exchange, size_t index)
{
    const struct gateway_session *key = exchange->person;
    return key == NULL || key->renewed == NULL || index >= key->renewed->n_roles
               ? NULL
               : key->renewed->roles[index];
}

bool gateway_open311_owns(const struct exchange *exchange, const char *channel)
{
    const Paidan__GrantRole *role = NULL;
    const char *now =
        channel == NULL ? NULL : site_code_now(exchange->say.site, SITE_KIND_CHANNEL, channel);
    for (size_t index = 0; channel != NULL && (role = role_at(exchange, index)) != NULL; index++) {
        if (role->role == PAIDAN__ROLE__ROLE_ADAPTER && role->channel != NULL &&
            (strcmp(role->channel, channel) == 0 ||
             (now != NULL && strcmp(role->channel, now) == 0))) {
            return true;
        }
    }
    return false;
}

const char *gateway_open311_channel(const struct exchange *exchange)
{
    const struct site *site = exchange->say.site;
    const Paidan__GrantRole *role = NULL;
    CHECK(site->open311 != NULL);
    const char *own = site->channels[site->open311->channel].code;
    if (gateway_open311_owns(exchange, own)) {
        return own;
    }
    for (size_t index = 0; (role = role_at(exchange, index)) != NULL; index++) {
        if (role->role == PAIDAN__ROLE__ROLE_ADAPTER && role->channel != NULL) {
            return role->channel;
        }
    }
    return NULL;
}

/* ---- answering --------------------------------------------------------------------------------
 */

/* The types exactly so: clients compare them. The encoding stands in the document. */
void gateway_open311_answer(struct exchange *exchange, unsigned status, const char *root,
                            json_t *json)
{
    if (json != NULL && is_xml(exchange)) {
        struct gateway_html html = {.bytes = NULL};
        size_t size = 0;
        gateway_xml_write(&html, root, json);
        char *text = gateway_html_take(&html, &size);
        gateway_exchange_bytes(exchange, status, "text/xml", text, size);
    } else {
        char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
        gateway_exchange_bytes(exchange, status, "application/json", text,
                               text == NULL ? 0 : strlen(text));
    }
    json_decref(json);
}

/* What HTTP knows better words for than 400 (too large, too often, not now) keeps them: they tell the client
 * whether to come back. */
static unsigned status_of(unsigned status)
{
    switch (status) {
    case 401:
        return 403;
    case 409:
    case 410:
    case 412:
    case 421:
    case 422:
        return 400;
    default:
        return status;
    }
}

static json_t *error_of(unsigned status, const char *sentence, const char *what)
{
    char text[DESCRIPTION_BYTES];
    const bool said = what != NULL && what[0] != '\0';
    json_t *error = json_object();
    (void)snprintf(text, sizeof text, "%s%s%s%s", sentence, said ? " (" : "", said ? what : "",
                   said ? ")" : "");
    json_object_set_new(error, "code", json_integer(status));
    json_object_set_new(error, "description", json_string(text));
    return error;
}

void gateway_open311_refuse(struct exchange *exchange, unsigned status, const char *code,
                            const char *sentence, const char *detail)
{
    json_t *list = json_array();
    json_array_append_new(list, error_of(status_of(status), sentence, detail));
    gateway_open311_answer(exchange, status_of(status), "errors", list);
    gateway_exchange_add(exchange, "X-Paidan-Code", code);
}

void gateway_open311_add(const struct exchange *exchange, struct gateway_open311_wrong *wrong,
                         enum gateway_fault fault, const char *what)
{
    const unsigned status = status_of(gateway_problem_fault_status(fault));
    if (wrong->list == NULL) {
        wrong->list = json_array();
        wrong->status = status;
    }
    json_array_append_new(
        wrong->list,
        error_of(status,
                 say_choose(&exchange->say, gateway_problem_zh(fault), gateway_problem_en(fault)),
                 what));
}

bool gateway_open311_told(struct exchange *exchange, struct gateway_open311_wrong *wrong)
{
    json_t *list = wrong->list;
    if (list == NULL) {
        return false;
    }
    wrong->list = NULL;
    gateway_open311_answer(exchange, wrong->status, "errors", list);
    return true;
}

void gateway_open311_unknown(struct exchange *exchange)
{
    gateway_problem_fault(exchange, GATEWAY_OPEN311_PATH, NULL);
}
