/* cli_lessons: what a site can teach its triage: each ticket about which somebody decided, with the
 * resident's words and the last decision, as a table that `paidan train` takes.
 *
 * Nothing is kept for it: the decisions stand in triage's and escalation's logs, the words in
 * intake's. They are read as `log dump --texts` reads them, beside running services and after intake
 * has recorded who reads and why. A later decision wins. Confidential tickets are left out, and numbers
 * of people are masked: a model learns nothing from either, and a table is easily passed on. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_apart.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "cli_log.h"
#include "cli_whole.h"
#include "cli_words.h"
#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/text/text.h"
#include "common/wire/wire.h"

/* As the column `how` says it; stable. What triage did itself is no lesson, but says what a ticket was
 * when it is reopened. */
enum how { ITSELF, DISPATCHED, RULED, CORRECTED, REOPENED, HOWS };
static const char *const hows[HOWS] = {"", "dispatched", "ruled", "corrected", "reopened"};

struct decision {
    uint64_t ticket, at_ms;
    size_t order; /* as read: of two at the same moment the later one */
    enum how how;
    char category[CODE_BYTES_MAX + 1], unit[CODE_BYTES_MAX + 1]; /* "": as it was */
    char said_by[ACTOR_BYTES_MAX + 1];
    bool confidential, written;
};

struct lessons {
    struct cli *cli;
    struct decision *decisions; /* sorted by ticket and time; then one a ticket */
    size_t count, room;
    uint64_t from, until; /* of intake's log */
    FILE *out;
    uint64_t written;
    int status;
};

/* ---- decisions ---- */

static struct decision *add(struct lessons *lessons, const Paidan__Event *event, enum how how)
{
    if (lessons->count == lessons->room) {
        const size_t room = lessons->room == 0 ? 4096 : lessons->room * 2;
        struct decision *grown = realloc(lessons->decisions, room * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        lessons->decisions = grown;
        lessons->room = room;
    }
    struct decision *decision = &lessons->decisions[lessons->count];
    *decision = (struct decision){
        .ticket = event->ticket, .at_ms = event->at_ms, .order = lessons->count, .how = how};
    lessons->count++;
    const char *actor = event->cause != NULL ? event->cause->actor : NULL;
    (void)text_copy(decision->said_by, sizeof decision->said_by, actor == NULL ? "" : actor);
    return decision;
}

static bool decide(struct lessons *lessons, const Paidan__Event *event, enum how how,
                   const char *category, const char *unit)
{
    struct decision *decision = add(lessons, event, how);
    return decision != NULL &&
           text_copy(decision->category, sizeof decision->category,
                     category == NULL ? "" : category) &&
           text_copy(decision->unit, sizeof decision->unit, unit == NULL ? "" : unit);
}

/* False: there is no memory. */
static bool take(struct lessons *lessons, const Paidan__Event *event)
{
    const Paidan__Routed *const routed = event->routed;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return decide(lessons, event, routed->has_by_desk && routed->by_desk ? DISPATCHED : ITSELF,
                      routed->category, routed->unit);
    case PAIDAN__EVENT__FACT_RULED:
        return decide(lessons, event, RULED, event->ruled->category, event->ruled->unit);
    case PAIDAN__EVENT__FACT_REOPENED:
        return decide(lessons, event, REOPENED, NULL, event->reopened->to->unit);
    case PAIDAN__EVENT__FACT_CORRECTED:
        return decide(lessons, event, CORRECTED, event->corrected->category,
                      event->corrected->to != NULL ? event->corrected->to->unit : NULL);
    case PAIDAN__EVENT__FACT_DESKED: {
        const bool confidential =
            (event->desked->reasons >> PAIDAN__DESK_REASON__DESK_CONFIDENTIAL & 1u) != 0;
        if (confidential && decide(lessons, event, ITSELF, NULL, NULL)) {
            lessons->decisions[lessons->count - 1].confidential = true;
        }
        return true;
    }
    default:
        return true;
    }
}

