/* gateway_page_ticket: the page of one ticket for its resident. It owns what the services said until the
 * page is written. What must stay true: nothing about a ticket is asked for before intake has taken the
 * code, and what a resident does goes to the service with that code (or with the pass that intake gave
 * for it), so that this process alone can do nothing in his name; a service that is away costs its part
 * of the page; and an act says what came of it above the ticket as it then is.
 *
 *   code ──▶ act, if any ──▶ escalation (of what is worked on in its place, too) and callback,
 *                            side by side ──▶ page */

#include "gateway_page_ticket.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/wire/wire.h"
#include "gateway_code.h"
#include "gateway_exchange.h"
#include "gateway_form.h"
#include "gateway_media.h"
#include "gateway_page.h"
#include "gateway_page_story.h"
#include "gateway_page_timeline.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { PREVIEW_BYTES_MAX = 512 << 10 };
enum { CODE_TEXT_BYTES = 65, SENTENCE_BYTES = 320, NAME_BYTES = 2 * NAME_BYTES_MAX + 1 };

enum act { ACT_NONE, ACT_SUPPLEMENT, ACT_CHASE, ACT_ANSWER, ACT_WITHDRAW, ACTS };
static const char *const act_names[ACTS] = {"look", "supplement", "chase", "answer", "withdraw"};

/* Where a ticket stands, as escalation says. */
struct stand {
    bool known;
    struct gateway_page_next next;
    char unit[NAME_BYTES], level[NAME_BYTES];
};

struct view {
    struct gateway_form form;
    enum act act;
    /* of intake */
    uint64_t ticket, registered_ms;
    char number[NUMBER_BYTES], code[CODE_TEXT_BYTES];
    char *title;
    Paidan__State state;
    unsigned chases, supplements;
    unsigned char *pass;
    size_t pass_bytes;
    char split_of[NUMBER_BYTES];
    unsigned split_count;
    char split_into[SPLIT_TICKETS_MAX][NUMBER_BYTES];
    unsigned picture_count;
    char pictures[LOOKED_UP_PICTURES_MAX][WEB_MEDIA_HASH_BYTES]; /* names */
    /* of the act */
    Paidan__Code done;
    /* of escalation */
    bool away;
    struct stand own, head; /* head: of the ticket that is worked on in its place 并单 */
    uint64_t into;          /* that ticket; 0: none */
    struct gateway_page_timeline timeline;
    /* of callback */
    bool asking;
    uint32_t round;
    unsigned waiting;
};

static void view_free(void *state)
{
    struct view *view = state;
    gateway_page_timeline_free(&view->timeline);
    free(view->title);
    free(view->pass);
    free(view);
}

/* ---- the form for number and code -------------------------------------------------------------
 */

static const char *title_of(const struct exchange *exchange)
{
    return say_choose(&exchange->say, "查询进度", "Look up a report");
}

static void show_form(struct exchange *exchange, unsigned status, const char *number,
                      const char *problem)
{
    const struct say *say = &exchange->say;
    struct gateway_html html = {.bytes = NULL};
    gateway_page_begin(&html, exchange, title_of(exchange), NULL);
    if (problem != NULL) {
        gateway_html_add(&html, "<p class=\"note bad\" role=\"alert\">%s</p>\n", problem);
    }
    gateway_html_add(
        &html,
        "<form method=\"post\" action=\"/t%s\">\n<div class=\"field\"><label "
        "for=\"number\">%s<span "
        "class=\"hint\" id=\"number-hint\">%s</span></label>\n<input type=\"text\" id=\"number\" "
        "name=\"number\" required maxlength=\"40\" autocomplete=\"off\" inputmode=\"numeric\" "
        "value=\"%s\" aria-describedby=\"number-hint\"></div>\n",
        gateway_page_query(exchange), say_choose(say, "编号", "Number"),
        say_choose(say, "例如 20261122-0001-7，横线可以不写",
                   "For example 20261122-0001-7; the dashes may be left out"),
        number);
    gateway_html_add(
        &html,
        "<div class=\"field\"><label for=\"code\">%s<span class=\"hint\" id=\"code-hint\">%s</span>"
        "</label>\n<input type=\"text\" id=\"code\" name=\"code\" required maxlength=\"20\" "
        "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" "
        "aria-describedby=\"code-hint\"></div>\n<p><button>%s</button></p>\n</form>\n",
        say_choose(say, "查询码", "Code"),
        say_choose(say, "提交时和编号一起给您的 6 位字母数字，不分大小写",
                   "The 6 letters and digits that came with the number; capitals do not matter"),
        say_choose(say, "查询", "Look up"));
    gateway_page_end(&html, exchange, status);
}

