/* wechat_picture: what a ticket names in place of a link that ends. Owns no tables.
 *
 * A copy's name is made of the message that it came with, so that the ticket can be filed at once and
 * names it before it is there; fetched twice it is the same file. It is fetched when a ticket names it
 * and not before: what is never filed, for want of consent, is never kept. What must stay true: text
 * never waits for a picture, and a picture that cannot be had is told to whoever sent it. */
#include "wechat_picture.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "wechat_outbox.h"
#include "wechat_read.h"
#include "wechat_way.h"

enum { NAME_HASH_BYTES = (WECHAT_PICTURE_NAME_BYTES - 1) / 2 };

/* A voice without words is not filed: its sender is asked to type. */
static bool is_kept(const Paidan__WechatHear *hear)
{
    CHECK(hear != NULL);
    return hear->kind == PAIDAN__WECHAT_KIND__WECHAT_IMAGE ||
           (hear->kind == PAIDAN__WECHAT_KIND__WECHAT_VOICE && hear->text != NULL);
}

/* A robot gives addresses, the others an id that their interface knows. A message without an id of its
 * own has no name to give to a copy. */
size_t wechat_picture_count(const struct site_wechat_account *account,
                            const Paidan__WechatHear *hear)
{
    CHECK(hear != NULL);
    CHECK(hear->n_urls <= WECHAT_URLS_MAX);
    if (account == NULL || hear->msg_id == NULL || hear->msg_id[0] == '\0') {
        return 0;
    }
    if (account->platform == SITE_WECHAT_ROBOT) {
        return hear->n_urls;
    }
    return account->customer && hear->media_id != NULL && is_kept(hear) ? 1 : 0;
}

void wechat_picture_name(const Paidan__WechatHear *hear, size_t index,
                         char name[WECHAT_PICTURE_NAME_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[NAME_HASH_BYTES];
    char over[CODE_BYTES_MAX + WECHAT_MSG_ID_BYTES_MAX + 64];
    CHECK(index <= WECHAT_URLS_MAX);
    const int bytes =
        snprintf(over, sizeof over, "wechat\n%s\n%s\n%zu", hear->account, hear->msg_id, index);
    CHECK(bytes > 0);
    CHECK((size_t)bytes < sizeof over);
    const int hashed = crypto_generichash(hash, sizeof hash, (const unsigned char *)over,
                                          (unsigned long long)bytes, NULL, 0);
    CHECK(hashed == 0);
    for (size_t at = 0; at < sizeof hash; at++) {
        name[2 * at] = digits[hash[at] >> 4];
        name[2 * at + 1] = digits[hash[at] & 15];
    }
    name[2 * sizeof hash] = '\0';
}

/* A line of its own: nothing of that person waits for it. */
enum rc wechat_picture_ask(struct step *step, uint64_t heard)
{
    CHECK(heard > 0);
    const enum rc rc = outbox_ask(step, &wechat_outbox, &(struct step_about){.ticket = 0},
                                  WECHAT_PICTURE_TO, heard, heard);
    CHECK(rc != RC_NOT_FOUND); /* there is an account, or nothing would be fetched */
    return rc;
}

enum rc wechat_picture_lost(struct step *step, uint64_t heard)
{
    Paidan__WechatHear *hear = NULL;
    struct wechat_talk talk;
    CHECK(heard > 0);
    enum rc rc = wechat_read_heard(step, heard, &hear);
    if (rc != RC_OK || (hear->kind == PAIDAN__WECHAT_KIND__WECHAT_VOICE)) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* of a voice the words are there */
    }
    rc = wechat_state_talk_or_new(step->txn, hear->account, hear->person, &talk);
    const struct wechat_message message = {.words = WECHAT_SAY_PICTURE_LOST};
    return rc == RC_OK ? wechat_way_tell(step, &talk, &message, hear->group, 0, 0, 0, NULL) : rc;
}
