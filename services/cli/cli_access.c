/* cli_access: people's accounts, roles, sessions and keys, for administrators. Everything is asked
 * of access; what is typed here is only made ready for it. Passwords that are made here are shown
 * once and kept nowhere; what an administrator's rights are is the services' business. */

#include <stdio.h>
#include <string.h>

#include "cli_accounts.h"
#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_login.h"
#include "common/base/check.h"
#include "common/bus/proof.h"
#include "common/say/say_facts.h"
#include "common/say/say_people.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/wire/wire.h"
#include <sodium.h>

static int ask(struct cli *cli, ProtobufCMessage *wish, Paidan__Answer **answer)
{
    return cli_ask(cli, "access", wish, answer);
}

/* What was done, or that another administrator must approve it first. */
static int tell_done(struct cli *cli, const Paidan__AccessDone *done, const char *zh,
                     const char *en)
{
    if (cli->json) {
        return cli_json_print(cli, say_json_message(&cli->say, &done->base, false));
    }
    if (done->has_change) {
        printf(cli_say(cli, "已提出，待另一名管理员批准：paidan access change approve %llu\n",
                       "asked for; another administrator must approve: paidan access change "
                       "approve %llu\n"),
               (unsigned long long)done->change);
        return CLI_EXIT_OK;
    }
    printf("%s", cli_say(cli, zh, en));
    if (done->has_sessions_ended) {
        printf(cli_say(cli, "，结束会话 %u 个", ", %u sessions ended"), done->sessions_ended);
    }
    printf("\n");
    return CLI_EXIT_OK;
}

static int unknown_action(struct cli *cli, const char *known)
{
    return cli_usage(cli, "没有这个操作", "no such action", known);
}

/* The name that an action needs. */
static const char *operand(const struct cli *cli, unsigned index)
{
    return index < cli->operand_count ? cli->operands[index] : NULL;
}

static int need_operand(struct cli *cli, const char *what)
{
    return cli_usage(cli, "缺少", "missing", what);
}

/* The one that a page ended with, as it was printed. */
static int limit_of(struct cli *cli, uint32_t *limit, uint64_t most)
{
    uint64_t value = 0;
    const int status = cli_number(cli, CLI_LIMIT, 1, most, 100, &value);
    *limit = (uint32_t)value;
    return status;
}

/* ---- people ---- */

static int tell_password(struct cli *cli, const char *person, const char *password,
                         const Paidan__AccessDone *done)
{
    if (cli->json) {
        json_t *object = say_json_message(&cli->say, &done->base, false);
        json_object_set_new(object, "person", json_string(person));
        json_object_set_new(object, "password", json_string(password));
        return cli_json_print(cli, object);
    }
    printf(cli_say(cli, "%s 的初始密码：%s\n", "first password of %s: %s\n"), person, password);
    return tell_done(cli, done, "首次登录须修改；请当面或用另一途径告知本人",
                     "to be changed at the first login; tell it in person or by another way");
}

static int user_add(struct cli *cli, const char *person)
{
    struct cli_accounts_password password;
    Paidan__PersonAdd wish = PAIDAN__PERSON_ADD__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_accounts_password(cli, &password);
    if (status == CLI_EXIT_OK) {
        wish.person = (char *)(uintptr_t)person;
        wish.full_name = cli_text(cli, CLI_NAME);
        wish.terms = &password.terms;
        wish.proof = (ProtobufCBinaryData){.len = sizeof password.proof, .data = password.proof};
        status = ask(cli, &wish.base, &answer);
    }
    if (status == CLI_EXIT_OK) {
        status = tell_password(cli, person, password.text, answer->access_done);
    }
    proof_wipe(&password, sizeof password);
    return status;
}

