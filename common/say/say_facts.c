/* say_facts: facts to sentences. Every fact that can stand in a ticket's history has one, in both
 * languages (tests/unit/say_facts_test.c walks them); what has none stays unsaid. A sentence is
 * made from the fact alone and the names of the site: a fact of last year reads the same today. It
 * is cut where the caller's room ends, never refused: a history with a short line beats none. */
#include "common/say/say_facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/say_detail.h"
#include "common/say/say_device.h"
#include "common/say/say_people.h"
#include "common/say/say_time.h"
#include "common/say/say_wechat.h"
#include "common/say/say_words.h"

struct words {
    const struct say *say;
    char *text;
    size_t size, used;
};

static void put(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds to the sentence. used goes on counting beyond the end, so that a sentence that was cut
 * stays cut. */
static void put(struct words *words, const char *format, ...)
{
    CHECK(words->size > 0);
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
    put(words, "%s", say_choose(words->say, zh, en));
}

/* What a person wrote, behind a colon; masked already when it became a fact. */
static void put_note(struct words *words, const char *note)
{
    if (note != NULL && note[0] != '\0') {
        put(words, "%s%s", say_choose(words->say, "：", ": "), note);
    }
}

/* 保密: what the unit gets in place of the resident's words. */
static void put_summary(struct words *words, const char *summary)
{
    if (summary != NULL) {
        put(words, "%s%s", say_choose(words->say, "；保密，摘要：", "; confidential, summary: "),
            summary);
    }
}

/* A field or a state as services name it, in words. */
static void put_detail(struct words *words, const char *detail)
{
    char text[SAY_DETAIL_BYTES];
    if (detail != NULL) {
        say_detail(words->say, SAY_BY_NOBODY, detail, text);
        put_note(words, text);
    }
}

/* Unit and level, and that it is the fallback: the reader asks why it came to them. */
static void put_to(struct words *words, const Paidan__Assignment *to)
{
    put(words, "%s%s%s%s", say_unit(words->say, to->unit), say_choose(words->say, "（", " ("),
        say_level(words->say, to->level), say_choose(words->say, "）", ")"));
    if (to->has_fallback && to->fallback) {
        put_say(words, "，兜底", ", the fallback owner");
    }
}

/* A fact carries whether it was late, so that nobody needs the clock to tell. */
static void put_late(struct words *words, protobuf_c_boolean has_late, protobuf_c_boolean late)
{
    if (has_late && late) {
        put_say(words, "（已超时）", " (late)");
    }
}

/* Units that need not assist any more. */
static void put_ended(struct words *words, char *const *units, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        put(words, "%s%s",
            say_choose(words->say, index == 0 ? "，协办取消：" : "、",
                       index == 0 ? ", need not assist any more: " : ", "),
            say_unit(words->say, units[index]));
    }
}

/* Always whole, with the year: a history is read years later. */
static void put_due(struct words *words, uint64_t due_ms)
{
    char at[SAY_TIME_BYTES];
    say_time_exact(words->say, due_ms, at);
    put(words, " %s", at);
}

/* Which clock expired stands in the fact only when one did. */
static enum say_tone raised(struct words *words, const Paidan__Raised *fact)
{
    put_say(words, "上报到 ", "raised to ");
    put_to(words, fact->to);
    put(words, "%s%s", say_choose(words->say, "，", ", "), say_words_why(words->say, fact->why));
    if (fact->has_clock) {
        put(words, "%s%s", say_choose(words->say, "：", ": "),
            say_words_clock(words->say, fact->clock));
        for (size_t index = 0; index < fact->n_also_late; index++) {
            put(words, "%s%s", say_choose(words->say, "、", ", "),
                say_words_clock(words->say, fact->also_late[index]));
        }
    }
    put_note(words, fact->note);
    return SAY_BAD;
}

/* Anything but "solved" leads to more work or to a card: it is marked. */
static enum say_tone answered(struct words *words, const Paidan__Answered *fact)
{
    put_say(words, "诉求人答复：", "the resident answered: ");
    put(words, "%s%s%s", say_words_solved(words->say, fact->solved),
        say_choose(words->say, "，", ", "), say_words_satisfied(words->say, fact->satisfied));
    put_note(words, fact->note);
    return fact->solved == PAIDAN__SOLVED__SOLVED_YES ? SAY_GOOD : SAY_WARN;
}

