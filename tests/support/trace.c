/* Lines from messages, and golden files. */

#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "trace_fields.h"

enum { LINE_BYTES = 2048, PATH_BYTES = 1024 };

void trace_init(struct trace *trace, uint64_t base_ms)
{
    *trace = (struct trace){.bytes = 65536, .base_ms = base_ms};
    trace->text = malloc(trace->bytes);
    CHECK(trace->text != NULL);
    trace->text[0] = '\0';
}

void trace_fini(struct trace *trace)
{
    free(trace->text);
    *trace = (struct trace){0};
}

static void add_line(struct trace *trace, const char *line)
{
    const size_t length = strlen(line);
    while (trace->used + length + 2 > trace->bytes) {
        trace->bytes *= 2;
        trace->text = realloc(trace->text, trace->bytes);
        CHECK(trace->text != NULL);
    }
    memcpy(trace->text + trace->used, line, length);
    memcpy(trace->text + trace->used + length, "\n", 2);
    trace->used += length + 1;
}

void trace_say(struct trace *trace, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    add_line(trace, line);
}

/* "[1d 02:00] ", with seconds and milliseconds only where they are not zero, so that lines about
 * whole minutes are short and no two moments look the same. */
static int write_moment(char *line, size_t size, uint64_t at_ms, uint64_t base_ms)
{
    const bool before = at_ms < base_ms;
    const uint64_t ms = before ? base_ms - at_ms : at_ms - base_ms;
    char seconds[16] = "";
    if (ms % 1000 != 0) {
        (void)snprintf(seconds, sizeof seconds, ":%02u.%03u", (unsigned)(ms / 1000 % 60),
                       (unsigned)(ms % 1000));
    } else if (ms % 60000 != 0) {
        (void)snprintf(seconds, sizeof seconds, ":%02u", (unsigned)(ms / 1000 % 60));
    }
    return snprintf(line, size, "[%s%llud %02u:%02u%s] ", before ? "-" : "",
                    (unsigned long long)(ms / 86400000), (unsigned)(ms / 3600000 % 24),
                    (unsigned)(ms / 60000 % 60), seconds);
}

void trace_at(struct trace *trace, uint64_t at_ms, const char *format, ...)
{
    char line[LINE_BYTES];
    const int used = write_moment(line, sizeof line, at_ms, trace->base_ms);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    va_end(arguments);
    add_line(trace, line);
}

/* ---- names ---- */

static const char *enum_name(const ProtobufCEnumDescriptor *descriptor, int value, size_t skip)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(descriptor, value);
    return found == NULL || strlen(found->name) <= skip ? "?" : found->name + skip;
}

