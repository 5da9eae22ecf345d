/* site_file: the files of a site as bytes: reading them, and whether they are text.
 *
 * Everything behind this may rely on it: what is parsed is UTF-8 without control characters and
 * without a byte order mark, and no larger than its bound. A pipe or a device in place of a file is
 * refused and not waited for. */
#include "common/site/site_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/text/text.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* ---- reading ---- */

/* Reads size bytes, or what there is. */
static bool read_bytes(int file, char *bytes, size_t size, size_t *got)
{
    size_t at = 0;
    while (at < size) {
        const ssize_t count = read(file, bytes + at, size - at);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return false;
        }
        if (count == 0) {
            break;
        }
        at += (size_t)count;
    }
    *got = at;
    return true;
}

/* Reads from where the file stands. One that shrinks meanwhile is read as far as it goes, one
 * that grows as far as it was: the digest is over what was read. */
char *site_file_read(int file, size_t max, size_t *size, int *error)
{
    CHECK(file >= 0);
    CHECK(max > 0);
    struct stat status;
    if (fstat(file, &status) != 0) {
        *error = errno;
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        *error = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    /* One byte more than allowed is enough to see that it is too much. */
    const size_t wanted = (size_t)status.st_size < max + 1 ? (size_t)status.st_size : max + 1;
    char *bytes = malloc(wanted + 1);
    if (bytes == NULL) {
        *error = ENOMEM;
        return NULL;
    }
    if (!read_bytes(file, bytes, wanted, size)) {
        *error = errno;
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* ---- is it text? ---- */

/* The line in which a byte stands, from 1. */
static uint32_t line_at(const char *bytes, size_t at)
{
    uint32_t line = 1;
    for (size_t index = 0; index < at; index++) {
        line += bytes[index] == '\n' ? 1 : 0;
    }
    return line;
}

/* A workbook under the name of a table: .xlsx is a ZIP file, .xls an OLE one. */
bool site_file_workbook(const unsigned char *bytes, size_t size)
{
    return (size >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0) ||
           (size >= 4 && memcmp(bytes, "\xd0\xcf\x11\xe0", 4) == 0);
}

/* UTF-16 without its mark: every other byte of what is ASCII is zero. */
static bool is_wide(const unsigned char *bytes, size_t size)
{
    size_t zeros = 0;
    for (size_t index = 0; index < size; index++) {
        zeros += bytes[index] == 0;
    }
    return size % 2 == 0 && zeros * 8 > size;
}

/* The two mistakes that offices make, Excel's "Unicode text" (UTF-16) and GBK, get sentences of
 * their own. */
bool site_file_usable(struct site_load *load)
{
    CHECK(load->sources[load->file].bytes != NULL);
    struct site_source *source = &load->sources[load->file];
    const size_t max = site_file_yaml(load->file) ? SITE_YAML_BYTES_MAX : SITE_FILE_BYTES_MAX;
    const unsigned char *bytes = (const unsigned char *)source->bytes;
    size_t at = 0;
    if (source->size > max) {
        site_say(load, 0, SAY_FILE_TOO_LARGE, (unsigned)max);
        return false;
    }
    if (source->size >= 2 &&
        ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff))) {
        site_say(load, 1, SAY_FILE_UTF16);
        return false;
    }
    if (site_file_workbook(bytes, source->size)) {
        site_say(load, 0, SAY_FILE_WORKBOOK, site_report_file(load->file));
        return false;
    }
    if (!site_file_yaml(load->file) && memchr(bytes, 0, source->size) != NULL &&
        is_wide(bytes, source->size)) {
        site_say(load, 1, SAY_FILE_UTF16);
        return false;
    }
    if (!text_valid(source->bytes, source->size, &at)) {
        const uint32_t line = line_at(source->bytes, at);
        if (bytes[at] < 0x80) {
            site_say(load, line, SAY_FILE_CONTROL, (unsigned)bytes[at]);
        } else {
            site_say(load, line, SAY_FILE_NOT_UTF8);
        }
        return false;
    }
    if (source->size >= 3 && memcmp(bytes, byte_order_mark, 3) == 0) {
        source->bytes += 3;
        source->size -= 3;
    }
    return true;
}