static void put_unit(struct words *words, const char *unit)
{
    put(words, "%s ", say_unit(words->say, unit));
}

/* "; due 2026-12-01 18:00:00" of a clock that was started or moved. */
static void put_clock(struct words *words, const Paidan__ClockSet *clock)
{
    if (clock != NULL) {
        put_say(words, "；期限", "; due");
        put_due(words, clock->due_ms);
    }
}

/* Ways other than the ordinary one are named: they are counted apart. */
static enum say_tone resolved(struct words *words, const Paidan__Resolved *fact)
{
    put(words, "%s%s", say_unit(words->say, fact->unit),
        say_choose(words->say, " 办结", " solved it"));
    if (fact->has_mode && fact->mode != PAIDAN__MODE__MODE_ORDINARY) {
        put(words, "%s%s%s", say_choose(words->say, "（", " ("),
            say_words_mode(words->say, fact->mode), say_choose(words->say, "）", ")"));
    }
    put_late(words, fact->has_late, fact->late);
    if (fact->has_without_assist && fact->without_assist) {
        put_say(words, "，协办未完成", ", without the assisting units");
    }
    put_note(words, fact->note);
    return SAY_GOOD;
}

/* ---- requests, suspensions ----
 *
 * Facts are told by groups, each of which hands on what is not its own: one switch over sixty facts
 * would be a function of three hundred lines. */

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

static enum say_tone request_words(struct words *words, const Paidan__Event *event)
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

/* ---- joint work, modes ---- */

static enum say_tone assist_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
        put_unit(words, event->assist_asked->by_unit);
        put_say(words, "请 ", "asked ");
        put(words, "%s%s", say_unit(words->say, event->assist_asked->unit),
            say_choose(words->say, " 协办", " to assist"));
        put_clock(words, event->assist_asked->clock);
        put_note(words, event->assist_asked->note);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_ASSIST_DONE:
        put_unit(words, event->assist_done->unit);
        put_say(words, "完成协办", "has assisted");
        put_late(words, event->assist_done->has_late, event->assist_done->late);
        put_note(words, event->assist_done->note);
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
        put_unit(words, event->assist_late->unit);
        put_say(words, "协办超时；期限", "is late with assisting; was due");
        put_due(words, event->assist_late->due_ms);
        return SAY_BAD;
    case PAIDAN__EVENT__FACT_PERSON_NAMED:
        put_unit(words, event->person_named->unit);
        put_say(words, "定人 ", "named ");
        put(words, "%s%s", event->person_named->person, say_choose(words->say, "，限", ", due"));
        put_due(words, event->person_named->due_ms);
        put_note(words, event->person_named->duty);
        return SAY_PLAIN;
    default:
        return request_words(words, event);
    }
}

static enum say_tone mode_words(struct words *words, const Paidan__Event *event)
{
    const Paidan__ModeEnded *ended = event->mode_ended;
    char at[SAY_TIME_BYTES];
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_MODE_SET:
        put_unit(words, event->mode_set->unit);
        put_say(words, "办理方式：", "handles it by: ");
        put(words, "%s", say_words_mode(words->say, event->mode_set->mode));
        put_clock(words, event->mode_set->clock);
        put_note(words, event->mode_set->note);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_MODE_ENDED:
        put(words, "%s%s%s", say_words_mode(words->say, ended->mode),
            say_choose(words->say, "结果：", ": "),
            say_words_mode_result(words->say, ended->result));
        put_late(words, ended->has_late, ended->late);
        if (ended->has_held_ms) {
            say_time_exact(words->say, ended->held_ms, at);
            put(words, say_choose(words->say, "，会议 %s", ", held %s"), at);
        }
        put_note(words, ended->note);
        return ended->result == PAIDAN__MODE_RESULT__RESULT_AGREED ? SAY_GOOD : SAY_WARN;
    case PAIDAN__EVENT__FACT_ORDERED:
        put_unit(words, event->ordered->by_unit);
        put_say(words, "领导交办给 ", "ordered it to ");
        put_to(words, event->ordered->to);
        put_note(words, event->ordered->note);
        return SAY_NEWS;
    default:
        return assist_words(words, event);
    }
}

