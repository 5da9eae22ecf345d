/* gateway_openapi: what a client of the API must know, made of what the server goes by: rows of routes
 * and descriptors of messages. It owns only the few forms that no message has (login, me, a ticket's
 * story). What must stay true: a route that is not described does not exist, and nothing is described
 * that is not served; so it is made, never written. */

#include "gateway_openapi.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/say/say_words.h"
#include "gateway_api.h"
#include "gateway_exchange.h"

/* Forms without a message. Names are those of gateway_route.form. */
static const struct {
    const char *name, *schema;
} forms[] = {
    {"Problem",
     "{\"type\":\"object\",\"required\":[\"status\",\"code\",\"zh\",\"en\"],\"properties\":{"
     "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
     "\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"
     "\"detail\":{\"type\":\"string\"},\"zh\":{\"type\":\"string\"},\"en\":{\"type\":\"string\"},"
     "\"retry_after_ms\":{\"type\":\"integer\"}}}"},
    {"LoginForm",
     "{\"type\":\"object\",\"required\":[\"name\",\"password\"],\"additionalProperties\":false,"
     "\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":64},"
     "\"password\":{\"type\":\"string\",\"maxLength\":1024},\"totp\":{\"type\":\"string\"}}}"},
    {"PasswordForm",
     "{\"type\":\"object\",\"required\":[\"password\",\"new_password\"],"
     "\"additionalProperties\":false,\"properties\":{\"password\":{\"type\":\"string\"},"
     "\"new_password\":{\"type\":\"string\"}}}"},
    {"TotpForm",
     "{\"type\":\"object\",\"required\":[\"act\"],\"additionalProperties\":false,\"properties\":{"
     "\"act\":{\"type\":\"string\",\"enum\":[\"start\",\"confirm\",\"end\"]},"
     "\"password\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"}}}"},
    {"Me",
     "{\"type\":\"object\",\"required\":[\"person\",\"name\",\"roles\",\"must_change\"],"
     "\"properties\":{\"person\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"csrf\":{\"type\":\"string\"},\"language\":{\"type\":\"string\"},"
     "\"must_change\":{\"type\":\"boolean\"},\"second_factor\":{\"type\":\"boolean\"},"
     "\"must_set_factor\":{\"type\":\"boolean\"},"
     "\"expires_ms\":{\"type\":\"integer\"},\"roles\":{\"type\":\"array\",\"items\":{"
     "\"$ref\":\"#/components/schemas/GrantRole\"}}}}"},
    {"RolesListed",
     "{\"type\":\"object\",\"required\":[\"roles\"],\"properties\":{\"next\":{\"type\":\"string\"},"
     "\"roles\":{\"type\":\"array\",\"items\":{\"allOf\":[{\"$ref\":\"#/components/schemas/"
     "GrantRole\"},"
     "{\"type\":\"object\",\"required\":[\"person\",\"state\"],\"properties\":{"
     "\"person\":{\"type\":\"string\"},\"full_name\":{\"type\":\"string\"},"
     "\"state\":{\"type\":\"string\"}}}]}}}}"},
    {"Ticket",
     "{\"allOf\":[{\"$ref\":\"#/components/schemas/Brief\"},{\"type\":\"object\",\"properties\":{"
     "\"history\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Fact\"}},"
     "\"missing\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}]}"},
    {"Fact",
     "{\"type\":\"object\",\"required\":[\"says\",\"service\",\"at_ms\"],\"properties\":{"
     "\"says\":{\"type\":\"string\"},\"tone\":{\"type\":\"string\"},"
     "\"who\":{\"type\":\"string\"},\"service\":{\"type\":\"string\"},"
     "\"seq\":{\"type\":\"integer\"},\"at_ms\":{\"type\":\"integer\"}}}"},
    {"SearchTold",
     "{\"allOf\":[{\"$ref\":\"#/components/schemas/Searched\"},{\"type\":\"object\","
     "\"properties\":{\"caller_more\":{\"type\":\"boolean\"}}}]}"},
    {"Open311Errors",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"code\",\"de"
     "scription\"],\"properties\":{\"code\":{\"type\":\"integer\"},\"description\":{"
     "\"type\":\"string\"}}}}"},
    {"Open311Discovery",
     "{\"type\":\"object\",\"required\":[\"endpoints\"],\"properties\":{\"changeset\""
     ":{\"type\":\"string\"},\"contact\":{\"type\":\"string\"},\"key_service\":{\"ty"
     "pe\":\"string\"},\"endpoints\":{\"type\":\"array\",\"items\":{\"type\":\"objec"
     "t\",\"required\":[\"specification\",\"url\",\"type\",\"formats\"],\"properties"
     "\":{\"specification\":{\"type\":\"string\"},\"url\":{\"type\":\"string\"},\"ch"
     "angeset\":{\"type\":\"string\"},\"type\":{\"type\":\"string\",\"enum\":[\"prod"
     "uction\",\"test\"]},\"formats\":{\"type\":\"array\",\"items\":{\"type\":\"stri"
     "ng\"}}}}}}}"},
    {"Open311Services",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"service_cod"
     "e\",\"service_name\",\"metadata\",\"type\"],\"properties\":{\"service_code\":{"
     "\"type\":\"string\"},\"service_name\":{\"type\":\"string\"},\"description\":{\""
     "type\":[\"string\",\"null\"]},\"metadata\":{\"type\":\"boolean\"},\"type\":{\""
     "type\":\"string\",\"enum\":[\"realtime\",\"batch\"]},\"keywords\":{\"type\":[\"string\","
     "\"null\"]},\"group\":{\"type\":[\"string\",\"null\"]}}}}"},
    {"Open311Definition",
     "{\"type\":\"object\",\"required\":[\"service_code\",\"attributes\"],\"properti"
     "es\":{\"service_code\":{\"type\":\"string\"},\"attributes\":{\"type\":\"array\""
     ",\"items\":{\"type\":\"object\",\"required\":[\"variable\",\"code\",\"datatype"
     "\",\"required\"],\"properties\":{\"variable\":{\"type\":\"boolean\"},\"code\":"
     "{\"type\":\"string\"},\"datatype\":{\"type\":\"string\",\"enum\":[\"string\",\""
     "number\",\"datetime\",\"text\",\"singlevaluelist\",\"multivaluelist\"]},\"requ"
     "ired\":{\"type\":\"boolean\"},\"datatype_description\":{\"type\":[\"string\",\""
     "null\"]},\"order\":{\"type\":\"integer\"},\"description\":{\"type\":[\"string\""
     ",\"null\"]},\"values\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"re"
     "quired\":[\"key\",\"name\"],\"properties\":{\"key\":{\"type\":\"string\"},\"na"
     "me\":{\"type\":\"string\"}}}}}}}}}"},
    {"Open311Requests",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"service_r"
     "equest_id\":{\"type\":[\"string\",\"null\"]},\"token\":{\"type\":\"string\"},\""
     "account_id\":{\"type\":[\"string\",\"null\"]},\"status\":{\"type\":\"string\","
     "\"enum\":[\"open\",\"closed\"]},\"status_notes\":{\"type\":[\"string\",\"null\""
     "]},\"service_name\":{\"type\":[\"string\",\"null\"]},\"service_code\":{\"type\""
     ":\"string\"},\"description\":{\"type\":[\"string\",\"null\"]},\"agency_respons"
     "ible\":{\"type\":[\"string\",\"null\"]},\"service_notice\":{\"type\":[\"string"
     "\",\"null\"]},\"requested_datetime\":{\"type\":[\"string\",\"null\"],\"format\""
     ":\"date-time\"},\"updated_datetime\":{\"type\":[\"string\",\"null\"],\"format\""
     ":\"date-time\"},\"expected_datetime\":{\"type\":[\"string\",\"null\"],\"format"
     "\":\"date-time\"},\"address\":{\"type\":[\"string\",\"null\"]},\"address_id\":"
     "{\"type\":[\"string\",\"null\"]},\"zipcode\":{\"type\":[\"string\",\"null\"]},"
     "\"lat\":{\"type\":[\"number\",\"null\"]},\"long\":{\"type\":[\"number\",\"null"
     "\"]},\"media_url\":{\"type\":[\"string\",\"null\"]}}}}"},
    {"Open311Updates",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"update_id\""
     "],\"properties\":{\"update_id\":{\"type\":\"string\"},\"service_request_id\":{"
     "\"type\":\"string\"},\"status\":{\"type\":\"string\",\"enum\":[\"open\",\"clos"
     "ed\"]},\"updated_datetime\":{\"type\":[\"string\",\"null\"],\"format\":\"date-"
     "time\"},\"description\":{\"type\":[\"string\",\"null\"]},\"media_url\":{\"type"
     "\":[\"string\",\"null\"]}}}}"},
    {"Open311Post",
     "{\"type\":\"object\",\"required\":[\"service_code\"],\"properties\":{\"service"
     "_code\":{\"type\":\"string\"},\"api_key\":{\"type\":\"string\"},\"jurisdiction"
     "_id\":{\"type\":\"string\"},\"lat\":{\"type\":\"string\"},\"long\":{\"type\":\""
     "string\"},\"address_string\":{\"type\":\"string\"},\"address_id\":{\"type\":\""
     "string\"},\"email\":{\"type\":\"string\"},\"device_id\":{\"type\":\"string\"},"
     "\"account_id\":{\"type\":\"string\"},\"first_name\":{\"type\":\"string\"},\"la"
     "st_name\":{\"type\":\"string\"},\"phone\":{\"type\":\"string\"},\"description\""
     ":{\"type\":\"string\"},\"media_url\":{\"type\":\"string\"}}}"},
    {"Open311Update",
     "{\"type\":\"object\",\"required\":[\"service_request_id\",\"update_id\"],\"pro"
     "perties\":{\"service_request_id\":{\"type\":\"string\"},\"update_id\":{\"type\""
     ":\"string\"},\"updated_datetime\":{\"type\":\"string\"},\"status\":{\"type\":\""
     "string\"},\"description\":{\"type\":\"string\"},\"media_url\":{\"type\":\"stri"
     "ng\"},\"api_key\":{\"type\":\"string\"},\"token\":{\"type\":\"string\"},\"juri"
     "sdiction_id\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"},\"first_na"
     "me\":{\"type\":\"string\"},\"last_name\":{\"type\":\"string\"}}}"},
    {"ChannelsShown",
     "{\"type\":\"object\",\"required\":[\"adapters\"],\"properties\":{"
     "\"now\":{\"type\":\"string\"},\"now_ms\":{\"type\":\"integer\"},"
     "\"adapters\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"adapter\","
     "\"up\"],\"properties\":{\"adapter\":{\"type\":\"string\"},\"zh\":{\"type\":\"string\"},"
     "\"en\":{\"type\":\"string\"},\"up\":{\"type\":\"boolean\"},"
     "\"status\":{\"$ref\":\"#/components/schemas/AdapterShown\"}}}}}}"},
    {"CallsShown",
     "{\"type\":\"object\",\"required\":[\"calls\"],\"properties\":{"
     "\"now\":{\"type\":\"string\"},\"now_ms\":{\"type\":\"integer\"},"
     "\"channel\":{\"type\":\"string\"},"
     "\"calls\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"call_id\","
     "\"channel\",\"state\"],\"properties\":{\"call_id\":{\"type\":\"string\"},"
     "\"channel\":{\"type\":\"string\"},"
     "\"state\":{\"type\":\"string\",\"enum\":[\"ringing\",\"answered\",\"over\"]},"
     "\"from\":{\"type\":\"string\"},\"to\":{\"type\":\"string\"},"
     "\"outward\":{\"type\":\"boolean\"},"
     "\"users\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"duty\":{\"type\":\"string\"},"
     "\"by\":{\"type\":\"string\"},\"rang\":{\"type\":\"string\"},"
     "\"rang_ms\":{\"type\":\"integer\"},\"answered\":{\"type\":\"string\"},"
     "\"answered_ms\":{\"type\":\"integer\"}}}}}}"},
    {"Object", "{\"type\":\"object\"}"},
};

