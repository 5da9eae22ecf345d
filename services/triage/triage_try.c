/* triage_try: a question about words that are no ticket yet, for whoever takes a call. It owns nothing.
 * What must stay true: asking leaves no trace, so that text typed and thrown away was never ours. */

#include "triage_try.h"

#include "common/base/check.h"
#include "common/site/site_try.h"
#include "common/text/text.h"
#include "triage_trust.h"

enum rc triage_try_query(struct step_view *view, const Paidan__TriageTry *wish,
                         Paidan__Answer *answer)
{
    CHECK(view->site != NULL);
    CHECK(wish->text != NULL);
    if (text_blank(wish->text)) {
        return step_view_refuse(answer, PAIDAN__CODE__TEXT_EMPTY, "text");
    }
    Paidan__TriageTried *tried = arena_alloc(view->arena, sizeof *tried);
    if (tried == NULL) {
        return RC_LIMIT;
    }
    const struct site_trusting trusting = triage_trust_of(view->txn);
    const enum rc rc = site_try(view->arena, view->site, wish, view->now_ms, &trusting, tried);
    if (rc == RC_INVALID) {
        return step_view_refuse(answer, PAIDAN__CODE__TEXT_NOT_UTF8, "text");
    }
    if (rc == RC_OK) {
        answer->body_case = PAIDAN__ANSWER__BODY_TRIAGE_TRIED;
        answer->triage_tried = tried;
    }
    return rc;
}
