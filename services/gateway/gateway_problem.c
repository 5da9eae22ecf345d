/* gateway_problem: what a refusal looks like over HTTP. It owns two tables: the status of each code of
 * the services, and the codes of the door itself. What must stay true: a code has one status and one
 * sentence whichever route met it; names never change; a code without a row is a 500, so that a
 * forgotten one is seen and mended rather than taken for the client's mistake. */

#include "gateway_problem.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/say_detail.h"
#include "gateway_exchange.h"

static const struct {
    const char *name;
    unsigned status;
    const char *zh, *en;
} faults[GATEWAY_FAULTS] = {
    [GATEWAY_REQUEST_MALFORMED] = {"REQUEST_MALFORMED", 400, "请求格式不对，请检查地址和参数。",
                                   "The request is malformed; check its address and parameters."},
    [GATEWAY_HEADER_DUPLICATE] = {"HEADER_DUPLICATE", 400, "同一个请求头出现了两次。",
                                  "A header that may stand once stands twice."},
    [GATEWAY_HOST_UNKNOWN] = {"HOST_UNKNOWN", 421, "这个地址不是本站的，请用公布的网址访问。",
                              "This host is not ours; use the address that was announced."},
    [GATEWAY_PATH_UNKNOWN] = {"PATH_UNKNOWN", 404, "没有这个接口，见 /api/v1/openapi.json。",
                              "There is no such path; see /api/v1/openapi.json."},
    [GATEWAY_METHOD_NOT_ALLOWED] = {"METHOD_NOT_ALLOWED", 405, "这个接口不接受这种方法。",
                                    "This path does not take that method."},
    [GATEWAY_BODY_TOO_LARGE] = {"BODY_TOO_LARGE", 413, "内容过大，请分批提交。",
                                "The body is too large; send it in parts."},
    [GATEWAY_URI_TOO_LONG] = {"URI_TOO_LONG", 414, "网址过长或参数过多。",
                              "The address is too long or has too many parameters."},
    [GATEWAY_TYPE_UNSUPPORTED] = {"TYPE_UNSUPPORTED", 415,
                                  "内容类型不对，接口只收 application/json。",
                                  "The content type is not taken; the API reads application/json."},
    [GATEWAY_BODY_NOT_JSON] = {"BODY_NOT_JSON", 400, "内容不是有效的 JSON。",
                               "The body is not valid JSON."},
    [GATEWAY_LOGIN_NEEDED] = {"LOGIN_NEEDED", 401, "请先登录。", "Log in first."},
    [GATEWAY_LOOPBACK_ONLY] = {"LOOPBACK_ONLY", 403, "只能在本机访问。", "Only from this machine."},
    [GATEWAY_ORIGIN_FOREIGN] = {"ORIGIN_FOREIGN", 403, "请求来自别的网站，已拒绝。",
                                "The request comes from another site and is refused."},
    [GATEWAY_CSRF_WRONG] = {"CSRF_WRONG", 403, "页面凭证不符，请刷新页面后再试。",
                            "The page's token is not right; reload the page and try again."},
    [GATEWAY_TOO_MANY_REQUESTS] = {"TOO_MANY_REQUESTS", 429, "请求过于频繁，请稍后再试。",
                                   "Too many requests; try again later."},
    [GATEWAY_KEY_INVALID] = {"IDEMPOTENCY_KEY_INVALID", 400, "Idempotency-Key 应为 UUID。",
                             "Idempotency-Key must be a UUID."},
    [GATEWAY_VERSION_MALFORMED] = {"VERSION_MALFORMED", 400, "If-Match 应为带引号的版本号。",
                                   "If-Match must be a version in quotes."},
    [GATEWAY_TABLE_NOT_CSV] =
        {"TABLE_NOT_CSV", 415, "请在表格软件里另存为 CSV（UTF-8），再导入。",
         "Save the table as CSV (UTF-8) in your spreadsheet, then import it."},
    [GATEWAY_PAGE_UNKNOWN] = {"PAGE_UNKNOWN", 404, "没有这个页面。", "There is no such page."},
    [GATEWAY_MEDIA_TYPE_UNSUPPORTED] = {"MEDIA_TYPE_UNSUPPORTED", 415,
                                        "只收 JPEG、PNG、WebP、GIF 图片，PDF 文件和 MP4 视频。",
                                        "Only JPEG, PNG, WebP, GIF, PDF and MP4 are taken."},
    [GATEWAY_MEDIA_TOO_MANY_PIXELS] = {"MEDIA_TOO_MANY_PIXELS", 422,
                                       "图片的像素太多，请缩小后再传。",
                                       "The picture has too many pixels; send a smaller one."},
    [GATEWAY_MEDIA_BROKEN] =
        {"MEDIA_DAMAGED", 422, "文件打不开，可能没有传完整，或混有别的内容。",
         "The file cannot be read: it is not whole, or something else is in it."},
    [GATEWAY_MEDIA_UNKNOWN] = {"MEDIA_UNKNOWN", 404, "没有这个文件，或者您不能看它所属的工单。",
                               "There is no such file, or its ticket is not yours to see."},
    [GATEWAY_OPEN311_ABSENT] = {"OPEN311_ABSENT", 404, "本站没有开通 Open311 接口。",
                                "This site does not offer Open311."},
    [GATEWAY_OPEN311_PATH] =
        {"OPEN311_PATH_UNKNOWN", 404,
         "没有这个 Open311 接口，地址应以 .json 或 .xml 结尾，见 /open311/discovery.json。",
         "There is no such Open311 resource; paths end with .json or .xml, see "
         "/open311/discovery.json."},
    [GATEWAY_OPEN311_JURISDICTION] = {"JURISDICTION_UNKNOWN", 404, "这个辖区不归本站管。",
                                      "This jurisdiction is not served here."},
    [GATEWAY_OPEN311_KEY_MISSING] = {"API_KEY_MISSING", 403, "缺少 api_key。",
                                     "An api_key is needed."},
    [GATEWAY_OPEN311_KEY_FOREIGN] = {"API_KEY_FOREIGN", 403, "这个 api_key 不属于任何渠道。",
                                     "This api_key belongs to no channel."},
    [GATEWAY_OPEN311_LIST_CLOSED] = {"LIST_NOT_PUBLIC", 403,
                                     "本站没有公开工单列表，请带上 api_key。",
                                     "Requests are not listed publicly here; bring an api_key."},
    [GATEWAY_OPEN311_SERVICE_MISSING] = {"SERVICE_CODE_MISSING", 400,
                                         "缺少 service_code，见 services。",
                                         "The service_code is missing; see services."},
    [GATEWAY_OPEN311_SERVICE_UNKNOWN] = {"SERVICE_CODE_UNKNOWN", 404, "没有这项服务，见 services。",
                                         "There is no such service; see services."},
    [GATEWAY_OPEN311_REQUEST_UNKNOWN] = {"REQUEST_UNKNOWN", 404, "没有这个请求，或者不能看。",
                                         "There is no such request, or it is not yours to see."},
    [GATEWAY_OPEN311_TOKEN_UNKNOWN] = {"TOKEN_UNKNOWN", 404, "没有这个 token。",
                                       "There is no such token."},
    [GATEWAY_OPEN311_LOCATION_MISSING] = {"LOCATION_MISSING", 400, "缺少地点，请给出其中一种。",
                                          "The place is missing; give one of these."},
    [GATEWAY_OPEN311_ATTRIBUTE_MISSING] = {"ATTRIBUTE_MISSING", 400, "这项服务要求填写。",
                                           "This service requires an answer."},
    [GATEWAY_OPEN311_ATTRIBUTE] =
        {"ATTRIBUTE_INVALID", 400, "填写的内容不符合这一项的要求，见 services 里的定义。",
         "The answer is none that this question takes; see its definition under services."},
    [GATEWAY_OPEN311_TEXT_MISSING] = {"DESCRIPTION_MISSING", 400, "缺少要补充的内容。",
                                      "There is nothing to add."},
    [GATEWAY_OPEN311_PARAMETER] = {"PARAMETER_INVALID", 400, "参数缺失或不合格。",
                                   "A parameter is missing or malformed."},
    [GATEWAY_OPEN311_TOO_LONG] = {"PARAMETER_TOO_LONG", 400, "内容太长，请缩短。",
                                  "That is too long; shorten it."},
    [GATEWAY_OPEN311_TOO_MANY] = {"TOO_MANY_FIELDS", 400, "字段或文件太多。",
                                  "Too many fields or files."},
    [GATEWAY_OPEN311_FORM] = {"FORM_MALFORMED", 400, "表单没有传完整，或编码不对。",
                              "The form did not arrive whole, or is not encoded as it should be."},
};