/* ---- supervision, plans ---- */

/* By a person, or by a rule of the site, which is then named. */
static enum say_tone supervised(struct words *words, const Paidan__Supervised *fact)
{
    if (fact->by_unit != NULL) {
        put_unit(words, fact->by_unit);
    }
    put_say(words, "督办", fact->by_unit == NULL ? "under supervision" : "watches over it");
    if (fact->has_rule) {
        put(words, "%s%s", say_choose(words->say, "，因", ": "),
            say_words_supervise_rule(words->say, fact->rule));
    }
    put_note(words, fact->note);
    return SAY_WARN;
}

/* Given by hand, with a note, or by a clock that expired where no higher level is left. */
static enum say_tone carded(struct words *words, const Paidan__Carded *fact)
{
    const enum say_tone tone = fact->card == PAIDAN__CARD__CARD_RED ? SAY_BAD : SAY_WARN;
    if (fact->by_unit != NULL) {
        put_unit(words, fact->by_unit);
        put(words, say_choose(words->say, "亮%s", "gave a %s card"),
            say_words_card(words->say, fact->card));
        put_note(words, fact->note);
        return tone;
    }
    put(words, say_choose(words->say, "%s 超时，%s；期限", "%s expired: %s card; was due"),
        say_words_clock(words->say, fact->clock), say_words_card(words->say, fact->card));
    put_due(words, fact->due_ms);
    return tone;
}

/* The deadline of what warned or reminded, in the tense of the moment it was said: after downtime a
 * step may come when its deadline has passed. */
static void put_deadline(struct words *words, uint64_t at_ms, uint64_t due_ms)
{
    const bool passed = due_ms <= at_ms;
    put_say(words, passed ? "已过期限" : "期限", passed ? "was due" : "due");
    put_due(words, due_ms);
}

/* Logs of older versions hold warnings of what had passed already. */
static enum say_tone warned(struct words *words, const Paidan__Event *event)
{
    const Paidan__Warned *fact = event->warned;
    const bool passed = fact->due_ms <= event->at_ms;
    put(words, "%s", say_words_clock(words->say, fact->clock));
    put_say(words, passed ? " 黄牌；" : " 即将到期，黄牌；",
            passed ? ": yellow card; " : " runs out soon: yellow card; ");
    put_deadline(words, event->at_ms, fact->due_ms);
    return SAY_WARN;
}

/* A step of a clock fired: whom it reached and what it did. */
static enum say_tone reminded(struct words *words, const Paidan__Event *event)
{
    char does[256];
    const Paidan__Reminded *fact = event->reminded;
    if (fact->clock == PAIDAN__CLOCK__CLOCK_REQUEST || fact->clock == PAIDAN__CLOCK__CLOCK_APPEAL) {
        put(words, "%s%s", say_choose(words->say, "提醒 ", "reminded "),
            fact->n_to_units > 0 ? say_unit(words->say, fact->to_units[0]) : "");
        put_say(words, " 批复，", " to decide, ");
        put_deadline(words, event->at_ms, fact->due_ms);
        return SAY_WARN;
    }
    say_words_bits(words->say, &paidan__step_does__descriptor, fact->does,
                   say_choose(words->say, "，", ", "), does, sizeof does);
    put(words, "%s%s%s", say_words_clock(words->say, fact->clock),
        say_choose(words->say, " 提醒点：", ": "), does);
    put_say(words, "；", "; ");
    put_deadline(words, event->at_ms, fact->due_ms);
    return (fact->does >> PAIDAN__STEP_DOES__STEP_RED & 1u) != 0 ? SAY_BAD : SAY_WARN;
}

/* Clocks of the lead and of assisting units; those that did not move are not in the fact. */
static enum say_tone replanned(struct words *words, const Paidan__Replanned *fact)
{
    put(words, say_choose(words->say, "%s，时限重算", "planned anew: %s"),
        say_words_replan_cause(words->say, fact->why));
    for (size_t index = 0; index < fact->n_clocks; index++) {
        put(words, "%s%s%s", say_choose(words->say, "；", "; "),
            say_words_clock(words->say, fact->clocks[index]->clock),
            say_choose(words->say, "期限", " due"));
        put_due(words, fact->clocks[index]->due_ms);
    }
    for (size_t index = 0; index < fact->n_assists; index++) {
        put(words, "%s%s%s", say_choose(words->say, "；", "; "),
            say_unit(words->say, fact->assists[index]->unit),
            say_choose(words->say, " 协办期限", " assists, due"));
        put_due(words, fact->assists[index]->clock->due_ms);
    }
    return SAY_NEWS;
}

