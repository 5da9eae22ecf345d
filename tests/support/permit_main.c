/* permit: walks every cell of the matrix through the five real services of a running instance: each wish
 * under each role, once about what is the role's own and once about what is not, and compares what
 * comes with what the table says. Then what a hostile caller would try.
 *
 * It lives in the instance's folder, as access does, so it can read their secrets and seal grants and passes.
 *
 * Usage: test-permit DATA            the matrix (peers file: this user is `trial`)
 *        test-permit DATA grant      one grant at each service
 *        test-permit DATA gateway    without a grant (peers file: `gateway follow=escalation`)
 *        test-permit DATA revoked    reloads the peers file while it is connected (see the script)
 * The site is tests/sites/joint. */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/bus/client.h"
#include "common/permit/permit.h"
#include "common/permit/permit_grant.h"
#include "common/say/code.h"

enum { CALL_MS = 20000, LIFE_MS = 60000 };

struct walk {
    const char *data;
    struct client *client;
    struct arena arena;
    unsigned char secret[PERMIT_SECRET_BYTES], pass[PERMIT_SECRET_BYTES];
    uint64_t own, foreign;
    char code[32]; /* the query code of `own` */
    unsigned cells, failures, skipped;
};

static struct walk walk;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "test-permit: %s: %s\n", what, why);
    walk.failures++;
}

/* ---- grants ---- */

static ProtobufCBinaryData seal(const char *actor, Paidan__GrantRole *role, uint64_t issued_ms)
{
    Paidan__GrantRole *roles[] = {role};
    Paidan__Grant grant = PAIDAN__GRANT__INIT;
    ProtobufCBinaryData sealed = {.len = 0};
    grant.actor = (char *)(uintptr_t)actor;
    grant.roles = roles;
    grant.n_roles = 1;
    grant.issued_ms = issued_ms;
    grant.expires_ms = issued_ms + LIFE_MS;
    const bool public = role->role == PAIDAN__ROLE__ROLE_PUBLIC;
    CHECK(permit_grant_seal(public ? walk.pass : walk.secret,
                            public ? PERMIT_PAPER_PASS : PERMIT_PAPER_GRANT, &grant, &walk.arena,
                            &sealed.data, &sealed.len) == RC_OK);
    return sealed;
}

/* What each role has; a key of a unit or of a channel, as the cell asks for. */
static void role_make(unsigned column, bool unit_key, Paidan__GrantRole *role)
{
    paidan__grant_role__init(role);
    role->role = (Paidan__Role)column;
    switch (role->role) {
    case PAIDAN__ROLE__ROLE_DISPATCHER:
        role->area = (char *)(uintptr_t) "bu1";
        break;
    case PAIDAN__ROLE__ROLE_CLERK:
    case PAIDAN__ROLE__ROLE_LEADER:
        role->unit = (char *)(uintptr_t) "b1";
        break;
    case PAIDAN__ROLE__ROLE_SUPERVISOR:
        role->unit = (char *)(uintptr_t) "s.any";
        break;
    case PAIDAN__ROLE__ROLE_HOTLINE:
        role->channel = (char *)(uintptr_t) "wechat";
        break;
    case PAIDAN__ROLE__ROLE_ADAPTER:
        role->unit = unit_key ? (char *)(uintptr_t) "b1" : NULL;
        role->channel = unit_key ? NULL : (char *)(uintptr_t) "wechat";
        break;
    default:
        break;
    }
}

/* ---- wishes ---- */

static const char *service_of(enum permit_row row)
{
    const char *const name = permit_table_name(row);
    if (strncmp(name, "desk", 4) == 0 || strncmp(name, "triage", 6) == 0 ||
        strncmp(name, "trust", 5) == 0 || strcmp(name, "merge") == 0 ||
        strcmp(name, "unmerge") == 0) {
        return "triage";
    }
    if (row >= PERMIT_SUBMIT && row <= PERMIT_SPLIT) {
        return "intake";
    }
    if (row >= PERMIT_CALLBACK_PULL && row <= PERMIT_CALLBACK_MISS) {
        return "callback";
    }
    if (row >= PERMIT_RATES || row == PERMIT_UNIT_COUNTS) {
        return "archive";
    }
    return row >= PERMIT_LOGIN_START ? "access" : "escalation";
}