/* All schemas stand in components, each once. */
static json_t *reference(const char *name)
{
    char text[128];
    json_t *object = json_object();
    (void)snprintf(text, sizeof text, "#/components/schemas/%s", name);
    json_object_set_new(object, "$ref", json_string(text));
    return object;
}

/* ---- schemas ----------------------------------------------------------------------------------
 */

/* The message and all inside it, once each. */
static void add_message(json_t *schemas, const ProtobufCMessageDescriptor *of)
{
    if (json_object_get(schemas, of->short_name) != NULL) {
        return;
    }
    json_object_set_new(schemas, of->short_name, say_json_schema(of));
    for (unsigned index = 0; index < of->n_fields; index++) {
        if (of->fields[index].type == PROTOBUF_C_TYPE_MESSAGE) {
            add_message(schemas, of->fields[index].descriptor);
        }
    }
}

static const ProtobufCMessageDescriptor *answer_of(const struct gateway_route *route)
{
    const ProtobufCFieldDescriptor *field = route->answer == NULL
                                                ? NULL
                                                : protobuf_c_message_descriptor_get_field_by_name(
                                                      &paidan__answer__descriptor, route->answer);
    return field == NULL ? NULL : field->descriptor;
}

/* One ticket's act: the path says ticket and action, the body what an item of the batch holds, and the
 * unit; its one result is the answer. */
