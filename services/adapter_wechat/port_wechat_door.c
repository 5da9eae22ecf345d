/* port_wechat_door: messages of the platforms become questions to the own service. Owns the exchanges that
 * are not answered, and a copy of the accounts with their secrets.
 *
 * A message is acknowledged when it is committed, never before: whoever is killed meanwhile is asked
 * again by the platform, up to three times, and the same message finds the same answer. What is answered
 * within the platform's five seconds is the passive reply; where a ticket's number is still being made,
 * the core is asked a second time and says it within three, else the reply goes its own way.
 *
 * Signature and age are judged by the machine's clock and not by the instance's, which may run fast: the
 * platform knows no other. Nothing of a message, its sender or a secret goes into a log line. */

#include "port_wechat_door.h"

#include <inttypes.h>
#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/door/door_http.h"
#include "common/text/text.h"
#include "port_wechat_account.h"
#include "port_wechat_crypto.h"
#include "port_wechat_mine.h"
#include "port_wechat_robot.h"
#include "port_wechat_text.h"
#include "port_wechat_xml.h"

enum {
    ARENA_BYTES = 8 << 20,   /* of one message: its tree, its plain text, its reply */
    BODY_BYTES = 256 << 10,  /* a text of 64 KiB, escaped, encrypted and in base64 */
    ECHO_BYTES = 512,        /* of the address's check */
    NUMBER_MS = 3000,        /* the passive reply waits for a number; the platform for 5 s */
    RELOAD_US = 1000 * 1000, /* secrets are read again at most so often */
    NONCE_BYTES = 17,
    STAMP_BYTES = 24,
};

static const char text_plain[] = "text/plain; charset=utf-8";
static const char prefix[] = "/wechat/";

struct own {
    char data_dir[PATH_MAX];
    uint32_t site_version; /* of the site that the accounts are of */
    struct port_wechat_accounts *accounts;
    uint64_t loaded_us;
    struct arena arena; /* of the call under way */
    struct talk *talks; /* the newest */
    struct port_wechat_mine *mine;
};

/* A message whose answer is awaited. */
struct talk {
    struct talk *next, *prev;
    struct web_exchange *exchange;
    char account[CODE_BYTES_MAX + 1];
    char person[PORT_WECHAT_NAME_BYTES + 1], to[PORT_WECHAT_NAME_BYTES + 1];
    uint64_t came_us;
    uint64_t heard; /* 0: the service has not said yet */
    unsigned keyset;
    bool sealed;
};

/* What one message is, while it is taken. */
struct taking {
    struct port_wechat_account *account;
    const char *body;
    size_t bytes;
    bool sealed;
    unsigned keyset;
    const char *message; /* opened */
    size_t message_bytes;
    const char *why;
};

/* The answer says no more than its status: whoever tries to get in learns nothing of why. People read the
 * reason in the log, at most once in a while, and the count in AdapterStatus. */
static void refuse(struct door *door, struct web_exchange *exchange, unsigned status,
                   Paidan__Code code, const char *why)
{
    diag_log_limited(DIAG_WARN, "door", "message=refused why=%s", why);
    door_http_refused(door, code);
    web_answer(exchange, status, text_plain, "", 0);
}

/* ---- accounts ---- */

/* Secrets that cannot be read leave those of before in use, and a line in the log. */
static void reload(struct door *door, struct own *own)
{
    struct port_wechat_accounts *accounts = NULL;
    own->loaded_us = clock_monotonic_us();
    own->site_version = shell_gate_site(door_gate(door))->version;
    if (port_wechat_account_load(own->data_dir, shell_gate_site(door_gate(door)), &accounts) ==
        RC_OK) {
        port_wechat_account_free(own->accounts);
        own->accounts = accounts;
    }
}

/* "/wechat/<account>" and what follows it, "" or "/mine". */
/* Paths are not decoded: an account's code has nothing in it that would need it. */
static struct port_wechat_account *account_of(struct own *own, const char *path, const char **rest)
{
    char code[CODE_BYTES_MAX + 1];
    if (strncmp(path, prefix, sizeof prefix - 1) != 0) {
        return NULL;
    }
    const char *const name = path + sizeof prefix - 1;
    const size_t bytes = strcspn(name, "/");
    if (bytes == 0 || bytes > CODE_BYTES_MAX) {
        return NULL;
    }
    memcpy(code, name, bytes);
    code[bytes] = '\0';
    *rest = name + bytes;
    return port_wechat_account_find(own->accounts, code);
}

/* ---- what comes in ---- */