static int user_reset(struct cli *cli, const char *person)
{
    struct cli_accounts_password password;
    Paidan__PersonChange wish = PAIDAN__PERSON_CHANGE__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_accounts_password(cli, &password);
    if (status == CLI_EXIT_OK) {
        wish.person = (char *)(uintptr_t)person;
        wish.terms = &password.terms;
        wish.has_proof = 1;
        wish.proof = (ProtobufCBinaryData){.len = sizeof password.proof, .data = password.proof};
        status = ask(cli, &wish.base, &answer);
    }
    if (status == CLI_EXIT_OK) {
        status = tell_password(cli, person, password.text, answer->access_done);
    }
    proof_wipe(&password, sizeof password);
    return status;
}

/* Each action sets its one field. */
static int user_change(struct cli *cli, const char *action, const char *person)
{
    Paidan__PersonChange wish = PAIDAN__PERSON_CHANGE__INIT;
    Paidan__Answer *answer = NULL;
    wish.person = (char *)(uintptr_t)person;
    wish.has_disabled = strcmp(action, "disable") == 0 || strcmp(action, "enable") == 0;
    wish.disabled = strcmp(action, "disable") == 0;
    wish.has_unlock = wish.unlock = strcmp(action, "unlock") == 0;
    wish.has_end_totp = wish.end_totp = strcmp(action, "end-totp") == 0;
    if (strcmp(action, "rename") == 0) {
        wish.full_name = cli_text(cli, CLI_NAME);
        if (wish.full_name == NULL) {
            return need_operand(cli, "--name");
        }
    }
    const int status = ask(cli, &wish.base, &answer);
    return status == CLI_EXIT_OK
               ? tell_done(cli, answer->access_done, "账户已变更", "the account is changed")
               : status;
}

static void add_roles(struct cli *cli, struct cli_grid *grid, Paidan__GrantRole *const *roles,
                      size_t count)
{
    char text[2048] = "", one[512];
    for (size_t index = 0; index < count; index++) {
        say_people_role(cli_speak(cli), roles[index], one, sizeof one);
        say_add(text, sizeof text, index == 0 ? "" : cli_say(cli, "、", ", "), one);
    }
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
}

static void add_moment(struct cli *cli, struct cli_grid *grid, bool has, uint64_t at_ms)
{
    char text[SAY_TIME_BYTES] = "";
    if (has) {
        say_time_short(cli_speak(cli), at_ms, cli->now_ms, text);
    }
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
}

static int tell_people(struct cli *cli, const Paidan__PeopleListed *listed)
{
    static const struct cli_column columns[] = {{.title = "用户名|PERSON"},
                                                {.title = "姓名|NAME", .floor = 6, .rank = 2},
                                                {.title = "状态|STATE"},
                                                {.title = "角色|ROLES", .floor = 10},
                                                {.title = "验证器|FACTOR", .rank = 3},
                                                {.title = "会话|SESSIONS", .rank = 4},
                                                {.title = "上次登录|LAST LOGIN", .rank = 1},
                                                {.title = "锁定到|LOCKED", .rank = 1},
                                                {.title = NULL}};
    struct cli_grid grid;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(cli_speak(cli), &listed->base, true));
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < listed->n_people; index++) {
        const Paidan__Person *person = listed->people[index];
        const bool off = person->state == PAIDAN__PERSON_STATE__PERSON_DISABLED;
        cli_grid_add(&grid, SAY_STRONG, "%s", person->person);
        cli_grid_add(&grid, SAY_PLAIN, "%s", person->full_name == NULL ? "" : person->full_name);
        cli_grid_add(
            &grid, off ? SAY_FAINT : SAY_PLAIN, "%s",
            say_words_get(&cli->say, &paidan__person_state__descriptor, (int)person->state));
        add_roles(cli, &grid, person->roles, person->n_roles);
        cli_grid_add(&grid, SAY_PLAIN, "%s",
                     person->has_second_factor && person->second_factor ? cli_say(cli, "有", "yes")
                                                                        : "");
        cli_grid_add(&grid, SAY_PLAIN, "%u", person->sessions);
        add_moment(cli, &grid, person->has_login_ms, person->login_ms);
        add_moment(cli, &grid, person->has_locked_until_ms, person->locked_until_ms);
    }
    cli_grid_end(&grid);
    if (listed->next != NULL) {
        printf(cli_say(cli, "还有：加 --cursor %s\n", "there may be more: --cursor %s\n"),
               listed->next);
    }
    return CLI_EXIT_OK;
}

