/* site_split: one text about several matters: "路灯不亮。另外，三号楼前垃圾没人清". Reads texts as they pass
 * and keeps none: parts are told by where they stand. */
#pragma once

#include "common/base/arena.h"
#include "common/site/site_model.h"

enum { SITE_SPLIT_PARTS_MAX = 4 };

struct site_split {
    uint32_t count; /* 0, or two and more: each of another branch than those beside it */
    struct site_split_part {
        size_t at, bytes; /* of the text; all parts together are the text */
        uint32_t category, permille;
    } parts[SITE_SPLIT_PARTS_MAX];
};

/* RC_OK or RC_LIMIT (arena). Before: the site has a model of categories. */
MUST_CHECK enum rc site_split_find(struct arena *arena, const struct site *site, const char *text,
                                   site_model_threshold_fn *threshold, void *context,
                                   struct site_split *split);
