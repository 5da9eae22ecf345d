/* play_expect: the numbers of the page beside the engine's own.
 *
 *   expect 44 "solved by the community" tickets state=closed outcome=solved level=community
 *   expect 2 "mediated" facts mode_ended mode=mediation result=agreed
 *   expect 100 "closing rate" percent tickets state=closed of tickets
 *   expect 84 "called back" stat callback answered
 *
 * tickets: of escalation's listing; facts: of all four logs; stat: a service's own counter. Fields
 * are those of Brief and of the fact (proto/), by reflection: enums by the end of their name, level
 * by code, a category or an area with all that is below it. Beside them: group=, within=SPAN since
 * the ticket was registered (facts), and by= (the log). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/say_time.h"
#include "common/text/text.h"
#include "play.h"

enum { PAGE = 1000 };

enum kind { TICKETS, FACTS, STAT };

/* One thing that is counted: words from..until-1 of its line. */
struct query {
    enum kind kind;
    uint32_t from, until;
    uint64_t count;
};
struct ask {
    struct play_line *line;
    const char *title;
    uint64_t page;
    bool percent;
    struct query queries[2];
    uint32_t query_count;
};

struct ticket_row {
    uint64_t id, registered_ms;
    const char *group; /* NULL: not of the scenario */
};
struct survey {
    struct play *play;
    struct ask *asks;
    struct ticket_row *rows; /* by id */
    uint32_t row_count;
    uint64_t facts;
};

void play_expect_keep(struct play *play)
{
    play->asks = realloc(play->asks, (play->ask_count + 1) * sizeof *play->asks);
    CHECK(play->asks != NULL);
    struct play_line *kept = &play->asks[play->ask_count];
    *kept = play->line;
    for (uint32_t index = 0; index < kept->count; index++) {
        struct play_word *word = &kept->words[index];
        word->key = word->key == NULL ? NULL : strdup(word->key);
        word->value = strdup(word->value);
    }
    play->ask_count++;
}

void play_expect_forget(struct play *play)
{
    for (uint32_t index = 0; index < play->ask_count; index++) {
        struct play_line *kept = &play->asks[index];
        for (uint32_t place = 0; place < kept->count; place++) {
            free(kept->words[place].key);
            free(kept->words[place].value);
        }
    }
    free(play->asks);
}

/* ---- the lines ---- */

static void query_read(struct play *play, struct query *query, uint32_t from, uint32_t until)
{
    static const char *const names[] = {"tickets", "facts", "stat"};
    const struct play_line *line = &play->line;
    *query = (struct query){.from = from + 1, .until = until};
    for (unsigned kind = 0; kind < 3 && from < until; kind++) {
        if (strcmp(line->words[from].value, names[kind]) == 0) {
            query->kind = (enum kind)kind;
            const uint32_t plain = kind == STAT ? 2 : kind == FACTS ? 1 : 0;
            for (uint32_t at = from + 1; at < until; at++) {
                if ((at - from <= plain) != (line->words[at].key == NULL)) {
                    play_fail(play, "%s is not understood", line->words[at].value);
                }
            }
            if (from + 1 + plain <= until) {
                return;
            }
        }
    }
    play_fail(play, "expect what: tickets, facts FACT, stat SERVICE NAME");
}

static void ask_read(struct play *play, struct play_line *line, struct ask *ask)
{
    play->line = *line;
    *ask = (struct ask){.line = line};
    if (line->count < 4 || line->words[1].key != NULL || line->words[2].key != NULL) {
        play_fail(play, "expect NUMBER \"TITLE\" WHAT ...");
    }
    ask->page = play_number(play, line->words[1].value);
    ask->title = line->words[2].value;
    ask->percent = strcmp(line->words[3].value, "percent") == 0;
    const uint32_t from = ask->percent ? 4 : 3;
    uint32_t until = line->count;
    for (uint32_t at = from; ask->percent && at < line->count; at++) {
        if (line->words[at].key == NULL && strcmp(line->words[at].value, "of") == 0) {
            until = at;
        }
    }
    query_read(play, &ask->queries[ask->query_count++], from, until);
    if (ask->percent) {
        query_read(play, &ask->queries[ask->query_count++], until + 1, line->count);
    }
}

