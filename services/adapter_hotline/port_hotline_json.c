/* port_hotline_json: the only place that knows how an envelope looks. A member that is not ours is passed
 * over, so that a platform may say more than we read; one of ours that is of another type is refused by its
 * name. What must stay true: whatever comes in, nothing is read beyond `size`, and what comes out of here
 * fits the schema or is not given out. */
#include "port_hotline_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/say/code.h"
#include "common/say/say_json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_FIELD(name) offsetof(Paidan__HotlineEnvelope, name)

static const struct kind {
    const char *name;
    Paidan__HotlineKind kind;
} kinds[] = {
    {"dispatch", PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH},
    {"supplement", PAIDAN__HOTLINE_KIND__HOTLINE_SUPPLEMENT},
    {"chase", PAIDAN__HOTLINE_KIND__HOTLINE_CHASE},
    {"withdraw", PAIDAN__HOTLINE_KIND__HOTLINE_WITHDRAW},
    {"urge", PAIDAN__HOTLINE_KIND__HOTLINE_URGE},
    {"ruling", PAIDAN__HOTLINE_KIND__HOTLINE_RULING},
    {"extension_decision", PAIDAN__HOTLINE_KIND__HOTLINE_EXTENSION_DECISION},
    {"redo", PAIDAN__HOTLINE_KIND__HOTLINE_REDO},
    {"rating", PAIDAN__HOTLINE_KIND__HOTLINE_RATING},
    {"received", PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED},
    {"accepted", PAIDAN__HOTLINE_KIND__HOTLINE_ACCEPTED},
    {"contacted", PAIDAN__HOTLINE_KIND__HOTLINE_CONTACTED},
    {"progress", PAIDAN__HOTLINE_KIND__HOTLINE_PROGRESS},
    {"return", PAIDAN__HOTLINE_KIND__HOTLINE_RETURN},
    {"extend", PAIDAN__HOTLINE_KIND__HOTLINE_EXTEND},
    {"suspend", PAIDAN__HOTLINE_KIND__HOTLINE_SUSPEND},
    {"resolved", PAIDAN__HOTLINE_KIND__HOTLINE_RESOLVED},
    {"closed", PAIDAN__HOTLINE_KIND__HOTLINE_CLOSED},
};

/* ---- reading ---- */

/* What is being read, and the first thing that was wrong with it. */
struct reading {
    struct arena *arena;
    const char *field;
    enum rc rc;
};

static void wrong(struct reading *reading, const char *field)
{
    CHECK(field != NULL);
    if (reading->rc == RC_OK) {
        reading->rc = RC_INVALID;
        reading->field = field;
    }
}

/* NULL: absent, null, or wrong. */
static char *text_of(struct reading *reading, const json_t *object, const char *name,
                     const char *field)
{
    CHECK(name != NULL);
    CHECK(field != NULL);
    const json_t *const value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        return NULL;
    }
    if (!json_is_string(value)) {
        wrong(reading, field);
        return NULL;
    }
    char *const copy = arena_strdup(reading->arena, json_string_value(value));
    if (copy == NULL && reading->rc == RC_OK) {
        reading->rc = RC_LIMIT;
    }
    return copy;
}

/* -1: one of them is no digit. */
static int digits(const char *text, size_t count)
{
    CHECK(count <= 9); /* an int holds it */
    int value = 0;
    for (size_t at = 0; at < count; at++) {
        if (text[at] < '0' || text[at] > '9') {
            return -1;
        }
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

/* "2026-11-30T10:00:00+08:00", with fractions of a second that are not kept, or with Z. A time without its
 * offset is nobody's time. */
static bool moment_of(const char *text, uint64_t *ms)
{
    const size_t bytes = strlen(text);
    if (bytes < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') ||
        text[13] != ':' || text[16] != ':') {
        return false;
    }
    const int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    const int hour = digits(text + 11, 2), minute = digits(text + 14, 2),
              second = digits(text + 17, 2);
    const char *rest = text + 19;
    if (year < 1970 || month < 1 || month > 12 || day < 1 ||
        (unsigned)day > civil_month_days(year, (unsigned)month) || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60) {
        return false;
    }
    if (*rest == '.') {
        rest += 1 + strspn(rest + 1, "0123456789");
    }
    int64_t offset_ms = 0;
    if (strcmp(rest, "Z") != 0) {
        const int hours = strlen(rest) == 6 ? digits(rest + 1, 2) : -1;
        const int minutes = hours < 0 ? -1 : digits(rest + 4, 2);
        if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59 || rest[3] != ':' ||
            (rest[0] != '+' && rest[0] != '-')) {
            return false;
        }
        offset_ms = (hours * 60 + minutes) * 60000ll * (rest[0] == '-' ? -1 : 1);
    }
    const int64_t days = civil_days(year, (unsigned)month, (unsigned)day);
    const int64_t at =
        days * 86400000ll + ((hour * 60ll + minute) * 60 + second) * 1000 - offset_ms;
    *ms = at < 0 ? 0 : (uint64_t)at;
    return at > 0;
}

/* Milliseconds since 1970, or a time with its offset. */
static bool time_of(struct reading *reading, const json_t *object, const char *name,
                    const char *field, uint64_t *ms)
{
    CHECK(ms != NULL);
    const json_t *const value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        return false;
    }
    if (json_is_integer(value) && json_integer_value(value) > 0) {
        *ms = (uint64_t)json_integer_value(value);
        return true;
    }
    if (json_is_string(value) && moment_of(json_string_value(value), ms)) {
        return true;
    }
    wrong(reading, field);
    return false;
}

