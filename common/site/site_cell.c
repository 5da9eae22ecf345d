/* site_cell: what programs and keyboards do to a cell before it is saved. A table program takes "001"
 * for the number 1, "3-1" for the first of March and shows an error in place of a value; a Chinese
 * keyboard writes “ ” where the reader of tables knows " alone.
 *
 * Whoever wrote the cell sees nothing of it, so that "there is no area 1" would send him looking in the
 * wrong place. Here such a cell is recognised, and what is said names the cause and the one thing to
 * do. Owns nothing. What must stay true: a cell that is good is never spoken of, and of the zeros that
 * were lost from a whole column only the first is told. */

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- quotes of a Chinese keyboard ---- */

static const char *const wide_quotes[] = {"“", "”", "‘", "’", "＂", "＇", "「", "」"};

/* Bytes of such a quote at text; 0: there is none. */
static size_t quote_at(const char *text)
{
    for (size_t index = 0; index < COUNT(wide_quotes); index++) {
        const size_t bytes = strlen(wide_quotes[index]);
        if (strncmp(text, wide_quotes[index], bytes) == 0) {
            return bytes;
        }
    }
    return 0;
}

bool site_cell_opens_quote(const char *text)
{
    return quote_at(text) > 0;
}

bool site_cell_quoted(const char *text)
{
    const size_t first = quote_at(text);
    const size_t bytes = strlen(text);
    for (size_t index = 0; first > 0 && index < COUNT(wide_quotes); index++) {
        const size_t last = strlen(wide_quotes[index]);
        if (bytes >= first + last && strcmp(text + bytes - last, wide_quotes[index]) == 0) {
            return true;
        }
    }
    return false;
}

/* Of the double ones, for ’ is the apostrophe of English words too. */
bool site_cell_has_quote(const char *text)
{
    return strstr(text, "“") != NULL || strstr(text, "”") != NULL || strstr(text, "＂") != NULL;
}

/* ---- what Excel makes of a code ---- */

/* "1.2E+11", "1E+05". */
static bool is_scientific(const char *text)
{
    const size_t digits = strspn(text, "0123456789.");
    return digits > 0 && strncmp(text + digits, "E+", 2) == 0;
}

/* "#N/A", "#REF!", "#NAME?", "########". */
static bool is_error(const char *text)
{
    const size_t bytes = strlen(text);
    return text[0] == '#' && (strcmp(text, "#N/A") == 0 || text[bytes - 1] == '!' ||
                              text[bytes - 1] == '?' || (bytes > 1 && strspn(text, "#") == bytes));
}

static size_t digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

/* "3月1日", "2026/3/1", "1-Mar", "Mar-01". */
static bool is_date(const char *text)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const size_t digits = digits_at(text);
    if (digits > 0 && text[digits] == '/' && digits_at(text + digits + 1) > 0) {
        return strspn(text, "0123456789/") == strlen(text);
    }
    if (digits > 0 && strncmp(text + digits, "月", strlen("月")) == 0) {
        return strstr(text, "日") != NULL;
    }
    for (size_t index = 0; index < COUNT(months); index++) {
        const bool before = strncmp(text, months[index], 3) == 0 && text[3] == '-';
        if ((before && digits_at(text + 4) > 0 && digits_at(text + 4) == strlen(text + 4)) ||
            (digits > 0 && text[digits] == '-' &&
             strncmp(text + digits + 1, months[index], 3) == 0)) {
            return true;
        }
    }
    return false;
}

/* "1,001": a number shown in groups of three. */
static bool is_grouped(const char *text)
{
    size_t digits = digits_at(text);
    size_t groups = 0;
    while (digits > 0 && text[digits] == ',' && digits_at(text + digits + 1) == 3) {
        text += digits + 1;
        digits = 3;
        groups++;
    }
    return groups > 0 && text[digits] == '\0';
}

bool site_cell_spoilt(struct site_load *load, uint32_t line, const char *code)
{
    CHECK(code != NULL);
    if (site_cell_quoted(code) || site_cell_has_quote(code)) {
        site_say(load, line, SAY_QUOTE_WIDE, site_shown(load, code));
        return true;
    }
    const bool spoilt = is_scientific(code) || is_error(code) || is_date(code) ||
                        is_grouped(code) || strcmp(code, "TRUE") == 0 || strcmp(code, "FALSE") == 0;
    if (spoilt) {
        site_say(load, line, SAY_CODE_EXCEL, site_shown(load, code));
    }
    return spoilt;
}

bool site_cell_error(const char *text)
{
    return is_error(text);
}

/* ---- zeros that were lost ---- */

static bool known(const struct site *site, enum site_file file, const char *code)
{
    switch (file) {
    case SITE_AREAS:
        return site_area_find(site, code) != SITE_NONE;
    case SITE_UNITS:
        return site_unit_find(site, code) != SITE_NONE;
    case SITE_CATEGORIES:
        return site_category_find(site, code) != SITE_NONE;
    default:
        CHECK(file == SITE_YAML); /* the levels */
        return site_level_find(site, code) != 0;
    }
}

/* Another code that is the same number: more or fewer zeros in front, or, as 1.1 for 1.10, at the end
 * of a fraction. Made one by one and looked up, for there are few of them and many codes. */
static bool same_number(const struct site *site, enum site_file file, const char *code,
                        char twin[CODE_BYTES_MAX + 1])
{
    const char *plain = code + strspn(code, "0");
    if (*plain < '1' || *plain > '9') {
        plain = plain > code ? plain - 1 : plain; /* "0", "0.5" */
    }
    const size_t bytes = strlen(plain);
    size_t kept = bytes;
    if (strchr(plain, '.') != NULL) {
        while (plain[kept - 1] == '0') {
            kept--;
        }
    }
    const bool fraction = plain[kept - 1] != '.';
    kept -= fraction ? 0 : 1; /* "1.0" is 1 */
    const size_t tails = fraction && strchr(plain, '.') != NULL ? CODE_BYTES_MAX : 0;
    for (size_t tail = 0; tail <= tails && kept + tail <= CODE_BYTES_MAX; tail++) {
        for (size_t zeros = 0; zeros + kept + tail <= CODE_BYTES_MAX; zeros++) {
            memset(twin, '0', zeros);
            memcpy(twin + zeros, plain, kept);
            memset(twin + zeros + kept, '0', tail);
            twin[zeros + kept + tail] = '\0';
            if (strcmp(twin, code) != 0 && known(site, file, twin)) {
                return true;
            }
        }
    }
    return false;
}

bool site_cell_explained(struct site_load *load, uint32_t line, enum site_file file,
                         const char *code)
{
    char twin[CODE_BYTES_MAX + 1];
    const size_t bytes = strlen(code);
    CHECK(load->file < SITE_FILE_COUNT);
    if (site_cell_spoilt(load, line, code)) {
        return true;
    }
    const bool number = digits_at(code) > 0 && strspn(code, "0123456789.") == bytes;
    if (!number || bytes > CODE_BYTES_MAX || !same_number(load->site, file, code, twin)) {
        return false;
    }
    if (!load->zeros_told[load->file]) {
        site_say(load, line, SAY_CODE_ZEROS, code, site_report_file(file), twin);
        load->zeros_told[load->file] = true;
    }
    return true;
}
