/* site_check: what only shows when all files of a site are known: parents that do not exist,
 * cycles, levels without an owner, policies that are missing or can never be used.
 *
 * Why so strict: a ticket must never be without an owner, a clock or a way up. A cycle of areas
 * would hang a service that walks up; a level without a fallback owner, or without a policy for
 * some urgency, would strand tickets that nobody looks for. So all of that is refused before a
 * service starts, and the walks of site_lookup and site_guess need no bound of their own.
 *
 * What a file that could not be read would have said is not held against the others
 * (load->usable). */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"

enum {
    CYCLE_SHOWN_MAX = 6,
};

/* ---- trees of areas and of categories ---- */

struct tree {
    uint32_t count;
    uint32_t *parents; /* positions */
    bool *cyclic;      /* lies on a cycle that has been reported */
    uint32_t *walks;   /* which walk came by first, + 1; 0: none yet */
    uint32_t from;     /* where the next walk begins */
};

static bool tree_init(struct site_load *load, struct tree *tree, uint32_t count)
{
    CHECK(count > 0);
    *tree = (struct tree){.count = count};
    tree->parents = calloc((size_t)count + 1, sizeof *tree->parents);
    tree->cyclic = calloc((size_t)count + 1, sizeof *tree->cyclic);
    tree->walks = calloc((size_t)count + 1, sizeof *tree->walks);
    if (tree->parents == NULL || tree->cyclic == NULL || tree->walks == NULL) {
        load->no_memory = true;
        return false;
    }
    return true;
}

static void tree_fini(struct tree *tree)
{
    free(tree->parents);
    free(tree->cyclic);
    free(tree->walks);
}

/* The lowest position of the cycle through `start`; marks all of it. */
static uint32_t cycle_mark(struct tree *tree, uint32_t start)
{
    CHECK(start < tree->count);
    CHECK(!tree->cyclic[start]); /* cut open when it was found */
    uint32_t lowest = start;
    uint32_t at = start;
    do {
        tree->cyclic[at] = true;
        lowest = at < lowest ? at : lowest;
        at = tree->parents[at];
    } while (at != start);
    return lowest;
}

/* The first row of the next cycle; SITE_NONE: there is none. Each row is walked over once. Before:
 * the one found last was cut open, which is the caller's, after saying what it looks like. */
static uint32_t cycle_next(struct tree *tree)
{
    CHECK(tree->from <= tree->count);
    while (tree->from < tree->count) {
        uint32_t at = tree->from;
        const uint32_t mark = tree->from + 1;
        while (at != SITE_NONE && tree->walks[at] == 0) {
            tree->walks[at] = mark;
            at = tree->parents[at];
        }
        tree->from++;
        if (at != SITE_NONE && tree->walks[at] == mark) { /* the walk met itself */
            return cycle_mark(tree, at);
        }
    }
    return SITE_NONE;
}

/* The codes of a cycle as "a > b > a", shortened where it is long. Before: it is not cut open
 * yet. */
static const char *cycle_shown(struct site_load *load, const struct tree *tree, uint32_t start,
                               const void *items, size_t item_bytes)
{
    CHECK(start < tree->count);
    CHECK(tree->cyclic[start]);
    const char *text = (const char *)items + (size_t)start * item_bytes;
    uint32_t at = start;
    for (uint32_t count = 0; count < CYCLE_SHOWN_MAX && text != NULL; count++) {
        at = tree->parents[at];
        text = arena_printf(&load->arena, "%s > %s", text,
                            (const char *)items + (size_t)at * item_bytes);
        if (at == start) {
            break;
        }
    }
    return text == NULL ? "?" : text;
}

/* ---- areas ---- */

static void resolve_area_parents(struct site_load *load, struct tree *tree)
{
    const struct site *site = load->site;
    for (uint32_t index = 0; index < tree->count; index++) {
        const struct site_parent *parent = &load->area_parents[index];
        tree->parents[index] = SITE_NONE;
        if (parent->code[0] == '\0') {
            continue;
        }
        tree->parents[index] = site_area_find(site, parent->code);
        if (tree->parents[index] == SITE_NONE && load->usable[SITE_AREAS] &&
            !site_cell_explained(load, parent->line, SITE_AREAS, parent->code)) {
            site_say(load, parent->line, SAY_AREA_PARENT_UNKNOWN, parent->code);
        }
    }
}

static void cut_area_cycles(struct site_load *load, struct tree *tree)
{
    const struct site *site = load->site;
    for (uint32_t at = cycle_next(tree); at != SITE_NONE; at = cycle_next(tree)) {
        site_say(load, load->area_parents[at].line, SAY_AREA_CYCLE,
                 cycle_shown(load, tree, at, site->areas, sizeof *site->areas));
        tree->parents[at] = SITE_NONE;
        arena_reset(&load->arena);
    }
}

