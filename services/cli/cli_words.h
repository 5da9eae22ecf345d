/* cli_words: words for what people say and read beside the states: modes, results, requests,
 * reasons, terms; and back from words, Chinese or English, to values. */
#pragma once

#include "cli.h"

const char *cli_mode_word(const struct cli *cli, Paidan__Mode mode);
const char *cli_result_word(const struct cli *cli, Paidan__ModeResult result);
const char *cli_request_word(const struct cli *cli, Paidan__RequestKind kind);
const char *cli_rule_word(const struct cli *cli, Paidan__SuperviseRule rule);
const char *cli_interval_word(const struct cli *cli, Paidan__IntervalReason reason);
const char *cli_weekday_word(const struct cli *cli, unsigned weekday); /* 0 = Monday */
/* "黄牌，告知督办" for a bit set of StepDoes. */
void cli_does_words(const struct cli *cli, uint32_t does, char *text, size_t size);
/* "签收、办理" for a bit set of 1 << Clock. */
void cli_clocks_words(const struct cli *cli, uint32_t clocks, char *text, size_t size);
/* A term in its own unit: "5 工作日", "1 工作日 12h", "8h 工作时". */
void cli_term_words(const struct cli *cli, Paidan__TimeUnit unit, uint64_t amount_ms, char *text,
                    size_t size);
/* What a person must know about a ticket beside its state: "督办 催办2 调解 定人张三 协办1/2";
 * "" if nothing. */
void cli_marks_words(const struct cli *cli, const Paidan__Brief *brief, char *text, size_t size);

/* From words. 0, or the status after saying which words there are. */
MUST_CHECK int cli_mode_read(const struct cli *cli, const char *typed, Paidan__Mode *mode);
MUST_CHECK int cli_result_read(const struct cli *cli, const char *typed,
                               Paidan__ModeResult *result);
MUST_CHECK int cli_clock_read(const struct cli *cli, const char *typed, Paidan__Clock *clock);
