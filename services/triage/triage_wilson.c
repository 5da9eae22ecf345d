/* triage_wilson: what few decisions say about all of them. Of 20 decisions 19 were right: that is no proof
 * that fewer than 98 in 100 are, and 20 of 20 is none that as many are. Owns nothing. What must stay
 * true: low <= measured <= high, and more decisions with the same share never move the ends apart, so
 * that waiting always settles a doubt.
 *
 * The ends are those of Wilson's score interval (E. B. Wilson, Probable inference, the law of
 * succession, and statistical inference, J. Amer. Statist. Assoc. 22, 1927, 209-212):
 *
 *     ( p + z²/2n ± z sqrt( p(1-p)/n + z²/4n² ) ) / ( 1 + z²/n )       p = right/n
 *
 * here multiplied by n, so that integers do: ( r + z²/2 ± z sqrt( r(n-r)/n + z²/4 ) ) / ( n + z² ).
 * z = 1.281552: one decision in ten that is taken by either end alone is taken by chance. */

#include "triage_wilson.h"

#include "common/base/check.h"

/* Parts per million; the square root is taken of parts per million squared. */
#define MILLION UINT64_C(1000000)
#define Z UINT64_C(1281552)
#define Z2 UINT64_C(1642375)
#define PERMILLE UINT64_C(1000)

/* The largest root whose square is not above: one bit after the other, from the top. */
static uint64_t square_root(uint64_t value)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
        const uint64_t next = root | bit;
        root = next <= value / next ? next : root;
    }
    CHECK(root == 0 || root <= value / root);
    return root;
}

struct triage_share triage_wilson(uint32_t right, uint32_t of)
{
    CHECK(right <= of);
    CHECK(of <= TRIAGE_WILSON_OF_MAX);
    struct triage_share share = {.right = right, .of = of, .high = (uint32_t)PERMILLE};
    if (of == 0) {
        return share;
    }
    const uint64_t r = right, n = of;
    /* r(n-r)/n <= n/4: times a million squared it fits 64 bits as long as n is below 7 * 10^7. */
    const uint64_t spread = r * (n - r) * MILLION / n * MILLION + Z2 * MILLION / 4;
    const uint64_t reach = Z * square_root(spread) / MILLION;
    const uint64_t middle = r * MILLION + Z2 / 2, whole = n * MILLION + Z2;
    const uint64_t low = middle > reach ? middle - reach : 0;
    const uint64_t high = middle + reach < whole ? middle + reach : whole;
    share.measured = (uint32_t)(r * PERMILLE / n);
    share.low = (uint32_t)(low * PERMILLE / whole);
    /* Rounded outward, so that no doubt is hidden. */
    share.high = (uint32_t)((high * PERMILLE + whole - 1) / whole);
    share.low = share.low < share.measured ? share.low : share.measured;
    share.high = share.high > share.measured ? share.high : share.measured;
    CHECK(share.high <= PERMILLE);
    return share;
}