/* ?number= may come with a link; the code never does: addresses are kept in histories and logs. */
void gateway_page_ticket_form(struct exchange *exchange)
{
    const char *number = gateway_uri_query(&exchange->uri, "number");
    show_form(exchange, 200, number == NULL ? "" : number, NULL);
}

/* "2026-11-22 14:00": seconds are of no use to a resident. */
static void minute_of(const struct say *say, uint64_t at_ms, char text[SAY_TIME_BYTES])
{
    say_time_exact(say, at_ms, text);
    text[16] = '\0';
}

/* ---- writing the page -------------------------------------------------------------------------
 */

/* Whose unit and clocks are the resident's: those of what is worked on. */
static const struct stand *stand_of(const struct view *view)
{
    return view->state == PAIDAN__STATE__STATE_MERGED && view->head.known ? &view->head
                                                                          : &view->own;
}

/* All that the page says of where it stands. Done, says the unit, is a merged one with its own answer. */
static struct gateway_page_next next_of(const struct view *view)
{
    const struct stand *stand = stand_of(view);
    struct gateway_page_next next = stand->next;
    next.state = view->state;
    if (stand == &view->head && gateway_page_story_step(stand->next.state) <= 2) {
        next.state = stand->next.state;
    }
    next.unit = stand->unit[0] == '\0' ? NULL : stand->unit;
    next.asking = view->asking;
    return next;
}

static void add_steps(struct gateway_html *html, const struct exchange *exchange,
                      const struct view *view)
{
    static const char *const zh[] = {"收到", "交给单位", "办理中", "请您评价", "办结"};
    static const char *const en[] = {"Received", "With a unit", "In hand", "Your word", "Closed"};
    const unsigned step = gateway_page_story_step(next_of(view).state);
    gateway_html_add(html, "<ol class=\"steps\" aria-label=\"%s\">\n",
                     say_choose(&exchange->say, "进度", "Progress"));
    for (unsigned index = 0; index < sizeof zh / sizeof zh[0]; index++) {
        gateway_html_raw(html, index < step    ? "<li class=\"done\">"
                               : index == step ? "<li class=\"now\" aria-current=\"step\">"
                                               : "<li>");
        gateway_html_add(html, "%s</li>\n", say_choose(&exchange->say, zh[index], en[index]));
    }
    gateway_html_raw(html, "</ol>\n");
}

static void add_fact(struct gateway_html *html, const char *name, const char *value)
{
    gateway_html_add(html, "<dt>%s</dt><dd>%s</dd>\n", name, value);
}

static void add_due(struct gateway_html *html, const struct exchange *exchange,
                    const struct view *view)
{
    char text[SENTENCE_BYTES];
    const struct gateway_page_next next = next_of(view);
    gateway_page_story_due(&exchange->say, &next, text, sizeof text);
    if (text[0] != '\0') {
        add_fact(html, say_choose(&exchange->say, "预计办好", "Expected"), text);
    }
}

static void add_unit(struct gateway_html *html, const struct say *say, const struct view *view)
{
    const struct stand *stand = stand_of(view);
    char text[2 * NAME_BYTES + 8];
    if (stand->unit[0] != '\0' && view->state != PAIDAN__STATE__STATE_WITHDRAWN) {
        (void)snprintf(text, sizeof text, say_choose(say, "%s（%s）", "%s (%s)"), stand->unit,
                       stand->level);
        add_fact(html, say_choose(say, "承办单位", "With"), text);
    }
}

/* The same code opens them: what was one report to the resident is followed like one. Looking changes
 * nothing, so the form needs no token of ours. */
static void add_part(struct gateway_html *html, const struct exchange *exchange,
                     const struct view *view, const char *number)
{
    gateway_html_add(html,
                     "<form method=\"post\" action=\"/t%s\"><input type=\"hidden\" "
                     "name=\"number\" value=\"%s\"><input type=\"hidden\" name=\"code\" "
                     "value=\"%s\"><button class=\"link\">%s</button></form>\n",
                     gateway_page_query(exchange), number, view->code, number);
}

