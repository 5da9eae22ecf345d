/* gateway_words: what pages need to know of the site and of our words; no service is asked. */
#pragma once

#include "gateway.h"

gateway_handler gateway_words_site;     /* GET /site */
gateway_handler gateway_words_words;    /* GET /words?lang=zh */
gateway_handler gateway_words_calendar; /* GET /calendar/{code}/{month}: "2026-10" */