/* It goes on under other codes; those that did not change are not in the fact. */
static enum say_tone recoded(struct words *words, const Paidan__Recoded *fact)
{
    put_say(words, "站点变更", "the site was edited");
    const struct {
        const char *code, *zh, *en;
        const char *(*name)(const struct say *say, const char *code);
    } changes[] = {{fact->unit, "单位", "unit", say_unit},
                   {fact->category, "类别", "category", say_category},
                   {fact->area, "区域", "area", say_area},
                   {fact->channel, "渠道", "channel", say_channel},
                   {fact->by_unit, "申请单位", "asking unit", say_unit},
                   {fact->to_unit, "决定单位", "deciding unit", say_unit}};
    for (size_t index = 0; index < sizeof changes / sizeof changes[0]; index++) {
        if (changes[index].code != NULL) {
            put(words, say_choose(words->say, "；%s改为 %s", "; %s now %s"),
                say_choose(words->say, changes[index].zh, changes[index].en),
                changes[index].name(words->say, changes[index].code));
        }
    }
    if (fact->has_request_seq) {
        put_say(words, "；待批申请列入批复清单",
                "; its open request is listed for whoever decides");
    }
    if (fact->appeal != NULL) {
        put(words,
            say_choose(words->say, "；待裁申诉列入 %s 的批复清单，期限",
                       "; its open appeal is listed for %s, due"),
            say_unit(words->say, fact->appeal->to_unit));
        put_due(words, fact->appeal->due_ms);
    }
    for (size_t index = 0; index < fact->n_assists; index++) {
        const Paidan__RecodedTask *task = fact->assists[index];
        put(words, say_choose(words->say, "；协办 %s ", "; assisting %s: "), task->from_unit);
        put(words, "%s%s",
            say_choose(words->say, task->unit == NULL ? "的任务结束" : "改为 ",
                       task->unit == NULL ? "its task ends" : "now "),
            task->unit == NULL ? "" : say_unit(words->say, task->unit));
    }
    return SAY_NEWS;
}

/* ---- the desk ---- */

/* Why it waits there: the doubts of triage, or the unit that sent it back. */
static enum say_tone desked(struct words *words, const Paidan__Desked *fact)
{
    char reasons[256];
    say_words_bits(words->say, &paidan__desk_reason__descriptor, fact->reasons,
                   say_choose(words->say, "，", ", "), reasons, sizeof reasons);
    put(words, "%s%s%s", say_choose(words->say, "待分拨", "at the desk"),
        say_choose(words->say, "：", ": "), reasons);
    if (fact->unit != NULL) {
        put(words, "%s%s%s", say_choose(words->say, "（", " ("), say_unit(words->say, fact->unit),
            say_choose(words->say, "）", ")"));
    }
    put_note(words, fact->note);
    put_clock(words, fact->clock);
    return SAY_WARN;
}

/* Supervisors are named: they are the ones who were told. */
static enum say_tone desk_overdue(struct words *words, const Paidan__DeskOverdue *fact)
{
    put(words,
        say_choose(words->say, "分拨超时，第 %u 次警报；期限",
                   "the desk is overdue, alarm %u; was due"),
        fact->count);
    put_due(words, fact->due_ms);
    for (size_t index = 0; index < fact->n_to_units; index++) {
        put(words, "%s%s",
            index == 0 ? say_choose(words->say, "；告知 ", "; told: ")
                       : say_choose(words->say, "、", ", "),
            say_unit(words->say, fact->to_units[index]));
    }
    return SAY_BAD;
}

