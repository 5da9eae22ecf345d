/* web_reach: which addresses what we call for may lead to. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

enum web_reach { WEB_REACH_NOBODY, WEB_REACH_LOOPBACK, WEB_REACH_OWN, WEB_REACH_WORLD };

enum web_reach web_reach_of(const struct sockaddr *address);
/* "192.0.2.1", "2001:db8::1"; what is none is nobody's. */
enum web_reach web_reach_of_text(const char *address);
/* inside: the destination may lie in the own network; plain: without TLS. */
bool web_reach_allowed(enum web_reach reach, bool inside, bool plain);
