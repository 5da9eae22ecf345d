/* wechat_read: from a message to its meaning.
 *
 * People write as they speak, so only what is plainly a command is one: a text that is nothing but the
 * command, its fillers and a number. "催" is, "催缴物业费的人态度恶劣" is a complaint. What is in doubt is
 * told to us: a complaint that is taken for a command is lost, a command that is taken for a complaint is
 * read by a dispatcher. Danger is looked for first and everywhere, and in doubt it is danger. */
#include "wechat_read.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/site/site_rules.h"
#include "common/text/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { NUMBER_DIGITS_MIN = 13, NUMBER_CHARS_MAX = 22, PICKS_MAX = 9 };

/* ---- words, all of normalised text ---- */

/* "。" and blanks are cut before these are compared, so "好了。" is "好了". A word that may begin a complaint
 * ("查询" alone does not, "查" does: "查一下谁在烧垃圾") stands here only in its whole form. */
static const char *const done_words[] = {"好了",   "没有了", "没了", "就这些", "完了",
                                         "说完了", "提交",   "登记", "done",   "thatsall"};
static const char *const yes_words[] = {"是",   "是的", "同意", "确定", "确认",  "可以",    "好",
                                        "好的", "对",   "yes",  "ok",   "agree", "确定撤回"};
static const char *const no_words[] = {"否",   "不",     "不是", "不同意", "不撤回",
                                       "不要", "不撤了", "算了", "no",     "disagree"};
static const char *const help_words[] = {"帮助", "help", "人工", "怎么用", "功能", "菜单", "?"};
static const char *const list_words[] = {"我的诉求", "我的工单", "我的",      "查询", "查进度",
                                         "进度",     "查询进度", "mytickets", "list", "查一下"};
static const char *const greetings[] = {"你好",   "您好", "在吗", "在么",   "hello", "hi",
                                        "你好啊", "测试", "谢谢", "谢谢您", "test",  "thanks"};
/* The longest first. Nobody says one of these and nothing more, and means a complaint. "TD" is what text messages taught people. */
static const char *const quiet_words[] = {
    "不要再打电话", "不要打电话", "别再打电话", "别打电话", "不要打扰我", "不要打扰",
    "别打扰我",     "勿打扰",     "勿扰",       "免打扰",   "取消回访",   "不要回访",
    "不用回访",     "退订td",     "退订",       "td",       "donotcall",  "unsubscribe"};
static const char *const resume_words[] = {"恢复回访", "恢复订阅", "恢复", "取消勿扰", "resume"};
static const char *const chase_words[] = {"催单", "催办", "催促", "催", "chase"};
static const char *const withdraw_words[] = {"撤回", "撤销", "撤单", "取消诉求", "withdraw"};
/* Of the text as it came: these are cut off, and what follows is kept as it was written. */
static const char *const new_words[] = {"新诉求", "另一件事", "另外一件事", "new", "New", "NEW"};
static const char *const new_ends[] = {"：", ":", "，", ",", " ", "。", "\n"};
/* The longest first: "一下" before "一", or what is left of it would be no filler. */
static const char *const fillers[] = {"一下", "单", "办",   "请",   "帮我",  "帮忙", "下",
                                      "吧",   "了", "啊",   "快点", "快",    "的",   "诉求",
                                      "工单", "一", "谢谢", "编号", "please"};
static const char *const marks[] = {"。", "，", "！", "!",  ",",  ".", "~", "、",
                                    "：", ":",  "#",  "【", "】", "(", ")", "-"};
/* In the order of enum Solved and enum Satisfied; several ways to say each. */
static const struct {
    const char *word;
    enum wechat_question question;
    unsigned choice;
} answers[] = {
    {"已解决", WECHAT_ASKS_SOLVED, 1},          {"解决了", WECHAT_ASKS_SOLVED, 1},
    {"部分解决", WECHAT_ASKS_SOLVED, 2},        {"未解决", WECHAT_ASKS_SOLVED, 3},
    {"没解决", WECHAT_ASKS_SOLVED, 3},          {"没有解决", WECHAT_ASKS_SOLVED, 3},
    {"满意", WECHAT_ASKS_SATISFIED, 1},         {"基本满意", WECHAT_ASKS_SATISFIED, 2},
    {"不满意", WECHAT_ASKS_SATISFIED, 3},       {"solved", WECHAT_ASKS_SOLVED, 1},
    {"notsolved", WECHAT_ASKS_SOLVED, 3},       {"satisfied", WECHAT_ASKS_SATISFIED, 1},
    {"dissatisfied", WECHAT_ASKS_SATISFIED, 3},
};

