#include "post.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel_core.h"

enum { POST_CHANNEL = STORE_SERVICE, POST_OUT = POST_CHANNEL + CHANNEL_TABLES };
enum { POST_NOTED, POST_HEARD, POST_DELIVERIES = POST_HEARD + CHANNEL_TALLIES };
enum { POST_DUE = 3, ENDS_BYTES = 4096 };

static char ends[ENDS_BYTES];
static bool hook_lost;

const char *post_ends(void)
{
    return ends;
}

void post_forget(void)
{
    ends[0] = '\0';
}

void post_lose_hook(bool lost)
{
    hook_lost = lost;
}

static bool rule(const struct site *site, const char *to, struct outbox_rule *found)
{
    (void)site;
    if (channel_is_service(to)) {
        channel_service_rule(found);
        return true;
    }
    *found = (struct outbox_rule){.attempts_max = 3,
                                  .age_ms = POST_AGE_MS,
                                  .pause_ms = POST_PAUSE_MS,
                                  .pause_max_ms = 2 * POST_PAUSE_MS,
                                  .flights_max = 4};
    return (strcmp(to, "hook") == 0 && !hook_lost) || strcmp(to, "sms") == 0;
}

static const struct outbox outbox = {
    .table = POST_OUT, .tally = POST_DELIVERIES, .due_kind = POST_DUE, .rule = rule};

static const char *code(const struct site *site)
{
    return site == NULL ? NULL : "wechat";
}

static uint64_t wait_key(uint64_t heard)
{
    return heard ^ 0x706f7374u;
}

static enum rc note(struct step *step, const char *text, uint64_t line)
{
    Paidan__Supplemented noted = PAIDAN__SUPPLEMENTED__INIT;
    uint64_t seq = 0;
    noted.text = (char *)text;
    const enum rc rc = step_say(step, &(struct step_about){.seq = &seq}, &noted.base);
    if (rc != RC_OK) {
        return rc;
    }
    const enum rc asked = outbox_ask(step, &outbox, &(struct step_about){0}, "hook", seq, line);
    return asked == RC_NOT_FOUND ? RC_OK : asked;
}

static enum rc answered(struct step *step, const Paidan__WishAnswered *answer)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%u %s", answer->code,
                   answer->number == NULL ? "-" : answer->number);
    if (answer->has_of) {
        step_wake(step, wait_key(answer->of));
    }
    return note(step, text, answer->of);
}

static enum rc delivered(struct step *step, const struct outbox_delivery *delivery, bool sent,
                         const ProtobufCBinaryData *reply)
{
    (void)step;
    const size_t used = strlen(ends);
    (void)snprintf(ends + used, sizeof ends - used, "%s %s %.*s;", delivery->to,
                   sent ? "sent" : "dead", reply == NULL ? 0 : (int)reply->len,
                   reply == NULL ? "" : (const char *)reply->data);
    return RC_OK;
}

const struct channel post_channel = {.outbox = &outbox,
                                     .table = POST_CHANNEL,
                                     .tally = POST_HEARD,
                                     .code = code,
                                     .answered = answered,
                                     .delivered = delivered};

static enum rc done(struct step *step, uint64_t ticket, uint64_t seq, uint64_t version)
{
    Paidan__Done body = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    body.has_ticket = ticket != 0;
    body.ticket = ticket;
    body.has_seq = 1;
    body.seq = seq;
    body.has_version = 1;
    body.version = version;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &body;
    return step_answer(step, &answer);
}

static enum rc wish(struct step *step, char *id, char *text, uint64_t line, uint64_t heard)
{
    Paidan__Lookup lookup = PAIDAN__LOOKUP__INIT;
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    Paidan__NewTicket *tickets[] = {&ticket};
    const ProtobufCMessage *wish = &submit.base;
    if (text[0] == '?') {
        lookup.channel = "wechat";
        lookup.external_id = text + 1;
        wish = &lookup.base;
    } else {
        ticket.channel = "wechat";
        ticket.external_id = id;
        ticket.text = text;
        submit.n_tickets = 1;
        submit.tickets = tickets;
    }
    return channel_wish(step, &post_channel, "intake", wish, line, heard, NULL);
}