#define STATUS(NAME, NUMBER)                                                                       \
    {                                                                                              \
        PAIDAN__CODE__##NAME, NUMBER                                                               \
    }

/* 422: it never will do as it is; what is not here and a rule of the services is 409, for the same
 * request may do later, once the ticket is another. */
static const struct {
    Paidan__Code code;
    unsigned status;
} statuses[] = {
    STATUS(OK, 200),
    STATUS(FRAME_INVALID, 400),
    STATUS(REQUEST_ID_MISSING, 400),
    STATUS(ACTOR_MISSING, 400),
    STATUS(PROTOCOL_UNSUPPORTED, 400),
    STATUS(FRAME_TOO_LARGE, 413),
    STATUS(TOO_MANY_ITEMS, 413),
    STATUS(FIELD_INVALID, 422),
    STATUS(FIELD_TOO_LONG, 422),
    STATUS(TEXT_NOT_UTF8, 422),
    STATUS(ENUM_UNKNOWN, 422),
    STATUS(NUMBER_INVALID, 422),
    STATUS(CHANNEL_UNKNOWN, 422),
    STATUS(CATEGORY_UNKNOWN, 422),
    STATUS(AREA_UNKNOWN, 422),
    STATUS(UNIT_UNKNOWN, 422),
    STATUS(LEVEL_UNKNOWN, 422),
    STATUS(CALENDAR_UNKNOWN, 422),
    STATUS(TEXT_EMPTY, 422),
    STATUS(SPLIT_INVALID, 422),
    STATUS(PERIOD_INVALID, 422),
    STATUS(SEARCH_TOO_LONG, 422),
    STATUS(SEARCH_TOO_WIDE, 422),
    STATUS(TEXT_TOO_LONG, 422),
    STATUS(AREA_AMBIGUOUS, 422),
    STATUS(NOTE_MISSING, 422),
    STATUS(SUMMARY_MISSING, 422),
    STATUS(EXEMPT_OPEN, 409),
    STATUS(POINTS_PERSON, 404),
    STATUS(POINTS_LIMIT, 409),
    STATUS(POINTS_SHORT, 409),
    STATUS(POINTS_STOCK, 409),
    STATUS(EXEMPT_NOT_ASKED, 409),
    STATUS(EXEMPT_NOT_CLOSED, 409),
    STATUS(BULLETIN_UNFIT, 409),
    STATUS(BULLETIN_PERSONAL, 422),
    STATUS(BULLETIN_STATE, 409),
    STATUS(MERGED, 409),
    STATUS(NOT_MERGED, 409),
    STATUS(GROUP_FULL, 409),
    STATUS(MERGE_TARGET_OVER, 409),
    STATUS(MERGE_SELF, 422),
    STATUS(MERGE_CONFIDENTIAL, 409),
    STATUS(CALLBACK_CHANNEL, 409),
    STATUS(CALLBACK_TOO_LATE, 409),
    STATUS(CALLER_UNKNOWN, 409),
    STATUS(LINK_NOT_HTTPS, 422),
    STATUS(DEVICE_UNKNOWN, 404),
    STATUS(HEARD_DIFFERENT, 409),
    STATUS(SIGNATURE_WRONG, 401),
    STATUS(SIGNATURE_OLD, 401),
    STATUS(NONCE_REUSED, 401),
    STATUS(CASE_UNKNOWN, 404),
    STATUS(CALL_UNKNOWN, 404),
    STATUS(DELIVERY_UNKNOWN, 404),
    STATUS(DELIVERY_NOT_DEAD, 409),
    STATUS(DESTINATION_UNKNOWN, 409),
    STATUS(RESULT_MISSING, 422),
    STATUS(TERM_TOO_LONG, 422),
    STATUS(TERM_PASSED, 422),
    STATUS(POLICY_ABSENT, 422),
    STATUS(UNIT_NOT_AT_LEVEL, 422),
    STATUS(NOBODY_DECIDES, 422),
    STATUS(UPDATE_OLDER, 409),
    STATUS(WISH_UNSUPPORTED, 501),
    STATUS(TICKET_UNKNOWN, 404),
    STATUS(TICKET_ARCHIVED, 410),
    STATUS(QUERY_CODE_WRONG, 404),
    STATUS(LOG_TRIMMED, 410),
    STATUS(NOT_YOUR_TICKET, 403),
    STATUS(NOT_YOUR_DECISION, 403),
    STATUS(NOT_SUPERVISOR, 403),
    STATUS(NOT_ASSISTING, 403),
    STATUS(LEAD_APPEALS, 403),
    STATUS(CONFIDENTIAL, 403),
    STATUS(FORBIDDEN, 403),
    STATUS(VERSION_CONFLICT, 412),
    STATUS(OVERLOADED, 503),
    STATUS(STARTING, 503),
    STATUS(SEARCH_AWAY, 503),
    STATUS(TOO_MANY_WAITERS, 503),
    STATUS(UNREACHABLE, 503),
    STATUS(STORAGE_FULL, 507),
    STATUS(GRANT_INVALID, 401),
    STATUS(LOGIN_FAILED, 401),
    STATUS(LOCKED_OUT, 429),
    STATUS(SECOND_FACTOR_NEEDED, 401),
    STATUS(PASSWORD_WEAK, 422),
    STATUS(PASSWORD_SAME, 422),
    STATUS(PERSON_UNKNOWN, 404),
    STATUS(CHANGE_UNKNOWN, 404),
    STATUS(ROLE_SCOPE, 422),
    STATUS(NAME_UNSAFE, 422),
    STATUS(SESSION_ENDED, 401),
    STATUS(KEY_UNKNOWN, 401),
};