/* Whence the place is, where it is not simply the one that was found. */
static void put_area(struct words *words, const char *area, protobuf_c_boolean has_from,
                     Paidan__AreaFrom from)
{
    put(words, "%s%s", say_choose(words->say, "，", ", "), say_area(words->say, area));
    if (has_from && from != PAIDAN__AREA_FROM__AREA_FOUND) {
        put(words, "%s%s%s", say_choose(words->say, "（", " ("),
            say_words_area_from(words->say, from), say_choose(words->say, "）", ")"));
    }
}

static enum say_tone routed(struct words *words, const Paidan__Routed *fact)
{
    const bool by_desk = fact->has_by_desk && fact->by_desk;
    put_say(words, by_desk ? "人工分拨给 " : "自动分拨给 ",
            by_desk ? "dispatched to " : "routed to ");
    put(words, "%s%s%s", say_unit(words->say, fact->unit), say_choose(words->say, "：", ": "),
        say_category(words->say, fact->category));
    put_area(words, fact->area, fact->has_area_from, fact->area_from);
    return SAY_NEWS;
}

static enum say_tone ruled(struct words *words, const Paidan__Ruled *fact)
{
    put_say(words, "退单裁定给 ", "ruled: it goes to ");
    put(words, "%s%s%s", say_unit(words->say, fact->unit), say_choose(words->say, "：", ": "),
        say_category(words->say, fact->category));
    put_area(words, fact->area, fact->has_area_from, fact->area_from);
    put_note(words, fact->note);
    return SAY_NEWS;
}

/* Three words that are stored: withdrawn, closed, moved. */
static enum say_tone undesked(struct words *words, const Paidan__Undesked *fact)
{
    const char *reason = fact->reason == NULL ? "" : fact->reason;
    const bool withdrawn = strcmp(reason, "withdrawn") == 0;
    const bool closed = strcmp(reason, "closed") == 0;
    put_say(words,
            withdrawn ? "离开分拨台：已撤回"
            : closed  ? "离开分拨台：已办结"
                      : "离开分拨台：已上报或交办",
            withdrawn ? "left the desk: withdrawn"
            : closed  ? "left the desk: closed"
                      : "left the desk: raised or ordered elsewhere");
    return SAY_NEWS;
}

/* Codes that an edit of the site gave up, by their names of now; and what is to be named instead. */
static enum say_tone desk_recoded(struct words *words, const Paidan__DeskRecoded *fact)
{
    char reasons[256];
    const char *comma = say_choose(words->say, "、", ", ");
    put_say(words, "站点变更；待分拨", "the site was edited; at the desk");
    say_words_bits(words->say, &paidan__desk_reason__descriptor, fact->reasons,
                   say_choose(words->say, "，", ", "), reasons, sizeof reasons);
    put(words, "%s%s", say_choose(words->say, "：", ": "), reasons);
    for (size_t index = 0; index < fact->n_categories; index++) {
        put(words, "%s%s", index == 0 ? say_choose(words->say, "；类别 ", "; category ") : comma,
            say_category(words->say, fact->categories[index]));
    }
    for (size_t index = 0; index < fact->n_areas; index++) {
        put(words, "%s%s", index == 0 ? say_choose(words->say, "；区域 ", "; area ") : comma,
            say_area(words->say, fact->areas[index]));
    }
    if (fact->channel != NULL) {
        put(words, say_choose(words->say, "；渠道改为 %s", "; channel now %s"),
            say_channel(words->say, fact->channel));
    }
    return SAY_NEWS;
}

static enum say_tone desk_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return routed(words, event->routed);
    case PAIDAN__EVENT__FACT_DESKED:
        return desked(words, event->desked);
    case PAIDAN__EVENT__FACT_RULED:
        return ruled(words, event->ruled);
    case PAIDAN__EVENT__FACT_UNDESKED:
        return undesked(words, event->undesked);
    case PAIDAN__EVENT__FACT_DESK_WARNED:
        put_say(words, "分拨预警；期限", "the desk is warned; due");
        put_due(words, event->desk_warned->due_ms);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_DESK_OVERDUE:
        return desk_overdue(words, event->desk_overdue);
    case PAIDAN__EVENT__FACT_DESK_REPLANNED:
        put_say(words, "分拨时限重算", "the desk's term planned anew");
        put_clock(words, event->desk_replanned->clock);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_DESK_RECODED:
        return desk_recoded(words, event->desk_recoded);
    default:
        return mode_words(words, event);
    }
}

