/* cli_accounts: `access init` and `access trial`. The first makes the three administrators of a new
 * instance, each with a code that only opens the way to a password of their own. The second is for
 * demos: one account a role, with units that have work by the site's matrix, and passwords that can
 * be used at once; it writes them to DATA/accounts, for whoever owns the folder. */

#include "cli_accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_json.h"
#include "cli_login.h"
#include "common/base/check.h"
#include "common/bus/proof.h"
#include "common/say/say_people.h"

enum { FIRST = 3, TRIAL_MAX = 24, TRIAL_NAME_BYTES = ACTOR_BYTES_MAX + 1 };

int cli_accounts_password(struct cli *cli, struct cli_accounts_password *password)
{
    proof_password(password->text);
    proof_terms(&password->terms, password->salt);
    return proof_make(password->text, &password->terms, password->proof) == RC_OK
               ? CLI_EXIT_OK
               : cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
}

/* ---- the first three ---- */

static const struct {
    const char *name;
    Paidan__Role role;
} first[FIRST] = {{"system", PAIDAN__ROLE__ROLE_SYSTEM},
                  {"security", PAIDAN__ROLE__ROLE_SECURITY},
                  {"audit", PAIDAN__ROLE__ROLE_AUDITOR}};

static int ask_init(struct cli *cli, const char *const names[FIRST],
                    struct cli_accounts_password passwords[FIRST])
{
    Paidan__FirstPerson people[FIRST];
    Paidan__AccessInit wish = PAIDAN__ACCESS_INIT__INIT;
    Paidan__Answer *answer = NULL;
    for (unsigned index = 0; index < FIRST; index++) {
        const int status = cli_accounts_password(cli, &passwords[index]);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        paidan__first_person__init(&people[index]);
        people[index].person = (char *)(uintptr_t)names[index];
        people[index].terms = &passwords[index].terms;
        people[index].proof = (ProtobufCBinaryData){.len = sizeof passwords[index].proof,
                                                    .data = passwords[index].proof};
    }
    wish.system = &people[0];
    wish.security = &people[1];
    wish.audit = &people[2];
    return cli_ask(cli, "access", &wish.base, &answer);
}

int cli_access_init(struct cli *cli)
{
    const char *names[FIRST];
    struct cli_accounts_password passwords[FIRST];
    if (cli->operand_count != 0 && cli->operand_count != FIRST) {
        return cli_usage(cli, "三个用户名要一起写", "all three names or none", NULL);
    }
    for (unsigned index = 0; index < FIRST; index++) {
        names[index] = cli->operand_count == 0 ? first[index].name : cli->operands[index];
    }
    int status = ask_init(cli, names, passwords);
    json_t *list = json_array();
    for (unsigned index = 0; index < FIRST && status == CLI_EXIT_OK; index++) {
        const char *role =
            say_words_get(&cli->say, &paidan__role__descriptor, (int)first[index].role);
        if (cli->json) {
            json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "person", names[index], "role",
                                                  role, "password", passwords[index].text));
        } else {
            printf("%-20s %-16s %s\n", passwords[index].text, names[index], role);
        }
    }
    proof_wipe(passwords, sizeof passwords);
    if (status == CLI_EXIT_OK && cli->json) {
        return cli_json_print(cli, list);
    }
    json_decref(list);
    if (status == CLI_EXIT_OK) {
        printf("%s\n",
               cli_say(
                   cli,
                   "以上是一次性密码，只显示这一次；请分别交给三个人，登录后即须修改：paidan login",
                   "These are one-time passwords, shown this once: give each to another person, "
                   "to be changed after the first login: paidan login"));
    }
    return status;
}

/* ---- a trial ---- */

struct account {
    char name[TRIAL_NAME_BYTES], full_name[NAME_BYTES_MAX + 1];
    Paidan__GrantRole role;
    bool there; /* made by init */
    char password[20];
};
struct trial {
    struct account accounts[TRIAL_MAX];
    unsigned count;
};

static struct account *add(struct trial *trial, Paidan__Role role, const char *name,
                           const char *full_name)
{
    CHECK(trial->count < TRIAL_MAX);
    struct account *account = &trial->accounts[trial->count++];
    paidan__grant_role__init(&account->role);
    account->role.role = role;
    (void)snprintf(account->name, sizeof account->name, "%s", name);
    (void)snprintf(account->full_name, sizeof account->full_name, "%.90s", full_name);
    account->full_name[strlen(account->full_name) > 90 ? 90 : strlen(account->full_name)] = '\0';
    return account;
}