/* The rules of the services lie in two runs of numbers, those of people in a third. */
static bool is_rule(Paidan__Code code)
{
    return (code >= 40 && code < 60) || (code >= 100 && code < 140) || (code >= 165 && code < 171);
}

unsigned gateway_problem_status(Paidan__Code code)
{
    for (size_t index = 0; index < sizeof statuses / sizeof statuses[0]; index++) {
        if (statuses[index].code == code) {
            return statuses[index].status;
        }
    }
    return is_rule(code) ? 409 : 500;
}

/* What HTTP calls the status: clients show it where they show nothing else. */
static const char *title_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };
    for (size_t index = 0; index < sizeof titles / sizeof titles[0]; index++) {
        if (titles[index].status == status) {
            return titles[index].title;
        }
    }
    return "Refused";
}

/* Whole seconds, rounded up: who comes back too early is refused again. */
static void add_retry(struct exchange *exchange, uint32_t retry_ms)
{
    char seconds[16];
    if (retry_ms > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", (retry_ms + 999u) / 1000u);
        gateway_exchange_add(exchange, "Retry-After", seconds);
    }
}

/* The members of RFC 9457, and ours: code, both sentences. */
static json_t *problem_of(unsigned status, const char *code, const char *zh, const char *en,
                          uint32_t retry_ms)
{
    json_t *problem = json_object();
    json_object_set_new(problem, "type", json_string("about:blank"));
    json_object_set_new(problem, "title", json_string(title_of(status)));
    json_object_set_new(problem, "status", json_integer(status));
    json_object_set_new(problem, "code", json_string(code));
    json_object_set_new(problem, "zh", json_string(zh));
    json_object_set_new(problem, "en", json_string(en));
    if (retry_ms > 0) {
        json_object_set_new(problem, "retry_after_ms", json_integer(retry_ms));
    }
    return problem;
}