static bool is_act(const struct gateway_route *route)
{
    return (route->wish == PAIDAN__REQUEST__WISH_WORK ||
            route->wish == PAIDAN__REQUEST__WISH_SUPERVISE) &&
           strstr(route->pattern, "{number}") != NULL;
}

/* ---- parameters -------------------------------------------------------------------------------
 */

/* Parts of the path are always required, the rest never: what a wish requires it says itself. */
static json_t *parameter(const char *place, const char *name, json_t *schema)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(name));
    json_object_set_new(object, "in", json_string(place));
    json_object_set_new(object, "required", json_boolean(strcmp(place, "path") == 0));
    json_object_set_new(object, "schema", schema);
    return object;
}

static json_t *text_schema(void)
{
    json_t *schema = json_object();
    json_object_set_new(schema, "type", json_string("string"));
    return schema;
}

static json_t *integer_schema(void)
{
    json_t *schema = json_object();
    json_object_set_new(schema, "type", json_string("integer"));
    return schema;
}

/* The tokens of the enum: the path names the action as the wish would. */
static json_t *action_schema(const struct gateway_route *route)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    const ProtobufCEnumDescriptor *of = route->wish == PAIDAN__REQUEST__WISH_WORK
                                            ? &paidan__action__descriptor
                                            : &paidan__supervise_action__descriptor;
    json_t *schema = text_schema(), *tokens = json_array();
    for (unsigned index = 0; index < of->n_values; index++) {
        json_array_append_new(tokens,
                              json_string(say_words_token(of, of->values[index].value, token)));
    }
    json_object_set_new(schema, "enum", tokens);
    return schema;
}

