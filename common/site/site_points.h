/* site_points: the section `points` of site.yaml 积分: what earns how much, what medals ask for, and what is there
 * in exchange. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"

struct site;

enum { SITE_POINTS_LISTS_MAX = 16, SITE_MEDALS = 3 };

/* What a rule is for. */
enum site_points_for {
    SITE_POINTS_REPORT,     /* a ticket that was closed as `when` says */
    SITE_POINTS_PHOTO,      /* likewise, and pictures came with it */
    SITE_POINTS_SUPPLEMENT, /* likewise, and the resident supplemented it */
    SITE_POINTS_HAND, /* whatever a supervisor awards it for: tasks of volunteers, helpful acts */
};

struct site_points_rule {
    char rule[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1];
    enum site_points_for what;
    bool any_end; /* when: closed; else solved: wholly or partly */
    uint32_t points;
    uint32_t day, month, ever; /* at most so often for one person; 0: without limit */
    /* Indexes; none: all. A category stands for those below it. */
    uint32_t categories[SITE_POINTS_LISTS_MAX], category_count;
    uint32_t channels[SITE_POINTS_LISTS_MAX], channel_count;
};

struct site_goods {
    char goods[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1];
    uint32_t price;
    uint32_t stock; /* how many were ever put up; who brings more raises it */
};

struct site_points {
    struct site_points_rule rules[SITE_POINT_RULES_MAX];
    uint32_t rule_count;
    struct site_goods goods[SITE_GOODS_MAX];
    uint32_t goods_count;
    uint32_t medals[SITE_MEDALS]; /* bronze, silver, gold: earned so much; 0: there are none */
};

/* NULL: the site has none of that code. */
const struct site_points_rule *site_points_rule_find(const struct site *site, const char *rule);
const struct site_goods *site_points_goods_find(const struct site *site, const char *goods);
/* Whether it is for tickets of this category and channel, by their codes. */
bool site_points_covers(const struct site *site, const struct site_points_rule *rule,
                        const char *category, const char *channel);
/* 0 none, 1 bronze, 2 silver, 3 gold. */
unsigned site_points_medal(const struct site *site, uint64_t earned);