static void add_split(struct gateway_html *html, const struct exchange *exchange,
                      const struct view *view)
{
    const struct say *say = &exchange->say;
    CHECK(view->split_count <= SPLIT_TICKETS_MAX);
    if (view->split_of[0] != '\0') {
        gateway_html_add(html, "<dt>%s</dt><dd>", say_choose(say, "拆分自", "Split from"));
        add_part(html, exchange, view, view->split_of);
        gateway_html_raw(html, "</dd>\n");
    }
    if (view->split_count > 0) {
        gateway_html_add(html, "<dt>%s</dt><dd>", say_choose(say, "分开办理的", "Separate parts"));
        for (unsigned index = 0; index < view->split_count; index++) {
            add_part(html, exchange, view, view->split_into[index]);
        }
        gateway_html_raw(html, "</dd>\n");
    }
}

static void add_facts(struct gateway_html *html, const struct exchange *exchange,
                      const struct view *view)
{
    const struct say *say = &exchange->say;
    char at[SAY_TIME_BYTES], count[24];
    gateway_html_raw(html, "<dl class=\"facts\">\n");
    add_fact(html, say_choose(say, "编号", "Number"), view->number);
    add_fact(html, say_choose(say, "反映的事", "About"), view->title);
    add_split(html, exchange, view);
    minute_of(say, view->registered_ms, at);
    add_fact(html, say_choose(say, "收到时间", "Received"), at);
    add_unit(html, say, view);
    add_due(html, exchange, view);
    if (view->supplements > 0) {
        (void)snprintf(count, sizeof count, "%u", view->supplements);
        add_fact(html, say_choose(say, "您补充过", "You added"), count);
    }
    if (view->chases > 0) {
        (void)snprintf(count, sizeof count, "%u", view->chases);
        add_fact(html, say_choose(say, "您催过", "You asked for haste"), count);
    }
    gateway_html_raw(html, "</dl>\n");
}

/* A preview inside the page: an address of its own would need the code in it. False: it is not there (yet),
 * or no picture. */
