/* say_trust: what triage says of its own decisions: how far it trusts itself, and what they came to. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* The sentence of the fact. Before: size > 0. */
enum say_tone say_trust_changed(const struct say *say, const Paidan__TrustChanged *fact, char *text,
                                size_t size);
enum say_tone say_trust_proved(const struct say *say, const Paidan__Proved *fact, char *text,
                               size_t size);
