/* port_archive_sql: the one statement that SQLite and PostgreSQL must understand alike: how an event
 * changes its ticket's row. */
#pragma once

/* What is said once fills in what is missing; what moves on is replaced by what is not earlier, and
 * else fills in too. An end is told by escalation's log alone, in its order, and replaces; "" and 0 of a
 * reopening leave NULL. What the resident answered stands in another log than the reopening that makes it
 * void: `answered` says which of the two was later, in whatever order they are read. */
#define PORT_ARCHIVE_ONCE(name) name " = coalesce(ticket." name ", excluded." name "), "
#define PORT_ARCHIVE_MOVES(name)                                                                   \
    name " = CASE WHEN excluded.moved >= ticket.moved THEN coalesce(excluded." name                \
         ", ticket." name ") ELSE coalesce(ticket." name ", excluded." name ") END, "
#define PORT_ARCHIVE_LAST(name, none)                                                              \
    name " = nullif(coalesce(excluded." name ", ticket." name "), " none "), "
#define PORT_ARCHIVE_ANSWER(name)                                                                  \
    name " = CASE WHEN excluded.answered >= ticket.answered THEN nullif(coalesce(excluded." name   \
         ", ticket." name "), '') ELSE ticket." name " END, "
#define PORT_ARCHIVE_MORE(name)                                                                    \
    name " = CASE WHEN excluded." name " > ticket." name " THEN excluded." name                    \
         " ELSE ticket." name " END"

/* In the order of the values. moved stays where an event says neither state nor holder. */
#define PORT_ARCHIVE_TICKET_COLUMNS                                                                \
    "id, number, registered_ms, channel, title, place, person, confidential, state, unit, "        \
    "category, area, level, urgency, outcome, solved, satisfied, closed_ms, merged_into, "         \
    "changed_ms, moved, answered"
#define PORT_ARCHIVE_TICKET_CONFLICT                                                               \
    " ON CONFLICT (id) DO UPDATE SET " PORT_ARCHIVE_ONCE("registered_ms") PORT_ARCHIVE_ONCE(       \
        "channel") PORT_ARCHIVE_ONCE("title") PORT_ARCHIVE_ONCE("place")                           \
        PORT_ARCHIVE_ONCE("person") PORT_ARCHIVE_MOVES("state") PORT_ARCHIVE_MOVES("unit")         \
            PORT_ARCHIVE_MOVES("category") PORT_ARCHIVE_MOVES("area") PORT_ARCHIVE_MOVES("level")  \
                PORT_ARCHIVE_MOVES("urgency") PORT_ARCHIVE_MOVES("merged_into")                    \
                    PORT_ARCHIVE_LAST("outcome", "''") PORT_ARCHIVE_LAST("closed_ms", "0")         \
                        PORT_ARCHIVE_ANSWER("solved") PORT_ARCHIVE_ANSWER("satisfied")             \
                            PORT_ARCHIVE_MORE("confidential") ", " PORT_ARCHIVE_MORE(              \
                                "changed_ms") ", " PORT_ARCHIVE_MORE(                              \
                                "answered") ", moved = CASE WHEN (excluded.state IS NOT NULL OR "  \
                                            "excluded.unit IS NOT NULL) AND excluded.moved > "     \
                                            "ticket.moved THEN excluded.moved ELSE ticket.moved "  \
                                            "END"