static bool add_picture(struct gateway_html *html, const struct exchange *exchange,
                        const char *name, const char *label)
{
    const char *type = NULL, *ending = NULL;
    uint64_t size = 0;
    const int fd = gateway_media_open(exchange->gateway, name, true, &size, &type, &ending);
    unsigned char *const bytes = fd < 0 || size > PREVIEW_BYTES_MAX ? NULL : malloc(size + 1);
    const size_t room = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
    char *const text = bytes == NULL ? NULL : malloc(room);
    const bool whole = text != NULL && read(fd, bytes, size) == (ssize_t)size;
    if (whole) {
        (void)sodium_bin2base64(text, room, bytes, size, sodium_base64_VARIANT_ORIGINAL);
        gateway_html_add(html, "<li><img alt=\"%s\" src=\"data:", label);
        gateway_html_raw(html, "image/jpeg;base64,");
        gateway_html_raw(html, text);
        gateway_html_raw(html, "\"></li>\n");
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(bytes);
    free(text);
    return whole;
}

static void add_pictures(struct gateway_html *html, const struct exchange *exchange,
                         const struct view *view)
{
    const struct say *say = &exchange->say;
    char label[64];
    unsigned absent = 0;
    if (view->picture_count == 0) {
        return;
    }
    gateway_html_add(html, "<h2>%s</h2>\n<ul class=\"photos\">\n",
                     say_choose(say, "您发来的照片", "Pictures that you sent"));
    for (unsigned index = 0; index < view->picture_count; index++) {
        (void)snprintf(label, sizeof label, say_choose(say, "照片 %u", "Picture %u"), index + 1);
        absent += add_picture(html, exchange, view->pictures[index], label) ? 0 : 1;
    }
    gateway_html_raw(html, "</ul>\n");
    if (absent > 0) {
        gateway_html_add(html, "<p class=\"hint\">%s</p>\n",
                         say_choose(say, "有照片还在接收，请过一会儿再看。",
                                    "A picture is still being fetched; please look again later."));
    }
}

/* The hidden part that every act's form has. */
static void form_begin(struct gateway_html *html, const struct exchange *exchange,
                       const struct view *view, enum act act)
{
    gateway_html_add(html,
                     "<form method=\"post\" action=\"/t%s\"><input type=\"hidden\" name=\"do\" "
                     "value=\"%s\"><input type=\"hidden\" name=\"number\" value=\"%s\"><input "
                     "type=\"hidden\" name=\"code\" value=\"%s\">\n",
                     gateway_page_query(exchange), act_names[act], view->number, view->code);
    gateway_page_token(html, exchange->gateway);
}

static void add_radio(struct gateway_html *html, const char *name, const char *value,
                      const char *label)
{
    gateway_html_add(html,
                     "<label class=\"radio\"><input type=\"radio\" name=\"%s\" value=\"%s\" "
                     "required> %s</label>\n",
                     name, value, label);
}

static void add_answer_form(struct gateway_html *html, const struct exchange *exchange,
                            const struct view *view)
{
    const struct say *say = &exchange->say;
    char round[16];
    (void)snprintf(round, sizeof round, "%u", view->round);
    gateway_html_add(html, "<h2>%s</h2>\n", say_choose(say, "请您评价", "Your word on it"));
    form_begin(html, exchange, view, ACT_ANSWER);
    gateway_html_add(html,
                     "<input type=\"hidden\" name=\"round\" value=\"%s\">\n<fieldset><legend>%s"
                     "</legend>\n",
                     round, say_choose(say, "问题解决了吗？", "Is it solved?"));
    add_radio(html, "solved", "yes", say_choose(say, "解决了", "Yes"));
    add_radio(html, "solved", "partly", say_choose(say, "解决了一部分", "Partly"));
    add_radio(html, "solved", "no", say_choose(say, "没有解决", "No"));
    gateway_html_add(
        html, "</fieldset>\n<fieldset><legend>%s</legend>\n",
        say_choose(say, "对办理过程满意吗？", "Are you content with how it was done?"));
    add_radio(html, "satisfied", "yes", say_choose(say, "满意", "Yes"));
    add_radio(html, "satisfied", "fair", say_choose(say, "基本满意", "Fairly"));
    add_radio(html, "satisfied", "no", say_choose(say, "不满意", "No"));
    gateway_html_add(
        html,
        "</fieldset>\n<div class=\"field\"><label for=\"answer-note\">%s</label><textarea "
        "class=\"short\" id=\"answer-note\" name=\"note\" maxlength=\"600\"></textarea>"
        "</div>\n<p><button>%s</button></p></form>\n",
        say_choose(say, "想补充的话（可不填）", "Anything to add? (optional)"),
        say_choose(say, "提交评价", "Send"));
}

/* A form that opens by itself, without script. required: the note. */
static void add_folded(struct gateway_html *html, const struct exchange *exchange,
                       const struct view *view, enum act act, const char *summary,
                       const char *label, bool required, const char *button)
{
    gateway_html_add(html, "<details><summary>%s</summary>\n", summary);
    form_begin(html, exchange, view, act);
    gateway_html_add(
        html,
        "<div class=\"field\"><label for=\"%s-text\">%s</label><textarea class=\"short\" "
        "id=\"%s-text\" name=\"text\" maxlength=\"%u\"",
        act_names[act], label, act_names[act], required ? 4000u : 600u);
    gateway_html_raw(html, required ? " required" : "");
    gateway_html_add(html, "></textarea></div>\n<button>%s</button></form></details>\n", button);
}

static void add_forms(struct gateway_html *html, const struct exchange *exchange,
                      const struct view *view)
{
    const struct say *say = &exchange->say;
    if (gateway_page_story_step(view->state) == 4) {
        return;
    }
    gateway_html_add(html, "<h2 class=\"screen\">%s</h2>\n",
                     say_choose(say, "您还可以", "You may also"));
    add_folded(html, exchange, view, ACT_SUPPLEMENT, say_choose(say, "补充情况", "Add something"),
               say_choose(say, "补充什么？", "What is there to add?"), true,
               say_choose(say, "提交补充", "Send"));
    add_folded(html, exchange, view, ACT_CHASE, say_choose(say, "催办", "Ask for haste"),
               say_choose(say, "想说的话（可不填）", "Anything to say? (optional)"), false,
               say_choose(say, "催一下", "Ask for haste"));
    add_folded(html, exchange, view, ACT_WITHDRAW, say_choose(say, "撤回", "Take it back"),
               say_choose(say, "为什么撤回？（可不填）撤回后不再办理，不能恢复。",
                          "Why? (optional) Nobody will go on with it, and it cannot be undone."),
               false, say_choose(say, "确定撤回", "Take it back for good"));
}

/* What came of the act. */
static void add_done(struct gateway_html *html, const struct exchange *exchange,
                     const struct view *view)
{
    const struct say *say = &exchange->say;
    static const char *const zh[ACTS] = {"", "已经补充，承办单位会看到。",
                                         "已经催了，承办单位会看到。", "谢谢您的评价，已经记下。",
                                         "已经撤回。"};
    static const char *const en[ACTS] = {"", "Added; the unit will see it.",
                                         "The unit will see that you ask for haste.",
                                         "Thank you, we have noted it.", "Taken back."};
    if (view->act == ACT_NONE) {
        return;
    }
    if (view->done == PAIDAN__CODE__OK || view->done == PAIDAN__CODE__ALREADY_DONE) {
        gateway_html_add(html, "<p class=\"note good\" role=\"status\">%s</p>\n",
                         say_choose(say, zh[view->act], en[view->act]));
        return;
    }
    const char *why = say_choose(say, code_sentence_zh(view->done), code_sentence_en(view->done));
    if (view->done == PAIDAN__CODE__STATE_FORBIDS ||
        view->done == PAIDAN__CODE__CALLBACK_NOT_OPEN) {
        why = say_choose(say, "这件事现在已经不能这样办了，请看下面的进度。",
                         "That is no longer possible; see below where it stands.");
    } else if (view->done == PAIDAN__CODE__UNREACHABLE || view->done == PAIDAN__CODE__OVERLOADED) {
        why =
            say_choose(say, "系统暂时办不了，没有记下，请过一会儿再试。",
                       "We cannot do it at the moment; nothing was noted. Please try again later.");
    } else if (view->done == PAIDAN__CODE__LEASED_BY_OTHER) {
        why = say_choose(say, "我们正在打电话给您回访，请在电话里说，或者过一会儿再评价。",
                         "We are about to call you about it; say it on the telephone, or try again "
                         "later.");
    } else if (view->done == PAIDAN__CODE__TEXT_EMPTY) {
        why = say_choose(say, "请写几句要补充的情况。", "Please write what there is to add.");
    }
    gateway_html_add(html, "<p class=\"note bad\" role=\"alert\">%s</p>\n", why);
}

static void add_story(struct gateway_html *html, const struct exchange *exchange, struct view *view)
{
    const struct gateway_page_next next = next_of(view);
    gateway_html_add(html, "<h2>%s</h2>\n", say_choose(&exchange->say, "进展", "How it goes"));
    gateway_page_timeline_write(&view->timeline, html, &exchange->say, &next,
                                view->state == PAIDAN__STATE__STATE_MERGED, view->registered_ms);
}

/* A merged one: that it is, and how what is worked on in its place stands. */
static void add_lead(struct gateway_html *html, const struct say *say, const struct view *view)
{
    char sentence[SENTENCE_BYTES];
    const struct gateway_page_next next = next_of(view);
    gateway_html_raw(html, "<p class=\"lead\">");
    if (view->state == PAIDAN__STATE__STATE_MERGED && next.state != view->state) {
        gateway_page_story_state(say, view->state, NULL, sentence, sizeof sentence);
        gateway_html_add(html, "%s%s", sentence, say_choose(say, "", " "));
    }
    gateway_page_story_state(say, next.state, next.unit, sentence, sizeof sentence);
    gateway_html_add(html, "%s</p>\n", sentence);
}

static void show(struct exchange *exchange)
{
    struct view *view = exchange->state;
    const struct say *say = &exchange->say;
    const struct gateway_page_again again = {"/t", view->number, view->code};
    struct gateway_html html = {.bytes = NULL};
    gateway_page_begin(&html, exchange, say_choose(say, "办理进度", "Where it stands"), &again);
    add_done(&html, exchange, view);
    if (view->away) {
        gateway_html_add(&html, "<p class=\"note warn\" role=\"status\">%s</p>\n",
                         say_choose(say, "有一部分进度暂时查不到，请过一会儿再看。",
                                    "Part of it cannot be seen at the moment; please look again "
                                    "later."));
    }
    if (view->act != ACT_ANSWER || view->done != PAIDAN__CODE__OK) { /* it asks for the answer */
        add_lead(&html, say, view);
    }
    if (view->state != PAIDAN__STATE__STATE_WITHDRAWN) {
        add_steps(&html, exchange, view);
    }
    add_facts(&html, exchange, view);
    add_pictures(&html, exchange, view);
    if (view->asking && view->pass != NULL) {
        add_answer_form(&html, exchange, view);
    }
    add_story(&html, exchange, view);
    add_forms(&html, exchange, view);
    gateway_page_end(&html, exchange, 200);
}

/* ---- what the services say --------------------------------------------------------------------
 */

static void take_stand(const struct say *say, struct stand *stand, const Paidan__Brief *brief,
                       uint64_t now_ms)
{
    struct gateway_page_next *next = &stand->next;
    stand->known = true;
    next->state = brief->state;
    next->now_ms = now_ms;
    next->until_ms = brief->has_suspended_until_ms ? brief->suspended_until_ms : 0;
    /* Who sent it back, or had it taken away, has it no more. */
    if (brief->unit[0] != '\0' && brief->state != PAIDAN__STATE__STATE_RETURNED &&
        brief->state != PAIDAN__STATE__STATE_DESK) {
        (void)snprintf(stand->unit, sizeof stand->unit, "%s", say_unit(say, brief->unit));
        (void)snprintf(stand->level, sizeof stand->level, "%s", say_level(say, brief->level));
    }
    for (size_t index = 0; index < brief->n_clocks; index++) {
        const Paidan__ClockSet *clock = brief->clocks[index];
        uint64_t *const due = clock->clock == PAIDAN__CLOCK__CLOCK_ACCEPT    ? &next->accept_ms
                              : clock->clock == PAIDAN__CLOCK__CLOCK_CONTACT ? &next->contact_ms
                              : clock->clock == PAIDAN__CLOCK__CLOCK_HANDLE ||
                                      clock->clock == PAIDAN__CLOCK__CLOCK_REDO
                                  ? &next->handle_ms
                                  : NULL;
        if (due != NULL) {
            *due = clock->due_ms;
        }
    }
}

static void take_shown(struct exchange *exchange, struct view *view, const Paidan__Shown *shown,
                       uint64_t now_ms)
{
    const struct say *say = &exchange->say;
    struct arena *arena = &exchange->gateway->arena;
    const Paidan__Brief *brief = shown->brief;
    const bool own = brief->ticket == view->ticket;
    if (!own && brief->ticket != view->into) {
        return;
    }
    take_stand(say, own ? &view->own : &view->head, brief, now_ms);
    /* Intake hears of withdrawals first, escalation of all else. */
    if (own && view->state != PAIDAN__STATE__STATE_WITHDRAWN) {
        view->state = brief->state;
    }
    gateway_page_timeline_take(&view->timeline, say, arena,
                               own ? GATEWAY_PAGE_OWN : GATEWAY_PAGE_HEAD, shown->history,
                               shown->n_history);
}

static void take_callback(struct exchange *exchange, struct view *view,
                          const Paidan__CallbackShown *shown)
{
    /* Closed without him: an answer still counts for a while, and callback knows for how long. */
    view->asking = shown->open || shown->has_unreached || shown->has_spared;
    view->round = shown->round;
    gateway_page_timeline_take(&view->timeline, &exchange->say, &exchange->gateway->arena,
                               GATEWAY_PAGE_OWN, shown->history, shown->n_history);
}

static void take(struct exchange *exchange, Paidan__Code code, const Paidan__Answer *answer)
{
    struct view *view = exchange->state;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SHOWN) {
        take_shown(exchange, view, answer->shown, answer->has_now_ms ? answer->now_ms : 0);
    } else if (code == PAIDAN__CODE__OK &&
               answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_SHOWN) {
        take_callback(exchange, view, answer->callback_shown);
    } else if (answer == NULL || code == PAIDAN__CODE__OVERLOADED ||
               code == PAIDAN__CODE__STARTING) {
        view->away = true; /* else it does not know the ticket, or not yet */
    }
    CHECK(view->waiting > 0);
    if (--view->waiting == 0) {
        /* Answered just now, or taken back: it is not asked any more. */
        if (view->act != ACT_NONE && view->done == PAIDAN__CODE__OK &&
            (view->act == ACT_ANSWER || view->act == ACT_WITHDRAW)) {
            view->asking = false;
            view->state = view->act == ACT_WITHDRAW ? PAIDAN__STATE__STATE_WITHDRAWN : view->state;
        }
        view->away |= view->timeline.failed;
        show(exchange);
    }
}

