/* gateway_open311_post: from a form to a ticket. It owns the form and the texts made of it until the answer.
 * What must stay true: all mistakes are told at once, each with the field's name, and nothing of what was
 * written is lost: what has no field of ours stands in the text; what a request must bring is what the
 * service's definition says; the same sent again is one ticket; and who came without a key is given number
 * and code together as the token, for the number alone opens nothing. */

#include "gateway_open311_post.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_open311.h"
#include "common/text/text.h"
#include "gateway_exchange.h"
#include "gateway_limit.h"
#include "gateway_open311.h"
#include "gateway_open311_list.h"
#include "gateway_open311_service.h"
#include "gateway_problem.h"
#include "gateway_report.h"
#include "gateway_session.h"

enum {
    TEXT_BYTES = 48 << 10,      /* description and answers; intake takes 64 KiB */
    DESCRIPTION_LETTERS = 4000, /* the specification's bound */
    ANSWER_LETTERS = 1000,
    REPORTER_BYTES = 129,
    PHONE_BYTES = 33,
};

struct post {
    struct gateway_form form;
    struct gateway_report report;
    const struct site_open311_service *service;
    char text[TEXT_BYTES], reporter[REPORTER_BYTES];
    struct gateway_open311_wrong wrong;
};

static void post_free(void *state)
{
    struct post *post = state;
    json_decref(post->wrong.list);
    free(post);
}

static void wrong(struct exchange *exchange, enum gateway_fault fault, const char *what)
{
    struct post *post = exchange->state;
    gateway_open311_add(exchange, &post->wrong, fault, what);
}

static const char *field(const struct post *post, const char *name)
{
    return gateway_form_field(&post->form, name);
}

/* ---- shared with updates ----------------------------------------------------------------------
 */

/* No body is a form without fields: its mistakes are those of an empty one. */
const struct gateway_form *gateway_open311_form(struct exchange *exchange,
                                                struct gateway_form *room)
{
    *room = (struct gateway_form){.field_count = 0};
    if (exchange->body == NULL || exchange->body_bytes == 0) {
        return room;
    }
    const enum rc rc = gateway_form_read(exchange->body, exchange->body_bytes,
                                         gateway_exchange_header(exchange, "Content-Type"), room);
    if (rc == RC_OK) {
        return room;
    }
    gateway_problem_fault(exchange,
                          rc == RC_LIMIT ? GATEWAY_OPEN311_TOO_MANY : GATEWAY_OPEN311_FORM, NULL);
    return NULL;
}

static void mix(crypto_generichash_state *state, const char *text)
{
    (void)crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

/* Of whom nothing is known but his words, two that say the same are told apart by where they come from. */
static bool named(const struct gateway_form *form)
{
    static const char *const names[] = {"device_id", "account_id", "email", "phone"};
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (gateway_form_field(form, names[index])[0] != '\0') {
            return true;
        }
    }
    return false;
}

void gateway_open311_same(struct exchange *exchange, const struct gateway_form *form,
                          const char *const *fields)
{
    crypto_generichash_state state;
    const struct gateway_session *key = exchange->person;
    if (gateway_exchange_header(exchange, "Idempotency-Key") != NULL) {
        return;
    }
    (void)crypto_generichash_init(&state, NULL, 0, REQUEST_ID_BYTES);
    mix(&state, "paidan open311 1");
    mix(&state, key != NULL && key->renewed != NULL ? key->renewed->person
                : named(form)                       ? "public"
                                                    : exchange->address);
    /* It may stand in the address instead. */
    mix(&state, gateway_open311_given(exchange, form, "service_code"));
    for (const char *const *name = fields; *name != NULL; name++) {
        mix(&state, gateway_form_field(form, *name));
    }
    /* In the order in which they came: a client that sends again sends the same. */
    for (unsigned index = 0; index < form->field_count; index++) {
        if (strncmp(form->fields[index].name, "attribute[", 10) == 0) {
            mix(&state, form->fields[index].name);
            mix(&state, form->fields[index].value);
        }
    }
    for (unsigned index = 0; index < form->file_count; index++) {
        (void)crypto_generichash_update(&state, form->files[index].bytes, form->files[index].size);
    }
    (void)crypto_generichash_final(&state, exchange->request_id, REQUEST_ID_BYTES);
}