/* The wish of a row: every field by which it could be narrowed names `unit`, `area`, `channel`, and
 * every ticket `ticket`; what must be there is. By the descriptors, so that a new wish is asked without
 * a word here. */
static void *room_for(size_t bytes)
{
    void *const room = arena_alloc(&walk.arena, bytes);
    CHECK(room != NULL);
    memset(room, 0, bytes);
    return room;
}

/* Bytes of the length that the field has everywhere: a session's id is shorter than hashes are. */
static ProtobufCBinaryData bytes_of(const char *name)
{
    const size_t size = strcmp(name, "session") == 0 ? SESSION_BYTES
                        : strcmp(name, "salt") == 0  ? PASSWORD_SALT_BYTES
                                                     : SECRET_HASH_BYTES;
    return (ProtobufCBinaryData){.data = room_for(size), .len = size};
}

static void fill_required(ProtobufCMessage *message);

static void fill_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    void *const at = (unsigned char *)(void *)message + field->offset;
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = (char *)(uintptr_t) "nobody.x";
        break;
    case PROTOBUF_C_TYPE_BYTES:
        *(ProtobufCBinaryData *)at = bytes_of(field->name);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)at = ((const ProtobufCEnumDescriptor *)field->descriptor)->values[0].value;
        break;
    case PROTOBUF_C_TYPE_UINT32:
        *(uint32_t *)at = 8;
        break;
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)at = 1;
        break;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessageDescriptor *const kind = field->descriptor;
        ProtobufCMessage *const inner = room_for(kind->sizeof_message);
        kind->message_init(inner);
        fill_required(inner);
        *(ProtobufCMessage **)at = inner;
        break;
    }
    default:
        break;
    }
}

static void fill_required(ProtobufCMessage *message)
{
    for (unsigned index = 0; index < message->descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &message->descriptor->fields[index];
        if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
            fill_field(message, field);
        }
    }
}

/* Who looks for one's own sessions, or renews, names the login by its token. */
static void fill_token(ProtobufCMessage *wish, enum permit_row row)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(wish->descriptor, "token_hash");
    if ((row == PERMIT_RENEW || row == PERMIT_SESSION_LIST) && field != NULL) {
        fill_field(wish, field);
        *(protobuf_c_boolean *)((unsigned char *)(void *)wish + field->quantifier_offset) = 1;
    }
}

static void fill_text(ProtobufCMessage *wish, const char *name, const char *value)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(wish->descriptor, name);
    if (field != NULL && field->type == PROTOBUF_C_TYPE_STRING) {
        *(char **)(void *)((unsigned char *)(void *)wish + field->offset) =
            (char *)(uintptr_t)value;
    }
}

static void fill_number(ProtobufCMessage *wish, const char *name, uint64_t value)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(wish->descriptor, name);
    unsigned char *const base = (unsigned char *)(void *)wish;
    if (field == NULL || field->type != PROTOBUF_C_TYPE_UINT64) {
        return;
    }
    *(uint64_t *)(void *)(base + field->offset) = value;
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL) {
        *(protobuf_c_boolean *)(base + field->quantifier_offset) = 1;
    }
}

/* A wish's case from the words of its row: "work name person" is a Work. Longest name first. */
static const ProtobufCFieldDescriptor *wish_of(enum permit_row row)
{
    const ProtobufCMessageDescriptor *const request = &paidan__request__descriptor;
    const ProtobufCFieldDescriptor *found = NULL;
    for (unsigned index = 0; index < request->n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &request->fields[index];
        char name[64];
        (void)snprintf(name, sizeof name, "%s", field->name);
        for (char *at = name; *at != '\0'; at++) {
            *at = *at == '_' ? ' ' : *at;
        }
        const size_t length = strlen(name);
        const char *const words = permit_table_name(row);
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
            strncmp(words, name, length) == 0 && (words[length] == ' ' || words[length] == '\0') &&
            (found == NULL || length > strlen(found->name))) {
            found = field;
        }
    }
    return found;
}