/* Asks for people, as the options filter them, and tells them as the command does. */
static int people_ask(struct cli *cli, const char *person,
                      int (*tell)(struct cli *cli, const Paidan__PeopleListed *listed))
{
    Paidan__PersonList wish = PAIDAN__PERSON_LIST__INIT;
    Paidan__Answer *answer = NULL;
    int status = limit_of(cli, &wish.limit, LIST_MAX);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.has_limit = 1;
    wish.person = (char *)(uintptr_t)person;
    wish.cursor = cli_text(cli, CLI_CURSOR);
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.has_role = cli_given(cli, CLI_ROLE);
    if (wish.has_role) {
        wish.role = (Paidan__Role)cli_choice(cli, CLI_ROLE);
    }
    status = ask(cli, &wish.base, &answer);
    return status == CLI_EXIT_OK ? tell(cli, answer->people_listed) : status;
}

int cli_access_user(struct cli *cli)
{
    static const char *const changes[] = {"disable", "enable", "unlock", "end-totp", "rename"};
    const char *action = cli->operands[0], *person = operand(cli, 1);
    if (strcmp(action, "list") == 0) {
        return people_ask(cli, person, tell_people);
    }
    if (person == NULL) {
        return need_operand(cli, "NAME");
    }
    if (strcmp(action, "add") == 0) {
        return user_add(cli, person);
    }
    if (strcmp(action, "reset") == 0) {
        return user_reset(cli, person);
    }
    for (size_t index = 0; index < sizeof changes / sizeof changes[0]; index++) {
        if (strcmp(action, changes[index]) == 0) {
            return user_change(cli, action, person);
        }
    }
    return unknown_action(cli, "list|add|disable|enable|reset|unlock|end-totp|rename");
}

/* ---- roles ---- */

/* A row a role: who has several stands in several rows. */
static void add_role(struct cli *cli, struct cli_grid *grid, const Paidan__Person *person,
                     const Paidan__GrantRole *role)
{
    const struct say *say = cli_speak(cli);
    const char *scope = role->unit != NULL      ? say_unit(say, role->unit)
                        : role->area != NULL    ? say_area(say, role->area)
                        : role->channel != NULL ? say_channel(say, role->channel)
                                                : "";
    cli_grid_add(grid, SAY_STRONG, "%s", person->person);
    cli_grid_add(grid, SAY_PLAIN, "%s", person->full_name == NULL ? "" : person->full_name);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 say_words_get(say, &paidan__role__descriptor, (int)role->role));
    cli_grid_add(grid, SAY_PLAIN, "%s", scope);
    cli_grid_add(grid, SAY_PLAIN, "%s", role->has_level ? say_level(say, role->level) : "");
}

static int tell_roles(struct cli *cli, const Paidan__PeopleListed *listed)
{
    static const struct cli_column columns[] = {
        {.title = "用户名|PERSON"},         {.title = "姓名|NAME", .floor = 6, .rank = 2},
        {.title = "角色|ROLE", .floor = 8}, {.title = "范围|SCOPE", .floor = 8},
        {.title = "层级|LEVEL", .rank = 1}, {.title = NULL}};
    struct cli_grid grid;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(cli_speak(cli), &listed->base, true));
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < listed->n_people; index++) {
        const Paidan__Person *person = listed->people[index];
        for (size_t role = 0; role < person->n_roles; role++) {
            if (!cli_given(cli, CLI_ROLE) ||
                (int)person->roles[role]->role == cli_choice(cli, CLI_ROLE)) {
                add_role(cli, &grid, person, person->roles[role]);
            }
        }
    }
    cli_grid_end(&grid);
    if (listed->next != NULL) {
        printf(cli_say(cli, "还有：加 --cursor %s\n", "there may be more: --cursor %s\n"),
               listed->next);
    }
    return CLI_EXIT_OK;
}

