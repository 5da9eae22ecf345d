/* cli_effect: what a change did. A success that only says "done" leaves the clerk to guess where
 * the ticket went, who decides now and until when. All of it stands in the facts that the change
 * led to, so they are looked up by what caused them, request or record, and said by the sentences
 * of the history: what is read here is what stands in the ticket's timeline. Escalation's log is
 * the one asked, for it alone knows deadlines; facts of other services reach it by following. */

#include "cli_effect.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli_json.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/number.h"
#include "common/say/say_facts.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/wire/wire.h"

/* Triage and escalation follow within some milliseconds; asking faster only costs them time. Where the
 * machine is busy it takes longer; what has not come by then is told as something that will. */
enum { ASK_AGAIN_MS = 25, TRAVEL_MS = 3000 };
/* Triage's states of a ticket at the desk, as triage_fsm.h numbers them. */
enum { TRIAGE_DESK_FIRST = 2, TRIAGE_DESK_LAST = 3, TRIAGE_DESK_RECALLED = 5 };

/* Who says how long an answer may take (--timeout) says it of effects, too. */
static uint64_t patience_ms(const struct cli *cli)
{
    return cli_given(cli, CLI_TIMEOUT) ? cli->timeout_ms : TRAVEL_MS;
}

static bool is_meant(const struct cli_effect_of *of, const Paidan__Cause *cause)
{
    if (of->request_id != NULL) {
        return cause->has_request_id && cause->request_id.len == REQUEST_ID_BYTES &&
               memcmp(cause->request_id.data, of->request_id, REQUEST_ID_BYTES) == 0;
    }
    return of->log == NULL || (cause->log != NULL && strcmp(cause->log, of->log) == 0 &&
                               cause->has_seq && cause->seq == of->seq);
}

/* From the newest back, for what was just done stands at the end. */
static void take_facts(struct cli *cli, const struct cli_effect_of *of, struct cli_effect *effect)
{
    const Paidan__Shown *shown = effect->shown;
    const Paidan__Event *found[CLI_EFFECT_FACTS_MAX];
    size_t count = 0;
    for (size_t index = shown->n_history; index > 0 && count < CLI_EFFECT_FACTS_MAX; index--) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        const ProtobufCBinaryData *bytes = &shown->history[index - 1];
        if (wire_unpack(&cli->arena, &paidan__event__descriptor, bytes->data, bytes->len, &message,
                        &error) != RC_OK) {
            break; /* of a newer version: what came after it is told */
        }
        const Paidan__Event *event = (const Paidan__Event *)(const void *)message;
        if (is_meant(of, event->cause)) {
            found[count++] = event;
        }
    }
    for (size_t index = 0; index < count; index++) {
        effect->facts[index] = found[count - 1 - index];
    }
    effect->count = count;
}

static void pause_ms(unsigned span_ms)
{
    const struct timespec span = {.tv_nsec = (long)span_ms * 1000000};
    (void)nanosleep(&span, NULL);
}

bool cli_effect_find(struct cli *cli, uint64_t ticket, const struct cli_effect_of *of,
                     struct cli_effect *effect)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Answer *answer = NULL;
    CHECK(ticket != 0);
    wish.ticket = ticket;
    wish.has_history = wish.history = 1;
    *effect = (struct cli_effect){.shown = NULL};
    /* The change is done: a service that does not answer now must not hold its caller up. */
    if (cli_try(cli, "escalation", &wish.base, patience_ms(cli), &answer) == PAIDAN__CODE__OK) {
        effect->shown = answer->shown;
        take_facts(cli, of, effect);
    }
    return effect->count > 0;
}

/* ---- words ---- */

/* A sentence without what the caller wrote himself: notes are cleared in a copy of the fact. */
static void say_fact(const struct say *say, const Paidan__Event *event, char *text, size_t size)
{
    static char nothing[] = "";
    union {
        ProtobufCMessage base;
        char bytes[512];
    } copy;
    Paidan__Event said = *event;
    const ProtobufCMessage *fact = &event->assigned->base; /* each member of the union points */
    const ProtobufCMessageDescriptor *of = fact->descriptor;
    CHECK(of->sizeof_message <= sizeof copy.bytes);
    memcpy(copy.bytes, fact, of->sizeof_message);
    for (unsigned index = 0; index < of->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &of->fields[index];
        const bool note = strcmp(field->name, "note") == 0 || strcmp(field->name, "duty") == 0 ||
                          (strcmp(field->name, "reason") == 0);
        if (note && field->type == PROTOBUF_C_TYPE_STRING) {
            memcpy(copy.bytes + field->offset, &(char *){nothing}, sizeof(char *));
        }
    }
    said.assigned = (Paidan__Assigned *)(void *)copy.bytes;
    (void)say_facts_words(say, &said, text, size);
}

