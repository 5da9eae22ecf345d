/* cli_login: login, logout, whoami, passwd, one's authenticator, and the grant of every other command.
 *
 * Owns the token's file, $XDG_STATE_HOME/paidan/<instance> (0600), one for each instance: the name
 * is made of the data folder's path. What must stay true: a password stands in memory alone and is
 * wiped; the token leaves this process as its hash only; whoever was logged in and is no longer is
 * told so and does nothing under another name by accident. */

#include "cli_login.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/bus/proof.h"
#include "common/say/say_people.h"
#include "common/say/say_time.h"
#include "common/wire/wire.h"

enum { TOKEN_HEX_BYTES = 2 * SECRET_HASH_BYTES + 1 };

/* ---- the token's file ---- */

/* Folders are made when something is to be written. False: there is no home. */
static bool token_path(const struct cli *cli, bool make, char path[PATH_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char name[2 * sizeof hash + 1], folder[PATH_MAX - 64];
    const bool own = state != NULL && state[0] == '/';
    if (!own && (home == NULL || home[0] != '/')) {
        return false;
    }
    const int used = own ? snprintf(folder, sizeof folder, "%s", state)
                         : snprintf(folder, sizeof folder, "%s/.local/state", home);
    if (used < 0 || (size_t)used + 8 >= sizeof folder) {
        return false;
    }
    for (char *at = folder + 1; make && at != NULL; at = strchr(at + 1, '/')) {
        char *slash = strchr(at, '/');
        if (slash == NULL) {
            break;
        }
        *slash = '\0';
        (void)mkdir(folder, 0700);
        *slash = '/';
        at = slash;
    }
    if (make) {
        (void)mkdir(folder, 0700);
    }
    (void)snprintf(folder + used, sizeof folder - (size_t)used, "/paidan");
    if (make) {
        (void)mkdir(folder, 0700);
    }
    /* Two instances on one machine are two logins. */
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)cli->data_dir,
                             strlen(cli->data_dir), NULL, 0);
    sodium_bin2hex(name, sizeof name, hash, sizeof hash);
    (void)snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return true;
}

static bool token_read(const struct cli *cli, unsigned char token[SECRET_HASH_BYTES])
{
    char path[PATH_MAX], text[TOKEN_HEX_BYTES + 1] = "";
    size_t bytes = 0;
    if (!token_path(cli, false, path)) {
        return false;
    }
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return false;
    }
    const ssize_t used = read(file, text, TOKEN_HEX_BYTES);
    (void)close(file);
    const bool read_it = used >= 2 * (ssize_t)SECRET_HASH_BYTES &&
                         sodium_hex2bin(token, SECRET_HASH_BYTES, text, 2 * SECRET_HASH_BYTES, NULL,
                                        &bytes, NULL) == 0 &&
                         bytes == SECRET_HASH_BYTES;
    proof_wipe(text, sizeof text);
    return read_it;
}

static int token_write(struct cli *cli, const unsigned char token[SECRET_HASH_BYTES])
{
    char path[PATH_MAX], text[TOKEN_HEX_BYTES + 1];
    if (!token_path(cli, true, path)) {
        return cli_fail(cli, CLI_EXIT_IO, "没有主目录，登录保存不下来",
                        "there is no home folder to keep the login in", NULL);
    }
    (void)unlink(path);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    sodium_bin2hex(text, sizeof text, token, SECRET_HASH_BYTES);
    text[TOKEN_HEX_BYTES - 1] = '\n';
    const bool written = file >= 0 && write(file, text, TOKEN_HEX_BYTES) == TOKEN_HEX_BYTES;
    if (file >= 0) {
        (void)close(file);
    }
    proof_wipe(text, sizeof text);
    return written ? CLI_EXIT_OK
                   : cli_fail(cli, CLI_EXIT_IO, "登录保存不下来", "the login cannot be kept", path);
}

