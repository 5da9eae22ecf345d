/* gateway_page_report: the form by which a resident reports, and what comes of it: number and code. */
#pragma once

#include "gateway.h"

/* GET /report, POST /report. */
gateway_handler gateway_page_report_form;
gateway_handler gateway_page_report_send;