static void add_unit(struct trial *trial, const struct site *site, uint32_t unit)
{
    char name[TRIAL_NAME_BYTES], full[NAME_BYTES_MAX + 32];
    char *const code = site->units[unit].code;
    (void)snprintf(name, sizeof name, "clerk.%s", code);
    (void)snprintf(full, sizeof full, "%.60s经办", site->units[unit].name);
    add(trial, PAIDAN__ROLE__ROLE_CLERK, name, full)->role.unit = code;
    (void)snprintf(name, sizeof name, "leader.%s", code);
    (void)snprintf(full, sizeof full, "%.60s负责人", site->units[unit].name);
    add(trial, PAIDAN__ROLE__ROLE_LEADER, name, full)->role.unit = code;
}

/* How often each unit would be the first to get a ticket, of every category in every place. */
static void count_work(const struct site *site, uint32_t *counts)
{
    for (uint32_t category = 0; category < site->category_count; category++) {
        for (uint32_t area = 0; area < site->area_count; area++) {
            struct site_owner owner;
            const uint32_t level = site_level_owned(site, category, area, 1);
            site_owner(site, category, area, level, &owner);
            counts[owner.lead] += !owner.fallback;
        }
    }
}

/* The busiest two of the lowest level, and the busiest of each above it. */
static void add_units(struct trial *trial, const struct site *site)
{
    uint32_t *const counts = calloc(site->unit_count + 1, sizeof *counts);
    if (counts == NULL) {
        return;
    }
    count_work(site, counts);
    for (uint32_t level = 1; level <= site->level_count && level <= 4; level++) {
        for (unsigned nth = 0; nth < (level == 1 ? 2u : 1u); nth++) {
            uint32_t best = SITE_NONE;
            for (uint32_t unit = 0; unit < site->unit_count; unit++) {
                if (site->units[unit].level == level && counts[unit] > 0 &&
                    (best == SITE_NONE || counts[unit] > counts[best])) {
                    best = unit;
                }
            }
            if (best != SITE_NONE) {
                add_unit(trial, site, best);
                counts[best] = 0;
            }
        }
    }
    free(counts);
}

static void plan(struct trial *trial, const struct site *site)
{
    static const char *const full[FIRST] = {"系统管理员", "安全管理员", "审计管理员"};
    (void)add(trial, PAIDAN__ROLE__ROLE_DISPATCHER, "dispatcher", "分拨员");
    if (site->channel_count > 0) {
        uint32_t channel = site_channel_find(site, "hotline");
        channel = channel == SITE_NONE ? 0 : channel;
        add(trial, PAIDAN__ROLE__ROLE_HOTLINE, "hotline", "话务员")->role.channel =
            site->channels[channel].code;
    }
    if (site->supervisor_count > 0) {
        add(trial, PAIDAN__ROLE__ROLE_SUPERVISOR, "supervisor", "督办员")->role.unit =
            site->units[site->supervisors[0]].code;
    }
    add_units(trial, site);
    for (unsigned index = 0; index < FIRST; index++) {
        add(trial, first[index].role, first[index].name, full[index])->there = true;
    }
}

/* The password that was made is changed for another one at once: else everybody who tries the demo
 * would begin by changing it. */
static int settle(struct cli *cli, struct account *account,
                  const struct cli_accounts_password *given)
{
    struct cli_accounts_password own;
    unsigned char token[SECRET_HASH_BYTES], hash[SECRET_HASH_BYTES];
    Paidan__Login login = PAIDAN__LOGIN__INIT;
    Paidan__PasswordSet set = PAIDAN__PASSWORD_SET__INIT;
    Paidan__Logout logout = PAIDAN__LOGOUT__INIT;
    Paidan__Answer *answer = NULL;
    proof_token(token);
    proof_hash(token, hash);
    login.person = account->name;
    login.proof = (ProtobufCBinaryData){.len = sizeof given->proof,
                                        .data = (uint8_t *)(uintptr_t)given->proof};
    login.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    int status = cli_login_ask(cli, &login.base, &answer);
    if (status == CLI_EXIT_OK) {
        status = cli_accounts_password(cli, &own);
    }
    if (status == CLI_EXIT_OK) {
        set.token_hash = login.token_hash;
        set.proof = login.proof;
        set.terms = &own.terms;
        set.new_proof = (ProtobufCBinaryData){.len = sizeof own.proof, .data = own.proof};
        status = cli_login_ask(cli, &set.base, &answer);
        (void)snprintf(account->password, sizeof account->password, "%s", own.text);
    }
    if (status == CLI_EXIT_OK) {
        logout.token_hash = login.token_hash;
        status = cli_login_ask(cli, &logout.base, &answer);
    }
    return status;
}