static void token_remove(const struct cli *cli)
{
    char path[PATH_MAX];
    if (token_path(cli, false, path)) {
        (void)unlink(path);
    }
}

/* ---- asking ---- */

/* Request: public, with nobody's grant. */
static Paidan__Code ask_public(struct cli *cli, Paidan__Request *request, Paidan__Answer **answer)
{
    *answer = NULL;
    request->has_public_ = 1;
    request->public_ = 1;
    request->actor = (char *)"public"; /* whom nobody knows yet; not the user of the machine */
    request->via = (char *)"cli";
    client_set_grant(cli->client, NULL, 0);
    const enum rc rc =
        client_call(cli->client, "access", request, &cli->arena, cli->timeout_ms, answer);
    if (*answer == NULL) {
        return rc == RC_INVALID ? PAIDAN__CODE__FRAME_INVALID : PAIDAN__CODE__UNREACHABLE;
    }
    if ((*answer)->has_now_ms && cli->now_ms == 0) {
        cli->now_ms = (*answer)->now_ms;
    }
    return (*answer)->code;
}

/* How long a name is still locked is told in minutes. Returns the status. */
static int refuse(const struct cli *cli, Paidan__Code code, const Paidan__Answer *answer)
{
    char minutes[64];
    if (code != PAIDAN__CODE__LOCKED_OUT) {
        return cli_refuse(cli, code, answer == NULL ? "access" : answer->detail);
    }
    (void)snprintf(minutes, sizeof minutes, cli_say(cli, "%u 分钟后再试", "again in %u min"),
                   (answer->retry_after_ms + 59999u) / 60000u);
    return cli_refuse(cli, code, minutes);
}

int cli_login_ask(struct cli *cli, ProtobufCMessage *wish, Paidan__Answer **answer)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    cli_fill_request(&request, wish);
    const Paidan__Code code = ask_public(cli, &request, answer);
    return code == PAIDAN__CODE__OK ? CLI_EXIT_OK : refuse(cli, code, *answer);
}

/* Without a token: whom the peers file names, which is asked only once a service has refused. */
static Paidan__Code renew(struct cli *cli, const unsigned char *token, Paidan__Answer **answer)
{
    unsigned char hash[SECRET_HASH_BYTES];
    Paidan__Renew wish = PAIDAN__RENEW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    cli_fill_request(&request, &wish.base);
    *answer = NULL;
    if (token != NULL) {
        proof_hash(token, hash);
        wish.has_token_hash = 1;
        wish.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
        return ask_public(cli, &request, answer);
    }
    request.actor = (char *)""; /* whoever the machine says it is, not what he calls himself */
    client_set_grant(cli->client, NULL, 0);
    const enum rc rc =
        client_call(cli->client, "access", &request, &cli->arena, cli->timeout_ms, answer);
    return rc != RC_OK || *answer == NULL ? PAIDAN__CODE__UNREACHABLE : (*answer)->code;
}

static Paidan__Code take_grant(struct cli *cli, const Paidan__Answer *answer)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    if (answer->renewed == NULL ||
        wire_pack(&cli->arena, &answer->renewed->grant->base, &bytes, &size) != RC_OK) {
        return PAIDAN__CODE__FRAME_INVALID;
    }
    client_set_grant(cli->client, bytes, size);
    return PAIDAN__CODE__OK;
}

/* --actor says that somebody else is meant than who is logged in: then rights are the process's own.
 */
Paidan__Code cli_login_grant(struct cli *cli, bool known)
{
    unsigned char token[SECRET_HASH_BYTES];
    Paidan__Answer *answer = NULL;
    const bool logged_in = !cli_given(cli, CLI_ACTOR) && token_read(cli, token);
    if (!logged_in && !known) {
        return PAIDAN__CODE__OK;
    }
    const Paidan__Code code = renew(cli, logged_in ? token : NULL, &answer);
    proof_wipe(token, sizeof token);
    if (code == PAIDAN__CODE__SESSION_ENDED) {
        token_remove(cli);
    }
    if (code != PAIDAN__CODE__OK) {
        return logged_in ? code : PAIDAN__CODE__FORBIDDEN;
    }
    return take_grant(cli, answer);
}