/* Raising walks from an area to its parent, so a parent must be above; and only the top of the
 * tree may be without one. Areas on a cycle are left out: their parents mean nothing. */
static void check_area_levels(struct site_load *load, const struct tree *tree)
{
    struct site *site = load->site;
    CHECK(tree->count == site->area_count);
    uint32_t highest = 0;
    for (uint32_t index = 0; index < tree->count; index++) {
        highest = site->areas[index].level > highest ? site->areas[index].level : highest;
    }
    for (uint32_t index = 0; index < tree->count; index++) {
        struct site_area *area = &site->areas[index];
        const struct site_parent *written = &load->area_parents[index];
        area->parent = tree->parents[index];
        if (tree->cyclic[index] || area->level == 0) {
            continue;
        }
        if (written->code[0] == '\0' && area->level < highest) {
            site_say(load, written->line, SAY_AREA_PARENT_MISSING, area->code);
        }
        const struct site_area *parent =
            area->parent == SITE_NONE ? NULL : &site->areas[area->parent];
        if (parent != NULL && parent->level != 0 && parent->level <= area->level) {
            site_say(load, written->line, SAY_AREA_LEVEL_NOT_BELOW_PARENT, area->code,
                     parent->code);
        }
    }
}

/* By name, then by parent, so that siblings of one name lie side by side; the position keeps the
 * order of the file among them. */