/* A few names at once may stand in one line. */
static const char *lower(const char *name)
{
    static char rooms[8][32];
    static unsigned next;
    char *room = rooms[next];
    next = (next + 1) % 8;
    size_t index = 0;
    for (; name[index] != '\0' && index < sizeof rooms[0] - 1; index++) {
        const char byte = name[index];
        room[index] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    room[index] = '\0';
    return room;
}

/* type is part of a name. NOLINTBEGIN(bugprone-macro-parentheses) */
#define NAME(type, value, prefix)                                                                  \
    lower(enum_name(&paidan__##type##__descriptor, (int)(value), sizeof prefix - 1))
/* NOLINTEND(bugprone-macro-parentheses) */

const char *trace_clock(Paidan__Clock clock)
{
    return NAME(clock, clock, "CLOCK_");
}

const char *trace_state(Paidan__State state)
{
    return NAME(state, state, "STATE_");
}

const char *trace_outcome(Paidan__Outcome outcome)
{
    return NAME(outcome, outcome, "OUTCOME_");
}

/* ---- facts ---- */

/* A line being written. */
struct line {
    char text[LINE_BYTES];
    size_t used;
    uint64_t base_ms;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int used =
        vsnprintf(line->text + line->used, sizeof line->text - line->used, format, arguments);
    va_end(arguments);
    CHECK(used >= 0);
    line->used += (size_t)used;
    CHECK(line->used < sizeof line->text);
}

static void put_time(struct line *line, const char *name, uint64_t at_ms)
{
    put(line, " %s=%lld", name, (long long)at_ms - (long long)line->base_ms);
}

static void put_text(struct line *line, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        put(line, " %s=\"%.60s\"", name, text);
    }
}

static void put_ticket(struct line *line, uint64_t ticket)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    put(line, " %s", number);
}

static void put_tickets(struct line *line, const uint64_t *tickets, size_t count)
{
    for (size_t index = 0; index < count && index < 8; index++) {
        put_ticket(line, tickets[index]);
    }
    if (count > 8) {
        put(line, " (%zu)", count);
    }
}

static void put_clock(struct line *line, const Paidan__ClockSet *set)
{
    put(line, " %s", trace_clock(set->clock));
    if (set->has_warn_ms) {
        put(line, "!%lld", (long long)set->warn_ms - (long long)line->base_ms);
    }
    put(line, "@%lld", (long long)set->due_ms - (long long)line->base_ms);
    if (set->has_bound_ms) {
        put(line, "<=%lld", (long long)set->bound_ms - (long long)line->base_ms);
    }
}

static void put_assignment(struct line *line, const Paidan__Assignment *to)
{
    for (size_t index = 0; index < to->n_assist; index++) {
        put(line, " +%s", to->assist[index]);
    }
    if (to->has_fallback && to->fallback) {
        put(line, " fallback");
    }
    for (size_t index = 0; index < to->n_clocks; index++) {
        put_clock(line, to->clocks[index]);
    }
}

static void put_texts(struct line *line, const char *name, char **texts, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        put(line, "%s%s", index == 0 ? " " : ",", index == 0 ? name : texts[index]);
        if (index == 0) {
            put(line, "=%s", texts[index]);
        }
    }
}

static void put_intake(struct line *line, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        put(line, " channel=%s", event->registered->channel);
        put_text(line, "external", event->registered->external_id);
        put_text(line, "title", event->registered->title);
        break;
    case PAIDAN__EVENT__FACT_CHASED:
        put(line, " count=%u", event->chased->count);
        break;
    case PAIDAN__EVENT__FACT_DISCLOSED:
        put_tickets(line, event->disclosed->tickets, event->disclosed->n_tickets);
        put_text(line, "reason", event->disclosed->reason);
        break;
    case PAIDAN__EVENT__FACT_RECEIPTS:
        for (size_t index = 0; index < event->receipts->n_receipts; index++) {
            const Paidan__Receipt *receipt = event->receipts->receipts[index];
            put_ticket(line, receipt->ticket);
            put(line, " %s", trace_state(receipt->state));
            if (receipt->has_outcome) {
                put(line, "/%s", trace_outcome(receipt->outcome));
            }
        }
        break;
    default:
        break;
    }
}

static void put_any(struct line *line, const Paidan__Event *event);

static void put_same(struct line *line, const Paidan__Judged *judged)
{
    for (size_t index = 0; judged != NULL && index < judged->n_same; index++) {
        const Paidan__SameEvent *same = judged->same[index];
        put(line, " same=");
        put_ticket(line, same->ticket);
        put(line, ":%u", same->permille);
        put_text(line, "names", same->names);
        put_text(line, "name", same->name);
    }
}

static void put_burst(struct line *line, const Paidan__Burst *burst)
{
    put(line, " count=%u within=%llu", burst->count, (unsigned long long)burst->within_ms);
    if (burst->has_urgency) {
        put(line, " urgency=%d", (int)burst->urgency);
    }
    put_texts(line, "to", burst->to_units, burst->n_to_units);
    if (burst->has_desk_urgency) {
        put(line, " desk_urgency=%d", (int)burst->desk_urgency);
    }
    if (burst->clock != NULL) {
        put_clock(line, burst->clock);
    }
}

static void put_over(struct line *line, const char *name, const uint64_t *tickets, size_t count)
{
    if (count != 0) {
        put(line, " %s", name);
    }
    for (size_t index = 0; index < count; index++) {
        put_ticket(line, tickets[index]);
    }
}

