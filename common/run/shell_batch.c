/* shell_batch: the step being gathered: its inputs, where each came from, and how much more it may
 * take. Owns shell->inputs, origins, count, items, bytes and room; whoever adds asks first whether
 * there is room.
 *
 * A step is bounded by the time that its items are likely to take, for one frame may carry thousands,
 * and by bytes; the number of inputs is fixed, and seldom what fills it. Room is judged before an input
 * is added, so a step may be larger than its bound by one frame: what SHELL_GATHER_ARENA_BYTES leaves
 * of the arena is enough for the largest. */

#include "common/base/check.h"
#include "common/run/shell_parts.h"

enum {
    /* Of fewer items the step itself costs more than they do, and nothing is learnt of them. */
    BATCH_LEARN_ITEMS = 256,
    BATCH_LEARN_SHARE = 8, /* what a step shows counts for one of so many */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- time -------------------------------------------------------------------------------------
 */

size_t shell_batch_items_within(const struct shell *shell, uint64_t span_us)
{
    const uint64_t item_ns = shell->item_ns != 0 ? shell->item_ns : SHELL_ITEM_NS;
    CHECK(item_ns <= SHELL_ITEM_NS_MAX);
    return (size_t)(span_us * 1000u / item_ns);
}

/* Processor time, so that neither a slow disk nor a busy machine makes steps small: both want them
 * large. Deadlines that fired in the step count as its items' time, which leaves room for the next. */
void shell_batch_learn(struct shell *shell, uint64_t cpu_ns)
{
    if (shell->items < BATCH_LEARN_ITEMS) {
        return;
    }
    const uint64_t shown_ns = cpu_ns / shell->items;
    const uint64_t item_ns = shell->item_ns != 0 ? shell->item_ns : SHELL_ITEM_NS;
    const uint64_t mean_ns = (item_ns * (BATCH_LEARN_SHARE - 1) + shown_ns) / BATCH_LEARN_SHARE;
    shell->item_ns = most(1, least(mean_ns, SHELL_ITEM_NS_MAX));
}

/* ---- room -------------------------------------------------------------------------------------
 */

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

static struct shell_room room_of(const struct shell *shell, size_t eighths)
{
    CHECK(eighths <= SHELL_BATCH_EIGHTHS);
    CHECK(shell->settings.step_inputs >= 1);
    CHECK(shell->settings.step_inputs <= STEP_INPUTS_MAX);
    const size_t items = least(shell_batch_items_within(shell, SHELL_BATCH_US), STEP_ITEMS_MAX);
    /* Rounded up: with few inputs a step (a test, or a slow disk) each part still takes one. */
    const size_t inputs = (size_t)shell->settings.step_inputs * eighths;
    return (struct shell_room){
        .count = (inputs + SHELL_BATCH_EIGHTHS - 1) / SHELL_BATCH_EIGHTHS,
        .items = items / SHELL_BATCH_EIGHTHS * eighths,
        .bytes = SHELL_GATHER_BYTES / SHELL_BATCH_EIGHTHS * eighths,
        .arena_bytes = SHELL_GATHER_ARENA_BYTES / SHELL_BATCH_EIGHTHS * eighths,
    };
}

void shell_batch_room(struct shell *shell, size_t eighths)
{
    shell->room = room_of(shell, eighths);
}

struct shell_room shell_batch_whole(const struct shell *shell)
{
    return room_of(shell, SHELL_BATCH_EIGHTHS);
}

void shell_batch_room_beyond(struct shell *shell, size_t eighths)
{
    const struct shell_room more = room_of(shell, eighths);
    struct shell_room *room = &shell->room;
    *room = shell_batch_whole(shell);
    room->items = most(room->items, shell->items + more.items);
    room->bytes = most(room->bytes, shell->bytes + more.bytes);
    room->arena_bytes =
        most(room->arena_bytes, step_engine_arena(shell->engine)->used + more.arena_bytes);
}

struct shell_room shell_batch_part(const struct shell *shell, size_t divisor)
{
    const struct shell_room *room = &shell->room;
    CHECK(divisor >= 1);
    CHECK(shell_batch_has_room(shell));
    return (struct shell_room){
        .count = most(1, (room->count - shell->count) / divisor),
        .items = most(1, (room->items - shell->items) / divisor),
        .bytes = most(1, (room->bytes - shell->bytes) / divisor),
        .arena_bytes =
            most(1, (room->arena_bytes - step_engine_arena(shell->engine)->used) / divisor),
    };
}

void shell_batch_room_part(struct shell *shell, const struct shell_room *bound,
                           const struct shell_room *part)
{
    const size_t arena_used = step_engine_arena(shell->engine)->used;
    shell->room = (struct shell_room){
        .count = least(bound->count, shell->count + part->count),
        .items = least(bound->items, shell->items + part->items),
        .bytes = least(bound->bytes, shell->bytes + part->bytes),
        .arena_bytes = least(bound->arena_bytes, arena_used + part->arena_bytes),
    };
}

/* ---- inputs -----------------------------------------------------------------------------------
 */

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
