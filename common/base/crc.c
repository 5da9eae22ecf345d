/* crc: on x86-64 with PCLMULQDQ the bytes are folded 16 at a time: a polynomial of 128 bits stands
 * for everything before it, and moving it by 128 bits is two carry-less products with constants
 * (V. Gopal and others, "Fast CRC computation for generic polynomials using PCLMULQDQ", Intel
 * 2009; bit-reflected form). Less than 16 bytes, and every other processor: zlib. */
#include "common/base/crc.h"

#include <string.h>
#include <zlib.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { FOLD_BYTES = 16, UNKNOWN = 0, ABSENT = 1, PRESENT = 2 };

/* x^(128+32) and x^(128-32) modulo the polynomial, for one fold; x^64 for the end; the polynomial
 * and floor(x^64 / polynomial) for Barrett's reduction. All bit-reflected. */
#define FOLD_LOW 0x1751997d0ll
#define FOLD_HIGH 0x0ccaa009ell
#define LAST_64 0x163cd6124ll
#define POLYNOMIAL 0x1db710641ll
#define QUOTIENT 0x1f7011641ll

static bool has_products(void)
{
    static atomic_int known = UNKNOWN;
    int state = atomic_load_explicit(&known, memory_order_relaxed);
    if (state == UNKNOWN) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        const unsigned wanted = bit_PCLMUL | bit_SSE4_1;
        state = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & wanted) == wanted ? PRESENT : ABSENT;
        atomic_store_explicit(&known, state, memory_order_relaxed);
    }
    return state == PRESENT;
}

/* Both ways of a fold: sum moved by 128 bits, and what stands there. */
__attribute__((target("pclmul,sse4.1"))) static inline __m128i fold_one(__m128i sum, __m128i next)
{
    const __m128i by_128 = _mm_set_epi64x(FOLD_HIGH, FOLD_LOW);
    const __m128i low = _mm_clmulepi64_si128(sum, by_128, 0x00);
    const __m128i high = _mm_clmulepi64_si128(sum, by_128, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* size: at least 16. Zeroes before the first byte change nothing, so the odd bytes go first, behind
 * as many zeroes as make them whole; the first four bytes are inverted, as the sum begins. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t fold(const unsigned char *bytes,
                                                              size_t size)
{
    const __m128i by_128 = _mm_set_epi64x(FOLD_HIGH, FOLD_LOW);
    const __m128i by_64 = _mm_set_epi64x(0, LAST_64);
    const __m128i barrett = _mm_set_epi64x(QUOTIENT, POLYNOMIAL);
    const __m128i low_words = _mm_set_epi32(0, -1, 0, -1);
    const size_t odd = size % FOLD_BYTES, begun = odd + FOLD_BYTES;
    unsigned char first[2 * FOLD_BYTES] = {0};
    unsigned char *start = first + FOLD_BYTES - odd;
    memcpy(start, bytes, begun);
    for (size_t at = 0; at < 4; at++) {
        start[at] ^= 0xff;
    }
    __m128i sum = _mm_loadu_si128((const __m128i *)(const void *)first);
    sum = fold_one(sum, _mm_loadu_si128((const __m128i *)(const void *)(first + FOLD_BYTES)));
    for (size_t at = begun; at < size; at += FOLD_BYTES) {
        sum = fold_one(sum, _mm_loadu_si128((const __m128i *)(const void *)(bytes + at)));
    }
    /* 128 -> 96 -> 64 bits. */
    sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, by_128, 0x10));
    sum = _mm_xor_si128(_mm_srli_si128(sum, 4),
                        _mm_clmulepi64_si128(_mm_and_si128(sum, low_words), by_64, 0x00));
    /* 64 -> 32 bits. */
    __m128i part = _mm_clmulepi64_si128(_mm_and_si128(sum, low_words), barrett, 0x10);
    part = _mm_clmulepi64_si128(_mm_and_si128(part, low_words), barrett, 0x00);
    return ~(uint32_t)_mm_extract_epi32(_mm_xor_si128(sum, part), 1);
}

uint32_t crc_of(const void *bytes, size_t size)
{
    return size < FOLD_BYTES || !has_products() ? (uint32_t)crc32_z(0, bytes, size)
                                                : fold(bytes, size);
}

#else

uint32_t crc_of(const void *bytes, size_t size)
{
    return (uint32_t)crc32_z(0, bytes, size);
}

#endif