struct room {
    Paidan__Request request;
    unsigned char wish[512];
    Paidan__WorkItem item, *items[1];
    Paidan__CallbackReply reply, *replies[1];
    Paidan__NewTicket ticket, *tickets[1];
    uint64_t numbers[1];
    unsigned char id[REQUEST_ID_BYTES];
};

static void fill_lists(struct room *room, enum permit_row row, uint64_t ticket, const char *unit,
                       const char *channel)
{
    paidan__work_item__init(&room->item);
    paidan__callback_reply__init(&room->reply);
    paidan__new_ticket__init(&room->ticket);
    room->item.ticket = room->reply.ticket = room->numbers[0] = ticket;
    room->item.note = (char *)(uintptr_t) "x";
    room->item.has_version = 1; /* of no ticket: what is allowed is judged, and changes nothing */
    room->item.version = UINT32_MAX;
    room->reply.solved = PAIDAN__SOLVED__SOLVED_YES;
    room->reply.satisfied = PAIDAN__SATISFIED__SATISFIED_YES;
    room->ticket.channel = (char *)(uintptr_t)channel;
    room->ticket.text = (char *)(uintptr_t) "一号楼噪音太吵";
    room->ticket.spot_unit = row == PERMIT_SUBMIT_SPOT ? (char *)(uintptr_t)unit : NULL;
    room->ticket.spot_note = row == PERMIT_SUBMIT_SPOT ? (char *)(uintptr_t) "x" : NULL;
    room->items[0] = &room->item;
    room->replies[0] = &room->reply;
    room->tickets[0] = &room->ticket;
    switch (room->request.wish_case) {
    case PAIDAN__REQUEST__WISH_WORK:
        room->request.work->n_items = 1;
        room->request.work->items = room->items;
        room->request.work->action =
            (Paidan__Action)(row - PERMIT_WORK_ACCEPT + PAIDAN__ACTION__ACTION_ACCEPT);
        break;
    case PAIDAN__REQUEST__WISH_SUPERVISE:
        room->request.supervise->n_items = 1;
        room->request.supervise->items = room->items;
        room->request.supervise->action =
            (Paidan__SuperviseAction)(row - PERMIT_SUPERVISE_GRANT +
                                      PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT);
        break;
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        room->request.callback_answer->n_replies = 1;
        room->request.callback_answer->replies = room->replies;
        break;
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        room->request.read_texts->n_tickets = 1;
        room->request.read_texts->tickets = room->numbers;
        room->request.read_texts->has_phones = room->request.read_texts->phones =
            row == PERMIT_READ_PHONES;
        break;
    case PAIDAN__REQUEST__WISH_SUBMIT:
        room->request.submit->n_tickets = 1;
        room->request.submit->tickets = room->tickets;
        break;
    case PAIDAN__REQUEST__WISH_REPLAN:
        room->request.replan->has_apply = room->request.replan->apply = row == PERMIT_REPLAN_APPLY;
        break;
    case PAIDAN__REQUEST__WISH_DO_NOT_CALL:
        if (row == PERMIT_DO_NOT_CALL_TICKET) {
            room->request.do_not_call->query_code = NULL;
            room->request.do_not_call->has_this_ticket = room->request.do_not_call->this_ticket = 1;
        }
        break;
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        if (row ==
            PERMIT_SUPPLEMENT_DUE) { /* never with a code, which would make it a resident's */
            room->request.supplement->query_code = NULL;
            room->request.supplement->has_outer_due_ms = 1;
            room->request.supplement->outer_due_ms = clock_wall_ms() + LIFE_MS;
        }
        break;
    default:
        break;
    }
}