/* ---- passwords ---- */

static int read_line(struct cli *cli, FILE *from, char text[CLI_LOGIN_PASSWORD_BYTES])
{
    if (fgets(text, CLI_LOGIN_PASSWORD_BYTES, from) == NULL) {
        return cli_usage(cli, "没有读到密码", "no password was given", NULL);
    }
    const size_t bytes = strcspn(text, "\r\n");
    if (text[bytes] == '\0' && bytes == CLI_LOGIN_PASSWORD_BYTES - 1) {
        return cli_refuse(cli, PAIDAN__CODE__FIELD_TOO_LONG, NULL);
    }
    text[bytes] = '\0';
    return CLI_EXIT_OK;
}

/* From the terminal itself, so that a password never has to stand in a command line. */
int cli_login_read(struct cli *cli, const char *zh, const char *en, bool hidden,
                   char text[CLI_LOGIN_PASSWORD_BYTES])
{
    struct termios before, quiet;
    FILE *terminal = isatty(STDIN_FILENO) == 1 ? fopen("/dev/tty", "r+e") : NULL;
    if (terminal == NULL) {
        return read_line(cli, stdin, text);
    }
    const bool known = tcgetattr(fileno(terminal), &before) == 0;
    fprintf(terminal, "%s", cli_say(cli, zh, en));
    fflush(terminal);
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    if (known && hidden) {
        (void)tcsetattr(fileno(terminal), TCSAFLUSH, &quiet);
    }
    const int status = read_line(cli, terminal, text);
    if (known && hidden) {
        (void)tcsetattr(fileno(terminal), TCSAFLUSH, &before);
        fputc('\n', terminal);
    }
    (void)fclose(terminal);
    return status;
}

int cli_login_prove(struct cli *cli, const char *person, const char *password,
                    unsigned char proof[SECRET_HASH_BYTES])
{
    Paidan__LoginStart start = PAIDAN__LOGIN_START__INIT;
    Paidan__Answer *answer = NULL;
    start.person = (char *)(uintptr_t)person;
    const int status = cli_login_ask(cli, &start.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const enum rc rc = proof_make(password, answer->login_started->terms, proof);
    return rc == RC_OK ? CLI_EXIT_OK
                       : cli_fail(cli, CLI_EXIT_IO, "密码无法计算", "the password cannot be hashed",
                                  rc_name(rc));
}

/* ---- commands ---- */

/* own: as the session's first renewal says it. */
static int tell_login(struct cli *cli, const Paidan__LoggedIn *in, const Paidan__Renewed *own)
{
    const char *name = in->full_name == NULL ? in->person : in->full_name;
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "person", json_string(in->person));
        json_object_set_new(object, "name", json_string(name));
        json_object_set_new(object, "must_change",
                            json_boolean(in->has_must_change && in->must_change));
        json_object_set_new(object, "must_set_factor",
                            json_boolean(own->has_must_set_factor && own->must_set_factor));
        say_json_time(cli_speak(cli), object, "ends", in->ends_ms);
        return cli_json_print(cli, object);
    }
    char ends[SAY_TIME_BYTES];
    say_time_short(cli_speak(cli), in->ends_ms, cli->now_ms, ends);
    printf(cli_say(cli, "%s 已登录，最迟到 %s\n", "%s is logged in, until %s at the latest\n"),
           name, ends);
    if (in->has_must_change && in->must_change) {
        printf("%s\n", cli_say(cli, "密码是别人给的，请先修改：paidan passwd",
                               "somebody else made the password, change it first: paidan passwd"));
    }
    if (own->has_must_set_factor && own->must_set_factor) {
        printf("%s\n",
               cli_say(cli, "您的角色必须使用验证器，请先设置：paidan access totp",
                       "your role needs a second factor, set it up first: paidan access totp"));
    }
    if (in->has_recovery_left) {
        printf(
            cli_say(cli, "用去一个恢复码，还剩 %u 个\n", "a recovery code was used, %u are left\n"),
            in->recovery_left);
    }
    return CLI_EXIT_OK;
}