/* Judges and opens with the first set of secrets that fits. A message of the plain mode has nothing to
 * be opened: its seal proves the sender, and not what he says. */
static enum rc taken_open(struct own *own, struct taking *taking, const char *cipher,
                          const struct port_wechat_seal *seal)
{
    enum rc worst = RC_FORBIDDEN;
    for (unsigned index = 0; index < taking->account->keyset_count; index++) {
        const struct port_wechat_keys *const keys = &taking->account->keysets[index];
        enum rc rc = port_wechat_crypto_judge(keys->token, seal, cipher, clock_wall_ms());
        if (rc == RC_OK && cipher != NULL) {
            rc = port_wechat_crypto_open(keys, &own->arena, cipher, &taking->message,
                                         &taking->message_bytes);
        }
        if (rc == RC_OK) {
            taking->keyset = index;
            return RC_OK;
        }
        worst = rc == RC_FORBIDDEN ? worst : rc;
    }
    return worst;
}

/* Words for the log and the runbook, which explains them. */
static const char *why_of(enum rc rc)
{
    switch (rc) {
    case RC_FORBIDDEN:
        return "signed_by_another";
    case RC_TIMEOUT:
        return "older_than_five_minutes";
    case RC_LIMIT:
        return "no_memory";
    default:
        return "cannot_be_read";
    }
}

/* A secret may have been changed since it was read: it is looked at once more before anybody is sent
 * away, though not for each stranger. */
static enum rc taken_open_again(struct door *door, struct own *own, struct taking *taking,
                                const char *cipher, const struct port_wechat_seal *seal)
{
    char code[CODE_BYTES_MAX + 1];
    enum rc rc = taken_open(own, taking, cipher, seal);
    if (rc == RC_OK || rc == RC_TIMEOUT || clock_monotonic_us() - own->loaded_us < RELOAD_US) {
        return rc;
    }
    (void)snprintf(code, sizeof code, "%s", taking->account->code);
    reload(door, own);
    taking->account = port_wechat_account_find(own->accounts, code);
    if (taking->account == NULL) {
        return RC_FORBIDDEN;
    }
    return taken_open(own, taking, cipher, seal);
}

/* NULL stays in *cipher where the message is plain, which only XML can be. */
static enum rc cipher_of(struct own *own, const struct taking *taking, const char **cipher,
                         const char **why)
{
    if (taking->account->platform == PORT_WECHAT_ROBOT) {
        return port_wechat_robot_outer(&own->arena, taking->body, taking->bytes, cipher, why);
    }
    struct port_wechat_xml_outer outer;
    const enum rc rc = port_wechat_xml_outer(&own->arena, taking->body, taking->bytes, &outer, why);
    if (rc == RC_OK) {
        *cipher = outer.cipher;
    }
    return rc;
}

/* In compatible mode a message carries both forms: what is encrypted is what counts. A plain one is
 * taken there too, while the platform has not been changed over; in 安全模式 never. */
static enum rc taken_judge(struct door *door, struct own *own, struct web_exchange *exchange,
                           struct taking *taking)
{
    const char *cipher = NULL;
    enum rc rc = cipher_of(own, taking, &cipher, &taking->why);
    if (rc != RC_OK) {
        return rc;
    }
    taking->sealed = cipher != NULL;
    taking->why = NULL;
    if (!taking->sealed && taking->account->mode == PORT_WECHAT_SAFE) {
        return RC_FORBIDDEN;
    }
    const struct port_wechat_seal seal = {
        .signature = web_query(exchange, taking->sealed ? "msg_signature" : "signature"),
        .timestamp = web_query(exchange, "timestamp"),
        .nonce = web_query(exchange, "nonce"),
    };
    if (!taking->sealed) {
        taking->message = taking->body;
        taking->message_bytes = taking->bytes;
    }
    return taken_open_again(door, own, taking, cipher, &seal);
}

/* A robot's message carries no time: the seal's, which was judged, stands for it. */
static enum rc taken_hear(struct own *own, const struct web_exchange *exchange,
                          struct taking *taking, Paidan__WechatHear *hear)
{
    if (taking->account->platform == PORT_WECHAT_ROBOT) {
        const char *const said = web_query(exchange, "timestamp");
        return port_wechat_robot_hear(&own->arena, taking->message, taking->message_bytes,
                                      said == NULL ? 0 : strtoull(said, NULL, 10), hear,
                                      &taking->why);
    }
    return port_wechat_xml_hear(&own->arena, taking->message, taking->message_bytes, hear,
                                &taking->why);
}