/* By the site it says nothing here. */
static void put_regrouped(struct line *line, const Paidan__DeskReplanned *fact)
{
    if (!fact->has_member) {
        return;
    }
    put(line, " because of");
    put_ticket(line, fact->member);
    put(line, " urgency=%d own=%d", (int)fact->urgency, fact->has_own ? (int)fact->own : 0);
    if (fact->clock != NULL) {
        put_clock(line, fact->clock);
    }
}

static void put_triage(struct line *line, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_BURST) {
        put_burst(line, event->burst);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_DESK_REPLANNED) {
        put_regrouped(line, event->desk_replanned);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_UNGROUPED) {
        for (size_t index = 0; index < event->ungrouped->n_tickets; index++) {
            put_ticket(line, event->ungrouped->tickets[index]);
        }
    } else if (event->fact_case == PAIDAN__EVENT__FACT_OVER) {
        put_over(line, "resolved", event->over->resolved, event->over->n_resolved);
        put_over(line, "closed", event->over->closed, event->over->n_closed);
        put_over(line, "withdrawn", event->over->withdrawn, event->over->n_withdrawn);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        const Paidan__Routed *routed = event->routed;
        put(line, " %s %s level=%u unit=%s%s%s", routed->category, routed->area, routed->level,
            routed->unit, routed->has_fallback && routed->fallback ? " fallback" : "",
            routed->has_by_desk && routed->by_desk ? " by_desk" : "");
        put_texts(line, "assist", routed->assist, routed->n_assist);
        put_text(line, "spot", routed->spot_note);
        if (routed->has_outer_due_ms) {
            put_time(line, "outer_due", routed->outer_due_ms);
        }
        put_same(line, routed->judged);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        const Paidan__Desked *desked = event->desked;
        put(line, " reasons=%#x", desked->reasons);
        put_texts(line, "categories", desked->categories, desked->n_categories);
        put_texts(line, "areas", desked->areas, desked->n_areas);
        put_text(line, "unit", desked->unit);
        put_same(line, desked->judged);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_RULED) {
        const Paidan__Ruled *ruled = event->ruled;
        put(line, " %s %s level=%u unit=%s", ruled->category, ruled->area, ruled->level,
            ruled->unit);
        if (ruled->has_urgency) {
            put(line, " urgency=%d", (int)ruled->urgency);
        }
        if (ruled->has_return_count) {
            put(line, " return=%u", ruled->return_count);
        }
        put_text(line, "note", ruled->note);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_UNDESKED) {
        put_text(line, "reason", event->undesked->reason);
        put_text(line, "unit", event->undesked->unit);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_HANDED_ON) {
        put(line, " level=%u unit=%s", event->handed_on->level, event->handed_on->unit);
        put_texts(line, "assist", event->handed_on->assist, event->handed_on->n_assist);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_OUTER_MOVED) {
        put_any(line, event);
    }
}

static void put_moved(struct line *line, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIGNED) {
        const Paidan__Assigned *assigned = event->assigned;
        put(line, " level=%u unit=%s %s", assigned->to->level, assigned->to->unit,
            NAME(why, assigned->why, "WHY_"));
        put_assignment(line, assigned->to);
        put_texts(line, "assist_ended", assigned->assist_ended, assigned->n_assist_ended);
        put_text(line, "note", assigned->note);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_RAISED) {
        const Paidan__Raised *raised = event->raised;
        put(line, " %u→%u %s→%s %s", raised->from_level, raised->to->level, raised->from_unit,
            raised->to->unit, NAME(why, raised->why, "WHY_"));
        if (raised->has_clock) {
            put(line, " clock=%s", trace_clock(raised->clock));
            put_time(line, "due", raised->due_ms);
        }
        for (size_t index = 0; index < raised->n_also_late; index++) {
            put(line, " and=%s", trace_clock(raised->also_late[index]));
        }
        put_assignment(line, raised->to);
        put_text(line, "note", raised->note);
    } else {
        const Paidan__Reopened *reopened = event->reopened;
        put(line, " %u→%u %s→%s round=%u", reopened->from_level, reopened->to->level,
            reopened->from_unit, reopened->to->unit, reopened->round);
        put_assignment(line, reopened->to);
        put_text(line, "note", reopened->note);
    }
}