static bool flag_of(struct reading *reading, const json_t *object, const char *name,
                    const char *field, protobuf_c_boolean *flag)
{
    CHECK(flag != NULL);
    const json_t *const value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        return false;
    }
    if (!json_is_boolean(value)) {
        wrong(reading, field);
        return false;
    }
    *flag = json_is_true(value);
    return true;
}

/* One of the words, from 1; 0: absent or wrong. */
static unsigned word_of(struct reading *reading, const json_t *object, const char *name,
                        const char *field, const char *const *words, unsigned count)
{
    CHECK(count > 0);
    const json_t *const value = json_object_get(object, name);
    for (unsigned index = 0; json_is_string(value) && index < count; index++) {
        if (strcmp(json_string_value(value), words[index]) == 0) {
            return index + 1;
        }
    }
    if (value != NULL && !json_is_null(value)) {
        wrong(reading, field);
    }
    return 0;
}

/* A name and a link, which nobody here follows. */
static void read_attachment(struct reading *reading, const json_t *item,
                            Paidan__Attachment *attachment)
{
    paidan__attachment__init(attachment);
    attachment->name = text_of(reading, item, "name", "body.attachments.name");
    attachment->url = text_of(reading, item, "url", "body.attachments.url");
    attachment->media_type = text_of(reading, item, "media_type", "body.attachments.media_type");
    if (attachment->name == NULL || attachment->url == NULL) {
        wrong(reading, "body.attachments");
    }
}

static void read_attachments(struct reading *reading, const json_t *body,
                             Paidan__HotlineEnvelope *envelope)
{
    CHECK(envelope->n_attachments == 0);
    const json_t *const list = json_object_get(body, "attachments");
    const size_t count = json_array_size(list);
    if (list == NULL || json_is_null(list)) {
        return;
    }
    if (!json_is_array(list) || count > ATTACHMENTS_MAX) {
        wrong(reading, "body.attachments");
        return;
    }
    Paidan__Attachment *const room = arena_alloc(reading->arena, (count + 1) * sizeof *room);
    envelope->attachments =
        arena_alloc(reading->arena, (count + 1) * sizeof *envelope->attachments);
    if (room == NULL || envelope->attachments == NULL) {
        reading->rc = RC_LIMIT;
        return;
    }
    for (size_t index = 0; index < count; index++) {
        read_attachment(reading, json_array_get(list, index), &room[index]);
        envelope->attachments[index] = &room[index];
    }
    envelope->n_attachments = count;
}

