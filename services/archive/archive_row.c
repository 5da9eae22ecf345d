/* archive_row: what an event says of a ticket's row, by the same meaning that intake gives to
 * escalation's facts for residents, and of triage's what the desk knows before a unit has it.
 *
 * What must stay true: a row made of all events of a ticket is the same in whatever order the four
 * logs were read, as long as each log is read in its own order; the words of this file stand in the
 * database of others, and are never changed. */
#include "archive_row.h"

#include <string.h>

#include "common/base/check.h"

/* ---- words ---- */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const states[] = {"",       "assigned",  "accepted",  "returned", "resolved",
                                     "closed", "withdrawn", "suspended", "desk",     "merged"};
static const char *const outcomes[] = {"",          "solved",    "partly",    "unsolved",
                                       "unreached", "withdrawn", "unsampled", "unasked"};
static const char *const solved_words[] = {"", "yes", "partly", "no"};
static const char *const satisfied_words[] = {"", "yes", "fair", "no"};

static_assert(PAIDAN__STATE__STATE_MERGED == COUNT(states) - 1, "in the order of State");
static_assert(PAIDAN__OUTCOME__OUTCOME_UNASKED == COUNT(outcomes) - 1, "in the order of Outcome");

static const char *word_of(const char *const *words, size_t count, uint32_t value)
{
    CHECK(words[0][0] == '\0');
    return value < count ? words[value] : ""; /* of a newer build */
}

static uint32_t value_of(const char *const *words, size_t count, const char *word)
{
    for (uint32_t value = 1; word != NULL && value < count; value++) {
        if (strcmp(words[value], word) == 0) {
            return value;
        }
    }
    return 0;
}

const char *archive_row_state(uint32_t state)
{
    return word_of(states, COUNT(states), state);
}

const char *archive_row_outcome(uint32_t outcome)
{
    return word_of(outcomes, COUNT(outcomes), outcome);
}

const char *archive_row_solved(uint32_t solved)
{
    return word_of(solved_words, COUNT(solved_words), solved);
}

const char *archive_row_satisfied(uint32_t satisfied)
{
    return word_of(satisfied_words, COUNT(satisfied_words), satisfied);
}

uint32_t archive_row_state_of(const char *word)
{
    return value_of(states, COUNT(states), word);
}

uint32_t archive_row_outcome_of(const char *word)
{
    return value_of(outcomes, COUNT(outcomes), word);
}

uint32_t archive_row_satisfied_of(const char *word)
{
    return value_of(satisfied_words, COUNT(satisfied_words), word);
}

/* ---- what may be looked for ---- */

static void add_words(struct archive_row *row, const char *words)
{
    if (words != NULL && words[0] != '\0') {
        CHECK(row->word_count < ARCHIVE_ROW_WORDS_MAX);
        row->words[row->word_count++] = words;
    }
}

/* Whatever the fact calls a note, or a text: by the names of fields, as archive_strip masks them, so
 * that a fact that is added later can be found by its note without a line here. */
static void add_notes(struct archive_row *row, const ProtobufCMessage *fact)
{
    static const char *const names[] = {"note", "spot_note", "text", "place"};
    static_assert(COUNT(names) < ARCHIVE_ROW_WORDS_MAX, "all of them fit");
    for (size_t index = 0; index < COUNT(names); index++) {
        const ProtobufCFieldDescriptor *const field =
            protobuf_c_message_descriptor_get_field_by_name(fact->descriptor, names[index]);
        const char *text = NULL;
        if (field != NULL && field->type == PROTOBUF_C_TYPE_STRING &&
            field->label != PROTOBUF_C_LABEL_REPEATED) {
            memcpy(&text, (const unsigned char *)fact + field->offset, sizeof text);
            add_words(row, text);
        }
    }
}

/* ---- facts ---- */