/* ---- a field against a word ---- */

static bool is_level(const char *name)
{
    const size_t bytes = strlen(name);
    return strcmp(name, "level") == 0 || (bytes > 6 && strcmp(name + bytes - 6, "_level") == 0 &&
                                          strcmp(name, "open_level") != 0);
}

static bool text_fits(const struct site *site, const char *name, const char *text, const char *word)
{
    if (strcmp(name, "category") == 0) {
        uint32_t at = site_category_find(site, text);
        const uint32_t wanted = site_category_find(site, word);
        while (at != SITE_NONE && at != wanted) {
            at = site->categories[at].parent;
        }
        return at != SITE_NONE;
    }
    if (strcmp(name, "area") == 0) {
        const uint32_t area = site_area_find(site, text), wanted = site_area_find(site, word);
        return area != SITE_NONE && wanted != SITE_NONE && site_area_within(site, area, wanted);
    }
    return strcmp(text, word) == 0;
}

static uint64_t number_read(const struct site *site, const char *name, const char *word)
{
    return is_level(name) && (*word < '0' || *word > '9') ? site_level_find(site, word)
                                                          : strtoull(word, NULL, 10);
}

static bool value_fits(struct play *play, const ProtobufCFieldDescriptor *field, const void *at,
                       const char *word)
{
    const struct site *site = stage_site(play->stage);
    int named = 0;
    switch (field->type) {
    case PROTOBUF_C_TYPE_ENUM:
        if (!play_enum_named(field->descriptor, word, &named)) {
            play_fail(play, "%s=%s is not one of them", field->name, word);
        }
        return *(const int *)at == named;
    case PROTOBUF_C_TYPE_BOOL:
        return *(const protobuf_c_boolean *)at == (strcmp(word, "true") == 0);
    case PROTOBUF_C_TYPE_UINT32:
        return *(const uint32_t *)at == number_read(site, field->name, word);
    case PROTOBUF_C_TYPE_UINT64:
        return *(const uint64_t *)at == number_read(site, field->name, word);
    case PROTOBUF_C_TYPE_STRING:
        return text_fits(site, field->name, *(char *const *)at, word);
    default:
        play_fail(play, "%s cannot be compared", field->name);
    }
}

static bool field_absent(const ProtobufCFieldDescriptor *field, const char *base)
{
    const void *at = base + field->offset;
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(void *const *)at == NULL;
    }
    return field->label == PROTOBUF_C_LABEL_OPTIONAL &&
           !*(const protobuf_c_boolean *)(base + field->quantifier_offset);
}

/* key=word; a path goes into a message: to.level=street. An absent field fits none, false and 0. */
static bool field_fits(struct play *play, const ProtobufCMessage *message, const char *path,
                       const char *word)
{
    char name[64];
    const char *dot = strchr(path, '.');
    const size_t bytes = dot == NULL ? strlen(path) : (size_t)(dot - path);
    (void)snprintf(name, sizeof name, "%.*s", (int)bytes, path);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (field == NULL) {
        play_fail(play, "%s has no field %s", message->descriptor->short_name, name);
    }
    const char *base = (const char *)(const void *)message;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return *(const size_t *)(base + field->quantifier_offset) == strtoull(word, NULL, 10);
    }
    if (field_absent(field, base)) {
        return strcmp(word, "none") == 0 || strcmp(word, "false") == 0 || strcmp(word, "0") == 0;
    }
    if (dot != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return field_fits(play, *(ProtobufCMessage *const *)(const void *)(base + field->offset),
                          dot + 1, word);
    }
    return value_fits(play, field, base + field->offset, word);
}

/* ---- tickets ---- */

