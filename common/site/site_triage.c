/* site_triage: the section `triage` of site.yaml and the models it names.
 *
 * Owns the bytes of the models: they are read whole, so that a file which is replaced under a
 * running service changes nothing until the site is read again, and they are part of the site's
 * digest: another model is another site. What must stay true: a site with a model that cannot be
 * used is refused like one with any other mistake, never run without it, for its tickets would then
 * be decided by rules that nobody chose; and each label of a model stands for something of the site. */

#include "common/site/site_triage.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/learn/learn.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_place.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    /* What is likelier wrong than right never goes out by itself, however right a model that saw few
     * examples was on them. */
    THRESHOLD_MIN = SITE_PERMILLE / 2,
    PRECISION_DEFAULT = 980, /* the best city's figure */
    DAYS_DEFAULT = 14,       /* an event that is older is told anew */
    MEMBERS_DEFAULT = 500,
    WINDOW_DEFAULT = 200,
    LEAST_DEFAULT = 20,
    VERSION_BYTES = 4,
};

void site_triage_defaults(struct site *site)
{
    struct site_triage *triage = &site->triage;
    triage->precision_permille = PRECISION_DEFAULT;
    triage->groups.days = DAYS_DEFAULT;
    triage->groups.members_max = MEMBERS_DEFAULT;
    triage->burst.within_ms = 2 * SITE_HOUR_MS;
    triage->burst.urgency = PAIDAN__URGENCY__URGENCY_URGENT;
    triage->trust.window = WINDOW_DEFAULT;
    triage->trust.least = LEAST_DEFAULT;
}

/* ---- single values ---- */

static void *field(const struct site_key *key, void *target)
{
    return (char *)target + key->offset;
}

/* "98%" or "99.9%": with the sign, so that nobody takes 0.98 for it. False: it is none. */
static bool read_percent(const char *text, uint64_t *permille)
{
    const size_t bytes = strlen(text);
    if (bytes < 2 || text[bytes - 1] != '%') {
        return false;
    }
    const char *end = text + bytes - 1;
    const char *point = memchr(text, '.', bytes - 1);
    uint64_t whole = 0, tenth = 0;
    const bool read = point == NULL ? site_digits_read(text, end, &whole)
                                    : site_digits_read(text, point, &whole) && end - point == 2 &&
                                          site_digits_read(point + 1, end, &tenth);
    if (!read || whole > 100) {
        return false;
    }
    *permille = whole * 10 + tenth;
    return true;
}

/* min and max of the key are per mille. */
static void key_percent(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    const char *text = site_node_text(load, value);
    uint64_t permille = 0;
    CHECK(key->min <= key->max);
    if (text == NULL) {
        return;
    }
    if (!read_percent(text, &permille) || permille < key->min || permille > key->max) {
        site_say(load, value->line, SAY_PERCENT_MALFORMED, site_shown(load, text),
                 (unsigned)(key->min / 10), (unsigned)(key->max / 10), (unsigned)(key->max % 10));
        return;
    }
    *(uint32_t *)field(key, target) = (uint32_t)permille;
}

static void key_precision(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    load->precision_line = value->line;
    key_percent(load, key, value, target);
}

/* What the manual writes, and what every other flag of the file is written as. */
static void key_switch(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    const bool on = value->type == SITE_NODE_SCALAR && strcmp(value->text, "on") == 0;
    const bool off = value->type == SITE_NODE_SCALAR && strcmp(value->text, "off") == 0;
    if (value->type == SITE_NODE_SCALAR && value->plain && (on || off)) {
        *(bool *)field(key, target) = on;
    } else {
        site_key_flag(load, key, value, target);
    }
}

/* A file of the folder itself: a site is copied, compared and kept as one folder. */
static void key_model(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    static const char ending[] = ".learn";
    struct site_model *model = field(key, target);
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    const size_t bytes = strlen(text);
    const bool named = bytes >= sizeof ending && bytes <= SITE_MODEL_NAME_BYTES && text[0] != '.' &&
                       strchr(text, '/') == NULL &&
                       strcmp(text + bytes - (sizeof ending - 1), ending) == 0;
    if (!named) {
        site_say(load, value->line, SAY_MODEL_NAME, site_shown(load, text));
        return;
    }
    memcpy(model->file, text, bytes + 1);
    *(model == &load->site->triage.model ? &load->model_line : &load->unit_model_line) =
        value->line;
}

