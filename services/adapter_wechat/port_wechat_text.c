/* port_wechat_text: words and names from outside, made fit for a wish. Owns nothing.
 *
 * A wish with a control character is refused as a whole (common/wire), and the platform would drop a
 * message that is refused three times: so a resident's words are mended rather than lost, while a name
 * that would have to be mended is somebody else's name. */

#include "port_wechat_text.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

char *port_wechat_text_words(struct arena *arena, const char *text, size_t bytes_max, bool *full)
{
    CHECK(full != NULL);
    if (text == NULL || text[0] == '\0') {
        return NULL;
    }
    char *const copy = arena_strdup(arena, text);
    if (copy == NULL) {
        *full = true;
        return NULL;
    }
    copy[text_clip(copy, bytes_max)] = '\0';
    const size_t size = strlen(copy);
    size_t from = 0, bad = 0;
    while (!text_valid(copy + from, size - from, &bad)) {
        from += bad;
        CHECK(from < size);
        copy[from] = ' ';
    }
    return copy;
}

char *port_wechat_text_whole(struct arena *arena, const char *text, size_t bytes_max, bool *full)
{
    CHECK(full != NULL);
    if (text == NULL || text[0] == '\0' || strlen(text) > bytes_max ||
        !text_valid(text, strlen(text), NULL)) {
        return NULL;
    }
    char *const copy = arena_strdup(arena, text);
    *full |= copy == NULL;
    return copy;
}