/* Those of the path; their names are taken out of properties, for the body must not say them again. */
static void add_path(const struct gateway_route *route, json_t *properties, json_t *parameters)
{
    for (const char *at = strchr(route->pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        char name[32];
        const size_t bytes = strcspn(at + 1, "}");
        CHECK(bytes < sizeof name);
        memcpy(name, at + 1, bytes);
        name[bytes] = '\0';
        json_t *known = json_object_get(properties, name);
        json_t *schema = is_act(route) && strcmp(name, "action") == 0 ? action_schema(route)
                         : known != NULL                              ? json_incref(known)
                                                                      : text_schema();
        json_array_append_new(parameters, parameter("path", name, schema));
        json_object_del(properties, name);
    }
}

/* Every field of a reading wish can be asked for by name. */
static void add_query(const struct gateway_route *route, json_t *properties, json_t *parameters)
{
    const char *name = NULL;
    json_t *schema = NULL;
    if (route->method != GATEWAY_GET) {
        return;
    }
    json_object_foreach(properties, name, schema)
    {
        json_array_append_new(parameters, parameter("query", name, json_incref(schema)));
    }
    if (strcmp(route->pattern, "/api/v1/tickets/{number}") == 0) {
        json_t *boolean = json_object();
        json_object_set_new(boolean, "type", json_string("boolean"));
        json_array_append_new(parameters, parameter("query", "history", boolean));
    }
    json_array_append_new(parameters, parameter("query", "lang", text_schema()));
}

/* What the calls of Open311 read of the query, beside what is in the path. */
static void add_open311(const struct gateway_route *route, json_t *parameters)
{
    static const char *const always[] = {"jurisdiction_id", "api_key", NULL};
    static const char *const lists[] = {
        "service_request_id", "service_code",   "start_date", "end_date",  "status",
        "updated_after",      "updated_before", "page",       "page_size", NULL};
    static const char *const updates[] = {"service_request_id", "start_date", "end_date", "page",
                                          "page_size",          NULL};
    static const char *const single[] = {"token", NULL};
    static const char *const none[] = {NULL};
    const bool reads = route->method == GATEWAY_GET;
    const char *const *names = reads && strstr(route->pattern, "/requests.") != NULL ? lists
                               : reads && strstr(route->pattern, "updates.") != NULL ? updates
                               : strstr(route->pattern, "/requests/") != NULL        ? single
                                                                                     : none;
    for (const char *const *name = always; reads && *name != NULL; name++) {
        json_array_append_new(parameters, parameter("query", *name, text_schema()));
    }
    for (; *names != NULL; names++) {
        json_array_append_new(parameters, parameter("query", *names, text_schema()));
    }
}

/* Only wishes have a request id; logging in is repeated at no cost. */
static void add_headers(const struct gateway_route *route, json_t *parameters)
{
    if (route->method == GATEWAY_GET || (route->wish == 0 && route->refuse == NULL)) {
        return;
    }
    json_t *id = text_schema();
    json_object_set_new(id, "format", json_string("uuid"));
    json_array_append_new(parameters, parameter("header", "Idempotency-Key", id));
    if (is_act(route)) {
        json_array_append_new(parameters, parameter("header", "If-Match", text_schema()));
    }
}

/* ---- operations -------------------------------------------------------------------------------
 */

/* One media type each: this API speaks JSON alone. */
static json_t *content(const char *type, json_t *schema)
{
    json_t *media = json_object(), *of = json_object();
    json_object_set_new(media, "schema", schema);
    json_object_set_new(of, type, media);
    return of;
}

/* Without what the path says already. */
static json_t *without_required(json_t *schema)
{
    json_t *required = json_array(), *properties = json_object_get(schema, "properties");
    const json_t *before = json_object_get(schema, "required");
    for (size_t index = 0; index < json_array_size(before); index++) {
        json_t *name = json_array_get(before, index);
        if (json_object_get(properties, json_string_value(name)) != NULL) {
            json_array_append(required, name);
        }
    }
    json_object_del(schema, "required");
    if (json_array_size(required) > 0) {
        json_object_set(schema, "required", required);
    }
    json_decref(required);
    return schema;
}

static json_t *either(const char *one, const char *other)
{
    json_t *any = json_array(), *schema = json_object();
    json_array_append_new(any, reference(one));
    json_array_append_new(any, reference(other));
    json_object_set_new(schema, "anyOf", any);
    return schema;
}

/* The body holds a secret that the gateway makes, so the wish is not what the client sends. */
static bool is_making(const struct gateway_route *route)
{
    return route->wish == PAIDAN__REQUEST__WISH_PERSON_ADD ||
           route->wish == PAIDAN__REQUEST__WISH_PERSON_CHANGE ||
           route->wish == PAIDAN__REQUEST__WISH_KEY_MAKE;
}

/* What the client sends, which is the wish less what the path says. */
static json_t *body_schema(const struct gateway_route *route, json_t *wish)
{
    if (route->form != NULL) {
        return reference(route->form);
    }
    if (route->wish == PAIDAN__REQUEST__WISH_SUBMIT) {
        return either("Submit", "NewTicket");
    }
    if (is_making(route) || wish == NULL) {
        return reference("Object");
    }
    if (is_act(route)) {
        json_t *properties = json_object_get(wish, "properties");
        json_object_set_new(properties, "unit", text_schema());
        json_object_del(properties, "version");
    }
    if (route->wish ==
        PAIDAN__REQUEST__WISH_MERGE) { /* of one that a unit has: gateway_merge asks escalation */
        json_object_set_new(json_object_get(wish, "properties"), "version", integer_schema());
    }
    if (route->wish == PAIDAN__REQUEST__WISH_SEARCH) { /* gateway_search asks intake for them */
        json_object_set_new(json_object_get(wish, "properties"), "phone", text_schema());
        json_object_set_new(json_object_get(wish, "properties"), "reason", text_schema());
    }
    return without_required(json_incref(wish));
}

/* What comes back; of one act its one result. */
static json_t *answer_schema(const struct gateway_route *route, json_t *schemas)
{
    const ProtobufCMessageDescriptor *of = answer_of(route);
    if (is_act(route)) {
        return reference("WorkResult");
    }
    if (route->wish == PAIDAN__REQUEST__WISH_SUBMIT) {
        add_message(schemas, &paidan__submit__descriptor);
        add_message(schemas, &paidan__submitted__descriptor);
        return either("Submitted", "SubmitResult");
    }
    if (of != NULL) {
        add_message(schemas, of); /* also where another form holds it: of a handler of our own */
    }
    if (route->told != NULL) {
        return reference(route->told);
    }
    return reference(of == NULL ? "Object" : of->short_name);
}

static json_t *response(const char *description, const char *type, json_t *schema)
{
    json_t *object = json_object();
    json_object_set_new(object, "description", json_string(description));
    json_object_set_new(object, "content", content(type, schema));
    return object;
}

/* In one format, or, where the path ends with either, in both: of XML it is said that it is a text. */
static json_t *open311_response(const struct gateway_route *route, const char *description,
                                const char *schema)
{
    const bool both = route->type == NULL;
    json_t *object = json_object(), *of = json_object();
    json_object_set_new(object, "description", json_string(description));
    if (both || strcmp(route->type, "application/json") == 0) {
        json_object_update_new(of, content("application/json", reference(schema)));
    }
    if (both || strcmp(route->type, "text/xml") == 0) {
        json_object_update_new(of, content("text/xml", text_schema()));
    }
    json_object_set_new(object, "content", of);
    return object;
}

static json_t *open311_responses(const struct gateway_route *route)
{
    json_t *object = json_object();
    json_object_set_new(object, "200", open311_response(route, "what was asked for", route->told));
    json_object_set_new(object, "4XX", open311_response(route, "refused", "Open311Errors"));
    json_object_set_new(
        object, "5XX",
        open311_response(route, "a service is away, or has no room", "Open311Errors"));
    return object;
}

/* Ranges of refusals, for their codes are in the body, and any route may meet most of them. */
static json_t *responses(const struct gateway_route *route, json_t *schemas)
{
    json_t *object = json_object();
    const bool json = strncmp(route->pattern, "/api/", 5) == 0 || route->pattern[1] != 'm';
    json_object_set_new(
        object, "200",
        route->type != NULL ? response("what was asked for", route->type, text_schema())
        : json ? response("what was asked for", "application/json", answer_schema(route, schemas))
               : response("metrics", "text/plain", text_schema()));
    json_object_set_new(object, "4XX",
                        response("refused", "application/problem+json", reference("Problem")));
    json_object_set_new(object, "5XX",
                        response("a service is away, or has no room", "application/problem+json",
                                 reference("Problem")));
    return object;
}

/* "get_tickets_number": stable, for generated clients. */
static json_t *operation_id(const struct gateway_route *route)
{
    char id[128];
    size_t used =
        (size_t)snprintf(id, sizeof id, "%s", route->method == GATEWAY_GET ? "get" : "post");
    const char *at =
        strncmp(route->pattern, "/api/v1", 7) == 0 ? route->pattern + 7 : route->pattern;
    for (; *at != '\0' && used + 1 < sizeof id; at++) {
        const bool plain = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        if (plain) {
            id[used++] = *at;
        } else if (id[used - 1] != '_' && at[1] != '\0') {
            id[used++] = '_';
        }
    }
    id[used] = '\0';
    return json_string(id);
}

/* Either is enough. An empty list says that nothing is needed. */
static json_t *security(const struct gateway_route *route)
{
    json_t *list = json_array();
    static const char *const ways[] = {"session", "key"};
    for (size_t index = 0; route->who == GATEWAY_LOGIN && index < 2; index++) {
        json_t *way = json_object();
        json_object_set_new(way, ways[index], json_array());
        json_array_append_new(list, way);
    }
    return list;
}

/* One row of the table. */
static json_t *operation(const struct gateway_route *route, json_t *schemas)
{
    json_t *made = json_object(), *parameters = json_array();
    /* What a call of Open311 reads is no wish's to say. */
    const ProtobufCMessageDescriptor *of = route->wish == 0 || route->refuse != NULL ? NULL
                                           : is_act(route) ? &paidan__work_item__descriptor
                                                           : gateway_api_wish_of(route->wish);
    json_t *wish = of == NULL ? NULL : say_json_schema(of);
    for (unsigned index = 0; of != NULL && !is_making(route) && index < of->n_fields; index++) {
        if (of->fields[index].type == PROTOBUF_C_TYPE_MESSAGE) { /* what the body holds lies here */
            add_message(schemas, of->fields[index].descriptor);
        }
    }
    json_t *properties =
        wish == NULL ? json_object() : json_incref(json_object_get(wish, "properties"));
    json_object_set_new(made, "operationId", operation_id(route));
    json_object_set_new(made, "summary", json_string(route->summary));
    add_path(route, properties, parameters);
    add_query(route, properties, parameters);
    if (route->refuse != NULL) {
        add_open311(route, parameters);
    }
    add_headers(route, parameters);
    json_object_set_new(made, "parameters", parameters);
    json_object_set_new(made, "security", security(route));
    if (route->body == GATEWAY_JSON) {
        json_t *body = json_object();
        json_object_set_new(body, "content", content("application/json", body_schema(route, wish)));
        json_object_set_new(made, "requestBody", body);
    }
    if (route->body == GATEWAY_FORM && route->form != NULL) {
        json_t *body = json_object();
        json_object_set_new(body, "content",
                            content("application/x-www-form-urlencoded", reference(route->form)));
        json_object_set_new(made, "requestBody", body);
    }
    json_object_set_new(made, "responses",
                        route->refuse != NULL ? open311_responses(route)
                                              : responses(route, schemas));
    json_decref(properties);
    json_decref(wish);
    return made;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* What a reader needs before the first path. */
static json_t *about(void)
{
    json_t *info = json_object(), *license = json_object();
    json_object_set_new(info, "title", json_string("Paidan 派单"));
    json_object_set_new(info, "version", json_string(PAIDAN_VERSION));
    json_object_set_new(info, "description",
                        json_string("Wishes of the services as JSON. Numbers of tickets are texts "
                                    "with a check digit; moments stand twice, as RFC 3339 and in "
                                    "milliseconds; writes from a browser carry X-Paidan-CSRF."));
    json_object_set_new(license, "name", json_string("see LICENSE"));
    json_object_set_new(license, "identifier", json_string("LicenseRef-Paidan"));
    json_object_set_new(info, "license", license);
    return info;
}

/* As gateway_session reads them. */
static json_t *schemes(void)
{
    json_t *all = json_object(), *session = json_object(), *key = json_object();
    json_object_set_new(session, "type", json_string("apiKey"));
    json_object_set_new(session, "in", json_string("cookie"));
    json_object_set_new(session, "name", json_string("__Host-paidan"));
    json_object_set_new(key, "type", json_string("http"));
    json_object_set_new(key, "scheme", json_string("bearer"));
    json_object_set_new(all, "session", session);
    json_object_set_new(all, "key", key);
    return all;
}

/* Pages and files are for browsers. */
static bool described(const struct gateway_route *route)
{
    return strncmp(route->pattern, "/api/", 5) == 0 ||
           (route->refuse != NULL && strstr(route->pattern, "{*}") == NULL) ||
           route->who == GATEWAY_LOOPBACK || strcmp(route->pattern, "/healthz") == 0 ||
           strcmp(route->pattern, "/readyz") == 0;
}

json_t *gateway_openapi_make(const struct gateway_route *routes, size_t count)
{
    json_t *made = json_object(), *paths = json_object(), *schemas = json_object();
    json_t *components = json_object(), *servers = json_array(), *server = json_object();
    for (size_t index = 0; index < sizeof forms / sizeof forms[0]; index++) {
        json_object_set_new(schemas, forms[index].name, json_loads(forms[index].schema, 0, NULL));
    }
    add_message(schemas, &paidan__brief__descriptor);
    add_message(schemas, &paidan__grant_role__descriptor);
    add_message(schemas, &paidan__work_result__descriptor);
    for (size_t index = 0; index < count; index++) {
        if (!described(&routes[index])) {
            continue;
        }
        json_t *path = json_object_get(paths, routes[index].pattern);
        if (path == NULL) {
            path = json_object();
            json_object_set_new(paths, routes[index].pattern, path);
        }
        json_object_set_new(path, routes[index].method == GATEWAY_GET ? "get" : "post",
                            operation(&routes[index], schemas));
    }
    json_object_set_new(made, "openapi", json_string("3.1.0"));
    json_object_set_new(made, "info", about());
    json_object_set_new(server, "url", json_string("/"));
    json_array_append_new(servers, server);
    json_object_set_new(made, "servers", servers);
    json_object_set_new(made, "paths", paths);
    json_object_set_new(components, "schemas", schemas);
    json_object_set_new(components, "securitySchemes", schemes());
    json_object_set_new(made, "components", components);
    return made;
}

/* Made for each who asks: seldom, and it costs milliseconds. */
void gateway_openapi_show(struct exchange *exchange)
{
    const struct gateway *gateway = exchange->gateway;
    gateway_exchange_json(exchange, 200,
                          gateway_openapi_make(gateway->routes, gateway->route_count));
}