static void told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    take(context, code, answer);
}

/* As the gateway itself, which may ask for what it follows: intake has taken the code. */
static void ask(struct exchange *exchange, enum gateway_service service,
                const Paidan__Request *request)
{
    struct view *view = exchange->state;
    if (gateway_upstream_ask(exchange->gateway, service, request, GATEWAY_READ_MS, told,
                             exchange) == RC_OK) {
        view->waiting++;
    } else {
        view->away = true;
    }
}

static void gather(struct exchange *exchange)
{
    struct view *view = exchange->state;
    Paidan__Show shown = PAIDAN__SHOW__INIT;
    Paidan__CallbackShow callback = PAIDAN__CALLBACK_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    shown.ticket = callback.ticket = view->ticket;
    shown.has_history = shown.history = callback.has_history = callback.history = 1;
    request.via = exchange->address;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &shown;
    ask(exchange, GATEWAY_ESCALATION, &request);
    if (view->into != 0) {
        shown.ticket = view->into;
        ask(exchange, GATEWAY_ESCALATION, &request);
    }
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
    request.callback_show = &callback;
    ask(exchange, GATEWAY_CALLBACK, &request);
    if (view->waiting == 0) {
        show(exchange);
    }
}

/* ---- acts -------------------------------------------------------------------------------------
 */

