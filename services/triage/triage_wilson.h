/* triage_wilson: between which ends a share surely lies, of which only some cases were seen. Pure, in
 * integers: folding and deciding must come to the same on every machine. */
#pragma once

#include <stdint.h>

/* Shares are per mille. */
struct triage_share {
    uint32_t right, of;
    uint32_t measured;  /* right / of; 0 of none */
    uint32_t low, high; /* the ends; 0 and 1000 of none */
};

enum { TRIAGE_WILSON_OF_MAX = 100000 };

/* Before: right <= of <= TRIAGE_WILSON_OF_MAX. */
struct triage_share triage_wilson(uint32_t right, uint32_t of);