/* The role as it is typed; the level is a leader's alone, which access judges. */
static int read_role(struct cli *cli, Paidan__GrantRole *role)
{
    uint64_t level = 0;
    if (!cli_given(cli, CLI_ROLE)) {
        return need_operand(cli, "--role");
    }
    const int status = cli_number(cli, CLI_LEVEL, 1, SITE_LEVELS_MAX, 0, &level);
    role->has_level = level != 0;
    role->level = (uint32_t)level;
    role->role = (Paidan__Role)cli_choice(cli, CLI_ROLE);
    return status;
}

int cli_access_role(struct cli *cli)
{
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    Paidan__RoleChange wish = PAIDAN__ROLE_CHANGE__INIT;
    Paidan__Answer *answer = NULL;
    const char *action = cli->operands[0], *person = operand(cli, 1);
    const bool revoke = strcmp(action, "revoke") == 0;
    if (strcmp(action, "list") == 0) {
        return people_ask(cli, person, tell_roles);
    }
    if (!revoke && strcmp(action, "grant") != 0) {
        return unknown_action(cli, "list|grant|revoke");
    }
    const int typed = person == NULL ? need_operand(cli, "NAME") : read_role(cli, &role);
    if (typed != CLI_EXIT_OK) {
        return typed;
    }
    role.unit = cli_text(cli, CLI_UNIT);
    role.area = cli_text(cli, CLI_AREA);
    role.channel = cli_text(cli, CLI_CHANNEL);
    wish.person = (char *)(uintptr_t)person;
    wish.role = &role;
    wish.has_revoke = revoke;
    wish.revoke = revoke;
    const int status = ask(cli, &wish.base, &answer);
    return status != CLI_EXIT_OK ? status
           : revoke              ? tell_done(cli, answer->access_done, "已收回，随即生效",
                                             "revoked, in force at once")
                                 : tell_done(cli, answer->access_done, "已授予，随即生效",
                                             "granted, in force at once");
}

/* ---- changes that wait ---- */

static int change_list(struct cli *cli)
{
    static const struct cli_column columns[] = {{.title = "编号|CHANGE"},
                                                {.title = "用户名|PERSON"},
                                                {.title = "事项|WHAT", .floor = 6},
                                                {.title = "角色|ROLE", .floor = 6},
                                                {.title = "提出人|ASKED BY"},
                                                {.title = "时间|AT", .rank = 1},
                                                {.title = "过期|LAPSES", .rank = 1},
                                                {.title = NULL}};
    Paidan__ChangeList wish = PAIDAN__CHANGE_LIST__INIT;
    Paidan__Answer *answer = NULL;
    struct cli_grid grid;
    const int status = ask(cli, &wish.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__ChangesListed *listed = answer->changes_listed;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(cli_speak(cli), &listed->base, true));
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < listed->n_changes; index++) {
        const Paidan__Change *change = listed->changes[index];
        char role[512];
        say_people_role(cli_speak(cli), change->role, role, sizeof role);
        cli_grid_add(&grid, SAY_STRONG, "%llu", (unsigned long long)change->change);
        cli_grid_add(&grid, SAY_PLAIN, "%s", change->person);
        cli_grid_add(&grid, SAY_PLAIN, "%s",
                     say_words_get(&cli->say, &paidan__change_kind__descriptor, (int)change->kind));
        cli_grid_add(&grid, SAY_PLAIN, "%s", role);
        cli_grid_add(&grid, SAY_PLAIN, "%s", change->asked_by);
        add_moment(cli, &grid, true, change->asked_ms);
        add_moment(cli, &grid, true, change->lapses_ms);
    }
    cli_grid_end(&grid);
    return CLI_EXIT_OK;
}

