/* site_open311: what a site offers through Open311 GeoReport v2, of its file open311.yaml: services, which
 * are categories under a public name, with groups, keywords and questions; who may send without a key;
 * what of tickets is public. Read-only; part of struct site. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"

enum {
    SITE_OPEN311_SERVICES_MAX = 256,
    SITE_OPEN311_ATTRIBUTES_MAX = 24, /* of a service: what a form still holds */
    SITE_OPEN311_VALUES_MAX = 128,    /* of an attribute */
    SITE_OPEN311_PUBLISHED_MAX = 256, /* categories, areas */
};

/* In the order of the words of the specification (site_open311_type). */
enum site_open311_type {
    SITE_OPEN311_STRING,
    SITE_OPEN311_NUMBER,
    SITE_OPEN311_DATETIME,
    SITE_OPEN311_TEXT,
    SITE_OPEN311_SINGLE,
    SITE_OPEN311_MULTI,
    SITE_OPEN311_TYPES,
};

struct site_open311_value {
    char key[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
};
/* A question that a service asks, or (told) a sentence that it shows. English is "" where there is none. */
struct site_open311_attribute {
    char code[CODE_BYTES_MAX + 1];
    char name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1]; /* what is asked */
    char hint[NAME_BYTES_MAX + 1], hint_en[NAME_BYTES_MAX + 1]; /* how to answer */
    enum site_open311_type type;
    bool required, told;
    uint32_t value_count;
    struct site_open311_value *values; /* of the two kinds of lists alone */
};
struct site_open311_service {
    uint32_t category; /* index of the site; its code is the service's */
    char group[NAME_BYTES_MAX + 1], group_en[NAME_BYTES_MAX + 1];
    char about[NAME_BYTES_MAX + 1], about_en[NAME_BYTES_MAX + 1];
    char notice[NAME_BYTES_MAX + 1], notice_en[NAME_BYTES_MAX + 1];
    char keywords[NAME_BYTES_MAX + 1]; /* separated by commas */
    uint32_t attribute_count;
    struct site_open311_attribute *attributes;
};
struct site_open311 {
    uint32_t channel;                 /* index of the site: tickets from here */
    char changed[NAME_BYTES_MAX + 1]; /* the day of the last change of the offer, "2026-11-30" */
    char contact[NAME_BYTES_MAX + 1]; /* whom integrators ask; "" not said */
    char keys[NAME_BYTES_MAX + 1];    /* how a key is had */
    char jurisdiction[NAME_BYTES_MAX + 1]; /* "": any is taken */
    bool keyless;                          /* requests are taken without a key */
    /* What everybody may see, without the residents' words: tickets of these categories (and what lies
     * below) in these areas (likewise). published: the site said so; no areas: all of them. */
    bool published;
    uint32_t category_count, area_count;
    uint32_t *categories, *areas;
    uint32_t service_count;
    struct site_open311_service *services;
};

/* "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist". */
const char *site_open311_type(enum site_open311_type type);
