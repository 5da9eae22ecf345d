/* web_upgrade: what is asked, and which answers make a WebSocket of a connection. */
#include "common/web/web_upgrade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* RFC 6455, 1.3. */
static const unsigned char nonce[] = {'t', 'h', 'e', ' ', 's', 'a', 'm', 'p',
                                      'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'};
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define UP "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static void test_request_when_made_then_as_the_rfc_has_it(void **state)
{
    struct arena arena;
    (void)state;
    assert_int_equal(arena_init(&arena, 1 << 16), RC_OK);
    const char *const request = web_upgrade_request(&arena, "h:8443", "/a?b=1", nonce);
    assert_non_null(request);
    assert_memory_equal(request, "GET /a?b=1 HTTP/1.1\r\nHost: h:8443\r\n", 35);
    assert_non_null(strstr(request, "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    assert_non_null(strstr(request, "\r\nSec-WebSocket-Version: 13\r\n\r\n"));
    arena_fini(&arena);
}

static void test_judge_when_answers_differ_then_only_ours_is_one(void **state)
{
    static const struct {
        const char *answer;
        enum rc rc;
    } rows[] = {
        {"HTTP/1.1 101 Switching Protocols\r\n" UP ACCEPT "\r\n\x81", RC_OK},
        {"HTTP/1.1 101\r\nupgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n" ACCEPT "\r\n",
         RC_OK},
        {"HTTP/1.1 101 x\r\n" UP ACCEPT, RC_AGAIN},
        {"", RC_AGAIN},
        {"HTTP/1.1 200 OK\r\n" UP ACCEPT "\r\n", RC_INVALID},
        {"HTTP/1.1 1010 x\r\n" UP ACCEPT "\r\n", RC_INVALID},
        {"HTTP/1.0 101 x\r\n" UP ACCEPT "\r\n", RC_INVALID},
        {"HTTP/1.1 101 x\r\n" UP "\r\n", RC_INVALID},
        {"HTTP/1.1 101 x\r\n" ACCEPT "\r\n", RC_INVALID},
        {"HTTP/1.1 101 x\r\n" UP ACCEPT ACCEPT "\r\n", RC_INVALID},
        {"HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPT "\r\n", RC_INVALID},
        {"HTTP/1.1 101 x\r\n" UP "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
         RC_INVALID},
        {"HTTP/1.1 101 x\r\n" UP ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
         RC_INVALID},
        {"HTTP/1.1 101 x\r\n" UP ACCEPT "no colon\r\n\r\n", RC_INVALID},
        {"HTTP/1.1 101 x\r\n" UP ACCEPT " folded: x\r\n\r\n", RC_INVALID},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const char *why = NULL;
        size_t head = 0;
        const size_t bytes = strlen(rows[index].answer);
        const enum rc rc = web_upgrade_judge(rows[index].answer, bytes, nonce, &head, &why);
        if (rc != rows[index].rc) {
            fail_msg("row %zu: %d instead of %d", index, (int)rc, (int)rows[index].rc);
        }
        if (rc == RC_OK) {
            assert_memory_equal(rows[index].answer + head - 4, "\r\n\r\n", 4);
        } else {
            assert_non_null(why);
        }
    }
}

static void test_judge_when_the_head_does_not_end_then_refused_at_last(void **state)
{
    const char *why = NULL;
    size_t head = 0;
    char *const long_one = malloc(WEB_UPGRADE_HEAD_MAX);
    (void)state;
    assert_non_null(long_one);
    memset(long_one, 'x', WEB_UPGRADE_HEAD_MAX);
    assert_int_equal(web_upgrade_judge(long_one, WEB_UPGRADE_HEAD_MAX - 1, nonce, &head, &why),
                     RC_AGAIN);
    assert_int_equal(web_upgrade_judge(long_one, WEB_UPGRADE_HEAD_MAX, nonce, &head, &why),
                     RC_INVALID);
    free(long_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_when_made_then_as_the_rfc_has_it),
        cmocka_unit_test(test_judge_when_answers_differ_then_only_ours_is_one),
        cmocka_unit_test(test_judge_when_the_head_does_not_end_then_refused_at_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