int cli_access_change(struct cli *cli)
{
    Paidan__ChangeDecide wish = PAIDAN__CHANGE_DECIDE__INIT;
    Paidan__Answer *answer = NULL;
    unsigned long long number = 0;
    char more = 0;
    const char *action = cli->operands[0], *typed = operand(cli, 1);
    if (strcmp(action, "list") == 0) {
        return change_list(cli);
    }
    wish.approve = strcmp(action, "approve") == 0;
    if (!wish.approve && strcmp(action, "refuse") != 0) {
        return unknown_action(cli, "list|approve|refuse");
    }
    if (typed == NULL || sscanf(typed, "%19llu%c", &number, &more) != 1) {
        return need_operand(cli, "NUMBER");
    }
    wish.change = number;
    const int status = ask(cli, &wish.base, &answer);
    return status != CLI_EXIT_OK ? status
           : wish.approve        ? tell_done(cli, answer->access_done, "已批准", "approved")
                                 : tell_done(cli, answer->access_done, "已拒绝", "refused");
}

/* ---- keys ---- */

static int key_make(struct cli *cli, const char *label)
{
    unsigned char secret[SECRET_HASH_BYTES], hash[SECRET_HASH_BYTES];
    char text[2 * SECRET_HASH_BYTES + 1];
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT, *roles[] = {&role};
    Paidan__KeyMake wish = PAIDAN__KEY_MAKE__INIT;
    Paidan__Answer *answer = NULL;
    role.role = PAIDAN__ROLE__ROLE_ADAPTER;
    role.unit = cli_text(cli, CLI_UNIT);
    role.channel = cli_text(cli, CLI_CHANNEL);
    int status = cli_given(cli, CLI_UNTIL) ? cli_moment(cli, CLI_UNTIL, true, &wish.expires_ms)
                                           : CLI_EXIT_OK;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.has_expires_ms = cli_given(cli, CLI_UNTIL);
    proof_token(secret);
    proof_hash(secret, hash);
    wish.secret_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    wish.label = (char *)(uintptr_t)label;
    wish.n_roles = 1;
    wish.roles = roles;
    status = ask(cli, &wish.base, &answer);
    sodium_bin2hex(text, sizeof text, secret, sizeof secret);
    proof_wipe(secret, sizeof secret);
    if (status == CLI_EXIT_OK && cli->json) {
        char whole[128];
        (void)snprintf(whole, sizeof whole, "pd_%s_%s", answer->access_done->key, text);
        json_t *object = say_json_message(&cli->say, &answer->access_done->base, false);
        json_object_set_new(object, "secret", json_string(whole));
        status = cli_json_print(cli, object);
    } else if (status == CLI_EXIT_OK) {
        printf("pd_%s_%s\n%s\n", answer->access_done->key, text,
               cli_say(cli, "只显示这一次，请妥善保存", "shown this once, keep it well"));
    }
    proof_wipe(text, sizeof text);
    return status;
}

