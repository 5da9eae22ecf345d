/* shell_reply: what is said to whoever asked. Every answer leaves through shell_reply_send, so that
 * all are counted by their code; nothing is kept for a peer that is gone or does not read, for it
 * asks again with the same request id and gets the stored answer. */

#include <string.h>

#include "common/base/check.h"
#include "common/run/shell_parts.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

enum { SHELL_ANSWER_CODE = 3 }; /* field number in Answer, read without unpacking */

/* ---- answers ----------------------------------------------------------------------------------
 */

/* Counted by code before it is sent: the count tells what was decided, unsent tells what was lost. */
void shell_reply_send(struct shell *shell, const struct bus_peer *peer, const void *bytes,
                      size_t size)
{
    CHECK(size > 0);
    uint64_t code = 0;
    if (peek_number(bytes, size, SHELL_ANSWER_CODE, &code) && code < SHELL_CODES) {
        shell->counts.codes[code]++;
    }
    if (peer->inner) {
        shell->counts.answers++;
        shell_port_answer(shell, peer, bytes, size);
        return;
    }
    const enum rc rc = bus_send(shell->server, peer, bytes, size);
    if (rc == RC_OK) {
        shell->counts.answers++;
        return;
    }
    /* Gone, or not reading: it asks again and gets the stored answer. */
    shell->counts.unsent++;
    if (rc != RC_NOT_FOUND) {
        diag_log_limited(DIAG_WARN, "shell", "unsent=1 why=%s bytes=%zu", rc_name(rc), size);
    }
}

/* now_ms lets callers judge deadlines by the service's clock, which may be scaled. An answer that does
 * not fit the arena is lost like one on the way: its caller asks again, in a step with more room. */
void shell_reply_answer(struct shell *shell, const struct bus_peer *peer, Paidan__Answer *answer)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    unsigned char *bytes = NULL;
    size_t size = 0;
    answer->protocol = SHELL_PROTOCOL;
    answer->has_now_ms = 1;
    answer->now_ms = shell_clock_now_ms(shell);
    if (wire_pack(arena, &answer->base, &bytes, &size) == RC_OK) {
        shell_reply_send(shell, peer, bytes, size);
    } else {
        shell->counts.unsent++;
    }
    arena->used = mark;
}

/* The detail may point into a frame or be of any length; what readers accept is DETAIL_BYTES_MAX. */
void shell_reply_refuse(struct shell *shell, const struct bus_peer *peer, uint64_t correlation,
                        Paidan__Code code, const char *detail, uint32_t retry_ms)
{
    char text[DETAIL_BYTES_MAX + 1];
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.correlation = correlation;
    answer.code = code;
    if (detail != NULL && detail[0] != '\0') {
        const size_t length = strnlen(detail, DETAIL_BYTES_MAX);
        memcpy(text, detail, length);
        text[length] = '\0';
        answer.detail = text;
    }
    answer.has_retry_after_ms = retry_ms != 0;
    answer.retry_after_ms = retry_ms;
    shell_reply_answer(shell, peer, &answer);
}

/* Damage of one page is told to whoever met it, for the rest of the store serves; a commit that meets
 * it ends the service by its own way. */
void shell_reply_failed(struct shell *shell, const struct bus_peer *peer, uint64_t correlation,
                        enum rc rc)
{
    if (rc == RC_LIMIT) {
        shell_reply_refuse(shell, peer, correlation, PAIDAN__CODE__TOO_MANY_ITEMS, NULL, 0);
    } else if (rc == RC_CORRUPT) {
        shell->counts.corrupt++;
        diag_log_limited(DIAG_ERROR, "shell", "code=STORE_CORRUPT question=1 store=%s",
                         shell->service->step->name);
        shell_reply_refuse(shell, peer, correlation, PAIDAN__CODE__STORE_CORRUPT,
                           shell->service->step->name, 0);
    } else {
        shell->fault = rc;
    }
}