static bool room_make(struct room *room, enum permit_row row, bool own, const char *unit,
                      bool with_code)
{
    const ProtobufCFieldDescriptor *const field = wish_of(row);
    const ProtobufCMessageDescriptor *const kind = field->descriptor;
    ProtobufCMessage *const wish = (ProtobufCMessage *)(void *)room->wish;
    if (kind->sizeof_message > sizeof room->wish) {
        return false;
    }
    paidan__request__init(&room->request);
    kind->message_init(wish);
    room->request.wish_case = (Paidan__Request__WishCase)field->id;
    room->request.ping = (Paidan__Ping *)(void *)wish;
    if (row >= PERMIT_LOGIN_START) {
        fill_required(wish);
        fill_token(wish, row);
    }
    fill_text(wish, "unit", unit);
    fill_text(wish, "area", own ? "bu1" : "bu2");
    fill_text(wish, "channel", own ? "wechat" : "hotline");
    fill_text(wish, "text", "还在漏");
    fill_text(wish, "reason", "test");
    fill_text(wish, "phone", "13812345678");
    fill_text(wish, "follower", "watch");
    fill_number(wish, "from_seq", 1);
    fill_number(wish, "ticket", own ? walk.own : walk.foreign);
    fill_number(wish, "into",
                own ? walk.own
                    : walk.foreign); /* into itself: refused, by whoever may merge the two */
    if (row == PERMIT_LOOKUP_EXTERNAL) {
        fill_text(wish, "external_id", own ? "one" : "two");
    } else if (row == PERMIT_LOOKUP_CODE) {
        room->request.lookup->channel = NULL;
    }
    if (row == PERMIT_DESK_DISPATCH) {
        room->request.desk_dispatch->unit = NULL;
        room->request.desk_dispatch->area = NULL;
    }
    if (row == PERMIT_RECALL) { /* not really: the next cells ask whose the ticket is */
        room->request.recall->has_version = true;
        room->request.recall->version = UINT32_MAX;
    }
    if (row == PERMIT_CORRECT) {
        room->request.correct->has_version = true;
        room->request.correct->version = UINT32_MAX;
    }
    if (with_code) {
        fill_text(wish, "query_code", own && row != PERMIT_WITHDRAW ? walk.code : "AAAAAA");
    }
    fill_lists(room, row, own ? walk.own : walk.foreign, unit, own ? "wechat" : "hotline");
    client_request_id(room->id);
    room->request.has_request_id = 1;
    room->request.request_id = (ProtobufCBinaryData){.data = room->id, .len = sizeof room->id};
    return true;
}

static Paidan__Answer *call(const char *service, Paidan__Request *request)
{
    Paidan__Answer *answer = NULL;
    const enum rc rc = client_call(walk.client, service, request, &walk.arena, CALL_MS, &answer);
    if (answer == NULL) {
        fprintf(stderr, "test-permit: %s does not answer: %s\n", service, rc_name(rc));
        exit(1);
    }
    return answer;
}

/* The code that counts: of the one item, where there are items. */
static Paidan__Code code_of(const Paidan__Answer *answer)
{
    if (answer->code != PAIDAN__CODE__OK) {
        return answer->code;
    }
    switch (answer->body_case) {
    case PAIDAN__ANSWER__BODY_WORKED:
        return answer->worked->results[0]->code;
    case PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED:
        return answer->callback_answered->results[0]->code;
    case PAIDAN__ANSWER__BODY_SUBMITTED:
        return answer->submitted->results[0]->code;
    case PAIDAN__ANSWER__BODY_TEXTS:
        return answer->texts->texts[0]->text == NULL ? PAIDAN__CODE__TICKET_UNKNOWN
                                                     : PAIDAN__CODE__OK;
    default:
        return PAIDAN__CODE__OK;
    }
}

/* ---- cells ---- */