static bool is_one(const char *text, const char *const *words, size_t count)
{
    CHECK(text != NULL);
    for (size_t index = 0; index < count; index++) {
        if (strcmp(text, words[index]) == 0) {
            return true;
        }
    }
    return false;
}

/* How long the word is that the text begins with; 0: none of these. The longest ones stand first. */
static size_t begins(const char *text, const char *const *words, size_t count)
{
    CHECK(words != NULL);
    for (size_t index = 0; index < count; index++) {
        const size_t bytes = strlen(words[index]);
        if (strncmp(text, words[index], bytes) == 0) {
            return bytes;
        }
    }
    return 0;
}

static bool holds(const char *text, const char *word)
{
    const size_t bytes = strlen(word);
    CHECK(bytes > 0);
    for (const char *at = text; *at != '\0'; at++) {
        if (strncmp(at, word, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* ASCII alone: normalising has made others of the full-width ones. */
static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

size_t wechat_read_fresh(const char *text)
{
    CHECK(text != NULL);
    size_t used = begins(text, new_words, COUNT(new_words));
    const bool latin = used > 0 && (unsigned char)text[0] < 0x80;
    size_t more = used > 0 ? begins(text + used, new_ends, COUNT(new_ends)) : 0;
    if (used == 0 || (latin && more == 0)) { /* "newspapers lie about" */
        return 0;
    }
    for (; more > 0; more = begins(text + used, new_ends, COUNT(new_ends))) {
        used += more;
    }
    CHECK(used <= strlen(text));
    return text[used] == '\0' ? 0 : used;
}

/* ---- numbers ---- */

/* A run of digits and dashes that is the number of a ticket; *bytes: how long it is. */
static uint64_t number_at(const char *text, size_t *bytes)
{
    char run[NUMBER_CHARS_MAX + 1];
    size_t used = 0;
    size_t digits = 0;
    uint64_t ticket = 0;
    CHECK(is_digit(text[0]));
    while (used < NUMBER_CHARS_MAX && (is_digit(text[used]) || text[used] == '-')) {
        run[used] = text[used];
        digits += is_digit(text[used]) ? 1 : 0;
        used++;
    }
    run[used] = '\0';
    *bytes = used;
    CHECK(used <= NUMBER_CHARS_MAX);
    return digits >= NUMBER_DIGITS_MIN && number_parse(run, &ticket) == RC_OK ? ticket : 0;
}

/* The first number in a text; 0: none. */
static uint64_t number_in(const char *text)
{
    char before = '\0';
    CHECK(text != NULL);
    for (const char *at = text; *at != '\0'; before = *at++) {
        size_t bytes = 0;
        const uint64_t ticket = is_digit(*at) && !is_digit(before) ? number_at(at, &bytes) : 0;
        if (ticket != 0) {
            return ticket;
        }
    }
    return 0;
}

/* Whether nothing stands there but fillers, marks and numbers. */
static bool is_filler(const char *text)
{
    CHECK(text != NULL);
    while (*text != '\0') {
        size_t bytes = 0;
        if (is_digit(*text) && number_at(text, &bytes) == 0) {
            return false;
        }
        bytes = bytes > 0 ? bytes : begins(text, fillers, COUNT(fillers));
        bytes = bytes > 0 ? bytes : begins(text, marks, COUNT(marks));
        if (bytes == 0) {
            return false;
        }
        text += bytes;
    }
    return true;
}

/* "催一下 20261130-0001-5", "请帮我催": the command and nothing else. */
static bool commands(const char *text, const char *const *words, size_t count)
{
    size_t bytes = 0;
    CHECK(count > 0);
    while ((bytes = begins(text, words, count)) == 0) {
        bytes = begins(text, fillers, COUNT(fillers));
        bytes = bytes > 0 ? bytes : begins(text, marks, COUNT(marks));
        if (bytes == 0 && is_digit(*text)) {
            if (number_at(text, &bytes) == 0) {
                return false;
            }
        }
        if (bytes == 0) {
            return false;
        }
        text += bytes;
    }
    return is_filler(text + bytes);
}

/* Whether the text before `end` ends with one of the words; end is then moved before it. */
static bool takes_back(const char *text, size_t *end, const char *const *words, size_t count)
{
    CHECK(*end <= strlen(text));
    for (size_t index = 0; index < count; index++) {
        const size_t bytes = strlen(words[index]);
        if (bytes <= *end && memcmp(text + *end - bytes, words[index], bytes) == 0) {
            *end -= bytes;
            return true;
        }
    }
    return false;
}

/* "我的电话：138...", "漏水了，电话138...", or nothing before it; not "物业经理电话138...": a number that
 * belongs to somebody else must never be told about this ticket. */
static bool is_own(const char *text, size_t end)
{
    static const char *const between[] = {"：", ":", "是", "为", " ", "　"};
    static const char *const nouns[] = {"电话号码", "手机号码", "手机号", "电话", "手机",
                                        "号码",     "phone",    "Phone",  "tel",  "Tel"};
    static const char *const mine[] = {"我的", "本人", "联系", "我", "my ", "My "};
    static const char *const ends[] = {"，", "。", "；", "！", "、", "？", ",",
                                       ".",  ";",  "!",  "?",  " ",  "\n", "("};
    CHECK(is_digit(text[end]));
    while (takes_back(text, &end, between, COUNT(between))) {
    }
    if (end == 0) {
        return true;
    }
    if (!takes_back(text, &end, nouns, COUNT(nouns))) {
        return false;
    }
    while (takes_back(text, &end, mine, COUNT(mine))) {
    }
    return end == 0 || takes_back(text, &end, ends, COUNT(ends));
}

void wechat_read_phone(const char *text, char phone[PHONE_BYTES_MAX + 1])
{
    CHECK(phone != NULL);
    phone[0] = '\0';
    for (const char *at = text; at != NULL && *at != '\0';) {
        size_t digits = 0;
        while (is_digit(at[digits])) {
            digits++;
        }
        if (digits == 11 && at[0] == '1' && at[1] >= '3' && is_own(text, (size_t)(at - text))) {
            memcpy(phone, at, digits);
            phone[digits] = '\0';
            return;
        }
        at += digits > 0 ? digits : 1;
    }
}

/* ---- what is no matter ---- */

/* Characters of a normalised text by what they may say. */
struct letters {
    size_t han, latin, digits;
    bool blank; /* of the text as it came: several words of Latin */
    bool same;  /* "哈哈哈": one character, again and again */
};

static void count_letters(const char *text, const char *raw, struct letters *letters)
{
    const char *first = text;
    size_t first_bytes = 0;
    CHECK(raw != NULL);
    *letters = (struct letters){.same = true, .blank = memchr(raw, ' ', strlen(raw)) != NULL};
    for (const char *at = text; *at != '\0';) {
        const unsigned char byte = (unsigned char)*at;
        const size_t bytes = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        CHECK(strnlen(at, bytes) == bytes); /* normalised text is UTF-8 */
        /* U+3400 .. U+9FFF: the ideographs of daily use. */
        letters->han += bytes == 3 && byte >= 0xe3 && byte <= 0xe9 &&
                                (byte > 0xe3 || (unsigned char)at[1] >= 0x90)
                            ? 1
                            : 0;
        letters->latin += byte >= 'a' && byte <= 'z' ? 1 : 0;
        letters->digits += is_digit(*at) ? 1 : 0;
        first_bytes = first_bytes == 0 ? bytes : first_bytes;
        letters->same = letters->same && bytes == first_bytes && memcmp(at, first, bytes) == 0;
        at += bytes;
    }
}

/* Emoji, punctuation, greetings, laughing, digits, a word of Latin that may be anything. Once we asked
 * where it is, nearly everything is an answer. */
static bool is_noise(enum wechat_state state, const char *text, const char *raw)
{
    struct letters letters;
    CHECK(text != NULL);
    CHECK(state < WECHAT_STATE_COUNT);
    if (is_one(text, greetings, COUNT(greetings))) {
        return true;
    }
    count_letters(text, raw, &letters);
    if (state == WECHAT_PLACE) {
        return letters.han + letters.latin + letters.digits == 0;
    }
    const bool latin = letters.latin >= 3 && letters.blank;
    return (letters.han < 2 && !latin) || (letters.same && letters.han > 1);
}

/* ---- places ---- */

/* "12号楼", "3幢", "501室": digits before a word for a house. */
static bool names_house(const char *text)
{
    static const char *const houses[] = {"号", "栋", "幢", "楼", "单元", "室", "弄", "座", "层"};
    CHECK(text != NULL);
    for (const char *at = text; *at != '\0'; at++) {
        if (is_digit(at[0]) && begins(at + 1, houses, COUNT(houses)) > 0) {
            return true;
        }
    }
    return false;
}

enum rc wechat_read_place(struct step *step, const char *text, bool *place)
{
    struct site_guess guess;
    char *normalised = NULL;
    size_t bytes = 0;
    CHECK(place != NULL);
    const enum rc rc = text_normalise_place(step->arena, text, &normalised, &bytes);
    if (rc != RC_OK) {
        *place = false;
        return rc == RC_INVALID ? RC_OK : rc;
    }
    *place =
        names_house(normalised) || site_guess_areas(step->site, normalised, bytes, &guess, 1) > 0;
    return RC_OK;
}

/* ---- drafts ---- */

enum rc wechat_read_heard(struct step *step, uint64_t seq, Paidan__WechatHear **hear)
{
    Paidan__Event *event = NULL;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    CHECK(seq > 0);
    CHECK(hear != NULL);
    enum rc rc = step_read(step, seq, &event);
    if (rc != RC_OK) {
        return rc;
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_HEARD) {
        return RC_NOT_FOUND;
    }
    rc = wire_unpack(step->arena, &paidan__wechat_hear__descriptor, event->heard->body.data,
                     event->heard->body.len, &message, &error);
    *hear = (Paidan__WechatHear *)(void *)message;
    return rc == RC_INVALID ? RC_CORRUPT : rc;
}

enum rc wechat_read_draft(struct step *step, const uint64_t *seqs, uint32_t count,
                          struct wechat_draft *draft)
{
    *draft = (struct wechat_draft){.count = 0};
    CHECK(count <= WECHAT_DRAFT_MAX);
    for (uint32_t index = 0; index < count; index++) {
        Paidan__WechatHear *hear = NULL;
        bool place = false;
        enum rc rc = wechat_read_heard(step, seqs[index], &hear);
        if (rc == RC_NOT_FOUND) {
            continue; /* trimmed: a draft lives a minute, the log for months */
        }
        if (rc == RC_OK && hear->text != NULL &&
            hear->kind != PAIDAN__WECHAT_KIND__WECHAT_LOCATION) {
            draft->words = true;
            rc = wechat_read_place(step, hear->text, &place);
        }
        if (rc != RC_OK) {
            return rc;
        }
        draft->place |= place || hear->kind == PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
        draft->messages[draft->count] = hear;
        draft->seqs[draft->count++] = seqs[index];
    }
    return RC_OK;
}

/* ---- taps ---- */

void wechat_read_tap_make(char id[WECHAT_TAP_BYTES], enum wechat_tap tap, uint64_t ticket,
                          uint32_t round, unsigned choice)
{
    CHECK(ticket <= 9999999999999999ull);
    CHECK(choice <= 9);
    CHECK((unsigned)tap <= 9);
    const int bytes = snprintf(id, WECHAT_TAP_BYTES, "%u%016llu%03u%u", (unsigned)tap,
                               (unsigned long long)ticket, round % 1000, choice);
    CHECK(bytes == 21);
}

/* Whoever may send a message may send any id with it: an id proves nothing, and the ticket that it names is
 * judged as if it had been typed (judge_ticket). False: one of the account's own menu, or nobody's. */
static bool read_tap(const char *menu, struct wechat_meaning *meaning)
{
    uint64_t ticket = 0;
    uint32_t round = 0;
    CHECK(meaning->signal == 0); /* nothing was found before */
    if (strlen(menu) != 21) {
        return false;
    }
    for (size_t index = 0; index < 21; index++) {
        const char byte = menu[index];
        if (!is_digit(byte)) {
            return false;
        }
        ticket = index >= 1 && index < 17 ? ticket * 10 + (uint64_t)(byte - '0') : ticket;
        round = index >= 17 && index < 20 ? round * 10 + (uint32_t)(byte - '0') : round;
    }
    const bool yes = menu[20] == '1';
    meaning->ticket = ticket;
    meaning->round = round;
    meaning->choice = (unsigned)(menu[20] - '0');
    switch ((enum wechat_tap)(menu[0] - '0')) {
    case WECHAT_TAP_SOLVED:
        meaning->signal = WECHAT_ANSWERS;
        meaning->question = WECHAT_ASKS_SOLVED;
        return meaning->choice >= 1 && meaning->choice <= 3;
    case WECHAT_TAP_SATISFIED:
        meaning->signal = WECHAT_ANSWERS;
        meaning->question = WECHAT_ASKS_SATISFIED;
        return meaning->choice >= 1 && meaning->choice <= 3;
    case WECHAT_TAP_CHASE:
        meaning->signal = WECHAT_CHASES_ONE;
        return true;
    case WECHAT_TAP_WITHDRAW:
        meaning->signal = WECHAT_WITHDRAWS_ONE;
        return true;
    case WECHAT_TAP_SURE:
    case WECHAT_TAP_CONSENT:
        meaning->signal = yes ? WECHAT_YES : WECHAT_NO;
        return true;
    default:
        return false;
    }
}

/* Buttons of the account's own menu, named as the manual says. */
static bool read_button(const char *key, struct wechat_meaning *meaning)
{
    static const struct {
        const char *key;
        enum wechat_signal signal;
    } buttons[] = {{"report", WECHAT_HELP},        {"mine", WECHAT_LISTS}, {"chase", WECHAT_CHASES},
                   {"withdraw", WECHAT_WITHDRAWS}, {"help", WECHAT_HELP},  {"quiet", WECHAT_QUIETS},
                   {"resume", WECHAT_RESUMES}};
    CHECK(key != NULL);
    for (size_t index = 0; index < COUNT(buttons); index++) {
        if (strcmp(key, buttons[index].key) == 0) {
            meaning->signal = buttons[index].signal;
            return true;
        }
    }
    return false;
}

/* ---- meaning ---- */

/* The numbers of the site's rules, in a row. *call: NULL: no rule sees a danger. */
static enum rc rules_danger(struct step *step, const char *said, bool english, const char **call)
{
    const struct site_rules_text text = {.text = said, .channel = step->site->wechat->channel};
    struct site_rules_calls calls;
    char *list = NULL;
    const enum rc rc = site_rules_calls(step->site, step->arena, &text, &calls);
    *call = NULL;
    for (uint32_t index = 0; rc == RC_OK && index < calls.count; index++) {
        list = index == 0 ? arena_strdup(step->arena, calls.numbers[0])
                          : arena_printf(step->arena, "%s%s%s", list, english ? ", " : "、",
                                         calls.numbers[index]);
        if (list == NULL) {
            return RC_LIMIT;
        }
    }
    *call = list;
    return rc;
}

static const char *danger_in(const struct site_wechat *site, const char *text)
{
    CHECK(site->danger_count <= SITE_WECHAT_DANGERS_MAX);
    for (uint32_t danger = 0; danger < site->danger_count; danger++) {
        for (uint32_t word = 0; word < site->dangers[danger].word_count; word++) {
            if (holds(text, site->dangers[danger].words[word])) {
                return site->dangers[danger].call;
            }
        }
    }
    return NULL;
}

/* A digit, or words for it; 0: none of these. */
static unsigned answer_in(const char *text, enum wechat_question *question)
{
    CHECK(question != NULL);
    CHECK(text != NULL);
    for (size_t index = 0; index < COUNT(answers); index++) {
        if (strcmp(text, answers[index].word) == 0) {
            *question = answers[index].question;
            return answers[index].choice;
        }
    }
    return is_digit(text[0]) && text[1] == '\0' ? (unsigned)(text[0] - '0') : 0;
}

/* In a group a question is answered by quoting it, for others speak there too. */
static bool read_group_answer(const char *text, struct wechat_meaning *meaning)
{
    CHECK(meaning->ticket != 0);
    CHECK(!meaning->foreign); /* judged later */
    meaning->choice = answer_in(text, &meaning->question);
    const bool answers_it = meaning->choice >= 1 && meaning->choice <= 3;
    meaning->signal = answers_it ? WECHAT_ANSWERS : meaning->signal;
    return answers_it;
}

/* An answer where a question is open. *found: it is one. */
static enum rc read_answer(struct step *step, const struct wechat_talk *talk, const char *text,
                           struct wechat_meaning *meaning, bool *found)
{
    struct wechat_asked asked;
    uint64_t ticket = 0;
    const unsigned choice = answer_in(text, &meaning->question);
    /* "已解决" is no yes to withdrawing, and picks no line. */
    const bool digit = choice >= 1 && is_digit(text[0]);
    CHECK(choice <= PICKS_MAX);
    *found = false;
    if (digit && (talk->state == WECHAT_CHASE || talk->state == WECHAT_WITHDRAW)) {
        meaning->signal = WECHAT_PICKS;
        meaning->choice = choice;
        *found = choice <= PICKS_MAX;
        return RC_OK;
    }
    if (digit && (talk->state == WECHAT_SURE || talk->state == WECHAT_CONSENT)) {
        meaning->signal = choice == 1 ? WECHAT_YES : WECHAT_NO;
        *found = choice <= 2;
        return RC_OK;
    }
    if (choice < 1 || choice > 3) {
        return RC_OK;
    }
    const enum rc rc = wechat_state_asked_first(
        step->txn, wechat_state_key(talk->account, talk->person), 0, &ticket, &asked);
    if (rc == RC_OK) {
        *found = true;
        meaning->signal = WECHAT_ANSWERS;
        meaning->choice = choice;
        meaning->ticket = ticket;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whether a ticket is his to speak of: his own, or one of the group in which he speaks. */
static enum rc judge_ticket(struct step *step, const struct wechat_talk *talk,
                            const Paidan__WechatHear *hear, struct wechat_meaning *meaning)
{
    struct wechat_ticket row;
    if (meaning->ticket == 0) {
        return RC_OK;
    }
    const enum rc rc = wechat_state_ticket(step->txn, meaning->ticket, &row);
    if (rc != RC_OK) {
        meaning->foreign = rc == RC_NOT_FOUND;
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool own = row.talk == wechat_state_key(talk->account, talk->person);
    const bool here = hear->group != NULL && strcmp(hear->group, row.group) == 0;
    /* Nobody reads in a group what somebody said to us alone. */
    meaning->foreign = hear->group != NULL ? !here : !own;
    return RC_OK;
}

/* What he said belongs to the ticket that he just spoke of, while it is open and fresh. */
static enum rc follows_up(struct step *step, const struct site_wechat *site,
                          const struct wechat_talk *talk, uint64_t *ticket)
{
    struct wechat_ticket row;
    *ticket = 0;
    CHECK(talk->spoken_ms <= step->now_ms);
    if (talk->ticket == 0 || wechat_fsm_drafts(talk->state) ||
        step->now_ms - talk->spoken_ms > site->supplement_ms) {
        return RC_OK;
    }
    const enum rc rc = wechat_state_ticket(step->txn, talk->ticket, &row);
    if (rc == RC_OK && wechat_state_open(&row)) {
        *ticket = talk->ticket;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Words that are no command: told of something new, or of what was spoken of. */
static enum rc read_telling(struct step *step, const struct site_wechat *site,
                            const struct wechat_talk *talk, const Paidan__WechatHear *hear,
                            struct wechat_meaning *meaning)
{
    struct wechat_draft draft = {.count = 0};
    bool place = false;
    uint64_t ticket = 0;
    CHECK(hear->text != NULL);
    const size_t fresh = wechat_read_fresh(hear->text);
    const uint64_t named = meaning->ticket;
    enum rc rc = follows_up(step, site, talk, &ticket);
    if (rc == RC_OK && fresh == 0 && (named != 0 || (ticket != 0 && hear->group == NULL))) {
        meaning->signal = WECHAT_ADDS;
        meaning->ticket = named != 0 ? named : ticket;
        return RC_OK;
    }
    if (rc == RC_OK) {
        rc = wechat_read_place(step, hear->text, &place);
    }
    if (rc == RC_OK && !place && talk->state == WECHAT_DRAFT) {
        rc = wechat_read_draft(step, talk->draft, talk->draft_count, &draft);
    }
    meaning->ticket = 0;
    meaning->signal = place || draft.place || talk->place_asked ? WECHAT_TELLS_WHERE : WECHAT_TELLS;
    return rc;
}

static enum rc read_text(struct step *step, const struct site_wechat *site,
                         const struct wechat_talk *talk, const Paidan__WechatHear *hear,
                         struct wechat_meaning *meaning)
{
    char *text = NULL;
    char *quote = NULL;
    size_t bytes = 0;
    bool found = false;
    enum rc rc = text_normalise(step->arena, hear->text, &text, &bytes);
    if (rc == RC_OK && hear->quote != NULL) {
        rc = text_normalise(step->arena, hear->quote, &quote, &bytes);
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct letters letters;
    CHECK(text != NULL);
    count_letters(text, hear->text, &letters);
    /* One word of Latin is anything: a plate, a slip of the finger. */
    meaning->english = letters.han == 0 && (talk->english || (letters.latin >= 3 && letters.blank));
    meaning->ticket = number_in(text);
    if (meaning->ticket == 0 && quote != NULL) {
        meaning->ticket = number_in(quote);
    }
    rc = rules_danger(step, hear->text, meaning->english, &meaning->call);
    if (rc != RC_OK) {
        return rc;
    }
    if (meaning->call == NULL) {
        meaning->call = danger_in(site, text);
    }
    if (meaning->call != NULL) {
        meaning->signal = WECHAT_DANGER;
        return RC_OK;
    }
    const uint64_t named = meaning->ticket;
    if (hear->group == NULL) {
        rc = read_answer(step, talk, text, meaning, &found);
    } else {
        found = named != 0 && read_group_answer(text, meaning);
    }
    if (rc != RC_OK || found) {
        return rc;
    }
    const bool one = named != 0;
    if (commands(text, quiet_words, COUNT(quiet_words))) {
        meaning->signal = WECHAT_QUIETS;
    } else if (talk->quiet && commands(text, resume_words, COUNT(resume_words))) {
        meaning->signal = WECHAT_RESUMES; /* else "恢复" is told of something */
    } else if (commands(text, chase_words, COUNT(chase_words))) {
        meaning->signal = one ? WECHAT_CHASES_ONE : WECHAT_CHASES;
    } else if (commands(text, withdraw_words, COUNT(withdraw_words))) {
        meaning->signal = one ? WECHAT_WITHDRAWS_ONE : WECHAT_WITHDRAWS;
    } else if (is_one(text, list_words, COUNT(list_words)) || (one && is_filler(text))) {
        meaning->signal = WECHAT_LISTS;
    } else if (is_one(text, help_words, COUNT(help_words))) {
        meaning->signal = WECHAT_HELP;
    } else if (is_one(text, done_words, COUNT(done_words))) {
        meaning->signal = WECHAT_DONE;
    } else if (is_one(text, yes_words, COUNT(yes_words))) {
        meaning->signal = WECHAT_YES;
    } else if (is_one(text, no_words, COUNT(no_words))) {
        meaning->signal = WECHAT_NO;
    } else if (!one && is_noise(talk->state, text, hear->text)) {
        meaning->signal = WECHAT_NOISE;
    } else {
        return read_telling(step, site, talk, hear, meaning);
    }
    return RC_OK;
}

/* Pictures, locations, voices: of what was spoken of just now, else of something new. */
static enum rc read_media(struct step *step, const struct site_wechat *site,
                          const struct wechat_talk *talk, const Paidan__WechatHear *hear,
                          struct wechat_meaning *meaning)
{
    struct wechat_draft draft = {.count = 0};
    uint64_t ticket = 0;
    const bool pin = hear->kind == PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
    const bool shows = hear->kind == PAIDAN__WECHAT_KIND__WECHAT_IMAGE ||
                       hear->kind == PAIDAN__WECHAT_KIND__WECHAT_VIDEO ||
                       (hear->kind == PAIDAN__WECHAT_KIND__WECHAT_VOICE && hear->url != NULL);
    if (!pin && !shows) {
        meaning->signal = WECHAT_MUTE;
        return RC_OK;
    }
    enum rc rc = hear->group == NULL ? follows_up(step, site, talk, &ticket) : RC_OK;
    if (rc == RC_OK && ticket != 0) {
        meaning->signal = WECHAT_ADDS;
        meaning->ticket = ticket;
        return RC_OK;
    }
    if (rc == RC_OK && pin) {
        rc = wechat_read_draft(step, talk->draft, talk->draft_count, &draft);
    }
    meaning->signal = !pin ? WECHAT_SHOWS : draft.words ? WECHAT_PINS : WECHAT_PINS_ALONE;
    return rc;
}

/* What an event changes by itself (consents, following) is wechat_talk's; here is only what it says. */
static void read_event(const Paidan__WechatHear *hear, struct wechat_meaning *meaning)
{
    CHECK(hear->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT);
    switch (hear->has_event ? hear->event : PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER) {
    case PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED:
    case PAIDAN__WECHAT_EVENT__WECHAT_SCANNED:
        meaning->signal = WECHAT_ARRIVES;
        return;
    case PAIDAN__WECHAT_EVENT__WECHAT_CLICKED:
        meaning->nothing = hear->menu == NULL ||
                           (!read_tap(hear->menu, meaning) && !read_button(hear->menu, meaning));
        return;
    default:
        meaning->nothing = true;
    }
}

/* Yes to being spoken with: whether what he said before lacks a place decides what is asked next. */
static enum rc read_yes(struct step *step, const struct wechat_talk *talk,
                        struct wechat_meaning *meaning)
{
    struct wechat_draft draft;
    CHECK(talk->draft_count <= WECHAT_DRAFT_MAX);
    if (talk->state != WECHAT_CONSENT || meaning->signal != WECHAT_YES || talk->draft_count == 0) {
        return RC_OK;
    }
    const enum rc rc = wechat_read_draft(step, talk->draft, talk->draft_count, &draft);
    if (rc == RC_OK && draft.words && !draft.place) {
        meaning->signal = WECHAT_YES_LACKS;
    }
    return rc;
}

enum rc wechat_read_meaning(struct step *step, const struct site_wechat *site,
                            const struct wechat_talk *talk, const Paidan__WechatHear *hear,
                            struct wechat_meaning *meaning)
{
    enum rc rc = RC_OK;
    CHECK(site != NULL);
    CHECK(talk->state < WECHAT_STATE_COUNT);
    *meaning = (struct wechat_meaning){.english = talk->english, .words = hear->text};
    if (hear->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT) {
        read_event(hear, meaning);
    } else if (hear->menu != NULL && read_tap(hear->menu, meaning)) {
        rc = RC_OK;
    } else if (hear->text != NULL && hear->kind != PAIDAN__WECHAT_KIND__WECHAT_LOCATION &&
               !text_blank(hear->text)) {
        rc = read_text(step, site, talk, hear, meaning);
    } else {
        rc = read_media(step, site, talk, hear, meaning);
    }
    if (rc == RC_OK) {
        rc = read_yes(step, talk, meaning);
    }
    return rc == RC_OK ? judge_ticket(step, talk, hear, meaning) : rc;
}
