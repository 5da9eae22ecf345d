/* port_wechat_account: secrets beside what the site says; what is missing, open
 * to others or half changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/site/site_wechat.h"
#include "port_wechat_account.h"
#include "scratch.h"

#define KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
static struct site_wechat wechat;
static struct site *site;
static struct scratch scratch;

static int set_up(void **state)
{
    (void)state;
    site = calloc(1, sizeof *site);
    assert_non_null(site);
    wechat = (struct site_wechat){.channel = "wechat",
                                  .listen = "127.0.0.1:0",
                                  .page = "https://12345.example:8443/t?x=1",
                                  .account_count = 1};
    wechat.accounts[0] = (struct site_wechat_account){.code = "official",
                                                      .platform = SITE_WECHAT_OFFICIAL,
                                                      .mode = SITE_WECHAT_SAFE,
                                                      .app_id = "wx1",
                                                      .api = "https://api.weixin.qq.com"};
    site->wechat = &wechat;
    scratch_make(&scratch);
    assert_int_equal(mkdir(scratch_path(&scratch, "secrets"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "secrets/wechat"), 0700), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(site);
    scratch_remove(&scratch);
    return 0;
}

static void secret(const char *name, const char *text, mode_t mode)
{
    char below[128];
    (void)snprintf(below, sizeof below, "secrets/wechat/%s", name);
    const char *const path = scratch_path(&scratch, below);
    (void)remove(path); /* of mode 0400 */
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "%s\n", text);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static enum rc load(struct port_wechat_accounts **accounts)
{
    return port_wechat_account_load(scratch.path, site, accounts);
}

static void test_load_when_all_is_there_then_it_is_whole(void **state)
{
    struct port_wechat_accounts *accounts = NULL;
    (void)state;
    secret("official.token", "t0", 0400);
    secret("official.key", KEY, 0400);
    secret("official.secret", "s3cret", 0600);
    assert_int_equal(load(&accounts), RC_OK);
    struct port_wechat_account *const account = port_wechat_account_find(accounts, "official");
    assert_non_null(account);
    assert_null(port_wechat_account_find(accounts, "other"));
    assert_int_equal(account->keyset_count, 1);
    assert_string_equal(account->keysets[0].token, "t0");
    assert_string_equal(account->keysets[0].id, "wx1");
    assert_string_equal(account->secret, "s3cret");
    assert_string_equal(account->webhook, "");
    assert_string_equal(accounts->public_url, "https://12345.example:8443");
    port_wechat_account_free(accounts);
}

static void test_load_while_a_platform_changes_over_then_either_half_may_be_old(void **state)
{
    struct port_wechat_accounts *accounts = NULL;
    (void)state;
    secret("official.token", "t0", 0400);
    secret("official.token.next", "t1", 0400);
    secret("official.key", KEY, 0400);
    secret("official.key.next", "B" KEY, 0400);
    assert_int_equal(load(&accounts), RC_SETTINGS); /* 44 characters */
    secret("official.key.next", "Bbcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", 0600);
    assert_int_equal(load(&accounts), RC_OK);
    assert_int_equal(accounts->accounts[0].keyset_count, 4);
    assert_string_equal(accounts->accounts[0].keysets[3].token, "t1");
    assert_memory_not_equal(accounts->accounts[0].keysets[0].aes,
                            accounts->accounts[0].keysets[1].aes, PORT_WECHAT_KEY_BYTES);
    port_wechat_account_free(accounts);
}

static void test_load_when_something_is_missing_then_it_is_refused(void **state)
{
    struct port_wechat_accounts *accounts = NULL;
    (void)state;
    assert_int_equal(load(&accounts), RC_SETTINGS);
    secret("official.token", "t0", 0400);
    assert_int_equal(load(&accounts), RC_SETTINGS);
    wechat.accounts[0].mode = SITE_WECHAT_PLAIN; /* nothing is sealed there */
    assert_int_equal(load(&accounts), RC_OK);
    assert_int_equal(accounts->accounts[0].keyset_count, 1);
    port_wechat_account_free(accounts);
    site->wechat = NULL;
    assert_int_equal(load(&accounts), RC_SETTINGS);
}

static void test_load_when_others_may_read_a_secret_then_it_is_refused(void **state)
{
    struct port_wechat_accounts *accounts = NULL;
    (void)state;
    secret("official.token", "t0", 0400);
    secret("official.key", KEY, 0440);
    assert_int_equal(load(&accounts), RC_SETTINGS);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_load_when_all_is_there_then_it_is_whole),
        TEST(test_load_while_a_platform_changes_over_then_either_half_may_be_old),
        TEST(test_load_when_something_is_missing_then_it_is_refused),
        TEST(test_load_when_others_may_read_a_secret_then_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