static int key_list(struct cli *cli)
{
    static const struct cli_column columns[] = {{.title = "编号|KEY"},
                                                {.title = "名称|LABEL", .floor = 6},
                                                {.title = "范围|SCOPE", .floor = 6},
                                                {.title = "新建人|MADE BY"},
                                                {.title = "新建|MADE", .rank = 1},
                                                {.title = "到期|EXPIRES", .rank = 1},
                                                {.title = "最近使用|USED", .rank = 1},
                                                {.title = "吊销|REVOKED", .rank = 1},
                                                {.title = NULL}};
    Paidan__KeyList wish = PAIDAN__KEY_LIST__INIT;
    Paidan__Answer *answer = NULL;
    struct cli_grid grid;
    wish.cursor = cli_text(cli, CLI_CURSOR);
    int status = limit_of(cli, &wish.limit, LIST_MAX);
    wish.has_limit = 1;
    status = status == CLI_EXIT_OK ? ask(cli, &wish.base, &answer) : status;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__KeysListed *listed = answer->keys_listed;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(cli_speak(cli), &listed->base, true));
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < listed->n_keys; index++) {
        const Paidan__Key *key = listed->keys[index];
        cli_grid_add(&grid, SAY_STRONG, "%s", key->key);
        cli_grid_add(&grid, SAY_PLAIN, "%s", key->label);
        add_roles(cli, &grid, key->roles, key->n_roles);
        cli_grid_add(&grid, SAY_PLAIN, "%s", key->made_by);
        add_moment(cli, &grid, true, key->made_ms);
        add_moment(cli, &grid, key->has_expires_ms, key->expires_ms);
        add_moment(cli, &grid, key->has_used_ms, key->used_ms);
        add_moment(cli, &grid, key->has_revoked_ms, key->revoked_ms);
    }
    cli_grid_end(&grid);
    return CLI_EXIT_OK;
}

int cli_access_key(struct cli *cli)
{
    const char *action = cli->operands[0], *typed = operand(cli, 1);
    if (strcmp(action, "list") == 0) {
        return key_list(cli);
    }
    if (typed == NULL) {
        return need_operand(cli, strcmp(action, "make") == 0 ? "LABEL" : "KEY");
    }
    if (strcmp(action, "make") == 0) {
        return key_make(cli, typed);
    }
    if (strcmp(action, "revoke") != 0) {
        return unknown_action(cli, "list|make|revoke");
    }
    Paidan__KeyRevoke wish = PAIDAN__KEY_REVOKE__INIT;
    Paidan__Answer *answer = NULL;
    wish.key = (char *)(uintptr_t)typed;
    const int status = ask(cli, &wish.base, &answer);
    return status == CLI_EXIT_OK ? tell_done(cli, answer->access_done, "已吊销", "revoked")
                                 : status;
}

/* ---- sessions ---- */

static int session_list(struct cli *cli, const char *person)
{
    static const struct cli_column columns[] = {{.title = "会话|SESSION"},
                                                {.title = "用户名|PERSON"},
                                                {.title = "登录|BEGAN", .rank = 1},
                                                {.title = "最近使用|SEEN", .rank = 1},
                                                {.title = "到期|ENDS", .rank = 1},
                                                {.title = "来自|FROM", .floor = 6, .rank = 2},
                                                {.title = NULL}};
    Paidan__SessionList wish = PAIDAN__SESSION_LIST__INIT;
    Paidan__Answer *answer = NULL;
    struct cli_grid grid;
    wish.person = (char *)(uintptr_t)person;
    int status = limit_of(cli, &wish.limit, LIST_MAX);
    wish.has_limit = 1;
    status = status == CLI_EXIT_OK ? ask(cli, &wish.base, &answer) : status;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__SessionsListed *listed = answer->sessions_listed;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(cli_speak(cli), &listed->base, true));
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < listed->n_sessions; index++) {
        const Paidan__Session *session = listed->sessions[index];
        char id[2 * SESSION_BYTES + 1] = "";
        sodium_bin2hex(id, sizeof id, session->session.data,
                       session->session.len > SESSION_BYTES ? SESSION_BYTES : session->session.len);
        cli_grid_add(&grid, SAY_STRONG, "%s", id);
        cli_grid_add(&grid, SAY_PLAIN, "%s", session->person);
        add_moment(cli, &grid, true, session->began_ms);
        add_moment(cli, &grid, true, session->seen_ms);
        add_moment(cli, &grid, true, session->ends_ms);
        cli_grid_add(&grid, SAY_PLAIN, "%s", session->via == NULL ? "" : session->via);
    }
    cli_grid_end(&grid);
    return CLI_EXIT_OK;
}