static void acted(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    struct view *view = exchange->state;
    view->done = code;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED &&
        answer->callback_answered->n_results > 0) {
        view->done = answer->callback_answered->results[0]->code;
    }
    view->supplements += view->act == ACT_SUPPLEMENT && view->done == PAIDAN__CODE__OK ? 1 : 0;
    view->chases += view->act == ACT_CHASE && view->done == PAIDAN__CODE__OK ? 1 : 0;
    gather(exchange);
}

/* 1 .. 3 by the word; 0: none of them. */
static int choice_of(const char *text, const char *second)
{
    return strcmp(text, "yes") == 0    ? 1
           : strcmp(text, second) == 0 ? 2
           : strcmp(text, "no") == 0   ? 3
                                       : 0;
}

static void send_act(struct exchange *exchange, enum gateway_service service,
                     Paidan__Request *request)
{
    struct view *view = exchange->state;
    request->has_request_id = 1;
    request->request_id =
        (ProtobufCBinaryData){.len = REQUEST_ID_BYTES, .data = exchange->request_id};
    if (gateway_upstream_ask(exchange->gateway, service, request, GATEWAY_WRITE_MS, acted,
                             exchange) != RC_OK) {
        view->done = PAIDAN__CODE__OVERLOADED;
        gather(exchange);
    }
}