/* All members of all kinds: which of them a kind needs is judged afterwards, the others may come along. */
static void read_body(struct reading *reading, const json_t *body,
                      Paidan__HotlineEnvelope *envelope)
{
    static const char *const solved[] = {"yes", "partly", "no"};
    static const char *const satisfied[] = {"yes", "fair", "no"};
    envelope->text = text_of(reading, body, "text", "body.text");
    envelope->title = text_of(reading, body, "title", "body.title");
    envelope->place = text_of(reading, body, "place", "body.place");
    envelope->phone = text_of(reading, body, "phone", "body.phone");
    envelope->reporter = text_of(reading, body, "reporter", "body.reporter");
    envelope->category = text_of(reading, body, "category", "body.category");
    envelope->division = text_of(reading, body, "division", "body.division");
    envelope->unit = text_of(reading, body, "unit", "body.unit");
    envelope->note = text_of(reading, body, "note", "body.note");
    envelope->has_due_ms = time_of(reading, body, "due", "body.due", &envelope->due_ms);
    envelope->has_occurred_ms =
        time_of(reading, body, "occurred", "body.occurred", &envelope->occurred_ms);
    envelope->has_confidential =
        flag_of(reading, body, "confidential", "body.confidential", &envelope->confidential);
    envelope->has_granted = flag_of(reading, body, "granted", "body.granted", &envelope->granted);
    const unsigned one = word_of(reading, body, "solved", "body.solved", solved, COUNT(solved));
    const unsigned two =
        word_of(reading, body, "satisfied", "body.satisfied", satisfied, COUNT(satisfied));
    envelope->has_solved = one != 0;
    envelope->solved = (Paidan__Solved)(one != 0 ? one : 1);
    envelope->has_satisfied = two != 0;
    envelope->satisfied = (Paidan__Satisfied)(two != 0 ? two : 1);
    read_attachments(reading, body, envelope);
}

/* What a kind cannot be without. */
static void judge_body(struct reading *reading, const Paidan__HotlineEnvelope *envelope)
{
    CHECK(envelope->kind >= PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH); /* the head was right */
    switch (envelope->kind) {
    case PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH:
    case PAIDAN__HOTLINE_KIND__HOTLINE_SUPPLEMENT:
        if (envelope->text == NULL || envelope->text[0] == '\0') {
            wrong(reading, "body.text");
        }
        break;
    case PAIDAN__HOTLINE_KIND__HOTLINE_RULING:
    case PAIDAN__HOTLINE_KIND__HOTLINE_EXTENSION_DECISION:
        if (!envelope->has_granted) {
            wrong(reading, "body.granted");
        }
        break;
    case PAIDAN__HOTLINE_KIND__HOTLINE_REDO:
        if (envelope->note == NULL && envelope->text == NULL) {
            wrong(reading, "body.note");
        }
        break;
    case PAIDAN__HOTLINE_KIND__HOTLINE_RATING:
        if (!envelope->has_solved) {
            wrong(reading, "body.solved");
        }
        break;
    default:
        break;
    }
}

/* Each member by itself, so that the first one that is wrong is named. */
static void read_head(struct reading *reading, const json_t *root, const char *source,
                      Paidan__HotlineEnvelope *envelope)
{
    CHECK(source != NULL);
    const char *const spec = json_string_value(json_object_get(root, "spec"));
    const char *const from = json_string_value(json_object_get(root, "source"));
    const char *const kind = json_string_value(json_object_get(root, "kind"));
    const json_t *const seq = json_object_get(root, "seq");
    if (spec == NULL || strcmp(spec, HOTLINE_SPEC) != 0) {
        wrong(reading, "spec");
    }
    if (from == NULL || strcmp(from, source) != 0) {
        wrong(reading, "source"); /* whoever signs says who he is */
    }
    envelope->id = text_of(reading, root, "id", "id");
    envelope->source_id = text_of(reading, root, "source_id", "source_id");
    envelope->our_number = text_of(reading, root, "our_number", "our_number");
    if (envelope->id == NULL || envelope->id[0] == '\0') {
        wrong(reading, "id");
    }
    if (envelope->source_id == NULL || envelope->source_id[0] == '\0') {
        wrong(reading, "source_id");
    }
    envelope->kind = 0;
    for (size_t index = 0; kind != NULL && index < COUNT(kinds); index++) {
        if (strcmp(kinds[index].name, kind) == 0 &&
            kinds[index].kind <= PAIDAN__HOTLINE_KIND__HOTLINE_RATING) {
            envelope->kind = kinds[index].kind;
        }
    }
    if (envelope->kind == 0) {
        wrong(reading, "kind");
    }
    if (!time_of(reading, root, "at", "at", &envelope->at_ms)) {
        wrong(reading, "at");
    }
    if (!json_is_integer(seq) || json_integer_value(seq) < 1) {
        wrong(reading, "seq");
    } else {
        envelope->seq = (uint64_t)json_integer_value(seq);
    }
}