int cli_access_session(struct cli *cli)
{
    const char *action = cli->operands[0], *typed = operand(cli, 1);
    Paidan__SessionRevoke wish = PAIDAN__SESSION_REVOKE__INIT;
    Paidan__Answer *answer = NULL;
    unsigned char id[SESSION_BYTES];
    size_t bytes = 0;
    if (strcmp(action, "list") == 0) {
        return session_list(cli, typed);
    }
    if (strcmp(action, "revoke") != 0) {
        return unknown_action(cli, "list|revoke");
    }
    if (typed == NULL) {
        return need_operand(cli, "SESSION|NAME");
    }
    /* 16 hexadecimal digits are a session; nobody should be called so. */
    wish.has_session =
        strlen(typed) == 2 * SESSION_BYTES &&
        sodium_hex2bin(id, sizeof id, typed, 2 * SESSION_BYTES, NULL, &bytes, NULL) == 0 &&
        bytes == SESSION_BYTES;
    wish.session = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    wish.person = wish.has_session ? NULL : (char *)(uintptr_t)typed;
    const int status = ask(cli, &wish.base, &answer);
    return status == CLI_EXIT_OK ? tell_done(cli, answer->access_done, "已收回", "revoked")
                                 : status;
}

/* ---- audit ---- */

static void print_fact(struct cli *cli, const Paidan__Event *event, uint64_t seq)
{
    char text[1024], at[SAY_TIME_BYTES];
    (void)say_facts_words(cli_speak(cli), event, text, sizeof text);
    say_time_exact(&cli->say, event->at_ms, at);
    printf("%llu  %s  %-12s %s%s%s\n", (unsigned long long)seq, at,
           event->cause->actor == NULL ? "-" : event->cause->actor, text,
           event->cause->via == NULL ? "" : cli_say(cli, "，来自 ", ", from "),
           event->cause->via == NULL ? "" : event->cause->via);
}

static int tell_audit(struct cli *cli, const Paidan__AccessAudited *audited)
{
    json_t *list = json_array();
    for (size_t index = 0; index < audited->n_history; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(&cli->arena, &paidan__event__descriptor, audited->history[index].data,
                        audited->history[index].len, &message, &error) != RC_OK) {
            continue;
        }
        const Paidan__Event *event = (const Paidan__Event *)(const void *)message;
        if (cli->json) {
            json_array_append_new(list, say_json_event(cli_speak(cli), "access",
                                                       audited->history_seqs[index], event, true));
        } else {
            print_fact(cli, event, audited->history_seqs[index]);
        }
    }
    if (cli->json) {
        json_t *object = json_object();
        json_object_set(object, "facts", list);
        if (audited->has_next) {
            json_object_set_new(object, "next", json_integer((json_int_t)audited->next));
        }
        json_decref(list);
        return cli_json_print(cli, object);
    }
    json_decref(list);
    if (audited->has_next) {
        printf(cli_say(cli, "还有：加 --cursor %llu\n", "there may be more: --cursor %llu\n"),
               (unsigned long long)audited->next);
    }
    return CLI_EXIT_OK;
}

int cli_access_audit(struct cli *cli)
{
    Paidan__AccessAudit wish = PAIDAN__ACCESS_AUDIT__INIT;
    Paidan__Answer *answer = NULL;
    int status = limit_of(cli, &wish.limit, HISTORY_MAX);
    wish.has_limit = 1;
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_CURSOR, 1, UINT64_MAX, 0, &wish.cursor);
    }
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_SINCE)) {
        status = cli_moment(cli, CLI_SINCE, false, &wish.since_ms);
    }
    wish.has_cursor = cli_given(cli, CLI_CURSOR);
    wish.has_since_ms = cli_given(cli, CLI_SINCE);
    wish.person = (char *)(uintptr_t)operand(cli, 0);
    status = status == CLI_EXIT_OK ? ask(cli, &wish.base, &answer) : status;
    return status == CLI_EXIT_OK ? tell_audit(cli, answer->access_audited) : status;
}
