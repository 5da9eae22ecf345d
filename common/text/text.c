/* text: UTF-8 as people send it: what is text at all, how wide it is, where it may be cut.
 *
 * Nothing in this folder allocates but from the caller's arena. What is refused here as no text is
 * refused everywhere: the wire, the site's files and the tables people hand in share the one rule.
 * text_title.c and text_mask.c decide what is hidden, text_normalise.c what counts as equal. */
#include "common/text/text.h"

#include <string.h>
#include <utf8proc.h>

#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/text/text_private.h"

enum { POINT_BYTES = 4 }; /* of one character of UTF-8, at most */

/* C0 and C1 but for what people type: they change what a terminal or a log shows. */
static bool control_refused(int32_t point)
{
    if (point == '\t' || point == '\n' || point == '\r') {
        return false;
    }
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

bool text_valid(const char *bytes, size_t size, size_t *at)
{
    CHECK(bytes != NULL || size == 0);
    size_t index = 0;
    while (index < size) {
        if (utf8_three((const unsigned char *)bytes + index, size - index)) {
            index += UTF8_THREE_BYTES; /* no control is among them */
            continue;
        }
        const unsigned char byte = (unsigned char)bytes[index];
        int32_t point = byte;
        const size_t used = byte < 0x80 ? 1 : text_kind_decode(bytes, index, size, &point);
        if (used == 0 || control_refused(point)) {
            if (at != NULL) {
                *at = index;
            }
            return false;
        }
        index += used;
    }
    return true;
}

/* What takes no column goes with what stands before it. A byte that is no text counts as one
 * column, as terminals show it. */
static size_t prefix_of_columns(const char *text, size_t columns_max, size_t *columns)
{
    const size_t bytes = strlen(text);
    size_t at = 0;
    *columns = 0;
    while (at < bytes) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, at, bytes, &point);
        const size_t width = used == 0 ? 1 : (size_t)utf8proc_charwidth(point);
        if (width > columns_max - *columns) {
            break;
        }
        *columns += width;
        at += used == 0 ? 1 : used;
    }
    return at;
}

size_t text_columns(const char *text)
{
    size_t columns = 0;
    const size_t bytes = prefix_of_columns(text, SIZE_MAX, &columns);
    CHECK(text[bytes] == '\0');
    return columns;
}

size_t text_clip_columns(const char *text, size_t columns)
{
    size_t taken = 0;
    const size_t bytes = prefix_of_columns(text, columns, &taken);
    CHECK(taken <= columns);
    return bytes;
}

bool text_blank(const char *text)
{
    const size_t bytes = text == NULL ? 0 : strlen(text);
    size_t at = 0;
    while (at < bytes) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, at, bytes, &point);
        if (used == 0 || !text_kind_nothing(point)) {
            return false; /* bytes that are no text are something, and refused as what they are */
        }
        at += used;
    }
    return true;
}

char *text_trim(char *text)
{
    CHECK(text != NULL);
    const size_t bytes = strlen(text);
    size_t begin = bytes, end = 0;
    for (size_t at = 0; at < bytes;) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, at, bytes, &point);
        const size_t step = used == 0 ? 1 : used;
        if (used == 0 || !text_kind_nothing(point)) {
            begin = begin == bytes ? at : begin;
            end = at + step;
        }
        at += step;
    }
    text[end > begin ? end : begin] = '\0';
    return text + begin;
}

size_t text_clip(const char *text, size_t bytes)
{
    CHECK(text != NULL);
    const size_t length = strnlen(text, bytes + 1);
    if (length <= bytes) {
        return length;
    }
    size_t end = bytes;
    while (end > 0 && bytes - end < POINT_BYTES && ((unsigned char)text[end] & 0xc0) == 0x80) {
        end--;
    }
    return end;
}

bool text_copy(char *out, size_t size, const char *text)
{
    CHECK(size > 0);
    const size_t bytes = text == NULL ? 0 : strnlen(text, size);
    if (bytes >= size) {
        return false;
    }
    memcpy(out, text == NULL ? "" : text, bytes);
    out[bytes] = '\0';
    return true;
}
