/* media_place: degrees, minutes and seconds as fractions. It owns nothing. What must stay true: whatever
 * the text says, the result is a number within its bound, or none: a division by zero, a sign, a fourth
 * part or sixty minutes too many make it none. */

#include "media_place.h"

#include <stdlib.h>

#include "common/base/check.h"

/* "4937/100"; *end behind it. */
static bool fraction(const char *at, const char **end, double *value)
{
    char *stop = NULL;
    if (*at < '0' || *at > '9') {
        return false;
    }
    const unsigned long over = strtoul(at, &stop, 10);
    if (*stop != '/' || stop[1] < '0' || stop[1] > '9') {
        return false;
    }
    const unsigned long under = strtoul(stop + 1, &stop, 10);
    *end = stop;
    *value = under == 0 ? 0 : (double)over / (double)under;
    return under != 0;
}

bool media_place_read(const char *value, const char *ref, double bound, double *degrees)
{
    double parts[3];
    const char *at = value;
    CHECK(bound > 0);
    if (value == NULL || ref == NULL) {
        return false;
    }
    for (unsigned index = 0; index < 3; index++) {
        at += *at == ' ' ? 1 : 0;
        if (!fraction(at, &at, &parts[index])) {
            return false;
        }
    }
    const double sum = parts[0] + parts[1] / 60 + parts[2] / 3600;
    if (parts[1] >= 60.5 || parts[2] >= 60.5 || sum > bound || (*at != ' ' && *at != '\0')) {
        return false;
    }
    *degrees = ref[0] == 'S' || ref[0] == 'W' ? -sum : sum;
    return ref[0] == 'N' || ref[0] == 'S' || ref[0] == 'E' || ref[0] == 'W';
}