/* The running clock that ends first. */
static const Paidan__ClockSet *next_clock(const Paidan__Brief *brief)
{
    const Paidan__ClockSet *next = NULL;
    for (size_t index = 0; index < brief->n_clocks; index++) {
        if (next == NULL || brief->clocks[index]->due_ms < next->due_ms) {
            next = brief->clocks[index];
        }
    }
    return next;
}

/* Who must do something now, and by when. */
static void add_now(const struct say *say, const Paidan__Brief *brief, uint64_t now_ms, char *text)
{
    const char *between = say_choose(say, "；", "; ");
    char word[256], deadline[128];
    const char *unit = say_unit(say, brief->unit);
    const Paidan__ClockSet *clock = next_clock(brief);
    switch (brief->state) {
    case PAIDAN__STATE__STATE_RESOLVED:
        say_add(text, CLI_EFFECT_BYTES, between,
                say_choose(say, "转回访，等诉求人答复", "the resident is asked now"));
        return;
    case PAIDAN__STATE__STATE_RETURNED:
        say_add(text, CLI_EFFECT_BYTES, between,
                say_choose(say, "等分拨员裁定，时限照走",
                           "waits for the dispatcher's ruling; its clocks run on"));
        return;
    case PAIDAN__STATE__STATE_DESK:
        say_add(text, CLI_EFFECT_BYTES, between,
                say_choose(say, "等分拨员重新分拨，时限不走",
                           "waits for the dispatcher; no clock of a unit runs"));
        return;
    case PAIDAN__STATE__STATE_ASSIGNED:
    case PAIDAN__STATE__STATE_ACCEPTED:
        break;
    default: /* suspended: the fact says until when; closed and withdrawn: nothing is left */
        return;
    }
    if (brief->has_appealed && brief->appealed) {
        say_add(text, CLI_EFFECT_BYTES, between,
                say_choose(say, "申诉等督办单位裁定", "a supervising unit rules on the appeal"));
    }
    if (strstr(text, unit) == NULL) {
        (void)snprintf(word, sizeof word, say_choose(say, "现由 %s 承办", "%s has it"), unit);
        say_add(text, CLI_EFFECT_BYTES, between, word);
    }
    if (clock != NULL) {
        (void)say_time_deadline(say, clock->due_ms, 0, now_ms, deadline, sizeof deadline);
        (void)snprintf(word, sizeof word, say_choose(say, "%s时限%s", "%s: %s"),
                       say_words_clock(say, clock->clock), deadline);
        say_add(text, CLI_EFFECT_BYTES, between, word);
    }
}

void cli_effect_words(const struct say *say, const struct cli_effect *effect, uint64_t now_ms,
                      char text[CLI_EFFECT_BYTES])
{
    char word[CLI_EFFECT_BYTES];
    CHECK(effect->count <= CLI_EFFECT_FACTS_MAX);
    text[0] = '\0';
    for (size_t index = 0; index < effect->count; index++) {
        say_fact(say, effect->facts[index], word, sizeof word);
        if (word[0] != '\0') {
            say_add(text, CLI_EFFECT_BYTES, say_choose(say, "；", "; "), word);
        }
    }
    if (effect->shown != NULL) {
        add_now(say, effect->shown->brief, now_ms, text);
    }
}

void cli_effect_set(struct cli *cli, json_t *object, const struct cli_effect *effect)
{
    char text[CLI_EFFECT_BYTES];
    struct say say = *cli_speak(cli);
    json_t *said = json_object();
    say.language = SAY_CHINESE;
    cli_effect_words(&say, effect, cli->now_ms, text);
    json_object_set_new(said, "zh", json_string(text));
    say.language = SAY_ENGLISH;
    cli_effect_words(&say, effect, cli->now_ms, text);
    json_object_set_new(said, "en", json_string(text));
    json_object_set_new(object, "effect", said);
    if (effect->shown != NULL) {
        json_object_set_new(object, "ticket", say_json_brief(cli_speak(cli), effect->shown->brief));
    }
}

/* ---- tickets that have to travel ---- */