/* The detail as it is for programs, and in words for people. A detail of a service is never personal
 * and always UTF-8 (wire_check); one that is not is left out by jansson. */
static void add_detail(const struct exchange *exchange, json_t *problem, const char *detail)
{
    char words[SAY_DETAIL_BYTES];
    struct say say = exchange->say;
    if (detail == NULL || detail[0] == '\0') {
        return;
    }
    json_object_set_new(problem, "detail", json_string(detail));
    say.language = SAY_CHINESE;
    say_detail(&say, SAY_BY_NOBODY, detail, words);
    json_object_set_new(problem, "detail_zh", json_string(words));
    say.language = SAY_ENGLISH;
    say_detail(&say, SAY_BY_NOBODY, detail, words);
    json_object_set_new(problem, "detail_en", json_string(words));
}

/* Where the route has a form of its own for refusals. */
static bool refused_otherwise(struct exchange *exchange, unsigned status, const char *code,
                              const char *zh, const char *en, const char *detail)
{
    if (exchange->route == NULL || exchange->route->refuse == NULL) {
        return false;
    }
    exchange->route->refuse(exchange, status, code, say_choose(&exchange->say, zh, en), detail);
    return true;
}

void gateway_problem(struct exchange *exchange, Paidan__Code code, const char *detail,
                     uint32_t retry_ms)
{
    CHECK(code != PAIDAN__CODE__OK);
    const unsigned status = gateway_problem_status(code);
    retry_ms = status == 503 && retry_ms == 0 ? 1000u : retry_ms;
    if (refused_otherwise(exchange, status, code_name(code), code_sentence_zh(code),
                          code_sentence_en(code), detail)) {
        add_retry(exchange, retry_ms);
        return;
    }
    json_t *problem = problem_of(status, code_name(code), code_sentence_zh(code),
                                 code_sentence_en(code), retry_ms);
    add_detail(exchange, problem, detail);
    gateway_exchange_json(exchange, status, problem);
    add_retry(exchange, retry_ms);
}

