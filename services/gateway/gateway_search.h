/* gateway_search: tickets of all times, by words and by what is known of them 查找. */
#pragma once

#include "gateway.h"

/* GET: Search's fields, `number` for one ticket; words that are a number are that ticket. POST: the same, and
 * phone with reason: what somebody with that number reported. Answers Searched, with caller_more where that
 * number has more tickets than were searched. */
gateway_handler gateway_search;
