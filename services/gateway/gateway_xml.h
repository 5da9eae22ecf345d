/* gateway_xml: JSON as XML by the convention that Open311 names ("Spark"): an object's members are
 * elements, a list is an element that holds one element an item. Pure. */
#pragma once

#include <jansson.h>

#include "gateway_html.h"

/* The whole document, with its declaration; root is the name of the outermost element. The item's name of a
 * list follows from the list's ("services": service). null, also without one, is an empty element.
 * Before: names are ours. */
void gateway_xml_write(struct gateway_html *html, const char *root, const json_t *json);