enum rc port_hotline_json_read(struct arena *arena, const char *bytes, size_t size,
                               const char *source, Paidan__HotlineEnvelope **envelope,
                               const char **field)
{
    CHECK(source != NULL);
    CHECK(bytes != NULL || size == 0);
    struct reading reading = {.arena = arena, .field = "", .rc = RC_OK};
    json_error_t error;
    json_t *const root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    Paidan__HotlineEnvelope *const made = arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        json_decref(root);
        return RC_LIMIT;
    }
    paidan__hotline_envelope__init(made);
    if (!json_is_object(root)) {
        wrong(&reading, "");
    } else {
        const json_t *const body = json_object_get(root, "body");
        read_head(&reading, root, source, made);
        if (body != NULL && !json_is_object(body)) {
            wrong(&reading, "body");
        }
        read_body(&reading, body, made);
        if (reading.rc == RC_OK) {
            judge_body(&reading, made);
        }
    }
    json_decref(root);
    *field = reading.field;
    *envelope = made;
    return reading.rc;
}

/* ---- writing ---- */

static void put_text(json_t *object, const char *name, const char *text)
{
    CHECK(name != NULL);
    if (text != NULL && text[0] != '\0') {
        json_object_set_new(object, name, json_string(text));
    }
}

/* In the site's own time, as people there write it. */
static void put_time(json_t *object, const char *name, const struct site *site, uint64_t ms)
{
    CHECK(name != NULL);
    char text[40];
    const int64_t offset_ms = site_offset(site, ms);
    const int64_t local_s = ((int64_t)ms + offset_ms) / 1000;
    const struct civil_date date = civil_date((int32_t)(local_s / 86400));
    const int64_t of_day = local_s % 86400,
                  minutes = (offset_ms < 0 ? -offset_ms : offset_ms) / 60000;
    (void)snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d", date.year,
                   date.month, date.day, (int)(of_day / 3600), (int)(of_day / 60 % 60),
                   (int)(of_day % 60), offset_ms < 0 ? '-' : '+', (int)(minutes / 60),
                   (int)(minutes % 60));
    json_object_set_new(object, name, json_string(text));
}

static json_t *body_of(const struct site *site, const struct site_hotline_peer *peer,
                       const Paidan__HotlineTold *told)
{
    CHECK(peer != NULL);
    static const char *const satisfied[] = {"", "yes", "fair", "no"};
    json_t *const body = json_object();
    const char *const theirs =
        told->state == NULL ? NULL : site_hotline_map(site, SITE_HOTLINE_STATES, peer, told->state);
    put_text(body, "state", theirs != NULL ? theirs : told->state);
    put_text(body, "our_state", told->state);
    put_text(body, "envelope", told->envelope);
    put_text(body, "unit", told->unit);
    const uint32_t unit =
        told->unit == NULL ? SITE_NONE : site_heir(site, SITE_KIND_UNIT, told->unit);
    put_text(body, "unit_name", unit == SITE_NONE ? NULL : site->units[unit].name);
    put_text(body, "note", told->note);
    if (told->has_until_ms) {
        put_time(body, "until", site, told->until_ms);
    }
    if (told->has_round) {
        json_object_set_new(body, "round", json_integer(told->round));
    }
    if (told->has_satisfied && (size_t)told->satisfied < COUNT(satisfied)) {
        put_text(body, "satisfied", satisfied[told->satisfied]);
    }
    if (told->has_code) {
        put_text(body, "code", code_name((Paidan__Code)told->code));
    }
    put_text(body, "detail", told->detail);
    return body;
}

char *port_hotline_json_write(struct arena *arena, const struct site *site,
                              const struct site_hotline_peer *peer, const char *id,
                              const Paidan__HotlineTold *told)
{
    json_t *const root = json_object();
    CHECK(told->source_id != NULL);
    put_text(root, "spec", HOTLINE_SPEC);
    put_text(root, "id", id);
    put_text(root, "source", peer->ours);
    put_text(root, "source_id", told->source_id);
    put_text(root, "our_number", told->number);
    for (size_t index = 0; index < COUNT(kinds); index++) {
        if (kinds[index].kind == told->kind) {
            put_text(root, "kind", kinds[index].name);
        }
    }
    put_time(root, "at", site, told->at_ms);
    json_object_set_new(root, "seq", json_integer((json_int_t)told->seq));
    json_object_set_new(root, "body", body_of(site, peer, told));
    return say_json_text(arena, root);
}

/* ---- calls ---- */