/* A key has the bucket of keys, which it has paid into already. */
bool gateway_open311_admits(struct exchange *exchange)
{
    struct gateway *gateway = exchange->gateway;
    uint32_t retry_ms = 0;
    if (exchange->person != NULL || gateway->settings.unlimited ||
        gateway_limit_take(gateway, GATEWAY_LIMIT_FORM, exchange->address, clock_monotonic_us(),
                           &retry_ms)) {
        return true;
    }
    gateway->counts.refused_limit++;
    gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
    return false;
}

/* Chinese names stand without a blank, family first; others with one, as they are spoken. */
bool gateway_open311_reporter(const struct gateway_form *form, char *text, size_t size)
{
    const char *first = gateway_form_field(form, "first_name");
    const char *last = gateway_form_field(form, "last_name");
    const char *email = gateway_form_field(form, "email");
    const bool wide = (unsigned char)last[0] >= 0xe0;
    const char *between = wide || first[0] == '\0' || last[0] == '\0' ? "" : " ";
    const char *blank = email[0] == '\0' || (first[0] == '\0' && last[0] == '\0') ? "" : " ";
    const int bytes =
        snprintf(text, size, "%s%s%s%s%s%s%s", wide ? last : first, between, wide ? first : last,
                 blank, email[0] == '\0' ? "" : "<", email, email[0] == '\0' ? "" : ">");
    CHECK(bytes >= 0);
    return (size_t)bytes < size;
}

/* ---- the text ---------------------------------------------------------------------------------
 */

static size_t letters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

/* Adds to the text; what would be lost is a mistake that is told. */
static void add(struct exchange *exchange, const char *text)
{
    struct post *post = exchange->state;
    const size_t used = strlen(post->text), bytes = strlen(text);
    if (used + bytes >= sizeof post->text) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "attribute");
        return;
    }
    memcpy(post->text + used, text, bytes + 1);
}

static void add_line(struct exchange *exchange, const char *name, const char *value)
{
    const struct post *post = exchange->state;
    if (post->text[0] != '\0') {
        add(exchange, "\n");
    }
    add(exchange, name);
    add(exchange, "：");
    add(exchange, value);
}

/* ---- answers to the service's questions -------------------------------------------------------
 */

static const struct site_open311_value *value_of(const struct site_open311_attribute *attribute,
                                                 const char *key)
{
    for (uint32_t index = 0; index < attribute->value_count; index++) {
        if (strcmp(attribute->values[index].key, key) == 0) {
            return &attribute->values[index];
        }
    }
    return NULL;
}

static bool is_number(const char *text)
{
    char *end = NULL;
    if (text[strspn(text, "0123456789+-.eE")] != '\0' || text[0] == '\0') {
        return false;
    }
    const double value = strtod(text, &end);
    return *end == '\0' && isfinite(value);
}

static bool is_moment(const struct exchange *exchange, const char *text)
{
    uint64_t at_ms = 0;
    return gateway_open311_read_moment(exchange, text, &at_ms);
}

/* What units read of one answer; NULL: it is none. */
static const char *answer_of(const struct exchange *exchange,
                             const struct site_open311_attribute *attribute, const char *given)
{
    if (letters(given) > ANSWER_LETTERS) {
        return NULL;
    }
    switch (attribute->type) {
    case SITE_OPEN311_NUMBER:
        return is_number(given) ? given : NULL;
    case SITE_OPEN311_DATETIME:
        return is_moment(exchange, given) ? given : NULL;
    case SITE_OPEN311_STRING:
        return strpbrk(given, "\r\n") == NULL ? given : NULL;
    case SITE_OPEN311_SINGLE:
    case SITE_OPEN311_MULTI: {
        const struct site_open311_value *value = value_of(attribute, given);
        return value == NULL ? NULL : value->name;
    }
    case SITE_OPEN311_TEXT:
    case SITE_OPEN311_TYPES:
        break;
    }
    return given;
}

