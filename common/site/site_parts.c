/* site_parts: a cell that holds a list: `a|b|c`, with the full-width bar too, for that is what a
 * Chinese keyboard types.
 *
 * Owns nothing; blanks around a part and empty parts are dropped, so that a bar too many at the end
 * of a cell means nothing. */
#include <string.h>

#include "common/base/arena.h"
#include "common/site/site_private.h"

/* The next "|", narrow or as a Chinese keyboard writes it. NULL: none. */
static char *separator_of(char *list, size_t *bytes)
{
    char *narrow = strchr(list, '|');
    char *wide = strstr(list, "｜");
    const bool first = narrow != NULL && (wide == NULL || narrow < wide);
    *bytes = first ? 1 : strlen("｜");
    return first ? narrow : wide;
}

void site_parts(struct site_load *load, uint32_t line, const char *list, site_part_fn *take,
                void *context)
{
    char *part = arena_strdup(&load->arena, list);
    while (part != NULL) {
        size_t bytes = 0;
        char *end = separator_of(part, &bytes);
        if (end != NULL) {
            *end = '\0';
        }
        part += strspn(part, " \t\r\n");
        size_t kept = strlen(part);
        while (kept > 0 && strchr(" \t\r\n", part[kept - 1]) != NULL) {
            part[--kept] = '\0';
        }
        if (part[0] != '\0') {
            take(load, line, part, context);
        }
        part = end == NULL ? NULL : end + bytes;
    }
}