static int hex_of(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

/* Of a form, in place; what is no escape stays as it is. */
static void decode(char *text)
{
    CHECK(text != NULL);
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        const int high = *at == '%' ? hex_of(at[1]) : -1;
        const int low = high < 0 ? -1 : hex_of(at[2]);
        if (low >= 0 && high * 16 + low != 0) {
            *to++ = (char)(high * 16 + low);
            at += 2;
        } else {
            *to++ = *at == '+' ? ' ' : *at;
        }
    }
    *to = '\0';
}

static void add_user(Paidan__HotlineCalled *called, char *user)
{
    CHECK(called->users != NULL);
    CHECK(called->n_users <= CALL_USERS_MAX);
    if (user != NULL && user[0] != '\0' && called->n_users < CALL_USERS_MAX) {
        called->users[called->n_users++] = user;
    }
}

/* name, value: of the arena. */
static void take_pair(struct reading *reading, const char *name, char *value,
                      Paidan__HotlineCalled *called)
{
    CHECK(name != NULL);
    CHECK(value != NULL);
    if (strcmp(name, "event") == 0) {
        called->step = strcmp(value, "newCall") == 0  ? PAIDAN__CALL_STEP__CALL_RINGS
                       : strcmp(value, "answer") == 0 ? PAIDAN__CALL_STEP__CALL_TAKEN
                       : strcmp(value, "hangup") == 0 ? PAIDAN__CALL_STEP__CALL_OVER
                                                      : 0;
        if (called->step == 0) {
            wrong(reading, "event");
        }
    } else if (strcmp(name, "callId") == 0) {
        called->call_id = value;
    } else if (strcmp(name, "from") == 0) {
        called->from = value;
    } else if (strcmp(name, "to") == 0) {
        called->to = value;
    } else if (strcmp(name, "cause") == 0) {
        called->cause = value;
    } else if (strcmp(name, "recording") == 0) {
        called->recording = value;
    } else if (strcmp(name, "direction") == 0) {
        called->has_outward = true;
        called->outward = strcmp(value, "out") == 0;
    } else if (strcmp(name, "user[]") == 0 || strcmp(name, "user") == 0) {
        add_user(called, value);
    }
}

/* application/x-www-form-urlencoded, as PHP and exchanges write it: user[] repeats. */
static void read_form(struct reading *reading, char *text, Paidan__HotlineCalled *called)
{
    char *rest = NULL;
    for (char *pair = strtok_r(text, "&", &rest); pair != NULL; pair = strtok_r(NULL, "&", &rest)) {
        char *const value = strchr(pair, '=');
        if (value != NULL) {
            *value = '\0';
            decode(pair);
            decode(value + 1);
            take_pair(reading, pair, value + 1, called);
        }
    }
}

static void read_members(struct reading *reading, json_t *root, Paidan__HotlineCalled *called)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(root, name, value)
    {
        for (size_t index = 0; index < json_array_size(value); index++) {
            const char *const user = json_string_value(json_array_get(value, index));
            if (strcmp(name, "user") == 0 && user != NULL) {
                add_user(called, arena_strdup(reading->arena, user));
            }
        }
        char *const text =
            json_is_string(value) ? arena_strdup(reading->arena, json_string_value(value)) : NULL;
        if (text != NULL) {
            take_pair(reading, name, text, called);
        }
    }
}

enum rc port_hotline_json_call(struct arena *arena, const char *bytes, size_t size,
                               Paidan__HotlineCalled **called, const char **field)
{
    CHECK(bytes != NULL || size == 0);
    struct reading reading = {.arena = arena, .field = "", .rc = RC_OK};
    Paidan__HotlineCalled *const made = arena_alloc(arena, sizeof *made);
    char *const copy = arena_alloc(arena, size + 1);
    if (made == NULL || copy == NULL) {
        return RC_LIMIT;
    }
    memcpy(copy, bytes, size);
    copy[size] = '\0';
    paidan__hotline_called__init(made);
    made->users = arena_alloc(arena, CALL_USERS_MAX * sizeof *made->users);
    if (made->users == NULL) {
        return RC_LIMIT;
    }
    made->step = 0;
    json_error_t error;
    json_t *const root = json_loadb(bytes, size, 0, &error);
    if (json_is_object(root)) {
        read_members(&reading, root, made);
    } else {
        read_form(&reading, copy, made);
    }
    json_decref(root);
    if (made->step == 0) {
        wrong(&reading, "event");
    }
    if (made->call_id == NULL || made->call_id[0] == '\0') {
        wrong(&reading, "callId");
    }
    *called = made;
    *field = reading.field;
    return reading.rc;
}