/* All answers to one question, one line. */
static void take_attribute(struct exchange *exchange,
                           const struct site_open311_attribute *attribute)
{
    struct post *post = exchange->state;
    char code[CODE_BYTES_MAX + 1];
    unsigned count = 0;
    for (unsigned index = 0; index < post->form.field_count; index++) {
        const struct gateway_pair *pair = &post->form.fields[index];
        if (!gateway_form_index(pair->name, "attribute", code, sizeof code) ||
            strcmp(code, attribute->code) != 0 || text_blank(pair->value)) {
            continue;
        }
        const char *answer = answer_of(exchange, attribute, pair->value);
        if (answer == NULL || attribute->told ||
            (count > 0 && attribute->type != SITE_OPEN311_MULTI)) {
            wrong(exchange, GATEWAY_OPEN311_ATTRIBUTE, pair->name);
            return;
        }
        if (count++ == 0) {
            add_line(exchange, attribute->name, answer);
        } else {
            add(exchange, "、");
            add(exchange, answer);
        }
    }
    if (count == 0 && attribute->required) {
        char what[CODE_BYTES_MAX + 16];
        (void)snprintf(what, sizeof what, "attribute[%s]", attribute->code);
        wrong(exchange, GATEWAY_OPEN311_ATTRIBUTE_MISSING, what);
    }
}

static bool asked_for(const struct site_open311_service *service, const char *code)
{
    for (uint32_t index = 0; index < service->attribute_count; index++) {
        if (strcmp(service->attributes[index].code, code) == 0) {
            return true;
        }
    }
    return false;
}

/* An answer to what nobody asked is no mistake (clients send their own), and is kept in words. */
static void take_attributes(struct exchange *exchange)
{
    struct post *post = exchange->state;
    char code[CODE_BYTES_MAX + 1];
    for (uint32_t index = 0; index < post->service->attribute_count; index++) {
        take_attribute(exchange, &post->service->attributes[index]);
    }
    for (unsigned index = 0; index < post->form.field_count; index++) {
        const struct gateway_pair *pair = &post->form.fields[index];
        if (strncmp(pair->name, "attribute[", 10) == 0 && !text_blank(pair->value) &&
            !(gateway_form_index(pair->name, "attribute", code, sizeof code) &&
              asked_for(post->service, code))) {
            if (letters(pair->value) > ANSWER_LETTERS) {
                wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "attribute");
                return;
            }
            add_line(exchange, pair->name, pair->value);
        }
    }
}

/* ---- the place --------------------------------------------------------------------------------
 */

/* Degrees within bound; false: none. */
static bool degrees(const char *text, double bound, double *value)
{
    if (!is_number(text)) {
        return false;
    }
    *value = strtod(text, NULL);
    return *value >= -bound && *value <= bound;
}

static void add_place(struct exchange *exchange, const char *text)
{
    struct gateway_report *report = &((struct post *)exchange->state)->report;
    const size_t used = strlen(report->place), bytes = strlen(text);
    if (used + bytes + 1 >= sizeof report->place) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "address_string");
        return;
    }
    (void)snprintf(report->place + used, sizeof report->place - used, "%s%s", used > 0 ? " " : "",
                   text);
}