static int area_name_order(const void *left, const void *right, void *context)
{
    const struct site *site = context;
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;
    const int names = strcmp(site->areas[a].name, site->areas[b].name);
    if (names != 0) {
        return names;
    }
    if (site->areas[a].parent != site->areas[b].parent) {
        return site->areas[a].parent < site->areas[b].parent ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

/* Two areas of one name under one parent cannot be told apart in a text. A warning: a site may
 * have both and tell them apart by aliases. */
static void check_area_names(struct site_load *load)
{
    struct site *site = load->site;
    uint32_t *order = calloc((size_t)site->area_count + 1, sizeof *order);
    if (order == NULL) {
        load->no_memory = true;
        return;
    }
    for (uint32_t index = 0; index < site->area_count; index++) {
        order[index] = index;
    }
    qsort_r(order, site->area_count, sizeof *order, area_name_order, site);
    for (uint32_t index = 1; index < site->area_count; index++) {
        const struct site_area *before = &site->areas[order[index - 1]];
        const struct site_area *area = &site->areas[order[index]];
        if (area->name[0] != '\0' && area->parent == before->parent &&
            strcmp(area->name, before->name) == 0) {
            site_warn(load, load->area_parents[order[index]].line, SAY_AREA_NAME_TWICE,
                      site_shown(load, area->name),
                      (unsigned)load->area_parents[order[index - 1]].line);
            arena_reset(&load->arena);
        }
    }
    free(order);
}

void site_check_areas(struct site_load *load)
{
    struct tree tree;
    load->file = SITE_AREAS;
    if (load->site->area_count == 0) {
        if (load->usable[SITE_AREAS]) {
            site_say(load, 0, SAY_AREA_NONE);
        }
        return;
    }
    if (tree_init(load, &tree, load->site->area_count)) {
        resolve_area_parents(load, &tree);
        cut_area_cycles(load, &tree);
        check_area_levels(load, &tree);
        check_area_names(load);
    }
    tree_fini(&tree);
}

/* ---- categories ---- */

static void resolve_category_parents(struct site_load *load, struct tree *tree)
{
    for (uint32_t index = 0; index < tree->count; index++) {
        const struct site_parent *parent = &load->category_parents[index];
        tree->parents[index] = SITE_NONE;
        if (parent->code[0] == '\0') {
            continue;
        }
        tree->parents[index] = site_category_find(load->site, parent->code);
        if (tree->parents[index] == SITE_NONE && load->usable[SITE_CATEGORIES] &&
            !site_cell_explained(load, parent->line, SITE_CATEGORIES, parent->code)) {
            site_say(load, parent->line, SAY_CATEGORY_PARENT_UNKNOWN, parent->code);
        }
    }
}

static void cut_category_cycles(struct site_load *load, struct tree *tree)
{
    const struct site *site = load->site;
    for (uint32_t at = cycle_next(tree); at != SITE_NONE; at = cycle_next(tree)) {
        site_say(load, load->category_parents[at].line, SAY_CATEGORY_CYCLE,
                 cycle_shown(load, tree, at, site->categories, sizeof *site->categories));
        tree->parents[at] = SITE_NONE;
        arena_reset(&load->arena);
    }
}

/* The nearest ancestor that says its urgency or start level speaks for those that do not. Walks
 * read what was written, so each is done before any is filled in. */
static void inherit(struct site *site, const struct tree *tree, Paidan__Urgency *urgencies,
                    uint32_t *levels)
{
    CHECK(tree->count == site->category_count);
    for (uint32_t index = 0; index < tree->count; index++) {
        uint32_t urgent = index;
        uint32_t level = index;
        while (urgent != SITE_NONE && site->categories[urgent].urgency == 0) {
            urgent = tree->parents[urgent];
        }
        while (level != SITE_NONE && site->categories[level].start_level == 0) {
            level = tree->parents[level];
        }
        urgencies[index] = urgent == SITE_NONE ? PAIDAN__URGENCY__URGENCY_NORMAL
                                               : site->categories[urgent].urgency;
        levels[index] = level == SITE_NONE ? 0 : site->categories[level].start_level;
    }
    for (uint32_t index = 0; index < tree->count; index++) {
        site->categories[index].parent = tree->parents[index];
        site->categories[index].urgency = urgencies[index];
        site->categories[index].start_level = levels[index];
    }
}

static void fill_in(struct site_load *load, const struct tree *tree)
{
    Paidan__Urgency *urgencies = calloc((size_t)tree->count + 1, sizeof *urgencies);
    uint32_t *levels = calloc((size_t)tree->count + 1, sizeof *levels);
    if (urgencies == NULL || levels == NULL) {
        load->no_memory = true;
    } else {
        inherit(load->site, tree, urgencies, levels);
    }
    free(urgencies);
    free(levels);
}

void site_check_categories(struct site_load *load)
{
    struct tree tree;
    load->file = SITE_CATEGORIES;
    if (load->site->category_count == 0) {
        if (load->usable[SITE_CATEGORIES]) {
            site_say(load, 0, SAY_CATEGORY_NONE);
        }
        return;
    }
    if (tree_init(load, &tree, load->site->category_count)) {
        resolve_category_parents(load, &tree);
        cut_category_cycles(load, &tree);
        if (!load->no_memory) {
            fill_in(load, &tree);
        }
    }
    tree_fini(&tree);
}

/* ---- levels and duties ---- */

static void check_fallback(struct site_load *load, uint32_t level)
{
    CHECK(level >= 1);
    CHECK(level <= load->site->level_count);
    struct site *site = load->site;
    const struct site_fallback *fallback = &load->fallbacks[level - 1];
    const uint32_t unit = site_unit_find(site, fallback->code);
    if (fallback->code[0] == '\0') {
        if (!fallback->misread) {
            site_say(load, fallback->line, SAY_LEVEL_WITHOUT_OWNER, site->levels[level - 1].code);
        }
        return;
    }
    if (unit == SITE_NONE) {
        if (load->usable[SITE_UNITS] &&
            !site_cell_explained(load, fallback->line, SITE_UNITS, fallback->code)) {
            site_say(load, fallback->line, SAY_LEVEL_OWNER_UNKNOWN, fallback->code);
        }
        return;
    }
    const uint32_t unit_level = site->units[unit].level;
    if (unit_level != 0 && unit_level != level) {
        site_say(load, fallback->line, SAY_LEVEL_OWNER_LEVEL, fallback->code,
                 site->levels[unit_level - 1].code);
    }
    site->levels[level - 1].fallback = unit;
}

/* A lead that serves another place than the row speaks of. */
static void check_places(struct site_load *load)
{
    const struct site *site = load->site;
    load->file = SITE_MATRIX;
    for (uint32_t index = 0; index < site->index->matrix_count; index++) {
        const struct site_matrix_row *row = &site->index->matrix[index];
        const uint32_t served = site->units[row->lead].area;
        if (row->area == SITE_NONE || served == SITE_NONE ||
            site_area_within(site, row->area, served) ||
            site_area_within(site, served, row->area)) {
            continue;
        }
        site_warn(load, row->line, SAY_MATRIX_LEAD_ELSEWHERE, site->units[row->lead].code,
                  site->areas[row->area].code);
    }
}

void site_check_levels(struct site_load *load)
{
    CHECK(load->site->level_count <= SITE_LEVELS_MAX);
    const struct site *site = load->site;
    load->file = SITE_UNITS;
    if (site->unit_count == 0 && load->usable[SITE_UNITS]) {
        site_say(load, 0, SAY_UNIT_NONE);
    }
    load->file = SITE_YAML;
    for (uint32_t level = 1; level <= site->level_count; level++) {
        check_fallback(load, level);
        arena_reset(&load->arena);
    }
    check_places(load);
}

/* ---- policies ---- */

static bool category_within(const struct site *site, uint32_t category, uint32_t ancestor)
{
    CHECK(category == SITE_NONE || category < site->category_count);
    CHECK(ancestor < site->category_count);
    while (category != SITE_NONE && category != ancestor) {
        category = site->categories[category].parent;
    }
    return category == ancestor;
}

/* Everything that `policy` speaks of, `earlier` speaks of too. */
static bool covers(const struct site *site, const struct site_policy *earlier,
                   const struct site_policy *policy)
{
    return (earlier->level == 0 || earlier->level == policy->level) &&
           (earlier->urgency == 0 || earlier->urgency == policy->urgency) &&
           (earlier->category == SITE_NONE ||
            (policy->category != SITE_NONE &&
             category_within(site, policy->category, earlier->category)));
}

/* The line of an earlier policy that covers this one; 0: there is none. */
static uint32_t covered_by(const struct site *site, uint32_t index)
{
    for (uint32_t before = 0; before < index; before++) {
        if (covers(site, &site->policies[before], &site->policies[index])) {
            return site->policies[before].line;
        }
    }
    return 0;
}

/* Each level and urgency it speaks of was spoken of before. */
static bool shadowed(const struct site *site, uint32_t index)
{
    struct site_policy cell = site->policies[index];
    const struct site_policy *policy = &site->policies[index];
    const uint32_t level_last = policy->level != 0 ? policy->level : site->level_count;
    const uint32_t urgency_last = policy->urgency != 0 ? policy->urgency : SITE_URGENCIES;
    for (cell.level = policy->level != 0 ? policy->level : 1; cell.level <= level_last;
         cell.level++) {
        for (cell.urgency = policy->urgency != 0 ? policy->urgency : 1;
             cell.urgency <= urgency_last; cell.urgency++) {
            bool spoken = false;
            for (uint32_t before = 0; before < index && !spoken; before++) {
                spoken = covers(site, &site->policies[before], &cell);
            }
            if (!spoken) {
                return false;
            }
        }
    }
    return true;
}

/* The first policy in the file that fits wins, so one behind another that covers it is never
 * used: somebody changed a term and nothing happened. Covered by one is a mistake; covered by
 * several together may be meant, and is a warning. */
static void check_reachable(struct site_load *load)
{
    const struct site *site = load->site;
    for (uint32_t index = 0; index < site->policy_count; index++) {
        const struct site_policy *policy = &site->policies[index];
        const uint32_t line = covered_by(site, index);
        if (line != 0) {
            site_say(load, policy->line, SAY_POLICY_UNREACHABLE, (unsigned)line);
        } else if (shadowed(site, index)) {
            site_warn(load, policy->line, SAY_POLICY_SHADOWED);
        }
    }
}

/* Is there a policy for every category? One by one is not enough: a ticket may have none yet. */
static bool policy_general(const struct site *site, uint32_t level, uint32_t urgency)
{
    CHECK(level >= 1);
    CHECK(urgency >= 1);
    CHECK(urgency <= SITE_URGENCIES);
    for (uint32_t index = 0; index < site->policy_count; index++) {
        const struct site_policy *policy = &site->policies[index];
        if (policy->category == SITE_NONE && (policy->level == 0 || policy->level == level) &&
            (policy->urgency == 0 || policy->urgency == urgency)) {
            return true;
        }
    }
    return false;
}

/* Says which urgencies of a level have no policy; where none has, once for all of them. */
static void check_covered(struct site_load *load, uint32_t level)
{
    CHECK(level >= 1);
    CHECK(level <= load->site->level_count);
    const struct site *site = load->site;
    uint32_t missing[SITE_URGENCIES];
    uint32_t count = 0;
    for (uint32_t urgency = 1; urgency <= SITE_URGENCIES; urgency++) {
        if (!policy_general(site, level, urgency)) {
            missing[count++] = urgency;
        }
    }
    if (count == SITE_URGENCIES) {
        count = 1;
        missing[0] = 0;
    }
    for (uint32_t index = 0; index < count; index++) {
        site_say(load, load->policies_line, SAY_POLICY_MISSING, site->levels[level - 1].code,
                 site_urgency_name(missing[index]));
    }
}

void site_check_policies(struct site_load *load)
{
    const struct site *site = load->site;
    load->file = SITE_YAML;
    if (load->policies == NULL || site->policy_count == 0) {
        return; /* said already */
    }
    if (load->report->count == 0) { /* else what a policy is for may be misread */
        check_reachable(load);
    }
    for (uint32_t level = 1; level <= site->level_count; level++) {
        check_covered(load, level);
    }
}