static int by_ticket(const void *a, const void *b)
{
    const struct decision *x = a;
    const struct decision *y = b;
    if (x->ticket != y->ticket) {
        return x->ticket < y->ticket ? -1 : 1;
    }
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    return x->order < y->order ? -1 : 1; /* never equal */
}

/* The later one wins; what it leaves open is as it was before. */
static void supersede(struct decision *into, const struct decision *later)
{
    const bool keeps_how = later->how == ITSELF;
    CHECK(into->ticket == later->ticket);
    if (later->category[0] != '\0') {
        memcpy(into->category, later->category, sizeof into->category);
    }
    if (later->unit[0] != '\0') {
        memcpy(into->unit, later->unit, sizeof into->unit);
    }
    into->confidential = into->confidential || later->confidential;
    if (!keeps_how) {
        into->how = later->how;
        into->at_ms = later->at_ms;
        memcpy(into->said_by, later->said_by, sizeof into->said_by);
    }
}

/* One a ticket. Those about which nobody decided stay until the words are read, and are passed over. */
static void gather(struct lessons *lessons)
{
    size_t kept = 0;
    if (lessons->count == 0) {
        return;
    }
    qsort(lessons->decisions, lessons->count, sizeof *lessons->decisions, by_ticket);
    for (size_t index = 1; index < lessons->count; index++) {
        if (lessons->decisions[index].ticket == lessons->decisions[kept].ticket) {
            supersede(&lessons->decisions[kept], &lessons->decisions[index]);
        } else {
            lessons->decisions[++kept] = lessons->decisions[index];
        }
    }
    lessons->count = kept + 1;
}

/* ---- words ---- */

/* A cell: no tabs and no line breaks, and no number of a person. */
static bool put_cell(struct lessons *lessons, const char *text)
{
    char *copy = text == NULL ? NULL : arena_strdup(&lessons->cli->arena, text);
    char *masked = copy;
    if (text == NULL) {
        return true;
    }
    if (copy == NULL || text_mask_digits(&lessons->cli->arena, copy, &masked) != RC_OK) {
        return false;
    }
    for (const char *at = masked; *at != '\0'; at++) {
        (void)fputc((unsigned char)*at < ' ' ? ' ' : *at, lessons->out);
    }
    return true;
}

static int same_ticket(const void *key, const void *element)
{
    const uint64_t ticket = *(const uint64_t *)key;
    const struct decision *decision = element;
    return ticket < decision->ticket ? -1 : ticket > decision->ticket ? 1 : 0;
}

static bool write_lesson(struct lessons *lessons, const Paidan__Event *event)
{
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES];
    struct decision *decision = lessons->count == 0
                                    ? NULL
                                    : bsearch(&event->ticket, lessons->decisions, lessons->count,
                                              sizeof *lessons->decisions, same_ticket);
    if (decision == NULL || decision->how == ITSELF || decision->confidential ||
        decision->category[0] == '\0' || decision->written) {
        return true;
    }
    number_format(decision->ticket, number);
    say_time_exact(cli_speak(lessons->cli), decision->at_ms, at);
    fprintf(lessons->out, "%s\t", number);
    bool whole = put_cell(lessons, event->registered->title);
    (void)fputc('\t', lessons->out);
    whole = put_cell(lessons, event->registered->text) && whole;
    fprintf(lessons->out, "\t%s\t%s\t%s\t%s\t%s\n", decision->category, decision->unit,
            decision->said_by, hows[decision->how], at);
    decision->written = true;
    lessons->written += 1;
    return whole;
}

/* ---- logs ---- */

struct walk {
    struct lessons *lessons;
    const char *service;
    bool (*take)(struct lessons *lessons, const Paidan__Event *event);
};