static void put_work(struct line *line, const char *unit, const char *note, bool late)
{
    put(line, " unit=%s%s", unit, late ? " late" : "");
    put_text(line, "note", note);
}

/* A fact without a line of its own making. */
static void put_any(struct line *line, const Paidan__Event *event)
{
    char text[LINE_BYTES / 2];
    const ProtobufCMessage *fact = trace_member(&event->base, (unsigned)event->fact_case);
    if (fact != NULL) {
        trace_fields(fact, line->base_ms, text, sizeof text);
        put(line, " %s", text);
    }
}

static void put_fired(struct line *line, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_WARNED:
        put(line, " clock=%s level=%u", trace_clock(event->warned->clock), event->warned->level);
        put_time(line, "due", event->warned->due_ms);
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        put(line, " %s clock=%s level=%u", NAME(card, event->carded->card, "CARD_"),
            trace_clock(event->carded->clock), event->carded->level);
        put_time(line, "due", event->carded->due_ms);
        if (event->carded->by_unit != NULL) {
            put(line, " by=%s note=\"%s\"", event->carded->by_unit, event->carded->note);
        }
        if (event->carded->next_alarm_ms != 0) {
            put_time(line, "next_alarm", event->carded->next_alarm_ms);
        }
        break;
    case PAIDAN__EVENT__FACT_ALARMED:
        put(line, " count=%u level=%u", event->alarmed->count, event->alarmed->level);
        put_time(line, "next_alarm", event->alarmed->next_alarm_ms);
        break;
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        put_time(line, "until", event->lease_lapsed->until_ms);
        break;
    default:
        put_any(line, event);
        break;
    }
}

static void put_escalation(struct line *line, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
        put_moved(line, event);
        break;
    case PAIDAN__EVENT__FACT_LEASED:
        put(line, " unit=%s holder=%s", event->leased->unit, event->leased->holder);
        put_time(line, "until", event->leased->until_ms);
        put_tickets(line, event->leased->tickets, event->leased->n_tickets);
        break;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        put_work(line, event->accepted->unit, event->accepted->note, event->accepted->late);
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        put_work(line, event->contacted->unit, event->contacted->note, event->contacted->late);
        break;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        put_work(line, event->progressed->unit, event->progressed->note, false);
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        put_work(line, event->returned->unit, event->returned->note, false);
        put(line, " count=%u", event->returned->count);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        put_work(line, event->resolved->unit, event->resolved->note, event->resolved->late);
        put(line, " round=%u channel=%s", event->resolved->round, event->resolved->channel);
        if (event->resolved->has_mode) {
            put(line, " mode=%s", NAME(mode, event->resolved->mode, "MODE_"));
        }
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        put(line, " %s round=%u", trace_outcome(event->closed->outcome), event->closed->round);
        if (event->closed->has_satisfied) {
            put(line, " satisfied=%s", NAME(satisfied, event->closed->satisfied, "SATISFIED_"));
        }
        if (event->closed->has_was) {
            put(line, " was=%s", trace_outcome(event->closed->was));
        }
        break;
    case PAIDAN__EVENT__FACT_NOTED:
        if (event->noted->has_chases) {
            put(line, " chases=%u", event->noted->chases);
        }
        put(line, "%s", event->noted->supplement ? " supplement" : "");
        break;
    default:
        put_fired(line, event);
        break;
    }
}