static enum say_tone supervision_words(struct words *words, const Paidan__Event *event)
{
    const Paidan__CardCancelled *cancelled = event->card_cancelled;
    const Paidan__ReplanPassed *passed = event->replan_passed;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_URGED:
        put_unit(words, event->urged->by_unit);
        put(words, say_choose(words->say, "第 %u 次催办", "urged it, no. %u"), event->urged->count);
        put_note(words, event->urged->note);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_SUPERVISED:
        return supervised(words, event->supervised);
    case PAIDAN__EVENT__FACT_CARDED:
        return carded(words, event->carded);
    case PAIDAN__EVENT__FACT_CARD_CANCELLED:
        put_unit(words, cancelled->by_unit);
        put(words, say_choose(words->say, "撤销%s", "cancelled the %s card"),
            say_words_card(words->say, cancelled->card));
        put_note(words, cancelled->note);
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_MOVED:
        put(words,
            say_choose(words->say, "站点变更：%s 已撤销，转给 ",
                       "the site was edited: %s is no more, it goes to "),
            event->moved->from_unit);
        put_to(words, event->moved->to);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_RECODED:
        return recoded(words, event->recoded);
    case PAIDAN__EVENT__FACT_REPLANNED:
        return replanned(words, event->replanned);
    case PAIDAN__EVENT__FACT_REPLAN_PASSED:
        put(words,
            say_choose(words->say, "时限重算：看了 %llu 件，变动 %llu 件",
                       "planned anew: %llu looked at, %llu moved"),
            (unsigned long long)passed->looked_at, (unsigned long long)passed->moved);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_REMINDED:
        return reminded(words, event);
    case PAIDAN__EVENT__FACT_TERM_PASSED:
        put(words, say_choose(words->say, "%s 超时；期限", "%s: the term passed; was due"),
            say_words_clock(words->say, event->term_passed->clock));
        put_due(words, event->term_passed->due_ms);
        return SAY_BAD;
    default:
        return desk_words(words, event);
    }
}

/* Facts of a unit's work. */
static enum say_tone work_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        put(words, "%s%s", say_unit(words->say, event->accepted->unit),
            say_choose(words->say, " 签收", " accepted it"));
        put_late(words, event->accepted->has_late, event->accepted->late);
        put_note(words, event->accepted->note);
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_CONTACTED:
        put_say(words, "已联系诉求人", "the resident was contacted");
        put_late(words, event->contacted->has_late, event->contacted->late);
        put_note(words, event->contacted->note);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        put_say(words, "办理进展", "progress");
        put_note(words, event->progressed->note);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_RETURNED:
        put(words, "%s%s", say_unit(words->say, event->returned->unit),
            say_choose(words->say, " 退单", " returned it"));
        put_note(words, event->returned->note);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_RECALLED:
        put(words,
            say_choose(words->say, "撤回分拨：从 %s 回到分拨台",
                       "the dispatch was taken back from %s; it is at the desk again"),
            say_unit(words->say, event->recalled->unit));
        put_ended(words, event->recalled->assist_ended, event->recalled->n_assist_ended);
        put_note(words, event->recalled->note);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return resolved(words, event->resolved);
    default:
        return supervision_words(words, event);
    }
}

/* Anything but solved is marked: these are the ones that are looked at again. */
static enum say_tone closed_words(struct words *words, const Paidan__Closed *fact)
{
    put(words, "%s%s", say_choose(words->say, "结案：", "closed: "),
        say_words_outcome(words->say, fact->outcome));
    if (fact->has_satisfied) {
        put(words, "%s%s", say_choose(words->say, "，", ", "),
            say_words_satisfied(words->say, fact->satisfied));
    }
    return fact->outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED ? SAY_GOOD : SAY_WARN;
}

