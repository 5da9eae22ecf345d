/* say_facts: facts to sentences. Every fact that can stand in a ticket's history has one, in both
 * languages (tests/unit/say_facts_test.c walks them); what has none stays unsaid. A sentence is
 * made from the fact alone and the names of the site: a fact of last year reads the same today. It
 * is cut where the caller's room ends, never refused: a history with a short line beats none. */
#include "common/say/say_facts.h"
#include "common/say/say_facts_private.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_archive.h"
#include "common/say/say_bulletin.h"
#include "common/say/say_channel.h"
#include "common/say/say_correct.h"
#include "common/say/say_detail.h"
#include "common/say/say_device.h"
#include "common/say/say_group.h"
#include "common/say/say_judged.h"
#include "common/say/say_people.h"
#include "common/say/say_time.h"
#include "common/say/say_trust.h"
#include "common/say/say_wechat.h"
#include "common/say/say_words.h"

/* 保密: what the unit gets in place of the resident's words. */
static void put_summary(struct words *words, const char *summary)
{
    if (summary != NULL) {
        put(words, "%s%s", say_choose(words->say, "；保密，摘要：", "; confidential, summary: "),
            summary);
    }
}

/* Another ticket. */
static void put_number(struct words *words, uint64_t ticket)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    put(words, "%s", number);
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
    if (fact->has_late && fact->late) {
        put_say(words, "（办结后补答）", " (after it had been closed)");
    }
    if (fact->has_do_not_call && fact->do_not_call) {
        put_say(words, "，要求勿扰", ", and wants no more calls");
    }
    put_note(words, fact->note);
    return fact->solved == PAIDAN__SOLVED__SOLVED_YES ? SAY_GOOD : SAY_WARN;
}

/* Why nobody asks, and for a sample what was drawn: anybody may look whether it was drawn rightly. */
static enum say_tone spared(struct words *words, const Paidan__Spared *fact)
{
    put_say(words, "不回访：", "the resident is not asked: ");
    put(words, "%s",
        say_words_get(words->say, &paidan__spare_reason__descriptor, (int)fact->reason));
    if (fact->has_percent && fact->has_drawn) {
        put(words,
            say_choose(words->say, "（抽 %u%%，抽到 %u.%02u，第 %u 行）",
                       " (%u%% are asked, %u.%02u was drawn, row %u)"),
            fact->percent, fact->drawn / 100, fact->drawn % 100, fact->rule);
    }
    return SAY_PLAIN;
}

/* reason 0: calls are welcome again. */
static enum say_tone calls(struct words *words, int reason)
{
    if (reason == 0) {
        put_say(words, "可以再打电话了", "calls are welcome again");
        return SAY_PLAIN;
    }
    if (reason == PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL) {
        put_say(words, "诉求人要求勿扰，不再打电话", "the resident wants no more calls");
        return SAY_WARN;
    }
    put_say(words, "不能回访：", "cannot be asked: ");
    put(words, "%s", say_words_get(words->say, &paidan__spare_reason__descriptor, reason));
    return SAY_PLAIN;
}