static void answer_fault(struct exchange *exchange, enum gateway_fault fault, const char *detail,
                         uint32_t retry_ms)
{
    CHECK(fault < GATEWAY_FAULTS);
    const unsigned status = faults[fault].status;
    if (refused_otherwise(exchange, status, faults[fault].name, faults[fault].zh, faults[fault].en,
                          detail)) {
        add_retry(exchange, retry_ms);
        return;
    }
    json_t *problem =
        problem_of(status, faults[fault].name, faults[fault].zh, faults[fault].en, retry_ms);
    if (detail != NULL) {
        json_object_set_new(problem, "detail", json_string(detail));
    }
    gateway_exchange_json(exchange, status, problem);
    add_retry(exchange, retry_ms);
}

void gateway_problem_fault(struct exchange *exchange, enum gateway_fault fault, const char *detail)
{
    answer_fault(exchange, fault, detail, 0);
}

void gateway_problem_later(struct exchange *exchange, enum gateway_fault fault, uint32_t retry_ms)
{
    answer_fault(exchange, fault, NULL, retry_ms);
}

const char *gateway_problem_name(enum gateway_fault fault)
{
    CHECK(fault < GATEWAY_FAULTS);
    return faults[fault].name;
}

unsigned gateway_problem_fault_status(enum gateway_fault fault)
{
    CHECK(fault < GATEWAY_FAULTS);
    return faults[fault].status;
}

const char *gateway_problem_zh(enum gateway_fault fault)
{
    CHECK(fault < GATEWAY_FAULTS);
    return faults[fault].zh;
}

const char *gateway_problem_en(enum gateway_fault fault)
{
    CHECK(fault < GATEWAY_FAULTS);
    return faults[fault].en;
}