/* Facts of clocks and moves. */
static enum say_tone move_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        put_say(words, "派给 ", "given to ");
        put_to(words, event->assigned->to);
        put(words, "%s%s", say_choose(words->say, "，", ", "),
            say_words_why(words->say, event->assigned->why));
        put_ended(words, event->assigned->assist_ended, event->assigned->n_assist_ended);
        put_note(words, event->assigned->note);
        put_summary(words, event->assigned->summary);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_WARNED:
        return warned(words, event);
    case PAIDAN__EVENT__FACT_RAISED:
        return raised(words, event->raised);
    case PAIDAN__EVENT__FACT_ALARMED:
        put_say(words, "警报：仍未处理，第 ", "alarm: still not repaired, no. ");
        put(words, "%u%s", event->alarmed->count, say_choose(words->say, " 次", ""));
        return SAY_BAD;
    case PAIDAN__EVENT__FACT_REOPENED:
        put_say(words, "诉求人说未解决，重新打开，派给 ", "unsolved, reopened, given to ");
        put_to(words, event->reopened->to);
        put_note(words, event->reopened->note);
        return SAY_BAD;
    case PAIDAN__EVENT__FACT_CLOSED:
        return closed_words(words, event->closed);
    case PAIDAN__EVENT__FACT_NOTED:
        put_say(words,
                event->noted->has_supplement && event->noted->supplement ? "诉求人补充了说明"
                                                                         : "诉求人催单",
                event->noted->has_supplement && event->noted->supplement
                    ? "the resident added something"
                    : "the resident asked to hurry");
        return SAY_WARN;
    default:
        return work_words(words, event);
    }
}

/* Who it was stands in the cause, which every history shows beside the sentence. */
static enum say_tone denied(struct words *words, const Paidan__Denied *fact)
{
    put_say(words, "一次请求被拒绝", "a wish was refused");
    if (fact->has_count && fact->count > 1) {
        put(words, say_choose(words->say, "（共 %u 次）", " (%u times)"), fact->count);
    }
    put(words, "%s%s", say_choose(words->say, "：", ": "), code_name((Paidan__Code)fact->code));
    put_detail(words, fact->detail);
    return SAY_WARN;
}

/* What adapters hear and wish: without its content, which is a resident's. */
static enum say_tone channel_words(struct words *words, const Paidan__Event *event)
{
    const struct say *const say = words->say;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HEARD:
        put(words, say_choose(say, "从渠道 %s 收到消息", "a message came through %s"),
            event->heard->channel);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_HEARD_AGAIN:
        put(words, "%s", say_choose(say, "又收到同一条消息", "the same message came again"));
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WISHED:
        put(words, say_choose(say, "请求 %s 办理", "asked of %s"), event->wished->service);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WISH_ANSWERED:
        put(words, "%s%s", say_choose(say, "答复：", "answered: "),
            code_name((Paidan__Code)event->wish_answered->code));
        put_note(words, event->wish_answered->detail);
        return event->wish_answered->code == PAIDAN__CODE__OK ? SAY_PLAIN : SAY_WARN;
    case PAIDAN__EVENT__FACT_PUBLISHED:
        put(words, say_choose(say, "推送 %s 的第 %llu 条", "fact %s:%llu is told to the outside"),
            event->published->log, (unsigned long long)event->published->seq);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WHOSE:
        put_say(words, "工单归属更新", "another one has the ticket");
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_BUNDLED:
        put(words, say_choose(say, "推送给 %s：合并 %zu 条", "told to %s in one piece: %zu facts"),
            event->bundled->to, event->bundled->n_published);
        return SAY_PLAIN;
    default:
        return SAY_PLAIN;
    }
}

/* Of hotlines: whose ticket, never what it says. */
static enum say_tone hotline_words(struct words *words, const Paidan__Event *event)
{
    const struct say *const say = words->say;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HOTLINE_SIGNED:
        put(words, say_choose(say, "%s 的签名有效", "the signature of %s holds"),
            event->hotline_signed->peer);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_HOTLINE_TAKEN:
        put(words, say_choose(say, "收下 %s 的报文", "took an envelope of %s"),
            event->hotline_taken->peer);
        if (event->hotline_taken->late) {
            put(words, "%s",
                say_choose(say, "，序号已过时，不处理", ": overtaken, nothing follows"));
            return SAY_WARN;
        }
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_HOTLINE_BOUND:
        put(words, "%s%s", say_choose(say, "派单登记：", "the dispatch was registered: "),
            code_name((Paidan__Code)event->hotline_bound->code));
        return event->hotline_bound->code == PAIDAN__CODE__OK ? SAY_PLAIN : SAY_WARN;
    case PAIDAN__EVENT__FACT_HOTLINE_TOLD:
        if (event->hotline_told->peer == NULL) {
            put(words, "%s",
                say_choose(say, "记下进展，尚无对应的派单", "noted; no dispatch to it yet"));
            return SAY_PLAIN;
        }
        put(words, say_choose(say, "告知 %s：", "told to %s: "), event->hotline_told->peer);
        put(words, "%s", event->hotline_told->state == NULL ? "" : event->hotline_told->state);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_HOTLINE_CALLED:
        put(words, "%s",
            event->hotline_called->step == PAIDAN__CALL_STEP__CALL_RINGS
                ? say_choose(say, "来电", "a call rings")
            : event->hotline_called->step == PAIDAN__CALL_STEP__CALL_TAKEN
                ? say_choose(say, "接起来电", "a call was taken")
                : say_choose(say, "通话结束", "a call is over"));
        return SAY_PLAIN;
    default:
        return SAY_PLAIN;
    }
}

