/* site_bulletin: the section `bulletin` of site.yaml 公示: which handled matters are proposed by themselves, and
 * how long a published one is shown. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct site;

enum { SITE_BULLETIN_LISTS_MAX = 64, SITE_BULLETIN_DAYS = 30, SITE_BULLETIN_DAYS_MAX = 366 };

struct site_bulletin {
    /* Indexes; a category stands for those below it, an area for what lies in it. No category: nothing
     * is proposed by itself. No area: all of them. */
    uint32_t categories[SITE_BULLETIN_LISTS_MAX], category_count;
    uint32_t areas[SITE_BULLETIN_LISTS_MAX], area_count;
    uint32_t days; /* shown for so long */
};

/* Whether a solved ticket of this category and area is proposed; codes that the site does not know: no. */
bool site_bulletin_proposes(const struct site *site, const char *category, const char *area);
