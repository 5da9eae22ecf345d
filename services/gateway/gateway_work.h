/* gateway_work: wishes about one ticket whose path says the most of it: what a unit does, what a
 * supervisor does, what a resident says; and new tickets. */
#pragma once

#include "gateway.h"

gateway_handler gateway_work_submit;    /* POST /tickets */
gateway_handler gateway_work_do;        /* POST /tickets/{number}/{action}: Work */
gateway_handler gateway_work_supervise; /* POST /tickets/{number}/supervise/{action} */
