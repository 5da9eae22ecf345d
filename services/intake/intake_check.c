/* intake_check: what a ticket may contain. Owns the rules for texts, links and times that a
 * channel sends; says nothing about duplicates and reads no table.
 *
 * One fault per item: the first one found, in the order of the fields of NewTicket, so that two
 * services of different age name the same one. What must stay true: whatever passes here fits the
 * bounds that wire_check has for the fact Registered, or the fact could not be stored. Lengths are
 * judged here as well as by wire_check, so that one bad row of a batch is refused alone. */

#include "intake_check.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/text/text.h"

enum {
    ATTACHMENT_NAME_BYTES_MAX = 128,
    ATTACHMENT_URL_BYTES_MAX = 1024,
    ATTACHMENT_TYPE_BYTES_MAX = 64,
    ATTACHMENT_DIGEST_BYTES = 32,
    /* Devices' clocks run ahead; more than a day is a mistake. */
    OCCURRED_AHEAD_MS_MAX = 24 * 3600 * 1000,
};

static const struct intake_fault none = {PAIDAN__CODE__OK, NULL};

/* detail: a field's name as the schema spells it, static: it is packed after the step's answer. */
static struct intake_fault fault(Paidan__Code code, const char *detail)
{
    CHECK(code != PAIDAN__CODE__OK);
    CHECK(detail != NULL && detail[0] != '\0');
    return (struct intake_fault){code, detail};
}

/* Too long for its field? */
static bool longer(const char *text, size_t bytes_max)
{
    CHECK(bytes_max > 0);
    return text != NULL && strlen(text) > bytes_max;
}

/* Of tickets and supplements alike. The bound is the longest published complaint, doubled; a
 * longer one is a file that somebody pasted. */
struct intake_fault intake_check_text(const char *text)
{
    if (text_blank(text)) {
        return fault(PAIDAN__CODE__TEXT_EMPTY, "text");
    }
    CHECK(text != NULL); /* nothing is blank */
    if (longer(text, TEXT_BYTES_MAX)) {
        return fault(PAIDAN__CODE__TEXT_TOO_LONG, "text");
    }
    return none;
}

/* Notes of chases and withdrawals go into facts of other services' kind too, so the bound is
 * that of every note. */
struct intake_fault intake_check_note(const char *note)
{
    if (longer(note, NOTE_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "note");
    }
    return none;
}

/* What must be known before a duplicate can be looked for: whose ticket it is. Judged before
 * the content, so that a channel that repeats an old ticket learns its number even if a rule
 * has become stricter since. */
struct intake_fault intake_check_identity(const struct site *site, const Paidan__NewTicket *ticket)
{
    CHECK(ticket->channel != NULL); /* required by the schema */
    CHECK(site->channel_count > 0);
    if (site_channel_find(site, ticket->channel) == SITE_NONE) {
        return fault(PAIDAN__CODE__CHANNEL_UNKNOWN, "channel");
    }
    if (ticket->external_id == NULL) {
        return none;
    }
    /* An empty id would make one ticket of all. */
    if (text_blank(ticket->external_id)) {
        return fault(PAIDAN__CODE__FIELD_INVALID, "external_id");
    }
    if (longer(ticket->external_id, EXTERNAL_ID_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "external_id");
    }
    return none;
}

/* Of ASCII alone, whatever the locale: a core has none. */
static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Without case, as browsers compare them. scheme: small letters. */
static bool scheme_is(const char *url, size_t bytes, const char *scheme)
{
    CHECK(scheme[0] >= 'a' && scheme[0] <= 'z');
    CHECK(bytes > 0);
    if (strlen(scheme) != bytes) {
        return false;
    }
    for (size_t index = 0; index < bytes; index++) {
        if ((url[index] | 0x20) != scheme[index]) {
            return false;
        }
    }
    return true;
}

/* A file of our own, by the SHA-256 of what it holds. */
static bool media_valid(const char *hash)
{
    CHECK(hash != NULL);
    size_t digits = 0;
    while ((hash[digits] >= '0' && hash[digits] <= '9') ||
           (hash[digits] >= 'a' && hash[digits] <= 'f')) {
        digits++;
    }
    return hash[digits] == '\0' && digits == (size_t)2 * ATTACHMENT_DIGEST_BYTES;
}

/* https, or a file of our own: what else a link may be, the reader's machine or a wire that all can
 * read finds out when a clerk opens it. Names of hosts and what follows are not looked into: we never
 * fetch it. */
static bool url_valid(const char *url)
{
    size_t bytes = 0;
    while (letter(url[bytes])) {
        bytes++;
    }
    CHECK(bytes <= strlen(url));
    if (bytes == 0 || url[bytes] != ':') {
        return false;
    }
    const char *const rest = url + bytes + 1;
    if (scheme_is(url, bytes, "media")) {
        return media_valid(rest);
    }
    if (!scheme_is(url, bytes, "https") || strncmp(rest, "//", 2) != 0 || rest[2] == '\0' ||
        rest[2] == '/' || rest[2] == '?' || rest[2] == '#') { /* no host */
        return false;
    }
    /* Spaces end a link where it is shown, and what follows would be read as something else. */
    for (const char *at = url; *at != '\0'; at++) {
        if ((unsigned char)*at <= 0x20) {
            return false;
        }
    }
    return true;
}