enum say_tone say_facts_words(const struct say *say, const Paidan__Event *event, char *text,
                              size_t size)
{
    CHECK(event != NULL);
    CHECK(size > 0);
    struct words words = {.say = say, .text = text, .size = size};
    text[0] = '\0';
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HEARD:
    case PAIDAN__EVENT__FACT_HEARD_AGAIN:
    case PAIDAN__EVENT__FACT_WISHED:
    case PAIDAN__EVENT__FACT_WISH_ANSWERED:
    case PAIDAN__EVENT__FACT_PUBLISHED:
    case PAIDAN__EVENT__FACT_BUNDLED:
    case PAIDAN__EVENT__FACT_WHOSE:
        return channel_words(&words, event);
    case PAIDAN__EVENT__FACT_HOTLINE_SIGNED:
    case PAIDAN__EVENT__FACT_HOTLINE_TAKEN:
    case PAIDAN__EVENT__FACT_HOTLINE_BOUND:
    case PAIDAN__EVENT__FACT_HOTLINE_TOLD:
    case PAIDAN__EVENT__FACT_HOTLINE_CALLED:
        return hotline_words(&words, event);
    case PAIDAN__EVENT__FACT_ANSWERED:
        return answered(&words, event->answered);
    case PAIDAN__EVENT__FACT_ASKED:
        put(&words, say_choose(say, "回访第 %u 次", "asking the resident, attempt %u"),
            event->asked->attempt);
        if (event->asked->has_postponed && event->asked->postponed) {
            put_say(&words, "，回访时段已过，顺延", ", put off: calling hours were over");
        }
        if (event->asked->has_missed && event->asked->missed) {
            put_say(&words, "，上次无人接听", ": nobody answered the one before");
        }
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_UNREACHED:
        put_say(&words, "回访未接通", "the resident was not reached");
        if (event->unreached->has_missed && event->unreached->missed) {
            put_say(&words, "，末次无人接听", ": nobody answered the last call");
        }
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        put_say(&words, "一条来自其他服务的记录未被采用",
                "a record of another service was refused");
        put_detail(&words, event->record_refused->detail);
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_DENIED:
        return denied(&words, event->denied);
    case PAIDAN__EVENT__FACT_PEERS_CHANGED:
        put_say(&words, "访问名单已更新，登记 ", "the peers file changed; it names ");
        put(&words, "%u%s", event->peers_changed->peers, say_choose(say, " 个", ""));
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        put_say(&words, "领取后未签收，已放回", "pulled but not accepted: back in the queue");
        return SAY_FAINT;
    default:
        if (event->fact_case >= PAIDAN__EVENT__FACT_REPLIED &&
            event->fact_case <= PAIDAN__EVENT__FACT_WECHAT_RESULT) {
            return say_wechat_words(say, event, text, size);
        }
        if (event->fact_case >= PAIDAN__EVENT__FACT_ALARMS_HEARD &&
            event->fact_case <= PAIDAN__EVENT__FACT_BROKER_LINKED) {
            return say_device_words(say, event, text, size);
        }
        if (event->fact_case >= PAIDAN__EVENT__FACT_PERSON_ADDED) {
            return say_people_words(say, event, text, size);
        }
        return move_words(&words, event);
    }
}
