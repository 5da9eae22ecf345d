/* archive_bulletin_words: words for everybody. What must stay true: a draft is made of the site's own names and
 * of the unit's note, never of what a resident wrote; and where the note may say who lives where, it is left out
 * whole: half a sentence misleads, and the person who reviews can only take away what he sees. */
#include "archive_bulletin_words.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* Adds what fits, cut at a character. */
static void add(char *text, size_t size, const char *more)
{
    const size_t used = strlen(text);
    size_t bytes = strlen(more);
    CHECK(used < size);
    if (bytes > size - used - 1) {
        bytes = size - used - 1;
        while (bytes > 0 && ((unsigned char)more[bytes] & 0xc0u) == 0x80u) {
            bytes--;
        }
    }
    memcpy(text + used, more, bytes);
    text[used + bytes] = '\0';
}

static const char *area_name(const struct site *site, const char *code)
{
    const uint32_t index = site_area_find(site, code);
    return index == SITE_NONE ? "" : site->areas[index].name;
}

static const char *category_name(const struct site *site, const char *code)
{
    const uint32_t index = site_category_find(site, code);
    return index == SITE_NONE ? "居民诉求" : site->categories[index].name;
}

static const char *unit_name(const struct site *site, const char *code)
{
    const uint32_t index = site_unit_find(site, code);
    return index == SITE_NONE ? "承办单位" : site->units[index].name;
}

enum rc archive_bulletin_words_personal(struct arena *arena, const char *words, bool *personal)
{
    char *const copy = arena_strdup(arena, words);
    char *masked = NULL;
    if (copy == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = text_mask_digits(arena, copy, &masked);
    *personal = rc == RC_OK && masked != copy;
    return rc;
}

/* Forms of address: a name stands before them. */
static bool names_somebody(const char *words)
{
    static const char *const forms[] = {"先生", "女士", "小姐", "阿姨", "大爷", "大妈",
                                        "师傅", "老人", "住户", "业主", "同志"};
    for (size_t index = 0; index < sizeof forms / sizeof forms[0]; index++) {
        if (strstr(words, forms[index]) != NULL) {
            return true;
        }
    }
    return false;
}

/* "3号楼2单元502", "501室", and what a mask has left of a number. */
static bool names_flat(const char *words)
{
    static const char *const signs[] = {"单元", "室", "户", "***"};
    for (size_t index = 0; index < sizeof signs / sizeof signs[0]; index++) {
        if (strstr(words, signs[index]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Units write notes, not sentences. */
static bool ended(const char *words)
{
    static const char *const stops[] = {"。", "！", "？", ".", "!", "?", ""};
    const size_t bytes = strlen(words);
    size_t index = 0;
    while (stops[index][0] != '\0' &&
           (bytes < strlen(stops[index]) ||
            strcmp(words + bytes - strlen(stops[index]), stops[index]) != 0)) {
        index++;
    }
    return stops[index][0] != '\0' || bytes == 0;
}

enum rc archive_bulletin_words_draft(struct arena *arena, const struct site *site,
                                     const struct archive_matter *matter,
                                     char title[TITLE_BYTES_MAX + 1], char text[NOTE_BYTES_MAX + 1])
{
    bool personal = false;
    const char *const area = area_name(site, matter->area);
    CHECK(matter->closed_ms != 0);
    const enum rc rc = archive_bulletin_words_personal(arena, matter->result, &personal);
    if (rc != RC_OK) {
        return rc;
    }
    title[0] = text[0] = '\0';
    add(title, TITLE_BYTES_MAX + 1, area);
    add(title, TITLE_BYTES_MAX + 1, area[0] == '\0' ? "" : "：");
    add(title, TITLE_BYTES_MAX + 1, category_name(site, matter->category));
    add(text, NOTE_BYTES_MAX + 1, unit_name(site, matter->unit));
    add(text, NOTE_BYTES_MAX + 1,
        matter->outcome == PAIDAN__OUTCOME__OUTCOME_PARTLY ? "已办理，部分解决。" : "已办结。");
    if (!personal && !names_somebody(matter->result) && !names_flat(matter->result)) {
        add(text, NOTE_BYTES_MAX + 1, matter->result);
        add(text, NOTE_BYTES_MAX + 1, ended(matter->result) ? "" : "。");
    }
    return RC_OK;
}