/* Ways other than the ordinary one are named: they are counted apart. */
static enum say_tone resolved(struct words *words, const Paidan__Resolved *fact)
{
    put(words, "%s%s", say_unit(words->say, fact->unit),
        say_choose(words->say, " 办结", " solved it"));
    if (fact->has_group) {
        put_say(words, "（随 ", " (with ");
        put_number(words, fact->group);
        put_say(words, " 一并办结）", ")");
    }
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

/* ---- joint work, modes ----
 *
 * Facts are told by groups, each of which hands on what is not its own. */

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
        return say_request_words(words, event);
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

/* The clocks that it moves: the desk's, or those of the unit. */
static enum say_tone outer_moved(struct words *words, const Paidan__OuterMoved *fact)
{
    if (fact->has_member) {
        put_say(words, "并入的 ", "of ");
        put_number(words, fact->member);
        put_say(words, " 上级延期，上级时限改为", " extended above; the deadline from above is");
    } else {
        put_say(words, "上级延期，上级时限改为", "extended above; the deadline from above is");
    }
    put_due(words, fact->outer_due_ms);
    if (fact->desk != NULL) {
        put_say(words, "；分拨期限", "; the desk's due");
        put_due(words, fact->desk->due_ms);
    }
    for (size_t index = 0; index < fact->n_clocks; index++) {
        put(words, "%s%s%s", say_choose(words->say, "；", "; "),
            say_words_clock(words->say, fact->clocks[index]->clock),
            say_choose(words->say, "期限", " due"));
        put_due(words, fact->clocks[index]->due_ms);
    }
    return SAY_GOOD;
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

/* What triage's own decision rests on, in brackets. */
static void put_judged(struct words *words, const Paidan__Judged *judged)
{
    char brief[512] = "";
    if (judged != NULL) {
        say_judged_brief(words->say, judged, brief, sizeof brief);
    }
    if (brief[0] != '\0') {
        put(words, "%s%s%s", say_choose(words->say, "（", " ("), brief,
            say_choose(words->say, "）", ")"));
    }
}

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
    put_judged(words, fact->judged);
    put_note(words, fact->note);
    put_clock(words, fact->clock);
    return SAY_WARN;
}

static void put_told(struct words *words, char *const *units, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        put(words, "%s%s",
            index == 0 ? say_choose(words->say, "；告知 ", "; told: ")
                       : say_choose(words->say, "、", ", "),
            say_unit(words->say, units[index]));
    }
}

/* Supervisors are named: they are the ones who were told. */
static enum say_tone desk_overdue(struct words *words, const Paidan__DeskOverdue *fact)
{
    put(words,
        say_choose(words->say, "分拨超时，第 %u 次警报；期限",
                   "the desk is overdue, alarm %u; was due"),
        fact->count);
    put_due(words, fact->due_ms);
    put_told(words, fact->to_units, fact->n_to_units);
    return SAY_BAD;
}