static bool is_desk(uint32_t state)
{
    return (state >= TRIAGE_DESK_FIRST && state <= TRIAGE_DESK_LAST) ||
           state == TRIAGE_DESK_RECALLED;
}

bool cli_effect_at_desk(struct cli *cli, uint64_t ticket, json_t *object,
                        char text[CLI_EFFECT_BYTES])
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Answer *answer = NULL;
    char reasons[256];
    wish.ticket = ticket;
    if (cli_try(cli, "triage", &wish.base, patience_ms(cli), &answer) != PAIDAN__CODE__OK ||
        !is_desk(answer->triage_shown->state)) {
        return false;
    }
    say_words_bits(&cli->say, &paidan__desk_reason__descriptor, answer->triage_shown->reasons,
                   cli_say(cli, "，", ", "), reasons, sizeof reasons);
    (void)snprintf(text, CLI_EFFECT_BYTES,
                   cli_say(cli, "等分拨员分拨：%s", "waits for the dispatcher: %s"), reasons);
    if (object != NULL) {
        json_object_set_new(object, "state", json_string("desk"));
        json_object_set_new(
            object, "reasons",
            say_json_bits(&paidan__desk_reason__descriptor, answer->triage_shown->reasons));
    }
    return true;
}

/* What a script looks for first: who, and until when. */
static void set_short(struct cli *cli, json_t *object, const Paidan__Brief *brief)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    const Paidan__ClockSet *clock = next_clock(brief);
    json_object_set_new(
        object, "state",
        json_string(say_words_token(&paidan__state__descriptor, (int)brief->state, token)));
    json_object_set_new(object, "unit", json_string(brief->unit));
    json_object_set_new(object, "unit_name", json_string(say_unit(cli_speak(cli), brief->unit)));
    if (clock != NULL) {
        json_object_set_new(
            object, "clock",
            json_string(say_words_token(&paidan__clock__descriptor, (int)clock->clock, token)));
        say_json_time(&cli->say, object, "due", clock->due_ms);
    }
}

/* Has escalation followed the other log as far as that record? Then its facts are there, or there
 * are none: a withdrawal at the desk, a chase of what is closed. */
static bool has_followed(struct cli *cli, const struct cli_effect_of *of)
{
    Paidan__Ping wish = PAIDAN__PING__INIT;
    Paidan__Answer *answer = NULL;
    if (of->log == NULL || of->seq == 0 ||
        cli_try(cli, "escalation", &wish.base, patience_ms(cli), &answer) != PAIDAN__CODE__OK) {
        return false;
    }
    for (size_t index = 0; index < answer->pong->n_following; index++) {
        const Paidan__Following *following = answer->pong->following[index];
        if (strcmp(following->log, of->log) == 0) {
            return following->cursor >= of->seq;
        }
    }
    return false;
}

/* Once. What escalation shows before it has followed is the ticket as it was, and is not handed out. */
static enum cli_effect_end look(struct cli *cli, uint64_t ticket, const struct cli_effect_of *of,
                                struct cli_effect *effect)
{
    if (cli_effect_find(cli, ticket, of, effect)) {
        return CLI_EFFECT_FOUND;
    }
    /* Asked after the facts were looked for: they may have come in between. */
    if (has_followed(cli, of)) {
        return cli_effect_find(cli, ticket, of, effect) ? CLI_EFFECT_FOUND : CLI_EFFECT_NONE;
    }
    *effect = (struct cli_effect){.shown = NULL};
    return CLI_EFFECT_LATE;
}

uint64_t cli_effect_patience(const struct cli *cli)
{
    return clock_monotonic_us() + patience_ms(cli) * 1000;
}

enum cli_effect_end cli_effect_wait(struct cli *cli, uint64_t ticket,
                                    const struct cli_effect_of *of, uint64_t end_us,
                                    struct cli_effect *effect)
{
    for (;;) {
        const enum cli_effect_end end = look(cli, ticket, of, effect);
        if (end != CLI_EFFECT_LATE || of->seq == 0 || clock_monotonic_us() >= end_us) {
            return end;
        }
        pause_ms(ASK_AGAIN_MS);
    }
}

const char *cli_effect_late(struct cli *cli, json_t *object)
{
    static const char zh[] = "工单随后更新", en[] = "the ticket will follow";
    if (object != NULL) {
        json_object_set_new(object, "effect", json_pack("{s:s, s:s}", "zh", zh, "en", en));
    }
    return cli_say(cli, zh, en);
}