static void assign(struct archive_row *row, const Paidan__Assignment *to)
{
    row->state = PAIDAN__STATE__STATE_ASSIGNED;
    row->unit = to->unit;
    row->level = to->level;
}

static void place(struct archive_row *row, const char *category, const char *area)
{
    row->category = category;
    row->area = area;
}

static void intake_row(struct archive_row *row, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        const Paidan__Registered *const fact = event->registered;
        row->registered_ms = event->at_ms;
        row->channel = fact->channel;
        row->title = fact->title;
        row->place = fact->place;
        row->confidential = fact->has_confidential && fact->confidential;
        add_words(row, fact->title); /* a given one may say what the text does not */
    } else if (event->fact_case == PAIDAN__EVENT__FACT_WITHDRAWN) {
        row->state = PAIDAN__STATE__STATE_WITHDRAWN;
    }
}

static void desked_row(struct archive_row *row, const Paidan__Desked *fact)
{
    row->state = fact->has_return_count ? PAIDAN__STATE__STATE_RETURNED : PAIDAN__STATE__STATE_DESK;
    row->channel = fact->channel;
    row->title = fact->title;
    row->registered_ms = fact->has_registered_ms ? fact->registered_ms : 0;
    row->urgency = fact->has_urgency ? (uint32_t)fact->urgency : 0;
}

static void merged_row(struct archive_row *row, const Paidan__Merged *fact)
{
    row->state = PAIDAN__STATE__STATE_MERGED;
    row->merged_into = fact->into;
    row->channel = fact->channel;
    row->title = fact->title;
    row->registered_ms = fact->registered_ms;
    row->confidential = fact->has_confidential && fact->confidential;
    row->urgency = (uint32_t)fact->urgency;
    place(row, fact->category, fact->area);
}

/* Of both logs that tell it. */
static void unmerged_row(struct archive_row *row)
{
    row->state = PAIDAN__STATE__STATE_DESK;
    row->unmerged = true;
}

static void triage_row(struct archive_row *row, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        row->state = PAIDAN__STATE__STATE_ASSIGNED;
        row->channel = event->routed->channel;
        row->title = event->routed->title;
        row->registered_ms = event->routed->registered_ms;
        row->unit = event->routed->unit;
        row->level = event->routed->level;
        row->urgency = (uint32_t)event->routed->urgency;
        place(row, event->routed->category, event->routed->area);
        return;
    case PAIDAN__EVENT__FACT_RULED:
        row->state = PAIDAN__STATE__STATE_ASSIGNED;
        row->unit = event->ruled->unit;
        row->level = event->ruled->level;
        place(row, event->ruled->category, event->ruled->area);
        return;
    case PAIDAN__EVENT__FACT_DESKED:
        desked_row(row, event->desked);
        return;
    case PAIDAN__EVENT__FACT_MERGED:
        merged_row(row, event->merged);
        return;
    case PAIDAN__EVENT__FACT_UNMERGED:
        unmerged_row(row);
        return;
    default:
        return; /* what escalation does it tells itself */
    }
}

static void assigned_row(struct archive_row *row, const Paidan__Assigned *fact)
{
    assign(row, fact->to);
    row->channel = fact->channel;
    row->title = fact->title;
    row->registered_ms = fact->registered_ms;
    row->confidential = fact->has_confidential && fact->confidential;
    row->urgency = (uint32_t)fact->urgency;
    place(row, fact->category, fact->area);
}

static void corrected_row(struct archive_row *row, const Paidan__Corrected *fact)
{
    if (fact->to != NULL) {
        assign(row, fact->to);
    }
    row->urgency = fact->has_urgency ? (uint32_t)fact->urgency : 0;
    place(row, fact->category, fact->area);
}

static void resolved_row(struct archive_row *row, const Paidan__Resolved *fact)
{
    row->state = PAIDAN__STATE__STATE_RESOLVED;
    row->unit = fact->unit;
    row->level = fact->has_level ? fact->level : 0;
    place(row, fact->category, fact->area);
}

