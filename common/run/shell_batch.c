/* shell_batch: the step being gathered: its inputs, where each came from, and how much more it may
 * take. Owns shell->inputs, origins, count, items, bytes and room; whoever adds asks first whether
 * there is room.
 *
 * A step is bounded by the items in its frames, for one frame may carry thousands. Room is judged
 * before an input is added, so a step may be larger than its bound by one frame: what
 * SHELL_GATHER_ARENA_BYTES leaves of the arena is enough for the largest. */

#include "common/base/check.h"
#include "common/run/shell_parts.h"

/* Four bounds, for any of them may be the one that a load fills: thousands of pulls (items), single
 * large texts (bytes), empty repeated fields (arena). */
bool shell_batch_has_room(const struct shell *shell)
{
    const struct shell_room *room = &shell->room;
    return shell->count < room->count && shell->items < room->items && shell->bytes < room->bytes &&
           step_engine_arena(shell->engine)->used < room->arena_bytes;
}

/* Inputs are not freed: they lie in the arena, which the loop resets after the answers. */
void shell_batch_begin(struct shell *shell)
{
    shell->count = shell->items = shell->bytes = 0;
}

void shell_batch_room(struct shell *shell, size_t eighths)
{
    CHECK(eighths <= SHELL_BATCH_EIGHTHS);
    CHECK(shell->settings.step_inputs >= 1);
    CHECK(shell->settings.step_inputs <= STEP_INPUTS_MAX);
    /* Rounded up: with few inputs a step (a test, or a slow disk) each part still takes one. */
    const size_t inputs = (size_t)shell->settings.step_inputs * eighths;
    shell->room = (struct shell_room){
        .count = (inputs + SHELL_BATCH_EIGHTHS - 1) / SHELL_BATCH_EIGHTHS,
        .items = STEP_ITEMS_MAX / SHELL_BATCH_EIGHTHS * eighths,
        .bytes = SHELL_GATHER_BYTES / SHELL_BATCH_EIGHTHS * eighths,
        .arena_bytes = SHELL_GATHER_ARENA_BYTES / SHELL_BATCH_EIGHTHS * eighths,
    };
}

size_t shell_batch_items(const Paidan__Request *request)
{
    size_t items = 1;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
        items = request->submit->n_tickets;
        break;
    case PAIDAN__REQUEST__WISH_WORK:
        items = request->work->n_items;
        break;
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        items = request->callback_answer->n_replies;
        break;
    case PAIDAN__REQUEST__WISH_PULL:
        items = request->pull->has_max ? request->pull->max : 1;
        break;
    case PAIDAN__REQUEST__WISH_CALLBACK_PULL:
        items = request->callback_pull->has_max ? request->callback_pull->max : 1;
        break;
    default:
        break;
    }
    /* Whatever a wish asks for beyond its bound is refused, which is little work. */
    const size_t items_max = SUBMIT_TICKETS_MAX;
    items = items < items_max ? items : items_max;
    return items > 0 ? items : 1;
}

/* The input's place stays until the batch begins again; only shell_batch_drop_records moves it. */
struct step_input *shell_batch_add(struct shell *shell, enum shell_origin_kind kind, unsigned index,
                                   size_t items, size_t bytes)
{
    CHECK(shell->count < STEP_INPUTS_MAX);
    CHECK(items >= 1);
    CHECK(kind != SHELL_FROM_LOG || index < shell->follow_count);
    CHECK(kind != SHELL_FROM_WAITER || shell->waiters[index].used);
    const size_t at = shell->count++;
    shell->items += items;
    shell->bytes += bytes;
    shell->inputs[at] = (struct step_input){0};
    shell->origins[at].kind = kind;
    shell->origins[at].index = index;
    shell->origins[at].raw = NULL;
    return &shell->inputs[at];
}

/* Outcomes are by index, so the step that is run again must have its inputs close together. Items
 * and bytes stay as they were: nothing is added to a step that was tried. */
void shell_batch_drop_records(struct shell *shell)
{
    size_t kept = 0;
    CHECK(shell->count <= STEP_INPUTS_MAX);
    for (size_t index = 0; index < shell->count; index++) {
        if (shell->origins[index].kind != SHELL_FROM_LOG) {
            shell->inputs[kept] = shell->inputs[index];
            shell->origins[kept] = shell->origins[index];
            kept++;
        }
    }
    shell->count = kept;
}

const struct step_peer *shell_batch_peer(const struct bus_peer *peer, struct step_peer *asker)
{
    static_assert(BUS_UID_NONE == STEP_UID_NONE, "nobody is nobody on both floors");
    if (peer->inner) {
        return NULL;
    }
    *asker = (struct step_peer){.uid = peer->uid, .pid = peer->pid, .id = peer->address};
    return asker;
}

/* Not when they are added: a peer points into its origin, and origins move when records are dropped.
 */
void shell_batch_peers(struct shell *shell)
{
    for (size_t index = 0; index < shell->count; index++) {
        struct shell_origin *origin = &shell->origins[index];
        if (origin->kind != SHELL_FROM_LOG) {
            shell->inputs[index].peer = shell_batch_peer(&origin->peer, &origin->asker);
        }
    }
}
