/* gateway_page_report: a resident's report. It owns what was filled in until it is answered. What must
 * stay true: what a resident wrote is never lost to a mistake of ours or his: every refusal shows the
 * form again with all of it (but files, which browsers do not let a page fill in) and says what is to be
 * done; only the text is asked for; and who sends the same form twice has one ticket. */

#include "gateway_page_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/say_words.h"
#include "gateway_code.h"
#include "gateway_exchange.h"
#include "gateway_form.h"
#include "gateway_media.h"
#include "gateway_page.h"
#include "gateway_problem.h"
#include "gateway_report.h"
#include "gateway_session.h"

enum {
    /* What the fields say; intake's bounds are in bytes and wider. */
    TEXT_LETTERS_MAX = 4000,
    PLACE_LETTERS_MAX = 150,
    PLACE_BYTES = 512,
    PHOTOS_MAX = GATEWAY_REPORT_FILES_MAX,
};

struct report {
    struct gateway_form form;
    struct gateway_report ticket;
};

static const char *title_of(const struct exchange *exchange)
{
    return say_choose(&exchange->say, "反映问题", "Report a problem");
}

/* ---- form -------------------------------------------------------------------------------------
 */

static void add_text_field(struct gateway_html *html, const struct exchange *exchange,
                           const struct gateway_form *form)
{
    const struct say *say = &exchange->say;
    gateway_html_add(
        html,
        "<div class=\"field\"><label for=\"text\">%s<span class=\"hint\" id=\"text-hint\">%s</span>"
        "</label>\n<textarea id=\"text\" name=\"text\" required maxlength=\"%u\" "
        "aria-describedby=\"text-hint\">\n%s</textarea></div>\n",
        say_choose(say, "发生了什么？", "What is the matter?"),
        say_choose(say, "例如：3号楼门口路灯不亮，已经三天了。请不要写身份证号。",
                   "For example: the lamp at the door of building 3 has been out for three days. "
                   "Leave out identity numbers."),
        (unsigned)TEXT_LETTERS_MAX, gateway_form_field(form, "text"));
}

static void add_place_fields(struct gateway_html *html, const struct exchange *exchange,
                             const struct gateway_form *form)
{
    const struct say *say = &exchange->say;
    gateway_html_add(html,
                     "<div class=\"field\"><label for=\"area\">%s</label>\n<select id=\"area\" "
                     "name=\"area\">\n<option value=\"\">%s</option>\n",
                     say_choose(say, "在哪个社区或小区？", "In which community or estate?"),
                     say_choose(say, "不清楚，或不在列表里", "I do not know, or it is not listed"));
    gateway_page_areas(html, exchange->gateway, gateway_form_field(form, "area"));
    gateway_html_add(
        html,
        "</select></div>\n<div class=\"field\"><label for=\"place\">%s<span class=\"hint\" "
        "id=\"place-hint\">%s</span></label>\n<input type=\"text\" id=\"place\" name=\"place\" "
        "maxlength=\"%u\" value=\"%s\" aria-describedby=\"place-hint\"></div>\n",
        say_choose(say, "具体位置", "Where exactly?"),
        say_choose(
            say, "楼栋、单元、路口、商店旁边……怎么说得清就怎么写",
            "Building, entrance, crossing, next to which shop: as you would tell a neighbour"),
        (unsigned)PLACE_LETTERS_MAX, gateway_form_field(form, "place"));
}

static void add_photo_fields(struct gateway_html *html, const struct exchange *exchange)
{
    const struct say *say = &exchange->say;
    gateway_html_add(
        html,
        "<div class=\"field\"><label for=\"photo\">%s<span class=\"hint\" id=\"photo-hint\">%s"
        "</span></label>\n<input type=\"file\" id=\"photo\" name=\"photo\" multiple "
        "accept=\"image/jpeg,image/png,image/webp\" aria-describedby=\"photo-hint\"></div>\n",
        say_choose(say, "照片（可不填）", "Photos (optional)"),
        say_choose(say, "最多 3 张，每张不超过 10 MB。照片里的拍摄位置会被删除。",
                   "3 at most, 10 MB each. The place a photo was taken at is removed from it."));
    gateway_html_add(html,
                     "<label class=\"radio\"><input type=\"checkbox\" name=\"photo_place\" "
                     "value=\"yes\"> %s</label>\n",
                     say_choose(say, "用照片的拍摄位置帮助找到地点",
                                "Use the place in the photo to find the spot"));
}