static bool refused(Paidan__Code code)
{
    return code == PAIDAN__CODE__FORBIDDEN || code == PAIDAN__CODE__GRANT_INVALID;
}

/* A ticket that is not known here for anybody (not yet routed, no callback) says nothing. */
static bool names_ticket(enum permit_row row)
{
    const ProtobufCFieldDescriptor *const wish = wish_of(row);
    const unsigned id = wish->id;
    return protobuf_c_message_descriptor_get_field_by_name(wish->descriptor, "ticket") != NULL ||
           id == PAIDAN__REQUEST__WISH_WORK || id == PAIDAN__REQUEST__WISH_SUPERVISE ||
           id == PAIDAN__REQUEST__WISH_READ_TEXTS || id == PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
}

static void judge(enum permit_row row, unsigned column, enum permit_scope scope, bool own,
                  Paidan__Code code)
{
    char what[96];
    (void)snprintf(what, sizeof what, "%s, role %u, scope %c, %s", permit_table_name(row), column,
                   (char)scope, own ? "own" : "foreign");
    const bool everywhere = scope == PERMIT_ALL || scope == PERMIT_UNTITLED;
    const bool hidden = code == PAIDAN__CODE__TICKET_UNKNOWN ||
                        code == PAIDAN__CODE__QUERY_CODE_WRONG ||
                        code == PAIDAN__CODE__CALLBACK_NOT_OPEN;
    walk.cells++;
    /* An adapter follows what its line of the peers file names, and a trial's names nobody. */
    if (scope == PERMIT_NONE || scope == PERMIT_FOLLOWED) {
        if (code != PAIDAN__CODE__FORBIDDEN) {
            fail(what, code_name(code));
        }
    } else if (own || everywhere) {
        const bool unseen = code == PAIDAN__CODE__TICKET_UNKNOWN && names_ticket(row) &&
                            scope != PERMIT_CALLBACK && strcmp(service_of(row), "callback") != 0;
        if (refused(code) || unseen) {
            fail(what, code_name(code));
        }
    } else if (!refused(code) && !hidden) {
        fail(what, code_name(code));
    }
}

/* One's own account is one's own whatever the roles: the column of whoever is known at all. */
static enum permit_scope scope_of(enum permit_row row, unsigned column)
{
    const enum permit_scope person = permit_table_cell(row, PERMIT_PERSON);
    return column != PERMIT_PUBLIC && person != PERMIT_NONE ? person
                                                            : permit_table_cell(row, column);
}

static void cell(enum permit_row row, unsigned column, bool own)
{
    const enum permit_scope scope = scope_of(row, column);
    struct room room;
    Paidan__GrantRole role;
    const bool supervisor = column == PAIDAN__ROLE__ROLE_SUPERVISOR;
    const bool oversees = scope == PERMIT_OVERSEE;
    const char *const unit = supervisor ? (own        ? "s.any"
                                           : oversees ? "s.city"
                                                      : "b2")
                                        : (own ? "b1" : "b2");
    arena_reset(&walk.arena);
    if (!room_make(&room, row, own, unit, true)) {
        walk.skipped++;
        return;
    }
    /* Overseeing reaches any ticket; what may be foreign is the unit in whose name. */
    if (oversees) {
        room.item.ticket = walk.own;
    }
    if (scope == PERMIT_PASS) {
        /* As intake seals one for whoever knew the code; the wish may name another ticket. */
        paidan__grant_role__init(&role);
        role.role = PAIDAN__ROLE__ROLE_PUBLIC;
        role.has_ticket = 1;
        role.ticket = walk.own;
        room.request.has_grant = 1;
        room.request.grant = seal("public", &role, clock_wall_ms());
    } else if (column == PERMIT_PUBLIC) {
        room.request.has_public_ = room.request.public_ = 1;
    } else {
        role_make(column, scope == PERMIT_UNIT, &role);
        room.request.has_grant = 1;
        room.request.grant = seal("zhang.san", &role, clock_wall_ms());
    }
    judge(row, column, scope, own, code_of(call(service_of(row), &room.request)));
}