static enum rc hear(struct step *step, const Paidan__Chase *message)
{
    Paidan__Heard heard = PAIDAN__HEARD__INIT;
    unsigned char digest[HEARD_DIGEST_BYTES];
    enum channel_verdict verdict = CHANNEL_NEW;
    uint64_t seq = 0;
    char *const id = arena_strdup(step->arena, message->note);
    CHECK(id != NULL);
    char *const blank = strchr(id, ' ');
    CHECK(blank != NULL);
    *blank = '\0';
    char *const text = blank + 1;
    crypto_generichash(digest, sizeof digest, (const unsigned char *)text, strlen(text), NULL, 0);
    heard.channel = "wechat";
    heard.id = id;
    heard.digest = (ProtobufCBinaryData){sizeof digest, digest};
    heard.body = (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
    enum rc rc = channel_hear(step, &post_channel, &heard, &verdict, &seq);
    if (rc == RC_OK && verdict == CHANNEL_DIFFERENT) {
        return step_refuse(step, PAIDAN__CODE__HEARD_DIFFERENT, NULL);
    }
    if (rc == RC_OK && verdict == CHANNEL_NEW) {
        rc = wish(step, id, text, message->ticket, seq);
    }
    return rc == RC_OK ? done(step, 0, seq, (uint64_t)verdict) : rc;
}

static enum rc await(struct step *step, const Paidan__Pull *pull, uint64_t until_ms)
{
    const uint64_t heard = strtoull(pull->unit, NULL, 10);
    Paidan__WishAnswered *answer = NULL;
    const enum rc rc = channel_answer_of(step->txn, &post_channel, step->arena, heard, &answer);
    if (rc == RC_NOT_FOUND && step->now_ms < until_ms) {
        step_park(step, wait_key(heard));
        return RC_OK;
    }
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__STARTING, NULL);
    }
    return rc == RC_OK ? done(step, answer->ticket, answer->code, 0) : rc;
}

static enum rc chase(struct step *step, const struct step_input *input)
{
    return hear(step, input->request->chase);
}

static enum rc miss(struct step *step, const struct step_input *input)
{
    const enum rc rc = note(step, "by hand", input->request->callback_miss->ticket);
    return rc == RC_OK ? done(step, 0, 0, 0) : rc;
}

static enum rc pull(struct step *step, const struct step_input *input)
{
    return await(step, input->request->pull, input->park_until_ms);
}

static enum rc fold(struct step_fold *step_fold, uint64_t seq, const Paidan__Event *event)
{
    (void)seq;
    if (event->fact_case == PAIDAN__EVENT__FACT_SUPPLEMENTED) {
        step_fold->tally->values[POST_NOTED]++;
        return RC_OK;
    }
    return RC_CORRUPT;
}

static const struct channel_core_wish wishes[] = {
    {.wish = PAIDAN__REQUEST__WISH_CHASE, .apply = chase},
    {.wish = PAIDAN__REQUEST__WISH_CALLBACK_MISS, .apply = miss},
    {.wish = PAIDAN__REQUEST__WISH_PULL, .apply = pull},
    {.wish = PAIDAN__REQUEST__WISH__NOT_SET},
};
static const struct channel_core core = {.channel = &post_channel, .wishes = wishes, .fold = fold};
CHANNEL_CORE_FUNCTIONS(core)

static const char *const nobody[] = {NULL};
static const char *const tables[] = {CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES, NULL};
static const char *const tallies[] = {"noted", CHANNEL_TALLY_NAMES, OUTBOX_TALLY_NAMES, NULL};

const struct step_service post_service = {
    .name = "post",
    .follows = nobody,
    .followed_by = nobody,
    .tables = tables,
    .tallies = tallies,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .changes = changes,
    .knows = knows,
};