static void add_phone_field(struct gateway_html *html, const struct exchange *exchange,
                            const struct gateway_form *form)
{
    const struct say *say = &exchange->say;
    gateway_html_add(
        html,
        "<div class=\"field\"><label for=\"phone\">%s<span class=\"hint\" id=\"phone-hint\">%s"
        "</span></label>\n<input type=\"tel\" id=\"phone\" name=\"phone\" maxlength=\"32\" "
        "autocomplete=\"tel\" value=\"%s\" aria-describedby=\"phone-hint\"></div>\n",
        say_choose(say, "联系电话（可不填）", "Telephone (optional)"),
        say_choose(say, "只给承办人员联系您用，不会告诉被反映的一方。",
                   "For those who handle it to reach you; never told to whom it is about."),
        gateway_form_field(form, "phone"));
}

static void add_confidential_field(struct gateway_html *html, const struct exchange *exchange,
                                   const struct gateway_form *form)
{
    const struct say *say = &exchange->say;
    gateway_html_add(
        html,
        "<div class=\"field\"><label class=\"radio\"><input type=\"checkbox\" id=\"confidential\" "
        "name=\"confidential\" value=\"yes\"%s aria-describedby=\"confidential-hint\"> %s</label>"
        "<span class=\"hint\" id=\"confidential-hint\">%s</span></div>\n",
        gateway_form_field(form, "confidential")[0] == '\0' ? "" : " checked",
        say_choose(say, "请为我保密", "Keep my name and words from the unit"),
        say_choose(say,
                   "承办单位看不到您的电话、照片和原话，只看到分拨员写的摘要；因此要先由人看一遍，"
                   "会慢一些。",
                   "The unit that handles it sees neither your telephone nor your photos nor your "
                   "words, only a summary; somebody reads it first, so it takes a little longer."));
}

/* problem: what is wrong with it, NULL: nothing yet. */
static void show_form(struct exchange *exchange, const struct gateway_form *form, unsigned status,
                      const char *problem)
{
    const struct say *say = &exchange->say;
    struct gateway_html html = {.bytes = NULL};
    gateway_page_begin(&html, exchange, title_of(exchange), NULL);
    if (problem != NULL) {
        gateway_html_add(&html, "<p class=\"note bad\" role=\"alert\">%s</p>\n", problem);
    }
    gateway_html_add(
        &html, "<form method=\"post\" action=\"/report%s\" enctype=\"multipart/form-data\">\n",
        gateway_page_query(exchange));
    gateway_page_token(&html, exchange->gateway);
    add_text_field(&html, exchange, form);
    add_place_fields(&html, exchange, form);
    add_photo_fields(&html, exchange);
    add_phone_field(&html, exchange, form);
    add_confidential_field(&html, exchange, form);
    gateway_html_add(&html, "<p><button>%s</button></p>\n</form>\n",
                     say_choose(say, "提交", "Send"));
    gateway_page_end(&html, exchange, status);
}

/* The channel under which pages report; NULL: the site has none. */
static const char *channel_of(const struct gateway *gateway)
{
    const struct site *site = gateway->site;
    return site->public_channel == SITE_NONE ? NULL : site->channels[site->public_channel].code;
}

/* False: answered. */
static bool taken_here(struct exchange *exchange)
{
    if (channel_of(exchange->gateway) != NULL) {
        return true;
    }
    gateway_page_sorry(
        exchange, 404, title_of(exchange),
        say_choose(&exchange->say, "本街道没有开通网上反映，请拨打热线或到社区窗口。",
                   "This sub-district takes no reports here; please call the hotline "
                   "or come to the counter."),
        0);
    return false;
}

void gateway_page_report_form(struct exchange *exchange)
{
    static const struct gateway_form empty = {.field_count = 0};
    if (taken_here(exchange)) {
        show_form(exchange, &empty, 200, NULL);
    }
}

/* ---- answer -----------------------------------------------------------------------------------
 */

/* Before the number: whoever is in danger must not read on first. */
static void add_calls(struct gateway_html *html, const struct say *say,
                      const Paidan__SubmitResult *result)
{
    if (result->n_call == 0) {
        return;
    }
    gateway_html_add(
        html, "<p class=\"lead\" role=\"alert\"><strong>%s ",
        say_choose(say, "有人有危险？请马上拨打", "Is anybody in danger? Call at once"));
    for (size_t index = 0; index < result->n_call; index++) {
        gateway_html_add(html, "%s<a href=\"tel:%s\">%s</a>",
                         index == 0 ? "" : say_choose(say, "、", ", "), result->call[index],
                         result->call[index]);
    }
    gateway_html_add(html, "</strong></p>\n");
}

