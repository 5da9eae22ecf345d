/* intake_check: what a ticket or a message may contain. Says nothing about duplicates, nor about
 * the ticket's state. */
#pragma once

#include "command.pb-c.h"
#include "common/site/site.h"

/* A refusal of one item: code and static detail; code OK: none. */
struct intake_fault {
    Paidan__Code code;
    const char *detail; /* a field's name; NULL: none */
};

struct intake_fault intake_check_identity(const struct site *site, const Paidan__NewTicket *ticket);
struct intake_fault intake_check_ticket(const struct site *site, uint64_t now_ms,
                                        const Paidan__NewTicket *ticket);
/* Whether 上级时限 can be meant: a year ago to ten years ahead. */
bool intake_check_due(uint64_t due_ms, uint64_t now_ms);
struct intake_fault intake_check_text(const char *text);
struct intake_fault intake_check_note(const char *note); /* NULL is fine */
struct intake_fault intake_check_attachments(Paidan__Attachment *const *attachments, size_t count);