static int make_account(struct cli *cli, struct account *account)
{
    struct cli_accounts_password given;
    Paidan__PersonAdd wish = PAIDAN__PERSON_ADD__INIT;
    Paidan__RoleChange role = PAIDAN__ROLE_CHANGE__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_accounts_password(cli, &given);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.person = account->name;
    wish.full_name = account->full_name;
    wish.terms = &given.terms;
    wish.proof = (ProtobufCBinaryData){.len = sizeof given.proof, .data = given.proof};
    status = cli_ask(cli, "access", &wish.base, &answer);
    if (status == CLI_EXIT_OK) {
        role.person = account->name;
        role.role = &account->role;
        status = cli_ask(cli, "access", &role.base, &answer);
    }
    status = status == CLI_EXIT_OK ? settle(cli, account, &given) : status;
    proof_wipe(&given, sizeof given);
    return status;
}

/* The administrators first: nobody else can be made before there is somebody. */
static int make_all(struct cli *cli, struct trial *trial)
{
    const char *names[FIRST];
    struct cli_accounts_password passwords[FIRST];
    struct account *const administrators = &trial->accounts[trial->count - FIRST];
    for (unsigned index = 0; index < FIRST; index++) {
        names[index] = administrators[index].name;
    }
    int status = ask_init(cli, names, passwords);
    for (unsigned index = 0; index < FIRST && status == CLI_EXIT_OK; index++) {
        status = settle(cli, &administrators[index], &passwords[index]);
    }
    for (unsigned index = 0; index + FIRST < trial->count && status == CLI_EXIT_OK; index++) {
        status = make_account(cli, &trial->accounts[index]);
    }
    return status;
}

/* name, role with its scope, password; separated by tabs, for deploy/up and for tests. */
static int write_accounts(struct cli *cli, const struct trial *trial)
{
    static const struct cli_deed writing = {"账户清单没有写成",
                                            "the list of accounts was not written"};
    char path[PATH_MAX + 16];
    (void)snprintf(path, sizeof path, "%s/accounts", cli->data_dir);
    (void)unlink(path);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *out = file < 0 ? NULL : fdopen(file, "w");
    if (out == NULL) {
        return cli_disk_fail(cli, errno, &writing, path);
    }
    for (unsigned index = 0; index < trial->count; index++) {
        const struct account *account = &trial->accounts[index];
        char role[512], token[SAY_WORDS_TOKEN_BYTES];
        say_people_role(cli_speak(cli), &account->role, role, sizeof role);
        fprintf(out, "%s\t%s\t%s\t%s\n", account->name,
                say_words_token(&paidan__role__descriptor, (int)account->role.role, token),
                account->password, role);
    }
    return fclose(out) == 0 ? CLI_EXIT_OK : cli_disk_fail(cli, errno, &writing, path);
}

static int tell_trial(struct cli *cli, const struct trial *trial)
{
    json_t *list = json_array();
    for (unsigned index = 0; index < trial->count; index++) {
        const struct account *account = &trial->accounts[index];
        char role[512], token[SAY_WORDS_TOKEN_BYTES];
        say_people_role(cli_speak(cli), &account->role, role, sizeof role);
        if (cli->json) {
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:s}", "person", account->name, "role",
                                            say_words_token(&paidan__role__descriptor,
                                                            (int)account->role.role, token),
                                            "says", role, "password", account->password));
        } else {
            printf("  %-28s %s  %s\n", account->name, account->password, role);
        }
    }
    if (cli->json) {
        return cli_json_print(cli, list);
    }
    json_decref(list);
    return CLI_EXIT_OK;
}

int cli_access_trial(struct cli *cli)
{
    const struct site *site = cli_site(cli);
    if (site == NULL) {
        return cli_fail(cli, CLI_EXIT_SETTINGS, "读不到实例的站点",
                        "the instance's site is not readable", NULL);
    }
    struct trial *const trial = calloc(1, sizeof *trial);
    if (trial == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    plan(trial, site);
    int status = make_all(cli, trial);
    if (status == CLI_EXIT_OK) {
        status = write_accounts(cli, trial);
    }
    status = status == CLI_EXIT_OK ? tell_trial(cli, trial) : status;
    free(trial);
    return status;
}
