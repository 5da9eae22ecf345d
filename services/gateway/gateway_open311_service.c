/* gateway_open311_service: open311.yaml as the specification shows it. It owns nothing: each answer is made of
 * the site as it is now. What must stay true: what is offered can be asked for: a service's code is its
 * category's, and what is required of a request is what its definition says. */

#include "gateway_open311_service.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "gateway_exchange.h"
#include "gateway_open311.h"
#include "gateway_problem.h"

enum { URL_BYTES = 512 };

#define SPECIFICATION "http://wiki.open311.org/GeoReport_v2"

json_t *gateway_open311_text(const struct exchange *exchange, const char *zh, const char *en)
{
    const char *text = en[0] == '\0' ? zh : say_choose(&exchange->say, zh, en);
    return text[0] == '\0' ? json_null() : json_string(text);
}

/* ---- discovery --------------------------------------------------------------------------------
 */

/* The day as the moment at which it begins, in UTC: clients sort by it. */
static json_t *changed_at(const struct site_open311 *open311)
{
    char text[NAME_BYTES_MAX + 16];
    (void)snprintf(text, sizeof text, "%sT00:00:00Z", open311->changed);
    return json_string(text);
}

static json_t *endpoint(const struct exchange *exchange, const char *path, const char *type)
{
    const struct gateway *gateway = exchange->gateway;
    char url[URL_BYTES];
    json_t *made = json_object(), *formats = json_array();
    const char *origin = gateway->settings.public_origin;
    (void)snprintf(url, sizeof url, "%s%s", origin == NULL ? gateway->origin : origin, path);
    json_array_append_new(formats, json_string("text/xml"));
    json_array_append_new(formats, json_string("application/json"));
    json_object_set_new(made, "specification", json_string(SPECIFICATION));
    json_object_set_new(made, "url", json_string(url));
    json_object_set_new(made, "changeset", changed_at(exchange->say.site->open311));
    json_object_set_new(made, "type", json_string(type));
    json_object_set_new(made, "formats", formats);
    return made;
}

static void discovery_show(struct exchange *exchange)
{
    const struct site_open311 *open311 = exchange->say.site->open311;
    json_t *made = json_object(), *endpoints = json_array();
    json_array_append_new(endpoints, endpoint(exchange, "/open311/v2", "production"));
    json_array_append_new(endpoints, endpoint(exchange, "/open311/test/v2", "test"));
    json_object_set_new(made, "changeset", changed_at(open311));
    json_object_set_new(made, "contact", json_string(open311->contact));
    json_object_set_new(made, "key_service", json_string(open311->keys));
    json_object_set_new(made, "endpoints", endpoints);
    gateway_open311_answer(exchange, 200, "discovery", made);
}

void gateway_open311_discovery(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, discovery_show);
}

/* ---- services ---------------------------------------------------------------------------------
 */

const struct site_open311_service *gateway_open311_service_find(const struct site *site,
                                                                const char *code)
{
    const struct site_open311 *open311 = site->open311;
    for (uint32_t index = 0; open311 != NULL && index < open311->service_count; index++) {
        if (strcmp(site->categories[open311->services[index].category].code, code) == 0) {
            return &open311->services[index];
        }
    }
    return NULL;
}

const struct site_open311_service *gateway_open311_service_of(const struct site *site,
                                                              const char *category)
{
    uint32_t at = category == NULL ? SITE_NONE : site_heir(site, SITE_KIND_CATEGORY, category);
    while (at != SITE_NONE) {
        const struct site_open311_service *service =
            gateway_open311_service_find(site, site->categories[at].code);
        if (service != NULL) {
            return service;
        }
        at = site->categories[at].parent;
    }
    return NULL;
}

static json_t *service_json(const struct exchange *exchange,
                            const struct site_open311_service *service)
{
    const struct site_category *category = &exchange->say.site->categories[service->category];
    json_t *made = json_object();
    json_object_set_new(made, "service_code", json_string(category->code));
    json_object_set_new(made, "service_name",
                        gateway_open311_text(exchange, category->name, category->name_en));
    json_object_set_new(made, "description",
                        gateway_open311_text(exchange, service->about, service->about_en));
    json_object_set_new(made, "metadata", json_boolean(service->attribute_count > 0));
    /* Without a key the answer to a request is a token, which the specification calls so. */
    json_object_set_new(made, "type",
                        json_string(exchange->person == NULL && exchange->say.site->open311->keyless
                                        ? "batch"
                                        : "realtime"));
    json_object_set_new(made, "keywords", gateway_open311_text(exchange, service->keywords, ""));
    json_object_set_new(made, "group",
                        gateway_open311_text(exchange, service->group, service->group_en));
    return made;
}

static void services_show(struct exchange *exchange)
{
    const struct site_open311 *open311 = exchange->say.site->open311;
    json_t *list = json_array();
    for (uint32_t index = 0; index < open311->service_count; index++) {
        json_array_append_new(list, service_json(exchange, &open311->services[index]));
    }
    gateway_open311_answer(exchange, 200, "services", list);
}

void gateway_open311_services(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, services_show);
}

/* ---- a definition -----------------------------------------------------------------------------
 */

static json_t *values_json(const struct exchange *exchange,
                           const struct site_open311_attribute *attribute)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < attribute->value_count; index++) {
        const struct site_open311_value *value = &attribute->values[index];
        json_t *made = json_object();
        json_object_set_new(made, "key", json_string(value->key));
        json_object_set_new(made, "name",
                            gateway_open311_text(exchange, value->name, value->name_en));
        json_array_append_new(list, made);
    }
    return list;
}

/* order: from 1, as they stand in the file. */
static json_t *attribute_json(const struct exchange *exchange,
                              const struct site_open311_attribute *attribute, uint32_t order)
{
    json_t *made = json_object();
    json_object_set_new(made, "variable", json_boolean(!attribute->told));
    json_object_set_new(made, "code", json_string(attribute->code));
    json_object_set_new(made, "datatype", json_string(site_open311_type(attribute->type)));
    json_object_set_new(made, "required", json_boolean(attribute->required));
    json_object_set_new(made, "datatype_description",
                        gateway_open311_text(exchange, attribute->hint, attribute->hint_en));
    json_object_set_new(made, "order", json_integer(order));
    json_object_set_new(made, "description",
                        gateway_open311_text(exchange, attribute->name, attribute->name_en));
    if (attribute->value_count > 0) {
        json_object_set_new(made, "values", values_json(exchange, attribute));
    }
    return made;
}

static void definition_show(struct exchange *exchange)
{
    char code[GATEWAY_OPEN311_ID_BYTES];
    if (!gateway_open311_id(exchange, "code", code)) {
        return;
    }
    const struct site_open311_service *service =
        gateway_open311_service_find(exchange->say.site, code);
    if (service == NULL) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_SERVICE_UNKNOWN, "service_code");
        return;
    }
    json_t *made = json_object(), *list = json_array();
    for (uint32_t index = 0; index < service->attribute_count; index++) {
        json_array_append_new(list,
                              attribute_json(exchange, &service->attributes[index], index + 1));
    }
    json_object_set_new(made, "service_code", json_string(code));
    json_object_set_new(made, "attributes", list);
    gateway_open311_answer(exchange, 200, "service_definition", made);
}

void gateway_open311_definition(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, definition_show);
}
