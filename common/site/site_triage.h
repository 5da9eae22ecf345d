/* site_triage: how a site wants its tickets judged: the section `triage` of site.yaml, with the
 * models that it names. Percentages are per mille here. A site that says nothing has no model and
 * none of the rest: its tickets are judged by words and the matrix alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ticket.pb-c.h"

enum {
    SITE_MODEL_NAME_BYTES = 64, /* of a file of the folder */
    SITE_PERMILLE = 1000,       /* certainty */
};

struct learn_model;
struct site;
struct site_place;

/* A model that the site names, whole in memory, for learn keeps no bytes of its own. */
struct site_model {
    char file[SITE_MODEL_NAME_BYTES + 1]; /* "": the site has none; its name in the folder */
    const struct learn_model *learn;      /* NULL: none; else common/learn/learn.h */
    uint32_t version;                     /* first 32 bits of the file's digest; for evidence */
    /* What its labels stand for, and what lies above that in the tree, each once. A label that was
     * given up stands for its heir; two labels may mean one thing. */
    struct site_model_node {
        uint32_t index; /* of a category or, of the unit model, of a unit */
        uint32_t above; /* node of its parent; SITE_NONE: it has none */
        bool labelled;  /* the model has learned it, not only what lies below */
    } * nodes;
    uint32_t *labels; /* node of each */
    uint32_t node_count, label_count;
    /* Above it a decision is as right as the site's precision asks; SITE_PERMILLE + 1: nowhere. */
    uint32_t threshold_permille;
    uint32_t precision_permille; /* that the site asks for */
    void *bytes;                 /* private */
    uint64_t size;
};

/* Decisions of a category that triage can look back on at most: its ring holds few more. */
enum { SITE_TRUST_MAX = 1000 };

struct site_triage {
    struct site_model model, unit_model;
    uint32_t precision_permille;   /* of what goes out by itself; default 980 */
    struct site_place *place;      /* site_place.h; NULL: the site has no model */
    bool split;                    /* several matters in one ticket are told; default false */
    struct site_groups {           /* 同一事件: tickets that may be about one event */
        uint32_t suggest_permille; /* proposed from here on; 0: nobody looks for them */
        uint32_t merge_permille;   /* merged by itself from here on; 0: never */
        uint32_t days;             /* how long after the last report; default 14 */
        uint32_t members_max;      /* default 500 */
    } groups;
    struct site_burst {          /* 集中爆发 */
        uint32_t count;          /* so many of one event; 0: no such rule */
        uint64_t within_ms;      /* default 2 h */
        Paidan__Urgency urgency; /* that it gets; 0: stays; default urgent */
        uint32_t alert;          /* level 1.. whose units are told; 0: nobody */
    } burst;
    struct site_trust {  /* precision as corrections show it, per category */
        uint32_t window; /* automatic decisions that are looked at; default 200 */
        uint32_t least;  /* from how many on it is judged; default 20 */
    } trust;
};

/* Whether a model has a say: then decisions carry what they rest on (Judged). */
bool site_triage_active(const struct site *site);
/* site_model.version of a model of these bytes. */
uint32_t site_triage_version(const void *bytes, uint64_t size);
