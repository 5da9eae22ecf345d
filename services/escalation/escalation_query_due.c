/* Lists by the next deadline 临期、超期、督办: of a unit, of an area with everything below it, of
 * the whole site. They walk rows that are there anyway: the queues of the units (one run of rows in
 * order of their deadlines for each unit and bucket), of supervised tickets the list ESCALATION_
 * SUPERVISED. Several runs are merged by a heap, so that the work is that of the rows given. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_query.h"
#include "escalation_target.h"

enum {
    DUE_DEFAULT = 100,
    ORDER_BYTES = 16,               /* due and ticket: what rows are in order of */
    CURSOR_BYTES = 1 + ORDER_BYTES, /* which list, the last row looked at */
    HEADS_FIRST = 64,
};

enum list_kind { LIST_SOON = 1, LIST_OVERDUE, LIST_SUPERVISED };

/* One run of rows, at its next row: the prefix of its keys, then due and ticket. */
struct head {
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    uint32_t prefix_bytes;
    unsigned char order[ORDER_BYTES];
};

struct due_list {
    struct step_view *view;
    const char *unit; /* NULL: any */
    struct escalation_filter filter;
    enum list_kind kind;
    unsigned table;
    unsigned char from[ORDER_BYTES], until[ORDER_BYTES]; /* both within the list */
    uint32_t limit, seen;
    struct head *heads; /* a heap: the least one first */
    uint32_t head_count, head_room;
    unsigned char last[ORDER_BYTES]; /* looked at */
    Paidan__DueListed *listed;
};

/* ---- runs of rows ---- */

static bool less(const struct head *left, const struct head *right)
{
    return memcmp(left->order, right->order, ORDER_BYTES) < 0;
}

static void swap(struct head *left, struct head *right)
{
    const struct head kept = *left;
    *left = *right;
    *right = kept;
}

static void sift_down(struct due_list *list)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < list->head_count;
             child++) {
            least = less(&list->heads[child], &list->heads[least]) ? child : least;
        }
        if (least == at) {
            return;
        }
        swap(&list->heads[at], &list->heads[least]);
        at = least;
    }
}

