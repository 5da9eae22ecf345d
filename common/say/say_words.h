/* say_words: words for the values of enums, and values from words. Each value of each enum that
 * people meet has a token ("on_site", never changes, is what --json writes), a Chinese and an
 * English word. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "command.pb-c.h"
#include "common/say/say.h"
#include "event.pb-c.h"

enum { SAY_WORDS_TOKEN_BYTES = 40 };

/* In the user's language; "?" when unknown. */
const char *say_words_get(const struct say *say, const ProtobufCEnumDescriptor *of, int value);
/* Short name of the value, for machines: "assigned"; a Code has its stable name; "?" when unknown.
 */
const char *say_words_token(const ProtobufCEnumDescriptor *of, int value,
                            char token[SAY_WORDS_TOKEN_BYTES]);
/* From a token; dashes may stand for underscores. False: it is none; *value is as it was. */
bool say_words_read_token(const ProtobufCEnumDescriptor *of, const char *typed, int *value);
/* From a token or a word, Chinese or English. */
bool say_words_read(const ProtobufCEnumDescriptor *of, const char *typed, int *value);
/* "yes|partly|no": the tokens of the values in the bit set (0: all), in their order. */
void say_words_tokens(const ProtobufCEnumDescriptor *of, uint32_t values, char *text, size_t size);
/* Is the value in the bit set? 0: every value is. */
static inline bool say_words_among(uint32_t values, int value)
{
    return values == 0 || (value >= 0 && value < 32 && (values >> value & 1u) != 0);
}
/* The nth enum that has words, from 0; NULL: there are no more. For whoever lists them all. */
const ProtobufCEnumDescriptor *say_words_of(size_t nth);
/* The words for a bit set of 1 << value, `between` between two. */
void say_words_bits(const struct say *say, const ProtobufCEnumDescriptor *of, uint32_t bits,
                    const char *between, char *text, size_t size);
/* What led triage to a category and an area, as its facts keep it ("category: WORDS; area: place
 * NAMES"), in the reader's language. What is none of its forms stays as it is; cut between
 * characters where there is no room. */
void say_words_found(const struct say *say, const char *why, char *text, size_t size);

/* The same by type, so that a state is not taken for an outcome: say_words_state(say, state). */
#define SAY_WORDS(NAME, TYPE)                                                                      \
    static inline const char *say_words_##NAME(const struct say *say, Paidan__##TYPE value)        \
    {                                                                                              \
        return say_words_get(say, &paidan__##NAME##__descriptor, (int)value);                      \
    }
SAY_WORDS(area_from, AreaFrom)
SAY_WORDS(card, Card)
SAY_WORDS(clock, Clock)
SAY_WORDS(interval_reason, IntervalReason)
SAY_WORDS(mode, Mode)
SAY_WORDS(mode_result, ModeResult)
SAY_WORDS(outcome, Outcome)
SAY_WORDS(rates_by, RatesBy)
SAY_WORDS(rates_clock, RatesClock)
SAY_WORDS(rates_count, RatesCount)
SAY_WORDS(rates_grain, RatesGrain)
SAY_WORDS(rates_name, RatesName)
SAY_WORDS(rates_response, RatesResponse)
SAY_WORDS(replan_cause, ReplanCause)
SAY_WORDS(request_kind, RequestKind)
SAY_WORDS(satisfied, Satisfied)
SAY_WORDS(solved, Solved)
SAY_WORDS(state, State)
SAY_WORDS(supervise_rule, SuperviseRule)
SAY_WORDS(trust_why, TrustWhy)
SAY_WORDS(urgency, Urgency)
SAY_WORDS(why, Why)
#undef SAY_WORDS
