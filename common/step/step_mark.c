/* step_mark: what a cause says of somebody who proved who he is: roles, session, whence. Copied, for a
 * denial is told of when he who asked is long gone. */
#include <string.h>

#include "common/base/check.h"
#include "common/step/step_private.h"

void step_mark_make(const struct permit_asker *asker, struct step_mark *mark)
{
    *mark = (struct step_mark){.role_count = 0};
    if (asker->via != NULL) {
        CHECK(strlen(asker->via) <= VIA_BYTES_MAX); /* a grant's: the wire's bound */
        memcpy(mark->via, asker->via, strlen(asker->via) + 1);
    }
    if (asker->session != NULL && asker->session->len == SESSION_BYTES) {
        mark->has_session = true;
        memcpy(mark->session, asker->session->data, SESSION_BYTES);
    }
    uint32_t seen = 0;
    for (size_t index = 0; asker->column == PERMIT_COLUMNS && index < asker->role_count; index++) {
        seen |= 1u << (unsigned)asker->roles[index]->role;
    }
    if (asker->column >= PERMIT_ROLE_FIRST && asker->column <= PERMIT_PUBLIC) {
        seen = 1u << asker->column;
    }
    for (unsigned role = PERMIT_ROLE_FIRST; role <= PERMIT_PUBLIC; role++) {
        if ((seen >> role & 1u) != 0) {
            mark->roles[mark->role_count++] = (Paidan__Role)role;
        }
    }
}