static void key_urgency(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    const char *text = site_node_text(load, value);
    const uint32_t urgency = text == NULL ? 0 : site_urgency_of(text);
    if (urgency != 0) {
        *(Paidan__Urgency *)field(key, target) = (Paidan__Urgency)urgency;
    } else if (text != NULL) {
        site_say(load, value->line, SAY_URGENCY_UNKNOWN, site_shown(load, text));
    }
}

/* Levels are read before: see the order of the keys of site.yaml. */
static void key_level(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    const char *text = site_node_text(load, value);
    const uint32_t level = text == NULL ? 0 : site_level_find(load->site, text);
    if (level != 0) {
        *(uint32_t *)field(key, target) = level;
    } else if (text != NULL) {
        site_say(load, value->line, SAY_TRIAGE_LEVEL, site_shown(load, text));
    }
}

/* ---- the section ---- */

/* merge below suggest would merge what nobody was to be asked about. */
static void key_groups(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    static const struct site_key keys[] = {
        {.name = "suggest",
         .required = true,
         .read = key_percent,
         .min = 10,
         .max = 999,
         .offset = offsetof(struct site_groups, suggest_permille)},
        {.name = "merge",
         .read = key_percent,
         .min = 500,
         .max = 999,
         .offset = offsetof(struct site_groups, merge_permille)},
        {.name = "days",
         .read = site_key_count,
         .min = 1,
         .max = 365,
         .offset = offsetof(struct site_groups, days)},
        {.name = "members",
         .read = site_key_count,
         .min = 2,
         .max = 10000,
         .offset = offsetof(struct site_groups, members_max)},
    };
    struct site_groups *groups = field(key, target);
    (void)site_keys_read(load, value, keys, COUNT(keys), groups);
    if (groups->merge_permille != 0 && groups->merge_permille < groups->suggest_permille) {
        site_say(load, value->line, SAY_GROUPS_ORDER);
    }
}

static void key_burst(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    static const struct site_key keys[] = {
        {.name = "count",
         .required = true,
         .read = site_key_count,
         .min = 2,
         .max = 1000,
         .offset = offsetof(struct site_burst, count)},
        {.name = "within",
         .read = site_key_span,
         .min = SITE_MINUTE_MS,
         .max = 7 * 24 * SITE_HOUR_MS,
         .offset = offsetof(struct site_burst, within_ms)},
        {.name = "urgency", .read = key_urgency, .offset = offsetof(struct site_burst, urgency)},
        {.name = "alert", .read = key_level, .offset = offsetof(struct site_burst, alert)},
    };
    (void)site_keys_read(load, value, keys, COUNT(keys), field(key, target));
}

static void key_trust(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    static const struct site_key keys[] = {
        {.name = "window",
         .read = site_key_count,
         .min = 5,
         .max = SITE_TRUST_MAX,
         .offset = offsetof(struct site_trust, window)},
        {.name = "least",
         .read = site_key_count,
         .min = 5,
         .max = SITE_TRUST_MAX,
         .offset = offsetof(struct site_trust, least)},
    };
    struct site_trust *trust = field(key, target);
    load->trust_line = value->line;
    (void)site_keys_read(load, value, keys, COUNT(keys), trust);
    if (trust->least > trust->window) {
        site_say(load, value->line, SAY_TRUST_ORDER);
    }
}

void site_key_triage(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    static const struct site_key keys[] = {
        {.name = "model", .read = key_model, .offset = offsetof(struct site_triage, model)},
        {.name = "unit_model",
         .read = key_model,
         .offset = offsetof(struct site_triage, unit_model)},
        {.name = "precision",
         .read = key_precision,
         .min = 500,
         .max = 999,
         .offset = offsetof(struct site_triage, precision_permille)},
        {.name = "split", .read = key_switch, .offset = offsetof(struct site_triage, split)},
        {.name = "groups", .read = key_groups, .offset = offsetof(struct site_triage, groups)},
        {.name = "burst", .read = key_burst, .offset = offsetof(struct site_triage, burst)},
        {.name = "trust", .read = key_trust, .offset = offsetof(struct site_triage, trust)},
    };
    struct site *site = target;
    (void)key;
    (void)site_keys_read(load, value, keys, COUNT(keys), &site->triage);
    if (site->triage.burst.count != 0 && site->triage.groups.suggest_permille == 0) {
        site_say(load, value->line, SAY_BURST_ALONE);
    }
    if (site->triage.split && site->triage.model.file[0] == '\0') {
        site_warn(load, value->line, SAY_SPLIT_ALONE);
    }
}