static enum say_tone burst(struct words *words, const Paidan__Burst *fact)
{
    char span[SAY_TIME_BYTES];
    say_time_amount(words->say, fact->within_ms, span);
    put(words, say_choose(words->say, "集中爆发：%s内", "a burst: within %s "), span);
    put(words,
        say_choose(words->say, "疑似同一事件 %u 件", "%u tickets that may be about one event"),
        fact->count);
    if (fact->has_desk_urgency) {
        put(words, say_choose(words->say, "；待分拨，紧急程度提高为%s", "; at the desk, now %s"),
            say_words_urgency(words->say, fact->desk_urgency));
    }
    if (fact->clock != NULL) {
        put_say(words, "，分拨期限", ", due");
        put_due(words, fact->clock->due_ms);
    }
    put_told(words, fact->to_units, fact->n_to_units);
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
    put_judged(words, fact->judged);
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

static enum say_tone urgency_raised(struct words *words, const Paidan__UrgencyRaised *fact)
{
    char span[SAY_TIME_BYTES];
    say_time_amount(words->say, fact->within_ms, span);
    put(words,
        fact->has_member
            ? say_choose(words->say, "并单，紧急程度由%s提高为", "merged; more urgent: from %s to ")
            : say_choose(words->say, "集中爆发，紧急程度由%s提高为",
                         "a burst; more urgent: from %s to "),
        say_words_urgency(words->say, fact->before));
    put(words, "%s", say_words_urgency(words->say, fact->urgency));
    if (fact->has_member) {
        put_say(words, "；因并入 ", "; because of ");
        put_number(words, fact->member);
    } else {
        put(words, say_choose(words->say, "；%s内", "; within %s "), span);
        put(words,
            say_choose(words->say, "疑似同一事件 %u 件", "%u tickets that may be about one event"),
            fact->count);
    }
    for (size_t index = 0; index < fact->n_clocks; index++) {
        put(words, "%s%s%s", say_choose(words->say, "；", "; "),
            say_words_clock(words->say, fact->clocks[index]->clock),
            say_choose(words->say, "期限", " due"));
        put_due(words, fact->clocks[index]->due_ms);
    }
    return SAY_BAD;
}

/* By the site as it is now, or because of what was merged into it. */
static enum say_tone desk_replanned(struct words *words, const Paidan__DeskReplanned *fact)
{
    if (fact->has_member) {
        put_say(words, "因并单 ", "for the group, because of ");
        put_number(words, fact->member);
        if (fact->has_before) {
            put(words, say_choose(words->say, "，紧急程度由%s改为", ", urgency from %s to "),
                say_words_urgency(words->say, fact->before));
            put(words, "%s", say_words_urgency(words->say, fact->urgency));
        }
    }
    if (fact->clock == NULL && !fact->has_member) {
        put_say(words, "分拨时限重算", "the desk's term planned anew");
    }
    if (fact->clock != NULL) {
        put(words, "%s", fact->has_member ? say_choose(words->say, "；", "; ") : "");
        put_say(words, "分拨时限重算", "the desk's term planned anew");
        put_clock(words, fact->clock);
    }
    return fact->has_member ? SAY_WARN : SAY_NEWS;
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
        return desk_replanned(words, event->desk_replanned);
    case PAIDAN__EVENT__FACT_BURST:
        return burst(words, event->burst);
    case PAIDAN__EVENT__FACT_URGENCY_RAISED:
        return urgency_raised(words, event->urgency_raised);
    case PAIDAN__EVENT__FACT_UNGROUPED:
        put(words,
            say_choose(words->say, "%zu 件不再比对是否同一事件",
                       "%zu tickets are no longer compared"),
            event->ungrouped->n_tickets);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_OVER:
        put(words,
            say_choose(
                words->say, "%zu 件已办结、关闭或撤回，不再并入",
                "%zu tickets are resolved, closed or withdrawn; nothing is merged into them"),
            event->over->n_resolved + event->over->n_closed + event->over->n_withdrawn);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_OUTER_MOVED:
        return outer_moved(words, event->outer_moved);
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
    case PAIDAN__EVENT__FACT_RETIRED:
        put(words,
            say_choose(words->say, "归档：%llu 件早已办结的工单移出在办表",
                       "archived: %llu tickets that ended long ago left the tables"),
            (unsigned long long)event->retired->n_tickets);
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
        if (event->recalled->has_merge_into) {
            put(words,
                say_choose(words->say, "从 %s 取出，待并入 ", "taken from %s, to be merged into "),
                say_unit(words->say, event->recalled->unit));
            put_number(words, event->recalled->merge_into);
            put_ended(words, event->recalled->assist_ended, event->recalled->n_assist_ended);
            put_note(words, event->recalled->note);
            return SAY_WARN;
        }
        put(words,
            say_choose(words->say, "撤回分拨：从 %s 回到分拨台",
                       "the dispatch was taken back from %s; it is at the desk again"),
            say_unit(words->say, event->recalled->unit));
        put_ended(words, event->recalled->assist_ended, event->recalled->n_assist_ended);
        put_note(words, event->recalled->note);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_CORRECTED:
        return say_correct_words(words->say, event->corrected, words->text, words->size);
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
    if (fact->has_was) {
        put(words,
            say_choose(words->say, "（原为%s，办结后补答）", " (was %s, answered after all)"),
            say_words_outcome(words->say, fact->was));
    }
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
        if (event->reopened->has_was) {
            put_say(words, "办结后补答：", "after it had been closed: ");
        }
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
        if (event->noted->has_member) {
            put_say(words, "（在并入的 ", ", of ");
            put_number(words, event->noted->member);
            put_say(words, " 上）", ", which is merged into it");
        }
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

static enum say_tone unreached(struct words *words, const Paidan__Unreached *fact)
{
    put_say(words, "回访未接通", "the resident was not reached");
    if (fact->has_missed && fact->missed) {
        put_say(words, "，末次无人接听", ": nobody answered the last call");
    }
    return SAY_WARN;
}

static enum say_tone record_refused(struct words *words, const Paidan__RecordRefused *fact)
{
    put_say(words, "一条来自其他服务的记录未被采用", "a record of another service was refused");
    put_detail(words, fact->detail);
    return SAY_FAINT;
}

/* An attempt, and why it is another one. */
static enum say_tone asked(struct words *words, const Paidan__Asked *fact)
{
    put(words, say_choose(words->say, "回访第 %u 次", "asking the resident, attempt %u"),
        fact->attempt);
    if (fact->from_channel != NULL) {
        put(words,
            say_choose(words->say, "，%s不认识诉求人，改由%s回访",
                       ": %s knows nobody to ask, %s asks"),
            say_channel(words->say, fact->from_channel), say_channel(words->say, fact->channel));
        return SAY_PLAIN;
    }
    if (fact->has_postponed && fact->postponed) {
        put_say(words, "，回访时段已过，顺延", ", put off: calling hours were over");
    }
    if (fact->has_missed && fact->missed) {
        put_say(words, "，上次无人接听", ": nobody answered the one before");
    }
    const bool over = fact->has_handed_over && fact->handed_over;
    if (over) {
        put_say(words, "，原渠道联系不上", ", the channel before cannot reach him");
    }
    if (over || (fact->has_tried && fact->tried == 1)) {
        put_say(words, "，转由 ", ", by ");
        put(words, "%s", say_channel(words->say, fact->channel));
    }
    return SAY_PLAIN;
}

/* Of the callback 回访, and what intake knows of it. */
static enum say_tone callback_words(struct words *words, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ANSWERED:
        return answered(words, event->answered);
    case PAIDAN__EVENT__FACT_ASKED:
        return asked(words, event->asked);
    case PAIDAN__EVENT__FACT_SPARED:
        return spared(words, event->spared);
    case PAIDAN__EVENT__FACT_CALLS_BARRED:
        return calls(words, event->calls_barred->has_reason ? (int)event->calls_barred->reason : 0);
    case PAIDAN__EVENT__FACT_CALLS_REFUSED: {
        const Paidan__CallsRefused *const refused = event->calls_refused;
        const bool lifted = refused->has_lifted && refused->lifted;
        const enum say_tone tone =
            calls(words, lifted ? 0 : (int)PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
        put_note(words, refused->note);
        return tone;
    }
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_UNREACHED);
        return unreached(words, event->unreached);
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
    case PAIDAN__EVENT__FACT_ANSWERED:
    case PAIDAN__EVENT__FACT_ASKED:
    case PAIDAN__EVENT__FACT_SPARED:
    case PAIDAN__EVENT__FACT_CALLS_BARRED:
    case PAIDAN__EVENT__FACT_CALLS_REFUSED:
    case PAIDAN__EVENT__FACT_UNREACHED:
        return callback_words(&words, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        return record_refused(&words, event->record_refused);
    case PAIDAN__EVENT__FACT_DENIED:
        return denied(&words, event->denied);
    case PAIDAN__EVENT__FACT_PEERS_CHANGED:
        put_say(&words, "访问名单已更新，登记 ", "the peers file changed; it names ");
        put(&words, "%u%s", event->peers_changed->peers, say_choose(say, " 个", ""));
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_TRUST_CHANGED:
        return say_trust_changed(say, event->trust_changed, text, size);
    case PAIDAN__EVENT__FACT_PROVED:
        return say_trust_proved(say, event->proved, text, size);
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        put_say(&words, "领取后未签收，已放回", "pulled but not accepted: back in the queue");
        return SAY_FAINT;
    default:
        if (say_channel_knows(event->fact_case)) {
            return say_channel_words(say, event, text, size);
        }
        if (say_archive_knows(event->fact_case)) {
            return say_archive_words(say, event, text, size);
        }
        if (say_bulletin_knows(event->fact_case)) {
            return say_bulletin_words(say, event, text, size);
        }
        if (say_group_knows(event->fact_case)) {
            return say_group_words(say, event, text, size);
        }
        if (event->fact_case >= PAIDAN__EVENT__FACT_REPLIED &&
            event->fact_case <= PAIDAN__EVENT__FACT_WECHAT_RESULT) {
            return say_wechat_words(say, event, text, size);
        }
        if (event->fact_case >= PAIDAN__EVENT__FACT_ALARMS_HEARD &&
            event->fact_case <= PAIDAN__EVENT__FACT_BROKER_LINKED) {
            return say_device_words(say, event, text, size);
        }
        if (event->fact_case >= PAIDAN__EVENT__FACT_PERSON_ADDED &&
            event->fact_case <= PAIDAN__EVENT__FACT_KEY_SEEN) {
            return say_people_words(say, event, text, size);
        }
        return move_words(&words, event);
    }
}