/* address_id is the code of an area of ours; any other stays as a word for whoever reads it. */
static void take_place(struct exchange *exchange)
{
    struct post *post = exchange->state;
    const char *lat = field(post, "lat"), *lon = field(post, "long");
    const char *words = field(post, "address_string"), *id = field(post, "address_id");
    const bool point = lat[0] != '\0' || lon[0] != '\0';
    double latitude = 0, longitude = 0;
    if (!text_blank(words)) {
        add_place(exchange, words);
    }
    if (id[0] != '\0' && site_area_find(exchange->say.site, id) != SITE_NONE) {
        post->report.area = id;
    } else if (id[0] != '\0') {
        add_place(exchange, id);
    }
    if (point && (!degrees(lat, 90, &latitude) || !degrees(lon, 180, &longitude))) {
        wrong(exchange, GATEWAY_OPEN311_PARAMETER, "lat, long");
    } else if (point) {
        char text[64];
        (void)snprintf(text, sizeof text, "（%.5f,%.5f WGS84）", latitude, longitude);
        add_place(exchange, text);
    } else if (text_blank(words) && id[0] == '\0') {
        wrong(exchange, GATEWAY_OPEN311_LOCATION_MISSING, "lat, long, address_string, address_id");
    }
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

static void take_service(struct exchange *exchange)
{
    struct post *post = exchange->state;
    const char *code = gateway_open311_given(exchange, &post->form, "service_code");
    post->service = gateway_open311_service_find(exchange->say.site, code);
    if (code[0] == '\0') {
        wrong(exchange, GATEWAY_OPEN311_SERVICE_MISSING, "service_code");
    } else if (post->service == NULL) {
        wrong(exchange, GATEWAY_OPEN311_SERVICE_UNKNOWN, "service_code");
    } else {
        post->report.category = exchange->say.site->categories[post->service->category].code;
    }
}

/* A link that is not https is shown to nobody as one, and not lost. */
static void take_media(struct exchange *exchange)
{
    struct post *post = exchange->state;
    const char *link = field(post, "media_url");
    if (strlen(link) > GATEWAY_REPORT_LINK_BYTES_MAX) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "media_url");
    } else if (strncmp(link, "https://", 8) == 0 && link[8] != '\0' && link[8] != '/' &&
               strpbrk(link, " \t\r\n") == NULL) {
        post->report.link = link;
    } else if (link[0] != '\0') {
        add_line(exchange, "media_url", link);
    }
    if (post->form.file_count > GATEWAY_REPORT_FILES_MAX) {
        wrong(exchange, GATEWAY_OPEN311_TOO_MANY, "media");
        return;
    }
    post->report.files = post->form.files;
    post->report.file_count = post->form.file_count;
}

static void take_person(struct exchange *exchange)
{
    struct post *post = exchange->state;
    if (!gateway_open311_reporter(&post->form, post->reporter, sizeof post->reporter)) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "first_name, last_name, email");
    }
    if (strlen(field(post, "phone")) >= PHONE_BYTES) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "phone");
    }
    post->report.reporter = post->reporter;
    post->report.phone = field(post, "phone");
}

/* Who writes nothing has said what it is by choosing the service. */
static void take_text(struct exchange *exchange)
{
    struct post *post = exchange->state;
    const char *text = field(post, "description");
    if (letters(text) > DESCRIPTION_LETTERS) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "description");
        return;
    }
    if (!text_blank(text)) {
        add(exchange, text);
    } else if (post->service != NULL) {
        add(exchange, exchange->say.site->categories[post->service->category].name);
    }
}

/* ---- the answer -------------------------------------------------------------------------------
 */

/* Whom to telephone at once goes before what the service always says. */
static json_t *notice_of(struct exchange *exchange, const struct post *post,
                         const Paidan__SubmitResult *ticket)
{
    json_t *const notice =
        gateway_open311_text(exchange, post->service->notice, post->service->notice_en);
    const size_t count = ticket == NULL ? 0 : ticket->n_call;
    char numbers[CALLS_NAMED_MAX * (PHONE_BYTES_MAX + 4) + 1] = "";
    for (size_t index = 0; index < count && index < CALLS_NAMED_MAX; index++) {
        const size_t used = strlen(numbers);
        (void)snprintf(numbers + used, sizeof numbers - used, "%s%s",
                       index == 0 ? "" : say_choose(&exchange->say, "、", ", "),
                       ticket->call[index]);
    }
    if (count == 0) {
        return notice;
    }
    const char *const usual = json_string_value(notice);
    json_t *const told = json_sprintf(
        say_choose(&exchange->say, "险情请马上拨打 %s。%s", "Danger: call %s at once. %s"), numbers,
        usual == NULL ? "" : usual);
    json_decref(notice);
    return told;
}

