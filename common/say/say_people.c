/* say_people: what happened to accounts, roles, sessions and keys, as an auditor reads it. Owns no
 * names: a person is named as he is written in the fact, for an account may be gone by then. A
 * sentence never shows what opens anything; hashes and marks stand in facts, not in sentences. */
#include "common/say/say_people.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

/* In the order in which people say it: who, for what, where. */
void say_people_role(const struct say *say, const Paidan__GrantRole *role, char *text, size_t size)
{
    CHECK(size > 0);
    text[0] = '\0';
    if (role == NULL) {
        return;
    }
    say_add(text, size, "", say_words_get(say, &paidan__role__descriptor, (int)role->role));
    if (role->unit != NULL) {
        say_add(text, size, " ", say_unit(say, role->unit));
    }
    if (role->area != NULL) {
        say_add(text, size, " ", say_area(say, role->area));
    }
    if (role->channel != NULL) {
        say_add(text, size, " ", say_channel(say, role->channel));
    }
    if (role->has_level) {
        say_add(text, size, " ", say_level(say, role->level));
    }
}

/* "zh %s" with one name. */
static void one(const struct say *say, char *text, size_t size, const char *zh, const char *en,
                const char *name)
{
    CHECK(zh != NULL);
    (void)snprintf(text, size, say_choose(say, zh, en), name == NULL ? "" : name);
}

/* "zh %s %s" with a name and what was done. */
static void two(const struct say *say, char *text, size_t size, const char *zh, const char *en,
                const char *name, const char *what)
{
    CHECK(en != NULL);
    (void)snprintf(text, size, say_choose(say, zh, en), name == NULL ? "" : name, what);
}

static void role_fact(const struct say *say, char *text, size_t size, const char *zh,
                      const char *en, const char *name, const Paidan__GrantRole *role)
{
    char words[512];
    say_people_role(say, role, words, sizeof words);
    two(say, text, size, zh, en, name, words);
}

/* Each part that the fact has. */
static enum say_tone changed(const struct say *say, const Paidan__PersonChanged *fact, char *text,
                             size_t size)
{
    const char *const between = say_choose(say, "，", ", ");
    one(say, text, size, "账户 %s 变更", "account %s changed", fact->person);
    if (fact->full_name != NULL) {
        say_add(text, size, between, say_choose(say, "改姓名为 ", "now named "));
        say_add(text, size, "", fact->full_name);
    }
    if (fact->has_disabled) {
        say_add(text, size, between,
                fact->disabled ? say_choose(say, "停用", "disabled")
                               : say_choose(say, "启用", "enabled"));
    }
    if (fact->password != NULL) {
        say_add(text, size, between, say_choose(say, "重设了初始密码", "a first password was set"));
    }
    if (fact->has_end_totp && fact->end_totp) {
        say_add(text, size, between,
                say_choose(say, "取消了验证器", "the second factor was taken away"));
    }
    if (fact->has_unlock) {
        say_add(text, size, between, say_choose(say, "解锁", "unlocked"));
    }
    return fact->has_disabled && fact->disabled ? SAY_WARN : SAY_NEWS;
}

/* What was typed is not in the fact; whether somebody has the name is. */
static enum say_tone failed(const struct say *say, const Paidan__LoginFailed *fact, char *text,
                            size_t size)
{
    char until[SAY_TIME_BYTES];
    two(say, text, size, "%s 登录失败：%s", "login of %s failed: %s",
        fact->person == NULL ? say_choose(say, "（无此用户）", "(nobody of that name)")
                             : fact->person,
        say_words_get(say, &paidan__login_why__descriptor, (int)fact->why));
    if (fact->has_locked_until_ms) {
        say_time_exact(say, fact->locked_until_ms, until);
        say_add(text, size, say_choose(say, "，锁定到 ", ", locked until "), until);
        return SAY_BAD;
    }
    return SAY_WARN;
}

static enum say_tone asked(const struct say *say, const Paidan__ChangeAsked *fact, char *text,
                           size_t size)
{
    char role[512];
    two(say, text, size, "对管理员 %s 提出：%s，待另一名管理员批准",
        "about the administrator %s: %s, another one must approve", fact->person,
        say_words_get(say, &paidan__change_kind__descriptor, (int)fact->kind));
    say_people_role(say, fact->role, role, sizeof role);
    if (role[0] != '\0') {
        say_add(text, size, say_choose(say, "：", ": "), role);
    }
    return SAY_WARN;
}