/* Wishes of adapters, of which a trial without their files has none: tests/integration/gateway_permit.sh
 * and each adapter's own script ask them. */
static bool of_adapter(unsigned row)
{
    return row >= PERMIT_OUTBOX_LIST;
}

static void cells_walk(void)
{
    for (unsigned row = 0; row < PERMIT_ROWS; row++) {
        if (of_adapter(row)) {
            continue;
        }
        for (unsigned column = PERMIT_ROLE_FIRST; column <= PERMIT_PUBLIC; column++) {
            const enum permit_scope scope = scope_of((enum permit_row)row, column);
            cell((enum permit_row)row, column, true);
            /* The public's channel is the gateway's, which a trial's peers file does not name. */
            const bool narrow = permit_table_by((enum permit_row)row) != 0 ||
                                names_ticket((enum permit_row)row) || row == PERMIT_SUBMIT ||
                                row == PERMIT_SUBMIT_SPOT;
            /* Clerks and dispatchers write down what comes by any channel; what a unit has is
             * sorted by channel on its way out, not refused. */
            const bool open = scope == PERMIT_CHANNEL &&
                              ((row == PERMIT_SUBMIT && column != PAIDAN__ROLE__ROLE_HOTLINE &&
                                column != PAIDAN__ROLE__ROLE_ADAPTER) ||
                               row == PERMIT_UNIT_WORK);
            if (narrow && !open && scope != PERMIT_NONE) {
                cell((enum permit_row)row, column, false);
            }
        }
    }
}

/* ---- what else a hostile caller tries ---- */

static void expect(const char *what, Paidan__Code code, Paidan__Code wanted)
{
    walk.cells++;
    if (code != wanted) {
        fail(what, code_name(code));
    }
}

static void hostile_walk(void)
{
    struct room room;
    Paidan__GrantRole role;
    role_make(PAIDAN__ROLE__ROLE_AUDITOR, false, &role);
    CHECK(room_make(&room, PERMIT_STATS, true, "b1", false));
    room.request.has_grant = 1;
    room.request.grant = seal("zhang.san", &role, clock_wall_ms());
    expect("a grant", call("intake", &room.request)->code, PAIDAN__CODE__OK);
    room.request.grant.data[room.request.grant.len / 2] ^= 1;
    expect("altered", call("intake", &room.request)->code, PAIDAN__CODE__GRANT_INVALID);
    room.request.grant = seal("zhang.san", &role, clock_wall_ms() - LIFE_MS);
    expect("expired", call("intake", &room.request)->code, PAIDAN__CODE__GRANT_INVALID);
    room.request.grant = seal("zhang.san", &role, clock_wall_ms() + 3600000);
    expect("of tomorrow", call("intake", &room.request)->code, PAIDAN__CODE__GRANT_INVALID);
    room.request.grant.len = 0;
    expect("empty", call("intake", &room.request)->code, PAIDAN__CODE__GRANT_INVALID);
    walk.secret[0] ^= 1;
    room.request.grant = seal("zhang.san", &role, clock_wall_ms());
    walk.secret[0] ^= 1;
    expect("forged", call("intake", &room.request)->code, PAIDAN__CODE__GRANT_INVALID);
    room.request.grant = seal("zhang.san", &role, clock_wall_ms());
    room.request.actor = (char *)(uintptr_t) "li.si";
    expect("another's name", call("intake", &room.request)->code, PAIDAN__CODE__FORBIDDEN);
    room.request.actor = NULL;
    room.request.has_public_ = room.request.public_ = 1;
    expect("a grant for the public", call("intake", &room.request)->code, PAIDAN__CODE__FORBIDDEN);
    /* Unknown and out of scope must look the same, byte for byte but the correlation. */
    role_make(PAIDAN__ROLE__ROLE_CLERK, false, &role);
    for (unsigned index = 0; index < 2; index++) {
        CHECK(room_make(&room, PERMIT_SHOW, false, "b1", false));
        room.request.has_grant = 1;
        room.request.grant = seal("zhang.san", &role, clock_wall_ms());
        room.request.show->ticket = index == 0 ? walk.foreign : 2019010100000017u;
        const Paidan__Answer *const answer = call("escalation", &room.request);
        expect("out of scope or unknown", answer->code, PAIDAN__CODE__TICKET_UNKNOWN);
        if (answer->detail != NULL || answer->body_case != PAIDAN__ANSWER__BODY__NOT_SET) {
            fail("out of scope or unknown", "they differ");
        }
    }
}