/* Talks are held in a list for the one case that the process ends while some are under way. */
static void talk_end(struct own *own, struct talk *talk)
{
    CHECK((talk->prev == NULL) == (own->talks == talk));
    *(talk->prev == NULL ? &own->talks : &talk->prev->next) = talk->next;
    if (talk->next != NULL) {
        talk->next->prev = talk->prev;
    }
    free(talk);
}

/* All that the answer needs, copied: the message itself is gone when the service answers. */
static struct talk *talk_make(struct own *own, struct web_exchange *exchange,
                              const struct taking *taking, const Paidan__WechatHear *hear)
{
    const char *to = NULL;
    if (taking->account->platform != PORT_WECHAT_ROBOT &&
        port_wechat_xml_to(&own->arena, taking->message, taking->message_bytes, &to) != RC_OK) {
        return NULL;
    }
    struct talk *const talk = calloc(1, sizeof *talk);
    if (talk == NULL) {
        return NULL;
    }
    talk->exchange = exchange;
    talk->came_us = clock_monotonic_us();
    talk->sealed = taking->sealed;
    talk->keyset = taking->keyset;
    (void)snprintf(talk->account, sizeof talk->account, "%s", taking->account->code);
    if (!text_copy(talk->person, sizeof talk->person, hear->person) ||
        !text_copy(talk->to, sizeof talk->to, to)) {
        free(talk);
        return NULL;
    }
    talk->next = own->talks;
    if (talk->next != NULL) {
        talk->next->prev = talk;
    }
    own->talks = talk;
    return talk;
}

/* Judged before it is opened, opened before it is read, asked before it is answered. */
static void message_take(struct door *door, struct own *own, struct web_exchange *exchange,
                         struct port_wechat_account *account)
{
    struct taking taking = {.account = account};
    Paidan__WechatHear hear;
    taking.body = web_body(exchange, &taking.bytes);
    enum rc rc = taken_judge(door, own, exchange, &taking);
    if (rc != RC_OK) {
        const bool bad = rc == RC_INVALID || rc == RC_LIMIT;
        refuse(door, exchange, bad ? 400 : 403,
               bad ? PAIDAN__CODE__FRAME_INVALID : PAIDAN__CODE__FORBIDDEN, why_of(rc));
        return;
    }
    rc = taken_hear(own, exchange, &taking, &hear);
    /* From here on the message is a talk of ours, whatever becomes of its connection. */
    struct talk *const talk = rc == RC_OK ? talk_make(own, exchange, &taking, &hear) : NULL;
    if (talk == NULL) {
        refuse(door, exchange, rc == RC_INVALID ? 400 : 503, PAIDAN__CODE__FRAME_INVALID,
               why_of(rc));
        return;
    }
    hear.account = talk->account;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_HEAR;
    request.wechat_hear = &hear;
    rc = door_http_ask(door, &request, talk);
    if (rc != RC_OK) {
        talk_end(own, talk);
        refuse(door, exchange, 503, PAIDAN__CODE__OVERLOADED, rc_name(rc));
    }
}

/* ---- what goes out ---- */

/* What each platform takes as "heard, nothing to say": another text would be shown to the resident, or
 * asked again three times. */
static void nothing_say(const struct port_wechat_account *account, struct web_exchange *exchange)
{
    const char *const word =
        account != NULL && account->platform == PORT_WECHAT_OFFICIAL ? "success" : "";
    web_answer(exchange, 200, text_plain, word, strlen(word));
}

/* Random bytes in front of a message hide that two replies are alike; the nonce is digits, as the
 * platform's own are. */
static bool nonce_make(unsigned char random[PORT_WECHAT_RANDOM_BYTES], char nonce[NONCE_BYTES])
{
    if (RAND_bytes(random, PORT_WECHAT_RANDOM_BYTES) != 1) {
        return false;
    }
    for (unsigned index = 0; index + 1 < NONCE_BYTES; index++) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1) {
            return false;
        }
        nonce[index] = (char)('0' + byte % 10);
    }
    nonce[NONCE_BYTES - 1] = '\0';
    return true;
}

