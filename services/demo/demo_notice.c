/* demo_notice: what the site's section `bulletin` proposes is written with the words that the service suggests, and published by
 * somebody else an hour later. Nothing of the day's figures depends on it. */
#include "demo_notice.h"

#include "common/base/check.h"
#include "demo_actor.h"

#define NOTICE_LOOK_MS (60u * DEMO_MINUTE_MS)
/* A screen in a hall shows some, not all of them. */
#define NOTICES_AT_ONCE 3u

/* *listed stays as it is when there is no answer. */
static enum rc list(struct demo *demo, Paidan__BulletinState state,
                    const Paidan__BulletinListed **listed)
{
    Paidan__BulletinList wish = PAIDAN__BULLETIN_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    wish.has_state = 1;
    wish.state = state;
    wish.has_limit = 1;
    wish.limit = NOTICES_AT_ONCE;
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_LIST;
    request.bulletin_list = &wish;
    request.actor = demo_actor_lend("notice-1");
    const enum rc rc = demo_actor_call(demo, "archive", &request, &answer);
    if (rc == RC_OK && answer->body_case == PAIDAN__ANSWER__BODY_BULLETIN_LISTED) {
        *listed = answer->bulletin_listed;
    }
    return rc;
}

/* Refused where the ticket was taken up again meanwhile: then it is not told of. */
static enum rc send(struct demo *demo, Paidan__Request *request, const char *actor)
{
    unsigned char id[REQUEST_ID_BYTES];
    Paidan__Answer *answer = NULL;
    CHECK(actor != NULL);
    client_request_id(id);
    request->has_request_id = 1;
    request->request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    request->actor = demo_actor_lend(actor);
    return demo_actor_call(demo, "archive", request, &answer);
}

static enum rc review(struct demo *demo)
{
    const Paidan__BulletinListed *drafts = NULL;
    enum rc rc = list(demo, PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT, &drafts);
    for (size_t index = 0; rc == RC_OK && drafts != NULL && index < drafts->n_bulletins; index++) {
        Paidan__BulletinRule wish = PAIDAN__BULLETIN_RULE__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        wish.ticket = drafts->bulletins[index]->ticket;
        wish.granted = 1;
        request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_RULE;
        request.bulletin_rule = &wish;
        rc = send(demo, &request, "notice-2");
    }
    return rc;
}

static enum rc write_words(struct demo *demo)
{
    const Paidan__BulletinListed *proposed = NULL;
    enum rc rc = list(demo, PAIDAN__BULLETIN_STATE__BULLETIN_PROPOSED, &proposed);
    for (size_t index = 0; rc == RC_OK && proposed != NULL && index < proposed->n_bulletins;
         index++) {
        Paidan__BulletinDraft wish = PAIDAN__BULLETIN_DRAFT__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        wish.ticket = proposed->bulletins[index]->ticket;
        request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_DRAFT;
        request.bulletin_draft = &wish;
        rc = send(demo, &request, "notice-1");
    }
    return rc;
}

enum rc demo_notice_look(struct demo *demo, uint64_t now_ms)
{
    CHECK(now_ms > 0);
    enum rc rc = review(demo);
    rc = rc == RC_OK ? write_words(demo) : rc;
    if (rc != RC_OK && rc != RC_TIMEOUT) {
        return rc;
    }
    const struct demo_item next = {.at_ms = now_ms + NOTICE_LOOK_MS, .kind = DEMO_ITEM_NOTICE};
    return demo_actor_put(demo, &next);
}