static int try_login(struct cli *cli, const char *person, const unsigned char *proof,
                     const unsigned char *token, char *code, Paidan__Answer **answer)
{
    unsigned char hash[SECRET_HASH_BYTES];
    Paidan__Login wish = PAIDAN__LOGIN__INIT;
    proof_hash(token, hash);
    wish.person = (char *)(uintptr_t)person;
    wish.proof =
        (ProtobufCBinaryData){.len = SECRET_HASH_BYTES, .data = (uint8_t *)(uintptr_t)proof};
    wish.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    wish.code = code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    cli_fill_request(&request, &wish.base);
    const Paidan__Code said = ask_public(cli, &request, answer);
    if (said == PAIDAN__CODE__SECOND_FACTOR_NEEDED && code == NULL) {
        char typed[CLI_LOGIN_PASSWORD_BYTES];
        const int status = cli_login_read(cli, "验证码：", "code: ", false, typed);
        typed[LOGIN_CODE_BYTES_MAX] = '\0';
        return status == CLI_EXIT_OK ? try_login(cli, person, proof, token, typed, answer) : status;
    }
    return said == PAIDAN__CODE__OK ? CLI_EXIT_OK : refuse(cli, said, *answer);
}

int cli_login(struct cli *cli)
{
    char person[CLI_LOGIN_PASSWORD_BYTES] = "", password[CLI_LOGIN_PASSWORD_BYTES];
    unsigned char proof[SECRET_HASH_BYTES], token[SECRET_HASH_BYTES];
    Paidan__Answer *answer = NULL;
    int status = CLI_EXIT_OK;
    cli->grant = NULL; /* whoever was logged in before */
    if (cli->operand_count == 1) {
        (void)snprintf(person, sizeof person, "%s", cli->operands[0]);
    } else {
        status = cli_login_read(cli, "用户名：", "name: ", false, person);
    }
    if (status == CLI_EXIT_OK && strlen(person) > ACTOR_BYTES_MAX) {
        return cli_refuse(cli, PAIDAN__CODE__FIELD_TOO_LONG, "person");
    }
    if (status == CLI_EXIT_OK) {
        status = cli_login_read(cli, "密码：", "password: ", true, password);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_login_prove(cli, person, password, proof);
    }
    proof_wipe(password, sizeof password);
    if (status == CLI_EXIT_OK) {
        proof_token(token);
        status = try_login(cli, person, proof, token, cli_text(cli, CLI_CODE), &answer);
    }
    if (status == CLI_EXIT_OK) {
        status = token_write(cli, token);
    }
    const Paidan__LoggedIn *in = status == CLI_EXIT_OK ? answer->logged_in : NULL;
    const Paidan__Code code = status == CLI_EXIT_OK ? renew(cli, token, &answer) : 0;
    proof_wipe(proof, sizeof proof);
    proof_wipe(token, sizeof token);
    if (status == CLI_EXIT_OK && code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, NULL);
    }
    return status == CLI_EXIT_OK ? tell_login(cli, in, answer->renewed) : status;
}

int cli_login_out(struct cli *cli)
{
    unsigned char token[SECRET_HASH_BYTES], hash[SECRET_HASH_BYTES];
    Paidan__Logout wish = PAIDAN__LOGOUT__INIT;
    Paidan__Answer *answer = NULL;
    cli->grant = NULL;
    if (!token_read(cli, token)) {
        return cli_refuse(cli, PAIDAN__CODE__SESSION_ENDED, NULL);
    }
    proof_hash(token, hash);
    proof_wipe(token, sizeof token);
    wish.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    const int status = cli_login_ask(cli, &wish.base, &answer);
    /* Gone here whatever access says: nobody should have to log out twice. */
    token_remove(cli);
    if (status == CLI_EXIT_OK && !cli->json) {
        printf("%s\n", cli_say(cli, "已退出登录", "logged out"));
    }
    return status;
}

