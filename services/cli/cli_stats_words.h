/* cli_stats_words: what the services' counters are called in Chinese. Their stable names are
 * English and stay so in --json. */
#pragma once

/* The counter's Chinese name; the name itself if it has none. service: "intake", "triage",
 * "escalation" or "callback". */
const char *cli_stats_word(const char *service, const char *name);