static void answer_callback(struct exchange *exchange)
{
    struct view *view = exchange->state;
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT, *replies = &reply;
    Paidan__CallbackAnswer answer = PAIDAN__CALLBACK_ANSWER__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const int solved = choice_of(gateway_form_field(&view->form, "solved"), "partly");
    const int satisfied = choice_of(gateway_form_field(&view->form, "satisfied"), "fair");
    const char *note = gateway_form_field(&view->form, "note");
    const char *round = gateway_form_field(&view->form, "round");
    if (solved == 0 || satisfied == 0 || view->pass == NULL) {
        view->done = PAIDAN__CODE__FIELD_INVALID;
        gather(exchange);
        return;
    }
    reply.ticket = view->ticket;
    reply.has_round = round[0] != '\0';
    reply.round = (uint32_t)strtoul(round, NULL, 10);
    reply.solved = (Paidan__Solved)solved;
    reply.satisfied = (Paidan__Satisfied)satisfied;
    reply.note = note[0] == '\0' ? NULL : (char *)(uintptr_t)note; /* packed, never written */
    answer.n_replies = 1;
    answer.replies = &replies;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &answer;
    request.via = exchange->address;
    request.has_grant = 1;
    request.grant = (ProtobufCBinaryData){.len = view->pass_bytes, .data = view->pass};
    send_act(exchange, GATEWAY_CALLBACK, &request);
}

static void do_act(struct exchange *exchange)
{
    struct view *view = exchange->state;
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const char *text = gateway_form_field(&view->form, "text");
    char *const said = (char *)(uintptr_t)text; /* packed, never written */
    char *const note = text[0] == '\0' ? NULL : said;
    supplement.ticket = chase.ticket = withdraw.ticket = view->ticket;
    supplement.query_code = chase.query_code = withdraw.query_code = view->code;
    gateway_session_sign(exchange, &request);
    switch (view->act) {
    case ACT_SUPPLEMENT:
        request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
        request.supplement = &supplement;
        supplement.text = said;
        break;
    case ACT_CHASE:
        request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request.chase = &chase;
        chase.note = note;
        break;
    case ACT_WITHDRAW:
        request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
        request.withdraw = &withdraw;
        withdraw.note = note;
        break;
    case ACT_ANSWER:
        answer_callback(exchange);
        return;
    case ACT_NONE:
    case ACTS:
        gather(exchange);
        return;
    }
    send_act(exchange, GATEWAY_INTAKE, &request);
}

/* ---- code -------------------------------------------------------------------------------------
 */