/* Sealed by the set of secrets that the message came with, for that one the platform surely knows. */
static char *sealed_make(struct own *own, const struct port_wechat_account *account,
                         const struct talk *talk, const char *plain)
{
    unsigned char random[PORT_WECHAT_RANDOM_BYTES];
    char nonce[NONCE_BYTES], stamp[STAMP_BYTES], signature[PORT_WECHAT_SIGNATURE_BYTES];
    const char *cipher = NULL;
    /* The platform may have ended a set of secrets since it asked: the first one holds then. */
    const unsigned index = talk->keyset < account->keyset_count ? talk->keyset : 0;
    const struct port_wechat_keys *const keys = &account->keysets[index];
    if (!nonce_make(random, nonce) || port_wechat_crypto_close(keys, random, &own->arena, plain,
                                                               strlen(plain), &cipher) != RC_OK) {
        return NULL;
    }
    (void)snprintf(stamp, sizeof stamp, "%" PRIu64, clock_wall_ms() / 1000);
    port_wechat_crypto_sign(keys->token, stamp, nonce, cipher, signature);
    return account->platform == PORT_WECHAT_ROBOT
               ? port_wechat_robot_envelope(&own->arena, cipher, signature, stamp, nonce)
               : port_wechat_xml_envelope(&own->arena, cipher, signature, stamp, nonce);
}

/* A reply is plain where the message was: so it is in compatible mode for a platform that has not been
 * changed over. */
static void reply_say(struct own *own, const struct port_wechat_account *account,
                      const struct talk *talk, const Paidan__Replied *reply)
{
    const bool robot = account->platform == PORT_WECHAT_ROBOT;
    char *const words = port_wechat_xml_words(&own->arena, reply);
    char *answer = NULL;
    if (words != NULL && robot) {
        answer = port_wechat_robot_reply(&own->arena,
                                         arena_printf(&own->arena, "%" PRIu64, talk->heard), words);
    } else if (words != NULL) {
        answer = port_wechat_xml_reply(&own->arena, talk->person, talk->to, clock_wall_ms(), words);
    }
    if (answer != NULL && talk->sealed) {
        answer = sealed_make(own, account, talk, answer);
    }
    if (answer == NULL) {
        web_answer(talk->exchange, 503, text_plain, "", 0); /* the platform asks again */
        return;
    }
    web_answer(talk->exchange, 200, robot ? "application/json" : "text/xml; charset=utf-8", answer,
               strlen(answer));
}

/* The core may say a number that is being made. False: it cannot be asked now. */
static bool number_await(struct door *door, struct talk *talk)
{
    const uint64_t gone_ms = (clock_monotonic_us() - talk->came_us) / 1000;
    Paidan__WechatAwait await = PAIDAN__WECHAT_AWAIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (gone_ms >= NUMBER_MS) {
        return false;
    }
    await.heard = talk->heard;
    await.wait_ms = (uint32_t)(NUMBER_MS - gone_ms);
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_AWAIT;
    request.wechat_await = &await;
    return door_http_ask(door, &request, talk) == RC_OK;
}

/* What the service cannot now is asked again by the platform; what it will not, never. */
static unsigned status_of(Paidan__Code code)
{
    switch (code) {
    case PAIDAN__CODE__HEARD_DIFFERENT:
        return 409;
    case PAIDAN__CODE__OVERLOADED:
    case PAIDAN__CODE__STORAGE_FULL:
    case PAIDAN__CODE__STARTING:
    case PAIDAN__CODE__TOO_MANY_WAITERS:
    case PAIDAN__CODE__SERVICE_FAULT:
    case PAIDAN__CODE__UNREACHABLE:
        return 503;
    default:
        return 400;
    }
}

static void talk_answered(struct door *door, struct own *own, struct talk *talk,
                          const Paidan__Answer *answer)
{
    const struct port_wechat_account *const account =
        port_wechat_account_find(own->accounts, talk->account);
    const Paidan__WechatHeard *const heard =
        answer->body_case == PAIDAN__ANSWER__BODY_WECHAT_HEARD ? answer->wechat_heard : NULL;
    const bool ok = answer->code == PAIDAN__CODE__OK;
    if (account == NULL || (ok && heard == NULL) || (!ok && talk->heard != 0)) {
        nothing_say(account,
                    talk->exchange); /* it is heard: what there is to say goes another way */
    } else if (!ok) {
        refuse(door, talk->exchange, status_of(answer->code), answer->code, "by_the_service");
    } else if (heard->reply != NULL) {
        talk->heard = heard->heard;
        reply_say(own, account, talk, heard->reply);
    } else {
        const bool first = talk->heard == 0;
        talk->heard = heard->heard;
        if (first && heard->wait && number_await(door, talk)) {
            return;
        }
        nothing_say(account, talk->exchange);
    }
    talk_end(own, talk);
}

/* After the commit. The exchange may be of a platform that hung up meanwhile: then nobody reads the answer,
 * and the platform asks again. */
static void on_answered(struct door *door, void *asked, const Paidan__Answer *answer)
{
    struct own *const own = door_own(door);
    arena_reset(&own->arena);
    if (!port_wechat_mine_answered(own->mine, asked, answer)) {
        talk_answered(door, own, asked, answer);
    }
}