/* Waits for the facts, looking at the desk from time to time: what lies there does not come. text is
 * empty where nothing comes, and for a new ticket that nobody has yet. */
static void travel(struct cli *cli, uint64_t ticket, const struct cli_effect_of *of, json_t *object,
                   char text[CLI_EFFECT_BYTES])
{
    const uint64_t end_us = cli_effect_patience(cli);
    enum cli_effect_end end = CLI_EFFECT_LATE;
    struct cli_effect effect;
    (void)cli_site(cli);
    text[0] = '\0';
    for (;;) {
        end = look(cli, ticket, of, &effect);
        if (end == CLI_EFFECT_FOUND) {
            break;
        }
        if (cli_effect_at_desk(cli, ticket, object, text) || end == CLI_EFFECT_NONE) {
            return;
        }
        if (clock_monotonic_us() >= end_us) {
            if (of->log != NULL) {
                (void)snprintf(text, CLI_EFFECT_BYTES, "%s", cli_effect_late(cli, object));
            }
            return;
        }
        pause_ms(ASK_AGAIN_MS);
    }
    cli_effect_words(&cli->say, &effect, cli->now_ms, text);
    if (object != NULL) {
        cli_effect_set(cli, object, &effect);
        set_short(cli, object, effect.shown->brief);
    }
}

void cli_effect_new(struct cli *cli, uint64_t ticket, json_t *object, char text[CLI_EFFECT_BYTES])
{
    const struct cli_effect_of all = {.request_id = NULL};
    travel(cli, ticket, &all, object, text);
}

int cli_effect_tell(struct cli *cli, uint64_t ticket, const struct cli_effect_of *of,
                    const char *said, json_t *object)
{
    char text[CLI_EFFECT_BYTES], number[NUMBER_BYTES];
    CHECK(of->log != NULL || of->request_id != NULL);
    travel(cli, ticket, of, object, text);
    if (cli->json) {
        return cli_json_print(cli, object);
    }
    json_decref(object);
    number_format(ticket, number);
    printf("%s  %s%s%s\n", number, said, text[0] == '\0' ? "" : cli_say(cli, "；", "; "), text);
    return CLI_EXIT_OK;
}

/* ---- deeds about no ticket ---- */

int cli_effect_deed(struct cli *cli, cli_effect_fn *words, const void *deed, json_t *object)
{
    char text[CLI_EFFECT_BYTES];
    struct say say = *cli_speak(cli);
    CHECK(words != NULL);
    if (!cli->json) {
        json_decref(object);
        words(&say, deed, text);
        printf("%s\n", text);
        return CLI_EXIT_OK;
    }
    json_t *both = json_object();
    say.language = SAY_CHINESE;
    words(&say, deed, text);
    json_object_set_new(both, "zh", json_string(text));
    say.language = SAY_ENGLISH;
    words(&say, deed, text);
    json_object_set_new(both, "en", json_string(text));
    json_object_set_new(object, "effect", both);
    return cli_json_print(cli, object);
}

/* In single quotes where a shell would read it otherwise, and as it is where it would not. */
void cli_effect_path(const char *path, char *typed, size_t size)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=";
    size_t used = 0;
    CHECK(size > 1);
    if (path[0] != '\0' && strspn(path, plain) == strlen(path)) {
        (void)snprintf(typed, size, "%s", path);
        return;
    }
    typed[used++] = '\'';
    for (; *path != '\0' && used + 6 < size; path++) {
        if (*path == '\'') {
            memcpy(typed + used, "'\\''", 4);
            used += 4;
        } else {
            typed[used++] = *path;
        }
    }
    (void)snprintf(typed + used, size - used, "'");
}

void cli_effect_start(const struct say *say, const char *data, const char *site, bool demo,
                      char *typed, size_t size)
{
    char word[PATH_MAX];
    if (strcmp(data, "/var/lib/paidan") == 0) {
        (void)snprintf(typed, size, "sudo systemctl start paidan.target");
        return;
    }
    cli_effect_path(data, word, sizeof word);
    const int used = snprintf(typed, size, "deploy/up%s --data %s", demo ? "" : " --no-feed", word);
    CHECK(used > 0);
    if (site != NULL && (size_t)used < size) {
        (void)snprintf(typed + used, size - (size_t)used, " --site %s",
                       say_choose(say, "站点文件夹", "SITE"));
    }
}
