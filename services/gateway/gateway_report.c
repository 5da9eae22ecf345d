/* gateway_report: from words and files to a ticket. It owns nothing but the way: what is reported belongs to
 * whoever sends it. What must stay true: pages and programs register by this one way, so that a file is
 * opened by the media thread before anybody else may see it and a report counts once however often it is
 * sent; and nothing is registered of which a file was refused, for who sent it has not given up yet. */

#include "gateway_report.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

static void tell(struct exchange *exchange, enum web_media_result media, Paidan__Code code,
                 const Paidan__SubmitResult *ticket)
{
    exchange->report->told(exchange, media, code, ticket);
}

static void submitted(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    const Paidan__SubmitResult *ticket = NULL;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SUBMITTED &&
        answer->submitted->n_results == 1) {
        ticket = answer->submitted->results[0];
        code = ticket->code;
    }
    /* Without number and code it is of no use to anybody: asked again it is the same. A repetition has no
     * code: it was told when the ticket came to be. */
    if (code == PAIDAN__CODE__OK &&
        (ticket == NULL || ticket->number == NULL ||
         (ticket->query_code == NULL && !(ticket->has_repeats && ticket->repeats)))) {
        code = PAIDAN__CODE__UNREACHABLE;
    }
    tell(exchange, WEB_MEDIA_KEPT, code, code == PAIDAN__CODE__OK ? ticket : NULL);
}

static char *given(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : (char *)(uintptr_t)text; /* never written */
}

/* The files that were kept, then the link. Returns how many. */
static size_t attach(struct gateway_report *report, Paidan__Attachment *attachments,
                     Paidan__Attachment **list)
{
    static char link_name[] = "media";
    size_t count = 0;
    for (; count < report->kept; count++) {
        Paidan__Attachment *attachment = &attachments[count];
        struct web_media_item *item = &report->photos[count].item;
        paidan__attachment__init(attachment);
        attachment->name = report->photos[count].name;
        attachment->url = report->photos[count].url;
        attachment->media_type = (char *)(uintptr_t)item->type;
        attachment->has_bytes = attachment->has_digest = 1;
        attachment->bytes = item->bytes;
        attachment->digest = (ProtobufCBinaryData){.len = sizeof item->digest,
                                                   .data = (unsigned char *)item->digest};
        list[count] = attachment;
    }
    if (given(report->link) != NULL) {
        paidan__attachment__init(&attachments[count]);
        attachments[count].name = link_name;
        attachments[count].url = given(report->link);
        list[count] = &attachments[count];
        count++;
    }
    return count;
}

static void submit(struct exchange *exchange)
{
    struct gateway_report *report = exchange->report;
    Paidan__Attachment attachments[GATEWAY_REPORT_FILES_MAX + 1],
        *list[GATEWAY_REPORT_FILES_MAX + 1];
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT, *tickets = &ticket;
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    ticket.channel = (char *)(uintptr_t)report->channel;
    ticket.text = (char *)(uintptr_t)report->text;
    ticket.place = given(report->place);
    ticket.phone = given(report->phone);
    ticket.reporter = given(report->reporter);
    ticket.category_hint = given(report->category);
    ticket.area_hint = given(report->area);
    ticket.has_confidential = ticket.confidential = report->confidential;
    ticket.has_anew = ticket.anew = report->anew;
    ticket.n_attachments = attach(report, attachments, list);
    ticket.attachments = list;
    submit.n_tickets = 1;
    submit.tickets = &tickets;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    request.has_request_id = 1;
    request.request_id =
        (ProtobufCBinaryData){.len = REQUEST_ID_BYTES, .data = exchange->request_id};
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_INTAKE, &request, GATEWAY_WRITE_MS,
                             submitted, exchange) != RC_OK) {
        tell(exchange, WEB_MEDIA_KEPT, PAIDAN__CODE__OVERLOADED, NULL);
    }
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* The first place that a photo tells, where its sender asked for it: about a metre. */
static void add_photo_place(const struct exchange *exchange, const struct web_media_item *item)
{
    struct gateway_report *report = exchange->report;
    const size_t used = strlen(report->place);
    if (!item->placed || !report->photo_place || strstr(report->place, "WGS84") != NULL ||
        used + 64 > sizeof report->place) {
        return;
    }
    (void)snprintf(report->place + used, sizeof report->place - used, "%s%s %.5f,%.5f WGS84%s",
                   used > 0 ? " " : "", say_choose(&exchange->say, "（照片位置", "(photo"),
                   item->latitude, item->longitude, say_choose(&exchange->say, "）", ")"));
}

static void keep_next(struct exchange *exchange);

static void file_kept(struct exchange *exchange, enum web_media_result result,
                      const struct web_media_item *item)
{
    struct gateway_report *report = exchange->report;
    if (result == WEB_MEDIA_KEPT && strncmp(item->type, "image/", 6) != 0) {
        result = WEB_MEDIA_TYPE;
    }
    if (result != WEB_MEDIA_KEPT) {
        tell(exchange, result, PAIDAN__CODE__OK, NULL);
        return;
    }
    report->photos[report->kept].item = *item;
    (void)snprintf(report->photos[report->kept].name, GATEWAY_REPORT_NAME_BYTES, "photo-%u.%s",
                   report->kept + 1, item->ending);
    (void)snprintf(report->photos[report->kept].url, GATEWAY_REPORT_URL_BYTES, "media:%s",
                   item->hash);
    report->kept++;
    add_photo_place(exchange, item);
    keep_next(exchange);
}

static void keep_next(struct exchange *exchange)
{
    struct gateway_report *report = exchange->report;
    if (report->file == report->file_count) {
        submit(exchange);
        return;
    }
    const struct gateway_file *file = &report->files[report->file++];
    gateway_media_keep(exchange, file->bytes, file->size, file_kept);
}

void gateway_report_send(struct exchange *exchange, struct gateway_report *report,
                         gateway_report_told *told)
{
    CHECK(exchange->report == NULL);
    CHECK(report->channel != NULL);
    CHECK(report->text != NULL);
    CHECK(report->file_count <= GATEWAY_REPORT_FILES_MAX);
    exchange->report = report;
    report->told = told;
    keep_next(exchange);
}
