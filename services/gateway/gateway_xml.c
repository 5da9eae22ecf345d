/* gateway_xml: one tree, two formats, so that XML and JSON can never say different things. It owns nothing.
 * What must stay true: names of elements are ours, and no byte of a text reaches the document that XML
 * does not take, whoever wrote it: markup is escaped, controls and what XML calls no character are left out. */

#include "gateway_xml.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"

enum { NUMBER_BYTES_MAX = 32 };

/* What an item of a list is called. Lists that are not here are of no format of ours. */
static const char *item_of(const char *list)
{
    static const char *const names[][2] = {
        {"services", "service"},
        {"attributes", "attribute"},
        {"values", "value"},
        {"service_requests", "request"},
        {"service_request_updates", "request_update"},
        {"endpoints", "endpoint"},
        {"formats", "format"},
        {"errors", "error"},
    };
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(names[index][0], list) == 0) {
            return names[index][1];
        }
    }
    CHECK(strcmp(list, "") == 0); /* no list of another name is made */
    return "item";
}

static void add_value(struct gateway_html *html, const char *name, const json_t *json);

static void add_members(struct gateway_html *html, const char *name, const json_t *json)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (json_is_array(json)) {
        for (size_t index = 0; index < json_array_size(json); index++) {
            add_value(html, item_of(name), json_array_get(json, index));
        }
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        add_value(html, key, value);
    }
}

static void add_scalar(struct gateway_html *html, const json_t *json)
{
    char number[NUMBER_BYTES_MAX];
    switch (json_typeof(json)) {
    case JSON_STRING:
        gateway_html_text(html, json_string_value(json));
        break;
    case JSON_INTEGER:
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(json));
        gateway_html_raw(html, number);
        break;
    case JSON_REAL:
        (void)snprintf(number, sizeof number, "%.6f", json_real_value(json));
        gateway_html_raw(html, number);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        gateway_html_raw(html, json_is_true(json) ? "true" : "false");
        break;
    default:
        break;
    }
}

static void add_value(struct gateway_html *html, const char *name, const json_t *json)
{
    CHECK(name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] == '\0');
    gateway_html_raw(html, "<");
    gateway_html_raw(html, name);
    gateway_html_raw(html, ">");
    if (json_is_array(json) || json_is_object(json)) {
        add_members(html, name, json);
    } else {
        add_scalar(html, json);
    }
    gateway_html_raw(html, "</");
    gateway_html_raw(html, name);
    gateway_html_raw(html, ">");
}

void gateway_xml_write(struct gateway_html *html, const char *root, const json_t *json)
{
    gateway_html_raw(html, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    add_value(html, root, json);
    gateway_html_raw(html, "\n");
}
