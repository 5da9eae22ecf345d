/* cli_facts: see the header. */

#include "cli_facts.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli_time.h"

struct words {
    struct cli *cli;
    char *text;
    size_t size, used;
};

static void put(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct words *words, const char *format, ...)
{
    if (words->used >= words->size) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const int made =
        vsnprintf(words->text + words->used, words->size - words->used, format, arguments);
    va_end(arguments);
    words->used += made < 0 ? 0 : (size_t)made;
}

static void put_say(struct words *words, const char *zh, const char *en)
{
    put(words, "%s", cli_say(words->cli, zh, en));
}

static void put_note(struct words *words, const char *note)
{
    if (note != NULL && note[0] != '\0') {
        put(words, "%s%s", cli_say(words->cli, "：", ": "), note);
    }
}

static void put_to(struct words *words, const Paidan__Assignment *to)
{
    put(words, "%s%s%s%s", cli_unit_name(words->cli, to->unit), cli_say(words->cli, "（", " ("),
        cli_level_name(words->cli, to->level), cli_say(words->cli, "）", ")"));
    if (to->has_fallback && to->fallback) {
        put_say(words, "，兜底", ", the fallback owner");
    }
}

static void put_late(struct words *words, protobuf_c_boolean has_late, protobuf_c_boolean late)
{
    if (has_late && late) {
        put_say(words, "（已超时）", " (late)");
    }
}

static void put_due(struct words *words, uint64_t due_ms)
{
    char at[CLI_TIME_BYTES];
    cli_time_exact(due_ms, words->cli->utc_offset_ms, at);
    put(words, " %s", at);
}

static enum cli_colour raised(struct words *words, const Paidan__Raised *fact)
{
    put_say(words, "上报到 ", "raised to ");
    put_to(words, fact->to);
    put(words, "%s%s", cli_say(words->cli, "，", ", "), cli_why_word(words->cli, fact->why));
    if (fact->has_clock) {
        put(words, "%s%s", cli_say(words->cli, "：", ": "),
            cli_clock_word(words->cli, fact->clock));
    }
    put_note(words, fact->note);
    return CLI_RED;
}

static enum cli_colour answered(struct words *words, const Paidan__Answered *fact)
{
    put_say(words, "诉求人答复：", "the resident answered: ");
    put(words, "%s%s%s", cli_solved_word(words->cli, fact->solved), cli_say(words->cli, "，", ", "),
        cli_satisfied_word(words->cli, fact->satisfied));
    put_note(words, fact->note);
    return fact->solved == PAIDAN__SOLVED__SOLVED_YES ? CLI_GREEN : CLI_YELLOW;
}

/* Facts of a unit's work. */
static enum cli_colour work_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        put(words, "%s%s", cli_unit_name(words->cli, event->accepted->unit),
            cli_say(words->cli, " 签收", " accepted it"));
        put_late(words, event->accepted->has_late, event->accepted->late);
        put_note(words, event->accepted->note);
        return CLI_GREEN;
    case PAIDAN__EVENT__FACT_CONTACTED:
        put_say(words, "已联系诉求人", "the resident was contacted");
        put_late(words, event->contacted->has_late, event->contacted->late);
        put_note(words, event->contacted->note);
        return CLI_PLAIN;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        put_say(words, "办理进展", "progress");
        put_note(words, event->progressed->note);
        return CLI_PLAIN;
    case PAIDAN__EVENT__FACT_RETURNED:
        put(words, "%s%s", cli_unit_name(words->cli, event->returned->unit),
            cli_say(words->cli, " 退单", " returned it"));
        put_note(words, event->returned->note);
        return CLI_YELLOW;
    case PAIDAN__EVENT__FACT_RESOLVED:
        put(words, "%s%s", cli_unit_name(words->cli, event->resolved->unit),
            cli_say(words->cli, " 办结", " solved it"));
        put_late(words, event->resolved->has_late, event->resolved->late);
        put_note(words, event->resolved->note);
        return CLI_GREEN;
    default:
        return CLI_PLAIN;
    }
}

static enum cli_colour closed_words(struct words *words, const Paidan__Closed *fact)
{
    put(words, "%s%s", cli_say(words->cli, "结案：", "closed: "),
        cli_outcome_word(words->cli, fact->outcome));
    if (fact->has_satisfied) {
        put(words, "%s%s", cli_say(words->cli, "，", ", "),
            cli_satisfied_word(words->cli, fact->satisfied));
    }
    return fact->outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED ? CLI_GREEN : CLI_YELLOW;
}

/* Facts of clocks and moves. */
static enum cli_colour move_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        put_say(words, "派给 ", "given to ");
        put_to(words, event->assigned->to);
        put(words, "%s%s", cli_say(words->cli, "，", ", "),
            cli_why_word(words->cli, event->assigned->why));
        put_note(words, event->assigned->note);
        return CLI_CYAN;
    case PAIDAN__EVENT__FACT_WARNED:
        put(words, "%s%s", cli_clock_word(words->cli, event->warned->clock),
            cli_say(words->cli, " 即将到期，黄牌；期限", " runs out soon: yellow card; due"));
        put_due(words, event->warned->due_ms);
        return CLI_YELLOW;
    case PAIDAN__EVENT__FACT_RAISED:
        return raised(words, event->raised);
    case PAIDAN__EVENT__FACT_CARDED:
        put(words, "%s%s", cli_clock_word(words->cli, event->carded->clock),
            cli_say(words->cli, " 超时，红牌；期限", " expired: red card; was due"));
        put_due(words, event->carded->due_ms);
        return CLI_RED;
    case PAIDAN__EVENT__FACT_ALARMED:
        put_say(words, "告警：仍未处理，第 ", "alarm: still not repaired, no. ");
        put(words, "%u%s", event->alarmed->count, cli_say(words->cli, " 次", ""));
        return CLI_RED;
    case PAIDAN__EVENT__FACT_REOPENED:
        put_say(words, "诉求人说未解决，重新打开，派给 ", "unsolved, reopened, given to ");
        put_to(words, event->reopened->to);
        put_note(words, event->reopened->note);
        return CLI_RED;
    case PAIDAN__EVENT__FACT_CLOSED:
        return closed_words(words, event->closed);
    case PAIDAN__EVENT__FACT_NOTED:
        put_say(words,
                event->noted->has_supplement && event->noted->supplement ? "诉求人补充了说明"
                                                                         : "诉求人催单",
                event->noted->has_supplement && event->noted->supplement
                    ? "the resident added something"
                    : "the resident asked to hurry");
        return CLI_YELLOW;
    default:
        return work_words(words, event);
    }
}

enum cli_colour cli_fact_words(struct cli *cli, const Paidan__Event *event, char *text, size_t size)
{
    struct words words = {.cli = cli, .text = text, .size = size};
    text[0] = '\0';
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ANSWERED:
        return answered(&words, event->answered);
    case PAIDAN__EVENT__FACT_ASKED:
        put(&words, cli_say(cli, "回访第 %u 次", "asking the resident, attempt %u"),
            event->asked->attempt);
        return CLI_PLAIN;
    case PAIDAN__EVENT__FACT_UNREACHED:
        put_say(&words, "回访未接通", "the resident was not reached");
        return CLI_YELLOW;
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        put_say(&words, "一条来自其他服务的记录未被采用",
                "a record of another service was refused");
        put_note(&words, event->record_refused->detail);
        return CLI_DIM;
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        put_say(&words, "领取后未签收，已放回", "pulled but not accepted: back in the queue");
        return CLI_DIM;
    default:
        return move_words(&words, event);
    }
}