/* ticket: NULL where nothing was registered. */
static void answer_post(struct exchange *exchange, const char *name, const char *value,
                        const Paidan__SubmitResult *ticket)
{
    const struct post *post = exchange->state;
    const char *account = field(post, "account_id");
    json_t *list = json_array(), *made = json_object();
    json_object_set_new(made, name, json_string(value));
    json_object_set_new(made, "service_notice", notice_of(exchange, post, ticket));
    json_object_set_new(made, "account_id",
                        account[0] == '\0' ? json_null() : json_string(account));
    json_array_append_new(list, made);
    gateway_open311_answer(exchange, 200, "service_requests", list);
}

static void reported(struct exchange *exchange, enum web_media_result media, Paidan__Code code,
                     const Paidan__SubmitResult *ticket)
{
    char token[GATEWAY_OPEN311_ID_BYTES];
    if (media != WEB_MEDIA_KEPT) {
        gateway_media_problem(exchange, media);
    } else if (code != PAIDAN__CODE__OK) {
        gateway_problem(exchange, code, NULL, 0);
    } else if (exchange->person != NULL) {
        answer_post(exchange, "service_request_id", ticket->number, ticket);
    } else {
        (void)snprintf(token, sizeof token, "%s.%s", ticket->number, ticket->query_code);
        answer_post(exchange, "token", token, ticket);
    }
}

static const char *const said[] = {"service_code", "lat",       "long",      "address_string",
                                   "address_id",   "email",     "device_id", "account_id",
                                   "first_name",   "last_name", "phone",     "description",
                                   "media_url",    NULL};

/* Whose channel it comes by. NULL: answered. */
static const char *channel_of(struct exchange *exchange)
{
    const struct site *site = exchange->say.site;
    if (exchange->person != NULL) {
        const char *channel = gateway_open311_channel(exchange);
        if (channel == NULL) {
            gateway_problem_fault(exchange, GATEWAY_OPEN311_KEY_FOREIGN, "api_key");
        }
        return channel;
    }
    if (!site->open311->keyless) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_KEY_MISSING, "api_key");
        return NULL;
    }
    return site->channels[site->open311->channel].code;
}

static void post_take(struct exchange *exchange)
{
    struct post *post = exchange->state;
    post->report.channel = channel_of(exchange);
    if (post->report.channel == NULL) {
        return;
    }
    take_service(exchange);
    take_text(exchange);
    take_place(exchange);
    if (post->service != NULL) {
        take_attributes(exchange);
    }
    take_media(exchange);
    take_person(exchange);
    if (gateway_open311_told(exchange, &post->wrong) || !gateway_open311_admits(exchange)) {
        return;
    }
    post->report.text = post->text;
    post->report.anew = true; /* a program asks about each request by its own id */
    if (gateway_open311_testing(exchange)) {
        answer_post(exchange, "token", GATEWAY_OPEN311_TEST, NULL);
        return;
    }
    gateway_open311_same(exchange, &post->form, said);
    gateway_report_send(exchange, &post->report, reported);
}

void gateway_open311_post(struct exchange *exchange)
{
    struct post *post = calloc(1, sizeof *post);
    if (post == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    exchange->state = post;
    exchange->state_free = post_free;
    if (gateway_open311_form(exchange, &post->form) != NULL) {
        gateway_open311_begin(exchange, &post->form, post_take);
    }
}