static json_t *renewed_json(struct cli *cli, const Paidan__Renewed *renewed)
{
    json_t *object = say_json_message(cli_speak(cli), &renewed->base, false);
    json_object_del(object, "grant");
    return object;
}

int cli_login_who(struct cli *cli)
{
    unsigned char token[SECRET_HASH_BYTES];
    Paidan__Answer *answer = NULL;
    cli->grant = NULL; /* asked for here */
    int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const bool logged_in = token_read(cli, token);
    const Paidan__Code code = renew(cli, logged_in ? token : NULL, &answer);
    proof_wipe(token, sizeof token);
    if (code == PAIDAN__CODE__FORBIDDEN && !logged_in) {
        return cli_refuse_as(cli, PAIDAN__CODE__SESSION_ENDED, "没有登录：paidan login",
                             "nobody is logged in: paidan login", NULL);
    }
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, NULL);
    }
    const Paidan__Renewed *renewed = answer->renewed;
    if (cli->json) {
        return cli_json_print(cli, renewed_json(cli, renewed));
    }
    printf("%s  %s\n", renewed->person, renewed->full_name == NULL ? "" : renewed->full_name);
    for (size_t index = 0; index < renewed->n_roles; index++) {
        char role[512];
        say_people_role(cli_speak(cli), renewed->roles[index], role, sizeof role);
        printf("  %s\n", role);
    }
    if (renewed->n_roles == 0) {
        printf("  %s\n", renewed->has_must_change && renewed->must_change
                             ? cli_say(cli, "先修改密码：paidan passwd",
                                       "change the password first: paidan passwd")
                         : renewed->has_must_set_factor && renewed->must_set_factor
                             ? cli_say(cli, "先设置验证器：paidan access totp",
                                       "set up an authenticator first: paidan access totp")
                             : cli_say(cli, "没有角色", "no role"));
    }
    return CLI_EXIT_OK;
}

/* Asked twice on a terminal: what nobody sees is mistyped easily. */
static int read_new(struct cli *cli, const char *person, char fresh[CLI_LOGIN_PASSWORD_BYTES])
{
    char again[CLI_LOGIN_PASSWORD_BYTES];
    int status = cli_login_read(cli, "新密码：", "new password: ", true, fresh);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const char *weakness = proof_weakness(fresh, person);
    if (weakness != NULL) {
        return cli_refuse(cli, PAIDAN__CODE__PASSWORD_WEAK, NULL);
    }
    if (isatty(STDIN_FILENO) != 1) {
        return CLI_EXIT_OK;
    }
    status = cli_login_read(cli, "再输一次：", "again: ", true, again);
    const bool same = status == CLI_EXIT_OK && strcmp(again, fresh) == 0;
    proof_wipe(again, sizeof again);
    return status != CLI_EXIT_OK || same ? status
                                         : cli_usage(cli, "两次输入不同", "the two differ", NULL);
}