static void closed_row(struct archive_row *row, const Paidan__Event *event)
{
    const Paidan__Closed *const fact = event->closed;
    row->state = fact->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN
                     ? PAIDAN__STATE__STATE_WITHDRAWN
                     : PAIDAN__STATE__STATE_CLOSED;
    row->outcome = (uint32_t)fact->outcome;
    row->satisfied = fact->has_satisfied ? (uint32_t)fact->satisfied : 0;
    row->closed_ms = event->at_ms;
}

static void recoded_row(struct archive_row *row, const Paidan__Recoded *fact)
{
    row->unit = fact->unit;
    place(row, fact->category, fact->area);
}

static void escalation_row(struct archive_row *row, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        assigned_row(row, event->assigned);
        return;
    case PAIDAN__EVENT__FACT_RAISED:
        assign(row, event->raised->to);
        return;
    case PAIDAN__EVENT__FACT_REOPENED:
        assign(row, event->reopened->to);
        row->reopened = true;
        row->answered = row->moved;
        return;
    case PAIDAN__EVENT__FACT_ORDERED:
        assign(row, event->ordered->to);
        return;
    case PAIDAN__EVENT__FACT_MOVED:
        assign(row, event->moved->to);
        return;
    case PAIDAN__EVENT__FACT_CORRECTED:
        corrected_row(row, event->corrected);
        return;
    case PAIDAN__EVENT__FACT_RECODED:
        recoded_row(row, event->recoded);
        return;
    case PAIDAN__EVENT__FACT_URGENCY_RAISED:
        row->urgency = (uint32_t)event->urgency_raised->urgency;
        return;
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_RESUMED:
        row->state = PAIDAN__STATE__STATE_ACCEPTED;
        return;
    case PAIDAN__EVENT__FACT_RETURNED:
        row->state = PAIDAN__STATE__STATE_RETURNED;
        return;
    case PAIDAN__EVENT__FACT_RECALLED:
        row->state = PAIDAN__STATE__STATE_DESK;
        return;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        row->state = PAIDAN__STATE__STATE_SUSPENDED;
        return;
    case PAIDAN__EVENT__FACT_MERGED:
        merged_row(row, event->merged);
        return;
    case PAIDAN__EVENT__FACT_UNMERGED:
        unmerged_row(row);
        return;
    case PAIDAN__EVENT__FACT_RESOLVED:
        resolved_row(row, event->resolved);
        return;
    case PAIDAN__EVENT__FACT_CLOSED:
        closed_row(row, event);
        return;
    default:
        return;
    }
}

/* By time, and of one millisecond in the order in which a ticket reaches the services: what follows
 * from a record of another log is never said in an earlier commit than that one. */
static uint64_t moved_of(const char *log, uint64_t at_ms)
{
    static const char *const order[] = {"intake", "triage", "escalation", "callback"};
    uint64_t rank = 0;
    while (rank < COUNT(order) && strcmp(order[rank], log) != 0) {
        rank++;
    }
    CHECK(at_ms < UINT64_MAX / 16);
    return at_ms * 8 + rank;
}

bool archive_row_make(const char *log, const Paidan__Event *event, const char *person,
                      struct archive_row *row)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    if (!event->has_ticket) {
        return false;
    }
    *row = (struct archive_row){.ticket = event->ticket, .moved = moved_of(log, event->at_ms)};
    row->person = person;
    if (strcmp(log, "intake") == 0) {
        intake_row(row, event);
    } else if (strcmp(log, "triage") == 0) {
        triage_row(row, event);
    } else if (strcmp(log, "escalation") == 0) {
        escalation_row(row, event);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ANSWERED) {
        row->answered = row->moved;
        row->solved = (uint32_t)event->answered->solved;
        row->satisfied = (uint32_t)event->answered->satisfied;
    }
    /* All members of the union are pointers to messages. */
    add_notes(row, &event->registered->base);
    return true;
}