/* ---- models ---- */

/* Reads the file into model->bytes; says what is wrong. */
static void read_bytes(struct site_load *load, uint32_t line, struct site_model *model)
{
    size_t size = 0;
    int error = ENOENT;
    /* NONBLOCK: a pipe in place of a file must not hang the loader. */
    const int file = load->has_folder
                         ? openat(load->folder, model->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
                         : -1;
    if (file < 0) {
        error = load->has_folder ? errno : ENOENT;
    } else {
        model->bytes = site_file_read(file, LEARN_MODEL_BYTES_MAX, &size, &error);
        model->size = size;
        close(file);
    }
    if (model->bytes == NULL && error == ENOMEM) {
        load->no_memory = true;
    } else if (model->bytes == NULL && error == ENOENT) {
        site_say(load, line, SAY_MODEL_MISSING, site_shown(load, model->file));
    } else if (model->bytes == NULL) {
        site_say(load, line, SAY_FILE_UNREADABLE, site_shown(load, model->file), strerror(error));
    } else if (size > LEARN_MODEL_BYTES_MAX) {
        site_say(load, line, SAY_MODEL_TOO_LARGE, site_shown(load, model->file),
                 (unsigned)LEARN_MODEL_BYTES_MAX);
    }
}

uint32_t site_triage_version(const void *bytes, uint64_t size)
{
    unsigned char digest[crypto_generichash_BYTES];
    CHECK(crypto_generichash(digest, sizeof digest, bytes, size, NULL, 0) == 0);
    uint32_t version = 0;
    for (unsigned index = 0; index < VERSION_BYTES; index++) {
        version = version << 8 | digest[index];
    }
    return version;
}

/* The node of a category or unit, made if there is none, with all that lies above it. Before: there is
 * room. */
static uint32_t node_of(const struct site *site, struct site_model *model, enum site_kind kind,
                        uint32_t index)
{
    uint32_t below = SITE_NONE, first = SITE_NONE;
    while (index != SITE_NONE) {
        uint32_t at = 0;
        while (at < model->node_count && model->nodes[at].index != index) {
            at++;
        }
        if (first == SITE_NONE) {
            first = at;
        }
        if (below != SITE_NONE) {
            model->nodes[below].above = at;
        }
        if (at < model->node_count) {
            break; /* and what is above it */
        }
        model->nodes[model->node_count++] =
            (struct site_model_node){.index = index, .above = SITE_NONE};
        below = at;
        index = kind == SITE_KIND_CATEGORY ? site->categories[index].parent : SITE_NONE;
    }
    CHECK(first < model->node_count);
    return first;
}

/* At most so many: each label, and the longest way up from each. */
static uint32_t room_for(const struct site *site, enum site_kind kind, uint32_t labels)
{
    const uint32_t all = kind == SITE_KIND_CATEGORY ? site->category_count : site->unit_count;
    return kind == SITE_KIND_CATEGORY || labels > all ? all : labels;
}

/* A model of another town, or of before a category was given up: each label that stands for nothing
 * is named, so that one look is enough. */
static void read_labels(struct site_load *load, uint32_t line, enum site_kind kind,
                        struct site_model *model)
{
    struct learn_about about;
    learn_about(model->learn, &about);
    CHECK(about.categories > 0);
    model->labels = calloc(about.categories, sizeof *model->labels);
    model->nodes = calloc(room_for(load->site, kind, about.categories) + 1, sizeof *model->nodes);
    if (model->labels == NULL || model->nodes == NULL) {
        load->no_memory = true;
        return;
    }
    model->label_count = about.categories;
    for (uint32_t label = 0; label < about.categories; label++) {
        const char *name = learn_name(model->learn, label);
        const uint32_t index = site_heir(load->site, kind, name);
        if (index == SITE_NONE && kind == SITE_KIND_CATEGORY) {
            site_say(load, line, SAY_MODEL_CATEGORY, site_shown(load, model->file),
                     site_shown(load, name));
        } else if (index == SITE_NONE) {
            site_say(load, line, SAY_MODEL_UNIT, site_shown(load, model->file),
                     site_shown(load, name));
        } else {
            model->labels[label] = node_of(load->site, model, kind, index);
            model->nodes[model->labels[label]].labelled = true;
        }
        arena_reset(&load->arena);
    }
}

/* Rounded up: never less sure than what was asked for. */
static uint32_t threshold_of(const struct learn_model *learn, uint32_t precision_permille)
{
    CHECK(precision_permille > 0);
    CHECK(precision_permille < SITE_PERMILLE);
    const float threshold = learn_threshold(learn, (float)precision_permille / SITE_PERMILLE);
    const float permille = threshold * SITE_PERMILLE;
    if (permille > SITE_PERMILLE) {
        return SITE_PERMILLE + 1;
    }
    const uint32_t below = (uint32_t)permille;
    const uint32_t rounded = below + ((float)below < permille ? 1 : 0);
    return rounded < THRESHOLD_MIN ? THRESHOLD_MIN : rounded;
}

static void open_model(struct site_load *load, uint32_t line, enum site_kind kind,
                       struct site_model *model)
{
    struct learn_model *learn = NULL;
    const uint32_t before = load->report->count;
    if (model->file[0] == '\0') {
        return;
    }
    read_bytes(load, line, model);
    if (load->no_memory || load->report->count != before) {
        return;
    }
    const enum rc rc = learn_open(&learn, model->bytes, model->size);
    model->learn = learn;
    if (rc == RC_FORMAT) {
        site_say(load, line, SAY_MODEL_VERSION, site_shown(load, model->file));
    } else if (rc == RC_CORRUPT) {
        site_say(load, line, SAY_MODEL_DAMAGED, site_shown(load, model->file));
    } else if (rc != RC_OK) {
        load->no_memory = true;
    }
    if (rc != RC_OK) {
        return;
    }
    model->version = site_triage_version(model->bytes, model->size);
    model->precision_permille = load->site->triage.precision_permille;
    model->threshold_permille = threshold_of(learn, load->site->triage.precision_permille);
    if (load->report->count == 0) { /* else what labels stand for may be what is wrong */
        read_labels(load, line, kind, model);
    }
    /* Told to whoever edits the site: all goes to the desk, which may well be meant. */
    if (load->doubts && model->threshold_permille > SITE_PERMILLE) {
        site_warn(load, line, SAY_MODEL_NOWHERE, site_shown(load, model->file));
    }
}

void site_triage_open(struct site_load *load)
{
    CHECK(load->site->triage.model.learn == NULL);
    CHECK(load->site->triage.unit_model.learn == NULL);
    if (load->bare) {
        return;
    }
    load->file = SITE_YAML;
    open_model(load, load->model_line, SITE_KIND_CATEGORY, &load->site->triage.model);
    open_model(load, load->unit_model_line, SITE_KIND_UNIT, &load->site->triage.unit_model);
}

/* Landmarks and coordinates are looked up for sites that are judged by a model alone: as evidence, and
 * for the desk. */
void site_triage_index(struct site_load *load)
{
    struct site_triage *triage = &load->site->triage;
    CHECK(triage->place == NULL);
    if (site_triage_active(load->site) && load->report->count == 0) {
        load->no_memory |= site_place_open(load->site, &triage->place) != RC_OK;
    }
}

bool site_triage_active(const struct site *site)
{
    return site->triage.model.learn != NULL || site->triage.unit_model.learn != NULL;
}

static void close_model(struct site_model *model)
{
    learn_close((struct learn_model *)model->learn); /* ours: nobody else closes it */
    free(model->labels);
    free(model->nodes);
    free(model->bytes);
}

void site_triage_close(struct site *site)
{
    site_place_close(site->triage.place);
    close_model(&site->triage.model);
    close_model(&site->triage.unit_model);
}