static enum rc push(struct due_list *list, const struct head *head)
{
    if (list->head_count == list->head_room) {
        const uint32_t room = list->head_room == 0 ? HEADS_FIRST : 2 * list->head_room;
        struct head *heads = arena_alloc(list->view->arena, room * sizeof *heads);
        if (heads == NULL) {
            return RC_LIMIT;
        }
        if (list->head_count != 0) {
            memcpy(heads, list->heads, list->head_count * sizeof *heads);
        }
        list->heads = heads;
        list->head_room = room;
    }
    uint32_t at = list->head_count;
    list->heads[at] = *head;
    list->head_count++;
    while (at > 0 && less(&list->heads[at], &list->heads[(at - 1) / 2])) {
        swap(&list->heads[at], &list->heads[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    return RC_OK;
}

/* The run's first row at or behind order that the list may hold; *some false: none. */
static enum rc find_row(const struct due_list *list, struct head *head,
                        const unsigned char order[ORDER_BYTES], bool *some)
{
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
    struct store_walk walk;
    memcpy(key, head->prefix, head->prefix_bytes);
    memcpy(key + head->prefix_bytes, order, ORDER_BYTES);
    const size_t key_bytes = head->prefix_bytes + ORDER_BYTES;
    enum rc rc = store_walk_open(list->view->txn, list->table, key, key_bytes, &walk);
    *some = false;
    if (rc == RC_OK && walk.key_bytes != key_bytes) {
        rc = RC_CORRUPT;
    } else if (rc == RC_OK && memcmp(walk.key, head->prefix, head->prefix_bytes) == 0) {
        memcpy(head->order, walk.key + head->prefix_bytes, ORDER_BYTES);
        *some = memcmp(head->order, list->until, ORDER_BYTES) <= 0;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc add_run(struct due_list *list, const void *prefix, size_t prefix_bytes)
{
    struct head head = {.prefix_bytes = (uint32_t)prefix_bytes};
    bool some = false;
    memcpy(head.prefix, prefix, prefix_bytes);
    const enum rc rc = find_row(list, &head, list->from, &some);
    return rc == RC_OK && some ? push(list, &head) : rc;
}

/* A big-endian number one higher; false: it was the highest. */
static bool increment(unsigned char *bytes, size_t count)
{
    for (size_t index = count; index > 0; index--) {
        bytes[index - 1]++;
        if (bytes[index - 1] != 0) {
            return true;
        }
    }
    return false;
}

/* On the books nothing is due; a task of an assisting unit belongs to that unit's list alone. */
static bool is_run(const struct due_list *list, unsigned char bucket)
{
    return bucket != ESCALATION_ON_HOLD && (bucket != ESCALATION_ASSISTING || list->unit != NULL);
}

static enum rc add_unit(struct due_list *list)
{
    enum rc rc = RC_OK;
    for (unsigned bucket = 0; bucket < ESCALATION_BUCKET_COUNT && rc == RC_OK; bucket++) {
        unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
        escalation_state_queue_prefix(list->unit, (enum escalation_bucket)bucket, prefix);
        rc = is_run(list, prefix[8]) ? add_run(list, prefix, sizeof prefix) : RC_OK;
    }
    return rc;
}

/* Of every unit that has open tickets, also of one that the site does not know any more. */
static enum rc add_all_units(struct due_list *list)
{
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES] = {0};
    enum rc rc = RC_OK;
    for (bool more = true; more && rc == RC_OK; more = more && increment(prefix, sizeof prefix)) {
        struct store_walk walk;
        rc = store_walk_open(list->view->txn, ESCALATION_QUEUE, prefix, sizeof prefix, &walk);
        more = rc == RC_OK;
        if (more) {
            memcpy(prefix, walk.key, sizeof prefix);
        }
        store_walk_close(&walk);
        if (more && is_run(list, prefix[8])) {
            rc = add_run(list, prefix, sizeof prefix);
        }
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc add_runs(struct due_list *list)
{
    if (list->kind == LIST_SUPERVISED) {
        const unsigned char prefix = ESCALATION_SUPERVISED;
        return add_run(list, &prefix, sizeof prefix);
    }
    return list->unit != NULL ? add_unit(list) : add_all_units(list);
}

/* ---- giving ---- */

static bool is_asked_for(const struct due_list *list, const struct head *head,
                         const struct escalation_ticket *ticket, const struct escalation_info *info)
{
    const bool supervised = list->kind == LIST_SUPERVISED;
    if (supervised && list->unit != NULL && strcmp(ticket->unit, list->unit) != 0) {
        return false;
    }
    /* The clock of an assisting unit stands still with the others. */
    const bool assists = !supervised && head->prefix[8] == ESCALATION_ASSISTING;
    return !(assists && ticket->state == ESCALATION_SUSPENDED) &&
           escalation_filter_matches(&list->filter, ticket, info);
}

/* Of another area: its larger record need not be read. */
static bool is_elsewhere(const struct due_list *list, const struct escalation_info *info)
{
    const struct site *site = list->view->site;
    if (list->filter.area == SITE_NONE || info == NULL) {
        return false;
    }
    const uint32_t area = site_area_find(site, info->area);
    return area == SITE_NONE || !site_area_within(site, area, list->filter.area);
}

static enum rc give(struct due_list *list, const struct head *head)
{
    struct escalation_ticket ticket;
    struct escalation_info room;
    const struct escalation_info *info = NULL;
    const uint64_t id = escalation_state_id_of(head->order + 8);
    enum rc rc = escalation_query_info(list->view->txn, id, &room, &info);
    if (rc == RC_OK && is_elsewhere(list, info)) {
        return RC_OK;
    }
    if (rc == RC_OK) {
        rc = escalation_state_load(list->view->txn, id, &ticket);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (!is_asked_for(list, head, &ticket, info)) {
        return RC_OK;
    }
    Paidan__DueListed *listed = list->listed;
    rc = escalation_query_brief(list->view, id, &ticket, info, &listed->tickets[listed->n_tickets]);
    listed->n_tickets += rc == RC_OK ? 1 : 0;
    return rc;
}

static enum rc add_cursor(struct due_list *list)
{
    unsigned char *cursor = arena_alloc(list->view->arena, CURSOR_BYTES);
    if (cursor == NULL) {
        return RC_LIMIT;
    }
    cursor[0] = (unsigned char)list->kind;
    memcpy(cursor + 1, list->last, ORDER_BYTES);
    list->listed->has_next = true;
    list->listed->next = (ProtobufCBinaryData){.len = CURSOR_BYTES, .data = cursor};
    return RC_OK;
}

static enum rc walk_runs(struct due_list *list)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && list->head_count > 0) {
        if (list->listed->n_tickets == list->limit || list->seen == ESCALATION_SCAN_MAX) {
            return add_cursor(list);
        }
        struct head head = list->heads[0];
        rc = give(list, &head);
        if (rc != RC_OK) {
            break;
        }
        list->seen++;
        memcpy(list->last, head.order, ORDER_BYTES);
        unsigned char next[ORDER_BYTES];
        bool some = false;
        memcpy(next, head.order, ORDER_BYTES);
        if (increment(next, sizeof next)) {
            rc = find_row(list, &list->heads[0], next, &some);
        }
        if (!some) {
            list->head_count--;
            list->heads[0] = list->heads[list->head_count];
        }
        sift_down(list);
    }
    return rc;
}

/* ---- what is asked ---- */

static void set_range(struct due_list *list, const Paidan__DueList *wish)
{
    const uint64_t now_ms = list->view->now_ms;
    const bool overdue = wish->has_overdue && wish->overdue;
    const bool bounded = wish->has_until_ms;
    uint64_t from_ms = 0, until_ms = UINT64_MAX;
    if (overdue) {
        until_ms = now_ms;
    } else if (list->kind == LIST_SOON) {
        from_ms = now_ms + 1;
        until_ms = bounded && wish->until_ms < UINT64_MAX ? wish->until_ms : UINT64_MAX - 1;
    } else if (bounded) {
        until_ms = wish->until_ms;
    }
    escalation_state_id_key(from_ms, list->from);
    escalation_state_id_key(0, list->from + 8);
    escalation_state_id_key(until_ms, list->until);
    memset(list->until + 8, 0xff, 8);
}

/* Goes on behind the last row of the page before. False: it is not a cursor of this list. */
static bool take_cursor(struct due_list *list, const ProtobufCBinaryData *cursor)
{
    if (cursor->len != CURSOR_BYTES || cursor->data[0] != (unsigned char)list->kind) {
        return false;
    }
    unsigned char next[ORDER_BYTES];
    memcpy(next, cursor->data + 1, ORDER_BYTES);
    const bool more = increment(next, sizeof next);
    if (more && memcmp(next, list->from, ORDER_BYTES) > 0) {
        memcpy(list->from, next, ORDER_BYTES);
    }
    return more;
}

static enum list_kind kind_of(const Paidan__DueList *wish)
{
    if (wish->has_supervised && wish->supervised) {
        return LIST_SUPERVISED;
    }
    return wish->has_overdue && wish->overdue ? LIST_OVERDUE : LIST_SOON;
}

static enum rc refuse_unit(const struct due_list *list, Paidan__Answer *answer, bool *refused)
{
    bool known = true;
    const enum rc rc =
        list->unit == NULL
            ? RC_OK
            : escalation_target_unit_known(list->view->txn, list->view->site, list->unit, &known);
    *refused = rc == RC_OK && !known;
    if (*refused) {
        escalation_query_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    return rc;
}

/* Answers and gives false if something asked for is not valid. */
static bool take_wish(struct due_list *list, const Paidan__DueList *wish, Paidan__Answer *answer)
{
    list->unit = wish->unit;
    list->kind = kind_of(wish);
    list->table = list->kind == LIST_SUPERVISED ? ESCALATION_WATCH : ESCALATION_QUEUE;
    list->limit = wish->has_limit ? wish->limit : DUE_DEFAULT;
    if (list->limit == 0 || list->limit > LIST_MAX) {
        escalation_query_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
        return false;
    }
    if (!escalation_filter_init(&list->filter, list->view->site, wish->area, NULL, NULL, answer)) {
        return false;
    }
    set_range(list, wish);
    if (wish->has_cursor && !take_cursor(list, &wish->cursor)) {
        escalation_query_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "cursor");
        return false;
    }
    return true;
}

enum rc escalation_query_due(struct step_view *view, const Paidan__DueList *wish,
                             Paidan__Answer *answer)
{
    struct due_list list = {.view = view};
    bool refused = false;
    if (!take_wish(&list, wish, answer)) {
        return RC_OK;
    }
    enum rc rc = refuse_unit(&list, answer, &refused);
    if (rc != RC_OK || refused) {
        return rc;
    }
    list.listed = arena_alloc(view->arena, sizeof *list.listed);
    if (list.listed == NULL) {
        return RC_LIMIT;
    }
    paidan__due_listed__init(list.listed);
    list.listed->tickets = arena_alloc(view->arena, list.limit * sizeof(Paidan__Brief *));
    if (list.listed->tickets == NULL) {
        return RC_LIMIT;
    }
    rc = add_runs(&list);
    if (rc == RC_OK) {
        rc = walk_runs(&list);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_DUE_LISTED;
    answer->due_listed = list.listed;
    return rc;
}