static void put_callback(struct line *line, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASKED:
        put(line, " round=%u channel=%s attempt=%u", event->asked->round, event->asked->channel,
            event->asked->attempt);
        put_time(line, "open", event->asked->open_ms);
        put_time(line, "due", event->asked->due_ms);
        put(line, "%s", event->asked->has_postponed && event->asked->postponed ? " postponed" : "");
        put(line, "%s",
            event->asked->has_handed_over && event->asked->handed_over ? " handed_over" : "");
        for (size_t nth = 0; nth < event->asked->n_skipped; nth++) {
            put(line, " skipped=%s", event->asked->skipped[nth]);
        }
        if (event->asked->has_tried) {
            put(line, " tried=%u", event->asked->tried);
        }
        if (event->asked->has_half_day) {
            put(line, " half_day=%u", event->asked->half_day);
        }
        break;
    case PAIDAN__EVENT__FACT_HANDED:
        put(line, " channel=%s holder=%s", event->handed->channel, event->handed->holder);
        put_time(line, "until", event->handed->until_ms);
        put_tickets(line, event->handed->tickets, event->handed->n_tickets);
        break;
    case PAIDAN__EVENT__FACT_UNREACHED:
        put(line, " round=%u attempts=%u", event->unreached->round, event->unreached->attempts);
        break;
    case PAIDAN__EVENT__FACT_ANSWERED:
        put(line, " round=%u solved=%s satisfied=%s", event->answered->round,
            NAME(solved, event->answered->solved, "SOLVED_"),
            NAME(satisfied, event->answered->satisfied, "SATISFIED_"));
        put_text(line, "note", event->answered->note);
        put(line, "%s", event->answered->has_late && event->answered->late ? " late" : "");
        put(line, "%s",
            event->answered->has_do_not_call && event->answered->do_not_call ? " do_not_call" : "");
        break;
    case PAIDAN__EVENT__FACT_SPARED:
        put(line, " round=%u channel=%s %s", event->spared->round, event->spared->channel,
            NAME(spare_reason, event->spared->reason, "SPARE_"));
        if (event->spared->has_percent) {
            put(line, " rule=%u percent=%u drawn=%u", event->spared->rule, event->spared->percent,
                event->spared->drawn);
        }
        break;
    case PAIDAN__EVENT__FACT_CALLS_REFUSED:
        put(line, "%s",
            event->calls_refused->has_lifted && event->calls_refused->lifted ? " lifted" : "");
        put_tickets(line, event->calls_refused->tickets, event->calls_refused->n_tickets);
        break;
    case PAIDAN__EVENT__FACT_CALLS_BARRED:
        if (event->calls_barred->has_reason) {
            put(line, " %s", NAME(spare_reason, event->calls_barred->reason, "SPARE_"));
        }
        put_tickets(line, event->calls_barred->tickets, event->calls_barred->n_tickets);
        break;
    default:
        put(line, " round=%u", event->cancelled->round);
        put_text(line, "reason", event->cancelled->reason);
        break;
    }
}

/* Name of the fact, as in the oneof of proto/event.proto. */
static const char *fact_name(const Paidan__Event *event)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &paidan__event__descriptor, (unsigned)event->fact_case);
    return field == NULL ? "nothing" : field->name;
}

void trace_event(struct trace *trace, const char *service, const char *mark,
                 const Paidan__Event *event)
{
    struct line line = {.base_ms = trace->base_ms};
    put(&line, "%s %s %s", service, mark, fact_name(event));
    if (event->has_ticket) {
        put_ticket(&line, event->ticket);
    }
    const unsigned number = (unsigned)event->fact_case;
    if (event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        put(&line, " %s", code_name((Paidan__Code)event->record_refused->code));
        put_text(&line, "detail", event->record_refused->detail);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED) {
        put_texts(&line, "levels", event->site_changed->levels, event->site_changed->n_levels);
    } else if (number < PAIDAN__EVENT__FACT_ROUTED) {
        put_intake(&line, event);
    } else if (number < PAIDAN__EVENT__FACT_ASSIGNED || number == PAIDAN__EVENT__FACT_BURST ||
               number == PAIDAN__EVENT__FACT_UNGROUPED || number == PAIDAN__EVENT__FACT_OVER) {
        put_triage(&line, event);
    } else if (number < PAIDAN__EVENT__FACT_ASKED || number >= PAIDAN__EVENT__FACT_APPEAL_RULED) {
        put_escalation(&line, event);
    } else {
        put_callback(&line, event);
    }
    trace_at(trace, event->at_ms, "%s", line.text);
}

/* ---- answers ---- */

static void put_results(struct line *line, Paidan__WorkResult *const *results, size_t count)
{
    for (size_t index = 0; index < count && index < 8; index++) {
        const Paidan__WorkResult *result = results[index];
        put_ticket(line, result->ticket);
        put(line, " %s", code_name(result->code));
        if (result->has_version) {
            put(line, " v%llu", (unsigned long long)result->version);
        }
        if (result->has_state) {
            put(line, " %s", trace_state(result->state));
        }
        put_text(line, "detail", result->detail);
    }
}