static int set_password(struct cli *cli, const char *person, const unsigned char *token)
{
    char old[CLI_LOGIN_PASSWORD_BYTES], fresh[CLI_LOGIN_PASSWORD_BYTES] = "";
    unsigned char hash[SECRET_HASH_BYTES], proof[SECRET_HASH_BYTES], made[SECRET_HASH_BYTES];
    unsigned char salt[PASSWORD_SALT_BYTES];
    Paidan__PasswordTerms terms;
    Paidan__PasswordSet wish = PAIDAN__PASSWORD_SET__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_login_read(cli, "现在的密码：", "password now: ", true, old);
    if (status == CLI_EXIT_OK) {
        status = read_new(cli, person, fresh);
    }
    if (status == CLI_EXIT_OK && strcmp(old, fresh) == 0) {
        status = cli_refuse(cli, PAIDAN__CODE__PASSWORD_SAME, NULL);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_login_prove(cli, person, old, proof);
    }
    proof_terms(&terms, salt);
    if (status == CLI_EXIT_OK && proof_make(fresh, &terms, made) != RC_OK) {
        status = cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    proof_wipe(old, sizeof old);
    proof_wipe(fresh, sizeof fresh);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    proof_hash(token, hash);
    wish.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    wish.proof = (ProtobufCBinaryData){.len = sizeof proof, .data = proof};
    wish.new_proof = (ProtobufCBinaryData){.len = sizeof made, .data = made};
    wish.terms = &terms;
    return cli_login_ask(cli, &wish.base, &answer);
}

/* Who is logged in here, by the token that is kept. */
static int begin_own(struct cli *cli, unsigned char token[SECRET_HASH_BYTES],
                     const Paidan__Renewed **own)
{
    Paidan__Answer *answer = NULL;
    cli->grant = NULL; /* asked for here */
    const int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (!token_read(cli, token)) {
        return cli_refuse_as(cli, PAIDAN__CODE__SESSION_ENDED, "没有登录：paidan login",
                             "nobody is logged in: paidan login", NULL);
    }
    const Paidan__Code code = renew(cli, token, &answer);
    *own = code == PAIDAN__CODE__OK ? answer->renewed : NULL;
    return code == PAIDAN__CODE__OK ? CLI_EXIT_OK : cli_refuse(cli, code, NULL);
}

int cli_login_password(struct cli *cli)
{
    unsigned char token[SECRET_HASH_BYTES];
    const Paidan__Renewed *own = NULL;
    int status = begin_own(cli, token, &own);
    if (status == CLI_EXIT_OK) {
        CHECK(own != NULL);
        status = set_password(cli, own->person, token);
    }
    proof_wipe(token, sizeof token);
    if (status == CLI_EXIT_OK && !cli->json) {
        printf("%s\n", cli_say(cli, "密码已修改，其他登录都已结束",
                               "the password is changed, other logins have ended"));
    }
    return status;
}

/* ---- the second factor ---- */

static int ask_factor(struct cli *cli, const unsigned char *token, Paidan__Totp *wish,
                      Paidan__Answer **answer)
{
    unsigned char hash[SECRET_HASH_BYTES];
    proof_hash(token, hash);
    wish->token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    const int status = cli_login_ask(cli, &wish->base, answer);
    wish->token_hash = (ProtobufCBinaryData){.len = 0};
    return status;
}

/* The proof of the password, which is asked for once more: a terminal that was left open is not
 * enough to tie the account to another telephone. */
static int prove_own(struct cli *cli, const char *person, unsigned char proof[SECRET_HASH_BYTES])
{
    char password[CLI_LOGIN_PASSWORD_BYTES];
    int status = cli_login_read(cli, "密码：", "password: ", true, password);
    if (status == CLI_EXIT_OK) {
        status = cli_login_prove(cli, person, password, proof);
    }
    proof_wipe(password, sizeof password);
    return status;
}

static int tell_secret(struct cli *cli, const Paidan__TotpShown *shown)
{
    if (!cli->json) {
        printf(cli_say(cli, "验证器：%s\n手工输入密钥：%s\n", "authenticator: %s\nby hand: %s\n"),
               shown->uri, shown->secret);
        (void)fflush(stdout); /* before the code is asked for */
        return CLI_EXIT_OK;
    }
    json_t *object = json_object();
    json_object_set_new(object, "uri", json_string(shown->uri));
    json_object_set_new(object, "secret", json_string(shown->secret));
    const int status = cli_json_print(cli, object);
    (void)fflush(stdout);
    return status;
}

static int tell_codes(struct cli *cli, const Paidan__TotpShown *shown)
{
    if (cli->json) {
        return cli_json_print(cli, say_json_message(cli_speak(cli), &shown->base, true));
    }
    printf("%s\n",
           cli_say(cli, "验证器已启用。恢复码各用一次，请抄下收好，不会再显示：",
                   "The authenticator is in force. Recovery codes, each good once; they are "
                   "not shown again:"));
    for (size_t index = 0; index < shown->n_recovery_codes; index++) {
        printf("  %s\n", shown->recovery_codes[index]);
    }
    return CLI_EXIT_OK;
}

static int read_code(struct cli *cli, Paidan__Totp *wish, char typed[CLI_LOGIN_PASSWORD_BYTES])
{
    const int status = cli_login_read(cli, "验证码：", "code: ", false, typed);
    typed[LOGIN_CODE_BYTES_MAX] = '\0';
    wish->code = typed;
    return status;
}

/* Another one takes the place of the one in force once it has proved itself. */
static int set_factor(struct cli *cli, const char *person, const unsigned char *token)
{
    unsigned char proof[SECRET_HASH_BYTES];
    char typed[CLI_LOGIN_PASSWORD_BYTES];
    Paidan__Totp start = PAIDAN__TOTP__INIT, confirm = PAIDAN__TOTP__INIT;
    Paidan__Answer *answer = NULL;
    int status = prove_own(cli, person, proof);
    start.act = PAIDAN__TOTP_ACT__TOTP_START;
    start.has_proof = 1;
    start.proof = (ProtobufCBinaryData){.len = sizeof proof, .data = proof};
    if (status == CLI_EXIT_OK) {
        status = ask_factor(cli, token, &start, &answer);
    }
    proof_wipe(proof, sizeof proof);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    status = tell_secret(cli, answer->totp_shown);
    confirm.act = PAIDAN__TOTP_ACT__TOTP_CONFIRM;
    if (status == CLI_EXIT_OK) {
        status = read_code(cli, &confirm, typed);
    }
    if (status == CLI_EXIT_OK) {
        status = ask_factor(cli, token, &confirm, &answer);
    }
    return status == CLI_EXIT_OK ? tell_codes(cli, answer->totp_shown) : status;
}

static int end_factor(struct cli *cli, const char *person, const unsigned char *token)
{
    unsigned char proof[SECRET_HASH_BYTES];
    char typed[CLI_LOGIN_PASSWORD_BYTES];
    Paidan__Totp wish = PAIDAN__TOTP__INIT;
    Paidan__Answer *answer = NULL;
    int status = prove_own(cli, person, proof);
    wish.act = PAIDAN__TOTP_ACT__TOTP_END;
    wish.has_proof = 1;
    wish.proof = (ProtobufCBinaryData){.len = sizeof proof, .data = proof};
    if (status == CLI_EXIT_OK) {
        status = read_code(cli, &wish, typed);
    }
    if (status == CLI_EXIT_OK) {
        status = ask_factor(cli, token, &wish, &answer);
    }
    proof_wipe(proof, sizeof proof);
    if (status == CLI_EXIT_OK && !cli->json) {
        printf("%s\n", cli_say(cli, "验证器已取消", "the authenticator is ended"));
    }
    return status;
}

int cli_login_factor(struct cli *cli)
{
    unsigned char token[SECRET_HASH_BYTES];
    const Paidan__Renewed *own = NULL;
    const bool end = cli->operand_count == 1;
    if (end && strcmp(cli->operands[0], "end") != 0) {
        return cli_usage(cli, "没有这个操作", "no such action", "end");
    }
    int status = begin_own(cli, token, &own);
    if (status == CLI_EXIT_OK) {
        CHECK(own != NULL);
        status = end ? end_factor(cli, own->person, token) : set_factor(cli, own->person, token);
    }
    proof_wipe(token, sizeof token);
    return status;
}