static enum rc visit(void *context, const struct evlog_record *record)
{
    const struct walk *walk = context;
    struct lessons *lessons = walk->lessons;
    struct cli *cli = lessons->cli;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    arena_reset(&cli->arena);
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (wire_unpack(&cli->arena, &paidan__event__descriptor, record->payload, record->bytes,
                    &message, &error) != RC_OK) {
        char detail[64];
        (void)snprintf(detail, sizeof detail, "%s %llu", walk->service,
                       (unsigned long long)record->seq);
        lessons->status = cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, detail);
        return RC_INVALID;
    }
    const Paidan__Event *event = (const Paidan__Event *)(const void *)message;
    if (!event->has_ticket || walk->take(lessons, event)) {
        return RC_OK;
    }
    lessons->status = cli_no_memory(cli);
    return RC_INVALID;
}

static bool take_words(struct lessons *lessons, const Paidan__Event *event)
{
    return event->fact_case != PAIDAN__EVENT__FACT_REGISTERED || write_lesson(lessons, event);
}

static int walk(struct lessons *lessons, const char *service, uint64_t until,
                bool (*take_event)(struct lessons *lessons, const Paidan__Event *event))
{
    struct walk walking = {.lessons = lessons, .service = service, .take = take_event};
    const int status = cli_log_walk(lessons->cli, service, 1, until, visit, &walking);
    return lessons->status != CLI_EXIT_OK ? lessons->status : status;
}

static int write_table(struct lessons *lessons)
{
    static const struct cli_deed writing = {"表格没有写成", "the table was not written"};
    struct cli *cli = lessons->cli;
    char *bytes = NULL;
    size_t size = 0;
    lessons->out = open_memstream(&bytes, &size);
    if (lessons->out == NULL) {
        return cli_no_memory(cli);
    }
    fputs("id\ttitle\ttext\tlabel\tunit\tsaid_by\thow\tat\n", lessons->out);
    int status = walk(lessons, "intake", lessons->until, take_words);
    if (fclose(lessons->out) != 0 && status == CLI_EXIT_OK) {
        status = cli_no_memory(cli);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_whole_write(cli, cli_value(cli, CLI_OUT), bytes, size, &writing);
    }
    free(bytes);
    return status;
}

/* Where the table goes to standard output nothing else does. */
static int tell(const struct lessons *lessons)
{
    struct cli *cli = lessons->cli;
    const char *path = cli_value(cli, CLI_OUT);
    if (strcmp(path, "-") == 0) {
        return CLI_EXIT_OK;
    }
    if (cli->json) {
        return cli_json_print(
            cli, json_pack("{s:s, s:I}", "table", path, "examples", (json_int_t)lessons->written));
    }
    printf(cli_say(cli, "%llu 条样本写入 %s；训练：paidan train %s --out model.learn\n",
                   "%llu examples in %s; to train: paidan train %s --out model.learn\n"),
           (unsigned long long)lessons->written, path, path);
    return CLI_EXIT_OK;
}

static int work(struct lessons *lessons)
{
    struct cli *cli = lessons->cli;
    int status = cli_arena(cli);
    (void)cli_site(cli);
    if (status == CLI_EXIT_OK) {
        status = cli_log_head(cli, "intake", &lessons->until);
    }
    if (status == CLI_EXIT_OK && lessons->until > 0) {
        status = cli_words_record(cli, "intake", 1, lessons->until);
    }
    if (status == CLI_EXIT_OK) {
        status = walk(lessons, "triage", UINT64_MAX, take);
    }
    if (status == CLI_EXIT_OK) {
        status = walk(lessons, "escalation", UINT64_MAX, take);
    }
    if (status == CLI_EXIT_OK) {
        gather(lessons);
        status = write_table(lessons);
    }
    return status == CLI_EXIT_OK ? tell(lessons) : status;
}

int cli_lessons(struct cli *cli)
{
    struct lessons lessons = {.cli = cli};
    int status = cli_words_reason(cli, CLI_OUT);
    if (status == CLI_EXIT_OK) {
        status = cli_apart(cli, "intake", code_exit(PAIDAN__CODE__STORE_CORRUPT), NULL);
    }
    if (status != CLI_APART_CHILD) {
        return status;
    }
    status = work(&lessons);
    free(lessons.decisions);
    return status;
}