void trace_answer(struct trace *trace, const char *who, const Paidan__Answer *answer)
{
    struct line line = {.base_ms = trace->base_ms};
    put(&line, "%s = %s", who == NULL ? "nobody" : who, code_name(answer->code));
    put_text(&line, "detail", answer->detail);
    if (answer->body_case == PAIDAN__ANSWER__BODY_WORKED) {
        put_results(&line, answer->worked->results, answer->worked->n_results);
    } else if (answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED) {
        put_results(&line, answer->callback_answered->results,
                    answer->callback_answered->n_results);
    } else if (answer->body_case == PAIDAN__ANSWER__BODY_PULLED) {
        put(&line, " pulled %zu", answer->pulled->n_tickets);
        for (size_t index = 0; index < answer->pulled->n_tickets && index < 8; index++) {
            put_ticket(&line, answer->pulled->tickets[index]->ticket);
            put(&line, " v%llu", (unsigned long long)answer->pulled->tickets[index]->version);
        }
    } else if (answer->body_case == PAIDAN__ANSWER__BODY_DONE) {
        put(&line, " done");
        if (answer->done->has_ticket) {
            put_ticket(&line, answer->done->ticket);
        }
        if (answer->done->dispatched != NULL) {
            const Paidan__Dispatched *dispatched = answer->done->dispatched;
            put(&line, " unit=%s level=%u %s@%s from=%d urgency=%d%s%s", dispatched->unit,
                dispatched->level, dispatched->category, dispatched->area,
                (int)dispatched->area_from, (int)dispatched->urgency,
                dispatched->elsewhere ? " elsewhere" : "", dispatched->ruled ? " ruled" : "");
        }
    }
    trace_at(trace, answer->has_now_ms ? answer->now_ms : trace->base_ms, "%s", line.text);
}

/* ---- golden files ---- */

static void golden_path(const char *name, char path[PATH_BYTES])
{
    const char *root = getenv("PAIDAN_ROOT");
    const int used =
        snprintf(path, PATH_BYTES, "%s/tests/golden/%s.txt", root == NULL ? "." : root, name);
    CHECK(used > 0);
    CHECK(used < PATH_BYTES);
}

static bool golden_write(const struct trace *trace, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    const bool whole = fwrite(trace->text, 1, trace->used, file) == trace->used;
    return fclose(file) == 0 && whole;
}

/* Prints the first line in which the two differ. */
static void print_difference(const char *path, const char *want, const char *have)
{
    unsigned number = 1;
    size_t start = 0, index = 0;
    for (; want[index] == have[index] && want[index] != '\0'; index++) {
        if (want[index] == '\n') {
            number++;
            start = index + 1;
        }
    }
    fprintf(stderr, "%s:%u: differs (PAIDAN_GOLDEN=update writes it anew)\n", path, number);
    fprintf(stderr, "  want: %.*s\n", (int)strcspn(want + start, "\n"), want + start);
    fprintf(stderr, "  have: %.*s\n", (int)strcspn(have + start, "\n"), have + start);
}

const char *trace_fact(Paidan__Event__FactCase fact)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, (unsigned)fact);
    return field == NULL ? "nothing" : field->name;
}

bool trace_golden(const struct trace *trace, const char *name)
{
    char path[PATH_BYTES];
    golden_path(name, path);
    const char *mode = getenv("PAIDAN_GOLDEN");
    if (mode != NULL && strcmp(mode, "update") == 0) {
        return golden_write(trace, path);
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    const size_t room = trace->used + 65536;
    char *want = malloc(room + 1);
    CHECK(want != NULL);
    const size_t bytes = fread(want, 1, room, file);
    fclose(file);
    want[bytes] = '\0';
    const bool equal = bytes == trace->used && memcmp(want, trace->text, bytes) == 0;
    if (!equal) {
        print_difference(path, want, trace->text);
    }
    free(want);
    return equal;
}