/* One grant, asked of every service that reads grants from outside. */
static void grant_walk(void)
{
    static const char *const services[] = {"intake", "triage", "escalation", "callback"};
    struct room room;
    Paidan__GrantRole role;
    role_make(PAIDAN__ROLE__ROLE_AUDITOR, false, &role);
    for (size_t index = 0; index < sizeof services / sizeof services[0]; index++) {
        CHECK(room_make(&room, PERMIT_STATS, true, "b1", false));
        room.request.has_grant = 1;
        room.request.grant = seal("zhang.san", &role, clock_wall_ms());
        expect(services[index], call(services[index], &room.request)->code, PAIDAN__CODE__OK);
    }
}

static void gateway_walk(void)
{
    static const struct {
        enum permit_row row;
        const char *service;
        Paidan__Code code;
    } asked[] = {
        {PERMIT_PING, "intake", PAIDAN__CODE__OK},
        {PERMIT_STATS, "intake", PAIDAN__CODE__OK},
        {PERMIT_FETCH, "intake", PAIDAN__CODE__FORBIDDEN},
        {PERMIT_FETCH, "escalation", PAIDAN__CODE__FORBIDDEN}, /* under its own name alone */
        {PERMIT_SHOW, "escalation", PAIDAN__CODE__OK},
        {PERMIT_READ_TEXTS, "intake", PAIDAN__CODE__FORBIDDEN},
        {PERMIT_SUBMIT, "intake", PAIDAN__CODE__FORBIDDEN},
        {PERMIT_WORK_ACCEPT, "escalation", PAIDAN__CODE__FORBIDDEN},
        {PERMIT_SUPERVISE_RED, "escalation", PAIDAN__CODE__FORBIDDEN},
        {PERMIT_DESK_LIST, "triage", PAIDAN__CODE__FORBIDDEN}, /* not followed */
        {PERMIT_CALLBACK_PULL, "callback", PAIDAN__CODE__FORBIDDEN},
    };
    struct room room;
    for (size_t index = 0; index < sizeof asked / sizeof *asked; index++) {
        CHECK(room_make(&room, asked[index].row, true, "b1", false));
        expect(permit_table_name(asked[index].row), call(asked[index].service, &room.request)->code,
               asked[index].code);
        room.request.has_public_ = room.request.public_ = 1;
        if (asked[index].row != PERMIT_SUBMIT) {
            expect("for the public", call(asked[index].service, &room.request)->code,
                   PAIDAN__CODE__FORBIDDEN);
        }
    }
    CHECK(room_make(&room, PERMIT_FETCH, true, "b1", false));
    room.request.fetch->follower = (char *)(uintptr_t) "gateway";
    expect("fetch as gateway", call("escalation", &room.request)->code, PAIDAN__CODE__OK);
    CHECK(room_make(&room, PERMIT_LOOKUP_CODE, true, "b1", true));
    room.request.has_public_ = room.request.public_ = 1;
    expect("lookup for the public", call("intake", &room.request)->code, PAIDAN__CODE__OK);
}