/* ---- the check of the address ---- */

/* What is sent back must be nothing but what it is: no page, no header. */
static bool echo_fits(const char *echo, size_t bytes)
{
    for (size_t index = 0; index < bytes; index++) {
        if (echo[index] < 0x21 || echo[index] > 0x7e) {
            return false;
        }
    }
    return bytes > 0 && bytes <= ECHO_BYTES;
}

/* Official accounts sign a text that is sent back; the others seal one and want it opened. Within a
 * second, so the service is not asked. */
static void address_check(struct door *door, struct own *own, struct web_exchange *exchange,
                          struct port_wechat_account *account)
{
    struct taking taking = {.account = account};
    const bool official = account->platform == PORT_WECHAT_OFFICIAL;
    const char *const echo = web_query(exchange, "echostr");
    const struct port_wechat_seal seal = {
        .signature = web_query(exchange, official ? "signature" : "msg_signature"),
        .timestamp = web_query(exchange, "timestamp"),
        .nonce = web_query(exchange, "nonce"),
    };
    if (echo == NULL) {
        refuse(door, exchange, 400, PAIDAN__CODE__FRAME_INVALID, "no_echostr");
        return;
    }
    taking.message = echo;
    taking.message_bytes = strlen(echo);
    const enum rc rc = taken_open_again(door, own, &taking, official ? NULL : echo, &seal);
    if (rc != RC_OK || !echo_fits(taking.message, taking.message_bytes)) {
        refuse(door, exchange, 403, PAIDAN__CODE__FORBIDDEN, why_of(rc));
        return;
    }
    web_answer(exchange, 200, text_plain, taking.message, taking.message_bytes);
}

/* ---- the port ---- */

/* Everything of one request lives in the arena until the next: no two are taken at a time. */
static void on_request(struct door *door, struct web_exchange *exchange)
{
    struct own *const own = door_own(door);
    const char *rest = "";
    arena_reset(&own->arena);
    if (own->site_version != shell_gate_site(door_gate(door))->version) {
        reload(door, own);
    }
    struct port_wechat_account *const account = account_of(own, web_path(exchange), &rest);
    const bool get = strcmp(web_method(exchange), "GET") == 0;
    if (account != NULL && get && strcmp(rest, "/mine") == 0) {
        port_wechat_mine_take(own->mine, door, &own->arena, account, own->accounts->public_url,
                              exchange);
    } else if (account == NULL || rest[0] != '\0') {
        web_answer(exchange, 404, text_plain, "", 0);
    } else if (get) {
        address_check(door, own, exchange, account);
    } else if (strcmp(web_method(exchange), "POST") == 0) {
        message_take(door, own, exchange, account);
    } else {
        web_answer(exchange, 405, text_plain, "", 0);
    }
}

static void own_close(void *context)
{
    struct own *const own = context;
    CHECK(own != NULL);
    while (own->talks != NULL) {
        talk_end(own, own->talks);
    }
    port_wechat_mine_close(own->mine);
    port_wechat_account_free(own->accounts);
    arena_fini(&own->arena);
    free(own);
}

/* Before the server listens, so that the first request finds its account. */
static enum rc own_open(struct door *door, const char *data_dir, void **context)
{
    struct own *const own = calloc(1, sizeof *own);
    if (own == NULL) {
        return RC_LIMIT;
    }
    (void)snprintf(own->data_dir, sizeof own->data_dir, "%s", data_dir);
    own->site_version = shell_gate_site(door_gate(door))->version;
    enum rc rc = arena_init(&own->arena, ARENA_BYTES);
    if (rc != RC_OK) {
        free(own);
        return rc;
    }
    rc = port_wechat_account_load(data_dir, shell_gate_site(door_gate(door)), &own->accounts);
    if (rc == RC_OK) {
        rc = port_wechat_mine_open(&own->mine);
    }
    if (rc != RC_OK) {
        own_close(own);
        return rc;
    }
    own->loaded_us = clock_monotonic_us();
    *context = own;
    return RC_OK;
}

static const struct door_http http = {
    .name = "wechat",
    .body_max = BODY_BYTES,
    .listen = port_wechat_account_listen,
    .open = own_open,
    .close = own_close,
    .handle = on_request,
    .answered = on_answered,
};

static enum rc port_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_http_open(gate, data_dir, &http, context);
}

const struct shell_port port_wechat_door = {
    .name = "door",
    .open = port_open,
    .close = door_http_close,
    .wait = door_http_wait,
    .work = door_http_work,
    .answered = door_http_answered,
};
