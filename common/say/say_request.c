/* say_request: what units ask for and how it was decided, suspensions, appeals, and deliveries to the
 * outside, in sentences. A part of say_facts: facts are told by groups, each of which hands on what is not
 * its own, for one switch over sixty facts would be a function of three hundred lines. */
#include "common/say/say_facts_private.h"
#include "common/say/say_words.h"

/* Who decides, until when: after that an extension lapses and a raise holds. */
static enum say_tone requested(struct words *words, const Paidan__Requested *fact)
{
    put_unit(words, fact->unit);
    if (fact->kind == PAIDAN__REQUEST_KIND__REQUEST_RAISE) {
        put_say(words, "申请上报，由 ", "asks to raise it; decides: ");
    } else {
        put_say(words, "申请延期，由 ", "asks for an extension; decides: ");
    }
    put(words, "%s%s", say_unit(words->say, fact->to_unit),
        say_choose(words->say, " 批复，期限", ", due"));
    put_due(words, fact->due_ms);
    put_note(words, fact->note);
    return SAY_WARN;
}

/* Without a unit nobody decided in time; what that means depends on what was asked for. */
static enum say_tone decided(struct words *words, const Paidan__Decided *fact)
{
    const bool extension = fact->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    if (fact->unit == NULL) {
        put_say(words, extension ? "延期申请无人批复，作废" : "上报申请无人批复，视为同意",
                extension ? "nobody decided on the extension in time: it lapses"
                          : "nobody decided on the raise in time: it holds");
        if (fact->to_unit != NULL) {
            put(words, "%s%s", say_choose(words->say, "（应由 ", "; it had waited for "),
                say_unit(words->say, fact->to_unit));
            put_say(words, " 批复）", "");
        }
    } else {
        put_unit(words, fact->unit);
        put_say(words, fact->granted ? "批准" : "不批准",
                fact->granted ? "granted the " : "refused the ");
        put(words, "%s", say_words_request_kind(words->say, fact->kind));
    }
    if (fact->has_same_due && fact->same_due) {
        put_say(words, "，但上级时限不变", ", but the deadline from above stands");
    }
    put_clock(words, fact->clock);
    put_note(words, fact->note);
    return fact->granted ? SAY_GOOD : SAY_WARN;
}

static enum say_tone suspended(struct words *words, const Paidan__Suspended *fact)
{
    put_unit(words, fact->unit);
    put_say(words, "挂账到", "suspended it until");
    put_due(words, fact->until_ms);
    put_note(words, fact->reason);
    return SAY_NEWS;
}

/* How long it stood still, and the new end of each clock that goes on. */
static enum say_tone resumed(struct words *words, const Paidan__Event *event)
{
    const Paidan__Resumed *fact = event->resumed;
    char span[SAY_TIME_BYTES];
    put_say(words, fact->by_hand ? "提前恢复办理" : "挂账到期，恢复办理",
            fact->by_hand ? "taken up again before its time" : "the suspension is over");
    const uint64_t until_ms = fact->has_until_ms ? fact->until_ms : event->at_ms;
    if (fact->has_since_ms && until_ms >= fact->since_ms) {
        say_time_span(words->say, (int64_t)(until_ms - fact->since_ms), span);
        put(words, say_choose(words->say, "，停了 %s", ", it stood still for %s"), span);
    }
    if (fact->has_until_ms) { /* nobody was there when it ended */
        put_say(words, "，计时自", ", counted from");
        put_due(words, until_ms);
    }
    for (size_t index = 0; index < fact->n_clocks; index++) {
        put(words, "%s%s%s", say_choose(words->say, "；", "; "),
            say_words_clock(words->say, fact->clocks[index]->clock),
            say_choose(words->say, "期限", " due"));
        put_due(words, fact->clocks[index]->due_ms);
    }
    put_note(words, fact->note);
    return SAY_NEWS;
}

/* What was told to the outside, or not. Destinations are named by their codes: who reads this is
 * the one who configured them. */
static enum say_tone delivery_words(struct words *words, const Paidan__Event *event)
{
    const struct say *const say = words->say;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_DELIVERY_ASKED:
        put(words, say_choose(say, "待发往 %s", "to be sent to %s"), event->delivery_asked->to);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_DELIVERY_SENT:
        put(words, say_choose(say, "已发往 %s", "sent to %s"), event->delivery_sent->to);
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_DELIVERY_FAILED:
        put(words, say_choose(say, "第 %u 次发往 %s 失败", "attempt %u to send it to %s failed"),
            event->delivery_failed->attempts, event->delivery_failed->to);
        put_note(words, event->delivery_failed->reason);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_DELIVERY_DEAD:
        put(words, say_choose(say, "不再发往 %s", "gave up sending it to %s"),
            event->delivery_dead->to);
        put_note(words, event->delivery_dead->reason);
        return SAY_BAD;
    case PAIDAN__EVENT__FACT_DELIVERY_DROPPED:
        put(words, say_choose(say, "人工放弃发往 %s", "given up sending it to %s, by hand"),
            event->delivery_dropped->to);
        put_note(words, event->delivery_dropped->note);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_DELIVERY_RETRIED:
        put(words, say_choose(say, "人工重发到 %s", "to be sent to %s again, by hand"),
            event->delivery_retried->to);
        return SAY_PLAIN;
    default:
        return SAY_PLAIN;
    }
}

enum say_tone say_request_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SUSPENDED:
        return suspended(words, event->suspended);
    case PAIDAN__EVENT__FACT_RESUMED:
        return resumed(words, event);
    case PAIDAN__EVENT__FACT_REQUESTED:
        return requested(words, event->requested);
    case PAIDAN__EVENT__FACT_DECIDED:
        return decided(words, event->decided);
    case PAIDAN__EVENT__FACT_APPEALED:
        put_unit(words, event->appealed->unit);
        put_say(words, "提出超时申诉", "appeals against the late mark");
        if (event->appealed->to_unit != NULL) {
            put(words, "%s%s%s", say_choose(words->say, "，由 ", "; decides: "),
                say_unit(words->say, event->appealed->to_unit),
                say_choose(words->say, " 裁定，期限", ", due"));
            put_due(words, event->appealed->due_ms);
        }
        put_note(words, event->appealed->note);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        if (event->appeal_ruled->has_lapsed && event->appeal_ruled->lapsed) {
            put_say(words, "申诉无人裁定，不成立", "nobody ruled on the appeal in time: it fails");
            put(words, "%s%s", say_choose(words->say, "（应由 ", "; it had waited for "),
                say_unit(words->say, event->appeal_ruled->to_unit));
            put_say(words, " 裁定）", "");
            return SAY_WARN;
        }
        put_unit(words, event->appeal_ruled->by_unit);
        put_say(words, event->appeal_ruled->granted ? "准许超时申诉，不计入统计" : "不准许超时申诉",
                event->appeal_ruled->granted ? "granted the appeal: out of the statistic"
                                             : "refused the appeal");
        put_note(words, event->appeal_ruled->note);
        return event->appeal_ruled->granted ? SAY_GOOD : SAY_WARN;
    default:
        return delivery_words(words, event);
    }
}
