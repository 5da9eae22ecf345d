/* gateway_report: what a resident reports becomes a ticket: its files are kept, one after another, then all of
 * it is asked of intake under the exchange's request id. Whoever took it in, a page or a program, says
 * what came of it. */
#pragma once

#include "gateway.h"
#include "gateway_form.h"
#include "gateway_media.h"

enum {
    GATEWAY_REPORT_FILES_MAX = 3,
    GATEWAY_REPORT_PLACE_BYTES = 513, /* intake's bound, and NUL */
    GATEWAY_REPORT_NAME_BYTES = 24,
    GATEWAY_REPORT_URL_BYTES = 80,
    GATEWAY_REPORT_LINK_BYTES_MAX = 1024, /* intake's bound */
};

struct gateway_report;
/* media: KEPT: the files are no hindrance, code says the rest, and ticket with OK alone what intake
 * registered; else why one of them was not taken, and nothing was registered. */
typedef void gateway_report_told(struct exchange *exchange, enum web_media_result media,
                                 Paidan__Code code, const Paidan__SubmitResult *ticket);

/* Texts live as long as the exchange; NULL or "": not said. */
struct gateway_report {
    const char *channel, *text; /* never NULL */
    const char *phone, *reporter, *category, *area;
    const char *link; /* https, to a file that lies elsewhere */
    char place[GATEWAY_REPORT_PLACE_BYTES];
    bool confidential;
    bool anew;        /* a ticket of its own, whatever its reporter has open */
    bool photo_place; /* the place in a photo may be added to place */
    const struct gateway_file *files;
    unsigned file_count; /* at most GATEWAY_REPORT_FILES_MAX */
    /* its own, zeroed */
    gateway_report_told *told;
    unsigned file, kept;
    struct {
        char name[GATEWAY_REPORT_NAME_BYTES], url[GATEWAY_REPORT_URL_BYTES];
        struct web_media_item item;
    } photos[GATEWAY_REPORT_FILES_MAX];
};

/* report lives as long as the exchange. told is called once, at once or later. */
void gateway_report_send(struct exchange *exchange, struct gateway_report *report,
                         gateway_report_told *told);