/* False: no memory. */
static bool take_looked_up(struct view *view, const Paidan__LookedUp *looked)
{
    view->ticket = looked->ticket;
    view->registered_ms = looked->registered_ms;
    view->state = looked->state;
    view->chases = looked->chases;
    view->supplements = looked->supplements;
    view->into = looked->has_merged_into ? looked->merged_into : 0;
    number_format(looked->ticket, view->number);
    for (size_t index = 0; index < looked->n_pictures; index++) {
        const char *const name = looked->pictures[index] + strlen("media:");
        if (view->picture_count < LOOKED_UP_PICTURES_MAX &&
            strspn(name, "0123456789abcdef") == WEB_MEDIA_HASH_BYTES - 1 &&
            name[WEB_MEDIA_HASH_BYTES - 1] == '\0') {
            (void)snprintf(view->pictures[view->picture_count++], WEB_MEDIA_HASH_BYTES, "%s", name);
        }
    }
    view->title = strdup(looked->title);
    (void)snprintf(view->split_of, sizeof view->split_of, "%s",
                   looked->split_of == NULL ? "" : looked->split_of);
    for (; view->split_count < looked->n_split_into && view->split_count < SPLIT_TICKETS_MAX;
         view->split_count++) {
        (void)snprintf(view->split_into[view->split_count], NUMBER_BYTES, "%s",
                       looked->split_into[view->split_count]);
    }
    if (looked->has_pass) {
        view->pass = malloc(looked->pass.len);
        view->pass_bytes = looked->pass.len;
        if (view->pass != NULL) {
            memcpy(view->pass, looked->pass.data, looked->pass.len);
        }
    }
    return view->title != NULL;
}

static void checked(struct exchange *exchange, enum gateway_code_result result, uint32_t retry_ms,
                    const Paidan__Answer *answer)
{
    struct view *view = exchange->state;
    const struct say *say = &exchange->say;
    const char *number = gateway_form_field(&view->form, "number");
    char wait[64], sentence[SENTENCE_BYTES];
    switch (result) {
    case GATEWAY_CODE_RIGHT:
        if (!take_looked_up(view, answer->looked_up)) {
            gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        } else {
            do_act(exchange);
        }
        break;
    case GATEWAY_CODE_WRONG:
        show_form(exchange, 404, number,
                  say_choose(say, "编号和查询码对不上，请检查后再试。",
                             "Number and code do not belong together; please check both."));
        break;
    case GATEWAY_CODE_TOO_MANY:
        (void)snprintf(sentence, sizeof sentence,
                       say_choose(say, "试错的次数太多了，请 %s后再试，或者拨打热线查询。",
                                  "Too many wrong attempts; try again in %s, or call the hotline."),
                       gateway_page_wait(exchange, retry_ms, wait));
        gateway_page_sorry(exchange, 429, title_of(exchange), sentence, retry_ms);
        break;
    case GATEWAY_CODE_AWAY:
        show_form(exchange, 503, number,
                  say_choose(say, "系统暂时查不了，请过一会儿再试。",
                             "We cannot look it up at the moment; please try again later."));
        break;
    }
}

/* False: answered. An act needs a form of ours; looking needs none, it changes nothing. */
static bool read_act(struct exchange *exchange, struct view *view)
{
    const char *name = gateway_form_field(&view->form, "do");
    view->act = ACTS;
    for (unsigned act = 0; act < ACTS; act++) {
        if (strcmp(name[0] == '\0' ? act_names[ACT_NONE] : name, act_names[act]) == 0) {
            view->act = (enum act)act;
        }
    }
    if (view->act == ACTS) {
        gateway_page_sorry(exchange, 400, title_of(exchange),
                           say_choose(&exchange->say, "没有这种操作。", "There is no such act."),
                           0);
        return false;
    }
    if (view->act != ACT_NONE && !gateway_form_trusts(exchange, &view->form)) {
        show_form(exchange, 403, gateway_form_field(&view->form, "number"),
                  say_choose(&exchange->say, "页面放得太久了，请重新查询后再操作。",
                             "The page had been open for too long; please look it up again."));
        return false;
    }
    return view->act == ACT_NONE || gateway_page_admits(exchange);
}

void gateway_page_ticket_send(struct exchange *exchange)
{
    struct view *view = calloc(1, sizeof *view);
    if (view == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    exchange->state = view;
    exchange->state_free = view_free;
    if (!gateway_session_origin(exchange)) {
        return;
    }
    if (gateway_form_read(exchange->body, exchange->body_bytes,
                          gateway_exchange_header(exchange, "Content-Type"),
                          &view->form) != RC_OK) {
        show_form(exchange, 400, "",
                  say_choose(&exchange->say, "表单没有传完整，请再填一次。",
                             "The form did not arrive as it should; please fill it in again."));
        return;
    }
    const char *code = gateway_form_field(&view->form, "code");
    if (read_act(exchange, view)) {
        (void)snprintf(view->code, sizeof view->code, "%s", code);
        gateway_code_check(exchange, gateway_form_field(&view->form, "number"), code, checked);
    }
}