static enum say_tone login_words(const struct say *say, const Paidan__Event *event, char *text,
                                 size_t size)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_LOGGED_ON:
        one(say, text, size, "%s 登录", "%s logged in", event->logged_on->person);
        if (event->logged_on->has_recovery_hash) {
            say_add(text, size, "", say_choose(say, "（用了一个恢复码）", " (by a recovery code)"));
        }
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_LOGIN_FAILED:
        return failed(say, event->login_failed, text, size);
    case PAIDAN__EVENT__FACT_FAILURES_FORGOTTEN:
        one(say, text, size, "登录失败的记录到期清除%s", "failed logins are forgotten%s", "");
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_SESSION_SEEN:
        one(say, text, size, "会话仍在使用%s", "the session is in use%s", "");
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_SESSION_ENDED:
        two(say, text, size, "%s 的会话结束：%s", "a session of %s ended: %s",
            event->session_ended->person,
            say_words_get(say, &paidan__session_end__descriptor, (int)event->session_ended->why));
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_PASSWORD_CHANGED:
        one(say, text, size, "%s 修改了密码", "%s changed the password",
            event->password_changed->person);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_TOTP_STARTED:
        one(say, text, size, "%s 开始设置验证器", "%s began to set up a second factor",
            event->totp_started->person);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_TOTP_CONFIRMED:
        one(say, text, size, "%s 启用了验证器", "%s has a second factor now",
            event->totp_confirmed->person);
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_TOTP_ENDED:
        one(say, text, size, "%s 停用了验证器", "%s gave up the second factor",
            event->totp_ended->person);
        return SAY_WARN;
    default:
        return SAY_PLAIN;
    }
}

static enum say_tone key_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_KEY_MADE:
        one(say, text, size, "新建接口密钥：%s", "a key was made: %s", event->key_made->label);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_KEY_REVOKED:
        one(say, text, size, "吊销接口密钥 %s", "the key %s was revoked", event->key_revoked->key);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_KEY_SEEN:
        one(say, text, size, "接口密钥 %s 在使用", "the key %s is in use", event->key_seen->key);
        return SAY_FAINT;
    default:
        return login_words(say, event, text, size);
    }
}

enum say_tone say_people_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size)
{
    char change[24];
    CHECK(text[0] == '\0');
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_PERSON_ADDED:
        one(say, text, size, "新增账户 %s", "account %s was made", event->person_added->person);
        if (event->person_added->has_first) {
            say_add(text, size, say_choose(say, "，", ", "),
                    say_words_get(say, &paidan__role__descriptor, (int)event->person_added->first));
        }
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_PERSON_CHANGED:
        return changed(say, event->person_changed, text, size);
    case PAIDAN__EVENT__FACT_ROLE_GRANTED:
        role_fact(say, text, size, "授予 %s 角色：%s", "%s was given the role: %s",
                  event->role_granted->person, event->role_granted->role);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_ROLE_REVOKED:
        role_fact(say, text, size, "收回 %s 的角色：%s", "%s lost the role: %s",
                  event->role_revoked->person, event->role_revoked->role);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_CHANGE_ASKED:
        return asked(say, event->change_asked, text, size);
    case PAIDAN__EVENT__FACT_CHANGE_DECIDED:
        (void)snprintf(change, sizeof change, "%llu",
                       (unsigned long long)event->change_decided->change);
        one(say, text, size,
            event->change_decided->approved ? "批准了第 %s 号待批事项" : "拒绝了第 %s 号待批事项",
            event->change_decided->approved ? "change %s was approved" : "change %s was refused",
            change);
        return event->change_decided->approved ? SAY_GOOD : SAY_WARN;
    case PAIDAN__EVENT__FACT_CHANGE_LAPSED:
        (void)snprintf(change, sizeof change, "%llu",
                       (unsigned long long)event->change_lapsed->change);
        one(say, text, size, "第 %s 号待批事项无人批准，已过期",
            "nobody approved change %s: it lapsed", change);
        return SAY_WARN;
    default:
        return key_words(say, event, text, size);
    }
}