/* He has said it before: how that stands, without what opens it. */
static void show_repeat(struct exchange *exchange, const Paidan__SubmitResult *result)
{
    const struct say *say = &exchange->say;
    struct gateway_html html = {.bytes = NULL};
    const struct gateway_page_again nowhere = {NULL, NULL, NULL};
    gateway_page_begin(&html, exchange,
                       say_choose(say, "这件事已经在办", "This is being dealt with already"),
                       &nowhere);
    add_calls(&html, say, result);
    gateway_html_add(
        &html, "<dl class=\"keep\"><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd></dl>\n<p>%s</p>\n",
        say_choose(say, "编号", "Number"), result->number, say_choose(say, "现在", "Now"),
        say_words_state(say, result->state),
        say_choose(
            say,
            "您之前反映过同样的事，我们没有另立一件，已替您催办，您这次说的也记下了。凭当时的查询码"
            "可以查进度。如果有新的情况，或者是另一件事，请写明不同之处再提交。",
            "You told us of this before, so it has no second number: it was chased, and what "
            "you said now is kept with it. The code of then shows how it stands. If there is "
            "news, or if it is another matter, write what is different and send it again."));
    gateway_html_add(&html, "<p><a href=\"/t%s\">%s</a></p>\n", gateway_page_query(exchange),
                     say_choose(say, "查进度", "See where it is"));
    gateway_page_end(&html, exchange, 200);
}

static void show_number(struct exchange *exchange, const Paidan__SubmitResult *result)
{
    const struct say *say = &exchange->say;
    struct gateway_html html = {.bytes = NULL};
    /* A way to the other language would lead away from the code, for good. */
    const struct gateway_page_again nowhere = {NULL, NULL, NULL};
    gateway_page_begin(&html, exchange, say_choose(say, "我们收到了", "We have received it"),
                       &nowhere);
    add_calls(&html, say, result);
    gateway_html_add(
        &html,
        "<p class=\"lead\">%s</p>\n<dl class=\"keep\"><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s"
        "</dd></dl>\n",
        say_choose(say, "请记下编号和查询码：截屏、拍照、打印或抄在纸上都行。",
                   "Keep the number and the code: as a picture of the screen, on paper, printed."),
        say_choose(say, "编号", "Number"), result->number, say_choose(say, "查询码", "Code"),
        result->query_code);
    gateway_html_add(
        &html, "<p>%s</p>\n",
        say_choose(say,
                   "凭这两样随时可以查进度、补充、催办、评价、撤回。查询码只在这里显示一次，"
                   "不要告诉别人；丢了就只能拨打热线查询。",
                   "With both you can look it up at any time, add to it, ask for haste, say how it "
                   "went, or take it back. The code is shown here once. Tell it to nobody; without "
                   "it only the hotline can help."));
    gateway_html_add(
        &html,
        "<form class=\"screen\" method=\"post\" action=\"/t%s\"><input type=\"hidden\" "
        "name=\"number\" value=\"%s\"><input type=\"hidden\" name=\"code\" "
        "value=\"%s\"><p><button>%s</button></p></form>\n",
        gateway_page_query(exchange), result->number, result->query_code,
        say_choose(say, "现在看看进度", "See where it is"));
    gateway_page_end(&html, exchange, 200);
}

/* What stands at which field, in words that a resident can do something with. */
static const char *refusal_of(const struct exchange *exchange, Paidan__Code code)
{
    const struct say *say = &exchange->say;
    switch (code) {
    case PAIDAN__CODE__TEXT_EMPTY:
        return say_choose(say, "请写几句发生了什么。", "Please write what is the matter.");
    case PAIDAN__CODE__TEXT_TOO_LONG:
    case PAIDAN__CODE__FIELD_TOO_LONG:
        return say_choose(say, "写得太长了，请缩短一些。", "That is too long; please shorten it.");
    case PAIDAN__CODE__STORAGE_FULL:
    case PAIDAN__CODE__OVERLOADED:
    case PAIDAN__CODE__STARTING:
    case PAIDAN__CODE__UNREACHABLE:
        return say_choose(say, "系统暂时收不了，您写的内容还在下面，请过一会儿再点提交。",
                          "We cannot take it at the moment. What you wrote is still below; please "
                          "send it again in a while.");
    default:
        return say_choose(say, code_sentence_zh(code), code_sentence_en(code));
    }
}

/* ---- photos -----------------------------------------------------------------------------------
 */