/* The file itself stays with the channel; the digest lets a clerk see that it is still the same. */
static struct intake_fault check_attachment(const Paidan__Attachment *attachment)
{
    CHECK(attachment->name != NULL && attachment->url != NULL); /* required by the schema */
    if (text_blank(attachment->name)) {
        return fault(PAIDAN__CODE__FIELD_INVALID, "attachments.name");
    }
    if (longer(attachment->name, ATTACHMENT_NAME_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "attachments.name");
    }
    if (longer(attachment->url, ATTACHMENT_URL_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "attachments.url");
    }
    if (!url_valid(attachment->url)) {
        return fault(PAIDAN__CODE__LINK_NOT_HTTPS, "attachments.url");
    }
    if (longer(attachment->media_type, ATTACHMENT_TYPE_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "attachments.media_type");
    }
    if (attachment->has_digest && attachment->digest.len != ATTACHMENT_DIGEST_BYTES) {
        return fault(PAIDAN__CODE__FIELD_INVALID, "attachments.digest");
    }
    return none;
}

/* The first bad one is the answer; which one it was the channel sees by its field. */
struct intake_fault intake_check_attachments(Paidan__Attachment *const *attachments, size_t count)
{
    CHECK(count == 0 || attachments != NULL);
    if (count > ATTACHMENTS_MAX) {
        return fault(PAIDAN__CODE__TOO_MANY_ITEMS, "attachments");
    }
    for (size_t index = 0; index < count; index++) {
        const struct intake_fault found = check_attachment(attachments[index]);
        if (found.code != PAIDAN__CODE__OK) {
            return found;
        }
    }
    return none;
}

/* A hint is a promise of the channel: a code that the site does not have is a mistake in its
 * mapping, which its operator must hear of, not a word to be guessed at. */
static struct intake_fault check_hints(const struct site *site, const Paidan__NewTicket *ticket)
{
    if (!text_blank(ticket->category_hint) &&
        site_category_find(site, ticket->category_hint) == SITE_NONE) {
        return fault(PAIDAN__CODE__CATEGORY_UNKNOWN, "category_hint");
    }
    if (!text_blank(ticket->area_hint) && site_area_find(site, ticket->area_hint) == SITE_NONE) {
        return fault(PAIDAN__CODE__AREA_UNKNOWN, "area_hint");
    }
    if (!text_blank(ticket->unit_hint) && site_unit_find(site, ticket->unit_hint) == SITE_NONE) {
        return fault(PAIDAN__CODE__UNIT_UNKNOWN, "unit_hint");
    }
    return none;
}

/* 现场办: who solved it on the spot, and what was done. Neither without the other. */
static struct intake_fault check_spot(const struct site *site, const Paidan__NewTicket *ticket)
{
    CHECK(site->unit_count > 0);
    /* A note without a unit is refused, not dropped: somebody meant to say something by it. */
    if (text_blank(ticket->spot_unit)) {
        return text_blank(ticket->spot_note) ? none
                                             : fault(PAIDAN__CODE__FIELD_INVALID, "spot_unit");
    }
    if (site_unit_find(site, ticket->spot_unit) == SITE_NONE) {
        return fault(PAIDAN__CODE__UNIT_UNKNOWN, "spot_unit");
    }
    if (text_blank(ticket->spot_note)) {
        return fault(PAIDAN__CODE__NOTE_MISSING, "spot_note");
    }
    /* The unit that solved it knows who asked: confidence cannot be promised any more. */
    if (ticket->has_confidential && ticket->confidential) {
        return fault(PAIDAN__CODE__FIELD_INVALID, "confidential");
    }
    CHECK(ticket->spot_note != NULL); /* nothing is blank */
    return longer(ticket->spot_note, NOTE_BYTES_MAX)
               ? fault(PAIDAN__CODE__FIELD_TOO_LONG, "spot_note")
               : none;
}

bool intake_check_due(uint64_t due_ms, uint64_t now_ms)
{
    return due_ms <= now_ms + OUTER_DUE_AHEAD_MS_MAX && due_ms + OUTER_DUE_BEHIND_MS_MAX >= now_ms;
}

/* Content after identity, in the order of NewTicket. Names and places are bounded here and never
 * looked into: what residents write about themselves is not ours to judge. Nor is a phone a reason
 * to refuse anybody: it is kept as far as it is understood (text_phone_read). */
struct intake_fault intake_check_ticket(const struct site *site, uint64_t now_ms,
                                        const Paidan__NewTicket *ticket)
{
    CHECK(now_ms > 0);
    CHECK(now_ms <= UINT64_MAX - OCCURRED_AHEAD_MS_MAX);
    struct intake_fault found = intake_check_text(ticket->text);
    if (found.code != PAIDAN__CODE__OK) {
        return found;
    }
    if (longer(ticket->place, PLACE_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "place");
    }
    if (longer(ticket->reporter, REPORTER_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "reporter");
    }
    if (longer(ticket->title, GIVEN_TITLE_BYTES_MAX)) {
        return fault(PAIDAN__CODE__FIELD_TOO_LONG, "title");
    }
    /* Only the future is refused. People report what happened years ago, and may. */
    if (ticket->has_occurred_ms && ticket->occurred_ms > now_ms + OCCURRED_AHEAD_MS_MAX) {
        return fault(PAIDAN__CODE__FIELD_INVALID, "occurred_ms");
    }
    if (ticket->has_due_ms && !intake_check_due(ticket->due_ms, now_ms)) {
        return fault(PAIDAN__CODE__FIELD_INVALID, "due_ms");
    }
    found = intake_check_attachments(ticket->attachments, ticket->n_attachments);
    if (found.code == PAIDAN__CODE__OK) {
        found = check_hints(site, ticket);
    }
    return found.code != PAIDAN__CODE__OK ? found : check_spot(site, ticket);
}
