/* escalation_query_counts: what each unit did and had, in order of the units' codes.
 *
 * Pages by the code of the last unit given, which is the key of its row, so that units that get
 * their first ticket between two pages neither move nor hide another. Rows are of units that ever
 * had a ticket; one that the site knows and that has none is answered with zeros when it is asked
 * for by name. Names of counters are constants of the program: the answer points to them. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_count.h"
#include "escalation_query.h"

enum { COUNTS_DEFAULT = 100 };

static enum rc add_unit(struct step_view *view, const char *unit,
                        const struct escalation_count *count, Paidan__UnitsCounted *counted)
{
    CHECK(counted->units != NULL);
    Paidan__UnitCount *made = arena_alloc(view->arena, sizeof *made);
    Paidan__Count *counts = arena_alloc(view->arena, ESCALATION_COUNTERS * sizeof *counts);
    Paidan__Count **list = arena_alloc(view->arena, ESCALATION_COUNTERS * sizeof(Paidan__Count *));
    if (made == NULL || counts == NULL || list == NULL) {
        return RC_LIMIT;
    }
    paidan__unit_count__init(made);
    made->unit = arena_strdup(view->arena, unit);
    if (made->unit == NULL) {
        return RC_LIMIT;
    }
    for (unsigned index = 0; index < ESCALATION_COUNTERS; index++) {
        paidan__count__init(&counts[index]);
        counts[index].name = (char *)escalation_count_name((enum escalation_counter)index);
        counts[index].value = count->values[index];
        list[index] = &counts[index];
    }
    made->counts = list;
    made->n_counts = ESCALATION_COUNTERS;
    counted->units[counted->n_units] = made;
    counted->n_units++;
    return RC_OK;
}

/* The code in a key ends with the first zero, or with the key. */
static void take_unit(const unsigned char *key, char unit[CODE_BYTES_MAX + 1])
{
    memcpy(unit, key, CODE_BYTES_MAX);
    unit[CODE_BYTES_MAX] = '\0';
}

static enum rc add_units(struct step_view *view, const char *after, uint32_t limit,
                         Paidan__UnitsCounted *counted)
{
    CHECK(limit > 0); /* the cursor is the last unit of the page */
    unsigned char key[ESCALATION_COUNT_KEY_BYTES];
    char unit[CODE_BYTES_MAX + 1];
    struct store_walk walk;
    escalation_count_key(after, key);
    enum rc rc = store_walk_open(view->txn, ESCALATION_COUNT, key, sizeof key, &walk);
    if (rc == RC_OK && walk.key_bytes == sizeof key && memcmp(walk.key, key, sizeof key) == 0) {
        rc = store_walk_next(&walk);
    }
    while (rc == RC_OK) {
        struct escalation_count count;
        if (counted->n_units == limit) {
            counted->next = counted->units[limit - 1]->unit;
            break;
        }
        rc = walk.key_bytes == sizeof key
                 ? escalation_count_decode(walk.value, walk.value_bytes, &count)
                 : RC_CORRUPT;
        if (rc == RC_OK) {
            take_unit(walk.key, unit);
            rc = add_unit(view, unit, &count, counted);
        }
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A unit that has had nothing yet has all its counts at zero. */
static enum rc add_one(struct step_view *view, const char *unit, Paidan__UnitsCounted *counted,
                       Paidan__Answer *answer)
{
    struct escalation_count count;
    bool some = false;
    const enum rc rc = escalation_count_load(view->txn, unit, &count, &some);
    if (rc != RC_OK) {
        return rc;
    }
    if (!some && site_unit_find(view->site, unit) == SITE_NONE) {
        return step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    return add_unit(view, unit, &count, counted);
}

static bool is_code(const char *text)
{
    return text == NULL || strlen(text) <= CODE_BYTES_MAX;
}

enum rc escalation_query_counts(struct step_view *view, const Paidan__UnitCounts *wish,
                                Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : COUNTS_DEFAULT;
    if (limit == 0 || limit > LIST_MAX || !is_code(wish->after)) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID,
                                is_code(wish->after) ? "limit" : "after");
    }
    if (!is_code(wish->unit)) {
        return step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    Paidan__UnitsCounted *counted = arena_alloc(view->arena, sizeof *counted);
    if (counted == NULL) {
        return RC_LIMIT;
    }
    paidan__units_counted__init(counted);
    counted->units = arena_alloc(view->arena, limit * sizeof(Paidan__UnitCount *));
    if (counted->units == NULL) {
        return RC_LIMIT;
    }
    const char *after = wish->after != NULL ? wish->after : "";
    const enum rc rc = wish->unit != NULL ? add_one(view, wish->unit, counted, answer)
                                          : add_units(view, after, limit, counted);
    if (rc == RC_OK && answer->code == PAIDAN__CODE__OK) {
        answer->body_case = PAIDAN__ANSWER__BODY_UNITS_COUNTED;
        answer->units_counted = counted;
    }
    return rc;
}