static const char *photo_refusal(const struct exchange *exchange, enum web_media_result result)
{
    const struct say *say = &exchange->say;
    switch (result) {
    case WEB_MEDIA_TYPE:
        return say_choose(say, "照片只收 JPEG、PNG、WebP 格式。",
                          "Photos may be JPEG, PNG or WebP.");
    case WEB_MEDIA_LARGE:
    case WEB_MEDIA_PIXELS:
        return say_choose(say, "照片太大了，请换一张小一点的。",
                          "The photo is too large; please take a smaller one.");
    case WEB_MEDIA_DAMAGED:
        return say_choose(
            say, "照片打不开，可能没有传完整，请重新选择。",
            "The photo cannot be opened; perhaps it did not arrive whole. Please choose "
            "it again.");
    default:
        return say_choose(
            say, "照片暂时存不了。可以不带照片先提交，或者过一会儿再试。",
            "We cannot keep photos at the moment. Send it without, or try again later.");
    }
}

static void reported(struct exchange *exchange, enum web_media_result media, Paidan__Code code,
                     const Paidan__SubmitResult *ticket)
{
    const struct report *report = exchange->state;
    if (media != WEB_MEDIA_KEPT) {
        show_form(exchange, &report->form, media == WEB_MEDIA_FULL ? 507 : 422,
                  photo_refusal(exchange, media));
    } else if (code != PAIDAN__CODE__OK) {
        show_form(exchange, &report->form,
                  code == PAIDAN__CODE__UNREACHABLE || code == PAIDAN__CODE__OVERLOADED ? 503 : 422,
                  refusal_of(exchange, code));
    } else if (ticket->has_repeats && ticket->repeats) {
        show_repeat(exchange, ticket);
    } else {
        show_number(exchange, ticket);
    }
}

static void register_it(struct exchange *exchange)
{
    struct report *report = exchange->state;
    struct gateway_report *ticket = &report->ticket;
    ticket->channel = channel_of(exchange->gateway);
    ticket->text = gateway_form_field(&report->form, "text");
    ticket->phone = gateway_form_field(&report->form, "phone");
    ticket->area = gateway_form_field(&report->form, "area");
    ticket->confidential = gateway_form_field(&report->form, "confidential")[0] != '\0';
    ticket->photo_place = gateway_form_field(&report->form, "photo_place")[0] != '\0';
    ticket->files = report->form.files;
    ticket->file_count = report->form.file_count;
    (void)snprintf(ticket->place, sizeof ticket->place, "%s",
                   gateway_form_field(&report->form, "place"));
    gateway_report_send(exchange, ticket, reported);
}

/* What is wrong with the form as far as it can be seen here; NULL: nothing. */
static const char *wrong_with(const struct exchange *exchange, const struct report *report)
{
    const struct say *say = &exchange->say;
    const char *text = gateway_form_field(&report->form, "text");
    if (text[strspn(text, " \t\r\n")] == '\0') {
        return refusal_of(exchange, PAIDAN__CODE__TEXT_EMPTY);
    }
    if (strlen(gateway_form_field(&report->form, "place")) >= PLACE_BYTES ||
        strlen(gateway_form_field(&report->form, "phone")) > 32) {
        return refusal_of(exchange, PAIDAN__CODE__FIELD_TOO_LONG);
    }
    if (report->form.file_count > PHOTOS_MAX) {
        return say_choose(say, "照片最多 3 张。", "Three photos at most.");
    }
    for (unsigned index = 0; index < report->form.file_count; index++) {
        if (report->form.files[index].size > WEB_MEDIA_BYTES_MAX) {
            return photo_refusal(exchange, WEB_MEDIA_LARGE);
        }
    }
    return NULL;
}

void gateway_page_report_send(struct exchange *exchange)
{
    const struct say *say = &exchange->say;
    struct report *report = calloc(1, sizeof *report);
    exchange->state = report;
    exchange->state_free = free;
    if (report == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    if (!gateway_session_origin(exchange) || !taken_here(exchange)) {
        return;
    }
    if (gateway_form_read(exchange->body, exchange->body_bytes,
                          gateway_exchange_header(exchange, "Content-Type"),
                          &report->form) != RC_OK) {
        gateway_page_sorry(exchange, 400, title_of(exchange),
                           say_choose(say, "表单没有传完整，请返回再提交一次。",
                                      "The form did not arrive as it should; go back and send it "
                                      "again."),
                           0);
        return;
    }
    if (!gateway_form_trusts(exchange, &report->form)) {
        show_form(exchange, &report->form, 403,
                  say_choose(say, "页面放得太久了。您写的内容还在，请再点一次提交。",
                             "The page had been open for too long. What you wrote is still here; "
                             "please send it once more."));
        return;
    }
    const char *wrong = wrong_with(exchange, report);
    if (wrong != NULL) {
        show_form(exchange, &report->form, 422, wrong);
        return;
    }
    if (gateway_page_admits(exchange)) {
        register_it(exchange);
    }
}
