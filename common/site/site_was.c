/* site_was: codes that were given up, and what carries on for them.
 *
 * Open tickets carry codes. A secretary who renames a unit writes its old code beside the new one
 * (column `was`, 曾用编码), and all that is open goes with it; a unit that is wound up is written
 * there too, beside the one that takes its work. Owns index->was. What must stay true: a code is
 * either in use or given up, and it is given up to one heir only; else two units would have a claim
 * on one ticket. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

static void take(struct site_load *load, uint32_t line, char *code, void *context)
{
    const struct site_heir *heir = context;
    struct site_index *index = load->site->index;
    if (!site_code_valid(load, line, code)) {
        return;
    }
    if (!site_grow((void **)&index->was, index->was_count, sizeof *index->was)) {
        load->no_memory = true;
        return;
    }
    struct site_was *was = &index->was[index->was_count++];
    *was = (struct site_was){.heir = *heir, .line = line};
    memcpy(was->code, code, strlen(code) + 1);
}

void site_was_read(struct site_load *load, uint32_t line, const struct site_heir *heir,
                   const char *codes)
{
    struct site_heir own = *heir;
    CHECK(heir->kind < SITE_KIND_COUNT);
    CHECK(heir->file < SITE_FILE_COUNT);
    site_parts(load, line, codes, take, &own);
}

static int was_order(const void *left, const void *right)
{
    const struct site_was *a = left;
    const struct site_was *b = right;
    if (a->heir.kind != b->heir.kind) {
        return a->heir.kind < b->heir.kind ? -1 : 1;
    }
    const int codes = strcmp(a->code, b->code);
    return codes != 0 ? codes : a->line < b->line ? -1 : a->line > b->line;
}

static uint32_t in_use(const struct site *site, enum site_kind kind, const char *code)
{
    switch (kind) {
    case SITE_KIND_UNIT:
        return site_unit_find(site, code);
    case SITE_KIND_AREA:
        return site_area_find(site, code);
    case SITE_KIND_CATEGORY:
        return site_category_find(site, code);
    case SITE_KIND_CHANNEL:
        return site_channel_find(site, code);
    default:
        CHECK(kind == SITE_KIND_CALENDAR);
        return site_table_find(&site->index->calendars, site->calendars, sizeof *site->calendars,
                               code);
    }
}

void site_was_check(struct site_load *load)
{
    const struct site *site = load->site;
    struct site_index *index = site->index;
    if (index->was_count > 0) {
        qsort(index->was, index->was_count, sizeof *index->was, was_order);
    }
    for (uint32_t at = 0; at < index->was_count; at++) {
        const struct site_was *was = &index->was[at];
        const struct site_was *before = at == 0 ? NULL : &index->was[at - 1];
        load->file = was->heir.file;
        if (in_use(site, was->heir.kind, was->code) != SITE_NONE) {
            site_say(load, was->line, SAY_WAS_IN_USE, was->code);
        } else if (before != NULL && before->heir.kind == was->heir.kind &&
                   strcmp(before->code, was->code) == 0) {
            site_say(load, was->line, SAY_WAS_TWICE, was->code, (unsigned)before->line);
        }
    }
}

uint32_t site_heir(const struct site *site, enum site_kind kind, const char *code)
{
    CHECK(kind < SITE_KIND_COUNT);
    const uint32_t found = in_use(site, kind, code);
    if (found != SITE_NONE) {
        return found;
    }
    uint32_t low = 0;
    uint32_t high = site->index->was_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct site_was *was = &site->index->was[middle];
        const int order =
            was->heir.kind != kind ? (was->heir.kind < kind ? -1 : 1) : strcmp(was->code, code);
        if (order == 0) {
            return was->heir.index;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return SITE_NONE;
}

const char *site_code_now(const struct site *site, enum site_kind kind, const char *code)
{
    const uint32_t heir = site_heir(site, kind, code);
    if (heir == SITE_NONE) {
        return NULL;
    }
    switch (kind) {
    case SITE_KIND_UNIT:
        return site->units[heir].code;
    case SITE_KIND_AREA:
        return site->areas[heir].code;
    case SITE_KIND_CATEGORY:
        return site->categories[heir].code;
    case SITE_KIND_CHANNEL:
        return site->channels[heir].code;
    default:
        CHECK(kind == SITE_KIND_CALENDAR);
        return site->calendars[heir].code;
    }
}

const char *site_code_before(const struct site *site, enum site_kind kind, uint32_t index,
                             uint32_t nth)
{
    CHECK(kind < SITE_KIND_COUNT);
    CHECK(index != SITE_NONE);
    for (uint32_t at = 0; at < site->index->was_count; at++) {
        const struct site_was *was = &site->index->was[at];
        if (was->heir.kind == kind && was->heir.index == index && nth-- == 0) {
            return was->code;
        }
    }
    return NULL;
}