/* The connection stays; the script takes the right away when it sees the line. */
static void revoked_walk(void)
{
    struct room room;
    CHECK(room_make(&room, PERMIT_PING, true, "b1", false));
    expect("before", call("intake", &room.request)->code, PAIDAN__CODE__OK);
    puts("connected");
    (void)fflush(stdout);
    Paidan__Code code = PAIDAN__CODE__OK;
    for (unsigned round = 0; code == PAIDAN__CODE__OK && round < 200; round++) {
        (void)usleep(50000);
        code = call("intake", &room.request)->code;
    }
    expect("after", code, PAIDAN__CODE__FORBIDDEN);
}

/* ---- two tickets ---- */

static uint64_t submit(const char *text, const char *channel, const char *external_id)
{
    struct room room;
    CHECK(room_make(&room, PERMIT_SUBMIT, true, "b1", false));
    room.ticket.text = (char *)(uintptr_t)text;
    room.ticket.channel = (char *)(uintptr_t)channel;
    room.ticket.external_id = (char *)(uintptr_t)external_id;
    const Paidan__Answer *const answer = call("intake", &room.request);
    CHECK(answer->code == PAIDAN__CODE__OK);
    CHECK(answer->submitted->results[0]->code == PAIDAN__CODE__OK);
    (void)snprintf(walk.code, sizeof walk.code, "%s", answer->submitted->results[0]->query_code);
    return answer->submitted->results[0]->ticket;
}

/* Escalation has it, and intake has heard of it. */
static void settled(uint64_t ticket, const char *unit)
{
    for (unsigned round = 0; round < 400; round++) {
        Paidan__Show show = PAIDAN__SHOW__INIT;
        Paidan__ReadTexts texts = PAIDAN__READ_TEXTS__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        show.ticket = ticket;
        request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
        request.show = &show;
        const Paidan__Answer *answer = call("escalation", &request);
        const bool there =
            answer->code == PAIDAN__CODE__OK && strcmp(answer->shown->brief->unit, unit) == 0;
        paidan__request__init(&request);
        texts.tickets = &ticket;
        texts.n_tickets = 1;
        texts.reason = (char *)(uintptr_t) "test";
        request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
        request.read_texts = &texts;
        answer = call("intake", &request);
        if (there && answer->texts->texts[0]->has_state &&
            answer->texts->texts[0]->state == PAIDAN__STATE__STATE_ASSIGNED) {
            return;
        }
        (void)usleep(50000);
    }
    fprintf(stderr, "test-permit: the ticket did not come to %s\n", unit);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: test-permit DATA [grant|gateway|revoked]\n", stderr);
        return 64;
    }
    const char *const mode = argc > 2 ? argv[2] : "matrix";
    walk.data = argv[1];
    if (permit_key_pair(walk.data, PERMIT_PAPER_GRANT, walk.secret) != RC_OK ||
        permit_key_pair(walk.data, PERMIT_PAPER_PASS, walk.pass) != RC_OK ||
        arena_init(&walk.arena, 64u << 20) != RC_OK ||
        client_open(&walk.client, walk.data, "") != RC_OK) {
        return 75;
    }
    if (strcmp(mode, "revoked") == 0) {
        revoked_walk();
    } else if (strcmp(mode, "grant") == 0) {
        grant_walk();
    } else if (strcmp(mode, "gateway") == 0) {
        walk.own = strtoull(argc > 3 ? argv[3] : "0", NULL, 10);
        (void)snprintf(walk.code, sizeof walk.code, "%s", argc > 4 ? argv[4] : "");
        gateway_walk();
    } else {
        walk.foreign = submit("二号楼噪音太吵", "hotline", "two");
        walk.own = submit("一号楼噪音太吵", "wechat", "one");
        settled(walk.foreign, "b2");
        settled(walk.own, "b1");
        printf("%llu %s\n", (unsigned long long)walk.own, walk.code);
        hostile_walk();
        cells_walk();
    }
    fprintf(stderr, "test-permit: %s: %u asked, %u wrong, %u skipped\n", mode, walk.cells,
            walk.failures, walk.skipped);
    client_close(walk.client);
    arena_fini(&walk.arena);
    return walk.failures == 0 && walk.skipped == 0 ? 0 : 1;
}