static int row_order(const void *a, const void *b)
{
    const struct ticket_row *left = a, *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

static const struct ticket_row *row_find(const struct survey *survey, uint64_t id)
{
    const struct ticket_row key = {.id = id};
    return bsearch(&key, survey->rows, survey->row_count, sizeof key, row_order);
}

static void brief_count(struct survey *survey, const Paidan__Brief *brief)
{
    struct play *play = survey->play;
    const struct ticket_row *row = row_find(survey, brief->ticket);
    for (uint32_t index = 0; index < play->ask_count; index++) {
        struct ask *ask = &survey->asks[index];
        for (uint32_t part = 0; part < ask->query_count; part++) {
            struct query *query = &ask->queries[part];
            bool fits = query->kind == TICKETS;
            play->line.number = ask->line->number;
            for (uint32_t at = query->from; fits && at < query->until; at++) {
                const struct play_word *word = &ask->line->words[at];
                fits = strcmp(word->key, "group") == 0
                           ? row != NULL && play_group_holds(word->value, row->group)
                           : field_fits(play, &brief->base, word->key, word->value);
            }
            query->count += fits;
        }
    }
}

static void tickets_count(struct survey *survey)
{
    uint64_t cursor = 0;
    bool more = true;
    while (more) {
        Paidan__List list = PAIDAN__LIST__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        list.has_limit = 1;
        list.limit = PAGE;
        list.has_cursor = cursor != 0;
        list.cursor = cursor;
        request.wish_case = PAIDAN__REQUEST__WISH_LIST;
        request.list = &list;
        const Paidan__Answer *answer = stage_ask(survey->play->stage, WORLD_ESCALATION, &request);
        if (answer->code != PAIDAN__CODE__OK) {
            play_fail(survey->play, "list: %s", code_name(answer->code));
        }
        for (size_t index = 0; index < answer->listed->n_tickets; index++) {
            brief_count(survey, answer->listed->tickets[index]);
        }
        more = answer->listed->has_next;
        cursor = answer->listed->next;
    }
}

/* ---- facts ---- */

static const ProtobufCMessage *fact_named(struct play *play, const Paidan__Event *event,
                                          const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(&paidan__event__descriptor, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE) {
        play_fail(play, "there is no fact %s", name);
    }
    if ((uint32_t)event->fact_case != field->id) {
        return NULL;
    }
    const char *base = (const char *)(const void *)event;
    return *(ProtobufCMessage *const *)(const void *)(base + field->offset);
}

static bool fact_fits(struct survey *survey, const struct ask *ask, const struct query *query,
                      const char *service, const Paidan__Event *event)
{
    struct play *play = survey->play;
    const ProtobufCMessage *fact = fact_named(play, event, ask->line->words[query->from].value);
    const struct ticket_row *row = event->has_ticket ? row_find(survey, event->ticket) : NULL;
    bool fits = fact != NULL;
    for (uint32_t at = query->from + 1; fits && at < query->until; at++) {
        const struct play_word *word = &ask->line->words[at];
        if (strcmp(word->key, "group") == 0) {
            fits = row != NULL && play_group_holds(word->value, row->group);
        } else if (strcmp(word->key, "within") == 0) {
            fits =
                row != NULL && event->at_ms - row->registered_ms <= play_span_ms(play, word->value);
        } else if (strcmp(word->key, "by") == 0) {
            fits = strcmp(service, word->value) == 0;
        } else {
            fits = field_fits(play, fact, word->key, word->value);
        }
    }
    return fits;
}

static void fact_count(void *context, const char *service, uint64_t seq, const Paidan__Event *event)
{
    struct survey *survey = context;
    struct play *play = survey->play;
    (void)seq;
    survey->facts++;
    if (event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) { /* intake's log is read first */
        const struct ticket_row *row = row_find(survey, event->ticket);
        if (row != NULL) {
            survey->rows[row - survey->rows].registered_ms = event->at_ms;
        }
    }
    for (uint32_t index = 0; index < play->ask_count; index++) {
        struct ask *ask = &survey->asks[index];
        for (uint32_t part = 0; part < ask->query_count; part++) {
            play->line.number = ask->line->number;
            if (ask->queries[part].kind == FACTS &&
                fact_fits(survey, ask, &ask->queries[part], service, event)) {
                ask->queries[part].count++;
            }
        }
    }
}

/* ---- counters ---- */

static uint64_t stat_read(struct play *play, const char *service, const char *name)
{
    static const char *const services[] = {"intake", "triage", "escalation", "callback", "archive"};
    for (unsigned index = 0; index < WORLD_SERVICES; index++) {
        if (strcmp(services[index], service) != 0) {
            continue;
        }
        Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        request.wish_case = PAIDAN__REQUEST__WISH_STATS;
        request.stats = &wish;
        const Paidan__Answer *answer = stage_ask(play->stage, (enum world_service)index, &request);
        for (size_t at = 0; answer->stats != NULL && at < answer->stats->n_counts; at++) {
            if (strcmp(answer->stats->counts[at]->name, name) == 0) {
                return answer->stats->counts[at]->value;
            }
        }
    }
    play_fail(play, "there is no counter %s of %s", name, service);
}

static void stats_count(struct survey *survey)
{
    struct play *play = survey->play;
    for (uint32_t index = 0; index < play->ask_count; index++) {
        struct ask *ask = &survey->asks[index];
        for (uint32_t part = 0; part < ask->query_count; part++) {
            struct query *query = &ask->queries[part];
            const struct play_word *words = &ask->line->words[query->from];
            play->line.number = ask->line->number;
            if (query->kind == STAT) {
                query->count = stat_read(play, words[0].value, words[1].value);
            }
        }
    }
}

/* ---- side by side ---- */

static uint64_t ask_value(const struct ask *ask)
{
    if (!ask->percent) {
        return ask->queries[0].count;
    }
    const uint64_t whole = ask->queries[1].count;
    return whole == 0 ? 0 : ask->queries[0].count * 100 / whole;
}

static void head_print(const struct survey *survey)
{
    const struct play *play = survey->play;
    const struct site *site = stage_site(play->stage);
    const struct say say = {.site = site};
    char begin[SAY_TIME_BYTES], end[SAY_TIME_BYTES];
    say_time_exact(&say, play->begin_ms, begin);
    say_time_exact(&say, stage_now_ms(play->stage), end);
    printf(
        "%s · %s\n%s – %s: %u 件 tickets, %" PRIu64 " 次重复 repeats, %" PRIu64 " 条记录 facts\n",
        site->name, site->name_en, begin, end, play->ticket_count, play->duplicates, survey->facts);
    printf("  %6s %6s\n", "page", "engine");
}

static bool asks_print(const struct survey *survey)
{
    bool same = true;
    head_print(survey);
    for (uint32_t index = 0; index < survey->play->ask_count; index++) {
        const struct ask *ask = &survey->asks[index];
        const uint64_t value = ask_value(ask);
        printf("  %6" PRIu64 " %6" PRIu64 "  %s %s\n", ask->page, value,
               value == ask->page ? "✓" : "✗", ask->title);
        same = same && value == ask->page;
    }
    return same;
}

bool play_expect_compare(struct play *play)
{
    struct survey survey = {.play = play};
    survey.asks = calloc(play->ask_count + 1, sizeof *survey.asks);
    survey.rows = calloc(play->ticket_count + 1, sizeof *survey.rows);
    CHECK(survey.asks != NULL);
    CHECK(survey.rows != NULL);
    for (uint32_t index = 0; index < play->ask_count; index++) {
        ask_read(play, &play->asks[index], &survey.asks[index]);
    }
    for (uint32_t index = 0; index < play->ticket_count; index++) {
        survey.rows[index].id = play->tickets[index].id;
        survey.rows[index].group = play->tickets[index].group;
    }
    survey.row_count = play->ticket_count;
    qsort(survey.rows, survey.row_count, sizeof *survey.rows, row_order);
    stage_rest(play->stage);
    stage_facts(play->stage, fact_count, &survey);
    tickets_count(&survey);
    stats_count(&survey);
    const bool same = asks_print(&survey);
    free(survey.asks);
    free(survey.rows);
    return same;
}
